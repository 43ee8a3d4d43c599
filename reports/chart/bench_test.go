package chart

import (
	"io"
	"testing"
)

// BenchmarkInline and BenchmarkSVG draw each kind as a site does: in two sizes,
// and each chart once. No subset of letters is met twice in BenchmarkSVG.
func BenchmarkInline(b *testing.B) {
	for name, f := range kinds() {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				if err := Inline(io.Discard, f, Options{Size: Size(i % 2)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSVG(b *testing.B) {
	for name, f := range kinds() {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				cuts.Lock()
				clear(cuts.fonts)
				cuts.Unlock()
				if err := SVG(io.Discard, f, Options{Size: Size(i % 2)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPNG(b *testing.B) {
	for name, f := range kinds() {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				if err := PNG(io.Discard, f, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPDF(b *testing.B) {
	for name, f := range kinds() {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				if err := PDF(io.Discard, f, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// kinds is one figure of each kind.
func kinds() map[string]Figure {
	return map[string]Figure{"ladder": sampleLadder(), "bars": sampleBars(), "lines": sampleEU()}
}
