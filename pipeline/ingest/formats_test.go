package ingest

import (
	"os"
	"strings"
	"testing"

	"asylum/pipeline/table"

	"asylum/datasets/needs"
)

// Whatever Eurostat ever handed out loads, or is refused with what to do.
func TestEveryRealExport(t *testing.T) {
	for _, tt := range []struct {
		file, table, format, vintage string
		cells                        int // that the file writes, with a value or without
	}{
		{"tsv-new/migr_asyappctza.bulk-2023.subset.tsv", "migr_asyappctza", "tsv", "", 3024 * 15},
		{"tsv-new/demo_gind.bulk-2023.tsv.gz", "demo_gind", "tsv", "", 1535 * 63},
		{"tsv-new/migr_asyappctzm.custom-2020-10.tsv", "migr_asyappctzm", "tsv", "", 0},
		{"sdmx-csv-1/migr_asydcfsta.fr-2021-06.csv", "migr_asydcfsta", "sdmx-csv", "2021-06-03", 23100},
		{"sdmx-csv-1/demo_gind.labels-2025-03.csv", "demo_gind", "sdmx-csv", "2025-03-27", 1093},
		{"sdmx-csv-2/migr_asyappctza.codes-labels-2025.csv", "migr_asyappctza", "sdmx-csv", "", 1080},
		{"explorer-csv/migr_asydcfsta.2017-04.csv", "migr_asydcfsta", "explorer-csv", "", 1836},
		{"explorer-csv/migr_asyappctza.allcitizens-2017.csv", "migr_asyappctza", "explorer-csv", "", 34680},
		{"explorer-csv/migr_asydcfstq.noflags-2018.csv", "migr_asydcfstq", "explorer-csv", "", 6630},
		{"explorer-csv/migr_asyappctzm.noflags-2018.csv", "migr_asyappctzm", "explorer-csv", "", 8024},
		{"explorer-csv/migr_asyctzm.pre2008.csv", "migr_asyctzm", "explorer-csv", "", 3348},
		{"explorer-csv/demo_pjan.2017.csv", "demo_pjan", "explorer-csv", "", 580},
		{"json-stat/migr_asyappctza.ie-2026-09.subset.json", "migr_asyappctza", "json-stat", "2026-09-03", 569},
		{"xlsx/rail_tf_ns.databrowser-2023.xlsx", "rail_tf_ns_nl", "xlsx", "", 0},
	} {
		t.Run(tt.file, func(t *testing.T) {
			name := needs.Shared(t, "data/eurostat/"+tt.file)
			in, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			got, err := Read(in, name, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Source != "eurostat" || got.Meta.Table != tt.table || got.Format != tt.format || tt.vintage != "" && got.Vintage != tt.vintage {
				t.Errorf("%s %s in %s of %q, want %s in %s of %q", got.Source, got.Meta.Table, got.Format, got.Vintage, tt.table, tt.format, tt.vintage)
			}
			cells := 0
			for c := range got.Chunks {
				for p := range got.Periods {
					for r := range got.Chunks[c].Rows {
						if got.Chunks[c].Held(r, p) {
							cells++
						}
					}
				}
			}
			if tt.cells > 0 && cells != tt.cells {
				t.Errorf("%d cells, want %d", cells, tt.cells)
			}
		})
	}
	for file, want := range map[string]string{
		"xlsx/migr_dubti.explorer-2015.xls":        "migr_dubti.explorer-2015.xls",
		"json-stat/nama_gdp_c.jsonstat1-2015.json": "JSON-stat",
	} {
		name := needs.Shared(t, "data/eurostat/"+file)
		in, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Read(in, name, Options{})
		in.Close()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "hint: ") {
			t.Errorf("%s: %v, want a refusal that says what to do", file, err)
		}
	}
}

// What is wanted of a bulk table is what reading it whole gives.
func TestPickedIsWhatTheWholeHolds(t *testing.T) {
	name := needs.Shared(t, "data/eurostat/tsv-new/migr_asyappctza.bulk-2023.subset.tsv")
	read := func(w table.Want) *table.Table {
		in, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		got, err := Read(in, name, Options{Want: w})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	want := table.Want{Periods: read(table.Want{}).Periods[13:], Codes: map[string][]string{"citizen": {"RU", "TOTAL"}, "geo": {"HR", "DE"}, "sex": {"T"}}}
	whole, part := read(table.Want{}), read(want)
	cells := map[string]string{}
	for c := range whole.Chunks {
		for r := range whole.Chunks[c].Rows {
			key := whole.Key(c, r)
			if !want.Has("citizen", key[whole.Dim("citizen")]) || !want.Has("geo", key[whole.Dim("geo")]) || !want.Has("sex", key[whole.Dim("sex")]) {
				continue
			}
			for p, period := range whole.Periods {
				if want.HasPeriod(period) {
					o := whole.Observation(c, r, p)
					cells[strings.Join(key, ",")+string(period)] = o.Pos.String() + Written(&o)
				}
			}
		}
	}
	n := 0
	for c := range part.Chunks {
		for r := range part.Chunks[c].Rows {
			for p, period := range part.Periods {
				o := part.Observation(c, r, p)
				if got := o.Pos.String() + Written(&o); cells[strings.Join(part.Key(c, r), ",")+string(period)] != got {
					t.Fatalf("%v %s is %s, the whole table says %s", part.Key(c, r), period, got, cells[strings.Join(part.Key(c, r), ",")+string(period)])
				}
				n++
			}
		}
	}
	if n != len(cells) || n == 0 {
		t.Errorf("%d cells were picked, want %d", n, len(cells))
	}
}
