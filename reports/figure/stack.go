package figure

import (
	"slices"

	"asylum/pipeline/rate"
	"asylum/reports/chart"
)

func init() { gatherers["stack"] = gatherStack }

// Outcomes of a decision, in the order in which they are drawn.
var Outcomes = []string{"geneva", "subsidiary", "humanitarian", "rejected", "closed"}

// outcome says which outcome the cells of a code count, by source.
var outcome = map[string]string{
	"dec_recognized": "geneva", "dec_other": "subsidiary", "dec_rejected": "rejected", "dec_closed": "closed",
	"GENCONV": "geneva", "SUB_PROT": "subsidiary", "HUMSTAT": "humanitarian", "TEMP_PROT": "humanitarian", "REJECTED": "rejected",
}

// stack is how cases ended, to 100 %, a bar for each year, country or citizenship.
type stack struct {
	by   string
	bars []stackBar
	part []string // the outcomes that occur
}

type stackBar struct {
	*rate.Result
	count map[string]int64
}

func gatherStack(s *Source, d *Draft) (shape, error) {
	spec := &d.Spec
	out := &stack{by: spec.By}
	if out.by == "" {
		out.by = "period"
	}
	var results []*rate.Result
	if out.by == "period" {
		years, err := spec.years()
		if err != nil {
			return nil, &SpecError{err.Error()}
		}
		se, err := s.over(spec, "definition", first(spec.Definition, ""), years)
		if err != nil {
			return nil, err
		}
		results = se.results
	} else {
		row, err := s.row(d, out.by)
		if err != nil {
			return nil, err
		}
		results = row.known
	}
	for _, r := range results {
		if r == nil || s.Limits.CountsOnly(r) {
			continue
		}
		b := stackBar{r, map[string]int64{}}
		for _, in := range r.Inputs {
			if o := outcome[in.Code("decision")]; o != "" && in.Side != "part" {
				b.count[o] += int64(in.Cell().Count)
			}
		}
		sum := int64(0)
		for _, o := range Outcomes {
			sum += b.count[o]
		}
		if sum != r.Den || sum == 0 { // cells that are printed as a sum alone cannot be split
			continue
		}
		out.bars = append(out.bars, b)
	}
	const most = 16
	if len(out.bars) > most && out.by != "period" {
		slices.SortStableFunc(out.bars, func(a, b stackBar) int { return int(b.Den - a.Den) })
		out.bars = out.bars[:most]
		slices.SortStableFunc(out.bars, func(a, b stackBar) int {
			switch {
			case a.Value > b.Value:
				return -1
			case a.Value < b.Value:
				return 1
			}
			return 0
		})
	}
	if len(out.bars) < 2 {
		return nil, ErrNothing
	}
	for _, o := range Outcomes {
		for _, b := range out.bars {
			if b.count[o] > 0 {
				out.part = append(out.part, o)
				break
			}
		}
	}
	for _, b := range out.bars {
		d.Results = append(d.Results, *b.Result)
		d.Data = append(d.Data, Datum{Series: "protected", Result: b.Result, Num: b.Num, Whole: b.Den})
		for _, o := range out.part {
			d.Data = append(d.Data, Datum{Series: o, Result: b.Result, Num: b.count[o], Whole: b.Den})
		}
	}
	return out, nil
}

// share is an outcome's part of a bar.
func (b *stackBar) share(o string) float64 { return float64(b.count[o]) / float64(b.Den) }

// newest is the bar of the last year, or that of the most cases.
func (s *stack) newest() *stackBar {
	best := &s.bars[len(s.bars)-1]
	if s.by == "period" {
		return best
	}
	for i := range s.bars {
		if s.bars[i].Den > best.Den {
			best = &s.bars[i]
		}
	}
	return best
}

func (s *stack) words(w *writer) {
	b := s.newest()
	pct := func(o string) string { return approx(b.Result) + w.Percent(b.share(o), 0) }
	var args []any
	switch s.by {
	case "period":
		args = []any{"citizens", w.who(), "geo", w.place(), "from", s.bars[0].Period, "to", b.Period}
	case "geo":
		args = []any{"citizens", w.who(), "period", b.Period}
	default:
		args = []any{"geo", w.place(), "period", b.Period}
	}
	w.out.Topic = w.Say("topic.stack."+s.by, args...)
	w.head.Subtitle = w.Say("sub.stack."+s.by, args...)
	neutral := claim{"topic.stack." + s.by, true, args}
	if s.by == "period" {
		vals := []any{"citizens", w.who(), "geo", w.place(), "period", b.Period, "rejected", pct("rejected"), "protected", w.percent(b.Result)}
		many := b.Den >= w.limits.Few
		w.title(claim{"title.stack.closed", many && b.share("closed") >= 0.25, append(slices.Clone(vals), "closed", pct("closed"))},
			claim{"title.stack.protected", many, vals}, neutral)
	} else {
		w.title(neutral)
	}
	w.out.Fallback = ""
	w.head.Notes = append(w.head.Notes, w.rounding()...)
	w.source("")
	var parts []string
	for _, o := range s.part {
		parts = append(parts, w.Say("alt.stack.part", "outcome", w.Say("outcome."+o), "share", pct(o), "counts", w.Of(b.count[o], b.Den)))
	}
	w.head.Alt = w.Say("alt.stack", "title", w.titleText(), "n", len(s.bars), "name", w.name(s.by, b.Result), "parts", join(parts, "; "), "source", w.head.Source)
}

func (s *stack) write(w *writer) error {
	f := &chart.Stack{}
	for i, o := range Outcomes {
		if slices.Contains(s.part, o) {
			f.Parts = append(f.Parts, chart.Part{Name: w.Say("outcome." + o), Colour: i})
		}
	}
	for i := range s.bars {
		b := &s.bars[i]
		row := chart.StackBar{Name: w.name(s.by, b.Result), N: w.Int(b.Den) + corrected(b.Result), Weak: w.limits.Weak(b.Result)}
		for _, o := range s.part {
			v := b.share(o)
			row.Segments = append(row.Segments, chart.Segment{Value: v, Label: approx(b.Result) + w.Percent(v, 0), Counts: w.Of(b.count[o], b.Den), At: chart.Cell{Row: i + 1}})
		}
		f.Bars = append(f.Bars, row)
	}
	w.out.Figure = f
	s.words(w)
	w.out.Head = []string{w.Say("col." + s.by)}
	for _, o := range s.part {
		w.out.Head = append(w.out.Head, w.Sentence(w.Say("outcome."+o)), "%")
	}
	w.out.Head = append(w.out.Head, w.Say("col.all"))
	for i := range s.bars {
		b := &s.bars[i]
		row := []string{w.name(s.by, b.Result)}
		for _, o := range s.part {
			row = append(row, w.Int(b.count[o]), approx(b.Result)+w.Percent(b.share(o), 1))
		}
		w.out.Rows = append(w.out.Rows, append(row, w.Int(b.Den)+corrected(b.Result)))
	}
	return nil
}
