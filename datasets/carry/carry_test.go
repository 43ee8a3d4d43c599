package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"

	"asylum/datasets"

	"asylum/datasets/needs"
)

// TestCarryAgain runs the whole program and wants the embedded bytes.
func TestCarryAgain(t *testing.T) {
	out := t.TempDir()
	var stdout, stderr bytes.Buffer
	if code := run([]string{"-shared", needs.Shared(t, ""), "-codes", "../codes", "-out", out}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	if got, want := strings.Split(stdout.String(), "\n"), "  60392 figures in all"; got[len(got)-2] != want {
		t.Errorf("got %q, want %q", got[len(got)-2], want)
	}
	again, embedded := files(t, os.DirFS(out), "."), files(t, datasets.FS, "exports")
	for name, data := range embedded {
		if !bytes.Equal(again[name], data) {
			t.Errorf("exports/%s: got other bytes (%d) than the embedded ones (%d)", name, len(again[name]), len(data))
		}
	}
	for name := range again {
		if embedded[name] == nil {
			t.Errorf("exports/%s: carried but not embedded", name)
		}
	}
}

func files(t *testing.T, fsys fs.FS, root string) map[string][]byte {
	t.Helper()
	found := make(map[string][]byte)
	err := fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		found[strings.TrimPrefix(name, root+"/")] = data
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestLabels wants a code for every label of AIDA that names a citizenship, and
// the right one for those that are easy to get wrong.
func TestLabels(t *testing.T) {
	c, err := readCodes("../codes")
	if err != nil {
		t.Fatal(err)
	}
	f, err := datasets.Open("exports/aida/statistics/2026-03-18/statistics.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	labels := 0
	for _, r := range rows[1:] {
		if r[2] != "first_instance" {
			continue
		}
		labels++
		if _, err := c.byLabel("citizen", r[3]); err != nil {
			t.Errorf("%s %s: %v", r[0], r[1], err)
		}
	}
	if labels != 2602 {
		t.Errorf("got %d lines of first_instance, want 2602", labels)
	}
	for label, want := range map[string]string{
		"Russian Federation": "RU", " Türkiye": "TR", "Turkey": "TR", "Aghanistan": "AF", "Moldavia": "MD",
		"Ukraine[4]": "UA", "Ukrain": "UA", "undetermined[3]": "UNK", "\u00a0DRC": "CD", "DR Congo": "CD",
		"stateless persons": "STLS", "Others": "OTHER", "Total (1)": "TOTAL", "The Gambia": "GM", "Guinea Bissau": "GW",
		"Ivory Coast": "CI", "TOTAL*": "TOTAL",
	} {
		if got, err := c.byLabel("citizen", label); err != nil || got != want {
			t.Errorf("%q: got %q (%v), want %s", label, got, err, want)
		}
	}
	if code, err := c.byLabel("citizen", "Atlantis"); !errors.Is(err, errSource) {
		t.Errorf("Atlantis: got %q (%v), want errSource", code, err)
	}
}

func TestGrid(t *testing.T) {
	g := grid{dims: "freq,geo", periods: []string{"2008", "2009"}, cells: make(map[string]map[string]string)}
	g.set("A,HR", "2009", "120 bp")
	g.set("A,AT", "2008", ": c")
	g.set("A,AT", "2009", "0")
	body, figures := g.tsv()
	want := "freq,geo\\TIME_PERIOD\t2008 \t2009 \r\n" +
		"A,AT\t: c\t0 \r\n" +
		"A,HR\t: \t120 bp\r\n"
	if string(body) != want || figures != 2 {
		t.Errorf("got %d figures in\n%q, want 2 in\n%q", figures, body, want)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-no-such-flag"}, {"word"}} {
		if code := run(args, io.Discard, io.Discard); code != 2 {
			t.Errorf("%q: exit %d, want 2", args, code)
		}
	}
	if code := run([]string{"-shared", t.TempDir(), "-codes", "../codes", "-out", t.TempDir()}, io.Discard, io.Discard); code != 1 {
		t.Errorf("no data: exit %d, want 1", code)
	}
}
