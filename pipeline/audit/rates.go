package audit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/aida"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
)

// A printed is a row of rates with what its counts make of them.
type printed struct {
	*line
	check  aida.Check
	hidden span // denominators that every rate of the row agrees with, lo > hi if there is none
}

// hides reports whether one number that the table does not print is the
// denominator of every rate of the row.
func (p *printed) hides() bool { return p.hidden.lo <= p.hidden.hi }

// rates compares printed rates with those that the counts beside them give.
func (b *binder) rates(t *table.Table) []Finding {
	at := map[string]*line{}
	for _, s := range b.sheets {
		if s.kind == "first_instance" {
			for _, l := range s.lines {
				at[strings.Join([]string{s.geo, string(t.Periods[s.p]), l.label, s.page}, "\x00")] = l
			}
		}
	}
	rows := map[*sheet][]*printed{}
	for _, c := range aida.Recompute(t) {
		asPrintedOn(c.Rates)
		for _, tried := range c.Tried {
			asPrintedOn(tried.Rates)
		}
		if l := at[strings.Join([]string{c.Geo, string(c.Year), cmp.Or(c.Category, c.Citizen), c.Page}, "\x00")]; l != nil {
			rows[l.sheet] = append(rows[l.sheet], &printed{line: l, check: c, hidden: denominators(c.Rates)})
		}
	}
	var out []Finding
	for _, s := range b.sheets {
		switch s.kind {
		case "first_instance":
			slices.SortFunc(rows[s], func(x, y *printed) int { return cmp.Compare(x.label, y.label) })
			out = append(out, b.sheetRates(rows[s])...)
		case "breakdown":
			out = append(out, b.shares(s, "number", "percentage")...)
		case "appeals":
			for _, i := range []string{"first_instance", "appeal"} {
				out = append(out, b.shares(s, i+"/number", i+"/percentage")...)
			}
		}
	}
	return append(out, b.ratesTwice()...)
}

// asPrintedOn puts rates in the order in which they stand on the page.
func asPrintedOn(rates []aida.RateCheck) {
	slices.SortStableFunc(rates, func(x, y aida.RateCheck) int {
		return cmp.Or(cmp.Compare(x.Pos.Line, y.Pos.Line), cmp.Compare(x.Pos.Col, y.Pos.Col))
	})
}

// denominators gives those that all rates agree with, rounded or cut.
func denominators(rates []aida.RateCheck) span {
	s := span{1, far}
	for _, r := range rates {
		units, decimals, ok := aida.ReadRate(r.Printed)
		if !ok {
			continue
		}
		k := math.Pow10(decimals)
		u, n := float64(units), float64(r.Num)
		if n == 0 {
			if units != 0 {
				return span{1, 0}
			}
			continue
		}
		s.lo = max(s.lo, int64(math.Floor(100*n*k/(u+1)))+1) // the share is under u+1 units
		if units > 0 {
			s.hi = min(s.hi, int64(math.Floor(100*n*k/(u-0.5)+1e-9)))
		}
	}
	return s
}

// sheetRates tells what is wrong with the rates of a sheet.
func (b *binder) sheetRates(rows []*printed) (out []Finding) {
	var cut, off, hidden []*printed
	for _, r := range rows {
		switch {
		case r.check.Verdict == aida.Truncated:
			cut = append(cut, r)
		case r.check.Verdict != aida.Mismatch:
		case r.hides():
			hidden = append(hidden, r)
			off = append(off, r)
		default:
			off = append(off, r)
		}
	}
	if len(cut) > 0 {
		out = append(out, b.truncated(cut))
	}
	if len(hidden) >= 3 && 2*len(hidden) > len(rows) {
		out = append(out, b.ofHidden(hidden))
		off = slices.DeleteFunc(off, (*printed).hides)
		for _, r := range off {
			out = append(out, b.off(r, true))
		}
		return out
	}
	if len(off) >= 3 && 2*len(off) > len(rows) {
		return append(out, b.unfit(off))
	}
	for _, r := range off {
		out = append(out, b.off(r, false))
	}
	return out
}

// cells lists rates and the counts that they are recomputed from.
func (b *binder) cells(f *Finding, l *line, rates []aida.RateCheck) {
	for _, r := range rates {
		if at, ok := l.cell[r.Measure]; ok {
			f.Cells = append(f.Cells, b.cell(at, "rate"))
		}
	}
	for _, m := range slices.Concat(granted, []string{"in_merit_rejection", "rejection", "total_rejection", "in_merit_decisions", "total_decisions"}) {
		if at, ok := l.cell[m]; ok {
			if _, known := b.count(at); known {
				f.Cells = append(f.Cells, b.cell(at, "count"))
			}
		}
	}
}

