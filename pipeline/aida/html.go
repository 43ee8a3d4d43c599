package aida

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"asylum/pipeline/obs"

	"golang.org/x/net/html"
)

// Bounds of a saved page. Real ones are a few hundred kilobytes, and ten
// megabytes with their pictures inlined; beyond these a file is no such page.
const (
	maxPage  = 32 << 20 // bytes
	maxToken = 16 << 20 // bytes of one tag or run of text: an inlined picture
	maxCell  = 16 << 10 // bytes of text in a table's cell
	maxBlock = 4 << 10  // bytes kept of a paragraph
	maxDepth = 4096     // open elements
	maxParts = 100_000  // cells, after colspan and rowspan; paragraphs
	maxSpan  = 64       // of one cell, either way
)

var start = obs.Pattern(`(?is)^(\x{FEFF})?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|title|meta|link|table|h[1-6]|div|p|article|main|section|figure)[\s>]`)

// IsHTML reports whether a file that begins so is a saved page.
func IsHTML(head []byte) bool {
	first := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), "\t\n\f\r ")
	return bytes.HasPrefix(first, []byte("<")) && start().Match(head)
}

// A block is a run of text between two block elements outside of tables.
type block struct {
	text    string
	heading bool // h1 to h6
	crumb   bool // inside a breadcrumb
	pos     obs.Pos
}

// A cell is one td or th. Lines of its text are block elements or <br>.
type cell struct {
	text       string
	pos        obs.Pos
	cols, rows int // what it spans
}

// A grid is a table of the page; first is the index of the next block, so that
// blocks before it stand above the table.
type grid struct {
	rows  [][]cell
	pos   obs.Pos
	first int
	outer bool // holds other tables: layout
}

// A source is what scanning finds: no meaning yet.
type source struct {
	title, canonical string
	blocks           []block
	grids            []*grid
}

// scanner walks the tokens of a page. Nothing in it recurses, and all that it
// keeps is bounded.
type scanner struct {
	file      string
	line, col int
	src       source
	open      []*frame // tables around the current token
	text      []byte   // of the current block
	at        obs.Pos  // where that begins
	heading   bool
	depth     int
	crumb     int // depth at which a breadcrumb began, 0 for none
	mark      int // where a footnote mark may begin in the current buffer, -1 for none
	raw       string
	parts     int
}

// A frame is an open table.
type frame struct {
	g    *grid
	row  bool
	cell bool
	cur  cell
	buf  []byte
	seen bool // text stands in the cell: its place is known
}

// errTooBig stops reading of a page that is none.
var errTooBig = errors.New("page too big")

type bounded struct {
	r io.Reader
	n int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.n <= 0 {
		return 0, errTooBig
	}
	if len(p) > b.n {
		p = p[:b.n]
	}
	n, err := b.r.Read(p)
	b.n -= n
	return n, err
}

// scan reads the blocks and tables of a page.
func scan(r io.Reader, file string) (*source, error) {
	s := &scanner{file: file, line: 1, col: 1, mark: -1}
	z := html.NewTokenizer(&bounded{r, maxPage})
	z.SetMaxBuf(maxToken)
	for {
		tt := z.Next()
		at := obs.Pos{File: file, Line: s.line, Col: s.col}
		raw := z.Raw()
		lead := len(raw) - len(bytes.TrimLeft(raw, " \t\r\n\f"))
		begin := s.after(at, raw[:lead])
		s.advance(raw)
		if tt == html.ErrorToken {
			if err := z.Err(); err != io.EOF {
				switch {
				case errors.Is(err, html.ErrBufferExceeded):
					return nil, s.tooBig(at, "a tag or a run of text of more than 16 MB")
				case errors.Is(err, errTooBig):
					return nil, s.tooBig(at, "a page of more than 32 MB")
				}
				return nil, err
			}
			break
		}
		var err error
		switch tt {
		case html.TextToken:
			if !utf8.Valid(raw) {
				return nil, &obs.ParseError{Pos: at, Got: "bytes that are not UTF-8", Want: "UTF-8 text", Hint: "save the page again from the browser, as a complete web page"}
			}
			err = s.addText(z.Text(), begin)
		case html.StartTagToken, html.SelfClosingTagToken:
			err = s.startTag(z, at)
		case html.EndTagToken:
			name, _ := z.TagName()
			s.endTag(string(name))
		}
		if err != nil {
			return nil, err
		}
	}
	if len(s.open) > 0 {
		return nil, &obs.ParseError{Pos: obs.Pos{File: file, Line: s.line, Col: s.col}, Got: "the end of the file inside a table", Want: "a whole page", Hint: "save or fetch the page again"}
	}
	s.flush()
	return &s.src, nil
}

func (s *scanner) after(at obs.Pos, b []byte) obs.Pos {
	if n := bytes.Count(b, []byte("\n")); n > 0 {
		at.Line += n
		at.Col = len(b) - bytes.LastIndexByte(b, '\n')
	} else {
		at.Col += len(b)
	}
	return at
}

