package page

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"asylum/pipeline/audit"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"
	"asylum/reports/chart"
)

var update = flag.Bool("update", false, "rewrite what is expected")

func build(t testing.TB, data rate.Data) *Site {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	c, err := audit.ReadCorrections("") // as asylum run does
	if err != nil {
		t.Fatal(err)
	}
	s, err := Build(set, audit.Correct(data, c), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func embedded(t testing.TB) *ingest.Embedded {
	t.Helper()
	e, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestTheChartsAreFitToPrint(t *testing.T) {
	s := build(t, embedded(t))
	if len(s.Charts) != 3 {
		t.Fatalf("%d charts, want 3", len(s.Charts))
	}
	for _, c := range append(s.Charts, s.Pact.Chart) {
		for _, o := range []chart.Options{{}, {Size: chart.Phone}, {Theme: chart.Dark}, {Theme: chart.Dark, Size: chart.Phone}} {
			faults, err := chart.Faults(c.Figure, o)
			if err != nil || len(faults) > 0 {
				t.Errorf("%s %v %v: %v %v", c.ID, o.Theme, o.Size, faults, err)
			}
		}
		if n := utf8.RuneCountInString(c.Alt()); n < 200 || n > 450 {
			t.Errorf("%s: the text alternative has %d characters, want 200 to 450: %s", c.ID, n, c.Alt())
		}
		h := c.Figure.Header()
		for what, v := range map[string]string{"source": h.Source, "vintage": h.Vintage, "licence": h.Licence, "definition": strings.Join(h.Definitions, ""), "lang": h.Lang} {
			if v == "" {
				t.Errorf("%s has no %s", c.ID, what)
			}
		}
	}
}

var (
	numbers  = regexp.MustCompile(`\d[\d,]*(?:\.\d+)?%?`)
	percents = regexp.MustCompile(`\d+(?:\.\d+)?(?: ?%|%)`)
)

// Every number of a title, a note or a text alternative is a number of the
// chart's own table, at the precision that is printed.
func TestNumbersInWordsAreNumbersOfTheTable(t *testing.T) {
	s := build(t, embedded(t))
	for i := range s.Charts {
		c := &s.Charts[i]
		var cells []string
		for _, row := range c.Rows {
			cells = append(cells, strings.Join(row, " "))
		}
		table := strings.Join(cells, " ")
		var shares []float64
		for _, p := range percents.FindAllString(table, -1) {
			v, _ := strconv.ParseFloat(strings.TrimRight(p, " %"), 64)
			shares = append(shares, v)
		}
		holds := func(n string) bool {
			if p, ok := strings.CutSuffix(n, "%"); ok {
				v, _ := strconv.ParseFloat(p, 64)
				_, frac, _ := strings.Cut(p, ".")
				return slices.ContainsFunc(shares, func(x float64) bool {
					return strconv.FormatFloat(x, 'f', len(frac), 64) == strconv.FormatFloat(v, 'f', len(frac), 64) || x-v < 0.051 && v-x < 0.051
				})
			}
			return slices.Contains(numbers.FindAllString(strings.NewReplacer("/", " ", "–", " ", "(", " ", ")", " ").Replace(table), -1), n)
		}
		for _, text := range []string{c.Title(), c.Alt()} {
			for _, n := range numbers.FindAllString(text, -1) {
				n = strings.TrimRight(n, ",")
				switch {
				case isYear(n), n == "20" && strings.Contains(text, "with 20 to 99"), n == "99":
					continue // years, and the bounds of a group
				case strings.Contains(text, n+" countries with"), strings.Contains(text, n+" with fewer"):
					continue // counts of rows
				}
				if !holds(n) {
					t.Errorf("%s: %q says %s, which the table does not", c.ID, text, n)
				}
			}
		}
	}
}

func isYear(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && len(s) == 4 && n >= 2000 && n <= 2100
}

// A finding that the data does not bear out is not claimed.
func TestTitlesFollowTheData(t *testing.T) {
	s := build(t, embedded(t))
	want := map[string]string{
		"HR-RU-2023":      "8,507 citizens of Russia said they intend to apply in Croatia in\u00a02023; 59 got an answer on the merits, 20\u00a0were\u00a0granted\u00a0protection",
		"RU-EU-2023":      "Citizens of\u00a0Russia: protection in 88% of decisions in\u00a0the\u00a0Netherlands, ≈12% in\u00a0Sweden and Poland, ≈34%\u00a0in\u00a0Croatia",
		"RU-EU-2014-2024": "Eurostat counted 18,400 applicants from Russia in the EU for\u00a02022; a\u00a0later\u00a0release,\u00a016,650",
	}
	for i := range s.Charts {
		if c := &s.Charts[i]; c.Title() != want[c.ID] {
			t.Errorf("%s: %q, want %q", c.ID, c.Title(), want[c.ID])
		}
	}
	set, _ := rate.Definitions("")
	// As of the day before the release that changed it, there is one release
	// and nothing to be found in it.
	c := &composer{set: set, data: rate.AsOf(embedded(t), "2023-12-31"), thick: rate.Usual}
	ch, err := c.applications("RU", "EU27_2020", "HR", 2014, 2024)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Applicants from Russia in the EU, 2014 to 2024"; ch.Title() != want {
		t.Errorf("with one release: %q, want %q", ch.Title(), want)
	}
	// Where no country has a hundred decisions there is no range to speak of.
	ch, err = c.rates("RU", "EU27_2020", "HR", "2023")
	if err == nil {
		t.Errorf("UNHCR's table of 2025 answers as of 2023: %v", ch.Title())
	}
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
	a, b := build(t, e), build(t, l)
	for i := range a.Charts {
		if fmt.Sprint(a.Charts[i].Rows) != fmt.Sprint(b.Charts[i].Rows) || a.Charts[i].Title() != b.Charts[i].Title() {
			t.Errorf("%s differs", a.Charts[i].ID)
		}
	}
	for i := range a.Figures {
		if a.Figures[i].Verdict != b.Figures[i].Verdict {
			t.Errorf("%s differs", a.Figures[i].ID)
		}
	}
}

func TestFilesAreTheSameBytes(t *testing.T) {
	a, err := build(t, embedded(t)).Files()
	if err != nil {
		t.Fatal(err)
	}
	b, err := build(t, embedded(t)).Files()
	if err != nil {
		t.Fatal(err)
	}
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs between two runs", name)
		}
	}
	if n := len(a["index.html"]); n > 300<<10 {
		t.Errorf("the page has %d bytes, want at most 300 kB", n)
	}
	// Plain result files are the same on every machine: their sums are kept.
	var sums strings.Builder
	var names []string
	for name := range a {
		if strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".json") && name != "manifest.json" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(a[name]), name)
	}
	golden(t, "testdata/sums.txt", []byte(sums.String()))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
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
		t.Errorf("%s is not what is expected; if a number that was published moves, say why in reports/changes, then go test -update\n%s", name, diff(want, got))
	}
}

