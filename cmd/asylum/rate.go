package main

import (
	"bytes"
	"slices"
	"strings"

	"asylum/pipeline/audit"
	"asylum/pipeline/ingest"
	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
	"asylum/reports/export"

	"github.com/spf13/cobra"
)

func (a *app) rateCmd() *cobra.Command {
	var q queryFlags
	var format string
	var from []string
	var table string
	var more rateFlags
	c := &cobra.Command{
		Use:   "rate NAME [--citizen RU] [--geo HR] [--period 2023] …",
		Short: "Compute a rate, with both counts and what rounding allows",
		Long: `Computes the definition NAME (asylum rates lists them) for every cell that the
flags pick, each from the newest vintage that speaks of it.

The bounds in brackets are certain, not statistical: the extremes over all true
counts that agree with every printed, rounded cell that was used. --interval adds
a 95 % sampling interval, which is not certain and answers another question: how
far the propensity behind few decisions may lie from the share observed. A ratio
of flows has none.

A definition that a law draws a line across (pact_20: 20 %) ranks citizenships by
their distance from it with --by citizen alone: in the Union, in the newest year
that the source holds for every citizenship, against the year before.

Results stand in the order of the axes that --by names: by code, and periods from
the earliest on. What --by leaves out is added up.

--counts-under, --few-under and --rank-from say from how many cases on there is a
percentage, a percentage without a warning, and a rank.`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.definitionNames,
		RunE: func(c *cobra.Command, args []string) error {
			if err := formats(format, "text", "csv", "json", "parquet", "xlsx"); err != nil {
				return err
			}
			ask, err := a.ask(args[0], &q, from, table)
			if err != nil {
				return err
			}
			ask.q.StandIns, ask.q.NoInputs = true, format != "json" && format != "xlsx"
			if ask.q.Interval, ask.q.Limits, err = more.query(); err != nil {
				return err
			}
			if ask.d.Line != nil && slices.Equal(ask.q.By, []string{"citizen"}) {
				return a.rank(ask, format)
			}
			if ask.d.Lacks != "" && format != "text" { // where a line of text would say it
				a.log.Warn("no value: " + ask.d.Lacks)
			}
			switch format {
			case "text":
				blocks, err := rate.Blocks(ask.d, ask.data, ask.q, textBlock)
				if err != nil {
					return err
				}
				return a.text(ask, blocks)
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
			return a.write(ask, results, format)
		},
	}
	q.bind(c)
	more.bind(c)
	c.Flags().StringVar(&format, "format", "text", "text, csv, json, parquet or xlsx")
	c.Flags().StringArrayVar(&from, "from", nil, "answer from this raw `FILE` and no lake; may be repeated")
	c.Flags().StringVar(&table, "table", "", "the dataset `CODE` of the files of --from, where they do not say")
	return c
}

// rateFlags are those of rate alone: what is said beside a value, and from how
// many cases on.
type rateFlags struct {
	interval string
	limits   rate.Thresholds
}

func (m *rateFlags) bind(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&m.interval, "interval", "", "a 95 % sampling interval beside the value, by `METHOD`: wilson or clopper-pearson")
	f.Int64Var(&m.limits.Counts, "counts-under", rate.Usual.Counts, "give counts alone under `N` cases")
	f.Int64Var(&m.limits.Few, "few-under", rate.Usual.Few, "warn of few cases under `N`")
	f.Int64Var(&m.limits.Rank, "rank-from", rate.Usual.Rank, "rank from `N` cases on")
}

func (m *rateFlags) query() (string, *rate.Thresholds, error) {
	switch m.interval {
	case "", rate.Wilson95, rate.Exact95:
	default:
		return "", nil, usagef("--interval is %q, want %s or %s", m.interval, rate.Wilson95, rate.Exact95)
	}
	if l := m.limits; l.Counts < 0 || l.Counts > l.Few || l.Few > l.Rank {
		return "", nil, usagef("--counts-under %d, --few-under %d and --rank-from %d do not rise, want such as 20, 100, 300", l.Counts, l.Few, l.Rank)
	}
	return m.interval, &m.limits, nil
}

// A question is a definition, what to apply it to, and to which cells.
type question struct {
	d    rate.Definition
	data ingest.Data // with corrections
	raw  ingest.Data // as printed
	q    rate.Query
}

// ask puts a named definition to the lake or to raw files. What it takes is read
// at the same time.
func (a *app) ask(name string, flags *queryFlags, from []string, table string) (ask question, err error) {
	var c *audit.Corrections
	steps := []func() error{
		func() error {
			set, err := a.set()
			if err == nil {
				ask.d, err = set.Named(name)
				err = usageOr(err)
			}
			return err
		},
		func() (err error) {
			ask.q, err = flags.query()
			return err
		},
		func() (err error) {
			if len(from) > 0 {
				ask.raw, err = ingest.OpenFiles(from, ingest.Options{Table: table, MaxBytes: a.maxBytes})
			} else {
				ask.raw, err = a.open()
			}
			return err
		},
		func() (err error) {
			c, err = a.inForce()
			return err
		},
	}
	err = rate.Parallel(len(steps), func(i int) error { return steps[i]() })
	if err == nil {
		a.say(ask.raw)
		ask.data = correct(ask.raw, c)
	}
	return ask, err
}

// write writes results in a format for other programs.
func (a *app) write(ask question, results []rate.Result, format string) error {
	switch format {
	case "json":
		return a.json(ask.data, results)
	case "csv":
		return export.CSV(a.stdout, results)
	case "parquet":
		var b bytes.Buffer // the library panics where it cannot write
		if err := export.Parquet(&b, results); err != nil {
			return err
		}
		_, err := a.stdout.Write(b.Bytes())
		return err
	}
	return export.XLSX(a.stdout, ask.d, results)
}

// rank prints the citizenships by their distance from the line of a definition.
func (a *app) rank(ask question, format string) error {
	g, err := rate.Rank(ask.d, ask.data, ask.q)
	if err != nil {
		return err
	}
	results := g.Results()
	switch format {
	case "text":
		return a.ranking(ask, g)
	case "json":
		if err := locate(ask.data, results); err != nil {
			return err
		}
		return export.Ranking(a.stdout, ask.d, g)
	}
	return a.write(ask, results, format)
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

// computedFrom names the sources of a definition, or says why it has none.
func computedFrom(d *rate.Definition) string {
	if d.Lacks != "" {
		return "nothing at hand: " + d.Lacks
	}
	var out []string
	for _, b := range d.From {
		if b.StandsIn != "" {
			b.Source += " (stands in)"
		}
		out = append(out, b.Source)
	}
	return strings.Join(out, ", ")
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
					d.Name, d.Kind, d.Formula, ledger.Lower(d.Title), d.Class, d.Publisher, d.Citation, computedFrom(&d))
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
