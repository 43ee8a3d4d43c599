package aida

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// Reasons of cells that only pages have.
const (
	Merged = "merged" // one figure over several columns or rows
	Short  = "short"  // of a row that has not as many cells as the head: the column is not known
)

// A Head is a column of a page as printed, and what it was taken for.
type Head struct {
	Table, Instance, Measure, Printed string
	Pos                               obs.Pos
}

// A Page is what a saved page gave. Warnings are what it prints that was kept
// but not understood, or that cannot be right: heads that are in no list, rows
// that are too short, tables that are none of AIDA's.
type Page struct {
	Table    *table.Table
	Country  string // as printed
	Heads    []Head
	Warnings []*obs.ParseError
}

// ReadHTML reads a saved "Statistics" page of AIDA, whose country, year and
// date are those that it prints: neither the address nor the file's name knows
// them. The dimensions are those of ReadCSV. The error is an *obs.Refusal that
// lists every label that no list has, an *obs.ParseError, or one of reading r;
// what is doubtful but was kept is in the table's Doubts.
func ReadHTML(r io.Reader, m table.Meta, want table.Want) (*table.Table, error) {
	p, err := ReadPage(r, m, want)
	if err != nil {
		return nil, err
	}
	p.Table.Doubts = p.Warnings
	return p.Table, nil
}

// ReadPage is ReadHTML with all that there is to report.
func ReadPage(r io.Reader, m table.Meta, want table.Want) (*Page, error) {
	src, err := scan(r, m.File)
	if err != nil {
		return nil, err
	}
	p := &pageReader{src: src, want: want, file: m.File, citizen: code.Must("citizen"), places: code.Must("geo"), refusal: &obs.Refusal{File: m.File}, page: &Page{}, name: src.canonical}
	if p.name == "" {
		p.name = m.File
	}
	if p.page.Country, p.geo, err = p.country(); err != nil {
		return nil, err
	}
	p.appeals = p.geo == countsAppeals
	if day := p.updated(); day != "" && m.Vintage == "" {
		m.Vintage = day
	}
	if m.URL == "" {
		m.URL = src.canonical
	}
	budget, after := 2*maxParts, 0
	var read int
	for _, g := range src.grids {
		if g.outer || len(g.rows) == 0 {
			continue
		}
		rows, ok := g.unroll(&budget)
		if !ok {
			return nil, &obs.ParseError{Pos: g.pos, Got: "more than 200,000 cells", Want: "a Statistics page of AIDA", Hint: "save the page itself, not the site around it"}
		}
		if p.table(g, rows, after) {
			read++
		}
		after = g.first
	}
	if err := p.refusal.Err(); err != nil {
		return nil, err
	}
	if read == 0 {
		return nil, &obs.ParseError{Pos: obs.Pos{File: m.File, Line: 1, Col: 1}, Got: "a page without a table of applications, decisions, rates or appeals", Want: "a Statistics page of AIDA", Hint: "save the page .../reports/country/<country>/statistics/ once it has loaded; figures in prose are not read"}
	}
	if len(p.out) == 0 && want.Periods == nil && want.Codes == nil {
		return nil, &obs.ParseError{Pos: obs.Pos{File: m.File, Line: 1, Col: 1}, Got: "a page whose tables have no rows", Want: "a Statistics page of AIDA", Hint: "save the page once it has loaded"}
	}
	p.page.Table, err = table.Gather(m, Dims, p.out)
	return p.page, err
}

type pageReader struct {
	src             *source
	want            table.Want
	file, geo, name string
	citizen, places *code.List
	refusal         *obs.Refusal
	page            *Page
	out             []obs.Observation
	year            string   // of the table read last
	columns         []column // of the main table read last
	title           string   // heading of the table read last
	appeals         bool     // the main table read last counts appeals too
}

// A column is a head with the measure it stands for.
type column struct {
	measure, instance, printed string
	pos                        obs.Pos
	head                       *cell // one for several columns where a head spans them
}

func (p *pageReader) warn(at obs.Pos, got, want, hint string) {
	if len(p.page.Warnings) < 1000 {
		p.page.Warnings = append(p.page.Warnings, &obs.ParseError{Pos: at, Got: got, Want: want, Hint: hint})
	}
}

func (p *pageReader) refuse(at obs.Pos, got, want, hint string, err error) {
	p.refusal.Add(&obs.ParseError{Pos: at, Got: got, Want: want, Hint: hint, Err: err})
}

