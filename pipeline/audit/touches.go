package audit

import (
	"fmt"
	"slices"

	"asylum/pipeline/code"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
)

// union is the aggregate of countries that sources leave to be added up and
// that rates are given for.
const union = "EU27_2020"

// A toucher counts the rates that rest on cells: each definition has a result
// for each citizenship, country and period, and where a source leaves totals to
// be added up, for all citizenships and for the Union.
type toucher struct {
	set      *rate.Set
	picks    map[string]bool
	citizens map[string]int // of a table: what a total is divided by, how often
}

func newToucher(set *rate.Set) *toucher {
	return &toucher{set: set, picks: map[string]bool{}, citizens: map[string]int{}}
}

// saw notes how many citizenships a table has.
func (t *toucher) saw(tb *table.Table) {
	if d := tb.Dim("citizen"); d >= 0 {
		t.citizens[tb.Source+tb.Meta.Table] = max(t.citizens[tb.Source+tb.Meta.Table], len(tb.Dims[d].Values))
	}
}

// count fills in what findings touch.
func (t *toucher) count(fs []Finding) {
	for i := range fs {
		f := &fs[i]
		results := map[string]int{}
		for j := range f.Cells {
			t.touched(&f.Cells[j], results, &f.Touched)
		}
		for _, n := range results {
			f.Touches += n
		}
		slices.Sort(f.Touched)
	}
}

// touched adds the results that rest on a cell, each with how many it stands
// for.
func (t *toucher) touched(c *Cell, results map[string]int, names *[]string) {
	if !rate.Rated(c.Period) {
		return
	}
	for _, d := range t.set.All() {
		for i := range d.From {
			b := &d.From[i]
			if b.Source != c.Meta.Source {
				continue
			}
			for j, side := range b.Sides() {
				if !t.takes(fmt.Sprint(d.Name, " ", i, " ", j), &side, b.Computes, c) {
					continue
				}
				if !slices.Contains(*names, d.Name) {
					*names = append(*names, d.Name)
				}
				t.results(d.Name, b, &side, c, results)
			}
		}
	}
}

// results adds those of one definition.
func (t *toucher) results(name string, b *rate.Binding, side *rate.Side, c *Cell, results map[string]int) {
	citizens, geos := []string{c.Code("citizen")}, []string{c.Code("geo")}
	if slices.Contains(b.Computes, "citizen") && !b.National {
		citizens = append(citizens, "TOTAL")
	}
	if l, err := code.For("geo"); err == nil && slices.Contains(b.Computes, "geo") && !b.National {
		if u, ok := l.Lookup(union); ok && slices.Contains(u.Members, geos[0]) {
			geos = append(geos, union)
		}
	}
	for _, citizen := range citizens {
		for _, geo := range geos {
			if side.Set["citizen"] != "" {
				results[fmt.Sprint(name, " all ", geo, " ", c.Period)] = max(1, t.citizens[c.Meta.Source+c.Meta.Table])
				continue
			}
			results[fmt.Sprint(name, " ", citizen, " ", geo, " ", c.Period)] = 1
		}
	}
}

// takes reports whether a side looks at a cell when it is asked for everybody.
func (t *toucher) takes(name string, side *rate.Side, computes []string, c *Cell) bool {
	if !slices.Contains(side.Tables, c.Meta.Table) {
		return false
	}
	for i, dim := range c.Dims {
		key := name + " " + dim + " " + c.Key[i]
		ok, known := t.picks[key]
		if !known {
			ok = picks(side, computes, dim, c.Key[i])
			t.picks[key] = ok
		}
		if !ok {
			return false
		}
	}
	return true
}

func picks(side *rate.Side, computes []string, dim, value string) bool {
	if dim == side.Level && dim == "dec_level" && !slices.Contains(rate.Levels("first"), value) && !slices.Contains(side.Repeat.Levels, value) {
		return false
	}
	if side.Set[dim] != "" && side.Set[dim] == "TOTAL" && slices.Contains(computes, dim) {
		return true // the total is added up from it
	}
	want, all := side.Picks(&table.Dim{Name: dim, Values: []string{value}}, rate.Query{}, computes)
	return all || slices.Contains(want, value)
}
