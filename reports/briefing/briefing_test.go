package briefing

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/reports/figure"
	"asylum/reports/letter"
	"asylum/reports/pdf/pdftest"
	"asylum/reports/words"
)

var source = sync.OnceValues(func() (*figure.Source, error) {
	data, err := ingest.OpenEmbedded()
	if err != nil {
		return nil, err
	}
	set, err := rate.Definitions("")
	if err != nil {
		return nil, err
	}
	return figure.NewSource(set, rate.Cached(data), rate.Usual), nil
})

func gather(t *testing.T, s Subject) *Brief {
	t.Helper()
	src, err := source()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Gather(src, s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func document(t *testing.T, b *Brief, l words.Lang) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := b.PDF(&out, l); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// spoken is what pages say, with plain spaces.
func spoken(pages [][]pdftest.Run) string {
	var b strings.Builder
	for _, p := range pages {
		for _, r := range p {
			b.WriteString(r.Text + " ")
		}
	}
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(b.String())
}

// TestLanguages reads the briefing on one citizenship in one country back, in four
// languages: its numbers of pages, what it says, and who it says that it is.
func TestLanguages(t *testing.T) {
	b := gather(t, Subject{Citizen: "RU", Geo: "HR", Period: "2023"})
	for l, want := range map[words.Lang][]string{
		"en": {"Citizens of Russia: asylum in Croatia", "33.9%", "20 of 59", "rounding allows 33.9–38.1%", "Published figures, and which of them hold", "CC BY 4.0"},
		"fr": {"Ressortissants de Russie : l’asile en Croatie", "33,9 %", "20 sur 59", "l’arrondi permet 33,9–38,1 %", "Chiffres publiés : lesquels tiennent ?", "Données au 18 mars 2026."},
		"de": {"Staatsangehörige Russlands: Asyl in Kroatien", "33,9 %", "20 von 59", "Rundung lässt 33,9–38,1 % zu", "Wie die Zahlen zu lesen sind", "18. März 2026"},
		"ru": {"Граждане России: убежище в Хорватии", "33,9 %", "20 из 59", "с учётом округления 33,9–38,1 %", "Опубликованные цифры: какие подтверждаются", "граждане России подали в Хорватии 636 заявлений"},
	} {
		t.Run(string(l), func(t *testing.T) {
			r := pdftest.Read(t, document(t, b, l))
			pages := r.Pages(t)
			if n := len(pages); n < fewest || n > most {
				t.Errorf("%d pages, want %d to %d", n, fewest, most)
			}
			said := spoken(pages)
			for _, w := range append(want, "unhcr_total_protection", "HR-RU-2023") {
				if !strings.Contains(said, w) {
					t.Errorf("it does not say %q:\n%s", w, said)
				}
			}
			for _, bad := range []string{"⚠", "{", "}", "%!"} {
				if strings.Contains(said, bad) {
					t.Errorf("it says %q", bad)
				}
			}
			if got := strings.ContainsFunc(said, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }); got != (l == "ru") {
				t.Errorf("Cyrillic: %v", got)
			}
			outline(t, r, want[0])
			if _, root := r.Find("/Type/Catalog"); !strings.Contains(root, "/Lang<FEFF") {
				t.Error("it does not say its language")
			}
		})
	}
}

// outline checks that the bookmarks lead from the title to every section.
func outline(t *testing.T, r *pdftest.Reading, title string) {
	t.Helper()
	plain := func(o string) string {
		_, s, _ := strings.Cut(o, "/Title<")
		s, _, _ = strings.Cut(s, ">")
		return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(pdftest.Decode(s))
	}
	if _, info := r.Find("/Creator"); plain(info) != title {
		t.Errorf("the document is called %q, want %q", plain(info), title)
	}
	_, root := r.Find("/Type/Outlines")
	top := r.Objects[r.Follow(t, root, "/First ")]
	if plain(top) != title {
		t.Errorf("the first bookmark is %q, want %q", plain(top), title)
	}
	n, sections := r.Follow(t, top, "/First "), 0
	for n > 0 {
		sections++
		if !strings.Contains(r.Objects[n], "/Next ") {
			break
		}
		n = r.Follow(t, r.Objects[n], "/Next ")
	}
	if sections < 6 { // in short, two charts, two tables, how to read it
		t.Errorf("%d sections in the outline, want 6 or more", sections)
	}
}

// subjects are of every kind that there is, the last with fewer than 20 decisions.
var subjects = []Subject{{Citizen: "RU"}, {Citizen: "SY"}, {Geo: "DE"}, {Geo: "EU27_2020"}, {Citizen: "ER", Geo: "CH"}, {Citizen: "RU", Geo: "MT", Period: "2023"}}

// TestLayout looks for text that lies outside its page's margins or on other text.
func TestLayout(t *testing.T) {
	for i, s := range subjects {
		l := words.Langs[i%len(words.Langs)]
		b := gather(t, s)
		pages := pdftest.Read(t, document(t, b, l)).Pages(t)
		if n := len(pages); n < fewest || n > most {
			t.Errorf("%+v in %s: %d pages", s, l, n)
		}
		if said := spoken(pages); strings.Contains(said, "%!") || strings.Contains(said, "⚠") {
			t.Errorf("%+v in %s: a text is not filled in:\n%s", s, l, said)
		}
		for n, page := range pages {
			if i := slices.IndexFunc(page, func(r pdftest.Run) bool { return strings.HasPrefix(r.Text, string(rune('1'+n))) && r.Y < bottom }); i < 0 {
				t.Errorf("%+v: page %d has no number", s, n+1)
			}
			for i, r := range page {
				if w := width(r); r.X < margin-0.5 || r.X+w > margin+textWidth+1 || r.Y < 30 || r.Y > pageHeight-top {
					t.Errorf("%+v in %s, page %d: %q at %.0f, %.0f is %.0f wide: outside the margins", s, l, n+1, r.Text, r.X, r.Y, w)
				}
				for _, q := range page[:i] {
					if overlap(r, q) {
						t.Errorf("%+v in %s, page %d: %q lies on %q", s, l, n+1, r.Text, q.Text)
					}
				}
			}
		}
	}
}

func width(r pdftest.Run) float64 { return letter.Weight(r.Font).Width(r.Text) * r.Size }

// overlap compares the boxes of two strings, from a fifth under the baseline to the
// height of capitals.
func overlap(a, b pdftest.Run) bool {
	return a.Size > 0 && b.Size > 0 &&
		a.X < b.X+width(b)-0.5 && b.X < a.X+width(a)-0.5 &&
		a.Y-0.2*a.Size < b.Y+0.7*b.Size-0.5 && b.Y-0.2*b.Size < a.Y+0.7*a.Size-0.5
}

// TestFewDecisions: under 20 decisions no percentage of them is written.
func TestFewDecisions(t *testing.T) {
	b := gather(t, subjects[len(subjects)-1])
	first := spoken(pdftest.Read(t, document(t, b, "en")).Pages(t)[:1])
	if !strings.Contains(first, "too few for a percentage") || !strings.Contains(first, "0 of 5 ") {
		t.Errorf("it does not say that there are too few:\n%s", first)
	}
	for _, c := range b.charts {
		if c.draft.Spec.Kind == "ladder" {
			t.Error("a ladder divides them")
		}
	}
}

// TestMarkedRow: the country that it is about stands out in the table.
func TestMarkedRow(t *testing.T) {
	b := gather(t, Subject{Citizen: "RU", Geo: "HR", Period: "2023"})
	w := &writer{Lang: "en", Brief: b}
	if err := w.prepare(); err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(w.rows, func(r []string) bool { return r[0] == "Croatia" }); i < 0 || !slices.Contains(w.rows[i], "33.9–38.1%") {
		t.Errorf("no row of Croatia with its bounds in %q", w.rows)
	}
	if slices.Contains(w.head, "level") {
		t.Error("the level has a column")
	}
}

func TestSameBytes(t *testing.T) {
	src, err := source()
	if err != nil {
		t.Fatal(err)
	}
	s := Subject{Citizen: "RU"}
	a := document(t, gather(t, s), "ru")
	again, err := Gather(figure.NewSource(src.Set, src.Data, src.Limits), s)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, document(t, again, "ru")) {
		t.Error("two runs differ")
	}
	if bytes.Contains(a, []byte("Date")) {
		t.Error("the document has a date")
	}
}

func TestNothing(t *testing.T) {
	src, err := source()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Subject{{Citizen: "IS", Geo: "HR"}, {Citizen: "RU", Period: "1999"}} {
		if _, err := Gather(src, s); !errors.Is(err, figure.ErrNothing) {
			t.Errorf("%+v: got %v, want that there is nothing", s, err)
		}
	}
}
