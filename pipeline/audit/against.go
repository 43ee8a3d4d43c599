package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/aida"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
)

// Agrees is the verdict on counts of two sources that are one, to the person or
// within what rounding allows.
const Agrees = "agrees"

// A Reconciliation sets side by side what two sources say of one citizenship,
// country and year. The second is taken at the levels by which most of its
// counts for the country and year are the first's.
type Reconciliation struct {
	Citizen, Geo string
	Period       obs.Period
	Sources      [2]string
	Levels       string // of UNHCR, such as FI+RA; "" where neither source has any
	Pairs        []Pair
}

// A Pair is one count as both sources have it.
type Pair struct {
	Quantity string // in words
	Counts   [2]Amount
	Size     int64  // the first less the second
	Verdict  string // Agrees, Explained or Unexplained
	Cause    string // the known difference that it is explained by, or what it may come from
}

// An Amount is a count of a source: some cells added up, or taken off.
type Amount struct {
	N, Lo, Hi int64 // as printed, and the true counts that rounding allows
	Words     string
	Cells     []Cell
}

// meets reports whether two counts may be one.
func (a *Amount) meets(b *Amount) bool { return a.Lo <= b.Hi && b.Lo <= a.Hi }

// plus adds b, taken sign times.
func (a Amount) plus(b Amount, sign int64) Amount {
	a.N += sign * b.N
	if sign < 0 {
		a.Lo, a.Hi = max(0, a.Lo-b.Hi), a.Hi-b.Lo
	} else {
		a.Lo, a.Hi = a.Lo+b.Lo, a.Hi+b.Hi
	}
	a.Cells = append(slices.Clone(a.Cells), b.Cells...)
	return a
}

// Quantities that sources count, in the letters of METHODS and in words.
const (
	qIntentions = "I"
	qApplicants = "A"
	qFirst      = "A1"
	qRefugee    = "G"
	qSubsidiary = "S"
	qHuman      = "H"
	qOther      = "O"
	qMerits     = "Rm"
	qRejected   = "R"
	qClosed     = "C"
	qDecisions  = "D"
)

var quantityWords = map[string]string{
	qIntentions: "intentions expressed", qApplicants: "applicants", qFirst: "first-time applicants", qRefugee: "granted refugee status",
	qSubsidiary: "granted subsidiary protection", qHuman: "granted humanitarian status", qOther: "granted other protection",
	qMerits: "rejected on the merits", qRejected: "rejected", qClosed: "closed without a decision on the merits", qDecisions: "all decisions and closures",
}

// A subject is what a reading is about.
type subject struct {
	citizen, geo string
	period       obs.Period
}

func (s subject) compare(o subject) int {
	return cmp.Or(cmp.Compare(s.geo, o.geo), cmp.Compare(s.period, o.period), cmp.Compare(s.citizen, o.citizen))
}

// A reading is what a source says of a subject: by level, "" where it has none,
// the amount of each quantity.
type reading map[string]map[string]Amount

func (r reading) add(level, quantity string, a Amount) {
	if r[level] == nil {
		r[level] = map[string]Amount{}
	}
	if was, ok := r[level][quantity]; ok {
		a = was.plus(a, 1)
	}
	r[level][quantity] = a
}

// readings are those of one source.
type readings map[subject]reading

func (r readings) of(s subject) reading {
	if r[s] == nil {
		r[s] = reading{}
	}
	return r[s]
}

// ReconcilableSources are those whose counts can be set side by side.
var ReconcilableSources = []string{"aida", "unhcr", "eurostat"}

// Reconcile sets side by side what two sources say, for all citizenships,
// countries and years that both have; of some citizenships alone if they are
// named.
func Reconcile(data rate.Data, a, b string, opt Options) ([]Reconciliation, error) {
	data = rate.AsOf(data, opt.AsOf)
	if a == "unhcr" && b == "aida" || a == "unhcr" && b == "eurostat" || a == "eurostat" && b == "aida" {
		a, b = b, a // AIDA first, then Eurostat: UNHCR alone has levels
	}
	one, err := read(data, a, nil)
	if err != nil {
		return nil, err
	}
	two, err := read(data, b, one)
	if err != nil {
		return nil, err
	}
	var subjects []subject
	for s := range one {
		if two[s] != nil {
			subjects = append(subjects, s)
		}
	}
	slices.SortFunc(subjects, subject.compare)
	r := reconciler{sources: [2]string{a, b}, one: one, two: two, all: subjects}
	var out []Reconciliation
	for _, s := range subjects {
		if !opt.about(s.citizen, s.geo) {
			continue
		}
		if rec := r.reconcile(s); len(rec.Pairs) > 0 {
			out = append(out, rec)
		}
	}
	return out, nil
}

