package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"asylum/datasets"
	"asylum/pipeline/code"
	"asylum/pipeline/disk"
	"asylum/pipeline/fetch"
	"asylum/pipeline/obs"
	"asylum/pipeline/own"
	"asylum/pipeline/rate"
	"asylum/reports/words"

	"github.com/goccy/go-yaml/ast"
	"github.com/spf13/cobra"
)

// A config is what asylum.yaml may say; flags given on the command line win.
// datasets/asylum.schema.json says the same to editors.
type config struct {
	Lake        string    `yaml:"lake"`
	Out         string    `yaml:"out"`
	Fetch       []string  `yaml:"fetch"`
	Sources     []string  `yaml:"sources"`
	Tables      []string  `yaml:"tables"`
	Slices      chosenFew `yaml:"slices"`
	Charts      []string  `yaml:"charts"`
	Rules       *rules    `yaml:"rules"`
	Outputs     []string  `yaml:"outputs"`
	Languages   []string  `yaml:"languages"`
	Base        string    `yaml:"base"`
	Definitions string    `yaml:"definitions"`
	Corrections string    `yaml:"corrections"`
	Codes       string    `yaml:"codes"`
	AsOf        string    `yaml:"as_of"`
	Notify      string    `yaml:"notify"`
}

// chosenFew are the nationalities and countries of asylum that have pages and charts
// of their own; nil means all.
type chosenFew struct {
	Citizens []string `yaml:"citizens"`
	Geos     []string `yaml:"geos"`
}

// rules are the numbers of cases under which a value is not to be trusted; one
// that is left out is as rate.Usual has it.
type rules struct {
	Counts *int64 `yaml:"counts_under"`
	Few    *int64 `yaml:"few_under"`
	Rank   *int64 `yaml:"rank_from"`
}

// thresholds are the rules with the usual ones where they say nothing.
func (r *rules) thresholds() *rate.Thresholds {
	if r == nil {
		return nil
	}
	t := rate.Usual
	for to, v := range map[*int64]*int64{&t.Counts: r.Counts, &t.Few: r.Few, &t.Rank: r.Rank} {
		if v != nil {
			*to = *v
		}
	}
	return &t
}

// outputs are the formats of featured charts that may be left out.
var outputs = []string{"png", "pdf", "xlsx"}

// configKeys are the names that a configuration may use.
func configKeys() []string { return keysIn(reflect.TypeFor[config]()) }

func keysIn(t reflect.Type) (keys []string) {
	for i := range t.NumField() {
		keys = append(keys, t.Field(i).Tag.Get("yaml"))
	}
	slices.Sort(keys)
	return keys
}

