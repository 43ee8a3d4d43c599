package audit

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/aida"
	"asylum/pipeline/ingest"
	"asylum/pipeline/table"
)

// figures is AIDA's figures in hand.
func figures(t testing.TB) *table.Table {
	t.Helper()
	return readFile(t, "../../datasets/exports/aida/statistics/2026-03-18/statistics.csv", "statistics")
}

// readFile reads a file of the project's.
func readFile(t testing.TB, name, table string) *table.Table {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tb, err := ingest.Read(f, name, ingest.Options{Table: table})
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

// find gives the findings whose place begins so and that say so.
func find(fs []Finding, where, says string) (out []*Finding) {
	for i := range fs {
		if strings.HasPrefix(fs[i].Where(), where) && strings.Contains(fs[i].Says, says) {
			out = append(out, &fs[i])
		}
	}
	return out
}

// The page errors that FORMAT.md lists in section 8, each with what is said of
// it, and what a repair is proposed where arithmetic leaves one.
func TestKnownPageErrors(t *testing.T) {
	fs := Table(figures(t))
	for _, tt := range []struct{ where, says, cause, repair string }{
		{"DE TOTAL 2023", "decisions on the merits = statuses + rejections on the merits: 197,055, the parts are 237,371 (+40,316)", "it repeats in_merit_rejection of the row", "humanitarian_protection 21462"},
		{"DE TR 2024", "33,946, the parts are 33,964 (+18)", "two digits changed places", "subsidiary_protection 246"},
		{"DE TR 2019", "rejection_rate is printed 36.9%, the other rates of the row divide by 9,496 to 9,522, which gives it 46.6 to 46.7 %", "it repeats the row of AF", ""},
		{"BG TOTAL 2022", "no row of pending is more than Total: at most 1,009, the parts are 5,695", "at least 10,954", ""},
		{"RO TOTAL 2022", "the rows of pending are no more than their Total: at most 1,288, the parts are 1,359", "", ""},
		{"AT TOTAL 2020", "the rows of rejection are their Total: 9,186, the parts are 9,195", "", ""},
		{"AT TN 2022", "rejections on the merits are part of all rejections: at most 6,151, the parts are 6,371", "", ""},
		{"AT MA 2024", "no outcome is more than all decisions: at most 767, the parts are 1,433", "", ""},
		{"BE PS 2024", "3,753, the parts are 3,764 (+11)", "", ""},
		{"BE ER 2024", "2,265, the parts are 2,254 (-11)", "", ""},
		{"IE TOTAL 2022", "hum_prot_rate is printed 46%, 2,081/4,402 is 47.3 %", "", "hum_prot_rate 47 %"},
		{"IE TOTAL 2022", "rejection_rate is printed 19% in the main table and 20% in the comparison", "", ""},
	} {
		got := find(fs, tt.where, tt.says)
		if len(got) != 1 {
			t.Errorf("%s: %q is found %d times", tt.where, tt.says, len(got))
			continue
		}
		f := got[0]
		if !strings.Contains(f.Cause, tt.cause) {
			t.Errorf("%s: the cause is %q, want %q", tt.where, f.Cause, tt.cause)
		}
		repair := ""
		if r := f.Repair; r != nil {
			repair = r.Cell.Code("measure") + " " + r.Value
		}
		if repair != tt.repair {
			t.Errorf("%s: proposed is %q, want %q", tt.where, repair, tt.repair)
		}
		if f.Verdict != Broken || f.Cells[0].Pos.Line == 0 || f.Cells[0].Pos.Col == 0 {
			t.Errorf("%s: %s at %v", tt.where, f.Verdict, f.Cells[0].Pos)
		}
	}
	// Türkiye's row of Austria 2022 is told with Tunisia's.
	got := find(fs, "AT TN 2022", "part of all rejections")
	if !slices.ContainsFunc(got[0].Cells, func(c Cell) bool { return c.Code("citizen") == "TR" && c.Count == 254 }) {
		t.Errorf("the cells are %v", got[0].Cells)
	}
}

// Cutting digits is a verdict of its own.
func TestTruncatedIsItsOwn(t *testing.T) {
	var pages []string
	for _, f := range Table(figures(t)) {
		if f.Verdict == Truncated {
			pages = append(pages, fmt.Sprint(f.Cells[0].Code("geo"), " ", f.Cells[0].Period, " ", f.Cells[0].Code("table")))
			if f.Identity != Rates || f.Repair != nil || f.Size >= 0 {
				t.Errorf("%+v", f)
			}
		}
	}
	slices.Sort(pages)
	want := []string{"AT 2022 first_instance", "BG 2022 breakdown", "IE 2020 appeals", "IE 2020 appeals", "IE 2020 breakdown", "IE 2020 first_instance", "IE 2022 breakdown", "RO 2022 appeals", "RO 2022 breakdown"}
	if !slices.Equal(pages, want) {
		t.Errorf("got %q", pages)
	}
}

// A table of other dimensions is no page of AIDA's.
func TestNoPages(t *testing.T) {
	tb, err := table.Gather(table.Meta{Source: "aida", Table: "statistics"}, aida.Dims[:3], nil)
	if err != nil {
		t.Fatal(err)
	}
	if fs := Table(tb); len(fs) != 0 {
		t.Error(fs)
	}
}
