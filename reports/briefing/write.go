package briefing

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"asylum/pipeline/ledger"
	"asylum/reports/figure"
	"asylum/reports/pdf"
	"asylum/reports/words"
)

// A writer puts a briefing into words and onto pages.
type writer struct {
	words.Lang
	*Brief
	*flow
	charts   []*figure.Chart
	headings []string
	head     []string // of the table of rates
	rows     [][]string
	size     size
	tables   int // set so far
}

// A size is how much of a briefing is set.
type size struct {
	charts, rows, figures int
	apart                 bool // how to read it begins on a page of its own
}

// shorter are the numbers of rows that a table of n is tried with, down to a third.
func shorter(n int) []int { return slices.Compact([]int{n, (3*n + 3) / 4, (n + 1) / 2, (n + 2) / 3}) }

// undrawn names the charts that had no room.
func (w *writer) undrawn() (out []string) {
	for _, c := range w.charts[w.size.charts:] {
		out = append(out, c.Topic)
	}
	return out
}

// fewest and most are how many pages a briefing has.
const fewest, most = 2, 4

// mostFigures is how many published figures the table holds at most.
const mostFigures = 24

// PDF writes the briefing in a language. Where it would have more than four pages,
// it holds fewer published figures, then fewer rows of the table of rates, then fewer
// charts, and says what is left out.
func (b *Brief) PDF(out io.Writer, l words.Lang) error {
	w := &writer{Lang: l, Brief: b}
	if err := w.prepare(); err != nil {
		return err
	}
	for charts := len(w.charts); charts >= 0; charts-- {
		for _, rows := range shorter(len(w.rows)) {
			full, err := w.fill(size{charts: charts, rows: rows, figures: min(len(b.figures), mostFigures)})
			if err != nil {
				return err
			}
			if full {
				b.Undrawn = w.undrawn()
				return w.doc.Write(out)
			}
		}
	}
	return fmt.Errorf("briefing on %s in %s: the texts do not fit on %d pages", b.Citizen, b.Geo, most)
}

// fill lays out as many of the published figures as four pages hold, up to a third
// fewer where the last page would hold next to nothing, and tells whether it could.
func (w *writer) fill(s size) (bool, error) {
	fits := -1 // figures
	for ; s.figures >= 0; s.figures-- {
		n, err := w.set(s)
		if err != nil {
			return false, err
		}
		if n < fewest {
			s.apart = true
			_, err := w.set(s)
			return true, err
		}
		if n <= most && w.y-top > scant {
			return true, nil
		}
		if n <= most && fits < 0 {
			fits = s.figures
		}
		if 3*s.figures < 2*fits {
			break
		}
	}
	if fits < 0 {
		return false, nil
	}
	s.figures = fits
	_, err := w.set(s)
	return true, err
}

// scant is how much on the last page is next to nothing.
const scant = 0.2 * room

// prepare writes the charts and the table in the language.
func (w *writer) prepare() error {
	for _, s := range w.Brief.charts {
		c, err := s.draft.In(w.Lang)
		if err != nil {
			return err
		}
		w.charts, w.headings = append(w.charts, c), append(w.headings, s.heading)
	}
	var err error
	w.head, w.rows, err = w.src.Table(w.Lang, w.spec)
	// The level is left out: the notes say where appeals are counted.
	if c := slices.Index(w.head, w.Say("col.level")); c >= 0 {
		w.head = slices.Delete(w.head, c, c+1)
		for i := range w.rows {
			w.rows[i] = slices.Delete(w.rows[i], c, c+1)
		}
	}
	return err
}

func (w *writer) who() words.Citizen { return words.Citizen(w.Citizen) }

func (w *writer) where() words.Geo { return words.Geo(w.Geo) }

// title is what the briefing is about.
func (w *writer) title() string {
	if w.By == "citizen" {
		return w.Say("report.title.geo", "where", w.where())
	}
	return w.Say("report.title.citizen", "who", w.who(), "where", w.where())
}

// finding is the title that tells most: what the data bears of the ladder, of the
// countries side by side, of the years.
func (w *writer) finding() string {
	for _, kind := range []string{"ladder", "bars", "lines"} {
		for _, c := range w.charts {
			if c.Spec.Kind == kind && c.Fallback == "" {
				return c.Title()
			}
		}
	}
	return w.title()
}

