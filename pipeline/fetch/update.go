package fetch

import (
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
)

// What became of a table.
const (
	Added     = "added"
	Unchanged = "unchanged"
	Failed    = "failed"
	Kept      = "kept" // a page, as HTML: it gives no figures
	Would     = "would fetch"
)

// An Outcome is what became of one table, or of a page.
type Outcome struct {
	Source, Table string // the address, of a page
	State         string // Added, Unchanged, Failed, Kept, Would
	File          string // of a page without figures, where it is kept
	Vintage       string // that the lake has now, or would have
	Was           string // the newest it had before, or ""
	Rows, Cells   int
	Warnings      []string
	Err           error
}

// Options say what to update. The zero value works.
type Options struct {
	DryRun bool  // ask what is new, and leave it at that
	Years  Years // of UNHCR's tables
}

// Defaults are the tables to fetch where none is named: those of Eurostat that
// the lake holds or, in a new one, applicants and decisions.
func Defaults(held []table.Meta) []string {
	var out []string
	for _, m := range held {
		if m.Source == "eurostat" && !slices.Contains(out, m.Table) {
			out = append(out, m.Table)
		}
	}
	if out == nil {
		out = []string{"migr_asyappctza", "migr_asydcfsta", "migr_asydcfstq"}
	}
	return out
}

// Update brings tables of a lake up to date, and pages of AIDA's that are given
// by their address, one after the other, and tells of each as it is done. One
// that fails leaves the lake as it was and the others go on.
func (c *Client) Update(ctx context.Context, l *store.Lake, tables []string, opt Options) iter.Seq[Outcome] {
	return func(yield func(Outcome) bool) {
		for _, name := range tables {
			o := Outcome{Source: "aida", Table: name}
			page := IsPage(name)
			if !page {
				o = Outcome{Source: "eurostat", Table: strings.ToLower(name)}
				if t, ok := code.Table(o.Table); ok {
					o.Source = t.Source
				}
			}
			update := c.update
			if page {
				update = c.updatePage
			}
			if o.Err = update(ctx, l, opt, &o); o.Err != nil && o.File == "" {
				o.State = Failed
			}
			if !yield(o) || ctx.Err() != nil {
				return
			}
		}
	}
}

// IsPage tells an address from the code of a table.
func IsPage(name string) bool {
	return strings.HasPrefix(name, "https://") || strings.HasPrefix(name, "http://")
}

func (c *Client) update(ctx context.Context, l *store.Lake, opt Options, o *Outcome) error {
	var newest *table.Meta
	for _, m := range l.Vintages() {
		if m.Source == o.Source && m.Table == o.Table && len(m.Extent) == 0 && (newest == nil || m.Vintage >= newest.Vintage) {
			newest = &m
		}
	}
	if newest != nil {
		o.Was = newest.Vintage
	}
	switch o.Source {
	case "eurostat":
		return c.updateEurostat(ctx, l, opt, newest, o)
	case "unhcr":
		if newest != nil && c.today() < o.Was {
			return fmt.Errorf("%s: the clock says %s, the lake has a vintage of %s: of a day before it, what is served now would never be seen\n\thint: set the clock", o.Table, c.today(), o.Was)
		}
		if opt.DryRun {
			o.State, o.Vintage = Would, c.today()
			return nil
		}
		if err := l.Writable(); err != nil {
			return err
		}
		f, err := c.UNHCR(ctx, o.Table, opt.Years)
		if err != nil {
			return err
		}
		defer f.Remove()
		t, err := c.read(f)
		if err != nil {
			return err
		}
		if opt.Years != (Years{}) {
			t.Extent = []table.Extent{{From: slices.Min(t.Periods), To: slices.Max(t.Periods)}}
			if opt.Years.From != 0 { // years without a row are known to have none
				t.Extent[0].From = obs.Period(fmt.Sprint(opt.Years.From))
			}
			if opt.Years.To != 0 {
				t.Extent[0].To = obs.Period(fmt.Sprint(opt.Years.To))
			}
		}
		t.Licence = "CC BY 4.0"
		return f.put(l, t, o)
	}
	return fmt.Errorf("%s is no table to fetch\n\thint: pages of AIDA are fetched by their address, such as https://asylumineurope.org/reports/country/croatia/statistics/", o.Table)
}

