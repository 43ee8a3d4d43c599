package figure

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"asylum/datasets"
	"asylum/pipeline/code"
	"asylum/pipeline/obs"

	"github.com/goccy/go-yaml"
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
}

// Kinds are what a spec may ask for.
var Kinds = []string{"bars", "counts", "lines", "stack", "ladder", "tiles", "heat", "funnel", "dumbbell", "slope", "multiples", "intervals", "change", "releases", "pact"}

// A List is one text or several.
type List []string

// UnmarshalYAML takes a scalar for a list of one.
func (l *List) UnmarshalYAML(b []byte) error {
	var many []string
	if err := yaml.Unmarshal(b, &many); err == nil {
		*l = many
		return nil
	}
	var one string
	if err := yaml.Unmarshal(b, &one); err != nil {
		return err
	}
	*l = List{one}
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
		specs, err := Read(bytes.NewReader(data), "datasets/"+name)
		if err != nil {
			return nil, err
		}
		out = append(out, specs...)
	}
	return out, nil
}

// maxSpec bounds a file of specs, in bytes.
const maxSpec = 1 << 20

// Read reads one spec or a list of them. Errors name the file, line and column.
func Read(r io.Reader, file string) ([]Spec, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSpec+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxSpec {
		return nil, fmt.Errorf("%s: a file of chart specifications is at most %d kB", file, maxSpec>>10)
	}
	var specs []Spec
	if many, err := decode[[]Spec](data); err == nil {
		specs = many
	} else if one, err1 := decode[Spec](data); err1 == nil {
		specs = []Spec{one}
	} else {
		if !isList(data) {
			err = err1
		}
		return nil, &SpecError{at(file, err)}
	}
	ids := map[string]bool{}
	for i := range specs {
		s := &specs[i]
		if err := s.check(); err != nil {
			return nil, &SpecError{fmt.Sprintf("%s: chart %d %q: %v", file, i+1, s.ID, err)}
		}
		if ids[s.ID] {
			return nil, &SpecError{fmt.Sprintf("%s: two charts are called %q", file, s.ID)}
		}
		ids[s.ID] = true
	}
	return specs, nil
}

// A SpecError reports a specification that no chart can be drawn from.
type SpecError struct{ msg string }

func (e *SpecError) Error() string { return e.msg }

func decode[T any](data []byte) (out T, err error) {
	err = yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&out)
	if errors.Is(err, io.EOF) {
		err = errors.New("it holds no chart")
	}
	return out, err
}

func isList(data []byte) bool {
	for line := range strings.Lines(string(data)) {
		if t := strings.TrimSpace(line); t != "" && !strings.HasPrefix(t, "#") {
			return strings.HasPrefix(t, "-") || strings.HasPrefix(t, "[")
		}
	}
	return false
}

// place is how the decoder writes where an error is.
var place = obs.Pattern(`(?s)^\[(\d+):(\d+)\] (.*)$`)

// at writes a decoder's error as file:line:column.
func at(file string, err error) string {
	msg := yaml.FormatError(err, false, false)
	if m := place().FindStringSubmatch(msg); m != nil {
		return file + ":" + m[1] + ":" + m[2] + ": " + m[3]
	}
	return file + ": " + msg
}

var goodID = obs.Pattern(`^[A-Za-z0-9{][A-Za-z0-9._{}-]{0,63}$`)

// check finds what can be told without data.
func (s *Spec) check() error {
	switch {
	case !goodID().MatchString(s.ID):
		return fmt.Errorf("id %q, want letters, digits, dots and dashes such as RU-EU-2023", s.ID)
	case !slices.Contains(Kinds, s.Kind):
		return fmt.Errorf("kind %q, want one of %s", s.Kind, strings.Join(Kinds, ", "))
	case s.By != "" && s.By != "citizen" && s.By != "geo" && s.By != "period":
		return fmt.Errorf("by %q, want citizen, geo or period", s.By)
	case s.Each != "" && s.Each != "citizen" && s.Each != "geo":
		return fmt.Errorf("each %q, want citizen or geo", s.Each)
	}
	for _, texts := range []map[string]string{s.Title, s.Note} {
		for lang := range texts {
			if !slices.Contains([]string{"en", "fr", "de", "ru"}, lang) {
				return fmt.Errorf("a text in %q, want en, fr, de or ru", lang)
			}
		}
	}
	for dim, codes := range map[string]List{"citizen": s.Citizen, "geo": s.Geo} {
		for _, c := range codes {
			if strings.Contains(c, "{") {
				continue
			}
			if _, ok := code.Must(dim).Lookup(c); !ok {
				return fmt.Errorf("%s %q is in no code list\n\thint: the codes are in %s", dim, c, code.File(dim))
			}
		}
	}
	return nil
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
		from, to, span := strings.Cut(p, "..")
		if !span {
			q, ok := obs.ParsePeriod(p)
			if !ok {
				return nil, fmt.Errorf("chart %s: period %q, want such as 2023, 2023-Q1 or 2014..2024", s.ID, p)
			}
			out = append(out, q)
			continue
		}
		a, err1 := strconv.Atoi(from)
		b, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || a > b || b-a > 60 || a < 1900 {
			return nil, fmt.Errorf("chart %s: period %q, want years such as 2014..2024", s.ID, p)
		}
		for y := a; y <= b; y++ {
			out = append(out, obs.Period(strconv.Itoa(y)))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("chart %s: it names no period", s.ID)
	}
	return out, nil
}
