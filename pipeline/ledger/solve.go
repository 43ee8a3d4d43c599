package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// A Question is a published number whose definition is not known.
type Question struct {
	Value   string // as printed: "16.3 %", "16,3%", "about 19,000"
	Count   string // a count printed beside a percentage, above or below the line; "" if none
	Citizen string
	Geo     string
	Period  obs.Period
	Source  string   // search this source alone; "" searches all
	AsOf    string   // YYYY-MM-DD: only vintages up to then; "" means all
	Known   []Figure // published figures, whose counts may be what a percentage divides by
}

// How a printed value agrees with a candidate.
const (
	Rounded = "rounded"          // it is the candidate's value, rounded
	Cut     = "cut, not rounded" // it is the candidate's value with digits cut off
	Allowed = "within rounding"  // it is a value that the rounding of the cells allows
	Bounded = "as a bound"       // "less than", "more than": the candidate's value lies there
)

// A Solution is what could give a printed number.
//
// A search over many candidates finds matches by chance. Expected says how many
// a number of the same precision would match that is drawn at random, each as
// likely as the next, from From to To: between half the value and its double (of
// one over 50 %, by what it lacks of 100), and at least twenty of its last digit.
type Solution struct {
	Question
	Percent  bool
	Tried    int     // candidates that have a value
	Distinct int     // of them, those of different counts
	Matches  []Match // the most plausible first
	Expected float64 // matches of a random number
	Covered  float64 // the share of such numbers that match anything at all
	From, To float64 // the range that they are drawn from, in the unit of the value
	Implied  *Implied
}

// A Match is a candidate that gives the number.
type Match struct {
	Name   string // of a definition, or of the two counts: "G / A1"
	Named  bool   // it is a definition of the set
	Title  string // what is divided by what
	Place  string // what the geo was taken for: "EU27_2020", "EU+"
	AsOf   string // the day that it was so, "" for the newest vintages
	How    string
	Doubts []string // what makes it less plausible than others
	Also   []string // other names of the same quotient
	Result rate.Result
	// Chance is how many candidates no less plausible than this one a random
	// number would match.
	Chance float64

	level int // of the levels of its block
	cost  float64
	cells [2][][]rate.Input // of both counts, until they are wanted
}

// Implied is what the count printed beside a percentage would have to be divided
// by, or divide.
type Implied struct {
	Count          int64
	DenFrom, DenTo int64 // if it stands above the line
	NumFrom, NumTo int64 // if it stands below it
	Above, Below   []Held
	CountHeld      []Held   // counts that are the printed one
	Published      []Figure // counts that others published for the cell, and that may stand below it
}

// Held is a count that the data at hand has for the cell.
type Held struct {
	Words  string // "first-time applicants"
	Source string
	Stage  string
	Place  string
	N      int64
}

// Little reports whether the matches say little: a random number has a fair
// chance to match a candidate that is no less plausible than the best.
func (s *Solution) Little() bool { return len(s.Matches) > 0 && s.Matches[0].Chance >= MeansLittle }

// MeansLittle is how many matches by chance make a match worth little. At 0.1
// about one random number in twenty is taken for more than it is.
const MeansLittle = 0.1

// The costs that a candidate pays for what makes it less plausible. They order
// matches and have no other meaning: a definition that has a name, as its source
// writes it, in the newest vintage, rounded, pays nothing.
const (
	costDerived  = 0.5  // a definition that nobody publishes by that name
	costRatio    = 0.5  // two flows, which press and speeches quote
	costUnnamed  = 2.0  // no definition
	costMixed    = 2.0  // counts of two sources
	costVintage  = 1.0  // an older vintage
	costPlace    = 1.0  // another EU than the one asked for
	costMembers  = 0.5  // added up where the total is printed
	costQuarters = 0.5  // added up over quarters
	costFirst    = 0.25 // UNHCR's level FI in place of its usual choice
	costLevel    = 1.0  // any other level
	costStages   = 0.5  // first and final decisions together
	costFew      = 1.0  // too few cases for a percentage
	costCut      = 1.0
	costCount    = 0.75 // the count printed beside it fits as far as rounding goes alone
	costAllowed  = 1.5  // and more, the more numbers rounding allows
)

