package fetch

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
)

// allow tells whether an address may be asked for; nil allows all.
type allow func(*url.URL) error

// An answer is what is known of a body besides its bytes.
type answer struct {
	status int
	header http.Header
	final  *url.URL // behind all redirects
}

// part is a body on its way to disk.
type part struct {
	f         *os.File
	have      int64
	most      int64  // the furthest that any attempt came
	total     int64  // as announced, or -1
	validator string // of the body begun: an ETag or a Last-Modified, "" if none holds
}

func (p *part) restart() error {
	p.have, p.total, p.validator = 0, -1, ""
	return p.f.Truncate(0)
}

// failure is an attempt that may be repeated.
type failure struct {
	err  *Error
	wait time.Duration // what the server asked for, or 0
}

var (
	errStalled = errors.New("nothing came for too long")
	errSlow    = errors.New("it took too long")
)

// get downloads an address into f, whole, or gives the last of several errors.
// An attempt that brought more than any before it costs nothing; there is an
// end even to those.
func (c *Client) get(ctx context.Context, address string, f *os.File, most int64, may allow) (*answer, error) {
	p := &part{f: f, total: -1}
	attempts := or(c.Attempts, 5)
	for failed, tries := 0, 1; ; tries++ {
		if c.asked {
			if err := c.sleep(ctx, max(0, or(c.Pause, 250*time.Millisecond))); err != nil {
				return nil, err
			}
		}
		c.asked = true
		before := p.most
		a, again, err := c.try(ctx, address, p, most, may)
		if err == nil && again == nil {
			return a, c.peel(f, most, a)
		}
		if err != nil {
			return a, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if p.most > before {
			failed = 0
		}
		if failed++; failed >= attempts || tries >= 10*attempts {
			again.err.Got += fmt.Sprintf(" (%d attempts)", tries)
			return nil, again.err
		}
		wait := max(c.backoff(failed-1), again.wait)
		if limit := or(c.MaxWait, 2*time.Minute); wait > limit {
			again.err.Got += fmt.Sprintf(", and asks to wait for %v", again.wait)
			again.err.Hint = "run it again after " + c.now().Add(again.wait).UTC().Format("2006-01-02 15:04 UTC")
			return nil, again.err
		}
		c.log().Info("waiting", "for", wait.Round(time.Millisecond), "because", again.err.Got, "url", public(address))
		if err := c.sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// client follows redirects that may be followed: never from https to http, nor
// to anybody else.
func (c *Client) client(may allow) *http.Client {
	c.once.Do(func() {
		if c.HTTP != nil && c.HTTP.Transport != nil {
			c.transport = c.HTTP.Transport
			return
		}
		c.transport = http.DefaultTransport.(*http.Transport).Clone() // takes proxies from the environment
	})
	return &http.Client{Transport: c.transport, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if len(via) >= 10 {
			return &Error{URL: via[0].URL.String(), Got: "redirects without end", Hint: tryLater}
		}
		if via[0].URL.Scheme == "https" && req.URL.Scheme != "https" {
			return &Error{URL: via[0].URL.String(), Got: "a redirect to " + req.URL.String() + ", which is not encrypted", Hint: "check the address, and the network you are in: some log-in pages do this"}
		}
		if may != nil {
			return may(req.URL)
		}
		if site(req.URL) != site(via[0].URL) {
			return &Error{URL: via[0].URL.String(), Got: "a redirect to another site, " + req.URL.Redacted(),
				Hint: "some networks answer so until one has logged in; if the service moved there, set ASYLUM_EUROSTAT_URL or ASYLUM_UNHCR_URL"}
		}
		return nil
	}}
}

// site is what the hosts of one owner have in common, as far as the last two
// labels tell: api.unhcr.org and unhcr.org are one, two numbers are two.
func site(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if labels := strings.Split(host, "."); net.ParseIP(host) == nil && len(labels) > 2 {
		return strings.Join(labels[len(labels)-2:], ".")
	}
	return host
}

// try makes one request and takes what comes. Bytes that an earlier try left
// are gone on from where the server still has the same body.
func (c *Client) try(ctx context.Context, address string, p *part, most int64, may allow) (*answer, *failure, error) {
	if p.validator == "" {
		if err := p.restart(); err != nil {
			return nil, nil, err
		}
	}
	within, cancel := context.WithTimeoutCause(ctx, or(c.Total, time.Hour), errSlow)
	defer cancel()
	within, stop := context.WithCancelCause(within)
	defer stop(nil)
	stall := time.AfterFunc(or(c.FirstByte, 5*time.Minute), func() { stop(errStalled) })
	defer stall.Stop()

	req, err := http.NewRequestWithContext(within, http.MethodGet, address, nil)
	if err != nil {
		return nil, nil, &Error{URL: address, Got: "no address: " + err.Error(), Hint: "check ASYLUM_EUROSTAT_URL, ASYLUM_UNHCR_URL and ASYLUM_AIDA_URL", Err: err}
	}
	req.Header.Set("User-Agent", c.agent())
	req.Header.Set("Accept-Encoding", "identity") // lengths and ranges are those of the file
	if p.have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", p.have))
		req.Header.Set("If-Range", p.validator)
	}
	if may != nil {
		if err := may(req.URL); err != nil {
			return nil, nil, err
		}
	}
	res, err := c.client(may).Do(req)
	if err != nil {
		return c.broken(within, address, err)
	}
	defer res.Body.Close()
	a := &answer{status: res.StatusCode, header: res.Header, final: res.Request.URL}
	switch coding(a) {
	case "", "identity", "gzip", "x-gzip":
	default:
		return nil, nil, &Error{URL: address, Status: res.StatusCode, Got: "an answer packed as " + short(coding(a)) + ", which was not asked for", Hint: "a proxy most likely packs it: ask whoever runs your network, or download by hand and use asylum add"}
	}
	switch res.StatusCode {
	case http.StatusOK:
		if err := p.restart(); err != nil { // the server did not take the range, or has another body
			return nil, nil, err
		}
		p.total, p.validator = res.ContentLength, validator(res.Header)
	case http.StatusPartialContent:
		from, total, ok := contentRange(res.Header.Get("Content-Range"))
		etag := res.Header.Get("ETag")
		if !ok || from != p.have || p.have == 0 || p.total >= 0 && total != p.total || etag != "" && strings.HasPrefix(p.validator, `"`) && etag != p.validator {
			p.validator = "" // start anew
			return nil, &failure{err: &Error{URL: address, Status: res.StatusCode, Got: "another piece than asked for (" + short(res.Header.Get("Content-Range")) + ")", Hint: tryLater}}, nil
		}
		p.total = total
	case http.StatusRequestedRangeNotSatisfiable:
		p.validator = ""
		return nil, &failure{err: &Error{URL: address, Status: res.StatusCode, Got: "the server does not go on with a broken download", Hint: tryLater}}, nil
	default:
		return c.refused(res, address)
	}
	buf := make([]byte, 64<<10)
	for {
		stall.Reset(or(c.Stall, time.Minute))
		n, err := res.Body.Read(buf)
		if p.have+int64(n) > most {
			return nil, nil, &Error{URL: address, Status: res.StatusCode, Got: fmt.Sprintf("more than %d bytes", most), Hint: "this is no table; if it really is one, raise the limit"}
		}
		if n > 0 {
			if _, err := p.f.WriteAt(buf[:n], p.have); err != nil {
				return nil, nil, err
			}
			p.have += int64(n)
			p.most = max(p.most, p.have)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return c.broken(within, address, fmt.Errorf("the connection broke after %d bytes: %w", p.have, err))
		}
	}
	if p.total >= 0 && p.have != p.total {
		return nil, &failure{err: &Error{URL: address, Status: res.StatusCode, Got: fmt.Sprintf("%d bytes where %d were announced", p.have, p.total), Hint: tryLater}}, nil
	}
	return a, nil, nil
}

func coding(a *answer) string {
	return strings.ToLower(strings.TrimSpace(a.header.Get("Content-Encoding")))
}

// peel takes off the gzip that somebody on the way put around a gzip file. A
// server that says so of the file's own gzip means no other; that stays.
func (c *Client) peel(f *os.File, most int64, a *answer) error {
	if !strings.HasSuffix(coding(a), "gzip") {
		return nil
	}
	r, err := reader(f)
	if err != nil {
		return nil // whoever looks at it next says what is wrong with it
	}
	in := bufio.NewReader(r)
	if magic, _ := in.Peek(2); string(magic) != "\x1f\x8b" {
		return nil
	}
	inner, discard, err := c.temp()
	if err != nil {
		return err
	}
	defer discard()
	if _, err := io.Copy(inner, io.LimitReader(in, most)); err != nil {
		return nil
	}
	if _, err := inner.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = io.Copy(io.NewOffsetWriter(f, 0), inner)
	return err
}

// broken sorts errors of the connection: most are worth another attempt.
func (c *Client) broken(ctx context.Context, address string, err error) (*answer, *failure, error) {
	var ours *Error
	if errors.As(err, &ours) { // a redirect that may not be followed
		return nil, nil, ours
	}
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) {
		return nil, nil, &Error{URL: address, Got: err.Error(), Hint: "the server is not who it says, or a proxy reads along: have its certificate added to the system's", Err: err}
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // it would name the address again
	}
	hint := "check the network, and HTTPS_PROXY if you need a proxy; then run it again"
	var dns *net.DNSError
	if errors.As(err, &dns) {
		hint = "the name is not found: " + hint
	}
	return nil, &failure{err: &Error{URL: address, Got: err.Error(), Hint: hint, Err: err}}, nil
}

