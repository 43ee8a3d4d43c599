package rate

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
)

// A Ranking sets citizenships by their distance from the line that a law draws
// across a definition.
type Ranking struct {
	Line           Line
	Source         string
	StandsIn       string // in what the source differs from the law's, "" where it is that
	Geo            string
	Period, Before obs.Period
	Limits         Thresholds
	Entries        []Entry // ranked, nearest to the line first; then those with too few decisions, by citizenship
	Why            string  // there are no entries because …
	Outside        int     // citizenships with decisions that the law is not about: the Union's own
}

// An Entry is one citizenship's place.
type Entry struct {
	Result
	Rank      int     // from 1; 0 under the decisions that a rank wants
	Distance  float64 // from the line, in shares of one; at or below it not above 0
	Straddles bool    // rounding allows both sides of the line
	Few       bool    // fewer decisions than the law's own test wants
	Prior     *Result // of the year before, nil where no cell of it is held
	Crossing  Crossing
}

// A Crossing says whether a citizenship changed sides since the year before.
type Crossing string

// Crossings. Where either year's bounds straddle the line, a change of sides is
// Open; where the year before has no value, it is Unknown.
const (
	Stayed   Crossing = "no"
	Fell     Crossing = "fell" // to the line or below it
	Rose     Crossing = "rose" // above it
	Open     Crossing = "open"
	Untold   Crossing = "unknown"
	noPeriod          = obs.Period("")
)

// Below reports whether the law's test is met: at the line or below it.
func (e *Entry) Below() bool { return e.Distance <= 0 }

// Rank applies a definition with a line to every citizenship of a union in one
// year. Where q names no country it is the law's, where it names no year it is
// the newest of which the source holds as good as every citizenship. A source that only
// stands in is taken where no other has such a year.
func Rank(d Definition, data Data, q Query) (*Ranking, error) {
	if d.Line == nil {
		return nil, queryError("%s has no line that citizenships could be ranked by", d.Name)
	}
	if len(q.Geo) == 0 {
		q.Geo = []string{d.Line.Geo}
	}
	if len(q.Geo) > 1 || len(q.Periods) > 1 || len(q.Periods) == 1 && q.Periods[0].Freq() != 'A' {
		return nil, queryError("%s ranks citizenships of one country or union in one year\n\thint: name one --geo and one --period such as 2023, or keep several apart with --by citizen,geo,period", d.Name)
	}
	q.By, q.StandIns = nil, true
	var why []string
	for _, b := range d.From {
		if q.Source != "" && q.Source != b.Source {
			continue
		}
		one := q
		one.Source = b.Source
		if len(q.Periods) == 1 {
			one.Periods = []obs.Period{yearBefore(q.Periods[0]), q.Periods[0]}
		}
		results, err := Evaluate(d, data, one)
		if err != nil {
			return nil, err
		}
		g := &Ranking{Line: *d.Line, Source: b.Source, StandsIn: b.StandsIn, Geo: q.Geo[0], Limits: *q.limits()}
		if g.Period = newest(results); len(q.Periods) == 1 {
			g.Period = q.Periods[0]
		}
		if g.Period != noPeriod {
			g.Before = yearBefore(g.Period)
			g.enter(results)
		}
		if len(g.Entries) > 0 {
			return g, nil
		}
		why = append(why, b.Source)
	}
	if len(why) == 0 {
		return nil, queryError("%s cannot be computed from %q; its sources are %s", d.Name, q.Source, strings.Join(d.Sources(), ", "))
	}
	g := &Ranking{Line: *d.Line, Geo: q.Geo[0], Limits: *q.limits(), Why: "no table at hand holds decisions by citizenship there (" + strings.Join(why, ", ") + ")"}
	if len(q.Periods) == 1 {
		g.Period = q.Periods[0]
	}
	return g, nil
}

func yearBefore(p obs.Period) obs.Period {
	y, _ := strconv.Atoi(string(p))
	return obs.Period(strconv.Itoa(y - 1))
}

// newest is the newest year of which as good as every citizenship is held: nine
// tenths of those of the fullest year. A tail that few have reported yet, or an
// extract of some, is none (METHODS 9).
func newest(results []Result) obs.Period {
	held := map[obs.Period]int{}
	most := 0
	for i := range results {
		if r := &results[i]; r.Known && r.Period.Freq() == 'A' && isMember(r.Citizen) {
			held[r.Period]++
			most = max(most, held[r.Period])
		}
	}
	last := noPeriod
	for p, n := range held {
		if p > last && 10*n >= 9*most {
			last = p
		}
	}
	return last
}

// enter places the results of both years.
func (g *Ranking) enter(results []Result) {
	line := g.Line.At / 100
	prior := map[string]*Result{}
	for i := range results {
		if results[i].Period == g.Before {
			prior[results[i].Citizen] = &results[i]
		}
	}
	own, _ := membersOf("geo", g.Line.Outside)
	for i := range results {
		r := &results[i]
		if r.Period != g.Period || !r.Known || !isMember(r.Citizen) {
			continue
		}
		if slices.Contains(own, r.Citizen) {
			g.Outside++
			continue
		}
		e := Entry{Result: *r, Distance: r.Value - line, Straddles: r.straddles(line), Few: r.Den < g.Line.Few, Prior: prior[r.Citizen]}
		e.Crossing = crossing(e.Prior, r, line)
		g.Entries = append(g.Entries, e)
	}
	slices.SortStableFunc(g.Entries, func(a, b Entry) int {
		x, y := a.Den >= g.Limits.Rank, b.Den >= g.Limits.Rank
		switch {
		case x != y:
			return map[bool]int{true: -1, false: 1}[x]
		case !x:
			return cmp.Compare(a.Citizen, b.Citizen)
		}
		return cmp.Or(cmp.Compare(math.Abs(a.Distance), math.Abs(b.Distance)), cmp.Compare(a.Citizen, b.Citizen))
	})
	for i := range g.Entries {
		if g.Entries[i].Den >= g.Limits.Rank {
			g.Entries[i].Rank = i + 1
		}
	}
}

// isMember reports whether a code is a citizenship: no aggregate of several, and
// none of those without one.
func isMember(citizen string) bool {
	x, ok := code.Must("citizen").Lookup(citizen)
	return ok && x.Kind == code.Member
}

// straddles reports whether some true counts put r at the line or below it, and
// others above.
func (r *Result) straddles(line float64) bool { return r.Lo <= line && line < r.Hi }

// crossing compares the sides of two years.
func crossing(before, now *Result, line float64) Crossing {
	switch {
	case before == nil || !before.Known:
		return Untold
	case (before.Value <= line) == (now.Value <= line) && !before.straddles(line) && !now.straddles(line):
		return Stayed
	case before.straddles(line) || now.straddles(line):
		return Open
	case now.Value <= line:
		return Fell
	}
	return Rose
}

// Results gives those of the entries, in their order.
func (g *Ranking) Results() []Result {
	out := make([]Result, len(g.Entries))
	for i := range g.Entries {
		out[i] = g.Entries[i].Result
	}
	return out
}
