package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/rate"
)

// A ref is a cell by its row and period.
type ref struct{ row, p int32 }

// An equation says of cells that the whole is the sum of the parts, those from
// minus on taken off. A bound says that they are no more than the whole, atLeast
// that they are no less.
type equation struct {
	identity, words string
	whole           ref
	parts           []ref
	minus           int
	bound, atLeast  bool
}

// A book is a table as equations see it.
type book interface {
	count(ref) (n int64, ok bool)
	allows(at ref, n int64) (lo, hi int64)
	equations(ref) []equation // that the cell stands in
	cell(at ref, role string) Cell
	group(*equation) string // equal for equations whose breaches are told in one finding
}

// A breach is an equation that does not hold. Size is parts less whole.
type breach struct {
	equation
	size, tolerance int64
	lacks           bool // a part has no value
}

// A span is what rounding leaves of a sum.
type span struct{ lo, hi int64 }

// side adds the parts, leaving one out (-1: none). Where some have no value
// only one end is known.
func side(b book, e *equation, but int) (sum int64, s span, lacks bool) {
	for i, at := range e.parts {
		if i == but {
			continue
		}
		n, ok := b.count(at)
		if !ok {
			lacks = true
			continue
		}
		lo, hi := b.allows(at, n)
		if i >= e.minus {
			n, lo, hi = -n, -hi, -lo
		}
		sum, s.lo, s.hi = sum+n, s.lo+lo, s.hi+hi
	}
	return sum, s, lacks
}

// check tells whether an equation is broken. One without a whole, or without
// any part, says nothing.
func check(b book, e *equation) (breach, bool) {
	w, ok := b.count(e.whole)
	if !ok {
		return breach{}, false
	}
	sum, s, lacks := side(b, e, -1)
	if lacks && e.signed() {
		return breach{}, false // of what may be below 0, nothing is known then
	}
	lo, hi := b.allows(e.whole, w)
	out := breach{equation: *e, size: sum - w, lacks: lacks}
	switch {
	case s.lo > hi && !e.atLeast:
		out.tolerance = (sum - s.lo) + (hi - w)
	case s.hi < lo && !lacks && !e.bound:
		out.tolerance = (s.hi - sum) + (w - lo)
	default:
		return breach{}, false
	}
	return out, true
}

// signed reports whether what is left out may be below 0.
func (e *equation) signed() bool { return e.minus < len(e.parts) || e.identity == Balance }

// far stands for a bound that nothing gives.
const far = int64(1) << 40

// implied is what an equation leaves of one of its cells, given the others.
func implied(b book, e *equation, at ref) span {
	if at == e.whole {
		_, s, lacks := side(b, e, -1)
		if lacks || e.bound {
			s.hi = far
		}
		if lacks && e.signed() {
			s.lo = -far
		}
		return s
	}
	w, ok := b.count(e.whole)
	if !ok {
		return span{-far, far}
	}
	lo, hi := b.allows(e.whole, w)
	i := slices.Index(e.parts, at)
	_, s, lacks := side(b, e, i)
	out := span{lo - s.hi, hi - s.lo}
	if lacks || e.bound {
		out.lo = -far
	}
	if lacks && e.signed() {
		return span{-far, far}
	}
	if i >= e.minus {
		out.lo, out.hi = -out.hi, -out.lo
	}
	return out
}

// allowed is what all equations together leave of a cell.
func allowed(b book, at ref) span {
	s := span{-far, far}
	for _, e := range b.equations(at) {
		i := implied(b, &e, at)
		s.lo, s.hi = max(s.lo, i.lo), min(s.hi, i.hi)
	}
	return s
}

// A suspect is a cell that, were it another number, would mend every breach
// that it stands in and break nothing.
type suspect struct {
	at       ref
	allowed  span
	breaches []int
}

// suspects finds them among the cells of breaches, those that mend most first.
func suspects(b book, bs []breach) []suspect {
	in := map[ref][]int{}
	var order []ref
	for i := range bs {
		for _, at := range append([]ref{bs[i].whole}, bs[i].parts...) {
			if _, ok := b.count(at); !ok {
				continue
			}
			if in[at] == nil {
				order = append(order, at)
			}
			in[at] = append(in[at], i)
		}
	}
	var out []suspect
	for _, at := range order {
		if s := allowed(b, at); s.lo <= s.hi && s.hi >= 0 {
			out = append(out, suspect{at, s, in[at]})
		}
	}
	slices.SortStableFunc(out, func(x, y suspect) int { return cmp.Compare(len(y.breaches), len(x.breaches)) })
	return out
}

