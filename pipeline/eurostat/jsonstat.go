package eurostat

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// Bounds of an answer. The service hands out 5 million cells at most; the box
// that sparse ones lie in may be larger.
const (
	maxBox   = 200_000_000
	maxCells = 5_000_000
	maxDims  = 64
	maxGrid  = 60_000_000 // rows times periods, which a table has room for
)

const (
	wantJSONStat = "a dataset in JSON-stat 2.0"
	mendJSONStat = "download https://ec.europa.eu/eurostat/api/dissemination/statistics/1.0/data/CODE?format=JSON instead"
)

// IsJSON reports whether a file that begins with head is JSON, which says
// nothing yet of what it holds.
func IsJSON(head []byte) bool {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	head = bytes.TrimLeft(head[1:], " \t\r\n")
	return len(head) == 0 || head[0] == '"' || head[0] == '}'
}

// ReadJSONStat reads an answer of the statistics API in JSON-stat 2.0: value
// and status by flat index, in any order. A cell that both lack is not held;
// one with a status alone is missing, and flagged. The answer says which
// dataset it is and when it was updated. The error is an *obs.Refusal or
// *obs.ParseError, or one of reading r.
func ReadJSONStat(r io.Reader, m table.Meta, want table.Want) (*table.Table, error) {
	p := &jsonStat{lexer: newLexer(r, m.File), m: m, want: want, seen: map[string]bool{}, flags: map[string]string{}, dims: map[string]*jsonDim{}, refusal: &obs.Refusal{File: m.File}}
	if err := p.root(); err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p.table()
}

type jsonStat struct {
	*lexer
	m       table.Meta
	want    table.Want
	refusal *obs.Refusal
	seen    map[string]bool
	flags   map[string]string // one copy of each
	wrapper obs.Pos           // a member that JSON-stat 2.0 has not, and holds an object
	first   obs.Pos           // the brace

	version, class, updated, dataset         string
	versionAt, classAt, updatedAt, datasetAt obs.Pos
	ids                                      []string
	idsAt                                    obs.Pos
	size                                     []int
	sizeAt                                   []obs.Pos
	dims                                     map[string]*jsonDim
	cells                                    []jsonCell // of value, then of status
	values                                   int        // how many of cells are values
}

// A jsonDim is a dimension of the answer.
type jsonDim struct {
	codes []string // as the answer writes them, in order of position
	at    []obs.Pos
	pos   []int // of codes while they are read
	start obs.Pos
}

// A jsonCell is one entry of value or status: small, for there are millions.
type jsonCell struct {
	index     uint32
	count     int32
	line, col uint32
	decimals  uint8
	flags     string
}

func (p *jsonStat) root() error {
	if err := p.want1(); err != nil {
		return err
	}
	err := p.object(func(key string, at obs.Pos) error {
		if p.seen[key] {
			return p.bad(at, obs.Quote(key)+" again", "each name once", "download it again")
		}
		if len(p.seen) < 1000 {
			p.seen[key] = true
		}
		if err := p.next(); err != nil {
			return err
		}
		switch key {
		case "version":
			return p.string(&p.version, &p.versionAt, "a version")
		case "class":
			return p.string(&p.class, &p.classAt, "a class")
		case "updated":
			return p.string(&p.updated, &p.updatedAt, "a time")
		case "id":
			return p.id()
		case "size":
			return p.sizes()
		case "dimension":
			return p.dimensions()
		case "value", "status":
			return p.entries(key)
		case "extension":
			return p.extension()
		case "error", "warning":
			return p.answer(key)
		}
		if p.kind == '{' && p.wrapper.Line == 0 && key != "link" && key != "role" && key != "note" {
			p.wrapper = at
		}
		return p.skip(0)
	})
	if err != nil {
		return err
	}
	if err := p.next(); err != nil {
		return err
	}
	if p.kind != jsonEnd {
		return p.bad(p.at, p.got()+" behind the end", "one dataset a file", "download it again")
	}
	return nil
}

func (p *jsonStat) want1() error {
	err := p.lexer.want('{', wantJSONStat)
	p.first = p.at
	return err
}

func (p *jsonStat) string(to *string, at *obs.Pos, what string) error {
	if p.kind == jsonWord && string(p.text) == "null" {
		return nil
	}
	*at = p.at
	err := p.is(jsonString, what)
	*to = string(p.text)
	return err
}

