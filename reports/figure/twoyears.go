package figure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

func init() {
	gatherers["dumbbell"] = gatherPairs
	gatherers["slope"] = gatherPairs
	gatherers["multiples"] = gatherMultiples
}

// pairs are the rates of countries, or of citizenships, in two years or under two
// definitions.
type pairs struct {
	by   string
	ends [2]end
	rows []twoRates // by change, the greatest rise first; of bars by the second rate
	weak []twoRates // of bars alone: with few decisions
}

// An end is what one rate of each pair is of.
type end struct {
	definition string
	period     obs.Period
}

type twoRates struct{ a, b *rate.Result }

// moved reports whether the two may be called different.
func (t twoRates) moved(l rate.Thresholds) bool { return rate.Apart(t.a, t.b, l) }

// mostPairs are as many rows as one sheet shows.
const mostPairs = 16

// ends are the two things that a spec sets side by side: two periods, the earlier
// first, or two definitions in their order.
func ends(spec *Spec) (out [2]end, err error) {
	periods, err := spec.years()
	if err != nil {
		return out, &SpecError{err.Error()}
	}
	switch defs := spec.Definition; {
	case len(defs) == 1 && len(periods) == 2 && periods[0] != periods[1]:
		return [2]end{{defs[0], min(periods[0], periods[1])}, {defs[0], max(periods[0], periods[1])}}, nil
	case len(defs) == 2 && len(periods) == 1 && defs[0] != defs[1]:
		return [2]end{{defs[0], periods[0]}, {defs[1], periods[0]}}, nil
	}
	return out, &SpecError{fmt.Sprintf("it names %d definitions and %d periods, want one definition and two periods, or two definitions and one period", len(spec.Definition), len(periods))}
}

// definitions reports whether the two rates of a pair follow two definitions.
func (p *pairs) definitions() bool { return p.ends[0].definition != p.ends[1].definition }

func gatherPairs(s *Source, d *Draft) (shape, error) {
	spec := &d.Spec
	out := &pairs{by: spec.By}
	if out.by == "" {
		out.by = "geo"
	}
	if out.by == "period" {
		return nil, &SpecError{`by "period" sets nothing side by side, want citizen or geo`}
	}
	var err error
	if out.ends, err = ends(spec); err != nil {
		return nil, err
	}
	codes, err := s.drawn(spec, out.ends[1].definition, out.by, out.ends[1].period)
	if err != nil {
		return nil, err
	}
	citizens, geos := along(spec, out.by, codes)
	for _, e := range out.ends {
		if err := s.Ahead(e.definition, spec.Source, func(geo string) string { return s.stage(spec, geo) }, citizens, geos, e.period); err != nil {
			return nil, err
		}
	}
	for _, c := range codes {
		two, err := s.pair(spec, out, c)
		if err != nil {
			return nil, err
		}
		switch {
		case two.a == nil || s.Limits.CountsOnly(two.a) || s.Limits.CountsOnly(two.b):
		case s.Limits.Weak(two.a) || s.Limits.Weak(two.b):
			out.weak = append(out.weak, two)
		default:
			out.rows = append(out.rows, two)
		}
	}
	if spec.Kind != "bars" { // dots and lines have no way to look weak
		out.weak = nil
	}
	out.arrange(spec.Kind)
	if len(out.rows) < 2 {
		return nil, ErrNothing
	}
	all := slices.Concat(out.rows, out.weak)
	for _, r := range all {
		d.add(out.series(0), r.a)
	}
	for _, r := range all {
		d.add(out.series(1), r.b)
	}
	return out, nil
}

// pair evaluates both ends for a code; both are nil unless they may stand side by
// side: of one stage, without appeals in only some of the decisions.
func (s *Source) pair(spec *Spec, p *pairs, code string) (two twoRates, err error) {
	citizen, geo := first(spec.Citizen, "TOTAL"), first(spec.Geo, "EU27_2020")
	if p.by == "citizen" {
		citizen = code
	} else {
		geo = code
	}
	var rs [2]*rate.Result
	for i, e := range p.ends {
		if rs[i], err = s.Result(e.definition, spec.Source, s.stage(spec, geo), citizen, geo, e.period); err != nil {
			return two, err
		}
	}
	a, b := rs[0], rs[1]
	if a == nil || b == nil || !a.Known || !b.Known || a.Stage != b.Stage || len(a.WithAppeals)+len(b.WithAppeals) > 0 {
		return two, nil
	}
	return twoRates{a, b}, nil
}

