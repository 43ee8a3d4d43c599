package rate

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// A plan is the terms of a side with numbers in place of their codes.
type plan struct {
	codes    []string // a code's number is its place here
	terms    []term
	total    int32 // -1: none, as in the two below
	whole    int32
	witness  int32
	joint    int32 // of num
	need     []int32
	repeated []bool // by code: counted at several levels; nil where none is
	splits   bool   // of rest: some of its terms stand in a joint
}

// A term is a code, or several of which the first that is there counts.
type term struct {
	name     string // "a|b"
	codes    []int32
	optional bool
	joined   bool // of rest: it stands in a joint
}

func (s *Side) plan() plan {
	p := plan{splits: len(s.Joined) > 0}
	number := func(c string) int32 {
		if c == "" {
			return -1
		}
		if i := slices.Index(p.codes, c); i >= 0 {
			return int32(i)
		}
		p.codes = append(p.codes, c)
		return int32(len(p.codes) - 1)
	}
	for _, name := range s.Terms {
		t := term{joined: slices.Contains(s.Joined, name)}
		t.name, t.optional = strings.CutSuffix(name, "?")
		for _, c := range strings.Split(t.name, "|") {
			t.codes = append(t.codes, number(c))
		}
		p.terms = append(p.terms, t)
	}
	p.total, p.whole, p.witness, p.joint = number(s.Total), number(s.Whole), number(s.Witness), number(s.Joint)
	for _, c := range s.Need {
		p.need = append(p.need, number(c))
	}
	for _, c := range s.Repeat.Terms {
		n := number(c)
		p.repeated = slices.Grow(p.repeated, len(p.codes))[:len(p.codes)]
		p.repeated[n] = true
	}
	if p.repeated != nil {
		p.repeated = slices.Grow(p.repeated, len(p.codes))[:len(p.codes)]
	}
	return p
}

// A cell is what a line holds in one period.
type cell struct {
	*line
	col   int32
	known bool
	mark  uint8 // of marks, by bit
	n     int64
	iv    interval
}

// A count is what one side amounts to in one cell of the axes.
type count struct {
	period   int32 // its place among those of the evaluation
	known    bool
	hasWhole bool
	hasJoint bool
	marks    [2]uint8  // of the cells of the terms, and of the whole
	sheets   [2]uint64 // that these cells are of, as sheetList packs them
	n        int64
	iv       interval // of the sum of terms, cut to the printed total
	whole    int64    // the printed whole, if any
	wholeIv  interval
	jointN   int64    // the printed sum of num and some of rest; of a rest, what of it stands in that
	joint    interval // likewise
	beyond   interval // of a rest, what does not
	level    string
	why      string
	aside    *aside
}

// An aside is what few counts have to say, and few callers ask for.
type aside struct {
	witness  string // the rate printed for the same cell
	warnings []string
	more     [2][]int32  // further sheets, where there is no room for all
	fixes    [2][]string // what is to be said of corrected cells
	inputs   []Input     // of the terms, then of the whole, if they are kept
	terms    int         // how many of inputs are of the terms
}

// note gives a count its aside.
func (w *counter) note(c *count) *aside {
	if c.aside != nil {
		return c.aside
	}
	if len(w.asides) == cap(w.asides) {
		w.asides = make([]aside, 0, max(1<<4, min(2*cap(w.asides), 1<<10)))
	}
	w.asides = w.asides[:len(w.asides)+1]
	c.aside = &w.asides[len(w.asides)-1]
	return c.aside
}

// forget makes the room of what was counted before free again.
func (w *counter) forget() {
	for i := range w.asides {
		a := &w.asides[i]
		*a = aside{warnings: a.warnings[:0]}
	}
	w.asides = w.asides[:0]
}

