package fetch

import (
	"bytes"
	"context"
	"net/url"
	"path"
	"strings"
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

func (c *Client) today() string { return c.now().UTC().Format("2006-01-02") }
