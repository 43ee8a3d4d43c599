// Package pdftest reads the documents of package pdf by other means than they are
// written by, for tests.
package pdftest

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// A Reading is a document taken apart by other means than it was written.
type Reading struct {
	Objects map[int]string // by number
	Streams map[int]string // what they hold, inflated
}

// Read takes a document apart and fails where its table of offsets, a length or a
// reference is wrong.
func Read(t testing.TB, doc []byte) *Reading {
	t.Helper()
	r := &Reading{map[int]string{}, map[int]string{}}
	start := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(doc)
	if start == nil {
		t.Fatal("no end of file")
	}
	at, _ := strconv.Atoi(string(start[1]))
	rows := strings.Split(string(doc[at:]), "\n")
	if rows[0] != "xref" {
		t.Fatalf("startxref leads to %.20q", rows[0])
	}
	var n int
	fmt.Sscanf(rows[1], "0 %d", &n)
	for i := 1; i < n; i++ {
		if len(rows[2+i]) != 19 {
			t.Fatalf("row %d of xref is %q", i, rows[2+i])
		}
		off, _ := strconv.Atoi(rows[2+i][:10])
		head := fmt.Sprintf("%d 0 obj\n", i)
		if !bytes.HasPrefix(doc[off:], []byte(head)) {
			t.Fatalf("object %d is not at %d: %.20q", i, off, doc[off:])
		}
		body := doc[off+len(head):]
		if m := regexp.MustCompile(`^<<[^\n]*/Length (\d+)>>stream\n`).FindSubmatch(body); m != nil {
			size, _ := strconv.Atoi(string(m[1]))
			z, err := zlib.NewReader(bytes.NewReader(body[len(m[0]) : len(m[0])+size]))
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			r.Streams[i], r.Objects[i] = string(data), string(m[0])
			if !bytes.HasPrefix(body[len(m[0])+size:], []byte("\nendstream\nendobj\n")) {
				t.Errorf("stream %d is longer than it says", i)
			}
			continue
		}
		r.Objects[i] = string(body[:bytes.Index(body, []byte("\nendobj"))])
	}
	for i, o := range r.Objects {
		for _, m := range regexp.MustCompile(`\b(\d+) 0 R`).FindAllStringSubmatch(o, -1) {
			if k, _ := strconv.Atoi(m[1]); r.Objects[k] == "" {
				t.Errorf("object %d names %d, which is not there", i, k)
			}
		}
	}
	return r
}

// Find returns the first object, by number, that holds a text.
func (r *Reading) Find(part string) (int, string) {
	for i := 1; i <= len(r.Objects); i++ {
		if strings.Contains(r.Objects[i], part) {
			return i, r.Objects[i]
		}
	}
	return 0, ""
}

// Follow is the number of the object that an entry of o leads to.
func (r *Reading) Follow(t testing.TB, o, name string) int {
	t.Helper()
	m := regexp.MustCompile(name + `\[?(\d+) 0 R`).FindStringSubmatch(o)
	if m == nil {
		t.Fatalf("no %s in %.200s", name, o)
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// Text decodes what the pages set, a line for each string, through the fonts'
// own tables.
func (r *Reading) Text(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, page := range r.Pages(t) {
		for _, run := range page {
			out = append(out, run.Text)
		}
	}
	return out
}

// A Run is a string where a page sets it: its start on the baseline, from the lower
// left corner, and its size, in points. Size is 0 of one that does not run level.
type Run struct {
	Text       string
	Font       int // the weight, as package letter counts
	X, Y, Size float64
}

// Pages gives the strings of each page in the order in which they are set.
func (r *Reading) Pages(t testing.TB) [][]Run {
	t.Helper()
	var out [][]Run
	for i := 1; i <= len(r.Objects); i++ {
		if !strings.HasPrefix(r.Objects[i], "<</Type/Page/") {
			continue
		}
		var runs []Run
		maps := map[string]map[string]string{}
		for _, f := range regexp.MustCompile(`/F(\d) (\d+) 0 R`).FindAllStringSubmatch(r.Objects[i], -1) {
			n, _ := strconv.Atoi(f[2])
			maps[f[1]] = map[string]string{}
			for _, m := range regexp.MustCompile(`<(....)> <([0-9A-F]+)>`).FindAllStringSubmatch(r.Streams[r.Follow(t, r.Objects[n], "/ToUnicode ")], -1) {
				maps[f[1]][m[1]] = Decode(m[2])
			}
		}
		for _, m := range regexp.MustCompile(`BT /F(\d) 1 Tf (\S+) (\S+) \S+ \S+ (\S+) (\S+) Tm \[(.*)\] TJ ET`).FindAllStringSubmatch(r.Streams[r.Follow(t, r.Objects[i], "/Contents ")], -1) {
			line := ""
			for _, hex := range regexp.MustCompile(`<([0-9A-F]*)>`).FindAllStringSubmatch(m[6], -1) {
				for g := hex[1]; g != ""; g = g[4:] {
					line += maps[m[1]][g[:4]]
				}
			}
			run := Run{Text: line, X: value(m[4]), Y: value(m[5])}
			if run.Font, _ = strconv.Atoi(m[1]); m[3] == "0" {
				run.Size = value(m[2])
			}
			runs = append(runs, run)
		}
		out = append(out, runs)
	}
	return out
}

func value(s string) float64 {
	v, _ := strconv.ParseFloat(s, 64)
	return v
}

// Decode reads a string of UTF-16, in hex.
func Decode(hex string) string {
	var u []uint16
	for ; len(hex) >= 4; hex = hex[4:] {
		v, _ := strconv.ParseUint(hex[:4], 16, 16)
		u = append(u, uint16(v))
	}
	return strings.TrimPrefix(string(utf16.Decode(u)), "\uFEFF")
}
