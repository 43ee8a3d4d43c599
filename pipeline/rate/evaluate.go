package rate

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"asylum/pipeline/obs"
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
	NoInputs     bool // results without their Inputs, which take longer to find than the numbers
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
// key and source, sorted by the axes of By in their order, by code, and periods from
// the earliest on. A result that cannot be had is there too, with the reason, where
// no source gives it.
func Evaluate(d Definition, data Data, q Query) ([]Result, error) {
	blocks, err := blocks(d, data, q, true, func(results iter.Seq[*Result]) (out pieces) {
		for r := range results {
			out.add(r)
		}
		return out
	})
	return slices.Concat(slices.Concat(blocks...)...), err
}

// Pieces are results one behind the other. They are large: what was added stays
// where it is.
type pieces [][]Result

func (p *pieces) add(r *Result) {
	last := len(*p) - 1
	if last < 0 || len((*p)[last]) == cap((*p)[last]) {
		*p = append(*p, make([]Result, 0, 4<<min(len(*p), 4)))
		last++
	}
	(*p)[last] = append((*p)[last], *r)
}

// Blocks evaluates like Evaluate and hands the results on in blocks of some
// hundred, for callers that want something of them but not all of them. What
// use makes of each block is given in their order. It is called for several
// blocks at once; a result is gone when the next one comes. Results are without
// their Inputs.
func Blocks[T any](d Definition, data Data, q Query, use func(iter.Seq[*Result]) T) ([]T, error) {
	return blocks(d, data, q, false, use)
}

func blocks[T any](d Definition, data Data, q Query, keep bool, use func(iter.Seq[*Result]) T) ([]T, error) {
	if q.By == nil {
		q.By = []string{"citizen", "geo", "period"}
	}
	q = q.distinct()
	if err := d.allows(q); err != nil {
		return nil, err
	}
	data, d = once(data), d.At(q.Stage)
	inputs := keep && !q.NoInputs
	es, whys, err := prepare(d, data, q, inputs)
	if err != nil {
		return nil, err
	}
	before := &earlier{d: d, data: data, q: q, keep: inputs}
	if len(es) > 0 && len(es[0].summed) == 0 && slices.Equal(q.order(), Axes) {
		jobs := jobsOf(es)
		// Larger blocks say less twice.
		out := inBlocksOf(max(blockKeys, min(512, jobs.len()/16)), jobs.len(), func() func(from, to int) T {
			w := newMerger(jobs, before, keep)
			return func(from, to int) T { return use(w.results(from, to)) }
		})
		if err := before.err; err != nil || jobs.made.Load() || len(es) == 1 && es[0].grid == nil && es[0].oneDay() {
			return out, err
		}
	}
	all := collect(es)
	if err := before.all(all); err != nil {
		return nil, err
	}
	if !slices.Contains(q.By, "period") {
		if err := againstYears(d, data, q, all); err != nil {
			return nil, err
		}
	}
	found := prefer(&d, pointers(nil, all), q.order())
	if len(found) == 0 {
		found = pointers(nil, nothing(&d, q, whys))
	}
	return inBlocks(len(found), func() func(from, to int) T {
		return func(from, to int) T { return use(slices.Values(found[from:to])) }
	}), nil
}

// pointers adds a pointer to each result.
func pointers(to []*Result, results []Result) []*Result {
	for i := range results {
		to = append(to, &results[i])
	}
	return to
}

// Each gives results one by one, as Blocks does.
func Each(results []Result) iter.Seq[*Result] {
	return func(yield func(*Result) bool) {
		for i := range results {
			if !yield(&results[i]) {
				return
			}
		}
	}
}

