package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"asylum/cmd/asylum/heap"
	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
	"asylum/pipeline/vintage"

	"github.com/spf13/cobra"
)

func (a *app) tablesCmd() *cobra.Command {
	var format, today string
	c := &cobra.Command{
		Use:   "tables",
		Short: "What the lake holds, with vintages and ages",
		RunE: func(*cobra.Command, []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			now, err := time.Parse(time.DateOnly, today)
			if today == "" {
				now, err = time.Now(), nil
			}
			if err != nil {
				return usagef("--today is %q, want a date such as 2026-01-31", today)
			}
			data, err := a.data()
			if err != nil {
				return err
			}
			return a.tables(data, now, format)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	c.Flags().StringVar(&today, "today", "", "count ages from this `DATE` (default: today)")
	return c
}

// A tableRow is one vintage of one table at hand.
type tableRow struct {
	Source   string   `json:"source"`            // eurostat, unhcr or aida
	Table    string   `json:"table"`             // the source's own code
	Vintage  string   `json:"vintage"`           // the day that the source served it, YYYY-MM-DD
	AgeDays  int      `json:"age_days"`          // since that day
	From     string   `json:"from"`              // the first period, "" if there is none
	To       string   `json:"to"`                // the last
	Rows     int      `json:"rows"`              // of the table as published
	Cells    int      `json:"cells"`             // that hold a value
	Extent   string   `json:"extent"`            // whole, or extract
	Complete string   `json:"complete_to"`       // the newest usable period, "" if none is known
	Missing  []string `json:"missing,omitempty"` // who has not reported since
	Derived  bool     `json:"derived"`           // figures of the source, but not its bytes
	File     string   `json:"file"`              // the raw file
	SHA256   string   `json:"sha256"`            // of the raw file
	Note     string   `json:"note,omitempty"`    // how the day is known, if not from the source
}

func (a *app) tables(data ingest.Data, now time.Time, format string) error {
	rows := []tableRow{} // none is no null
	for _, m := range data.Vintages() {
		t, err := data.Load(m, table.Want{})
		if err != nil {
			return err
		}
		r := tableRow{Source: m.Source, Table: m.Table, Vintage: m.Vintage, Rows: t.Rows, Cells: t.Count(),
			Extent: "whole", Derived: m.Derived, File: m.File, SHA256: m.SHA256, Note: m.Note}
		if day, err := time.Parse(time.DateOnly, m.Vintage); err == nil {
			r.AgeDays = int(now.Sub(day).Hours() / 24)
		}
		if len(t.Periods) > 0 {
			r.From, r.To = string(first(t.Periods)), string(last(t.Periods))
		}
		if len(m.Extent) > 0 {
			r.Extent = "extract"
		}
		if m.Source != "aida" { // a page is written when it is written; there is no reporting to wait for
			tail := vintage.TailOf(t)
			r.Complete, r.Missing = string(tail.Complete), tail.Missing
		}
		rows = append(rows, r)
	}
	if format == "json" {
		e := json.NewEncoder(a.stdout)
		e.SetIndent("", "  ")
		return e.Encode(rows)
	}
	if _, ok := data.(*store.Lake); !ok {
		a.printf("There is no lake in %q: this is the embedded data.\n\n", a.lake)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "source\ttable\tvintage\tage\tperiods\tcomplete to\trows\tvalues\textent\t")
	for _, r := range rows {
		note, periods := "", r.From+" to "+r.To
		if r.Derived {
			note = "converted by others"
		}
		if r.From == "" { // UNHCR's list of countries
			periods = "none"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d days\t%s\t%s\t%d\t%d\t%s\t%s\n", r.Source, r.Table, r.Vintage, r.AgeDays, periods, r.Complete, r.Rows, r.Cells, r.Extent, note)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, r := range rows {
		if len(r.Missing) > 0 {
			a.printf("%s %s: after %s not yet reported: %s\n", r.Table, r.Vintage, r.Complete, strings.Join(r.Missing, ", "))
		}
	}
	return nil
}

func first(p []obs.Period) obs.Period {
	least := p[0]
	for _, q := range p {
		least = min(least, q)
	}
	return least
}

func last(p []obs.Period) obs.Period {
	most := p[0]
	for _, q := range p {
		most = max(most, q)
	}
	return most
}

func (a *app) addCmd() *cobra.Command {
	var opt ingest.Options
	c := &cobra.Command{
		Use:   "add FILE...",
		Short: "Take exports that a person downloaded into the lake",
		Long: `Reads each file, whatever its name, and keeps it for ever with the table read
from it. A file that does not parse is refused whole and the lake stays as it
was. The same bytes a second time add nothing. Of a CSV of the old Data Explorer
(NAME_1_Data.csv) the Label file that came with it (NAME_Label.csv, beside it or
in the same zip) says the day.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, files []string) error {
			if opt.Vintage != "" {
				day, err := time.Parse(time.DateOnly, opt.Vintage)
				if err != nil {
					return usagef("--vintage is %q, want the day of extraction, such as 2023-04-30", opt.Vintage)
				}
				if day.After(time.Now().AddDate(0, 0, 1)) {
					return usagef("--vintage is %q, a day to come", opt.Vintage)
				}
			}
			if strings.Trim(opt.Table, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
				return usagef("--table is %q, want a dataset code such as migr_asydcfsta", opt.Table)
			}
			heap.Collect(25) // big tables: memory before speed
			opt.MaxBytes = a.maxBytes
			return a.add(context.Background(), files, opt, func(f string, got *ingest.Added) {
				if got.New {
					return
				}
				a.printf("%s: nothing new, the lake has it as %s %s %s\n", f, got.Source, got.Table, got.Vintage)
				if opt.Vintage != "" && opt.Vintage != got.Vintage {
					a.log.Warn("its vintage stays what it was when it was added", "file", f, "vintage", got.Vintage)
				}
			})
		},
	}
	c.Flags().StringVar(&opt.Table, "table", "", "the dataset `CODE`, where the file does not say")
	c.Flags().BoolVar(&opt.Whole, "whole", false, "the files are whole tables, whatever earlier vintages held")
	c.Flags().StringVar(&opt.Vintage, "vintage", "", "the `DATE` of extraction, where the file does not say")
	return c
}

// add takes files into the lake. A file that is refused leaves it as it was, and
// the others go on. Held hears of each that was taken, or is held already.
func (a *app) add(ctx context.Context, files []string, opt ingest.Options, held func(file string, got *ingest.Added)) error {
	l, err := store.Create(a.lake)
	if err != nil {
		return err
	}
	l.Program = program()
	var refused []error
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(refused, err)...)
		}
		if slices.ContainsFunc(files, func(g string) bool { return ingest.LabelOf(g) == f }) {
			continue // it is read with its Data file
		}
		got, err := ingest.Add(l, f, opt)
		if err != nil {
			refused = append(refused, err)
			continue
		}
		if opt.Table == "" && got.Format == "tsv" && got.New {
			a.log.Info("the dataset is taken from the file's name", "file", f, "table", got.Table)
		}
		for _, w := range got.Warnings {
			a.log.Warn(w)
		}
		if got.New {
			a.printf("%s: added as %s %s %s, %d rows, %d values\n", f, got.Source, got.Table, got.Vintage, got.Rows, got.Cells)
		}
		held(f, &got)
	}
	return errors.Join(refused...)
}
