package page

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"html/template"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"asylum/pipeline/audit"
	"asylum/pipeline/ingest"
	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"
	"asylum/reports/figure"
	"asylum/reports/frozen"
	"asylum/reports/words"
)

var update = flag.Bool("update", false, "rewrite what is expected")

// whole is the site of the embedded data and its files, made once.
var whole = sync.OnceValues(func() (*Site, error) {
	data, err := ingest.OpenEmbedded()
	if err != nil {
		return nil, err
	}
	return made(data, Options{Each: rate.Parallel})
})

var wholeFiles = sync.OnceValues(func() (map[string][]byte, error) {
	s, err := whole()
	if err != nil {
		return nil, err
	}
	return s.Files()
})

func made(data rate.Data, o Options) (*Site, error) {
	set, err := rate.Definitions("")
	if err != nil {
		return nil, err
	}
	c, err := audit.ReadCorrections("") // as asylum run does
	if err != nil {
		return nil, err
	}
	return Build(set, audit.Correct(data, c), o)
}

func site1(t testing.TB) *Site {
	t.Helper()
	s, err := whole()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func files(t testing.TB) map[string][]byte {
	t.Helper()
	f, err := wholeFiles()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func embedded(t testing.TB) *ingest.Embedded {
	t.Helper()
	e, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// few is a site of the charts of the speech alone, in one language: quick to make.
func few(t testing.TB, data rate.Data, o Options) *Site {
	t.Helper()
	s, err := made(data, o)
	if err != nil {
		t.Fatal(err)
	}
	s.Charts = slices.DeleteFunc(s.Charts, func(d *figure.Draft) bool { return !slices.Contains(d.Spec.Pages, "start") })
	s.o.Langs = words.Langs[:1]
	return s
}

func TestTheSameFromEmbeddedAndFromTheLake(t *testing.T) {
	e := embedded(t)
	l, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Copy(l); err != nil {
		t.Fatal(err)
	}
	a := site1(t)
	b, err := made(l, Options{Each: rate.Parallel})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Charts) != len(b.Charts) {
		t.Fatalf("%d charts, from the lake %d", len(a.Charts), len(b.Charts))
	}
	for i := range a.Charts {
		var x, y bytes.Buffer
		if err := errorsOf(a.Charts[i].CSV(&x), b.Charts[i].CSV(&y)); err != nil || x.String() != y.String() {
			t.Errorf("%s differs: %v", a.Charts[i].Spec.ID, err)
		}
	}
	for i := range a.Speech {
		if a.Speech[i].Verdict != b.Speech[i].Verdict {
			t.Errorf("%s differs", a.Speech[i].ID)
		}
	}
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// The order in which the work is done leaves no trace, nor does a second run.
func TestFilesAreTheSameBytes(t *testing.T) {
	a, err := few(t, embedded(t), Options{}).Files()
	if err != nil {
		t.Fatal(err)
	}
	backwards := func(n int, job func(int) error) error {
		for i := n - 1; i >= 0; i-- {
			if err := job(i); err != nil {
				return err
			}
		}
		return nil
	}
	b, err := few(t, embedded(t), Options{Each: backwards}).Files()
	if err != nil {
		t.Fatal(err)
	}
	if len(a) != len(b) {
		t.Errorf("%d files, then %d", len(a), len(b))
	}
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

// Plain result files are the same on every machine: their sums are kept.
func TestPlainFilesAreTheSameEverywhere(t *testing.T) {
	var sums strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files(t))) {
		if strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".json") && name != "manifest.json" {
			fmt.Fprintf(&sums, "%s  %s\n", checksum(files(t)[name]), name)
		}
	}
	golden(t, "testdata/sums.txt", []byte(sums.String()))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what is expected; if a number that was published moves, say why in reports/changes, then go test -update", name)
	}
}

// The pictures that the README shows are those that a run draws.
func TestPicturesOfTheREADME(t *testing.T) {
	shown, err := filepath.Glob("../pictures/*.png")
	if err != nil || len(shown) < 3 {
		t.Fatal(shown, err)
	}
	for _, name := range shown {
		golden(t, name, files(t)[filepath.Base(name)])
	}
}

// pagesOf are the pages by name, without what keeps ranges together.
func pagesOf(t *testing.T) map[string]string {
	out := map[string]string{}
	for name, data := range files(t) {
		if strings.HasSuffix(name, ".html") {
			out[name] = strings.ReplaceAll(string(data), joiner, "")
		}
	}
	return out
}

