package eurostat

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

const (
	oldHead = "citizen,geo\\time\t2023 \t2022 \n"

	head = "citizen,geo\\TIME_PERIOD\t2022 \t2023 \n"
	file = "t.tsv"

	again     = "\n\thint: download the table again"
	wantCell  = `, want a count, then optional flags, such as "120 bp"` + "\n\thint: correct the export, or use \":\" if there is no value"
	wantCount = ", want a count up to 2147483647\n\thint: correct the export, or use \":\" if there is no value"
	wantKey   = ", want a key, then a tab before each cell\n\thint: the line is cut or its tabs were turned into blanks; download the table again"
	wantCells = ", want 2, one a period\n\thint: a tab or the end of the line is missing; download the table again"
	wantTop   = `, want a header such as "freq,citizen,…,geo\TIME_PERIOD", then a tab and a period for each column`
)

func unknown(pos, dim, c string) string {
	l := code.File(dim)
	if !code.Plain(c) {
		return fmt.Sprintf("t.tsv:%s: got %s %q, want a code of the list %s\n\thint: this can be no code: download the table again", pos, dim, c, l)
	}
	return fmt.Sprintf("t.tsv:%s: got %s %q, want a code of the list %s\n\thint: if the code is right, add the line \"%s,%s,member\" to a code list of your own and pass it with --codes FILE", pos, dim, c, l, dim, c)
}

