package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// attached reports whether digits are part of a word or a reference.
func attached(s string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:from])
	if from > 0 && (unicode.IsLetter(before) || before == '_' || before == '/') {
		return true
	}
	return attachedRune(s, to)
}

func attachedRune(s string, at int) bool {
	r, _ := utf8.DecodeRuneInString(s[at:])
	return at < len(s) && (unicode.IsLetter(r) || r == '_' || r == '/')
}

// short are the words that must not stand at the end of a line, by language:
// they are bound to the next word with U+00A0 (CHARTS 5).
var short = map[Lang]map[string]bool{
	"fr": set("à y en"),
	"ru": set("в во к ко с со и о об у а из на по от до за не ни"),
}

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// Typeset gives a text the spaces that its language asks for: no-break spaces
// before French marks and inside its quotes, before a Russian dash, and after
// short words. What has them already stays as it is.
func (l Lang) Typeset(s string) string {
	s = strings.ReplaceAll(s, "'", "’")
	switch l {
	case "fr":
		s = frenchMarks.Replace(s)
	case "de":
		s = strings.ReplaceAll(s, " %", nbsp+"%")
	case "ru":
		s = russianMarks.Replace(s)
	}
	if short[l] == nil || !strings.Contains(s, " ") {
		return s
	}
	return bindShort(s, short[l])
}

var frenchMarks = strings.NewReplacer(" ;", narrow+";", " !", narrow+"!", " ?", narrow+"?", " :", nbsp+":", "« ", "«"+nbsp, " »", nbsp+"»", " %", narrow+"%")

// A spaced dash is long in Russian, and keeps with the word before it.
var russianMarks = strings.NewReplacer(" — ", nbsp+"— ", " – ", nbsp+"— ", " %", nbsp+"%", " п. п.", nbsp+"п."+nbsp+"п.")

// bindShort turns the plain space after each short word into U+00A0.
func bindShort(s string, short map[string]bool) string {
	var b strings.Builder
	start := 0 // of the word that is being read
	for i, r := range s {
		switch {
		case r == ' ':
			if short[strings.ToLower(s[start:i])] {
				b.WriteString(nbsp)
			} else {
				b.WriteByte(' ')
			}
			start = i + 1
			continue
		case !unicode.IsLetter(r):
			start = i + utf8.RuneLen(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Glue holds the words of a short text together.
func Glue(s string) string { return strings.ReplaceAll(s, " ", nbsp) }

// Quote sets a text in the quotation marks of the language.
func (l Lang) Quote(s string) string {
	return pick(l, "“", "«"+nbsp, "„", "«") + s + pick(l, "”", nbsp+"»", "“", "»")
}

// List joins names: "A, B and C".
func (l Lang) List(names []string) string {
	and := pick(l, " and ", " et ", " und ", " и"+nbsp)
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + and + names[n-1]
	}
}

// Sentence gives a text a capital at its beginning.
func (l Lang) Sentence(s string) string { return capital(s) }

func capital(s string) string {
	if s == "" {
		return s
	}
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
