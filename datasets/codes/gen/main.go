// Gen writes the code lists of datasets/codes from the names in CLDR and from
// datasets/codes/overrides.csv, which holds everything that is not a country
// and every country that Eurostat codes or names in its own way.
//
//	npm pack cldr-localenames-full@48.2.0 cldr-core@48.2.0   # and unpack both
//	go run ./datasets/codes/gen -names DIR/package -core DIR/package
//
// The same inputs give the same bytes. Exit status: 0 done; 1 could not read or
// write; 2 wrong usage.
package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func main() { os.Exit(run(os.Args[1:], os.Stderr)) }

func run(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("gen", flag.ContinueOnError)
	flags.SetOutput(stderr)
	names := flags.String("names", "", "unpacked cldr-localenames-full `package` directory")
	core := flags.String("core", "", "unpacked cldr-core `package` directory")
	overrides := flags.String("overrides", "datasets/codes/overrides.csv", "our own `file` of codes")
	out := flags.String("out", "datasets/codes", "`directory` to write to")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *names == "" || *core == "" || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "gen: want -names DIR and -core DIR, and no other arguments")
		return 2
	}
	if err := generate(*names, *core, *overrides, *out); err != nil {
		fmt.Fprintf(stderr, "gen: %v\n", err)
		return 1
	}
	return 0
}

// Languages of the name columns, in column order.
var languages = []string{"en", "fr", "de", "ru"}

// Lists written, in the order of their files. The first two hold every country.
var lists = []string{"citizen", "geo", "sex", "age", "decision", "applicant", "unit", "flag", "freq"}

func holdsCountries(list string) bool { return list == "citizen" || list == "geo" }

// followed lists have two generations of codes, linked by columns was and now.
func followed(list string) bool { return list == "decision" || list == "applicant" }

// A row is one code of one list. Names are in the order of languages.
// From and To are months (YYYY-MM) between which an aggregate was the usual
// one; blank means no such limit. Members are codes of the same list.
type row struct {
	list, code, kind, iso2, iso3, from, to, members, was, now string

	names [4]string
}

func generate(namesDir, coreDir, overridesFile, out string) error {
	territory, err := readNames(namesDir)
	if err != nil {
		return err
	}
	iso3, err := readISO3(coreDir)
	if err != nil {
		return err
	}
	rows, err := readOverrides(overridesFile, territory)
	if err != nil {
		return err
	}
	rows = append(rows, countries(rows, territory, iso3)...)
	for _, list := range lists {
		if err := writeList(filepath.Join(out, list+".csv"), list, rows); err != nil {
			return err
		}
	}
	return nil
}

// readNames returns the short name of each territory in each language.
func readNames(dir string) (map[string][4]string, error) {
	territory := make(map[string][4]string)
	for i, lang := range languages {
		var doc struct {
			Main map[string]struct {
				LocaleDisplayNames struct {
					Territories map[string]string `json:"territories"`
				} `json:"localeDisplayNames"`
			} `json:"main"`
		}
		if err := readJSON(filepath.Join(dir, "main", lang, "territories.json"), &doc); err != nil {
			return nil, err
		}
		for code, name := range doc.Main[lang].LocaleDisplayNames.Territories {
			t := territory[code]
			t[i] = name
			territory[code] = t
		}
	}
	return territory, nil
}

// readISO3 maps ISO 3166 alpha-2 to alpha-3. Numbers from 900 up are for
// private use and belong to no country of the standard.
func readISO3(dir string) (map[string]string, error) {
	var doc struct {
		Supplemental struct {
			CodeMappings map[string]json.RawMessage `json:"codeMappings"`
		} `json:"supplemental"`
	}
	if err := readJSON(filepath.Join(dir, "supplemental", "codeMappings.json"), &doc); err != nil {
		return nil, err
	}
	iso3 := make(map[string]string)
	for code, raw := range doc.Supplemental.CodeMappings {
		var m struct {
			Numeric string `json:"_numeric"`
			Alpha3  string `json:"_alpha3"`
		}
		if len(code) != 2 || json.Unmarshal(raw, &m) != nil || m.Alpha3 == "" {
			continue
		}
		if n, err := strconv.Atoi(m.Numeric); err == nil && n < 900 {
			iso3[code] = m.Alpha3
		}
	}
	return iso3, nil
}

func readJSON(file string, into any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// readOverrides reads our own rows. A row without names takes those of its
// iso2; a list written as citizen+geo puts the row into both.
func readOverrides(file string, territory map[string][4]string) ([]row, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var rows []row
	for i, c := range records {
		if i == 0 {
			continue
		}
		names := [4]string(c[10:14])
		if names == [4]string{} {
			names = territory[c[3]]
		}
		if slices.Contains(names[:], "") {
			return nil, fmt.Errorf("%s:%d: got no name in four languages for %s, want them here or in CLDR under %q", file, i+1, c[1], c[3])
		}
		for list := range strings.SplitSeq(c[0], "+") {
			if !slices.Contains(lists, list) {
				return nil, fmt.Errorf("%s:%d: got list %q, want one of %s", file, i+1, list, strings.Join(lists, " "))
			}
			rows = append(rows, row{list, c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], names})
		}
	}
	return rows, nil
}

// countries returns a row for each country of ISO 3166 that has a name and that
// ours do not code already, as EL does for GR.
func countries(ours []row, territory map[string][4]string, iso3 map[string]string) []row {
	var rows []row
	for _, list := range lists {
		if !holdsCountries(list) {
			continue
		}
		taken := make(map[string]bool)
		for _, r := range ours {
			if r.list == list {
				taken[r.iso2] = true
			}
		}
		for iso2, alpha3 := range iso3 {
			names := territory[iso2]
			if taken[iso2] || slices.Contains(names[:], "") {
				continue
			}
			rows = append(rows, row{list: list, code: iso2, kind: "member", iso2: iso2, iso3: alpha3, names: names})
		}
	}
	return rows
}

// writeList writes one list: countries by code, the rest in the order of ours,
// which is the order of their meaning.
func writeList(file, list string, rows []row) (err error) {
	var of []row
	for _, r := range rows {
		if r.list == list {
			of = append(of, r)
		}
	}
	if holdsCountries(list) {
		slices.SortFunc(of, func(a, b row) int { return strings.Compare(a.code, b.code) })
	}
	if err := distinct(of); err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	head := append(strings.Fields("code kind iso2 iso3 valid_from valid_to members"), languages...)
	if followed(list) {
		head = append(head, "was", "now")
	}
	w := csv.NewWriter(f)
	w.Write(head)
	for _, r := range of {
		record := append([]string{r.code, r.kind, r.iso2, r.iso3, r.from, r.to, r.members}, r.names[:]...)
		if followed(list) {
			record = append(record, r.was, r.now)
		}
		w.Write(record)
	}
	w.Flush()
	return w.Error()
}

// distinct reports a code, or an ISO 3166 alpha-3, that stands twice: a lookup
// by either must have one answer.
func distinct(rows []row) error {
	code, alpha3 := make(map[string]bool), make(map[string]string)
	for _, r := range rows {
		if code[r.code] {
			return fmt.Errorf("%s: got code %s twice, want it once", r.list, r.code)
		}
		code[r.code] = true
		if other := alpha3[r.iso3]; r.iso3 != "" && other != "" {
			return fmt.Errorf("%s: got %s under both %s and %s, want it under one", r.list, r.iso3, other, r.code)
		}
		alpha3[r.iso3] = r.code
	}
	return nil
}
