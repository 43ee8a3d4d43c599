package rate

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// A Query says which cells to apply a definition to. Nil asks for every code
// or period there is; of sexes and ages it asks for the total.
type Query struct {
	Citizen, Geo []string
	Sex, Age     []string
	Periods      []obs.Period
	Stage        string   // "" or "first", or a level of UNHCR's such as "FI"
	By           []string // the axes kept apart; nil means citizen, geo, period
	Source       string   // "" means every source that can answer
	AsOf         string   // YYYY-MM-DD: what was known on that day; "" means now
}

// Axes are those that results can be kept apart by.
var Axes = []string{"citizen", "geo", "period", "sex", "age"}

// ErrDoubleCount reports a sum over an axis that holds its own total.
var ErrDoubleCount = errors.New("it would count people several times")

// ErrQuery reports a query that a definition cannot be asked.
var ErrQuery = errors.New("wrong query")

func queryError(format string, args ...any) error {
	return &badQuery{fmt.Sprintf(format, args...)}
}

type badQuery struct{ msg string }

func (e *badQuery) Error() string        { return e.msg }
func (e *badQuery) Is(target error) bool { return target == ErrQuery }

// Evaluate applies d to the cells that q asks for and gives a result for each
// key and source, sorted. A result that cannot be had is there too, with the
// reason, where no source gives it.
func Evaluate(d Definition, data Data, q Query) ([]Result, error) {
	if q.By == nil {
		q.By = []string{"citizen", "geo", "period"}
	}
	q = q.distinct()
	data = once(data)
	all, whys, err := evaluateAll(d, data, q)
	if err != nil {
		return nil, err
	}
	if all, err = oneVintage(d, data, q, all); err != nil {
		return nil, err
	}
	return prefer(d, q, all, whys), nil
}

