// Package code knows the codes that sources write on their axes: which are
// members, which are aggregates that hold others, which are residuals, how
// older and newer releases spell the same thing, and what they are called.
//
// The lists are data (datasets/codes/*.csv); a user's own file extends them.
package code

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"asylum/datasets"
)

// A Kind tells whether a code may be added to its neighbours.
type Kind string

// Member codes are disjoint, an Aggregate holds other codes of its axis, and
// a Residual (stateless, unknown) is disjoint but no country.
const (
	Member    Kind = "member"
	Aggregate Kind = "aggregate"
	Residual  Kind = "residual"
)

// A Code is one row of a code list.
type Code struct {
	Code, ISO2, ISO3 string
	Kind             Kind
	From, To         string   // validity of an aggregate's composition, or ""
	Members          []string // of an aggregate with a fixed composition
	names            [len(languages)]string
}

// languages are those that codes have names in.
var languages = [...]string{"en", "fr", "de", "ru"}

// Name is what c is called in lang (en, fr, de, ru), or its code.
func (c Code) Name(lang string) string {
	for i, l := range languages {
		if l == lang && c.names[i] != "" {
			return c.names[i]
		}
	}
	return c.Code
}

// A List is the code list of one dimension.
type List struct {
	Dim    string
	codes  []Code
	places map[string]int32         // of codes
	iso3   func() map[string]string // by alpha-3 letters
	labels func() map[string]string // lower-case label → code
	older  map[string]string
}

// Lookup finds a code.
func (l *List) Lookup(code string) (Code, bool) {
	if i, ok := l.places[code]; ok {
		return l.codes[i], true
	}
	return Code{}, false
}

// Has reports whether the list has a code.
func (l *List) Has(code string) bool {
	_, ok := l.places[code]
	return ok
}

// Codes gives every code of the list, sorted.
func (l *List) Codes() []string { return slices.Sorted(maps.Keys(l.places)) }

func (l *List) add(c Code) {
	if i, ok := l.places[c.Code]; ok {
		l.codes[i] = c
		return
	}
	l.places[c.Code] = int32(len(l.codes))
	l.codes = append(l.codes, c)
}

// ISO3 finds the code of a country by its ISO 3166 alpha-3 letters, as UNHCR
// writes them.
func (l *List) ISO3(iso3 string) (string, bool) {
	c, ok := l.iso3()[iso3]
	return c, ok
}

// Label finds the code of a name as AIDA prints it, case and blanks aside.
func (l *List) Label(label string) (string, bool) {
	c, ok := l.labels()[fold(label)]
	return c, ok
}

func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// file names the list that governs a dimension; older names of a dimension
// share the list of the newer one.
var file = map[string]string{
	"citizen": "citizen", "geo": "geo", "sex": "sex", "age": "age", "unit": "unit",
	"decision": "decision", "asyl_app": "applicant", "applicant": "applicant", "freq": "freq",
}

// File names the code list of a dimension, for messages.
func File(dim string) string { return "datasets/codes/" + file[dim] + ".csv" }

var cache sync.Map // file name → func() (*List, error)

// For is the list of a dimension, or nil where the dimension has none, so that
// any code passes. The error is one of our own data.
func For(dim string) (*List, error) {
	name, ok := file[dim]
	if !ok {
		return nil, nil
	}
	known, ok := cache.Load(name)
	if !ok { // making a function for each call would cost more than the call
		known, _ = cache.LoadOrStore(name, sync.OnceValues(func() (*List, error) { return load(name) }))
	}
	return known.(func() (*List, error))()
}

// Must is For over a dimension that is known to have a list.
func Must(dim string) *List {
	l, err := For(dim)
	if err != nil || l == nil {
		panic(fmt.Sprintf("code list of %q: %v", dim, err))
	}
	return l
}

func load(name string) (*List, error) {
	l := &List{Dim: name, places: map[string]int32{}, older: map[string]string{}}
	err := each("codes/"+name+".csv", func(get func(column string) string, lines int) error {
		if l.codes == nil {
			l.codes, l.places = make([]Code, 0, lines), make(map[string]int32, lines)
		}
		c := Code{
			Code: get("code"), ISO2: get("iso2"), ISO3: get("iso3"), Kind: Kind(get("kind")),
			From: get("valid_from"), To: get("valid_to"), Members: strings.Fields(get("members")),
		}
		for i, lang := range languages {
			c.names[i] = get(lang)
		}
		if !c.Kind.valid() {
			return fmt.Errorf("%s %s: kind %q", name, c.Code, c.Kind)
		}
		l.add(c)
		if was := get("was"); was != "" {
			l.older[c.Code] = was
		}
		return nil
	})
	ours := l.codes // those of a user have no such names
	l.iso3 = sync.OnceValue(func() map[string]string { return iso3(ours) })
	l.labels = sync.OnceValue(func() map[string]string { return labels(name, ours) })
	return l, err
}

func iso3(codes []Code) map[string]string {
	out := make(map[string]string, len(codes))
	for i := range codes {
		if c := &codes[i]; c.ISO3 != "" {
			out[c.ISO3] = c.Code
		}
	}
	return out
}

