package words

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"asylum/datasets"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

var update = flag.Bool("update", false, "rewrite testdata/waiting.txt")

func TestCatalogueLoads(t *testing.T) {
	c, err := load(datasets.FS)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.entries) < 190 {
		t.Errorf("%d messages", len(c.entries))
	}
}

// What is wrong with a file of the catalogue is said with its place.
func TestCatalogueErrors(t *testing.T) {
	const whole = "  fr: b\n  de: c\n  ru: d\n"
	for in, want := range map[string]string{
		"a.b:\n  en: x\n  fr: b\n  de: c\n":                                          "datasets/words/x.yaml:1: a.b: no text in ru",
		"a.b:\n  en: x\n  fr: x\n  de: c\n  ru: d\n":                                 "datasets/words/x.yaml:1: a.b: fr is en word for word; if that is right, say so: same: en fr",
		"\na.b:\n  en: x {n}\n" + whole:                                              "datasets/words/x.yaml:2: a.b: fr has the values none, en has n",
		"a.b:\n  en: x\n  it: y\n" + whole:                                           "datasets/words/x.yaml:3: a.b, it: no field of an entry, want en, fr, de, ru, same or note",
		"a.b:\n  en: x {\n" + whole:                                                  "datasets/words/x.yaml:2: a.b, en: at byte 4: no name after {; in \"x {\"",
		"a.b:\n  en: x }\n" + whole:                                                  "datasets/words/x.yaml:2: a.b, en: at byte 3: a } without its {; in \"x }\"",
		"a.b:\n  en: \"{n, plural, one{x}}\"\n" + whole:                              "datasets/words/x.yaml:2: a.b, en: {n, plural} has the arms one, want one other",
		"a.b:\n  en: \"{n, select, one{x}}\"\n" + whole:                              "datasets/words/x.yaml:2: a.b, en: {n, select} has no arm other",
		"a.b:\n  en: \"[[x\"\n" + whole:                                              "datasets/words/x.yaml:2: a.b, en: [[ and ]] do not pair; in \"[[x\"",
		"a.b:\n  en: 7\n" + whole:                                                    "datasets/words/x.yaml:2: a.b, en: want a text",
		"a.b:\n  en: \" x\"\n" + whole:                                               "datasets/words/x.yaml:2: a.b, en: \" x\": want a text without blanks around it",
		"a.b:\n  en: x\n  same: en it\n" + whole:                                     "datasets/words/x.yaml:3: a.b, same: language \"it\": want en, fr, de or ru",
		"a.b:\n  en: x\n" + whole + "c.d:\n  en: x\n" + whole + "e:\n" + "  en: y\n": "datasets/words/x.yaml:11: e: no text in fr",
	} {
		_, err := load(fstest.MapFS{"words/x.yaml": {Data: []byte(in)}})
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
	twice := fstest.MapFS{"words/x.yaml": {Data: []byte("a.b:\n  en: x\n" + whole)}, "words/y.yaml": {Data: []byte("a.b:\n  en: x\n" + whole)}}
	if _, err := load(twice); err == nil || err.Error() != "datasets/words/y.yaml:1: a.b stands at datasets/words/x.yaml:1 too" {
		t.Error(err)
	}
}

// with says messages of a catalogue of the test's own.
func with(t *testing.T, text string) *catalogue {
	t.Helper()
	c, err := load(fstest.MapFS{"words/x.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWrite(t *testing.T) {
	c := with(t, `
a:
  en: "{who, Head} {where, in}: {n, plural, =0{nobody} one{# person} other{# people}}, [[{rate} of them]]"
  fr: "{who, Head} {where, in} : {n, plural, =0{personne} one{# personne} other{# personnes}}, [[dont {rate}]]"
  de: "{who, Head} {where, in}: {n, plural, =0{niemand} one{# Mensch} other{# Menschen}}, [[davon {rate}]]"
  ru: "{who, Head} {where, in}: {n, plural, =0{никто} one{# человек} few{# человека} many{# человек}}, [[из них {rate}]]"
b:
  en: "{x, select, a{first} other{second}} # [1]"
  fr: "{x, select, a{premier} other{second}} # [1]"
  de: "{x, select, a{erster} other{zweiter}} # [1]"
  ru: "{x, select, a{первый} other{второй}} # [1]"
`)
	say := func(l Lang, key string, args ...any) string {
		spans, err := l.write(c, key, args)
		if err != nil {
			return "error: " + err.Error()
		}
		var b strings.Builder
		for _, s := range spans {
			if s.Hot {
				b.WriteString("<" + s.Text + ">")
			} else {
				b.WriteString(s.Text)
			}
		}
		return b.String()
	}
	args := func(n int) []any {
		return []any{"who", Citizen("RU"), "where", Geo("MT"), "n", n, "rate", Pct{Share: 0.339, Decimals: 1, About: true}}
	}
	each(t, "21", func(l Lang) string { return say(l, "a", args(21)...) },
		"Citizens of Russia in Malta: 21_people, <≈33.9%_of_them>", "Ressortissants de Russie à_Malte_: 21_personnes, <dont_≈33,9~%>",
		"Staatsangehörige Russlands auf Malta: 21_Menschen, <davon_≈33,9_%>", "Граждане России на_Мальте: 21_человек, <из_них_≈33,9_%>")
	each(t, "0", func(l Lang) string { return say(l, "a", args(0)...) },
		"Citizens of Russia in Malta: nobody, <≈33.9%_of_them>", "Ressortissants de Russie à_Malte_: personne, <dont_≈33,9~%>",
		"Staatsangehörige Russlands auf Malta: niemand, <davon_≈33,9_%>", "Граждане России на_Мальте: никто, <из_них_≈33,9_%>")
	if got := visible.Replace(say("ru", "a", args(2342)...)); !strings.Contains(got, "2_342_человека") {
		t.Error(got)
	}
	each(t, "select", func(l Lang) string { return say(l, "b", "x", "a") + "; " + say(l, "b", "x", "z") },
		"first # [1]; second # [1]", "premier # [1]; second # [1]", "erster # [1]; zweiter # [1]", "первый # [1]; второй # [1]")
	for _, tt := range []struct {
		key  string
		args []any
		want string
	}{
		{"c", nil, "error: the catalogue, datasets/words, has no such key"},
		{"b", nil, `error: no value "x"`},
		{"b", []any{"x", "a", "y", "b"}, `error: the value "y" is not used`},
		{"b", []any{"x"}, "error: want a name and a value, got x"},
		{"a", []any{"who", "RU", "where", Geo("MT"), "n", 1, "rate", 1}, `error: {who}: string has no form "head"`},
		{"a", []any{"who", Citizen("RU"), "where", Geo("MT"), "n", 1.5, "rate", 1}, "error: {n, plural}: got float64, want a count"},
		{"a", []any{"who", Citizen("RU"), "where", Geo("MT"), "n", 1, "rate", 0.5}, "error: {rate}: got float64, want a string, a count or a value of package words"},
	} {
		if got := say("en", tt.key, tt.args...); got != tt.want {
			t.Errorf("%s %v: %q, want %q", tt.key, tt.args, got, tt.want)
		}
	}
}

// A definition of a user's own is called by its name; a part that one of ours lacks
// is a fault.
func TestOwnDefinition(t *testing.T) {
	for _, l := range Langs {
		if got := l.Say("def.my_own_rate.measure"); got != "my own rate" {
			t.Errorf("%s: %q", l, got)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a part that is missing passes")
		}
	}()
	Lang("en").Say("def.eurostat_first_instance.missing")
}

// A fault of ours panics in tests, so that none is published unseen.
func TestSayPanics(t *testing.T) {
	defer func() {
		if r := recover(); r == nil || fmt.Sprint(r) != `message "no.such" in fr: the catalogue, datasets/words, has no such key` {
			t.Error(r)
		}
	}()
	Lang("fr").Say("no.such")
}

func TestValues(t *testing.T) {
	for _, tt := range []struct {
		v    any
		form string
		want [4]string
	}{
		{PctRange{0.339, 0.381, 1}, "", [4]string{"33.9–38.1%", "33,9–38,1~%", "33,9–38,1_%", "33,9–38,1_%"}},
		{PointsOf(-0.021), "", [4]string{"−2.1", "−2,1", "−2,1", "−2,1"}},
		{Times(13.4), "", [4]string{"13", "13", "13", "13"}},
		{Counts{20, 59}, "", [4]string{"20_of_59", "20_sur_59", "20_von_59", "20_из_59"}},
		{Persons{22, "SY"}, "", [4]string{"22_citizens of Syria", "22_ressortissants de Syrie", "22_Staatsangehörige Syriens", "22_гражданина Сирии"}},
		{Geos{"DK", "NL"}, "in", [4]string{"in Denmark and in the Netherlands", "au Danemark et aux Pays-Bas", "in Dänemark und in den Niederlanden", "в_Дании и_в_Нидерландах"}},
		{Day("2025-12-01"), "month", [4]string{"December 2025", "décembre 2025", "Dezember 2025", "декабрь_2025_года"}},
		{Src("unhcr"), "", [4]string{"UNHCR", "HCR", "UNHCR", "УВКБ ООН"}},
		{Src("ofpra"), "", [4]string{"ofpra", "ofpra", "ofpra", "ofpra"}},
		{Quoted("x"), "", [4]string{"“x”", "«_x_»", "„x“", "«x»"}},
		{List{"A", "B"}, "", [4]string{"A and B", "A et B", "A und B", "A и_B"}},
		{obs.Period("2023"), "In", [4]string{"In 2023", "En_2023", "2023", "В_2023_году"}},
		{obs.Period("2023"), "year", [4]string{"in 2023", "en_2023", "im Jahr 2023", "в_2023_году"}},
		{Citizen("RU"), "name", [4]string{"Russia", "Russie", "Russland", "Россия"}},
	} {
		each(t, fmt.Sprintf("%v %s", tt.v, tt.form), func(l Lang) string {
			s, _, err := l.value(tt.v, tt.form)
			if err != nil {
				return err.Error()
			}
			return s
		}, tt.want[:]...)
	}
	for _, tt := range []struct {
		v    any
		form string
	}{{obs.Period("2023"), "off"}, {Geo("HR"), "gen"}, {Citizen("RU"), "in"}, {Day("2023-01-01"), "in"}, {"x", "in"}, {7, "in"}, {nil, ""}, {true, ""}} {
		if s, _, err := Lang("fr").value(tt.v, tt.form); err == nil {
			t.Errorf("%v in the form %q gives %q", tt.v, tt.form, s)
		}
	}
}

// keyCalls are the functions that take a key of the catalogue, by name.
var keyCalls = map[string]bool{"Say": true, "Spans": true, "Has": true, "sayIf": true, "say": true, "Fitting": true}

// A use is where a key, or all keys of a prefix, are asked for.
type use struct {
	key   string
	whole bool
	at    string
}

// usesInGo finds the keys that Go code says: literals, and literal prefixes of
// keys that are put together. Literals that may be keys said further on, by a
// function that they are handed to, are among the others.
func usesInGo(t *testing.T, root string) (out, others []use) {
	t.Helper()
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if key, _, ok := keyOf(lit); ok {
					others = append(others, use{key: key})
				}
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			name := ""
			switch fn := call.Fun.(type) {
			case *ast.SelectorExpr:
				name = fn.Sel.Name
			case *ast.Ident:
				name = fn.Name
			}
			if keyCalls[name] {
				if key, whole, ok := keyOf(call.Args[0]); ok {
					out = append(out, use{key, whole, fset.Position(call.Pos()).String()})
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, others
}

// keyOf reads a key: "a.b", or "a." + x, a prefix.
func keyOf(e ast.Expr) (key string, whole, ok bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, true, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		s, _, ok := keyOf(e.X)
		return s, false, ok
	}
	return "", false, false
}

var inTemplate = regexp.MustCompile(`\b(?:say|spans) (?:(\(print )?)"([^"]+)"`)

func usesInTemplates(t *testing.T, root string) (out []use) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".html") || strings.Contains(path, "testdata") || strings.Contains(path, "/out/") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range inTemplate.FindAllStringSubmatchIndex(string(data), -1) {
			line := 1 + strings.Count(string(data[:m[0]]), "\n")
			out = append(out, use{string(data[m[4]:m[5]]), m[2] == m[3], fmt.Sprintf("%s:%d", path, line)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every key that is said exists, and every key of the catalogue is said, but
// for those of testdata/waiting.txt: texts that pages and charts to come need.
// go test ./reports/words -update drops from it what is said by now.
func TestEveryKeyIsSaid(t *testing.T) {
	c := loaded()
	said := map[string]bool{}
	uses, others := usesInGo(t, "..")
	for _, u := range others {
		said[u.key] = true
	}
	for _, u := range append(uses, usesInTemplates(t, "..")...) {
		if u.whole {
			if c.entries[u.key] == nil {
				t.Errorf("%s: the catalogue has no %q", u.at, u.key)
			}
			said[u.key] = true
			continue
		}
		n := 0
		for key := range c.entries {
			if strings.HasPrefix(key, u.key) {
				said[key] = true
				n++
			}
		}
		if n == 0 {
			t.Errorf("%s: the catalogue has nothing that begins with %q", u.at, u.key)
		}
	}
	for key := range c.entries {
		if strings.HasPrefix(key, "text.") { // the pipeline says it: text_test.go
			said[key] = true
		}
	}
	const file = "testdata/waiting.txt"
	data, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	waiting := map[string]bool{}
	for _, key := range strings.Fields(string(data)) {
		waiting[key] = true
		if c.entries[key] == nil && !*update {
			t.Errorf("%s: the catalogue has no %q", file, key)
		}
	}
	var still []string
	for _, key := range slices.Sorted(maps.Keys(c.entries)) {
		if said[key] {
			continue
		}
		still = append(still, key)
		if e := c.entries[key]; !waiting[key] && !*update {
			t.Errorf("%s:%d: nothing says %s", e.file, e.line, key)
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(still, "\n")+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// texts calls f for every text of the catalogue as it is written.
func texts(f func(e *entry, l Lang, text string)) {
	c := loaded()
	for _, key := range slices.Sorted(maps.Keys(c.entries)) {
		for _, l := range Langs {
			f(c.entries[key], l, c.entries[key].raw[l])
		}
	}
}

// What no text of the catalogue says, by language and kind of message.
var forbidden = []struct {
	why  string
	in   *regexp.Regexp // of the English text; nil means all
	file string         // "" means all
	says map[Lang]*regexp.Regexp
}{
	{"an intention is no application (METHODS 1)", regexp.MustCompile(`(?i)intend|intention`), "", map[Lang]*regexp.Regexp{
		"en": regexp.MustCompile(`(?i)\bapplied\b|asked for asylum`), "fr": regexp.MustCompile(`(?i)ont demandé|a demandé|ayant demandé`),
		"de": regexp.MustCompile(`(?i)haben .*beantragt\b|beantragten\b`), "ru": regexp.MustCompile(`(?i)просил[иа]?\b|подал[иа]? ход`)}},
	{"no shade is named: a theme turns it about (CHARTS 4)", nil, "charts", map[Lang]*regexp.Regexp{
		"en": regexp.MustCompile(`(?i)\b(dark|darker|black|white|light)\b`), "fr": regexp.MustCompile(`(?i)\b(foncée?s?|sombres?|noire?s?|blanche?s?|claire?s?)\b`),
		"de": regexp.MustCompile(`(?i)\b(dunkel|dunkle|schwarz|weiß|hell)`), "ru": regexp.MustCompile(`(?i)(тёмн|темн|чёрн|черн|белый|белая|светл)`)}},
	{"asylum seekers are people, not flows of water", nil, "", map[Lang]*regexp.Regexp{
		"en": regexp.MustCompile(`(?i)\b(illegal|wave|influx|flood|bogus)\b`), "fr": regexp.MustCompile(`(?i)\b(clandestins?|vague|afflux|déboutés?)\b`),
		"de": regexp.MustCompile(`(?i)(Asylanten|Flüchtlingswelle|Flüchtlingsstrom|illegal)`), "ru": regexp.MustCompile(`(?i)(нелегал|наплыв|беженск)`)}},
	{"a typewriter’s marks", nil, "", map[Lang]*regexp.Regexp{
		"en": regexp.MustCompile(`['"]|\.\.\.| - `), "fr": regexp.MustCompile(`['"]|\.\.\.| - `), "de": regexp.MustCompile(`['"]|\.\.\.| - |“[^“]*”`), "ru": regexp.MustCompile(`['"“„]|\.\.\.| - `)}},
}

func TestForbiddenWords(t *testing.T) {
	texts(func(e *entry, l Lang, text string) {
		for _, f := range forbidden {
			if l == "en" && strings.HasPrefix(e.key, "text.") { // as the pipeline writes it
				continue
			}
			if f.in != nil && !f.in.MatchString(e.raw["en"]) || f.file != "" && !strings.HasSuffix(e.file, f.file+".yaml") {
				continue
			}
			if bad := f.says[l].FindString(strings.ReplaceAll(l.Typeset(text), nbsp, " ")); bad != "" {
				t.Errorf("%s:%d: %s in %s says %q: %s", e.file, e.line, e.key, l, bad, f.why)
			}
		}
	})
}

// Typeset leaves no plain space where the language wants another, and needs
// none to be put into the files by hand.
func TestSpaces(t *testing.T) {
	frenchBare := regexp.MustCompile(`[^\s\x{00a0}\x{202f}][;!?»]|[^\s\x{00a0}\x{202f}\d]:(\s|$)|«[^\x{00a0}]`)
	plainBefore := regexp.MustCompile(`[ ][;:!?»%—]|« `)
	texts(func(e *entry, l Lang, text string) {
		if strings.ContainsAny(text, nbsp+narrow) {
			t.Errorf("%s:%d: %s in %s holds a no-break space; write a plain one, it is bound by rule", e.file, e.line, e.key, l)
		}
		set := l.Typeset(text)
		if l == "fr" {
			if bad := frenchBare.FindString(set); bad != "" {
				t.Errorf("%s:%d: %s in fr: %q wants a space", e.file, e.line, e.key, bad)
			}
		}
		if l == "fr" || l == "ru" {
			if bad := plainBefore.FindString(set); bad != "" {
				t.Errorf("%s:%d: %s in %s: %q keeps a plain space", e.file, e.line, e.key, l, bad)
			}
			for _, w := range strings.Fields(strings.NewReplacer(nbsp, "_", "(", " ", "{", " ", "}", " ", "«", " ").Replace(set)) {
				if short[l][strings.ToLower(w)] && !strings.Contains(text, "{"+w) && !strings.HasSuffix(set, w) {
					t.Errorf("%s:%d: %s in %s: %q is not bound", e.file, e.line, e.key, l, w)
				}
			}
		}
		if strings.Contains(text, "  ") {
			t.Errorf("%s:%d: %s in %s has two spaces", e.file, e.line, e.key, l)
		}
	})
}

// Every message can be written: each form that it asks of a value exists for
// some kind of value.
func TestEveryFormExists(t *testing.T) {
	known := map[string]bool{"": true, "name": true, "month": true, "cap": true}
	for _, f := range slices.Concat(placeForms, peopleForms, periodForms) {
		known[f] = true
	}
	var walk func(e *entry, l Lang, nodes []node)
	walk = func(e *entry, l Lang, nodes []node) {
		for _, n := range nodes {
			if !known[strings.ToLower(n.form)] {
				t.Errorf("%s:%d: %s in %s: no value has a form %q", e.file, e.line, e.key, l, n.form)
			}
			for _, arm := range n.arms {
				walk(e, l, arm)
			}
		}
	}
	texts(func(e *entry, l Lang, _ string) {
		if l != "en" || !strings.HasPrefix(e.key, "text.") { // there the forms are kinds of values
			walk(e, l, e.in[l].nodes)
		}
	})
}

// A title takes two lines of 66 characters (CHARTS 3), with a country of a
// usual name; what is longer is rewritten, not shrunk.
func TestTitlesFit(t *testing.T) {
	texts(func(e *entry, l Lang, _ string) {
		if !strings.HasPrefix(e.key, "title.") {
			return
		}
		var args []any
		for name := range e.names {
			args = append(args, name, sample(e, name))
		}
		spans, err := l.write(loaded(), e.key, args)
		if err != nil {
			t.Errorf("%s:%d: %s in %s: %v", e.file, e.line, e.key, l, err)
			return
		}
		n := 0
		for _, s := range spans {
			n += len([]rune(s.Text))
		}
		if most := 2*66 + 4; n > most {
			t.Errorf("%s:%d: %s in %s takes %d characters, want %d: %v", e.file, e.line, e.key, l, n, most, spans)
		}
	})
}

// sample is a usual value for a name, by the forms that the texts ask of it.
func sample(e *entry, name string) any {
	forms := map[string]bool{}
	for _, m := range e.in {
		formsOf(m.nodes, name, forms)
	}
	has := func(of []string) bool {
		return slices.ContainsFunc(of, func(f string) bool { return f != "" && forms[f] })
	}
	switch {
	case slices.Contains([]string{"period", "when", "from", "to", "peak"}, name):
		return obs.Period(map[string]string{"from": "2019", "peak": "2021"}[name] + map[bool]string{true: "2023"}[name != "from" && name != "peak"])
	case has(peopleForms) || forms["name"]:
		return Citizen("RU")
	case has(placeForms):
		return Geos{"AT"}
	case forms["plural"] || slices.Contains([]string{"m", "k", "open", "merits", "granted"}, name):
		return int64(59)
	}
	switch name {
	case "where", "geo":
		return Geo("HR")
	case "n", "all", "old", "new", "older", "newer", "below":
		return int64(8507)
	case "times":
		return Times(2.4)
	case "measure":
		return "the protection rate"
	}
	return Pct{Share: 0.341}
}

// formsOf collects the forms, in small letters, that nodes ask of a name.
func formsOf(nodes []node, name string, forms map[string]bool) {
	for _, n := range nodes {
		if n.name == name {
			forms[strings.ToLower(n.form)+n.choice] = true
		}
		for _, arm := range n.arms {
			formsOf(arm, name, forms)
		}
	}
}

// Every definition has its names, and its English title is the one it was
// written with.
func TestEveryDefinitionIsNamed(t *testing.T) {
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range set.All() {
		for _, part := range []string{"short", "title", "formula", "measure"} {
			if !Has("def." + d.Name + "." + part) {
				t.Errorf("datasets/words/definitions.yaml has no def.%s.%s", d.Name, part)
			}
		}
		if Has("def." + d.Name + ".title") {
			if got := Lang("en").Say("def." + d.Name + ".title"); got != strings.ReplaceAll(d.Title, "'", "’") {
				t.Errorf("%s is %q in the catalogue and %q in datasets/definitions.yaml", d.Name, got, d.Title)
			}
		}
		if d.Kind != rate.Ratio {
			continue
		}
		for _, part := range []string{"short", "title", "formula", "measure"} {
			for l, never := range map[Lang]string{"en": `(?i)\brates?\b|\bshare\b`, "fr": `(?i)\btaux\b|\bpart\b`, "de": `(?i)quote|anteil`, "ru": `(?i)дол[яюие]`} {
				if bad := regexp.MustCompile(never).FindString(l.Say("def." + d.Name + "." + part)); bad != "" {
					t.Errorf("def.%s.%s in %s says %q: a ratio of two flows is never called a rate (METHODS 2)", d.Name, part, l, bad)
				}
			}
		}
	}
}
