package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const slice = "../testdata" // CLDR cut to ten territories

// TestSlice makes the lists from the slice and from those of our overrides that
// need no other country, and wants the very lines of the lists in use.
func TestSlice(t *testing.T) {
	out := t.TempDir()
	overrides := filepath.Join(out, "overrides.csv")
	countries := strings.Fields("AT CI CZ FR GB GR RU TR XK")
	writeOverrides(t, overrides, func(r []string) bool { return r[10] != "" || slices.Contains(countries, r[3]) })

	err := generate(filepath.Join(slice, "cldr-localenames-full"), filepath.Join(slice, "cldr-core"), overrides, out)
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range lists {
		got, inUse := lines(t, filepath.Join(out, list+".csv")), lines(t, filepath.Join("..", list+".csv"))
		for _, line := range got {
			if !slices.Contains(inUse, line) {
				t.Errorf("%s: the slice gives a line that codes/%s.csv lacks: %s", list, list, line)
			}
		}
		if !holdsCountries(list) {
			if len(got) != len(inUse) {
				t.Errorf("%s: got %d lines, want the %d in use", list, len(got), len(inUse))
			}
			continue
		}
		for _, code := range strings.Fields("AT CI CZ EL FR RU TR UK XK") {
			if !slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, code+",") }) {
				t.Errorf("%s: got no line for %s", list, code)
			}
		}
		for _, code := range strings.Fields("AN GB GR ZZ") {
			if slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, code+",") }) {
				t.Errorf("%s: got a line for %s, want none", list, code)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	head := "list,code,kind,iso2,iso3,valid_from,valid_to,members,was,now,en,fr,de,ru\n"
	for _, tt := range []struct{ rows, want string }{
		{"citizen,QQ,member,QQ,,,,,,,,,,\n",
			`overrides.csv:2: got no name in four languages for QQ, want them here or in CLDR under "QQ"`},
		{"town,X,member,,,,,,,,a,b,c,d\n",
			`overrides.csv:2: got list "town", want one of citizen geo sex age decision applicant unit flag freq`},
		{"sex,T,aggregate,,,,,,,,a,b,c,d\nsex,T,aggregate,,,,,,,,a,b,c,d\n",
			`sex: got code T twice, want it once`},
		{"citizen,RF,member,,RUS,,,,,,a,b,c,d\n",
			`citizen: got RUS under both RF and RU, want it under one`},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, "overrides.csv")
		if err := os.WriteFile(file, []byte(head+tt.rows), 0o644); err != nil {
			t.Fatal(err)
		}
		err := generate(filepath.Join(slice, "cldr-localenames-full"), filepath.Join(slice, "cldr-core"), file, dir)
		if err == nil || strings.TrimPrefix(err.Error(), dir+string(filepath.Separator)) != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

func writeOverrides(t *testing.T, file string, keep func([]string) bool) {
	t.Helper()
	in, err := os.Open("../overrides.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	records, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := csv.NewWriter(out)
	for i, r := range records {
		if i == 0 || keep(r) {
			w.Write(r)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		t.Fatal(err)
	}
}
