// Package code knows the codes that sources write on their axes: which are
// members, which are aggregates that hold others, which are residuals, how
// older and newer releases spell the same thing, and what they are called.
//
// The lists are data (datasets/codes/*.csv); a user's own file extends them.
package code

import (
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
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
	Names            map[string]string
}

// Name is what c is called in lang (en, fr, de, ru), or its code.
func (c Code) Name(lang string) string {
	if n := c.Names[lang]; n != "" {
		return n
	}
	return c.Code
}

// A List is the code list of one dimension.
type List struct {
	Dim    string
	codes  map[string]Code
	iso3   map[string]string
	labels map[string]string // lower-case label → code
	older  map[string]string
}

// Lookup finds a code.
func (l *List) Lookup(code string) (Code, bool) {
	c, ok := l.codes[code]
	return c, ok
}

// Codes gives every code of the list, sorted.
func (l *List) Codes() []string { return slices.Sorted(maps.Keys(l.codes)) }

// ISO3 finds the code of a country by its ISO 3166 alpha-3 letters, as UNHCR
// writes them.
func (l *List) ISO3(iso3 string) (string, bool) {
	c, ok := l.iso3[iso3]
	return c, ok
}

// Label finds the code of a name as AIDA prints it, case and blanks aside.
func (l *List) Label(label string) (string, bool) {
	c, ok := l.labels[fold(label)]
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
	l := &List{Dim: name, codes: map[string]Code{}, iso3: map[string]string{}, labels: map[string]string{}, older: map[string]string{}}
	err := each("codes/"+name+".csv", func(row map[string]string) error {
		c := Code{
			Code: row["code"], ISO2: row["iso2"], ISO3: row["iso3"], Kind: Kind(row["kind"]),
			From: row["valid_from"], To: row["valid_to"], Members: strings.Fields(row["members"]),
			Names: map[string]string{"en": row["en"], "fr": row["fr"], "de": row["de"], "ru": row["ru"]},
		}
		if !c.Kind.valid() {
			return fmt.Errorf("%s %s: kind %q", name, c.Code, c.Kind)
		}
		l.codes[c.Code] = c
		if c.ISO3 != "" {
			l.iso3[c.ISO3] = c.Code
		}
		if row["en"] != "" && l.labels[fold(row["en"])] == "" {
			l.labels[fold(row["en"])] = c.Code
		}
		if row["was"] != "" {
			l.older[c.Code] = row["was"]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return l, each("codes/alias.csv", func(row map[string]string) error {
		if row["list"] == name {
			l.labels[fold(row["label"])] = row["code"]
		}
		return nil
	})
}

// each calls f for every row of an embedded CSV, by column name.
func each(path string, f func(map[string]string) error) error {
	in, err := datasets.FS.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	return eachIn(in, path, f)
}

func eachIn(in fs.File, path string, f func(map[string]string) error) error {
	r := csv.NewReader(in)
	head, err := r.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		row := make(map[string]string, len(head))
		for i, h := range head {
			row[h] = rec[i]
		}
		if err := f(row); err != nil {
			return err
		}
	}
}

// A TableInfo says what a dataset of a source is.
type TableInfo struct {
	Code, Source, Title string
	Dims                []string // as tables of ours have them; nil where definitions use none of it
}

var tables = sync.OnceValue(func() map[string]TableInfo {
	known := map[string]TableInfo{}
	if err := each("codes/table.csv", func(row map[string]string) error {
		known[row["code"]] = TableInfo{row["code"], row["source"], row["en"], strings.Fields(row["dims"])}
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
	for {
		rec, err := in.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		line, _ := in.FieldPos(0)
		rec[0] = strings.TrimPrefix(rec[0], "\ufeff")
		if len(rec) < 3 || len(rec) > 4 {
			return fmt.Errorf("%s:%d: got %d fields, want dimension,code,kind and, if wanted, an English name", name, line, len(rec))
		}
		l, err := For(rec[0])
		if err != nil {
			return err
		}
		kind := Kind(rec[2])
		if l == nil || !kind.valid() || rec[1] == "" {
			return fmt.Errorf("%s:%d: got %q, want a dimension with a code list, a code, and member, aggregate or residual", name, line, strings.Join(rec, ","))
		}
		if ours, ok := l.codes[rec[1]]; ok { // in a list of ours by now, with names and members
			if ours.Kind != kind {
				return fmt.Errorf("%s:%d: got %q, want %s to stay %s, as in %s", name, line, strings.Join(rec, ","), rec[1], ours.Kind, File(rec[0]))
			}
			continue
		}
		c := Code{Code: rec[1], Kind: kind, Names: map[string]string{}}
		if len(rec) == 4 {
			c.Names["en"] = rec[3]
		}
		l.codes[c.Code] = c
	}
}

func (k Kind) valid() bool { return k == Member || k == Aggregate || k == Residual }
