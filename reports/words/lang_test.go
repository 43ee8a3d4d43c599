package words

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
)

// visible writes the spaces of a text so that a reader of a failure sees them.
var visible = strings.NewReplacer(nbsp, "_", narrow, "~")

// each calls f for every language with what is wanted, its spaces visible: "_"
// for U+00A0, "~" for U+202F.
func each(t *testing.T, what string, f func(Lang) string, want ...string) {
	t.Helper()
	for i, l := range Langs {
		if got := visible.Replace(f(l)); got != want[i] {
			t.Errorf("%s in %s: %q, want %q", what, l, got, want[i])
		}
	}
}

func TestNumbersWritten(t *testing.T) {
	each(t, "8507", func(l Lang) string { return l.Int(8507) }, "8,507", "8~507", "8.507", "8_507")
	each(t, "-1234567", func(l Lang) string { return l.Int(-1234567) }, "−1,234,567", "−1~234~567", "−1.234.567", "−1_234_567")
	each(t, "33.9 %", func(l Lang) string { return l.Percent(0.3389, 1) }, "33.9%", "33,9~%", "33,9_%", "33,9_%")
	each(t, "0.27 %", func(l Lang) string { return l.Percent(23./8507, 2) }, "0.27%", "0,27~%", "0,27_%", "0,27_%")
	each(t, "range", func(l Lang) string { return l.PercentRange(0.33905, 0.38091, 1) }, "33.9–38.1%", "33,9–38,1~%", "33,9–38,1_%", "33,9–38,1_%")
	each(t, "points", func(l Lang) string { return l.Points(-0.042) }, "−4.2", "−4,2", "−4,2", "−4,2")
	each(t, "of", func(l Lang) string { return l.Of(20, 1059) }, "20_of_1,059", "20_sur_1~059", "20_von_1.059", "20_из_1_059")
	each(t, "ratio", func(l Lang) string { return l.Ratio(1.94) + " " + l.Ratio(13.4) }, "1.9 13", "1,9 13", "1,9 13", "1,9 13")
}

func TestNumbersFound(t *testing.T) {
	for _, l := range Langs {
		for _, n := range []int64{0, 5, 20, 636, 1234, 8507, 1234567} {
			text := l.Int(n) + " x, " + l.Of(n, n+1)
			want := []float64{float64(n), float64(n), float64(n + 1)}
			if got := values(l.Numbers(text)); !slices.Equal(got, want) {
				t.Errorf("%s: %q holds %v, want %v", l, text, got, want)
			}
		}
		text := l.Typeset("(" + l.Percent(0.339, 1) + "; " + l.PercentRange(0.339, 0.381, 1) + ") " + l.Points(-0.042))
		want := []Number{{33.9, 1, true, 0}, {33.9, 1, true, 0}, {38.1, 1, true, 0}, {-4.2, 1, false, 0}}
		got := l.Numbers(text)
		for i := range got {
			if at := got[i].At; !strings.ContainsAny(text[at:at+1], "034") && !strings.HasPrefix(text[at:], minus) {
				t.Errorf("%s: the number %d of %q is not at %d", l, i, text, at)
			}
			got[i].At = 0
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q holds %+v, want %+v", l, text, got, want)
		}
	}
	for _, tt := range []struct {
		l    Lang
		text string
		want []float64
	}{
		{"en", "EU27, Regulation 2024/1348, Q1, 1st of 3", []float64{3}},
		{"fr", "au 1er trimestre 2023 ; 33,9 % (3 sur 10)", []float64{2023, 33.9, 3, 10}},
		{"de", l("de").InPeriod("2023-Q2") + ", 20. Dann", []float64{2023, 20}},
		{"ru", "с 20–99 решениями", []float64{20, 99}},
		{"en", "in 2014, 2015 and 12,345,678", []float64{2014, 2015, 12345678}},
	} {
		if got := values(tt.l.Numbers(tt.text)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q holds %v, want %v", tt.l, tt.text, got, tt.want)
		}
	}
}

func l(s string) Lang { return Lang(s) }

func values(ns []Number) (out []float64) {
	for _, n := range ns {
		out = append(out, n.Value)
	}
	return out
}

