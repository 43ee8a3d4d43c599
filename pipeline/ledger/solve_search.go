package ledger

import (
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
)

// A search collects what could give a number.
type search struct {
	set        *rate.Set
	data       rate.Data
	q          Question
	percent    bool
	places     []composition
	amounts    []amount
	candidates []Match
	indexes    map[string]*index
}

// An amount is a count of the cell: of a block, as it was at a vintage, of one
// level and one reading of the EU.
type amount struct {
	block    *block
	part     *part
	whole    bool
	level    int // of the block's levels
	asOf     string
	place    *composition
	members  bool // added up although the total is printed
	quarters bool
	by       []tallied // of each country, if it is added up from several
	res      tallied
}

// A tallied is a count, as the numerator of a result, and the cells that it is of.
// They are put together only for what matches.
type tallied struct {
	rate.Result
	cells [][]rate.Input
}

// tallies takes the counts out of results that ask for one over itself.
func tallies(results []rate.Result) []tallied {
	out := make([]tallied, 0, len(results))
	for i := range results {
		t := tallied{Result: results[i]}
		t.Inputs = slices.DeleteFunc(slices.Clone(t.Inputs), func(in rate.Input) bool { return in.Side == "den" })
		t.cells, t.Inputs = [][]rate.Input{t.Inputs}, nil
		out = append(out, t)
	}
	return out
}

func (s *search) collect() error {
	all, err := builtinCounts()
	if err != nil {
		return err
	}
	s.places = all.places(s.q.Geo, s.q.Period)
	s.data = narrow(s.data, countries(s.places), s.periods())
	if s.percent {
		if err := s.named(all); err != nil {
			return err
		}
	}
	for i := range all.Counts {
		if err := s.count(&all.Counts[i]); err != nil {
			return err
		}
	}
	s.stages()
	if s.percent {
		s.quotients()
		s.mixed()
	} else {
		s.alone()
	}
	return nil
}

