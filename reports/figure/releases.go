package figure

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

func init() { gatherers["releases"] = gatherReleases }

// releases are counts of applicants over years, as the first and the newest
// vintage of Eurostat at hand say, and as UNHCR says.
type releases struct {
	table         string
	days          []string // vintages, ascending
	older, newest []*rate.Result
	unhcr         []*rate.Result
	differ        [][2]*rate.Result
	before, after *rate.Result // of the subject, where the change comes from it
	years         []obs.Period
}

func gatherReleases(s *Source, d *Draft) (shape, error) {
	const table = "migr_asyappctza"
	spec := &d.Spec
	years, err := spec.years()
	if err != nil {
		return nil, &SpecError{err.Error()}
	}
	out := &releases{table: table, years: years}
	for _, m := range s.Data.Vintages() {
		if m.Table == table && !slices.Contains(out.days, m.Vintage) {
			out.days = append(out.days, m.Vintage)
		}
	}
	slices.Sort(out.days)
	if len(out.days) == 0 {
		return nil, ErrNothing
	}
	q := rate.Query{Citizen: []string{first(spec.Citizen, "TOTAL")}, Geo: []string{first(spec.Geo, "EU27_2020")}, Periods: years, Limits: &s.Limits}
	if out.newest, err = s.counts(q, "eurostat", ""); err != nil {
		return nil, err
	}
	if out.older, err = s.counts(q, "eurostat", out.days[0]); err != nil {
		return nil, err
	}
	if out.unhcr, err = s.counts(q, "unhcr", ""); err != nil {
		return nil, err
	}
	for _, o := range out.older {
		if n := of(out.newest, o.Period); n != nil && n.Num != o.Num {
			out.differ = append(out.differ, [2]*rate.Result{o, n})
		}
	}
	if len(out.newest)+len(out.unhcr) == 0 {
		return nil, ErrNothing
	}
	if n := len(out.differ); n > 0 && spec.Subject != "" {
		one := q
		one.Geo, one.Periods = []string{spec.Subject}, []obs.Period{out.differ[n-1][0].Period}
		was, err := s.counts(one, "eurostat", out.days[0])
		if err != nil {
			return nil, err
		}
		is, err := s.counts(one, "eurostat", "")
		if err != nil {
			return nil, err
		}
		if len(was) == 1 && len(is) == 1 && was[0].Num != is[0].Num {
			out.before, out.after = was[0], is[0]
		}
	}
	d.Mixed = false
	d.add("eurostat "+out.days[0], out.older...)
	d.add("eurostat "+out.days[len(out.days)-1], out.newest...)
	d.add("unhcr", out.unhcr...)
	for i := range d.Data {
		d.Data[i].CountOnly = true
	}
	return out, nil
}

// counts gives the numerators of shares of applicants: how many applied. Where there
// is no share the cells of what they would be divided by are left out.
func (s *Source) counts(q rate.Query, source, asOf string) ([]*rate.Result, error) {
	d, err := s.Set.Named("share_of_applicants")
	if err != nil {
		return nil, err
	}
	q.Source, q.AsOf = source, asOf
	rs, err := rate.Evaluate(d, s.Data, q)
	if err != nil {
		return nil, err
	}
	var out []*rate.Result
	for i := range rs {
		if r := &rs[i]; r.NumKnown {
			if !r.Known { // then it is no share, and rests on nothing else
				r.Inputs = slices.DeleteFunc(slices.Clone(r.Inputs), func(in rate.Input) bool { return in.Side != "num" })
			}
			out = append(out, r)
		}
	}
	return out, nil
}

func of(rs []*rate.Result, p obs.Period) *rate.Result {
	for _, r := range rs {
		if r.Period == p {
			return r
		}
	}
	return nil
}

