package figure

import (
	"slices"
	"strings"

	"asylum/pipeline/obs"
)

// mains are the definitions that templates mean by {rate}, {refugee} and
// {outcomes}: of the first source of which a year is held.
var mains = []map[string]string{
	{"rate": "unhcr_total_protection", "refugee": "unhcr_refugee_recognition", "outcomes": "unhcr_all_outcomes"},
	{"rate": "eurostat_first_instance", "refugee": "refugee_status_share", "outcomes": "eurostat_first_instance"},
}

// A Scope is who and where the data at hand speaks of.
type Scope struct {
	Main     map[string]string // definitions that templates name in braces
	Latest   obs.Period        // the newest year that holds as good as every citizenship
	Citizens []Place           // by code; those with a decision in Latest
	Geos     []Place
}

// A Place is a citizenship or a country of asylum that has a page.
type Place struct {
	Code          string
	First, Latest obs.Period // years of which decisions are held
	Cases         int64      // decisions in Latest, of a citizenship in the Union
}

// Scope looks through the data at hand.
func (s *Source) Scope() (*Scope, error) {
	out := &Scope{}
	for _, m := range mains {
		latest, err := s.Latest(m["rate"], "")
		if err != nil {
			return nil, err
		}
		if latest != "" {
			out.Main, out.Latest = m, latest
			break
		}
	}
	if out.Main == nil {
		return out, nil
	}
	for _, axis := range []string{"citizen", "geo"} {
		codes, err := s.Codes(out.Main["rate"], "", axis, "", func(r *Held) bool { return r.DenKnown && r.Den > 0 })
		if err != nil {
			return nil, err
		}
		for _, c := range codes {
			p, err := s.placeOf(out.Main["rate"], axis, c)
			if err != nil {
				return nil, err
			}
			if p.Latest == "" {
				continue
			}
			if axis == "citizen" {
				out.Citizens = append(out.Citizens, p)
			} else {
				out.Geos = append(out.Geos, p)
			}
		}
	}
	return out, nil
}

func (s *Source) placeOf(name, axis, c string) (Place, error) {
	p := Place{Code: c}
	periods, err := s.Periods(name, "")
	if err != nil {
		return p, err
	}
	citizen, geo := c, "EU27_2020"
	if axis == "geo" {
		citizen, geo = "TOTAL", c
	}
	_, a, err := s.about(name, "", s.stage(&Spec{Definition: List{name}}, geo))
	if a == nil || err != nil {
		return p, err
	}
	var usual []int // countries that the union's figure adds up, by year
	for _, y := range periods {
		r := a.at(cell{citizen, geo, y})
		if r == nil || !r.DenKnown || r.Den == 0 {
			continue
		}
		if few(usual, r.Countries) {
			continue // a tail that few have reported yet
		}
		usual = append(usual, r.Countries)
		if p.First == "" {
			p.First = y
		}
		p.Latest, p.Cases = y, r.Den
	}
	return p, nil
}

// Only is the part of a scope that is about some citizenships and countries; of
// what nil is given for, about all.
func (sc *Scope) Only(citizens, geos []string) *Scope {
	out := *sc
	out.Citizens, out.Geos = only(sc.Citizens, citizens), only(sc.Geos, geos)
	return &out
}

func only(places []Place, codes []string) (out []Place) {
	if codes == nil {
		return places
	}
	for _, p := range places {
		if slices.Contains(codes, p.Code) {
			out = append(out, p)
		}
	}
	return out
}

// few reports whether n countries are under nine tenths of the median of the years
// before (METHODS 9).
func few(before []int, n int) bool {
	before = slices.Clone(before[max(0, len(before)-12):])
	slices.Sort(before)
	return len(before) > 0 && 10*n < 9*before[len(before)/2]
}

// Expand draws templates up for every citizenship and country of a scope. IDs are
// unique: a template gives way to a chart that is named.
func (sc *Scope) Expand(specs []Spec) []Spec {
	var out []Spec
	taken := map[string]bool{}
	for _, s := range specs {
		if s.Each == "" {
			taken[s.ID] = true
		}
	}
	for _, s := range specs {
		if s.Each == "" {
			out = append(out, sc.fill(s, map[string]string{"latest": string(sc.Latest)}))
			continue
		}
		places := sc.Citizens
		if s.Each == "geo" {
			places = sc.Geos
		}
		for _, p := range places {
			if p.Cases < s.Least {
				continue
			}
			x := sc.fill(s, map[string]string{s.Each: p.Code, "first": string(p.First), "latest": string(p.Latest)})
			if !taken[x.ID] {
				taken[x.ID] = true
				out = append(out, x)
			}
		}
	}
	return out
}

func (sc *Scope) fill(s Spec, with map[string]string) Spec {
	x := s.Fill(with)
	x.Definition = slices.Clone(x.Definition)
	for i, d := range x.Definition {
		if name, ok := strings.CutPrefix(d, "{"); ok {
			x.Definition[i] = sc.Main[strings.TrimSuffix(name, "}")]
		}
	}
	return x
}
