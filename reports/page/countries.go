package page

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"asylum/pipeline/compare"
	"asylum/pipeline/rate"
	"asylum/reports/figure"
	"asylum/reports/words"
)

// Countries are compared of the citizenships with the most decisions, as far as
// enough countries have a rank; beyond these a page would say little.
const (
	mostStudies = 24
	leastRanked = 5
)

// study compares the countries of asylum of each citizenship of which enough of
// them decided enough, and of all, freed of the mix.
func (s *Site) study(set *rate.Set, data rate.Data) error {
	if s.Scope.Main == nil {
		return nil
	}
	d, err := set.Named(s.Scope.Main["rate"])
	if err != nil {
		return err
	}
	places := slices.Clone(s.Scope.Citizens)
	slices.SortStableFunc(places, func(a, b figure.Place) int { return -cmp.Compare(a.Cases, b.Cases) })
	places = append([]figure.Place{{Code: "TOTAL", Latest: s.Scope.Latest}}, places[:min(mostStudies, len(places))]...)
	studies := make([]*compare.Study, len(places))
	err = s.o.each(len(places), func(i int) (err error) {
		studies[i], err = compare.Countries(d, data, compare.Question{Citizen: places[i].Code, Period: places[i].Latest})
		return err
	})
	if err != nil {
		return fmt.Errorf("countries compared: %w", err)
	}
	for _, x := range studies {
		if len(x.Ranked()) >= leastRanked && len(words.Langs[0].StudyNotes(x)) > 0 && (x.Citizen != "TOTAL" || x.Standard != nil) {
			s.Studies = append(s.Studies, x)
		}
	}
	return nil
}

// studied is the page that compares countries of a citizenship, from the folder of
// a language; "" if there is none.
func (p *press) studied(citizen string) string {
	if slices.ContainsFunc(p.Studies, func(s *compare.Study) bool { return s.Citizen == citizen }) {
		return "countries/" + citizen + ".html"
	}
	return ""
}

// studyView is a study in words.
type studyView struct {
	Says   []string
	Charts []*drawn
	Ranks  string
	Table  *tableView
	Aside  []asideView
	Query  string
	Place  string // the page of the nationality, "" if there is none
	Name   string
}

// An asideView is a country that is not compared, and why.
type asideView struct {
	Name, Counts, Reason string
}

func (p *press) countries(l words.Lang, s *compare.Study) (view, string) {
	b := &studyView{Says: l.StudyNotes(s), Query: fmt.Sprintf("asylum countries --citizen %s --period %s", s.Citizen, s.Period)}
	title := l.Say("study.title.all", "period", s.Period)
	b.Ranks, b.Table = l.Say("study.ranks.mix", "least", l.Int(s.Limits.Rank)), mixTable(l, s)
	if s.Citizen != "TOTAL" {
		title = l.Say("study.title", "citizens", words.Citizen(s.Citizen), "period", s.Period)
		b.Ranks, b.Table = l.Say("study.ranks", "least", l.Int(s.Limits.Rank)), funnelTable(l, s)
		b.Charts = p.at(l, "countries", func(x *figure.Spec) bool { return len(x.Citizen) == 1 && x.Citizen[0] == s.Citizen })
		b.Place, b.Name = "citizen/"+s.Citizen+".html", l.Name("citizen", s.Citizen)
	}
	for i := range s.Aside {
		x := &s.Aside[i]
		counts := ""
		if x.NumKnown && x.DenKnown {
			counts = l.Of(x.Num, x.Den)
		}
		b.Aside = append(b.Aside, asideView{l.Name("geo", x.Geo), counts, x.Reason})
	}
	return view{Lang: l, Path: "countries/" + s.Citizen + ".html", Here: "compare", Title: title, Description: b.Says[0], Picture: picture(b.Charts), Body: b}, "countries"
}

// rankCell are the ranks that rounding allows, "–" for a country without one.
func rankCell(c *compare.Country) string {
	switch {
	case c.Rank == 0:
		return "–"
	case c.RankLo == c.RankHi:
		return fmt.Sprint(c.Rank)
	}
	return fmt.Sprintf("%d–%d", c.RankLo, c.RankHi)
}

// rawCells are a country's rate, what rounding allows and both counts.
func rawCells(l words.Lang, c *compare.Country) []string {
	value, bounds := "–", "–"
	if !c.CountsOnly() {
		value, bounds = figure.Fine(l, &c.Result), figure.Bounds(l, &c.Result)
	}
	return []string{l.Name("geo", c.Geo), rankCell(c), value, bounds, l.Int(c.Num), l.Int(c.Den)}
}

func rawHead(l words.Lang) []string {
	return []string{l.Say("col.geo"), l.Say("study.rank"), l.Say("col.rate"), l.Say("col.bounds"), l.Say("col.positive"), l.Say("col.decisions")}
}

// funnelTable has a row for each country, with where it lies in the funnel.
func funnelTable(l words.Lang, s *compare.Study) *tableView {
	t := &tableView{ID: "table", Title: l.Say("study.table"), Head: append(rawHead(l), "z", l.Say("col.position"))}
	for i := range s.Countries {
		c := &s.Countries[i]
		row := append(rawCells(l, c), "–", "")
		if p := c.Point; p != nil {
			row[6], row[7] = l.Decimal(p.Z, 1), l.Say("row.in")
			switch p.Place {
			case compare.Below95, compare.Above95:
				row[7] = l.Say("row.out95")
			case compare.Below998, compare.Above998:
				row[7] = l.Say("row.out998")
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// mixTable has a row for each country, raw and freed of the mix of citizenships.
func mixTable(l words.Lang, s *compare.Study) *tableView {
	t := &tableView{ID: "table", Title: l.Say("study.table"), Head: append(rawHead(l), l.Say("study.ratio"), l.Say("study.adjusted"))}
	for i := range s.Countries {
		c := &s.Countries[i]
		row := append(rawCells(l, c), "–", "–")
		if x := c.Adjusted; x != nil && x.Indirect.Known && !c.CountsOnly() {
			in := &x.Indirect
			row[6] = l.Decimal(in.Ratio, 2)
			if m := in.RatioMay; m.Known && m.Lo < m.Hi {
				row[6] = l.Say("study.bounded", "value", row[6], "lo", l.Decimal(floor2(m.Lo), 2), "hi", l.Decimal(ceil2(m.Hi), 2))
			}
			if in.RateKnown {
				row[7] = l.Bounded(in.Rate, in.RateMay.Lo, in.RateMay.Hi, in.RateMay.Known)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// floor2 and ceil2 round a bound outward to two decimals.
func floor2(x float64) float64 { return math.Floor(x*100) / 100 }
func ceil2(x float64) float64  { return math.Ceil(x*100) / 100 }
