package words

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"asylum/datasets"
)

// A catalogue is every message by its key.
type catalogue struct {
	entries map[string]*entry
}

// An entry is a message in every language.
type entry struct {
	key, file string
	line      int
	raw       map[Lang]string
	in        map[Lang]*message
	names     map[string]bool // of its values
	same      map[Lang]bool   // languages whose texts may be equal, as the entry itself says
	note      string          // for who translates
}

// loaded is read when the first message is wanted: commands that speak through
// none do without.
var loaded = sync.OnceValue(func() *catalogue {
	c, err := load(datasets.FS)
	if err != nil {
		panic(err) // embedded: a test reads it
	}
	return c
})

// load reads words/*.yaml in path order.
func load(from fs.FS) (*catalogue, error) {
	names, err := fs.Glob(from, "words/*.yaml")
	if err != nil {
		return nil, err
	}
	c := &catalogue{entries: map[string]*entry{}}
	for _, name := range names {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		if err := c.read(data, "datasets/"+name); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// read adds the entries of one file: a mapping of keys to mappings of
// languages to texts. Beside those an entry may hold "same", the languages
// whose texts are rightly equal, and "note".
func (c *catalogue) read(data []byte, file string) error {
	f, err := parser.ParseBytes(data, 0)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, doc := range f.Docs {
		if doc.Body == nil {
			continue
		}
		for _, pair := range pairs(doc.Body) {
			e, err := readEntry(pair, file)
			if err != nil {
				return err
			}
			if was := c.entries[e.key]; was != nil {
				return fmt.Errorf("%s:%d: %s stands at %s:%d too", file, e.line, e.key, was.file, was.line)
			}
			c.entries[e.key] = e
		}
	}
	return nil
}

// pairs are those of a mapping, which the parser gives as one where there is
// but one.
func pairs(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

func readEntry(pair *ast.MappingValueNode, file string) (*entry, error) {
	e := &entry{key: pair.Key.GetToken().Value, file: file, line: pair.Key.GetToken().Position.Line,
		raw: map[Lang]string{}, in: map[Lang]*message{}, names: map[string]bool{}, same: map[Lang]bool{}}
	for _, field := range pairs(pair.Value) {
		name, line := field.Key.GetToken().Value, field.Key.GetToken().Position.Line
		text, ok := scalar(field.Value)
		if !ok {
			return nil, fmt.Errorf("%s:%d: %s, %s: want a text", file, line, e.key, name)
		}
		switch name {
		case "note":
			e.note = text
		case "same":
			for _, s := range strings.Fields(text) {
				l, err := Parse(s)
				if err != nil {
					return nil, fmt.Errorf("%s:%d: %s, same: %w", file, line, e.key, err)
				}
				e.same[l] = true
			}
		default:
			if err := e.add(Lang(name), text); err != nil {
				return nil, fmt.Errorf("%s:%d: %s, %s: %w", file, line, e.key, name, err)
			}
		}
	}
	if err := e.complete(); err != nil {
		return nil, fmt.Errorf("%s:%d: %s: %w", file, e.line, e.key, err)
	}
	return e, nil
}

func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimRight(n.Value.Value, "\n"), true
	}
	return "", false
}

func (e *entry) add(l Lang, text string) error {
	if !slices.Contains(Langs, l) {
		return fmt.Errorf("no field of an entry, want en, fr, de, ru, same or note")
	}
	if _, ok := e.in[l]; ok {
		return fmt.Errorf("stands twice")
	}
	if strings.TrimSpace(text) != text || text == "" {
		return fmt.Errorf("%q: want a text without blanks around it", text)
	}
	m, err := parseMessage(l.Typeset(text))
	if err != nil {
		return fmt.Errorf("%w; in %q", err, text)
	}
	if err := m.check(l); err != nil {
		return err
	}
	e.raw[l], e.in[l] = text, m
	return nil
}

// complete demands every language and the same values in each.
func (e *entry) complete() error {
	for _, l := range Langs {
		m := e.in[l]
		if m == nil {
			return fmt.Errorf("no text in %s", l)
		}
		if l == "en" {
			e.names = m.names
			continue
		}
		if loose := strings.HasPrefix(e.key, "text."); !maps.Equal(e.names, m.names) && !(loose && within(m.names, e.names)) {
			return fmt.Errorf("%s has the values %s, en has %s", l, list(m.names), list(e.names))
		}
		for _, o := range Langs[:slices.Index(Langs, l)] {
			if e.raw[l] == e.raw[o] && !(e.same[l] && e.same[o]) && worded(m.nodes) {
				return fmt.Errorf("%s is %s word for word; if that is right, say so: same: %s %s", l, o, o, l)
			}
		}
	}
	return nil
}

// worded reports whether a message has letters of its own, beside its values.
func worded(nodes []node) bool {
	for _, n := range nodes {
		if strings.ContainsFunc(n.text, unicode.IsLetter) {
			return true
		}
		for _, arm := range n.arms {
			if worded(arm) {
				return true
			}
		}
	}
	return false
}

// within reports whether all names of a are in b.
func within(a, b map[string]bool) bool {
	for name := range a {
		if !b[name] {
			return false
		}
	}
	return true
}

func list(names map[string]bool) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), " ")
}
