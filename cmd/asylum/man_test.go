package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// Every command has a page that names each of its flags, and is set without a
// complaint where there is a groff.
func TestMan(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	prints(t, "man", dir)
	root := (&app{}).root(nil)
	want := []string{"asylum.1"}
	for _, c := range root.Commands() {
		want = append(want, manName(c))
		page := readFile(t, filepath.Join(dir, manName(c)))
		for _, section := range []string{"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS"} {
			if !strings.Contains(page, "\n.SH "+section+"\n") {
				t.Errorf("%s has no %s", manName(c), section)
			}
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(page, roff("--"+f.Name)) {
				t.Errorf("%s does not name --%s", manName(c), f.Name)
			}
		})
		if !strings.Contains(readFile(t, filepath.Join(dir, "asylum.1")), roff(strings.TrimSuffix(manName(c), ".1"))) {
			t.Errorf("asylum.1 does not name %s", c.Name())
		}
	}
	var got []string
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		got = append(got, f.Name())
		set(t, filepath.Join(dir, f.Name()))
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("pages %q, want %q", got, want)
	}
}

// set typesets a page with every warning on but that a word is long, if there is a groff.
func set(t *testing.T, page string) {
	t.Helper()
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Logf("%s is not set: %v", filepath.Base(page), err)
		return
	}
	var out, complaints bytes.Buffer
	cmd := exec.Command(groff, "-man", "-Kutf8", "-Tutf8", "-ww", "-Wbreak", page)
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil || complaints.Len() > 0 || out.Len() < 500 {
		t.Errorf("groff sets %s with %v, %d bytes, and says\n%s", filepath.Base(page), err, out.Len(), complaints.String())
	}
}

// What is aligned in a help text stays so, what begins with a dot is text.
func TestRoff(t *testing.T) {
	got := paragraphs("It's a\n.dot of -1\\2.\n\n  as it is\nname  what\nand on")
	want := ".PP\nIt\\(aqs a\n\\&.dot of \\-1\\e2.\n.PP\n.nf\n  as it is\nname  what\n.fi\nand on\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The scripts of the shells ask __complete, which knows every command, flag and
// definition.
func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if script := prints(t, "completion", shell); !strings.Contains(script, "__complete") || !strings.Contains(script, "asylum") {
			t.Errorf("the script for %s does not ask asylum", shell)
		}
	}
	for _, tt := range []struct {
		args string
		want []string
	}{
		{"__complete |", []string{"run\t", "serve\t", "completion\t"}},
		{"__complete ver|", []string{"verify\t"}},
		{"__complete run --|", []string{"--explain\t", "--lake\t"}},
		{"__complete rate unhcr_tot|", []string{"unhcr_total_protection\t"}},
		{"__complete completion |", []string{"bash\n", "powershell\n"}},
	} {
		said := prints(t, strings.Split(strings.TrimSuffix(tt.args, "|"), " ")...)
		for _, want := range tt.want {
			if !strings.Contains("\n"+said, "\n"+want) {
				t.Errorf("%s completes to\n%s\twant %q", tt.args, said, want)
			}
		}
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Log(err)
		return
	}
	cmd := exec.Command(bash, "-n")
	cmd.Stdin = strings.NewReader(prints(t, "completion", "bash"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("bash does not read its script: %v\n%s", err, out)
	}
}

func TestVersion(t *testing.T) {
	if said := prints(t, "--version"); !strings.HasPrefix(said, "asylum "+version()+"\n") || !strings.Contains(said, "\ngo1.") {
		t.Errorf("asylum --version says %q", said)
	}
}

// prints is what a command that succeeds prints.
func prints(t *testing.T, args ...string) string {
	t.Helper()
	stdout, _ := asylum(t, exitDone, args...)
	return stdout
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
