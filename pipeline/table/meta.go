package table

import (
	"slices"

	"asylum/pipeline/obs"
)

// Meta identifies one vintage of one table: what the source served on a day.
type Meta struct {
	Source  string   `json:"source"`            // eurostat, unhcr, aida
	Table   string   `json:"table"`             // the source's own code
	Vintage string   `json:"vintage"`           // the day of extraction, YYYY-MM-DD
	Note    string   `json:"note,omitempty"`    // how the day is known, if not from the source
	File    string   `json:"file"`              // the raw file, as people can open it
	SHA256  string   `json:"sha256"`            // of the raw file
	Bytes   int64    `json:"bytes"`             // of the raw file
	Format  string   `json:"format"`            // tsv, unhcr-csv, aida-csv
	Derived bool     `json:"derived,omitempty"` // figures of the source, but not its bytes
	NoFlags bool     `json:"no_flags,omitempty"`
	URL     string   `json:"url,omitempty"`
	Licence string   `json:"licence,omitempty"`
	Extent  []Extent `json:"extent,omitempty"` // nil: the whole table
}

// An Extent is a box of cells: every code of Dims that is named (all codes of
// a dimension that is not), in the periods From to To.
type Extent struct {
	Dims map[string][]string `json:"dims,omitempty"`
	From obs.Period          `json:"from,omitempty"`
	To   obs.Period          `json:"to,omitempty"`
}

// Covers reports whether the vintage speaks of the cell at all: absent from a
// table that covers it means gone, absent from one that does not, unknown.
// Code gives the cell's code of a dimension, or "" for all of them.
func (m *Meta) Covers(code func(dim string) string, p obs.Period) bool {
	return len(m.Extent) == 0 || slices.ContainsFunc(m.Extent, func(e Extent) bool { return e.Spans(p) && e.Holds(code) })
}

// Spans reports whether a period is within the extent.
func (e *Extent) Spans(p obs.Period) bool { return e.From == "" || p >= e.From && p <= e.To+"~" }

// Holds reports whether the codes of a cell are within the extent.
func (e *Extent) Holds(code func(dim string) string) bool {
	for dim, held := range e.Dims {
		if !slices.Contains(held, code(dim)) {
			return false
		}
	}
	return true
}

// Want says which cells of a vintage a caller is going to look at. A loader may
// give more than that. The zero value wants all.
type Want struct {
	Periods []obs.Period        // nil: all
	Codes   map[string][]string // by dimension; all codes of one that is not named
	Bare    bool                // counts alone: no place of a cell in the raw file, nor of a row
}

// Has reports whether a cell of this period, with this code of a dimension, is
// wanted as far as that dimension goes.
func (w *Want) Has(dim, code string) bool {
	codes, ok := w.Codes[dim]
	return !ok || slices.Contains(codes, code)
}

// HasPeriod reports whether cells of this period are wanted.
func (w *Want) HasPeriod(p obs.Period) bool { return w.Periods == nil || slices.Contains(w.Periods, p) }
