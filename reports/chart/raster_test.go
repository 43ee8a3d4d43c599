package chart

import (
	"image"
	"image/color"
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// TestRasterDrawsAsGonumDoes: the picture is that of gonum's own canvas, but for
// the smoothing of edges.
func TestRasterDrawsAsGonumDoes(t *testing.T) {
	for name, f := range map[string]Figure{"bars": sampleBarsDE(), "lines": sampleEU(), "ladder": sampleLadderRU(), "tiles": sampleTiles(english), "funnel": sampleFunnel(german)} {
		s := mustCompose(t, f, Options{Theme: Dark})
		c := vgimg.NewWith(vgimg.UseWH(vg.Length(s.w), vg.Length(s.h)), vgimg.UseDPI(72))
		s.play(c)
		r := newRaster(s.w, s.h, 1)
		s.play(r)
		if d := differ(c.Image(), r.img, 0); d > 0.01 {
			t.Errorf("%s: %.2f %% of the dots differ, want 1 at most", name, 100*d)
		}
	}
}

func TestRaster(t *testing.T) {
	r := newRaster(20, 10, 2)
	if b := r.img.Bounds(); b.Dx() != 40 || b.Dy() != 20 {
		t.Fatalf("got %v", b)
	}
	at := func(x, y int) color.RGBA { return r.img.RGBAAt(x, y) }
	red := color.NRGBA{R: 255, A: 255}
	r.SetColor(red)
	box := func(x0, y0, x1, y1 vg.Length) vg.Path {
		var p vg.Path
		p.Move(vg.Point{X: x0, Y: y0})
		p.Line(vg.Point{X: x1, Y: y0})
		p.Line(vg.Point{X: x1, Y: y1})
		p.Line(vg.Point{X: x0, Y: y1})
		p.Close()
		return p
	}
	r.Fill(box(1, 7, 3, 9.25))
	for where, want := range map[[2]int]uint8{{2, 2}: 255, {5, 5}: 255, {2, 1}: 128, {1, 3}: 0, {6, 3}: 0, {2, 6}: 0} {
		if got := at(where[0], where[1]).A; got != want {
			t.Errorf("dot %v has %d, want %d", where, got, want)
		}
	}
	// A colour that lets through, a pen that breaks, a turned canvas.
	r.SetColor(color.NRGBA{B: 255, A: 128})
	r.Fill(box(1, 8, 2, 9))
	if got := at(2, 2); got.R != 127 || got.B < 127 || got.B > 129 || got.A != 255 {
		t.Errorf("half a blue on red is %v", got)
	}
	r.SetColor(red)
	r.SetLineWidth(1)
	r.SetLineDash([]vg.Length{2, 3}, 1)
	var line vg.Path
	line.Move(vg.Point{X: 5, Y: 5.5})
	line.Line(vg.Point{X: 15, Y: 5.5})
	r.Stroke(line)
	r.SetLineDash(nil, 0)
	// One px of the first dash is past; then 3 without, 2 with, and so on.
	for x, want := range map[int]bool{10: true, 11: true, 12: false, 17: false, 18: true, 21: true, 22: false, 28: true} {
		if got := at(x, 9).A > 0; got != want {
			t.Errorf("dash at dot %d: %v", x, got)
		}
	}
	r.Push()
	r.Translate(vg.Point{X: 18, Y: 2})
	r.Rotate(math.Pi / 2)
	r.Fill(box(0, 0, 1, 0.5))
	r.Pop()
	if at(35, 14).A != 255 || at(36, 14).A != 0 || at(35, 16).A != 0 {
		t.Error("the turned box is not where it should be")
	}
	img := image.NewRGBA(image.Rect(0, 0, 2, 1))
	img.Set(1, 0, color.White)
	r.DrawImage(vg.Rectangle{Min: vg.Point{X: 10, Y: 0}, Max: vg.Point{X: 14, Y: 2}}, img)
	if at(27, 19) != (color.RGBA{255, 255, 255, 255}) || at(29, 19).A != 0 {
		t.Error("the image is not where it should be")
	}
	// What lies outside is no error.
	r.Fill(box(-50, -50, -10, -10))
	r.Fill(box(-5, -5, 500, 0.5))
	if at(39, 19).A != 255 {
		t.Error("a box that leaves the picture is not drawn within it")
	}
}