// rest notes that a count rests on a sheet: its number plus one goes into the
// next free byte, in the order in which they come.
func (w *counter) rest(c *count, part int, sheet int32) {
	if c.aside == nil || c.aside.more[part] == nil {
		for i := 0; i < 64 && sheet < 255; i += 8 {
			switch byte(c.sheets[part] >> i) {
			case byte(sheet + 1):
				return
			case 0:
				c.sheets[part] |= uint64(sheet+1) << i
				return
			}
		}
	}
	for i := 0; i < 64; i += 8 {
		if byte(c.sheets[part]>>i) == byte(sheet+1) && sheet < 255 {
			return
		}
	}
	if a := w.note(c); !slices.Contains(a.more[part], sheet) {
		a.more[part] = append(a.more[part], sheet)
	}
}

// firstLevels is the order in which levels stand for first instance: what is of
// no level, as most of AIDA's figures, then UNHCR's.
var firstLevels = []string{"", "FI", "NA", "FA"}

// A counter makes counts out of cells, with room that it uses again.
type counter struct {
	e      *evaluation
	sides  [2]sideLines
	out    [2][]count // of the key counted last, by side and period
	inputs []Input    // of the counts so far
	asides []aside
	cells  []cell
	chosen []cell // those of a level
	whys   map[whyOf]string
	texts  map[string]string // warnings that were made
	words  []byte            // of the one that is being made

	// Of the count that is being made:
	sel   *selection
	name  string     // of the side: num, rest, den
	spans [][2]int32 // of the lines of each term
	plain bool       // the cells that count are those of the lines, one each
	part  int        // of the terms or of the whole
}

// The lines of a key on one side, and where those of each term stand.
type sideLines struct {
	lines    []*line
	held     uint64 // the periods in which some line has a cell
	spans    [][2]int32
	together bool // those of each term stand together
}

func newCounter(e *evaluation) *counter {
	return &counter{e: e, whys: map[whyOf]string{}, texts: map[string]string{}}
}

// key counts both sides of a key into out. The inputs of a period stand together.
func (w *counter) key(key int) {
	held := uint64(0)
	for side, s := range w.e.sel {
		w.sides[side].find(s, key)
		w.out[side] = w.out[side][:0]
		held |= w.sides[side].held
	}
	if len(w.e.periods) > 64 {
		for p := range w.e.periods {
			w.period(p)
		}
		return
	}
	for ; held != 0; held &= held - 1 {
		w.period(bits.TrailingZeros64(held))
	}
}

func (w *counter) period(p int) {
	for side, s := range w.e.sel {
		if l := &w.sides[side]; l.held>>(p&63)&1 != 0 {
			w.sel, w.name, w.spans, w.plain = s, w.e.name(side), l.spans, l.together
			w.count(side, p)
		}
	}
}

// find finds where the lines of each term stand.
func (l *sideLines) find(s *selection, key int) {
	l.lines, l.together, l.held = s.of(l.lines[:0], key), true, 0
	if len(l.spans) == len(s.plan.codes) {
		clear(l.spans)
	} else {
		l.spans = make([][2]int32, len(s.plan.codes))
	}
	for i, x := range l.lines {
		l.held |= x.held
		switch span := &l.spans[x.term]; {
		case span[1] == 0:
			*span = [2]int32{int32(i), int32(i) + 1}
		case int(span[1]) == i:
			span[1]++
		default:
			l.together = false
		}
	}
}

// add begins a count.
func (w *counter) add(side, period int, level string) *count {
	out := w.out[side]
	if len(out) < cap(out) {
		out = out[:len(out)+1]
		out[len(out)-1] = count{}
	} else {
		out = append(out, count{})
	}
	w.out[side] = out
	c := &out[len(out)-1]
	c.period, c.level, c.joint, c.beyond = int32(period), level, anything, anything
	return c
}

