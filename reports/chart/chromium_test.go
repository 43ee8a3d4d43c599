package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"asylum/datasets/needs"
)

// TestChromiumDrawsTheSame: the SVG, and the drawing inline on a page with the
// style sheet and the fonts, look in a browser as the PNG does: at most one dot
// in a hundred differs by more than an eighth of the scale.
func TestChromiumDrawsTheSame(t *testing.T) {
	dir := t.TempDir()
	fonts, err := Fonts()
	if err != nil {
		t.Fatal(err)
	}
	rules := CSS()
	for _, f := range fonts {
		rules += f.Face(f.Name)
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	type sample struct {
		name string
		o    Options
		want image.Image
	}
	var all []sample
	page := "<!doctype html><meta charset=utf-8><style>body{margin:0}div{background:var(--c-paper)}img{display:block}" + rules + "</style>"
	height := 0
	for _, tt := range []sample{{name: "ladder-ru"}, {name: "bars", o: Options{Theme: Dark}}, {name: "lines-fr", o: Options{Size: Square}}} {
		f := samples()[tt.name]
		tt.o.Scale = 1
		var want, alone, inline bytes.Buffer
		for _, err := range []error{PNG(&want, f, tt.o), SVG(&alone, f, tt.o), Inline(&inline, f, tt.o)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		tt.want = decoded(t, want.Bytes())
		all = append(all, tt)
		if err := os.WriteFile(filepath.Join(dir, tt.name+".svg"), alone.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		page += fmt.Sprintf("<img src=%s.svg><div data-theme=%v>%s</div>", tt.name, tt.o.Theme, inline.String())
		height += 2 * tt.want.Bounds().Dy()
	}
	shot := screenshot(t, filepath.Join(dir, "page.html"), page, 1200, height)
	y := 0
	for _, tt := range all {
		for _, what := range []string{"alone", "inline"} {
			if d := differ(tt.want, shot, y); d > 0.01 {
				t.Errorf("%s %v, %s: %.2f %% of the dots differ from the PNG, want 1 at most", tt.name, tt.o.Size, what, 100*d)
			}
			y += tt.want.Bounds().Dy()
		}
	}
}

// screenshot shows a file in Chromium and returns what a window of w by h shows.
func screenshot(t *testing.T, path, text string, w, h int) image.Image {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	shot := path + ".png"
	// The window is higher than asked for: headless Chromium takes off the height of bars it does not have.
	cmd := needs.Headless(t, "--force-device-scale-factor=1", fmt.Sprintf("--window-size=%d,%d", w, h+200), "--virtual-time-budget=3000", "--screenshot="+shot, "file://"+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(shot)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, b)
}

func decoded(t *testing.T, file []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// differ is the share of the dots of a that b, y0 further down, has otherwise, on any channel by
// more than 32 of 255. Letters are smoothed differently: of the four dots
// around, the nearest counts.
func differ(a, b image.Image, y0 int) float64 {
	r := a.Bounds()
	near := func(x, y int) bool {
		ar, ag, ab, _ := a.At(x, y).RGBA()
		for _, d := range [][2]int{{0, 0}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			br, bg, bb, _ := b.At(x+d[0], y0+y+d[1]).RGBA()
			if alike(ar, br) && alike(ag, bg) && alike(ab, bb) {
				return true
			}
		}
		return false
	}
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if !near(x, y) {
				n++
			}
		}
	}
	return float64(n) / float64(r.Dx()*r.Dy())
}

// alike reports whether two values of a channel are close.
func alike(a, b uint32) bool { return max(a, b)-min(a, b) <= 32*257 }

// TestDifferSees: the comparison fails where a word is missing.
func TestDifferSees(t *testing.T) {
	a := image.NewGray(image.Rect(0, 0, 100, 100))
	b := image.NewGray(image.Rect(0, 0, 100, 100))
	for i := range 1000 {
		b.Pix[i] = 200
	}
	if d := differ(a, b, 0); d < 0.07 || d > 0.1 {
		t.Errorf("got %v, want about a tenth", d)
	}
}