func (s *scanner) advance(b []byte) {
	at := s.after(obs.Pos{Line: s.line, Col: s.col}, b)
	s.line, s.col = at.Line, at.Col
}

func (s *scanner) tooBig(at obs.Pos, got string) error {
	return &obs.ParseError{Pos: at, Got: got, Want: "a Statistics page of AIDA", Hint: "save the page itself, not the site around it"}
}

func (s *scanner) frame() *frame {
	if n := len(s.open); n > 0 {
		return s.open[n-1]
	}
	return nil
}

func (s *scanner) addText(text []byte, at obs.Pos) error {
	switch s.raw {
	case "title":
		if len(s.src.title) < maxBlock {
			s.src.title += " | " + squash(string(text[:min(len(text), maxBlock)]))
		}
		return nil
	case "":
	default: // script, style and their like
		return nil
	}
	if len(text) == 0 {
		return nil
	}
	blank := (text[0] <= ' ' || text[0] >= utf8.RuneSelf) && len(text) <= 64 && strings.TrimSpace(blanks.Replace(string(text))) == ""
	if f := s.frame(); f != nil && f.cell {
		if !blank && !f.seen {
			f.cur.pos, f.seen = at, true
		}
		if len(f.buf)+len(text) > maxCell {
			return s.tooBig(at, "a cell of more than 16 KB")
		}
		f.buf = append(f.buf, text...)
		return nil
	}
	if blank && len(s.text) == 0 {
		return nil
	}
	if len(s.text) == 0 {
		s.at = at
	}
	s.text = append(s.text, text[:min(len(text), maxBlock-min(maxBlock, len(s.text)))]...)
	return nil
}

// flush ends the current block.
func (s *scanner) flush() {
	s.mark = -1
	if len(s.text) == 0 {
		return
	}
	if text := squash(strings.ToValidUTF8(string(s.text), "")); text != "" && s.parts <= maxParts {
		s.parts++ // the next tag refuses the page if these are too many
		s.src.blocks = append(s.src.blocks, block{text: text, heading: s.heading, crumb: s.crumb > 0, pos: s.at})
	}
	s.text = s.text[:0]
}

// lineBreak ends a line of a cell, or the current block.
func (s *scanner) lineBreak() {
	if f := s.frame(); f != nil && f.cell {
		if len(f.buf) < maxCell {
			f.buf = append(f.buf, '\n')
		}
		s.mark = -1
		return
	}
	s.flush()
}

func (s *scanner) buffer() *[]byte {
	if f := s.frame(); f != nil && f.cell {
		return &f.buf
	}
	return &s.text
}

// void elements have no end, and optional ones need none: neither is depth.
var (
	void     = words_("area base br col embed hr img input link meta param source track wbr")
	optional = words_("p li td th tr tbody thead tfoot dt dd option colgroup caption html head body optgroup rp rt")
	breaks   = words_("p br div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 section article main header footer nav aside figure figcaption blockquote pre hr address form body option td th tr tbody thead caption")
	rawText  = words_("script style iframe noembed noframes xmp textarea template title")
)

func words_(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

func (s *scanner) startTag(z *html.Tokenizer, at obs.Pos) error {
	b, more := z.TagName()
	name := string(b)
	var attr map[string]string // most tags have none of these
	for n := 0; more && n < 100; n++ {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "colspan", "rowspan", "rel", "href", "property", "content", "class", "id", "name", "aria-label":
			if _, ok := attr[string(k)]; !ok && len(v) <= maxBlock {
				if attr == nil {
					attr = map[string]string{}
				}
				attr[string(k)] = string(v)
			}
		}
	}
	if rawText[name] {
		s.raw = name
		return nil
	}
	if s.parts > maxParts {
		return s.tooBig(at, "more than 100,000 cells and paragraphs")
	}
	if !void[name] && !optional[name] {
		if s.depth++; s.depth > maxDepth {
			return s.tooBig(at, "elements nested more than 4,096 deep")
		}
	}
	switch name {
	case "link":
		if strings.EqualFold(attr["rel"], "canonical") && s.src.canonical == "" {
			s.src.canonical = strings.TrimSpace(attr["href"])
		}
	case "meta":
		switch {
		case attr["property"] == "og:url" && s.src.canonical == "":
			s.src.canonical = strings.TrimSpace(attr["content"])
		case attr["property"] == "og:title" && len(s.src.title) < maxBlock:
			s.src.title += " | " + squash(attr["content"])
		}
	case "sup":
		s.mark = len(*s.buffer())
	case "a":
		if h := attr["href"]; strings.Contains(h, "ftn") || strings.Contains(h, "edn") || strings.Contains(h, "note") {
			s.mark = len(*s.buffer())
		}
	case "table":
		s.flush()
		if f := s.frame(); f != nil {
			f.g.outer = true
		}
		if len(s.open) >= 64 {
			return s.tooBig(at, "tables nested more than 64 deep")
		}
		if s.parts++; s.parts > maxParts {
			return s.tooBig(at, "more than 100,000 cells and paragraphs")
		}
		g := &grid{pos: at, first: len(s.src.blocks)}
		s.src.grids = append(s.src.grids, g)
		s.open = append(s.open, &frame{g: g})
		return nil
	case "tr", "td", "th":
		if f := s.frame(); f != nil {
			if s.parts++; s.parts > maxParts {
				return s.tooBig(at, "more than 100,000 cells and paragraphs")
			}
			s.closeCell(f)
			if name == "tr" || !f.row {
				f.g.rows = append(f.g.rows, nil)
				f.row = true
			}
			if name != "tr" {
				s.flush()
				f.cell, f.seen = true, false
				f.cur = cell{pos: at, cols: span(attr["colspan"]), rows: span(attr["rowspan"])}
			}
			return nil
		}
	}
	if attr != nil && s.crumb == 0 && !void[name] && !optional[name] && strings.Contains(strings.ToLower(attr["class"]+" "+attr["id"]+" "+attr["aria-label"]), "breadcrumb") {
		s.flush()
		s.crumb = s.depth
	}
	if breaks[name] {
		s.lineBreak()
		if s.heading = len(name) == 2 && name[0] == 'h' && name[1] != 'r'; s.heading {
			s.at = at
		}
	}
	return nil
}

