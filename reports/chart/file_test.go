package chart

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"asylum/datasets/needs"
	"asylum/reports/letter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var inBase64 = regexp.MustCompile(`base64,([A-Za-z0-9+/=]+)`)

func svgOf(t testing.TB, f Figure, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := SVG(&b, f, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestGolden compares everything but the embedded letters with testdata.
func TestGolden(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    Figure
		o    Options
	}{
		{"ladder-en-wide", sampleLadder(), Options{}},
		{"ladder-ru-phone-dark", sampleLadderRU(), Options{Theme: Dark, Size: Phone}},
		{"bars-en-wide", sampleBars(), Options{}},
		{"bars-de-phone-dark", sampleBarsDE(), Options{Theme: Dark, Size: Phone}},
		{"lines-en-wide", sampleLines(), Options{}},
		{"lines-ru-phone-dark", sampleEU(), Options{Theme: Dark, Size: Phone}},
	} {
		t.Run(tt.name, func(t *testing.T) { golden(t, tt.name, tt.f, tt.o) })
	}
}

// golden compares a drawing, without its letters, with a file of testdata.
func golden(t *testing.T, name string, f Figure, o Options) {
	t.Helper()
	got := inBase64.ReplaceAllString(svgOf(t, f, o), "base64,…")
	path := filepath.Join("testdata", name+".svg")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) > 60_000 {
		t.Errorf("%d bytes without the letters, want 60,000 at most", len(got))
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			t.Fatalf("%s:%d differs; go test -update rewrites it", path, i+1)
		}
	}
}

// TestSameBytes draws everything twice, the second time all at once.
func TestSameBytes(t *testing.T) {
	var wg sync.WaitGroup
	for name, f := range samples() {
		for _, o := range everyOption {
			first := svgOf(t, f, o)
			if len(first) > 30_000 {
				t.Errorf("%s %v: %d bytes, want 30,000 at most", name, o, len(first))
			}
			wg.Go(func() {
				var b bytes.Buffer
				if err := SVG(&b, f, o); err != nil || b.String() != first {
					t.Errorf("%s %v: the second SVG differs (%v)", name, o, err)
				}
			})
		}
	}
	wg.Wait()
	for name, f := range map[string]Figure{"ladder": sampleLadder(), "bars": sampleBars(), "lines": sampleEU()} {
		var a, b bytes.Buffer
		if err := errors.Join(PNG(&a, f, Options{}), PNG(&b, f, Options{})); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: the second PNG differs", name)
		}
		if a.Len() > 250_000 {
			t.Errorf("%s: %d bytes, want 250,000 at most", name, a.Len())
		}
	}
}

func TestPNGColours(t *testing.T) {
	var b bytes.Buffer
	if err := PNG(&b, sampleBars(), Options{Theme: Dark}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b.Bytes(), []byte("iTXtCopyright")) || !bytes.Contains(b.Bytes(), []byte("CC BY 4.0")) {
		t.Error("the licence is not in the file")
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if r := img.Bounds(); r.Dx() != 2400 || r.Dy() != 1350 {
		t.Errorf("got %v, want 2400 x 1350", r)
	}
	p, ok := img.(*image.Paletted)
	if !ok || len(p.Palette) > maxColors {
		t.Fatalf("got %T with more than %d colours", img, maxColors)
	}
	used := map[color.RGBA]int{}
	for _, i := range p.Pix {
		used[p.Palette[i].(color.RGBA)]++
	}
	th := &palettes[Dark]
	for name, c := range map[string]colour{"paper": th.paper, "ink": th.ink, "data": th.data, "high": th.high, "track": th.track, "soft": th.soft, "context": th.context} {
		if used[color.RGBA(c.NRGBA)] < 100 {
			t.Errorf("%s %s: %d dots of exactly this colour", name, hex(c.NRGBA), used[color.RGBA(c.NRGBA)])
		}
	}
}

func TestSVGSaysWhatItIs(t *testing.T) {
	l := sampleLadder()
	doc := svgOf(t, l, Options{})
	for _, want := range []string{
		`width="1200" height="675" viewBox="0 0 1200 675" role="img"`, `lang="en"`,
		">" + escape(l.TitleText()) + "</title>", ">" + escape(l.Alt) + "</desc>",
		"<dc:rights>CC BY 4.0</dc:rights>", "<dc:identifier>HR-RU-2023</dc:identifier>", "<dc:date>2025-12</dc:date>",
		"<dc:subject>grants_per_intention</dc:subject>", "<dc:source>Sources: AIDA",
		"font-family:'Roboto-HR-RU-2023-en-1200x675-light';font-weight:900",
		"'Roboto-HR-RU-2023-en-1200x675-light', Roboto, 'Liberation Sans', Arial, sans-serif",
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("no %s", want)
		}
	}
	if n := strings.Count(doc, "<text "); n != strings.Count(doc, "textLength=") || n < 30 {
		t.Errorf("got %d texts, want each with its length", n)
	}
	fam := regexp.MustCompile(`@font-face\{font-family:'([^']+)'`)
	seen := map[string]bool{}
	for _, o := range everyOption {
		for _, f := range []Figure{sampleLadder(), sampleLadderDE(), sampleBars()} {
			name := fam.FindStringSubmatch(svgOf(t, f, o))[1]
			if seen[name] {
				t.Errorf("two drawings call their font %s", name)
			}
			seen[name] = true
		}
	}
}

