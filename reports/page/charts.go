package page

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

// A Chart is a figure with everything that stands beside it: the table that
// says the same in numbers, and the results whose cells it rests on.
type Chart struct {
	ID      string
	Topic   string // what it is about, in a few words
	Figure  chart.Figure
	Lead    string     // a paragraph that introduces it
	Notes   []string   // sentences for the page, below the figure
	Head    []string   // of the table
	Rows    [][]string // of the table
	Results []rate.Result
	Mixed   bool   // its results divide different things, and it names each
	Query   string // the command that lists its cells
}

// Title is the finding that the chart shows.
func (c *Chart) Title() string { return c.Figure.Header().TitleText() }

// Alt is its text alternative.
func (c *Chart) Alt() string { return c.Figure.Header().Alt }

// A composer builds charts from one state of the data.
type composer struct {
	set   *rate.Set
	data  rate.Data
	thick rate.Thresholds
}

var errNothing = errors.New("no data at hand for it")

func (c *composer) evaluate(name string, q rate.Query) ([]rate.Result, error) {
	d, err := c.set.Named(name)
	if err != nil {
		return nil, err
	}
	return rate.Evaluate(d, c.data, q)
}

const nbsp = "\u00a0"

// approx puts ≈ before a value that a coarsened count takes part in.
func approx(r *rate.Result) string {
	if r.Rounded() && r.Source == "unhcr" {
		return "≈"
	}
	return ""
}

func percent(v float64, decimals int) string { return rate.Percent(v, decimals) + "%" }

// of writes both counts, bound so that they do not part.
func of(r *rate.Result) string { return words.Of(r.Num, r.Den) }

// ladder draws one grant count over every denominator.
func (c *composer) ladder(citizen, geo string, period obs.Period) (*Chart, error) {
	l, err := rate.Climb(c.set, c.data, citizen, geo, period, "")
	if err != nil {
		return nil, err
	}
	m, e, i := l.Step("merits"), l.Step("ended"), l.Step("intentions")
	if m == nil || e == nil || !m.Result.Known {
		return nil, errNothing
	}
	out := &Chart{ID: geo + "-" + citizen + "-" + string(period), Mixed: true}
	f := &chart.Ladder{Key: chart.LadderKey{Whole: "this step’s count", Inner: "the next step’s count", Grants: "granted"},
		Enlarge: fmt.Sprintf("enlarged %d×", chart.Enlarged)}
	var defs, sources []string
	for n := range l.Steps {
		s := &l.Steps[n]
		if s.Source == "eurostat" {
			continue // no grants of its own to divide
		}
		f.Steps = append(f.Steps, c.step(l, n))
		defs = append(defs, s.Result.Definition)
		out.Results = append(out.Results, s.Result)
	}
	for n, g := range l.Grants {
		if g.Source == "unhcr" {
			f.Steps = append(f.Steps, grantStep(l, n))
		}
	}
	first := 0 // brackets: ratios, then rates
	for n, s := range out.Results {
		if s.Kind == rate.Rate {
			first = n
			break
		}
	}
	if first > 0 {
		f.Brackets = append(f.Brackets, chart.Bracket{From: 0, To: first - 1, Text: "Ratios of two yearly counts of different people: not rates"})
	}
	f.Brackets = append(f.Brackets, chart.Bracket{From: first, To: len(out.Results) - 1, Text: "Rates: shares of the cases ended in " + string(period)})
	if l.HasClosed {
		f.Aside = fmt.Sprintf("%s of %s cases (%s) ended without a decision on the merits", rate.Group(l.Closed), rate.Group(e.Count), percent(float64(l.Closed)/float64(e.Count), 0))
		f.AsideAt = first
	}
	h := &f.Head
	h.ID, h.Lang = out.ID, "en"
	people, place := words.People(citizen), words.In(geo)
	granted := fmt.Sprintf("%s were%sgranted%sprotection", rate.Group(m.Result.Num), nbsp, nbsp)
	if i != nil {
		h.Title = []chart.Span{{Text: fmt.Sprintf("%s %s said they intend to apply %s in%s%s; %s got an answer on the merits, ", rate.Group(i.Count), people, place, nbsp, period, rate.Group(m.Count))}, {Text: strings.ReplaceAll(granted, " ", nbsp), Highlight: true}}
		sources = append(sources, fmt.Sprintf("AIDA %s %s (%s; %s)", words.Name("geo", geo), period, rate.Group(i.Count), rate.Group(i.Result.Num)))
	} else {
		h.Title = []chart.Span{{Text: fmt.Sprintf("%s: %s cases of %s ended in%s%s, %s decided on the merits, ", words.Name("geo", geo), rate.Group(e.Count), people, nbsp, period, rate.Group(m.Count))}, {Text: strings.ReplaceAll(granted, " ", nbsp), Highlight: true}}
	}
	h.Subtitle = "One small square is one person. Each count is divided only by counts of its own source."
	if cell := chart.CellFor(f.Steps[0].Count); cell > 1 {
		h.Subtitle = fmt.Sprintf("One small square is %d persons. Each count is divided only by counts of its own source.", cell)
	}
	sources = append(sources, "UNHCR Refugee Data Finder, first instance ("+strings.Join(unhcrCounts(l), "; ")+")")
	h.Source = "Sources: " + strings.Join(sources, "; ") + ". " + words.DataAsOf(out.Results)
	if m.Result.Rounded() {
		h.Notes = []string{"≈ UNHCR prints small counts as 0, 5 or 10; the true value lies in the range given."}
	}
	h.Definitions, h.Licence, h.Vintage = slices.Compact(defs), words.Licence(out.Results), words.Vintage(out.Results)
	h.Alt = ladderAlt(l)
	out.Figure = f
	out.Topic = fmt.Sprintf("One grant count, every denominator: %s, %s", words.Name("geo", geo), period)
	out.Lead = ladderLead(l)
	out.Notes = words.LadderNotes(l)
	out.Head = []string{"step", "count", "source", "grants of the same source over it", "kind"}
	for n := range l.Steps {
		s := &l.Steps[n]
		row := []string{words.Step(s.Name), rate.Group(s.Count), words.Source(s.Source), "–", "no decisions of this source at hand"}
		if s.Result.Known {
			row[3], row[4] = s.Result.Counts()+" = "+s.Result.Percent(), "rate"
			if s.Result.Kind == rate.Ratio {
				row[4] = "ratio of two flows, not a rate"
			}
		}
		out.Rows = append(out.Rows, row)
	}
	out.Query = "asylum trace " + out.ID
	return out, nil
}

