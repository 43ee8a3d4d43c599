package words

import (
	"strings"
	"testing"

	"asylum/pipeline/compare"
	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// What a study says of Afghans in 2023 in each language: the numbers that asylum
// countries prints, and no claim that they do not bear.
func TestStudyNotes(t *testing.T) {
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named("unhcr_total_protection")
	if err != nil {
		t.Fatal(err)
	}
	study := func(citizen string, p obs.Period) *compare.Study {
		s, err := compare.Countries(d, data, compare.Question{Citizen: citizen, Period: p})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	af := study("AF", "2023")
	for l, want := range map[Lang][]string{
		"en": {"EU (23 of 27 members): 59,005 of 69,883 decisions on citizens of Afghanistan in 2023 gave protection, 84.4% (84.3–84.5).", "Of the 12 countries with at least 300 decisions the highest may be any of 2: Greece and Switzerland.", "It is lowest in Belgium: 41.0%"},
		"fr": {"59 005 sur 69 883", "Grèce et Suisse", "Le taux le plus bas est observé en Belgique : 41,0 %"},
		"de": {"59.005 von 69.883", "Griechenland und Schweiz", "Am niedrigsten ist sie in Belgien: 41,0 %"},
		"ru": {"59 005 из 69 883", "Греция и Швейцария", "Ниже всего она в Бельгии: 41,0 %"},
	} {
		notes := l.StudyNotes(af)
		all := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(strings.Join(notes, "\n"))
		for _, w := range want {
			if !strings.Contains(all, w) {
				t.Errorf("%s does not say %q:\n%s", l, w, all)
			}
		}
		if len(notes) != 8 || notes[len(notes)-1] != l.Say("study.limits") {
			t.Errorf("%s: %d sentences:\n%s", l, len(notes), all)
		}
	}
	all := strings.Join(Lang("en").StudyNotes(study("TOTAL", "2023")), "\n")
	for _, w := range []string{"more is granted by: ", "Less is granted by: ", "Raw rates still hold the mix of citizenships"} {
		if !strings.Contains(all, w) {
			t.Errorf("of all citizenships it does not say %q:\n%s", w, all)
		}
	}
	if strings.Contains(all, "highest") {
		t.Errorf("raw rates over different mixes are ranked in words:\n%s", all)
	}
	// Where rounding or chance may be all of it, nobody is the highest.
	for i := range af.Countries {
		c := &af.Countries[i]
		c.Lo, c.Hi = 0, 1
	}
	if notes := Lang("en").StudyNotes(af); !strings.Contains(notes[1], "none may be called higher than another") {
		t.Errorf("with rates that may be anything: %q", notes[1])
	}
	for what, s := range map[string]*compare.Study{"partial": {Partial: true, Definition: d, Line: af.Line}, "national": {National: true, Definition: d, Line: af.Line}, "nothing": {Why: "no table"}, "no line": {Definition: d}} {
		if notes := Lang("en").StudyNotes(s); len(notes) > 0 {
			t.Errorf("%s: %v", what, notes)
		}
	}
}
