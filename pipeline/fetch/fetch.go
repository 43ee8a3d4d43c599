// Package fetch downloads what the sources publish: tables of Eurostat's
// dissemination API, UNHCR's population statistics, pages of AIDA.
//
// It asks for one thing at a time and waits when told to. It never trusts a
// status alone: a body is kept only once its length, its gzip end, its first
// line and what it says of itself have been checked, and the lake changes only
// when the whole table parsed.
//
// What comes from documentation (user guides of the Data Browser, "API -
// Detailed guidelines", read in November 2026) and what from notes of public
// clients stands at the function that relies on it. None of it was tried
// against the real services from here: the tests play them.
//
// Requests are made with net/http and a loop of our own, not with
// go-retryablehttp: that one ends its care at the response's head, while a
// table most often breaks in its body, and both want one budget of attempts,
// one cap on Retry-After and one clock.
package fetch

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// A Client talks to the three sources. Its zero value works. It is for one
// goroutine: requests are sequential by design.
type Client struct {
	EurostatURL string // default $ASYLUM_EUROSTAT_URL, else Eurostat's own
	UNHCRURL    string // default $ASYLUM_UNHCR_URL, else UNHCR's own
	AIDAURL     string // default $ASYLUM_AIDA_URL, else AIDA's own; pages come from there alone

	Version string       // of the program, for the user agent
	HTTP    *http.Client // its Transport is used; default: the system's proxies, HTTP/2
	Dir     string       // where temporary files go; default the system's
	Log     *slog.Logger // what is waited for; default nowhere

	FirstByte time.Duration // how long an answer may take to begin; default 5 min
	Stall     time.Duration // how long a body may pause; default 1 min
	Total     time.Duration // how long one request may take; default 1 h
	Attempts  int           // how often a request is made that gets nowhere; default 5
	MaxWait   time.Duration // the longest wait, also where Retry-After says so; default 2 min
	Pause     time.Duration // between requests; default 250 ms, below 0 none
	Polls     int           // how often an asynchronous answer is asked for; default 60
	MaxBytes  int64         // of a download; default 1 GiB
	MaxUnpack int64         // of what a gzip file holds; default 8 GiB
	PageSize  int           // rows a page of UNHCR's; default 1000

	Now   func() time.Time                                 // default time.Now
	Sleep func(ctx context.Context, d time.Duration) error // default: wait
	Rand  func() float64                                   // in [0, 1), for the jitter

	once      sync.Once
	transport http.RoundTripper
	asked     bool // some request was made
	toc       map[string]Entry
	tocErr    error // why there is none
}

// The services' own addresses.
const (
	EurostatURL = "https://ec.europa.eu/eurostat/api/dissemination"
	UNHCRURL    = "https://api.unhcr.org/population/v1"
	AIDAURL     = "https://asylumineurope.org"
)

// An Error says what a source answered, and what to do about it.
type Error struct {
	URL    string
	Status int    // of HTTP, or 0
	Got    string // what came
	Hint   string
	Err    error // its cause, or nil
}

func (e *Error) Error() string {
	s := public(e.URL) + ": " + e.Got
	if e.Hint != "" {
		s += "\n\thint: " + e.Hint
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// public is an address without the name and password that a stand-in for a
// service may want: messages are logged, and manifests are published.
func public(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	u.User = nil
	return u.String()
}

func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

func (c *Client) eurostat() string {
	return strings.TrimRight(or(c.EurostatURL, or(os.Getenv("ASYLUM_EUROSTAT_URL"), EurostatURL)), "/")
}

func (c *Client) unhcr() string {
	return strings.TrimRight(or(c.UNHCRURL, or(os.Getenv("ASYLUM_UNHCR_URL"), UNHCRURL)), "/")
}

func (c *Client) aida() string {
	return strings.TrimRight(or(c.AIDAURL, or(os.Getenv("ASYLUM_AIDA_URL"), AIDAURL)), "/")
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	if c.Sleep != nil {
		return c.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// backoff is how long to wait after the n-th failure in a row (from 0): twice
// as long each time, and by chance somewhere in the upper half of that, so that
// many cron jobs do not come back at one moment.
func (c *Client) backoff(n int) time.Duration {
	random := rand.Float64
	if c.Rand != nil {
		random = c.Rand
	}
	d := min(time.Second<<min(n, 10), or(c.MaxWait, 2*time.Minute))
	return d/2 + time.Duration(random()*float64(d/2))
}

func (c *Client) log() *slog.Logger {
	if c.Log != nil {
		return c.Log
	}
	return slog.New(slog.DiscardHandler)
}

func (c *Client) agent() string {
	return "asylum/" + or(c.Version, "dev") + " (+reads published asylum statistics, one request at a time)"
}

// temp makes a file that is gone when discard is called.
func (c *Client) temp() (f *os.File, discard func(), err error) {
	f, err = os.CreateTemp(c.Dir, "asylum-fetch-*")
	if err != nil {
		return nil, nil, noRoom(err)
	}
	return f, func() {
		f.Close()
		os.Remove(f.Name())
	}, nil
}

// noRoom says that a download has no place to go to.
func noRoom(err error) error {
	return fmt.Errorf("no place for a download: %w\n\thint: TMPDIR names a directory for such files", err)
}

// text downloads a text that fits into memory, unpacked if it is packed.
func (c *Client) text(ctx context.Context, address string, most int64, may allow) ([]byte, *answer, error) {
	f, discard, err := c.temp()
	if err != nil {
		return nil, nil, err
	}
	defer discard()
	a, err := c.get(ctx, address, f, most, may)
	if err != nil {
		return nil, nil, err
	}
	body, whole, err := unpacked(f, most)
	if err == nil && !whole {
		err = fmt.Errorf("it unpacks to more than %d bytes", most)
	}
	if err != nil {
		return nil, nil, &Error{URL: address, Status: a.status, Got: "a damaged answer: " + err.Error(), Hint: tryLater, Err: err}
	}
	return body, a, nil
}

const tryLater = "try again later; if it stays so, open the address in a browser to see what the service says"

// unpacked reads a file from its start, through gzip if it is packed, up to
// most bytes; whole tells whether that was all.
func unpacked(f *os.File, most int64) (body []byte, whole bool, err error) {
	r, err := reader(f)
	if err != nil {
		return nil, false, err
	}
	body, err = io.ReadAll(io.LimitReader(r, most+1))
	if int64(len(body)) > most {
		return body[:most], false, nil
	}
	return body, err == nil, err
}
