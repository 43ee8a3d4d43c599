//go:build unix

package audit

import (
	"os"
	"syscall"
	"testing"
	"time"

	"asylum/datasets/needs"
	"asylum/pipeline/ingest"
)

// bulk is Eurostat's whole table of applicants: 643,776 rows by 15 years, 48.8 MB
// unpacked.
const bulk = "data/eurostat/tsv-new/migr_asyappctza.bulk-2023.tsv.gz"

// read and audit it, as asylum audit does over a raw file.
func auditBulk(tb testing.TB, path string) []Finding {
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	t, err := ingest.Read(f, path, ingest.Options{Table: "migr_asyappctza"})
	if err != nil {
		tb.Fatal(err)
	}
	return Table(t)
}

// spent is the processor time of this process: it does not depend on what else
// the machine does.
func spent(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The audit of the bulk table takes under 5 s, reading included.
func TestBulkInTime(t *testing.T) {
	path := needs.Shared(t, bulk)
	start := spent(t)
	fs := auditBulk(t, path)
	took := spent(t) - start
	t.Logf("%d findings in %v of processor time", len(fs), took)
	if took > 5*time.Second || len(fs) < 100 {
		t.Errorf("%d findings in %v, want it under 5 s", len(fs), took)
	}
}

func BenchmarkBulk(b *testing.B) {
	path := needs.Shared(b, bulk)
	for b.Loop() {
		auditBulk(b, path)
	}
}

// The audit alone, the table being read.
func BenchmarkTable(b *testing.B) {
	f, err := os.Open(needs.Shared(b, bulk))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	t, err := ingest.Read(f, bulk, ingest.Options{Table: "migr_asyappctza"})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		Table(t)
	}
}
