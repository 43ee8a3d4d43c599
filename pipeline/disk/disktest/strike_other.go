//go:build !linux

// Package disktest kills processes at chosen moments and looks at what they
// did to the disk, for tests of what must survive that.
package disktest

import (
	"os/exec"
	"testing"

	"asylum/datasets/needs"
)

// A Call is a system call that alters files, as it was begun.
type Call struct{ Name, Path, To string }

// Strike is for Linux alone.
func Strike(t testing.TB, cmd *exec.Cmd, n int) (calls []Call, ended bool, status int) {
	t.Helper()
	needs.Absent(t, "a process is traced on Linux alone")
	return nil, false, 0
}
