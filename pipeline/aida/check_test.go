package aida

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/table"
)

var update = flag.Bool("update", false, "rewrite what is expected")

func held(t *testing.T) *table.Table {
	t.Helper()
	tb, err := ReadCSV(open(t, statistics), table.Meta{}, table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

// The table of FORMAT.md, section 7, for the figures in hand, and below it
// every rate that no denominator gives.
func TestRecomputeFigures(t *testing.T) {
	checks := Recompute(held(t))
	var b, odd strings.Builder
	verdicts := map[string]int{}
	fmt.Fprintf(&b, "%d rows print a rate\n", len(checks))
	for _, by := range Denominators {
		n, cut := 0, 0
		var where []string
		for _, c := range checks {
			if slices.Contains(c.Fits, by) {
				n++
				if c.By == by && c.Verdict == Truncated {
					cut++
				}
				if w := c.Geo + " " + string(c.Year); !slices.Contains(where, w) {
					where = append(where, w)
				}
			}
		}
		fmt.Fprintf(&b, "%3d by %s, %d of them by cutting digits: %s\n", n, by, cut, strings.Join(where, ", "))
	}
	for _, c := range checks {
		verdicts[c.Verdict]++
		if c.Verdict == Mismatch || c.Verdict == Unchecked {
			fmt.Fprintln(&odd, c)
		}
	}
	fmt.Fprintf(&b, "%3d reproduced, %d truncated, %d mismatch, %d unchecked (no counts beside the rates)\n\n%s\n", verdicts[Reproduced], verdicts[Truncated], verdicts[Mismatch], verdicts[Unchecked], odd.String())
	golden(t, "testdata/recompute.txt", b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The rows that FORMAT.md names as of no denominator must be found.
func TestRowsOfNoDenominator(t *testing.T) {
	none := map[string]int{}
	for _, c := range Recompute(held(t)) {
		if c.Verdict == Mismatch {
			none[c.Geo+" "+string(c.Year)]++
		}
	}
	for k, n := range map[string]int{"BE 2021": 11, "DE 2019": 11, "EL 2021": 1, "IE 2022": 1, "AT 2022": 0, "BG 2022": 0, "RO 2022": 0, "SE 2022": 0} {
		if none[k] != n {
			t.Errorf("%s: %d rows of no denominator, want %d", k, none[k], n)
		}
	}
}

func TestRecompute(t *testing.T) {
	for _, tt := range []struct{ name, rows, want string }{
		{"half a unit", "Total|1|2|33%|67%", "reproduced by " + ByRow},
		{"cut", "Total|2|1|66.6%|33.3%", "truncated by " + ByRow},
		{"off", "Total|2|1|66.5%|33.3%", "mismatch by " + ByRow + "; refugee_rate printed 66.5%, 2/3 gives 66.67%"},
		{"comma", "Total|1|7|12,5%|88 %", "reproduced by " + ByRow},
		{"three digits are no thousands", "Total|1|7|12.500|87,500", "reproduced by " + ByRow},
		{"no percent sign", "Total|0|7|0|100", "reproduced by " + ByRow},
		{"a dash is not zero", "Total|–|7|0%|100%", "unchecked"},
		{"nothing", "Total|0|0|0%|0%", "unchecked"},
	} {
		p, err := ReadPage(strings.NewReader(saved(heading, tab("|Refugee status|Rejection|Refugee rate|Rejection rate\n"+tt.rows))), table.Meta{File: "a.html"}, table.Want{})
		if err != nil {
			t.Fatal(err)
		}
		checks := Recompute(p.Table)
		if got := checks[0].String(); len(checks) != 1 || got != "AT 2023 TOTAL: "+tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if got := Recompute(&table.Table{}); len(got) != 0 {
		t.Error(got)
	}
}

// No rate over applicants is offered where they are intentions.
func TestIntentionsAreNoDenominator(t *testing.T) {
	p, err := ReadPage(open(t, "testdata/hr2022.html"), table.Meta{}, table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, h := range p.Heads {
		if h.Measure == "applicants" {
			n++
		}
	}
	if n != 1 || len(Recompute(p.Table)) != 0 {
		t.Errorf("%d columns of applicants, %v", n, Recompute(p.Table))
	}
	in := strings.Replace(saved(heading, tab("|Applicants in 2023|Refugee status|Refugee rate\nTotal|100|23|23%")), "<p>Austria</p>", "<p>Croatia</p>", 1)
	p, err = ReadPage(strings.NewReader(in), table.Meta{}, table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	if c := Recompute(p.Table); len(c) != 1 || c[0].Verdict != Unchecked {
		t.Errorf("a rate over intentions is offered: %v", c)
	}
}
