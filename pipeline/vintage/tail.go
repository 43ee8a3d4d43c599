package vintage

import (
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// A Tail says how far a table is usable (METHODS 9). A monthly or quarterly
// table ends in periods that few countries have reported; summing or comparing
// them shows a collapse that is none.
type Tail struct {
	Complete obs.Period // the newest usable period, "" if none is
	Newest   obs.Period // the newest period with any value
	Usual    int        // reporters, the median of the 12 periods before Newest
	Missing  []string   // usual reporters that Newest lacks, where it is not usable
}

// share of the usual number of reporters that a usable period has at least.
const share = 0.9

// TailOf counts the countries with a value, period by period; of a table of
// several frequencies in the shortest periods. A table without a geo dimension,
// or with no values, has no tail.
func TailOf(t *table.Table) Tail {
	geo := t.Dim("geo")
	if geo < 0 {
		return Tail{}
	}
	members, unions := map[int]bool{}, map[int]bool{}
	list := code.Must("geo")
	for i, v := range t.Dims[geo].Values {
		x, ok := list.Lookup(v)
		members[i] = ok && x.Kind == code.Member
		unions[i] = v == "EU27_2020" || v == "EU28"
	}
	var order []int
	for i, p := range t.Periods {
		if p.Freq() == shortest(t.Periods) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		if t.Periods[a] < t.Periods[b] {
			return -1
		}
		return 1
	})
	reported := make([]map[int]bool, len(order)) // geo codes with a value, by period in time
	hasUnion := slices.ContainsFunc(t.Dims[geo].Values, func(v string) bool { return v == "EU27_2020" || v == "EU28" })
	for n, p := range order {
		reported[n] = map[int]bool{}
		for c := range t.Chunks {
			ch := &t.Chunks[c]
			for r := range ch.Rows {
				if ch.Held(r, p) && ch.Cols[p].Known(r) {
					reported[n][int(ch.Codes[geo][r])] = true
				}
			}
		}
	}
	last := len(order) - 1
	for last >= 0 && len(reported[last]) == 0 {
		last--
	}
	if last < 0 {
		return Tail{}
	}
	out := Tail{Newest: t.Periods[order[last]]}
	for n := last; n >= 0; n-- {
		usual := usual(reported[max(0, n-12):n], members)
		have := count(reported[n], members)
		union := !hasUnion || count(reported[n], unions) > 0
		if n == last {
			out.Usual = usual
		}
		if union && float64(have) >= share*float64(usual) && have > 0 {
			out.Complete = t.Periods[order[n]]
			break
		}
	}
	if out.Complete != out.Newest {
		out.Missing = lacking(t, geo, reported[max(0, last-12):last], reported[last], members)
	}
	return out
}

// shortest is the frequency of the shortest periods.
func shortest(periods []obs.Period) byte {
	const frequencies = "ASQMWD"
	at := 0
	for _, p := range periods {
		at = max(at, strings.IndexByte(frequencies, p.Freq()))
	}
	return frequencies[at]
}

func count(codes, of map[int]bool) int {
	n := 0
	for c := range codes {
		if of[c] {
			n++
		}
	}
	return n
}

// usual is the median number of reporters.
func usual(periods []map[int]bool, members map[int]bool) int {
	if len(periods) == 0 {
		return 0
	}
	var n []int
	for _, p := range periods {
		n = append(n, count(p, members))
	}
	slices.Sort(n)
	return n[len(n)/2]
}

// lacking names who reported in most of the periods before and not in the last.
func lacking(t *table.Table, geo int, before []map[int]bool, last, members map[int]bool) []string {
	var out []string
	for c := range members {
		n := 0
		for _, p := range before {
			if p[c] {
				n++
			}
		}
		if members[c] && !last[c] && 2*n > len(before) {
			out = append(out, t.Dims[geo].Values[c])
		}
	}
	slices.Sort(out)
	return out
}
