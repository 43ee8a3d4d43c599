package needs

import (
	"os/exec"
	"testing"
)

// Pandas is a Python that has pandas: the first on the path, else the system's
// own, whose package Debian calls python3-pandas.
func Pandas(t testing.TB) string {
	t.Helper()
	var last error
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if last = exec.Command(name, "-c", "import pandas").Run(); last == nil {
			return name
		}
	}
	Absent(t, "no Python with pandas: .ci/install installs it where it can: %v", last)
	return ""
}
