package needs

import (
	"context"
	"os/exec"
	"testing"
	"time"
)

// Chromium is the path of a browser.
func Chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Absent(t, "no Chromium: .ci/install installs it where it can")
	return ""
}

// Headless is a command that runs Chromium without a window and without
// telling anyone of it, with a profile of its own, for two minutes at most.
func Headless(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return exec.CommandContext(ctx, Chromium(t), append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--user-data-dir=" + t.TempDir()}, args...)...)
}
