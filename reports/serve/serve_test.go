package serve

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func site(t *testing.T) string {
	t.Helper()
	top := t.TempDir()
	dir := filepath.Join(top, "site")
	for name, text := range map[string]string{
		"site/index.html":    "<!doctype html><style>p{}</style><script src=\"a.js\"></script><SCRIPT>1</SCRIPT>" + strings.Repeat("<p>60 of 100</p>", 100),
		"site/fr/index.html": "<p>fr</p>", "site/fr/chart.svg": "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "site/embed/a.html": "<style>q{}</style>",
		"site/chart.png": "\x89PNG", "site/a.js": "1", "site/data.xlsx": "PK", "site/what.exe": "MZ", "site/.lock": "secret", "site/.git/config": "secret",
		"outside": "secret",
	} {
		path := filepath.Join(top, filepath.FromSlash(name))
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../outside", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// ask makes a request whose path is sent as it is written.
func ask(t *testing.T, h http.Handler, method, path string, heads ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, "http://x/", nil)
	r.URL.Path = path
	for i := 0; i < len(heads); i += 2 {
		r.Header.Set(heads[i], heads[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFilesAndTheirTypes(t *testing.T) {
	h := Handler(site(t))
	for path, kind := range map[string]string{
		"/": "text/html; charset=utf-8", "/index.html": "text/html; charset=utf-8", "/fr/": "text/html; charset=utf-8", "/fr/chart.svg": "image/svg+xml", "/chart.png": "image/png",
		"/a.js": "text/javascript; charset=utf-8", "/data.xlsx": types[".xlsx"], "/what.exe": "application/octet-stream",
	} {
		r := ask(t, h, "GET", path)
		if r.StatusCode != 200 || r.Header.Get("Content-Type") != kind || r.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %d, %v", path, r.StatusCode, r.Header)
		}
		if got, want := r.Header.Get("ETag"), fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(body(t, r)))); got != want {
			t.Errorf("%s: the tag is %s, want %s", path, got, want)
		}
	}
	if r := ask(t, h, "GET", "/fr"); r.StatusCode != 301 || r.Header.Get("Location") != "/fr/" {
		t.Errorf("a directory: %d %s", r.StatusCode, r.Header.Get("Location"))
	}
	if r := ask(t, h, "HEAD", "/"); r.StatusCode != 200 || body(t, r) != "" || r.ContentLength == 0 {
		t.Errorf("HEAD: %d", r.StatusCode)
	}
	if r := ask(t, h, "POST", "/"); r.StatusCode != 405 {
		t.Errorf("POST: %d", r.StatusCode)
	}
	tag := ask(t, h, "GET", "/").Header.Get("ETag")
	if r := ask(t, h, "GET", "/", "If-None-Match", tag); r.StatusCode != 304 || body(t, r) != "" {
		t.Errorf("what is known: %d", r.StatusCode)
	}
	if r := ask(t, h, "GET", "/chart.png", "Range", "bytes=1-3"); r.StatusCode != 206 || body(t, r) != "PNG" {
		t.Errorf("a range: %d", r.StatusCode)
	}
}

func TestNothingBesideTheSite(t *testing.T) {
	h := Handler(site(t))
	for _, path := range []string{"/../outside", "/fr/../../outside", "//outside", "/link", "/.lock", "/.git/config", "/fr/..", "/./", "/fr//chart.svg", "/..\\outside", "/C:/x", "/\x00", "outside", "/nothing", "/index.html/x", "/" + strings.Repeat("a", 5000), "/fr/./chart.svg"} {
		r := ask(t, h, "GET", path)
		if text := body(t, r); r.StatusCode != 404 || strings.Contains(text, "secret") {
			t.Errorf("%q: %d %.40s", path, r.StatusCode, text)
		}
	}
}

func TestPolicyKnowsWhatStandsInThePage(t *testing.T) {
	h := Handler(site(t))
	p := ask(t, h, "GET", "/").Header.Get("Content-Security-Policy")
	for _, want := range []string{"style-src 'self' 'sha256-", "script-src 'self' 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='", "frame-ancestors 'self'"} {
		if !strings.Contains(p, want) {
			t.Errorf("%s lacks %s", p, want)
		}
	}
	if strings.Contains(p, "unsafe") || strings.Count(p, "sha256-") != 2 {
		t.Error(p)
	}
	if p := ask(t, h, "GET", "/embed/a.html").Header.Get("Content-Security-Policy"); strings.Contains(p, "frame-ancestors") {
		t.Errorf("an embed: %s", p)
	}
}

func TestGzipWhereAsked(t *testing.T) {
	h := Handler(site(t))
	plain := ask(t, h, "GET", "/")
	for accept, want := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "*": true, "gzip;q=0": false, "gzip; q=0.0": false, "br": false, "": false} {
		r := ask(t, h, "GET", "/", "Accept-Encoding", accept)
		if packed := r.Header.Get("Content-Encoding") == "gzip"; packed != want || r.Header.Get("Vary") != "Accept-Encoding" || packed == (r.Header.Get("ETag") == plain.Header.Get("ETag")) {
			t.Errorf("%q: %v", accept, r.Header)
			continue
		}
		if !want {
			continue
		}
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(z); err != nil || !strings.Contains(string(b), "60 of 100") {
			t.Errorf("%q: %v", accept, err)
		}
	}
	if r := ask(t, h, "GET", "/chart.png", "Accept-Encoding", "gzip"); r.Header.Get("Content-Encoding") != "" {
		t.Error("a picture is packed")
	}
}

// A site that is exchanged for another is noticed, also one that goes away.
func TestExchangedSite(t *testing.T) {
	dir := site(t)
	h := Handler(dir)
	if r := ask(t, h, "GET", "/fr/chart.svg"); r.StatusCode != 200 {
		t.Fatal(r.StatusCode)
	}
	os.Rename(dir, dir+".old")
	if r := ask(t, h, "GET", "/fr/chart.svg"); r.StatusCode != 404 {
		t.Errorf("no site: %d", r.StatusCode)
	}
	os.MkdirAll(dir, 0o755)
	os.WriteFile(filepath.Join(dir, "index.html"), []byte("new"), 0o644)
	if r := ask(t, h, "GET", "/"); body(t, r) != "new" {
		t.Error("the old site is shown")
	}
}

// start serves a site on loopback until the test ends.
func start(t *testing.T, dir string, write time.Duration) (address string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, l, dir, slog.New(slog.DiscardHandler), write) }()
	stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String(), stop
}

