package main

import (
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/audit"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/reports/export"
)

// against sets two sources side by side.
func (a *app) against(sources []string, opt audit.Options, format string) error {
	for i := range sources {
		sources[i] = strings.ToLower(sources[i])
		if !slices.Contains(audit.ReconcilableSources, sources[i]) {
			return usagef("--against names %q, want two of AIDA, UNHCR and Eurostat", sources[i])
		}
	}
	if len(sources) != 2 || sources[0] == sources[1] {
		return usagef("--against wants two sources, such as AIDA,UNHCR")
	}
	if len(opt.Tables) > 0 {
		return usagef("--against looks at all tables of its sources: leave out %s", strings.Join(opt.Tables, " "))
	}
	data, err := a.answers()
	if err != nil {
		return err
	}
	rs, err := audit.Reconcile(data, sources[0], sources[1], opt)
	if err != nil {
		return err
	}
	var fs []audit.Finding
	for i := range rs {
		fs = append(fs, rs[i].Findings()...)
	}
	switch format {
	case "json":
		err = a.reconciledJSON(data, rs)
	case "csv":
		got := &auditing{data: data}
		if err = got.locate(fs); err == nil {
			err = export.AuditCSV(a.stdout, fs)
		}
	default:
		a.reconciled(rs)
	}
	if err != nil {
		return err
	}
	if n := countFound(fs); n > 0 {
		return found{fmt.Errorf("%d %s of the two sources differ, and no known difference explains it", n, plural(n, "count", "counts"))}
	}
	return nil
}

func (a *app) reconciledJSON(data ingest.Data, rs []audit.Reconciliation) error {
	var places []*ingest.Place
	for i := range rs {
		for j := range rs[i].Pairs {
			for _, amount := range rs[i].Pairs[j].Counts {
				for k := range amount.Cells {
					places = append(places, &ingest.Place{Meta: amount.Cells[k].Meta, Cell: amount.Cells[k].Observation})
				}
			}
		}
	}
	if err := ingest.Locate(data, places); err != nil {
		return err
	}
	return export.Reconciliations(a.stdout, rs)
}

// reconciled prints a paragraph for each citizenship, country and year.
func (a *app) reconciled(rs []audit.Reconciliation) {
	var n [3]int
	for i := range rs {
		r := &rs[i]
		levels := ""
		if r.Levels != "" {
			levels = ", decisions at level " + r.Levels
		}
		a.printf("%s %s %s: %s against %s%s\n", r.Geo, r.Citizen, r.Period, sourceName(r.Sources[0]), sourceName(r.Sources[1]), levels)
		var alike []string
		for j := range r.Pairs {
			p := &r.Pairs[j]
			if p.Verdict == audit.Agrees {
				n[0]++
				alike = append(alike, p.Quantity+" "+twoCounts(p))
			}
		}
		if alike != nil {
			a.printf("  agree: %s\n", strings.Join(alike, "; "))
		}
		said := ""
		for j := range r.Pairs {
			p := &r.Pairs[j]
			cause := ""
			if p.Cause != "" {
				cause = ": " + p.Cause
			}
			if p.Verdict != audit.Agrees && said == p.Cause && len(said) > 40 {
				cause = ": the same"
			}
			said = p.Cause
			switch p.Verdict {
			case audit.Explained:
				n[1]++
			case audit.Unexplained:
				n[2]++
				if cause != "" {
					cause = "; perhaps" + cause
				}
			default:
				continue
			}
			a.printf("  %s: %s, %s%s\n", p.Verdict, p.Quantity, twoCounts(p), cause)
		}
	}
	if len(rs) == 0 {
		a.printf("The two sources share no citizenship, country and year.\n")
		return
	}
	a.printf("\n%d agreed, %d explained, %d unexplained\n", n[0], n[1], n[2])
}

// twoCounts writes the counts of a pair, one where they are the same.
func twoCounts(p *audit.Pair) string {
	if p.Size == 0 {
		return rate.Group(p.Counts[0].N)
	}
	return rate.Group(p.Counts[0].N) + " against " + rate.Group(p.Counts[1].N)
}