func unhcrCounts(l *rate.Ladder) []string {
	var out []string
	for _, s := range l.Steps {
		if s.Source == "unhcr" {
			out = append(out, rate.Group(s.Count))
		}
	}
	if g := l.Grant("unhcr"); g != nil {
		out = append(out, rate.Group(g.Refugee+g.Other))
	}
	return out
}

// step draws step n of a ladder.
func (c *composer) step(l *rate.Ladder, n int) chart.Step {
	s := &l.Steps[n]
	r := &s.Result
	st := chart.Step{Count: s.Count, CountText: rate.Group(s.Count), Name: stepName(l, s), Other: []string{"both counts: " + words.Source(s.Source)}}
	if r.Known {
		decimals := 1
		if r.Value < 0.01 {
			decimals = 2
		}
		st.Grants, st.Percent, st.Of = r.Num, approx(r)+percent(r.Value, decimals), of(r)
		st.Weak = c.thick.Weak(r)
		if r.Rounded() {
			st.Other = []string{fmt.Sprintf("%s–%s%% with rounding", rate.Outward(r.Lo, r.Value, 1, -1), rate.Outward(r.Hi, r.Value, 1, +1))}
		}
	}
	if n+1 < len(l.Steps) && l.Steps[n+1].Source == s.Source && l.Steps[n+1].Count <= s.Count {
		st.Inner = l.Steps[n+1].Count
	}
	return st
}

func stepName(l *rate.Ladder, s *rate.Step) string {
	switch s.Name {
	case "intentions":
		return "said they intend to apply for asylum"
	case "applications":
		return "new applications lodged"
	case "ended":
		if l.HasClosed {
			return fmt.Sprintf("first-instance cases ended, %s of them without a decision on the merits", rate.Group(l.Closed))
		}
		return "first-instance cases ended"
	}
	return "decided on the merits"
}

