package rate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"asylum/datasets"
)

// A schema is as much of JSON Schema (draft 2020-12) as definitions.schema.json
// says things with; a keyword that is not here is refused when it is read. The
// library that knows all of it costs every start of the program more than most
// questions take, asked for or not: tests alone use it, to hold this one against.
type schema struct {
	Draft       string             `json:"$schema"`
	Title       string             `json:"title"`
	Description string             `json:"description"`
	Defs        map[string]*schema `json:"$defs"`
	Ref         string             `json:"$ref"`
	Type        string             `json:"type"`
	Enum        []string           `json:"enum"`
	Required    []string           `json:"required"`
	Properties  map[string]*schema `json:"properties"`
	Additional  *additional        `json:"additionalProperties"`
	Items       *schema            `json:"items"`
	MinItems    int                `json:"minItems"`
	MinLength   int                `json:"minLength"`
	Pattern     string             `json:"pattern"`
	Minimum     *float64           `json:"minimum"`
	Maximum     *float64           `json:"maximum"`
}

// An additional says what the keys may hold that Properties does not name: no
// schema is none of them.
type additional struct{ schema *schema }

func (a *additional) UnmarshalJSON(data []byte) error {
	if string(data) == "false" {
		return nil
	}
	return strictly(data, &a.schema)
}

func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// definitionSchema reads the schema of definitions.
func definitionSchema() (*schema, error) {
	data, err := datasets.FS.ReadFile(Schema)
	if err != nil {
		return nil, err
	}
	s := &schema{}
	if err := strictly(data, s); err != nil {
		return nil, fmt.Errorf("%s: %w", Schema, err)
	}
	return s, nil
}

// keys lists the keys that an object may have, in order.
func (s *schema) keys() []string { return slices.Sorted(maps.Keys(s.Properties)) }

// A mismatch is a value that does not fit a schema.
type mismatch struct {
	path    []string // the keys and numbers on the way to the value
	keyword string   // of schema, that it does not fit
	schema  *schema
	got     any
	names   []string // the keys that are required or unknown
}

// mismatches lists what of a document does not fit. Objects are looked at in the
// order of their keys.
func (s *schema) mismatches(doc any) []mismatch {
	v := &validator{root: s}
	v.check(s, doc, nil)
	return v.found
}

type validator struct {
	root  *schema
	found []mismatch
}

func (v *validator) check(s *schema, doc any, path []string) {
	wrong := func(keyword string, names ...string) {
		v.found = append(v.found, mismatch{slices.Clone(path), keyword, s, doc, names})
	}
	if s.Type != "" && s.Type != typeOf(doc) && !(s.Type == "integer" && isWhole(doc)) {
		wrong("type")
		return
	}
	if text, ok := doc.(string); s.Enum != nil && !(ok && slices.Contains(s.Enum, text)) {
		wrong("enum")
		return
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
		v.check(v.root.Defs[name], doc, path)
	}
	switch doc := doc.(type) {
	case map[string]any:
		missing := slices.DeleteFunc(slices.Clone(s.Required), func(k string) bool { _, ok := doc[k]; return ok })
		if len(missing) > 0 {
			wrong("required", missing...)
		}
		v.object(s, doc, path, wrong)
	case []any:
		if len(doc) < s.MinItems {
			wrong("minItems")
		}
		for i, item := range doc {
			if s.Items != nil {
				v.check(s.Items, item, append(path, strconv.Itoa(i)))
			}
		}
	case string:
		if utf8.RuneCountInString(doc) < s.MinLength {
			wrong("minLength")
		}
		if s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(doc) {
			wrong("pattern")
		}
	default:
		n, ok := number(doc)
		if ok && s.Minimum != nil && n < *s.Minimum {
			wrong("minimum")
		}
		if ok && s.Maximum != nil && n > *s.Maximum {
			wrong("maximum")
		}
	}
}

// object checks the values of an object, and that it has no key too many.
func (v *validator) object(s *schema, doc map[string]any, path []string, wrong func(string, ...string)) {
	var unknown []string
	for _, key := range slices.Sorted(maps.Keys(doc)) {
		switch p := s.Properties[key]; {
		case p != nil:
			v.check(p, doc[key], append(path, key))
		case s.Additional == nil:
		case s.Additional.schema != nil:
			v.check(s.Additional.schema, doc[key], append(path, key))
		default:
			unknown = append(unknown, key)
		}
	}
	if len(unknown) > 0 {
		wrong("additionalProperties", unknown...)
	}
}

// typeOf names the type of a value as JSON Schema does.
func typeOf(doc any) string {
	switch doc.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "number"
}

// isWhole reports whether a value is a whole number; 3.0 is one.
func isWhole(doc any) bool {
	n, ok := number(doc)
	return ok && n == math.Trunc(n) && !math.IsInf(n, 0)
}

// number is a value as a number.
func number(doc any) (float64, bool) {
	switch v := reflect.ValueOf(doc); {
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanUint():
		return float64(v.Uint()), true
	case v.CanFloat():
		return v.Float(), true
	}
	return 0, false
}