func TestPeriods(t *testing.T) {
	for _, tt := range []struct {
		p    obs.Period
		form string
		want [4]string
	}{
		{"2023", "", [4]string{"2023", "2023", "2023", "2023"}},
		{"2023", "in", [4]string{"in 2023", "en_2023", "2023", "в_2023_году"}},
		{"2023", "gen", [4]string{"of 2023", "de 2023", "2023", "2023_года"}},
		{"2023", "acc", [4]string{"2023", "2023", "2023", "2023_год"}},
		{"2023-Q1", "", [4]string{"first quarter of 2023", "1er_trimestre 2023", "1._Quartal 2023", "I_квартал_2023_года"}},
		{"2023-Q2", "in", [4]string{"in the second quarter of 2023", "au 2e_trimestre 2023", "im 2._Quartal 2023", "во_II_квартале_2023_года"}},
		{"2023-Q3", "gen", [4]string{"of the third quarter of 2023", "du 3e_trimestre 2023", "des 3._Quartals 2023", "III_квартала_2023_года"}},
		{"2023-S2", "in", [4]string{"in the second half of 2023", "au 2e_semestre 2023", "im 2._Halbjahr 2023", "во_втором полугодии_2023_года"}},
		{"2023-04", "in", [4]string{"in April 2023", "en_avril 2023", "im April 2023", "в_апреле_2023_года"}},
		{"2023-04", "gen", [4]string{"of April 2023", "d’avril 2023", "vom April 2023", "апреля_2023_года"}},
		{"2023-W05", "in", [4]string{"in week 5 of 2023", "la semaine 5 de 2023", "in der 5._Kalenderwoche 2023", "на_5-й неделе 2023_года"}},
		{"2023-01-15", "in", [4]string{"on 15_January 2023", "le 15_janvier 2023", "am 15._Januar 2023", "15_января 2023_года"}},
	} {
		each(t, string(tt.p)+" "+tt.form, func(l Lang) string { return l.period(tt.p, tt.form) }, tt.want[:]...)
	}
	each(t, "day", func(l Lang) string { return l.Date("2025-12-01") }, "1_December 2025", "1er_décembre 2025", "1._Dezember 2025", "1_декабря 2025_года")
	each(t, "month", func(l Lang) string { return l.Month("2025-12-01") }, "December 2025", "décembre 2025", "Dezember 2025", "декабрь_2025_года")
	each(t, "no day", func(l Lang) string { return l.Date("file-1") + l.Month("file-1") + l.Period("all") }, "file-1file-1all", "file-1file-1all", "file-1file-1all", "file-1file-1all")
}

func TestPlaces(t *testing.T) {
	for _, tt := range []struct {
		geo, form string
		want      [4]string
	}{
		{"HR", "in", [4]string{"in Croatia", "en_Croatie", "in Kroatien", "в_Хорватии"}},
		{"DK", "in", [4]string{"in Denmark", "au Danemark", "in Dänemark", "в_Дании"}},
		{"NL", "in", [4]string{"in the Netherlands", "aux Pays-Bas", "in den Niederlanden", "в_Нидерландах"}},
		{"MT", "in", [4]string{"in Malta", "à_Malte", "auf Malta", "на_Мальте"}},
		{"CY", "in", [4]string{"in Cyprus", "à_Chypre", "in Zypern", "на_Кипре"}},
		{"SK", "in", [4]string{"in Slovakia", "en_Slovaquie", "in der Slowakei", "в_Словакии"}},
		{"FR", "in", [4]string{"in France", "en_France", "in Frankreich", "во_Франции"}},
		{"EU27_2020", "in", [4]string{"in the EU", "dans l’UE", "in der EU", "в_ЕС"}},
		{"UK", "in", [4]string{"in the United Kingdom", "au Royaume-Uni", "im Vereinigten Königreich", "в_Великобритании"}},
		{"US", "in", [4]string{"in the United States", "aux États-Unis", "in den Vereinigten Staaten", "в_США"}},
		{"DE", "the", [4]string{"Germany", "l’Allemagne", "Deutschland", "Германия"}},
		{"NL", "the", [4]string{"the Netherlands", "les Pays-Bas", "die Niederlande", "Нидерланды"}},
		{"NL", "of", [4]string{"of the Netherlands", "des Pays-Bas", "der Niederlande", "Нидерландов"}},
		{"CY", "of", [4]string{"of Cyprus", "de Chypre", "Zyperns", "Кипра"}},
		{"PT", "of", [4]string{"of Portugal", "du Portugal", "Portugals", "Португалии"}},
	} {
		each(t, tt.geo+" "+tt.form, func(l Lang) string { return l.placeForm(tt.geo, tt.form) }, tt.want[:]...)
	}
	each(t, "short", func(l Lang) string { return l.Short("EU27_2020") + "/" + l.Short("HR") }, "EU/Croatia", "UE/Croatie", "EU/Kroatien", "ЕС/Хорватия")
	each(t, "name", func(l Lang) string {
		return l.Name("citizen", "US") + "/" + l.Name("decision", "SUB_PROT") + "/" + l.Name("geo", "??")
	},
		"United States/Subsidiary protection/??", "États-Unis/Protection subsidiaire/??", "Vereinigte Staaten/Subsidiärer Schutz/??", "США/Дополнительная защита/??")
	each(t, "a user’s own", func(l Lang) string { return l.In("Narnia") + "/" + l.The("Narnia") + "/" + l.OfCountry("Narnia") },
		"in Narnia/Narnia/of Narnia", "dans le pays «_Narnia_»/Narnia/du pays «_Narnia_»", "in Narnia/Narnia/von Narnia", "в_стране «Narnia»/Narnia/страны «Narnia»")
}

