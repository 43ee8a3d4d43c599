package compare

import (
	"cmp"
	"math"
	"slices"

	"asylum/pipeline/rate"
)

// unbounded stands for a count that nothing printed bounds from above. Two of
// them can be added.
const unbounded = math.MaxInt64 / 8

// A Cell is what a country decided about a citizenship in a period: printed
// counts, in persons, and the true counts that rounding allows.
type Cell struct {
	Citizen, Geo string
	Pos, All     int64 // printed: positive decisions, and all that they are divided by
	Reading      Reading
}

// A Reading holds the true counts behind a cell: those of positives and of the
// rest that lie within all three pairs of bounds.
type Reading struct {
	PosLo, PosHi   int64
	RestLo, RestHi int64
	AllLo, AllHi   int64
}

// Exact is a cell whose counts are as printed.
func Exact(citizen, geo string, pos, all int64) Cell {
	return Cell{citizen, geo, pos, all, Reading{pos, pos, all - pos, all - pos, all, all}}
}

// CellOf takes the counts of a result and what its cells allow. It reports
// false where one of the counts is unknown, or they are no part and whole: of a
// rate and of a share they are, of two flows never. That there were no decisions
// is known: such a cell has no rate, but what stands behind a printed zero may.
func CellOf(r *rate.Result) (Cell, bool) {
	if r.Kind != rate.Rate && r.Kind != rate.Share || !r.NumKnown || !r.DenKnown || r.Num > r.Den {
		return Cell{}, false
	}
	c := Cell{Citizen: r.Citizen, Geo: r.Geo, Pos: r.Num, All: r.Den}
	c.Reading = Reading{r.NumLo, r.NumHi, 0, unbounded, r.DenLo, min(r.DenHi, unbounded)}
	rest, cells := [2]int64{}, 0
	for i := range r.Inputs {
		if in := &r.Inputs[i]; in.Side == "rest" {
			lo, hi := in.Range()
			rest[0], rest[1] = rest[0]+lo, rest[1]+hi
			cells++
		}
	}
	if cells == 0 {
		return c, true
	}
	// A rest of which only some parts are printed bounds nothing: then the rate
	// was not bounded by it either, and its bounds lie outside. They lie within where
	// a printed sum of the positives and some of the rest narrows them further.
	with := c
	with.Reading.RestLo, with.Reading.RestHi = rest[0], rest[1]
	if lo, hi, ok := with.Reading.share(); ok && (!r.Known || lo <= r.Lo+tiny && r.Hi-tiny <= hi) {
		return with, true
	}
	return c, true
}

// tiny is less than two shares of counts can differ by.
const tiny = 1e-9

// Rate is the share of positives; there is none of no decisions.
func (c *Cell) Rate() (float64, bool) {
	if c.All == 0 {
		return 0, false
	}
	return float64(c.Pos) / float64(c.All), true
}

// Bounds are the least and the greatest share of positives that rounding allows;
// 0 to 1 where it allows that there were no decisions at all.
func (c *Cell) Bounds() (lo, hi float64) {
	lo, hi, ok := c.Reading.share()
	if !ok {
		return 0, 1
	}
	return lo, hi
}

// A pair is a reading of a cell: positives and rest.
type pair struct{ pos, rest int64 }

// corners lists the corners of what r allows. All are whole counts, as sums and
// single counts are bounded alone. There are none where nothing agrees.
func (r Reading) corners() []pair {
	var out []pair
	add := func(pos, rest int64) {
		if p := (pair{pos, rest}); r.allows(p) && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, pos := range []int64{r.PosLo, r.PosHi} {
		add(pos, max(r.RestLo, r.AllLo-pos))
		add(pos, min(r.RestHi, r.AllHi-pos))
	}
	for _, rest := range []int64{r.RestLo, r.RestHi} {
		add(max(r.PosLo, r.AllLo-rest), rest)
		add(min(r.PosHi, r.AllHi-rest), rest)
	}
	return out
}

func (r Reading) allows(p pair) bool {
	all := p.pos + p.rest
	return r.PosLo <= p.pos && p.pos <= r.PosHi && r.RestLo <= p.rest && p.rest <= r.RestHi && r.AllLo <= all && all <= r.AllHi
}

// share gives the extremes of the share of positives. It reports false where it
// may be no share at all.
func (r Reading) share() (lo, hi float64, ok bool) {
	lo, hi = 1, 0
	for _, p := range r.corners() {
		if p.pos+p.rest == 0 {
			return 0, 1, false
		}
		x := float64(p.pos) / float64(p.pos+p.rest)
		lo, hi = min(lo, x), max(hi, x)
	}
	return lo, hi, lo <= hi
}

// readings counts the true counts that r allows, up to a limit.
func (r Reading) readings(limit int64) (n int64) {
	for pos := r.PosLo; pos <= r.PosHi && n < limit; pos++ {
		lo, hi := r.rest(pos)
		n += max(0, hi-lo+1)
	}
	return min(n, limit)
}

// rest gives the bounds of the rest beside so many positives.
func (r Reading) rest(pos int64) (lo, hi int64) {
	return max(r.RestLo, r.AllLo-pos), min(r.RestHi, r.AllHi-pos)
}

// Merge adds up cells into one, of no citizenship or country where they differ.
func Merge(cells []Cell) Cell {
	if len(cells) == 0 {
		return Cell{}
	}
	out := Cell{Citizen: cells[0].Citizen, Geo: cells[0].Geo}
	for i := range cells {
		c := &cells[i]
		if c.Citizen != out.Citizen {
			out.Citizen = ""
		}
		if c.Geo != out.Geo {
			out.Geo = ""
		}
		out.Pos, out.All = out.Pos+c.Pos, out.All+c.All
		r, o := &c.Reading, &out.Reading
		o.PosLo, o.PosHi = o.PosLo+r.PosLo, o.PosHi+r.PosHi
		o.RestLo, o.RestHi = o.RestLo+r.RestLo, min(unbounded, o.RestHi+r.RestHi)
		o.AllLo, o.AllHi = o.AllLo+r.AllLo, min(unbounded, o.AllHi+r.AllHi)
	}
	return out
}

// order sorts cells by citizenship and country, so that sums of floats do not
// depend on the order in which they were given.
func order(cells []Cell) []Cell {
	out := slices.Clone(cells)
	slices.SortStableFunc(out, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(a.Citizen, b.Citizen), cmp.Compare(a.Geo, b.Geo), cmp.Compare(a.All, b.All), cmp.Compare(a.Pos, b.Pos))
	})
	return out
}
