package chart

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"
)

// A tongue writes numbers for the samples, as package words does for real charts.
type tongue struct{ lang, group, percent, point, of string }

var (
	english = tongue{"en", ",", "%", ".", "of"}
	french  = tongue{"fr", "\u202F", "\u202F%", ",", "sur"}
	german  = tongue{"de", ".", "\u00A0%", ",", "von"}
	russian = tongue{"ru", "\u00A0", "\u00A0%", ",", "из"}
	tongues = []tongue{english, french, german, russian}
)

func (l tongue) count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + l.group + s[i:]
	}
	return s
}

func (l tongue) share(v float64) string {
	return strconv.FormatFloat(math.Round(v*100), 'f', 0, 64) + l.percent
}

func (l tongue) counts(k, n int) string {
	return l.count(k) + "\u00A0" + l.of + "\u00A0" + l.count(n)
}

// head is one of the given words, by language.
func (l tongue) say(en, fr, de, ru string) string {
	return map[string]string{"en": en, "fr": fr, "de": de, "ru": ru}[l.lang]
}

// A cell is positive decisions of all decisions on the merits, as UNHCR prints
// them: level FI, or FA (with appeals), which is mixed.
type cell struct {
	geo   string
	k, n  int
	mixed bool
}

// afghans2023 and russians2023 are from UNHCR's Refugee Data Finder, data as of
// December 2025: asylum decisions of 2023 at level FI, else FA.
var afghans2023 = []cell{
	{"DE", 31567, 32008, false}, {"FR", 13496, 19481, false}, {"UK", 9497, 9582, false}, {"BE", 2594, 6334, false},
	{"CH", 6075, 6112, false}, {"EL", 5763, 5796, false}, {"AT", 2942, 3010, true}, {"IT", 1551, 1652, false},
	{"ES", 1120, 1283, false}, {"DK", 599, 624, false}, {"IE", 578, 597, false}, {"SE", 425, 597, false},
	{"NL", 453, 513, false}, {"NO", 263, 345, false}, {"PT", 247, 247, false}, {"FI", 174, 217, false},
	{"BG", 27, 194, true}, {"PL", 159, 169, false}, {"CY", 120, 150, true}, {"LU", 75, 105, false},
	{"RO", 46, 97, false}, {"CZ", 53, 53, false}, {"LV", 43, 43, false}, {"IS", 30, 30, false},
	{"SK", 24, 24, false}, {"LT", 10, 15, false}, {"EE", 13, 13, false}, {"HU", 10, 10, false},
	{"SI", 5, 5, false}, {"HR", 0, 0, false},
}

var russians2023 = []cell{
	{"FR", 955, 3545, false}, {"PL", 202, 1747, false}, {"DE", 378, 1372, false}, {"ES", 657, 1098, false},
	{"AT", 295, 908, true}, {"UK", 392, 593, false}, {"IT", 232, 367, false}, {"SE", 40, 345, false},
	{"NL", 163, 185, false}, {"FI", 113, 163, false}, {"BG", 19, 114, true}, {"EE", 41, 100, false},
	{"LT", 46, 89, false}, {"CH", 36, 85, false}, {"BE", 65, 82, false}, {"EL", 10, 69, false},
	{"CZ", 15, 61, false}, {"HR", 20, 59, false}, {"LV", 21, 43, false}, {"IE", 18, 31, false},
	{"DK", 17, 27, false}, {"RO", 5, 25, false}, {"SI", 15, 20, false}, {"IS", 5, 19, false},
	{"CY", 14, 19, true}, {"SK", 14, 19, false}, {"NO", 12, 12, false}, {"HU", 0, 5, false},
	{"MT", 0, 5, false}, {"PT", 0, 0, false}, {"LU", 0, 0, false},
}

func (l tongue) tiles(cells []cell, subject string) []Tile {
	var out []Tile
	for _, c := range cells {
		k := Tile{Geo: c.geo, Mixed: c.mixed, Highlight: c.geo == subject}
		switch {
		case c.n == 0:
			k.Missing, k.Mixed = true, false
		case c.n < 20:
			k.CountsOnly, k.Counts = true, l.counts(c.k, c.n)
		default:
			k.Value, k.Weak = float64(c.k)/float64(c.n), c.n < 100
			k.Label, k.Counts = l.share(k.Value), l.counts(c.k, c.n)
		}
		out = append(out, k)
	}
	return out
}

func (l tongue) head(id string) Head {
	return Head{ID: id, Lang: l.lang, Licence: "CC BY 4.0", Vintage: "2025-12", Definitions: []string{"unhcr_total_protection"},
		Source: l.say("Source: UNHCR Refugee Data Finder, data as of December 2025. EU: the countries with separate first-instance figures.",
			"Source\u00A0: HCR, Refugee Data Finder, données de décembre 2025. UE\u00A0: les pays qui publient à part leurs décisions de première instance.",
			"Quelle: UNHCR Refugee Data Finder, Datenstand Dezember 2025. EU: die Länder mit eigenen Zahlen für die erste Instanz.",
			"Источник: УВКБ ООН, Refugee Data Finder, данные на декабрь 2025\u00A0года. ЕС: страны, по которым первая инстанция показана отдельно.")}
}

