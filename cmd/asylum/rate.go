package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/reports/export"

	"github.com/spf13/cobra"
)

func (a *app) rateCmd() *cobra.Command {
	var q queryFlags
	var format string
	var from []string
	var table string
	c := &cobra.Command{
		Use:   "rate NAME [--citizen RU] [--geo HR] [--period 2023] …",
		Short: "Compute a rate, with both counts and what rounding allows",
		Long: `Computes the definition NAME (asylum rates lists them) for every cell that the
flags pick, each from the newest vintage that speaks of it.

The bounds in brackets are certain, not statistical: the extremes over all true
counts that agree with every printed, rounded cell that was used.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := formats(format, "text", "csv", "json", "parquet", "xlsx"); err != nil {
				return err
			}
			d, data, results, err := a.evaluate(args[0], &q, from, table)
			if err != nil {
				return err
			}
			switch format {
			case "csv":
				return export.CSV(a.stdout, results)
			case "json":
				return a.json(data, results)
			case "parquet":
				var b bytes.Buffer // the library panics where it cannot write
				if err := export.Parquet(&b, results); err != nil {
					return err
				}
				_, err := a.stdout.Write(b.Bytes())
				return err
			case "xlsx":
				return export.XLSX(a.stdout, d, results)
			}
			return a.text(d, results)
		},
	}
	q.bind(c)
	c.Flags().StringVar(&format, "format", "text", "text, csv, json, parquet or xlsx")
	c.Flags().StringArrayVar(&from, "from", nil, "answer from this raw `FILE` and no lake; may be repeated")
	c.Flags().StringVar(&table, "table", "", "the dataset `CODE` of the files of --from, where they do not say")
	return c
}

// evaluate runs a named definition over the lake or over raw files.
func (a *app) evaluate(name string, flags *queryFlags, from []string, table string) (rate.Definition, ingest.Data, []rate.Result, error) {
	var none rate.Definition
	set, err := a.set()
	if err != nil {
		return none, nil, nil, err
	}
	d, err := set.Named(name)
	if err != nil {
		return none, nil, nil, usageError{err}
	}
	q, err := flags.query()
	if err != nil {
		return none, nil, nil, err
	}
	var data ingest.Data
	if len(from) > 0 {
		data, err = ingest.OpenFiles(from, ingest.Options{Table: table, MaxBytes: a.maxBytes})
	} else {
		data, err = a.data()
	}
	if err != nil {
		return none, nil, nil, err
	}
	results, err := rate.Evaluate(d, data, q)
	return d, data, results, err
}

func (a *app) json(data ingest.Data, results []rate.Result) error {
	if err := locate(data, results); err != nil {
		return err
	}
	return export.JSON(a.stdout, results)
}

// locate fills in the columns of all cells that the results rest on.
func locate(data ingest.Data, results []rate.Result) error {
	var places []*ingest.Place
	for i := range results {
		for j := range results[i].Inputs {
			in := &results[i].Inputs[j]
			places = append(places, &ingest.Place{Meta: in.Meta, Cell: in.Cell()})
		}
	}
	return ingest.Locate(data, places)
}

// text prints one result on lines of its own, many as a table.
func (a *app) text(d rate.Definition, results []rate.Result) error {
	a.printf("%s: %s, %s\n", d.Name, lower(d.Title), d.Formula)
	if len(results) == 0 {
		a.printf("no table at hand holds such a cell\n")
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for i := range results {
		r := &results[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", where(r), r.Period, amount(r), origin(r))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	notes(a.stdout, results)
	for _, c := range d.Caveats {
		a.printf("  note: %s\n", c)
	}
	return nil
}

func lower(s string) string {
	if len(s) > 1 && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// where names the cell's citizenship and country, and any part of the people.
func where(r *rate.Result) string {
	s := r.Citizen + "\t" + r.Geo
	if r.Sex != "" && r.Sex != "T" {
		s += " " + r.Sex
	}
	if r.Age != "" && r.Age != "TOTAL" {
		s += " " + r.Age
	}
	return s
}

// amount writes both counts and, if they bear one, the percentage.
func amount(r *rate.Result) string {
	switch {
	case !r.Known:
		return r.Counts() + ", no value: " + r.Why
	case rate.Usual.CountsOnly(r):
		return r.Counts() + " (counts only)"
	}
	return r.Counts() + " = " + r.Percent()
}

func origin(r *rate.Result) string {
	if r.Source == "" {
		return ""
	}
	s := sourceName(r.Source)
	if r.Stage != "" && r.Stage != "first" && r.Stage != "any" {
		s += " level " + r.Stage
	}
	if len(r.Vintages) > 0 {
		s += ", " + strings.Join(r.Vintages, ", ")
	}
	if r.Witness != "" {
		s += ", printed rate " + r.Witness
	}
	return s
}

func sourceName(s string) string {
	return map[string]string{"eurostat": "Eurostat", "unhcr": "UNHCR", "aida": "AIDA"}[s]
}

// notes prints each warning once, with the cells that it is about.
func notes(w io.Writer, results []rate.Result) {
	about := map[string][]string{}
	var order []string
	for i := range results {
		r := &results[i]
		for _, warning := range r.Warnings {
			if about[warning] == nil {
				order = append(order, warning)
			}
			about[warning] = append(about[warning], strings.Join([]string{r.Citizen, r.Geo, string(r.Period)}, " "))
		}
	}
	for _, warning := range order {
		cells := about[warning]
		if len(results) == 1 || len(cells) == len(results) {
			fmt.Fprintf(w, "  ! %s\n", warning)
			continue
		}
		if len(cells) > 4 {
			cells = append(cells[:3:3], fmt.Sprintf("and %d more", len(about[warning])-3))
		}
		fmt.Fprintf(w, "  ! %s: %s\n", strings.Join(cells, "; "), warning)
	}
}

func (a *app) ratesCmd() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "rates",
		Short: "List the definitions: formula, class, source",
		RunE: func(*cobra.Command, []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			set, err := a.set()
			if err != nil {
				return err
			}
			if format == "json" {
				return export.Definitions(a.stdout, set.All())
			}
			for i, d := range set.All() {
				if i > 0 {
					a.printf("\n")
				}
				a.printf("%s  (%s)\n  %s: %s\n  class: %s\n  source of the definition: %s, %s\n  computed from: %s\n",
					d.Name, d.Kind, d.Formula, lower(d.Title), d.Class, d.Publisher, d.Citation, strings.Join(d.Sources(), ", "))
				for _, n := range d.Caveats {
					a.printf("  note: %s\n", n)
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}
