package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
	"asylum/pipeline/vintage"
)

// A Question says what is to be compared.
type Question struct {
	Citizen string           // a citizenship, or TOTAL for all: then the mix of citizenships is adjusted for
	Period  obs.Period       // a year, quarter or month
	Since   obs.Period       // an earlier period to tell the change from, "" for none
	Geo     []string         // countries, and unions for their members; nil: those of Usual
	Source  string           // "" means the source that most countries are held of
	Stage   string           // as in rate.Query
	AsOf    string           // as in rate.Query
	Limits  *rate.Thresholds // nil: rate.Usual
}

// Usual are the countries that are compared if none are named: the members of the
// European Union of today, whose rate is the line, and of EFTA.
var Usual = []string{"EU27_2020", "EFTA"}

// A Study sets what the countries of asylum decided about one citizenship, or all,
// side by side. What may not stand together is kept apart, with the reason.
type Study struct {
	Definition rate.Definition
	Source     string
	Citizen    string
	Period     obs.Period
	Since      obs.Period
	Limits     rate.Thresholds
	Union      string     // the geo whose members' rate is the line
	Usable     obs.Period // the newest usable period of the table that the rates rest on, "" if not known
	Partial    bool       // Period is newer: nothing is ranked, summed or said to be higher (METHODS 9)
	National   bool       // each country counts in a way of its own: nothing is ranked

	Countries []Country // ranked, from the highest; then those that are not, by country
	Aside     []Aside   // that may not stand beside them, by country

	Line       *rate.Result // the union's rate, nil where there is none
	OwnRow     bool         // Line is the union's own row, as the source prints it; else it is Sum
	Sum        *rate.Result // its members that are compared, added up
	Members    int          // of the union, that Sum adds up
	Of         int          // that the union has
	Funnel     *Funnel      // of one citizenship
	Dispersion *Dispersion
	Inequality *Inequality // for who asks for it; see InequalityWarning
	Standard   *Standard   // of all citizenships: what countries are adjusted to, the members that Sum adds up
	Mixed      *Mixed      // of all citizenships: how far the rates lie apart before and after

	LineBefore *rate.Result   // of Since
	Split      *Decomposition // of Line since then: by country, of all citizenships by citizenship
	Sigma      *Sigma         // over the years from Since to Period
	Beta       *Beta
	Backlogs   []Backlog // of a definition of that kind
	Why        string    // nothing is compared because …
}

// A Country is one that is compared.
type Country struct {
	rate.Result
	Rank           int // by rate, from the highest; 0 if it is not ranked
	RankLo, RankHi int // the ranks that rounding allows
	Point          *FunnelPoint
	Adjusted       *Adjusted      // of all citizenships
	Change         *Change        // since the same quarter or month of the year before, or since Question.Since
	Split          *Decomposition // of all citizenships: of the change since Question.Since, by citizenship
}

// An Aside is a country that is not compared.
type Aside struct {
	rate.Result
	Reason string
}

// Mixed tells how far countries' rates over all citizenships lie apart, as they
// are and with the mix of citizenships taken out (indirectly). Both are standard
// deviations weighted by decisions, shares of one, over the countries that have
// both rates.
type Mixed struct {
	Countries     int
	Raw, Adjusted float64
}

// Countries compares countries. What the definition may not be asked is an error
// as of rate.Evaluate; that no table holds an answer is told by Study.Why.
func Countries(d rate.Definition, data rate.Data, q Question) (*Study, error) {
	if q.Geo == nil {
		q.Geo = Usual
	}
	if q.Since != "" && (q.Since.Freq() != q.Period.Freq() || q.Since >= q.Period) {
		return nil, &Refusal{fmt.Sprintf("the change from %s to %s is asked for, want an earlier period of the same length", q.Since, q.Period)}
	}
	w := &work{d: d, data: rate.Cached(data), q: q}
	if err := w.places(); err != nil {
		return nil, err
	}
	s := &Study{Definition: d, Citizen: q.Citizen, Period: q.Period, Since: q.Since, Union: w.union, Of: len(w.members), Limits: rate.Usual}
	if q.Limits != nil {
		s.Limits = *q.Limits
	}
	w.s = s
	for _, step := range []func() error{w.raw, w.gate, w.line, w.one, w.all, w.earlier, w.years} {
		if err := step(); err != nil {
			return nil, err
		}
		if s.Why != "" {
			break
		}
	}
	w.rank()
	return s, nil
}

// work is a study in the making.
type work struct {
	d       rate.Definition
	data    rate.Data
	q       Question
	s       *Study
	union   string
	members []string // of the union
	geos    []string // to be compared
	results []rate.Result
}