// place finds the country that a text names, and nothing else.
func (p *pageReader) place(s string) (string, bool) {
	s = Clean(s)
	for _, cut := range []string{"country report", "statistics", "aida", ":", "-", "–", "|"} {
		if len(s) > len(cut) && strings.EqualFold(s[:len(cut)], cut) {
			s = strings.TrimSpace(s[len(cut):])
		}
		if len(s) > len(cut) && strings.EqualFold(s[len(s)-len(cut):], cut) {
			s = strings.TrimSpace(s[:len(s)-len(cut)])
		}
	}
	if len(s) < 4 || len(s) > 60 {
		return "", false
	}
	g, ok := p.places.Label(s)
	if c, known := p.places.Lookup(g); !ok || !known || c.Kind != code.Member {
		return "", false
	}
	return g, true
}

var separators = obs.Pattern(`\s+[-–—|»›/·:]\s+|[|»›>]`)

// country finds the country where the page names it: in its title, in a
// heading, under the heading "Statistics", in the breadcrumb. Menus list all
// countries, and the address may be that of another.
func (p *pageReader) country() (printed, geo string, err error) {
	found := map[string]string{}
	for _, s := range separators().Split(p.src.title, -1) {
		if g, ok := p.place(s); ok {
			found[g] = s
		}
	}
	for i, b := range p.src.blocks {
		if g, ok := p.place(b.text); ok && b.heading {
			found[g] = b.text
		}
		low := strings.ToLower(b.text)
		if !strings.Contains(low, "last updated") && !strings.HasPrefix(low, "country report") {
			continue
		}
		for j := i - 1; j >= 0 && j >= i-6; j-- {
			if g, ok := p.place(p.src.blocks[j].text); ok {
				found[g] = p.src.blocks[j].text
				break
			}
			if strings.EqualFold(p.src.blocks[j].text, "statistics") {
				break
			}
		}
	}
	crumbs := map[string]string{}
	for _, b := range p.src.blocks {
		if b.crumb {
			for _, s := range separators().Split(b.text, -1) {
				if g, ok := p.place(s); ok {
					crumbs[g] = s
				}
			}
		}
	}
	if len(found) == 0 {
		found = crumbs
	}
	if len(found) != 1 {
		got := "a page that names no country"
		if len(found) > 1 {
			got = "a page of " + strings.Join(slices.Sorted(maps.Values(found)), " and ")
		}
		return "", "", &obs.ParseError{Pos: obs.Pos{File: p.file, Line: 1, Col: 1}, Got: got, Want: "one country in the title, in a heading or under it",
			Hint: "save the whole page, not the selection; the address is not read, since it may lie"}
	}
	for g, s := range found {
		printed, geo = strings.TrimSpace(s), g
	}
	return printed, geo, nil
}

var updated = obs.Pattern(`(?i)last updated:?\s*(\d{1,2}/\d{1,2}/(?:\d{4}|\d{2}))(?:\D|$)`)

// updated is the day that the page prints as its last update: day first.
func (p *pageReader) updated() string {
	for i, b := range p.src.blocks {
		s := b.text
		if i+1 < len(p.src.blocks) && len(s) < 200 {
			s += " " + p.src.blocks[i+1].text
		}
		m := updated().FindStringSubmatch(s)
		if m == nil {
			continue
		}
		for _, layout := range []string{"2/1/2006", "2/1/06"} {
			if day, err := time.Parse(layout, m[1]); err == nil {
				return day.Format(time.DateOnly)
			}
		}
		p.warn(b.pos, "last updated "+obs.Quote(m[1]), "a day such as 10/07/24, the day first", "")
		return ""
	}
	return ""
}

var (
	titles  = obs.Pattern(`(?i)granting of protection|at first instance|first and second instance|first instance and appeal|^applications|^applicants|international protection applicants|breakdown of the total number|gender|decisions at|rates for|further examination|preliminary stage|figures for`)
	notes   = obs.Pattern(`(?i)^(source|note|\(\d+\)|\[\d+\]|\*)`)
	origins = obs.Pattern(`(?i)breakdown by (the )?(countr(y|ies)( of origin)?|nationalit)`)
)

