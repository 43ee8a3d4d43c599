package rate

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestRoundings(t *testing.T) {
	for _, tt := range []struct {
		rule   string
		n      int64
		lo, hi int64
	}{
		{"exact", 23, 23, 23},
		{"nearest5", 0, 0, 2}, {"nearest5", 5, 3, 7}, {"nearest5", 2065, 2063, 2067},
		{"unhcr_decisions", 0, 0, 4}, {"unhcr_decisions", 5, 1, 9}, {"unhcr_decisions", 10, 6, 10}, {"unhcr_decisions", 11, 11, 11}, {"unhcr_decisions", 20, 20, 20},
		{"unhcr_applications", 0, 0, 0}, {"unhcr_applications", 5, 1, 5}, {"unhcr_applications", 10, 10, 10},
	} {
		if got := roundings[tt.rule].of(tt.n); got != (interval{tt.lo, tt.hi}) {
			t.Errorf("%s(%d) = %v, want %d..%d", tt.rule, tt.n, got, tt.lo, tt.hi)
		}
	}
}

// The worked examples of METHODS 3.
func TestCornersOfMethods(t *testing.T) {
	near := roundings["nearest5"].of
	any := interval{0, unbounded}
	// 10 and 10 of a printed 60; 20 of one kind or another, 0 of a third one.
	two := near(10).plus(near(10))
	third := joint{on: true, sum: near(20), some: near(0), other: any}
	for _, tt := range []struct {
		name   string
		s      split
		lo, hi string
		value  float64
	}{
		{"20 of 20+40", split{pos: near(20), rest: near(40), whole: any}, "30.0", "36.7", 20. / 60},
		{"20 of a printed 60", split{pos: near(20), rest: any, whole: near(60)}, "29.0", "38.0", 20. / 60},
		{"1000 of 1000+2000", split{pos: near(1000), rest: near(2000), whole: any}, "33.2", "33.4", 1. / 3},
		{"all three printed", split{pos: near(20), rest: near(40), whole: near(60)}, "30.0", "36.7", 20. / 60},
		{"10 and 10 of a printed 60", split{pos: two, rest: any, whole: near(60)}, "25.8", "41.4", 20. / 60},
		{"20 printed with 0 more", split{pos: two, rest: any, whole: near(60), joint: third}, "25.8", "38.0", 20. / 60},
	} {
		hp, hr, lp, lr, ok := tt.s.corners()
		if !ok {
			t.Errorf("%s: nothing agrees", tt.name)
			continue
		}
		lo, hi := Outward(quotient(lp, lp+lr), tt.value, 1, -1), Outward(quotient(hp, hp+hr), tt.value, 1, +1)
		if lo != tt.lo || hi != tt.hi {
			t.Errorf("%s: %s-%s, want %s-%s", tt.name, lo, hi, tt.lo, tt.hi)
		}
	}
}

// Against every pair of true counts of small cases.
func TestCornersAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		iv := func(name string) interval {
			lo := rapid.Int64Range(0, 12).Draw(t, name)
			return interval{lo, lo + rapid.Int64Range(0, 6).Draw(t, name+"+")}
		}
		s := split{pos: iv("pos"), rest: iv("rest"), whole: anything}
		if rapid.Bool().Draw(t, "printed") {
			s.whole = iv("whole")
		}
		if rapid.Bool().Draw(t, "no rest") && s.whole.hi < unbounded {
			s.rest = interval{0, unbounded}
		}
		if s.joint.on = rapid.Bool().Draw(t, "joint"); s.joint.on {
			s.joint.some, s.joint.other, s.joint.sum = iv("some"), iv("other"), anything
			if rapid.Bool().Draw(t, "joint printed") {
				s.joint.sum = iv("sum")
			}
			if s.whole.hi < unbounded && rapid.Bool().Draw(t, "no some") {
				s.joint.some = interval{s.joint.some.lo, unbounded}
			}
			if s.whole.hi < unbounded && rapid.Bool().Draw(t, "no other") {
				s.joint.other = interval{s.joint.other.lo, unbounded}
			}
		}
		lo, hi, found := math.Inf(1), math.Inf(-1), false
		least, most := int64(math.MaxInt64), int64(-1)
		agrees := func(p, r int64) bool {
			if p < s.pos.lo || p > s.pos.hi || p+r < s.whole.lo || p+r > s.whole.hi {
				return false
			}
			if j := &s.joint; j.on { // some of the rest stand in the joint
				for x := max(j.some.lo, j.sum.lo-p); x <= min(j.some.hi, j.sum.hi-p, r); x++ {
					if r-x >= j.other.lo && r-x <= j.other.hi {
						return true
					}
				}
				return false
			}
			return r >= s.rest.lo && r <= s.rest.hi
		}
		for p := s.pos.lo; p <= s.pos.hi; p++ {
			for r := int64(0); r <= 60; r++ {
				if !agrees(p, r) {
					continue
				}
				found = true
				least, most = min(least, p+r), max(most, p+r)
				if p+r > 0 {
					lo, hi = min(lo, quotient(p, p+r)), max(hi, quotient(p, p+r))
				}
			}
		}
		hp, hr, lp, lr, ok := s.corners()
		if ok != found {
			t.Fatalf("%+v: agrees %v, brute force %v", s, ok, found)
		}
		if !ok || math.IsInf(lo, 0) {
			return
		}
		for _, c := range [][2]int64{{hp, hr}, {lp, lr}} {
			if !agrees(c[0], c[1]) {
				t.Fatalf("%+v: corner %v does not agree with what is printed", s, c)
			}
		}
		if den := s.den(); den.lo != least || den.hi != most {
			t.Fatalf("%+v: a whole of %v, brute force %d to %d", s, den, least, most)
		}
		if hp+hr > 0 && math.Abs(quotient(hp, hp+hr)-hi) > 1e-12 {
			t.Fatalf("%+v: highest %d/%d, brute force %v", s, hp, hp+hr, hi)
		}
		if lp+lr > 0 && math.Abs(quotient(lp, lp+lr)-lo) > 1e-12 {
			t.Fatalf("%+v: lowest %d/%d, brute force %v", s, lp, lp+lr, lo)
		}
	})
}

// A sum over countries is bounded by the sums of its corners.
func TestCornersOfSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 3).Draw(t, "countries")
		parts := make([]split, n)
		var hi, lo split2
		for i := range parts {
			p, r := rapid.Int64Range(0, 6).Draw(t, "p"), rapid.Int64Range(0, 6).Draw(t, "r")
			parts[i] = split{pos: interval{max(0, p-1), p + 1}, rest: interval{max(0, r-1), r + 1}, whole: anything}
			hp, hr, lp, lr, _ := parts[i].corners()
			hi.add(hp, hr)
			lo.add(lp, lr)
		}
		var walk func(i int, p, r int64)
		walk = func(i int, p, r int64) {
			if i == n {
				if p+r > 0 && (quotient(p, p+r) > hi.share()+1e-12 || quotient(p, p+r) < lo.share()-1e-12) {
					t.Fatalf("%v: %d/%d lies outside %v..%v", parts, p, p+r, lo.share(), hi.share())
				}
				return
			}
			for a := parts[i].pos.lo; a <= parts[i].pos.hi; a++ {
				for b := parts[i].rest.lo; b <= parts[i].rest.hi; b++ {
					walk(i+1, p+a, r+b)
				}
			}
		}
		walk(0, 0, 0)
	})
}

func (s split2) share() float64 { return quotient(s.pos, s.pos+s.rest) }

func TestPrinting(t *testing.T) {
	for _, tt := range []struct {
		r    Result
		want string
	}{
		{Result{Kind: Rate, Known: true, Value: 20. / 59, Lo: 20. / 59, Hi: 24. / 63}, "33.9 % (33.9-38.1)"},
		{Result{Kind: Ratio, Known: true, Value: 23. / 8507, Lo: 23. / 8507, Hi: 23. / 8507}, "0.27 %"},
		{Result{Kind: Rate, Known: true, Value: 0.125, Lo: 0.125, Hi: 0.125}, "12.5 %"},
		{Result{Kind: Rate, Known: true, Value: 1. / 3, Lo: 998. / 3000, Hi: 1002. / 3000}, "33.3 % (33.2-33.4)"},
		{Result{}, "–"},
	} {
		if got := tt.r.Percent(); got != tt.want {
			t.Errorf("%+v prints as %q, want %q", tt.r, got, tt.want)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 8507: "8,507", 1234567: "1,234,567", -1234: "-1,234"} {
		if got := Group(n); got != want {
			t.Errorf("Group(%d) = %q, want %q", n, got, want)
		}
	}
}

// METHODS 3 works out Wilson for 20 of 59; the exact interval for 0 and n of n
// has closed forms.
func TestIntervals(t *testing.T) {
	lo, hi := Wilson(20, 59)
	if Percent(lo, 1) != "23.1" || Percent(hi, 1) != "46.6" {
		t.Errorf("Wilson(20, 59) = %v, %v; want 23.1-46.6 %%", lo, hi)
	}
	if lo, hi = ClopperPearson(0, 10); lo != 0 || math.Abs(hi-(1-math.Pow(0.025, 0.1))) > 1e-9 {
		t.Errorf("ClopperPearson(0, 10) = %v, %v", lo, hi)
	}
	if lo, hi = ClopperPearson(10, 10); hi != 1 || math.Abs(lo-math.Pow(0.025, 0.1)) > 1e-9 {
		t.Errorf("ClopperPearson(10, 10) = %v, %v", lo, hi)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 500).Draw(t, "n")
		k := rapid.Int64Range(0, n).Draw(t, "k")
		wl, wh := Wilson(k, n)
		cl, ch := ClopperPearson(k, n)
		p := quotient(k, n)
		if !(wl <= p+1e-12 && p <= wh+1e-12) || !(cl <= p+1e-12 && p <= ch+1e-12) || cl < 0 || ch > 1 || wl < 0 || wh > 1 {
			t.Fatalf("%d of %d: Wilson %v-%v, exact %v-%v", k, n, wl, wh, cl, ch)
		}
	})
}