// answer is the refusal of what the service says instead of data.
func (p *jsonStat) answer(key string) error {
	at, status, label := p.at, "", ""
	one := func() error {
		return p.object(func(k string, _ obs.Pos) error {
			if err := p.next(); err != nil {
				return err
			}
			switch {
			case k == "status" && p.kind == jsonNumber:
				status = string(p.text)
			case k == "label" && p.kind == jsonString && label == "":
				label = string(p.text)
			}
			return p.skip(0)
		})
	}
	var err error
	switch p.kind {
	case '{':
		err = one()
	case '[':
		err = p.array(func(int) error {
			if p.kind == '{' {
				return one()
			}
			return p.skip(0)
		})
	default:
		err = p.skip(0)
	}
	if err != nil {
		return err
	}
	hint := "ask again for less, or for what the dataset has; the bulk download has all of it"
	if key == "warning" {
		hint = "the service makes such an answer ready later; ask again, ask for less, or take the bulk download"
	}
	return p.bad(at, strings.TrimSpace(fmt.Sprintf("the %s %s", key, status))+" of the service, "+fmt.Sprintf("%.300q", label), wantJSONStat, hint)
}

func (p *jsonStat) id() error {
	p.idsAt = p.at
	if err := p.is('[', "a list of dimensions"); err != nil {
		return err
	}
	return p.array(func(i int) error {
		if err := p.is(jsonString, "a dimension"); err != nil {
			return err
		}
		if i == maxDims {
			return p.bad(p.at, fmt.Sprintf("more than %d dimensions", maxDims), wantJSONStat, "download it again")
		}
		id := string(p.text)
		if slices.Contains(p.ids, id) {
			return p.bad(p.at, "the dimension "+obs.Quote(id)+" twice", "each dimension once", "download it again")
		}
		p.ids = append(p.ids, id)
		return nil
	})
}

func (p *jsonStat) sizes() error {
	if err := p.is('[', "a list of sizes"); err != nil {
		return err
	}
	return p.array(func(i int) error {
		if err := p.is(jsonNumber, "a size"); err != nil {
			return err
		}
		n, err := strconv.ParseUint(string(p.text), 10, 31)
		if err != nil || i == maxDims {
			return p.bad(p.at, "the size "+obs.Quote(p.text), "a number for each dimension", "download it again")
		}
		p.size, p.sizeAt = append(p.size, int(n)), append(p.sizeAt, p.at)
		return nil
	})
}

func (p *jsonStat) dimensions() error {
	if err := p.is('{', "the dimensions"); err != nil {
		return err
	}
	return p.object(func(id string, at obs.Pos) error {
		if _, ok := p.dims[id]; ok || len(p.dims) == 2*maxDims {
			return p.bad(at, "the dimension "+obs.Quote(id)+" again", "each dimension once", "download it again")
		}
		d := &jsonDim{start: at}
		p.dims[id] = d
		if err := p.next(); err != nil {
			return err
		}
		if p.kind != '{' { // the id, size and role of JSON-stat 1 stand here
			return p.skip(0)
		}
		return p.object(func(k string, _ obs.Pos) error {
			if err := p.next(); err != nil {
				return err
			}
			if k != "category" || p.kind != '{' {
				return p.skip(1)
			}
			return p.category(d, id)
		})
	})
}

// category reads the codes of a dimension from its index: an object from code
// to position, or a list. A dimension of one code may have a label alone.
func (p *jsonStat) category(d *jsonDim, id string) error {
	indexed := false
	return p.object(func(k string, _ obs.Pos) error {
		if err := p.next(); err != nil {
			return err
		}
		switch {
		case k == "index" && indexed:
			return p.bad(p.at, "the index of "+obs.Quote(id)+" again", "each name once", "download it again")
		case k == "index" && p.kind == '{':
			*d, indexed = jsonDim{start: d.start}, true
			return p.object(func(c string, at obs.Pos) error {
				if err := p.lexer.want(jsonNumber, "a position"); err != nil {
					return err
				}
				n, err := strconv.ParseUint(string(p.text), 10, 31)
				if err != nil {
					return p.bad(p.at, "the position "+obs.Quote(p.text), "a number from 0", "download it again")
				}
				return p.addCode(d, id, c, int(n), at)
			})
		case k == "index" && p.kind == '[':
			*d, indexed = jsonDim{start: d.start}, true
			return p.array(func(i int) error {
				if err := p.is(jsonString, "a code"); err != nil {
					return err
				}
				return p.addCode(d, id, string(p.text), i, p.at)
			})
		case k == "label" && p.kind == '{' && !indexed && len(d.codes) == 0:
			return p.object(func(c string, at obs.Pos) error {
				if err := p.next(); err != nil {
					return err
				}
				if len(d.codes) < 2 { // of more, the index must say the order
					d.codes, d.at, d.pos = append(d.codes, c), append(d.at, at), append(d.pos, len(d.codes))
				}
				return p.skip(1)
			})
		}
		return p.skip(1)
	})
}

