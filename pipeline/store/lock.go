package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"

	"asylum/pipeline/disk"
)

// Hold keeps the lake for this process until release is called, over several
// things that are written to it. Somebody else at work gives a *disk.Held.
func (l *Lake) Hold() (release func(), err error) {
	lock, unlock, err := l.lock()
	if err != nil {
		return nil, err
	}
	l.held = lock
	return func() { l.held = nil; unlock() }, nil
}

// Stale is who died holding the lake before Hold took it, or nil.
func (l *Lake) Stale() *disk.Holder {
	if l.held == nil {
		return nil
	}
	return l.held.Stale()
}

// lock takes the lake for writing, takes back what a dead process had begun,
// reads the manifest anew, and gives the way to let it go.
func (l *Lake) lock() (lock *disk.Lock, unlock func(), err error) {
	if l.held != nil {
		return l.held, func() {}, nil
	}
	if err := l.mkdir(); err != nil {
		return nil, nil, fmt.Errorf("the lake %s cannot be written to: %w", l.dir, err)
	}
	lock, err = disk.Take(filepath.Join(l.dir, lockName), l.dir)
	var path *fs.PathError
	if errors.As(err, &path) {
		err = fmt.Errorf("the lake %s cannot be written to: %w", l.dir, err)
	}
	if err != nil {
		return nil, nil, err
	}
	now, err := Create(l.dir)
	if err == nil {
		l.entries, l.kept = now.entries, now.kept
		err = l.recover(lock)
	}
	if err != nil {
		lock.Abandon()
		return nil, nil, err
	}
	return lock, lock.Release, nil
}

func (l *Lake) mkdir() error {
	if l.scratch {
		return disk.MkdirScratch(l.dir)
	}
	return disk.MkdirAll(l.dir)
}

// recover takes back what a dead process had begun and no manifest names.
func (l *Lake) recover(lock *disk.Lock) error {
	if lock.Stale() == nil {
		return nil
	}
	for _, name := range lock.Stale().Pending {
		if !ofLake(name) {
			continue // the lock file is damaged
		}
		if err := disk.Sweep(filepath.Join(l.dir, filepath.FromSlash(path.Dir(name)))); err != nil {
			return err
		}
		if !l.names(name) {
			disk.RemoveUp(l.dir, filepath.FromSlash(name))
		}
	}
	if err := disk.Sweep(l.dir); err != nil {
		return err
	}
	return lock.Pending()
}
