package words

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
)

// Text writes in l what the pipeline says in English: a warning, a reason, what
// a verdict rests on, a caveat of a definition. The pipeline's texts stay
// English, for the command line; the entries text.… of the catalogue hold their
// English words, by which a text is found, and the other languages'. It is false
// for what no entry holds, such as the words of a user's own definition: that
// stays English, and a page marks it as such.
func (l Lang) Text(english string) (string, bool) {
	if l == "en" || english == "" {
		return english, true
	}
	return l.text(english, 0)
}

// deep is how many texts may stand inside one another.
const deep = 4

func (l Lang) text(english string, depth int) (string, bool) {
	if depth == deep {
		return english, false
	}
	if s, ok := l.one(english, depth); ok {
		return s, true
	}
	parts := strings.Split(english, "; ") // several reasons of one result
	if len(parts) < 2 {
		return english, false
	}
	for i, p := range parts {
		s, ok := l.one(p, depth)
		if !ok {
			return english, false
		}
		parts[i] = s
	}
	return strings.Join(parts, l.Typeset(pick(l, "; ", " ; ", "; ", "; "))), true
}

// one finds a single text. Several patterns may fit; the first in order whose
// values all read is taken.
func (l Lang) one(english string, depth int) (string, bool) {
	for _, p := range patterns() {
		m := p.re.FindStringSubmatch(english)
		if m == nil {
			continue
		}
		args := make([]any, 0, 2*len(p.names))
		for i, name := range p.names {
			v, ok := l.read(m[i+1], p.kinds[i], depth)
			if !ok {
				args = nil
				break
			}
			if p.entry.in[l].names[name] {
				args = append(args, name, v)
			}
		}
		if args == nil && len(p.names) > 0 {
			continue
		}
		spans, err := l.fill(p.entry, args)
		if err != nil {
			continue
		}
		var b strings.Builder
		for _, s := range spans {
			b.WriteString(s.Text)
		}
		return b.String(), true
	}
	return english, false
}

// A pattern is the English of an entry, made to be found.
type pattern struct {
	entry        *entry
	re           *regexp.Regexp
	names, kinds []string
}

// looks is what a value of each kind looks like in the pipeline's English.
var looks = map[string]string{
	"int": `-?\d[\d,]*`, "num": `[-−+]?\d[\d,]*(?:\.\d+)?`, "raw": `.+?`, "text": `.+`, "title": `.+`, "claim": `.+`,
	"nums":  `[-−+≈]?\d(?:[ /+%()=–-]|[\d,.])*`,
	"value": `(?:(?:less than|under|more than|over|about) |≈ ?)?\d[\d,]*(?:\.\d+)?(?: ?%)?`,
	"geo":   `[A-Z][A-Z0-9_]*`, "cells": `[A-Z][A-Za-z0-9_, +…()-]*`, "terms": `[A-Za-z_]+(?:(?:, | or )[A-Za-z_]+)*`,
	"measure": `[a-z ]+`, "counted": `[a-z -]+`, "verdict": `[a-z]+[^)]*`, "src": `[A-Z][A-Za-z]+`,
	"bound": `(?:at least |at most )?\d[\d,]*(?: to \d[\d,]*)?`, "off": `[-+]\d[\d,]*`, "row": `[A-Za-z][A-Za-z0-9_ ,/()’'-]*`,
	"rates": `[a-z_]+ [0-9].*`, "expr": `[A-Z][A-Z0-9_]*(?: [=+-] [A-Z][A-Z0-9_]*)+`, "codes": `[A-Z][A-Z0-9_]*(?: and [A-Z][A-Z0-9_]*)*`,
	"at":  `[A-Z][A-Za-z0-9_ -]* \d{4}[-QSM0-9]*`,
	"day": `\d{4}-\d\d-\d\d`, "when": `\d{4}[-QSWM/0-9]*`, "people": `.+?`, "place": `.+?`, "tail": `(?:; .+)?`,
}

// patterns are the English texts, those with most words of their own first.
var patterns = sync.OnceValue(func() []pattern {
	var out []pattern
	c := loaded()
	for _, key := range slices.Sorted(maps.Keys(c.entries)) {
		if strings.HasPrefix(key, "text.") {
			p, err := newPattern(c.entries[key])
			if err != nil {
				panic(err) // embedded: a test reads it
			}
			out = append(out, *p)
		}
	}
	slices.SortStableFunc(out, func(a, b pattern) int { return cmp.Compare(b.entry.own(), a.entry.own()) })
	return out
})

// own counts the letters of an entry's English beside its values.
func (e *entry) own() (n int) {
	for _, x := range e.in["en"].nodes {
		n += len(x.text)
	}
	return n
}

func newPattern(e *entry) (*pattern, error) {
	p := &pattern{entry: e}
	var b strings.Builder
	for _, n := range e.in["en"].nodes {
		if n.name == "" {
			b.WriteString(strings.ReplaceAll(regexp.QuoteMeta(n.text), "’", "['’]"))
			continue
		}
		look, ok := looks[n.form]
		if !ok {
			return nil, fmt.Errorf("%s:%d: %s: {%s, %s} is of no kind that text can be found by", e.file, e.line, e.key, n.name, n.form)
		}
		b.WriteString("(" + look + ")")
		p.names, p.kinds = append(p.names, n.name), append(p.kinds, n.form)
	}
	re, err := regexp.Compile("^" + b.String() + "$")
	p.re = re
	return p, err
}

