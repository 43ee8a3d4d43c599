package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is the program's own, as far as the build knows it: a tag, or the time
// and the revision of a commit.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

// program is what manifests say of who wrote them. The platform is left out: the
// bytes of one release are the same on all of them.
func program() string { return "asylum " + version() + " " + runtime.Version() }

// versions are what --version says: the version, the revision where the build
// knows it, Go's version and the platform.
func versions() string {
	said := "asylum " + version() + "\n"
	if info, ok := debug.ReadBuildInfo(); ok {
		said += revision(info.Settings)
	}
	return said + fmt.Sprintf("%s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// revision is a line of what a build says of the commit it was made from, "" if
// it says nothing.
func revision(settings []debug.BuildSetting) string {
	said := map[string]string{}
	for _, s := range settings {
		said[s.Key] = s.Value
	}
	if said["vcs.revision"] == "" {
		return ""
	}
	line := "revision " + said["vcs.revision"]
	if t := said["vcs.time"]; t != "" {
		line += " of " + t
	}
	if said["vcs.modified"] == "true" {
		line += ", with changes that are not committed"
	}
	return line + "\n"
}
