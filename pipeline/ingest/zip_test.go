package ingest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// zipOf makes a zip of names and contents in turn.
func zipOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err == nil {
			_, err = io.WriteString(w, files[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUnzip(t *testing.T) {
	book := string(zipOf(t, "[Content_Types].xml", "<Types/>", "xl/workbook.xml", "<workbook/>"))
	for _, tt := range []struct {
		name        string
		in          []byte
		inner, want string
		label       string
		xlsx        bool
	}{
		{"one table", zipOf(t, "a.tsv", "x\ty\n"), "a.tsv", "x\ty\n", "", false},
		{"with what stands beside", zipOf(t, "d/", "", "__MACOSX/d/._a.csv", "?", ".DS_Store", "?", "README.md", "?", "notes.txt", "?", "d/a_1_Data.csv", "1", "d/a_Label.csv", "2"), "d/a_1_Data.csv", "1", "2", false},
		{"a workbook", []byte(book), "", book, "", true},
		{"a workbook in a zip", zipOf(t, "a.xlsx", book), "a.xlsx", book, "", true},
	} {
		a, err := unzip(bytes.NewReader(tt.in), "z.zip", Options{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got, err := io.ReadAll(a.in)
		if err != nil || string(got) != tt.want || a.name != tt.inner || string(a.label.text) != tt.label || a.xlsx != tt.xlsx || !isZip(tt.in) {
			t.Errorf("%s: got %q of %q, label %q, workbook %v (%v)", tt.name, got, a.name, a.label.text, a.xlsx, err)
		}
	}
	if isZip([]byte("PKx")) || isZip(nil) {
		t.Error("another file is taken for a zip")
	}
}

func TestUnzipRefusals(t *testing.T) {
	whole := zipOf(t, "a.tsv", strings.Repeat("x\ty\n", 1000))
	flip := bytes.Clone(whole)
	flip[60] ^= 0xff
	secret := bytes.Clone(whole)
	for _, sig := range []struct {
		mark string
		at   int
	}{{"PK\x03\x04", 6}, {"PK\x01\x02", 8}} {
		secret[bytes.Index(secret, []byte(sig.mark))+sig.at] |= 1
	}
	// A file that says it is small and is not.
	liar := zipOf(t, "a.tsv", strings.Repeat("0", 1<<20))
	at := bytes.Index(liar, []byte("PK\x01\x02")) + 24
	binary.LittleEndian.PutUint32(liar[at:], 5)
	many := []string{}
	for i := range 1001 {
		many = append(many, fmt.Sprintf("%d.txt", i), "")
	}
	const one = ", want one with a single table\n\thint: "
	for _, tt := range []struct {
		name string
		in   []byte
		opt  Options
		want string
	}{
		{"no zip", []byte("PK\x03\x04 and so on"), Options{}, "z.zip: got a damaged zip file (zip: not a valid zip file), want a whole one\n\thint: download it again"},
		{"cut", whole[:len(whole)-30], Options{}, "z.zip: got a damaged zip file (zip: not a valid zip file), want a whole one\n\thint: download it again"},
		{"nothing", zipOf(t, "readme", "x", "d/", ""), Options{}, "z.zip: got a zip without a table" + one + "unpack it and look what it holds"},
		{"two", zipOf(t, "a.tsv", "x", "d/b.csv", "y"), Options{}, `z.zip: got a zip of 2 files: "a.tsv", "d/b.csv"` + one + "unpack it, and pass its tables one by one"},
		{"many", zipOf(t, many...), Options{}, "z.zip: got a zip of 1001 files" + one + "unpack it, and pass the table"},
		{"nested", zipOf(t, "b.zip", string(whole)), Options{}, `z.zip: got a zip in a zip: "b.zip", want a zip of a table` + "\n\thint: unpack it, and pass what is inside"},
		{"gzip", zipOf(t, "b.tsv.gz", "\x1f\x8b\x08"), Options{}, `z.zip: got a gzip file in a zip: "b.tsv.gz", want a zip of a table` + "\n\thint: unpack it, and pass what is inside"},
		{"too large, as it says", whole, Options{MaxBytes: 3999}, "z.zip!a.tsv: got a file that unpacks to more than 3999 bytes, want a table\n\thint: if it really is one, raise the limit with --max-bytes"},
		{"lies", liar, Options{}, "z.zip!a.tsv: got a damaged zip file (zip: not a valid zip file), want a whole one\n\thint: download it again"},
		{"damaged", flip, Options{}, ""},
		{"secret", secret, Options{}, "z.zip!a.tsv: got a file with a password, want one without\n\thint: unpack it, and pass what is inside"},
		{"a label alone", zipOf(t, "a_Label.csv", "x"), Options{}, "z.zip!a_Label.csv: got the Label file of a table, want its Data file, such as migr_asyappctza_1_Data.csv\n\thint: give the Data file, with the Label file beside it: then its day is read from there"},
	} {
		a, err := unzip(bytes.NewReader(tt.in), "z.zip", tt.opt)
		if err == nil {
			_, err = io.Copy(io.Discard, a.in)
		}
		if err == nil || tt.want != "" && err.Error() != tt.want || !strings.HasPrefix(err.Error(), "z.zip") {
			t.Errorf("%s:\ngot  %v\nwant %s", tt.name, err, tt.want)
		}
	}
}

// A bomb costs no more than the reader's buffer.
func TestUnzipIsBounded(t *testing.T) {
	in := zipOf(t, "a.tsv", strings.Repeat("0", 64<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err := unzip(bytes.NewReader(in), "z.zip", Options{MaxBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, a.in)
	runtime.ReadMemStats(&after)
	if n != 64<<20 || err != nil || after.TotalAlloc-before.TotalAlloc > 8<<20 {
		t.Errorf("%d bytes, %v, %d allocated", n, err, after.TotalAlloc-before.TotalAlloc)
	}
}
