package changes

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"asylum/pipeline/table"
	"asylum/reports/export"
	"asylum/reports/figure"
	"asylum/reports/words"
)

// An Earlier is a site as it was published, as far as its files tell.
type Earlier struct {
	AsOf     string
	inputs   []input
	embedded bool // it was made from what came with the program, and has a lake of that
	charts   []published
	verdicts map[string]export.Judgement // by id; nil: not known
	findings []export.Found
	audited  bool     // findings are known
	report   *Report  // that it was published with, nil if it has none
	unread   []string // files that are missing or damaged
}

// An input is a vintage, as manifest.json names it.
type input struct {
	Source  string `json:"source"`
	Table   string `json:"table"`
	Vintage string `json:"vintage"`
	SHA256  string `json:"sha256"`
}

func (in *input) is(m *table.Meta) bool {
	return in.Source == m.Source && in.Table == m.Table && in.Vintage == m.Vintage && in.SHA256 == m.SHA256
}

// A published chart, from its JSON.
type published struct {
	Spec   figure.Spec
	Claim  figure.Claim
	claims bool // the file says what the title claims
	marks  []mark
	titles map[string]string
}

// A mark is a row of a published chart.
type mark struct {
	series, definition, source, stage, citizen, geo, period string

	num, value, lo, hi *float64 // nil where none is printed
}

// manifest is what is read of manifest.json.
type manifest struct {
	Inputs []input           `json:"inputs"`
	AsOf   string            `json:"as_of"`
	Lake   []string          `json:"lake"`
	Files  map[string]string `json:"files"`
}

// Read reads what a directory was published with; nil if no site stands there.
// What an older version did not write, or what is damaged, is left out and named
// in the report.
func Read(dir string) (*Earlier, error) {
	if dir == "" {
		return nil, nil
	}
	data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil || m.Files["index.html"] == "" {
		return nil, nil // nothing that can be compared with
	}
	d := &directory{dir: dir, files: m.Files}
	e := &Earlier{AsOf: m.AsOf, inputs: m.Inputs, embedded: len(m.Lake) > 0}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		id, ok := strings.CutSuffix(name, ".json")
		if !ok || strings.Contains(name, "/") || m.Files[id+".csv"] == "" {
			continue
		}
		if c := d.chart(name); c != nil {
			e.charts = append(e.charts, *c)
		}
	}
	var judged []export.Judgement
	if d.read("figures.json", &judged) {
		e.verdicts = map[string]export.Judgement{}
		for _, j := range judged {
			e.verdicts[j.ID] = j
		}
	}
	e.audited = d.read("findings.json", &e.findings)
	if d.files["changes.json"] != "" {
		if data, ok := d.bytes("changes.json"); ok {
			e.report = parse(data)
		}
	}
	e.unread = d.unread
	return e, nil
}

// A directory holds the files of a site, each with the sum that its manifest has.
type directory struct {
	dir    string
	files  map[string]string
	unread []string
}

// bytes reads a file that is as it was written.
func (d *directory) bytes(name string) ([]byte, bool) {
	data, err := os.ReadFile(filepath.Join(d.dir, filepath.FromSlash(name)))
	if err == nil {
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != d.files[name] {
			err = fmt.Errorf("%s is not as it was written", name)
		}
	}
	if err != nil {
		d.unread = append(d.unread, name)
	}
	return data, err == nil
}

func (d *directory) read(name string, to any) bool {
	data, ok := d.bytes(name)
	if ok && json.Unmarshal(data, to) != nil {
		d.unread = append(d.unread, name)
		return false
	}
	return ok
}

// chart reads a chart's JSON, and its titles from the pages that show it alone.
func (d *directory) chart(name string) *published {
	var x struct {
		Spec    figure.Spec   `json:"spec"`
		Title   *figure.Claim `json:"title"`
		Columns []string      `json:"columns"`
		Rows    [][]any       `json:"rows"`
	}
	if !d.read(name, &x) {
		return nil
	}
	out := &published{Spec: x.Spec, titles: map[string]string{}}
	if out.claims = x.Title != nil; out.claims {
		out.Claim = *x.Title
	}
	for _, row := range x.Rows {
		if len(row) == len(x.Columns) {
			out.marks = append(out.marks, markOf(x.Columns, row))
		}
	}
	for _, l := range words.Langs {
		page := string(l) + "/embed/" + x.Spec.ID + ".html"
		if l == words.Langs[0] {
			page = "embed/" + x.Spec.ID + ".html"
		}
		if d.files[page] == "" { // that language was not published
			continue
		}
		if data, ok := d.bytes(page); ok {
			if m := titleOf.FindSubmatch(data); m != nil {
				out.titles[string(l)] = html.UnescapeString(string(m[1]))
			}
		}
	}
	return out
}

var titleOf = regexp.MustCompile(`<title>([^<]*)</title>`)

func markOf(columns []string, row []any) mark {
	var m mark
	text := map[string]*string{"series": &m.series, "definition": &m.definition, "source": &m.source, "stage": &m.stage, "citizen": &m.citizen, "geo": &m.geo, "period": &m.period}
	number := map[string]**float64{"num": &m.num, "value": &m.value, "lo": &m.lo, "hi": &m.hi}
	for i, c := range columns {
		switch v := row[i].(type) {
		case string:
			if to := text[c]; to != nil {
				*to = v
			}
		case float64:
			if to := number[c]; to != nil {
				*to = &v
			}
		}
	}
	return m
}

// day is that of the newest of some vintages, or the day that was asked for.
func day(asOf string, vintages []string) string {
	if asOf != "" || len(vintages) == 0 {
		return asOf
	}
	return slices.Max(vintages)
}
