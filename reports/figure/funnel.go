package figure

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"asylum/pipeline/compare"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

func init() { gatherers["funnel"] = gatherFunnel }

// funnel is the rates of countries against the number of their decisions.
type funnel struct {
	*compare.Funnel
	period obs.Period
	ref    *rate.Result
	by     map[string]*rate.Result
}

func gatherFunnel(s *Source, d *Draft) (shape, error) {
	if d.Spec.Reference == "" {
		d.Spec.Reference = "EU27_2020"
	}
	row, err := s.row(d, "geo")
	if err != nil {
		return nil, err
	}
	if row.ref == nil {
		return nil, ErrNothing
	}
	out := &funnel{period: row.period, ref: row.ref, by: map[string]*rate.Result{}}
	union, ok := compare.CellOf(row.ref)
	var cells []compare.Cell
	for _, r := range row.known {
		c, known := compare.CellOf(r)
		if !known || len(r.WithAppeals) > 0 {
			continue
		}
		cells = append(cells, c)
		out.by[r.Geo] = r
	}
	if !ok || len(cells) < 5 {
		return nil, ErrNothing
	}
	if out.Funnel, ok = compare.NewFunnel(union, cells); !ok {
		return nil, ErrNothing
	}
	for _, p := range out.Points {
		d.add("", out.by[p.Geo])
	}
	d.add("reference", row.ref)
	return out, nil
}

// outside are the countries beyond the wider limits, whatever rounding allows.
func (f *funnel) outside() (out []*compare.FunnelPoint) {
	for i := range f.Points {
		if p := &f.Points[i]; p.Place.Outside() && p.Sure {
			out = append(out, p)
		}
	}
	return out
}

func (f *funnel) write(w *writer) error {
	fig := &chart.Funnel{
		Reference: chart.Reference{Value: f.ref.Value, Label: w.Say("bars.reference", "geo", words.Geo(f.ref.Geo), "rate", w.percent(f.ref))},
		Label95:   w.Say("funnel.limit", "share", w.Percent(0.95, 0)), Label998: w.Say("funnel.limit", "share", w.Percent(0.998, 1)),
		XTitle: w.Say("funnel.x"), Percent: func(v float64) string { return w.Percent(v, 0) }, Count: w.Int,
	}
	for _, l := range f.Limits {
		fig.Limits = append(fig.Limits, chart.Limit{N: l.N, Lo95: l.Lo95, Hi95: l.Hi95, Lo998: l.Lo998, Hi998: l.Hi998})
	}
	points := slices.Clone(f.Points)
	slices.SortStableFunc(points, func(a, b compare.FunnelPoint) int {
		return cmp.Compare(math.Abs(b.Z), math.Abs(a.Z))
	})
	order := make([]*rate.Result, len(points))
	for i, p := range points {
		order[i] = f.by[p.Geo]
	}
	w.order(order)
	for _, p := range f.Points {
		r := f.by[p.Geo]
		fig.Points = append(fig.Points, chart.FunnelPoint{Name: w.Name("geo", p.Geo), Code: p.Geo, Note: w.Say("funnel.note", "rate", w.percent(r), "counts", w.of(r)), N: p.All, Value: p.Rate, Highlight: p.Geo == w.Spec.Subject, At: w.at(r)})
	}
	w.out.Figure = fig
	out := f.outside()
	args := []any{"citizens", w.who(), "period", f.period}
	w.out.Topic = w.Say("topic.funnel", args...)
	w.head.Subtitle = w.Say("sub.bars.geo", "measure", w.measure(f.ref.Definition), "citizens", w.who(), "period", f.period)
	w.title(claim{"title.funnel.outside", len(out) > 0, []any{"citizens", w.who(), "n", len(out), "all", len(f.Points)}}, claim{"topic.funnel", true, args})
	w.head.Notes = append([]string{w.Say("note.funnel", "phi", w.Decimal(f.Phi, 1))}, w.rounding()...)
	w.source(w.left())
	var listed []string
	for _, p := range out {
		listed = append(listed, w.Name("geo", p.Geo))
	}
	w.Sort(listed)
	if len(listed) > 6 {
		listed = append(listed[:6], "…")
	}
	w.head.Alt = w.Say("alt.funnel", "title", w.titleText(), "ref", w.percent(f.ref), "refc", w.of(f.ref), "out", strings.Join(listed, ", "), "n", len(f.Points), "source", w.head.Source)
	w.out.Head = []string{w.Say("col.geo"), w.Say("col.rate"), w.Say("col.bounds"), w.Say("col.positive"), w.Say("col.decisions"), "z", w.Say("col.position")}
	for _, p := range points {
		r := f.by[p.Geo]
		place := "row.in"
		switch p.Place {
		case compare.Below95, compare.Above95:
			place = "row.out95"
		case compare.Below998, compare.Above998:
			place = "row.out998"
		}
		row := []string{w.Name("geo", p.Geo), w.fine(r), w.bounds(r), w.Int(p.Pos), w.Int(p.All), w.Decimal(p.Z, 1), w.Say(place)}
		if w.limits.CountsOnly(r) {
			row[1], row[2] = "–", "–"
		}
		w.out.Rows = append(w.out.Rows, row)
	}
	return nil
}
