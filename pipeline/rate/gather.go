package rate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// Data is what definitions are applied to: a lake, or the embedded data.
type Data interface {
	Vintages() []table.Meta
	Load(m table.Meta, want table.Want) (*table.Table, error)
}

// A key names the cells that one result is about. That of a line has no period.
type key struct {
	citizen, geo string
	period       obs.Period
	sex, age     string
}

func (k key) compare(l key) int {
	return cmp.Or(cmp.Compare(k.citizen, l.citizen), cmp.Compare(k.geo, l.geo), cmp.Compare(k.period, l.period),
		cmp.Compare(k.sex, l.sex), cmp.Compare(k.age, l.age))
}

// axes are those that tell keys of lines apart.
var axes = [4]string{"citizen", "geo", "sex", "age"}

// A register numbers the keys of lines, for both sides of a definition alike.
type register struct {
	codes   [len(axes)]dictionary
	keys    [][len(axes)]int32 // by number, of codes
	numbers map[[len(axes)]int32]int32
}

// A dictionary numbers the codes of an axis.
type dictionary struct {
	values  []string
	numbers map[string]int32
}

func (d *dictionary) number(v string) int32 {
	n, ok := d.numbers[v]
	if !ok {
		if d.numbers == nil {
			d.numbers = map[string]int32{}
		}
		n = int32(len(d.values))
		d.values = append(d.values, v)
		d.numbers[v] = n
	}
	return n
}

// places gives the place of each number when the codes are in order.
func (d *dictionary) places() []int32 {
	order := make([]int32, len(d.values))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return strings.Compare(d.values[a], d.values[b]) })
	places := make([]int32, len(order))
	for place, n := range order {
		places[n] = int32(place)
	}
	return places
}

func newRegister() *register { return &register{numbers: map[[len(axes)]int32]int32{}} }

func (g *register) number(k [len(axes)]int32) int32 {
	n, ok := g.numbers[k]
	if !ok {
		n = int32(len(g.keys))
		g.keys = append(g.keys, k)
		g.numbers[k] = n
	}
	return n
}

// sort gives the keys in order, and the new number of each old one.
func (g *register) sort() (keys []key, rank []int32) {
	order, next := make([]int32, len(g.keys)), make([]int32, len(g.keys))
	for i := range order {
		order[i] = int32(i)
	}
	for a := len(axes) - 1; a >= 0; a-- { // by the last axis first: each pass keeps the order of those before
		places := g.codes[a].places()
		ends := make([]int32, len(places)+1)
		for i := range g.keys {
			ends[places[g.keys[i][a]]+1]++
		}
		for i := range places {
			ends[i+1] += ends[i]
		}
		for _, n := range order {
			at := &ends[places[g.keys[n][a]]]
			next[*at] = n
			*at++
		}
		order, next = next, order
	}
	keys, rank = make([]key, len(order)), next
	for i, n := range order {
		k := &g.keys[n]
		rank[n] = int32(i)
		keys[i] = key{citizen: g.codes[0].values[k[0]], geo: g.codes[1].values[k[1]], sex: g.codes[2].values[k[2]], age: g.codes[3].values[k[3]]}
	}
	return keys, rank
}

// A sheet is one vintage as a side looks into it.
type sheet struct {
	t     *table.Table
	meta  *table.Meta
	id    int32             // its number in the evaluation
	cols  []int32           // the column of each period of the evaluation, -1 where it has none
	cells [][]*table.Column // by chunk, then period: nil where it has none
	marks []uint8           // of the table's flags, by bit of marks; nil where none is Eurostat's
	round rounding
	newer [][]table.Extent // what newer vintages hold of lines
}

// A line is a row of a sheet that a side takes, with what it is selected by.
// Its cells are looked at where they stand.
type line struct {
	*sheet
	held       uint64 // the periods in which it has a cell, by bit; all where there are more than 64
	chunk, row int32
	key        int32 // its number in the register
	term       int32 // its number in the plan of the side
	level      int32 // its number in the levels of the side; 0 where the source has none
	witness    int32 // the number of what tells it from other printings of the same counts
	newer      int32 // the number of what newer vintages hold of it, 0: nothing
	persons    bool  // not cases
}

