package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Replace has fill make a directory and puts it in the place of dir, whole or
// not at all: in one step where the system can exchange two names (Linux,
// macOS). Readers find the old directory or the new one, never a mixture.
//
// May is asked first, and once more just before the exchange, whether what
// stands in dir may go.
func Replace(dir string, may func(dir string) error, fill func(next string) error) error {
	if err := may(real(dir)); err != nil {
		return err
	}
	c, err := TakeClaim(dir)
	if err != nil {
		return err
	}
	defer c.Release()
	return c.replace(may, fill)
}

// A Claim is one process's to replace a directory, while what will stand there is
// still being made.
type Claim struct {
	dir  string
	lock *Lock
}

// TakeClaim claims a directory, or gives a *Held. It makes the directories above
// it, and clears away what a process that is no more left beside it.
func TakeClaim(dir string) (*Claim, error) {
	dir = real(dir)
	parent, base := split(dir)
	if err := MkdirAll(parent); err != nil {
		return nil, err
	}
	lock, err := Take(filepath.Join(parent, "."+base+".lock"), dir)
	if err != nil {
		return nil, err
	}
	c := &Claim{dir, lock}
	if err := clean(parent, base); err != nil {
		c.Release()
		return nil, err
	}
	return c, nil
}

// Dir is the directory that is claimed, without symbolic links.
func (c *Claim) Dir() string { return c.dir }

// Stale is who died over the claim before it was taken, or nil.
func (c *Claim) Stale() *Holder { return c.lock.Stale() }

// Next makes the directory that will be put in the place of the claimed one, for
// what is made before the rest of it. It goes with the claim.
func (c *Claim) Next() (string, error) {
	parent, base := split(c.dir)
	next := filepath.Join(parent, "."+base+".next")
	if err := os.Mkdir(next, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return next, os.Chmod(next, 0o755)
}

// Release lets the directory go, and takes away what was made for it.
func (c *Claim) Release() {
	parent, base := split(c.dir)
	_ = os.RemoveAll(filepath.Join(parent, "."+base+".next")) // the next claim clears away what stays
	c.lock.Remove()
}

// Replace is as the function of that name, under the claim.
func (c *Claim) Replace(may func(dir string) error, fill func(next string) error) error {
	if err := may(c.dir); err != nil {
		return err
	}
	return c.replace(may, fill)
}

func (c *Claim) replace(may func(dir string) error, fill func(next string) error) error {
	next, err := c.Next()
	if err != nil {
		return err
	}
	defer os.RemoveAll(next) // after the exchange, what stood there before
	if err := fill(next); err != nil {
		return err
	}
	if err := syncTree(next); err != nil {
		return err
	}
	if err := may(c.dir); err != nil { // it may have taken a while
		return err
	}
	if err := swap(next, c.dir); err != nil {
		return fmt.Errorf("%s stays as it was: %w", c.dir, err)
	}
	return syncDir(filepath.Dir(c.dir))
}

// real is a directory's own name: a link to it stays a link.
func real(dir string) string {
	if r, err := filepath.EvalSymlinks(dir); err == nil {
		dir = r
	}
	return filepath.Clean(dir)
}

func split(dir string) (parent, base string) {
	parent, base = filepath.Split(dir)
	return filepath.Clean(parent), base
}

// clean removes what a process that is no more left beside dir. Where it died
// between two renames, the directory is put back first.
func clean(parent, base string) error {
	dir, old := filepath.Join(parent, base), filepath.Join(parent, "."+base+".old")
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := os.Rename(old, dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, e := range entries {
		// The last are of versions before this one.
		if n := e.Name(); n == "."+base+".next" || n == "."+base+".old" || e.IsDir() && strings.HasPrefix(n, base+".next-") {
			if err := os.RemoveAll(filepath.Join(parent, n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// swap puts next in the place of dir. Where dir exists the two are exchanged in
// one step, and next then holds what dir held.
func swap(next, dir string) error {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(next, dir)
	}
	err := exchangeNames(next, dir)
	if errors.Is(err, errors.ErrUnsupported) {
		return swapSlowly(next, dir)
	}
	return err
}

// exchangeNames is exchange; a test has it fail.
var exchangeNames = exchange

// swapSlowly puts next in the place of dir where the two cannot be exchanged in
// one step; for the moment between the two renames there is no directory. One
// who dies in it leaves it to the next Replace to put the old one back.
func swapSlowly(next, dir string) error {
	old := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".old")
	err := os.Rename(dir, old)
	if err == nil {
		err = syncDir(filepath.Dir(dir)) // else a loss of power could leave the second alone
	}
	if err != nil {
		return err
	}
	if err := os.Rename(next, dir); err != nil {
		return errors.Join(err, os.Rename(old, dir))
	}
	return os.RemoveAll(old)
}

// syncFiles brings every file and directory of a tree to the disk, one by one.
func syncFiles(dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return syncDir(name)
		case !d.Type().IsRegular():
			return nil
		}
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		return f.Sync()
	})
}