// heading is the text above a table that says what it is of: the nearest that
// reads like one, between the table before and this one.
func (p *pageReader) heading(from, to int) string {
	for pass := range 2 {
		for i := to - 1; i >= from; i-- {
			b := p.src.blocks[i]
			if len(b.text) > 250 || notes().MatchString(b.text) || origins().MatchString(b.text) {
				continue
			}
			switch {
			case pass == 0 && titles().MatchString(b.text) && (b.heading || !strings.HasSuffix(b.text, ".")),
				pass == 1 && b.heading && len(years(b.text)) > 0:
				return b.text
			}
		}
	}
	return ""
}

// distinct cells of a row that hold text.
func texts(row []slot) (n int, first *cell) {
	for _, s := range row {
		if s.origin && s.text != "" {
			if n++; n == 1 {
				first = s.cell
			}
		}
	}
	return n, first
}

// headline reports whether a row is one of heads: some are known, and none
// holds a figure.
func headline(row []slot) bool {
	known := 0
	for _, s := range row {
		if s.text == "" {
			continue
		}
		if _, why := Number(s.text, false); why == "" || why == Percent && s.text != "%" {
			return false
		}
		low := strings.ToLower(squash(s.text))
		if _, ok := measure(s.text); ok || instanceOf(low) != "" {
			known++
		}
	}
	return known > 0
}

func instanceOf(low string) string {
	switch {
	case strings.Contains(low, "first instance"), strings.Contains(low, "1st instance"):
		return "first_instance"
	case strings.Contains(low, "appeal"), strings.Contains(low, "second instance"), strings.Contains(low, "2nd instance"):
		return "appeal"
	}
	return ""
}

// table reads one table of the page, and reports whether it is one of ours.
func (p *pageReader) table(g *grid, rows [][]slot, after int) bool {
	title := p.heading(after, g.first)
	var body int
	for ; body < len(rows); body++ { // blank rows, and a heading as first row
		n, c := texts(rows[body])
		if n > 1 || n == 1 && len(rows[body]) <= 1 && len(rows) == 1 {
			break
		}
		if n == 1 {
			if headline(rows[body]) && len(rows[body]) > 1 && c.cols == 1 {
				break
			}
			if origins().MatchString(squash(c.text)) && len(p.columns) > 0 {
				break
			}
			if c.cols == 1 && len(rows[body]) > 1 {
				break
			}
			title = squash(c.text)
		}
	}
	if body == len(rows) {
		return false
	}
	first := body
	kind, cols := "", []column(nil)
	if headline(rows[body]) {
		kind, cols, body = p.heads(rows, body, title)
	}
	low := strings.ToLower(title)
	switch {
	case kind == "" && len(p.columns) > 0 && len(rows[body]) == len(p.columns) && p.isRest(rows[body:], after, g.first, title):
		kind, cols, title = "first_instance", p.columns, p.title // cut in two by the line "Breakdown by countries of origin"
	case kind == "" && (strings.Contains(low, "gender") || strings.Contains(low, "breakdown of the total number of applicants")):
		kind, cols = "breakdown", bare(rows[body:])
	case kind == "" && strings.Contains(low, "international protection applicants") && len(rows[body]) == 2:
		kind, cols = "first_instance", []column{{}, {measure: "applicants", printed: title, pos: g.pos}}
	case kind == "":
		if _, c := texts(rows[first]); c != nil {
			p.warn(g.pos, "a table that begins "+obs.Quote(squash(c.text)), "one of applications, decisions, rates, gender and age, or appeals", "its figures are not read; if they should be, please report the page")
		}
		return false
	}
	year, ok := p.yearOf(g, title, cols)
	if !ok {
		return true
	}
	p.year, p.title = year, title
	if kind == "first_instance" {
		p.columns = cols
		if both := together().MatchString(title); both || instanceOf(low) != "" { // rates below are of the same decisions
			p.appeals = both
		}
	}
	for _, c := range cols {
		if c.measure == "" {
			continue
		}
		p.page.Heads = append(p.page.Heads, Head{kind, c.instance, c.measure, c.printed, c.pos})
		if strings.HasPrefix(c.measure, unknown) {
			p.warn(c.pos, "column head "+obs.Quote(c.printed), "one that pipeline/aida/heads.go knows", fmt.Sprintf("its figures are kept under the measure %q; please report the head", c.measure))
		}
	}
	p.body(kind, cols, rows[body:], p.intentions(g, title, cols))
	return true
}

