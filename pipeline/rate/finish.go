package rate

import (
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

// finish writes the warnings that travel with a number.
func (e *evaluation) finish(r *Result) {
	var flags string
	var metas []*table.Meta
	for i := range r.Inputs {
		in := &r.Inputs[i]
		if !slices.Contains(metas, in.Meta) {
			metas = append(metas, in.Meta)
		}
		if in.Meta.Source == "eurostat" {
			flags += in.flags()
		}
	}
	var tables []string
	for _, m := range metas {
		v := m.Table + " " + m.Vintage
		if slices.Contains(r.Vintages, v) {
			continue
		}
		r.Vintages = append(r.Vintages, v)
		if m.NoFlags {
			r.warn("the vintage %s is a conversion that lost its flags", v)
		}
		if slices.Contains(tables, m.Table) {
			r.warn("its cells are of different vintages")
		}
		tables = append(tables, m.Table)
	}
	slices.Sort(r.Vintages)
	for _, f := range []struct{ letter, words string }{
		{"b", "a break in the series (b)"}, {"d", "another definition than usual (d)"}, {"e", "an estimate (e)"},
		{"p", "provisional (p)"}, {"u", "of low reliability (u)"}, {"n", "not significant (n)"},
	} {
		if strings.Contains(flags, f.letter) {
			r.warn("a cell is marked as %s", f.words)
		}
	}
	if r.Source == "unhcr" && r.Rounded() {
		r.warn("UNHCR prints small counts as 0, 5 or 10; the true value lies in the range")
	}
	if len(r.Countries) > 1 && len(e.q.Geo) > 0 && slices.Contains(e.q.By, "geo") {
		r.warn("%s is added up from the %d members that report it", r.Geo, len(r.Countries))
	}
	slices.Sort(r.WithAppeals)
	if len(r.WithAppeals) > 0 {
		r.warn("with appeals: %s report first instance and appeal together", strings.Join(r.WithAppeals, ", "))
	}
	slices.Sort(r.Countries)
	if Usual.CountsOnly(r) {
		r.warn("under %d: counts only, a percentage would mean nothing", Usual.Counts)
	}
}
