package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"asylum/reports/letter"
	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A reading is a document taken apart by other means than it was written.
type reading struct {
	objects map[int]string
	streams map[int]string
}

func read(t *testing.T, doc []byte) *reading {
	t.Helper()
	r := &reading{map[int]string{}, map[int]string{}}
	start := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(doc)
	if start == nil {
		t.Fatal("no end of file")
	}
	at, _ := strconv.Atoi(string(start[1]))
	rows := strings.Split(string(doc[at:]), "\n")
	if rows[0] != "xref" {
		t.Fatalf("startxref leads to %.20q", rows[0])
	}
	var n int
	fmt.Sscanf(rows[1], "0 %d", &n)
	for i := 1; i < n; i++ {
		if len(rows[2+i]) != 19 {
			t.Fatalf("row %d of xref is %q", i, rows[2+i])
		}
		off, _ := strconv.Atoi(rows[2+i][:10])
		head := fmt.Sprintf("%d 0 obj\n", i)
		if !bytes.HasPrefix(doc[off:], []byte(head)) {
			t.Fatalf("object %d is not at %d: %.20q", i, off, doc[off:])
		}
		body := doc[off+len(head):]
		if m := regexp.MustCompile(`^<<[^\n]*/Length (\d+)>>stream\n`).FindSubmatch(body); m != nil {
			size, _ := strconv.Atoi(string(m[1]))
			z, err := zlib.NewReader(bytes.NewReader(body[len(m[0]) : len(m[0])+size]))
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			r.streams[i], r.objects[i] = string(data), string(m[0])
			if !bytes.HasPrefix(body[len(m[0])+size:], []byte("\nendstream\nendobj\n")) {
				t.Errorf("stream %d is longer than it says", i)
			}
			continue
		}
		r.objects[i] = string(body[:bytes.Index(body, []byte("\nendobj"))])
	}
	for i, o := range r.objects {
		for _, m := range regexp.MustCompile(`\b(\d+) 0 R`).FindAllStringSubmatch(o, -1) {
			if k, _ := strconv.Atoi(m[1]); r.objects[k] == "" {
				t.Errorf("object %d names %d, which is not there", i, k)
			}
		}
	}
	return r
}

// find returns the first object, by number, that holds a text.
func (r *reading) find(part string) (int, string) {
	for i := 1; i <= len(r.objects); i++ {
		if strings.Contains(r.objects[i], part) {
			return i, r.objects[i]
		}
	}
	return 0, ""
}

