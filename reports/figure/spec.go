package figure

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"asylum/datasets"
	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/own"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// A Spec says what a chart shows, and nothing of how it looks.
type Spec struct {
	ID         string            `yaml:"id" json:"id"`                           // permanent, unique; drawn in the picture
	Kind       string            `yaml:"kind" json:"kind"`                       // one of Kinds
	Definition List              `yaml:"definition" json:"definition,omitempty"` // names of rate definitions; most kinds take one
	Source     string            `yaml:"source" json:"source,omitempty"`         // "" takes the first that answers
	Stage      string            `yaml:"stage" json:"stage,omitempty"`           // "" is first instance as the source tells it
	Citizen    List              `yaml:"citizen" json:"citizen,omitempty"`       // codes; none is every citizenship, of kinds that draw several
	Geo        List              `yaml:"geo" json:"geo,omitempty"`               // codes; an aggregate is its members, of kinds that draw several
	Period     List              `yaml:"period" json:"period,omitempty"`         // 2023, or 2014..2024, or latest
	By         string            `yaml:"by" json:"by,omitempty"`                 // what one mark is: citizen, geo or period
	Reference  string            `yaml:"reference" json:"reference,omitempty"`   // geo whose rate is a line across the marks
	Subject    string            `yaml:"subject" json:"subject,omitempty"`       // the code that is highlighted
	Mix        bool              `yaml:"mix" json:"mix,omitempty"`               // definitions that divide different things may stand together
	Title      map[string]string `yaml:"title" json:"title,omitempty"`           // by language; checked against the results
	Note       map[string]string `yaml:"note" json:"note,omitempty"`             // by language, one more sentence below
	Each       string            `yaml:"each,omitempty" json:"-"`                // a template, drawn for each citizen or geo that has a page
	Least      int64             `yaml:"least,omitempty" json:"-"`               // cases in its newest period without which a template is not drawn
	Pages      List              `yaml:"pages,omitempty" json:"-"`               // where it stands: start, citizen, geo, compare, countries, speech, pact
	Featured   bool              `yaml:"featured,omitempty" json:"-"`            // drawn as PNG, PDF and XLSX too

	At obs.Pos `yaml:"-" json:"-"` // where it stands in a user's own file, for messages
}

// Kinds are what a spec may ask for.
var Kinds = []string{"bars", "counts", "lines", "stack", "ladder", "tiles", "heat", "funnel", "dumbbell", "slope", "multiples", "intervals", "change", "releases", "pact"}

// A List is one text or several.
type List []string

// UnmarshalYAML takes a scalar for a list of one.
func (l *List) UnmarshalYAML(n ast.Node) error {
	values := []ast.Node{n}
	switch n := n.(type) {
	case *ast.NullNode:
		return nil
	case *ast.SequenceNode:
		values = n.Values
	}
	*l = make(List, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case *ast.StringNode:
			(*l)[i] = v.Value
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode: // NO is Norway: what it is written as counts
			(*l)[i] = v.GetToken().Value
		default:
			p := v.GetToken().Position
			return &obs.ParseError{Pos: obs.Pos{Line: p.Line, Col: p.Column}, Got: obs.Quote(v.String()), Want: "a text, or a list of texts such as [RU, AF]", Hint: explains}
		}
	}
	return nil
}

// Builtin gives the specs and templates of the site, in the order of their files.
func Builtin() ([]Spec, error) {
	var out []Spec
	names, err := fs.Glob(datasets.FS, "charts/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := datasets.FS.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var specs []Spec
		if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&specs); err != nil {
			return nil, fmt.Errorf("datasets/%s: %w", name, err)
		}
		if err := check(specs, nil, "datasets/"+name); err != nil {
			return nil, err
		}
		out = append(out, specs...)
	}
	return out, nil
}

// maxSpec bounds a file of specs, in bytes.
const maxSpec = 1 << 20

// explains says where to read on.
const explains = "datasets/charts/site.yaml explains the keys"

