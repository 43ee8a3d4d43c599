package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"

	"github.com/spf13/cobra"
)

// queryFlags are the flags that pick cells, as a user writes them.
type queryFlags struct {
	citizen, geo, sex, age, by, period []string
	stage, source, asOf                string
	cmd                                *cobra.Command
}

func (q *queryFlags) bind(c *cobra.Command) {
	q.cmd = c
	f := c.Flags()
	f.StringSliceVar(&q.citizen, "citizen", nil, "`CODES` of citizenships, such as RU,SY or TOTAL")
	f.StringSliceVar(&q.geo, "geo", nil, "`CODES` of countries of asylum, such as HR,DE or EU27_2020")
	f.StringSliceVar(&q.period, "period", nil, "`PERIODS` such as 2023, 2023-Q1 or 2014/2024")
	f.StringSliceVar(&q.sex, "sex", nil, "`CODES` of sex (default T)")
	f.StringSliceVar(&q.age, "age", nil, "`CODES` of age (default TOTAL)")
	f.StringVar(&q.stage, "stage", "", "the `STAGE`: first, final, or a level of UNHCR's such as FI")
	f.StringVar(&q.source, "source", "", "one `SOURCE` alone: eurostat, unhcr or aida")
	f.StringVar(&q.asOf, "as-of", "", "answer as of a `DATE`, from the vintages of that day")
	f.StringSliceVar(&q.by, "by", nil, "the `AXES` to keep apart, and in whose order results stand (default citizen,geo,period)")
}

// stages are first instance as a whole, final, and UNHCR's levels.
var stages = []string{"first", "final", "FI", "NA", "FA", "AR", "RA", "JR", "IN", "BL", "TP", "TR", "TA", "SP", "CA"}

var yearRange = obs.Pattern(`^(\d{4})[/-](\d{4})$`)

// query checks the flags against the code lists.
func (q *queryFlags) query() (rate.Query, error) {
	if q.cmd != nil {
		for name, list := range map[string][]string{"citizen": q.citizen, "geo": q.geo, "period": q.period, "sex": q.sex, "age": q.age, "by": q.by} {
			if q.cmd.Flags().Changed(name) && len(list) == 0 {
				return rate.Query{}, usagef("--%s is empty; leave it out to ask for all", name)
			}
		}
	}
	out := rate.Query{Citizen: q.citizen, Geo: q.geo, Sex: q.sex, Age: q.age, Stage: q.stage, Source: q.source, AsOf: q.asOf, By: q.by}
	for _, list := range []struct {
		dim   string
		codes []string
	}{{"citizen", q.citizen}, {"geo", q.geo}, {"sex", q.sex}, {"age", q.age}} {
		for _, c := range list.codes {
			if err := known(list.dim, c); err != nil {
				return out, err
			}
		}
	}
	for _, p := range q.period {
		if m := yearRange().FindStringSubmatch(p); m != nil {
			from, _ := strconv.Atoi(m[1])
			to, _ := strconv.Atoi(m[2])
			if to < from {
				return out, usagef("--period is %q, want the earlier year first", p)
			}
			for y := from; y <= to && y < from+200; y++ {
				out.Periods = append(out.Periods, obs.Period(strconv.Itoa(y)))
			}
			continue
		}
		period, ok := obs.ParsePeriod(p)
		if !ok || !rate.Rated(period) {
			return out, usagef("--period is %q, want a period such as 2023, 2023-Q1, 2023-01 or 2014/2024", p)
		}
		out.Periods = append(out.Periods, period)
	}
	for _, axis := range q.by {
		if !slices.Contains(rate.Axes, axis) {
			return out, usagef("--by names %q, want some of %s", axis, strings.Join(rate.Axes, ","))
		}
	}
	together := strings.Split(q.stage, "+")
	for i, st := range together {
		if q.stage != "" && !slices.Contains(stages, st) {
			return out, usagef("--stage is %q, want one of %s; FI+RA adds two up", q.stage, strings.Join(stages, ", "))
		}
		if len(together) > 1 && (st == "first" || st == "final" || slices.Contains(together[:i], st)) {
			return out, usagef("--stage is %q, want levels of UNHCR's, each once, such as FI+RA", q.stage)
		}
	}
	if q.asOf != "" {
		if _, err := time.Parse(time.DateOnly, q.asOf); err != nil {
			return out, usagef("--as-of is %q, want a date such as 2023-05-31", q.asOf)
		}
	}
	switch q.source {
	case "", "eurostat", "unhcr", "aida":
	default:
		return out, usagef("--source is %q, want eurostat, unhcr or aida", q.source)
	}
	return out, nil
}

func known(dim, c string) error {
	l := code.Must(dim)
	if _, ok := l.Lookup(c); ok {
		return nil
	}
	hint := "the lists are under datasets/codes"
	if other, ok := l.ISO3(strings.ToUpper(c)); ok {
		hint = "did you mean " + other + "?"
	} else if other, ok := l.Label(c); ok {
		hint = "did you mean " + other + "?"
	} else if _, ok := l.Lookup(strings.ToUpper(c)); ok {
		hint = "did you mean " + strings.ToUpper(c) + "?"
	} else if iso := map[string]string{"GR": "EL", "GB": "UK", "EU27": "EU27_2020", "EU": "EU27_2020"}[strings.ToUpper(c)]; iso != "" {
		hint = "did you mean " + iso + "?"
	}
	return usagef("--%s: there is no code %q\n\thint: %s", dim, c, hint)
}