// allows refuses what makes no sense to ask of a definition.
func (d *Definition) allows(q Query) error {
	switch {
	case q.Interval != "" && d.Kind == PerMillion:
		return queryError("%s is no share of decisions: no sampling interval can be put on it\n\thint: leave out --interval", d.Name)
	case q.Interval != "" && d.flows():
		return queryError("%s is a %s of different people, not a share of decisions: no sampling interval can be put on it\n\thint: leave out --interval", d.Name, d.Kind)
	case d.Kind == PerMillion && !slices.Contains(q.By, "period"):
		return queryError("%s would add up the %s of several years\n\thint: keep them apart with --by %s", d.Name, d.Class.Denominator, strings.Join(append(slices.Clone(q.By), "period"), ","))
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
func prepare(d Definition, data Data, q Query, keep bool) (es []*evaluation, whys []string, err error) {
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
		e, why, err := open(d, b, data, q, keep)
		if err != nil {
			return nil, nil, err
		}
		if why != "" && !slices.Contains(whys, why) {
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
	for _, e := range es {
		if err := e.add(len(es) == 1); err != nil {
			return nil, nil, err
		}
	}
	return es, whys, nil
}

// collect gives the results of all sources, one behind the other.
func collect(es []*evaluation) (all []Result) {
	for _, e := range es {
		blocks := inBlocks(e.len(), func() func(from, to int) pieces {
			m := newMaker(e, true)
			return func(from, to int) (out pieces) {
				for i := from; i < to; i++ {
					m.each(i, out.add)
				}
				return out
			}
		})
		all = append(all, slices.Concat(slices.Concat(blocks...)...)...)
	}
	return all
}

// An earlier evaluates again, as of an older day, what would have its part and
// its whole from different vintages of one table: no release ever said such a
// quotient.
type earlier struct {
	d    Definition
	data Data
	q    Query
	keep bool

	mutex sync.Mutex
	days  map[string]map[where]*Result
	err   error // of an evaluation
}

// A where is the key of a result and its source.
type where struct {
	key
	source string
}

// on gives the results as of a day.
func (x *earlier) on(day string) map[where]*Result {
	x.mutex.Lock()
	defer x.mutex.Unlock()
	if found, ok := x.days[day]; ok {
		return found
	}
	then := x.q
	then.AsOf = day
	found := map[where]*Result{}
	es, _, err := prepare(x.d, x.data, then, x.keep)
	if err != nil {
		x.err = err
	} else {
		rs := collect(es)
		for i := range rs {
			found[where{rs[i].key(), rs[i].Source}] = &rs[i]
		}
	}
	if x.days == nil {
		x.days = map[string]map[where]*Result{}
	}
	x.days[day] = found
	return found
}

// put puts an earlier result in the place of one whose part and whole are not
// of one vintage.
func (x *earlier) put(r *Result) {
	if !r.Known || r.mixed == "" || x.d.Kind == Ratio { // a ratio's counts are of different tables in any case
		return
	}
	day := r.mixed
	was, ok := x.on(day)[where{r.key(), r.Source}]
	if !ok {
		r.Known, r.Why = false, "its part and its whole are of different vintages"
		return
	}
	*r = *was
	r.warn("as of " + day + ": later releases at hand hold only some of its cells")
}

func (x *earlier) all(all []Result) error {
	for i := range all {
		x.put(&all[i])
	}
	return x.err
}

// order is that of the axes that results are sorted by: those that they are kept
// apart by, as By names them, then the others.
func (q *Query) order() []string {
	out := slices.Clone(q.By)
	for _, axis := range Axes {
		if !slices.Contains(out, axis) {
			out = append(out, axis)
		}
	}
	return out
}

// prefer leaves out a missing result where another source has a value, and puts
// the others in the order of axes.
func prefer(d *Definition, all []*Result, order []string) []*Result {
	sorted, doubtful := true, false // in order; a result that may go
	for i, r := range all {
		doubtful = doubtful || !r.Known || r.StandsIn
		sorted = sorted && (i == 0 || all[i-1].compare(r, order) <= 0)
	}
	if !sorted {
		slices.SortStableFunc(all, func(a, b *Result) int { return a.compare(b, order) })
	}
	if !doubtful || len(d.From) == 1 {
		return all
	}
	out := all[:0]
	for from := 0; from < len(all); { // results of one key stand together
		to := from + 1
		known, own := all[from].Known, all[from].Known && !all[from].StandsIn // of some; without a stand-in
		for ; to < len(all) && all[from].compare(all[to], order) == 0; to++ {
			known, own = known || all[to].Known, own || all[to].Known && !all[to].StandsIn
		}
		for _, r := range all[from:to] {
			if (r.Known || !known) && !(r.StandsIn && own) {
				out = append(out, r)
			}
		}
		from = to
	}
	return out
}

// nothing answers a question for one cell that no source holds with the reason.
func nothing(d *Definition, q Query, whys []string) []Result {
	if len(q.Citizen) != 1 || len(q.Geo) != 1 || len(q.Periods) != 1 {
		return nil
	}
	r := Result{Definition: d.Name, Kind: d.Kind, Class: d.Class, Citizen: q.Citizen[0], Geo: q.Geo[0], Period: q.Periods[0]}
	r.Why = "no table at hand holds such a cell (" + strings.Join(d.Sources(), ", ") + ")"
	if len(whys) > 0 {
		r.Why = strings.Join(whys, "; ")
	}
	return []Result{r}
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

// compare puts results in the order of some axes, all of them: by code, and
// periods from the earliest on.
func (r *Result) compare(o *Result, order []string) int {
	a, b := r.key(), o.key()
	for _, axis := range order {
		x, y := a.axis(axis), b.axis(axis)
		if axis == "period" {
			x, y = string(a.period), string(b.period)
		}
		if x != y {
			return strings.Compare(x, y)
		}
	}
	return 0
}

// An evaluation is one source's answer to a query.
type evaluation struct {
	d       Definition
	b       Binding
	q       Query
	sel     []*selection           // by side
	sheets  []*sheet               // of both sides, by number
	keys    []key                  // of lines, in order
	geos    []string               // of keys
	periods []obs.Period           // ascending
	span    [][2]int32             // the periods that each result is about
	grid    *grid                  // the counts of all keys; nil where each is counted when it is needed
	targets []target               // what there are results for, likewise
	summed  []string               // the axes that results add up
	keep    bool                   // the inputs of results
	counts  map[[3]string][]string // what a code counts towards: by dimension, code and what a side is set to
}

// open looks up the cells of a source.
func open(d Definition, b Binding, data Data, q Query, keep bool) (e *evaluation, why string, err error) {
	sides := b.Sides()
	e = &evaluation{d: d, b: b, q: q, keep: keep}
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
		s, err := gather(data, b.of(&side), side, q, b.Added(&side), terms, reg, keep)
		if err != nil {
			return nil, "", err
		}
		if s.lacks != "" {
			what := "applicants or decisions"
			if side.Counts != "" {
				what = d.Class.Denominator
			}
			why = fmt.Sprintf("%s does not tell %s apart by %s", b.of(&side), what, s.lacks)
		}
		if side.Counts != "" { // its codes say nothing to who asks about asylum
			s.call("number of " + d.Class.Denominator)
		}
		e.sel = append(e.sel, s)
	}
	e.sort(reg)
	return e, why, nil
}

// sort puts keys, lines and periods in order.
func (e *evaluation) sort(reg *register) {
	keys, rank := reg.sort()
	e.keys, e.geos = keys, make([]string, len(keys))
	for i := range keys {
		e.geos[i] = keys[i].geo
	}
	for _, s := range e.sel {
		e.periods = append(e.periods, s.periods...)
	}
	slices.Sort(e.periods)
	e.periods = slices.Compact(e.periods)
	for _, s := range e.sel {
		for _, sh := range s.sheets {
			sh.columns(e.periods)
			sh.id = int32(len(e.sheets))
			e.sheets = append(e.sheets, sh)
		}
		s.note()
		s.choose(e.q.Stage)
		s.sort(rank)
	}
	e.span = e.spans()
}

// add makes ready to make results: where those of one key rest on no other, each
// is counted when it is asked for; else all are counted, and refused where they
// would be counted twice.
func (e *evaluation) add(alone bool) error {
	if e.apart(alone) {
		return nil
	}
	e.grid = e.whole()
	if err := e.refuse(); err != nil {
		return err
	}
	targets, wholes := e.aims()
	inBlocks(len(wholes), func() func(from, to int) struct{} {
		w := newAdder(e, true)
		return func(from, to int) struct{} {
			for _, x := range wholes[from:to] {
				for _, span := range e.span {
					x.sums = append(x.sums, w.whole(x.from, span))
				}
			}
			return struct{}{}
		}
	})
	e.targets = targets
	return nil
}

// apart reports whether each result is of one key and period alone. What is asked
// of several sexes or ages and has one is called by that where it stands alone.
func (e *evaluation) apart(alone bool) bool {
	if len(e.summed) > 0 || !(alone && e.oneDay()) && e.addsPeople() {
		return false
	}
	for i := range e.keys {
		if k, first := &e.keys[i], &e.keys[0]; k.sex != first.sex || k.age != first.age {
			return false
		}
	}
	for _, s := range e.sel {
		if len(s.side.Set) > 0 {
			return false
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

// addsPeople reports whether several sexes or ages are asked for, and not kept
// apart.
func (e *evaluation) addsPeople() bool {
	return len(e.q.Sex) > 1 && !slices.Contains(e.q.By, "sex") || len(e.q.Age) > 1 && !slices.Contains(e.q.By, "age")
}

// oneDay reports whether there is one vintage of each table.
func (e *evaluation) oneDay() bool {
	day := map[string]string{}
	for _, sh := range e.sheets {
		if v, ok := day[sh.meta.Table]; ok && v != sh.meta.Vintage {
			return false
		}
		day[sh.meta.Table] = sh.meta.Vintage
	}
	return true
}

// at gives the key of the i-th target.
func (e *evaluation) at(i int) *key {
	if e.grid == nil {
		return &e.keys[i]
	}
	return &e.targets[i].key
}

// len is the number of targets.
func (e *evaluation) len() int {
	if e.grid == nil {
		return len(e.keys)
	}
	return len(e.targets)
}

// A grid holds the counts of all keys that there are: by block, side and key.
type grid struct{ blocks [][2][][]count }

// of gives the counts of a key on one side, by period.
func (g *grid) of(side, key int) []count { return g.blocks[key/blockKeys][side][key%blockKeys] }

// whole counts every key.
func (e *evaluation) whole() *grid {
	return &grid{inBlocks(len(e.keys), func() func(from, to int) [2][][]count {
		w := newCounter(e)
		var room []count
		return func(from, to int) (b [2][][]count) {
			for side := range b {
				b[side] = make([][]count, to-from)
			}
			for k := from; k < to; k++ {
				w.key(k)
				for side, counts := range w.out {
					if len(room) < len(counts) {
						room = make([]count, max(256, len(counts)))
					}
					n := copy(room, counts)
					b[side][k-from], room = room[:n:n], room[n:]
				}
			}
			return b
		}
	})}
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

// blockKeys is how many jobs a block is.
const blockKeys = 64

// inBlocks does n jobs in blocks, on every processor, and gives what was made of
// the blocks in their order. Each worker asks for a function of its own.
func inBlocks[T any](n int, worker func() func(from, to int) T) []T {
	return inBlocksOf(blockKeys, n, worker)
}

// inBlocksOf is inBlocks with blocks of another size.
func inBlocksOf[T any](size, n int, worker func() func(from, to int) T) []T {
	out := make([]T, (n+size-1)/size)
	var next atomic.Int64
	work := func() {
		do := worker()
		for {
			i := int(next.Add(1)) - 1
			if i >= len(out) {
				return
			}
			out[i] = do(i*size, min(n, (i+1)*size))
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
