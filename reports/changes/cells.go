package changes

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
	"asylum/pipeline/vintage"
)

// touched is what the vintages of a table changed.
type touched struct {
	periods map[obs.Period]bool // with a cell that has another value
}

// tables compares the vintages in force, their cells and their codes.
func (w *work) tables() error {
	w.diffs = map[tableName]*touched{}
	before, now := w.old.Vintages(), w.now.Source.Data.Vintages()
	for _, n := range w.names(now) {
		b, a := rate.Newest(before, n.source, n.table, ""), rate.Newest(now, n.source, n.table, "")
		if w.vintages(n, b, a) {
			continue
		}
		if err := w.cells(n, inForce(b), inForce(a)); err != nil {
			return err
		}
		if err := w.codes(n, inForce(b), inForce(a)); err != nil {
			return err
		}
	}
	return nil
}

// names are the tables of either publication, sorted.
func (w *work) names(now []table.Meta) (out []tableName) {
	for _, in := range w.e.inputs {
		out = append(out, tableName{in.Source, in.Table})
	}
	for i := range now {
		out = append(out, tableName{now[i].Source, now[i].Table})
	}
	slices.SortFunc(out, func(a, b tableName) int {
		return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.table, b.table))
	})
	return slices.Compact(out)
}

// vintages notes what came into force and what went, and reports whether all is
// as it was. Lists have the newest first.
func (w *work) vintages(n tableName, before, now []table.Meta) (same bool) {
	newest, lost := "", map[string]bool{} // days
	for _, in := range w.e.inputs {
		if (tableName{in.Source, in.Table}) == n {
			newest = max(newest, in.Vintage)
			if !slices.ContainsFunc(before, func(m table.Meta) bool { return in.is(&m) }) {
				lost[in.Vintage] = true
			}
		}
	}
	same = true
	for i := range now {
		if !slices.ContainsFunc(w.e.inputs, func(in input) bool { return in.is(&now[i]) }) {
			w.Vintages = append(w.Vintages, Vintage{Source: n.source, Table: n.table, Vintage: now[i].Vintage, Before: newest, Lost: len(lost) > 0, With: len(lost) > 0 && w.e.embedded && w.now.Embedded})
			same = false
		}
	}
	if same && (lost[newest] || slices.ContainsFunc(inForce(before), func(m table.Meta) bool { return !contains(now, &m) })) { // only taken away
		v := Vintage{Source: n.source, Table: n.table, Before: newest, Lost: len(lost) > 0, With: len(lost) > 0 && w.e.embedded && w.now.Embedded}
		if len(now) > 0 {
			v.Vintage = now[0].Vintage
		}
		w.Vintages = append(w.Vintages, v)
		same = false
	}
	return same
}

// inForce are the vintages that are asked about cells: those up to the first that
// is a whole table.
func inForce(metas []table.Meta) []table.Meta {
	for i := range metas {
		if len(metas[i].Extent) == 0 {
			return metas[:i+1]
		}
	}
	return metas
}

func contains(list []table.Meta, m *table.Meta) bool {
	return slices.ContainsFunc(list, func(o table.Meta) bool { return o.Vintage == m.Vintage && o.SHA256 == m.SHA256 })
}

// cells compares, cell by cell, the vintage that was in force with the one that
// is: the newest whose extent covers the cell.
func (w *work) cells(n tableName, before, now []table.Meta) error {
	x := Cells{Source: n.source, Table: n.table, Largest: []Cell{}}
	w.diffs[n] = &touched{periods: map[obs.Period]bool{}}
	if err := w.newPeriods(n, before, now); err != nil {
		return err
	}
	allows := w.allows(n)
	var all []found
	for bi := range before {
		for ni := range now {
			if contains(before, &now[ni]) && contains(now, &before[bi]) || contains(before[bi:bi+1], &now[ni]) {
				continue // no cell has one of them before and the other now, or it is the same
			}
			d, err := w.diff(&before[bi], &now[ni])
			if err != nil {
				return err
			}
			w.common(n, &now[ni], d.Compared)
			for i := range d.Changes {
				if c := (found{&d.Changes[i], d.Dims}); !c.covered(before[:bi]) && !c.covered(now[:ni]) && w.note(n, &x, c, allows) {
					all = append(all, c)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.Size(), a.Size()), slices.Compare(a.Key, b.Key), cmp.Compare(a.Period, b.Period))
	})
	for _, c := range all[:min(len(all), MostCells)] {
		x.Largest = append(x.Largest, c.cell())
	}
	if x.Changed+x.Added+x.Gone+x.Within+x.Flags > 0 {
		w.Cells = append(w.Cells, x)
	}
	return nil
}

