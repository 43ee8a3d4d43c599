// Package pdf writes PDF 1.7 documents of vector drawings and text in the
// house's letters: the text can be selected and searched in every script the
// letters have, fonts are embedded with the letters used only, bookmarks and
// titles are Unicode, and what a picture says is told to those who do not see
// it. No clock time is written: the same pages give the same bytes.
//
// A [Page] is a [vg.Canvas], so charts and gonum's plots draw on it; one unit
// is one point, counted from the lower left corner.
package pdf

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"

	"asylum/reports/letter"
)

// Info is what a document says of itself. Empty fields are left out.
type Info struct {
	Title, Author, Subject, Keywords string
	Lang                             string // BCP 47, such as "fr"
}

// A Document collects pages and is written by [Document.Write].
type Document struct {
	info  Info
	pages []*Page
	fonts [3]*letter.Subset
	marks []bookmark
	parts []part
	err   error
}

// A bookmark leads to a height of a page.
type bookmark struct {
	title string
	level int
	page  int
	y     float64
}

// A part is a piece of a page with its role for assistive software.
type part struct {
	role, alt string
	page, id  int
}

// New begins a document without pages.
func New(info Info) *Document { return &Document{info: info} }

// Page adds a page of a size in points.
func (d *Document) Page(width, height float64) *Page {
	p := &Page{doc: d, n: len(d.pages), width: width, height: height, alphas: map[uint8]bool{}}
	p.now = state{ctm: matrix{1, 0, 0, 1, 0, 0}, width: 1}
	p.content.WriteString("1 j\n")
	d.pages = append(d.pages, p)
	return p
}

// Bookmark adds a line to the outline that leads to height y of p. Level 0 is
// the outermost; a level that is too deep is raised to one under the last.
func (d *Document) Bookmark(title string, level int, p *Page, y float64) {
	most := 0
	if n := len(d.marks); n > 0 {
		most = d.marks[n-1].level + 1
	}
	d.marks = append(d.marks, bookmark{title, min(max(level, 0), most), p.n, y})
}

// font is the subset of a weight, begun when it is first used.
func (d *Document) font(w letter.Weight) *letter.Subset {
	if d.fonts[w] == nil {
		s, err := w.New()
		if err != nil {
			d.err = err
			return nil
		}
		d.fonts[w] = s
	}
	return d.fonts[w]
}

// A file is a PDF while it is written.
type file struct {
	bytes.Buffer
	at []int // offsets of the objects, by number less one
}

// reserve takes the number of an object that is written later.
func (f *file) reserve() int {
	f.at = append(f.at, 0)
	return len(f.at)
}

func (f *file) object(n int, body string) int {
	f.at[n-1] = f.Len()
	f.WriteString(strconv.Itoa(n) + " 0 obj\n" + body + "\nendobj\n")
	return n
}

// add writes an object under the next number.
func (f *file) add(body string) int { return f.object(f.reserve(), body) }

// stream writes data, deflated, with the entries of its dictionary.
func (f *file) stream(n int, dict string, data []byte) (int, error) {
	packed, err := letter.Deflate(data)
	if err != nil {
		return 0, err
	}
	return f.object(n, fmt.Sprintf("<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream", dict, len(packed), packed)), nil
}

func ref(n int) string { return strconv.Itoa(n) + " 0 R" }

func refs(ns []int) string {
	var b bytes.Buffer
	for i, n := range ns {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(ref(n))
	}
	return b.String()
}

// unicode writes a string of text as UTF-16, which every title may need.
func unicode(s string) string {
	b := []byte("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		b = fmt.Appendf(b, "%04X", u)
	}
	return string(append(b, '>'))
}

// Write writes the whole document.
func (d *Document) Write(w io.Writer) error {
	if d.err != nil {
		return d.err
	}
	if len(d.pages) == 0 {
		return fmt.Errorf("pdf: got no page, want one at least")
	}
	f := &file{}
	f.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	catalog, tree, info := f.reserve(), f.reserve(), f.reserve()
	fonts, err := d.writeFonts(f)
	if err != nil {
		return err
	}
	pages := make([]int, len(d.pages))
	for i := range pages {
		pages[i] = f.reserve()
	}
	for i, p := range d.pages {
		if err := p.write(f, pages[i], tree, fonts); err != nil {
			return err
		}
	}
	f.object(tree, fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(pages), refs(pages)))
	root := "<</Type/Catalog/Pages " + ref(tree) + "/ViewerPreferences<</DisplayDocTitle true>>"
	if d.info.Lang != "" {
		root += "/Lang" + unicode(d.info.Lang)
	}
	if n := d.writeMarks(f, pages); n > 0 {
		root += "/Outlines " + ref(n) + "/PageMode/UseOutlines"
	}
	if n := d.writeParts(f, pages); n > 0 {
		root += "/MarkInfo<</Marked true>>/StructTreeRoot " + ref(n)
	}
	f.object(catalog, root+">>")
	f.object(info, d.about())
	return f.finish(w, catalog, info)
}

func (d *Document) about() string {
	s := "<<"
	for _, e := range [][2]string{
		{"Title", d.info.Title}, {"Author", d.info.Author}, {"Subject", d.info.Subject}, {"Keywords", d.info.Keywords}, {"Creator", "asylum"},
	} {
		if e[1] != "" {
			s += "/" + e[0] + unicode(e[1])
		}
	}
	return s + ">>"
}

// finish writes the table of offsets and what stands at the end of the file.
func (f *file) finish(w io.Writer, catalog, info int) error {
	start := f.Len()
	sum := sha256.Sum256(f.Bytes())
	fmt.Fprintf(f, "xref\n0 %d\n0000000000 65535 f \n", len(f.at)+1)
	for _, at := range f.at {
		fmt.Fprintf(f, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(f, "trailer\n<</Size %d/Root %s/Info %s/ID[<%X><%X>]>>\nstartxref\n%d\n%%%%EOF\n", len(f.at)+1, ref(catalog), ref(info), sum[:16], sum[:16], start)
	_, err := w.Write(f.Bytes())
	return err
}
