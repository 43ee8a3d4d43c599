package ledger

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// Verdicts, as METHODS 7 names them. OtherDefinition and OtherVintage are
// followed by a name or a date.
const (
	Reproduced      = "reproduced"
	WithinRounding  = "within rounding"
	Truncated       = "truncated"
	OtherDefinition = "other definition: "
	OtherVintage    = "other vintage: "
	ArithmeticOnly  = "arithmetic only"
	Contradicted    = "contradicted"
	NoData          = "no data"
)

// Kinds are the verdicts in order, without the name or date that follows.
var Kinds = []string{Reproduced, WithinRounding, Truncated, "other definition", "other vintage", ArithmeticOnly, Contradicted, NoData}

// isVerdict reports whether a figure may expect it: an other definition is
// named, an other vintage dated.
func isVerdict(s string) bool {
	for _, named := range []string{OtherDefinition, OtherVintage} {
		if rest, ok := strings.CutPrefix(s, named); ok {
			return rest != ""
		}
	}
	return slices.Contains(Kinds, s) && !strings.HasPrefix(s, "other")
}

// Kind is the verdict without the name or date that follows it.
func (j *Judgement) Kind() string {
	kind, _, _ := strings.Cut(j.Verdict, ":")
	return kind
}

// Company gives the figures with these ids and those that a verdict on them may
// speak of: what stands beside them, and what is from the same page. Without ids
// it gives all.
func Company(all []Figure, ids []string) []Figure {
	if len(ids) == 0 {
		return all
	}
	beside, pages := map[string]bool{}, map[Source]bool{}
	for i := range all {
		if f := &all[i]; slices.Contains(ids, f.ID) {
			pages[f.From] = f.From != Source{}
			for _, id := range f.Beside {
				beside[id] = true
			}
		}
	}
	var out []Figure
	for _, f := range all {
		if slices.Contains(ids, f.ID) || beside[f.ID] || pages[f.From] {
			out = append(out, f)
		}
	}
	return out
}

// A Judgement is what can be said of a figure with the data at hand.
type Judgement struct {
	Figure
	Verdict   string
	Why       string
	Explained []string      // what else was computed from its counts and those at hand
	Match     *rate.Result  // the result that the verdict rests on, if any
	Tried     int           // how many candidates were compared
	Evidence  []rate.Result // what other sources say of the same cell, best first

	query   rate.Query    // that gives Match
	rivals  []rate.Result // what else has the size of a figure that says nothing of its counts, and divides otherwise
	printed *rate.Result  // the quotient of the counts printed beside it, if both are
	got     float64       // what the verdict rests on, in the figure's unit
	settled bool          // there is a got
}

// A candidate is a result that may be the figure, with the query that gives it.
type candidate struct {
	rate.Result
	query rate.Query
}

// Judge compares each figure with every definition over the source that it
// cites. Figures about one cell are compared with the same results.
func Judge(figures []Figure, s *rate.Set, data rate.Data) ([]Judgement, error) {
	data = rate.Cached(data)
	for i := range figures {
		f := &figures[i]
		if _, err := s.Named(f.Claimed); err != nil && !f.loose && isName(f.Claimed) {
			return nil, f.unclaimable(err)
		}
	}
	all, err := collect(figures, s, data)
	if err != nil {
		return nil, err
	}
	out := make([]Judgement, 0, len(figures))
	for _, f := range figures {
		j := &judge{f: f, set: s, data: data, all: all[f.scope()], out: Judgement{Figure: f, printed: f.quotient()}}
		switch f.Unit {
		case "percent":
			j.percent()
		case "persons":
			j.count()
		default:
			j.settle(NoData, nil, "no definition at hand gives such a ratio")
		}
		j.evidence()
		j.explain()
		j.corrected()
		out = append(out, j.out)
	}
	crossCheck(out)
	return out, nil
}

// unclaimable refuses a claim that names no definition, with its place.
func (f *Figure) unclaimable(err error) error {
	if f.at == nil {
		return fmt.Errorf("figure %q: %w", f.ID, err)
	}
	return &obs.ParseError{Pos: f.at(), Got: fmt.Sprintf("claim %q of figure %q", f.Claimed, f.ID), Want: "the name of a definition, or words",
		Hint: "asylum rates lists the names; --definitions FILE adds your own", Err: err}
}

