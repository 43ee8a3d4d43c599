// Package rate computes protection rates. A rate is never a bare number: it is
// a named definition, kept as data, applied to cells that can be listed. A
// result carries both counts, what rounding allows, its comparability class,
// the vintages it rests on and every cell that was used.
//
// To begin with: Definitions gives the definitions in force and Set.Named one of
// them; a Data, such as ingest.Open gives, is what they are applied to; a Query
// says to which cells. Evaluate then yields a Result for each cell and source,
// also where there is no value, with the reason. Climb sets one count of grants
// over every count that may stand below it, and Rank sets citizenships by their
// distance from a line that a law draws.
//
// Two results may be drawn, ranked or subtracted together only if Together says
// so; Apart says whether they may be called different, and Difference by how
// much. Lo and Hi of a Result are certain: the extremes over all true counts
// that agree with every rounded cell. A sampling interval is given on request
// alone (Query.Interval), as it answers another question.
package rate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"asylum/datasets"
	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/own"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

// Kinds of definition. Only a Rate may be called one.
const (
	Rate    = "rate"    // a part over its whole, counted in one table
	Share   = "share"   // a part over its whole, both printed
	Ratio   = "ratio"   // two flows of one period, of different people
	Backlog = "backlog" // a stock at the end of a period over its mean monthly flow, in months

	PerMillion = "per_million" // a flow over the inhabitants at the beginning of its year, for each million
)

// A Definition says which counts are divided by which.
type Definition struct {
	Name      string    `yaml:"name"`
	Title     string    `yaml:"title" json:",omitzero"`
	Formula   string    `yaml:"formula" json:",omitzero"`
	Kind      string    `yaml:"kind" json:",omitzero"`
	Class     Class     `yaml:"class" json:",omitzero"`
	Publisher string    `yaml:"publisher" json:",omitzero"`
	Citation  string    `yaml:"citation" json:",omitzero"`
	Caveats   []string  `yaml:"caveats" json:",omitzero"`
	From      []Binding `yaml:"from" json:",omitzero"`
	Lacks     string    `yaml:"lacks" json:",omitzero"` // why no source is named: what no table holds
	Line      *Line     `yaml:"line" json:",omitzero"`
}

// A Line is a share that a law draws between citizenships: at it or below, one
// thing follows, above it another.
type Line struct {
	At      float64 `yaml:"at" json:",omitzero"`      // per cent
	Geo     string  `yaml:"geo" json:",omitzero"`     // where the law looks
	Few     int64   `yaml:"few" json:",omitzero"`     // under so many decisions its test says little
	Outside string  `yaml:"outside" json:",omitzero"` // the aggregate whose own citizens it is not about
	Below   string  `yaml:"below" json:",omitzero"`   // what it says of those at it or below
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
	Source   string   `yaml:"source" json:",omitzero"`
	StandsIn string   `yaml:"stands_in" json:",omitzero"` // in what it differs from the definition, where it only stands in for it
	Class    *Class   `yaml:"class" json:",omitzero"`     // of what it counts, where that is not the definition's
	Computes []string `yaml:"computes" json:",omitzero"`  // axes whose aggregates the source leaves to be added up
	National bool     `yaml:"national" json:",omitzero"`  // what a country counts differs from the next: never added up
	Side     `yaml:",inline"`
	Num      Side   `yaml:"num" json:",omitzero"`
	Rest     *Side  `yaml:"rest" json:",omitzero"`
	Den      *Side  `yaml:"den" json:",omitzero"`
	Joint    *Joint `yaml:"joint" json:",omitzero"`
}

// A Joint is a printed sum of num and of some terms of rest: it narrows what
// rounding allows, and is no count of the definition.
type Joint struct {
	Total string   `yaml:"total" json:",omitzero"`
	Terms []string `yaml:"terms" json:",omitzero"` // of rest, as they stand there
}

