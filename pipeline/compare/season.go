package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// A Change sets a period against the same one of the year before, so that what
// every winter brings is not taken for news.
type Change struct {
	Citizen, Geo   string
	Period, Before obs.Period
	Now, Then      *rate.Result
	Known          bool
	Why            string  // there is no change because …
	Value          float64 // Now less Then: shares of one, or months of a backlog
	Lo, Hi         float64 // what the rounding of both allows (by intervals)
	Apart          bool    // beyond rounding, few cases and chance (METHODS 3): only then it rose or fell
	Partial        bool    // the period is newer than the newest usable one: a few have reported, and nothing is to be called a fall (METHODS 9)
}

// YearBefore sets each result against that of the same period a year before, for
// every period that has a year before among the results. Usable is the newest
// usable period of the table (vintage.TailOf), "" where none is. Results come as
// rate.Evaluate gives them, of one definition and source.
func YearBefore(results []rate.Result, usable obs.Period) ([]Change, error) {
	if err := rate.Together(results); err != nil {
		return nil, err
	}
	type place struct {
		citizen, geo, sex, age string
		period                 obs.Period
	}
	at := map[place]*rate.Result{}
	first := obs.Period("")
	for i := range results {
		r := &results[i]
		k := place{r.Citizen, r.Geo, r.Sex, r.Age, r.Period}
		if at[k] != nil {
			return nil, fmt.Errorf("%s %s %s stands there twice (%s, %s): want one result of one source\n\thint: name one --source", r.Citizen, r.Geo, r.Period, at[k].Source, r.Source)
		}
		at[k] = r
		if first == "" || r.Period < first {
			first = r.Period
		}
	}
	var out []Change
	for i := range results {
		r := &results[i]
		before, ok := YearAgo(r.Period)
		if !ok || before < first {
			continue
		}
		c := Change{Citizen: r.Citizen, Geo: r.Geo, Period: r.Period, Before: before, Now: r, Then: at[place{r.Citizen, r.Geo, r.Sex, r.Age, before}], Partial: r.Period > usable}
		c.fill()
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Citizen, b.Citizen), cmp.Compare(a.Geo, b.Geo), cmp.Compare(a.Period, b.Period))
	})
	return out, nil
}

func (c *Change) fill() {
	switch {
	case !c.Now.Known:
		c.Why = c.Now.Why
	case c.Then == nil:
		c.Why = "no figure of " + string(c.Before) + " is at hand"
	case !c.Then.Known:
		c.Why = string(c.Before) + ": " + c.Then.Why
	case c.Now.CountsOnly() || c.Then.CountsOnly():
		c.Why = "too few cases for a percentage"
	default:
		c.Value, c.Lo, c.Hi, c.Known = rate.Difference(c.Now, c.Then)
		c.Apart = !c.Partial && rate.Apart(c.Now, c.Then, rate.Usual)
	}
}

// Rose reports whether it may be said that the rate rose; Fell that it fell.
func (c *Change) Rose() bool { return c.Known && c.Apart && c.Value > 0 }
func (c *Change) Fell() bool { return c.Known && c.Apart && c.Value < 0 }

// YearAgo is the same period of the year before; there is none of weeks, which do
// not begin alike.
func YearAgo(p obs.Period) (obs.Period, bool) {
	switch p.Freq() {
	case 'A', 'S', 'Q', 'M':
	default:
		return "", false
	}
	year, err := strconv.Atoi(p.Year())
	if err != nil || year < 1 {
		return "", false
	}
	return obs.Period(fmt.Sprintf("%04d%s", year-1, p[4:])), true
}

// A Backlog is what is pending in a country at the end of a period, as months of
// its own decisions. What is pending and what counts as a decision differs from
// country to country, so backlogs are not ranked; a country's own change is told.
type Backlog struct {
	Geo                string
	Period             obs.Period
	Pending, Decisions int64 // in the country's unit
	Months, Lo, Hi     float64
	Change             *Change // since the year before, nil where nothing is known of it
}

// Backlogs gives those of a period, by country. The results are of a definition
// of kind rate.Backlog, of the period and, for changes, the year before.
func Backlogs(results []rate.Result, period obs.Period, usable obs.Period) ([]Backlog, error) {
	for i := range results {
		if results[i].Kind != rate.Backlog {
			return nil, fmt.Errorf("%s is a %s, want a %s: a stock over the flow that works it off", results[i].Definition, results[i].Kind, rate.Backlog)
		}
	}
	changes, err := YearBefore(results, usable)
	if err != nil {
		return nil, err
	}
	var out []Backlog
	for i := range results {
		r := &results[i]
		if r.Period != period || !r.Known {
			continue
		}
		b := Backlog{Geo: r.Geo, Period: period, Pending: r.Num, Decisions: r.Den, Months: r.Value, Lo: r.Lo, Hi: r.Hi}
		for j := range changes {
			if c := &changes[j]; c.Now == r && c.Known {
				b.Change = c
			}
		}
		out = append(out, b)
	}
	slices.SortStableFunc(out, func(a, b Backlog) int { return cmp.Compare(a.Geo, b.Geo) })
	return out, nil
}
