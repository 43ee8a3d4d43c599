package eurostat

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"asylum/pipeline/obs"
)

// Bounds of a workbook. The Data Browser makes none of more than half a
// million cells.
const (
	maxBook    = 128 << 20 // packed
	maxXML     = 256 << 20 // unpacked, all parts that are read
	maxParts   = 10_000
	maxColumns = 16_384 // of Excel itself
	maxRows    = 1 << 20
	maxStrings = 5_000_000
	maxFigures = 1_000_000
)

const mendXLSX = "download it again from the Data Browser, or take TSV or SDMX-CSV"

// IsXLSX reports whether the files of a zip make up a workbook of Excel.
func IsXLSX(files []*zip.File) bool {
	types, xl := false, false
	for _, f := range files {
		types = types || f.Name == "[Content_Types].xml"
		xl = xl || strings.HasPrefix(f.Name, "xl/")
	}
	return types && xl
}

// A book is a workbook whose sheets are read row by row: nothing but its
// shared strings is ever held whole.
type book struct {
	file   string
	parts  map[string]*zip.File
	left   int64
	shared []string
	sheets []sheet
}

type sheet struct{ name, part string }

// A cell is one cell of a sheet; numbers keep the text that stands for them.
type xcell struct {
	col  int
	text string
}

func openBook(r io.Reader, file string) (*book, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxBook+1))
	if err != nil {
		return nil, err
	}
	b := &book{file: file, parts: map[string]*zip.File{}, left: maxXML}
	if len(raw) > maxBook {
		return nil, b.bad("", 0, 0, fmt.Sprintf("a workbook of more than %d bytes", maxBook), "a table", "take the bulk download")
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, b.bad("", 0, 0, "a damaged workbook ("+err.Error()+")", "a whole one", mendXLSX)
	}
	if !IsXLSX(z.File) || len(z.File) > maxParts {
		return nil, b.bad("", 0, 0, fmt.Sprintf("a zip of %d files that is no workbook", len(z.File)), "one of the Data Browser", mendXLSX)
	}
	for _, f := range z.File {
		if b.parts[f.Name] != nil {
			return nil, b.bad("", 0, 0, "the part "+obs.Quote(f.Name)+" twice", "each part once", mendXLSX)
		}
		b.parts[f.Name] = f
	}
	if err := b.list(); err != nil {
		return nil, err
	}
	return b, b.strings()
}

// bad is a refusal that points into a sheet, or at the file where it has none.
func (b *book) bad(sheet string, row, col int, got, want, hint string) *obs.ParseError {
	return &obs.ParseError{Pos: b.pos(sheet, row, col), Got: got, Want: want, Hint: hint}
}

func (b *book) pos(sheet string, row, col int) obs.Pos {
	if sheet == "" {
		return obs.Pos{File: b.file}
	}
	return obs.Pos{File: b.file, Sheet: sheet, Line: row, Col: col}
}

// A part gives the bytes of one file of the workbook to the XML decoder, a
// token's worth at a time.
type part struct {
	in    *bufio.Reader
	book  *book
	token int // bytes left to the token that is being read
}

var (
	errLongToken = errors.New("a text of more than 1 MiB")
	errLongBook  = fmt.Errorf("more than %d bytes unpacked", maxXML)
)

func (p *part) ReadByte() (byte, error) {
	if p.token--; p.token < 0 {
		return 0, errLongToken
	}
	if p.book.left--; p.book.left < 0 {
		return 0, errLongBook
	}
	return p.in.ReadByte()
}

func (p *part) Read(b []byte) (int, error) { // the decoder asks for bytes
	c, err := p.ReadByte()
	if err != nil || len(b) == 0 {
		return 0, err
	}
	b[0] = c
	return 1, nil
}

// walk calls start and end at the elements of a part, and text at what stands
// between them. The last element must be the end of root.
func (b *book) walk(name, label, root string, start func(xml.StartElement) error, text func([]byte), end func(string) error) error {
	f := b.parts[name]
	if f == nil {
		return b.bad("", 0, 0, "a workbook without its part "+obs.Quote(name), "a whole one", mendXLSX)
	}
	damaged := func(err error) error {
		return b.bad(label, 0, 0, "a damaged part "+obs.Quote(name)+" ("+err.Error()+")", "a whole workbook", mendXLSX)
	}
	in, err := f.Open()
	if err != nil {
		return damaged(err)
	}
	defer in.Close()
	p := &part{in: bufio.NewReader(in), book: b}
	d := xml.NewDecoder(p)
	closed := false
	for {
		p.token = maxToken
		tok, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return damaged(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			err = start(tok)
		case xml.EndElement:
			closed = tok.Name.Local == root
			err = end(tok.Name.Local)
		case xml.CharData:
			text(tok)
		}
		if err != nil {
			return err
		}
	}
	if !closed {
		return damaged(io.ErrUnexpectedEOF)
	}
	return nil
}

func attr(e xml.StartElement, space, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == space {
			return a.Value
		}
	}
	return ""
}

