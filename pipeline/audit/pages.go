package audit

import (
	"cmp"
	"slices"
	"strings"

	"asylum/pipeline/aida"
	"asylum/pipeline/table"
)

// A line is a row of a printed table: of a citizenship, or of what its label
// says. Cells are found by their measure; in a comparison of instances by
// instance and measure.
type line struct {
	*sheet
	label   string // citizenship, or the label of a row that is of none
	citizen string
	cell    map[string]ref
}

// A sheet is a printed table of one country and year.
type sheet struct {
	geo, kind, page string
	p               int32
	lines           []*line
	total           *line
	fives           bool // its decisions are rounded to 5
	appeals         bool // its decisions are those of both instances
}

// A binder is AIDA's tables, with the equations that hold on each page.
type binder struct {
	x      *index
	vals   [][]int32
	sheets []*sheet
	of     map[ref]*sheet
	eqs    []equation
	in     map[ref][]int // the equations that a cell stands in
	exact  rounding
	five   rounding
}

// pages checks AIDA's tables: what adds up on a page, and the rates beside it.
func pages(x *index) []Finding {
	t := x.t
	if slices.ContainsFunc(aida.Dims, func(d string) bool { return t.Dim(d) < 0 }) {
		return nil
	}
	b := newBinder(x)
	var bs []breach
	for i := range b.eqs {
		if x, broken := check(b, &b.eqs[i]); broken {
			bs = append(bs, x)
		}
	}
	out := tell(b, bs)
	for i := range out {
		b.childless(&out[i])
	}
	return slices.Concat(out, b.rates(t), b.repeats())
}

// childless explains two counts of applicants of which one is the other less
// the children.
func (b *binder) childless(f *Finding) {
	if f.Identity != Printings || f.Cells[0].Code("measure") != "applicants" && f.Cells[0].Code("measure") != "number" {
		return
	}
	for i := range f.Cells {
		for _, s := range b.sheets {
			if s.kind != "breakdown" || s.geo != f.Cells[i].Code("geo") || b.x.t.Periods[s.p] != f.Cells[i].Period {
				continue
			}
			l := s.sorted()["children"]
			if l == nil {
				continue
			}
			if n, ok := b.count(l.cell["number"]); ok && float64(n) == max(f.Size, -f.Size) {
				f.Cause, f.Repair = "one of the two leaves the children out", nil
			}
		}
	}
}

func newBinder(x *index) *binder {
	b := &binder{x: x, of: map[ref]*sheet{}, in: map[ref][]int{}, exact: allows("exact"), five: allows("nearest5")}
	b.vals = b.x.all()
	b.gather(x.t)
	for _, s := range b.sheets {
		switch s.kind {
		case "first_instance":
			s.fives = b.inFives(s)
			b.rows(s)
			b.columns(s)
		case "breakdown":
			b.breakdown(s)
		case "appeals":
			b.comparison(s)
		}
	}
	b.twice()
	for i := range b.eqs {
		for _, at := range append([]ref{b.eqs[i].whole}, b.eqs[i].parts...) {
			b.in[at] = append(b.in[at], i)
		}
	}
	return b
}

// gather sorts the cells of printed tables into sheets and lines, in an order
// that does not depend on where they stand in the file.
func (b *binder) gather(t *table.Table) {
	d := map[string]int{}
	for _, name := range aida.Dims {
		d[name] = t.Dim(name)
	}
	sheets, lines := map[string]*sheet{}, map[string]*line{}
	for c := range t.Chunks {
		for p := range t.Periods {
			for r := range t.Chunks[c].Rows {
				at := ref{int32(b.x.starts[c] + r), int32(p)}
				get := func(dim string) string { return b.x.value(at.row, d[dim]) }
				if !t.Chunks[c].Held(r, p) || get("origin") != "table" {
					continue
				}
				key := strings.Join([]string{get("geo"), string(t.Periods[p]), get("table"), get("page")}, "\x00")
				s := sheets[key]
				if s == nil {
					s = &sheet{geo: get("geo"), kind: get("table"), page: get("page"), p: at.p}
					sheets[key] = s
					b.sheets = append(b.sheets, s)
				}
				label := cmp.Or(get("category"), get("citizen"))
				l := lines[key+"\x00"+label]
				if l == nil {
					l = &line{sheet: s, label: label, citizen: get("citizen"), cell: map[string]ref{}}
					lines[key+"\x00"+label] = l
					s.lines = append(s.lines, l)
					if label == "TOTAL" {
						s.total = l
					}
				}
				measure := get("measure")
				if s.kind == "appeals" {
					measure = get("instance") + "/" + measure
				}
				s.appeals = s.appeals || get("instance") == aida.WithAppeals && measure == "refugee_status"
				l.cell[measure] = at
				b.of[at] = s
			}
		}
	}
	slices.SortFunc(b.sheets, func(x, y *sheet) int {
		return cmp.Or(cmp.Compare(x.geo, y.geo), cmp.Compare(x.p, y.p), cmp.Compare(x.kind, y.kind), cmp.Compare(x.page, y.page))
	})
	for _, s := range b.sheets {
		slices.SortFunc(s.lines, func(x, y *line) int { return cmp.Compare(x.label, y.label) })
	}
}

