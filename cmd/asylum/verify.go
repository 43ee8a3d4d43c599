package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"asylum/pipeline/disk"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"
	"asylum/reports/frozen"
	"asylum/reports/page"

	"github.com/spf13/cobra"
)

// A verification is what asylum verify found.
type verification struct {
	Dir    string       `json:"dir"`    // that was checked: a lake or a site
	Files  int          `json:"files"`  // that are as they were written
	Anew   int          `json:"anew"`   // of a site, those whose numbers were computed anew and are the same
	Lacks  string       `json:"lacks"`  // a vintage without which they could not be computed, "" of most
	Faults []disk.Fault `json:"faults"` // those that are not, are missing or are extra
	NoSum  []string     `json:"no_sum"` // tables of older lakes, of which nothing says how they were written
	Begun  []string     `json:"begun"`  // what a killed run left; the next one takes it back
}

func (a *app) verifyCmd() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "verify [DIR]",
		Short: "Every file against its sha256, every published number against the tables",
		Long: `Reads every raw file and every table of a lake, or every file of a site and of
the lake in it, and compares it with what manifest.json says of it. Each file
that differs, is missing or is extra is named, and each frozen embed that is not
what its address says. The numbers of a site (charts, published figures with their
verdicts, findings of the audit) are then computed anew from the vintages that it
was made from: in the lake in it or, where it has none, in --lake. DIR is a lake or
a site; without it, the lake.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			dir := a.lake
			if len(args) > 0 {
				dir = args[0]
			}
			v, err := verify(dir)
			if err != nil {
				return err
			}
			if len(v.Faults) == 0 { // what is damaged need not be computed
				if err := a.recompute(v); err != nil {
					return err
				}
			}
			if err := a.verified(v, format); err != nil {
				return err
			}
			if n := len(v.Faults); n > 0 {
				return found{fmt.Errorf("%s: %d %s not as %s", dir, n, plural(n, "file is", "files are"), plural(n, "it was written", "they were written"))}
			}
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

// recompute computes the numbers of a site anew.
func (a *app) recompute(v *verification) error {
	site, err := isSite(v.Dir)
	if err != nil || !site {
		return err
	}
	p, err := page.Published(v.Dir)
	if err != nil || p == nil {
		return err
	}
	set, err := a.set()
	if err != nil {
		return err
	}
	lake := filepath.Join(v.Dir, "lake")
	if _, err := os.Stat(lake); err != nil {
		lake = a.lake
	}
	data, err := ingest.Open(lake)
	if err != nil {
		return err
	}
	if data, err = a.corrected(data); err != nil {
		return err
	}
	good, faults, lacks, err := p.Recompute(set, data, rate.Parallel)
	v.Anew, v.Faults, v.Lacks = good, append(v.Faults, faults...), lacks
	return err
}

// verify checks a lake, or a site and the lake in it.
func verify(dir string) (*verification, error) {
	v := &verification{Dir: dir, Faults: []disk.Fault{}, NoSum: []string{}, Begun: []string{}}
	site, err := isSite(dir)
	if err != nil {
		return nil, err
	}
	if !site {
		return v, v.lake(dir, "")
	}
	inLake := func(name string) bool { return strings.HasPrefix(name, "lake/") }
	n, faults, err := disk.Site(dir, inLake)
	if err != nil {
		return nil, err
	}
	v.Files, v.Faults = n, append(v.Faults, faults...)
	_, wrong, err := frozen.Scan(dir) // whatever the manifest says
	if err != nil {
		return nil, err
	}
	for _, f := range wrong {
		if !slices.ContainsFunc(v.Faults, func(x disk.Fault) bool { return x.File == f.File }) {
			v.Files, v.Faults = v.Files-1, append(v.Faults, f)
		}
	}
	slices.SortStableFunc(v.Faults, func(a, b disk.Fault) int { return strings.Compare(a.File, b.File) })
	if err := v.lake(filepath.Join(dir, "lake"), "lake/"); err != nil && !errors.Is(err, store.ErrNoLake) {
		return nil, err
	}
	return v, nil
}

// isSite tells a site from a lake: by what its manifest speaks of or, where
// that is too damaged to say, by the page that a site begins with.
func isSite(dir string) (bool, error) {
	data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // the lake says that there is none
	}
	if err != nil {
		return false, err
	}
	var m map[string]json.RawMessage
	if json.Unmarshal(data, &m) == nil && (m["files"] != nil || m["vintages"] != nil) {
		return m["files"] != nil, nil
	}
	_, err = os.Stat(filepath.Join(dir, "index.html"))
	return err == nil, nil
}

func (v *verification) lake(dir, prefix string) error {
	c, err := store.Verify(dir, nil)
	if err != nil {
		return err
	}
	v.Files += c.Files
	for _, f := range c.Faults {
		v.Faults = append(v.Faults, disk.Fault{File: prefix + f.File, What: f.What})
	}
	for _, name := range c.NoSum {
		v.NoSum = append(v.NoSum, prefix+name)
	}
	for _, name := range c.Begun {
		v.Begun = append(v.Begun, prefix+name)
	}
	return nil
}

func (a *app) verified(v *verification, format string) error {
	if format == "json" {
		enc := json.NewEncoder(a.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	}
	for _, f := range v.Faults {
		a.printf("%s %s\n", f.File, f.What)
	}
	for _, name := range v.NoSum {
		a.printf("%s has no sum: an older asylum wrote it\n", name)
	}
	for _, name := range v.Begun {
		a.printf("%s was begun by a run that was killed; the next that writes takes it back\n", name)
	}
	if v.Anew > 0 {
		a.printf("%s: the numbers of %d files are the same, computed anew\n", v.Dir, v.Anew)
	}
	if v.Lacks != "" {
		a.printf("%s: its numbers are not computed anew: no lake at hand holds %s\n", v.Dir, v.Lacks)
	}
	a.printf("%s: %d %s as %s\n", v.Dir, v.Files, plural(v.Files, "file is", "files are"), plural(v.Files, "it was written", "they were written"))
	return nil
}
