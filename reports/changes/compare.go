package changes

import (
	"cmp"
	"slices"
	"strings"

	"asylum/pipeline/audit"
	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
	"asylum/reports/export"
	"asylum/reports/figure"
)

// A State is what is published now.
type State struct {
	Set      *rate.Set
	Data     rate.Data      // every vintage that is held, of whatever day
	Source   *figure.Source // that the charts are drawn from
	AsOf     string
	Fetched  []Fetched // before; nil: nothing was asked for
	Embedded bool      // the data is what comes with the program
	Charts   []*figure.Draft
	Judged   []ledger.Judgement
	Findings []audit.Finding
}

// Compare says what changed since an earlier publication, nil if there is none.
func Compare(e *Earlier, now *State) (*Report, error) {
	var days []string
	vintages := now.Source.Data.Vintages()
	for i := range vintages {
		days = append(days, vintages[i].Vintage)
	}
	r := &Report{Format: Format, First: e == nil, Day: day(now.AsOf, days), Fetched: slices.Clip(append([]Fetched{}, now.Fetched...)), Vintages: []Vintage{}, Cells: []Cells{}, Rates: Rates{Largest: []Rate{}, Years: []Rate{}},
		Verdicts: []Verdict{}, Charts: []Chart{}, Codes: []Codes{}, Findings: Findings{List: []export.Found{}}, Unread: []string{}}
	if e == nil {
		return r, nil
	}
	days = nil
	for _, in := range e.inputs {
		days = append(days, in.Vintage)
	}
	r.Before = day(e.AsOf, days)
	r.Unread = append(r.Unread, e.unread...)
	w := &work{Report: r, e: e, now: now, old: rate.Cached(&held{now.Data, e.inputs})}
	for _, step := range []func() error{w.tables, w.rates, w.charts} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	w.verdicts()
	w.findings()
	return r, nil
}

// Published is the report that is published with a site: that of the last run
// that changed anything, so that to run again over the same data hides nothing.
func Published(e *Earlier, r *Report) *Report {
	if e != nil && e.report != nil && r.Same() {
		return e.report
	}
	return r
}

// work is a comparison that is being made.
type work struct {
	*Report
	e     *Earlier
	now   *State
	old   rate.Data // as the earlier publication saw it
	diffs map[tableName]*touched
}

type tableName struct{ source, table string }

// held is data as it stood for an earlier publication: the vintages that it was
// made from, as far as they are still there.
type held struct {
	rate.Data
	inputs []input
}

func (h *held) Vintages() []table.Meta {
	return slices.DeleteFunc(slices.Clone(h.Data.Vintages()), func(m table.Meta) bool {
		return !slices.ContainsFunc(h.inputs, func(in input) bool { return in.is(&m) })
	})
}

// verdicts compares those of figures that both publications have.
func (w *work) verdicts() {
	for i := range w.now.Judged {
		j := &w.now.Judged[i]
		if was, ok := w.e.verdicts[j.ID]; ok && was.Verdict != j.Verdict {
			w.Verdicts = append(w.Verdicts, Verdict{j.ID, j.Value, was.Verdict, j.Verdict})
		}
	}
	slices.SortStableFunc(w.Verdicts, func(a, b Verdict) int {
		return cmp.Compare(weight(b.After), weight(a.After))
	})
}

// weight is that of a verdict among those that changed: what no longer holds goes
// before what holds by now.
func weight(verdict string) int {
	switch {
	case verdict == ledger.Contradicted:
		return 2
	case strings.HasPrefix(verdict, ledger.OtherVintage), strings.HasPrefix(verdict, ledger.OtherDefinition):
		return 1
	}
	return 0
}

// findings tells those that are new by what they are about: the same doubt about
// the same cell is no new one, whatever the counts.
func (w *work) findings() {
	if !w.e.audited {
		return
	}
	before := map[string]int{}
	for i := range w.e.findings {
		before[about(&w.e.findings[i])]++
	}
	for i := range w.now.Findings {
		f := export.FoundOf(&w.now.Findings[i])
		if k := about(&f); before[k] > 0 {
			before[k]--
			continue
		}
		if w.Findings.New++; len(w.Findings.List) < MostFindings {
			w.Findings.List = append(w.Findings.List, f)
		}
	}
	for _, n := range before {
		w.Findings.Gone += n
	}
}

func about(f *export.Found) string {
	return text(f.Source, f.Table, f.Identity, f.Verdict, joined(f.Key), f.Period)
}

// sortBy sorts by size, greatest first, then by name.
func sortBy[T any](list []T, size func(*T) float64, name func(*T) string) {
	type keyed struct {
		x    T
		size float64
		name string
	}
	all := make([]keyed, len(list))
	for i := range list {
		all[i] = keyed{list[i], size(&list[i]), name(&list[i])}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(a.name, b.name)) })
	for i := range all {
		list[i] = all[i].x
	}
}
