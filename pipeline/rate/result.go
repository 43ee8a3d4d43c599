package rate

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// An Input is one cell that a result rests on. It points into a table; what
// stands there is looked up when it is asked for.
type Input struct {
	Meta *table.Meta // the vintage it was read from
	Side string      // "num", "rest", "den", or "part" where it only narrows the bounds

	line *line
	col  int32
	seen *obs.Observation // what was looked up
}

// Range gives the true counts that the cell's rounding allows.
func (in *Input) Range() (lo, hi int64) {
	iv := in.line.round.of(int64(in.line.t.Chunks[in.line.chunk].Cols[in.col].Val[in.line.row]))
	return iv.lo, iv.hi
}

// Cell is the cell as published, with its place in the raw file as far as the
// table knows it. Later calls give the same Observation, so that a place which
// is filled in stays.
func (in *Input) Cell() *obs.Observation {
	if in.seen == nil {
		o := (&cell{line: in.line, col: in.col}).observation()
		in.seen = &o
	}
	return in.seen
}

// Dims names the dimensions of Cell().Key.
func (in *Input) Dims() []string {
	names := make([]string, len(in.line.t.Dims))
	for d := range names {
		names[d] = in.line.t.Dims[d].Name
	}
	return names
}

// Code is the cell's code of a dimension, "" if its table has no such one.
func (in *Input) Code(dim string) string {
	t := in.line.t
	d := t.Dim(dim)
	if d < 0 {
		return ""
	}
	return t.Dims[d].Values[t.Chunks[in.line.chunk].Codes[d][in.line.row]]
}

// A Result is a definition applied to cells.
//
// Num and Den are the printed counts, summed; in persons, or in the unit that
// Class.Unit says. Value is Num/Den, of a Backlog in months. Lo and Hi are its
// extremes over all true counts that agree with every cell used. Where Known is false there is no value, and Why
// says why; the counts may still be known.
type Result struct {
	Definition string
	Kind       string
	Class      Class
	Source     string
	Citizen    string
	Geo        string
	Period     obs.Period
	Sex, Age   string

	Num, Den     int64
	NumKnown     bool
	DenKnown     bool
	NumLo, NumHi int64 // true counts that rounding allows
	DenLo, DenHi int64
	Value        float64
	Lo, Hi       float64
	Known        bool
	Why          string
	Stage        string // the levels that were used: "FI", "FI, FA", "first"
	Warnings     []string
	Inputs       []Input
	Witness      string // the rate that the source prints itself, as printed
	Vintages     []string
	Countries    []string  // geo codes that were added up, if any
	WithAppeals  []string  // those of them whose figure holds appeals as well
	StandsIn     bool      // the source only stands in for the one that the definition means
	Sampling     *Sampling // if it was asked for

	mixed string // the oldest of the vintages of one table that it draws on, if there are several

	summed             []obs.Period // what Period adds up, ascending; nil if it is one
	limits             *Thresholds
	loCorner, hiCorner [2]int64 // positives and all of the readings behind Lo and Hi
}

// Rounded reports whether rounding or coarsening leaves the value open.
func (r *Result) Rounded() bool { return r.Known && r.Lo < r.Hi }

// Percent gives the value as people write it, with its unit: one decimal, two
// for ratios under one per cent. Bounds are rounded outward, except that a bound which
// the value itself stands on is written as the value is.
func (r *Result) Percent() string { return string(r.appendPercent(nil)) }

func (r *Result) appendPercent(b []byte) []byte {
	if !r.Known {
		return append(b, "–"...)
	}
	p, unit, k := r.decimals(), " %", 1.
	switch r.Kind { // what follows thinks in hundredths
	case Backlog:
		unit, k = " months", 100
	case PerMillion:
		unit, k = " per million", 100
	}
	write := appendFixed
	if r.Kind == PerMillion && p == 0 { // these alone may be large
		write = func(b []byte, units float64, _ int) []byte { return appendGroup(b, int64(units), true) }
	}
	b = append(write(b, nearest(r.Value/k, p), p), unit...)
	if r.Rounded() {
		b = write(append(b, " ("...), outward(r.Lo/k, r.Value/k, p, -1), p)
		b = write(append(b, '-'), outward(r.Hi/k, r.Value/k, p, +1), p)
		b = append(b, ')')
	}
	if s := r.Sampling; s != nil {
		b = appendFixed(append(b, ", sampling "...), nearest(s.Lo, p), p) // no bound: rounded as values are
		b = appendFixed(append(b, '-'), nearest(s.Hi, p), p)
	}
	return b
}