func (p *jsonStat) addCode(d *jsonDim, id, c string, pos int, at obs.Pos) error {
	if len(d.codes) > math.MaxUint16 {
		return p.bad(at, "more than 65,536 different values of "+id, "a code list", "")
	}
	d.codes, d.at, d.pos = append(d.codes, c), append(d.at, at), append(d.pos, pos)
	return nil
}

// order puts the codes of a dimension at their positions.
func (p *jsonStat) order(id string, size int) error {
	d, ok := p.dims[id]
	if !ok {
		return p.bad(p.idsAt, "the dimension "+obs.Quote(id), "one that \"dimension\" describes", "download it again")
	}
	if len(d.codes) != size {
		return p.bad(d.start, fmt.Sprintf("%d codes of %s", len(d.codes), id), fmt.Sprintf("%d, as \"size\" says", size), "download it again")
	}
	codes, at, taken := make([]string, size), make([]obs.Pos, size), make([]bool, size)
	for i, pos := range d.pos {
		if pos >= size || taken[pos] {
			return p.bad(d.at[i], fmt.Sprintf("the position %d of %s %s", pos, id, obs.Quote(d.codes[i])), fmt.Sprintf("each of 0 to %d once", size-1), "download it again")
		}
		codes[pos], at[pos], taken[pos] = d.codes[i], d.at[i], true
	}
	d.codes, d.at = codes, at
	return nil
}

// entries reads value or status: an object by flat index, or a list.
func (p *jsonStat) entries(key string) error {
	if key == "value" && len(p.cells) > 0 { // the status stood first
		status := p.cells
		p.cells = nil
		defer func() { p.cells = append(p.cells, status...) }()
	}
	from := len(p.cells)
	one := func(index uint64) error {
		if p.kind == jsonWord && string(p.text) == "null" {
			return nil
		}
		if len(p.cells)-from == maxCells {
			return p.bad(p.at, fmt.Sprintf("more than %d cells", maxCells), "at most as many as the service hands out", "take the bulk download")
		}
		c := jsonCell{index: uint32(index), line: uint32(p.at.Line), col: uint32(p.at.Col)}
		if p.at.Line >= 1<<31 || p.at.Col >= 1<<31 {
			return p.bad(p.at, "a file of more than 2 GiB", wantJSONStat, "take the bulk download")
		}
		var err error
		if key == "value" {
			c.count, c.decimals, err = p.number()
		} else {
			c.flags, err = p.status()
		}
		p.cells = append(p.cells, c)
		return err
	}
	var err error
	switch p.kind {
	case '{':
		err = p.object(func(k string, at obs.Pos) error {
			n, err := strconv.ParseUint(k, 10, 31)
			if err != nil || n >= maxBox || strconv.FormatUint(n, 10) != k {
				return p.bad(at, "the index "+obs.Quote(k), "the number of a cell, from 0", "download it again")
			}
			if err := p.next(); err != nil {
				return err
			}
			return one(n)
		})
	case '[':
		err = p.array(func(i int) error {
			if i >= maxBox {
				return p.bad(p.at, fmt.Sprintf("more than %d cells", maxBox), "at most as many as the service hands out", "take the bulk download")
			}
			return one(uint64(i))
		})
	default:
		return p.bad(p.at, p.got(), "the cells, by number or as a list", "download it again")
	}
	if key == "value" {
		p.values = len(p.cells)
	}
	return err
}

func (p *jsonStat) number() (int32, uint8, error) {
	if err := p.is(jsonNumber, "a number or null"); err != nil {
		return 0, 0, err
	}
	n, d, ok := decimal(string(p.text), false)
	if !ok {
		return 0, 0, p.bad(p.at, obs.Quote(p.text), wantHeldNumber, "this program holds no such number; leave the series out")
	}
	return n, d, nil
}

const wantHeldNumber = "a number of at most nine digits or so (2147483647 without its point)"

