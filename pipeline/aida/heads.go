package aida

import (
	"strings"

	"asylum/pipeline/obs"
)

// measures names the measure of a column by its cleaned head: how pages spell
// the same thing, FORMAT.md section 5. A head that ends in * stands for all
// that begin so. Rejection is not total_rejection, which holds inadmissibility.
var measures = map[string]string{
	"applicants": "applicants", "new applicants": "applicants", "total applicants": "applicants", "applications lodged": "applicants",
	"applications": "applicants", "asylum applicants": "applicants", "asylum applications": "applicants", "total applications": "applicants",
	"international protection applicants": "applicants", "applicants expressed intention*": "applicants", "intentions*": "applicants", "expressed intentions*": "applicants",
	"first time applicants": "first_time_applicants", "first applicants": "first_time_applicants", "repeated applicants": "repeated_applicants", "subsequent applicants": "repeated_applicants",

	"pending": "pending", "pending applications": "pending", "pending applicants": "pending", "pending for decision": "pending", "pending cases": "pending",
	"pending for admission*": "pending_admission", "new and ongoing cases*": "open_cases",

	"total decisions": "total_decisions", "total number of 1st instance decisions*": "total_decisions", "total number of decisions": "total_decisions", "decisions": "total_decisions",
	"total in merit decisions": "in_merit_decisions", "in merit decisions": "in_merit_decisions",
	"total substantive decisions": "substantive_decisions", "substantive decisions": "substantive_decisions", "total other decisions": "other_decisions", "other decisions": "other_decisions",
	"total decisions at the preliminary stage":               "preliminary_decisions",
	"number of negative decisions at preliminary stage*":     "preliminary_negative",
	"number of positive decisions at preliminary stage*":     "preliminary_positive",
	"number of negative decisions at the preliminary stage*": "preliminary_negative",
	"number of positive decisions at the preliminary stage*": "preliminary_positive",

	"refugee status": "refugee_status", "subsidiary protection": "subsidiary_protection", "subsidiary protection status": "subsidiary_protection",
	"refugee status and subsidiary protection": "refugee_or_subsidiary", "refugee status or subsidiary protection": "refugee_or_subsidiary",
	"humanitarian protection*": "humanitarian_protection", "hum protection": "humanitarian_protection", "special protection": "humanitarian_protection",
	"temporary humanitarian protection*": "humanitarian_protection", "humanitarian status": "humanitarian_protection",
	"national complementary protection": "complementary_protection", "complementary protection": "complementary_protection",

	"rejection": "rejection", "rejection on asylum": "rejection", "in merit rejection on asylum": "rejection", "rejection on merits": "rejection", "rejection on the merits": "rejection",
	"rejections": "rejection", "in merit rejection": "in_merit_rejection", "in merit rejections": "in_merit_rejection", "total in merit rejections": "in_merit_rejection",
	"total rejection": "total_rejection", "total rejections": "total_rejection", "total negative decisions": "total_rejection",
	"total decisions rejecting asylum applications": "total_rejection", "all rejections on asylum incl dublin": "total_rejection", "total rejections upon further examination": "total_rejection",
	"inadmiss": "inadmissible", "inadmissible": "inadmissible", "total inadmissible": "inadmissible", "inadmissibility": "inadmissible",

	"refugee rate": "refugee_rate", "refugee status rate": "refugee_rate",
	"sub prot rate": "sub_prot_rate", "subs prot rate": "sub_prot_rate", "subsidiary protection rate": "sub_prot_rate", "sub protection rate": "sub_prot_rate",
	"hum prot rate": "hum_prot_rate", "hum rate": "hum_prot_rate", "humanitarian protection rate": "hum_prot_rate", "special protection rate": "hum_prot_rate",
	"rejection rate": "rejection_rate", "rejection rate on the merits": "rejection_rate", "rejection rate on merits": "rejection_rate",
	"protection rate": "protection_rate", "protection rate excl inadmissibility decisions": "protection_rate_excl_inadmissibility",
	"overall protection rate": "overall_protection_rate", "in merit protection rate": "in_merit_protection_rate",
	"overall rejection rate": "overall_rejection_rate", "in merit rejection rate": "in_merit_rejection_rate",
	"share of in merit rejections in total decisions": "in_merit_rejection_share", "share of in merit rejection in total decisions": "in_merit_rejection_share",

	"number": "number", "numbers": "number", "total number": "number", "percentage": "percentage", "percent": "percentage", "%": "percentage", "share": "percentage",
}

// labelHeads stand over the labels where anything does.
var labelHeads = map[string]bool{"": true, "country": true, "country of origin": true, "countries of origin": true, "nationality": true, "nationalities": true, "citizenship": true, "origin": true}

// unknown is how the measure of a column begins whose head we do not know.
const unknown = "unknown:"

// measure names the measure that stands under a head as printed.
func measure(head string) (m string, ok bool) {
	key := foldHead(head)
	if m, ok = measures[key]; ok {
		return m, true
	}
	// "humanitarian protection rate" is an exact head and was found above, so
	// that the longest beginning that remains is what the head says.
	for end := len(key); end > 0; end = strings.LastIndexByte(key[:end], ' ') {
		if m, ok = measures[key[:end]+"*"]; ok && (!strings.HasSuffix(key, " rate") || strings.HasSuffix(m, "_rate")) {
			return m, true
		}
	}
	if strings.Contains(key, "intention") && strings.Contains(key, "applica") {
		return "applicants", true
	}
	return unknown + strings.Join(strings.Fields(stripMarks(blanks.Replace(head))), " "), false
}

