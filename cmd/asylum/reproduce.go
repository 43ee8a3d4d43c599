package main

import (
	"fmt"
	"text/tabwriter"

	"asylum/pipeline/ledger"
	"asylum/reports/export"

	"github.com/spf13/cobra"
)

func (a *app) reproduceCmd() *cobra.Command {
	var figures, format string
	c := &cobra.Command{
		Use:   "reproduce [ID...]",
		Short: "The ledger: a verdict for each published figure",
		Long: `Compares published figures with the data at hand under every definition, and
prints for each a verdict: reproduced, within rounding, truncated,
other definition, other vintage, arithmetic only, contradicted or no data.
The exit status is 4 if one is contradicted, or is not what the file expects.`,
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
				return usageOr(err)
			}
			judged, err := a.judge(list, ids)
			if err != nil {
				return err
			}
			if format == "json" {
				err = export.Judgements(a.stdout, judged)
			} else {
				err = a.verdicts(judged)
			}
			if err != nil {
				return err
			}
			return changed(judged)
		},
	}
	c.Flags().StringVar(&figures, "figures", "", "judge the figures of this `FILE` instead")
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

func (a *app) judge(list []ledger.Figure, ids []string) ([]ledger.Judgement, error) {
	set, err := a.set()
	if err != nil {
		return nil, err
	}
	data, err := a.data()
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	var asked []ledger.Figure
	for _, f := range list {
		if len(ids) == 0 || wanted[f.ID] {
			asked = append(asked, f)
			delete(wanted, f.ID)
		}
	}
	for _, id := range ids {
		if wanted[id] {
			return nil, usagef("there is no figure %q; asylum reproduce lists them", id)
		}
	}
	return ledger.Judge(asked, set, data)
}

func (a *app) verdicts(judged []ledger.Judgement) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, j := range judged {
		fmt.Fprintf(w, "%s\t%s\t%s %s %s\t%s\n", j.ID, j.Value, j.Citizen, j.Geo, j.Period, j.Verdict)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(judged) != 1 {
		return nil
	}
	j := judged[0]
	a.printf("\n%s (%s)\n", j.Statement, j.From.Title)
	if j.Why != "" {
		a.printf("  %s\n", j.Why)
	}
	if j.Match != nil {
		a.printf("  rests on %s\n  every cell: asylum trace %s --citizen %s --geo %s --period %s\n", j.Match, j.Match.Definition, j.Citizen, j.Geo, j.Period)
	}
	for i := range j.Evidence {
		r := &j.Evidence[i]
		a.printf("  %s: %s = %s, %s\n", r.Definition, r.Counts(), r.Percent(), origin(r))
	}
	a.printf("  %s\n", j.Address)
	return nil
}

// found is the error of a check that found something.
type found struct{ error }

// changed reports figures that the data contradicts, and those whose verdict is
// not the one that was expected.
func changed(judged []ledger.Judgement) error {
	var n int
	first := ""
	for _, j := range judged {
		was := ""
		switch {
		case j.Expected != "" && j.Expected != j.Verdict:
			was = fmt.Sprintf("%s is %q, expected %q", j.ID, j.Verdict, j.Expected)
		case j.Expected == "" && j.Verdict == ledger.Contradicted:
			was = j.ID + " is contradicted"
		}
		if was != "" {
			if n++; first == "" {
				first = was
			}
		}
	}
	if n == 0 {
		return nil
	}
	return found{fmt.Errorf("%d of %d figures do not stand: %s", n, len(judged), first)}
}