// misses is by how many points a printed rate misses, and what half a unit of
// its last digit allows.
func misses(r aida.RateCheck) (size, tolerance float64) {
	units, decimals, _ := aida.ReadRate(r.Printed)
	return float64(units)/math.Pow10(decimals) - r.Value, 0.5 / math.Pow10(decimals)
}

func percents(v float64, decimals int) string {
	return strconv.FormatFloat(math.Floor(v*math.Pow10(decimals)+0.5+1e-9)/math.Pow10(decimals), 'f', decimals, 64) + " %"
}

func (b *binder) truncated(rows []*printed) Finding {
	f := Finding{Identity: Rates, Verdict: Truncated, Cause: "digits are cut off instead of rounded"}
	var said []string
	n := 0
	for _, r := range rows {
		var cut []aida.RateCheck
		for _, c := range r.check.Rates {
			if c.Verdict == aida.Truncated {
				cut = append(cut, c)
				said = append(said, fmt.Sprintf("%s %s is printed %s, %s/%s is %s", r.label, c.Measure, tidy(c.Printed), rate.Group(c.Num), rate.Group(c.Den), percents(c.Value, 2)))
			}
		}
		if n++; n == 1 && len(cut) > 0 {
			f.Size, f.Tolerance = misses(cut[0])
		}
		b.cells(&f, r.line, cut)
	}
	f.Says = list(said, 3)
	return f
}

func tidy(printed string) string { return strings.Join(strings.Fields(printed), " ") }

// list joins the first of some sentences and counts the rest.
func list(said []string, n int) string {
	if len(said) > n {
		return strings.Join(said[:n], "; ") + fmt.Sprintf("; and %d more", len(said)-n)
	}
	return strings.Join(said, "; ")
}

// ofHidden is the finding that the rates of a sheet divide by what it leaves out.
func (b *binder) ofHidden(rows []*printed) Finding {
	f := Finding{Identity: Rates, Verdict: Broken, Cause: "a column is left out that the rates count, such as humanitarian protection"}
	var said []string
	slices.SortStableFunc(rows, func(x, y *printed) int { return cmp.Compare(y.hidden.lo, x.hidden.lo) })
	for i, r := range rows {
		var worst aida.RateCheck
		for _, c := range r.check.Rates {
			if s, _ := misses(c); c.Verdict == aida.Mismatch && (worst.Measure == "" || math.Abs(s) > math.Abs(first(misses(worst)))) {
				worst = c
			}
		}
		if i == 0 {
			f.Size, f.Tolerance = misses(worst)
		}
		said = append(said, fmt.Sprintf("%s: every rate divides by %s, the counts add up to %s", r.label, r.hidden.words(), rate.Group(r.check.Rates[0].Den)))
		b.cells(&f, r.line, r.check.Rates)
	}
	f.Says = list(said, 2)
	f.trim()
	return f
}

func first(a, _ float64) float64 { return a }

// trim keeps the first cells of a long list.
func (f *Finding) trim() {
	if len(f.Cells) > most {
		f.More = len(f.Cells) - most
		f.Cells = f.Cells[:most]
	}
}

// unfit is the finding that no denominator gives the rates of a sheet.
func (b *binder) unfit(rows []*printed) Finding {
	f := Finding{Identity: Rates, Verdict: Broken, Cause: "rates and counts are not of the same cases"}
	var said []string
	for i, r := range rows {
		for _, c := range r.check.Rates {
			if c.Verdict == aida.Mismatch {
				said = append(said, fmt.Sprintf("%s %s is printed %s, %s/%s is %s", r.label, c.Measure, tidy(c.Printed), rate.Group(c.Num), rate.Group(c.Den), percents(c.Value, 1)))
				if i == 0 && f.Size == 0 {
					f.Size, f.Tolerance = misses(c)
				}
			}
		}
		b.cells(&f, r.line, r.check.Rates)
	}
	f.Says = fmt.Sprintf("in %d rows no one denominator gives the rates: %s", len(rows), list(said, 2))
	f.trim()
	return f
}

