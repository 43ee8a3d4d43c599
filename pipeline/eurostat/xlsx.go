package eurostat

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// ReadXLSX reads a workbook of the Data Browser: the sheet Summary names the
// dataset and its last update, Structure the codes of labels, and each further
// sheet is one slice of the table, with the dimensions that are fixed in it
// above and a legend below.
//
// The error is an *obs.Refusal or *obs.ParseError, or one
// of reading r.
func ReadXLSX(r io.Reader, m table.Meta, want table.Want) (*table.Table, error) {
	b, err := openBook(r, m.File)
	if err != nil {
		return nil, err
	}
	p := &xlsx{book: b, m: m, want: want, refusal: &obs.Refusal{File: m.File}, codes: map[string]map[string]string{}, words: map[[2]string]string{}}
	if err := p.summary(); err != nil {
		return nil, err
	}
	if err := p.structure(); err != nil {
		return nil, err
	}
	for _, s := range b.sheets {
		if s.name == "Summary" || s.name == "Structure" {
			continue
		}
		if err := p.slice(s); err != nil {
			return nil, err
		}
		if len(p.refusal.Errs) == obs.Shown {
			break
		}
	}
	if err := p.refusal.Err(); err != nil {
		return nil, err
	}
	if p.names == nil {
		return nil, b.bad("", 0, 0, "a workbook without a sheet of figures", "at least one beside Summary and Structure", mendXLSX)
	}
	if p.other != nil && !slices.Contains(p.names, "freq") {
		return nil, p.other
	}
	if p.other != nil {
		p.out = fitting(p.names, p.out, p.refusal)
	}
	if err := p.refusal.Err(); err != nil {
		return nil, err
	}
	if len(p.rows)*len(p.periods) > maxGrid {
		return nil, b.bad("", 0, 0, fmt.Sprintf("more than %d places", maxGrid), "a table with fewer holes", "take the bulk download")
	}
	return table.Gather(p.m, p.names, p.out)
}

type xlsx struct {
	*book
	m       table.Meta
	want    table.Want
	refusal *obs.Refusal
	codes   map[string]map[string]string // dimension as written, in lower case → label → code
	words   map[[2]string]string         // dimension and text → code, where it has been found
	names   []string
	out     []obs.Observation
	rows    map[string]bool // keys, to know how large the table becomes
	periods map[obs.Period]bool
	first   obs.Period      // to be read
	other   *obs.ParseError // a period of another frequency
}

var (
	bracketed = obs.Pattern(`^(.*?)\s*\[([^\[\]]+)\]$`)
	axisHead  = obs.Pattern(`^(?:(TIME)|([A-Za-z0-9_]+) \((Codes|Labels)\))$`)
)

// browserDims are the names of dimensions that a workbook of labels alone
// gives, in lower case. Others become a name of their own.
var browserDims = map[string]string{
	"time frequency": "freq", "unit of measure": "unit", "time": "time",
	"country of citizenship": "citizen", "citizenship": "citizen", "sex": "sex", "age class": "age", "age": "age",
	"applicant type": "asyl_app", "type of applicant": "asyl_app", "type of asylum applicant": "asyl_app", "asylum applicant": "asyl_app",
	"decision": "decision", "type of decision": "decision", "decision type": "decision",
	"geopolitical entity (reporting)": "geo", "geopolitical entity": "geo",
}

