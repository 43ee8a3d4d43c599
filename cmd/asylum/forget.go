package main

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"text/tabwriter"

	"asylum/pipeline/ingest"
	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
	"asylum/reports/frozen"

	"github.com/spf13/cobra"
)

func (a *app) forgetCmd() *cobra.Command {
	var rules store.Rules
	var figures string
	var dry bool
	c := &cobra.Command{
		Use:   "forget",
		Short: "Bound the disk: take old vintages out of the lake",
		Long: `Keeps, of each table, the vintages that any of the rules keeps, and always the
newest. A vintage stays, whatever the rules say, if a published figure rests on
it (those of the ledger, and of --figures FILE), if a frozen embed of a site made
from this lake does, or if it speaks of cells that no newer one which is kept
speaks of. Before anything is forgotten every figure
is judged without it: no verdict may change.

A raw file that is forgotten is gone, and Eurostat serves only its newest one.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := rules.Check(); err != nil {
				return usageError{err}
			}
			if !c.Flags().Changed("keep-last") && !c.Flags().Changed("keep-monthly") && !c.Flags().Changed("keep-within") {
				return usagef("no rule says what to keep\n\thint: --keep-last 3 --keep-monthly 24, with --dry-run at first")
			}
			l, err := store.Open(a.lake)
			if err != nil {
				return err
			}
			if !dry { // else a run could publish what rests on a vintage, after it was asked who needs it
				release, err := l.Hold()
				if err != nil {
					return err
				}
				defer release()
			}
			return a.forget(l, rules, figures, dry)
		},
	}
	f := c.Flags()
	f.IntVar(&rules.Last, "keep-last", 0, "keep the newest `N` vintages of each table")
	f.IntVar(&rules.Monthly, "keep-monthly", 0, "keep the newest vintage of each of the newest `N` months that have one")
	f.StringVar(&rules.Within, "keep-within", "", "keep vintages no older than `TIME` before the newest, such as 1y6m or 90d")
	f.StringVar(&figures, "figures", "", "keep what the figures of this `FILE` rest on, too")
	f.BoolVar(&dry, "dry-run", false, "say what would be forgotten, and forget nothing")
	return c
}

func (a *app) forget(l *store.Lake, rules store.Rules, figures string, dry bool) error {
	list, err := ledger.Builtin()
	if err != nil {
		return err
	}
	if figures != "" {
		own, err := ledger.ReadFile(figures)
		if err != nil {
			return usageOr(err)
		}
		list = append(list, own...)
	}
	set, err := a.set()
	if err != nil {
		return err
	}
	judge := func(d ingest.Data) ([]ledger.Judgement, error) {
		if d, err = a.corrected(d); err != nil {
			return nil, err
		}
		return ledger.Judge(list, set, d)
	}
	before, err := judge(l)
	if err != nil {
		return err
	}
	needs, err := frozen.Needs(l)
	if err != nil {
		return fmt.Errorf("nothing is forgotten: what a frozen embed rests on cannot be told: %w", err)
	}
	maps.Copy(needs, restsOn(before))
	fates := store.Plan(l.Vintages(), rules, needs)
	var gone []table.Meta
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, f := range fates {
		if !f.Keep {
			gone = append(gone, f.Meta)
			fmt.Fprintf(w, "forget\t%s\t%s\t%s\tno rule keeps it\n", f.Source, f.Table, f.Vintage)
			continue
		}
		fmt.Fprintf(w, "keep\t%s\t%s\t%s\t%s\n", f.Source, f.Table, f.Vintage, f.Why)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	after, err := judge(without{l, gone})
	if err != nil {
		return err
	}
	if moved := otherwise(before, after); len(moved) > 0 {
		return fmt.Errorf("nothing is forgotten: the verdict on %s would change", strings.Join(moved, ", "))
	}
	if dry || len(gone) == 0 {
		a.printf("%d of %d vintages would be forgotten\n", len(gone), len(fates))
		return nil
	}
	freed, err := l.Forget(gone)
	a.printf("%d of %d vintages forgotten, %s bytes freed\n", len(gone), len(fates), rate.Group(freed))
	return err
}

// restsOn names, for each vintage that a verdict rests on, the figure: the first
// of them.
func restsOn(judged []ledger.Judgement) map[string]string {
	out := map[string]string{}
	for i := range judged {
		j := &judged[i]
		if j.Match == nil {
			continue
		}
		for _, in := range j.Match.Inputs {
			if k := store.Key(in.Meta); out[k] == "" {
				out[k] = "the figure " + j.ID
			}
		}
	}
	return out
}

// otherwise lists the figures whose verdict is another one.
func otherwise(before, after []ledger.Judgement) (out []string) {
	for i := range before {
		if before[i].Verdict != after[i].Verdict {
			out = append(out, before[i].ID)
		}
	}
	return out
}

// without is a lake as if some vintages were not there.
type without struct {
	*store.Lake
	gone []table.Meta
}

func (w without) Vintages() (out []table.Meta) {
	gone := map[string]bool{}
	for i := range w.gone {
		gone[store.Key(&w.gone[i])] = true
	}
	for _, m := range w.Lake.Vintages() {
		if !gone[store.Key(&m)] {
			out = append(out, m)
		}
	}
	return out
}

func (a *app) gcCmd() *cobra.Command {
	var dry, all bool
	c := &cobra.Command{
		Use:   "gc",
		Short: "Remove files from the lake that its manifest does not name",
		Long: `Removes what runs that were killed left behind, and tables that the manifest does
not name. Raw files and pages that it does not name stay without --raw: they may
be what a manifest named that was lost.`,
		RunE: func(*cobra.Command, []string) error {
			l, err := store.Open(a.lake)
			if errors.Is(err, store.ErrNoLake) && !a.named {
				return fmt.Errorf("%w\n\thint: --lake DIR names one", err)
			}
			if err != nil {
				return err
			}
			do, what := l.Collect, "removed"
			if dry {
				do, what = l.Garbage, "would be removed"
			}
			names, n, err := do(all)
			if err != nil {
				return err
			}
			for _, name := range names {
				a.printf("%s\n", name)
			}
			a.printf("%d %s %s, %s bytes\n", len(names), plural(len(names), "file", "files"), what, rate.Group(n))
			return nil
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would be removed, and remove nothing")
	c.Flags().BoolVar(&all, "raw", false, "remove raw files and pages that the manifest does not name, too")
	return c
}
