//go:build linux

package rate_test

import (
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"
	"asylum/pipeline/table"

	"github.com/klauspost/compress/gzip"

	"asylum/datasets/needs"
)

// The way of a bulk file, step by step in one run, so that ratios can be read
// whatever the machine: unpacking alone is what the rest is held against.
//
//	make bench    or    go test -run '^$' -bench Bulk ./pipeline/rate
//
// real is the complete annual applicants of spring 2023 (48.8 MB raw); S and B
// have the shape of migr_asydcfsta (63 and 140 MB raw), 2B is twice as long. The
// cost is linear where MB/s of a step stays the same from B to 2B.
func BenchmarkBulk(b *testing.B) {
	real := needs.Shared(b, "data/eurostat/tsv-new/migr_asyappctza.bulk-2023.tsv.gz")
	b.Run("real", func(b *testing.B) { bulk(b, real, "migr_asyappctza", "share_of_applicants") })
	for _, synthetic := range []struct {
		name string
		args []string
	}{
		{"S", nil},
		{"B", []string{"-keep", "1", "-scale", "300"}},
		{"2B", []string{"-keep", "1", "-scale", "300", "-from", "1991"}}, // twice the years
	} {
		b.Run(synthetic.name, func(b *testing.B) {
			bulk(b, needs.Synthetic(b, synthetic.name, synthetic.args...), "migr_asydcfsta", "eurostat_first_instance")
		})
	}
}

func bulk(b *testing.B, file, tableName, definition string) {
	defer debug.SetGCPercent(debug.SetGCPercent(25)) // as asylum add runs
	opt := ingest.Options{Table: tableName, Vintage: "2023-04-30"}
	parse := func(b *testing.B) *table.Table {
		in, err := os.Open(file)
		if err != nil {
			b.Fatal(err)
		}
		defer in.Close()
		t, err := ingest.Read(in, file, opt)
		if err != nil {
			b.Fatal(err)
		}
		return t
	}
	var raw int64
	took := map[string]float64{} // ns an operation
	// over reports how many times as long as an earlier step this one took.
	over := func(b *testing.B, step, as string) {
		took[b.Name()[strings.LastIndex(b.Name(), "/")+1:]] = float64(b.Elapsed().Nanoseconds()) / float64(b.N)
		if base := took[step]; base > 0 {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/base, as)
		}
	}
	b.Run("1-gunzip", func(b *testing.B) {
		for b.Loop() {
			in, err := os.Open(file)
			if err != nil {
				b.Fatal(err)
			}
			gz, err := gzip.NewReader(in)
			if err != nil {
				b.Fatal(err)
			}
			if raw, err = io.Copy(io.Discard, gz); err != nil {
				b.Fatal(err)
			}
			in.Close()
		}
		b.SetBytes(raw)
		over(b, "", "")
	})
	b.Run("2-parse-to-table", func(b *testing.B) {
		b.SetBytes(raw)
		for b.Loop() {
			parse(b)
		}
		over(b, "1-gunzip", "x-gunzip")
	})
	t := parse(b)
	var l *store.Lake
	b.Run("3-write-parquet", func(b *testing.B) {
		b.SetBytes(raw)
		for b.Loop() {
			b.StopTimer()
			l, _ = store.Create(b.TempDir())
			in, err := os.Open(file)
			if err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			if _, err := l.Put(t, in, ".tsv.gz"); err != nil {
				b.Fatal(err)
			}
			in.Close()
		}
		over(b, "1-gunzip", "x-gunzip")
	})
	dir := b.TempDir()
	l, err := store.Create(dir)
	if err != nil {
		b.Fatal(err)
	}
	in, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	if _, err := l.Put(t, in, ".tsv.gz"); err != nil {
		b.Fatal(err)
	}
	meta := t.Meta
	t = nil
	debug.SetGCPercent(400) // as asylum rate runs
	runtime.GC()
	b.Run("4-reload", func(b *testing.B) {
		b.SetBytes(raw)
		for b.Loop() {
			if _, err := l.Load(meta, table.Want{}); err != nil {
				b.Fatal(err)
			}
		}
		over(b, "2-parse-to-table", "x-parse")
	})
	set, err := rate.Definitions("")
	if err != nil {
		b.Fatal(err)
	}
	d, err := set.Named(definition)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("5-one-rate-over-all-cells", func(b *testing.B) {
		var rs []rate.Result
		for b.Loop() {
			if rs, err = rate.Evaluate(d, l, rate.Query{Source: "eurostat"}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(rs)), "rates")
	})
	b.Run("6-add-as-a-process", func(b *testing.B) {
		b.SetBytes(raw)
		bin := filepath.Join(b.TempDir(), "asylum")
		if msg, err := exec.Command("go", "build", "-o", bin, "asylum/cmd/asylum").CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, msg)
		}
		peak := int64(0)
		b.ResetTimer()
		for b.Loop() {
			cmd := exec.Command(bin, "add", "--lake", filepath.Join(b.TempDir(), "lake"), "--table", tableName, "--vintage", opt.Vintage, file)
			kB, err := peakOf(cmd)
			if err != nil {
				b.Fatal(err)
			}
			peak = max(peak, kB)
		}
		over(b, "1-gunzip", "x-gunzip")
		b.ReportMetric(float64(peak)/1000, "MB-RSS")
	})
	if st, err := os.Stat(file); err == nil {
		b.Logf("%s: %d bytes packed, %d raw", filepath.Base(file), st.Size(), raw)
	}
}

