// Package datasets holds what asylum knows without a network: exports of
// Eurostat, AIDA and UNHCR cut to what the examples need, and code lists.
//
// Every export has its origin beside it, in NAME.origin.json: who published the
// figures, when they were taken, what the file holds and its sha256. The
// exports are written by datasets/carry and never by hand; the code lists by
// datasets/codes/gen.
//
//	exports/SOURCE/TABLE/VINTAGE/TABLE.{tsv,csv}   and .origin.json beside it
//	codes/LIST.csv                                 code, kind, ISO 3166, names in en fr de ru
//	codes/alias.csv                                labels as sources print them, to codes
//	words/*.yaml                                   what charts and pages say, in en fr de ru
//	output/COMMAND.schema.json                     what each command writes with --format json
//	words/places.csv, words/people.csv             how names of countries and of their citizens bend
//
// Names of countries in codes are from CLDR 48.2, under codes/LICENSE.unicode.
package datasets

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

// FS holds the embedded files under the paths given in the package comment.
//
//go:embed asylum.yaml asylum.schema.json exports codes/*.csv charts/*.yaml definitions.yaml definitions.jsonl definitions.schema.json corrections.yaml corrections.schema.json counts.yaml figures words
var FS embed.FS

// An Origin tells where one export came from and how far it reaches.
// Dates are YYYY-MM-DD; a field is blank where nothing is recorded.
type Origin struct {
	Producer    string   `json:"producer"`
	Source      string   `json:"source"` // eurostat, aida or unhcr
	Table       string   `json:"table"`
	Title       string   `json:"title"`
	Format      string   `json:"format"`                 // tsv or csv
	Vintage     string   `json:"vintage"`                // the day the figures were taken
	VintageNote string   `json:"vintage_note,omitempty"` // why, where the day is not exact
	Accessed    string   `json:"accessed,omitempty"`     // the day of the download, where recorded
	URL         string   `json:"url"`
	Via         string   `json:"via,omitempty"` // the copy it was read from, where not the producer's
	Licence     string   `json:"licence"`
	LicenceURL  string   `json:"licence_url"`
	Derived     bool     `json:"derived"` // rebuilt from someone's conversion, not from the producer's bytes
	Flags       string   `json:"flags"`   // "as published", or "unknown" where a conversion lost them
	Periods     string   `json:"periods"` // first/last, such as 2008/2022
	Extent      []Extent `json:"extent,omitempty"`
	File        string   `json:"file"` // path in FS
	SHA256      string   `json:"sha256"`
	Bytes       int64    `json:"bytes"`
}

// An Extent is one box of cells that an extract holds. A cell lies in it if its
// period is within From and To, both included, and each dimension that Dims
// names holds its code; a dimension that Dims does not name is held whole.
// Codes are Eurostat's for citizen and geo (EL, UK), whatever the source
// prints, and the source's own elsewhere. The extent of an export is the union
// of its boxes; no boxes means a full table.
type Extent struct {
	Dims map[string][]string `json:"dims"`
	From string              `json:"from"`
	To   string              `json:"to"`
}

const originSuffix = ".origin.json"

// Exports returns the origins of the embedded exports in path order.
func Exports() ([]Origin, error) {
	var origins []Origin
	err := fs.WalkDir(FS, "exports", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, originSuffix) {
			return err
		}
		data, err := FS.ReadFile(name)
		if err != nil {
			return err
		}
		var o Origin
		if err := json.Unmarshal(data, &o); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		origins = append(origins, o)
		return nil
	})
	return origins, err
}

// Open opens an embedded file by its path in FS, such as Origin.File.
func Open(name string) (fs.File, error) { return FS.Open(name) }