// most is how many cells a finding lists.
const most = 60

// tell turns breaches into findings: one for several that a change of one cell
// would mend, then one for each group that is left.
func tell(b book, bs []breach) []Finding {
	if len(bs) == 0 {
		return nil
	}
	labels := make(map[ref]string, len(bs)) // so that nothing depends on the order of rows
	for i := range bs {
		labels[bs[i].whole] = label(b, &bs[i])
	}
	slices.SortStableFunc(bs, func(x, y breach) int {
		return cmp.Or(cmp.Compare(labels[x.whole], labels[y.whole]), cmp.Compare(x.words, y.words))
	})
	all := suspects(b, bs)
	alone := map[int][]suspect{} // the suspects of a breach by itself
	taken := make([]bool, len(bs))
	var out []Finding
	for i := range all {
		s := &all[i]
		if len(s.breaches) < 2 || slices.ContainsFunc(s.breaches, func(i int) bool { return taken[i] }) || len(identitiesOf(bs, s.breaches)) < 2 {
			continue
		}
		out = append(out, one(b, bs, s.breaches, alike(all, s)))
		for _, i := range s.breaches {
			taken[i] = true
		}
	}
	for _, s := range all {
		for _, i := range s.breaches {
			alone[i] = append(alone[i], s)
		}
	}
	groups := map[string][]int{}
	var order []string
	for i := range bs {
		if taken[i] {
			continue
		}
		k := b.group(&bs[i].equation)
		if bs[i].size > 0 {
			k += " over"
		}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], i)
	}
	for _, k := range order {
		g := groups[k]
		var who []suspect
		if len(g) == 1 {
			who = alone[g[0]]
		}
		out = append(out, one(b, bs, g, who))
	}
	return out
}

// alike gives the suspects that would mend the same breaches as s.
func alike(all []suspect, s *suspect) (out []suspect) {
	for i := range all {
		if slices.Equal(all[i].breaches, s.breaches) {
			out = append(out, all[i])
		}
	}
	return out
}

func identitiesOf(bs []breach, of []int) []string {
	var out []string
	for _, i := range of {
		if k := bs[i].identity + bs[i].words; !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// one is the finding about some breaches; who are the cells any of which would
// mend them.
func one(b book, bs []breach, of []int, who []suspect) Finding {
	order := slices.Clone(of)
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(abs(bs[j].size)-bs[j].tolerance, abs(bs[i].size)-bs[i].tolerance), cmp.Compare(label(b, &bs[i]), label(b, &bs[j])), cmp.Compare(bs[i].words, bs[j].words))
	})
	lead := &bs[order[0]]
	f := Finding{Identity: lead.identity, Verdict: Broken, Size: float64(lead.size), Tolerance: float64(lead.tolerance), Says: says(b, lead)}
	listed := map[ref]bool{}
	add := func(at ref, role string) {
		if _, ok := b.count(at); ok && !listed[at] {
			listed[at] = true
			f.Cells = append(f.Cells, b.cell(at, role))
		}
	}
	if len(who) == 1 {
		role := "part"
		if who[0].at == lead.whole {
			role = "whole"
		}
		add(who[0].at, role)
	}
	for n, i := range order {
		if n > 0 && len(f.Cells)+len(bs[i].parts) >= most {
			f.More = len(order) - n
			break
		}
		add(bs[i].whole, "whole")
		for _, at := range bs[i].parts {
			add(at, "part")
		}
	}
	for _, i := range order[1:] {
		if len(who) > 0 {
			f.Says += "; " + says(b, &bs[i])
		}
	}
	if n := len(order) - 1; n > 0 && len(who) == 0 {
		f.Says += fmt.Sprintf("; and %d more of %s", n, lead.words)
	}
	explain(b, &f, bs, order, who)
	if lead.identity == Applicants && lead.size > 0 && !lead.lacks && !lead.bound {
		f.Verdict = Odd // not impossible
		f.Cause, f.Repair = "who applies for the first time and again in one year is in both parts", nil
	}
	return f
}

