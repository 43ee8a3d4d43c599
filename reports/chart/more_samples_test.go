package chart

import (
	"math"
	"slices"
)

func (l tongue) country(geo string) string { return l.name(countryNames[geo]) }

// sampleCounts are bars of counts, n of them, with a missing one, a true zero
// and what rounding leaves open.
func sampleCounts(l tongue, n int) *Bars {
	b := &Bars{Head: l.head("AF-2023-decisions"), Counts: true}
	b.Title = []Span{{Text: l.say("Afghans: most decisions of 2023 were taken ", "Afghans\u00A0: la plupart des décisions de 2023 ont été prises ",
		"Menschen aus Afghanistan: die meisten Entscheidungen von 2023 fielen ", "Граждане Афганистана: больше всего решений 2023\u00A0года принято ")},
		{Text: l.say("in\u00A0Germany and France", "en\u00A0Allemagne et en\u00A0France", "in\u00A0Deutschland und Frankreich", "в\u00A0Германии и\u00A0Франции"), Highlight: true}}
	b.Subtitle = l.say("First-instance decisions on the merits on Afghan citizens, by country of asylum, 2023", "Décisions au fond de première instance sur des citoyens afghans, par pays d’asile, 2023",
		"Inhaltliche Entscheidungen erster Instanz über afghanische Staatsangehörige, nach Asylland, 2023", "Решения первой инстанции по существу по гражданам Афганистана, по странам убежища, 2023\u00A0год")
	b.Alt = "Bars."
	g := Group{}
	for i := range n {
		c := afghans2023[i%len(afghans2023)]
		bar := Bar{Name: l.country(c.geo), Value: float64(c.n), Label: l.count(c.n), Low95: math.NaN(), High95: math.NaN(), Highlight: i < 2}
		bar.Tip = bar.Name + ": " + bar.Label
		if i == 3 {
			bar.Lo, bar.Hi = bar.Value*0.8, bar.Value*1.3
		}
		g.Bars = append(g.Bars, bar)
	}
	if n > 8 {
		g.Bars[6] = Bar{Name: l.country("LU"), Missing: true}
		g.Bars[7].Value, g.Bars[7].Label = 0, "0"
	}
	b.Panels = []Panel{{Groups: []Group{g}}}
	return b
}

// sampleGrouped sets what each country decided beside the EU: bars in groups.
func sampleGrouped(l tongue) *Bars {
	d := sampleDumbbell(l)
	b := &Bars{Head: d.Head}
	b.ID = "DE-EU-2023-grouped"
	g := Group{}
	for i, r := range d.Rows[:7] {
		from := Bar{Name: r.Name, Value: r.From, Label: l.share(r.From), Counts: l.counts(heat2023[i].eu[0], heat2023[i].eu[1]), Low95: math.NaN(), High95: math.NaN(), Context: true}
		to := Bar{Name: d.To, Value: r.To, Label: l.share(r.To), Counts: r.Counts, Low95: math.NaN(), High95: math.NaN(), Follows: true, Highlight: r.Highlight}
		if math.IsNaN(r.To) {
			to.Missing, to.Value, to.Label = true, 0, ""
		}
		g.Bars = append(g.Bars, from, to)
	}
	b.Panels = []Panel{{Groups: []Group{g}}}
	return b
}

// outcomes names the parts of a stack.
func (l tongue) outcomes(which ...int) []Part {
	names := []string{
		l.say("refugee status", "statut de réfugié", "Flüchtlingseigenschaft", "статус беженца"),
		l.say("subsidiary protection", "protection subsidiaire", "subsidiärer Schutz", "дополнительная защита"),
		l.say("humanitarian status", "statut humanitaire", "humanitärer Status", "гуманитарный статус"),
		l.say("rejected", "rejetées", "abgelehnt", "отказано"),
		l.say("closed without a decision", "closes sans décision", "ohne Entscheidung beendet", "завершено без решения"),
	}
	var out []Part
	for _, i := range which {
		out = append(out, Part{names[i], i})
	}
	return out
}

