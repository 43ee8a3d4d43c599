package eurostat

import (
	"testing"

	"asylum/datasets/needs"
)

func TestOldWorkbookIsRefused(t *testing.T) {
	if IsBIFF([]byte("PK\x03\x04")) || IsBIFF([]byte{0xd0, 0xcf}) {
		t.Error("another file is taken for a workbook")
	}
	want := "f.xls: got an Excel workbook of before 2007 (.xls), as the old Data Explorer wrote it, want a table with its codes\n\thint: download the same table from the Data Browser as TSV, SDMX-CSV or XLSX; if the figures of that day matter, load the Data Explorer's CSV of that day"
	if got := RefuseBIFF("f.xls").Error(); got != want {
		t.Errorf("got %s", got)
	}
	if !IsBIFF(needs.File(t, "data/eurostat/xlsx/migr_dubti.explorer-2015.xls")) {
		t.Error("the real one is not recognised")
	}
}
