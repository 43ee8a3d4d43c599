package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"asylum/pipeline/obs"
	"asylum/pipeline/store"
)

const (
	code1  = "migr_asyappctza"
	tsv    = "freq,citizen,sex,unit,age,asyl_app,geo\\TIME_PERIOD\t2021 \t2022 \r\nA,AF,T,PER,TOTAL,ASY_APP,DE\t5 \t: c\r\nA,SY,T,PER,TOTAL,ASY_APP,DE\t120 bp\t0 n\r\n"
	queued = `<?xml version="1.0"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body><ns0:syncResponse xmlns:ns0="urn:x"><queued><id>98de05ea-540a</id><status>%s</status><url>http://127.0.0.1:1/evil</url></queued></ns0:syncResponse></env:Body></env:Envelope>`
	faulty = `<S:Fault xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>%s</faultcode><faultstring>%s</faultstring></S:Fault>`
	tooBig = "EXTRACTION_TOO_BIG: The requested extraction is too big, estimated 420709314 rows, max authorised is 5000000, please change your filters"
	tocTop = "\"title\"\t\"code\"\t\"type\"\t\"last update of data\"\t\"last table structure change\"\t\"data start\"\t\"data end\"\t\"values\"\n" +
		"\"Database by themes\"\t\"data\"\t\"folder\"\t\" \"\t\" \"\t\" \"\t\" \"\t\" \"\n"
)

// tocLine is a line of the table of contents.
func tocLine(code, update, change, end string) string {
	return fmt.Sprintf("\"        A \"table\" by citizenship\"\t\"%s\"\t\"dataset\"\t\"%s\"\t\"%s\"\t\"2021\"\t\"%s\"\t\"3\"\n", code, update, change, end)
}

func zip(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.Bytes()
}

// a service plays Eurostat and UNHCR. Answers are taken in turn by path, the last one
// stays.
type service struct {
	*httptest.Server
	t       *testing.T
	mu      sync.Mutex
	answers map[string][]http.HandlerFunc
	log     []string // path and Range of each request
	slept   []time.Duration
	client  *Client
}

func play(t *testing.T) *service {
	s := &service{t: t, answers: map[string][]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line := r.URL.Path
		if g := r.Header.Get("Range"); g != "" {
			line += " " + g + " if " + r.Header.Get("If-Range")
		}
		s.mu.Lock() // a request given up on may still be served
		s.log = append(s.log, line)
		if !strings.HasPrefix(r.UserAgent(), "asylum/1 (+") || r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("user agent %q, encoding %q", r.UserAgent(), r.Header.Get("Accept-Encoding"))
		}
		list := s.answers[r.URL.Path]
		if len(list) > 1 {
			s.answers[r.URL.Path] = list[1:]
		}
		s.mu.Unlock()
		if len(list) == 0 {
			http.NotFound(w, r)
			return
		}
		list[0](w, r)
	}))
	t.Cleanup(s.Close)
	s.client = &Client{EurostatURL: s.URL, UNHCRURL: s.URL + "/", Version: "1", Dir: t.TempDir(), HTTP: s.Server.Client(),
		FirstByte: 2 * time.Second, Stall: 2 * time.Second, Pause: -1, Rand: func() float64 { return 0 },
		Now:   func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) },
		Sleep: func(ctx context.Context, d time.Duration) error { s.slept = append(s.slept, d); return ctx.Err() }}
	s.on("/catalogue/toc/txt", text(200, tocTop+tocLine(code1, "20.11.2026", "01.01.2020", "2022")+tocLine("migr_asydcfstq", "19.11.2026", "01.01.2020", "2026-Q2")))
	return s
}

func (s *service) on(path string, answers ...http.HandlerFunc) { s.answers[path] = answers }

// data answers for the table, and the lake stays to be seen.
func (s *service) data(answers ...http.HandlerFunc) { s.on("/sdmx/2.1/data/"+code1, answers...) }

func text(status int, body string, head ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(head); i += 2 {
			w.Header().Set(head[i], head[i+1])
		}
		w.WriteHeader(status)
		w.Write([]byte(body))
	}
}

func good(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Disposition", `attachment; filename="estat_`+code1+`.tsv.gz"`)
	text(200, string(zip(tsv)))(w, r)
}

// cut sends n bytes of what it announces, then breaks the connection.
func cut(n int, head ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body := zip(tsv)
		for i := 0; i+1 < len(head); i += 2 {
			w.Header().Set(head[i], head[i+1])
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body[:n])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// raw sends bytes in place of an answer, and closes the connection.
func raw(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			conn.Write([]byte(s))
			conn.Close()
		}
	}
}

// lie sends the whole table under another length; under none where n is below 0,
// and then not all of it.
func lie(n int, head ...string) http.HandlerFunc {
	s, body := "HTTP/1.1 200 OK\r\n", string(zip(tsv))
	for i := 0; i+1 < len(head); i += 2 {
		s += head[i] + ": " + head[i+1] + "\r\n"
	}
	if n < 0 {
		return raw(s + "Connection: close\r\n\r\n" + body[:len(body)-9])
	}
	return raw(s + "Content-Length: " + strconv.Itoa(n) + "\r\n\r\n" + body)
}

// from answers a range of the body with an ETag.
func from(etag string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", etag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(zip(tsv)))
	}
}

func (s *service) open(dir string) *store.Lake {
	s.t.Helper()
	l, err := store.Create(dir)
	if err != nil {
		s.t.Fatal(err)
	}
	return l
}

func (s *service) update(lake string, tables ...string) []Outcome {
	if tables == nil {
		tables = []string{code1}
	}
	return slices.Collect(s.client.Update(context.Background(), s.open(lake), tables, Options{}))
}

