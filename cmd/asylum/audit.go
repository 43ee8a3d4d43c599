package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"asylum/pipeline/audit"
	"asylum/pipeline/ingest"
	"asylum/pipeline/table"
	"asylum/reports/export"

	"github.com/spf13/cobra"
)

func (a *app) auditCmd() *cobra.Command {
	var citizen, geo, against []string
	var format, asOf string
	var limit int
	c := &cobra.Command{
		Use:   "audit [TABLE...]",
		Short: "Look for what is wrong in the tables: sums, printed rates, jumps",
		Long: `Checks every table, or those named, for what an honest table obeys, and tells
where it does not:

  outcomes     statuses and rejections are the decisions
  applicants   first-time and subsequent are all applicants
  sexes, ages  they add up to everybody
  citizens     citizenships are the total, or no more than it
  members      countries are the union that they make up
  largest      no part is more than its whole
  years        quarters or months are their year
  balance      births less deaths are a population's natural growth, and so on
  rates        a printed rate is what its counts give
  printings    a count that a page prints twice is one count
  jump, collapse, frozen, zero
               a count is ten times that of the year before, lost 99 %, stays the
               same for years, or is 0 for once
  repeats      a row says what another does, to the last digit

A finding is broken (its cells cannot all be right: sums are held against what
rounding allows at worst), truncated (digits of a rate were cut off, not
rounded) or odd (it may be right, and seldom is). It names its cells and, where
arithmetic leaves one answer, what the cell would have to say. Nothing is
changed by it. What is broken comes first, of that what most rates rest on, which
the figure in brackets counts: definitions times results.

--against AIDA,UNHCR sets the counts of two sources side by side, for each
citizenship, country and year that both have: they agree, to the person or within
rounding, or a known difference of what is counted explains them (levels,
intentions, repeat applications, closures, cases), or they are unexplained.

The exit status is 4 if anything was found; a difference that is explained is not
counted.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, names []string) error {
			if err := formats(format, "text", "csv", "json"); err != nil {
				return err
			}
			if asOf != "" {
				if _, err := time.Parse(time.DateOnly, asOf); err != nil {
					return usagef("--as-of is %q, want a date such as 2023-05-31", asOf)
				}
			}
			for _, code := range citizen {
				if err := known("citizen", code); err != nil {
					return err
				}
			}
			for _, code := range geo {
				if err := known("geo", code); err != nil {
					return err
				}
			}
			opt := audit.Options{Tables: names, Citizen: citizen, Geo: geo, AsOf: asOf}
			if c.Flags().Changed("against") {
				return a.against(against, opt, format)
			}
			got, err := a.findings(opt)
			if err != nil {
				return err
			}
			return a.audited(got, format, limit)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&against, "against", nil, "set two `SOURCES` side by side instead: AIDA,UNHCR")
	f.StringSliceVar(&citizen, "citizen", nil, "only what is about these `CODES` of citizenships")
	f.StringSliceVar(&geo, "geo", nil, "only what is about these `CODES` of countries")
	f.StringVar(&asOf, "as-of", "", "audit the vintages of a `DATE`")
	f.IntVar(&limit, "limit", 20, "how many `FINDINGS` to show as text")
	f.StringVar(&format, "format", "text", "text, csv or json")
	return c
}

// An auditing is what an audit gave.
type auditing struct {
	data  ingest.Data
	found []audit.Finding
	uses  []audit.Use // of the corrections in force
}

// findings audits the tables at hand.
func (a *app) findings(opt audit.Options) (*auditing, error) {
	data, err := a.answers()
	if err != nil {
		return nil, err
	}
	for _, name := range opt.Tables {
		if !slices.ContainsFunc(data.Vintages(), func(m table.Meta) bool { return m.Table == name }) {
			return nil, usagef("there is no table %q; asylum tables lists them", name)
		}
	}
	if opt.Set, err = a.set(); err != nil {
		return nil, err
	}
	out := &auditing{data: data}
	if out.found, err = audit.Run(data, opt); err != nil {
		return nil, err
	}
	if c, ok := data.(*corrected); ok {
		if out.uses, err = c.list.Uses(c.Data); err != nil {
			return nil, err
		}
		out.uses = slices.DeleteFunc(out.uses, func(u audit.Use) bool { return len(opt.Tables) > 0 && !slices.Contains(opt.Tables, u.Table) })
	}
	return out, nil
}

// audited writes findings, and is an error if there are any.
func (a *app) audited(got *auditing, format string, limit int) error {
	shown := got.found
	if format == "text" {
		shown = shown[:min(max(0, limit), len(shown))]
	}
	if err := got.locate(shown); err != nil {
		return err
	}
	for i := range got.uses {
		if u := &got.uses[i]; !u.Made {
			a.log.Warn("a correction has no use: no table says what it corrects", "id", u.ID, "printed", u.Printed, "now", u.Instead)
		}
	}
	var err error
	switch format {
	case "json":
		err = export.Audit(a.stdout, got.found, got.uses)
	case "csv":
		err = export.AuditCSV(a.stdout, got.found)
	default:
		err = a.auditText(got, shown)
	}
	if err != nil {
		return err
	}
	if n := countFound(got.found); n > 0 {
		return found{fmt.Errorf("the audit found %d %s", n, plural(n, "thing", "things"))}
	}
	return nil
}

func countFound(fs []audit.Finding) (n int) {
	for i := range fs {
		if fs[i].Found() {
			n++
		}
	}
	return n
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// locate fills in the columns of the cells of findings and corrections.
func (got *auditing) locate(shown []audit.Finding) error {
	var places []*ingest.Place
	for i := range shown {
		for j := range shown[i].Cells {
			c := &shown[i].Cells[j]
			places = append(places, &ingest.Place{Meta: c.Meta, Cell: c.Observation})
		}
	}
	for i := range got.uses {
		if c := &got.uses[i].At; got.uses[i].Made {
			places = append(places, &ingest.Place{Meta: c.Meta, Cell: c.Observation})
		}
	}
	return ingest.Locate(got.data, places)
}

// mostCells is how many cells of a finding are printed as text.
const mostCells = 6

func (a *app) auditText(got *auditing, shown []audit.Finding) error {
	fs := got.found
	a.printf("%s\n", auditSummary(fs))
	for i := range shown {
		f := &shown[i]
		a.printf("\n%s: %s, %s [%d]  (%s %s %s)\n  %s\n", f.Where(), f.Identity, f.Verdict, f.Touches, sourceName(f.Source), f.Table, f.Vintage, f.Says)
		if f.Cause != "" {
			a.printf("  likely: %s\n", f.Cause)
		}
		if r := f.Repair; r != nil {
			a.printf("  proposed: %s in place of %s; %s\n", r.Value, strings.TrimSpace(r.Printed), r.Why)
		}
		if err := a.auditCells(f); err != nil {
			return err
		}
	}
	if n := len(fs) - len(shown); n > 0 {
		a.printf("\nand %s more; --limit shows them\n", count(n))
	}
	return a.auditUses(got.uses)
}

// auditUses lists the corrections that were made.
func (a *app) auditUses(uses []audit.Use) error {
	made := slices.DeleteFunc(slices.Clone(uses), func(u audit.Use) bool { return !u.Made })
	if len(made) == 0 {
		return nil
	}
	a.printf("\n%d %s corrected; --raw audits the tables as printed\n", len(made), plural(len(made), "cell is", "cells are"))
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for i := range made {
		u := &made[i]
		fmt.Fprintf(w, "  %s\t%v\n", u.Note(), u.At.Pos)
	}
	return w.Flush()
}

func (a *app) auditCells(f *audit.Finding) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for j := range f.Cells[:min(mostCells, len(f.Cells))] {
		c := &f.Cells[j]
		mark := ""
		if c.Corrected != "" {
			mark = "  corrected: " + c.Corrected
		}
		fmt.Fprintf(w, "  %s\t%v\t%q\t%s%s\n", c.Role, c.Pos, ingest.Written(c.Observation), strings.Join(append(slices.Clone(c.Key), string(c.Period)), ","), mark)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if n := len(f.Cells) - mostCells; n > 0 {
		a.printf("  and %d more %s; --format json lists them\n", n, plural(n, "cell", "cells"))
	}
	return nil
}

// auditSummary counts findings by verdict.
func auditSummary(fs []audit.Finding) string {
	if len(fs) == 0 {
		return "Nothing was found."
	}
	var parts []string
	for _, v := range []string{audit.Broken, audit.Unexplained, audit.Odd, audit.Truncated, audit.Explained} {
		n := 0
		for i := range fs {
			if fs[i].Verdict == v {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return fmt.Sprintf("%d %s: %s. In brackets: how many rates rest on the cells.", len(fs), plural(len(fs), "finding", "findings"), strings.Join(parts, ", "))
}
