package frozen

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"asylum/pipeline/disk"
)

// A Carried is what became of frozen files when a site was replaced.
type Carried struct {
	Names []string     // that stand in the new site, beside those that it brought
	Lost  []disk.Fault // that do not: what became of each, once and for all publications after
	New   []disk.Fault // of Lost, those that were still promised to be there
}

// Carry brings the frozen files of the site in old into the one in next, byte for
// byte, and then those that the shelf has and old has not; s may be nil. Named are
// the files that old's manifest names, lost those of which it says that they were
// lost before; has is true of the files that next has itself.
//
// A file that is not what its address says is not carried: it is put into aside,
// and one of that address is taken from the shelf.
func Carry(old, next, aside string, named, lost []string, s *Shelf, has func(name string) bool) (*Carried, error) {
	c := &carrier{old: old, next: next, aside: aside, shelf: s, done: map[string]bool{}}
	entries, err := os.ReadDir(filepath.Join(old, Dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if err := c.file(path.Join(Dir, e.Name()), has); err != nil {
			return nil, err
		}
	}
	for _, name := range named {
		if Sum(name) == "" || c.done[name] || has(name) {
			continue
		}
		c.gone(name, "is gone", slices.Contains(lost, name))
	}
	if s != nil {
		for _, name := range s.Names() {
			if !c.done[name] && !has(name) {
				c.gone(name, "is in no site", slices.Contains(lost, name))
			}
		}
	}
	slices.Sort(c.Names)
	return &c.Carried, nil
}

type carrier struct {
	Carried
	old, next, aside string
	shelf            *Shelf
	done             map[string]bool // carried, or known to be lost
}

func (c *carrier) file(name string, has func(string) bool) error {
	err := CheckFile(c.old, name)
	switch {
	case err == nil && has(name):
		return nil
	case err == nil:
		return c.take(name)
	case !errors.Is(err, ErrOther):
		return fmt.Errorf("%s: %w", filepath.Join(c.old, filepath.FromSlash(name)), err)
	}
	to := filepath.Join(c.aside, path.Base(name))
	data, e := os.ReadFile(filepath.Join(c.old, filepath.FromSlash(name)))
	if e == nil {
		e = disk.WriteBytes(to, data)
	}
	if e != nil {
		return e
	}
	if has(name) { // the new site has the right one
		return nil
	}
	c.gone(name, fmt.Sprintf("%v; it is kept in %s", err, to), false)
	return nil
}

// take brings a file over. Both sites may share it: neither ever writes to it.
func (c *carrier) take(name string) error {
	from, to := filepath.Join(c.old, filepath.FromSlash(name)), filepath.Join(c.next, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if os.Link(from, to) != nil { // across file systems, or where there are no links
		data, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			return err
		}
	}
	if err := CheckFile(c.next, name); err != nil { // it may have changed meanwhile
		return fmt.Errorf("%s: %w", name, err)
	}
	c.done[name] = true
	c.Names = append(c.Names, name)
	return nil
}

func (c *carrier) fromShelf(name string) error {
	data, err := c.shelf.File(name)
	if err != nil {
		return err
	}
	to := filepath.Join(c.next, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		return err
	}
	c.done[name] = true
	c.Names = append(c.Names, name)
	return nil
}

// gone brings a file back from the shelf, or notes that it is lost.
func (c *carrier) gone(name, what string, before bool) {
	if c.shelf != nil && c.shelf.Has(name) {
		err := c.fromShelf(name)
		if err == nil {
			return
		}
		what += fmt.Sprintf(", and the lake does not give it: %v", err)
	}
	c.done[name] = true
	f := disk.Fault{File: name, What: what}
	c.Lost = append(c.Lost, f)
	if !before {
		c.New = append(c.New, f)
	}
}

// A LostError reports a site that was published without frozen files that an
// earlier one had.
type LostError struct {
	Dir   string
	Files []disk.Fault
}

func (e *LostError) Error() string {
	var lines []string
	for _, f := range e.Files {
		lines = append(lines, f.File+": "+f.What)
	}
	return fmt.Sprintf("%s is published without %d of its frozen files:\n\t%s\n\thint: bring them back from a copy into %s, and run again", e.Dir, len(lines), strings.Join(lines, "\n\t"), filepath.Join(e.Dir, Dir))
}

// Err says what was lost just now, nil if nothing was.
func (c *Carried) Err(dir string) error {
	if len(c.New) == 0 {
		return nil
	}
	return &LostError{dir, c.New}
}
