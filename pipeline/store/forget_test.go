package store

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/table"
)

// kept lists the days of the vintages that a plan keeps.
func keptDays(fates []Fate) (out []string) {
	for _, f := range fates {
		if f.Keep {
			out = append(out, f.Vintage)
		}
	}
	return out
}

func TestPlan(t *testing.T) {
	days := []string{"2022-12-31", "2023-01-01", "2023-01-20", "2023-02-10", "2023-02-28", "2023-03-05"}
	var all []table.Meta
	for i, d := range days {
		all = append(all, table.Meta{Source: "eurostat", Table: "migr_t", Vintage: d, SHA256: fmt.Sprint(i)})
	}
	for _, tt := range []struct {
		rules Rules
		needs map[string]string
		want  []string
	}{
		{Rules{}, nil, days[5:]},
		{Rules{Last: 2}, nil, days[4:]},
		{Rules{Last: 100}, nil, days},
		{Rules{Monthly: 1}, nil, days[5:]},
		{Rules{Monthly: 3}, nil, []string{days[2], days[4], days[5]}},
		{Rules{Within: "20d"}, nil, days[4:]},
		{Rules{Within: "2m4d"}, nil, days[1:]},
		{Rules{Within: "1y"}, nil, days},
		{Rules{Last: 1}, map[string]string{Key(&all[1]): "speech-es"}, []string{days[1], days[5]}},
	} {
		if got := keptDays(Plan(all, tt.rules, tt.needs)); !slices.Equal(got, tt.want) {
			t.Errorf("%+v: kept %v, want %v", tt.rules, got, tt.want)
		}
	}
	fates := Plan(all, Rules{Last: 1}, map[string]string{Key(&all[1]): "speech-es"})
	if fates[1].Why != "speech-es needs it" {
		t.Errorf("got %q", fates[1].Why)
	}

	// An extract hides nothing of a whole table, nor one country's page another's.
	box := func(geo, from, to string) []table.Extent {
		return []table.Extent{{Dims: map[string][]string{"geo": {geo}}, From: "2020", To: "2023"}}
	}
	mixed := slices.Clone(all)
	mixed[5].Extent, mixed[4].Extent, mixed[3].Extent = box("DE", "2020", "2023"), box("HR", "2020", "2023"), box("DE", "2020", "2023")
	if got, want := keptDays(Plan(mixed, Rules{Last: 1}, nil)), []string{days[2], days[4], days[5]}; !slices.Equal(got, want) {
		t.Errorf("kept %v, want %v", got, want)
	}
	wider := slices.Clone(all[:2])
	wider[0].Extent, wider[1].Extent = box("DE", "", ""), box("DE", "", "")
	wider[0].Extent[0].From = "2015" // it alone speaks of 2015 to 2019
	if got := keptDays(Plan(wider, Rules{}, nil)); len(got) != 2 {
		t.Errorf("kept %v: cells of an older extract are lost", got)
	}
	for in, ok := range map[string]bool{"": true, "1y": true, "6m": true, "1y6m3d": true, "3": false, "3w": false, "6m1y": false, "-1d": false, "y": false} {
		if err := (&Rules{Within: in}).Check(); (err == nil) != ok {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestForgetAndCollect(t *testing.T) {
	dir := t.TempDir()
	l, _ := Create(dir)
	for seed := range uint64(3) {
		raw := fmt.Sprint("raw ", seed)
		put(t, l, random(seed, 30, true, raw), raw)
	}
	before := tree(t, dir)
	gone := l.Vintages()[1]
	if freed, err := l.Forget([]table.Meta{gone}); err != nil || freed < 100 {
		t.Fatalf("freed %d, %v", freed, err)
	}
	if _, ok := l.Find("migr_t", gone.SHA256); ok || len(l.Vintages()) != 2 || strings.Contains(tree(t, dir), gone.SHA256) || !strings.Contains(before, gone.SHA256) {
		t.Error("it is still there")
	}
	if c, err := Verify(dir, nil); err != nil || len(c.Faults)+len(c.Begun) > 0 {
		t.Errorf("%v, %+v", err, c)
	}
	put(t, l, random(7, 30, true, "raw 7"), "raw 7") // takes the part's name that is free, nobody else's
	if c, err := Verify(dir, nil); err != nil || len(c.Faults) > 0 {
		t.Errorf("%v, %+v", err, c)
	}
	clean := tree(t, dir)
	for _, name := range []string{"raw/x/.tmp-1", "tables/x/part-9.parquet", "raw/x/mine.tsv", "pages/x.html", "notes.txt", ".tmp-2"} {
		os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777)
		os.WriteFile(filepath.Join(dir, name), []byte("12345"), 0o666)
	}
	if names, n, err := l.Garbage(false); err != nil || n != 15 || len(names) != 3 {
		t.Errorf("%v, %d, %v", names, n, err)
	}
	if _, n, err := l.Collect(false); err != nil || n != 15 || !there(filepath.Join(dir, "raw/x/mine.tsv")) {
		t.Errorf("%d, %v", n, err)
	}
	if _, n, err := l.Collect(true); err != nil || n != 10 || there(filepath.Join(dir, "raw/x")) || !there(filepath.Join(dir, "notes.txt")) {
		t.Errorf("%d, %v", n, err)
	}
	os.Remove(filepath.Join(dir, "notes.txt"))
	if got := tree(t, dir); got != clean {
		t.Errorf("the lake is\n%s\nwas\n%s", got, clean)
	}
}
