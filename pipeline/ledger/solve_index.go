package ledger

import (
	"slices"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// An index holds the cells of a table that leaves its totals to be added up, by
// country, level and term. A definition is then looked up at every level without
// evaluating it anew over thousands of cells; a test holds the answers against
// those of rate.Evaluate.
type index struct {
	block *block
	asOf  string
	geos  []string
	of    map[string]*held
	read  bool
}

// held is what a country has, by level of the block.
type held struct {
	first rate.Result // its Citizen, Period and so on
	terms []map[string]*tallied
}

// index gives that of a block as of a day, nil where totals are printed.
func (s *search) index(b *block, day string) *index {
	if !slices.Contains(b.Computes, "geo") || b.Level == "" {
		return nil
	}
	k := b.Tables[0] + " " + day
	if x, ok := s.indexes[k]; ok {
		return x
	}
	x := &index{block: b, asOf: day, geos: countries(s.places), of: map[string]*held{}}
	if s.indexes == nil {
		s.indexes = map[string]*index{}
	}
	s.indexes[k] = x
	return x
}

// open reads the cells, all with one evaluation.
func (x *index) open(s *search) error {
	if x.read {
		return nil
	}
	x.read = true
	b := x.block
	side := b.Side
	side.Level, side.Unit, side.Repeat = "", "", rate.Repeat{}
	side.Add = map[string][]string{b.Level: b.All, b.Unit: {"P", "C"}}
	for dim, codes := range b.Add {
		side.Add[dim] = codes
	}
	for _, p := range slices.Concat(b.Parts, b.Wholes) {
		for _, t := range p.Terms {
			if t = strings.TrimSuffix(t, "?") + "?"; !slices.Contains(side.Terms, t) {
				side.Terms = append(slices.Clip(side.Terms), t)
			}
		}
	}
	all := rate.Side{Terms: side.Terms}
	d := rate.Definition{Name: "cells", Kind: rate.Ratio, From: []rate.Binding{{Source: b.Source, Computes: b.Computes, National: b.National, Side: side, Num: all, Den: &all}}}
	geos := slices.DeleteFunc(slices.Clone(x.geos), isAggregate)
	if len(geos) == 0 {
		return nil
	}
	results, err := rate.Evaluate(d, s.data, rate.Query{Citizen: []string{s.q.Citizen}, Geo: geos, Periods: []obs.Period{s.q.Period}, AsOf: x.asOf})
	if err != nil {
		return err
	}
	for i := range results {
		if r := &results[i]; r.NumKnown {
			x.country(r)
		}
	}
	return nil
}

// A unit is a cell of the index.
type unit struct {
	term, level, unit string
	n, lo, hi         int64
	in                *rate.Input
}

// country sorts the cells of a country by level, citizenship by citizenship, as
// each has levels of its own.
func (x *index) country(r *rate.Result) {
	b := x.block
	h := &held{first: *r}
	h.first.Inputs, h.first.Warnings = nil, nil
	by := map[string][]unit{}
	for i := range r.Inputs {
		in := &r.Inputs[i]
		if in.Side == "den" {
			continue
		}
		u := unit{term: in.Code(b.Axis), level: in.Code(b.Level), unit: in.Code(b.Unit), n: int64(in.Cell().Count), in: in}
		u.lo, u.hi = in.Range()
		c := in.Code("citizen")
		by[c] = append(by[c], u)
	}
	citizens := make([]string, 0, len(by))
	for c := range by {
		citizens = append(citizens, c)
	}
	slices.Sort(citizens)
	for _, level := range b.levels() {
		terms := map[string]*tallied{}
		for _, c := range citizens {
			cells, name := x.at(by[c], level)
			for i := range cells {
				u := &cells[i]
				if u.unit != "P" {
					continue
				}
				t, ok := terms[u.term]
				if !ok {
					t = &tallied{cells: [][]rate.Input{nil}}
					terms[u.term] = t
				}
				t.Num, t.NumLo, t.NumHi = t.Num+u.n, t.NumLo+u.lo, t.NumHi+u.hi
				t.cells[0] = append(t.cells[0], *u.in)
				if !slices.Contains(strings.Split(t.Stage, ", "), name) {
					t.Stage = strings.TrimPrefix(t.Stage+", "+name, ", ")
				}
			}
		}
		h.terms = append(h.terms, terms)
	}
	x.of[r.Geo] = h
}

// at gives the cells of a level, by the rule of METHODS 3: first is FI, else NA,
// else FA. Repeat applications are counted at their own levels.
func (x *index) at(cells []unit, level string) ([]unit, string) {
	want := []string{level}
	if level == "" {
		want = []string{"FI", "NA", "FA"}
	}
	repeat := &x.block.Repeat
	for _, l := range want {
		together := strings.Split(l, "+")
		var at []unit
		for _, u := range cells {
			if slices.Contains(together, u.level) && !slices.Contains(repeat.Terms, u.term) {
				at = append(at, u)
			}
		}
		has := func(level string) bool {
			return slices.ContainsFunc(cells, func(u unit) bool { return u.level == level })
		}
		if len(at) == 0 || !rate.Joinable(together, has) {
			continue
		}
		for _, u := range cells {
			if slices.Contains(repeat.Terms, u.term) && slices.Contains(repeat.Levels, u.level) {
				at = append(at, u)
			}
		}
		return at, l
	}
	return nil, ""
}

// amounts gives a count at a level, country by country.
func (x *index) amounts(side *rate.Side, level int) []tallied {
	var out []tallied
	for _, g := range x.geos {
		h := x.of[g]
		if h == nil {
			continue
		}
		r := tallied{Result: h.first}
		r.Geo, r.Num, r.NumLo, r.NumHi, r.NumKnown, r.Stage = g, 0, 0, 0, false, ""
		complete := len(side.Need) == 0 || slices.ContainsFunc(side.Need, func(t string) bool { return h.terms[level][t] != nil })
		any := false
		for _, name := range side.Terms {
			name, optional := strings.CutSuffix(name, "?")
			t := h.terms[level][name]
			if t == nil {
				complete = complete && optional
				continue
			}
			any = true
			r.Num, r.NumLo, r.NumHi = r.Num+t.Num, r.NumLo+t.NumLo, r.NumHi+t.NumHi
			r.cells = append(r.cells, t.cells...)
			for _, l := range strings.Split(t.Stage, ", ") {
				if !slices.Contains(strings.Split(r.Stage, ", "), l) {
					r.Stage = strings.TrimPrefix(r.Stage+", "+l, ", ")
				}
			}
		}
		if complete && any {
			r.NumKnown = true
			if strings.Contains(r.Stage, "FA") && !strings.Contains(r.Stage, "+") {
				r.WithAppeals = []string{g}
			}
			out = append(out, r)
		}
	}
	return out
}

// indexed gives the two sides of a definition where both can be looked up.
func (s *search) indexed(d rate.Definition, b *rate.Binding, all *counts) (num, den *amount) {
	side := func(x rate.Side) *amount {
		tables, axis := x.Tables, x.Axis
		if tables == nil {
			tables = b.Tables
		}
		if axis == "" {
			axis = b.Axis
		}
		for i := range all.Counts {
			k := &all.Counts[i]
			if k.Source == b.Source && slices.Equal(k.Tables, tables) && k.Axis == axis && s.index(k, "") != nil && x.Where == nil && b.Where == nil && x.Set == nil && x.Total == "" && x.Whole == "" && b.Whole == "" && b.Total == "" {
				return &amount{block: k, part: &part{Name: d.Name, Side: x}}
			}
		}
		return nil
	}
	if num = side(b.Num); num == nil {
		return nil, nil
	}
	below := b.Den
	if b.Rest != nil {
		below = &rate.Side{Terms: slices.Concat(b.Num.Terms, b.Rest.Terms), Tables: b.Rest.Tables, Axis: b.Rest.Axis, Where: b.Rest.Where, Set: b.Rest.Set}
	}
	if den = side(*below); den == nil {
		return nil, nil
	}
	known := func(a *amount) bool {
		for _, t := range a.part.Terms {
			if !slices.ContainsFunc(slices.Concat(a.block.Parts, a.block.Wholes), func(p part) bool {
				return slices.Contains(p.Terms, t) || slices.Contains(p.Terms, strings.TrimSuffix(t, "?")) || slices.Contains(p.Terms, t+"?")
			}) {
				return false
			}
		}
		return true
	}
	if !known(num) || !known(den) {
		return nil, nil
	}
	return num, den
}

// defineIndexed makes candidates of a definition at every level and reading of
// the geo.
func (s *search) defineIndexed(d rate.Definition, num, den *amount) error {
	for _, day := range s.days(num.block.Source, slices.Concat(num.block.Tables, den.block.Tables)) {
		above, below := s.index(num.block, day), s.index(den.block, day)
		if err := above.open(s); err != nil {
			return err
		}
		if err := below.open(s); err != nil {
			return err
		}
		for l, level := range num.block.levels() {
			if l >= len(den.block.levels()) {
				break
			}
			n, b := above.amounts(&num.part.Side, l), below.amounts(&den.part.Side, l)
			places := s.readings(false, l)
			for i := range places {
				p := &places[i]
				x, y := *num, *den
				var ok, ok2 bool
				x.res, x.by, ok = sum(n, p.members(), s.q.Period)
				y.res, y.by, ok2 = sum(b, p.members(), s.q.Period)
				if !ok || !ok2 {
					continue
				}
				above, below, ok := shared(&x, &y)
				if !ok || below.Num <= 0 {
					continue
				}
				r := over(&above, &below)
				r.Definition, r.Kind, r.Class = d.Name, d.Kind, d.Class
				bounds(&r, d.Kind == rate.Rate)
				m := s.define1(d, r, p, l, level, day)
				m.cells = [2][][]rate.Input{above.cells, below.cells}
				s.keep(m)
			}
		}
	}
	return nil
}