// off is the finding about a row whose rates do not fit. If all but one of them
// fit one denominator, it is that one which is wrong.
func (b *binder) off(r *printed, hides bool) Finding {
	f := Finding{Identity: Rates, Verdict: Broken}
	wrong, value, how := r.wrong(hides)
	if wrong.Measure == "" {
		var said []string
		for _, c := range r.check.Rates {
			if c.Verdict == aida.Mismatch && wrong.Measure == "" {
				wrong = c
			}
			said = append(said, fmt.Sprintf("%s %s of %s", c.Measure, tidy(c.Printed), rate.Group(c.Num)))
		}
		f.Says = "no one denominator gives " + strings.Join(said, ", ")
	} else {
		f.Says = fmt.Sprintf("%s is printed %s, %s", wrong.Measure, tidy(wrong.Printed), how)
	}
	f.Size, f.Tolerance = misses(wrong)
	b.cells(&f, r.line, append([]aida.RateCheck{wrong}, slices.DeleteFunc(slices.Clone(r.check.Rates), func(c aida.RateCheck) bool { return c.Measure == wrong.Measure })...))
	f.Cause = b.repeated(r.line, wrong)
	if value != "" && len(f.Cells) > 0 {
		f.Repair = &Repair{Cell: f.Cells[0], Printed: wrong.Printed, Value: value, Why: "its counts give it by the denominator of the other rates of the row"}
	}
	return f
}

// wrong finds the one rate without which the others of the row fit. Value is
// what it would be, if that is one number.
func (r *printed) wrong(hides bool) (wrong aida.RateCheck, value, how string) {
	if !hides {
		for _, t := range r.check.Tried {
			var off []aida.RateCheck
			for _, c := range t.Rates {
				if c.Verdict == aida.Mismatch {
					off = append(off, c)
				}
			}
			if len(off) == 1 && (len(t.Rates) > 2 || len(r.check.Tried) == 1) {
				_, decimals, _ := aida.ReadRate(off[0].Printed)
				return off[0], percents(off[0].Value, decimals), fmt.Sprintf("%s/%s is %s", rate.Group(off[0].Num), rate.Group(off[0].Den), percents(off[0].Value, decimals+1))
			}
		}
	}
	var found []aida.RateCheck
	var left span
	for i, c := range r.check.Rates {
		rest := slices.Delete(slices.Clone(r.check.Rates), i, i+1)
		if d := denominators(rest); len(rest) > 1 && d.lo <= d.hi && d.hi < far {
			found, left = append(found, c), d
		}
	}
	if len(found) != 1 {
		return aida.RateCheck{}, "", ""
	}
	c := found[0]
	_, decimals, _ := aida.ReadRate(c.Printed)
	lo, hi := percents(100*float64(c.Num)/float64(left.hi), decimals), percents(100*float64(c.Num)/float64(left.lo), decimals)
	c.Den, c.Value = left.lo, 100*float64(c.Num)/float64(left.lo)
	how = fmt.Sprintf("the other rates of the row divide by %s, which gives it %s to %s", left.words(), strings.TrimSuffix(lo, " %"), hi)
	if lo == hi {
		return c, lo, how
	}
	return c, "", how
}

// repeated says where in its column or row a wrong rate stands too.
func (b *binder) repeated(l *line, c aida.RateCheck) string {
	if len(strings.Trim(c.Printed, " %0,.")) < 3 {
		return ""
	}
	var from []string
	for _, o := range l.lines {
		if at, ok := o.cell[c.Measure]; ok && o != l && tidy(b.cell(at, "").Printed) == tidy(c.Printed) {
			from = append(from, o.label)
		}
	}
	if len(from) == 0 {
		return ""
	}
	return "it repeats the row of " + strings.Join(from, " and ")
}

// shares compares the percentages of a breakdown or a comparison with its
// numbers over their total.
func (b *binder) shares(s *sheet, number, percentage string) []Finding {
	total := s.sorted()["total"]
	if total == nil {
		return nil
	}
	var checks []aida.RateCheck
	var lines []*line
	den, known := int64(0), false
	if at, ok := total.cell[number]; ok {
		den, known = b.count(at)
	}
	for _, l := range s.lines {
		n, ok := l.cell[number]
		p, has := l.cell[percentage]
		if l == total || !ok || !has {
			continue
		}
		num, ok := b.count(n)
		c := aida.RateCheck{Measure: percentage, Printed: b.cell(p, "").Printed, Num: num, Den: den}
		if units, decimals, isRate := aida.ReadRate(c.Printed); ok && isRate && known && den > 0 {
			c.Value = 100 * float64(num) / float64(den)
			c.Verdict = verdict(c.Value, units, decimals)
			checks, lines = append(checks, c), append(lines, l)
		}
	}
	return b.shared(s, checks, lines, number, percentage)
}

// verdict is half a unit of the last digit, or a cut (METHODS 6).
func verdict(value float64, units int64, decimals int) string {
	x := value * math.Pow10(decimals)
	switch d := x - float64(units); {
	case math.Abs(d) <= 0.5+1e-9:
		return aida.Reproduced
	case d > 0 && d < 1:
		return aida.Truncated
	}
	return aida.Mismatch
}