// read gathers what a source says, of the subjects that another has spoken of
// (nil: of all).
func read(data rate.Data, source string, of readings) (readings, error) {
	out := readings{}
	wanted := map[string]bool{}
	for s := range of { // and the year before, for what a country counts no more
		wanted[s.geo+string(s.period)], wanted[s.geo+yearBefore(s.period)] = true, true
	}
	for _, name := range map[string][]string{"aida": {"statistics"}, "unhcr": {"asylum_decisions", "asylum_applications"}, "eurostat": {"migr_asydcfsta", "migr_asyappctza"}}[source] {
		metas := rate.Newest(data.Vintages(), source, name, "")
		for i := range metas {
			t, err := data.Load(metas[i], table.Want{})
			if err != nil {
				return nil, err
			}
			x := newIndex(t)
			want := func(row int32, p int) (subject, bool) {
				s := subject{x.value(row, t.Dim("citizen")), x.value(row, t.Dim("geo")), t.Periods[p]}
				if s.period.Freq() != 'A' || of != nil && !wanted[s.geo+string(s.period)] {
					return s, false
				}
				c := x.cell(row, p, source)
				return s, c.Known && !slices.ContainsFunc(metas[:i], func(m table.Meta) bool { return m.Covers(c.Code, c.Period) })
			}
			switch source {
			case "aida":
				readAIDA(x, want, out)
			case "unhcr":
				readUNHCR(x, want, out)
			default:
				readEurostat(x, want, out)
			}
		}
	}
	if source == "aida" {
		out.derive()
	}
	return out, nil
}

// known gives the cells of a table that are wanted and have a value.
func known(x *index, want func(int32, int) (subject, bool), f func(s subject, row int32, c Cell)) {
	for p := range x.t.Periods {
		for row := range int32(x.t.Rows) {
			c, r := x.chunk(row)
			if col := &x.t.Chunks[c].Cols[p]; !col.Known(r) || !x.t.Chunks[c].Held(r, p) {
				continue
			}
			if s, ok := want(row, p); ok {
				f(s, row, x.cell(row, p, x.t.Source))
			}
		}
	}
}

// aidaQuantities are the measures of AIDA's main tables.
var aidaQuantities = map[string]string{
	"applicants": qApplicants, "applications_lodged": qApplicants, "first_time_applicants": qFirst, "refugee_status": qRefugee, "subsidiary_protection": qSubsidiary,
	"humanitarian_protection": qHuman, "complementary_protection": qHuman, "in_merit_rejection": qMerits, "rejection": qMerits,
	"total_rejection": qRejected, "total_decisions": qDecisions, "in_merit_decisions": "merits", "substantive_decisions": "merits",
}

// readAIDA reads the main tables; a figure of a sentence where no table has it.
func readAIDA(x *index, want func(int32, int) (subject, bool), out readings) {
	exact := allows("exact")
	for _, origin := range []string{"table", "narrative"} {
		seen := readings{}
		known(x, want, func(s subject, row int32, c Cell) {
			q := aidaQuantities[c.Code("measure")]
			if q == "" || c.Code("table") != "first_instance" || c.Code("origin") != origin || s.citizen == "OTHER" || s.citizen == "UNK" {
				return
			}
			if c.Code("unit") == aida.Intentions {
				q = qIntentions
			}
			if _, ok := out[s][""][q]; ok {
				return
			}
			lo, hi := exact(int64(c.Count))
			seen.of(s).add("", q, Amount{int64(c.Count), lo, hi, "", []Cell{c}})
		})
		for s, r := range seen {
			for q, a := range r[""] {
				out.of(s).add("", q, a)
			}
		}
	}
}

// derive adds what other counts of AIDA's give.
func (r readings) derive() {
	for _, by := range r {
		q := by[""]
		s, okS := q[qSubsidiary]
		h, okH := q[qHuman]
		switch {
		case okS && okH:
			a := s.plus(h, 1)
			a.Words = "subsidiary and humanitarian protection"
			q[qOther] = a
		case okS:
			q[qOther] = s
		}
		d, okD := q[qDecisions]
		if m, ok := q["merits"]; ok && okD {
			a := d.plus(m, -1)
			a.Words = "all decisions less those on the merits"
			q[qClosed] = a
		}
		delete(q, "merits")
	}
}