func grantStep(l *rate.Ladder, n int) chart.Step {
	g := &l.Grants[n]
	total := g.Refugee + g.Other
	st := chart.Step{Count: total, Grants: total, CountText: rate.Group(total), Name: "granted refugee status"}
	if g.Other > 0 {
		st.Name = "granted refugee status or other protection"
	}
	note := words.Source(g.Source) + "’s count."
	for i := range l.Grants {
		if o := &l.Grants[i]; i != n {
			note += fmt.Sprintf(" %s counts %s", words.Source(o.Source), rate.Group(o.Refugee))
			if o.HasOther && o.Other > 0 {
				note += fmt.Sprintf(", and %s with subsidiary protection", rate.Group(o.Other))
			}
		}
	}
	st.Other = []string{note}
	return st
}

func ladderAlt(l *rate.Ladder) string {
	var parts []string
	for i := range l.Steps {
		s := &l.Steps[i]
		if !s.Result.Known {
			continue
		}
		kind := ""
		if s.Result.Kind == rate.Ratio {
			kind = " (ratio of two counts)"
		}
		parts = append(parts, fmt.Sprintf("%s %s: %s%s", rate.Group(s.Count), stepShort(s.Name), approx(&s.Result)+percent(s.Result.Value, decimals(&s.Result)), kind))
	}
	m := l.Step("merits")
	return fmt.Sprintf("Ladder of squares: %s protected, citizens of %s in %s, %s. As a share of %s. Source: %s. %s", rate.Group(m.Result.Num),
		words.Name("citizen", l.Citizen), words.Name("geo", l.Geo), l.Period, strings.Join(parts, "; of "), ladderSources(l), words.DataAsOf(results(l)))
}

func results(l *rate.Ladder) []rate.Result {
	var out []rate.Result
	for i := range l.Steps {
		out = append(out, l.Steps[i].Result)
	}
	return out
}

func decimals(r *rate.Result) int {
	if r.Value < 0.01 {
		return 2
	}
	return 1
}

func stepShort(name string) string {
	switch name {
	case "intentions":
		return "who said they intend to apply"
	case "applications":
		return "applications lodged"
	case "ended":
		return "cases ended"
	}
	return "decisions on the merits"
}

func ladderSources(l *rate.Ladder) string {
	var out []string
	for _, s := range l.Steps {
		if !slices.Contains(out, words.Source(s.Source)) && s.Result.Known {
			out = append(out, words.Source(s.Source))
		}
	}
	return strings.Join(out, ", ")
}

func ladderLead(l *rate.Ladder) string {
	i, m := l.Step("intentions"), l.Step("merits")
	if i == nil || !i.Result.Known {
		return ""
	}
	return fmt.Sprintf("The figure in circulation is “%s of %s”. Both counts are published, by AIDA. But they are two flows of one year, of different people: an intention expressed is not an application, and an application is not a decision. On decisions the same cell is %s, not %s.",
		rate.Group(i.Result.Num), rate.Group(i.Count), m.Result.Percent(), i.Result.Percent())
}