// count adds what the lines of the key amount to in a period, if they hold
// anything.
func (w *counter) count(side, period int) {
	lines := w.sides[side].lines
	if len(w.cells) < len(lines) {
		w.cells = make([]cell, 2*len(lines))
	}
	n, bit := 0, uint64(1)<<(period&63)
	for _, l := range lines {
		if l.held&bit != 0 && l.cell(&w.cells[n], period, w.e.periods[period]) {
			n++
		}
	}
	sel, plan := w.sel, &w.sel.plan
	cells := w.cells[:n]
	if !slices.ContainsFunc(cells, func(x cell) bool { return x.term != plan.joint }) {
		return // nothing, or what only narrows a count that is not there
	}
	c := w.add(side, period, "first")
	if sel.side.Level != "" {
		cells = w.level(cells, c)
	}
	if sel.side.Unit != "" {
		persons := keep(cells, func(x *cell) bool { return x.persons })
		if len(persons) == 0 && len(cells) > 0 {
			c.why = "counted in cases, not persons"
			return
		}
		cells = persons
	}
	w.plain = w.plain && len(cells) == len(lines)
	if plan.witness >= 0 {
		for _, x := range w.of(cells, plan.witness) {
			if x.flags() == "percent" && w.note(c).witness == "" {
				w.note(c).witness = x.printed()
			}
		}
	}
	from := len(w.inputs)
	if w.e.keep {
		w.room(c, len(cells))
		from = len(w.inputs)
	}
	w.part = 0
	w.terms(c, cells)
	terms := len(w.inputs) - from
	if plan.whole >= 0 {
		w.part = 1
		c.whole, c.wholeIv, c.hasWhole = w.one(c, w.of(cells, plan.whole), "den")
	}
	if w.e.keep {
		c.aside.terms, c.aside.inputs = terms, w.inputs[from:]
	}
}

// room makes room for the inputs of a count. What was given out stays where it
// is.
func (w *counter) room(c *count, n int) {
	if cap(w.inputs)-len(w.inputs) < n {
		w.inputs = make([]Input, 0, max(1<<6, min(2*cap(w.inputs), 1<<13), n))
	}
	w.note(c)
}

// keep gives the cells that pass, without a copy where all do.
func keep(cells []cell, pass func(*cell) bool) []cell {
	for i := range cells {
		if !pass(&cells[i]) {
			out := slices.Clone(cells[:i])
			for j := i + 1; j < len(cells); j++ {
				if pass(&cells[j]) {
					out = append(out, cells[j])
				}
			}
			return out
		}
	}
	return cells
}

// of gives the cells of one term. Cells of a term most often stand together.
func (w *counter) of(cells []cell, term int32) []cell {
	if w.plain {
		span := w.spans[term]
		return cells[span[0]:span[1]:span[1]]
	}
	from := 0
	for from < len(cells) && cells[from].term != term {
		from++
	}
	to := from
	for to < len(cells) && cells[to].term == term {
		to++
	}
	for i := to; i < len(cells); i++ {
		if cells[i].term == term {
			return keep(cells[from:], func(x *cell) bool { return x.term == term })
		}
	}
	return cells[from:to:to]
}

// A stage is a level that may be what a query asks for.
type stage struct {
	name   string   // "FI"; "FI+RA" is both, "first" no level
	parts  []string // "FI", "RA"
	levels []bool   // of the lines of a side, by number
}

// choose settles, once the levels of lines are known, which may stand for the
// stage that is asked for, and at which of them repeated terms are counted.
func (s *selection) choose(asked string) {
	if s.side.Level == "" {
		return
	}
	at := func(names []string) []bool {
		levels := make([]bool, len(s.levels.values))
		for i, l := range s.levels.values {
			levels[i] = slices.Contains(names, l)
		}
		return levels
	}
	for _, l := range Levels(asked) {
		parts := strings.Split(l, "+")
		s.stages = append(s.stages, stage{cmp.Or(l, "first"), parts, at(parts)})
	}
	s.repeats = at(s.side.Repeat.Levels)
}

// joinable reports whether the levels may be added up where a cell has others.
func (st *stage) joinable(s *selection, cells []cell) bool {
	return len(st.parts) == 1 || Joinable(st.parts, func(l string) bool {
		return slices.ContainsFunc(cells, func(x cell) bool { return s.levels.values[x.level] == l })
	})
}