// A Side is one of the counts of a definition: the sum of its terms.
type Side struct {
	Counts   string              `yaml:"counted_by" json:",omitzero"` // another source than the binding's: taken as it prints it, nothing is added up
	First    bool                `yaml:"first" json:",omitzero"`      // tables hold the same: the first that is at hand is taken
	Tables   []string            `yaml:"tables" json:",omitzero"`
	Axis     string              `yaml:"axis" json:",omitzero"`   // the dimension that the terms are codes of
	Level    string              `yaml:"level" json:",omitzero"`  // the dimension of levels, in UNHCR's letters; one is chosen
	Repeat   Repeat              `yaml:"repeat" json:",omitzero"` // terms whose levels are added up instead
	Unit     string              `yaml:"unit" json:",omitzero"`   // the dimension of persons (P) and cases (C)
	Where    map[string][]string `yaml:"where" json:",omitzero"`  // codes that qualify, any of them once
	Add      map[string][]string `yaml:"add" json:",omitzero"`    // codes that qualify, and are added up
	Set      map[string]string   `yaml:"set" json:",omitzero"`    // codes in place of the query's
	Rounding string              `yaml:"rounding" json:",omitzero"`
	Terms    []string            `yaml:"terms" json:",omitzero"`
	Total    string              `yaml:"total" json:",omitzero"`   // a printed sum of the terms
	Whole    string              `yaml:"whole" json:",omitzero"`   // a printed sum of num and rest
	Witness  string              `yaml:"witness" json:",omitzero"` // the rate that the source prints itself
	Need     []string            `yaml:"need" json:",omitzero"`    // terms of which one must be there
	Joint    string              `yaml:"-" json:"-"`               // of num, from the binding: a printed sum of it and some of rest
	Joined   []string            `yaml:"-" json:"-"`               // of rest, likewise: its terms that stand in that sum
}

// A Repeat names terms that are counted at several levels: repeat applications.
type Repeat struct {
	Terms  []string `yaml:"terms" json:",omitzero"`
	Levels []string `yaml:"levels" json:",omitzero"`
}

// tells reports whether a source knows a stage besides "first": a national one
// has appeals counted in (FA) or not (FI), and none by themselves.
func (b *Binding) tells(stage string) bool {
	return b.Level != "" && (!b.National || stage == "FI" || stage == "FA")
}

// over gives s what it leaves out from base.
func (s Side) over(base Side) Side {
	if s.Counts != "" { // nothing that another source writes applies
		base = Side{}
	}
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
	entries []entry
	once    sync.Once
	list    []Definition // all, once they were asked for
}

// An entry is a definition that is decoded when it is asked for: most questions
// are about one of them.
type entry struct {
	name string
	def  func() Definition
}

// Builtin is the file in datasets that holds the built-in definitions as they
// are decoded from definitions.yaml, each as JSON on a line: YAML takes longer
// to read than most questions to answer. A test writes it, and fails where the
// two differ.
const Builtin = "definitions.jsonl"

// Definitions reads the built-in definitions and then those of a user's own
// file, which may replace a built-in one of the same name. An empty file name
// means none.
func Definitions(file string) (*Set, error) {
	s := &Set{}
	builtin, err := datasets.FS.ReadFile(Builtin)
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(builtin) {
		if err := s.builtin(line); err != nil {
			return nil, fmt.Errorf("%s: %w", Builtin, err)
		}
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
	return s, s.add(bytes.TrimPrefix(data, []byte("\ufeff")), file)
}

// builtin adds a line of Builtin. It begins with the name.
func (s *Set) builtin(line []byte) error {
	const before = `{"Name":"`
	name, _, ok := bytes.Cut(bytes.TrimPrefix(line, []byte(before)), []byte(`"`))
	if !ok || !bytes.HasPrefix(line, []byte(before)) {
		return fmt.Errorf("got %s, want a definition that begins with its name", obs.Quote(line))
	}
	s.put(string(name), sync.OnceValue(func() (d Definition) {
		if err := json.Unmarshal(line, &d); err != nil {
			panic(err) // embedded: a test reads it
		}
		return d
	}))
	return nil
}

// put adds a definition, or replaces that of the same name.
func (s *Set) put(name string, def func() Definition) {
	e := entry{name, def}
	if at := slices.IndexFunc(s.entries, func(o entry) bool { return o.name == name }); at >= 0 {
		s.entries[at] = e
	} else {
		s.entries = append(s.entries, e)
	}
}

func (s *Set) add(data []byte, name string) error {
	defs, err := decode(data, name)
	for _, d := range defs {
		s.put(d.Name, func() Definition { return d })
	}
	return err
}

// decode reads a file of definitions.
func decode(data []byte, name string) ([]Definition, error) {
	var defs []Definition
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&defs); err != nil {
		return nil, own.Error(err, name, "a list of definitions", "datasets/definitions.yaml shows some")
	}
	for i := range defs {
		flaw := defs[i].check()
		if slices.ContainsFunc(defs[:i], func(d Definition) bool { return d.Name == defs[i].Name }) {
			flaw = &defect{[]string{"name"}, fmt.Sprintf("definition %q a second time", defs[i].Name), "each name once", "the file's second one would hide its first"}
		}
		if flaw != nil {
			return nil, flaw.in(data, name, i)
		}
	}
	return defs, nil
}

