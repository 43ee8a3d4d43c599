package figure

import (
	"cmp"
	"slices"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

func init() { gatherers["heat"] = gatherHeat }

// heat is the rates of citizenships by country.
type heat struct {
	period obs.Period
	geos   []string
	rows   []heatRow
}

type heatRow struct {
	total *rate.Result
	cells []*rate.Result // by geo, nil where there is none
}

// heatRows and heatCols are as many as one sheet shows.
const heatRows, heatCols = 14, 14

func gatherHeat(s *Source, d *Draft) (shape, error) {
	spec := &d.Spec
	periods, err := spec.years()
	if err != nil || len(spec.Definition) != 1 {
		return nil, &SpecError{"it takes one definition and one period"}
	}
	name, union := spec.Definition[0], first(spec.Geo, "EU27_2020")
	out := &heat{period: periods[len(periods)-1]}
	citizens := []string(spec.Citizen)
	if len(citizens) == 0 {
		if citizens, err = s.Codes(name, spec.Source, "citizen", out.period, func(r *Held) bool { return r.Known }); err != nil {
			return nil, err
		}
	}
	if err := s.Ahead(name, spec.Source, func(geo string) string { return s.stage(spec, geo) }, citizens, []string{union}, out.period); err != nil {
		return nil, err
	}
	var totals []*rate.Result
	for _, c := range citizens {
		r, err := s.Result(name, spec.Source, s.stage(spec, union), c, union, out.period)
		if err != nil {
			return nil, err
		}
		if r != nil && r.Known && r.Den >= s.Limits.Few {
			totals = append(totals, r)
		}
	}
	slices.SortStableFunc(totals, func(a, b *rate.Result) int {
		return cmp.Or(-cmp.Compare(a.Den, b.Den), cmp.Compare(a.Citizen, b.Citizen))
	})
	totals = totals[:min(len(totals), heatRows)]
	if out.geos, err = s.columns(spec, name, totals, out.period); err != nil {
		return nil, err
	}
	if len(totals) < 2 || len(out.geos) < 2 {
		return nil, ErrNothing
	}
	for _, t := range totals {
		row := heatRow{total: t}
		d.add("reference", t)
		for _, g := range out.geos {
			r, err := s.Result(name, spec.Source, spec.Stage, t.Citizen, g, out.period)
			if err != nil {
				return nil, err
			}
			if r != nil && (!r.Known || r.Den == 0) {
				r = nil
			}
			if r != nil {
				d.add("", r)
			}
			row.cells = append(row.cells, r)
		}
		out.rows = append(out.rows, row)
	}
	return out, nil
}

// columns are the countries with the most decisions on the citizenships shown, by code.
func (s *Source) columns(spec *Spec, name string, totals []*rate.Result, p obs.Period) ([]string, error) {
	type col struct {
		geo string
		n   int64
	}
	var citizens []string
	for _, t := range totals {
		citizens = append(citizens, t.Citizen)
	}
	all := members(List{first(spec.Geo, "EU27_2020")})
	if err := s.Ahead(name, spec.Source, func(string) string { return spec.Stage }, citizens, all, p); err != nil {
		return nil, err
	}
	var cols []col
	for _, g := range all {
		c := col{geo: g}
		for _, t := range totals {
			r, err := s.Result(name, spec.Source, spec.Stage, t.Citizen, g, p)
			if err != nil {
				return nil, err
			}
			if r != nil && r.DenKnown && len(r.WithAppeals) == 0 {
				c.n += r.Den
			}
		}
		if c.n > 0 {
			cols = append(cols, c)
		}
	}
	slices.SortStableFunc(cols, func(a, b col) int { return cmp.Or(-cmp.Compare(a.n, b.n), cmp.Compare(a.geo, b.geo)) })
	var out []string
	for _, c := range cols[:min(len(cols), heatCols)] {
		out = append(out, c.geo)
	}
	slices.Sort(out)
	return out, nil
}

func (h *heat) write(w *writer) error {
	f := &chart.Heat{TotalHead: w.Short(first(w.Spec.Geo, "EU27_2020")), Cut: func(v float64) string { return w.Percent(v, 0) },
		Key: chart.HeatKey{Scale: w.Say("heat.scale"), Weak: w.Say("bars.group.weak", "from", w.limits.Counts, "to", w.limits.Few-1), Few: w.Say("tiles.key.tiny", "n", w.limits.Counts), Missing: w.Say("tiles.key.none")}}
	for _, g := range h.geos {
		f.Columns = append(f.Columns, chart.HeatColumn{Code: g, Highlight: g == w.Spec.Subject})
	}
	for n, row := range h.rows {
		t := row.total
		r := chart.HeatRow{Name: w.Name("citizen", t.Citizen), Total: w.percent(t), Counts: w.Int(t.Den), Reference: t.Value, Highlight: t.Citizen == w.Spec.Subject}
		for i, c := range row.cells {
			if c == nil {
				r.Cells = append(r.Cells, chart.HeatCell{Missing: true})
				continue
			}
			r.Cells = append(r.Cells, chart.HeatCell{Value: c.Value, Label: w.Percent(c.Value, 0) + corrected(c), Weak: w.limits.Weak(c), Few: w.limits.CountsOnly(c), At: chart.Cell{Row: n + 1, Col: i + 3}})
		}
		f.Rows = append(f.Rows, r)
	}
	w.out.Figure = f
	h.words(w)
	return nil
}

// widest is the citizenship with the widest range between two countries that are
// apart, and its ends; nil if there is none.
func (h *heat) widest(t rate.Thresholds) (row *heatRow, top, low *rate.Result) {
	for i := range h.rows {
		var rs []*rate.Result
		for _, c := range h.rows[i].cells {
			if c != nil && c.Den >= t.Few && len(c.WithAppeals) == 0 {
				rs = append(rs, c)
			}
		}
		byValue(rs)
		if len(rs) < 2 || !rate.Apart(rs[0], rs[len(rs)-1], t) {
			continue
		}
		if row == nil || rs[0].Value-rs[len(rs)-1].Value > top.Value-low.Value {
			row, top, low = &h.rows[i], rs[0], rs[len(rs)-1]
		}
	}
	return row, top, low
}

func (h *heat) words(w *writer) {
	w.out.Topic = w.Say("topic.heat", "period", h.period)
	w.head.Subtitle = w.Say("sub.heat", "measure", w.measure(w.Results[0].Definition), "period", h.period)
	row, top, low := h.widest(w.limits)
	neutral := claim{"topic.heat", true, []any{"period", h.period}}
	if row == nil {
		w.title(neutral)
		top, low = h.rows[0].total, h.rows[0].total
	} else {
		w.title(claim{"title.heat.spread", true, []any{"citizens", words.Citizen(row.total.Citizen), "top", w.percent(top), "attop", words.Geo(top.Geo), "low", w.percent(low), "atlow", words.Geo(low.Geo)}}, neutral)
	}
	w.head.Notes = append([]string{w.Say("note.heat", "n", w.limits.Counts, "to", w.limits.Few-1)}, w.rounding()...)
	w.source(w.left())
	end := func(r *rate.Result) string {
		return w.Say("heat.end", "citizen", w.Name("citizen", r.Citizen), "geo", w.Name("geo", r.Geo))
	}
	w.head.Alt = w.Say("alt.heat", "title", w.titleText(), "rows", len(h.rows), "cols", len(h.geos), "top", end(top), "topr", w.percent(top), "topc", w.of(top), "low", end(low), "lowr", w.percent(low), "lowc", w.of(low), "source", w.head.Source)
	w.out.Head = append([]string{w.Say("col.citizen"), w.Short(first(w.Spec.Geo, "EU27_2020"))}, h.geos...)
	for _, r := range h.rows {
		line := []string{w.Name("citizen", r.total.Citizen), w.Say("ladder.over", "counts", w.of(r.total), "rate", w.percent(r.total))}
		for _, c := range r.cells {
			switch {
			case c == nil:
				line = append(line, "–")
			case w.limits.CountsOnly(c):
				line = append(line, w.of(c))
			default:
				line = append(line, w.Say("ladder.over", "counts", w.of(c), "rate", w.bounded(c)))
			}
		}
		w.out.Rows = append(w.out.Rows, line)
	}
}
