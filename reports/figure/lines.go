package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
)

func init() { gatherers["lines"] = gatherLines }

// lines are rates over years: of one cell under several definitions, or of
// several cells under one.
type lines struct {
	by     string // definition, citizen or geo
	series []series
}

// A series is one line, its results in the order of their years. A year without
// a value, or with too few cases for one, is a gap.
type series struct {
	key     string
	results []*rate.Result
}

// last is the newest value that is drawn.
func (s *series) last() *rate.Result {
	for _, r := range slices.Backward(s.results) {
		if r != nil {
			return r
		}
	}
	return nil
}

func (s *series) first() *rate.Result {
	for _, r := range s.results {
		if r != nil {
			return r
		}
	}
	return nil
}

// mostLines are as many as a reader can tell apart.
const mostLines = 5

func gatherLines(s *Source, d *Draft) (shape, error) {
	spec := &d.Spec
	years, err := spec.years()
	if err != nil {
		return nil, &SpecError{err.Error()}
	}
	out := &lines{by: "definition"}
	keys := []string(spec.Definition)
	if len(spec.Definition) == 1 && spec.By != "" && spec.By != "period" {
		out.by, keys = spec.By, spec.Citizen
		if spec.By == "geo" {
			keys = spec.Geo
		}
	}
	for _, k := range keys {
		se, err := s.over(spec, out.by, k, years)
		if err != nil {
			return nil, err
		}
		if known(se.results) >= 2 {
			out.series = append(out.series, se)
		}
	}
	if len(out.series) == 0 {
		return nil, ErrNothing
	}
	if len(out.series) > mostLines {
		return nil, &SpecError{fmt.Sprintf("%d lines, want %d at most: a reader cannot tell more apart", len(out.series), mostLines)}
	}
	slices.SortStableFunc(out.series, func(a, b series) int { return -cmp.Compare(a.last().Value, b.last().Value) })
	for _, se := range out.series {
		for _, r := range se.results {
			if r != nil {
				d.add(se.key, r)
			}
		}
	}
	return out, nil
}

func known(rs []*rate.Result) (n int) {
	for _, r := range rs {
		if r != nil {
			n++
		}
	}
	return n
}

// over evaluates one line.
func (s *Source) over(spec *Spec, by, k string, years []obs.Period) (series, error) {
	name, citizen, geo := spec.Definition[0], first(spec.Citizen, "TOTAL"), first(spec.Geo, "EU27_2020")
	switch by {
	case "definition":
		name = k
	case "citizen":
		citizen = k
	case "geo":
		geo = k
	}
	se := series{key: k}
	for _, p := range years {
		r, err := s.Result(name, spec.Source, s.stage(spec, geo), citizen, geo, p)
		if err != nil {
			return se, err
		}
		if r != nil && (!r.Known || s.Limits.CountsOnly(r)) {
			r = nil
		}
		se.results = append(se.results, r)
	}
	return se, nil
}

func (l *lines) write(w *writer) error {
	f := &chart.Lines{YLabel: func(v float64) string { return w.Percent(v, 0) }}
	col := 2 // of the table, from 1
	for i := range l.series {
		se := &l.series[i]
		to := col + 1
		if se.rounded() {
			to++
		}
		s := chart.Series{Name: se.key, Highlight: i == l.lead(w), EndLabel: w.Say("lines.end", "name", l.label(w, se), "rate", w.percent(se.last()))}
		for n, r := range se.results {
			p := chart.Point{Year: l.year(n), Value: math.NaN()}
			if r != nil {
				p.Value = r.Value
				p.At = chart.Cell{Row: l.rowOf(n), Col: col, To: to}
				if r.Rounded() {
					p.Lo, p.Hi = min(r.Lo, r.Value), max(r.Hi, r.Value)
				}
			}
			s.Points = append(s.Points, p)
		}
		f.Series = append(f.Series, trimmed(s))
		col = to + 1
	}
	w.out.Figure = f
	l.words(w)
	l.table(w)
	return nil
}

// trimmed takes gaps off the ends of a line.
func trimmed(s chart.Series) chart.Series {
	gap := func(p chart.Point) bool { return math.IsNaN(p.Value) }
	for len(s.Points) > 0 && gap(s.Points[0]) {
		s.Points = s.Points[1:]
	}
	for len(s.Points) > 0 && gap(s.Points[len(s.Points)-1]) {
		s.Points = s.Points[:len(s.Points)-1]
	}
	return s
}

// lead is the line that the title speaks of: the spec's subject, else that of its
// first definition or code.
func (l *lines) lead(w *writer) int {
	want := w.Spec.Subject
	if want == "" && l.by == "definition" {
		want = w.Spec.Definition[0]
	}
	for i := range l.series {
		if l.series[i].key == want {
			return i
		}
	}
	return -1
}

func (l *lines) year(n int) int {
	for _, se := range l.series {
		if r := se.results[n]; r != nil {
			return year(r.Period)
		}
	}
	return l.base() + n
}