func (l tongue) tilesKey(subject string) TilesKey {
	return TilesKey{
		Weak: l.say("20 to 99 decisions: read with care", "de 20 à 99 décisions\u00A0: à lire avec prudence",
			"20 bis 99 Entscheidungen: mit Vorsicht zu lesen", "20–99 решений: доля ненадёжна"),
		CountsOnly: l.say("under 20 decisions: counts only", "moins de 20 décisions\u00A0: effectifs seuls",
			"unter 20 Entscheidungen: nur Zahlen", "меньше 20 решений: только числа"),
		Missing: l.say("no decision on the merits", "aucune décision au fond", "keine inhaltliche Entscheidung", "решений по существу нет"),
		Mixed: l.say("first instance and appeal together", "première instance et recours confondus",
			"erste Instanz und Rechtsmittel zusammen", "первая инстанция вместе с обжалованием"),
		Highlight: subject,
	}
}

func sampleTiles(l tongue) *Tiles {
	t := &Tiles{Head: l.head("AF-EU-2023-map"), Percent: l.share, Tiles: l.tiles(afghans2023, ""), Key: l.tilesKey("")}
	t.Lead = Lead{l.share(0.844), l.say("in the EU", "dans l’UE", "in der EU", "в\u00A0ЕС"),
		l.say("59,005 of 69,883 decisions", "59\u202F005 sur 69\u202F883 décisions", "59.005 von 69.883 Entscheidungen", "59\u00A0005 из 69\u00A0883 решений")}
	t.Title = []Span{{l.say("Afghans: protection in 41% of decisions in\u00A0Belgium, in 99% of those of Germany, Greece and Switzerland",
		"Afghans\u00A0: protection accordée dans 41\u202F% des décisions en\u00A0Belgique, dans 99\u202F% en Allemagne, en Grèce et en Suisse",
		"Schutz für Menschen aus Afghanistan: in 41\u00A0% der Entscheidungen Belgiens, in 99\u00A0% derer Deutschlands",
		"Граждане Афганистана: защиту дают 41\u00A0% решений в\u00A0Бельгии и 99\u00A0% в\u00A0Германии, Греции и Швейцарии"), false}}
	t.Subtitle = l.say("Share of first-instance decisions on the merits granting refugee status or other protection, Afghan citizens, 2023",
		"Part des décisions au fond de première instance accordant le statut de réfugié ou une autre protection, Afghans, 2023",
		"Anteil der inhaltlichen Entscheidungen erster Instanz mit Flüchtlingseigenschaft oder anderem Schutz, Afghanistan, 2023",
		"Доля решений первой инстанции по существу со статусом беженца или иной защитой, граждане Афганистана, 2023")
	t.Notes = []string{l.say("Shares named in the title are those of countries with 300 decisions or more. UNHCR prints 5 for any count from 1 to 9.",
		"Le titre ne nomme que des pays comptant 300 décisions ou plus. Le HCR imprime 5 pour tout effectif de 1 à 9.",
		"Der Titel nennt nur Länder mit 300 oder mehr Entscheidungen. Das UNHCR druckt 5 für jede Zahl von 1 bis 9.",
		"В заголовке названы страны, где решений не меньше 300. УВКБ ООН печатает 5 вместо любого числа от 1 до 9.")}
	t.Alt = "Tile map of Europe."
	return t
}

// sampleTilesRU is the map of the prototype: counts are short enough for a
// column beside the map, and there is a subject.
func sampleTilesRU(l tongue) *Tiles {
	t := sampleTiles(l)
	croatia := l.say("Croatia", "Croatie", "Kroatien", "Хорватия")
	t.Head.ID, t.Tiles, t.Key = "RU-EU-2023-map", l.tiles(russians2023, "HR"), l.tilesKey(croatia)
	t.Lead.Value = l.share(0.32)
	t.Lead.Counts = l.say("3,027 of 9,457 decisions", "3\u202F027 sur 9\u202F457 décisions", "3.027 von 9.457 Entscheidungen", "3\u00A0027 из 9\u00A0457 решений")
	t.Title = []Span{{l.say("Same passport, different odds: protection for Russians ranges from 12% to 88% of decisions",
		"Même passeport, autres chances\u00A0: de 12 à 88\u202F% des décisions protègent les Russes",
		"Gleicher Pass, ungleiche Chancen: Schutz für Menschen aus Russland in 12 bis 88\u00A0% der Entscheidungen",
		"Паспорт один, шансы разные: защиту россиянам дают от 12 до 88\u00A0% решений"), false}}
	t.Subtitle = l.say("Share of first-instance decisions on the merits granting refugee status or other protection, Russian citizens, 2023",
		"Part des décisions au fond de première instance accordant le statut de réfugié ou une autre protection, Russes, 2023",
		"Anteil der inhaltlichen Entscheidungen erster Instanz mit Flüchtlingseigenschaft oder anderem Schutz, Russland, 2023",
		"Доля решений первой инстанции по существу со статусом беженца или иной защитой, граждане России, 2023")
	return t
}