// relation is the r:id of a sheet, whatever the prefix.
func relation(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

func noText([]byte) {}

func noEnd(string) error { return nil }

// list reads which sheets there are, in order.
func (b *book) list() error {
	target := map[string]string{}
	err := b.walk("xl/_rels/workbook.xml.rels", "", "Relationships", func(e xml.StartElement) error {
		if e.Name.Local == "Relationship" {
			to := attr(e, "", "Target")
			if !strings.HasPrefix(to, "/") {
				to = "/xl/" + to
			}
			target[attr(e, "", "Id")] = strings.TrimPrefix(path.Clean(to), "/")
		}
		return nil
	}, noText, noEnd)
	if err != nil {
		return err
	}
	return b.walk("xl/workbook.xml", "", "workbook", func(e xml.StartElement) error {
		if e.Name.Local == "sheet" {
			s := sheet{attr(e, "", "name"), target[relation(e)]}
			if s.name == "" || !utf8.ValidString(s.name) {
				return b.bad("", 0, 0, "a sheet without a name", "one for each", mendXLSX)
			}
			b.sheets = append(b.sheets, s)
		}
		if len(b.sheets) > maxParts {
			return b.bad("", 0, 0, fmt.Sprintf("more than %d sheets", maxParts), "a table", "take the bulk download")
		}
		return nil
	}, noText, noEnd)
}

// strings reads the strings that cells refer to by number, if there are any.
func (b *book) strings() error {
	const name = "xl/sharedStrings.xml"
	if b.parts[name] == nil {
		return nil
	}
	var s strings.Builder
	in, size := false, 0
	return b.walk(name, "", "sst", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "si":
			s.Reset()
		case "t":
			in = true
		case "rPh":
			in = false
		}
		return nil
	}, func(t []byte) {
		if in && s.Len() <= maxToken {
			s.Write(t)
			size += len(t)
		}
	}, func(e string) error {
		switch e {
		case "t":
			in = false
		case "si":
			b.shared = append(b.shared, s.String())
			s.Reset()
		}
		if size > maxBook || len(b.shared) > maxStrings || s.Len() > maxToken {
			return b.bad("", 0, 0, "more text than a table has", "a table", mendXLSX)
		}
		return nil
	})
}

// rows calls f at every row of a sheet that has cells, empty ones left out.
func (b *book) rows(s sheet, f func(row int, cells []xcell) error) error {
	row, col, kind, inText, skip := 0, 0, "", false, false
	var cells []xcell
	var text strings.Builder
	var bad error
	err := b.walk(s.part, s.name, "worksheet", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "row":
			n := row + 1
			if r := attr(e, "", "r"); r != "" {
				var err error
				if n, err = strconv.Atoi(r); err != nil || n <= row || n > maxRows {
					return b.bad(s.name, row, 0, "the row "+obs.Quote(r), "one below it", mendXLSX)
				}
			}
			if n > maxRows {
				return b.bad(s.name, row, 0, fmt.Sprintf("more than %d rows", maxRows), "a sheet", mendXLSX)
			}
			row, col, cells = n, 0, cells[:0]
		case "c":
			n := col + 1
			if ref := attr(e, "", "r"); ref != "" {
				var ok bool
				if n, ok = letterColumn(ref, row); !ok || n <= col {
					return b.bad(s.name, row, col, "the cell "+obs.Quote(ref), "one further right in the row", mendXLSX)
				}
			}
			if n > maxColumns {
				return b.bad(s.name, row, n, fmt.Sprintf("more than %d columns", maxColumns), "a sheet", mendXLSX)
			}
			col, kind, skip = n, attr(e, "", "t"), false
			text.Reset()
		case "t", "v":
			inText = !skip
		case "rPh", "f":
			skip = true
		}
		return nil
	}, func(t []byte) {
		if inText && text.Len() <= maxToken {
			text.Write(t)
		}
	}, func(e string) error {
		switch e {
		case "t", "v":
			inText = false
		case "rPh", "f":
			skip = false
		case "c":
			t := strings.Clone(text.String())
			if text.Len() > maxToken {
				return b.bad(s.name, row, col, "a text of more than 1 MiB", "a cell", mendXLSX)
			}
			if kind == "s" {
				n, err := strconv.Atoi(t)
				if err != nil || n < 0 || n >= len(b.shared) {
					return b.bad(s.name, row, col, "the shared text "+obs.Quote(t), fmt.Sprintf("one of the %d there are", len(b.shared)), mendXLSX)
				}
				t = b.shared[n]
			}
			if kind == "e" || kind == "b" {
				return b.bad(s.name, row, col, "the value "+obs.Quote(t)+" of a formula", "a text or a number", mendXLSX)
			}
			if t = strings.Join(strings.Fields(t), " "); t != "" {
				cells = append(cells, xcell{col, t})
			}
		case "row":
			if len(cells) > 0 {
				bad = f(row, cells)
			}
			return bad
		}
		return nil
	})
	return err
}

// letterColumn reads the letters of a cell's name, whose digits must be its row.
func letterColumn(ref string, row int) (int, bool) {
	n, i := 0, 0
	for ; i < len(ref) && i < 4 && ref[i]-'A' < 26; i++ {
		n = n*26 + int(ref[i]-'A') + 1
	}
	r, err := strconv.Atoi(ref[i:])
	return n, i > 0 && err == nil && r == row
}
