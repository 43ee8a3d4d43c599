package changes

import (
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"

	"asylum/pipeline/code"
	"asylum/pipeline/compare"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// A place is what a result is about.
type place struct {
	citizen, geo string
	period       obs.Period
}

// everybody are the sums that have to be asked for by name.
const (
	everybody = "TOTAL"
	union     = "EU27_2020"
)

// rates compares the results of every definition that rests on a table with
// another vintage in force, in the years and quarters with a revised cell.
func (w *work) rates() error {
	for _, d := range w.now.Set.All() {
		asked := map[string]bool{}
		for i := range d.From {
			b := &d.From[i]
			if b.StandsIn != "" || asked[b.Source] {
				continue
			}
			if periods := w.periods(&d, b.Source); len(periods) > 0 {
				asked[b.Source] = true
				if err := w.definition(d, b.Source, periods); err != nil {
					return err
				}
			}
		}
	}
	sortBy(w.Rates.Largest, (*Rate).people, (*Rate).name)
	sortBy(w.Rates.Years, func(r *Rate) float64 { return float64(r.After.Den) }, (*Rate).name)
	w.Rates.Largest = w.Rates.Largest[:min(len(w.Rates.Largest), MostRates)]
	w.Rates.Years = w.Rates.Years[:min(len(w.Rates.Years), MostYears)]
	for _, list := range [][]Rate{w.Rates.Largest, w.Rates.Years} {
		for i := range list {
			if err := w.split(&list[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// periods are those in which a table of a definition has another value.
func (w *work) periods(d *rate.Definition, source string) []obs.Period {
	seen := map[obs.Period]bool{}
	for i := range d.From {
		for _, side := range d.From[i].Sides() {
			for _, t := range side.Tables {
				if x := w.diffs[tableName{source, t}]; x != nil && d.From[i].Source == source {
					maps.Copy(seen, x.periods)
				}
			}
		}
	}
	maps.DeleteFunc(seen, func(p obs.Period, _ bool) bool { return p.Freq() != 'A' && p.Freq() != 'Q' })
	return slices.Sorted(maps.Keys(seen))
}

// definition compares the results of one definition from one source, some periods
// at a time: those of all would be the largest part of what a run holds.
func (w *work) definition(d rate.Definition, source string, periods []obs.Period) error {
	last, err := w.latest(d, source)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(periods, 2) {
		q := rate.Query{Source: source, Periods: some, Limits: &w.now.Source.Limits, NoInputs: true}
		before, err := results(d, w.old, q)
		if err != nil {
			return err
		}
		after, err := results(d, w.now.Source.Data, q)
		if err != nil {
			return err
		}
		for _, k := range slices.SortedFunc(maps.Keys(after), order) {
			b, a := before[k], after[k]
			switch {
			case !a.Known || a.CountsOnly():
			case b != nil && b.Known && !b.CountsOnly():
				w.compare(b, a)
			case (b == nil || !b.Known) && last != "" && k.period.Freq() == last.Freq() && k.period > last:
				if err := w.newYear(d, source, last, a); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func order(a, b place) int {
	return slices.Compare([]string{a.citizen, a.geo, string(a.period)}, []string{b.citizen, b.geo, string(b.period)})
}

// compare sets a rate beside what it was.
func (w *work) compare(before, after *rate.Result) {
	switch {
	case before.Hi < after.Lo || after.Hi < before.Lo:
		w.Rates.Moved++
		w.Rates.Largest = append(w.Rates.Largest, rateOf(before, after))
	case before.Value != after.Value:
		w.Rates.Within++
	}
}

// newYear notes a rate of a period that the earlier publication did not have, of
// all people of a country beside that of the latest period before, as it stands
// now.
func (w *work) newYear(d rate.Definition, source string, last obs.Period, after *rate.Result) error {
	w.Rates.NewYear++
	if after.Citizen != everybody || after.Kind == rate.Share {
		return nil
	}
	rs, err := rate.Evaluate(d, w.now.Source.Data, rate.Query{Citizen: []string{everybody}, Geo: []string{after.Geo}, Periods: []obs.Period{last}, Source: source, Limits: &w.now.Source.Limits, NoInputs: true})
	if err != nil {
		return err
	}
	for i := range rs {
		if b := &rs[i]; b.Known && !b.CountsOnly() {
			x := rateOf(b, after)
			x.Earlier = string(b.Period)
			w.Rates.Years = append(w.Rates.Years, x)
			return nil
		}
	}
	return nil
}

// latest is the newest year, else the newest quarter, of which the earlier
// publication had a result for all citizenships together; "" if it had none.
func (w *work) latest(d rate.Definition, source string) (out obs.Period, err error) {
	for _, geo := range [][]string{nil, {union}} {
		rs, err := rate.Evaluate(d, w.old, rate.Query{Citizen: []string{everybody}, Geo: geo, Source: source, NoInputs: true})
		if err != nil {
			return "", err
		}
		for i := range rs {
			p := rs[i].Period
			if rs[i].Known && (out == "" || p.Freq() == out.Freq() && p > out || p.Freq() == 'A' && out.Freq() != 'A') {
				out = p
			}
		}
	}
	return out, nil
}

// results evaluates a definition for every citizenship and country, and for all of
// them together.
func results(d rate.Definition, data rate.Data, q rate.Query) (map[place]*rate.Result, error) {
	out := map[place]*rate.Result{}
	for _, citizen := range [][]string{nil, {everybody}} {
		for _, geo := range [][]string{nil, {union}} {
			q.Citizen, q.Geo = citizen, geo
			rs, err := rate.Evaluate(d, data, q)
			if err != nil {
				return nil, err
			}
			for i := range rs {
				r := &rs[i]
				k := place{r.Citizen, r.Geo, r.Period}
				if was := out[k]; was == nil || !was.Known && r.Known {
					out[k] = r
				}
			}
		}
	}
	return out, nil
}

func rateOf(before, after *rate.Result) Rate {
	return Rate{Definition: after.Definition, Kind: after.Kind, Source: after.Source, Citizen: after.Citizen, Geo: after.Geo, Period: string(after.Period),
		Before: amountOf(before), After: amountOf(after)}
}

func amountOf(r *rate.Result) Amount { return Amount{r.Num, r.Den, r.Value, r.Lo, r.Hi} }

// people is how many of those that are divided by the move is about: a large move
// of few people goes behind a smaller one of many.
func (r *Rate) people() float64 {
	n := math.Abs(r.After.Value-r.Before.Value) * float64(max(r.Before.Den, r.After.Den))
	if r.Kind != rate.Rate && r.Kind != rate.Share {
		n /= 1e9 // quotients of other units, behind all shares
	}
	return n
}

func (r *Rate) name() string {
	return text(r.Definition, r.Source, r.Citizen, r.Geo, r.Period)
}

// split takes the change of a rate of all citizenships apart, as METHODS 8 says.
func (w *work) split(r *Rate) error {
	if r.Citizen != everybody || r.Kind != rate.Rate {
		return nil
	}
	d, err := w.now.Set.Named(r.Definition)
	if err != nil {
		return err
	}
	data, earlier := w.old, obs.Period(r.Period)
	if r.Earlier != "" {
		data, earlier = w.now.Source.Data, obs.Period(r.Earlier)
	}
	before, err := groups(d, data, r, earlier)
	if err != nil {
		return err
	}
	after, err := groups(d, w.now.Source.Data, r, obs.Period(r.Period))
	if err != nil {
		return err
	}
	both := 0
	for _, b := range before {
		if b.All > 0 && slices.ContainsFunc(after, func(a compare.Cell) bool { return a.Citizen == b.Citizen && a.All > 0 }) {
			both++
		}
	}
	if both < fewGroups {
		return nil
	}
	if x, ok := compare.Decompose(before, after, func(c compare.Cell) string { return c.Citizen }); ok {
		r.Split = splitOf(x, &r.Before, &r.After)
	}
	return nil
}

// fewGroups is how many citizenships a change is split over at least.
const fewGroups = 2

// groups are the counts of each citizenship behind a rate of all.
func groups(d rate.Definition, data rate.Data, r *Rate, p obs.Period) (out []compare.Cell, err error) {
	rs, err := rate.Evaluate(d, data, rate.Query{Geo: []string{r.Geo}, Periods: []obs.Period{p}, Source: r.Source, NoInputs: true})
	if err != nil {
		return nil, err
	}
	for i := range rs {
		x := &rs[i]
		if c, ok := code.Must("citizen").Lookup(x.Citizen); ok && c.Kind == code.Aggregate {
			continue // it holds the others
		}
		if x.NumKnown && x.DenKnown && x.Num <= x.Den {
			out = append(out, compare.Exact(x.Citizen, x.Geo, x.Num, x.Den))
		}
	}
	return out, nil
}

// digits are those behind the point of a Split.
const digits = 4

// splitOf writes a decomposition in points, beside the change of the total.
func splitOf(x *compare.Decomposition, before, after *Amount) *Split {
	all := new(big.Rat).Sub(big.NewRat(after.Num, after.Den), big.NewRat(before.Num, before.Den))
	all.Mul(all, big.NewRat(100, 1))
	_, composition, rates := x.Points(digits)
	out := &Split{All: all.FloatString(digits), Composition: composition, Rates: rates}
	out.Rest = out.rest(digits)
	return out
}

// rest is what composition and rates leave of all, in points.
func (s *Split) rest(decimals int) string {
	r := new(big.Rat)
	r.SetString(s.All)
	for _, part := range []string{s.Composition, s.Rates} {
		x := new(big.Rat)
		x.SetString(part)
		r.Sub(r, x)
	}
	return r.FloatString(decimals)
}

// Rounded gives the parts with fewer decimals, so that they still add up: what
// rounding leaves goes to the rest where there is one, else to the greater part.
func (s *Split) Rounded(decimals int) (all, composition, rates, rest float64) {
	unit := math.Pow10(decimals)
	units := func(t string) float64 {
		x, _ := strconv.ParseFloat(t, 64)
		return math.Round(x * unit)
	}
	all, composition, rates = units(s.All), units(s.Composition), units(s.Rates)
	rest = all - composition - rates
	if units(s.Rest) == 0 && rest != 0 {
		if math.Abs(composition) > math.Abs(rates) {
			composition += rest
		} else {
			rates += rest
		}
		rest = 0
	}
	return all/unit + 0, composition/unit + 0, rates/unit + 0, rest/unit + 0 // + 0: no minus before nothing
}