// heat2023 is positive and all decisions on the merits of 2023 by citizenship,
// over the EU countries with level FI and in the countries of heatColumns2023.
// Source as for afghans2023.
var heatColumns2023 = []string{"DE", "FR", "AT", "BE", "NL", "SE", "PL", "HR", "RO", "EL", "IT", "ES", "CH", "NO"}

var heat2023 = []struct {
	names [4]string // en, fr, de, ru
	eu    [2]int
	cells [][2]int // no decision: 0 of 0
}{
	{[4]string{"Syria", "Syrie", "Syrien", "Сирия"}, [2]int{97325, 98904}, [][2]int{{77074, 77099}, {3530, 3813}, {18653, 18761}, {2739, 2972}, {7547, 7837}, {718, 898}, {21, 31}, {0, 0}, {493, 774}, {2673, 2711}, {300, 354}, {1053, 1145}, {1066, 1126}, {1326, 1407}}},
	{[4]string{"Afghanistan", "Afghanistan", "Afghanistan", "Афганистан"}, [2]int{59005, 69883}, [][2]int{{31567, 32008}, {13496, 19481}, {2942, 3010}, {2594, 6334}, {453, 513}, {425, 597}, {159, 169}, {0, 0}, {46, 97}, {5763, 5796}, {1551, 1652}, {1120, 1283}, {6075, 6112}, {263, 345}}},
	{[4]string{"Venezuela", "Venezuela", "Venezuela", "Венесуэла"}, [2]int{42074, 44823}, [][2]int{{403, 1942}, {280, 853}, {27, 32}, {0, 0}, {42, 106}, {5, 85}, {0, 0}, {0, 0}, {0, 0}, {0, 5}, {619, 840}, {40708, 40832}, {10, 42}, {12, 38}}},
	{[4]string{"Türkiye", "Turquie", "Türkei", "Турция"}, [2]int{6977, 32144}, [][2]int{{3015, 17315}, {1870, 10853}, {111, 674}, {530, 954}, {1046, 1109}, {63, 435}, {38, 76}, {0, 13}, {10, 30}, {176, 262}, {119, 651}, {0, 106}, {2233, 3391}, {185, 233}}},
	{[4]string{"Georgia", "Géorgie", "Georgien", "Грузия"}, [2]int{916, 21793}, [][2]int{{30, 7824}, {571, 8038}, {64, 264}, {44, 477}, {0, 81}, {0, 73}, {0, 63}, {0, 0}, {0, 0}, {5, 409}, {101, 1809}, {33, 724}, {22, 183}, {0, 29}}},
	{[4]string{"Iraq", "Irak", "Irak", "Ирак"}, [2]int{9271, 17027}, [][2]int{{3025, 9293}, {159, 323}, {342, 600}, {107, 361}, {174, 263}, {40, 277}, {10, 135}, {0, 5}, {39, 115}, {5138, 5373}, {444, 595}, {5, 10}, {157, 234}, {5, 16}}},
	{[4]string{"Pakistan", "Pakistan", "Pakistan", "Пакистан"}, [2]int{1942, 13793}, [][2]int{{233, 1244}, {226, 2630}, {30, 1439}, {32, 65}, {258, 303}, {25, 115}, {5, 34}, {0, 0}, {14, 531}, {54, 1694}, {1017, 6494}, {39, 424}, {19, 51}, {0, 5}}},
	{[4]string{"Nigeria", "Nigeria", "Nigeria", "Нигерия"}, [2]int{1922, 10694}, [][2]int{{310, 1560}, {302, 3130}, {52, 105}, {5, 189}, {47, 180}, {23, 142}, {0, 31}, {0, 0}, {10, 20}, {15, 50}, {957, 4187}, {115, 389}, {0, 0}, {0, 5}}},
	{[4]string{"Somalia", "Somalie", "Somalia", "Сомали"}, [2]int{8175, 10269}, [][2]int{{2870, 3058}, {1149, 2137}, {1325, 1400}, {403, 585}, {571, 788}, {59, 143}, {36, 36}, {0, 0}, {197, 236}, {810, 904}, {631, 688}, {315, 325}, {267, 280}, {11, 16}}},
	{[4]string{"DR Congo", "République démocratique du Congo", "Demokratische Republik Kongo", "Демократическая Республика Конго"}, [2]int{3030, 10231}, [][2]int{{36, 186}, {2374, 8337}, {10, 27}, {175, 623}, {11, 22}, {97, 127}, {5, 37}, {0, 0}, {10, 25}, {252, 629}, {30, 60}, {5, 16}, {62, 96}, {0, 0}}},
	{[4]string{"Ukraine", "Ukraine", "Ukraine", "Украина"}, [2]int{9276, 9936}, [][2]int{{15, 15}, {2089, 2432}, {79, 92}, {0, 0}, {5, 10}, {0, 0}, {1141, 1264}, {0, 0}, {25, 30}, {150, 160}, {1497, 1623}, {177, 177}, {5, 5}, {0, 5}}},
	{[4]string{"Eritrea", "Érythrée", "Eritrea", "Эритрея"}, [2]int{8343, 9646}, [][2]int{{3152, 3495}, {1087, 1451}, {46, 51}, {1758, 1908}, {747, 846}, {175, 278}, {12, 12}, {0, 0}, {0, 0}, {828, 1035}, {59, 81}, {12, 17}, {1563, 1770}, {144, 246}}},
	{[4]string{"Russia", "Russie", "Russland", "Россия"}, [2]int{3027, 9457}, [][2]int{{378, 1372}, {955, 3545}, {295, 908}, {65, 82}, {163, 185}, {40, 345}, {202, 1747}, {20, 59}, {5, 25}, {10, 69}, {232, 367}, {657, 1098}, {36, 85}, {12, 12}}},
	{[4]string{"Morocco", "Maroc", "Marokko", "Марокко"}, [2]int{804, 7471}, [][2]int{{54, 546}, {333, 1207}, {15, 5788}, {33, 142}, {10, 199}, {0, 43}, {0, 25}, {0, 5}, {0, 124}, {12, 136}, {74, 833}, {273, 4060}, {10, 125}, {0, 0}}},
	{[4]string{"Iran", "Iran", "Iran", "Иран"}, [2]int{3138, 6309}, [][2]int{{1682, 3941}, {388, 548}, {443, 578}, {397, 463}, {176, 219}, {88, 406}, {13, 86}, {5, 5}, {19, 38}, {139, 260}, {69, 91}, {12, 34}, {165, 287}, {5, 22}}},
	{[4]string{"Belarus", "Bélarus", "Belarus", "Беларусь"}, [2]int{3483, 4161}, [][2]int{{37, 201}, {92, 213}, {5, 10}, {12, 22}, {10, 21}, {5, 39}, {2884, 2969}, {0, 0}, {11, 16}, {5, 5}, {39, 94}, {10, 82}, {17, 27}, {5, 5}}},
}