var (
	leads  = regexp.MustCompile(`http-equiv="refresh" content="0; url=([^"]*)"`)
	refers = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	loads  = regexp.MustCompile(`(?i)<(?:script|img|source|iframe|embed|object|video|audio)\b[^>]*?\b(?:src|srcset|data)="([^"]*)"|<link rel="(?:stylesheet|icon|preload)" href="([^"]*)"`)
)

// Every page asks nobody else, links only what is there, and stands in every
// language.
func TestPages(t *testing.T) {
	all := files(t)
	for name, page := range pagesOf(t) {
		if strings.Contains(page, "⚠") || strings.Contains(page, "ZgotmplZ") {
			t.Errorf("%s holds a message that went wrong", name)
		}
		if !strings.Contains(page, "default-src 'none'") || strings.Contains(page, " style=") || strings.Contains(page, "onclick") || frozen.Sum(name) == "" && strings.Contains(page, "<style") {
			t.Errorf("%s wants what its policy forbids", name)
		}
		if m := leads.FindStringSubmatch(page); m != nil && all[path.Join(path.Dir(name), m[1])] == nil {
			t.Errorf("%s leads to %s, which is not there", name, m[1])
		}
		for _, m := range loads.FindAllStringSubmatch(page, -1) {
			if to := m[1] + m[2]; strings.Contains(to, "//") {
				t.Errorf("%s loads %s", name, to)
			}
		}
		for _, m := range refers.FindAllStringSubmatch(page, -1) {
			to, _, _ := strings.Cut(m[1], "#")
			if to == "" || strings.Contains(to, ":") {
				continue
			}
			if target := path.Join(path.Dir(name), to); all[target] == nil {
				t.Errorf("%s links %s, which is not there", name, to)
			}
		}
		if rest, ok := strings.CutPrefix(name, "en/"); ok {
			for _, l := range words.Langs {
				if all[string(l)+"/"+rest] == nil {
					t.Errorf("%s is not there in %s", name, l)
				}
			}
		}
	}
}

// A page with its charts, letters, style and script is under 300 kB.
func TestPagesAreLight(t *testing.T) {
	shared := 0
	for name, data := range files(t) {
		if strings.HasPrefix(name, "assets/") && name != "assets/resize.js" {
			shared += len(data)
		}
	}
	for name, page := range pagesOf(t) {
		if n := len(page) + shared; n > 300<<10 {
			t.Errorf("%s has %d kB with what it loads", name, n>>10)
		}
	}
	total := 0
	for _, data := range files(t) {
		total += len(data)
	}
	const lake = 2_300_000 // of the embedded data, beside it
	if total += lake; total > 60_000_000 {
		t.Errorf("the site has %.1f MB", float64(total)/1e6)
	}
	t.Logf("%d files, %.1f MB with the lake, %d kB of them shared by all pages", len(files(t)), float64(total)/1e6, shared>>10)
}

// What the speech's page has to say.
func TestTheSpeechIsWalkedThrough(t *testing.T) {
	s := site1(t)
	if len(s.Speech) != 8 {
		t.Fatalf("%d figures of the speech, want 8", len(s.Speech))
	}
	for i := range s.Speech {
		if j := &s.Speech[i]; j.Instead == nil || !j.Instead.Known {
			t.Errorf("%s: nothing that could be said instead", j.ID)
		}
	}
	for l, must := range map[string][]string{
		"en": {"other definition: grants_per_intention", "53.5–54.7%", "31.6–32.8%", "Say instead:"},
		"fr": {"autre définition"}, "de": {"andere Definition"}, "ru": {"другое определение"},
	} {
		page := pagesOf(t)[l+"/speech.html"]
		for _, m := range must {
			if !strings.Contains(page, m) {
				t.Errorf("%s/speech.html does not say %s", l, m)
			}
		}
		if n := strings.Count(page, `class="safe"`); n != 8 {
			t.Errorf("%s/speech.html says %d sentences that can be said instead, want 8", l, n)
		}
	}
}

