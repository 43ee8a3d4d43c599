// Package sql writes a rate definition as SQL over the Parquet of a lake, so
// that another engine computes the numbers that package rate does: both counts,
// the quotient, and what rounding allows.
//
// The SQL is of a lake as it is: which files there are, which periods they have
// and what each vintage speaks of stands in it. It goes the same way as package
// rate, one step a common table expression:
//
//	cells    the cells that the definition looks at, one a row
//	num      what one side of it amounts to, cell by cell of the axes
//	cases    both sides of a rate, with the corners of what rounding allows
//	results  those added up to what was asked for
//	shares   divided, or the reason why not
package sql

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
)

// A Lake says which vintages there are and how each lies on the disk.
type Lake interface {
	Vintages() []table.Meta
	Layout(m table.Meta) (store.Layout, error)
}

// Options says how to write. Root is where the engine finds the lake: a
// directory or an address such as s3://bucket/lake.
type Options struct {
	Dialect Dialect
	Root    string
	Repairs []table.Repair // cells that are not to be read as printed
}

// ErrInexpressible reports a definition or query that this package does not
// write.
var ErrInexpressible = errors.New("it cannot be written as SQL")

// Columns are the columns that the SQL gives: the first of rate.Columns.
var Columns = []string{"definition", "source", "citizen", "geo", "period", "sex", "age", "stage",
	"num", "den", "value", "lo", "hi", "known", "why"}

// Write writes d, applied to the cells that q asks for.
func Write(d rate.Definition, lake Lake, q rate.Query, opt Options) (string, error) {
	if q.By == nil {
		q.By = []string{"citizen", "geo", "period"}
	}
	d = d.At(q.Stage)
	w := &script{Dialect: opt.Dialect, d: d, q: q, lake: lake, repairs: opt.Repairs, root: strings.TrimSuffix(opt.Root, "/")}
	if w.root == "" {
		w.root = "."
	}
	var answers []string
	for i := range d.From {
		b := &d.From[i]
		if q.Source != "" && q.Source != b.Source || !d.Tells(b, q.Stage) || b.StandsIn != "" && !q.StandIns {
			continue
		}
		name, err := w.binding(b)
		if err != nil {
			return "", fmt.Errorf("%s over %s: %w", d.Name, b.Source, err)
		}
		if name != "" {
			answers = append(answers, name)
		}
	}
	return w.assemble(answers), nil
}

// A script is SQL in the making.
type script struct {
	Dialect
	d       rate.Definition
	q       rate.Query
	lake    Lake
	root    string
	repairs []table.Repair
	ctes    []cte
	prefix  string   // of the names of the source at hand
	sources []string // that answer, in order
	seen    []string // the vintages that are read
	mended  []string // cells that are not read as printed
	notes   []string // of what is not read
}

// A cte is a common table expression.
type cte struct{ comment, name, body string }

func (w *script) with(comment, name, body string) string {
	name = w.prefix + name
	w.ctes = append(w.ctes, cte{comment, name, body})
	return name
}

// assemble puts the parts together.
func (w *script) assemble(answers []string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("-- %s: %s", w.d.Name, oneLine(w.d.Formula))
	line("-- %s", oneLine(w.d.Title))
	line("-- class: %s", oneLine(w.d.Class.String()))
	for _, c := range w.d.Caveats {
		line("-- note: %s", oneLine(c))
	}
	line("--")
	line("-- The computation of asylum rate %s, for %s. num and den are the printed", w.d.Name, map[string]string{"duckdb": "DuckDB", "spark": "Spark SQL"}[w.Name])
	line("-- counts; lo and hi are the least and the most that they allow, rounded as they")
	line("-- are: no sampling error. Where known is false there is no share, and why says")
	line("-- why, in fewer words than asylum does. Warnings are asylum's alone.")
	line("--")
	line("-- It is of the lake as it was: print it again once the lake has changed.")
	for _, s := range w.seen {
		line("--   %s", s)
	}
	for _, s := range w.notes {
		line("--   %s", s)
	}
	if w.mended != nil {
		line("-- These cells are corrected, as in asylum rate; asylum sql --raw leaves them as printed.")
	}
	for _, s := range w.mended {
		line("--   %s", s)
	}
	if len(answers) == 0 {
		line("-- No vintage in the lake has such cells, so there are no results.")
		var cols []string
		for _, c := range Columns {
			cols = append(cols, "CAST(NULL AS "+w.kind(c)+") AS "+c)
		}
		line("SELECT %s", strings.Join(cols, ",\n  "))
		line("WHERE FALSE;")
		return b.String()
	}
	for i, c := range w.ctes {
		if i == 0 {
			line("WITH")
		}
		for _, l := range strings.Split(c.comment, "\n") {
			line("-- %s", l)
		}
		end := ","
		if i == len(w.ctes)-1 {
			end = ""
		}
		line("%s AS (\n%s\n)%s", c.name, indent(c.body), end)
	}
	b.WriteString(w.answer(answers))
	return b.String()
}

