package words

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// A message is a text of the catalogue taken apart. It is written as
//
//	{name}                  a value
//	{name, form}            a value in a form: {where, in}, {when, gen}; with a
//	                        capital ({who, Def}) where it begins a sentence
//	{n, plural, one{…} other{…}}   by the number n, which # writes
//	{x, select, a{…} other{…}}     by a word
//	[[…]]                   what a chart highlights and a page links
type message struct {
	nodes []node
	names map[string]bool // of all values
}

// A node is one of: a text, a value, the number of the plural around, a choice.
type node struct {
	text   string
	name   string
	form   string
	hash   bool
	choice string // "plural" or "select"
	arms   map[string][]node
	mark   byte // '[' and ']' for the ends of a highlight
}

// A reader takes a message apart.
type reader struct {
	s     string
	at    int
	names map[string]bool
}

func parseMessage(s string) (*message, error) {
	r := &reader{s: s, names: map[string]bool{}}
	nodes, err := r.nodes(false)
	if err == nil && r.at < len(s) {
		err = fmt.Errorf("a } without its {")
	}
	if err != nil {
		return nil, fmt.Errorf("at byte %d: %w", r.at+1, err)
	}
	if strings.Count(s, "[[") != strings.Count(s, "]]") {
		return nil, fmt.Errorf("[[ and ]] do not pair")
	}
	return &message{nodes, r.names}, nil
}

// nodes reads up to the } that ends an arm, or to the end.
func (r *reader) nodes(arm bool) ([]node, error) {
	var out []node
	text := func(end int) {
		if end > r.at {
			out = append(out, node{text: r.s[r.at:end]})
		}
	}
	for {
		i := strings.IndexAny(r.s[r.at:], "{}#[]")
		if i < 0 {
			text(len(r.s))
			r.at = len(r.s)
			return out, nil
		}
		i += r.at
		switch c := r.s[i]; {
		case c == '#' && arm:
			text(i)
			out = append(out, node{hash: true})
			r.at = i + 1
		case c == '{':
			text(i)
			r.at = i + 1
			n, err := r.value()
			if err != nil {
				return nil, err
			}
			out = append(out, n)
		case c == '}':
			text(i)
			r.at = i
			return out, nil
		case (c == '[' || c == ']') && i+1 < len(r.s) && r.s[i+1] == c:
			text(i)
			out = append(out, node{mark: c})
			r.at = i + 2
		default: // a single [ or ], or # outside a plural
			text(i)
			out = append(out, node{text: string(c)})
			r.at = i + 1
		}
	}
}

// value reads what stands in braces.
func (r *reader) value() (node, error) {
	name := r.word()
	if name == "" {
		return node{}, fmt.Errorf("no name after {")
	}
	r.names[name] = true
	n := node{name: name}
	if r.skip(",") {
		n.form = r.word()
		if n.form == "plural" || n.form == "select" {
			n.choice, n.form = n.form, ""
			if !r.skip(",") {
				return n, fmt.Errorf("want a comma after %s", n.choice)
			}
			if err := r.arms(&n); err != nil {
				return n, err
			}
		} else if n.form == "" {
			return n, fmt.Errorf("no form after the comma of {%s", name)
		}
	}
	if !r.skip("}") {
		return n, fmt.Errorf("{%s has no }", name)
	}
	return n, nil
}

func (r *reader) arms(n *node) error {
	n.arms = map[string][]node{}
	for {
		key := r.word()
		if key == "" {
			break
		}
		if !r.skip("{") {
			return fmt.Errorf("want { after %s", key)
		}
		arm, err := r.nodes(n.choice == "plural")
		if err != nil {
			return err
		}
		if !r.skip("}") {
			return fmt.Errorf("the arm %s has no }", key)
		}
		if _, ok := n.arms[key]; ok {
			return fmt.Errorf("two arms %s", key)
		}
		n.arms[key] = arm
	}
	if len(n.arms) == 0 {
		return fmt.Errorf("no arms")
	}
	return nil
}

// word reads letters, digits, =, _ and -, with the blanks around.
func (r *reader) word() string {
	r.blanks()
	start := r.at
	for r.at < len(r.s) && (r.s[r.at] >= 'a' && r.s[r.at] <= 'z' || r.s[r.at] >= 'A' && r.s[r.at] <= 'Z' || r.s[r.at] >= '0' && r.s[r.at] <= '9' || strings.IndexByte("=_-", r.s[r.at]) >= 0) {
		r.at++
	}
	w := r.s[start:r.at]
	r.blanks()
	return w
}

func (r *reader) blanks() {
	for r.at < len(r.s) && r.s[r.at] == ' ' {
		r.at++
	}
}

func (r *reader) skip(s string) bool {
	if !strings.HasPrefix(r.s[r.at:], s) {
		return false
	}
	r.at += len(s)
	if s == "," {
		r.blanks()
	}
	return true
}

// plural is the CLDR category of a count.
func (l Lang) plural(n int64) string {
	if n < 0 {
		n = -n
	}
	switch plural.Cardinal.MatchPlural(language.Make(string(l)), int(n%10_000_000), 0, 0, 0, 0) {
	case plural.One:
		return "one"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	}
	return "other"
}

// categories are the arms that a plural over counts needs in each language.
var categories = map[Lang][]string{"en": {"one", "other"}, "fr": {"one", "other"}, "de": {"one", "other"}, "ru": {"few", "many", "one"}}

// check reports what a message says that its language cannot use.
func (m *message) check(l Lang) error { return check(m.nodes, l) }

func check(nodes []node, l Lang) error {
	for _, n := range nodes {
		if n.choice == "" {
			continue
		}
		arms := slices.Sorted(maps.Keys(n.arms))
		arms = slices.DeleteFunc(arms, func(a string) bool { return n.choice == "plural" && a[0] == '=' })
		if n.choice == "plural" && !slices.Equal(arms, categories[l]) {
			return fmt.Errorf("{%s, plural} has the arms %s, want %s", n.name, strings.Join(arms, " "), strings.Join(categories[l], " "))
		}
		if _, ok := n.arms["other"]; n.choice == "select" && !ok {
			return fmt.Errorf("{%s, select} has no arm other", n.name)
		}
		for _, a := range slices.Sorted(maps.Keys(n.arms)) {
			if err := check(n.arms[a], l); err != nil {
				return err
			}
		}
	}
	return nil
}
