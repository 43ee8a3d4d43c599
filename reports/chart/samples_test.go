package chart

import (
	"math"
	"strconv"
	"strings"
)

// The samples are the three charts of the report, in four languages where a
// translation strains the layout. Real callers compose these words.

var en = Head{Lang: "en", Licence: "CC BY 4.0", Vintage: "2025-12"}

func sampleLadder() *Ladder {
	l := &Ladder{
		Head: en,
		Steps: []Step{
			{Count: 8507, Grants: 23, CountText: "8,507", Name: "said they intend to apply for asylum", Percent: "0.27%", Of: "23 of 8,507", Other: []string{"both counts: AIDA"}},
			{Count: 636, Inner: 333, Grants: 20, CountText: "636", Name: "new applications lodged", Percent: "3.1%", Of: "20 of 636", Other: []string{"both counts: UNHCR"}},
			{Count: 333, Inner: 59, Grants: 20, CountText: "333", Name: "first-instance cases ended, 274 of them without a decision on the merits", Percent: "6.0%", Of: "20 of 333"},
			{Count: 59, Grants: 20, CountText: "59", Name: "decided on the merits", Percent: "33.9%", Of: "20 of 59", Other: []string{"33.9–38.1% with rounding"}, Weak: true},
			{Count: 20, Grants: 20, CountText: "20", Name: "granted refugee status", Other: []string{"UNHCR’s count. AIDA counts 23, and 1 subsidiary"}},
		},
		Brackets: []Bracket{
			{0, 1, "Ratios of two yearly counts of different people: not rates"},
			{2, 3, "Rates: shares of the cases ended in 2023"},
		},
		Aside:   "274 of 333 cases (82%) ended without a decision on the merits",
		AsideAt: 2,
		Key:     LadderKey{"this step’s count", "the next step’s count", "granted"},
		Enlarge: "enlarged 3×",
	}
	l.ID = "HR-RU-2023"
	l.Title = []Span{
		{"8,507 Russians said they intend to apply in Croatia in 2023; 59\u00A0got an answer on the merits, ", false},
		{"20\u00A0were\u00A0granted\u00A0protection", true},
	}
	l.Subtitle = "One small square is one person. Each count is divided only by counts of its own source."
	l.Alt = "Ladder of nested squares: 20 protected. As a share of 8,507 who said they intend to apply: 0.27% (ratio of two counts, 23 of 8,507); of 636 applications 3.1%; of 333 cases ended 6.0%; of 59 decisions on the merits 33.9%. Source: AIDA, UNHCR, data as of December 2025."
	l.Source = "Sources: AIDA Croatia 2023 (8,507; 23); UNHCR Refugee Data Finder, first instance (636; 333; 59; 20). Data as of December 2025."
	l.Definitions = []string{"grants_per_intention", "unhcr_total_protection"}
	return l
}

func sampleLadderDE() *Ladder {
	l := sampleLadder()
	l.Lang = "de"
	l.Title = []Span{
		{"8.507 Menschen aus Russland wollten 2023 in Kroatien Asyl; über 59 wurde inhaltlich entschieden, ", false},
		{"20\u00A0erhielten\u00A0Schutz", true},
	}
	l.Subtitle = "Ein kleines Quadrat ist ein Mensch. Jede Zahl wird nur durch Zahlen derselben Quelle geteilt: AIDA durch AIDA, UNHCR durch UNHCR."
	for i, v := range []string{
		"äußerten die Absicht, einen Asylantrag zu stellen", "neu gestellte Asylanträge",
		"abgeschlossene erstinstanzliche Verfahren, davon 274 ohne inhaltliche Entscheidung",
		"inhaltliche Entscheidungen", "Zuerkennungen der Flüchtlingseigenschaft",
	} {
		l.Steps[i].Name = v
	}
	for i, v := range []string{"8.507", "636", "333", "59", "20"} {
		l.Steps[i].CountText = v
	}
	for i, v := range []string{"0,27\u00A0%", "3,1\u00A0%", "6,0\u00A0%", "33,9\u00A0%"} {
		l.Steps[i].Percent = v
		l.Steps[i].Of = []string{"23 von 8.507", "20 von 636", "20 von 333", "20 von 59"}[i]
	}
	l.Steps[0].Other = []string{"beide Zahlen: AIDA"}
	l.Steps[1].Other = []string{"beide Zahlen: UNHCR"}
	l.Steps[3].Other = []string{"33,9–38,1\u00A0% durch Rundung"}
	l.Steps[4].Other = []string{"Zählung des UNHCR; AIDA zählt 23 und einen Fall subsidiären Schutzes"}
	l.Brackets[0].Text = "Verhältnisse zweier Jahreszahlen verschiedener Menschen: keine Quoten"
	l.Brackets[1].Text = "Quoten: Anteile der 2023 abgeschlossenen Verfahren"
	l.Aside = "274 von 333 Verfahren (82\u00A0%) endeten ohne inhaltliche Entscheidung"
	l.Key = LadderKey{"Zahl dieser Stufe", "Zahl der nächsten Stufe", "Schutz erhalten"}
	l.Enlarge = "3-fach vergrößert"
	l.Source = "Quellen: AIDA Kroatien 2023 (8.507; 23); UNHCR Refugee Data Finder, erste Instanz (636; 333; 59; 20). Datenstand: Dezember 2025."
	return l
}

