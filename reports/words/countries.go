package words

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"asylum/pipeline/compare"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// CountriesNotes says in sentences what a study of countries shows, and claims no
// more than rounding, numbers and chance support (METHODS 3).
func CountriesNotes(s *compare.Study) []string {
	if s.Why != "" {
		return nil
	}
	var out []string
	add := func(lines ...string) {
		for _, l := range lines {
			if l != "" {
				out = append(out, l)
			}
		}
	}
	switch {
	case s.Partial:
		add(fmt.Sprintf("%s is not complete: the newest period of which as good as every country has reported is %s. Those that reported are shown, and nothing is ranked, added up or called a rise or a fall.", s.Period, periodOrNone(s.Usable, "none")))
		return out
	case s.National:
		add("What is counted differs from country to country, so nothing is ranked and no country is called higher or lower than another.")
		add(backlogNotes(s)...)
		return out
	case s.Definition.Kind == rate.Ratio:
		add("A ratio of two flows, of different people: it is no rate of protection, and nothing is ranked.")
		return out
	}
	add(lineNote(s), extremesNote(s))
	add(funnelNotes(s)...)
	add(dispersionNote(s))
	add(mixNotes(s)...)
	add(changeNotes(s)...)
	add(convergenceNotes(s)...)
	if s.Definition.Kind == rate.Rate {
		add(limitsNote(s))
	}
	return out
}

func periodOrNone(p obs.Period, none string) string {
	if p == "" {
		return none
	}
	return string(p)
}

func lineNote(s *compare.Study) string {
	if s.Line == nil {
		return ""
	}
	whose := fmt.Sprintf("%s (%d of %d members)", s.Union, s.Members, s.Of)
	if s.OwnRow {
		whose = s.Union + ", by its own row"
	}
	out := fmt.Sprintf("%s: %s decisions on %s in %s gave protection, %s", whose, Of(s.Line.Num, s.Line.Den), People(s.Citizen), s.Period, s.Line.Percent())
	if s.OwnRow && s.Sum != nil {
		out += fmt.Sprintf("; %d of %d members add up to %s", s.Members, s.Of, s.Sum.Counts())
	}
	return out + "."
}

// extremesNote names the highest and the lowest where one alone may be called so.
func extremesNote(s *compare.Study) string {
	ranked := s.Ranked()
	if len(ranked) < 2 || s.Definition.Kind != rate.Rate {
		return ""
	}
	high, low := s.Highest(), s.Lowest()
	at := fmt.Sprintf("Of the %d countries with at least %s decisions", len(ranked), rate.Group(s.Limits.Rank))
	if s.Citizen == "TOTAL" {
		at = "Raw, whatever their mix of citizenships: of" + at[2:]
	}
	if len(high) == len(ranked) {
		return at + " none may be called higher than another: rounding or chance may be all of it."
	}
	out := strings.TrimSuffix(fmt.Sprintf("%s %s and %s", at, extremeWords(high, "the highest"), extremeWords(low, "the lowest")), ",")
	if d := s.Dispersion; d != nil && d.Span != nil {
		out += fmt.Sprintf("; between the ends lie %s points%s", distance(d.Span.Value), roundingAllows(d.Span.Value, d.Span.May))
	}
	return out + "."
}

// mostNamed is how many countries a sentence names of which one is meant.
const mostNamed = 4

func extremeWords(cs []compare.Country, what string) string {
	if len(cs) == 1 {
		return fmt.Sprintf("%s is %s, %s,", The(cs[0].Geo), what, cs[0].Percent())
	}
	if len(cs) > mostNamed {
		return fmt.Sprintf("%d may be %s", len(cs), what)
	}
	var names []string
	for i := range cs {
		names = append(names, The(cs[i].Geo))
	}
	return fmt.Sprintf("%s may be %s", either(names), what)
}

// either writes names of which one is meant.
func either(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
	return strings.Join(names, "")
}

// distance writes a difference without its sign.
func distance(d float64) string { return strings.TrimLeft(Points(d), "+−") }

// roundingAllows says what rounding allows of a distance in points, and how that is
// known, if it allows anything else. Bounds are rounded outward.
func roundingAllows(value float64, r compare.Range) string {
	if !r.Known {
		return ", rounding aside"
	}
	lo, hi := rate.Outward(r.Lo, value, 1, -1), rate.Outward(r.Hi, value, 1, +1)
	if lo == hi {
		return ""
	}
	return fmt.Sprintf(" (%s to %s %s)", lo, hi, knownBy(r))
}

// knownBy says how a range is known.
func knownBy(r compare.Range) string {
	if r.Certain() {
		return "whatever the rounding"
	}
	return fmt.Sprintf("among %s sets of true counts drawn", rate.Group(int64(r.Tried)))
}