// fields calls f for every string that can be set in v, with its path.
func fields(v reflect.Value, path string, f func(reflect.Value, string)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			fields(v.Elem(), path, f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fields(v.Field(i), path+"."+v.Type().Field(i).Name, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fields(v.Index(i), path, f)
		}
	case reflect.String:
		f(v, path)
	}
}

func TestMissingGlyphIsAnError(t *testing.T) {
	notDrawn := regexp.MustCompile(`\.(Lang|Alt|Licence|Definitions|Vintage|Tip|Series\.Name)$`)
	for name, fresh := range map[string]func() Figure{
		"ladder": func() Figure { return sampleLadder() },
		"bars":   func() Figure { return sampleBars() },
		"lines":  func() Figure { return sampleLines() },
	} {
		n := 0
		fields(reflect.ValueOf(fresh()), "", func(reflect.Value, string) { n++ })
		for i := range n {
			f, at, where := fresh(), 0, ""
			fields(reflect.ValueOf(f), "", func(v reflect.Value, path string) {
				if at == i {
					v.SetString("х 漢 y")
					where = path
				}
				at++
			})
			err := SVG(io.Discard, f, Options{Size: Size(i % 2)})
			if notDrawn.MatchString(where) {
				if err != nil {
					t.Errorf("%s%s: %v, though it is not drawn", name, where, err)
				}
				continue
			}
			var g *GlyphError
			if !errors.As(err, &g) || g.Rune != '漢' || !strings.Contains(err.Error(), "漢") {
				t.Errorf("%s%s: got %v, want an error that names the rune", name, where, err)
			}
		}
	}
	if err := PNG(io.Discard, &Ladder{Steps: []Step{{Name: "سوريا"}}}, Options{}); err == nil {
		t.Error("Arabic: got no error")
	}
}

// TestHostileLabels fills every string with what would break a careless
// writer: the file stays well formed, nothing becomes markup, nothing overlaps.
func TestHostileLabels(t *testing.T) {
	bad := "<script>alert(1)</script> & \"q\" 'a' ]]> \x00\x1b[31m\u202Eevil\u200B\uFEFF <!-- "
	for _, text := range []string{bad, strings.Repeat("Landschaft", 30), strings.Repeat("of the ", 43), strings.Repeat("W", 300), "\u00AD\u00AD", " ", "\u0301"} {
		for name, f := range map[string]Figure{"ladder": sampleLadder(), "bars": sampleBars(), "lines": sampleLines()} {
			fields(reflect.ValueOf(f), "", func(v reflect.Value, path string) { v.SetString(text) })
			for _, o := range everyOption[1:3] {
				if text == "\u0301" { // a lone accent: a glyph or an error, never a panic
					_ = SVG(io.Discard, f, o)
					continue
				}
				doc := svgOf(t, f, o)
				wellFormed(t, name, doc)
				faults, err := Faults(f, o)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range faults {
					if !strings.HasPrefix(x, "shortened") && !strings.HasPrefix(x, "title has") && !strings.HasPrefix(x, "line ends") {
						t.Errorf("%s %v with %.20q: %.200s", name, o, text, x)
					}
				}
			}
		}
	}
}

// wellFormed reads doc as XML and refuses elements and characters that have no
// place in a drawing.
func wellFormed(t *testing.T, name, doc string) {
	t.Helper()
	allowed := map[string]bool{"svg": true, "title": true, "desc": true, "circle": true, "pattern": true, "metadata": true, "style": true, "g": true, "path": true, "text": true,
		"identifier": true, "rights": true, "source": true, "date": true, "subject": true, "language": true}
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		switch e := tok.(type) {
		case xml.StartElement:
			if !allowed[e.Name.Local] {
				t.Errorf("%s: element %s", name, e.Name.Local)
			}
		case xml.Comment, xml.ProcInst, xml.Directive:
			t.Errorf("%s: %T", name, e)
		}
	}
	if i := strings.IndexFunc(doc, func(r rune) bool { return r < ' ' && r != '\n' || r == '\u202E' || r == '\u200B' }); i >= 0 {
		t.Errorf("%s: control character %q", name, doc[i])
	}
}

// A label of many thousand letters must not stop a batch: were the wrapping
// quadratic, this would meet the test's own time limit.
func TestLongLabels(t *testing.T) {
	for _, part := range []string{"W", "\u00ADa", "of ", "word ", "\u00A0x"} {
		l := sampleLadder()
		l.Steps[2].Name = strings.Repeat(part, 5000)
		if err := SVG(io.Discard, l, Options{Size: Phone}); err != nil {
			t.Error(err)
		}
	}
	l := sampleLadder()
	l.Source = strings.Repeat("word ", 100_000)
	if err := PNG(io.Discard, l, Options{}); err == nil || !strings.Contains(err.Error(), "px high, want 12000 at most") {
		t.Errorf("a source of 100,000 words: got %v", err)
	}
}

