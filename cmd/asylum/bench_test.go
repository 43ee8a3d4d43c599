package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
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

// inputs are the real exports of the shared data that make a lake, all but
// extracts of what is there whole.
var wholeInputs = []string{
	"eurostat/tsv-new/migr_asyappctza.bulk-2023.tsv.gz", "eurostat/tsv-new/demo_gind.bulk-2023.tsv.gz",
	"unhcr/asylum_applications.csv.gz", "unhcr/asylum_decisions.csv.gz", "unhcr/countries.csv.gz", "unhcr/population.csv.gz",
	"aida/appeals.csv", "aida/breakdown.csv", "aida/first_instance.csv",
}

// A whole run, cold: raw exports into a lake, and from it the site in four
// languages, each stage as its beginnings in the log tell. Peak memory is that of
// the run; add is a process of its own.
func BenchmarkWholeRun(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "asylum")
	if msg, err := exec.Command("go", "build", "-trimpath", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, msg)
	}
	took, peak := map[string]time.Duration{}, int64(0)
	for b.Loop() {
		dir := b.TempDir()
		add := []string{"add", "--vintage", "2026-03-18", "--lake", filepath.Join(dir, "lake")}
		for _, f := range wholeInputs {
			add = append(add, needs.Shared(b, "data/"+f))
		}
		start := time.Now()
		if msg, err := exec.Command(bin, add...).CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, msg)
		}
		took["add"] += time.Since(start)
		stages, rss := staged(b, exec.Command(bin, "run", "--lake", filepath.Join(dir, "lake"), "--out", filepath.Join(dir, "out")))
		for stage, t := range stages {
			took[stage] += t
		}
		peak = max(peak, rss)
	}
	var total time.Duration
	for stage, t := range took {
		total += t
		b.ReportMetric(t.Seconds()/float64(b.N), "s/"+stage)
	}
	b.ReportMetric(total.Seconds()/float64(b.N), "s/whole")
	b.ReportMetric(float64(peak)/1e6, "MB-at-most")
}

// staged runs a command, and tells how long each stage took that its log names
// and how many bytes it held at most. Languages count together.
func staged(b *testing.B, cmd *exec.Cmd) (map[string]time.Duration, int64) {
	b.Helper()
	log, err := cmd.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	took, stage, since := map[string]time.Duration{}, "start", time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	for lines := bufio.NewScanner(log); lines.Scan(); {
		next, ok := stageIn(lines.Text())
		if !ok {
			continue
		}
		took[stage] += time.Since(since)
		stage, since = next, time.Now()
	}
	if err := cmd.Wait(); err != nil {
		b.Fatal(err)
	}
	took[stage] += time.Since(since)
	return took, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
}

// stageIn is the stage that a line of the log begins.
func stageIn(line string) (stage string, ok bool) {
	_, rest, ok := strings.Cut(line, "msg=")
	name, _, begins := strings.Cut(rest, " pieces=")
	stage, _, _ = strings.Cut(strings.Trim(name, `"`), " ")
	return stage, ok && begins
}
