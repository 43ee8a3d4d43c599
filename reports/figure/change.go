package figure

import (
	"math"

	"asylum/pipeline/compare"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
)

func init() { gatherers["change"] = gatherChange }

// change is why a rate moved between two years: who was decided upon, and how.
type change struct {
	*compare.Decomposition
	a, b       *rate.Result // of the two years
	start, end float64      // of the citizenships that can be split
	both       int          // citizenships with a value in both years
	share      float64      // of the decisions of both years, theirs
}

func gatherChange(s *Source, d *Draft) (shape, error) {
	spec := &d.Spec
	periods, err := spec.years()
	if err != nil || len(periods) != 2 || len(spec.Definition) != 1 {
		return nil, &SpecError{"it takes one definition and two periods"}
	}
	name, geo := spec.Definition[0], first(spec.Geo, "EU27_2020")
	stage := s.stage(spec, geo)
	from, to := min(periods[0], periods[1]), max(periods[0], periods[1])
	out := &change{}
	if out.a, err = s.Result(name, spec.Source, stage, "TOTAL", geo, from); err != nil {
		return nil, err
	}
	if out.b, err = s.Result(name, spec.Source, stage, "TOTAL", geo, to); err != nil {
		return nil, err
	}
	if out.a == nil || out.b == nil || !out.a.Known || !out.b.Known || out.a.Den < s.Limits.Few || out.b.Den < s.Limits.Few {
		return nil, ErrNothing
	}
	codes, err := s.Codes(name, spec.Source, "citizen", "", func(r *Held) bool { return r.Known })
	if err != nil {
		return nil, err
	}
	var before, after []compare.Cell
	var decided, split int64
	d.add(string(from), out.a)
	d.add(string(to), out.b)
	if err := s.Ahead(name, spec.Source, func(string) string { return stage }, codes, []string{geo}, from, to); err != nil {
		return nil, err
	}
	for _, c := range codes {
		r0, err := s.Result(name, spec.Source, stage, c, geo, from)
		if err != nil {
			return nil, err
		}
		r1, err := s.Result(name, spec.Source, stage, c, geo, to)
		if err != nil {
			return nil, err
		}
		x, ok := cellOf(r0)
		y, also := cellOf(r1)
		if ok {
			before = append(before, x)
			decided += x.All
		}
		if also {
			after = append(after, y)
			decided += y.All
		}
		if ok && also {
			out.both++
			split += x.All + y.All
		}
	}
	var ok bool
	if out.Decomposition, ok = compare.Decompose(before, after, func(c compare.Cell) string { return c.Citizen }); !ok || out.both < 5 {
		return nil, ErrNothing
	}
	out.start, _ = out.Before.Float64()
	out.end, _ = out.After.Float64()
	out.share = float64(split) / float64(decided)
	return out, nil
}

// cellOf is a result with a decision as a cell.
func cellOf(r *rate.Result) (compare.Cell, bool) {
	if r == nil || !r.Known || r.Den == 0 {
		return compare.Cell{}, false
	}
	return compare.CellOf(r)
}

func (c *change) write(w *writer) error {
	mix, _ := c.Composition.Float64()
	effect, _ := c.Effect.Float64()
	f := &chart.Waterfall{Percent: func(v float64) string { return w.Percent(v, 1) },
		Start: chart.Total{Name: w.Period(c.a.Period), Label: w.fine(c.a), Counts: w.of(c.a), Value: c.start},
		End:   chart.Total{Name: w.Period(c.b.Period), Label: w.fine(c.b), Counts: w.of(c.b), Value: c.end},
		Steps: []chart.Effect{{Name: w.Say("change.mix"), Label: w.Points(mix), Value: mix}, {Name: w.Say("change.rates"), Label: w.Points(effect), Value: effect}}}
	w.out.Figure = f
	args := []any{"geo", w.place(), "from", c.a.Period, "to", c.b.Period}
	w.out.Topic = w.Say("topic.change", args...)
	w.head.Subtitle = w.Say("sub.change", "measure", w.measure(c.a.Definition), "geo", w.place())
	vals := []any{"geo", w.place(), "a", w.fine(c.a), "b", w.fine(c.b), "mix", w.Points(mix), "rates", w.Points(effect)}
	apart := rate.Apart(c.a, c.b, w.limits) && math.Signbit(c.CompositionMay.Lo) == math.Signbit(c.CompositionMay.Hi)
	w.title(claim{"title.change.rose", apart && c.b.Value > c.a.Value, vals}, claim{"title.change.fell", apart && c.b.Value < c.a.Value, vals}, claim{"topic.change", true, args})
	if apart {
		w.out.Fallback = ""
	}
	w.head.Notes = append([]string{w.Say("note.change", "n", c.both, "share", w.Percent(c.share, 1))}, w.rounding()...)
	w.source(w.left())
	w.head.Alt = w.Say("alt.change", "title", w.titleText(), "a", w.fine(c.a), "ac", w.of(c.a), "mix", w.Points(mix), "rates", w.Points(effect), "b", w.fine(c.b), "bc", w.of(c.b), "source", w.head.Source)
	w.out.Head = []string{w.Say("col.step"), w.Say("col.effect"), w.Say("col.counts")}
	w.out.Rows = [][]string{{w.Period(c.a.Period), w.fine(c.a), w.of(c.a)}, {w.Say("change.mix"), w.Points(mix), "–"}, {w.Say("change.rates"), w.Points(effect), "–"}, {w.Period(c.b.Period), w.fine(c.b), w.of(c.b)}}
	return nil
}
