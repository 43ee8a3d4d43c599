package fetch

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/obs"
)

// Years is a span of years, both ends in it. The zero value asks for all.
type Years struct{ From, To int }

// columns of UNHCR's tables, in the order of the CSV files it hands out.
var columns = map[string][]string{
	"asylum_decisions": {"year", "coo_name", "coo", "coo_iso", "coa_name", "coa", "coa_iso", "procedure_type", "dec_level", "dec_pc",
		"dec_recognized", "dec_other", "dec_rejected", "dec_closed", "dec_total"},
	"asylum_applications": {"year", "coo_name", "coo", "coo_iso", "coa_name", "coa", "coa_iso", "procedure_type", "app_type", "dec_level", "app_pc", "applied"},
}

// maxPages bounds what a service may say of its pages.
const maxPages = 10_000

// UNHCR downloads a table of UNHCR's population statistics, page by page, and
// writes it as one CSV in the columns that unhcr.ReadCSV reads. What is kept of
// the answers is that CSV: rows in the order received, numbers as they came
// whether written 0 or "0", empty where the answer says "-" or null. It has
// no clock in it, so the same answers give the same bytes.
//
// From notes of
// clients, not tried against the service: {table}/?limit&page&yearFrom&yearTo&coo_all=true&coa_all=true (without
// the last two countries are added up); pages count from 1; maxPages says how
// many there are; total holds sums, not a count of rows. There is no day of
// update: Updated is the day of download.
func (c *Client) UNHCR(ctx context.Context, table string, years Years) (*File, error) {
	cols, ok := columns[table]
	if !ok {
		return nil, fmt.Errorf("UNHCR's %s is not known\n\thint: it is one of %s", table, strings.Join(slices.Sorted(maps.Keys(columns)), ", "))
	}
	dir, err := os.MkdirTemp(c.Dir, "asylum-fetch-*")
	if err != nil {
		return nil, noRoom(err)
	}
	f := &File{Path: filepath.Join(dir, table+".csv"), Table: table, Updated: c.today(), Note: "the day of download: the service does not say when it was updated"}
	if err := c.pages(ctx, f, cols, years); err != nil {
		f.Remove()
		return nil, gone(err, "the service moved: is there a newer asylum?")
	}
	return f, nil
}

func (c *Client) pages(ctx context.Context, f *File, cols []string, years Years) (err error) {
	file, err := os.Create(f.Path)
	if err != nil {
		return err
	}
	defer func() {
		if e := file.Close(); err == nil {
			err = e
		}
	}()
	buf := bufio.NewWriter(file)
	out := csv.NewWriter(buf)
	out.Write(cols)
	v := url.Values{"limit": {strconv.Itoa(or(c.PageSize, 1000))}, "coo_all": {"true"}, "coa_all": {"true"}}
	if years.From != 0 {
		v.Set("yearFrom", strconv.Itoa(years.From))
	}
	if years.To != 0 {
		v.Set("yearTo", strconv.Itoa(years.To))
	}
	f.URL = public(c.unhcr() + "/" + strings.ReplaceAll(f.Table, "_", "-") + "/?" + v.Encode())
	written := int64(0)
	for page, last := 1, 1; page <= last; page++ {
		v.Set("page", strconv.Itoa(page))
		address := c.unhcr() + "/" + strings.ReplaceAll(f.Table, "_", "-") + "/?" + v.Encode()
		body, a, err := c.text(ctx, address, 256<<20, nil)
		if err != nil {
			return err
		}
		bad := func(got, hint string) error { return &Error{URL: address, Status: a.status, Got: got, Hint: hint} }
		got, err := parsePage(body)
		if err != nil {
			if bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
				return bad(pageOf(body)+", in place of data", tryLater)
			}
			return bad("an answer that does not parse: "+err.Error(), tryLater)
		}
		switch {
		case got.page != 0 && got.page != page:
			return bad(fmt.Sprintf("page %d, where page %d was asked for", got.page, page), tryLater)
		case got.pages > maxPages:
			return bad(fmt.Sprintf("a table of %d pages", got.pages), "no table has more than "+strconv.Itoa(maxPages))
		case page == 1 && len(got.items) == 0:
			return bad("no rows", "check the years")
		case page > 1 && got.pages != last:
			return bad(fmt.Sprintf("%d pages, where there were %d", got.pages, last), "the table changed meanwhile: run it again")
		case len(got.items) == 0:
			return bad(fmt.Sprintf("no rows on page %d of %d", page, last), tryLater)
		}
		last = max(1, got.pages)
		if written += int64(len(body)); written > or(c.MaxBytes, 1<<30) {
			return bad(fmt.Sprintf("more than %d bytes", or(c.MaxBytes, 1<<30)), "if it really is a table, raise the limit")
		}
		for i, item := range got.items {
			rec := make([]string, len(cols))
			for j, col := range cols {
				raw, ok := item[col]
				if !ok {
					return bad(fmt.Sprintf("row %d without %s", i+1, col), "the format may have changed: is there a newer asylum?")
				}
				if rec[j], err = cell(raw); err != nil {
					return bad(fmt.Sprintf("row %d, %s: %v", i+1, col, err), "the format may have changed: is there a newer asylum?")
				}
			}
			if y, err := strconv.Atoi(rec[0]); err == nil && (years.From != 0 && y < years.From || years.To != 0 && y > years.To) {
				return bad(fmt.Sprintf("the year %d, which was not asked for", y), tryLater)
			}
			out.Write(rec)
		}
		c.log().Info("page", "of", last, "page", page, "table", f.Table)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return buf.Flush()
}

// pageOf is page, under a name that a loop over pages does not hide.
func pageOf(body []byte) string { return page(body) }

type unhcrPage struct {
	page, pages int
	items       []map[string]json.RawMessage
}

func parsePage(body []byte) (p unhcrPage, err error) {
	var in struct {
		Page     json.RawMessage
		MaxPages json.RawMessage
		Items    []map[string]json.RawMessage
		Error    json.RawMessage
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return p, err
	}
	if in.Items == nil {
		if said := complaint(body); said != "" {
			return p, fmt.Errorf("it says %q", said)
		}
		return p, fmt.Errorf("it has no items (%s)", obs.Quote(body))
	}
	p.items = in.Items
	if p.pages, err = number(in.MaxPages); err != nil || p.pages < 0 {
		return p, fmt.Errorf("maxPages is %s", obs.Quote(in.MaxPages))
	}
	if len(in.Page) > 0 {
		p.page, err = number(in.Page)
	}
	return p, err
}

func number(raw json.RawMessage) (int, error) {
	s, err := cell(raw)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(s)
}

// cell is a value as a field of CSV: 5 and "5" are one, "-" and null are none.
func cell(raw json.RawMessage) (string, error) {
	var s string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return "", nil
	case raw[0] == '"':
		if err := json.Unmarshal(raw, &s); err != nil {
			return "", err
		}
		if s = strings.TrimSpace(s); s == "-" {
			s = ""
		}
		return s, nil
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		return string(raw), nil
	}
	return "", fmt.Errorf("got %s, want a number or a text", obs.Quote(raw))
}
