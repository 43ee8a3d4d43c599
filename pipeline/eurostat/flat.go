package eurostat

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// csvLines cuts a CSV file into lines, and lines into fields.
type csvLines struct {
	in      *lines
	file    string
	n       int    // lines read
	line    []byte // the one last read
	other   []byte // texts of its fields that do not stand there as they are
	cells   []csvField
	refusal *obs.Refusal
}

// A csvField is a field of the line last read, without quotes around it, and
// the column where it begins, with its quote.
type csvField struct {
	col, from, to int
	kept          bool // from and to are of other, not of the line
}

// text is what stands in a field; a later line writes over it.
func (p *csvLines) text(c csvField) []byte {
	if c.kept {
		return p.other[c.from:c.to]
	}
	return p.line[c.from:c.to]
}

// keep gives a field another text than it has in the line.
func (p *csvLines) keep(c *csvField, text []byte) {
	c.kept, c.from = true, len(p.other)
	p.other = append(p.other, text...)
	c.to = len(p.other)
}

func (p *csvLines) bad(line, col int, got, want, hint string) {
	p.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: p.file, Line: line, Col: col}, Got: got, Want: want, Hint: hint})
}

// read gives the first line to header and the others to row, until the file
// ends or is hopeless. What does not parse stands in p.refusal afterwards.
func (p *csvLines) read(header func() error, row func(line []byte)) error {
	for {
		line, err := p.in.next()
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			p.bad(p.n+1, 1, fmt.Sprintf("a line of more than %d bytes", MaxLine), "a line a cell", "this is no table of Eurostat's; download it again")
			return p.refusal
		case err == io.EOF && len(line) == 0:
			if p.n == 0 {
				p.bad(1, 1, "an empty file", "a table", "download it again")
				return p.refusal
			}
			return nil
		case err != nil && err != io.EOF:
			return err
		}
		p.n++
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		switch {
		case p.n == 1:
			if !p.split(line, len(line)-len(bytes.TrimPrefix(line, []byte(bom)))) {
				return p.refusal
			}
			if err := header(); err != nil {
				return err
			}
			if p.refusal.Err() != nil {
				return p.refusal
			}
		case len(line) == 0:
			p.bad(p.n, 1, "an empty line", "a cell", "remove it")
		default:
			row(line)
			if err == io.EOF && p.refusal.Err() == nil {
				// Its value or its flags may have lost letters and still be some.
				p.bad(p.n, len(line)+1, "a last line without its end", "a whole file", "the download was cut off; download the table again, or end the line if nothing is missing")
			}
		}
		if len(p.refusal.Errs) == obs.Shown && p.refusal.More > 10_000 {
			return p.refusal // hopeless: not a damaged table but something else
		}
	}
}

// split cuts the line, from byte i on, into p.cells.
func (p *csvLines) split(line []byte, i int) bool {
	const hint = "the line is cut or its quotes were changed; download the table again"
	p.line, p.other, p.cells = line, p.other[:0], p.cells[:0]
	for {
		start := i
		if i < len(line) && line[i] == '"' {
			i++
			escaped := false
			for {
				q := bytes.IndexByte(line[i:], '"')
				if q < 0 {
					p.bad(p.n, start+1, "a quote that is not closed", "a closing quote on the same line", hint)
					return false
				}
				i += q + 1
				if i == len(line) || line[i] != '"' {
					break
				}
				escaped = true
				i++
			}
			c := csvField{col: start + 1, from: start + 1, to: i - 1}
			if escaped {
				p.keep(&c, bytes.ReplaceAll(p.text(c), []byte(`""`), []byte(`"`)))
			}
			if i < len(line) && line[i] != ',' {
				p.bad(p.n, i+1, obs.Quote(line[i:min(i+20, len(line))])+" behind a closing quote", "a comma or the end of the line", hint)
				return false
			}
			p.cells = append(p.cells, c)
		} else {
			for i < len(line) && line[i] != ',' {
				if line[i] == '"' {
					p.bad(p.n, i+1, "a quote inside a field", "quotes around the field", hint)
					return false
				}
				i++
			}
			p.cells = append(p.cells, csvField{col: start + 1, from: start, to: i})
		}
		if i >= len(line) {
			return true
		}
		i++
	}
}