func (l tongue) name(names [4]string) string { return l.say(names[0], names[1], names[2], names[3]) }

// pointsOf names a difference of shares.
func pointsOf(v float64) string {
	s := strconv.FormatFloat(math.Abs(v)*100, 'f', 0, 64)
	if v < 0 {
		return "−" + s
	}
	return "+" + s
}

func sampleHeat(l tongue) *Heat {
	h := &Heat{Head: l.head("EU-2023-heat"), TotalHead: l.say("EU", "UE", "EU", "ЕС"), Cut: l.share}
	h.Key = HeatKey{Scale: l.say("Share of decisions granting protection", "Part des décisions accordant une protection", "Anteil der Entscheidungen mit Schutz", "Доля решений с предоставлением защиты"),
		Weak: l.tilesKey("").Weak, Few: l.tilesKey("").CountsOnly, Missing: l.tilesKey("").Missing}
	for j, geo := range heatColumns2023 {
		region := l.say("North and west", "Nord et ouest", "Norden und Westen", "Север и запад")
		switch {
		case j > 11:
			region = l.say("Outside the EU", "Hors UE", "Außerhalb der EU", "Вне ЕС")
		case j > 5:
			region = l.say("East and south", "Est et sud", "Osten und Süden", "Восток и юг")
		}
		h.Columns = append(h.Columns, HeatColumn{Code: geo, Region: region, Highlight: geo == "HR"})
	}
	for _, r := range heat2023 {
		row := HeatRow{Name: l.name(r.names), Reference: float64(r.eu[0]) / float64(r.eu[1]), Counts: l.counts(r.eu[0], r.eu[1])}
		row.Total = l.share(row.Reference)
		for _, c := range r.cells {
			k := HeatCell{Missing: c[1] == 0, Few: c[1] > 0 && c[1] < 20, Weak: c[1] < 100}
			if k.shaded() {
				k.Value = float64(c[0]) / float64(c[1])
				k.Label = l.share(k.Value)
			}
			row.Cells = append(row.Cells, k)
		}
		h.Rows = append(h.Rows, row)
	}
	h.Title = []Span{{l.say("Where you ask decides: for Turkish citizens protection in 94% of decisions in\u00A0the\u00A0Netherlands, in 17% in\u00A0Germany and France",
		"Le pays d’accueil fait la décision\u00A0: 94\u202F% de protections pour les Turcs aux Pays-Bas, 17\u202F% en\u00A0Allemagne et en\u00A0France",
		"Das Land entscheidet: Schutz für Menschen aus der Türkei in 94\u00A0% der Fälle in den Niederlanden, in 17\u00A0% in Deutschland",
		"Решает страна: гражданам Турции защиту дают 94\u00A0% решений в\u00A0Нидерландах и 17\u00A0% в\u00A0Германии и Франции"), false}}
	h.Subtitle = l.say("Share of first-instance decisions on the merits granting protection, by citizenship and country of asylum, 2023",
		"Part des décisions au fond de première instance accordant une protection, par nationalité et pays d’asile, 2023",
		"Anteil der inhaltlichen Entscheidungen erster Instanz mit Schutz, nach Staatsangehörigkeit und Asylland, 2023",
		"Доля решений первой инстанции по существу с предоставлением защиты, по гражданству и стране убежища, 2023")
	h.Alt = "Heat table."
	return h
}

