package huge

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unsafe"
)

// What was taken is free, and what is made lies where huge pages may be.
func TestRoom(t *testing.T) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapIdle < room/2 || m.HeapInuse > room/2 || m.StackInuse > room/2 {
		t.Errorf("of the heap %d bytes are free and %d in use, of stacks %d; want %d free", m.HeapIdle, m.HeapInuse, m.StackInuse, room)
	}
	made := make([]byte, 1<<20)
	_, err := os.Stat("/sys/kernel/mm/transparent_hugepage")
	if got, want := advised(t, uintptr(unsafe.Pointer(&made[0]))), err == nil; got != want {
		t.Errorf("advised: %v, want %v", got, want)
	}
}

var mapping = regexp.MustCompile(`(?m)^([0-9a-f]+)-([0-9a-f]+) [^\n]*\n(?:[^\n]*\n)*?VmFlags:(.*)$`)

// advised reports whether an address is in a mapping with the flag hg.
func advised(t *testing.T, at uintptr) bool {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mapping.FindAllStringSubmatch(string(maps), -1) {
		var from, to uintptr
		if _, err := fmt.Sscanf(m[1]+" "+m[2], "%x %x", &from, &to); err != nil {
			t.Fatal(err)
		}
		if from <= at && at < to {
			return strings.Contains(m[3]+" ", " hg ")
		}
	}
	t.Fatalf("no mapping holds %x", at)
	return false
}
