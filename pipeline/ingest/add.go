package ingest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"asylum/pipeline/obs"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
)

// Added tells what became of a file.
type Added struct {
	table.Meta
	Rows, Cells int
	New         bool     // false: the lake had these bytes already
	Warnings    []string // what its vintage and its extent rest on, where the file does not say; what it prints that was not understood
}

// Add reads a file and puts it into the lake, whole or not at all.
func Add(l *store.Lake, file string, opt Options) (Added, error) {
	in, err := os.Open(file)
	if err != nil {
		return Added{}, err
	}
	defer in.Close()
	opt.label = beside(file)
	t, err := Read(in, file, opt)
	if err != nil {
		return Added{}, err
	}
	if m, ok := l.Find(t.Meta.Table, t.SHA256); ok {
		return Added{Meta: m, Rows: t.Rows, Cells: t.Count()}, nil
	}
	warnings := Doubts(t)
	if t.Vintage == "" {
		st, err := in.Stat()
		if err != nil {
			return Added{}, err
		}
		t.Vintage = st.ModTime().UTC().Format(time.DateOnly)
		if t.Vintage > time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly) { // it would hide every vintage until then
			return Added{}, fmt.Errorf("%s: the export does not say when it was extracted, and the file's own date is %s, a day to come\n\thint: set the clock, or pass --vintage DATE", file, t.Vintage)
		}
		t.Note = "the file's own date: the export does not say when it was extracted"
		warnings = append(warnings, fmt.Sprintf("%s: vintage %s is the file's own date; pass --vintage if you know the day of extraction", file, t.Vintage))
	}
	if t.Source == "aida" {
		t.Extent = ByCountry(t)
	} else if !opt.Whole {
		narrower, err := narrower(l, t)
		if err != nil {
			return Added{}, err
		}
		if narrower != "" {
			warnings = append(warnings, file+": "+narrower)
		}
	}
	if _, err := in.Seek(0, 0); err != nil {
		return Added{}, err
	}
	isNew, err := l.Put(t, in, extension(file))
	return Added{Meta: t.Meta, Rows: t.Rows, Cells: t.Count(), New: isNew, Warnings: warnings}, err
}

// Doubts says what a table prints that was kept and not understood, a line each.
func Doubts(t *table.Table) []string {
	var out []string
	for i, d := range t.Doubts {
		if i == obs.Shown {
			return append(out, fmt.Sprintf("%s: %d further doubts", t.File, len(t.Doubts)-i))
		}
		out = append(out, fmt.Sprintf("%v: got %s, want %s; %s", d.Pos, d.Got, d.Want, d.Hint))
	}
	return out
}

// narrower compares a table with the earlier vintages of it. One that holds
// fewer codes or periods than an earlier one most likely is a custom download:
// it is kept as an extract, so that it does not hide what it never spoke of.
func narrower(l *store.Lake, t *table.Table) (string, error) {
	extent, lacks := table.Extent{Dims: map[string][]string{}}, []string{}
	for _, m := range l.Vintages() {
		if m.Source != t.Source || m.Table != t.Meta.Table {
			continue
		}
		dims, periods, err := l.Describe(m)
		if err != nil {
			return "", err
		}
		for _, d := range dims {
			i := t.Dim(d.Name)
			if i < 0 || extent.Dims[d.Name] != nil {
				continue
			}
			if n := missing(d.Values, t.Dims[i].Values); n > 0 {
				extent.Dims[d.Name] = slices.Sorted(slices.Values(t.Dims[i].Values))
				lacks = append(lacks, fmt.Sprintf("%d codes of %s", n, d.Name))
			}
		}
		if n := missing(periods, t.Periods); n > 0 && extent.From == "" && len(t.Periods) > 0 {
			extent.From, extent.To = slices.Min(t.Periods), slices.Max(t.Periods)
			lacks = append(lacks, fmt.Sprintf("%d periods", n))
		}
	}
	if len(lacks) == 0 {
		return "", nil
	}
	t.Extent = byFrequency(t, extent)
	return fmt.Sprintf("it lacks %s that an earlier vintage holds, and is kept as an extract; pass --whole if the source has dropped them", strings.Join(lacks, ", ")), nil
}

// byFrequency parts an extent by the frequencies of a table that holds several:
// its years may reach further than its quarters.
func byFrequency(t *table.Table, e table.Extent) []table.Extent {
	freq := t.Dim("freq")
	if e.From == "" || freq < 0 || !slices.ContainsFunc(t.Periods, func(p obs.Period) bool { return p.Freq() != t.Periods[0].Freq() }) {
		return []table.Extent{e}
	}
	var boxes []table.Extent
	for _, f := range slices.Sorted(slices.Values(t.Dims[freq].Values)) {
		periods := slices.DeleteFunc(slices.Clone(t.Periods), func(p obs.Period) bool { return string(p.Freq()) != f })
		if len(periods) == 0 {
			periods = t.Periods
		}
		box := table.Extent{Dims: maps.Clone(e.Dims), From: slices.Min(periods), To: slices.Max(periods)}
		box.Dims["freq"] = []string{f}
		boxes = append(boxes, box)
	}
	return boxes
}

// ByCountry is the extent of AIDA's figures: a page speaks of one country, a few
// years and some kinds of tables, never of the others.
func ByCountry(t *table.Table) []table.Extent {
	geo, kind := t.Dim("geo"), t.Dim("table")
	if geo < 0 || kind < 0 {
		return nil
	}
	boxes := make([]table.Extent, len(t.Dims[geo].Values))
	for i := range boxes {
		boxes[i].Dims = map[string][]string{"geo": {t.Dims[geo].Values[i]}}
	}
	for c := range t.Chunks {
		ch := &t.Chunks[c]
		for r := range ch.Rows {
			box := &boxes[ch.Codes[geo][r]]
			if k := t.Dims[kind].Values[ch.Codes[kind][r]]; !slices.Contains(box.Dims["table"], k) {
				box.Dims["table"] = append(box.Dims["table"], k)
				slices.Sort(box.Dims["table"])
			}
			for p, period := range t.Periods {
				if !ch.Held(r, p) {
					continue
				}
				if box.From == "" || period < box.From {
					box.From = period
				}
				box.To = max(box.To, period)
			}
		}
	}
	return boxes
}

// missing counts the values of a that b has not.
func missing[T comparable](a, b []T) int {
	n := 0
	for _, v := range a {
		if !slices.Contains(b, v) {
			n++
		}
	}
	return n
}

// extension is what a raw file keeps of its name: ".tsv.gz", ".csv".
func extension(file string) string {
	base := strings.ToLower(filepath.Base(file))
	ext := filepath.Ext(base)
	if ext == ".gz" {
		ext = filepath.Ext(strings.TrimSuffix(base, ext)) + ext
	}
	if len(ext) > 10 || strings.ContainsAny(ext, `/\`) {
		return ""
	}
	return ext
}
