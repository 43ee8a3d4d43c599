package ingest

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"asylum/datasets"
	"asylum/pipeline/obs"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
)

const (
	tsv          = "citizen,geo\\TIME_PERIOD\t2022 \t2023 \r\nAF,DE\t: c\t0 n\r\nSY,DE\t120 bp\t007 \r\nSY,FR\t5 \t:b\r\n"
	decisions    = "\"year\",\"coo_iso\",\"coa_iso\",\"procedure_type\",\"dec_level\",\"dec_pc\",\"dec_recognized\",\"dec_other\",\"dec_rejected\",\"dec_closed\",\"dec_total\"\n2023,\"SYR\",\"DEU\",\"G\",\"FI\",\"P\",1,0,-,,5\n"
	applications = "\"year\",\"coo_iso\",\"coa_iso\",\"procedure_type\",\"app_type\",\"dec_level\",\"app_pc\",\"applied\"\n2023,\"SYR\",\"DEU\",\"G\",\"N\",\"FI\",\"P\",\"12\"\n"
	statistics   = "country,year,table,label,instance,measure,head,unit,value,origin,page,updated\nGR,2023,first_instance,Syria,first,applicants,H,persons,\"8,507[1]\",table,p,d\n" +
		"GR,2023,first_instance,Iraq,first,applicants,H,persons,\"2,992\r\n(2,715)\",table,p,d\nGR,2023,first_instance,Iran,first,applicants,H,persons,,table,p,d\n"
	bom = "\xef\xbb\xbf"
)

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

