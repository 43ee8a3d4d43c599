package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"asylum/pipeline/ingest"
	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
	"asylum/reports/export"

	"github.com/spf13/cobra"
)

func (a *app) reproduceCmd() *cobra.Command {
	var figures, format string
	c := &cobra.Command{
		Use:   "reproduce [ID...]",
		Short: "The ledger: a verdict for each published figure",
		Long: `Compares published figures with the data at hand under every definition, and
prints for each a verdict, computed anew each time:

  reproduced         equal at the precision that is printed
  within rounding    inside what the rounding of the cells allows
  truncated          its digits were cut, not rounded
  other definition   another definition of the source it cites gives it
  other vintage      an earlier release gives it
  arithmetic only    the counts printed with it give it, and no data is held
  contradicted       the printed counts, or the data at hand, exclude it
  no data            nothing at hand speaks of it

with what the verdict rests on, the printed value less that, and the command
that lists the cells. One ID alone is told in full.

--figures FILE judges figures of one's own. As CSV its columns are
id,statement_short,value,unit,numerator,denominator,citizen,geo,year,definition,
source_url,source_title,confidence_note (id, value, citizen, geo and year must be
there), and where wanted cites,counts,rounding,expected. As YAML it is written as
the files of datasets/figures are: id, statement, value, unit, num, den,
rounding, citizen, geo, period, subset, cites, claimed, counts, address, tag,
note, expected, tolerance, sums, components, other_den, beside.

The exit status is 4 if the verdict of a figure is not the one that its field
expected names. The built-in figures expect what the embedded data gives; over
a lake of one's own, verdicts that data was lacking or is lacking for may differ.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, ids []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			list, err := ledger.Builtin()
			if figures != "" {
				list, err = ledger.ReadFile(figures)
			}
			if err != nil {
				return err
			}
			judged, err := a.judge(list, ids)
			if err != nil {
				return err
			}
			if format == "json" {
				err = export.Judgements(a.stdout, judged)
			} else {
				err = a.verdicts(judged, len(ids) == 1)
			}
			if err != nil {
				return err
			}
			return a.changed(judged, figures == "")
		},
	}
	c.Flags().StringVar(&figures, "figures", "", "judge the figures of this `FILE`, YAML or CSV, instead")
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

// judge gives the verdicts of the figures that are asked for, all without ids.
// Those that they are compared with are judged along with them.
func (a *app) judge(list []ledger.Figure, ids []string) ([]ledger.Judgement, error) {
	set, err := a.set()
	if err != nil {
		return nil, err
	}
	data, err := a.answers()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(list, func(f ledger.Figure) bool { return f.ID == id }) {
			return nil, usagef("there is no figure %q; asylum reproduce lists them", id)
		}
	}
	judged, err := ledger.Judge(ledger.Company(list, ids), set, data)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(judged, func(j ledger.Judgement) bool { return len(ids) > 0 && !slices.Contains(ids, j.ID) }), nil
}

// verdicts prints a line for each figure, what it rests on below it, and how
// many there are of each verdict at the end.
func (a *app) verdicts(judged []ledger.Judgement, full bool) error {
	var wide [3]int
	lines := make([][4]string, len(judged))
	for i := range judged {
		j := &judged[i]
		lines[i] = [4]string{j.ID, j.Value, j.Citizen + " " + j.Geo + " " + j.Period, j.Verdict}
		for c := range wide {
			wide[c] = max(wide[c], utf8.RuneCountInString(lines[i][c]))
		}
	}
	for i, l := range lines {
		a.printf("%-*s  %-*s  %-*s  %s\n", wide[0], l[0], wide[1], l[1], wide[2], l[2], l[3])
		if full {
			continue
		}
		for _, s := range brief(&judged[i]) {
			a.printf("    %s\n", s)
		}
	}
	if full {
		a.inFull(&judged[0])
	}
	a.printf("\n%s\n", summary(judged))
	return nil
}

// brief says what a verdict rests on.
func brief(j *ledger.Judgement) (lines []string) {
	if s := rests(j); s != "" {
		lines = append(lines, s)
	}
	if j.Verdict == ledger.Contradicted || j.Verdict == ledger.Truncated || len(j.Explained) > 0 {
		lines = append(lines, j.Why)
	}
	lines = append(lines, j.Explained...)
	if s := j.Trace(); s != "" {
		lines = append(lines, s)
	}
	return slices.DeleteFunc(lines, func(s string) bool { return s == "" })
}

// rests gives both counts, those at hand before those that were printed, and
// the difference.
func rests(j *ledger.Judgement) string {
	var parts []string
	if j.Match != nil {
		parts = append(parts, fmt.Sprintf("%s = %s, %s", j.Match.Counts(), j.Match.Percent(), origin(j.Match)))
	}
	if p := j.Printed(); p != nil && (j.Match == nil || p.Num != j.Match.Num || p.Den != j.Match.Den) {
		parts = append(parts, fmt.Sprintf("printed with it %s = %s %%", p.Counts(), rate.Percent(p.Value, j.Decimals()+1)))
	}
	if d, ok := j.Difference(); ok {
		unit, p := "points", j.Decimals()+2
		if j.Unit == "persons" {
			unit, p = "persons", 0
		}
		parts = append(parts, "difference "+signed(d, p)+" "+unit)
	}
	return strings.Join(parts, "; ")
}

func signed(d float64, p int) string {
	s := strconv.FormatFloat(d, 'f', p, 64)
	switch {
	case strings.Trim(s, "-0.") == "":
		return strings.TrimPrefix(s, "-")
	case d > 0:
		return "+" + s
	}
	return s
}

func (a *app) inFull(j *ledger.Judgement) {
	a.printf("\n%s (%s)\n", j.Statement, j.From.Title)
	if j.Why != "" {
		a.printf("  %s\n", j.Why)
	}
	for _, s := range j.Explained {
		a.printf("  %s\n", s)
	}
	if s := rests(j); s != "" {
		a.printf("  %s\n", s)
	}
	if j.Note != "" {
		a.printf("  note: %s\n", j.Note)
	}
	if s := j.Trace(); s != "" {
		a.printf("  rests on %s\n  every cell: %s\n", j.Match.Definition, s)
	}
	for i := range j.Evidence {
		r := &j.Evidence[i]
		a.printf("  %s: %s = %s, %s\n", r.Definition, r.Counts(), r.Percent(), origin(r))
	}
	if j.Address != "" {
		a.printf("  %s\n", j.Address)
	}
}

// summary counts the verdicts, in the order of METHODS 7.
func summary(judged []ledger.Judgement) string {
	n := map[string]int{}
	for i := range judged {
		n[judged[i].Kind()]++
	}
	var parts []string
	for _, kind := range ledger.Kinds {
		if n[kind] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[kind], kind))
		}
	}
	what := "figures"
	if len(judged) == 1 {
		what = "figure"
	}
	return fmt.Sprintf("%d %s: %s", len(judged), what, strings.Join(parts, ", "))
}

// found is the error of a check that found something.
type found struct{ error }

// changed reports figures whose verdict is not the one that was expected. What
// the built-in figures expect is what the embedded data gives: another lake may
// lack its data, or have more.
func (a *app) changed(judged []ledger.Judgement, builtin bool) error {
	data, err := a.data()
	if err != nil {
		return err
	}
	_, embedded := data.(*ingest.Embedded)
	lacking := func(verdict string) bool { return verdict == ledger.NoData || verdict == ledger.ArithmeticOnly }
	var n int
	first := ""
	for i := range judged {
		j := &judged[i]
		if j.Expected == "" || j.Expected == j.Verdict || builtin && !embedded && (lacking(j.Expected) || lacking(j.Verdict)) {
			continue
		}
		if n++; first == "" {
			first = fmt.Sprintf("%s is %q, expected %q", j.ID, j.Verdict, j.Expected)
		}
	}
	if n == 0 {
		return nil
	}
	return found{fmt.Errorf("%d of %d figures changed their verdict: %s", n, len(judged), first)}
}
