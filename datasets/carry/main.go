// Carry takes the figures of exports that stand in the shared data directory
// over into datasets/exports, each in the export format of its source, with its
// origin beside it. Only the figures and codes of the cells chosen here come
// along, parsed and written anew; the same inputs give the same bytes.
//
//	go run ./datasets/carry -shared ../shared -out datasets/exports
//
// Exit status: 0 done; 1 could not read or write; 2 wrong usage; 3 the source
// does not hold what it should.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"asylum/datasets"
	"asylum/datasets/collected"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("carry", flag.ContinueOnError)
	flags.SetOutput(stderr)
	shared := flags.String("shared", "../shared", "`directory` that holds data/")
	codes := flags.String("codes", "datasets/codes", "`directory` of the code lists")
	out := flags.String("out", "datasets/exports", "`directory` to write to")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "carry: got %q, want flags only\n", flags.Args())
		return 2
	}
	if err := carry(*shared, *codes, *out, stdout); err != nil {
		fmt.Fprintf(stderr, "carry: %v\n", err)
		if errors.Is(err, errSource) || errors.Is(err, collected.ErrFigures) {
			return 3
		}
		return 1
	}
	return 0
}

// errSource reports a source that does not hold what it should.
var errSource = errors.New("source data not as expected")

// An export is one file to write. Figures counts the cells with a value.
type export struct {
	origin  datasets.Origin
	body    []byte
	figures int
}

// A carrier builds one export from the shared data and the code lists.
type carrier func(data string, c *codes) (export, error)

var carriers = []carrier{
	applicants2023, applicants2024, decisions2017, decisionsQuarterly2023, population2025,
	unhcrDecisions, unhcrApplications, aidaStatistics,
}

func carry(shared, codesDir, out string, report io.Writer) error {
	c, err := readCodes(codesDir)
	if err != nil {
		return err
	}
	total := 0
	for _, build := range carriers {
		e, err := build(filepath.Join(shared, "data"), c)
		if err != nil {
			return err
		}
		if err := e.write(out); err != nil {
			return err
		}
		fmt.Fprintf(report, "%7d figures %7d bytes  %s\n", e.figures, len(e.body), e.origin.File)
		total += e.figures
	}
	fmt.Fprintf(report, "%7d figures in all\n", total)
	return nil
}

// write puts the export and its origin below dir, which stands for exports in
// the embedded tree.
func (e export) write(dir string) error {
	o := e.origin
	name := path.Join(o.Source, o.Table, o.Vintage, path.Base(o.File))
	sum := sha256.Sum256(e.body)
	o.SHA256, o.Bytes = hex.EncodeToString(sum[:]), int64(len(e.body))

	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file, e.body, 0o644); err != nil {
		return err
	}
	var doc bytes.Buffer
	enc := json.NewEncoder(&doc)
	enc.SetEscapeHTML(false) // addresses hold &
	enc.SetIndent("", "  ")
	if err := enc.Encode(o); err != nil {
		return err
	}
	return os.WriteFile(file+".origin.json", doc.Bytes(), 0o644)
}

// placed fills in what follows from source, table and vintage.
func placed(o datasets.Origin) datasets.Origin {
	o.File = path.Join("exports", o.Source, o.Table, o.Vintage, o.Table+"."+o.Format)
	return o
}

// readFile returns the content of a shared file, unpacked if its name ends in .gz.
func readFile(elem ...string) ([]byte, error) {
	name := filepath.Join(elem...)
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if !strings.HasSuffix(name, ".gz") {
		return io.ReadAll(f)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// readCSV returns the records of a shared CSV file as maps from column to
// value, after checking that the head holds exactly the columns named.
func readCSV(columns string, elem ...string) ([]map[string]string, error) {
	data, err := readFile(elem...)
	if err != nil {
		return nil, err
	}
	name := elem[len(elem)-1]
	records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if got := strings.Join(records[0], ","); got != columns {
		return nil, fmt.Errorf("%s: got columns %s, want %s: %w", name, got, columns, errSource)
	}
	rows := make([]map[string]string, 0, len(records)-1)
	for _, record := range records[1:] {
		row := make(map[string]string, len(record))
		for i, column := range records[0] {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	return rows, nil
}