func diff(want, got []byte) string {
	if len(want) > 10_000 {
		return fmt.Sprintf("%d bytes, want %d", len(got), len(want))
	}
	return fmt.Sprintf("got\n%s\nwant\n%s", got, want)
}

// The pictures that the README shows are those that a run draws.
func TestPicturesOfTheREADME(t *testing.T) {
	files, err := build(t, embedded(t)).Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"HR-RU-2023.png", "RU-EU-2023.png", "RU-EU-2014-2024.png"} {
		golden(t, "../pictures/"+name, files[name])
	}
}

var (
	loads = regexp.MustCompile(`(?i)(?:\bsrc|\bsrcset|\baction|\bposter|\bdata)\s*=\s*["']?([^"'\s>]+)|url\(\s*["']?([^"')]+)|@import\s+["']?([^"';]+)`)
	links = regexp.MustCompile(`<link\b[^>]*href="([^"]*)"`)
)

func TestThePageAsksNobodyElse(t *testing.T) {
	files, err := build(t, embedded(t)).Files()
	if err != nil {
		t.Fatal(err)
	}
	page := string(files["index.html"])
	for _, re := range []*regexp.Regexp{loads, links} {
		for _, m := range re.FindAllStringSubmatch(page+string(files["pact.html"]), -1) {
			if target := strings.Join(m[1:], ""); !strings.HasPrefix(target, "data:") {
				t.Errorf("the page loads %.60s", target)
			}
		}
	}
	if strings.Contains(page, "<script") {
		t.Error("the page runs a script")
	}
	for _, must := range []string{"speech-croatia", "speech-es", "quoted-hr-applicants", `role="img"`, `lang="en"`, "no data", "other definition: grants_per_intention", "33.9 % (33.9-38.1)", "32.0 % (31.6-32.8)"} {
		if !strings.Contains(page, must) {
			t.Errorf("the page does not say %s", must)
		}
	}
	for _, page := range []string{page, string(files["pact.html"])} {
		for _, m := range regexp.MustCompile(`href="([^"#:]+)"`).FindAllStringSubmatch(page, -1) {
			if _, ok := files[m[1]]; !ok {
				t.Errorf("the page links %s, which is not there", m[1])
			}
		}
	}
}

// The page of the Pact says what stands in, and its chart counts what its table
// lists.
func TestThePageOfThePact(t *testing.T) {
	s := build(t, embedded(t))
	files, err := s.Files()
	if err != nil {
		t.Fatal(err)
	}
	page := string(files["pact.html"])
	for _, must := range []string{"UNHCR stands in for Eurostat, counts humanitarian status as protection", "Too few decisions for a rank", "pact_20", "left out: the Union’s own citizens", "under 30 decisions"} {
		if !strings.Contains(strings.ToLower(page), strings.ToLower(must)) {
			t.Errorf("the page does not say %s", must)
		}
	}
	open, below, ranked := 0, 0, 0
	for _, row := range s.Pact.Rows {
		if row[1] == "–" {
			continue
		}
		ranked++
		lo, hi, _ := strings.Cut(strings.TrimSuffix(row[3], "%"), "–")
		l, _ := strconv.ParseFloat(lo, 64)
		h, _ := strconv.ParseFloat(hi, 64)
		switch {
		case l <= 20 && h > 20:
			open++
		case h <= 20:
			below++
		}
	}
	if want := fmt.Sprintf("%d of %d citizenships lie at 20%% or lower; rounding\u00a0leaves\u00a0%d\u00a0open", below, ranked, open); s.Pact.Title() != want {
		t.Errorf("%q, the table says %q", s.Pact.Title(), want)
	}
	if c, ok := s.Chart("pact-EU-2023"); !ok || len(c.Results) != len(c.Rows) {
		t.Error("the chart of the Pact is not found by its id, or lists other results than rows")
	}
}

func TestPublishIsWholeOrNotAtAll(t *testing.T) {
	s := build(t, embedded(t))
	dir := filepath.Join(t.TempDir(), "site")
	if err := s.Publish(dir, nil); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	boom := fmt.Errorf("boom")
	if err := s.Publish(dir, func(string) error { return boom }); err != boom {
		t.Fatalf("got %v", err)
	}
	after, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("a failed run touched the site: %v", err)
	}
	if err := s.Publish(dir, nil); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the site stands %v", left)
	}
}