func (c *Client) updateEurostat(ctx context.Context, l *store.Lake, opt Options, newest *table.Meta, o *Outcome) error {
	toc, err := c.TableOfContents(ctx)
	if err != nil {
		return err
	}
	e, ok := toc[strings.ToLower(o.Table)]
	if ok && c.unchanged(l, o.Table, e, newest) {
		o.State, o.Vintage = Unchanged, o.Was
		return nil
	}
	if ok && opt.DryRun {
		o.State, o.Vintage = Would, e.LastUpdate
		return nil
	}
	if err := l.Writable(); err != nil { // before a table is downloaded for nothing
		return err
	}
	f, err := c.Eurostat(ctx, o.Table)
	if err != nil {
		return err
	}
	defer f.Remove()
	t, err := c.read(f)
	if err != nil {
		return err
	}
	if err := same(l, f, t, newest); err != nil {
		return err
	}
	if n := int64(t.Count()); e.Values > 0 && n < e.Values/2 {
		o.Warnings = append(o.Warnings, fmt.Sprintf("%s: %d values, where the table of contents speaks of %d", o.Table, n, e.Values))
	}
	t.Licence = "reuse authorised with acknowledgement of the source (Commission Decision 2011/833/EU)"
	if err := f.put(l, t, o); err != nil {
		return err
	}
	if err := remember(l, o.Table, seen{Entry: e, On: c.today(), SHA256: t.SHA256}); err != nil {
		o.Warnings = append(o.Warnings, "it will be fetched again next time: "+err.Error())
	}
	return nil
}

// read parses a download whole: what does not parse never comes near the lake.
func (c *Client) read(f *File) (*table.Table, error) {
	in, err := os.Open(f.Path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	t, err := ingest.Read(in, filepath.Base(f.Path), ingest.Options{Table: f.Table, Vintage: f.Updated, MaxBytes: c.MaxUnpack})
	if err != nil {
		return nil, fmt.Errorf("%s as served now (%s) is refused, the lake is as it was: %w", f.Table, f.URL, err)
	}
	t.URL, t.Note = f.URL, f.Note
	return t, nil
}

// same refuses a table that is another than it is called: of another frequency
// than announced, or with other dimensions than the last time, without a change
// of structure announced since.
func same(l *store.Lake, f *File, t *table.Table, newest *table.Meta) error {
	bad := func(got, hint string) error { return &Error{URL: f.URL, Status: 200, Got: got, Hint: hint} }
	if p, ok := obs.ParsePeriod(f.Entry.DataEnd); ok && len(t.Periods) > 0 && !slices.ContainsFunc(t.Periods, func(q obs.Period) bool { return q.Freq() == p.Freq() }) {
		return bad(fmt.Sprintf("another table: its periods are such as %s, those of %s such as %s", t.Periods[0], f.Table, p), tryLater)
	}
	if newest == nil || f.Entry.LastStructureChange >= newest.Vintage {
		return nil
	}
	dims, _, err := l.Describe(*newest)
	if err != nil {
		return err
	}
	names := func(dims []table.Dim) string {
		var out []string
		for _, d := range dims {
			if d.Name != "freq" && len(d.Values) > 0 {
				out = append(out, d.Name)
			}
		}
		slices.Sort(out)
		return strings.Join(out, ",")
	}
	if was, is := names(dims), names(t.Dims); was != is {
		return bad(fmt.Sprintf("another table: its dimensions are %s, those of %s of %s are %s, and no change of structure is announced", is, f.Table, newest.Vintage, was),
			"download it by hand, look at it, and use asylum add if it is right")
	}
	return nil
}

func (f *File) put(l *store.Lake, t *table.Table, o *Outcome) error {
	in, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer in.Close()
	_, ext, _ := strings.Cut(filepath.Base(f.Path), ".")
	return put(l, t, in, "."+ext, o)
}

// put takes a table into the lake, unless it has those bytes.
func put(l *store.Lake, t *table.Table, raw io.Reader, ext string, o *Outcome) error {
	o.Rows, o.Cells, o.Vintage = t.Rows, t.Count(), t.Vintage
	if m, ok := l.Find(t.Meta.Table, t.SHA256); ok {
		o.State, o.Vintage = Unchanged, m.Vintage
		return nil
	}
	isNew, err := l.Put(t, raw, ext)
	if err != nil {
		return err
	}
	o.State = Added
	if !isNew {
		o.State = Unchanged
	}
	return nil
}

// unchanged tells whether the newest vintage is what the source serves: it has
// the day that the table of contents gives. Eurostat publishes at 11:00 and at
// 23:00 of a day (documented), so a table that was fetched on its very day of
// update is fetched once more on a later one. Where a new stamp came with the
// same bytes, what was seen of the table of contents says so.
func (c *Client) unchanged(l *store.Lake, name string, e Entry, newest *table.Meta) bool {
	if newest == nil || e.LastUpdate == "" {
		return false
	}
	s, ok := recall(l)[name]
	if ok {
		_, ok = l.Find(name, s.SHA256) // a lake may be put back to what it was
	}
	if !ok {
		return newest.Vintage == e.LastUpdate
	}
	return s.Entry == e && (s.On > e.LastUpdate || s.On == c.today())
}

// seen is what the table of contents said when a table was last fetched.
type seen struct {
	Entry
	On     string // the day it was fetched
	SHA256 string
}

// seenFile stands beside the manifest. Without it nothing is lost but time.
const seenFile = "fetched.json"

func recall(l *store.Lake) map[string]seen {
	out := map[string]seen{}
	if !l.Recall(seenFile, &out) {
		return map[string]seen{}
	}
	return out
}

func remember(l *store.Lake, name string, s seen) error {
	all := recall(l)
	all[name] = s
	return l.Note(seenFile, all)
}
