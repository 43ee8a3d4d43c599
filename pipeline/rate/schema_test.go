package rate

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"asylum/datasets"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"pgregory.net/rapid"
)

// The schema means here what it means to a library that knows all of JSON
// Schema: of any document both find the same faults at the same places.
func TestTheSchemaIsReadAsALibraryReadsIt(t *testing.T) {
	ours, theirs := bothSchemas(t)
	builtin, err := datasets.FS.ReadFile("definitions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{valid, string(builtin)} {
		rapid.Check(t, func(t *rapid.T) {
			var doc any
			if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
				t.Fatal(err)
			}
			for range rapid.IntRange(0, 4).Draw(t, "changes") {
				doc = changed(t, doc)
			}
			if got, want := oursOf(ours, doc), theirsOf(t, theirs, doc); !slices.Equal(got, want) {
				t.Fatalf("%v\nhere     %q\nlibrary  %q", doc, got, want)
			}
		})
	}
}

func bothSchemas(t *testing.T) (*schema, *jsonschema.Schema) {
	ours, err := definitionSchema()
	if err != nil {
		t.Fatal(err)
	}
	data, err := datasets.FS.ReadFile(Schema)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(Schema, doc); err != nil {
		t.Fatal(err)
	}
	theirs, err := c.Compile(Schema)
	if err != nil {
		t.Fatal(err)
	}
	return ours, theirs
}

// changed puts something else in the place of a part of a document, takes it out
// or adds a key.
func changed(t *rapid.T, doc any) any {
	odd := rapid.SampledFrom([]any{nil, "", "mine", "Mine 2", "rate", "unhcr", "exact", "citizen", uint64(0), int64(-1), 3.0, 2.5, uint64(101), true, []any{}, []any{"a"}, []any{uint64(1)}, map[string]any{}, map[string]any{"geo": []any{"DE"}}, map[string]any{"geo": "DE"}})
	here := rapid.IntRange(0, 3).Draw(t, "depth") == 0
	switch doc := doc.(type) {
	case map[string]any:
		keys := []string{"colour", "line", "rest", "den", "set", "repeat", "at", "few", "geo", "below"}
		for k := range doc {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		k := rapid.SampledFrom(slices.Compact(keys)).Draw(t, "key")
		switch _, there := doc[k]; {
		case there && rapid.IntRange(0, 4).Draw(t, "out") == 0:
			delete(doc, k)
		case there && !here:
			doc[k] = changed(t, doc[k])
		default:
			doc[k] = odd.Draw(t, "value")
		}
		return doc
	case []any:
		if len(doc) > 0 && !here {
			i := rapid.IntRange(0, len(doc)-1).Draw(t, "item")
			doc[i] = changed(t, doc[i])
			return doc
		}
	}
	return odd.Draw(t, "value")
}

// A fault as text: what keyword, where, and which keys.
func faultText(path []string, keyword string, names []string) string {
	names = slices.Sorted(slices.Values(names))
	return "/" + strings.Join(path, "/") + " " + keyword + " " + strings.Join(names, ",")
}

func oursOf(s *schema, doc any) []string {
	var out []string
	for _, m := range s.mismatches(doc) {
		out = append(out, faultText(m.path, m.keyword, m.names))
	}
	slices.Sort(out)
	return out
}

func theirsOf(t *rapid.T, s *jsonschema.Schema, doc any) []string {
	err := s.Validate(doc)
	if err == nil {
		return nil
	}
	var out []string
	var leaves func(*jsonschema.ValidationError)
	leaves = func(e *jsonschema.ValidationError) {
		for _, c := range e.Causes {
			leaves(c)
		}
		if len(e.Causes) > 0 {
			return
		}
		keyword, names := strings.Join(e.ErrorKind.KeywordPath(), "/"), []string(nil)
		switch k := e.ErrorKind.(type) {
		case *kind.Required:
			names = k.Missing
		case *kind.AdditionalProperties:
			names = k.Properties
		}
		out = append(out, faultText(e.InstanceLocation, keyword, names))
	}
	invalid, ok := err.(*jsonschema.ValidationError)
	if !ok {
		t.Fatal(err)
	}
	leaves(invalid)
	slices.Sort(out)
	return out
}

// A keyword that is not understood must not be passed over.
func TestAnUnknownKeywordOfTheSchemaIsRefused(t *testing.T) {
	for _, text := range []string{`{"type": "array", "uniqueItems": true}`, `{"additionalProperties": {"maxLength": 3}}`, `{"additionalProperties": true}`} {
		if err := strictly([]byte(text), &schema{}); err == nil {
			t.Errorf("%s is read, want it refused", text)
		}
	}
	var refs func(s *schema)
	ours, _ := bothSchemas(t)
	refs = func(s *schema) {
		if s == nil {
			return
		}
		if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); s.Ref != "" && (!ok || ours.Defs[name] == nil) {
			t.Errorf("$ref %q leads nowhere", s.Ref)
		}
		for _, d := range s.Defs {
			refs(d)
		}
		for _, p := range s.Properties {
			refs(p)
		}
		if s.Additional != nil {
			refs(s.Additional.schema)
		}
		refs(s.Items)
	}
	refs(ours)
}