func (b *binder) shared(s *sheet, checks []aida.RateCheck, lines []*line, number, percentage string) (out []Finding) {
	var cut, off []int
	for i := range checks {
		switch checks[i].Verdict {
		case aida.Truncated:
			cut = append(cut, i)
		case aida.Mismatch:
			off = append(off, i)
		}
	}
	tell := func(verdict string, of []int) {
		f := Finding{Identity: Rates, Verdict: verdict}
		var said []string
		for _, i := range of {
			c := checks[i]
			said = append(said, fmt.Sprintf("%s is printed %s, %s/%s is %s", strings.ToLower(lines[i].label), tidy(c.Printed), rate.Group(c.Num), rate.Group(c.Den), percents(c.Value, 3)))
			f.Cells = append(f.Cells, b.cell(lines[i].cell[percentage], "rate"), b.cell(lines[i].cell[number], "count"))
		}
		f.Size, f.Tolerance = misses(checks[of[0]])
		f.Says = list(said, 3)
		switch {
		case verdict == Truncated:
			f.Cause = "digits are cut off instead of rounded"
		case len(of) > 1:
			if d := denominators(checks); d.lo <= d.hi && len(checks) > 2 {
				f.Cause = "the percentages are of " + d.words() + ", not of the total printed"
			}
		default:
			c := checks[of[0]]
			units, decimals, _ := aida.ReadRate(c.Printed)
			f.Repair = &Repair{Cell: f.Cells[0], Printed: c.Printed, Value: percents(c.Value, decimals), Why: "its number over the total gives it"}
			if v := float64(units) / math.Pow10(decimals); math.Abs(v*100-c.Value) <= 50/math.Pow10(decimals) {
				f.Cause = "a fraction of one is printed as a percentage"
				f.Repair.Value = percents(c.Value, max(0, decimals-2))
			}
		}
		out = append(out, f)
	}
	if len(cut) > 0 {
		tell(Truncated, cut)
	}
	if len(off) > 0 {
		tell(Broken, off)
	}
	return out
}

// ratesTwice finds rates that the main table and the comparison of instances
// print differently, with no more than their digits to tell them apart.
func (b *binder) ratesTwice() (out []Finding) {
	names := map[string]string{"refugee_status": "refugee_rate", "subsidiary_protection": "sub_prot_rate", "humanitarian_protection": "hum_prot_rate", "rejection": "rejection_rate"}
	for _, s := range b.sheets {
		for _, o := range b.sheets {
			if s.kind != "appeals" || o.kind != "first_instance" || o.total == nil || o.geo != s.geo || o.p != s.p || o.page != s.page {
				continue
			}
			by := s.sorted()
			for _, m := range keys(names) {
				if l := by[m]; l != nil {
					out = append(out, b.twoRates(o.total, names[m], l)...)
				}
			}
		}
	}
	return out
}

// mismatch reports whether the percentage of a comparison is not that of its
// number: then it is of something else, which another finding says.
func (b *binder) mismatch(l *line) bool {
	total := l.sheet.sorted()["total"]
	n, ok := l.cell["first_instance/number"]
	if total == nil || !ok {
		return false
	}
	num, ok := b.count(n)
	den, has := b.count(total.cell["first_instance/number"])
	units, decimals, isRate := aida.ReadRate(b.cell(l.cell["first_instance/percentage"], "").Printed)
	return ok && has && isRate && den > 0 && verdict(100*float64(num)/float64(den), units, decimals) == aida.Mismatch
}

func (b *binder) twoRates(main *line, measure string, l *line) []Finding {
	x, ok := main.cell[measure]
	y, has := l.cell["first_instance/percentage"]
	if !ok || !has {
		return nil
	}
	one, two := b.cell(x, "rate"), b.cell(y, "rate")
	u, d, ok := aida.ReadRate(one.Printed)
	v, e, has := aida.ReadRate(two.Printed)
	if !ok || !has || b.mismatch(l) {
		return nil
	}
	size := float64(u)/math.Pow10(d) - float64(v)/math.Pow10(e)
	tolerance := 0.5/math.Pow10(d) + 0.5/math.Pow10(e)
	if d == e {
		tolerance = 0
	}
	if math.Abs(size) <= tolerance+1e-9 {
		return nil
	}
	f := Finding{Identity: Printings, Verdict: Broken, Size: size, Tolerance: tolerance, Cells: []Cell{one, two},
		Says: fmt.Sprintf("%s is printed %s in the main table and %s in the comparison of instances", measure, tidy(one.Printed), tidy(two.Printed))}
	if at, ok := l.cell["first_instance/number"]; ok {
		f.Cells = append(f.Cells, b.cell(at, "count"))
	}
	return []Finding{f}
}
