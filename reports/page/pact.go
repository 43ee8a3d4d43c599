package page

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

// A Pact is the ranking of citizenships by their distance from the line that
// the Pact on migration and asylum draws. It has a page of its own.
type Pact struct {
	Chart
	Ranking *rate.Ranking
	Def     rate.Definition
	Says    []string
	ranked  int // rows of the table, before those of too few decisions
}

// pact draws the citizenships nearest to the line and lists all.
func (c *composer) pact() (*Pact, error) {
	const name = "pact_20"
	d, err := c.set.Named(name)
	if err != nil {
		return nil, err
	}
	g, err := rate.Rank(d, c.data, rate.Query{Limits: &c.thick})
	if err != nil {
		return nil, err
	}
	out := &Pact{Ranking: g, Def: d, Says: words.RankingNotes(g)}
	for out.ranked < len(g.Entries) && g.Entries[out.ranked].Rank > 0 {
		out.ranked++
	}
	if out.ranked == 0 {
		return nil, errNothing
	}
	results := g.Results()
	line := strconv.FormatFloat(g.Line.At, 'f', -1, 64) + nbsp + "%"
	out.ID = "pact-EU-" + string(g.Period)
	out.Results = results
	out.Topic = fmt.Sprintf("The Pact’s %s line: which citizenships lie below it, %s", line, g.Period)
	out.Lead = fmt.Sprintf("Regulation (EU) 2024/1348 sends applicants of a citizenship into the accelerated procedure, at the border too, if %s or less of its decisions in the Union gave refugee status or subsidiary protection. Rounding and few decisions leave open on which side some lie.", line)
	f := &chart.Bars{Panels: pactPanels(c, g, g.Entries[:out.ranked])}
	h := &f.Head
	h.ID, h.Lang = out.ID, "en"
	h.Title = pactTitle(g, out.ranked)
	h.Subtitle = fmt.Sprintf("%s, first instance in the EU, %s: the citizenships nearest to %s, of those with %d decisions or more", pactShare(g), g.Period, percent(g.Line.At/100, 0), c.thick.Rank)
	if g.StandsIn != "" {
		h.Notes = []string{"Not" + strings.TrimPrefix(g.StandsIn, "not") + ". ≈ UNHCR prints small counts as 0, 5 or 10; the pale band is what that leaves open."}
	}
	h.Source = "Source: " + words.Source(g.Source) + ", first instance decisions. " + words.DataAsOf(results)
	h.Definitions, h.Licence, h.Vintage = []string{name}, words.Licence(results), words.Vintage(results)
	h.Alt = pactAlt(g, out.ranked, words.DataAsOf(results))
	out.Figure = f
	out.Head = []string{"citizenship", "rank", string(g.Period), "rounding allows", "positive", "decisions", "points from " + line, string(g.Before), "note"}
	for i := range g.Entries {
		out.Rows = append(out.Rows, pactRow(g, &g.Entries[i]))
	}
	out.Query = "asylum trace " + out.ID
	return out, nil
}

// pactShare says what the source at hand gives a share of.
func pactShare(g *rate.Ranking) string {
	if g.StandsIn != "" {
		return "Refugee status or other protection, share of decisions on the merits"
	}
	return "Refugee status or subsidiary protection, share of all decisions"
}

// pactPanels puts what rounding leaves open beside what lies on either side.
func pactPanels(c *composer, g *rate.Ranking, ranked []rate.Entry) []chart.Panel {
	var open, below, above []rate.Result
	for i := range ranked {
		switch e := &ranked[i]; {
		case e.Straddles:
			open = append(open, e.Result)
		case e.Below():
			below = append(below, e.Result)
		default:
			above = append(above, e.Result)
		}
	}
	const most = 18
	line := g.Line.At / 100
	group := func(heading string, rs []rate.Result, n int) []chart.Group {
		if len(rs) == 0 {
			return nil
		}
		return []chart.Group{{Heading: heading, Reference: &chart.Reference{Value: line, Label: percent(line, 0)}, Bars: pactBars(c, rs[:min(n, len(rs))])}}
	}
	openGroup := group("Left open by rounding", open, most)
	if len(open) < 6 {
		return panels(append(openGroup, group(percent(line, 0)+" or lower", below, most-len(open))...), group("Above "+percent(line, 0), above, most))
	}
	half := max(6, (min(len(open), most)-1)/2)
	return panels(openGroup, append(group(percent(line, 0)+" or lower", below, half), group("Above "+percent(line, 0), above, half)...))
}

// panels leaves out one without groups.
func panels(groups ...[]chart.Group) (out []chart.Panel) {
	for _, g := range groups {
		if len(g) > 0 {
			out = append(out, chart.Panel{Groups: g})
		}
	}
	return out
}

