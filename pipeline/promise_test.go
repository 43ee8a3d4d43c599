package pipeline

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// entry is how the README names an entry point: package, type or "", function.
var entry = regexp.MustCompile("`([a-z]+)\\.(?:([A-Z]\\w*)\\.)?([A-Z]\\w*)`")

// row is a line of the README's table of packages.
var row = regexp.MustCompile("(?m)^\\| `asylum/([a-z/]+)` \\| (.*) \\|$")

// Every entry point that the README promises exists, and has an example whose
// output is checked.
func TestPromisedEntryPointsHaveExamples(t *testing.T) {
	readme := read(t, "../README.md")
	promised := 0
	for _, r := range row.FindAllStringSubmatch(readme, -1) {
		dir := r[1]
		exported, shown := exports(t, filepath.Join("..", dir)), examples(t, filepath.Join("..", dir))
		for _, e := range entry.FindAllStringSubmatch(r[2], -1) {
			promised++
			name := strings.Trim(e[2]+"_"+e[3], "_")
			if e[1] != filepath.Base(dir) || !exported[name] {
				t.Errorf("the README promises %s, which %s does not export", e[0], dir)
			}
			if !shown[name] {
				t.Errorf("%s: no Example%s with an output that is checked", dir, name)
			}
		}
	}
	if promised < 30 {
		t.Errorf("the README promises %d entry points, want at least 30: has its table changed?", promised)
	}
}

// What the README shows is an example that the tests run.
func TestREADMEShowsTheExample(t *testing.T) {
	_, shown, ok := strings.Cut(read(t, "../README.md"), "```go\n")
	shown, _, _ = strings.Cut(shown, "\n```")
	_, body, found := strings.Cut(read(t, "rate/example_test.go"), "\nfunc Example() {\n")
	body, _, _ = strings.Cut(body, "\n}\n")
	body = strings.ReplaceAll(strings.TrimPrefix(body, "\t"), "\n\t", "\n")
	if !ok || !found || shown != body {
		t.Errorf("the README shows\n%s\nthe example is\n%s", shown, body)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// parsed gives the files of a directory, tests or all others.
func parsed(t *testing.T, dir string, tests bool) (out []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") != tests {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f)
	}
	return out
}

// exports are the functions of a package, and methods as Type_Method.
func exports(t *testing.T, dir string) map[string]bool {
	out := map[string]bool{}
	for _, f := range parsed(t, dir, false) {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() {
				continue
			}
			name := fn.Name.Name
			if fn.Recv != nil {
				of := fn.Recv.List[0].Type
				if star, ok := of.(*ast.StarExpr); ok {
					of = star.X
				}
				if id, ok := of.(*ast.Ident); ok {
					name = id.Name + "_" + name
				}
			}
			out[name] = true
		}
	}
	return out
}

// examples are what the examples of a package are of, without what tells
// several of one apart.
func examples(t *testing.T, dir string) map[string]bool {
	out := map[string]bool{}
	for _, e := range doc.Examples(parsed(t, dir, true)...) {
		if e.Output == "" {
			continue
		}
		name := e.Name
		if i := strings.LastIndexByte(name, '_'); i >= 0 && strings.ToLower(name[i+1:i+2]) == name[i+1:i+2] {
			name = name[:i]
		}
		out[name] = true
	}
	return out
}
