package page

import (
	"fmt"

	"asylum/pipeline/code"
	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
	"asylum/reports/words"
)

// divides says what a figure of the speech divides, as far as it can be told,
// in a sentence. It is "" for a count, which divides nothing.
func divides(j *ledger.Judgement, b *ledger.Basis) string {
	switch {
	case j.Match != nil:
		return "" // the reason for the verdict says it
	case b.Known:
		return fmt.Sprintf("It divides: %s (%s).", ledger.Lower(b.Definition.Title), b.How)
	case j.Counts != "":
		return ""
	}
	return fmt.Sprintf("What it divides cannot be told: %s.", b.How)
}

// safely is the sentence that may be said in place of a figure: what was counted,
// by whom, of how many, and what rounding allows.
func safely(r *rate.Result) string {
	in := words.Name("geo", r.Geo)
	if x, ok := code.Must("geo").Lookup(r.Geo); ok && x.Kind == code.Aggregate {
		in = "the EU"
	}
	whose := "citizens of " + words.Name("citizen", r.Citizen)
	if r.Citizen == "TOTAL" {
		whose = "citizens of all countries"
	}
	if r.Definition == "share_of_applicants" {
		lodged := rate.Group(r.Num)
		if r.NumLo < r.NumHi {
			lodged += fmt.Sprintf(" (%s to %s, as small counts are rounded)", rate.Group(r.NumLo), rate.Group(r.NumHi))
		}
		return fmt.Sprintf("In %s, %s lodged %s of the %s applications for asylum in %s, first and repeat: %s (%s).",
			r.Period, whose, lodged, rate.Group(r.Den), in, inPercent(r), words.Source(r.Source))
	}
	what := map[string]string{"merits": "decisions on the merits", "decisions": "decisions"}[r.Class.Denominator]
	if what == "" {
		what = r.Class.Denominator
	}
	s := fmt.Sprintf("In %s, %s of the %s first instance %s about %s in %s gave protection: %s (%s",
		r.Period, rate.Group(r.Num), rate.Group(r.Den), what, whose, in, inPercent(r), words.Source(r.Source))
	if n := len(r.Countries); n > 1 {
		s += fmt.Sprintf("; the %d countries that report first instance apart", n)
	}
	s += ")."
	if rate.Usual.Weak(r) {
		s += fmt.Sprintf(" Say “%s of %s” before any percentage: the cases are few.", rate.Group(r.Num), rate.Group(r.Den))
	}
	return s
}

// inPercent writes a value with what rounding allows, in words.
func inPercent(r *rate.Result) string {
	s := rate.Percent(r.Value, 1) + nbsp + "%"
	if !r.Rounded() {
		return s
	}
	return fmt.Sprintf("%s, or %s to %s%s%% once rounding is allowed for", s, rate.Outward(r.Lo, r.Value, 1, -1), rate.Outward(r.Hi, r.Value, 1, +1), nbsp)
}

// walk says of each figure of the speech what it divides, and what may be said
// in its place.
func (s *Site) walk(known []ledger.Figure, set *rate.Set, data rate.Data) error {
	for i := range s.Figures {
		j := &s.Figures[i]
		b := j.Basis(known, set)
		r, err := ledger.Instead(j.Figure, set, data)
		if err != nil {
			return err
		}
		step := Step{Divides: divides(j, &b)}
		if r != nil {
			step.Safely = safely(r)
			step.Trace = fmt.Sprintf("asylum trace %s --source %s --citizen %s --geo %s --period %s", r.Definition, r.Source, r.Citizen, r.Geo, r.Period)
			if r.Stage == "FI" {
				step.Trace += " --stage FI"
			}
		}
		s.Steps = append(s.Steps, step)
	}
	return nil
}

// A Step is what the site says of one figure of the speech.
type Step struct {
	Divides string // "" if it is a count
	Safely  string // what may be said in its place, "" if no data at hand says anything
	Trace   string // the command that lists the cells of that
}
