package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"asylum/cmd/asylum/heap"
	"asylum/pipeline/fetch"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"
	"asylum/reports/frozen"
	"asylum/reports/page"
	"asylum/reports/words"

	"github.com/spf13/cobra"
)

type runFlags struct {
	config, out             string
	asOf, notify            string
	offline, quiet, explain bool
	fetch                   []string // of the configuration, as base and langs
	base                    string
	langs                   []words.Lang
}

func (a *app) runCmd() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "The batch: ingest what is new, compute, draw, publish",
		Long: `Builds the site from the lake or, where there is none, from the embedded data,
which it first takes through a lake of its own under OUT/lake. The site is
exchanged in one step: a run that fails leaves the last one as it was.`,
		RunE: func(c *cobra.Command, _ []string) error {
			heap.Grow(256<<20, 25) // a batch may run beside others: memory before speed
			if err := a.configure(c, &f); err != nil {
				return err
			}
			err := a.bring(&f)
			if !errors.Is(err, context.Canceled) { // a table that cannot be had keeps its old vintage
				err = errors.Join(err, a.publish(&f))
			}
			return errors.Join(err, a.notify(&f, err))
		},
	}
	fl := c.Flags()
	fl.StringVarP(&f.config, "config", "c", "", "a configuration `FILE` (asylum.yaml)")
	fl.StringVar(&f.out, "out", "reports/out", "the `DIR` of the site")
	fl.StringVar(&f.asOf, "as-of", "", "as of a `DATE`, from the vintages of that day")
	fl.BoolVar(&f.offline, "offline", false, "fetch nothing, whatever the configuration says")
	fl.BoolVar(&f.explain, "explain", false, "say what would be done, and do nothing")
	fl.BoolVar(&f.quiet, "quiet", false, "print nothing but errors")
	fl.StringVar(&f.notify, "notify", "", "run `CMD` in a shell at the end, with what happened on its standard input")
	return c
}

// configure reads the configuration file and checks what it and the flags say.
func (a *app) configure(c *cobra.Command, f *runFlags) error {
	if f.config != "" {
		data, err := os.ReadFile(f.config)
		if err != nil {
			return err
		}
		cfg, err := readConfig(data, f.config)
		if err != nil {
			return usageError{err}
		}
		f.fetch, f.base = cfg.Fetch, cfg.Base
		for _, l := range cfg.Languages {
			f.langs = append(f.langs, words.Lang(l))
		}
		for flag, v := range map[string]struct {
			to   *string
			from string
		}{"lake": {&a.lake, cfg.Lake}, "out": {&f.out, cfg.Out}, "definitions": {&a.definitions, cfg.Definitions},
			"corrections": {&a.corrections, cfg.Corrections}, "codes": {&a.codes, cfg.Codes}, "as-of": {&f.asOf, cfg.AsOf}, "notify": {&f.notify, cfg.Notify}} {
			if v.from != "" && !c.Flags().Changed(flag) {
				*v.to = v.from
				a.named = a.named || flag == "lake"
			}
		}
		if err := a.extend(); err != nil {
			return err
		}
	}
	if f.out == "" {
		return usagef("--out is empty, want a directory")
	}
	if f.asOf != "" {
		if _, err := time.Parse(time.DateOnly, f.asOf); err != nil {
			return usagef("--as-of is %q, want a date such as 2023-05-31", f.asOf)
		}
	}
	return nil
}

// bring brings the tables of the configuration up to date.
func (a *app) bring(f *runFlags) error {
	if len(f.fetch) == 0 || f.offline || f.explain {
		return nil
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	client := &fetch.Client{Version: version(), MaxUnpack: a.maxBytes}
	if !f.quiet {
		client.Log = a.log
	}
	return a.fetch(ctx, client, f.fetch, fetch.Options{})
}

func (a *app) publish(f *runFlags) error {
	set, err := a.set()
	if err != nil {
		return err
	}
	data, err := a.data()
	if err != nil {
		return err
	}
	if _, ok := data.(*store.Lake); ok {
		if err := apart(a.lake, f.out); err != nil {
			return err
		}
	}
	if f.explain {
		from := "the lake " + a.lake
		if _, ok := data.(*ingest.Embedded); ok {
			from = "the embedded data, through a lake of its own in " + filepath.Join(f.out, "lake")
		}
		a.printf("would build the site in %s from %s, %d vintages\n", f.out, from, len(data.Vintages()))
		return nil
	}
	if err := page.Free(f.out); err != nil {
		return err
	}
	log := a.log
	if f.quiet {
		log = slog.New(slog.DiscardHandler)
	}
	var shelf *frozen.Shelf
	if l, ok := data.(*store.Lake); ok {
		if shelf, err = frozen.Open(l); err != nil {
			return err
		}
	}
	embedded, prepare := data, func(string) error { return nil }
	if e, ok := embedded.(*ingest.Embedded); ok {
		staging, err := os.MkdirTemp("", "asylum-lake-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(staging)
		l := store.Scratch(staging)
		if err := e.Copy(l); err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(staging, ".lock")); err != nil { // nobody writes to it any more
			return err
		}
		data = l.At("lake") // paths as they will stand, beside index.html
		prepare = func(next string) error { return os.CopyFS(filepath.Join(next, "lake"), os.DirFS(staging)) }
	}
	if data, err = a.corrected(data); err != nil {
		return err
	}
	site, err := page.Build(set, data, page.Options{AsOf: f.asOf, Was: f.out, Langs: f.langs, Base: f.base, Log: log, Each: rate.Parallel})
	if err != nil {
		return err
	}
	err = site.Publish(f.out, shelf, prepare)
	var lost *frozen.LostError
	if err != nil && !errors.As(err, &lost) {
		return err
	}
	if !f.quiet {
		abs, err := filepath.Abs(filepath.Join(f.out, "index.html"))
		if err != nil {
			return err
		}
		a.printf("%d charts and %d published figures from %d exports\nthe site is at %s\n", len(site.Charts), len(site.Speech)+len(site.Quoted)+len(site.Ledger), len(site.Vintages), abs)
	}
	return err
}

// apart refuses a site and a lake that lie in one another: the site is
// exchanged whole, and the lake would go with it.
func apart(lake, out string) error {
	l, o := resolved(lake), resolved(out)
	if inside(l, o) || inside(o, l) {
		return usagef("--out %s and --lake %s lie in one another: the site is exchanged whole, and the lake would be lost", out, lake)
	}
	return nil
}

func inside(a, b string) bool {
	rel, err := filepath.Rel(b, a)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// resolved follows the symbolic links of what there is of a path.
func resolved(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	for rest := ""; ; {
		if real, err := filepath.EvalSymlinks(abs); err == nil {
			return filepath.Join(real, rest)
		}
		if abs == filepath.Dir(abs) {
			return filepath.Join(abs, rest)
		}
		abs, rest = filepath.Dir(abs), filepath.Join(filepath.Base(abs), rest)
	}
}

// notify runs the user's command with one line on what happened.
func (a *app) notify(f *runFlags, result error) error {
	if f.notify == "" {
		return nil
	}
	state := "done: " + f.out
	if result != nil {
		state = "failed: " + result.Error()
	}
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	cmd := exec.Command(shell, flag, f.notify)
	cmd.Stdin = bytes.NewBufferString("asylum run " + state + "\n")
	cmd.Stdout, cmd.Stderr = a.stderr, a.stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("--notify %q: %w", f.notify, err)
	}
	return nil
}
