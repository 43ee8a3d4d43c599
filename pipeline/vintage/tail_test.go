package vintage_test

import (
	"fmt"
	"strings"
	"testing"

	"asylum/pipeline/ingest"
	"asylum/pipeline/table"
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

func read(t *testing.T, in string) *table.Table {
	t.Helper()
	tab, err := ingest.Read(strings.NewReader("freq,citizen,geo\\TIME_PERIOD\t"+in), "migr_asyappctzm.tsv", ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// A cell that comes into a row which stood there before is an added one.
func TestAddedToARow(t *testing.T) {
	csv := func(more string) *table.Table {
		tab, err := ingest.Read(strings.NewReader("DATAFLOW,freq,citizen,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"+
			"ESTAT:MIGR_ASYAPPCTZA(1.0),A,SY,DE,2022,5,\nESTAT:MIGR_ASYAPPCTZA(1.0),A,SY,FR,2023,5,\n"+more), "x.csv", ingest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return tab
	}
	d := vintage.Compare(csv(""), csv("ESTAT:MIGR_ASYAPPCTZA(1.0),A,SY,DE,2023,15,\n"))
	if len(d.Changes) != 1 || d.Changes[0].Kind != vintage.Added || d.Changes[0].Period != "2023" || d.Changes[0].Size() != 15 || d.Compared != 3 {
		t.Errorf("got %+v of %d", d.Changes, d.Compared)
	}
}

// Of years and quarters the quarters tell how far a table reaches, and a year
// that an older vintage could not know is not one that it lacked.
func TestSeveralFrequencies(t *testing.T) {
	old := read(t, "2022 \t2022-Q4 \t2023-Q1 \t2023-Q2 \nA,SY,DE\t5 \t: \t: \t: \nQ,SY,DE\t: \t10 \t10 \t: \nQ,SY,FR\t: \t10 \t10 \t10 \n")
	new := read(t, "2022 \t2023 \t2022-Q4 \t2023-Q1 \t2023-Q2 \nA,SY,DE\t15 \t20 \t: \t: \t: \nQ,SY,DE\t: \t: \t10 \t15 \t10 \nQ,SY,FR\t: \t: \t10 \t10 \t10 \n")
	if got := vintage.TailOf(old); got.Newest != "2023-Q2" || got.Complete != "2023-Q1" || got.Usual != 2 || strings.Join(got.Missing, " ") != "DE" {
		t.Errorf("the tail is %+v", got)
	}
	d := vintage.Compare(old, new)
	var got []string
	for _, c := range d.Changes {
		got = append(got, fmt.Sprint(strings.Join(c.Key, ","), " ", c.Period, " ", c.Kind, " ", c.Size()))
	}
	want := "A,SY,DE 2022 changed 10; Q,SY,DE 2023-Q2 added 10; Q,SY,DE 2023-Q1 changed 5"
	if strings.Join(got, "; ") != want || d.Compared != 7 || d.Outside != 1 {
		t.Errorf("got %s; %d compared, %d outside; want %s", strings.Join(got, "; "), d.Compared, d.Outside, want)
	}
}

// Two releases may list codes in another order, and dimensions too; one that only
// one of them has tells nothing apart.
func TestOtherOrders(t *testing.T) {
	old := read(t, "2022 \t2023 \nA,SY,DE\t5 \t10 p\nA,AF,FR\t15 \t: c\nA,RU,FR\t20 \t25 \n")
	new, err := ingest.Read(strings.NewReader("freq,geo,sex,citizen\\TIME_PERIOD\t2023 \t2022 \nA,FR,T,RU\t25 \t20 \nA,FR,T,AF\t: c\t10 \nA,MT,T,SY\t5 \t5 \nA,DE,T,SY\t10 \t5 \n"), "migr_asyappctzm.tsv", ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := vintage.Compare(old, new)
	var got []string
	for _, c := range d.Changes {
		got = append(got, fmt.Sprint(strings.Join(c.Key, ","), " ", c.Period, " ", c.Kind, " ", c.Old.Count, " ", c.New.Count))
	}
	want := "A,AF,FR 2022 changed 15 10; A,SY,MT 2022 added 0 5; A,SY,MT 2023 added 0 5; A,SY,DE 2023 flags 10 10"
	if strings.Join(got, "; ") != want || d.Compared != 8 || d.Outside != 0 {
		t.Errorf("got %s; %d compared, %d outside; want %s", strings.Join(got, "; "), d.Compared, d.Outside, want)
	}
}
