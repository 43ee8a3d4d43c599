package chart

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// kindSamples are figures by name and language.
func kindSamples() map[string]func(tongue) Figure {
	return map[string]func(tongue) Figure{
		"tiles":          func(l tongue) Figure { return sampleTiles(l) },
		"tiles-ru":       func(l tongue) Figure { return sampleTilesRU(l) },
		"multiples":      func(l tongue) Figure { return sampleMultiples(l) },
		"intervals":      func(l tongue) Figure { return sampleIntervals(l) },
		"ratios":         func(l tongue) Figure { return sampleRatios(l) },
		"funnel":         func(l tongue) Figure { return sampleFunnel(l) },
		"funnel-ru":      func(l tongue) Figure { return sampleFunnelRU(l) },
		"heat":           func(l tongue) Figure { return sampleHeat(l) },
		"heat-diverging": func(l tongue) Figure { return sampleHeatDiverging(l) },
	}
}

// eachKind runs f on every sample in every language, size and theme.
func eachKind(t *testing.T, f func(t *testing.T, fig Figure, o Options)) {
	t.Helper()
	for name, sample := range kindSamples() {
		for _, l := range tongues {
			for _, o := range everyOption {
				t.Run(fmt.Sprintf("%s-%s-%v-%v", name, l.lang, o.Size, o.Theme), func(t *testing.T) { f(t, sample(l), o) })
			}
		}
	}
}

// TestKindsHaveNoFaults looks at every picture as a careful eye would. They stay
// in the directory that CHART_LOOK names.
func TestKindsHaveNoFaults(t *testing.T) {
	dir := os.Getenv("CHART_LOOK")
	eachKind(t, func(t *testing.T, f Figure, o Options) {
		faults, err := Faults(f, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range faults {
			t.Error(x)
		}
		if dir == "" {
			return
		}
		var b bytes.Buffer
		o.Scale = 1
		if err := PNG(&b, f, o); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(t.Name())+".png"), b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	})
}
