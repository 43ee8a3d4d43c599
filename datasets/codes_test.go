package datasets

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"asylum/datasets/needs"
)

var lists = strings.Fields("citizen geo sex age decision applicant unit flag freq")

func codeList(t *testing.T, list string) map[string]map[string]string {
	t.Helper()
	byCode := make(map[string]map[string]string)
	for _, r := range csvRows(t, "codes/"+list+".csv") {
		if byCode[r["code"]] != nil {
			t.Errorf("%s: code %s stands twice", list, r["code"])
		}
		byCode[r["code"]] = r
	}
	return byCode
}

func TestCodeLists(t *testing.T) {
	month := regexp.MustCompile(`^(\d{4}-\d{2})?$`)
	for _, list := range lists {
		byCode := codeList(t, list)
		for code, r := range byCode {
			if !slices.Contains([]string{"member", "aggregate", "residual"}, r["kind"]) {
				t.Errorf("%s %s: got kind %q", list, code, r["kind"])
			}
			for _, lang := range strings.Fields("en fr de ru") {
				if r[lang] == "" {
					t.Errorf("%s %s: no name in %s", list, code, lang)
				}
			}
			for m := range strings.FieldsSeq(r["members"]) {
				if byCode[m] == nil || m == code {
					t.Errorf("%s %s: got member %s, want another code of the list", list, code, m)
				}
			}
			if !month.MatchString(r["valid_from"]) || !month.MatchString(r["valid_to"]) {
				t.Errorf("%s %s: got validity %q to %q, want YYYY-MM or blank", list, code, r["valid_from"], r["valid_to"])
			}
			if now := r["now"]; now != "" && byCode[now]["was"] != code {
				t.Errorf("%s %s: now %s, which was %q", list, code, now, byCode[now]["was"])
			}
		}
	}
}

// TestSpotCodes names what is easily got wrong.
func TestSpotCodes(t *testing.T) {
	for _, tt := range []struct{ list, code, column, want string }{
		{"citizen", "RU", "en", "Russia"}, {"citizen", "RU", "ru", "Россия"}, {"citizen", "RU", "iso3", "RUS"},
		{"citizen", "EL", "iso3", "GRC"}, {"citizen", "EL", "iso2", "GR"}, {"citizen", "UK", "iso3", "GBR"},
		{"citizen", "CN_X_HK", "iso3", ""}, {"citizen", "CN", "iso3", "CHN"}, {"citizen", "RS", "iso3", "SRB"},
		{"citizen", "STLS", "iso3", "XXA"}, {"citizen", "UNK", "iso3", "UNK"}, {"citizen", "TIB", "kind", "residual"},
		{"citizen", "TOTAL", "kind", "aggregate"}, {"citizen", "EXT_EU27_2020", "kind", "aggregate"},
		{"citizen", "STLS", "fr", "Apatrides"}, {"citizen", "OTHER", "kind", "residual"},
		{"geo", "CZ", "en", "Czechia"}, {"geo", "TR", "en", "Türkiye"}, {"geo", "NL", "de", "Niederlande"},
		{"geo", "EU28", "valid_from", "2013-07"}, {"geo", "EU28", "valid_to", "2020-01"},
		{"geo", "EU27_2020", "valid_from", "2020-02"}, {"geo", "EU27_2020", "valid_to", ""},
		{"geo", "EU27_2020", "members", "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"},
		{"decision", "TOTAL_POS", "now", "POS"}, {"decision", "POS_HUM", "was", "HUMSTAT"}, {"decision", "TEMP_PROT", "now", ""},
		{"decision", "TOTAL_POS", "members", "GENCONV SUB_PROT HUMSTAT TEMP_PROT"},
		{"applicant", "ASY_APP", "now", "TOTAL"}, {"applicant", "FRST", "was", "NASY_APP"},
		{"age", "Y_LT18", "members", "Y_LT14 Y14-17"}, {"flag", "z", "en", "not applicable"},
	} {
		if got := codeList(t, tt.list)[tt.code][tt.column]; got != tt.want {
			t.Errorf("%s %s %s: got %q, want %q", tt.list, tt.code, tt.column, got, tt.want)
		}
	}
	geo := codeList(t, "geo")
	for code, n := range map[string]int{"EU27_2020": 27, "EU28": 28, "EU27_2007": 27, "EU25": 25, "EU15": 15, "EU12": 12,
		"EEA31": 31, "EEA30_2007": 30, "EA18": 18, "EA19": 19, "EA20": 20, "TOTAL": 32, "EFTA": 4} {
		if got := len(strings.Fields(geo[code]["members"])); got != n {
			t.Errorf("geo %s: got %d members, want %d", code, got, n)
		}
	}
}

