package words

import (
	"strconv"
	"strings"

	"asylum/pipeline/obs"
)

// Months by language; the Russian ones as they stand alone, in the genitive of
// a date ("1 декабря"), and after в ("в декабре").
var (
	monthsOf = map[Lang][12]string{
		"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		"fr": {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		"de": {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		"ru": {"январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"},
	}
	monthsGen = [12]string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}
	monthsIn  = [12]string{"январе", "феврале", "марте", "апреле", "мае", "июне", "июле", "августе", "сентябре", "октябре", "ноябре", "декабре"}
)

var (
	quartersEn = [4]string{"first", "second", "third", "fourth"}
	quartersFr = [4]string{"1er", "2e", "3e", "4e"}
	roman      = [4]string{"I", "II", "III", "IV"}
)

// Period writes a period as it stands alone: "2023", "first quarter of 2023",
// "March 2023", "15 January 2023".
func (l Lang) Period(p obs.Period) string { return l.period(p, "") }

// InPeriod says when: "in 2023", "im 1. Quartal 2023", "в 2023 году".
func (l Lang) InPeriod(p obs.Period) string { return l.period(p, "in") }

// periodForms are "" (alone), in, year (in, but "im Jahr 2023" in German, where
// a bare year would follow a number), gen ("of") and acc ("for": за 2023 год).
var periodForms = []string{"", "in", "year", "gen", "acc"}

func (l Lang) period(p obs.Period, form string) string {
	if q, ok := obs.ParsePeriod(string(p)); !ok {
		return string(p)
	} else {
		p = q
	}
	y := p.Year()
	var s string
	if form == "year" && p.Freq() != 'A' {
		form = "in"
	}
	switch p.Freq() {
	case 'Q':
		s = l.part(y, int(p[6]-'1'), form)
	case 'S':
		s = l.half(y, int(p[6]-'1'), form)
	case 'M':
		m, _ := strconv.Atoi(string(p[5:7]))
		s = l.monthForm(y, m-1, form)
	case 'W':
		s = l.week(y, strings.TrimLeft(string(p[6:]), "0"), form)
	case 'D':
		s = l.dayForm(string(p), form)
	default:
		s = l.yearForm(y, form)
	}
	return l.Typeset(s)
}

func (l Lang) yearForm(y, form string) string {
	switch form {
	case "in":
		return pick(l, "in "+y, "en "+y, y, "в "+y+nbsp+"году")
	case "year":
		return pick(l, "in "+y, "en "+y, "im Jahr "+y, "в "+y+nbsp+"году")
	case "gen":
		return pick(l, "of "+y, "de "+y, y, y+nbsp+"года")
	case "acc":
		return pick(l, y, y, y, y+nbsp+"год")
	}
	return y
}

// part writes quarter q, counted from 0.
func (l Lang) part(y string, q int, form string) string {
	en, fr, de, ru := quartersEn[q]+" quarter of "+y, quartersFr[q]+nbsp+"trimestre "+y, strconv.Itoa(q+1)+"."+nbsp+"Quartal "+y, nbsp+y+nbsp+"года"
	return l.span(form, en, fr, de, roman[q]+nbsp+"квартал"+ru, roman[q]+nbsp+"квартала"+ru, roman[q]+nbsp+"квартале"+ru)
}

func (l Lang) half(y string, h int, form string) string {
	ru := nbsp + y + nbsp + "года"
	nom, gen, in := [2]string{"первое", "второе"}[h]+" полугодие", [2]string{"первого", "второго"}[h]+" полугодия", [2]string{"первом", "втором"}[h]+" полугодии"
	return l.span(form, quartersEn[h]+" half of "+y, quartersFr[h]+nbsp+"semestre "+y, strconv.Itoa(h+1)+"."+nbsp+"Halbjahr "+y, nom+ru, gen+ru, in+ru)
}

