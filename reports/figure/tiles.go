package figure

import (
	"slices"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

func init() { gatherers["tiles"] = gatherTiles }

// tiles are the rates of one citizenship on the map.
type tiles struct {
	period      obs.Period
	known       []*rate.Result // highest first
	none        []string
	solid, tiny []*rate.Result
	weak        int
	ref         *rate.Result
}

func gatherTiles(s *Source, d *Draft) (shape, error) {
	row, err := s.row(d, "geo")
	if err != nil {
		return nil, err
	}
	out := &tiles{period: row.period, ref: row.ref}
	for _, r := range row.known {
		if !chart.TilePlace(r.Geo) {
			continue
		}
		out.known = append(out.known, r)
		switch {
		case s.Limits.CountsOnly(r):
			out.tiny = append(out.tiny, r)
		case s.Limits.Weak(r):
			out.weak++
		case len(r.WithAppeals) == 0:
			out.solid = append(out.solid, r)
		}
	}
	for _, g := range row.none {
		if chart.TilePlace(g) {
			out.none = append(out.none, g)
		}
	}
	if len(out.solid) < 2 || out.ref == nil {
		return nil, ErrNothing
	}
	d.add("", out.known...)
	d.add("reference", out.ref)
	return out, nil
}

func (t *tiles) write(w *writer) error {
	f := &chart.Tiles{
		Lead:    chart.Lead{Value: w.percent(t.ref), Name: w.Say("tiles.lead", "geo", words.Geo(t.ref.Geo)), Counts: w.Say("tiles.lead.counts", "counts", w.of(t.ref))},
		Percent: func(v float64) string { return w.Percent(v, 0) },
		Key: chart.TilesKey{Weak: w.Say("bars.group.weak", "from", w.limits.Counts, "to", w.limits.Few-1), CountsOnly: w.Say("tiles.key.tiny", "n", w.limits.Counts),
			Missing: w.Say("tiles.key.none"), Mixed: w.Say("tiles.key.appeals"), Highlight: w.Say("tiles.key.subject")},
	}
	w.order(t.known)
	for _, r := range t.known {
		f.Tiles = append(f.Tiles, chart.Tile{Geo: r.Geo, Value: r.Value, Label: w.percent(r), Counts: w.of(r), Weak: w.limits.Weak(r), CountsOnly: w.limits.CountsOnly(r),
			Mixed: len(r.WithAppeals) > 0, Highlight: r.Geo == w.Spec.Subject, At: w.at(r)})
	}
	for _, g := range t.none {
		f.Tiles = append(f.Tiles, chart.Tile{Geo: g, Missing: true, Highlight: g == w.Spec.Subject})
	}
	w.out.Figure = f
	w.out.Topic = w.Say("topic.tiles", "citizens", w.who(), "period", t.period)
	w.head.Subtitle = w.Say("sub.bars.geo", "measure", w.measure(t.ref.Definition), "citizens", w.who(), "period", t.period)
	top, low := t.solid[0], t.solid[len(t.solid)-1]
	atTop, topRate := w.shared(top, t.solid)
	atLow, lowRate := w.shared(low, t.solid)
	args := []any{"citizens", w.who(), "top", topRate, "attop", atTop, "low", lowRate, "atlow", atLow}
	w.title(claim{"title.tiles.range", rate.Apart(top, low, w.limits), args}, claim{"topic.tiles", true, []any{"citizens", w.who(), "period", t.period}})
	w.head.Notes = append(w.head.Notes, w.Say("note.reference", "counts", w.of(t.ref), "n", max(1, len(t.ref.Countries))))
	w.head.Notes = append(w.head.Notes, w.rounding()...)
	w.source(w.left())
	w.head.Alt = w.Say("alt.tiles", "title", w.titleText(), "top", w.Name("geo", top.Geo), "topr", w.percent(top), "topc", w.of(top), "low", w.Name("geo", low.Geo), "lowr", w.percent(low), "lowc", w.of(low),
		"ref", w.percent(t.ref), "refc", w.of(t.ref), "weak", t.weak, "tiny", len(t.tiny), "source", w.head.Source)
	w.rateHead("geo")
	for _, r := range append(slices.Clone(t.known), t.ref) {
		w.out.Rows = append(w.out.Rows, w.rateRow("geo", r))
	}
	return nil
}