// set lays out the whole briefing and returns how many pages it has.
func (w *writer) set(s size) (int, error) {
	w.size = s
	f, err := newFlow(pdf.Info{Title: w.title(), Subject: w.finding(), Lang: string(w.Lang), Keywords: strings.Join(w.definitions(), ", ")})
	if err != nil {
		return 0, err
	}
	w.flow, w.tables = f, 0
	w.opening()
	w.short()
	w.keys()
	if err := w.middle(); err != nil {
		return 0, err
	}
	w.published()
	w.reading()
	w.foot(w.title(), func(n, of int) string { return w.Say("report.page", "n", n, "all", of) })
	return len(w.pages), nil
}

// spare is so much of a page that it is not left empty while there is a table to
// fill it.
const spare = 0.25 * room

// middle sets the charts and the table of rates: at each place the first chart that
// has room there, else the table, which may go over to the next page.
func (w *writer) middle() error {
	var heights []float64
	for _, c := range w.charts[:w.size.charts] {
		h, err := height(c.Figure)
		if err != nil {
			return err
		}
		heights = append(heights, h)
	}
	tabled, set := false, make([]bool, len(heights))
	for n := 1; n <= len(heights); n++ {
		next := w.next(heights, set)
		if next < 0 && !tabled && w.left() > spare {
			w.rates()
			tabled = true
			next = w.next(heights, set)
		}
		if next < 0 {
			next = slices.Index(set, false)
		}
		set[next] = true
		w.section(w.Say(w.headings[next]), w.Say("report.figure", "n", n), heights[next])
		if err := w.figure(w.charts[next].Figure, heights[next]); err != nil {
			return err
		}
	}
	if !tabled {
		w.rates()
	}
	return nil
}

// next is the first chart not set yet that fits under its heading on the page, -1 if
// none does.
func (w *writer) next(heights []float64, set []bool) int {
	for i, h := range heights {
		if !set[i] && w.sectionHeight(w.Say(w.headings[i]))+h <= w.left() {
			return i
		}
	}
	return -1
}

// opening sets what it is, the finding, and of when the data is.
func (w *writer) opening() {
	kind := w.Say("report.kind", "day", words.Day(w.day()))
	w.doc.Bookmark(w.title(), 0, w.page, pageHeight-w.y)
	w.page.Begin("P", "")
	w.put(small, margin+textWidth-small.width(kind), w.y, kind)
	w.page.End()
	w.paragraph("P", kicker, 0, w.title())
	w.y += 4
	w.paragraph("H1", heading, 0, w.finding())
	w.y += 5
	w.paragraph("P", small, 0, w.Say("report.asof", "day", words.Day(w.day())))
}

// short sets the sentences that say it all.
func (w *writer) short() {
	w.section(w.Say("report.short"), "", 2*body.lead)
	for _, s := range w.sentences() {
		w.bullet(body, s)
	}
}

func (w *writer) sentences() (out []string) {
	say := func(key string, args ...any) { out = append(out, w.Say(key, args...)) }
	about := []any{"when", w.Brief.Period, "where", w.where()}
	if c := w.Counts; c != nil {
		say("report.applied", append(about, "n", c.Num, "who", w.who())...)
		if w.By == "geo" && c.Known {
			out[0] += " " + w.Say("report.share", "share", figure.Fine(w.Lang, c), "where", w.where())
		}
	}
	if r := w.Keys[0]; r.Class.Denominator == "merits" {
		about := append(about, "who", w.who())
		switch {
		case w.src.Limits.CountsOnly(r):
			say("report.decided.few", append(about, "counts", words.Counts{Num: r.Num, Den: r.Den})...)
		case r.Rounded():
			say("report.decided", append(about, "den", r.Den, "num", r.Num, "rate", figure.Fine(w.Lang, r), "range", figure.Bounds(w.Lang, r))...)
		default:
			say("report.decided.exact", append(about, "den", r.Den, "num", r.Num, "rate", figure.Fine(w.Lang, r))...)
		}
	}
	if n, of, ok := w.closed(); ok {
		say("report.closed", "closed", n, "ended", of, "share", words.Pct{Share: float64(n) / float64(of)})
	}
	if len(w.Range) == 2 {
		lo, hi := w.Range[0], w.Range[1]
		say("report.range", "n", w.src.Limits.Few, "lo", figure.Fine(w.Lang, lo), "loCounts", words.Counts{Num: lo.Num, Den: lo.Den}, "low", words.Geo(lo.Geo),
			"hi", figure.Fine(w.Lang, hi), "hiCounts", words.Counts{Num: hi.Num, Den: hi.Den}, "high", words.Geo(hi.Geo))
	}
	if len(w.figures) > 0 {
		bad := 0
		for i := range w.figures {
			if w.figures[i].Kind() == ledger.Contradicted {
				bad++
			}
		}
		say("report.figures.short", "n", len(w.figures), "bad", bad)
	}
	return out
}

