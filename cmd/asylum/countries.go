package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"asylum/pipeline/compare"
	"asylum/pipeline/ledger"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/export"
	"asylum/reports/words"

	"github.com/spf13/cobra"
)

// usualDefinition is what countries are compared by if nothing else is asked for:
// of decisions on the merits, as what else counts as a decision differs.
const usualDefinition = "unhcr_total_protection"

func (a *app) countriesCmd() *cobra.Command {
	var q queryFlags
	var citizen, period, since, definition, format string
	var without, inequality bool
	c := &cobra.Command{
		Use:   "countries --citizen AF --period 2023",
		Short: "Countries compared fairly: raw, adjusted, funnel",
		Long: `Sets what the countries of asylum decided about one citizenship side by side: raw
rates with both counts and what rounding allows, ranked where there are at least
300 decisions, and where each lies in a funnel around the rate of the union: the
exact binomial limits within which chance alone leaves 95 and 99.8 % of countries
(Spiegelhalter 2005). The ranks that rounding allows stand in place of one rank.

With --citizen TOTAL, rates over all citizenships are freed of their mix.
Indirectly: observed over expected, were the same people decided on as the other
countries do; times the rate of all, while that stays under 100 %. Directly: the
country's own rates with the mix of all, over the citizenships that it decided on
(coverage). --without-humanitarian counts humanitarian status as negative.

--since PERIOD tells the change from an earlier period: Kitagawa's split into what
the mix and what the rates did, and for one citizenship convergence (sigma, beta).
A quarter or month is set against the same one of the year before.

Countries that may not stand beside the others are listed apart with the reason.
Sentences call a country's rate higher only if the rounding intervals are disjoint,
both have 100 decisions and the 95 % interval of the difference leaves out 0.

--geo names countries, or unions for their members; the first union's rate is the
line (default EU27_2020,EFTA).`,
		RunE: func(*cobra.Command, []string) error {
			if err := formats(format, "text", "csv", "json"); err != nil {
				return err
			}
			q.citizen, q.period = []string{citizen}, []string{period}
			s, ask, err := a.countries(&q, since, definition, without)
			if err != nil {
				return err
			}
			switch format {
			case "csv":
				return export.CountriesCSV(a.stdout, s)
			case "json":
				var results []rate.Result
				for i := range s.Countries {
					results = append(results, s.Countries[i].Result)
				}
				for i := range s.Aside {
					results = append(results, s.Aside[i].Result)
				}
				if err := locate(ask.data, results); err != nil {
					return err
				}
				return export.Countries(a.stdout, s, words.CountriesNotes(s), inequality)
			}
			return a.study(ask, s, inequality)
		},
	}
	f := c.Flags()
	f.StringVar(&citizen, "citizen", "", "`CODE` of the citizenship, TOTAL for all")
	f.StringVar(&period, "period", "", "the `PERIOD`, such as 2023 or 2023-Q1")
	f.StringVar(&since, "since", "", "tell the change from an earlier `PERIOD`")
	f.StringSliceVar(&q.geo, "geo", compare.Usual, "`CODES` of countries, or of unions for their members")
	f.StringVar(&definition, "definition", usualDefinition, "the `NAME` of what is compared (asylum rates lists them)")
	f.BoolVar(&without, "without-humanitarian", false, "count humanitarian status as negative")
	f.BoolVar(&inequality, "cv-gini", false, "give the coefficients of variation and Gini as well, with their warning")
	f.StringVar(&q.stage, "stage", "", "the `STAGE`: first, final, or a level of UNHCR's such as FI")
	f.StringVar(&q.source, "source", "", "one `SOURCE` alone: eurostat, unhcr or aida")
	f.StringVar(&q.asOf, "as-of", "", "answer as of a `DATE`, from the vintages of that day")
	f.StringVar(&format, "format", "text", "text, csv or json")
	for _, name := range []string{"citizen", "period"} {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err)
		}
	}
	return c
}

