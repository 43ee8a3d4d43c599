// Package rate computes protection rates. A rate is never a bare number: it is
// a named definition, kept as data, applied to cells that can be listed. A
// result carries both counts, what rounding allows, its comparability class,
// the vintages it rests on and every cell that was used.
package rate

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"asylum/datasets"
	"asylum/pipeline/code"

	"github.com/goccy/go-yaml"
)

// Kinds of definition. Only a Rate may be called one.
const (
	Rate    = "rate"    // a part over its whole, counted in one table
	Share   = "share"   // a part over its whole, both printed
	Ratio   = "ratio"   // two flows of one period, of different people
	Backlog = "backlog" // a stock at the end of a period over its mean monthly flow, in months
)

// A Definition says which counts are divided by which.
type Definition struct {
	Name      string    `yaml:"name"`
	Title     string    `yaml:"title"`
	Formula   string    `yaml:"formula"`
	Kind      string    `yaml:"kind"`
	Class     Class     `yaml:"class"`
	Publisher string    `yaml:"publisher"`
	Citation  string    `yaml:"citation"`
	Caveats   []string  `yaml:"caveats"`
	From      []Binding `yaml:"from"`
	Lacks     string    `yaml:"lacks"` // why no source is named: what no table holds
	Line      *Line     `yaml:"line"`
}

// A Line is a share that a law draws between citizenships: at it or below, one
// thing follows, above it another.
type Line struct {
	At      float64 `yaml:"at"`      // per cent
	Geo     string  `yaml:"geo"`     // where the law looks
	Few     int64   `yaml:"few"`     // under so many decisions its test says little
	Outside string  `yaml:"outside"` // the aggregate whose own citizens it is not about
	Below   string  `yaml:"below"`   // what it says of those at it or below
}

// A Class says what two results must share to be set side by side. Population
// is who is counted, never the citizenship, country or period compared.
type Class struct {
	Numerator   string `yaml:"numerator" json:"numerator"`
	Denominator string `yaml:"denominator" json:"denominator"`
	Stage       string `yaml:"stage" json:"stage"`
	Unit        string `yaml:"unit" json:"unit"`
	Population  string `yaml:"population" json:"population"`
}

func (c Class) String() string {
	return c.Numerator + " over " + c.Denominator + ", stage " + c.Stage + ", " + c.Unit + ", " + c.Population
}

// A Binding says where one source writes the counts. What num, rest and den
// leave out they take from the binding.
type Binding struct {
	Source   string   `yaml:"source"`
	StandsIn string   `yaml:"stands_in"` // in what it differs from the definition, where it only stands in for it
	Class    *Class   `yaml:"class"`     // what it counts, where that is not the definition's
	Computes []string `yaml:"computes"`  // axes whose aggregates the source leaves to be added up
	National bool     `yaml:"national"`  // what a country counts differs from the next: never added up
	Side     `yaml:",inline"`
	Num      Side  `yaml:"num"`
	Rest     *Side `yaml:"rest"`
	Den      *Side `yaml:"den"`
}

// A Side is one of the counts of a definition: the sum of its terms.
type Side struct {
	Tables   []string            `yaml:"tables"`
	Axis     string              `yaml:"axis"`   // the dimension that the terms are codes of
	Level    string              `yaml:"level"`  // the dimension of levels, in UNHCR's letters; one is chosen
	Repeat   Repeat              `yaml:"repeat"` // terms whose levels are added up instead
	Unit     string              `yaml:"unit"`   // the dimension of persons (P) and cases (C)
	Where    map[string][]string `yaml:"where"`  // codes that qualify, any of them once
	Add      map[string][]string `yaml:"add"`    // codes that qualify, and are added up
	Set      map[string]string   `yaml:"set"`    // codes in place of the query's
	Rounding string              `yaml:"rounding"`
	Terms    []string            `yaml:"terms"`
	Total    string              `yaml:"total"`   // a printed sum of the terms
	Whole    string              `yaml:"whole"`   // a printed sum of num and rest
	Witness  string              `yaml:"witness"` // the rate that the source prints itself
	Need     []string            `yaml:"need"`    // terms of which one must be there
}

// A Repeat names terms that are counted at several levels: repeat applications.
type Repeat struct {
	Terms  []string `yaml:"terms"`
	Levels []string `yaml:"levels"`
}

// tells reports whether a source knows a stage besides "first": a national one
// has appeals counted in (FA) or not (FI), and none by themselves.
func (b *Binding) tells(stage string) bool {
	return b.Level != "" && (!b.National || stage == "FI" || stage == "FA")
}

// over gives s what it leaves out from base.
func (s Side) over(base Side) Side {
	if s.Tables == nil {
		s.Tables = base.Tables
	}
	if s.Axis == "" {
		s.Axis = base.Axis
	}
	if s.Level == "" {
		s.Level = base.Level
	}
	if s.Unit == "" {
		s.Unit = base.Unit
	}
	if s.Repeat.Terms == nil {
		s.Repeat = base.Repeat
	}
	if s.Add == nil {
		s.Add = base.Add
	}
	if s.Rounding == "" {
		s.Rounding = base.Rounding
	}
	where := map[string][]string{}
	for d, codes := range base.Where {
		where[d] = codes
	}
	for d, codes := range s.Where {
		where[d] = codes
	}
	s.Where = where
	return s
}

// A Set is the definitions in force, in the order of their files.
type Set struct {
	list []Definition
}

