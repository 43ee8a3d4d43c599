package eurostat

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"

	"asylum/datasets/needs"
)

// goodNumbers are cells of a dataset that is not one of counts.
var goodNumbers = []struct {
	in       string
	count    int32
	decimals uint8
	flags    string
}{
	{"12.3 ", 123, 1, ""}, {"12.3", 123, 1, ""}, {"-5 ", -5, 0, ""}, {"-5", -5, 0, ""}, {"-0.4 b", -4, 1, "b"}, {"12.30 bep ", 1230, 2, "bep"},
	{"0.0 ", 0, 1, ""}, {"-0.0 ", 0, 1, ""}, {"-0", 0, 0, ""}, {"0.005 e", 5, 3, "e"}, {"007.5 ", 75, 1, ""}, {"5 ", 5, 0, ""}, {"120 bp", 120, 0, "bp"},
	{"2147483647 ", 2147483647, 0, ""}, {"-2147483647 ", -2147483647, 0, ""}, {"2.147483647 ", 2147483647, 9, ""}, {"-214748364.7 p", -2147483647, 1, "p"},
}

func TestNumbers(t *testing.T) {
	for _, tt := range goodNumbers {
		in := "geo\\TIME_PERIOD\t2021 \t2022 \t2023 \nDE\t" + tt.in + "\t" + tt.in + "\t" + tt.in + "\nFR\t1 \t2 \t: \n"
		tab, err := ReadTSV(strings.NewReader(in), table.Meta{File: file, Table: "demo_gind"})
		if err != nil {
			t.Errorf("%q: %v", tt.in, err)
			continue
		}
		for p := range 3 {
			o := tab.Observation(0, 0, p)
			if o.Count != tt.count || o.Decimals != tt.decimals || !o.Known || o.Flags != tt.flags {
				t.Errorf("%q at %d: got %+v, want %+v", tt.in, p, o, tt)
			}
			if o := tab.Observation(0, 1, p); o.Decimals != 0 || o.Known != (p < 2) {
				t.Errorf("the row below %q: got %+v", tt.in, o)
			}
		}
		if tab.Decimals != (tt.decimals > 0) {
			t.Errorf("%q: the table says decimals: %v", tt.in, tab.Decimals)
		}
	}
}

// badNumbers are cells that no dataset has, and the whole message of each.
var badNumbers = []struct{ in, want string }{
	{"-", wantNumber}, {"--5", wantNumber}, {"+5", wantNumber}, {".5", wantNumber}, {"5.", wantNumber}, {"1.2.3", wantNumber}, {"1,5", wantNumber},
	{"1e5", wantNumber}, {"- 5", wantNumber}, {"-: c", wantNumber}, {"12.3b", wantNumber}, {"1. 5", wantNumber}, {"NaN", wantNumber}, {"", wantNumber},
	{"2147483648", wantDigits}, {"-2147483648 b", wantDigits}, {"12345678.901", wantDigits}, {"0.0000000001", wantDigits}, {"214748364.8", wantDigits},
	{"18446744073709551621", wantDigits}, {"1844674407370955162.1", wantDigits},
}

const (
	wantNumber = `, want a number, then optional flags, such as "-12.3 bp"` + "\n\thint: correct the export, or use \":\" if there is no value"
	wantDigits = ", want a number of which the digits, without the point, make 2147483647 at most\n\thint: correct the export, or use \":\" if there is no value"
)

func TestBadNumbers(t *testing.T) {
	for _, tt := range badNumbers {
		_, err := ReadTSV(strings.NewReader(head+"SY,DE\t1 \t"+tt.in+" \n"), table.Meta{File: file, Table: "demo_gind"})
		if want := fmt.Sprintf("t.tsv:2:10: got %q%s", tt.in, tt.want); err == nil || err.Error() != want {
			t.Errorf("%q: got\n%v\nwant\n%s", tt.in, err, want)
		}
	}
}

func TestCountsHaveNeitherSignNorPoint(t *testing.T) {
	for dataset, counts := range map[string]bool{
		"": true, "migr_asyappctza": true, "migr_anything": true, "tps00191": true, "tps00192": true, "tps00195": true,
		"tps00001": false, "tps00190": false, "tps00204": false, "demo_gind": false, "demo_pjan": false, "nama_10_gdp": false,
	} {
		for _, cell := range []string{"-5", "1.5"} {
			_, err := ReadTSV(strings.NewReader(head+"SY,DE\t"+cell+" \t1 \n"), table.Meta{File: file, Table: dataset})
			if counts {
				if want := fmt.Sprintf("t.tsv:2:7: got %q%s", cell, wantCell); err == nil || err.Error() != want {
					t.Errorf("%s %s: got\n%v\nwant\n%s", dataset, cell, err, want)
				}
			} else if err != nil {
				t.Errorf("%s %s: %v", dataset, cell, err)
			}
		}
	}
}

