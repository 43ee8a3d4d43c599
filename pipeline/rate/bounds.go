package rate

import "math"

// An interval holds the true counts that a printed one allows.
type interval struct{ lo, hi int64 }

func (i interval) plus(j interval) interval { return interval{i.lo + j.lo, i.hi + j.hi} }

// unbounded stands for a count that nothing printed bounds from above.
const unbounded = math.MaxInt64 / 4

// A rounding says which true counts are behind a printed one (METHODS 3).
//
// Eurostat rounds to the nearest 5. UNHCR coarsens small decision cells: no
// cell holds 1-4 or 6-9, so 0 may be 0..4, 5 may be 1..9 and 10 may be 6..10;
// in applications 5 may be 1..5 and the rest is as printed.
type rounding uint8

const (
	exact rounding = iota
	nearest5
	unhcrDecisions
	unhcrApplications
)

var roundings = map[string]rounding{"exact": exact, "nearest5": nearest5, "unhcr_decisions": unhcrDecisions, "unhcr_applications": unhcrApplications}

// of gives the true counts behind n.
func (r rounding) of(n int64) interval {
	switch {
	case r == nearest5:
		return interval{max(0, n-2), n + 2}
	case r == unhcrApplications && n == 5:
		return interval{1, 5}
	case r != unhcrDecisions:
	case n == 0:
		return interval{0, 4}
	case n == 5:
		return interval{1, 9}
	case n == 10:
		return interval{6, 10}
	}
	return interval{n, n}
}

// A split is what is printed of a whole and its two parts, and of a sum of the
// one part and some of the other. All intervals are of whole persons, and the
// parts add up to the whole.
type split struct {
	pos, rest, whole interval
	joint            joint
}

// A joint is a printed sum of the positives and some of the rest, as TOTAL_POS
// is where humanitarian status does not count as positive. The rest is some and
// other.
type joint struct {
	on               bool
	sum, some, other interval
}

var anything = interval{0, unbounded}

// agrees reports whether the printed sum can be one of pos and some.
func (j *joint) agrees(pos interval) bool {
	return max(pos.lo+j.some.lo, j.sum.lo) <= min(pos.hi+j.some.hi, j.sum.hi)
}

// parts gives the three parts of the whole and the sum of the first two.
func (s *split) parts() (pos, some, other, sum interval) {
	if s.joint.on {
		return s.pos, s.joint.some, s.joint.other, s.joint.sum
	}
	return s.pos, interval{}, s.rest, anything
}

// den gives the true counts that the whole may be.
func (s *split) den() interval {
	pos, some, other, sum := s.parts()
	return interval{
		max(s.whole.lo, max(pos.lo+some.lo, sum.lo)+other.lo),
		min(s.whole.hi, min(pos.hi+some.hi, sum.hi)+other.hi),
	}
}

// corners gives the split of persons with the highest and the lowest share of
// positives that agrees with everything printed. One positive more takes at most
// one from the rest, so that the share rises with pos: each extreme stands at an
// end of what pos may be, with as little or as much of the rest as goes with it.
// It reports false where nothing agrees.
func (s split) corners() (hiPos, hiRest, loPos, loRest int64, ok bool) {
	pos, some, other, sum := s.parts()
	if den := s.den(); den.lo > den.hi || s.joint.on && !s.joint.agrees(pos) {
		return 0, 0, 0, 0, false
	}
	hiPos = min(pos.hi, sum.hi-some.lo, s.whole.hi-some.lo-other.lo)
	hiRest = max(max(some.lo, sum.lo-hiPos)+other.lo, s.whole.lo-hiPos)
	loPos = max(pos.lo, sum.lo-some.hi, s.whole.lo-some.hi-other.hi)
	loRest = min(min(some.hi, sum.hi-loPos)+other.hi, s.whole.hi-loPos)
	return hiPos, hiRest, loPos, loRest, true
}

// quotient is n/d, and 0/0 is not a number.
func quotient(n, d int64) float64 { return float64(n) / float64(d) }
