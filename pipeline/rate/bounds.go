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

// A split is what is printed of a whole and its two parts. All three intervals
// are of whole persons, and the parts add up to the whole.
type split struct{ pos, rest, whole interval }

// corners gives the split of persons with the highest and the lowest share of
// positives that agrees with everything printed. Raising pos and lowering rest
// both raise the share, so each extreme is one point: begin at the best of both
// and give way as little as the whole demands. It reports false where nothing
// agrees.
func (s split) corners() (hiPos, hiRest, loPos, loRest int64, ok bool) {
	if s.pos.lo+s.rest.lo > s.whole.hi || s.pos.hi+s.rest.hi < s.whole.lo {
		return 0, 0, 0, 0, false
	}
	hiPos = min(s.pos.hi, s.whole.hi-s.rest.lo)
	hiRest = max(s.rest.lo, s.whole.lo-hiPos)
	loRest = min(s.rest.hi, s.whole.hi-s.pos.lo)
	loPos = max(s.pos.lo, s.whole.lo-loRest)
	return hiPos, hiRest, loPos, loRest, true
}

// quotient is n/d, and 0/0 is not a number.
func quotient(n, d int64) float64 { return float64(n) / float64(d) }
