package export

import (
	"io"

	"asylum/pipeline/ledger"
)

// A SolutionJSON is a ledger.Solution as JSON.
type SolutionJSON struct {
	Value    string   `json:"value"`           // as it was asked for
	Count    string   `json:"count,omitempty"` // printed beside it
	Citizen  string   `json:"citizen"`
	Geo      string   `json:"geo"`
	Period   string   `json:"period"`
	Percent  bool     `json:"percent"`  // false: the value is a count
	Tried    int      `json:"tried"`    // candidates that have a value
	Distinct int      `json:"distinct"` // of them, those of different counts
	Expected float64  `json:"expected"` // how many a random number of that precision would fit
	Covered  float64  `json:"covered"`  // the share of such numbers that fit anything
	From     float64  `json:"from"`     // such numbers lie between from and to
	To       float64  `json:"to"`
	Little   bool     `json:"means_little"` // about as many would fit by chance
	Matches  []Match  `json:"matches"`      // the most plausible first
	Implied  *Implied `json:"implied"`      // null without a count
}

// A Match is a candidate that gives the number.
type Match struct {
	Name   string   `json:"name"` // of a definition, or of the two counts: "G / A1"
	Named  bool     `json:"is_definition"`
	Title  string   `json:"title"`
	Place  string   `json:"place"`           // what the geo was taken for
	AsOf   string   `json:"as_of,omitempty"` // the day it was so, if not now
	How    string   `json:"how"`             // rounded; cut, not rounded; within rounding; as a bound
	Chance float64  `json:"by_chance"`       // how many no less plausible ones a random number would fit
	Doubts []string `json:"doubts"`
	Also   []string `json:"also"`   // other names of the same two counts
	Result Result   `json:"result"` // of a count: num alone
}

// Implied is what a count printed beside a percentage leaves for the other one.
type Implied struct {
	Count   int64  `json:"count"`
	DenFrom int64  `json:"den_from"` // if the count stands above the line
	DenTo   int64  `json:"den_to"`
	NumFrom int64  `json:"num_from"` // if it stands below it
	NumTo   int64  `json:"num_to"`
	Dens    []Held `json:"dens"` // counts of that size at hand
	Nums    []Held `json:"nums"`
	Held    []Held `json:"held"` // counts at hand that are the printed one

	Published []Published `json:"published"` // counts of the size of dens that others published, and that are not held
}

// Published is a count of the ledger.
type Published struct {
	ID     string `json:"id"`
	Value  string `json:"value"`
	Counts string `json:"counts"`
}

// Held is a count at hand for the cell.
type Held struct {
	Words  string `json:"words"`
	Source string `json:"source"`
	Stage  string `json:"stage"`
	Place  string `json:"place"`
	N      int64  `json:"n"`
}

// Solution writes what could give a number.
func Solution(w io.Writer, s *ledger.Solution) error {
	out := SolutionJSON{Value: s.Value, Count: s.Count, Citizen: s.Citizen, Geo: s.Geo, Period: string(s.Period), Percent: s.Percent,
		Tried: s.Tried, Distinct: s.Distinct, Expected: s.Expected, Covered: s.Covered, From: s.From, To: s.To, Little: s.Little(), Matches: []Match{}}
	for i := range s.Matches {
		m := &s.Matches[i]
		out.Matches = append(out.Matches, Match{m.Name, m.Named, m.Title, m.Place, m.AsOf, m.How, m.Chance, some(m.Doubts), some(m.Also), Of(&m.Result)})
	}
	if imp := s.Implied; imp != nil {
		out.Implied = &Implied{imp.Count, imp.DenFrom, imp.DenTo, imp.NumFrom, imp.NumTo, held(imp.Below), held(imp.Above), held(imp.CountHeld), []Published{}}
		for _, f := range imp.Published {
			out.Implied.Published = append(out.Implied.Published, Published{f.ID, f.Value, f.Counts})
		}
	}
	return encode(w, out)
}

func held(list []ledger.Held) []Held {
	out := []Held{}
	for _, h := range list {
		out = append(out, Held(h))
	}
	return out
}