func TestTheLedgerListsEveryFigure(t *testing.T) {
	s := site1(t)
	for _, l := range words.Langs {
		page := string(files(t)[string(l)+"/ledger.html"])
		for i := range s.Ledger {
			if !strings.Contains(page, `id="`+s.Ledger[i].ID+`"`) {
				t.Errorf("%s: no %s", l, s.Ledger[i].ID)
			}
		}
		for _, kind := range ledger.Kinds {
			if slices.ContainsFunc(s.Ledger, func(j ledger.Judgement) bool { return j.Kind() == kind }) && !strings.Contains(page, l.Say("verdict."+strings.ReplaceAll(kind, " ", "-"))) {
				t.Errorf("%s: no %s", l, kind)
			}
		}
	}
}

// The page of the Pact lists every citizenship, and its chart counts what its
// table lists.
func TestThePageOfThePact(t *testing.T) {
	d, ok := site1(t).Chart("pact-EU-2023")
	if !ok {
		t.Fatal("no chart of the Pact")
	}
	p := d.Pact()
	if p.BelowIt+p.AboveIt+p.Open != p.Ranked || len(d.Data) != len(p.Entries) {
		t.Errorf("%d below, %d above, %d open of %d; %d marks of %d", p.BelowIt, p.AboveIt, p.Open, p.Ranked, len(d.Data), len(p.Entries))
	}
	page := string(files(t)["en/pact.html"])
	if n := strings.Count(page, "<tr>") - 3; n != 2*len(p.Entries)-len(p.Entries) && n < len(p.Entries) {
		t.Errorf("%d rows of %d", n, len(p.Entries))
	}
}

func TestDatapackage(t *testing.T) {
	var d dataPackage
	if err := json.Unmarshal(files(t)["datapackage.json"], &d); err != nil {
		t.Fatal(err)
	}
	for _, r := range d.Resources {
		if data := files(t)[r.Path]; data == nil || len(data) != r.Bytes || "sha256:"+checksum(data) != r.Hash || files(t)[r.Schema] == nil {
			t.Errorf("%s is not as the package says", r.Path)
		}
		if !regexp.MustCompile(`^[-a-z0-9._/]+$`).MatchString(r.Name) {
			t.Errorf("name %q", r.Name)
		}
	}
	if len(d.Resources) != len(site1(t).Charts) {
		t.Errorf("%d resources of %d charts", len(d.Resources), len(site1(t).Charts))
	}
}

func TestPublishIsWholeOrNotAtAll(t *testing.T) {
	s := few(t, embedded(t), Options{})
	dir := filepath.Join(t.TempDir(), "site")
	if err := s.Publish(dir, nil, nil); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	boom := fmt.Errorf("boom")
	if err := s.Publish(dir, nil, func(string) error { return boom }); err != boom {
		t.Fatalf("got %v", err)
	}
	after, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("a failed run touched the site: %v", err)
	}
	if err := s.Publish(dir, nil, nil); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the site stands %v", left)
	}
	if err := os.WriteFile(filepath.Join(dir, "en", "thesis.docx"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Publish(dir, nil, nil); err == nil || !strings.Contains(err.Error(), "thesis.docx") {
		t.Errorf("somebody's file in a folder of the site: %v", err)
	}
}

// Countries are compared of all citizenships and of those with enough data; each
// page says what can be said, and the page of the nationality leads there.
func TestCountriesCompared(t *testing.T) {
	s := site1(t)
	if len(s.Studies) < 10 || s.Studies[0].Citizen != "TOTAL" {
		t.Fatalf("%d studies", len(s.Studies))
	}
	pages := pagesOf(t)
	for _, x := range s.Studies {
		for _, l := range words.Langs {
			name := string(l) + "/countries/" + x.Citizen + ".html"
			page := pages[name]
			for _, note := range l.StudyNotes(x) {
				if !strings.Contains(page, template.HTMLEscapeString(note)) {
					t.Errorf("%s does not say %q", name, note)
				}
			}
			_, rows, _ := strings.Cut(page, `id="table"`)
			if n := strings.Count(rows, "\n<tr><th>"); n != len(x.Countries) {
				t.Errorf("%s: %d rows of %d countries", name, n, len(x.Countries))
			}
			from := string(l) + "/citizen/" + x.Citizen + ".html"
			if x.Citizen == "TOTAL" {
				from = string(l) + "/compare.html"
			}
			if !strings.Contains(string(files(t)[from]), "countries/"+x.Citizen+".html") {
				t.Errorf("%s does not lead to %s", from, name)
			}
		}
	}
}
