package ingest

import (
	"fmt"
	"strings"
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/store"
	"asylum/pipeline/table"

	"asylum/datasets/needs"
)

// Cells with signs, decimals and zeros that lead, and those of the old style,
// newest first and with blanks before them, are found where they stand.
func TestLocateNumbersAndOldStyle(t *testing.T) {
	const numbers = "freq,indic_de,geo\\TIME_PERIOD\t2022 \t2023 \r\nA,CNMIGRAT,DE\t-968 \t-0.4 bep\r\nA,CNMIGRAT,FR\t007.50 e\t-0.0 \r\nA,CNMIGRAT,IT\t-00 \t: \r\n"
	const old = "unit,citizen,geo\\time\t2023M02 \t2023M01 \nPER,SY,DE\t120 bp\t: c\nPER,SY,FR\t  5 \t0 n\n"
	for _, tt := range []struct{ name, dataset, in, want string }{
		{"demo_gind.tsv", "", numbers, "2:15 \"-968\"\n2:21 \"-0.4 bep\"\n3:15 \"007.50 e\"\n3:24 \"-0.0\"\n4:15 \"-00\"\n4:20 \":\"\n"},
		{"ours.tsv", "x_of_ours", numbers, "2:15 \"-968\"\n2:21 \"-0.4 bep\"\n3:15 \"007.50 e\"\n3:24 \"-0.0\"\n4:15 \"-00\"\n4:20 \":\"\n"},
		{"migr_asyappctzm.tsv", "", old, "2:18 \": c\"\n2:11 \"120 bp\"\n3:16 \"0 n\"\n3:13 \"5\"\n"},
		{"migr_asyappctzm.tsv.gz", "", zipped(old), "2:18 \": c\"\n2:11 \"120 bp\"\n3:16 \"0 n\"\n3:13 \"5\"\n"},
	} {
		l, err := store.Create(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		add(t, l, tt.name, tt.in, Options{Vintage: "2024-01-01", Table: tt.dataset})
		tab, err := l.Load(l.Vintages()[0], table.Want{})
		if err != nil {
			t.Fatal(err)
		}
		ps := places(tab)
		if err := Locate(l, ps); err != nil || found(ps) != tt.want {
			t.Errorf("%s: got %v\n%s\nwant\n%s", tt.name, err, found(ps), tt.want)
		}
		for _, lie := range []struct {
			count    int32
			decimals uint8
			want     string
		}{{-7, 0, "-7"}, {77, 1, "7.7"}, {-7, 2, "-0.07"}} {
			last := places(tab)[:1]
			o := last[0].Cell
			o.Count, o.Decimals, o.Known, o.Flags = lie.count, lie.decimals, true, ""
			if err := Locate(l, last); err == nil || !strings.HasSuffix(err.Error(), fmt.Sprintf(": the raw file says %q, the table %q", last[0].Raw, lie.want)) {
				t.Errorf("%s: a cell that lies: %v", tt.name, err)
			}
		}
	}
}

// Of a table of several frequencies too; and an extract of it does not speak of
// the quarters before its first one, though it has the years.
func TestSeveralFrequencies(t *testing.T) {
	const head = "freq,citizen,geo\\TIME_PERIOD\t"
	const whole = head + "2022 \t2023 \t2022-Q4 \t2023-Q1 \nA,SY,DE\t5 \t: c\t: \t: \nQ,SY,DE\t: \t: \t10 p\t: \n"
	const part = head + "2022 \t2023 \t2023-Q1 \nA,SY,DE\t5 \t15 \t: \nQ,SY,DE\t: \t: \t20 \n"
	l, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	add(t, l, "migr_asyappctzm.tsv", whole, Options{Vintage: "2024-01-01"})
	tab, err := l.Load(l.Vintages()[0], table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	ps := places(tab)
	const want = "2:9 \"5\"\n2:12 \": c\"\n3:15 \"10 p\"\n3:20 \":\"\n"
	if err := Locate(l, ps); err != nil || found(ps) != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, found(ps), want)
	}
	got := add(t, l, "migr_asyappctzm.tsv", part, Options{Vintage: "2024-02-01"})
	for _, tt := range []struct {
		freq string
		p    obs.Period
		want bool
	}{{"A", "2022", true}, {"A", "2023", true}, {"A", "2021", false}, {"Q", "2022-Q4", false}, {"Q", "2023-Q1", true}, {"Q", "2023-Q2", false}} {
		if covers := got.Covers(func(dim string) string { return map[string]string{"freq": tt.freq}[dim] }, tt.p); covers != tt.want {
			t.Errorf("%s %s: covered %v by %+v", tt.freq, tt.p, covers, got.Extent)
		}
	}
}

