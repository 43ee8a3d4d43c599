package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

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
	g := grid{columns: 5}
	for i := range results {
		r := &results[i]
		g.add(r.Citizen)
		g.add(r.Geo, part(r.Sex, "T"), part(r.Age, "TOTAL"))
		g.add(string(r.Period))
		g.buf = r.Append(g.buf)
		g.end()
		g.add(origin(r)...)
	}
	if _, err := a.stdout.Write(g.lines()); err != nil {
		return err
	}
	notes(a.stdout, results)
	for _, c := range d.Caveats {
		a.printf("  note: %s\n", c)
	}
	return nil
}

// A grid sets cells in columns two blanks apart. The last of a row is not
// filled up. It does for tens of thousands of rows what a tabwriter does for few.
type grid struct {
	columns int
	buf     []byte // the cells, one behind the other
	ends    []int  // of the cells, in buf
	widths  []int  // of the columns, in characters
}

// add adds a cell out of parts.
func (g *grid) add(parts ...string) {
	for _, s := range parts {
		g.buf = append(g.buf, s...)
	}
	g.end()
}

// end ends a cell that was written to buf.
func (g *grid) end() {
	if g.widths == nil {
		g.widths = make([]int, g.columns)
	}
	col, from := len(g.ends)%g.columns, 0
	if n := len(g.ends); n > 0 {
		from = g.ends[n-1]
	}
	g.widths[col] = max(g.widths[col], utf8.RuneCount(g.buf[from:]))
	g.ends = append(g.ends, len(g.buf))
}

// lines gives the rows, a line each.
func (g *grid) lines() []byte {
	row := 1
	for _, w := range g.widths {
		row += w + 2
	}
	out := make([]byte, 0, len(g.ends)/g.columns*row)
	from := 0
	for i, end := range g.ends {
		cell := g.buf[from:end]
		from = end
		out = append(out, cell...)
		if col := i % g.columns; col == g.columns-1 {
			out = append(out, '\n')
		} else {
			for range g.widths[col] + 2 - utf8.RuneCount(cell) {
				out = append(out, ' ')
			}
		}
	}
	return out
}

func lower(s string) string {
	if len(s) > 1 && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// part names a part of the people, nothing where it is all of them.
func part(code, all string) string {
	if code == "" || code == all {
		return ""
	}
	return " " + code
}

// amount writes both counts and, if they bear one, the percentage.
func amount(r *rate.Result) string { return string(r.Append(nil)) }

// origin says where a result is from, in parts.
func origin(r *rate.Result) []string {
	if r.Source == "" {
		return nil
	}
	s := []string{sourceName(r.Source)}
	if r.Stage != "" && r.Stage != "first" && r.Stage != "any" {
		s = append(s, " level ", r.Stage)
	}
	for _, v := range r.Vintages {
		s = append(s, ", ", v)
	}
	if r.Witness != "" {
		s = append(s, ", printed rate ", r.Witness)
	}
	return s
}

func sourceName(s string) string {
	switch s {
	case "eurostat":
		return "Eurostat"
	case "unhcr":
		return "UNHCR"
	case "aida":
		return "AIDA"
	}
	return ""
}

// notes prints each warning once, with the cells that it is about.
func notes(w io.Writer, results []rate.Result) {
	const most = 4 // cells that are named
	type about struct {
		warning string
		cells   [most]*rate.Result
		n       int
	}
	var all []*about
	byWarning := map[string]*about{}
	for i := range results {
		for _, warning := range results[i].Warnings {
			x := byWarning[warning]
			if x == nil {
				x = &about{warning: warning}
				byWarning[warning] = x
				all = append(all, x)
			}
			if x.n < most {
				x.cells[x.n] = &results[i]
			}
			x.n++
		}
	}
	var b bytes.Buffer
	for _, x := range all {
		b.WriteString("  ! ")
		named := min(x.n, most)
		if x.n > most {
			named = most - 1
		}
		for i, r := range x.cells[:named] {
			if len(results) == 1 || x.n == len(results) {
				break
			}
			if i > 0 {
				b.WriteString("; ")
			}
			b.WriteString(r.Citizen + " " + r.Geo + " " + string(r.Period))
			switch {
			case i < named-1:
			case x.n > most:
				fmt.Fprintf(&b, "; and %d more: ", x.n-named)
			default:
				b.WriteString(": ")
			}
		}
		b.WriteString(x.warning + "\n")
	}
	w.Write(b.Bytes()) // the writer remembers what fails
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