func (b *binder) count(at ref) (int64, bool) {
	v := b.vals[at.p][at.row]
	return int64(v), v != missing
}

func (b *binder) allows(at ref, n int64) (lo, hi int64) {
	if s := b.of[at]; s != nil && s.fives && slices.Contains(decided, cellCode(b, at, "measure")) {
		return b.five(n)
	}
	return b.exact(n)
}

func (b *binder) cell(at ref, role string) Cell { return b.x.cell(at.row, int(at.p), role) }

func (b *binder) equations(at ref) (out []equation) {
	for _, i := range b.in[at] {
		out = append(out, b.eqs[i])
	}
	return out
}

func (b *binder) group(e *equation) string {
	s := b.of[e.whole]
	return strings.Join([]string{e.words, s.geo, string(b.x.t.Periods[s.p]), s.kind, s.page}, " ")
}

// beside gives the cells of a cell's row and of its column.
func (b *binder) beside(at ref) (out []ref) {
	s := b.of[at]
	for _, l := range s.lines {
		for _, m := range keys(l.cell) {
			if l.cell[m] == at {
				for _, other := range keys(l.cell) {
					out = append(out, l.cell[other])
				}
				for _, o := range s.lines {
					if x, ok := o.cell[m]; ok {
						out = append(out, x)
					}
				}
			}
		}
	}
	return out
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// granted are the measures of statuses, decided those of decisions.
var (
	granted = []string{"refugee_status", "subsidiary_protection", "refugee_or_subsidiary", "humanitarian_protection", "complementary_protection"}
	decided = append([]string{"total_decisions", "in_merit_decisions", "substantive_decisions", "total_rejection", "in_merit_rejection", "rejection"}, granted...)
)

// inFives reports whether the decisions of a sheet are rounded to 5: of ten and
// more counts nearly all are.
func (b *binder) inFives(s *sheet) bool {
	n, five := 0, 0
	for _, l := range s.lines {
		for _, m := range decided {
			if at, ok := l.cell[m]; ok {
				if v, ok := b.count(at); ok && v > 0 {
					n++
					if v%5 == 0 {
						five++
					}
				}
			}
		}
	}
	return n >= 10 && five*20 >= n*19
}

// has reports whether a sheet prints a number of a measure anywhere.
func (b *binder) has(s *sheet, measure string) bool {
	return slices.ContainsFunc(s.lines, func(l *line) bool {
		at, ok := l.cell[measure]
		if !ok {
			return false
		}
		_, known := b.count(at)
		return known
	})
}

// find gives the cells of some measures of a line, of those that its sheet
// prints anywhere: a column without a number is of something that the country
// has not.
func (b *binder) find(l *line, measures ...string) (out []ref, all bool) {
	all = true
	for _, m := range measures {
		if !b.has(l.sheet, m) {
			continue
		}
		at, ok := l.cell[m]
		if ok {
			_, ok = b.count(at)
		}
		if !ok {
			all = false
			continue
		}
		out = append(out, at)
	}
	return out, all
}

// first is the measure that a sheet prints, of several for the same.
func (b *binder) first(s *sheet, measures ...string) string {
	for _, m := range measures {
		if b.has(s, m) {
			return m
		}
	}
	return measures[0]
}

func (b *binder) add(e equation) {
	e.minus = len(e.parts)
	if len(e.parts) > 0 {
		b.eqs = append(b.eqs, e)
	}
}

// rows are the equations of each row of a main table.
func (b *binder) rows(s *sheet) {
	merits, refused := b.first(s, "in_merit_decisions", "substantive_decisions"), b.first(s, "in_merit_rejection", "rejection")
	whole := b.sumsUp(s)
	for _, l := range s.lines {
		if w, ok := l.cell[merits]; ok {
			parts, all := b.find(l, append(slices.Clone(granted), refused)...)
			b.add(equation{identity: Outcomes, words: "decisions on the merits = statuses + rejections on the merits", whole: w, parts: parts, bound: !all})
		}
		if w, ok := l.cell["total_decisions"]; ok && b.unit(l, "total_decisions") == b.unit(l, "refugee_status") {
			b.decisions(l, w, whole, merits, refused)
		}
		if w, ok := l.cell["total_rejection"]; ok {
			b.part(l, w, refused, "rejections on the merits are part of all rejections")
		}
		if w, ok := l.cell["applicants"]; ok {
			parts, all := b.find(l, "first_time_applicants", "repeated_applicants")
			b.add(equation{identity: Applicants, words: "applicants = first-time + repeated", whole: w, parts: parts, bound: !all || len(parts) < 2})
		}
	}
}

// decisions are the equations about all decisions of a row: statuses and all
// rejections make them up where the table is of that kind; otherwise they are
// no more, and where both instances are counted, in which somebody may be
// refused asylum and granted protection, each by itself is no more.
func (b *binder) decisions(l *line, w ref, sumsUp bool, merits, refused string) {
	b.part(l, w, merits, "decisions on the merits are part of all decisions")
	if l.appeals {
		for _, m := range append(slices.Clone(granted), refused) {
			b.part(l, w, m, "no outcome is more than all decisions")
		}
		return
	}
	rejected := b.first(l.sheet, "total_rejection", refused)
	parts, all := b.find(l, append(slices.Clone(granted), rejected)...)
	e := equation{identity: Outcomes, words: "all decisions = statuses + rejections", whole: w, parts: parts, bound: !all}
	if !sumsUp {
		e.words, e.bound = "statuses and rejections are no more than all decisions", true
	}
	b.add(e)
}

// part says that a measure of a line is no more than its whole.
func (b *binder) part(l *line, whole ref, measure, words string) {
	if at, ok := l.cell[measure]; ok {
		b.add(equation{identity: Largest, words: words, whole: whole, parts: []ref{at}, bound: true})
	}
}

func (b *binder) unit(l *line, measure string) string {
	if at, ok := l.cell[measure]; ok {
		return cellCode(b, at, "unit")
	}
	return ""
}

// sumsUp reports whether the decisions of a sheet are statuses and rejections
// alone: they are in most of its rows.
func (b *binder) sumsUp(s *sheet) bool {
	if !b.has(s, "total_rejection") {
		return false
	}
	n, holds := 0, 0
	for _, l := range s.lines {
		w, ok := l.cell["total_decisions"]
		parts, all := b.find(l, append(slices.Clone(granted), "total_rejection")...)
		if _, known := b.count(w); !ok || !known || !all {
			continue
		}
		n++
		e := equation{whole: w, parts: parts, minus: len(parts)}
		if _, broken := check(b, &e); !broken {
			holds++
		}
	}
	return holds >= 2 && holds*2 > n
}

// columns are the equations of each column: the rows are no more than their
// Total, and where there is a row for all others, they are it.
func (b *binder) columns(s *sheet) {
	if s.total == nil {
		return
	}
	for _, m := range keys(s.total.cell) {
		if aida.IsRate(m) || strings.HasPrefix(m, "unknown:") {
			continue
		}
		e := equation{identity: Citizens, words: "the rows of " + m + " are no more than their Total", whole: s.total.cell[m], bound: true}
		most := equation{identity: Largest, words: "no row of " + m + " is more than Total", whole: e.whole, bound: true}
		rest, all, top := false, true, int64(-1)
		for _, l := range s.lines {
			at, ok := l.cell[m]
			if l == s.total || !ok {
				continue
			}
			v, known := b.count(at)
			all = all && known
			if !known {
				continue
			}
			e.parts = append(e.parts, at)
			rest = rest || l.citizen == "OTHER"
			if v > top {
				top, most.parts = v, []ref{at}
			}
		}
		if rest && all {
			e.words, e.bound = "the rows of "+m+" are their Total", false
		}
		b.add(e)
		if len(e.parts) > 1 {
			b.add(most)
		}
	}
}

// sorts of the rows of breakdowns and comparisons, by the words that labels
// have for them.
var sorts = []struct{ word, sort string }{
	{"total number", "total"}, {"unaccompanied", "alone"}, {"children", "children"}, {"women", "women"}, {"men", "men"}, {"female", "women"}, {"male", "men"},
	{"not specified", "unknown"}, {"unknown", "unknown"}, {"positive", "positive"}, {"granting", "positive"}, {"refugee status", "refugee_status"},
	{"subsidiary", "subsidiary_protection"}, {"permission to remain", "humanitarian_protection"}, {"humanitarian", "humanitarian_protection"},
	{"negative", "rejection"}, {"rejection", "rejection"}, {"rejected", "rejection"},
}

// sorted finds the lines of a sheet by their sort.
func (s *sheet) sorted() map[string]*line {
	out := map[string]*line{}
	for _, l := range s.lines {
		label := strings.ToLower(l.label)
		for _, x := range sorts {
			if !strings.Contains(label, x.word) {
				continue
			}
			if x.sort == "men" || x.sort == "women" { // "Men (including children)"
				label, _, _ = strings.Cut(label, "(")
			}
			if x.sort == "children" && (strings.HasPrefix(label, "men") || strings.HasPrefix(label, "women")) {
				continue
			}
			if out[x.sort] == nil {
				out[x.sort] = l
			}
			break
		}
	}
	return out
}

// breakdown is the equation of a table by gender and age. Pages differ in
// whether children are counted with men and women: whichever adds up is meant.
func (b *binder) breakdown(s *sheet) {
	by := s.sorted()
	total := by["total"]
	if total == nil {
		return
	}
	get := func(sorts ...string) (out []ref) {
		for _, x := range sorts {
			if l := by[x]; l != nil {
				if at, ok := l.cell["number"]; ok {
					if _, known := b.count(at); known {
						out = append(out, at)
					}
				}
			}
		}
		return out
	}
	e := equation{identity: Sexes, words: "applicants = men + women", whole: total.cell["number"]}
	for _, with := range []struct {
		words string
		parts []ref
	}{
		{"applicants = men + women", get("men", "women", "unknown")},
		{"applicants = men + women + children", get("men", "women", "unknown", "children")},
		{"applicants = men + women + children + unaccompanied children", get("men", "women", "unknown", "children", "alone")},
	} {
		x := e
		x.words, x.parts, x.minus = with.words, with.parts, len(with.parts)
		if _, broken := check(b, &x); !broken {
			e = x
			break
		}
		if e.parts == nil {
			e = x
		}
	}
	if len(get("men", "women")) == 2 {
		b.add(e)
	}
}

// comparison are the equations of a table of both instances.
func (b *binder) comparison(s *sheet) {
	by := s.sorted()
	for _, instance := range []string{"first_instance", "appeal"} {
		get := func(sort string) (ref, bool) {
			if by[sort] == nil {
				return ref{}, false
			}
			at, ok := by[sort].cell[instance+"/number"]
			if ok {
				_, ok = b.count(at)
			}
			return at, ok
		}
		sum := func(words, whole string, parts ...string) {
			e := equation{identity: Outcomes, words: words}
			w, ok := get(whole)
			e.whole = w
			for _, p := range parts {
				if by[p] == nil {
					continue
				}
				at, has := get(p)
				if has {
					e.parts = append(e.parts, at)
				} else {
					e.bound = true
				}
			}
			if ok && len(e.parts) > 1 {
				b.add(e)
			}
		}
		sum("all decisions = positive + negative", "total", "positive", "rejection")
		sum("positive decisions = their statuses", "positive", "refugee_status", "subsidiary_protection", "humanitarian_protection")
	}
}

// twice are the counts that the tables of one country and year print twice.
func (b *binder) twice() {
	for _, s := range b.sheets {
		for _, o := range b.sheets {
			if o.kind != "first_instance" || o.total == nil || o.geo != s.geo || o.p != s.p || s.kind == o.kind || s.page != o.page {
				continue
			}
			by := s.sorted()
			if l := by["total"]; s.kind == "breakdown" && l != nil {
				b.once(o.total.cell, "applicants", l.cell, "number", "applicants of the main table = applicants by gender and age")
			}
			if s.kind != "appeals" {
				continue
			}
			for _, m := range []string{"refugee_status", "subsidiary_protection", "humanitarian_protection", "rejection"} {
				if l := by[m]; l != nil && !o.appeals {
					b.once(o.total.cell, m, l.cell, "first_instance/number", m+" of the main table = "+m+" of the comparison of instances")
				}
			}
		}
	}
}

func (b *binder) once(main map[string]ref, measure string, other map[string]ref, there, words string) {
	w, ok := main[measure]
	at, has := other[there]
	if ok && has {
		if _, known := b.count(at); known {
			b.add(equation{identity: Printings, words: words, whole: w, parts: []ref{at}})
		}
	}
}
