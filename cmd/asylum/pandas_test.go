//go:build linux

package main

import (
	"encoding/csv"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
	"time"

	"asylum/datasets/needs"
	"asylum/pipeline/code"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/reports/export"

	"golang.org/x/sys/unix"
)

// A task is raw files and the rates that are computed from them, here and by
// testdata/pandas/rates.py.
type task struct {
	name  string
	files []string // of the shared data
	rates []string
	query rate.Query
	least int // rows that are compared
}

const eurostatFiles = "data/eurostat/tsv-new/"

var (
	byEurostat = task{"eurostat", []string{eurostatFiles + "migr_asyappctza.bulk-2023.tsv.gz", eurostatFiles + "demo_gind.bulk-2023.tsv.gz"},
		[]string{"share_of_applicants", "applicants_per_million"}, rate.Query{Source: "eurostat"}, 211_000}
	byUNHCR = task{"unhcr", []string{"data/unhcr/asylum_decisions.csv.gz"},
		[]string{"unhcr_total_protection", "unhcr_refugee_recognition", "unhcr_all_outcomes"}, rate.Query{Source: "unhcr", Stage: "FI"}, 215_000}
)

// The data stages against pandas, which is given a script as a competent analyst
// writes it: raw files read, taken apart, the rates of every citizenship, country
// and period with the bounds that rounding leaves, each written as CSV. Both write
// the same rows and columns, which are compared first, field by field; we also
// check every field that is read. The two take turns, so that a noisy machine is
// noisy for both; of pandas the time counts after its import. less-cpu compares
// what both took of the processors, which depends less on who else is at work.
func BenchmarkAgainstPandas(b *testing.B) {
	python := needs.Pandas(b)
	for _, k := range []task{byEurostat, byUNHCR} {
		b.Run(k.name, func(b *testing.B) {
			defer debug.SetGCPercent(debug.SetGCPercent(400)) // as commands run
			files, out := k.raw(b), b.TempDir()
			k.same(b, python, files, out)
			none := took(b, python, "-c", "import pandas")
			var peer, peerCPU, ours, oursCPU float64
			for b.Loop() {
				p := took(b, python, append([]string{"testdata/pandas/rates.py", out}, files...)...)
				peer, peerCPU = peer+p.stages, peerCPU+p.cpu-none.cpu
				start, cpu := time.Now(), processor(b)
				k.own(b, files, out)
				ours, oursCPU = ours+time.Since(start).Seconds(), oursCPU+processor(b)-cpu
			}
			b.ReportMetric(peer/ours, "x-faster")
			b.ReportMetric(peerCPU/oursCPU, "x-less-cpu")
			b.ReportMetric(ours/float64(b.N), "s/asylum")
			b.ReportMetric(peer/float64(b.N), "s/pandas")
		})
	}
}

// Both give the same, of Eurostat on a part of the real applicants.
func TestPandasGivesTheSame(t *testing.T) {
	python := needs.Pandas(t)
	part := byEurostat
	part.files, part.least = []string{eurostatFiles + "migr_asyappctza.bulk-2023.subset.tsv", part.files[1]}, 2_000
	for _, k := range []task{part, byUNHCR} {
		t.Run(k.name, func(t *testing.T) { k.same(t, python, k.raw(t), t.TempDir()) })
	}
}

func (k *task) raw(t testing.TB) (out []string) {
	for _, f := range k.files {
		out = append(out, needs.Shared(t, f))
	}
	return out
}

// A use is what a program took: seconds as it says itself, and of the processors.
type use struct{ stages, cpu float64 }

// took runs Python.
func took(t testing.TB, python string, args ...string) use {
	t.Helper()
	cmd := exec.Command(python, args...)
	said, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, said)
	}
	u := use{cpu: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()}
	if len(said) > 0 {
		if u.stages, err = strconv.ParseFloat(string(said), 64); err != nil {
			t.Fatal(err)
		}
	}
	return u
}

// processor is how many seconds of the processors this process has had.
func processor(t testing.TB) float64 {
	t.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// own does here what the script does: NAME.csv of pandas is asylum-NAME.csv.
func (k *task) own(t testing.TB, raw []string, out string) {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	files, err := ingest.OpenFiles(raw, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	data := rate.Shared(files)
	for _, name := range k.rates {
		d, err := set.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		blocks, err := rate.Blocks(d, data, k.query, export.CSVRows)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(filepath.Join(out, "asylum-"+name+".csv"))
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

// same compares every field of every row.
func (k *task) same(t testing.TB, python string, raw []string, out string) {
	t.Helper()
	took(t, python, append([]string{"testdata/pandas/rates.py", out}, raw...)...)
	k.own(t, raw, out)
	compared := 0
	for _, name := range k.rates {
		theirs, ours := rowsOf(t, filepath.Join(out, name+".csv"), k.name == "unhcr"), rowsOf(t, filepath.Join(out, "asylum-"+name+".csv"), false)
		wrong := 0
		for at, x := range ours {
			y := theirs[at]
			compared++
			if !slices.EqualFunc(x, y, alike) {
				if wrong++; wrong < 5 {
					t.Errorf("%s %v:\nasylum %q\npandas %q", name, at, x, y)
				}
			}
			delete(theirs, at)
		}
		if len(theirs) > 0 || wrong > 0 {
			t.Errorf("%s: %d rows of pandas alone, %d that differ", name, len(theirs), wrong)
		}
	}
	if compared < k.least {
		t.Errorf("%d rows compared, want at least %d", compared, k.least)
	}
}

// alike compares two fields: texts and counts exactly, values to nine digits.
func alike(a, b string) bool {
	if a == b {
		return true
	}
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err == nil && err2 == nil && math.Abs(x-y) <= 1e-9*math.Abs(y)
}

// rowsOf reads a CSV of rates by citizenship, country and period, as Eurostat
// codes them, which of a file with iso3 are those of UNHCR's.
func rowsOf(t testing.TB, file string, iso3 bool) map[[3]string][]string {
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
	if !slices.Equal(rows[0], rate.Columns) {
		t.Fatalf("%s has columns %q, want %q", file, rows[0], rate.Columns)
	}
	const citizen, geo, period = 2, 3, 4 // of rate.Columns
	out := map[[3]string][]string{}
	for _, row := range rows[1:] {
		if iso3 {
			row[citizen], row[geo] = eurostatCode(t, "citizen", row[citizen]), eurostatCode(t, "geo", row[geo])
		}
		at := [3]string{row[citizen], row[geo], row[period]}
		if out[at] != nil {
			t.Fatalf("%s has %v twice", file, at)
		}
		out[at] = row
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
