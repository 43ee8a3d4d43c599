package compare

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Dispersion says how far the rates of countries for one citizenship lie apart.
// All of it is of the countries with a decision, the range of those with enough.
type Dispersion struct {
	Countries int
	Pos, All  int64
	Rate      float64 // of all of them together, share of one
	SD        float64 // weighted by decisions, share of one: a hundred times it is percentage points
	SDMay     Range
	Between   Between // on the logit scale
	TauMay    Range   // what rounding allows the root of Between.Tau2 to be
	Span      *Span   // nil with fewer than two countries of enough decisions
}

// A Span is the distance between the highest and the lowest rate among countries
// with enough decisions.
type Span struct {
	Countries       int
	From            int64 // decisions that a country has at least
	Highest, Lowest string
	Value           float64 // share of one
	May             Range   // by intervals
}

// NewDispersion measures how far cells of one citizenship lie apart; the span is
// of those with at least from decisions (METHODS 8: 300). It reports false with
// fewer than two countries that decided.
func NewDispersion(cells []Cell, from int64) (*Dispersion, bool) {
	cells = decided(order(cells))
	if len(cells) < 2 {
		return nil, false
	}
	all := Merge(cells)
	d := &Dispersion{Countries: len(cells), Pos: all.Pos, All: all.All, SD: weightedSD(cells), Span: span(cells, from)}
	d.Rate, _ = all.Rate()
	d.Between = BetweenCountries(cells)
	may := spread(cells, func(c []Cell) []float64 {
		c = decided(c)
		return []float64{weightedSD(c), math.Sqrt(BetweenCountries(c).Tau2)}
	})
	d.SDMay, d.TauMay = may[0], may[1]
	return d, true
}

// weightedSD is the standard deviation of rates about that of all, weighted by
// decisions: the root of sum n(p-P)² over sum n.
func weightedSD(cells []Cell) float64 { return sdOf(cells, rateOf) }

// sdOf is that of any value of cells, about their own weighted mean.
func sdOf(cells []Cell, value func(Cell) float64) float64 {
	all, mean, sum := 0., 0., 0.
	for i := range cells {
		all += float64(cells[i].All)
		mean += float64(cells[i].All) * value(cells[i])
	}
	mean /= all
	for i := range cells {
		away := value(cells[i]) - mean
		sum += float64(cells[i].All) * away * away
	}
	return math.Sqrt(sum / all)
}

func span(cells []Cell, from int64) *Span {
	cells = slices.DeleteFunc(slices.Clone(cells), func(c Cell) bool { return c.All < from })
	if len(cells) < 2 {
		return nil
	}
	byRate := func(a, b Cell) int { return cmp.Or(cmp.Compare(rateOf(a), rateOf(b)), cmp.Compare(b.Geo, a.Geo)) }
	high, low := slices.MaxFunc(cells, byRate), slices.MinFunc(cells, byRate)
	out := &Span{Countries: len(cells), From: from, Highest: high.Geo, Lowest: low.Geo, Value: rateOf(high) - rateOf(low)}
	// The highest is at least the highest low end, the lowest at most the lowest
	// high end.
	highLo, highHi, lowLo, lowHi := 0., 0., 1., 1.
	for i := range cells {
		l, h := cells[i].Bounds()
		highLo, highHi, lowLo, lowHi = max(highLo, l), max(highHi, h), min(lowLo, l), min(lowHi, h)
	}
	out.May = Range{Lo: max(0, highLo-lowHi), Hi: highHi - lowLo, Known: true, How: Intervals}
	return out
}

// rateOf is the rate of a cell with a decision.
func rateOf(c Cell) float64 { return float64(c.Pos) / float64(c.All) }

// A Between is the variance between countries on the logit scale, by DerSimonian
// and Laird (1986): what the rates scatter beyond what so many decisions make.
type Between struct {
	Countries int
	Tau2      float64 // of the log of the odds
	Q         float64 // Cochran's: chance makes it about DF
	DF        int
	P         float64 // of a Q as great or greater by chance
	I2        float64 // the share of the scatter that is not chance's (Higgins and Thompson 2002)
	Mean      float64 // of the odds' logs, weighted by 1/(v+Tau2)
	SE        float64 // of Mean
}