// ErrQuestion reports a question that cannot be asked.
var ErrQuestion = errors.New("wrong question")

type badQuestion struct{ error }

func (e badQuestion) Is(target error) bool { return target == ErrQuestion }

// quantities takes a question's numbers apart.
func (q *Question) quantities() (value quantity, count *quantity, err error) {
	if value, err = parse(q.Value); err != nil {
		return value, nil, badQuestion{err}
	}
	if !value.percent && value.decimals > 0 {
		return value, nil, badQuestion{fmt.Errorf(`value %q: a count has no decimals; a percentage is written "16.3%%"`, q.Value)}
	}
	if q.Count == "" {
		return value, nil, nil
	}
	c, err := parse(q.Count)
	switch {
	case err != nil || c.percent || c.decimals > 0 || c.bound():
		return value, nil, badQuestion{fmt.Errorf(`count %q: want a count, such as "3075" or "about 3,000"`, q.Count)}
	case !value.percent:
		return value, nil, badQuestion{fmt.Errorf("count %q: a count stands beside a percentage, and %q is none", q.Count, q.Value)}
	}
	return value, &c, nil
}

// Solve looks for what gives a published number: definitions, and quotients of
// any two counts held for the cell, over sources, stages, vintages, what the EU
// may be, rounding and cutting. Of a count it looks for the count.
func Solve(set *rate.Set, data rate.Data, q Question) (*Solution, error) {
	value, count, err := q.quantities()
	if err != nil {
		return nil, err
	}
	s := &search{set: set, data: rate.AsOf(data, q.AsOf), q: q, percent: value.percent}
	if err := s.collect(); err != nil {
		return nil, err
	}
	out := &Solution{Question: q, Percent: value.percent, Tried: len(s.candidates)}
	distinct := merge(s.candidates)
	out.Distinct = len(distinct)
	out.settle(distinct, value, count)
	if count != nil && !value.bound() {
		out.imply(s.amounts, value, *count)
	}
	return out, nil
}

// merge keeps of the candidates that are the same two counts the most plausible
// one, and in it the names of the others.
func merge(all []Match) []Match {
	slices.SortStableFunc(all, func(a, b Match) int { return cmp.Compare(a.cost, b.cost) })
	type counts struct{ num, den int64 }
	at := map[counts]int{}
	var out []Match
	for _, m := range all {
		k := counts{m.Result.Num, m.Result.Den}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, m)
			continue
		}
		first := &out[i]
		if name := m.Name; name != first.Name && !slices.Contains(first.Also, name) {
			first.Also = append(first.Also, name)
		}
	}
	return out
}

// Hits are the printed numbers that a candidate would match, as steps of the
// last printed digit, and what that way of matching costs.
type hits struct {
	lo, hi int64
	how    string
	cost   float64
}

// spans gives the numbers of q's precision that a value matches, where rounding
// lets it lie between lo and hi.
func (q quantity) spans(v, lo, hi float64) []hits {
	const eps = 1e-6
	u := q.unit
	up := func(x float64) int64 { return int64(math.Ceil(x/u - eps)) }
	down := func(x float64) int64 { return int64(math.Floor(x/u + eps)) }
	half := u / 2
	if u == 1 && !q.percent {
		half = 0 // a whole count is not rounded
	}
	switch {
	case q.relation == '<' && q.equal:
		return []hits{{up(v), math.MaxInt64, Bounded, 0}}
	case q.relation == '<':
		return []hits{{down(v) + 1, math.MaxInt64, Bounded, 0}}
	case q.relation == '>' && q.equal:
		return []hits{{math.MinInt64, down(v), Bounded, 0}}
	case q.relation == '>':
		return []hits{{math.MinInt64, up(v) - 1, Bounded, 0}}
	case q.relation == '~' && q.percent:
		half = u
	}
	from, to := up(min(lo, v)-half), down(max(hi, v)+half)
	return []hits{
		{up(v - half), down(v + half), Rounded, 0},
		{down(v), down(v), Cut, costCut},
		{from, to, Allowed, costAllowed + math.Log10(float64(max(1, to-from)))},
	}
}