func sampleLadderRU() *Ladder {
	l := sampleLadder()
	l.Lang = "ru"
	l.Title = []Span{
		{"8\u00A0507 россиян в 2023\u00A0году хотели просить убежища в Хорватии; по существу решено 59 дел, ", false},
		{"защиту\u00A0получили\u00A020", true},
	}
	l.Subtitle = "Маленький квадрат — один человек. Каждое число делится только на числа того же источника."
	for i, v := range []string{
		"заявили о намерении просить убежища", "новых ходатайств подано",
		"дел завершено в первой инстанции, из них 274 без решения по существу",
		"решений по существу", "предоставлен статус беженца",
	} {
		l.Steps[i].Name = v
	}
	for i, v := range []string{"0,27\u00A0%", "3,1\u00A0%", "6,0\u00A0%", "33,9\u00A0%"} {
		l.Steps[i].Percent = v
		l.Steps[i].Of = []string{"23 из 8\u00A0507", "20 из 636", "20 из 333", "20 из 59"}[i]
	}
	l.Steps[0].CountText = "8\u00A0507"
	l.Steps[0].Other = []string{"оба числа: AIDA"}
	l.Steps[1].Other = []string{"оба числа: УВКБ ООН"}
	l.Steps[3].Other = []string{"33,9–38,1\u00A0% с учётом округления"}
	l.Steps[4].Other = []string{"по данным УВКБ ООН; у AIDA 23 и одна дополнительная защита"}
	l.Brackets[0].Text = "Отношения двух годовых чисел, за которыми стоят разные люди: это не доли"
	l.Brackets[1].Text = "Доли среди дел, завершённых в 2023\u00A0году"
	l.Aside = "274 дела из 333 (82\u00A0%) завершены без решения по существу"
	l.Key = LadderKey{"число этой ступени", "число следующей ступени", "получили защиту"}
	l.Enlarge = "увеличено в 3 раза"
	l.Source = "Источники: AIDA, Хорватия, 2023 (8\u00A0507; 23); УВКБ ООН, Refugee Data Finder, первая инстанция (636; 333; 59; 20). Данные на декабрь 2025\u00A0года."
	return l
}

// country makes a bar from counts; few decisions get the range given.
func country(name, label string, k, n int, rng ...float64) Bar {
	b := Bar{Name: name, Value: float64(k) / float64(n), Low95: math.NaN(), High95: math.NaN(), Label: label, Counts: strconv.Itoa(k) + " of " + strconv.Itoa(n)}
	if len(rng) == 2 {
		b.Weak, b.Low95, b.High95 = true, rng[0], rng[1]
	}
	return b
}

