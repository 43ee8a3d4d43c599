package eurostat

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// An axis is a dimension of a file that writes a line a cell, in codes or in
// English labels.
type axis struct {
	at, col int        // index of the field; where its head stands
	both    bool       // the field says "A: Annual"
	name    string     // as tables call the dimension
	list    *code.List // nil where any code passes
	strict  bool       // what is not in the list is refused
	renamed bool       // the list has codes that were renamed
	known   map[string]*csvWord
	raw     string // the field that was read last, and what it means
	last    *csvWord
}

// A csvWord is what a field of a column means.
type csvWord struct {
	code string
	ok   bool // a code of the list
	want bool // some caller is going to look at it
}

// strict reports whether the codes of a dimension must stand in our list. The
// lists speak of asylum: population has more ages and units, and a dataset that
// we know nothing of has dimensions of its own, whatever they are called.
func strict(dataset, dim string) bool {
	_, known := code.Table(dataset)
	return strings.HasPrefix(dataset, "migr_") || known && dim != "age" && dim != "unit"
}

// settle gives the columns their names and lists, once the dataset is known.
func (p *flat) settle() {
	p.settled = true
	for i := range p.cols {
		c := &p.cols[i]
		c.strict = strict(p.m.Table, c.name)
		if older, ok := newerDim[c.name]; ok && c.strict {
			c.name = older
		}
		if slices.ContainsFunc(p.cols[:i], func(o axis) bool { return o.name == c.name }) {
			p.bad(1, c.col, "the dimension "+c.name+" twice", "each dimension once", "download the table again")
		}
		c.renamed = c.strict && (c.name == "decision" || c.name == "asyl_app")
		var err error
		if c.list, err = code.For(c.name); err != nil { // of our own data
			p.bad(1, c.col, "dimension "+c.name, "a code list", err.Error())
		}
	}
}

// word gives what a field means and whether that is new. Lines follow each
// other sorted, so that most fields are what they were in the line before.
func (c *axis) word(text []byte, want *table.Want) (w *csvWord, fresh bool) {
	if c.last != nil && c.raw == string(text) {
		return c.last, false
	}
	w, ok := c.known[string(text)]
	if !ok {
		s := string(text)
		code, ok := c.resolve(s)
		w = &csvWord{code, ok, want.Has(c.name, code)}
		c.known[s] = w
		c.raw, c.last = s, w
		return w, true
	}
	c.raw, c.last = string(text), w
	return w, false
}

// resolve finds the code, in its older spelling, of a code or a label. A
// dimension without a list keeps what is written, be it a label.
func (c *axis) resolve(s string) (string, bool) {
	if c.both {
		s, _, _ = strings.Cut(s, ":")
		s = strings.TrimSpace(s)
	}
	if c.list == nil {
		return s, s != "" && utf8.ValidString(s)
	}
	if older := c.older(s); older != "" {
		s = older
	}
	if _, ok := c.list.Lookup(s); ok {
		return s, true
	}
	code, ok := c.list.Label(s)
	if !ok && c.strict {
		return s, false
	}
	if !ok {
		return s, s != "" && utf8.ValidString(s)
	}
	if older := c.older(code); older != "" {
		code = older
	}
	_, ok = c.list.Lookup(code)
	return code, ok
}

func (c *axis) older(s string) string {
	if !c.renamed {
		return ""
	}
	return c.list.Older(s)
}

// unknown is the refusal of a field that is neither a code nor a label.
func (c *axis) unknown(at obs.Pos, text []byte) *obs.ParseError {
	if c.list == nil || !c.strict {
		return &obs.ParseError{Pos: at, Got: c.name + " " + obs.Quote(text), Want: "a code or a label, in UTF-8", Hint: "download the table again"}
	}
	s := string(text)
	if c.both {
		s, _, _ = strings.Cut(s, ":")
	}
	if !strings.ContainsFunc(s, func(r rune) bool { return r == ' ' || 'a' <= r && r <= 'z' || r >= 0x80 }) {
		return UnknownCode(at, c.name, s)
	}
	return &obs.ParseError{
		Pos: at, Got: c.name + " " + obs.Quote(text),
		Want: "a code of the list " + code.File(c.name) + ", or its English label",
		Hint: "download the table in English, or with codes instead of labels; if it is a code, add it to a code list of your own and pass it with --codes FILE",
		Err:  obs.ErrUnknownCode,
	}
}

