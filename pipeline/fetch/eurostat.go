package fetch

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"asylum/pipeline/obs"
)

// An Entry is a line of Eurostat's table of contents.
type Entry struct {
	Title               string
	LastUpdate          string // of the data, YYYY-MM-DD; "" if it does not say
	LastStructureChange string // YYYY-MM-DD or ""
	DataStart, DataEnd  string // periods as printed, or ""
	Values              int64  // how many the table holds; 0 if it does not say
}

// TableOfContents asks Eurostat what it has, once for each Client: a service
// that is down is not asked again for each table.
//
// Documented (Catalogue API, TOC): catalogue/toc/txt, tab-separated, columns as
// named here, four blanks of indentation a level, folders beside datasets and
// tables, a code in several places. By notes of clients: all fields quoted,
// days written 08.07.2026, blanks where there is nothing, further kinds of
// leaves.
func (c *Client) TableOfContents(ctx context.Context) (map[string]Entry, error) {
	if c.toc == nil && c.tocErr == nil {
		c.toc, c.tocErr = c.tableOfContents(ctx)
	}
	return c.toc, c.tocErr
}

func (c *Client) tableOfContents(ctx context.Context) (map[string]Entry, error) {
	address := c.eurostat() + "/catalogue/toc/txt?lang=en"
	body, a, err := c.text(ctx, address, 64<<20, nil)
	if err != nil {
		return nil, gone(err, "the table of contents moved: is there a newer asylum?")
	}
	toc, err := parseTOC(body)
	if err != nil {
		got := err.Error()
		if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
			got = page(body)
		}
		return nil, &Error{URL: address, Status: a.status, Got: got + ", in place of the table of contents", Hint: tryLater}
	}
	return toc, nil
}

var tocColumns = []string{"title", "code", "type", "last update of data", "last table structure change", "data start", "data end", "values"}

func parseTOC(body []byte) (map[string]Entry, error) {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
	in.Comma, in.LazyQuotes, in.FieldsPerRecord = '\t', true, -1
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("got no lines")
	}
	at := map[string]int{}
	for i, h := range head {
		at[strings.ToLower(strings.TrimSpace(h))] = i
	}
	for _, col := range tocColumns {
		if _, ok := at[col]; !ok {
			return nil, fmt.Errorf("a text without the column %q (%s)", col, obs.Quote(strings.Join(head, " ")))
		}
	}
	out := map[string]Entry{}
	for {
		rec, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		cell := func(col string) string {
			if i := at[col]; i < len(rec) {
				return strings.TrimSpace(rec[i])
			}
			return ""
		}
		code := strings.ToLower(cell("code"))
		if code == "" || cell("type") == "folder" {
			continue
		}
		e := Entry{Title: cell("title"), LastUpdate: day(cell("last update of data")), LastStructureChange: day(cell("last table structure change")),
			DataStart: cell("data start"), DataEnd: cell("data end")}
		e.Values, _ = strconv.ParseInt(cell("values"), 10, 64)
		if o, ok := out[code]; !ok || o.LastUpdate < e.LastUpdate {
			out[code] = e
		}
	}
	if len(out) == 0 {
		return nil, errors.New("got no tables")
	}
	return out, nil
}

