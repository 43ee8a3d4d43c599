package rate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