func sampleHeatDiverging(l tongue) *Heat {
	h := sampleHeat(l)
	h.ID, h.Diverging, h.Cut = "EU-2023-heat-difference", true, pointsOf
	h.Key.Scale = l.say("Percentage points from the EU’s share", "Écart à la part de l’UE, en points", "Abstand zum Anteil der EU in Prozentpunkten", "Отличие от доли по ЕС, процентных пунктов")
	h.Rows[3].Highlight = true
	h.Columns, h.Rows = h.Columns[:8], h.Rows[:9]
	for i := range h.Rows {
		h.Rows[i].Cells = h.Rows[i].Cells[:8]
	}
	return h
}

// countryNames are those of Unicode CLDR 48: en, fr, de, ru.
var countryNames = map[string][4]string{
	"AT": {"Austria", "Autriche", "Österreich", "Австрия"}, "BE": {"Belgium", "Belgique", "Belgien", "Бельгия"},
	"BG": {"Bulgaria", "Bulgarie", "Bulgarien", "Болгария"}, "CH": {"Switzerland", "Suisse", "Schweiz", "Швейцария"},
	"CY": {"Cyprus", "Chypre", "Zypern", "Кипр"}, "CZ": {"Czechia", "Tchéquie", "Tschechien", "Чехия"},
	"DE": {"Germany", "Allemagne", "Deutschland", "Германия"}, "DK": {"Denmark", "Danemark", "Dänemark", "Дания"},
	"EE": {"Estonia", "Estonie", "Estland", "Эстония"}, "EL": {"Greece", "Grèce", "Griechenland", "Греция"},
	"ES": {"Spain", "Espagne", "Spanien", "Испания"}, "FI": {"Finland", "Finlande", "Finnland", "Финляндия"},
	"FR": {"France", "France", "Frankreich", "Франция"}, "HR": {"Croatia", "Croatie", "Kroatien", "Хорватия"},
	"HU": {"Hungary", "Hongrie", "Ungarn", "Венгрия"}, "IE": {"Ireland", "Irlande", "Irland", "Ирландия"},
	"IS": {"Iceland", "Islande", "Island", "Исландия"}, "IT": {"Italy", "Italie", "Italien", "Италия"},
	"LT": {"Lithuania", "Lituanie", "Litauen", "Литва"}, "LU": {"Luxembourg", "Luxembourg", "Luxemburg", "Люксембург"},
	"LV": {"Latvia", "Lettonie", "Lettland", "Латвия"}, "MT": {"Malta", "Malte", "Malta", "Мальта"},
	"NL": {"Netherlands", "Pays-Bas", "Niederlande", "Нидерланды"}, "NO": {"Norway", "Norvège", "Norwegen", "Норвегия"},
	"PL": {"Poland", "Pologne", "Polen", "Польша"}, "PT": {"Portugal", "Portugal", "Portugal", "Португалия"},
	"RO": {"Romania", "Roumanie", "Rumänien", "Румыния"}, "SE": {"Sweden", "Suède", "Schweden", "Швеция"},
	"SI": {"Slovenia", "Slovénie", "Slowenien", "Словения"}, "SK": {"Slovakia", "Slovaquie", "Slowakei", "Словакия"},
	"UK": {"United Kingdom", "Royaume-Uni", "Vereinigtes Königreich", "Великобритания"},
}

// limitAt gives the exact binomial limits around p at n decisions, as package
// compare does.
func limitAt(p float64, n int64) Limit {
	b := distuv.Binomial{N: float64(n)}
	quantile := func(p, tail float64) float64 {
		b.P = p
		return float64(sort.Search(int(n), func(k int) bool { return b.CDF(float64(k)) >= tail })) / float64(n)
	}
	return Limit{n, quantile(p, 0.025), 1 - quantile(1-p, 0.025), quantile(p, 0.001), 1 - quantile(1-p, 0.001)}
}