// peakOf runs a command and gives the largest resident size it had, in kB. The
// system's own account would count the pages of this process before the exec.
func peakOf(cmd *exec.Cmd) (kB int64, err error) {
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)); err == nil {
			if _, line, ok := strings.Cut(string(status), "VmHWM:"); ok {
				var n int64
				if _, err := fmt.Sscan(line, &n); err == nil {
					kB = max(kB, n)
				}
			}
		}
		select {
		case err := <-done:
			return kB, err
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// A question to the embedded data, inside one process.
func BenchmarkEmbedded(b *testing.B) {
	for _, name := range []string{"unhcr_total_protection", "grants_per_intention", "share_of_applicants"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				e, err := ingest.OpenEmbedded()
				if err != nil {
					b.Fatal(err)
				}
				set, err := rate.Definitions("")
				if err != nil {
					b.Fatal(err)
				}
				d, err := set.Named(name)
				if err != nil {
					b.Fatal(err)
				}
				if rs, err := rate.Evaluate(d, e, cell("RU", "HR", "2023")); err != nil || len(rs) == 0 {
					b.Fatal(fmt.Sprint(rs, err))
				}
			}
		})
	}
}

// Every rate for every citizenship, country and period of a lake of all the real
// exports.
func BenchmarkEveryRate(b *testing.B) {
	dir := b.TempDir()
	l, err := store.Create(dir)
	if err != nil {
		b.Fatal(err)
	}
	shared := needs.Shared(b, "data")
	for _, name := range []string{
		"eurostat/tsv-new/migr_asyappctza.bulk-2023.tsv.gz", "eurostat/explorer-csv/migr_asydcfsta.2017-04.csv", "eurostat/sdmx-csv-1/migr_asydcfsta.fr-2021-06.csv",
		"unhcr/asylum_applications.csv.gz", "unhcr/asylum_decisions.csv.gz", "aida/first_instance.csv", "aida/appeals.csv", "aida/breakdown.csv",
	} {
		if _, err := ingest.Add(l, filepath.Join(shared, name), ingest.Options{Vintage: "2026-03-18"}); err != nil {
			b.Fatal(err)
		}
	}
	set, err := rate.Definitions("")
	if err != nil {
		b.Fatal(err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as asylum rate runs
	runtime.GC()
	for b.Loop() {
		l, err := store.Open(dir)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		data := rate.Shared(l)
		for _, d := range set.All() {
			blocks, err := rate.Blocks(d, data, rate.Query{}, func(rs iter.Seq[*rate.Result]) (n int) {
				for range rs {
					n++
				}
				return n
			})
			if err != nil {
				b.Fatal(err)
			}
			for _, m := range blocks {
				n += m
			}
		}
		b.ReportMetric(float64(n), "rates")
	}
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		var kB float64
		if _, line, ok := strings.Cut(string(status), "VmHWM:"); ok {
			fmt.Sscan(line, &kB)
			b.ReportMetric(kB/1000, "MB-RSS-with-adding")
		}
	}
}
