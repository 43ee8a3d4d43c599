package eurostat

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"

	"asylum/datasets/needs"
)

const (
	explorerHead = `"TIME","GEO","CITIZEN","DECISION","UNIT","Value","Flag and Footnotes"` + "\n"
	explorerKey  = `"Germany (until 1990 former territory of the FRG)","Extra-EU-28","Total positive decisions","Person",`
)

func TestExplorerCSV(t *testing.T) {
	const key = "DE EXT_EU28 TOTAL_POS PER] "
	for _, tt := range []struct{ name, in, want string }{
		{"years", explorerHead + `"2009",` + explorerKey + `"213,925","bp"` + "\n" + `"2008",` + explorerKey + `":",""` + "\n",
			"[A " + key + "2008 0 false \"\" 3\n[A " + key + "2009 213925 true \"bp\" 2\n"},
		{"quarters, no flags, CRLF, a BOM", bom + strings.Replace(explorerHead, `,"Flag and Footnotes"`+"\n", "\r\n", 1) + `"2008Q1",` + explorerKey + `"5"` + "\r\n",
			"[Q " + key + "2008-Q1 5 true \"\" 2\n"},
		{"months, blanks between thousands", explorerHead + `"2008M01",` + explorerKey + `"1 213 925",""` + "\n", "[M " + key + "2008-01 1213925 true \"\" 2\n"},
		{"Latin-1, and codes with labels", "TIME,TIME_LABEL,CITIZEN,CITIZEN_LABEL,Value\n2008,2008,CI,C\xf4te d'Ivoire,5\n", "[A CI] 2008 5 true \"\" 2\n"},
		{"Latin-1 label", "TIME,CITIZEN,Value\n2008,C\xf4te d'Ivoire,5\n", "[A CI] 2008 5 true \"\" 2\n"},
		{"UTF-8 label", "TIME,CITIZEN,Value\n2008,Côte d'Ivoire,5\n", "[A CI] 2008 5 true \"\" 2\n"},
	} {
		tab, err := ReadExplorerCSV(strings.NewReader(tt.in), table.Meta{File: file, Table: "migr_asydcfsta"}, table.Want{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := dump(tab); got != tt.want {
			t.Errorf("%s: got\n%swant\n%s", tt.name, got, tt.want)
		}
		if want := !strings.Contains(tt.in, "Footnotes"); tab.NoFlags != want {
			t.Errorf("%s: no flags %v, want %v", tt.name, tab.NoFlags, want)
		}
	}
}

var explorerRefusals = []struct{ name, in, want string }{
	{"empty file", "", "t.tsv:1:1: got an empty file, want a table\n\thint: download it again"},
	{"header only", explorerHead, "t.tsv:2:1: got no rows, want at least one cell below the header" + csvAgain},
	{"another CSV", "a,b\n1,2\n", `t.tsv:1:1: got "a,b", want a header such as "TIME","GEO",…,"UNIT","Value","Flag and Footnotes"` + "\n\thint: is this a CSV of Eurostat's Data Explorer?"},
	{"no dimensions", "TIME,Value\n2008,1\n", "t.tsv:1:6: got no dimensions, want at least one before Value" + csvAgain},
	{"an unknown label", explorerHead + `"2008","Germania",` + strings.SplitN(explorerKey, ",", 2)[1] + `"5",""` + "\n",
		"t.tsv:2:8: got geo \"Germania\", want a code of the list datasets/codes/geo.csv, or its English label\n\thint: download the table in English, or with codes instead of labels; if it is a code, add it to a code list of your own and pass it with --codes FILE"},
	{"a bad group", explorerHead + `"2008",` + explorerKey + `"1,50",""` + "\n", "t.tsv:2:109: got \"1,50\"" + wantCSVNumber},
	{"a point between thousands", explorerHead + `"2008",` + explorerKey + `"1.500",""` + "\n",
		"t.tsv:2:109: got \"1.500\", want a number whose thousands are told from its decimals\n\thint: export the table with commas between thousands, or with nothing"},
	{"a flag in the value", explorerHead + `"2008",` + explorerKey + `"1,500 p",""` + "\n", "t.tsv:2:109: got \"1,500 p\"" + wantCSVNumber},
	{"too large", explorerHead + `"2008",` + explorerKey + `"2,147,483,648",""` + "\n", "t.tsv:2:109: got \"2,147,483,648\", want a number up to 2147483647\n\thint: correct the export, or download the table again"},
	{"cut", explorerHead + `"2008",` + explorerKey + `"1,5`, "t.tsv:2:109: got a quote that is not closed, want a closing quote on the same line" + cutCSV},
	{"a bad period", explorerHead + `"2008H1",` + explorerKey + `"5",""` + "\n", "t.tsv:2:1: got period \"2008H1\", want a period such as \"2023\", \"2023-Q1\" or \"2023-01\"" + csvAgain},
	{"too few fields", explorerHead + `"2008","5"` + "\n", "t.tsv:2:11: got 2 fields, want 7, one a column\n\thint: a comma is missing or the line is cut; download the table again"},
	{"a cell twice", explorerHead + strings.Repeat(`"2008",`+explorerKey+`"5",""`+"\n", 2),
		"t.tsv:3:109: got A,DE,EXT_EU28,TOTAL_POS,PER 2008 a second time, want each cell once (it stands at t.tsv:2:109)\n\thint: remove one of the two lines"},
}

func TestExplorerCSVRefusals(t *testing.T) {
	for _, tt := range explorerRefusals {
		_, err := ReadExplorerCSV(strings.NewReader(tt.in), table.Meta{File: file, Table: "migr_asydcfsta"}, table.Want{})
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: got\n%v\nwant\n%s", tt.name, err, tt.want)
		}
	}
}

func TestRealExplorerCSV(t *testing.T) {
	for _, tt := range []struct {
		name    string
		n       int
		noFlags bool
		cells   [][3]string
	}{
		{"demo_pjan.2017", 580, false, [][3]string{{"geo=EU28 age=TOTAL sex=T unit=NR freq=A", "2007", "498300775 true"}, {"geo=DE", "2007", "82314906 true"}, {"geo=DE_TOT", "2007", "82314906 true"}}},
		{"migr_asyappctza.allcitizens-2017", 34680, false, [][3]string{{"geo=EU28 citizen=BG asyl_app=NASY_APP", "2012", "90 true d"}, {"geo=EU28 citizen=CZ", "2012", "5 true d"}}},
		{"migr_asyappctzm.noflags-2018", 8024, true, [][3]string{{"geo=EU28 asyl_app=ASY_APP freq=M", "2008-01", "18420 true"}, {"geo=BG asyl_app=NASY_APP", "2008-01", "0 false"}}},
		{"migr_asyctzm.pre2008", 3348, true, [][3]string{{"geo=BE citizen=TOTAL", "1999-01", "1945 true"}, {"geo=EU15", "1999-01", "0 false"}}},
		{"migr_asydcfsta.2017-04", 1836, false, [][3]string{{"geo=EU28 citizen=EXT_EU28 decision=TOTAL_POS", "2008", "57945 true"}, {"geo=BE citizen=EXT_EU28 decision=TOTAL", "2008", "12950 true"}}},
		{"migr_asydcfstq.noflags-2018", 6630, true, [][3]string{{"geo=EU28 decision=GENCONV freq=Q", "2008-Q1", "6830 true"}, {"geo=BE decision=HUMSTAT", "2008-Q1", "0 false"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw := needs.File(t, "data/eurostat/explorer-csv/"+tt.name+".csv")
			dataset, _, _ := strings.Cut(tt.name, ".")
			tab, err := ReadExplorerCSV(bytes.NewReader(raw), table.Meta{File: file, Table: dataset}, table.Want{})
			if err != nil {
				t.Fatal(err)
			}
			if got := len(csvCells(tab)); got != tt.n || tab.NoFlags != tt.noFlags {
				t.Errorf("%d cells, no flags %v, want %d, %v", got, tab.NoFlags, tt.n, tt.noFlags)
			}
			flag := footnotes
			if tt.noFlags {
				flag = ""
			}
			dims := map[string]string{}
			for _, d := range tab.Dims[1:] {
				dims[strings.ToUpper(d.Name)] = d.Name
			}
			compareCSV(t, raw, tab, "TIME", "Value", flag, dims)
			for _, c := range tt.cells {
				if got := csvCell(t, tab, c[0], obs.Period(c[1])); got != c[2] {
					t.Errorf("%s %s: got %s, want %s", c[0], c[1], got, c[2])
				}
			}
			head, _ := csv.NewReader(bytes.NewReader(raw)).Read()
			if !IsExplorerCSV(head) || IsSDMXCSV(head) {
				t.Errorf("%q is not recognised", head)
			}
		})
	}
}

func FuzzExplorerCSV(f *testing.F) {
	for _, tt := range explorerRefusals {
		f.Add(tt.in)
	}
	f.Add(explorerHead + `"2009",` + explorerKey + `"213,925","bp"` + "\n" + `"2008",` + explorerKey + `":",""` + "\n")
	f.Add("TIME,CITIZEN,Value\n2008,C\xf4te d'Ivoire,5\n2008,Syria,1 000\n")
	f.Fuzz(func(t *testing.T, in string) { fuzzed(t, in, ReadExplorerCSV, IsExplorerCSV) })
}
