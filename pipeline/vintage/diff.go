// Package vintage compares what a source served on different days, and says up
// to when a table is complete.
package vintage

import (
	"cmp"
	"slices"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// A Change is one cell that two vintages write differently.
type Change struct {
	Key      []string // codes, parallel to Diff.Dims
	Period   obs.Period
	Old, New obs.Observation // Known is false where there is no value, or no cell
	Kind     Kind
}

// A Kind is how a cell changed.
type Kind string

// Kinds of change. A cell that only its flags tell apart is Flagged.
const (
	Changed  Kind = "changed"
	Added    Kind = "added"
	Vanished Kind = "vanished"
	Flagged  Kind = "flags"
)

// Size is by how much the count moved; a value that comes or goes moves by all
// of it.
func (c *Change) Size() int64 {
	var a, b int64
	if c.Old.Known {
		a = int64(c.Old.Count)
	}
	if c.New.Known {
		b = int64(c.New.Count)
	}
	if a > b {
		return a - b
	}
	return b - a
}

// A Diff is what a release changed in the cells that both vintages speak of.
type Diff struct {
	Dims     []string
	Old, New table.Meta
	Changes  []Change // biggest first
	Compared int      // cells that both speak of
	Outside  int      // cells of either that the other does not speak of
}

// Count gives the number of changes of a kind.
func (d *Diff) Count(k Kind) int {
	n := 0
	for i := range d.Changes {
		if d.Changes[i].Kind == k {
			n++
		}
	}
	return n
}

// Compare sets two vintages of a table side by side, over the cells that both
// speak of: absent from a full table means gone, outside an extract means
// unknown. Dimensions that one of them lacks are left out of the key.
func Compare(old, new *table.Table) *Diff {
	d := &Diff{Old: old.Meta, New: new.Meta}
	for _, dim := range old.Dims {
		if new.Dim(dim.Name) >= 0 {
			d.Dims = append(d.Dims, dim.Name)
		}
	}
	a, b := d.side(old, nil), d.side(new, nil)
	rows := b.index()
	was := make([]row, new.Rows) // of the older one, by row of the newer
	for i := range was {
		was[i].c = -1
	}
	d.both(d.side(old, new), b, rows, was)
	d.only(b, a, rows, was)
	slices.SortStableFunc(d.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.Size(), a.Size()), slices.Compare(a.Key, b.Key), cmp.Compare(a.Period, b.Period))
	})
	return d
}

// A row by its chunk, and within it.
type row struct{ c, r int }

// A side is one of two tables, read row by row.
type side struct {
	*table.Table
	d     *Diff
	dims  []int               // index of each dimension of the key
	codes [][]int             // by dimension of the key and code: the code to find it by, -1 where there is none
	reach map[byte]obs.Period // the newest period of each frequency
	key   []byte
}

// side reads a table; codes are those of another, if that is not nil.
func (d *Diff) side(t, by *table.Table) *side {
	s := &side{Table: t, d: d, reach: map[byte]obs.Period{}, key: make([]byte, 0, 2*len(d.Dims))}
	for _, name := range d.Dims {
		i := t.Dim(name)
		codes := make([]int, len(t.Dims[i].Values))
		at := map[string]int{}
		if by != nil {
			for c, v := range by.Dims[by.Dim(name)].Values {
				at[v] = c
			}
		}
		for c, v := range t.Dims[i].Values {
			if codes[c] = c; by != nil {
				var ok bool
				if codes[c], ok = at[v]; !ok {
					codes[c] = -1
				}
			}
		}
		s.dims, s.codes = append(s.dims, i), append(s.codes, codes)
	}
	for _, p := range t.Periods {
		s.reach[p.Freq()] = max(s.reach[p.Freq()], p)
	}
	return s
}

// find gives the codes of a row as a key of an index, which the next call writes
// over; it reports false where the other table lacks one.
func (s *side) find(c, r int) ([]byte, bool) {
	s.key = s.key[:0]
	for i, dim := range s.dims {
		code := s.codes[i][s.Chunks[c].Codes[dim][r]]
		if code < 0 {
			return nil, false
		}
		s.key = append(s.key, byte(code), byte(code>>8))
	}
	return s.key, true
}

// index numbers the rows by their codes. Of rows that are told apart by a
// dimension of no key the last counts.
func (s *side) index() map[string]int32 {
	rows, n := make(map[string]int32, s.Rows), int32(0)
	for c := range s.Chunks {
		for r := range s.Chunks[c].Rows {
			key, _ := s.find(c, r)
			rows[string(key)] = n
			n++
		}
	}
	return rows
}

// words are the codes of a row.
func (s *side) words(c, r int) []string {
	key := make([]string, len(s.dims))
	for i, dim := range s.dims {
		key[i] = s.Dims[dim].Values[s.Chunks[c].Codes[dim][r]]
	}
	return key
}