// readConfig reads a configuration. What it says wrong is named by its place.
func readConfig(data []byte, name string) (cfg config, err error) {
	data, tree, err := own.YAML(data, name)
	if err != nil {
		return cfg, err
	}
	places := map[string]ast.Node{}
	for _, doc := range tree.Docs {
		if err := keysOf(doc.Body, name, "", reflect.TypeFor[config](), places); err != nil {
			return cfg, err
		}
	}
	if err := own.Decode(data, tree, name, &cfg, "a text, or a list of texts", "asylum init writes an example"); err != nil {
		return cfg, err
	}
	bad := func(key, got, want, hint string) error {
		p := places[key].GetToken().Position
		return &obs.ParseError{Pos: obs.Pos{File: name, Line: p.Line, Col: p.Column}, Got: fmt.Sprintf("%s %q", key, got), Want: want, Hint: hint}
	}
	for i, l := range cfg.Languages {
		if slices.Contains(cfg.Languages[:i], l) {
			return cfg, bad("languages", l, "each once", "take one of the two out")
		}
		if !slices.Contains(words.Langs, words.Lang(l)) {
			return cfg, bad("languages", l, "one of en, fr, de, ru", "no other is spoken")
		}
	}
	for _, t := range cfg.Fetch {
		if !fetch.IsPage(t) && (t == "" || strings.Trim(strings.ToLower(t), "abcdefghijklmnopqrstuvwxyz0123456789_") != "") {
			return cfg, bad("fetch", t, "a dataset code such as migr_asydcfsta, or a page's address that begins with https://", "asylum fetch --help says more")
		}
	}
	for _, o := range cfg.Outputs {
		if !slices.Contains(outputs, o) {
			return cfg, bad("outputs", o, "some of "+strings.Join(outputs, ", "), "SVG, CSV and JSON are made of every chart")
		}
	}
	for _, x := range []struct {
		key, dim string
		codes    []string
	}{{"slices.citizens", "citizen", cfg.Slices.Citizens}, {"slices.geos", "geo", cfg.Slices.Geos}} {
		for _, c := range x.codes {
			if _, ok := code.Must(x.dim).Lookup(c); !ok {
				return cfg, bad(x.key, c, "a code of "+x.dim+" such as RU or HR", "the addresses of the pages of a site end in such codes")
			}
		}
	}
	if t := cfg.Rules.thresholds(); t != nil && (t.Counts < 0 || t.Counts > t.Few || t.Few > t.Rank) {
		return cfg, bad("rules", fmt.Sprintf("%d, %d, %d", t.Counts, t.Few, t.Rank), "counts_under, few_under and rank_from, each no less than the one before", "20, 100 and 300 are usual")
	}
	for _, s := range cfg.Sources {
		if _, err := filepath.Match(s, ""); err != nil {
			return cfg, bad("sources", s, "a file, or a pattern such as exports/*.tsv.gz", "close the bracket, or put \\ before it")
		}
	}
	if _, err := time.Parse(time.DateOnly, cfg.AsOf); cfg.AsOf != "" && err != nil {
		return cfg, bad("as_of", cfg.AsOf, "a date such as 2023-05-31", "leave it out for what is newest")
	}
	if u, err := url.Parse(cfg.Base); cfg.Base != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return cfg, bad("base", cfg.Base, "an address such as https://example.org/asylum/", "leave it out if it is not known yet")
	}
	return cfg, nil
}

// keysOf notes where each key of a mapping stands, and refuses one that is not
// known. Within is the key that the mapping belongs to, with a dot.
func keysOf(body ast.Node, name, within string, t reflect.Type, places map[string]ast.Node) error {
	var pairs []*ast.MappingValueNode
	switch n := body.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		p := body.GetToken().Position
		return &obs.ParseError{Pos: obs.Pos{File: name, Line: p.Line, Col: p.Column}, Got: obs.Quote(body.GetToken().Value), Want: "lines such as lake: DIR", Hint: "asylum init writes an example"}
	}
	known := keysIn(t)
	for _, kv := range pairs {
		key := kv.Key.GetToken()
		if !slices.Contains(known, key.Value) {
			hint := "asylum init writes an example"
			if near := own.Near(key.Value, known); near != "" {
				hint = "did you mean " + near + "?"
			}
			return &obs.ParseError{Pos: obs.Pos{File: name, Line: key.Position.Line, Col: key.Position.Column}, Got: "key " + obs.Quote(key.Value), Want: "one of " + strings.Join(known, ", "), Hint: hint}
		}
		places[within+key.Value] = kv.Key
		if f := fieldOf(t, key.Value); f.Kind() == reflect.Struct {
			if err := keysOf(kv.Value, name, key.Value+".", f, places); err != nil {
				return err
			}
		}
	}
	return nil
}

// fieldOf is the type of the field that a key is for, without a pointer.
func fieldOf(t reflect.Type, key string) reflect.Type {
	for i := range t.NumField() {
		if f := t.Field(i); f.Tag.Get("yaml") == key {
			if f.Type.Kind() == reflect.Pointer {
				return f.Type.Elem()
			}
			return f.Type
		}
	}
	return nil
}

func (a *app) initCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a commented configuration for asylum run",
		Long:  "Writes FILE, asylum.yaml if none is named, unless there is one already.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			name := "asylum.yaml"
			if len(args) > 0 {
				name = args[0]
			}
			if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s is there already, and stays as it is", name)
			}
			data, err := datasets.FS.ReadFile("asylum.yaml")
			if err != nil {
				return err
			}
			if err := disk.WriteBytes(name, data); err != nil {
				return err
			}
			a.printf("%s is written; asylum run -c %s uses it\n", name, name)
			return nil
		},
	}
}