func TestRecognise(t *testing.T) {
	for _, tt := range []struct{ name, in, file, want string }{
		{"TSV", tsv, "dir/migr_asyappctza.tsv", "eurostat migr_asyappctza tsv 3"},
		{"TSV of any name", tsv, "MIGR_ASYAPPCTZA_tabular.TXT", "eurostat migr_asyappctza tsv 3"},
		{"UNHCR decisions", decisions, "x.txt", "unhcr asylum_decisions unhcr-csv 5"},
		{"UNHCR applications", applications, "migr_asyappctza.tsv", "unhcr asylum_applications unhcr-csv 1"},
		{"UNHCR, CRLF", strings.ReplaceAll(applications, "\n", "\r\n"), "x", "unhcr asylum_applications unhcr-csv 1"},
		{"AIDA", statistics, "x.csv", "aida statistics aida-csv 3"},
	} {
		for name, in := range map[string]string{"": tt.in, ", BOM": bom + tt.in, ", gzip": zipped(tt.in), ", BOM in gzip": zipped(bom + tt.in), ", gzip in pieces": zipped(tt.in[:9]) + zipped(tt.in[9:])} {
			file := tt.file
			if strings.Contains(name, "gzip") {
				file += ".gz"
			}
			got, err := Read(strings.NewReader(in), file, Options{Vintage: "2024-01-01"})
			if err != nil {
				t.Errorf("%s%s: %v", tt.name, name, err)
				continue
			}
			if s := fmt.Sprint(got.Source, " ", got.Meta.Table, " ", got.Format, " ", got.Rows); s != tt.want {
				t.Errorf("%s%s: got %s, want %s", tt.name, name, s, tt.want)
			}
			if got.SHA256 != sum(in) || got.Bytes != int64(len(in)) || got.File != file || got.Vintage != "2024-01-01" {
				t.Errorf("%s%s: got %+v, want the sum and size of what was received", tt.name, name, got.Meta)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	gz := zipped(tsv)
	flipped := []byte(gz)
	flipped[len(flipped)-6] ^= 1
	const (
		cut  = ": got a gzip file that is cut off, want a whole one\n\thint: download it again"
		html = `:1:1: got an HTML or XML page ("<html>"), want a table` + "\n\thint: the server answered with a page instead of data; download it again, or open the file to read what it says"
		csv  = ", want a CSV record with a field for each column\n\thint: download it again"
	)
	for _, tt := range []struct {
		name, in, file string
		opt            Options
		want           string
	}{
		{"empty file", "", "a.tsv", Options{}, "a.tsv:1:1: got an empty file, want a table\n\thint: download it again"},
		{"empty gzip", zipped(""), "a.tsv.gz", Options{}, "a.tsv.gz:1:1: got an empty file, want a table\n\thint: download it again"},
		{"empty, but .gz", "", "a.gz", Options{}, "a.gz:1:1: got \"\", want a gzip file, as the name says\n\thint: download it again; if it is a plain table, take .gz off its name"},
		{"not gzip", tsv[:20], "a.tsv.gz", Options{}, "a.tsv.gz:1:1: got \"citizen,geo\\\\TIME_PER\", want a gzip file, as the name says\n\thint: download it again; if it is a plain table, take .gz off its name"},
		{"HTML", "<html>\n", "a.tsv", Options{}, "a.tsv" + html},
		{"HTML in gzip", zipped("<html>\n"), "a.tsv.gz", Options{}, "a.tsv.gz" + html},
		{"gzip cut in its header", gz[:5], "a.tsv.gz", Options{}, "a.tsv.gz" + cut},
		{"gzip cut in its data", gz[:40], "migr_asyappctza.tsv.gz", Options{}, "migr_asyappctza.tsv.gz" + cut},
		{"gzip cut in its sum", gz[:len(gz)-3], "migr_asyappctza.tsv.gz", Options{}, "migr_asyappctza.tsv.gz" + cut},
		{"cut gzip of a CSV", zipped(applications)[:60], "a.csv.gz", Options{}, "a.csv.gz" + cut},
		{"cut gzip of AIDA", zipped(statistics)[:90], "a.csv.gz", Options{}, "a.csv.gz" + cut},
		{"gzip with a wrong sum", string(flipped), "migr_asyappctza.tsv.gz", Options{}, "migr_asyappctza.tsv.gz: got a damaged gzip file (gzip: invalid checksum), want a whole one\n\thint: download it again"},
		{"garbage behind gzip", gz + "garbage garbage", "migr_asyappctza.tsv.gz", Options{}, "migr_asyappctza.tsv.gz: got a damaged gzip file (gzip: invalid header), want a whole one\n\thint: download it again"},
		{"garbage in gzip", gz[:12] + "\xff\xff\xff" + gz[15:], "migr_asyappctza.tsv.gz", Options{}, "migr_asyappctza.tsv.gz: got a damaged gzip file (flate: corrupt input before offset 18), want a whole one\n\thint: download it again"},
		{"a bomb", zipped(tsv), "migr_asyappctza.tsv.gz", Options{MaxBytes: 50}, "migr_asyappctza.tsv.gz: got a gzip file that unpacks to more than 50 bytes, want a table\n\thint: if it really is one, raise the limit with --max-bytes"},
		{"a bomb of a CSV", zipped(applications + strings.Repeat(`2023,"SYR","DEU","G","N","FI","P",1`+"\n", 200)), "a.csv.gz", Options{MaxBytes: 5000}, "a.csv.gz: got a gzip file that unpacks to more than 5000 bytes, want a table\n\thint: if it really is one, raise the limit with --max-bytes"},
		{"a spreadsheet cut off", "PK\x03\x04\x14", "migr_asyappctza.xlsx", Options{}, "migr_asyappctza.xlsx: got a damaged zip file (zip: not a valid zip file), want a whole one\n\thint: download it again"},
		{"a CSV that another program made of an export", "freq,geo,TIME_PERIOD,values\nA,HR,2022,270\n", "migr_asyappctza.csv", Options{}, `migr_asyappctza.csv:1:1: got a CSV with the columns "freq,geo,TIME_PERIOD,values", want those of SDMX-CSV ("DATAFLOW,…" or "STRUCTURE,…"), of Eurostat's Data Explorer ("TIME,GEO,…,Value"), of UNHCR's tables, or "country_iso2,year,citizenship_label,measure,value_as_printed,…" for AIDA's` + "\n\thint: if a program wrote it, such as R's eurostat or pandas, add the export that the program read"},
		{"an old spreadsheet", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "migr_dubti.xls", Options{}, "migr_dubti.xls: got an Excel workbook of before 2007 (.xls), as the old Data Explorer wrote it, want a table with its codes\n\thint: download the same table from the Data Browser as TSV, SDMX-CSV or XLSX; if the figures of that day matter, load the Data Explorer's CSV of that day"},
		{"which table?", tsv, "download.tsv", Options{}, "download.tsv: which table is this?\n\thint: this format does not say; pass --table CODE, such as --table migr_asyappctza"},
		{"which table, in small letters?", strings.Replace(tsv, "TIME_PERIOD", "time_period", 1), "download.tsv", Options{}, "download.tsv: which table is this?\n\thint: this format does not say; pass --table CODE, such as --table migr_asyappctza"},
		{"another table", decisions, "a.csv", Options{Table: "asylum_applications"}, "a.csv:1:1: got the columns of asylum_decisions, want those of asylum_applications\n\thint: pass --table asylum_decisions, or leave it out"},
		{"another source", statistics, "a.csv", Options{Table: "migr_asyappctza"}, "a.csv:1:1: got the columns of statistics, want those of migr_asyappctza\n\thint: pass --table statistics, or leave it out"},
		{"a bad row in gzip", zipped(strings.Replace(tsv, "120 bp", "12O b", 1)), "migr_asyappctza.tsv.gz", Options{}, `migr_asyappctza.tsv.gz:3:7: got "12O b", want a count, then optional flags, such as "120 bp"` + "\n\thint: correct the export, or use \":\" if there is no value"},
		{"a bad line behind a BOM", bom + applications + "2023\n", "a.csv", Options{}, "a.csv:3:1: got wrong number of fields" + csv},
	} {
		dir := t.TempDir()
		file := filepath.Join(dir, tt.file)
		if err := os.WriteFile(file, []byte(tt.in), 0o666); err != nil {
			t.Fatal(err)
		}
		lake := filepath.Join(dir, "lake")
		l, err := store.Create(lake)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Add(l, file, tt.opt)
		if err == nil {
			t.Errorf("%s: added as %+v", tt.name, got)
			continue
		}
		if m := strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), ""); m != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, m, tt.want)
		}
		if _, err := os.Stat(lake); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the lake was begun", tt.name)
		}
		if errors.Is(err, ErrNoTable) != strings.HasPrefix(tt.name, "which table") {
			t.Errorf("%s: ErrNoTable is not told apart", tt.name)
		}
	}
}