// foldHead takes marks, years, punctuation and case off a head.
func foldHead(head string) string {
	s := strings.ToLower(stripMarks(blanks.Replace(head)))
	s = strings.Map(func(r rune) rune {
		switch r {
		case '.', ',', ':', ';', '(', ')', '/', '-', '–', '—', '‑', '"', '\'', '“', '”', '„', '‘', '’':
			return ' '
		}
		return r
	}, s)
	words := strings.Fields(s)
	for i := 1; i+1 < len(words); i++ {
		if words[i] == "as" && words[i+1] == "of" { // "pending as of 31 January 2025"
			words = words[:i]
		}
	}
	kept := words[:0]
	for _, w := range words {
		if !isYear(w) {
			kept = append(kept, w)
		}
	}
	for len(kept) > 1 {
		switch kept[len(kept)-1] {
		case "in", "year", "the", "of", "at", "end", "for", "during":
			kept = kept[:len(kept)-1]
			continue
		}
		break
	}
	return strings.Join(kept, " ")
}

// stripMarks takes [3], (1) and * out wherever they stand: heads have them in
// the middle.
func stripMarks(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '*':
			continue
		case '[', '(':
			end := i + 1
			for end < len(s) && s[end] >= '0' && s[end] <= '9' && end-i <= 3 {
				end++
			}
			if end > i+1 && end < len(s) && (c == '[' && s[end] == ']' || c == '(' && s[end] == ')' && end-i <= 3) {
				i = end
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isYear(s string) bool { return len(s) == 4 && digits(s) && s >= "1990" && s <= "2099" }

// years are those that a heading or a head names, in order.
func years(s string) []string {
	var out []string
	for i := 0; i < len(s); {
		end := i
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		if isYear(s[i:end]) && (end == len(s) || s[end] != '/') && (i == 0 || s[i-1] != '/') { // "L. 4825/2021" is a law
			out = append(out, s[i:end])
		}
		i = max(end, i+1)
	}
	return out
}

// rules say where a measure of a country is not persons: FORMAT.md, section 7.
// Rates are percent everywhere; From and To are years, "" for any.
var rules = []struct{ Geo, From, To, Table, Label, Unit, Measures string }{
	{"HR", "", "", "first_instance", "", Intentions, "applicants"}, // who expressed an intention
	{"HR", "", "", "breakdown", "", Intentions, "number"},
	{"AT", "2024", "2024", "first_instance", "", "decisions", "total_decisions other_decisions rejection refugee_status subsidiary_protection humanitarian_protection"},
	{"RS", "", "", "first_instance", "", "decisions", "total_decisions in_merit_decisions total_rejection in_merit_rejection rejection refugee_status subsidiary_protection"},
	{"BE", "2024", "2024", "first_instance", "TOTAL", "files", "pending"},
	{"UA", "", "", "first_instance", "", "cases", "open_cases"},
	{"UA", "", "", "first_instance", "", "decisions", "preliminary_decisions preliminary_negative preliminary_positive"},
}

// WithAppeals is the instance of decisions that a page counts at first and
// second instance together, in UNHCR's letters for the same.
const WithAppeals = "FA"

// countsAppeals is the country whose decisions are counted so, unless a heading
// says otherwise: FORMAT.md, section 7.
const countsAppeals = "AT"

// together reports whether a heading says that its table counts so.
var together = obs.Pattern(`(?i)\b(first|1st)( instance)? (and|or|&) (second|2nd) instance`)

// instance is the instance of a cell: applicants are of none.
func instance(printed, table, measure string, appeals bool) string {
	if printed == "" && table == "first_instance" && appeals && !strings.HasSuffix(measure, "applicants") {
		return WithAppeals
	}
	return printed
}

// Intentions is the unit of applicants who only said that they would apply.
const Intentions = "intentions"

// unitOf is the unit of a measure; intentions says that the page calls its
// applicants so.
func unitOf(geo, year, table, citizen, measure string, intentions bool) string {
	if isRate(measure) {
		return "percent"
	}
	for _, r := range rules {
		if r.Geo == geo && r.Table == table && (r.From == "" || year >= r.From && year <= r.To) && (r.Label == "" || r.Label == citizen) && hasWord(r.Measures, measure) {
			return r.Unit
		}
	}
	if intentions && (measure == "applicants" || table == "breakdown" && measure == "number") {
		return Intentions
	}
	return "persons"
}

func isRate(measure string) bool {
	m := strings.ToLower(measure)
	return strings.HasSuffix(m, "_rate") || strings.HasPrefix(m, "protection_rate") || m == "in_merit_rejection_share" || m == "percentage" ||
		strings.HasPrefix(m, unknown) && (strings.Contains(m, "rate") || strings.Contains(m, "%") || strings.Contains(m, "percent") || strings.Contains(m, "share"))
}

func hasWord(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}