// clean checks that no temporary file is left.
func (s *service) clean() {
	s.t.Helper()
	left, err := os.ReadDir(s.client.Dir)
	if err != nil || len(left) > 0 {
		s.t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestUpdate(t *testing.T) {
	s := play(t)
	s.data(good)
	lake := filepath.Join(t.TempDir(), "lake")
	got := s.update(lake, "MIGR_asyappctza")
	if len(got) != 1 || got[0].Err != nil || got[0].State != Added || got[0].Vintage != "2026-11-20" || got[0].Rows != 2 || got[0].Was != "" {
		t.Fatalf("got %+v", got)
	}
	l, err := store.Open(lake)
	if err != nil {
		t.Fatal(err)
	}
	m := l.Vintages()[0]
	if m.Table != code1 || m.Vintage != "2026-11-20" || !strings.HasSuffix(m.File, ".tsv.gz") || !strings.HasPrefix(m.URL, s.URL+"/sdmx/2.1/data/"+code1+"?compressed=true&format=TSV") || m.Extent != nil {
		t.Errorf("the lake has %+v", m)
	}
	s.clean()

	s.log, s.client.toc = nil, nil // a new run of the program
	if got := s.update(lake); got[0].State != Unchanged || !slices.Equal(s.log, []string{"/catalogue/toc/txt"}) {
		t.Errorf("got %+v after %v", got, s.log)
	}
	os.Remove(filepath.Join(lake, seenFile)) // the vintage alone says as much
	if got := s.update(lake); got[0].State != Unchanged || len(s.log) != 1 {
		t.Errorf("got %+v after %v", got, s.log)
	}

	// a new stamp with the same bytes is fetched once
	s.on("/catalogue/toc/txt", text(200, tocTop+tocLine(code1, "21.11.2026", "01.01.2020", "2022")))
	for _, want := range []string{"[/catalogue/toc/txt /sdmx/2.1/data/migr_asyappctza]", "[/catalogue/toc/txt]"} {
		s.log, s.client.toc = nil, nil
		if got := s.update(lake); got[0].State != Unchanged || got[0].Vintage != "2026-11-20" || fmt.Sprint(s.log) != want {
			t.Errorf("got %+v after %v, want %v", got, s.log, want)
		}
	}
	manifest := filepath.Join(lake, "manifest.json")
	before, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	// and on a later day once more, as a table may be updated twice a day
	s.client.Now = func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }
	s.data(text(200, string(zip(strings.Replace(tsv, "120 bp", "125 bp", 1)))))
	if got := s.update(lake); got[0].State != Added || got[0].Vintage != "2026-11-21" || got[0].Was != "2026-11-20" {
		t.Errorf("got %+v", got)
	}
	s.log = nil
	if got := s.update(lake); got[0].State != Unchanged || len(s.log) != 0 {
		t.Errorf("got %+v after %v", got, s.log)
	}

	// a lake whose manifest was brought back from a copy lacks what was seen since
	if err := os.WriteFile(manifest, before, 0o666); err != nil {
		t.Fatal(err)
	}
	if got := s.update(lake); got[0].State != Added || got[0].Vintage != "2026-11-21" {
		t.Errorf("got %+v", got)
	}
	s.clean()
}

func TestDryRun(t *testing.T) {
	s := play(t)
	lake := filepath.Join(t.TempDir(), "lake")
	for o := range s.client.Update(context.Background(), s.open(lake), []string{code1, "asylum_decisions"}, Options{DryRun: true}) {
		if o.State != Would || o.Err != nil {
			t.Errorf("got %+v", o)
		}
	}
	if _, err := os.Stat(lake); !errors.Is(err, fs.ErrNotExist) || len(s.log) != 1 {
		t.Errorf("it asked %v and left %v", s.log, err)
	}
}

// TestMended: what goes wrong and then right again ends in a vintage.
func TestMended(t *testing.T) {
	whole := zip(tsv)
	last := http.Header{"Last-Modified": {"Fri, 20 Nov 2026 10:00:00 GMT"}}.Get("Last-Modified")
	for _, tt := range []struct {
		name    string
		answers []http.HandlerFunc
		log     []string // Range and If-Range of the requests for data
		slept   []time.Duration
	}{
		{"503, then well", []http.HandlerFunc{text(503, "busy"), text(503, "busy"), good}, []string{"", "", ""}, []time.Duration{time.Second / 2, time.Second}},
		{"500, 502, 504, 408", []http.HandlerFunc{text(500, ""), text(502, ""), text(504, ""), text(408, ""), good}, []string{"", "", "", "", ""}, []time.Duration{time.Second / 2, time.Second, 2 * time.Second, 4 * time.Second}},
		{"429 with seconds", []http.HandlerFunc{text(429, "", "Retry-After", "17"), good}, []string{"", ""}, []time.Duration{17 * time.Second}},
		{"429 with a date", []http.HandlerFunc{text(429, "", "Retry-After", "Sat, 21 Nov 2026 12:00:31 GMT"), good}, []string{"", ""}, []time.Duration{31 * time.Second}},
		{"429 with a date gone by", []http.HandlerFunc{text(429, "", "Retry-After", "Sat, 21 Nov 2020 12:00:31 GMT"), good}, []string{"", ""}, []time.Duration{time.Second / 2}},
		{"429 with less than nothing", []http.HandlerFunc{text(429, "", "Retry-After", "-5"), text(429, "", "Retry-After", "soon"), good}, []string{"", "", ""}, []time.Duration{time.Second / 2, time.Second}},
		{"a reset, with ETag", []http.HandlerFunc{cut(20, "ETag", `"a"`), from(`"a"`)}, []string{"", ` bytes=20- if "a"`}, []time.Duration{time.Second / 2}},
		{"a reset, another ETag", []http.HandlerFunc{cut(20, "ETag", `"a"`), from(`"b"`)}, []string{"", ` bytes=20- if "a"`}, []time.Duration{time.Second / 2}},
		{"a reset, with Last-Modified", []http.HandlerFunc{cut(20, "Last-Modified", last), good}, []string{"", " bytes=20- if " + last}, []time.Duration{time.Second / 2}},
		{"a reset, weak ETag", []http.HandlerFunc{cut(20, "ETag", `W/"a"`), good}, []string{"", ""}, []time.Duration{time.Second / 2}},
		{"a reset, no ranges", []http.HandlerFunc{cut(20, "ETag", `"a"`, "Accept-Ranges", "none"), good}, []string{"", ""}, []time.Duration{time.Second / 2}},
		{"a piece from elsewhere", []http.HandlerFunc{cut(20, "ETag", `"a"`), text(206, string(whole[21:]), "Content-Range", fmt.Sprintf("bytes 21-%d/%d", len(whole)-1, len(whole))), good},
			[]string{"", ` bytes=20- if "a"`, ""}, []time.Duration{time.Second / 2, time.Second}},
		{"a piece of another body", []http.HandlerFunc{cut(20, "ETag", `"a"`), text(206, string(whole[20:]), "ETag", `"b"`, "Content-Range", fmt.Sprintf("bytes 20-%d/%d", len(whole)-1, len(whole))), good},
			[]string{"", ` bytes=20- if "a"`, ""}, []time.Duration{time.Second / 2, time.Second}},
		{"416", []http.HandlerFunc{cut(20, "ETag", `"a"`), text(416, ""), good}, []string{"", ` bytes=20- if "a"`, ""}, []time.Duration{time.Second / 2, time.Second}},
		{"truncated gzip, of the length announced", []http.HandlerFunc{text(200, string(whole[:len(whole)-9])), good}, []string{"", ""}, nil},
		{"gzip that a proxy put around it", []http.HandlerFunc{text(200, string(zip(string(whole))), "Content-Encoding", "gzip")}, nil, nil},
		{"gzip that a server says of the file's own", []http.HandlerFunc{text(200, string(whole), "Content-Encoding", "x-gzip")}, nil, nil},
		{"a plain table that a proxy packed", []http.HandlerFunc{text(200, string(whole), "Content-Encoding", "GZIP", "Content-Type", "text/plain")}, nil, nil},
		{"gzip around it that is cut off", []http.HandlerFunc{text(200, string(zip(string(whole))[:60]), "Content-Encoding", "gzip"), good}, []string{"", ""}, nil},
		{"a length that is too long", []http.HandlerFunc{lie(len(whole)+9, "ETag", `"a"`), good}, []string{"", fmt.Sprintf(` bytes=%d- if "a"`, len(whole))}, []time.Duration{time.Second / 2}},
		{"a length that is too short", []http.HandlerFunc{lie(len(whole) - 9), good}, []string{"", ""}, nil},
		{"no length, and a reset", []http.HandlerFunc{lie(-1), good}, []string{"", ""}, nil},
		{"its name with a language", []http.HandlerFunc{text(200, string(whole), "Content-Disposition", `attachment; filename="estat_`+code1+`_en.tsv.gz"`)}, nil, nil},
		{"its name with a version", []http.HandlerFunc{text(200, string(whole), "Content-Disposition", `attachment; filename="estat_`+code1+`$dv_12.tsv.gz"`)}, nil, nil},
		{"a name that is no table's", []http.HandlerFunc{text(200, string(whole), "Content-Disposition", `attachment; filename="download.tsv.gz"`)}, nil, nil},
		{"a redirect", []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }}, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := play(t)
			s.data(tt.answers...)
			s.on("/elsewhere", good)
			got := s.update(t.TempDir())
			if got[0].Err != nil || got[0].State != Added {
				t.Fatalf("got %+v", got[0])
			}
			var log []string
			for _, l := range s.log {
				if rest, ok := strings.CutPrefix(l, "/sdmx/2.1/data/"+code1); ok {
					log = append(log, rest)
				}
			}
			if tt.log != nil && !slices.Equal(log, tt.log) || !slices.Equal(s.slept, tt.slept) {
				t.Errorf("asked %q, want %q; slept %v, want %v", log, tt.log, s.slept, tt.slept)
			}
			s.clean()
		})
	}
}

