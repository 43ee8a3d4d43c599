package figure

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

// A Draft is a spec evaluated, in no language yet.
type Draft struct {
	Spec    Spec
	Results []rate.Result // what is drawn, in order, then what is drawn beside it
	Data    []Datum       // the same as rows; what is published as CSV
	Mixed   bool          // what is drawn divides different things

	limits rate.Thresholds
	shape  shape
}

// A shape is what a kind of chart makes of a draft in a language.
type shape interface {
	write(w *writer) error
}

// A Datum is one mark of a chart with all that it says.
type Datum struct {
	Series    string // what kind of count or rate it is, where a chart draws several
	Result    *rate.Result
	Num       int64 // of Whole, where the mark is such a part: one outcome of all, one country's applications of all
	Whole     int64 // 0: the mark is Result itself
	CountOnly bool  // only the count is drawn, no share
	Note      string
}

// gatherers evaluate a spec of a kind.
var gatherers = map[string]func(*Source, *Draft) (shape, error){}

// Gather evaluates a spec. ErrNothing says that the data at hand does not give
// the chart, rate.ErrMixed that the spec sets side by side what may not be.
func (s *Source) Gather(spec Spec) (*Draft, error) {
	d, err := s.gather(spec)
	if bad := (*SpecError)(nil); spec.At.File != "" && errors.As(err, &bad) {
		return nil, &SpecError{fmt.Sprintf("%v: %v\n\thint: %s", spec.At, err, explains)}
	} else if spec.At.File != "" && err != nil {
		return nil, fmt.Errorf("%v: %w", spec.At, err)
	}
	return d, err
}

func (s *Source) gather(spec Spec) (*Draft, error) {
	if err := spec.check(); err != nil {
		return nil, &SpecError{fmt.Sprintf("chart %q: %v", spec.ID, err)}
	}
	for _, name := range spec.Definition {
		if _, err := s.Set.Named(name); err != nil {
			return nil, &SpecError{fmt.Sprintf("chart %s: %v", spec.ID, err)}
		}
	}
	gather := gatherers[spec.Kind]
	if gather == nil {
		return nil, &SpecError{fmt.Sprintf("chart %s: kind %q is not drawn", spec.ID, spec.Kind)}
	}
	d := &Draft{Spec: spec, limits: s.Limits}
	var err error
	if d.shape, err = gather(s, d); err != nil {
		return nil, fmt.Errorf("chart %s: %w", spec.ID, err)
	}
	for i := range d.Results {
		if r := &d.Results[i]; r.Known && r.Unit() != "share" {
			return nil, &SpecError{fmt.Sprintf("chart %s: %s is in %s, want a share: charts are drawn in per cent", spec.ID, r.Definition, r.Unit())}
		}
	}
	if !d.Mixed {
		if err := rate.Together(d.Results); err != nil {
			if !spec.Mix {
				return nil, fmt.Errorf("chart %s: %w", spec.ID, err)
			}
			d.Mixed = true
		}
	}
	return d, nil
}

// add notes a result that is drawn.
func (d *Draft) add(series string, rs ...*rate.Result) {
	for _, r := range rs {
		d.Results = append(d.Results, *r)
		d.Data = append(d.Data, Datum{Series: series, Result: r})
	}
}

// Query is the command that lists the cells of the chart.
func (d *Draft) Query() string { return "asylum trace " + d.Spec.ID }

// A Chart is a draft in words: a figure to draw and what stands beside it.
type Chart struct {
	*Draft
	ID       string
	Lang     words.Lang
	Figure   chart.Figure
	Topic    string // what it is about, in a few words: a heading
	Lead     string // a paragraph that introduces it, or ""
	Says     []string
	Head     []string   // of its table
	Rows     [][]string // of its table
	Fallback string     // the claim of its title that the data does not bear, "" if it does
	Claim    Claim      // what its title says
	Held     []string   // keys of the claims for its title that the data bears, the strongest first
}

// A Claim is what a title says, apart from the words of any language.
type Claim struct {
	Key  string         `json:"key"`            // of its message in the catalogue; "" of a title that claims nothing
	Says map[string]any `json:"says,omitempty"` // the codes, periods and counts that it names, by the message's own names
}

