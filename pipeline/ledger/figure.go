// Package ledger keeps published figures and says of each which of them the
// data at hand bears out. No verdict is stored: it is computed each time from
// the printed counts and the cells.
//
// A Figure comes from Builtin, from a file of one's own (ReadFile) or from a line
// of text (Literal). Judge compares figures with the source that they cite under
// every definition and gives each a Judgement; its Basis tells what the figure
// divides, as far as that can be told without data. Compare says whether two
// figures may stand side by side and computes the pair that may, Instead what
// can be said of one. Solve searches for what a number of unknown definition
// divides, and says how many numbers would have fitted by chance.
package ledger

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
)

// A Figure is a number as somebody published it.
type Figure struct {
	ID        string `yaml:"id"`
	Statement string `yaml:"statement"`
	Value     string `yaml:"value"` // as printed: "52.78 %", "about 19,000", "less than 2 %"
	Unit      string `yaml:"unit"`  // percent, persons or ratio; a value with % needs none
	Num       *int64 `yaml:"num"`   // printed beside it, if it is
	Den       *int64 `yaml:"den"`
	Rounding  int64  `yaml:"rounding"` // the step that the printed counts are rounded to; 0 is exact
	Citizen   string `yaml:"citizen"`
	Geo       string `yaml:"geo"`
	Period    string `yaml:"period"`  // such as 2023, 2020-S1, 2023-Q1, 2015-01/2015-08, 2010/2015
	Subset    string `yaml:"subset"`  // who of them it is about, where no export tells these apart
	Cites     string `yaml:"cites"`   // the source it names: eurostat, unhcr, aida, or national
	Claimed   string `yaml:"claimed"` // the definition it claims, by name or in words
	Counts    string `yaml:"counts"`  // what a count counts: applicants, first-time applicants, decisions, positives, granted
	Address   string `yaml:"address"`
	Tag       string `yaml:"tag"`      // how sure the carried row is: A, B, C, D, or X for one that does not hold
	Note      string `yaml:"note"`     // what a reader should know, in words of our own
	Expected  string `yaml:"expected"` // the verdict that a check is to find
	From      Source `yaml:"-"`
	Topic     string `yaml:"-"` // the heading of the file it stands in

	Tolerance  float64  `yaml:"tolerance"`  // of a value printed in words, in points
	Sums       []Sum    `yaml:"sums"`       // counts printed with it that should add up
	Components []string `yaml:"components"` // percentages printed with it that should add up to it
	OtherDen   []int64  `yaml:"other_den"`  // counts the source prints elsewhere for what is divided by
	Beside     []string `yaml:"beside"`     // ids of figures that others, or others of a page, give for the same

	value   quantity
	periods []span
	known   bool           // the code lists have its geo
	loose   bool           // its claim may name a definition that is not there
	at      func() obs.Pos // where its claim stands; nil of a literal
}

// A Sum is counts as printed, with the total that is printed for them.
type Sum struct {
	Parts []int64 `yaml:"parts"`
	Total int64   `yaml:"total"`
}

// A Source says where figures were published.
type Source struct {
	Title   string `yaml:"title"`
	Date    string `yaml:"date"`
	Address string `yaml:"address"`
}

// A span is one way to make up the period of a figure of periods that exports
// have: a year, or its four quarters.
type span []obs.Period

// spans reads a period: one that exports have, half a year (2020-S1, 2020-H1),
// or a range from one to another of the same kind, both included.
func spans(s string) []span {
	s = halves.Replace(s)
	from, to, ranged := strings.Cut(s, "/")
	a, ok := obs.ParsePeriod(from)
	if !ok {
		return nil
	}
	if ranged {
		b, ok := obs.ParsePeriod(to)
		if !ok || a.Freq() != b.Freq() || b < a || !strings.ContainsRune("AQM", rune(a.Freq())) {
			return nil
		}
		return []span{between(a, b)}
	}
	year := a.Year()
	switch {
	case a.Freq() == 'A':
		return []span{{a}, between(obs.Period(year+"-Q1"), obs.Period(year+"-Q4"))}
	case a == obs.Period(year+"-S1"):
		return []span{between(obs.Period(year+"-Q1"), obs.Period(year+"-Q2"))}
	case a == obs.Period(year+"-S2"):
		return []span{between(obs.Period(year+"-Q3"), obs.Period(year+"-Q4"))}
	}
	return []span{{a}}
}

var halves = strings.NewReplacer("-H", "-S", "H", "-S")

// between lists periods of one frequency, at most two hundred.
func between(a, b obs.Period) (out span) {
	for p := a; p <= b && len(out) < 200; p = after(p) {
		out = append(out, p)
	}
	return out
}

func after(p obs.Period) obs.Period {
	year, _ := strconv.Atoi(p.Year())
	switch p.Freq() {
	case 'Q':
		if q := p[6] - '0'; q < 4 {
			return obs.Period(fmt.Sprintf("%d-Q%d", year, q+1))
		}
		return obs.Period(fmt.Sprintf("%d-Q1", year+1))
	case 'M':
		if m, _ := strconv.Atoi(string(p[5:])); m < 12 {
			return obs.Period(fmt.Sprintf("%d-%02d", year, m+1))
		}
		return obs.Period(fmt.Sprintf("%d-01", year+1))
	}
	return obs.Period(strconv.Itoa(year + 1))
}

// A fault is what is wrong with a field of a figure.
type fault struct{ field, got, want, hint string }

