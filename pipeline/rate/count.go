package rate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A count is what one side amounts to in one cell of the axes.
type count struct {
	n          int64
	known      bool
	why        string
	iv         interval // of the sum of terms, cut to the printed total
	whole      int64    // the printed whole, if any
	wholeIv    interval
	hasWhole   bool
	level      string
	inputs     []Input
	wholeInput []Input
	warnings   []string
	witness    string // the rate printed for the same cell
}

// atoms turns the cells of a side into one count for each key.
func (e *evaluation) atoms(s *selection) map[key]*count {
	type place struct {
		group int64
		at    int32
	}
	order := make([]place, len(s.cells)) // cells are large: what is sorted is where they stand
	for i := range order {
		order[i] = place{s.cells[i].group, int32(i)}
	}
	slices.SortFunc(order, func(a, b place) int { return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.at, b.at)) })
	out := make(map[key]*count, len(order)/2)
	var group []cell
	for from := 0; from < len(order); {
		first := order[from]
		k := s.cells[first.at].key
		group = group[:0]
		for ; from < len(order) && order[from].group == first.group; from++ {
			group = append(group, s.cells[order[from].at])
		}
		c := &count{}
		e.atom(&s.side, group, c)
		out[k] = c
	}
	return out
}

// firstLevels is the order in which UNHCR's levels stand for first instance.
var firstLevels = []string{"FI", "NA", "FA"}

// atom fills c with what the cells of one key amount to.
func (e *evaluation) atom(side *Side, all []cell, c *count) {
	cells := e.level(side, all, c)
	if side.Unit != "" {
		persons := keep(cells, func(x *cell) bool { return x.unit == "P" })
		if len(persons) == 0 && len(cells) > 0 {
			c.why = "counted in cases, not persons"
			return
		}
		cells = persons
	}
	if side.Witness != "" {
		for _, x := range of(cells, side.Witness) {
			if o := x.Cell(); o.Flags == "percent" && c.witness == "" {
				c.witness = o.Printed
			}
		}
	}
	c.terms(side, cells)
	if side.Total != "" {
		c.total(side, of(cells, side.Total))
	}
	if side.Whole != "" {
		if n, iv, in, ok := one(c, of(cells, side.Whole)); ok {
			c.whole, c.wholeIv, c.hasWhole, c.wholeInput = n, iv, true, in
		}
	}
}

// keep gives the cells that pass, without a copy where all do.
func keep(cells []cell, pass func(*cell) bool) []cell {
	for i := range cells {
		if !pass(&cells[i]) {
			out := slices.Clone(cells[:i])
			for j := i + 1; j < len(cells); j++ {
				if pass(&cells[j]) {
					out = append(out, cells[j])
				}
			}
			return out
		}
	}
	return cells
}

// of gives the cells of one term. Cells of a term most often stand together.
func of(cells []cell, term string) []cell {
	from := slices.IndexFunc(cells, func(x cell) bool { return x.term == term })
	if from < 0 {
		return nil
	}
	to := from + 1
	for to < len(cells) && cells[to].term == term {
		to++
	}
	for i := to; i < len(cells); i++ {
		if cells[i].term == term {
			return keep(cells[from:], func(x *cell) bool { return x.term == term })
		}
	}
	return cells[from:to:to]
}

// level keeps the cells of the stage that the query asks for.
func (e *evaluation) level(side *Side, cells []cell, c *count) []cell {
	if side.Level == "" {
		c.level = "first"
		return cells
	}
	// Terms that the definition says repeat are added up over their levels; the
	// others stand at one.
	repeated := func(x *cell) bool { return slices.Contains(side.Repeat.Terms, x.term) }
	want := firstLevels
	if e.q.Stage != "" && e.q.Stage != "first" {
		want = []string{e.q.Stage}
	}
	for _, l := range want {
		together := strings.Split(l, "+") // FI+RA: both
		at := keep(cells, func(x *cell) bool { return slices.Contains(together, x.level) && !repeated(x) })
		if len(at) > 0 {
			c.level = l
			if len(side.Repeat.Terms) > 0 {
				at = slices.Concat(at, keep(cells, func(x *cell) bool { return repeated(x) && slices.Contains(side.Repeat.Levels, x.level) }))
			}
			return at
		}
	}
	var have []string
	for _, x := range cells {
		if !slices.Contains(have, x.level) {
			have = append(have, x.level)
		}
	}
	slices.Sort(have)
	c.why = "reported at level " + strings.Join(have, ", ") + " only"
	return nil
}

