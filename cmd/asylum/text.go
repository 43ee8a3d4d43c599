package main

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
	"sync"
	"unicode/utf8"

	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
)

// A block is some results as text: their lines, and the warnings among them.
type block struct {
	grid
	notes
}

// textBlock writes results, each on a line of its own.
func textBlock(results iter.Seq[*rate.Result]) block {
	b := block{grid: newGrid(5)}
	for r := range results {
		b.cell(r.Citizen)
		b.cell(r.Geo, part(r.Sex, "T"), part(r.Age, "TOTAL"))
		b.cell(string(r.Period))
		b.buf = r.Append(b.buf)
		b.end()
		b.buf = appendOrigin(b.buf, r)
		b.end()
		b.note(r)
	}
	b.fit()
	return b
}

// text prints results in columns, then what is to be said about them.
func (a *app) text(ask question, blocks []block) error {
	d := ask.d
	a.printf("%s: %s, %s\n", d.Name, ledger.Lower(d.Title), d.Formula)
	results, widths := 0, make([]int, 5)
	for i := range blocks {
		results += blocks[i].results
		for col, w := range blocks[i].widths {
			widths[col] = max(widths[col], w)
		}
	}
	if results == 0 {
		why := "no table at hand holds such a cell"
		if d.Lacks != "" {
			why = "no value: " + d.Lacks
		}
		a.printf("%s\n", why)
		return nil
	}
	var said []byte
	err := rate.Parallel(2, func(i int) error {
		if i == 0 {
			return a.lines(blocks, widths)
		}
		said = paragraph(blocks)
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := a.stdout.Write(said); err != nil {
		return err
	}
	a.caveats(ask)
	return nil
}

// paragraph gives the warnings of all blocks.
func paragraph(blocks []block) []byte {
	var all notes
	for i := range blocks {
		all.add(&blocks[i].notes)
	}
	return all.paragraph()
}

// lines prints blocks as lines in columns of these widths. Some blocks at a time
// are made into lines, on every processor, then printed in their order.
func (a *app) lines(blocks []block, widths []int) error {
	var room [4][]byte
	for some := range slices.Chunk(blocks, len(room)) {
		rate.Parallel(len(some), func(i int) error {
			room[i] = some[i].appendLines(slices.Grow(room[i][:0], some[i].size(widths)), widths)
			return nil
		})
		for i := range some {
			if _, err := a.stdout.Write(room[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// caveats prints what is to be known about a definition and what was asked
// beside it.
func (a *app) caveats(ask question) {
	if m := ask.q.Interval; m != "" {
		a.printf("  note: sampling: the 95 %% interval of the printed counts (%s); it is not certain, as the bounds in brackets are\n", methods[m])
	}
	for _, c := range ask.d.Caveats {
		a.printf("  note: %s\n", c)
	}
}

var methods = map[string]string{rate.Wilson95: "Wilson", rate.Exact95: "Clopper-Pearson"}

// A grid holds cells in columns. It does for tens of thousands of rows what a
// tabwriter does for few. A cell that is the same as the one above is not held
// again.
type grid struct {
	buf    []byte   // the cells, one behind the other
	sizes  []int32  // of the cells in buf, in bytes; same for those that are as above
	widths []int    // of the columns, in characters
	above  [][2]int // where in buf the cells of the row above are, or of this row so far
	col    int      // the column of the next cell
	from   int      // where in buf it begins
}

const same = -1

// grids are kept for the next block: what is grown once has room for it.
var grids = sync.Pool{New: func() any { return &grid{} }}

func newGrid(cols int) grid {
	g := grids.Get().(*grid)
	return grid{buf: g.buf[:0], sizes: g.sizes[:0], widths: make([]int, cols), above: make([][2]int, cols)}
}

// fit gives the grid no more room than it needs. Nothing is added to it any more.
func (g *grid) fit() {
	big := &grid{buf: g.buf, sizes: g.sizes}
	g.buf, g.sizes = slices.Clone(g.buf), slices.Clone(g.sizes)
	grids.Put(big)
}

// cell adds a cell out of parts.
func (g *grid) cell(parts ...string) {
	for _, s := range parts {
		g.buf = append(g.buf, s...)
	}
	g.end()
}

// end ends a cell that was written to buf.
func (g *grid) end() {
	cell, above := g.buf[g.from:], &g.above[g.col]
	if bytes.Equal(cell, g.buf[above[0]:above[1]]) {
		g.buf = g.buf[:g.from]
		g.sizes = append(g.sizes, same)
	} else {
		*above = [2]int{g.from, len(g.buf)}
		g.sizes = append(g.sizes, int32(len(cell)))
		g.widths[g.col] = max(g.widths[g.col], utf8.RuneCount(cell))
		g.from = len(g.buf)
	}
	if g.col++; g.col == len(g.widths) {
		g.col = 0
	}
}

// appendLines writes the rows, a line each, in columns two blanks apart. The
// last cell of a row is not filled up.
func (g *grid) appendLines(out []byte, widths []int) []byte {
	from, col, cells := 0, 0, make([][]byte, len(widths))
	for _, size := range g.sizes {
		if size != same {
			cells[col] = g.buf[from : from+int(size)]
			from += int(size)
		}
		cell := cells[col]
		out = append(out, cell...)
		if col++; col == len(widths) {
			out = append(out, '\n')
			col = 0
			continue
		}
		for n := widths[col-1] + 2 - utf8.RuneCount(cell); n > 0; n -= len(blanks) {
			out = append(out, blanks[:min(n, len(blanks))]...)
		}
	}
	return out
}

// size is about how many bytes appendLines writes.
func (g *grid) size(widths []int) int {
	row := 0
	for _, w := range widths {
		row += w + 2
	}
	return len(g.sizes) / len(widths) * row
}

const blanks = "                                "

// Notes are warnings, each with the results that it is about.
type notes struct {
	list    []*warning
	by      map[string]*warning
	room    []warning // for further ones
	results int
}

type warning struct {
	words string
	named [mostNamed]about // the first results
	n     int              // how many there are
}

const mostNamed = 4

// An about tells a result from most others.
type about struct{ citizen, geo, period string }

func (n *notes) of(words string) *warning {
	for i, w := range n.list { // most often there are few, and texts that are one and the same
		if w.words == words {
			return w
		}
		if i == 8 {
			break
		}
	}
	w := n.by[words]
	if w == nil {
		if len(n.room) == 0 {
			n.room = make([]warning, 16)
		}
		w, n.room = &n.room[0], n.room[1:]
		w.words = words
		if n.by == nil {
			n.by = map[string]*warning{}
		}
		n.by[words] = w
		n.list = append(n.list, w)
	}
	return w
}

// note notes the warnings of a result.
func (n *notes) note(r *rate.Result) {
	n.results++
	for _, words := range r.Warnings {
		w := n.of(words)
		if w.n < mostNamed {
			w.named[w.n] = about{r.Citizen, r.Geo, string(r.Period)}
		}
		w.n++
	}
}

// add adds the notes about later results.
func (n *notes) add(later *notes) {
	n.results += later.results
	for _, l := range later.list {
		w := n.of(l.words)
		if w.n < mostNamed {
			copy(w.named[w.n:], l.named[:min(l.n, mostNamed)])
		}
		w.n += l.n
	}
}

// paragraph gives each warning once, with the results that it is about.
func (n *notes) paragraph() []byte {
	var b []byte
	for _, w := range n.list {
		b = append(b, "  ! "...)
		if n.results != 1 && w.n != n.results {
			b = w.appendNamed(b)
		}
		b = append(append(b, w.words...), '\n')
	}
	return b
}

// appendNamed names the first results, and says how many more there are.
func (w *warning) appendNamed(b []byte) []byte {
	shown := w.n
	if shown > mostNamed {
		shown = mostNamed - 1
	}
	for i := range w.named[:shown] {
		if i > 0 {
			b = append(b, "; "...)
		}
		r := &w.named[i]
		b = append(append(append(append(append(b, r.citizen...), ' '), r.geo...), ' '), r.period...)
	}
	if shown < w.n {
		b = strconv.AppendInt(append(b, "; and "...), int64(w.n-shown), 10)
		b = append(b, " more"...)
	}
	return append(b, ": "...)
}

// part names a part of the people, nothing where it is all of them.
func part(code, all string) string {
	if code == "" || code == all {
		return ""
	}
	return " " + code
}

// amount writes both counts and, if they bear one, the percentage.
func amount(r *rate.Result) string { return string(r.Append(nil)) }

// origin says where a result is from.
// told says what was corrected in the cells of results, each once.
func (a *app) told(results ...*rate.Result) {
	var said []string
	for _, r := range results {
		for _, c := range r.Corrections() {
			if !slices.Contains(said, c) {
				said = append(said, c)
				a.printf("  ! corrected: %s\n", c)
			}
		}
	}
}

func origin(r *rate.Result) string { return string(appendOrigin(nil, r)) }

func appendOrigin(b []byte, r *rate.Result) []byte {
	if r.Source == "" {
		return b
	}
	b = append(b, sourceName(r.Source)...)
	if r.Stage != "" && r.Stage != "first" && r.Stage != "any" {
		b = append(append(b, " level "...), r.Stage...)
	}
	for _, v := range r.Vintages {
		b = append(append(b, ", "...), v...)
	}
	if r.Witness != "" {
		b = append(append(b, ", printed rate "...), r.Witness...)
	}
	if r.Corrections() != nil {
		b = append(b, ", corrected"...)
	}
	return b
}

func sourceName(s string) string {
	switch s {
	case "eurostat":
		return "Eurostat"
	case "unhcr":
		return "UNHCR"
	case "aida":
		return "AIDA"
	}
	return ""
}