func limitsAt(p float64, points []FunnelPoint) []Limit {
	var at []int64
	most := int64(0)
	for _, q := range points {
		at = append(at, q.N)
		most = max(most, q.N)
	}
	for n := int64(1); n <= most; n += max(1, n/50-3) {
		at = append(at, n)
	}
	slices.Sort(at)
	var out []Limit
	for _, n := range slices.Compact(at) {
		out = append(out, limitAt(p, n))
	}
	return out
}

func (l tongue) funnel(cells []cell, p float64, subject string) *Funnel {
	f := &Funnel{Percent: l.share, Count: func(n int64) string { return l.count(int(n)) }}
	f.Reference = Reference{p, l.say("EU ", "UE ", "EU ", "ЕС ") + l.share(p)}
	f.Label95 = l.say("95% limits", "limites à 95\u202F%", "95-%-Grenzen", "границы 95\u00A0%")
	f.Label998 = l.say("99.8% limits", "limites à 99,8\u202F%", "99,8-%-Grenzen", "границы 99,8\u00A0%")
	f.XTitle = l.say("decisions on the merits, log scale", "décisions au fond, échelle logarithmique", "inhaltliche Entscheidungen, logarithmische Skala", "решений по существу, логарифмическая шкала")
	for _, c := range cells {
		if c.n < 20 || c.mixed {
			continue
		}
		q := FunnelPoint{Name: l.name(countryNames[c.geo]), Code: c.geo, N: int64(c.n), Value: float64(c.k) / float64(c.n), Highlight: c.geo == subject}
		q.Note = l.share(q.Value) + ", " + l.counts(c.k, c.n)
		f.Points = append(f.Points, q)
	}
	f.Limits = limitsAt(p, f.Points)
	return f
}

func sampleFunnel(l tongue) *Funnel {
	f := l.funnel(afghans2023, 59005.0/69883, "BE")
	f.Head = l.head("AF-EU-2023-funnel")
	f.Title = []Span{{l.say("Chance does not explain it: for Afghans protection in 84% of decisions in the EU, ", "Le hasard ne l’explique pas\u00A0: pour les Afghans, 84\u202F% de décisions favorables dans l’UE, ", "Zufall erklärt es nicht: Schutz für Menschen aus Afghanistan in 84\u00A0% der Entscheidungen der EU, ", "Случаем не объяснить: афганцам защиту дают 84\u00A0% решений в\u00A0ЕС, "), false},
		{l.say("41%\u00A0in\u00A0Belgium", "41\u202F%\u00A0en\u00A0Belgique", "41\u00A0%\u00A0in\u00A0Belgien", "41\u00A0%\u00A0в\u00A0Бельгии"), true}}
	f.Subtitle = sampleTiles(l).Subtitle
	f.Notes = []string{l.say("Limits: exact binomial around the EU’s share. Over-dispersion φ = 43: EU countries differ far more than chance would make them. Under 20 decisions: not drawn.",
		"Limites\u00A0: loi binomiale exacte autour de la part de l’UE. Surdispersion φ = 43\u00A0: les pays de l’UE diffèrent bien plus que par hasard. Moins de 20 décisions\u00A0: non représenté.",
		"Grenzen: exakte Binomialverteilung um den Anteil der EU. Überdispersion φ = 43: Die EU-Länder weichen weit stärker ab als durch Zufall. Unter 20 Entscheidungen: nicht gezeichnet.",
		"Границы: точное биномиальное распределение вокруг доли по ЕС. Избыточный разброс φ = 43: страны ЕС различаются намного сильнее, чем случайно. Страны, где решений меньше 20, не показаны.")}
	f.Alt = "Funnel plot."
	return f
}

// sampleFunnelRU has a wide funnel, for few decisions, and a subject inside.
func sampleFunnelRU(l tongue) *Funnel {
	f := l.funnel(russians2023, 3027.0/9457, "HR")
	g := sampleTilesRU(l)
	f.Head = g.Head
	f.ID = "RU-EU-2023-funnel"
	return f
}