// readUNHCR reads decisions and applications, persons before cases. All
// citizenships are added up where the table holds all.
func readUNHCR(x *index, want func(int32, int) (subject, bool), out readings) {
	round := roundingOf(x.t)
	whole := func(s subject) bool {
		return x.t.Covers(func(dim string) string { return map[string]string{"geo": s.geo}[dim] }, s.period)
	}
	for _, unit := range []string{"P", "C"} {
		seen := readings{}
		known(x, want, func(s subject, row int32, c Cell) {
			if cmp.Or(c.Code("dec_pc"), c.Code("app_pc")) != unit || c.Code("procedure_type") == "U" {
				return
			}
			lo, hi := round(int64(c.Count))
			level, qs := unhcrQuantities(&c)
			all := subject{"TOTAL", s.geo, s.period}
			for _, q := range qs {
				seen.of(s).add(level, q, Amount{int64(c.Count), lo, hi, "", []Cell{c}})
				if whole(s) {
					seen.of(all).add(level, q, Amount{int64(c.Count), lo, hi, "all citizenships added up", []Cell{c}})
				}
			}
		})
		for s, r := range seen {
			for level, by := range r {
				for q, a := range by {
					if _, ok := out[s][level][q]; ok {
						continue // persons are held
					}
					if unit == "C" {
						a.Words = "cases"
					}
					out.of(s).add(level, q, a)
				}
			}
		}
	}
}

// unhcrQuantities says what a cell counts, and at which level; applications of
// all levels are those of a country.
func unhcrQuantities(c *Cell) (level string, quantities []string) {
	switch c.Code("app_type") {
	case "N":
		return "applications", []string{qFirst, qApplicants}
	case "NR", "R", "RA":
		return "applications", []string{qApplicants}
	}
	if q := outcomes[c.Code("decision")]; q != "" {
		return c.Code("dec_level"), []string{q}
	}
	return "", nil
}

var outcomes = map[string]string{"dec_recognized": qRefugee, "dec_other": qOther, "dec_rejected": qMerits, "dec_closed": qClosed, "dec_total": qDecisions}

// readEurostat reads the annual tables of applicants and first instance
// decisions, for everybody.
func readEurostat(x *index, want func(int32, int) (subject, bool), out readings) {
	round := roundingOf(x.t)
	quantities := map[string]string{"ASY_APP": qApplicants, "NASY_APP": qFirst, "GENCONV": qRefugee, "SUB_PROT": qSubsidiary, "HUMSTAT": qHuman, "REJECTED": qRejected, "TOTAL": qDecisions}
	known(x, want, func(s subject, row int32, c Cell) {
		if t := c.Code("sex"); t != "" && t != "T" {
			return
		}
		if t := c.Code("age"); t != "" && t != "TOTAL" {
			return
		}
		lo, hi := round(int64(c.Count))
		a := Amount{int64(c.Count), lo, hi, "", []Cell{c}}
		q := quantities[cmp.Or(c.Code("decision"), c.Code("asyl_app"))]
		if q == "" {
			return
		}
		out.of(s).add("", q, a)
		if q == qSubsidiary || q == qHuman {
			out.of(s).add("", qOther, a)
		}
	})
}

// A reconciler compares the readings of two sources.
type reconciler struct {
	sources  [2]string
	one, two readings
	all      []subject
	levels   map[string][]string // chosen for a country and year
}

// bases are the levels that stand for first instance.
var bases = []string{"FI", "NA", "FA"}

// extra are the levels that a country may count with it.
var extra = [][]string{{}, {"RA"}, {"AR"}, {"JR"}, {"RA", "AR"}, {"RA", "JR"}, {"AR", "JR"}}

// combinations are the sets of levels that a country has in a year.
func (r *reconciler) combinations(geo string, p obs.Period) (out [][]string) {
	has := map[string]bool{}
	for s, by := range r.two {
		if s.geo == geo && s.period == p {
			for level := range by {
				has[level] = true
			}
		}
	}
	base := ""
	for _, l := range bases {
		if has[l] {
			base = l
			break
		}
	}
	if base == "" {
		return [][]string{nil}
	}
	for _, more := range extra {
		if !slices.ContainsFunc(more, func(l string) bool { return !has[l] }) {
			out = append(out, append([]string{base}, more...))
		}
	}
	return out
}

// at gives the second source's amounts at some levels added up. A level that a
// citizenship has no row of counts nobody.
func (r *reconciler) at(s subject, levels []string) map[string]Amount {
	out := map[string]Amount{}
	for _, l := range append([]string{"", "applications"}, levels...) {
		for q, a := range r.two[s][l] {
			if was, ok := out[q]; ok {
				a = was.plus(a, 1)
			}
			out[q] = a
		}
	}
	return out
}

