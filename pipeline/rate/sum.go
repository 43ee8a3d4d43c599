package rate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// refuse guards the axes that the query leaves out of By: they are summed, and
// must not hold their own total.
func (e *evaluation) refuse() error {
	for _, axis := range Axes {
		if slices.Contains(e.q.By, axis) {
			continue
		}
		if asked := map[string][]string{"citizen": e.q.Citizen, "geo": e.q.Geo}[axis]; len(asked) > 1 &&
			slices.ContainsFunc(asked, func(c string) bool { return isAggregate(axis, c) }) {
			return e.double(axis, asked)
		}
		for side := range e.sel {
			codes := e.held(side, axis)
			if len(codes) < 2 || axis == "period" && !overlapping(codes) {
				continue
			}
			if axis != "period" && !slices.ContainsFunc(codes, func(c string) bool { return isAggregate(axis, c) }) {
				continue
			}
			return e.double(axis, codes)
		}
		if axis != "geo" || !e.b.National {
			continue
		}
		geos := e.held(0, "geo")
		for _, c := range e.held(1, "geo") {
			if !slices.Contains(geos, c) {
				geos = append(geos, c)
			}
		}
		if slices.Sort(geos); len(geos) > 1 {
			return queryError("%s over %s would add national figures that count different things (%s)\n\thint: choose one with --geo, or keep them apart with --by %s",
				e.d.Name, e.b.Source, few(geos), strings.Join(append(slices.Clone(e.q.By), axis), ","))
		}
	}
	return nil
}

func (e *evaluation) double(axis string, codes []string) error {
	codes = slices.Sorted(slices.Values(codes))
	return fmt.Errorf("%s would add cells that differ in %s (%s): %w\n\thint: choose one with --%s %s, or keep them apart with --by %s",
		e.d.Name, axis, few(codes), ErrDoubleCount, axis, total(codes), strings.Join(append(slices.Clone(e.q.By), axis), ","))
}