// afghans is positive and all decisions on the merits on Afghan citizens by
// year, 2014 to 2024, level FI, else NA (Germany to 2020), else FA (Austria,
// which has none for 2014). Source as for afghans2023.
var afghans = []struct {
	geo   string
	cells [11][2]int
}{
	{"DE", [11][2]int{{3137, 4691}, {2551, 3360}, {37755, 62489}, {50365, 106674}, {6124, 12267}, {3982, 6525}, {3956, 5914}, {3642, 5055}, {27022, 27168}, {31567, 32008}, {30383, 32657}}},
	{"CH", [11][2]int{{1855, 2163}, {799, 1820}, {1395, 1561}, {2970, 3244}, {4683, 4877}, {1748, 1831}, {1784, 1874}, {1970, 2021}, {3353, 3430}, {6075, 6112}, {9304, 9375}}},
	{"EL", [11][2]int{{507, 1925}, {348, 609}, {204, 438}, {1607, 2099}, {2533, 3375}, {3949, 5411}, {10770, 16264}, {7001, 7821}, {6682, 6699}, {5763, 5796}, {13642, 13686}}},
	{"IT", [11][2]int{{2397, 2515}, {3278, 3430}, {4001, 4125}, {1803, 1972}, {947, 1078}, {908, 969}, {1059, 1131}, {4176, 4280}, {3613, 3795}, {1551, 1652}, {1623, 1823}}},
	{"AT", [11][2]int{{0, 0}, {3346, 5824}, {3449, 3631}, {7522, 8086}, {7041, 8866}, {5295, 7144}, {4073, 5520}, {4298, 5384}, {3490, 3570}, {2942, 3010}, {3233, 3396}}},
	{"DK", [11][2]int{{76, 203}, {67, 177}, {230, 884}, {203, 1254}, {25, 156}, {16, 72}, {5, 41}, {0, 34}, {130, 142}, {599, 624}, {101, 124}}},
	{"NL", [11][2]int{{415, 829}, {211, 394}, {426, 1264}, {555, 1472}, {78, 274}, {57, 149}, {219, 290}, {2657, 2739}, {2261, 2277}, {453, 513}, {267, 390}}},
	{"UK", [11][2]int{{528, 1231}, {785, 1825}, {825, 1922}, {690, 1609}, {781, 1587}, {1149, 1666}, {569, 905}, {824, 997}, {2127, 2163}, {9497, 9582}, {4117, 6975}}},
	{"FI", [11][2]int{{119, 152}, {55, 98}, {939, 4387}, {456, 1388}, {392, 755}, {338, 628}, {241, 396}, {332, 434}, {246, 309}, {174, 217}, {152, 198}}},
	{"SE", [11][2]int{{1498, 2009}, {1022, 1371}, {3365, 7396}, {8586, 24146}, {2000, 6549}, {276, 734}, {294, 628}, {224, 365}, {360, 525}, {425, 597}, {584, 704}}},
	{"FR", [11][2]int{{485, 595}, {553, 689}, {3270, 4043}, {5690, 6844}, {4944, 7560}, {4532, 7625}, {4812, 7444}, {12236, 16344}, {11683, 16918}, {13496, 19481}, {12177, 17992}}},
	{"BE", [11][2]int{{1263, 1578}, {990, 1239}, {1486, 2069}, {3030, 5160}, {1900, 3750}, {325, 612}, {575, 1730}, {1170, 2360}, {2467, 4642}, {2594, 6334}, {1945, 4890}}},
}

func sampleMultiples(l tongue) *Multiples {
	m := &Multiples{Head: l.head("AF-EU-2014-2024"), YLabel: l.share}
	for _, c := range afghans {
		k := Multiple{Title: l.name(countryNames[c.geo]), Highlight: c.geo == "BE"}
		for i, d := range c.cells {
			p := Point{Year: 2014 + i, Value: math.NaN()}
			if d[1] >= 20 {
				p.Value = float64(d[0]) / float64(d[1])
			}
			k.Points = append(k.Points, p)
		}
		last := c.cells[10]
		k.Last, k.Counts, k.Weak = l.share(float64(last[0])/float64(last[1])), l.counts(last[0], last[1]), last[1] < 100
		m.Panels = append(m.Panels, k)
	}
	m.Title = []Span{{l.say("Protection for Afghans over ten years: ", "Protection des Afghans en dix ans\u00A0: ", "Schutz für Menschen aus Afghanistan in zehn Jahren: ", "Защита афганцев за десять лет: "), false},
		{l.say("in\u00A0Belgium down from 80% of decisions to\u00A040%", "en\u00A0Belgique, de 80 à\u00A040\u202F% des décisions", "in\u00A0Belgien von 80 auf 40\u00A0% der Entscheidungen gefallen", "в\u00A0Бельгии доля решений упала с\u00A080 до\u00A040\u00A0%"), true}}
	m.Subtitle = l.say("Share of first-instance decisions on the merits granting protection to Afghan citizens, 2014 to 2024; grey: the other countries",
		"Part des décisions au fond de première instance accordant une protection à des Afghans, de 2014 à 2024\u00A0; en gris\u00A0: les autres pays",
		"Anteil der inhaltlichen Entscheidungen erster Instanz mit Schutz, Afghanistan, 2014 bis 2024; grau: die anderen Länder",
		"Доля решений первой инстанции по существу с предоставлением защиты гражданам Афганистана, 2014–2024; серым — остальные страны")
	m.Notes = []string{l.say("Counts are those of 2024. Austria: first instance and appeal together, no figure for 2014.", "Effectifs de 2024. Autriche\u00A0: première instance et recours confondus, pas de chiffre pour 2014.",
		"Zahlen von 2024. Österreich: erste Instanz und Rechtsmittel zusammen, keine Angabe für 2014.", "Числа за 2024\u00A0год. Австрия: первая инстанция вместе с обжалованием, за 2014\u00A0год данных нет.")}
	m.Alt = "Small multiples."
	return m
}

