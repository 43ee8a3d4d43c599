package page

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/disk"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"
	"asylum/reports/figure"
	"asylum/reports/frozen"
	"asylum/reports/words"
)

// lakeOf is a lake of the embedded data.
func lakeOf(t *testing.T) *store.Lake {
	t.Helper()
	l, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := embedded(t).Copy(l); err != nil {
		t.Fatal(err)
	}
	return l
}

// revise adds a vintage of UNHCR's decisions in which Croatia granted Russians 25
// statuses in 2023, not 20.
func revise(t *testing.T, l *store.Lake) {
	t.Helper()
	data, err := os.ReadFile("../../datasets/exports/unhcr/asylum_decisions/2025-12-01/asylum_decisions.csv")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^2023,"Russian Federation",[^\n]*"HRV","HRV","G","FI",[^\n]*,20,0,39,274,333$`)
	was := row.Find(data)
	if was == nil {
		t.Fatal("the export has no row of Russians in Croatia in 2023")
	}
	now := bytes.Replace(was, []byte(",20,0,39,274,333"), []byte(",25,0,39,274,338"), 1)
	name := filepath.Join(t.TempDir(), "asylum_decisions.csv")
	if err := os.WriteFile(name, bytes.Replace(data, was, now, 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Add(l, name, ingest.Options{Table: "asylum_decisions", Vintage: "2026-06-01"}); err != nil {
		t.Fatal(err)
	}
}

func shelfOf(t *testing.T, l *store.Lake) *frozen.Shelf {
	t.Helper()
	s := frozen.Open(l)
	if len(s.Damaged) > 0 {
		t.Fatal(s.Damaged)
	}
	return s
}

// frozenIn are the frozen files that stand in a site.
func frozenIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	good, bad, err := frozen.Scan(dir)
	if err != nil || len(bad) > 0 {
		t.Fatal(bad, err)
	}
	for _, name := range good {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(data)
	}
	return out
}

// stands checks that every file of before stands in dir, byte for byte, and that
// the site is as its manifest says.
func stands(t *testing.T, what, dir string, before map[string]string) map[string]string {
	t.Helper()
	now := frozenIn(t, dir)
	for name, data := range before {
		if now[name] != data {
			t.Errorf("%s: %s does not stand as it was", what, name)
		}
	}
	if _, faults, err := disk.Site(dir, func(string) bool { return false }); err != nil || len(faults) > 0 {
		t.Errorf("%s: %v, %v", what, faults, err)
	}
	return now
}

// small is a site of some charts of a lake in one language, without pages of places:
// quick to publish.
func small(t *testing.T, l *store.Lake, ids ...string) *Site {
	t.Helper()
	specs, err := figure.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	specs = slices.DeleteFunc(specs, func(s figure.Spec) bool { return !slices.Contains(ids, s.ID) })
	s, err := made(l, Options{Specs: specs, Langs: words.Langs[:1], Each: rate.Parallel})
	if err != nil {
		t.Fatal(err)
	}
	s.Scope.Citizens, s.Scope.Geos, s.Ledger = nil, nil, nil
	return s
}

// without is a site without a chart, in another language.
func without(s *Site, id string, l words.Lang) *Site {
	out := *s
	out.Charts = slices.DeleteFunc(slices.Clone(s.Charts), func(d *figure.Draft) bool { return d.Spec.ID == id })
	out.o.Langs = []words.Lang{l}
	return &out
}

func publish(t *testing.T, s *Site, dir string, shelf *frozen.Shelf) {
	t.Helper()
	if err := s.Publish(dir, shelf, nil); err != nil {
		t.Fatal(err)
	}
}

// Whatever is published later, and wherever: who was given a frozen address gets
// the same bytes.
func TestFrozenStandsForEver(t *testing.T) {
	l, top := lakeOf(t), t.TempDir()
	dir := filepath.Join(top, "site")
	publish(t, small(t, l, "HR-RU-2023", "AF-map-2023"), dir, shelfOf(t, l))
	first := stands(t, "the first", dir, nil)
	old := leadsTo(readAll(t, dir), "embed/HR-RU-2023.html")
	if frozen.Sum(old) == "" || !says(first[old], "20 of 59") {
		t.Fatalf("%s is no frozen page of Croatia's ladder", old)
	}

	revise(t, l)
	revised := small(t, l, "HR-RU-2023", "AF-map-2023")
	publish(t, revised, dir, shelfOf(t, l))
	second := stands(t, "with other data", dir, first)
	now := leadsTo(readAll(t, dir), "embed/HR-RU-2023.html")
	if now == old || !says(second[now], "25 of 64") || says(second[old], "25 of 64") {
		t.Errorf("the latest is %s, was %s", now, old)
	}

	publish(t, without(revised, "HR-RU-2023", "fr"), dir, shelfOf(t, l))
	third := stands(t, "without the chart, in another language", dir, second)
	if _, err := os.Stat(filepath.Join(dir, "embed", "HR-RU-2023.html")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a chart that is not made any more has a latest state: %v", err)
	}

	elsewhere := filepath.Join(top, "elsewhere")
	publish(t, without(revised, "HR-RU-2023", "fr"), elsewhere, shelfOf(t, l))
	stands(t, "in another place", elsewhere, third)

	needs, err := frozen.Needs(l)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range l.Vintages() {
		if m.Table == "asylum_decisions" && !strings.Contains(needs[store.Key(&m)], "the frozen embed of ") {
			t.Errorf("nobody needs %s %s", m.Table, m.Vintage)
		}
	}
}

// says reports whether a page says something, wherever its lines may break.
func says(page, text string) bool {
	return strings.Contains(strings.ReplaceAll(page, "\u00a0", " "), text)
}

func readAll(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, name := range []string{"embed/HR-RU-2023.html", "embed/AF-map-2023.html"} {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = data
	}
	return out
}

// A frozen file that was altered or taken away is named and never published; it
// comes back from the lake, or from whoever has a copy.
func TestFrozenThatIsDamaged(t *testing.T) {
	l := lakeOf(t)
	dir := filepath.Join(t.TempDir(), "site")
	whole := small(t, l, "HR-RU-2023", "AF-map-2023")
	publish(t, whole, dir, nil)
	first := frozenIn(t, dir)
	name := leadsTo(readAll(t, dir), "embed/HR-RU-2023.html")
	file := filepath.Join(dir, filepath.FromSlash(name))
	other := without(whole, "HR-RU-2023", "en")

	if err := os.WriteFile(file, []byte(strings.Replace(first[name], "20\u00a0of\u00a059", "59\u00a0of\u00a059", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	err := other.Publish(dir, nil, nil)
	var lost *frozen.LostError
	if !errors.As(err, &lost) || len(lost.Files) != 1 || lost.Files[0].File != name || !strings.Contains(err.Error(), "it is kept in "+dir+".damaged") {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is published all the same: %v", err)
	}
	if aside, err := os.ReadFile(filepath.Join(dir+".damaged", filepath.Base(name))); err != nil || !says(string(aside), "59 of 59") {
		t.Errorf("it is not kept aside: %v", err)
	}
	for range 2 { // the site says so until it is mended
		_, faults, err := disk.Site(dir, func(string) bool { return false })
		if err != nil || len(faults) != 1 || faults[0].File != name || faults[0].What != "is missing" {
			t.Fatalf("%v, %v", faults, err)
		}
		publish(t, other, dir, nil) // said once
	}
	if err := os.WriteFile(file, []byte(first[name]), 0o644); err != nil { // by hand
		t.Fatal(err)
	}
	publish(t, other, dir, nil)
	stands(t, "brought back by hand", dir, first)

	publish(t, other, dir, shelfOf(t, l)) // from now on the lake keeps them
	if err := os.WriteFile(file, []byte("<html>"), 0o644); err != nil {
		t.Fatal(err)
	}
	gone := slices.Sorted(maps.Keys(first))[0]
	if gone == name {
		gone = slices.Sorted(maps.Keys(first))[1]
	}
	if err := os.Remove(filepath.Join(dir, filepath.FromSlash(gone))); err != nil {
		t.Fatal(err)
	}
	publish(t, other, dir, shelfOf(t, l))
	stands(t, "brought back from the lake", dir, first)
}

// A frozen page holds all that it needs: no address of it can change, and its
// policy allows the style and the script that stand in it, by their sums.
func TestFrozenPages(t *testing.T) {
	all := files(t)
	inline := regexp.MustCompile(`(?s)<(style|script)>(.*?)</(?:style|script)>`)
	reach := regexp.MustCompile(`(?:href|src)="([^"#]+)"|url\('?([^)']+)'?\)`)
	langs, n := map[string]int{}, 0
	for name, page := range pagesOf(t) {
		if !strings.HasPrefix(name, "frozen/") {
			continue
		}
		n++
		if frozen.Name(all[name], ".html") != name {
			t.Errorf("%s is not its address", name)
		}
		o, err := frozen.Read(all[name])
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		langs[o.Language]++
		if !strings.Contains(page, `<html lang="`+o.Language+`">`) || !strings.Contains(page, "</table>") || !strings.Contains(page, o.Vintages[0].SHA256+"</code>") {
			t.Errorf("%s (%s) lacks its language, its numbers or its vintages", name, o.Chart)
		}
		for _, m := range inline.FindAllStringSubmatch(page, -1) {
			if !strings.Contains(strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(page), m[1]+"-src "+policySum(m[2])) {
				t.Errorf("%s: its policy does not allow its %s", name, m[1])
			}
		}
		for _, m := range reach.FindAllStringSubmatch(page, -1) {
			to := m[1] + m[2]
			if to == "data:," || to == "../index.html" || strings.HasPrefix(to, "#") {
				continue
			}
			if frozen.Sum("frozen/"+to) == "" || all["frozen/"+to] == nil {
				t.Errorf("%s reaches %s, which may change or is not there", name, to)
			}
		}
	}
	for _, l := range words.Langs {
		if langs[string(l)] != n/len(words.Langs) {
			t.Errorf("%d frozen pages in %s of %d", langs[string(l)], l, n)
		}
	}
	// Each chart that a page shows has both snippets.
	for name, page := range pagesOf(t) {
		if shown, latest, kept := strings.Count(page, "<figure>"), strings.Count(page, `id="emb-`), strings.Count(page, `id="fro-`); !strings.HasPrefix(name, "frozen/") && (latest != shown || kept != shown) {
			t.Errorf("%s shows %d charts, with %d latest and %d frozen snippets", name, shown, latest, kept)
		}
	}
}
