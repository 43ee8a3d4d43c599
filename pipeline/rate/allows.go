package rate

// Allows gives the true counts that a printed one may stand for, by the name of
// the rounding as definitions write it; ok is false for an unknown name.
func Allows(rounding string) (of func(n int64) (lo, hi int64), ok bool) {
	round, ok := roundings[rounding]
	if !ok {
		return nil, false
	}
	return func(n int64) (lo, hi int64) {
		iv := round.of(n)
		return iv.lo, iv.hi
	}, true
}