// span gives the form of a quarter or a half.
func (l Lang) span(form, en, fr, de, ru, ruGen, ruIn string) string {
	switch form {
	case "in":
		in := "в "
		if strings.HasPrefix(ruIn, "вт") || strings.HasPrefix(ruIn, "II"+nbsp) {
			in = "во "
		}
		return pick(l, "in the "+en, "au "+fr, "im "+de, in+ruIn)
	case "gen":
		return pick(l, "of the "+en, "du "+fr, "des "+strings.Replace(strings.Replace(de, "Quartal", "Quartals", 1), "Halbjahr", "Halbjahrs", 1), ruGen)
	case "acc":
		return pick(l, "the "+en, "le "+fr, "das "+de, ru)
	}
	return pick(l, en, fr, de, ru)
}

func (l Lang) monthForm(y string, m int, form string) string {
	name := monthsOf[l][m]
	ru := nbsp + y + nbsp + "года"
	switch form {
	case "in":
		return pick(l, "in "+name+" "+y, "en "+name+" "+y, "im "+name+" "+y, "в "+monthsIn[m]+ru)
	case "gen":
		return pick(l, "of "+name+" "+y, elide("de ", name)+" "+y, "vom "+name+" "+y, monthsGen[m]+ru)
	}
	return pick(l, name+" "+y, name+" "+y, name+" "+y, name+ru)
}

// elide joins a French word to one that may begin with a vowel: d’avril.
func elide(word, next string) string {
	if strings.ContainsAny(next[:1], "aeiou") {
		return strings.TrimSuffix(word, "e ") + "’" + next
	}
	return word + next
}

func (l Lang) week(y, w, form string) string {
	switch form {
	case "in":
		return pick(l, "in week "+w+" of "+y, "la semaine "+w+" de "+y, "in der "+w+"."+nbsp+"Kalenderwoche "+y, "на "+w+"-й неделе "+y+nbsp+"года")
	case "gen":
		return pick(l, "of week "+w+" of "+y, "de la semaine "+w+" de "+y, "der "+w+"."+nbsp+"Kalenderwoche "+y, w+"-й недели "+y+nbsp+"года")
	case "acc":
		return pick(l, "week "+w+" of "+y, "la semaine "+w+" de "+y, "die "+w+"."+nbsp+"Kalenderwoche "+y, w+"-ю неделю "+y+nbsp+"года")
	}
	return pick(l, "week "+w+" of "+y, "semaine "+w+" de "+y, w+"."+nbsp+"Kalenderwoche "+y, w+"-я неделя "+y+nbsp+"года")
}

func (l Lang) dayForm(day, form string) string {
	s := l.Date(day)
	switch form {
	case "in":
		return pick(l, "on "+s, "le "+s, "am "+s, s)
	case "gen":
		return pick(l, "of "+s, "du "+s, "vom "+s, s)
	case "acc":
		return pick(l, s, "le "+s, "den "+s, s)
	}
	return s
}

// Date writes a day, YYYY-MM-DD: "1 December 2025". What is no day comes back
// as it is.
func (l Lang) Date(day string) string {
	p, ok := obs.ParsePeriod(day)
	if !ok || p.Freq() != 'D' {
		return day
	}
	d := strings.TrimLeft(day[8:], "0")
	m, _ := strconv.Atoi(day[5:7])
	first := d
	if d == "1" {
		first = "1er"
	}
	y := p.Year()
	return pick(l, d+nbsp+monthsOf["en"][m-1]+" "+y, first+nbsp+monthsOf["fr"][m-1]+" "+y, d+"."+nbsp+monthsOf["de"][m-1]+" "+y, d+nbsp+monthsGen[m-1]+" "+y+nbsp+"года")
}

// Month writes the month of a day: "December 2025", "декабрь 2025 года".
func (l Lang) Month(day string) string {
	if len(day) < 7 {
		return day
	}
	if p, ok := obs.ParsePeriod(day[:7]); ok && p.Freq() == 'M' {
		return l.Period(p)
	}
	return day
}