// places finds out which countries are meant.
func (w *work) places() error {
	list := code.Must("geo")
	add := func(into *[]string, c string) {
		if !slices.Contains(*into, c) {
			*into = append(*into, c)
		}
	}
	for _, g := range w.q.Geo {
		x, ok := list.Lookup(g)
		switch {
		case !ok:
			return &Refusal{fmt.Sprintf("there is no country or union %q in %s", g, code.File("geo"))}
		case x.Kind != code.Aggregate:
			add(&w.geos, g)
		case len(x.Members) == 0:
			return &Refusal{fmt.Sprintf("%s (%s) is no country, and no list of its members is at hand", g, x.Name("en"))}
		default:
			if w.union == "" {
				w.union = g
			}
			for _, m := range x.Members {
				add(&w.geos, m)
			}
		}
	}
	if w.union == "" {
		w.union = Usual[0]
	}
	x, _ := list.Lookup(w.union)
	w.members = x.Members
	slices.Sort(w.geos)
	return nil
}

// A Refusal is a question that makes no sense.
type Refusal struct{ msg string }

func (e *Refusal) Error() string { return e.msg }

// Is makes a Refusal a wrong query.
func (e *Refusal) Is(target error) bool { return target == rate.ErrQuery }

// evaluate asks the definition, of the study's source.
func (w *work) evaluate(q rate.Query) ([]rate.Result, error) {
	q.Stage, q.AsOf, q.Limits, q.StandIns = w.q.Stage, w.q.AsOf, w.q.Limits, true
	if q.Source == "" {
		q.Source = w.s.Source
	}
	return rate.Evaluate(w.d, w.data, q)
}

// raw finds the source that most countries are held of, and their rates.
func (w *work) raw() error {
	most := -1
	asked := false
	for _, b := range w.d.From {
		if w.q.Source != "" && b.Source != w.q.Source || !w.d.Tells(&b, w.q.Stage) {
			continue
		}
		asked = true
		rs, err := w.evaluate(rate.Query{Citizen: []string{w.q.Citizen}, Geo: w.geos, Periods: []obs.Period{w.q.Period}, Source: b.Source})
		if err != nil {
			return err
		}
		known := 0
		for i := range rs {
			if rs[i].Known {
				known++
			}
		}
		if known > most {
			most, w.results = known, rs
			w.s.Source, w.s.National = b.Source, b.National
		}
	}
	switch {
	case w.d.Lacks != "":
		w.s.Why = w.d.Lacks
	case !asked:
		return &Refusal{fmt.Sprintf("%s cannot be computed from source %q at stage %q; its sources are %s", w.d.Name, w.q.Source, w.q.Stage, strings.Join(w.d.Sources(), ", "))}
	case most <= 0:
		w.s.Why = fmt.Sprintf("no table at hand holds a rate of %s in %s for any of the countries (%s)", w.q.Citizen, w.q.Period, strings.Join(w.d.Sources(), ", "))
	}
	for i := range w.results {
		r := w.results[i]
		if why := w.apart(&r); why != "" {
			w.s.Aside = append(w.s.Aside, Aside{r, why})
		} else {
			w.s.Countries = append(w.s.Countries, Country{Result: r})
		}
	}
	return rate.Together(w.results)
}

// apart says why a result is not compared with the others, "" where it is. Where
// a level is asked for, all are of it.
func (w *work) apart(r *rate.Result) string {
	switch {
	case !r.Known:
		return r.Why
	case w.appeals(r):
		return "reports first instance and appeal together"
	}
	return ""
}

func (w *work) appeals(r *rate.Result) bool {
	return len(r.WithAppeals) > 0 && (w.q.Stage == "" || w.q.Stage == "first")
}

// gate finds the newest usable period of the table that the rates rest on. AIDA's
// pages are written when they are written: there is no reporting to wait for.
func (w *work) gate() error {
	i := slices.IndexFunc(w.results, func(r rate.Result) bool { return len(r.Inputs) > 0 })
	if i < 0 || w.s.Source == "aida" {
		return nil
	}
	t, err := w.data.Load(*w.results[i].Inputs[0].Meta, table.Want{})
	if err != nil {
		return err
	}
	w.s.Usable = vintage.TailOf(t).Complete
	w.s.Partial = w.s.Usable.Freq() == w.q.Period.Freq() && w.q.Period > w.s.Usable
	return nil
}

// compared lists the members of the union that are compared in a period, and
// those without a decision: rounding may hide some.
func (w *work) compared(results []rate.Result) (geos []string) {
	for i := range results {
		r := &results[i]
		none := r.NumKnown && r.DenKnown && r.Den == 0
		if (r.Known || none) && !w.appeals(r) && slices.Contains(w.members, r.Geo) {
			geos = append(geos, r.Geo)
		}
	}
	return geos
}

