// Package vintage compares what a source served on different days, and says up
// to when a table is complete.
package vintage

import (
	"cmp"
	"slices"
	"strings"

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
	rows := d.index(new)
	seen := make(map[string]row, len(rows)) // rows of old by key
	flags := !old.NoFlags && !new.NoFlags
	for c := range old.Chunks {
		for r := range old.Chunks[c].Rows {
			key := d.key(old, c, r)
			joined := strings.Join(key, "\x00")
			at, ok := rows[joined]
			seen[joined] = row{c, r}
			for p := range old.Periods {
				if !old.Chunks[c].Held(r, p) {
					continue
				}
				o := old.Observation(c, r, p)
				if !d.covers(&d.New, new, key, o.Period) {
					d.Outside++
					continue
				}
				var n obs.Observation
				if q := new.Period(o.Period); ok && q >= 0 && new.Chunks[at.c].Held(at.r, q) {
					n = new.Observation(at.c, at.r, q)
				}
				d.note(key, o, n, flags)
			}
		}
	}
	d.only(new, old, rows, seen, flags)
	slices.SortStableFunc(d.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.Size(), a.Size()), slices.Compare(a.Key, b.Key), cmp.Compare(a.Period, b.Period))
	})
	return d
}

// only adds the cells of new that old does not hold.
func (d *Diff) only(new, old *table.Table, rows map[string]row, seen map[string]row, flags bool) {
	keys := make([]string, 0, len(rows))
	for k := range rows {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		at, key := rows[k], strings.Split(k, "\x00")
		was, both := seen[k]
		for p := range new.Periods {
			if !new.Chunks[at.c].Held(at.r, p) {
				continue
			}
			if q := old.Period(new.Periods[p]); both && q >= 0 && old.Chunks[was.c].Held(was.r, q) {
				continue // compared already
			}
			n := new.Observation(at.c, at.r, p)
			if !d.covers(&d.Old, old, key, n.Period) {
				d.Outside++
				continue
			}
			d.note(key, obs.Observation{Period: n.Period}, n, flags)
		}
	}
}

type row struct{ c, r int }

func (d *Diff) index(t *table.Table) map[string]row {
	rows := make(map[string]row, t.Rows)
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			rows[strings.Join(d.key(t, c, r), "\x00")] = row{c, r}
		}
	}
	return rows
}

func (d *Diff) key(t *table.Table, c, r int) []string {
	key := make([]string, len(d.Dims))
	for i, name := range d.Dims {
		dim := t.Dim(name)
		key[i] = t.Dims[dim].Values[t.Chunks[c].Codes[dim][r]]
	}
	return key
}

// covers reports whether a vintage speaks of a cell: its extent holds it and,
// for a whole table, its periods reach it.
func (d *Diff) covers(m *table.Meta, t *table.Table, key []string, p obs.Period) bool {
	if newest := of(t.Periods, p.Freq()); len(m.Extent) == 0 && len(t.Periods) > 0 && (len(newest) == 0 || p > slices.Max(newest)) {
		return false // not yet, rather than no more
	}
	return m.Covers(func(dim string) string {
		if i := slices.Index(d.Dims, dim); i >= 0 {
			return key[i]
		}
		return ""
	}, p)
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