// level keeps the cells of the stage that the query asks for. Terms that the
// definition says repeat are added up over their levels; the others stand at one.
func (w *counter) level(cells []cell, c *count) []cell {
	s, repeated := w.sel, w.sel.plan.repeated
	for i := range s.stages {
		st := &s.stages[i]
		at := w.chosen[:0]
		for j := range cells {
			if x := &cells[j]; st.levels[x.level] && (repeated == nil || !repeated[x.term]) {
				at = append(at, *x)
			}
		}
		w.chosen = at
		if len(at) == 0 || !st.joinable(s, cells) {
			continue
		}
		c.level = st.name
		for j := range cells {
			if x := &cells[j]; repeated != nil && repeated[x.term] && s.repeats[x.level] {
				at = append(at, *x)
			}
		}
		w.chosen = at
		return at
	}
	var have []string
	for i := range cells {
		if l := cmp.Or(s.levels.values[cells[i].level], "first"); !slices.Contains(have, l) {
			have = append(have, l)
		}
	}
	slices.Sort(have)
	c.level = ""
	c.why = "reported at level " + strings.Join(have, ", ") + " only"
	return nil
}

// terms adds up the terms of a side. One that is missing makes the sum missing
// unless it is optional. A printed sum goes before the sum of the terms, which
// then only narrow what rounding allows.
func (w *counter) terms(c *count, cells []cell) {
	plan := &w.sel.plan
	var total cell
	printed, name := false, w.name
	if plan.total >= 0 {
		if total.n, total.iv, printed = w.one(c, w.of(cells, plan.total), name); printed {
			name = "part"
		}
	}
	c.known = c.why == ""
	any := false
	if plan.splits {
		c.joint, c.beyond = interval{}, interval{}
	}
	for i := range plan.terms {
		t := &plan.terms[i]
		found := false
		for _, alt := range t.codes {
			n, iv, ok := w.one(c, w.of(cells, alt), name)
			if ok {
				c.n, c.iv = c.n+n, c.iv.plus(iv)
				c.split(t, plan.splits, n, iv)
				found, any = true, true
				break
			}
		}
		if !found && (!t.optional || unreadable(w.of(cells, t.codes[0]))) {
			w.missing(c, t, cells)
			c.split(t, plan.splits, 0, anything)
		}
	}
	if !any || len(plan.need) > 0 && !slices.ContainsFunc(plan.need, func(t int32) bool { return len(w.of(cells, t)) > 0 }) {
		w.missing(c, &plan.terms[0], cells)
	}
	switch {
	case printed:
		w.total(c, w.sel.side.Total, &total)
	case plan.total < 0 || c.known:
	case len(w.of(cells, plan.total)) > 0:
		c.why = ""
		w.missing(c, &term{name: w.sel.side.Total, codes: []int32{plan.total}}, cells)
	default:
		c.why = "neither " + w.sel.side.Total + " nor its parts are reported"
	}
	if plan.joint >= 0 && c.known {
		c.jointN, c.joint, c.hasJoint = w.one(c, w.of(cells, plan.joint), "part")
		if !c.hasJoint {
			c.joint = anything
		}
	}
}

// split adds a term of a rest to what stands in the joint or to what does not.
func (c *count) split(t *term, splits bool, n int64, iv interval) {
	switch {
	case !splits:
	case t.joined:
		c.jointN, c.joint = c.jointN+n, c.joint.plus(iv)
	default:
		c.beyond = c.beyond.plus(iv)
	}
}

// total takes a printed sum in place of that of the terms.
func (w *counter) total(c *count, name string, x *cell) {
	n, iv := x.n, x.iv
	if c.known && c.iv.lo <= iv.hi && iv.lo <= c.iv.hi {
		iv = interval{max(iv.lo, c.iv.lo), min(iv.hi, c.iv.hi)}
	} else if c.known {
		b := append(append(w.words[:0], name...), " ("...)
		b = append(appendGroup(b, n, true), ") is not the sum of its parts ("...)
		b = append(appendGroup(b, c.n, true), "), rounding aside"...)
		w.words = b
		w.warn(c, w.text(b))
	}
	c.n, c.iv, c.known, c.why = n, iv, true, ""
}

func (w *counter) warn(c *count, words string) {
	a := w.note(c)
	a.warnings = append(a.warnings, words)
}

// text is b as a text that is made once.
func (w *counter) text(b []byte) string {
	s, ok := w.texts[string(b)]
	if !ok {
		s = string(b)
		w.texts[s] = s
	}
	return s
}

