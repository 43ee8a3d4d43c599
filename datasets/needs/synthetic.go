package needs

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Synthetic is a bulk file of invented numbers in the shape of migr_asydcfsta,
// made once by the shared tool gentsv with these flags, and kept under its name.
func Synthetic(t testing.TB, name string, flags ...string) string {
	t.Helper()
	tool := Shared(t, "tools/gentsv")
	out := filepath.Join(Cache(t), name+".tsv.gz")
	if _, err := os.Stat(out); err == nil {
		return out
	}
	cmd := exec.Command("go", append([]string{"run", ".", "-o", out + ".part"}, flags...)...)
	cmd.Dir = tool
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, msg)
	}
	if err := os.Rename(out+".part", out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Cache is a directory for what benchmarks make once.
func Cache(t testing.TB) string {
	t.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "asylum", "bench")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}