func sampleBars() *Bars {
	eu := &Reference{0.32, "EU 32%"}
	b := &Bars{Head: en, Panels: []Panel{
		{Groups: []Group{
			{Heading: "100 decisions or more", Reference: eu, Bars: []Bar{
				country("Netherlands", "88%", 163, 185), country("Finland", "69%", 113, 163), country("Italy", "63%", 232, 367),
				country("Spain", "60%", 657, 1098), country("Estonia", "41%", 41, 100), country("Germany", "28%", 378, 1372),
				country("France", "27%", 955, 3545), country("Sweden", "12%", 40, 345), country("Poland", "12%", 202, 1747),
			}},
			{Heading: "First instance and appeal together: not comparable", Bars: []Bar{
				country("Austria", "32%", 295, 908), country("Bulgaria", "17%", 19, 114),
			}},
		}},
		{Groups: []Group{{Heading: "20 to 99 decisions", Reference: eu, Bars: []Bar{
			country("Belgium", "79%", 65, 82, .693, .868), country("Slovenia", "≈75%", 15, 20, .344, .99), country("Denmark", "≈63%", 17, 27, .37, .82),
			country("Ireland", "58%", 18, 31, .41, .74), country("Lithuania", "52%", 46, 89, .415, .62), country("Latvia", "≈49%", 21, 43, .30, .67),
			country("Croatia", "≈34%", 20, 59, .231, .51), country("Czechia", "≈25%", 15, 61, .11, .41), country("Romania", "≈20%", 5, 25, .007, .50),
			country("Greece", "14%", 10, 69, .08, .25),
		}}}, Note: "Hatched: few decisions, so chance weighs heavily. Line: 95% range, including UNHCR’s rounding. EU: 3,027 of 9,457 decisions in 22 countries (AT, BG, CY, LU, PT have no separate first-instance figure)."},
	}}
	for i := range b.Panels[0].Groups[1].Bars {
		b.Panels[0].Groups[1].Bars[i].Context = true
	}
	b.Panels[0].Groups[0].Bars[4].Lo, b.Panels[0].Groups[0].Bars[4].Hi = .38, .44
	b.Panels[1].Groups[0].Bars[6].Highlight = true
	b.ID = "RU-EU-2023"
	b.Title = []Span{{"Russians seeking asylum: protection in 88% of decisions in\u00A0the\u00A0Netherlands, 12% in Poland and Sweden, ", false}, {"34%\u00A0in\u00A0Croatia", true}}
	b.Subtitle = "Share of first-instance decisions on the merits that granted refugee status or other protection, Russian citizens, 2023"
	b.Alt = "Bar chart of the share of decisions that granted protection to Russian citizens in 2023. Highest Netherlands 88% (163 of 185), lowest Poland 12% (202 of 1,747); EU 32%. 10 countries with 20 to 99 decisions are hatched."
	b.Notes = []string{"Fewer than 20 decisions, not drawn: Cyprus 14 of 19, Hungary 0 of 5, Malta 0 of 5, Slovakia 14 of 19. ≈ UNHCR prints 5 for any count from 1 to 9."}
	b.Source = "Source: UNHCR Refugee Data Finder, data as of December 2025. Cases closed without a decision on the merits are left out."
	b.Definitions = []string{"unhcr_total_protection"}
	return b
}

// sampleBarsDE has the long names, labels and headings of German, and the odd
// rows: missing, zero, full.
func sampleBarsDE() *Bars {
	b := sampleBars()
	b.Lang = "de"
	b.Title = []Span{{"Schutz für Menschen aus Russland: in 88\u00A0% der Entscheidungen der Niederlande, in 12\u00A0% derer von Polen, ", false}, {"34\u00A0%\u00A0in\u00A0Kroatien", true}}
	b.Subtitle = "Anteil der inhaltlichen erstinstanzlichen Entscheidungen, mit denen russischen Staatsangehörigen die Flüchtlingseigenschaft oder anderer Schutz zuerkannt wurde, 2023"
	g := b.Panels[0].Groups
	g[0].Heading, g[1].Heading = "100 oder mehr inhaltliche Entscheidungen", "Erste Instanz und Rechtsmittel zusammen: nicht vergleichbar"
	eu := &Reference{0.32, "EU insgesamt 32\u00A0%"}
	g[0].Reference, b.Panels[1].Groups[0].Reference = eu, eu
	b.Panels[1].Groups[0].Heading = "20 bis 99 inhaltliche Entscheidungen"
	names := []string{"Niederlande", "Finnland", "Bosnien und Herzegowina (nur zum Messen der Länge)", "Vereinigtes Königreich", "Estland", "Deutschland", "Frankreich", "Schweden", "Polen"}
	for i := range g[0].Bars {
		g[0].Bars[i].Name = names[i]
	}
	b.each(func(bar *Bar) {
		bar.Label = bar.Label[:len(bar.Label)-1] + "\u00A0%"
		bar.Counts = bar.Counts + " Fällen"
	})
	g[0].Bars[7] = Bar{Name: "Schweden", Missing: true, Counts: "keine Angabe"}
	g[0].Bars[8] = Bar{Name: "Polen", Value: 0, Label: "0\u00A0%", Counts: "0 von 1.747"}
	g[0].Bars[0] = Bar{Name: "Niederlande", Value: 1, Label: "100\u00A0%", Counts: "185 von 185"}
	b.Panels[1].Note = "Schraffiert: wenige Entscheidungen, der Zufall wiegt schwer. Linie: Bereich von 95\u00A0% einschließlich der Rundung des UNHCR."
	b.Notes = []string{"Unter 20 Entscheidungen, nicht gezeichnet: Zypern 14 von 19, Ungarn 0 von 5, Malta 0 von 5, Slowakei 14 von 19. ≈ Das UNHCR druckt 5 für jede Zahl von 1 bis 9."}
	b.Source = "Quelle: UNHCR Refugee Data Finder, Datenstand Dezember 2025. Ohne inhaltliche Entscheidung abgeschlossene Verfahren sind nicht enthalten."
	return b
}