// said notes the message of a title. What it writes as a text, such as a
// percentage, stands among the rows.
func (w *writer) said(key string, args []any) {
	w.out.Claim = Claim{Key: key}
	for i := 0; i+1 < len(args); i += 2 {
		var v any
		switch a := args[i+1].(type) {
		case words.Geo:
			v = string(a)
		case words.Citizen:
			v = string(a)
		case obs.Period:
			v = string(a)
		case int, int64:
			v = a
		default:
			continue
		}
		if w.out.Claim.Says == nil {
			w.out.Claim.Says = map[string]any{}
		}
		w.out.Claim.Says[args[i].(string)] = v
	}
}

// Title is the finding that the chart shows.
func (c *Chart) Title() string { return c.Figure.Header().TitleText() }

// Alt is its text alternative.
func (c *Chart) Alt() string { return c.Figure.Header().Alt }

// A writer puts words to a draft.
type writer struct {
	words.Lang
	*Draft
	out  *Chart
	head chart.Head
	rows map[*rate.Result]int // from 1: where the table tells of a result
}

// order notes in which order the table will tell of results, for the marks to point
// at its rows.
func (w *writer) order(rs []*rate.Result) []*rate.Result {
	w.rows = make(map[*rate.Result]int, len(rs))
	for i, r := range rs {
		w.rows[r] = i + 1
	}
	return rs
}

// at is the row of the table that tells of a result; none if none does.
func (w *writer) at(r *rate.Result) chart.Cell { return chart.Cell{Row: w.rows[r]} }

// In writes the chart in a language.
func (d *Draft) In(l words.Lang) (*Chart, error) {
	w := &writer{Lang: l, Draft: d, out: &Chart{Draft: d, ID: d.Spec.ID, Lang: l}}
	w.head = chart.Head{ID: d.Spec.ID, Lang: string(l)}
	w.head.Definitions, w.head.Licence, w.head.Vintage = definitions(d.Results), words.Licence(d.Results), words.Vintage(d.Results)
	if err := d.shape.write(w); err != nil {
		return nil, fmt.Errorf("chart %s: %w", d.Spec.ID, err)
	}
	h := w.out.Figure.Header()
	alt := h.Alt
	*h = w.head
	if h.Alt == "" {
		h.Alt = alt
	}
	if t := d.Spec.Title[string(l)]; t != "" {
		if why := w.refuted(t); why != "" {
			w.out.Fallback = why
		} else {
			h.Title = spans(t)
		}
	}
	if n := d.Spec.Note[string(l)]; n != "" {
		h.Notes = append(h.Notes, n)
	}
	if d.Mixed && d.Spec.Kind != "ladder" { // a ladder names each denominator itself
		h.Notes = append([]string{w.Say("note.mixed")}, h.Notes...)
	}
	return w.out, nil
}

func definitions(rs []rate.Result) (out []string) {
	for i := range rs {
		if !slices.Contains(out, rs[i].Definition) {
			out = append(out, rs[i].Definition)
		}
	}
	return out
}

// spans reads a title whose highlighted words stand in [[ ]].
func spans(title string) (out []chart.Span) {
	for i, part := range strings.Split(strings.ReplaceAll(title, "]]", "[["), "[[") {
		if part != "" {
			out = append(out, chart.Span{Text: part, Highlight: i%2 == 1})
		}
	}
	return out
}

// title takes the first claim that holds. The last one claims nothing.
func (w *writer) title(claims ...claim) {
	for _, c := range claims {
		if c.holds {
			w.out.Held = append(w.out.Held, c.key)
		}
	}
	for _, c := range claims {
		if c.holds {
			w.head.Title = w.spans(c.key, c.args...)
			return
		}
		if w.out.Fallback == "" {
			w.out.Fallback = c.key
		}
	}
}

// A claim is a title, a key of the catalogue, that may be set only if the data
// bears it.
type claim struct {
	key   string
	holds bool
	args  []any
}

// spans writes a message of the catalogue as a title.
func (w *writer) spans(key string, args ...any) (out []chart.Span) {
	w.said(key, args)
	for i, s := range w.Spans(key, args...) {
		if i == 0 {
			s.Text = w.Sentence(s.Text)
		}
		out = append(out, chart.Span{Text: s.Text, Highlight: s.Hot})
	}
	return out
}

// who and place are what a spec is about, for messages.
func (w *writer) who() words.Citizen { return words.Citizen(first(w.Spec.Citizen, "TOTAL")) }

func (w *writer) place() words.Geo { return words.Geo(first(w.Spec.Geo, "EU27_2020")) }

// measure says what a definition gives, in plain words.
func (w *writer) measure(definition string) string { return w.Say("def." + definition + ".measure") }

