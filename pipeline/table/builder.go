package table

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"asylum/pipeline/obs"
)

// A Builder gathers rows, in file order, and freezes them into a Table.
type Builder struct {
	t     Table
	dicts []dict
	flags map[string]uint8
	cur   *Chunk
	r     int // row being written in cur
	space int // rows that cur's slices have room for
	most  int // rows of a chunk
}

// A dict interns the values of a dimension. Exports are sorted, so the next
// value is most often the last one or the one that followed it before.
type dict struct {
	values []string
	index  map[string]uint16
	last   int
}

// NewBuilder starts a table with these dimensions and periods.
func NewBuilder(m Meta, dims []string, periods []obs.Period) *Builder {
	b := &Builder{most: ChunkRows, t: Table{Meta: m, Periods: periods}, dicts: make([]dict, len(dims)), flags: map[string]uint8{}}
	for _, d := range dims {
		b.t.Dims = append(b.t.Dims, Dim{Name: d})
	}
	for d := range b.dicts {
		b.dicts[d].index = map[string]uint16{}
	}
	return b
}

// Intern gives the code of a value of dimension d, and whether the value was
// not seen before. It panics past 65,536 values, which Full warns of.
func (b *Builder) Intern(d int, value []byte) (code uint16, fresh bool) {
	return intern(&b.dicts[d], value)
}

func (b *Builder) intern(d int, value string) (code uint16, fresh bool) {
	return intern(&b.dicts[d], value)
}

func intern[S string | []byte](di *dict, value S) (code uint16, fresh bool) {
	if di.last < len(di.values) && di.values[di.last] == string(value) {
		return uint16(di.last), false
	}
	if next := di.last + 1; next < len(di.values) && di.values[next] == string(value) {
		di.last = next
		return uint16(next), false
	}
	code, ok := di.index[string(value)]
	if !ok {
		if len(di.values) > math.MaxUint16 {
			panic("more than 65,536 values of a dimension") // Full says so before
		}
		code = uint16(len(di.values))
		di.values = append(di.values, string(value))
		di.index[string(value)] = code
	}
	di.last = int(code)
	return code, !ok
}

// Full reports whether dimension d can take no further value.
func (b *Builder) Full(d int) bool { return len(b.dicts[d].values) > math.MaxUint16 }

// Pieces makes chunks of few rows, for a table that is not kept: what was built
// need not be moved when more of it comes.
func (b *Builder) Pieces() { b.most = 1 << 12 }

// Start begins a row that stands on this line of the raw file; 0 for a table
// whose cells have places of their own: those that Column.Pos gives none do not
// exist.
func (b *Builder) Start(line int) {
	if b.cur == nil || b.r+1 == b.most {
		b.chunk(line > 0)
	} else {
		b.r++
	}
	if b.r == b.space {
		b.grow()
	}
	if line > 0 {
		b.cur.Line[b.r] = int32(line)
	}
	b.cur.Rows = b.r + 1
}

// Drop takes back the row that was started last.
func (b *Builder) Drop() {
	b.cur.Rows--
	b.r--
}

func (b *Builder) chunk(lines bool) {
	b.t.Chunks = append(b.t.Chunks, Chunk{Codes: make([][]uint16, len(b.dicts)), Cols: make([]Column, len(b.t.Periods))})
	b.cur = &b.t.Chunks[len(b.t.Chunks)-1]
	b.r, b.space = 0, 0
	if lines {
		b.cur.Line = []int32{}
		return
	}
	for p := range b.cur.Cols { // a column without a cell has places too: none is held
		b.cur.Cols[p].Pos = []int64{}
	}
}

func (b *Builder) grow() {
	n := min(max(256, b.space*2), b.most)
	if len(b.t.Chunks) > 1 {
		n = b.most // a second chunk will most often be filled
	}
	for d := range b.cur.Codes {
		b.cur.Codes[d] = extend(b.cur.Codes[d], n)
	}
	if b.cur.Line != nil {
		b.cur.Line = extend(b.cur.Line, n)
	}
	for p := range b.cur.Cols {
		c := &b.cur.Cols[p]
		c.Val = extend(c.Val, n)
		if c.Valid != nil {
			old := len(c.Valid)
			c.Valid = extend(c.Valid, n/8)
			fill(c.Valid[old:])
		}
		if c.Dec != nil {
			c.Dec = extend(c.Dec, n)
		}
		if c.Flag != nil {
			c.Flag = extend(c.Flag, n)
		}
		if c.Pos != nil {
			c.Pos = extend(c.Pos, n)
		}
		if c.Printed != nil {
			c.Printed = extend(c.Printed, n)
		}
	}
	b.space = n
}