func funnelNotes(s *compare.Study) []string {
	f := s.Funnel
	if f == nil {
		return nil
	}
	above, below, open, widened := f.Outside()
	note := fmt.Sprintf("%d of %d countries lie outside the limits within which chance leaves 99.8 %% around the line, whatever the rounding: %d above, %d below", above+below, len(f.Points), above, below)
	if open > 0 {
		note += fmt.Sprintf("; of %d more rounding decides", open)
	}
	return []string{note + fmt.Sprintf(". Chance would leave about %.2g outside.", 0.002*float64(len(f.Points))),
		fmt.Sprintf("The rates scatter %s times as much as chance makes them (over-dispersion phi, the winsorised mean of z²%s); with limits widened for that %s outside.", times(f.Phi), drawnFactor(f.PhiMay), lie(widened))}
}

func lie(n int) string {
	switch n {
	case 0:
		return "none lies"
	case 1:
		return "one lies"
	}
	return fmt.Sprintf("%d lie", n)
}

func times(x float64) string {
	if x >= 10 {
		return rate.Group(int64(math.Round(x)))
	}
	return fmt.Sprintf("%.1f", x)
}

func drawnFactor(r compare.Range) string {
	k := 1.
	if r.Hi < 10 {
		k = 10
	}
	lo, hi := times(math.Floor(r.Lo*k)/k), times(math.Ceil(r.Hi*k)/k)
	if !r.Known || lo == hi {
		return ""
	}
	return fmt.Sprintf(", %s to %s %s", lo, hi, knownBy(r))
}

func dispersionNote(s *compare.Study) string {
	d := s.Dispersion
	if d == nil || s.Citizen == "TOTAL" {
		return ""
	}
	return fmt.Sprintf("Dispersion: the standard deviation, weighted by decisions, is %s points%s; tau between countries is %.2f on the logit scale (DerSimonian and Laird), I² %s %%, over %d countries.",
		distance(d.SD), roundingAllows(d.SD, d.SDMay), math.Sqrt(d.Between.Tau2), rate.Percent(d.Between.I2, 1), d.Countries)
}

// mixNotes says what adjusting for the mix of citizenships changes.
func mixNotes(s *compare.Study) []string {
	if s.Standard == nil {
		return nil
	}
	var more, less, open, alone []string
	for i := range s.Countries {
		c := &s.Countries[i]
		if c.Adjusted == nil || c.Den < s.Limits.Few || !c.Adjusted.Indirect.Known {
			continue
		}
		x := &c.Adjusted.Indirect
		switch {
		case !x.RatioMay.Known || !x.Has95:
			open = append(open, c.Geo)
		case x.RatioMay.Lo > 1 && x.Ratio95[0] > 1:
			more = append(more, c.Geo)
		case x.RatioMay.Hi < 1 && x.Ratio95[1] < 1:
			less = append(less, c.Geo)
		default:
			open = append(open, c.Geo)
		}
		if !x.RateKnown {
			alone = append(alone, c.Geo)
		}
	}
	out := []string{fmt.Sprintf("Set against what the other countries grant to the same mix of citizenships, %d of the countries with at least %s decisions grant more, beyond rounding and chance%s, %d less%s; of %d that cannot be said%s.",
		len(more), rate.Group(s.Limits.Few), inBrackets(more), len(less), inBrackets(less), len(open), inBrackets(open))}
	if m := s.Mixed; m != nil {
		out = append(out, fmt.Sprintf("The standard deviation of the raw rates, weighted by decisions, is %s points over the %d countries that have an adjusted rate; adjusted for the mix (indirectly) it is %s.", distance(m.Raw), m.Countries, distance(m.Adjusted)))
	}
	if len(alone) > 0 {
		out = append(out, fmt.Sprintf("%s: observed over expected alone, as the adjusted rate would not stay under 100 %% within what rounding allows.", strings.Join(alone, ", ")))
	}
	return out
}

func inBrackets(geos []string) string {
	if len(geos) == 0 {
		return ""
	}
	return " (" + strings.Join(geos, ", ") + ")"
}

