// Package heap says when garbage is collected, and has the heap lie in huge
// pages. Most commands end before collecting is worth it: to import the package
// puts it off.
package heap

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"

	_ "asylum/cmd/asylum/heap/huge"
)

var _ = debug.SetGCPercent(-1)

// percent is what counts once garbage is collected at all.
var percent atomic.Int32

// Grow lets the program take size bytes before garbage is collected for the
// first time. From then on the heap grows by then per cent of what is in use.
func Grow(size int64, then int) {
	percent.Store(int32(then))
	if size < debug.SetMemoryLimit(-1) { // not above what GOMEMLIMIT says
		limit.Store(debug.SetMemoryLimit(size))
	}
	runtime.AddCleanup(&unused{}, func(*unused) { Collect(int(percent.Load())) }, nil)
}

// limit is what GOMEMLIMIT says.
var limit atomic.Int64

func init() { limit.Store(math.MaxInt64) }

// An unused value is freed when garbage is first collected.
type unused struct {
	_ *unused
	_ [3]uintptr
}

// Collect has garbage collected from now on, each time when the heap has grown
// by so many per cent of what is in use.
func Collect(by int) {
	percent.Store(int32(by))
	debug.SetMemoryLimit(limit.Load())
	debug.SetGCPercent(by)
}

// Tight gives back to the system, from the next collection on, what the heap does
// not need: the program holds what was in use at the last collection, what the heap
// may grow by until the next one, and room bytes.
func Tight(room int64) {
	runtime.AddCleanup(&unused{}, func(*unused) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		in := int64(live[0].Value.Uint64())
		debug.SetMemoryLimit(min(in+in*int64(percent.Load())/100+room, limit.Load()))
		Tight(room)
	}, nil)
}