// rates draws the protection rate of one citizenship by country.
func (c *composer) rates(citizen, union, subject string, period obs.Period) (*Chart, error) {
	agg, ok := code.Must("geo").Lookup(union)
	if !ok {
		return nil, errNothing
	}
	const name = "unhcr_total_protection"
	results, err := c.evaluate(name, rate.Query{Citizen: []string{citizen}, Geo: agg.Members, Periods: []obs.Period{period}})
	if err != nil {
		return nil, err
	}
	eu, err := c.evaluate(name, rate.Query{Citizen: []string{citizen}, Geo: []string{union}, Periods: []obs.Period{period}, Stage: "FI"})
	if err != nil {
		return nil, err
	}
	var none []string
	for _, r := range results {
		if !r.Known {
			none = append(none, words.Name("geo", r.Geo))
		}
	}
	results = slices.DeleteFunc(results, func(r rate.Result) bool { return !r.Known })
	slices.SortStableFunc(results, func(a, b rate.Result) int {
		switch {
		case a.Value > b.Value:
			return -1
		case a.Value < b.Value:
			return 1
		}
		return strings.Compare(a.Geo, b.Geo)
	})
	if len(results) == 0 || len(eu) != 1 || !eu[0].Known {
		return nil, errNothing
	}
	out := &Chart{ID: citizen + "-EU-" + string(period), Results: append(slices.Clone(results), eu[0])}
	var solid, weak, tiny, appeals []rate.Result
	for _, r := range results {
		switch {
		case c.thick.CountsOnly(&r):
			tiny = append(tiny, r)
		case len(r.WithAppeals) > 0:
			appeals = append(appeals, r)
		case c.thick.Weak(&r):
			weak = append(weak, r)
		default:
			solid = append(solid, r)
		}
	}
	slices.SortFunc(weak, func(a, b rate.Result) int { return strings.Compare(words.Name("geo", a.Geo), words.Name("geo", b.Geo)) }) // few decisions are no ranking
	ref := &chart.Reference{Value: eu[0].Value, Label: "EU " + approx(&eu[0]) + percent(eu[0].Value, 0)}
	f := &chart.Bars{}
	left := chart.Panel{Groups: []chart.Group{{Heading: fmt.Sprintf("%d decisions or more", c.thick.Few), Reference: ref, Bars: c.bars(solid, subject, false)}}}
	if len(appeals) > 0 {
		left.Groups = append(left.Groups, chart.Group{Heading: "First instance and appeal together: not comparable", Bars: c.bars(appeals, subject, true)})
	}
	f.Panels = []chart.Panel{left}
	if len(weak) > 0 {
		f.Panels = append(f.Panels, chart.Panel{Groups: []chart.Group{{Heading: fmt.Sprintf("%d to %d decisions", c.thick.Counts, c.thick.Few-1), Reference: ref, Bars: c.bars(weak, subject, false)}},
			Note: fmt.Sprintf("Hatched: few decisions, so chance weighs heavily. Line: 95%% range, including UNHCR’s rounding. EU: %s decisions in the %d countries that report first instance apart.", of(&eu[0]), len(eu[0].Countries))})
	}
	h := &f.Head
	h.ID, h.Lang = out.ID, "en"
	h.Title = ratesTitle(citizen, solid, weak, subject)
	h.Subtitle = fmt.Sprintf("Share of first-instance decisions on the merits that granted refugee status or other protection, citizens of %s, %s", words.Name("citizen", citizen), period)
	var listed []string
	for _, r := range tiny {
		listed = append(listed, words.Name("geo", r.Geo)+" "+of(&r))
	}
	note := "≈ UNHCR prints small counts as 0, 5 or 10."
	if len(listed) > 0 {
		slices.Sort(listed)
		note = fmt.Sprintf("Fewer than %d decisions, not drawn: %s. ", c.thick.Counts, strings.Join(listed, ", ")) + note
	}
	for _, g := range agg.Members {
		if name := words.Name("geo", g); !slices.Contains(none, name) && !slices.ContainsFunc(results, func(r rate.Result) bool { return r.Geo == g }) {
			none = append(none, name)
		}
	}
	if len(none) > 0 {
		slices.Sort(none)
		note = fmt.Sprintf("No decision on the merits reported: %s. ", strings.Join(none, ", ")) + note
	}
	h.Notes = []string{note}
	h.Source = "Source: UNHCR Refugee Data Finder, first instance. " + words.DataAsOf(results) + " Cases closed without a decision on the merits are left out."
	h.Definitions, h.Licence, h.Vintage = []string{name}, words.Licence(results), words.Vintage(results)
	if len(solid) == 0 {
		return nil, errNothing
	}
	h.Alt = ratesAlt(h.TitleText(), solid, &eu[0], len(weak), len(tiny), words.DataAsOf(results))
	out.Figure = f
	out.Topic = fmt.Sprintf("Protection by country of asylum, %s", period)
	out.Head = []string{"country", "rate", "rounding allows", "positive decisions", "decisions on the merits", "level", "note"}
	for _, r := range append(slices.Concat(solid, weak, appeals, tiny), eu[0]) {
		out.Rows = append(out.Rows, ratesRow(&r, c.thick))
	}
	out.Query = "asylum trace " + out.ID
	return out, nil
}