// choose picks the levels by which most counts of a country and year are those
// of the first source to the person, the fewest of those.
func (r *reconciler) choose(geo string, p obs.Period) []string {
	key := geo + string(p)
	if l, ok := r.levels[key]; ok {
		return l
	}
	var best []string
	most := -1
	for _, levels := range r.combinations(geo, p) {
		n := 0
		for _, s := range r.all {
			if s.geo != geo || s.period != p {
				continue
			}
			two := r.at(s, levels)
			for _, q := range []string{qRefugee, qOther, qMerits, qClosed, qDecisions} {
				a, ok := r.one[s][""][q]
				b, has := two[q]
				if ok && has && a.N == b.N && a.N >= fewToTell {
					n++
				}
			}
		}
		if n > most {
			best, most = levels, n
		}
	}
	if r.levels == nil {
		r.levels = map[string][]string{}
	}
	r.levels[key] = best
	return best
}

func (r *reconciler) reconcile(s subject) Reconciliation {
	levels := r.choose(s.geo, s.period)
	out := Reconciliation{Citizen: s.citizen, Geo: s.geo, Period: s.period, Sources: r.sources, Levels: strings.Join(levels, "+")}
	one, two := r.one[s][""], r.at(s, levels)
	for _, q := range []string{qApplicants, qFirst, qRefugee, qSubsidiary, qHuman, qOther, qMerits, qRejected, qClosed, qDecisions} {
		a, ok := one[q]
		if !ok && q == qApplicants {
			a, ok = one[qIntentions]
		}
		b, has := two[q]
		if !ok || !has || q == qOther && one[qSubsidiary].Cells != nil && two[qSubsidiary].Cells != nil {
			continue
		}
		p := Pair{Quantity: quantityWords[q], Counts: [2]Amount{a, b}, Size: a.N - b.N, Verdict: Agrees}
		if !a.meets(&b) || one[qIntentions].Cells != nil && q == qApplicants && one[q].Cells == nil {
			p.Verdict, p.Cause = r.account(s, q, one, levels, &a, &b)
		}
		out.Pairs = append(out.Pairs, p)
	}
	return out
}

// fewToTell is under how many persons another reading of a count may fit by
// chance, or because UNHCR coarsens it.
const fewToTell = 11

// fits reports whether a count read otherwise is the other source's: to the
// person, or where Eurostat rounds within what that allows.
func (r *reconciler) fits(x, y *Amount) bool {
	return x.N >= fewToTell && (x.N == y.N || slices.Contains(r.sources[:], "eurostat") && x.meets(y))
}

// account finds a known difference between two sources by which two counts are
// one. Of those it takes the first.
func (r *reconciler) account(s subject, q string, one map[string]Amount, levels []string, a, b *Amount) (verdict, cause string) {
	if one[qIntentions].Cells != nil && q == qApplicants && one[qApplicants].Cells == nil {
		return Explained, fmt.Sprintf("%s counts intentions expressed, %s applications lodged", name(r.sources[0]), name(r.sources[1]))
	}
	two := r.at(s, levels)
	for _, alt := range alternatives[q] {
		x, ok := one[alt.one]
		y, has := two[cmp.Or(alt.two, q)]
		if ok && has && r.fits(&x, &y) {
			return Explained, fmt.Sprintf(alt.words, name(r.sources[0]), name(r.sources[1]))
		}
	}
	for _, other := range r.combinations(s.geo, s.period) {
		if y, ok := r.at(s, other)[q]; ok && (len(other) == 1 || len(other) == 2) && r.fits(a, &y) {
			return Explained, fmt.Sprintf("%s counts %s at %s", name(r.sources[0]), quantityWords[q], said(other))
		}
	}
	if b.Words == "cases" && a.Words != "cases" {
		return Explained, fmt.Sprintf("%s counts cases, %s persons or decisions", name(r.sources[1]), name(r.sources[0]))
	}
	return Unexplained, r.guess(s, q, one, two, levels)
}