type judge struct {
	f    Figure
	set  *rate.Set
	data rate.Data
	all  []candidate // every definition and source for the cell
	out  Judgement
}

// query asks for the cell of a figure alone.
func (f *Figure) query(over span) rate.Query {
	q := rate.Query{Citizen: []string{f.Citizen}, Geo: []string{f.Geo}, Periods: over}
	if len(over) > 1 {
		q.By = []string{"citizen", "geo"}
	}
	return q
}

// A scope is the cells that a figure is about. Its zero value is that of
// figures which no export can speak of.
type scope struct{ citizen, geo, period string }

func (f *Figure) scope() scope {
	if !f.known || f.Subset != "" {
		return scope{}
	}
	return scope{f.Citizen, f.Geo, f.Period}
}

// A source is one that a definition is computed from, at a stage.
type source struct {
	name, stage string
}

// origins are the sources of a definition: at first instance and, where levels are
// told apart, without appeals and with repeat applications.
func origins(d *rate.Definition) (out []source) {
	for _, b := range d.From {
		stages := []string{""}
		if b.Level != "" && !b.National && d.Kind != rate.Share {
			stages = []string{"FI", "", "FI+RA"}
		}
		for _, stage := range stages {
			if s := (source{b.Source, stage}); !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// collect computes every definition from every source for the cells of all
// figures. A definition is asked once for all of them, since each question reads
// its tables through.
func collect(figures []Figure, set *rate.Set, data rate.Data) (map[scope][]candidate, error) {
	asked := map[scope]*Figure{}
	var scopes []scope
	for i := range figures {
		at := figures[i].scope()
		if _, ok := asked[at]; !ok && at != (scope{}) {
			asked[at] = &figures[i]
			scopes = append(scopes, at)
		}
	}
	out := map[scope][]candidate{}
	for _, d := range set.All() {
		if !slices.Contains([]string{rate.Rate, rate.Share, rate.Ratio}, d.Kind) {
			continue // months are no percentage
		}
		for _, from := range origins(&d) {
			left := scopes
			for way := 0; len(left) > 0 && (way == 0 || way == 1 && from.name == "eurostat"); way++ {
				found, err := ask(d, from, left, asked, way, data)
				if err != nil {
					return nil, err
				}
				var still []scope
				for _, at := range left {
					known := false
					for _, c := range found[at] {
						known = known || c.Known
						if !slices.ContainsFunc(out[at], func(o candidate) bool { return same(&o.Result, &c.Result) }) {
							out[at] = append(out[at], c)
						}
					}
					if !known {
						still = append(still, at)
					}
				}
				left = still
			}
		}
	}
	return out, nil
}

// ask computes a definition for scopes, each over the given way to make up its
// period. Those of one period are asked together, but for aggregates, which read
// more than their own cells; the others by the periods that they add up.
func ask(d rate.Definition, from source, scopes []scope, figures map[scope]*Figure, way int, data rate.Data) (map[scope][]candidate, error) {
	groups := map[string][]scope{}
	var names []string
	for _, at := range scopes {
		if f := figures[at]; way < len(f.periods) {
			name := aggregate("citizen", at.citizen) + " " + aggregate("geo", at.geo)
			if over := f.periods[way]; len(over) > 1 {
				name += fmt.Sprint(over)
			}
			if groups[name] == nil {
				names = append(names, name)
			}
			groups[name] = append(groups[name], at)
		}
	}
	out := map[scope][]candidate{}
	for _, name := range names {
		var q rate.Query
		for _, at := range groups[name] { // a query takes what stands twice once
			q.Citizen, q.Geo, q.Periods = append(q.Citizen, at.citizen), append(q.Geo, at.geo), append(q.Periods, figures[at].periods[way]...)
		}
		sum := len(figures[groups[name][0]].periods[way]) > 1
		if sum {
			q.By = []string{"citizen", "geo"}
		}
		q.Source, q.Stage = from.name, from.stage
		rs, err := rate.Evaluate(d, data, q)
		if errors.Is(err, rate.ErrQuery) {
			continue // a definition that is not added up over periods, or not told by stage
		} else if err != nil {
			return nil, err
		}
		type cell struct {
			citizen, geo string
			period       obs.Period
		}
		by := map[cell][]*rate.Result{}
		for i := range rs {
			at := cell{rs[i].Citizen, rs[i].Geo, rs[i].Period}
			if sum {
				at.period = ""
			}
			by[at] = append(by[at], &rs[i])
		}
		for _, at := range groups[name] {
			over := figures[at].periods[way]
			c := cell{citizen: at.citizen, geo: at.geo}
			if !sum {
				c.period = over[0]
			}
			for _, r := range by[c] {
				if whole(r, over) {
					q := figures[at].query(over)
					q.Source, q.Stage = from.name, from.stage
					out[at] = append(out[at], candidate{*r, q})
				}
			}
		}
	}
	return out, nil
}

// whole reports whether a sum over several periods has cells of each.
func whole(r *rate.Result, over span) bool {
	if len(over) == 1 {
		return true
	}
	have := map[obs.Period]bool{}
	for i := range r.Inputs {
		have[r.Inputs[i].Cell().Period] = true
	}
	return len(have) == len(over)
}

// same reports whether leaving appeals out made no difference.
func same(a, b *rate.Result) bool {
	return a.Definition == b.Definition && a.Source == b.Source && a.Known == b.Known && a.Num == b.Num && a.Den == b.Den
}

// fits says how a printed percentage agrees with a result, or "". A value that
// is printed in words is meant within a tolerance.
func (f *Figure) fits(r *rate.Result) string {
	if !r.Known {
		return ""
	}
	q := f.value
	v, x := r.Value*100, q.number
	if q.bound() {
		return q.bounds(r.Lo*100, r.Hi*100)
	}
	half := max(q.unit/2, f.Tolerance)
	cut := math.Floor(v/q.unit+1e-9) * q.unit
	switch {
	case math.Abs(v-x) <= half+1e-9:
		return Reproduced
	case r.Lo*100-half <= x+1e-9 && x <= r.Hi*100+half+1e-9:
		return WithinRounding
	case math.Abs(cut-x) < q.unit/2:
		return Truncated
	}
	return ""
}

// cites reports whether a source is the one that the figure names. AIDA prints
// what national authorities count.
func (f *Figure) citesSource(source string) bool {
	return f.Cites == "" || f.Cites == source || f.Cites == "national" && source == "aida"
}

// slack is how far a true count may lie from the one that is printed.
func (f *Figure) slack() int64 {
	if f.Rounding <= 1 {
		return 0
	}
	return f.Rounding / 2
}

// counted says how the counts printed beside the figure agree with those of r:
// 2 they are the same, 1 they are of its size, as another release has them, 0
// they are others. Where r adds up several cells of each, as four quarters are,
// the same means within what their rounding allows.
func (f *Figure) counted(r *rate.Result) int {
	how, summed := 2, strings.Contains(string(r.Period), "+")
	for _, c := range []struct {
		printed   *int64
		n, lo, hi int64
	}{{f.Num, r.Num, r.NumLo, r.NumHi}, {f.Den, r.Den, r.DenLo, r.DenHi}} {
		if c.printed == nil {
			continue
		}
		switch d := max(*c.printed-c.n, c.n-*c.printed); {
		case d <= f.slack(), summed && c.lo <= *c.printed && *c.printed <= c.hi:
		case d*100 <= c.n && (f.Num == nil || f.Den == nil):
			how = min(how, 1)
		default:
			return 0
		}
	}
	return how
}

// quotient is what the counts printed beside the figure give, nil unless both
// are. Its bounds are those of their rounding.
func (f *Figure) quotient() *rate.Result {
	if f.Num == nil || f.Den == nil {
		return nil
	}
	n, d, s := *f.Num, *f.Den, f.slack()
	r := &rate.Result{Known: true, Kind: rate.Share, Num: n, Den: d, NumKnown: true, DenKnown: true, Value: float64(n) / float64(d)}
	r.Lo = float64(max(n-s, 0)) / float64(d+s)
	r.Hi = float64(n+s) / float64(max(d-s, 1))
	return r
}

func (j *judge) percent() {
	var cited []*candidate
	for i := range j.all {
		if r := &j.all[i]; r.Known && j.f.citesSource(r.Source) {
			cited = append(cited, r)
		}
	}
	j.out.Tried = len(cited)
	if p := j.out.printed; p != nil && j.f.fits(p) == "" {
		j.excluded(p, cited)
		return
	}
	for _, sure := range []int{2, 1} {
		for _, r := range cited {
			if fit := j.f.fits(&r.Result); fit != "" && r.Definition == j.f.Claimed && j.f.counted(&r.Result) == sure {
				j.settle(fit, r, j.f.aside(&r.Result))
				return
			}
		}
	}
	same := func(r *rate.Result) bool { return j.f.fits(r) != "" && j.f.counted(r) == 2 }
	if day, r := j.earlier(j.f.Claimed, same); r != nil {
		j.settle(OtherVintage+day, r, "a later release changed it")
		return
	}
	if r := j.other(cited); r != nil {
		why := fmt.Sprintf("it is %s = %s", r.Counts(), r.Percent())
		if d, err := j.set.Named(r.Definition); err == nil {
			first, size := utf8.DecodeRuneInString(d.Title)
			why += ": " + string(unicode.ToLower(first)) + d.Title[size:]
		}
		if j.f.Claimed != "" {
			why += ", not " + strings.ReplaceAll(j.f.Claimed, "_", " ")
		}
		if j.rival(r, cited); len(j.out.rivals) > 0 {
			o := &j.out.rivals[0]
			why += fmt.Sprintf("; %s has that size too, %s = %s", o.Definition, o.Counts(), o.Percent())
		}
		j.settle(OtherDefinition+r.Definition, r, why)
		return
	}
	j.unmatched(cited)
}

// isName reports whether a claim is a name of a definition, not words.
func isName(s string) bool {
	return strings.Contains(s, "_") && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// aside says what the verdict passes over: a value that is cut, and printed
// counts that differ from those at hand.
func (f *Figure) aside(r *rate.Result) string {
	if f.fits(r) == Truncated {
		return f.cut(r)
	}
	if f.counted(r) == 2 {
		return ""
	}
	if f.Den != nil && f.Num == nil {
		return fmt.Sprintf("the percentage is the same; it was printed over %s, and %s are at hand", rate.Group(*f.Den), rate.Group(r.Den))
	}
	return fmt.Sprintf("the percentage is the same; it was printed for %s, and %s are at hand", rate.Group(*f.Num), rate.Group(r.Num))
}

// cut says what cutting digits off did.
func (f *Figure) cut(r *rate.Result) string {
	p := f.value.decimals
	return fmt.Sprintf("%s is %s %%; that rounds to %s %%, and cut after %s it is %s", r.Counts(), rate.Percent(r.Value, p+2), rate.Percent(r.Value, p), digits(p), f.Value)
}

func digits(p int) string {
	switch p {
	case 0:
		return "the point"
	case 1:
		return "one decimal"
	}
	return fmt.Sprintf("%d decimals", p)
}

// other looks for another definition than the claimed one that gives the
// figure, the surest first. Without printed counts to bear it out only a result
// that its rounding leaves hardly open counts, since a wide one fits anything.
func (j *judge) other(cited []*candidate) *candidate {
	for _, want := range []string{Reproduced, WithinRounding, Truncated} {
		for _, r := range cited {
			if j.f.fits(&r.Result) != want || j.f.counted(&r.Result) != 2 || r.Definition == j.f.Claimed {
				continue
			}
			bare := j.out.printed == nil
			if bare && (want == Truncated || rate.Usual.CountsOnly(&r.Result) || want == WithinRounding && (r.Hi-r.Lo)*100 > j.f.value.unit) {
				continue
			}
			return r
		}
	}
	return nil
}

// rival looks for what else has the size of a figure that prints no counts, and
// is of another class than what was taken for it: the size tells no more.
func (j *judge) rival(taken *candidate, cited []*candidate) {
	if j.f.Num != nil || j.f.Den != nil || j.f.value.bound() {
		return
	}
	for _, r := range cited {
		if j.f.fits(&r.Result) == Reproduced && r.Class != taken.Class && (r.Num != taken.Num || r.Den != taken.Den) && !rate.Usual.CountsOnly(&r.Result) && !partial(&r.Result) {
			j.out.rivals = append(j.out.rivals, r.Result)
		}
	}
}

// excluded settles a figure that the counts printed beside it do not give.
func (j *judge) excluded(p *rate.Result, cited []*candidate) {
	j.settle(Contradicted, nil, "the counts printed with it do not give it: "+p.Counts()+" is "+rate.Percent(p.Value, j.f.value.decimals+1)+" %")
	j.out.got, j.out.settled = p.Value*100, true
	for _, r := range cited { // what the cells at hand say
		if r.Definition == j.f.Claimed {
			j.out.Match, j.out.query = &r.Result, r.query
			return
		}
	}
}

// unmatched settles a figure that no candidate gives.
func (j *judge) unmatched(cited []*candidate) {
	p := j.out.printed
	for _, r := range cited {
		if r.Definition != j.f.Claimed {
			continue
		}
		why := fmt.Sprintf("the claimed definition gives %s, and no other of the %d results at hand gives %s", r.Percent(), j.out.Tried, j.f.Value)
		if p != nil && j.f.fits(&r.Result) != "" {
			why = fmt.Sprintf("the percentage is that of %s, and the counts printed with it are not those at hand", r.Counts())
		}
		j.settle(Contradicted, r, why)
		return
	}
	_, err := j.set.Named(j.f.Claimed)
	switch {
	case p != nil && j.f.fits(p) == Truncated:
		j.settle(Truncated, nil, "by the counts printed with it: "+j.f.cut(p)+"; no data at hand gives them")
	case p != nil && j.f.fits(p) == WithinRounding:
		j.settle(ArithmeticOnly, nil, "the counts printed with it give it as far as they are rounded; no data at hand gives them")
	case p != nil && amongst(cited, p.Num) && amongst(cited, p.Den):
		j.settle(ArithmeticOnly, nil, "the printed counts give the printed percentage; the data at hand has both counts, and no definition that divides one by the other")
	case p != nil:
		j.settle(ArithmeticOnly, nil, "the printed counts give the printed percentage; no data at hand gives them")
	case err != nil && j.f.loose && isName(j.f.Claimed):
		j.settle(NoData, nil, "no definition at hand is called "+j.f.Claimed)
	case err != nil && !specific(j.f.Claimed) && slices.ContainsFunc(cited, func(r *candidate) bool { return r.Kind == rate.Rate }):
		j.settle(Contradicted, nil, fmt.Sprintf("none of the %d results at hand for the cell gives %s", len(cited), j.f.Value))
	default:
		j.settle(NoData, nil, j.lacking())
	}
	if p != nil && j.out.Match == nil {
		j.out.got, j.out.settled = p.Value*100, true
	}
}

// amongst reports whether a printed count is one of those that results are made of.
func amongst(all []*candidate, n int64) bool {
	return slices.ContainsFunc(all, func(r *candidate) bool { return r.NumKnown && r.Num == n || r.DenKnown && r.Den == n })
}

var sources = map[string]string{"eurostat": "Eurostat", "unhcr": "UNHCR", "aida": "AIDA", "national": "the national authority"}

// lacking says what is not held.
func (j *judge) lacking() string {
	switch {
	case j.f.Subset != "":
		return "no export at hand tells " + j.f.Subset + " apart"
	case !j.f.known:
		return "no export at hand speaks of it"
	}
	who := sources[j.f.Cites]
	if who == "" {
		return "no data at hand holds the cell"
	}
	return fmt.Sprintf("it cites %s, and no export of %s at hand covers %s in %s in %s", who, strings.Replace(who, "the national authority", "its figures", 1), people(j.f.Citizen), place(j.f.Geo), j.f.Period)
}

// earlier looks for the figure in what was known at the vintages before the
// newest, and gives the day of the vintage that has it.
func (j *judge) earlier(definition string, match func(*rate.Result) bool) (day string, found *candidate) {
	d, err := j.set.Named(definition)
	if err != nil || !j.f.known || j.f.Subset != "" {
		return "", nil
	}
	var dates []string
	for _, m := range j.data.Vintages() {
		if j.f.citesSource(m.Source) && slices.Contains(tables(&d), m.Table) && !slices.Contains(dates, m.Vintage) {
			dates = append(dates, m.Vintage)
		}
	}
	if len(dates) < 2 {
		return "", nil // there is nothing but the newest
	}
	slices.Sort(dates)
	slices.Reverse(dates)
	for _, date := range dates {
		for _, over := range j.f.periods {
			q := j.f.query(over)
			q.AsOf, q.Source = date, j.f.Cites
			if q.Source == "national" {
				q.Source = "aida"
			}
			rs, err := rate.Evaluate(d, j.data, q)
			if err != nil {
				continue // the definition is not computed from that source
			}
			for i := range rs {
				if match(&rs[i]) {
					q.Source = rs[i].Source
					return newest(&rs[i]), &candidate{rs[i], q}
				}
			}
		}
	}
	return "", nil
}

// aggregate is a code that stands for several, "" for one that stands for itself.
func aggregate(dim, c string) string {
	if x, ok := code.Must(dim).Lookup(c); ok && x.Kind == code.Aggregate {
		return c
	}
	return ""
}

// tables are those that a definition is computed from.
func tables(d *rate.Definition) (out []string) {
	for _, b := range d.From {
		out = append(append(out, b.Tables...), b.Num.Tables...)
		if b.Den != nil {
			out = append(out, b.Den.Tables...)
		}
	}
	return out
}

// newest is the day of the newest vintage that a result rests on.
func newest(r *rate.Result) string {
	day := ""
	for _, in := range r.Inputs {
		day = max(day, in.Meta.Vintage)
	}
	return day
}

// sides says which definitions and which of their counts a published count is.
var sides = map[string]struct {
	definitions []string // whose counts are added up
	den         bool
}{
	"applicants":            {[]string{"share_of_applicants"}, false},
	"first-time applicants": {[]string{"positives_per_first_time_applicant"}, true},
	"decisions":             {[]string{"eurostat_first_instance"}, true},
	"positives":             {[]string{"eurostat_first_instance"}, false},
	"granted":               {[]string{"eurostat_first_instance", "eurostat_final"}, false},
}

// A tally is a count at hand, with what rounding allows.
type tally struct {
	n, lo, hi int64
	of        *candidate
}

// amount is the count that a published one is to be compared with.
func (j *judge) amount(r *candidate, definition string) (tally, bool) {
	if r.Definition != definition {
		return tally{}, false
	}
	if sides[j.f.Counts].den {
		return tally{r.Den, r.DenLo, r.DenHi, r}, r.DenKnown
	}
	return tally{r.Num, r.NumLo, r.NumHi, r}, r.NumKnown
}

// tallies are the counts at hand: those of one definition, or of the sum of
// several where each has one.
func (j *judge) tallies() (out []tally) {
	for n, definition := range sides[j.f.Counts].definitions {
		var next []tally
		for i := range j.all {
			t, ok := j.amount(&j.all[i], definition)
			if !ok || !j.f.citesSource(t.of.Source) {
				continue
			}
			if n == 0 {
				next = append(next, t)
			}
			for _, sum := range out {
				if sum.of.Source == t.of.Source {
					next = append(next, tally{sum.n + t.n, sum.lo + t.lo, sum.hi + t.hi, sum.of})
				}
			}
		}
		out = next
	}
	return out
}

func (j *judge) count() {
	all := j.tallies()
	j.out.Tried = len(all)
	for _, t := range all {
		if fit := j.f.counts(t); fit != "" {
			j.settle(fit, t.of, "")
			j.out.got = float64(t.n)
			return
		}
	}
	if len(all) == 0 {
		j.uncounted()
		return
	}
	t := all[len(all)-1]
	j.settle(Contradicted, t.of, "the data at hand says "+rate.Group(t.n))
	j.out.got = float64(t.n)
	if definitions := sides[j.f.Counts].definitions; len(definitions) == 1 {
		fits := func(r *rate.Result) bool {
			t, ok := j.amount(&candidate{Result: *r}, definitions[0])
			return ok && j.f.counts(t) != ""
		}
		if day, r := j.earlier(definitions[0], fits); r != nil {
			j.settle(OtherVintage+day, r, "a later release changed it")
			if t, ok := j.amount(r, definitions[0]); ok {
				j.out.got = float64(t.n)
			}
		}
	}
}

// uncounted settles a count of which no data is at hand, by the parts that were
// printed with it.
func (j *judge) uncounted() {
	for _, s := range j.f.Sums {
		if float64(s.Total) != j.f.value.number || len(s.Parts) < 2 {
			continue
		}
		switch off := s.off(); {
		case off == 0:
			j.settle(ArithmeticOnly, nil, "the parts printed with it add up to it; no data at hand gives them")
		case max(off, -off) <= j.f.slack()*int64(len(s.Parts)+1):
			j.settle(ArithmeticOnly, nil, "the parts printed with it add up to it as far as they are rounded; no data at hand gives them")
		default:
			j.settle(Contradicted, nil, "the parts printed with it add up to "+rate.Group(s.sum()))
		}
		j.out.got, j.out.settled = float64(s.sum()), true
		return
	}
	j.settle(NoData, nil, j.lacking())
}

// counts says how a printed count agrees with one at hand, or "".
func (f *Figure) counts(t tally) string {
	x, q := f.value.number, f.value
	step := max(q.unit, float64(f.Rounding))
	switch {
	case q.bound():
		return q.bounds(float64(t.lo), float64(t.hi))
	case float64(t.n) == x, step > 1 && math.Abs(float64(t.n)-x) <= step/2:
		return Reproduced
	case float64(t.lo) <= x && x <= float64(t.hi):
		return WithinRounding
	}
	return ""
}

func (j *judge) settle(verdict string, r *candidate, why string) {
	j.out.Verdict, j.out.Match, j.out.Why = verdict, nil, why
	if r != nil {
		j.out.Match, j.out.query = &r.Result, r.query
		j.out.got, j.out.settled = r.Value*100, true
	}
}

// evidence keeps what another source than the cited one says of the cell, rates
// before shares before ratios.
func (j *judge) evidence() {
	order := map[string]int{rate.Rate: 0, rate.Share: 1, rate.Ratio: 2}
	for i := range j.all {
		if r := &j.all[i].Result; r.Known && !r.CountsOnly() {
			j.out.Evidence = append(j.out.Evidence, *r)
		}
	}
	slices.SortStableFunc(j.out.Evidence, func(a, b rate.Result) int { return order[a.Kind] - order[b.Kind] })
}

// people are the citizens that a code names, for a sentence.
func people(citizen string) string {
	if x, ok := code.Must("citizen").Lookup(citizen); ok && x.Kind == code.Member {
		return "citizens of " + x.Name("en")
	}
	return "all citizenships"
}

func place(geo string) string {
	if x, ok := code.Must("geo").Lookup(geo); ok && x.Kind == code.Member {
		return x.Name("en")
	}
	return "the EU"
}

// Fit is a result of another source than the one cited that has the size of
// the figure, nil if there is none or the verdict rests on one already. It says
// nothing of what the figure divides, only what it could.
func (j *Judgement) Fit() *rate.Result {
	if j.Match != nil || j.value.relation != '=' {
		return nil
	}
	for i := range j.Evidence {
		r := &j.Evidence[i]
		if r.Source != j.Cites && r.Kind != rate.Share && !partial(r) && j.value.percent && j.fits(r) == Reproduced {
			return r
		}
	}
	return nil
}

// Count is the figure as a count, if it is one.
func (f *Figure) Count() (int64, bool) {
	return int64(f.value.number), f.Unit == "persons" && f.value.relation == '='
}
