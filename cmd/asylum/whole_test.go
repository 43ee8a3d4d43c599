package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"asylum/datasets/needs"
	"asylum/pipeline/disk"
	"asylum/pipeline/disk/disktest"
)

// A household is a lake with a table, and the site that runs make of it.
type household struct {
	testing.TB
	top, config, lake, out string
}

// settle makes a lake and its first site below a directory.
func settle(t *testing.T, top string) *household {
	t.Helper()
	h := &household{t, top, filepath.Join(top, "asylum.yaml"), filepath.Join(top, "lake"), filepath.Join(top, "web", "site")}
	export := write(t, filepath.Join(t.TempDir(), "migr_asydcfsta.tsv"), decisions("RU", "TOTAL"))
	asylum(t, exitDone, "add", "--lake", h.lake, "--vintage", "2024-05-01", export)
	h.set("")
	asylum(t, exitDone, h.run()...)
	return h
}

// set writes the configuration: a site that takes a moment, and more lines.
func (h *household) set(more string) {
	h.Helper()
	if err := os.WriteFile(h.config, []byte(small+more), 0o644); err != nil {
		h.Fatal(err)
	}
}

func (h *household) run(more ...string) []string {
	return append([]string{"run", "-c", h.config, "--lake", h.lake, "--out", h.out}, more...)
}

// at has a run due: the address of the site is another.
func (h *household) at(place int) {
	h.Helper()
	h.set(fmt.Sprintf("base: https://example.org/%d/\n", place))
}

// does runs a process and checks how it ends and what it says.
func (h *household) does(cmd *exec.Cmd, want int, says string) string {
	h.Helper()
	out, err := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != want || !regexp.MustCompile(says).Match(out) {
		h.Errorf("it exits %d (%v), want %d and %q\n%s", got, err, want, says, out)
	}
	return string(out)
}

// sums are the files below a directory with the SHA-256 of each.
func (h *household) sums(dir string) string {
	h.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == ".lock" { // which says who came last
			return err
		}
		data, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s %s\n", strings.TrimPrefix(path, dir), checksum(data))
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return b.String()
}

// whole checks that the site and the lake are as their manifests say, and that
// nothing lies beside them which no run would sweep away.
func (h *household) whole() {
	h.Helper()
	for _, dir := range []string{h.out, h.lake} {
		if v, err := verify(dir); err != nil || len(v.Faults)+len(v.Begun) > 0 {
			h.Errorf("%s: %v, %+v", dir, err, v)
		}
	}
	for _, dir := range []string{filepath.Dir(h.out), h.lake} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			h.Fatal(err)
		}
		for _, e := range entries {
			if n := e.Name(); disk.IsTemporary(n) || strings.Contains(n, ".next") || strings.Contains(n, ".old") || n == ".site.lock" {
				h.Errorf("%s is left over in %s", n, dir)
			}
		}
	}
}

// limited is a command that may write no file of more than some KiB.
func limited(kib int, args ...string) *exec.Cmd {
	return exec.Command("sh", append([]string{"-c", fmt.Sprintf(`ulimit -f %d; exec asylum "$@"`, kib*2), "sh"}, args...)...)
}

