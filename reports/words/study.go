package words

import (
	"math"
	"strconv"

	"asylum/pipeline/compare"
	"asylum/pipeline/rate"
)

// StudyNotes says in sentences what a study of rates of countries shows, of one
// citizenship or, adjusted for their mix, of all, and claims no more than rounding,
// numbers and chance support (METHODS 3). A study of which no such thing can be said
// has none.
func (l Lang) StudyNotes(s *compare.Study) (out []string) {
	if s.Why != "" || s.Partial || s.National || s.Definition.Kind != rate.Rate || s.Line == nil {
		return nil
	}
	out = append(out, l.studyLine(s))
	if s.Citizen == "TOTAL" {
		return append(out, l.studyMix(s)...)
	}
	out = append(out, l.studyEnds(s)...)
	if f := s.Funnel; f != nil {
		out = append(out, l.studyFunnel(f)...)
	}
	if d := s.Dispersion; d != nil {
		out = append(out, l.Say("study.dispersion", "n", d.Countries, "sd", l.inPoints(d.SD), "tau", l.Decimal(math.Sqrt(d.Between.Tau2), 2), "i2", l.Percent(d.Between.I2, 1)))
	}
	return append(out, l.Say("study.limits"))
}

// inPoints writes a distance of two shares in percentage points, with one decimal.
func (l Lang) inPoints(d float64) string { return l.Decimal(math.Abs(d)*100, 1) }

// Rated writes a rate with one decimal and, where rounding leaves anything open,
// what it allows, outward.
func (l Lang) Rated(r *rate.Result) string { return l.Bounded(r.Value, r.Lo, r.Hi, r.Rounded()) }

// Bounded writes a share, and what it may be if that is anything else.
func (l Lang) Bounded(v, lo, hi float64, open bool) string {
	value := l.Percent(v, 1)
	a, b := l.Decimal(outward(lo, v, -1), 1), l.Decimal(outward(hi, v, +1), 1)
	if !open || a == b {
		return value
	}
	return l.Say("study.bounded", "value", value, "lo", a, "hi", b)
}

// outward is a bound in per cent, with one decimal, so that what it bounds lies
// inside.
func outward(bound, value float64, dir int) float64 {
	v, err := strconv.ParseFloat(rate.Outward(bound, value, 1, dir), 64)
	if err != nil {
		return bound * 100
	}
	return v
}

func (l Lang) studyLine(s *compare.Study) string {
	args := []any{"geo", Geo(s.Union), "counts", Counts{s.Line.Num, s.Line.Den}, "period", s.Period, "rate", l.Rated(s.Line)}
	switch {
	case s.OwnRow && s.Citizen != "TOTAL":
		return l.Say("study.line.own", append(args, "citizens", Citizen(s.Citizen))...)
	case s.Citizen == "TOTAL":
		return l.Say("study.line.all", append(args, "n", s.Members, "of", s.Of)...)
	}
	return l.Say("study.line", append(args, "n", s.Members, "of", s.Of, "citizens", Citizen(s.Citizen))...)
}

// studyEnds names the highest and the lowest where they may be called so.
func (l Lang) studyEnds(s *compare.Study) (out []string) {
	ranked := s.Ranked()
	if len(ranked) < 2 {
		return nil
	}
	high, low := s.Highest(), s.Lowest()
	all := []any{"n", len(ranked), "least", l.Int(s.Limits.Rank)}
	if len(high) == len(ranked) {
		return []string{l.Say("study.open", all...)}
	}
	end := func(key, some string, cs []compare.Country, args ...any) string {
		if len(cs) == 1 {
			return l.Say(key, append(args, "geo", Geo(cs[0].Geo), "rate", l.Rated(&cs[0].Result))...)
		}
		return l.Say(some, append(args, "k", len(cs), "list", l.named(cs))...)
	}
	out = append(out, end("study.highest", "study.highest.some", high, all...), end("study.lowest", "study.lowest.some", low))
	if d := s.Dispersion; d != nil && d.Span != nil && d.Span.May.Known {
		v := d.Span.Value
		out = append(out, l.Say("study.span", "d", l.inPoints(v), "lo", l.Decimal(outward(d.Span.May.Lo, v, -1), 1), "hi", l.Decimal(outward(d.Span.May.Hi, v, +1), 1)))
	}
	return out
}

// named lists countries by name.
func (l Lang) named(cs []compare.Country) string {
	var names []string
	for i := range cs {
		names = append(names, l.Name("geo", cs[i].Geo))
	}
	l.Sort(names)
	return l.List(names)
}

func (l Lang) studyFunnel(f *compare.Funnel) []string {
	above, below, open, widened := f.Outside()
	phi, chance := 0, 0.002*float64(len(f.Points))
	if f.Phi < 10 {
		phi = 1
	}
	return []string{
		l.Say("study.funnel", "share", l.Percent(0.998, 1), "out", above+below, "n", len(f.Points), "above", above, "below", below, "open", open, "chance", l.Decimal(chance, 2)),
		l.Say("study.scatter", "phi", l.Decimal(f.Phi, phi), "out", widened),
	}
}

// studyMix says what adjusting for the mix of citizenships changes.
func (l Lang) studyMix(s *compare.Study) (out []string) {
	out = append(out, l.Say("study.raw"))
	if s.Standard == nil {
		return out
	}
	var more, less, open []compare.Country
	for _, c := range s.Countries {
		if c.Adjusted == nil || c.Den < s.Limits.Few || !c.Adjusted.Indirect.Known {
			continue
		}
		x := &c.Adjusted.Indirect
		switch {
		case x.RatioMay.Known && x.Has95 && x.RatioMay.Lo > 1 && x.Ratio95[0] > 1:
			more = append(more, c)
		case x.RatioMay.Known && x.Has95 && x.RatioMay.Hi < 1 && x.Ratio95[1] < 1:
			less = append(less, c)
		default:
			open = append(open, c)
		}
	}
	for _, part := range []struct {
		key string
		cs  []compare.Country
	}{{"study.more", more}, {"study.less", less}, {"study.unproven", open}} {
		if len(part.cs) == 0 {
			continue
		}
		args := []any{"list", l.named(part.cs)}
		if part.key == "study.unproven" {
			args = append(args, "least", l.Int(s.Limits.Few))
		}
		out = append(out, l.Say(part.key, args...))
	}
	if m := s.Mixed; m != nil {
		out = append(out, l.Say("study.mixed", "n", m.Countries, "raw", l.inPoints(m.Raw), "adjusted", l.inPoints(m.Adjusted)))
	}
	return append(out, l.Say("study.limits.mix"))
}