// line computes the union's rate: its own row if the source prints one, else the
// sum of its members that are compared.
func (w *work) line() error {
	s := w.s
	if s.Partial || s.National || w.d.Kind != rate.Rate {
		return nil
	}
	own, sum, err := w.lineOf(w.q.Period, w.results)
	if err != nil {
		return err
	}
	s.Line, s.Sum = sum, sum
	if own != nil {
		s.Line, s.OwnRow = own, true
	}
	if sum != nil {
		s.Members = len(sum.Countries)
	}
	return nil
}

// lineOf gives the union's own row of a period and the sum of its members, each
// nil where there is none. A member that is not among the countries counts too.
func (w *work) lineOf(p obs.Period, results []rate.Result) (own, sum *rate.Result, err error) {
	at := []obs.Period{p}
	union, err := w.evaluate(rate.Query{Citizen: []string{w.q.Citizen}, Geo: []string{w.union}, Periods: at})
	if err != nil {
		return nil, nil, err
	}
	for i := range union {
		if union[i].Known && slices.Equal(union[i].Countries, []string{w.union}) {
			own = &union[i]
		}
	}
	geos := w.compared(results)
	if others := slices.DeleteFunc(slices.Clone(w.members), func(g string) bool { return slices.Contains(w.geos, g) }); len(others) > 0 {
		more, err := w.evaluate(rate.Query{Citizen: []string{w.q.Citizen}, Geo: others, Periods: at})
		if err != nil {
			return nil, nil, err
		}
		geos = append(geos, w.compared(more)...)
	}
	if len(geos) == 0 {
		return own, nil, nil
	}
	all, err := w.evaluate(rate.Query{Citizen: []string{w.q.Citizen}, Geo: geos, Periods: at, By: []string{"citizen", "period"}})
	if err != nil {
		return nil, nil, err
	}
	if len(all) == 1 && all[0].Known {
		sum = &all[0]
	}
	return own, sum, nil
}

// cells are those of the countries that are compared.
func (w *work) cells() []Cell {
	var out []Cell
	for i := range w.s.Countries {
		if c, ok := CellOf(&w.s.Countries[i].Result); ok {
			out = append(out, c)
		}
	}
	return out
}

// one measures one citizenship: funnel and dispersion.
func (w *work) one() error {
	s := w.s
	if s.Partial || s.National || w.d.Kind != rate.Rate {
		return nil
	}
	cells := w.cells()
	s.Dispersion, _ = NewDispersion(cells, s.Limits.Rank)
	if q, ok := NewInequality(cells); ok {
		s.Inequality = &q
	}
	if w.q.Citizen == "TOTAL" || s.Line == nil {
		return nil // the mix of citizenships differs: the union's rate is no yardstick
	}
	line, ok := CellOf(s.Line)
	if !ok {
		return nil
	}
	line.Geo = s.Union
	if s.Funnel, ok = NewFunnel(line, cells); !ok {
		return nil
	}
	s.Funnel.Period = s.Period
	for i := range s.Countries {
		at, ok := slices.BinarySearchFunc(s.Funnel.Points, s.Countries[i].Geo, func(p FunnelPoint, g string) int { return cmp.Compare(p.Geo, g) })
		if ok {
			s.Countries[i].Point = &s.Funnel.Points[at]
		}
	}
	return nil
}

// all adjusts the rates over all citizenships for their mix.
func (w *work) all() error {
	s := w.s
	if w.q.Citizen != "TOTAL" || s.Partial || s.National || w.d.Kind != rate.Rate {
		return nil
	}
	if s.Sum == nil {
		return nil
	}
	geos := s.names()
	for _, g := range s.Sum.Countries {
		if !slices.Contains(geos, g) {
			geos = append(geos, g)
		}
	}
	cells, err := w.byCitizen(w.q.Period, geos)
	if err != nil || len(cells) == 0 {
		return err
	}
	adjusted, std := Standardise(cells, s.Sum.Countries)
	s.Standard = &std
	var both []Cell
	for i := range adjusted {
		a := &adjusted[i]
		for j := range s.Countries {
			if s.Countries[j].Geo == a.Geo {
				s.Countries[j].Adjusted = a
			}
		}
		if a.Indirect.RateKnown && slices.Contains(s.names(), a.Geo) {
			both = append(both, Exact("", a.Geo, a.Pos, a.All))
		}
	}
	if len(both) < 2 {
		return nil
	}
	s.Mixed = &Mixed{Countries: len(both), Raw: weightedSD(both), Adjusted: sdOf(both, func(c Cell) float64 {
		at, _ := slices.BinarySearchFunc(adjusted, c.Geo, func(a Adjusted, g string) int { return cmp.Compare(a.Geo, g) })
		return adjusted[at].Indirect.Rate
	})}
	return nil
}

