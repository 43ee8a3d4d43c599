package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
	"asylum/reports/export"

	"github.com/spf13/cobra"
)

func (a *app) solveCmd() *cobra.Command {
	var q queryFlags
	var citizen, geo, period, count, format string
	var limit int
	c := &cobra.Command{
		Use:   "solve VALUE --citizen RU --geo HR --period 2023 [--count N]",
		Short: "Which definition gives this number?",
		Long: `Searches what a published number may divide: every definition, and every other
quotient of two counts held for the cell, over sources, stages, applicants,
vintages, what the EU may be (EU27, EU28, EU+ …), rounded or cut. VALUE is a
percentage such as 16.3% or a count such as "about 19,000". What fits is listed
with the most plausible first: what has a name before what has none, the newest
vintage before older ones, rounded before cut.

A search over many candidates finds matches by chance. So the answer says how
many were tried, and how many a number of the same precision would fit that is
picked at random near it: between half and double, of a value over 50 % by what
it lacks of 100. "by chance" beside a match counts those among the candidates
that are no less plausible than it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			q.citizen, q.geo, q.period = []string{citizen}, []string{geo}, []string{period}
			query, err := q.query()
			if err != nil {
				return err
			}
			if len(query.Periods) != 1 {
				return usagef("--period is %q, want one period, such as 2023", period)
			}
			if limit < 1 {
				return usagef("--limit is %d, want at least 1", limit)
			}
			set, err := a.set()
			if err != nil {
				return err
			}
			data, err := a.answers()
			if err != nil {
				return err
			}
			known, err := ledger.Builtin()
			if err != nil {
				return err
			}
			s, err := ledger.Solve(set, data, ledger.Question{Value: args[0], Count: count, Citizen: citizen, Geo: geo,
				Period: query.Periods[0], Source: q.source, AsOf: q.asOf, Known: known})
			if errors.Is(err, ledger.ErrQuestion) {
				return usageError{err}
			}
			if err != nil {
				return err
			}
			if format == "json" {
				var results []rate.Result
				for i := range s.Matches {
					results = append(results, s.Matches[i].Result)
				}
				if err := locate(data, results); err != nil {
					return err
				}
				return export.Solution(a.stdout, s)
			}
			return a.solution(s, limit)
		},
	}
	f := c.Flags()
	f.StringVar(&citizen, "citizen", "", "`CODE` of the citizenship, TOTAL for all")
	f.StringVar(&geo, "geo", "", "`CODE` of the country of asylum, or EU27_2020")
	f.StringVar(&period, "period", "", "the `PERIOD`, such as 2023 or 2023-Q1")
	f.StringVar(&count, "count", "", "a count `N` printed beside a percentage, above or below the line")
	f.StringVar(&q.source, "source", "", "one `SOURCE` alone: eurostat, unhcr or aida")
	f.StringVar(&q.asOf, "as-of", "", "look at no vintage after a `DATE`")
	f.IntVar(&limit, "limit", 8, "show `N` matches and count the others")
	f.StringVar(&format, "format", "text", "text or json")
	for _, name := range []string{"citizen", "geo", "period"} {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err)
		}
	}
	return c
}

// solution prints what fits, and what that is worth.
func (a *app) solution(s *ledger.Solution, limit int) error {
	a.printf("%s, %s %s %s", s.Value, s.Citizen, s.Geo, s.Period)
	if s.Count != "" {
		a.printf(", beside %s", s.Count)
	}
	what := "quotients"
	if !s.Percent {
		what = "counts"
	}
	a.printf(": %d %s tried, %d of them distinct\n", s.Tried, what, s.Distinct)
	if len(s.Matches) == 0 {
		if s.Tried == 0 {
			a.printf("nothing fits: no table at hand holds such a cell\n")
		} else {
			a.printf("nothing fits: %s of the numbers of that precision %s would\n", portion(s.Covered), between(s))
		}
		if n, err := strconv.Atoi(strings.TrimSpace(s.Value)); err == nil && n <= 100 {
			a.printf("%d was taken for a count: a percentage is written %[1]d%%\n", n)
		}
		a.implied(s)
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\n\twhat it %s\tcounts\tfits\tby chance\tfrom\n", verb(s))
	for i := range s.Matches[:min(limit, len(s.Matches))] {
		m := &s.Matches[i]
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", i+1, m.Name, figures(s, m), m.How, few(m.Chance), matched(s, m))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if more := len(s.Matches) - limit; more > 0 {
		a.printf("and %d more; --limit shows them\n", more)
	}
	var shown []*rate.Result
	for i := range s.Matches[:min(limit, len(s.Matches))] {
		shown = append(shown, &s.Matches[i].Result)
	}
	a.told(shown...)
	best := &s.Matches[0]
	a.printf("\n1 is %s\n", ledger.Lower(best.Title))
	if len(best.Doubts) > 0 {
		a.printf("  but: %s\n", strings.Join(best.Doubts, "; "))
	}
	if len(best.Also) > 0 {
		a.printf("  the same counts: %s\n", strings.Join(best.Also, "; "))
	}
	a.printf("%s\n", worth(s))
	a.implied(s)
	return nil
}

// figures are both counts of a match and its value, or its count.
func figures(s *ledger.Solution, m *ledger.Match) string {
	r := &m.Result
	if !s.Percent {
		if r.NumLo != r.NumHi {
			return fmt.Sprintf("%s (%s-%s)", rate.Group(r.Num), rate.Group(r.NumLo), rate.Group(r.NumHi))
		}
		return rate.Group(r.Num)
	}
	bounds := ""
	if r.Rounded() {
		bounds = " (" + rate.Outward(r.Lo, r.Value, 2, -1) + "-" + rate.Outward(r.Hi, r.Value, 2, +1) + ")"
	}
	return r.Counts() + " = " + rate.Percent(r.Value, 2) + " %" + bounds
}

// matched says where the counts of a match are from.
func matched(s *ledger.Solution, m *ledger.Match) string {
	r := m.Result
	if strings.Count(r.Stage, "+") > 2 {
		r.Stage = "all"
	}
	out := origin(&r)
	if a, b, ok := strings.Cut(r.Source, " over "); ok { // of two sources
		out = sourceName(a) + " over " + sourceName(b) + ", " + strings.Join(r.Vintages, ", ")
	}
	if m.Place != s.Geo {
		out = m.Place + ", " + out
	}
	return out
}

// worth says whether the matches mean anything.
func worth(s *ledger.Solution) string {
	best := &s.Matches[0]
	search := fmt.Sprintf("%d fit; a number of that precision picked at random %s would fit %s, and %s of such numbers fit something.\n",
		len(s.Matches), between(s), few(s.Expected), portion(s.Covered))
	chance := fmt.Sprintf("of what is no less plausible than the first, a random number would fit %s", few(best.Chance))
	switch {
	case s.Little():
		return search + "That means little: " + chance + ". It does not show what the number " + verb(s) + "."
	case s.Expected >= 0.5*float64(len(s.Matches)):
		return search + "As a whole that means little, about as many fit by chance. For the first speaks that it is plausible: " + chance + "."
	case len(s.Matches) > 1 && s.Matches[1].Chance < ledger.MeansLittle:
		return search + "That is more than chance: " + chance + ". But more than one is, and the number leaves open which."
	}
	return search + "The first is more than chance: " + chance + ". It shows what the number may be, not what its author meant."
}

func verb(s *ledger.Solution) string {
	if s.Percent {
		return "divides"
	}
	return "counts"
}

func between(s *ledger.Solution) string {
	unit := ""
	if s.Percent {
		unit = " %"
	}
	return fmt.Sprintf("between %s%s and %s%s", number(s.From), unit, number(s.To), unit)
}

func number(x float64) string {
	if x == float64(int64(x)) {
		return rate.Group(int64(x))
	}
	return strings.TrimRight(fmt.Sprintf("%.4f", x), "0")
}

// few writes an expected number.
func few(x float64) string {
	switch {
	case x >= 10:
		return fmt.Sprintf("%.0f", x)
	case x >= 0.095:
		return fmt.Sprintf("%.1f", x)
	case x >= 0.005:
		return fmt.Sprintf("%.2f", x)
	}
	return "under 0.01"
}

func portion(x float64) string {
	switch {
	case x <= 0:
		return "none"
	case x < 0.01:
		return "under 1 %"
	case x > 0.99 && x < 1:
		return "over 99 %"
	}
	return fmt.Sprintf("%.0f %%", 100*x)
}

// implied prints what the count beside a percentage leaves for the other one.
func (a *app) implied(s *ledger.Solution) {
	imp := s.Implied
	if imp == nil {
		return
	}
	if imp.DenTo > 0 && imp.DenFrom <= imp.DenTo {
		a.printf("%s is %s of %s", rate.Group(imp.Count), s.Value, span(imp.DenFrom, imp.DenTo))
		a.held(imp.Below, s.Geo)
		for _, f := range imp.Published {
			a.printf("  published, but not held: %s %s (asylum reproduce %s)\n", f.Value, f.Counts, f.ID)
		}
	}
	if imp.NumFrom <= imp.NumTo {
		a.printf("%s of %s is %s", s.Value, rate.Group(imp.Count), span(imp.NumFrom, imp.NumTo))
		a.held(imp.Above, s.Geo)
	}
	a.printf("may be %s, rounding aside", rate.Group(imp.Count))
	a.held(imp.CountHeld, s.Geo)
}

func span(from, to int64) string {
	if from == to {
		return rate.Group(from)
	}
	return rate.Group(from) + " to " + rate.Group(to)
}

// held lists counts at hand, each once.
func (a *app) held(list []ledger.Held, geo string) {
	var words []string
	for _, h := range list {
		w := fmt.Sprintf("%s %s (%s", rate.Group(h.N), h.Words, sourceName(h.Source))
		if h.Place != geo {
			w += ", " + h.Place
		}
		if w += ")"; !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		a.printf(": no such count is held\n")
		return
	}
	a.printf(": held are %s\n", strings.Join(words, ", "))
}