// labels gives the code of each English name, and of what sources print besides.
func labels(name string, codes []Code) map[string]string {
	out := make(map[string]string, 2*len(codes))
	for i := range codes {
		if n := codes[i].names[0]; n != "" && out[fold(n)] == "" {
			out[fold(n)] = codes[i].Code
		}
	}
	if err := each("codes/alias.csv", func(get func(column string) string, _ int) error {
		if get("list") == name {
			out[fold(get("label"))] = get("code")
		}
		return nil
	}); err != nil {
		panic(err) // embedded: a test reads it
	}
	return out
}

// each calls f for every row of an embedded CSV with what its columns hold, and
// the number of lines. Most lines have no quotes, and are cut at their commas.
func each(path string, f func(get func(column string) string, lines int) error) error {
	data, err := datasets.FS.ReadFile(path)
	if err != nil {
		return err
	}
	text := string(data)
	lines := strings.Count(text, "\n")
	var head, row []string
	get := func(column string) string {
		if i := slices.Index(head, column); i >= 0 {
			return row[i]
		}
		return ""
	}
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if row, err = cut(row[:0], line); err == nil && len(row) != len(head) && n > 1 {
			err = csv.ErrFieldCount
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", path, n, err)
		}
		if n == 1 {
			head = slices.Clone(row)
		} else if err := f(get, lines); err != nil {
			return err
		}
	}
	return nil
}

// cut adds the fields of a line.
func cut(row []string, line string) ([]string, error) {
	if strings.Contains(line, `"`) {
		return csv.NewReader(strings.NewReader(line)).Read()
	}
	for {
		field, rest, more := strings.Cut(line, ",")
		if row = append(row, field); !more {
			return row, nil
		}
		line = rest
	}
}

// A TableInfo says what a dataset of a source is.
type TableInfo struct {
	Code, Source, Title string
	Dims                []string // as tables of ours have them; nil where definitions use none of it
}

var tables = sync.OnceValue(func() map[string]TableInfo {
	known := map[string]TableInfo{}
	if err := each("codes/table.csv", func(get func(column string) string, _ int) error {
		known[get("code")] = TableInfo{get("code"), get("source"), get("en"), strings.Fields(get("dims"))}
		return nil
	}); err != nil {
		panic(err) // embedded: a test reads it
	}
	return known
})

// Table finds what is known of a dataset code.
func Table(code string) (TableInfo, bool) {
	t, ok := tables()[code]
	return t, ok
}

// Older is the spelling that a code had before the releases of 2026 renamed
// it, or "". Tables hold the older spelling, in which definitions are written.
func (l *List) Older(code string) string { return l.older[code] }

// Extend adds the codes of a user's own file to the lists: lines of
// dimension,code,kind and, if wanted, an English name.
func Extend(r io.Reader, name string) error {
	in := csv.NewReader(r)
	in.FieldsPerRecord = -1
	in.Comment = '#'
	bad := func(field int, got, want, hint string) error {
		line, col := in.FieldPos(field)
		return fmt.Errorf("%s:%d:%d: got %s, want %s\n\thint: %s", name, line, col, got, want, hint)
	}
	const wanted, hint = "dimension,code,kind and, if wanted, an English name", "such as citizen,XX,member,Utopia"
	for {
		rec, err := in.Read()
		if err == io.EOF {
			return nil
		}
		if at := (*csv.ParseError)(nil); errors.As(err, &at) {
			return fmt.Errorf("%s:%d:%d: got %v, want %s\n\thint: %s", name, at.Line, at.Column, at.Err, wanted, hint)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		rec[0] = strings.TrimPrefix(rec[0], "\ufeff")
		if len(rec) < 3 || len(rec) > 4 {
			return bad(0, fmt.Sprintf("fields: %d", len(rec)), wanted, hint)
		}
		l, err := For(rec[0])
		if err != nil {
			return err
		}
		kind := Kind(rec[2])
		switch {
		case l == nil:
			return bad(0, fmt.Sprintf("dimension %q", rec[0]), "one with a code list, such as citizen or geo", "the lists are under datasets/codes")
		case !Plain(rec[1]):
			return bad(1, fmt.Sprintf("the code %q", rec[1]), "letters, digits, _ and - alone, 40 at most", "write it as the source does")
		case !kind.valid():
			return bad(2, fmt.Sprintf("kind %q", rec[2]), "member, aggregate or residual", "an aggregate is the sum of members; a residual is what no member names")
		}
		if ours, ok := l.Lookup(rec[1]); ok { // in a list of ours by now, with names and members
			if ours.Kind != kind {
				return bad(2, fmt.Sprintf("kind %q", rec[2]), fmt.Sprintf("%s to stay %s, as in %s", rec[1], ours.Kind, File(rec[0])), "take the line out")
			}
			continue
		}
		c := Code{Code: rec[1], Kind: kind}
		if len(rec) == 4 {
			c.names[0] = rec[3]
		}
		l.add(c)
	}
}

// Plain reports whether a text can be a code: letters, digits, _ and -, at most 40
// of them. Codes become names of files and parts of commands.
func Plain(c string) bool {
	for i := range len(c) {
		switch b := c[i]; {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9', b == '_', b == '-' && i > 0:
		default:
			return false
		}
	}
	return c != "" && len(c) <= 40
}

func (k Kind) valid() bool { return k == Member || k == Aggregate || k == Residual }
