package vintage_test

import (
	"fmt"
	"strings"
	"testing"

	"asylum/pipeline/ingest"
	"asylum/pipeline/vintage"
)

// months makes a monthly table in which each country reports up to a month.
func months(t *testing.T, until map[string]int, n int) vintage.Tail {
	t.Helper()
	var b strings.Builder
	b.WriteString(`freq,citizen,sex,unit,age,asyl_app,geo\TIME_PERIOD`)
	for m := range n {
		fmt.Fprintf(&b, "\t%d-%02d ", 2024+m/12, m%12+1)
	}
	b.WriteString("\n")
	for _, geo := range []string{"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EU27_2020", "FR"} {
		fmt.Fprintf(&b, "M,TOTAL,T,PER,TOTAL,ASY_APP,%s", geo)
		for m := range n {
			if last, ok := until[geo]; ok && m > last {
				b.WriteString("\t: ")
			} else {
				b.WriteString("\t5 ")
			}
		}
		b.WriteString("\n")
	}
	tab, err := ingest.Read(strings.NewReader(b.String()), "migr_asyappctzm.tsv", ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return vintage.TailOf(tab)
}

func TestTail(t *testing.T) {
	for _, tt := range []struct {
		name    string
		until   map[string]int
		want    string
		missing string
	}{
		{"everybody has reported", nil, "2025-06", ""},
		{"one of nine is late: not nine tenths", map[string]int{"FR": 15}, "2025-04", "FR"},
		{"the union's row is late", map[string]int{"EU27_2020": 16}, "2025-05", ""},
		{"only the fast have reported", map[string]int{"AT": 15, "BE": 15, "BG": 14, "CY": 16, "EU27_2020": 15}, "2025-03", "AT BE BG CY"},
	} {
		got := months(t, tt.until, 18)
		if string(got.Complete) != tt.want || strings.Join(got.Missing, " ") != tt.missing || got.Newest != "2025-06" {
			t.Errorf("%s: %+v, want complete to %s, missing %s", tt.name, got, tt.want, tt.missing)
		}
	}
}