// A selection is the lines of one side, and what is known about their absence.
type selection struct {
	side      Side
	words     string // the terms of the side, for a sentence
	plan      plan
	lines     []line
	order     []int32 // of lines, by their keys
	ends      []int32 // of the lines of each key, in order
	sheets    []*sheet
	levels    dictionary   // of lines; "" is 0
	stages    []stage      // that may stand for the one asked for, the first that is there does
	repeats   []bool       // the levels at which repeated terms are counted
	witnesses dictionary   // likewise
	held      []table.Meta // the vintages that were looked into, newest first
	periods   []obs.Period // that some line has, unsorted
	total     bool         // a line of citizen TOTAL is there
	lacks     string       // a dimension that the query picks from and the source has not
}

// gather collects the lines of a side that the query asks for, each from the
// newest vintage that speaks of it.
//
// Places are read where they are to be kept, or printings told apart by them.
func gather(data Data, source string, side Side, q Query, computes, terms []string, keys *register, keep bool) (*selection, error) {
	s := &selection{side: side, words: side.words(), plan: side.plan()}
	s.levels.number("")
	s.witnesses.number("")
	for _, name := range side.Tables {
		metas := Newest(data.Vintages(), source, name, q.AsOf)
		s.held = append(s.held, metas...)
		for i := range metas {
			w := want(side, q, computes, terms)
			w.Bare = !keep && source != "aida" // its tables tell printings apart
			t, err := data.Load(metas[i], w)
			if err == nil && w.Bare && slices.ContainsFunc(t.Dims, func(d table.Dim) bool { return isWitness(d.Name, &s.side) }) {
				w.Bare = false
				t, err = data.Load(metas[i], w)
			}
			if err != nil {
				return nil, err
			}
			metas[i].SHA256 = t.SHA256 // of a file without a lake it is known only now
			s.scan(t, &metas[i], metas[:i], q, computes, keys)
		}
		if side.First && len(s.sheets) > 0 {
			break
		}
	}
	return s, nil
}

// call names the terms in messages. The lines have been looked up by their codes.
func (s *selection) call(words string) {
	s.words = words
	for i := range s.plan.codes {
		s.plan.codes[i] = words
	}
	for i := range s.plan.terms {
		s.plan.terms[i].name = words
	}
}

// Newest gives the vintages of a table as they stood on a day ("" is today),
// in the order in which they are asked about a cell.
func Newest(all []table.Meta, source, name, asOf string) []table.Meta {
	var metas []table.Meta
	for _, m := range all {
		if m.Source == source && m.Table == name && (asOf == "" || m.Vintage <= asOf) {
			metas = append(metas, m)
		}
	}
	slices.Reverse(metas) // of one day, the one that was added last goes first
	slices.SortStableFunc(metas, func(a, b table.Meta) int { return strings.Compare(b.Vintage, a.Vintage) })
	return metas
}

// note notes in which periods each line has a cell. The lines still stand as
// they were found, those of a chunk together.
func (s *selection) note() {
	for from := 0; from < len(s.lines); {
		first := &s.lines[from]
		to := from + 1
		for to < len(s.lines) && s.lines[to].sheet == first.sheet && s.lines[to].chunk == first.chunk {
			to++
		}
		lines := s.lines[from:to]
		from = to
		every, ch := uint64(0), &first.t.Chunks[first.chunk]
		for p, col := range first.cols {
			switch {
			case len(first.cols) > 64:
				every = ^uint64(0)
			case col < 0:
			case ch.Cols[col].Held != nil:
				held, bit := ch.Cols[col].Held, uint64(1)<<p
				for i := range lines {
					if r := lines[i].row; held[r>>3]>>(r&7)&1 != 0 {
						lines[i].held |= bit
					}
				}
			case ch.Cols[col].Pos == nil:
				every |= 1 << p
			default:
				pos, bit := ch.Cols[col].Pos, uint64(1)<<p
				for i := range lines {
					if pos[lines[i].row] != 0 {
						lines[i].held |= bit
					}
				}
			}
		}
		for i := range lines {
			lines[i].held |= every
		}
	}
}

