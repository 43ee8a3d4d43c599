package briefing

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/ledger"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
	"asylum/reports/figure"
)

// A Subject is what a briefing is about.
type Subject struct {
	Citizen string     // "" is everybody
	Geo     string     // "" is the Union
	Period  obs.Period // a year; "" is the newest that as good as every country has reported
}

// union is where a briefing looks that names no country.
const union = "EU27_2020"

// A Brief is a briefing computed, in no language yet.
type Brief struct {
	Subject
	By     string         // what a row of its table is: citizen or geo
	Keys   []*rate.Result // the rate first; a definition that has none is left out
	Counts *rate.Result   // who applied, of all applicants; nil if nothing says so
	Range  []*rate.Result // lowest and highest country, if they are apart; else nil

	charts  []section
	spec    figure.Spec // of its table
	Undrawn []string    // once it is written: what the charts are about that four pages had no room for
	omitted int         // of the table that are left out
	figures []ledger.Judgement
	sources []table.Meta
	src     *figure.Source
}

// A section is a chart under a heading, a key of the catalogue.
type section struct {
	heading string
	draft   *figure.Draft
}

// Gather computes a briefing. figure.ErrNothing says that no decision at hand is
// about its subject.
func Gather(src *figure.Source, s Subject) (*Brief, error) {
	b := &Brief{Subject: s, src: src, By: "geo"}
	if s.Citizen == "" || s.Citizen == "TOTAL" {
		b.Citizen, b.By = "TOTAL", "citizen"
	}
	if s.Geo == "" {
		b.Geo = union
	}
	scope, err := src.Scope()
	if err != nil {
		return nil, err
	}
	if scope.Main == nil {
		return nil, fmt.Errorf("%w: decisions by year, of any citizenship", figure.ErrNothing)
	}
	first, err := b.years(scope)
	if err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		func() error { return b.keys(scope) },
		func() error { return b.draw(scope, first) },
		func() error { return b.tabulate(scope) },
		b.judge,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	b.cite()
	return b, nil
}

// years finds the first year of which decisions are held and, where none is asked
// for, the newest that as good as every country has reported.
func (b *Brief) years(scope *figure.Scope) (first obs.Period, err error) {
	periods, err := b.src.Periods(scope.Main["rate"], "")
	if err != nil {
		return "", err
	}
	var held []obs.Period
	newest, last := obs.Period(""), b.reported(scope)
	for _, p := range periods {
		r, err := b.src.Stated(scope.Main["rate"], b.Citizen, b.Geo, p)
		if err != nil {
			return "", err
		}
		if r == nil || !r.DenKnown || r.Den == 0 {
			continue
		}
		held = append(held, p)
		if p <= last {
			newest = p
		}
	}
	b.Period = cmp.Or(b.Period, newest)
	if !slices.Contains(held, b.Period) {
		return "", fmt.Errorf("%w: no decision on %s in %s, %s", figure.ErrNothing, b.Citizen, b.Geo, cmp.Or(string(b.Period), "any year"))
	}
	return held[0], nil
}

// reported is the newest year that as good as every country has reported of the
// subject.
func (b *Brief) reported(scope *figure.Scope) obs.Period {
	places, c := scope.Citizens, b.Citizen
	if b.By == "citizen" {
		places, c = scope.Geos, b.Geo
	}
	for _, p := range places {
		if p.Code == c {
			return p.Latest
		}
	}
	return scope.Latest
}

// keys takes the rates of the year under the main definitions, and who applied.
func (b *Brief) keys(scope *figure.Scope) error {
	for _, kind := range []string{"rate", "refugee", "outcomes"} {
		r, err := b.src.Stated(scope.Main[kind], b.Citizen, b.Geo, b.Period)
		if err != nil {
			return err
		}
		if r != nil && r.Known && !slices.ContainsFunc(b.Keys, func(k *rate.Result) bool { return k.Definition == r.Definition }) {
			b.Keys = append(b.Keys, r)
		}
	}
	if len(b.Keys) == 0 {
		return fmt.Errorf("%w: no rate of %s in %s, %s", figure.ErrNothing, b.Citizen, b.Geo, b.Period)
	}
	r, err := b.src.Result("share_of_applicants", b.Keys[0].Source, "", b.Citizen, b.Geo, b.Period)
	if r != nil && r.NumKnown {
		b.Counts = r
	}
	return err
}

// closed are cases closed without a decision on the merits, of all that ended.
func (b *Brief) closed() (closed, ended int64, ok bool) {
	merits := b.Keys[0]
	all := b.Keys[len(b.Keys)-1]
	if merits.Class.Denominator != "merits" || all.Class.Denominator != "outcomes" || all.Den == 0 {
		return 0, 0, false
	}
	return all.Den - merits.Den, all.Den, true
}

