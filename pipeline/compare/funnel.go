package compare

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"asylum/pipeline/obs"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Funnel sets the rates of countries against the number of their decisions,
// around the rate of the union (Spiegelhalter 2005). Chance alone leaves 95 and
// 99.8 % of the countries within its limits, if each decides as the union does.
type Funnel struct {
	Citizen string
	Period  obs.Period
	Union   string        // the geo whose members' decisions are the line, all of them or those at hand
	Rate    float64       // of the union, share of one
	RateLo  float64       // what rounding allows
	RateHi  float64       //
	Points  []FunnelPoint // by country
	Limits  []Limit       // by N
	Phi     float64       // over-dispersion: the winsorised mean of z²; 1 is what chance makes
	PhiMay  Range         // what rounding allows phi to be
}

// Outside counts the countries above and below the limits within which chance
// leaves 99.8 %, whatever the rounding; those of which rounding leaves it open; and
// those outside the widened limits.
func (f *Funnel) Outside() (above, below, open, widened int) {
	for _, p := range f.Points {
		switch {
		case p.Place.Outside() && !p.Sure:
			open++
		case p.Place == Above998:
			above++
		case p.Place == Below998:
			below++
		}
		if p.Adjusted.Outside() {
			widened++
		}
	}
	return above, below, open, widened
}

// A FunnelPoint is a country in a funnel.
type FunnelPoint struct {
	Geo          string
	Pos, All     int64
	Rate, Lo, Hi float64 // share of one, and what rounding allows
	Z            float64 // standard deviations above the union's rate, as many decisions would scatter
	Place        Place   // by the exact binomial limits, at the printed counts
	Sure         bool    // whatever rounding allows, the place is the same
	Adjusted     Place   // by limits that are widened for over-dispersion (Z over the root of Phi)
}

// A Limit is where a funnel's limits lie at N decisions: shares of one. A rate
// that equals a limit lies inside.
type Limit struct {
	N            int64
	Lo95, Hi95   float64
	Lo998, Hi998 float64
}

// A Place says where a country lies in a funnel.
type Place string

// Places, from below to above.
const (
	Below998 Place = "below 99.8 %"
	Below95  Place = "below 95 %"
	Inside   Place = "inside"
	Above95  Place = "above 95 %"
	Above998 Place = "above 99.8 %"
)

// Outside reports whether a place is outside the 99.8 % limits.
func (p Place) Outside() bool { return p == Below998 || p == Above998 }

// The shares of countries that chance leaves below (and above) each pair of
// limits.
const (
	tail95  = 0.025
	tail998 = 0.001
)

// winsorised is the share of countries at either end whose z is drawn in before
// phi is taken (Spiegelhalter 2005: 10 %).
const winsorised = 0.1

// NewFunnel sets cells of one citizenship around the rate of a union. Cells
// without a decision have no place in it. It reports false where the union's
// rate is 0 or 1, or rounding allows that: then there are no limits.
func NewFunnel(union Cell, cells []Cell) (*Funnel, bool) {
	p, ok := union.Rate()
	lo, hi := union.Bounds()
	if !ok || p <= 0 || p >= 1 || lo <= 0 || hi >= 1 { // printed counts may give 1 where their rounding does not allow it
		return nil, false
	}
	f := &Funnel{Citizen: union.Citizen, Union: union.Geo, Rate: p, RateLo: lo, RateHi: hi}
	cells = decided(order(cells))
	for i := range cells {
		f.Points = append(f.Points, point(&cells[i], p, lo, hi))
	}
	f.Phi = phi(cells, p)
	f.PhiMay = spread(append(slices.Clone(cells), union), func(c []Cell) []float64 {
		last := len(c) - 1
		p, _ := c[last].Rate()
		return []float64{phi(decided(c[:last]), p)}
	})[0]
	for i := range f.Points {
		f.Points[i].Adjusted = normalPlace(f.Points[i].Z / math.Sqrt(max(1, f.Phi)))
	}
	slices.SortStableFunc(f.Points, func(a, b FunnelPoint) int { return cmp.Compare(a.Geo, b.Geo) })
	f.Limits = limits(p, f.Points)
	return f, true
}

// decided leaves out the cells without a decision.
func decided(cells []Cell) []Cell {
	return slices.DeleteFunc(slices.Clone(cells), func(c Cell) bool { return c.All == 0 })
}