// label orders equations by what their whole is, not by where it stands.
func label(b book, e *breach) string {
	c := b.cell(e.whole, "")
	return strings.Join(c.Key, "\x00") + "\x00" + string(c.Period)
}

// says words a breach with its counts.
func says(b book, e *breach) string {
	w, _ := b.count(e.whole)
	s := e.words + ": "
	if e.atLeast {
		s += fmt.Sprintf("%s, they are %s", rate.Group(w), rate.Group(w+e.size))
	} else if e.bound || e.lacks {
		s += fmt.Sprintf("at most %s, the parts are %s", rate.Group(w), rate.Group(w+e.size))
	} else {
		s += fmt.Sprintf("%s, the parts are %s", rate.Group(w), rate.Group(w+e.size))
	}
	if e.tolerance > 0 {
		return s + fmt.Sprintf(" (%s, rounding allows %s)", signed(e.size), rate.Group(e.tolerance))
	}
	return s + fmt.Sprintf(" (%s)", signed(e.size))
}

// signed writes a difference with its sign.
func signed(n int64) string {
	if n > 0 {
		return "+" + rate.Group(n)
	}
	return rate.Group(n)
}

func abs(n int64) int64 { return max(n, -n) }

// A grid is a table whose identities run along its axes.
type grid struct {
	x     *index
	vals  [][]int32
	rules []rule
	round rounding
	fives map[string]bool // blocks in which a country rounds to 5 by itself
	block []int           // the dimensions of a block
	apart []int           // the dimensions of a group
}

func newGrid(x *index) *grid {
	t := x.t
	g := &grid{x: x, vals: x.all(), rules: rules(t), round: roundingOf(t)}
	for d := range t.Dims {
		switch t.Dims[d].Name {
		case "citizen", "sex", "age", "asyl_app", "applicant", "decision":
		default:
			g.apart = append(g.apart, d)
		}
	}
	if t.Source == "unhcr" {
		g.roundsByItself()
	}
	return g
}

// roundsByItself finds the countries that report to UNHCR what they have
// rounded to 5: of a country, year, level and unit no count over 10 is anything
// else, and there are eight at least.
func (g *grid) roundsByItself() {
	for _, d := range []string{"geo", "dec_level", "dec_pc", "app_pc"} {
		if i := g.x.t.Dim(d); i >= 0 {
			g.block = append(g.block, i)
		}
	}
	n, whole := map[string]int{}, map[string]bool{}
	for p := range g.vals {
		for row, v := range g.vals[p] {
			if v > 10 {
				k := g.blockOf(ref{int32(row), int32(p)})
				n[k]++
				whole[k] = whole[k] || v%5 != 0
			}
		}
	}
	g.fives = map[string]bool{}
	for k, c := range n {
		g.fives[k] = c >= 8 && !whole[k]
	}
}

func (g *grid) blockOf(at ref) string {
	k := string(g.x.t.Periods[at.p])
	for _, d := range g.block {
		k += " " + g.x.value(at.row, d)
	}
	return k
}

func (g *grid) count(at ref) (int64, bool) {
	if at.row < 0 {
		return 0, false
	}
	v := g.vals[at.p][at.row]
	return int64(v), v != missing
}

func (g *grid) allows(at ref, n int64) (lo, hi int64) {
	lo, hi = g.round(n)
	if lo == hi && n != 0 && n%100 == 0 && g.hundreds(at) {
		return n - 50, n + 50
	}
	if g.fives != nil && g.fives[g.blockOf(at)] {
		lo, hi = min(lo, max(0, n-2)), max(hi, n+2)
	}
	return lo, hi
}

// hundreds reports whether a series of a table that is not rounded as a whole is
// printed in hundreds there, as old population figures are: its neighbours are.
func (g *grid) hundreds(at ref) bool {
	if g.x.t.Source != "eurostat" {
		return false
	}
	for _, p := range []int32{at.p - 1, at.p + 1} {
		if p >= 0 && int(p) < len(g.vals) {
			if v := g.vals[p][at.row]; v != missing && v != 0 && v%100 == 0 {
				return true
			}
		}
	}
	return false
}

