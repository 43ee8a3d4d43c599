package ledger_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"asylum/pipeline/ingest"
	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
)

// opened gives the definitions and the data that come with asylum.
func opened() (*rate.Set, rate.Data) {
	set, err := rate.Definitions("")
	if err != nil {
		panic(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		panic(err)
	}
	return set, data
}

// literal reads a figure as it is written on a command line.
func literal(s string, set *rate.Set) ledger.Figure {
	f, err := ledger.Literal(s, set)
	if err != nil {
		panic(err)
	}
	return f
}

// The published figures that come with asylum, and their verdicts.
func ExampleBuiltin() {
	figures, err := ledger.Builtin()
	if err != nil {
		panic(err)
	}
	f := figures[slices.IndexFunc(figures, func(f ledger.Figure) bool { return f.ID == "speech-croatia" })]
	fmt.Println(f.Value, f.Citizen, f.Geo, f.Period, *f.Num, *f.Den)
	// Output: less than 1 % RU HR 2023 23 8507
}

// A verdict is computed from the data at hand, never stored.
func ExampleJudge() {
	set, data := opened()
	judged, err := ledger.Judge([]ledger.Figure{
		literal("33.9% RU HR 2023 unhcr_total_protection", set),
		literal("0.27% RU HR 2023 unhcr_total_protection", set),
	}, set, data)
	if err != nil {
		panic(err)
	}
	for _, j := range judged {
		fmt.Printf("%s: %s", j.Value, j.Verdict)
		if j.Match != nil {
			fmt.Printf(", %s of %s", j.Match.Counts(), j.Match.Source)
		}
		fmt.Println()
	}
	// Output:
	// 33.9%: reproduced, 20/59 of unhcr
	// 0.27%: other definition: grants_per_intention, 23/8,507 of aida
}

// A figure as people write it.
func ExampleLiteral() {
	set, _ := opened()
	f := literal("52.78% TOTAL EU27_2020 2023 eurostat_first_instance", set)
	fmt.Println(f.Value, f.Citizen, f.Geo, f.Period, f.Claimed)
	_, err := ledger.Literal("52.78% TOTAL", set)
	fmt.Println(err != nil)
	// Output:
	// 52.78% TOTAL EU27_2020 2023 eurostat_first_instance
	// true
}

// A file of one's own.
func ExampleReadFile() {
	dir, err := os.MkdirTemp("", "figures")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "mine.csv")
	if err := os.WriteFile(file, []byte("id,value,citizen,geo,year\nmine,33.9 %,RU,HR,2023\n"), 0o666); err != nil {
		panic(err)
	}
	figures, err := ledger.ReadFile(file)
	if err != nil {
		panic(err)
	}
	set, data := opened()
	judged, err := ledger.Judge(figures, set, data)
	if err != nil {
		panic(err)
	}
	fmt.Println(judged[0].ID, judged[0].Verdict)
	// Output: mine other definition: unhcr_total_protection
}

// May two percentages stand side by side? If not, a pair that may is computed.
func ExampleCompare() {
	set, data := opened()
	known, err := ledger.Builtin()
	if err != nil {
		panic(err)
	}
	a, b := literal("33.9% RU HR 2023 unhcr_total_protection", set), literal("0.27% RU HR 2023 grants_per_intention", set)
	c, err := ledger.Compare(a, b, known, set, data)
	if err != nil {
		panic(err)
	}
	fmt.Println(c.Alike())
	for _, d := range c.Differences {
		fmt.Printf("%s: %s against %s\n", d.In, d.A, d.B)
	}
	// Output:
	// false
	// denominator: merits against intentions
	// numerator: G+O against G
	// unit: persons against national
}

// What is left to be said of a figure that divides something else.
func ExampleInstead() {
	set, data := opened()
	r, err := ledger.Instead(literal("0.27% RU HR 2023 grants_per_intention", set), set, data)
	if err != nil {
		panic(err)
	}
	fmt.Println(r)
	// Output: unhcr_total_protection RU HR 2023: 20/59 = 33.9 % (33.9-38.1)
}

// What may a number of unknown definition divide, and how much is a match worth?
func ExampleSolve() {
	set, data := opened()
	s, err := ledger.Solve(set, data, ledger.Question{Value: "9.1%", Count: "480", Citizen: "RU", Geo: "DE", Period: "2023"})
	if err != nil {
		panic(err)
	}
	m := s.Matches[0]
	fmt.Println(m.Name, m.Result.Counts(), m.How)
	fmt.Println("by chance:", m.Chance < 0.01, s.Little())
	// Output:
	// de_gesamtschutzquote 480/5,246 rounded
	// by chance: true false
}
