package unhcr

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

const (
	decisions    = `"year","coo_name","coo","coo_iso","coa_name","coa","coa_iso","procedure_type","dec_level","dec_pc","dec_recognized","dec_other","dec_rejected","dec_closed","dec_total"` + "\n"
	applications = "year,coo_iso,coa_iso,procedure_type,app_type,dec_level,app_pc,applied\n"
	good         = "2023,SYR,DEU,G,N,FI,P,"

	wantCount = ", want a count up to 2147483647\n\thint: correct the export, or leave the cell empty if there is no value"
	wantISO   = ", want an ISO 3166 alpha-3 code of the list datasets/codes/%s.csv\n\thint: if the code is right, the list lacks it: please report it"
	wantHead  = ", want the columns of UNHCR's asylum-decisions, asylum-applications or population\n\thint: download the table with all its columns"
	wantField = ", want a CSV record with a field for each column\n\thint: download it again"
)

func read(in string, want table.Want) (*table.Table, error) {
	return ReadCSV(strings.NewReader(in), table.Meta{File: "u.csv"}, want)
}

// dump prints the cells that a table holds.
func dump(t *table.Table) string {
	var b strings.Builder
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			for p := range t.Periods {
				if !t.Chunks[c].Held(r, p) {
					continue
				}
				o := t.Observation(c, r, p)
				v := ":"
				if o.Known {
					v = strconv.Itoa(int(o.Count))
				}
				fmt.Fprintf(&b, "%s %s %s %v\n", strings.Join(o.Key, " "), o.Period, v, o.Pos)
			}
		}
	}
	return b.String()
}

