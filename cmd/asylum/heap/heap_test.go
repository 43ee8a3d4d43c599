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
