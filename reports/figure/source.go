package figure

import (
	"cmp"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// ErrNothing reports that the data at hand does not give a chart.
var ErrNothing = errors.New("no data at hand for it")

// A Source answers what charts ask of one state of the data. What there is of a
// definition is looked through once, whatever the number of charts; what a chart
// shows is evaluated with its cells when it is asked for. It may be used by
// several goroutines.
type Source struct {
	Set    *rate.Set
	Data   rate.Data
	Limits rate.Thresholds

	all   *answers
	bare  bool // results are found without their inputs
	mu    sync.Mutex
	found map[question]map[cell]*rate.Result // what was asked for; nil where there is none
}

// NewSource asks data under the definitions of set.
func NewSource(set *rate.Set, data rate.Data, limits rate.Thresholds) *Source {
	return &Source{Set: set, Data: data, Limits: limits, all: &answers{of: map[question]*answer{}, sources: map[string]string{}}, found: map[question]map[cell]*rate.Result{}}
}

// Bare is a source of the same, whose results are without their inputs: for tables
// of many of them that list no cells.
func (s *Source) Bare() *Source {
	return &Source{Set: s.Set, Data: s.Data, Limits: s.Limits, all: s.all, bare: true, found: map[question]map[cell]*rate.Result{}}
}

// A question is all of a definition from one source at one stage.
type question struct{ definition, source, stage string }

type cell struct {
	citizen, geo string
	period       obs.Period
}

// A Held is what there is of a definition for one cell, without what it rests on.
type Held struct {
	Citizen, Geo              string
	Period                    obs.Period
	Known, NumKnown, DenKnown bool // as those of a result
	Num, Den                  int64
	Countries                 int // that were added up
}

func (h *Held) cell() cell { return cell{h.Citizen, h.Geo, h.Period} }

func (c cell) compare(d cell) int {
	return cmp.Or(strings.Compare(c.citizen, d.citizen), strings.Compare(c.geo, d.geo), strings.Compare(string(c.period), string(d.period)))
}

// totals are the sums that have to be asked for by name.
var totals = struct{ citizen, geo []string }{[]string{"TOTAL"}, []string{"EU27_2020"}}

// An answer is what there is of a definition, each part by cell: of all that is
// held by itself, then of the sums.
type answer struct {
	once    sync.Once
	held    [][]Held
	periods []obs.Period // years of which there is a value, ascending
	err     error
}

type answers struct {
	mu      sync.Mutex
	of      map[question]*answer
	sources map[string]string // where a definition is asked, "" if no table of it is at hand
}

func (s *Source) ask(q question) (*answer, error) {
	s.all.mu.Lock()
	a := s.all.of[q]
	if a == nil {
		a = &answer{}
		s.all.of[q] = a
	}
	s.all.mu.Unlock()
	a.once.Do(func() { a.err = a.look(s, q) })
	return a, a.err
}

// look looks through all that there is.
func (a *answer) look(s *Source, q question) error {
	d, err := s.Set.Named(q.definition)
	if err != nil {
		return err
	}
	seen := map[obs.Period]bool{}
	for _, citizen := range [][]string{nil, totals.citizen} {
		for _, geo := range [][]string{nil, totals.geo} {
			blocks, err := rate.Blocks(d, s.Data, s.query(q, citizen, geo, nil), func(rs iter.Seq[*rate.Result]) (out []Held) {
				for r := range rs {
					out = append(out, Held{r.Citizen, r.Geo, r.Period, r.Known, r.NumKnown, r.DenKnown, r.Num, r.Den, len(r.Countries)})
				}
				return out
			})
			if err != nil {
				return err
			}
			part := slices.Concat(blocks...)
			for i := range part {
				if h := &part[i]; h.Known && h.Period.Freq() == 'A' && !seen[h.Period] {
					seen[h.Period] = true
					a.periods = append(a.periods, h.Period)
				}
			}
			a.held = append(a.held, part)
		}
	}
	slices.Sort(a.periods)
	return nil
}

func (s *Source) query(q question, citizens, geos []string, periods []obs.Period) rate.Query {
	return rate.Query{Citizen: citizens, Geo: geos, Periods: periods, Source: q.source, Stage: q.stage, Limits: &s.Limits, NoInputs: s.bare}
}

// each gives what is held of a period ("" is any), of a cell that several parts
// hold the first with a value.
func (a *answer) each(p obs.Period) iter.Seq[*Held] {
	return func(yield func(*Held) bool) {
		for n, part := range a.held {
			for i := range part {
				h := &part[i]
				if p != "" && h.Period != p || n > 0 && a.at(h.cell()) != h {
					continue
				}
				if n == 0 && !h.Known && a.at(h.cell()) != h {
					continue
				}
				if !yield(h) {
					return
				}
			}
		}
	}
}

// at is what is held of a cell, nil if nothing is.
func (a *answer) at(c cell) (found *Held) {
	for _, part := range a.held {
		i, ok := slices.BinarySearchFunc(part, c, func(h Held, c cell) int { return h.cell().compare(c) })
		if ok && (found == nil || !found.Known && part[i].Known) {
			found = &part[i]
		}
	}
	return found
}

// evaluate finds the results of some cells: of each citizenship in each country in
// each period, nil meaning all periods.
func (s *Source) evaluate(q question, citizens, geos []string, periods []obs.Period) error {
	d, err := s.Set.Named(q.definition)
	if err != nil {
		return err
	}
	var all []rate.Result
	for _, who := range apart(citizens, totals.citizen) {
		for _, where := range apart(geos, totals.geo) {
			if len(who) == 0 || len(where) == 0 {
				continue
			}
			rs, err := rate.Evaluate(d, s.Data, s.query(q, who, where, periods))
			if err != nil {
				return err
			}
			all = append(all, rs...)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.found[q]
	if found == nil {
		found = map[cell]*rate.Result{}
		s.found[q] = found
	}
	for i := range all {
		r := &all[i]
		if c := (cell{r.Citizen, r.Geo, r.Period}); found[c] == nil || !found[c].Known && r.Known {
			alone := *r // so that it does not keep the others
			found[c] = &alone
		}
	}
	return nil
}

// Forget lets go of what was looked through and of the results that were asked
// for; it is found again when it is asked for again. Charts keep theirs.
func (s *Source) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all.mu.Lock()
	defer s.all.mu.Unlock()
	clear(s.found)
	clear(s.all.of)
}

// apart parts codes from those that are sums.
func apart(codes, sums []string) (out [2][]string) {
	for _, c := range codes {
		n := 0
		if slices.Contains(sums, c) {
			n = 1
		}
		out[n] = append(out[n], c)
	}
	return out
}

// source names where a definition is asked: what the spec says, else the first
// source of the definition that holds anything of it.
func (s *Source) source(name, want string) (string, error) {
	if want != "" {
		_, err := s.Set.Named(name)
		return want, err
	}
	s.all.mu.Lock()
	defer s.all.mu.Unlock()
	first, ok := s.all.sources[name]
	if !ok {
		d, err := s.Set.Named(name)
		if err != nil {
			return "", err
		}
		first = s.first(&d)
		s.all.sources[name] = first
	}
	if first == "" {
		return "", ErrNothing
	}
	return first, nil
}

func (s *Source) first(d *rate.Definition) string {
	held := map[string]bool{}
	for _, m := range s.Data.Vintages() {
		held[m.Source+"/"+m.Table] = true
	}
	for i := range d.From {
		b := &d.From[i]
		if b.StandsIn != "" {
			continue
		}
		for _, side := range b.Sides() {
			if slices.ContainsFunc(side.Tables, func(t string) bool { return held[b.Source+"/"+t] }) {
				return b.Source
			}
		}
	}
	return ""
}

// Result is a definition's result for one cell, nil where there is none.
func (s *Source) Result(name, source, stage, citizen, geo string, p obs.Period) (*rate.Result, error) {
	c := cell{citizen, geo, p}
	q, a, err := s.about(name, source, stage)
	if a == nil || err != nil || a.at(c) == nil {
		return nil, err
	}
	s.mu.Lock()
	r, ok := s.found[q][c]
	s.mu.Unlock()
	if ok {
		return r, nil
	}
	if err := s.evaluate(q, []string{citizen}, []string{geo}, nil); err != nil { // who asks for one year asks for the next
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.found[q][c], nil
}

// Ahead evaluates the results of some cells together, which is faster than one by
// one when Result is asked for them.
func (s *Source) Ahead(name, source string, stage func(geo string) string, citizens, geos []string, periods ...obs.Period) error {
	byStage := map[string][]string{}
	for _, g := range geos {
		byStage[stage(g)] = append(byStage[stage(g)], g)
	}
	for _, st := range slices.Sorted(maps.Keys(byStage)) {
		q, a, err := s.about(name, source, st)
		if a == nil || err != nil {
			return err
		}
		if err := s.evaluate(q, citizens, byStage[st], periods); err != nil {
			return err
		}
	}
	return nil
}

// about is the answer to a question, nil where no table at hand gives one.
func (s *Source) about(name, source, stage string) (q question, a *answer, err error) {
	source, err = s.source(name, source)
	if errors.Is(err, ErrNothing) {
		return q, nil, nil
	}
	if err != nil {
		return q, nil, err
	}
	q = question{name, source, stage}
	a, err = s.ask(q)
	return q, a, err
}

// Codes lists the codes of an axis for which a definition holds something that has
// takes, in a period ("" is any), without totals and aggregates, sorted.
func (s *Source) Codes(name, source, axis string, p obs.Period, has func(*Held) bool) ([]string, error) {
	_, a, err := s.about(name, source, "")
	if a == nil || err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for h := range a.each(p) {
		c := h.Citizen
		if axis == "geo" {
			c = h.Geo
		}
		if !seen[c] && has(h) && member(axis, c) {
			seen[c] = true
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// Periods lists the years of which a definition holds a value, ascending.
func (s *Source) Periods(name, source string) ([]obs.Period, error) {
	_, a, err := s.about(name, source, "")
	if a == nil || err != nil {
		return nil, err
	}
	return a.periods, nil
}

// Latest is the newest year of which as good as every citizenship is held: nine
// tenths of those of the fullest year; "" if there is none. A tail that few have
// reported yet, or an extract of some, is none (METHODS 9).
func (s *Source) Latest(name, source string) (obs.Period, error) {
	periods, err := s.Periods(name, source)
	if err != nil {
		return "", err
	}
	held, fullest := make([]int, len(periods)), 0
	for i, p := range periods {
		codes, err := s.Codes(name, source, "citizen", p, func(h *Held) bool { return h.Known })
		if err != nil {
			return "", err
		}
		held[i] = len(codes)
		fullest = max(fullest, held[i])
	}
	for i := len(periods) - 1; i >= 0; i-- {
		if 10*held[i] >= 9*fullest {
			return periods[i], nil
		}
	}
	return "", nil
}

// member reports whether a code is a country or a residual, not a sum.
func member(dim, c string) bool {
	x, ok := code.Must(dim).Lookup(c)
	return ok && x.Kind != code.Aggregate
}

// members are what an aggregate consists of; a member is itself.
func members(geo List) []string {
	var out []string
	for _, g := range geo {
		if x, ok := code.Must("geo").Lookup(g); ok && x.Kind == code.Aggregate {
			out = append(out, x.Members...)
		} else {
			out = append(out, g)
		}
	}
	return out
}

// byValue sorts by value, highest first, then by code.
func byValue(rs []*rate.Result) {
	slices.SortStableFunc(rs, func(a, b *rate.Result) int {
		return cmp.Or(-cmp.Compare(a.Value, b.Value), strings.Compare(a.Geo, b.Geo), strings.Compare(a.Citizen, b.Citizen), strings.Compare(string(a.Period), string(b.Period)))
	})
}
