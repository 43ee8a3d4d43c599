package ledger

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"asylum/pipeline/obs"
)

// A quantity is a printed value taken apart.
type quantity struct {
	relation byte // '=', '<' less than, '>' more than, '~' about
	number   float64
	decimals int
	percent  bool
	unit     float64 // the size of a step of the last printed digit
	equal    bool    // of '<' and '>': at most, at least
}

// relations are the words and signs that people put before a number.
var relations = []struct {
	words    []string
	relation byte
	equal    bool
}{
	{[]string{"less than", "fewer than", "under", "below", "<"}, '<', false},
	{[]string{"at most", "up to", "no more than", "<=", "≤"}, '<', true},
	{[]string{"more than", "over", "above", ">"}, '>', false},
	{[]string{"at least", "no less than", ">=", "≥"}, '>', true},
	{[]string{"about", "around", "roughly", "approximately", "nearly", "almost", "circa", "ca.", "c.", "~", "≈"}, '~', false},
}

// related cuts off what stands before a number. Of two signs that begin alike
// the longer one counts.
func related(t string, q *quantity) string {
	longest := ""
	q.relation = '='
	for _, r := range relations {
		for _, w := range r.words {
			rest, ok := strings.CutPrefix(t, w)
			if letter := w[len(w)-1]; ok && 'a' <= letter && letter <= 'z' {
				ok = strings.HasPrefix(rest, " ")
			}
			if ok && len(w) > len(longest) {
				longest, q.relation, q.equal = w, r.relation, r.equal
			}
		}
	}
	return strings.TrimSpace(t[len(longest):])
}

// blanks are those that are printed within numbers.
var blanks = strings.NewReplacer("\u00a0", " ", "\u2007", " ", "\u2009", " ", "\u202f", " ")

var (
	integer   = obs.Pattern(`^(\d+|[1-9]\d{0,2}(,\d{3})+|[1-9]\d{0,2}( \d{3})+|[1-9]\d{0,2}(\.\d{3}){2,})$`)
	decimal   = obs.Pattern(`^(\d+|[1-9]\d{0,2}(,\d{3})+|[1-9]\d{0,2}( \d{3})+)\.(\d+)$`)
	comma     = obs.Pattern(`^(\d+|[1-9]\d{0,2}(\.\d{3})+|[1-9]\d{0,2}( \d{3})+),(\d+)$`)
	ambiguous = obs.Pattern(`^[1-9]\d{0,2}[.,]\d{3}$`)
)

// What a number may not exceed: no count of people is as large, and no printed
// percentage as exact.
const (
	mostPeople   = 1e12
	mostPercent  = 1e6
	mostDecimals = 9
)

// A badValue says what is wrong with a printed value.
type badValue struct{ value, want, hint string }

func (e *badValue) Error() string {
	return fmt.Sprintf("value %q, want %s\n\thint: %s", e.value, e.want, e.hint)
}

// parse reads a value as people print it: "16.3 %", "16,3 %", "16.3 per cent",
// "19,000", "19 000", "about 19,000", "< 2 %".
//
// Three digits behind a comma or a point are a group of thousands in a count and
// decimals in a percentage (METHODS, AIDA). Where the other mark is the usual one
// for that, the number is refused, since nothing tells which is meant: "1,234 %"
// and "1.234".
func parse(s string) (quantity, error) {
	var q quantity
	t := related(strings.ToLower(strings.TrimSpace(blanks.Replace(s))), &q)
	for _, sign := range []string{"%", "percent", "per cent", "pct"} {
		if rest, ok := strings.CutSuffix(t, sign); ok {
			t, q.percent = strings.TrimSpace(rest), true
			break
		}
	}
	switch {
	case !ambiguous().MatchString(t):
	case q.percent && strings.Contains(t, ","):
		return q, &badValue{s, "a percentage that can be read in one way", "write " + strings.Replace(t, ",", ".", 1) + " % or " + strings.Replace(t, ",", "", 1) + " %"}
	case !q.percent && strings.Contains(t, "."):
		return q, &badValue{s, "a count that can be read in one way", "write " + strings.Replace(t, ".", ",", 1) + ", or a % behind it if it is a percentage"}
	}
	digits, frac := t, ""
	switch {
	case integer().MatchString(t):
	case decimal().MatchString(t):
		digits, frac, _ = strings.Cut(t, ".")
	case q.percent && comma().MatchString(t):
		digits, frac, _ = strings.Cut(t, ",")
	default:
		return q, &badValue{s, `a count or a percentage, such as "16.3 %", "about 19,000" or "less than 2 %"`, "give it as it is printed, with its last digit"}
	}
	digits = strings.NewReplacer(",", "", ".", "", " ", "").Replace(digits)
	n, err := strconv.ParseFloat(digits+"."+frac, 64)
	if err != nil || n > mostPeople || q.percent && n > mostPercent || len(frac) > mostDecimals {
		return q, &badValue{s, fmt.Sprintf("at most %s people or %s %%, with at most %d decimals", "10^12", "10^6", mostDecimals), "give it as it is printed"}
	}
	q.number, q.decimals, q.unit = n, len(frac), math.Pow10(-len(frac))
	if q.relation == '~' && !q.percent { // about 19,000: to the last digit that is not 0
		for q.unit < n && math.Mod(n, q.unit*10) == 0 {
			q.unit *= 10
		}
	}
	return q, nil
}

// bounds says how "less than" or "at least" agrees with what lies from lo to hi:
// all of it does, a part of it does, or "".
func (q *quantity) bounds(lo, hi float64) string {
	near, far := lo, hi
	if q.relation == '>' {
		near, far = hi, lo
	}
	switch {
	case q.beyond(far):
		return Reproduced
	case q.beyond(near):
		return WithinRounding
	}
	return ""
}

// beyond reports whether x lies where a bound says.
func (q *quantity) beyond(x float64) bool {
	switch {
	case math.Abs(x-q.number) < 1e-9:
		return q.equal
	case q.relation == '<':
		return x < q.number
	}
	return x > q.number
}

// percentage puts a % behind a number that is one by its place.
func percentage(s string) string {
	if strings.HasSuffix(strings.TrimSpace(s), "%") {
		return s
	}
	return s + " %"
}

// bound reports whether the value is only said to lie below or above the number.
func (q *quantity) bound() bool { return q.relation == '<' || q.relation == '>' }

// kind is the unit that a value has where none is named.
func (q *quantity) kind() string {
	if q.percent {
		return "percent"
	}
	return "persons"
}

// wholeCount reads a printed count: "8507", "8,507", "8 507".
func wholeCount(s string) (int64, error) {
	q, err := parse(s)
	if err != nil {
		return 0, err
	}
	if q.percent || q.relation != '=' || q.decimals > 0 {
		return 0, &badValue{s, "a whole number", "write it without decimals and signs"}
	}
	return int64(q.number), nil
}
