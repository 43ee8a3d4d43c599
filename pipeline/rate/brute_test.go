package rate_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"

	"pgregory.net/rapid"
)

// The bounds of results, from printed cells to the last quotient, against every
// assignment of true counts that agrees with all that is printed.

// A truth is the counts behind one country's cells, and what is printed of them.
type truth struct {
	printed map[string]string // by decision, as in the export
	allows  []pair            // of positives and rest
}

type pair struct{ pos, rest int64 }

func nearest5(n int64) int64 { return (n + 2) / 5 * 5 }

// eurostatTruth draws true counts, rounds each of them to 5, prints some, and
// lists all true counts that would have been printed so.
func eurostatTruth(t *rapid.T, name string) truth {
	var n [4]int64 // refugee, subsidiary, humanitarian status; rejections
	for i := range n {
		n[i] = rapid.Int64Range(0, 13).Draw(t, fmt.Sprint(name, i))
	}
	parts := rapid.Bool().Draw(t, name+" parts")
	pos := !parts || rapid.Bool().Draw(t, name+" TOTAL_POS")
	rejected := rapid.Bool().Draw(t, name+" REJECTED")
	total := !rejected || rapid.Bool().Draw(t, name+" TOTAL")
	out := truth{printed: map[string]string{}}
	show := func(on bool, decision string, n int64) {
		if on {
			out.printed[decision] = fmt.Sprint(nearest5(n))
		}
	}
	show(parts, "GENCONV", n[0])
	show(parts, "SUB_PROT", n[1])
	show(parts, "HUMSTAT", n[2])
	show(pos, "TOTAL_POS", n[0]+n[1]+n[2])
	show(rejected, "REJECTED", n[3])
	show(total, "TOTAL", n[0]+n[1]+n[2]+n[3])
	fits := func(decision string, n int64) bool {
		p, ok := out.printed[decision]
		return !ok || p == fmt.Sprint(nearest5(n))
	}
	seen := map[pair]bool{}
	for p := int64(0); p <= 50; p++ {
		if !fits("TOTAL_POS", p) || parts && !sumOfThree(n, p) {
			continue
		}
		for r := int64(0); r <= 60; r++ {
			if fits("REJECTED", r) && fits("TOTAL", p+r) {
				seen[pair{p, r}] = true
			}
		}
	}
	for x := range seen {
		out.allows = append(out.allows, x)
	}
	return out
}

// sumOfThree reports whether three counts that are printed as the first of n are
// can add up to p.
func sumOfThree(n [4]int64, p int64) bool {
	for a := int64(0); a <= 17; a++ {
		for b := int64(0); b <= 17; b++ {
			if c := p - a - b; c >= 0 && nearest5(a) == nearest5(n[0]) && nearest5(b) == nearest5(n[1]) && nearest5(c) == nearest5(n[2]) {
				return true
			}
		}
	}
	return false
}

// add gives every sum of a pair of each.
func add(a, b []pair) []pair {
	seen := map[pair]bool{}
	for _, x := range a {
		for _, y := range b {
			seen[pair{x.pos + y.pos, x.rest + y.rest}] = true
		}
	}
	var out []pair
	for x := range seen {
		out = append(out, x)
	}
	return out
}