// day reads 08.07.2026 or 2026-07-08, with a time of day or without.
func day(s string) string {
	s, _, _ = strings.Cut(s, " ")
	s, _, _ = strings.Cut(s, "T")
	for _, layout := range []string{"02.01.2006", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}

// A Query asks for a table, or a part of it.
type Query struct {
	Table      string
	Key        string // SDMX: codes of each dimension in order, "A..RU.DE"; "" for all
	Start, End string // periods, or ""
}

func (q Query) whole() bool { return q.Key == "" && q.Start == "" && q.End == "" }

// A File is a download on disk that passed every check but the parsing.
type File struct {
	Path    string // in a directory of its own
	Table   string
	Updated string // the source's own update day
	URL     string
	Note    string // what is particular about it
	Entry   Entry
	Query   Query // what it holds: not what was asked for, where that was too big
}

// Remove takes the file from disk.
func (f *File) Remove() { os.RemoveAll(filepath.Dir(f.Path)) }

// Eurostat downloads a table whole, as gzipped TSV.
//
// Documented (SDMX 2.1 data query; Asynchronous API): sdmx/2.1/data/{code}
// with format=TSV and compressed=true; whole tables are prepared, so that most
// come at once, yet any request may be answered with an envelope that holds the
// key of a queued one.
func (c *Client) Eurostat(ctx context.Context, code string) (*File, error) {
	return c.EurostatQuery(ctx, Query{Table: code})
}

// EurostatQuery downloads a table or a part of it. Where the part is refused as
// too big (413, EXTRACTION_TOO_BIG: documented above 5,000,000 cells, counted
// over all codes before any filter on time) the whole table is taken.
func (c *Client) EurostatQuery(ctx context.Context, q Query) (*File, error) {
	q.Table = strings.ToLower(q.Table)
	toc, err := c.TableOfContents(ctx)
	if err != nil {
		return nil, err
	}
	e, ok := toc[q.Table]
	if !ok {
		return nil, &Error{URL: c.eurostat() + "/catalogue/toc/txt", Got: "no table " + q.Table, Hint: replaced(q.Table, toc)}
	}
	if e.LastUpdate == "" {
		return nil, &Error{URL: c.eurostat() + "/catalogue/toc/txt", Got: "no day of update for " + q.Table, Hint: "download it by hand and use asylum add --vintage DAY"}
	}
	if e.LastUpdate > c.tomorrow() {
		return nil, &Error{URL: c.eurostat() + "/catalogue/toc/txt", Got: "a day of update of " + q.Table + " that is to come, " + e.LastUpdate, Hint: "is the clock of this machine right?"}
	}
	dir, err := os.MkdirTemp(c.Dir, "asylum-fetch-*")
	if err != nil {
		return nil, noRoom(err)
	}
	f := &File{Path: filepath.Join(dir, q.Table+".tsv.gz"), Table: q.Table, Updated: e.LastUpdate, Entry: e, Query: q}
	if err := c.extract(ctx, f); err != nil {
		var ours *Error
		if errors.As(err, &ours) && ours.tooBig() && !q.whole() {
			c.log().Info("too big a part: taking the whole table", "table", q.Table)
			f.Query, f.Note = Query{Table: q.Table}, "the whole table: the part asked for is too big for the service"
			err = c.extract(ctx, f)
		}
		if errors.As(err, &ours) && ours.tooBig() {
			ours.Hint = "even the whole table is not served: download it in parts with the Data Browser and use asylum add"
		}
		if err != nil {
			f.Remove()
			return nil, gone(err, replaced(q.Table, toc))
		}
	}
	return f, nil
}

func (e *Error) tooBig() bool {
	return e.Status == http.StatusRequestEntityTooLarge || strings.Contains(e.Got, "EXTRACTION_TOO_BIG")
}

func (c *Client) address(q Query) string {
	v := url.Values{"format": {"TSV"}, "compressed": {"true"}}
	path := c.eurostat() + "/sdmx/2.1/data/" + url.PathEscape(q.Table)
	if q.Key != "" {
		path += "/" + url.PathEscape(q.Key)
	}
	if q.Start != "" {
		v.Set("startPeriod", q.Start)
	}
	if q.End != "" {
		v.Set("endPeriod", q.End)
	}
	return path + "?" + v.Encode()
}

// extract downloads f's query into its place. A damaged gzip file is asked for
// a second time: its length was right, so no attempt at the transfer would see it.
func (c *Client) extract(ctx context.Context, f *File) error {
	out, err := os.Create(f.Path)
	if err != nil {
		return err
	}
	defer out.Close()
	address := c.address(f.Query)
	f.URL = public(address)
	for again := 0; ; again++ {
		a, err := c.collect(ctx, address, out)
		if err != nil {
			return err
		}
		damaged, err := c.check(out, f, a)
		if err == nil {
			return nil
		}
		if !damaged || again > 0 {
			return err
		}
		c.log().Info("asking once more", "because", err)
	}
}

// collect downloads an address, through the queue if the answer is a key.
//
// Documented (Asynchronous API): the key is asked about at
// 1.0/async/status/{key}, which says SUBMITTED, PROCESSING, AVAILABLE, EXPIRED
// (after some days, or when the table is updated), UNKNOWN_REQUEST or ERROR, and
// collected at 1.0/async/data/{key}. Only the key is taken from the envelope:
// no address in it is followed.
func (c *Client) collect(ctx context.Context, address string, out *os.File) (*answer, error) {
	for asked := 1; ; asked++ {
		a, err := c.get(ctx, address, out, or(c.MaxBytes, 1<<30), nil)
		if err != nil {
			return nil, err
		}
		head, _, _ := unpacked(out, 64<<10)
		x := envelope(head)
		if x == nil {
			return a, nil
		}
		key := x["id"]
		switch {
		case x["faultstring"] != "":
			return nil, faultError(address, a, x["faultstring"])
		case key == "" || len(key) > 100 || strings.Trim(strings.ToLower(key), "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
			return nil, &Error{URL: address, Status: a.status, Got: page(head), Hint: tryLater}
		}
		a, err = c.await(ctx, key, strings.ToUpper(x["status"]), out)
		if !errors.Is(err, errForgotten) {
			return a, err
		}
		if asked > 1 {
			return nil, &Error{URL: address, Got: "the service queued the request and then forgot it, twice", Hint: tryLater, Err: err}
		}
	}
}

var errForgotten = errors.New("the request is not known any more")

// await polls a queued request and collects its answer.
func (c *Client) await(ctx context.Context, key, status string, out *os.File) (*answer, error) {
	base := c.eurostat() + "/1.0/async/"
	for n := range or(c.Polls, 60) {
		if status == "AVAILABLE" {
			a, err := c.get(ctx, base+"data/"+key, out, or(c.MaxBytes, 1<<30), nil)
			if err == nil {
				head, _, _ := unpacked(out, 64<<10)
				x := envelope(head)
				if x == nil {
					return a, nil
				}
				if status = strings.ToUpper(x["status"]); status == "" || status == "AVAILABLE" {
					err = faultError(base+"data/"+key, a, or(x["faultstring"], page(head)))
				}
			}
			if err != nil {
				if status = known(err); status == "" {
					return nil, err
				}
			}
		}
		switch status {
		case "EXPIRED", "UNKNOWN_REQUEST":
			return nil, errForgotten
		case "", "SUBMITTED", "PROCESSING", "QUEUED", "DATA_NOT_YET_AVAILABLE":
		default:
			return nil, &Error{URL: base + "status/" + key, Got: "the service queued the request, then said " + short(status), Hint: tryLater}
		}
		wait := min(time.Second<<min(n, 6), or(c.MaxWait, 2*time.Minute))
		c.log().Info("the service prepares the table", "request", key, "status", status, "wait", wait)
		if err := c.sleep(ctx, wait); err != nil {
			return nil, err
		}
		body, _, err := c.text(ctx, base+"status/"+key, 1<<20, nil)
		if err != nil {
			if status = known(err); status == "" {
				return nil, err
			}
			continue
		}
		x := envelope(body)
		if x == nil {
			return nil, &Error{URL: base + "status/" + key, Got: page(body) + ", in place of a status", Hint: tryLater}
		}
		status = strings.ToUpper(or(x["status"], strings.SplitN(x["faultstring"], ":", 2)[0]))
	}
	return nil, &Error{URL: base + "status/" + key, Got: fmt.Sprintf("the service still prepares the table after %d questions", or(c.Polls, 60)),
		Hint: "run it again in an hour: by then it is prepared, or is asked for anew"}
}

// known is the state of a queued request that an error stands for, or "".
func known(err error) string {
	var e *Error
	if errors.As(err, &e) {
		for _, s := range []string{"DATA_NOT_YET_AVAILABLE", "UNKNOWN_REQUEST", "EXPIRED"} {
			if strings.Contains(e.Got, s) {
				return s
			}
		}
	}
	return ""
}

// envelope is what an XML answer says, nil for anything else, HTML too.
func envelope(head []byte) map[string]string {
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	if !bytes.HasPrefix(head, []byte("<")) {
		return nil
	}
	x := markup(head)
	if x[""] == "html" || bytes.HasPrefix(bytes.ToLower(head), []byte("<!doctype html")) {
		return nil
	}
	return x
}

// faultError is an error that came with status 200.
func faultError(address string, a *answer, said string) error {
	return &Error{URL: address, Status: a.status, Got: short(said), Hint: tryLater}
}

// page names what came where a table was wanted.
func page(body []byte) string {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if said := complaint(body); said != "" && bytes.HasPrefix(body, []byte("<")) {
		return fmt.Sprintf("a page that says %q", said)
	}
	return obs.Quote(body)
}

// check looks at a download before anything else does: what begins it, its
// header line, its gzip end, and the name that the service gives it.
func (c *Client) check(out *os.File, f *File, a *answer) (damaged bool, err error) {
	bad := func(got, hint string) error { return &Error{URL: f.URL, Status: a.status, Got: got, Hint: hint} }
	head, _, gzErr := unpacked(out, 64<<10)
	var magic [2]byte
	out.ReadAt(magic[:], 0)
	line, _, _ := bytes.Cut(head, []byte("\n"))
	dims, _, tab := bytes.Cut(line, []byte("\t"))
	dims = bytes.ToLower(bytes.TrimSpace(dims))
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(head), []byte("<")):
		return false, bad(page(head)+", with status 200, in place of a table", tryLater)
	case len(head) == 0 && gzErr == nil:
		return true, bad("an empty answer", tryLater)
	case magic != [2]byte{0x1f, 0x8b}:
		return false, bad("no gzip file but "+obs.Quote(line), tryLater)
	case gzErr == nil && (!tab || !bytes.HasSuffix(dims, []byte(`\time_period`)) && !bytes.HasSuffix(dims, []byte(`\time`))):
		return false, bad("a first line that is no header of a table: "+obs.Quote(line), "the format may have changed: is there a newer asylum?")
	}
	most := or(c.MaxUnpack, 8<<30)
	n, err := func() (int64, error) {
		r, err := reader(out)
		if err != nil {
			return 0, err
		}
		return io.Copy(io.Discard, io.LimitReader(r, most+1))
	}()
	if err != nil {
		return true, bad("a gzip file that is cut off or damaged: "+err.Error(), tryLater)
	}
	if n > most {
		return false, bad(fmt.Sprintf("a gzip file that unpacks to more than %d bytes", most), "if it really is a table, raise the limit with --max-bytes")
	}
	name, sure := attachment(a.header)
	if _, ok := c.toc[name]; name != f.Table && (ok || sure && !strings.HasPrefix(name, f.Table+"_")) {
		return false, bad("another table, "+short(name), tryLater)
	}
	return false, nil
}

