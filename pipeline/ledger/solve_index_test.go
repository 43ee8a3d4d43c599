package ledger

import (
	"math"
	"testing"

	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// What the index says of a definition is what rate.Evaluate says: counts, bounds,
// level and cells, at every level, of single countries, of the EU and of every
// citizenship together.
func TestIndexAgainstEvaluate(t *testing.T) {
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	all, err := builtinCounts()
	if err != nil {
		t.Fatal(err)
	}
	compared, definitions := 0, map[string]bool{}
	for _, cell := range [][3]string{{"RU", "HR", "2023"}, {"RU", "DE", "2023"}, {"SY", "DE", "2018"}, {"AF", "AT", "2016"}, {"TOTAL", "CY", "2022"}, {"RU", "EU27_2020", "2023"}, {"AF", "EU28", "2015"}, {"TOTAL", "EU27_2020", "2022"}, {"ER", "IT", "2014"}} {
		s := &search{set: set, data: data, q: Question{Citizen: cell[0], Geo: cell[1], Period: obs.Period(cell[2])}, percent: true}
		s.places = all.places(s.q.Geo, s.q.Period)
		s.data = narrow(s.data, countries(s.places), s.periods())
		for _, d := range set.All() {
			for i := range d.From {
				b := &d.From[i]
				if b.StandsIn != "" {
					continue
				}
				num, den := s.indexed(d, b, all)
				if num == nil {
					continue
				}
				s.candidates = nil
				if err := s.defineIndexed(d, num, den); err != nil {
					t.Fatal(err)
				}
				for l, level := range num.block.levels() {
					q := rate.Query{Citizen: []string{cell[0]}, Geo: []string{cell[1]}, Periods: []obs.Period{s.q.Period}, Stage: level, Source: b.Source}
					want, err := rate.Evaluate(d, data, q)
					if err != nil {
						t.Fatal(err)
					}
					var got *Match
					for j := range s.candidates {
						if m := &s.candidates[j]; m.Place == cell[1] && m.level == l {
							got = m
						}
					}
					at := d.Name + " " + cell[0] + " " + cell[1] + " " + cell[2] + " " + level
					switch w := &want[0]; {
					case len(want) != 1:
						t.Fatalf("%s: %d results", at, len(want))
					case !w.Known && got == nil:
					case w.Known != (got != nil):
						t.Errorf("%s: known %t, in the index %t (%s)", at, w.Known, got != nil, w.Why)
					default:
						g := &got.Result
						got.locate()
						if g.Num != w.Num || g.Den != w.Den || math.Abs(g.Lo-w.Lo) > 1e-12 || math.Abs(g.Hi-w.Hi) > 1e-12 || g.Stage != w.Stage || len(g.WithAppeals) != len(w.WithAppeals) {
							t.Errorf("%s: %v [%v, %v] %s, in the index %v [%v, %v] %s", at, w, w.Lo, w.Hi, w.Stage, g, g.Lo, g.Hi, g.Stage)
						}
						compared++
						definitions[d.Name] = true
					}
				}
			}
		}
	}
	if compared < 100 || len(definitions) < 5 {
		t.Errorf("%d results of %d definitions compared, want at least 100 of 5", compared, len(definitions))
	}
}
