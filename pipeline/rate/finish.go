package rate

import (
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/table"
)

// Thresholds below which a value is not to be trusted (METHODS 3).
type Thresholds struct {
	Counts int64 // under it counts alone are shown
	Few    int64 // under it a value is hatched
	Rank   int64 // under it nothing is ranked
}

// Usual are the thresholds that hold unless a user says otherwise.
var Usual = Thresholds{Counts: 20, Few: 100, Rank: 300}

// CountsOnly reports whether r has too few cases for any percentage.
func (t Thresholds) CountsOnly(r *Result) bool { return r.Known && r.Den < t.Counts }

// Weak reports whether r has few cases.
func (t Thresholds) Weak(r *Result) bool { return r.Known && r.Den < t.Few }

// marks are the flags of Eurostat's that travel with a number.
var marks = []struct {
	letter byte
	words  string
}{
	{'b', "a break in the series (b)"}, {'d', "another definition than usual (d)"}, {'e', "an estimate (e)"},
	{'p', "provisional (p)"}, {'u', "of low reliability (u)"}, {'n', "not significant (n)"},
}

var (
	countsOnly = fmt.Sprintf("under %d: counts only, a percentage would mean nothing", Usual.Counts)
	coarsened  = "UNHCR prints small counts as 0, 5 or 10; the true value lies in the range"
)

// finish writes the warnings that travel with a number.
func (w *adder) finish(r *Result) {
	flags := w.vintages(r)
	for _, m := range marks {
		if flags != "" && strings.IndexByte(flags, m.letter) >= 0 {
			r.warn("a cell is marked as " + m.words)
		}
	}
	if r.Source == "unhcr" && r.Rounded() {
		r.warn(coarsened)
	}
	if len(r.Countries) > 1 && len(w.e.q.Geo) > 0 && slices.Contains(w.e.q.By, "geo") {
		r.warn(fmt.Sprintf("%s is added up from the %d members that report it", r.Geo, len(r.Countries)))
	}
	if len(r.WithAppeals) > 0 {
		slices.Sort(r.WithAppeals)
		r.warn("with appeals: " + strings.Join(r.WithAppeals, ", ") + " report first instance and appeal together")
	}
	slices.Sort(r.Countries)
	if Usual.CountsOnly(r) {
		r.warn(countsOnly)
	}
}

// vintages names the vintages that r rests on, and gives the flags of its cells
// of Eurostat's.
func (w *adder) vintages(r *Result) (flags string) {
	var last *table.Meta
	var tables []string
	for i := range r.Inputs {
		in := &r.Inputs[i]
		if in.Meta.Source == "eurostat" {
			if f := (&cell{line: in.line, col: in.col}).flags(); f != "" && !strings.Contains(flags, f) {
				flags += f
			}
		}
		if in.Meta == last {
			continue
		}
		last = in.Meta
		name := w.e.names[last]
		if slices.Contains(r.Vintages, name[0]) {
			continue
		}
		if r.Vintages == nil {
			r.Vintages = name // most often the only one
		} else {
			r.Vintages = append(r.Vintages, name...)
		}
		if last.NoFlags {
			r.warn("the vintage " + name[0] + " is a conversion that lost its flags")
		}
		if slices.Contains(tables, last.Table) {
			r.warn("its cells are of different vintages")
		}
		tables = append(tables, last.Table)
	}
	if len(r.Vintages) > 1 {
		slices.Sort(r.Vintages)
	}
	return flags
}
