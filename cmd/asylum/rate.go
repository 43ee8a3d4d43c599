package main

import (
	"bytes"
	"strings"

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
			ask, err := a.ask(args[0], &q, from, table)
			if err != nil {
				return err
			}
			switch format {
			case "text":
				blocks, err := rate.Blocks(ask.d, ask.data, ask.q, textBlock)
				if err != nil {
					return err
				}
				return a.text(ask.d, blocks)
			case "csv":
				blocks, err := rate.Blocks(ask.d, ask.data, ask.q, export.CSVRows)
				if err != nil {
					return err
				}
				return export.CSVFile(a.stdout, blocks)
			}
			results, err := rate.Evaluate(ask.d, ask.data, ask.q)
			if err != nil {
				return err
			}
			switch format {
			case "json":
				return a.json(ask.data, results)
			case "parquet":
				var b bytes.Buffer // the library panics where it cannot write
				if err := export.Parquet(&b, results); err != nil {
					return err
				}
				_, err := a.stdout.Write(b.Bytes())
				return err
			}
			return export.XLSX(a.stdout, ask.d, results)
		},
	}
	q.bind(c)
	c.Flags().StringVar(&format, "format", "text", "text, csv, json, parquet or xlsx")
	c.Flags().StringArrayVar(&from, "from", nil, "answer from this raw `FILE` and no lake; may be repeated")
	c.Flags().StringVar(&table, "table", "", "the dataset `CODE` of the files of --from, where they do not say")
	return c
}

// A question is a definition, what to apply it to, and to which cells.
type question struct {
	d    rate.Definition
	data ingest.Data
	q    rate.Query
}

// ask puts a named definition to the lake or to raw files.
func (a *app) ask(name string, flags *queryFlags, from []string, table string) (ask question, err error) {
	set, err := a.set()
	if err != nil {
		return ask, err
	}
	if ask.d, err = set.Named(name); err != nil {
		return ask, usageError{err}
	}
	if ask.q, err = flags.query(); err != nil {
		return ask, err
	}
	if len(from) > 0 {
		ask.data, err = ingest.OpenFiles(from, ingest.Options{Table: table, MaxBytes: a.maxBytes})
	} else {
		ask.data, err = a.data()
	}
	return ask, err
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