// point places a cell. A place moves one way as positives or the union's rate
// grow, so the extremes of both ends tell whether rounding can change it: fewer
// positives among more decisions make a country no less likely by chance from
// above, and more among as few others from below.
func point(c *Cell, p, lo, hi float64) FunnelPoint {
	out := FunnelPoint{Geo: c.Geo, Pos: c.Pos, All: c.All, Z: zScore(c, p), Place: placed(c.Pos, c.All, p)}
	out.Rate, _ = c.Rate()
	out.Lo, out.Hi = c.Bounds()
	out.Sure = true
	for _, k := range c.Reading.corners() {
		for _, rate := range []float64{lo, hi} {
			out.Sure = out.Sure && placed(k.pos, k.pos+k.rest, rate) == out.Place
		}
	}
	return out
}

// zScore is how many standard deviations a cell lies above a rate, if as many
// decisions are drawn at it.
func zScore(c *Cell, p float64) float64 {
	return (rateOf(*c) - p) / math.Sqrt(p*(1-p)/float64(c.All))
}

// phi is the winsorised mean of z² (Spiegelhalter 2005): the z of the tenth of
// countries at either end are set to the quantile there.
func phi(cells []Cell, p float64) float64 {
	if len(cells) == 0 {
		return math.NaN()
	}
	z := make([]float64, len(cells))
	for i := range cells {
		z[i] = zScore(&cells[i], p)
	}
	slices.Sort(z)
	low, high := quantile(z, winsorised), quantile(z, 1-winsorised)
	sum := 0.
	for _, v := range z {
		v = max(low, min(high, v))
		sum += v * v
	}
	return sum / float64(len(z))
}

// quantile is the one of sorted values that R takes by default (R. Hyndman,
// Y. Fan, Sample quantiles in statistical packages, 1996, type 7).
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(math.Floor(at))
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// placed places k positives out of n by the exact binomial limits around p. It
// is Inside where there are no decisions.
func placed(k, n int64, p float64) Place {
	if n == 0 {
		return Inside
	}
	below := distuv.Binomial{N: float64(n), P: p}.CDF(float64(k))         // k or fewer
	above := distuv.Binomial{N: float64(n), P: 1 - p}.CDF(float64(n - k)) // k or more
	switch {
	case below < tail998:
		return Below998
	case below < tail95:
		return Below95
	case above < tail998:
		return Above998
	case above < tail95:
		return Above95
	}
	return Inside
}

// normalPlace places a z by the limits of the normal distribution.
func normalPlace(z float64) Place {
	one, two := -distuv.UnitNormal.Quantile(tail95), -distuv.UnitNormal.Quantile(tail998)
	switch {
	case z < -two:
		return Below998
	case z < -one:
		return Below95
	case z > two:
		return Above998
	case z > one:
		return Above95
	}
	return Inside
}

// LimitAt gives the limits around a rate at n decisions: the least and the
// greatest share that k of n can be without k or fewer, or k or more, being as
// rare as the limit says.
func LimitAt(p float64, n int64) Limit {
	share := func(tail float64) (lo, hi float64) {
		return float64(binomialQuantile(n, p, tail)) / float64(n), float64(n-binomialQuantile(n, 1-p, tail)) / float64(n)
	}
	out := Limit{N: n}
	out.Lo95, out.Hi95 = share(tail95)
	out.Lo998, out.Hi998 = share(tail998)
	return out
}

// binomialQuantile is the least k for which k or fewer of n positives are no
// rarer than tail.
func binomialQuantile(n int64, p, tail float64) int64 {
	b := distuv.Binomial{N: float64(n), P: p}
	return int64(sort.Search(int(n), func(k int) bool { return b.CDF(float64(k)) >= tail }))
}

// limits gives the limits at every number of decisions up to 250, beyond that at
// steps of a fiftieth at most, and at each point's own.
func limits(p float64, points []FunnelPoint) []Limit {
	var at []int64
	most := int64(1)
	for i := range points {
		at = append(at, points[i].All)
		most = max(most, points[i].All)
	}
	for n := int64(1); n <= most; n += max(1, n/50-3) {
		at = append(at, n)
	}
	slices.Sort(at)
	at = slices.Compact(at)
	out := make([]Limit, len(at))
	for i, n := range at {
		out[i] = LimitAt(p, n)
	}
	return out
}
