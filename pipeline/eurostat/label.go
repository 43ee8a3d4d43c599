package eurostat

import (
	"bytes"
	"strings"
	"time"

	"asylum/pipeline/obs"
)

// A Label is what the Label file says that the Data Explorer packed beside a
// CSV, which itself says neither.
type Label struct {
	Dataset string // its code, or ""
	Updated string // the day of its last update, YYYY-MM-DD, or ""
}

// IsLabel reports whether a file that begins with head is a Label file:
//
//	"DATASET: Population on 1 January by age and sex [demo_pjan]"
//
//	"LAST UPDATE: 12.03.21 09:25:50"
//
//	"EXTRACTION DATE: 01.04.21 01:49:54"
//
// and then the labels of every dimension.
func IsLabel(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return strings.HasPrefix(labelLine(line), datasetLine)
}

const (
	datasetLine = "DATASET: "
	updateLine  = "LAST UPDATE: "
)

// labelLine is a line without its quotes, and without the commas that a
// spreadsheet leaves behind one.
func labelLine(line []byte) string {
	return strings.Trim(strings.TrimPrefix(string(line), bom), "\",; \t\r\n")
}

// ReadLabel reads a Label file. It gives what there is, and what is wrong if
// the day of the last update is not there.
func ReadLabel(text []byte, file string) (Label, *obs.ParseError) {
	const want = `a line such as "LAST UPDATE: 12.03.21 09:25:50"`
	const mend = "pass --vintage if you know the day of extraction"
	var l Label
	n := 0
	for line := range bytes.Lines(text) {
		n++
		s := labelLine(line)
		if title, ok := strings.CutPrefix(s, datasetLine); ok && l.Dataset == "" {
			if m := bracketed().FindStringSubmatch(title); m != nil && strings.Trim(datasetCode(m[2]), "abcdefghijklmnopqrstuvwxyz0123456789_") == "" {
				l.Dataset = datasetCode(m[2])
			}
		}
		at, ok := strings.CutPrefix(s, updateLine)
		if !ok {
			continue
		}
		for _, layout := range []string{"02.01.06 15:04:05", "02.01.2006 15:04:05"} {
			if day, err := time.Parse(layout, at); err == nil {
				l.Updated = day.Format(time.DateOnly)
				return l, nil
			}
		}
		return l, &obs.ParseError{Pos: obs.Pos{File: file, Line: n, Col: 1}, Got: obs.Quote(s), Want: want, Hint: mend}
	}
	return l, &obs.ParseError{Pos: obs.Pos{File: file}, Got: "a Label file without the day of its last update", Want: want, Hint: mend}
}
