package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// served is asylum serve over a site, as a process that is stopped at the end of the
// test and has to end well.
func (h *household) served(t *testing.T) (address string) {
	t.Helper()
	cmd := process("serve", "--out", h.out)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		begin := time.Now()
		if err := cmd.Wait(); err != nil || time.Since(begin) > 5*time.Second {
			t.Errorf("serve ends with %v after %v", err, time.Since(begin))
		}
	})
	said, err := bufio.NewReader(stdout).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(said), "the site is at ")
	if err != nil || !ok || !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Fatalf("serve says %q (%v)", said, err)
	}
	return address
}

// published are the files of a site that stay where they are from run to run.
func (h *household) published(t *testing.T) (names []string) {
	t.Helper()
	var m struct{ Files map[string]string }
	if err := json.Unmarshal([]byte(readFile(t, filepath.Join(h.out, "manifest.json"))), &m); err != nil {
		t.Fatal(err)
	}
	for name := range m.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// A thousand requests a second are answered, each with a whole file of the old site
// or of the new, while a run exchanges them; a client that takes nothing of what it
// asked for is no hindrance.
func TestServeDuringARun(t *testing.T) {
	h := settle(t, t.TempDir())
	address, names := h.served(t), h.published(t)
	slow, err := net.Dial("tcp", strings.Trim(strings.TrimPrefix(address, "http://"), "/"))
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	fmt.Fprintf(slow, "GET /index.html HTTP/1.1\r\nHost: x\r\n") // and no end of the head
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}, Timeout: time.Minute}
	defer client.CloseIdleConnections()
	get := func(name string) error {
		r, err := client.Get(address + name)
		if err != nil {
			return err
		}
		defer r.Body.Close()
		data, err := io.ReadAll(r.Body)
		if tag := `"` + checksum(data) + `"`; err == nil && (r.StatusCode != http.StatusOK || r.Header.Get("ETag") != tag || !strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'none'")) {
			err = fmt.Errorf("status %d, tag %s of %s", r.StatusCode, r.Header.Get("ETag"), tag)
		}
		return err
	}
	const rate, seconds, clients = 1000, 4, 16
	begin := time.Now()
	var next, wrong atomic.Int64
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for n := next.Add(1) - 1; n < rate*seconds; n = next.Add(1) - 1 {
				time.Sleep(time.Until(begin.Add(time.Duration(n) * time.Second / rate))) // its place in the schedule
				name := names[n%int64(len(names))]
				if err := get(name); err != nil {
					wrong.Add(1)
					t.Logf("%s: %v", name, err)
				}
			}
		})
	}
	old := readFile(t, filepath.Join(h.out, "index.html"))
	h.at(1)
	h.does(process(h.run("--quiet")...), exitDone, "")
	during := next.Load()
	wg.Wait()
	t.Logf("%d requests in %v, %d before the run was done", rate*seconds, time.Since(begin).Round(time.Millisecond), during)
	if wrong.Load() > 0 || during < 100 {
		t.Errorf("%d requests failed, %d were made during the run", wrong.Load(), during)
	}
	if got := readFile(t, filepath.Join(h.out, "index.html")); got == old {
		t.Error("the run published nothing")
	}
	h.whole()
}
