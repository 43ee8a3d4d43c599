package page

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"asylum/datasets/needs"
	"asylum/reports/figure"
	"asylum/reports/serve"
	"asylum/reports/words"
)

// A job is what testdata/browser/look.mjs looks at.
type job struct {
	Chromium string   `json:"chromium"`
	HTTP     string   `json:"http"` // address of the site
	Dir      string   `json:"dir"`  // the site as files
	Tmp      string   `json:"tmp"`
	Tabs     int      `json:"tabs"`
	Visits   []visit  `json:"visits"`
	Keyboard []string `json:"keyboard"` // pages to walk through by keyboard
	Table    string   `json:"table"`    // a page with a table to sort and texts to copy
	Frames   []string `json:"frames"`   // pages whose first chart is shown in frames, the latest and the frozen
	Plain    []string `json:"plain"`    // pages to read without scripts
	Print    []string `json:"print"`
	Only     string   `json:"only,omitempty"` // of the tasks beside visits
}

// A visit is one page at some widths in px, at the last with all details open.
type visit struct {
	Path   string `json:"path"`
	Widths []int  `json:"widths"`
	Dark   bool   `json:"dark"`
	Axe    bool   `json:"axe"`
	File   bool   `json:"file"` // by its file: address, as a run prints it
}

// kinds are a page of each kind in a language.
func kinds(l words.Lang) (out []string) {
	for _, n := range navigation {
		out = append(out, fmt.Sprintf("%s/%s.html", l, n))
	}
	for _, n := range []string{"citizen/RU", "citizen/AR", "geo/HR"} {
		out = append(out, fmt.Sprintf("%s/%s.html", l, n))
	}
	return out
}

// leadsTo is the frozen page that an embed leads to.
func leadsTo(files map[string][]byte, embed string) string {
	m := leads.FindSubmatch(files[embed])
	if m == nil {
		return embed
	}
	return path.Join(path.Dir(embed), string(m[1]))
}

// visits are every kind of page in every language on a desk, a tablet and a
// phone, and every other page once, in one of the languages at one of the widths.
func visits(files map[string][]byte) (out []visit) {
	widths, langs := []int{1440, 768, 360}, words.Langs
	seen := map[string]bool{}
	for i, l := range langs {
		for k, path := range append(kinds(l), leadsTo(files, chartDir(l)+"embed/HR-RU-2023.html"), leadsTo(files, chartDir(l)+"embed/SY-EU-rates.html")) {
			seen[path] = true
			out = append(out, visit{Path: path, Widths: widths, Dark: (i+k)%2 == 1, Axe: true})
		}
	}
	out = append(out, visit{Path: "index.html", Widths: []int{1440}, File: true}, visit{Path: "ru/citizen/RU.html", Widths: []int{360}, File: true})
	var rest []string
	for name := range files {
		if after, ok := strings.CutPrefix(name, "en/"); ok && strings.HasSuffix(name, ".html") {
			rest = append(rest, after)
		} else if strings.HasPrefix(name, "embed/") {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	for i, path := range rest {
		l := langs[i%len(langs)]
		name := fmt.Sprintf("%s/%s", l, path)
		if strings.HasPrefix(path, "embed/") {
			name = leadsTo(files, chartDir(l)+path)
		}
		if !seen[name] {
			out = append(out, visit{Path: name, Widths: widths[i%3 : i%3+1], Dark: i%2 == 1})
		}
	}
	return out
}

// Every page as Chromium shows it: nothing is asked of other hosts, nothing is cut
// or runs into another, axe finds nothing serious, what can be done by pointer can
// be done by keyboard, and without scripts and on paper the pages still read.
func TestInTheBrowser(t *testing.T) {
	needs.Tool(t, "pdftotext")
	all := files(t)
	look(t, all, job{Visits: visits(all), Frames: []string{"en/pact.html", "ru/index.html"}, Keyboard: []string{"en/compare.html", "ru/citizen/RU.html"}, Table: "en/pact.html",
		Plain: []string{"en/index.html", "ru/citizen/RU.html", "de/ledger.html"}, Print: []string{"en/index.html", "de/citizen/RU.html", "fr/pact.html"}})
}

// The page of what changed, of a release that changed something of every kind but
// codes: the real one of January 2024.
func TestChangesInTheBrowser(t *testing.T) {
	specs, err := figure.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	specs = slices.DeleteFunc(specs, func(s figure.Spec) bool { return s.Kind != "releases" })
	dir := filepath.Join(t.TempDir(), "site")
	before, err := made(embedded(t), Options{AsOf: "2023-12-31", Specs: specs})
	if err == nil {
		err = before.Publish(dir, nil, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	now, err := made(embedded(t), Options{AsOf: "2024-06-30", Specs: specs, Was: dir})
	if err != nil {
		t.Fatal(err)
	}
	all, err := now.Files()
	if err != nil {
		t.Fatal(err)
	}
	j := job{Only: "visits"}
	for i, l := range words.Langs {
		page := string(l) + "/changes.html"
		if !strings.Contains(string(all[page]), `id="charts"`) || !strings.Contains(string(all[page]), `class="moved"`) {
			t.Errorf("%s does not say what changed", page)
		}
		j.Visits = append(j.Visits, visit{Path: page, Widths: []int{1440, 768, 360}, Dark: i%2 == 1, Axe: true})
	}
	look(t, all, j)
}

// look looks at pages of a site and fails for every fault that it finds.
func look(t *testing.T, all map[string][]byte, j job) {
	t.Helper()
	dir := t.TempDir()
	j.Chromium = needs.Chromium(t)
	node := needs.Node(t, "testdata/browser", "playwright-core", "axe-core")
	for name, data := range all {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errorsOf(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(serve.Handler(dir)) // whose policy is enforced beside that of the pages
	defer server.Close()
	j.HTTP, j.Dir, j.Tmp, j.Tabs = server.URL+"/", dir, t.TempDir(), 3
	least := len(j.Plain) + len(j.Print)
	for _, v := range j.Visits {
		least += len(v.Widths)
	}
	data, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "job.json")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "testdata/browser/look.mjs", name)
	var says bytes.Buffer
	cmd.Stderr = &says
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, says.String())
	}
	looked := 0
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		var f struct {
			Page, Where, Fault string
			Looked             int
		}
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		if looked += f.Looked; f.Fault != "" {
			t.Errorf("%s %s: %s", f.Page, f.Where, f.Fault)
		}
	}
	if looked < least {
		t.Errorf("looked at pages %d times, want %d", looked, least)
	}
}
