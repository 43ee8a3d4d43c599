package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"asylum/pipeline/store"
	"asylum/pipeline/table"
)

// Added tells what became of a file.
type Added struct {
	table.Meta
	Rows, Cells int
	New         bool   // false: the lake had these bytes already
	Warning     string // what the vintage rests on, where the file does not say
}

// Add reads a file and puts it into the lake, whole or not at all.
func Add(l *store.Lake, file string, opt Options) (Added, error) {
	in, err := os.Open(file)
	if err != nil {
		return Added{}, err
	}
	defer in.Close()
	t, err := Read(in, file, opt)
	if err != nil {
		return Added{}, err
	}
	if m, ok := l.Find(t.Meta.Table, t.SHA256); ok {
		return Added{Meta: m, Rows: t.Rows, Cells: t.Count()}, nil
	}
	var warning string
	if t.Vintage == "" {
		st, err := in.Stat()
		if err != nil {
			return Added{}, err
		}
		t.Vintage = st.ModTime().UTC().Format(time.DateOnly)
		t.Note = "the file's own date: the export does not say when it was extracted"
		warning = fmt.Sprintf("%s: vintage %s is the file's own date; pass --vintage if you know the day of extraction", file, t.Vintage)
	}
	if _, err := in.Seek(0, 0); err != nil {
		return Added{}, err
	}
	isNew, err := l.Put(t, in, extension(file))
	return Added{Meta: t.Meta, Rows: t.Rows, Cells: t.Count(), New: isNew, Warning: warning}, err
}

// extension is what a raw file keeps of its name: ".tsv.gz", ".csv".
func extension(file string) string {
	base := strings.ToLower(filepath.Base(file))
	ext := filepath.Ext(base)
	if ext == ".gz" {
		ext = filepath.Ext(strings.TrimSuffix(base, ext)) + ext
	}
	if len(ext) > 10 || strings.ContainsAny(ext, `/\`) {
		return ""
	}
	return ext
}
