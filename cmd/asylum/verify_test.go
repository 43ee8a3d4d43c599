package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"asylum/pipeline/disk"
	"asylum/pipeline/ingest"
	"asylum/pipeline/store"
	"asylum/reports/frozen"
)

// One bit is flipped in each of 500 places of a lake and of a site, in turn:
// each is found, and the file it is in is named, and no other.
func TestVerifyFindsEveryFlippedBit(t *testing.T) {
	site := t.TempDir()
	e, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	l := store.Scratch(filepath.Join(site, "lake"))
	if err := e.Copy(l); err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Keep("croatia/2026-11-21.html", "https://asylumineurope.org/croatia", []byte("<html></html>")); err != nil {
		t.Fatal(err)
	}
	if err := l.Note("fetched.json", map[string]string{"migr_asyappctza": "2026-11-21"}); err != nil {
		t.Fatal(err)
	}
	writeSite(t, site, map[string]string{"index.html": "<html>60 of 100</html>", "fr/chart.svg": "<svg>60</svg>", "fr/chart.json": "[60]", frozen.Name([]byte("<html>60</html>"), ".html"): "<html>60</html>"})
	if v, err := verify(site); err != nil || len(v.Faults)+len(v.Begun) > 0 || v.Files < 15 {
		t.Fatalf("%v, %+v", err, v)
	}
	var names []string
	fs.WalkDir(os.DirFS(site), ".", func(name string, d fs.DirEntry, _ error) error {
		if !d.IsDir() && d.Name() != ".lock" {
			names = append(names, name)
		}
		return nil
	})
	r := rand.New(rand.NewPCG(6, 1))
	for i := range 500 {
		name := names[i%len(names)]
		path := filepath.Join(site, filepath.FromSlash(name))
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		bad := bytes.Clone(whole)
		at, bit := r.IntN(len(bad)), r.IntN(8)
		bad[at] ^= 1 << bit
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		v, err := verify(site)
		if err != nil || len(v.Faults) != 1 || v.Faults[0].File != name {
			t.Errorf("%s, byte %d, bit %d: %v, %+v", name, at, bit, err, v)
		}
		if err := os.WriteFile(path, whole, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		path := filepath.Join(site, filepath.FromSlash(name))
		if filepath.Base(name) == "manifest.json" || name == "lake/fetched.json" {
			continue // without it nothing says what should be there; notes may go
		}
		if err := os.Rename(path, path+".gone"); err != nil {
			t.Fatal(err)
		}
		v, err := verify(site)
		if err != nil || len(v.Faults) != 2 || v.Faults[0].File != name || v.Faults[0].What != "is missing" || v.Faults[1].File != name+".gone" || !strings.HasPrefix(v.Faults[1].What, "is extra") {
			t.Errorf("%s renamed: %v, %+v", name, err, v)
		}
		if err := os.Rename(path+".gone", path); err != nil {
			t.Fatal(err)
		}
	}
}

// A frozen file that is not what its address says is named, though the manifest
// agrees with it.
func TestVerifyLooksAtFrozenAddresses(t *testing.T) {
	site := t.TempDir()
	name := frozen.Name([]byte("<html>60</html>"), ".html")
	writeSite(t, site, map[string]string{"index.html": "<html></html>", name: "<html>61</html>"})
	v, err := verify(site)
	if err != nil || v.Files != 2 || len(v.Faults) != 1 || v.Faults[0].File != name || !strings.HasPrefix(v.Faults[0].What, "it is not what its address says") {
		t.Errorf("%v, %+v", err, v)
	}
}

// A vintage that a frozen embed rests on stays, whatever the rules say.
func TestForgetKeepsWhatAFrozenEmbedNeeds(t *testing.T) {
	dir := t.TempDir()
	lake := filepath.Join(dir, "lake")
	for i, day := range []string{"2024-05-01", "2024-06-01"} {
		name := filepath.Join(dir, "migr_asydcfsta.tsv")
		text := fmt.Sprintf("freq,citizen,sex,age,decision,unit,geo\\TIME_PERIOD\t2023 \nA,SY,T,TOTAL,TOTAL,PER,DE\t10%d0 \nA,SY,T,TOTAL,TOTAL_POS,PER,DE\t600 \n", i)
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if code := run([]string{"add", "--lake", lake, "--vintage", day, name}, nil, io.Discard, os.Stderr); code != exitDone {
			t.Fatalf("add ends with %d", code)
		}
	}
	l, err := store.Open(lake)
	if err != nil {
		t.Fatal(err)
	}
	forget := func() string {
		var out bytes.Buffer
		if code := run([]string{"forget", "--lake", lake, "--keep-last", "1", "--dry-run"}, nil, &out, os.Stderr); code != exitDone {
			t.Fatalf("forget ends with %d", code)
		}
		return out.String()
	}
	if out := forget(); !strings.Contains(out, "1 of 2 vintages would be forgotten") {
		t.Errorf("without a frozen embed: %s", out)
	}
	s := frozen.Open(l)
	old := l.Vintages()[0]
	page := fmt.Sprintf(`<script type="application/json" id="asylum-origin">{"chart":"SY-DE","language":"en","vintages":[{"source":"eurostat","table":"migr_asydcfsta","vintage":"2024-05-01","sha256":"%s"}]}</script>`, old.SHA256)
	name := frozen.Name([]byte(page), ".html")
	if err := disk.WriteBytes(filepath.Join(dir, filepath.FromSlash(name)), []byte(page)); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(dir, []string{name}); err != nil {
		t.Fatal(err)
	}
	if out := forget(); !strings.Contains(out, "0 of 2 vintages would be forgotten") || !strings.Contains(out, "the frozen embed of SY-DE (") {
		t.Errorf("with one: %s", out)
	}
}

// writeSite writes a site's files with their manifest.
func writeSite(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	sums := map[string]string{}
	for name, text := range files {
		if err := disk.WriteBytes(filepath.Join(dir, filepath.FromSlash(name)), []byte(text)); err != nil {
			t.Fatal(err)
		}
		sums[name] = checksum([]byte(text))
	}
	data, err := disk.Seal(map[string]any{"files": sums})
	if err != nil {
		t.Fatal(err)
	}
	if err := disk.WriteBytes(filepath.Join(dir, "manifest.json"), data); err != nil {
		t.Fatal(err)
	}
}

func checksum(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }
