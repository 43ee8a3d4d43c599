package store

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"asylum/pipeline/disk"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// Rules say which vintages of a table are kept: those that any of them keeps.
// The zero value keeps none but the newest.
type Rules struct {
	Last    int    // the newest so many
	Monthly int    // the newest of each of the newest so many months that have one
	Within  string // those no older than this before the newest: 1y6m, 90d
}

var span = obs.Pattern(`^(?:(\d{1,4})y)?(?:(\d{1,4})m)?(?:(\d{1,5})d)?$`)

// Check tells what is wrong with rules.
func (r *Rules) Check() error {
	switch m := span().FindString(r.Within); {
	case r.Last < 0 || r.Monthly < 0:
		return fmt.Errorf("a number of vintages to keep is %d, want 0 or more", min(r.Last, r.Monthly))
	case r.Within != "" && m == "":
		return fmt.Errorf("the time to keep is %q, want years, months and days such as 1y6m or 90d", r.Within)
	}
	return nil
}

// since is the oldest day that Within keeps, of vintages whose newest is given.
func (r *Rules) since(newest string) string {
	day, err := time.Parse(time.DateOnly, newest)
	if r.Within == "" || err != nil {
		return newest
	}
	m := span().FindStringSubmatch(r.Within)
	n := func(i int) int { v, _ := strconv.Atoi(m[i]); return v }
	return day.AddDate(-n(1), -n(2), -n(3)).Format(time.DateOnly)
}

// A Fate is what becomes of a vintage, and why.
type Fate struct {
	table.Meta
	Keep bool
	Why  string
}

// Plan tells the fate of each vintage. Needs gives, by source, table and sum
// (see Key), who needs one whatever the rules say. One that speaks of cells
// which no newer one that is kept speaks of is kept too: to forget it would
// lose them.
func Plan(vintages []table.Meta, rules Rules, needs map[string]string) []Fate {
	fates := make([]Fate, len(vintages))
	groups := map[string][]int{}
	for i, m := range vintages {
		fates[i].Meta = m
		g := m.Source + "\x00" + m.Table + "\x00" + places(&m)
		groups[g] = append(groups[g], i)
	}
	for _, g := range groups {
		slices.SortStableFunc(g, func(a, b int) int { return strings.Compare(vintages[b].Vintage, vintages[a].Vintage) })
		since := rules.since(vintages[g[0]].Vintage)
		months := map[string]bool{}
		for n, i := range g {
			f, day := &fates[i], vintages[i].Vintage
			month := day[:min(7, len(day))]
			fresh := !months[month] && len(months) < rules.Monthly
			months[month] = true
			switch {
			case n == 0:
				f.Keep, f.Why = true, "it is the newest"
			case n < rules.Last:
				f.Keep, f.Why = true, fmt.Sprintf("it is one of the newest %d", rules.Last)
			case fresh:
				f.Keep, f.Why = true, "it is the newest of "+month
			case rules.Within != "" && day >= since:
				f.Keep, f.Why = true, "it is no older than "+rules.Within
			}
			if who := needs[Key(&vintages[i])]; who != "" && !f.Keep {
				f.Keep, f.Why = true, who+" needs it"
			}
		}
	}
	for i := range fates {
		if f := &fates[i]; !f.Keep && !slices.ContainsFunc(fates, func(k Fate) bool { return k.Keep && k.Vintage > f.Vintage && covers(&k.Meta, &f.Meta) }) {
			f.Keep, f.Why = true, "no newer one speaks of all its cells"
		}
	}
	return fates
}

// Key names a vintage for Plan.
func Key(m *table.Meta) string { return m.Source + " " + m.Table + " " + m.SHA256 }

// places are the countries that an extract is about: pages of several countries
// are vintages of one table, and each country has its newest.
func places(m *table.Meta) string {
	var geo []string
	for _, e := range m.Extent {
		geo = append(geo, e.Dims["geo"]...)
	}
	slices.Sort(geo)
	return strings.Join(slices.Compact(geo), " ")
}

// covers reports whether a speaks of every cell that b speaks of.
func covers(a, b *table.Meta) bool {
	if a.Source != b.Source || a.Table != b.Table {
		return false
	}
	if len(a.Extent) == 0 {
		return true
	}
	return len(b.Extent) > 0 && !slices.ContainsFunc(b.Extent, func(x table.Extent) bool {
		return !slices.ContainsFunc(a.Extent, func(y table.Extent) bool { return within(&x, &y) })
	})
}

func within(x, y *table.Extent) bool {
	for dim, codes := range y.Dims {
		held, ok := x.Dims[dim]
		if !ok || slices.ContainsFunc(held, func(c string) bool { return !slices.Contains(codes, c) }) {
			return false
		}
	}
	return y.From == "" || x.From != "" && x.From >= y.From && x.To <= y.To
}

// Forget takes vintages out of the lake: out of the manifest first, then off
// the disk. It gives the bytes of files that are gone.
func (l *Lake) Forget(which []table.Meta) (freed int64, err error) {
	lock, unlock, err := l.lock()
	if err != nil {
		return 0, err
	}
	defer unlock()
	gone := map[string]bool{}
	for i := range which {
		gone[Key(&which[i])] = true
	}
	var keep []entry
	var files []string
	for _, e := range l.entries {
		if gone[Key(&e.Meta)] {
			files = append(files, e.Raw, e.Parquet)
		} else {
			keep = append(keep, e)
		}
	}
	if len(files) == 0 {
		return 0, nil
	}
	_ = lock.Pending(files...) // on a full disk they are left over for gc should this process die
	if err := l.name(keep, l.kept); err != nil {
		return 0, err
	}
	for _, name := range files {
		if st, err := os.Stat(l.path(name)); err == nil {
			freed += st.Size()
		}
		disk.RemoveUp(l.dir, filepath.FromSlash(name))
		if there(l.path(name)) {
			return freed, fmt.Errorf("%s cannot be removed; asylum gc tries again", l.path(name))
		}
	}
	return freed, lock.Pending()
}

// Garbage lists files that no manifest names: what was never put in its place,
// and tables, which can be made again from their raw files. With all, raw files
// and pages too: those may be what a lost manifest named.
func (l *Lake) Garbage(all bool) (names []string, bytes int64, err error) {
	err = fs.WalkDir(os.DirFS(l.dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || l.names(name) {
			return err
		}
		top, _, _ := strings.Cut(name, "/")
		if !disk.IsTemporary(name) && top != "tables" && !(all && (top == "raw" || top == "pages")) {
			return nil
		}
		st, err := d.Info()
		if err == nil {
			names, bytes = append(names, name), bytes+st.Size()
		}
		return err
	})
	return names, bytes, err
}

// Collect removes garbage.
func (l *Lake) Collect(all bool) (names []string, bytes int64, err error) {
	_, unlock, err := l.lock()
	if err != nil {
		return nil, 0, err
	}
	defer unlock()
	if names, bytes, err = l.Garbage(all); err != nil {
		return nil, 0, err
	}
	for _, name := range names {
		disk.RemoveUp(l.dir, filepath.FromSlash(name))
		if there(l.path(name)) {
			return nil, 0, fmt.Errorf("%s cannot be removed", l.path(name))
		}
	}
	return names, bytes, nil
}
