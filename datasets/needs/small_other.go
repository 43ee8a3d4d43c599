//go:build !linux

package needs

import "testing"

// SmallDisk is the directory of a file system that holds no more than some
// bytes: on Linux alone.
func SmallDisk(t testing.TB, bytes int64) string {
	t.Helper()
	Absent(t, "a small disk can be mounted on Linux alone")
	return ""
}

// ReadOnly is for a directory that SmallDisk gave.
func ReadOnly(t testing.TB, dir string, on bool) { t.Helper() }
