package needs

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// SmallDisk is the directory of a file system that holds no more than some
// bytes, rounded up to pages. To mount one wants root.
func SmallDisk(t testing.TB, bytes int64) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("asylum-test", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d,mode=0777", bytes)); err != nil {
		Absent(t, "no small disk can be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	})
	return dir
}

// ReadOnly makes a directory that SmallDisk gave one that nothing can be
// written to, not even by root, until it is called again with false.
func ReadOnly(t testing.TB, dir string, on bool) {
	t.Helper()
	flags := uintptr(unix.MS_REMOUNT | unix.MS_NOSUID | unix.MS_NODEV)
	if on {
		flags |= unix.MS_RDONLY
	}
	if err := unix.Mount("asylum-test", dir, "tmpfs", flags, ""); err != nil {
		t.Fatal(os.NewSyscallError("mount", err))
	}
}
