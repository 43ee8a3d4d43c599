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

// A key names the cells that one result is about.
type key struct {
	citizen, geo string
	period       obs.Period
	sex, age     string
}

func (k key) compare(l key) int {
	return cmp.Or(cmp.Compare(k.citizen, l.citizen), cmp.Compare(k.geo, l.geo), cmp.Compare(k.period, l.period),
		cmp.Compare(k.sex, l.sex), cmp.Compare(k.age, l.age))
}

// A cell is an input with what it is selected by.
type cell struct {
	Input
	key
	group             int64 // one number for each key
	n                 int64
	known             bool
	term, level, unit string
	witness           string // what tells it from other printings of the same count
}

// A selection is the cells of one side, and what is known about their absence.
type selection struct {
	side  Side
	cells []cell
	held  []table.Meta // the vintages that were looked into, newest first
	lacks string       // a dimension that the query picks from and the source has not

	numbers map[key]int64 // of what the keys are made of: keys without a period, and periods
}

// number gives a part of a key a number, which is compared faster.
func (s *selection) number(part key) int64 {
	n, ok := s.numbers[part]
	if !ok {
		n = int64(len(s.numbers))
		s.numbers[part] = n
	}
	return n
}

// gather collects the cells of a side that the query asks for, each from the
// newest vintage that speaks of it.
func gather(data Data, source string, side Side, q Query, computes, terms []string) (*selection, error) {
	s := &selection{side: side, numbers: map[key]int64{}}
	for _, name := range side.Tables {
		var metas []table.Meta
		for _, m := range data.Vintages() {
			if m.Source == source && m.Table == name && (q.AsOf == "" || m.Vintage <= q.AsOf) {
				metas = append(metas, m)
			}
		}
		slices.Reverse(metas) // of one day, the one that was added last goes first
		slices.SortStableFunc(metas, func(a, b table.Meta) int { return strings.Compare(b.Vintage, a.Vintage) })
		s.held = append(s.held, metas...)
		for i := range metas {
			t, err := data.Load(metas[i], want(side, q, computes, terms))
			if err != nil {
				return nil, err
			}
			metas[i].SHA256 = t.SHA256 // of a file without a lake it is known only now
			s.scan(t, &metas[i], metas[:i], q, computes)
		}
	}
	return s, nil
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

// scan adds the cells of one table, leaving to newer vintages what they cover.
func (s *selection) scan(t *table.Table, m *table.Meta, newer []table.Meta, q Query, computes []string) {
	side := &s.side
	names := make([]string, len(t.Dims))
	pass := make([]filter, len(t.Dims))
	at := map[string]int{"citizen": -1, "geo": -1, "sex": -1, "age": -1, side.Axis: -1, side.Unit: -1, side.Level: -1}
	for d := range t.Dims {
		names[d] = t.Dims[d].Name
		at[names[d]] = d
		pass[d] = dimFilter(&t.Dims[d], side, q, computes)
	}
	if at[side.Axis] < 0 {
		return
	}
	for _, part := range []struct {
		dim, total string
		asked      []string
	}{{"sex", "T", q.Sex}, {"age", "TOTAL", q.Age}} {
		if at[part.dim] < 0 && slices.ContainsFunc(part.asked, func(c string) bool { return c != part.total }) {
			s.lacks = part.dim // never everybody in place of some
			return
		}
	}
	var periods []int
	numbers := make([]int64, len(t.Periods))
	for i, p := range t.Periods {
		if Rated(p) && (q.Periods == nil || slices.Contains(q.Periods, p)) {
			periods = append(periods, i)
			numbers[i] = s.number(key{period: p})
		}
	}
	var witnesses []int // dimensions that neither select nor add
	for d, n := range names {
		if isWitness(n, side) {
			witnesses = append(witnesses, d)
		}
	}
	round := roundings[side.Rounding]
	for c := range t.Chunks {
		ch := &t.Chunks[c]
		code := func(dim string, r int) string {
			if d := at[dim]; d >= 0 {
				return t.Dims[d].Values[ch.Codes[d][r]]
			}
			return ""
		}
		var rows []int
	rows:
		for r := range ch.Rows {
			for d, f := range pass {
				if f != nil && !f[ch.Codes[d][r]] {
					continue rows
				}
			}
			rows = append(rows, r)
		}
		s.cells = slices.Grow(s.cells, len(rows)*len(periods))
		for _, r := range rows {
			row := cell{
				key:  key{citizen: code("citizen", r), geo: code("geo", r), sex: code("sex", r), age: code("age", r)},
				term: code(side.Axis, r), level: code(side.Level, r), unit: code(side.Unit, r),
			}
			group := s.number(row.key) << 32
			if len(witnesses) > 0 {
				row.witness = witness(t, ch, witnesses, r)
			}
			for _, p := range periods {
				if !ch.Held(r, p) || covered(newer, t, ch, r, p) {
					continue
				}
				x := row
				col := &ch.Cols[p]
				x.period, x.group, x.n = t.Periods[p], group|numbers[p], int64(col.Val[r])
				x.known = col.Known(r) && (col.Dec == nil || col.Dec[r] == 0) // a count has no decimals
				iv := round(x.n)
				x.Input = Input{Meta: m, Lo: iv.lo, Hi: iv.hi, at: ref{t, int32(c), int32(r), int32(p)}}
				s.cells = append(s.cells, x)
			}
		}
	}
}

// Rated reports whether rates are computed for a period: a year, a quarter or a
// month.
func Rated(p obs.Period) bool { return strings.IndexByte("AQM", p.Freq()) >= 0 }

// covered reports whether a newer vintage speaks of the cell.
func covered(newer []table.Meta, t *table.Table, ch *table.Chunk, r, p int) bool {
	for i := range newer {
		if newer[i].Covers(func(dim string) string {
			if d := t.Dim(dim); d >= 0 {
				return t.Dims[d].Values[ch.Codes[d][r]]
			}
			return ""
		}, t.Periods[p]) {
			return true
		}
	}
	return false
}

// dimFilter says which codes of a dimension a query takes.
func dimFilter(d *table.Dim, side *Side, q Query, computes []string) filter {
	var want []string
	switch d.Name {
	case side.Axis:
		want = side.terms()
	case "citizen", "geo":
		want = q.Geo
		if d.Name == "citizen" {
			want = q.Citizen
		}
		if c, ok := side.Set[d.Name]; ok {
			want = []string{c}
		}
		if only := side.Where[d.Name]; only != nil { // a definition of one country's
			if want == nil {
				want = only
			}
			want = slices.DeleteFunc(slices.Clone(want), func(c string) bool { return !slices.Contains(only, c) })
			break
		}
		if want == nil {
			return nil
		}
		want = expand(want, d, slices.Contains(computes, d.Name))
		if want == nil {
			return nil
		}
	case "sex":
		want = orElse(q.Sex, "T")
	case "age":
		want = orElse(q.Age, "TOTAL")
	case "unit":
		if w, ok := side.Where["unit"]; ok {
			want = w
		} else if d.Code("PER") >= 0 {
			want = []string{"PER"}
		} else {
			return nil
		}
	default:
		if w, ok := side.Where[d.Name]; ok {
			want = w
		} else if w, ok := side.Add[d.Name]; ok {
			want = w
		} else {
			return nil
		}
	}
	f := make(filter, len(d.Values))
	for i, v := range d.Values {
		f[i] = slices.Contains(want, v)
	}
	return f
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
