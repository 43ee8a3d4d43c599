package words

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"asylum/pipeline/obs"
)

// Values that a message writes in its own language. Beside these it takes a
// string, as it is, int and int64, as counts, and obs.Period (forms in, year,
// gen, acc).
type (
	// Pct is a share of 1 as a percentage; About puts ≈ before it.
	Pct struct {
		Share    float64
		Decimals int
		About    bool
	}
	// PctRange is what rounding or chance allows a share to be.
	PctRange struct {
		Lo, Hi   float64
		Decimals int
	}
	// PointsOf is a difference of two shares, in percentage points.
	PointsOf float64
	// Times is how many times one count is another.
	Times float64
	// Counts are two counts, "20 of 59".
	Counts struct{ Num, Den int64 }
	// Geo is a code of a country or aggregate of asylum: its short name, or
	// in the forms the, in, of, from.
	Geo string
	// Geos are several: "in Denmark and in the Netherlands" in the form in.
	Geos []string
	// Citizen is a code of a citizenship: the nominative without an article, or
	// in the forms def, gen, dat, head; name is the country's name alone.
	Citizen string
	// Persons is a number of citizens: "8,507 citizens of Russia".
	Persons struct {
		N       int64
		Citizen string
	}
	// Day is a day, or in the form month its month.
	Day string
	// Src is a source's code; its name as it is cited.
	Src string
	// List is names, joined with "and".
	List []string
	// Quoted is a text in quotation marks.
	Quoted string
)

// A Span is a stretch of a message; Hot is what stands between [[ and ]].
type Span struct {
	Text string
	Hot  bool
}

// Say writes the message of key, with values by name: l.Say("chart.of", "num",
// num, "den", den). A fault (no such key, a value that is not named, a name that
// is not used) is a mistake of ours: it panics in tests, and stands in the text
// everywhere else, so that nobody takes it for a sentence.
func (l Lang) Say(key string, args ...any) string {
	var b strings.Builder
	for _, s := range l.say(key, args) {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Spans is Say in stretches, those between [[ and ]] hot: what a chart's title
// highlights and a page makes a link of.
func (l Lang) Spans(key string, args ...any) []Span { return l.say(key, args) }

// Has reports whether the catalogue has a key.
func Has(key string) bool { return loaded().entries[key] != nil }

// Fitting gives, of values by name, those that a message uses: for messages that
// tell the same thing in different cases.
func Fitting(key string, args ...any) (out []any) {
	e := loaded().entries[key]
	for i := 0; e != nil && i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok && e.names[name] {
			out = append(out, name, args[i+1])
		}
	}
	return out
}

func (l Lang) say(key string, args []any) []Span {
	spans, err := l.write(loaded(), key, args)
	if err != nil {
		err = fmt.Errorf("message %q in %s: %w", key, l, err)
		if testing.Testing() {
			panic(err)
		}
		return []Span{{Text: "⚠ " + err.Error()}}
	}
	return spans
}

func (l Lang) write(c *catalogue, key string, args []any) ([]Span, error) {
	e := c.entries[key]
	if name, ok := c.ownDefinition(key); ok {
		return []Span{{Text: name}}, nil
	}
	if e == nil {
		return nil, fmt.Errorf("the catalogue, datasets/words, has no such key")
	}
	if _, ok := e.in[l]; !ok {
		return nil, fmt.Errorf("no such language")
	}
	w := &writer{lang: l, args: map[string]any{}}
	for i := 0; i < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok || i+1 == len(args) {
			return nil, fmt.Errorf("want a name and a value, got %v", args[i])
		}
		if !e.names[name] {
			return nil, fmt.Errorf("the value %q is not used", name)
		}
		w.args[name] = args[i+1]
	}
	for _, name := range slices.Sorted(maps.Keys(e.names)) {
		if _, ok := w.args[name]; !ok {
			return nil, fmt.Errorf("no value %q", name)
		}
	}
	return w.fill(e)
}

// ownDefinition is what a definition of a user's own, of which the catalogue says
// nothing, is called wherever it would say something: by its name.
func (c *catalogue) ownDefinition(key string) (string, bool) {
	rest, ok := strings.CutPrefix(key, "def.")
	name, _, part := strings.Cut(rest, ".")
	if !ok || !part || c.entries["def."+name+".short"] != nil {
		return "", false
	}
	return strings.ReplaceAll(name, "_", " "), true
}

// fill writes an entry with values that are known to be its own.
func (l Lang) fill(e *entry, args []any) ([]Span, error) {
	w := &writer{lang: l, args: map[string]any{}}
	for i := 0; i+1 < len(args); i += 2 {
		w.args[args[i].(string)] = args[i+1]
	}
	return w.fill(e)
}

func (w *writer) fill(e *entry) ([]Span, error) {
	if err := w.nodes(e.in[w.lang].nodes, nil); err != nil {
		return nil, err
	}
	w.flush()
	return w.spans, nil
}

// A writer fills a message with values.
type writer struct {
	lang   Lang
	args   map[string]any
	spans  []Span
	b      strings.Builder
	hot    bool
	number bool // the last thing written was a count: its noun stays with it
}

