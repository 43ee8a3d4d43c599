package vintage_test

import (
	"fmt"

	"asylum/pipeline/ingest"
	"asylum/pipeline/table"
	"asylum/pipeline/vintage"
)

// tables loads the vintages of a table that comes with asylum, oldest first.
func tables(name string) (out []*table.Table) {
	data, err := ingest.OpenEmbedded()
	if err != nil {
		panic(err)
	}
	for _, m := range data.Vintages() {
		if m.Table != name {
			continue
		}
		t, err := data.Load(m, table.Want{})
		if err != nil {
			panic(err)
		}
		out = append(out, t)
	}
	return out
}

// What a release changed, the biggest change first.
func ExampleCompare() {
	both := tables("migr_asyappctza")
	d := vintage.Compare(both[0], both[1])
	fmt.Println(d.Compared, "compared,", d.Count(vintage.Changed), "changed,", d.Count(vintage.Added), "added")
	fmt.Println(d.Changes[0].Key, d.Changes[0].Period, d.Changes[0].Old.Count, "->", d.Changes[0].New.Count)
	// Output:
	// 2910 compared, 38 changed, 9 added
	// [A EXT_EU27_2020 T PER TOTAL ASY_APP HR] 2022 12870 -> 2730
}

// How far a quarterly table is usable: its last quarter few have reported.
func ExampleTailOf() {
	t := vintage.TailOf(tables("migr_asydcfstq")[0])
	fmt.Println(t.Newest, t.Complete, t.Missing)
	// Output: 2023-Q1 2022-Q4 [CZ]
}
