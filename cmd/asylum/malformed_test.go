package main

import (
	"regexp"
	"testing"
)

// wrong is how an error in a user's own file is told: where it is, what came, what
// was wanted, and how to mend it.
var wrong = regexp.MustCompile(`^asylum: mine\.yaml:\d+:\d+: (got .+, want .+|chart a: .+)\n\thint: .+\n`)

// malformed are files that users write, by what they are, each wrong in its way.
var malformed = []struct {
	name  string
	args  []string
	exit  int
	files []string
}{
	{"charts", []string{"chart", "mine.yaml"}, exitUsage, []string{
		"- id: [a, b]\n  kind: bars\n",
		"id: a\nkind: {x: y}\n",
		"id: a\nkind: pie\n",
		"id: ../a\nkind: bars\n",
		"- id: a\n  kind: bars\n  period: twenty\n",
		"id: a\nkind: bars\nkinds: bars\n",
		"id: a\nkind: bars\ngeo: XX\n",
		"id: a\nkind: bars\ngeo: {a: b}\n",
		"id: a\nkind: bars\ntitle: hello\n",
		"id: a\nkind: bars\ntitle: {pl: czesc}\n",
		"id: a\nkind: bars\nmix: maybe\n",
		"- {id: a, kind: bars\n",
		"id: a\n---\nid: b\n",
		"",
		"hello\n",
		"- {id: a, kind: bars, definition: nope, period: 2023, by: geo, citizen: RU, geo: EU27_2020}\n",
		"- {id: a, kind: dumbbell, definition: unhcr_total_protection, period: 2023, by: geo, citizen: RU, geo: EU27_2020}\n",
		"id: a\nkind: bars\nid: b\n",
		"id: a\nkind: bars\nleast: 5.5\n",
		"id: a\nkind: bars\nby: colour\n",
		"- {id: a, kind: bars}\n- {id: a, kind: bars}\n",
		"id: a\nkind: bars\nfeatured: 3\nperiod: 2024..2014\n",
		"id: a\nkind: bars\nsource: nobody\n",
		"id: a\nkind: bars\nperiod: 2023\ndefinition: unhcr_total_protection\npages: [moon]\n",
		"\xff",
		"id: a\nkind: bars\nreference: QQ\nperiod: 2023\n",
	}},
	{"config", []string{"run", "--explain", "-c", "mine.yaml"}, exitUsage, []string{
		"lake: [a]\n",
		"lake: {a: b}\n",
		"fetch: migr_asydcfsta\n",
		"languages: {a: b}\n",
		"languages: [1]\n",
		"slices: [RU]\n",
		"slices: {citizens: [XX]}\n",
		"rules: {rank_from: many}\n",
		"rules: {rank_from: 1.5}\n",
		"outputs: png\n",
		"lake: a\nlake: b\n",
		"out: ''\nas_of: yesterday\n",
		"sources: ['[']\n",
		"{",
		"lake: \"a\nb\n",
		"a\n",
		"\xff",
		"fetch: [../../x]\n",
		"base: javascript:alert(1)\n",
		"lake: a\n---\nlake: b\n",
		"rules: {few_under: -1}\n",
		"as_of: [1]\n",
		"notify: [a]\n",
		"languages: [en, en]\n",
	}},
	{"definitions", []string{"rates", "--definitions", "mine.yaml"}, exitUsage, []string{
		"a\n",
		"- name: X\n",
		"- {name: a, kind: rate}\n",
		"- name: [a]\n",
		"- {nam: a}\n",
		"{",
		"",
		"- name: a\n  title: t\n  formula: f\n  kind: pie\n",
		"- name: unhcr_total_protection\n  title: T\n  formula: F\n  kind: rate\n  class: {numerator: a, denominator: b, stage: first, unit: persons, population: all}\n  publisher: p\n  citation: c\n  from:\n  - {source: nobody}\n",
		"\xff",
		"- name: a\n---\n- name: b\n",
		"- name: a\n  from: 3\n",
	}},
	{"corrections", []string{"rate", "unhcr_total_protection", "--citizen", "RU", "--geo", "HR", "--corrections", "mine.yaml"}, exitUsage, []string{
		"a\n",
		"- id: A B\n",
		"- {id: a}\n",
		"- {id: [a]}\n",
		"- {idd: a}\n",
		"{",
		"- id: a\n  source: eurostat\n  table: t\n  cell: {geo: DE}\n  period: 20233\n  printed: x\n  corrected: many\n  why: x\n  evidence: []\n",
		"\xff",
		"- id: a\n---\n- id: b\n",
		"- id: a\n  evidence: x\n",
		"- id: a\n  cell: []\n",
		"- id: a\n  corrected: 1.5\n",
	}},
	{"figures", []string{"reproduce", "--figures", "mine.yaml"}, exitParse, []string{
		"a\n",
		"figures: x\n",
		"figures:\n- id: a\n",
		"figures:\n- {id: a, value: x, citizen: RU, geo: HR, period: 2023}\n",
		"figures:\n- {id: a, value: 6 %, citizen: XX, geo: HR, period: 2023}\n",
		"figures:\n- {id: a, value: 6 %, citizen: RU, geo: HR, period: never}\n",
		"figur: []\n",
		"{",
		"\xff",
		"figures:\n- {id: a, value: 6 %, citizen: RU, geo: HR, period: 2023, num: 5.5}\n",
		"figures:\n- {id: a, value: 6 %, citizen: RU, geo: HR, period: 2023, num: many}\n",
		"figures: []\n---\nfigures: []\n",
		"id,value\n1,2\n",
		"id,value,citizen,geo,year\na,6 %,RU,HR\n",
		"id,value,citizen,geo,year\na,\"6 %,RU,HR,2023\n",
		"figures:\n- {id: [a]}\n",
	}},
	{"codes", []string{"tables", "--codes", "mine.yaml"}, exitUsage, []string{
		"citizen\n",
		"citizen,XA,king\n",
		"citizen,<b>,member\n",
		"planet,XA,member\n",
		"citizen,XA,member,n,extra,more\n",
		"\xff,XA,member\n",
		"citizen,\"XA,member\n",
		"citizen,RU,aggregate\n",
		"citizen,,member\n",
		",,\n",
	}},
}

// Whatever is wrong with a file of the user's own is told by line and column, in
// the words of who wrote it and not of Go's, and nothing is done.
func TestMalformedFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, kind := range malformed {
		for _, text := range kind.files {
			write(t, "mine.yaml", text)
			stdout, log := asylum(t, kind.exit, kind.args...)
			if !wrong.MatchString(log) || stdout != "" || regexp.MustCompile(`unmarshal|Go struct|interface \{\}`).MatchString(log) {
				t.Errorf("of %s\n%s\nit says\n%s%s", kind.name, text, stdout, log)
			}
		}
	}
}