// arrange cuts what has no room and sorts the rest.
func (p *pairs) arrange(kind string) {
	if p.by == "citizen" && len(p.rows) > mostPairs {
		slices.SortStableFunc(p.rows, func(x, y twoRates) int { return -cmp.Compare(x.b.Den, y.b.Den) })
		p.rows = p.rows[:mostPairs]
	}
	if p.by == "citizen" {
		p.weak = p.weak[:min(len(p.weak), mostPairs-len(p.rows))]
	}
	slices.SortStableFunc(p.rows, func(x, y twoRates) int {
		if kind == "bars" {
			return cmp.Or(-cmp.Compare(x.b.Value, y.b.Value), cmp.Compare(key(p.by, x.a), key(p.by, y.a)))
		}
		return cmp.Or(-cmp.Compare(x.b.Value-x.a.Value, y.b.Value-y.a.Value), cmp.Compare(key(p.by, x.a), key(p.by, y.a)))
	})
}

// series names an end where a chart's rows are told apart by it.
func (p *pairs) series(i int) string {
	if p.definitions() {
		return p.ends[i].definition
	}
	return string(p.ends[i].period)
}

// name says what an end is, in words.
func (p *pairs) name(w *writer, i int) string {
	if p.definitions() {
		return w.Say("def." + p.ends[i].definition + ".short")
	}
	return w.Period(p.ends[i].period)
}

func (p *pairs) write(w *writer) error {
	from, to := p.name(w, 0), p.name(w, 1)
	left, right := w.Sentence(from), w.Sentence(to)
	for i, r := range slices.Concat(p.rows, p.weak) {
		if i == 0 {
			w.rows = map[*rate.Result]int{}
		}
		w.rows[r.a], w.rows[r.b] = i+1, i+1
	}
	percent := func(v float64) string { return w.Percent(v, 0) }
	switch w.Spec.Kind {
	case "bars":
		w.out.Figure = p.bars(w)
	case "slope":
		f := &chart.Slope{From: left, To: right, Percent: percent}
		for _, r := range p.rows {
			f.Lines = append(f.Lines, chart.SlopeLine{Name: w.Say("pairs.named", "name", w.name(p.by, r.a), "counts", w.of(r.b)), A: r.a.Value, B: r.b.Value, LabelA: w.percent(r.a), LabelB: w.percent(r.b), Highlight: key(p.by, r.a) == w.Spec.Subject, At: w.at(r.a)})
		}
		w.out.Figure = f
	default:
		f := &chart.Dumbbell{From: left, To: right, Percent: percent}
		for _, r := range p.rows {
			f.Rows = append(f.Rows, chart.DumbbellRow{Name: w.name(p.by, r.a), From: r.a.Value, To: r.b.Value, FromLabel: w.percent(r.a), ToLabel: w.percent(r.b), Counts: w.Say("pairs.counts", "first", w.of(r.a), "second", w.of(r.b)),
				Highlight: key(p.by, r.a) == w.Spec.Subject, Open: !p.definitions() && !r.moved(w.limits), At: w.at(r.a)})
		}
		w.out.Figure = f
	}
	p.words(w, from, to)
	p.table(w, left, right)
	return nil
}

// bars are the pairs as bars in groups: the first in grey, the second below it.
func (p *pairs) bars(w *writer) *chart.Bars {
	group := func(heading string, rows []twoRates) []chart.Group {
		if len(rows) == 0 {
			return nil
		}
		g := chart.Group{Heading: heading}
		for _, r := range rows {
			a, b := w.bar(p.by, r.a, true), w.bar(p.by, r.b, false)
			b.Name, b.Follows = "", true
			if !p.definitions() {
				b.Name, a.Name = w.Period(r.b.Period), w.dated(a.Name, r.a)
			}
			a.Highlight = false
			g.Bars = append(g.Bars, a, b)
		}
		return []chart.Group{g}
	}
	many := group(w.Say("bars.group.solid", "n", w.limits.Few), p.rows)
	some := group(w.Say("bars.group.weak", "from", w.limits.Counts, "to", w.limits.Few-1), p.sorted(w))
	return &chart.Bars{Panels: []chart.Panel{{Groups: append(many, some...)}}}
}