func (c *composer) bars(results []rate.Result, subject string, context bool) []chart.Bar {
	var out []chart.Bar
	for i := range results {
		r := &results[i]
		b := chart.Bar{Name: words.Name("geo", r.Geo), Value: r.Value, Low95: math.NaN(), High95: math.NaN(), Label: approx(r) + percent(r.Value, 0),
			Counts: of(r), Weak: c.thick.Weak(r), Highlight: r.Geo == subject, Context: context}
		if r.Rounded() {
			b.Lo, b.Hi = r.Lo, r.Hi
		}
		if b.Weak {
			b.Low95, b.High95 = r.Range95()
		}
		out = append(out, b)
	}
	return out
}

// ratesTitle names the ends of the range and the country that is highlighted.
// It states values; it does not rank.
func ratesTitle(citizen string, solid, weak []rate.Result, subject string) []chart.Span {
	start := fmt.Sprintf("Citizens of%s%s: ", nbsp, words.Name("citizen", citizen))
	if len(solid) < 2 || !rate.Apart(&solid[0], &solid[len(solid)-1], rate.Usual) {
		return []chart.Span{{Text: start + "protection by country of asylum"}}
	}
	top, last := &solid[0], &solid[len(solid)-1]
	var low []string
	about := ""
	for i := range solid {
		if percent(solid[i].Value, 0) == percent(last.Value, 0) {
			low = append(low, words.The(solid[i].Geo))
			about = max(about, approx(&solid[i]))
		}
	}
	text := fmt.Sprintf("%sprotection in %s%s of decisions in%s%s, %s%s in%s%s", start, approx(top), percent(top.Value, 0), nbsp, strings.ReplaceAll(words.The(top.Geo), " ", nbsp), about, percent(last.Value, 0), nbsp, strings.Join(low, " and "))
	for i := range weak {
		if r := &weak[i]; r.Geo == subject {
			return []chart.Span{{Text: text + ", "}, {Text: strings.ReplaceAll(fmt.Sprintf("%s%s in %s", approx(r), percent(r.Value, 0), words.The(r.Geo)), " ", nbsp), Highlight: true}}
		}
	}
	return []chart.Span{{Text: text}}
}

func ratesAlt(title string, by []rate.Result, eu *rate.Result, weak, tiny int, asOf string) string {
	hi, lo := &by[0], &by[len(by)-1]
	return fmt.Sprintf("Bar chart: %s. From %s %s (%s) to %s %s (%s); EU %s. %d countries with 20 to 99 decisions are hatched, %d with fewer are listed only. Source: UNHCR. %s",
		title, words.Name("geo", hi.Geo), approx(hi)+percent(hi.Value, 0), of(hi), words.Name("geo", lo.Geo), approx(lo)+percent(lo.Value, 0), of(lo), approx(eu)+percent(eu.Value, 0), weak, tiny, asOf)
}

func ratesRow(r *rate.Result, t rate.Thresholds) []string {
	row := []string{words.Name("geo", r.Geo), approx(r) + percent(r.Value, 1), "–", rate.Group(r.Num), rate.Group(r.Den), r.Stage, ""}
	if r.Rounded() {
		row[2] = rate.Outward(r.Lo, r.Value, 1, -1) + "–" + rate.Outward(r.Hi, r.Value, 1, +1) + "%"
	}
	switch {
	case t.CountsOnly(r):
		row[1], row[2], row[6] = "–", "–", fmt.Sprintf("under %d: counts only", t.Counts)
	case len(r.Countries) > 1:
		row[6] = fmt.Sprintf("%d countries", len(r.Countries))
	case len(r.WithAppeals) > 0:
		row[6] = "with appeals"
	case t.Weak(r):
		row[6] = "few decisions"
	}
	return row
}

// applications draws how many applied over the years, as the first and the
// newest vintage of Eurostat at hand say, and as UNHCR says.
func (c *composer) applications(citizen, union, subject string, from, to int) (*Chart, error) {
	const name, tableName = "share_of_applicants", "migr_asyappctza"
	var dates []string
	for _, m := range c.data.Vintages() {
		if m.Table == tableName && !slices.Contains(dates, m.Vintage) {
			dates = append(dates, m.Vintage)
		}
	}
	slices.Sort(dates)
	if len(dates) == 0 {
		return nil, errNothing
	}
	q := rate.Query{Citizen: []string{citizen}, Geo: []string{union}, Source: "eurostat"}
	for y := from; y <= to; y++ {
		q.Periods = append(q.Periods, obs.Period(strconv.Itoa(y)))
	}
	newest, err := c.evaluate(name, q)
	if err != nil {
		return nil, err
	}
	first := q
	first.AsOf = dates[0]
	older, err := c.evaluate(name, first)
	if err != nil {
		return nil, err
	}
	q.Source = "unhcr"
	unhcr, err := c.evaluate(name, q)
	if err != nil {
		return nil, err
	}
	for _, rs := range [][]rate.Result{older, newest, unhcr} {
		for i := range rs { // the counts alone are drawn, not the share
			rs[i].Inputs = slices.DeleteFunc(slices.Clone(rs[i].Inputs), func(in rate.Input) bool { return in.Side != "num" })
		}
	}
	differ := differing(older, newest)
	place := words.The(union)
	out := &Chart{ID: fmt.Sprintf("%s-EU-%d-%d", citizen, from, to), Results: slices.Concat(older, newest, unhcr)}
	f := &chart.Lines{YLabel: func(v float64) string { return rate.Group(int64(v)) }}
	h := &f.Head
	h.ID, h.Lang = out.ID, "en"
	newDay := dates[len(dates)-1]
	if len(differ) > 0 {
		o, n := differ[len(differ)-1][0], differ[len(differ)-1][1]
		h.Title = []chart.Span{{Text: fmt.Sprintf("Eurostat counted %s applicants from %s in %s for%s%s; ", rate.Group(o.Num), words.Name("citizen", citizen), place, nbsp, o.Period)},
			{Text: strings.ReplaceAll(fmt.Sprintf("a later release, %s", rate.Group(n.Num)), " ", nbsp), Highlight: true}}
		f.Series = append(f.Series, chart.Series{Name: "older", Points: points(withBefore(older, differ)), Dashed: true,
			EndLabel: fmt.Sprintf("Eurostat as of %s: %s", words.Month(dates[0]), rate.Group(o.Num))})
		if mark, err := c.mark(citizen, subject, o, n, first); err != nil {
			return nil, err
		} else if mark != "" {
			f.Marks = []chart.Mark{{Year: year(n.Period), Value: float64(n.Num), Text: mark}}
		}
	} else {
		h.Title = []chart.Span{{Text: fmt.Sprintf("Applicants from %s in %s, %d to %d", words.Name("citizen", citizen), place, from, to)}}
	}
	if n := lastKnown(newest); n != nil {
		f.Series = append(f.Series, chart.Series{Name: "newest", Points: points(newest), Highlight: true,
			EndLabel: fmt.Sprintf("Eurostat as of %s: %s", words.Month(newDay), rate.Group(n.Num))})
	}
	if n := lastKnown(unhcr); n != nil {
		f.Series = append(f.Series, chart.Series{Name: "unhcr", Points: points(unhcr), EndLabel: fmt.Sprintf("UNHCR, %s: %s", n.Period, rate.Group(n.Num))})
	}
	if len(f.Series) == 0 {
		return nil, errNothing
	}
	h.Subtitle = fmt.Sprintf("Asylum applicants with citizenship of %s in %s, first and repeat applications, by year and release", words.Name("citizen", citizen), place)
	h.Notes = []string{"Eurostat counts persons, rounded to the nearest 5. UNHCR’s sum is of the members that report persons; it leaves out those that report cases in a year."}
	h.Source = fmt.Sprintf("Sources: Eurostat %s, downloads of %s and %s; UNHCR Refugee Data Finder. %s", tableName, words.Month(dates[0]), words.Month(newDay), words.DataAsOf(unhcr))
	h.Definitions, h.Licence, h.Vintage = []string{name}, words.Licence(out.Results), strings.Join(dates, ", ")
	h.Alt = applicationsAlt(h.TitleText(), citizen, union, newest, unhcr, words.Month(dates[0])+" and "+words.Month(newDay))
	out.Figure = f
	out.Topic = "Applications over time, and what a release changed"
	out.Head = []string{"year", "Eurostat as of " + dates[0], "Eurostat as of " + newDay, "UNHCR", "note"}
	for _, p := range q.Periods {
		o, n, u := at(older, p), at(newest, p), at(unhcr, p)
		row := []string{string(p), amount(o), amount(n), amount(u), ""}
		if o != nil && n != nil && o.NumKnown && n.NumKnown && o.Num != n.Num {
			row[4] = "the release changed it"
		}
		out.Rows = append(out.Rows, row)
	}
	out.Query = "asylum trace " + out.ID
	out.Lead = "Eurostat serves only the latest value and overwrites its history. An export once seen is kept here for ever, so that a figure printed then can still be checked."
	return out, nil
}