func points(first int, values ...float64) []Point {
	out := make([]Point, len(values))
	for i, v := range values {
		out[i] = Point{Year: first + i, Value: v}
	}
	return out
}

func thousands(v float64) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if len(s) > 3 {
		return s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return s
}

func sampleLines() *Lines {
	gap := math.NaN()
	spring := points(2013, 15, 10, 5, 5, 5, 10, 5, 0, 10, 2065)
	later := points(2021, 10, 270, 640)
	for i := range later {
		later[i].Lo, later[i].Hi = later[i].Value-2, later[i].Value+2
	}
	l := &Lines{Head: en, YLabel: thousands,
		Series: []Series{
			{Name: "spring", Points: spring, EndLabel: "Eurostat, spring 2023: 2,065 in 2022", Highlight: true},
			{Name: "january", Points: later, EndLabel: "Eurostat, January 2024 and after: 640"},
			{Name: "unhcr", Points: points(2013, 13, 14, 6, 5, 5, 9, 5, gap, 12, 277, 636, 590), EndLabel: "UNHCR, new applications: 590"},
		},
		Marks: []Mark{{2022, 2065, "Croatia stops counting intentions; the figure for 2022 falls to 270"}},
	}
	l.ID = "HR-RU-2013-2024"
	l.Title = []Span{{"Croatia’s 2,065 Russian applicants of 2022 became ", false}, {"270 in the next release", true}}
	l.Subtitle = "Asylum applicants with Russian citizenship in Croatia, by year and release, 2013 to 2024"
	l.Alt = "Line chart of yearly applicants from Russia in Croatia, 2013 to 2024, by two releases of Eurostat and by UNHCR. 2022: 2,065 in the release of spring 2023, 270 in January 2024, 277 UNHCR."
	l.Notes = []string{"No figure of UNHCR for 2020: the line is interrupted. Eurostat rounds to the nearest 5."}
	l.Source = "Sources: Eurostat migr_asyappctza, downloads of spring 2023 and January 2024; UNHCR Refugee Data Finder, data as of December 2025."
	l.Definitions = []string{"applications"}
	return l
}

// sampleEU is a busier picture: large numbers, ends close together, a band
// wide enough to see, and a provisional tail.
func sampleEU() *Lines {
	l := sampleLines()
	a := points(2013, 41355, 19700, 22105, 27485, 16785, 15785, 14995, 8250, 7140, 18400)
	b := points(2013, 41355, 19700, 22105, 27485, 16785, 15785, 14995, 8250, 7140, 16650)
	c := points(2013, 39779, 17812, 20101, 25340, 15030, 14310, 13550, 7400, 6600, 17120, 18820, 12930)
	d := points(2013, 30000, 12000, 14000, 18500, 9000, 9500, 9100, 5200, 4700, 15000, 17000, 11000)
	for i := range c {
		c[i].Lo, c[i].Hi = c[i].Value*0.93, c[i].Value*1.07
	}
	l.Series = []Series{
		{Name: "a", Points: a, EndLabel: "Eurostat, весна 2023"},
		{Name: "b", Points: b, EndLabel: "Eurostat, январь 2024", Dashed: true},
		{Name: "c", Points: c, EndLabel: "УВКБ ООН, новые ходатайства", Highlight: true},
		{Name: "d", Points: d, EndLabel: "из них впервые", Context: true},
		{Name: "e", Points: points(2013, 100, 120, 90, 80, 75, 70, 60, 55, 70, 300, 650, 590), EndLabel: "Хорватия"},
	}
	l.Marks = []Mark{{2013, 41355, "Наибольшее число за все годы"}, {2021, 6600, "минимум"}}
	l.Lang, l.ID = "ru", "EU-RU-2013-2024"
	l.Title = []Span{{"Ходатайств граждан России в\u00A0ЕС стало ", false}, {"втрое меньше, чем в\u00A02013\u00A0году", true}}
	l.Subtitle = "Ходатайства об убежище граждан России в ЕС по годам и выпускам данных, 2013–2024"
	return l
}

