package figure

import (
	"cmp"
	"slices"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
)

func init() {
	gatherers["dumbbell"] = gatherDumbbell
	gatherers["slope"] = gatherDumbbell
	gatherers["multiples"] = gatherMultiples
}

// pairs are the rates of countries, or of citizenships, in two years.
type pairs struct {
	by       string
	from, to obs.Period
	rows     []twoYears // by change, the greatest rise first
}

type twoYears struct{ a, b *rate.Result }

// moved reports whether the two may be called different.
func (t twoYears) moved(l rate.Thresholds) bool { return rate.Apart(t.a, t.b, l) }

// mostPairs are as many rows as one sheet shows.
const mostPairs = 16

func gatherDumbbell(s *Source, d *Draft) (shape, error) {
	spec := &d.Spec
	periods, err := spec.years()
	if err != nil || len(periods) != 2 || len(spec.Definition) != 1 {
		return nil, &SpecError{"it takes one definition and two periods"}
	}
	out := &pairs{by: spec.By, from: min(periods[0], periods[1]), to: max(periods[0], periods[1])}
	if out.by == "" {
		out.by = "geo"
	}
	name := spec.Definition[0]
	codes, err := s.drawn(spec, name, out.by, out.to)
	if err != nil {
		return nil, err
	}
	citizens, geos := along(spec, out.by, codes)
	if err := s.Ahead(name, spec.Source, func(geo string) string { return s.stage(spec, geo) }, citizens, geos, out.from, out.to); err != nil {
		return nil, err
	}
	for _, c := range codes {
		citizen, geo := first(spec.Citizen, "TOTAL"), first(spec.Geo, "EU27_2020")
		if out.by == "citizen" {
			citizen = c
		} else {
			geo = c
		}
		var two [2]*rate.Result
		for i, p := range []obs.Period{out.from, out.to} {
			if two[i], err = s.Result(name, spec.Source, s.stage(spec, geo), citizen, geo, p); err != nil {
				return nil, err
			}
		}
		if a, b := two[0], two[1]; a != nil && b != nil && a.Known && b.Known && a.Stage == b.Stage && len(a.WithAppeals)+len(b.WithAppeals) == 0 && a.Den >= s.Limits.Few && b.Den >= s.Limits.Few {
			out.rows = append(out.rows, twoYears{a, b})
		}
	}
	if out.by == "citizen" && len(out.rows) > mostPairs {
		slices.SortStableFunc(out.rows, func(x, y twoYears) int { return -cmp.Compare(x.b.Den, y.b.Den) })
		out.rows = out.rows[:mostPairs]
	}
	slices.SortStableFunc(out.rows, func(x, y twoYears) int {
		return cmp.Or(-cmp.Compare(x.b.Value-x.a.Value, y.b.Value-y.a.Value), cmp.Compare(key(out.by, x.a), key(out.by, y.a)))
	})
	if len(out.rows) < 2 {
		return nil, ErrNothing
	}
	for _, r := range out.rows {
		d.add(string(out.from), r.a)
	}
	for _, r := range out.rows {
		d.add(string(out.to), r.b)
	}
	return out, nil
}

func (p *pairs) write(w *writer) error {
	from, to := w.Period(p.from), w.Period(p.to)
	if w.Spec.Kind == "slope" {
		f := &chart.Slope{From: from, To: to, Percent: func(v float64) string { return w.Percent(v, 0) }}
		for _, r := range p.rows {
			f.Lines = append(f.Lines, chart.SlopeLine{Name: w.name(p.by, r.a), A: r.a.Value, B: r.b.Value, LabelA: w.percent(r.a), LabelB: w.percent(r.b), Highlight: key(p.by, r.a) == w.Spec.Subject})
		}
		w.out.Figure = f
	} else {
		f := &chart.Dumbbell{From: from, To: to, Percent: func(v float64) string { return w.Percent(v, 0) }}
		for _, r := range p.rows {
			f.Rows = append(f.Rows, chart.DumbbellRow{Name: w.name(p.by, r.a), From: r.a.Value, To: r.b.Value, FromLabel: w.percent(r.a), ToLabel: w.percent(r.b), Counts: w.of(r.b),
				Highlight: key(p.by, r.a) == w.Spec.Subject, Open: !r.moved(w.limits)})
		}
		w.out.Figure = f
	}
	up, down := 0, 0
	for _, r := range p.rows {
		if r.moved(w.limits) {
			if r.b.Value > r.a.Value {
				up++
			} else {
				down++
			}
		}
	}
	args := []any{"citizens", w.who(), "from", p.from, "to", p.to}
	w.out.Topic = w.Say("topic.dumbbell", args...)
	w.head.Subtitle = w.Say("sub.dumbbell", append(args, "measure", w.measure(w.Results[0].Definition))...)
	w.title(claim{"title.dumbbell.moved", up+down > 0, append(args, "up", up, "down", down, "all", len(p.rows))}, claim{"topic.dumbbell", true, args})
	w.head.Notes = append([]string{w.Say("note.dumbbell", "from", p.from, "to", p.to, "n", w.limits.Few)}, w.rounding()...)
	w.source(w.left())
	var ends []string
	for _, r := range []twoYears{p.rows[0], p.rows[len(p.rows)-1]} {
		ends = append(ends, w.Say("alt.lines.one", "name", w.name(p.by, r.a), "a", w.percent(r.a), "ac", w.of(r.a), "from", p.from, "b", w.percent(r.b), "bc", w.of(r.b), "to", p.to))
	}
	w.head.Alt = w.Say("alt.dumbbell", "title", w.titleText(), "what", strings.Join(ends, "; "), "source", w.head.Source)
	w.out.Head = []string{w.Say("col." + p.by), from, w.Say("col.counts"), to, w.Say("col.counts"), w.Say("col.change"), w.Say("col.note")}
	for _, r := range p.rows {
		note := ""
		if !r.moved(w.limits) {
			note = w.Say("row.open")
		}
		w.out.Rows = append(w.out.Rows, []string{w.name(p.by, r.a), w.fine(r.a), w.of(r.a), w.fine(r.b), w.of(r.b), w.Points(r.b.Value - r.a.Value), note})
	}
	return nil
}