// changeNotes tells what moved since an earlier period.
func changeNotes(s *compare.Study) []string {
	var out []string
	var rose, fell []string
	var before obs.Period
	why, compared := "", 0
	for i := range s.Countries {
		c := s.Countries[i].Change
		if c == nil {
			continue
		}
		before = c.Before
		switch {
		case c.Rose():
			rose = append(rose, c.Geo)
		case c.Fell():
			fell = append(fell, c.Geo)
		}
		if c.Known {
			compared++
		} else {
			why = c.Why
		}
	}
	switch {
	case before != "" && compared == 0:
		out = append(out, fmt.Sprintf("No change since %s can be told: %s.", before, why))
	case before != "":
		out = append(out, fmt.Sprintf("Since %s the rate rose, beyond rounding and chance, in %d of %d countries%s and fell in %d%s; of the others neither is proven.", before, len(rose), compared, inBrackets(rose), len(fell), inBrackets(fell)))
	}
	if s.Split != nil {
		over, mix := "Over the union's members that are compared", "their countries of asylum"
		if s.Citizen == "TOTAL" {
			over, mix = "Over the union's members that are compared in both periods", "citizenships"
		}
		d, composition, effect := s.Split.Points(1)
		out = append(out, fmt.Sprintf("%s the rate went from %s to %s %%, %s points: the mix of %s made %s, the rates within it %s (Kitagawa)%s.",
			over, ratShare(s.Split.Before), ratShare(s.Split.After), Signed(d), mix, Signed(composition), Signed(effect), enteredOrLeft(s.Split)))
	}
	return out
}

func enteredOrLeft(d *compare.Decomposition) string {
	if d.Entered+d.Left == 0 {
		return ""
	}
	return fmt.Sprintf("; what has decisions only later (%d) or only before (%d) counts as mix", d.Entered, d.Left)
}

func ratShare(x *big.Rat) string {
	f, _ := x.Float64()
	return rate.Percent(f, 1)
}

// Signed sets a minus or a plus before printed points.
func Signed(s string) string {
	switch {
	case strings.HasPrefix(s, "-"):
		return "−" + s[1:]
	case strings.Trim(s, "0.") == "":
		return s
	}
	return "+" + s
}

func convergenceNotes(s *compare.Study) []string {
	var out []string
	if c := s.Sigma; c != nil {
		first, last := c.Years[0], c.Years[len(c.Years)-1]
		out = append(out, fmt.Sprintf("Dispersion among the same %d countries with at least %s decisions in each of %d years (sigma): %s points in %s, %s in %s, %s points a year; tau %.2f and %.2f. %s",
			len(c.Countries), rate.Group(c.From), len(c.Years), distance(first.SD), first.Period, distance(last.SD), last.Period, Points(c.SD.Slope), first.Tau, last.Tau, trendWords(c)))
	}
	if b := s.Beta; b != nil {
		out = append(out, fmt.Sprintf("Beta over %d countries: a slope of %.2f of the change of the log odds on where they began%s. Beware: %s.", b.Countries, b.Slope, correctedWords(b), compare.BetaWarning))
	}
	return out
}

// trendWords says whether a trend may be called one: both measures agree beyond
// chance.
func trendWords(c *compare.Sigma) string {
	const limit = 0.05
	sure := c.SD.Known && c.Tau.Known && c.SD.P < limit && c.Tau.P < limit
	switch {
	case sure && c.SD.Slope < 0 && c.Tau.Slope < 0:
		return "Both fall beyond chance: the rates drew closer."
	case sure && c.SD.Slope > 0 && c.Tau.Slope > 0:
		return "Both rise beyond chance: the rates drew apart."
	}
	return "No trend of both beyond chance: neither convergence nor the opposite is shown."
}

func correctedWords(b *compare.Beta) string {
	if !b.Corrected {
		return ""
	}
	return fmt.Sprintf(", %.2f with the part that few decisions make taken out", b.Correct)
}

func backlogNotes(s *compare.Study) []string {
	var longer, shorter []string
	known := 0
	for _, b := range s.Backlogs {
		if b.Change == nil {
			continue
		}
		known++
		switch {
		case b.Change.Lo > 0:
			longer = append(longer, b.Geo)
		case b.Change.Hi < 0:
			shorter = append(shorter, b.Geo)
		}
	}
	before, _ := compare.YearAgo(s.Period)
	if known == 0 {
		return nil
	}
	return []string{fmt.Sprintf("In months of its own decisions the backlog grew since %s in %d of %d countries%s and shrank in %d%s.", before, len(longer), known, inBrackets(longer), len(shorter), inBrackets(shorter))}
}

// limitsNote says what a comparison does not show.
func limitsNote(s *compare.Study) string {
	if s.Citizen == "TOTAL" && s.Standard == nil {
		return "These rates are raw: no table at hand tells the decisions apart by citizenship, so the mix of citizenships is still in them."
	}
	if s.Citizen == "TOTAL" {
		return "Adjusting for citizenship leaves other differences in: who applies where, of which region and age, and which cases a country decides on the merits at all."
	}
	return "What differs may be the cases and not the country: who applies where, from which region, and which cases are decided on the merits at all."
}
