package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
)

// A Page is a page of AIDA's, as received.
type Page struct {
	URL   string // as asked for
	Final string // where it was found
	Day   string // of download, YYYY-MM-DD; the page's own date is inside
	HTML  []byte
	Moved bool // it stands under another name than asked for
}

// maxPage bounds a page. The longest country reports have some 3 MB.
const maxPage = 32 << 20

// Page downloads a page of asylumineurope.org, over https, whole. A redirect
// to another name of the site is noted: a country's page moves when a report
// is updated, and the address that a figure cites then shows something else.
func (c *Client) Page(ctx context.Context, address string) (*Page, error) {
	at, err := c.standIn(address)
	if err != nil {
		return nil, err
	}
	body, a, err := c.text(ctx, at, maxPage, c.mayAIDA)
	if err != nil {
		return nil, err
	}
	bad := func(got, hint string) error { return &Error{URL: address, Status: a.status, Got: got, Hint: hint} }
	low := bytes.ToLower(body)
	switch {
	case !bytes.Contains(low[:min(len(low), 4096)], []byte("<html")):
		return nil, bad("no HTML page", "open the address in a browser; what is wanted is the page of a country's statistics")
	case !bytes.Contains(low[max(0, len(low)-4096):], []byte("</html>")):
		return nil, bad("a page that is cut off", tryLater)
	}
	asked, err := url.Parse(at)
	if err != nil {
		return nil, err
	}
	was, is := strings.Trim(asked.Path, "/"), strings.Trim(a.final.Path, "/")
	if was != "" && is == "" {
		return nil, bad("the front page, in place of "+path.Base(was), "the page is gone: look for its new address on the site")
	}
	return &Page{URL: address, Final: a.final.String(), Day: c.today(), HTML: body, Moved: was != is}, nil
}

// standIn gives the place where a page of AIDA's is asked for: its own address,
// unless another service stands in for AIDA's.
func (c *Client) standIn(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", &Error{URL: address, Got: "no address: " + err.Error(), Hint: "copy it from a browser", Err: err}
	}
	if err := c.mayAIDA(u); err != nil {
		return "", err
	}
	if base := c.aida(); base != AIDAURL && ofAIDA(u) {
		return base + u.RequestURI(), nil
	}
	return address, nil
}

func ofAIDA(u *url.URL) bool {
	host := strings.ToLower(u.Host)
	return host == aidaHost || strings.HasSuffix(host, "."+aidaHost)
}

var aidaHost = strings.TrimPrefix(AIDAURL, "https://")

// mayAIDA refuses addresses that are no AIDA page's, also behind a redirect.
func (c *Client) mayAIDA(u *url.URL) error {
	base, _ := url.Parse(c.aida())
	switch {
	case base != nil && base.Scheme == u.Scheme && strings.EqualFold(base.Host, u.Host):
	case u.Scheme != "https":
		return &Error{URL: u.String(), Got: "an address that does not begin with https://", Hint: "write it with https://"}
	case !ofAIDA(u):
		return &Error{URL: u.String(), Got: "an address outside " + aidaHost, Hint: "save the page with a browser and use asylum add"}
	}
	if u.User != nil {
		return &Error{URL: u.Redacted(), Got: "an address with a name and a password", Hint: "leave them out"}
	}
	return nil
}

