package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"asylum/pipeline/rate"
	"asylum/pipeline/table"
)

// annual names the tables whose years are made of the quarters or months of
// another.
var annual = map[string]string{
	"migr_asydcfstq": "migr_asydcfsta", "migr_asyappctzm": "migr_asyappctza", "migr_asywithm": "migr_asywitha",
	"migr_asyumactzm": "migr_asyumactza", "migr_asyctzm": "migr_asyctz",
}

// once are the applicants who are counted once a year and, if they apply again,
// in each month that they do: their months are no less than the year, and may be
// more.
var once = []string{"ASY_APP", "SSEQ", "TOTAL"}

// acrossYears holds the tables of quarters and months against those of years.
func acrossYears(data rate.Data, opt Options) ([]Finding, error) {
	var out []Finding
	for _, n := range tables(data, opt.Tables) {
		year := annual[n.table]
		if year == "" {
			continue
		}
		parts, years := rate.Newest(data.Vintages(), n.source, n.table, ""), rate.Newest(data.Vintages(), n.source, year, "")
		for i := range parts {
			for j := range years {
				short, err := data.Load(parts[i], table.Want{})
				if err != nil {
					return nil, err
				}
				long, err := data.Load(years[j], table.Want{})
				if err != nil {
					return nil, err
				}
				fs := superseded(Across(short, long), years[:j])
				out = append(out, slices.DeleteFunc(fs, func(f Finding) bool {
					c := &f.Cells[len(f.Cells)-1]
					return slices.ContainsFunc(parts[:i], func(m table.Meta) bool { return m.Covers(c.Code, c.Period) })
				})...)
			}
		}
	}
	return out, nil
}

// Across checks that the quarters or months of one table are the years of
// another, where both hold a cell. Tables of days far apart may differ because
// one was revised: that is odd, and not broken.
func Across(short, long *table.Table) []Finding {
	b := newSpanning(short, long)
	if b == nil {
		return nil
	}
	var bs []breach
	for row := range int32(short.Rows) {
		whole := b.annual(row)
		if whole < 0 {
			continue
		}
		for _, y := range b.years {
			e := b.equation(row, whole, y)
			if x, broken := check(b, &e); broken && !x.lacks {
				bs = append(bs, x)
			}
		}
	}
	out := tell(b, bs)
	for i := range out {
		f := &out[i]
		f.Source, f.Table, f.Vintage, f.Repair = short.Source, short.Meta.Table, short.Vintage, nil
		f.Cause = ""
		if apart(short.Vintage, long.Vintage) {
			f.Verdict = Odd
			f.Cause = fmt.Sprintf("the years are those of %s, the %s those of %s: one was revised since", long.Vintage, b.word, short.Vintage)
		}
	}
	return out
}

// apart reports whether two days are more than a month from one another.
func apart(a, b string) bool {
	x, err := time.Parse(time.DateOnly, a)
	y, err2 := time.Parse(time.DateOnly, b)
	return err != nil || err2 != nil || x.Sub(y).Abs() > 31*24*time.Hour
}

// A spanning is a book of two tables. Rows of the second are told by numbers
// below -1.
type spanning struct {
	short, long *grid
	codes       [][]int // of the long table's dimensions: by code of the short table's, -1 where there is none
	from        []int   // the short table's dimension for each of the long table's, -1 for its frequency
	freq        int     // the code of the long table's frequency
	years       []yearOf
	word        string // quarters or months
	app         int    // the short table's dimension of applicants, or -1
}

// A yearOf is a year that both tables hold, by their indices of periods.
type yearOf struct {
	long  int32
	parts []int32
}

func newSpanning(short, long *table.Table) *spanning {
	b := &spanning{short: newGrid(newIndex(short)), long: newGrid(newIndex(long)), word: "quarters", app: -1}
	for d := range long.Dims {
		if long.Dims[d].Name == "freq" {
			b.from, b.codes = append(b.from, -1), append(b.codes, nil)
			if b.freq = long.Dims[d].Code("A"); b.freq < 0 {
				return nil
			}
			continue
		}
		s := short.Dim(long.Dims[d].Name)
		if s < 0 {
			return nil
		}
		var codes []int
		for _, v := range short.Dims[s].Values {
			codes = append(codes, long.Dims[d].Code(v))
		}
		b.from, b.codes = append(b.from, s), append(b.codes, codes)
	}
	for d := range short.Dims {
		if n := short.Dims[d].Name; n != "freq" && long.Dim(n) < 0 {
			return nil
		}
		if n := short.Dims[d].Name; n == "asyl_app" || n == "applicant" {
			b.app = d
		}
	}
	for p, y := range long.Periods {
		if y.Freq() != 'A' {
			continue
		}
		for _, kind := range []struct {
			freq byte
			n    int
			word string
		}{{'Q', 4, "quarters"}, {'M', 12, "months"}} {
			var parts []int32
			for i, q := range short.Periods {
				if q.Freq() == kind.freq && q.Year() == string(y) {
					parts = append(parts, int32(i))
				}
			}
			if len(parts) == kind.n {
				b.years, b.word = append(b.years, yearOf{int32(p), parts}), kind.word
			}
		}
	}
	if len(b.years) == 0 {
		return nil
	}
	return b
}

// annual is the row of the long table that is about what a row of the short one
// is, or -1.
func (b *spanning) annual(row int32) int32 {
	pos := 0
	for d, s := range b.from {
		code := b.freq
		if s >= 0 {
			code = b.codes[d][b.short.x.code(row, s)]
		}
		if code < 0 {
			return -1
		}
		pos += code * b.long.x.stride[d]
	}
	return b.long.x.at(pos)
}

func (b *spanning) equation(row, whole int32, y yearOf) equation {
	e := equation{identity: Years, words: "the year = its " + b.word, whole: ref{-2 - whole, y.long}, minus: len(y.parts)}
	for _, p := range y.parts {
		e.parts = append(e.parts, ref{row, p})
	}
	if b.app >= 0 && slices.Contains(once, b.short.x.value(row, b.app)) {
		// The year is no more than its months: what is left over has no bound.
		e.words, e.atLeast = "the year is no more than its "+b.word, true
	}
	return e
}

func (b *spanning) place(at ref) (*grid, ref) {
	if at.row < -1 {
		return b.long, ref{-2 - at.row, at.p}
	}
	return b.short, at
}

func (b *spanning) count(at ref) (int64, bool) {
	g, at := b.place(at)
	return g.count(at)
}

func (b *spanning) allows(at ref, n int64) (lo, hi int64) {
	g, at := b.place(at)
	return g.allows(at, n)
}

func (b *spanning) cell(at ref, role string) Cell {
	g, at := b.place(at)
	return g.cell(at, role)
}

// equations leaves the cells of two tables alone: which of them is wrong cannot
// be told from one sum.
func (b *spanning) equations(ref) []equation { return nil }

func (b *spanning) group(e *equation) string {
	c := b.cell(e.whole, "")
	return strings.Join([]string{e.words, c.Code("geo"), string(c.Period)}, " ")
}
