package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"asylum/pipeline/rate"
	"asylum/reports/words"
)

// claimed are what the words of a title may claim. The catalogue lists the words
// of each in every language, under claim.NAME.
var claimed = []string{"rose", "fell", "highest", "lowest", "twice"}

// Refutes says why a title may not be set over what the draft shows, "" if it
// may: what is published with a title of the user's own is held against newer
// data with it.
func (d *Draft) Refutes(l words.Lang, title string) string {
	w := &writer{Lang: l, Draft: d}
	return w.refuted(title)
}

// refuted says why a title of the user's own may not be set: a number in it that
// the chart does not show, or a claim that the results do not bear (METHODS 3).
// It is "" if nothing speaks against it.
func (w *writer) refuted(title string) string {
	title = strings.NewReplacer("[[", "", "]]", "").Replace(title)
	for _, n := range w.Numbers(title) {
		if !w.holds(n.Value, n.Decimals, n.Percent) {
			return fmt.Sprintf("%q says %v, which the chart does not show", title, strings.TrimSpace(title[n.At:min(len(title), n.At+12)]))
		}
	}
	said := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, c := range claimed {
		for _, word := range strings.Split(w.Say("claim."+c), ", ") {
			if !slices.Contains(said, word) && !(strings.Contains(word, " ") && strings.Contains(strings.ToLower(title), word)) {
				continue
			}
			if why := w.bears(c); why != "" {
				return fmt.Sprintf("%q says %q: %s", title, word, why)
			}
		}
	}
	return ""
}

// holds reports whether a number is a count, a rate at its precision, or a year of
// the chart.
func (w *writer) holds(v float64, decimals int, percent bool) bool {
	unit := math.Pow10(-decimals)
	for i := range w.Data {
		x := &w.Data[i]
		num, den, share, known := x.Result.Num, x.Result.Den, x.Result.Value, x.Result.Known
		if x.Whole > 0 {
			num, den, share, known = x.Num, x.Whole, float64(x.Num)/float64(x.Whole), true
		}
		if percent && known && math.Abs(share*100-v) <= unit/2+1e-9 {
			return true
		}
		if !percent && (v == float64(year(x.Result.Period)) || x.Result.NumKnown && v == float64(num) || v == float64(den)) {
			return true
		}
	}
	return false
}

// bears says why the results do not bear a claim, "" if they do. What rose or
// fell is read from the first and the last period of a chart's first series; what
// is highest or lowest from the ends of its rates, by their value.
func (w *writer) bears(claim string) string {
	var rs []*rate.Result
	for i := range w.Data {
		x := &w.Data[i]
		if x.Series == w.Data[0].Series && x.Result.Known && !x.CountOnly {
			rs = append(rs, x.Result)
		}
	}
	if len(rs) < 2 {
		return "there are not two rates to compare"
	}
	switch claim {
	case "rose", "fell":
		a, b := rs[0], rs[0]
		for _, r := range rs {
			if r.Period < a.Period {
				a = r
			}
			if r.Period > b.Period {
				b = r
			}
		}
		if a.Period == b.Period {
			return "it shows one period"
		}
		if !rate.Apart(a, b, w.limits) || (b.Value > a.Value) != (claim == "rose") {
			return fmt.Sprintf("%s and %s do not bear it, beyond rounding and chance", a.Percent(), b.Percent())
		}
	default:
		byValue(rs)
		a, b := rs[0], rs[1]
		if claim == "lowest" {
			a, b = rs[len(rs)-1], rs[len(rs)-2]
		}
		if claim == "twice" {
			b = rs[len(rs)-1]
			if b.Hi <= 0 || a.Lo < 2*b.Hi {
				return "the bounds do not lie that far apart"
			}
			return ""
		}
		if a.Den < w.limits.Rank || b.Den < w.limits.Rank || !rate.Apart(a, b, w.limits) {
			return fmt.Sprintf("%s and the next, %s, are not apart, or rest on fewer than %d", a.Percent(), b.Percent(), w.limits.Rank)
		}
	}
	return ""
}