// decimal reads a number exactly: n / 10^d. With trim it drops zeros at the end
// of a fraction, which a spreadsheet adds to every number.
func decimal(s string, trim bool) (n int32, d uint8, ok bool) {
	mantissa, exponent, has := strings.Cut(strings.ToUpper(s), "E")
	shift := 0
	if has {
		var err error
		if shift, err = strconv.Atoi(exponent); err != nil || shift < -100 || shift > 100 {
			return 0, 0, false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	digits := whole + fraction
	places := len(fraction) - shift
	if whole == "" || len(digits) > 400 {
		return 0, 0, false
	}
	if places < 0 {
		digits, places = digits+strings.Repeat("0", -places), 0
	}
	for (trim || has) && places > 0 && strings.HasSuffix(digits, "0") {
		digits, places = digits[:len(digits)-1], places-1
	}
	if digits == "" {
		digits = "0"
	}
	v, err := strconv.ParseInt(sign+digits, 10, 32)
	return int32(v), uint8(places), err == nil && places <= obs.MaxDecimals
}

// status reads the flags of a cell. ":" stands for a missing value in some
// answers, alone or before the flags.
func (p *jsonStat) status() (string, error) {
	if err := p.is(jsonString, "flags"); err != nil {
		return "", err
	}
	s := string(p.text)
	if f := strings.TrimSpace(strings.TrimPrefix(s, ":")); !isFlags(f) {
		return "", p.bad(p.at, "the status "+obs.Quote(s), `flags such as "bp"`, "download it again")
	}
	one, ok := p.flags[s]
	if !ok {
		p.flags[s] = s
		one = s
	}
	return one, nil
}

func isFlags(s string) bool {
	for i := range len(s) {
		if s[i]-'a' >= 26 {
			return false
		}
	}
	return len(s) <= 8
}

func (p *jsonStat) extension() error {
	if p.kind != '{' {
		return p.skip(0)
	}
	return p.object(func(k string, _ obs.Pos) error {
		if err := p.next(); err != nil {
			return err
		}
		if k == "id" && p.kind == jsonString {
			p.dataset, p.datasetAt = datasetCode(string(p.text)), p.at
		}
		return p.skip(1)
	})
}

// datasetCode is the code of a dataset without what views of it add.
func datasetCode(id string) string {
	id, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(id)), "$")
	id, _, _ = strings.Cut(id, "__custom_")
	return id
}

// check refuses what is no dataset, and what lacks a part of one.
func (p *jsonStat) check() error {
	switch {
	case p.version == "" && p.wrapper.Line > 0:
		return p.bad(p.wrapper, "JSON-stat 1, of a service that is no more", wantJSONStat, mendJSONStat)
	case p.version == "":
		return p.bad(p.first, "JSON without a \"version\"", wantJSONStat, mendJSONStat)
	case p.version != "2.0":
		return p.bad(p.versionAt, "the version "+obs.Quote(p.version), wantJSONStat, mendJSONStat)
	case p.class != "dataset":
		at := p.classAt
		if at.Line == 0 {
			at = p.first
		}
		return p.bad(at, "the class "+obs.Quote(p.class), wantJSONStat, mendJSONStat)
	}
	for _, k := range []string{"id", "size", "dimension", "value"} {
		if !p.seen[k] {
			return p.bad(p.first, "a dataset without "+obs.Quote(k), wantJSONStat, "download it again")
		}
	}
	if err := sameDataset(&p.m, p.dataset, p.datasetAt, p.first); err != nil {
		return err
	}
	if p.m.Vintage == "" && p.updated != "" {
		day, ok := updatedDay(p.updated)
		if !ok {
			return p.bad(p.updatedAt, "the time "+obs.Quote(p.updated), `one such as "2026-09-03T11:00:00+0200"`, "download it again")
		}
		p.m.Vintage, p.m.Note = day, "the day the answer gives as \"updated\", in UTC"
	}
	if len(p.size) != len(p.ids) || len(p.ids) == 0 {
		return p.bad(p.idsAt, fmt.Sprintf("%d dimensions and %d sizes", len(p.ids), len(p.size)), "as many of one as of the other", "download it again")
	}
	box := 1
	for d, n := range p.size {
		if n == 0 {
			return p.bad(p.sizeAt[d], "no codes of "+p.ids[d], "at least one", "the question asked for a code that the dataset has not; correct it and ask again")
		}
		if n > maxBox/box {
			return p.bad(p.sizeAt[d], fmt.Sprintf("a box of more than %d cells", maxBox), "a dataset", "take the bulk download")
		}
		box *= n
	}
	for d, id := range p.ids {
		if err := p.order(id, p.size[d]); err != nil {
			return err
		}
	}
	for i := range p.cells {
		if c := &p.cells[i]; int(c.index) >= box {
			return p.bad(p.pos(c), fmt.Sprintf("the cell %d", c.index), fmt.Sprintf("one of 0 to %d, as the sizes say", box-1), "download it again")
		}
	}
	return nil
}

