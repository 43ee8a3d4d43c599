package figure

import (
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