// terms adds up the terms of a side; one that is missing makes the sum missing
// unless it is optional.
func (c *count) terms(side *Side, cells []cell) {
	c.known = c.why == ""
	any := false
	for _, term := range side.Terms {
		optional := strings.HasSuffix(term, "?")
		found := false
		for _, alt := range strings.Split(strings.TrimSuffix(term, "?"), "|") {
			n, iv, in, ok := one(c, of(cells, alt))
			if !ok {
				continue
			}
			c.n, c.iv, c.inputs = c.n+n, c.iv.plus(iv), append(c.inputs, in...)
			found, any = true, true
			break
		}
		if !found && (!optional || unreadable(of(cells, strings.TrimSuffix(term, "?")))) {
			c.missing(term, cells)
		}
	}
	if !any || len(side.Need) > 0 && !slices.ContainsFunc(side.Need, func(t string) bool { return len(of(cells, t)) > 0 }) {
		c.missing(side.Terms[0], cells)
	}
}

// unreadable reports whether a term that may be absent is there and says
// nothing that can be read: then it is missing, not absent.
func unreadable(cells []cell) bool {
	for i := range cells {
		if f := cells[i].Cell().Flags; cells[i].known || cells[i].Meta.Source != "aida" || f != "blank" && f != "words" {
			return false
		}
	}
	return len(cells) > 0
}

// missing says why there is no value for a term.
func (c *count) missing(term string, cells []cell) {
	c.known = false
	if c.why != "" {
		return
	}
	for _, alt := range strings.Split(strings.TrimSuffix(term, "?"), "|") {
		found := of(cells, alt)
		if len(found) == 0 {
			continue
		}
		o, eurostat := found[0].Cell(), found[0].Meta.Source == "eurostat"
		switch {
		case eurostat && strings.Contains(o.Flags, "c"):
			c.why = alt + " is confidential"
		case eurostat && strings.Contains(o.Flags, "z"):
			c.why = alt + " is not applicable"
		case o.Printed != "":
			c.why = fmt.Sprintf("%s is printed as %q", alt, o.Printed)
		default:
			c.why = alt + " is missing"
		}
		return
	}
	c.why = "no " + strings.ReplaceAll(strings.TrimSuffix(term, "?"), "|", " or ") + " is reported"
}

// total takes a printed sum in place of the sum of its terms, which then only
// narrow what rounding allows.
func (c *count) total(side *Side, cells []cell) {
	n, iv, in, ok := one(c, cells)
	if !ok {
		if !c.known && len(cells) > 0 {
			c.why = ""
			c.missing(side.Total, cells)
		} else if !c.known {
			c.why = "neither " + side.Total + " nor its parts are reported"
		}
		return
	}
	parts := c.iv
	if c.known && parts.lo <= iv.hi && iv.lo <= parts.hi {
		iv = interval{max(iv.lo, parts.lo), min(iv.hi, parts.hi)}
	} else if c.known {
		c.warnings = append(c.warnings, fmt.Sprintf("%s (%s) is not the sum of its parts (%s), rounding aside", side.Total, Group(n), Group(c.n)))
	}
	for i := range c.inputs {
		c.inputs[i].Side = "part" // narrows the bounds only
	}
	c.n, c.iv, c.known, c.why = n, iv, true, ""
	c.inputs = append(in, c.inputs...)
}

// one gives the number that the cells of one term amount to: cells that differ
// in a dimension to be added are added, printings of one count are compared.
func one(c *count, cells []cell) (n int64, iv interval, in []Input, ok bool) {
	if len(cells) > 1 && !slices.IsSortedFunc(cells, byWitness) {
		cells = slices.Clone(cells)
		slices.SortStableFunc(cells, byWitness)
	}
	first := ""
	for i := range cells {
		x := &cells[i]
		if !x.known {
			continue
		}
		if !ok {
			first, ok = x.witness, true
		}
		if x.witness != first {
			if x.n != n && len(in) == 1 {
				c.warnings = append(c.warnings, fmt.Sprintf("%s is printed as %s at %v and as %s at %v; the first is used",
					x.term, Group(n), in[0].Cell().Pos, Group(x.n), x.Cell().Pos))
			}
			continue
		}
		n += x.n
		iv = iv.plus(interval{x.Lo, x.Hi})
		in = append(in, x.Input)
	}
	return n, iv, in, ok
}

func byWitness(a, b cell) int { return strings.Compare(a.witness, b.witness) }
