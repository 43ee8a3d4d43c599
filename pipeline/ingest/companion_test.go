package ingest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/store"
	"asylum/pipeline/table"
)

const (
	explorer = "\"TIME\",\"GEO\",\"CITIZEN\",\"DECISION\",\"UNIT\",\"Value\",\"Flag and Footnotes\"\n\"2016\",\"France\",\"Syria\",\"Total\",\"Person\",\"1,060\",\"\"\n"
	label    = "\"DATASET: First instance decisions [migr_asydcfsta]\"\n\n\"LAST UPDATE: 26.04.17 23:00:00\"\n\n\"EXTRACTION DATE: 01.05.17 01:49:54\"\n\n\"TIME\"\n\"2016\"\n"
)

// What a Label file beside a Data file, or in one zip with it, says of the
// table; and what it says that is not believed.
func TestCompanion(t *testing.T) {
	const noDay = ": got a Label file without the day of its last update, want a line such as \"LAST UPDATE: 12.03.21 09:25:50\"; pass --vintage if you know the day of extraction"
	const ours = "the day of the last update, as the Label file gives it"
	for _, tt := range []struct {
		name, file, label string
		opt               Options
		want, note, warn  string // warn: of the first warning, behind the name of the Label file
	}{
		{"both", "migr_asydcfsta", label, Options{}, "migr_asydcfsta 2017-04-26", ours, ""},
		{"the code from the label", "download", label, Options{}, "migr_asydcfsta 2017-04-26", ours, ""},
		{"--vintage wins", "migr_asydcfsta", label, Options{Vintage: "2017-05-01"}, "migr_asydcfsta 2017-05-01", "", ""},
		{"--vintage for a label without one", "migr_asydcfsta", "damaged", Options{Vintage: "2017-05-01"}, "migr_asydcfsta 2017-05-01", "", ""},
		{"--table wins", "download", label, Options{Table: "migr_asydcfina", Vintage: "2017-05-01"}, "migr_asydcfina 2017-05-01", "",
			": got the dataset migr_asydcfsta, want migr_asydcfina, as --table says; it is of another table; nothing is taken from it"},
		{"another name", "migr_asydcfina", label, Options{}, "migr_asydcfsta 2017-04-26", ours,
			": got the dataset migr_asydcfsta, want migr_asydcfina, as the file is named; the file is read as migr_asydcfsta; pass --table if that is wrong"},
		{"no day", "download", strings.Replace(label, "LAST", "FIRST", 1), Options{}, "migr_asydcfsta ", "*", noDay},
		{"damaged", "migr_asydcfsta", "\x00\xff\x17", Options{}, "migr_asydcfsta ", "*", noDay},
		{"empty", "migr_asydcfsta", "", Options{}, "migr_asydcfsta ", "*", noDay},
		{"too large", "migr_asydcfsta", label + strings.Repeat("\"x\"\n", 1<<18), Options{}, "migr_asydcfsta ", "*", ": got a "},
	} {
		dir := t.TempDir()
		data, zip := filepath.Join(dir, tt.file+"_1_Data.csv"), filepath.Join(dir, "z.zip")
		for name, text := range map[string]string{
			data: explorer, filepath.Join(dir, tt.file+"_Label.csv"): tt.label,
			zip: string(zipOf(t, tt.file+"_Label.csv", tt.label, tt.file+"_1_Data.csv", explorer)),
		} {
			if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		for _, file := range []string{data, zip} {
			l, err := store.Create(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			got, err := Add(l, file, tt.opt)
			if err != nil {
				t.Errorf("%s, %s: %v", tt.name, filepath.Base(file), err)
				continue
			}
			if s := got.Table + " " + got.Vintage; tt.note == "*" && !strings.HasPrefix(s, tt.want) || tt.note != "*" && (s != tt.want || got.Note != tt.note) {
				t.Errorf("%s, %s: got %q (%s), want %q (%s)", tt.name, filepath.Base(file), s, got.Note, tt.want, tt.note)
			}
			at := filepath.Join(dir, tt.file+"_Label.csv")
			if file == zip {
				at = zip + "!" + tt.file + "_Label.csv"
			}
			switch warned := slices.Clone(got.Warnings); {
			case tt.warn == "" && len(warned) > 0:
				t.Errorf("%s, %s: warns %q", tt.name, filepath.Base(file), warned)
			case tt.warn != "" && (len(warned) == 0 || !strings.HasPrefix(warned[0], at+tt.warn)):
				t.Errorf("%s, %s: warns %q, want %q", tt.name, filepath.Base(file), warned, at+tt.warn)
			}
			tab, err := l.Load(l.Vintages()[0], table.Want{})
			if err != nil {
				t.Fatal(err)
			}
			if ps := places(tab); Locate(l, ps) != nil || found(ps) != "2:42 \"1060\"\n" {
				t.Errorf("%s, %s: %s", tt.name, filepath.Base(file), found(ps))
			}
			f, err := OpenFiles([]string{file}, tt.opt) // the same without a lake
			if err != nil || tt.note != "*" && f.Vintages()[0].Vintage != got.Vintage || f.Vintages()[0].Table != got.Table {
				t.Errorf("%s, %s: without a lake %+v (%v)", tt.name, filepath.Base(file), f, err)
			}
		}
	}
}

// A Label file is no table, and no other file is taken for one.
func TestLabelAlone(t *testing.T) {
	const want = ": got the Label file of a table, want its Data file, such as migr_asyappctza_1_Data.csv\n\thint: give the Data file, with the Label file beside it: then its day is read from there"
	for name, in := range map[string]string{"x_Label.csv": label, "of another name.csv": label, "damaged_Label.csv": "\x00", "bom_label.csv": bom + label} {
		if _, err := Read(strings.NewReader(in), name, Options{}); err == nil || err.Error() != name+want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := Read(strings.NewReader(explorer), "migr_asydcfsta_Label.csv", Options{Table: "migr_asydcfsta"}); err != nil || got.Rows != 1 {
		t.Errorf("a table with the name of a Label file: %v", err)
	}
}

func TestLabelOf(t *testing.T) {
	for in, want := range map[string]string{
		"migr_asydcfsta_1_Data.csv": "migr_asydcfsta_Label.csv", filepath.Join("d", "x_12_data.CSV"): filepath.Join("d", "x_Label.csv"),
		"_1_Data.csv": "", "x_Data.csv": "", "x_1_Data.csv.gz": "", "x.tsv": "", "": "",
	} {
		if got := LabelOf(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}