// refusals are whole files and the whole message that each is refused with.
var refusals = []struct{ name, in, want string }{
	{"empty file", "", "t.tsv:1:1: got an empty file, want a table\n\thint: download it again"},
	{"header only", head, "t.tsv:2:1: got no rows, want at least one series below the header" + again},
	{"HTML", "<!DOCTYPE html>\n<html><body>503</body></html>\n",
		`t.tsv:1:1: got an HTML or XML page ("<!DOCTYPE html>"), want a table` + "\n\thint: the server answered with a page instead of data; download it again, or open the file to read what it says"},
	{"HTML behind a BOM and blanks", "\xef\xbb\xbf  <html>\n",
		`t.tsv:1:1: got an HTML or XML page ("  <html>"), want a table` + "\n\thint: the server answered with a page instead of data; download it again, or open the file to read what it says"},
	{"JSON", `{"error":[{"status":404}]}`, `t.tsv:1:1: got "{\"error\":[{\"status\":404}]}"` + wantTop + "\n\thint: is this a bulk TSV download of a Eurostat table?"},
	{"another name for time", "citizen,geo\\times\t2022 \nSY,DE\t1 \n", `t.tsv:1:1: got "citizen,geo\\times"` + wantTop + "\n\thint: is this a bulk TSV download of a Eurostat table?"},
	{"a backslash too many", "citizen,geo\\\\time\t2022 \nSY,DE\t1 \n", `t.tsv:1:1: got "citizen,geo\\\\time"` + wantTop + "\n\thint: is this a bulk TSV download of a Eurostat table?"},

	{"old style, no dimensions", "\\time\t2022 \nSY\t1 \n", "t.tsv:1:1: got a dimension without a name" + wantTop + again},
	{"old style, no periods", "geo\\time\nDE\n", "t.tsv:1:9: got a header without periods" + wantTop + "\n\thint: download the table again, with at least one period"},
	{"old style, mixed frequencies", "geo\\time\t2022Q1 \t2021 \nDE\t1 \t2 \n", `t.tsv:1:18: got period "2021 ", want periods of one frequency, or the dimension freq` + "\n\thint: download the frequencies apart"},
	{"old style, a semester", "geo\\time\t2022S3 \nDE\t1 \n", `t.tsv:1:10: got period "2022S3 ", want a period such as "2023", "2023-Q1" or "2023-01"` + again},
	{"old style, a doubled period", "geo\\time\t2022M01\t2022-01 \nDE\t1 \t2 \n", `t.tsv:1:18: got period "2022-01 " again, want each period once` + again},
	{"old style, too few codes", oldHead + "SY\t1 \t2 \n", "t.tsv:2:3: got 1 codes, want citizen,geo\n\thint: a comma or a code is missing; download the table again"},
	{"old style, too many codes", oldHead + "A,SY,DE\t1 \t2 \n", unknown("2:1", "citizen", "A") + "\nt.tsv:2:6: got more than 2 codes, want citizen,geo" + again},
	{"old style, a decimal", oldHead + "SY,DE\t 1.5 \t2 \n", `t.tsv:2:8: got "1.5"` + wantCell},
	{"old style, blanks alone", oldHead + "SY,DE\t1 \t  \n", `t.tsv:2:12: got ""` + wantCell},
	{"old style, duplicates", oldHead + "SY,DE\t1 \t2 \nSY,DE\t1 \t2 \n", dup(3, "SY,DE", 2)},
	{"old style, too few cells", oldHead + "SY,DE\t1 \n", "t.tsv:2:9: got 1 cells" + wantCells},
	{"no header", "SY,DE\t1 \t2 \n", `t.tsv:1:1: got "SY,DE"` + wantTop + "\n\thint: is this a bulk TSV download of a Eurostat table?"},
	{"UTF-16", "\xff\xfec\x00i\x00", `t.tsv:1:1: got "\xff\xfec\x00i\x00"` + wantTop + "\n\thint: is this a bulk TSV download of a Eurostat table?"},
	{"no periods", "citizen,geo\\TIME_PERIOD\nSY,DE\n", "t.tsv:1:24: got a header without periods" + wantTop + "\n\thint: download the table again, with at least one period"},
	{"a bad period", "citizen,geo\\TIME_PERIOD\t20x2 \t2023 \nSY,DE\t1 \t2 \n", `t.tsv:1:25: got period "20x2 ", want a period such as "2023", "2023-Q1" or "2023-01"` + again},
	{"a bad period behind a BOM", "\xef\xbb\xbfgeo\\TIME_PERIOD\t20x2 \n", `t.tsv:1:20: got period "20x2 ", want a period such as "2023", "2023-Q1" or "2023-01"` + again},
	{"mixed frequencies", "citizen,geo\\TIME_PERIOD\t2022 \t2023-Q1 \nSY,DE\t1 \t2 \n", `t.tsv:1:31: got period "2023-Q1 ", want periods of one frequency, or the dimension freq` + "\n\thint: download the frequencies apart"},
	{"a doubled period", "citizen,geo\\TIME_PERIOD\t2022 \t2022\nSY,DE\t1 \t2 \n", `t.tsv:1:31: got period "2022" again, want each period once` + again},
	{"a doubled period, spelt twice", "citizen,geo\\TIME_PERIOD\t2022-Q1 \t2022Q1 \nSY,DE\t1 \t2 \n", `t.tsv:1:34: got period "2022Q1 " again, want each period once` + again},
	{"a tab behind the periods", "citizen,geo\\TIME_PERIOD\t2022 \t\nSY,DE\t1 \n", `t.tsv:1:31: got period "", want a period such as "2023", "2023-Q1" or "2023-01"` + again},
	{"a dimension without a name", "citizen,,geo\\TIME_PERIOD\t2022 \n", "t.tsv:1:1: got a dimension without a name" + wantTop + again},
	{"a doubled dimension", "geo,geo\\TIME_PERIOD\t2022 \nDE,DE\t1 \n", "t.tsv:1:1: got the dimension geo twice, want each dimension once" + again},
	{"a dimension under both its names", "applicant,asyl_app,geo\\TIME_PERIOD\t2022 \nFRST,NASY_APP,DE\t1 \n", "t.tsv:1:1: got the dimension asyl_app twice, want each dimension once" + again},

	{"a letter in a count", head + "SY,DE\t12O b\t1 \n", `t.tsv:2:7: got "12O b"` + wantCell},
	{"a decimal", head + "SY,DE\t1 \t1.5 \n", `t.tsv:2:10: got "1.5"` + wantCell},
	{"a thousands comma", head + "SY,DE\t1 \t1,500 \n", `t.tsv:2:10: got "1,500"` + wantCell},
	{"a negative number", head + "SY,DE\t-5 \t1 \n", `t.tsv:2:7: got "-5"` + wantCell},
	{"a plus sign", head + "SY,DE\t+5 \t1 \n", `t.tsv:2:7: got "+5"` + wantCell},
	{"an empty cell", head + "SY,DE\t\t1 \n", `t.tsv:2:7: got ""` + wantCell},
	{"a blank cell", head + "SY,DE\t1 \t  \n", `t.tsv:2:10: got ""` + wantCell},
	{"a leading blank", head + "SY,DE\t 1\t1 \n", `t.tsv:2:7: got " 1"` + wantCell},
	{"a glued flag", head + "SY,DE\t12b \t1 \n", `t.tsv:2:7: got "12b"` + wantCell},
	{"a capital flag", head + "SY,DE\t12 B\t1 \n", `t.tsv:2:7: got "12 B"` + wantCell},
	{"two flags apart", head + "SY,DE\t12 b p\t1 \n", `t.tsv:2:7: got "12 b p"` + wantCell},
	{"nine letters of flags", head + "SY,DE\t12 abcdefghi\t1 \n", `t.tsv:2:7: got "12 abcdefghi"` + wantCell},
	{"two colons", head + "SY,DE\t::\t1 \n", `t.tsv:2:7: got "::"` + wantCell},
	{"a NUL", head + "SY,DE\t12\x00\t1 \n", `t.tsv:2:7: got "12\x00"` + wantCell},
	{"a carriage return inside", head + "SY,DE\t12\r\t1 \n", `t.tsv:2:7: got "12\r"` + wantCell},
	{"one over int32", head + "SY,DE\t2147483648 \t1 \n", `t.tsv:2:7: got "2147483648"` + wantCount},
	{"eleven digits and a flag", head + "SY,DE\t1 \t12345678901 b\n", `t.tsv:2:10: got "12345678901 b"` + wantCount},
	{"digits past int64", head + "SY,DE\t1 \t99999999999999999999999\n", `t.tsv:2:10: got "99999999999999999999999"` + wantCount},
	{"digits that wrap around to 5", head + "SY,DE\t18446744073709551621 \t1 \n", `t.tsv:2:7: got "18446744073709551621"` + wantCount},
	{"digits that wrap around in 32 bits", head + "SY,DE\t4294967297 \t1 \n", `t.tsv:2:7: got "4294967297"` + wantCount},
	{"two values glued by a blank", head + "SY,DE\t10 20 \n", `t.tsv:2:7: got "10 20"` + wantCell + "\nt.tsv:2:13: got 1 cells" + wantCells},

	{"too few cells", head + "SY,DE\t10 \n", "t.tsv:2:10: got 1 cells" + wantCells},
	{"two values glued", head + "SY,DE\t1020 \nSY,FR\t1 \t2 \n", "t.tsv:2:12: got 1 cells" + wantCells},
	{"too many cells", head + "SY,DE\t1 \t2 \t3 \n", "t.tsv:2:12: got more than 2 cells, want one a period" + again},
	{"a tab too many", head + "SY,DE\t1 \t2 \t\n", "t.tsv:2:12: got more than 2 cells, want one a period" + again},
	{"key glued to the first value", head + "SY,DE10 \t20 \n", unknown("2:4", "geo", "DE10 ") + "\nt.tsv:2:13: got 1 cells" + wantCells},
	{"tabs turned into blanks", head + "SY,DE 10 20\n", `t.tsv:2:1: got "SY,DE 10 20"` + wantKey},
	{"a file cut in its key", head + "SY,DE\t1 \t2 \nSY,F", `t.tsv:3:1: got "SY,F"` + wantKey},
	{"a file cut in its last cell", head + "SY,DE\t1 \t2 \nSY,FR\t1 \t2", "t.tsv:3:11: got a last line without its end, want a whole file\n\thint: the download was cut off; download the table again, or end the line if nothing is missing"},
	{"an empty line", head + "SY,DE\t1 \t2 \n\nSY,FR\t1 \t2 \n", "t.tsv:3:1: got an empty line, want a series\n\thint: remove it"},
	{"too few codes", head + "SY\t1 \t2 \n", "t.tsv:2:3: got 1 codes, want citizen,geo\n\thint: a comma or a code is missing; download the table again"},
	{"too many codes", head + "SY,DE,T\t1 \t2 \n", "t.tsv:2:7: got more than 2 codes, want citizen,geo" + again},
	{"too many codes after a good row", head + "SY,DE\t1 \t2 \nSY,FR,T\t1 \t2 \n", "t.tsv:3:7: got more than 2 codes, want citizen,geo" + again},
	{"text that is not UTF-8", "nuts,geo\\TIME_PERIOD\t2022 \nK\xf6ln,DE\t1 \n", `t.tsv:2:1: got nuts "K\xf6ln", want UTF-8 text` + again},

	{"an unknown code, once", head + "SYR,DE\t1 \t2 \nSYR,FR\t1 \t2 \n", unknown("2:1", "citizen", "SYR")},
	{"unknown codes, each once", head + "SY,XX\t1 \t2 \nSYR,XX\t1 \t2 \nSYR,DE\t1 \t2 \nSYR,YY\t1 \t2 \n",
		unknown("2:4", "geo", "XX") + "\n" + unknown("3:1", "citizen", "SYR") + "\n" + unknown("5:5", "geo", "YY")},
	{"an empty code", head + "SY,\t1 \t2 \n", unknown("2:4", "geo", "")},
	{"a NUL in a code", head + "SY,D\x00E\t1 \t2 \n", `t.tsv:2:4: got geo "D\x00E", want a code of the list datasets/codes/geo.csv` + "\n\thint: this can be no code: download the table again"},

	{"adjacent duplicates", head + "SY,DE\t1 \t2 \nSY,DE\t1 \t2 \n", dup(3, "SY,DE", 2)},
	{"duplicates far apart", head + "SY,DE\t1 \t2 \nSY,FR\t1 \t2 \nAF,DE\t1 \t2 \nSY,DE\t1 \t2 \n", dup(5, "SY,DE", 2)},
	{"duplicates in an unsorted file, by line", head + "SY,FR\t1 \t2 \nSY,DE\t1 \t2 \nSY,FR\t1 \t2 \nAF,DE\t: \t: \nSY,DE\t1 \t3 \nSY,FR\t1 \t2 \n",
		dup(4, "SY,FR", 2) + "\n" + dup(6, "SY,DE", 3) + "\n" + dup(7, "SY,FR", 4)},
	{"a duplicate under two names", "decision,geo\\TIME_PERIOD\t2022 \nNEG,DE\t1 \nREJECTED,DE\t1 \n", dup(3, "REJECTED,DE", 2)},
}

