package figure

import (
	"strconv"
	"strings"

	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

func init() { gatherers["pact"] = gatherPact }

// A Pact is the ranking of citizenships by their distance from the line that the
// Pact on migration and asylum draws.
type Pact struct {
	*rate.Ranking
	Ranked                 int // entries with decisions enough for a rank
	Open, BelowIt, AboveIt int // of those, by side of the line
	open, below, above     []*rate.Result
}

func gatherPact(s *Source, d *Draft) (shape, error) {
	spec := &d.Spec
	def, err := s.Set.Named(first(spec.Definition, "pact_20"))
	if err != nil {
		return nil, err
	}
	g, err := rate.Rank(def, s.Data, rate.Query{Limits: &s.Limits})
	if err != nil {
		return nil, err
	}
	p := &Pact{Ranking: g}
	for p.Ranked < len(g.Entries) && g.Entries[p.Ranked].Rank > 0 {
		p.Ranked++
	}
	if p.Ranked == 0 {
		return nil, ErrNothing
	}
	for i := range g.Entries[:p.Ranked] {
		switch e := &g.Entries[i]; {
		case e.Straddles:
			p.open = append(p.open, &e.Result)
		case e.Below():
			p.below = append(p.below, &e.Result)
		default:
			p.above = append(p.above, &e.Result)
		}
	}
	p.Open, p.BelowIt, p.AboveIt = len(p.open), len(p.below), len(p.above)
	for i := range g.Entries {
		d.add("", &g.Entries[i].Result)
	}
	return p, nil
}

// Pact is the ranking behind a chart of that kind, nil behind others.
func (d *Draft) Pact() *Pact {
	p, _ := d.shape.(*Pact)
	return p
}

// pactBars are as many bars as one column shows.
const pactBars = 18

func (p *Pact) write(w *writer) error {
	line := w.Percent(p.Line.At/100, 0)
	group := func(heading string, rs []*rate.Result, n int) []chart.Group {
		if len(rs) == 0 || n <= 0 {
			return nil
		}
		g := chart.Group{Heading: heading, Reference: &chart.Reference{Value: p.Line.At / 100, Label: line}}
		for _, r := range rs[:min(n, len(rs))] {
			b := w.bar("citizen", r, false)
			b.Label = approx(r) + w.Percent(r.Value, 1)
			g.Bars = append(g.Bars, b)
		}
		return []chart.Group{g}
	}
	open, below, above := w.Say("pact.group.open"), w.Say("pact.group.below", "line", line), w.Say("pact.group.above", "line", line)
	var panels [][]chart.Group
	if len(p.open) < 6 {
		panels = [][]chart.Group{append(group(open, p.open, pactBars), group(below, p.below, pactBars-len(p.open))...), group(above, p.above, pactBars)}
	} else {
		half := max(6, (min(len(p.open), pactBars)-1)/2)
		panels = [][]chart.Group{group(open, p.open, pactBars), append(group(below, p.below, half), group(above, p.above, half)...)}
	}
	f := &chart.Bars{}
	for _, g := range panels {
		if len(g) > 0 {
			f.Panels = append(f.Panels, chart.Panel{Groups: g})
		}
	}
	w.out.Figure = f
	p.words(w, line)
	return nil
}

func (p *Pact) words(w *writer, line string) {
	geo, near := words.Geo(p.Geo), &p.Entries[0]
	w.out.Topic = w.Say("topic.pact", "line", line, "period", p.Period)
	args := []any{"below", p.BelowIt, "all", p.Ranked, "line", line}
	if p.Open > 0 {
		w.head.Title = w.spans("title.pact", append(args, "open", p.Open)...)
	} else {
		w.head.Title = w.spans("title.pact.settled", args...)
	}
	measure := "pact_20"
	if p.StandsIn != "" {
		measure = "unhcr_total_protection"
		w.head.Notes = append(w.head.Notes, w.Say("note.stands", "source", w.Lang.Source(p.Source)))
	}
	w.head.Subtitle = w.Say("sub.pact", "measure", w.measure(measure), "geo", geo, "period", p.Period, "line", line, "n", p.Limits.Rank)
	w.head.Notes = append(w.head.Notes, w.rounding()...)
	w.source("")
	w.head.Alt = w.Say("alt.pact", "title", w.titleText(), "all", p.Ranked, "n", p.Limits.Rank, "below", p.BelowIt, "line", line, "above", p.AboveIt, "open", p.Open,
		"near", w.Name("citizen", near.Citizen), "rate", approx(&near.Result)+w.Percent(near.Value, 1), "counts", w.of(&near.Result), "source", w.head.Source)
	w.out.Lead = w.Say("lead.pact", "line", line)
	w.out.Head = []string{w.Say("col.citizen"), w.Say("col.rank"), w.Period(p.Period), w.Say("col.bounds"), w.Say("col.positive"), w.Say("col.decisions"), w.Say("col.distance"), w.Period(p.Before), w.Say("col.note")}
	for i := range p.Entries {
		w.out.Rows = append(w.out.Rows, p.row(w, &p.Entries[i]))
	}
	p.says(w, line)
}

func (p *Pact) row(w *writer, e *rate.Entry) []string {
	row := []string{w.Name("citizen", e.Citizen), "–", "–", "–", w.Int(e.Num), w.Int(e.Den), "–", "–", p.note(w, e)}
	if e.Rank > 0 {
		row[1] = strconv.Itoa(e.Rank)
	}
	if !e.CountsOnly() {
		row[2], row[3], row[6] = approx(&e.Result)+w.Percent(e.Value, 1), w.bounds(&e.Result), w.Points(e.Distance)
	}
	if e.Prior != nil && e.Prior.Known && !e.Prior.CountsOnly() {
		row[7] = approx(e.Prior) + w.Percent(e.Prior.Value, 1)
	}
	return row
}

// note is short: it stands in a column.
func (p *Pact) note(w *writer, e *rate.Entry) string {
	var out []string
	if e.Straddles {
		out = append(out, w.Say("pact.note.open"))
	}
	if e.Few {
		out = append(out, w.Say("pact.note.few", "n", p.Line.Few))
	}
	switch e.Crossing {
	case rate.Fell:
		out = append(out, w.Say("pact.note.fell", "period", p.Before))
	case rate.Rose:
		out = append(out, w.Say("pact.note.rose", "period", p.Before))
	}
	return strings.Join(out, "; ")
}

// says counts what the ranking shows, in sentences.
func (p *Pact) says(w *writer, line string) {
	var few, crossed, untold int
	for i := range p.Entries {
		if p.Entries[i].Few {
			few++
		}
		switch p.Entries[i].Crossing {
		case rate.Fell, rate.Rose:
			crossed++
		case rate.Untold:
			untold++
		}
	}
	say := func(key string, args ...any) { w.out.Says = append(w.out.Says, w.Say(key, args...)) }
	say("pact.says.few", "n", len(p.Entries), "few", few, "least", p.Line.Few)
	say("pact.says.crossed", "n", crossed, "period", p.Before)
	if untold > 0 {
		say("pact.says.untold", "n", untold, "period", p.Before)
	}
	if p.Outside > 0 {
		say("pact.says.outside", "n", p.Outside)
	}
}
