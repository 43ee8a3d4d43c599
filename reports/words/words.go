// Package words writes what asylum says to people, in English, French, German
// and Russian.
//
// A [Lang] writes numbers, periods and days, names of countries and of their
// citizens in the case that a sentence needs ([Lang.In], [Lang.OfCitizens]), and
// the messages of one catalogue ([Lang.Say]), datasets/words/*.yaml, in which
// each message stands in all four languages side by side. [Lang.Text] translates
// what the pipeline says in English; [Lang.Numbers] reads the numbers of a text
// back, so that every one can be held against its cell.
//
// The functions without a Lang write English, for the command line.
package words

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/rate"
)

// Name is the English name of a code of a dimension.
func Name(dim, c string) string {
	if x, ok := code.Must(dim).Lookup(c); ok {
		return x.Name("en")
	}
	return c
}

// Source is a source's name as it is cited.
func Source(s string) string {
	switch s {
	case "eurostat":
		return "Eurostat"
	case "unhcr":
		return "UNHCR"
	case "aida":
		return "AIDA"
	}
	return s
}

// Step says what a step of the ladder counts.
func Step(name string) string {
	switch name {
	case "intentions":
		return "expressed an intention to apply"
	case "applications":
		return "lodged an application"
	case "ended":
		return "first instance cases ended"
	case "merits":
		return "decided on the merits"
	}
	return name
}

// LadderNotes says in sentences what a ladder shows: who counts how many
// grants, which quotient is a rate and which is not, and how many cases ended
// without a decision.
func LadderNotes(l *rate.Ladder) []string {
	var out []string
	if g := Grants(l); g != "" {
		out = append(out, g)
	}
	if s := l.Step("intentions"); s != nil && s.Result.Known {
		out = append(out, fmt.Sprintf("%s is not a protection rate: it divides grants by intentions expressed, two flows of one year and of different people. Its name is grants_per_intention.",
			s.Result.Percent()))
	}
	if x, over, ok := l.PerApplication(); ok {
		whose := Source(over.Source)
		if i := l.Step("intentions"); i.Source != over.Source {
			whose = fmt.Sprintf("mixed: %s over %s", Source(i.Source), whose)
		}
		out = append(out, fmt.Sprintf("%s intentions were expressed for each application lodged (%s).", ratio(x), whose))
	}
	if e := l.Step("ended"); e != nil && l.HasClosed && e.Count > 0 {
		out = append(out, fmt.Sprintf("%s of %s cases (%s %%) ended without a decision on the merits.", rate.Group(l.Closed), rate.Group(e.Count),
			rate.Percent(float64(l.Closed)/float64(e.Count), 0)))
	}
	for i := range l.Steps {
		for _, w := range l.Steps[i].Result.Warnings {
			if strings.HasPrefix(w, "left out") || strings.HasPrefix(w, "with appeals") {
				out = append(out, fmt.Sprintf("%s (%s): %s.", sentence(Step(l.Steps[i].Name)), Source(l.Steps[i].Source), w))
			}
		}
	}
	if m := l.Step("merits"); m != nil && m.Result.Known {
		r := &m.Result
		if r.CountsOnly() {
			out = append(out, fmt.Sprintf("On the merits: %s of %s, too few for a percentage.", rate.Group(r.Num), rate.Group(r.Den)))
		} else {
			out = append(out, fmt.Sprintf("The protection rate is that of decisions on the merits: %s, %s of %s (%s).", r.Percent(), rate.Group(r.Num), rate.Group(r.Den), r.Definition))
		}
	}
	return out
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func ratio(x float64) string {
	if x >= 10 {
		return fmt.Sprintf("%.0f", math.Round(x))
	}
	return fmt.Sprintf("%.1f", x)
}

// Grants says how many persons each source counts as protected.
func Grants(l *rate.Ladder) string {
	var parts []string
	for i := range l.Grants {
		g := &l.Grants[i]
		s := fmt.Sprintf("%s counts %s granted refugee status", Source(g.Source), rate.Group(g.Refugee))
		if g.HasOther {
			kind := "other"
			if g.Source == "aida" {
				kind = "subsidiary"
			}
			s += fmt.Sprintf(" and %s granted %s protection", rate.Group(g.Other), kind)
		}
		parts = append(parts, s)
	}
	if len(parts) == 0 {
		return ""
	}
	s := strings.Join(parts, "; ") + "."
	if len(l.Grants) > 1 && l.Grants[0].Refugee != l.Grants[1].Refugee {
		s += " The sources differ, so neither count divides the other's steps."
	}
	return s
}

// Of writes two counts, "20 of 59".
func Of(n, d int64) string { return rate.Group(n) + " of " + rate.Group(d) }

// People are the citizens of a country, or everybody.
func People(citizen string) string {
	if citizen == "TOTAL" {
		return "people"
	}
	return "citizens of " + Name("citizen", citizen)
}

// Citizens begins a sentence with the citizens of a country, or everybody.
func Citizens(citizen string) string {
	if citizen == "TOTAL" {
		return "All citizenships"
	}
	return "Citizens of " + Name("citizen", citizen)
}

// The gives a country's name as it stands inside a sentence.
func The(geo string) string {
	switch geo {
	case "EU27_2020", "EU28", "EU27_2007":
		return "the EU"
	case "NL", "UK":
		return "the " + Name("geo", geo)
	}
	return Name("geo", geo)
}

// In is where somebody applied.
func In(geo string) string { return "in " + The(geo) }

var months = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

// Month writes a day as "April 2023".
func Month(day string) string {
	if len(day) < 7 || day[5] < '0' || day[5] > '1' || day[6] < '0' || day[6] > '9' {
		return day
	}
	m := int(day[5]-'0')*10 + int(day[6]-'0')
	if m < 1 || m > 12 {
		return day
	}
	return months[m-1] + " " + day[:4]
}

// Vintage names the days that results rest on.
func Vintage(results []rate.Result) string {
	return strings.Join(days(results), ", ")
}

func days(results []rate.Result) []string {
	var out []string
	for i := range results {
		for _, in := range results[i].Inputs {
			if !slices.Contains(out, in.Meta.Vintage) {
				out = append(out, in.Meta.Vintage)
			}
		}
	}
	slices.Sort(out)
	return out
}

// DataAsOf says of when the data is, in a sentence.
func DataAsOf(results []rate.Result) string {
	d := days(results)
	if len(d) == 0 {
		return ""
	}
	var names []string
	for _, day := range d {
		if m := Month(day); !slices.Contains(names, m) {
			names = append(names, m)
		}
	}
	return "Data as of " + strings.Join(names, " and ") + "."
}

// Licence names the terms of the data behind results.
func Licence(results []rate.Result) string {
	var out []string
	for i := range results {
		for _, in := range results[i].Inputs {
			if l := in.Meta.Licence; l != "" {
				if l = Source(in.Meta.Source) + ": " + l; !slices.Contains(out, l) {
					out = append(out, l)
				}
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}