// sampleEndings are the two bars of one country: all endings, and the decisions.
func sampleEndings(l tongue) *Stack {
	bar := func(name string, n int, weak bool, counts ...int) StackBar {
		b := StackBar{Name: name, N: l.say("of ", "sur ", "von ", "из ") + l.count(n), Weak: weak}
		for _, c := range counts {
			v := float64(c) / float64(n)
			b.Segments = append(b.Segments, Segment{Value: v, Label: l.share(v), Counts: l.count(c), Tip: l.counts(c, n)})
		}
		return b
	}
	k := &Stack{Head: l.head("HR-RU-2023-endings"), Parts: l.outcomes(0, 3, 4)}
	k.Bars = []StackBar{
		bar(l.say("All cases ended", "Toutes les affaires closes", "Alle beendeten Verfahren", "Все завершённые дела"), 333, false, 20, 39, 274),
		bar(l.say("Decided on the merits", "Décisions au fond", "Inhaltliche Entscheidungen", "Решения по существу"), 59, true, 20, 39, 0),
	}
	k.Title = []Span{{Text: l.say("Croatia ended 274 of 333 cases of Russians ", "La Croatie a clos 274 des 333 affaires de Russes ", "Kroatien beendete 274 von 333 Verfahren von Menschen aus Russland ", "Хорватия завершила 274 из 333 дел граждан России ")},
		{Text: l.say("without deciding on them", "sans les juger au fond", "ohne inhaltliche Entscheidung", "без решения по существу"), Highlight: true}}
	k.Subtitle = l.say("How first-instance cases of Russian citizens ended in Croatia, 2023", "Issue des affaires de citoyens russes en première instance en Croatie, 2023",
		"Ausgang der erstinstanzlichen Verfahren russischer Staatsangehöriger in Kroatien, 2023", "Чем закончились дела граждан России в первой инстанции в Хорватии, 2023\u00A0год")
	k.Alt = "Stack."
	return k
}

// sampleOutcomes are n countries; the outcomes of Afghan cases are of two kinds,
// the split of the positive ones is made up for the picture.
func sampleOutcomes(l tongue, n int) *Stack {
	k := &Stack{Head: l.head("AF-2023-outcomes"), Parts: l.outcomes(0, 1, 2, 3)}
	for _, c := range afghans2023[:n] {
		a, b := c.k/2, c.k/3
		b2 := StackBar{Name: l.country(c.geo), N: l.count(c.n), Weak: c.n < 100}
		for _, m := range []int{a, b, c.k - a - b, c.n - c.k} {
			v := float64(m) / float64(c.n)
			b2.Segments = append(b2.Segments, Segment{Value: v, Label: l.share(v), Counts: l.count(m), Tip: l.counts(m, c.n)})
		}
		k.Bars = append(k.Bars, b2)
	}
	k.Title = []Span{{Text: l.say("Afghans: how cases end differs between countries", "Afghans\u00A0: l’issue des demandes diffère selon le pays", "Menschen aus Afghanistan: wie Verfahren enden, hängt vom Land ab", "Граждане Афганистана: исход дел зависит от страны")}}
	k.Subtitle = l.say("First-instance decisions on the merits by outcome, 2023", "Décisions au fond de première instance, par issue, 2023", "Inhaltliche Entscheidungen erster Instanz nach Ausgang, 2023", "Решения первой инстанции по существу, по исходу, 2023\u00A0год")
	k.Alt = "Stack."
	return k
}

