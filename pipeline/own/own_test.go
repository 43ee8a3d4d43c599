package own

import (
	"strings"
	"testing"
	"time"
)

// What a YAML library would take or choke on, and what is said of it.
func TestYAML(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "a: 1\n", ""},
		{"with a byte order mark", "\ufeffa: 1\r\n", ""},
		{"one document, begun", "---\na: 1\n", ""},
		{"two documents", "a: 1\n---\nb: 2\n", "f.yaml:2:1: got a second document, begun with ---, want one document\n\thint: take the --- out, or put the rest into a file of its own"},
		{"Latin 1", "a: ok\nb: \xe9t\xe9\n", "f.yaml:2:4: got the byte 0xe9, want text in UTF-8\n\thint: save the file as UTF-8"},
		{"deep", "a: " + strings.Repeat("[", 100000), "f.yaml:1:204: got more than 200 lists within each other, want a list of plain fields\n\thint: close what was left open"},
		{"deep on one line", "a:\n" + strings.Repeat("- ", 100000), "f.yaml:2:1: got more than 200 lists within each other, want a list of plain fields\n\thint: close what was left open"},
		{"no YAML", "a: [1\n", "f.yaml:1:4: got \"[\", sequence end token ']' not found, want YAML\n\thint: quote a text that holds a colon, a bracket or a quote"},
		{"a tag", "a: 1\nb:\n- !include x.yaml\n", "f.yaml:3:3: got the tag \"!include\", want a value without one\n\thint: put a text that begins with ! into quotes; no file names another that is read"},
		{"a tag of YAML's own", "a: !!binary aGk=\n", "f.yaml:1:4: got the tag \"!!binary\", want a value without one\n\thint: put a text that begins with ! into quotes; no file names another that is read"},
		{"a text like a tag", "a: \"!include x.yaml\"\n", ""},
		{"large", strings.Repeat("#", 17<<20), "f.yaml:1:1: got 17825792 bytes, want a file of at most 16777216\n\thint: is it the right file?"},
	} {
		start := time.Now()
		_, _, err := YAML([]byte(tt.in), "f.yaml")
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %v", tt.name, took)
		}
	}
}