// Read reads one spec or a list of them. Its errors are SpecErrors that name the
// file, line and column, what came and what was wanted.
func Read(r io.Reader, file string) ([]Spec, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSpec+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxSpec {
		return nil, &SpecError{fmt.Sprintf("%s: a file of chart specifications is at most %d kB", file, maxSpec>>10)}
	}
	specs, tree, err := decode(data, file)
	if err == nil && len(specs) == 0 {
		err = &obs.ParseError{Pos: obs.Pos{File: file, Line: 1, Col: 1}, Got: "no chart", Want: "keys such as id: and kind:, or a list of them", Hint: explains}
	}
	if err == nil {
		err = check(specs, tree, file)
	}
	if err != nil {
		return nil, &SpecError{err.Error()}
	}
	for i := range specs {
		specs[i].At = own.Place(tree, own.Element(tree, i))
		specs[i].At.File = file
	}
	return specs, nil
}

// decode reads a user's own file, whose tree it gives too.
func decode(data []byte, file string) (specs []Spec, tree *ast.File, err error) {
	data, tree, err = own.YAML(data, file)
	if err != nil {
		return nil, nil, err
	}
	const want = "keys such as id: and kind:, or a list of them"
	if own.IsList(tree) {
		err = own.Decode(data, tree, file, &specs, want, explains)
		return specs, tree, err
	}
	var one Spec
	if err = own.Decode(data, tree, file, &one, want, explains); err == nil && !reflect.ValueOf(one).IsZero() {
		specs = []Spec{one}
	}
	return specs, tree, err
}

// check finds what can be told of some specs without data. Without their tree it
// names no place.
func check(specs []Spec, tree *ast.File, file string) error {
	ids := map[string]bool{}
	for i := range specs {
		s := &specs[i]
		f := s.check()
		if f == nil && ids[s.ID] {
			f = &flaw{"id", fmt.Sprintf("id %q a second time", s.ID), "an id of its own for each chart", "it is drawn in the picture, and names its files"}
		}
		ids[s.ID] = true
		if f == nil {
			continue
		}
		pos := obs.Pos{File: file, Line: 1, Col: 1}
		if tree != nil {
			at := own.Element(tree, i)
			pos = own.Place(tree, at+"."+f.key, at)
			pos.File = file
		}
		return &obs.ParseError{Pos: pos, Got: f.got, Want: f.want, Hint: f.hint}
	}
	return nil
}

// A SpecError reports a specification that no chart can be drawn from.
type SpecError struct{ msg string }

func (e *SpecError) Error() string { return e.msg }

var goodID = obs.Pattern(`^[A-Za-z0-9{][A-Za-z0-9._{}-]{0,63}$`)

// A flaw is what is wrong with a spec, at one of its keys.
type flaw struct{ key, got, want, hint string }

func (f *flaw) Error() string {
	return fmt.Sprintf("got %s, want %s\n\thint: %s", f.got, f.want, f.hint)
}

// onPages are the pages that a chart can stand on.
var onPages = []string{"start", "citizen", "geo", "compare", "countries", "speech", "pact"}

