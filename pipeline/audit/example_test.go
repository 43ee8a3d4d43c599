package audit_test

import (
	"fmt"

	"asylum/pipeline/audit"
	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// What is wrong in a table, and what a cell would have to say.
func ExampleRun() {
	data, err := ingest.OpenEmbedded()
	if err != nil {
		panic(err)
	}
	findings, err := audit.Run(data, audit.Options{Tables: []string{"statistics"}, Geo: []string{"DE"}, Citizen: []string{"TR"}})
	if err != nil {
		panic(err)
	}
	for _, f := range findings {
		fmt.Println(f.Where(), f.Identity, f.Verdict)
		if f.Repair != nil {
			fmt.Println("  proposed:", f.Repair.Value, "in place of", f.Repair.Printed)
		}
	}
	// Output:
	// DE TR 2024 outcomes broken
	//   proposed: 246 in place of 264
	// DE TR 2019 rates broken
}

// Two sources of the same people, side by side.
func ExampleReconcile() {
	data, err := ingest.OpenEmbedded()
	if err != nil {
		panic(err)
	}
	sides, err := audit.Reconcile(data, "aida", "unhcr", audit.Options{Citizen: []string{"RU"}, Geo: []string{"DE"}})
	if err != nil {
		panic(err)
	}
	r := &sides[0]
	fmt.Println(r.Geo, r.Citizen, r.Period, r.Levels)
	for _, p := range r.Pairs {
		fmt.Printf("  %s: %d and %d, %s\n", p.Quantity, p.Counts[0].N, p.Counts[1].N, p.Verdict)
	}
	// Output:
	// DE RU 2023 FI+RA
	//   applicants: 9028 and 9028, agrees
	//   granted refugee status: 368 and 368, agrees
	//   granted other protection: 112 and 112, agrees
	//   rejected on the merits: 1178 and 1178, agrees
	//   closed without a decision on the merits: 3588 and 3588, agrees
	//   all decisions and closures: 5246 and 5246, agrees
}

// The repairs that somebody accepted, each with its evidence.
func ExampleReadCorrections() {
	c, err := audit.ReadCorrections("") // or a file of one's own, over the built-in ones
	if err != nil {
		panic(err)
	}
	one := c.All()[0]
	fmt.Println(one.ID, one.Printed, "is", *one.Corrected)
	fmt.Println(len(one.Evidence) > 0)
	// Output:
	// de-2023-humanitarian-total 61,778 is 21462
	// true
}

// Corrections are laid over data; a number that rests on one says so.
func ExampleCorrect() {
	data, err := ingest.OpenEmbedded()
	if err != nil {
		panic(err)
	}
	c, err := audit.ReadCorrections("")
	if err != nil {
		panic(err)
	}
	set, err := rate.Definitions("")
	if err != nil {
		panic(err)
	}
	d, err := set.Named("aida_humanitarian")
	if err != nil {
		panic(err)
	}
	for _, data := range []rate.Data{data, audit.Correct(data, c)} {
		results, err := rate.Evaluate(d, data, rate.Query{Citizen: []string{"TOTAL"}, Geo: []string{"DE"}, Periods: []obs.Period{"2023"}})
		if err != nil {
			panic(err)
		}
		fmt.Println(results[0].Counts(), results[0].Percent(), len(results[0].Corrections()))
	}
	// Output:
	// 61,778/237,371 26.0 % 0
	// 21,462/197,055 10.9 % 1
}
