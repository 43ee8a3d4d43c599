package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
	"asylum/pipeline/vintage"
	"asylum/reports/export"

	"github.com/spf13/cobra"
)

func (a *app) diffCmd() *cobra.Command {
	var format string
	var check bool
	var limit int
	c := &cobra.Command{
		Use:   "diff TABLE VINTAGE VINTAGE",
		Short: "What a release changed: cells, and rates",
		Long: `Lists the cells of a table that two vintages write differently, biggest first,
and the rates that moved with them. Only cells that both vintages speak of are
compared: what lies outside an extract is counted, not called vanished.`,
		Args: cobra.ExactArgs(3),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			data, err := a.data()
			if err != nil {
				return err
			}
			old, err := find(data, args[0], args[1])
			if err != nil {
				return err
			}
			new, err := find(data, args[0], args[2])
			if err != nil {
				return err
			}
			d := vintage.Compare(old, new)
			moved, err := a.moved(data, d)
			if err != nil {
				return err
			}
			if format == "json" {
				err = export.Diff(a.stdout, d, moved)
			} else {
				err = a.diff(d, moved, limit)
			}
			if err == nil && check && len(d.Changes) > 0 {
				return found{fmt.Errorf("%s changed in %s cells between %s and %s", args[0], rate.Group(int64(len(d.Changes))), args[1], args[2])}
			}
			return err
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	c.Flags().BoolVar(&check, "check", false, "exit with 4 if anything changed")
	c.Flags().IntVar(&limit, "limit", 20, "how many `CELLS` and rates to show as text")
	return c
}

func find(data ingest.Data, name, day string) (*table.Table, error) {
	var days []string
	for _, m := range data.Vintages() {
		if m.Table != name {
			continue
		}
		if m.Vintage == day {
			return data.Load(m, table.Want{})
		}
		days = append(days, m.Vintage)
	}
	if days == nil {
		return nil, usagef("there is no table %q; asylum tables lists them", name)
	}
	return nil, usagef("%s has no vintage %q\n\thint: it has %s", name, day, strings.Join(days, ", "))
}

// moved computes the rates whose cells changed, as of either day.
func (a *app) moved(data ingest.Data, d *vintage.Diff) ([]export.Moved, error) {
	set, err := a.set()
	if err != nil {
		return nil, err
	}
	q := changedCells(d)
	if q.Citizen == nil || q.Geo == nil {
		return nil, nil
	}
	data2 := rate.Cached(data)
	var out []export.Moved
	for _, def := range set.All() {
		if !uses(def, d.New.Table) {
			continue
		}
		then, now := q, q
		then.AsOf, now.AsOf = d.Old.Vintage, d.New.Vintage
		then.Source, now.Source = d.New.Source, d.New.Source
		before, err := rate.Evaluate(def, data2, then)
		if err != nil {
			return nil, err
		}
		after, err := rate.Evaluate(def, data2, now)
		if err != nil {
			return nil, err
		}
		for i := range before {
			o := before[i]
			j := slices.IndexFunc(after, func(n rate.Result) bool { return n.Citizen == o.Citizen && n.Geo == o.Geo && n.Period == o.Period })
			if j < 0 || !o.Known || !after[j].Known || o.CountsOnly() || after[j].CountsOnly() || o.Percent() == after[j].Percent() {
				continue
			}
			out = append(out, export.Moved{Old: o, New: after[j]})
		}
	}
	slices.SortStableFunc(out, func(a, b export.Moved) int { // shares before what is in other units
		if x, y := a.New.Unit() == "share", b.New.Unit() == "share"; x != y {
			return map[bool]int{true: -1, false: 1}[x]
		}
		return cmp.Compare(math.Abs(b.New.Value-b.Old.Value), math.Abs(a.New.Value-a.Old.Value))
	})
	return out, nil
}

// changedCells asks for the citizenships, countries and periods that changed.
func changedCells(d *vintage.Diff) rate.Query {
	var q rate.Query
	citizen, geo := slices.Index(d.Dims, "citizen"), slices.Index(d.Dims, "geo")
	if citizen < 0 || geo < 0 {
		return q
	}
	seen := map[string]bool{}
	add := func(to *[]string, c string) {
		if k := fmt.Sprintf("%p %s", to, c); !seen[k] {
			seen[k] = true
			*to = append(*to, c)
		}
	}
	for i := range d.Changes {
		ch := &d.Changes[i]
		if ch.Kind == vintage.Flagged {
			continue
		}
		add(&q.Citizen, ch.Key[citizen])
		add(&q.Geo, ch.Key[geo])
		if !slices.Contains(q.Periods, ch.Period) {
			q.Periods = append(q.Periods, ch.Period)
		}
	}
	return q
}

func uses(d rate.Definition, name string) bool {
	return slices.ContainsFunc(d.From, func(b rate.Binding) bool {
		return slices.Contains(b.Tables, name) || slices.Contains(b.Num.Tables, name) || b.Den != nil && slices.Contains(b.Den.Tables, name)
	})
}

func (a *app) diff(d *vintage.Diff, moved []export.Moved, limit int) error {
	a.printf("%s, %s against %s: %s cells compared, %s changed, %s added, %s vanished, %s differ in flags alone\n", d.New.Table, d.Old.Vintage, d.New.Vintage,
		count(d.Compared), count(d.Count(vintage.Changed)), count(d.Count(vintage.Added)), count(d.Count(vintage.Vanished)), count(d.Count(vintage.Flagged)))
	if d.Outside > 0 {
		a.printf("%s cells lie outside what both speak of\n", count(d.Outside))
	}
	if d.Old.NoFlags || d.New.NoFlags {
		a.printf("flags are not compared: one of the two lost its own\n")
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for i := range d.Changes {
		if i == limit {
			break
		}
		ch := &d.Changes[i]
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s -> %s\n", ch.Kind, strings.Join(ch.Key, ","), ch.Period, cell(&ch.Old), cell(&ch.New))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if n := len(d.Changes) - limit; n > 0 {
		a.printf("  and %s more; --limit shows them\n", count(n))
	}
	if len(moved) > 0 {
		a.printf("rates that moved:\n")
	}
	w = tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for i := range moved {
		if i == limit {
			break
		}
		m := &moved[i]
		fmt.Fprintf(w, "  %s\t%s %s %s\t%s -> %s\n", m.New.Definition, m.New.Citizen, m.New.Geo, m.New.Period, amount(&m.Old), amount(&m.New))
	}
	return w.Flush()
}

func count(n int) string { return rate.Group(int64(n)) }

// cell writes a cell as a bulk table does.
func cell(o *obs.Observation) string {
	if !o.Known && o.Flags == "" {
		return ":"
	}
	return ingest.Written(o)
}
