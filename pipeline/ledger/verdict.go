package ledger

import (
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

// A Judgement is what can be said of a figure with the data at hand.
type Judgement struct {
	Figure
	Verdict  string
	Why      string
	Match    *rate.Result  // the result that the verdict rests on, if any
	Tried    int           // how many candidates were compared
	Evidence []rate.Result // what other sources say of the same cell, best first
}

// Judge compares each figure with every definition over the source that it
// cites. Figures about one cell are compared with the same results.
func Judge(figures []Figure, s *rate.Set, data rate.Data) ([]Judgement, error) {
	data = rate.Cached(data)
	type scope struct{ citizen, geo, period string }
	seen := map[scope][]rate.Result{}
	out := make([]Judgement, 0, len(figures))
	for _, f := range figures {
		if _, err := s.Named(f.Claimed); err != nil && strings.Contains(f.Claimed, "_") {
			return nil, fmt.Errorf("figure %q: %w", f.ID, err)
		}
		j := &judge{f: f, set: s, data: data, out: Judgement{Figure: f}}
		at := scope{f.Citizen, f.Geo, f.Period}
		if _, ok := seen[at]; !ok {
			if err := j.collect(); err != nil {
				return nil, err
			}
			seen[at] = j.all
		}
		j.all = seen[at]
		if f.value.percent {
			j.percent()
		} else {
			j.count()
		}
		j.evidence()
		out = append(out, j.out)
	}
	return out, nil
}

type judge struct {
	f    Figure
	set  *rate.Set
	data rate.Data
	all  []rate.Result // every definition and source for the cell
	out  Judgement
}

func (j *judge) query() rate.Query {
	return rate.Query{Citizen: []string{j.f.Citizen}, Geo: []string{j.f.Geo}, Periods: []obs.Period{obs.Period(j.f.Period)}}
}

// collect computes every definition from every source, at first instance and,
// where levels are told apart, without appeals.
func (j *judge) collect() error {
	for _, d := range j.set.All() {
		if d.Kind == rate.Backlog {
			continue // months are no percentage
		}
		for _, b := range d.From {
			stages := []string{""}
			if b.Level != "" && !b.National && d.Kind != rate.Share { // first instance alone, with appeals, with repeat applications
				stages = []string{"FI", "", "FI+RA"}
			}
			for _, st := range stages {
				q := j.query()
				q.Source, q.Stage = b.Source, st
				rs, err := rate.Evaluate(d, j.data, q)
				if err != nil {
					return err
				}
				for _, r := range rs {
					if !slices.ContainsFunc(j.all, func(o rate.Result) bool { return same(&o, &r) }) {
						j.all = append(j.all, r)
					}
				}
			}
		}
	}
	return nil
}

// same reports whether leaving appeals out made no difference.
func same(a, b *rate.Result) bool {
	return a.Definition == b.Definition && a.Source == b.Source && a.Known == b.Known && a.Num == b.Num && a.Den == b.Den
}

// fits says how a printed percentage agrees with a result, or "".
func (q quantity) fits(r *rate.Result) string {
	if !r.Known {
		return ""
	}
	v, x := r.Value*100, q.number
	switch q.relation {
	case '<':
		if r.Hi*100 < x {
			return Reproduced
		} else if r.Lo*100 < x {
			return WithinRounding
		}
		return ""
	case '>':
		if r.Lo*100 > x {
			return Reproduced
		} else if r.Hi*100 > x {
			return WithinRounding
		}
		return ""
	}
	half := q.unit / 2
	switch {
	case math.Abs(v-x) <= half+1e-9:
		return Reproduced
	case r.Lo*100-half <= x && x <= r.Hi*100+half:
		return WithinRounding
	case math.Floor(v/q.unit+1e-9)*q.unit > x-half && math.Floor(v/q.unit+1e-9)*q.unit < x+half:
		return Truncated
	}
	return ""
}

// counted reports whether the counts printed beside the figure are those of r.
func (j *judge) counted(r *rate.Result) bool {
	return (j.f.Num == nil || *j.f.Num == r.Num) && (j.f.Den == nil || *j.f.Den == r.Den)
}

func (j *judge) percent() {
	var cited []*rate.Result
	for i := range j.all {
		if r := &j.all[i]; r.Known && (j.f.Cites == "" || r.Source == j.f.Cites) {
			cited = append(cited, r)
		}
	}
	j.out.Tried = len(cited)
	for _, r := range cited {
		if fit := j.f.value.fits(r); fit != "" && j.counted(r) && r.Definition == j.f.Claimed {
			j.settle(fit, r, "")
			return
		}
	}
	same := func(r *rate.Result) bool { return j.f.value.fits(r) != "" && j.counted(r) }
	if day, r := j.earlier(j.f.Claimed, same); r != nil {
		j.settle(OtherVintage+day, r, "a later release changed it")
		return
	}
	for _, r := range cited {
		if fit := j.f.value.fits(r); fit != "" && j.counted(r) {
			why := fmt.Sprintf("it is %s = %s", r.Counts(), r.Percent())
			if d, err := j.set.Named(r.Definition); err == nil {
				first, size := utf8.DecodeRuneInString(d.Title)
				why += ": " + string(unicode.ToLower(first)) + d.Title[size:]
			}
			if j.f.Claimed != "" {
				why += ", not " + strings.ReplaceAll(j.f.Claimed, "_", " ")
			}
			j.settle(OtherDefinition+r.Definition, r, why)
			return
		}
	}
	j.unmatched(cited)
}

// unmatched settles a figure that no candidate gives.
func (j *judge) unmatched(cited []*rate.Result) {
	agree, printed := j.arithmetic()
	if printed && !agree {
		j.settle(Contradicted, nil, "the printed counts do not give the printed percentage")
		return
	}
	for _, r := range cited {
		if r.Definition == j.f.Claimed {
			j.settle(Contradicted, r, fmt.Sprintf("the claimed definition gives %s, and no other gives %s", r.Percent(), j.f.Value))
			return
		}
	}
	_, err := j.set.Named(j.f.Claimed)
	switch {
	case printed:
		j.settle(ArithmeticOnly, nil, "the printed counts give the printed percentage; no data at hand gives them")
	case len(cited) > 0 && err != nil:
		j.settle(Contradicted, nil, fmt.Sprintf("none of the %d results at hand for the cell gives %s", len(cited), j.f.Value))
	default:
		j.settle(NoData, nil, j.lacking())
	}
}

var sources = map[string]string{"eurostat": "Eurostat", "unhcr": "UNHCR", "aida": "AIDA"}

// lacking says what is not held.
func (j *judge) lacking() string {
	who := sources[j.f.Cites]
	if who == "" {
		return "no data at hand holds the cell"
	}
	return fmt.Sprintf("it cites %s, and no export of %s at hand covers %s in %s in %s", who, who, people(j.f.Citizen), place(j.f.Geo), j.f.Period)
}

// arithmetic checks the printed percentage against the counts printed with it.
func (j *judge) arithmetic() (agree, possible bool) {
	if j.f.Num == nil || j.f.Den == nil || *j.f.Den == 0 {
		return false, false
	}
	v := float64(*j.f.Num) / float64(*j.f.Den)
	r := rate.Result{Known: true, Value: v, Lo: v, Hi: v}
	return j.f.value.fits(&r) != "", true
}

// earlier looks for the figure in what was known at the vintages before the
// newest, and gives the day of the vintage that has it.
func (j *judge) earlier(definition string, match func(*rate.Result) bool) (day string, found *rate.Result) {
	d, err := j.set.Named(definition)
	if err != nil {
		return "", nil
	}
	var dates []string
	for _, m := range j.data.Vintages() {
		if (j.f.Cites == "" || m.Source == j.f.Cites) && !slices.Contains(dates, m.Vintage) {
			dates = append(dates, m.Vintage)
		}
	}
	slices.Sort(dates)
	slices.Reverse(dates)
	for _, date := range dates {
		q := j.query()
		q.AsOf, q.Source = date, j.f.Cites
		rs, err := rate.Evaluate(d, j.data, q)
		if err != nil {
			continue // the definition is not computed from that source
		}
		for i := range rs {
			if match(&rs[i]) {
				return newest(&rs[i]), &rs[i]
			}
		}
	}
	return "", nil
}

// newest is the day of the newest vintage that a result rests on.
func newest(r *rate.Result) string {
	day := ""
	for _, in := range r.Inputs {
		day = max(day, in.Meta.Vintage)
	}
	return day
}

// sides says which definition and which of its counts a published count is.
var sides = map[string]struct {
	definition string
	den        bool
}{
	"applicants":            {"share_of_applicants", false},
	"first-time applicants": {"positives_per_first_time_applicant", true},
	"decisions":             {"eurostat_first_instance", true},
	"positives":             {"eurostat_first_instance", false},
}

// amount is the count that a published one is to be compared with.
func (j *judge) amount(r *rate.Result) (n, lo, hi int64, ok bool) {
	side, known := sides[j.f.Counts]
	if !known || r.Definition != side.definition {
		return 0, 0, 0, false
	}
	if side.den {
		return r.Den, r.DenLo, r.DenHi, r.DenKnown
	}
	return r.Num, r.NumLo, r.NumHi, r.NumKnown
}

func (j *judge) count() {
	for i := range j.all {
		r := &j.all[i]
		n, _, _, ok := j.amount(r)
		if !ok || j.f.Cites != "" && r.Source != j.f.Cites {
			continue
		}
		j.out.Tried++
		if fit := j.counts(r); fit != "" {
			j.settle(fit, r, "")
			return
		}
		j.settle(Contradicted, r, "the data at hand says "+rate.Group(n))
	}
	if j.out.Verdict == "" {
		j.settle(NoData, nil, j.lacking())
		return
	}
	same := func(r *rate.Result) bool { return j.counts(r) != "" }
	if day, r := j.earlier(sides[j.f.Counts].definition, same); r != nil {
		j.settle(OtherVintage+day, r, "a later release changed it")
	}
}

// counts says how a printed count agrees with a result's, or "".
func (j *judge) counts(r *rate.Result) string {
	n, lo, hi, ok := j.amount(r)
	x, q := j.f.value.number, j.f.value
	switch {
	case !ok:
		return ""
	case q.relation == '<' && float64(hi) < x, q.relation == '>' && float64(lo) > x:
		return Reproduced
	case q.relation == '<' && float64(lo) < x, q.relation == '>' && float64(hi) > x:
		return WithinRounding
	case q.relation == '<', q.relation == '>':
		return ""
	case float64(n) == x, q.unit > 1 && math.Abs(float64(n)-x) <= q.unit/2:
		return Reproduced
	case float64(lo) <= x && x <= float64(hi):
		return WithinRounding
	}
	return ""
}

func (j *judge) settle(verdict string, r *rate.Result, why string) {
	j.out.Verdict, j.out.Match, j.out.Why = verdict, r, why
}

// evidence keeps what another source than the cited one says of the cell, rates
// before shares before ratios.
func (j *judge) evidence() {
	order := map[string]int{rate.Rate: 0, rate.Share: 1, rate.Ratio: 2}
	for _, r := range j.all {
		if r.Known && !r.CountsOnly() {
			j.out.Evidence = append(j.out.Evidence, r)
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
		if r.Source != j.Cites && r.Kind != rate.Share && !partial(r) && j.value.percent && j.value.fits(r) == Reproduced {
			return r
		}
	}
	return nil
}

// Count is the figure as a count, if it is one.
func (f *Figure) Count() (int64, bool) {
	return int64(f.value.number), !f.value.percent && f.value.relation == '='
}
