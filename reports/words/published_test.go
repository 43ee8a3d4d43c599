package words_test

import (
	"strings"
	"testing"

	"asylum/pipeline/ledger"
	"asylum/reports/words"
)

// plain writes common spaces.
var plain = strings.NewReplacer("\u00a0", " ", "\u202f", " ")

// What every figure of the ledger is about can be said in every language.
func TestPublished(t *testing.T) {
	figures, err := ledger.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for i := range figures {
		f := &figures[i]
		for _, l := range words.Langs[1:] {
			if topic, ok := l.Published(f.Topic, "", ""); f.Topic != "" && !ok {
				t.Errorf("topic %s in %s: %q", f.Topic, l, topic)
			}
		}
		for _, l := range words.Langs {
			text, ok := l.Published(f.Statement, f.Citizen, f.Geo)
			if !ok && !words.Has("speech."+f.ID) || (text == f.Statement) != (l == "en" || !ok) {
				t.Errorf("%s in %s: %q", f.ID, l, text)
			}
		}
	}
	for _, tt := range []struct {
		l                             words.Lang
		statement, citizen, geo, want string
	}{
		{"fr", "Citizens of Russia in the Netherlands: refugee status", "RU", "NL", "Ressortissants de Russie aux Pays-Bas : statut de réfugié"},
		{"de", "All citizenships in the EU, Norway and Switzerland: refugee or subsidiary status in first instance decisions", "TOTAL", "EU+",
			"Alle Staatsangehörigkeiten in der EU, Norwegen und der Schweiz: Flüchtlingsschutz oder subsidiärer Schutz in erstinstanzlichen Entscheidungen"},
		{"ru", "Saarland: recognitions in first instance decisions", "TOTAL", "DE-SL", "Все гражданства в Сааре: признания в решениях первой инстанции"},
		{"fr", "Russian applicants in Spain", "RU", "ES", "Demandeurs d’asile russes en Espagne"},
		{"fr", "my own: words", "RU", "ES", "my own: words"},
		{"fr", "Protection here: refugee status", "RU", "XX-YY", "Protection here: refugee status"},
	} {
		if got, _ := tt.l.Published(tt.statement, tt.citizen, tt.geo); plain.Replace(got) != tt.want {
			t.Errorf("%s: %q, want %q", tt.statement, got, tt.want)
		}
	}
}
