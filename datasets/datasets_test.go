package datasets

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// maxBytes bounds each embedded file: a change to it must stay readable as a diff.
const maxBytes = 700_000

func TestOrigins(t *testing.T) {
	origins, err := Exports()
	if err != nil {
		t.Fatal(err)
	}
	if len(origins) != 8 {
		t.Errorf("got %d exports, want 8", len(origins))
	}
	described := make(map[string]bool)
	for _, o := range origins {
		described[o.File] = true
		data, err := fs.ReadFile(FS, o.File)
		if err != nil {
			t.Error(err)
			continue
		}
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:]); got != o.SHA256 || int64(len(data)) != o.Bytes {
			t.Errorf("%s: got %s of %d bytes, its origin says %s of %d", o.File, got, len(data), o.SHA256, o.Bytes)
		}
		if len(data) > maxBytes {
			t.Errorf("%s: got %d bytes, want at most %d", o.File, len(data), maxBytes)
		}
		if want := path.Join("exports", o.Source, o.Table, o.Vintage, o.Table+"."+o.Format); o.File != want {
			t.Errorf("%s: its origin puts it at %s", o.File, want)
		}
		for name, value := range map[string]string{"producer": o.Producer, "title": o.Title, "url": o.URL, "licence": o.Licence, "licence_url": o.LicenceURL} {
			if value == "" {
				t.Errorf("%s: no %s", o.File, name)
			}
		}
		if _, err := time.Parse(time.DateOnly, o.Vintage); err != nil {
			t.Errorf("%s: %v", o.File, err)
		}
		if o.Derived != (o.Flags == "unknown") {
			t.Errorf("%s: derived %v with flags %q", o.File, o.Derived, o.Flags)
		}
		first, last, _ := strings.Cut(o.Periods, "/")
		for _, e := range o.Extent {
			if e.From < first || e.To > last || e.From > e.To {
				t.Errorf("%s: a box of %s..%s, want it within %s", o.File, e.From, e.To, o.Periods)
			}
		}
	}
	if !slices.IsSortedFunc(origins, func(a, b Origin) int { return strings.Compare(a.File, b.File) }) {
		t.Error("exports are not in path order")
	}
	fs.WalkDir(FS, "exports", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasSuffix(name, originSuffix) && !described[name] {
			t.Errorf("%s has no origin", name)
		}
		return err
	})
}

const (
	applicants2023 = "exports/eurostat/migr_asyappctza/2023-04-30/migr_asyappctza.tsv"
	applicants2024 = "exports/eurostat/migr_asyappctza/2024-01-18/migr_asyappctza.tsv"
	decisions2017  = "exports/eurostat/migr_asydcfsta/2017-04-26/migr_asydcfsta.tsv"
	quarterly2023  = "exports/eurostat/migr_asydcfstq/2023-06-26/migr_asydcfstq.tsv"
	population2025 = "exports/eurostat/demo_gind/2025-03-27/demo_gind.tsv"
)

// TestEurostatCells names cells whose values are known from elsewhere, the raw
// cell as it stands between two tabs.
func TestEurostatCells(t *testing.T) {
	for _, tt := range []struct{ file, key, period, want string }{
		{applicants2023, "A,RU,T,PER,TOTAL,ASY_APP,HR", "2022 ", "2065 "},
		{applicants2024, "A,RU,T,PER,TOTAL,ASY_APP,HR", "2022 ", "270 "},
		{applicants2023, "A,TOTAL,T,PER,TOTAL,ASY_APP,EU27_2020", "2022 ", "962575 "},
		{applicants2024, "A,TOTAL,T,PER,TOTAL,ASY_APP,EU27_2020", "2022 ", "955940 "},
		{applicants2023, "A,RU,T,PER,TOTAL,ASY_APP,HR", "2008 ", ": "},
		{applicants2024, "A,RU,T,PER,TOTAL,SSEQ,HR", "2022 ", "0 "},
		{decisions2017, "A,TOTAL,T,TOTAL,TOTAL,PER,TOTAL", "2016 ", "1149110 "},
		{decisions2017, "A,EXT_EU28,T,TOTAL,TOTAL,PER,EU28", "2008 ", "213925 "},
		{quarterly2023, "Q,TOTAL,T,TOTAL,TOTAL,PER,AT", "2023-Q1 ", "10625 "},
		{quarterly2023, "Q,TOTAL,T,TOTAL,TOTAL_POS,PER,UK", "2008-Q1 ", "1675 "},
		{quarterly2023, "Q,TOTAL,T,TOTAL,TOTAL,PER,HR", "2008-Q1 ", ": "},
		{population2025, "A,JAN,DE", "2024 ", "83456045 "},
		{population2025, "A,JAN,EU27_2020", "2024 ", "449306184 ep"},
		{population2025, "A,JAN,UK", "2021 ", ": "},
	} {
		if got := cell(t, tt.file, tt.key, tt.period); got != tt.want {
			t.Errorf("%s: %s %s: got %q, want %q", tt.file, tt.key, tt.period, got, tt.want)
		}
	}
}