// Wherever a gzip file is cut, it is refused.
func TestEveryCut(t *testing.T) {
	for _, in := range []string{zipped(tsv), zipped(applications), zipped(statistics)} {
		for n := range len(in) {
			if got, err := Read(strings.NewReader(in[:n]), "migr_asyappctza.tsv.gz", Options{}); err == nil {
				t.Errorf("%d of %d bytes read as %v", n, len(in), got)
			} else if !strings.HasPrefix(err.Error(), "migr_asyappctza.tsv.gz:") {
				t.Errorf("%d of %d bytes: %v", n, len(in), err)
			}
		}
	}
}

func TestNameTable(t *testing.T) {
	for name, want := range map[string]string{
		"migr_asyappctza.tsv": "migr_asyappctza", "/a/b/MIGR_ASYAPPCTZA.TSV.GZ": "migr_asyappctza", "migr_asyappctza_tabular.tsv.gz": "migr_asyappctza",
		"migr_asyappctza (1).tsv": "migr_asyappctza", "migr_asyappctza.bulk-2023.tsv.gz": "migr_asyappctza", "migr_asydcfstq-2024.tsv": "migr_asydcfstq", "migr_asydcfstq_1_Data.csv": "migr_asydcfstq",
		"estat_migr_asyappctza.tsv.gz": "migr_asyappctza", "migr_asyappctzm__custom_39520_20201006_200227.tsv": "migr_asyappctzm", "migr_asyappctzm__custom_39520_tabular.tsv": "migr_asyappctzm",
		"download.tsv": "", "": "", ".tsv": "", "migr_asyappctzax.tsv": "", "my_migr_asyappctza.tsv": "", "migr_asyappctza/x.tsv": "",
	} {
		if got := NameTable(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func add(t *testing.T, l *store.Lake, name, in string, opt Options) Added {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(in), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := Add(l, file, opt)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAddTwice(t *testing.T) {
	l, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	first := add(t, l, "migr_asyappctza.tsv.gz", zipped(tsv), Options{Vintage: "2023-04-30"})
	if !first.New || first.Rows != 3 || first.Cells != 4 || strings.Join(first.Warnings, "\n") != "" {
		t.Errorf("got %+v", first)
	}
	again := add(t, l, "renamed.tsv.gz", zipped(tsv), Options{Table: "migr_asyappctza"})
	if again.New || again.Vintage != "2023-04-30" || again.Rows != 3 || again.Cells != 4 || len(again.Warnings) > 0 {
		t.Errorf("got %+v", again)
	}
	dated := add(t, l, "migr_asyappctza.tsv", tsv, Options{})
	if !dated.New || dated.Note == "" || !strings.HasSuffix(strings.Join(dated.Warnings, ""), "migr_asyappctza.tsv: vintage "+dated.Vintage+" is the file's own date; pass --vintage if you know the day of extraction") {
		t.Errorf("got %+v", dated)
	}
	file := filepath.Join(t.TempDir(), "migr_asyappctza.tsv")
	if err := os.WriteFile(file, []byte(tsv+"UA,DE\t1 \t2 \r\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Add(l, file, Options{Vintage: "../../x"}); err == nil || err.Error() != `"../../x" cannot be part of a path` {
		t.Errorf("a vintage that leads out of the lake: %v", err)
	}
}

// A file's own date that is to come, by a clock that is wrong, dates nothing.
func TestAddFromTheFuture(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	l, err := store.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "migr_asyappctza.tsv")
	if err := os.WriteFile(file, []byte(tsv), 0o666); err != nil {
		t.Fatal(err)
	}
	day := time.Date(2099, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := os.Chtimes(file, day, day); err != nil {
		t.Fatal(err)
	}
	_, err = Add(l, file, Options{})
	if want := file + ": the export does not say when it was extracted, and the file's own date is 2099-01-02, a day to come\n\thint: set the clock, or pass --vintage DATE"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the lake was begun")
	}
}

// A file that somebody writes to, cuts or removes while it is added comes into
// the lake as it was at some moment, or not at all.
func TestAddWhileTheFileChanges(t *testing.T) {
	dir := t.TempDir()
	l, err := store.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "migr_asyappctza.tsv")
	next := make(chan int)
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := range next {
			if n%4 == 3 {
				os.Remove(file)
			}
			os.WriteFile(file, []byte(strings.Replace(tsv, "120", strconv.Itoa(n), 1)), 0o666) // in place: neither whole nor at once
		}
	})
	added, refused := 0, 0
	for n := 0; n < 20000 && (added < 4 || refused < 4); n++ {
		next <- n
		got, err := Add(l, file, Options{Vintage: "2024-01-01"})
		if err != nil {
			refused++
		} else if got.New {
			added++
		}
	}
	close(next)
	wg.Wait()
	if added < 4 || refused < 4 {
		t.Errorf("%d added, %d refused: too few of one kind", added, refused)
	}
	c, err := store.Verify(dir, nil)
	if err != nil || len(c.Faults)+len(c.Begun) > 0 {
		t.Errorf("%v, %+v", err, c)
	}
}

// places are all the cells of a table that the source wrote.
func places(tab *table.Table) (out []*Place) {
	for c := range tab.Chunks {
		for r := range tab.Chunks[c].Rows {
			for p := range tab.Periods {
				if tab.Chunks[c].Held(r, p) {
					o := tab.Observation(c, r, p)
					out = append(out, &Place{Meta: &tab.Meta, Cell: &o})
				}
			}
		}
	}
	return out
}

func found(ps []*Place) string {
	var b strings.Builder
	for _, p := range ps {
		fmt.Fprintf(&b, "%d:%d %q\n", p.Cell.Pos.Line, p.Cell.Pos.Col, p.Raw)
	}
	return b.String()
}

func TestLocate(t *testing.T) {
	const cells = "2:7 \": c\"\n2:11 \"0 n\"\n3:7 \"120 bp\"\n3:14 \"007\"\n4:7 \"5\"\n4:10 \":b\"\n"
	for _, tt := range []struct{ name, in, want string }{
		{"migr_asyappctza.tsv", tsv, cells},
		{"migr_asyappctza.tsv.gz", zipped(tsv), cells},
		{"migr_asyappctza.tsv", strings.ReplaceAll(tsv, "\r", ""), cells},
		{"migr_asyappctza.tsv", bom + tsv, cells},
		{"migr_asyappctza.tsv", strings.TrimSuffix(tsv, "\r\n") + " ", cells},
		{"migr_asyappctza.tsv", strings.Replace(tsv, "2022 \t2023", "2022M01\t2023-01", 1), cells},
		{"u.csv", decisions, "2:31 \"1\"\n2:33 \"0\"\n2:35 \"-\"\n2:37 \"\"\n2:38 \"5\"\n"},
		{"u.csv.gz", zipped(bom + decisions), "2:31 \"1\"\n2:33 \"0\"\n2:35 \"-\"\n2:37 \"\"\n2:38 \"5\"\n"},
		{"u.csv", applications, "2:35 \"12\"\n"},
		{"a.csv", statistics, "2:57 \"8,507[1]\"\n3:56 \"2,992\\n(2,715)\"\n5:56 \"\"\n"},
	} {
		l, err := store.Create(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		add(t, l, tt.name, tt.in, Options{Vintage: "2024-01-01"})
		m := l.Vintages()[0]
		tab, err := l.Load(m, table.Want{})
		if err != nil {
			t.Fatal(err)
		}
		ps := places(tab)
		if err := Locate(l, ps); err != nil || found(ps) != tt.want {
			t.Errorf("%s: got %v\n%s\nwant\n%s", tt.name, err, found(ps), tt.want)
		}

		// The cell does not say what the table says.
		last := places(tab)
		last = last[len(last)-1:]
		last[0].Cell.Count, last[0].Cell.Known, last[0].Cell.Printed = 77, true, ""
		if err := Locate(l, last); err == nil || !strings.HasSuffix(err.Error(), fmt.Sprintf(`: the raw file says %q, the table "77`, last[0].Raw)+strings.TrimSuffix(" "+last[0].Cell.Flags, " ")+`"`) {
			t.Errorf("%s: a cell that lies: %v", tt.name, err)
		}

		// The file is another one, though all its cells are the same.
		changed := tt.in + "\n"
		if err := os.WriteFile(m.File, []byte(changed), 0o666); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("%s is not the file that was read: its sha256 is %s, the table's %s\n\thint: bring the file back from a copy", m.File, sum(changed), m.SHA256)
		if err := Locate(l, places(tab)); err == nil || err.Error() != want {
			t.Errorf("%s, changed: got %v\nwant %s", tt.name, err, want)
		}
	}
}

func TestLocateBeyondTheFile(t *testing.T) {
	l, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	add(t, l, "migr_asyappctza.tsv", tsv, Options{Vintage: "2024-01-01"})
	m := l.Vintages()[0]
	for _, tt := range []struct {
		cell obs.Observation
		want string
	}{
		{obs.Observation{Period: "2022", Pos: obs.Pos{File: "f", Line: 9}}, m.File + " has no line 9: it is not the file that was read"},
		{obs.Observation{Period: "2019", Pos: obs.Pos{File: "f", Line: 2}}, "f:2: no cell for 2019"},
	} {
		if err := Locate(l, []*Place{{Meta: &m, Cell: &tt.cell}}); err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

// The embedded data is what its origins say, and answers as its copy in a lake.
func TestEmbedded(t *testing.T) {
	e, err := OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	origins, err := datasets.Exports()
	if err != nil || len(origins) == 0 || len(origins) != len(e.Vintages()) {
		t.Fatalf("%d origins, %d vintages, %v", len(origins), len(e.Vintages()), err)
	}
	dir := t.TempDir()
	l, err := store.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Copy(l); err != nil {
		t.Fatal(err)
	}
	if err := e.Copy(l); err != nil || len(l.Vintages()) != len(origins) {
		t.Errorf("copied again: %v, %d vintages", err, len(l.Vintages()))
	}
	reopened, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]table.Meta{}
	for _, m := range reopened.Vintages() {
		kept[m.SHA256] = m
	}
	for i, m := range e.Vintages() {
		data, err := datasets.FS.ReadFile(origins[i].File)
		if err != nil {
			t.Fatal(err)
		}
		if s := sum(string(data)); s != origins[i].SHA256 || s != m.SHA256 {
			t.Errorf("%s: sha256 is %s, its origin says %s", m.File, s, origins[i].SHA256)
		}
		a, err := e.Load(m, table.Want{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := reopened.Load(kept[m.SHA256], table.Want{})
		if err != nil {
			t.Fatal(err)
		}
		am, bm := a.Meta, b.Meta
		am.File, bm.File = "", ""
		if !reflect.DeepEqual(am, bm) {
			t.Errorf("%s: the copy is\n%+v, not\n%+v", m.File, bm, am)
		}
		pa, pb := places(a), places(b)
		if len(pa) != len(pb) || len(pa) == 0 {
			t.Fatalf("%s: %d cells, %d in the copy", m.File, len(pa), len(pb))
		}
		if err := Locate(e, pa); err != nil {
			t.Error(err)
		}
		if err := Locate(reopened, pb); err != nil {
			t.Error(err)
		}
		for i := range pa {
			x, y := *pa[i].Cell, *pb[i].Cell
			x.Pos.File, y.Pos.File = "", ""
			if !reflect.DeepEqual(x, y) || pa[i].Raw != pb[i].Raw {
				t.Fatalf("%s: %+v, in the copy %+v", m.File, x, y)
			}
		}
	}

	fresh, err := OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range fresh.Vintages() { // a part has what was wanted, as the whole has it
		whole, err := e.Load(m, table.Want{})
		if err != nil {
			t.Fatal(err)
		}
		period := whole.Periods[len(whole.Periods)-1]
		want := table.Want{Periods: []obs.Period{period}, Codes: map[string][]string{"geo": {"HR"}}}
		part, err := fresh.Load(m, want)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := wanted(part, period), wanted(whole, period); got != want {
			t.Errorf("%s: a part has\n%s, the whole\n%s", m.File, got, want)
		}
	}
}

// wanted prints what a table says of Croatia in a period.
func wanted(tab *table.Table, period obs.Period) string {
	var lines []string
	geo := tab.Dim("geo")
	for _, p := range places(tab) {
		if p.Cell.Period == period && p.Cell.Key[geo] == "HR" {
			lines = append(lines, fmt.Sprintf("%+v", *p.Cell))
		}
	}
	slices.Sort(lines) // a part has its rows in another order
	return strings.Join(lines, "\n")
}

func TestOpenFiles(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for name, in := range map[string]string{"migr_asyappctza.tsv": tsv, "migr_asydcfsta.tsv": tsv} {
		names = append(names, filepath.Join(dir, name))
		if err := os.WriteFile(names[len(names)-1], []byte(in), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	f, err := OpenFiles(names, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range f.Vintages() { // two tables of the same bytes
		got, err := f.Load(m, table.Want{})
		if err != nil || got.Meta.Table != NameTable(names[i]) || m.Vintage != fmt.Sprintf("file-%06d", i+1) {
			t.Errorf("%s: got %v, %v", names[i], got, err)
		}
		ps := places(got)
		if err := Locate(f, ps); err != nil {
			t.Error(err)
		}
	}
	if _, err := OpenFiles([]string{filepath.Join(dir, "none.tsv")}, Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}