// isRest reports whether a table without heads goes on the table before it.
func (p *pageReader) isRest(rows [][]slot, from, to int, title string) bool {
	if title == "" || titles().MatchString(title) && title == p.title {
		title = ""
	}
	for i := from; i < to; i++ {
		if origins().MatchString(p.src.blocks[i].text) {
			return true
		}
	}
	_, c := texts(rows[0])
	if c != nil && origins().MatchString(squash(c.text)) {
		return true
	}
	_, ok := p.citizen.Label(label(rows[0][0].text))
	return ok && title == ""
}

// bare gives the columns of a gender table without heads: a column with percent
// signs is one of percentages.
func bare(rows [][]slot) []column {
	width := 0
	for _, r := range rows {
		width = max(width, len(r))
	}
	cols := make([]column, width)
	for c := 1; c < width; c++ {
		cols[c].measure = "number"
		for _, r := range rows {
			if c < len(r) && strings.Contains(r[c].text, "%") {
				cols[c].measure = "percentage"
			}
		}
	}
	return cols
}

// heads reads the head row at i, and the one below it where there are two.
func (p *pageReader) heads(rows [][]slot, i int, title string) (kind string, cols []column, body int) {
	top, body := rows[i], i+1
	var sub []slot
	if body < len(rows) && headline(rows[body]) {
		sub = rows[body]
		body++
	}
	// The blank cell over the labels may be moved to the end, or missing.
	width := 0
	for _, r := range rows[body:] {
		if n, _ := texts(r); n > 1 {
			width = max(width, len(r))
		}
	}
	if _, isMeasure := measure(top[0].text); isMeasure || instanceOf(strings.ToLower(top[0].text)) != "" {
		blank := slot{&cell{cols: 1, rows: 1, pos: top[0].pos}, true}
		last := top[len(top)-1]
		switch {
		case len(top) == width-1:
			top = append([]slot{blank}, top...)
			if sub != nil && len(sub) == width-1 {
				sub = append([]slot{blank}, sub...)
			}
		case len(top) == width && labelHeads[foldHead(last.text)] && !p.labelsLast(rows[body:], width):
			top = append([]slot{last}, top[:len(top)-1]...)
		}
	}
	cols = make([]column, len(top))
	measures := map[string]bool{}
	appeals := false
	at := -1
	for c, s := range top {
		text, key := s.text, foldHead(s.text)
		under := ""
		if c < len(sub) && sub[c].cell != s.cell {
			under = sub[c].text
		}
		if at < 0 && labelHeads[key] && labelHeads[foldHead(under)] {
			at = c
			continue
		}
		cl := column{printed: squash(strings.TrimSpace(text + " " + under)), pos: s.pos, head: s.cell}
		if under != "" {
			cl.head = sub[c].cell
		}
		inst := instanceOf(key)
		if m, ok := measure(text); ok {
			cl.measure = m
			if n, ok := measure(under); ok && under != "" && (n == "number" || n == "percentage") {
				cl.measure = n
			}
		} else if n, ok := measure(under); ok && under != "" {
			cl.measure, cl.instance = n, inst
		} else if inst != "" {
			cl.measure = "number"
			if strings.Contains(key, "percent") || strings.Contains(key, "rate") || strings.Contains(key, "%") {
				cl.measure = "percentage"
			}
		} else {
			cl.measure, _ = measure(cl.printed)
		}
		if (cl.measure == "number" || cl.measure == "percentage") && inst != "" {
			cl.instance, appeals = inst, true
		}
		measures[cl.measure] = true
		cols[c] = cl
	}
	if at > 0 { // labels stand in the middle: put them first
		cols = append([]column{{}}, append(cols[:at:at], cols[at+1:]...)...)
		for r := body; r < len(rows); r++ {
			if at < len(rows[r]) {
				l := rows[r][at]
				rows[r] = append([]slot{l}, append(rows[r][:at:at], rows[r][at+1:]...)...)
			}
		}
	}
	kind = "first_instance"
	delete(measures, unknown)
	onlyNumbers := len(measures) > 0
	for m := range measures {
		if m != "number" && m != "percentage" && !strings.HasPrefix(m, unknown) {
			onlyNumbers = false
		}
	}
	switch {
	case appeals:
		kind = "appeals"
	case onlyNumbers:
		kind = "breakdown"
		if strings.Contains(strings.ToLower(title), "international protection applicants") {
			kind = "first_instance"
			for c := range cols {
				if cols[c].measure == "number" {
					cols[c].measure = "applicants"
				}
			}
		}
	}
	// A blank head over a blank column is no column.
	for c := range cols {
		if cols[c].measure == unknown && cols[c].printed == "" {
			blank := true
			for _, r := range rows[body:] {
				if c < len(r) && r[c].origin && r[c].text != "" && r[c].cols == 1 {
					blank = false
				}
			}
			if blank {
				cols[c].measure = ""
			} else {
				cols[c].measure = fmt.Sprintf("%scolumn %d", unknown, c+1)
			}
		}
	}
	return kind, cols, body
}

