package rate

import (
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
		for _, counts := range e.counts {
			var codes []string
			for k := range counts {
				if c := k.axis(axis); c != "" && !slices.Contains(codes, c) {
					codes = append(codes, c)
				}
			}
			slices.Sort(codes)
			if len(codes) < 2 || axis == "period" && !overlapping(codes) {
				continue
			}
			if axis != "period" && !slices.ContainsFunc(codes, func(c string) bool { return isAggregate(axis, c) }) {
				continue
			}
			return e.double(axis, codes)
		}
		if axis == "geo" && e.b.National && len(e.geos()) > 1 {
			return queryError("%s over %s would add national figures that count different things (%s)\n\thint: choose one with --geo, or keep them apart with --by %s",
				e.d.Name, e.b.Source, few(e.geos()), strings.Join(append(slices.Clone(e.q.By), axis), ","))
		}
	}
	return nil
}

func (e *evaluation) double(axis string, codes []string) error {
	codes = slices.Sorted(slices.Values(codes))
	return fmt.Errorf("%s would add cells that differ in %s (%s): %w\n\thint: choose one with --%s %s, or keep them apart with --by %s",
		e.d.Name, axis, few(codes), ErrDoubleCount, axis, total(codes), strings.Join(append(slices.Clone(e.q.By), axis), ","))
}

// geos lists the countries whose cells were found.
func (e *evaluation) geos() []string {
	var out []string
	for _, counts := range e.counts {
		for k := range counts {
			if !slices.Contains(out, k.geo) {
				out = append(out, k.geo)
			}
		}
	}
	return slices.Sorted(slices.Values(out))
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
	case "period":
		return string(k.period)
	case "sex":
		return k.sex
	}
	return k.age
}