// Where the disk takes no more, at whatever point of a run, the site stands as it
// was and the lake too; once there is room, the next run is as any other.
func TestRunOnAFullDisk(t *testing.T) {
	t.Run("a file grows too large", func(t *testing.T) { // as root or not, wherever the test runs
		h := settle(t, t.TempDir())
		before := h.sums(h.top + "/web")
		h.at(1)
		for _, kib := range []int{0, 1, 8, 64} {
			h.does(limited(kib, h.run()...), exitIO, `(?m)^asylum: .*file too large`)
			h.whole()
			if h.sums(h.top+"/web") != before {
				t.Errorf("with %d KiB a file the site is another", kib)
			}
		}
		asylum(t, exitDone, h.run()...)
		h.whole()
	})
	t.Run("no space is left", func(t *testing.T) {
		h := settle(t, needs.SmallDisk(t, 64<<20))
		ballast := filepath.Join(h.top, "ballast")
		newer := write(t, filepath.Join(t.TempDir(), "migr_asydcfsta.tsv"), strings.ReplaceAll(decisions("RU", "TOTAL"), "600", "605"))
		full := 0
		for i, free := range []int64{0, 4 << 10, 40 << 10, 400 << 10, 2 << 20, 32 << 20} {
			site, lake := h.sums(h.out), h.sums(h.lake)
			h.set(fmt.Sprintf("base: https://example.org/%d/\nsources: [%s]\n", i, newer))
			occupy(t, ballast, free)
			cmd := process(h.run()...)
			if free == 32<<20 {
				h.does(cmd, exitDone, "the site is at")
			} else if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() == exitIO && strings.Contains(string(out), "no space left on device") {
				full++
				if got := h.sums(h.out); got != site && !strings.Contains(string(out), "the site is at") {
					t.Errorf("with %d bytes free the site is another, and nobody says so\n%s", free, out)
				}
				if got := h.sums(h.lake); got != lake && !strings.Contains(string(out), "added") && len(got) < len(lake) {
					t.Errorf("with %d bytes free the lake lost something", free)
				}
			} else if code := cmd.ProcessState.ExitCode(); code != exitDone {
				t.Errorf("with %d bytes free it exits %d\n%s", free, code, out)
			}
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			h.whole()
		}
		if full < 3 {
			t.Errorf("the disk was full %d times: it is not of the right size", full)
		}
		if got, _ := asylum(t, exitDone, "tables", "--lake", h.lake); strings.Count(got, "migr_asydcfsta") != 2 { // the first and the newer, each once
			t.Errorf("the lake has\n%s", got)
		}
	})
}

// occupy leaves so many bytes free on a small disk.
func occupy(t *testing.T, name string, free int64) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	var n int64
	for {
		w, err := f.Write(block)
		if n += int64(w); errors.Is(err, syscall.ENOSPC) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Truncate(max(0, n-free)); err != nil {
		t.Fatal(err)
	}
}