// extremes gives the least and the greatest share of positives, of those pairs
// that have any cases.
func extremes(allows []pair) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, x := range allows {
		if d := x.pos + x.rest; d > 0 {
			v := float64(x.pos) / float64(d)
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return lo, hi
}

func same(a, b float64) bool { return math.Abs(a-b) < 1e-12 }

// eurostatRows prints a truth as rows of an export.
func (x truth) rows(citizen, geo string) (out []string) {
	for _, d := range []string{"TOTAL", "TOTAL_POS", "GENCONV", "SUB_PROT", "HUMSTAT", "REJECTED"} {
		if v, ok := x.printed[d]; ok {
			out = append(out, citizen+" "+d+" "+geo+"|"+v)
		}
	}
	return out
}

// One country, the sum of two, and the difference of one from the other.
func TestEurostatBoundsAgainstBruteForce(t *testing.T) {
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named("eurostat_first_instance")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		de, fr := eurostatTruth(rt, "DE"), eurostatTruth(rt, "FR")
		data := scribble{[]*table.Table{tsv(t, "2024-05-01", nil, "2023", append(de.rows("SY", "DE"), fr.rows("SY", "FR")...)...)}}
		ask := func(by ...string) []rate.Result {
			rs, err := rate.Evaluate(d, data, rate.Query{By: by})
			if err != nil {
				rt.Fatal(err)
			}
			return rs
		}
		check := func(r *rate.Result, allows []pair) bool {
			if !r.Known {
				if r.Den > 0 {
					rt.Fatalf("%v has no value", r)
				}
				return false
			}
			if slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "contradict") || strings.Contains(w, "is not the sum") }) {
				rt.Fatalf("what was printed of true counts is said to contradict itself: %v %q", r, r.Warnings)
			}
			lo, hi := extremes(allows)
			if !same(r.Lo, lo) || !same(r.Hi, hi) {
				rt.Fatalf("%v of %v: %v to %v, brute force %v to %v", r, de.printed, r.Lo, r.Hi, lo, hi)
			}
			return true
		}
		apart := ask("citizen", "geo", "period")
		if len(apart) != 2 {
			rt.Fatalf("%d results", len(apart))
		}
		a, b := &apart[0], &apart[1]
		if check(a, de.allows) && check(b, fr.allows) {
			both := ask("citizen", "period")
			check(&both[0], add(de.allows, fr.allows))
			_, lo, hi, ok := rate.Difference(a, b)
			al, ah := extremes(de.allows)
			bl, bh := extremes(fr.allows)
			if !ok || !same(lo, al-bh) || !same(hi, ah-bl) {
				rt.Fatalf("%v less %v: %v to %v, brute force %v to %v", a, b, lo, hi, al-bh, ah-bl)
			}
			if rate.Apart(a, b, rate.Thresholds{}) && al <= bh && bl <= ah {
				rt.Fatalf("%v and %v are called different, and some true counts make them equal", a, b)
			}
		}
	})
}

// coarse is a decision cell of UNHCR's as printed.
func coarse(n int64) int64 {
	switch {
	case n == 0:
		return 0
	case n < 5:
		return 5 * (n % 2) // 1 to 4 are printed as 0 or as 5
	case n < 10:
		return 5 + 5*(n%2) // 6 to 9 as 5 or as 10
	}
	return n
}

