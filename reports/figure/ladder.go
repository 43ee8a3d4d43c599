package figure

import (
	"slices"
	"strings"

	"asylum/pipeline/rate"
	"asylum/reports/chart"
)

func init() { gatherers["ladder"] = gatherLadder }

// ladder is one grant count over every denominator.
type ladder struct {
	*rate.Ladder
	merits, ended, intentions *rate.Step
	steps                     []*rate.Step // those that are drawn
}

func gatherLadder(s *Source, d *Draft) (shape, error) {
	spec := &d.Spec
	periods, err := spec.years()
	if err != nil || len(spec.Citizen) != 1 || len(spec.Geo) != 1 {
		return nil, &SpecError{"a ladder is of one citizen, one geo and one period"}
	}
	l, err := rate.Climb(s.Set, s.Data, spec.Citizen[0], spec.Geo[0], periods[0], "")
	if err != nil {
		return nil, ErrNothing
	}
	out := &ladder{Ladder: l, merits: l.Step("merits"), ended: l.Step("ended"), intentions: l.Step("intentions")}
	if out.merits == nil || out.ended == nil || !out.merits.Result.Known {
		return nil, ErrNothing
	}
	d.Mixed = true // it names each denominator
	for i := range l.Steps {
		st := &l.Steps[i]
		if st.Source == "eurostat" {
			continue // no grants of its own to divide
		}
		out.steps = append(out.steps, st)
		d.add(st.Name, &st.Result)
	}
	return out, nil
}

func (l *ladder) write(w *writer) error {
	f := &chart.Ladder{
		Key:     chart.LadderKey{Whole: w.Say("ladder.key.whole"), Inner: w.Say("ladder.key.inner"), Grants: w.Say("ladder.key.grants")},
		Enlarge: w.Say("ladder.enlarged", "n", chart.Enlarged),
	}
	for n := range l.steps {
		f.Steps = append(f.Steps, l.step(w, n))
	}
	if g := l.Grant("unhcr"); g != nil {
		f.Steps = append(f.Steps, l.grants(w, g))
	}
	first := slices.IndexFunc(l.steps, func(s *rate.Step) bool { return s.Result.Kind == rate.Rate })
	if first > 0 {
		f.Brackets = append(f.Brackets, chart.Bracket{From: 0, To: first - 1, Text: w.Say("ladder.bracket.ratios")})
	}
	f.Brackets = append(f.Brackets, chart.Bracket{From: first, To: len(l.steps) - 1, Text: w.Say("ladder.bracket.rates", "period", l.Period)})
	if l.HasClosed {
		f.Aside = w.Say("ladder.aside", "closed", l.Closed, "ended", l.ended.Count, "share", l.closedShare(w))
		f.AsideAt = first
	}
	l.words(w, f)
	w.out.Figure = f
	w.out.Head = []string{w.Say("col.step"), w.Say("col.count"), w.Say("col.source"), w.Say("col.over"), w.Say("col.bounds"), w.Say("col.kind")}
	for i := range l.Steps {
		st := &l.Steps[i]
		row := []string{w.Sentence(w.Say("step." + st.Name)), w.Int(st.Count), w.Lang.Source(st.Source), "–", "–", w.Say("ladder.kind.none")}
		if r := &st.Result; r.Known {
			row[3], row[4], row[5] = w.Say("ladder.over", "counts", w.of(r), "rate", l.percent(w, r)), w.bounds(r), w.Say("ladder.kind."+r.Kind)
		}
		w.out.Rows = append(w.out.Rows, row)
	}
	return nil
}

func (l *ladder) closedShare(w *writer) string {
	return w.Percent(float64(l.Closed)/float64(l.ended.Count), 0)
}

// percent has one decimal from 1 % up, two below.
func (l *ladder) percent(w *writer, r *rate.Result) string {
	if r.Value < 0.01 {
		return approx(r) + w.Percent(r.Value, 2)
	}
	return approx(r) + w.Percent(r.Value, 1)
}

func (l *ladder) step(w *writer, n int) chart.Step {
	s := l.steps[n]
	r := &s.Result
	name := w.Say("step." + s.Name)
	if s.Name == "ended" && l.HasClosed {
		name = w.Say("step.ended.closed", "closed", l.Closed)
	}
	st := chart.Step{Count: s.Count, CountText: w.Int(s.Count), Name: name, Other: []string{w.Say("ladder.both", "source", w.Lang.Source(s.Source))}}
	if r.Known {
		st.Grants, st.Of = r.Num, w.of(r)
		if !w.limits.CountsOnly(r) {
			st.Percent = l.percent(w, r)
		}
		st.Weak = w.limits.Weak(r)
		if r.Rounded() && st.Percent != "" {
			st.Other = []string{w.Say("ladder.rounding", "range", w.bounds(r))}
		}
	}
	if n+1 < len(l.steps) && l.steps[n+1].Source == s.Source && l.steps[n+1].Count <= s.Count {
		st.Inner = l.steps[n+1].Count
	}
	return st
}