// headLabels are the labels that the Data Browser writes at the head of a
// column, in lower case.
var headLabels = map[string]string{
	"time frequency":                         "freq",
	"country of citizenship":                 "citizen",
	"sex":                                    "sex",
	"unit of measure":                        "unit",
	"age class":                              "age",
	"applicant type":                         "asyl_app",
	"type of asylum applicant":               "asyl_app",
	"type of decision":                       "decision",
	"decision":                               "decision",
	"geopolitical entity (reporting)":        "geo",
	"demographic indicator":                  "indic_de",
	"time":                                   timePeriod,
	"observation value":                      obsValue,
	"confidentiality status (flag)":          confStatus,
	"observation status (flag)":              obsFlag,
	"observation status (flag) v2 structure": obsFlag,
}

// flagLabels are the flags in words.
var flagLabels = map[string]string{
	"break in time series": "b", "confidential": "c", "definition differs (see metadata)": "d", "definition differs": "d",
	"estimated": "e", "forecast": "f", "see metadata": "i", "not significant": "n", "provisional": "p", "revised": "r",
	"eurostat estimate": "s", "low reliability": "u", "not applicable": "z",
}

// letters gives the letters of a flag field, and whether it is one.
func letters(s string) (string, bool) {
	if len(s) <= 8 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == "" {
		return s, true
	}
	var b strings.Builder
	for part := range strings.SplitSeq(strings.ToLower(s), ",") {
		letter, ok := flagLabels[strings.TrimSpace(part)]
		if !ok {
			return "", false
		}
		b.WriteString(letter)
	}
	return b.String(), b.Len() <= 8
}

// confidential is what CONF_STATUS says in letters of the flags: F is free.
var confidential = map[string]string{"": "", "F": "", "C": "c", "free": "", "confidential": "c"}

// join adds the letters of b that a lacks.
func join(a, b string) string {
	for _, r := range b {
		if !strings.ContainsRune(a, r) {
			a += string(r)
		}
	}
	return a
}

// whole reports whether the cells of a table with these dimensions count
// people, so that a decimal or a minus is a fault: tables of migration, where
// the unit is not a rate.
func whole(tab string, cols []axis, key []string) bool {
	if !strings.HasPrefix(tab, "migr_") {
		return false
	}
	i := slices.IndexFunc(cols, func(c axis) bool { return c.name == "unit" })
	return i < 0 || key[i] == "PER"
}

var freqs = map[byte]string{'A': "A", 'Q': "Q", 'M': "M"}

const mostDims = 64 // real tables have up to a dozen

// flat is what the readers of files with a line a cell share.
type flat struct {
	csvLines
	m       table.Meta
	want    table.Want
	cols    []axis         // in the order of the file
	settled bool           // the dataset is known
	derived bool           // the first dimension is freq, which no line says
	width   int            // fields a line
	key     []string       // of the line, shared by lines that have the same
	whole   bool           // its cells are counts
	slab    []string       // keys are cut from it
	spans   []csvPeriod    // in order of appearance
	periods map[string]int // indices of spans
	turn    int            // index of the one that is likely next
	span    csvPeriod
	flags   map[string]string
	commas  bool // thousands are apart
	out     []obs.Observation
}

// A csvPeriod is a period as written and what it means.
type csvPeriod struct {
	raw      string
	period   obs.Period
	ok, want bool
}