func dup(line int, key string, first int) string {
	return fmt.Sprintf("t.tsv:%d:1: got the row %q again, want each row once (it stands on line %d)\n\thint: remove one of the two, or download the table again", line, key, first)
}

func TestRefusals(t *testing.T) {
	for _, tt := range refusals {
		tab, err := ReadTSV(strings.NewReader(tt.in), table.Meta{File: file})
		if err == nil {
			t.Errorf("%s: read as %v, want\n%s", tt.name, tab, tt.want)
			continue
		}
		if got := err.Error(); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.want)
		}
		if got, want := errors.Is(err, obs.ErrUnknownCode), strings.Contains(tt.want, "a code of the list"); got != want {
			t.Errorf("%s: errors.Is ErrUnknownCode is %v", tt.name, got)
		}
	}
}

func TestLongLineIsRefused(t *testing.T) {
	want := "t.tsv:3:1: got a line of more than 1048576 bytes, want a line a series\n\thint: this is no table of Eurostat's; download it again"
	_, err := ReadTSV(strings.NewReader(head+"SY,DE\t1 \t2 \n"+strings.Repeat("x", MaxLine+1)), table.Meta{File: file})
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	// One line as long as is allowed, its end included.
	n := (MaxLine - len("SY,DE\n")) / len("\t1 ")
	var b strings.Builder
	b.WriteString(`citizen,geo\TIME_PERIOD`)
	for i := range n {
		fmt.Fprintf(&b, "\t%04d ", i)
	}
	if _, err := ReadTSV(strings.NewReader(b.String()), table.Meta{File: file}); err == nil || !strings.Contains(err.Error(), "t.tsv:1:1: got a line of more than") {
		t.Errorf("a long header gives %v", err)
	}
}

