package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"asylum/cmd/asylum/heap"
	"asylum/pipeline/fetch"
	"asylum/pipeline/store"

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
			return a.fetch(ctx, client, tables, opt)
		},
	}
	c.Flags().BoolVar(&opt.DryRun, "dry-run", false, "say what would be downloaded, and download nothing but the table of contents")
	c.Flags().IntVar(&opt.Years.From, "from-year", 0, "the first `YEAR` of UNHCR's tables (default: all)")
	c.Flags().IntVar(&opt.Years.To, "to-year", 0, "the last `YEAR` of UNHCR's tables (default: all)")
	c.Flags().BoolVar(&quiet, "quiet", false, "do not log what is waited for")
	return c
}

// fetch brings the lake up to date. Each failure is told where it happens, in
// the list, and in full in the error.
func (a *app) fetch(ctx context.Context, client *fetch.Client, names []string, opt fetch.Options) error {
	l, err := store.Create(a.lake)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		names = fetch.Defaults(l.Vintages())
	}
	var failed []error
	for o := range client.Update(ctx, l, names, opt) {
		for _, w := range o.Warnings {
			a.log.Warn(w)
		}
		switch o.State {
		case fetch.Added:
			a.printf("%s: added as %s %s, %d rows, %d values\n", o.Table, o.Source, o.Vintage, o.Rows, o.Cells)
		case fetch.Kept:
			a.printf("%s: kept as %s\n", o.Table, o.File)
		case fetch.Unchanged:
			a.printf("%s: unchanged since %s\n", o.Table, o.Vintage)
		case fetch.Would:
			was := "the lake has none"
			if o.Was != "" {
				was = "the lake has " + o.Was
			}
			a.printf("%s: would fetch %s (%s)\n", o.Table, o.Vintage, was)
		default:
			a.printf("%s: failed\n", o.Table)
		}
		if o.Err != nil {
			failed = append(failed, o.Err)
		}
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return stopped{}
	}
	return errors.Join(failed...)
}

// stopped reports that a signal ended a command.
type stopped struct{}

func (stopped) Error() string {
	return "stopped by a signal; what was added before is in the lake, nothing else is\n\thint: run it again to go on"
}

func (stopped) Unwrap() error { return context.Canceled }
