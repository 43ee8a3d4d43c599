package chart

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	ellipsis   = "…"
	softHyphen = "\u00AD"
)

// A measure gives the width of a string in px.
type measure func(string) float64

// words cuts s at its plain spaces and keeps a word of one or two letters
// together with the next one: a line that ends in "of", "в", "à" or "≈" reads badly.
func words(s string) []string {
	var out []string
	held := ""
	for _, w := range strings.Split(s, " ") {
		switch {
		case w == "":
		case short(w[lastWord(w):]):
			held += w + " "
		default:
			out, held = append(out, held+w), ""
		}
	}
	if held != "" {
		out = append(out, strings.TrimSuffix(held, " "))
	}
	return out
}

// lastWord is where the last word of w begins, which no-break spaces may bind to others.
func lastWord(w string) int {
	i := strings.LastIndex(w, "\u00A0")
	if i < 0 {
		return 0
	}
	return i + len("\u00A0")
}

// short tells words of one or two letters, and signs such as ≈.
func short(w string) bool {
	if n := utf8.RuneCountInString(w); n < 1 || n > 2 {
		return false
	}
	for _, r := range w {
		if !unicode.IsLetter(r) && !unicode.Is(unicode.Sm, r) {
			return false
		}
	}
	return true
}

// wrap breaks s into lines no wider than width, filling each in turn. A word
// wider than a line is cut: at a space that held a short word, at a soft
// hyphen, else between letters.
func wrap(m measure, s string, width float64) []string {
	lines, _ := wrapped(m, s, width)
	return lines
}

// Wrap breaks s into lines no wider than width, as the sheets do: a short word
// stays with the next one, and a word wider than a line is cut.
func Wrap(width func(string) float64, s string, most float64) []string { return wrap(width, s, most) }

// wrapped is wrap, and tells how many words had to be cut.
func wrapped(m measure, s string, width float64) (lines []string, cuts int) {
	line := ""
	width = max(width, 1)
	todo := words(s)
	for len(todo) > 0 {
		w := todo[0]
		if try := join(line, w); m(plain(try)) <= width {
			line, todo = try, todo[1:]
			continue
		}
		if line != "" && m(plain(w)) <= width {
			lines, line = append(lines, plain(line)), ""
			continue
		}
		head, tail := cut(m, line, w, width)
		if head == "" {
			lines, line = append(lines, plain(line)), ""
			continue
		}
		lines, line = append(lines, plain(join(line, head))), ""
		todo[0] = tail
		cuts++
	}
	if line != "" {
		lines = append(lines, plain(line))
	}
	return lines, cuts
}

// cut splits w so that line and the head of w fit into width. The head is
// empty if nothing of w should go there; on an empty line it never is.
func cut(m measure, line, w string, width float64) (head, tail string) {
	fits := func(h string) bool { return m(plain(join(line, h))) <= width }
	for _, sep := range []string{" ", softHyphen} {
		for i := 0; ; i += len(sep) {
			next := strings.Index(w[i:], sep)
			if next < 0 {
				break
			}
			i += next
			h := w[:i]
			if sep == softHyphen {
				h += "-"
			}
			if i > 0 && !fits(h) {
				break
			}
			if i > 0 {
				head, tail = h, w[i+len(sep):]
			}
		}
		if head != "" {
			return head, tail
		}
	}
	if line != "" {
		return "", w
	}
	for i := range w {
		if i > 0 && !fits(w[:i]) {
			if head == "" {
				head = w[:i]
			}
			break
		}
		head = w[:i]
	}
	if head == "" { // one letter wider than the line: take it all the same
		_, n := utf8.DecodeRuneInString(w)
		head = w[:n]
	}
	return head, w[len(head):]
}

func join(line, w string) string {
	if line == "" {
		return w
	}
	return line + " " + w
}

// plain takes out the soft hyphens at which no line broke.
func plain(s string) string { return strings.ReplaceAll(s, softHyphen, "") }

// balance wraps s into as few lines as width allows, then makes them alike in
// length. It leaves a ragged right edge of a few px at most per step of search,
// and breaks no word for it.
func balance(m measure, s string, width float64) []string {
	best, cuts := wrapped(m, s, width)
	for lo, hi := 0.0, width; hi-lo > 4; {
		mid := (lo + hi) / 2
		if try, n := wrapped(m, s, mid); len(try) == len(best) && n <= cuts {
			best, hi = try, mid
		} else {
			lo = mid
		}
	}
	return best
}

func widest(m measure, lines []string) float64 {
	w := 0.0
	for _, l := range lines {
		w = max(w, m(l))
	}
	return w
}

// settle wraps s, in narrower lines if the last one would hold next to nothing.
func settle(m measure, s string, width float64) []string {
	first, cuts := wrapped(m, s, width)
	for w := width; w > 0.6*width && len(first) > 1; w -= 0.02 * width {
		try, n := wrapped(m, s, w)
		if len(try) > len(first) || n > cuts {
			break
		}
		if m(try[len(try)-1]) >= 0.3*width {
			return try
		}
	}
	return first
}

// limit keeps at most n lines and ends the last one with an ellipsis if any
// were dropped.
func limit(m measure, lines []string, n int, width float64) (kept []string, shortened bool) {
	if len(lines) <= n {
		return lines, false
	}
	last := lines[n-1]
	for last != "" && m(last+ellipsis) > width {
		_, size := utf8.DecodeLastRuneInString(last)
		last = strings.TrimRight(last[:len(last)-size], " ")
	}
	return append(lines[:n-1:n-1], last+ellipsis), true
}
