package ledger

import (
	"slices"
	"strings"
	"unicode"
)

// statuses are words for what stands above the line of a fraction, as the
// letters of METHODS.
var statuses = map[string]string{
	"genconv": "G", "refugee": "G", "ref": "G", "recognised": "G", "recognitions": "G",
	"sub_prot": "S", "subsidiary": "S", "sub": "S",
	"humstat": "H", "humanitarian": "H", "hum": "H",
	"other":      "O",
	"rejection":  "R",
	"rejections": "R", "rejected": "R", "rej": "R",
	"positive": "GSH", "positives": "GSH", "total_pos": "GSH", "protected": "GSH", "protection": "GSH",
}

// fractions are the definitions by what they divide: statuses over D decisions
// of first instance, F final ones, M those on the merits, C all cases ended, I
// intentions, A applicants, N first-time applicants.
var fractions = map[string]string{
	"GSH/D": "eurostat_first_instance", "GSH/F": "eurostat_final", "GS/D": "euaa_recognition", "G/D": "refugee_status_share",
	"G/M": "aida_refugee", "S/M": "aida_subsidiary", "H/M": "aida_humanitarian", "R/M": "aida_rejection",
	"GO/M": "unhcr_total_protection", "GO/C": "unhcr_all_outcomes",
	"G/I": "grants_per_intention", "G/A": "grants_per_applicant", "G/N": "grants_per_first_time_applicant",
	"GSH/I": "positives_per_intention", "GSH/A": "positives_per_applicant", "GSH/N": "positives_per_first_time_applicant",
}

// recognise gives the definition that words describe: its name, a name that a
// publisher has for it, or a fraction such as "refugee / all first instance
// decisions". It gives "" rather than a guess.
func recognise(words, geo string) string {
	s, _, _ := strings.Cut(strings.ToLower(words), ";")
	s = strings.TrimSpace(s)
	if isName(s) {
		return s
	}
	over := strings.LastIndex(s, "/")
	num, den := s, ""
	if over >= 0 {
		num, den = s[:over], s[over+1:]
	}
	above, below := letters(num), kindOf(den)
	tokens := fields(s)
	switch {
	case strings.Contains(s, "cohort"), strings.Contains(s, "first + final"), strings.Contains(s, "first+final"):
		return "" // no definition of one period
	case slices.Contains(tokens, "tpr"), strings.Contains(s, "unhcr total"):
		return "unhcr_total_protection"
	case slices.Contains(tokens, "cear"):
		return "aida_gs_all_decisions"
	case strings.HasPrefix(s, "bereinigt") && (over < 0 || above == "GSH" || slices.Contains(fields(num), "protected")):
		return "de_bereinigte_schutzquote"
	case strings.HasPrefix(s, "gesamtschutzquote"):
		return "de_gesamtschutzquote"
	case geo == "DE" && above == "GSH" && below == "M":
		return "de_bereinigte_schutzquote"
	}
	return fractions[above+"/"+below]
}

// specific reports whether words say what is divided by what: such a claim is
// not excluded by definitions that divide otherwise.
func specific(words string) bool {
	num, den, _ := strings.Cut(strings.NewReplacer(" over ", "/", " of ", "/").Replace(strings.ToLower(words)), "/")
	return letters(num) != "" || kindOf(den) != ""
}

// letters are the statuses that words name, in the order of METHODS.
func letters(words string) string {
	var have string
	for _, t := range fields(words) {
		have += statuses[t]
	}
	var out strings.Builder
	for _, l := range "GSHOR" {
		if strings.ContainsRune(have, l) {
			out.WriteRune(l)
		}
	}
	return out.String()
}

// kindOf says what words below the line count.
func kindOf(words string) string {
	t := fields(words)
	has := func(list ...string) bool {
		return slices.ContainsFunc(list, func(w string) bool { return slices.Contains(t, w) })
	}
	switch {
	case has("closed"):
		return "C"
	case has("intentions", "intention", "intent"):
		return "I"
	case has("applications", "applicants", "applied") && (has("new") || has("first") && has("time")):
		return "N"
	case has("applications", "applicants", "applied"):
		return "A"
	case has("merit", "merits", "substantive"), has("rejection", "rejected", "rejections") && has("refugee", "recognised"):
		return "M"
	case has("final", "appeal", "appeals") && has("decisions"):
		return "F"
	case has("decisions"), has("first") && has("instance"):
		return "D"
	}
	return ""
}

// countsIn says what a count counts, by its words.
func countsIn(words string) string {
	s := strings.ToLower(words)
	switch {
	case strings.Contains(s, "first + final"), strings.Contains(s, "first+final"), strings.Contains(s, "first and final"):
		return "granted"
	case strings.Contains(s, "first-time applicants"):
		return "first-time applicants"
	case strings.Contains(s, "applicants"), strings.Contains(s, "applications"):
		return "applicants"
	case letters(s) == "GSH":
		return "positives"
	case strings.Contains(s, "decisions"):
		return "decisions"
	}
	return ""
}

// citesIn says which source a figure rests on: the codes of its definition come
// first, then what published it.
func citesIn(words, title, address string) string {
	words, where := strings.ToLower(words), strings.ToLower(title+" "+address)
	for _, in := range []struct {
		text  string
		marks map[string][]string
	}{
		{words, map[string][]string{"eurostat": {"genconv", "total_pos", "eurostat"}, "unhcr": {"unhcr", "dec_level"}}},
		{where, map[string][]string{"unhcr": {"unhcr", "refugees r package"}, "aida": {"aida ", "asylumineurope"}}},
		{where, map[string][]string{"eurostat": {"eurostat", "euaa", "easo"}}},
	} {
		for _, source := range []string{"eurostat", "unhcr", "aida"} {
			if slices.ContainsFunc(in.marks[source], func(m string) bool { return strings.Contains(in.text, m) }) {
				return source
			}
		}
	}
	return ""
}

// fields are words, codes with an underscore among them.
func fields(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
}
