package huge

import (
	"syscall"
	"unsafe"
)

const (
	// room is how much of the heap is advised beforehand, in bytes: more than a
	// question to a lake of a hundred thousand series needs.
	room = 64 << 20

	page   = 2 << 20
	mapped = 4 << 20 // what the runtime maps at once, at a multiple of it

	advHuge     = 14 // MADV_HUGEPAGE
	advCollapse = 25 // MADV_COLLAPSE, of Linux 6.1
)

func init() {
	adviseFirst()
	done := make(chan struct{})
	go func() {
		take(nil)
		adviseBelow()
		close(done)
	}()
	<-done
}

// adviseFirst advises what the runtime mapped first, and puts the page together
// that is being filled. What cannot be done stays undone.
func adviseFirst() {
	at := uintptr(unsafe.Pointer(unsafe.SliceData(make([]byte, 1<<16)))) // where there is room, not in a gap
	syscall.Syscall(syscall.SYS_MADVISE, at&^(mapped-1), mapped, advHuge)
	syscall.Syscall(syscall.SYS_MADVISE, at&^(page-1), page, advCollapse)
}

// take makes the heap grow by room at once: what the runtime maps later, in
// small steps, it would have to be advised of again each time. What grows is the
// stack, since that of a goroutine which ends goes back to the heap without a
// collection. A call that is never made needs it, for its argument and a copy;
// nothing is written there.
//
//go:noinline
func take(never *[room * 7 / 16]byte) {
	if never != nil {
		give(*never)
	}
}

//go:noinline
func give([room * 7 / 16]byte) {}

// adviseBelow advises what lies below the caller's frame: a stack that has grown
// by room, and the heap before it.
func adviseBelow() {
	var here byte
	end := (uintptr(unsafe.Pointer(&here)) + mapped) &^ (mapped - 1)
	syscall.Syscall(syscall.SYS_MADVISE, end-room-mapped, room+mapped, advHuge)
}