func cell(t *testing.T, file, key, period string) string {
	t.Helper()
	data, err := fs.ReadFile(FS, file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\r\n")
	at := slices.Index(strings.Split(lines[0], "\t"), period)
	for _, line := range lines[1:] {
		if fields := strings.Split(line, "\t"); fields[0] == key && at > 0 {
			return fields[at]
		}
	}
	t.Errorf("%s: no cell %s %s", file, key, period)
	return ""
}

// TestEurostatShape wants each line to be one that Eurostat could have written.
func TestEurostatShape(t *testing.T) {
	dims := map[string]string{
		applicants2023: "freq,citizen,sex,unit,age,asyl_app,geo", applicants2024: "freq,citizen,sex,unit,age,asyl_app,geo",
		decisions2017: "freq,citizen,sex,age,decision,unit,geo", quarterly2023: "freq,citizen,sex,age,decision,unit,geo",
		population2025: "freq,indic_de,geo",
	}
	lineOf := regexp.MustCompile(`^[AQ](,[A-Z0-9_]+){2,6}(\t(\d+|:) [a-z]*)+$`)
	flags := make(map[string]int)
	for file, want := range dims {
		data, err := fs.ReadFile(FS, file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Count(data, []byte("\n")) != bytes.Count(data, []byte("\r\n")) {
			t.Errorf("%s: got a bare line feed", file)
		}
		lines := strings.Split(strings.TrimSuffix(string(data), "\r\n"), "\r\n")
		if !strings.HasPrefix(lines[0], want+`\TIME_PERIOD`+"\t") {
			t.Errorf("%s: got head %.60q, want %s", file, lines[0], want)
		}
		for i, line := range lines[1:] {
			key, _, _ := strings.Cut(line, "\t")
			if !lineOf.MatchString(line) || strings.Count(line, "\t") != strings.Count(lines[0], "\t") || strings.Count(key, ",") != strings.Count(want, ",") {
				t.Errorf("%s:%d: got %q", file, i+2, line)
			}
			for _, c := range strings.Split(line, "\t")[1:] {
				_, flag, _ := strings.Cut(c, " ")
				flags[flag]++
			}
		}
	}
	if flags["p"] == 0 || flags["d"] == 0 {
		t.Errorf("got flags %v, want p and d among them", flags)
	}
}

func TestUNHCRRows(t *testing.T) {
	decisions := csvRows(t, "exports/unhcr/asylum_decisions/2025-12-01/asylum_decisions.csv")
	want := strings.Fields("20 0 39 274 333")
	if got := find(decisions, map[string]string{"coo_iso": "RUS", "coa_iso": "HRV", "year": "2023", "dec_level": "FI", "dec_pc": "P"},
		"dec_recognized dec_other dec_rejected dec_closed dec_total"); !slices.Equal(got, want) {
		t.Errorf("decisions HR RUS 2023 FI P: got %q, want %q", got, want)
	}
	applications := csvRows(t, "exports/unhcr/asylum_applications/2025-12-01/asylum_applications.csv")
	if got := find(applications, map[string]string{"coo_iso": "RUS", "coa_iso": "HRV", "year": "2023", "app_type": "N", "dec_level": "FI"},
		"applied"); !slices.Equal(got, []string{"636"}) {
		t.Errorf("applications HR RUS 2023 N FI: got %q, want 636", got)
	}
	if got := find(decisions, map[string]string{"year": "2025"}, "dec_total"); got != nil {
		t.Errorf("got a decision of 2025, which the extent leaves out")
	}
	raw, err := fs.ReadFile(FS, "exports/unhcr/asylum_applications/2025-12-01/asylum_applications.csv")
	if err != nil {
		t.Fatal(err)
	}
	if want := `2023,"Russian Federation","RUS","RUS","Croatia","HRV","HRV","G","N","FI","P",636` + "\n"; !bytes.Contains(raw, []byte(want)) {
		t.Errorf("no line %q: words stand in quotes, numbers do not", want)
	}
}

func TestAIDARows(t *testing.T) {
	rows := csvRows(t, "exports/aida/statistics/2026-03-18/statistics.csv")
	if len(rows) != 2602+64+101 {
		t.Errorf("got %d figures, want %d", len(rows), 2602+64+101)
	}
	for _, tt := range []struct{ country, year, label, measure, want, unit string }{
		{"HR", "2023", "Russian Federation", "applicants", "8,507", "intentions"},
		{"HR", "2023", "Russian Federation", "refugee_status", "23", "persons"},
		{"HR", "2023", "Russian Federation", "subsidiary_protection", "one", "persons"},
		{"HR", "2023", "Pakistan", "applicants", "4.658", "intentions"},
		{"HR", "2023", "Total", "applications_lodged", "1,783", "applications"},
		{"DE", "2023", "Total", "humanitarian_protection", "61,778", "persons"},
		{"BE", "2024", "Total", "pending", "26,119", "files"},
		{"AT", "2024", "Total", "other_decisions", "3,434", "decisions"},
		{"UA", "2025", "(no row label)", "preliminary_positive", "47 decisions (54 applicants)[1]", "decisions"},
		{"IT", "2023", "Total", "refugee_rate", "8%", "percent"},
	} {
		got := find(rows, map[string]string{"country": tt.country, "year": tt.year, "label": tt.label, "measure": tt.measure}, "value unit")
		if !slices.Equal(got, []string{tt.want, tt.unit}) {
			t.Errorf("%s %s %s %s: got %q, want %q in %s", tt.country, tt.year, tt.label, tt.measure, got, tt.want, tt.unit)
		}
	}
	for i, r := range rows {
		if !slices.Contains([]string{"first_instance", "breakdown", "appeals"}, r["table"]) ||
			!slices.Contains([]string{"table", "narrative"}, r["origin"]) || !strings.HasPrefix(r["page"], "http") {
			t.Errorf("line %d: got %v", i+2, r)
		}
	}
}

// find returns the columns named of the first row that has the values given.
func find(rows []map[string]string, want map[string]string, columns string) []string {
	for _, r := range rows {
		same := true
		for column, value := range want {
			same = same && r[column] == value
		}
		if !same {
			continue
		}
		var got []string
		for _, column := range strings.Fields(columns) {
			got = append(got, r[column])
		}
		return got
	}
	return nil
}

func csvRows(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := make(map[string]string)
		for i, column := range records[0] {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}