func TestPeople(t *testing.T) {
	each(t, "citizens", func(l Lang) string { return l.Citizens("RU") }, "citizens of Russia", "ressortissants de Russie", "Staatsangehörige Russlands", "граждане России")
	each(t, "the citizens", func(l Lang) string { return l.TheCitizens("NE") }, "citizens of Niger", "les ressortissants du Niger", "Staatsangehörige des Niger", "граждане Нигера")
	each(t, "of citizens", func(l Lang) string { return l.OfCitizens("AF") }, "citizens of Afghanistan", "des ressortissants d’Afghanistan", "Staatsangehöriger Afghanistans", "граждан Афганистана")
	each(t, "to citizens", func(l Lang) string { return l.ToCitizens("PH") }, "citizens of the Philippines", "aux ressortissants des Philippines", "Staatsangehörigen der Philippinen", "гражданам Филиппин")
	each(t, "1", func(l Lang) string { return l.CountCitizens(1, "IQ") }, "1_citizen of Iraq", "1_ressortissant d’Irak", "1_Staatsangehöriger des Irak", "1_гражданин Ирака")
	each(t, "3", func(l Lang) string { return l.CountCitizens(3, "STLS") }, "3_stateless persons", "3_personnes apatrides", "3_Staatenlose", "3_лица без гражданства")
	each(t, "8507", func(l Lang) string { return l.CountCitizens(8507, "RU") }, "8,507_citizens of Russia", "8~507_ressortissants de Russie", "8.507_Staatsangehörige Russlands", "8_507_граждан России")
	each(t, "8501", func(l Lang) string { return l.CountCitizens(8501, "TOTAL") }, "8,501_people", "8~501_personnes", "8.501_Menschen", "8_501_человек")
}

// Every country and every aggregate bends, and so do its citizens.
func TestGrammarIsWhole(t *testing.T) {
	g, err := loadGrammar()
	if err != nil {
		t.Fatal(err)
	}
	for _, dim := range []string{"geo", "citizen"} {
		for _, c := range codes(t, dim) {
			_, place := g.places[c]
			_, people := g.people[c]
			if !place && (dim == "geo" || !people) {
				t.Errorf("%s %s bends in neither datasets/words/places.csv nor people.csv", dim, c)
			}
			if x, _ := code.Must(dim).Lookup(c); dim == "citizen" && x.Kind != code.Member && !people {
				t.Errorf("citizen %s is no country: datasets/words/people.csv has to say what its people are called", c)
			}
		}
	}
	for c, in := range g.people {
		for _, l := range Langs {
			if in[l] == nil {
				t.Errorf("people.csv: %s is not there in %s", c, l)
			}
		}
	}
}

