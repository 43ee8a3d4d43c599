package ledger

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/rate"
)

func (s *Sum) sum() (n int64) {
	for _, p := range s.Parts {
		n += p
	}
	return n
}

// off is by how much the parts exceed their total.
func (s *Sum) off() int64 { return s.sum() - s.Total }

func (j *judge) note(format string, args ...any) {
	j.out.Explained = append(j.out.Explained, fmt.Sprintf(format, args...))
}

// explain computes what the printed counts, and those at hand, say of a figure
// beyond its verdict: which of them do not fit together, and what would.
func (j *judge) explain() {
	j.sums()
	j.components()
	j.needed()
	j.otherDen()
	j.differ()
	j.copied()
}

// sums checks counts that should add up.
func (j *judge) sums() {
	for _, s := range j.f.Sums {
		off, slack := s.off(), j.f.slack()*int64(len(s.Parts)+1)
		if max(off, -off) <= slack {
			if off != 0 {
				j.note("its parts add up to %s, %s off the printed total, which rounding to %d allows", rate.Group(s.sum()), rate.Group(max(off, -off)), j.f.Rounding)
			}
			continue
		}
		side := "more"
		if off < 0 {
			side = "less"
		}
		j.note("the parts %s add up to %s, %s %s than the printed total of %s", list(s.Parts), rate.Group(s.sum()), rate.Group(max(off, -off)), side, rate.Group(s.Total))
	}
}

func list(ns []int64) string {
	var out []string
	for _, n := range ns {
		out = append(out, rate.Group(n))
	}
	return strings.Join(out, " + ")
}

// components checks percentages that should add up to the figure.
func (j *judge) components() {
	if len(j.f.Components) == 0 {
		return
	}
	sum, slack, p := 0.0, j.f.value.unit/2, j.f.value.decimals
	for _, c := range j.f.Components {
		q, err := parse(percentage(c))
		if err != nil {
			return
		}
		sum, slack, p = sum+q.number, slack+q.unit/2, max(p, q.decimals)
	}
	says := "which is not"
	if math.Abs(sum-j.f.value.number) <= slack+1e-9 {
		says = "which agrees with"
	}
	j.note("the parts printed with it, %s, add up to %s %%, %s %s", strings.Join(j.f.Components, " + "), strconv.FormatFloat(sum, 'f', p, 64), says, j.f.Value)
}

// needed says which counts would give a percentage that the printed ones do not.
func (j *judge) needed() {
	p := j.out.printed
	if p == nil || j.f.value.relation != '=' || j.f.fits(p) != "" {
		return
	}
	lo, hi := (j.f.value.number-j.f.value.unit/2)/100, (j.f.value.number+j.f.value.unit/2)/100
	if lo <= 0 {
		return
	}
	n, d := float64(p.Num), float64(p.Den)
	from, to := int64(math.Ceil(lo*d)), int64(math.Floor(hi*d))
	over, under := int64(math.Ceil(n/hi)), int64(math.Floor(n/lo))
	if from <= to && over <= under {
		j.note("%s of %s would take %s to %s above it; %s would be %s of %s to %s", j.f.Value, rate.Group(p.Den), rate.Group(from), rate.Group(to),
			rate.Group(p.Num), j.f.Value, rate.Group(over), rate.Group(under))
	}
	if j.f.slack() > 0 {
		j.note("rounding of the counts to %d allows %s to %s %%", j.f.Rounding, rate.Outward(p.Lo, p.Value, j.f.value.decimals+1, -1), rate.Outward(p.Hi, p.Value, j.f.value.decimals+1, +1))
	}
}

// otherDen tries the other counts that the source prints for what is divided by.
func (j *judge) otherDen() {
	p := j.out.printed
	if p == nil {
		return
	}
	for _, d := range j.f.OtherDen {
		r := rate.Result{Known: true, Num: p.Num, Den: d, NumKnown: true, DenKnown: true, Value: float64(p.Num) / float64(d)}
		r.Lo, r.Hi = r.Value, r.Value
		says := ", which is not it either"
		if j.f.fits(&r) != "" {
			says = ", which is the printed one"
		} else if j.f.fits(p) != "" {
			says = ""
		}
		if a, b := strconv.FormatInt(d, 10), strconv.FormatInt(p.Den, 10); swapped(a, b) {
			says += "; the two differ by two digits that change places"
		}
		j.note("the source prints %s as well: over it the rate would be %s%s", rate.Group(d), r.Percent(), says)
	}
}