// labelsLast reports whether the labels of the rows stand in the last column.
func (p *pageReader) labelsLast(rows [][]slot, width int) bool {
	last, first := 0, 0
	for _, r := range rows {
		if len(r) != width {
			continue
		}
		if _, ok := p.citizen.Label(label(r[width-1].text)); ok && r[width-1].text != "" {
			last++
		}
		if _, ok := p.citizen.Label(label(r[0].text)); ok && r[0].text != "" {
			first++
		}
	}
	return last > first
}

// yearOf is the year of a table: its heading says it, or its heads, or the
// table above, whose rates or comparison it holds. The page's date never does.
func (p *pageReader) yearOf(g *grid, title string, cols []column) (string, bool) {
	above := years(title)
	var heads []string
	for _, c := range cols {
		if !strings.Contains(strings.ToLower(c.printed), "as of") {
			heads = append(heads, years(c.printed)...)
		}
	}
	slices.Sort(heads)
	heads = slices.Compact(heads)
	slices.Sort(above)
	above = slices.Compact(above)
	both := slices.DeleteFunc(slices.Clone(above), func(y string) bool { return !slices.Contains(heads, y) })
	switch {
	case len(both) == 1:
		return both[0], true
	case len(heads) == 0 && len(above) == 1:
		return above[0], true
	case len(heads) == 1 && len(above) == 0:
		return heads[0], true
	case len(heads) == 0 && len(above) == 0 && p.year != "":
		return p.year, true
	}
	got := "a table without a year"
	if len(above)+len(heads) > 0 {
		got = fmt.Sprintf("a table of %s under a heading of %s", orNone(heads), orNone(above))
	}
	p.refuse(g.pos, got, "one year, in the heading or in the heads of columns", "correct the saved page if it is plain which year is meant; the day of the last update is not the year of the figures", nil)
	return "", false
}

func orNone(s []string) string {
	if len(s) == 0 {
		return "no year"
	}
	return strings.Join(s, " and ")
}

var intends = obs.Pattern(`(?i)(express\w*|declar\w*|registered)[^.]{0,60}\bintentions?\b|\bintentions?\b[^.]{0,40}(express|to (apply|seek))`)

// intentions reports whether the table's own heading, heads or notes call its
// applicants intentions. Slovenia's prose counts intentions beside a table of
// lodged applications, so that prose does not decide.
func (p *pageReader) intentions(g *grid, title string, cols []column) bool {
	if strings.Contains(strings.ToLower(title), "intention") {
		return true
	}
	for _, c := range cols {
		if c.measure == "applicants" && strings.Contains(strings.ToLower(c.printed), "intention") {
			return true
		}
	}
	if p.geo == "SI" {
		return false
	}
	end := len(p.src.blocks)
	for _, o := range p.src.grids {
		if o.first > g.first {
			end = o.first
			break
		}
	}
	for _, b := range p.src.blocks[g.first:end] {
		if b.heading {
			break
		}
		if notes().MatchString(b.text) && intends().MatchString(b.text) && !strings.Contains(strings.ToLower(b.text), "not include") {
			return true
		}
	}
	return false
}

// label is a row's label without marks and bullets.
func label(s string) string {
	return Clean(strings.TrimLeft(squash(s), "•·▪●◦‣∙*–—- "))
}

