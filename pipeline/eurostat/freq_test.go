package eurostat

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

const (
	severalTSV = "freq,decision,geo\\TIME_PERIOD\t2024 \t2024-Q1 \t2024-Q2 \r\n" +
		"A,TOTAL,DE\t120 bp\t: \t: \r\nA,TOTAL,FR\t: c\t: \t:\r\nQ,TOTAL,DE\t: \t30 \t: \r\nQ,TOTAL,FR\t: \t0 n\t35 p\r\n"
	severalCSV = "DATAFLOW,freq,decision,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n" +
		"ESTAT:MIGR_ASYDCFSTQ(1.0),A,TOTAL,DE,2024,120,bp\nESTAT:MIGR_ASYDCFSTQ(1.0),A,TOTAL,DE,2024-Q1,:,\nESTAT:MIGR_ASYDCFSTQ(1.0),A,TOTAL,FR,2024,:,c\n" +
		"ESTAT:MIGR_ASYDCFSTQ(1.0),Q,TOTAL,DE,2024-Q1,30,\nESTAT:MIGR_ASYDCFSTQ(1.0),Q,TOTAL,DE,2024-Q2,,\n" +
		"ESTAT:MIGR_ASYDCFSTQ(1.0),Q,TOTAL,FR,2024-Q1,0,n\nESTAT:MIGR_ASYDCFSTQ(1.0),Q,TOTAL,FR,2024-Q2,35,p\n"
	severalJSON = `{"version":"2.0","class":"dataset","updated":"2026-09-03T11:00:00+0200","extension":{"id":"MIGR_ASYDCFSTQ"},
"id":["freq","decision","geo","time"],"size":[2,1,2,3],
"value":{"0":120,"7":30,"10":0,"11":35},"status":{"0":"bp","1":":","2":":","3":"c","4":":","5":":","6":":","8":":","9":":","10":"n","11":"p"},
"dimension":{"freq":{"category":{"index":["A","Q"]}},"decision":{"category":{"index":["TOTAL"]}},"geo":{"category":{"index":["DE","FR"]}},"time":{"category":{"index":["2024","2024-Q1","2024-Q2"]}}}}`
)

// severalXLSX has one sheet a frequency, with the periods of both.
func severalXLSX(t testing.TB) string {
	g := grid{"Summary": {"A1": "Decisions [MIGR_ASYDCFSTQ]"}, "Structure": {"A1": "Structure"}}
	for i, s := range []map[string]any{
		{"C2": "Annual", "B6": 120, "C6": "bp", "D6": ":", "F6": ":", "B7": ":", "C7": "c", "D7": ":", "F7": ":"},
		{"C2": "Quarterly", "B6": ":", "D6": 30, "F6": ":", "B7": ":", "D7": 0, "E7": "n", "F7": 35, "G7": "p"},
	} {
		for at, v := range map[string]any{"A2": "Time frequency", "A3": "Decision", "C3": "Total", "A4": "TIME", "B4": "2024", "D4": "2024-Q1", "F4": "2024-Q2", "A5": "GEO (Labels)", "A6": "Germany", "A7": "France"} {
			s[at] = v
		}
		g[fmt.Sprintf("Sheet %d", i+1)] = s
	}
	return string(g.bytes(t))
}

// without takes the places off cells.
func without(cells []string) []string {
	var out []string
	for _, c := range cells {
		c, _, _ = strings.Cut(c, " @")
		out = append(out, c)
	}
	return out
}