func TestTwentyBadCellsAreShown(t *testing.T) {
	var b strings.Builder
	b.WriteString(head)
	for range 12 {
		b.WriteString("SY,DE\tx\ty\n")
	}
	_, err := ReadTSV(strings.NewReader(b.String()), table.Meta{File: file})
	var r *obs.Refusal
	if !errors.As(err, &r) || len(r.Errs) != obs.Shown || r.More != 4 || !strings.HasSuffix(err.Error(), "\nt.tsv: and 4 more") {
		t.Errorf("got\n%v", err)
	}
}

// A file of garbage is given up, not read to its end.
func TestHopelessFileIsGivenUp(t *testing.T) {
	in := &endless{row: "SY,DE\tx\ty\n", head: head}
	_, err := ReadTSV(in, table.Meta{File: file})
	var r *obs.Refusal
	if !errors.As(err, &r) || r.More < 10_000 || r.More > 10_010 {
		t.Errorf("got %v", err)
	}
	if in.n > 1<<22 {
		t.Errorf("%d bytes were read", in.n)
	}
}

type endless struct {
	head, row string
	n         int
}

func (e *endless) Read(p []byte) (n int, err error) {
	n = copy(p, e.head)
	e.head = e.head[n:]
	for n+len(e.row) <= len(p) {
		n += copy(p[n:], e.row)
	}
	e.n += n
	return n, nil
}