// sort finds the order of the lines by their keys. They stay where they are:
// those of a key stand near those of the next in any case.
func (s *selection) sort(rank []int32) {
	s.order, s.ends = make([]int32, len(s.lines)), make([]int32, len(rank)+1)
	for i := range s.lines {
		l := &s.lines[i]
		l.key = rank[l.key]
		s.ends[l.key+1]++
	}
	for k := range rank {
		s.ends[k+1] += s.ends[k]
	}
	next := slices.Clone(s.ends)
	for i := range s.lines {
		k := s.lines[i].key
		s.order[next[k]] = int32(i)
		next[k]++
	}
}

// of adds the lines of a key.
func (s *selection) of(lines []*line, key int) []*line {
	for _, i := range s.order[s.ends[key]:s.ends[key+1]] {
		lines = append(lines, &s.lines[i])
	}
	return lines
}

// want names the citizenships and countries that a side may need: those asked
// for and the members of aggregates that are to be added up; and the terms, of
// all sides that look into the same table, so that it is read once.
func want(side Side, q Query, computes, terms []string) table.Want {
	w := table.Want{Periods: q.Periods, Codes: map[string][]string{
		side.Axis: terms, "sex": orElse(q.Sex, "T"), "age": orElse(q.Age, "TOTAL"),
	}}
	for dim, codes := range map[string][]string{"citizen": q.Citizen, "geo": q.Geo} {
		if c, ok := side.Set[dim]; ok {
			codes = []string{c}
		}
		if codes == nil {
			continue
		}
		all := slices.Clone(codes)
		whole := false
		for _, c := range codes {
			if members, every := membersOf(dim, c); slices.Contains(computes, dim) {
				all, whole = append(all, members...), whole || every
			}
		}
		if !whole {
			w.Codes[dim] = all
		}
	}
	return w
}

// A filter is what one dimension must be: the codes that pass, by dictionary
// code; nil lets all pass.
type filter []bool

// scan adds the lines of one table, leaving to newer vintages what they cover.
func (s *selection) scan(t *table.Table, m *table.Meta, newer []table.Meta, q Query, computes []string, keys *register) {
	side := &s.side
	pass := make([]filter, len(t.Dims))
	var witnesses []int // dimensions that neither select nor add
	for d := range t.Dims {
		pass[d] = dimFilter(&t.Dims[d], side, q, computes)
		if isWitness(t.Dims[d].Name, side) {
			witnesses = append(witnesses, d)
		}
	}
	axis := t.Dim(side.Axis)
	if axis < 0 {
		return
	}
	for _, part := range []struct {
		dim, total string
		asked      []string
	}{{"sex", "T", q.Sex}, {"age", "TOTAL", q.Age}} {
		if t.Dim(part.dim) < 0 && slices.ContainsFunc(part.asked, func(c string) bool { return c != part.total }) {
			s.lacks = part.dim // never everybody in place of some
			return
		}
	}
	for _, p := range t.Periods {
		if Rated(p) && (q.Periods == nil || slices.Contains(q.Periods, p)) {
			s.periods = append(s.periods, p)
		}
	}
	sh := &sheet{t: t, meta: m, marks: markBits(t), round: roundings[side.Rounding], newer: make([][]table.Extent, 1)}
	s.sheets = append(s.sheets, sh)
	terms := make([]int32, len(t.Dims[axis].Values))
	for i, v := range t.Dims[axis].Values {
		terms[i] = int32(slices.Index(s.plan.codes, v))
	}
	parts := newParts(t, pass, keys)
	levels, persons := s.levels.all(t, side.Level), persons(t, side.Unit)
	level, unit := t.Dim(side.Level), t.Dim(side.Unit)
	var rows []int32
	for c := range t.Chunks {
		ch := &t.Chunks[c]
		rows = picked(rows[:0], ch, pass)
		s.lines = slices.Grow(s.lines, len(rows))
		for _, r := range rows {
			l := line{sheet: sh, chunk: int32(c), row: r, term: terms[ch.Codes[axis][r]]}
			if len(newer) > 0 {
				older, gone := behind(newer, t, ch, int(r))
				if gone {
					continue
				}
				if older != nil {
					l.newer = int32(len(sh.newer))
					sh.newer = append(sh.newer, older)
				}
			}
			l.key = parts.number(ch, r)
			if level >= 0 {
				l.level = levels[ch.Codes[level][r]]
			}
			if unit >= 0 {
				l.persons = persons[ch.Codes[unit][r]]
			}
			if len(witnesses) > 0 {
				l.witness = s.witnesses.number(witness(t, ch, witnesses, int(r)))
			}
			s.lines = append(s.lines, l)
		}
	}
	s.total = s.total || parts.total
}