const mostDims = 64 // real tables have up to a dozen

// flat is what the readers of files with a line a cell share. It keeps cells
// small until all periods are known, then makes them rows of a table.
type flat struct {
	csvLines
	m       table.Meta
	want    table.Want
	cols    []axis         // in the order of the file
	unit    int            // the one that is the unit, or -1
	settled bool           // the dataset is known
	derived bool           // the first dimension is freq, which no line says
	counts  bool           // a table of people, if its unit is not a rate
	whole   bool           // a decimal or a minus in the line is a fault
	width   int            // fields a line
	spans   []csvPeriod    // in order of appearance
	periods map[string]int // indices of spans
	turn    int            // index of the one that is likely next
	span    int            // index of the one of the line
	flags   map[string]string
	commas  bool // thousands are apart

	packed []byte           // the key of the line, two bytes a code
	row    int32            // its row, or -1 if that has not been looked up
	rows   map[string]int32 // by packed key
	keys   []uint16         // the codes of all rows
	out    []flatCell

	flagCode, printCode map[string]uint16 // places in flagList and printed, from 1
	flagList, printed   []string
}

// A flatCell is a cell before its column is known.
type flatCell struct {
	at       int64 // line<<32 | column
	row      int32
	count    int32
	span     uint16
	flags    uint16
	printed  uint16
	decimals uint8
	known    bool
}

func newFlat(r io.Reader, m table.Meta, want table.Want) flat {
	return flat{
		csvLines: csvLines{in: newLines(r), file: m.File, refusal: &obs.Refusal{File: m.File}},
		m:        m, want: want, periods: map[string]int{}, flags: map[string]string{},
		rows: map[string]int32{}, flagCode: map[string]uint16{}, printCode: map[string]uint16{},
	}
}

// A csvPeriod is a period as written and what it means.
type csvPeriod struct {
	raw      string
	period   obs.Period
	ok, want bool
}

// settle gives the columns their names and lists, once the dataset is known.
func (p *flat) settle() {
	p.settled, p.unit, p.counts = true, -1, strings.HasPrefix(p.m.Table, "migr_")
	for i := range p.cols {
		c := &p.cols[i]
		c.strict = strict(p.m.Table, c.name)
		if older, ok := newerDim[c.name]; ok && c.strict {
			c.name = older
		}
		if slices.ContainsFunc(p.cols[:i], func(o axis) bool { return o.name == c.name }) {
			p.bad(1, c.col, "the dimension "+c.name+" twice", "each dimension once", "download the table again")
		}
		if c.name == "unit" {
			p.unit = i
		}
		c.renamed = c.strict && (c.name == "decision" || c.name == "asyl_app")
		var err error
		if c.list, err = code.For(c.name); err != nil { // of our own data
			p.bad(1, c.col, "dimension "+c.name, "a code list", err.Error())
		}
	}
}

// dimension adds a column to the dimensions.
func (p *flat) dimension(i int, c csvField, name string, both bool) {
	name = strings.ToLower(name)
	switch {
	case strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || name == "":
		p.bad(p.n, c.col, "column "+obs.Quote(p.text(c)), `a dimension such as "citizen"`, "download the table with codes at the head of its columns")
	case len(p.cols) == mostDims:
		p.bad(p.n, c.col, fmt.Sprintf("more than %d dimensions", mostDims), "a table of Eurostat's", "is this a table of Eurostat's?")
	}
	if len(p.cols) < mostDims {
		p.cols = append(p.cols, axis{at: i, col: c.col, name: name, both: both, known: map[string]*csvWord{}, places: map[string]uint16{}})
	}
}

// codes reads the key of the line whose fields are cells. It reports whether
// the cell is wanted, and whether every code is one.
func (p *flat) codes() (want, ok bool) {
	want, ok = true, true
	if p.derived {
		want = p.want.Has("freq", string(p.spans[p.span].period.Freq()))
	}
	p.packed, p.row, p.whole = p.packed[:0], -1, p.counts
	for i := range p.cols {
		c := &p.cols[i]
		f := p.cells[c.at]
		w, fresh := c.word(p.text(f), &p.want)
		switch {
		case fresh && !w.ok:
			p.refusal.Add(c.unknown(obs.Pos{File: p.file, Line: p.n, Col: f.col}, p.text(f)))
			// Known from now on: one report a code is enough.
		case fresh && len(c.values) > math.MaxUint16+1:
			p.bad(p.n, f.col, "more than 65,536 different values of "+c.name, "a code list", "")
			w.ok = false
		}
		want, ok = want && w.want, ok && w.ok
		p.packed = append(p.packed, byte(w.n), byte(w.n>>8))
		if i == p.unit {
			p.whole = p.counts && w.code == "PER"
		}
	}
	return want, ok
}

