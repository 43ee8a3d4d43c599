package eurostat

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"

	"asylum/datasets/needs"
)

const (
	sdmx1 = "DATAFLOW,LAST UPDATE,freq,unit,citizen,decision,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\n"
	row1  = "ESTAT:MIGR_ASYDCFSTA(1.0),03/06/21 11:00:00,A,PER,SY,GENCONV,DE,"
	sdmx2 = "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,freq,Time frequency,applicant,Applicant type,geo,,TIME_PERIOD,Time,OBS_VALUE,Observation value,OBS_FLAG,,CONF_STATUS,\n"
	row2  = `dataflow,ESTAT:MIGR_ASYAPPCTZA(1.0),"Applicants, annual",A,Annual,FRST,First time applicant,DE,Germany,`
)

func TestSDMXCSV(t *testing.T) {
	const key = "[A PER SY GENCONV DE] "
	for _, tt := range []struct{ name, in, want string }{
		{"1.0, codes", sdmx1 + row1 + "2019,15,,\n" + row1 + "2018,,,\n" + row1 + "2017,:,z,\n",
			key + "2017 0 false \"z\" 4\n" + key + "2018 0 false \"\" 3\n" + key + "2019 15 true \"\" 2\n"},
		{"flags and confidentiality", sdmx1 + row1 + "2017,,,C\n" + row1 + "2018,5,bp,F\n" + row1 + "2019,,c,C\n",
			key + "2017 0 false \"c\" 2\n" + key + "2018 5 true \"bp\" 3\n" + key + "2019 0 false \"c\" 4\n"},
		{"newer codes, CRLF and a BOM", bom + strings.ReplaceAll(sdmx1+strings.Replace(row1, "GENCONV", "POS_RFG", 1)+"2019,15,,\n", "\n", "\r\n"),
			key + "2019 15 true \"\" 2\n"},
		{"labels", sdmx1 + `ESTAT:MIGR_ASYDCFSTA(1.0),03/06/21 11:00:00,Annual,Person,Syria,Geneva Convention status,"Germany (until 1990 former territory of the FRG)",2019,15,provisional,confidential` + "\n",
			key + "2019 15 true \"pc\" 2\n"},
		{"codes with labels behind a colon", "DATAFLOW,LAST UPDATE,freq:Time frequency,citizen: Citizen,TIME_PERIOD:Time,OBS_VALUE,OBS_FLAG: Flag\n" +
			"ESTAT:MIGR_ASYDCFSTA(1.0): Decisions,03/06/21 11:00:00,A:Annual,SY: Syria,2019:2019,15,p: provisional\n",
			"[A SY] 2019 15 true \"p\" 2\n"},
		{"2.0, side by side", sdmx2 + row2 + "2019,,15,,p,provisional,,\n" + row2 + "2020,,,,c,confidential,C,confidential\n",
			"[A NASY_APP DE] 2019 15 true \"p\" 2\n[A NASY_APP DE] 2020 0 false \"c\" 3\n"},
		{"2.0, codes, a view", "STRUCTURE,STRUCTURE_ID,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\ndataflow,ESTAT:MIGR_ASYAPPCTZM$DEFAULTVIEW(1.0),M,DE,2019-02,15,,\n",
			"[M DE] 2019-02 15 true \"\" 2\n"},
		{"2.0, labels at the head", "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,Time frequency,Geopolitical entity (reporting),Time,Observation value,Observation status (Flag) V2 structure,Confidentiality status (flag)\n" +
			"dataflow,ESTAT:MIGR_ASYAPPCTZA(1.0),Applicants,Annual,Germany,2019,15,,confidential\n",
			"[A DE] 2019 15 true \"c\" 2\n"},
		{"decimals and a minus", strings.Replace(sdmx1, "decision", "indic_de", 1) + strings.ReplaceAll("ROW2018,-0.4,b,\nROW2019,12.30,,\n", "ROW", strings.Replace(row1, "MIGR_ASYDCFSTA", "DEMO_GIND", 1)),
			"[A PER SY GENCONV DE] 2018 -0.4 true \"b\" 2\n[A PER SY GENCONV DE] 2019 12.30 true \"\" 3\n"},
		{"a dataset that nobody knows", "DATAFLOW,LAST UPDATE,applicant,age,TIME_PERIOD,OBS_VALUE\nESTAT:SOME_1(1.0),,FRST,Y7,2019,1\nESTAT:SOME_1(1.0),,\"a \"\"b\"\", c\",Y7,2019,1\n",
			"[FRST Y7] 2019 1 true \"\" 2\n[a \"b\", c Y7] 2019 1 true \"\" 3\n"},
	} {
		tab, err := ReadSDMXCSV(strings.NewReader(tt.in), table.Meta{File: file}, table.Want{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := dump(tab); got != tt.want {
			t.Errorf("%s: got\n%swant\n%s", tt.name, got, tt.want)
		}
	}
}

func TestSDMXCSVSaysTableAndDay(t *testing.T) {
	in := sdmx1 + row1 + "2019,15,,\n"
	tab, err := ReadSDMXCSV(strings.NewReader(in), table.Meta{}, table.Want{})
	if err != nil || tab.Table != "migr_asydcfsta" || tab.Vintage != "2021-06-03" || tab.Note != "LAST UPDATE in the file: 03/06/21 11:00:00" {
		t.Errorf("%+v, %v", tab, err)
	}
	tab, err = ReadSDMXCSV(strings.NewReader(in), table.Meta{Vintage: "2022-01-01"}, table.Want{})
	if err != nil || tab.Vintage != "2022-01-01" || tab.Note != "" {
		t.Errorf("a day that somebody has said: %+v, %v", tab, err)
	}
}

func TestSDMXCSVReadsWhatIsWanted(t *testing.T) {
	in := sdmx1 + row1 + "2018,5,,\n" + row1 + "2019,15,,\n" + strings.Replace(row1, "DE,", "FR,", 1) + "2019,20,,\n" + strings.Replace(row1, "DE,", "FR,", 1) + "2018,20,,\n"
	tab, err := ReadSDMXCSV(strings.NewReader(in), table.Meta{File: file}, table.Want{Periods: []obs.Period{"2019"}, Codes: map[string][]string{"geo": {"DE"}}})
	if got, want := dump(tab), "[A PER SY GENCONV DE] 2019 15 true \"\" 3\n"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

const (
	csvAgain      = "\n\thint: download the table again"
	wantSDMX      = `, want a header such as "DATAFLOW,LAST UPDATE,freq,…,TIME_PERIOD,OBS_VALUE,OBS_FLAG"` + "\n\thint: is this an SDMX-CSV download of a Eurostat table?"
	wantCSVNumber = `, want a number such as "120", or ":" if there is no value` + "\n\thint: correct the export, or download the table again"
	cutCSV        = "\n\thint: the line is cut or its quotes were changed; download the table again"
)

var sdmxRefusals = []struct{ name, in, want string }{
	{"empty file", "", "t.tsv:1:1: got an empty file, want a table\n\thint: download it again"},
	{"header only", sdmx1, "t.tsv:2:1: got no rows, want at least one cell below the header" + csvAgain},
	{"another CSV", "a,b\n1,2\n", `t.tsv:1:1: got "a,b"` + wantSDMX},
	{"no period", "DATAFLOW,geo,OBS_VALUE\n", `t.tsv:1:1: got "DATAFLOW,geo,OBS_VALUE"` + wantSDMX},
	{"no dimensions", "DATAFLOW,TIME_PERIOD,OBS_VALUE\n", "t.tsv:1:10: got no dimensions, want at least one before TIME_PERIOD" + csvAgain},
	{"a doubled dimension", "DATAFLOW,geo,GEO,TIME_PERIOD,OBS_VALUE\nESTAT:MIGR_X(1.0),DE,DE,2019,1\n", "t.tsv:1:14: got the dimension geo twice, want each dimension once" + csvAgain},
	{"a dimension under both its names", "DATAFLOW,asyl_app,applicant,TIME_PERIOD,OBS_VALUE\nESTAT:MIGR_X(1.0),SSEQ,SSEQ,2019,1\n", "t.tsv:1:19: got the dimension asyl_app twice, want each dimension once" + csvAgain},
	{"a column twice", "DATAFLOW,geo,TIME_PERIOD,OBS_VALUE,OBS_VALUE\n", "t.tsv:1:36: got the column OBS_VALUE twice, want each column once" + csvAgain},
	{"a column that cannot be kept", "DATAFLOW,geo,TIME_PERIOD,OBS_VALUE,UNIT_MULT\n", "t.tsv:1:36: got column \"UNIT_MULT\", want OBS_VALUE, OBS_FLAG or CONF_STATUS behind TIME_PERIOD\n\thint: take the column out of the export; what it says cannot be kept"},
	{"a label in no language of ours", "DATAFLOW,Gebiet (Land),TIME_PERIOD,OBS_VALUE\n", "t.tsv:1:10: got column \"Gebiet (Land)\", want a dimension such as \"citizen\"\n\thint: download the table with codes at the head of its columns"},
	{"a data structure", "STRUCTURE,STRUCTURE_ID,geo,TIME_PERIOD,OBS_VALUE\ndatastructure,ESTAT:X(1.0),DE,2019,1\n", "t.tsv:2:1: got STRUCTURE \"datastructure\", want \"dataflow\"" + csvAgain},
	{"another agency", sdmx1 + "OECD:MIG(1.0),,A,PER,SY,TOTAL,DE,2019,1,,\n", "t.tsv:2:1: got dataset \"OECD:MIG(1.0)\", want one of Eurostat's, such as \"ESTAT:MIGR_ASYDCFSTA(1.0)\"\n\thint: is this a table of Eurostat's?"},
	{"two datasets", sdmx1 + row1 + "2019,15,,\n" + strings.Replace(row1, "FSTA", "FINA", 1) + "2019,15,,\n",
		"t.tsv:3:1: got the dataset migr_asydcfina, want migr_asydcfsta\n\thint: pass --table migr_asydcfina, or leave it out; a file holds one table"},
	{"two days", sdmx1 + row1 + "2019,15,,\n" + strings.Replace(row1, "03/06", "04/06", 1) + "2019,15,,\n",
		"t.tsv:3:27: got LAST UPDATE \"04/06/21 11:00:00\", want \"03/06/21 11:00:00\", as above\n\thint: the file joins two downloads; add them apart"},
	{"no day", sdmx1 + strings.Replace(row1, "03/06", "31/06", 1) + "2019,15,,\n", "t.tsv:2:27: got LAST UPDATE \"31/06/21 11:00:00\", want a day and a time, such as \"03/06/21 11:00:00\"" + csvAgain},
	{"an unknown code", sdmx1 + strings.Replace(row1, ",SY,", ",SYR,", 1) + "2019,15,,\n", unknown("2:51", "citizen", "SYR")},
	{"an unknown label", sdmx1 + strings.Replace(row1, ",SY,", ",Syrien,", 1) + "2019,15,,\n",
		"t.tsv:2:51: got citizen \"Syrien\", want a code of the list datasets/codes/citizen.csv, or its English label\n\thint: download the table in English, or with codes instead of labels; if it is a code, add it to a code list of your own and pass it with --codes FILE"},
	{"a bad period", sdmx1 + row1 + "20x9,15,,\n", "t.tsv:2:65: got period \"20x9\", want a period such as \"2023\", \"2023-Q1\" or \"2023-01\"" + csvAgain},
	{"mixed frequencies", strings.Replace(sdmx1, "freq", "colour", 1) + row1 + "2019,15,,\n" + row1 + "2019-Q1,15,,\n", "t.tsv:3:65: got period \"2019-Q1\", want periods of one frequency, or the dimension freq\n\thint: download the frequencies apart"},
	{"a cell of another frequency", sdmx1 + row1 + "2019,15,,\n" + row1 + "2019-Q1,15,b,\n", "t.tsv:3:73: got \"15 b\" for 2019-Q1 in a row of frequency \"A\", want \":\", as the period is of another\n\thint: download the table again, or its frequencies apart"},
	{"letters in a value", sdmx1 + row1 + "2019,1O,,\n", "t.tsv:2:70: got \"1O\"" + wantCSVNumber},
	{"a thousands comma", sdmx1 + row1 + "2019,\"1,500\",,\n", "t.tsv:2:70: got \"1,500\"" + wantCSVNumber},
	{"a decimal of persons", sdmx1 + row1 + "2019,1.5,,\n", "t.tsv:2:70: got \"1.5\", want a count, as the unit says\n\thint: correct the export, or download the table again"},
	{"a minus before persons", sdmx1 + row1 + "2019,-5,,\n", "t.tsv:2:70: got \"-5\", want a count, as the unit says\n\thint: correct the export, or download the table again"},
	{"one over int32", sdmx1 + row1 + "2019,2147483648,,\n", "t.tsv:2:70: got \"2147483648\", want a number up to 2147483647\n\thint: correct the export, or download the table again"},
	{"bad flags", sdmx1 + row1 + "2019,15,B1,\n", "t.tsv:2:73: got flags \"B1\", want letters such as \"bp\"" + csvAgain},
	{"a bad status", sdmx1 + row1 + "2019,15,,X\n", "t.tsv:2:74: got CONF_STATUS \"X\", want \"C\", \"F\" or nothing\n\thint: download the table again; if the status is right, please report it"},
	{"too few fields", sdmx1 + row1 + "2019,15\n", "t.tsv:2:72: got 9 fields, want 11, one a column\n\thint: a comma is missing or the line is cut; download the table again"},
	{"too many fields behind a known key", sdmx1 + row1 + "2019,15,,\n" + row1 + "2018,15,,,\n", "t.tsv:3:75: got 12 fields, want 11, one a column\n\thint: a comma is missing or the line is cut; download the table again"},
	{"a quote not closed", sdmx1 + row1 + "2019,\"15,,\n", "t.tsv:2:70: got a quote that is not closed, want a closing quote on the same line" + cutCSV},
	{"a quote inside", sdmx1 + row1 + "2019,1\"5\",,\n", "t.tsv:2:71: got a quote inside a field, want quotes around the field" + cutCSV},
	{"text behind a quote", sdmx1 + row1 + "2019,\"1\"5,,\n", "t.tsv:2:73: got \"5,,\" behind a closing quote, want a comma or the end of the line" + cutCSV},
	{"an empty line", sdmx1 + row1 + "2019,15,,\n\n", "t.tsv:3:1: got an empty line, want a cell\n\thint: remove it"},
	{"a last line without its end", sdmx1 + row1 + "2019,15,,", "t.tsv:2:74: got a last line without its end, want a whole file\n\thint: the download was cut off; download the table again, or end the line if nothing is missing"},
	{"a cell twice", sdmx1 + row1 + "2019,15,,\n" + row1 + "2019,15,,\n", "t.tsv:3:70: got A,PER,SY,GENCONV,DE 2019 a second time, want each cell once (it stands at t.tsv:2:70)\n\thint: remove one of the two lines"},
	{"two faults", sdmx1 + row1 + "2019,x,,\n" + row1 + "2018,y,,\n", "t.tsv:2:70: got \"x\"" + wantCSVNumber + "\nt.tsv:3:70: got \"y\"" + wantCSVNumber},
}

func TestSDMXCSVRefusals(t *testing.T) {
	for _, tt := range sdmxRefusals {
		_, err := ReadSDMXCSV(strings.NewReader(tt.in), table.Meta{File: file}, table.Want{})
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: got\n%v\nwant\n%s", tt.name, err, tt.want)
		}
		var r *obs.Refusal
		if err != nil && !errors.As(err, &r) {
			t.Errorf("%s: %T", tt.name, err)
		}
	}
	_, err := ReadSDMXCSV(strings.NewReader(sdmx1+row1+"2019,15,,\n"), table.Meta{File: file, Table: "migr_asydcfina"}, table.Want{})
	if want := "t.tsv:2:1: got the dataset migr_asydcfsta, want migr_asydcfina\n\thint: pass --table migr_asydcfsta, or leave it out; a file holds one table"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	var bad *obs.ParseError
	if !errors.As(err, &bad) || bad.Pos.Line != 2 {
		t.Errorf("%T is no *obs.ParseError", err)
	}
	if _, err := ReadSDMXCSV(io.MultiReader(strings.NewReader(sdmx1), iotest.ErrReader(io.ErrUnexpectedEOF)), table.Meta{File: file}, table.Want{}); err != io.ErrUnexpectedEOF {
		t.Errorf("got %v, want the error of the reader", err)
	}
	long := sdmx1 + row1 + strings.Repeat("9", MaxLine) + "\n"
	if _, err := ReadSDMXCSV(strings.NewReader(long), table.Meta{File: file}, table.Want{}); err == nil || !strings.HasPrefix(err.Error(), "t.tsv:2:1: got a line of more than 1048576 bytes") {
		t.Errorf("got %.200v", err)
	}
}

// TestScatteredCellsAreRefused: 4,000 lines must not ask for 16 million cells.
func TestScatteredCellsAreRefused(t *testing.T) {
	var b strings.Builder
	b.WriteString("DATAFLOW,x,TIME_PERIOD,OBS_VALUE\n")
	for i := range 4000 {
		fmt.Fprintf(&b, "ESTAT:SOME(1.0),%d,%d,1\n", i, 1000+i)
	}
	_, err := ReadSDMXCSV(strings.NewReader(b.String()), table.Meta{File: file}, table.Want{})
	if want := "t.tsv:1:1: got 4000 cells scattered over 4000 series and 4000 periods, want series with values in a fair part of the periods\n\thint: download fewer series or periods at a time"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

const fr2021 = "sdmx-csv-1/migr_asydcfsta.fr-2021-06.csv"

func TestRealSDMXCSV(t *testing.T) {
	for _, tt := range []struct {
		name, dataset, day string
		n                  int
		dims               []string
		cells              [][3]string
	}{
		{fr2021, "migr_asydcfsta", "2021-06-03", 23100, strings.Fields("freq unit citizen sex age decision geo"),
			[][3]string{{"citizen=AE sex=T age=TOTAL decision=REJECTED geo=FR", "2015", "0 true"}}},
		{"sdmx-csv-1/demo_gind.labels-2025-03.csv", "demo_gind", "2025-03-27", 1093, strings.Fields("freq indic_de geo"),
			[][3]string{{"geo=AD freq=A", "2003", "67159 true"}, {"geo=EA20", "2004", "330735833 true"}, {"geo=XK", "2022", "1773971 true"}}},
		{"sdmx-csv-2/migr_asyappctza.codes-labels-2025.csv", "migr_asyappctza", "", 1080, strings.Fields("freq citizen sex unit age asyl_app geo"),
			[][3]string{{"citizen=TOTAL geo=AT asyl_app=ASY_APP", "2008", "12750 true"}, {"citizen=TOTAL geo=AT", "2009", "15815 true"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw := needs.File(t, "data/eurostat/"+tt.name)
			tab, err := ReadSDMXCSV(bytes.NewReader(raw), table.Meta{File: file}, table.Want{})
			if err != nil {
				t.Fatal(err)
			}
			if tab.Table != tt.dataset || tab.Vintage != tt.day {
				t.Errorf("got %s of %q, want %s of %q", tab.Table, tab.Vintage, tt.dataset, tt.day)
			}
			var dims []string
			same := map[string]string{}
			for _, d := range tab.Dims {
				dims = append(dims, d.Name)
				same[d.Name] = d.Name
			}
			if !slices.Equal(dims, tt.dims) {
				t.Errorf("dimensions %v, want %v", dims, tt.dims)
			}
			if got := len(csvCells(tab)); got != tt.n {
				t.Errorf("%d cells, want %d", got, tt.n)
			}
			compareCSV(t, raw, tab, "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG", same)
			for _, c := range tt.cells {
				if got := csvCell(t, tab, c[0], obs.Period(c[1])); got != c[2] {
					t.Errorf("%s %s: got %s, want %s", c[0], c[1], got, c[2])
				}
			}
			head, _ := csv.NewReader(bytes.NewReader(raw)).Read()
			if !IsSDMXCSV(head) || IsExplorerCSV(head) {
				t.Errorf("%q is not recognised", head)
			}
		})
	}
}

// BenchmarkSDMXCSV reads the real file; BenchmarkEncodingCSV only cuts it into
// fields.
func BenchmarkSDMXCSV(b *testing.B) {
	raw := needs.File(b, "data/eurostat/"+fr2021)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadSDMXCSV(bytes.NewReader(raw), table.Meta{}, table.Want{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodingCSV(b *testing.B) {
	raw := needs.File(b, "data/eurostat/"+fr2021)
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		encodingCSV(b, raw)
	}
}

func encodingCSV(t testing.TB, raw []byte) {
	in := csv.NewReader(bytes.NewReader(raw))
	in.ReuseRecord = true
	for {
		if _, err := in.Read(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzSDMXCSV(f *testing.F) {
	for _, tt := range sdmxRefusals {
		f.Add(tt.in)
	}
	f.Add(sdmx1 + row1 + "2019,15,,\n" + row1 + "2018,,bp,C\n")
	f.Add(sdmx2 + row2 + "2019,,15,,p,provisional,,\n" + row2 + "2020,,,,c,confidential,C,confidential\n")
	f.Fuzz(func(t *testing.T, in string) { fuzzed(t, in, ReadSDMXCSV, IsSDMXCSV) })
}

// fuzzed wants of a file that is read that encoding/csv sees the same number of
// lines, and of each cell that its number stands where the table says.
func fuzzed(t *testing.T, in string, read func(io.Reader, table.Meta, table.Want) (*table.Table, error), is func([]string) bool) {
	tab, err := read(strings.NewReader(in), table.Meta{File: file}, table.Want{})
	if err != nil {
		if m := err.Error(); !strings.HasPrefix(m, file+":") || !strings.Contains(m, ": got ") || !strings.Contains(m, ", want ") {
			t.Errorf("a message without got or want: %s", m)
		}
		return
	}
	lines := strings.Split(strings.TrimSuffix(in, "\n"), "\n")
	cells := csvCells(tab)
	if mixed := slices.ContainsFunc(tab.Periods, func(p obs.Period) bool { return p.Freq() != tab.Periods[0].Freq() }); len(cells) != len(lines)-1 && !(mixed && len(cells) < len(lines)) {
		t.Fatalf("%q: %d cells on %d lines", in, len(cells), len(lines))
	}
	if head, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(lines[0], bom))).Read(); err != nil || !is(head) {
		t.Errorf("%q is read but not recognised (%v)", lines[0], err)
	}
	for at, o := range cells {
		line := strings.TrimSuffix(lines[at[0]-1], "\r")
		if at[1] > len(line) { // empty, at the end
			if o.Known {
				t.Errorf("%q: %+v", line, o)
			}
			continue
		}
		rec, err := csv.NewReader(strings.NewReader(line[at[1]-1:])).Read()
		if err == nil && !SameNumber(rec[0], &o) {
			t.Errorf("%q: %q is not %+v", line, rec[0], o)
		}
	}
}