// approx puts ≈ before a value that a coarsened count takes part in.
func approx(r *rate.Result) string {
	if r.Rounded() && r.Source == "unhcr" {
		return "≈"
	}
	return ""
}

// corrected is the sign of a number that rests on a corrected cell: the notes below
// the chart say what was corrected.
func corrected(r *rate.Result) string {
	if r.Corrections() != nil {
		return "†"
	}
	return ""
}

// percent writes a result as labels do: rates without decimals, ratios with one
// under 10 % and two under 1 %.
func (w *writer) percent(r *rate.Result) string {
	return approx(r) + w.Percent(r.Value, places(r)) + corrected(r)
}

// fine writes a result as tables do, with one decimal.
func (w *writer) fine(r *rate.Result) string {
	return approx(r) + w.Percent(r.Value, max(1, places(r))) + corrected(r)
}

func places(r *rate.Result) int {
	if r.Kind == rate.Ratio {
		switch {
		case r.Value < 0.01:
			return 2
		case r.Value < 0.1:
			return 1
		}
	}
	return 0
}

// bounds writes what rounding allows, outward, or "–".
func (w *writer) bounds(r *rate.Result) string {
	if !r.Rounded() {
		return "–"
	}
	p := max(1, places(r))
	return w.PercentRange(outward(r.Lo, r.Value, p, -1), outward(r.Hi, r.Value, p, +1), p)
}

// bounded writes a result and, where rounding leaves anything open, what it allows.
func (w *writer) bounded(r *rate.Result) string {
	if !r.Rounded() {
		return w.percent(r)
	}
	return w.Say("rate.bounded", "rate", w.percent(r), "bounds", w.bounds(r))
}

// outward rounds a bound so that what it bounds lies inside; one that the value
// itself stands on is rounded as the value is.
func outward(bound, value float64, p, dir int) float64 {
	v, err := strconv.ParseFloat(rate.Outward(bound, value, p, dir), 64)
	if err != nil {
		return bound
	}
	return v / 100
}

// of writes both counts.
func (w *writer) of(r *rate.Result) string { return w.Of(r.Num, r.Den) + corrected(r) }

// name is the name of the code that a mark stands for.
func (w *writer) name(by string, r *rate.Result) string {
	switch by {
	case "citizen":
		return w.Name("citizen", r.Citizen)
	case "period":
		return w.Period(r.Period)
	}
	return w.Name("geo", r.Geo)
}

// key is the code of a result on an axis.
func key(by string, r *rate.Result) string {
	switch by {
	case "citizen":
		return r.Citizen
	case "period":
		return string(r.Period)
	}
	return r.Geo
}

// bar is a result as a bar.
func (w *writer) bar(by string, r *rate.Result, context bool) chart.Bar {
	b := chart.Bar{Name: w.name(by, r), Value: r.Value, Low95: math.NaN(), High95: math.NaN(), Label: w.percent(r), Counts: w.of(r),
		Weak: w.limits.Weak(r), Highlight: w.Spec.Subject != "" && key(by, r) == w.Spec.Subject, Context: context, At: w.at(r)}
	if r.Rounded() {
		b.Lo, b.Hi = min(r.Lo, r.Value), max(r.Hi, r.Value)
	}
	if b.Weak {
		b.Low95, b.High95 = r.Range95()
	}
	return b
}

// source writes the last line of a chart: who, which tables, which stage, of when.
func (w *writer) source(extra string) {
	var parts []string
	for i := range w.Results {
		r := &w.Results[i]
		for _, in := range r.Vintages {
			table, _, _ := strings.Cut(in, " ")
			s := w.Say("source.table", "source", w.Lang.Source(r.Source), "table", table)
			if !slices.Contains(parts, s) {
				parts = append(parts, s)
			}
		}
	}
	key := "source.line"
	if w.Spec.Kind == "counts" || w.Spec.Kind == "releases" { // applications have no stage
		key = "source.line.plain"
	}
	line := w.Say(key, "sources", strings.Join(parts, "; "), "date", w.dates())
	if extra != "" {
		line += " " + extra
	}
	w.head.Source = line
}

// dates are the months that the results are of.
func (w *writer) dates() string {
	var names []string
	for _, day := range strings.Split(words.Vintage(w.Results), ", ") {
		if m := w.Month(day); !slices.Contains(names, m) {
			names = append(names, m)
		}
	}
	return w.List(names)
}
