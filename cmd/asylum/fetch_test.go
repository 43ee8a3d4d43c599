package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The sessions under testdata/fetch talk to a service that plays Eurostat,
// UNHCR and AIDA. Further commands they have:
//
//	serve [-gzip] [-cut] [-hang] [-status N] PATH FILE...
//		answer PATH with what is in the files, in turn; the last one stays.
//		-cut leaves out the last 9 bytes, -hang stops before them
//	asked [PATH...]
//		fail unless these were asked for, in this order, since the last time;
//		-any forgets what was asked for
//	until PATH
//		wait until it is asked for
//	status N PROGRAM ARG...
//		run it, and fail unless it exits with N
//	glob N PATTERN
//		fail unless N files match
func TestFetch(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/fetch",
		Setup: func(e *testscript.Env) error {
			s := &services{answers: map[string][]http.HandlerFunc{}, over: make(chan struct{})}
			server := httptest.NewServer(s)
			e.Defer(func() { close(s.over); server.Close() })
			e.Values[servicesKey{}] = s
			e.Vars = append(e.Vars, "ASYLUM_EUROSTAT_URL="+server.URL, "ASYLUM_UNHCR_URL="+server.URL, "ASYLUM_AIDA_URL="+server.URL, "TMPDIR="+e.WorkDir+"/tmp", "NO_PROXY=*")
			return os.Mkdir(e.WorkDir+"/tmp", 0o777)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(play(ts).serve(ts, args)) },
			"asked": func(ts *testscript.TestScript, _ bool, args []string) {
				s := play(ts)
				s.mu.Lock()
				defer s.mu.Unlock()
				if !slices.Equal(s.asked, args) && !slices.Equal(args, []string{"-any"}) {
					ts.Fatalf("asked for\n\t%s\nwant\n\t%s", strings.Join(s.asked, "\n\t"), strings.Join(args, "\n\t"))
				}
				s.asked = nil
			},
			"status": func(ts *testscript.TestScript, _ bool, args []string) {
				var exit *exec.ExitError
				if err := ts.Exec(args[1], args[2:]...); !errors.As(err, &exit) || strconv.Itoa(exit.ExitCode()) != args[0] {
					ts.Fatalf("%v, want exit status %s", err, args[0])
				}
			},
			"glob": func(ts *testscript.TestScript, _ bool, args []string) {
				found, err := filepath.Glob(ts.MkAbs(args[1]))
				ts.Check(err)
				if strconv.Itoa(len(found)) != args[0] {
					ts.Fatalf("found %q, want %s", found, args[0])
				}
			},
			"until": func(ts *testscript.TestScript, _ bool, args []string) {
				for range 3000 {
					if play(ts).was(args[0]) {
						return
					}
					time.Sleep(10 * time.Millisecond)
				}
				ts.Fatalf("nobody asks for %s", args[0])
			},
		},
	})
}

type services struct {
	mu      sync.Mutex
	answers map[string][]http.HandlerFunc
	asked   []string
	over    chan struct{}
}

type servicesKey struct{}

func play(ts *testscript.TestScript) *services { return ts.Value(servicesKey{}).(*services) }

func (s *services) was(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.asked, path)
}

// ServeHTTP knows a path with a page by both: /asylum-decisions/?page=2.
func (s *services) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if page := r.URL.Query().Get("page"); page != "" {
		path += "?page=" + page
	}
	s.mu.Lock()
	s.asked = append(s.asked, path)
	list := s.answers[path]
	if len(list) > 1 {
		s.answers[path] = list[1:]
	}
	s.mu.Unlock()
	if len(list) == 0 {
		http.NotFound(w, r)
		return
	}
	list[0](w, r)
}

func (s *services) serve(ts *testscript.TestScript, args []string) error {
	pack, cut, hang, status := false, 0, false, http.StatusOK
	for ; len(args) > 0 && strings.HasPrefix(args[0], "-"); args = args[1:] {
		switch args[0] {
		case "-gzip":
			pack = true
		case "-cut":
			cut = 9
		case "-hang":
			cut, hang = 9, true
		case "-status":
			n, err := strconv.Atoi(args[1])
			if err != nil {
				return err
			}
			status, args = n, args[1:]
		default:
			return fmt.Errorf("unknown flag %s", args[0])
		}
	}
	var list []http.HandlerFunc
	for _, name := range args[1:] {
		body := []byte(ts.ReadFile(name))
		if pack {
			var b bytes.Buffer
			gz := gzip.NewWriter(&b)
			gz.Write(body)
			gz.Close()
			body = b.Bytes()
		}
		list = append(list, func(w http.ResponseWriter, r *http.Request) {
			if hang {
				w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			}
			w.WriteHeader(status)
			w.Write(body[:len(body)-cut])
			if hang {
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
				case <-s.over:
				}
			}
		})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[args[0]] = list
	return nil
}
