//go:build unix

package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lock takes the lake for writing, reads the manifest anew, and gives the way
// to let it go. A lock dies with its process.
func (l *Lake) lock() (unlock func(), err error) {
	if err := os.MkdirAll(l.dir, 0o777); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(l.dir, ".lock"), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(f.Name())
		f.Close()
		return nil, fmt.Errorf("%s is being written to by process %s; wait for it, or stop it", l.dir, strings.TrimSpace(string(holder)))
	}
	if err := f.Truncate(0); err == nil {
		fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	if now, err := Create(l.dir); err != nil {
		f.Close()
		return nil, err
	} else {
		l.entries = now.entries
	}
	return func() { f.Close() }, nil
}
