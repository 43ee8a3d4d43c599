package main

import (
	"fmt"
	"slices"
	"strconv"
	"text/tabwriter"

	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
	"asylum/reports/words"
)

// ranking prints a ranking: those with enough decisions by their distance from
// the line, then the others by name, and what is to be said of all.
func (a *app) ranking(ask question, g *rate.Ranking) error {
	d := ask.d
	a.printf("%s: %s, %s\n", d.Name, ledger.Lower(d.Title), d.Formula)
	if len(g.Entries) == 0 {
		a.printf("no value: %s\n", g.Why)
		a.caveats(ask)
		return nil
	}
	a.printf("citizenships by their distance from %s %%: %s, %s, against %s, %s\n", line(g), words.Name("geo", g.Geo), g.Period, g.Before, sourceName(g.Source))
	if g.StandsIn != "" {
		a.printf("%s\n", g.StandsIn)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nrank\tcitizenship\t%s\tpoints from %s %%\t%s\t\n", g.Period, line(g), g.Before)
	for i := range g.Entries {
		e := &g.Entries[i]
		if e.Rank == 0 && (i == 0 || g.Entries[i-1].Rank > 0) {
			if err := w.Flush(); err != nil {
				return err
			}
			a.printf("\nunder %s decisions, not ranked:\n", rate.Group(g.Limits.Rank))
		}
		rank, points := "", "-"
		if e.Rank > 0 {
			rank = strconv.Itoa(e.Rank)
		}
		if !e.CountsOnly() {
			points = words.Points(e.Distance)
		}
		prior := "not held"
		if e.Prior != nil {
			prior = amount(e.Prior)
		}
		fmt.Fprintf(w, "%s\t%s %s\t%s\t%s\t%s\t%s\n", rank, e.Citizen, words.Name("citizen", e.Citizen), amount(&e.Result), points, prior, words.Marks(g, e))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, s := range words.RankingNotes(g) {
		a.printf("  note: %s\n", s)
	}
	for _, s := range warnings(g) {
		a.printf("  ! %s\n", s)
	}
	a.caveats(ask)
	return nil
}

func line(g *rate.Ranking) string { return strconv.FormatFloat(g.Line.At, 'f', -1, 64) }

// warnings are those that most of the entries share: each is said once.
func warnings(g *rate.Ranking) []string {
	n := map[string]int{}
	var out []string
	for i := range g.Entries {
		for _, s := range g.Entries[i].Warnings {
			if n[s]++; 2*n[s] > len(g.Entries) && !slices.Contains(out, s) && s != g.StandsIn {
				out = append(out, s)
			}
		}
	}
	return out
}