// held lists the codes of an axis that a side has cells of.
func (e *evaluation) held(side int, axis string) []string {
	var codes []string
	add := func(c string) {
		if c != "" && !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	for k := range e.keys {
		counts := e.grid.of(side, k)
		if axis != "period" && len(counts) > 0 {
			add(e.keys[k].axis(axis))
			continue
		}
		for i := range counts {
			if axis == "period" {
				add(string(e.periods[counts[i].period]))
			}
		}
	}
	slices.Sort(codes)
	return codes
}

func overlapping(periods []string) bool {
	return slices.ContainsFunc(periods, func(p string) bool { return obs.Period(p).Freq() != obs.Period(periods[0]).Freq() })
}

func isAggregate(axis, c string) bool {
	x, ok := code.Must(axis).Lookup(c)
	return ok && x.Kind == code.Aggregate
}

func total(codes []string) string {
	for _, c := range []string{"TOTAL", "T", "EU27_2020"} {
		if slices.Contains(codes, c) {
			return c
		}
	}
	return codes[0]
}

func few(codes []string) string {
	if len(codes) > 6 {
		return strings.Join(codes[:5], ", ") + fmt.Sprintf(" and %d more", len(codes)-5)
	}
	return strings.Join(codes, ", ")
}

func (k key) axis(name string) string {
	switch name {
	case "citizen":
		return k.citizen
	case "geo":
		return k.geo
	case "sex":
		return k.sex
	}
	return k.age
}

// A target is a key of results, without a period, and the keys of lines that
// count towards it on either side, in order.
type target struct {
	key
	from  [2][]int32
	whole *whole // in place of from[1], where many targets have the same
}

// A whole is the keys of lines that are the denominator of many targets, and
// what they sum up to, by span of periods.
type whole struct {
	from []int32
	sums []sum
}

// aims gives what there are results for: what was asked of each line's own
// key, and the aggregates that the source leaves to be added up.
func (e *evaluation) aims() ([]target, []*whole) {
	var out []target
	at := map[key]int{}
	for k := range e.keys {
		if len(e.grid.of(0, k)) == 0 {
			continue
		}
		for _, t := range e.towards(e.keys[k], &e.sel[0].side) {
			i, ok := at[t]
			if !ok {
				i = len(out)
				at[t] = i
				out = append(out, target{key: t})
			}
			out[i].from[0] = append(out[i].from[0], int32(k))
		}
	}
	set := e.sel[1].side.Set
	var wholes []*whole
	byKey := map[key]*whole{}
	for k := range e.keys {
		if len(e.grid.of(1, k)) == 0 {
			continue
		}
		for _, t := range e.towards(e.keys[k], &e.sel[1].side) {
			if len(set) > 0 {
				t = t.without(set)
				w := byKey[t]
				if w == nil {
					w = &whole{}
					byKey[t] = w
					wholes = append(wholes, w)
				}
				w.from = append(w.from, int32(k))
			} else if i, ok := at[t]; ok {
				out[i].from[1] = append(out[i].from[1], int32(k))
			}
		}
	}
	// Keys are in order, so those of each target are.
	slices.SortFunc(out, func(a, b target) int { return a.compare(b.key) })
	if len(set) > 0 {
		for i := range out {
			out[i].whole = byKey[out[i].without(set)]
		}
	}
	return out, wholes
}

// without blanks the axes that a side has fixed codes of, and the totals of sex
// and age, which not every table has.
func (k key) without(set map[string]string) key {
	if k.sex == "T" {
		k.sex = ""
	}
	if k.age == "TOTAL" {
		k.age = ""
	}
	if _, ok := set["citizen"]; ok {
		k.citizen = ""
	}
	if _, ok := set["geo"]; ok {
		k.geo = ""
	}
	return k
}

// towards gives the keys of results that a line's key counts towards; where the
// side has fixed codes of an axis, all of that axis.
func (e *evaluation) towards(k key, side *Side) []key {
	citizens := e.codes("citizen", k.citizen, e.q.Citizen, side)
	geos := e.codes("geo", k.geo, e.q.Geo, side)
	if len(citizens) == 0 || len(geos) == 0 {
		return nil
	}
	if slices.Contains(e.summed, "citizen") {
		citizens = []string{""}
	}
	if slices.Contains(e.summed, "geo") {
		geos = []string{""}
	}
	out := make([]key, 0, len(citizens)*len(geos))
	for _, c := range citizens {
		for _, g := range geos {
			t := key{citizen: c, geo: g, sex: k.sex, age: k.age}
			if !slices.Contains(e.q.By, "sex") && len(e.q.Sex) > 1 {
				t.sex = ""
			}
			if !slices.Contains(e.q.By, "age") && len(e.q.Age) > 1 {
				t.age = ""
			}
			out = append(out, t)
		}
	}
	return out
}

// codes gives the codes of an axis that results are for and that a cell of code
// c counts towards; "" stands for all where the side has a fixed code. The few
// codes there are stand in thousands of keys: each is looked up once.
func (e *evaluation) codes(dim, c string, asked []string, side *Side) []string {
	k := [3]string{dim, c, side.Set[dim] + " " + side.Counts}
	out, ok := e.counts[k]
	if !ok {
		out = e.lookUp(dim, c, asked, side)
		if e.counts == nil {
			e.counts = map[[3]string][]string{}
		}
		e.counts[k] = out
	}
	return out
}

func (e *evaluation) lookUp(dim, c string, asked []string, side *Side) []string {
	if set, ok := side.Set[dim]; ok {
		if c != "" && c != set && !e.within(dim, set, c) { // "" is of a table without the dimension
			return nil
		}
		return []string{""}
	}
	if asked == nil {
		return []string{c}
	}
	var out []string
	for _, a := range asked {
		if a == c || side.Counts == "" && e.within(dim, a, c) {
			out = append(out, a)
		}
	}
	return out
}

// within reports whether c is a member of the aggregate that is to be computed.
func (e *evaluation) within(dim, agg, c string) bool {
	if !slices.Contains(e.b.Computes, dim) || agg == c {
		return false
	}
	members, all := membersOf(dim, agg)
	return all || slices.Contains(members, c)
}

// spans are the periods that each result is about: one alone, or all.
func (e *evaluation) spans() [][2]int32 {
	n := int32(len(e.periods))
	if slices.Contains(e.summed, "period") {
		return [][2]int32{{0, n}}
	}
	spans := make([][2]int32, n)
	for p := range spans {
		spans[p] = [2]int32{int32(p), int32(p) + 1}
	}
	return spans
}

// A maker makes the results of one evaluation, with room that it uses again
// unless they are to be kept.
type maker struct {
	e       *evaluation
	counter *counter // where keys stand apart
	adder   *adder
}

func newMaker(e *evaluation, keep bool) *maker {
	m := &maker{e: e, adder: newAdder(e, keep)}
	if e.grid == nil {
		m.counter = newCounter(e)
	}
	return m
}

// each makes the results of the i-th target, in the order of their periods. What
// emit is given is gone when it returns, unless it is to be kept.
func (m *maker) each(i int, emit func(*Result)) {
	if m.counter != nil {
		m.apart(i, emit)
		return
	}
	t := &m.e.targets[i]
	if m.e.d.Kind == Share && t.citizen == m.e.sel[1].side.Set["citizen"] {
		return // a whole of itself is no question about a part
	}
	w := m.adder
	for j, span := range m.e.span {
		for side := range w.members {
			w.members[side] = w.gather(w.members[side][:0], side, t.from[side], span)
		}
		if len(w.members[0]) > 0 { // not where there is a denominator alone
			emit(w.result(&t.key, span, t.whole, j))
		}
	}
}

// apart makes the results of the i-th key, which has no other to be added up
// with.
func (m *maker) apart(i int, emit func(*Result)) {
	w, c := m.adder, m.counter
	if !m.adder.keep {
		c.forget()
	}
	c.key(i)
	k, rest := &m.e.keys[i], c.out[1]
	for n := range c.out[0] {
		p := c.out[0][n].period
		w.members[0] = append(w.members[0][:0], member{&c.out[0][n], k, m.e.geos[i : i+1 : i+1], nil})
		w.members[1] = w.members[1][:0]
		for len(rest) > 0 && rest[0].period < p {
			rest = rest[1:]
		}
		if len(rest) > 0 && rest[0].period == p {
			w.members[0][0].other = &rest[0]
			w.members[1] = append(w.members[1], member{&rest[0], k, m.e.geos[i : i+1 : i+1], nil})
		}
		emit(w.result(k, [2]int32{p, p + 1}, nil, 0))
	}
}

// An adder makes results, with room that it uses again.
type adder struct {
	e       *evaluation
	keep    bool   // results, not only until the next one
	base    Result // what all results have
	room    Result // the one that was made last
	none    count  // stands for a missing rest
	members [2][]member
	taken   [][]Input
	marks   uint8
	sheets  []int32   // that the result rests on
	fixes   []string  // what is to be said of corrected cells
	named   [2]string // what is said under the thresholds
	told    []vintages

	contradicts map[string]string // by country: what is said of its cells
	unions      bool              // aggregates of countries are added up
	ends        map[string]string // by country or union: when it ended, "" if it did not
}

func newAdder(e *evaluation, keep bool) *adder {
	t := e.q.limits()
	w := &adder{e: e, keep: keep || e.keep, none: count{why: "no " + e.sel[1].words + " is reported", joint: anything, beyond: anything}, named: [2]string{
		fmt.Sprintf("under %d: counts only, a percentage would mean nothing", t.Counts),
		fmt.Sprintf("under %d: few cases, so chance weighs heavily", t.Few),
	}}
	w.unions = slices.Contains(e.b.Computes, "geo")
	w.base = Result{Definition: e.d.Name, Kind: e.d.Kind, Class: e.d.Class, Source: e.b.Source, StandsIn: e.b.StandsIn != "", limits: t}
	if e.b.Class != nil {
		w.base.Class = *e.b.Class
	}
	return w
}

// A member is a count that goes into a result, and where it stands.
type member struct {
	*count
	*key
	alone []string // its country
	other *count   // of the same key and period on the other side; nil where there is none
}

// at finds the count of a period.
func at(counts []count, period int32) *count {
	for i := range counts {
		if counts[i].period == period {
			return &counts[i]
		}
	}
	return nil
}

// gather gives the counts of keys in a span of periods, in the order of their
// keys, with the period before sex and age.
func (w *adder) gather(into []member, side int, from []int32, span [2]int32) []member {
	e := w.e
	for _, k := range from {
		counts := e.grid.of(side, int(k))
		for i := range counts {
			if p := counts[i].period; p >= span[0] && p < span[1] {
				m := member{&counts[i], &e.keys[k], e.geos[k : k+1 : k+1], nil}
				if side == 0 && e.d.Kind == Rate {
					m.other = at(e.grid.of(1, int(k)), p)
				}
				into = append(into, m)
			}
		}
	}
	if span[1]-span[0] > 1 {
		slices.SortFunc(into, func(a, b member) int {
			return cmp.Or(cmp.Compare(a.citizen, b.citizen), cmp.Compare(a.geo, b.geo), cmp.Compare(a.count.period, b.count.period), a.key.compare(*b.key))
		})
	}
	return into
}

// whole adds up a denominator that many results share.
func (w *adder) whole(from []int32, span [2]int32) sum {
	w.begin()
	var r Result
	w.members[1] = w.gather(w.members[1][:0], 1, from, span)
	s := w.sum(&r, 1, w.members[1])
	s.marks, s.sheets, s.fixes, s.taken, s.warnings = w.marks, slices.Clone(w.sheets), slices.Clone(w.fixes), slices.Clone(w.taken), r.Warnings
	return s
}

// begin forgets the result before.
func (w *adder) begin() {
	w.taken, w.marks, w.sheets, w.fixes = w.taken[:0], 0, w.sheets[:0], w.fixes[:0]
}

// result makes a result of the members, for a key in the j-th span of periods.
func (w *adder) result(k *key, span [2]int32, whole *whole, j int) *Result {
	e, r := w.e, &w.room
	w.begin()
	warnings, appeals := r.Warnings, r.WithAppeals
	if *r = w.base; !w.keep {
		r.Warnings, r.WithAppeals = warnings[:0], appeals[:0]
	}
	r.Citizen, r.Geo, r.Sex, r.Age = k.citizen, k.geo, k.sex, k.age
	if span[1]-span[0] == 1 {
		r.Period = e.periods[span[0]]
	}
	if len(e.summed) > 0 {
		e.label(r, w.members[0])
	}
	if e.d.Kind == Rate {
		w.rate(r, w.members[0])
	} else {
		w.quotient(r, whole, j)
	}
	if e.keep {
		r.Inputs = w.inputs()
	}
	w.finish(r)
	return r
}

// label names summed axes by what was summed.
func (e *evaluation) label(r *Result, from []member) {
	for _, axis := range e.summed {
		var codes []string
		for _, m := range from {
			c := m.axis(axis)
			if axis == "period" {
				c = string(e.periods[m.count.period])
			}
			if !slices.Contains(codes, c) {
				codes = append(codes, c)
			}
		}
		slices.Sort(codes)
		if axis == "period" {
			for _, c := range codes {
				r.summed = append(r.summed, obs.Period(c))
			}
		}
		name := strings.Join(codes, "+")
		if len(codes) > 3 {
			name = fmt.Sprintf("%s+…+%s (%d)", codes[0], codes[len(codes)-1], len(codes))
		}
		switch axis {
		case "citizen":
			r.Citizen = name
		case "geo":
			r.Geo = name
		default:
			r.Period = obs.Period(name)
		}
	}
}

// rate divides a part by its whole, cell by cell of the axes, then adds.
func (w *adder) rate(r *Result, from []member) {
	var hi, lo split2
	var left absent
	var room [2]string
	levels := room[:0]
	for _, m := range from {
		p, n := m.count, m.other
		if n == nil {
			n = &w.none
		}
		if !p.known || !n.known && !p.hasWhole {
			why := p.why
			if p.known {
				why = n.why
			}
			if len(from) > 1 {
				left = left.add(w.whose(m), why)
			} else {
				r.Why = why
				r.Num, r.NumKnown, r.NumLo, r.NumHi = p.n, p.known, p.iv.lo, p.iv.hi
				w.take(p, false)
			}
			continue
		}
		den := p.n + n.n
		s := split{pos: p.iv, rest: anything, whole: anything}
		if n.known {
			s.rest = n.iv
		}
		if p.hasWhole {
			den, s.whole = p.whole, p.wholeIv
		}
		if w.e.b.Joint != nil {
			s.joint = joint{true, p.joint, n.joint, n.beyond}
			if !s.joint.agrees(s.pos) {
				r.warn(w.notSum(p, n))
				s.joint.sum = anything
			}
		}
		hp, hr, lp, lr, ok := s.corners()
		if !ok {
			r.warn(w.contradiction(m.geo))
			s.rest, s.joint = anything, joint{}
			hp, hr, lp, lr, _ = s.corners()
		}
		r.Num, r.Den = r.Num+p.n, r.Den+den
		r.NumLo, r.NumHi = r.NumLo+min(lp, hp), r.NumHi+max(lp, hp)
		in := s.den()
		r.DenLo, r.DenHi = r.DenLo+in.lo, r.DenHi+in.hi
		hi.add(hp, hr)
		lo.add(lp, lr)
		levels = with(levels, p.level)
		r.reports(m)
		if len(from) == 1 && p.aside != nil {
			r.Witness = p.aside.witness
		}
		w.take(p, true)
		w.take(n, false)
		r.note(p)
		r.note(n)
		r.NumKnown, r.DenKnown = true, true
	}
	left.warn(r)
	r.Stage = joined(levels)
	if !r.NumKnown || !r.DenKnown {
		if r.Why == "" {
			r.Why = "no country reports it"
		}
		return
	}
	w.divide(r, lo, hi)
}

// contradiction is what is said where a country's cells contradict one another.
func (w *adder) contradiction(geo string) string {
	words, ok := w.contradicts[geo]
	if !ok {
		if w.contradicts == nil {
			w.contradicts = map[string]string{}
		}
		words = geo + ": the printed cells contradict one another beyond rounding; only numerator and denominator are used"
		w.contradicts[geo] = words
	}
	return words
}

// notSum is what is said where a printed sum of positives and some of the rest
// is not their sum.
func (w *adder) notSum(p, n *count) string {
	return fmt.Sprintf("%s (%s) is not the sum of its parts (%s), rounding aside", w.e.b.Joint.Total, Group(p.jointN), Group(p.n+n.jointN))
}

// with adds a text to a list, once.
func with(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

func joined(levels []string) string {
	if len(levels) == 1 {
		return levels[0]
	}
	slices.Sort(levels)
	return strings.Join(levels, ", ")
}

// reports notes that a country's figure was used, and of which level it is.
func (r *Result) reports(m member) {
	if r.Countries == nil {
		r.Countries = m.alone
	} else {
		r.Countries = with(r.Countries, m.geo)
	}
	if m.level == "FA" {
		r.WithAppeals = with(r.WithAppeals, m.geo)
	}
}

// whose names what a member is a count of: a country, and its period where
// periods are added up, so that a gap in a year does not go unsaid.
func (w *adder) whose(m member) string {
	if slices.Contains(w.e.summed, "period") {
		return strings.TrimSpace(m.geo + " " + string(w.e.periods[m.count.period]))
	}
	return m.geo
}

// absent lists countries without a usable figure, by reason.
type absent map[string][]string

func (a absent) add(geo, why string) absent {
	if a == nil {
		a = absent{}
	}
	a[why] = with(a[why], geo)
	return a
}

// warn names the countries that give r nothing at all.
func (a absent) warn(r *Result) {
	if len(a) == 0 {
		return
	}
	var named []string
	for _, why := range slices.Sorted(maps.Keys(a)) {
		out := slices.DeleteFunc(slices.Clone(a[why]), func(g string) bool {
			return slices.Contains(r.Countries, g) || slices.Contains(named, g)
		})
		named = append(named, out...)
		if slices.Sort(out); len(out) > 0 && len(r.Countries) > 0 {
			r.warn("left out: " + strings.Join(out, ", ") + " (" + why + ")")
		}
	}
}

// A split2 is a running pair of positives and rest.
type split2 struct{ pos, rest int64 }

func (s *split2) add(pos, rest int64) { s.pos, s.rest = s.pos+pos, s.rest+rest }

func (w *adder) divide(r *Result, lo, hi split2) {
	e := w.e
	if r.Den == 0 {
		r.Why = "there are no cases to divide by"
		return
	}
	if why := w.ended(r); why != "" {
		r.Why, r.NumKnown, r.DenKnown = why, false, false
		return
	}
	if why, num := e.uncovered(r); why != "" { // then what was added up is no count of anything either
		r.Why, r.NumKnown, r.DenKnown = why, r.NumKnown && num, false
		return
	}
	k := r.times()
	r.Value, r.Known = quotient(k*r.Num, r.Den), true
	r.loCorner, r.hiCorner = [2]int64{lo.pos, lo.pos + lo.rest}, [2]int64{hi.pos, hi.pos + hi.rest}
	r.Lo, r.Hi = r.Value, r.Value
	if d := r.loCorner[1]; d > 0 {
		r.Lo = quotient(k*lo.pos, d)
	}
	if d := r.hiCorner[1]; d > 0 {
		r.Hi = quotient(k*hi.pos, d)
	}
	if r.Value < r.Lo || r.Value > r.Hi {
		r.warn("the quotient of the printed counts lies outside what their rounding allows")
	}
}

// ended says why an aggregate is not computed for a period: it was no more.
func (w *adder) ended(r *Result) string {
	if !w.unions || len(r.Period) < 4 {
		return ""
	}
	end, ok := w.ends[r.Geo]
	if !ok {
		if x, listed := code.Must("geo").Lookup(r.Geo); listed && x.Kind == code.Aggregate {
			end = x.To
		}
		if w.ends == nil {
			w.ends = map[string]string{}
		}
		w.ends[r.Geo] = end
	}
	if end == "" || r.Period.Year() <= end[:4] {
		return ""
	}
	return fmt.Sprintf("%s ended in %s", r.Geo, end)
}

// uncovered says why a computed total is not one: the vintage holds only some
// of the codes that it would have to add up. It reports too whether the
// numerator is a count all the same.
func (e *evaluation) uncovered(r *Result) (why string, num bool) {
	for i, s := range e.sel {
		c := r.Citizen
		if set, ok := s.side.Set["citizen"]; ok {
			c = set
		}
		if c != "TOTAL" || !slices.Contains(e.b.Added(&s.side), "citizen") || s.total {
			continue
		}
		covered := slices.ContainsFunc(s.held, func(m table.Meta) bool {
			return m.Covers(func(dim string) string {
				if dim == "geo" {
					return firstOf(r.Countries, r.Geo)
				}
				return ""
			}, r.Period)
		})
		if !covered {
			return fmt.Sprintf("not every citizenship is held for %s (%s), so there is no total", r.Period, strings.Join(s.side.Tables, ", ")), i > 0 && e.d.Kind != Rate
		}
	}
	return "", true
}

func firstOf(s []string, def string) string {
	if len(s) > 0 {
		return s[0]
	}
	return def
}

// quotient divides two counts that are gathered apart. Of a ratio only the
// countries with both count; of a share all do.
func (w *adder) quotient(r *Result, whole *whole, j int) {
	e, nums, dens := w.e, w.members[0], w.members[1]
	num := w.sum(r, 0, nums)
	var den sum
	if whole != nil {
		den = whole.sums[j]
		w.add(r, &den)
	} else {
		den = w.sum(r, 1, dens)
	}
	if e.d.flows() && (len(nums)+len(dens) > 2 || elsewhere(nums, dens)) {
		r.Warnings, r.Countries, r.WithAppeals = nil, nil, nil
		w.begin()
		nums, dens = beside(nums, dens), beside(dens, nums)
		num, den = w.sum(r, 0, nums), w.sum(r, 1, dens)
	}
	r.Num, r.NumKnown, r.NumLo, r.NumHi = num.n, num.known, num.iv.lo, num.iv.hi
	r.Den, r.DenKnown, r.DenLo, r.DenHi = den.n, den.known, den.iv.lo, den.iv.hi
	r.Stage = joined(num.levels)
	switch {
	case !num.known:
		r.Why = num.why
	case !den.known:
		r.Why = den.why
	case e.d.flows():
		w.divide(r, split2{num.iv.lo, den.iv.hi - num.iv.lo}, split2{num.iv.hi, den.iv.lo - num.iv.hi})
	default:
		s := split{pos: num.iv, rest: anything, whole: den.iv}
		hp, hr, lp, lr, ok := s.corners()
		if !ok {
			r.Why = "the part is greater than its whole"
			return
		}
		w.divide(r, split2{lp, lr}, split2{hp, hr})
	}
}

// elsewhere reports whether one count and the only other are of different
// countries or periods.
func elsewhere(a, b []member) bool {
	return len(a) == 1 && len(b) == 1 && (a[0].geo != b[0].geo || a[0].count.period != b[0].count.period)
}

// beside gives the members of a for whose country and period b knows a count.
func beside(a, b []member) []member {
	type place struct {
		geo    string
		period int32
	}
	known := map[place]bool{}
	for _, m := range b {
		at := place{m.geo, m.count.period}
		known[at] = known[at] || m.known
	}
	return slices.DeleteFunc(slices.Clone(a), func(m member) bool { return !known[place{m.geo, m.count.period}] })
}

type sum struct {
	count
	levels []string

	// Of a denominator that many results share:
	marks    uint8
	sheets   []int32
	fixes    []string
	taken    [][]Input
	warnings []string
}

// add puts what a shared denominator rests on to a result.
func (w *adder) add(r *Result, s *sum) {
	w.marks |= s.marks
	for _, id := range s.sheets {
		w.rest(id)
	}
	w.fixes = append(w.fixes, s.fixes...)
	w.taken = append(w.taken, s.taken...)
	for _, words := range s.warnings {
		r.warn(words)
	}
}

// rest notes that a result rests on a sheet.
func (w *adder) rest(id int32) {
	if !slices.Contains(w.sheets, id) {
		w.sheets = append(w.sheets, id)
	}
}

func (w *adder) sum(r *Result, side int, from []member) sum {
	var s sum
	var left absent
	for _, m := range from {
		if !m.known {
			if s.why == "" {
				s.why = m.why
			}
			if len(from) > 1 {
				left = left.add(w.whose(m), m.why)
			}
			continue
		}
		s.n, s.iv, s.known = s.n+m.n, s.iv.plus(m.iv), true
		s.levels = with(s.levels, m.level)
		w.take(m.count, false)
		r.note(m.count)
		if side == 0 {
			r.reports(m)
		}
	}
	if len(from) > 1 && side == 0 {
		left.warn(r)
	}
	if !s.known && s.why == "" {
		s.why = "no " + w.e.sel[side].words + " is reported for such a cell"
	}
	return s
}

// take notes what a result rests on: the terms of a count alone or its whole as
// well.
func (w *adder) take(c *count, whole bool) {
	parts := 1
	if whole {
		parts = 2
	}
	for part := range parts {
		w.marks |= c.marks[part]
		for ids := c.sheets[part]; ids != 0; ids >>= 8 {
			w.rest(int32(ids&0xff) - 1)
		}
		if c.aside != nil {
			for _, id := range c.aside.more[part] {
				w.rest(id)
			}
			w.fixes = append(w.fixes, c.aside.fixes[part]...)
		}
	}
	if w.e.keep && c.aside != nil {
		w.takeInputs(c.aside, whole)
	}
}

// takeInputs notes the inputs of a count. Those that stand behind the last join
// them.
func (w *adder) takeInputs(c *aside, whole bool) {
	in := c.inputs[:c.terms]
	if whole {
		in = c.inputs
	}
	if len(in) == 0 {
		return
	}
	if i := len(w.taken) - 1; i >= 0 {
		last := w.taken[i]
		n := len(last)
		if cap(last) >= n+len(in) && &last[:n+1][n] == &in[0] {
			w.taken[i] = last[:n+len(in)]
			return
		}
	}
	w.taken = append(w.taken, in)
}

// inputs gives what was taken, without a copy where it stands together.
func (w *adder) inputs() []Input {
	if len(w.taken) == 1 {
		return slices.Clip(w.taken[0])
	}
	return slices.Concat(w.taken...)
}

func (r *Result) note(c *count) {
	if c.aside == nil {
		return
	}
	for _, words := range c.aside.warnings {
		r.warn(words)
	}
}
