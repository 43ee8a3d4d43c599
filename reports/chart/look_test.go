package chart

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLook draws every sample into the directory that CHART_LOOK names, to be
// looked at, and one of them where nothing is named.
func TestLook(t *testing.T) {
	dir, figures := os.Getenv("CHART_LOOK"), samples()
	if dir == "" {
		dir, figures = t.TempDir(), map[string]Figure{"bars": sampleBars()}
	}
	for name, f := range figures {
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
		}
	}
}

// everyOption is every size in both themes.
var everyOption = func() (all []Options) {
	for _, z := range Sizes() {
		all = append(all, Options{Size: z}, Options{Theme: Dark, Size: z})
	}
	return all
}()

// samples is every kind of figure in every language.
func samples() map[string]Figure {
	return map[string]Figure{
		"ladder": sampleLadder(), "ladder-fr": sampleLadderFR(), "ladder-de": sampleLadderDE(), "ladder-ru": sampleLadderRU(),
		"bars": sampleBars(), "bars-fr": sampleBarsIn("fr"), "bars-de": sampleBarsDE(), "bars-ru": sampleBarsIn("ru"),
		"lines": sampleLines(), "lines-fr": sampleLinesIn("fr"), "lines-de": sampleLinesIn("de"), "lines-ru": sampleEU(),
	}
}
