package words

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"asylum/pipeline/rate"
)

// Points writes a difference of two shares in percentage points, with its sign.
func Points(d float64) string {
	s := strconv.FormatFloat(math.Abs(d)*100, 'f', 1, 64)
	switch {
	case s == "0.0":
		return s
	case d < 0:
		return "−" + s
	}
	return "+" + s
}

// Marks says what is to be known about an entry of a ranking, in few words.
func Marks(g *rate.Ranking, e *rate.Entry) string {
	var out []string
	line := strconv.FormatFloat(g.Line.At, 'f', -1, 64) + " %"
	if e.Straddles {
		out = append(out, "rounding allows both sides of "+line)
	}
	if e.Few {
		out = append(out, fmt.Sprintf("under %d decisions", g.Line.Few))
	}
	switch e.Crossing {
	case rate.Fell:
		out = append(out, "crossed: above "+line+" in "+string(g.Before))
	case rate.Rose:
		out = append(out, "crossed: not above "+line+" in "+string(g.Before))
	case rate.Open:
		if e.Prior != nil && (e.Prior.Value <= g.Line.At/100) != e.Below() {
			out = append(out, "may have crossed since "+string(g.Before))
		}
	}
	return strings.Join(out, "; ")
}

// RankingNotes counts what a ranking shows, in sentences.
func RankingNotes(g *rate.Ranking) []string {
	var few, below, either, crossed, untold int
	for i := range g.Entries {
		switch e := &g.Entries[i]; {
		case e.Few:
			few++
		case e.Straddles:
			either++
		case e.Below():
			below++
		}
		switch g.Entries[i].Crossing {
		case rate.Fell, rate.Rose:
			crossed++
		case rate.Untold:
			untold++
		}
	}
	line, all := strconv.FormatFloat(g.Line.At, 'f', -1, 64)+" %", len(g.Entries)
	out := []string{
		g.Line.Below,
		fmt.Sprintf("of %d citizenships with decisions %d have under %d; of the others %d lie at %s or lower and %d above whatever rounding allows, %d may lie on either side",
			all, few, g.Line.Few, below, line, all-few-below-either, either),
		fmt.Sprintf("%d crossed the line since %s", crossed, g.Before),
	}
	if untold > 0 {
		out[2] += fmt.Sprintf("; of %d no value of %s is held, so nothing can be said of them", untold, g.Before)
	}
	if g.Outside > 0 {
		out = append(out, fmt.Sprintf("left out: the Union’s own citizens (%d citizenships) and stateless persons", g.Outside))
	}
	return out
}
