package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// guarded is a file that nobody is to open, and what it holds. Touched says how
// often somebody opened it since.
func guarded(t *testing.T, dir string) (file, secret string, touched func() int) {
	t.Helper()
	secret = "kept from everybody"
	file = write(t, filepath.Join(dir, "secret.yaml"), secret)
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if _, err := unix.InotifyAddWatch(fd, file, unix.IN_OPEN); err != nil {
		t.Fatal(err)
	}
	return file, secret, func() int {
		t.Helper()
		buf := make([]byte, 64<<10)
		n, err := unix.Read(fd, buf)
		if err == syscall.EAGAIN {
			return 0
		}
		if err != nil {
			t.Fatal(err)
		}
		return n / unix.SizeofInotifyEvent
	}
}

// naming are the ways in which a text could be taken for the name of a file.
func naming(file string) []string {
	return []string{
		file, "../secret.yaml", "../../secret.yaml", "file://" + file, "@" + file, "<" + file, "$(cat " + file + ")", "`cat " + file + "`", "{{include \"" + file + "\"}}", "${file:" + file + "}",
		"!include " + file, "<!ENTITY x SYSTEM '" + file + "'>&x;", "<image href='file://" + file + "'/>", "=WEBSERVICE(\"file://" + file + "\")", "\\input{" + file + "}", "![](" + file + ")",
	}
}

// Charts, definitions, codes and corrections of a user's own open no file, whatever
// names of files stand in them: the configuration alone names what is read.
func TestNothingIsReadThatIsNotNamed(t *testing.T) {
	top := t.TempDir()
	file, secret, touched := guarded(t, top)
	if _, err := os.ReadFile(file); err != nil || touched() != 1 || touched() != 0 {
		t.Fatalf("the guard does not see who opens %s (%v)", file, err)
	}
	dir := filepath.Join(top, "own")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var charts, definitions, codes strings.Builder
	for i, text := range naming(file) {
		q := fmt.Sprintf("%q", text)
		fmt.Fprintf(&charts, "- {id: own-%d, kind: bars, definition: unhcr_total_protection, citizen: RU, geo: [HR, DE], period: 2023, by: geo, pages: [start], featured: %t, title: {en: %s}, note: {en: %s}}\n", i, i%4 == 0, q, q)
		fmt.Fprintf(&definitions, "- name: own_%d\n  title: %s\n  formula: %s\n  publisher: %s\n  citation: %s\n  caveats: [%s]\n", i, q, q, q, q, q)
		definitions.WriteString("  kind: rate\n  class: {numerator: G+S, denominator: decisions, stage: first, unit: persons, population: all}\n  from:\n  - {source: eurostat, tables: [migr_asydcfsta], axis: decision, rounding: nearest5, num: {terms: [GENCONV, SUB_PROT]}, rest: {terms: [REJECTED]}}\n")
		fmt.Fprintf(&codes, "citizen,XX%d,member,\"%s\"\n", i, strings.ReplaceAll(text, `"`, `""`))
	}
	own := map[string]string{"charts": charts.String(), "definitions": definitions.String(), "codes": codes.String()}
	config := "languages: [en]\ntables: [unhcr/asylum_decisions]\nslices: {citizens: [RU], geos: [HR]}\n"
	for kind, text := range own {
		name := write(t, filepath.Join(dir, kind+".yaml"), text)
		if kind == "charts" {
			name = "[" + name + "]"
		}
		config += kind + ": " + name + "\n"
	}
	out := filepath.Join(top, "site")
	t.Chdir(dir)
	said, log := asylum(t, exitDone, "run", "-c", write(t, filepath.Join(top, "asylum.yaml"), config), "--lake", filepath.Join(top, "lake"), "--out", out)
	if n := touched(); n != 0 {
		t.Errorf("the secret was opened %d times", n)
	}
	if strings.Contains(said+log, secret) {
		t.Errorf("it prints the secret:\n%s%s", said, log)
	}
	drawn := 0
	err := fs.WalkDir(os.DirFS(out), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(out, name))
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("%s holds the secret", name)
		}
		if strings.HasPrefix(name, "own-") && strings.HasSuffix(name, ".svg") {
			drawn++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := len(naming(file)); drawn < want {
		t.Errorf("%d charts of the user's are drawn, want %d: the test looks at nothing", drawn, want)
	}
	// A file that YAML or a list would name in its structure is refused, unopened.
	for _, text := range []string{"!include " + file + "\n", "- !include " + file + "\n", "<<: !include " + file + "\n", "$ref: " + file + "\n", "include: [" + file + "]\n", "- {id: a, kind: bars, file: " + file + "}\n"} {
		mine := write(t, filepath.Join(dir, "mine.yaml"), text)
		for _, args := range [][]string{{"chart", mine}, {"rates", "--definitions", mine}, {"tables", "--codes", mine}, {"rate", "unhcr_total_protection", "--corrections", mine}, {"run", "--explain", "-c", mine}} {
			_, log := asylum(t, exitUsage, args...)
			if strings.Contains(log, secret) || touched() != 0 {
				t.Errorf("%q of\n%sopens the secret\n%s", args, text, log)
			}
		}
	}
}
