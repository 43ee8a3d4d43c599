package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
)

// Bounds of what is told of a series: under them, years differ by chance.
const (
	jumpTimes   = 10  // a jump is so many times the year before
	jumpFrom    = 100 // of at least so many
	collapsePer = 100 // a collapse leaves one in so many
	collapseOf  = 500 // of at least so many
	frozenOf    = 500 // a count of at least so many seldom stays the same
	frozenFor   = 3   // for so many years
	zeroOf      = 500 // a count of at least so many on either side is seldom 0 between
)

// A run is the periods of one frequency of a table, each with the one that it
// is compared with: a year with the year before, a quarter or a month with the
// same a year before, as seasons differ.
type run struct {
	periods []int
	before  int // how many places before
}

func runs(t *table.Table) []run {
	var out []run
	for freq, before := range map[byte]int{'A': 1, 'Q': 4, 'M': 12} {
		r := run{before: before}
		for p := range t.Periods {
			if t.Periods[p].Freq() == freq {
				r.periods = append(r.periods, p)
			}
		}
		if len(r.periods) > before && consecutive(t, r.periods) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b run) int { return cmp.Compare(a.before, b.before) })
	return out
}

// consecutive reports whether no period is left out.
func consecutive(t *table.Table, periods []int) bool {
	for i := 1; i < len(periods); i++ {
		if ordinal(string(t.Periods[periods[i]])) != ordinal(string(t.Periods[periods[i-1]]))+1 {
			return false
		}
	}
	return true
}

// ordinal numbers the years, quarters or months.
func ordinal(p string) int {
	n := 0
	for _, c := range p[:4] {
		n = n*10 + int(c-'0')
	}
	switch {
	case len(p) == 4:
		return n
	case p[5] == 'Q':
		return n*4 + int(p[6]-'1')
	case len(p) == 7:
		return n*12 + int(p[5]-'0')*10 + int(p[6]-'0') - 1
	}
	return -1
}

// A turn is what a row does at a period.
type turn struct {
	identity string
	row      int32
	at       int // index in run.periods
	from, to int64
	length   int // of a frozen stretch
}

// series looks at each row over time. Rows that do the same in one country,
// citizenship and period are told in one finding.
// A row that is ever below 0 is a balance, which may do anything.
func series(x *index) []Finding {
	vals := x.all()
	lo, hi := roundingOf(x.t)(1000)
	rounds := lo < hi || x.t.Source != "eurostat"
	var out []Finding
	for _, r := range runs(x.t) {
		var turns []turn
		row := make([]int32, len(r.periods))
		for i := range x.pos {
			balance := false
			for k, p := range r.periods {
				row[k] = vals[p][i]
				balance = balance || row[k] < 0 && row[k] != missing
			}
			if balance {
				continue
			}
			for _, u := range turnsOf(int32(i), row, r.before) {
				if u.identity != Frozen || rounds || u.to%100 != 0 { // in hundreds a population may stay the same
					turns = append(turns, u)
				}
			}
		}
		out = append(out, tellTurns(x, r, vals, turns)...)
	}
	return out
}

// turnsOf finds what a series does that few do.
func turnsOf(number int32, v []int32, before int) (out []turn) {
	add := func(identity string, at, length int) {
		out = append(out, turn{identity, number, at, int64(v[max(0, at-before)]), int64(v[at]), length})
	}
	for i := before; i < len(v); i++ {
		was, is := int64(v[i-before]), int64(v[i])
		if v[i-before] == missing || v[i] == missing {
			continue
		}
		switch {
		case is == 0 && was >= zeroOf:
			if i+before < len(v) && int64(v[i+before]) >= zeroOf || i+before >= len(v) || v[i+before] == missing {
				add(Zero, i, 0)
			} else {
				add(Collapse, i, 0)
			}
		case was >= collapseOf && is*collapsePer <= was:
			add(Collapse, i, 0)
		case was >= jumpFrom && is >= was*jumpTimes:
			add(Jump, i, 0)
		}
	}
	if before != 1 {
		return out
	}
	for i := 0; i < len(v); {
		n := 1
		for i+n < len(v) && v[i+n] == v[i] {
			n++
		}
		if v[i] != missing && v[i] >= frozenOf && n >= frozenFor {
			out = append(out, turn{Frozen, number, i + n - 1, int64(v[i]), int64(v[i]), n})
		}
		i += n
	}
	return out
}

func tellTurns(x *index, r run, vals [][]int32, turns []turn) []Finding {
	groups := map[string][]turn{}
	var order []string
	citizen, geo := x.t.Dim("citizen"), x.t.Dim("geo")
	for _, u := range turns {
		k := fmt.Sprint(u.identity, u.at, " ", whole(x.value(u.row, citizen)), " ", x.value(u.row, geo))
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], u)
	}
	var out []Finding
	for _, k := range order {
		g := groups[k]
		key := func(u turn) string { return fmt.Sprint(x.observation(u.row, 0).Key) }
		slices.SortStableFunc(g, func(a, b turn) int {
			return cmp.Or(cmp.Compare(max(b.from, b.to), max(a.from, a.to)), cmp.Compare(key(a), key(b)))
		})
		out = append(out, tellTurn(x, r, g))
	}
	return out
}

// whole is TOTAL for citizenships that hold nearly all, which turn as it does.
func whole(citizen string) string {
	if c, ok := code.Must("citizen").Lookup(citizen); ok && c.Kind == code.Aggregate && strings.HasPrefix(citizen, "EXT_") {
		return "TOTAL"
	}
	return citizen
}

func tellTurn(x *index, r run, g []turn) Finding {
	u := g[0]
	now := r.periods[u.at]
	f := Finding{Identity: u.identity, Verdict: Odd, Size: float64(u.to - u.from)}
	add := func(u turn) {
		f.Cells = append(f.Cells, x.cell(u.row, r.periods[u.at], "now"))
		if u.identity != Frozen {
			f.Cells = append(f.Cells, x.cell(u.row, r.periods[u.at-r.before], "before"))
			return
		}
		for i := 1; i < u.length; i++ {
			f.Cells = append(f.Cells, x.cell(u.row, r.periods[u.at-i], "before"))
		}
	}
	for i, u := range g {
		if len(f.Cells) >= most {
			f.More = len(g) - i
			break
		}
		add(u)
	}
	was, is := rate.Group(u.from), rate.Group(u.to)
	before := string(x.t.Periods[r.periods[max(0, u.at-r.before)]])
	switch u.identity {
	case Zero:
		f.Says = fmt.Sprintf("0 in %s, %s in %s", x.t.Periods[now], was, before)
		f.Cause = "left out, or 0 written for no value"
	case Collapse:
		f.Says = fmt.Sprintf("%s in %s, %s in %s: %d %% fewer", is, x.t.Periods[now], was, before, 100-100*u.to/u.from)
	case Jump:
		f.Says = fmt.Sprintf("%s in %s, %s in %s: %d times as many", is, x.t.Periods[now], was, before, u.to/u.from)
	case Frozen:
		f.Says = fmt.Sprintf("%s in each of %d years up to %s", is, u.length, x.t.Periods[now])
		f.Cause = "carried over from the year before"
		f.Size = 0
	}
	if n := len(g) - 1; n > 0 {
		f.Says += fmt.Sprintf("; and %d more of its parts", n)
	}
	if marks := flagged(f.Cells[:min(2, len(f.Cells))]); marks != "" {
		f.Cause = "cells are marked " + marks
	}
	return f
}
