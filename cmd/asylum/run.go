package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"asylum/cmd/asylum/heap"
	"asylum/pipeline/fetch"
	"asylum/pipeline/ingest"
	stage "asylum/pipeline/run"

	"github.com/spf13/cobra"
)

// runFlags are what asylum run is asked for, by flags and by its configuration.
type runFlags struct {
	config                  string
	offline, quiet, explain bool
	cfg                     config // the flags lie over what the file says
}

func (a *app) runCmd() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run",
		Short: "The batch: ingest what is new, compute, draw, publish",
		Long: `Brings the lake up to date as the configuration says, audits its tables, judges
the published figures, computes and draws the charts, and publishes the site with
what changed since the publication before (changes.html, changes.md,
changes.json). Where there is no lake the site is made from the embedded data,
through a lake of its own under OUT/lake.

A stage is done only if what it is made from changed: tables in force,
definitions, corrections, codes, charts, settings, or asylum itself. Where
nothing did, no file is touched; --explain says what would be done and why. The
site is exchanged in one step: a run that fails, is stopped or is killed leaves
the last one as it was. While it works nobody else replaces the site or writes to
the lake: a second run, add, forget or gc is told who is at work, and since when.`,
		RunE: func(c *cobra.Command, _ []string) error {
			heap.Grow(256<<20, 25) // a batch may run beside others: memory before speed
			heap.Tight(48 << 20)
			if err := a.configure(c, &f); err != nil {
				return err
			}
			b := &batch{app: a, f: &f, bar: newBar(a.stderr, a.log, f.quiet)}
			err := stage.Until(b.run)
			if errors.Is(err, stage.ErrStopped) || errors.Is(err, context.Canceled) {
				err = stopped{}
			}
			return errors.Join(err, b.notify(err))
		},
	}
	fl := c.Flags()
	fl.StringVarP(&f.config, "config", "c", "", "a configuration `FILE` (asylum.yaml)")
	fl.StringVar(&f.cfg.Out, "out", "reports/out", "the `DIR` of the site")
	fl.StringVar(&f.cfg.AsOf, "as-of", "", "as of a `DATE`, from the vintages of that day")
	fl.BoolVar(&f.offline, "offline", false, "fetch nothing, whatever the configuration says")
	fl.BoolVar(&f.explain, "explain", false, "say what would be done and why, and do nothing")
	fl.BoolVar(&f.quiet, "quiet", false, "print nothing but errors")
	fl.StringVar(&f.cfg.Notify, "notify", "", "run `CMD` in a shell at the end, with what happened and what changed on its standard input")
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
		for flag, v := range map[string]struct{ to, from *string }{"lake": {&a.lake, &cfg.Lake}, "definitions": {&a.definitions, &cfg.Definitions},
			"corrections": {&a.corrections, &cfg.Corrections}, "codes": {&a.codes, &cfg.Codes}} {
			if *v.from != "" && !c.Flags().Changed(flag) {
				*v.to = *v.from
				a.named = a.named || flag == "lake"
			}
		}
		for flag, v := range map[string]struct{ to, from *string }{"out": {&cfg.Out, &f.cfg.Out}, "as-of": {&cfg.AsOf, &f.cfg.AsOf}, "notify": {&cfg.Notify, &f.cfg.Notify}} {
			if *v.to == "" || c.Flags().Changed(flag) {
				*v.to = *v.from
			}
		}
		f.cfg = cfg
		if err := a.extend(); err != nil {
			return err
		}
	}
	if f.cfg.Out == "" {
		return usagef("--out is empty, want a directory")
	}
	return day("--as-of", f.cfg.AsOf)
}

// bring brings the lake up to date: what the sources have, then files at hand.
func (b *batch) bring(ctx context.Context) error {
	var failed []error
	if tables := b.f.cfg.Fetch; len(tables) > 0 && !b.f.offline {
		client := &fetch.Client{Version: version(), MaxUnpack: b.maxBytes}
		if !b.f.quiet {
			client.Log = b.log
		}
		failed = append(failed, b.fetch(ctx, client, tables, fetch.Options{}, func(o *fetch.Outcome) {
			b.fetched = append(b.fetched, onSite(o))
			b.told = append(b.told, outcome(o))
			if !b.f.quiet {
				b.printf("%s\n", outcome(o))
			}
		}))
	}
	files, err := sources(b.f.cfg.Sources)
	if err != nil {
		return err
	}
	if files, err = b.unheld(files); err != nil {
		return err
	}
	if len(files) > 0 {
		failed = append(failed, b.add(ctx, files, ingest.Options{MaxBytes: b.maxBytes}, func(string, *ingest.Added) {}))
	}
	return errors.Join(failed...)
}

// unheld leaves the files whose bytes the lake does not hold.
func (b *batch) unheld(files []string) ([]string, error) {
	if len(files) == 0 {
		return nil, nil
	}
	data, err := ingest.Open(b.lake)
	if err != nil {
		return nil, err
	}
	if _, ok := data.(*ingest.Embedded); ok {
		return files, nil // there is no lake yet
	}
	held := map[string]bool{}
	for _, m := range data.Vintages() {
		held[m.SHA256] = true
	}
	var out []string
	for _, f := range files {
		sum, err := stage.File(f)
		if err != nil {
			return nil, err
		}
		if !held[sum] {
			out = append(out, f)
		}
	}
	return out, nil
}

// sources are the files that patterns name, each once, by their names.
func sources(patterns []string) (files []string, err error) {
	seen := map[string]bool{}
	for _, p := range patterns {
		found, err := filepath.Glob(p)
		if err != nil {
			return nil, usagef("sources: %q is no pattern: %v", p, err)
		}
		if len(found) == 0 && !strings.ContainsAny(p, "*?[") {
			return nil, &os.PathError{Op: "open", Path: p, Err: os.ErrNotExist}
		}
		for _, f := range found {
			if !seen[f] {
				seen[f] = true
				files = append(files, f)
			}
		}
	}
	return files, nil
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

// notify runs the user's command with what happened and what changed.
func (b *batch) notify(result error) error {
	command := b.f.cfg.Notify
	if command == "" || b.f.explain {
		return nil
	}
	state := "done: " + b.f.cfg.Out
	if result != nil {
		state = "failed: " + result.Error()
	}
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	cmd := exec.Command(shell, flag, command)
	cmd.Stdin = bytes.NewBufferString(strings.Join(slices.Concat([]string{"asylum run " + state}, b.told, b.said), "\n") + "\n")
	cmd.Stdout, cmd.Stderr = b.stderr, b.stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("--notify %q: %w", command, err)
	}
	return nil
}