func (l *ladder) grants(w *writer, g *rate.Grant) chart.Step {
	total := g.Refugee + g.Other
	st := chart.Step{Count: total, Grants: total, CountText: w.Int(total), Name: w.Say("step.granted")}
	if g.Other > 0 {
		st.Name = w.Say("step.granted.other")
	}
	note := w.Say("ladder.whose", "source", w.Lang.Source(g.Source))
	for i := range l.Grants {
		if o := &l.Grants[i]; o.Source != g.Source {
			note += " " + l.counts(w, o)
		}
	}
	st.Other = []string{note}
	return st
}

// counts says in a sentence how many persons a source counts as protected.
func (l *ladder) counts(w *writer, g *rate.Grant) string {
	if g.HasOther && g.Other > 0 {
		return w.Say("ladder.counts.other", "source", w.Lang.Source(g.Source), "n", g.Refugee, "other", g.Other)
	}
	return w.Say("ladder.counts", "source", w.Lang.Source(g.Source), "n", g.Refugee)
}

func (l *ladder) words(w *writer, f *chart.Ladder) {
	m := &l.merits.Result
	args := []any{"citizens", w.who(), "geo", w.place(), "period", l.Period, "merits", l.merits.Count, "granted", m.Num}
	if l.intentions != nil {
		w.head.Title = w.spans("title.ladder.intentions", append(args, "n", l.intentions.Count)...)
	} else {
		w.head.Title = w.spans("title.ladder.ended", append(args, "n", l.ended.Count)...)
	}
	w.out.Topic = w.Say("topic.ladder", "citizens", w.who(), "geo", w.place(), "period", l.Period)
	w.head.Subtitle = w.Say("sub.ladder", "n", chart.CellFor(f.Steps[0].Count))
	if m.Rounded() {
		w.head.Notes = []string{w.Say("note.coarse")}
	}
	w.head.Notes = append(w.head.Notes, w.repairs()...)
	w.source("")
	var steps []string
	for _, s := range l.steps {
		if s.Result.Known && !w.limits.CountsOnly(&s.Result) {
			steps = append(steps, w.Say("alt.ladder."+s.Result.Kind, "n", s.Count, "step", w.Say("step."+s.Name), "rate", l.percent(w, &s.Result)))
		}
	}
	w.head.Alt = w.Say("alt.ladder", "granted", m.Num, "citizens", w.who(), "geo", w.place(), "period", l.Period, "steps", strings.Join(steps, "; "), "source", w.head.Source)
	if i := l.intentions; i != nil && i.Result.Known {
		w.out.Lead = w.Say("lead.ladder", "counts", w.of(&i.Result), "merits", l.percent(w, m), "ratio", l.percent(w, &i.Result))
	}
	l.says(w)
}

// says are the sentences below a ladder: who counts how many grants, which
// quotient is a rate and which is not, and how many cases ended without a decision.
func (l *ladder) says(w *writer) {
	say := func(key string, args ...any) { w.out.Says = append(w.out.Says, w.Say(key, args...)) }
	var counts []string
	for i := range l.Grants {
		counts = append(counts, l.counts(w, &l.Grants[i]))
	}
	if len(l.Grants) > 1 && l.Grants[0].Refugee != l.Grants[1].Refugee {
		counts = append(counts, w.Say("ladder.differ"))
	}
	if len(counts) > 0 {
		w.out.Says = append(w.out.Says, strings.Join(counts, " "))
	}
	if i := l.intentions; i != nil && i.Result.Known {
		say("ladder.says.ratio", "rate", l.percent(w, &i.Result))
	}
	if x, over, ok := l.PerApplication(); ok && l.intentions != nil {
		if l.intentions.Source != over.Source {
			say("ladder.says.mixed", "x", w.Ratio(x), "a", w.Lang.Source(l.intentions.Source), "b", w.Lang.Source(over.Source))
		} else {
			say("ladder.says.per", "x", w.Ratio(x), "a", w.Lang.Source(over.Source))
		}
	}
	if l.HasClosed && l.ended.Count > 0 {
		say("ladder.says.closed", "closed", l.Closed, "ended", l.ended.Count, "share", l.closedShare(w))
	}
	if m := &l.merits.Result; m.CountsOnly() {
		say("ladder.says.few", "counts", w.of(m))
	} else {
		say("ladder.says.rate", "rate", l.percent(w, m), "counts", w.of(m), "bounds", w.bounds(m))
	}
}