// Both generations of a file are one table, but for the order of dimensions.
func TestOldStyle(t *testing.T) {
	const want = `[Q PER SY T DE] 2022-Q4 0 true "n" 2
[Q PER SY T DE] 2023-Q1 0 false "c" 2
[Q PER SY T DE] 2023-Q2 120 true "bp" 2
[Q PER SY T FR] 2022-Q4 7 true "" 3
[Q PER SY T FR] 2023-Q1 0 false "" 3
[Q PER SY T FR] 2023-Q2 5 true "" 3
`
	const old = "unit,citizen,sex,geo\\time\t2023Q2 \t2023Q1 \t2022Q4 \nPER,SY,T,DE\t120 bp\t: c\t0 n\nPER,SY,T,FR\t5 \t: \t7 \n"
	for name, in := range map[string]string{
		"newest first": old, "TIME": strings.Replace(old, `\time`, `\TIME`, 1), "TIME_PERIOD over old periods, with freq": strings.Replace(strings.ReplaceAll(old, "PER,", "Q,PER,"), `unit,citizen,sex,geo\time`, `FREQ,unit,citizen,sex,geo\Time_Period`, 1),
		"with freq":                  strings.Replace(strings.ReplaceAll(old, "PER,", "Q,PER,"), "unit,", "freq,unit,", 1),
		"blanks behind tabs":         strings.ReplaceAll(old, "\t", "\t  "),
		"CRLF and a BOM":             "\xef\xbb\xbf" + strings.ReplaceAll(old, "\n", "\r\n"),
		"no blank at the end of any": strings.NewReplacer(" \t", "\t", " \n", "\n").Replace(old),
		"newer periods":              strings.NewReplacer("Q2", "-Q2", "Q1", "-Q1", "Q4", "-Q4").Replace(old),
		"oldest first":               "unit,citizen,sex,geo\\time\t2022Q4 \t2023Q1 \t2023Q2 \nPER,SY,T,DE\t0 n\t: c\t120 bp\nPER,SY,T,FR\t7 \t: \t5 \n",
		"no order":                   "unit,citizen,sex,geo\\time\t2023Q1 \t2022Q4 \t2023Q2 \nPER,SY,T,DE\t: c\t0 n\t120 bp\nPER,SY,T,FR\t: \t7 \t5 \n",
	} {
		tab, err := ReadTSV(strings.NewReader(in), table.Meta{File: file, Table: "migr_asydcfstq"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := dump(tab); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
	for head, freq := range map[string]string{"2023": "A", "2023Q1": "Q", "2023M01": "M", "2023-12": "M"} {
		tab, err := ReadTSV(strings.NewReader("geo\\time\t"+head+"\nDE\t1\nFR\t2\n"), table.Meta{File: file})
		if err != nil || fmt.Sprint(tab.Dims) != fmt.Sprintf("[{freq [%s]} {geo [DE FR]}]", freq) {
			t.Errorf("%s: %v, %v", head, tab, err)
		}
	}
}

// A dataset that we know nothing of has any codes, even of dimensions that we
// have a list of; of one that we know, its places must be known.
func TestForeignDataset(t *testing.T) {
	const in = "freq,na_item,applicant,unit,age,decision,geo\\TIME_PERIOD\t2022 \t2023 \nA,B1GQ,FRST,CP_MEUR,Y15-64,NEG,DEA1\t-1.5 \t3876810.0 p\nA,B1GQ,FRST,CP_MEUR,Y15-64,NEG,DEA2\t: \t12 \n"
	tab, err := ReadTSV(strings.NewReader(in), table.Meta{File: file, Table: "nama_of_ours"})
	if err != nil {
		t.Fatal(err)
	}
	if got := dump(tab); got != naive(in) {
		t.Errorf("got\n%s", got)
	}
	if tab.Dim("applicant") < 0 {
		t.Errorf("renamed: %v", tab.Dims)
	}
	const people = "freq,unit,age,sex,geo\\TIME_PERIOD\t2022 \t2023 \nA,NR,Y_OPEN,F,DE\t1 \t2 \nA,NR,Y99,F,%s\t1 \t2 \n"
	if tab, err := ReadTSV(strings.NewReader(fmt.Sprintf(people, "FR")), table.Meta{File: file, Table: "demo_pjan"}); err != nil || tab.Rows != 2 {
		t.Errorf("population: %v, %v", tab, err)
	}
	if _, err := ReadTSV(strings.NewReader(fmt.Sprintf(people, "QQ")), table.Meta{File: file, Table: "demo_pjan"}); err == nil || err.Error() != unknown("3:12", "geo", "QQ") {
		t.Errorf("population of a place that is none: %v", err)
	}
}

// real is a file of the shared data, unpacked.
func real(t *testing.T, name string) string {
	t.Helper()
	raw := needs.File(t, "data/eurostat/tsv-new/"+name)
	if !strings.HasSuffix(name, ".gz") {
		return string(raw)
	}
	gz, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if raw, err = io.ReadAll(gz); err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Population change has signs and decimals: every cell gives back its text.
func TestRealPopulationChange(t *testing.T) {
	raw := real(t, "demo_gind.bulk-2023.tsv.gz")
	tab, err := ReadTSV(strings.NewReader(raw), table.Meta{File: file, Table: "demo_gind"})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(raw, "\r", ""), "\n"), "\n")
	if tab.Rows != len(lines)-1 || tab.Rows != 1535 || !tab.Decimals {
		t.Fatalf("%d rows of %d lines, decimals %v", tab.Rows, len(lines), tab.Decimals)
	}
	periods := strings.Split(lines[0], "\t")[1:]
	negative, decimal := 0, 0
	for r, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		if key := strings.Join(tab.Key(0, r), ","); key != cells[0] {
			t.Fatalf("row %d: %s, want %s", r, key, cells[0])
		}
		for p, cell := range cells[1:] {
			o := tab.Observation(0, r, p)
			got := ":"
			if o.Known {
				got = obs.Number(o.Count, o.Decimals)
			}
			if got = strings.TrimSpace(got + " " + o.Flags); got != strings.TrimSpace(cell) || string(o.Period) != strings.TrimSpace(periods[p]) || o.Pos.Line != r+2 {
				t.Fatalf("line %d, %s: got %q of %+v, want %q", r+2, periods[p], got, o, cell)
			}
			if o.Count < 0 {
				negative++
			}
			if o.Decimals > 0 {
				decimal++
			}
		}
	}
	if negative < 4000 || decimal < 17000 {
		t.Errorf("%d below zero, %d with decimals: the file has more", negative, decimal)
	}

	// The same file as it was served before 2022.
	var old strings.Builder
	for i, line := range lines {
		cells := strings.Split(line, "\t")
		slices.Reverse(cells[1:])
		key := strings.TrimPrefix(cells[0], "A,")
		if i == 0 {
			key = `indic_de,geo\time`
		}
		old.WriteString(strings.Join(append([]string{key}, cells[1:]...), "\t") + "\n")
	}
	before, err := ReadTSV(strings.NewReader(old.String()), table.Meta{File: file, Table: "demo_gind"})
	if err != nil || dump(before) != dump(tab) || fmt.Sprint(before.Dims) != fmt.Sprint(tab.Dims) {
		t.Errorf("the old style differs: %v, %v", before, err)
	}
}

// A monthly table of the Data Browser, from 2008 on.
func TestRealCustomMonths(t *testing.T) {
	raw := real(t, "migr_asyappctzm.custom-2020-10.tsv")
	tab, err := ReadTSV(strings.NewReader(raw), table.Meta{File: file, Table: "migr_asyappctzm"})
	if err != nil {
		t.Fatal(err)
	}
	if dump(tab) != naive(raw) {
		t.Error("a cell is not what the file says")
	}
	if tab.Rows != 210 || tab.Periods[0] != "2008-01" || !slices.IsSorted(tab.Periods) || tab.Decimals {
		t.Errorf("%v from %s", tab, tab.Periods[0])
	}
	for _, want := range []string{ // as awk prints them
		`[M PER EXT_EU27_2020 T TOTAL ASY_APP AT] 2009-07 1345 true "" 2`,
		`[M PER EXT_EU27_2020 T TOTAL ASY_APP AT] 2016-03 3355 true "" 2`,
		`[M PER EXT_EU27_2020 T TOTAL ASY_APP AT] 2020-08 0 false "" 2`,
		`[M PER EXT_EU28 T TOTAL ASY_APP PT] 2009-07 10 true "" 100`,
		`[M PER EXT_EU28 T TOTAL ASY_APP PT] 2016-03 180 true "" 100`,
		`[M PER EXT_EU28 T TOTAL ASY_APP PT] 2020-08 0 false "" 100`,
		`[M PER TOTAL T TOTAL ASY_APP NL] 2012-01 1335 true "p" 167`,
		`[M PER TOTAL T TOTAL NASY_APP UK] 2009-07 2295 true "" 211`,
		`[M PER TOTAL T TOTAL NASY_APP UK] 2016-03 3255 true "" 211`,
		`[M PER TOTAL T TOTAL NASY_APP UK] 2020-08 0 false "" 211`,
	} {
		if !strings.Contains(dump(tab), want+"\n") {
			t.Errorf("no cell %s", want)
		}
	}
}

func TestRecogniseTSV(t *testing.T) {
	for line, want := range map[string]bool{
		"freq,geo\\TIME_PERIOD\t2022 ": true, "unit,geo\\time\t2022 ": true, "geo\\TIME": true, " geo \\ Time_Period \t2022\r": true,
		"geo\\times\t2022": false, "geo\t2022": false, "geo\ttime\\time": false, "": false, "DATAFLOW,LAST UPDATE,geo,TIME_PERIOD": false,
	} {
		if got := RecogniseTSV([]byte(line)); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}