// sheetOf is a sheet of the Data Browser with one figure, in cell B6.
func sheetOf(decision, figure string) string {
	text := func(at, s string) string { return `<c r="` + at + `" t="str"><v>` + s + `</v></c>` }
	return `<worksheet><row r="1">` + text("A1", "Time frequency") + text("C1", "Annual") + `</row><row r="2">` + text("A2", "Decision") + text("C2", decision) +
		`</row><row r="4">` + text("A4", "TIME") + text("B4", "2024") + `</row><row r="5">` + text("A5", "GEO (Labels)") +
		`</row><row r="6">` + text("A6", "Germany") + `<c r="B6"><v>` + figure + `</v></c></row></worksheet>`
}

// A cell of a workbook is found in its sheet, even if the table was kept
// before places had one.
func TestLocateInWorkbook(t *testing.T) {
	sheets, rels := "", ""
	for i, name := range []string{"Summary", "Structure", "Sheet 1", "Sheet 2"} {
		sheets += fmt.Sprintf(`<sheet name="%s" r:id="r%d"/>`, name, i)
		rels += fmt.Sprintf(`<Relationship Id="r%d" Target="%d.xml"/>`, i, i)
	}
	book := string(zipOf(t, "[Content_Types].xml", "<Types/>", "xl/workbook.xml", `<workbook>`+sheets+`</workbook>`, "xl/_rels/workbook.xml.rels", "<Relationships>"+rels+"</Relationships>",
		"xl/0.xml", `<worksheet><row r="1"><c r="A1" t="str"><v>Decisions [MIGR_ASYDCFSTA]</v></c></row></worksheet>`, "xl/1.xml", `<worksheet></worksheet>`,
		"xl/2.xml", sheetOf("Total", "120"), "xl/3.xml", sheetOf("Rejected", "80")))
	l, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	add(t, l, "d.xlsx", book, Options{Vintage: "2024-01-01"})
	tab, err := l.Load(l.Vintages()[0], table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []string{"as kept", "as kept before"} {
		ps := places(tab)
		for i, p := range ps {
			sheet := fmt.Sprintf("Sheet %d", i+1)
			if p.Cell.Pos.Sheet != sheet {
				t.Errorf("%s: %v is not in %s", tt, p.Cell.Pos, sheet)
			}
			if tt == "as kept before" {
				p.Cell.Pos.Sheet = ""
			}
		}
		if err := Locate(l, ps); err != nil {
			t.Errorf("%s: %v", tt, err)
		}
		for i, want := range []string{`, sheet "Sheet 1", cell B6 120`, `, sheet "Sheet 2", cell B6 80`} {
			if got := fmt.Sprint(ps[i].Cell.Pos, " ", ps[i].Raw); !strings.HasSuffix(got, want) {
				t.Errorf("%s: got %s, want …%s", tt, got, want)
			}
		}
	}
	ps := places(tab)
	ps[0].Cell.Pos.Line++
	if err := Locate(l, ps); err == nil || !strings.HasSuffix(err.Error(), `sheet "Sheet 1", cell B7: no cell for 2024`) {
		t.Errorf("a place that is not the cell's: %v", err)
	}
}

func TestSame(t *testing.T) {
	for _, tt := range []struct {
		raw      string
		count    int32
		decimals uint8
		flags    string
		want     bool
	}{
		{"-0.4 b", -4, 1, "b", true}, {"-0.4 b", -4, 1, "", false}, {"-0.4", 4, 1, "", false}, {"-0.4", -4, 0, "", false}, {"-0.40", -4, 1, "", false},
		{"-00.4", -4, 1, "", true}, {"0.4", 4, 1, "", true}, {"00", 0, 0, "", true}, {"-0", 0, 0, "", true}, {"-0.0 p", 0, 1, "p", true}, {"0.0", 0, 0, "", false},
		{"-05", -5, 0, "", true}, {"-5", 5, 0, "", false}, {"12.30 bep", 1230, 2, "bep", true}, {"12.3", 1230, 2, "", false},
	} {
		o := obs.Observation{Count: tt.count, Decimals: tt.decimals, Known: true, Flags: tt.flags}
		if got := same(tt.raw, &o); got != tt.want {
			t.Errorf("%q as %q: %v", tt.raw, Written(&o), got)
		}
	}
}

// Through the lake and back to the raw file: cells of population change.
func TestRealNumbersAreLocated(t *testing.T) {
	name := needs.Shared(t, "data/eurostat/tsv-new/demo_gind.bulk-2023.tsv.gz")
	l, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Add(l, name, Options{Vintage: "2023-04-30"}); err != nil {
		t.Fatal(err)
	}
	tab, err := l.Load(l.Vintages()[0], table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	var some []*Place
	decimals := 0
	for i, p := range places(tab) {
		if i%97 == 0 {
			some = append(some, p)
			decimals += int(p.Cell.Decimals)
		}
	}
	if err := Locate(l, some); err != nil {
		t.Error(err)
	}
	if decimals == 0 {
		t.Errorf("none of %d cells has decimals", len(some))
	}
	for _, p := range some {
		if p.Raw != Written(p.Cell) || p.Cell.Pos.Col == 0 {
			t.Fatalf("%v: %q, want %q", p.Cell.Pos, p.Raw, Written(p.Cell))
		}
	}
}