// refused sorts answers that are neither 200 nor 206.
func (c *Client) refused(res *http.Response, address string) (*answer, *failure, error) {
	body, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10)) // what there is of it
	e := &Error{URL: address, Status: res.StatusCode, Got: short(res.Status)}
	if said := complaint(body); said != "" {
		e.Got += ": " + said
	}
	switch res.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		e.Hint = tryLater
		return nil, &failure{e, c.retryAfter(res.Header.Get("Retry-After"))}, nil
	case http.StatusProxyAuthRequired:
		e.Hint = "the proxy in HTTPS_PROXY wants a name and a password: put them into its address"
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Hint = "the service is public: a proxy or a filter refuses; ask whoever runs your network, or download by hand and use asylum add"
	case http.StatusNotFound, http.StatusGone:
		e.Hint = "check the name"
	default:
		e.Hint = tryLater
	}
	return nil, nil, e
}

// retryAfter reads seconds or a date. What is absurdly far is a year: too long
// to wait for, which is not the same as saying nothing.
func (c *Client) retryAfter(s string) time.Duration {
	const year = 365 * 24 * time.Hour
	s = strings.TrimSpace(s)
	if s != "" && strings.Trim(s, "0123456789") == "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n > int64(year/time.Second) {
			return year
		}
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return min(max(0, at.Sub(c.now()).Round(time.Second)), year)
	}
	return 0
}

