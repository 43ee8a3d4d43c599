package figure

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// ErrNothing reports that the data at hand does not give a chart.
var ErrNothing = errors.New("no data at hand for it")

// A Source answers what charts ask of one state of the data. Each definition is
// evaluated once, whatever the number of charts. It may be used by several
// goroutines.
type Source struct {
	Set    *rate.Set
	Data   rate.Data
	Limits rate.Thresholds

	mu      sync.Mutex
	answers map[question]*answer
}

// NewSource asks data under the definitions of set.
func NewSource(set *rate.Set, data rate.Data, limits rate.Thresholds) *Source {
	return &Source{Set: set, Data: data, Limits: limits, answers: map[question]*answer{}}
}

// A question is all of a definition from one source at one stage.
type question struct{ definition, source, stage string }

type cell struct {
	citizen, geo string
	period       obs.Period
}

type answer struct {
	once    sync.Once
	results map[cell]*rate.Result
	err     error
}

// totals are the sums that have to be asked for by name.
var totals = struct{ citizen, geo []string }{[]string{"TOTAL"}, []string{"EU27_2020"}}

func (s *Source) ask(q question) (*answer, error) {
	s.mu.Lock()
	a := s.answers[q]
	if a == nil {
		a = &answer{}
		s.answers[q] = a
	}
	s.mu.Unlock()
	a.once.Do(func() { a.results, a.err = s.evaluate(q) })
	return a, a.err
}

func (s *Source) evaluate(q question) (map[cell]*rate.Result, error) {
	d, err := s.Set.Named(q.definition)
	if err != nil {
		return nil, err
	}
	out := map[cell]*rate.Result{}
	for _, citizen := range [][]string{nil, totals.citizen} {
		for _, geo := range [][]string{nil, totals.geo} {
			rs, err := rate.Evaluate(d, s.Data, rate.Query{Citizen: citizen, Geo: geo, Source: q.source, Stage: q.stage, Limits: &s.Limits})
			if err != nil {
				return nil, err
			}
			for i := range rs {
				r := &rs[i]
				k := cell{r.Citizen, r.Geo, r.Period}
				if was := out[k]; was == nil || !was.Known && r.Known {
					out[k] = r
				}
			}
		}
	}
	return out, nil
}

// source names where a definition is asked: what the spec says, else the first
// source of the definition that holds anything of it.
func (s *Source) source(name, want string) (string, error) {
	d, err := s.Set.Named(name)
	if err != nil {
		return "", err
	}
	if want != "" {
		return want, nil
	}
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
				return b.Source, nil
			}
		}
	}
	return "", ErrNothing
}

// Result is a definition's result for one cell, nil where there is none.
func (s *Source) Result(name, source, stage, citizen, geo string, p obs.Period) (*rate.Result, error) {
	source, err := s.source(name, source)
	if errors.Is(err, ErrNothing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := s.ask(question{name, source, stage})
	if err != nil {
		return nil, err
	}
	return a.results[cell{citizen, geo, p}], nil
}

// Codes lists the codes of an axis for which a definition has a count below the
// line in a period ("" is any), without totals and aggregates, sorted.
func (s *Source) Codes(name, source, axis string, p obs.Period, has func(*rate.Result) bool) ([]string, error) {
	source, err := s.source(name, source)
	if errors.Is(err, ErrNothing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := s.ask(question{name, source, ""})
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for k, r := range a.results {
		c := k.citizen
		if axis == "geo" {
			c = k.geo
		}
		if !seen[c] && (p == "" || k.period == p) && member(axis, c) && has(r) {
			seen[c] = true
		}
	}
	out := make([]string, 0, len(seen))
	for c := range seen {
		out = append(out, c)
	}
	slices.Sort(out)
	return out, nil
}

// Periods lists the years of which a definition holds a value, ascending.
func (s *Source) Periods(name, source string) ([]obs.Period, error) {
	source, err := s.source(name, source)
	if errors.Is(err, ErrNothing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a, err := s.ask(question{name, source, ""})
	if err != nil {
		return nil, err
	}
	seen := map[obs.Period]bool{}
	for k, r := range a.results {
		if r.Known && k.period.Freq() == 'A' {
			seen[k.period] = true
		}
	}
	var out []obs.Period
	for p := range seen {
		out = append(out, p)
	}
	slices.Sort(out)
	return out, nil
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
		codes, err := s.Codes(name, source, "citizen", p, func(r *rate.Result) bool { return r.Known })
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