// rowOf gives the row of the line's key.
func (p *flat) rowOf() int32 {
	r, ok := p.rows[string(p.packed)]
	if !ok {
		r = int32(len(p.rows))
		p.rows[string(p.packed)] = r
		for i := 0; i < len(p.packed); i += 2 {
			p.keys = append(p.keys, uint16(p.packed[i])|uint16(p.packed[i+1])<<8)
		}
	}
	return r
}

// when reads the period of the line. Most often it is the one of the line
// before or the one that came after that before.
func (p *flat) when(c csvField, both bool) csvPeriod {
	for range 2 {
		if p.turn < len(p.spans) && p.spans[p.turn].raw == string(p.text(c)) {
			p.span = p.turn
			p.turn = (p.turn + 1) % len(p.spans)
			return p.spans[p.span]
		}
		p.turn = (p.turn + len(p.spans) - 1) % max(1, len(p.spans))
	}
	i, ok := p.periods[string(p.text(c))]
	if ok {
		p.span, p.turn = i, (i+1)%len(p.spans)
		return p.spans[i]
	}
	s := csvPeriod{raw: string(p.text(c))}
	text := s.raw
	if both {
		text, _, _ = strings.Cut(text, ":")
	}
	s.period, s.ok = obs.ParsePeriod(text)
	switch {
	case !s.ok:
		p.bad(p.n, c.col, "period "+obs.Quote(p.text(c)), `a period such as "2023", "2023-Q1" or "2023-01"`, "download the table again")
		return s
	case len(p.spans) > 0 && p.spans[0].period.Freq() != s.period.Freq() && p.freq() < 0:
		p.refusal.Add(apart(obs.Pos{File: p.file, Line: p.n, Col: c.col}, s.raw))
	}
	s.want = p.want.HasPeriod(s.period)
	if len(p.spans) > math.MaxUint16 {
		p.bad(p.n, c.col, "more than 65,536 periods", "a table of Eurostat's", "")
		s.ok = false
		return s
	}
	p.span, p.turn = len(p.spans), 0
	p.periods[s.raw] = p.span
	p.spans = append(p.spans, s)
	return s
}

// observe adds the cell, of the period read last, whose value and flags these
// are.
func (p *flat) observe(value csvField, flags string) {
	if p.row < 0 {
		p.row = p.rowOf()
	}
	o := flatCell{at: int64(p.n)<<32 | int64(value.col), row: p.row, span: uint16(p.span)}
	v := p.text(value)
	// The common cell, a few digits, is read here.
	n, i := int32(0), 0
	for i < len(v) && i < 9 && v[i]-'0' <= 9 {
		n = n*10 + int32(v[i]-'0')
		i++
	}
	if i == len(v) && i > 0 && (v[0] != '0' || i == 1) {
		o.count, o.known = n, true
	} else if !p.number(&o, v, value.col) {
		return
	}
	if flags != "" {
		o.flags = place(p.flagCode, &p.flagList, flags, math.MaxUint8)
		if o.flags == 0 {
			p.bad(p.n, value.col, "flags "+obs.Quote(flags), "at most 255 different flags", "is this a table of Eurostat's?")
		}
	}
	if len(p.refusal.Errs) > 0 {
		p.out = nil // refused in any case; reading goes on for further errors
		return
	}
	if len(p.out) == cap(p.out) {
		p.out = slices.Grow(p.out, max(4096, len(p.out))) // append alone would copy more often
	}
	p.out = append(p.out, o)
}

// place gives the place of s in list, from 1, or 0 if there is no room for it.
func place(code map[string]uint16, list *[]string, s string, most int) uint16 {
	c, ok := code[s]
	if !ok && len(*list) < most {
		*list = append(*list, s)
		c = uint16(len(*list))
		code[s] = c
	}
	return c
}