// UNHCR's coarsened cells: rates, sums of them, and ratios to applications.
func TestUNHCRBoundsAgainstBruteForce(t *testing.T) {
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	decisions := map[int64][]int64{0: span(0, 4), 5: span(1, 9), 10: span(6, 10)}
	allowed := func(n int64) []int64 {
		if s, ok := decisions[n]; ok {
			return s
		}
		return []int64{n}
	}
	rapid.Check(t, func(rt *rapid.T) {
		var cells [2][4]int64 // by country: recognized, other, rejected; applications
		var dec, app strings.Builder
		dec.WriteString("year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,procedure_type,dec_level,dec_pc,dec_recognized,dec_other,dec_rejected,dec_closed,dec_total\n")
		app.WriteString("year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,procedure_type,app_type,dec_level,app_pc,applied\n")
		for i, geo := range [][2]string{{"Germany", "GFR,DEU"}, {"France", "FRA,FRA"}} {
			for j := range cells[i] {
				cells[i][j] = coarse(rapid.Int64Range(0, 14).Draw(rt, fmt.Sprint(geo[0], j)))
			}
			c := &cells[i]
			if c[3] > 0 && c[3] < 10 {
				c[3] = 5
			}
			c[3] = max(c[3], 5) // an application at least
			fmt.Fprintf(&dec, "2023,Russian Federation,RUS,RUS,%s,%s,G,FI,P,%d,%d,%d,0,%d\n", geo[0], geo[1], c[0], c[1], c[2], c[0]+c[1]+c[2])
			fmt.Fprintf(&app, "2023,Russian Federation,RUS,RUS,%s,%s,G,N,FI,P,%d\n", geo[0], geo[1], c[3])
		}
		var data scribble
		for name, text := range map[string]string{"asylum_decisions": dec.String(), "asylum_applications": app.String()} {
			tab, err := ingest.Read(strings.NewReader(text), name+".csv", ingest.Options{Table: name, Vintage: "2025-12-01"})
			if err != nil {
				rt.Fatal(err)
			}
			data.tables = append(data.tables, tab)
		}
		var rates, ratios [2][]pair
		for i, c := range cells {
			for _, g := range allowed(c[0]) {
				for _, o := range allowed(c[1]) {
					for _, r := range allowed(c[2]) {
						rates[i] = append(rates[i], pair{g + o, r})
					}
				}
				applied := []int64{c[3]}
				if c[3] == 5 {
					applied = span(1, 5)
				}
				for _, a := range applied {
					ratios[i] = append(ratios[i], pair{g, a - g})
				}
			}
		}
		for name, allows := range map[string][2][]pair{"unhcr_total_protection": rates, "grants_per_first_time_applicant": ratios} {
			d, err := set.Named(name)
			if err != nil {
				rt.Fatal(err)
			}
			for _, by := range [][]string{nil, {"citizen", "period"}} {
				want := map[string][]pair{"DE": allows[0], "FR": allows[1]}
				if by != nil {
					want = map[string][]pair{"DE+FR": add(allows[0], allows[1])}
				}
				rs, err := rate.Evaluate(d, data, rate.Query{Source: "unhcr", By: by})
				if err != nil || len(rs) != len(want) {
					rt.Fatalf("%s: %v %v", name, rs, err)
				}
				for i := range rs {
					pairs, ok := want[rs[i].Geo]
					if !ok {
						rt.Fatalf("%v is of none of what was asked", &rs[i])
					}
					lo, hi := extremes(pairs)
					if rs[i].Known && (!same(rs[i].Lo, lo) || !same(rs[i].Hi, hi)) {
						rt.Fatalf("%v of %v: %v to %v, brute force %v to %v", &rs[i], cells, rs[i].Lo, rs[i].Hi, lo, hi)
					}
					if !rs[i].Known && rs[i].Den > 0 {
						rt.Fatalf("%v has no value", &rs[i])
					}
				}
			}
		}
	})
}

func span(lo, hi int64) (out []int64) {
	for n := lo; n <= hi; n++ {
		out = append(out, n)
	}
	return out
}

// drawn is a cell of a truth: its true count, and whether it is printed.
type drawn struct {
	n  int64
	on bool
}

// fits reports whether a true count would have been printed as the cell is.
func (d drawn) fits(n int64) bool { return !d.on || nearest5(n) == nearest5(d.n) }

// splitTruth draws true counts of the four outcomes and of their sums, and which
// are printed, for definitions that take some of the positives alone.
type splitTruth struct{ g, s, h, r, pos, total drawn }

func drawSplit(t *rapid.T, name string) (x splitTruth) {
	n := func(what string) int64 { return rapid.Int64Range(0, 13).Draw(t, name+" "+what) }
	on := func(what string) bool { return rapid.Bool().Draw(t, name+" prints "+what) }
	x.g, x.s, x.h, x.r = drawn{n("G"), true}, drawn{n("S"), true}, drawn{n("H"), on("H")}, drawn{n("R"), on("R")}
	x.pos = drawn{x.g.n + x.s.n + x.h.n, on("POS")}
	x.total = drawn{x.pos.n + x.r.n, !x.h.on || !x.r.on || on("TOTAL")}
	return x
}

