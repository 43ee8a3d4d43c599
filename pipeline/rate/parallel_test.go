package rate

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// No more jobs are at work than there are processors, each is done once, and of
// several errors the first by their order is given, whichever came first in time.
func TestParallel(t *testing.T) {
	before := runtime.GOMAXPROCS(3)
	defer runtime.GOMAXPROCS(before)
	var now, most atomic.Int64
	times := make([]atomic.Int64, 60)
	err := Parallel(len(times), func(i int) error {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(time.Millisecond)
		times[i].Add(1)
		return nil
	})
	if err != nil || most.Load() != 3 {
		t.Errorf("%d jobs were at work at once, want 3 (%v)", most.Load(), err)
	}
	for i := range times {
		if n := times[i].Load(); n != 1 {
			t.Errorf("job %d was done %d times", i, n)
		}
	}
	if err := Parallel(0, func(int) error { return errors.New("no job") }); err != nil {
		t.Error(err)
	}
	began := make([]atomic.Bool, 3)
	err = Parallel(len(began), func(i int) error { // all at once, and the last fails first
		began[i].Store(true)
		for !began[0].Load() || !began[1].Load() || !began[2].Load() {
			runtime.Gosched()
		}
		time.Sleep(time.Duration(3-i) * 5 * time.Millisecond)
		return fmt.Errorf("job %d", i)
	})
	if err == nil || err.Error() != "job 0" {
		t.Errorf("the error is %v, want that of job 0", err)
	}
	done := 0
	runtime.GOMAXPROCS(1)
	if err := Parallel(10, func(i int) error { done++; return errors.New("at once") }); err == nil || done != 1 {
		t.Errorf("%d jobs were begun after the first failed (%v)", done, err)
	}
}
