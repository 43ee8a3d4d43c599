package export

import (
	"io"

	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
)

// A Comparison is a ledger.Comparison as JSON.
type Comparison struct {
	Comparable  bool         `json:"comparable"`
	Mixed       bool         `json:"mixed"` // set side by side all the same
	Figures     []Compared   `json:"figures"`
	Differences []Difference `json:"differences"`
	Warnings    []string     `json:"warnings"` // other sources, other releases
	Sentences   []string     `json:"sentences"`
	Pair        []Result     `json:"pair"`      // like for like, in the order of the figures; empty if none is at hand
	Different   *bool        `json:"different"` // whether the pair may be called different, null without one
}

// A Compared figure is what was published, and what it divides.
type Compared struct {
	ID         string      `json:"id"`
	Value      string      `json:"value"` // as printed
	Citizen    string      `json:"citizen"`
	Geo        string      `json:"geo"`
	Period     string      `json:"period"`
	Claimed    string      `json:"claimed"`
	Verdict    string      `json:"verdict"`
	Definition string      `json:"definition"` // what it divides, "" if that cannot be told
	Class      *rate.Class `json:"class"`
	How        string      `json:"how"` // how that is known
	Source     string      `json:"source,omitempty"`
	Vintage    string      `json:"vintage,omitempty"`
}

// A Difference is a part of the class in which the figures are not alike.
type Difference struct {
	In string `json:"in"` // numerator, denominator, stage, unit, population
	A  string `json:"a"`
	B  string `json:"b"`
}

// ComparisonJSON writes a comparison.
func ComparisonJSON(w io.Writer, c *ledger.Comparison, mix bool) error {
	s := c.Sentences()
	out := Comparison{Comparable: c.Alike(), Mixed: mix && !c.Alike(), Sentences: s[:], Warnings: some(c.Warnings), Differences: []Difference{}, Pair: []Result{}}
	for i := range c.Figures {
		f, b := &c.Figures[i], &c.Bases[i]
		x := Compared{ID: f.ID, Value: f.Value, Citizen: f.Citizen, Geo: f.Geo, Period: f.Period, Claimed: f.Claimed, Verdict: f.Verdict, How: b.How, Source: b.Source, Vintage: b.Vintage}
		if b.Known {
			x.Definition, x.Class = b.Definition.Name, &b.Definition.Class
		}
		out.Figures = append(out.Figures, x)
	}
	for _, d := range c.Differences {
		out.Differences = append(out.Differences, Difference(d))
	}
	for i := range c.Pair {
		out.Pair = append(out.Pair, Outline(&c.Pair[i]))
	}
	if len(c.Pair) == 2 {
		apart := rate.Apart(&c.Pair[0], &c.Pair[1], rate.Usual)
		out.Different = &apart
	}
	return encode(w, out)
}
