package ingest

import (
	"strings"
	"testing"

	"asylum/pipeline/rate"
	"asylum/pipeline/store"
)

// A page of one country does not hide another country's.
func TestPagesOfTwoCountries(t *testing.T) {
	l, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"../aida/testdata/de2023.html", "../aida/testdata/hr2022.html"} { // the newer one first
		if a, err := Add(l, page, Options{}); err != nil || !a.New || len(a.Warnings) > 0 {
			t.Fatalf("%s: %+v, %v", page, a, err)
		}
	}
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, citizen, geo, period, want string }{
		{"grants_per_intention", "TOTAL", "HR", "2022", "21/12,872"},
		{"de_bereinigte_schutzquote", "RU", "DE", "2023", "480/1,658"},
	} {
		d, err := set.Named(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		rs, err := rate.Evaluate(d, l, rate.Query{Citizen: []string{tt.citizen}, Geo: []string{tt.geo}})
		if err != nil || len(rs) != 1 || rs[0].Counts() != tt.want {
			t.Errorf("%s %s %s: %v %v, want %s", tt.name, tt.citizen, tt.geo, rs, err, tt.want)
		}
	}
}

// What a page prints and no list knows is kept, and said.
func TestDoubtsAreSaid(t *testing.T) {
	l, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a, err := Add(l, "../aida/testdata/odd.html", Options{})
	if err != nil || len(a.Warnings) != 3 || !strings.Contains(a.Warnings[0], `odd.html:24:45: got column head "Dublin transfers"`) {
		t.Errorf("%q, %v", a.Warnings, err)
	}
}