// print keeps a value as printed, where its number does not give that back.
func (p *flat) print(o *flatCell, v []byte, col int) bool {
	if o.printed = place(p.printCode, &p.printed, string(v), math.MaxUint16); o.printed == 0 {
		p.bad(p.n, col, obs.Quote(v), "at most 65,535 numbers that are written in odd ways", "is this a table of Eurostat's?")
	}
	return o.printed > 0
}

// number reads a value that is more than some digits.
func (p *flat) number(o *flatCell, v []byte, col int) bool {
	count, decimals, known, ok := parseNumber(string(v), p.commas)
	want, hint := `a number such as "120", or ":" if there is no value`, "correct the export, or download the table again"
	switch {
	case p.commas && ok && decimals == 3:
		want, hint = "a number whose thousands are told from its decimals", "export the table with commas between thousands, or with nothing"
	case ok && p.whole && (decimals > 0 || count < 0):
		want = "a count, as the unit says"
	case ok:
		o.count, o.decimals, o.known = count, decimals, known
		if plain := strings.TrimSpace(string(v)); known && !p.commas && obs.Number(count, decimals) != plain || !known && plain != "" && plain != ":" {
			return p.print(o, v, col)
		}
		return true
	case tooLarge(bytes.ReplaceAll(v, []byte(","), nil)):
		want = fmt.Sprintf("a number up to %d", maxCount)
	}
	p.bad(p.n, col, obs.Quote(v), want, hint)
	return false
}

// flagsOf reads the letters of a flag field.
func (p *flat) flagsOf(c csvField) (string, bool) {
	if len(p.text(c)) == 0 {
		return "", true
	}
	f, ok := p.flags[string(p.text(c))]
	if !ok {
		s := string(p.text(c))
		code, _, _ := strings.Cut(s, ":") // "p: provisional"
		if f, ok = letters(strings.TrimSpace(code)); !ok {
			p.bad(p.n, c.col, "flags "+obs.Quote(s), `letters such as "bp"`, "download the table again")
			return "", false
		}
		p.flags[s] = f
	}
	return f, true
}

// secret adds what CONF_STATUS says to the flags.
func (p *flat) secret(c csvField, flags string) (string, bool) {
	if len(p.text(c)) == 0 {
		return flags, true
	}
	s, _, _ := strings.Cut(string(p.text(c)), ":")
	add, ok := confidential[strings.TrimSpace(s)]
	if !ok {
		p.bad(p.n, c.col, "CONF_STATUS "+obs.Quote(p.text(c)), `"C", "F" or nothing`, "download the table again; if the status is right, please report it")
	}
	return join(flags, add), ok
}

