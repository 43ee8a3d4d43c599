package eurostat

import (
	"strings"
	"unicode/utf8"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// An axis is a dimension of a file that writes a line a cell, in codes or in
// English labels.
type axis struct {
	at, col int               // index of the field; where its head stands
	both    bool              // the field says "A: Annual"
	name    string            // as tables call the dimension
	list    *code.List        // nil where any code passes
	strict  bool              // what is not in the list is refused
	renamed bool              // the list has codes that were renamed
	values  []string          // the codes, in order of appearance
	places  map[string]uint16 // in values
	known   map[string]*csvWord
	last    *csvWord // the one read last
}

// A csvWord is what a field of a column means.
type csvWord struct {
	raw  string // as written
	code string
	n    uint16 // its place among the values
	ok   bool   // a code of the list
	want bool   // some caller is going to look at it
}

// strict reports whether the codes of a dimension must stand in our list. The
// lists speak of asylum: population has more ages and units, and a dataset that
// we know nothing of has dimensions of its own, whatever they are called.
func strict(dataset, dim string) bool {
	_, known := code.Table(dataset)
	return strings.HasPrefix(dataset, "migr_") || known && dim != "age" && dim != "unit"
}

// word gives what a field means and whether that is new. Lines follow each
// other sorted, so that most fields are what they were in the line before.
func (c *axis) word(text []byte, want *table.Want) (w *csvWord, fresh bool) {
	if c.last != nil && c.last.raw == string(text) {
		return c.last, false
	}
	w, ok := c.known[string(text)]
	if !ok {
		s := string(text)
		code, ok := c.resolve(s)
		w = &csvWord{raw: s, code: code, ok: ok, want: want.Has(c.name, code)}
		if at, held := c.places[code]; held {
			w.n = at
		} else if ok {
			w.n = uint16(len(c.values))
			c.values = append(c.values, code)
			c.places[code] = w.n
		}
		c.known[s], c.last = w, w
		return w, true
	}
	c.last = w
	return w, false
}

// resolve finds the code, in its older spelling, of a code or a label. A
// dimension without a list keeps what is written, be it a label.
func (c *axis) resolve(s string) (string, bool) {
	if c.both {
		s, _, _ = strings.Cut(s, ":")
		s = strings.TrimSpace(s)
	}
	if c.list == nil {
		return s, s != "" && utf8.ValidString(s)
	}
	if older := c.older(s); older != "" {
		s = older
	}
	if _, ok := c.list.Lookup(s); ok {
		return s, true
	}
	code, ok := c.list.Label(s)
	if !ok && c.strict {
		return s, false
	}
	if !ok {
		return s, s != "" && utf8.ValidString(s)
	}
	if older := c.older(code); older != "" {
		code = older
	}
	_, ok = c.list.Lookup(code)
	return code, ok
}

func (c *axis) older(s string) string {
	if !c.renamed {
		return ""
	}
	return c.list.Older(s)
}

// unknown is the refusal of a field that is neither a code nor a label.
func (c *axis) unknown(at obs.Pos, text []byte) *obs.ParseError {
	if c.list == nil || !c.strict {
		return &obs.ParseError{Pos: at, Got: c.name + " " + obs.Quote(text), Want: "a code or a label, in UTF-8", Hint: "download the table again"}
	}
	s := string(text)
	if c.both {
		s, _, _ = strings.Cut(s, ":")
	}
	if !strings.ContainsFunc(s, func(r rune) bool { return r == ' ' || 'a' <= r && r <= 'z' || r >= 0x80 }) {
		return UnknownCode(at, c.name, s)
	}
	return &obs.ParseError{
		Pos: at, Got: c.name + " " + obs.Quote(text),
		Want: "a code of the list " + code.File(c.name) + ", or its English label",
		Hint: "download the table in English, or with codes instead of labels; if it is a code, add it to a code list of your own and pass it with --codes FILE",
		Err:  obs.ErrUnknownCode,
	}
}

// headLabels are the labels that the Data Browser writes at the head of a
// column, in lower case.
var headLabels = map[string]string{
	"time frequency":                         "freq",
	"country of citizenship":                 "citizen",
	"sex":                                    "sex",
	"unit of measure":                        "unit",
	"age class":                              "age",
	"applicant type":                         "asyl_app",
	"type of asylum applicant":               "asyl_app",
	"type of decision":                       "decision",
	"decision":                               "decision",
	"geopolitical entity (reporting)":        "geo",
	"demographic indicator":                  "indic_de",
	"time":                                   timePeriod,
	"observation value":                      obsValue,
	"confidentiality status (flag)":          confStatus,
	"observation status (flag)":              obsFlag,
	"observation status (flag) v2 structure": obsFlag,
}

// flagLabels are the flags in words.
var flagLabels = map[string]string{
	"break in time series": "b", "confidential": "c", "definition differs (see metadata)": "d", "definition differs": "d",
	"estimated": "e", "forecast": "f", "see metadata": "i", "not significant": "n", "provisional": "p", "revised": "r",
	"eurostat estimate": "s", "low reliability": "u", "not applicable": "z",
}

// letters gives the letters of a flag field, and whether it is one.
func letters(s string) (string, bool) {
	if len(s) <= 8 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == "" {
		return s, true
	}
	var b strings.Builder
	for part := range strings.SplitSeq(strings.ToLower(s), ",") {
		letter, ok := flagLabels[strings.TrimSpace(part)]
		if !ok {
			return "", false
		}
		b.WriteString(letter)
	}
	return b.String(), b.Len() <= 8
}

// confidential is what CONF_STATUS says in letters of the flags: F is free.
var confidential = map[string]string{"": "", "F": "", "C": "c", "free": "", "confidential": "c"}

// join adds the letters of b that a lacks.
func join(a, b string) string {
	for _, r := range b {
		if !strings.ContainsRune(a, r) {
			a += string(r)
		}
	}
	return a
}

// parseNumber reads a value: digits, a minus, a point and decimals, and, where
// commas says so, commas or blanks between the thousands. Nothing, ":" and
// "NaN" are no value.
func parseNumber(s string, commas bool) (count int32, decimals uint8, known, ok bool) {
	s = strings.Trim(s, " ")
	if s == "" || s == ":" || s == "NaN" {
		return 0, 0, false, true
	}
	body, minus := strings.CutPrefix(s, "-")
	integer, fraction, point := strings.Cut(body, ".")
	if commas {
		integer, ok = ungroup(integer)
		if !ok {
			return 0, 0, false, false
		}
	}
	if integer == "" || point && fraction == "" || len(fraction) > obs.MaxDecimals {
		return 0, 0, false, false
	}
	n := int64(0)
	for _, part := range []string{integer, fraction} {
		for i := range len(part) {
			if part[i]-'0' > 9 {
				return 0, 0, false, false
			}
			if n = n*10 + int64(part[i]-'0'); n > maxCount {
				return 0, 0, false, false
			}
		}
	}
	if minus {
		n = -n
	}
	return int32(n), uint8(len(fraction)), true, true
}

// ungroup takes the commas, or the blanks, out of 1,234,567.
func ungroup(s string) (string, bool) {
	for _, sep := range []string{",", " "} {
		if !strings.Contains(s, sep) {
			continue
		}
		groups := strings.Split(s, sep)
		for i, g := range groups {
			if i == 0 && (len(g) == 0 || len(g) > 3) || i > 0 && len(g) != 3 {
				return "", false
			}
		}
		return strings.Join(groups, ""), true
	}
	return s, true
}

// SameNumber reports whether raw, a field of a file with a line a cell, is how
// the value of o is written there. The flags stand in a field of their own.
func SameNumber(raw string, o *obs.Observation) bool {
	count, decimals, known, ok := parseNumber(raw, true)
	return ok && known == o.Known && (!known || count == o.Count && decimals == o.Decimals)
}