// TestRefused: what stays wrong is an error that says what to do, and the lake
// stays as it was.
func TestRefused(t *testing.T) {
	whole := zip(tsv)
	for _, tt := range []struct {
		name    string
		answers []http.HandlerFunc
		want    string // in the message
		hint    string
	}{
		{"503 for ever", []http.HandlerFunc{text(503, "<html><title>Down for maintenance</title>")}, `503 Service Unavailable: Down for maintenance (5 attempts)`, "try again later"},
		{"Retry-After over the limit", []http.HandlerFunc{text(429, "", "Retry-After", "7200")}, "asks to wait for 2h0m0s", "run it again after 2026-11-21 14:00 UTC"},
		{"Retry-After of ages", []http.HandlerFunc{text(503, "", "Retry-After", "99999999999999999999999")}, "503 Service Unavailable, and asks to wait for 8760h0m0s", "run it again after 2027-11-21 12:00 UTC"},
		{"Retry-After of ages, as a date", []http.HandlerFunc{text(503, "", "Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")}, "asks to wait for 8760h0m0s", "run it again after 2027-11-21 12:00 UTC"},
		{"404", []http.HandlerFunc{text(404, fmt.Sprintf(faulty, "100", "NO_RESULTS: no such dataset"))}, "404 Not Found: NO_RESULTS: no such dataset", "the table of contents still has it"},
		{"410", []http.HandlerFunc{text(410, "")}, "410 Gone", "the table of contents still has it"},
		{"400 as a fault", []http.HandlerFunc{text(400, fmt.Sprintf(faulty, "150", "INVALID_QUERY_DIMENSION: asyl_app"))}, "400 Bad Request: INVALID_QUERY_DIMENSION: asyl_app", ""},
		{"400 as JSON", []http.HandlerFunc{text(400, `{"error":[{"status":400,"id":150,"sub_id":1,"label":"INVALID_QUERY_DIMENSION: asyl_app"}]}`)}, "400 Bad Request: INVALID_QUERY_DIMENSION: asyl_app", ""},
		{"413 on the whole table", []http.HandlerFunc{text(413, fmt.Sprintf(faulty, "413", tooBig))}, "413 Request Entity Too Large: EXTRACTION_TOO_BIG", "even the whole table is not served"},
		{"a fault with 200", []http.HandlerFunc{text(200, fmt.Sprintf(faulty, "413", tooBig))}, tooBig, "even the whole table is not served"},
		{"403", []http.HandlerFunc{text(403, "<html><h1>Blocked</h1></html>")}, "403 Forbidden: Blocked", "asylum add"},
		{"HTML with 200", []http.HandlerFunc{text(200, "<!DOCTYPE html>\n<html><head><title>Maintenance &amp; more</title></head></html>", "Content-Type", "text/html")}, `a page that says "Maintenance & more", with status 200, in place of a table`, "try again later"},
		{"HTML with 200, packed", []http.HandlerFunc{text(200, string(zip("<html><title>Oops</title></html>")))}, `a page that says "Oops", with status 200`, "try again later"},
		{"a length that is always too long", []http.HandlerFunc{lie(len(whole) + 9)}, fmt.Sprintf("the connection broke after %d bytes: unexpected EOF (5 attempts)", len(whole)), "check the network"},
		{"a length that is always too short", []http.HandlerFunc{lie(len(whole) - 9)}, "a gzip file that is cut off or damaged", "try again later"},
		{"brotli", []http.HandlerFunc{text(200, string(whole), "Content-Encoding", "br")}, "an answer packed as br, which was not asked for", "a proxy most likely packs it"},
		{"HTML with 200, packed twice", []http.HandlerFunc{text(200, string(zip(string(zip("<html><title>Oops</title></html>")))), "Content-Encoding", "gzip")}, `a page that says "Oops", with status 200`, "try again later"},
		{"a status that plays with the terminal", []http.HandlerFunc{raw("HTTP/1.1 403 \x1b[2JForbidden\r\nContent-Length: 0\r\n\r\n")}, "403 ?[2JForbidden", "asylum add"},
		{"an empty answer", []http.HandlerFunc{text(200, "")}, "an empty answer", "try again later"},
		{"JSON", []http.HandlerFunc{text(200, "{}")}, "no gzip file", "try again later"},
		{"a plain TSV", []http.HandlerFunc{text(200, tsv)}, "no gzip file", "try again later"},
		{"another header line", []http.HandlerFunc{text(200, string(zip("a,b\n1,2\n")))}, `a first line that is no header of a table: "a,b"`, "newer asylum"},
		{"truncated gzip", []http.HandlerFunc{text(200, string(whole[:len(whole)-9]))}, "a gzip file that is cut off or damaged: unexpected EOF", "try again later"},
		{"a wrong checksum", []http.HandlerFunc{text(200, string(whole[:len(whole)-8])+"12345678")}, "a gzip file that is cut off or damaged: gzip: invalid checksum", "try again later"},
		{"a reset each time", []http.HandlerFunc{cut(20)}, "the connection broke after 20 bytes", "check the network"},
		{"another table, by its name", []http.HandlerFunc{text(200, string(whole), "Content-Disposition", `attachment; filename="estat_migr_asydcfstq.tsv.gz"`)}, "another table, migr_asydcfstq", "try again later"},
		{"another table, that nobody lists", []http.HandlerFunc{text(200, string(whole), "Content-Disposition", `attachment; filename="ESTAT_migr_asyunaa.tsv.gz"`)}, "another table, migr_asyunaa", "try again later"},
		{"another table, by its periods", []http.HandlerFunc{text(200, string(zip(strings.NewReplacer("2021", "2021-Q1", "2022", "2022-Q1").Replace(tsv))))}, "another table: its periods are such as 2021-Q1, those of migr_asyappctza such as 2022", "try again later"},
		{"another table, by its dimensions", []http.HandlerFunc{text(200, string(zip(strings.NewReplacer("asyl_app", "decision", "ASY_APP", "TOTAL").Replace(tsv))))}, "another table: its dimensions are age,citizen,decision,geo,sex,unit, those of migr_asyappctza of 2026-11-20", "asylum add"},
		{"a new code", []http.HandlerFunc{text(200, string(zip(strings.Replace(tsv, "A,SY,", "A,XQZ,", 1))))}, `migr_asyappctza.tsv.gz:3:3: got citizen "XQZ"`, ""},
		{"a redirect to another site", []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://u:secret@localhost:1/login", http.StatusFound)
		}}, "a redirect to another site, http://u:xxxxx@localhost:1/login", "some networks answer so"},
		{"redirects without end", []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }}, "redirects without end", "try again later"},
		{"a key and ERROR", []http.HandlerFunc{text(200, fmt.Sprintf(queued, "ERROR"))}, "the service queued the request, then said ERROR", "try again later"},
		{"a key with a path", []http.HandlerFunc{text(200, "<queued><id>../../x</id><status>SUBMITTED</status></queued>")}, `<id>../../x</id>`, "try again later"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := play(t)
			lake := t.TempDir()
			s.data(good)
			if got := s.update(lake); got[0].Err != nil {
				t.Fatal(got[0].Err)
			}
			before := tree(t, lake)
			s.client.toc = nil
			s.on("/catalogue/toc/txt", text(200, tocTop+tocLine(code1, "21.11.2026", "01.01.2020", "2022")+tocLine("migr_asydcfstq", "19.11.2026", "01.01.2020", "2026-Q2")))
			s.data(tt.answers...)
			got := s.update(lake)[0]
			if got.Err == nil || got.State != Failed {
				t.Fatalf("got %+v", got)
			}
			msg := got.Err.Error()
			if !strings.Contains(msg, tt.want) || !strings.Contains(msg, "hint: "+tt.hint) && !strings.Contains(msg, tt.hint) || !strings.Contains(msg, "\n\thint: ") {
				t.Errorf("got %s\nwant %s\n\thint: %s", msg, tt.want, tt.hint)
			}
			if tree(t, lake) != before {
				t.Errorf("the lake changed: %s", tree(t, lake))
			}
			if errors.Is(got.Err, obs.ErrUnknownCode) != (tt.name == "a new code") {
				t.Errorf("errors.Is ErrUnknownCode: %v", got.Err)
			}
			s.clean()
		})
	}
}

