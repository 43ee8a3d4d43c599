package words

import (
	"math"
	"strconv"
	"strings"

	"asylum/pipeline/rate"
)

// Spaces that hold a number together with what belongs to it.
const (
	nbsp   = "\u00a0" // no-break
	narrow = "\u202f" // narrow no-break
	minus  = "−"      // U+2212
)

// Group and decimal separators, and what stands before "%": CHARTS 5.
func (l Lang) group() string   { return pick(l, ",", narrow, ".", nbsp) }
func (l Lang) decimal() string { return pick(l, ".", ",", ",", ",") }
func (l Lang) percent() string { return pick(l, "%", narrow+"%", nbsp+"%", nbsp+"%") }

// Int writes a count: "8,507".
func (l Lang) Int(n int64) string {
	s := strings.ReplaceAll(rate.Group(n), ",", l.group())
	return strings.Replace(s, "-", minus, 1)
}

// fixed turns a number in Go's form into that of the language.
func (l Lang) fixed(s string) string {
	s = strings.Replace(s, ".", l.decimal(), 1)
	return strings.Replace(s, "-", minus, 1)
}

// Percent writes a share of 1 as a percentage: 0.339 is "33.9%".
func (l Lang) Percent(share float64, decimals int) string {
	return l.fixed(rate.Percent(share, decimals)) + l.percent()
}

// PercentRange writes two bounds of a share, rounded outward: "33.9–38.1%".
func (l Lang) PercentRange(lo, hi float64, decimals int) string {
	return l.fixed(rate.Outward(lo, math.NaN(), decimals, -1)) + "–" + l.fixed(rate.Outward(hi, math.NaN(), decimals, +1)) + l.percent()
}

// Points writes a difference of two shares in percentage points, with its sign
// and one decimal: "+4.2", "−4.2", "0.0".
func (l Lang) Points(diff float64) string { return l.fixed(Points(diff)) }

// Of writes two counts: "20 of 59", held together.
func (l Lang) Of(num, den int64) string {
	return l.Int(num) + nbsp + pick(l, "of", "sur", "von", "из") + nbsp + l.Int(den)
}

// Ratio writes how many times one thing is another: "13", "1.9".
func (l Lang) Ratio(x float64) string { return l.fixed(ratio(x)) }

// Decimal writes a number that is no percentage: "1.94".
func (l Lang) Decimal(x float64, decimals int) string {
	return l.fixed(strconv.FormatFloat(x, 'f', decimals, 64))
}

// FlowDecimals is how many decimals a ratio of two flows is written with: two
// under 1 %, one under 10 %, none above (CHARTS 5).
func FlowDecimals(share float64) int {
	switch {
	case share < 0.01:
		return 2
	case share < 0.10:
		return 1
	}
	return 0
}

// A Number is one that stands in a text.
type Number struct {
	Value    float64 // as written: 33.9 for 33.9 %
	Decimals int     // digits behind the separator
	Percent  bool    // a % follows, or follows the other end of its range
	At       int     // byte offset of its first digit or sign
}

// Numbers finds every number of a text as that language writes it, so that each
// can be checked against the cells it stands for. Digits that are part of a
// word, a reference or an ordinal (EU27, 862/2007, 1er, 2. Quartal) are no numbers.
func (l Lang) Numbers(text string) []Number {
	var out []Number
	for i := 0; i < len(text); {
		if !digit(text, i) {
			i++
			continue
		}
		n, end := l.number(text, i)
		if attached(text, i, end) || l == "de" && strings.HasPrefix(text[end:], "."+nbsp) { // 2. Quartal
			for end < len(text) && (digit(text, end) || attachedRune(text, end)) {
				end++
			}
			i = end
			continue
		}
		if sign := strings.TrimSuffix(text[:i], minus); len(sign) < i {
			n.Value, n.At = -n.Value, len(sign)
		}
		n.Percent = l.percentFollows(text, end)
		out = append(out, n)
		i = end
	}
	return out
}

func digit(s string, i int) bool { return i < len(s) && s[i] >= '0' && s[i] <= '9' }

// number reads the one that begins at i, and tells where it ends. A group of
// three belongs to it only if the groups before it are whole.
func (l Lang) number(text string, i int) (Number, int) {
	start := i
	for digit(text, i) {
		i++
	}
	digits := text[start:i]
	for len(digits) > 0 && (i-start <= 3 || len(digits) > 3 && i > start+3) {
		rest, ok := strings.CutPrefix(text[i:], l.group())
		if !ok || len(rest) < 3 || !digit(rest, 0) || !digit(rest, 1) || !digit(rest, 2) || digit(rest, 3) {
			break
		}
		digits += rest[:3]
		i += len(l.group()) + 3
	}
	decimals := 0
	if rest, ok := strings.CutPrefix(text[i:], l.decimal()); ok && digit(rest, 0) {
		for digit(rest, decimals) {
			decimals++
		}
		digits += "." + rest[:decimals]
		i += len(l.decimal()) + decimals
	}
	v, _ := strconv.ParseFloat(digits, 64)
	return Number{Value: v, Decimals: decimals, At: start}, i
}

// percentFollows reports whether a number is a percentage: a % stands behind
// it, or behind the number at the other end of its range.
func (l Lang) percentFollows(text string, end int) bool {
	rest := text[end:]
	if strings.HasPrefix(rest, "%") || strings.HasPrefix(rest, l.percent()) || strings.HasPrefix(rest, narrow+"%") || strings.HasPrefix(rest, nbsp+"%") {
		return true
	}
	for _, dash := range []string{"–", nbsp + "–" + nbsp} {
		if to, ok := strings.CutPrefix(rest, dash); ok && digit(to, 0) {
			_, n := l.number(to, 0)
			return strings.HasPrefix(to[n:], l.percent())
		}
	}
	return false
}
