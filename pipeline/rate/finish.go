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

// limits are the thresholds of a query.
func (q *Query) limits() *Thresholds {
	if q.Limits == nil {
		return &Usual
	}
	return q.Limits
}

// CountsOnly and Weak are those of the thresholds that r was asked under.
func (r *Result) CountsOnly() bool { return r.thresholds().CountsOnly(r) }
func (r *Result) Weak() bool       { return r.thresholds().Weak(r) }

func (r *Result) thresholds() *Thresholds {
	if r.limits == nil {
		return &Usual
	}
	return r.limits
}

// marks are the flags of Eurostat's that travel with a number.
var marks = []struct {
	letter byte
	words  string
}{
	{'b', "a break in the series (b)"}, {'d', "another definition than usual (d)"}, {'e', "an estimate (e)"},
	{'p', "provisional (p)"}, {'u', "of low reliability (u)"}, {'n', "not significant (n)"},
}

const coarsened = "UNHCR prints small counts as 0, 5 or 10; the true value lies in the range"

// markBits gives the marks among each of a table's flags, nil where none is
// Eurostat's.
func markBits(t *table.Table) []uint8 {
	if t.Source != "eurostat" {
		return nil
	}
	bits := make([]uint8, len(t.Flags))
	for i, f := range t.Flags {
		for m := range marks {
			if strings.IndexByte(f, marks[m].letter) >= 0 {
				bits[i] |= 1 << m
			}
		}
	}
	return bits
}

// finish writes the warnings that travel with a number.
func (w *adder) finish(r *Result) {
	w.vintages(r)
	for m := range marks {
		if w.marks&(1<<m) != 0 {
			r.warn("a cell is marked as " + marks[m].words)
		}
	}
	w.corrected(r)
	if r.Source == "unhcr" && r.Rounded() {
		r.warn(coarsened)
	}
	if len(r.Countries) > 1 {
		if len(w.e.q.Geo) > 0 && slices.Contains(w.e.q.By, "geo") {
			r.warn(fmt.Sprintf("%s is added up from the %d members that report it", r.Geo, len(r.Countries)))
		}
		slices.Sort(r.Countries)
	}
	if len(r.WithAppeals) > 0 {
		slices.Sort(r.WithAppeals)
		r.warn("with appeals: " + strings.Join(r.WithAppeals, ", ") + " report first instance and appeal together")
	}
	switch {
	case w.e.d.Kind == Backlog:
	case r.CountsOnly():
		r.warn(w.named[0])
	case r.Weak():
		r.warn(w.named[1])
	}
	if r.Known && w.e.q.Interval != "" && !r.CountsOnly() {
		r.sample(w.e.q.Interval)
	}
	if r.StandsIn {
		r.warn(w.e.b.StandsIn)
	}
}

// Vintages are what is said of the sheets that a result rests on.
type vintages struct {
	sheets   []int32
	names    []string
	warnings []string
	mixed    string // the oldest vintage of one table, if there are several
}

// vintages names the vintages that r rests on.
func (w *adder) vintages(r *Result) {
	if len(w.sheets) == 0 {
		return
	}
	i := slices.IndexFunc(w.told, func(v vintages) bool { return slices.Equal(v.sheets, w.sheets) })
	if i < 0 {
		if i = len(w.told); i == 16 {
			i, w.told = 0, nil // many vintages: the next results will most often be alike
		}
		w.told = append(w.told, w.e.vintages(w.sheets))
	}
	v := &w.told[i]
	r.Vintages, r.mixed = v.names, v.mixed
	for _, words := range v.warnings {
		r.warn(words)
	}
}

// vintages says what there is to say of some sheets, in the order in which they
// came.
func (e *evaluation) vintages(ids []int32) vintages {
	v := vintages{sheets: slices.Clone(ids)}
	for i, id := range ids {
		m := e.sheets[id].meta
		name := m.Table + " " + m.Vintage
		if slices.Contains(v.names, name) {
			continue
		}
		v.names = append(v.names, name)
		if m.NoFlags {
			v.warnings = with(v.warnings, "the vintage "+name+" is a conversion that lost its flags")
		}
		for _, o := range ids[:i] {
			before := e.sheets[o].meta
			if before.Table != m.Table {
				continue
			}
			v.warnings = with(v.warnings, "its cells are of different vintages")
			if first := min(before.Vintage, m.Vintage); before.Vintage != m.Vintage && (v.mixed == "" || first < v.mixed) {
				v.mixed = first
			}
		}
	}
	slices.Sort(v.names)
	v.names = slices.Clip(v.names)
	return v
}
