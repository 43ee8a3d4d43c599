package figure

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"asylum/pipeline/obs"
	"asylum/reports/chart"
)

func init() { gatherers["multiples"] = gatherMultiples }

// multiples are rates over years, a small panel for each country.
type multiples struct {
	years  []obs.Period
	series []series // by decisions, most first
}

// mostPanels are as many panels as one sheet shows.
const mostPanels = 12

func gatherMultiples(s *Source, d *Draft) (shape, error) {
	spec := &d.Spec
	years, err := spec.years()
	if err != nil || len(spec.Definition) != 1 {
		return nil, &SpecError{"it takes one definition and several periods"}
	}
	out := &multiples{years: years}
	for _, g := range members(spec.Geo) {
		one := *spec
		one.Geo = List{g}
		se, err := s.over(&one, "geo", g, years)
		if err != nil {
			return nil, err
		}
		for n, r := range se.results { // a stage of its own
			if r != nil && len(r.WithAppeals) > 0 {
				se.results[n] = nil
			}
		}
		if known(se.results) >= 3 {
			out.series = append(out.series, se)
		}
	}
	cases := func(se *series) (n int64) {
		for _, r := range se.results {
			if r != nil {
				n += r.Den
			}
		}
		return n
	}
	slices.SortStableFunc(out.series, func(a, b series) int { return -cmp.Compare(cases(&a), cases(&b)) })
	out.series = out.series[:min(len(out.series), mostPanels)]
	if len(out.series) < 3 {
		return nil, ErrNothing
	}
	for _, se := range out.series {
		for _, r := range se.results {
			if r != nil {
				d.add(se.key, r)
			}
		}
	}
	return out, nil
}

func (m *multiples) write(w *writer) error {
	f := &chart.Multiples{YLabel: func(v float64) string { return w.Percent(v, 0) }}
	base := year(m.years[0])
	for i := range m.series {
		se := &m.series[i]
		p := chart.Multiple{Title: w.Name("geo", se.key), Counts: w.of(se.last()), Last: w.percent(se.last()), Weak: w.limits.Weak(se.last()), Highlight: se.key == w.Spec.Subject}
		for n, r := range se.results {
			x := chart.Point{Year: base + n, Value: math.NaN()}
			if r != nil {
				x.Value, x.At = r.Value, chart.Cell{Row: i + 1, Col: n + 2}
			}
			p.Points = append(p.Points, x)
		}
		f.Panels = append(f.Panels, p)
	}
	w.out.Figure = f
	args := []any{"citizens", w.who(), "from", m.years[0], "to", m.years[len(m.years)-1]}
	w.out.Topic = w.Say("topic.multiples", args...)
	w.head.Title = w.spans("topic.multiples", args...)
	w.head.Subtitle = w.Say("sub.multiples", append(args, "measure", w.measure(w.Results[0].Definition))...)
	w.head.Notes = append([]string{w.Say("note.lines.gap", "n", w.limits.Counts)}, w.rounding()...)
	w.source(w.left())
	var ends []string
	for _, i := range []int{0, len(m.series) - 1} {
		a, b := m.series[i].first(), m.series[i].last()
		ends = append(ends, w.Say("alt.lines.one", "name", w.Name("geo", m.series[i].key), "a", w.percent(a), "ac", w.of(a), "from", a.Period, "b", w.percent(b), "bc", w.of(b), "to", b.Period))
	}
	w.head.Alt = w.Say("alt.multiples", "title", w.titleText(), "n", len(m.series), "what", strings.Join(ends, "; "), "source", w.head.Source)
	w.out.Head = []string{w.Say("col.geo")}
	for _, y := range m.years {
		w.out.Head = append(w.out.Head, w.Period(y))
	}
	for i := range m.series {
		row := []string{w.Name("geo", m.series[i].key)}
		for _, r := range m.series[i].results {
			if r == nil {
				row = append(row, "–")
			} else {
				row = append(row, w.Say("ladder.over", "counts", w.of(r), "rate", w.bounded(r)))
			}
		}
		w.out.Rows = append(w.out.Rows, row)
	}
	return nil
}