func (s *scanner) endTag(name string) {
	if rawText[name] {
		s.raw = ""
		return
	}
	switch name {
	case "sup", "a":
		buf := s.buffer()
		if s.mark >= 0 && s.mark <= len(*buf) {
			if m := strings.TrimSpace(string((*buf)[s.mark:])); len(m) <= 3 && digits(m) { // <sup>3</sup> behind 28 is not 283
				*buf = append(append(append((*buf)[:s.mark], '['), m...), ']')
			}
			s.mark = -1
		}
	case "table":
		if f := s.frame(); f != nil {
			s.closeCell(f)
			s.flush()
			s.open = s.open[:len(s.open)-1]
		}
	case "td", "th", "tr":
		if f := s.frame(); f != nil {
			s.closeCell(f)
			f.row = f.row && name != "tr"
		}
	}
	if breaks[name] {
		s.lineBreak()
		s.heading = false
	}
	if !void[name] && !optional[name] && s.depth > 0 {
		if s.depth--; s.crumb > s.depth {
			s.flush()
			s.crumb = 0
		}
	}
}

// closeCell ends the open cell of a table, if there is one.
func (s *scanner) closeCell(f *frame) {
	s.mark = -1
	if !f.cell {
		s.flush()
		return
	}
	f.cell = false
	f.cur.text = lines(string(f.buf))
	f.buf = f.buf[:0]
	last := &f.g.rows[len(f.g.rows)-1]
	*last = append(*last, f.cur)
}

// span reads a colspan; what is no number from 1 spans one.
func span(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, maxSpan)
}

// squash makes one line of s, with single blanks.
func squash(s string) string { return strings.Join(strings.Fields(blanks.Replace(s)), " ") }

// lines squashes each line of a cell on its own and leaves blank ones out, as
// well as the bullets of a list. Blanks that a browser would show stay.
func lines(s string) string {
	var out []string
	for l := range strings.SplitSeq(s, "\n") {
		l = strings.Join(strings.FieldsFunc(l, func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\f' }), " ")
		if strings.TrimSpace(blanks.Replace(l)) != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// A slot is a place of the unrolled grid: the cell that covers it, and whether
// the cell begins there.
type slot struct {
	*cell
	origin bool
}

// unroll lays the cells of a table out, colspan and rowspan applied.
func (g *grid) unroll(budget *int) ([][]slot, bool) {
	out := make([][]slot, len(g.rows))
	for r := range g.rows {
		c := 0
		for i := range g.rows[r] {
			cl := &g.rows[r][i]
			for c < len(out[r]) && out[r][c].cell != nil {
				c++
			}
			for dr := range min(cl.rows, len(g.rows)-r) {
				if *budget -= cl.cols; *budget < 0 {
					return nil, false
				}
				if need := c + cl.cols; len(out[r+dr]) < need {
					out[r+dr] = append(out[r+dr], make([]slot, need-len(out[r+dr]))...)
				}
				for dc := range cl.cols {
					out[r+dr][c+dc] = slot{cl, dr == 0 && dc == 0}
				}
			}
			c += cl.cols
		}
	}
	empty := &cell{cols: 1, rows: 1, pos: g.pos}
	for r := range out { // a rowspan may leave a hole
		for c := range out[r] {
			if out[r][c].cell == nil {
				out[r][c] = slot{empty, true}
			}
		}
	}
	return slices.Clip(out), true
}
