package figure

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"asylum/datasets/needs"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/words"
)

// embedded is every chart of the site over the embedded data.
var embedded = sync.OnceValues(func() ([]*Draft, error) {
	src, err := source()
	if err != nil {
		return nil, err
	}
	specs, err := Builtin()
	if err != nil {
		return nil, err
	}
	scope, err := src.Scope()
	if err != nil {
		return nil, err
	}
	var out []*Draft
	for _, s := range scope.Expand(specs) {
		d, err := src.Gather(s)
		if errors.Is(err, ErrNothing) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
})

var source = sync.OnceValues(func() (*Source, error) {
	data, err := ingest.OpenEmbedded()
	if err != nil {
		return nil, err
	}
	set, err := rate.Definitions("")
	if err != nil {
		return nil, err
	}
	return NewSource(set, rate.Cached(data), rate.Usual), nil
})

func drafts(t testing.TB) []*Draft {
	t.Helper()
	out, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// some are the featured charts and a few of each template.
func some(t testing.TB) []*Draft {
	var out []*Draft
	seen := map[string]int{}
	for _, d := range drafts(t) {
		if seen[d.Spec.Kind+d.Spec.By]++; d.Spec.Featured || seen[d.Spec.Kind+d.Spec.By] <= 4 {
			out = append(out, d)
		}
	}
	return out
}

func TestEveryKindIsDrawnFromTheEmbeddedData(t *testing.T) {
	got := map[string]bool{}
	for _, d := range drafts(t) {
		got[d.Spec.Kind] = true
	}
	for _, k := range []string{"bars", "counts", "lines", "stack", "ladder", "tiles", "heat", "funnel", "dumbbell", "intervals", "multiples", "releases", "pact"} {
		if !got[k] {
			t.Errorf("no %s", k)
		}
	}
}

// No text overlaps, leaves the sheet or is cut, in any language or size.
func TestChartsAreFitToPrint(t *testing.T) {
	for _, d := range some(t) {
		for _, l := range words.Langs {
			c, err := d.In(l)
			if err != nil {
				t.Fatal(err)
			}
			sizes := []chart.Size{chart.Wide, chart.Phone}
			if d.Spec.Featured {
				sizes = chart.Sizes()
			}
			for _, z := range sizes {
				faults, err := chart.Faults(c.Figure, chart.Options{Size: z})
				if err != nil || len(faults) > 0 {
					t.Errorf("%s %s %v: %v %v", c.ID, l, z, faults, err)
				}
			}
			h := c.Figure.Header()
			if n := utf8.RuneCountInString(h.Alt); n < 120 || n > 600 {
				t.Errorf("%s %s: the text alternative has %d characters: %s", c.ID, l, n, h.Alt)
			}
			for what, v := range map[string]string{"source": h.Source, "vintage": h.Vintage, "licence": h.Licence, "definition": strings.Join(h.Definitions, ""), "title": h.TitleText(), "topic": c.Topic} {
				if v == "" {
					t.Errorf("%s %s has no %s", c.ID, l, what)
				}
			}
			if len(c.Rows) == 0 || len(c.Rows[0]) != len(c.Head) {
				t.Errorf("%s %s: a table of %d rows does not fit its head %v", c.ID, l, len(c.Rows), c.Head)
			}
		}
	}
}

// Every number of a title or a text alternative is one of the chart's numbers, at
// the precision that is printed; besides, counts of marks and the limits of groups.
func TestNumbersInWordsAreNumbersOfTheChart(t *testing.T) {
	groups := []float64{20, 99, 100, 300, 95, 99.8, 27}
	for _, d := range some(t) {
		if d.Spec.Kind == "change" || d.Spec.Kind == "pact" {
			continue // effects and sides are checked where they are counted
		}
		for _, l := range words.Langs {
			c, err := d.In(l)
			if err != nil {
				t.Fatal(err)
			}
			w := &writer{Lang: l, Draft: d, out: c}
			for _, text := range []string{c.Title(), c.Alt()} {
				for _, n := range l.Numbers(text) {
					switch {
					case slices.Contains(groups, n.Value), !n.Percent && n.Decimals == 0 && n.Value <= float64(len(d.Data)), w.holds(n.Value, n.Decimals, n.Percent):
					case !n.Percent && n.Value > 2000 && n.Value < 2100: // of a date
					default:
						t.Errorf("%s %s: %q says %v, which the chart does not show", d.Spec.ID, l, text, n.Value)
					}
				}
			}
		}
	}
}

func TestTitles(t *testing.T) {
	want := map[string]string{
		"HR-RU-2023": "8,507 citizens of Russia said they intend to apply in Croatia in 2023; 59 got an answer on the merits, 20 were granted protection",
		"RU-EU-2023": "Citizens of Russia: protection in 88% of decisions in the Netherlands, ≈12% in Sweden and in Poland, ≈34% in Croatia",
	}
	for _, d := range drafts(t) {
		if w, ok := want[d.Spec.ID]; ok {
			c, err := d.In("en")
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.ReplaceAll(c.Title(), "\u00a0", " "); got != w {
				t.Errorf("%s: %q, want %q", d.Spec.ID, got, w)
			}
		}
	}
}

// What is drawn of a rate lies on the scale; the 95 % range holds the rate and what
// rounding allows, and narrows as decisions grow in number.
func TestIntervals(t *testing.T) {
	src, err := source()
	if err != nil {
		t.Fatal(err)
	}
	for _, citizen := range []string{"RU", "AF", "SY"} {
		d, err := src.Gather(Spec{ID: "own", Kind: "intervals", Definition: List{"unhcr_total_protection"}, Citizen: List{citizen}, Geo: List{"EU27_2020"}, Period: List{"2023"}, By: "geo", Reference: "EU27_2020"})
		if err != nil {
			t.Fatal(err)
		}
		c, err := d.In("de")
		if err != nil {
			t.Fatal(err)
		}
		f := c.Figure.(*chart.Intervals)
		rows := 0
		for _, g := range f.Groups {
			for _, b := range g.Bars {
				rows++
				if !(f.Min <= b.Low95 && b.Low95 <= b.Value && b.Value <= b.High95 && b.High95 <= f.Max) || b.Hi > 0 && (b.Low95 > b.Lo || b.High95 < b.Hi) {
					t.Errorf("%s: %+v on a scale from %v to %v", citizen, b, f.Min, f.Max)
				}
			}
		}
		if tiny := len(d.shape.(*intervals).tiny); rows < 10 || len(c.Rows) != rows+tiny+1 {
			t.Errorf("%s: %d rows of %d", citizen, rows, len(c.Rows))
		}
		if faults, err := chart.Faults(f, chart.Options{Size: chart.Phone}); err != nil || len(faults) > 0 {
			t.Errorf("%s: %v %v", citizen, faults, err)
		}
	}
}

// Over UNHCR's full tables a change is split into what the mix of citizenships and
// what the rates did: the two add up to it, and the picture to its ends.
func TestChangeOverAllOfUNHCR(t *testing.T) {
	data, err := ingest.OpenFiles([]string{needs.Shared(t, "data/unhcr/asylum_decisions.csv.gz")}, ingest.Options{Vintage: "2025-12-01"})
	if err != nil {
		t.Fatal(err)
	}
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	src := NewSource(set, rate.Cached(data), rate.Usual)
	d, err := src.Gather(Spec{ID: "EU-change-2022-2023", Kind: "change", Definition: List{"unhcr_total_protection"}, Geo: List{"EU27_2020"}, Period: List{"2022", "2023"}})
	if err != nil {
		t.Fatal(err)
	}
	x := d.shape.(*change)
	if sum := new(big.Rat).Add(x.Composition, x.Effect); sum.Cmp(new(big.Rat).Sub(x.After, x.Before)) != 0 {
		t.Errorf("%v and %v are not the change from %v to %v", x.Composition, x.Effect, x.Before, x.After)
	}
	if x.both < 100 || x.share < 0.95 || x.a.Den < 300_000 || x.b.Den < 300_000 {
		t.Errorf("%d citizenships, %.3f of %d and %d decisions", x.both, x.share, x.a.Den, x.b.Den)
	}
	for _, l := range words.Langs {
		c, err := d.In(l)
		if err != nil {
			t.Fatal(err)
		}
		for _, z := range []chart.Size{chart.Wide, chart.Phone, chart.A4} {
			if faults, err := chart.Faults(c.Figure, chart.Options{Size: z}); err != nil || len(faults) > 0 {
				t.Errorf("%s %v: %v %v", l, z, faults, err)
			}
		}
		if len(c.Rows) != 4 || c.Title() == "" || c.Alt() == "" {
			t.Errorf("%s: %q, %d rows", l, c.Title(), len(c.Rows))
		}
	}
}

// A user's own title stands only if the numbers bear it.
func TestClaims(t *testing.T) {
	src, err := source()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ title, lang, refused string }{
		{"Citizens of Russia in Croatia: 20 of 59", "en", ""},
		{"Protection of 34% in Croatia", "en", ""},
		{"Protection of 51% in Croatia", "en", "51"},
		{"Sweden has the lowest rate", "en", "lowest"},
		{"La protection a augmenté", "fr", "augmenté"},
		{"Защита выросла", "ru", "выросла"},
		{"Schutz ist gestiegen", "de", "gestiegen"},
	} {
		d, err := src.Gather(Spec{ID: "own", Kind: "bars", Definition: List{"unhcr_total_protection"}, Citizen: List{"RU"}, Geo: List{"EU27_2020"}, Period: List{"2023"}, By: "geo", Reference: "EU27_2020",
			Title: map[string]string{tt.lang: tt.title}})
		if err != nil {
			t.Fatal(err)
		}
		l, _ := words.Parse(tt.lang)
		c, err := d.In(l)
		if err != nil {
			t.Fatal(err)
		}
		if (tt.refused == "") != (c.Fallback == "") || !strings.Contains(c.Fallback, tt.refused) || (c.Title() == tt.title) != (tt.refused == "") {
			t.Errorf("%q: falls back to %q because %q", tt.title, c.Title(), c.Fallback)
		}
	}
}

// What divides different things is refused, or says so in the picture.
func TestTheGuard(t *testing.T) {
	src, err := source()
	if err != nil {
		t.Fatal(err)
	}
	s := Spec{ID: "own", Kind: "lines", Definition: List{"unhcr_total_protection", "unhcr_all_outcomes"}, Citizen: List{"RU"}, Geo: List{"EU27_2020"}, Period: List{"2014..2024"}}
	if _, err := src.Gather(s); !errors.Is(err, rate.ErrMixed) {
		t.Fatalf("got %v", err)
	}
	s.Mix = true
	d, err := src.Gather(s)
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.In("en")
	if err != nil {
		t.Fatal(err)
	}
	if !d.Mixed || !slices.Contains(c.Figure.Header().Notes, words.Lang("en").Say("note.mixed")) {
		t.Errorf("the picture does not say that it mixes: %v", c.Figure.Header().Notes)
	}
}

func TestReadSpecs(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  "my.yaml:1:1: got no chart, want keys such as id: and kind:, or a list of them\n\thint: ",
		"id: a\nkind: pie\n":                "my.yaml:2:7: got kind \"pie\", want one of bars, counts, ",
		"id: a\nkind: bar\n":                "my.yaml:2:7: got kind \"bar\", want one of bars, counts, lines, stack, ladder, tiles, heat, funnel, dumbbell, slope, multiples, intervals, change, releases, pact\n\thint: did you mean bars?",
		"id: a\nkind: bars\ncolour: red\n":  "my.yaml:3:1: got key \"colour\", want some of by, citizen, ",
		"id: a\nkind: bars\ncitizen: RUS\n": "my.yaml:3:10: got citizen \"RUS\", want a code from datasets/codes/citizen.csv, such as RU\n\thint: ",
		"id: a\nkind: bars\nperiod: [2022, 2024..2014]\n": "my.yaml:3:9: got period \"2024..2014\", want years such as 2014..2024, the earlier one first",
		"id: ../../etc\nkind: bars\n":                     "my.yaml:1:5: got id \"../../etc\", want letters",
		"- {id: a, kind: bars}\n- {id: a, kind: bars}\n":  "my.yaml:2:8: got id \"a\" a second time, want an id of its own for each chart",
		"id: a\nkind: bars\ntitle: {it: Ciao}\n":          "my.yaml:3:13: got title in \"it\", want one of en, fr, de, ru",
	} {
		_, err := Read(strings.NewReader(in), "my.yaml")
		var spec *SpecError
		if err == nil || !errors.As(err, &spec) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", in, err, want)
		}
	}
}

// The numbers of a chart are the same in CSV and JSON, and in every language.
func TestData(t *testing.T) {
	for _, d := range some(t) {
		var b, j bytes.Buffer
		if err := d.CSV(&b); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(rows) != len(d.Data)+1 {
			t.Fatalf("%s: %d rows of CSV, %v", d.Spec.ID, len(rows), err)
		}
		if err := d.JSON(&j); err != nil {
			t.Fatal(err)
		}
		var got dataJSON
		if err := json.Unmarshal(j.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v", d.Spec.ID, err)
		}
		cells := 0
		for i := range d.Results {
			cells += len(d.Results[i].Inputs)
		}
		if len(got.Rows) != len(d.Data) || len(got.Cells) != cells || cells == 0 {
			t.Errorf("%s: %d rows and %d cells of JSON, want %d and %d", d.Spec.ID, len(got.Rows), len(got.Cells), len(d.Data), cells)
		}
		for _, r := range rows[1:] {
			if r[10] != "" && (r[8] == "" || r[9] == "") {
				t.Errorf("%s: a share without its counts: %v", d.Spec.ID, r)
			}
		}
	}
}
