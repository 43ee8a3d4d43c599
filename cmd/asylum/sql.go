package main

import (
	"errors"
	"iter"
	"strings"

	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/pipeline/sql"
	"asylum/pipeline/store"

	"github.com/spf13/cobra"
)

// published is where asylum run leaves the embedded data as a lake.
const published = "reports/out/lake"

func (a *app) sqlCmd() *cobra.Command {
	var q queryFlags
	var dialect, root string
	c := &cobra.Command{
		Use:   "sql NAME [--dialect duckdb|spark] [--root DIR|URL] [--citizen RU] …",
		Short: "Print a rate as SQL over the Parquet of the lake",
		Long: `Prints the computation that asylum rate NAME does, with the same flags, as one
SQL statement over the Parquet files of the lake: both counts, the quotient and
what rounding allows, a row for each result. DuckDB 1.0 and Spark SQL 3.4 (or
newer) run it as it is.

The SQL is of the lake at hand: its files, their periods, and what each vintage
speaks of stand in it. Print it again once the lake has changed. Without a lake
it is of the embedded data, as asylum run leaves them in reports/out/lake.

The corrections in force (asylum audit --help) stand in it as asylum rate makes
them; --raw leaves the cells as printed.

It gives the columns of asylum rate --format csv up to why, which says in fewer
words than asylum why there is no share. What it does not give: warnings,
printed rates, the cells behind a number (asylum trace lists them), and the one
row by which asylum rate says that no table holds the one cell asked for.`,
		Example: `  asylum sql eurostat_first_instance | duckdb
  asylum sql unhcr_total_protection --citizen TOTAL --geo EU27_2020 --dialect spark --root s3a://bucket/lake > rate.sql
  spark-sql -f rate.sql`,
		Args: cobra.ExactArgs(1), ValidArgsFunction: a.definitionNames,
		RunE: func(_ *cobra.Command, args []string) error {
			opt := sql.Options{Root: root}
			var err error
			if opt.Dialect, err = sql.Named(dialect); err != nil {
				return usagef("--dialect is %q, want %s", dialect, strings.Join(sql.Dialects, " or "))
			}
			ask, err := a.ask(args[0], &q, nil, "")
			if err != nil {
				return err
			}
			// What may not be added up is refused here as there.
			if _, err := rate.Blocks(ask.d, ask.raw, ask.q, func(results iter.Seq[*rate.Result]) struct{} {
				for range results {
				}
				return struct{}{}
			}); err != nil {
				return err
			}
			var lake sql.Lake
			switch d := ask.raw.(type) {
			case *store.Lake:
				lake = d
				if root == "" {
					opt.Root = a.lake
				}
			case *ingest.Embedded:
				lake = d
				if root == "" {
					opt.Root = published
				}
			}
			if c, ok := ask.data.(*corrected); ok {
				if opt.Repairs, err = c.list.Repairs(ask.raw); err != nil {
					return err
				}
			}
			text, err := sql.Write(ask.d, lake, ask.q, opt)
			if errors.Is(err, sql.ErrInexpressible) {
				return usageError{err}
			}
			if err != nil {
				return err
			}
			a.printf("%s", text)
			return nil
		},
	}
	q.bind(c)
	c.Flags().StringVar(&dialect, "dialect", sql.DuckDB.Name, "the `ENGINE` that is to run it: duckdb or spark")
	c.Flags().StringVar(&root, "root", "", "the `DIR` or URL where the engine finds the lake (default: where it is)")
	return c
}