// unreadable reports whether a term that may be absent is there and says
// nothing that can be read: then it is missing, not absent.
func unreadable(cells []cell) bool {
	for i := range cells {
		if f := cells[i].flags(); cells[i].known || cells[i].meta.Source != "aida" || f != "blank" && f != "words" {
			return false
		}
	}
	return len(cells) > 0
}

// A whyOf is a reason that many counts have.
type whyOf struct{ name, kind string }

// because words a reason, once.
func (w *counter) because(name, kind string) string {
	k := whyOf{name, kind}
	why, ok := w.whys[k]
	if !ok {
		if why = name + " " + kind; kind == "no" {
			why = "no " + strings.ReplaceAll(name, "|", " or ") + " is reported"
		}
		w.whys[k] = why
	}
	return why
}

// missing says why there is no value for a term.
func (w *counter) missing(c *count, t *term, cells []cell) {
	c.known = false
	if c.why != "" {
		return
	}
	for _, alt := range t.codes {
		found := w.of(cells, alt)
		if len(found) == 0 {
			continue
		}
		x, name := &found[0], w.sel.plan.codes[alt]
		eurostat := x.meta.Source == "eurostat"
		switch {
		case eurostat && strings.Contains(x.flags(), "c"):
			c.why = w.because(name, "is confidential")
		case eurostat && strings.Contains(x.flags(), "z"):
			c.why = w.because(name, "is not applicable")
		case x.printed() != "":
			c.why = fmt.Sprintf("%s is printed as %q", name, x.printed())
		default:
			c.why = w.because(name, "is missing")
		}
		return
	}
	c.why = w.because(t.name, "no")
}

// one gives the number that the cells of one term amount to: cells that differ
// in a dimension to be added are added, printings of one count are compared.
func (w *counter) one(c *count, cells []cell, name string) (n int64, iv interval, ok bool) {
	if witnesses := w.sel.witnesses.values; len(cells) > 1 && len(witnesses) > 1 {
		byWitness := func(a, b cell) int { return strings.Compare(witnesses[a.witness], witnesses[b.witness]) }
		if !slices.IsSortedFunc(cells, byWitness) {
			cells = slices.Clone(cells)
			slices.SortStableFunc(cells, byWitness)
		}
	}
	var first *cell
	added := 0
	for i := range cells {
		x := &cells[i]
		switch {
		case !x.known:
			continue
		case first == nil:
			first = x
		case x.witness != first.witness:
			if x.n != n && added == 1 {
				w.warn(c, fmt.Sprintf("%s is printed as %s at %v and as %s at %v; the first is used",
					w.sel.plan.codes[x.term], Group(n), first.observation().Pos, Group(x.n), x.observation().Pos))
			}
			continue
		}
		n += x.n
		iv = iv.plus(x.iv)
		c.marks[w.part] |= x.mark
		w.rest(c, w.part, x.id)
		if x.t.Fixes != nil {
			if fix := x.t.Fixed(int(x.chunk), int(x.row), int(x.col)); fix != nil {
				w.note(c).fixes[w.part] = append(w.note(c).fixes[w.part], fix.Note)
			}
		}
		if w.e.keep {
			w.inputs = append(w.inputs, Input{Meta: x.meta, Side: name, line: x.line, col: x.col})
		}
		added++
	}
	return n, iv, added > 0
}

func (x *cell) column() *table.Column { return &x.t.Chunks[x.chunk].Cols[x.col] }

// flags are the cell's flags, "" if it has none.
func (x *cell) flags() string {
	if col := x.column(); col.Flag != nil && col.Flag[x.row] > 0 {
		return x.t.Flags[col.Flag[x.row]-1]
	}
	return ""
}

// printed is the cell as printed, where the table keeps that.
func (x *cell) printed() string {
	if col := x.column(); col.Printed != nil && col.Printed[x.row] > 0 {
		return x.t.Printed[col.Printed[x.row]-1]
	}
	return ""
}

func (x *cell) observation() obs.Observation {
	return x.t.Observation(int(x.chunk), int(x.row), int(x.col))
}
