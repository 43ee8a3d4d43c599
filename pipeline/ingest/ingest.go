// Package ingest turns a file that someone has into a table: it unpacks it,
// recognises from its content what it is, and hands it to the right reader.
//
// Four things give a Data that definitions can be applied to: OpenEmbedded the
// exports that come with the program, Open a lake, OpenFiles raw files without
// one; and Add puts a file into a lake. Read gives the table of one file. A file
// that does not parse is refused whole, by an obs.Refusal that names its bad
// cells by line and column.
package ingest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"asylum/pipeline/aida"
	"asylum/pipeline/code"
	"asylum/pipeline/eurostat"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
	"asylum/pipeline/unhcr"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// Options say what a file does not say itself. The zero value asks the file.
type Options struct {
	Table    string     // the dataset code, over the one in the file name
	Vintage  string     // the day of extraction, YYYY-MM-DD
	Whole    bool       // the file is its whole table, whatever earlier vintages held
	Want     table.Want // what to read, where the format has a line a cell
	MaxBytes int64      // how much a gzip file may unpack to; 0 means 8 GiB

	label    companion // what stands beside the file
	unsummed bool      // the SHA256 of the result may stay empty
}

const maxBytes = 8 << 30

// ErrNoTable reports a file whose dataset can be told neither from its content
// nor from its name.
var ErrNoTable = obs.ErrNoTable

// Read reads a file whole. Its SHA256 and size in the result are those of the
// bytes as received, before unpacking. File names the file in messages.
func Read(r io.Reader, file string, opt Options) (*table.Table, error) {
	sum, size := sha256.New(), counter(0)
	var to io.Writer = &size
	if !opt.unsummed {
		to = io.MultiWriter(sum, &size)
	}
	raw := bufio.NewReaderSize(io.TeeReader(r, to), glance)
	in, m, kind, err := open(raw, file, opt)
	if err != nil {
		return nil, err
	}
	unpacked := readAhead(in)
	t, err := kind.into(unpacked, m, opt.Want)
	unpacked.stop()
	if err != nil {
		return nil, explain(err, file)
	}
	if _, err := io.Copy(io.Discard, raw); err != nil { // what follows the end belongs to the sum
		return nil, err
	}
	if t.Bytes = int64(size); !opt.unsummed {
		t.SHA256 = hex.EncodeToString(sum.Sum(nil))
	}
	return t, nil
}

// glance is how much of a file tells what it is; of a page on the web it may be
// all.
const glance = 1 << 16

// roomy gives a page on the web more room to be looked at.
func roomy(in *bufio.Reader) *bufio.Reader {
	head, _ := in.Peek(glance)
	if aida.IsHTML(head) && in.Size() < eurostat.MaxLine {
		return bufio.NewReaderSize(in, eurostat.MaxLine)
	}
	return in
}

// open unpacks a file and tells what is in it.
func open(raw *bufio.Reader, file string, opt Options) (io.Reader, table.Meta, reading, error) {
	m := table.Meta{Table: opt.Table, Vintage: opt.Vintage, File: file}
	in, err := unpack(raw, file, opt)
	if err != nil {
		return nil, m, reading{}, err
	}
	if head, _ := in.Peek(4); isZip(head) {
		a, err := unzip(in, file, opt)
		switch {
		case err != nil:
			return nil, m, reading{}, explain(err, file)
		case a.xlsx:
			return a.in, m, reading{"eurostat", "xlsx", "", eurostat.ReadXLSX}, nil
		}
		in = a.in
		if a.label.name != "" {
			opt.label = a.label
		}
		if m.Table == "" && NameTable(file) == "" {
			m.Table = NameTable(a.name)
		}
	}
	in = roomy(in)
	kind, err := recognise(in, m)
	if err == nil && kind.format == "explorer-csv" {
		kind.after(opt.label.tell(&m, &kind, opt))
		err = kind.known(file)
	}
	if err != nil {
		return nil, m, kind, explain(err, file)
	}
	return in, m, kind, nil
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// explain turns an error of the unpacking into one that says how to mend it.
func explain(err error, file string) error {
	at := obs.Pos{File: file}
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &obs.ParseError{Pos: at, Got: "a gzip file that is cut off", Want: "a whole one", Hint: "download it again"}
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt):
		return &obs.ParseError{Pos: at, Got: "a damaged gzip file (" + err.Error() + ")", Want: "a whole one", Hint: "download it again"}
	}
	return err
}