// tree lists the files of a directory with their sizes.
func tree(t *testing.T, dir string) string {
	var b strings.Builder
	filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			t.Error(err)
		} else if i, err := d.Info(); err == nil && !d.IsDir() && d.Name() != ".lock" {
			fmt.Fprintln(&b, p, i.Size())
		}
		return nil
	})
	return b.String()
}

func TestSlow(t *testing.T) {
	wait := make(chan struct{})
	defer close(wait)
	stall := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"a"`)
		w.Header().Set("Content-Length", strconv.Itoa(len(zip(tsv))))
		w.Write(zip(tsv)[:30])
		w.(http.Flusher).Flush()
		select {
		case <-wait:
		case <-r.Context().Done():
		}
	}
	drip := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(zip(tsv))))
		for _, b := range zip(tsv) {
			w.Write([]byte{b})
			w.(http.Flusher).Flush()
			time.Sleep(time.Millisecond / 4)
		}
	}
	silent := func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-wait:
		case <-r.Context().Done():
		}
	}
	for _, tt := range []struct {
		name    string
		answers []http.HandlerFunc
		pause   time.Duration
		total   time.Duration
		want    string
	}{
		{"a body that pauses and goes on", []http.HandlerFunc{stall, from(`"a"`)}, 200 * time.Millisecond, 0, ""},
		{"a body that drips", []http.HandlerFunc{drip}, 20 * time.Second, 0, ""},
		{"no answer", []http.HandlerFunc{silent}, 50 * time.Millisecond, 0, "nothing came for too long (2 attempts)"},
		{"a body that drips too long", []http.HandlerFunc{drip}, 20 * time.Second, 10 * time.Millisecond, "it took too long"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := play(t)
			s.client.TableOfContents(context.Background())
			s.client.FirstByte, s.client.Stall, s.client.Attempts, s.client.Total = tt.pause, tt.pause, 2, tt.total
			s.data(tt.answers...)
			got := s.update(t.TempDir())[0]
			if tt.want == "" && got.Err != nil || tt.want != "" && (got.Err == nil || !strings.Contains(got.Err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", got.Err, tt.want)
			}
			s.clean()
		})
	}
}

func TestCancelled(t *testing.T) {
	s := play(t)
	ctx, cancel := context.WithCancel(context.Background())
	s.data(func(http.ResponseWriter, *http.Request) { cancel(); panic(http.ErrAbortHandler) })
	n := 0
	for o := range s.client.Update(ctx, s.open(t.TempDir()), []string{code1, code1}, Options{}) {
		if n++; !errors.Is(o.Err, context.Canceled) {
			t.Errorf("got %v", o.Err)
		}
	}
	if n != 1 {
		t.Errorf("%d tables were tried", n)
	}
	s.clean()
}

func TestAsynchronous(t *testing.T) {
	key := text(200, fmt.Sprintf(queued, "SUBMITTED"))
	state := func(st string) http.HandlerFunc { return text(200, fmt.Sprintf(queued, st)) }
	for _, tt := range []struct {
		name                   string
		first, status, collect []http.HandlerFunc
		want                   string
		polls                  int
	}{
		{"polled, then collected", []http.HandlerFunc{key}, []http.HandlerFunc{state("SUBMITTED"), state("PROCESSING"), state("AVAILABLE")}, []http.HandlerFunc{good}, "", 3},
		{"an envelope that is packed", []http.HandlerFunc{text(200, string(zip(fmt.Sprintf(queued, "SUBMITTED"))))}, []http.HandlerFunc{state("AVAILABLE")}, []http.HandlerFunc{good}, "", 1},
		{"there at once", []http.HandlerFunc{state("AVAILABLE")}, nil, []http.HandlerFunc{good}, "", 0},
		{"not yet there", []http.HandlerFunc{key}, []http.HandlerFunc{state("AVAILABLE")}, []http.HandlerFunc{text(404, fmt.Sprintf(faulty, "100", "DATA_NOT_YET_AVAILABLE: wait")), text(200, fmt.Sprintf(faulty, "100", "DATA_NOT_YET_AVAILABLE: wait")), state("PROCESSING"), good}, "", 4},
		{"expired, then asked for anew", []http.HandlerFunc{key, good}, []http.HandlerFunc{state("EXPIRED")}, nil, "", 1},
		{"unknown, then asked for anew", []http.HandlerFunc{key, good}, []http.HandlerFunc{text(404, fmt.Sprintf(faulty, "100", "UNKNOWN_REQUEST: ?"))}, nil, "", 1},
		{"unknown each time", []http.HandlerFunc{key}, []http.HandlerFunc{text(200, fmt.Sprintf(faulty, "100", "UNKNOWN_REQUEST: ?"))}, nil, "then forgot it, twice", 2},
		{"never ready", []http.HandlerFunc{key}, []http.HandlerFunc{state("PROCESSING")}, nil, "still prepares the table after 7 questions", 7},
		{"a status that is a page", []http.HandlerFunc{key}, []http.HandlerFunc{text(200, "<html><title>Login</title></html>")}, nil, `a page that says "Login", in place of a status`, 1},
		{"collected: a page", []http.HandlerFunc{key}, []http.HandlerFunc{state("AVAILABLE")}, []http.HandlerFunc{text(200, "<html><title>Login</title></html>")}, `a page that says "Login", with status 200`, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := play(t)
			s.client.Polls = 7
			s.data(tt.first...)
			s.on("/1.0/async/status/98de05ea-540a", tt.status...)
			s.on("/1.0/async/data/98de05ea-540a", tt.collect...)
			got := s.update(t.TempDir())[0]
			if tt.want == "" && got.Err != nil || tt.want != "" && (got.Err == nil || !strings.Contains(got.Err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", got.Err, tt.want)
			}
			polls := 0
			for _, l := range s.log {
				if strings.HasPrefix(l, "/1.0/async/status/") {
					polls++
				}
			}
			if polls != tt.polls || len(s.slept) < polls {
				t.Errorf("%d polls, want %d; slept %v", polls, tt.polls, s.slept)
			}
			s.clean()
		})
	}
}

func TestTooBigAPart(t *testing.T) {
	s := play(t)
	s.on("/sdmx/2.1/data/"+code1+"/A..RU", text(413, fmt.Sprintf(faulty, "413", tooBig)))
	s.data(good)
	f, err := s.client.EurostatQuery(context.Background(), Query{Table: code1, Key: "A..RU", Start: "2022"})
	if err != nil {
		t.Fatal(err)
	}
	if !f.Query.whole() || !strings.Contains(f.Note, "whole table") || f.Updated != "2026-11-20" || len(s.log) != 3 {
		t.Errorf("got %+v after %v", f, s.log)
	}
	f.Remove()
	s.clean()
}

func TestTableOfContents(t *testing.T) {
	s := play(t)
	toc, err := s.client.TableOfContents(context.Background())
	if want := (Entry{`A "table" by citizenship`, "2026-11-20", "2020-01-01", "2021", "2022", 3}); err != nil || toc[code1] != want || len(toc) != 2 {
		t.Errorf("got %v, %+v", err, toc)
	}
	for _, tt := range []struct{ name, table, body, want string }{
		{"a page", code1, "<html><title>Hello</title></html>", `a page that says "Hello", in place of the table of contents`},
		{"other columns", code1, "\"code\"\t\"title\"\n", `a text without the column "type"`},
		{"nothing", code1, "", "got no lines"},
		{"no tables", code1, tocTop, "got no tables"},
		{"no such table", "migr_asyappctzz", "", "no table migr_asyappctzz\n\thint: check the code, or what replaced it; the nearest that there is: migr_asyappctza (A \"table\" by citizenship)"},
		{"a retired table", "migr_asyctz", "", "no table migr_asyctz\n\thint: it ends in 2007; from 2008 on: migr_asyappctza"},
		{"a stranger", "nama_10_gdp", "", "no table nama_10_gdp\n\thint: check the code; Eurostat lists"},
		{"a day to come", code1, tocTop + tocLine(code1, "23.11.2026", " ", " "), "a day of update of migr_asyappctza that is to come, 2026-11-23\n\thint: is the clock of this machine right?"},
		{"no day", code1, tocTop + tocLine(code1, " ", " ", " "), "no day of update for migr_asyappctza\n\thint: download it by hand and use asylum add --vintage DAY"},
	} {
		s := play(t)
		if tt.body != "" || tt.name == "nothing" {
			s.on("/catalogue/toc/txt", text(200, tt.body))
		}
		if _, err := s.client.Eurostat(context.Background(), tt.table); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
		s.clean()
	}
	s = play(t) // one that is down is asked until it is given up, not for each table
	s.on("/catalogue/toc/txt", text(503, ""))
	for _, o := range s.update(t.TempDir(), code1, "migr_asydcfstq") {
		if o.Err == nil || len(s.log) != 5 {
			t.Errorf("%v after %v", o.Err, s.log)
		}
	}
	s = play(t)
	s.client.EurostatURL += "/eurostat/estat-navtree-portlet-prod/BulkDownloadListing"
	if _, err := s.client.Eurostat(context.Background(), code1); err == nil || !strings.Contains(err.Error(), "its successor is https://ec.europa.eu/eurostat/api/dissemination") {
		t.Errorf("got %v", err)
	}
}

func TestTooMuch(t *testing.T) {
	s := play(t)
	s.data(good)
	s.client.MaxBytes = 30
	if got := s.update(t.TempDir())[0]; got.Err == nil || !strings.Contains(got.Err.Error(), "more than 30 bytes") {
		t.Errorf("got %v", got.Err)
	}
	s.client.MaxBytes, s.client.MaxUnpack = 0, 30
	if got := s.update(t.TempDir())[0]; got.Err == nil || !strings.Contains(got.Err.Error(), "unpacks to more than 30 bytes") {
		t.Errorf("got %v", got.Err)
	}
	s.clean()
}

const (
	row   = `{"year":2023,"coo_id":1,"coo_name":"Syrian Arab Rep.","coo":"SYR","coo_iso":"SYR","coa_id":2,"coa_name":"Germany","coa":"GFR","coa_iso":"DEU","procedure_type":"G","dec_level":"FI","dec_pc":"P","dec_recognized":5,"dec_other":"0","dec_rejected":"-","dec_closed":null,"dec_total":"10"}`
	page1 = `{"page":1,"short-url":"x","maxPages":"2","total":{"dec_total":20},"items":[` + row + `]}`
)

func TestUNHCR(t *testing.T) {
	s := play(t)
	page2 := strings.NewReplacer(`"page":1`, `"page":"2"`, "2023", "2022").Replace(page1)
	pages := func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("coo_all") != "true" || q.Get("coa_all") != "true" || q.Get("limit") != "1000" || q.Get("yearFrom") != "2022" || q.Get("yearTo") != "2023" {
			t.Errorf("asked %v", r.URL)
		}
		body := map[string]string{"1": page1, "2": page2}[q.Get("page")]
		text(200, body)(w, r)
	}
	s.on("/asylum-decisions/", pages)
	opt := Options{Years: Years{2022, 2023}}
	f, err := s.client.UNHCR(context.Background(), "asylum_decisions", opt.Years)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(f.Path)
	if want := "year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,procedure_type,dec_level,dec_pc,dec_recognized,dec_other,dec_rejected,dec_closed,dec_total\n" +
		"2023,Syrian Arab Rep.,SYR,SYR,Germany,GFR,DEU,G,FI,P,5,0,,,10\n2022,Syrian Arab Rep.,SYR,SYR,Germany,GFR,DEU,G,FI,P,5,0,,,10\n"; err != nil || string(got) != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, got, want)
	}
	f.Remove()
	lake := t.TempDir()
	for _, want := range []string{Added, Unchanged} {
		for o := range s.client.Update(context.Background(), s.open(lake), []string{"asylum_decisions"}, opt) {
			if o.State != want || o.Vintage != "2026-11-21" || o.Rows == 0 {
				t.Errorf("got %+v, want %s", o, want)
			}
		}
	}
	l, err := store.Open(lake)
	if err != nil {
		t.Fatal(err)
	}
	if m := l.Vintages()[0]; m.Source != "unhcr" || len(m.Extent) != 1 || m.Extent[0].From != "2022" || m.Extent[0].To != "2023" || !strings.Contains(m.Note, "day of download") {
		t.Errorf("the lake has %+v", m)
	}
	s.clean()
}

// A clock that jumped back dates nothing before what the lake has.
func TestClockJumpsBack(t *testing.T) {
	s := play(t)
	one := strings.Replace(page1, `"2"`, "1", 1)
	s.on("/asylum-decisions/", text(200, one), text(200, strings.Replace(one, `"10"`, `"11"`, 1)))
	lake := t.TempDir()
	if got := s.update(lake, "asylum_decisions")[0]; got.State != Added || got.Vintage != "2026-11-21" {
		t.Fatalf("got %+v", got)
	}
	before := tree(t, lake)
	s.client.Now = func() time.Time { return time.Date(1970, 1, 1, 0, 5, 0, 0, time.UTC) }
	got := s.update(lake, "asylum_decisions")[0]
	if want := "asylum_decisions: the clock says 1970-01-01, the lake has a vintage of 2026-11-21: of a day before it, what is served now would never be seen\n\thint: set the clock"; got.Err == nil || got.Err.Error() != want {
		t.Errorf("got %v", got.Err)
	}
	if tree(t, lake) != before {
		t.Error("the lake changed")
	}
	s.clean()
}

func TestUNHCRRefused(t *testing.T) {
	one := strings.Replace(page1, `"2"`, "1", 1)
	for _, tt := range []struct {
		name, want string
		pages      []http.HandlerFunc
	}{
		{"a page of HTML", `a page that says "Sorry", in place of data`, []http.HandlerFunc{text(200, "<html><title>Sorry</title></html>")}},
		{"cut JSON", "an answer that does not parse: unexpected end of JSON input", []http.HandlerFunc{text(200, page1[:50])}},
		{"no items", `an answer that does not parse: it says "bad year"`, []http.HandlerFunc{text(200, `{"message":"bad year"}`)}},
		{"no rows", "no rows", []http.HandlerFunc{text(200, `{"page":1,"maxPages":1,"items":[]}`)}},
		{"the first page twice", "page 1, where page 2 was asked for", []http.HandlerFunc{text(200, page1)}},
		{"the first page twice, without its number", "a second time", []http.HandlerFunc{text(200, strings.Replace(page1, `"page":1,`, "", 1))}},
		{"an empty second page", "no rows on page 2 of 2", []http.HandlerFunc{text(200, page1), text(200, `{"page":2,"maxPages":2,"items":[]}`)}},
		{"pages that grow", "3 pages, where there were 2", []http.HandlerFunc{text(200, page1), text(200, strings.NewReplacer(`"page":1`, `"page":2`, `"2"`, "3").Replace(page1))}},
		{"a second page that is gone", "404 Not Found", []http.HandlerFunc{text(200, page1), text(404, "")}},
		{"a million pages", "a table of 1000000 pages", []http.HandlerFunc{text(200, strings.Replace(page1, `"2"`, "1000000", 1))}},
		{"a column that is gone", "row 1 without dec_pc", []http.HandlerFunc{text(200, strings.Replace(one, `"dec_pc"`, `"pc"`, 1))}},
		{"a list in a cell", "row 1, dec_other: got \"[1]\"", []http.HandlerFunc{text(200, strings.Replace(one, `"dec_other":"0"`, `"dec_other":[1]`, 1))}},
		{"an unknown country", `got coo_iso "QQQ"`, []http.HandlerFunc{text(200, strings.Replace(one, `"coo_iso":"SYR"`, `"coo_iso":"QQQ"`, 1))}},
		{"no count", `got dec_total "1,0"`, []http.HandlerFunc{text(200, strings.Replace(one, `"10"`, `"1,0"`, 1))}},
	} {
		s := play(t)
		s.on("/asylum-decisions/", tt.pages...)
		lake := filepath.Join(t.TempDir(), "lake")
		got := s.update(lake, "asylum_decisions")[0]
		if got.Err == nil || !strings.Contains(got.Err.Error(), tt.want) || !strings.Contains(got.Err.Error(), "\n\thint: ") {
			t.Errorf("%s: got %v, want %s", tt.name, got.Err, tt.want)
		}
		if _, err := os.Stat(lake); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the lake is there", tt.name)
		}
		s.clean()
	}
}

func TestPage(t *testing.T) {
	s := play(t)
	html := "<!doctype html><html><body>Statistics</body></html>"
	s.client.AIDAURL = s.URL
	move := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusMovedPermanently) }
	}
	s.on("/reports/croatia/statistics/", text(200, html))
	s.on("/reports/old/", move("/reports/croatia/statistics/"))
	s.on("/reports/gone/", move("/"))
	s.on("/", text(200, html))
	s.on("/cut/", text(200, "<html><body>Stat"))
	s.on("/away/", move("https://example.org/"))
	p, err := s.client.Page(context.Background(), s.URL+"/reports/old/")
	if err != nil || string(p.HTML) != html || !p.Moved || p.Final != s.URL+"/reports/croatia/statistics/" || p.Day != "2026-11-21" {
		t.Fatalf("got %+v, %v", p, err)
	}
	dir := t.TempDir()
	l := s.open(dir)
	for _, day := range []string{"2026-11-21", "2026-11-22"} { // on a later day the same page is kept already
		p.Day = day
		name, isNew, err := p.Keep(l)
		if err != nil || name != filepath.Join(dir, "pages", "reports_croatia_statistics", "2026-11-21.html") || isNew != (day == "2026-11-21") {
			t.Errorf("got %v, %v, %v", name, isNew, err)
		}
	}
	p.Day, p.HTML = "2026-11-21", append(p.HTML, ' ')
	if name, isNew, err := p.Keep(l); err != nil || !isNew || !strings.HasPrefix(filepath.Base(name), "2026-11-21-") {
		t.Errorf("got %v, %v, %v", name, isNew, err)
	}
	for _, address := range []string{s.URL, "https://asylumineurope.org", "https://www.AsylumInEurope.org"} { // where it stands in for AIDA
		if p, err := s.client.Page(context.Background(), address+"/reports/croatia/statistics/"); err != nil || p.Moved || p.URL != address+"/reports/croatia/statistics/" {
			t.Errorf("%s: got %+v, %v", address, p, err)
		}
	}
	for address, want := range map[string]string{
		s.URL + "/reports/gone/":         "the front page, in place of gone",
		s.URL + "/cut/":                  "a page that is cut off",
		s.URL + "/away/":                 "an address outside asylumineurope.org",
		s.URL + "/none/":                 "404 Not Found",
		"http://asylumineurope.org/":     "does not begin with https://",
		"https://example.org/":           "an address outside asylumineurope.org",
		"https://notasylumineurope.org":  "an address outside asylumineurope.org",
		"https://u:p@asylumineurope.org": "a name and a password",
	} {
		if _, err := s.client.Page(context.Background(), address); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "u:p@") {
			t.Errorf("%s: got %v, want %s", address, err, want)
		}
	}
	s.clean()
}

// A stand-in may want a password: it is sent, and never shown or kept.
func TestPassword(t *testing.T) {
	s := play(t)
	s.client.EurostatURL = strings.Replace(s.URL, "http://", "http://me:secret@", 1)
	var user, pass string
	s.data(text(410, ""), func(w http.ResponseWriter, r *http.Request) {
		user, pass, _ = r.BasicAuth()
		good(w, r)
	})
	lake := t.TempDir()
	if got := s.update(lake)[0]; got.Err == nil || strings.Contains(got.Err.Error(), "secret") || !strings.Contains(got.Err.Error(), "410 Gone") {
		t.Errorf("got %v", got.Err)
	}
	if got := s.update(lake)[0]; got.Err != nil || user != "me" || pass != "secret" {
		t.Errorf("got %v, with %s, %s", got.Err, user, pass)
	}
	for _, name := range []string{"manifest.json", seenFile} {
		if data, err := os.ReadFile(filepath.Join(lake, name)); err != nil || strings.Contains(string(data), "secret") {
			t.Errorf("%s: %v %s", name, err, data)
		}
	}
	s.clean()
}

func TestSite(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		one  bool
	}{
		{"https://ec.europa.eu/x", "https://Webgate.EC.europa.eu:444/y", true}, {"https://api.unhcr.org", "https://unhcr.org", true},
		{"https://ec.europa.eu", "https://europa.eu.example.org", false}, {"https://ec.europa.eu", "https://eu", false}, {"https://ec.europa.eu", "https://other.eu", false},
		{"http://127.0.0.1:1", "http://127.0.0.1:2", true}, {"http://127.0.0.1", "http://10.0.0.1", false}, {"http://[::1]:1", "http://[::2]:1", false}, {"http://localhost", "http://127.0.0.1", false},
	} {
		a, _ := url.Parse(tt.a)
		b, _ := url.Parse(tt.b)
		if got := site(a) == site(b); got != tt.one {
			t.Errorf("%s and %s: %v", tt.a, tt.b, got)
		}
	}
}

func TestAddresses(t *testing.T) {
	var c Client
	if c.eurostat() != EurostatURL || c.unhcr() != UNHCRURL || c.aida() != AIDAURL {
		t.Errorf("got %s, %s, %s", c.eurostat(), c.unhcr(), c.aida())
	}
	t.Setenv("ASYLUM_EUROSTAT_URL", "http://a/")
	t.Setenv("ASYLUM_UNHCR_URL", "http://b")
	t.Setenv("ASYLUM_AIDA_URL", "http://d/")
	if c.eurostat() != "http://a" || c.unhcr() != "http://b" || c.aida() != "http://d" {
		t.Errorf("got %s, %s, %s", c.eurostat(), c.unhcr(), c.aida())
	}
	c.EurostatURL = "http://c"
	if c.eurostat() != "http://c" {
		t.Errorf("got %s", c.eurostat())
	}
}
