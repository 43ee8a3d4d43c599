package sql_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"asylum/datasets/needs"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/sql"
)

// Spark itself is not to be had here. What is written for it is read by a parser
// of its grammar, and run by DuckDB in translation.

// spark reads files of SQL as Spark does: what it has to say of each, and the same
// in DuckDB's SQL, stand beside it.
func spark(t *testing.T, files []string) {
	t.Helper()
	cmd := exec.Command(needs.Tool(t, "node"), append([]string{"testdata/spark.mjs"}, files...)...)
	cmd.Env = append(os.Environ(), "SPARK_FROM="+needs.Spark(t))
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("node: %v\n%s", err, msg)
	}
}

// faults are what the parser of Spark's grammar says of each file.
func faults(t *testing.T, files []string) (out []string) {
	t.Helper()
	spark(t, files)
	for _, f := range files {
		text, err := os.ReadFile(f + ".errors")
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	return out
}

// written puts statements into files.
func written(t *testing.T, texts []string) (files []string) {
	t.Helper()
	dir := t.TempDir()
	for i, text := range texts {
		file := filepath.Join(dir, fmt.Sprintf("%d.sql", i))
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// Every definition is Spark SQL. TestSparkInTranslation parses the other ways in
// which they are asked.
func TestSparkParses(t *testing.T) {
	l, dir := embedded(t)
	var names, texts []string
	for _, d := range definitions(t) {
		root := "s3a://bucket/lake"
		if d.Name == "aida_refugee" {
			root = "s3a://it's `a`/lake"
		}
		text, err := sql.Write(d, l, rate.Query{}, sql.Options{Dialect: sql.Spark, Root: root})
		if err != nil {
			t.Fatal(err)
		}
		names, texts = append(names, d.Name), append(texts, text)
	}
	for i, f := range faults(t, written(t, texts)) {
		if f != "" {
			t.Errorf("%s: %s", names[i], f)
		}
	}
	t.Logf("%d statements", len(texts))

	// The parser does refuse what Spark would.
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named("unhcr_total_protection")
	if err != nil {
		t.Fatal(err)
	}
	good, err := sql.Write(d, l, rate.Query{Periods: []obs.Period{"2023"}}, sql.Options{Dialect: sql.Spark, Root: dir})
	if err != nil {
		t.Fatal(err)
	}
	var bad, what []string
	for _, change := range [][2]string{{"UNPIVOT INCLUDE NULLS (", "UNPIVOT INCLUDE NULLS "}, {"AS `2023`", "AS 2023"}, {"\nFROM answer", "\nFORM answer"}} {
		if !strings.Contains(good, change[0]) {
			t.Fatalf("there is no %q", change[0])
		}
		bad, what = append(bad, strings.Replace(good, change[0], change[1], 1)), append(what, change[1]+" in place of "+change[0])
	}
	for i, f := range faults(t, written(t, bad)) {
		if f == "" {
			t.Errorf("no fault is found with %s", what[i])
		}
	}
}

var sparkFile = regexp.MustCompile(`(?i)parquet\."([^"]*)"`)

// sparkJoin is what the translator leaves as it is. Neither function counts NULL.
var sparkJoin = regexp.MustCompile(`(?i)\barray_join\(`)

// translated reads Spark SQL and gives files of the same in DuckDB's.
func translated(t *testing.T, files []string) (out []string) {
	t.Helper()
	for i, f := range faults(t, files) {
		if f != "" {
			t.Errorf("%s: %s", files[i], f)
		}
	}
	for _, f := range files {
		text, err := os.ReadFile(f + ".duckdb")
		if err != nil {
			t.Fatal(err)
		}
		text = sparkFile.ReplaceAll(text, []byte("read_parquet('$1')"))
		text = sparkJoin.ReplaceAll(text, []byte("array_to_string("))
		if err := os.WriteFile(f+".duckdb", text, 0o666); err != nil {
			t.Fatal(err)
		}
		out = append(out, f+".duckdb")
	}
	return out
}

// The Spark SQL of every definition, as a program that knows both dialects
// translates it, gives the rows that asylum rate does.
func TestSparkInTranslation(t *testing.T) {
	l, dir := embedded(t)
	var ask []question
	every := []string{"euaa_recognition", "unhcr_total_protection", "aida_humanitarian", "grants_per_applicant", "share_of_applicants"} // one of each shape
	for _, d := range definitions(t) {
		for _, v := range variants {
			if slices.Contains(every, d.Name) || v.name == "some" || v.name == "aggregates" {
				ask = append(ask, question{d.Name + " " + v.name + " in translation", d, l, dir, v.q, nil})
			}
		}
	}
	if rows, known, bounded, _ := compareSome(t, ask, sql.Spark); known == 0 || bounded == 0 {
		t.Errorf("of %d rows too little was compared", rows)
	}
}