// TestISO3 wants one code per alpha-3, and a code for each one that UNHCR's
// embedded rows hold.
func TestISO3(t *testing.T) {
	for _, list := range []string{"citizen", "geo"} {
		of := make(map[string]string)
		for code, r := range codeList(t, list) {
			if iso3 := r["iso3"]; iso3 != "" {
				if of[iso3] != "" {
					t.Errorf("%s: %s has both %s and %s", list, iso3, of[iso3], code)
				}
				of[iso3] = code
			}
		}
		column := map[string]string{"citizen": "coo_iso", "geo": "coa_iso"}[list]
		for _, table := range []string{"asylum_decisions", "asylum_applications"} {
			for _, r := range csvRows(t, "exports/unhcr/"+table+"/2025-12-01/"+table+".csv") {
				if of[r[column]] == "" {
					t.Errorf("%s: no code for %s %q", list, column, r[column])
				}
			}
		}
	}
}

// TestEmbeddedCodes wants every code of the embedded exports and of their
// extents in its list.
func TestEmbeddedCodes(t *testing.T) {
	origins, err := Exports()
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[string]map[string]map[string]string)
	for _, list := range lists {
		known[list] = codeList(t, list)
	}
	known["indic_de"] = map[string]map[string]string{"JAN": {}} // has no list: any code of a source passes
	for _, o := range origins {
		for _, e := range o.Extent {
			for dim, codes := range e.Dims {
				for _, code := range codes {
					if known[dim][code] == nil {
						t.Errorf("%s: extent has %s %q, want a code from codes/%s.csv", o.File, dim, code, dim)
					}
				}
			}
		}
		if o.Format != "tsv" {
			continue
		}
		data, err := FS.ReadFile(o.File)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(string(data), "\r\n"), "\r\n")
		head, _, _ := strings.Cut(lines[0], `\`)
		for _, line := range lines[1:] {
			key, _, _ := strings.Cut(line, "\t")
			for i, dim := range strings.Split(head, ",") {
				list := strings.Replace(dim, "asyl_app", "applicant", 1)
				if code := strings.Split(key, ",")[i]; known[list][code] == nil {
					t.Errorf("%s: got %s %q, want a code from codes/%s.csv", o.File, dim, code, list)
				}
			}
		}
	}
}

// TestAliases wants a code of the named list behind each alias, and one code
// per label.
func TestAliases(t *testing.T) {
	seen := make(map[string]string)
	for _, r := range csvRows(t, "codes/alias.csv") {
		if codeList(t, r["list"])[r["code"]] == nil {
			t.Errorf("alias %q: got %s, want a code from codes/%s.csv", r["label"], r["code"], r["list"])
		}
		key := r["list"] + " " + strings.ToLower(r["label"])
		if seen[key] != "" {
			t.Errorf("alias %s stands twice, as %s and as %s", key, seen[key], r["code"])
		}
		seen[key] = r["code"]
	}
}

// TestSharedCodes wants every code of the exports at hand, which hold far more
// than the embedded ones.
func TestSharedCodes(t *testing.T) {
	eurostat := needs.Shared(t, "data/eurostat")
	known := make(map[string]map[string]map[string]string)
	for _, list := range lists {
		known[list] = codeList(t, list)
	}
	check := func(file, list string, codes map[string]bool, n int) {
		t.Helper()
		if n > 0 && len(codes) != n {
			t.Errorf("%s: got %d codes of %s, want %d", file, len(codes), list, n)
		}
		for code := range codes {
			if known[list][code] == nil {
				t.Errorf("%s: got %s %q, want it in codes/%s.csv", file, list, code, list)
			}
		}
	}

	applicants := bulkCodes(t, filepath.Join(eurostat, "tsv-new", "migr_asyappctza.bulk-2023.tsv.gz"))
	check("bulk", "citizen", applicants[1], 208)
	check("bulk", "sex", applicants[2], 4)
	check("bulk", "age", applicants[4], 8)
	check("bulk", "applicant", applicants[5], 3)
	check("bulk", "geo", applicants[6], 34)
	check("demo_gind", "geo", bulkCodes(t, filepath.Join(eurostat, "tsv-new", "demo_gind.bulk-2023.tsv.gz"))[2], 0)

	var doc struct {
		Dimension map[string]struct {
			Category struct {
				Label map[string]string `json:"label"`
			} `json:"category"`
		} `json:"dimension"`
	}
	data, err := os.ReadFile(filepath.Join(eurostat, "json-stat", "migr_asyappctza.ie-2026-09.subset.json"))
	if err == nil {
		err = json.Unmarshal(data, &doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	for dim, n := range map[string]int{"citizen": 206, "applicant": 3, "sex": 4, "age": 8, "geo": 1, "unit": 1, "freq": 1} {
		codes := make(map[string]bool)
		for code := range doc.Dimension[dim].Category.Label {
			codes[code] = true
		}
		check("json-stat", dim, codes, n)
	}

	source := needs.File(t, "tools/gentsv/main.go")
	made := make(map[string]bool)
	if m := regexp.MustCompile(`citz = "([^"]+)"`).FindSubmatch(source); m != nil {
		for code := range strings.FieldsSeq(string(m[1])) {
			made[code] = true
		}
	}
	check("gentsv", "citizen", made, 204)

	alpha3 := map[string]map[string]bool{"citizen": {}, "geo": {}}
	for list := range alpha3 {
		for _, r := range known[list] {
			alpha3[list][r["iso3"]] = r["iso3"] != ""
		}
	}
	for _, table := range []string{"asylum_decisions", "asylum_applications"} {
		for line := range gzipLines(t, needs.Shared(t, "data/unhcr/"+table+".csv.gz")) {
			f := strings.Split(line, `"`)
			if len(f) > 11 && f[0] != "" && !(alpha3["citizen"][f[5]] && alpha3["geo"][f[11]]) {
				t.Fatalf("%s: no code for %q or %q", table, f[5], f[11])
			}
		}
	}
}

// bulkCodes returns the codes of each dimension of a bulk TSV, by position.
func bulkCodes(t *testing.T, file string) []map[string]bool {
	t.Helper()
	var codes []map[string]bool
	for line := range gzipLines(t, file) {
		key, _, _ := strings.Cut(line, "\t")
		fields := strings.Split(key, ",")
		if codes == nil { // the head
			for range fields {
				codes = append(codes, make(map[string]bool))
			}
			continue
		}
		for i, code := range fields {
			codes[i][code] = true
		}
	}
	return codes
}

func gzipLines(t *testing.T, file string) func(yield func(string) bool) {
	t.Helper()
	return func(yield func(string) bool) {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(fmt.Errorf("%s: %w", file, err))
		}
		s := bufio.NewScanner(z)
		for s.Scan() {
			if !yield(s.Text()) {
				return
			}
		}
		if err := s.Err(); err != nil {
			t.Fatal(err)
		}
	}
}