// check refuses what no schema can tell: what does not fit together, and codes
// and dimensions that there are not.
func (d *Definition) check() *defect {
	at := func(key string) []string { return []string{key} }
	switch {
	case d.Name == "" || strings.Trim(d.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
		return &defect{at("name"), fmt.Sprintf("name %q", d.Name), "lower-case letters, digits and _", ""}
	case d.Title == "" || d.Formula == "":
		return &defect{at("title"), "no title or no formula", "both", ""}
	case !slices.Contains([]string{Rate, Share, Ratio, Backlog, PerMillion}, d.Kind):
		return &defect{at("kind"), fmt.Sprintf("kind %q", d.Kind), "rate, share, ratio, backlog or per_million", ""}
	case d.Class.Numerator == "" || d.Class.Denominator == "" || d.Class.Stage == "" || d.Class.Unit == "" || d.Class.Population == "":
		return &defect{at("class"), "a class that lacks something", "numerator, denominator, stage, unit and population", ""}
	case len(d.From) == 0 && d.Lacks == "":
		return &defect{at("name"), "neither from nor lacks", "sources, or what no table holds", ""}
	case len(d.From) > 0 && d.Lacks != "":
		return &defect{at("lacks"), "from and lacks", "one of them", "a definition that has sources lacks nothing"}
	case d.Line != nil && (d.Kind != Rate || !isAggregate("geo", d.Line.Geo)):
		return &defect{at("line"), "a line across a " + d.Kind + " in " + d.Line.Geo, "one across a rate in a union of countries, such as EU27_2020", ""}
	}
	for i := range d.From {
		if flaw := d.From[i].check(d.Kind); flaw != nil {
			flaw.path = append([]string{"from", strconv.Itoa(i)}, flaw.path...)
			return flaw
		}
	}
	return nil
}

func (b *Binding) check(kind string) *defect {
	switch {
	case (kind == Rate) != (b.Rest != nil) || (kind == Rate) == (b.Den != nil):
		return &defect{[]string{"num"}, "a " + kind + " without its counts", "num and rest of a rate, num and den of any other kind", ""}
	case b.StandsIn != "" && b.Class == nil:
		return &defect{[]string{"stands_in"}, "stands_in without a class", "the class of what it counts", "what stands in for a source is not comparable with it"}
	case !slices.Contains([]string{"eurostat", "unhcr", "aida"}, b.Source):
		return &defect{[]string{"source"}, fmt.Sprintf("source %q", b.Source), "eurostat, unhcr or aida", ""}
	}
	if flaw := b.checkJoint(); flaw != nil {
		return flaw
	}
	names := []string{"num", "rest"}
	if kind != Rate {
		names[1] = "den"
	}
	seen := map[string]bool{}
	for i, side := range b.sides() {
		if kind != Rate && i == 1 {
			seen = map[string]bool{} // a denominator may hold its numerator
		}
		if flaw := b.checkSide(&side, names[i], seen); flaw != nil {
			return flaw
		}
	}
	return nil
}

// checkJoint checks a printed sum of num and some terms of rest.
func (b *Binding) checkJoint() *defect {
	switch {
	case b.Joint == nil:
	case b.Rest == nil:
		return &defect{[]string{"joint"}, "a joint without rest", "one of a rate, whose rest it is partly of", "leave it out"}
	case len(b.Joint.Terms) == len(b.Rest.Terms):
		return &defect{[]string{"joint", "terms"}, "a joint of num and all of rest", "some of rest's terms", "a printed sum of num and rest is a whole"}
	default:
		for _, t := range b.Joint.Terms {
			if !slices.Contains(b.Rest.Terms, t) {
				return &defect{[]string{"joint", "terms"}, t + ", which is no term of rest", "some of " + strings.Join(b.Rest.Terms, ", "), "write it as it stands there"}
			}
		}
		return unlisted([]string{"joint", "total"}, map[string][]string{b.Num.over(b.Side).Axis: {b.Joint.Total}})
	}
	return nil
}

// checkSide checks one of the counts of b, which takes from b what it does not
// say itself. Seen are the terms before it.
func (b *Binding) checkSide(side *Side, name string, seen map[string]bool) *defect {
	switch {
	case side.Counts != "" && (name != "den" || !slices.Contains([]string{"eurostat", "unhcr", "aida"}, side.Counts)):
		return &defect{[]string{name, "counted_by"}, name + " counted by " + side.Counts, "a den of eurostat, unhcr or aida", "only a denominator may be another source's"}
	case len(side.Terms) == 0:
		return &defect{[]string{name}, name + " without terms", "the codes that it adds up", ""}
	case side.Axis == "":
		return &defect{[]string{"axis"}, "no axis", "the dimension that the terms are codes of, such as decision", ""}
	case side.Tables == nil:
		return &defect{[]string{"tables"}, "no tables", "those that hold the counts", ""}
	}
	if _, ok := roundings[side.Rounding]; !ok {
		return &defect{[]string{"rounding"}, fmt.Sprintf("rounding %q", side.Rounding), "nearest5, unhcr_decisions, unhcr_applications or exact", "it says how the source rounds, and with that the bounds"}
	}
	for _, t := range side.terms() {
		if t == "" {
			return &defect{[]string{name, "terms"}, "an empty term", "codes, with | between those of which the first that is there counts", ""}
		}
		if seen[t] {
			return &defect{[]string{name, "terms"}, t + " a second time", "each term once", "it would be counted twice"}
		}
		seen[t] = true
	}
	for _, t := range side.Tables {
		if info, ok := code.Table(t); !ok || info.Source != b.of(side) {
			return &defect{[]string{"tables"}, fmt.Sprintf("table %q", t), "one of " + b.of(side) + " in datasets/codes/table.csv", ""}
		}
	}
	return side.checkCodes(name)
}

// checkCodes refuses dimensions that the tables of a side do not have, and codes
// that are in no list: with either it would find no cell, or the wrong ones.
func (s *Side) checkCodes(name string) *defect {
	dims := func(key string, asked ...string) *defect {
		for _, t := range s.Tables {
			info, _ := code.Table(t)
			for _, d := range asked {
				if len(info.Dims) > 0 && d != "" && !slices.Contains(info.Dims, d) {
					return &defect{[]string{key}, fmt.Sprintf("dimension %q", d), fmt.Sprintf("one of %s: %s", t, strings.Join(info.Dims, ", ")), did(d, info.Dims)}
				}
			}
		}
		return nil
	}
	set := map[string][]string{}
	for d, c := range s.Set {
		set[d] = []string{c}
	}
	for _, flaw := range []*defect{
		dims("axis", s.Axis), dims("level", s.Level), dims("unit", s.Unit), dims("where", slices.Sorted(maps.Keys(s.Where))...),
		dims("add", slices.Sorted(maps.Keys(s.Add))...), dims("set", slices.Sorted(maps.Keys(s.Set))...),
		unlisted([]string{name, "terms"}, map[string][]string{s.Axis: s.terms()}),
		unlisted([]string{"where"}, s.Where), unlisted([]string{"add"}, s.Add), unlisted([]string{name, "set"}, set),
	} {
		if flaw != nil {
			return flaw
		}
	}
	return nil
}

// unlisted finds a code that is not in the list of its dimension.
func unlisted(path []string, codes map[string][]string) *defect {
	for _, d := range slices.Sorted(maps.Keys(codes)) {
		list, err := code.For(d)
		if err != nil || list == nil {
			continue
		}
		for _, c := range codes[d] {
			if _, ok := list.Lookup(c); !ok {
				return &defect{path, fmt.Sprintf("%s %q", d, c), "a code of " + code.File(d), did(c, list.Codes())}
			}
		}
	}
	return nil
}

// A defect is what is wrong with a definition, and where in it.
type defect struct {
	path            []string
	got, want, hint string
}

// in gives the place of a defect of the i-th definition of a file.
func (d *defect) in(data []byte, name string, i int) error {
	pos := obs.Pos{File: name, Line: 1, Col: 1}
	if file, err := parser.ParseBytes(data, 0); err == nil && len(file.Docs) > 0 {
		n := newNodes(file)
		at := n.of(n.at(append([]string{strconv.Itoa(i)}, d.path...)))
		pos.Line, pos.Col = at.line, at.column
	}
	return &obs.ParseError{Pos: pos, Got: d.got, Want: d.want, Hint: d.hint}
}

// did asks whether another word was meant, "" if none is near. Of two letters
// any two are.
func did(got string, known []string) string {
	if m := own.Near(got, known); m != "" && len(got) > 3 {
		return "did you mean " + m + "?"
	}
	return ""
}

// of is the source that a side of b is read from.
func (b *Binding) of(s *Side) string {
	if s.Counts != "" {
		return s.Counts
	}
	return b.Source
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
func (s *Set) All() []Definition {
	s.once.Do(func() {
		for _, e := range s.entries {
			s.list = append(s.list, e.def())
		}
	})
	return s.list
}

// Named finds a definition.
func (s *Set) Named(name string) (Definition, error) {
	for _, e := range s.entries {
		if e.name == name {
			return e.def(), nil
		}
	}
	var names []string
	for _, e := range s.entries {
		names = append(names, e.name)
	}
	return Definition{}, fmt.Errorf("there is no definition %q; `asylum rates` lists them%s", name, meant(name, names))
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
