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
		if all == nil {
			all = r // there may be many, and most often one source has them all
		} else {
			all = append(all, r...)
		}
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
		all[i].warn("as of " + day + ": later releases at hand hold only some of its cells")
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
	if slices.ContainsFunc(all, func(r Result) bool { return r.Source != all[0].Source }) {
		known := map[key]bool{}
		for i := range all {
			if all[i].Known {
				known[all[i].key()] = true
			}
		}
		all = slices.DeleteFunc(all, func(r Result) bool { return !r.Known && known[r.key()] })
	}
	order := func(a, b *Result) int { return a.key().compare(b.key()) }
	for i := 1; i < len(all); i++ {
		if order(&all[i-1], &all[i]) > 0 {
			slices.SortStableFunc(all, func(a, b Result) int { return order(&a, &b) })
			break
		}
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

func evaluate(d Definition, b Binding, data Data, q Query) (results []Result, why string, err error) {
	sides := b.sides()
	sides[0].Whole, sides[0].Witness = b.Whole, b.Witness
	e := &evaluation{d: d, b: b, q: q}
	reg := &register{numbers: map[key]int32{}}
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
	e.count(reg.keys)
	if err := e.refuse(); err != nil {
		return nil, "", err
	}
	return e.results(), why, nil
}

// An evaluation is one source's answer to a query. Its counts stand in a grid
// for each side: by key, then by period.
type evaluation struct {
	d       Definition
	b       Binding
	q       Query
	sel     []*selection // by side
	keys    []key        // of lines, by number
	periods []obs.Period // ascending
	counts  [][]count    // by side
	names   map[*table.Meta][]string
	first   []string // the codes of a dimension that the first side has
}

// of gives the counts of a key on one side, by period.
func (e *evaluation) of(side, key int) []count {
	n := len(e.periods)
	return e.counts[side][key*n : (key+1)*n]
}

// count makes the counts out of the lines.
func (e *evaluation) count(keys []key) {
	e.keys, e.names = keys, map[*table.Meta][]string{}
	for _, s := range e.sel {
		e.periods = append(e.periods, s.periods...)
	}
	slices.Sort(e.periods)
	e.periods = slices.Compact(e.periods)
	lines := make([]func(k int) []line, len(e.sel))
	for i, s := range e.sel {
		lines[i] = s.byKey(len(keys))
		for j := range s.lines {
			e.place(s.lines[j].sheet)
		}
		e.counts = append(e.counts, make([]count, len(keys)*len(e.periods)))
	}
	parallel(len(keys), func() func(int) {
		w := &counter{e: e}
		return func(k int) {
			for p := range e.periods {
				for i, s := range e.sel {
					w.sel, w.name = s, e.name(i)
					w.count(lines[i](k), p, &e.of(i, k)[p])
				}
			}
		}
	})
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

// place finds the columns of a sheet, and its name.
func (e *evaluation) place(s *sheet) {
	if s.cols != nil {
		return
	}
	for _, p := range e.periods {
		s.cols = append(s.cols, int32(s.t.Period(p)))
	}
	e.names[s.meta] = slices.Clip([]string{s.meta.Table + " " + s.meta.Vintage})
}

// byKey sorts the lines by the number of their key, and gives those of one.
func (s *selection) byKey(keys int) func(k int) []line {
	ends := make([]int, keys+1)
	for i := range s.lines {
		ends[s.lines[i].key+1]++
	}
	for k := range keys {
		ends[k+1] += ends[k]
	}
	sorted, next := make([]line, len(s.lines)), slices.Clone(ends)
	for i := range s.lines {
		k := s.lines[i].key
		sorted[next[k]] = s.lines[i]
		next[k]++
	}
	s.lines = sorted
	return func(k int) []line { return sorted[ends[k]:ends[k+1]] }
}

// parallel does n jobs, on every processor if there are many. Each worker asks
// for a function of its own to do them with.
func parallel(n int, worker func() func(int)) {
	const block = 64
	workers := min(runtime.GOMAXPROCS(0), n/block)
	if workers < 2 {
		do := worker()
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			do := worker()
			for {
				to := int(next.Add(block))
				if to-block >= n {
					return
				}
				for i := to - block; i < min(to, n); i++ {
					do(i)
				}
			}
		})
	}
	wg.Wait()
}
