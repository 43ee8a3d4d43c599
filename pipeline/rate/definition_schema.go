package rate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/own"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Schema is the file in datasets that says what definitions may hold.
const Schema = "definitions.schema.json"

// mostFaults is how many faults of a file are shown; the rest is counted.
const mostFaults = 20

// validate checks a file of definitions against the schema. Each fault is named
// by line and column, with what came, what was wanted and how to mend it.
func validate(data []byte, name string) error {
	data, file, err := own.YAML(data, name)
	if err != nil {
		return err
	}
	var doc any
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return own.Error(err, name, "a list of definitions", "datasets/definitions.yaml shows some")
	}
	if len(file.Docs) == 0 || doc == nil {
		return fmt.Errorf("%s:1:1: got an empty file, want a list of definitions\n\thint: datasets/definitions.yaml shows some", name)
	}
	s, err := definitionSchema()
	if err != nil {
		return err
	}
	n := newNodes(file)
	var faults []place
	for _, m := range s.mismatches(doc) {
		faults = append(faults, n.faults(m)...)
	}
	slices.SortStableFunc(faults, func(a, b place) int { return cmp.Or(a.line-b.line, a.column-b.column) })
	var errs []error
	for i, f := range faults {
		if i == mostFaults {
			errs = append(errs, fmt.Errorf("%s: and %d more", name, len(faults)-i))
			break
		}
		errs = append(errs, fmt.Errorf("%s:%d:%d: %s", name, f.line, f.column, f.words))
	}
	return errors.Join(errs...)
}

// A place is a fault and where it is.
type place struct {
	line, column int
	words        string
}

// Nodes finds the places of values in a YAML file.
type nodes struct {
	root    ast.Node
	anchors map[string]ast.Node
}

func newNodes(f *ast.File) *nodes {
	n := &nodes{root: f.Docs[0].Body, anchors: map[string]ast.Node{}}
	ast.Walk(n, f.Docs[0])
	return n
}

// Visit notes what the anchors of the file stand for.
func (n *nodes) Visit(node ast.Node) ast.Visitor {
	if a, ok := node.(*ast.AnchorNode); ok {
		n.anchors[a.Name.GetToken().Value] = a.Value
	}
	return n
}

// plain follows anchors, aliases and tags to a value.
func (n *nodes) plain(node ast.Node) ast.Node {
	for range 100 { // an alias of itself ends here
		switch x := node.(type) {
		case *ast.AnchorNode:
			node = x.Value
		case *ast.TagNode:
			node = x.Value
		case *ast.AliasNode:
			node = n.anchors[x.Value.GetToken().Value]
		default:
			return node
		}
	}
	return node
}

// pairs gives the keys and values of a mapping.
func (n *nodes) pairs(node ast.Node) []*ast.MappingValueNode {
	switch x := n.plain(node).(type) {
	case *ast.MappingNode:
		return x.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{x}
	}
	return nil
}

// at gives the value at a path of keys and numbers, or the last one on the way.
func (n *nodes) at(path []string) ast.Node {
	node := n.root
	for _, step := range path {
		var next ast.Node
		if s, ok := n.plain(node).(*ast.SequenceNode); ok {
			i := 0
			if _, err := fmt.Sscan(step, &i); err == nil && i < len(s.Values) {
				next = s.Values[i]
			}
		}
		for _, p := range n.pairs(node) {
			if p.Key.GetToken().Value == step {
				next = p.Value
			}
		}
		if next == nil {
			break
		}
		node = next
	}
	return node
}

// of gives the place of a value; a mapping is where its first key is.
func (n *nodes) of(node ast.Node) place {
	if p := n.pairs(node); len(p) > 0 {
		node = p[0].Key
	} else if s, ok := n.plain(node).(*ast.SequenceNode); ok && len(s.Values) > 0 && s.IsFlowStyle {
		node = s
	}
	if node == nil || node.GetToken() == nil {
		return place{line: 1, column: 1}
	}
	at := node.GetToken().Position
	return place{line: at.Line, column: at.Column}
}

// faults words what does not fit.
func (n *nodes) faults(m mismatch) []place {
	node := n.at(m.path)
	f := n.of(node)
	what := "the list"
	for i := len(m.path) - 1; i >= 0; i-- {
		if step := m.path[i]; strings.Trim(step, "0123456789") != "" {
			what = step
			break
		}
		what = "a definition"
	}
	switch m.keyword {
	case "additionalProperties":
		known := m.schema.keys()
		var out []place
		for _, p := range n.pairs(node) {
			key := p.Key.GetToken()
			if slices.Contains(m.names, key.Value) {
				out = append(out, place{key.Position.Line, key.Position.Column,
					fmt.Sprintf("got key %q, want one of %s%s", key.Value, strings.Join(known, ", "), meant(key.Value, known))})
			}
		}
		return out
	case "required":
		missing := m.names
		for _, p := range n.pairs(node) { // a misspelt key is told at the key
			if key := p.Key.GetToken().Value; m.schema.Properties[key] == nil {
				missing = slices.DeleteFunc(missing, func(m string) bool { return own.Near(key, []string{m}) == m })
			}
		}
		if len(missing) == 0 {
			return nil
		}
		f.words = fmt.Sprintf("got %s without %s, want it said\n\thint: %s lists what a definition must hold", what, strings.Join(missing, ", "), Schema)
	case "enum":
		got := fmt.Sprint(m.got)
		f.words = fmt.Sprintf("got %s %q, want one of %s%s", what, got, strings.Join(m.schema.Enum, ", "), meant(got, m.schema.Enum))
	case "pattern":
		f.words = fmt.Sprintf("got %s %q, want lower-case letters, digits and _", what, m.got)
	case "type":
		f.words = fmt.Sprintf("got %s as %s, want %s", what, article(typeOf(m.got)), article(m.schema.Type))
		switch m.schema.Type {
		case "array":
			f.words += "\n\thint: put [ ] around it"
		case "string":
			f.words += "\n\thint: put \" \" around it"
		}
	case "minLength", "minItems":
		f.words = fmt.Sprintf("got %s with nothing in it, want something\n\thint: leave the key out if there is nothing to say", what)
	case "minimum":
		f.words = fmt.Sprintf("got %s %v, want at least %v", what, m.got, *m.schema.Minimum)
	case "maximum":
		f.words = fmt.Sprintf("got %s %v, want at most %v", what, m.got, *m.schema.Maximum)
	}
	return []place{f}
}

// article writes a type of JSON's as people say it.
func article(t string) string {
	return map[string]string{"array": "a list", "object": "a mapping", "string": "a text", "boolean": "true or false",
		"number": "a number", "integer": "a whole number", "null": "nothing"}[t]
}

// meant guesses what a misspelt word was to be.
func meant(got string, known []string) string {
	if m := own.Near(got, known); m != "" {
		return "\n\thint: did you mean " + m + "?"
	}
	return ""
}
