package needs

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Tool is the path of a program.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Absent(t, "no %s: .ci/install installs it where it can", name)
	}
	return path
}

// Node is the path of Node.js, for scripts of dir that want npm's packages there.
func Node(t testing.TB, dir string, packages ...string) string {
	t.Helper()
	for _, p := range packages {
		if _, err := os.Stat(filepath.Join(dir, "node_modules", filepath.FromSlash(p), "package.json")); err != nil {
			Absent(t, "no %s: .ci/install installs it where it can: %v", p, err)
		}
	}
	return Tool(t, "node")
}
