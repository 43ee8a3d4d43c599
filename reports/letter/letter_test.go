package letter

import (
	"bytes"
	"math"
	"sync"
	"testing"

	tdfont "github.com/tdewolff/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

func runesOf(text string) map[rune]bool {
	out := map[rune]bool{}
	for _, r := range text {
		out[r] = true
	}
	return out
}

const sample = "Россия ≈34\u202F% «8\u00A0507» Žižka, Türkiye! ёЁÅ ½"

// TestSubset: each subset parses, has a glyph for every rune, as wide and as
// high as in the whole font, and none for others; its file sums up.
func TestSubset(t *testing.T) {
	for _, w := range Weights() {
		cut, err := w.Cut(runesOf(sample))
		if err != nil {
			t.Fatal(err)
		}
		ttf := cut.TTF()
		small, err := sfnt.Parse(ttf)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := sfnt.Parse(w.TTF())
		if err != nil {
			t.Fatal(err)
		}
		for r := range runesOf(sample) {
			a, as := shape(t, small, r)
			b, bs := shape(t, whole, r)
			if a != b || as != bs || a == 0 {
				t.Errorf("%q in weight %d: %v wide in the subset, %v in the font; outlines alike: %v", r, w.CSS(), a, b, as == bs)
			}
			if got, want := cut.Advances()[cut.Glyph(r)], float64(b)/64*1000/float64(whole.UnitsPerEm()); math.Abs(got-want) > 0.5 {
				t.Errorf("%q: advance %v, want %v", r, got, want)
			}
		}
		if sum := checksum(ttf); len(ttf)%4 != 0 || sum != 0xB1B0AFBA {
			t.Errorf("weight %d: the file sums up to %x", w.CSS(), sum)
		}
		var buf sfnt.Buffer
		if i, _ := small.GlyphIndex(&buf, 'Ѣ'); i != 0 || cut.Glyph('Ѣ') != 0 {
			t.Error("the subset holds a letter that nobody asked for")
		}
	}
}

// shape is the advance of r and its outline, written out.
func shape(t *testing.T, f *sfnt.Font, r rune) (fixed.Int26_6, string) {
	t.Helper()
	var buf sfnt.Buffer
	i, err := f.GlyphIndex(&buf, r)
	if err != nil || i == 0 {
		t.Errorf("no glyph for %q (%v)", r, err)
		return 0, ""
	}
	em := fixed.Int26_6(f.UnitsPerEm()) << 6
	a, err := f.GlyphAdvance(&buf, i, em, 0)
	if err != nil {
		t.Fatal(err)
	}
	segs, err := f.LoadGlyph(&buf, i, em, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := ""
	for _, g := range segs {
		s += string(rune('0' + g.Op))
		for _, p := range g.Args {
			s += p.X.String() + " " + p.Y.String() + " "
		}
	}
	return a, s
}

// TestWOFF: another program's reader finds in the file the very tables of the
// TrueType file.
func TestWOFF(t *testing.T) {
	for _, w := range Weights() {
		cut, err := w.Cut(runesOf(sample))
		if err != nil {
			t.Fatal(err)
		}
		woff, err := cut.WOFF()
		if err != nil {
			t.Fatal(err)
		}
		plain, err := tdfont.ParseWOFF(woff)
		if err != nil {
			t.Fatal(err)
		}
		a, err := tdfont.ParseSFNT(plain, 0)
		if err != nil {
			t.Fatal(err)
		}
		b, err := tdfont.ParseSFNT(cut.TTF(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Tables) != len(b.Tables) {
			t.Errorf("got %d tables, want %d", len(a.Tables), len(b.Tables))
		}
		for tag, want := range b.Tables {
			if got := a.Tables[tag]; !bytes.Equal(got, want) {
				t.Errorf("table %s differs", tag)
			}
		}
	}
}

func TestEuropeIsSmall(t *testing.T) {
	for _, w := range Weights() {
		runes := Europe(w)
		for _, r := range "aßÿŁžŞșЖжёЇґ–—„“”«»‘’…\u00A0\u202F\u2011€№≈−×≤½" {
			if !runes[r] {
				t.Errorf("weight %d lacks %q", w.CSS(), r)
			}
		}
		cut, err := w.Cut(runes)
		if err != nil {
			t.Fatal(err)
		}
		woff, err := cut.WOFF()
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("weight %d: %d letters, %d bytes", w.CSS(), len(runes), len(woff))
		if len(woff) > 30_000 {
			t.Errorf("weight %d: %d bytes, want 30,000 at most", w.CSS(), len(woff))
		}
	}
}

// TestMeasuredAsDrawn: our sums of letters and pairs are gonum's widths.
func TestMeasuredAsDrawn(t *testing.T) {
	c, err := Cache()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range Weights() {
		for _, text := range []string{"AVATAR To. Wä 1,234 ≈75%", "Россия, Тула", "", "8\u00A0507", "Ελλάδα, AV", "ỹ"} {
			face := w.Face(c, 33)
			if got, want := w.Width(text)*33, float64(face.Width(text)); math.Abs(got-want) > 1e-6 {
				t.Errorf("%q: got %v, want %v", text, got, want)
			}
		}
		if k := w.Kern('A', 'V'); k >= 0 || k < -0.2 {
			t.Errorf("A and V stand %v apart", k)
		}
		if Of(w.Face(c, 10)) != w {
			t.Errorf("a face of weight %d is taken for another", w.CSS())
		}
	}
}

// TestAllAtOnce cuts and measures from several goroutines, and wants one answer.
func TestAllAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	files := make([][]byte, 8)
	for i := range files {
		wg.Go(func() {
			cut, err := Bold.Cut(runesOf(sample + "xyz"))
			if err != nil {
				t.Error(err)
				return
			}
			files[i] = cut.TTF()
			Bold.Width(sample)
		})
	}
	wg.Wait()
	for _, f := range files[1:] {
		if !bytes.Equal(f, files[0]) {
			t.Error("two cuts of the same letters differ")
		}
	}
}
