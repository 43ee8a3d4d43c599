package page

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"asylum/datasets/needs"
)

// probe runs in the page, after it has been laid out, and writes down what a
// reader would trip over.
const probe = `<script>
addEventListener('load', () => {
  const d = document.documentElement, out = [];
  if (d.scrollWidth > innerWidth) out.push('overflow ' + d.scrollWidth + ' > ' + innerWidth);
  const asked = performance.getEntriesByType('resource').map(r => r.name).filter(n => !n.startsWith('data:'));
  if (asked.length) out.push('asked for ' + asked.join(' '));
  const drawn = [...document.querySelectorAll('figure svg')].filter(s => s.getBoundingClientRect().width > 0);
  if (drawn.length !== CHARTS) out.push(drawn.length + ' charts are shown');
  for (const s of drawn) {
    const box = s.getBoundingClientRect();
    for (const t of s.querySelectorAll('text')) {
      const r = t.getBoundingClientRect();
      if (r.left < box.left - 1 || r.right > box.right + 1 || r.bottom > box.bottom + 1) out.push('text leaves its chart: ' + t.textContent);
    }
  }
  for (const e of document.querySelectorAll('h1,h2,h3,p,li,summary,code,caption')) {
    const r = e.getBoundingClientRect();
    if (r.width > 1 && r.right > innerWidth + 1 && !e.closest('.scroll')) out.push('cut: ' + e.textContent.trim().slice(0, 60));
  }
  d.setAttribute('data-width', innerWidth);
  d.setAttribute('data-probe', out.join(' | ') || 'clean');
});
</script></body>`

var (
	probed = regexp.MustCompile(`data-probe="([^"]*)"`)
	width  = regexp.MustCompile(`data-width="(\d+)"`)
)

// The page as Chromium shows it, on a phone, a tablet and a desk.
func TestInTheBrowser(t *testing.T) {
	chromium := browser(t)
	files, err := build(t, embedded(t)).Files()
	if err != nil {
		t.Fatal(err)
	}
	for page, charts := range map[string]string{"index.html": "3", "pact.html": "1"} {
		text := strings.Replace(string(files[page]), "</body>", strings.Replace(probe, "CHARTS", charts, 1), 1)
		name := filepath.Join(t.TempDir(), page)
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Run(page, func(t *testing.T) { show(t, chromium, name) })
	}
}

// show shows a page at several widths.
func show(t *testing.T, chromium, name string) {
	for _, w := range []int{500, 768, 1440} { // a window of headless Chromium has 500 at least
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
				"--user-data-dir="+t.TempDir(), fmt.Sprintf("--window-size=%d,900", w), "--virtual-time-budget=5000", "--enable-logging=stderr", "--dump-dom", "file://"+name)
			var errs strings.Builder
			cmd.Stderr = &errs
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, errs.String())
			}
			m := probed.FindSubmatch(out)
			if m == nil {
				t.Fatal("the page was not probed")
			}
			if s := string(m[1]); s != "clean" {
				t.Errorf("at %s px: %s", width.FindSubmatch(out)[1], strings.ReplaceAll(s, " | ", "\n"))
			}
			for _, line := range strings.Split(errs.String(), "\n") {
				if strings.Contains(line, "CONSOLE") {
					t.Errorf("the console says %s", line)
				}
			}
		})
	}
}

// browser finds Chromium, or skips; in CI its absence fails.
func browser(t *testing.T) string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	needs.Absent(t, "no Chromium: .ci/install installs it where it can")
	return ""
}