func (r *reading) follow(t *testing.T, o, name string) int {
	t.Helper()
	m := regexp.MustCompile(name + `\[?(\d+) 0 R`).FindStringSubmatch(o)
	if m == nil {
		t.Fatalf("no %s in %.200s", name, o)
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// text decodes what the pages set, a line for each string, through the fonts'
// own tables.
func (r *reading) text(t *testing.T) []string {
	t.Helper()
	var out []string
	for i := 1; i <= len(r.objects); i++ {
		if !strings.HasPrefix(r.objects[i], "<</Type/Page/") {
			continue
		}
		maps := map[string]map[string]string{}
		for _, f := range regexp.MustCompile(`/F(\d) (\d+) 0 R`).FindAllStringSubmatch(r.objects[i], -1) {
			n, _ := strconv.Atoi(f[2])
			maps[f[1]] = map[string]string{}
			for _, m := range regexp.MustCompile(`<(....)> <([0-9A-F]+)>`).FindAllStringSubmatch(r.streams[r.follow(t, r.objects[n], "/ToUnicode ")], -1) {
				maps[f[1]][m[1]] = decode(m[2])
			}
		}
		for _, m := range regexp.MustCompile(`BT /F(\d) .* Tm \[(.*)\] TJ ET`).FindAllStringSubmatch(r.streams[r.follow(t, r.objects[i], "/Contents ")], -1) {
			line := ""
			for _, hex := range regexp.MustCompile(`<([0-9A-F]*)>`).FindAllStringSubmatch(m[2], -1) {
				for g := hex[1]; g != ""; g = g[4:] {
					line += maps[m[1]][g[:4]]
				}
			}
			out = append(out, line)
		}
	}
	return out
}

func decode(hex string) string {
	var u []uint16
	for ; len(hex) >= 4; hex = hex[4:] {
		v, _ := strconv.ParseUint(hex[:4], 16, 16)
		u = append(u, uint16(v))
	}
	return strings.TrimPrefix(string(utf16.Decode(u)), "\uFEFF")
}

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
	r := read(t, sample(t))
	got := r.text(t)
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
	r := read(t, sample(t))
	n := 0
	for _, o := range r.objects {
		if !strings.Contains(o, "/FontFile2 ") {
			continue
		}
		n++
		f, err := sfnt.Parse([]byte(r.streams[r.follow(t, o, "/FontFile2 ")]))
		if err != nil {
			t.Fatal(err)
		}
		if f.NumGlyphs() > 60 {
			t.Errorf("%d glyphs for a few words", f.NumGlyphs())
		}
		name := regexp.MustCompile(`/FontName(/[A-Z]{6}\+Roboto-\w+)`).FindStringSubmatch(o)[1]
		_, d := r.find("/CIDFontType2/BaseFont" + name)
		if w := strings.Fields(regexp.MustCompile(`/W\[0\[(.*?)\]\]`).FindStringSubmatch(d)[1]); len(w) != f.NumGlyphs() {
			t.Errorf("%s: %d widths for %d glyphs", name, len(w), f.NumGlyphs())
		}
	}
	if n != 3 {
		t.Errorf("got %d fonts, want 3", n)
	}
}

func TestStructure(t *testing.T) {
	r := read(t, sample(t))
	_, info := r.find("/Creator")
	if got := decode(regexp.MustCompile(`/Title<(.*?)>`).FindStringSubmatch(info)[1]); got != "Отчёт (2023)" {
		t.Errorf("title %q", got)
	}
	_, root := r.find("/Type/Catalog")
	for _, want := range []string{"/Lang<FEFF00720075>", "/Marked true", "/PageMode/UseOutlines", "/DisplayDocTitle true"} {
		if !strings.Contains(root, want) {
			t.Errorf("no %s in %s", want, root)
		}
	}
	outline := r.objects[r.follow(t, root, "/Outlines ")]
	first := r.objects[r.follow(t, outline, "/First ")]
	if got := decode(regexp.MustCompile(`/Title<(.*?)>`).FindStringSubmatch(first)[1]); got != "Раздел 0" || !strings.Contains(outline, "/Count 2") {
		t.Errorf("first bookmark %q in %s", got, outline)
	}
	below := r.objects[r.follow(t, first, "/First ")]
	if got := decode(regexp.MustCompile(`/Title<(.*?)>`).FindStringSubmatch(below)[1]); got != "Ниже" || !strings.Contains(below, "/XYZ null 100 null") {
		t.Errorf("bookmark under it: %q %s", got, below)
	}
	second := r.objects[r.follow(t, first, "/Next ")]
	if !strings.Contains(second, "/Prev ") {
		t.Error("the second does not lead back")
	}
	_, figure := r.find("/S/Figure")
	if got := decode(regexp.MustCompile(`/Alt<(.*?)>`).FindStringSubmatch(figure)[1]); got != "круг" {
		t.Errorf("alternative %q", got)
	}
	if _, page := r.find("/Type/Page/"); !strings.Contains(page, `/URI(https://example.org/a\(b\))`) || !strings.Contains(page, "/A128<</ca 0.50196/CA 0.50196>>") {
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
	r := read(t, b.Bytes())
	_, page := r.find("/Type/Page/")
	content := r.streams[r.follow(t, page, "/Contents ")]
	for _, want := range []string{"10 20 m\n14 26 18 26 22 20 c\nh\nf\n", "q 10 0 0 15 10 20 cm /I0 Do Q", " w [] 0 d\n"} {
		if !strings.Contains(content, want) {
			t.Errorf("no %q in\n%s", want, content)
		}
	}
	if text := strings.Join(r.text(t), "|"); !strings.Contains(text, "title") || !strings.Contains(text, "up") {
		t.Errorf("got text %q", text)
	}
	if !regexp.MustCompile(`BT /F0 1 Tf 0 12 -12 0 `).MatchString(content) {
		t.Error("no text is turned")
	}
}