// summary reads the dataset and the day of its last update.
func (p *xlsx) summary() error {
	i := slices.IndexFunc(p.sheets, func(s sheet) bool { return s.name == "Summary" })
	if i < 0 || !slices.ContainsFunc(p.sheets, func(s sheet) bool { return s.name == "Structure" }) {
		return p.bad("", 0, 0, "a workbook without the sheets Summary and Structure", "one of the Data Browser", mendXLSX)
	}
	s := p.sheets[i]
	dataset, at, source := "", obs.Pos{}, false
	err := p.book.rows(s, func(row int, cells []xcell) error {
		first := cells[0].text
		switch {
		case strings.HasPrefix(first, "Last update of data:"):
			if len(cells) < 2 || p.m.Vintage != "" {
				return nil
			}
			day, err := time.Parse("02/01/2006 15:04", cells[1].text)
			if err != nil {
				return p.bad(s.name, row, cells[1].col, "the time "+obs.Quote(cells[1].text), `one such as "31/03/2017 23:00"`, mendXLSX)
			}
			p.m.Vintage, p.m.Note = day.Format(time.DateOnly), "the day of the last update, as the sheet Summary gives it"
		case dataset == "" && cells[0].col == 1 && bracketed().MatchString(first):
			dataset, at = datasetCode(bracketed().FindStringSubmatch(first)[2]), p.pos(s.name, row, 1)
		case strings.HasPrefix(first, "Source dataset"):
			source = true
		case source && dataset == "" && !strings.Contains(first, " "):
			dataset, at = datasetCode(first), p.pos(s.name, row, cells[0].col)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return sameDataset(&p.m, dataset, at, p.pos(s.name, 1, 1))
}

// structure reads which code a label stands for, where the sheet says.
func (p *xlsx) structure() error {
	i := slices.IndexFunc(p.sheets, func(s sheet) bool { return s.name == "Structure" })
	s := p.sheets[i]
	// Columns of the dimension's code and label, then of the position's.
	var at [4]int
	position, total := 0, 0
	return p.book.rows(s, func(row int, cells []xcell) error {
		if position == 0 {
			for _, c := range cells {
				if c.text == "Position" {
					position = c.col
				}
			}
			return nil
		}
		if at == [4]int{} {
			for _, c := range cells {
				k := 0
				if c.col >= position {
					k = 2
				}
				switch c.text {
				case "Code":
					at[k] = c.col
				case "Label":
					at[k+1] = c.col
				}
			}
			return nil
		}
		var text [4]string
		for _, c := range cells {
			for k := range at {
				if at[k] == c.col {
					text[k] = c.text
				}
			}
		}
		if total++; total > maxStrings/10 {
			return p.bad(s.name, row, 1, "more codes than a table has", "a code list", mendXLSX)
		}
		dim := text[0]
		if dim != "" && text[1] != "" {
			p.codesOf(text[1])[""] = dim
		}
		if text[2] == "" || text[3] == "" {
			return nil
		}
		for _, d := range text[:2] {
			if d != "" {
				p.codesOf(d)[text[3]] = text[2]
			}
		}
		return nil
	})
}

// codesOf is what Structure says of a dimension; under "" is its code.
func (p *xlsx) codesOf(dim string) map[string]string {
	dim = strings.ToLower(dim)
	if p.codes[dim] == nil {
		p.codes[dim] = map[string]string{}
	}
	return p.codes[dim]
}

// An xaxis is a row or column of heads that names a dimension. One dimension
// may have two, for codes and for labels.
type xaxis struct {
	dim, written string // as tables call it, as the sheet does
	codes        bool
	row, col     int
	heads        []xcell
}

// A column of figures, and what its heads say of its cells.
type figures struct {
	col    int
	flags  int      // the column of its flags, 0 for none
	key    []string // parallel to slice.dims, "" where rows say it
	period obs.Period
	skip   bool
}

// A slice is one sheet as it is read.
type slice struct {
	*xlsx
	sheet   sheet
	state   int // of the states below
	last    int // the row before
	fixed   map[string]string
	dims    []string // in order of appearance, without the period
	period  obs.Period
	across  []xaxis
	down    []xaxis
	columns []figures
	place   []int // of dims in names
	n       int   // columns of labels before the figures
	held    []string
}

// States: what stands above the table, its heads, its rows, its legend.
const (
	above = iota
	heads
	body
	below
)

func (p *xlsx) slice(s sheet) error {
	q := &slice{xlsx: p, sheet: s, fixed: map[string]string{}}
	if err := p.book.rows(s, q.row); err != nil {
		return err
	}
	if q.state < body && p.refusal.Err() == nil {
		return q.bad(q.last+1, 1, "the end of the sheet", "a table with its heads", mendXLSX)
	}
	return nil
}

func (q *slice) bad(row, col int, got, want, hint string) *obs.ParseError {
	return q.book.bad(q.sheet.name, row, col, got, want, hint)
}

func (q *slice) row(row int, cells []xcell) error {
	gap := row > q.last+1
	q.last = row
	first := cells[0]
	switch {
	case q.state == above && first.col == 1 && axisHead().MatchString(first.text):
		q.state = heads
		return q.head(row, cells)
	case q.state == above:
		return q.fix(row, cells)
	case q.state == heads:
		return q.head(row, cells)
	case q.state == body && !gap && first.col == 1 && !legend(first.text):
		return q.figures(row, cells)
	case q.state == body && !gap && first.col <= q.n && !legend(first.text):
		return q.figures(row, cells)
	}
	q.state = below
	for _, c := range cells {
		if _, _, ok := decimal(c.text, true); ok {
			return q.bad(row, c.col, obs.Quote(c.text)+" below the table", "the legend", mendXLSX)
		}
	}
	return nil
}

func legend(s string) bool {
	return strings.HasPrefix(s, "Special value") || strings.HasPrefix(s, "Available flags")
}

// fix reads a line above the table: what the dataset is, or a dimension and
// its one position in this sheet.
func (q *slice) fix(row int, cells []xcell) error {
	name := cells[0].text
	switch {
	case strings.HasPrefix(name, "Data extracted on"), strings.HasPrefix(name, "Last updated"), len(cells) == 1:
		return nil
	case strings.HasPrefix(name, "Dataset"):
		if m := bracketed().FindStringSubmatch(cells[1].text); m != nil && datasetCode(m[2]) != strings.ToLower(q.m.Table) {
			return q.bad(row, cells[1].col, "the dataset "+obs.Quote(datasetCode(m[2])), q.m.Table+", as in the sheet Summary", mendXLSX)
		}
		return nil
	}
	dim := q.dimension(name)
	written := cells[1].text
	if len(cells) > 2 { // a code and a label, in cells of their own
		written = fmt.Sprintf("%s [%s]", cells[2].text, strings.Trim(cells[1].text, "[]"))
		if strings.HasPrefix(cells[2].text, "[") {
			written = cells[1].text + " " + cells[2].text
		}
	}
	if _, ok := q.fixed[dim]; ok || dim == "time" && q.period != "" {
		return q.bad(row, cells[0].col, "the dimension "+dim+" twice", "each dimension once", mendXLSX)
	}
	if dim == "time" {
		q.period = q.when(row, cells[1])
		return nil
	}
	c, err := q.code(dim, name, written, row, cells[1].col)
	q.fixed[dim] = c
	q.dims = append(q.dims, dim)
	return err
}

// dimension finds what a table calls a dimension that a sheet calls so.
func (p *xlsx) dimension(written string) string {
	name := strings.ToLower(written)
	if m := bracketed().FindStringSubmatch(name); m != nil {
		name = m[2]
	} else if c := p.codes[name][""]; c != "" {
		name = strings.ToLower(c)
	} else if c := browserDims[name]; c != "" {
		name = c
	}
	if older, ok := newerDim[name]; ok && listed(p.m.Table, older) {
		name = older
	}
	if isTime(name) {
		return "time"
	}
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, name), "_")
}

// when reads a period.
func (q *slice) when(row int, c xcell) obs.Period {
	period, ok := obs.ParsePeriod(c.text)
	switch {
	case !ok:
		q.refusal.Add(q.bad(row, c.col, "period "+obs.Quote(c.text), `a period such as "2023", "2023-Q1" or "2023-01"`, mendXLSX))
	case q.first == "":
		q.first = period
	case q.first.Freq() != period.Freq() && q.other == nil:
		q.other = apart(q.pos(q.sheet.name, row, c.col), c.text)
	}
	return period
}

// code finds the code that a cell stands for: one in brackets behind its
// label, one that Structure gives, a code as it is, or a label of our lists.
func (q *slice) code(dim, written, text string, row, col int) (string, error) {
	if c, ok := q.words[[2]string{dim, text}]; ok {
		return c, nil
	}
	l, err := code.For(dim)
	if err != nil {
		return "", err
	}
	c := text
	m := bracketed().FindStringSubmatch(text)
	said := q.codes[strings.ToLower(written)][text]
	switch {
	case said != "":
		c = said
	case m != nil && (l == nil || has(l, m[2])):
		c = m[2]
	case l == nil:
	case has(l, text):
	default:
		if found, ok := l.Label(text); ok {
			c = found
		} else if strings.EqualFold(text, "Total") && has(l, "TOTAL") {
			c = "TOTAL"
		}
	}
	c, bad, err := knownCode(q.m.Table, dim, c, q.pos(q.sheet.name, row, col))
	if bad != nil {
		if bad.Err != nil && c == text && strings.ContainsAny(text, " abcdefghijklmnopqrstuvwxyz") {
			bad.Want = "a code of the list " + code.File(dim) + ", or its English label"
			bad.Hint = "download the table in English, or with codes and labels"
		}
		q.refusal.Add(bad)
	}
	q.words[[2]string{dim, text}] = c
	return c, err
}

func has(l *code.List, c string) bool {
	_, ok := l.Lookup(c)
	return ok
}

// head reads a row of heads. The last one names the dimensions of the rows
// and has no heads of columns.
func (q *slice) head(row int, cells []xcell) error {
	var named []xaxis
	for _, c := range cells {
		m := axisHead().FindStringSubmatch(c.text)
		if m == nil {
			break
		}
		written := m[1] + m[2]
		named = append(named, xaxis{dim: q.dimension(written), written: written, codes: m[3] == "Codes", row: row, col: c.col})
	}
	switch {
	case len(named) == 0 || named[0].col != 1:
		return q.bad(row, cells[0].col, obs.Quote(cells[0].text), `the head of an axis, such as "GEO (Labels)"`, mendXLSX)
	case len(named) < len(cells):
		if len(q.across) == 10 {
			return q.bad(row, 1, "more than 10 rows of heads", "a table with its heads", mendXLSX)
		}
		named[0].heads = slices.Clone(cells[len(named):])
		q.across = append(q.across, named[0])
		return nil
	case len(q.across) == 0:
		return q.bad(row, 1, obs.Quote(cells[0].text)+" without heads of columns above", "a table with its heads", mendXLSX)
	}
	q.down, q.n, q.state = named, named[len(named)-1].col, body
	q.held = make([]string, len(named))
	return q.settle()
}

// settle finds which columns hold figures and of what, once all heads are read.
func (q *slice) settle() error {
	q.across, q.down = preferCodes(q.across), preferCodes(q.down)
	times := 0
	if q.period != "" {
		times++
	}
	for _, a := range append(slices.Clone(q.across), q.down...) {
		if a.dim == "time" {
			times++
			continue
		}
		if slices.Contains(q.dims, a.dim) {
			return q.bad(a.row, a.col, "the dimension "+a.dim+" twice", "each dimension once", mendXLSX)
		}
		q.dims = append(q.dims, a.dim)
	}
	if times != 1 {
		return q.bad(q.last, 1, fmt.Sprintf("%d dimensions of time", times), "one", mendXLSX)
	}
	if q.names == nil {
		q.names, q.rows, q.periods = q.dims, map[string]bool{}, map[obs.Period]bool{}
	}
	for _, d := range q.dims {
		q.place = append(q.place, slices.Index(q.names, d))
	}
	if len(q.dims) != len(q.names) || slices.Contains(q.place, -1) || len(q.dims) > maxDims {
		return q.bad(q.last, 1, "the dimensions "+strings.Join(q.dims, ","), strings.Join(q.names, ",")+", as in the first sheet", mendXLSX)
	}
	inner := q.across[len(q.across)-1].heads
	for i, h := range inner {
		if h.col <= q.n {
			return q.bad(q.across[0].row, h.col, obs.Quote(h.text)+" above the labels of rows", "the head of a column", mendXLSX)
		}
		f := figures{col: h.col, key: make([]string, len(q.names)), period: q.period}
		if i+1 < len(inner) && inner[i+1].col > h.col+2 {
			return q.bad(q.across[len(q.across)-1].row, h.col+2, "a column without a head", "figures and flags", mendXLSX)
		}
		if i+1 == len(inner) || inner[i+1].col == h.col+2 {
			f.flags = h.col + 1
		}
		for d, c := range q.fixed {
			f.key[slices.Index(q.names, d)] = c
			f.skip = f.skip || !q.want.Has(d, c)
		}
		for k, a := range q.across {
			text, ok := h, true
			if k < len(q.across)-1 { // the head of several columns stands over the first
				ok = false
				for _, o := range a.heads {
					if o.col <= h.col {
						text, ok = o, true
					}
				}
			}
			if !ok {
				return q.bad(a.row, h.col, "a column without a head", "one for each", mendXLSX)
			}
			if a.dim == "time" {
				f.period = q.when(a.row, text)
				continue
			}
			c, err := q.code(a.dim, a.written, text.text, a.row, text.col)
			if err != nil {
				return err
			}
			f.key[slices.Index(q.names, a.dim)] = c
			f.skip = f.skip || !q.want.Has(a.dim, c)
		}
		q.columns = append(q.columns, f)
	}
	return nil
}

// preferCodes leaves out the labels of a dimension that has its codes as well.
func preferCodes(axes []xaxis) []xaxis {
	return slices.DeleteFunc(slices.Clone(axes), func(a xaxis) bool {
		return !a.codes && slices.ContainsFunc(axes, func(o xaxis) bool { return o.dim == a.dim && o.codes })
	})
}

// figures reads a row of the table.
func (q *slice) figures(row int, cells []xcell) error {
	at := func(col int) (xcell, bool) {
		i, ok := slices.BinarySearchFunc(cells, col, func(c xcell, col int) int { return c.col - col })
		if !ok {
			return xcell{col: col}, false
		}
		return cells[i], true
	}
	key := make([]string, len(q.names))
	period, skip := obs.Period(""), false
	for i, a := range q.down {
		c, ok := at(a.col)
		if !ok { // the label of several rows stands beside the first
			if c.text = q.held[i]; c.text == "" {
				return q.bad(row, a.col, "a row without "+a.written, "its code or label", mendXLSX)
			}
		}
		q.held[i] = c.text
		if a.dim == "time" {
			period = q.when(row, c)
			continue
		}
		code, err := q.code(a.dim, a.written, c.text, row, a.col)
		if err != nil {
			return err
		}
		key[slices.Index(q.names, a.dim)] = code
		skip = skip || !q.want.Has(a.dim, code)
	}
	used := q.n
	for _, f := range q.columns {
		value, hasValue := at(f.col)
		flags, hasFlags := at(f.flags)
		used = max(used, f.col, f.flags)
		if !hasValue && !hasFlags {
			continue
		}
		o := obs.Observation{Period: f.period, Pos: q.pos(q.sheet.name, row, f.col)}
		if period != "" {
			o.Period = period
		}
		if bad := q.observe(&o, value, flags); bad != nil {
			q.refusal.Add(bad)
			continue
		}
		if skip || f.skip || !q.want.HasPeriod(o.Period) || len(q.refusal.Errs) > 0 {
			continue
		}
		o.Key = make([]string, len(key))
		for i := range key {
			o.Key[i] = key[i] + f.key[i] // one of them is empty
		}
		if len(q.out) == maxFigures {
			return q.bad(row, f.col, fmt.Sprintf("more than %d cells", maxFigures), "a workbook of the Data Browser", "take the bulk download")
		}
		q.out = append(q.out, o)
		q.periods[o.Period] = true
		q.rows[strings.Join(o.Key, "\x00")] = true
	}
	if c := cells[len(cells)-1]; c.col > used {
		return q.bad(row, c.col, obs.Quote(c.text)+" without a head above", "figures below heads", mendXLSX)
	}
	return nil
}

// observe reads a figure and its flags.
func (q *slice) observe(o *obs.Observation, value, flags xcell) *obs.ParseError {
	if !isFlags(flags.text) {
		return q.bad(o.Pos.Line, flags.col, "flags "+obs.Quote(flags.text), `letters such as "bp"`, mendXLSX)
	}
	o.Flags = flags.text
	if value.text == ":" || value.text == "" {
		return nil
	}
	n, d, ok := decimal(value.text, true)
	want := `a number, or ":" if there is no value`
	if ok && Counts(q.m.Table) && (n < 0 || d > 0) {
		ok, want = false, "a count of persons"
	}
	if !ok {
		return q.bad(o.Pos.Line, value.col, obs.Quote(value.text), want, mendXLSX)
	}
	o.Count, o.Decimals, o.Known = n, d, true
	return nil
}
