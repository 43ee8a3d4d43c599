package changes_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"asylum/datasets/needs"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"
	"asylum/reports/changes"
	"asylum/reports/export"
	"asylum/reports/figure"
	"asylum/reports/page"
	"asylum/reports/words"
)

// A run is a lake with the site that is published from it.
type run struct {
	t     *testing.T
	lake  *store.Lake
	site  string
	specs []figure.Spec
}

func newRun(t *testing.T, specs string) *run {
	t.Helper()
	l, err := store.Create(filepath.Join(needs.Memory(t), "lake"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := figure.Read(strings.NewReader(specs), "specs")
	if err != nil {
		t.Fatal(err)
	}
	return &run{t: t, lake: l, site: filepath.Join(needs.Memory(t), "site"), specs: s}
}

// add puts an export into the lake, whole tables unless it is an extract.
func (r *run) add(name, day string, data []byte, whole bool) {
	r.t.Helper()
	file := filepath.Join(r.t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o644); err != nil {
		r.t.Fatal(err)
	}
	if _, err := ingest.Add(r.lake, file, ingest.Options{Vintage: day, Whole: whole}); err != nil {
		r.t.Fatal(err)
	}
}

// publish makes the site and puts it in the place of the one before.
func (r *run) publish() (*page.Site, map[string][]byte) {
	r.t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		r.t.Fatal(err)
	}
	s, err := page.Build(set, r.lake, page.Options{Specs: r.specs, Was: r.site})
	if err != nil {
		r.t.Fatal(err)
	}
	files, err := s.Files()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := s.Publish(r.site, nil, nil); err != nil {
		r.t.Fatal(err)
	}
	var got changes.Report
	if err := json.Unmarshal(files["changes.json"], &got); err != nil {
		r.t.Fatal(err)
	}
	return s, files
}

// A release of first instance decisions: citizen, geo and year with decisions,
// positive ones and rejections.
type release map[string][3]int

func (r release) tsv() []byte {
	var b bytes.Buffer
	rows, years := map[string]bool{}, map[string]bool{}
	for k := range r {
		at := strings.LastIndexByte(k, ' ')
		rows[k[:at]], years[k[at+1:]] = true, true
	}
	b.WriteString("freq,citizen,sex,age,decision,unit,geo\\TIME_PERIOD")
	for _, year := range slices.Sorted(maps.Keys(years)) {
		b.WriteString("\t" + year + " ")
	}
	b.WriteByte('\n')
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		citizen, geo, _ := strings.Cut(row, " ")
		for i, decision := range []string{"TOTAL", "TOTAL_POS", "REJECTED"} {
			fmt.Fprintf(&b, "A,%s,T,TOTAL,%s,PER,%s", citizen, decision, geo)
			for _, year := range slices.Sorted(maps.Keys(years)) {
				if n, ok := r[row+" "+year]; ok {
					fmt.Fprintf(&b, "\t%d ", n[i])
				} else {
					b.WriteString("\t: ")
				}
			}
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

var older = release{
	"TOTAL CZ 2017": {10000, 2000, 8000}, "SY CZ 2017": {5000, 1500, 3500}, "AF CZ 2017": {3000, 300, 2700}, "RU CZ 2017": {2000, 200, 1800},
	"TOTAL CZ 2018": {10000, 1100, 8900}, "SY CZ 2018": {4000, 800, 3200}, "AF CZ 2018": {4000, 200, 3800}, "RU CZ 2018": {2000, 100, 1900},
	"RU DE 2018": {100, 20, 80}, "ER DE 2018": {0, 0, 0},
}

// In the newer one Czechia decided otherwise in 2018, more people of Germany's
// were granted protection than were decided on, Eritrea is gone and Venezuela new.
var newer = release{
	"TOTAL CZ 2017": {10000, 2000, 8000}, "SY CZ 2017": {5000, 1500, 3500}, "AF CZ 2017": {3000, 300, 2700}, "RU CZ 2017": {2000, 200, 1800},
	"TOTAL CZ 2018": {10000, 2600, 7400}, "SY CZ 2018": {6000, 2400, 3600}, "AF CZ 2018": {3000, 150, 2850}, "RU CZ 2018": {1000, 50, 950},
	"RU DE 2018": {100, 120, 80}, "VE DE 2018": {0, 0, 0},
}

const specs = `
- {id: CZ-lines, kind: lines, definition: eurostat_first_instance, citizen: TOTAL, geo: CZ, period: 2017..2018, pages: [start]}
- {id: CZ-own, kind: lines, definition: eurostat_first_instance, citizen: TOTAL, geo: CZ, period: 2017..2018, title: {en: "In Czechia the rate fell to 11%"}, pages: [start]}
- {id: CZ-2017, kind: bars, definition: eurostat_first_instance, geo: CZ, period: 2017, by: citizen, pages: [start]}
`

func TestWhatChanged(t *testing.T) {
	r := newRun(t, specs)
	r.add("migr_asydcfsta.tsv", "2019-03-01", older.tsv(), true)
	s, files := r.publish()
	if !s.Changes.First || s.Changes.Day != "2019-03-01" {
		t.Errorf("the first run: %+v", s.Changes)
	}
	for _, l := range words.Langs {
		if !bytes.Contains(files[string(l)+"/changes.md"], []byte(l.Say("changes.first"))) {
			t.Errorf("%s/changes.md does not say that it is the first", l)
		}
	}
	r.add("migr_asydcfsta.tsv", "2019-09-01", newer.tsv(), true)
	s, files = r.publish()
	c := s.Changes
	if c.First || c.Before != "2019-03-01" || c.Day != "2019-09-01" || len(c.Unread) > 0 {
		t.Errorf("first %v, of %s after %s, unread %v", c.First, c.Day, c.Before, c.Unread)
	}
	if got, want := fmt.Sprint(c.Vintages), "[{eurostat migr_asydcfsta 2019-09-01 2019-03-01 42 false false}]"; got != want {
		t.Errorf("vintages %s, want %s", got, want)
	}
	if len(c.Cells) != 1 || c.Cells[0].Changed != 12 || c.Cells[0].Added != 3 || c.Cells[0].Gone != 3 || c.Cells[0].Within+c.Cells[0].Flags != 0 {
		t.Errorf("cells %+v", c.Cells)
	} else if x := c.Cells[0].Largest[0]; x.Key["citizen"] != "SY" || x.Key["decision"] != "TOTAL" || x.Before.N != 4000 || x.After.N != 6000 {
		t.Errorf("the largest is %+v", x)
	}
	i := slices.IndexFunc(c.Rates.Largest, func(x changes.Rate) bool {
		return x.Definition == "eurostat_first_instance" && x.Citizen == "TOTAL" && x.Geo == "CZ"
	})
	if i < 0 {
		t.Fatalf("Czechia's rate did not move: %+v", c.Rates)
	}
	// By hand: of SY, AF and RU, s0 = .4 .4 .2, s1 = .6 .3 .1, r0 = .2 .05 .05, r1 = .4 .05 .05.
	x := c.Rates.Largest[i]
	if x.Before.Num != 1100 || x.After.Num != 2600 || x.Period != "2018" || x.Split == nil || *x.Split != (changes.Split{All: "15.0000", Composition: "5.0000", Rates: "10.0000", Rest: "0.0000"}) {
		t.Errorf("Czechia's rate: %+v, split %+v", x, x.Split)
	}
	if len(c.Verdicts) != 1 || c.Verdicts[0].ID != "estat_cz_fi_2018" || c.Verdicts[0].Before != "reproduced" || c.Verdicts[0].After != "other vintage: 2019-03-01" {
		t.Errorf("verdicts %+v", c.Verdicts)
	}
	if len(c.Charts) != 2 {
		t.Fatalf("charts %+v", c.Charts)
	}
	lines, own := c.Charts[0], c.Charts[1]
	if lines.ID != "CZ-lines" || lines.Claim != "title.lines.fell" || lines.Now != "title.lines.rose" || lines.Values != 1 || lines.Worst.Before != .11 || lines.Worst.After != .26 || lines.Gone != 0 {
		t.Errorf("CZ-lines: %+v %+v", lines, lines.Worst)
	}
	if own.ID != "CZ-own" || own.Claim != "own" || own.Title["en"] != "In Czechia the rate fell to 11%" {
		t.Errorf("CZ-own: %+v", own)
	}
	if got, want := fmt.Sprint(c.Codes), "[{eurostat migr_asydcfsta citizen [VE] [ER]}]"; got != want {
		t.Errorf("codes %s, want %s", got, want)
	}
	if c.Findings.New == 0 || !slices.ContainsFunc(c.Findings.List, func(f export.Found) bool {
		return f.Identity == "outcomes" && f.Key["geo"] == "DE" && f.Key["citizen"] == "RU"
	}) {
		t.Errorf("findings %+v", c.Findings)
	}
	inWords(t, files, c)
	again(t, r, files)
}

// A new newest year is no move: it stands beside the year before.
func TestANewYear(t *testing.T) {
	r := newRun(t, specs)
	r.add("migr_asydcfsta.tsv", "2019-03-01", older.tsv(), true)
	r.publish()
	more := maps.Clone(older)
	maps.Copy(more, release{"TOTAL CZ 2019": {8000, 2400, 5600}, "SY CZ 2019": {5000, 2000, 3000}, "AF CZ 2019": {2000, 340, 1660}, "RU CZ 2019": {1000, 55, 945}})
	r.add("migr_asydcfsta.tsv", "2020-03-01", more.tsv(), true)
	s, files := r.publish()
	c := s.Changes
	if c.Rates.Moved+c.Rates.Within+c.Revised() != 0 || c.Rates.NewYear != 4 || len(c.Charts) != 0 {
		t.Errorf("%+v", c)
	}
	if len(c.Rates.Years) != 1 {
		t.Fatalf("years %+v", c.Rates.Years)
	}
	x := c.Rates.Years[0]
	if x.Citizen != "TOTAL" || x.Geo != "CZ" || x.Period != "2019" || x.Earlier != "2018" || x.Before.Num != 1100 || x.After.Num != 2400 || x.Split == nil || x.Split.All != "19.0000" || x.Split.Rest == "0.0000" {
		t.Errorf("%+v, split %+v", x, x.Split)
	}
	adds(t, x.Split)
	if md := strings.ReplaceAll(string(files["en/changes.md"]), "\u00a0", " "); !strings.Contains(md, "share of positive decisions: 30.0% (2,400 of 8,000) in 2019, after 11.0% (1,100 of 10,000) in 2018") || !strings.Contains(md, "come from rounding") {
		t.Errorf("the text:\n%s", md)
	}
}

// inWords looks at the page and the text of a report in every language.
func inWords(t *testing.T, files map[string][]byte, c *changes.Report) {
	t.Helper()
	for _, l := range words.Langs {
		html, md := string(files[string(l)+"/changes.html"]), string(files[string(l)+"/changes.md"])
		d := c.In(l)
		if strings.Count(html, "<h1>") != 1 || strings.Contains(html, "⚠") || len(d.Sections) != 7 {
			t.Errorf("%s: %d headings, %d sections", l, strings.Count(html, "<h1>"), len(d.Sections))
		}
		for _, s := range d.Sections {
			if !strings.Contains(html, `<section id="`+s.ID+`"`) || !strings.Contains(md, "\n## "+s.Title+"\n") {
				t.Errorf("%s: no section %s", l, s.ID)
			}
			if len(s.Items) == 0 {
				t.Errorf("%s: nothing under %s", l, s.Title)
			}
		}
		if n := strings.Count(md, "\n- "); n != strings.Count(html, "<li>")+strings.Count(html, `<li lang="en">`)+strings.Count(html, `<th scope="row">`)-len(words.Langs) {
			t.Errorf("%s: %d changes in the text, and not in the page", l, n)
		}
		lines := c.Summary(l)
		if len(lines) < 8 || !strings.Contains(c.Subject(l), lines[0]) {
			t.Errorf("%s: the summary is %q", l, lines)
		}
	}
	for l, says := range map[string]string{
		"en": "All citizenships in Czechia, 2018, share of positive decisions: 11.0% (1,100 of 10,000) became 26.0% (2,600 of 10,000). Of +15.0 points, +5.0 are due to who was decided on and +10.0 to how.",
	} {
		if md := strings.ReplaceAll(string(files[l+"/changes.md"]), "\u00a0", " "); !strings.Contains(md, says) {
			t.Errorf("%s/changes.md does not say %q:\n%s", l, says, md)
		}
	}
}

// again publishes the same once more: what changed last stays to be read, and
// nothing else does.
func again(t *testing.T, r *run, before map[string][]byte) {
	t.Helper()
	s, files := r.publish()
	if !s.Changes.Same() || !s.Changes.Nothing() {
		t.Errorf("the same again: %+v", s.Changes)
	}
	if got := s.Changes.Summary("en"); len(got) != 1 || got[0] != "Nothing changed." {
		t.Errorf("the same again: %q", got)
	}
	for name, data := range files {
		if !bytes.Equal(data, before[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

const unhcrHead = `"year","coo_name","coo","coo_iso","coa_name","coa","coa_iso","procedure_type","dec_level","dec_pc","dec_recognized","dec_other","dec_rejected","dec_closed","dec_total"` + "\n"

// Where a coarsened count takes its next step, and a rate moves within its
// bounds, nothing changed.
func TestNothingBeyondRounding(t *testing.T) {
	r := newRun(t, `- {id: RU-HR, kind: lines, definition: unhcr_total_protection, citizen: RU, geo: HR, period: 2022..2023, pages: [start]}`)
	row := func(other int) []byte {
		return fmt.Appendf(nil, unhcrHead+"2022,\"Russia\",\"RUS\",\"RUS\",\"Croatia\",\"HRV\",\"HRV\",\"G\",\"FI\",\"P\",40,5,100,20,165\n"+
			"2023,\"Russia\",\"RUS\",\"RUS\",\"Croatia\",\"HRV\",\"HRV\",\"G\",\"FI\",\"P\",40,%d,100,20,164\n", other)
	}
	r.add("asylum_decisions.csv", "2024-06-01", row(0), true)
	r.publish()
	r.add("asylum_decisions.csv", "2024-12-01", row(5), true)
	s, files := r.publish()
	c := s.Changes
	if !c.Nothing() || c.Same() || len(c.Vintages) != 1 || c.Rates.Within == 0 || len(c.Cells) != 1 || c.Cells[0].Within != 1 {
		t.Errorf("nothing %v: %+v", c.Nothing(), c)
	}
	for _, l := range words.Langs {
		if !strings.Contains(string(files[string(l)+"/changes.md"]), l.Say("changes.none")) {
			t.Errorf("%s/changes.md does not say that nothing changed", l)
		}
	}
}

// Beside a site that an older version wrote, or one that is damaged, what can be
// compared is.
func TestBesideAnOlderVersion(t *testing.T) {
	r := newRun(t, specs)
	r.add("migr_asydcfsta.tsv", "2019-03-01", older.tsv(), true)
	r.publish()
	manifest := filepath.Join(r.site, "manifest.json")
	edit(t, manifest, func(s string) string {
		return strings.NewReplacer(`"findings.json"`, `"other.html"`, `"changes.json"`, `"more.html"`).Replace(s)
	})
	for was, is := range map[string]string{"findings.json": "other.html", "changes.json": "more.html"} {
		if err := os.Rename(filepath.Join(r.site, was), filepath.Join(r.site, is)); err != nil {
			t.Fatal(err)
		}
	}
	edit(t, filepath.Join(r.site, "CZ-lines.json"), func(s string) string { return s + " " })
	r.add("migr_asydcfsta.tsv", "2019-09-01", newer.tsv(), true)
	s, files := r.publish()
	c := s.Changes
	if got, want := fmt.Sprint(c.Unread), "[CZ-lines.json findings.json]"; got != want {
		t.Errorf("unread %s, want %s", got, want)
	}
	if c.Findings.New != 0 || len(c.Verdicts) != 1 || len(c.Charts) != 1 || c.Rates.Moved == 0 {
		t.Errorf("%+v", c)
	}
	if !strings.Contains(string(files["en/changes.md"]), "CZ-lines.json, findings.json") {
		t.Errorf("the text does not say what was not compared:\n%s", files["en/changes.md"])
	}
	for _, name := range []string{"", "none"} {
		if e, err := changes.Read(name); e != nil || err != nil {
			t.Errorf("no site: %v %v", e, err)
		}
	}
}

func edit(t *testing.T, name string, f func(string) string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(f(string(data))), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The parts of a change add up to it, however they are written.
func TestSplitsAddUp(t *testing.T) {
	for _, s := range []changes.Split{
		{All: "16.0000", Composition: "11.8333", Rates: "4.1667", Rest: "0.0000"},
		{All: "-0.0500", Composition: "0.0400", Rates: "-0.0900", Rest: "0.0000"},
		{All: "1.2499", Composition: "0.6250", Rates: "0.6249", Rest: "0.0000"},
		{All: "3.1000", Composition: "1.0400", Rates: "1.0400", Rest: "1.0200"},
	} {
		for _, decimals := range []int{0, 1, 2} {
			all, composition, rates, rest := s.Rounded(decimals)
			if got := fmt.Sprintf("%.*f", decimals, composition+rates+rest); got != fmt.Sprintf("%.*f", decimals, all) {
				t.Errorf("%+v with %d decimals: %v + %v + %v is not %v", s, decimals, composition, rates, rest, all)
			}
		}
	}
}

// The real pair (METHODS 5): Croatia stopped counting intentions, and Russians in
// Croatia in 2022 became 270 where they had been 2,065.
func TestTheRealPair(t *testing.T) {
	r := newRun(t, `- {id: RU-EU-2014-2022, kind: releases, citizen: RU, geo: EU27_2020, period: 2014..2022, subject: HR, pages: [start]}`)
	subset := needs.File(t, "data/eurostat/tsv-new/migr_asyappctza.bulk-2023.subset.tsv")
	r.add("migr_asyappctza.tsv", "2023-04-30", subset, true)
	r.publish()
	r.add("migr_asyappctza.csv", "2024-01-18", sdmx(t, needs.File(t, "data/eurostat/derived/migr_asyappctza.vintage-2024-01.extract.csv"), string(subset)), false)
	s, _ := r.publish()
	c := s.Changes
	cell := slices.IndexFunc(c.Cells[0].Largest, func(x changes.Cell) bool {
		return x.Key["citizen"] == "RU" && x.Key["geo"] == "HR" && x.Key["sex"] == "T" && x.Period == "2022" && x.Before.N == 2065 && x.After.N == 270
	})
	moved := slices.IndexFunc(c.Rates.Largest, func(x changes.Rate) bool {
		return x.Definition == "share_of_applicants" && x.Citizen == "RU" && x.Geo == "HR" && x.Before.Num == 2065 && x.Before.Den == 12870 && x.After.Num == 270 && x.After.Den == 2730
	})
	if cell < 0 || moved < 0 {
		t.Errorf("cell %d, rate %d: %+v", cell, moved, c)
	}
	if len(c.Charts) != 1 || c.Charts[0].Worst == nil || c.Charts[0].Worst.Before != 18400 || c.Charts[0].Worst.After != 16650 {
		t.Errorf("charts %+v", c.Charts)
	}
	if len(c.Codes) > 0 || len(c.Cells) != 1 || c.Cells[0].Gone > 0 {
		t.Errorf("an extract takes no codes away: %+v", c.Codes)
	}
	for _, l := range c.Rates.Largest {
		adds(t, l.Split)
	}
}

// adds checks a split as it is written.
func adds(t *testing.T, s *changes.Split) {
	t.Helper()
	if s == nil {
		return
	}
	sum, all := new(big.Rat), new(big.Rat)
	for _, part := range []string{s.Composition, s.Rates, s.Rest} {
		x, ok := new(big.Rat).SetString(part)
		if !ok {
			t.Fatalf("%q is no number", part)
		}
		sum.Add(sum, x)
	}
	if all.SetString(s.All); sum.Cmp(all) != 0 {
		t.Errorf("%+v does not add up", s)
	}
}

// sdmx writes the extract in the form of an SDMX-CSV, the countries of the bulk
// table's subset alone.
func sdmx(t *testing.T, extract []byte, subset string) []byte {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(extract)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for i, row := range rows {
		if i > 0 && !strings.Contains(subset, ","+row[6]+"\t") {
			continue
		}
		first, flag := "ESTAT:MIGR_ASYAPPCTZA(1.0)", ""
		if i == 0 {
			first, flag = "DATAFLOW", "OBS_FLAG"
			row[len(row)-1] = "OBS_VALUE"
		}
		if err := w.Write(append(append([]string{first}, row...), flag)); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	return b.Bytes()
}

// What a source or a user wrote stays words in the text: no markup, no address.
func TestMarkdownStaysPlain(t *testing.T) {
	r := changes.Report{Charts: []changes.Chart{{ID: "x", Claim: "own", Title: map[string]string{"en": "<script>alert(1)</script> [x](javascript:y) `*z*`\n# big"}}},
		Codes: []changes.Codes{{Table: "<b>", Dim: "citizen", New: []string{"[a](b)", "&lt;"}}}}
	for _, l := range words.Langs {
		md := string(r.In(l).Markdown())
		for _, bad := range []string{"<script", "<b>", "[x](", "[a](", "\n# big", " `*"} {
			if strings.Contains(md, bad) {
				t.Errorf("%s: the text holds %q:\n%s", l, bad, md)
			}
		}
		if !strings.Contains(md, "&amp;lt;") {
			t.Errorf("%s: a code is not as it was:\n%s", l, md)
		}
	}
}

// A chart is held against the data under the specification that it was published
// with, though the user has another by now under the same id. One that rests on a
// definition which is no longer there is gone.
func TestChartsThatAreDrawnOtherwise(t *testing.T) {
	r := newRun(t, specs)
	r.add("migr_asydcfsta.tsv", "2019-03-01", older.tsv(), true)
	_, files := r.publish()
	const name = "CZ-own.json"
	edited := bytes.ReplaceAll(files[name], []byte("eurostat_first_instance"), []byte("a_definition_of_mine"))
	edit(t, filepath.Join(r.site, name), func(string) string { return string(edited) })
	edit(t, filepath.Join(r.site, "manifest.json"), func(s string) string { return strings.Replace(s, sum(files[name]), sum(edited), 1) })
	r.specs[0].Geo = figure.List{"DE"}
	s, files := r.publish()
	c := s.Changes
	if len(c.Charts) != 1 || c.Charts[0].ID != "CZ-own" || c.Charts[0].Gone != 2 || c.Charts[0].Claim != "" {
		t.Errorf("charts %+v", c.Charts)
	}
	if len(c.Vintages)+len(c.Cells)+c.Rates.Moved+len(c.Unread) != 0 {
		t.Errorf("the data is the same: %+v", c)
	}
	if md := string(files["en/changes.md"]); !strings.Contains(md, "CZ-own, “") || !strings.Contains(md, "2\u00a0values that it shows are no longer in the data") {
		t.Errorf("the text:\n%s", md)
	}
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}
