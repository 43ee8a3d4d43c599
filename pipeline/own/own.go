// Package own reads the YAML that users write themselves: definitions of rates
// and published figures. What a YAML library would pass over in silence or choke
// on is refused with its place.
package own

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"asylum/pipeline/obs"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of a file that a person wrote. The library's time grows with the square
// of the depth.
const (
	mostBytes = 16 << 20
	mostDepth = 200
)

// YAML gives the text of a file without a byte order mark, and its tree. It
// refuses text that is not UTF-8, a file that is too large or too deep, a second
// document, which a decoder would leave unread, and tags.
func YAML(data []byte, name string) ([]byte, *ast.File, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := Text(data, name); err != nil {
		return nil, nil, err
	}
	if at := tooDeep(data); at >= 0 {
		return nil, nil, refuse(data, name, at, fmt.Sprintf("more than %d lists within each other", mostDepth), "a list of plain fields", "close what was left open")
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		hint := "quote a text that holds a colon, a bracket or a quote"
		if strings.Contains(err.Error(), "already defined") {
			hint = "take one of the two out"
		}
		return nil, nil, Error(err, name, "YAML", hint)
	}
	if len(tree.Docs) > 1 {
		p := tree.Docs[1].Start.Position
		return nil, nil, &obs.ParseError{Pos: obs.Pos{File: name, Line: p.Line, Col: p.Column}, Got: "a second document, begun with ---", Want: "one document", Hint: "take the --- out, or put the rest into a file of its own"}
	}
	for _, doc := range tree.Docs {
		var tags tagged
		if ast.Walk(&tags, doc.Body); len(tags) > 0 {
			p := tags[0].Position
			return nil, nil, &obs.ParseError{Pos: obs.Pos{File: name, Line: p.Line, Col: p.Column}, Got: "the tag " + obs.Quote(tags[0].Value), Want: "a value without one", Hint: "put a text that begins with ! into quotes; no file names another that is read"}
		}
	}
	return data, tree, nil
}

// tagged are the tags of a tree, such as !include: the library ignores those that it
// does not know, or ends the program.
type tagged []*token.Token

// Visit notes a tag.
func (t *tagged) Visit(n ast.Node) ast.Visitor {
	if tag, ok := n.(*ast.TagNode); ok {
		*t = append(*t, tag.Start)
	}
	return t
}

// Text refuses what is too large to have been written by hand, or is not UTF-8.
func Text(data []byte, name string) error {
	if len(data) > mostBytes {
		return refuse(data, name, 0, fmt.Sprintf("%d bytes", len(data)), fmt.Sprintf("a file of at most %d", mostBytes), "is it the right file?")
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return refuse(data, name, i, fmt.Sprintf("the byte 0x%02x", data[i]), "text in UTF-8", "save the file as UTF-8")
		}
		i += size
	}
	return nil
}

// Error puts an error of the YAML library into our form.
func Error(err error, name, want, hint string) error {
	var y yaml.Error
	if !errors.As(err, &y) || y.GetToken() == nil {
		return &obs.ParseError{Pos: obs.Pos{File: name, Line: 1, Col: 1}, Got: err.Error(), Want: want, Hint: hint}
	}
	p := y.GetToken().Position
	return &obs.ParseError{Pos: obs.Pos{File: name, Line: p.Line, Col: p.Column}, Got: obs.Quote(y.GetToken().Value) + ", " + y.GetMessage(), Want: want, Hint: hint}
}

// tooDeep gives the place of the bracket that opens one too many, -1 if there is
// none. Brackets within texts are counted along: no text has as many open.
func tooDeep(data []byte) int {
	depth := 0
	for i, c := range data {
		switch c {
		case '[', '{':
			if depth++; depth > mostDepth {
				return i
			}
		case ']', '}':
			depth = max(0, depth-1)
		}
	}
	return bytes.Index(data, dashes) // lists that begin on one line
}

var dashes = bytes.Repeat([]byte("- "), mostDepth+1)

func refuse(data []byte, name string, at int, got, want, hint string) error {
	line := 1 + bytes.Count(data[:at], []byte("\n"))
	col := at - bytes.LastIndexByte(data[:at], '\n')
	return &obs.ParseError{Pos: obs.Pos{File: name, Line: line, Col: col}, Got: got, Want: want, Hint: hint}
}