// base is the first year, from any value.
func (l *lines) base() int {
	for _, se := range l.series {
		for n, r := range se.results {
			if r != nil {
				return year(r.Period) - n
			}
		}
	}
	return 0
}

func year(p obs.Period) int {
	y, _ := strconv.Atoi(p.Year())
	return y
}

func (l *lines) label(w *writer, se *series) string {
	switch l.by {
	case "citizen":
		return w.Name("citizen", se.key)
	case "geo":
		return w.Name("geo", se.key)
	}
	return w.Say("def." + se.key + ".short")
}

func (l *lines) words(w *writer) {
	lead := &l.series[max(0, l.lead(w))]
	a, b := lead.first(), lead.last()
	span := []any{"from", a.Period, "to", b.Period}
	args := append(span, "citizens", w.who(), "geo", w.place())
	switch l.by {
	case "definition":
		w.out.Topic = w.Say("topic.lines.definition", args...)
		w.head.Subtitle = w.Say("sub.lines.definition", "citizens", w.who(), "geo", w.place())
	case "citizen":
		w.out.Topic = w.Say("topic.lines.citizen", append(span, "geo", w.place())...)
		w.head.Subtitle = w.Say("sub.lines.citizen", "measure", w.measure(a.Definition), "geo", w.place())
	default:
		w.out.Topic = w.Say("topic.lines.geo", append(span, "citizens", w.who())...)
		w.head.Subtitle = w.Say("sub.lines.geo", "measure", w.measure(a.Definition), "citizens", w.who())
	}
	moved := a != b && rate.Apart(a, b, w.limits)
	vals := append(args, "a", w.percent(a), "b", w.percent(b), "measure", w.Say("def."+a.Definition+".short"))
	if l.by == "definition" {
		w.title(claim{"title.lines.rose", moved && b.Value > a.Value, vals}, claim{"title.lines.fell", moved && b.Value < a.Value, vals}, claim{"title.lines.values", true, vals})
	} else {
		w.head.Title = []chart.Span{{Text: w.Sentence(w.out.Topic)}}
	}
	if moved {
		w.out.Fallback = ""
	}
	w.head.Notes = append([]string{w.Say("note.lines.gap", "n", w.limits.Counts)}, w.rounding()...)
	w.source(w.left())
	w.head.Alt = w.Say("alt.lines", "title", w.titleText(), "what", l.ends(w), "source", w.head.Source)
}

// ends says where the first line begins and ends, and where the others end.
func (l *lines) ends(w *writer) string {
	lead := max(0, l.lead(w))
	se := &l.series[lead]
	a, b := se.first(), se.last()
	out := []string{w.Say("alt.lines.one", "name", l.label(w, se), "a", w.percent(a), "ac", w.of(a), "from", a.Period, "b", w.percent(b), "bc", w.of(b), "to", b.Period)}
	for i := range l.series {
		if i != lead {
			b := l.series[i].last()
			out = append(out, w.Say("alt.lines.end", "name", l.label(w, &l.series[i]), "b", w.percent(b), "bc", w.of(b)))
		}
	}
	return join(out, "; ")
}

// rounded reports whether rounding leaves any value of a line open.
func (se *series) rounded() bool {
	return slices.ContainsFunc(se.results, func(r *rate.Result) bool { return r != nil && r.Rounded() })
}

// told reports whether any line has a value in year n: the table has a row for it.
func (l *lines) told(n int) bool {
	return slices.ContainsFunc(l.series, func(se series) bool { return se.results[n] != nil })
}

// rowOf is the row of the table, from 1, that tells of year n.
func (l *lines) rowOf(n int) (row int) {
	for i := range n + 1 {
		if l.told(i) {
			row++
		}
	}
	return row
}

// table has a row for each year, and for each line its rate, what rounding allows if
// it allows anything, and both counts.
func (l *lines) table(w *writer) {
	w.out.Head = []string{w.Say("col.year")}
	for i := range l.series {
		w.out.Head = append(w.out.Head, l.label(w, &l.series[i]))
		if l.series[i].rounded() {
			w.out.Head = append(w.out.Head, w.Say("col.bounds"))
		}
		w.out.Head = append(w.out.Head, w.Say("col.counts"))
	}
	for n := range l.series[0].results {
		if !l.told(n) {
			continue
		}
		row := []string{strconv.Itoa(l.year(n))}
		for i := range l.series {
			value, bounds, counts := "–", "–", "–"
			if r := l.series[i].results[n]; r != nil {
				value, bounds, counts = w.fine(r), w.bounds(r), w.of(r)
			}
			row = append(row, value)
			if l.series[i].rounded() {
				row = append(row, bounds)
			}
			row = append(row, counts)
		}
		w.out.Rows = append(w.out.Rows, row)
	}
}

// dated names a line and the year of one of its values.
func (w *writer) dated(name string, r *rate.Result) string {
	return w.Say("mark.dated", "name", name, "period", r.Period)
}
