package huge

import (
	"syscall"
	"unsafe"
)

const (
	hugePage     = 2 << 20
	advHuge      = 14 // MADV_HUGEPAGE
	advCollapse  = 25 // MADV_COLLAPSE, of Linux 6.1
	firstMapping = 4 << 20
)

// adviseFirst puts the huge page that the heap begins in together, and advises
// the rest of what the runtime mapped first. What cannot be done stays undone.
func adviseFirst() {
	first := uintptr(unsafe.Pointer(new([64]byte))) &^ (hugePage - 1)
	syscall.Syscall(syscall.SYS_MADVISE, first, hugePage, advCollapse)
	syscall.Syscall(syscall.SYS_MADVISE, first, firstMapping, advHuge)
}

// advise maps room. It is not inlined: its caller would hold on to what it made.
//
//go:noinline
func advise() {
	syscall.Madvise(make([]byte, room), advHuge)
}
