package aida

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

// numbers are the values of FORMAT.md, section 6, and their neighbours.
var numbers = []struct {
	in      string
	percent bool
	n       int32
	reason  string
}{
	{"8,507", false, 8507, ""}, {"112,272", false, 112272, ""},
	{"4.658", false, 4658, ""}, {"2.271", false, 2271, ""}, {"12.801", false, 12801, ""},
	{"1364", false, 1364, ""}, {"2314", false, 2314, ""}, {"4,368", false, 4368, ""},
	{"1, 566", false, 1566, ""}, {"5, 483", false, 5483, ""},
	{"4,817*", false, 4817, ""}, {"28[3]", false, 28, ""}, {"57,347[4]", false, 57347, ""}, {"767[3]", false, 767, ""}, {"65[4]", false, 65, ""},
	{"2,992 (2,715)[5]", false, 0, Words},
	{"At least 2,862", false, 0, Words},
	{"47 decisions (54 applicants)[1]", false, 0, Words},
	{"Abolished by Article 20 L. 4825/2021", false, 0, Words},
	{"N/A", false, 0, NA}, {"n/a", false, 0, NA}, {"N.A.", false, 0, NA}, {"Not available", false, 0, NA}, {":", false, 0, NA}, {"–", false, 0, NA}, {"-", false, 0, NA},
	{"", false, 0, Blank}, {"\u00a0", false, 0, Blank}, {" \u202f\u2007 ", false, 0, Blank},
	{"0.9%", false, 0, Percent}, {"43.5 %", false, 0, Percent}, {"75,8 %", false, 0, Percent}, {"0,3%", false, 0, Percent}, {"66,7%", true, 0, Percent},
	{"0", true, 0, Percent}, {"0.0007%", true, 0, Percent},
	{"one", false, 1, ""},

	{"0", false, 0, ""}, {"zero", false, 0, ""}, {"None", false, 0, ""}, {"Ten", false, 10, ""}, {"eleven", false, 0, Words},
	{"N/A[2]", false, 0, NA}, {"N/A", true, 0, NA}, {"—", false, 0, NA}, {"*", false, 0, Blank}, {"[3]", false, 0, Blank},
	{"4,817**", false, 4817, ""}, {"28[3][4]", false, 28, ""}, {"28 [3]", false, 28, ""}, {"28[3]*", false, 28, ""}, {"28[a]", false, 0, Words}, {"28[]", false, 0, Words},
	{"1\u00a0234", false, 1234, ""}, {"1\u202f234\u202f567", false, 1234567, ""}, {"1 234", false, 1234, ""}, {"1,234,567", false, 1234567, ""},
	{"2,147,483,647", false, 2147483647, ""}, {"2147483648", false, 0, Words}, {"9,999,999,999", false, 0, Words}, {"99999999999999999999", false, 0, Words},
	{"1.5", false, 0, Words}, {"12,34", false, 0, Words}, {"1,2345", false, 0, Words}, {"1234,567", false, 0, Words}, {"1,234,", false, 0, Words}, {",123", false, 0, Words}, {"1,,234", false, 0, Words},
	// Two lines of a cell are two figures, and words in a column of rates no rate.
	{"1\n234", false, 0, Words}, {"28\n[3]", false, 28, ""}, {"\n 28 \n", false, 28, ""}, {"see text", true, 0, Words}, {"one", true, 0, Words},
	// A figure beside a figure is not a footnote mark, nor is a fraction a group.
	{"47 (5)", false, 0, Words}, {"12 (12)", false, 0, Words}, {"0.123", false, 0, Words}, {"0,900", false, 0, Words}, {"1,234.567", false, 0, Words}, {"1.234,567", false, 0, Words},
	{"-5", false, 0, Words}, {"−5", false, 0, Words}, {"+5", false, 0, Words}, {"5-10", false, 0, Words}, {"<5", false, 0, Words}, {"~500", false, 0, Words}, {"1\x00", false, 0, Words}, {"٣", false, 0, Words},
}

func TestNumber(t *testing.T) {
	for _, tt := range numbers {
		if n, reason := Number(tt.in, tt.percent); n != tt.n || reason != tt.reason {
			t.Errorf("Number(%q, %v) = %d, %q; want %d, %q", tt.in, tt.percent, n, reason, tt.n, tt.reason)
		}
	}
}

var labels = []struct{ in, want string }{
	{"Total", "Total"}, {"Total (1)", "Total"}, {"Unknown[2]", "Unknown"}, {"Unknown[5]", "Unknown"}, {"Syria*", "Syria"}, {" Türkiye\u00a0[12] ", "Türkiye"},
	{"DR\u00a0Congo", "DR Congo"}, {"Guinea  Bissau", "Guinea Bissau"}, {"Congo (DRC)", "Congo (DRC)"}, {"(1)", "(1)"}, {"[1]", ""}, {"", ""}, {"Total (1)[2]*", "Total"}, {"Total (12)", "Total (12)"}, {"a[b]", "a[b]"},
	{"2020", "2020"},
}