// countries are those that any of some readings of the geo needs, and its codes.
func countries(places []composition) []string {
	var out []string
	for i := range places {
		out = append(append(out, places[i].Of...), places[i].members()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// periods are the one asked for and, of a year, its quarters.
func (s *search) periods() []obs.Period {
	out := []obs.Period{s.q.Period}
	if s.q.Period.Freq() == 'A' {
		for _, quarter := range []string{"-Q1", "-Q2", "-Q3", "-Q4"} {
			out = append(out, s.q.Period+obs.Period(quarter))
		}
	}
	return out
}

// days are those at which some table stood otherwise than now, newest first,
// after "" for now.
func (s *search) days(source string, tables []string) []string {
	var out []string
	for _, m := range s.data.Vintages() {
		if m.Source == source && slices.Contains(tables, m.Table) && !slices.Contains(out, m.Vintage) {
			out = append(out, m.Vintage)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	if len(out) > 0 {
		out[0] = ""
	}
	return out
}

func (s *search) asked(source string) bool { return s.q.Source == "" || s.q.Source == source }

// named tries every definition.
func (s *search) named(all *counts) error {
	for _, d := range s.set.All() {
		for i := range d.From {
			if err := s.define(d, &d.From[i], all); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *search) define(d rate.Definition, b *rate.Binding, all *counts) error {
	if !s.asked(b.Source) || b.StandsIn != "" || d.Kind == rate.Backlog || d.Kind == rate.PerMillion { // months and people are no percentage
		return nil
	}
	levels := []string{""}
	if b.Level != "" && !b.National && d.Kind != rate.Share {
		for i := range all.Counts {
			if x := &all.Counts[i]; x.Source == b.Source && slices.Equal(x.Tables, b.Tables) {
				levels = x.levels()
			}
		}
	}
	tables := append(slices.Clone(b.Tables), b.Num.Tables...)
	if b.Den != nil {
		tables = append(tables, b.Den.Tables...)
	}
	if num, den := s.indexed(d, b, all); num != nil {
		return s.defineIndexed(d, num, den)
	}
	one := d
	one.From = []rate.Binding{*b}
	for _, day := range s.days(b.Source, tables) {
		for l, level := range levels {
			for _, q := range s.queries(b, l) {
				q.Stage, q.AsOf = level, day
				results, err := rate.Evaluate(one, s.data, q)
				if err != nil {
					return fmt.Errorf("%s: %w", d.Name, err)
				}
				for _, r := range results {
					if p := s.place(&r, &q); r.Known && p != nil {
						s.keep(s.define1(d, r, p, l, level, day))
					}
				}
			}
		}
	}
	return nil
}

// queries are those of the readings of the geo: one for those that have a code,
// one for each that has none. Unusual levels are not looked up under another
// reading as well.
func (s *search) queries(b *rate.Binding, level int) []rate.Query {
	coded := rate.Query{Citizen: []string{s.q.Citizen}, Periods: []obs.Period{s.q.Period}}
	out := []rate.Query{coded}
	for i := range s.places {
		p := &s.places[i]
		switch {
		case i > 0 && (b.National || level > 1):
		case len(p.Of) == 1:
			out[0].Geo = append(out[0].Geo, p.Of[0])
		default:
			q := coded
			q.Geo, q.By = p.members(), []string{"citizen", "period"}
			out = append(out, q)
		}
	}
	return out
}

// place is the reading of the geo that a result of a query is of.
func (s *search) place(r *rate.Result, q *rate.Query) *composition {
	for i := range s.places {
		p := &s.places[i]
		if q.By == nil && len(p.Of) == 1 && p.Of[0] == r.Geo || q.By != nil && slices.Equal(p.members(), q.Geo) {
			return p
		}
	}
	return nil
}

// define1 is a result of a definition as a candidate.
func (s *search) define1(d rate.Definition, r rate.Result, p *composition, l int, level, day string) Match {
	r.Geo = p.Name
	m := Match{Name: d.Name, Named: true, Title: d.Title, Place: p.Name, AsOf: day, Result: r}
	if d.Publisher == "asylum" {
		m.doubt(costDerived, "")
	}
	if d.Kind == rate.Ratio {
		m.doubt(costRatio, "a ratio of two flows")
	}
	s.doubts(&m, l, level, p, day)
	return m
}

// doubts are those that named and other candidates share.
func (s *search) doubts(m *Match, l int, level string, p *composition, day string) {
	m.level = l
	switch {
	case l == 0:
	case level == "FI":
		m.doubt(costFirst, "")
	default:
		m.doubt(costLevel, "level "+level)
	}
	if p.Name != s.q.Geo {
		m.doubt(costPlace, p.Name+" in place of "+s.q.Geo)
	}
	if day != "" {
		m.doubt(costVintage, "as of "+day)
	}
	if s.percent && rate.Usual.CountsOnly(&m.Result) {
		m.doubt(costFew, fmt.Sprintf("fewer than %d cases", rate.Usual.Counts))
	}
}

func (s *search) keep(m Match) { s.candidates = append(s.candidates, m) }

// count adds the amounts of a block.
func (s *search) count(b *block) error {
	if !s.asked(b.Source) {
		return nil
	}
	for _, day := range s.days(b.Source, b.Tables) {
		for l, level := range b.levels() {
			for i := range b.Parts {
				if err := s.amount(amount{block: b, part: &b.Parts[i], level: l, asOf: day}, level); err != nil {
					return err
				}
			}
			for i := range b.Wholes {
				if err := s.amount(amount{block: b, part: &b.Wholes[i], whole: true, level: l, asOf: day}, level); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// amount looks up one count, country by country, and adds it up to every
// reading of the geo.
func (s *search) amount(a amount, level string) error {
	b := a.block
	places := s.readings(b.National, a.level)
	var results []tallied
	if x := s.index(b, a.asOf); x != nil {
		if err := x.open(s); err != nil {
			return err
		}
		results = x.amounts(&a.part.Side, a.level)
	} else {
		var err error
		if results, err = s.evaluate(a, level, places); err != nil {
			return err
		}
	}
	for i := range places {
		a.place = &places[i]
		geos := a.place.members()
		printed := false
		if len(a.place.Of) == 1 {
			printed = s.add(a, results, a.place.Of)
		}
		if b.National || len(geos) == 0 || slices.Equal(geos, a.place.Of) {
			continue
		}
		a.members = printed
		s.add(a, results, geos)
		a.members = false
	}
	return nil
}

// readings are those of the geo that are worth a look: unusual levels are not
// looked up under another reading as well, and national counts not added up.
func (s *search) readings(national bool, level int) []composition {
	if national || level > 1 {
		return s.places[:1]
	}
	return s.places
}

func (s *search) evaluate(a amount, level string, places []composition) ([]tallied, error) {
	b := a.block
	d := rate.Definition{Name: a.part.Name, Title: a.part.Words, Kind: rate.Ratio, From: []rate.Binding{b.binding(a.part)}, Class: class(a.part.Name, "none", b.Stage)}
	q := rate.Query{Citizen: []string{s.q.Citizen}, Geo: countries(places), Periods: s.periods(), Stage: level, AsOf: a.asOf}
	results, err := rate.Evaluate(d, s.data, q)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", a.part.Name, b.Source, err)
	}
	return tallies(results), nil
}

func class(num, den, stage string) rate.Class {
	return rate.Class{Numerator: num, Denominator: den, Stage: stage, Unit: "as the source counts", Population: "all"}
}

// add adds the amount of some countries in the period, and in its quarters.
func (s *search) add(a amount, results []tallied, geos []string) bool {
	year, by, ok := sum(results, geos, s.q.Period)
	if ok {
		a.res, a.by = year, by
		s.amounts = append(s.amounts, a)
	}
	if periods := s.periods(); len(periods) > 1 {
		a.by = nil
		if a.res, a.quarters = sumQuarters(results, geos, periods[1:]); a.quarters {
			a.res.Period = s.q.Period
			s.amounts = append(s.amounts, a)
		}
	}
	return ok
}

// sum adds up a count over countries. One that does not report is left out, as
// publishers do.
func sum(results []tallied, geos []string, p obs.Period) (out tallied, by []tallied, ok bool) {
	for i := range results {
		r := &results[i]
		if r.Period == p && r.NumKnown && slices.Contains(geos, r.Geo) {
			by = append(by, *r)
		}
	}
	if len(by) == 0 {
		return out, nil, false
	}
	return total(by), by, true
}

// total adds up the counts of some countries.
func total(by []tallied) tallied {
	r := &by[0]
	out := tallied{Result: rate.Result{Kind: r.Kind, Class: r.Class, Source: r.Source, Citizen: r.Citizen, Period: r.Period, Sex: r.Sex, Age: r.Age}}
	for i := range by {
		plus(&out, &by[i])
		out.Countries = append(out.Countries, by[i].Geo)
	}
	return out
}

// sumQuarters adds up the four quarters of each country that reports all.
func sumQuarters(results []tallied, geos []string, quarters []obs.Period) (tallied, bool) {
	var out tallied
	found := false
	for _, g := range geos {
		var year tallied
		n := 0
		for _, p := range quarters {
			if r, _, ok := sum(results, []string{g}, p); ok {
				if n++; n == 1 {
					year = r
				} else {
					plus(&year, &r)
				}
			}
		}
		switch {
		case n < len(quarters):
		case !found:
			out, found = year, true
		default:
			plus(&out, &year)
			out.Countries = append(out.Countries, g)
		}
	}
	return out, found
}

// plus adds a count to another.
func plus(out, r *tallied) {
	out.Num, out.NumLo, out.NumHi = out.Num+r.Num, out.NumLo+r.NumLo, out.NumHi+r.NumHi
	out.NumKnown = true
	out.cells = append(out.cells, r.cells...)
	for _, v := range r.Vintages {
		if !slices.Contains(out.Vintages, v) {
			out.Vintages = append(out.Vintages, v)
		}
	}
	for _, w := range r.Warnings {
		if !slices.Contains(out.Warnings, w) && !strings.HasPrefix(w, "under ") {
			out.Warnings = append(out.Warnings, w)
		}
	}
	for _, g := range r.WithAppeals {
		if !slices.Contains(out.WithAppeals, g) {
			out.WithAppeals = append(out.WithAppeals, g)
		}
	}
	for _, l := range strings.Split(r.Stage, ", ") {
		if l != "" && !slices.Contains(strings.Split(out.Stage, ", "), l) {
			out.Stage = strings.TrimPrefix(out.Stage+", "+l, ", ")
		}
	}
}

// stages adds up first and final decisions, as some releases do.
func (s *search) stages() {
	var both []amount
	for i := range s.amounts {
		a := &s.amounts[i]
		if a.block.Stage != "first" {
			continue
		}
		for j := range s.amounts {
			f := &s.amounts[j]
			if f.block.Stage != "final" || f.block.Source != a.block.Source || f.part.Name != a.part.Name || f.whole != a.whole ||
				f.place != a.place || f.members != a.members || f.quarters != a.quarters || a.asOf != "" || f.asOf != "" {
				continue
			}
			x := *a
			first := *a.block
			first.Stage = "first and final"
			x.block = &first
			x.res = tallied{Result: rate.Result{Kind: a.res.Kind, Class: a.res.Class, Source: a.res.Source, Citizen: a.res.Citizen, Period: a.res.Period, Sex: a.res.Sex, Age: a.res.Age, Countries: a.res.Countries}}
			plus(&x.res, &a.res)
			plus(&x.res, &f.res)
			x.res.Stage = first.Stage
			both = append(both, x)
		}
	}
	s.amounts = append(s.amounts, both...)
}

// quotients divides every part by every whole of its source, as they stood on
// one day.
func (s *search) quotients() {
	var days []string
	for i := range s.amounts {
		if d := s.amounts[i].asOf; !slices.Contains(days, d) {
			days = append(days, d)
		}
	}
	slices.SortFunc(days, func(a, b string) int { return strings.Compare(late(b), late(a)) })
	at := s.vintages()
	for _, day := range days {
		var above, below []*amount
		for i := range s.amounts {
			switch a := &s.amounts[i]; {
			case !at.stood(a, day):
			case a.whole:
				below = append(below, a)
			default:
				above = append(above, a)
			}
		}
		for _, n := range above {
			for _, d := range below {
				if d.block.Source != n.block.Source || day != "" && n.asOf != day && d.asOf != day {
					continue
				}
				if d.place != n.place || d.members != n.members || d.quarters != n.quarters {
					continue
				}
				if d.block.Stage != "none" && (d.block.Stage != n.block.Stage || d.level != n.level) {
					continue
				}
				if d.block.Stage == "none" && d.level > 0 {
					continue
				}
				s.divide(n, d, day)
			}
		}
	}
}

// A vintage is one of a block's: the day that was asked for and its own.
type vintage struct{ asOf, day string }

// Stood says which vintages each block has.
type stood map[*block][]vintage

// vintages lists them.
func (s *search) vintages() stood {
	out := stood{}
	for i := range s.amounts {
		a := &s.amounts[i]
		if v := (vintage{a.asOf, a.day()}); !slices.Contains(out[a.block], v) {
			out[a.block] = append(out[a.block], v)
		}
	}
	return out
}

// stood reports whether an amount is that of a day: of its vintage or, where its
// table has none of that day, of the newest before it.
func (h stood) stood(a *amount, day string) bool {
	own := a.day()
	if day == "" || a.asOf == "" && own > day || a.asOf > day {
		return a.asOf == day
	}
	return !slices.ContainsFunc(h[a.block], func(v vintage) bool { return v.asOf != a.asOf && v.day <= day && v.day > own })
}

// late puts now after every day.
func late(day string) string {
	if day == "" {
		return "9999"
	}
	return day
}

// day is that of the vintage that an amount is of.
func (a *amount) day() string {
	if a.asOf != "" {
		return a.asOf
	}
	day := ""
	for _, v := range a.res.Vintages { // "migr_asyappctza 2023-04-30"
		_, date, _ := strings.Cut(v, " ")
		day = max(day, date)
	}
	return day
}

// mixed divides across sources, as press and speeches do: what first instance
// granted by what another source counts below it.
func (s *search) mixed() {
	usual := func(a *amount) bool {
		return a.part.Mixes && a.level == 0 && a.asOf == "" && !a.members && !a.quarters && a.place == &s.places[0]
	}
	for i := range s.amounts {
		n := &s.amounts[i]
		if n.whole || !usual(n) || n.block.Stage != "first" {
			continue
		}
		for j := range s.amounts {
			d := &s.amounts[j]
			if d.whole && usual(d) && d.block.Source != n.block.Source && (d.block.Stage == "none" || d.block.Stage == "first") {
				s.divide(n, d, "")
			}
		}
	}
}

// divide makes a candidate of two amounts, unless they are one count.
func (s *search) divide(n, d *amount, day string) {
	if d.res.Num <= 0 || n.block == d.block && slices.Equal(n.part.Terms, d.part.Terms) {
		return
	}
	num, den, ok := shared(n, d)
	if !ok {
		return
	}
	m := Match{Name: n.part.Name + " / " + d.part.Name, Title: n.part.Words + " over " + d.part.Words, Place: n.place.Name, AsOf: day, Result: over(&num, &den), cells: [2][][]rate.Input{num.cells, den.cells}}
	r := &m.Result
	r.Geo = n.place.Name
	r.Definition = m.Name
	r.Class = class(n.part.Name, d.part.Name, n.block.Stage)
	bounds(r, nested(n, d))
	m.doubt(costUnnamed+n.part.Odd+d.part.Odd, "no definition of that name")
	if d.block.Stage == "none" {
		m.doubt(costRatio, "a ratio of two flows")
	} else if n.block.Source == d.block.Source {
		r.Kind = rate.Share
	}
	if n.block.Source != d.block.Source {
		r.Source = n.block.Source + " over " + d.block.Source
		m.doubt(costMixed, "counts of two sources")
	}
	if n.members {
		m.doubt(costMembers, "added up from members, not as printed")
	}
	if n.quarters {
		m.doubt(costQuarters, "added up over four quarters")
	}
	if n.block.Stage == "first and final" {
		m.doubt(costStages, "first instance and final decisions together")
	}
	s.doubts(&m, n.level, n.block.levels()[n.level], n.place, day)
	s.keep(m)
}

// shared gives two counts added up from the countries that report both.
func shared(n, d *amount) (num, den tallied, ok bool) {
	if len(n.by) < 2 && len(d.by) < 2 {
		return n.res, d.res, true
	}
	both := func(a, b []tallied) []tallied {
		return slices.DeleteFunc(slices.Clone(a), func(r tallied) bool {
			return !slices.ContainsFunc(b, func(o tallied) bool { return o.Geo == r.Geo })
		})
	}
	if same := func(a, b tallied) bool { return a.Geo == b.Geo }; slices.EqualFunc(n.by, d.by, same) {
		return n.res, d.res, true
	}
	a, b := both(n.by, d.by), both(d.by, n.by)
	if len(a) == 0 {
		return num, den, false
	}
	num, den = total(a), total(b)
	return num, den, den.Num > 0
}

// over is the quotient of two counts, without its bounds and cells.
func over(n, d *tallied) rate.Result {
	r := n.Result
	r.Kind = rate.Ratio
	r.Den, r.DenKnown, r.DenLo, r.DenHi = d.Num, true, d.NumLo, d.NumHi
	r.Value, r.Known = float64(n.Num)/float64(d.Num), true
	r.Vintages, r.Warnings = slices.Clone(n.Vintages), slices.Clone(n.Warnings)
	for _, v := range d.Vintages {
		if !slices.Contains(r.Vintages, v) {
			r.Vintages = append(r.Vintages, v)
		}
	}
	for _, w := range d.Warnings {
		if !slices.Contains(r.Warnings, w) {
			r.Warnings = append(r.Warnings, w)
		}
	}
	return r
}

// locate puts the cells of a match into its result.
func (m *Match) locate() {
	for i, name := range []string{"num", "den"} {
		for _, cells := range m.cells[i] {
			for _, in := range cells {
				in.Side = name
				m.Result.Inputs = append(m.Result.Inputs, in)
			}
		}
	}
}

// nested reports whether the numerator is some of the terms that the
// denominator is the sum of: then rounding moves both.
func nested(n, d *amount) bool {
	if n.block != d.block {
		return false
	}
	for _, t := range n.part.Terms {
		if !slices.Contains(d.part.Terms, t) && !slices.Contains(d.part.Terms, t+"?") {
			return false
		}
	}
	return true
}

// bounds gives what rounding allows: of a part of its own whole exactly, else
// with both counts taken by themselves.
func bounds(r *rate.Result, nested bool) {
	num, den := [2]float64{float64(r.NumLo), float64(r.NumHi)}, [2]float64{float64(r.DenLo), float64(r.DenHi)}
	r.Lo, r.Hi = r.Value, r.Value
	if nested {
		rest := [2]float64{max(0, den[0]-num[0]), max(0, den[1]-num[1])}
		den = [2]float64{num[1] + rest[0], num[0] + rest[1]}
	}
	if den[1] > 0 {
		r.Lo = min(r.Value, num[0]/den[1])
	}
	if den[0] > 0 {
		r.Hi = max(r.Value, num[1]/den[0])
	}
}

// alone makes a candidate of every amount, for a number that is a count.
func (s *search) alone() {
	for i := range s.amounts {
		a := &s.amounts[i]
		m := Match{Name: a.part.Name, Title: a.part.Words, Place: a.place.Name, AsOf: a.asOf, Result: a.res.Result, cells: [2][][]rate.Input{a.res.cells, nil}}
		m.Result.Geo, m.Result.Definition, m.Result.Why = a.place.Name, a.part.Name, "a count"
		m.doubt(a.part.Odd, "")
		if a.members {
			m.doubt(costMembers, "added up from members, not as printed")
		}
		if a.quarters {
			m.doubt(costQuarters, "added up over four quarters")
		}
		if a.block.Stage == "first and final" {
			m.doubt(costStages, "first instance and final decisions together")
		}
		s.doubts(&m, a.level, a.block.levels()[a.level], a.place, a.asOf)
		s.keep(m)
	}
}

// narrow loads of every table what the cell needs, once.
func narrow(d rate.Data, geos []string, periods []obs.Period) rate.Data {
	return &narrowed{Data: d, geos: geos, periods: periods, held: map[string]*table.Table{}}
}

type narrowed struct {
	rate.Data
	geos    []string
	periods []obs.Period
	held    map[string]*table.Table
}

func (n *narrowed) Load(m table.Meta, want table.Want) (*table.Table, error) {
	citizens, some := want.Codes["citizen"]
	k := fmt.Sprint(m.Source, m.Table, m.Vintage, m.File, m.SHA256, some, citizens)
	if t, ok := n.held[k]; ok {
		return t, nil
	}
	codes := map[string][]string{"geo": n.geos, "sex": {"T"}, "age": {"TOTAL"}}
	if some {
		codes["citizen"] = citizens
	}
	t, err := n.Data.Load(m, table.Want{Periods: n.periods, Codes: codes})
	if err == nil {
		n.held[k] = t
	}
	return t, err
}