// commoner is a command of a user who may write to no directory but those that are
// open to all: root may write anywhere.
func commoner(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := process(args...)
	if os.Getuid() != 0 {
		return cmd
	}
	dir, err := os.MkdirTemp("", "asylum-test-") // go test's own directory is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "asylum")
	if err := os.Link(os.Args[0], program); err != nil {
		data, err := os.ReadFile(os.Args[0])
		if err == nil {
			err = os.WriteFile(program, data, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	cmd.Path = program
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	return cmd
}

// opened lets anybody into the directories above a test's own.
func opened(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != filepath.Clean(os.TempDir()) && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A directory that may not be written to is named, and nothing is half done; a
// lake that may only be read gives a site all the same.
func TestRunInAReadOnlyDirectory(t *testing.T) {
	h := settle(t, opened(t))
	modes := func(dir string, d, f os.FileMode) {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.IsDir() {
				return os.Chmod(path, d)
			} else if err == nil {
				return os.Chmod(path, f)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { modes(h.top, 0o755, 0o644) })
	modes(h.top, 0o555, 0o444)
	site, lake := h.sums(h.out), h.sums(h.lake)
	os.Chmod(h.config, 0o644)
	h.at(1)
	h.does(commoner(t, h.run()...), exitIO, `(?m)^asylum: .*web/\.site\.lock: permission denied$`)
	h.whole()

	newer := write(t, filepath.Join(opened(t), "migr_asydcfsta.tsv"), strings.ReplaceAll(decisions("RU", "TOTAL"), "600", "605"))
	h.set("base: https://example.org/1/\nsources: [" + newer + "]\n")
	os.Chmod(filepath.Dir(h.out), 0o777)
	modes(h.out, 0o777, 0o666)
	said := h.does(commoner(t, h.run()...), exitIO, `(?m)^asylum: .*the lake .*/lake cannot be written to: .*permission denied$`)
	if !strings.Contains(said, "the lake is read without being held") || !strings.Contains(said, "the site is at ") {
		t.Errorf("it says\n%s", said)
	}
	if h.sums(h.lake) != lake || h.sums(h.out) == site {
		t.Error("the lake is another, or the site is not")
	}
	h.whole()
}

// Files that come and go, grow and are cut while a run reads them are taken as
// they were at some moment, or refused; the site is made from what the lake holds.
func TestRunWhileItsFilesChange(t *testing.T) {
	h := settle(t, t.TempDir())
	dir := t.TempDir()
	file := filepath.Join(dir, "migr_asydcfsta.tsv")
	versions := map[string]bool{}
	var texts []string
	for i := range 40 {
		// Long, so that it changes in the middle of being read.
		text := strings.ReplaceAll(decisions("RU", "AF", "SY", "IQ", "IR", "TR", "TOTAL"), "\t600 ", fmt.Sprintf("\t%d ", 605+5*i))
		texts, versions[checksum([]byte(text))] = append(texts, text), true
	}
	var stop atomic.Bool
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; !stop.Load(); i++ {
			if i%4 == 3 {
				os.Remove(file)
			}
			os.WriteFile(file, []byte(texts[i%len(texts)]), 0o666)
		}
	})
	h.set("sources: [" + dir + "/*]\ntables: [migr_asydcfsta]\n")
	ends := map[int]int{}
	for range 8 {
		cmd := process(h.run("--quiet")...)
		out, _ := cmd.CombinedOutput()
		code := cmd.ProcessState.ExitCode()
		if ends[code]++; code != exitDone && !(code == exitIO || code == exitParse) || code != exitDone && !bytes.Contains(append([]byte("\n"), out...), []byte("\nasylum: ")) {
			t.Errorf("it exits %d\n%s", code, out)
		}
		h.whole()
	}
	stop.Store(true)
	wg.Wait()
	raw, err := filepath.Glob(h.lake + "/raw/eurostat/migr_asydcfsta/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range raw {
		if sum, _, _ := strings.Cut(filepath.Base(name), "."); !versions[sum] && !strings.Contains(name, "2024-05-01") {
			data, _ := os.ReadFile(name)
			if !strings.HasSuffix(string(data), "\n") { // cut at the end of a line it is a file as any other
				t.Errorf("%s is a file that never was", name)
			}
		}
	}
	t.Logf("exits %v, %d vintages", ends, len(raw))
	write(t, file, texts[0])
	asylum(t, exitDone, h.run()...)
	h.whole()

	h.set("sources: [" + filepath.Join(dir, "gone.tsv") + "]\n")
	before := h.sums(h.out)
	if _, log := asylum(t, exitIO, h.run()...); !strings.Contains(log, "gone.tsv: file does not exist") && !strings.Contains(log, "gone.tsv: no such file or directory") {
		t.Errorf("of a file that is not there it says %s", log)
	}
	h.whole()
	if h.sums(h.lake) == "" || before == "" {
		t.Error("nothing is there")
	}
}

// A clock that jumped back between two runs dates nothing before what the lake
// holds, and hides nothing: what was fetched stands, and the run says what is wrong.
func TestRunAfterTheClockJumpedBack(t *testing.T) {
	h := settle(t, t.TempDir())
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"page":1,"maxPages":1,"total":{},"items":[{"year":2023,"coo_name":"Syrian Arab Rep.","coo":"SYR","coo_iso":"SYR","coa_name":"Germany","coa":"GFR","coa_iso":"DEU","procedure_type":"G","dec_level":"FI","dec_pc":"P","dec_recognized":60,"dec_other":"30","dec_rejected":10,"dec_closed":"-","dec_total":100}]}`)
	}))
	defer served.Close()
	t.Setenv("ASYLUM_UNHCR_URL", served.URL)
	t.Setenv("NO_PROXY", "*")
	tomorrow, ahead := time.Now().UTC().AddDate(0, 0, 1), time.Now().AddDate(1, 0, 0) // by the clock of the run before
	csv := write(t, filepath.Join(t.TempDir(), "asylum_decisions.csv"), "year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,procedure_type,dec_level,dec_pc,dec_recognized,dec_other,dec_rejected,dec_closed,dec_total\n2023,Syrian Arab Rep.,SYR,SYR,Germany,GFR,DEU,G,FI,P,50,30,20,,100\n")
	asylum(t, exitDone, "add", "--lake", h.lake, "--vintage", tomorrow.Format(time.DateOnly), csv)
	asylum(t, exitDone, h.run()...)
	site, lake := h.sums(h.out), h.sums(h.lake)
	h.set("fetch: [asylum_decisions]\n")
	_, log := asylum(t, exitIO, h.run()...)
	if !strings.Contains(log, "the clock says ") || !strings.Contains(log, "hint: set the clock") {
		t.Errorf("it says %s", log)
	}
	// A file that says nothing of its day is from a day to come.
	late := write(t, filepath.Join(t.TempDir(), "migr_asydcfstq.tsv"), strings.ReplaceAll(decisions("RU"), "2022 \t2023 ", "2022-Q1 \t2023-Q1 "))
	if err := os.Chtimes(late, ahead, ahead); err != nil {
		t.Fatal(err)
	}
	h.set("sources: [" + late + "]\n")
	if _, log = asylum(t, exitIO, h.run()...); !strings.Contains(log, "a day to come") {
		t.Errorf("of a file from the future it says %s", log)
	}
	if h.sums(h.lake) != lake || h.sums(h.out) != site {
		t.Error("the lake or the site is another")
	}
	h.whole()
}

// stuck is a run in the midst of its work that does not go on until it is told to.
func (h *household) stuck(t *testing.T) (cmd *exec.Cmd, goOn func() string) {
	t.Helper()
	cmd = process(h.run()...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log := bufio.NewReader(stderr)
	first, err := log.ReadString('\n') // it is past taking its locks, and at work
	if err != nil || !strings.HasPrefix(first, "level=INFO msg=") || !strings.Contains(first, "pieces=") {
		t.Fatalf("its log begins with %q (%v)", first, err)
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd, func() string {
		t.Helper()
		if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(log)
		if err := cmd.Wait(); err != nil {
			t.Errorf("it ends with %v\n%s", err, rest)
		}
		return string(rest)
	}
}

// While a run goes on, a second is told who is at work, and since when; nobody
// takes away what it reads. It ends as if nobody had been there.
func TestTwoRunsAtOnce(t *testing.T) {
	h := settle(t, t.TempDir())
	asylum(t, exitDone, "add", "--lake", h.lake, "--vintage", "2024-06-01", write(t, filepath.Join(t.TempDir(), "migr_asydcfsta.tsv"), strings.ReplaceAll(decisions("RU", "TOTAL"), "600", "605")))
	site, lake := h.sums(h.out), h.sums(h.lake)
	first, goOn := h.stuck(t)
	who := fmt.Sprintf(` is being written to by process %d on .*, "asylum run -c .*", since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n\thint: wait for it, or stop it\n`, first.Process.Pid)
	for what, args := range map[string][]string{
		h.out:             h.run(),
		h.lake:            {"run", "-c", h.config, "--lake", h.lake, "--out", filepath.Join(h.top, "another")},
		h.lake + "forget": {"forget", "--lake", h.lake, "--keep-last", "1"},
		h.lake + "gc":     {"gc", "--lake", h.lake},
		h.lake + "add":    {"add", "--lake", h.lake, "--vintage", "2024-07-01", write(t, filepath.Join(t.TempDir(), "migr_asydcfsta.tsv"), decisions("RU", "SY", "TOTAL"))},
	} {
		for _, verb := range []string{"forget", "gc", "add"} {
			what = strings.TrimSuffix(what, verb)
		}
		_, log := asylum(t, exitIO, args...)
		if !regexp.MustCompile(regexp.QuoteMeta(what) + who).MatchString(log) {
			t.Errorf("%v says\n%s", args, log)
		}
	}
	if h.sums(h.out) != site || h.sums(h.lake) != lake {
		t.Error("the site or the lake is another")
	}
	goOn()
	h.whole()
	asylum(t, exitDone, h.run()...)
	if again := h.sums(h.out); again == site {
		t.Error("the first run published nothing")
	}
}

// What a run that died held is taken over by the next, which says from whom.
func TestStaleLocksOfADeadRun(t *testing.T) {
	h := settle(t, t.TempDir())
	h.at(1)
	dead, _ := h.stuck(t)
	if err := dead.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	dead.Wait()
	_, log := asylum(t, exitDone, h.run()...)
	for _, what := range []string{h.out, h.lake} {
		if !strings.Contains(log, fmt.Sprintf(`msg="taken over from a process that is no more" what=%s who="process %d on `, what, dead.Process.Pid)) {
			t.Errorf("of %s it says\n%s", what, log)
		}
	}
	h.whole()
	h.at(2) // a run that dies while it writes the site, with half of it there
	calls, _, _ := disktest.Strike(t, process(h.run("--quiet")...), 60)
	if len(calls) < 60 {
		t.Fatalf("%d calls", len(calls))
	}
	asylum(t, exitDone, h.run()...)
	h.whole()
}

