package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"asylum/datasets"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// What asylum init writes is read, and the schema that editors use knows the
// keys that the program knows, no more and no fewer.
func TestConfigAndItsSchema(t *testing.T) {
	sample, err := datasets.FS.ReadFile("asylum.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if cfg, err := readConfig(sample, "asylum.yaml"); err != nil || cfg.Lake != "lake" || len(cfg.Languages) != 4 {
		t.Errorf("%+v, %v", cfg, err)
	}
	text, err := datasets.FS.ReadFile("asylum.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var s struct{ Properties map[string]any }
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(s.Properties)); !slices.Equal(got, configKeys()) {
		t.Errorf("the schema knows %v, the program %v", got, configKeys())
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("asylum.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema := c.MustCompile("asylum.schema.json")
	for in, want := range map[string]string{
		string(sample): "", "": "", "# nothing": "", "lake: here": "", "fetch: [migr_asydcfsta, https://asylumineurope.org/x/]\nlanguages: [fr]": "",
		"lakes: here":              `c.yaml:1:1: got key "lakes", want one of as_of, base, charts, codes, corrections, definitions, fetch, lake, languages, notify, out, outputs, rules, slices, sources, tables` + "\n\thint: did you mean lake?",
		"lake: l\nlangauges: [en]": `c.yaml:2:1: got key "langauges", want one of as_of, base, charts, codes, corrections, definitions, fetch, lake, languages, notify, out, outputs, rules, slices, sources, tables` + "\n\thint: did you mean languages?",
		"zzzzzz: 1":                `c.yaml:1:1: got key "zzzzzz", want one of as_of, base, charts, codes, corrections, definitions, fetch, lake, languages, notify, out, outputs, rules, slices, sources, tables` + "\n\thint: asylum init writes an example",
		"languages: [en, pl]":      `c.yaml:1:1: got languages "pl", want one of en, fr, de, ru` + "\n\thint: no other is spoken",
		"out: x\nfetch: [../x]":    `c.yaml:2:1: got fetch "../x", want a dataset code such as migr_asydcfsta, or a page's address that begins with https://` + "\n\thint: asylum fetch --help says more",
		"base: here":               `c.yaml:1:1: got base "here", want an address such as https://example.org/asylum/` + "\n\thint: leave it out if it is not known yet",
		"sources: [a/*.gz]\ntables: [unhcr/asylum_decisions]\ncharts: [c.yaml]\noutputs: []": "",
		"slices:\n  citizens: [RU]\n  geos: [HR, DE]\nrules: {few_under: 50}":                "",
		"slices: {citizen: [RU]}": `c.yaml:1:10: got key "citizen", want one of citizens, geos` + "\n\thint: did you mean citizens?",
		"rules:\n  few: 5":        `c.yaml:2:3: got key "few", want one of counts_under, few_under, rank_from` + "\n\thint: asylum init writes an example",
		"outputs: [gif]":          `c.yaml:1:1: got outputs "gif", want some of png, pdf, xlsx` + "\n\thint: SVG, CSV and JSON are made of every chart",
		"- a":                     `c.yaml:1:1: got "-", want lines such as lake: DIR` + "\n\thint: asylum init writes an example",
	} {
		_, err := readConfig([]byte(in), "c.yaml")
		if got := ""; err != nil {
			if got = err.Error(); got != want {
				t.Errorf("%q: got %s\nwant %s", in, got, want)
			}
		} else if want != "" {
			t.Errorf("%q: no error, want %s", in, want)
		}
		var v any
		if err := yaml.Unmarshal([]byte(in), &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); (err == nil) != (want == "") {
			t.Errorf("%q: the schema says %v, the program %q", in, err, want)
		}
	}
}
