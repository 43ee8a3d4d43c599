package compare

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Adjusted is a country's rate over all citizenships, raw and freed of the mix of
// citizenships that it decides about, in the two usual ways (Leerkes 2015).
type Adjusted struct {
	Geo      string
	Pos, All int64
	Rate     float64 // raw, share of one
	Lo, Hi   float64
	Indirect Indirect
	Direct   Direct
}

// Indirect standardisation asks how many the other countries of the standard
// would have granted to the same people: Expected is the sum over citizenships of
// this country's decisions times the rate of the others, this country left out.
type Indirect struct {
	Known          bool    // false where nothing is expected
	Observed       int64   // positives, of the citizenships that are covered
	Expected       float64 // persons
	Ratio          float64 // Observed over Expected: above 1 it grants more than the others would
	RatioMay       Range   // exact, over all true counts of all countries
	Ratio95        [2]float64
	Has95          bool    // Ratio95 is known
	Rate           float64 // Ratio times the rate of the whole standard, share of one
	RateMay        Range   // by intervals
	RateKnown      bool    // Rate stays under 100 %, whatever rounding allows; else the ratio stands alone
	Coverage       float64 // the share of this country's decisions on citizenships that others decide on too
	CitizensOpen   int     // citizenships that nobody else decides on
	CitizensClosed int     // those that somebody does
}

// Direct standardisation asks what rate a country would have with the mix of the
// standard: the sum of its own rates by citizenship, each weighted by the
// citizenship's share in the standard's decisions. Citizenships that it did not
// decide on have no rate: what is left of the weights is Coverage, and the value
// is the weighted mean over that.
type Direct struct {
	Known    bool
	Rate     float64 // share of one
	May      Range   // by intervals
	Coverage float64 // sum of the weights that have a rate
	Thin     float64 // of Coverage, what rests on under 20 decisions
	Citizens int     // citizenships that have a rate
}

// thin is the number of decisions under which a rate means nothing (METHODS 3).
const thin = 20

// A Standard is what the countries of the standard decided together.
type Standard struct {
	Pos, All int64
	Rate     float64 // of all these countries and citizenships together, share of one
	May      Range   // exact
	Citizens int     // citizenships with a decision
}

// Standardise adjusts the rates of countries for their mix of citizenships. The
// cells are of disjoint citizenships and countries: no total among them. Several
// cells of one citizenship and country are added up. What the countries named as
// the standard decided is what each is set against, itself left out, and gives
// the weights; nil names all. Countries come in order.
func Standardise(cells []Cell, standard []string) ([]Adjusted, Standard) {
	m := newMix(cells, standard)
	std := m.standard()
	var out []Adjusted
	for g, geo := range m.geos {
		own := Merge(m.of(g))
		a := Adjusted{Geo: geo, Pos: own.Pos, All: own.All}
		a.Rate, _ = own.Rate()
		a.Lo, a.Hi = own.Bounds()
		a.Indirect = m.indirect(g, std)
		a.Direct = m.direct(g)
		out = append(out, a)
	}
	return out, std
}

// A mix is cells in a grid of citizenships and countries.
type mix struct {
	citizens, geos []string
	cells          [][]*Cell // by citizenship, then country; nil where there is none
	counts         []bool    // by country: it is of the standard
	total          []Cell    // of the standard, by citizenship
}

func newMix(cells []Cell, standard []string) *mix {
	m := &mix{}
	for i := range cells {
		m.citizens, m.geos = append(m.citizens, cells[i].Citizen), append(m.geos, cells[i].Geo)
	}
	slices.Sort(m.citizens)
	slices.Sort(m.geos)
	m.citizens, m.geos = slices.Compact(m.citizens), slices.Compact(m.geos)
	for _, g := range m.geos {
		m.counts = append(m.counts, standard == nil || slices.Contains(standard, g))
	}
	m.cells = make([][]*Cell, len(m.citizens))
	for c := range m.cells {
		m.cells[c] = make([]*Cell, len(m.geos))
	}
	for i := range cells {
		c, _ := slices.BinarySearch(m.citizens, cells[i].Citizen)
		g, _ := slices.BinarySearch(m.geos, cells[i].Geo)
		sum := cells[i]
		if before := m.cells[c][g]; before != nil {
			sum = Merge([]Cell{*before, sum})
		}
		m.cells[c][g] = &sum
	}
	for c := range m.cells {
		m.total = append(m.total, Merge(m.row(c, -1)))
	}
	return m
}

// row gives the standard's cells of a citizenship, one country left out.
func (m *mix) row(c, without int) []Cell {
	var out []Cell
	for g, x := range m.cells[c] {
		if x != nil && g != without && m.counts[g] {
			out = append(out, *x)
		}
	}
	return out
}

// of gives the cells of a country.
func (m *mix) of(g int) []Cell {
	var out []Cell
	for c := range m.cells {
		if x := m.cells[c][g]; x != nil {
			out = append(out, *x)
		}
	}
	return out
}

func (m *mix) standard() Standard {
	var cells []Cell
	s := Standard{May: Range{How: Exactly}}
	for c := range m.cells {
		cells = append(cells, m.row(c, -1)...)
		s.Pos, s.All = s.Pos+m.total[c].Pos, s.All+m.total[c].All
		if m.total[c].All > 0 {
			s.Citizens++
		}
	}
	if s.All > 0 {
		s.Rate = float64(s.Pos) / float64(s.All)
	}
	s.May.Lo, s.May.Hi, s.May.Known = shareOf(cells)
	return s
}

