// Package disk puts files and directories in their place whole or not at all:
// they are written beside it, brought to the disk, and renamed. A kill or a
// loss of power at any moment leaves the old or the new, and a lock says who is
// at work.
package disk

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrUnsure reports a file that stands in its place, of which the disk did not
// confirm that it will stand there after a loss of power.
var ErrUnsure = errors.New("the disk does not confirm the file's name")

// temporary is how names of files begin that are not yet in their place.
const temporary = ".tmp-"

// IsTemporary tells the name of a file that was never put in its place.
func IsTemporary(name string) bool { return strings.HasPrefix(filepath.Base(name), temporary) }

// Write makes a file, and the directories above it, or leaves what was there.
// When it returns, the file is on the disk.
func Write(name string, fill func(io.Writer) error) error { return write(name, fill, true) }

// WriteScratch is Write for files that need not outlive a loss of power.
func WriteScratch(name string, fill func(io.Writer) error) error { return write(name, fill, false) }

// WriteBytes is Write of bytes that are at hand.
func WriteBytes(name string, data []byte) error {
	return Write(name, func(w io.Writer) error { _, err := w.Write(data); return err })
}

func write(name string, fill func(io.Writer) error, lasting bool) (err error) {
	dir := filepath.Dir(name)
	if err := mkdirAll(dir, lasting); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, temporary+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil && !errors.Is(err, ErrUnsure) {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	buf := bufio.NewWriterSize(f, 1<<18)
	if err := fill(buf); err != nil {
		return err
	}
	if err := buf.Flush(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if lasting {
		if err := f.Sync(); err != nil {
			return err
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), name); err != nil || !lasting {
		return err
	}
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("%s: %w: %v", name, ErrUnsure, err)
	}
	return nil
}

// MkdirAll makes a directory and those above it, each of them on the disk when
// it returns.
func MkdirAll(dir string) error { return mkdirAll(dir, true) }

// MkdirScratch is MkdirAll for what need not outlive a loss of power.
func MkdirScratch(dir string) error { return mkdirAll(dir, false) }

func mkdirAll(dir string, lasting bool) error {
	if st, err := os.Stat(dir); err == nil && st.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := mkdirAll(parent, lasting); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		if st, e := os.Stat(dir); errors.Is(err, fs.ErrExist) && e == nil && st.IsDir() {
			return nil // somebody else made it meanwhile
		}
		return err
	}
	if !lasting {
		return nil
	}
	return syncDir(parent)
}

// Remove takes a file away, so that it stays away after a loss of power. One
// that is not there is no error.
func Remove(name string) error {
	err := os.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// RemoveUp takes away a file below root, and the directories above it that are
// left empty, but not root.
func RemoveUp(root, name string) {
	for name = filepath.Join(root, name); name != filepath.Clean(root); name = filepath.Dir(name) {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return // not empty
		}
	}
}

// Sweep removes from a directory the files that a process which is no more
// never put in their place. Call it only under the lock of what the directory
// belongs to.
func Sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if IsTemporary(e.Name()) && e.Type().IsRegular() {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// Writable tells whether files can be made in a directory, or in the first one
// above it that there is, and leaves none behind.
func Writable(dir string) error {
	for {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, temporary+"*")
	if err != nil {
		return err
	}
	f.Close()
	if err := os.Remove(f.Name()); !errors.Is(err, fs.ErrNotExist) { // whoever holds the lock may have swept it away
		return err
	}
	return nil
}