func extend[T any](s []T, n int) []T {
	out := make([]T, n)
	copy(out, s)
	return out
}

func fill(b []byte) {
	for i := range b {
		b[i] = 0xff
	}
}

// Set gives the started row its code of dimension d.
func (b *Builder) Set(d int, code uint16) { b.cur.Codes[d][b.r] = code }

// Repeat gives the started row the codes of the row before it.
func (b *Builder) Repeat() {
	prev := b.cur
	r := b.r - 1
	if r < 0 {
		prev = &b.t.Chunks[len(b.t.Chunks)-2]
		r = prev.Rows - 1
	}
	for d := range b.cur.Codes {
		b.cur.Codes[d][b.r] = prev.Codes[d][r]
	}
}

// Cursor gives the columns being written and the index of the started row, for
// readers that place millions of counts.
func (b *Builder) Cursor() ([]Column, int) { return b.cur.Cols, b.r }

// Count gives the started row its count at period index p; a value with
// decimals needs Decimals as well.
func (b *Builder) Count(p int, v int32) { b.cur.Cols[p].Val[b.r] = v }

// Decimals says how many digits of the started row's count at period index p
// stand behind the point, at most obs.MaxDecimals.
func (b *Builder) Decimals(p int, d uint8) {
	c := &b.cur.Cols[p]
	if c.Dec == nil {
		if d == 0 {
			return
		}
		c.Dec = make([]uint8, b.space)
		b.t.Decimals = true
	}
	c.Dec[b.r] = d
}

// Print gives the started row its code of what is printed at period index p, of
// a list that becomes the table's.
func (b *Builder) Print(p int, code uint16) {
	c := &b.cur.Cols[p]
	if c.Printed == nil {
		c.Printed = make([]uint16, b.space)
	}
	c.Printed[b.r] = code
}

// Missing marks the started row as without a value at period index p.
func (b *Builder) Missing(p int) {
	c := &b.cur.Cols[p]
	if c.Valid == nil {
		c.Valid = make([]byte, (b.space+7)/8)
		fill(c.Valid)
	}
	c.Valid[b.r>>3] &^= 1 << (b.r & 7)
	c.Val[b.r] = 0
}

// Flag gives the started row its flags at period index p. It reports false
// when the table has more distinct flag strings than it can hold (255).
func (b *Builder) Flag(p int, flags []byte) bool {
	code, ok := b.flags[string(flags)]
	if !ok {
		if len(b.t.Flags) == math.MaxUint8 {
			return false
		}
		b.t.Flags = append(b.t.Flags, string(flags))
		code = uint8(len(b.t.Flags))
		b.flags[string(flags)] = code
	}
	c := &b.cur.Cols[p]
	if c.Flag == nil {
		c.Flag = make([]uint8, b.space)
	}
	c.Flag[b.r] = code
	return true
}

// A Duplicate is a key that a file writes twice.
type Duplicate struct {
	Key         []string
	First, Line int // lines of the raw file
}

// Freeze ends the building, and puts the periods in ascending order. Rows that share their whole key are reported;
// the table is then not to be used.
func (b *Builder) Freeze() (*Table, []Duplicate) {
	t := &b.t
	for d := range t.Dims {
		t.Dims[d].Values = b.dicts[d].values
	}
	for c := range t.Chunks {
		ch := &t.Chunks[c]
		t.Rows += ch.Rows
		ch.trim()
	}
	t.ascend()
	return t, t.duplicates()
}

// ascend puts the periods in order: old exports begin with the newest.
func (t *Table) ascend() {
	if slices.IsSorted(t.Periods) {
		return
	}
	order := make([]int, len(t.Periods))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(string(t.Periods[a]), string(t.Periods[b])) })
	t.Periods = arranged(t.Periods, order)
	for c := range t.Chunks {
		t.Chunks[c].Cols = arranged(t.Chunks[c].Cols, order)
	}
}