func (v *releases) write(w *writer) error {
	f := &chart.Lines{YLabel: func(x float64) string { return w.Int(int64(x)) }}
	newDay := v.days[len(v.days)-1]
	args := []any{"citizens", w.who(), "geo", w.place(), "from", v.years[0], "to", v.years[len(v.years)-1]}
	if n := len(v.differ); n > 0 {
		o, x := v.differ[n-1][0], v.differ[n-1][1]
		w.head.Title = w.spans("title.releases.differ", "citizens", w.who(), "geo", w.place(), "period", o.Period, "older", o.Num, "newer", x.Num)
		f.Series = append(f.Series, chart.Series{Name: "older", Points: points(v.parting()), Dashed: true,
			EndLabel: w.Say("releases.end", "date", words.Day(v.days[0]), "n", o.Num)})
		if v.after != nil {
			f.Marks = []chart.Mark{{Year: year(x.Period), Value: float64(x.Num), Text: w.Say("releases.mark", "geo", words.Geo(v.after.Geo), "older", v.before.Num, "newer", v.after.Num)}}
		}
	} else {
		w.head.Title = w.spans("topic.releases", args...)
	}
	if len(v.newest) > 0 {
		f.Series = append(f.Series, chart.Series{Name: "newest", Points: points(v.newest), Highlight: true,
			EndLabel: w.Say("releases.end", "date", words.Day(newDay), "n", v.newest[len(v.newest)-1].Num)})
	}
	if len(v.unhcr) > 0 {
		u := v.unhcr[len(v.unhcr)-1]
		f.Series = append(f.Series, chart.Series{Name: "unhcr", Points: points(v.unhcr), EndLabel: w.Say("releases.unhcr", "period", u.Period, "n", u.Num)})
	}
	w.out.Figure = f
	w.out.Topic = w.Say("topic.releases", args...)
	w.head.Subtitle = w.Say("sub.releases", "citizens", w.who(), "geo", w.place())
	w.head.Notes = append([]string{w.Say("note.releases")}, w.repairs()...)
	w.source("")
	w.out.Lead = w.Say("lead.releases")
	hi, lo := v.extremes()
	w.head.Alt = w.Say("alt.releases", "title", w.titleText(), "most", hi.Num, "mostat", hi.Period, "least", lo.Num, "leastat", lo.Period, "source", w.head.Source)
	v.tabulate(w)
	return nil
}

func (v *releases) extremes() (hi, lo *rate.Result) {
	rs := v.newest
	if len(rs) == 0 {
		rs = v.unhcr
	}
	hi, lo = rs[0], rs[0]
	for _, r := range rs {
		if r.Num > hi.Num {
			hi = r
		}
		if r.Num < lo.Num {
			lo = r
		}
	}
	return hi, lo
}

// parting are the years that differ and the one before each, so that the line of
// the older release leaves the newer one where they part.
func (v *releases) parting() []*rate.Result {
	var out []*rate.Result
	for _, o := range v.older {
		if slices.ContainsFunc(v.differ, func(d [2]*rate.Result) bool {
			y := year(d[0].Period)
			return year(o.Period) == y || year(o.Period) == y-1
		}) {
			out = append(out, o)
		}
	}
	return out
}

// points are counts over years; a year that is missing between them is a gap.
func points(rs []*rate.Result) []chart.Point {
	var out []chart.Point
	for _, r := range rs {
		for y := year(r.Period); len(out) > 0 && out[len(out)-1].Year+1 < y; {
			out = append(out, chart.Point{Year: out[len(out)-1].Year + 1, Value: math.NaN()})
		}
		out = append(out, chart.Point{Year: year(r.Period), Value: float64(r.Num)})
	}
	return out
}

func (v *releases) tabulate(w *writer) {
	w.out.Head = []string{w.Say("col.year"), w.Say("releases.col", "date", words.Day(v.days[0])), w.Say("releases.col", "date", words.Day(v.days[len(v.days)-1])), "UNHCR", w.Say("col.note")}
	amount := func(r *rate.Result) string {
		if r == nil {
			return "–"
		}
		return w.Int(r.Num)
	}
	for _, p := range v.years {
		o, n, u := of(v.older, p), of(v.newest, p), of(v.unhcr, p)
		row := []string{strings.TrimSpace(strconv.Itoa(year(p))), amount(o), amount(n), amount(u), ""}
		if o != nil && n != nil && o.Num != n.Num {
			row[4] = w.Say("releases.changed")
		}
		w.out.Rows = append(w.out.Rows, row)
	}
}
