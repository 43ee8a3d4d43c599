package figure

import (
	"fmt"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/ledger"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/words"
)

// Fine writes a result as tables do: ≈ where a coarsened count takes part, one
// decimal, two for ratios under one per cent.
func Fine(l words.Lang, r *rate.Result) string { return (&writer{Lang: l}).fine(r) }

// Bounds writes what rounding allows a result to be, outward; "–" where it leaves
// nothing open.
func Bounds(l words.Lang, r *rate.Result) string { return (&writer{Lang: l}).bounds(r) }

// Stated is a definition's result for a cell, of a union over the members that
// tell first instance apart; nil where there is none.
func (s *Source) Stated(name, citizen, geo string, p obs.Period) (*rate.Result, error) {
	return s.Result(name, "", s.stage(&Spec{Definition: List{name}}, geo), citizen, geo, p)
}

// Table gives the rates that a spec of bars asks for as a table in words, all of
// them, without drawing it.
func (s *Source) Table(l words.Lang, spec Spec) (head []string, rows [][]string, err error) {
	d := &Draft{Spec: spec, limits: s.Limits}
	row, err := s.row(d, spec.By)
	if err != nil {
		return nil, nil, err
	}
	w := &writer{Lang: l, Draft: d, out: &Chart{}}
	w.rateHead(spec.By)
	for _, r := range w.sorted(spec.By, row.known) {
		rows = append(rows, w.rateRow(spec.By, r))
	}
	return w.out.Head, rows, nil
}

// Trace is the command that lists the cells of a result.
func Trace(r *rate.Result) string {
	s := fmt.Sprintf("asylum trace %s --source %s --citizen %s --geo %s --period %s", r.Definition, r.Source, r.Citizen, r.Geo, r.Period)
	if x, ok := code.Must("geo").Lookup(r.Geo); ok && x.Kind == code.Aggregate && r.Stage == "FI" {
		s += " --stage FI"
	}
	return s
}

// Verdict is a verdict of the ledger in words.
func Verdict(l words.Lang, j *ledger.Judgement) string {
	s := l.Say("verdict." + strings.ReplaceAll(j.Kind(), " ", "-"))
	if _, rest, ok := strings.Cut(j.Verdict, ": "); ok {
		s += ": " + rest
	}
	return s
}

// Rests is both counts, with their rate, that a verdict rests on: those of the data
// at hand, else those printed beside the figure; "" if there are none.
func Rests(l words.Lang, j *ledger.Judgement) string {
	if r := j.Match; r != nil {
		if !r.Known || r.CountsOnly() {
			return l.Of(r.Num, r.Den)
		}
		return l.Say("ladder.over", "counts", l.Of(r.Num, r.Den), "rate", Fine(l, r))
	}
	if r := j.Printed(); r != nil {
		return l.Say("ledger.printed", "counts", l.Of(r.Num, r.Den), "rate", l.Percent(r.Value, j.Decimals()+1))
	}
	return ""
}
