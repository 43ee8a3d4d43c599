package aida

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// Verdicts on the rates that a row prints. Unchecked is a row whose counts are
// not all there.
const (
	Reproduced = "reproduced" // every rate, at its printed precision
	Truncated  = "truncated"  // every rate, some only by cutting digits
	Mismatch   = "mismatch"   // some rate, by whatever denominator
	Unchecked  = "unchecked"
)

// Denominators that printed rates are recomputed by, in the order in which a
// row is said to follow one. FORMAT.md, section 7.
const (
	ByRow        = "statuses and rejection of the row"
	ByInMerit    = "printed in-merit total"
	ByAll        = "all decisions of the row"
	ByCountry    = "all decisions of the country"
	ByApplicants = "applicants of the row"
)

// Denominators lists them in that order.
var Denominators = []string{ByRow, ByInMerit, ByAll, ByCountry, ByApplicants}

// A Check compares the rates that one row prints with those that its counts
// give. By is the denominator of Rates: one that fits, or for a mismatch the
// one that comes nearest; Fits lists all that fit.
type Check struct {
	Geo, Citizen, Category, Page string
	Year                         obs.Period
	Verdict, By                  string
	Fits                         []string
	Rates                        []RateCheck
	Tried                        []Attempt
}

// An Attempt is the rates of a row over one denominator.
type Attempt struct {
	By, Verdict string
	Rates       []RateCheck
}

// A RateCheck is one printed rate. Value is in percent.
type RateCheck struct {
	Measure, Printed, Verdict string
	Num, Den                  int64
	Value                     float64
	Pos                       obs.Pos
}

func (c Check) String() string {
	s := fmt.Sprintf("%s %s %s: %s", c.Geo, c.Year, cmp.Or(c.Category, c.Citizen), c.Verdict)
	if c.By != "" {
		s += " by " + c.By
	}
	for _, r := range c.Rates {
		if r.Verdict == Mismatch {
			s += fmt.Sprintf("; %s printed %s, %d/%d gives %.2f%%", r.Measure, squash(r.Printed), r.Num, r.Den, r.Value)
		}
	}
	return s
}

// A printedRow is a row of the first instance tables of a page: the counts and
// the rates of one citizenship in one year.
type printedRow struct {
	geo, citizen, category, page string
	year                         obs.Period
	count                        map[string]int64
	missing                      map[string]bool // printed, but no number
	rates                        []obs.Observation
}

// printedRows gathers the rows of t in order of first appearance.
func printedRows(t *table.Table) []*printedRow {
	var rows []*printedRow
	at := map[string]*printedRow{}
	var dim [9]int
	for i, d := range Dims {
		dim[i] = t.Dim(d)
	}
	if slices.Contains(dim[:], -1) {
		return nil
	}
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			for p := range t.Periods {
				o := t.Observation(c, r, p)
				get := func(i int) string { return o.Key[dim[i]] }
				if !t.Chunks[c].Held(r, p) || get(2) != "first_instance" || get(7) != "table" {
					continue
				}
				key := strings.Join([]string{get(0), get(1), get(3), get(8), string(o.Period)}, "\x00")
				row := at[key]
				if row == nil {
					row = &printedRow{geo: get(1), citizen: get(0), category: get(3), page: get(8), year: o.Period, count: map[string]int64{}, missing: map[string]bool{}}
					at[key] = row
					rows = append(rows, row)
				}
				switch m := get(5); {
				case isRate(m):
					if _, _, ok := ReadRate(o.Printed); ok {
						row.rates = append(row.rates, o)
					}
				case o.Known && get(6) == Intentions: // never divides anything here
				case o.Known:
					row.count[m] = int64(o.Count)
				default:
					row.missing[m] = true
				}
			}
		}
	}
	return rows
}

// IsRate reports whether a measure is a printed rate, in percent.
func IsRate(measure string) bool { return isRate(measure) }

// ReadRate reads a printed rate: its value in units of its last digit, and how
// many digits stand behind the dot or comma. In a rate these are never groups.
// It is false for what is no number.
func ReadRate(printed string) (units int64, decimals int, ok bool) {
	s := strings.TrimSpace(strings.TrimSuffix(clean(printed, true), "%"))
	whole, frac, _ := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	if !digits(whole) || frac != "" && !digits(frac) || len(whole) > 6 || len(frac) > 6 {
		return 0, 0, false
	}
	n, err := strconv.ParseInt(whole+frac, 10, 64)
	return n, len(frac), err == nil
}

var statuses = []string{"refugee_status", "subsidiary_protection", "refugee_or_subsidiary", "humanitarian_protection", "complementary_protection"}

// sum adds what of these measures the row has; ok is false where one of them is
// printed without a number, or none is there.
func (r *printedRow) sum(measures ...string) (n int64, ok bool) {
	for _, m := range measures {
		if r.missing[m] {
			return 0, false
		}
		if v, has := r.count[m]; has {
			n, ok = n+v, true
		}
	}
	return n, ok
}

