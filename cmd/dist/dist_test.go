package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The archive of one platform holds what it should, and its SBOM every module that
// go list finds in the program. Built without -trimpath, as the tests are.
func TestRelease(t *testing.T) {
	p := platform{"linux", "amd64"}
	dir := t.TempDir()
	program := filepath.Join(dir, "asylum")
	if err := build("../..", p, program, "-buildvcs=false"); err != nil {
		t.Fatal(err)
	}
	common := []item{{"README.md", []byte("read"), 0o644}, {"man/man1/asylum.1", []byte("page"), 0o644}}
	names, err := release(dir, p, program, common)
	if err != nil {
		t.Fatal(err)
	}
	packed := untar(t, filepath.Join(dir, names[0]))
	list := packed["asylum-devel-linux-amd64/asylum.cdx.json"]
	if built, err := os.ReadFile(program); err != nil || packed["asylum-devel-linux-amd64/asylum"] != string(built) {
		t.Errorf("the archive holds another program (%v)", err)
	}
	if packed["asylum-devel-linux-amd64/man/man1/asylum.1"] != "page" || len(packed) != 4 {
		t.Errorf("the archive holds %d files, want 4", len(packed))
	}
	var b bom
	if err := json.Unmarshal([]byte(list), &b); err != nil || b.Format != "CycloneDX" || len(b.Metadata.Component.Hashes) != 1 {
		t.Fatalf("the SBOM is %.300s (%v)", list, err)
	}
	var got []string
	for _, c := range b.Components[1:] { // after Go's library
		got = append(got, c.Name+"@"+c.Version)
		if len(c.Properties) != 1 || !strings.HasPrefix(c.Properties[0].Value, "h1:") {
			t.Errorf("%s has no sum", c.Name)
		}
	}
	if want := linked(t, p); !slices.Equal(got, want) || len(want) < 10 {
		t.Errorf("the SBOM names %q, go list %q", got, want)
	}
}

// linked are the modules whose packages the program imports, by go list.
func linked(t *testing.T, p platform) []string {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}@{{.Version}}{{end}}{{end}}", "./cmd/asylum")
	cmd.Dir, cmd.Env = "../..", append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.os, "GOARCH="+p.arch)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(string(out))
	slices.Sort(names)
	return slices.Compact(names)
}

func untar(t *testing.T, file string) map[string]string {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]string{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return held
		}
		if err != nil {
			t.Fatal(err)
		}
		if !h.ModTime.Equal(then) || h.Uid != 0 || h.Uname != "" {
			t.Errorf("%s is of %v and of %d %q", h.Name, h.ModTime, h.Uid, h.Uname)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		held[h.Name] = string(data)
	}
}

// What is packed twice is the same, and a zip reads.
func TestPacked(t *testing.T) {
	items := []item{{"a", []byte("one"), 0o755}, {"b/c", []byte("two"), 0o644}}
	for _, pack := range []func(string, []item) ([]byte, error){tarball, zipped} {
		one, err := pack("d", items)
		if err != nil {
			t.Fatal(err)
		}
		if two, err := pack("d", items); err != nil || !bytes.Equal(one, two) {
			t.Errorf("packed twice it differs (%v)", err)
		}
	}
	z, _ := zipped("d", items)
	r, err := zip.NewReader(bytes.NewReader(z), int64(len(z)))
	if err != nil || len(r.File) != 2 || r.File[1].Name != "d/b/c" || r.File[0].Mode() != 0o755 {
		t.Errorf("the zip holds %+v (%v)", r, err)
	}
}

func TestSums(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("abc"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := sums(dir, []string{"a"}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n"; string(got) != want { // FIPS 180-2, B.1
		t.Errorf("got %q, want %q (%v)", got, want, err)
	}
}