func pactBars(c *composer, rs []rate.Result) []chart.Bar {
	var out []chart.Bar
	for i := range rs {
		r := &rs[i]
		b := chart.Bar{Name: words.Name("citizen", r.Citizen), Value: r.Value, Low95: math.NaN(), High95: math.NaN(), Label: approx(r) + percent(r.Value, 1),
			Counts: of(r), Weak: c.thick.Weak(r)}
		if r.Rounded() {
			b.Lo, b.Hi = min(r.Lo, r.Value), max(r.Hi, r.Value)
		}
		out = append(out, b)
	}
	return out
}

// sides counts the ranked citizenships by side of the line.
func sides(g *rate.Ranking, ranked int) (open, below, above int) {
	for i := range g.Entries[:ranked] {
		switch e := &g.Entries[i]; {
		case e.Straddles:
			open++
		case e.Below():
			below++
		default:
			above++
		}
	}
	return open, below, above
}

func pactTitle(g *rate.Ranking, ranked int) []chart.Span {
	open, below, _ := sides(g, ranked)
	text := fmt.Sprintf("%d of %d citizenships lie at %s or lower; ", below, ranked, percent(g.Line.At/100, 0))
	if open == 0 {
		return []chart.Span{{Text: strings.TrimSuffix(text, "; ")}}
	}
	return []chart.Span{{Text: text}, {Text: strings.ReplaceAll(fmt.Sprintf("rounding leaves %d open", open), " ", nbsp), Highlight: true}}
}

func pactAlt(g *rate.Ranking, ranked int, asOf string) string {
	open, below, above := sides(g, ranked)
	near := &g.Entries[0]
	s := fmt.Sprintf("Bar chart: of %d citizenships with %d decisions or more in the EU, %s, %d lie at %s or lower, %d above, and rounding leaves %d open. Nearest to the line: %s, %s (%s).",
		ranked, g.Limits.Rank, g.Period, below, percent(g.Line.At/100, 0), above, open, words.Name("citizen", near.Citizen), approx(&near.Result)+percent(near.Value, 1), of(&near.Result))
	if g.StandsIn != "" {
		s += " " + words.Source(g.Source) + " stands in for Eurostat."
	}
	return s + " Source: " + words.Source(g.Source) + ". " + asOf
}

func pactRow(g *rate.Ranking, e *rate.Entry) []string {
	row := []string{words.Name("citizen", e.Citizen), "–", "–", "–", rate.Group(e.Num), rate.Group(e.Den), "–", "–", pactNote(g, e)}
	if e.Rank > 0 {
		row[1] = strconv.Itoa(e.Rank)
	}
	if !e.CountsOnly() {
		row[2], row[6] = approx(&e.Result)+percent(e.Value, 1), words.Points(e.Distance)
		if e.Rounded() {
			row[3] = rate.Outward(e.Lo, e.Value, 1, -1) + "–" + rate.Outward(e.Hi, e.Value, 1, +1) + "%"
		}
	}
	if e.Prior != nil && e.Prior.Known && !e.Prior.CountsOnly() {
		row[7] = approx(e.Prior) + percent(e.Prior.Value, 1)
	}
	return row
}

// pactNote is short: it stands in a column.
func pactNote(g *rate.Ranking, e *rate.Entry) string {
	var out []string
	if e.Straddles {
		out = append(out, "either side, by rounding")
	}
	if e.Few {
		out = append(out, fmt.Sprintf("under %d decisions", g.Line.Few))
	}
	switch e.Crossing {
	case rate.Fell:
		out = append(out, "above in "+string(g.Before))
	case rate.Rose:
		out = append(out, "not above in "+string(g.Before))
	}
	return strings.Join(out, "; ")
}

// A pactView is what the page of the ranking shows.
type pactView struct {
	figureHTML
	AsOf, StandsIn, Source string
	Says                   []string
	Def                    rate.Definition
	Ranked, Few            *Chart // the table in two
	RankFrom               int64
}

// html renders the page of the ranking and adds the chart's files.
func (p *Pact) html(asOf string, files map[string][]byte) ([]byte, error) {
	f, err := p.files(files)
	if err != nil {
		return nil, fmt.Errorf("chart %s: %w", p.ID, err)
	}
	v := pactView{figureHTML: f, AsOf: asOf, StandsIn: p.Ranking.StandsIn, Source: p.Figure.Header().Source, Says: p.Says, Def: p.Def,
		Ranked: p.part(0, p.ranked), RankFrom: p.Ranking.Limits.Rank}
	if p.ranked < len(p.Rows) {
		v.Few = p.part(p.ranked, len(p.Rows))
	}
	var b bytes.Buffer
	err = pages.ExecuteTemplate(&b, "pact", v)
	return b.Bytes(), err
}

// part is the chart with some rows of its table alone.
func (p *Pact) part(from, to int) *Chart {
	c := p.Chart
	c.Rows = c.Rows[from:to]
	return &c
}