// picked adds the rows of a chunk that pass.
func picked(rows []int32, ch *table.Chunk, pass []filter) []int32 {
	first := true
	for d, f := range pass {
		codes := ch.Codes[d]
		switch {
		case f == nil:
		case first:
			first = false
			for r, c := range codes {
				if f[c] {
					rows = append(rows, int32(r))
				}
			}
		default:
			n := 0
			for _, r := range rows {
				rows[n] = r
				if f[codes[r]] {
					n++
				}
			}
			rows = rows[:n]
		}
	}
	if first {
		rows = slices.Grow(rows, ch.Rows)
		for r := range ch.Rows {
			rows = append(rows, int32(r))
		}
	}
	return rows
}

// all numbers every code of a table's dimension.
func (d *dictionary) all(t *table.Table, dim string) []int32 {
	at := t.Dim(dim)
	if at < 0 {
		return nil
	}
	numbers := make([]int32, len(t.Dims[at].Values))
	for i, v := range t.Dims[at].Values {
		numbers[i] = d.number(v)
	}
	return numbers
}

// persons tells which codes of the dimension of units mean persons.
func persons(t *table.Table, dim string) []bool {
	at := t.Dim(dim)
	if at < 0 {
		return nil
	}
	out := make([]bool, len(t.Dims[at].Values))
	for i, v := range t.Dims[at].Values {
		out[i] = v == "P"
	}
	return out
}

// Parts are the axes of a table that tell keys apart. Most keys stand in many
// rows: what their codes stand for is looked up once.
type parts struct {
	keys   *register
	dim    [len(axes)]int
	codes  [len(axes)][]int32 // the register's number of each code
	nth    [len(axes)][]int32 // which of the codes that pass it is
	stride [len(axes)]int32
	known  []int32 // the number of a key plus one, by the places of its codes; nil where there would be too many
	total  bool    // a row of citizen TOTAL was there
}

func newParts(t *table.Table, pass []filter, keys *register) *parts {
	const most = 1 << 20
	p := &parts{keys: keys}
	size := 1
	for a, name := range axes {
		d := t.Dim(name)
		if p.dim[a] = d; d < 0 {
			p.codes[a] = []int32{keys.codes[a].number("")}
			continue
		}
		p.codes[a], p.nth[a] = make([]int32, len(t.Dims[d].Values)), make([]int32, len(t.Dims[d].Values))
		n := 0
		for i, v := range t.Dims[d].Values {
			if pass[d] == nil || pass[d][i] {
				p.codes[a][i], p.nth[a][i] = keys.codes[a].number(v), int32(n)
				n++
			}
		}
		p.stride[a] = int32(size)
		if size *= max(1, n); size > most {
			size = most + 1
		}
	}
	if size <= most {
		p.known = make([]int32, size)
	}
	return p
}

// number is that of a row's key.
func (p *parts) number(ch *table.Chunk, r int32) int32 {
	at := int32(0)
	var k [len(axes)]int32
	for a, d := range p.dim {
		code := uint16(0)
		if d >= 0 {
			code = ch.Codes[d][r]
			at += p.nth[a][code] * p.stride[a]
		}
		k[a] = p.codes[a][code]
	}
	if p.known != nil && p.known[at] > 0 {
		return p.known[at] - 1
	}
	n := p.keys.number(k)
	p.total = p.total || p.keys.codes[0].values[k[0]] == "TOTAL"
	if p.known != nil {
		p.known[at] = n + 1
	}
	return n
}