// covers reports whether the table speaks of a cell: its extent holds it and, for
// a whole table, its periods reach it.
func (s *side) covers(key []string, p obs.Period) bool {
	if len(s.Extent) == 0 {
		return len(s.Periods) == 0 || p <= s.reach[p.Freq()] // not yet, rather than no more
	}
	return s.Covers(func(dim string) string {
		if i := slices.Index(s.d.Dims, dim); i >= 0 {
			return key[i]
		}
		return ""
	}, p)
}

// both compares the cells of the older table with those of the newer one.
func (d *Diff) both(old, new *side, rows map[string]int32, was []row) {
	columns := make([]int, len(old.Periods))
	for p := range old.Periods {
		columns[p] = new.Period(old.Periods[p])
	}
	at := new.places()
	flags := !old.NoFlags && !new.NoFlags
	for c := range old.Chunks {
		for r := range old.Chunks[c].Rows {
			n := int32(-1)
			if key, ok := old.find(c, r); ok {
				if i, ok := rows[string(key)]; ok {
					n, was[i] = i, row{c, r}
				}
			}
			var key []string
			if len(new.Extent) > 0 {
				key = old.words(c, r)
			}
			for p := range old.Periods {
				if !old.Chunks[c].Held(r, p) {
					continue
				}
				if !new.covers(key, old.Periods[p]) {
					d.Outside++
					continue
				}
				var x obs.Observation
				if q := columns[p]; n >= 0 && q >= 0 && new.Chunks[at[n].c].Held(at[n].r, q) {
					if same(old.Table, row{c, r}, p, new.Table, at[n], q, flags) {
						d.Compared++
						continue
					}
					x = new.Observation(at[n].c, at[n].r, q)
				}
				if key == nil {
					key = old.words(c, r)
				}
				d.note(key, old.Observation(c, r, p), x, flags)
			}
		}
	}
}

// places are the rows of a table by number.
func (s *side) places() []row {
	out := make([]row, 0, s.Rows)
	for c := range s.Chunks {
		for r := range s.Chunks[c].Rows {
			out = append(out, row{c, r})
		}
	}
	return out
}

// same reports whether two cells are written alike, without reading them out:
// most are.
func same(a *table.Table, at row, p int, b *table.Table, bt row, q int, flags bool) bool {
	x, y := &a.Chunks[at.c].Cols[p], &b.Chunks[bt.c].Cols[q]
	known := x.Known(at.r)
	if known != y.Known(bt.r) || known && (x.Val[at.r] != y.Val[bt.r] || decimals(x, at.r) != decimals(y, bt.r)) {
		return false
	}
	return !flags || flag(a, x, at.r) == flag(b, y, bt.r)
}

func decimals(c *table.Column, r int) uint8 {
	if c.Dec == nil {
		return 0
	}
	return c.Dec[r]
}

func flag(t *table.Table, c *table.Column, r int) string {
	if c.Flag == nil || c.Flag[r] == 0 {
		return ""
	}
	return t.Flags[c.Flag[r]-1]
}

// only adds the cells of the newer table that the older one does not hold.
func (d *Diff) only(new, old *side, rows map[string]int32, was []row) {
	columns := make([]int, len(new.Periods))
	for p := range new.Periods {
		columns[p] = old.Period(new.Periods[p])
	}
	flags := !old.NoFlags && !new.NoFlags
	n := int32(-1)
	for c := range new.Chunks {
		for r := range new.Chunks[c].Rows {
			n++
			if key, _ := new.find(c, r); rows[string(key)] != n {
				continue // a later row stands for it
			}
			var key []string
			for p := range new.Periods {
				if !new.Chunks[c].Held(r, p) {
					continue
				}
				if q := columns[p]; q >= 0 && was[n].c >= 0 && old.Chunks[was[n].c].Held(was[n].r, q) {
					continue // compared already
				}
				if key == nil {
					key = new.words(c, r)
				}
				x := new.Observation(c, r, p)
				if !old.covers(key, x.Period) {
					d.Outside++
					continue
				}
				d.note(key, obs.Observation{Period: x.Period}, x, flags)
			}
		}
	}
}

func (d *Diff) note(key []string, o, n obs.Observation, flags bool) {
	d.Compared++
	ch := Change{Key: key, Period: cmp.Or(o.Period, n.Period), Old: o, New: n}
	switch {
	case o.Known && !n.Known:
		ch.Kind = Vanished
	case !o.Known && n.Known:
		ch.Kind = Added
	case o.Known && (o.Count != n.Count || o.Decimals != n.Decimals):
		ch.Kind = Changed
	case flags && o.Flags != n.Flags:
		ch.Kind = Flagged
	default:
		return
	}
	d.Changes = append(d.Changes, ch)
}
