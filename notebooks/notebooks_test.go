// Package notebooks holds Go notebooks. Its test executes each one in Jupyter, with
// gonb as the kernel, and compares what the cells print with what is committed.
package notebooks

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"asylum/datasets/needs"
)

var update = flag.Bool("update", false, "rewrite the outputs of the notebooks")

func TestNotebooks(t *testing.T) {
	names, err := filepath.Glob("*.ipynb")
	if err != nil || len(names) == 0 {
		needs.Absent(t, "no notebooks")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	watch(t, root)
	env := kernel(t, root)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // starting Jupyter and linking cells leave a processor idle in turns
			old := read(t, name)
			tmp := t.TempDir()
			now := execute(t, name, root, tmp, env)
			pinned(t, root, tmp)
			oldCells, nowCells := codeCells(t, old), codeCells(t, now)
			clean := cleaner(root, tmp)
			for i, c := range nowCells {
				synced(t, i, joined(c["source"]))
				got := outputs(c, clean)
				failed(t, i, got)
				if *update {
					oldCells[i]["outputs"], oldCells[i]["execution_count"] = got, i+1
				} else if d := diff(text(got), text(outputs(oldCells[i], clean))); d != "" {
					t.Errorf("code cell %d prints something else than is committed (go test ./notebooks -update rewrites it):\n%s", i+1, d)
				}
			}
			if *update && !t.Failed() {
				write(t, name, old)
			}
		})
	}
}

// A cell or an output, as it stands in the file: fields we do not know are kept.
type object = map[string]any

// watch looks at every source file, since the notebooks compile them: go test
// then knows that its cached result has expired when one of them changes.
func watch(t *testing.T, root string) {
	for _, dir := range []string{"pipeline", "reports", "datasets", "notebooks"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		if _, err := os.Stat(filepath.Join(root, file)); err != nil {
			t.Fatal(err)
		}
	}
}

// kernel builds gonb and what it calls, at the versions of tools/go.mod, registers
// it in a Jupyter of our own and returns the environment to run that in.
func kernel(t *testing.T, root string) []string {
	if out, err := exec.Command("jupyter", "nbconvert", "--version").CombinedOutput(); err != nil {
		needs.Absent(t, "no jupyter nbconvert to run the notebooks with (.ci/install installs it as root): %v %s", err, out)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		needs.Absent(t, "no place for the notebooks' tools: %v", err)
	}
	bin := filepath.Join(cache, "asylum", "notebook-tools")
	build := exec.CommandContext(t.Context(), "go", "install", "tool")
	build.Dir = "tools"
	build.Env = append(os.Environ(), "GOBIN="+bin, "GOWORK=off", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		needs.Absent(t, "building the notebooks' tools: %v\n%s", err, out)
	}
	jupyter := t.TempDir()
	env := append(os.Environ(),
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"ASYLUM_ROOT="+root,
		"GOWORK=off",
		"GOFLAGS=-ldflags=-w", // no debugger looks at a cell; most of what a cell takes is to link it
		"JUPYTER_DATA_DIR="+filepath.Join(jupyter, "data"),
		"JUPYTER_CONFIG_DIR="+filepath.Join(jupyter, "config"),
		"JUPYTER_RUNTIME_DIR="+filepath.Join(jupyter, "runtime"),
		"IPYTHONDIR="+filepath.Join(jupyter, "ipython"),
	)
	install := exec.CommandContext(t.Context(), filepath.Join(bin, "gonb"), "--install", "--work") // --work keeps go.sum for pinned
	install.Env = env
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("gonb --install: %v\n%s", err, out)
	}
	return env
}

// execute runs a copy of the notebook in tmp and returns it with what its cells gave.
func execute(t *testing.T, name, root, tmp string, env []string) object {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tmp, name), b, 0o666); err != nil {
		t.Fatal(err)
	}
	const done = "executed.ipynb"
	cmd := exec.CommandContext(t.Context(), "jupyter", "nbconvert", "--to", "notebook", "--execute", "--output", done,
		"--ExecutePreprocessor.kernel_name=gonb", "--ExecutePreprocessor.timeout=600", "--ExecutePreprocessor.startup_timeout=120", name)
	cmd.Dir = tmp
	cmd.Env = slices.Concat(env, []string{"TMPDIR=" + tmp})
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return read(t, filepath.Join(tmp, done))
}

// failed reports a cell whose program panicked or whose shell command failed:
// gonb passes on what they said, and Jupyter counts the cell as executed.
func failed(t *testing.T, i int, outputs []any) {
	for _, o := range outputs {
		o := o.(object)
		if o["name"] == "stderr" {
			t.Errorf("code cell %d fails, or writes to its standard error:\n%s", i+1, text([]any{o}))
		}
	}
}

// synced checks that a cell which displays something waits until gonb has it:
// gonb closes the pipe when the program ends, and now and then loses what is in it.
func synced(t *testing.T, i int, source string) {
	if strings.Contains(source, "gonbui.Display") && !strings.Contains(source, "gonbui.Sync()") {
		t.Errorf("code cell %d calls gonbui.Display… without gonbui.Sync() at its end: its output may be lost", i+1)
	}
}