// An error of the reader is not turned into one of the table.
func TestReadErrorIsPassedOn(t *testing.T) {
	for _, in := range []string{"", head, head + "SY,DE\t1 \t2 \nSY,F"} {
		_, err := ReadTSV(io.MultiReader(strings.NewReader(in), iotest.ErrReader(io.ErrUnexpectedEOF)), table.Meta{File: file})
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("after %q: got %v", in, err)
		}
	}
}

// goodCells are cells as printed and what they mean.
var goodCells = []struct {
	in    string
	count int32
	known bool
	flags string
}{
	{"0 ", 0, true, ""}, {"0", 0, true, ""}, {"5 ", 5, true, ""}, {"120", 120, true, ""}, {"120  ", 120, true, ""},
	{"999999999 ", 999999999, true, ""}, {"1000000000 ", 1000000000, true, ""},
	{"2147483647 ", 2147483647, true, ""}, {"2147483647", 2147483647, true, ""}, {"2147483647 bep", 2147483647, true, "bep"},
	{"120 bp", 120, true, "bp"}, {"120 bep ", 120, true, "bep"}, {"120 bp   ", 120, true, "bp"}, {"1 abcdefgh", 1, true, "abcdefgh"},
	{"0 n", 0, true, "n"}, {"007 ", 7, true, ""},
	{": ", 0, false, ""}, {":", 0, false, ""}, {":  ", 0, false, ""}, {": c", 0, false, "c"}, {": z ", 0, false, "z"}, {": bep", 0, false, "bep"}, {":c", 0, false, "c"},
}

func TestCells(t *testing.T) {
	for _, tt := range goodCells {
		// Each cell stands first, in the middle and last in a line, so that it
		// meets both the common path and the end of the line.
		in := "geo\\TIME_PERIOD\t2021 \t2022 \t2023 \nDE\t" + tt.in + "\t" + tt.in + "\t" + tt.in + "\nFR\t1 \t2 \t3 \n"
		tab, err := ReadTSV(strings.NewReader(in), table.Meta{File: file})
		if err != nil {
			t.Errorf("%q: %v", tt.in, err)
			continue
		}
		for p := range 3 {
			o := tab.Observation(0, 0, p)
			if o.Count != tt.count || o.Known != tt.known || o.Flags != tt.flags || o.Pos.Line != 2 {
				t.Errorf("%q at %d: got %+v, want %+v", tt.in, p, o, tt)
			}
			if o := tab.Observation(0, 1, p); o.Count != int32(p)+1 || !o.Known || o.Flags != "" || o.Pos.Line != 3 {
				t.Errorf("the row below %q: got %+v", tt.in, o)
			}
		}
	}
}

// dump prints a table cell by cell.
func dump(t *table.Table) string {
	var b strings.Builder
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			for p := range t.Periods {
				if !t.Chunks[c].Held(r, p) {
					continue
				}
				o := t.Observation(c, r, p)
				fmt.Fprintf(&b, "%v %s %s %v %q %d\n", o.Key, o.Period, obs.Number(o.Count, o.Decimals), o.Known, o.Flags, o.Pos.Line)
			}
		}
	}
	return b.String()
}

