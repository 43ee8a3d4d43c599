package eurostat

import (
	"archive/zip"
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"

	"github.com/xuri/excelize/v2"

	"asylum/datasets/needs"
)

func TestXLSXOfTheDataBrowser(t *testing.T) {
	raw := needs.File(t, "data/eurostat/xlsx/rail_tf_ns.databrowser-2023.xlsx")
	tab, err := ReadXLSX(bytes.NewReader(raw), table.Meta{File: "r.xlsx"}, table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	if tab.Table != "rail_tf_ns_nl" || tab.Vintage != "2017-03-31" || tab.Count() != 100 || len(tab.Periods) != 1 {
		t.Errorf("%s of %s: %d cells in %v", tab.Table, tab.Vintage, tab.Count(), tab.Periods)
	}
	got := cellsOf(tab)
	for _, want := range []string{
		"A,NR,Passenger trains,Singelgracht Aansluiting - Amsterdam Centraal 2005=117225 @11:2",
		"A,NR,Passenger trains,Amsterdam Bijlmer - Venserpolder Aansluiting 2005=25 @110:2",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// A grid is what a sheet of a test holds, by cell name.
type grid map[string]map[string]any

// decisions is a workbook in the layout of the Data Browser.
func decisions() grid {
	g := grid{
		"Summary": {
			"A6": "Decisions [MIGR_ASYDCFSTA__CUSTOM_123]", "A10": "Last update of data: ", "D10": "24/08/2026 11:00",
			"B16": "Source dataset(s)", "C17": "This data product is extracted from", "C18": "MIGR_ASYDCFSTA", "B20": "Sheet 1", "C20": "Annual",
		},
		"Structure": {
			"A1": "Structure", "B2": "Dimension", "C2": "Position", "B3": "Label", "C3": "Label",
			"B4": "Time frequency", "C4": "Annual", "B5": "Country of citizenship", "C5": "Russia", "B6": "Type of decision", "C6": "Total",
		},
	}
	for i, decision := range []string{"Total", "Rejected"} {
		g[fmt.Sprintf("Sheet %d", i+1)] = map[string]any{
			"A1": "Data extracted on 03/09/2026 10:00:00 from [ESTAT]",
			"A2": "Dataset: ", "B2": "Decisions [MIGR_ASYDCFSTA__CUSTOM_123]", "A3": "Last updated: ", "B3": "24/08/2026 11:00",
			"A5": "Time frequency", "C5": "Annual", "A6": "Country of citizenship", "C6": "Russia", "A7": "Age class", "C7": "Total",
			"A8": "Type of decision", "C8": decision, "A9": "Unit of measure", "C9": "Person", "A10": "Sex", "C10": "Total",
			"A12": "TIME", "B12": "2024", "D12": "2025",
			"A13": "GEO (Labels)",
			"A14": "Germany", "B14": 120 + i, "C14": "bp", "D14": ":", "E14": "c",
			"A15": "France", "B15": 0, "D15": 35.0, "E15": "p",
			"A17": "Special value", "A18": ":", "B18": "not available", "A20": "Available flags:", "A21": "b", "B21": "break in time series",
		}
	}
	return g
}

// with changes one cell; nil takes it away.
func (g grid) with(sheet, at string, v any) grid {
	if g[sheet][at] = v; v == nil {
		delete(g[sheet], at)
	}
	return g
}

func (g grid) without(sheet string) grid {
	delete(g, sheet)
	return g
}

func (g grid) bytes(t testing.TB) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	for _, s := range []string{"Summary", "Structure", "Sheet 1", "Sheet 2"} {
		if g[s] == nil {
			continue
		}
		if _, err := x.NewSheet(s); err != nil {
			t.Fatal(err)
		}
		for at, v := range g[s] {
			if err := x.SetCellValue(s, at, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := x.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	b, err := x.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var decisionCells = []string{
	"A,RU,TOTAL,TOTAL,PER,T,DE 2024=120 bp @14:2", "A,RU,TOTAL,TOTAL,PER,T,DE 2025=: c @14:4",
	"A,RU,TOTAL,TOTAL,PER,T,FR 2024=0 @15:2", "A,RU,TOTAL,TOTAL,PER,T,FR 2025=35 p @15:4",
	"A,RU,TOTAL,REJECTED,PER,T,DE 2024=121 bp @14:2", "A,RU,TOTAL,REJECTED,PER,T,DE 2025=: c @14:4",
	"A,RU,TOTAL,REJECTED,PER,T,FR 2024=0 @15:2", "A,RU,TOTAL,REJECTED,PER,T,FR 2025=35 p @15:4",
}

func TestXLSX(t *testing.T) {
	codes := decisions()
	codes["Structure"] = map[string]any{
		"B2": "Dimension", "D2": "Position", "B3": "Code", "C3": "Label", "D3": "Code", "E3": "Label",
		"B4": "freq", "C4": "Time frequency", "D4": "A", "E4": "Annual", "B5": "citizen", "C5": "Country of citizenship", "D5": "RU", "E5": "Russia",
		"B6": "decision", "C6": "Type of decision", "D6": "TOTAL", "E6": "Total", "B7": "decision", "C7": "Type of decision", "D7": "NEG", "E7": "Rejected",
		"B8": "geo", "C8": "Country", "D8": "DE", "E8": "Germany",
	}
	sideways := decisions().without("Sheet 2")
	for at, v := range map[string]any{"A12": "GEO (Codes)", "B12": "DE", "D12": "FR", "A13": "TIME", "A14": "2024", "A15": "2025"} {
		sideways.with("Sheet 1", at, v)
	}
	both := decisions().without("Sheet 2")
	for at, v := range map[string]any{"C5": "Annual [A]", "C6": "Russia [RU]", "A8": "Type of decision [DECISION]", "C8": "Total [TOTAL]"} {
		both.with("Sheet 1", at, v)
	}
	nested := decisions().without("Sheet 2")
	for _, at := range []string{"A10", "C10", "A14", "B14", "C14", "D14", "E14", "A15", "B15", "D15", "E15"} {
		nested.with("Sheet 1", at, nil)
	}
	for at, v := range map[string]any{
		"A11": "SEX (Labels)", "C11": "Males", "G11": "Females",
		"A12": "TIME", "B12": nil, "C12": "2024", "D12": nil, "E12": "2025", "G12": "2024",
		"A13": "GEO (Codes)", "B13": "GEO (Labels)",
		"A14": "DE", "B14": "Allemagne", "C14": 1, "D14": "b", "E14": 2, "G14": 3, "H14": "p",
		"A15": "FR", "B15": "France", "D15": "c", "E15": ":", "G15": 1e7,
	} {
		nested.with("Sheet 1", at, v)
	}
	for _, tt := range []struct {
		name string
		g    grid
		want []string
	}{
		{"two rows of heads, codes beside labels", nested, []string{
			"A,RU,TOTAL,TOTAL,PER,M,DE 2024=1 b @14:3", "A,RU,TOTAL,TOTAL,PER,M,DE 2025=2 @14:5", "A,RU,TOTAL,TOTAL,PER,F,DE 2024=3 p @14:7",
			"A,RU,TOTAL,TOTAL,PER,M,FR 2024=: c @15:3", "A,RU,TOTAL,TOTAL,PER,M,FR 2025=: @15:5", "A,RU,TOTAL,TOTAL,PER,F,FR 2024=10000000 @15:7"}},
		{"labels", decisions(), decisionCells},
		{"codes in Structure", codes, decisionCells},
		{"periods down", sideways, []string{"A,RU,TOTAL,TOTAL,PER,T,DE 2024=120 bp @14:2", "A,RU,TOTAL,TOTAL,PER,T,DE 2025=0 @15:2",
			"A,RU,TOTAL,TOTAL,PER,T,FR 2024=: c @14:4", "A,RU,TOTAL,TOTAL,PER,T,FR 2025=35 p @15:4"}},
		{"codes in brackets", both, decisionCells[:4]},
	} {
		tab, err := ReadXLSX(bytes.NewReader(tt.g.bytes(t)), table.Meta{File: "d.xlsx"}, table.Want{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := cellsOf(tab); !slices.Equal(got, tt.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", tt.name, got, tt.want)
		}
		if tab.Table != "migr_asydcfsta" || tab.Vintage != "2026-08-24" {
			t.Errorf("%s: %s of %s", tt.name, tab.Table, tab.Vintage)
		}
	}
	tab, err := ReadXLSX(bytes.NewReader(decisions().bytes(t)), table.Meta{File: "d.xlsx"}, table.Want{Periods: []obs.Period{"2025"}, Codes: map[string][]string{"geo": {"FR"}, "decision": {"REJECTED"}}})
	if err != nil || !slices.Equal(cellsOf(tab), decisionCells[7:]) {
		t.Errorf("a part: %v", err)
	}
}

func TestXLSXRefusals(t *testing.T) {
	const mend = "\n\thint: " + mendXLSX
	whole := decisions().bytes(t)
	for _, tt := range []struct {
		name string
		in   []byte
		want string
	}{
		{"no zip", []byte("PK\x03\x04 and so on"), "d.xlsx: got a damaged workbook (zip: not a valid zip file), want a whole one" + mend},
		{"cut", whole[:len(whole)/2], "d.xlsx: got a damaged workbook (zip: not a valid zip file), want a whole one" + mend},
		{"another zip", zipOf(t, "a.tsv", "x"), "d.xlsx: got a zip of 1 files that is no workbook, want one of the Data Browser" + mend},
		{"no Summary", decisions().without("Summary").bytes(t), "d.xlsx: got a workbook without the sheets Summary and Structure, want one of the Data Browser" + mend},
		{"no figures", decisions().without("Sheet 1").without("Sheet 2").bytes(t), "d.xlsx: got a workbook without a sheet of figures, want at least one beside Summary and Structure" + mend},
		{"a figure", decisions().with("Sheet 2", "B14", "12O").bytes(t), `d.xlsx, sheet "Sheet 2", cell B14: got "12O", want a number, or ":" if there is no value` + mend},
		{"half a person", decisions().with("Sheet 2", "B14", 12.5).bytes(t), `d.xlsx, sheet "Sheet 2", cell B14: got "12.5", want a count of persons` + mend},
		{"flags", decisions().with("Sheet 1", "C14", "B!").bytes(t), `d.xlsx, sheet "Sheet 1", cell C14: got flags "B!", want letters such as "bp"` + mend},
		{"a label", decisions().with("Sheet 1", "A15", "Atlantis").bytes(t), `d.xlsx, sheet "Sheet 1", cell A15: got geo "Atlantis", want a code of the list datasets/codes/geo.csv, or its English label` + "\n\thint: download the table in English, or with codes and labels"},
		{"a period", decisions().with("Sheet 1", "B12", "soon").bytes(t), `d.xlsx, sheet "Sheet 1", cell B12: got period "soon", want a period such as "2023", "2023-Q1" or "2023-01"` + mend},
		{"frequencies", decisions().with("Sheet 2", "B12", "2024-Q1").with("Sheet 1", "A5", "Colour").with("Sheet 2", "A5", "Colour").bytes(t), `d.xlsx, sheet "Sheet 2", cell B12: got period "2024-Q1", want periods of one frequency, or the dimension freq` + "\n\thint: download the frequencies apart"},
		{"other dimensions", decisions().with("Sheet 2", "A10", "Colour").bytes(t), "d.xlsx, sheet \"Sheet 2\", cell A13: got the dimensions freq,citizen,age,decision,unit,colour,geo, want freq,citizen,age,decision,unit,sex,geo, as in the first sheet" + mend},
		{"the same slice", decisions().with("Sheet 2", "C8", "Total").with("Sheet 2", "A15", nil).bytes(t), "d.xlsx, sheet \"Sheet 2\", cell B15: got \"0\" below the table, want the legend" + mend},
		{"twice", decisions().with("Sheet 1", "A15", "Germany").without("Sheet 2").bytes(t), "d.xlsx, sheet \"Sheet 1\", cell B15: got A,RU,TOTAL,TOTAL,PER,T,DE 2024 a second time, want each cell once (it stands at d.xlsx, sheet \"Sheet 1\", cell B14)\n\thint: remove one of the two rows\n" +
			"d.xlsx, sheet \"Sheet 1\", cell D15: got A,RU,TOTAL,TOTAL,PER,T,DE 2025 a second time, want each cell once (it stands at d.xlsx, sheet \"Sheet 1\", cell D14)\n\thint: remove one of the two rows"},
		{"twice, in two sheets", decisions().with("Sheet 2", "C8", "Total").with("Sheet 2", "A15", "Malta").with("Sheet 2", "D14", nil).with("Sheet 2", "E14", nil).bytes(t),
			`d.xlsx, sheet "Sheet 2", cell B14: got A,RU,TOTAL,TOTAL,PER,T,DE 2024 a second time, want each cell once (it stands at d.xlsx, sheet "Sheet 1", cell B14)` + "\n\thint: remove one of the two rows"},
		{"a sheet without a name", zipOf(t, "[Content_Types].xml", "<Types/>", "xl/_rels/workbook.xml.rels", `<Relationships></Relationships>`, "xl/workbook.xml", `<workbook><sheet name=""/></workbook>`),
			"d.xlsx: got a sheet without a name, want one for each" + mend},
		{"another dataset", decisions().with("Sheet 1", "B2", "x [MIGR_ASYAPPCTZA]").bytes(t), `d.xlsx, sheet "Sheet 1", cell B2: got the dataset "migr_asyappctza", want migr_asydcfsta, as in the sheet Summary` + mend},
		{"no dataset", decisions().with("Summary", "A6", "Decisions").with("Summary", "B16", nil).bytes(t), "d.xlsx, sheet \"Summary\", cell A1: got a dataset that does not say its code, want the code, such as migr_asyappctza\n\thint: pass --table CODE"},
		{"a day", decisions().with("Summary", "D10", "yesterday").bytes(t), `d.xlsx, sheet "Summary", cell D10: got the time "yesterday", want one such as "31/03/2017 23:00"` + mend},
		{"no heads", decisions().with("Sheet 1", "A12", nil).with("Sheet 1", "A13", nil).bytes(t), "d.xlsx, sheet \"Sheet 1\", cell A22: got the end of the sheet, want a table with its heads" + mend},
		{"no head of rows", decisions().with("Sheet 1", "A13", nil).bytes(t), `d.xlsx, sheet "Sheet 1", cell A14: got "Germany", want the head of an axis, such as "GEO (Labels)"` + mend},
		{"no time", decisions().with("Sheet 1", "A12", "SEX (Codes)").with("Sheet 1", "A10", "Colour").bytes(t), "d.xlsx, sheet \"Sheet 1\", cell A13: got 0 dimensions of time, want one" + mend},
		{"beside", decisions().with("Sheet 1", "H14", "7").bytes(t), `d.xlsx, sheet "Sheet 1", cell H14: got "7" without a head above, want figures below heads` + mend},
	} {
		_, err := ReadXLSX(bytes.NewReader(tt.in), table.Meta{File: "d.xlsx"}, table.Want{})
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s:\ngot  %v\nwant %s", tt.name, err, tt.want)
		}
	}
	_, err := ReadXLSX(bytes.NewReader(whole), table.Meta{File: "d.xlsx", Table: "demo_pjan"}, table.Want{})
	if err == nil || err.Error() != `d.xlsx, sheet "Summary", cell A6: got the dataset "migr_asydcfsta", want an answer for demo_pjan`+"\n\thint: pass --table migr_asydcfsta, or leave it out" {
		t.Error(err)
	}
}

// zipOf makes a zip of names and contents in turn.
func zipOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err == nil {
			_, err = w.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bookOf makes a workbook whose first sheet is this XML.
func bookOf(t testing.TB, sheet string) []byte {
	return zipOf(t, "[Content_Types].xml", "<Types/>",
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Target="s.xml"/><Relationship Id="r2" Target="t.xml"/></Relationships>`,
		"xl/workbook.xml", `<workbook><sheets><sheet name="Summary" r:id="r1"/><sheet name="Structure" r:id="r2"/></sheets></workbook>`,
		"xl/s.xml", sheet, "xl/t.xml", "<worksheet></worksheet>")
}

// Bombs of every kind stop with an error, inside bounded memory.
func TestXLSXIsBounded(t *testing.T) {
	const mend = "\n\thint: " + mendXLSX
	for _, tt := range []struct{ name, in, want string }{
		{"a long text", "<worksheet><row><c><v>" + strings.Repeat("1", 8<<20), `d.xlsx, sheet "Summary": got a damaged part "xl/s.xml" (a text of more than 1 MiB), want a whole workbook` + mend},
		{"a text in pieces", "<worksheet><row><c><is>" + strings.Repeat("<t>"+strings.Repeat("a", 1000)+"</t>", 8000) + "</is></c>", "d.xlsx, sheet \"Summary\", cell A1: got a text of more than 1 MiB, want a cell" + mend},
		{"a million columns", "<worksheet><row>" + strings.Repeat("<c><v>1</v></c>", 1_000_000), "d.xlsx, sheet \"Summary\", cell XFE1: got more than 16384 columns, want a sheet" + mend},
		{"a far column", `<worksheet><row r="1"><c r="ZZZZ1">`, `d.xlsx, sheet "Summary", cell ZZZZ1: got more than 16384 columns, want a sheet` + mend},
		{"rows turning back", `<worksheet><row r="2"></row><row r="2">`, `d.xlsx, sheet "Summary", row 2: got the row "2", want one below it` + mend},
		{"deep", strings.Repeat("<a>", 100_000), `d.xlsx, sheet "Summary": got a damaged part "xl/s.xml" (unexpected EOF), want a whole workbook` + mend},
		{"cut", "<worksheet><row><c>", `d.xlsx, sheet "Summary": got a damaged part "xl/s.xml" (unexpected EOF), want a whole workbook` + mend},
		{"a formula's error", `<worksheet><row r="3"><c r="B3" t="e"><v>#REF!</v></c>`, `d.xlsx, sheet "Summary", cell B3: got the value "#REF!" of a formula, want a text or a number` + mend},
		{"a shared text", `<worksheet><row r="3"><c r="B3" t="s"><v>9</v></c>`, `d.xlsx, sheet "Summary", cell B3: got the shared text "9", want one of the 0 there are` + mend},
	} {
		in := bookOf(t, tt.in)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, err := ReadXLSX(bytes.NewReader(in), table.Meta{File: "d.xlsx"}, table.Want{})
		runtime.ReadMemStats(&after)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s:\ngot  %v\nwant %s", tt.name, err, tt.want)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
			t.Errorf("%s: %d bytes allocated", tt.name, n)
		}
	}
}

// The fuzzer gets the XML of a sheet of figures: mutated zips would hardly
// ever open.
func FuzzXLSX(f *testing.F) {
	head := `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Time frequency</t></is></c><c r="C1" t="inlineStr"><is><t>Annual</t></is></c></row>`
	f.Add(head + `<row r="3"><c r="A3" t="inlineStr"><is><t>TIME</t></is></c><c r="B3"><v>2024</v></c><c r="D3"><v>2025</v></c></row><row r="4"><c r="A4" t="str"><v>GEO (Labels)</v></c></row><row r="5"><c r="A5" t="str"><v>Germany</v></c><c r="B5"><v>12.0</v></c><c r="C5" t="str"><v>bp</v></c><c r="D5" t="str"><v>:</v></c></row><row r="7"><c r="A7" t="str"><v>Special value</v></c></row></sheetData></worksheet>`)
	f.Add(head + `<row><c t="str"><v>GEO (Codes)</v></c><c t="str"><v>GEO (Labels)</v></c><c t="str"><v>DE</v></c></row><row><c t="str"><v>TIME</v></c></row><row><c><v>2024</v></c><c><v>1.2E3</v></c></row></sheetData></worksheet>`)
	f.Add(`<worksheet><row r="2"><c r="B2"><f>A1</f><v>1</v></c></row></worksheet>`)
	// As in the real workbook, for another dataset.
	f.Add(`<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1"/><sheetData>
<row r="2">
<c r="A2" s="2" t="inlineStr"><is><t xml:space="preserve">Dataset: </t></is></c><c r="B2" s="1" t="inlineStr"><is><t>Train traffic [MIGR_ASYDCFSTA$DEFAULTVIEW]</t></is></c></row>
<row r="4">
</row>
<row r="7">
<c r="A7" s="1" t="inlineStr"><is><t>Time</t></is></c><c r="C7" s="2" t="inlineStr"><is><t>2005</t></is></c></row>
<row r="9">
<c r="A9" s="6" t="inlineStr"><is><t>TRAIN (Labels)</t></is></c><c r="B9" s="4" t="inlineStr"><is><t>Passenger trains</t></is></c></row>
<row r="10">
<c r="A10" s="7" t="inlineStr"><is><t>NET_SEG (Labels)</t></is></c><c r="B10" s="9" t="inlineStr"><is><t></t></is></c></row>
<row r="11">
<c r="A11" s="8" t="inlineStr"><is><t>Singelgracht Aansluiting  - Amsterdam Centraal</t></is></c><c r="B11" s="10" t="n"><v>117225.0</v></c></row>
<row r="113">
<c r="A113" s="1" t="inlineStr"><is><t>:</t></is></c><c r="B113" s="2" t="inlineStr"><is><t>not available</t></is></c></row>
</sheetData></worksheet>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		in := zipOf(t, "[Content_Types].xml", "<Types/>",
			"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="1" Target="a.xml"/><Relationship Id="2" Target="b.xml"/><Relationship Id="3" Target="c.xml"/></Relationships>`,
			"xl/workbook.xml", `<workbook><sheet name="Summary" r:id="1"/><sheet name="Structure" r:id="2"/><sheet name="Sheet 1" r:id="3"/></workbook>`,
			"xl/a.xml", `<worksheet></worksheet>`, "xl/b.xml", `<worksheet></worksheet>`, "xl/c.xml", sheet)
		tab, err := ReadXLSX(bytes.NewReader(in), table.Meta{File: "f", Table: "migr_asydcfsta"}, table.Want{})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f") {
				t.Errorf("no place in %q", err)
			}
			return
		}
		for _, c := range cellsOf(tab) {
			if strings.Contains(c, "@0:") || strings.Contains(c, ":0 @") {
				t.Errorf("no place: %s", c)
			}
		}
	})
}