// distinct takes repeated codes out of a query: who asks twice means once.
func (q Query) distinct() Query {
	for _, list := range []*[]string{&q.Citizen, &q.Geo, &q.Sex, &q.Age, &q.By} {
		var out []string
		for _, c := range *list {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
		*list = out
	}
	var periods []obs.Period
	for _, p := range q.Periods {
		if !slices.Contains(periods, p) {
			periods = append(periods, p)
		}
	}
	q.Periods = periods
	return q
}

// evaluateAll asks every source, and notes why one has no cells at all.
func evaluateAll(d Definition, data Data, q Query) (all []Result, whys []string, err error) {
	asked := false
	for _, b := range d.From {
		if q.Source != "" && q.Source != b.Source {
			continue
		}
		asked = true
		if q.Stage != "" && q.Stage != "first" && b.Level == "" {
			if len(d.From) == 1 || q.Source != "" {
				return nil, nil, queryError("%s over %s has no stage %q", d.Name, b.Source, q.Stage)
			}
			continue
		}
		r, why, err := evaluate(d, b, data, q)
		if err != nil {
			return nil, nil, err
		}
		if why != "" {
			whys = append(whys, why)
		}
		all = append(all, r...)
	}
	if !asked {
		return nil, nil, queryError("%s cannot be computed from %q; its sources are %s", d.Name, q.Source, strings.Join(d.Sources(), ", "))
	}
	return all, whys, nil
}

// oneVintage computes again, as of the older day, the results whose part and
// whole come from different vintages of one table: no release ever said such a
// quotient.
func oneVintage(d Definition, data Data, q Query, all []Result) ([]Result, error) {
	if d.Kind == Ratio {
		return all, nil // its counts are of different tables in any case
	}
	earlier := map[string][]Result{}
	for i := range all {
		day := mixed(&all[i])
		if !all[i].Known || day == "" {
			continue
		}
		rs, ok := earlier[day]
		if !ok {
			then := q
			then.AsOf = day
			var err error
			if rs, _, err = evaluateAll(d, data, then); err != nil {
				return nil, err
			}
			earlier[day] = rs
		}
		at := slices.IndexFunc(rs, func(r Result) bool { return r.key() == all[i].key() && r.Source == all[i].Source })
		if at < 0 {
			all[i].Known, all[i].Why = false, "its part and its whole are of different vintages"
			continue
		}
		all[i] = rs[at]
		all[i].warn("as of %s: later releases at hand hold only some of its cells", day)
	}
	return all, nil
}

// mixed is the oldest of the vintages of one table that r draws on, "" if it
// draws on one of each.
func mixed(r *Result) string {
	var metas []*table.Meta
	for i := range r.Inputs {
		if m := r.Inputs[i].Meta; len(metas) == 0 || metas[len(metas)-1] != m && !slices.Contains(metas, m) {
			metas = append(metas, m)
		}
	}
	day := ""
	for i, a := range metas {
		for _, b := range metas[:i] {
			if first := min(a.Vintage, b.Vintage); a.Table == b.Table && a.Vintage != b.Vintage && (day == "" || first < day) {
				day = first
			}
		}
	}
	return day
}

// prefer leaves out a missing result where another source has a value, and
// answers a question for one cell that no source holds with the reason.
func prefer(d Definition, q Query, all []Result, whys []string) []Result {
	known := map[key]bool{}
	for i := range all {
		if all[i].Known {
			known[all[i].key()] = true
		}
	}
	all = slices.DeleteFunc(all, func(r Result) bool { return !r.Known && known[r.key()] })
	slices.SortStableFunc(all, func(a, b Result) int { return a.key().compare(b.key()) })
	if len(all) == 0 && len(q.Citizen) == 1 && len(q.Geo) == 1 && len(q.Periods) == 1 {
		r := Result{Definition: d.Name, Kind: d.Kind, Class: d.Class, Citizen: q.Citizen[0], Geo: q.Geo[0], Period: q.Periods[0]}
		r.Why = "no table at hand holds such a cell (" + strings.Join(d.Sources(), ", ") + ")"
		if len(whys) > 0 {
			r.Why = strings.Join(whys, "; ")
		}
		all = append(all, r)
	}
	return all
}

// key leaves out the total of an axis that not every source has.
func (r *Result) key() key {
	k := key{r.Citizen, r.Geo, r.Period, r.Sex, r.Age}
	if k.sex == "T" {
		k.sex = ""
	}
	if k.age == "TOTAL" {
		k.age = ""
	}
	return k
}

func evaluate(d Definition, b Binding, data Data, q Query) (results []Result, why string, err error) {
	sides := b.sides()
	sides[0].Whole, sides[0].Witness = b.Whole, b.Witness
	sel := make([]*selection, len(sides))
	for i, side := range sides {
		var terms []string
		for j := range sides {
			if slices.Equal(sides[j].Tables, side.Tables) && sides[j].Axis == side.Axis {
				terms = append(terms, sides[j].terms()...)
			}
		}
		if sel[i], err = gather(data, b.Source, side, q, b.Computes, terms); err != nil {
			return nil, "", err
		}
		if l := sel[i].lacks; l != "" {
			why = fmt.Sprintf("%s does not tell applicants or decisions apart by %s", b.Source, l)
		}
	}
	e := &evaluation{d: d, b: b, q: q, sel: sel}
	for i := range sel {
		e.counts = append(e.counts, e.atoms(sel[i]))
	}
	if err := e.refuse(); err != nil {
		return nil, "", err
	}
	return e.results(), why, nil
}

type evaluation struct {
	d      Definition
	b      Binding
	q      Query
	sel    []*selection
	counts []map[key]*count // by side
	first  []string         // the codes of a dimension that the first side has
}

// A count is what one side amounts to in one cell of the axes.
type count struct {
	n          int64
	known      bool
	why        string
	iv         interval // of the sum of terms, cut to the printed total
	whole      int64    // the printed whole, if any
	wholeIv    interval
	hasWhole   bool
	level      string
	inputs     []Input
	wholeInput []Input
	warnings   []string
	witness    string // the rate printed for the same cell
}

// atoms turns the cells of a side into one count for each key.
func (e *evaluation) atoms(s *selection) map[key]*count {
	order := make([]int32, len(s.cells)) // cells are large: what is sorted is where they stand
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(s.cells[a].key.compare(s.cells[b].key), cmp.Compare(a, b))
	})
	out := make(map[key]*count, len(order)/2)
	var group []cell
	for from := 0; from < len(order); {
		k := s.cells[order[from]].key
		group = group[:0]
		for ; from < len(order) && s.cells[order[from]].key == k; from++ {
			group = append(group, s.cells[order[from]])
		}
		c := &count{}
		e.atom(&s.side, group, c)
		out[k] = c
	}
	return out
}