// TestPDF: one page as large as the sheet, on A4 160 mm wide; the words as given,
// and the same bytes twice. What is in the file is read by package pdf's tests.
func TestPDF(t *testing.T) {
	for name, f := range samples() {
		for z, box := range map[Size]string{Wide: "/MediaBox[0 0 1200 ", Square: "/MediaBox[0 0 1080 ", A4: "/MediaBox[0 0 453.54 "} {
			var a, b bytes.Buffer
			if err := errors.Join(PDF(&a, f, Options{Size: z}), PDF(&b, f, Options{Size: z})); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a.Bytes(), b.Bytes()) {
				t.Errorf("%s %v: the second PDF differs", name, z)
			}
			if !strings.Contains(a.String(), box) || strings.Count(a.String(), "/Type/Page/") != 1 {
				t.Errorf("%s %v: no page of %s", name, z, box)
			}
			if a.Len() > 30_000 {
				t.Errorf("%s %v: %d bytes, want 30,000 at most", name, z, a.Len())
			}
		}
	}
}

// TestPDFText has Poppler, where it is installed, read a PDF in every language.
func TestPDFText(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		needs.Absent(t, "no pdftotext: %v", err)
	}
	for _, f := range []Figure{sampleLadder(), sampleLadderDE(), sampleLadderRU()} {
		path := filepath.Join(t.TempDir(), "chart.pdf")
		var b bytes.Buffer
		if err := errors.Join(PDF(&b, f, Options{}), os.WriteFile(path, b.Bytes(), 0o666)); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(tool, "-raw", path, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(strings.Fields(string(out)), " ")
		for _, r := range mustCompose(t, f, Options{}).runs {
			if want := strings.Join(strings.Fields(r.text), " "); !strings.Contains(got, want) {
				t.Errorf("no %q in %s", want, got)
			}
		}
	}
}

// TestDraw plays a figure onto a canvas that is not ours.
func TestDraw(t *testing.T) {
	c := vgimg.New(1200, 675)
	if err := Draw(c, sampleBars(), Options{Theme: Dark}); err != nil {
		t.Fatal(err)
	}
	if got := color.NRGBAModel.Convert(c.Image().At(2, 2)); got != palettes[Dark].paper.NRGBA {
		t.Errorf("got %v in the corner, want paper", got)
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"a\tb\nc": "a b c", "e\u0301": "é", "x\x00\x7f\u202Ey": "xy", " a ": "a",
		"8\u00A0507": "8\u00A0507", "\u202F«": "\u202F«", "a\u00ADb": "a\u00ADb", "\xff": "\uFFFD",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q): got %q, want %q", in, got, want)
		}
	}
}

// TestCanvas checks the parts of a vg.Canvas that our figures do not use but
// gonum's plotters may.
func TestCanvas(t *testing.T) {
	fc, err := letter.Cache()
	if err != nil {
		t.Fatal(err)
	}
	c := newSVGCanvas(100, "c")
	vg.Initialize(c)
	c.Push()
	c.Translate(vg.Point{X: 10, Y: 20})
	c.Scale(2, 2)
	c.SetColor(color.NRGBA{R: 255, A: 128})
	var p vg.Path
	p.Move(vg.Point{X: 0, Y: 0})
	p.Line(vg.Point{X: 10, Y: 0})
	p.Line(vg.Point{X: 10, Y: 10})
	p.QuadTo(vg.Point{X: 5, Y: 5}, vg.Point{X: 0, Y: 10})
	p.Close()
	c.Fill(p)
	c.SetLineDash([]vg.Length{3, 1}, 1)
	c.Stroke(p)
	c.Rotate(math.Pi / 2)
	c.FillString(style{size: 10}.face(fc), vg.Point{}, "up")
	c.Pop()
	c.DrawImage(vg.Rectangle{Max: vg.Point{X: 5, Y: 5}}, image.NewGray(image.Rect(0, 0, 1, 1)))
	c.flush()
	got := inBase64.ReplaceAllString(c.buf.String(), "base64,…")
	want := `<path fill="#FF0000" fill-opacity="0.502" d="M10 80h20v-20q-10 10-20 0z"/>
<path stroke="#FF0000" stroke-opacity="0.502" stroke-width="2" stroke-dasharray="6 2" stroke-dashoffset="2" d="M10 80h20v-20q-10 10-20 0z"/>
<g fill="#FF0000" fill-opacity="0.502" font-size="10">
<text x="10" y="80" transform="matrix(0 -2 2 0 -150 100)" textLength="11.1">up</text>
</g>
<image x="0" y="95" width="5" height="5" preserveAspectRatio="none" href="data:image/png;base64,…"/>
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for _, m := range inBase64.FindAllStringSubmatch(c.buf.String(), -1) {
		if _, err := base64.StdEncoding.DecodeString(m[1]); err != nil {
			t.Error(err)
		}
	}
}