// check finds what can be told without data.
func (s *Spec) check() *flaw {
	if !goodID().MatchString(s.ID) {
		return &flaw{"id", fmt.Sprintf("id %q", s.ID), "letters, digits, dots and dashes such as RU-EU-2023", "it names the chart's files"}
	}
	dims := []string{"citizen", "geo"}
	for _, x := range []struct {
		key, got string
		may      []string
	}{{"kind", s.Kind, Kinds}, {"by", s.By, append(dims, "period", "")}, {"each", s.Each, append(dims, "")}, {"source", s.Source, []string{"", "eurostat", "unhcr", "aida"}}} {
		if !slices.Contains(x.may, x.got) {
			return choice(x.key, x.got, x.may)
		}
	}
	for _, p := range s.Pages {
		if !slices.Contains(onPages, p) {
			return choice("pages", p, onPages)
		}
	}
	for key, texts := range map[string]map[string]string{"title": s.Title, "note": s.Note} {
		for lang := range texts {
			if langs := []string{"en", "fr", "de", "ru"}; !slices.Contains(langs, lang) {
				f := choice(key+" in", lang, langs)
				f.key = key + "." + lang
				return f
			}
		}
	}
	for _, x := range []struct {
		key, dim string
		codes    []string
	}{{"citizen", "citizen", s.Citizen}, {"geo", "geo", s.Geo}, {"reference", "geo", []string{s.Reference}}} {
		for _, c := range x.codes {
			if c == "" || strings.Contains(c, "{") {
				continue
			}
			if _, ok := code.Must(x.dim).Lookup(c); !ok {
				return &flaw{x.key, fmt.Sprintf("%s %q", x.key, c), "a code from " + code.File(x.dim) + ", such as " + map[string]string{"citizen": "RU", "geo": "HR"}[x.dim], "the lists are under datasets/codes; --codes adds to them"}
			}
		}
	}
	for _, p := range s.Period {
		if _, err := years(p); err != nil && !strings.Contains(p, "{") {
			return &flaw{"period", fmt.Sprintf("period %q", p), err.Error(), "a span is of years; several periods stand in brackets"}
		}
	}
	if s.Least < 0 {
		return &flaw{"least", fmt.Sprintf("least %d", s.Least), "a number of cases", explains}
	}
	return nil
}

// choice is the flaw of a word that is none of some.
func choice(key, got string, may []string) *flaw {
	may = slices.DeleteFunc(slices.Clone(may), func(m string) bool { return m == "" })
	f := &flaw{key, fmt.Sprintf("%s %q", key, got), "one of " + strings.Join(may, ", "), explains}
	if near := own.Near(got, may); near != "" {
		f.hint = "did you mean " + near + "?"
	}
	return f
}

// Fill puts codes and years into a template: {citizen}, {geo}, {latest}, {before}.
func (s Spec) Fill(with map[string]string) Spec {
	var pairs []string
	for k, v := range with {
		pairs = append(pairs, "{"+k+"}", v)
	}
	r := strings.NewReplacer(pairs...)
	s.ID, s.Subject, s.Reference = r.Replace(s.ID), r.Replace(s.Subject), r.Replace(s.Reference)
	for _, l := range []*List{&s.Citizen, &s.Geo, &s.Period} {
		out := make(List, len(*l))
		for i, v := range *l {
			out[i] = r.Replace(v)
		}
		*l = out
	}
	s.Each = ""
	return s
}

// years reads the periods of a spec: "2023", "2014..2024".
func (s *Spec) years() ([]obs.Period, error) {
	var out []obs.Period
	for _, p := range s.Period {
		list, err := years(p)
		if err != nil {
			return nil, fmt.Errorf("chart %s: period %q, want %w", s.ID, p, err)
		}
		out = append(out, list...)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("chart %s: it names no period", s.ID)
	}
	return out, nil
}

// several reports whether a spec names more than one period.
func (s *Spec) several() bool {
	list, err := s.years()
	return err == nil && len(list) > 1
}

// years reads a period or a span of years. Its errors say what is wanted.
func years(p string) (out []obs.Period, err error) {
	from, to, span := strings.Cut(p, "..")
	if !span {
		q, ok := obs.ParsePeriod(p)
		if !ok {
			return nil, errors.New("one such as 2023, 2023-Q1 or 2014..2024")
		}
		return []obs.Period{q}, nil
	}
	a, err1 := strconv.Atoi(from)
	b, err2 := strconv.Atoi(to)
	if err1 != nil || err2 != nil || a > b || b-a > 60 || a < 1900 {
		return nil, errors.New("years such as 2014..2024, the earlier one first")
	}
	for y := a; y <= b; y++ {
		out = append(out, obs.Period(strconv.Itoa(y)))
	}
	return out, nil
}
