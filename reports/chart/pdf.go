package chart

import (
	"io"
	"strings"

	"asylum/reports/pdf"
)

// Points is how many points of a printed page one px of the sheet is: 1, but on
// [A4] as many as make the sheet 160 mm wide. Whoever draws onto a page of a
// document scales by it.
func (z Size) Points() float64 {
	if mm := formats[z].mm; mm > 0 {
		return mm / 25.4 * 72 / formats[z].w
	}
	return 1
}

// PDF writes f as a document of one page as large as the sheet, without a
// date: text stays text, in fonts that the file holds.
func PDF(w io.Writer, f Figure, o Options) error {
	s, err := compose(f, o)
	if err != nil {
		return err
	}
	h := f.Header()
	doc := pdf.New(pdf.Info{Title: h.TitleText(), Subject: clean(h.Alt), Lang: clean(h.Lang), Keywords: clean(strings.Join(append([]string{h.ID}, h.Definitions...), ", "))})
	k := o.Size.Points()
	p := doc.Page(s.w*k, s.h*k)
	p.Begin("Figure", clean(h.Alt))
	p.Scale(k, k)
	s.play(p)
	return doc.Write(w)
}