// wilson is the 95 % interval of METHODS 3.
func wilson(k, n float64) (lo, hi float64) {
	const z = 1.959964
	p := k / n
	mid, half := (p+z*z/2/n)/(1+z*z/n), z/(1+z*z/n)*math.Sqrt(p*(1-p)/n+z*z/4/n/n)
	return mid - half, mid + half
}

func sampleIntervals(l tongue) *Intervals {
	v := &Intervals{MinLabel: l.share(0), MaxLabel: l.share(1)}
	v.Key = IntervalsKey{
		Value:    l.say("share as printed", "part publiée", "Anteil laut Veröffentlichung", "опубликованная доля"),
		Weak:     l.say("20 to 99 decisions", "de 20 à 99 décisions", "20 bis 99 Entscheidungen", "20–99 решений"),
		Rounding: l.say("what UNHCR’s rounding leaves open", "marge due à l’arrondi du HCR", "Spielraum durch die Rundung des UNHCR", "погрешность округления УВКБ ООН"),
		Range:    l.say("95% range, including rounding", "intervalle à 95\u202F%, arrondi compris", "95-%-Bereich einschließlich Rundung", "интервал 95\u00A0% с учётом округления"),
	}
	groups := []Group{{Heading: l.say("100 decisions or more", "100 décisions ou plus", "100 oder mehr Entscheidungen", "100 решений и больше"), Reference: &Reference{0.32, l.say("EU ", "UE ", "EU ", "ЕС ") + l.share(0.32)}},
		{Heading: l.say("20 to 99 decisions", "de 20 à 99 décisions", "20 bis 99 Entscheidungen", "20–99 решений"), Reference: &Reference{0.32, l.say("EU ", "UE ", "EU ", "ЕС ") + l.share(0.32)}}}
	rounded := func(c int) (lo, hi float64) { // as UNHCR prints: 5 is 1 to 9
		if c == 5 {
			return 1, 9
		}
		return float64(c), float64(c)
	}
	sorted := slices.Clone(russians2023)
	slices.SortStableFunc(sorted, func(a, b cell) int { return cmp.Compare(b.k*max(a.n, 1), a.k*max(b.n, 1)) })
	for _, c := range sorted {
		if c.mixed || c.n < 20 || c.n >= 100 && c.n < 150 {
			continue
		}
		b := Bar{Name: l.name(countryNames[c.geo]), Value: float64(c.k) / float64(c.n), Counts: l.counts(c.k, c.n), Weak: c.n < 100, Highlight: c.geo == "HR", Label: ""}
		b.Label = l.share(b.Value)
		klo, khi := rounded(c.k)
		rlo, rhi := rounded(c.n - c.k)
		if b.Lo, b.Hi = klo/(klo+rhi), khi/(khi+rlo); b.Lo == b.Hi {
			b.Lo, b.Hi = 0, 0
		}
		b.Low95, _ = wilson(klo, klo+rhi)
		_, b.High95 = wilson(khi, khi+rlo)
		i := 0
		if b.Weak {
			i = 1
		}
		groups[i].Bars = append(groups[i].Bars, b)
	}
	v.Groups = groups
	h := sampleTilesRU(l)
	v.Head = h.Head
	v.ID = "RU-EU-2023-intervals"
	return v
}

// sampleRatios has a scale of its own, from 0.4 to 1.6, and the odd rows.
func sampleRatios(l tongue) *Intervals {
	v := sampleIntervals(l)
	one := strings.ReplaceAll("1.0", ".", l.point)
	v.ID, v.Min, v.Max, v.MinLabel, v.MaxLabel = "RU-EU-2023-ratios", 0.4, 1.6, strings.ReplaceAll("0.4", ".", l.point), strings.ReplaceAll("1.6", ".", l.point)
	row := func(geo string, v, lo, hi float64) Bar {
		b := Bar{Name: l.name(countryNames[geo]), Value: v, Low95: lo, High95: hi, Counts: l.counts(955, 3545)}
		b.Label = strings.ReplaceAll(strconv.FormatFloat(v, 'f', 2, 64), ".", l.point)
		return b
	}
	v.Groups = []Group{{Reference: &Reference{1, l.say("as expected ", "comme attendu ", "wie erwartet ", "как ожидалось ") + one},
		Bars: []Bar{row("NL", 1.6, 1.5, 1.6), row("UK", 1.1, 0.95, 1.25), row("DE", 1, 0.97, 1.03), row("FR", 0.4, 0.4, 0.46), {Name: l.name(countryNames["LU"]), Missing: true, Counts: l.say("no data", "aucune donnée", "keine Angabe", "нет данных")}}}}
	v.Groups[0].Bars[1].Lo, v.Groups[0].Bars[1].Hi = 1.02, 1.2
	v.Groups[0].Bars[2].Context = true
	return v
}