// validator is what makes sure that a piece belongs to the same body. A weak
// ETag does not (RFC 9110, 13.1.5).
func validator(h http.Header) string {
	if h.Get("Accept-Ranges") == "none" {
		return ""
	}
	if etag := h.Get("ETag"); strings.HasPrefix(etag, `"`) {
		return etag
	}
	return h.Get("Last-Modified")
}

// contentRange reads "bytes 5-9/10".
func contentRange(s string) (from, total int64, ok bool) {
	s, ok = strings.CutPrefix(s, "bytes ")
	span, all, ok2 := strings.Cut(s, "/")
	first, last, ok3 := strings.Cut(span, "-")
	from, err := strconv.ParseInt(first, 10, 64)
	to, err2 := strconv.ParseInt(last, 10, 64)
	total, err3 := strconv.ParseInt(all, 10, 64)
	return from, total, ok && ok2 && ok3 && err == nil && err2 == nil && err3 == nil && to == total-1 && from <= to
}

// complaint is what the body of an error says. Documented forms are a SOAP
// fault (SDMX) and {"error": [{"status", "id", "sub_id", "label"}]} (statistics);
// of an HTML page the title is taken.
func complaint(body []byte) string {
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		if gz, err := gzip.NewReader(bytes.NewReader(body)); err == nil {
			body, _ = io.ReadAll(io.LimitReader(gz, 64<<10))
		}
	}
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if bytes.HasPrefix(body, []byte("<")) {
		x := markup(body)
		return short(or(x["faultstring"], or(x["title"], x["h1"])))
	}
	var j struct {
		Error   json.RawMessage
		Message string
	}
	if json.Unmarshal(body, &j) == nil {
		var list []struct{ Label string }
		var one struct{ Label string }
		var text string
		switch {
		case json.Unmarshal(j.Error, &list) == nil && len(list) > 0:
			return short(list[0].Label)
		case json.Unmarshal(j.Error, &one) == nil && one.Label != "":
			return short(one.Label)
		case json.Unmarshal(j.Error, &text) == nil && text != "":
			return short(text)
		}
		return short(j.Message)
	}
	if !bytes.ContainsAny(body, "\x00\t") {
		return short(string(body))
	}
	return ""
}

// short makes what a server says fit into a message: one line, no controls.
func short(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}

// markup gives the first text of each element, by its local name, of XML or,
// as far as it can be read, HTML. The root's own name is under "".
func markup(body []byte) map[string]string {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	out, name := map[string]string{}, ""
	for {
		t, err := d.RawToken()
		if err != nil {
			return out
		}
		switch t := t.(type) {
		case xml.StartElement:
			name = strings.ToLower(t.Name.Local)
			if out[""] == "" {
				out[""] = name
			}
		case xml.EndElement:
			name = ""
		case xml.CharData:
			if s := strings.TrimSpace(string(t)); s != "" && name != "" && out[name] == "" {
				out[name] = s
			}
		}
	}
}

// reader reads a file from its start, through gzip if it is packed.
func reader(f *os.File) (io.Reader, error) {
	var magic [2]byte
	if n, err := f.ReadAt(magic[:], 0); err != nil && err != io.EOF {
		return nil, err
	} else if n < 2 || magic != [2]byte{0x1f, 0x8b} {
		return io.NewSectionReader(f, 0, 1<<62), nil
	}
	return gzip.NewReader(io.NewSectionReader(f, 0, 1<<62))
}