func TestLineEndsAndBOM(t *testing.T) {
	lf := head + "AF,DE\t: c\t0 n\nSY,DE\t120 bp\t1 \nSY,FR\t5 \t7 \n"
	want, err := ReadTSV(strings.NewReader(lf), table.Meta{File: file})
	if err != nil {
		t.Fatal(err)
	}
	if got := dump(want); got != `[AF DE] 2022 0 false "c" 2
[AF DE] 2023 0 true "n" 2
[SY DE] 2022 120 true "bp" 3
[SY DE] 2023 1 true "" 3
[SY FR] 2022 5 true "" 4
[SY FR] 2023 7 true "" 4
` {
		t.Fatalf("got\n%s", got)
	}
	bare := strings.NewReplacer(" \t", "\t", " \n", "\n").Replace(lf)
	for name, in := range map[string]string{
		"CRLF": strings.ReplaceAll(lf, "\n", "\r\n"), "BOM": "\xef\xbb\xbf" + lf, "BOM and CRLF": "\xef\xbb\xbf" + strings.ReplaceAll(lf, "\n", "\r\n"),
		"no trailing blanks": bare, "no last newline": strings.TrimSuffix(lf, "\n"), "no last CRLF": strings.TrimSuffix(strings.ReplaceAll(lf, "\n", "\r\n"), "\n"),
		"no blanks, no last newline": strings.TrimSuffix(bare, "\n"), "blanks in the header": strings.Replace(lf, "citizen,geo\\TIME_PERIOD", " Citizen, geo \\ time_period ", 1),
	} {
		got, err := ReadTSV(strings.NewReader(in), table.Meta{File: file})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if dump(got) != dump(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, dump(got), dump(want))
		}
	}
}

// Releases of 2026 renamed codes and a dimension; the table is the same.
func TestNewerCodesLoadIntoTheOlderVocabulary(t *testing.T) {
	for _, tt := range []struct{ older, newer string }{
		{"freq,citizen,asyl_app,geo\\TIME_PERIOD\t2025 \nA,SY,ASY_APP,DE\t10 \nA,SY,ASY_APP,FR\t3 \nA,SY,NASY_APP,DE\t5 \nA,SY,SSEQ,DE\t5 \n",
			"freq,citizen,applicant,geo\\TIME_PERIOD\t2025 \nA,SY,TOTAL,DE\t10 \nA,SY,TOTAL,FR\t3 \nA,SY,FRST,DE\t5 \nA,SY,SSEQ,DE\t5 \n"},
		{"citizen,geo,decision\\TIME_PERIOD\t2025 \nSY,DE,TOTAL\t10 \nSY,DE,TOTAL_POS\t6 \nSY,DE,GENCONV\t1 \nSY,DE,SUB_PROT\t2 \nSY,DE,HUMSTAT\t3 \nSY,DE,REJECTED\t4 \n",
			"citizen,geo,decision\\TIME_PERIOD\t2025 \nSY,DE,TOTAL\t10 \nSY,DE,POS\t6 \nSY,DE,POS_RFG\t1 \nSY,DE,POS_SPROT\t2 \nSY,DE,POS_HUM\t3 \nSY,DE,NEG\t4 \n"},
	} {
		var tabs [2]*table.Table
		for i, in := range []string{tt.older, tt.newer} {
			var err error
			if tabs[i], err = ReadTSV(strings.NewReader(in), table.Meta{File: file}); err != nil {
				t.Fatal(err)
			}
		}
		if dump(tabs[0]) != dump(tabs[1]) || fmt.Sprint(tabs[0].Dims) != fmt.Sprint(tabs[1].Dims) {
			t.Errorf("older\n%v\n%s\nnewer\n%v\n%s", tabs[0].Dims, dump(tabs[0]), tabs[1].Dims, dump(tabs[1]))
		}
	}
}

