// Package ingest turns a file that someone has into a table: it unpacks it,
// recognises from its content what it is, and hands it to the right reader.
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
}

const maxBytes = 8 << 30

// ErrNoTable reports a file whose dataset can be told neither from its content
// nor from its name.
var ErrNoTable = errors.New("which table is this?")

// Read reads a file whole. Its SHA256 and size in the result are those of the
// bytes as received, before unpacking. File names the file in messages.
func Read(r io.Reader, file string, opt Options) (*table.Table, error) {
	sum, size := sha256.New(), counter(0)
	raw := bufio.NewReaderSize(io.TeeReader(r, io.MultiWriter(sum, &size)), eurostat.MaxLine)
	in, err := unpack(raw, file, opt)
	if err != nil {
		return nil, err
	}
	m := table.Meta{Table: opt.Table, Vintage: opt.Vintage, File: file}
	t, err := recognise(in, m, opt.Want)
	if err != nil {
		return nil, explain(err, file)
	}
	if _, err := io.Copy(io.Discard, raw); err != nil { // what follows the end belongs to the sum
		return nil, err
	}
	t.SHA256, t.Bytes = hex.EncodeToString(sum.Sum(nil)), int64(size)
	return t, nil
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
	return bufio.NewReaderSize(&bounded{gz, file, most, most}, eurostat.MaxLine), nil
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

// recognise tells the format from the first line and reads the rest.
func recognise(in *bufio.Reader, m table.Meta, want table.Want) (*table.Table, error) {
	head, err := in.Peek(1 << 12)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return nil, err
	}
	if line, _, _ := bytes.Cut(head, []byte("\n")); !bytes.Contains(line, []byte("\t")) {
		line, bom := bytes.CutPrefix(line, []byte("\xef\xbb\xbf"))
		if fields, err := csv.NewReader(bytes.NewReader(line)).Read(); err == nil {
			name, isUNHCR := unhcr.Recognise(fields)
			isAIDA := aida.Recognise(fields)
			if bom && (isUNHCR || isAIDA) {
				in.Discard(3) // behind it a quote would not be seen as one
			}
			if isUNHCR {
				m.Source, m.Format = "unhcr", "unhcr-csv"
				return sameTable(name, m, func(m table.Meta) (*table.Table, error) { return unhcr.ReadCSV(in, m, want) })
			}
			if isAIDA {
				m.Source, m.Format = "aida", "aida-csv"
				return sameTable("statistics", m, func(m table.Meta) (*table.Table, error) { return aida.ReadCSV(in, m, want) })
			}
		}
	}
	m.Source, m.Format = "eurostat", "tsv"
	if m.Table == "" {
		if m.Table = NameTable(m.File); m.Table == "" && bytes.Contains(bytes.ToUpper(head), []byte("TIME_PERIOD\t")) {
			return nil, fmt.Errorf("%s: %w\n\thint: a bulk TSV does not say; pass --table CODE, such as --table migr_asyappctza", m.File, ErrNoTable)
		}
	}
	return eurostat.ReadTSV(in, m)
}

// sameTable refuses a file that says it is another table than it was said to be.
func sameTable(name string, m table.Meta, read func(table.Meta) (*table.Table, error)) (*table.Table, error) {
	if m.Table != "" && m.Table != name {
		return nil, &obs.ParseError{Pos: obs.Pos{File: m.File, Line: 1, Col: 1}, Got: "the columns of " + name, Want: "those of " + m.Table, Hint: "pass --table " + name + ", or leave it out"}
	}
	m.Table = name
	return read(m)
}

// NameTable is the known dataset code that leads a file's name, or "".
func NameTable(file string) string {
	name := strings.ToLower(filepath.Base(file))
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
