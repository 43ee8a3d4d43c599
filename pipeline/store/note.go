package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"asylum/pipeline/disk"
)

// Keep keeps a file that gives no table, for ever, under a name below pages/
// that may get a part of its sum where other bytes have that name. The same
// bytes in the same directory are kept once: Keep gives the name they have, and
// whether they are new.
func (l *Lake) Keep(name, url string, data []byte) (file string, isNew bool, err error) {
	name = "pages/" + name
	if !ofLake(name) || slices.ContainsFunc(strings.Split(name, "/"), func(p string) bool { return !safe(p) }) {
		return "", false, fmt.Errorf("%q is no name for a page", name)
	}
	lock, unlock, err := l.lock()
	if err != nil {
		return "", false, err
	}
	defer unlock()
	sum := sha256.Sum256(data)
	k := kept{File: name, SHA256: hex.EncodeToString(sum[:]), URL: url}
	if held, ok := l.alike(k, data); ok {
		return l.path(held), false, nil
	}
	if there(l.path(name)) {
		ext := path.Ext(name)
		k.File = strings.TrimSuffix(name, ext) + "-" + k.SHA256[:8] + ext
	}
	err = l.begin(lock, []string{k.File}, func() error {
		if err := l.write(k.File, func(w io.Writer) error { _, err := w.Write(data); return err }); err != nil {
			return err
		}
		return l.name(slices.Clone(l.entries), append(slices.Clone(l.kept), k))
	})
	return l.path(k.File), err == nil, err
}

// Kept lists the files that Keep keeps in a directory such as "pages/frozen", by
// name relative to the lake.
func (l *Lake) Kept(dir string) (names []string) {
	for _, k := range l.kept {
		if path.Dir(k.File) == dir {
			names = append(names, k.File)
		}
	}
	return names
}

// alike finds a file with these bytes beside the one that is to be kept. Pages
// of older lakes stand in no manifest.
func (l *Lake) alike(k kept, data []byte) (name string, ok bool) {
	dir := path.Dir(k.File)
	for _, h := range l.kept {
		if path.Dir(h.File) == dir && h.SHA256 == k.SHA256 {
			return h.File, true
		}
	}
	entries, _ := os.ReadDir(l.path(dir)) // what cannot be read is no such file
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if disk.IsTemporary(name) || l.names(name) {
			continue
		}
		if was, err := os.ReadFile(l.path(name)); err == nil && bytes.Equal(was, data) {
			return name, true
		}
	}
	return "", false
}

func (l *Lake) path(name string) string { return filepath.Join(l.dir, filepath.FromSlash(name)) }

// Note writes a file of notes beside the manifest: what its loss costs is time.
func (l *Lake) Note(name string, v any) error {
	if !isNote(name) {
		return fmt.Errorf("%q is no name for notes", name)
	}
	_, unlock, err := l.lock()
	if err != nil {
		return err
	}
	defer unlock()
	data, err := disk.Seal(v)
	if err != nil {
		return err
	}
	return l.write(name, func(w io.Writer) error { _, err := w.Write(data); return err })
}

// Recall reads notes into v, and reports whether there were any that are whole.
func (l *Lake) Recall(name string, v any) bool {
	data, err := os.ReadFile(l.path(name))
	if err != nil {
		return false
	}
	_, err = disk.Unseal(data, v)
	return err == nil
}

// isNote reports whether a name can be that of a file of notes.
func isNote(name string) bool {
	return safe(name) && strings.HasSuffix(name, ".json") && name != manifestName
}

// Dir is the lake's directory.
func (l *Lake) Dir() string { return l.dir }

// there reports whether a file is there at all.
func there(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}
