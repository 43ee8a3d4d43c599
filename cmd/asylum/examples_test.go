package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// The README shows the examples as they are, and every command in them is one that
// asylum knows, with its flags.
func TestExamples(t *testing.T) {
	readme := readFile(t, "../../README.md")
	files, err := filepath.Glob("examples/*")
	if err != nil || len(files) != 4 {
		t.Fatalf("%d examples (%v)", len(files), err)
	}
	for _, file := range files {
		text := readFile(t, file)
		if !strings.Contains(readme, text) {
			t.Errorf("the README does not show %s as it is", file)
		}
		said := regexp.MustCompile(`bin/asylum ([a-z][^;\n]*)`).FindAllStringSubmatch(text, -1)
		if len(said) == 0 && filepath.Ext(file) != ".timer" {
			t.Errorf("%s calls no command", file)
		}
		for _, m := range said {
			understood(t, file, strings.Fields(m[1]))
		}
	}
	var ci map[string]any
	if err := yaml.Unmarshal([]byte(readFile(t, "examples/ci.yaml")), &ci); err != nil {
		t.Error(err)
	}
	if !regexp.MustCompile(`(?m)^(\S+ ){5} ?asylum +cd /\S+ && /\S+/asylum run `).MatchString(readFile(t, "examples/asylum.cron")) {
		t.Error("the line for cron has not five fields, a user and a command")
	}
}

// understood fails unless there is such a command, with these flags and arguments.
func understood(t *testing.T, file string, args []string) {
	t.Helper()
	c, rest, err := (&app{}).root(nil).Find(args)
	if err == nil && c.HasParent() {
		err = c.ParseFlags(rest)
	}
	if err == nil {
		err = c.ValidateArgs(c.Flags().Args())
	}
	if err != nil || !c.HasParent() {
		t.Errorf("%s: asylum knows no %q: %v", file, args, err)
	}
}

// systemd finds nothing wrong with the unit and its timer, where it is there.
func TestUnits(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log(err)
		return
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var units []string
	for _, name := range []string{"asylum.service", "asylum.timer"} {
		text := strings.ReplaceAll(readFile(t, "examples/"+name), "/usr/local/bin/asylum", program)
		units = append(units, filepath.Join(dir, name))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(analyze, append([]string{"verify", "--man=no"}, units...)...).CombinedOutput()
	if err != nil || strings.Contains(string(out), dir) {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// What the Containerfile copies is there, and is all that the program is built of;
// it is built with Go as go.mod has it.
func TestContainerfile(t *testing.T) {
	text := readFile(t, "../Containerfile")
	copied := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^COPY ([^-].*) \S+$`).FindAllStringSubmatch(text, -1) {
		for _, name := range strings.Fields(m[1]) {
			copied[name] = true
			if _, err := os.Stat(filepath.Join("../..", name)); err != nil {
				t.Error(err)
			}
		}
	}
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if .Main}}{{$.ImportPath}}{{end}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 10 {
		t.Errorf("only %q", packages)
	}
	for _, p := range packages {
		if top := strings.Split(p, "/")[1]; !copied[top] {
			t.Errorf("%s is not copied, which %s lies in", top, p)
		}
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(readFile(t, "../../go.mod"))[1]
	for _, want := range []string{"golang:" + version + " ", "CGO_ENABLED=0 go build -trimpath ", " -ldflags '-s -w -buildid=' ", "./cmd/asylum\n", "\nFROM scratch\n", "\nUSER 65532:65532\n", "/etc/ssl/certs/ca-certificates.crt"} {
		if !strings.Contains(text, want) {
			t.Errorf("the Containerfile has no %q", want)
		}
	}
	command := regexp.MustCompile(`CMD \["(.*)"\]`).FindStringSubmatch(text)[1]
	understood(t, "Containerfile", strings.Split(command, `", "`))
}