// alternatives are other readings of a quantity: what the first source counts
// there, and the second if that is not the quantity itself.
var alternatives = map[string][]struct{ one, two, words string }{
	qMerits:     {{qRejected, "", "%[2]s counts all rejections, those not on the merits included"}},
	qRejected:   {{qMerits, "", "%[2]s leaves out rejections that are not on the merits"}},
	qClosed:     {{qRejected, "", "%[1]s counts closures as rejections"}},
	qOther:      {{qSubsidiary, "", "%[2]s leaves humanitarian protection out"}},
	qApplicants: {{qApplicants, qFirst, "%[1]s counts first-time applicants alone"}, {qFirst, qApplicants, "%[2]s leaves out repeat applications"}},
	qFirst:      {{qApplicants, qFirst, "%[2]s counts repeat applications too"}},
}

// guess says what a difference may come from, where that cannot be computed.
func (r *reconciler) guess(s subject, q string, one, two map[string]Amount, levels []string) string {
	var out []string
	if q == qMerits {
		if x, ok := one[qRejected]; ok {
			out = append(out, fmt.Sprintf("all rejections of %s, those not on the merits included, are %s", name(r.sources[0]), rate.Group(x.N)))
		}
	}
	if l := r.ceased(s); q != qApplicants && q != qFirst && l != "" && one[q].N < two[q].N {
		out = append(out, l)
	}
	if a := one[q]; len(levels) > 0 && levels[0] == "FA" && len(a.Cells) > 0 && a.Cells[0].Code("instance") == "" && q != qApplicants && q != qFirst {
		out = append(out, "level FA holds appeals")
	}
	switch a, b := one[q], two[q]; {
	case abs(a.N-b.N)*100 > max(a.N, b.N) && abs(a.N-b.N) != 1:
	case s.citizen == "TOTAL" && r.sources[1] == "unhcr" && b.N < a.N:
		out = append(out, "UNHCR has no row for some small counts")
	default:
		out = append(out, "they are of different days")
	}
	return strings.Join(out, "; ")
}

// levelWords say what levels are.
var levelWords = map[string]string{"FI": "first instance", "NA": "first instance", "FA": "first instance and appeal", "RA": "repeat applications", "AR": "administrative review", "JR": "judicial review"}

func said(levels []string) string {
	var out []string
	for _, l := range levels {
		out = append(out, fmt.Sprintf("%s (%s)", levelWords[l], l))
	}
	return strings.Join(out, " and ")
}

// ceased tells of a level of appeal that a country reported the year before and
// no more: its decisions may be among the first instance since.
func (r *reconciler) ceased(s subject) string {
	now := map[string]bool{}
	for o, by := range r.two {
		if o.geo == s.geo && o.period == s.period {
			for l := range by {
				now[l] = true
			}
		}
	}
	for _, l := range []string{"AR", "JR"} {
		if n, ok := r.before(s, l); ok && !now[l] && n > 0 {
			return fmt.Sprintf("%s has no level %s (%s) of %s for %s, and %s decisions at it the year before: they may be among first instance since",
				name(r.sources[1]), l, levelWords[l], s.geo, s.period, rate.Group(n))
		}
	}
	return ""
}

// before is how many decisions the second source has at a level the year before.
func (r *reconciler) before(s subject, level string) (int64, bool) {
	s.period = obs.Period(yearBefore(s.period))
	a, ok := r.two[s][level][qDecisions]
	return a.N, ok
}

func yearBefore(p obs.Period) string { return fmt.Sprint(ordinal(p.Year()) - 1) }

// name is how a source is called.
func name(source string) string {
	return map[string]string{"aida": "AIDA", "unhcr": "UNHCR", "eurostat": "Eurostat"}[source]
}

// Findings gives the pairs that do not agree as findings.
func (r *Reconciliation) Findings() (out []Finding) {
	for i := range r.Pairs {
		p := &r.Pairs[i]
		if p.Verdict == Agrees {
			continue
		}
		f := Finding{Source: r.Sources[0], Identity: Sources, Verdict: p.Verdict, Size: float64(p.Size), Cause: p.Cause}
		second := name(r.Sources[1])
		if r.Levels != "" && p.Quantity != quantityWords[qApplicants] && p.Quantity != quantityWords[qFirst] {
			second += " level " + r.Levels
		}
		f.Says = fmt.Sprintf("%s: %s %s, %s %s (%s)", p.Quantity, name(r.Sources[0]), rate.Group(p.Counts[0].N), second, rate.Group(p.Counts[1].N), signed(p.Size))
		for _, c := range p.Counts {
			f.Cells = append(f.Cells, c.Cells...)
			f.Tolerance += float64(max(c.Hi-c.N, c.N-c.Lo))
		}
		f.Table, f.Vintage = f.Cells[0].Meta.Table, f.Cells[0].Meta.Vintage
		out = append(out, f)
	}
	return out
}
