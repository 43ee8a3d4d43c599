// Command dist makes a release of what is committed: an archive of asylum for
// each platform, with the manual pages, completions and a list of the modules
// that are linked (SBOM), and the SHA-256 of each. The same commit and the same Go
// give the same bytes, which it checks for one platform, in another directory.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

func main() {
	out := flag.String("o", "dist", "the `DIR` that the archives go to")
	flag.Parse()
	if err := dist(*out); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// A platform is an operating system and an architecture, by Go's names.
type platform struct{ os, arch string }

// platforms are those that a release is made for.
var platforms = []platform{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"}}

// program is the name of the executable.
func (p platform) program() string {
	if p.os == "windows" {
		return "asylum.exe"
	}
	return "asylum"
}

// host is where dist itself runs.
var host = platform{runtime.GOOS, runtime.GOARCH}

// dist makes the release of HEAD under out, from a clone: what is not committed
// has no part in it.
func dist(out string) error {
	tmp, err := os.MkdirTemp("", "asylum-dist-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	source := filepath.Join(tmp, "source")
	if err := clone(source); err != nil {
		return err
	}
	own := filepath.Join(tmp, host.program())
	if err := build(source, host, own, "-trimpath"); err != nil {
		return err
	}
	if err := again(tmp, own); err != nil {
		return err
	}
	common, err := docs(source, own, tmp)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	var made []string
	for _, p := range platforms {
		file := filepath.Join(tmp, p.os+"-"+p.arch, p.program())
		if err := build(source, p, file, "-trimpath"); err != nil {
			return err
		}
		names, err := release(out, p, file, common)
		if err != nil {
			return err
		}
		fmt.Println(filepath.Join(out, names[0]))
		made = append(made, names...)
	}
	return sums(out, made)
}

// clone makes a copy of HEAD of the repository that dist runs in.
func clone(dir string) error {
	return command(".", nil, os.Stderr, "git", "clone", "--quiet", ".", dir)
}

// build compiles asylum in a source directory for a platform, without cgo,
// symbols and build id. More flags go before.
func build(source string, p platform, file string, flags ...string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	args := append([]string{"build"}, flags...)
	args = append(args, "-ldflags", "-s -w -buildid=", "-o", file, "./cmd/asylum")
	return command(source, []string{"CGO_ENABLED=0", "GOOS=" + p.os, "GOARCH=" + p.arch, "GOFLAGS=", "GOAMD64=v1", "GOARM64=v8.0"}, os.Stderr, "go", args...)
}

// again builds in a second directory and compares.
func again(tmp, first string) error {
	source := filepath.Join(tmp, "another", "place")
	if err := clone(source); err != nil {
		return err
	}
	second := first + "-again"
	if err := build(source, host, second, "-trimpath"); err != nil {
		return err
	}
	a, err := os.ReadFile(first)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(second)
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return errors.New("two directories give two programs of one commit")
	}
	return nil
}

// command runs a program in a directory, with more of an environment.
func command(dir string, env []string, out *os.File, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, append(os.Environ(), env...), out, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

// docs are what goes beside the program on every platform: README, LICENSE, and
// what the program says of itself, manual pages and completions.
func docs(source, own, tmp string) ([]item, error) {
	man := filepath.Join(tmp, "man1")
	if err := command(".", nil, os.Stderr, own, "man", man); err != nil {
		return nil, err
	}
	pages, err := filepath.Glob(filepath.Join(man, "*.1"))
	if err != nil {
		return nil, err
	}
	var items []item
	for _, file := range append(pages, filepath.Join(source, "README.md"), filepath.Join(source, "LICENSE")) {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		name := filepath.Base(file)
		if strings.HasSuffix(name, ".1") {
			name = "man/man1/" + name
		}
		items = append(items, item{name, data, 0o644})
	}
	for _, c := range [][2]string{{"bash", "asylum"}, {"zsh", "_asylum"}, {"fish", "asylum.fish"}, {"powershell", "asylum.ps1"}} {
		script, err := exec.Command(own, "completion", c[0]).Output()
		if err != nil {
			return nil, fmt.Errorf("completion %s: %w", c[0], err)
		}
		items = append(items, item{"completions/" + c[0] + "/" + c[1], script, 0o644})
	}
	return items, nil
}
