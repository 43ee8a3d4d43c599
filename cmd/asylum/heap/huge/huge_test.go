package huge

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// What is taken is free: the heap has grown by it and holds no more than before.
func TestTake(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	take()
	runtime.ReadMemStats(&after)
	if free := int64(after.HeapIdle) - int64(before.HeapIdle); free < room-1<<20 {
		t.Errorf("%d bytes more are free, want %d", free, room)
	}
	if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > 1<<20 {
		t.Errorf("%d bytes more are in use, want none", used)
	}
}

// Room is taken for those who name data, or stand where a lake is.
func TestBulky(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, tt := range []struct {
		args []string
		want bool
	}{
		{nil, false},
		{[]string{"asylum", "rate", "pact_20", "--by", "citizen"}, false},
		{[]string{"asylum", "rate", "pact_20", "--lake", "here"}, true},
		{[]string{"asylum", "rate", "pact_20", "--from=x.tsv"}, true},
	} {
		if got := bulky(tt.args); got != tt.want {
			t.Errorf("%q: %v, want %v", tt.args, got, tt.want)
		}
	}
	if err := os.Mkdir("lake", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("lake", "manifest.json"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if !bulky(nil) {
		t.Error("beside a lake: false, want true")
	}
}
