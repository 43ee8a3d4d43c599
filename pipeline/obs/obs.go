// Package obs holds the nouns that every room of the pipeline shares: an
// observation as its source published it, the period it speaks of, the place
// in a file where it stands, and the errors that point there.
package obs

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// An Observation is one cell of a source table, as published.
//
// The value is Count / 10^Decimals, in the unit of its table (persons, unless a
// dimension says otherwise); it may be negative where the table is not one of
// counts. Decimals is as printed, 0 to MaxDecimals: 12.30 is 1230 with 2.
// Where Known is false (":", "N/A", an empty cell) Count means nothing; it is
// not zero. Flags are the source's own letters ("bp": break and provisional).
type Observation struct {
	Key      []string // codes, parallel to the table's dimensions
	Period   Period
	Count    int32
	Decimals uint8
	Known    bool
	Flags    string
	Printed  string // as printed, where Count and Flags do not give it back
	Pos      Pos
}

// MaxDecimals is how many digits of an int32 can stand behind the point.
const MaxDecimals = 9

// Number writes count / 10^decimals with all its decimals: -4 with 1 is "-0.4".
func Number(count int32, decimals uint8) string {
	if decimals == 0 {
		return strconv.Itoa(int(count))
	}
	sign, n := "", int64(count)
	if n < 0 {
		sign, n = "-", -n
	}
	s := fmt.Sprintf("%0*d", int(decimals)+1, n)
	point := len(s) - int(decimals)
	return sign + s[:point] + "." + s[point:]
}

// Float is the value as a number; it means nothing where Known is false.
func (o *Observation) Float() float64 {
	return float64(o.Count) / powers[o.Decimals]
}

var powers = [MaxDecimals + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

// A Period is a span of time in the form Eurostat writes today: "2023",
// "2023-S1", "2023-Q1", "2023-01", "2023-W05" or "2023-01-15". Periods of one
// frequency sort as strings.
type Period string

// ParsePeriod reads a period in any form that Eurostat has used: 2023,
// 2023-S1, 2023S1, 2023-Q1, 2023Q1, 2023-01, 2023M01, 2023-W05, 2023W05,
// 2023-01-15, 2023M01D15. It reports false for anything else.
func ParsePeriod(s string) (Period, bool) {
	if len(s) < 4 || !digits(s[:4]) {
		return "", false
	}
	year, rest := s[:4], strings.TrimPrefix(s[4:], "-")
	if len(s) == len("2023-01-15") {
		return day(s[:4]+"-"+s[5:7]+"-"+s[8:], s[4] == s[7] && s[4] == '-' || s[4] == 'M' && s[7] == 'D')
	}
	switch {
	case rest == "" && len(s) == 4:
		return Period(year), true
	case len(rest) == 2 && rest[0] == 'Q' && rest[1] >= '1' && rest[1] <= '4':
		return Period(year + "-" + rest), true
	case len(rest) == 2 && rest[0] == 'S' && (rest[1] == '1' || rest[1] == '2'):
		return Period(year + "-" + rest), true
	case len(rest) == 3 && rest[0] == 'W' && digits(rest[1:]) && rest[1:] >= "01" && rest[1:] <= "53":
		return Period(year + "-" + rest), true
	case len(rest) == 3 && rest[0] == 'M' && month(rest[1:]):
		return Period(year + "-" + rest[1:]), true
	case len(rest) == 2 && len(s) == 7 && month(rest):
		return Period(year + "-" + rest), true
	}
	return "", false
}

// day is a period of one, if the calendar has it.
func day(s string, ok bool) (Period, bool) {
	if _, err := time.Parse(time.DateOnly, s); err != nil || !ok {
		return "", false
	}
	return Period(s), true
}

func month(s string) bool { return digits(s) && s >= "01" && s <= "12" }

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// Freq is the frequency of p: 'A' annual, 'S' half-yearly, 'Q' quarterly, 'M'
// monthly, 'W' weekly, 'D' daily.
func (p Period) Freq() byte {
	switch {
	case len(p) == len("2023"):
		return 'A'
	case len(p) == len("2023-01-15"):
		return 'D'
	case len(p) > 5 && p[5] > '9': // a letter, as in 2023-Q1
		return p[5]
	}
	return 'M'
}

// Year is the calendar year that p lies in.
func (p Period) Year() string { return string(p[:4]) }

// A Pos is a place in a file, counted from 1. Col counts bytes, as compilers
// do; it is 0 where only the line is known, and Line is 0 for the whole file.
// In a workbook, Sheet names one, and Line and Col are a row and a column of it.
type Pos struct {
	File  string
	Line  int
	Col   int
	Sheet string
}

func (p Pos) String() string {
	if p.Sheet != "" {
		at := fmt.Sprintf("%s, sheet %q", p.File, p.Sheet)
		switch {
		case p.Line == 0:
			return at
		case p.Col == 0:
			return fmt.Sprintf("%s, row %d", at, p.Line)
		}
		return fmt.Sprintf("%s, cell %s%d", at, letters(p.Col), p.Line)
	}
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// letters is how spreadsheets call a column: A to Z, then AA.
func letters(col int) string {
	s := ""
	for ; col > 0; col = (col - 1) / 26 {
		s = string(rune('A'+(col-1)%26)) + s
	}
	return s
}
