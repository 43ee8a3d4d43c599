package own

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/obs"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Decode reads the text of a file that a person wrote into what to points to. It
// refuses a key that is not known, a value of another kind than the key takes, and a
// whole number that is none, which the library would cut or take for an octal one.
// Want and hint are for what else is wrong. A file without a value leaves to as it
// is.
func Decode(data []byte, tree *ast.File, name string, to any, want, hint string) error {
	t := reflect.TypeOf(to).Elem()
	for _, doc := range tree.Docs {
		if err := wholes(doc.Body, t, ""); err != nil {
			err.Pos.File = name
			return err
		}
	}
	err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(to)
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	var parse *obs.ParseError // of a type that decodes itself
	var unknown *yaml.UnknownFieldError
	var kind *yaml.TypeError
	var node *yaml.UnexpectedNodeTypeError
	switch {
	case errors.As(err, &parse):
		p := *parse
		p.Pos.File = name
		return &p
	case errors.As(err, &unknown):
		key := unknown.GetToken()
		keys := slices.Compact(slices.Sorted(slices.Values(keysOf(t, nil))))
		near := ""
		if near = Near(key.Value, keys); near != "" {
			hint = "did you mean " + near + "?"
		}
		return &obs.ParseError{Pos: obs.Pos{File: name, Line: key.Position.Line, Col: key.Position.Column}, Got: "key " + obs.Quote(key.Value), Want: "some of " + strings.Join(keys, ", "), Hint: hint}
	case errors.As(err, &kind):
		return other(kind.GetToken(), wanted(kind.DstType), tree, name, want, hint)
	case errors.As(err, &node):
		return other(node.GetToken(), nodes[node.Expected], tree, name, want, hint)
	}
	return Error(err, name, want, hint)
}

// other reports a value of another kind than its key takes, or the file does.
func other(t *token.Token, kind string, tree *ast.File, name, want, hint string) error {
	p := t.Position
	if root := tree.Docs[0].Body.GetToken().Position; kind == "" || root.Offset == p.Offset {
		kind = want
	}
	return &obs.ParseError{Pos: obs.Pos{File: name, Line: p.Line, Col: p.Column}, Got: came(t.Value), Want: kind, Hint: hint}
}

// came names a value by how it begins.
func came(began string) string {
	switch began {
	case "[", "-":
		return "a list"
	case "{", ":":
		return "keys with values"
	}
	return obs.Quote(began)
}

var nodes = map[ast.NodeType]string{ast.SequenceType: "a list, such as [a, b]", ast.MappingType: "keys with values, such as {en: text}", ast.StringType: "a text"}

// wanted names what a key takes.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return wanted(t.Elem())
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint8:
		return "a whole number in plain digits"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return nodes[ast.SequenceType]
	}
	return nodes[ast.MappingType]
}

// wholes finds a whole number that is not written as one.
func wholes(n ast.Node, t reflect.Type, key string) *obs.ParseError {
	switch v := n.(type) {
	case *ast.AnchorNode:
		return wholes(v.Value, t, key)
	case *ast.TagNode:
		return wholes(v.Value, t, key)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return wholes(n, t.Elem(), key)
	case reflect.Slice:
		if list, ok := n.(*ast.SequenceNode); ok {
			for _, v := range list.Values {
				if err := wholes(v, t.Elem(), key); err != nil {
					return err
				}
			}
		}
	case reflect.Map, reflect.Struct:
		for _, kv := range pairs(n) {
			of := t
			k := kv.Key.GetToken().Value
			if t.Kind() == reflect.Map {
				of = t.Elem()
			} else if of = field(t, k); of == nil {
				continue // the decoder refuses it
			}
			if err := wholes(kv.Value, of, k); err != nil {
				return err
			}
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		switch n.(type) {
		case *ast.IntegerNode, *ast.FloatNode, *ast.StringNode:
			tok := n.GetToken()
			if v, err := strconv.ParseInt(tok.Value, 10, 64); err != nil || strconv.FormatInt(v, 10) != tok.Value {
				return &obs.ParseError{Pos: obs.Pos{Line: tok.Position.Line, Col: tok.Position.Column}, Got: strings.TrimSpace(key + " " + obs.Quote(tok.Value)),
					Want: "a whole number in plain digits", Hint: "write 8507, without commas, decimals and leading zeros"}
			}
		}
	}
	return nil
}

// pairs are the keys of a mapping with their values.
func pairs(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

// field is the type of what a key of a struct takes, nil if there is none.
func field(t reflect.Type, key string) reflect.Type {
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if strings.Contains(opts, "inline") {
			if of := field(f.Type, key); of != nil {
				return of
			}
		}
		if name == key && name != "-" {
			return f.Type
		}
	}
	return nil
}

// keysOf adds the keys of a type, at any depth.
func keysOf(t reflect.Type, within []reflect.Type) (out []string) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return keysOf(t.Elem(), within)
	case reflect.Struct:
		if slices.Contains(within, t) {
			return nil
		}
		within = append(slices.Clone(within), t)
		for i := range t.NumField() {
			f := t.Field(i)
			if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); name != "" && name != "-" {
				out = append(out, name)
			}
			if f.IsExported() {
				out = append(out, keysOf(f.Type, within)...)
			}
		}
	}
	return out
}

// Place is where the first of some paths leads to that there is, such as
// $[0].period and then $[0]; of a mapping, its first key. It has no line where none
// leads anywhere.
func Place(tree *ast.File, paths ...string) (at obs.Pos) {
	for _, path := range paths {
		p, err := yaml.PathString(path)
		if err != nil || tree == nil {
			continue
		}
		n, err := p.FilterFile(tree)
		if err != nil || n == nil {
			continue
		}
		if kv := pairs(n); len(kv) > 0 {
			n = kv[0].Key
		}
		if t := n.GetToken(); t != nil {
			return obs.Pos{Line: t.Position.Line, Col: t.Position.Column}
		}
	}
	return at
}

// Element is the path of the i-th of the values of a file, which may be a list or
// one value alone.
func Element(tree *ast.File, i int) string {
	if IsList(tree) {
		return fmt.Sprintf("$[%d]", i)
	}
	return "$"
}

// IsList reports whether a file holds a list.
func IsList(tree *ast.File) bool {
	for _, doc := range tree.Docs {
		if _, ok := doc.Body.(*ast.SequenceNode); ok {
			return true
		}
	}
	return false
}
