package sql_test

import (
	"fmt"
	"os"
	"strings"

	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/sql"
	"asylum/pipeline/store"
)

// A rate as one SQL statement over the Parquet of a lake.
func ExampleWrite() {
	dir, err := os.MkdirTemp("", "lake")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	data, err := ingest.OpenEmbedded()
	if err != nil {
		panic(err)
	}
	lake := store.Scratch(dir)
	if err := data.Copy(lake); err != nil {
		panic(err)
	}
	set, err := rate.Definitions("")
	if err != nil {
		panic(err)
	}
	d, err := set.Named("unhcr_total_protection")
	if err != nil {
		panic(err)
	}
	text, err := sql.Write(d, lake, rate.Query{Citizen: []string{"RU"}, Geo: []string{"HR"}, Periods: []obs.Period{"2023"}}, sql.Options{Dialect: sql.DuckDB, Root: "lake"})
	if err != nil {
		panic(err)
	}
	fmt.Println(strings.Contains(text, "read_parquet('lake/tables/unhcr/asylum_decisions/vintage=2025-12-01/part-0.parquet')"))
	// Output: true
}