// place is how the ids of charts name where it is about.
func (b *Brief) place() string {
	if b.Geo == union {
		return "EU"
	}
	return b.Geo
}

// around are the countries that the subject's is shown among.
func (b *Brief) around() figure.List {
	if x, ok := code.Must("geo").Lookup(union); b.Geo == union || ok && slices.Contains(x.Members, b.Geo) {
		return figure.List{union}
	}
	return figure.List{union, b.Geo}
}

// side is the subject's year along the axis of its table.
func (b *Brief) side(scope *figure.Scope) figure.Spec {
	s := figure.Spec{Kind: "bars", Definition: figure.List{scope.Main["rate"]}, Period: figure.List{string(b.Period)}, By: b.By}
	if b.By == "citizen" {
		s.ID, s.Geo, s.Reference = fmt.Sprintf("%s-by-citizenship-%s", b.place(), b.Period), figure.List{b.Geo}, b.Geo
		return s
	}
	s.ID, s.Citizen, s.Geo, s.Reference = fmt.Sprintf("%s-EU-%s", b.Citizen, b.Period), figure.List{b.Citizen}, b.around(), union
	if b.Geo != union {
		s.Subject = b.Geo
	}
	return s
}

// draw evaluates the charts that the data at hand gives.
func (b *Brief) draw(scope *figure.Scope, first obs.Period) error {
	over := figure.Spec{ID: fmt.Sprintf("%s-%s-rates-%s", b.Citizen, b.place(), b.Period), Kind: "lines", Mix: true, Citizen: figure.List{b.Citizen}, Geo: figure.List{b.Geo},
		Definition: figure.List{scope.Main["rate"], scope.Main["refugee"], scope.Main["outcomes"]}, Period: figure.List{string(first) + ".." + string(b.Period)}}
	over.Definition = slices.Compact(over.Definition)
	ladder := figure.Spec{ID: fmt.Sprintf("%s-%s-%s", b.Geo, b.Citizen, b.Period), Kind: "ladder", Citizen: figure.List{b.Citizen}, Geo: figure.List{b.Geo}, Period: figure.List{string(b.Period)}}
	// In the order of what they tell: where pages end, the last are left out.
	for _, w := range []struct {
		heading string
		spec    figure.Spec
	}{{"report.ladder", ladder}, {"report.time", over}, {"report.protection", b.side(scope)}, {"report.outcomes", b.outcomes(scope, first)}, {b.appliedHeading(), b.applied()}} {
		if w.spec.Kind == "ladder" && (b.By == "citizen" || b.Geo == union || b.src.Limits.CountsOnly(b.Keys[0])) {
			continue // it is of one citizenship in one country, and writes percentages
		}
		d, err := b.src.Gather(w.spec)
		switch {
		case errors.Is(err, figure.ErrNothing):
			continue
		case err != nil:
			return err
		case d.Spec.Kind == "lines" && !b.tells(d):
			continue
		}
		b.charts = append(b.charts, section{w.heading, d})
	}
	b.extremes()
	return nil
}

// shownYears is how many years of outcomes are drawn: more would take half a page.
const shownYears = 6

// outcomes is how the subject's cases ended, year by year.
func (b *Brief) outcomes(scope *figure.Scope, first obs.Period) figure.Spec {
	from := first
	if y, err := strconv.Atoi(b.Period.Year()); err == nil {
		from = max(first, obs.Period(strconv.Itoa(y-shownYears+1)))
	}
	return figure.Spec{ID: fmt.Sprintf("%s-%s-outcomes-%s", b.Citizen, b.place(), b.Period), Kind: "stack", By: "period", Definition: figure.List{scope.Main["outcomes"]},
		Citizen: figure.List{b.Citizen}, Geo: figure.List{b.Geo}, Period: figure.List{string(from) + ".." + string(b.Period)}}
}

func (b *Brief) appliedHeading() string {
	if b.By == "citizen" {
		return "report.who"
	}
	return "report.where"
}

// applied is where the subject applied or, of a country, who did.
func (b *Brief) applied() figure.Spec {
	s := figure.Spec{ID: fmt.Sprintf("%s-applied-%s", b.Citizen, b.Period), Kind: "counts", By: "geo", Definition: figure.List{"share_of_applicants"}, Period: figure.List{string(b.Period)}, Citizen: figure.List{b.Citizen}, Geo: b.around()}
	if b.By == "citizen" {
		s.ID, s.By, s.Citizen, s.Geo = fmt.Sprintf("%s-applied-%s", b.place(), b.Period), "citizen", nil, figure.List{b.Geo}
	} else if b.Geo != union {
		s.Subject = b.Geo
	}
	return s
}