// keys sets the key numbers side by side, each with both counts and its bounds.
func (w *writer) keys() {
	const gutter = 16.0
	width := (textWidth - gutter*2) / 3
	type line struct {
		style
		text string
	}
	var columns [][]line
	deepest := 0.0
	for i, r := range w.Keys {
		value, s := figure.Fine(w.Lang, r), amount
		counts := w.Say("place.counts", "counts", w.Of(r.Num, r.Den), "period", r.Period)
		if w.src.Limits.CountsOnly(r) {
			value, counts = w.Of(r.Num, r.Den), w.Lang.Period(r.Period)
		}
		if i == 0 {
			s.colour = high
		}
		column := []line{{s, value}}
		for _, t := range strong.wrap(w.Sentence(w.Say("def."+r.Definition+".short")), width) {
			column = append(column, line{style{strong.weight, 8.6, 11.4, ink}, t})
		}
		column = append(column, line{small, counts})
		if r.Rounded() && !w.src.Limits.CountsOnly(r) {
			for _, t := range small.wrap(w.Say("report.bounds", "range", figure.Bounds(w.Lang, r)), width) {
				column = append(column, line{small, t})
			}
		}
		h := 0.0
		for _, l := range column {
			h += l.lead
		}
		deepest = max(deepest, h)
		columns = append(columns, column)
	}
	w.gap(10)
	w.need(deepest + 40)
	for i, column := range columns {
		x, y := margin+float64(i)*(width+gutter), w.y
		w.page.Begin("P", "")
		for _, l := range column {
			w.put(l.style, x, y, l.text)
			y += l.lead
		}
		w.page.End()
	}
	w.y += deepest + 5
	if len(w.Keys) > 1 {
		w.paragraph("P", small, 0, w.Say("place.keys"))
	}
	w.paragraph("P", small, 0, w.Say("report.check", "command", figure.Trace(w.Keys[0])))
}

// label numbers a table.
func (w *writer) label() string {
	w.tables++
	return w.Say("report.table", "n", w.tables)
}

// rates sets the table of rates along the other axis.
func (w *writer) rates() {
	if len(w.rows) == 0 {
		return
	}
	title := w.Say("place.table.citizen", "period", w.Brief.Period)
	if w.By == "citizen" {
		title = w.Say("report.table.most", "when", w.Brief.Period)
	}
	g := w.grid(w.head, w.rows[:w.size.rows])
	if w.By == "geo" && w.Geo != union {
		g.bold = slices.IndexFunc(g.rows, func(r []string) bool { return r[0] == w.Name("geo", w.Geo) })
	}
	w.section(title, w.label(), w.heightOf(g, 4))
	w.table(g, w.Say("report.continued"))
	if n := w.omitted + len(w.rows) - w.size.rows; n > 0 {
		r := w.Keys[0]
		w.more(n, fmt.Sprintf("asylum rate %s --geo %s --period %s", r.Definition, w.Geo, w.Brief.Period))
	}
}

// more says how many rows are left out, and what gives them.
func (w *writer) more(n int, command string) {
	w.y += 3
	w.paragraph("P", small, 0, w.Say("report.more", "n", n, "command", command))
}

