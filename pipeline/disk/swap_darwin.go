package disk

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// exchange exchanges two names in one step.
func exchange(a, b string) error {
	err := unix.RenamexNp(a, b, unix.RENAME_SWAP)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) { // a file system that cannot
		return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	return os.NewSyscallError("renamex_np", err)
}

func syncTree(dir string) error { return syncFiles(dir) }
