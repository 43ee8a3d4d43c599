package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The lakes under testdata/lakes were written by this program as it was at the
// commit that is named, from two exports made for the purpose. They are read,
// verified and added to, for as long as there is a format 1.
func TestOlderLakes(t *testing.T) {
	for name, unsummed := range map[string]int{
		"without-sums": 2, // d284c57: tables have no sum at all
		"with-crc":     0, // 6a849d5: a CRC-32C of each table
		"sealed":       0, // 86083e0: SHA-256 too, and the manifest has a seal
	} {
		t.Run(name, func(t *testing.T) {
			lake := filepath.Join(t.TempDir(), "lake")
			if err := os.CopyFS(lake, os.DirFS(filepath.Join("testdata", "lakes", name))); err != nil {
				t.Fatal(err)
			}
			says(t, "migr_asydcfsta   2023-05-02  975 days", "tables", "--lake", lake, "--today", "2026-01-01")
			rate := []string{"rate", "share_of_applicants", "--lake", lake, "--citizen", "RU", "--geo", "HR", "--period", "2022"}
			says(t, "270/12,870 = 2.1 % (2.0-2.2)", rate...)
			says(t, "d533ade.tsv:2:32", "trace", "share_of_applicants", "--lake", lake, "--citizen", "RU", "--geo", "HR", "--period", "2022")
			verified(t, lake, 5, unsummed)
			newer := filepath.Join(t.TempDir(), "newer.tsv")
			text := "freq,citizen,sex,unit,age,asyl_app,geo\\TIME_PERIOD\t2021 \t2022 \nA,RU,T,PER,TOTAL,ASY_APP,HR\t5 \t275 \nA,TOTAL,T,PER,TOTAL,ASY_APP,HR\t2930 \t2730 \n"
			if err := os.WriteFile(newer, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			says(t, "added as eurostat migr_asyappctza 2024-01-18", "add", newer, "--lake", lake, "--table", "migr_asyappctza", "--vintage", "2024-01-18")
			verified(t, lake, 7, unsummed)
			if m := readFile(t, filepath.Join(lake, "manifest.json")); strings.Count(m, `"program": "`+program()+`"`) != 1 || strings.Count(m, `"raw": `) != 3 {
				t.Errorf("of the one that was added alone the manifest says who read it:\n%s", m)
			}
			says(t, "275/2,730 = 10.1 % (9.9-10.2)", rate...)
			says(t, "270/12,870 = 2.1 % (2.0-2.2)", append(rate, "--as-of", "2023-12-31")...)
			says(t, "from the lake "+lake+", 3 vintages", "run", "--explain", "--offline", "--lake", lake, "--out", filepath.Join(t.TempDir(), "out"))
			damaged(t, lake)
		})
	}
}

// verified checks a lake, of which some tables have no sum.
func verified(t *testing.T, lake string, files, unsummed int) {
	t.Helper()
	said := prints(t, "verify", lake)
	if got := strings.Count(said, "has no sum: an older asylum wrote it"); got != unsummed {
		t.Errorf("%d tables have no sum, want %d", got, unsummed)
	}
	if want := strconv.Itoa(files-unsummed) + " files are as they were written"; !strings.Contains(said, want) {
		t.Errorf("verify says\n%swant %q", said, want)
	}
}

// damaged fails unless a raw file of the older program that has changed is found.
func damaged(t *testing.T, lake string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(lake, "raw", "eurostat", "migr_asydcfsta", "2023-05-02", "*.tsv"))
	if err != nil || len(files) != 1 {
		t.Fatalf("raw files %q (%v)", files, err)
	}
	text := strings.Replace(readFile(t, files[0]), "40", "41", 1)
	if err := os.WriteFile(files[0], []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	asylum(t, exitFound, "verify", lake)
}

// says fails unless a command succeeds and prints what is wanted.
func says(t *testing.T, want string, args ...string) {
	t.Helper()
	stdout, stderr := asylum(t, exitDone, args...)
	if !strings.Contains(stdout+stderr, want) {
		t.Errorf("asylum %q says\n%s%swant %q", args, stdout, stderr, want)
	}
}