// sorted are the pairs with few decisions, by name: they are no ranking.
func (p *pairs) sorted(w *writer) []twoRates {
	of := map[*rate.Result]twoRates{}
	var as []*rate.Result
	for _, r := range p.weak {
		of[r.a] = r
		as = append(as, r.a)
	}
	out := make([]twoRates, 0, len(as))
	for _, a := range w.sorted(p.by, as) {
		out = append(out, of[a])
	}
	return out
}

// args are what the words of pairs name.
func (p *pairs) args(w *writer, from, to string) []any {
	args := []any{"citizens", w.who(), "geo", w.place(), "period", p.ends[1].period, "n", w.limits.Few, "first", from, "second", to}
	return append(args, "from", p.ends[0].period, "to", p.ends[1].period)
}

func (p *pairs) words(w *writer, from, to string) {
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
	args := p.args(w, from, to)
	say := func(key string, more ...any) string {
		return w.Say(key, words.Fitting(key, append(slices.Clone(args), more...)...)...)
	}
	claims := func(key string, holds bool, more ...any) claim {
		return claim{key, holds, words.Fitting(key, append(slices.Clone(args), more...)...)}
	}
	grouped := w.Spec.Kind == "bars"
	switch {
	case p.definitions():
		w.out.Topic = say("topic.pairs." + p.by)
		w.head.Subtitle = w.Sentence(say("sub.pairs." + p.by))
		w.title(claims("topic.pairs."+p.by, true))
	default:
		topic := "topic.dumbbell"
		if p.by == "citizen" {
			topic = "topic.pairs.years"
		}
		w.out.Topic = say(topic)
		w.head.Subtitle = say("sub.pairs.years."+p.by, "measure", w.measure(p.ends[0].definition))
		w.title(claims("title.dumbbell.moved", p.by == "geo" && up+down > 0, "up", up, "down", down, "all", len(p.rows)), claims(topic, true))
	}
	switch {
	case grouped:
		w.head.Notes = []string{say("note.pairs.bars")}
		if len(p.weak) > 0 {
			w.head.Notes = append(w.head.Notes, w.Say("note.hatched"))
		}
	case p.definitions():
		w.head.Notes = []string{say("note.pairs." + w.Spec.Kind)}
	case w.Spec.Kind == "slope":
		w.head.Notes = []string{say("note.slope")}
	default:
		w.head.Notes = []string{say("note.dumbbell")}
	}
	w.head.Notes = append(w.head.Notes, w.rounding()...)
	left := w.left()
	if p.definitions() { // one of them may leave out what the other counts
		left = ""
	}
	w.source(left)
	var ends []string
	for _, r := range []twoRates{p.rows[0], p.rows[len(p.rows)-1]} {
		ends = append(ends, w.Say("alt.pairs.one", "name", w.name(p.by, r.a), "first", from, "a", w.percent(r.a), "ac", w.of(r.a), "second", to, "b", w.percent(r.b), "bc", w.of(r.b)))
	}
	kind := w.Spec.Kind
	if grouped {
		kind = "grouped"
	}
	w.head.Alt = w.Say("alt."+kind, "title", w.titleText(), "what", strings.Join(ends, "; "), "source", w.head.Source)
}

func (p *pairs) table(w *writer, from, to string) {
	w.out.Head = []string{w.Say("col." + p.by), from, w.Say("col.bounds"), w.Say("col.counts"), to, w.Say("col.bounds"), w.Say("col.counts"), w.Say("col.change"), w.Say("col.note")}
	for _, r := range slices.Concat(p.rows, p.weak) {
		note := ""
		if !p.definitions() && !r.moved(w.limits) {
			note = w.Say("row.open")
		}
		w.out.Rows = append(w.out.Rows, []string{w.name(p.by, r.a), w.fine(r.a), w.bounds(r.a), w.of(r.a), w.fine(r.b), w.bounds(r.b), w.of(r.b), w.Points(r.b.Value - r.a.Value), note})
	}
}
