package rate

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

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
	StandIns     bool     // a source that only stands in may answer where no other does
	Interval     string   // Wilson95 or Exact95, the sampling interval to give beside; "" means none
	Limits       *Thresholds
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

func (e *badQuery) Error() string { return e.msg }

func (e *badQuery) Is(target error) bool { return target == ErrQuery }

// Evaluate applies d to the cells that q asks for and gives a result for each
// key and source, sorted. A result that cannot be had is there too, with the
// reason, where no source gives it.
func Evaluate(d Definition, data Data, q Query) ([]Result, error) {
	blocks, err := blocks(d, data, q, true, slices.Clone[[]Result])
	if len(blocks) == 1 {
		return blocks[0], err
	}
	return slices.Concat(blocks...), err
}

// Blocks evaluates like Evaluate and hands the results on in blocks of some
// hundred, for callers that want something of them but not all of them. What
// use makes of each block is given in their order. It is called for several
// blocks at once; the results are gone when it returns.
func Blocks[T any](d Definition, data Data, q Query, use func([]Result) T) ([]T, error) {
	return blocks(d, data, q, false, use)
}

func blocks[T any](d Definition, data Data, q Query, keep bool, use func([]Result) T) ([]T, error) {
	if q.By == nil {
		q.By = []string{"citizen", "geo", "period"}
	}
	q = q.distinct()
	if err := d.allows(q); err != nil {
		return nil, err
	}
	data, d = once(data), d.At(q.Stage)
	es, whys, err := prepare(d, data, q)
	if err != nil {
		return nil, err
	}
	if len(es) == 1 && es[0].apart() {
		return inBlocks(len(es[0].keys), blockwise(es[0], keep, use)), nil
	}
	all, err := results(es, keep)
	if err != nil {
		return nil, err
	}
	if all, err = oneVintage(d, data, q, all, keep); err != nil {
		return nil, err
	}
	if !slices.Contains(q.By, "period") {
		if err := againstYears(d, data, q, all); err != nil {
			return nil, err
		}
	}
	all = prefer(d, q, all, whys)
	return inBlocks(len(all), func() func(from, to int) T {
		return func(from, to int) T { return use(all[from:to]) }
	}), nil
}

