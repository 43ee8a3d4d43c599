package rate_test

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/code"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
)

// Thousands of results in more periods than a word has bits: each is there once,
// in order, and those that are handed on one by one are the same.
func TestThousandsOfResultsInManyPeriods(t *testing.T) {
	const codes, months = 40, 71
	citizens, geos := code.Must("citizen").Codes()[:codes], code.Must("geo").Codes()[:codes]
	count := func(i, j, m int) int { return 5 * (1 + (7*i+11*j+13*m)%97) }
	var periods []string
	for m := range months {
		periods = append(periods, fmt.Sprintf("%d-%02d", 2010+m/12, 1+m%12))
	}
	var rows []string
	for i := range codes {
		for j := range codes {
			for k, decision := range []string{"TOTAL_POS", "REJECTED", "TOTAL"} {
				cells := make([]string, months)
				for m := range cells {
					n := count(i, j, m)
					cells[m] = fmt.Sprint([]int{n, 1000 - n, 1000}[k])
				}
				rows = append(rows, strings.Join([]string{citizens[i], decision, geos[j]}, " ")+"|"+strings.Join(cells, "|"))
			}
		}
	}
	data := scribble{[]*table.Table{tsv(t, "2024-01-01", nil, strings.Join(periods, " "), rows...)}}
	q := rate.Query{Source: "eurostat"}
	results := evaluate(t, data, "eurostat_first_instance", q)
	if len(results) != codes*codes*months {
		t.Fatalf("%d results, want %d", len(results), codes*codes*months)
	}
	at := 0
	for i := range codes {
		for j := range codes {
			for m := range months {
				r := &results[at]
				n := int64(count(i, j, m))
				if r.Citizen != citizens[i] || r.Geo != geos[j] || string(r.Period) != periods[m] || r.Num != n || r.Den != 1000 || len(r.Inputs) != 3 {
					t.Fatalf("result %d is %v with %d inputs, want %s %s %s %d/1000", at, r, len(r.Inputs), citizens[i], geos[j], periods[m], n)
				}
				at++
			}
		}
	}
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named("eurostat_first_instance")
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := rate.Blocks(d, data, q, func(rs iter.Seq[*rate.Result]) (out []string) {
		for r := range rs {
			out = append(out, r.String())
		}
		return out
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range slices.Concat(blocks...) {
		if want := results[i].String(); s != want {
			t.Fatalf("one by one result %d is %s, want %s", i, s, want)
		}
	}
}