func (w *writer) grid(names []string, rows [][]string) *grid {
	g := &grid{bold: -1, rows: make([][]string, len(rows))}
	for c, name := range names {
		if !slices.ContainsFunc(rows, func(r []string) bool { return r[c] != "" }) {
			continue // nothing to say of any row
		}
		g.head = append(g.head, name)
		for i, r := range rows {
			g.rows[i] = append(g.rows[i], r[c])
		}
	}
	for c := range g.head {
		g.head[c] = w.Sentence(g.head[c])
		numbers := c > 0
		for _, r := range g.rows {
			numbers = numbers && numeric(r[c])
		}
		g.right = append(g.right, numbers)
	}
	g.fit()
	return g
}

// numeric reports whether a cell holds a number, and stands right.
func numeric(s string) bool {
	return s != "" && strings.Trim(s, "≈0123456789.,%+−– \u00a0\u202f") == ""
}

// published sets the figures of the ledger about the subject.
func (w *writer) published() {
	if w.size.figures == 0 {
		return
	}
	names := []string{w.Say("ledger.col.printed"), w.Say("ledger.col.figure"), w.Say("ledger.col.verdict"), w.Say("ledger.col.rests")}
	var rows [][]string
	for i := range w.figures[:w.size.figures] {
		j := &w.figures[i]
		statement, ok := figure.Statement(w.Lang, j)
		if !ok {
			statement = w.Quote(statement)
		}
		rows = append(rows, []string{words.Glue(j.Value), statement + ", " + j.Period, figure.Verdict(w.Lang, j), figure.Rests(w.Lang, j)})
	}
	g := w.grid(names, rows)
	w.section(w.Say("report.figures"), w.label(), w.heightOf(g, 3))
	w.table(g, w.Say("report.continued"))
	if n := len(w.figures) - w.size.figures; n > 0 {
		w.more(n, "asylum reproduce")
	}
}

// reading sets how to read the figures, what they divide, and what they rest on.
func (w *writer) reading() {
	if w.size.apart {
		w.turn()
	}
	w.section(w.Say("report.method"), "", 3*body.lead)
	if left := w.undrawn(); len(left) > 0 {
		w.paragraph("P", body, 0, w.Say("report.undrawn", "list", w.List(left)))
	}
	w.paragraph("P", body, 0, w.Say("report.method.text"))
	w.items(w.Say("report.definitions"), w.defined())
	w.items(w.Say("report.caveats"), w.caveats())
	w.items(w.Say("report.sources"), w.cited())
	w.y += 3
	w.paragraph("P", small, 0, w.Say("foot.sources"))
}

// items sets a list under a heading.
func (w *writer) items(title string, list []string) {
	if len(list) == 0 {
		return
	}
	w.gap(9)
	w.need(strong.lead + 3*cell.lead)
	w.doc.Bookmark(title, 2, w.page, pageHeight-w.y)
	w.paragraph("H3", strong, 0, title)
	w.y += 2
	for _, s := range list {
		w.bullet(cell, s)
	}
}

// definitions are those of everything that is drawn or said.
func (w *writer) definitions() (out []string) {
	results := w.results()
	for i := range results {
		if d := results[i].Definition; !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

func (w *writer) defined() (out []string) {
	for _, d := range w.definitions() {
		out = append(out, w.Say("report.definition", "name", w.Sentence(w.Say("def."+d+".short")), "formula", w.Say("def."+d+".formula"), "code", d))
	}
	return out
}

// caveats are those of the definitions of the key numbers, and the warnings of the
// first.
func (w *writer) caveats() (out []string) {
	texts := slices.Clone(w.Keys[0].Warnings)
	for _, r := range w.Keys {
		if d, err := w.src.Set.Named(r.Definition); err == nil {
			texts = append(texts, d.Caveats...)
		}
	}
	for _, t := range texts {
		t, _ := w.Text(t)
		if t = w.Sentence(t); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// cited are the files that everything rests on.
func (w *writer) cited() (out []string) {
	for _, m := range w.sources {
		out = append(out, w.Say("report.source", "source", words.Src(m.Source), "table", m.Table, "day", words.Day(m.Vintage), "sum", m.SHA256[:min(12, len(m.SHA256))], "terms", m.Licence))
	}
	return out
}
