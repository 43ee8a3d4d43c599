package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"asylum/datasets/needs"
)

// Whole processes against DuckDB, which is asked the same of the same file as a
// competent analyst would: rates by citizen, geo and period from the raw file,
// and the raw file into Parquet. The two take turns, so that a noisy machine is
// noisy for both; x-faster is the quotient of what they took.
func BenchmarkAgainstDuckDB(b *testing.B) {
	duck := needs.DuckDB(b)
	dir := b.TempDir()
	bin := filepath.Join(dir, "asylum")
	if msg, err := exec.Command("go", "build", "-trimpath", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, msg)
	}
	raw := filepath.Join(dir, "migr_asydcfsta.tsv.gz")
	if err := os.Symlink(needs.Synthetic(b, "S"), raw); err != nil {
		b.Fatal(err)
	}
	add := func(lake string) []string {
		return []string{bin, "add", "--vintage", "2024-06-01", "--lake", lake, raw}
	}
	lake := filepath.Join(dir, "lake")
	timed(b, duck, add(lake))
	rate := []string{bin, "rate", "eurostat_first_instance", "--by", "citizen,geo,period"}
	for _, bb := range []struct {
		name       string
		peer, ours []string
	}{
		{"rate-from-raw", []string{"filtered.mjs", raw, "2008", "2024"}, append(rate, "--from", raw)},
		{"rate-from-raw-csv", []string{"filtered.mjs", raw, "2008", "2024"}, append(rate, "--format", "csv", "--from", raw)},
		{"rate-from-lake", []string{"filtered.mjs", raw, "2008", "2024"}, append(rate, "--lake", lake)},
		{"add", []string{"add.mjs", raw, "2008", "2024", filepath.Join(dir, "duck.parquet")}, nil},
	} {
		b.Run(bb.name, func(b *testing.B) {
			var peer, ours time.Duration
			for b.Loop() {
				args := bb.ours
				if args == nil {
					args = add(filepath.Join(b.TempDir(), "lake"))
				}
				peer += timed(b, duck, append([]string{"node", "testdata/duckdb/" + bb.peer[0]}, bb.peer[1:]...))
				ours += timed(b, duck, args)
			}
			b.ReportMetric(float64(peer)/float64(ours), "x-faster")
			b.ReportMetric(ours.Seconds()/float64(b.N), "s/asylum")
			b.ReportMetric(peer.Seconds()/float64(b.N), "s/DuckDB")
		})
	}
}

// timed runs a command and says how long it took.
func timed(b *testing.B, duck string, args []string) time.Duration {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "DUCKDB_FROM="+duck)
	cmd.Stdout = io.Discard
	start := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("%v: %v", args, err)
	}
	return time.Since(start)
}

// A question to the solver as a whole process, on the embedded data: one cell,
// and the one that needs the most cells.
func BenchmarkSolve(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "asylum")
	if msg, err := exec.Command("go", "build", "-trimpath", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, msg)
	}
	for _, bb := range []struct{ name, citizen, geo string }{{"country", "RU", "HR"}, {"EU", "RU", "EU27_2020"}, {"EU-total", "TOTAL", "EU27_2020"}} {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				if out, err := exec.Command(bin, "solve", "33.9%", "--citizen", bb.citizen, "--geo", bb.geo, "--period", "2023").CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
			}
		})
	}
}