// newPeriods notes those that no vintage before reached.
func (w *work) newPeriods(n tableName, before, now []table.Meta) error {
	had := map[obs.Period]bool{}
	for i := range before {
		t, err := w.old.Load(before[i], table.Want{})
		if err != nil {
			return err
		}
		for _, p := range t.Periods {
			had[p] = true
		}
	}
	for i := range now {
		t, err := w.now.Source.Data.Load(now[i], table.Want{})
		if err != nil {
			return err
		}
		for _, p := range t.Periods {
			if !had[p] {
				w.diffs[n].periods[p] = true
			}
		}
	}
	return nil
}

func (w *work) diff(before, now *table.Meta) (*vintage.Diff, error) {
	a, err := w.old.Load(*before, table.Want{})
	if err != nil {
		return nil, err
	}
	b, err := w.now.Source.Data.Load(*now, table.Want{})
	if err != nil {
		return nil, err
	}
	return vintage.Compare(a, b), nil
}

// common notes how many cells a vintage shares with those before.
func (w *work) common(n tableName, m *table.Meta, cells int) {
	for i := range w.Vintages {
		if v := &w.Vintages[i]; v.Source == n.source && v.Table == n.table && v.Vintage == m.Vintage {
			v.Common += cells
			return
		}
	}
}

// found is a change with the dimensions of its key.
type found struct {
	*vintage.Change
	dims []string
}

// covered reports whether one of some vintages speaks of the cell.
func (c *found) covered(by []table.Meta) bool {
	return slices.ContainsFunc(by, func(m table.Meta) bool {
		return m.Covers(func(dim string) string {
			if i := slices.Index(c.dims, dim); i >= 0 {
				return c.Key[i]
			}
			return ""
		}, c.Period)
	})
}

func (c *found) cell() Cell {
	out := Cell{Key: map[string]string{}, Period: string(c.Period), Before: countOf(&c.Old), After: countOf(&c.New)}
	for i, d := range c.dims {
		out.Key[d] = c.Key[i]
	}
	return out
}

func countOf(o *obs.Observation) *Count {
	if !o.Known {
		return nil
	}
	return &Count{int64(o.Count), o.Decimals}
}

// note counts a change, and reports whether it is one to list.
func (w *work) note(n tableName, x *Cells, c found, allows func(int64) (lo, hi int64)) bool {
	if c.Kind != vintage.Flagged {
		w.diffs[n].periods[c.Period] = true
	}
	switch c.Kind {
	case vintage.Added:
		x.Added++
	case vintage.Vanished:
		x.Gone++
	case vintage.Changed:
		lo, hi := allows(int64(c.Old.Count))
		from, to := allows(int64(c.New.Count))
		if c.Old.Decimals == c.New.Decimals && lo <= to && from <= hi {
			x.Within++
			return false
		}
		x.Changed++
	default:
		x.Flags++
		return false
	}
	return true
}

// allows is the rounding of a table's counts, as the definitions that rest on it
// write it; a table that none does is exact.
func (w *work) allows(n tableName) func(int64) (lo, hi int64) {
	for _, d := range w.now.Set.All() {
		for i := range d.From {
			for _, side := range d.From[i].Sides() {
				if d.From[i].Source == n.source && slices.Contains(side.Tables, n.table) {
					if of, ok := rate.Allows(side.Rounding); ok {
						return of
					}
				}
			}
		}
	}
	return func(c int64) (lo, hi int64) { return c, c }
}

// codes compares the codes of the dimensions that have a list.
func (w *work) codes(n tableName, before, now []table.Meta) error {
	was, err := values(w.old, before)
	if err != nil {
		return err
	}
	is, err := values(w.now.Source.Data, now)
	if err != nil {
		return err
	}
	for _, dim := range slices.Sorted(maps.Keys(was)) {
		if is[dim] == nil {
			continue
		}
		c := Codes{Source: n.source, Table: n.table, Dim: dim, New: lacking(is[dim], was[dim]), Gone: lacking(was[dim], is[dim])}
		if len(c.New)+len(c.Gone) > 0 {
			w.Codes = append(w.Codes, c)
		}
	}
	return nil
}

// values are the codes that some vintages hold, by dimension.
func values(data rate.Data, metas []table.Meta) (map[string]map[string]bool, error) {
	out := map[string]map[string]bool{}
	for i := range metas {
		t, err := data.Load(metas[i], table.Want{})
		if err != nil {
			return nil, err
		}
		for _, d := range t.Dims {
			if list, err := code.For(d.Name); err != nil || list == nil {
				continue
			}
			if out[d.Name] == nil {
				out[d.Name] = map[string]bool{}
			}
			for _, v := range d.Values {
				out[d.Name][v] = v != ""
			}
		}
	}
	return out, nil
}

func lacking(all, than map[string]bool) []string {
	out := []string{}
	for v, is := range all {
		if is && !than[v] {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

// text joins parts that hold no NUL.
func text(parts ...string) string { return strings.Join(parts, "\x00") }

func joined(key map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(key)) {
		parts = append(parts, k, key[k])
	}
	return text(parts...)
}