// 1,000 requests a second for three seconds, by 16 clients, without an error.
func TestLoad(t *testing.T) {
	address, _ := start(t, site(t), writeTime)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}, Timeout: 20 * time.Second}
	defer client.CloseIdleConnections()
	paths := []string{"/", "/fr/", "/fr/chart.svg", "/chart.png", "/a.js"}
	const rate, seconds, clients = 1000, 3, 16
	begin := time.Now()
	var next, wrong atomic.Int64
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for {
				n := next.Add(1) - 1
				if n >= rate*seconds {
					return
				}
				time.Sleep(time.Until(begin.Add(time.Duration(n) * time.Second / rate))) // its place in the schedule
				r, err := client.Get("http://" + address + paths[n%int64(len(paths))])
				if err != nil {
					wrong.Add(1)
					t.Log(err)
					continue
				}
				if _, err := io.Copy(io.Discard, r.Body); err != nil || r.StatusCode != 200 {
					wrong.Add(1)
				}
				r.Body.Close()
			}
		})
	}
	wg.Wait()
	took := time.Since(begin)
	if wrong.Load() > 0 {
		t.Errorf("%d of %d requests failed", wrong.Load(), rate*seconds)
	}
	t.Logf("%d requests in %v: %.0f a second", rate*seconds, took.Round(time.Millisecond), float64(rate*seconds)/took.Seconds())
}

// A client that does not take what it asked for is cut off, and the others are
// served meanwhile.
func TestSlowClientIsCut(t *testing.T) {
	dir := site(t)
	if err := os.WriteFile(filepath.Join(dir, "big.bin"), make([]byte, 64<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	address, _ := start(t, dir, 3*time.Second)
	slow, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	fmt.Fprintf(slow, "GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
	r, err := http.Get("http://" + address + "/a.js")
	if err != nil || r.StatusCode != 200 {
		t.Fatalf("another client: %v", err)
	}
	r.Body.Close()
	time.Sleep(4 * time.Second) // longer than it may take
	slow.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := io.Copy(io.Discard, slow); n >= 64<<20 || os.IsTimeout(err) {
		t.Errorf("it got %d bytes, %v", n, err)
	}
	long, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer long.Close()
	fmt.Fprintf(long, "GET /a.js HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", strings.Repeat("x", 64<<10))
	long.SetReadDeadline(time.Now().Add(10 * time.Second))
	if text, _ := io.ReadAll(long); len(text) > 0 && !strings.HasPrefix(string(text), "HTTP/1.1 431") {
		t.Errorf("a head of 64 kB: %.40q", text)
	}
}

func TestStops(t *testing.T) {
	address, stop := start(t, site(t), writeTime)
	idle, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	begin := time.Now()
	if err := stop(); err != nil || time.Since(begin) > 3*time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}
