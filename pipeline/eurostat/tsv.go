// Package eurostat reads what Eurostat hands out. Each format has a reader
// that turns bytes into one table.Table, exactly: counts, flags and missing
// cells stay three different things, and whatever does not parse is reported
// with its line and column.
package eurostat

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// MaxLine bounds a line of a text export, in bytes. The longest real ones
// (monthly tables from 2008) have some thousand.
const MaxLine = 1 << 20

// Names of dimensions and codes differ between releases; the table holds the
// older spelling, in which every definition is written.
var newerDim = map[string]string{"applicant": "asyl_app"}

// Counts reports whether a dataset holds counts of persons alone, so that a
// sign or a decimal point is damage. Of a file whose dataset nobody named
// nothing else may be assumed.
func Counts(dataset string) bool {
	return dataset == "" || strings.HasPrefix(dataset, "migr_") || dataset >= "tps00191" && dataset <= "tps00195"
}

// RecogniseTSV reports whether a file's first line is a header that ReadTSV
// reads, of either style.
func RecogniseTSV(line []byte) bool {
	head, _, _ := bytes.Cut(line, []byte("\t"))
	_, _, ok := splitHead(string(head))
	return ok
}

// splitHead cuts the head of the key column into the dimensions and the name
// that the style has for time.
func splitHead(head string) (dims string, old, ok bool) {
	dims, time, _ := strings.Cut(head, `\`)
	time = strings.TrimSpace(time)
	old = strings.EqualFold(time, "TIME")
	return dims, old, old || strings.EqualFold(time, "TIME_PERIOD")
}

// listed reports whether the codes of a dimension must stand in our list. The
// lists speak of asylum: population has more ages and units, and a dataset
// that we know nothing of has dimensions of its own, whatever they are called.
func listed(dataset, dim string) bool {
	if Counts(dataset) {
		return true
	}
	_, known := code.Table(dataset)
	return known && dim != "age" && dim != "unit"
}

// ReadTSV reads a bulk TSV: a header `freq,citizen,…,geo\TIME_PERIOD` and the
// periods, then a line a series. Lines end in LF or CRLF, cells may have a
// trailing blank. The old style, `unit,citizen,…,geo\time`, with periods such
// as 2023Q1, newest first, and blanks before cells too, becomes the same table:
// a first dimension freq says what its periods say. Values may have a sign and
// decimals where Counts allows. The error is an *obs.Refusal that lists every
// bad cell, or one of reading r.
func ReadTSV(r io.Reader, m table.Meta) (*table.Table, error) { return PickTSV(r, m, table.Want{}) }

// PickTSV reads as little of a bulk TSV as holds what is wanted. Of the other
// rows it checks the key and the number of cells, not what stands in them.
func PickTSV(r io.Reader, m table.Meta, want table.Want) (*table.Table, error) {
	p := &tsv{in: newLines(r), refusal: &obs.Refusal{File: m.File}, m: m, counts: Counts(m.Table), want: want}
	if err := p.header(); err != nil {
		return nil, err
	}
	for {
		line, err := p.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		p.row(line)
		if p.open && p.padded && !bytes.HasSuffix(line, []byte(" ")) && p.refusal.Err() == nil {
			// Its count may have lost digits and still be one.
			p.bad(p.n, len(line)+1, "a last line without its end", "a whole file", "the download was cut off; download the table again, or end the line if nothing is missing")
		}
		if len(p.refusal.Errs) == obs.Shown && p.refusal.More > 10_000 {
			break // hopeless: not a damaged table but something else
		}
	}
	if err := p.refusal.Err(); err != nil {
		return nil, err
	}
	t, dups := p.b.Freeze()
	for _, d := range dups {
		p.refusal.Add(&obs.ParseError{
			Pos:  obs.Pos{File: m.File, Line: d.Line, Col: 1},
			Got:  fmt.Sprintf("the row %q again", strings.Join(d.Key[p.derived:], ",")),
			Want: fmt.Sprintf("each row once (it stands on line %d)", d.First),
			Hint: "remove one of the two, or download the table again",
		})
	}
	if t.Rows == 0 && p.n < 3 {
		p.bad(2, 1, "no rows", "at least one series below the header", "download the table again")
	}
	return t, p.refusal.Err()
}

type tsv struct {
	in      *lines
	m       table.Meta
	n       int // lines read
	dims    []string
	counts  bool         // no cell has a sign or decimals
	old     bool         // the style of before 2022
	freq    int          // which code of a key says of which periods it is, -1 where it is of all
	derived int          // 1 if the first dimension is freq and no line says it, else 0
	padded  bool         // cells end in a blank, as in all of Eurostat's own files
	open    bool         // the last line had no end
	lists   []*code.List // parallel to dims; nil where any code passes
	renamed []bool       // parallel to dims: the list has codes that were renamed
	periods []obs.Period
	b       *table.Builder
	want    table.Want
	pick    *pick  // nil: every row is wanted
	last    []byte // the key of an earlier row
	shared  int    // the length of last up to its last code, 0 if it is not to be used
	refusal *obs.Refusal
}

func (p *tsv) bad(line, col int, got, want, hint string) {
	p.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: p.m.File, Line: line, Col: col}, Got: got, Want: want, Hint: hint})
}

// next gives the next line without its end, valid until the following call.
func (p *tsv) next() ([]byte, error) {
	line, err := p.in.next()
	p.n++
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		p.bad(p.n, 1, fmt.Sprintf("a line of more than %d bytes", MaxLine), "a line a series", "this is no table of Eurostat's; download it again")
		return nil, p.refusal
	case err == io.EOF && len(line) > 0:
		p.open = true
		return bytes.TrimSuffix(line, []byte("\r")), nil
	case err != nil:
		return nil, err
	}
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, nil
}

const wantHead = `a header such as "freq,citizen,…,geo\TIME_PERIOD", then a tab and a period for each column`

func (p *tsv) header() error {
	line, err := p.next()
	if err == io.EOF {
		p.bad(1, 1, "an empty file", "a table", "download it again")
		return p.refusal
	}
	if err != nil {
		return err
	}
	whole := len(line)
	line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	bom := whole - len(line)
	p.padded = bytes.HasSuffix(line, []byte(" "))
	if bytes.HasPrefix(bytes.TrimSpace(line), []byte("<")) {
		p.bad(1, 1, "an HTML or XML page ("+obs.Quote(line)+")", "a table",
			"the server answered with a page instead of data; download it again, or open the file to read what it says")
		return p.refusal
	}
	fields := bytes.Split(line, []byte("\t"))
	dims, old, ok := splitHead(string(fields[0]))
	if p.old = old; !ok {
		p.bad(1, 1, obs.Quote(fields[0]), wantHead, "is this a bulk TSV download of a Eurostat table?")
		return p.refusal
	}
	var other *obs.ParseError // a period of another frequency than the first
	col := bom + len(fields[0]) + 2
	for _, f := range fields[1:] {
		s := strings.TrimSpace(string(f))
		period, ok := obs.ParsePeriod(s)
		switch {
		case !ok:
			p.bad(1, col, "period "+obs.Quote(f), `a period such as "2023", "2023-Q1" or "2023-01"`, "download the table again")
		case p.has(period):
			p.bad(1, col, "period "+obs.Quote(f)+" again", "each period once", "download the table again")
		case len(p.periods) > 0 && period.Freq() != p.periods[0].Freq() && other == nil:
			other = apart(obs.Pos{File: p.m.File, Line: 1, Col: col}, string(f))
		}
		if ok {
			p.periods = append(p.periods, period)
		}
		col += len(f) + 1
	}
	if len(fields) == 1 {
		p.bad(1, whole+1, "a header without periods", wantHead, "download the table again, with at least one period")
	}
	return p.dimensions(dims, other)
}

func (p *tsv) has(period obs.Period) bool {
	for _, q := range p.periods {
		if q == period {
			return true
		}
	}
	return false
}

// dimensions reads the head of the keys. Other, if it is not nil, is what is
// wrong unless freq is among them.
func (p *tsv) dimensions(head string, other *obs.ParseError) error {
	names := strings.Split(head, ",")
	for i, d := range names {
		names[i] = strings.ToLower(strings.TrimSpace(d))
	}
	p.freq = -1
	if other != nil {
		if p.freq = slices.Index(names, "freq"); p.freq < 0 {
			p.refusal.Add(other)
		}
	}
	if p.old && !slices.Contains(names, "freq") {
		p.derived = 1
		names = append([]string{"freq"}, names...)
	}
	for _, d := range names {
		if d == "" {
			p.bad(1, 1, "a dimension without a name", wantHead, "download the table again")
		}
		if older, ok := newerDim[d]; ok && listed(p.m.Table, d) {
			d = older
		}
		if slices.Contains(p.dims, d) {
			p.bad(1, 1, "the dimension "+d+" twice", "each dimension once", "download the table again")
		}
		var l *code.List
		if listed(p.m.Table, d) {
			var err error
			if l, err = code.For(d); err != nil {
				return err
			}
		}
		p.dims, p.lists = append(p.dims, d), append(p.lists, l)
		p.renamed = append(p.renamed, d == "decision" || d == "asyl_app")
	}
	if err := p.refusal.Err(); err != nil {
		return err
	}
	if p.want.Periods != nil || len(p.want.Codes) > 0 || p.freq >= 0 {
		p.pick = newPick(p)
		p.b = table.NewBuilder(p.m, p.dims, p.pick.periods)
	} else {
		p.b = table.NewBuilder(p.m, p.dims, p.periods)
	}
	if p.want.Bare {
		p.b.Pieces()
	}
	if p.derived > 0 {
		p.b.Intern(0, []byte{p.periods[0].Freq()}) // code 0, as every row has it
	}
	return nil
}

// row reads one line: the key up to the first tab, then a cell a period.
func (p *tsv) row(line []byte) {
	if len(line) == 0 {
		p.bad(p.n, 1, "an empty line", "a series", "remove it")
		return
	}
	if p.pick != nil && p.pick.passes(line) {
		return
	}
	tab := bytes.IndexByte(line, '\t')
	if tab < 0 {
		p.bad(p.n, 1, obs.Quote(line), "a key, then a tab before each cell", "the line is cut or its tabs were turned into blanks; download the table again")
		return
	}
	if p.pick != nil && !p.picks(line, tab) {
		return
	}
	if p.freq < 0 {
		p.b.Start(p.n)
	} else {
		p.b.Start(0) // a cell that does not fit the row is none
	}
	if !p.key(line[:tab]) {
		p.b.Drop()
		return
	}
	if p.pick != nil {
		p.picked(line, tab)
		return
	}
	cols, r := p.b.Cursor()
	i := tab + 1
	for c := range cols {
		// The common cell, a few digits and a blank, is read here.
		start, n := i, uint32(0)
		for i < len(line) && line[i]-'0' <= 9 {
			n = n*10 + uint32(line[i]-'0')
			i++
		}
		if d := i - start; d > 0 && d < 10 && (i == len(line) || line[i] == '\t' || line[i] == ' ' && (i+1 == len(line) || line[i+1] == '\t')) {
			cols[c].Val[r] = int32(n)
			if i < len(line) && line[i] == ' ' {
				i++
			}
			i++
			continue
		}
		if start > len(line) {
			p.bad(p.n, len(line)+1, fmt.Sprintf("%d cells", c), fmt.Sprintf("%d, one a period", len(p.periods)), "a tab or the end of the line is missing; download the table again")
			return
		}
		i = p.cell(line, start, c) + 1
	}
	if i <= len(line) {
		p.bad(p.n, i, fmt.Sprintf("more than %d cells", len(p.periods)), "one a period", "download the table again")
	}
}

// key reads the codes of a row. In a sorted file most rows differ from the one
// before in their last code alone; the others then stand as they are.
func (p *tsv) key(key []byte) bool {
	if n := p.shared; n > 0 && len(key) > n && bytes.Equal(key[:n], p.last[:n]) && bytes.IndexByte(key[n:], ',') < 0 {
		p.b.Repeat()
		return p.code(len(p.dims)-1, key[n:], n+1)
	}
	p.shared = 0
	if !p.codes(key) {
		return false
	}
	p.last = append(p.last[:0], key...)
	p.shared = bytes.LastIndexByte(key, ',') + 1
	return true
}

func (p *tsv) codes(key []byte) bool {
	from, d := 0, p.derived
	for i := 0; i <= len(key); i++ {
		if i < len(key) && key[i] != ',' {
			continue
		}
		if d == len(p.dims) {
			p.bad(p.n, from+1, fmt.Sprintf("more than %d codes", d-p.derived), p.keyHead(), "download the table again")
			return false
		}
		if !p.code(d, key[from:i], from+1) {
			return false
		}
		from, d = i+1, d+1
	}
	if d < len(p.dims) {
		p.bad(p.n, len(key)+1, fmt.Sprintf("%d codes", d-p.derived), p.keyHead(), "a comma or a code is missing; download the table again")
		return false
	}
	return true
}

// keyHead is what the key of a line consists of.
func (p *tsv) keyHead() string { return strings.Join(p.dims[p.derived:], ",") }

// code interns one code and, the first time it is seen, looks it up.
func (p *tsv) code(d int, c []byte, col int) bool {
	if p.b.Full(d) {
		p.bad(p.n, col, "more than 65,536 different values of "+p.dims[d], "a code list", "")
		return false
	}
	if l := p.lists[d]; l != nil {
		if p.renamed[d] {
			if older := l.Older(string(c)); older != "" {
				c = []byte(older)
			}
		}
		n, fresh := p.b.Intern(d, c)
		p.b.Set(d, n)
		if !fresh {
			return true
		}
		if _, ok := l.Lookup(string(c)); !ok {
			p.refusal.Add(UnknownCode(obs.Pos{File: p.m.File, Line: p.n, Col: col}, p.dims[d], string(c)))
			// Known from now on: one report a code is enough.
		}
		return true
	}
	n, fresh := p.b.Intern(d, c)
	p.b.Set(d, n)
	if fresh && !utf8.Valid(c) {
		p.bad(p.n, col, p.dims[d]+" "+obs.Quote(c), "UTF-8 text", "download the table again")
	}
	return true
}

// UnknownCode is the refusal of a code that stands in no list.
func UnknownCode(at obs.Pos, dim, c string) *obs.ParseError {
	hint := fmt.Sprintf(`if the code is right, add the line "%s,%s,member" to a code list of your own and pass it with --codes FILE`, dim, c)
	if !code.Plain(c) { // nor is it shown to a terminal as it came
		hint = "this can be no code: download the table again"
	}
	return &obs.ParseError{
		Pos: at, Got: dim + " " + obs.Quote(c),
		Want: "a code of the list " + code.File(dim), Hint: hint,
		Err: obs.ErrUnknownCode,
	}
}

// cell reads the cell that begins at line[i] and gives the index of its end.
// A cell is a number or ":", then, after a blank, any flags.
func (p *tsv) cell(line []byte, i, c int) int {
	for p.old && i < len(line) && line[i] == ' ' {
		i++
	}
	start := i
	n, i := p.number(line, i)
	if n.fits() {
		p.b.Count(c, n.count())
		p.b.Decimals(c, uint8(n.decimals))
		if i < len(line) && line[i] == ' ' {
			i++
		}
		if i >= len(line) || line[i] == '\t' {
			return i
		}
		if line[i-1] == ' ' {
			if end, ok := p.flags(line, i, c); ok {
				return end
			}
		}
	} else if i == start && i < len(line) && line[i] == ':' {
		p.b.Missing(c)
		i++
		if i < len(line) && line[i] == ' ' {
			i++
		}
		if i >= len(line) || line[i] == '\t' {
			return i
		}
		if end, ok := p.flags(line, i, c); ok {
			return end
		}
	}
	return p.badCell(line, start)
}

const maxCount = 1<<31 - 1

// A number is one as printed: its digits without the point, how many there
// are, and how many of them stand behind the point.
type number struct {
	n                int64
	digits, decimals int
	negative         bool
}

// number reads a number at line[i], with a sign and a point where the dataset
// has them, and gives the index of its end.
func (p *tsv) number(line []byte, i int) (number, int) {
	var n number
	if !p.counts && i < len(line) && line[i] == '-' {
		n.negative = true
		i++
	}
	i = n.read(line, i)
	if !p.counts && n.digits > 0 && i+1 < len(line) && line[i] == '.' && line[i+1]-'0' <= 9 {
		whole := n.digits
		i = n.read(line, i+1)
		n.decimals = n.digits - whole
	}
	return n, i
}

func (n *number) read(line []byte, i int) int {
	for i < len(line) && line[i]-'0' <= 9 {
		n.n = n.n*10 + int64(line[i]-'0')
		n.digits++
		i++
	}
	return i
}

func (n *number) fits() bool {
	return n.digits > 0 && n.digits <= 10 && n.decimals <= obs.MaxDecimals && n.n <= maxCount
}

func (n *number) count() int32 {
	if n.negative {
		return int32(-n.n)
	}
	return int32(n.n)
}

func (p *tsv) flags(line []byte, i, c int) (end int, ok bool) {
	start := i
	for i < len(line) && line[i]-'a' < 26 {
		i++
	}
	flags := line[start:i]
	for i < len(line) && line[i] == ' ' {
		i++
	}
	if i < len(line) && line[i] != '\t' || len(flags) > 8 {
		return 0, false
	}
	return i, len(flags) == 0 || p.b.Flag(c, flags)
}

func (p *tsv) badCell(line []byte, start int) int {
	end := start
	for end < len(line) && line[end] != '\t' {
		end++
	}
	got := bytes.TrimRight(line[start:end], " ")
	want, hint := `a count, then optional flags, such as "120 bp"`, `correct the export, or use ":" if there is no value`
	if !p.counts {
		want = `a number, then optional flags, such as "-12.3 bp"`
	}
	switch {
	case p.counts && tooLarge(got):
		want = fmt.Sprintf("a count up to %d", maxCount)
	case !p.counts && p.tooLong(got):
		want = fmt.Sprintf("a number of which the digits, without the point, make %d at most", maxCount)
	}
	p.bad(p.n, start+1, obs.Quote(got), want, hint)
	return end
}

// tooLong reports whether b begins with a number of more digits than are held.
func (p *tsv) tooLong(b []byte) bool {
	b, _, _ = bytes.Cut(b, []byte(" "))
	n, end := p.number(b, 0)
	return end == len(b) && n.digits > 0 && !n.fits()
}

// tooLarge reports whether b begins with a number that no count can hold.
func tooLarge(b []byte) bool {
	number, _, _ := bytes.Cut(b, []byte(" "))
	_, err := strconv.ParseUint(string(number), 10, 31)
	return errors.Is(err, strconv.ErrRange)
}
