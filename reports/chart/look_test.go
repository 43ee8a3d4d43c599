package chart

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLook draws every sample and wants none to have a fault. They stay in the
// directory that CHART_LOOK names, to be looked at.
func TestLook(t *testing.T) {
	dir := os.Getenv("CHART_LOOK")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, f := range samples() {
		for _, o := range everyOption {
			path := filepath.Join(dir, name+"-"+o.Size.String()+"-"+o.Theme.String())
			o.Scale = 1
			write := func(ext string, draw func(*os.File) error) {
				w, err := os.Create(path + ext)
				if err != nil {
					t.Fatal(err)
				}
				defer w.Close()
				if err := draw(w); err != nil {
					t.Fatal(err)
				}
			}
			write(".svg", func(w *os.File) error { return SVG(w, f, o) })
			write(".png", func(w *os.File) error { return PNG(w, f, o) })
			faults, err := Faults(f, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range faults {
				t.Errorf("%s %v: %s", name, o, x)
			}
		}
	}
}

// everyOption is every size in both themes; the first four are those of the site.
var everyOption = func() (all []Options) {
	for _, z := range Sizes() {
		all = append(all, Options{Size: z}, Options{Theme: Dark, Size: z})
	}
	return all
}()

func samples() map[string]Figure {
	return map[string]Figure{
		"ladder": sampleLadder(), "ladder-de": sampleLadderDE(), "ladder-ru": sampleLadderRU(),
		"bars": sampleBars(), "bars-de": sampleBarsDE(),
		"lines": sampleLines(), "lines-eu": sampleEU(),
	}
}