func (p *pageReader) body(kind string, cols []column, rows [][]slot, intentions bool) {
	if !p.want.HasPeriod(obs.Period(p.year)) || !p.want.Has("geo", p.geo) {
		return
	}
	total := false
	for i, r := range rows {
		n, c := texts(r)
		if n == 0 {
			continue
		}
		if text := squash(c.text); n == 1 && (origins().MatchString(text) || c.cols > 1 && (notes().MatchString(text) || len(cols) > 1 && c.cols >= len(cols) && len(text) > 60)) {
			if !origins().MatchString(text) && !notes().MatchString(text) {
				p.warn(c.pos, "a row of one cell "+obs.Quote(text), "a row with a cell for each head", "it is not read")
			}
			continue
		}
		name := label(r[0].text)
		if name == "" && i == 0 {
			name = "(no row label)"
		}
		citizen, category := "TOTAL", name
		if kind == "first_instance" {
			code, ok := p.citizen.Label(name)
			if !ok {
				p.refuse(r[0].pos, "label "+obs.Quote(squash(r[0].text)), "a citizenship that datasets/codes/alias.csv knows", "correct the spelling; if it is right, the list lacks it: please report it", obs.ErrUnknownCode)
				continue
			}
			citizen, category = code, ""
			if code == "OTHER" || code == "UNK" {
				category = name
			}
			total = total || code == "TOTAL"
		} else if name == "" {
			p.refuse(r[0].pos, "a row without a label", "a label in its first cell", "add the label to the saved page", nil)
			continue
		}
		key := func(m, inst string) []string {
			return []string{citizen, p.geo, kind, category, instance(inst, kind, m, p.appeals), m, unitOf(p.geo, p.year, kind, citizen, m, intentions), "table", p.name}
		}
		if short := len(r) != len(cols); short && !(len(r) > len(cols) && blankFrom(r, len(cols))) {
			p.warn(r[0].pos, fmt.Sprintf("a row of %d cells: %s", len(r), obs.Quote(raw(r))), fmt.Sprintf("%d, one for each head", len(cols)), "its figures are kept as printed, under no measure")
			for c := 1; c < len(r); c++ {
				if r[c].origin {
					p.out = append(p.out, obs.Observation{Key: key(fmt.Sprintf("%scell %d", unknown, c+1), ""), Period: obs.Period(p.year), Printed: r[c].text, Flags: Short, Pos: r[c].pos})
				}
			}
			continue
		}
		p.values(cols, r, key)
	}
}

func blankFrom(r []slot, from int) bool {
	for _, s := range r[from:] {
		if s.text != "" {
			return false
		}
	}
	return true
}

// raw is a row as printed.
func raw(r []slot) string {
	var out []string
	for _, s := range r {
		if s.origin {
			out = append(out, squash(s.text))
		}
	}
	return strings.Join(out, " | ")
}

func (p *pageReader) values(cols []column, r []slot, key func(measure, instance string) []string) {
	for c, col := range cols {
		if col.measure == "" {
			continue
		}
		s := r[c]
		m := col.measure
		if near := sharing(cols, c); len(near) > 0 {
			if slices.ContainsFunc(near, func(n int) bool { return n < c && r[n].cell == s.cell }) {
				continue // one head, one cell
			}
			if slices.ContainsFunc(near, func(n int) bool { return r[n].cell != s.cell }) {
				m = fmt.Sprintf("%s%s, column %d", unknown, strings.TrimPrefix(col.printed, unknown), c+1)
				p.warn(s.pos, fmt.Sprintf("several cells under the one head %s", obs.Quote(col.printed)), "one", fmt.Sprintf("it is kept under the measure %q", m))
			}
		}
		k := key(m, col.instance)
		o := obs.Observation{Key: k, Period: obs.Period(p.year), Printed: s.text, Pos: s.pos}
		o.Count, o.Flags = Number(s.text, k[6] == "percent")
		if covers := covered(cols, r, s.cell); (covers > 1 || s.rows > 1) && o.Flags != Blank && o.Flags != NA && o.Flags != Words {
			// Whose figure it is, the page does not say.
			if s.origin {
				p.warn(s.pos, fmt.Sprintf("%s over %d columns and %d rows", obs.Quote(squash(s.text)), covers, s.rows), "a cell for each column", "it is kept as printed, and counts for none of them")
			}
			o.Count, o.Flags = 0, Merged
		}
		o.Known = o.Flags == ""
		p.out = append(p.out, o)
	}
}

// sharing gives the other columns that stand under the same head as column c.
func sharing(cols []column, c int) []int {
	var out []int
	for _, n := range []int{c - 2, c - 1, c + 1, c + 2} {
		if n >= 0 && n < len(cols) && cols[n].head != nil && cols[n].head == cols[c].head {
			out = append(out, n)
		}
	}
	return out
}

// covered counts the columns of a row that a cell covers.
func covered(cols []column, r []slot, c *cell) int {
	n := 0
	for i := range min(len(cols), len(r)) {
		if r[i].cell == c && cols[i].measure != "" && (i == 0 || cols[i].head == nil || cols[i].head != cols[i-1].head) {
			n++
		}
	}
	return n
}