func TestDecisions(t *testing.T) {
	in := decisions +
		`2023,"Syrian Arab Rep.","SYR","SYR","Germany","GFR","DEU","G","FI","P",5,0,"-",,2147483647` + "\r\n" +
		"\n" + // encoding/csv skips empty lines; places must not
		`2022,"Two` + "\n" + `lines, ""quoted""","SYR","SYR","Greece","GRE","GRC","G","FI","C",1,2,3,4,10` + "\n" +
		`2023,"Stateless","STA","XXA","United Kingdom","GBR","GBR","G","AR","P",7,,,,7`
	got, err := read(in, table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	if want := `SY DE G FI P dec_recognized 2023 5 u.csv:2:72
SY DE G FI P dec_other 2023 0 u.csv:2:74
SY DE G FI P dec_rejected 2023 : u.csv:2:76
SY DE G FI P dec_closed 2023 : u.csv:2:80
SY DE G FI P dec_total 2023 2147483647 u.csv:2:81
SY EL G FI C dec_recognized 2022 1 u.csv:5:66
SY EL G FI C dec_other 2022 2 u.csv:5:68
SY EL G FI C dec_rejected 2022 3 u.csv:5:70
SY EL G FI C dec_closed 2022 4 u.csv:5:72
SY EL G FI C dec_total 2022 10 u.csv:5:74
STLS UK G AR P dec_recognized 2023 7 u.csv:6:72
STLS UK G AR P dec_other 2023 : u.csv:6:74
STLS UK G AR P dec_rejected 2023 : u.csv:6:75
STLS UK G AR P dec_closed 2023 : u.csv:6:76
STLS UK G AR P dec_total 2023 7 u.csv:6:77
`; dump(got) != want {
		t.Errorf("got\n%s\nwant\n%s", dump(got), want)
	}
	if fmt.Sprint(got.Periods) != "[2022 2023]" {
		t.Errorf("periods are %v", got.Periods)
	}
}

func TestApplications(t *testing.T) {
	in := applications + good + "12\n2022,SYR,DEU,G,N,FI,P,-\n2023,AFG,FRA,G,N,FI,P,\n"
	for _, tt := range []struct {
		name string
		want table.Want
		out  string
	}{
		{"all", table.Want{}, "SY DE G N FI P 2022 : u.csv:3:23\nSY DE G N FI P 2023 12 u.csv:2:23\nAF FR G N FI P 2023 : u.csv:4:23\n"},
		{"a year", table.Want{Periods: []obs.Period{"2022"}}, "SY DE G N FI P 2022 : u.csv:3:23\n"},
		{"a country", table.Want{Codes: map[string][]string{"geo": {"FR"}}}, "AF FR G N FI P 2023 : u.csv:4:23\n"},
		{"a citizenship", table.Want{Codes: map[string][]string{"citizen": {"AF"}}}, "AF FR G N FI P 2023 : u.csv:4:23\n"},
		{"none of them", table.Want{Codes: map[string][]string{"citizen": {"IQ"}}}, ""},
	} {
		got, err := read(in, tt.want)
		if err != nil || dump(got) != tt.out {
			t.Errorf("%s: got %v\n%s\nwant\n%s", tt.name, err, dump(got), tt.out)
		}
	}
}

var refusals = []struct{ name, in, want string }{
	{"empty file", "", "u.csv:1:1: got an empty file, want a table\n\thint: download it again"},
	{"header only", applications, "u.csv:2:1: got no rows, want at least one below the header\n\thint: download the table again"},
	{"a wrong header", "a,b\n1,2\n", `u.csv:1:1: got "a,b"` + wantHead},
	{"a missing column", "year,coo_iso,coa_iso,procedure_type,app_type,dec_level,applied\n", `u.csv:1:1: got "year,coo_iso,coa_iso,procedure_type,app_type,dec_level,appli"… (62 bytes)` + wantHead},
	{"an unknown origin", applications + "2023,SYX,DEU,G,N,FI,P,1\n", `u.csv:2:6: got coo_iso "SYX"` + fmt.Sprintf(wantISO, "citizen")},
	{"an unknown asylum country", applications + "2023,SYR,,G,N,FI,P,1\n", `u.csv:2:10: got coa_iso ""` + fmt.Sprintf(wantISO, "geo")},
	{"a quarter", applications + "2023-Q1,SYR,DEU,G,N,FI,P,1\n", `u.csv:2:1: got year "2023-Q1", want a year such as "2023"` + "\n\thint: correct the export"},
	{"no year", applications + ",SYR,DEU,G,N,FI,P,1\n", `u.csv:2:1: got year "", want a year such as "2023"` + "\n\thint: correct the export"},
	{"a letter", applications + good + "1O\n", `u.csv:2:23: got applied "1O"` + wantCount},
	{"a negative number", applications + good + "-1\n", `u.csv:2:23: got applied "-1"` + wantCount},
	{"a negative zero", applications + good + "-0\n", `u.csv:2:23: got applied "-0"` + wantCount},
	{"a plus", applications + good + "+1\n", `u.csv:2:23: got applied "+1"` + wantCount},
	{"a decimal", applications + good + "1.0\n", `u.csv:2:23: got applied "1.0"` + wantCount},
	{"a blank before it", applications + good + " 1\n", `u.csv:2:23: got applied " 1"` + wantCount},
	{"one over int32", applications + good + "2147483648\n", `u.csv:2:23: got applied "2147483648"` + wantCount},
	{"digits past int64", applications + good + "99999999999999999999\n", `u.csv:2:23: got applied "99999999999999999999"` + wantCount},
	{"a NUL", applications + good + "1\x00\n", `u.csv:2:23: got applied "1\x00"` + wantCount},
	{"text that is not UTF-8", applications + "2023,SYR,DEU,\xe9,N,FI,P,1\n", `u.csv:2:14: got procedure_type "\xe9", want UTF-8 text` + "\n\thint: download the table again"},
	{"a field too few", applications + good + "1\n2023,AFG,DEU\n", "u.csv:3:1: got wrong number of fields" + wantField},
	{"a field too many", applications + good + "1,2\n", "u.csv:2:1: got wrong number of fields" + wantField},
	{"a quote left open", applications + "2023,\"SYR,DEU,G,N,FI,P,1\n", "u.csv:2:26: got extraneous or missing \" in quoted-field" + wantField},
	{"a bare quote", applications + "2023,S\"YR,DEU,G,N,FI,P,1\n", "u.csv:2:7: got bare \" in non-quoted-field" + wantField},
	{"several, then one that ends it", applications + "20x3,SYR,DEU,G,N,FI,P,1\n2023,AFG\n",
		`u.csv:2:1: got year "20x3", want a year such as "2023"` + "\n\thint: correct the export\nu.csv:3:1: got wrong number of fields" + wantField},
	{"a duplicate", applications + good + "1\n2023,AFG,DEU,G,N,FI,P,2\n" + good + "1\n",
		"u.csv:4:23: got SY,DE,G,N,FI,P 2023 a second time, want each cell once (it stands at u.csv:2:23)\n\thint: remove one of the two rows"},
	{"a duplicate of a blank", applications + good + "\n" + good + "1\n",
		"u.csv:3:23: got SY,DE,G,N,FI,P 2023 a second time, want each cell once (it stands at u.csv:2:23)\n\thint: remove one of the two rows"},
}

func TestRefusals(t *testing.T) {
	for _, tt := range refusals {
		tab, err := read(tt.in, table.Want{})
		if err == nil {
			t.Errorf("%s: read as\n%s\nwant\n%s", tt.name, dump(tab), tt.want)
		} else if err.Error() != tt.want {
			t.Errorf("%s: got\n%v\nwant\n%s", tt.name, err, tt.want)
		} else if got, want := errors.Is(err, obs.ErrUnknownCode), strings.Contains(tt.want, "of the list"); got != want {
			t.Errorf("%s: errors.Is ErrUnknownCode is %v", tt.name, got)
		}
	}
}

func TestReadErrorIsPassedOn(t *testing.T) {
	for _, in := range []string{"", "year,coo", applications + good + "1\n2023,AF", applications + "2023,\"AF"} {
		_, err := ReadCSV(io.MultiReader(strings.NewReader(in), iotest.ErrReader(io.ErrUnexpectedEOF)), table.Meta{}, table.Want{})
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("after %q: got %v", in, err)
		}
	}
}