func arranged[T any](s []T, order []int) []T {
	out := make([]T, len(s))
	for i, from := range order {
		out[i] = s[from]
	}
	return out
}

// trim cuts the slices of a chunk to its rows.
func (ch *Chunk) trim() {
	n := ch.Rows
	for d := range ch.Codes {
		ch.Codes[d] = ch.Codes[d][:n]
	}
	if ch.Line != nil {
		ch.Line = ch.Line[:n]
	}
	for p := range ch.Cols {
		c := &ch.Cols[p]
		c.Val = c.Val[:n]
		if c.Valid != nil {
			c.Valid = c.Valid[:(n+7)/8]
			if n&7 != 0 { // no stray bits behind the last row: equal tables are equal bytes
				c.Valid[len(c.Valid)-1] &= 1<<(n&7) - 1
			}
		}
		if c.Dec != nil {
			c.Dec = c.Dec[:n]
		}
		if c.Flag != nil {
			c.Flag = c.Flag[:n]
		}
		if c.Pos != nil {
			c.Pos = c.Pos[:n]
		}
		if c.Printed != nil {
			c.Printed = c.Printed[:n]
		}
	}
}

// duplicates finds rows with equal keys. A sorted file is checked in one pass
// over neighbours; any other has its keys packed into numbers and sorted.
func (t *Table) duplicates() []Duplicate {
	ranks := make([][]uint16, len(t.Dims))
	bits, total := make([]int, len(t.Dims)), 0
	for d := range t.Dims {
		ranks[d] = rank(t.Dims[d].Values)
		for 1<<bits[d] < len(ranks[d]) {
			bits[d]++
		}
		total += bits[d]
	}
	if t.sorted(ranks) {
		return nil
	}
	if total > 64 {
		return t.duplicatesByKey()
	}
	type at struct {
		key  uint64
		c, r int32
	}
	keys := make([]at, 0, t.Rows)
	for c := range t.Chunks {
		ch := &t.Chunks[c]
		for r := range ch.Rows {
			k := uint64(0)
			for d := range ch.Codes {
				k = k<<bits[d] | uint64(ch.Codes[d][r])
			}
			keys = append(keys, at{k, int32(c), int32(r)})
		}
	}
	slices.SortFunc(keys, func(a, b at) int {
		switch {
		case a.key != b.key && a.key < b.key:
			return -1
		case a.key != b.key:
			return 1
		case a.c != b.c:
			return int(a.c - b.c)
		}
		return int(a.r - b.r)
	})
	var dups []Duplicate
	for i := 1; i < len(keys); i++ {
		if keys[i].key == keys[i-1].key {
			a, b := keys[i-1], keys[i]
			dups = append(dups, t.duplicate(int(a.c), int(a.r), int(b.c), int(b.r)))
		}
	}
	slices.SortFunc(dups, func(a, b Duplicate) int { return a.Line - b.Line })
	return dups
}

func (t *Table) duplicate(c0, r0, c1, r1 int) Duplicate {
	d := Duplicate{Key: t.Key(c1, r1)}
	d.First, d.Line = t.Chunks[c0].line(r0), t.Chunks[c1].line(r1)
	return d
}

// line is the line of the raw file that a row stands on, or its first cell; 0
// if it has none.
func (ch *Chunk) line(r int) int {
	if ch.Line != nil {
		return int(ch.Line[r])
	}
	for p := range ch.Cols {
		if ch.Held(r, p) {
			return int(ch.Cols[p].Pos[r] >> 32)
		}
	}
	return 0
}

func (t *Table) duplicatesByKey() []Duplicate {
	var dups []Duplicate
	seen := make(map[string][2]int, t.Rows)
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			k := strings.Join(t.Key(c, r), "\x00")
			if at, ok := seen[k]; ok {
				dups = append(dups, t.duplicate(at[0], at[1], c, r))
			}
			seen[k] = [2]int{c, r}
		}
	}
	return dups
}

// rank gives for each code its place among the sorted values.
func rank(values []string) []uint16 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(values[a], values[b]) })
	ranks := make([]uint16, len(values))
	for place, i := range order {
		ranks[i] = uint16(place)
	}
	return ranks
}