func sampleLadderFR() *Ladder {
	l := sampleLadder()
	l.Lang = "fr"
	l.Title = []Span{
		{"En\u00A02023, 8\u202F507 Russes ont déclaré vouloir demander l’asile en\u00A0Croatie\u00A0; 59 ont reçu une décision au fond, ", false},
		{"20\u00A0une\u00A0protection", true},
	}
	l.Subtitle = "Un petit carré est une personne. Chaque nombre n’est divisé que par des nombres de la même source."
	for i, v := range []string{
		"ont déclaré vouloir demander l’asile", "nouvelles demandes enregistrées",
		"affaires closes en première instance, dont 274 sans décision au fond",
		"décisions au fond", "ont obtenu le statut de réfugié",
	} {
		l.Steps[i].Name = v
	}
	for i, v := range []string{"0,27\u202F%", "3,1\u202F%", "6,0\u202F%", "33,9\u202F%"} {
		l.Steps[i].Percent = v
		l.Steps[i].Of = []string{"23 sur 8\u202F507", "20 sur 636", "20 sur 333", "20 sur 59"}[i]
	}
	l.Steps[0].CountText = "8\u202F507"
	l.Steps[0].Other = []string{"les deux nombres\u00A0: AIDA"}
	l.Steps[1].Other = []string{"les deux nombres\u00A0: HCR"}
	l.Steps[3].Other = []string{"33,9–38,1\u202F% avec l’arrondi"}
	l.Steps[4].Other = []string{"selon le HCR\u00A0; AIDA en compte 23, et une protection subsidiaire"}
	l.Brackets[0].Text = "Rapports de deux nombres annuels de personnes différentes\u00A0: ce ne sont pas des taux"
	l.Brackets[1].Text = "Taux\u00A0: parts des affaires closes en\u00A02023"
	l.Aside = "274 affaires sur 333 (82\u202F%) closes sans décision au fond"
	l.Key = LadderKey{"nombre de cette étape", "nombre de l’étape suivante", "protection accordée"}
	l.Enlarge = "agrandi 3 fois"
	l.Source = "Sources\u00A0: AIDA Croatie 2023 (8\u202F507\u00A0; 23)\u00A0; HCR, Refugee Data Finder, première instance (636\u00A0; 333\u00A0; 59\u00A0; 20). Données de décembre 2025."
	return l
}

// sampleBarsIn puts the bars into French or Russian.
func sampleBarsIn(lang string) *Bars {
	b := sampleBars()
	b.Lang = lang
	words := map[string]struct {
		title, lit, subtitle, solid, appeals, weak, eu, note, few, source, of string
		names                                                                 []string
	}{
		"fr": {
			"Demandeurs d’asile russes\u00A0: une protection dans 88\u202F% des décisions aux Pays-Bas, 12\u202F% en\u00A0Pologne, ", "34\u202F%\u00A0en\u00A0Croatie",
			"Part des décisions au fond en première instance qui ont accordé le statut de réfugié ou une autre protection à des citoyens russes, 2023",
			"100 décisions ou plus", "Première instance et recours ensemble\u00A0: non comparables", "20 à 99 décisions", "UE\u00A032\u202F%",
			"Hachuré\u00A0: peu de décisions, le hasard pèse lourd. Trait\u00A0: intervalle à 95\u202F%, arrondi du HCR compris.",
			"Moins de 20 décisions, non dessinés\u00A0: Chypre 14 sur 19, Hongrie 0 sur 5, Malte 0 sur 5, Slovaquie 14 sur 19. ≈\u00A0Le HCR imprime 5 pour tout nombre de 1 à 9.",
			"Source\u00A0: HCR, Refugee Data Finder, données de décembre 2025. Les affaires closes sans décision au fond sont laissées de côté.", " sur ",
			[]string{"Pays-Bas", "Finlande", "Italie", "Espagne", "Estonie", "Allemagne", "France", "Suède", "Pologne", "Autriche", "Bulgarie",
				"Belgique", "Slovénie", "Danemark", "Irlande", "Lituanie", "Lettonie", "Croatie", "Tchéquie", "Roumanie", "Grèce"},
		},
		"ru": {
			"Убежище для граждан России: защиту дают 88\u00A0% решений в\u00A0Нидерландах, 12\u00A0% в\u00A0Польше, ", "34\u00A0%\u00A0в\u00A0Хорватии",
			"Доля решений по существу в первой инстанции, по которым граждане России получили статус беженца или иную защиту, 2023\u00A0год",
			"100 решений и более", "Первая инстанция и обжалование вместе: не сопоставимы", "от 20 до 99 решений", "ЕС\u00A032\u00A0%",
			"Штриховка: решений мало, и случай весит много. Линия: 95-процентный интервал с учётом округления УВКБ ООН.",
			"Меньше 20 решений, не показаны: Кипр 14 из 19, Венгрия 0 из 5, Мальта 0 из 5, Словакия 14 из 19. ≈\u00A0УВКБ ООН печатает 5 вместо любого числа от 1 до 9.",
			"Источник: УВКБ ООН, Refugee Data Finder, данные на декабрь 2025\u00A0года. Дела, завершённые без решения по существу, не учтены.", " из ",
			[]string{"Нидерланды", "Финляндия", "Италия", "Испания", "Эстония", "Германия", "Франция", "Швеция", "Польша", "Австрия", "Болгария",
				"Бельгия", "Словения", "Дания", "Ирландия", "Литва", "Латвия", "Хорватия", "Чехия", "Румыния", "Греция"},
		},
	}
	w := words[lang]
	b.Title = []Span{{w.title, false}, {w.lit, true}}
	b.Subtitle, b.Notes, b.Source = w.subtitle, []string{w.few}, w.source
	b.Panels[0].Groups[0].Heading, b.Panels[0].Groups[1].Heading, b.Panels[1].Groups[0].Heading = w.solid, w.appeals, w.weak
	eu := &Reference{0.32, w.eu}
	b.Panels[0].Groups[0].Reference, b.Panels[1].Groups[0].Reference = eu, eu
	b.Panels[1].Note = w.note
	i := 0
	b.each(func(bar *Bar) {
		bar.Name = w.names[i]
		space := map[string]string{"fr": "\u202F", "ru": "\u00A0"}[lang]
		bar.Label = strings.Replace(bar.Label, "%", space+"%", 1)
		bar.Counts = strings.Replace(bar.Counts, " of ", w.of, 1)
		i++
	})
	return b
}