// targets gives the result keys that a cell's key counts towards: its own, and
// those of the aggregates that the source leaves to be added up.
func (e *evaluation) targets(k key, side *Side) []key {
	citizens := e.codes("citizen", k.citizen, e.q.Citizen, side)
	geos := e.codes("geo", k.geo, e.q.Geo, side)
	var out []key
	for _, c := range citizens {
		for _, g := range geos {
			t := key{c, g, k.period, k.sex, k.age}
			if !slices.Contains(e.q.By, "citizen") {
				t.citizen = ""
			}
			if !slices.Contains(e.q.By, "geo") {
				t.geo = ""
			}
			if !slices.Contains(e.q.By, "period") {
				t.period = ""
			}
			if !slices.Contains(e.q.By, "sex") && len(e.q.Sex) > 1 {
				t.sex = ""
			}
			if !slices.Contains(e.q.By, "age") && len(e.q.Age) > 1 {
				t.age = ""
			}
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

func (e *evaluation) codes(dim, c string, asked []string, side *Side) []string {
	if set, ok := side.Set[dim]; ok { // a side fixed to a total serves every code of the numerator
		switch {
		case c != set && !e.within(dim, set, c):
			return nil
		case asked == nil:
			return e.numerators(dim)
		}
		return asked
	}
	if asked == nil {
		return []string{c}
	}
	var out []string
	for _, a := range asked {
		if a == c || e.within(dim, a, c) {
			out = append(out, a)
		}
	}
	return out
}

// numerators lists the codes of a dimension that the first side has.
func (e *evaluation) numerators(dim string) []string {
	if e.first == nil {
		seen := map[string]bool{}
		for k := range e.counts[0] {
			if c := k.axis(dim); !seen[c] {
				seen[c] = true
				e.first = append(e.first, c)
			}
		}
		slices.Sort(e.first)
	}
	return e.first
}

// within reports whether c is a member of the aggregate that is to be computed.
func (e *evaluation) within(dim, agg, c string) bool {
	if !slices.Contains(e.b.Computes, dim) || agg == c {
		return false
	}
	members, all := membersOf(dim, agg)
	return all || slices.Contains(members, c)
}

// results adds the counts up to the keys asked for and divides.
func (e *evaluation) results() []Result {
	type group struct{ keys [2][]key }
	groups := map[key]*group{}
	for i, counts := range e.counts {
		for k := range counts {
			for _, t := range e.targets(k, &e.sel[i].side) {
				if groups[t] == nil {
					groups[t] = &group{}
				}
				groups[t].keys[i] = append(groups[t].keys[i], k)
			}
		}
	}
	out := make([]Result, 0, len(groups))
	for _, t := range slices.SortedFunc(maps.Keys(groups), key.compare) {
		g := groups[t]
		for i := range g.keys {
			slices.SortFunc(g.keys[i], key.compare)
		}
		if len(g.keys[0]) == 0 || e.d.Kind == Share && t.citizen == e.sel[1].side.Set["citizen"] {
			continue // a denominator alone, or a whole of itself, is no question about a part
		}
		out = append(out, Result{Definition: e.d.Name, Kind: e.d.Kind, Class: e.d.Class, Source: e.b.Source,
			Citizen: t.citizen, Geo: t.geo, Period: t.period, Sex: t.sex, Age: t.age})
		r := &out[len(out)-1]
		e.label(r, g.keys[0])
		if e.d.Kind == Rate {
			e.rate(r, g.keys[0])
		} else {
			e.quotient(r, g.keys[0], g.keys[1])
		}
		e.finish(r)
	}
	return out
}

// label names summed axes by what was summed.
func (e *evaluation) label(r *Result, keys []key) {
	for _, axis := range []string{"citizen", "geo", "period"} {
		if slices.Contains(e.q.By, axis) {
			continue
		}
		var codes []string
		for _, k := range keys {
			if c := k.axis(axis); !slices.Contains(codes, c) {
				codes = append(codes, c)
			}
		}
		slices.Sort(codes)
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
func (e *evaluation) rate(r *Result, keys []key) {
	var hi, lo split2
	left := absent{}
	levels := map[string]bool{}
	for _, k := range keys {
		p, n := e.counts[0][k], e.counts[1][k]
		if n == nil {
			n = &count{why: "no " + e.sel[1].side.words() + " is reported"}
		}
		if !p.known || !n.known && !p.hasWhole {
			why := p.why
			if p.known {
				why = n.why
			}
			left.add(k.geo, why)
			if len(keys) == 1 {
				r.Why = why
				r.Num, r.NumKnown, r.NumLo, r.NumHi = p.n, p.known, p.iv.lo, p.iv.hi
				r.take(p.inputs, "num")
			}
			continue
		}
		den := p.n + n.n
		s := split{p.iv, interval{0, unbounded}, interval{0, unbounded}}
		if n.known {
			s.rest = n.iv
		}
		if p.hasWhole {
			den, s.whole = p.whole, p.wholeIv
		}
		hp, hr, lp, lr, ok := s.corners()
		if !ok {
			r.warn("%s: the printed cells contradict one another beyond rounding; only numerator and denominator are used", k.geo)
			s.rest = interval{0, unbounded}
			hp, hr, lp, lr, _ = s.corners()
		}
		r.Num, r.Den = r.Num+p.n, r.Den+den
		r.NumLo, r.NumHi = r.NumLo+min(lp, hp), r.NumHi+max(lp, hp)
		r.DenLo, r.DenHi = r.DenLo+max(s.whole.lo, s.pos.lo+s.rest.lo), r.DenHi+min(s.whole.hi, s.pos.hi+s.rest.hi)
		hi.add(hp, hr)
		lo.add(lp, lr)
		levels[p.level] = true
		r.reports(k.geo, p.level)
		if len(keys) == 1 {
			r.Witness = p.witness
		}
		r.take(p.inputs, "num")
		r.take(p.wholeInput, "den")
		r.take(n.inputs, "rest")
		r.note(p, n)
		r.NumKnown, r.DenKnown = true, true
	}
	left.warn(r)
	r.Stage = strings.Join(slices.Sorted(maps.Keys(levels)), ", ")
	if !r.NumKnown || !r.DenKnown {
		if r.Why == "" {
			r.Why = "no country reports it"
		}
		return
	}
	e.divide(r, lo, hi)
}

// reports notes that a country's figure was used, and of which level it is.
func (r *Result) reports(geo, level string) {
	if !slices.Contains(r.Countries, geo) {
		r.Countries = append(r.Countries, geo)
	}
	if level == "FA" && !slices.Contains(r.WithAppeals, geo) {
		r.WithAppeals = append(r.WithAppeals, geo)
	}
}

// absent lists countries without a usable figure, by reason.
type absent map[string][]string

func (a absent) add(geo, why string) {
	if !slices.Contains(a[why], geo) {
		a[why] = append(a[why], geo)
	}
}

// warn names the countries that give r nothing at all.
func (a absent) warn(r *Result) {
	var named []string
	for _, why := range slices.Sorted(maps.Keys(a)) {
		out := slices.DeleteFunc(slices.Clone(a[why]), func(g string) bool {
			return slices.Contains(r.Countries, g) || slices.Contains(named, g)
		})
		named = append(named, out...)
		if slices.Sort(out); len(out) > 0 && len(r.Countries) > 0 {
			r.warn("left out: %s (%s)", strings.Join(out, ", "), why)
		}
	}
}

// A split2 is a running pair of positives and rest.
type split2 struct{ pos, rest int64 }

func (s *split2) add(pos, rest int64) { s.pos, s.rest = s.pos+pos, s.rest+rest }

func (e *evaluation) divide(r *Result, lo, hi split2) {
	if r.Den == 0 {
		r.Why = "there are no cases to divide by"
		return
	}
	if why := ended(r, e.b.Computes); why != "" {
		r.Why, r.NumKnown, r.DenKnown = why, false, false
		return
	}
	if why, num := e.uncovered(r); why != "" { // then what was added up is no count of anything either
		r.Why, r.NumKnown, r.DenKnown = why, r.NumKnown && num, false
		return
	}
	r.Value, r.Known = quotient(r.Num, r.Den), true
	r.loCorner, r.hiCorner = [2]int64{lo.pos, lo.pos + lo.rest}, [2]int64{hi.pos, hi.pos + hi.rest}
	r.Lo, r.Hi = r.Value, r.Value
	if d := r.loCorner[1]; d > 0 {
		r.Lo = quotient(lo.pos, d)
	}
	if d := r.hiCorner[1]; d > 0 {
		r.Hi = quotient(hi.pos, d)
	}
	if r.Value < r.Lo || r.Value > r.Hi {
		r.warn("the quotient of the printed counts lies outside what their rounding allows")
	}
}

// ended says why an aggregate is not computed for a period: it was no more.
func ended(r *Result, computes []string) string {
	x, ok := code.Must("geo").Lookup(r.Geo)
	if !ok || x.Kind != code.Aggregate || x.To == "" || !slices.Contains(computes, "geo") || len(r.Period) < 4 || r.Period.Year() <= x.To[:4] {
		return ""
	}
	return fmt.Sprintf("%s ended in %s", r.Geo, x.To)
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
		if c != "TOTAL" || !slices.Contains(e.b.Computes, "citizen") || slices.ContainsFunc(s.cells, func(x cell) bool { return x.citizen == "TOTAL" }) {
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
func (e *evaluation) quotient(r *Result, nums, dens []key) {
	num, den := e.sum(r, 0, nums, "num"), e.sum(r, 1, dens, "den")
	if e.d.Kind == Ratio && len(nums)+len(dens) > 2 {
		both := func(k key, in map[string]bool) bool { return in[k.geo+string(k.period)] }
		r.Warnings, r.Inputs, r.Countries, r.WithAppeals = nil, nil, nil, nil
		nums = slices.DeleteFunc(slices.Clone(nums), func(k key) bool { return !both(k, den.places) })
		dens = slices.DeleteFunc(slices.Clone(dens), func(k key) bool { return !both(k, num.places) })
		num, den = e.sum(r, 0, nums, "num"), e.sum(r, 1, dens, "den")
	}
	r.Num, r.NumKnown, r.NumLo, r.NumHi = num.n, num.known, num.iv.lo, num.iv.hi
	r.Den, r.DenKnown, r.DenLo, r.DenHi = den.n, den.known, den.iv.lo, den.iv.hi
	r.Stage = strings.Join(slices.Sorted(maps.Keys(num.levels)), ", ")
	switch {
	case !num.known:
		r.Why = num.why
	case !den.known:
		r.Why = den.why
	case e.d.Kind == Ratio:
		e.divide(r, split2{num.iv.lo, den.iv.hi - num.iv.lo}, split2{num.iv.hi, den.iv.lo - num.iv.hi})
	default:
		s := split{num.iv, interval{0, unbounded}, den.iv}
		hp, hr, lp, lr, ok := s.corners()
		if !ok {
			r.Why = "the part is greater than its whole"
			return
		}
		e.divide(r, split2{lp, lr}, split2{hp, hr})
	}
}

type sum struct {
	count
	places map[string]bool
	levels map[string]bool
}

func (e *evaluation) sum(r *Result, side int, keys []key, name string) sum {
	s := sum{places: map[string]bool{}, levels: map[string]bool{}}
	left := absent{}
	for _, k := range keys {
		c := e.counts[side][k]
		if !c.known {
			if s.why == "" {
				s.why = c.why
			}
			left.add(k.geo, c.why)
			continue
		}
		s.n, s.iv, s.known = s.n+c.n, s.iv.plus(c.iv), true
		s.places[k.geo+string(k.period)] = true
		s.levels[c.level] = true
		r.take(c.inputs, name)
		r.note(c)
		if side == 0 {
			r.reports(k.geo, c.level)
		}
	}
	if len(keys) > 1 && side == 0 {
		left.warn(r)
	}
	if !s.known && s.why == "" {
		s.why = "no " + e.sel[side].side.words() + " is reported for such a cell"
	}
	return s
}

func (r *Result) take(in []Input, side string) {
	for _, x := range in {
		if x.Side == "" {
			x.Side = side
		}
		r.Inputs = append(r.Inputs, x)
	}
}

func (r *Result) note(counts ...*count) {
	for _, c := range counts {
		for _, w := range c.warnings {
			r.warn("%s", w)
		}
	}
}