// Unit is what the value is given in: "share" (of one), "months" or "per million"
// inhabitants.
func (r *Result) Unit() string {
	switch r.Kind {
	case Backlog:
		return "months"
	case PerMillion:
		return "per million"
	}
	return "share"
}

// times is what a quotient is multiplied by: a million, or how many months the
// flow below a stock took, 1 for any other kind.
func (r *Result) times() int64 {
	switch r.Kind {
	case PerMillion:
		return 1_000_000
	case Backlog:
	default:
		return 1
	}
	switch r.Period.Freq() {
	case 'A':
		return 12
	case 'Q':
		return 3
	}
	return 1
}

func (r *Result) decimals() int {
	switch {
	case r.Kind == Ratio && r.Value > 0 && r.Value < 0.01:
		return 2
	case r.Kind == PerMillion && r.Value >= 100:
		return 0
	}
	return 1
}

// Percent writes a share as a percentage with p decimals, rounded half up, as
// printed figures are.
func Percent(v float64, p int) string { return string(appendFixed(nil, nearest(v, p), p)) }

// Outward writes a bound so that what it bounds lies inside: down for dir -1,
// up for dir +1. A bound that equals the value is written as the value.
func Outward(bound, value float64, p, dir int) string {
	return string(appendFixed(nil, outward(bound, value, p, dir), p))
}

// nearest and outward give a percentage in units of its last decimal.
func nearest(v float64, p int) float64 { return math.Floor(v*100*math.Pow10(p) + 0.5 + 1e-9) }

func outward(bound, value float64, p, dir int) float64 {
	switch x := bound * 100 * math.Pow10(p); {
	case bound == value:
		return nearest(value, p)
	case dir < 0:
		return math.Floor(x + 1e-9)
	default:
		return math.Ceil(x - 1e-9)
	}
}

// appendFixed writes a whole number of units of the p-th decimal.
func appendFixed(b []byte, units float64, p int) []byte {
	if !(units >= 0 && units < 1<<53) {
		return strconv.AppendFloat(b, units/math.Pow10(p), 'f', p, 64)
	}
	n, scale := int64(units), int64(1)
	for range p {
		scale *= 10
	}
	b = strconv.AppendInt(b, n/scale, 10)
	if p == 0 {
		return b
	}
	b = append(b, '.')
	for n %= scale; scale > 1; n %= scale {
		scale /= 10
		b = append(b, byte('0'+n/scale))
	}
	return b
}

// Counts gives both counts, "20/59"; a missing one is "–".
func (r *Result) Counts() string { return string(r.appendCounts(nil)) }

func (r *Result) appendCounts(b []byte) []byte {
	b = append(appendGroup(b, r.Num, r.NumKnown), '/')
	return appendGroup(b, r.Den, r.DenKnown)
}

// Append writes what String does behind where the result is, "20/59 = 33.9 %
// (33.9-38.1)", to the end of b.
func (r *Result) Append(b []byte) []byte {
	b = r.appendCounts(b)
	switch {
	case !r.Known:
		return append(append(b, ", no value: "...), r.Why...)
	case r.CountsOnly():
		return append(b, " (counts only)"...)
	}
	return r.appendPercent(append(b, " = "...))
}

// Group writes a count with commas between thousands.
func Group(n int64) string { return string(appendGroup(nil, n, true)) }

func appendGroup(b []byte, n int64, known bool) []byte {
	if !known {
		return append(b, "–"...)
	}
	from := len(b)
	if b = strconv.AppendInt(b, n, 10); len(b)-from < 4 {
		return b
	}
	for i := len(b) - 3; i > from && b[i-1] != '-'; i -= 3 {
		b = slices.Insert(b, i, ',')
	}
	return b
}

// String gives the result on one line.
func (r *Result) String() string {
	at := strings.Join([]string{r.Citizen, r.Geo, string(r.Period)}, " ")
	if r.Sex != "" && r.Sex != "T" {
		at += " " + r.Sex
	}
	if r.Age != "" && r.Age != "TOTAL" {
		at += " " + r.Age
	}
	return r.Definition + " " + at + ": " + string(r.Append(nil))
}

func (r *Result) warn(words string) { r.Warnings = with(r.Warnings, words) }
