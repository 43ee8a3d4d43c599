package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"asylum/datasets/needs"
	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"

	"github.com/xuri/excelize/v2"
)

// The programs of notebooks/from read what asylum rate writes, each after the
// command that its first line names, and print what the rates themselves say.
func TestUseItFrom(t *testing.T) {
	duck := func(t testing.TB, file string) *exec.Cmd {
		from := needs.DuckDB(t)
		cmd := exec.Command("node", absolute(t, "testdata/duckdb/print.mjs"), file)
		cmd.Env = append(os.Environ(), "DUCKDB_FROM="+from)
		return cmd
	}
	for name, program := range map[string]func(testing.TB, string) *exec.Cmd{
		"croatia.py": func(t testing.TB, file string) *exec.Cmd { return exec.Command(needs.Pandas(t), file) },
		"croatia.R": func(t testing.TB, file string) *exec.Cmd {
			return exec.Command(needs.Tool(t, "Rscript"), "--vanilla", file)
		},
		"croatia.sql": duck,
	} {
		t.Run(name, func(t *testing.T) {
			file := absolute(t, "../../notebooks/from/"+name)
			cmd := program(t, file)
			cmd.Dir = written(t, file)
			got, err := cmd.CombinedOutput()
			if want := said(t, "20 of 59"); err != nil || string(got) != want {
				t.Errorf("%s prints (%v)\n%s\nwant\n%s", name, err, got, want)
			}
		})
	}
}

// A spreadsheet comes to the same, by the formulas of notebooks/from/croatia.txt.
func TestUseItFromASpreadsheet(t *testing.T) {
	file := absolute(t, "../../notebooks/from/croatia.txt")
	x, err := excelize.OpenFile(filepath.Join(written(t, file), "rates.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if _, err := x.NewSheet("mine"); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(text(t, file)), "\n")[1:] {
		at, formula, ok := strings.Cut(line, "  =")
		if err := x.SetCellFormula("mine", at, formula); err != nil || !ok {
			t.Fatalf("%q: %v, want a cell and its formula", line, err)
		}
	}
	var got string
	for _, at := range []string{"A1", "A2"} {
		v, err := x.CalcCellValue("mine", at)
		if err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		got += v + "\n"
	}
	if want := said(t, "20 of 59"); got != want {
		t.Errorf("the sheet says\n%s\nwant\n%s", got, want)
	}
}

// The README shows the programs as they are.
func TestREADMEShowsThePrograms(t *testing.T) {
	readme := text(t, "../../README.md")
	if !strings.Contains(readme, "```\n"+said(t, "20 of 59")+"```\n") {
		t.Error("the README does not show what the programs print")
	}
	files, err := filepath.Glob("../../notebooks/from/*")
	if err != nil || len(files) != 4 {
		t.Fatalf("%d programs, want 4: %v", len(files), err)
	}
	for _, file := range files {
		language := strings.ToLower(strings.TrimPrefix(filepath.Ext(file), "."))
		if !strings.Contains(readme, "```"+language+"\n"+text(t, file)+"```\n") {
			t.Errorf("the README does not show %s as it is", filepath.Base(file))
		}
		if n := strings.Count(text(t, file), "\n"); n > 10 {
			t.Errorf("%s has %d lines, want no more than 10", file, n)
		}
	}
}

// command is what the first line of a program says it wants run.
var command = regexp.MustCompile(`asylum ([^>]+) > (rates\.\w+)`)

// written is a directory with the file that a program reads.
func written(t *testing.T, program string) string {
	t.Helper()
	head, _, _ := strings.Cut(text(t, program), "\n")
	m := command.FindStringSubmatch(head)
	if m == nil {
		t.Fatalf("%s begins with %q, want the command whose output it reads", program, head)
	}
	dir := t.TempDir()
	t.Chdir(dir) // where there is no lake
	var out, log bytes.Buffer
	if status := run(strings.Fields(m[1]), nil, &out, &log); status != exitDone || log.Len() > 0 {
		t.Fatalf("asylum %s: exit %d\n%s", m[1], status, &log)
	}
	if err := os.WriteFile(filepath.Join(dir, m[2]), out.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

// said is what the programs have to print, by the rates themselves; of Russians
// in Croatia these counts.
func said(t *testing.T, counts string) string {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named("unhcr_total_protection")
	if err != nil {
		t.Fatal(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rate.Evaluate(d, data, rate.Query{Periods: []obs.Period{"2023"}})
	if err != nil {
		t.Fatal(err)
	}
	percentages, namibia, croatia := 0, 0, ""
	for i := range rs {
		r := &rs[i]
		if r.Known && !r.CountsOnly() {
			percentages++
		}
		if r.Citizen == "NA" {
			namibia++
		}
		if r.Citizen == "RU" && r.Geo == "HR" {
			if got := fmt.Sprintf("%d of %d", r.Num, r.Den); got != counts {
				t.Fatalf("Russians in Croatia are %s, want %s", got, counts)
			}
			croatia = fmt.Sprintf("Croatia, Russians: %s = %.1f%%, by rounding %.1f%% to %.1f%%\n", counts, 100*r.Value, 100*r.Lo, 100*r.Hi)
		}
	}
	return fmt.Sprintf("%d results, %d percentages, %d of Namibia\n", len(rs), percentages, namibia) + croatia
}

func absolute(t testing.TB, file string) string {
	t.Helper()
	path, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func text(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