// read makes a value of what stands in an English text.
func (l Lang) read(s, kind string, depth int) (any, bool) {
	switch kind {
	case "int":
		n, err := strconv.ParseInt(strings.ReplaceAll(s, ",", ""), 10, 64)
		return n, err == nil
	case "num", "nums":
		return l.renumber(s), true
	case "value":
		return l.published(s), true
	case "geo":
		return Geo(s), known("geo", s)
	case "cells":
		return l.cells(s)
	case "terms":
		return l.terms(s)
	case "row":
		return l.row(s), true
	case "at":
		return l.at(s), true
	case "rates":
		return l.rates(s)
	case "expr":
		return l.equation(s), true
	case "codes":
		parts := strings.Split(s, " and ")
		for i, c := range parts {
			parts[i] = l.Name("citizen", c)
		}
		return List(parts), true
	case "bound":
		return l.bound(s), true
	case "off":
		n, err := strconv.ParseInt(strings.NewReplacer(",", "", "+", "").Replace(s), 10, 64)
		sign := ""
		if n > 0 {
			sign = "+"
		}
		return sign + l.Int(n), err == nil
	case "measure":
		key := "measure." + strings.ReplaceAll(s, " ", "_")
		return l.sayIf(key)
	case "counted":
		return l.sayIf("counted." + strings.ReplaceAll(s, " ", "_"))
	case "verdict":
		kind, rest, more := strings.Cut(s, ": ")
		v, ok := l.sayIf("verdict." + strings.ReplaceAll(kind, " ", "-"))
		if more {
			v = l.Typeset(fmt.Sprint(v, pick(l, ": ", " : ", ": ", ": "), rest))
		}
		return v, ok
	case "src":
		return l.sayIf("source." + strings.ToLower(s))
	case "day":
		return Day(s), true
	case "when":
		p, ok := obs.ParsePeriod(s)
		if !ok {
			p = obs.Period(s) // a span of several: it stands as it is
		}
		return p, true
	case "people":
		return citizenBy(s)
	case "place":
		return placeBy(s)
	case "text":
		return l.text(s, depth+1)
	case "tail":
		if s == "" {
			return "", true
		}
		t, ok := l.text(strings.TrimPrefix(s, "; "), depth+1)
		return l.Typeset(pick(l, "; ", " ; ", "; ", "; ")) + t, ok
	case "title":
		return l.title(s)
	case "claim":
		if t, ok := l.sayIf("def." + strings.ReplaceAll(s, " ", "_") + ".short"); ok {
			return t, true
		}
		return Quoted(s), true
	}
	return s, true
}

func known(dim, c string) bool {
	_, ok := code.Must(dim).Lookup(c)
	return ok
}

func (l Lang) sayIf(key string) (any, bool) {
	if !Has(key) {
		return key, false
	}
	return l.Say(key), true
}

var englishNumber = obs.Pattern(`(\d[\d,]*)(?:\.(\d+))?( ?%)?`)

// renumber writes the numbers of a text, which are in the English form, in that
// of the language.
func (l Lang) renumber(s string) string {
	s = englishNumber().ReplaceAllStringFunc(s, func(n string) string {
		m := englishNumber().FindStringSubmatch(n)
		whole, err := strconv.ParseInt(strings.ReplaceAll(m[1], ",", ""), 10, 64)
		if err != nil {
			return n
		}
		out := l.Int(whole)
		if m[2] != "" {
			out += l.decimal() + m[2]
		}
		if m[3] != "" {
			out += l.percent()
		}
		return out
	})
	return rangeOf().ReplaceAllString(s, "$1–$2") // 18.6-18.8
}

var rangeOf = obs.Pattern(`(\d)-(\d)`)

// published writes a figure as it was published, its words too.
func (l Lang) published(s string) string {
	for _, w := range []struct {
		english        string
		en, fr, de, ru string
	}{
		{"less than ", "less than ", "moins de ", "weniger als ", "менее "}, {"under ", "under ", "moins de ", "unter ", "менее "},
		{"more than ", "more than ", "plus de ", "mehr als ", "более "}, {"over ", "over ", "plus de ", "über ", "более "},
		{"about ", "about ", "environ ", "etwa ", "около "}, {"≈ ", "≈", "≈", "≈", "≈"},
	} {
		if rest, ok := strings.CutPrefix(s, w.english); ok {
			return pick(l, w.en, w.fr, w.de, w.ru) + l.renumber(rest)
		}
	}
	if !wellPut().MatchString(s) { // "2,16%": as the page has it
		return s
	}
	return l.renumber(s)
}

var wellPut = obs.Pattern(`^(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?: ?%)?$`)

