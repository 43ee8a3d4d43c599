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

// Statement is what a published figure states, in the words of l: of whom and where
// from its codes, the rest from the catalogue. It is false where the catalogue does
// not hold what a figure of a user's own states: that stays as it is written.
func Statement(l words.Lang, j *ledger.Judgement) (string, bool) {
	if l == words.Langs[0] {
		return j.Statement, true
	}
	if key := "speech." + j.ID; words.Has(key) {
		return l.Say(key), true
	}
	if whole, ok := Stated(l, j.Statement); ok {
		return whole, true
	}
	_, what, _ := strings.Cut(j.Statement, ": ")
	if what, ok := Stated(l, what); ok {
		return l.Say("stated.line", "who", words.Citizen(j.Citizen), "where", words.Geo(j.Geo), "what", what), true
	}
	return j.Statement, false
}

// Stated is a text of the ledger in the words of l, found by its English.
func Stated(l words.Lang, english string) (string, bool) {
	key := strings.Trim(unworded().ReplaceAllString(strings.ToLower(english), "_"), "_")
	if l == words.Langs[0] || english == "" || !words.Has("stated."+key) {
		return english, l == words.Langs[0]
	}
	return l.Say("stated." + key), true
}

var unworded = obs.Pattern(`[^a-z0-9]+`)

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
