package words

import (
	"fmt"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"asylum/pipeline/code"
)

// A Lang is a language that charts, pages and reports are written in.
type Lang string

// Langs are the languages of the catalogue, English first.
var Langs = []Lang{"en", "fr", "de", "ru"}

// Parse reads a language, such as "fr" or "FR".
func Parse(s string) (Lang, error) {
	for _, l := range Langs {
		if strings.EqualFold(s, string(l)) {
			return l, nil
		}
	}
	return "", fmt.Errorf("language %q: want en, fr, de or ru", s)
}

// pick gives what is written for l, of four things in the order of Langs. A
// Lang that is none of them, which Parse never gives, reads as English.
func pick[T any](l Lang, en, fr, de, ru T) T {
	switch l {
	case "fr":
		return fr
	case "de":
		return de
	case "ru":
		return ru
	}
	return en
}

// Endonym is what a language calls itself.
func (l Lang) Endonym() string { return pick(l, "English", "Français", "Deutsch", "Русский") }

// Name is what a code of a dimension is called on its own, as in a table.
// A code that is in no list is its own name.
func (l Lang) Name(dim, c string) string {
	if dim == "geo" || dim == "citizen" {
		if p, ok := grammar().places[c]; ok && p.name[l] != "" {
			return p.name[l]
		}
	}
	if list, err := code.For(dim); err == nil && list != nil {
		if x, ok := list.Lookup(c); ok {
			if n := x.Name(string(l)); n != c {
				return n
			}
			return x.Name("en") // a user's own code has an English name at most
		}
	}
	return c
}

// Sort orders names as a dictionary of that language does.
func (l Lang) Sort(names []string) {
	collate.New(language.Make(string(l)), collate.IgnoreCase).SortStrings(names)
}

// Compare tells how two names stand in a dictionary of that language. It is
// made anew for each call: sort keys of many names with Sort or Sorter.
func (l Lang) Compare(a, b string) int { return l.Sorter()(a, b) }

// Sorter is Compare for many names, for one goroutine.
func (l Lang) Sorter() func(a, b string) int {
	return collate.New(language.Make(string(l)), collate.IgnoreCase).CompareString
}