func (w *writer) flush() {
	if w.b.Len() > 0 {
		s := w.b.String()
		if w.hot {
			s = Glue(s)
		}
		w.spans = append(w.spans, Span{s, w.hot})
		w.b.Reset()
	}
}

func (w *writer) text(s string) {
	if rest, ok := strings.CutPrefix(s, " "); ok && w.number {
		if r, _ := utf8.DecodeRuneInString(rest); rest == "" || unicode.IsLetter(r) {
			s = nbsp + rest
		}
	}
	w.number = false
	w.b.WriteString(s)
}

// nodes writes a message, or an arm of a plural over count.
func (w *writer) nodes(nodes []node, count *int64) error {
	for _, n := range nodes {
		switch {
		case n.mark != 0:
			w.flush()
			w.hot = n.mark == '['
		case n.hash && count != nil:
			w.b.WriteString(w.lang.Int(*count))
			w.number = true
		case n.hash:
			w.text("#")
		case n.choice != "":
			arm, inner, err := w.choose(&n, count)
			if err != nil {
				return err
			}
			if err := w.nodes(arm, inner); err != nil {
				return err
			}
		case n.name != "":
			s, number, err := w.lang.value(w.args[n.name], n.form)
			if err != nil {
				return fmt.Errorf("{%s}: %w", n.name, err)
			}
			w.b.WriteString(s)
			w.number = number
		default:
			w.text(n.text)
		}
	}
	return nil
}

// choose finds the arm of a choice, and the count that # writes in it.
func (w *writer) choose(n *node, count *int64) ([]node, *int64, error) {
	if n.choice == "select" {
		s := fmt.Sprint(w.args[n.name])
		if arm, ok := n.arms[s]; ok {
			return arm, count, nil
		}
		return n.arms["other"], count, nil
	}
	var c int64
	switch v := w.args[n.name].(type) {
	case int:
		c = int64(v)
	case int64:
		c = v
	default:
		return nil, nil, fmt.Errorf("{%s, plural}: got %T, want a count", n.name, v)
	}
	if arm, ok := n.arms["="+strconv.FormatInt(c, 10)]; ok {
		return arm, &c, nil
	}
	return n.arms[w.lang.plural(c)], &c, nil
}

// value writes a value in a form, and tells whether it is a count. A form with
// a capital begins a sentence.
func (l Lang) value(v any, form string) (string, bool, error) {
	low := strings.ToLower(form)
	s, number, err := l.plain(v, low)
	if err == nil && low != form {
		s = capital(s)
	}
	return s, number, err
}

// plain writes a value in a form that its kind has.
func (l Lang) plain(v any, form string) (s string, number bool, err error) {
	bad := func() (string, bool, error) { return "", false, fmt.Errorf("%T has no form %q", v, form) }
	switch v := v.(type) {
	case obs.Period:
		if !slices.Contains(periodForms, form) {
			return bad()
		}
		return l.period(v, form), false, nil
	case Geo:
		switch {
		case form == "":
			return l.Short(string(v)), false, nil
		case slices.Contains(placeForms, form):
			return l.placeForm(string(v), form), false, nil
		}
		return bad()
	case Geos:
		var out []string
		for _, g := range v {
			s, _, err := l.plain(Geo(g), form)
			if err != nil {
				return "", false, err
			}
			out = append(out, s)
		}
		return l.List(out), false, nil
	case Citizen:
		switch {
		case form == "":
			return l.Citizens(string(v)), false, nil
		case form == "name":
			return l.Name("citizen", string(v)), false, nil
		case slices.Contains(peopleForms, form):
			return l.peopleForm(string(v), form), false, nil
		}
		return bad()
	case Day:
		switch form {
		case "":
			return l.Date(string(v)), false, nil
		case "month":
			return l.Month(string(v)), false, nil
		}
		return bad()
	case string:
		if form == "" || form == "cap" {
			return v, false, nil
		}
		return bad()
	}
	if form != "" {
		return bad()
	}
	switch v := v.(type) {
	case int:
		return l.Int(int64(v)), true, nil
	case int64:
		return l.Int(v), true, nil
	case Pct:
		s := l.Percent(v.Share, v.Decimals)
		if v.About {
			s = "≈" + s
		}
		return s, false, nil
	case PctRange:
		return l.PercentRange(v.Lo, v.Hi, v.Decimals), false, nil
	case PointsOf:
		return l.Points(float64(v)), true, nil
	case Times:
		return l.Ratio(float64(v)), true, nil
	case Counts:
		return l.Of(v.Num, v.Den), true, nil
	case Persons:
		return l.CountCitizens(v.N, v.Citizen), false, nil
	case Src:
		return l.Source(string(v)), false, nil
	case List:
		return l.List(v), false, nil
	case Quoted:
		return l.Quote(string(v)), false, nil
	}
	return "", false, fmt.Errorf("got %T, want a string, a count or a value of package words", v)
}

// Source is a source's name as it is cited: "UNHCR", "HCR", "УВКБ ООН".
func (l Lang) Source(s string) string {
	if key := "source." + s; Has(key) {
		return l.Say("source." + s)
	}
	return s
}
