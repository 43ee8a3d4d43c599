package ledger

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"asylum/datasets"
	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"

	"github.com/goccy/go-yaml"
)

// A counts is what datasets/counts.yaml holds.
type counts struct {
	Counts       []block       `yaml:"counts"`
	Compositions []composition `yaml:"compositions"`
}

// A block is the counts that one source makes of one kind: decisions of a
// stage, or applications.
type block struct {
	Source    string   `yaml:"source"`
	Stage     string   `yaml:"stage"`
	Levels    []string `yaml:"levels"`
	All       []string `yaml:"all"`
	Computes  []string `yaml:"computes"`
	National  bool     `yaml:"national"`
	rate.Side `yaml:",inline"`
	Parts     []part `yaml:"parts"`
	Wholes    []part `yaml:"wholes"`
}

// A part is a count that may stand above the line of a quotient, or below it.
type part struct {
	Name      string  `yaml:"name"`
	Words     string  `yaml:"words"`
	Odd       float64 `yaml:"odd"`
	Mixes     bool    `yaml:"mixes"`
	rate.Side `yaml:",inline"`
}

// A composition is what "the EU" may be: codes, of which an aggregate stands
// for its members.
type composition struct {
	Name string   `yaml:"name"`
	Of   []string `yaml:"of"`
}

var builtinCounts = sync.OnceValues(func() (*counts, error) {
	data, err := datasets.FS.ReadFile("counts.yaml")
	if err != nil {
		return nil, err
	}
	var c counts
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&c); err != nil {
		return nil, fmt.Errorf("counts.yaml: %s", yaml.FormatError(err, false, false))
	}
	return &c, nil
})

// binding asks for one count alone: over itself, so that no other count decides
// which countries it is added up from.
func (b *block) binding(p *part) rate.Binding {
	side := p.Side
	return rate.Binding{Source: b.Source, Computes: b.Computes, National: b.National, Side: b.Side, Num: side, Den: &side}
}

// levels are the stages to ask a block for; "" is the usual one.
func (b *block) levels() []string {
	if len(b.Levels) == 0 {
		return []string{""}
	}
	out := slices.Clone(b.Levels)
	if out[0] == "first" {
		out[0] = ""
	}
	return out
}

// places gives what a question about geo may have meant, geo itself first.
func (c *counts) places(geo string, p obs.Period) []composition {
	out := []composition{{Name: geo, Of: []string{geo}}}
	if !isAggregate(geo) {
		return out
	}
	for _, x := range c.Compositions {
		if x.Name != geo && !slices.ContainsFunc(x.Of, func(g string) bool { return ended(g, p) }) {
			out = append(out, x)
		}
	}
	return out
}

func isAggregate(geo string) bool {
	x, ok := code.Must("geo").Lookup(geo)
	return ok && x.Kind == code.Aggregate
}

// ended reports whether a composition was none any more in a period.
func ended(geo string, p obs.Period) bool {
	x, ok := code.Must("geo").Lookup(geo)
	return ok && x.To != "" && p.Year() > x.To[:4]
}

// members are the countries of a composition.
func (c *composition) members() []string {
	var out []string
	for _, g := range c.Of {
		if x, ok := code.Must("geo").Lookup(g); ok && x.Kind == code.Aggregate {
			out = append(out, x.Members...)
		} else {
			out = append(out, g)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
