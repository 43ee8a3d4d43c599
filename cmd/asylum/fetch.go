package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"asylum/cmd/asylum/heap"
	"asylum/pipeline/fetch"
	"asylum/pipeline/obs"
	"asylum/pipeline/store"
	"asylum/reports/changes"

	"github.com/spf13/cobra"
)

func (a *app) fetchCmd() *cobra.Command {
	var opt fetch.Options
	var quiet bool
	c := &cobra.Command{
		Use:   "fetch [TABLE...]",
		Short: "Download what changed, as new vintages",
		Long: `Asks Eurostat and UNHCR what is new and downloads that, one table after the
other. Without a TABLE: those of Eurostat that the lake holds or, in a new
lake, migr_asyappctza, migr_asydcfsta and migr_asydcfstq. A table that did not
change since its newest vintage is not downloaded again. One that fails leaves
the lake as it was; the others go on.

UNHCR's tables are asylum_decisions and asylum_applications: UNHCR does not say
when they were updated, so they are downloaded each time and kept if they differ.

A TABLE that begins with https:// is a page of asylumineurope.org. If it holds
tables of figures it becomes a vintage, of the day that it prints as its last
update, and the page is kept as it came; if not, the page is all that is kept,
under pages/ in the lake.

Proxies come from HTTPS_PROXY and NO_PROXY. ASYLUM_EUROSTAT_URL,
ASYLUM_UNHCR_URL and ASYLUM_AIDA_URL stand in for the services' addresses.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, tables []string) error {
			for _, t := range tables {
				if strings.HasPrefix(t, "http://") && os.Getenv("ASYLUM_AIDA_URL") == "" {
					return usagef("the page is %q, want an address that begins with https://\n\thint: write it with https://", t)
				}
				if !fetch.IsPage(t) && (t == "" || strings.Trim(strings.ToLower(t), "abcdefghijklmnopqrstuvwxyz0123456789_") != "") {
					return usagef("the table is %q, want a dataset code such as migr_asydcfsta, or a page's address that begins with https://", t)
				}
			}
			if y := opt.Years; y.From < 0 || y.To < 0 || y.To != 0 && y.To < y.From {
				return usagef("--from-year %d and --to-year %d are no span of years", y.From, y.To)
			}
			client := &fetch.Client{Version: version(), MaxUnpack: a.maxBytes}
			if !quiet {
				client.Log = a.log
			}
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop() // a second signal ends it at once
			heap.Collect(25)
			return a.fetch(ctx, client, tables, opt, func(o *fetch.Outcome) { a.printf("%s\n", outcome(o)) })
		},
	}
	c.Flags().BoolVar(&opt.DryRun, "dry-run", false, "say what would be downloaded, and download nothing but the table of contents")
	c.Flags().IntVar(&opt.Years.From, "from-year", 0, "the first `YEAR` of UNHCR's tables (default: all)")
	c.Flags().IntVar(&opt.Years.To, "to-year", 0, "the last `YEAR` of UNHCR's tables (default: all)")
	c.Flags().BoolVar(&quiet, "quiet", false, "do not log what is waited for")
	return c
}

// fetch brings the lake up to date. Told hears of each table as it is done; a
// failure is told in full in the error too.
func (a *app) fetch(ctx context.Context, client *fetch.Client, names []string, opt fetch.Options, told func(*fetch.Outcome)) error {
	l, err := store.Create(a.lake)
	if err != nil {
		return err
	}
	l.Program = program()
	if len(names) == 0 {
		names = fetch.Defaults(l.Vintages())
	}
	var failed []error
	for o := range client.Update(ctx, l, names, opt) {
		for _, w := range o.Warnings {
			a.log.Warn(w)
		}
		told(&o)
		if o.Err != nil {
			failed = append(failed, o.Err)
		}
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return stopped{}
	}
	return errors.Join(failed...)
}

// outcome says in a line what became of a table.
func outcome(o *fetch.Outcome) string {
	switch o.State {
	case fetch.Added:
		return fmt.Sprintf("%s: added as %s %s, %d rows, %d values", o.Table, o.Source, o.Vintage, o.Rows, o.Cells)
	case fetch.Kept:
		return fmt.Sprintf("%s: kept as %s", o.Table, o.File)
	case fetch.Unchanged:
		return fmt.Sprintf("%s: unchanged since %s", o.Table, o.Vintage)
	case fetch.Would:
		was := "the lake has none"
		if o.Was != "" {
			was = "the lake has " + o.Was
		}
		return fmt.Sprintf("%s: would fetch %s (%s)", o.Table, o.Vintage, was)
	}
	return o.Table + ": failed"
}

// onSite is an outcome as the site tells it: without what differs from one
// machine to the next.
func onSite(o *fetch.Outcome) changes.Fetched {
	f := changes.Fetched{Source: o.Source, Table: o.Table, State: o.State, Vintage: o.Vintage}
	if o.State != fetch.Failed {
		return f
	}
	f.Vintage, f.Why = o.Was, changes.Unreachable
	var parse *obs.ParseError
	var refusal *obs.Refusal
	var answer *fetch.Error
	switch {
	case errors.As(o.Err, &parse), errors.As(o.Err, &refusal):
		f.Why = changes.Refused
	case errors.As(o.Err, &answer) && answer.Status == http.StatusOK:
		f.Why = changes.Refused
	case errors.As(o.Err, &answer) && answer.Status != 0:
		f.Why, f.Status = changes.Answer, answer.Status
	}
	return f
}

// stopped reports that a signal ended a command.
type stopped struct{}

func (stopped) Error() string {
	return "stopped by a signal; what was added before is in the lake, nothing else is\n\thint: run it again to go on"
}

func (stopped) Unwrap() error { return context.Canceled }
