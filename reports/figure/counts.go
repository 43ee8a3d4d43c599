package figure

import (
	"cmp"
	"math"
	"slices"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

func init() { gatherers["counts"] = gatherCounts }

// counts are numbers of applications of one year, by country or by citizenship.
type counts struct {
	by     string
	period obs.Period
	drawn  []*rate.Result // most first
	all    int64          // of those drawn and the rest
	rest   int
	left   int64
}

// mostCounts are as many bars as one sheet shows.
const mostCounts = 16

func gatherCounts(s *Source, d *Draft) (shape, error) {
	spec := &d.Spec
	out := &counts{by: spec.By}
	if out.by == "" {
		out.by = "geo"
	}
	periods, err := spec.years()
	if err != nil || len(spec.Definition) != 1 {
		return nil, &SpecError{"it takes one definition and one period"}
	}
	name := spec.Definition[0]
	// The newest year of any source that counts by this axis answers.
	source, err := s.counting(spec, name, out.by, periods[len(periods)-1])
	if err != nil {
		return nil, err
	}
	out.period = periods[len(periods)-1]
	codes := members(spec.Geo)
	if out.by == "citizen" {
		if codes, err = s.Codes(name, source, "citizen", out.period, func(r *Held) bool { return r.NumKnown }); err != nil {
			return nil, err
		}
	}
	citizens, geos := along(spec, out.by, codes)
	if err := s.Ahead(name, source, func(string) string { return "" }, citizens, geos, out.period); err != nil {
		return nil, err
	}
	var all []*rate.Result
	for _, c := range codes {
		citizen, geo := first(spec.Citizen, "TOTAL"), c
		if out.by == "citizen" {
			citizen, geo = c, first(spec.Geo, "EU27_2020")
		}
		r, err := s.Result(name, source, "", citizen, geo, out.period)
		if err != nil {
			return nil, err
		}
		if r != nil && r.NumKnown && r.Num > 0 {
			all = append(all, r)
			out.all += r.Num
		}
	}
	slices.SortStableFunc(all, func(a, b *rate.Result) int {
		return cmp.Or(-cmp.Compare(a.Num, b.Num), cmp.Compare(key(out.by, a), key(out.by, b)))
	})
	out.drawn = all
	if len(all) > mostCounts {
		out.drawn = all[:mostCounts]
		for _, r := range all[mostCounts:] {
			out.rest++
			out.left += r.Num
		}
	}
	if len(out.drawn) < 2 {
		return nil, ErrNothing
	}
	d.add("", out.drawn...)
	for i := range d.Results {
		d.Results[i].Inputs = countCells(d.Results[i].Inputs)
		d.Data[i].Num, d.Data[i].Whole = d.Results[i].Num, out.all
	}
	return out, nil
}

// countCells leaves out the cells of the total that a count is a share of, where it
// is not one printed cell: added up it has thousands, which the chart does not draw.
func countCells(inputs []rate.Input) []rate.Input {
	totals := 0
	for i := range inputs {
		if inputs[i].Side != "num" {
			totals++
		}
	}
	return slices.DeleteFunc(slices.Clone(inputs), func(in rate.Input) bool { return in.Side != "num" && totals > 1 })
}

// counting is the first source of a definition that holds counts along an axis in
// a year: of a spec that names none.
func (s *Source) counting(spec *Spec, name, by string, p obs.Period) (string, error) {
	if spec.Source != "" {
		return spec.Source, nil
	}
	d, err := s.Set.Named(name)
	if err != nil {
		return "", err
	}
	for _, source := range d.Sources() {
		codes, err := s.Codes(name, source, by, p, func(r *Held) bool {
			return r.NumKnown && (by == "geo" && r.Citizen == first(spec.Citizen, "TOTAL") || by == "citizen" && r.Geo == first(spec.Geo, "EU27_2020"))
		})
		if err != nil {
			return "", err
		}
		if len(codes) >= 2 {
			return source, nil
		}
	}
	return "", ErrNothing
}

func (c *counts) write(w *writer) error {
	g := chart.Group{}
	w.order(c.drawn)
	for _, r := range c.drawn {
		g.Bars = append(g.Bars, chart.Bar{Name: w.name(c.by, r), Value: float64(r.Num), Low95: math.NaN(), High95: math.NaN(), Label: w.Int(r.Num) + corrected(r),
			Counts: w.Percent(float64(r.Num)/float64(c.all), 0), Highlight: w.Spec.Subject != "" && key(c.by, r) == w.Spec.Subject, At: w.at(r)})
	}
	f := &chart.Bars{Counts: true, Panels: []chart.Panel{{Groups: []chart.Group{g}}}}
	w.out.Figure = f
	top, low := c.drawn[0], c.drawn[len(c.drawn)-1]
	share := w.Percent(float64(top.Num)/float64(c.all), 0)
	if c.by == "geo" {
		w.out.Topic = w.Say("topic.counts.geo", "citizens", w.who(), "period", c.period)
		w.head.Subtitle = w.Say("sub.counts.geo", "citizens", w.who(), "period", c.period)
		w.head.Title = w.spans("title.counts.geo.top", "n", c.all, "citizens", w.who(), "geo", w.place(), "period", c.period, "share", share, "attop", words.Geo(top.Geo))
	} else {
		w.out.Topic = w.Say("topic.counts.citizen", "geo", w.place(), "period", c.period)
		w.head.Subtitle = w.Say("sub.counts.citizen", "geo", w.place(), "period", c.period)
		w.head.Title = w.spans("title.counts.citizen.top", "n", c.all, "geo", w.place(), "period", c.period, "share", share, "attop", words.Citizen(top.Citizen))
	}
	if c.rest > 0 {
		w.head.Notes = append(w.head.Notes, w.Say("note.counts.rest", "n", c.rest, "count", c.left))
	}
	w.head.Notes = append(w.head.Notes, w.rounding()...)
	w.source("")
	w.head.Alt = w.Say("alt.counts", "title", w.titleText(), "top", w.name(c.by, top), "topc", w.Int(top.Num), "low", w.name(c.by, low), "lowc", w.Int(low.Num), "all", c.all, "source", w.head.Source)
	w.out.Head = []string{w.Say("col." + c.by), w.Say("col.applications"), w.Say("col.share")}
	for _, r := range c.drawn {
		w.out.Rows = append(w.out.Rows, []string{w.name(c.by, r), w.Int(r.Num) + corrected(r), w.Percent(float64(r.Num)/float64(c.all), 1)})
	}
	return nil
}
