package compare

import (
	"cmp"
	"math"
	"math/big"
	"slices"
)

// A Decomposition splits the change of a rate between two periods into what the
// mix of groups did and what the rates within groups did (Kitagawa 1955). All is
// computed in fractions: Composition and Effect add up to Difference to the last
// digit.
//
//	Composition  sum (s1-s0) (r0+r1)/2
//	Effect       sum (r1-r0) (s0+s1)/2
//
// s is a group's share of decisions and r its rate, in the earlier (0) and the
// later (1) period. A group that had no decisions in one of the periods has no
// rate there: it takes that of the other, so that all it does is composition.
type Decomposition struct {
	Before, After  *big.Rat // rates of all groups together, shares of one
	Difference     *big.Rat // After - Before
	Composition    *big.Rat
	Effect         *big.Rat
	CompositionMay Range // what rounding allows
	EffectMay      Range
	Groups         []Contribution // the greatest first
	Entered        int            // groups without a decision before
	Left           int            // and after
}

// A Contribution is what one group adds to the two parts, shares of one. That of
// composition is told against the mean of both rates of all: a growing group
// raises the rate if it is granted more often than that.
type Contribution struct {
	Group               string
	Pos0, All0          int64
	Pos1, All1          int64
	Composition, Effect float64
}

// Total is both parts together.
func (c *Contribution) Total() float64 { return c.Composition + c.Effect }

// Decompose splits the change between the cells of two periods, group by group.
// Several cells of one group are added up. It reports false where a period has
// no decisions.
func Decompose(before, after []Cell, group func(Cell) string) (*Decomposition, bool) {
	pairs := paired(before, after, group)
	d, ok := split(pairs)
	if !ok {
		return nil, false
	}
	var cells []Cell
	for _, p := range pairs {
		cells = append(cells, p.before, p.after)
	}
	may := spread(cells, func(drawn []Cell) []float64 {
		composition, effect := quickSplit(drawn)
		return []float64{composition, effect}
	})
	d.CompositionMay, d.EffectMay = may[0], may[1]
	return d, true
}

// A groupPair is one group in both periods.
type groupPair struct {
	group         string
	before, after Cell
}

// paired sets the groups of both periods side by side, in order.
func paired(before, after []Cell, group func(Cell) string) []groupPair {
	at := map[string]*[2][]Cell{}
	var names []string
	for i, cells := range [2][]Cell{order(before), order(after)} {
		for _, c := range cells {
			name := group(c)
			if at[name] == nil {
				at[name] = &[2][]Cell{}
				names = append(names, name)
			}
			at[name][i] = append(at[name][i], c)
		}
	}
	slices.Sort(names)
	out := make([]groupPair, len(names))
	for i, name := range names {
		out[i] = groupPair{name, Merge(at[name][0]), Merge(at[name][1])}
	}
	return out
}

func split(pairs []groupPair) (*Decomposition, bool) {
	var pos, all [2]int64
	for _, p := range pairs {
		pos[0], all[0] = pos[0]+p.before.Pos, all[0]+p.before.All
		pos[1], all[1] = pos[1]+p.after.Pos, all[1]+p.after.All
	}
	if all[0] == 0 || all[1] == 0 {
		return nil, false
	}
	d := &Decomposition{Before: big.NewRat(pos[0], all[0]), After: big.NewRat(pos[1], all[1]), Composition: new(big.Rat), Effect: new(big.Rat)}
	d.Difference = new(big.Rat).Sub(d.After, d.Before)
	half := big.NewRat(1, 2)
	centre := new(big.Rat).Mul(half, new(big.Rat).Add(d.Before, d.After))
	for _, p := range pairs {
		a, b := p.before, p.after
		if a.All == 0 && b.All == 0 {
			continue
		}
		s0, s1 := big.NewRat(a.All, all[0]), big.NewRat(b.All, all[1])
		r0, r1 := fraction(a, b), fraction(b, a)
		mean := new(big.Rat).Mul(half, new(big.Rat).Add(r0, r1))
		moved := new(big.Rat).Sub(s1, s0)
		// The shares' changes add up to 0, so what is taken off each mean rate
		// leaves the sum as it is.
		composition := new(big.Rat).Mul(moved, mean.Sub(mean, centre))
		effect := new(big.Rat).Mul(new(big.Rat).Sub(r1, r0), new(big.Rat).Mul(half, new(big.Rat).Add(s0, s1)))
		d.Composition.Add(d.Composition, composition)
		d.Effect.Add(d.Effect, effect)
		c := Contribution{Group: p.group, Pos0: a.Pos, All0: a.All, Pos1: b.Pos, All1: b.All}
		c.Composition, _ = composition.Float64()
		c.Effect, _ = effect.Float64()
		d.Groups = append(d.Groups, c)
		if a.All == 0 {
			d.Entered++
		}
		if b.All == 0 {
			d.Left++
		}
	}
	slices.SortStableFunc(d.Groups, func(a, b Contribution) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Total()), math.Abs(a.Total())), cmp.Compare(a.Group, b.Group))
	})
	return d, true
}

// fraction is the rate of a cell, or of the other where it has no decisions.
func fraction(c, other Cell) *big.Rat {
	if c.All == 0 {
		c = other
	}
	return big.NewRat(c.Pos, c.All)
}

// quickSplit gives both parts in floats, of cells that stand in pairs: before
// and after. They are not numbers where a period has no decisions.
func quickSplit(cells []Cell) (composition, effect float64) {
	var all [2]int64
	for i := range cells {
		all[i%2] += cells[i].All
	}
	for i := 0; i < len(cells); i += 2 {
		a, b := cells[i], cells[i+1]
		s0, s1 := float64(a.All)/float64(all[0]), float64(b.All)/float64(all[1])
		switch {
		case a.All == 0 && b.All == 0:
			continue
		case a.All == 0:
			a = b
		case b.All == 0:
			b = a
		}
		composition += (s1 - s0) * (rateOf(a) + rateOf(b)) / 2
		effect += (rateOf(b) - rateOf(a)) * (s0 + s1) / 2
	}
	return composition, effect
}

// Points gives difference, composition and effect in percentage points with so
// many decimals, rounded so that what is printed adds up too: the part whose
// rounding is off by more gives way.
func (d *Decomposition) Points(decimals int) (difference, composition, effect string) {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals+2)), nil)
	round := func(x *big.Rat) (*big.Int, *big.Rat) {
		scaled := new(big.Rat).Mul(x, new(big.Rat).SetInt(scale))
		doubled := new(big.Rat).Add(new(big.Rat).Add(scaled, scaled), big.NewRat(1, 1))
		n := new(big.Int).Div(doubled.Num(), new(big.Int).Mul(big.NewInt(2), doubled.Denom())) // half up
		return n, new(big.Rat).Sub(scaled, new(big.Rat).SetInt(n))
	}
	whole, _ := round(d.Difference)
	parts := [2]*big.Int{}
	off := [2]*big.Rat{}
	parts[0], off[0] = round(d.Composition)
	parts[1], off[1] = round(d.Effect)
	if short := new(big.Int).Sub(whole, new(big.Int).Add(parts[0], parts[1])); short.Sign() != 0 {
		give := 0
		if off[1].Cmp(off[0])*short.Sign() > 0 {
			give = 1
		}
		parts[give].Add(parts[give], short)
	}
	text := func(n *big.Int) string {
		return new(big.Rat).SetFrac(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)).FloatString(decimals)
	}
	return text(whole), text(parts[0]), text(parts[1])
}