// BetweenCountries measures it. Where all or none of a cell's decisions are
// positive, 0.5 is added to both outcomes, as the odds have no log else. Cells
// without a decision say nothing.
func BetweenCountries(cells []Cell) Between {
	cells = decided(order(cells))
	effects, variances := make([]float64, len(cells)), make([]float64, len(cells))
	for i := range cells {
		effects[i], variances[i] = logit(&cells[i])
	}
	return DerSimonianLaird(effects, variances)
}

// logit is the log of the odds of a positive decision, and its variance.
func logit(c *Cell) (effect, variance float64) {
	a, b := float64(c.Pos), float64(c.All-c.Pos)
	if a == 0 || b == 0 {
		a, b = a+0.5, b+0.5
	}
	return math.Log(a / b), 1/a + 1/b
}

// DerSimonianLaird gives the variance between effects, each with its own
// variance: tau² is (Q - (k-1)) over the sum of weights less that of their
// squares over it, and not below 0; the weights are the variances' inverses.
func DerSimonianLaird(effects, variances []float64) Between {
	out := Between{Countries: len(effects), DF: max(0, len(effects)-1), P: 1}
	if len(effects) == 0 {
		out.Mean, out.SE = math.NaN(), math.NaN()
		return out
	}
	mean, sum, squares := 0., 0., 0.
	for i, v := range variances {
		mean += effects[i] / v
		sum += 1 / v
		squares += 1 / (v * v)
	}
	mean /= sum
	for i, v := range variances {
		out.Q += (effects[i] - mean) * (effects[i] - mean) / v
	}
	if out.DF > 0 {
		out.Tau2 = max(0, (out.Q-float64(out.DF))/(sum-squares/sum))
		out.P = distuv.ChiSquared{K: float64(out.DF)}.Survival(out.Q)
	}
	if out.Q > 0 {
		out.I2 = max(0, (out.Q-float64(out.DF))/out.Q)
	}
	weights := 0.
	for i, v := range variances {
		out.Mean += effects[i] / (v + out.Tau2)
		weights += 1 / (v + out.Tau2)
	}
	out.Mean, out.SE = out.Mean/weights, 1/math.Sqrt(weights)
	return out
}

// Inequality is the coefficient of variation and the Gini coefficient of rates,
// weighted by decisions. Both divide by the mean rate, so those of grants are not
// those of refusals: where most are refused, the same distance in points looks
// large, and where most are granted, small. Both are given, so that it is seen.
type Inequality struct {
	CV, Gini               float64 // of the shares granted
	CVRefused, GiniRefused float64 // of the shares refused, from the same decisions
}

// InequalityWarning says why none of them should be quoted alone.
const InequalityWarning = "the CV and the Gini of grants are not those of refusals: both divide by the mean"

// NewInequality gives both. It reports false where nobody or everybody is granted
// protection, or nobody decided.
func NewInequality(cells []Cell) (Inequality, bool) {
	cells = decided(order(cells))
	all := Merge(cells)
	mean, ok := all.Rate()
	if !ok || mean == 0 || mean == 1 {
		return Inequality{}, false
	}
	sd, apart := weightedSD(cells), meanDistance(cells)
	return Inequality{sd / mean, apart / (2 * mean), sd / (1 - mean), apart / (2 * (1 - mean))}, true
}

// meanDistance is the mean distance between the rates behind two decisions.
func meanDistance(cells []Cell) float64 {
	sorted := slices.Clone(cells)
	slices.SortStableFunc(sorted, func(a, b Cell) int { return cmp.Compare(rateOf(a), rateOf(b)) })
	n := float64(Merge(cells).All)
	sum, below := 0., 0.
	for i := 0; i+1 < len(sorted); i++ {
		below += float64(sorted[i].All) / n
		sum += 2 * below * (1 - below) * (rateOf(sorted[i+1]) - rateOf(sorted[i]))
	}
	return sum
}