// finish makes the cells rows of a table, in the order in which the rows first
// appear and with the periods in order.
func (p *flat) finish() (*table.Table, error) {
	if p.n < 2 && p.refusal.Err() == nil {
		p.bad(2, 1, "no rows", "at least one cell below the header", "download the table again")
	}
	if err := p.refusal.Err(); err != nil {
		return nil, err
	}
	periods, column := p.columns()
	if room := len(p.rows) * len(periods); room > 50*len(p.out)+5<<20 {
		// A small file could ask for any amount of memory.
		p.bad(1, 1, fmt.Sprintf("%d cells scattered over %d series and %d periods", len(p.out), len(p.rows), len(periods)), "series with values in a fair part of the periods", "download fewer series or periods at a time")
		return nil, p.refusal
	}
	b := table.NewBuilder(p.m, p.dims(), periods)
	first := len(p.dims()) - len(p.cols)
	if first > 0 && len(p.rows) > 0 {
		b.Intern(0, []byte{periods[0].Freq()}) // code 0, as every row has it
	}
	codes := make([][]int32, len(p.cols)) // of values in the table, or -1: not all are wanted
	for d := range p.cols {
		codes[d] = slices.Repeat([]int32{-1}, len(p.cols[d].values))
	}
	// The cells of a row are chained: head[row], then next of each, -1 at the end.
	head, tail, next := make([]int32, len(p.rows)), make([]int32, len(p.rows)), make([]int32, len(p.out))
	for r := range head {
		head[r] = -1
	}
	for i := range p.out {
		r := p.out[i].row
		if next[i] = -1; head[r] < 0 {
			head[r] = int32(i)
		} else {
			next[tail[r]] = int32(i)
		}
		tail[r] = int32(i)
	}
	freq := -1 // of p.cols, where a cell may not fit its row
	if slices.ContainsFunc(p.spans, func(s csvPeriod) bool { return s.period.Freq() != p.spans[0].period.Freq() }) {
		freq = p.freq()
	}
	for r, i := range head {
		b.Start(0)
		for d := range p.cols {
			v := p.keys[r*len(p.cols)+d]
			if codes[d][v] < 0 {
				c, _ := b.Intern(first+d, []byte(p.cols[d].values[v]))
				codes[d][v] = int32(c)
			}
			b.Set(first+d, uint16(codes[d][v]))
		}
		cols, at := b.Cursor()
		for c := range cols {
			b.Missing(c)
		}
		for ; i >= 0; i = next[i] {
			o := &p.out[i]
			c := column[o.span]
			if freq >= 0 && !p.fits(freq, r, periods[c], o) {
				continue
			}
			col := &cols[c]
			if was := col.Pos[at]; was != 0 {
				p.again(r, periods[c], o.at, was)
				continue
			}
			if col.Pos[at] = o.at; o.printed > 0 {
				b.Print(c, o.printed)
			}
			if o.known {
				col.Valid[at>>3] |= 1 << (at & 7)
				col.Val[at] = o.count
				b.Decimals(c, o.decimals)
			}
			if o.flags > 0 {
				b.Flag(c, []byte(p.flagList[o.flags-1]))
			}
		}
	}
	t, _ := b.Freeze() // keys are distinct by construction
	t.Printed = p.printed
	return t, p.refusal.Err()
}

// freq is which of p.cols says the frequency, or -1.
func (p *flat) freq() int {
	return slices.IndexFunc(p.cols, func(c axis) bool { return c.name == "freq" })
}

// fits reports whether a cell is of its row's frequency. One that is not, and
// says something, is refused.
func (p *flat) fits(freq, row int, period obs.Period, o *flatCell) bool {
	f := p.cols[freq].values[p.keys[row*len(p.cols)+freq]]
	ok := fits(f, period)
	if !ok && (o.known || o.flags > 0) {
		cell := obs.Observation{Count: o.count, Decimals: o.decimals, Known: o.known}
		if o.flags > 0 {
			cell.Flags = p.flagList[o.flags-1]
		}
		p.refusal.Add(misfit(obs.Pos{File: p.file, Line: int(o.at >> 32), Col: int(o.at & math.MaxUint32)}, obs.Quote(asTSV(&cell)), f, period))
	}
	return ok
}

func (p *flat) dims() []string {
	var dims []string
	if p.derived {
		dims = append(dims, "freq")
	}
	for _, c := range p.cols {
		dims = append(dims, c.name)
	}
	return dims
}

// columns gives the periods of the cells in order, and the index of each span
// among them. One period may be written in two ways.
func (p *flat) columns() ([]obs.Period, []int) {
	held := make([]bool, len(p.spans))
	for i := range p.out {
		held[p.out[i].span] = true
	}
	var periods []obs.Period
	for i, s := range p.spans {
		if held[i] {
			periods = append(periods, s.period)
		}
	}
	slices.Sort(periods)
	periods = slices.Compact(periods)
	column := make([]int, len(p.spans))
	for i, s := range p.spans {
		column[i] = slices.Index(periods, s.period)
	}
	return periods, column
}

// again reports a cell that stands twice.
func (p *flat) again(row int, period obs.Period, at, was int64) {
	pos := func(at int64) obs.Pos {
		return obs.Pos{File: p.file, Line: int(at >> 32), Col: int(at & math.MaxUint32)}
	}
	var key []string
	if p.derived {
		key = append(key, string(period.Freq()))
	}
	for d := range p.cols {
		key = append(key, p.cols[d].values[p.keys[row*len(p.cols)+d]])
	}
	p.refusal.Add(&obs.ParseError{
		Pos: pos(at), Got: fmt.Sprintf("%s %s a second time", strings.Join(key, ","), period),
		Want: fmt.Sprintf("each cell once (it stands at %v)", pos(was)),
		Hint: "remove one of the two lines",
	})
}