// sameDataset puts the dataset's code into m, and refuses another than m names.
func sameDataset(m *table.Meta, dataset string, at, whole obs.Pos) error {
	switch {
	case dataset == "" && m.Table == "":
		return &obs.ParseError{Pos: whole, Got: "a dataset that does not say its code", Want: "the code, such as migr_asyappctza", Hint: "pass --table CODE", Err: obs.ErrNoTable}
	case dataset != "" && m.Table != "" && dataset != strings.ToLower(m.Table):
		return &obs.ParseError{Pos: at, Got: "the dataset " + obs.Quote(dataset), Want: "an answer for " + m.Table, Hint: "pass --table " + dataset + ", or leave it out"}
	case m.Table == "":
		m.Table = dataset
	}
	return nil
}

func updatedDay(s string) (day string, ok bool) {
	for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339Nano, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 1900 {
			return t.UTC().Format(time.DateOnly), true
		}
	}
	return "", false
}

func (p *jsonStat) pos(c *jsonCell) obs.Pos {
	return obs.Pos{File: p.m.File, Line: int(c.line), Col: int(c.col)}
}

// table joins values and flags and turns flat indexes into keys.
func (p *jsonStat) table() (*table.Table, error) {
	timeDim := slices.IndexFunc(p.ids, isTime)
	if timeDim < 0 {
		return nil, p.bad(p.idsAt, strings.Join(p.ids, ","), "the dimension time among them", "download it again, with a period a column")
	}
	periods := make([]obs.Period, len(p.dims[p.ids[timeDim]].codes))
	var other *obs.ParseError // a period of another frequency than the first
	for i, c := range p.dims[p.ids[timeDim]].codes {
		at := p.dims[p.ids[timeDim]].at[i]
		period, ok := obs.ParsePeriod(c)
		switch {
		case !ok:
			p.refusal.Add(&obs.ParseError{Pos: at, Got: "period " + obs.Quote(c), Want: `a period such as "2023", "2023-Q1" or "2023-01"`, Hint: "download the table again"})
		case i > 0 && periods[0] != "" && period.Freq() != periods[0].Freq() && other == nil:
			other = apart(at, c)
		}
		periods[i] = period
	}
	var names []string
	codes := make([][]string, len(p.ids)) // as the table holds them; "" where not wanted
	for d, id := range p.ids {
		if d == timeDim {
			continue
		}
		name, err := dimName(p.m.Table, names, id)
		if err != nil {
			return nil, p.bad(p.idsAt, err.Error(), "each dimension once", "download the table again")
		}
		names = append(names, name)
		dim := p.dims[id]
		codes[d] = make([]string, len(dim.codes))
		first := map[string]int{}
		for i, c := range dim.codes {
			c, bad, err := knownCode(p.m.Table, name, c, dim.at[i])
			if err != nil {
				return nil, err
			}
			if bad != nil {
				p.refusal.Add(bad)
			} else if f, ok := first[c]; ok {
				p.refusal.Add(&obs.ParseError{Pos: dim.at[i], Got: fmt.Sprintf("the code %s of %s again", obs.Quote(dim.codes[i]), name),
					Want: fmt.Sprintf("each code once (its other spelling stands at %v)", dim.at[f]), Hint: "download it again"})
			}
			first[c] = i
			if p.want.Has(name, c) {
				codes[d][i] = c
			}
		}
	}
	if other != nil && !slices.Contains(names, "freq") {
		p.refusal.Add(other)
	}
	if err := p.refusal.Err(); err != nil {
		return nil, err
	}

	values, status := p.cells[:p.values:p.values], p.cells[p.values:]
	byIndex := func(a, b jsonCell) int { return cmp.Compare(a.index, b.index) }
	slices.SortStableFunc(values, byIndex)
	slices.SortStableFunc(status, byIndex)
	out := make([]obs.Observation, 0, len(values))
	counts := Counts(p.m.Table)
	var key []string
	row := -1
	at := make([]int, len(p.ids))
	for i, j := 0, 0; i < len(values) || j < len(status); {
		var c *jsonCell
		o := obs.Observation{}
		if i < len(values) && (j == len(status) || values[i].index <= status[j].index) {
			c = &values[i]
			o.Count, o.Decimals, o.Known = c.count, c.decimals, true
			if counts && (c.count < 0 || c.decimals > 0) {
				p.refusal.Add(&obs.ParseError{Pos: p.pos(c), Got: obs.Quote(obs.Number(c.count, c.decimals)), Want: "a count of persons", Hint: "download it again"})
			}
			i++
			if j < len(status) && status[j].index == c.index {
				if o.Flags = status[j].flags; strings.HasPrefix(o.Flags, ":") {
					p.refusal.Add(&obs.ParseError{Pos: p.pos(&status[j]), Got: "the status " + obs.Quote(o.Flags) + " of a cell that has a value", Want: "flags", Hint: "download it again"})
				}
				j++
			}
		} else {
			c = &status[j]
			if o.Flags = strings.TrimSpace(strings.TrimPrefix(c.flags, ":")); c.flags == "" {
				j++
				continue
			}
			j++
		}
		o.Pos = p.pos(c)
		if i < len(values) && values[i].index == c.index {
			p.again(&values[i], c)
		}
		if j < len(status) && status[j].index == c.index {
			p.again(&status[j], c)
		}
		rest := int(c.index)
		for d := len(at) - 1; d >= 0; d-- {
			at[d] = rest % p.size[d]
			rest /= p.size[d]
		}
		if o.Period = periods[at[timeDim]]; !p.want.HasPeriod(o.Period) {
			continue
		}
		if r := rowOf(at, p.size, timeDim); r != row || key == nil {
			row, key = r, make([]string, 0, len(names))
			for d := range at {
				if d != timeDim {
					key = append(key, codes[d][at[d]])
				}
			}
		}
		if slices.Contains(key, "") {
			continue
		}
		o.Key = key
		out = append(out, o)
	}
	if other != nil {
		out = fitting(names, out, p.refusal)
	}
	if len(values) == 0 && len(status) == 0 {
		return nil, p.bad(p.first, "an answer without a cell", "at least one", "the question asked for what the dataset has not; correct it and ask again")
	}
	if err := p.refusal.Err(); err != nil {
		return nil, err
	}
	box := 1
	for _, n := range p.size {
		box *= n
	}
	if len(periods)*min(len(out), box/len(periods)) > maxGrid {
		return nil, p.bad(p.sizeAt[timeDim], fmt.Sprintf("more than %d places for %d cells", maxGrid, len(out)), "a table with fewer holes", "take the bulk download")
	}
	return table.Gather(p.m, names, out)
}

