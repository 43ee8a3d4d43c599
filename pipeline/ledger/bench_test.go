package ledger

import (
	"testing"

	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
)

// The whole ledger over the embedded data.
func BenchmarkJudge(b *testing.B) {
	figures, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	set, err := rate.Definitions("")
	if err != nil {
		b.Fatal(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Judge(figures, set, data); err != nil {
			b.Fatal(err)
		}
	}
}
