package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"asylum/datasets/needs"
	"asylum/pipeline/disk"
	"asylum/pipeline/store"
	"asylum/reports/frozen"
)

// kinds groups the files of a lake or a site by what they are: where they stand,
// and how their names end. Manifests are kinds of their own.
func kinds(t testing.TB, dir string) (all map[string][]string) {
	t.Helper()
	all = map[string][]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == ".lock" {
			return err
		}
		top, _, below := strings.Cut(name, "/")
		kind := top + " " + path.Ext(name)
		if !below {
			kind = path.Ext(name)
		}
		if d.Name() == "manifest.json" {
			kind = name
		}
		all[kind] = append(all[kind], name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// One bit is flipped in each of 500 places of a lake, and of the site that a run
// makes of it, among all kinds of files, in turn: each is found, and the file it is
// in is named, and no other.
func TestVerifyFindsEveryFlippedBit(t *testing.T) {
	h := settle(t, needs.Memory(t))
	l, err := store.Open(h.lake)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Keep("croatia/2026-11-21.html", "https://asylumineurope.org/croatia", []byte("<html></html>")); err != nil {
		t.Fatal(err)
	}
	if err := l.Note("fetched.json", map[string]string{"migr_asyappctza": "2026-11-21"}); err != nil {
		t.Fatal(err)
	}
	own := write(t, filepath.Join(h.top, "own.yaml"), "id: mine\nkind: bars\ndefinition: eurostat_first_instance\nperiod: 2023\nby: geo\ncitizen: RU\ngeo: EU27_2020\npages: [start]\nfeatured: true\n")
	write(t, h.config, "languages: [en, fr]\ncharts: ["+own+"]\nslices: {citizens: [RU], geos: [HR]}\n")
	asylum(t, exitDone, h.run()...)
	embedded := filepath.Join(h.top, "embedded") // a site with a lake within
	asylum(t, exitDone, "run", "-c", write(t, filepath.Join(h.top, "e.yaml"), small+"tables: [unhcr/asylum_decisions]\n"), "--lake", filepath.Join(h.top, "none"), "--out", embedded)
	r := rand.New(rand.NewPCG(6, 1))
	h.damaged(r, h.lake, 180, "manifest.json", "raw .tsv", "tables .parquet", "pages .html", "pages .zip", ".json")
	h.damaged(r, h.out, 300, "manifest.json", ".html", ".csv", ".json", ".svg", ".png", ".pdf", ".xlsx", "en .html", "en .md", "fr .html", "fr .svg", "fr .png", "embed .html", "frozen .html", "frozen .svg", "frozen .js", "frozen .woff", "assets .css", "assets .js")
	h.damaged(r, embedded, 20, "lake .csv", "lake .parquet", "lake/manifest.json")
}

// damaged flips bits in a directory, by turns in each kind of its files, some of
// which have to be there, and then takes a file of each kind away.
func (h *household) damaged(r *rand.Rand, dir string, times int, wanted ...string) {
	h.Helper()
	all := kinds(h, dir)
	order := slices.Sorted(maps.Keys(all))
	for _, kind := range wanted {
		if all[kind] == nil {
			h.Errorf("%s has no file of the kind %s, of %q", dir, kind, order)
		}
	}
	if v, err := verify(dir); err != nil || len(v.Faults)+len(v.Begun) > 0 {
		h.Fatalf("%v, %+v", err, v)
	}
	for i := range times {
		of := all[order[i%len(order)]]
		name := of[r.IntN(len(of))]
		path := filepath.Join(dir, filepath.FromSlash(name))
		whole, err := os.ReadFile(path)
		if err != nil {
			h.Fatal(err)
		}
		bad := bytes.Clone(whole)
		at, bit := r.IntN(len(bad)), r.IntN(8)
		bad[at] ^= 1 << bit
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			h.Fatal(err)
		}
		v, err := verify(dir)
		if err != nil || len(v.Faults) != 1 || v.Faults[0].File != name {
			h.Errorf("%s, byte %d, bit %d: %v, %+v", name, at, bit, err, v)
		}
		if err := os.WriteFile(path, whole, 0o644); err != nil {
			h.Fatal(err)
		}
	}
	for _, kind := range order {
		name := all[kind][0]
		path := filepath.Join(dir, filepath.FromSlash(name))
		if filepath.Base(name) == "manifest.json" || dir == h.lake && kind == ".json" {
			continue // without it nothing says what should be there; notes may go
		}
		if err := os.Rename(path, path+".gone"); err != nil {
			h.Fatal(err)
		}
		v, err := verify(dir)
		if err != nil || len(v.Faults) != 2 || v.Faults[0].File != name || v.Faults[0].What != "is missing" || v.Faults[1].File != name+".gone" || !strings.HasPrefix(v.Faults[1].What, "is extra") {
			h.Errorf("%s renamed: %v, %+v", name, err, v)
		}
		if err := os.Rename(path+".gone", path); err != nil {
			h.Fatal(err)
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

// Whatever the rules of forget say, and however often gc is called, a vintage stays
// that a figure of the ledger rests on, or a frozen embed of an earlier run; what
// was published before is there, and verifies, and the next run is as any other.
func TestForgetAfterRuns(t *testing.T) {
	top := t.TempDir()
	h := &household{t, top, filepath.Join(top, "asylum.yaml"), filepath.Join(top, "lake"), filepath.Join(top, "web", "site")}
	for i, v := range []struct {
		day      string
		positive int // of 1,000 in Czechia in 2018: the ledger has 11 %
		run      bool
	}{{"2019-03-01", 110, false}, {"2024-05-01", 250, true}, {"2024-06-01", 255, false}, {"2024-07-01", 260, true}} {
		text := strings.NewReplacer("2022", "2018", "600", fmt.Sprint(600+5*i)).Replace(decisions("RU", "TOTAL"))
		text += fmt.Sprintf("A,PER,TOTAL,T,TOTAL,TOTAL,CZ\t1000 \t: \nA,PER,TOTAL,T,TOTAL,TOTAL_POS,CZ\t%d \t: \nA,PER,TOTAL,T,TOTAL,REJECTED,CZ\t%d \t: \n", v.positive, 1000-v.positive)
		asylum(t, exitDone, "add", "--lake", h.lake, "--vintage", v.day, write(t, filepath.Join(t.TempDir(), "migr_asydcfsta.tsv"), text))
		if h.at(i); v.run {
			asylum(t, exitDone, h.run()...)
		}
	}
	judged := func() string {
		var out bytes.Buffer
		if code := run([]string{"reproduce", "estat_cz_fi_2018", "--lake", h.lake}, nil, &out, io.Discard); code != exitDone && code != exitFound || !strings.Contains(out.String(), "2019-03-01") {
			t.Errorf("exit %d, the figure is judged\n%s", code, &out)
		}
		return out.String()
	}
	frozen := func() (names []string) {
		for _, list := range kinds(t, filepath.Join(h.out, "frozen")) {
			names = append(names, list...)
		}
		return names
	}
	verdict, embeds := judged(), frozen()
	said, _ := asylum(t, exitDone, "forget", "--lake", h.lake, "--keep-last", "1")
	for _, want := range []string{
		`keep    eurostat  migr_asydcfsta  2019-03-01  the figure estat_cz_fi_2018 needs it\n`, `keep    eurostat  migr_asydcfsta  2024-05-01  the frozen embed of \S+ \(.*\) needs it\n`,
		`forget  eurostat  migr_asydcfsta  2024-06-01  no rule keeps it\n`, `keep    eurostat  migr_asydcfsta  2024-07-01  it is the newest\n`, `1 of 4 vintages forgotten`,
	} {
		if !regexp.MustCompile(want).MatchString(said) {
			t.Errorf("forget does not say %q:\n%s", want, said)
		}
	}
	for range 2 {
		if said, _ := asylum(t, exitDone, "gc", "--lake", h.lake, "--raw"); !strings.HasPrefix(said, "0 files ") {
			t.Errorf("gc says %s", said)
		}
	}
	h.whole()
	if now := judged(); now != verdict {
		t.Errorf("the figure is judged\n%s, it was\n%s", now, verdict)
	}
	h.at(9)
	asylum(t, exitDone, h.run()...)
	now := frozen()
	for _, name := range embeds {
		if !slices.Contains(now, name) {
			t.Errorf("the next run leaves frozen/%s behind", name)
		}
	}
	if len(embeds) == 0 {
		t.Error("nothing was frozen")
	}
	h.whole()
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