// mark says what changed in the country that the change comes from.
func (c *composer) mark(citizen, subject string, o, n *rate.Result, first rate.Query) (string, error) {
	q := rate.Query{Citizen: []string{citizen}, Geo: []string{subject}, Periods: []obs.Period{n.Period}, Source: "eurostat"}
	after, err := c.evaluate("share_of_applicants", q)
	if err != nil {
		return "", err
	}
	q.AsOf = first.AsOf
	before, err := c.evaluate("share_of_applicants", q)
	if err != nil {
		return "", err
	}
	if len(before) != 1 || len(after) != 1 || !before[0].NumKnown || !after[0].NumKnown || before[0].Num == after[0].Num {
		return "", nil
	}
	return fmt.Sprintf("%s’s figure went from %s to %s", words.Name("geo", subject), rate.Group(before[0].Num), rate.Group(after[0].Num)), nil
}

// differing pairs the years that two releases count differently.
func differing(older, newest []rate.Result) [][2]*rate.Result {
	var out [][2]*rate.Result
	for i := range older {
		n := at(newest, older[i].Period)
		if n != nil && older[i].NumKnown && n.NumKnown && older[i].Num != n.Num {
			out = append(out, [2]*rate.Result{&older[i], n})
		}
	}
	return out
}

// withBefore keeps the years that differ and the one before each, so that the
// line of the older release leaves the newer one where they part.
func withBefore(older []rate.Result, differ [][2]*rate.Result) []rate.Result {
	var out []rate.Result
	for i := range older {
		if slices.ContainsFunc(differ, func(d [2]*rate.Result) bool {
			y := year(d[0].Period)
			return year(older[i].Period) == y || year(older[i].Period) == y-1
		}) {
			out = append(out, older[i])
		}
	}
	return out
}

func at(results []rate.Result, p obs.Period) *rate.Result {
	for i := range results {
		if results[i].Period == p {
			return &results[i]
		}
	}
	return nil
}

func lastKnown(results []rate.Result) *rate.Result {
	for i := len(results) - 1; i >= 0; i-- {
		if results[i].NumKnown {
			return &results[i]
		}
	}
	return nil
}

func year(p obs.Period) int {
	y, _ := strconv.Atoi(p.Year())
	return y
}

func points(results []rate.Result) []chart.Point {
	var out []chart.Point
	for i := range results {
		r := &results[i]
		p := chart.Point{Year: year(r.Period), Value: math.NaN()}
		if r.NumKnown {
			p.Value = float64(r.Num)
		}
		out = append(out, p)
	}
	for len(out) > 0 && math.IsNaN(out[0].Value) {
		out = out[1:]
	}
	for len(out) > 0 && math.IsNaN(out[len(out)-1].Value) {
		out = out[:len(out)-1]
	}
	return out
}

func amount(r *rate.Result) string {
	if r == nil || !r.NumKnown {
		return "–"
	}
	return rate.Group(r.Num)
}

func applicationsAlt(title, citizen, union string, newest, unhcr []rate.Result, vintage string) string {
	var hi, lo *rate.Result
	for i := range newest {
		r := &newest[i]
		if !r.NumKnown {
			continue
		}
		if hi == nil || r.Num > hi.Num {
			hi = r
		}
		if lo == nil || r.Num < lo.Num {
			lo = r
		}
	}
	s := fmt.Sprintf("Line chart: %s. Applicants from %s in %s by year.", title, words.Name("citizen", citizen), words.The(union))
	if hi != nil {
		s += fmt.Sprintf(" Eurostat’s newest release: most %s (%s), least %s (%s).", rate.Group(hi.Num), hi.Period, rate.Group(lo.Num), lo.Period)
	}
	if u := lastKnown(unhcr); u != nil {
		s += fmt.Sprintf(" UNHCR counts %s in %s.", rate.Group(u.Num), u.Period)
	}
	return s + " Source: Eurostat migr_asyappctza, releases of " + vintage + "; UNHCR."
}