// Twenty readers look at a site again and again while runs replace it: of a
// manifest that stands before and after, every file is there and is as it says.
func TestReadersDuringRuns(t *testing.T) {
	h := settle(t, needs.Memory(t))
	var stop atomic.Bool
	var read, moved atomic.Int64
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			for round := i; !stop.Load(); round++ {
				switch ok, err := look(h.out, round); {
				case err != nil:
					t.Error(err)
					return
				case ok:
					read.Add(1)
				default:
					moved.Add(1)
				}
			}
		})
	}
	for i := range 4 {
		h.at(i)
		h.does(process(h.run("--quiet")...), exitDone, "")
	}
	stop.Store(true)
	wg.Wait()
	if read.Load() < 200 {
		t.Errorf("%d looks at a site", read.Load())
	}
	t.Logf("%d looks, in %d another site stood meanwhile", read.Load(), moved.Load())
	h.whole()
}

// look reads some files of a site. It is not ok if another site stands by the end.
func look(dir string, round int) (ok bool, err error) {
	before, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return false, err
	}
	var m struct{ Files map[string]string }
	if err := json.Unmarshal(before, &m); err != nil {
		return false, err
	}
	var wrong error
	n := 0
	for name, sum := range m.Files { // in whatever order: others look at others
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			wrong = err
		} else if got := checksum(data); got != sum {
			wrong = fmt.Errorf("%s has the sum %s, the manifest says %s (round %d)", name, got, sum, round)
		}
		if n++; n == 20 || wrong != nil {
			break
		}
	}
	after, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil || !bytes.Equal(before, after) {
		return false, err
	}
	return true, wrong
}