func unpack(raw *bufio.Reader, file string, opt Options) (*bufio.Reader, error) {
	head, err := raw.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		if strings.HasSuffix(file, ".gz") {
			start, _ := raw.Peek(40)
			return nil, &obs.ParseError{Pos: obs.Pos{File: file, Line: 1, Col: 1}, Got: obs.Quote(start), Want: "a gzip file, as the name says",
				Hint: "download it again; if it is a plain table, take .gz off its name"}
		}
		return raw, nil
	}
	gz, err := gzip.NewReader(raw)
	if err != nil {
		return nil, explain(err, file)
	}
	most := opt.MaxBytes
	if most == 0 {
		most = maxBytes
	}
	return bufio.NewReaderSize(&bounded{gz, file, most, most}, glance), nil
}

// bounded stops a file that unpacks to more than anybody's table.
type bounded struct {
	r          io.Reader
	file       string
	left, most int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, &obs.ParseError{Pos: obs.Pos{File: b.file}, Got: fmt.Sprintf("a gzip file that unpacks to more than %d bytes", b.most),
			Want: "a table", Hint: "if it really is one, raise the limit with --max-bytes"}
	}
	return n, err
}

// A reading is a format that was recognised: who wrote the file, what it is
// called, and how it is read. Table is set where it is known before.
type reading struct {
	source, format, table string
	read                  func(in io.Reader, m table.Meta, want table.Want) (*table.Table, error)
}

// recognise tells the format from the first bytes of a file.
func recognise(in *bufio.Reader, m table.Meta) (reading, error) {
	head, err := in.Peek(1 << 12)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return reading{}, err
	}
	named := m.Table
	if named == "" {
		named = NameTable(m.File)
	}
	switch {
	case eurostat.IsBIFF(head):
		return reading{}, eurostat.RefuseBIFF(m.File)
	case unhcr.IsJSON(head):
		return reading{"unhcr", "unhcr-json", m.Table, unhcr.ReadJSON}, nil
	case eurostat.IsJSON(head):
		return reading{"eurostat", "json-stat", m.Table, eurostat.ReadJSONStat}, nil
	case aida.IsHTML(head) && (m.Table == "statistics" || (named == "" || named == "statistics") && isAIDA(in)):
		return reading{"aida", "aida-html", "statistics", aida.ReadHTML}, nil
	case eurostat.IsLabel(head):
		return reading{}, alone(m.File)
	}
	if line, _, _ := bytes.Cut(head, []byte("\n")); !bytes.Contains(line, []byte("\t")) {
		line, bom := bytes.CutPrefix(line, []byte("\xef\xbb\xbf"))
		if fields, err := csv.NewReader(bytes.NewReader(line)).Read(); err == nil {
			r, ok := recogniseCSV(fields, m.Table, named)
			if ok && bom {
				in.Discard(3) // behind it a quote would not be seen as one
			}
			if ok {
				return r, nil
			}
			if len(fields) > 1 && !isLabel(m.File) && !bytes.ContainsAny(line, `\{<`) {
				return reading{}, &obs.ParseError{Pos: obs.Pos{File: m.File, Line: 1, Col: 1}, Got: "a CSV with the columns " + obs.Quote(strings.TrimSpace(string(line))),
					Want: `those of SDMX-CSV ("DATAFLOW,…" or "STRUCTURE,…"), of Eurostat's Data Explorer ("TIME,GEO,…,Value"), of UNHCR's tables, or "country_iso2,year,citizenship_label,measure,value_as_printed,…" for AIDA's`,
					Hint: "if a program wrote it, such as R's eurostat or pandas, add the export that the program read"}
			}
		}
	}
	r := reading{"eurostat", "tsv", named, eurostat.PickTSV}
	if line, _, _ := bytes.Cut(head, []byte("\n")); !eurostat.RecogniseTSV(line) {
		if isLabel(m.File) {
			return r, alone(m.File)
		}
		return r, nil // reading it says what is wrong with its head
	}
	return r, r.known(m.File)
}