// attachment is the table that a Content-Disposition names, if it names one. By
// notes of clients files are called estat_migr_asydcfsta.tsv.gz: what begins so
// is sure to be a table, though the table of contents may not have it.
func attachment(h http.Header) (name string, sure bool) {
	_, p, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	if err != nil {
		return "", false
	}
	name, _, _ = strings.Cut(strings.ToLower(filepath.Base(p["filename"])), ".")
	name, sure = strings.CutPrefix(name, "estat_")
	name, _, _ = strings.Cut(name, "$")
	return name, sure
}

// successors of tables that Eurostat closed or renamed.
var successors = map[string]string{
	"migr_asyctz":  "it ends in 2007; from 2008 on: migr_asyappctza",
	"migr_asyctzm": "it ends in 2007; from 2008 on: migr_asyappctzm",
	"migr_asyunaa": "it is migr_asyumactza now",
}

// replaced says what stands in place of a table that is not there.
func replaced(code string, toc map[string]Entry) string {
	if s := successors[code]; s != "" {
		return s
	}
	if e, ok := toc[code]; ok && e.Title != "" {
		return "the table of contents still has it (" + short(e.Title) + ", updated " + e.LastUpdate + "): " + tryLater
	}
	near, best := "", 7 // the prefix of a whole domain says little
	for _, k := range slices.Sorted(maps.Keys(toc)) {
		n := 0
		for n < len(k) && n < len(code) && k[n] == code[n] {
			n++
		}
		if n > best {
			near, best = k, n
		}
	}
	if near == "" {
		return "check the code; Eurostat lists its tables at https://ec.europa.eu/eurostat/databrowser"
	}
	return fmt.Sprintf("check the code, or what replaced it; the nearest that there is: %s (%s)", near, short(toc[near].Title))
}

// gone gives errors 404 and 410 a hint at what to use instead.
func gone(err error, hint string) error {
	var e *Error
	if !errors.As(err, &e) || e.Status != http.StatusNotFound && e.Status != http.StatusGone {
		return err
	}
	e.Hint = hint
	for _, old := range []string{"BulkDownloadListing", "/estat-navtree-portlet-prod", "/wdds/"} {
		if strings.Contains(e.URL, old) {
			e.Hint = "that service was closed in 2023; its successor is " + EurostatURL + ": unset ASYLUM_EUROSTAT_URL"
		}
	}
	return err
}