func (a *app) countries(q *queryFlags, since, definition string, without bool) (*compare.Study, question, error) {
	var ask question
	query, err := q.query()
	if err != nil {
		return nil, ask, err
	}
	if len(query.Periods) != 1 {
		return nil, ask, usagef("--period is %q, want one period, such as 2023; --since tells the change from an earlier one", q.period[0])
	}
	want := compare.Question{Citizen: query.Citizen[0], Period: query.Periods[0], Geo: query.Geo, Source: query.Source, Stage: query.Stage, AsOf: query.AsOf}
	if since != "" {
		p, ok := obs.ParsePeriod(since)
		if !ok || !rate.Rated(p) {
			return nil, ask, usagef("--since is %q, want a period such as 2019", since)
		}
		want.Since = p
	}
	set, err := a.set()
	if err != nil {
		return nil, ask, err
	}
	if ask.d, err = set.Named(definition); err != nil {
		return nil, ask, usageError{err}
	}
	if without {
		other, bundled, ok := compare.Without(set, ask.d)
		if !ok {
			return nil, ask, usagef("no definition counts as %s (%s) does but for humanitarian status\n\thint: name one with --definition; asylum rates lists them", ask.d.Name, ask.d.Formula)
		}
		if bundled {
			other.Caveats = append([]string{"the source counts subsidiary and humanitarian status as one, so both are left out: " + other.Name + " counts refugee status alone"}, other.Caveats...)
		}
		ask.d = other
	}
	if ask.data, err = a.data(); err != nil {
		return nil, ask, err
	}
	s, err := compare.Countries(ask.d, ask.data, want)
	return s, ask, err
}

