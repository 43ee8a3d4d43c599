package eurostat

import (
	"bytes"

	"asylum/pipeline/obs"
)

// IsBIFF reports whether a file that begins with head is an Excel workbook of
// before 2007 (in an OLE container), as the old Data Explorer wrote them.
func IsBIFF(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
}

// RefuseBIFF is the refusal of such a workbook. Its sheets hold labels without
// codes and figures as they were shown, so that even a reader of the format
// could not tell what was published.
func RefuseBIFF(file string) error {
	return &obs.ParseError{Pos: obs.Pos{File: file}, Got: "an Excel workbook of before 2007 (.xls), as the old Data Explorer wrote it",
		Want: "a table with its codes",
		Hint: "download the same table from the Data Browser as TSV, SDMX-CSV or XLSX; if the figures of that day matter, load the Data Explorer's CSV of that day"}
}
