package ingest

import (
	"strings"
	"testing"

	"asylum/pipeline/obs"
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

// What AIDA prints of Austria is of first and second instance together: its
// rate says so, and is no answer to who asks for first instance alone.
func TestAustriaWithAppeals(t *testing.T) {
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	l, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Add(l, "../aida/testdata/hr2022.html", Options{}); err != nil {
		t.Fatal(err)
	}
	e, err := OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	with := "with appeals: AT report first instance and appeal together"
	for _, tt := range []struct {
		data                              rate.Data
		name, geo, citizen, period, stage string
		want                              string // counts, stage, warning or reason
	}{
		{e, "aida_refugee", "AT", "TOTAL", "2022", "", "13,779/41,066 FA " + with},
		{e, "aida_refugee", "AT", "SY", "2022", "first", "9,229/11,974 FA " + with},
		{e, "aida_refugee", "AT", "TOTAL", "2020", "", "7,710/19,331 FA " + with},
		{e, "aida_refugee", "AT", "TOTAL", "2024", "FA", "17,028/40,572 FA " + with},
		{e, "aida_refugee", "AT", "TOTAL", "2022", "FI", "–/– reported at level FA only"},
		{e, "grants_per_applicant", "AT", "TOTAL", "2022", "", "13,779/112,272 FA " + with},
		{e, "aida_refugee", "DE", "RU", "2023", "", "368/1,658 first "},
		{e, "aida_refugee", "DE", "RU", "2023", "FI", "368/1,658 first "},
		{l, "aida_refugee", "HR", "TOTAL", "2022", "", "21/103 first "},
		{l, "aida_refugee", "HR", "TOTAL", "2022", "FA", "–/– reported at level first only"},
	} {
		d, err := set.Named(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		rs, err := rate.Evaluate(d, tt.data, rate.Query{Citizen: []string{tt.citizen}, Geo: []string{tt.geo}, Periods: []obs.Period{obs.Period(tt.period)}, Stage: tt.stage, Source: "aida"})
		if err != nil || len(rs) != 1 {
			t.Errorf("%+v: %v, %v", tt, rs, err)
			continue
		}
		r := &rs[0]
		appeals := ""
		for _, w := range r.Warnings {
			if strings.HasPrefix(w, "with appeals") {
				appeals = w
			}
		}
		got := r.Counts() + " " + r.Stage + " " + appeals
		if !r.Known {
			got = r.Counts() + " " + r.Why
		}
		if got != tt.want || (len(r.WithAppeals) > 0) != (appeals != "") {
			t.Errorf("%s %s %s %s %s: got %s, want %s", tt.name, tt.citizen, tt.geo, tt.period, tt.stage, got, tt.want)
		}
	}
}
