package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"

	"asylum/datasets"
	"asylum/pipeline/disk"
	"asylum/pipeline/fetch"
	"asylum/pipeline/obs"
	"asylum/pipeline/own"
	"asylum/reports/words"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/spf13/cobra"
)

// A config is what asylum.yaml may say; flags given on the command line win.
// datasets/asylum.schema.json says the same to editors.
type config struct {
	Lake        string   `yaml:"lake"`
	Out         string   `yaml:"out"`
	Fetch       []string `yaml:"fetch"`
	Languages   []string `yaml:"languages"`
	Base        string   `yaml:"base"`
	Definitions string   `yaml:"definitions"`
	Corrections string   `yaml:"corrections"`
	Codes       string   `yaml:"codes"`
	AsOf        string   `yaml:"as_of"`
	Notify      string   `yaml:"notify"`
}

// configKeys are the names that a configuration may use.
func configKeys() (keys []string) {
	t := reflect.TypeFor[config]()
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
		if err := keysOf(doc.Body, name, places); err != nil {
			return cfg, err
		}
	}
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&cfg); err != nil && !errors.Is(err, io.EOF) {
		return cfg, own.Error(err, name, "a text, or a list of texts", "asylum init writes an example")
	}
	bad := func(key, got, want, hint string) error {
		p := places[key].GetToken().Position
		return &obs.ParseError{Pos: obs.Pos{File: name, Line: p.Line, Col: p.Column}, Got: fmt.Sprintf("%s %q", key, got), Want: want, Hint: hint}
	}
	for _, l := range cfg.Languages {
		if !slices.Contains(words.Langs, words.Lang(l)) {
			return cfg, bad("languages", l, "one of en, fr, de, ru", "no other is spoken")
		}
	}
	for _, t := range cfg.Fetch {
		if !fetch.IsPage(t) && (t == "" || strings.Trim(strings.ToLower(t), "abcdefghijklmnopqrstuvwxyz0123456789_") != "") {
			return cfg, bad("fetch", t, "a dataset code such as migr_asydcfsta, or a page's address that begins with https://", "asylum fetch --help says more")
		}
	}
	if u, err := url.Parse(cfg.Base); cfg.Base != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return cfg, bad("base", cfg.Base, "an address such as https://example.org/asylum/", "leave it out if it is not known yet")
	}
	return cfg, nil
}

// keysOf notes where each key stands, and refuses one that is not known.
func keysOf(body ast.Node, name string, places map[string]ast.Node) error {
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
	for _, kv := range pairs {
		key := kv.Key.GetToken()
		if !slices.Contains(configKeys(), key.Value) {
			hint := "asylum init writes an example"
			if near := nearest(key.Value, configKeys()); near != "" {
				hint = "did you mean " + near + "?"
			}
			return &obs.ParseError{Pos: obs.Pos{File: name, Line: key.Position.Line, Col: key.Position.Column}, Got: "key " + obs.Quote(key.Value), Want: "one of " + strings.Join(configKeys(), ", "), Hint: hint}
		}
		places[key.Value] = kv.Key
	}
	return nil
}

// nearest is the known name that a wrong one is closest to, "" if none is near:
// by the letters to insert, delete or replace (Levenshtein), at most a third.
func nearest(got string, known []string) (best string) {
	least := max(1, len(got)/3) + 1
	for _, k := range known {
		row := make([]int, len(k)+1)
		for j := range row {
			row[j] = j
		}
		for i := range len(got) {
			diagonal := row[0]
			row[0] = i + 1
			for j := range len(k) {
				cost := 1
				if got[i] == k[j] {
					cost = 0
				}
				diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
			}
		}
		if d := row[len(k)]; d < least {
			best, least = k, d
		}
	}
	return best
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