// isAIDA reports whether an HTML page speaks of AIDA: any other is an answer of
// some server that had no data.
func isAIDA(in *bufio.Reader) bool {
	page, _ := in.Peek(eurostat.MaxLine) // shorter where the page is
	page = bytes.ToLower(page)
	return bytes.Contains(page, []byte("asylumineurope")) || bytes.Contains(page, []byte("country report"))
}

func recogniseCSV(fields []string, table, named string) (reading, bool) {
	if name, ok := unhcr.Recognise(fields); ok {
		return reading{"unhcr", "unhcr-csv", name, unhcr.ReadCSV}, true
	}
	switch {
	case unhcr.IsCountries(fields):
		return reading{"unhcr", "unhcr-countries", "countries", unhcr.ReadCountries}, true
	case aida.Recognise(fields):
		return reading{"aida", "aida-csv", "statistics", aida.ReadCSV}, true
	case eurostat.IsSDMXCSV(fields):
		return reading{"eurostat", "sdmx-csv", table, eurostat.ReadSDMXCSV}, true
	case eurostat.IsExplorerCSV(fields):
		return reading{"eurostat", "explorer-csv", named, eurostat.ReadExplorerCSV}, true
	}
	return reading{}, false
}

// known refuses a file whose dataset neither its content nor its name tells.
func (r *reading) known(file string) error {
	if r.table == "" && (r.format == "tsv" || r.format == "explorer-csv") {
		return fmt.Errorf("%s: %w\n\thint: this format does not say; pass --table CODE, such as --table migr_asyappctza", file, ErrNoTable)
	}
	return nil
}

// after adds doubts to those of the table when it is read.
func (r *reading) after(doubts []*obs.ParseError) {
	if len(doubts) == 0 {
		return
	}
	read := r.read
	r.read = func(in io.Reader, m table.Meta, want table.Want) (*table.Table, error) {
		t, err := read(in, m, want)
		if err == nil {
			t.Doubts = append(doubts, t.Doubts...)
		}
		return t, err
	}
}

// into reads a file that was recognised.
func (r *reading) into(in io.Reader, m table.Meta, want table.Want) (*table.Table, error) {
	if m.Table != "" && r.table != "" && m.Table != r.table {
		return nil, &obs.ParseError{Pos: obs.Pos{File: m.File, Line: 1, Col: 1}, Got: "the columns of " + r.table, Want: "those of " + m.Table, Hint: "pass --table " + r.table + ", or leave it out"}
	}
	m.Source, m.Format, m.Table = r.source, r.format, r.table
	return r.read(in, m, want)
}

// NameTable is the known dataset code that leads a file's name, or "".
func NameTable(file string) string {
	name := strings.ToLower(filepath.Base(file))
	if m := dataName().FindStringSubmatch(name); m != nil {
		name = m[1]
	}
	end := strings.IndexFunc(name, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if end >= 0 {
		name = name[:end]
	}
	name, _, _ = strings.Cut(strings.TrimPrefix(name, "estat_"), "__custom_") // as the Data Browser names downloads
	name = strings.TrimSuffix(name, "_tabular")
	if _, ok := code.Table(name); ok {
		return name
	}
	return ""
}