// Rated reports whether rates are computed for a period: a year, a quarter or a
// month.
func Rated(p obs.Period) bool { return strings.IndexByte("AQM", p.Freq()) >= 0 }

// behind gives what newer vintages hold of a row, and whether that is all.
func behind(newer []table.Meta, t *table.Table, ch *table.Chunk, r int) (parts []table.Extent, all bool) {
	code := func(dim string) string {
		if d := t.Dim(dim); d >= 0 {
			return t.Dims[d].Values[ch.Codes[d][r]]
		}
		return ""
	}
	for i := range newer {
		if len(newer[i].Extent) == 0 {
			return nil, true
		}
		for j := range newer[i].Extent {
			if e := &newer[i].Extent[j]; e.Holds(code) {
				parts = append(parts, *e)
			}
		}
	}
	return parts, false
}

// columns finds the column of each of the evaluation's periods.
func (sh *sheet) columns(periods []obs.Period) {
	for _, p := range periods {
		sh.cols = append(sh.cols, int32(sh.t.Period(p)))
	}
	sh.cells = make([][]*table.Column, len(sh.t.Chunks))
	for c := range sh.cells {
		sh.cells[c] = make([]*table.Column, len(periods))
		for p, col := range sh.cols {
			if col >= 0 {
				sh.cells[c][p] = &sh.t.Chunks[c].Cols[col]
			}
		}
	}
}

// cell fills in x with what the line holds in a period, and reports whether it
// has a cell there that counts.
func (l *line) cell(x *cell, period int, p obs.Period) bool {
	c, r := l.cells[l.chunk][period], int(l.row)
	if c == nil || len(l.cols) > 64 && !l.t.Chunks[l.chunk].Held(r, int(l.cols[period])) ||
		l.newer > 0 && slices.ContainsFunc(l.sheet.newer[l.newer], func(e table.Extent) bool { return e.Spans(p) }) {
		return false
	}
	x.line, x.col, x.mark = l, l.cols[period], 0
	x.n = int64(c.Val[r])
	x.iv = l.round.of(x.n)
	x.known = c.Known(r) && (c.Dec == nil || c.Dec[r] == 0) // a count has no decimals
	if l.marks != nil && c.Flag != nil && c.Flag[r] > 0 {
		x.mark = l.marks[c.Flag[r]-1]
	}
	return true
}

// dimFilter says which codes of a dimension a query takes.
func dimFilter(d *table.Dim, side *Side, q Query, computes []string) filter {
	want, all := side.Picks(d, q, computes)
	if all {
		return nil
	}
	f := make(filter, len(d.Values))
	for i, v := range d.Values {
		f[i] = slices.Contains(want, v)
	}
	return f
}

// Picks gives the codes of a table's dimension that a side takes for a query,
// or that it takes all of them.
func (s *Side) Picks(d *table.Dim, q Query, computes []string) (want []string, all bool) {
	switch d.Name {
	case s.Axis:
		want = s.terms()
	case "citizen", "geo":
		want = q.Geo
		if d.Name == "citizen" {
			want = q.Citizen
		}
		if c, ok := s.Set[d.Name]; ok {
			want = []string{c}
		}
		if only := s.Where[d.Name]; only != nil { // a definition of one country's
			if want == nil {
				want = only
			}
			want = slices.DeleteFunc(slices.Clone(want), func(c string) bool { return !slices.Contains(only, c) })
			break
		}
		if want == nil {
			return nil, true
		}
		want = expand(want, d, slices.Contains(computes, d.Name))
		if want == nil {
			return nil, true
		}
	case "sex":
		want = orElse(q.Sex, "T")
	case "age":
		want = orElse(q.Age, "TOTAL")
	case "unit":
		if w, ok := s.Where["unit"]; ok {
			want = w
		} else if d.Code("PER") >= 0 {
			want = []string{"PER"}
		} else {
			return nil, true
		}
	default:
		if w, ok := s.Where[d.Name]; ok {
			want = w
		} else if w, ok := s.Add[d.Name]; ok {
			want = w
		} else {
			return nil, true
		}
	}
	return want, false
}