// allows refuses what makes no sense to ask of a definition.
func (d *Definition) allows(q Query) error {
	switch {
	case q.Interval != "" && d.flows():
		return queryError("%s is a %s of different people, not a share of decisions: no sampling interval can be put on it\n\thint: leave out --interval", d.Name, d.Kind)
	case d.Kind == Backlog && !slices.Contains(q.By, "period"):
		return queryError("%s would add up what was pending at the end of several periods\n\thint: keep them apart with --by %s", d.Name, strings.Join(append(slices.Clone(q.By), "period"), ","))
	}
	return nil
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

// prepare looks up the cells of every source that has any, and notes why one
// has none at all.
func prepare(d Definition, data Data, q Query) (es []*evaluation, whys []string, err error) {
	asked, told := false, false
	for _, b := range d.From {
		if q.Source != "" && q.Source != b.Source {
			continue
		}
		asked = true
		if b.StandsIn != "" && !q.StandIns {
			continue
		}
		if !d.Tells(&b, q.Stage) {
			if len(d.From) == 1 || q.Source != "" {
				return nil, nil, queryError("%s over %s has no stage %q", d.Name, b.Source, q.Stage)
			}
			continue
		}
		told = true
		e, why, err := open(d, b, data, q)
		if err != nil {
			return nil, nil, err
		}
		if why != "" {
			whys = append(whys, why)
		}
		if len(e.keys) > 0 {
			es = append(es, e)
		}
	}
	switch {
	case asked && !told && !slices.ContainsFunc(d.From, func(b Binding) bool { return d.Tells(&b, q.Stage) }):
		return nil, nil, queryError("%s has no stage %q in any of its sources: %s", d.Name, q.Stage, strings.Join(d.Sources(), ", "))
	case asked:
	case d.Lacks != "":
		whys = append(whys, d.Lacks)
	default:
		return nil, nil, queryError("%s cannot be computed from %q; its sources are %s", d.Name, q.Source, strings.Join(d.Sources(), ", "))
	}
	return es, whys, nil
}

// results gives those of all sources.
func results(es []*evaluation, keep bool) (all []Result, err error) {
	for _, e := range es {
		e.grid = e.whole()
		if err := e.refuse(); err != nil {
			return nil, err
		}
		all = append(all, e.results(keep)...)
	}
	return all, nil
}

// oneVintage computes again, as of the older day, the results whose part and
// whole come from different vintages of one table: no release ever said such a
// quotient.
func oneVintage(d Definition, data Data, q Query, all []Result, keep bool) ([]Result, error) {
	if d.Kind == Ratio {
		return all, nil // its counts are of different tables in any case
	}
	type place struct {
		key
		source string
	}
	earlier := map[string]map[place]*Result{}
	for i := range all {
		r := &all[i]
		day := r.mixed
		if !r.Known || day == "" {
			continue
		}
		if earlier[day] == nil {
			then := q
			then.AsOf = day
			es, _, err := prepare(d, data, then)
			if err != nil {
				return nil, err
			}
			rs, err := results(es, keep)
			if err != nil {
				return nil, err
			}
			earlier[day] = map[place]*Result{}
			for j := range rs {
				earlier[day][place{rs[j].key(), rs[j].Source}] = &rs[j]
			}
		}
		was, ok := earlier[day][place{r.key(), r.Source}]
		if !ok {
			r.Known, r.Why = false, "its part and its whole are of different vintages"
			continue
		}
		*r = *was
		r.warn("as of " + day + ": later releases at hand hold only some of its cells")
	}
	return all, nil
}

// prefer leaves out a missing result where another source has a value, and
// answers a question for one cell that no source holds with the reason.
func prefer(d Definition, q Query, all []Result, whys []string) []Result {
	known := map[key]bool{}
	sorted := true
	own := map[key]bool{} // known without a stand-in
	for i := range all {
		if all[i].Known && len(d.From) > 1 {
			known[all[i].key()] = true
			own[all[i].key()] = own[all[i].key()] || !all[i].StandsIn
		}
		sorted = sorted && (i == 0 || all[i-1].compare(&all[i]) <= 0)
	}
	if len(known) > 0 {
		all = slices.DeleteFunc(all, func(r Result) bool { return !r.Known && known[r.key()] || r.StandsIn && own[r.key()] })
	}
	if !sorted {
		order := make([]*Result, len(all)) // results are large: what is sorted is where they stand
		for i := range all {
			order[i] = &all[i]
		}
		slices.SortStableFunc(order, func(a, b *Result) int { return a.compare(b) })
		inOrder := make([]Result, len(all))
		for i, r := range order {
			inOrder[i] = *r
		}
		all = inOrder
	}
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

// compare puts results in the order of their keys.
func (r *Result) compare(o *Result) int {
	if r.Citizen == o.Citizen && r.Geo == o.Geo && r.Period < o.Period {
		return -1
	}
	return r.key().compare(o.key())
}

// An evaluation is one source's answer to a query.
type evaluation struct {
	d       Definition
	b       Binding
	q       Query
	sel     []*selection // by side
	keys    []key        // of lines, in order
	geos    []string     // of keys
	periods []obs.Period // ascending
	names   map[*table.Meta][]string
	grid    *grid                  // of all keys, if it is needed
	summed  []string               // the axes that results add up
	counts  map[[3]string][]string // what a code counts towards: by dimension, code and what a side is set to
}

// open looks up the cells of a source.
func open(d Definition, b Binding, data Data, q Query) (e *evaluation, why string, err error) {
	sides := b.Sides()
	e = &evaluation{d: d, b: b, q: q}
	for _, axis := range []string{"citizen", "geo", "period"} {
		if !slices.Contains(q.By, axis) {
			e.summed = append(e.summed, axis)
		}
	}
	reg := newRegister()
	for _, side := range sides {
		var terms []string
		for j := range sides {
			if slices.Equal(sides[j].Tables, side.Tables) && sides[j].Axis == side.Axis {
				terms = append(terms, sides[j].terms()...)
			}
		}
		s, err := gather(data, b.Source, side, q, b.Computes, terms, reg)
		if err != nil {
			return nil, "", err
		}
		if s.lacks != "" {
			why = fmt.Sprintf("%s does not tell applicants or decisions apart by %s", b.Source, s.lacks)
		}
		e.sel = append(e.sel, s)
	}
	e.sort(reg)
	return e, why, nil
}

// sort puts keys, lines and periods in order.
func (e *evaluation) sort(reg *register) {
	rank := reg.sort()
	e.keys, e.names = reg.keys, map[*table.Meta][]string{}
	for i := range e.keys {
		e.geos = append(e.geos, e.keys[i].geo)
	}
	for _, s := range e.sel {
		e.periods = append(e.periods, s.periods...)
	}
	slices.Sort(e.periods)
	e.periods = slices.Compact(e.periods)
	for _, s := range e.sel {
		s.sort(rank)
		for _, sh := range s.sheets {
			for _, p := range e.periods {
				sh.cols = append(sh.cols, int32(sh.t.Period(p)))
			}
			e.names[sh.meta] = slices.Clip([]string{sh.meta.Table + " " + sh.meta.Vintage})
		}
	}
}

// apart reports whether each result is of one key and period alone, and of one
// vintage a table: then results can be had key by key.
func (e *evaluation) apart() bool {
	if len(e.summed) > 0 {
		return false
	}
	for i := range e.keys {
		if k, first := &e.keys[i], &e.keys[0]; k.sex != first.sex || k.age != first.age {
			return false
		}
	}
	day := map[string]string{}
	for _, s := range e.sel {
		if len(s.side.Set) > 0 {
			return false
		}
		for _, sh := range s.sheets {
			if v, ok := day[sh.meta.Table]; ok && v != sh.meta.Vintage {
				return false
			}
			day[sh.meta.Table] = sh.meta.Vintage
		}
	}
	for dim, asked := range map[string][]string{"citizen": e.q.Citizen, "geo": e.q.Geo} {
		if slices.Contains(e.b.Computes, dim) && slices.ContainsFunc(asked, func(c string) bool {
			members, all := membersOf(dim, c)
			return all || members != nil
		}) {
			return false
		}
	}
	return true
}

// A grid holds the counts of some keys: by side, then key, then period.
type grid struct {
	from   int // the first key
	n      int // periods
	counts [][]count
}

// of gives the counts of a key on one side, by period.
func (g *grid) of(side, key int) []count {
	key -= g.from
	return g.counts[side][key*g.n : (key+1)*g.n]
}

// reset makes room for the counts of n keys.
func (g *grid) reset(e *evaluation, from, n int) {
	g.from, g.n = from, len(e.periods)
	if g.counts == nil {
		g.counts = make([][]count, len(e.sel))
	}
	for side := range g.counts {
		if size := n * g.n; cap(g.counts[side]) < size {
			g.counts[side] = make([]count, size)
		} else {
			g.counts[side] = g.counts[side][:size]
			clear(g.counts[side])
		}
	}
}

// whole counts every key.
func (e *evaluation) whole() *grid {
	g := &grid{}
	g.reset(e, 0, len(e.keys))
	inBlocks(len(e.keys), func() func(from, to int) struct{} {
		w := newCounter(e)
		return func(from, to int) struct{} {
			for k := from; k < to; k++ {
				w.key(g, k)
			}
			return struct{}{}
		}
	})
	return g
}

// name is what the inputs of a side are called.
func (e *evaluation) name(side int) string {
	switch {
	case side == 0:
		return "num"
	case e.d.Kind == Rate:
		return "rest"
	}
	return "den"
}

// inBlocks does n jobs in blocks, on every processor, and gives what was made of
// the blocks in their order. Each worker asks for a function of its own.
func inBlocks[T any](n int, worker func() func(from, to int) T) []T {
	const block = 64
	out := make([]T, (n+block-1)/block)
	var next atomic.Int64
	work := func() {
		do := worker()
		for {
			i := int(next.Add(1)) - 1
			if i >= len(out) {
				return
			}
			out[i] = do(i*block, min(n, (i+1)*block))
		}
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(out)) - 1 {
		wg.Go(work)
	}
	if len(out) > 0 {
		work()
	}
	wg.Wait()
	return out
}
