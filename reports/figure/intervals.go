package figure

import (
	"math"
	"slices"

	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

func init() { gatherers["intervals"] = gatherIntervals }

// intervals are the rates of bars as dots on a scale that need not begin at zero,
// each with what rounding leaves open and, as this kind is asked for to see it,
// with its 95 % range, however many decisions there are.
type intervals struct{ *bars }

func gatherIntervals(s *Source, d *Draft) (shape, error) {
	b, err := gatherBars(s, d)
	if err != nil {
		return nil, err
	}
	return &intervals{b.(*bars)}, nil
}

func (v *intervals) write(w *writer) error {
	weak := w.sorted(v.by, v.weak) // few decisions are no ranking
	order := w.order(slices.Concat(v.solid, weak, v.appeals, v.tiny))
	f := &chart.Intervals{Key: chart.IntervalsKey{
		Value: w.Say("intervals.value"), Weak: w.Say("bars.group.weak", "from", w.limits.Counts, "to", w.limits.Few-1),
		Rounding: w.Say("intervals.rounding"), Range: w.Say("intervals.range", "share", w.Percent(0.95, 0)),
	}}
	add := func(heading string, rs []*rate.Result, ref bool, context bool) {
		if len(rs) == 0 {
			return
		}
		g := chart.Group{Heading: heading}
		if ref && v.ref != nil {
			g.Reference = &chart.Reference{Value: v.ref.Value, Label: w.Say("bars.reference", "geo", words.Geo(v.ref.Geo), "rate", w.percent(v.ref))}
		}
		for _, r := range rs {
			b := w.bar(v.by, r, context)
			lo, hi := r.Range95()
			b.Low95, b.High95 = min(lo, b.Value), max(hi, b.Value) // at 0 and 100 % they differ by less than a float holds
			g.Bars = append(g.Bars, b)
		}
		f.Groups = append(f.Groups, g)
	}
	add(w.Say("bars.group.solid", "n", w.limits.Few), v.solid, true, false)
	add(w.Say("bars.group.weak", "from", w.limits.Counts, "to", w.limits.Few-1), weak, true, false)
	add(w.Say("bars.group.appeals"), v.appeals, false, true)
	v.scale(w, f)
	v.words(w)
	w.out.Figure = f
	w.rateHead(v.by)
	w.out.Head = slices.Insert(w.out.Head, 3, w.Say("intervals.range", "share", w.Percent(0.95, 0)))
	for _, r := range order {
		w.out.Rows = append(w.out.Rows, v.row(w, v.by, r))
	}
	if v.ref != nil {
		w.out.Rows = append(w.out.Rows, v.row(w, "geo", v.ref))
	}
	return nil
}

// row is a row of rates with its 95 % range, rounded outward.
func (v *intervals) row(w *writer, by string, r *rate.Result) []string {
	span := "–"
	if lo, hi := r.Range95(); !w.limits.CountsOnly(r) {
		span = w.PercentRange(math.Floor(lo*1000)/1000, math.Ceil(hi*1000)/1000, 1)
	}
	return slices.Insert(w.rateRow(by, r), 3, span)
}

// scale cuts the scale to whole tens of per cent about all that is drawn.
func (v *intervals) scale(w *writer, f *chart.Intervals) {
	lo, hi := 1.0, 0.0
	for i := range f.Groups {
		g := &f.Groups[i]
		if g.Reference != nil {
			lo, hi = min(lo, g.Reference.Value), max(hi, g.Reference.Value)
		}
		for _, b := range g.Bars {
			lo, hi = min(lo, b.Value, b.Low95), max(hi, b.Value, b.High95)
			if b.Hi > 0 {
				lo, hi = min(lo, b.Lo), max(hi, b.Hi)
			}
		}
	}
	f.Min, f.Max = math.Floor(lo*10)/10, math.Ceil(hi*10)/10
	if f.Min == f.Max {
		f.Min, f.Max = max(0, f.Min-0.1), min(1, f.Max+0.1)
	}
	f.MinLabel, f.MaxLabel = w.Percent(f.Min, 0), w.Percent(f.Max, 0)
}

// words are those of bars, but for hatching, of which there is none.
func (v *intervals) words(w *writer) {
	v.bars.words(w)
	w.head.Notes = slices.DeleteFunc(w.head.Notes, func(n string) bool { return n == w.Say("note.hatched") })
	of := v.solid
	if len(of) == 0 {
		of = v.weak
	}
	hi, lo := of[0], of[len(of)-1]
	args := []any{"title", w.titleText(), "top", w.name(v.by, hi), "topr", w.percent(hi), "topc", w.of(hi), "low", w.name(v.by, lo), "lowr", w.percent(lo), "lowc", w.of(lo), "tiny", len(v.tiny), "source", w.head.Source}
	if v.ref == nil {
		w.head.Alt = w.Say("alt.intervals.plain", args...)
		return
	}
	w.head.Alt = w.Say("alt.intervals", append(args, "refn", words.Geo(v.ref.Geo), "ref", w.percent(v.ref), "refc", w.of(v.ref))...)
}
