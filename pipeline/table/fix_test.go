package table_test

import (
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// A fix shows its count, keeps what is printed, and leaves the table beneath as
// it was; cells without a value and wide tables too.
func TestWith(t *testing.T) {
	b := table.NewBuilder(table.Meta{File: "f.tsv"}, []string{"geo"}, []obs.Period{"2022", "2023"})
	for n, geo := range []string{"DE", "FR"} {
		b.Start(n + 2)
		c, _ := b.Intern(0, []byte(geo))
		b.Set(0, c)
		b.Count(0, int32(10*n+10))
		b.Count(1, int32(10*n+15))
	}
	b.Flag(1, []byte("b"))
	b.Missing(0)
	tab, _ := b.Freeze()
	fixed := tab.With([]table.Fix{{Row: 1, Period: 1, Count: 30, Note: "a note"}, {Row: 1, Period: 0, Count: 7, Note: "another"}})
	for _, tt := range []struct {
		t       *table.Table
		r, p    int
		count   int32
		known   bool
		printed string
		note    string
	}{
		{fixed, 1, 1, 30, true, "25 b", "a note"}, {fixed, 1, 0, 7, true, ":", "another"}, {fixed, 0, 0, 10, true, "", ""}, {fixed, 0, 1, 15, true, "", ""},
		{tab, 1, 1, 25, true, "", ""}, {tab, 1, 0, 0, false, "", ""},
	} {
		o := tt.t.Observation(0, tt.r, tt.p)
		note := ""
		if f := tt.t.Fixed(0, tt.r, tt.p); f != nil {
			note = f.Note
		}
		if o.Count != tt.count || o.Known != tt.known || o.Printed != tt.printed || note != tt.note {
			t.Errorf("row %d period %d: %+v %q, want %+v", tt.r, tt.p, o, note, tt)
		}
	}
	again := fixed.With([]table.Fix{{Row: 0, Period: 0, Count: 11, Note: "third"}})
	if len(again.Fixes) != 3 || len(fixed.Fixes) != 2 || again.Observation(0, 1, 1).Count != 30 {
		t.Errorf("%v %v", again.Fixes, fixed.Fixes)
	}
}
