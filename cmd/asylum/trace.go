package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/reports/export"
	"asylum/reports/page"

	"github.com/spf13/cobra"
)

func (a *app) traceCmd() *cobra.Command {
	var q queryFlags
	var format string
	c := &cobra.Command{
		Use:   "trace CHART-ID | NAME [--citizen RU] [--geo HR] [--period 2023] …",
		Short: "Every input cell of a chart or a rate: file, sha256, line:column or sheet and cell, flags",
		Long: `Lists every cell that a rate or a chart rests on, as it stands in the raw file:
file and SHA-256, line and column (in bytes; of a workbook sheet and cell), what
is printed there, flags, and the true counts that its rounding allows. The raw
files are read again for it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			data, results, err := a.traced(args[0], &q)
			if err != nil {
				return err
			}
			var places []*ingest.Place
			for i := range results {
				for j := range results[i].Inputs {
					in := &results[i].Inputs[j]
					places = append(places, &ingest.Place{Meta: in.Meta, Cell: in.Cell()})
				}
			}
			raw := slices.Clone(places) // Locate sorts by file
			if err := ingest.Locate(data, places); err != nil {
				return err
			}
			if format == "json" {
				return export.JSON(a.stdout, results)
			}
			return a.trace(results, raw)
		},
	}
	q.bind(c)
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

// traced finds the results behind a chart's id or a definition's name.
func (a *app) traced(name string, q *queryFlags) (ingest.Data, []rate.Result, error) {
	set, err := a.set()
	if err != nil {
		return nil, nil, err
	}
	if _, err := set.Named(name); err == nil {
		ask, err := a.ask(name, q, nil, "")
		if err != nil {
			return nil, nil, err
		}
		ask.q.StandIns = true
		if ask.d.Line != nil && slices.Equal(ask.q.By, []string{"citizen"}) { // as asylum rate answers it
			g, err := rate.Rank(ask.d, ask.data, ask.q)
			if err != nil {
				return nil, nil, err
			}
			return ask.data, g.Results(), nil
		}
		results, err := rate.Evaluate(ask.d, ask.data, ask.q)
		if err == nil && len(results) == 0 {
			results = []rate.Result{{Definition: name, Why: cmp.Or(ask.d.Lacks, "no table at hand holds such a cell")}}
		}
		return ask.data, results, err
	}
	for _, flag := range []string{"citizen", "geo", "period", "sex", "age", "by", "stage", "source"} {
		if q.cmd.Flags().Changed(flag) {
			return nil, nil, usagef("--%s picks cells of a definition, and %q is none\n\thint: a chart has its cells; asylum rates lists the definitions", flag, name)
		}
	}
	data, err := a.answers()
	if err != nil {
		return nil, nil, err
	}
	d, ids, err := page.Draft(set, rate.AsOf(data, q.asOf), name)
	if err != nil {
		return nil, nil, chartError(err)
	}
	if d != nil {
		return data, d.Results, nil
	}
	return nil, nil, usagef("there is no chart or definition %q\n\thint: some charts are %s; asylum rates lists the definitions", name, strings.Join(ids, ", "))
}

// trace prints the results, each with its cells, and names each file once.
func (a *app) trace(results []rate.Result, places []*ingest.Place) error {
	type file struct{ name, sum, about string }
	var files []file
	n := 0
	for i := range results {
		r := &results[i]
		if len(r.Inputs) == 0 && len(results) > 1 {
			continue
		}
		a.printf("%s\n", r)
		w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
		for _, in := range r.Inputs {
			p := places[n]
			n++
			flags := in.Cell().Flags
			if flags == "" {
				flags = "-"
			}
			allows := ""
			if lo, hi := in.Range(); lo != hi {
				allows = fmt.Sprintf("true count %d to %d", lo, hi)
			}
			if fix := in.Corrected(); fix != nil {
				allows = "corrected: " + fix.Note
			}
			fmt.Fprintf(w, "  %s\t%v\t%q\tflags %s\t%s\t%s\n", in.Side, in.Cell().Pos, p.Raw, flags, strings.Join(in.Cell().Key, ","), allows)
			f := file{in.Meta.File, in.Meta.SHA256, fmt.Sprintf("%s %s as of %s", sourceName(in.Meta.Source), in.Meta.Table, in.Meta.Vintage)}
			if !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	for _, f := range files {
		a.printf("%s\n  sha256 %s\n  %s\n", f.name, f.sum, f.about)
	}
	return nil
}
