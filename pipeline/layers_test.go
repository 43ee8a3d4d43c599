package pipeline

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport states which package may import which of ours. A package that is
// not named here fails, so that a new one has its place thought about.
// The arrows run cmd → reports → pipeline → datasets, never back.
var mayImport = map[string]string{
	"datasets":           "",
	"datasets/carry":     "datasets datasets/collected",
	"datasets/collected": "",
	"datasets/codes/gen": "",
	"datasets/needs":     "", // for tests alone

	"pipeline/disk":          "",
	"pipeline/disk/disktest": "datasets/needs", // for tests alone

	"pipeline":          "",
	"pipeline/obs":      "",
	"pipeline/own":      "pipeline/obs", // checks of YAML that users write, for rate and ledger
	"pipeline/code":     "datasets",
	"pipeline/table":    "pipeline/obs",
	"pipeline/eurostat": "pipeline/obs pipeline/code pipeline/table",
	"pipeline/aida":     "datasets/collected pipeline/obs pipeline/code pipeline/table",
	"pipeline/unhcr":    "pipeline/obs pipeline/code pipeline/table",
	"pipeline/store":    "pipeline/disk pipeline/obs pipeline/table",
	"pipeline/ingest":   "datasets pipeline/obs pipeline/code pipeline/table pipeline/eurostat pipeline/aida pipeline/unhcr pipeline/store",
	"pipeline/fetch":    "pipeline/obs pipeline/code pipeline/table pipeline/store pipeline/ingest",
	"pipeline/rate":     "datasets pipeline/obs pipeline/own pipeline/code pipeline/table",
	"pipeline/compare":  "pipeline/obs pipeline/code pipeline/table pipeline/rate pipeline/vintage", // the tail of a table says which quarters may be compared
	"pipeline/sql":      "pipeline/obs pipeline/code pipeline/table pipeline/store pipeline/rate",
	"pipeline/vintage":  "pipeline/obs pipeline/code pipeline/table",
	"pipeline/ledger":   "datasets pipeline/obs pipeline/own pipeline/code pipeline/table pipeline/rate",

	"pipeline/run": "", // what it plans for is handed to it

	"pipeline/audit": "datasets pipeline/own pipeline/obs pipeline/code pipeline/table pipeline/aida pipeline/rate", // aida: its printed rates are recomputed there

	"reports/letter":      "",
	"reports/pdf":         "reports/letter",
	"reports/pdf/pdftest": "", // for tests alone
	"reports/chart":       "reports/letter reports/pdf",
	"reports/words":       "datasets pipeline/obs pipeline/code pipeline/rate pipeline/compare",
	"reports/export":      "pipeline/obs pipeline/rate pipeline/ledger pipeline/vintage pipeline/audit pipeline/compare",
	"reports/figure":      "datasets pipeline/code pipeline/obs pipeline/own pipeline/rate pipeline/compare pipeline/ledger reports/chart reports/words reports/export",
	"reports/briefing":    "pipeline/code pipeline/obs pipeline/table pipeline/rate pipeline/ledger reports/letter reports/pdf reports/chart reports/figure reports/words",
	"reports/changes":     "pipeline/code pipeline/obs pipeline/table pipeline/rate pipeline/compare pipeline/vintage pipeline/ledger pipeline/audit reports/export reports/figure reports/words", // figure: charts that were published are drawn up again
	"reports/frozen":      "pipeline/disk pipeline/table pipeline/store",                                                                                                                          // frozen embeds are kept in the lake too, and name the vintages they need
	"reports/page":        "reports/frozen pipeline/run pipeline/disk pipeline/code pipeline/obs pipeline/table pipeline/rate pipeline/compare pipeline/ledger pipeline/audit reports/chart reports/figure reports/words reports/export reports/changes",

	"reports/serve": "",

	// First to be initialised, so they import next to nothing.
	"cmd/asylum/heap":      "cmd/asylum/heap/huge",
	"cmd/asylum/heap/huge": "",
	"cmd/asylum":           "pipeline/run datasets pipeline/own cmd/asylum/heap reports/serve pipeline/disk pipeline/fetch pipeline/obs pipeline/code pipeline/table pipeline/store pipeline/ingest pipeline/rate pipeline/compare pipeline/sql pipeline/ledger pipeline/vintage pipeline/audit reports/changes reports/briefing reports/chart reports/export reports/figure reports/frozen reports/page reports/words",
	"cmd/dist":             "", // packs what go build makes
	"notebooks":            "",
}

// goroutines may start in these packages alone: where a file is unpacked while
// it is parsed, for the evaluation of tens of thousands of cells, so that a signal
// ends a batch, and for a stack that becomes room on the heap, before anything else
// runs.
var goroutines = []string{"pipeline/ingest", "pipeline/rate", "pipeline/run", "cmd/asylum/heap/huge"}

func TestLayers(t *testing.T) {
	root := ".."
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if d.IsDir() {
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && rel != "." {
				return filepath.SkipDir // a module of its own
			}
			if strings.HasPrefix(d.Name(), ".") && rel != "." || d.Name() == "testdata" || rel == filepath.Join("reports", "out") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		pkg := filepath.ToSlash(filepath.Dir(rel))
		allowed, ok := mayImport[pkg]
		if !ok && !seen[pkg] {
			t.Errorf("%s has no place in mayImport", pkg)
		}
		seen[pkg] = true
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		test := strings.HasSuffix(path, "_test.go")
		for _, imp := range f.Imports {
			p, _ := strconv.Unquote(imp.Path.Value)
			ours, ok := strings.CutPrefix(p, "asylum/")
			if !ok || ours == pkg || test { // a test may use what it tests against
				continue
			}
			if !slices.Contains(strings.Fields(allowed), ours) {
				t.Errorf("%s imports %s, which its place does not allow; move the shared type down, or say here why", rel, ours)
			}
		}
		if !test && starts(f) && !slices.Contains(goroutines, pkg) {
			t.Errorf("%s starts a goroutine", rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range mayImport {
		if !seen[pkg] {
			t.Errorf("mayImport names %s, which does not exist", pkg)
		}
	}
}

// starts reports whether a file starts a goroutine, by hand or through a group.
func starts(f *ast.File) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = true
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Go" {
				found = true
			}
		}
		return !found
	})
	return found
}

func TestArrowsRunDown(t *testing.T) {
	rank := map[string]int{"datasets": 0, "pipeline": 1, "reports": 2, "cmd": 3}
	for pkg, allowed := range mayImport {
		from, _, _ := strings.Cut(pkg, "/")
		for _, to := range strings.Fields(allowed) {
			top, _, _ := strings.Cut(to, "/")
			if rank[top] > rank[from] || top == "notebooks" {
				t.Errorf("%s may import %s: that arrow runs up", pkg, to)
			}
		}
	}
}
