// Package serve shows a published site to a browser: files alone, below one
// directory, with the headers that keep them harmless.
package serve

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/netutil"
)

// Limits of a connection: a client that is slower is cut off.
const (
	headTime    = 5 * time.Second
	readTime    = 10 * time.Second
	writeTime   = 30 * time.Second
	idleTime    = time.Minute
	headBytes   = 16 << 10
	connections = 512
	cacheBytes  = 256 << 20
)

// Serve answers on a listener until ctx ends, and lets what is being answered
// go on for a second more.
func Serve(ctx context.Context, l net.Listener, dir string, log *slog.Logger) error {
	return serve(ctx, l, dir, log, writeTime)
}

func serve(ctx context.Context, l net.Listener, dir string, log *slog.Logger, write time.Duration) error {
	s := &http.Server{Handler: Handler(dir), ReadHeaderTimeout: headTime, ReadTimeout: readTime, WriteTimeout: write, IdleTimeout: idleTime,
		MaxHeaderBytes: headBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	stop := context.AfterFunc(ctx, func() {
		soon, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if s.Shutdown(soon) != nil {
			s.Close()
		}
	})
	defer stop()
	if err := s.Serve(netutil.LimitListener(l, connections)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Handler gives the files of the site in dir. A site that is exchanged for
// another is noticed with the next request.
func Handler(dir string) http.Handler { return &handler{dir: dir} }

type handler struct {
	dir string

	mu    sync.Mutex
	root  *os.Root
	stood fs.FileInfo // of the directory that root is
	cache map[string]*file
	held  int64 // bytes in the cache
}

// A file is what is said of it, and its bytes.
type file struct {
	data, packed []byte // packed is nil where that gains nothing
	kind, etag   string
	policy       string
}

// types are those of a site's files; others are bytes to be saved.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".json": "application/json", ".csv": "text/csv; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".md": "text/markdown; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".pdf": "application/pdf", ".woff2": "font/woff2", ".xml": "application/xml",
	".xlsx":    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".parquet": "application/vnd.apache.parquet",
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Content-Security-Policy", policy(nil, false))
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	name, ok := named(r.URL.Path)
	if !ok {
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	f, dir, err := h.file(name)
	switch {
	case dir && !strings.HasSuffix(r.URL.Path, "/"):
		http.Redirect(w, r, path.Base(name)+"/", http.StatusMovedPermanently) // relative: it cannot lead to another host
		return
	case errors.Is(err, fs.ErrNotExist):
		http.Error(w, "no such file", http.StatusNotFound)
		return
	case err != nil:
		http.Error(w, "the file cannot be read", http.StatusInternalServerError)
		return
	}
	f.answer(w, r)
}

// named is the file that a path asks for. What begins with a dot is nobody's.
func named(p string) (name string, ok bool) {
	name = strings.TrimSuffix(strings.TrimPrefix(p, "/"), "/")
	if name == "" {
		return ".", true
	}
	if !strings.HasPrefix(p, "/") || !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00") {
		return "", false
	}
	for _, part := range strings.Split(name, "/") {
		if strings.HasPrefix(part, ".") {
			return "", false
		}
	}
	return name, true
}

func (f *file) answer(w http.ResponseWriter, r *http.Request) {
	head, data, etag := w.Header(), f.data, f.etag
	if f.packed != nil {
		head.Add("Vary", "Accept-Encoding")
		if packs(r.Header.Get("Accept-Encoding")) {
			data, etag = f.packed, strings.TrimSuffix(f.etag, `"`)+`-gzip"`
			head.Set("Content-Encoding", "gzip")
		}
	}
	head.Set("Content-Type", f.kind)
	head.Set("Content-Security-Policy", f.policy)
	head.Set("ETag", etag)
	head.Set("Cache-Control", "no-cache") // ask each time; the tag says that nothing changed
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// packs reports whether gzip is accepted.
func packs(accept string) bool {
	for _, part := range strings.Split(accept, ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding = strings.TrimSpace(coding); coding == "gzip" || coding == "*" {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

// file gives a file of the site that stands now, read once for as long as it
// stands. Big ones are read while others are answered.
func (h *handler) file(name string) (f *file, dir bool, err error) {
	in, f, dir, err := h.open(name)
	if in == nil {
		return f, dir, err
	}
	defer in.Close()
	asked := name
	if dir || name == "." {
		asked = path.Join(name, "index.html")
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, dir, err
	}
	f = describe(asked, data)
	h.mu.Lock()
	defer h.mu.Unlock()
	if now, err := h.root.Stat(asked); err == nil && sameAs(in, now) && !dir {
		if size := int64(len(f.data) + len(f.packed)); h.cache[name] == nil && h.held+size <= cacheBytes {
			h.cache[name], h.held = f, h.held+size
		}
	}
	return f, dir, nil
}

func sameAs(in *os.File, now fs.FileInfo) bool {
	st, err := in.Stat()
	return err == nil && os.SameFile(st, now)
}

// open gives what is kept of a file, or opens it.
func (h *handler) open(name string) (in *os.File, f *file, dir bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.look(); err != nil {
		return nil, nil, false, err
	}
	if f, ok := h.cache[name]; ok {
		return nil, f, false, nil
	}
	asked := name
	if st, err := h.root.Stat(name); err == nil && st.IsDir() {
		dir, asked = name != ".", path.Join(name, "index.html")
	}
	if in, err = h.root.Open(asked); err != nil {
		return nil, nil, dir, notThere(err)
	}
	if st, err := in.Stat(); err != nil || !st.Mode().IsRegular() {
		in.Close()
		return nil, nil, dir, errors.Join(err, fs.ErrNotExist)
	}
	return in, nil, dir, nil
}

// notThere makes one error of all that mean that a reader gets no file: also a
// link that leads out of the site.
func notThere(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) && !errors.Is(err, fs.ErrPermission) {
		return fs.ErrNotExist
	}
	return err
}

// look opens the site anew where another stands in its place.
func (h *handler) look() error {
	st, err := os.Stat(h.dir)
	if err != nil {
		return err
	}
	if h.root != nil && os.SameFile(st, h.stood) {
		return nil
	}
	root, err := os.OpenRoot(h.dir)
	if err != nil {
		return err
	}
	if h.root != nil {
		h.root.Close()
	}
	if st, err = root.Stat("."); err != nil { // it may have been exchanged just now
		return err
	}
	h.root, h.stood, h.cache, h.held = root, st, map[string]*file{}, 0
	return nil
}

func describe(name string, data []byte) *file {
	sum := sha256.Sum256(data)
	f := &file{data: data, etag: `"` + hex.EncodeToString(sum[:]) + `"`, kind: types[path.Ext(name)]}
	if f.kind == "" {
		f.kind = "application/octet-stream"
	}
	f.policy = policy(nil, false)
	if strings.HasPrefix(f.kind, "text/html") {
		f.policy = policy(data, strings.HasPrefix(name, "frozen/") || strings.HasPrefix(name, "embed/") || strings.Contains(name, "/embed/"))
	}
	if strings.HasPrefix(f.kind, "text/") || strings.HasSuffix(f.kind, "json") || strings.HasSuffix(f.kind, "xml") {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(data)
		z.Close()
		if b.Len() < len(data) {
			f.packed = b.Bytes()
		}
	}
	return f
}

// inline finds styles and scripts that stand in a page.
var inline = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)<(style|script)(\s[^>]*)?>(.*?)</(?:style|script)>`)
})

// policy is a Content-Security-Policy: nothing from another host, and no style
// or script in a page but those that the page had when it was published, by
// their sums. An embed may stand in anybody's page.
func policy(page []byte, embed bool) string {
	style, script := "'self'", "'self'"
	for _, m := range inline().FindAllSubmatch(page, -1) {
		sum := sha256.Sum256(m[3])
		hash := fmt.Sprintf(" 'sha256-%s'", base64.StdEncoding.EncodeToString(sum[:]))
		if to := &style; !bytes.Contains(bytes.ToLower(m[2]), []byte("src=")) {
			if strings.EqualFold(string(m[1]), "script") {
				to = &script
			}
			if !strings.Contains(*to, hash) {
				*to += hash
			}
		}
	}
	p := "default-src 'none'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; style-src " + style + "; script-src " + script
	if !embed {
		p += "; frame-ancestors 'self'"
	}
	return p
}
