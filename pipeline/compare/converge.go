package compare

import (
	"math"
	"slices"

	"asylum/pipeline/obs"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// A Sigma tells whether countries' rates for one citizenship drew closer over the
// years: the trend of their dispersion (sigma convergence; Toshkov and de Haan
// 2013). It is of the same countries in every year.
type Sigma struct {
	Countries []string // with enough decisions in each of the years
	From      int64    // that is, with at least so many
	Years     []SigmaYear
	SD        Trend // of the standard deviation, shares of one a year
	Tau       Trend // of tau on the logit scale, a year
}

// A SigmaYear is the dispersion in one year.
type SigmaYear struct {
	Period   obs.Period
	All      int64 // decisions of these countries
	Rate     float64
	SD, Tau  float64
	SDMay    Range
	TauMay   Range
	Variance Between
}

// A Trend is a straight line through yearly values by least squares.
type Trend struct {
	N     int
	Slope float64 // a year
	SE    float64 // of the slope; unknown with fewer than three years
	P     float64 // of such a slope or a steeper one by chance (Student's t)
	Known bool    // SE and P are known
}

// NewSigma measures the dispersion of each year among the countries that decided
// on at least from cases in every one of them. It reports false with fewer than
// two countries or years. Years are given by their periods, in any order.
func NewSigma(years map[obs.Period][]Cell, from int64) (*Sigma, bool) {
	s := &Sigma{From: from}
	var periods []obs.Period
	enough := map[string]int{}
	for p, cells := range years {
		periods = append(periods, p)
		for _, geo := range enoughIn(cells, from) {
			enough[geo]++
		}
	}
	for geo, n := range enough {
		if n == len(years) {
			s.Countries = append(s.Countries, geo)
		}
	}
	slices.Sort(periods)
	slices.Sort(s.Countries)
	if len(periods) < 2 || len(s.Countries) < 2 {
		return nil, false
	}
	var x, sd, tau []float64
	for _, p := range periods {
		cells := perCountry(years[p], s.Countries)
		d, ok := NewDispersion(cells, from)
		if !ok {
			return nil, false
		}
		y := SigmaYear{Period: p, All: d.All, Rate: d.Rate, SD: d.SD, Tau: math.Sqrt(d.Between.Tau2), SDMay: d.SDMay, TauMay: d.TauMay, Variance: d.Between}
		s.Years = append(s.Years, y)
		x, sd, tau = append(x, when(p)), append(sd, y.SD), append(tau, y.Tau)
	}
	s.SD, s.Tau = trend(x, sd), trend(x, tau)
	return s, true
}

// when is a period as a number of years.
func when(p obs.Period) float64 {
	year, part := 0., 0.
	for _, c := range p.Year() {
		year = 10*year + float64(c-'0')
	}
	switch p.Freq() {
	case 'Q':
		part = float64(p[len(p)-1]-'1') / 4
	case 'M':
		part = (float64(p[len(p)-2]-'0')*10 + float64(p[len(p)-1]-'0') - 1) / 12
	}
	return year + part
}

// perCountry adds up the cells of each of some countries.
func perCountry(cells []Cell, geos []string) []Cell {
	var out []Cell
	for _, g := range geos {
		own := slices.DeleteFunc(order(cells), func(c Cell) bool { return c.Geo != g })
		if len(own) > 0 {
			out = append(out, Merge(own))
		}
	}
	return out
}

// enoughIn lists the countries with at least from decisions.
func enoughIn(cells []Cell, from int64) []string {
	var geos []string
	for i := range cells {
		geos = append(geos, cells[i].Geo)
	}
	slices.Sort(geos)
	geos = slices.Compact(geos)
	return slices.DeleteFunc(geos, func(g string) bool {
		own := perCountry(cells, []string{g})
		return own[0].All < max(1, from)
	})
}

func trend(x, y []float64) Trend {
	t := Trend{N: len(x)}
	var at float64
	at, t.Slope = stat.LinearRegression(x, y, nil, false)
	t.SE, t.P, t.Known = slopeError(x, y, at, t.Slope)
	return t
}

// slopeError gives the standard error of a slope and the chance of one as steep.
func slopeError(x, y []float64, at, slope float64) (se, p float64, ok bool) {
	n := len(x)
	if n < 3 {
		return 0, 0, false
	}
	mean := stat.Mean(x, nil)
	var rest, wide float64
	for i := range x {
		e := y[i] - at - slope*x[i]
		rest += e * e
		wide += (x[i] - mean) * (x[i] - mean)
	}
	if se = math.Sqrt(rest / float64(n-2) / wide); se == 0 {
		return 0, 0, false
	}
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 2)}
	return se, 2 * student.Survival(math.Abs(slope/se)), true
}

// A Beta tells whether the rates that were low rose more than those that were
// high (beta convergence): the slope of the change of the log odds on where they
// began. See BetaWarning.
type Beta struct {
	Countries int
	From      int64 // decisions that a country has at least, in both periods
	Slope     float64
	SE, P     float64
	Known     bool    // SE and P are known
	Correct   float64 // the slope freed of what chance in the first period makes; see BetaWarning
	Corrected bool    // Correct is known
	Points    []BetaPoint
}

// A BetaPoint is a country in both periods.
type BetaPoint struct {
	Geo           string
	Before, After float64 // log odds
	Pos0, All0    int64
	Pos1, All1    int64
}

// BetaWarning says why a negative slope alone shows no convergence: a rate that
// chance made high in the first period falls by itself, and the slope is negative
// where nothing converges. Correct takes the part that the number of decisions
// explains out of it: with the sampling variance v of the first log odds and
// their variance V, the slope of the true ones is (slope + v/V)/(1 - v/V) (the
// usual correction for errors in a regressor: W. Fuller, Measurement error
// models, 1987). What else passes by itself, such as cases that differ from
// year to year, it leaves in. Convergence wants the dispersion to fall too.
const BetaWarning = "a negative slope alone is no convergence: rates that chance made extreme return by themselves (regression to the mean); only with a falling dispersion does it say something"

// NewBeta sets the countries that decided on at least from cases in both periods
// against each other. It reports false with fewer than three, or where all began
// alike.
func NewBeta(before, after []Cell, from int64) (*Beta, bool) {
	b := &Beta{From: from}
	var x, y []float64
	chance := 0.
	later := enoughIn(after, from)
	for _, geo := range enoughIn(before, from) {
		if !slices.Contains(later, geo) {
			continue
		}
		c0, c1 := perCountry(before, []string{geo})[0], perCountry(after, []string{geo})[0]
		l0, v0 := logit(&c0)
		l1, _ := logit(&c1)
		b.Points = append(b.Points, BetaPoint{geo, l0, l1, c0.Pos, c0.All, c1.Pos, c1.All})
		x, y, chance = append(x, l0), append(y, l1-l0), chance+v0
	}
	b.Countries = len(x)
	if len(x) < 3 || stat.Variance(x, nil) == 0 {
		return nil, false
	}
	t := trend(x, y)
	b.Slope, b.SE, b.P, b.Known = t.Slope, t.SE, t.P, t.Known
	if part := chance / float64(len(x)) / stat.Variance(x, nil); part < 1 {
		b.Correct, b.Corrected = (b.Slope+part)/(1-part), true
	}
	return b, true
}