// names lists the countries that are compared.
func (s *Study) names() (geos []string) {
	for i := range s.Countries {
		geos = append(geos, s.Countries[i].Geo)
	}
	return geos
}

// byCitizen gives the cells of some countries by citizenship, without totals and
// groups of citizenships, and without what is of first instance and appeal
// together.
func (w *work) byCitizen(p obs.Period, geos []string) ([]Cell, error) {
	rs, err := w.evaluate(rate.Query{Geo: geos, Periods: []obs.Period{p}})
	if err != nil {
		return nil, err
	}
	var out []Cell
	for i := range rs {
		x, ok := code.Must("citizen").Lookup(rs[i].Citizen)
		if !ok || x.Kind == code.Aggregate || w.appeals(&rs[i]) {
			continue
		}
		if c, ok := CellOf(&rs[i]); ok {
			out = append(out, c)
		}
	}
	return out, nil
}

// earlier tells the changes: since Question.Since, and of quarters and months
// since the same one of the year before.
func (w *work) earlier() error {
	s := w.s
	before := w.q.Since
	if before == "" {
		if f := w.q.Period.Freq(); f != 'Q' && f != 'M' && w.d.Kind != rate.Backlog {
			return nil
		}
		before, _ = YearAgo(w.q.Period)
	}
	then, err := w.evaluate(rate.Query{Citizen: []string{w.q.Citizen}, Geo: w.geos, Periods: []obs.Period{before}})
	if err != nil {
		return err
	}
	at := map[string]*rate.Result{}
	for i := range then {
		at[then[i].Geo] = &then[i]
	}
	for i := range s.Countries {
		c := &s.Countries[i]
		now := c.Result
		ch := Change{Citizen: c.Citizen, Geo: c.Geo, Period: c.Period, Before: before, Now: &now, Then: at[c.Geo], Partial: s.Partial}
		ch.fill()
		if ch.Known && w.apart(ch.Then) != "" {
			ch.Known, ch.Apart, ch.Why = false, false, string(before)+": "+w.apart(ch.Then)
		}
		c.Change = &ch
	}
	if w.d.Kind == rate.Backlog {
		return w.backlogs(then)
	}
	if w.q.Since == "" || w.d.Kind != rate.Rate || s.National || s.Partial {
		return nil
	}
	own, sum, err := w.lineOf(before, then)
	if err != nil {
		return err
	}
	if s.LineBefore = sum; s.OwnRow {
		s.LineBefore = own
	}
	return w.splits(before, then)
}

// backlogs gives those of the period with the changes since the year before.
func (w *work) backlogs(then []rate.Result) (err error) {
	both := slices.Clone(then)
	for i := range w.s.Countries {
		both = append(both, w.s.Countries[i].Result)
	}
	w.s.Backlogs, err = Backlogs(both, w.q.Period, w.q.Period)
	return err
}

// splits takes the changes since an earlier period apart.
func (w *work) splits(before obs.Period, then []rate.Result) error {
	s := w.s
	if w.q.Citizen != "TOTAL" {
		inUnion := func(c Cell) bool { return !slices.Contains(w.members, c.Geo) }
		var old []Cell
		for i := range then {
			if c, ok := CellOf(&then[i]); ok && w.apart(&then[i]) == "" {
				old = append(old, c)
			}
		}
		now := w.cells()
		if d, ok := Decompose(slices.DeleteFunc(old, inUnion), slices.DeleteFunc(now, inUnion), func(c Cell) string { return c.Geo }); ok {
			s.Split = d
		}
		return nil
	}
	var geos []string // compared in both periods
	for i := range then {
		if w.apart(&then[i]) == "" && slices.Contains(s.names(), then[i].Geo) {
			geos = append(geos, then[i].Geo)
		}
	}
	if len(geos) == 0 {
		return nil
	}
	old, err := w.byCitizen(before, geos)
	if err != nil {
		return err
	}
	now, err := w.byCitizen(w.q.Period, geos)
	if err != nil {
		return err
	}
	citizen := func(c Cell) string { return c.Citizen }
	member := func(c Cell) bool { return !slices.Contains(w.members, c.Geo) }
	if d, ok := Decompose(slices.DeleteFunc(slices.Clone(old), member), slices.DeleteFunc(slices.Clone(now), member), citizen); ok {
		s.Split = d
	}
	for i := range s.Countries {
		c := &s.Countries[i]
		elsewhere := func(x Cell) bool { return x.Geo != c.Geo }
		if d, ok := Decompose(slices.DeleteFunc(slices.Clone(old), elsewhere), slices.DeleteFunc(slices.Clone(now), elsewhere), citizen); ok {
			c.Split = d
		}
	}
	return nil
}