func TestClean(t *testing.T) {
	for _, tt := range labels {
		if got := Clean(tt.in); got != tt.want {
			t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

const (
	header    = "country,year,table,label,instance,measure,head,unit,value,origin,page,updated\n"
	wantField = ", want a CSV record with a field for each column\n\thint: export the table again"
	wantLabel = ", want a citizenship that datasets/codes/alias.csv knows\n\thint: correct the spelling; if it is right, the list lacks it: please report it"
	wantYear  = ", want a year such as \"2023\"\n\thint: correct the table's year"
)

func row(country, label, value string) string {
	return country + ",2023,first_instance," + label + ",first,applicants,Head,persons," + value + ",table,http://p,2024-01-01\n"
}

func read(in string, want table.Want) (*table.Table, error) {
	return ReadCSV(strings.NewReader(in), table.Meta{File: "a.csv"}, want)
}

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
				fmt.Fprintf(&b, "%s|%s %v %s %q %v\n", strings.Join(o.Key, "|"), o.Period, v, o.Flags, o.Printed, o.Pos)
			}
		}
	}
	return b.String()
}

func TestReadCSV(t *testing.T) {
	in := header +
		row("GR", "Syria[1]", `"8,507"`) +
		row("GB", "Others (1)", "N/A") +
		row("DE", "unknown", "\u00a0") +
		"AT,2022,breakdown,Men[2],first,applicants,\"Two\nlines\",percent,\"43,5 \"\"%\"\"\",text,http://p,\r\n" +
		"AT,2022,breakdown,Women,first,applicants,,cases,28[3],text,http://p,\n"
	got, err := read(in, table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	if want := `SY|EL|first_instance||first|applicants|persons|table|http://p|2023 8507  "8,507" a.csv:2:63
OTHER|UK|first_instance|Others|first|applicants|persons|table|http://p|2023 : na "N/A" a.csv:3:65
UNK|DE|first_instance|unknown|first|applicants|persons|table|http://p|2023 : blank "\u00a0" a.csv:4:62
TOTAL|AT|breakdown|Men|first|applicants|percent|text|http://p|2022 : percent "43,5 \"%\"" a.csv:6:16
TOTAL|AT|breakdown|Women|first|applicants|cases|text|http://p|2022 28  "28[3]" a.csv:7:49
`; dump(got) != want {
		t.Errorf("got\n%s\nwant\n%s", dump(got), want)
	}
	for name, tt := range map[string]struct {
		want table.Want
		rows int
	}{
		"a year": {table.Want{Periods: []obs.Period{"2022"}}, 2}, "a country": {table.Want{Codes: map[string][]string{"geo": {"EL"}}}, 1}, "nothing": {table.Want{Codes: map[string][]string{"geo": {"FR"}}}, 0},
	} {
		if got, err := read(in, tt.want); err != nil || got.Rows != tt.rows {
			t.Errorf("%s: got %v, %v; want %d rows", name, got, err, tt.rows)
		}
	}
}

var refusals = []struct{ name, in, want string }{
	{"empty file", "", "a.csv:1:1: got an empty file, want a table\n\thint: export the table again"},
	{"header only", header, "a.csv:2:1: got no rows, want at least one below the header\n\thint: export the table again"},
	{"a wrong header", "country,year\nAT,2022\n", "a.csv:1:1: got \"country,year\", want the columns country,year,table,label,instance,measure,head,unit,value,origin,page,updated\n\thint: rename the columns of the copied table"},
	{"an unknown country", header + row("AUT", "Total", "1"), `a.csv:2:1: got country "AUT", want an ISO 3166 alpha-2 code of the list datasets/codes/geo.csv` + "\n\thint: correct the country"},
	{"an unknown label", header + row("AT", "Syrien", "1"), `a.csv:2:24: got label "Syrien"` + wantLabel},
	{"no label", header + row("AT", "[2]", "1"), `a.csv:2:24: got label "[2]"` + wantLabel},
	{"a span of years", header + strings.Replace(row("AT", "Total", "1"), "2023", "2022-23", 1), `a.csv:2:4: got year "2022-23"` + wantYear},
	{"a quarter", header + strings.Replace(row("AT", "Total", "1"), "2023", "2023-Q1", 1), `a.csv:2:4: got year "2023-Q1"` + wantYear},
	{"a field too few", header + "AT,2022\n", "a.csv:2:1: got wrong number of fields" + wantField},
	{"a quote left open", header + row("AT", "Total", "\"1"), "a.csv:2:89: got extraneous or missing \" in quoted-field" + wantField},
	{"text of Windows", header + row("AT", "T\xfcrkei", "1"), `a.csv:2:24: got "T\xfcrkei", want UTF-8 text` + "\n\thint: save the table as \"CSV UTF-8\""},
	{"a value of Windows", header + row("AT", "Total", "\x96"), `a.csv:2:60: got "\x96", want UTF-8 text` + "\n\thint: save the table as \"CSV UTF-8\""},
	{"a duplicate", header + row("AT", "Syria", "1") + row("AT", "Syrian Arab Republic", "1"),
		"a.csv:3:75: got SY,AT,first_instance,,first,applicants,persons,table,http://p 2023 a second time, want each cell once (it stands at a.csv:2:60)\n\thint: remove one of the two rows"},
}

func TestRefusals(t *testing.T) {
	for _, tt := range refusals {
		tab, err := read(tt.in, table.Want{})
		if err == nil {
			t.Errorf("%s: read as\n%s\nwant\n%s", tt.name, dump(tab), tt.want)
		} else if err.Error() != tt.want {
			t.Errorf("%s: got\n%v\nwant\n%s", tt.name, err, tt.want)
		}
	}
	if _, err := ReadCSV(io.MultiReader(strings.NewReader(header), iotest.ErrReader(io.ErrUnexpectedEOF)), table.Meta{}, table.Want{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a broken reader gives %v", err)
	}
}

// FuzzAIDANumber: whatever gives a count, gives it again when the count is
// printed in each of the usual ways, and never without a digit of its own.
func FuzzAIDANumber(f *testing.F) {
	for _, tt := range numbers {
		f.Add(tt.in, tt.percent)
	}
	for _, tt := range labels {
		f.Add(tt.in, false)
	}
	f.Fuzz(func(t *testing.T, in string, percent bool) {
		if once := Clean(in); Clean(once) != once {
			t.Errorf("Clean(%q) is %q, and cleaned again %q", in, once, Clean(once))
		}
		n, reason := Number(in, percent)
		if reason != "" {
			if n != 0 {
				t.Errorf("%q: %d with reason %s", in, n, reason)
			}
			return
		}
		if percent || n < 0 {
			t.Errorf("%q (percent %v) gives %d", in, percent, n)
		}
		own := strings.Trim(in, "*[]0123456789,. \u00a0\u2007\u202f\t\n\v\f\r\u0085")
		if _, word := words[strings.ToLower(Clean(in))]; own != "" && !word && !strings.Contains(in, "[") && !hasSpace(own) {
			t.Errorf("%q gives %d", in, n)
		}
		s := strconv.Itoa(int(n))
		for _, sep := range []string{"", ",", ".", " ", ", ", "\u00a0", "\u202f"} {
			g := s
			for i := len(s) - 3; i > 0; i -= 3 {
				g = g[:i] + sep + g[i:]
			}
			for _, mark := range []string{"", "*", "[3]", " [12]", "\u00a0"} {
				if again, why := Number(g+mark, false); again != n || why != "" {
					t.Errorf("%q gives %d, but %q gives %d, %q", in, n, g+mark, again, why)
				}
			}
		}
	})
}

// hasSpace reports whether s holds one of the further blanks that
// strings.Fields cuts at.
func hasSpace(s string) bool { return len(strings.Fields(s)) != 1 || strings.TrimSpace(s) != s }

func FuzzAIDA(f *testing.F) {
	for _, tt := range refusals {
		f.Add(tt.in)
	}
	f.Add(header + row("GR", "Syria[1]", `"8,507"`) + row("AT", "Total", "\"1\n2\""))
	f.Add(row("GR", "Syria[1]", `"8,507"`) + row("AT", "Total", "\"1\n2\"") + row("DE", "Others (1)", "N/A"))
	f.Fuzz(func(t *testing.T, in string) {
		if !strings.Contains(in, "year") { // most mutants need a header to get anywhere
			in = header + in
		}
		got, err := read(in, table.Want{})
		if err != nil {
			if m := err.Error(); !strings.HasPrefix(m, "a.csv:") || !strings.Contains(m, ", want ") {
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
					first, _, _ := strings.Cut(strings.ReplaceAll(o.Printed, `"`, `""`), "\n")
					if at := strings.TrimPrefix(lines[o.Pos.Line-1][o.Pos.Col-1:], `"`); !strings.HasPrefix(at, strings.TrimSuffix(first, "\r")) {
						t.Errorf("%q: %+v does not stand at %v but %q", in, o, o.Pos, at)
					}
					if n, why := Number(o.Printed, o.Key[6] == "percent"); why != o.Flags || o.Known != (why == "") || n != o.Count {
						t.Errorf("%q: %+v, but its printed form gives %d, %q", in, o, n, why)
					}
				}
			}
		}
	})
}
