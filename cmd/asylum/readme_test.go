package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// The sessions that the README shows are replayed, in an empty directory.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	sessions := 0
	for _, block := range strings.Split(string(text), "```console\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		for _, session := range strings.Split("\n"+block, "\n$ ")[1:] {
			line, want, _ := strings.Cut(session, "\n")
			args := strings.Fields(line)
			if args[0] != "asylum" {
				t.Errorf("%q cannot be replayed", line)
				continue
			}
			var out bytes.Buffer
			run(args[1:], nil, &out, &out)
			if got := strings.TrimRight(out.String(), "\n"); got != strings.TrimRight(want, "\n") {
				t.Errorf("$ %s\n%s\nthe README says\n%s", line, got, want)
			}
			sessions++
		}
	}
	if sessions < 6 {
		t.Errorf("%d sessions, want at least 6", sessions)
	}
}