// cells writes codes of countries, with periods perhaps, by their names.
func (l Lang) cells(s string) (string, bool) {
	parts := strings.Split(s, ", ")
	for i, p := range parts {
		geo, period, _ := strings.Cut(p, " ")
		if !known("geo", geo) {
			return s, false
		}
		parts[i] = strings.TrimSpace(l.Short(geo) + nbsp + period)
	}
	return strings.TrimSuffix(strings.Join(parts, ", "), nbsp), true
}

// terms writes codes of what tables count by their names.
func (l Lang) terms(s string) (string, bool) {
	groups := strings.Split(s, ", ")
	for i, g := range groups {
		either := strings.Split(g, " or ")
		for j, c := range either {
			name, ok := l.term(c)
			if !ok {
				return s, false
			}
			either[j] = name
		}
		groups[i] = strings.Join(either, " "+l.Say("terms.or")+" ")
	}
	return strings.Join(groups, ", "), true
}

// Term is a code of what cells count, such as GENCONV or pending, within a
// sentence; one that has no name stands as it is.
func (l Lang) Term(c string) string {
	if s, ok := l.term(c); ok {
		return s
	}
	return c
}

func (l Lang) term(c string) (string, bool) {
	if s, ok := l.sayIf("measure." + c); ok {
		return s.(string), true
	}
	for _, dim := range []string{"decision", "asyl_app"} {
		if known(dim, c) {
			name := l.Name(dim, c)
			if l != "de" {
				name = lower(name)
			}
			return name, true
		}
	}
	return c, false
}

// row writes what a row and a column of a page count: a citizenship, a measure,
// or both. What has no name of ours stands in quotes, as the page has it.
func (l Lang) row(s string) string {
	c, rest, both := strings.Cut(s, " ")
	if known("citizen", c) {
		name := l.Name("citizen", c)
		if !both {
			return name
		}
		return name + ", " + l.row(rest)
	}
	if name, ok := l.term(strings.ReplaceAll(s, " ", "_")); ok {
		return name
	}
	return l.Quote(s)
}

var rateOf = obs.Pattern(`([a-z_]+) ([\d.,]+ ?%) of ([\d,]+)`)

// rates writes measures with what a page prints for them, and their counts.
func (l Lang) rates(s string) (string, bool) {
	all := rateOf().FindAllStringSubmatch(s, -1)
	var out []string
	for _, m := range all {
		name, ok := l.term(m[1])
		if !ok {
			return s, false
		}
		out = append(out, fmt.Sprintf("%s %s (%s)", name, l.published(m[2]), l.renumber(m[3])))
	}
	return strings.Join(out, ", "), len(out) > 0
}

// equation writes an equation of codes by their names, where they have some.
func (l Lang) equation(s string) string {
	parts := strings.Split(s, " ")
	for i, c := range parts {
		if name, ok := l.term(c); ok {
			parts[i] = name
		}
	}
	return strings.Join(parts, " ")
}

// bound writes a number of which limits are known.
func (l Lang) bound(s string) string {
	s = strings.Replace(s, "at least ", pick(l, "at least ", "au moins ", "mindestens ", "не менее "), 1)
	s = strings.Replace(s, "at most ", pick(l, "at most ", "au plus ", "höchstens ", "не более "), 1)
	return l.renumber(l.Typeset(strings.Replace(s, " to ", pick(l, " to ", " à ", " bis ", "–"), 1)))
}

// at writes the codes of a cell, country and citizenship first, and its period.
func (l Lang) at(s string) string {
	parts := strings.Fields(s)
	for i, c := range parts {
		name, measured := l.term(c)
		p, dated := obs.ParsePeriod(c)
		switch {
		case i == 0 && known("geo", c):
			parts[i] = l.Short(c)
		case i <= 1 && known("citizen", c):
			parts[i] = l.Name("citizen", c)
		case dated:
			parts[i] = l.Period(p)
		case measured:
			parts[i] = name
		}
	}
	return strings.Join(parts, ", ")
}

// title finds a definition by its title in small letters.
func (l Lang) title(s string) (any, bool) {
	key, ok := titles()[lower(s)]
	if !ok {
		return s, false
	}
	t := l.Say(key)
	if l != "de" {
		t = lower(t)
	}
	return t, true
}

func lower(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if next, _ := utf8.DecodeRuneInString(s[size:]); unicode.IsUpper(next) { // OFPRA
		return s
	}
	return string(unicode.ToLower(r)) + s[size:]
}

var titles = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for key, e := range loaded().entries {
		if strings.HasPrefix(key, "def.") && strings.HasSuffix(key, ".title") {
			out[strings.ReplaceAll(lower(e.raw["en"]), "’", "'")] = key
		}
	}
	return out
})

// citizenBy and placeBy find codes by what the English functions call them.
func citizenBy(s string) (any, bool) {
	if s == "all citizenships" {
		return Citizen("TOTAL"), true
	}
	c, ok := code.Must("citizen").Label(strings.TrimPrefix(s, "citizens of "))
	return Citizen(c), ok
}

func placeBy(s string) (any, bool) {
	if s == "the EU" {
		return Geo("EU27_2020"), true
	}
	c, ok := code.Must("geo").Label(strings.TrimPrefix(s, "the "))
	return Geo(c), ok
}