// firstLevels is the order in which UNHCR's levels stand for first instance.
var firstLevels = []string{"FI", "NA", "FA"}

// atom fills c with what the cells of one key amount to.
func (e *evaluation) atom(side *Side, all []cell, c *count) {
	cells := e.level(side, all, c)
	if side.Unit != "" {
		persons := keep(cells, func(x *cell) bool { return x.unit == "P" })
		if len(persons) == 0 && len(cells) > 0 {
			c.why = "counted in cases, not persons"
			return
		}
		cells = persons
	}
	if side.Witness != "" {
		for _, x := range of(cells, side.Witness) {
			if o := x.Cell(); o.Flags == "percent" && c.witness == "" {
				c.witness = o.Printed
			}
		}
	}
	c.terms(side, cells)
	if side.Total != "" {
		c.total(side, of(cells, side.Total))
	}
	if side.Whole != "" {
		if n, iv, in, ok := one(c, of(cells, side.Whole)); ok {
			c.whole, c.wholeIv, c.hasWhole, c.wholeInput = n, iv, true, in
		}
	}
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
func of(cells []cell, term string) []cell {
	from := slices.IndexFunc(cells, func(x cell) bool { return x.term == term })
	if from < 0 {
		return nil
	}
	to := from + 1
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

// level keeps the cells of the stage that the query asks for.
func (e *evaluation) level(side *Side, cells []cell, c *count) []cell {
	if side.Level == "" {
		c.level = "first"
		return cells
	}
	// Terms that the definition says repeat are added up over their levels; the
	// others stand at one.
	repeated := func(x *cell) bool { return slices.Contains(side.Repeat.Terms, x.term) }
	want := firstLevels
	if e.q.Stage != "" && e.q.Stage != "first" {
		want = []string{e.q.Stage}
	}
	for _, l := range want {
		together := strings.Split(l, "+") // FI+RA: both
		at := keep(cells, func(x *cell) bool { return slices.Contains(together, x.level) && !repeated(x) })
		if len(at) > 0 {
			c.level = l
			if len(side.Repeat.Terms) > 0 {
				at = slices.Concat(at, keep(cells, func(x *cell) bool { return repeated(x) && slices.Contains(side.Repeat.Levels, x.level) }))
			}
			return at
		}
	}
	var have []string
	for _, x := range cells {
		if !slices.Contains(have, x.level) {
			have = append(have, x.level)
		}
	}
	slices.Sort(have)
	c.why = "reported at level " + strings.Join(have, ", ") + " only"
	return nil
}

// terms adds up the terms of a side; one that is missing makes the sum missing
// unless it is optional.
func (c *count) terms(side *Side, cells []cell) {
	c.known = c.why == ""
	any := false
	for _, term := range side.Terms {
		optional := strings.HasSuffix(term, "?")
		found := false
		for _, alt := range strings.Split(strings.TrimSuffix(term, "?"), "|") {
			n, iv, in, ok := one(c, of(cells, alt))
			if !ok {
				continue
			}
			c.n, c.iv, c.inputs = c.n+n, c.iv.plus(iv), append(c.inputs, in...)
			found, any = true, true
			break
		}
		if !found && (!optional || unreadable(of(cells, strings.TrimSuffix(term, "?")))) {
			c.missing(term, cells)
		}
	}
	if !any || len(side.Need) > 0 && !slices.ContainsFunc(side.Need, func(t string) bool { return len(of(cells, t)) > 0 }) {
		c.missing(side.Terms[0], cells)
	}
}

// unreadable reports whether a term that may be absent is there and says
// nothing that can be read: then it is missing, not absent.
func unreadable(cells []cell) bool {
	for i := range cells {
		if f := cells[i].Cell().Flags; cells[i].known || cells[i].Meta.Source != "aida" || f != "blank" && f != "words" {
			return false
		}
	}
	return len(cells) > 0
}

// missing says why there is no value for a term.
func (c *count) missing(term string, cells []cell) {
	c.known = false
	if c.why != "" {
		return
	}
	for _, alt := range strings.Split(strings.TrimSuffix(term, "?"), "|") {
		found := of(cells, alt)
		if len(found) == 0 {
			continue
		}
		o, eurostat := found[0].Cell(), found[0].Meta.Source == "eurostat"
		switch {
		case eurostat && strings.Contains(o.Flags, "c"):
			c.why = alt + " is confidential"
		case eurostat && strings.Contains(o.Flags, "z"):
			c.why = alt + " is not applicable"
		case o.Printed != "":
			c.why = fmt.Sprintf("%s is printed as %q", alt, o.Printed)
		default:
			c.why = alt + " is missing"
		}
		return
	}
	c.why = "no " + strings.ReplaceAll(strings.TrimSuffix(term, "?"), "|", " or ") + " is reported"
}

// total takes a printed sum in place of the sum of its terms, which then only
// narrow what rounding allows.
func (c *count) total(side *Side, cells []cell) {
	n, iv, in, ok := one(c, cells)
	if !ok {
		if !c.known && len(cells) > 0 {
			c.why = ""
			c.missing(side.Total, cells)
		} else if !c.known {
			c.why = "neither " + side.Total + " nor its parts are reported"
		}
		return
	}
	parts := c.iv
	if c.known && parts.lo <= iv.hi && iv.lo <= parts.hi {
		iv = interval{max(iv.lo, parts.lo), min(iv.hi, parts.hi)}
	} else if c.known {
		c.warnings = append(c.warnings, fmt.Sprintf("%s (%s) is not the sum of its parts (%s), rounding aside", side.Total, Group(n), Group(c.n)))
	}
	for i := range c.inputs {
		c.inputs[i].Side = "part" // narrows the bounds only
	}
	c.n, c.iv, c.known, c.why = n, iv, true, ""
	c.inputs = append(in, c.inputs...)
}

// one gives the number that the cells of one term amount to: cells that differ
// in a dimension to be added are added, printings of one count are compared.
func one(c *count, cells []cell) (n int64, iv interval, in []Input, ok bool) {
	if len(cells) > 1 && !slices.IsSortedFunc(cells, byWitness) {
		cells = slices.Clone(cells)
		slices.SortStableFunc(cells, byWitness)
	}
	first := ""
	for i := range cells {
		x := &cells[i]
		if !x.known {
			continue
		}
		if !ok {
			first, ok = x.witness, true
		}
		if x.witness != first {
			if x.n != n && len(in) == 1 {
				c.warnings = append(c.warnings, fmt.Sprintf("%s is printed as %s at %v and as %s at %v; the first is used",
					x.term, Group(n), in[0].Cell().Pos, Group(x.n), x.Cell().Pos))
			}
			continue
		}
		n += x.n
		iv = iv.plus(interval{x.Lo, x.Hi})
		in = append(in, x.Input)
	}
	return n, iv, in, ok
}

func byWitness(a, b cell) int { return strings.Compare(a.witness, b.witness) }

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
	var out []Result
	for _, t := range slices.SortedFunc(maps.Keys(groups), key.compare) {
		g := groups[t]
		for i := range g.keys {
			slices.SortFunc(g.keys[i], key.compare)
		}
		if len(g.keys[0]) == 0 || e.d.Kind == Share && t.citizen == e.sel[1].side.Set["citizen"] {
			continue // a denominator alone, or a whole of itself, is no question about a part
		}
		r := Result{Definition: e.d.Name, Kind: e.d.Kind, Class: e.d.Class, Source: e.b.Source,
			Citizen: t.citizen, Geo: t.geo, Period: t.period, Sex: t.sex, Age: t.age}
		e.label(&r, g.keys[0])
		if e.d.Kind == Rate {
			e.rate(&r, g.keys[0])
		} else {
			e.quotient(&r, g.keys[0], g.keys[1])
		}
		e.finish(&r)
		out = append(out, r)
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
