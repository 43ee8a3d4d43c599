package compare

import (
	"math"
	"math/rand/v2"
)

// How a Range was found.
const (
	Exactly    = "exact"
	Intervals  = "interval arithmetic"
	Exhaustive = "all true counts tried"
	Drawn      = "true counts drawn"
)

// A Range is what rounding allows a measure to be. Where Known is false there is
// no bound on one side at least.
type Range struct {
	Lo, Hi float64
	Known  bool
	How    string // Exactly, Intervals, Exhaustive or Drawn
	Tried  int    // sets of true counts, where they were tried or drawn
}

// Certain reports whether the truth lies within the range whatever the true
// counts are.
func (r Range) Certain() bool { return r.Known && r.How != Drawn }

// tries is how many sets of true counts are tried: all of them if there are no
// more, else so many drawn.
const tries = 1000

// spread gives what rounding allows several measures of cells to be. A measure
// that is not a number for some true counts has no range.
//
// Drawn true counts come from a generator that always begins alike (PCG, seed 8,
// 2005), cell by cell in the order given: positives evenly within their bounds,
// then the rest evenly within what those leave.
func spread(cells []Cell, measures func([]Cell) []float64) []Range {
	var out []Range
	see := func(x []float64) {
		if out == nil {
			out = make([]Range, len(x))
			for i := range out {
				out[i] = Range{Lo: math.Inf(1), Hi: math.Inf(-1), Known: true}
			}
		}
		for i, v := range x {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				out[i].Known = false
				continue
			}
			out[i].Lo, out[i].Hi = min(out[i].Lo, v), max(out[i].Hi, v)
		}
	}
	see(measures(cells)) // the printed counts are true counts of most cells
	how, n := Exhaustive, 0
	if combinations(cells) <= tries {
		enumerate(cells, 0, make([]Cell, len(cells)), func(c []Cell) { see(measures(c)); n++ })
	} else {
		how = Drawn
		rng := rand.New(rand.NewPCG(8, 2005))
		drawn := make([]Cell, len(cells))
		for ; n < tries; n++ {
			for i := range cells {
				drawn[i] = cells[i].at(draw(rng, cells[i].Reading, cells[i]))
			}
			see(measures(drawn))
		}
	}
	for i := range out {
		out[i].How, out[i].Tried = how, n
		if !out[i].Known {
			out[i].Lo, out[i].Hi = 0, 0
		}
	}
	return out
}

// combinations counts the sets of true counts, up to one more than are tried.
func combinations(cells []Cell) int64 {
	n := int64(1)
	for i := range cells {
		n *= max(1, cells[i].Reading.readings(tries+1))
		if n > tries {
			return tries + 1
		}
	}
	return n
}

// enumerate hands on every set of true counts.
func enumerate(cells []Cell, i int, room []Cell, use func([]Cell)) {
	if i == len(cells) {
		use(room)
		return
	}
	r, none := cells[i].Reading, true
	for pos := r.PosLo; pos <= r.PosHi; pos++ {
		lo, hi := r.rest(pos)
		for rest := lo; rest <= hi; rest++ {
			room[i], none = cells[i].at(pair{pos, rest}), false
			enumerate(cells, i+1, room, use)
		}
	}
	if none { // printed cells that contradict one another
		room[i] = cells[i]
		enumerate(cells, i+1, room, use)
	}
}

// draw draws true counts of a cell; the printed ones where nothing agrees.
func draw(rng *rand.Rand, r Reading, c Cell) pair {
	for range 64 {
		pos := r.PosLo + rng.Int64N(max(1, r.PosHi-r.PosLo+1))
		if lo, hi := r.rest(pos); lo <= hi {
			return pair{pos, lo + rng.Int64N(hi-lo+1)}
		}
	}
	if corners := r.corners(); len(corners) > 0 {
		return corners[0]
	}
	return pair{c.Pos, c.All - c.Pos}
}

// at is the cell with other counts, taken as true.
func (c *Cell) at(p pair) Cell {
	return Exact(c.Citizen, c.Geo, p.pos, p.pos+p.rest)
}

// A choice is the numerators and denominators that one term of a quotient of two
// sums may have.
type choice []struct{ num, den float64 }

// extreme gives the greatest (dir +1) or the least (dir -1) of the quotients of
// two sums over all choices of their terms (W. Dinkelbach, On nonlinear
// fractional programming, Management Science 13 (1967) 492: at the best quotient
// q, no choice makes the sum of num - q·den better than 0). Each step is better
// than the one before and there are finitely many choices, so it ends. It
// reports false where the denominator may be 0.
func extreme(terms []choice, dir float64) (float64, bool) {
	q := 0.
	for step := 0; ; step++ {
		var num, den, least float64
		for _, t := range terms {
			best := 0
			for i := range t {
				if v, b := dir*(t[i].num-q*t[i].den), dir*(t[best].num-q*t[best].den); v > b || v == b && t[i].den > t[best].den {
					best = i
				}
			}
			num, den = num+t[best].num, den+t[best].den
			low := math.Inf(1)
			for i := range t {
				low = min(low, t[i].den)
			}
			least += low
		}
		if least <= 0 {
			return 0, false
		}
		next := num / den
		if step > 0 && (dir*(next-q) <= 0 || step > 100) {
			return q, true
		}
		q = next
	}
}