// rows prints it as rows of an export.
func (x *splitTruth) rows(citizen, geo string) (out []string) {
	for _, c := range []struct {
		decision string
		cell     drawn
	}{{"TOTAL", x.total}, {"TOTAL_POS", x.pos}, {"GENCONV", x.g}, {"SUB_PROT", x.s}, {"HUMSTAT", x.h}, {"REJECTED", x.r}} {
		if c.cell.on {
			out = append(out, fmt.Sprintf("%s %s %s|%d", citizen, c.decision, geo, nearest5(c.cell.n)))
		}
	}
	return out
}

// allows lists all true counts that would have been printed so.
func (x *splitTruth) allows(positive func(g, s int64) int64) (out []pair) {
	seen := map[pair]bool{}
	for g := range int64(18) {
		for s := range int64(18) {
			if !x.g.fits(g) || !x.s.fits(s) {
				continue
			}
			for h := range int64(60) {
				if !x.h.fits(h) || !x.pos.fits(g+s+h) {
					continue
				}
				for r := range int64(60) {
					if p := positive(g, s); x.r.fits(r) && x.total.fits(g+s+h+r) {
						seen[pair{p, g + s + h + r - p}] = true
					}
				}
			}
		}
	}
	for p := range seen {
		out = append(out, p)
	}
	return out
}

// Definitions whose positives are some of those that TOTAL_POS counts: it narrows
// them, and so does each outcome that is printed.
func TestJointBoundsAgainstBruteForce(t *testing.T) {
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	narrowed := 0
	for name, positive := range map[string]func(g, s int64) int64{
		"euaa_recognition":     func(g, s int64) int64 { return g + s },
		"pact_20":              func(g, s int64) int64 { return g + s },
		"refugee_status_share": func(g, s int64) int64 { return g },
	} {
		d, err := set.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		without := d
		without.From = slices.Clone(d.From)
		without.From[0].Joint = nil
		rapid.Check(t, func(rt *rapid.T) {
			de, fr := drawSplit(rt, "DE"), drawSplit(rt, "FR")
			data := scribble{[]*table.Table{tsv(t, "2024-05-01", nil, "2023", append(de.rows("SY", "DE"), fr.rows("SY", "FR")...)...)}}
			allows := map[string][]pair{"DE": de.allows(positive), "FR": fr.allows(positive)}
			allows["DE+FR"] = add(allows["DE"], allows["FR"])
			for _, by := range [][]string{{"citizen", "geo", "period"}, {"citizen", "period"}} {
				rs, err := rate.Evaluate(d, data, rate.Query{By: by, Source: "eurostat"})
				if err != nil {
					rt.Fatal(err)
				}
				loose, err := rate.Evaluate(without, data, rate.Query{By: by, Source: "eurostat"})
				if err != nil || len(loose) != len(rs) {
					rt.Fatal(err)
				}
				for i := range rs {
					r := &rs[i]
					if !r.Known && r.Den > 0 {
						rt.Fatalf("%v has no value", r)
					}
					if !r.Known {
						continue
					}
					if slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "contradict") || strings.Contains(w, "is not the sum") }) {
						rt.Fatalf("what was printed of true counts is said to contradict itself: %v %q", r, r.Warnings)
					}
					if lo, hi := extremes(allows[r.Geo]); !same(r.Lo, lo) || !same(r.Hi, hi) {
						rt.Fatalf("%s %v of %+v %+v: %v to %v, brute force %v to %v", name, r, de, fr, r.Lo, r.Hi, lo, hi)
					}
					if r.Lo < loose[i].Lo-1e-12 || r.Hi > loose[i].Hi+1e-12 {
						rt.Fatalf("%v is wider than without TOTAL_POS: %v to %v", r, loose[i].Lo, loose[i].Hi)
					}
					if r.Lo > loose[i].Lo+1e-12 || r.Hi < loose[i].Hi-1e-12 {
						narrowed++
					}
				}
			}
		})
	}
	if narrowed == 0 {
		t.Error("TOTAL_POS narrowed nothing")
	}
	t.Logf("%d results are narrower than without TOTAL_POS", narrowed)
}
