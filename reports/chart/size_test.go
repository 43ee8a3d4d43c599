package chart

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
)

func TestSizesHaveNames(t *testing.T) {
	for _, z := range Sizes() {
		if got, err := ParseSize(z.String()); got != z || err != nil {
			t.Errorf("%v: got %v, %v", z, got, err)
		}
	}
	if len(Sizes()) != len(formats) {
		t.Errorf("%d sizes are listed, %d drawn", len(Sizes()), len(formats))
	}
	const want = `chart: got size "A3", want one of 1200x675, phone, 1080x1080, 1080x1350, a4, thumb`
	if _, err := ParseSize("A3"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, _, err := Measure(sampleLadder(), Options{Size: -1}); err == nil {
		t.Error("size -1: got no error")
	}
	if _, _, err := Measure(sampleLadder(), Options{Scale: 5}); err == nil {
		t.Error("scale 5: got no error")
	}
}

// TestSheetsAreAsLargeAsTheyAreNamed: what must fill a frame elsewhere does.
func TestSheetsAreAsLargeAsTheyAreNamed(t *testing.T) {
	for name, f := range map[string]Figure{"ladder": sampleLadder(), "ladder-ru": sampleLadderRU(), "bars": sampleBars(), "lines": sampleLines(), "lines-eu": sampleEU()} {
		for z, want := range map[Size][2]float64{Wide: {1200, 675}, Square: {1080, 1080}, Portrait: {1080, 1350}, Thumb: {600, 338}} {
			w, h, err := Measure(f, Options{Size: z})
			if grown := name == "ladder-ru" && z == Wide; err != nil || w != want[0] || h != want[1] && !grown {
				t.Errorf("%s %v: got %v x %v, %v", name, z, w, h, err)
			}
		}
	}
}

// TestPrintIsReadable: on paper no text of a chart is under 6.5 points, and
// names have 8, the title 12.5, within a tenth.
func TestPrintIsReadable(t *testing.T) {
	f := &formats[A4]
	points := func(px float64) float64 { return px * f.mm / 25.4 * 72 / f.w }
	s := mustCompose(t, sampleBars(), Options{Size: A4})
	for _, r := range s.runs {
		if p := points(r.st.size); p < 6.5 {
			t.Errorf("%q has %.2f points", r.text, p)
		}
	}
	for want, got := range map[float64]float64{8: points(s.nameStyle().size), 12.5: points(s.titleStyle().size)} {
		if got < want-0.12 || got > want+0.12 {
			t.Errorf("got %.2f points, want %v", got, want)
		}
	}
	if doc := svgOf(t, sampleBars(), Options{Size: A4}); !strings.Contains(doc, ` width="160mm" height="`) {
		t.Error("the SVG does not say how wide it is on paper")
	}
}

func TestPNGScale(t *testing.T) {
	for scale, want := range map[float64]int{0: 1200, 1: 600, 2: 1200, 3: 1800} {
		var b bytes.Buffer
		if err := PNG(&b, sampleLines(), Options{Size: Thumb, Scale: scale}); err != nil {
			t.Fatal(err)
		}
		dots := b.Bytes()[bytes.Index(b.Bytes(), []byte("pHYs"))+4:]
		perMetre := int(dots[2])<<8 | int(dots[3])
		c, err := png.DecodeConfig(&b)
		if err != nil || c.Width != want {
			t.Errorf("scale %v: got %d wide, %v, want %d", scale, c.Width, err, want)
		}
		if d := perMetre - want*28346/6000; d < -1 || d > 1 { // 600 px are 600 points
			t.Errorf("scale %v: got %d dots to the metre for %d", scale, perMetre, want)
		}
	}
}