func (g *grid) cell(at ref, role string) Cell { return g.x.cell(at.row, int(at.p), role) }

func (g *grid) group(e *equation) string {
	k := e.words
	if e.identity != Balance { // which are many years of one country
		k += " " + string(g.x.t.Periods[e.whole.p])
	}
	for _, d := range g.apart {
		k += " " + g.x.value(e.whole.row, d)
	}
	return k
}

// equation is a rule about the whole in a row.
func (g *grid) equation(r *rule, whole int32, p int32) equation {
	e := equation{identity: r.identity, words: r.words, whole: ref{whole, p}, minus: r.minus, bound: r.bound, parts: make([]ref, len(r.parts))}
	pos := g.x.pos[whole]
	for i, part := range r.parts {
		e.parts[i] = ref{g.x.at(pos + (int(part)-int(r.whole))*g.x.stride[r.dim]), p}
	}
	return e
}

func (g *grid) equations(at ref) (out []equation) {
	for i := range g.rules {
		r := &g.rules[i]
		own := g.x.code(at.row, r.dim)
		if own != r.whole && !slices.Contains(r.parts, own) {
			continue
		}
		whole := g.x.at(g.x.pos[at.row] + (int(r.whole)-int(own))*g.x.stride[r.dim])
		if whole >= 0 {
			out = append(out, g.equation(r, whole, at.p))
		}
	}
	return out
}

// wholes gives the rows that are a rule's whole, and those of their parts, one
// after the other; -1 where there is none.
func (g *grid) wholes(r *rule) (whole, parts []int32) {
	for c := range g.x.t.Chunks {
		for i, k := range g.x.t.Chunks[c].Codes[r.dim] {
			if k != r.whole {
				continue
			}
			row := g.x.starts[c] + i
			whole = append(whole, int32(row))
			for _, part := range r.parts {
				parts = append(parts, g.x.at(g.x.pos[row]+(int(part)-int(r.whole))*g.x.stride[r.dim]))
			}
		}
	}
	return whole, parts
}

// breaches looks at every equation of a rule. Most hold to the last digit, or
// nearly: those are passed over without asking what rounding allows.
func (g *grid) breaches(r *rule) (out []breach) {
	whole, parts := g.wholes(r)
	n := len(r.parts)
	for p := range g.vals {
		val := g.vals[p]
		for i, row := range whole {
			w := val[row]
			if w == missing {
				continue
			}
			sum, lacks := int64(0), false
			for k, q := range parts[i*n : i*n+n] {
				switch {
				case q < 0 || val[q] == missing:
					lacks = true
				case k < r.minus:
					sum += int64(val[q])
				default:
					sum -= int64(val[q])
				}
			}
			if sum == int64(w) || sum < int64(w) && (lacks || r.bound) {
				continue
			}
			e := g.equation(r, row, int32(p))
			if b, broken := check(g, &e); broken {
				out = append(out, b)
			}
		}
	}
	return out
}

// identities checks the identities along the axes of a table.
func identities(x *index) []Finding {
	g := newGrid(x)
	var bs []breach
	for i := range g.rules {
		bs = append(bs, g.breaches(&g.rules[i])...)
	}
	return append(tell(g, bs), g.largest()...)
}

// largest finds cells that are larger than the total that they are counted in:
// of unknown composition, or it would be a sum.
func (g *grid) largest() []Finding {
	citizen := g.x.t.Dim("citizen")
	if citizen < 0 {
		return nil
	}
	total := g.x.t.Dims[citizen].Code("TOTAL")
	if total < 0 || slices.ContainsFunc(g.rules, func(r rule) bool { return r.dim == citizen && int(r.whole) == total }) {
		return nil
	}
	var bs []breach
	for k := range g.x.t.Dims[citizen].Values {
		if k != total {
			r := rule{identity: Largest, words: "no citizenship is more than TOTAL", dim: citizen, whole: uint16(total), parts: []uint16{uint16(k)}, minus: 1, bound: true}
			bs = append(bs, g.breaches(&r)...)
		}
	}
	return tell(g, bs)
}