// refused is the rejection on the merits, in the words of either generation.
func (r *printedRow) refused() string {
	if _, ok := r.count["in_merit_rejection"]; ok || r.missing["in_merit_rejection"] {
		return "in_merit_rejection"
	}
	return "rejection"
}

// inMerit is the total of decisions on the merits as printed.
func (r *printedRow) inMerit() (int64, bool) {
	if n, ok := r.sum("in_merit_decisions"); ok {
		return n, true
	}
	return r.sum("substantive_decisions")
}

func (r *printedRow) denominators(country map[string]int64) map[string]int64 {
	d := map[string]int64{}
	put := func(by string, n int64, ok bool) {
		if ok && n > 0 {
			d[by] = n
		}
	}
	granted, ok := r.sum(statuses...)
	if rejected, has := r.sum(r.refused()); ok && has {
		put(ByRow, granted+rejected, true)
	}
	n, has := r.inMerit()
	put(ByInMerit, n, has)
	if n, has := r.sum("total_decisions"); has {
		put(ByAll, n, true)
	} else if rejected, has := r.sum("total_rejection"); ok && has {
		put(ByAll, granted+rejected, true)
	}
	if n, has := country[r.geo+string(r.year)]; has && r.citizen != "TOTAL" {
		put(ByCountry, n, true)
	}
	n, has = r.sum("applicants")
	put(ByApplicants, n, has)
	return d
}

// numerator of a printed rate.
func (r *printedRow) numerator(measure string) (int64, bool) {
	switch measure {
	case "refugee_rate":
		return r.sum("refugee_status")
	case "sub_prot_rate":
		return r.sum("subsidiary_protection")
	case "hum_prot_rate":
		return r.sum("humanitarian_protection", "complementary_protection")
	case "rejection_rate", "in_merit_rejection_rate", "in_merit_rejection_share":
		return r.sum(r.refused())
	case "overall_rejection_rate":
		return r.sum("total_rejection")
	case "protection_rate", "protection_rate_excl_inadmissibility", "overall_protection_rate", "in_merit_protection_rate":
		return r.sum(statuses...)
	}
	return 0, false
}

// allDecisions are rates that say by their head that they are of all decisions.
var allDecisions = map[string]bool{"overall_protection_rate": true, "overall_rejection_rate": true, "in_merit_rejection_share": true}

// by recomputes the row's rates with one denominator.
func (r *printedRow) by(den map[string]int64, by string) (out []RateCheck, verdict string) {
	verdict = Reproduced
	for _, o := range r.rates {
		m := o.Key[5]
		num, ok := r.numerator(m)
		d := den[by]
		if allDecisions[m] {
			d = den[ByAll]
		}
		if !ok || d == 0 {
			continue
		}
		units, decimals, _ := ReadRate(o.Printed)
		c := RateCheck{Measure: m, Printed: o.Printed, Num: num, Den: d, Value: 100 * float64(num) / float64(d), Pos: o.Pos}
		// units/10^decimals against 100 num/d, in whole numbers.
		scale := int64(math.Pow10(decimals))
		exact, half := 100*scale*num, d
		switch diff := 2 * (exact - units*d); {
		case diff >= -half && diff <= half:
			c.Verdict = Reproduced
		case exact/d == units:
			c.Verdict = Truncated
			if verdict == Reproduced {
				verdict = Truncated
			}
		default:
			c.Verdict, verdict = Mismatch, Mismatch
		}
		out = append(out, c)
	}
	return out, verdict
}

// Recompute compares every printed rate of t's first instance tables with the
// rates that the counts of its row give, by each denominator in use. Counts are
// what rates are made of; printed rates are witnesses.
func Recompute(t *table.Table) []Check {
	rows := printedRows(t)
	country := map[string]int64{}
	for _, r := range rows {
		if n, ok := r.sum("total_decisions"); ok && r.citizen == "TOTAL" {
			country[r.geo+string(r.year)] = n
		}
	}
	var out []Check
	for _, r := range rows {
		if len(r.rates) == 0 {
			continue
		}
		c := Check{Geo: r.geo, Citizen: r.citizen, Category: r.category, Page: r.page, Year: r.year, Verdict: Unchecked}
		den, nearest := r.denominators(country), math.Inf(1)
		for _, by := range Denominators {
			if den[by] == 0 {
				continue
			}
			rates, verdict := r.by(den, by)
			if len(rates) == 0 {
				continue
			}
			c.Tried = append(c.Tried, Attempt{by, verdict, rates})
			if verdict != Mismatch {
				c.Fits = append(c.Fits, by)
			}
			off := 0.0
			for _, rc := range rates {
				units, decimals, _ := ReadRate(rc.Printed)
				off += math.Abs(rc.Value - float64(units)/math.Pow10(decimals))
			}
			better := rank[verdict] > rank[c.Verdict] || verdict == Mismatch && c.Verdict == Mismatch && off < nearest
			if better {
				c.Verdict, c.By, c.Rates, nearest = verdict, by, rates, off
			}
		}
		out = append(out, c)
	}
	return out
}

var rank = map[string]int{Unchecked: 0, Mismatch: 1, Truncated: 2, Reproduced: 3}
