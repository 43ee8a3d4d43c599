package eurostat

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"asylum/pipeline/obs"
)

// A lexer takes JSON apart into tokens that know their line and byte column.
// encoding/json would hold a string of a gigabyte whole before anyone could
// refuse it; here a token has room for maxToken bytes.
type lexer struct {
	in        *bufio.Reader
	file      string
	line, col int // of the next byte
	kind      byte
	text      []byte  // of a string, unquoted, or of a number or word; valid until next
	at        obs.Pos // of the token's first byte
}

const (
	maxToken = 1 << 20
	maxDepth = 100
)

// Kinds of token beside the punctuation, which stands for itself.
const (
	jsonEnd    = 0
	jsonString = '"'
	jsonNumber = '0'
	jsonWord   = 'n' // true, false, null
)

func newLexer(r io.Reader, file string) *lexer {
	l := &lexer{in: bufio.NewReaderSize(r, 1<<16), file: file, line: 1, col: 1}
	if bom, _ := l.in.Peek(3); string(bom) == "\xef\xbb\xbf" {
		l.in.Discard(3)
		l.col += 3
	}
	return l
}

func (l *lexer) bad(at obs.Pos, got, want, hint string) error {
	return &obs.ParseError{Pos: at, Got: got, Want: want, Hint: hint}
}

// byte takes one byte; ok is false at the end.
func (l *lexer) byte() (c byte, ok bool, err error) {
	c, err = l.in.ReadByte()
	if err == io.EOF {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	if l.col++; c == '\n' {
		l.line, l.col = l.line+1, 1
	}
	return c, true, nil
}

func (l *lexer) here() obs.Pos { return obs.Pos{File: l.file, Line: l.line, Col: l.col} }

// next reads the token that follows.
func (l *lexer) next() error {
	for {
		at := l.here()
		c, ok, err := l.byte()
		if err != nil {
			return err
		}
		l.at = at
		switch {
		case !ok:
			l.kind = jsonEnd
			return nil
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			continue
		case strings.IndexByte("{}[],:", c) >= 0:
			l.kind = c
			return nil
		case c == '"':
			return l.str()
		case c == '-' || c-'0' <= 9:
			l.kind = jsonNumber
			return l.run(c, "+-.eE0123456789")
		case c-'a' < 26:
			l.kind = jsonWord
			if err := l.run(c, "abcdefghijklmnopqrstuvwxyz"); err != nil {
				return err
			}
			if s := string(l.text); s != "null" && s != "true" && s != "false" {
				return l.bad(at, obs.Quote(l.text), "JSON", "download it again")
			}
			return nil
		}
		return l.bad(at, obs.Quote([]byte{c}), "JSON", "download it again")
	}
}

func (l *lexer) run(c byte, of string) error {
	l.text = append(l.text[:0], c)
	for {
		p, err := l.in.Peek(1)
		if err == io.EOF || err == nil && strings.IndexByte(of, p[0]) < 0 {
			break
		}
		if err != nil {
			return err
		}
		l.byte()
		if l.text = append(l.text, p[0]); len(l.text) > 1000 {
			return l.bad(l.at, obs.Quote(l.text), "a number", "download it again")
		}
	}
	if l.kind == jsonNumber && !json.Valid(l.text) {
		return l.bad(l.at, obs.Quote(l.text), "a number", "download it again")
	}
	return nil
}

func (l *lexer) str() error {
	l.kind, l.text = jsonString, append(l.text[:0], '"')
	escaped := false
	for {
		c, ok, err := l.byte()
		if err != nil {
			return err
		}
		if !ok {
			return l.cut()
		}
		if l.text = append(l.text, c); len(l.text) > maxToken {
			return l.bad(l.at, fmt.Sprintf("a text of more than %d bytes", maxToken), "a JSON-stat dataset", "this is no answer of Eurostat's; download it again")
		}
		switch c {
		case '\\':
			escaped = true
			if c, ok, err = l.byte(); err != nil {
				return err
			} else if !ok {
				return l.cut()
			}
			l.text = append(l.text, c)
		case '"':
			return l.unquote(escaped)
		}
	}
}

func (l *lexer) unquote(escaped bool) error {
	raw := l.text
	if escaped {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return l.bad(l.at, obs.Quote(raw), "a JSON text", "download it again")
		}
		l.text = append(l.text[:0], s...)
	} else {
		l.text = raw[1 : len(raw)-1]
	}
	if !utf8.Valid(l.text) {
		return l.bad(l.at, obs.Quote(l.text), "UTF-8 text", "download it again")
	}
	return nil
}

// cut is the refusal of a file that stops in the middle.
func (l *lexer) cut() error {
	return l.bad(l.here(), "the end of the file", "the rest of it", "the download was cut off; download it again")
}

// want reads the token that follows, which must be of this kind.
func (l *lexer) want(kind byte, what string) error {
	if err := l.next(); err != nil {
		return err
	}
	return l.is(kind, what)
}

func (l *lexer) is(kind byte, what string) error {
	switch l.kind {
	case kind:
		return nil
	case jsonEnd:
		return l.cut()
	}
	return l.bad(l.at, l.got(), what, "download it again")
}

// got names the token for a message.
func (l *lexer) got() string {
	switch l.kind {
	case jsonString:
		return "the text " + obs.Quote(l.text)
	case jsonNumber, jsonWord:
		return obs.Quote(l.text)
	case jsonEnd:
		return "the end of the file"
	}
	return obs.Quote([]byte{l.kind})
}

// object calls f at each member, after the colon. The brace has been read.
func (l *lexer) object(f func(key string, at obs.Pos) error) error {
	for first := true; ; first = false {
		if err := l.next(); err != nil {
			return err
		}
		if l.kind == '}' {
			if first {
				return nil
			}
			return l.bad(l.at, l.got(), "a name", "download it again")
		}
		if err := l.is(jsonString, "a name"); err != nil {
			return err
		}
		key, at := string(l.text), l.at
		if err := l.want(':', "a colon"); err != nil {
			return err
		}
		if err := f(key, at); err != nil {
			return err
		}
		if err := l.next(); err != nil {
			return err
		}
		if l.kind == '}' {
			return nil
		}
		if err := l.is(',', "a comma or a brace"); err != nil {
			return err
		}
	}
}

// array calls f for each element, whose first token has been read, as the
// bracket has.
func (l *lexer) array(f func(i int) error) error {
	for i := 0; ; i++ {
		if err := l.next(); err != nil {
			return err
		}
		if l.kind == ']' && i == 0 {
			return nil
		}
		if err := f(i); err != nil {
			return err
		}
		if err := l.next(); err != nil {
			return err
		}
		if l.kind == ']' {
			return nil
		}
		if err := l.is(',', "a comma or a bracket"); err != nil {
			return err
		}
	}
}

// skip passes over the value whose first token has been read.
func (l *lexer) skip(depth int) error {
	switch {
	case depth > maxDepth:
		return l.bad(l.at, fmt.Sprintf("values nested more than %d deep", maxDepth), "a JSON-stat dataset", "this is no answer of Eurostat's; download it again")
	case l.kind == '{':
		return l.object(func(string, obs.Pos) error {
			if err := l.next(); err != nil {
				return err
			}
			return l.skip(depth + 1)
		})
	case l.kind == '[':
		return l.array(func(int) error { return l.skip(depth + 1) })
	case l.kind == jsonString, l.kind == jsonNumber, l.kind == jsonWord:
		return nil
	case l.kind == jsonEnd:
		return l.cut()
	}
	return l.bad(l.at, l.got(), "a value", "download it again")
}
