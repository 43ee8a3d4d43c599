// Package words writes what asylum says to people: names of steps, notes that
// travel with a number, titles and alternative texts of charts.
package words

import (
	"fmt"
	"math"
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
	if x, ok := l.PerApplication(); ok {
		i, a := l.Step("intentions"), l.Step("applications")
		out = append(out, fmt.Sprintf("%s intentions were expressed for each application lodged (mixed: %s over %s).", ratio(x), Source(i.Source), Source(a.Source)))
	}
	if e := l.Step("ended"); e != nil && l.HasClosed && e.Count > 0 {
		out = append(out, fmt.Sprintf("%s of %s cases (%s %%) ended without a decision on the merits.", rate.Group(l.Closed), rate.Group(e.Count),
			rate.Percent(float64(l.Closed)/float64(e.Count), 0)))
	}
	if m := l.Step("merits"); m != nil && m.Result.Known {
		r := &m.Result
		if rate.Usual.CountsOnly(r) {
			out = append(out, fmt.Sprintf("On the merits: %s of %s, too few for a percentage.", rate.Group(r.Num), rate.Group(r.Den)))
		} else {
			out = append(out, fmt.Sprintf("The protection rate is that of decisions on the merits: %s, %s of %s (%s).", r.Percent(), rate.Group(r.Num), rate.Group(r.Den), r.Definition))
		}
	}
	return out
}

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
