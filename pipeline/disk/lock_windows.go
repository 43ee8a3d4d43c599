package disk

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// flock takes the file's lock, or gives errHeld. What is locked lies far behind
// the file's end: here a locked range cannot be read by others.
func flock(f *os.File) error {
	far := &windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, far)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errHeld
	}
	return err
}
