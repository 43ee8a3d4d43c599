package rate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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

// A register numbers the keys of lines, for both sides of a definition alike.
type register struct {
	keys    []key
	numbers map[key]int32
}

func newRegister() *register { return &register{numbers: map[key]int32{}} }

func (g *register) number(k key) int32 {
	n, ok := g.numbers[k]
	if !ok {
		n = int32(len(g.keys))
		g.keys = append(g.keys, k)
		g.numbers[k] = n
	}
	return n
}

// sort puts the keys in order, and gives the new number of each old one.
func (g *register) sort() (rank []int32) {
	order := make([]int32, len(g.keys))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return g.keys[a].compare(g.keys[b]) })
	rank = make([]int32, len(order))
	sorted := make([]key, len(order))
	for i, old := range order {
		rank[old], sorted[i] = int32(i), g.keys[old]
	}
	g.keys = sorted
	return rank
}

// A sheet is one vintage as a side looks into it.
type sheet struct {
	t     *table.Table
	meta  *table.Meta
	cols  []int32 // the column of each period of the evaluation, -1 where it has none
	marks []uint8 // of the table's flags, by bit of marks; nil where none is Eurostat's
	round func(int64) interval
}

// A line is a row of a sheet that a side takes, with what it is selected by.
// Its cells are looked at where they stand.
type line struct {
	*sheet
	chunk, row  int32
	key         int32          // its number in the register
	term        int32          // its number in the plan of the side
	level, unit string         // "" where the source has none
	witness     string         // what tells it from other printings of the same counts
	newer       []table.Extent // of the newer vintages that speak of some of its periods
}

// A selection is the lines of one side, and what is known about their absence.
type selection struct {
	side    Side
	words   string // the terms of the side, for a sentence
	plan    plan
	lines   []line
	ends    []int // of the lines of each key, once sorted
	sheets  []*sheet
	held    []table.Meta // the vintages that were looked into, newest first
	periods []obs.Period // that some line has, unsorted
	total   bool         // a line of citizen TOTAL is there
	lacks   string       // a dimension that the query picks from and the source has not
}

// gather collects the lines of a side that the query asks for, each from the
// newest vintage that speaks of it.
func gather(data Data, source string, side Side, q Query, computes, terms []string, keys *register) (*selection, error) {
	s := &selection{side: side, words: side.words(), plan: side.plan()}
	for _, name := range side.Tables {
		metas := Newest(data.Vintages(), source, name, q.AsOf)
		s.held = append(s.held, metas...)
		for i := range metas {
			t, err := data.Load(metas[i], want(side, q, computes, terms))
			if err != nil {
				return nil, err
			}
			metas[i].SHA256 = t.SHA256 // of a file without a lake it is known only now
			s.scan(t, &metas[i], metas[:i], q, computes, keys)
		}
	}
	return s, nil
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

// sort puts the lines in the order of their keys.
func (s *selection) sort(rank []int32) {
	s.ends = make([]int, len(rank)+1)
	for i := range s.lines {
		l := &s.lines[i]
		l.key = rank[l.key]
		s.ends[l.key+1]++
	}
	for k := range rank {
		s.ends[k+1] += s.ends[k]
	}
	sorted, next := make([]line, len(s.lines)), slices.Clone(s.ends)
	for i := range s.lines {
		k := s.lines[i].key
		sorted[next[k]] = s.lines[i]
		next[k]++
	}
	s.lines = sorted
}

// of gives the lines of a key.
func (s *selection) of(key int) []line { return s.lines[s.ends[key]:s.ends[key+1]] }

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
	sh := &sheet{t: t, meta: m, marks: markBits(t), round: roundings[side.Rounding]}
	s.sheets = append(s.sheets, sh)
	terms := make([]int32, len(t.Dims[axis].Values))
	for i, v := range t.Dims[axis].Values {
		terms[i] = int32(slices.Index(s.plan.codes, v))
	}
	parts := [4]int{t.Dim("citizen"), t.Dim("geo"), t.Dim("sex"), t.Dim("age")}
	level, unit := t.Dim(side.Level), t.Dim(side.Unit)
	var rows []int
	numbers := map[[4]uint16]int32{} // of the keys, by their dictionary codes
	for c := range t.Chunks {
		ch := &t.Chunks[c]
		value := func(d, r int) string {
			if d < 0 {
				return ""
			}
			return t.Dims[d].Values[ch.Codes[d][r]]
		}
		rows = rows[:0]
	next:
		for r := range ch.Rows {
			for d, f := range pass {
				if f != nil && !f[ch.Codes[d][r]] {
					continue next
				}
			}
			rows = append(rows, r)
		}
		s.lines = slices.Grow(s.lines, len(rows))
		for _, r := range rows {
			older, gone := behind(newer, t, ch, r)
			if gone {
				continue
			}
			var codes [4]uint16
			for i, d := range parts {
				if d >= 0 {
					codes[i] = ch.Codes[d][r]
				}
			}
			number, ok := numbers[codes]
			if !ok {
				k := key{citizen: value(parts[0], r), geo: value(parts[1], r), sex: value(parts[2], r), age: value(parts[3], r)}
				number = keys.number(k)
				numbers[codes] = number
				s.total = s.total || k.citizen == "TOTAL"
			}
			l := line{sheet: sh, chunk: int32(c), row: int32(r), key: number, term: terms[ch.Codes[axis][r]],
				level: value(level, r), unit: value(unit, r), newer: older}
			if len(witnesses) > 0 {
				l.witness = witness(t, ch, witnesses, r)
			}
			s.lines = append(s.lines, l)
		}
	}
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

// cell fills in x with what the line holds in a period, and reports whether it
// has a cell there that counts.
func (l *line) cell(x *cell, period int, p obs.Period) bool {
	col := l.cols[period]
	if col < 0 {
		return false
	}
	ch := &l.t.Chunks[l.chunk]
	r := int(l.row)
	if !ch.Held(r, int(col)) || len(l.newer) > 0 && slices.ContainsFunc(l.newer, func(e table.Extent) bool { return e.Spans(p) }) {
		return false
	}
	c := &ch.Cols[col]
	x.line, x.col, x.mark = l, col, 0
	x.n = int64(c.Val[r])
	x.iv = l.round(x.n)
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
	for _, t := range []string{s.Total, s.Whole, s.Witness} {
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

// once keeps them as they are wanted, for the sides of one definition.
func once(d Data) Data {
	if _, ok := d.(*cached); ok {
		return d
	}
	return &cached{Data: d, tables: map[string]*table.Table{}}
}

type cached struct {
	Data
	whole  bool
	tables map[string]*table.Table
}

// Load reads what is wanted of a vintage, once.
func (c *cached) Load(m table.Meta, want table.Want) (*table.Table, error) {
	if c.whole {
		want = table.Want{}
	}
	k := fmt.Sprint(m.Table, m.Vintage, m.File, m.SHA256, want)
	if t, ok := c.tables[k]; ok {
		return t, nil
	}
	t, err := c.Data.Load(m, want)
	if err == nil {
		c.tables[k] = t
	}
	return t, err
}
