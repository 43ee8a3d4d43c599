package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// An item is a file of an archive.
type item struct {
	name string // with slashes, below the archive's directory
	data []byte
	mode int64 // permissions
}

// then is the time of all files in archives, the first that a zip can hold.
var then = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// release writes the archive of a program and its SBOM into out, and gives their
// names.
func release(out string, p platform, program string, common []item) ([]string, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	list, err := sbom(info, sha256.Sum256(data))
	if err != nil {
		return nil, err
	}
	name := strings.Join([]string{"asylum", cmp.Or(strings.Trim(info.Main.Version, "()"), "devel"), p.os, p.arch}, "-")
	items := append(slices.Clone(common), item{p.program(), data, 0o755}, item{"asylum.cdx.json", list, 0o644})
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.name, b.name) })
	pack, ending := tarball, ".tar.gz"
	if p.os == "windows" {
		pack, ending = zipped, ".zip"
	}
	archive, err := pack(name, items)
	if err != nil {
		return nil, err
	}
	names := []string{name + ending, name + ".cdx.json"}
	for i, b := range [][]byte{archive, list} {
		if err := os.WriteFile(filepath.Join(out, names[i]), b, 0o666); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// tarball packs items under a directory. Times and owners are the same whoever
// packs.
func tarball(dir string, items []item) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(z)
	for _, it := range items {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: dir + "/" + it.name, Mode: it.mode, Size: int64(len(it.data)), ModTime: then, Format: tar.FormatUSTAR}); err != nil {
			return nil, err
		}
		if _, err := w.Write(it.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

// zipped does the same as a zip.
func zipped(dir string, items []item) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, it := range items {
		h := &zip.FileHeader{Name: dir + "/" + it.name, Method: zip.Deflate, Modified: then}
		h.SetMode(os.FileMode(it.mode))
		f, err := w.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(it.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

// sums writes SHA256SUMS, which sha256sum -c reads.
func sums(out string, names []string) error {
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(data), name)
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(b.String()), 0o666)
}
