package frozen

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/disk"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
)

const page = `<html><script type="application/json" id="asylum-origin">{"chart":"RU-EU-2023","language":"fr","definitions":["unhcr_total_protection"],"vintages":[{"source":"unhcr","table":"asylum_decisions","vintage":"2025-12-01","sha256":"ab"}]}</script></html>`

func TestAddress(t *testing.T) {
	name := Name([]byte("abc"), ".html")
	if want := "frozen/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.html"; name != want { // FIPS 180-2, appendix B.1
		t.Errorf("got %s, want %s", name, want)
	}
	if err := Check(name, strings.NewReader("abc")); err != nil {
		t.Error(err)
	}
	if err := Check(name, strings.NewReader("abd")); err == nil || !strings.HasPrefix(err.Error(), "it is not what its address says: its sha256 is ") {
		t.Errorf("got %v", err)
	}
	sum := Sum(name)
	for _, bad := range []string{sum, "frozen/" + sum, "frozen/" + sum[1:] + ".html", "frozen/../" + sum + ".html", "frozen/a/" + sum + ".html", "frozen/" + strings.ToUpper(sum) + ".html", "fr/" + name} {
		if Sum(bad) != "" || Check(bad, strings.NewReader("abc")) == nil {
			t.Errorf("%s is an address", bad)
		}
	}
}

func TestRead(t *testing.T) {
	o, err := Read([]byte(page))
	if err != nil || o.Chart != "RU-EU-2023" || o.Language != "fr" || o.Vintages[0] != VintageOf(&table.Meta{Source: "unhcr", Table: "asylum_decisions", Vintage: "2025-12-01", SHA256: "ab"}) {
		t.Errorf("got %+v, %v", o, err)
	}
	for _, bad := range []string{"", "<html>", strings.Replace(page, "{", "[", 1), strings.Replace(page, `"chart":"RU-EU-2023",`, "", 1), strings.Replace(page, `"vintages"`, `"other"`, 1)} {
		if o, err := Read([]byte(bad)); err == nil {
			t.Errorf("%s: got %+v", bad, o)
		}
	}
}

// What a lake keeps is found again, once, checked, and the same files in any order
// are the same archive.
func TestShelf(t *testing.T) {
	files := map[string][]byte{}
	for _, text := range []string{page, "<svg/>", "letters"} {
		files[Name([]byte(text), ".html")] = []byte(text)
	}
	delete(files, Name([]byte("letters"), ".html"))
	files[Name([]byte("letters"), ".woff")] = []byte("letters")
	files[Name([]byte("<svg/>"), ".svg")] = files[Name([]byte("<svg/>"), ".html")]
	delete(files, Name([]byte("<svg/>"), ".html"))
	site, names := t.TempDir(), []string{}
	for name, data := range files {
		if err := disk.WriteBytes(filepath.Join(site, filepath.FromSlash(name)), data); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	var kept []string
	for range 2 {
		slices.Reverse(names)
		l, err := store.Create(filepath.Join(t.TempDir(), "lake"))
		if err != nil {
			t.Fatal(err)
		}
		s := Open(l)
		for range 2 { // the second adds nothing
			if err := s.Add(site, names); err != nil {
				t.Fatal(err)
			}
		}
		kept = append(kept, l.Kept("pages/frozen")...)
		again, err := store.Open(l.Dir())
		if err != nil {
			t.Fatal(err)
		}
		if s = Open(again); len(s.Names()) != 3 || len(s.Damaged) > 0 {
			t.Fatalf("%v, %v", s.Names(), s.Damaged)
		}
		for name, want := range files {
			if got, err := s.File(name); err != nil || string(got) != string(want) || !s.Has(name) {
				t.Errorf("%s: %s, %v", name, got, err)
			}
		}
		needs, err := Needs(again)
		if name := Name([]byte(page), ".html"); err != nil || len(needs) != 1 || needs["unhcr asylum_decisions ab"] != "the frozen embed of RU-EU-2023 ("+Sum(name)[:12]+"…)" {
			t.Errorf("%v, %v", needs, err)
		}
		if c, err := store.Verify(l.Dir(), nil); err != nil || len(c.Faults) > 0 {
			t.Errorf("%+v, %v", c, err)
		}
	}
	l, err := store.Create(filepath.Join(t.TempDir(), "lake"))
	if err != nil {
		t.Fatal(err)
	}
	if err := Open(l).Add(site, names); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.Dir(), filepath.FromSlash(l.Kept("pages/frozen")[0])), []byte("PK"), 0o644); err != nil {
		t.Fatal(err)
	}
	if s := Open(l); len(s.Damaged) != 1 || len(s.Names()) != 0 {
		t.Errorf("of a damaged archive: %v, %v", s.Names(), s.Damaged)
	}
	if _, err := Needs(l); err == nil {
		t.Error("what the pages of a damaged archive need is told")
	}
	if len(kept) != 2 || kept[0] != kept[1] {
		t.Errorf("the archives are %v", kept)
	}
}

// A lake within a site knows what the site has frozen; a page that says nothing of
// itself leaves open what it needs.
func TestNeedsOfASite(t *testing.T) {
	site := t.TempDir()
	l, err := store.Create(filepath.Join(site, "lake"))
	if err != nil {
		t.Fatal(err)
	}
	put := func(text string) {
		name := filepath.Join(site, filepath.FromSlash(Name([]byte(text), ".html")))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(page)
	if needs, err := Needs(l); err != nil || len(needs) != 1 {
		t.Errorf("%v, %v", needs, err)
	}
	put("<html>")
	if needs, err := Needs(l); err == nil || !strings.Contains(err.Error(), "it holds no element asylum-origin") {
		t.Errorf("%v, %v", needs, err)
	}
	good, bad, err := Scan(site)
	if err != nil || len(good) != 2 || len(bad) != 0 {
		t.Errorf("%v, %v, %v", good, bad, err)
	}
	name := filepath.Join(site, filepath.FromSlash(good[0]))
	if err := os.WriteFile(name, []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if good, bad, err = Scan(site); err != nil || len(good) != 1 || len(bad) != 1 || slices.Contains(good, bad[0].File) {
		t.Errorf("%v, %v, %v", good, bad, err)
	}
}
