package rate

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A sampling interval answers another question than rounding bounds do: how far
// the propensity behind few decisions may lie from the share observed. It is
// never put on a ratio of two flows.

// Methods of a 95 % sampling interval.
const (
	Wilson95 = "wilson"
	Exact95  = "clopper-pearson"
)

// A Sampling is the 95 % interval of one of the methods around the printed
// counts. Unlike the bounds of a result it is not certain.
type Sampling struct {
	Method string
	Lo, Hi float64
}

// sample gives r its sampling interval, unless the printed counts are no part
// and whole.
func (r *Result) sample(method string) {
	if r.Num > r.Den {
		return
	}
	s := &Sampling{Method: method}
	if method == Wilson95 {
		s.Lo, s.Hi = Wilson(r.Num, r.Den)
	} else {
		s.Lo, s.Hi = ClopperPearson(r.Num, r.Den)
	}
	r.Sampling = s
}

// z is the quantile of the normal distribution for a two-sided 95 % interval.
var z = distuv.UnitNormal.Quantile(0.975)

// Wilson gives the 95 % score interval of k positives out of n (Wilson 1927,
// as METHODS 3 writes it). It is 0 to 1 where n is 0.
func Wilson(k, n int64) (lo, hi float64) {
	if n == 0 {
		return 0, 1
	}
	nf := float64(n)
	p := float64(k) / nf
	scale := 1 + z*z/nf
	centre := (p + z*z/(2*nf)) / scale
	half := z / scale * math.Sqrt(p*(1-p)/nf+z*z/(4*nf*nf))
	return max(0, centre-half), min(1, centre+half)
}

// ClopperPearson gives the exact 95 % interval of k positives out of n, from
// the quantiles of the beta distribution. It is 0 to 1 where n is 0.
func ClopperPearson(k, n int64) (lo, hi float64) {
	hi = 1
	if k > 0 {
		lo = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(0.025)
	}
	if k < n {
		hi = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(0.975)
	}
	return lo, hi
}

// Range95 is the Wilson interval at the worst and the best reading of rounded
// counts: from the low end at the lowest share to the high end at the highest.
func (r *Result) Range95() (lo, hi float64) {
	if !r.Known || r.Kind == Ratio || r.Kind == Backlog || r.Kind == PerMillion {
		return math.NaN(), math.NaN()
	}
	lo, _ = Wilson(r.loCorner[0], r.loCorner[1])
	_, hi = Wilson(r.hiCorner[0], r.hiCorner[1])
	return lo, hi
}

// Difference is how much greater a is than b, with the extremes that the rounding
// of both allows. It is exact where the two rest on different cells, and holds
// the truth where they share some. It reports false where the two cannot be
// subtracted: one is unknown, or they are of different classes.
func Difference(a, b *Result) (value, lo, hi float64, ok bool) {
	if !a.Known || !b.Known || a.Class != b.Class || a.Kind != b.Kind {
		return 0, 0, 0, false
	}
	return a.Value - b.Value, a.Lo - b.Hi, a.Hi - b.Lo, true
}

// Apart reports whether a and b may be called different: rounding intervals
// disjoint, both denominators at least Few, and the 95 % interval of the
// difference (Newcombe 1998, method 10, at the readings that lie closest)
// leaves out 0.
func Apart(a, b *Result, t Thresholds) bool {
	if !a.Known || !b.Known || a.Den < t.Few || b.Den < t.Few || a.Class != b.Class || a.Kind == Ratio || a.Kind == Backlog || a.Kind == PerMillion {
		return false
	}
	if a.Value < b.Value {
		a, b = b, a
	}
	if a.Lo <= b.Hi {
		return false
	}
	p, q := a.Lo, b.Hi
	la, _ := Wilson(a.loCorner[0], a.loCorner[1])
	_, ub := Wilson(b.hiCorner[0], b.hiCorner[1])
	return p-q-math.Sqrt((p-la)*(p-la)+(ub-q)*(ub-q)) > 0
}
