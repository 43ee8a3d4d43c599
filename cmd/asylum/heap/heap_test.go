package heap

import (
	"runtime"
	"runtime/debug"
	"testing"
)

var kept [][]byte

// Nothing is collected below the size; above it what is in use decides.
func TestGrow(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer func() { kept = nil }()
	collections := func() uint32 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.NumGC
	}
	const mb = 1 << 20
	Grow(64*mb, 50)
	before := collections()
	for range 24 {
		kept = append(kept, make([]byte, mb))
	}
	if n := collections() - before; n > 0 {
		t.Errorf("%d collections within 24 of 64 MB, want none", n)
	}
	for range 100 {
		kept = append(kept, make([]byte, mb))
	}
	if n := collections() - before; n == 0 {
		t.Error("no collection within 124 MB, want some from 64 MB on")
	}
	for debug.SetMemoryLimit(-1) == 64*mb { // what follows the first collection runs beside
		runtime.GC()
		runtime.Gosched()
	}
	if got := debug.SetGCPercent(50); got != 50 {
		t.Errorf("afterwards the heap grows by %d per cent, want 50", got)
	}
}

// After a collection the program holds little more than what is in use, and again
// after the next.
func TestTight(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer func() { kept = nil }()
	const mb = 1 << 20
	Collect(25)
	Tight(16 * mb)
	for _, in := range []int{100, 200} {
		kept = nil
		for range in {
			kept = append(kept, make([]byte, mb))
		}
		least, most := int64(in*mb)*5/4+16*mb, int64(in*mb)*5/4+20*mb
		for range 1000 { // what follows a collection runs beside
			runtime.GC()
			runtime.Gosched()
			if l := debug.SetMemoryLimit(-1); l >= least && l <= most {
				break
			}
		}
		if l := debug.SetMemoryLimit(-1); l < least || l > most {
			t.Errorf("%d MB are in use, and the program may hold %d bytes; want %d to %d", in, l, least, most)
		}
	}
}