// swapped reports whether one number becomes the other when two neighbouring
// digits change places.
func swapped(a, b string) bool {
	if len(a) != len(b) || a == b {
		return false
	}
	i := 0
	for a[i] == b[i] {
		i++
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// differ says how the printed counts and those at hand for the claimed
// definition part, where they do.
func (j *judge) differ() {
	p, m := j.out.printed, j.out.Match
	if p == nil || m == nil || !m.NumKnown || !m.DenKnown || j.f.counted(m) == 2 || j.f.fits(p) == "" {
		return
	}
	switch {
	case p.Num == m.Num:
		j.note("the numerator is the same, %s; the figure divides by %s and %s by %s", rate.Group(p.Num), rate.Group(p.Den), m.Definition, rate.Group(m.Den))
	case p.Den == m.Den:
		j.note("the denominator is the same, %s; the figure counts %s above it and the data at hand %s", rate.Group(p.Den), rate.Group(p.Num), rate.Group(m.Num))
	default:
		j.note("it was printed as %s; at hand are %s", p.Counts(), m.Counts())
	}
	if m.Witness != "" {
		j.note("the source itself prints %s beside these cells", m.Witness)
	}
}

// copied looks for a cell that repeats another of its row, in a row whose cells
// do not add up to their printed whole, and computes what the others leave for
// it.
func (j *judge) copied() {
	m := j.out.Match
	if m == nil || j.out.Verdict != Contradicted || len(j.out.query.Periods) > 1 {
		return
	}
	for i := range m.Inputs {
		if lo, hi := m.Inputs[i].Range(); lo != hi {
			return // rounded cells need not add up
		}
	}
	var num, rest, whole int64
	hasWhole := false
	for i := range m.Inputs {
		switch n := int64(m.Inputs[i].Cell().Count); m.Inputs[i].Side {
		case "num":
			num += n
		case "rest":
			rest += n
		default:
			whole, hasWhole = n, true
		}
	}
	if !hasWhole {
		return
	}
	off := num + rest - whole
	if off == 0 {
		return
	}
	j.note("at hand, %s positive and %s others add up to %s, %s off the printed whole of %s", rate.Group(num), rate.Group(rest), rate.Group(num+rest), rate.Group(max(off, -off)), rate.Group(whole))
	for i := range m.Inputs {
		in := &m.Inputs[i]
		n := int64(in.Cell().Count)
		twin := j.twin(in)
		if in.Side != "num" || n < 100 || n-off < 0 || twin == "" {
			continue
		}
		fixed := rate.Result{Known: true, Num: num - off, Den: whole, NumKnown: true, DenKnown: true, Value: float64(num-off) / float64(whole)}
		fixed.Lo, fixed.Hi = fixed.Value, fixed.Value
		says := ""
		if j.f.fits(&fixed) != "" {
			says = ", as printed"
		}
		j.note("its %s of %s repeats its %s; the other cells leave %s for it, and with that the rate is %s = %s%s",
			spaced(measure(in)), rate.Group(n), spaced(twin), rate.Group(n-off), fixed.Counts(), fixed.Percent(), says)
	}
}

// twin is what another cell of the same row counts that holds the same number.
func (j *judge) twin(in *rate.Input) string {
	for i := range j.all {
		for k := range j.all[i].Inputs {
			o := &j.all[i].Inputs[k]
			if o.Meta.SHA256 == in.Meta.SHA256 && o.Cell().Count == in.Cell().Count && measure(o) != measure(in) {
				return measure(o)
			}
		}
	}
	return ""
}

func measure(in *rate.Input) string {
	for _, dim := range []string{"measure", "decision"} {
		if c := in.Code(dim); c != "" {
			return c
		}
	}
	return ""
}

func spaced(s string) string { return strings.ReplaceAll(s, "_", " ") }

// crossCheck says what figures say of one another: those that are printed for the
// same thing, and those of one source that divide alike while this one does not.
func crossCheck(all []Judgement) {
	byID := map[string]*Judgement{}
	for i := range all {
		byID[all[i].ID] = &all[i]
	}
	for i := range all {
		j := &all[i]
		for _, id := range j.Beside {
			if o := byID[id]; o != nil && o.Unit == j.Unit {
				d := o.value.number - j.value.number
				apart := strconv.FormatFloat(math.Abs(d), 'f', max(o.value.decimals, j.value.decimals), 64) + " points"
				if apart == "1 points" {
					apart = "1 point"
				}
				if j.Unit == "persons" {
					apart = rate.Group(int64(math.Abs(d)))
				}
				j.Explained = append(j.Explained, fmt.Sprintf("%s has %s for it (%s), %s apart", o.ID, o.Value, o.Verdict, apart))
			}
		}
		if j.Verdict != Contradicted || j.printed == nil || j.fits(j.printed) == "" {
			continue
		}
		var alike []string
		for k := range all {
			if o := &all[k]; o.Claimed == j.Claimed && o.From == j.From && o.Geo == j.Geo && o.Period == j.Period && o.Verdict == Reproduced {
				alike = append(alike, o.ID)
			}
		}
		if len(alike) > 1 {
			slices.Sort(alike)
			j.Explained = append(j.Explained, fmt.Sprintf("%d other figures of the same page are reproduced by %s (%s): this one divides otherwise", len(alike), j.Claimed, strings.Join(alike, ", ")))
		}
	}
}

// Difference is the printed value less the one that the verdict rests on, in
// points or persons, and false where there is none.
func (j *Judgement) Difference() (float64, bool) {
	return j.value.number - j.got, j.settled && !j.value.bound()
}

// Printed is the quotient of the counts printed beside the figure, nil unless
// both are.
func (j *Judgement) Printed() *rate.Result { return j.printed }

// Decimals is the precision that the value is printed to.
func (j *Judgement) Decimals() int { return j.value.decimals }

// Trace is the command that lists the cells that the verdict rests on, "" where
// it rests on none.
func (j *Judgement) Trace() string {
	if j.Match == nil {
		return ""
	}
	q := j.query
	var periods []string
	for _, p := range q.Periods {
		periods = append(periods, string(p))
	}
	s := fmt.Sprintf("asylum trace %s --citizen %s --geo %s --period %s --source %s", j.Match.Definition, j.Citizen, j.Geo, strings.Join(periods, ","), j.Match.Source)
	if len(q.By) > 0 {
		s += " --by " + strings.Join(q.By, ",")
	}
	if q.Stage != "" {
		s += " --stage " + q.Stage
	}
	if q.AsOf != "" {
		s += " --as-of " + q.AsOf
	}
	return s
}

// corrected says which cells behind the verdict are corrected.
func (j *judge) corrected() {
	if j.out.Match == nil {
		return
	}
	for _, c := range j.out.Match.Corrections() {
		j.note("rests on a corrected cell: %s", c)
	}
}