func (q quantity) step() int64 { return int64(math.Round(q.number / q.unit)) }

// around gives the numbers that a random one is drawn from: between half and
// double, of a percentage over 50 by what it lacks of 100.
func (q quantity) around() (from, to int64) {
	x, top := q.step(), int64(math.MaxInt64)
	if q.percent && q.number <= 100 {
		top = int64(math.Round(100 / q.unit))
	}
	from, to = (x+1)/2, 2*x
	if 2*x > top && top != math.MaxInt64 {
		from, to = top-2*(top-x), top-(top-x+1)/2
	}
	if to-from < 20 {
		from = max(0, min(x-10, top-20))
		to = from + 20
	}
	return from, to
}

// within counts the numbers of spans up to a cost that lie in a range.
func within(spans []hits, cost float64, from, to int64) (lo, hi, n int64) {
	lo, hi = math.MaxInt64, math.MinInt64
	for _, s := range spans {
		if s.cost <= cost && s.lo <= s.hi {
			lo, hi = min(lo, s.lo), max(hi, s.hi)
		}
	}
	if lo > to || hi < from {
		return 0, 0, 0
	}
	lo, hi = max(lo, from), min(hi, to)
	return lo, hi, hi - lo + 1
}

// settle finds the matches and how many there would be by chance.
func (s *Solution) settle(all []Match, value quantity, count *quantity) {
	from, to := value.around()
	size := float64(to - from + 1)
	s.From, s.To = float64(from)*value.unit, float64(to)*value.unit
	scale := 1.0
	if value.percent {
		scale = 100
	}
	var spans [][]hits
	luck := make([]float64, len(all)) // that a random count beside it would fit, too
	var reach []stretch
	for i := range all {
		r := &all[i].Result
		var sp []hits
		if value.percent {
			sp = value.spans(r.Value*scale, r.Lo*scale, r.Hi*scale)
			if rate.Usual.CountsOnly(r) { // what rounding allows of few cases is nearly everything
				sp = slices.DeleteFunc(sp, func(x hits) bool { return x.how == Allowed })
			}
		} else {
			sp = value.spans(float64(r.Num), float64(r.NumLo), float64(r.NumHi))
		}
		spans = append(spans, sp)
		luck[i] = luckOf(r, count)
		lo, hi, n := within(sp, math.Inf(1), from, to)
		s.Expected += float64(n) / size * luck[i]
		if n > 0 {
			reach = append(reach, stretch{lo, hi + 1, luck[i]})
		}
	}
	s.Covered = covered(reach) / size
	x := value.step()
	for i := range all {
		for _, sp := range spans[i] {
			if x < sp.lo || x > sp.hi || count != nil && !standsIn(&all[i].Result, *count) {
				continue
			}
			m := all[i]
			m.How = sp.how
			if sp.cost > 0 {
				m.doubt(sp.cost, "")
			}
			if count != nil && !count.prints(all[i].Result.Num) && !count.prints(all[i].Result.Den) {
				m.doubt(costCount, "")
			}
			m.locate()
			s.Matches = append(s.Matches, m)
			break
		}
	}
	off := func(m *Match) float64 {
		if m.How == Bounded { // no nearer than any other: the usual definitions stand first
			return 0
		}
		return math.Abs(m.Result.Value*scale - value.number)
	}
	slices.SortStableFunc(s.Matches, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(off(&a), off(&b)))
	})
	for i := range s.Matches {
		m := &s.Matches[i]
		for j := range all {
			_, _, n := within(spans[j], m.cost-all[j].cost, from, to)
			m.Chance += float64(n) / size * luck[j]
		}
	}
}

