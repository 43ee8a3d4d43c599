package figure

import (
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

func init() { gatherers["bars"] = gatherBars }

// bars are rates of one year side by side, by country or by citizenship.
type bars struct {
	by                         string
	period                     obs.Period
	solid, weak, appeals, tiny []*rate.Result
	none                       []string // codes without a decision
	ref                        *rate.Result
}

// gatherBars draws one rate of each country or citizenship, or two in a group.
func gatherBars(s *Source, d *Draft) (shape, error) {
	if d.Spec.Kind == "bars" && (len(d.Spec.Definition) > 1 || d.Spec.several()) {
		return gatherPairs(s, d)
	}
	b := &bars{by: d.Spec.By}
	if b.by == "" {
		b.by = "geo"
	}
	results, err := s.row(d, b.by)
	if err != nil {
		return nil, err
	}
	b.period = results.period
	for _, r := range results.known {
		switch {
		case s.Limits.CountsOnly(r):
			b.tiny = append(b.tiny, r)
		case len(r.WithAppeals) > 0 && b.by == "geo":
			b.appeals = append(b.appeals, r)
		case s.Limits.Weak(r):
			b.weak = append(b.weak, r)
		default:
			b.solid = append(b.solid, r)
		}
	}
	b.none, b.ref = results.none, results.ref
	if len(b.solid)+len(b.weak) == 0 {
		return nil, ErrNothing
	}
	if b.by == "citizen" {
		b.cut(24)
	}
	d.add("", slices.Concat(b.solid, b.weak, b.appeals, b.tiny)...)
	if b.ref != nil {
		d.add("reference", b.ref)
	}
	return b, nil
}

// cut keeps the n bars with the most decisions, in the order that they had.
func (b *bars) cut(n int) {
	if len(b.solid) <= n {
		if over := len(b.solid) + len(b.weak) - n; over > 0 {
			b.weak = most(b.weak, len(b.weak)-over)
		}
		return
	}
	b.solid, b.weak = most(b.solid, n), nil
}

func most(rs []*rate.Result, n int) []*rate.Result {
	dens := make([]int64, 0, len(rs))
	for _, r := range rs {
		dens = append(dens, r.Den)
	}
	slices.Sort(dens)
	if n <= 0 {
		return nil
	}
	if n >= len(rs) {
		return rs
	}
	least := dens[len(dens)-n]
	var out []*rate.Result
	for _, r := range rs {
		if r.Den >= least && len(out) < n {
			out = append(out, r)
		}
	}
	return out
}

// A row is one definition for one year along one axis.
type row struct {
	period obs.Period
	known  []*rate.Result // highest first
	none   []string       // codes of the axis without a value
	ref    *rate.Result
}

// row evaluates the single definition of a spec along an axis.
func (s *Source) row(d *Draft, by string) (*row, error) {
	spec := &d.Spec
	if len(spec.Definition) != 1 {
		return nil, &SpecError{"it takes one definition"}
	}
	periods, err := spec.years()
	if err != nil {
		return nil, &SpecError{err.Error()}
	}
	name, out := spec.Definition[0], &row{period: periods[len(periods)-1]}
	codes, err := s.drawn(spec, name, by, out.period)
	if err != nil {
		return nil, err
	}
	stage := func(geo string) string { return s.stage(spec, geo) }
	citizens, geos := along(spec, by, codes)
	if err := s.Ahead(name, spec.Source, stage, citizens, geos, out.period); err != nil {
		return nil, err
	}
	for _, c := range codes {
		citizen, geo := first(spec.Citizen, "TOTAL"), first(spec.Geo, "EU27_2020")
		if by == "citizen" {
			citizen = c
		} else {
			geo = c
		}
		r, err := s.Result(name, spec.Source, s.stage(spec, geo), citizen, geo, out.period)
		if err != nil {
			return nil, err
		}
		if r == nil || !r.Known || r.Den == 0 {
			out.none = append(out.none, c)
			continue
		}
		out.known = append(out.known, r)
	}
	byValue(out.known)
	if spec.Reference != "" {
		citizen := first(spec.Citizen, "TOTAL")
		if by == "citizen" {
			citizen = "TOTAL"
		}
		r, err := s.Result(name, spec.Source, s.stage(spec, spec.Reference), citizen, spec.Reference, out.period)
		if err != nil {
			return nil, err
		}
		if r != nil && r.Known && !s.Limits.CountsOnly(r) {
			out.ref = r
		}
	}
	if len(out.known) == 0 {
		return nil, ErrNothing
	}
	return out, nil
}

// along are the citizenships and the countries of codes along an axis.
func along(spec *Spec, by string, codes []string) (citizens, geos []string) {
	if by == "citizen" {
		return codes, []string{first(spec.Geo, "EU27_2020")}
	}
	return []string{first(spec.Citizen, "TOTAL")}, codes
}

// drawn lists the codes of an axis that a spec draws.
func (s *Source) drawn(spec *Spec, name, by string, p obs.Period) ([]string, error) {
	if by == "geo" && len(spec.Geo) > 0 {
		return members(spec.Geo), nil
	}
	if by == "citizen" && len(spec.Citizen) > 0 {
		return spec.Citizen, nil
	}
	return s.Codes(name, spec.Source, by, p, func(r *Held) bool {
		return r.Known && (by == "geo" || r.Geo == first(spec.Geo, "EU27_2020"))
	})
}

// stage asks a union of the members that tell first instance apart where the
// spec leaves the stage open: a sum with appeals would be of another kind.
func (s *Source) stage(spec *Spec, geo string) string {
	if spec.Stage != "" {
		return spec.Stage
	}
	source, err := s.source(spec.Definition[0], spec.Source)
	if x, ok := code.Must("geo").Lookup(geo); err == nil && ok && x.Kind == code.Aggregate && source == "unhcr" {
		return "FI"
	}
	return ""
}

func first(l List, otherwise string) string {
	if len(l) > 0 {
		return l[0]
	}
	return otherwise
}

func (b *bars) write(w *writer) error {
	weak := w.sorted(b.by, b.weak) // few decisions are no ranking
	order := w.order(slices.Concat(b.solid, weak, b.appeals, b.tiny))
	var ref *chart.Reference
	if b.ref != nil {
		ref = &chart.Reference{Value: b.ref.Value, Label: w.Say("bars.reference", "geo", words.Geo(b.ref.Geo), "rate", w.percent(b.ref))}
	}
	group := func(heading string, rs []*rate.Result, ref *chart.Reference, context bool) []chart.Group {
		if len(rs) == 0 {
			return nil
		}
		g := chart.Group{Heading: heading, Reference: ref}
		for _, r := range rs {
			g.Bars = append(g.Bars, w.bar(b.by, r, context))
		}
		return []chart.Group{g}
	}
	many := w.Say("bars.group.solid", "n", w.limits.Few)
	some := w.Say("bars.group.weak", "from", w.limits.Counts, "to", w.limits.Few-1)
	left := group(many, b.solid, ref, false)
	right := group(some, weak, ref, false)
	appeals := group(w.Say("bars.group.appeals"), b.appeals, nil, true)
	f := &chart.Bars{}
	switch {
	case len(b.solid) > 14 && len(weak) == 0: // one list in two columns
		half := (len(b.solid) + 1) / 2
		f.Panels = []chart.Panel{{Groups: group(many, b.solid[:half], ref, false)}, {Groups: append(group(w.Say("bars.continued"), b.solid[half:], ref, false), appeals...)}}
	case len(right) == 0 || len(left) == 0:
		f.Panels = []chart.Panel{{Groups: slices.Concat(left, right, appeals)}}
	default:
		f.Panels = []chart.Panel{{Groups: append(left, appeals...)}, {Groups: right}}
	}
	b.words(w)
	w.out.Figure = f
	w.rateHead(b.by)
	for _, r := range order {
		w.out.Rows = append(w.out.Rows, w.rateRow(b.by, r))
	}
	if b.ref != nil {
		w.out.Rows = append(w.out.Rows, w.rateRow("geo", b.ref))
	}
	return nil
}

func (b *bars) words(w *writer) {
	m := w.measure(w.Results[0].Definition)
	if b.by == "citizen" {
		w.out.Topic = w.Say("topic.bars.citizen", "geo", w.place(), "period", b.period)
		w.head.Subtitle = w.Say("sub.bars.citizen", "measure", m, "geo", w.place(), "period", b.period)
	} else {
		w.out.Topic = w.Say("topic.bars.geo", "citizens", w.who(), "period", b.period)
		w.head.Subtitle = w.Say("sub.bars.geo", "measure", m, "citizens", w.who(), "period", b.period)
	}
	w.title(b.claims(w)...)
	w.head.Notes = b.notes(w)
	w.source(w.left())
	w.head.Alt = b.alt(w)
}

// claims are the titles of rates side by side, the strongest first.
func (b *bars) claims(w *writer) []claim {
	whose := []any{"citizens", w.who()}
	if b.by == "citizen" {
		whose = []any{"geo", w.place()}
	}
	neutral := claim{"topic.bars." + b.by, true, append(slices.Clone(whose), "period", b.period)}
	if len(b.solid) < 2 {
		return []claim{neutral}
	}
	at := func(r *rate.Result) (any, string) {
		if b.by == "citizen" {
			return words.Citizen(r.Citizen), w.percent(r)
		}
		return w.shared(r, b.solid)
	}
	top, low := b.solid[0], b.solid[len(b.solid)-1]
	apart := rate.Apart(top, low, w.limits)
	atTop, topRate := at(top)
	atLow, lowRate := at(low)
	args := append(whose, "top", topRate, "attop", atTop, "low", lowRate, "atlow", atLow)
	var subject *rate.Result
	for _, r := range slices.Concat(b.solid, b.weak) {
		if w.Spec.Subject != "" && key(b.by, r) == w.Spec.Subject {
			subject = r
		}
	}
	out := []claim{}
	if subject != nil && subject != top && subject != low && b.by == "geo" {
		out = append(out, claim{"title.bars.geo.subject", apart, append(slices.Clone(args), "rate", w.percent(subject), "atsubject", w.Lang.In(subject.Geo))})
	}
	return append(out, claim{"title.bars." + b.by + ".range", apart, args}, neutral)
}

func (b *bars) notes(w *writer) (out []string) {
	if len(b.weak) > 0 {
		out = append(out, w.Say("note.hatched"))
	}
	var listed []string
	for _, r := range b.tiny {
		listed = append(listed, w.Say("note.listed", "name", w.name(b.by, r), "counts", w.of(r)))
	}
	if len(listed) > 0 && b.by == "geo" {
		w.Sort(listed)
		out = append(out, w.Say("note.tiny", "n", w.limits.Counts, "list", strings.Join(listed, ", ")))
	}
	if len(b.none) > 0 && b.by == "geo" {
		var names []string
		for _, g := range b.none {
			names = append(names, w.Name("geo", g))
		}
		w.Sort(names)
		out = append(out, w.Say("note.none", "list", strings.Join(names, ", ")))
	}
	if b.ref != nil && len(b.ref.Countries) > 1 {
		out = append(out, w.Say("note.reference", "counts", w.of(b.ref), "n", len(b.ref.Countries)))
	}
	return append(out, w.rounding()...)
}

func (b *bars) alt(w *writer) string {
	of := b.solid
	if len(of) == 0 {
		of = b.weak
	}
	hi, lo := of[0], of[len(of)-1]
	args := []any{"title", w.titleText(), "top", w.name(b.by, hi), "topr", w.percent(hi), "topc", w.of(hi), "low", w.name(b.by, lo), "lowr", w.percent(lo), "lowc", w.of(lo),
		"weak", len(b.weak), "tiny", len(b.tiny), "source", w.head.Source}
	if b.ref == nil {
		return w.Say("alt.bars.plain", args...)
	}
	return w.Say("alt.bars", append(args, "ref", w.percent(b.ref), "refc", w.of(b.ref))...)
}