// shareOf gives the extremes of the share of positives of several cells together;
// false where they may be no decisions at all.
func shareOf(cells []Cell) (lo, hi float64, ok bool) {
	terms := make([]choice, len(cells))
	for i := range cells {
		terms[i] = options(&cells[i], func(p pair) (num, den float64) { return float64(p.pos), float64(p.pos + p.rest) })
	}
	lo, ok1 := extreme(terms, -1)
	hi, ok2 := extreme(terms, +1)
	return lo, hi, ok1 && ok2
}

// options makes a term of a quotient out of the corners of a cell; out of what is
// printed where nothing agrees with it.
func options(c *Cell, term func(pair) (num, den float64)) (out choice) {
	corners := c.Reading.corners()
	if len(corners) == 0 {
		corners = []pair{{c.Pos, c.All - c.Pos}}
	}
	for _, p := range corners {
		num, den := term(p)
		out = append(out, struct{ num, den float64 }{num, den})
	}
	return out
}

// indirect standardises a country's rate. Its true counts and those of the others
// are free of one another, so the ratio is greatest where the others' rates are
// least, and among the readings of its own cells at a corner of each.
func (m *mix) indirect(g int, std Standard) Indirect {
	var out Indirect
	var covered, all int64
	var greatest, least []choice
	var variance [2]float64 // of Observed and of Expected, as decisions drawn at their rates
	for c := range m.cells {
		x := m.cells[c][g]
		if x == nil {
			continue
		}
		all += x.All
		pos, n := m.total[c].Pos, m.total[c].All
		if m.counts[g] {
			pos, n = pos-x.Pos, n-x.All
		}
		if n == 0 {
			if x.All > 0 {
				out.CitizensOpen++
			}
			continue
		}
		covered += x.All
		if x.All > 0 {
			out.CitizensClosed++
		}
		r := float64(pos) / float64(n)
		out.Observed += x.Pos
		out.Expected += float64(x.All) * r
		if own, ok := x.Rate(); ok {
			variance[0] += float64(x.All) * own * (1 - own)
			variance[1] += float64(x.All) * float64(x.All) * r * (1 - r) / float64(n)
		}
		lo, hi, ok := shareOf(m.row(c, g))
		if !ok {
			lo, hi = 0, 1
		}
		greatest = append(greatest, options(x, func(p pair) (num, den float64) { return float64(p.pos), float64(p.pos+p.rest) * lo }))
		least = append(least, options(x, func(p pair) (num, den float64) { return float64(p.pos), float64(p.pos+p.rest) * hi }))
	}
	if all > 0 {
		out.Coverage = float64(covered) / float64(all)
	}
	if out.Expected == 0 {
		return out
	}
	out.Known, out.Ratio = true, float64(out.Observed)/out.Expected
	lo, ok1 := extreme(least, -1)
	hi, ok2 := extreme(greatest, +1)
	out.RatioMay = Range{Lo: lo, Hi: hi, Known: ok1 && ok2, How: Exactly}
	if out.Observed > 0 {
		half := -distuv.UnitNormal.Quantile(tail95) * math.Sqrt(variance[0]/float64(out.Observed*out.Observed)+variance[1]/(out.Expected*out.Expected))
		out.Ratio95, out.Has95 = [2]float64{out.Ratio * math.Exp(-half), out.Ratio * math.Exp(half)}, true
	}
	out.Rate = out.Ratio * std.Rate
	out.RateMay = Range{Lo: out.RatioMay.Lo * std.May.Lo, Hi: out.RatioMay.Hi * std.May.Hi, Known: out.RatioMay.Known && std.May.Known, How: Intervals}
	out.RateKnown = out.Rate < 1 && out.RateMay.Known && out.RateMay.Hi < 1
	return out
}

// direct standardises a country's rate. Weights and rates are taken as free of
// one another within their bounds, which makes the bounds no narrower than they
// are.
func (m *mix) direct(g int) Direct {
	var out Direct
	var all, covered, few int64
	sum := 0.
	var terms []choice
	for c := range m.cells {
		n := m.total[c].All
		all += n
		x := m.cells[c][g]
		if x == nil || x.All == 0 {
			continue
		}
		covered += n
		if x.All < thin {
			few += n
		}
		out.Citizens++
		sum += float64(n) * rateOf(*x)
		lo, hi := x.Bounds()
		var t choice
		for _, weight := range []int64{m.total[c].Reading.AllLo, m.total[c].Reading.AllHi} {
			for _, r := range []float64{lo, hi} {
				t = append(t, struct{ num, den float64 }{float64(weight) * r, float64(weight)})
			}
		}
		terms = append(terms, t)
	}
	if covered == 0 {
		return out
	}
	out.Known, out.Rate = true, sum/float64(covered)
	out.Coverage, out.Thin = float64(covered)/float64(all), float64(few)/float64(covered)
	lo, ok1 := extreme(terms, -1)
	hi, ok2 := extreme(terms, +1)
	out.May = Range{Lo: lo, Hi: hi, Known: ok1 && ok2, How: Intervals}
	return out
}