// sampleLinesIn puts the lines into French or German.
func sampleLinesIn(lang string) *Lines {
	l := sampleLines()
	l.Lang = lang
	if lang == "fr" {
		l.Title = []Span{{"Les 2\u202F065 demandeurs russes de 2022 en\u00A0Croatie ", false}, {"sont devenus 270 à la publication suivante", true}}
		l.Subtitle = "Demandeurs d’asile de nationalité russe en Croatie, par année et par publication, 2013 à 2024"
		l.Series[0].EndLabel = "Eurostat, printemps 2023\u00A0: 2\u202F065 en\u00A02022"
		l.Series[1].EndLabel = "Eurostat, janvier 2024 et après\u00A0: 640"
		l.Series[2].EndLabel = "HCR, nouvelles demandes\u00A0: 590"
		l.Marks[0].Text = "La Croatie cesse de compter les intentions\u00A0; le nombre de 2022 tombe à 270"
		l.Notes = []string{"Pas de nombre du HCR pour 2020\u00A0: le trait est interrompu. Eurostat arrondit au multiple de 5 le plus proche."}
		l.Source = "Sources\u00A0: Eurostat migr_asyappctza, téléchargements du printemps 2023 et de janvier 2024\u00A0; HCR, Refugee Data Finder, données de décembre 2025."
		return l
	}
	l.Title = []Span{{"Aus 2.065 russischen Antragstellern in Kroatien 2022 ", false}, {"wurden in der nächsten Ausgabe 270", true}}
	l.Subtitle = "Asylantragsteller mit russischer Staatsangehörigkeit in Kroatien, nach Jahr und Ausgabe, 2013 bis 2024"
	l.Series[0].EndLabel = "Eurostat, Frühjahr 2023: 2.065 für 2022"
	l.Series[1].EndLabel = "Eurostat, Januar 2024 und später: 640"
	l.Series[2].EndLabel = "UNHCR, neue Anträge: 590"
	l.Marks[0].Text = "Kroatien zählt keine Absichtserklärungen mehr; die Zahl für 2022 fällt auf 270"
	l.Notes = []string{"Keine Zahl des UNHCR für 2020: die Linie ist unterbrochen. Eurostat rundet auf das nächste Vielfache von 5."}
	l.Source = "Quellen: Eurostat migr_asyappctza, Downloads von Frühjahr 2023 und Januar 2024; UNHCR Refugee Data Finder, Datenstand Dezember 2025."
	return l
}
