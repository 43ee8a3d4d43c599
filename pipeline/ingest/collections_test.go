package ingest_test

import (
	"path/filepath"
	"strings"
	"testing"

	"asylum/datasets/needs"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
)

// The collected figures of AIDA and UNHCR's own tables load whole, each as it
// lies in the shared data; AIDA's give the rates that the embedded copy gives.
func TestCollectionsLoadWhole(t *testing.T) {
	l, err := store.Create(filepath.Join(t.TempDir(), "lake"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		file          string
		table         string
		rows          int
		cells, values int
	}{
		{"aida/first_instance.csv", "statistics", 2428, 2603 - 1, 1771},
		{"aida/appeals.csv", "statistics", 101, 102 - 1, 40},
		{"aida/breakdown.csv", "statistics", 64, 65 - 1, 33},
		{"unhcr/population.csv.gz", "population", 83682, 138893 * 9, 1111299},
		{"unhcr/asylum_applications.csv.gz", "asylum_applications", 25912, 120597, 120597},
		{"unhcr/asylum_decisions.csv.gz", "asylum_decisions", 89120, 113929 * 5, 569645},
	} {
		a, err := ingest.Add(l, needs.Shared(t, "data/"+tt.file), ingest.Options{Vintage: "2026-03-18"})
		if err != nil {
			t.Fatal(err)
		}
		tab, err := l.Load(a.Meta, table.Want{})
		if err != nil {
			t.Fatal(err)
		}
		held := 0
		for c := range tab.Chunks {
			for r := range tab.Chunks[c].Rows {
				for p := range tab.Periods {
					if tab.Chunks[c].Held(r, p) {
						held++
					}
				}
			}
		}
		if a.Table != tt.table || a.Rows != tt.rows || a.Cells != tt.values || held != tt.cells {
			t.Errorf("%s: %s, %d rows, %d cells, %d values; want %+v", tt.file, a.Table, a.Rows, held, a.Cells, tt)
		}
	}

	a, err := ingest.Add(l, needs.Shared(t, "data/unhcr/countries.csv.gz"), ingest.Options{Vintage: "2026-03-18"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := l.Load(a.Meta, table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	if a.Table != "countries" || list.Rows != 232 || a.Cells != 0 || strings.Join(list.Key(0, 2), ",") != "DZA,ALG,Algeria,Middle East and North Africa,Africa,Northern Africa," {
		t.Errorf("the list of countries: %+v, %d rows, %q", a, list.Rows, list.Key(0, 2))
	}
	if len(a.Warnings) != 1 || !strings.Contains(a.Warnings[0], `countries.csv.gz:224:1: got iso_code "XXX", want a country`) {
		t.Errorf("the list of countries: %q", a.Warnings)
	}

	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	embedded, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"aida_refugee", "grants_per_intention", "grants_per_applicant"} {
		d, err := set.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := rate.Evaluate(d, embedded, rate.Query{Source: "aida"})
		if err != nil {
			t.Fatal(err)
		}
		got, err := rate.Evaluate(d, l, rate.Query{Source: "aida"})
		if err != nil || len(got) != len(want) || len(want) == 0 {
			t.Fatalf("%s: %d results, %v; want %d", name, len(got), err, len(want))
		}
		for i := range want {
			if got[i].String() != want[i].String() || strings.Join(got[i].Warnings, "") != strings.Join(want[i].Warnings, "") {
				t.Errorf("got %v %q\nwant %v %q", &got[i], got[i].Warnings, &want[i], want[i].Warnings)
			}
		}
	}
}