// updatePage downloads a page. One that holds tables of figures is a vintage of
// AIDA's, of the day that it prints as its last update; any other is kept under
// pages/ in the lake, with the reason.
func (c *Client) updatePage(ctx context.Context, l *store.Lake, opt Options, o *Outcome) error {
	if opt.DryRun {
		o.State, o.Vintage = Would, c.today()
		return nil
	}
	if err := l.Writable(); err != nil {
		return err
	}
	p, err := c.Page(ctx, o.Table)
	if err != nil {
		return err
	}
	address := p.URL
	if p.Moved {
		address = p.Final
		o.Warnings = append(o.Warnings, fmt.Sprintf("%s moved to %s", p.URL, p.Final))
	}
	t, err := ingest.Read(bytes.NewReader(p.HTML), address, ingest.Options{Table: "statistics"})
	if err != nil {
		return p.keep(l, err, o)
	}
	o.Warnings = append(o.Warnings, ingest.Doubts(t)...)
	if geo := t.Dims[t.Dim("geo")].Values; !slices.Contains(geo, or(country(p.URL), geo[0])) {
		o.Warnings = append(o.Warnings, fmt.Sprintf("%s gives a page of %s; it is taken for what it says it is", p.URL, geo[0]))
	}
	t.URL, t.Licence, t.Extent = address, "figures are facts read from the page; name ECRE, AIDA and the page", ingest.ByCountry(t)
	if t.Vintage > c.tomorrow() {
		o.Warnings = append(o.Warnings, fmt.Sprintf("%s: last updated on %s, which is to come; the day of download is taken", address, t.Vintage))
		t.Vintage = ""
	}
	if t.Vintage == "" {
		t.Vintage, t.Note = p.Day, "the day of download: the page does not say when it was updated"
	}
	for _, m := range l.Vintages() {
		if m.Source != t.Source || m.URL != t.URL || m.Vintage != t.Vintage && t.Note == "" {
			continue
		}
		was, err := l.Load(m, table.Want{})
		if err != nil {
			return err
		}
		if maps.Equal(figures(was), figures(t)) { // its menus may differ
			o.State, o.Vintage = Unchanged, m.Vintage
			return nil
		}
	}
	return put(l, t, bytes.NewReader(p.HTML), ".html", o)
}

// country is the one that an address names, or "". Addresses of pages that are
// gone lead to pages of the same name elsewhere on the site.
func country(address string) string {
	_, slug, _ := strings.Cut(strings.ToLower(pathOf(address)), "country/")
	slug, _, _ = strings.Cut(slug, "/")
	geo, _ := code.Must("geo").Label(strings.ReplaceAll(slug, "-", " "))
	return geo
}

// keep keeps a page that gives no table. That a page without figures gives none
// is worth a word; figures that do not parse are an error besides.
func (p *Page) keep(l *store.Lake, why error, o *Outcome) error {
	name, isNew, err := p.Keep(l)
	if err != nil {
		return err
	}
	o.State, o.File = Kept, name
	if !isNew {
		o.State, o.Vintage = Unchanged, strings.TrimSuffix(filepath.Base(name), ".html")
	}
	var refusal *obs.Refusal
	if errors.As(why, &refusal) {
		return fmt.Errorf("%s is kept as HTML, its figures are not read: %w", name, why)
	}
	o.Warnings = append(o.Warnings, fmt.Sprintf("%s is kept as HTML and gives no figures: %v", name, why))
	return nil
}

// figures are the cells of a table, places aside.
func figures(t *table.Table) map[string]string {
	out := map[string]string{}
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			for p := range t.Periods {
				if t.Chunks[c].Held(r, p) {
					o := t.Observation(c, r, p)
					out[fmt.Sprintf("%q %s", o.Key, o.Period)] = fmt.Sprint(o.Count, o.Known, o.Flags, o.Printed)
				}
			}
		}
	}
	return out
}

// Keep keeps a page in the lake as it was received, under its address and its
// day, and gives the file's name. The same page is kept once.
func (p *Page) Keep(l *store.Lake) (name string, isNew bool, err error) {
	slug := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, strings.ToLower(strings.Trim(pathOf(p.Final), "/")))
	if len(slug) > 120 {
		slug = slug[len(slug)-120:]
	}
	return l.Keep(or(slug, "front")+"/"+p.Day+".html", p.Final, p.HTML)
}

func pathOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	_, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "?")
	return path
}

// tomorrow bounds the days that a source can have been updated on: it may be
// tomorrow there already. A vintage of a later day would hide all to come.
func (c *Client) tomorrow() string { return c.now().UTC().AddDate(0, 0, 1).Format("2006-01-02") }

func (c *Client) today() string { return c.now().UTC().Format("2006-01-02") }
