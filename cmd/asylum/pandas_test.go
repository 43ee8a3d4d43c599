package main

import (
	"encoding/csv"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"asylum/datasets/needs"
	"asylum/pipeline/code"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/reports/export"
)

// exports are the raw files that rates are computed from, in the order in which
// testdata/pandas/rates.py takes them.
type exports struct{ applicants, population, decisions string }

// theRates are those that both compute, with the level that pandas looks at.
var theRates = []struct {
	name  string
	query rate.Query
	keys  [3]string // citizen, geo and period, as pandas calls them
}{
	{"share_of_applicants", rate.Query{Source: "eurostat"}, [3]string{"citizen", "geo", "period"}},
	{"applicants_per_million", rate.Query{Source: "eurostat"}, [3]string{"citizen", "geo", "period"}},
	{"unhcr_total_protection", rate.Query{Source: "unhcr", Stage: "FI"}, [3]string{"coo_iso", "coa_iso", "year"}},
	{"unhcr_refugee_recognition", rate.Query{Source: "unhcr", Stage: "FI"}, [3]string{"coo_iso", "coa_iso", "year"}},
	{"unhcr_all_outcomes", rate.Query{Source: "unhcr", Stage: "FI"}, [3]string{"coo_iso", "coa_iso", "year"}},
}

// The data stages against pandas, which is given a script as a competent analyst
// writes it: raw files read, taken apart, five rates of every citizenship, country
// and period, each written as CSV. Ours computes the bounds that rounding leaves
// as well, and its rows say more. The two take turns, so that a noisy machine is
// noisy for both. Of pandas the time counts after its import, which is given
// apart; ours is whole, in this process. The results are compared first.
func BenchmarkAgainstPandas(b *testing.B) {
	python := needs.Pandas(b)
	real := exports{
		needs.Shared(b, "data/eurostat/tsv-new/migr_asyappctza.bulk-2023.tsv.gz"),
		needs.Shared(b, "data/eurostat/tsv-new/demo_gind.bulk-2023.tsv.gz"),
		needs.Shared(b, "data/unhcr/asylum_decisions.csv.gz"),
	}
	out := b.TempDir()
	sameAsPandas(b, python, real, out, 300_000)
	var peer, whole, ours time.Duration
	for b.Loop() {
		stages, all := pandas(b, python, real, out)
		peer, whole = peer+stages, whole+all
		start := time.Now()
		ownRates(b, real, out)
		ours += time.Since(start)
	}
	b.ReportMetric(float64(peer)/float64(ours), "x-faster")
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/asylum")
	b.ReportMetric(peer.Seconds()/float64(b.N), "s/pandas")
	b.ReportMetric(whole.Seconds()/float64(b.N), "s/pandas-with-import")
}

// On a part of the real applicants both give the same.
func TestPandasGivesTheSame(t *testing.T) {
	sameAsPandas(t, needs.Pandas(t), exports{
		needs.Shared(t, "data/eurostat/tsv-new/migr_asyappctza.bulk-2023.subset.tsv"),
		needs.Shared(t, "data/eurostat/tsv-new/demo_gind.bulk-2023.tsv.gz"),
		needs.Shared(t, "data/unhcr/asylum_decisions.csv.gz"),
	}, t.TempDir(), 150_000)
}

// pandas runs the script, and says how long it took without the import and with it.
func pandas(t testing.TB, python string, from exports, out string) (stages, all time.Duration) {
	t.Helper()
	start := time.Now()
	msg, err := exec.Command(python, "testdata/pandas/rates.py", from.applicants, from.population, from.decisions, out).Output()
	if err != nil {
		t.Fatalf("rates.py: %v\n%s", err, msg)
	}
	all = time.Since(start)
	seconds, err := strconv.ParseFloat(string(msg), 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(seconds * float64(time.Second)), all
}

// ownRates does the same here: NAME.csv of pandas is asylum-NAME.csv.
func ownRates(t testing.TB, from exports, out string) {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	files, err := ingest.OpenFiles([]string{from.applicants, from.population, from.decisions}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	data := rate.Shared(files)
	for _, r := range theRates {
		d, err := set.Named(r.name)
		if err != nil {
			t.Fatal(err)
		}
		blocks, err := rate.Blocks(d, data, r.query, export.CSVRows)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(filepath.Join(out, "asylum-"+r.name+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		if err := export.CSVFile(f, blocks); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// sameAsPandas compares all counts and values, of at least so many cells.
func sameAsPandas(t testing.TB, python string, from exports, out string, least int) {
	t.Helper()
	pandas(t, python, from, out)
	ownRates(t, from, out)
	compared := 0
	for _, r := range theRates {
		theirs, ours := cellsOf(t, filepath.Join(out, r.name+".csv"), r.keys), cellsOf(t, filepath.Join(out, "asylum-"+r.name+".csv"), [3]string{"citizen", "geo", "period"})
		wrong := 0
		for at, y := range theirs {
			compared++
			x, ok := ours[at]
			delete(ours, at)
			if !ok || x.num != y.num || x.den != y.den || x.value != "" && !near(x.value, y.value) {
				if wrong++; wrong < 5 {
					t.Errorf("%s %v: asylum %v, pandas %v", r.name, at, x, y)
				}
			}
		}
		for at, x := range ours {
			if x.num != "" && x.den != "" {
				if wrong++; wrong < 5 {
					t.Errorf("%s %v: asylum %v, pandas nothing", r.name, at, x)
				}
			}
		}
	}
	if compared < least {
		t.Errorf("%d cells compared, want at least %d", compared, least)
	}
}

type quotient struct{ num, den, value string }

// near compares values as they are written, to ten digits.
func near(a, b string) bool {
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err == nil && err2 == nil && math.Abs(x-y) <= 1e-9*math.Abs(y)
}

// cellsOf reads a CSV of rates, by codes as Eurostat writes them.
func cellsOf(t testing.TB, file string, keys [3]string) map[[3]string]quotient {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	out := map[[3]string]quotient{}
	for _, row := range rows[1:] {
		var at [3]string
		for i, key := range keys {
			at[i] = row[column[key]]
		}
		if keys[0] == "coo_iso" {
			at[0], at[1] = eurostatCode(t, "citizen", at[0]), eurostatCode(t, "geo", at[1])
		}
		out[at] = quotient{row[column["num"]], row[column["den"]], row[column["value"]]}
	}
	return out
}

func eurostatCode(t testing.TB, dim, iso3 string) string {
	t.Helper()
	c, ok := code.Must(dim).ISO3(iso3)
	if !ok {
		t.Fatalf("%s: no code for %s", dim, iso3)
	}
	return c
}