// sorted reports whether every row is strictly above the one before it.
func (t *Table) sorted(ranks [][]uint16) bool {
	prev := make([]uint16, len(t.Dims))
	first := true
	for c := range t.Chunks {
		ch := &t.Chunks[c]
		for r := range ch.Rows {
			above := first
			for d := range ch.Codes {
				k := ranks[d][ch.Codes[d][r]]
				if !above && k < prev[d] {
					return false
				}
				above = above || k > prev[d]
				prev[d] = k
			}
			if !above {
				return false
			}
			first = false
		}
	}
	return true
}

// Gather builds a table from single observations: sources that write one cell
// a line (or several measures a line) become wide rows in order of first
// appearance, periods in order. A cell that stands twice is an error.
func Gather(m Meta, dims []string, in []obs.Observation) (*Table, error) {
	column := map[obs.Period]int{}
	var periods []obs.Period
	for i := range in {
		if _, ok := column[in[i].Period]; !ok {
			column[in[i].Period] = 0
			periods = append(periods, in[i].Period)
		}
	}
	slices.Sort(periods)
	for i, p := range periods {
		column[p] = i
	}

	b := NewBuilder(m, dims, periods)
	// The cells of a row are chained: first[row], then next of each, -1 at the end.
	var first, last []int32
	after := make([]int32, len(in))
	next := map[string]int{}
	codes, packed := make([]uint16, 0, len(in)*len(dims)), make([]byte, 2*len(dims))
	for i := range in {
		for d, v := range in[i].Key {
			if b.Full(d) {
				return nil, &obs.ParseError{Pos: in[i].Pos, Got: "more than 65,536 different values of " + dims[d], Want: "a code list"}
			}
			c, _ := b.intern(d, v)
			codes = append(codes, c)
			packed[2*d], packed[2*d+1] = byte(c), byte(c>>8)
		}
		r, ok := next[string(packed)]
		if !ok {
			r = len(first)
			next[string(packed)] = r
			first, last = append(first, int32(i)), append(last, int32(i))
		} else {
			after[last[r]] = int32(i)
			last[r] = int32(i)
		}
		after[i] = -1
	}

	printed := map[string]uint16{}
	refusal := &obs.Refusal{File: m.File}
	for _, head := range first {
		b.Start(0)
		for d := range dims {
			b.Set(d, codes[int(head)*len(dims)+d])
		}
		for p := range periods {
			b.Missing(p)
		}
		for i := head; i >= 0; i = after[i] {
			o := &in[i]
			if err := b.observe(column[o.Period], o, printed); err != nil {
				refusal.Add(err)
			}
		}
	}
	t, _ := b.Freeze() // keys are distinct by construction
	return t, refusal.Err()
}

func (b *Builder) observe(p int, o *obs.Observation, printed map[string]uint16) *obs.ParseError {
	c := &b.cur.Cols[p]
	if c.Pos[b.r] != 0 {
		return &obs.ParseError{
			Pos: o.Pos, Got: fmt.Sprintf("%s %s a second time", strings.Join(o.Key, ","), o.Period),
			Want: fmt.Sprintf("each cell once (it stands at %v)", b.t.pos(c.Pos[b.r])),
			Hint: "remove one of the two rows",
		}
	}
	c.Pos[b.r] = b.t.pack(o.Pos)
	if o.Known {
		c.Valid[b.r>>3] |= 1 << (b.r & 7)
		c.Val[b.r] = o.Count
		b.Decimals(p, o.Decimals)
	}
	if o.Flags != "" && !b.Flag(p, []byte(o.Flags)) {
		return &obs.ParseError{Pos: o.Pos, Got: obs.Quote(o.Flags), Want: "at most 255 different flags"}
	}
	if o.Printed != "" {
		code, ok := printed[o.Printed]
		if !ok {
			if len(b.t.Printed) == math.MaxUint16 {
				return &obs.ParseError{Pos: o.Pos, Got: obs.Quote(o.Printed), Want: "at most 65,535 different printed values"}
			}
			b.t.Printed = append(b.t.Printed, o.Printed)
			code = uint16(len(b.t.Printed))
			printed[o.Printed] = code
		}
		b.Print(p, code)
	}
	return nil
}
