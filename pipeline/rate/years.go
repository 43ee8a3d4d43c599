package rate

import (
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/obs"
)

// againstYears checks results that add up the quarters or months of whole years
// against the annual table, where it holds the same cells. Both count the same
// people; a difference beyond what rounding allows is told, with both counts.
func againstYears(d Definition, data Data, q Query, all []Result) error {
	asked := map[string]map[key]*Result{} // of the annual table, by source and years
	for i := range all {
		r := &all[i]
		years := wholeYears(r.summed)
		if !r.Known || years == nil {
			continue
		}
		at := r.Source + " " + fmt.Sprint(years)
		annual, ok := asked[at]
		if !ok {
			then := q
			then.Source, then.Periods = r.Source, years
			es, _, err := prepare(d, data, then, false)
			if err != nil {
				return err
			}
			rs := collect(es)
			annual = map[key]*Result{}
			for j := range rs {
				annual[rs[j].place()] = &rs[j]
			}
			asked[at] = annual
		}
		if y := annual[r.place()]; y != nil && y.Known && len(y.summed) == len(years) && !y.agrees(r) {
			r.warn(fmt.Sprintf("%s add up to %s, but %s says %s for %s: more than rounding explains", partsOf(r.summed), r.Counts(),
				strings.Join(y.Vintages, ", "), y.Counts(), named(years)))
		}
	}
	return nil
}

// place is a result's key but for its periods.
func (r *Result) place() key {
	k := r.key()
	k.period = ""
	return k
}

// agrees reports whether some true counts are those of both results.
func (r *Result) agrees(o *Result) bool {
	return r.NumLo <= o.NumHi && o.NumLo <= r.NumHi && r.DenLo <= o.DenHi && o.DenLo <= r.DenHi
}

// wholeYears gives the years that quarters or months make up, nil if a part of
// one is not there, or they are years already.
func wholeYears(periods []obs.Period) []obs.Period {
	per := map[byte]int{'Q': 4, 'M': 12}
	n := map[obs.Period]int{}
	var years []obs.Period
	for _, p := range periods {
		if per[p.Freq()] == 0 || p.Freq() != periods[0].Freq() {
			return nil
		}
		y := obs.Period(p.Year())
		if n[y]++; n[y] == 1 {
			years = append(years, y)
		}
	}
	for _, y := range years {
		if n[y] != per[periods[0].Freq()] {
			return nil
		}
	}
	slices.Sort(years)
	return years
}

func partsOf(periods []obs.Period) string {
	if periods[0].Freq() == 'M' {
		return "the months"
	}
	return "the quarters"
}

func named(years []obs.Period) string {
	if n := len(years); n > 2 {
		return string(years[0]) + " to " + string(years[n-1])
	}
	return strings.Join(strings.Fields(strings.Trim(fmt.Sprint(years), "[]")), " and ")
}
