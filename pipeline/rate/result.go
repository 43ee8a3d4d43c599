package rate

import (
	"fmt"
	"math"
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
	iv := in.line.round(int64(in.line.t.Chunks[in.line.chunk].Cols[in.col].Val[in.line.row]))
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
// Unit says. Lo and Hi are the extremes of Num/Den over all true counts that
// agree with every cell used. Where Known is false there is no value, and Why
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
	Countries    []string // geo codes that were added up, if any
	WithAppeals  []string // those of them whose figure holds appeals as well

	loCorner, hiCorner [2]int64 // positives and all of the readings behind Lo and Hi
}

// Rounded reports whether rounding or coarsening leaves the value open.
func (r *Result) Rounded() bool { return r.Known && r.Lo < r.Hi }

// Percent gives the value as people write it: one decimal, two for ratios
// under one per cent. Bounds are rounded outward, except that a bound which
// the value itself stands on is written as the value is.
func (r *Result) Percent() string {
	if !r.Known {
		return "–"
	}
	p := r.decimals()
	s := Percent(r.Value, p) + " %"
	if r.Rounded() {
		lo, hi := Outward(r.Lo, r.Value, p, -1), Outward(r.Hi, r.Value, p, +1)
		s += " (" + lo + "-" + hi + ")"
	}
	return s
}

func (r *Result) decimals() int {
	if r.Kind == Ratio && r.Value > 0 && r.Value < 0.01 {
		return 2
	}
	return 1
}

// Percent writes a share as a percentage with p decimals, rounded half up, as
// printed figures are.
func Percent(v float64, p int) string {
	scale := math.Pow10(p)
	return strconv.FormatFloat(math.Floor(v*100*scale+0.5+1e-9)/scale, 'f', p, 64)
}

// Outward writes a bound so that what it bounds lies inside: down for dir -1,
// up for dir +1. A bound that equals the value is written as the value.
func Outward(bound, value float64, p, dir int) string {
	if bound == value {
		return Percent(value, p)
	}
	scale := math.Pow10(p)
	x := bound * 100 * scale
	if dir < 0 {
		x = math.Floor(x + 1e-9)
	} else {
		x = math.Ceil(x - 1e-9)
	}
	return strconv.FormatFloat(x/scale, 'f', p, 64)
}

// Counts gives both counts, "20/59"; a missing one is "–".
func (r *Result) Counts() string {
	n, d := "–", "–"
	if r.NumKnown {
		n = Group(r.Num)
	}
	if r.DenKnown {
		d = Group(r.Den)
	}
	return n + "/" + d
}

// Group writes a count with commas between thousands.
func Group(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
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
	if !r.Known {
		return fmt.Sprintf("%s %s: %s, no value: %s", r.Definition, at, r.Counts(), r.Why)
	}
	if Usual.CountsOnly(r) {
		return fmt.Sprintf("%s %s: %s (counts only)", r.Definition, at, r.Counts())
	}
	return fmt.Sprintf("%s %s: %s = %s", r.Definition, at, r.Counts(), r.Percent())
}

func (r *Result) warn(words string) { r.Warnings = with(r.Warnings, words) }
