// Package needs says what a test does without: the real exports that are too
// large for the repository, and tools that not every machine has.
package needs

import (
	"os"
	"path/filepath"
	"testing"
)

// Absent skips a test for want of something; in CI, where nobody would see
// that it was skipped, it fails.
func Absent(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// Shared is the path of a file or directory of the shared data, by its name
// with slashes: under what ASYLUM_SHARED names, from the project's root, else
// under ../shared.
func Shared(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("ASYLUM_SHARED")
	if dir == "" {
		dir = "../shared"
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(root(t), dir)
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		Absent(t, "no shared data: %v", err)
	}
	return path
}

// File is what stands in a file of the shared data.
func File(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(Shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// root is the project's: tests run in the directory of their package.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// Memory is a directory for one test, in memory where the system has such: a
// test that waits for the disk hundreds of times is not a test of the disk.
func Memory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "asylum-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