func (p *jsonStat) again(c, first *jsonCell) {
	p.refusal.Add(&obs.ParseError{Pos: p.pos(c), Got: fmt.Sprintf("the cell %d again", c.index), Want: fmt.Sprintf("each cell once (it stands at %v)", p.pos(first)), Hint: "download it again"})
}

func isTime(dim string) bool {
	dim = strings.ToLower(dim)
	return dim == "time" || dim == "time_period"
}

// rowOf is the flat index of a cell with the period left out.
func rowOf(at, size []int, timeDim int) int {
	r := 0
	for d := range at {
		if d != timeDim {
			r = r*size[d] + at[d]
		}
	}
	return r
}

// dimName is the name under which a table holds a dimension.
func dimName(dataset string, have []string, id string) (string, error) {
	name := strings.ToLower(strings.TrimSpace(id))
	if older, ok := newerDim[name]; ok && listed(dataset, older) {
		name = older
	}
	if name == "" {
		return "", fmt.Errorf("a dimension without a name")
	}
	if slices.Contains(have, name) {
		return "", fmt.Errorf("the dimension %s twice", name)
	}
	return name, nil
}

// knownCode gives the spelling in which a table holds a code, and a refusal of
// one that the list of its dimension has not. The error is one of our own data.
func knownCode(dataset, dim, c string, at obs.Pos) (string, *obs.ParseError, error) {
	l, err := code.For(dim)
	if err != nil {
		return "", nil, err
	}
	if l == nil || !listed(dataset, dim) {
		if c == "" {
			return "", &obs.ParseError{Pos: at, Got: "an empty code of " + dim, Want: "a code", Hint: "download it again"}, nil
		}
		return c, nil, nil
	}
	if dim == "decision" || dim == "asyl_app" {
		if older := l.Older(c); older != "" {
			c = older
		}
	}
	if _, ok := l.Lookup(c); !ok {
		return c, UnknownCode(at, dim, c), nil
	}
	return c, nil, nil
}