// answer leaves out what has no share where another source has one, and sorts.
func (w *script) answer(answers []string) string {
	from := answers[0]
	known := ""
	if len(answers) > 1 {
		var all []string
		for i, a := range answers {
			all = append(all, fmt.Sprintf("SELECT %d AS place, * FROM %s", i+1, a))
		}
		from = "(\n" + indent("SELECT *, max(CASE WHEN has_share THEN 1 ELSE 0 END) OVER (PARTITION BY citizen, geo, period, coalesce(nullif(sex, 'T'), ''), coalesce(nullif(age, 'TOTAL'), '')) AS answered\nFROM (\n"+
			indent(strings.Join(all, "\nUNION ALL\n"))+"\n) AS sources") + "\n) AS answers"
		known = "\n-- A source that has no share says nothing where another has one.\nWHERE has_share OR answered = 0"
	}
	var b strings.Builder
	place := ""
	if len(answers) > 1 {
		place = ", place"
	}
	fmt.Fprintf(&b, `-- Under %d cases there are counts and no shares.
SELECT
  %[2]s AS definition, source, citizen, geo, period, sex, age, stage,
  CAST(num AS BIGINT) AS num,
  CAST(den AS BIGINT) AS den,
  CASE WHEN has_share AND den >= %[1]d THEN value END AS value,
  CASE WHEN has_share AND den >= %[1]d THEN lo END AS lo,
  CASE WHEN has_share AND den >= %[1]d THEN hi END AS hi,
  has_share AND den >= %[1]d AS known,
  CASE WHEN has_share AND den < %[1]d THEN 'under %[1]d: counts only' ELSE why END AS why
FROM %[3]s%[4]s
ORDER BY %[6]s%[5]s;
`, rate.Usual.Counts, w.text(w.d.Name), from, known, place, w.order())
	return b.String()
}

// order is that of the results: by the axes that they are kept apart by, in the
// order in which they are named, then by the others.
func (w *script) order() string {
	names := map[string]string{"sex": "coalesce(nullif(sex, 'T'), '')", "age": "coalesce(nullif(age, 'TOTAL'), '')"}
	var out []string
	for _, axis := range append(slices.Clone(w.q.By), rate.Axes...) {
		name := cmp.Or(names[axis], axis)
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

func (w *script) kind(column string) string {
	switch column {
	case "num", "den":
		return "BIGINT"
	case "value", "lo", "hi":
		return "DOUBLE"
	case "known":
		return "BOOLEAN"
	}
	if w.Name == Spark.Name {
		return "STRING"
	}
	return "VARCHAR"
}

// oneLine keeps a text of a user's own within its comment.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func indent(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }

// by reports whether results are kept apart by an axis.
func (w *script) by(axis string) bool { return slices.Contains(w.q.By, axis) }

// periods gives those of a layout that are asked for.
func (w *script) periods(l *store.Layout) []obs.Period {
	var out []obs.Period
	for _, p := range l.Periods {
		if rate.Rated(p) && (w.q.Periods == nil || slices.Contains(w.q.Periods, p)) {
			out = append(out, p)
		}
	}
	return out
}