// codes lists what a code list of ours holds.
func codes(t *testing.T, dim string) []string {
	t.Helper()
	var out []string
	if err := rows("codes/"+dim+".csv", func(row map[string]string) error { out = append(out, row["code"]); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(out) < 200 {
		t.Fatalf("%s has %d codes", dim, len(out))
	}
	return out
}

// What a form of a place can begin with: anything else is a slip of the pen.
func TestFormsBeginAsTheyShould(t *testing.T) {
	starts := map[Lang]map[string][]string{
		"en": {"in": {"in ", "on "}, "of": {"of "}, "from": {"of "}},
		"fr": {"in": {"en" + nbsp, "au ", "aux ", "à" + nbsp, "dans ", "sur "}, "of": {"de ", "du ", "des ", "d’"}, "from": {"de ", "du ", "des ", "d’"}},
		"de": {"in": {"in ", "im ", "auf "}},
		"ru": {"in": {"в" + nbsp, "во" + nbsp, "на" + nbsp}},
	}
	for c, p := range grammar().places {
		for l, forms := range starts {
			for f, want := range forms {
				if got := p.forms[l][f]; !slices.ContainsFunc(want, func(s string) bool { return strings.HasPrefix(got, s) }) {
					t.Errorf("%s_%s of %s: %q begins with none of %q", l, f, c, got, want)
				}
			}
		}
		fr := p.forms["fr"]
		if strings.HasPrefix(fr["the"], "le ") && fr["of"] != "du "+fr["the"][3:] || strings.HasPrefix(fr["the"], "les ") && fr["in"] != "aux "+fr["the"][4:] && fr["in"] != "dans "+fr["the"] {
			if c != "SJ" {
				t.Errorf("%s: %q does not go with %q and %q", c, fr["the"], fr["in"], fr["of"])
			}
		}
		for _, f := range []string{"of", "from"} {
			if bad := "de" + " "; strings.HasPrefix(fr[f], bad) && strings.ContainsRune("aeiouyéèAEIOUÉÈÎ", []rune(fr[f])[3]) && !strings.HasPrefix(fr[f], "de Ye") && c != "YE" {
				t.Errorf("%s: %q wants an apostrophe", c, fr[f])
			}
		}
	}
}

func TestSort(t *testing.T) {
	names := []string{"Zypern", "Österreich", "Äthiopien", "Portugal", "Albanien"}
	Lang("de").Sort(names)
	if want := []string{"Albanien", "Äthiopien", "Österreich", "Portugal", "Zypern"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	if less := Lang("ru").Sorter(); less("Ёж", "Жук") >= 0 || less("Егор", "Ёж") >= 0 {
		t.Error("ё stands with е")
	}
}

func TestTypeset(t *testing.T) {
	for _, tt := range []struct{ l, in, want string }{
		{"fr", "quoi ? À Paris : « oui » ; en été y aller !", "quoi~? À_Paris_: «_oui_»~; en_été y_aller~!"},
		{"ru", "в Хорватии — это не на Кипре, к ним", "в_Хорватии_— это не_на_Кипре, к_ним"},
		{"en", "in a word: yes", "in a word: yes"},
		{"fr", "Malaisie à", "Malaisie à"},
	} {
		if got := visible.Replace(Lang(tt.l).Typeset(tt.in)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.l, got, tt.want)
		}
	}
	each(t, "quote", func(l Lang) string { return l.Quote("x") }, "“x”", "«_x_»", "„x“", "«x»")
	each(t, "list", func(l Lang) string { return l.List([]string{"A", "B", "C"}) }, "A, B and C", "A, B et C", "A, B und C", "A, B и_C")
	each(t, "sentence", func(l Lang) string { return l.Sentence("élève") + l.Sentence("ярко") + l.Sentence("") }, "ÉlèveЯрко", "ÉlèveЯрко", "ÉlèveЯрко", "ÉlèveЯрко")
}

func TestParse(t *testing.T) {
	if l, err := Parse("FR"); l != "fr" || err != nil {
		t.Error(l, err)
	}
	if _, err := Parse("it"); err == nil || err.Error() != `language "it": want en, fr, de or ru` {
		t.Error(err)
	}
}
