package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"io"
	"regexp"
	"strings"
	"testing"

	"asylum/reports/letter"
	"asylum/reports/pdf/pdftest"
	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var lines = []string{"Россия: 8\u00A0507 заявлений", "Türkiye, Côte d’Ivoire, Žižkov", "≈34\u202F% «fin»", "AVATAR"}

func sample(t *testing.T) []byte {
	t.Helper()
	c, err := letter.Cache()
	if err != nil {
		t.Fatal(err)
	}
	d := New(Info{Title: "Отчёт (2023)", Lang: "ru", Subject: "a \\ b"})
	for i := range 2 {
		p := d.Page(400, 300)
		p.Begin("P", "")
		for k, l := range lines {
			p.FillString(letter.Weights()[k%3].Face(c, 12), vg.Point{X: 10, Y: vg.Length(280 - 20*k)}, l)
		}
		p.Begin("Figure", "круг")
		p.SetColor(color.NRGBA{R: 255, A: 128})
		var path vg.Path
		path.Move(vg.Point{X: 60, Y: 50})
		path.Arc(vg.Point{X: 50, Y: 50}, 10, 0, 6.28)
		path.Close()
		p.Fill(path)
		p.Link("https://example.org/a(b)", 10, 10, 50, 20)
		d.Bookmark(fmt.Sprintf("Раздел %d", i), 0, p, 280)
		d.Bookmark("Ниже", 5, p, 100)
	}
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTextCanBeRead(t *testing.T) {
	r := pdftest.Read(t, sample(t))
	got := r.Text(t)
	if len(got) != 2*len(lines) {
		t.Fatalf("got %d strings, want %d", len(got), 2*len(lines))
	}
	for i, want := range lines {
		if got[i] != want || got[len(lines)+i] != want {
			t.Errorf("got %q, want %q", got[i], want)
		}
	}
}

// TestFontsAreSubsets: three embedded fonts, small, each with a width for every glyph.
func TestFontsAreSubsets(t *testing.T) {
	r := pdftest.Read(t, sample(t))
	n := 0
	for _, o := range r.Objects {
		if !strings.Contains(o, "/FontFile2 ") {
			continue
		}
		n++
		f, err := sfnt.Parse([]byte(r.Streams[r.Follow(t, o, "/FontFile2 ")]))
		if err != nil {
			t.Fatal(err)
		}
		if f.NumGlyphs() > 60 {
			t.Errorf("%d glyphs for a few words", f.NumGlyphs())
		}
		name := regexp.MustCompile(`/FontName(/[A-Z]{6}\+Roboto-\w+)`).FindStringSubmatch(o)[1]
		_, d := r.Find("/CIDFontType2/BaseFont" + name)
		if w := strings.Fields(regexp.MustCompile(`/W\[0\[(.*?)\]\]`).FindStringSubmatch(d)[1]); len(w) != f.NumGlyphs() {
			t.Errorf("%s: %d widths for %d glyphs", name, len(w), f.NumGlyphs())
		}
	}
	if n != 3 {
		t.Errorf("got %d fonts, want 3", n)
	}
}

func TestStructure(t *testing.T) {
	r := pdftest.Read(t, sample(t))
	_, info := r.Find("/Creator")
	if got := pdftest.Decode(regexp.MustCompile(`/Title<(.*?)>`).FindStringSubmatch(info)[1]); got != "Отчёт (2023)" {
		t.Errorf("title %q", got)
	}
	_, root := r.Find("/Type/Catalog")
	for _, want := range []string{"/Lang<FEFF00720075>", "/Marked true", "/PageMode/UseOutlines", "/DisplayDocTitle true"} {
		if !strings.Contains(root, want) {
			t.Errorf("no %s in %s", want, root)
		}
	}
	outline := r.Objects[r.Follow(t, root, "/Outlines ")]
	first := r.Objects[r.Follow(t, outline, "/First ")]
	if got := pdftest.Decode(regexp.MustCompile(`/Title<(.*?)>`).FindStringSubmatch(first)[1]); got != "Раздел 0" || !strings.Contains(outline, "/Count 2") {
		t.Errorf("first bookmark %q in %s", got, outline)
	}
	below := r.Objects[r.Follow(t, first, "/First ")]
	if got := pdftest.Decode(regexp.MustCompile(`/Title<(.*?)>`).FindStringSubmatch(below)[1]); got != "Ниже" || !strings.Contains(below, "/XYZ null 100 null") {
		t.Errorf("bookmark under it: %q %s", got, below)
	}
	second := r.Objects[r.Follow(t, first, "/Next ")]
	if !strings.Contains(second, "/Prev ") {
		t.Error("the second does not lead back")
	}
	_, figure := r.Find("/S/Figure")
	if got := pdftest.Decode(regexp.MustCompile(`/Alt<(.*?)>`).FindStringSubmatch(figure)[1]); got != "круг" {
		t.Errorf("alternative %q", got)
	}
	if _, page := r.Find("/Type/Page/"); !strings.Contains(page, `/URI(https://example.org/a\(b\))`) || !strings.Contains(page, "/A128<</ca 0.50196/CA 0.50196>>") {
		t.Errorf("page %s", page)
	}
}

func TestSameBytes(t *testing.T) {
	a, b := sample(t), sample(t)
	if !bytes.Equal(a, b) {
		t.Error("two documents of the same pages differ")
	}
	if bytes.Contains(a, []byte("Date")) {
		t.Error("the document has a date")
	}
	if err := New(Info{}).Write(io.Discard); err == nil {
		t.Error("no page: got no error")
	}
}

// TestCanvas draws a plot of gonum's, which turns text and uses images and
// transforms, and checks what stands where.
func TestCanvas(t *testing.T) {
	d := New(Info{})
	p := d.Page(200, 100)
	pl := plot.New()
	pl.Title.Text, pl.Y.Label.Text = "title", "up"
	l, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}})
	if err != nil {
		t.Fatal(err)
	}
	pl.Add(l)
	pl.Draw(draw.NewCanvas(p, 200, 100))
	p.Push()
	p.Translate(vg.Point{X: 10, Y: 20})
	p.Scale(2, 3)
	p.SetColor(nil)
	var q vg.Path
	q.Move(vg.Point{X: 0, Y: 0})
	q.QuadTo(vg.Point{X: 3, Y: 3}, vg.Point{X: 6, Y: 0})
	q.Close()
	p.Fill(q)
	p.DrawImage(vg.Rectangle{Max: vg.Point{X: 5, Y: 5}}, image.NewGray(image.Rect(0, 0, 2, 2)))
	p.Pop()
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	r := pdftest.Read(t, b.Bytes())
	_, page := r.Find("/Type/Page/")
	content := r.Streams[r.Follow(t, page, "/Contents ")]
	for _, want := range []string{"10 20 m\n14 26 18 26 22 20 c\nh\nf\n", "q 10 0 0 15 10 20 cm /I0 Do Q", " w [] 0 d\n"} {
		if !strings.Contains(content, want) {
			t.Errorf("no %q in\n%s", want, content)
		}
	}
	if text := strings.Join(r.Text(t), "|"); !strings.Contains(text, "title") || !strings.Contains(text, "up") {
		t.Errorf("got text %q", text)
	}
	if !regexp.MustCompile(`BT /F0 1 Tf 0 12 -12 0 `).MatchString(content) {
		t.Error("no text is turned")
	}
}