// A file of several frequencies holds the cells of each, and none of a period
// that is not of its row's.
func TestSeveralFrequencies(t *testing.T) {
	want := []string{"A,TOTAL,DE 2024=120 bp", "A,TOTAL,FR 2024=: c", "Q,TOTAL,DE 2024-Q1=30", "Q,TOTAL,DE 2024-Q2=:", "Q,TOTAL,FR 2024-Q1=0 n", "Q,TOTAL,FR 2024-Q2=35 p"}
	for _, tt := range []struct {
		name, in string
		read     func(io.Reader, table.Meta, table.Want) (*table.Table, error)
	}{
		{"TSV", severalTSV, PickTSV}, {"SDMX-CSV", severalCSV, ReadSDMXCSV}, {"JSON-stat", severalJSON, ReadJSONStat}, {"XLSX", severalXLSX(t), ReadXLSX},
	} {
		m := table.Meta{File: file, Table: "migr_asydcfstq"}
		tab, err := tt.read(strings.NewReader(tt.in), m, table.Want{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := without(cellsOf(tab)); !slices.Equal(got, want) || fmt.Sprint(tab.Periods) != "[2024 2024-Q1 2024-Q2]" || tab.Count() != 4 {
			t.Errorf("%s: %d in %v, got %q", tt.name, tab.Count(), tab.Periods, got)
		}
		part, err := tt.read(strings.NewReader(tt.in), m, table.Want{Periods: []obs.Period{"2024"}, Codes: map[string][]string{"geo": {"DE"}}})
		if err != nil || !slices.Equal(without(cellsOf(part)), want[:1]) {
			t.Errorf("%s: the year of Germany is %q (%v)", tt.name, cellsOf(part), err)
		}
	}
}

func TestSeveralFrequenciesTSV(t *testing.T) {
	m := table.Meta{File: file, Table: "migr_asydcfstq"}
	tab, err := ReadTSV(strings.NewReader(severalTSV), m)
	want := []string{"A,TOTAL,DE 2024=120 bp @2:12", "A,TOTAL,FR 2024=: c @3:12", "Q,TOTAL,DE 2024-Q1=30 @4:15", "Q,TOTAL,DE 2024-Q2=: @4:19", "Q,TOTAL,FR 2024-Q1=0 n @5:15", "Q,TOTAL,FR 2024-Q2=35 p @5:19"}
	if err != nil || !slices.Equal(cellsOf(tab), want) {
		t.Errorf("got %q (%v)", cellsOf(tab), err)
	}
	const mend = "\n\thint: download the table again, or its frequencies apart"
	for _, tt := range []struct{ name, in, want string }{
		{"a year in a row of quarters", strings.Replace(severalTSV, "Q,TOTAL,DE\t: ", "Q,TOTAL,DE\t90 b", 1),
			`t.tsv:4:12: got "90 b" for 2024 in a row of frequency "Q", want ":", as the period is of another` + mend},
		{"a flag", strings.Replace(severalTSV, "Q,TOTAL,FR\t: ", "Q,TOTAL,FR\t: c", 1),
			`t.tsv:5:12: got ": c" for 2024 in a row of frequency "Q", want ":", as the period is of another` + mend},
		{"nothing", strings.Replace(severalTSV, "bp\t: \t", "bp\t\t", 1),
			`t.tsv:2:19: got "" for 2024-Q1 in a row of frequency "A", want ":", as the period is of another` + mend},
		{"too few cells", strings.Replace(severalTSV, "\t: \t: \r", "\t: \r", 1),
			"t.tsv:2:21: got 2 cells, want 3, one a period\n\thint: a tab or the end of the line is missing; download the table again"},
		{"a row twice", severalTSV + "Q,TOTAL,DE\t: \t30 \t: \r\n",
			"t.tsv:6:1: got the row \"Q,TOTAL,DE\" again, want each row once (it stands on line 4)\n\thint: remove one of the two, or download the table again"},
	} {
		if _, err := ReadTSV(strings.NewReader(tt.in), m); err == nil || err.Error() != tt.want {
			t.Errorf("%s: got\n%v\nwant\n%s", tt.name, err, tt.want)
		}
	}
	for name, err := range map[string]error{
		"JSON-stat": second(ReadJSONStat(strings.NewReader(strings.Replace(severalJSON, `"7":30`, `"6":90`, 1)), m, table.Want{Periods: []obs.Period{"2024"}})),
		"XLSX":      second(ReadXLSX(bytes.NewReader(decisions().with("Sheet 2", "B12", "2024-Q1").bytes(t)), table.Meta{File: file}, table.Want{})),
	} {
		if err == nil || !strings.Contains(err.Error(), ", as the period is of another") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second(_ *table.Table, err error) error { return err }

// A chunk where no row is of a period's frequency holds none of its cells.
func TestSeveralFrequenciesOverChunks(t *testing.T) {
	var b strings.Builder
	b.WriteString("freq,x,y\\TIME_PERIOD\t2024 \t2024-01 \n")
	rows := table.ChunkRows + 10
	for n := range rows {
		if n < table.ChunkRows-5 {
			fmt.Fprintf(&b, "A,%03d,%03d\t%d \t: \n", n/1000, n%1000, n)
		} else {
			fmt.Fprintf(&b, "M,%03d,%03d\t: \t%d \n", n/1000, n%1000, n)
		}
	}
	tab, err := ReadTSV(strings.NewReader(b.String()), table.Meta{File: file, Table: "of_ours"})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for c := range tab.Chunks {
		for r := range tab.Chunks[c].Rows {
			for p := range tab.Periods {
				o := tab.Observation(c, r, p)
				held := (p == 0) == (n < table.ChunkRows-5)
				if tab.Chunks[c].Held(r, p) != held || o.Known != held || held && (int(o.Count) != n || o.Pos.Line != n+2) {
					t.Fatalf("row %d: %+v", n, o)
				}
			}
			n++
		}
	}
	if n != rows || tab.Count() != rows {
		t.Errorf("%d rows, %d values", n, tab.Count())
	}
	for _, rec := range tab.Records() {
		rec.Release()
	}
}

func TestOtherFrequencies(t *testing.T) {
	in := "freq,geo\\TIME_PERIOD\t2023-S1 \t2023-W05 \t2023-01-15 \nS,DE\t1 \t: \t: \nW,DE\t: \t2 \t: \nD,DE\t: \t: \t3 \nB,DE\t: \t: \t4 \n"
	tab, err := ReadTSV(strings.NewReader(in), table.Meta{File: file, Table: "of_ours"})
	want := []string{"S,DE 2023-S1=1", "W,DE 2023-W05=2", "D,DE 2023-01-15=3", "B,DE 2023-01-15=4"}
	if err != nil || !slices.Equal(without(cellsOf(tab)), want) {
		t.Errorf("got %q (%v)", cellsOf(tab), err)
	}
	old := "geo\\time\t2023W06 \t2023W05 \nDE\t2 \t: c\n"
	tab, err = ReadTSV(strings.NewReader(old), table.Meta{File: file, Table: "of_ours"})
	if err != nil || !slices.Equal(without(cellsOf(tab)), []string{"W,DE 2023-W05=: c", "W,DE 2023-W06=2"}) {
		t.Errorf("got %v (%v)", tab, err)
	}
}