// dimension adds a column to the dimensions.
func (p *flat) dimension(i int, c csvField, name string, both bool) {
	name = strings.ToLower(name)
	switch {
	case strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || name == "":
		p.bad(p.n, c.col, "column "+obs.Quote(c.text), `a dimension such as "citizen"`, "download the table with codes at the head of its columns")
	case len(p.cols) == mostDims:
		p.bad(p.n, c.col, fmt.Sprintf("more than %d dimensions", mostDims), "a table of Eurostat's", "is this a table of Eurostat's?")
	}
	if len(p.cols) < mostDims {
		p.cols = append(p.cols, axis{at: i, col: c.col, name: name, both: both, known: map[string]*csvWord{}})
	}
}

// codes reads the key of the line whose fields are cells. It reports whether
// the cell is wanted, and whether every code is one.
func (p *flat) codes() (want, ok bool) {
	if !p.settled {
		p.settle()
	}
	want, ok = true, true
	n := len(p.cols) + 1
	if cap(p.slab)-len(p.slab) < n {
		p.slab = make([]string, 0, 1024*n)
	}
	from := len(p.slab)
	if p.derived {
		freq := freqs[p.span.period.Freq()]
		want = p.want.Has("freq", freq)
		p.slab = append(p.slab, freq)
	}
	for i := range p.cols {
		c := &p.cols[i]
		f := p.cells[c.at]
		w, fresh := c.word(f.text, &p.want)
		if fresh && !w.ok {
			p.refusal.Add(c.unknown(obs.Pos{File: p.file, Line: p.n, Col: f.col}, f.text))
			// Known from now on: one report a code is enough.
		}
		want, ok = want && w.want, ok && w.ok
		p.slab = append(p.slab, w.code)
	}
	p.key = p.slab[from:len(p.slab):len(p.slab)]
	if !ok || !want {
		p.slab = p.slab[:from]
		return want, ok
	}
	p.whole = whole(p.m.Table, p.cols, p.key[len(p.key)-len(p.cols):])
	return want, ok
}

// when reads the period of the line. Most often it is the one of the line
// before or the one that came after that before.
func (p *flat) when(c csvField, both bool) csvPeriod {
	for range 2 {
		if p.turn < len(p.spans) && p.spans[p.turn].raw == string(c.text) {
			p.span = p.spans[p.turn]
			p.turn = (p.turn + 1) % len(p.spans)
			return p.span
		}
		p.turn = (p.turn + len(p.spans) - 1) % max(1, len(p.spans))
	}
	i, ok := p.periods[string(c.text)]
	if ok {
		p.span, p.turn = p.spans[i], (i+1)%len(p.spans)
		return p.span
	}
	s := csvPeriod{raw: string(c.text)}
	text := s.raw
	if both {
		text, _, _ = strings.Cut(text, ":")
	}
	s.period, s.ok = obs.ParsePeriod(text)
	switch {
	case !s.ok:
		p.bad(p.n, c.col, "period "+obs.Quote(c.text), `a period such as "2023", "2023-Q1" or "2023-01"`, "download the table again")
		return s
	case len(p.spans) > 0 && p.spans[0].period.Freq() != s.period.Freq():
		p.bad(p.n, c.col, "period "+obs.Quote(c.text), "periods of one frequency", "download the frequencies apart")
	}
	s.want = p.want.HasPeriod(s.period)
	p.periods[s.raw], p.turn = len(p.spans), 0
	p.spans = append(p.spans, s)
	p.span = s
	return s
}

// observe adds the cell whose value and flags these fields give.
func (p *flat) observe(period obs.Period, value csvField, flags string) {
	o := obs.Observation{Key: p.key, Period: period, Flags: flags, Pos: obs.Pos{File: p.file, Line: p.n, Col: value.col}}
	v := value.text
	// The common cell, a few digits, is read here.
	n, i := int32(0), 0
	for i < len(v) && i < 9 && v[i]-'0' <= 9 {
		n = n*10 + int32(v[i]-'0')
		i++
	}
	if i == len(v) && i > 0 && (v[0] != '0' || i == 1) {
		o.Count, o.Known = n, true
	} else if !p.number(&o, v) {
		return
	}
	if len(p.refusal.Errs) > 0 {
		p.out = nil // refused in any case; reading goes on for further errors
		return
	}
	if len(p.out) == cap(p.out) {
		p.out = slices.Grow(p.out, max(1024, len(p.out)))
	}
	p.out = append(p.out, o)
}