// A user's list makes a new code pass, and nothing else.
func TestExtendedCodePasses(t *testing.T) {
	in := head + "Q1Q,DE\t1 \t2 \n"
	_, err := ReadTSV(strings.NewReader(in), table.Meta{File: file})
	if !errors.Is(err, obs.ErrUnknownCode) {
		t.Fatalf("got %v", err)
	}
	if err := code.Extend(strings.NewReader("# ours\ncitizen,Q1Q,member,Q land\n"), "mine.csv"); err != nil {
		t.Fatal(err)
	}
	tab, err := ReadTSV(strings.NewReader(in), table.Meta{File: file})
	if err != nil || tab.Rows != 1 {
		t.Errorf("got %v, %v", tab, err)
	}
	if _, err := ReadTSV(strings.NewReader(head+"SY,Q1Q\t1 \t2 \n"), table.Meta{File: file}); !errors.Is(err, obs.ErrUnknownCode) {
		t.Errorf("a code of another dimension passes: %v", err)
	}
}

// write writes a table as Eurostat would: what parses, written back, parses
// to the same.
func write(t *table.Table) string {
	var b strings.Builder
	for d := range t.Dims {
		if d > 0 {
			b.WriteByte(',')
		}
		b.WriteString(t.Dims[d].Name)
	}
	b.WriteString(`\TIME_PERIOD`)
	for _, p := range t.Periods {
		b.WriteString("\t" + string(p) + " ")
	}
	b.WriteByte('\n')
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			b.WriteString(strings.Join(t.Key(c, r), ","))
			for p := range t.Periods {
				o := t.Observation(c, r, p)
				b.WriteByte('\t')
				if o.Known {
					b.WriteString(obs.Number(o.Count, o.Decimals))
				} else {
					b.WriteByte(':')
				}
				b.WriteString(" " + o.Flags)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// naive reads a good file in the plainest way there is.
func naive(in string) string {
	var b strings.Builder
	lines := strings.Split(strings.TrimSuffix(in, "\n"), "\n")
	head := strings.Split(strings.TrimSuffix(lines[0], "\r"), "\t")
	dims, time, _ := strings.Cut(strings.ToLower(head[0]), `\`)
	freq := ""
	if strings.TrimSpace(time) == "time" && !slices.Contains(strings.Fields(strings.ReplaceAll(dims, ",", " ")), "freq") {
		p, _ := obs.ParsePeriod(strings.TrimSpace(head[1]))
		freq = string(p.Freq()) + ","
	}
	var names []string
	for _, d := range strings.Split(dims, ",") {
		names = append(names, strings.TrimSpace(d))
	}
	freqOf := func(head string) byte {
		p, _ := obs.ParsePeriod(strings.TrimSpace(head))
		return p.Freq()
	}
	for n, line := range lines[1:] {
		cells := strings.Split(strings.TrimSuffix(line, "\r"), "\t")
		var row []string
		for p, cell := range cells[1:] {
			count, flags, _ := strings.Cut(strings.Replace(strings.TrimLeft(cell, " "), ":", ": ", 1), " ")
			if known := count != ":"; known {
				count = canonical(count)
			} else {
				count = "0"
			}
			period, _ := obs.ParsePeriod(strings.TrimSpace(head[p+1]))
			if f := slices.Index(names, "freq"); f >= 0 && slices.ContainsFunc(head[2:], func(h string) bool { return freqOf(h) != freqOf(head[1]) }) && !fits(strings.Split(cells[0], ",")[f], period) {
				continue
			}
			// Sorted by what stands behind the key, which begins with the period.
			row = append(row, fmt.Sprintf("%s %s %v %q %d\n", period, count, !strings.HasPrefix(strings.TrimLeft(cell, " "), ":"), strings.TrimSpace(flags), n+2))
		}
		slices.Sort(row)
		for _, r := range row {
			fmt.Fprintf(&b, "%v %s", strings.Split(freq+cells[0], ","), r)
		}
	}
	return b.String()
}

var plainNumber = regexp.MustCompile(`^(-?)0*(\d+(?:\.\d+)?)$`)

// canonical is a number without zeros that lead, and zero without a sign.
func canonical(s string) string {
	m := plainNumber.FindStringSubmatch(s)
	if m == nil {
		return "no number: " + s
	}
	if f, _ := strconv.ParseFloat(s, 64); f == 0 {
		m[1] = ""
	}
	return m[1] + m[2]
}

func FuzzTSV(f *testing.F) {
	for _, tt := range refusals {
		f.Add(tt.in)
	}
	f.Add(head + "AF,DE\t: c\t0 n\nSY,DE\t120 bp\t1 \nSY,FR\t5 \t7 \n")
	f.Add("nuts,x\\TIME_PERIOD\t2022-Q1 \t2022Q2\r\nA,B\t1 \t2\r\nA,C\t1 \t2\r\nB,\t: \t2")
	f.Add("unit,citizen,sex,age,decision,geo\\time\t2023Q2 \t2023Q1 \nPER,SY,T,TOTAL,GENCONV,DE\t5 \t: c\nPER,SY,T,TOTAL,GENCONV,FR\t 5 p\t  0 n\n")
	f.Add("geo,FREQ\\TIME\t2023M02 \t2023M01\nDE,M\t5 \t:\n")
	f.Add("freq,indic_de,geo\\TIME_PERIOD\t1960 \t1961 \nA,GROWRT,AL\t-0.4 b\t12.30 ep\nA,GROWRT,AM\t-5 \t0.0\n")
	f.Add("freq,geo\\TIME_PERIOD\t2023 \t2023-Q1 \t2023-Q2 \nA,DE\t5 b\t: \t: \nQ,DE\t: \t1 \t: c\n")
	f.Add("geo,freq\\time\t2023Q1 \t2023S1 \t2023M01D02 \t2023W05 \nDE,W\t:\t:\t:\t  1 \nDE,X\t1 \t2 \t3 \t4 \n")
	for _, n := range goodNumbers {
		f.Add("x,geo\\time\t2023 \t2022 \nX,DE\t" + n.in + "\t" + n.in + "\nX,FR\t: \t 1 b\n")
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, dataset := range []string{"", "migr_asyappctza", "demo_gind", "nama_of_ours"} {
			m := table.Meta{File: file, Table: dataset}
			tab, err := ReadTSV(strings.NewReader(in), m)
			if err != nil {
				if m := err.Error(); !strings.HasPrefix(m, file+":") || !strings.Contains(m, ": got ") || !strings.Contains(m, ", want ") {
					t.Errorf("a message without got or want: %s", m)
				}
				continue
			}
			if line, _, _ := strings.Cut(in, "\n"); !RecogniseTSV([]byte(line)) {
				t.Errorf("%q is read but not recognised", line)
			}
			renamed := dataset != "nama_of_ours" && (tab.Dim("decision") >= 0 || tab.Dim("asyl_app") >= 0)
			if want := naive(in); !renamed && dump(tab) != want {
				t.Errorf("%s %q: got\n%s\nread naively\n%s", dataset, in, dump(tab), want)
			}
			again, err := ReadTSV(strings.NewReader(write(tab)), m)
			if err != nil || dump(again) != dump(tab) || fmt.Sprint(again.Dims, again.Periods) != fmt.Sprint(tab.Dims, tab.Periods) {
				t.Errorf("%s %q, written back: %v\n%s\nwas\n%s", dataset, in, err, dump(again), dump(tab))
			}
		}
	})
}

// FuzzRow puts one row below a fixed header, where a fuzzer of whole files
// seldom comes.
func FuzzRow(f *testing.F) {
	for _, tt := range goodCells {
		f.Add("SY,DE\t" + tt.in + "\t" + tt.in)
		f.Add("SY,DE\t1 \t2 \nSY,FR\t: c\t" + tt.in)
	}
	for _, n := range goodNumbers {
		f.Add("SY,DE\t" + n.in + "\t " + n.in)
	}
	for _, tt := range refusals {
		if row, ok := strings.CutPrefix(tt.in, head); ok {
			f.Add(row)
		}
	}
	f.Fuzz(func(t *testing.T, row string) {
		for _, m := range []table.Meta{{File: file}, {File: file, Table: "demo_gind"}} {
			for _, head := range []string{head, oldHead} {
				tab, err := ReadTSV(strings.NewReader(head+row), m)
				if err != nil {
					continue
				}
				if got, want := dump(tab), naive(head+row); got != want {
					t.Errorf("%s %q: got\n%s\nread naively\n%s", m.Table, row, got, want)
				}
				again, err := ReadTSV(strings.NewReader(write(tab)), m)
				if err != nil || dump(again) != dump(tab) {
					t.Errorf("%s %q, written back: %v", m.Table, row, err)
				}
			}
		}
	})
}