// Definitions reads the built-in definitions and then those of a user's own
// file, which may replace a built-in one of the same name. An empty file name
// means none.
func Definitions(file string) (*Set, error) {
	s := &Set{}
	builtin, err := datasets.FS.ReadFile("definitions.yaml")
	if err != nil {
		return nil, err
	}
	if err := s.add(builtin, "definitions.yaml"); err != nil {
		return nil, err
	}
	if file == "" {
		return s, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := validate(data, file); err != nil { // of the built-in ones a test does it
		return nil, err
	}
	return s, s.add(data, file)
}

func (s *Set) add(data []byte, name string) error {
	var defs []Definition
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&defs); err != nil {
		return fmt.Errorf("%s: %s", name, yaml.FormatError(err, false, false))
	}
	for i := range defs {
		if err := defs[i].check(); err != nil {
			return fmt.Errorf("%s:%d: definition %q: %w", name, lineOf(data, i), defs[i].Name, err)
		}
		if at := slices.IndexFunc(s.list, func(d Definition) bool { return d.Name == defs[i].Name }); at >= 0 {
			s.list[at] = defs[i]
		} else {
			s.list = append(s.list, defs[i])
		}
	}
	return nil
}

func (d *Definition) check() error {
	switch {
	case d.Name == "" || strings.Trim(d.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
		return fmt.Errorf("a name has lower-case letters, digits and _")
	case d.Title == "" || d.Formula == "":
		return fmt.Errorf("it has no title or no formula")
	case !slices.Contains([]string{Rate, Share, Ratio, Backlog}, d.Kind):
		return fmt.Errorf("kind is %q, want rate, share, ratio or backlog", d.Kind)
	case d.Class.Numerator == "" || d.Class.Denominator == "" || d.Class.Stage == "" || d.Class.Unit == "" || d.Class.Population == "":
		return fmt.Errorf("its class lacks one of numerator, denominator, stage, unit, population")
	case len(d.From) == 0 && d.Lacks == "":
		return fmt.Errorf("no source in from, and no lacks that says what no table holds")
	case len(d.From) > 0 && d.Lacks != "":
		return fmt.Errorf("it has sources, so nothing is lacking: from or lacks, not both")
	case d.Line != nil && (d.Kind != Rate || !isAggregate("geo", d.Line.Geo)):
		return fmt.Errorf("a line is drawn across rates of a union of countries, such as EU27_2020")
	}
	for _, b := range d.From {
		switch {
		case (d.Kind == Rate) != (b.Rest != nil) || (d.Kind == Rate) == (b.Den != nil):
			return fmt.Errorf("source %s: a rate has num and rest, any other kind num and den", b.Source)
		case len(b.Num.Terms) == 0:
			return fmt.Errorf("source %s: num has no terms", b.Source)
		case (b.StandsIn == "") != (b.Class == nil):
			return fmt.Errorf("source %s: what stands in has a class of its own, and says in what it differs", b.Source)
		case b.Num.over(b.Side).Axis == "" || b.Num.over(b.Side).Tables == nil:
			return fmt.Errorf("source %s: no tables or no axis", b.Source)
		}
		if !slices.Contains([]string{"eurostat", "unhcr", "aida"}, b.Source) {
			return fmt.Errorf("source is %q, want eurostat, unhcr or aida", b.Source)
		}
		seen := map[string]bool{}
		for i, side := range b.sides() {
			if d.Kind != Rate && i == 1 {
				seen = map[string]bool{} // a denominator may hold its numerator
			}
			if len(side.Terms) == 0 {
				return fmt.Errorf("source %s: a side without terms", b.Source)
			}
			for _, t := range side.terms() {
				if seen[t] {
					return fmt.Errorf("source %s: %s stands twice, it would be counted twice", b.Source, t)
				}
				seen[t] = true
			}
			for _, name := range side.Tables {
				if info, ok := code.Table(name); !ok || info.Source != b.Source {
					return fmt.Errorf("source %s: there is no table %q of it", b.Source, name)
				}
			}
			if _, ok := roundings[side.Rounding]; !ok {
				return fmt.Errorf("source %s: rounding %q, want one of nearest5, unhcr_decisions, unhcr_applications, exact", b.Source, side.Rounding)
			}
		}
	}
	return nil
}

// sides gives num and rest, or num and den, complete.
func (b Binding) sides() []Side {
	out := []Side{b.Num.over(b.Side)}
	for _, s := range []*Side{b.Rest, b.Den} {
		if s != nil {
			out = append(out, s.over(b.Side))
		}
	}
	return out
}

// All gives the definitions in order.
func (s *Set) All() []Definition { return s.list }

// Named finds a definition.
func (s *Set) Named(name string) (Definition, error) {
	for _, d := range s.list {
		if d.Name == name {
			return d, nil
		}
	}
	return Definition{}, fmt.Errorf("there is no definition %q; `asylum rates` lists them", name)
}

// Sources names the sources that d can be computed from.
func (d Definition) Sources() []string {
	var out []string
	for _, b := range d.From {
		out = append(out, b.Source)
	}
	return out
}

// flows reports whether a definition divides counts of different people: then
// its quotient is no share of anything.
func (d *Definition) flows() bool { return d.Kind == Ratio || d.Kind == Backlog }

// words names the terms of a side for a sentence.
func (s *Side) words() string {
	return strings.NewReplacer("|", " or ", "?", "").Replace(strings.Join(s.Terms, ", "))
}