// complete checks a figure and takes its value and period apart. It refuses
// what would otherwise look like a lack of data.
func (f *Figure) complete(places map[string]string) *fault {
	f.Unit = strings.TrimSpace(f.Unit)
	for _, must := range []struct{ field, got string }{{"id", f.ID}, {"value", f.Value}, {"citizen", f.Citizen}, {"geo", f.Geo}, {"period", f.Period}} {
		if strings.TrimSpace(must.got) == "" {
			return &fault{must.field, "no " + must.field, "one", "a figure has at least id, value, citizen, geo and period"}
		}
	}
	if _, ok := code.Must("citizen").Lookup(f.Citizen); !ok {
		return &fault{"citizen", fmt.Sprintf("citizen %q", f.Citizen), "a code from datasets/codes/citizen.csv, such as SY", near("citizen", f.Citizen)}
	}
	_, f.known = code.Must("geo").Lookup(f.Geo)
	if _, ok := places[f.Geo]; !ok && !f.known {
		return &fault{"geo", fmt.Sprintf("geo %q", f.Geo), "a code from datasets/codes/geo.csv, such as HR", near("geo", f.Geo)}
	}
	if f.periods = spans(f.Period); f.periods == nil {
		return &fault{"period", fmt.Sprintf("period %q", f.Period), "one such as 2023, 2023-Q1, 2020-S1 or 2015-01/2015-08", "write a range with its first and last period"}
	}
	switch f.Unit {
	case "", "percent", "persons", "ratio":
	default:
		return &fault{"unit", fmt.Sprintf("unit %q", f.Unit), "percent, persons or ratio", "leave it out where the value has a %"}
	}
	var err error
	if f.value, err = parse(f.Value); err != nil {
		return valueFault("value", f.Value, err)
	}
	if f.Unit == "" {
		f.Unit = f.value.kind()
	}
	if f.value.percent != (f.Unit == "percent") {
		return &fault{"unit", fmt.Sprintf("unit %q of a value %q", f.Unit, f.Value), "a unit that the value has", "percentages are written with a %"}
	}
	switch f.Cites {
	case "", "eurostat", "unhcr", "aida", "national":
	default:
		return &fault{"cites", fmt.Sprintf("cites %q", f.Cites), "eurostat, unhcr, aida or national", "leave it out where it names none"}
	}
	if _, ok := sides[f.Counts]; f.Counts != "" && !ok {
		return &fault{"counts", fmt.Sprintf("counts %q", f.Counts), "applicants, first-time applicants, decisions, positives or granted", "granted is positive decisions of first instance and on appeal together"}
	}
	if f.Unit == "persons" && f.value.decimals > 0 {
		return &fault{"value", fmt.Sprintf("value %q", f.Value), "a count without decimals, or a percentage with a %", "write " + strings.TrimSpace(f.Value) + " % if it is a percentage"}
	}
	if f.Unit == "persons" && f.Counts == "" {
		return &fault{"counts", "a count that does not say what it counts", "counts: applicants, first-time applicants, decisions, positives or granted", "add counts, or a % to the value if it is one"}
	}
	for _, c := range f.Components {
		if _, err := parse(percentage(c)); err != nil {
			return &fault{"components", fmt.Sprintf("%q among the components", c), `percentages, such as "18.35"`, "give them as they are printed"}
		}
	}
	switch {
	case f.Tolerance != 0 && f.value.relation != '~':
		return &fault{"tolerance", fmt.Sprintf("a tolerance for %q", f.Value), `one of a value in words alone, such as "about 50 %"`, "leave it out: the last printed digit says how exact a value is"}
	case !(f.Tolerance >= 0 && f.Tolerance <= mostTolerance):
		return &fault{"tolerance", fmt.Sprint("tolerance ", f.Tolerance), fmt.Sprintf("points from 0 to %d", mostTolerance), "a wider one fits nearly anything"}
	case f.Expected != "" && !isVerdict(f.Expected):
		return &fault{"expected", fmt.Sprintf("expected %q", f.Expected), "one of " + strings.Join(Kinds, ", "), "an other definition is followed by : and its name, an other vintage by : and its date"}
	case f.Num != nil && *f.Num < 0:
		return &fault{"num", fmt.Sprint("num ", *f.Num), "a count of 0 or more", "leave it out where none is printed"}
	case f.Den != nil && *f.Den <= 0:
		return &fault{"den", fmt.Sprint("den ", *f.Den), "a count of 1 or more", "leave it out where none is printed"}
	case f.Rounding < 0:
		return &fault{"rounding", fmt.Sprint("rounding ", f.Rounding), "the step that counts are rounded to, such as 5", "leave it out where they are exact"}
	}
	return nil
}

// mostTolerance is the widest a value in words may be meant, in points.
const mostTolerance = 5

// valueFault is what is wrong with a printed value, as a fault of a field.
func valueFault(field, value string, err error) *fault {
	var bad *badValue
	if errors.As(err, &bad) {
		return &fault{field, fmt.Sprintf("value %q", value), bad.want, bad.hint}
	}
	return &fault{field, fmt.Sprintf("value %q", value), "a count or a percentage", err.Error()}
}

// near is a code that was perhaps meant, as a hint.
func near(dim, c string) string {
	l := code.Must(dim)
	up := strings.ToUpper(c)
	if _, ok := l.Lookup(up); ok {
		return "did you mean " + up + "?"
	} else if other, ok := l.ISO3(up); ok {
		return "did you mean " + other + "?"
	} else if other, ok := l.Label(c); ok {
		return "did you mean " + other + "?"
	}
	return "the lists are under datasets/codes"
}