// study prints a study: the line, the countries that are compared, those that are
// not, and what follows.
func (a *app) study(ask question, s *compare.Study, inequality bool) error {
	d := s.Definition
	a.printf("%s by country of asylum, %s\n%s: %s, %s\n", words.Citizens(s.Citizen), s.Period, d.Name, ledger.Lower(d.Title), d.Formula)
	if s.Why != "" {
		a.printf("no value: %s\n", s.Why)
		a.caveats(ask)
		return nil
	}
	if s.Line != nil {
		a.printf("the line: %s, %s\n", s.Union, amount(s.Line))
	}
	a.printf("from %s\n", origin(vintages(s)))
	if err := a.countryTable(s); err != nil {
		return err
	}
	if len(s.Aside) > 0 {
		a.printf("\nnot compared:\n")
		w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
		for i := range s.Aside {
			x := &s.Aside[i]
			what := x.Counts()
			if x.Known {
				what = amount(&x.Result)
			}
			fmt.Fprintf(w, "%s %s\t%s\t%s\n", x.Geo, words.Name("geo", x.Geo), what, x.Reason)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	a.printf("\n")
	for _, n := range words.CountriesNotes(s) {
		a.printf("%s\n", n)
	}
	if q := s.Inequality; q != nil && inequality {
		a.printf("Coefficient of variation %.3f (of refusals %.3f), Gini %.3f (of refusals %.3f). Beware: %s.\n", q.CV, q.CVRefused, q.Gini, q.GiniRefused, compare.InequalityWarning)
	}
	a.printf("%s", commonWarnings(s))
	a.caveats(ask)
	return nil
}

// vintages is a result that tells source, levels and vintages of all.
func vintages(s *compare.Study) *rate.Result {
	out := &rate.Result{Source: s.Source}
	var levels []string
	for i := range s.Countries {
		out.Vintages = append(out.Vintages, s.Countries[i].Vintages...)
		levels = append(levels, s.Countries[i].Stage)
	}
	for _, list := range []*[]string{&out.Vintages, &levels} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	out.Stage = strings.Join(levels, ", ")
	return out
}

// commonWarnings says what the figures of the countries warn of, each once; that
// there are few cases the counts show.
func commonWarnings(s *compare.Study) []byte {
	var n notes
	for i := range s.Countries {
		r := s.Countries[i].Result
		r.Warnings = slices.DeleteFunc(slices.Clone(r.Warnings), func(w string) bool { return r.Weak() && strings.HasPrefix(w, "under ") })
		n.note(&r)
	}
	return n.paragraph()
}

func (a *app) countryTable(s *compare.Study) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	funnel, mix := s.Funnel != nil, s.Standard != nil
	change := slices.ContainsFunc(s.Countries, func(c compare.Country) bool { return c.Change != nil && c.Change.Known })
	head := "\nrank\tcountry\t" + string(s.Period) + "\t"
	if funnel {
		head += "z\tin the funnel\t"
	}
	if mix {
		head += "observed/expected\tadjusted for the mix\tdirectly, coverage\t"
	}
	if change {
		head += "since " + string(s.Countries[0].Change.Before) + "\t"
	}
	if mix && change && s.Since != "" {
		head += "mix, rates\t"
	}
	fmt.Fprintln(w, head)
	for i := range s.Countries {
		c := &s.Countries[i]
		if c.Rank == 0 && i > 0 && s.Countries[i-1].Rank > 0 {
			if err := w.Flush(); err != nil {
				return err
			}
			a.printf("\nunder %s decisions, not ranked:\n", rate.Group(s.Limits.Rank))
		}
		fmt.Fprintf(w, "%s\t%s %s\t%s\t", ranks(c), c.Geo, words.Name("geo", c.Geo), amount(&c.Result))
		if funnel {
			fmt.Fprint(w, place(c))
		}
		if mix {
			fmt.Fprint(w, adjustedCells(c))
		}
		if change {
			fmt.Fprintf(w, "%s\t", since(c))
		}
		if mix && change && s.Since != "" {
			fmt.Fprintf(w, "%s\t", parts(c))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// ranks are the rank, or those that rounding allows.
func ranks(c *compare.Country) string {
	switch {
	case c.Rank == 0:
		return ""
	case c.RankLo == c.RankHi:
		return strconv.Itoa(c.Rank)
	}
	return fmt.Sprintf("%d-%d", c.RankLo, c.RankHi)
}

// place is where a country lies in the funnel, in two cells.
func place(c *compare.Country) string {
	p := c.Point
	if p == nil {
		return "\t\t"
	}
	where := string(p.Place)
	if !p.Sure {
		where += ", rounding decides"
	}
	z := strconv.FormatFloat(p.Z, 'f', 1, 64)
	return z + "\t" + where + "\t"
}

// adjustedCells are a country's rates freed of the mix, in three cells.
func adjustedCells(c *compare.Country) string {
	x := c.Adjusted
	if x == nil || c.CountsOnly() {
		return "\t\t\t"
	}
	ratio, adjusted, direct := "nothing expected", "-", "-"
	if i := &x.Indirect; i.Known {
		ratio = fmt.Sprintf("%.2f", i.Ratio)
		if m := i.RatioMay; m.Known {
			ratio += fmt.Sprintf(" (%s-%s)", rate.Outward(m.Lo/100, i.Ratio/100, 2, -1), rate.Outward(m.Hi/100, i.Ratio/100, 2, +1))
		}
		if i.Coverage < 0.9995 {
			ratio += fmt.Sprintf(", of %s %%", rate.Percent(i.Coverage, 1))
		}
		if i.RateKnown {
			adjusted = bounded(i.Rate, i.RateMay)
		}
	}
	if d := &x.Direct; d.Known {
		direct = fmt.Sprintf("%s, %s %%", bounded(d.Rate, d.May), rate.Percent(d.Coverage, 0))
	}
	return ratio + "\t" + adjusted + "\t" + direct + "\t"
}

// bounded is a share in per cent with what rounding allows.
func bounded(x float64, may compare.Range) string {
	out := rate.Percent(x, 1) + " %"
	if may.Known && may.Lo < may.Hi {
		out += " (" + rate.Outward(may.Lo, x, 1, -1) + "-" + rate.Outward(may.Hi, x, 1, +1) + ")"
	}
	return out
}

// since is a country's change, marked where it may not be called one.
func since(c *compare.Country) string {
	ch := c.Change
	switch {
	case ch == nil:
		return ""
	case !ch.Known:
		return "- (" + ch.Why + ")"
	case c.Kind == rate.Backlog:
		return fmt.Sprintf("%+.1f months", ch.Value)
	case !ch.Apart && !ch.Partial:
		return words.Points(ch.Value) + ", unproven"
	}
	return words.Points(ch.Value)
}

// parts are what the mix and the rates made of a change.
func parts(c *compare.Country) string {
	if c.Split == nil || c.CountsOnly() {
		return ""
	}
	_, composition, effect := c.Split.Points(1)
	return words.Signed(composition) + ", " + words.Signed(effect)
}
