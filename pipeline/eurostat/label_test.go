package eurostat

import (
	"strings"
	"testing"
)

// Heads as in two real files, of 2021 and 2018.
const (
	labelHead  = "\"DATASET: Population on 1 January by age and sex [demo_pjan]\"\n\n\"LAST UPDATE: 12.03.21 09:25:50\"\n\n\"EXTRACTION DATE: 01.04.21 01:49:54\"\n\n\"SOURCE OF DATA: Eurostat\"\n\n\"TIME\"\n\"2011\"\n"
	labelHead2 = "\"DATASET: Unemployment by sex and age - monthly average [une_rt_m]\"\n\n\"LAST UPDATE: 23.10.18 08:05:39\"\n\n\"EXTRACTION DATE: 27.10.18 16:53:04\"\n"
)

func TestReadLabel(t *testing.T) {
	const want = ", want a line such as \"LAST UPDATE: 12.03.21 09:25:50\"\n\thint: pass --vintage if you know the day of extraction"
	const none = "l.csv: got a Label file without the day of its last update" + want
	for _, tt := range []struct {
		name, in string
		want     Label
		err      string
	}{
		{"2021", labelHead, Label{"demo_pjan", "2021-03-12"}, ""},
		{"2018", labelHead2, Label{"une_rt_m", "2018-10-23"}, ""},
		{"CRLF and a BOM", bom + strings.ReplaceAll(labelHead, "\n", "\r\n"), Label{"demo_pjan", "2021-03-12"}, ""},
		{"through a spreadsheet", strings.ReplaceAll(strings.ReplaceAll(labelHead, `"`, ""), "\n", ";;\n"), Label{"demo_pjan", "2021-03-12"}, ""},
		{"the year in full", strings.Replace(labelHead, "12.03.21", "12.03.2021", 1), Label{"demo_pjan", "2021-03-12"}, ""},
		{"no code", strings.Replace(labelHead, " [demo_pjan]", "", 1), Label{"", "2021-03-12"}, ""},
		{"a title with brackets", strings.Replace(labelHead, "age and sex [", "age [years] and sex [", 1), Label{"demo_pjan", "2021-03-12"}, ""},
		{"no code in the brackets", strings.Replace(labelHead, "[demo_pjan]", "[per cent]", 1), Label{"", "2021-03-12"}, ""},
		{"no day", strings.Replace(labelHead, "LAST UPDATE: 12", "LAST: 12", 1), Label{"demo_pjan", ""}, none},
		{"an impossible day", strings.Replace(labelHead, "12.03.21", "31.02.21", 1), Label{"demo_pjan", ""}, `l.csv:3:1: got "LAST UPDATE: 31.02.21 09:25:50"` + want},
		{"cut", labelHead[:80], Label{"demo_pjan", ""}, `l.csv:3:1: got "LAST UPDATE: 12."` + want},
		{"empty", "", Label{}, none},
		{"something else", "\x00\xff\n\n", Label{}, none},
	} {
		got, err := ReadLabel([]byte(tt.in), "l.csv")
		msg := ""
		if err != nil {
			msg = err.Error()
		}
		if got != tt.want || msg != tt.err {
			t.Errorf("%s: got %+v, %s\nwant %+v, %s", tt.name, got, msg, tt.want, tt.err)
		}
	}
	for in, want := range map[string]bool{labelHead: true, bom + labelHead2: true, explorerHead: false, "": false, "DATASET,x\n": false} {
		if IsLabel([]byte(in)) != want {
			t.Errorf("%.20q: %v", in, !want)
		}
	}
}