// years looks for convergence between Question.Since and the period, of one
// citizenship.
func (w *work) years() error {
	s := w.s
	if w.q.Since == "" || w.q.Citizen == "TOTAL" || w.d.Kind != rate.Rate || s.National || s.Partial {
		return nil
	}
	periods := between(w.q.Since, w.q.Period)
	if len(periods) == 0 {
		return nil
	}
	rs, err := w.evaluate(rate.Query{Citizen: []string{w.q.Citizen}, Geo: w.geos, Periods: periods})
	if err != nil {
		return err
	}
	years := map[obs.Period][]Cell{}
	for i := range rs {
		if c, ok := CellOf(&rs[i]); ok && w.apart(&rs[i]) == "" {
			years[rs[i].Period] = append(years[rs[i].Period], c)
		}
	}
	s.Sigma, _ = NewSigma(years, s.Limits.Few)
	s.Beta, _ = NewBeta(years[w.q.Since], years[w.q.Period], s.Limits.Few)
	return nil
}

// between lists the same periods of the years from one to another, both among
// them; none where they are not of one kind.
func between(from, to obs.Period) []obs.Period {
	var out []obs.Period
	for p := to; p >= from; {
		out = append(out, p)
		before, ok := YearAgo(p)
		if !ok {
			break
		}
		p = before
	}
	if len(out) == 0 || out[len(out)-1] != from {
		return nil
	}
	slices.Reverse(out)
	return out
}

// rank orders the countries: those with enough decisions by rate, then the others
// by name.
func (w *work) rank() {
	s := w.s
	may := !s.Partial && !s.National && w.d.Kind != rate.Ratio && w.d.Kind != rate.Backlog
	ranked := func(c *Country) bool { return may && c.Den >= s.Limits.Rank }
	slices.SortStableFunc(s.Countries, func(a, b Country) int {
		x, y := ranked(&a), ranked(&b)
		switch {
		case x != y:
			return map[bool]int{true: -1, false: 1}[x]
		case !x:
			return cmp.Compare(a.Geo, b.Geo)
		}
		return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Geo, b.Geo))
	})
	for i := range s.Countries {
		c := &s.Countries[i]
		if !ranked(c) {
			continue
		}
		c.Rank, c.RankLo, c.RankHi = i+1, 1, 0
		for j := range s.Countries {
			if o := &s.Countries[j]; ranked(o) {
				if o.Lo > c.Hi {
					c.RankLo++
				}
				if o.Hi >= c.Lo {
					c.RankHi++
				}
			}
		}
	}
}

// Ranked gives the countries that have a rank.
func (s *Study) Ranked() []Country {
	n := 0
	for n < len(s.Countries) && s.Countries[n].Rank > 0 {
		n++
	}
	return s.Countries[:n]
}

// Highest gives the countries that may have the highest rate of those that are
// ranked: none of them may be called lower than the first (METHODS 3). Only one
// alone may be called the highest.
func (s *Study) Highest() []Country { return s.extremes(s.Ranked()) }

// Lowest gives those that may have the lowest.
func (s *Study) Lowest() []Country {
	ranked := slices.Clone(s.Ranked())
	slices.Reverse(ranked)
	return s.extremes(ranked)
}

func (s *Study) extremes(ranked []Country) []Country {
	return slices.DeleteFunc(slices.Clone(ranked), func(c Country) bool {
		return rate.Apart(&c.Result, &ranked[0].Result, s.Limits)
	})
}

// Without finds the definition that counts as d does, but for humanitarian
// status: H left out of the numerator. Where a source has subsidiary and
// humanitarian status in one count (O), both go, and bundled is true. It reports
// false where there is none, or d leaves it out already.
func Without(set *rate.Set, d rate.Definition) (other rate.Definition, bundled, ok bool) {
	for _, drop := range []string{"+H", "+O"} {
		want := d.Class
		if want.Numerator = strings.Replace(d.Class.Numerator, drop, "", 1); want.Numerator == d.Class.Numerator {
			continue
		}
		for _, x := range set.All() {
			if x.Class == want && x.Kind == d.Kind && x.Line == nil {
				return x, drop == "+O", true
			}
		}
	}
	return d, false, false
}
