package export

import (
	"io"

	"asylum/pipeline/rate"
)

// A RankingJSON is a rate.Ranking as JSON.
type RankingJSON struct {
	Definition string  `json:"definition"`
	Line       float64 `json:"line"`      // share of one
	Below      string  `json:"below"`     // what holds at the line or below it
	Source     string  `json:"source"`    // "" if no source holds the decisions
	StandsIn   string  `json:"stands_in"` // in what the source differs from the law's, "" where it is that
	Geo        string  `json:"geo"`
	Period     string  `json:"period"`
	Before     string  `json:"before"`    // the year that crossings are told against
	RankFrom   int64   `json:"rank_from"` // decisions
	FewUnder   int64   `json:"few_under"` // decisions, of the law's own test
	Outside    int     `json:"outside"`   // citizenships of the union itself, left out
	Why        string  `json:"why,omitempty"`
	Entries    []Entry `json:"entries"`
}

// An Entry is a citizenship's place in a ranking.
type Entry struct {
	Rank      *int    `json:"rank"` // null under the decisions that a rank wants
	Citizen   string  `json:"citizen"`
	Distance  float64 `json:"distance"` // from the line, in shares of one
	AtOrBelow bool    `json:"at_or_below"`
	Straddles bool    `json:"straddles"` // rounding allows both sides
	Few       bool    `json:"few"`
	Crossing  string  `json:"crossing"` // no, fell, rose; open: rounding allows either; unknown: no value the year before
	Result    Result  `json:"result"`
	Change    *Change `json:"change"` // since the year before, null where it is not known
	Prior     *Result `json:"prior"`  // of the year before, null where it is not held
}

// A Change is a difference of two values, with the extremes that the rounding of
// both allows.
type Change struct {
	Value float64 `json:"value"`
	Lo    float64 `json:"lo"`
	Hi    float64 `json:"hi"`
}

// Ranking writes a ranking.
func Ranking(w io.Writer, d rate.Definition, g *rate.Ranking) error {
	out := RankingJSON{Definition: d.Name, Line: g.Line.At / 100, Below: g.Line.Below, Source: g.Source, StandsIn: g.StandsIn, Geo: g.Geo,
		Period: string(g.Period), Before: string(g.Before), RankFrom: g.Limits.Rank, FewUnder: g.Line.Few, Outside: g.Outside, Why: g.Why, Entries: []Entry{}}
	for i := range g.Entries {
		e := &g.Entries[i]
		x := Entry{Citizen: e.Citizen, Distance: e.Distance, AtOrBelow: e.Below(), Straddles: e.Straddles, Few: e.Few, Crossing: string(e.Crossing), Result: Of(&e.Result)}
		if e.Rank > 0 {
			x.Rank = &e.Rank
		}
		if e.Prior != nil {
			p := Outline(e.Prior)
			x.Prior = &p
			if v, lo, hi, ok := rate.Difference(&e.Result, e.Prior); ok && !e.CountsOnly() && !e.Prior.CountsOnly() {
				x.Change = &Change{v, lo, hi}
			}
		}
		out.Entries = append(out.Entries, x)
	}
	return encode(w, out)
}