// pinned checks that the notebook compiled only modules whose sums are committed.
func pinned(t *testing.T, root, tmp string) {
	committed := map[string]bool{}
	for _, file := range []string{filepath.Join(root, "go.sum"), filepath.Join(root, "notebooks", "tools", "go.sum")} {
		for line := range strings.Lines(readText(t, file)) {
			committed[line] = true
		}
	}
	sums, err := filepath.Glob(filepath.Join(tmp, "gonb_*", "go.sum"))
	if err != nil || len(sums) != 1 {
		t.Fatalf("got %d modules %v from one notebook, want one with a go.sum: does its first cell copy it?", len(sums), err)
	}
	for line := range strings.Lines(readText(t, sums[0])) {
		if !committed[line] && !strings.Contains(line, "/go.mod h1:") {
			t.Errorf("the notebook imports a module that no go.sum of ours pins: %s", line)
		}
	}
}

func read(t *testing.T, name string) object {
	d := json.NewDecoder(strings.NewReader(readText(t, name)))
	d.UseNumber()
	var nb object
	if err := d.Decode(&nb); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return nb
}

func readText(t *testing.T, name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// write writes a notebook as Jupyter does, so that saving it there changes nothing.
func write(t *testing.T, name string, nb object) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(nb); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

func codeCells(t *testing.T, nb object) []object {
	var cells []object
	for _, c := range nb["cells"].([]any) {
		c := c.(object)
		if c["id"] == nil {
			t.Fatalf("a cell has no id: %v", c["source"])
		}
		if c["cell_type"] == "code" {
			cells = append(cells, c)
		}
	}
	return cells
}

// outputs returns a cell's outputs with pieces of one stream joined, since how it
// was cut depends on timing, and with every text cleaned.
func outputs(cell object, clean func(string) string) []any {
	list := []any{}
	var stream object // the last of list, if it is one
	var all string    // its text so far
	for _, o := range cell["outputs"].([]any) {
		o := o.(object)
		if o["output_type"] == "stream" {
			if stream == nil || stream["name"] != o["name"] {
				stream, all = o, ""
				list = append(list, o)
			}
			all += joined(o["text"])
			stream["text"] = lines(clean(all))
			continue
		}
		stream = nil
		if data, ok := o["data"].(object); ok {
			for mime, v := range data {
				if textual(mime) {
					data[mime] = lines(clean(joined(v)))
				}
			}
		}
		list = append(list, o)
	}
	return list
}

func textual(mime string) bool { return strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" }

// joined and lines turn a multi-line text of a notebook into a string and back.
func joined(v any) string {
	list, ok := v.([]any)
	if !ok {
		return fmt.Sprint(v)
	}
	var b strings.Builder
	for _, line := range list {
		fmt.Fprint(&b, line)
	}
	return b.String()
}

func lines(s string) []any {
	list := []any{}
	for line := range strings.Lines(s) {
		list = append(list, line)
	}
	return list
}

var kernelID = regexp.MustCompile(`gonb_(id_)?[0-9a-f]{8}`)

// cleaner replaces what differs from one machine or run to the next.
func cleaner(root, tmp string) func(string) string {
	r := strings.NewReplacer(tmp, "$TMPDIR", root, "$ASYLUM_ROOT")
	return func(s string) string { return kernelID.ReplaceAllString(r.Replace(s), "gonb") }
}

var decimal = regexp.MustCompile(`\d+\.\d+`)

// text is what is compared: a drawing's coordinates to 0.1, since exact ones
// differ between CPUs, and of what is not text only that it is there.
func text(outputs []any) string {
	var b strings.Builder
	for _, o := range outputs {
		o := o.(object)
		fmt.Fprintf(&b, "# %v %v\n", o["output_type"], o["name"])
		if s, ok := o["text"]; ok {
			b.WriteString(joined(s))
		}
		data, _ := o["data"].(object)
		for _, mime := range slices.Sorted(maps.Keys(data)) {
			fmt.Fprintf(&b, "# %s\n", mime)
			s := joined(data[mime])
			if !textual(mime) {
				continue
			}
			if strings.Contains(s, "<svg") {
				s = decimal.ReplaceAllStringFunc(s, func(n string) string {
					f, _ := strconv.ParseFloat(n, 64)
					return strconv.FormatFloat(f, 'f', 1, 64)
				})
			}
			b.WriteString(s)
		}
	}
	return b.String()
}

// diff shows the first line in which two texts differ, "" if there is none.
func diff(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		var a, b string
		if i < len(g) {
			a = g[i]
		}
		if i < len(w) {
			b = w[i]
		}
		if a != b || i >= len(g) != (i >= len(w)) {
			return fmt.Sprintf("line %d: got  %q\n         want %q", i+1, a, b)
		}
	}
	return ""
}
