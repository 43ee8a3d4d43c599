package changes

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/figure"
	"asylum/reports/words"
)

// charts holds what was published against the new data: the same specification
// drawn up again, though the site may show another year by now.
func (w *work) charts() error {
	for i := range w.e.charts {
		p := &w.e.charts[i]
		if !p.claims {
			w.Unread = append(w.Unread, p.Spec.ID+".json")
		}
		c, err := w.again(p)
		if err != nil {
			return err
		}
		out := Chart{ID: p.Spec.ID, Title: p.titles}
		if c == nil {
			out.Gone = len(p.marks)
		} else if err := w.marks(&out, p, c); err != nil {
			return err
		} else {
			w.title(&out, p, c)
		}
		if out.Claim != "" || out.Said != nil || out.Values+out.Gone > 0 {
			w.Charts = append(w.Charts, out)
		}
	}
	if n := len(w.Unread) - len(w.e.unread); n > 0 && n == len(w.e.charts) {
		w.Unread = append(w.Unread[:len(w.e.unread)], "CHART.json") // an older version wrote no titles into them
	}
	slices.Sort(w.Unread)
	rank := func(c *Chart) float64 {
		if c.Claim != "" || c.Said != nil {
			return math.Inf(1)
		}
		return float64(c.Gone + c.Values)
	}
	sortBy(w.Charts, rank, func(c *Chart) string { return c.ID })
	return nil
}

// again draws a published chart up from the data of now, by the specification that
// it was published with; nil if they no longer give it.
func (w *work) again(p *published) (*figure.Chart, error) {
	for _, d := range w.now.Charts {
		if d.Spec.ID == p.Spec.ID && equal(&d.Spec, &p.Spec) {
			return d.In(words.Langs[0])
		}
	}
	for _, name := range p.Spec.Definition {
		if _, err := w.now.Set.Named(name); err != nil {
			return nil, nil // a definition of the user's own that is no longer there
		}
	}
	d, err := w.now.Source.Gather(p.Spec)
	var bad *figure.SpecError
	for _, cannot := range []error{figure.ErrNothing, rate.ErrMixed, rate.ErrQuery, rate.ErrDoubleCount} {
		if errors.Is(err, cannot) || errors.As(err, &bad) {
			return nil, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return d.In(words.Langs[0])
}

// equal compares two specifications by what is published of them.
func equal(a, b *figure.Spec) bool {
	x, err := json.Marshal(a)
	y, also := json.Marshal(b)
	return err == nil && also == nil && bytes.Equal(x, y)
}

// title compares what the titles claim.
func (w *work) title(out *Chart, p *published, c *figure.Chart) {
	for l, t := range p.Spec.Title { // of the user's own: held against the numbers and by its words
		if p.titles[l] == strings.NewReplacer("[[", "", "]]", "").Replace(t) && c.Refutes(words.Lang(l), t) != "" {
			out.Claim, out.Now = "own", c.Claim.Key
			return
		}
	}
	was := p.Claim.Key
	switch {
	case !p.claims || was == "" || strings.HasPrefix(was, "topic."):
	case was != c.Claim.Key && !slices.Contains(c.Held, was): // else a stronger one took its place
		out.Claim, out.Now = was, c.Claim.Key
	case was == c.Claim.Key:
		out.Said = said(p.Claim.Says, c.Claim.Says)
	}
	if l := words.Langs[0]; out.Claim == "" && out.Said == nil && out.Values > 0 && c.Refutes(l, p.titles[string(l)]) != "" {
		out.Claim, out.Now = cmp.Or(was, "own"), c.Claim.Key // of the values that are others now, the title names one
	}
}

// said finds a count that two titles of one message give differently.
func said(was, is map[string]any) *Said {
	var names []string
	for name := range was {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		a, isCount := was[name].(float64) // as JSON has it
		b, still := number(is[name])
		if isCount && still && a != b {
			return &Said{name, int64(a), int64(b)}
		}
	}
	return nil
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}

// key is what a mark is about, whatever its level.
func (m *mark) key() string {
	return text(m.series, m.definition, m.source, m.citizen, m.geo, m.period)
}

// marks compares each printed value with the bounds of the one that the chart
// would have now.
func (w *work) marks(out *Chart, p *published, c *figure.Chart) error {
	now := map[string][]*figure.Datum{} // those of one key in order
	for i := range c.Data {
		x := &c.Data[i]
		r := x.Result
		k := text(x.Series, r.Definition, r.Source, r.Citizen, r.Geo, string(r.Period))
		now[k] = append(now[k], x)
	}
	worst := 0.
	for i := range p.marks {
		m := &p.marks[i]
		x := &figure.Datum{}
		if p.Spec.Kind == "counts" {
			m.value = nil // its count is what it shows
		}
		if list := now[m.key()]; len(list) > 0 {
			x, now[m.key()] = list[0], list[1:]
		} else {
			r, err := w.result(m)
			if err != nil {
				return err
			}
			if r == nil || !r.Known && m.value != nil || !r.NumKnown && m.num != nil {
				out.Gone++
				continue
			}
			if x.Result = r; p.Spec.Kind == "stack" {
				continue // a part of a whole that the chart no longer tells apart
			}
		}
		off, d := m.against(x)
		if !d {
			continue
		}
		out.Values++
		if size := math.Abs(off.After - off.Before); out.Worst == nil || size > worst {
			worst, out.Worst = size, &off
		}
	}
	return nil
}

// result is what a mark shows that the chart no longer does, such as of a country
// with too few cases by now.
func (w *work) result(m *mark) (*rate.Result, error) {
	d, err := w.now.Set.Named(m.definition)
	if err != nil {
		return nil, nil // the definition is no longer there: nor is the number
	}
	if !slices.Contains(d.Sources(), m.source) {
		return nil, nil
	}
	if x, ok := code.Must("geo").Lookup(m.geo); ok && x.Kind == code.Aggregate && m.stage == "FI" {
		return w.now.Source.Stated(m.definition, m.citizen, m.geo, obs.Period(m.period))
	}
	r, err := w.now.Source.Result(m.definition, m.source, "", m.citizen, m.geo, obs.Period(m.period))
	if err != nil {
		return nil, fmt.Errorf("chart mark %s %s %s: %w", m.citizen, m.geo, m.period, err)
	}
	return r, nil
}

// against tells whether a printed value, with the bounds printed beside it, lies
// outside those of a new one, give or take half a unit of the last digit.
func (m *mark) against(x *figure.Datum) (Mark, bool) {
	r := x.Result
	out := Mark{Series: m.series, Definition: m.definition, Citizen: m.citizen, Geo: m.geo, Period: m.period}
	switch {
	case x.Whole > 0 && m.value != nil: // parts are printed without decimals
		out.Before, out.After = *m.value, float64(x.Num)/float64(x.Whole)
		return out, math.Abs(out.After-out.Before) > 0.005
	case m.value != nil:
		if !r.Known {
			return out, false
		}
		half := 0.0005
		if r.Kind == rate.Ratio && *m.value < 0.01 {
			half = 0.00005
		}
		out.Before, out.After = *m.value, r.Value
		lo, hi := *m.value, *m.value
		if m.lo != nil && m.hi != nil {
			lo, hi = min(lo, *m.lo), max(hi, *m.hi)
		}
		return out, hi < r.Lo-half || lo > r.Hi+half
	case m.num != nil && r.NumKnown:
		out.Count, out.Before, out.After = true, *m.num, float64(r.Num)
		return out, *m.num < float64(r.NumLo) || *m.num > float64(r.NumHi)
	}
	return out, false
}
