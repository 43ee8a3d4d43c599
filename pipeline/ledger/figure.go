// Package ledger keeps published figures and says of each which of them the
// data at hand bears out. No verdict is stored: it is computed each time from
// the printed counts and the cells.
package ledger

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"

	"asylum/datasets"
	"asylum/pipeline/code"
	"asylum/pipeline/obs"

	"github.com/goccy/go-yaml"
)

// A Figure is a number as somebody published it.
type Figure struct {
	ID        string `yaml:"id"`
	Statement string `yaml:"statement"`
	Value     string `yaml:"value"` // as printed: "52.78 %", "about 19,000", "less than 2 %"
	Num       *int64 `yaml:"num"`   // printed beside it, if it is
	Den       *int64 `yaml:"den"`
	Citizen   string `yaml:"citizen"`
	Geo       string `yaml:"geo"`
	Period    string `yaml:"period"`
	Cites     string `yaml:"cites"`   // the source it names: eurostat, unhcr, aida
	Claimed   string `yaml:"claimed"` // the definition it claims, by name or in words
	Counts    string `yaml:"counts"`  // what a count counts: applicants, first-time applicants, decisions, positives
	Address   string `yaml:"address"`
	Expected  string `yaml:"expected"` // the verdict that a check is to find
	From      Source `yaml:"-"`

	value quantity
}

// A Source says where figures were published.
type Source struct {
	Title string `yaml:"title"`
	Date  string `yaml:"date"`
}

// A quantity is a printed value taken apart.
type quantity struct {
	relation byte // '=', '<' less than, '>' more than, '~' about
	number   float64
	decimals int
	percent  bool
	unit     float64 // the size of a step of the last printed digit
}

// parse reads a value as people print it.
func parse(s string) (quantity, error) {
	q := quantity{relation: '='}
	t := strings.ToLower(strings.TrimSpace(s))
	for _, p := range []struct {
		word string
		rel  byte
	}{{"less than ", '<'}, {"under ", '<'}, {"more than ", '>'}, {"over ", '>'}, {"about ", '~'}, {"≈", '~'}} {
		if rest, ok := strings.CutPrefix(t, p.word); ok {
			t, q.relation = strings.TrimSpace(rest), p.rel
		}
	}
	if rest, ok := strings.CutSuffix(t, "%"); ok {
		t, q.percent = strings.TrimSpace(rest), true
	}
	if whole, frac, ok := strings.Cut(t, ","); ok && q.percent && len(frac) <= 2 && !strings.Contains(whole, ".") {
		t = whole + "." + frac // 33,9 %: a decimal comma
	}
	t = strings.ReplaceAll(t, ",", "")
	n, err := strconv.ParseFloat(t, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return q, fmt.Errorf(`value %q: want a count or a percentage, such as "16.3 %%", "about 19,000" or "less than 2 %%"`, s)
	}
	q.number, q.unit = n, 1
	if _, frac, ok := strings.Cut(t, "."); ok {
		q.decimals = len(frac)
		q.unit = math.Pow10(-q.decimals)
	}
	if q.relation == '~' && !q.percent { // about 19,000: to the last digit that is not 0
		for q.unit < n && math.Mod(n, q.unit*10) == 0 {
			q.unit *= 10
		}
	}
	return q, nil
}

// check refuses what would otherwise look like a lack of data.
func (f *Figure) check() error {
	for dim, c := range map[string]string{"citizen": f.Citizen, "geo": f.Geo} {
		if _, ok := code.Must(dim).Lookup(c); !ok {
			return fmt.Errorf("there is no %s %q in datasets/codes", dim, c)
		}
	}
	switch f.Cites {
	case "", "eurostat", "unhcr", "aida":
	default:
		return fmt.Errorf("cites %q, want eurostat, unhcr or aida", f.Cites)
	}
	if _, ok := sides[f.Counts]; f.Counts != "" && !ok {
		return fmt.Errorf("counts %q, want applicants, first-time applicants, decisions or positives", f.Counts)
	}
	return nil
}

// file is the shape of a file of figures.
type file struct {
	Source  Source   `yaml:"source"`
	Figures []Figure `yaml:"figures"`
}

// Builtin gives the figures that come with the program, the speech's first.
func Builtin() ([]Figure, error) {
	names, err := fs.Glob(datasets.FS, "figures/*.yaml")
	if err != nil {
		return nil, err
	}
	var speech, other []Figure
	for _, name := range names {
		in, err := datasets.FS.Open(name)
		if err != nil {
			return nil, err
		}
		figures, err := read(in, name)
		in.Close()
		if err != nil {
			return nil, err
		}
		if strings.Contains(name, "speech") {
			speech = append(speech, figures...)
		} else {
			other = append(other, figures...)
		}
	}
	return append(speech, other...), nil
}

// ReadFile reads a user's own figures.
func ReadFile(name string) ([]Figure, error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return read(in, name)
}

func read(in io.Reader, name string) ([]Figure, error) {
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	var f file
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: %s", name, yaml.FormatError(err, false, false))
	}
	ids := map[string]bool{}
	for i := range f.Figures {
		x := &f.Figures[i]
		x.From = f.Source
		if ids[x.ID] {
			return nil, fmt.Errorf("%s: figure %q stands twice", name, x.ID)
		}
		ids[x.ID] = true
		if err := x.check(); err != nil {
			return nil, fmt.Errorf("%s: figure %q: %w", name, x.ID, err)
		}
		if x.ID == "" || x.Citizen == "" || x.Geo == "" {
			return nil, fmt.Errorf("%s: figure %d %q: want id, citizen and geo", name, i+1, x.ID)
		}
		if _, ok := obs.ParsePeriod(x.Period); !ok {
			return nil, fmt.Errorf(`%s: figure %q: period %q, want one such as "2023"`, name, x.ID, x.Period)
		}
		if x.value, err = parse(x.Value); err != nil {
			return nil, fmt.Errorf("%s: figure %q: %w", name, x.ID, err)
		}
		if !x.value.percent && x.Counts == "" {
			return nil, fmt.Errorf("%s: figure %q: a count must say what it counts", name, x.ID)
		}
	}
	return f.Figures, nil
}