// A stretch is some numbers that match a candidate with some luck.
type stretch struct {
	from, to int64 // to is not among them
	luck     float64
}

// covered counts the numbers that match anything, each by how likely it does.
func covered(all []stretch) (n float64) {
	var ends []int64
	for _, x := range all {
		ends = append(ends, x.from, x.to)
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	for i := 1; i < len(ends); i++ {
		none := 1.0
		for _, x := range all {
			if x.from <= ends[i-1] && ends[i] <= x.to {
				none *= 1 - x.luck
			}
		}
		n += (1 - none) * float64(ends[i]-ends[i-1])
	}
	return n
}

// standsIn reports whether a count printed beside a percentage is one of the two
// of a result, rounding aside.
func standsIn(r *rate.Result, count quantity) bool {
	x := count.step()
	return holds(count, x, r.Num, r.NumLo, r.NumHi) || holds(count, x, r.Den, r.DenLo, r.DenHi)
}

// prints reports whether a count would be printed as q is.
func (q quantity) prints(n int64) bool {
	s := q.spans(float64(n), float64(n), float64(n))[0]
	return s.lo <= q.step() && q.step() <= s.hi
}

func holds(q quantity, x, n, lo, hi int64) bool {
	for _, s := range q.spans(float64(n), float64(lo), float64(hi)) {
		if s.lo <= x && x <= s.hi {
			return true
		}
	}
	return false
}

// luckOf is the chance that a random count of the size of the printed one would
// fit a result.
func luckOf(r *rate.Result, count *quantity) float64 {
	if count == nil {
		return 1
	}
	from, to := count.around()
	var fit int64
	for _, c := range [][3]int64{{r.Num, r.NumLo, r.NumHi}, {r.Den, r.DenLo, r.DenHi}} {
		_, _, n := within(count.spans(float64(c[0]), float64(c[1]), float64(c[2])), math.Inf(1), from, to)
		fit += n
	}
	return min(1, float64(fit)/float64(to-from+1))
}

// imply says what a printed count and percentage together leave for the other
// count, and which counts at hand lie there.
func (s *Solution) imply(amounts []amount, value, count quantity) {
	n, half := count.number, value.unit/2
	hi, lo := (value.number+half)/100, max(0, value.number-half)/100
	imp := &Implied{Count: int64(n)}
	if lo > 0 {
		imp.DenFrom, imp.DenTo = int64(math.Ceil(n/hi)), int64(math.Floor(n/lo))
	}
	imp.NumFrom, imp.NumTo = int64(math.Ceil(n*lo)), int64(math.Floor(n*hi))
	for i := range amounts {
		a := &amounts[i]
		if a.asOf != "" || a.level > 0 || a.quarters {
			continue
		}
		h := Held{Words: a.part.Words, Source: a.block.Source, Stage: a.res.Stage, Place: a.place.Name, N: a.res.Num}
		if a.whole && lo > 0 && imp.DenFrom <= h.N && h.N <= imp.DenTo {
			imp.Below = append(imp.Below, h)
		}
		if !a.whole && imp.NumFrom <= h.N && h.N <= imp.NumTo {
			imp.Above = append(imp.Above, h)
		}
		if holds(count, count.step(), a.res.Num, a.res.NumLo, a.res.NumHi) && !slices.ContainsFunc(imp.CountHeld, func(o Held) bool { return o == h }) {
			imp.CountHeld = append(imp.CountHeld, h)
		}
	}
	for i := range s.Known {
		f := &s.Known[i]
		if c, ok := f.Count(); ok && basisOf[f.Counts] != "" && f.Citizen == s.Citizen && f.Geo == s.Geo && f.Period == string(s.Period) && lo > 0 && imp.DenFrom <= c && c <= imp.DenTo {
			imp.Published = append(imp.Published, *f)
		}
	}
	s.Implied = imp
}

func (m *Match) doubt(cost float64, words string) {
	m.cost += cost
	if words != "" {
		m.Doubts = append(slices.Clone(m.Doubts), words)
	}
}
