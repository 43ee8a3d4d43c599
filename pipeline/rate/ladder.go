package rate

import (
	"fmt"
	"math"

	"asylum/pipeline/obs"
)

// A Ladder sets one question, how many were protected, over every count that
// may stand below it, each divided by grants of its own source alone.
type Ladder struct {
	Citizen, Geo string
	Period       obs.Period
	Steps        []Step
	Grants       []Grant // one a source
	Closed       int64   // cases ended without a decision on the merits
	HasClosed    bool
}

// A Step is one count on the way from wish to decision.
type Step struct {
	Name   string // intentions, applications, ended, merits
	Source string
	Count  int64
	Result Result // the grants of the same source over Count; may be unknown
}

// A Grant is a source's count of persons protected.
type Grant struct {
	Source           string
	Refugee          int64 // Geneva status
	Other            int64 // subsidiary or complementary
	HasOther         bool
	RefugeeLo, Upper int64 // what rounding allows for refugee status
	Inputs           []Input
}

// steps of a ladder, widest first, with the definition whose denominator each is.
var steps = []struct{ name, definition, source string }{
	{"intentions", "grants_per_intention", "aida"},
	{"applications", "grants_per_applicant", "aida"},
	{"applications", "share_of_applicants", "eurostat"},
	{"applications", "positives_per_first_time_applicant", "unhcr"},
	{"ended", "unhcr_all_outcomes", "unhcr"},
	{"merits", "unhcr_total_protection", "unhcr"},
}

// Climb builds the ladder of a citizenship in a country and year. A step that
// no source counts is left out.
func Climb(s *Set, data Data, citizen, geo string, period obs.Period, asOf string) (*Ladder, error) {
	l := &Ladder{Citizen: citizen, Geo: geo, Period: period}
	for _, st := range steps {
		d, err := s.Named(st.definition)
		if err != nil {
			return nil, err
		}
		q := Query{Citizen: []string{citizen}, Geo: []string{geo}, Periods: []obs.Period{period}, Source: st.source, AsOf: asOf}
		results, err := Evaluate(d, data, q)
		if err != nil {
			return nil, err
		}
		for _, r := range results {
			l.add(st.name, st.source, r)
		}
	}
	if len(l.Steps) == 0 {
		return nil, fmt.Errorf("%s in %s, %s: no source at hand counts a step", citizen, geo, period)
	}
	return l, l.grants(s, data, asOf)
}

func (l *Ladder) add(name, source string, r Result) {
	n, known := r.Den, r.DenKnown
	if source == "eurostat" { // its applicants stand alone: no decisions to divide
		n, known = r.Num, r.NumKnown
		kept := r.Inputs[:0:0]
		for _, in := range r.Inputs {
			if in.Side == "num" {
				kept = append(kept, in)
			}
		}
		r.Inputs, r.Known, r.Why = kept, false, "no decisions of this source by citizenship are held"
	}
	if !known {
		return
	}
	l.Steps = append(l.Steps, Step{Name: name, Source: source, Count: n, Result: r})
	if name == "ended" {
		for _, in := range r.Inputs {
			if in.Code("decision") == "dec_closed" {
				l.Closed += int64(in.Cell().Count)
				l.HasClosed = true
			}
		}
	}
}

// grants counts who was protected, by source.
func (l *Ladder) grants(s *Set, data Data, asOf string) error {
	for _, st := range l.Steps {
		switch st.Name {
		case "merits":
			g := Grant{Source: st.Source, HasOther: true}
			for _, in := range st.Result.Inputs {
				switch in.Code("decision") {
				case "dec_recognized":
					lo, hi := in.Range()
					g.Refugee, g.RefugeeLo, g.Upper = g.Refugee+int64(in.Cell().Count), g.RefugeeLo+lo, g.Upper+hi
					g.Inputs = append(g.Inputs, in)
				case "dec_other":
					g.Other += int64(in.Cell().Count)
					g.Inputs = append(g.Inputs, in)
				}
			}
			l.Grants = append(l.Grants, g)
		case "intentions", "applications":
			if st.Source != "aida" || !st.Result.NumKnown || l.Grant("aida") != nil {
				continue
			}
			g := Grant{Source: st.Source, Refugee: st.Result.Num, RefugeeLo: st.Result.Num, Upper: st.Result.Num}
			for _, in := range st.Result.Inputs {
				if in.Side == "num" {
					g.Inputs = append(g.Inputs, in)
				}
			}
			l.subsidiary(&g, data, asOf)
			l.Grants = append(l.Grants, g)
		}
	}
	return nil
}

// subsidiary looks up the subsidiary protection that AIDA prints beside.
func (l *Ladder) subsidiary(g *Grant, data Data, asOf string) {
	side := Side{Tables: []string{"statistics"}, Axis: "measure", Level: "instance", Terms: []string{"subsidiary_protection"}, Rounding: "exact",
		Where: map[string][]string{"table": {"first_instance"}}}
	q := Query{Citizen: []string{l.Citizen}, Geo: []string{l.Geo}, Periods: []obs.Period{l.Period}, AsOf: asOf}
	reg := newRegister()
	s, err := gather(data, "aida", side, q, nil, side.Terms, reg, true)
	if err != nil {
		return
	}
	e := &evaluation{q: q, sel: []*selection{s}, keep: true}
	e.sort(reg)
	counts := e.whole()
	for k := range e.keys {
		for _, c := range counts.of(0, k) {
			if c.known {
				g.Other, g.HasOther = c.n, true
				g.Inputs = append(g.Inputs, c.aside.inputs...)
			}
		}
	}
}

// Step finds the step of a name: the last one with a quotient, else the last.
func (l *Ladder) Step(name string) *Step {
	var found *Step
	for i := range l.Steps {
		if s := &l.Steps[i]; s.Name == name && (found == nil || s.Result.Known || !found.Result.Known) {
			found = s
		}
	}
	return found
}

// Grant finds what a source counts.
func (l *Ladder) Grant(source string) *Grant {
	for i := range l.Grants {
		if l.Grants[i].Source == source {
			return &l.Grants[i]
		}
	}
	return nil
}

// PerApplication is how many intentions were expressed for each application
// lodged, over the applications of the same source if it counts them. Else the
// quotient is across sources, and to be shown only as mixed. It reports false
// where one of the two is not counted.
func (l *Ladder) PerApplication() (x float64, over *Step, ok bool) {
	i, a := l.Step("intentions"), l.Step("applications")
	if i == nil || a == nil {
		return math.NaN(), nil, false
	}
	for n := range l.Steps {
		if s := &l.Steps[n]; s.Name == "applications" && s.Source == i.Source {
			a = s
		}
	}
	return quotient(i.Count, a.Count), a, a.Count > 0
}