// number reads a value that is more than some digits.
func (p *flat) number(o *obs.Observation, v []byte) bool {
	count, decimals, known, ok := parseNumber(string(v), p.commas)
	want, hint := `a number such as "120", or ":" if there is no value`, "correct the export, or download the table again"
	switch {
	case p.commas && ok && decimals == 3:
		want, hint = "a number whose thousands are told from its decimals", "export the table with commas between thousands, or with nothing"
	case ok && p.whole && (decimals > 0 || count < 0):
		want = "a count, as the unit says"
	case ok:
		o.Count, o.Decimals, o.Known = count, decimals, known
		if plain := strings.TrimSpace(string(v)); known && !p.commas && obs.Number(count, decimals) != plain || !known && plain != "" && plain != ":" {
			o.Printed = string(v)
		}
		return true
	case tooLarge(bytes.ReplaceAll(v, []byte(","), nil)):
		want = fmt.Sprintf("a number up to %d", maxCount)
	}
	p.bad(p.n, o.Pos.Col, obs.Quote(v), want, hint)
	return false
}

// parseNumber reads a value: digits, a minus, a point and decimals, and, where
// commas says so, commas or blanks between the thousands. Nothing, ":" and
// "NaN" are no value.
func parseNumber(s string, commas bool) (count int32, decimals uint8, known, ok bool) {
	s = strings.Trim(s, " ")
	if s == "" || s == ":" || s == "NaN" {
		return 0, 0, false, true
	}
	body, minus := strings.CutPrefix(s, "-")
	integer, fraction, point := strings.Cut(body, ".")
	if commas {
		integer, ok = ungroup(integer)
		if !ok {
			return 0, 0, false, false
		}
	}
	if integer == "" || point && fraction == "" || len(fraction) > obs.MaxDecimals {
		return 0, 0, false, false
	}
	n := int64(0)
	for _, part := range []string{integer, fraction} {
		for i := range len(part) {
			if part[i]-'0' > 9 {
				return 0, 0, false, false
			}
			if n = n*10 + int64(part[i]-'0'); n > maxCount {
				return 0, 0, false, false
			}
		}
	}
	if minus {
		n = -n
	}
	return int32(n), uint8(len(fraction)), true, true
}

// ungroup takes the commas, or the blanks, out of 1,234,567.
func ungroup(s string) (string, bool) {
	for _, sep := range []string{",", " "} {
		if !strings.Contains(s, sep) {
			continue
		}
		groups := strings.Split(s, sep)
		for i, g := range groups {
			if i == 0 && (len(g) == 0 || len(g) > 3) || i > 0 && len(g) != 3 {
				return "", false
			}
		}
		return strings.Join(groups, ""), true
	}
	return s, true
}

// SameNumber reports whether raw, a field of a file with a line a cell, is how
// the value of o is written there. The flags stand in a field of their own.
func SameNumber(raw string, o *obs.Observation) bool {
	count, decimals, known, ok := parseNumber(raw, true)
	return ok && known == o.Known && (!known || count == o.Count && decimals == o.Decimals)
}

// finish freezes the cells into a table.
func (p *flat) finish() (*table.Table, error) {
	if p.n < 2 && p.refusal.Err() == nil {
		p.bad(2, 1, "no rows", "at least one cell below the header", "download the table again")
	}
	if err := p.refusal.Err(); err != nil {
		return nil, err
	}
	var dims []string
	if p.derived {
		dims = append(dims, "freq")
	}
	for _, c := range p.cols {
		dims = append(dims, c.name)
	}
	return table.Gather(p.m, dims, p.out)
}
