package sql

import (
	"fmt"
	"strings"

	"asylum/pipeline/obs"
)

// A Dialect is what differs between the engines that the SQL is written for.
type Dialect struct {
	Name   string
	quote  string // around names
	escape string // a quote within a text
	file   func(path string) string
	joined func(x, by string) string // the distinct values of a group in order, with a text between them
}

// DuckDB is DuckDB 1.0 and newer.
var DuckDB = Dialect{
	Name: "duckdb", quote: `"`, escape: "''",
	file: func(path string) string { return "read_parquet('" + strings.ReplaceAll(path, "'", "''") + "')" },
	joined: func(x, by string) string {
		return "array_to_string(list_sort(list(DISTINCT " + x + ") FILTER (WHERE " + x + " IS NOT NULL)), '" + by + "')"
	},
}

// Spark is Spark SQL 3.4 and newer, which have UNPIVOT.
var Spark = Dialect{
	Name: "spark", quote: "`", escape: `\'`,
	file:   func(path string) string { return "parquet.`" + strings.ReplaceAll(path, "`", "``") + "`" },
	joined: func(x, by string) string { return "array_join(sort_array(collect_set(" + x + ")), '" + by + "')" },
}

// Dialects are those that Named finds.
var Dialects = []string{DuckDB.Name, Spark.Name}

// Named finds a dialect.
func Named(name string) (Dialect, error) {
	for _, d := range []Dialect{DuckDB, Spark} {
		if d.Name == name {
			return d, nil
		}
	}
	return Dialect{}, fmt.Errorf("there is no dialect %q, want one of %s", name, strings.Join(Dialects, ", "))
}

var plain = obs.Pattern(`^[a-z][a-z_0-9]*$`)

// reserved are words that dimensions are called by and that one of the engines
// reads as something else.
var reserved = map[string]bool{
	"all": true, "case": true, "column": true, "default": true, "from": true, "group": true, "level": true, "order": true,
	"partition": true, "period": true, "references": true, "select": true, "table": true, "to": true, "type": true, "user": true, "where": true,
}

// column writes the name of a column of a file.
func (d *Dialect) column(name string) string {
	if plain().MatchString(name) && !reserved[name] {
		return name
	}
	return d.quote + strings.ReplaceAll(name, d.quote, d.quote+d.quote) + d.quote
}

// text writes a text.
func (d *Dialect) text(s string) string {
	if d.escape != "''" {
		s = strings.ReplaceAll(s, `\`, `\\`)
	}
	return "'" + strings.ReplaceAll(s, "'", d.escape) + "'"
}

// texts writes a list of texts, for IN.
func (d *Dialect) texts(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = d.text(s)
	}
	return strings.Join(out, ", ")
}

// in writes that x is one of a list; of an empty one nothing is.
func (d *Dialect) in(x string, list []string) string {
	switch len(list) {
	case 0:
		return "FALSE"
	case 1:
		return x + " = " + d.text(list[0])
	}
	return x + " IN (" + d.texts(list) + ")"
}