// tells reports whether a chart over the years has three of the rate or more: two
// points are no course.
func (b *Brief) tells(d *figure.Draft) bool {
	n := 0
	for i := range d.Results {
		if d.Results[i].Definition == b.Keys[0].Definition {
			n++
		}
	}
	return n >= 3
}

// extremes are the lowest and the highest country of those with enough decisions,
// where the two may be called different.
func (b *Brief) extremes() {
	limits := b.src.Limits
	for _, c := range b.charts {
		if c.draft.Spec.Kind != "bars" || b.By != "geo" {
			continue
		}
		var solid []*rate.Result
		for i := range c.draft.Data {
			x := &c.draft.Data[i]
			if r := x.Result; x.Series == "" && r.Den >= limits.Few && len(r.WithAppeals) == 0 {
				solid = append(solid, r)
			}
		}
		slices.SortStableFunc(solid, func(x, y *rate.Result) int { return cmp.Compare(x.Value, y.Value) })
		if n := len(solid); n > 1 && rate.Apart(solid[0], solid[n-1], limits) {
			b.Range = []*rate.Result{solid[0], solid[n-1]}
		}
	}
}

// mostCitizens is how many citizenships the table of a country holds.
const mostCitizens = 25

// tabulate says what the table holds: every country, or the citizenships with the
// most decisions.
func (b *Brief) tabulate(scope *figure.Scope) error {
	b.spec = b.side(scope)
	b.spec.Reference = ""
	if b.By == "geo" {
		return nil
	}
	name := scope.Main["rate"]
	codes, err := b.src.Codes(name, "", "citizen", b.Period, func(r *figure.Held) bool { return r.Known && r.Den > 0 && r.Geo == b.Geo })
	if err != nil {
		return err
	}
	cases := map[string]int64{}
	for _, c := range codes {
		r, err := b.src.Stated(name, c, b.Geo, b.Period)
		if err != nil {
			return err
		}
		if r != nil {
			cases[c] = r.Den
		}
	}
	slices.SortStableFunc(codes, func(x, y string) int { return -cmp.Compare(cases[x], cases[y]) })
	b.omitted = max(0, len(codes)-mostCitizens)
	b.spec.Citizen = codes[:min(len(codes), mostCitizens)]
	return nil
}

// judge gives the published figures about the subject their verdicts: those that
// the data has something against first, those that it says nothing of last.
func (b *Brief) judge() error {
	all, err := ledger.Builtin()
	if err != nil {
		return err
	}
	about := func(f *ledger.Figure) bool {
		return (b.By == "citizen" || f.Citizen == b.Citizen) && (b.Geo == union && b.By == "geo" || f.Geo == b.Geo)
	}
	var ids []string
	for i := range all {
		if about(&all[i]) {
			ids = append(ids, all[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	judged, err := ledger.Judge(ledger.Company(all, ids), b.src.Set, b.src.Data)
	if err != nil {
		return err
	}
	for _, j := range judged {
		if slices.Contains(ids, j.ID) {
			b.figures = append(b.figures, j)
		}
	}
	order := []string{ledger.Contradicted, "other definition", ledger.Truncated, "other vintage", ledger.WithinRounding, ledger.Reproduced, ledger.ArithmeticOnly, ledger.NoData}
	slices.SortStableFunc(b.figures, func(x, y ledger.Judgement) int {
		return cmp.Compare(slices.Index(order, x.Kind()), slices.Index(order, y.Kind()))
	})
	return nil
}

// results are all that is drawn or said.
func (b *Brief) results() []rate.Result {
	var out []rate.Result
	for _, r := range b.Keys {
		out = append(out, *r)
	}
	if b.Counts != nil {
		out = append(out, *b.Counts)
	}
	for _, c := range b.charts {
		out = append(out, c.draft.Results...)
	}
	return out
}

// cite collects the files that everything rests on.
func (b *Brief) cite() {
	results := b.results()
	for i := range b.figures {
		if m := b.figures[i].Match; m != nil {
			results = append(results, *m)
		}
	}
	for i := range results {
		for _, in := range results[i].Inputs {
			if !slices.ContainsFunc(b.sources, func(m table.Meta) bool { return m.SHA256 == in.Meta.SHA256 }) {
				b.sources = append(b.sources, *in.Meta)
			}
		}
	}
	slices.SortFunc(b.sources, func(x, y table.Meta) int {
		return cmp.Or(strings.Compare(x.Source, y.Source), strings.Compare(x.Table, y.Table), strings.Compare(x.Vintage, y.Vintage), strings.Compare(x.SHA256, y.SHA256))
	})
}

// day is that of the newest file behind its numbers and charts.
func (b *Brief) day() string {
	day := ""
	results := b.results()
	for i := range results {
		for _, in := range results[i].Inputs {
			day = max(day, in.Meta.Vintage)
		}
	}
	return day
}