// Where a newer asylum brings newer data than the one that published, the releases
// that went are said to be replaced, not lost.
func TestNewerProgram(t *testing.T) {
	dir := t.TempDir()
	config, out := write(t, filepath.Join(dir, "asylum.yaml"), small), filepath.Join(dir, "out")
	args := []string{"run", "-c", config, "--lake", filepath.Join(dir, "none"), "--out", out, "--quiet"}
	asylum(t, exitDone, args...)
	name := filepath.Join(out, "manifest.json")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if _, err := disk.Unseal(data, &m); err != nil {
		t.Fatal(err)
	}
	older := m["inputs"].([]any)[0].(map[string]any)
	older["vintage"], older["sha256"] = "2020-01-01", strings.Repeat("0", 64)
	m["made_from"] = map[string]any{"program": "an older one"}
	sealed, err := disk.Seal(m)
	if err != nil {
		t.Fatal(err)
	}
	write(t, name, string(sealed))
	asylum(t, exitDone, args...)
	said := readFile(t, filepath.Join(out, "changes.json"))
	if !strings.Contains(said, `"with": true`) {
		t.Errorf("it says\n%s", said)
	}
	if text := readFile(t, filepath.Join(out, "en", "changes.md")); !strings.Contains(text, "came with an older version of asylum") || strings.Contains(text, "no longer held") {
		t.Errorf("it says\n%s", text)
	}
}
