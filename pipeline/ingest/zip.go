package ingest

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"asylum/pipeline/eurostat"
	"asylum/pipeline/obs"
)

// Bounds of a zip file. It is held packed, for its list of files stands at its
// end; what is in it is unpacked as it is read.
const (
	maxZip      = 256 << 20
	maxZipFiles = 1000
	maxLabel    = 1 << 20
)

// An archive is what a zip file has for us: one table.
type archive struct {
	in    *bufio.Reader // the table, or the workbook whole
	name  string        // of the table inside; "" for a workbook that was not in a zip of its own
	label companion     // the Label file of a Data Explorer CSV, if there is one
	xlsx  bool          // in is a workbook of Excel
}

// isZip reports whether a file that begins with head is a zip, or a workbook.
func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// unzip opens the one table of a zip. A workbook, which is a zip too, is given
// as it is. Read errors of archive.in may be an *obs.ParseError.
func unzip(r io.Reader, file string, opt Options) (archive, error) {
	z, raw, err := openZip(r, file, maxZip)
	if err != nil {
		return archive{}, err
	}
	if eurostat.IsXLSX(z.File) {
		return archive{in: bufio.NewReader(bytes.NewReader(raw)), xlsx: true}, nil
	}
	if len(z.File) > maxZipFiles {
		return archive{}, badZip(file, fmt.Sprintf("a zip of %d files", len(z.File)), "one with a single table", "unpack it, and pass the table")
	}
	var a archive
	var found []*zip.File
	var names []string
	for _, f := range z.File {
		switch {
		case isLabel(f.Name) && a.label.name == "":
			a.label = packed(f, file)
		case !besides(f):
			found, names = append(found, f), append(names, obs.Quote(f.Name))
		}
	}
	if len(names) > obs.Shown {
		names = append(names[:obs.Shown], fmt.Sprintf("and %d more", len(found)-obs.Shown))
	}
	switch {
	case len(found) == 0 && a.label.name != "":
		return archive{}, alone(a.label.name)
	case len(found) == 0:
		return archive{}, badZip(file, "a zip without a table", "one with a single table", "unpack it and look what it holds")
	case len(found) > 1:
		return archive{}, badZip(file, fmt.Sprintf("a zip of %d files: %s", len(found), strings.Join(names, ", ")), "one with a single table", "unpack it, and pass its tables one by one")
	}
	in, err := openInner(found[0], file, opt)
	if err != nil {
		return archive{}, err
	}
	a.in, a.name = in, found[0].Name
	head, err := in.Peek(4)
	if err != nil && err != io.EOF {
		return archive{}, err
	}
	switch {
	case isZip(head):
		return a.workbook(file)
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return archive{}, nested(file, a.name, "a gzip file")
	}
	return a, nil
}

// workbook lets a zip in a zip pass only if it is a workbook.
func (a archive) workbook(file string) (archive, error) {
	z, raw, err := openZip(a.in, file+"!"+a.name, maxZip/2)
	if err != nil {
		return archive{}, err
	}
	if !eurostat.IsXLSX(z.File) {
		return archive{}, nested(file, a.name, "a zip")
	}
	a.in, a.xlsx = bufio.NewReader(bytes.NewReader(raw)), true
	return a, nil
}

func nested(file, name, what string) error {
	return badZip(file, what+" in a zip: "+obs.Quote(name), "a zip of a table", "unpack it, and pass what is inside")
}

func badZip(file, got, want, hint string) error {
	return &obs.ParseError{Pos: obs.Pos{File: file}, Got: got, Want: want, Hint: hint}
}

func openZip(r io.Reader, file string, most int64) (*zip.Reader, []byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, nil, err
	}
	if int64(len(raw)) > most {
		return nil, nil, badZip(file, fmt.Sprintf("a zip of more than %d bytes", most), "a table", "unpack it, and pass the table")
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, nil, damagedZip(file, err)
	}
	return z, raw, nil
}

func damagedZip(file string, err error) error {
	return badZip(file, "a damaged zip file ("+err.Error()+")", "a whole one", "download it again")
}

// besides reports whether a file in a zip is not meant as a table: folders,
// notes, and what macOS and Windows leave behind.
func besides(f *zip.File) bool {
	name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
	base := path.Base(name)
	return strings.HasSuffix(name, "/") || f.FileInfo().IsDir() || strings.HasPrefix(name, "__macosx/") || strings.Contains(name, "/__macosx/") ||
		strings.HasPrefix(base, ".") || base == "thumbs.db" || base == "desktop.ini" ||
		strings.HasPrefix(base, "readme") || strings.HasSuffix(base, ".txt") || isLabel(name)
}

// openInner opens a file in a zip, bounded by what it says and by what comes.
func openInner(f *zip.File, file string, opt Options) (*bufio.Reader, error) {
	most := opt.MaxBytes
	if most == 0 {
		most = maxBytes
	}
	at := file + "!" + f.Name
	if f.UncompressedSize64 > uint64(most) {
		return nil, tooBig(at, most)
	}
	if f.Flags&1 != 0 {
		return nil, badZip(at, "a file with a password", "one without", "unpack it, and pass what is inside")
	}
	in, err := f.Open()
	if err != nil {
		return nil, damagedZip(at, err)
	}
	return bufio.NewReaderSize(&inner{in, at, most, most}, eurostat.MaxLine), nil
}

func tooBig(at string, most int64) error {
	return badZip(at, fmt.Sprintf("a file that unpacks to more than %d bytes", most), "a table", "if it really is one, raise the limit with --max-bytes")
}

// inner gives the bytes of a file in a zip and checks them as they come.
type inner struct {
	r          io.Reader
	at         string
	left, most int64
}

func (i *inner) Read(p []byte) (int, error) {
	n, err := i.r.Read(p)
	if i.left -= int64(n); i.left < 0 {
		return 0, tooBig(i.at, i.most)
	}
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return n, damagedZip(i.at, err)
	}
	return n, err
}
