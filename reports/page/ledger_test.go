package page

import (
	"strings"
	"testing"

	"asylum/pipeline/ledger"
)

// Every published figure has its row, under a topic whose sum counts it, and
// what explains a figure that does not hold is on the page.
func TestTheLedgerListsEveryFigure(t *testing.T) {
	s := build(t, embedded(t))
	files, err := s.Files()
	if err != nil {
		t.Fatal(err)
	}
	page := string(files["index.html"])
	all, err := ledger.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if n := strings.Count(page, `id="`+f.ID+`"`); n != 1 {
			t.Errorf("%s has %d rows", f.ID, n)
		}
	}
	for _, must := range []string{
		"196 published figures", "Cyprus, AIDA <span class=\"small\">22: 6 truncated, ", `<td class="truncated">truncated</td><td>2,040/2,084 = 97.89 %, as printed</td><td class="n">−0.09</td>`,
		"repeats its in merit rejection; the other cells leave 21,462 for it",
	} {
		if !strings.Contains(page, must) {
			t.Errorf("the page does not say %s", must)
		}
	}
}