// sampleDumbbell sets Germany beside the EU.
func sampleDumbbell(l tongue) *Dumbbell {
	d := &Dumbbell{Head: l.head("DE-EU-2023"), From: l.say("EU", "UE", "EU", "ЕС"), To: l.country("DE"), Percent: l.share}
	at := slices.Index(heatColumns2023, "DE")
	for i, r := range heat2023 {
		c := r.cells[at]
		row := DumbbellRow{Name: l.name(r.names), From: float64(r.eu[0]) / float64(r.eu[1]), To: math.NaN(), Counts: l.counts(c[0], c[1]), Highlight: i == 2, Open: i == 4}
		if c[1] >= 20 {
			row.To = float64(c[0]) / float64(c[1])
		}
		row.Tip = row.Name + ": " + row.Counts
		d.Rows = append(d.Rows, row)
	}
	d.Title = []Span{{Text: l.say("Germany grants Turkish citizens protection ", "L’Allemagne protège les citoyens turcs ", "Deutschland schützt Menschen aus der Türkei ", "Германия даёт защиту гражданам Турции ")},
		{Text: l.say("less often than the EU", "moins souvent que l’UE", "seltener als die EU", "реже, чем ЕС"), Highlight: true}}
	d.Subtitle = l.say("Share of first-instance decisions on the merits granting protection, by citizenship, 2023; counts: Germany", "Part des décisions au fond de première instance accordant une protection, par nationalité, 2023\u00A0; nombres\u00A0: Allemagne",
		"Anteil der inhaltlichen Entscheidungen erster Instanz mit Schutz, nach Staatsangehörigkeit, 2023; Zahlen: Deutschland", "Доля решений первой инстанции по существу с предоставлением защиты, по гражданству, 2023\u00A0год; числа: Германия")
	d.Alt = "Dumbbell."
	return d
}

// sampleSlope has the same numbers as lines.
func sampleSlope(l tongue) *Slope {
	d := sampleDumbbell(l)
	f := &Slope{Head: d.Head, From: d.From, To: d.To, Percent: d.Percent}
	f.ID = "DE-EU-2023-slope"
	for _, r := range d.Rows {
		if !math.IsNaN(r.To) {
			f.Lines = append(f.Lines, SlopeLine{Name: r.Name, A: r.From, B: r.To, Highlight: r.Highlight, Tip: r.Tip})
		}
	}
	return f
}

// sampleWaterfall has numbers made up for the picture.
func sampleWaterfall(l tongue) *Waterfall {
	f := &Waterfall{Head: l.head("EU-2022-2023-change"), Percent: l.share,
		Start: Total{Name: l.say("Protection rate 2022", "Taux de protection 2022", "Schutzquote 2022", "Доля решений о защите, 2022"), Value: 0.49, Counts: l.counts(310450, 632405)},
		End:   Total{Name: l.say("Protection rate 2023", "Taux de protection 2023", "Schutzquote 2023", "Доля решений о защите, 2023"), Value: 0.53, Counts: l.counts(358315, 676555)},
		Steps: []Effect{
			{Name: l.say("who applied", "qui a demandé l’asile", "wer Asyl beantragte", "кто подавал ходатайства"), Label: "+6", Value: 0.06},
			{Name: l.say("how countries decided", "comment les pays ont décidé", "wie die Länder entschieden", "как решали страны"), Label: "−2", Value: -0.02},
		}}
	f.Title = []Span{{Text: l.say("The rate rose because other people applied, ", "Le taux a augmenté parce que d’autres personnes ont demandé l’asile, ", "Die Quote stieg, weil andere Menschen Asyl beantragten, ", "Доля выросла, потому что ходатайства подавали другие люди, ")},
		{Text: l.say("not because countries decided otherwise", "non parce que les pays ont décidé autrement", "nicht weil die Länder anders entschieden", "а не потому, что страны решали иначе"), Highlight: true}}
	f.Subtitle = l.say("Change of the share of decisions granting protection, in percentage points, by its two causes", "Variation de la part des décisions accordant une protection, en points, selon ses deux causes",
		"Änderung des Anteils der Entscheidungen mit Schutz in Prozentpunkten, nach ihren zwei Ursachen", "Изменение доли решений о предоставлении защиты в процентных пунктах, по двум причинам")
	f.Alt = "Waterfall."
	return f
}
