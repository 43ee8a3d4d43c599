package audit

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"asylum/pipeline/aida"
	"asylum/pipeline/code"
	"asylum/pipeline/rate"
)

// Bounds of what is no chance: so many counts of at least so many in both rows.
const (
	repeatCells  = 3
	repeatFrom   = 100 // in a series of one table
	repeatOnPage = 10  // in a row of a page
)

// repeats finds series that say the same as that of another citizenship or
// country, to the last digit and in every period.
func repeats(x *index) []Finding {
	dims := []int{x.t.Dim("citizen"), x.t.Dim("geo")}
	if x.t.Source == "aida" || len(x.t.Periods) < repeatCells {
		return nil
	}
	vals := x.all()
	seed := maphash.MakeSeed() // places alone depend on it: what is found is compared cell by cell
	rows := map[uint64][]int32{}
	var h maphash.Hash
	h.SetSeed(seed)
	var order []uint64
	for row := range int32(x.t.Rows) {
		large := 0
		for p := range vals {
			if vals[p][row] >= repeatFrom {
				large++
			}
		}
		if large < repeatCells {
			continue
		}
		h.Reset()
		for p := range vals {
			maphash.WriteComparable(&h, vals[p][row])
		}
		k := h.Sum64()
		if rows[k] == nil {
			order = append(order, k)
		}
		rows[k] = append(rows[k], row)
	}
	var out []Finding
	for _, k := range order {
		for i, a := range rows[k] {
			for _, b := range rows[k][i+1:] {
				if d := x.differ(a, b); slices.Contains(dims, d) && d >= 0 && x.member(a, d) && x.member(b, d) && x.equal(a, b) {
					out = append(out, x.repeat(a, b, d))
				}
			}
		}
	}
	return out
}

// differ is the one dimension in which two rows differ, or -1.
func (x *index) differ(a, b int32) int {
	d := -1
	for i := range x.t.Dims {
		if x.code(a, i) != x.code(b, i) {
			if d >= 0 {
				return -1
			}
			d = i
		}
	}
	return d
}

// member reports whether a row is of a citizenship or country, not of several.
func (x *index) member(row int32, d int) bool {
	list, err := code.For(x.t.Dims[d].Name)
	if err != nil || list == nil {
		return true
	}
	c, ok := list.Lookup(x.value(row, d))
	return ok && c.Kind != code.Aggregate && len(c.Members) == 0 && !slices.ContainsFunc(x.t.Dims[d].Values, func(v string) bool {
		o, ok := list.Lookup(v)
		return ok && o.Kind == code.Member && slices.Contains(o.Members, c.Code)
	})
}

func (x *index) equal(a, b int32) bool {
	return !slices.ContainsFunc(x.all(), func(v []int32) bool { return v[a] != v[b] })
}

func (x *index) repeat(a, b int32, d int) Finding {
	if x.value(b, d) < x.value(a, d) {
		a, b = b, a
	}
	f := Finding{Identity: Repeats, Verdict: Odd, Cause: "one was copied from the other"}
	n, largest := 0, int32(0)
	for p, v := range x.all() {
		if v[a] == missing || v[a] == 0 {
			continue
		}
		n++
		largest = max(largest, v[a])
		if len(f.Cells) < most {
			f.Cells = append(f.Cells, x.cell(a, p, "row"), x.cell(b, p, "row"))
		}
	}
	f.Says = fmt.Sprintf("%s and %s say the same in each of %d periods, up to %s", x.value(a, d), x.value(b, d), n, rate.Group(int64(largest)))
	return f
}

// repeats finds rows of a page that say the same as another, to the last digit.
func (b *binder) repeats() (out []Finding) {
	for _, s := range b.sheets {
		for i, l := range s.lines {
			for _, o := range s.lines[i+1:] {
				if l != s.total && o != s.total {
					if f, ok := b.repeat(l, o); ok {
						out = append(out, f)
					}
				}
			}
		}
	}
	return out
}

func (b *binder) repeat(l, o *line) (Finding, bool) {
	f := Finding{Identity: Repeats, Verdict: Odd, Cause: "one was copied from the other"}
	var said []string
	for _, m := range keys(l.cell) {
		at, ok := o.cell[m]
		if !ok || aida.IsRate(m) {
			continue
		}
		v, known := b.count(l.cell[m])
		w, has := b.count(at)
		switch {
		case !known || !has:
		case v != w:
			return f, false
		case v >= repeatOnPage:
			said = append(said, rate.Group(v))
			f.Cells = append(f.Cells, b.cell(l.cell[m], "row"), b.cell(at, "row"))
		}
	}
	f.Says = fmt.Sprintf("the rows of %s and %s say the same: %s", l.label, o.label, strings.Join(said, ", "))
	return f, len(said) >= repeatCells
}
