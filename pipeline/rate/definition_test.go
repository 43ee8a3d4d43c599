package rate

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"asylum/datasets"

	"github.com/goccy/go-yaml"
)

// The built-in definitions obey the schema that a user's own must obey.
func TestTheBuiltInDefinitionsObeyTheSchema(t *testing.T) {
	data, err := datasets.FS.ReadFile("definitions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(data, "definitions.yaml"); err != nil {
		t.Error(err)
	}
}

const valid = `- name: mine
  title: Mine
  formula: G/(G+O)
  kind: rate
  class: {numerator: G, denominator: positives, stage: first, unit: persons, population: all}
  publisher: me
  citation: a letter
  from:
    - source: unhcr
      tables: [asylum_decisions]
      axis: decision
      rounding: exact
      num: {terms: [dec_recognized]}
      rest: {terms: [dec_other]}
`

// Each fault is named by line and column, with what came, what was wanted, and
// how to mend it.
func TestFaultsOfDefinitions(t *testing.T) {
	for _, tt := range []struct{ name, from, to, want string }{
		{"a misspelt key", "  formula:", "  fromula:",
			`f.yaml:3:3: got key "fromula", want one of caveats, citation, class, formula, from, kind, lacks, line, name, publisher, title` + "\n\thint: did you mean formula?"},
		{"a misspelt key within", "num: {terms:", "num: {term:",
			`f.yaml:13:13: got key "term", want one of add, axis, counted_by, first, level, need, repeat, rounding, set, tables, terms, total, unit, where` + "\n\thint: did you mean terms?"},
		{"no such key", "  citation: a letter", "  citation: a letter\n  colour: red",
			`f.yaml:8:3: got key "colour", want one of caveats, citation, class, formula, from, kind, lacks, line, name, publisher, title`},
		{"no such kind", "kind: rate", "kind: raito",
			`f.yaml:4:9: got kind "raito", want one of rate, share, ratio, backlog, per_million` + "\n\thint: did you mean ratio?"},
		{"no such source", "source: unhcr", "source: unhrc",
			`f.yaml:9:15: got source "unhrc", want one of eurostat, unhcr, aida` + "\n\thint: did you mean unhcr?"},
		{"a name with capitals", "name: mine", "name: My rate",
			`f.yaml:1:9: got name "My rate", want lower-case letters, digits and _`},
		{"a text for a list", "tables: [asylum_decisions]", "tables: asylum_decisions",
			"f.yaml:10:15: got tables as a text, want a list\n\thint: put [ ] around it"},
		{"a number for a text", "title: Mine", "title: 2023",
			"f.yaml:2:10: got title as a number, want a text\n\thint: put \" \" around it"},
		{"nothing for a text", "publisher: me", `publisher: ""`,
			"f.yaml:6:14: got publisher with nothing in it, want something\n\thint: leave the key out if there is nothing to say"},
		{"what must be there", "stage: first, ", "",
			"f.yaml:5:11: got class without stage, want it said\n\thint: definitions.schema.json lists what a definition must hold"},
		{"a definition without much", "  publisher: me\n  citation: a letter\n", "",
			"f.yaml:1:3: got a definition without publisher, citation, want it said\n\thint: definitions.schema.json lists what a definition must hold"},
		{"no list", "- name: mine\n", "name: mine\n",
			"f.yaml:1:1: got the list as a mapping, want a list\n\thint: put [ ] around it"},
		{"a line off the scale", "  citation: a letter", "  citation: a letter\n  line: {at: 120, geo: EU27_2020, below: x}",
			"f.yaml:8:14: got at 120, want at most 100"},
		{"what the schema cannot tell", "dec_other]", "dec_recognized]",
			"f.yaml:14:21: got dec_recognized a second time, want each term once\n\thint: it would be counted twice"},
		{"a code that there is not", "[dec_recognized]", "[dec_recognised]",
			`f.yaml:13:20: got decision "dec_recognised", want a code of datasets/codes/decision.csv` + "\n\thint: did you mean dec_recognized?"},
		{"an axis that there is not", "axis: decision", "axis: decisions",
			`f.yaml:11:13: got dimension "decisions", want one of asylum_decisions: citizen, geo, procedure_type, dec_level, dec_pc, decision` + "\n\thint: did you mean decision?"},
		{"a level that there is not", "rounding: exact", "rounding: exact\n      level: level",
			`f.yaml:13:14: got dimension "level", want one of asylum_decisions: citizen, geo, procedure_type, dec_level, dec_pc, decision`},
		{"codes of no dimension", "rounding: exact", "rounding: exact\n      add: {procedure: [G, J]}",
			`f.yaml:13:13: got dimension "procedure", want one of asylum_decisions: citizen, geo, procedure_type, dec_level, dec_pc, decision`},
		{"a code of no country", "rounding: exact", "rounding: exact\n      where: {geo: [GR]}",
			`f.yaml:13:15: got geo "GR", want a code of datasets/codes/geo.csv`},
		{"a table that there is not", "[asylum_decisions]", "[asylum_decision]",
			`f.yaml:10:15: got table "asylum_decision", want one of unhcr in datasets/codes/table.csv`},
		{"nothing for a term", "[dec_other]", `["|"]`,
			"f.yaml:14:21: got an empty term, want codes, with | between those of which the first that is there counts"},
		{"a rate without its whole", "      rest: {terms: [dec_other]}\n", "",
			"f.yaml:13:13: got a rate without its counts, want num and rest of a rate, num and den of any other kind"},
		{"one name twice", "  publisher", "  publisher", `f.yaml:15:9: got definition "mine" a second time, want each name once` + "\n\thint: the file's second one would hide its first"},
		{"two documents", "- name", "---\n[]\n---\n- name", "f.yaml:3:1: got a second document, begun with ---, want one document\n\thint: take the --- out, or put the rest into a file of its own"},
		{"an empty list", valid, "[]", "f.yaml:1:1: got the list with nothing in it, want something\n\thint: leave the key out if there is nothing to say"},
		{"a byte order mark", "- name: mine", "\ufeff- name: Mine", `f.yaml:1:9: got name "Mine", want lower-case letters, digits and _`},
		{"a key twice", "kind: rate", "kind: rate\n  kind: share", `f.yaml:5:3: got "kind", mapping key "kind" already defined at [4:3], want YAML` + "\n\thint: take one of the two out"},
		{"no YAML", "class: {", "class: {{", "f.yaml:5:"},
		{"nothing", valid, "", "f.yaml:1:1: got an empty file, want a list of definitions\n\thint: datasets/definitions.yaml shows some"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			text := strings.Replace(valid, tt.from, tt.to, 1)
			if tt.name == "no list" { // the rest stands as far in as the name
				text = strings.ReplaceAll(strings.Replace(text, "name: mine", "  name: mine", 1), "\n  ", "\n")[2:]
			}
			if tt.name == "one name twice" {
				text += text
			}
			if err := os.WriteFile("f.yaml", []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			_, err := Definitions("f.yaml")
			if err == nil {
				t.Fatalf("no error, want %q", tt.want)
			}
			if got := err.Error(); got != tt.want && (!strings.HasSuffix(tt.want, ":") || !strings.HasPrefix(got, tt.want)) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// Every fault of a file is named, in the order of its lines; what an alias
// stands for is found where it is written.
func TestAllFaultsOfAFile(t *testing.T) {
	text := strings.Replace(valid, "class: {numerator: G,", "class: &c {numerater: G,", 1) +
		strings.NewReplacer("name: mine", "name: other", "class: {numerator: G, denominator: positives, stage: first, unit: persons, population: all}", "class: *c", "exact", "exakt").Replace(valid)
	err := validate([]byte(text), "f.yaml")
	var got []string
	for _, line := range strings.Split(err.Error(), "\n") {
		if at, _, ok := strings.Cut(line, ": got"); ok {
			got = append(got, at)
		}
	}
	if want := "f.yaml:5:14 f.yaml:5:14 f.yaml:26:17"; strings.Join(got, " ") != want {
		t.Errorf("faults at %s, want %s\n%v", got, want, err)
	}
}

func TestDefinitionsOfOnesOwn(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f.yaml")
	if err := os.WriteFile(name, []byte(valid+strings.Replace(valid, "name: mine", "name: pact_20", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	set, err := Definitions(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := set.Named("mine"); err != nil {
		t.Error(err)
	}
	if d, err := set.Named("pact_20"); err != nil || d.Title != "Mine" {
		t.Errorf("pact_20 is %q %v, want the user's own", d.Title, err)
	}
}

// What the schema lets pass is decoded or refused, never a panic; what is
// decoded was let pass.
func FuzzDefinitions(f *testing.F) {
	f.Add([]byte(valid))
	f.Add([]byte("- &a\n  name: *a\n"))
	f.Add([]byte("? [a]\n: b\n"))
	f.Add([]byte("- {name: x, from: [{num: {terms: [a]}}]}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if validate(data, "f.yaml") != nil {
			return
		}
		var defs []Definition
		if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&defs); err != nil {
			t.Errorf("%q passes the schema and is not decoded: %v", data, err)
		}
	})
}

var update = flag.Bool("update", false, "rewrite what is expected")

// The program reads the built-in definitions as JSON, people read and change
// them as YAML: they are the same.
func TestTheBuiltInDefinitionsAreThoseOfTheYAML(t *testing.T) {
	data, err := datasets.FS.ReadFile("definitions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defs, err := decode(data, "definitions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	for _, d := range defs {
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(d); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join("..", "..", "datasets", Builtin)
	if *update {
		if err := os.WriteFile(name, want.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Fatalf("%s is not what definitions.yaml says; go test ./pipeline/rate -update writes it", Builtin)
	}
	set := &Set{}
	for line := range bytes.Lines(got) {
		if err := set.builtin(line); err != nil {
			t.Fatal(err)
		}
	}
	if got := set.All(); !reflect.DeepEqual(got, defs) {
		for i := range defs {
			if i >= len(got) || !reflect.DeepEqual(got[i], defs[i]) {
				t.Errorf("%s comes back from JSON as another definition", defs[i].Name)
			}
		}
	}
}
