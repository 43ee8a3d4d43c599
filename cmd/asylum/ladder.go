package main

import (
	"fmt"
	"text/tabwriter"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/export"
	"asylum/reports/words"

	"github.com/spf13/cobra"
)

func (a *app) ladderCmd() *cobra.Command {
	var citizen, geo, period, asOf, format string
	c := &cobra.Command{
		Use:   "ladder --citizen RU --geo HR --period 2023",
		Short: "One grant count over every legitimate denominator",
		Long: `Sets the number of persons protected over every count that may stand below it:
intentions expressed, applications lodged, cases ended, decisions on the merits.
Each step is divided only by grants of its own source.`,
		RunE: func(*cobra.Command, []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			q := queryFlags{citizen: []string{citizen}, geo: []string{geo}, period: []string{period}, asOf: asOf}
			if _, err := q.query(); err != nil {
				return err
			}
			p, ok := obs.ParsePeriod(period)
			if !ok {
				return usagef("--period is %q, want one period, such as 2023", period)
			}
			set, err := a.set()
			if err != nil {
				return err
			}
			data, err := a.answers()
			if err != nil {
				return err
			}
			l, err := rate.Climb(set, data, citizen, geo, p, asOf)
			if err != nil {
				return err
			}
			if format == "json" {
				var results []rate.Result
				for _, s := range l.Steps {
					results = append(results, s.Result)
				}
				if err := locate(data, results); err != nil {
					return err
				}
				return export.Ladder(a.stdout, l, words.LadderNotes(l))
			}
			return a.ladder(l)
		},
	}
	f := c.Flags()
	f.StringVar(&citizen, "citizen", "", "`CODE` of the citizenship")
	f.StringVar(&geo, "geo", "", "`CODE` of the country of asylum")
	f.StringVar(&period, "period", "", "the `YEAR`")
	f.StringVar(&asOf, "as-of", "", "answer as of a `DATE`")
	f.StringVar(&format, "format", "text", "text or json")
	for _, name := range []string{"citizen", "geo", "period"} {
		if err := c.MarkFlagRequired(name); err != nil {
			panic(err)
		}
	}
	return c
}

func (a *app) ladder(l *rate.Ladder) error {
	a.printf("%s in %s, %s: each count divides only grants of its own source\n\n", words.Citizens(l.Citizen), words.The(l.Geo), l.Period)
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "step\tcount\tsource\tgrants over it\t")
	for i := range l.Steps {
		s := &l.Steps[i]
		quotient, kind := "-", ""
		if s.Result.Known {
			quotient, kind = amount(&s.Result), s.Result.Kind
			if kind == rate.Ratio {
				kind = "ratio of two flows"
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", words.Step(s.Name), rate.Group(s.Count), sourceName(s.Source), quotient, kind)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	a.printf("\n")
	for _, line := range words.LadderNotes(l) {
		a.printf("%s\n", line)
	}
	return nil
}
