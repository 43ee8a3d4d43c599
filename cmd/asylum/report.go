package main

import (
	"bytes"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/briefing"
	"asylum/reports/figure"
	"asylum/reports/words"

	"github.com/spf13/cobra"
)

func (a *app) reportCmd() *cobra.Command {
	var citizen, geo, period, lang, out, asOf string
	c := &cobra.Command{
		Use:   "report --citizen RU [--geo HR] | --geo HR",
		Short: "A briefing: a PDF of two to four pages about a citizenship or a country",
		Long: `Writes a briefing for print: the finding, the key numbers with both counts and
what rounding allows, charts, a table of rates, the published figures about it
with their verdicts, and how to read all that, with its definitions and sources.
It is about a citizenship in the Union, about a country of asylum, or about one
in the other. Its text can be selected and searched, and it has bookmarks.

The same data gives the same bytes. Where four pages do not hold everything, it
says what is left out, and the command that gives it.`,
		RunE: func(*cobra.Command, []string) error {
			l, err := words.Parse(lang)
			if err != nil {
				return usagef("--lang: %v", err)
			}
			s, err := subject(citizen, geo, period)
			if err != nil {
				return err
			}
			if err := day("--as-of", asOf); err != nil {
				return err
			}
			return a.report(s, l, out, asOf)
		},
	}
	f := c.Flags()
	f.StringVar(&citizen, "citizen", "", "`CODE` of the citizenship (default: everybody)")
	f.StringVar(&geo, "geo", "", "`CODE` of the country of asylum (default: the Union)")
	f.StringVar(&period, "period", "", "the `YEAR` (default: the newest that as good as every country has reported)")
	f.StringVar(&lang, "lang", "en", "the `LANGUAGE`: en, fr, de or ru")
	f.StringVarP(&out, "output", "o", "", "the `FILE` to write; without it, standard output")
	f.StringVar(&asOf, "as-of", "", "as of a `DATE`, from the vintages of that day")
	return c
}

// subject checks what a briefing is to be about.
func subject(citizen, geo, period string) (s briefing.Subject, err error) {
	if citizen == "" && geo == "" {
		return s, usagef("got neither --citizen nor --geo, want what the briefing is about\n\thint: --citizen RU, --geo HR, or both")
	}
	for _, c := range [][2]string{{"citizen", citizen}, {"geo", geo}} {
		if c[1] != "" {
			if err := known(c[0], c[1]); err != nil {
				return s, err
			}
		}
	}
	s = briefing.Subject{Citizen: citizen, Geo: geo, Period: obs.Period(period)}
	if p, ok := obs.ParsePeriod(period); period != "" && (!ok || p.Freq() != 'A') {
		return s, usagef("--period is %q, want a year, such as 2023", period)
	}
	return s, nil
}

func (a *app) report(s briefing.Subject, l words.Lang, out, asOf string) error {
	set, err := a.set()
	if err != nil {
		return err
	}
	data, err := a.answers()
	if err != nil {
		return err
	}
	b, err := briefing.Gather(figure.NewSource(set, rate.Cached(rate.AsOf(data, asOf)), rate.Usual), s)
	if err != nil {
		return chartError(err)
	}
	var buf bytes.Buffer
	if err := b.PDF(&buf, l); err != nil {
		return err
	}
	if len(b.Undrawn) > 0 {
		a.log.Warn("four pages have no room for some charts", "charts", strings.Join(b.Undrawn, "; "))
	}
	if out == "" {
		_, err = a.stdout.Write(buf.Bytes())
		return err
	}
	return replaceFile(out, buf.Bytes())
}