// FuzzUNHCR: what is read stands at its place in the file, and written out
// again it reads the same.
func FuzzUNHCR(f *testing.F) {
	for _, tt := range refusals {
		f.Add(tt.in)
	}
	f.Add(applications + good + "12\n2022,SYR,DEU,G,N,FI,P,-\n2023,AFG,FRA,G,N,FI,P,\n")
	f.Add(applications + "2023,\"SYR\",DEU,\"a\nb,\"\"\",N,FI,P,\"12\"\r\n")
	f.Add(good + "12\n2022,SYR,DEU,G,N,FI,P,-\n2023,AFG,FRA,G,N,FI,P,\n2023,\"STA\",XXA,\"a\nb\",N,FI,P,007\n")
	f.Fuzz(func(t *testing.T, in string) {
		if !strings.Contains(in, "year") { // most mutants need a header to get anywhere
			in = applications + in
		}
		got, err := read(in, table.Want{})
		if err != nil {
			if m := err.Error(); !strings.HasPrefix(m, "u.csv:") || !strings.Contains(m, ", want ") {
				t.Errorf("a message without place or want: %s", m)
			}
			return
		}
		lines := strings.SplitAfter(in, "\n")
		for c := range got.Chunks {
			for r := range got.Chunks[c].Rows {
				for p := range got.Periods {
					o := got.Observation(c, r, p)
					if !got.Chunks[c].Held(r, p) || o.Pos.Col > 60_000 {
						continue
					}
					rest := strings.TrimPrefix(lines[o.Pos.Line-1][o.Pos.Col-1:], `"`)
					want := strings.TrimLeft(rest, "0")
					if s := strconv.Itoa(int(o.Count)); o.Known && !strings.HasPrefix(rest, s) && !strings.HasPrefix(want, s) || !o.Known && want != "" && !strings.ContainsAny(want[:1], "-,\"\r\n") {
						t.Errorf("%q: %+v does not stand at %v", in, o, o.Pos)
					}
				}
			}
		}
	})
}