func orElse(s []string, def string) []string {
	if len(s) == 0 {
		return []string{def}
	}
	return s
}

// expand adds to the codes asked for the members of those that the source
// leaves to be added up. Nil means every code.
func expand(want []string, d *table.Dim, computes bool) []string {
	out := slices.Clone(want)
	for _, w := range want {
		if !computes || d.Code(w) >= 0 {
			continue
		}
		switch members, all := membersOf(d.Name, w); {
		case all:
			return nil
		default:
			out = append(out, members...)
		}
	}
	return out
}

// membersOf gives the codes that an aggregate is made of, or that it is made
// of all there are.
func membersOf(dim, agg string) (members []string, all bool) {
	if agg == "TOTAL" {
		return nil, true
	}
	if c, ok := code.Must(dim).Lookup(agg); ok && c.Kind == code.Aggregate {
		return c.Members, false
	}
	return nil, false
}

// terms lists every code that the terms of a side may take.
func (s *Side) terms() []string {
	var out []string
	for _, t := range s.Terms {
		out = append(out, strings.Split(strings.TrimSuffix(t, "?"), "|")...)
	}
	for _, t := range []string{s.Total, s.Whole, s.Witness, s.Joint} {
		if t != "" {
			out = append(out, t)
		}
	}
	return out
}

// isWitness reports whether a dimension neither selects nor adds: two cells
// that differ in such dimensions alone are two printings of one count.
func isWitness(dim string, side *Side) bool {
	switch dim {
	case "citizen", "geo", "sex", "age", "freq", "unit", side.Axis, side.Unit, side.Level:
		return false
	}
	_, added := side.Add[dim]
	return !added
}

// witness joins the codes of a row that tell printings apart.
func witness(t *table.Table, ch *table.Chunk, dims []int, r int) string {
	var b strings.Builder
	for _, d := range dims {
		v := t.Dims[d].Values[ch.Codes[d][r]]
		if t.Dims[d].Name == "origin" && v == "table" {
			b.WriteByte(' ') // a table goes before a sentence
		}
		b.WriteString(v)
		b.WriteByte(0)
	}
	return b.String()
}

// AsOf is d as it stood at the end of a day: only the vintages up to then. An
// empty day is today.
func AsOf(d Data, day string) Data {
	if day == "" {
		return d
	}
	return &dated{d, day}
}

type dated struct {
	Data
	day string
}

func (d *dated) Vintages() []table.Meta {
	return slices.DeleteFunc(slices.Clone(d.Data.Vintages()), func(m table.Meta) bool { return m.Vintage > d.day })
}

// Cached keeps the tables that it has loaded, whole, for callers that ask many
// questions of the same few.
func Cached(d Data) Data {
	if c, ok := d.(*cached); ok && c.whole {
		return c
	}
	return &cached{Data: d, whole: true, tables: map[string]*table.Table{}}
}

// Shared keeps the tables that it has loaded, as they were wanted, for callers
// that ask many definitions about the same cells.
func Shared(d Data) Data { return once(d) }

// once keeps them as they are wanted, for the sides of one definition.
func once(d Data) Data {
	if _, ok := d.(*cached); ok {
		return d
	}
	return &cached{Data: d, tables: map[string]*table.Table{}}
}

type cached struct {
	Data
	whole bool

	mu     sync.Mutex
	tables map[string]*table.Table
}

// A narrower says how much of what is wanted makes a difference to what it
// loads.
type narrower interface {
	Narrow(m table.Meta, want table.Want) table.Want
}

// Load reads what is wanted of a vintage, once.
func (c *cached) Load(m table.Meta, want table.Want) (*table.Table, error) {
	if c.whole {
		want = table.Want{}
	} else if n, ok := c.Data.(narrower); ok {
		want = n.Narrow(m, want)
	}
	k := fmt.Sprint(m.Table, m.Vintage, m.File, m.SHA256, want)
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, ok := c.tables[k]; ok {
		return t, nil
	}
	t, err := c.Data.Load(m, want)
	if err == nil {
		c.tables[k] = t
	}
	return t, err
}
