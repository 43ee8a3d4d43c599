package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"asylum/datasets/needs"
	"asylum/pipeline/disk"
	"asylum/pipeline/disk/disktest"
)

// small is a configuration whose site takes a second.
const small = "languages: [en]\noutputs: []\nslices: {citizens: [RU], geos: [HR]}\n"

// asylum runs a command in this process and gives what it prints.
func asylum(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, log bytes.Buffer
	if got := run(args, nil, &out, &log); got != want {
		t.Fatalf("asylum %s exits %d, want %d\n%s%s", strings.Join(args, " "), got, want, &out, &log)
	}
	return out.String(), log.String()
}

// state is every file below a directory with its place on the disk, the moment of
// its last change and its bytes: equal if nothing touched any.
func state(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		sum := ""
		if !d.IsDir() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			sum = fmt.Sprintf("%x", sha256.Sum256(data))
		}
		out[strings.TrimPrefix(path, dir)] = fmt.Sprintf("%d %d %s", info.Sys().(*syscall.Stat_t).Ino, info.ModTime().UnixNano(), sum)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// Nothing new: no file is touched. A setting: only what depends on it is done.
func TestABatchDoesWhatIsDue(t *testing.T) {
	dir := t.TempDir()
	config, out := write(t, filepath.Join(dir, "asylum.yaml"), small), filepath.Join(dir, "out")
	args := []string{"run", "-c", config, "--lake", filepath.Join(dir, "lake"), "--out", out}
	first, log := asylum(t, exitDone, args...)
	if !strings.Contains(first, "the site is at "+out) || !strings.Contains(log, "level=INFO msg=\"draw en\" pieces=") {
		t.Errorf("it prints\n%s%s", first, log)
	}
	before := state(t, dir)
	again, _ := asylum(t, exitDone, args...)
	if !strings.HasPrefix(again, "nothing is new: the site stands as it was published\n") {
		t.Errorf("again, it prints %s", again)
	}
	if took := cheapest(t, 5, args...); took > 300*time.Millisecond {
		t.Errorf("to find that nothing is new takes %v of a processor", took)
	}
	why, _ := asylum(t, exitDone, append(args, "--explain")...)
	if !strings.HasSuffix(why, "audit: nothing to do\njudge: nothing to do\ncompute: nothing to do\ndraw: nothing to do\nwrite: nothing to do\n") {
		t.Errorf("it explains\n%s", why)
	}
	after := state(t, dir)
	for name, was := range before {
		if after[name] != was {
			t.Errorf("%s was touched", name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("there are %d files, there were %d", len(after), len(before))
	}

	write(t, config, small+"base: https://example.org/a/\n")
	why, _ = asylum(t, exitDone, append(args, "--explain")...)
	if !strings.HasSuffix(why, "audit: due, judge needs what it gives\njudge: due, compute needs what it gives\ncompute: due, draw needs what it gives\ndraw: due, write needs what it gives\nwrite: due, base: new\n") {
		t.Errorf("of an address, it explains\n%s", why)
	}
	moved, _ := asylum(t, exitDone, args...)
	if !strings.Contains(moved, "\n0 pictures drawn, ") {
		t.Errorf("an address has pictures drawn:\n%s", moved)
	}
	if err := os.WriteFile(filepath.Join(out, "HR-RU-2023.svg"), []byte("<svg/>"), 0o644); err != nil {
		t.Fatal(err)
	}
	write(t, config, small+"base: https://example.org/b/\n")
	if mended, _ := asylum(t, exitDone, args...); !strings.Contains(mended, "\n1 pictures drawn, ") {
		t.Errorf("a picture that was damaged is kept:\n%s", mended)
	}
	if err := os.Remove(filepath.Join(out, "HR-RU-2023.csv")); err != nil {
		t.Fatal(err)
	}
	if whole, _ := asylum(t, exitDone, args...); strings.HasPrefix(whole, "nothing is new") {
		t.Error("a file is missing, and nothing is done")
	}
	asylum(t, exitDone, "verify", out)
}

// cheapest is the least time of a processor that a command takes, of some tries: what
// else the machine does is not counted.
func cheapest(t *testing.T, tries int, args ...string) time.Duration {
	t.Helper()
	least := time.Hour
	for range tries {
		cmd := process(args...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		least = min(least, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	return least
}

// linked finds what a page links to in the site.
var linked = regexp.MustCompile(`(?:href|src)="([^":#?]+)["#?]`)

// What the configuration chooses is what the site has.
func TestABatchOfSlices(t *testing.T) {
	dir := t.TempDir()
	own := write(t, filepath.Join(dir, "own.yaml"), "id: mine\nkind: bars\ndefinition: unhcr_total_protection\nperiod: 2023\nby: geo\ncitizen: AF\ngeo: EU27_2020\npages: [start]\nfeatured: true\n")
	config := write(t, filepath.Join(dir, "asylum.yaml"), small+"tables: [unhcr/asylum_decisions]\ncharts: ["+own+"]\nrules: {rank_from: 1000}\n")
	out := filepath.Join(dir, "out")
	_, log := asylum(t, exitDone, "run", "-c", config, "--lake", filepath.Join(dir, "lake"), "--out", out, "--log", "json")
	for line := range strings.Lines(log) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Errorf("a line of the log is %s", line)
		}
	}
	for name, want := range map[string]bool{
		"en/citizen/RU.html": true, "en/citizen/AF.html": false, "en/geo/HR.html": true, "en/geo/DE.html": false, "fr/index.html": false,
		"mine.svg": true, "mine.csv": true, "mine.png": false, "mine.pdf": false, "mine.xlsx": false, "RU-applicants-2023.svg": false,
	} {
		if _, err := os.Stat(filepath.Join(out, name)); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", name, err == nil, want)
		}
	}
	for name := range state(t, out) {
		if filepath.Ext(name) != ".html" {
			continue
		}
		page, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, to := range linked.FindAllSubmatch(page, -1) {
			if _, err := os.Stat(filepath.Join(out, filepath.Dir(name), string(to[1]))); err != nil {
				t.Errorf("%s leads to %s, which there is not", name, to[1])
			}
		}
	}
	var m struct{ Inputs []struct{ Table string } }
	data, err := os.ReadFile(filepath.Join(out, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &m); err != nil || len(m.Inputs) == 0 {
		t.Fatalf("%v, %v", m, err)
	}
	for _, in := range m.Inputs {
		if in.Table != "asylum_decisions" {
			t.Errorf("it is made from %s", in.Table)
		}
	}
	write(t, config, "tables: [asylum_decision]\n")
	_, log = asylum(t, exitUsage, "run", "-c", config, "--lake", filepath.Join(dir, "lake"), "--out", out)
	if !strings.Contains(log, "did you mean asylum_decisions?") {
		t.Errorf("of a table that is not held it says %s", log)
	}
}

// process is asylum as a process of its own.
func process(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Args[0] = "asylum"
	return cmd
}

// A run is killed before some of the calls that alter a file, and at some moments:
// the old site stands entire or the new one does, and the next run is as if nobody
// had been killed. (That no call is the wrong one to be killed at is tested where
// sites are put in their place: pipeline/disk, pipeline/store.)
func TestKilledRun(t *testing.T) {
	top := needs.Memory(t)
	config := write(t, filepath.Join(top, "asylum.yaml"), small+"tables: [unhcr/asylum_decisions]\ncharts: []\n")
	files := func(dir string) map[string]string {
		all := state(t, dir)
		for name, s := range all {
			all[name] = s[strings.LastIndex(s, " ")+1:]
		}
		return all
	}
	same := func(a, b map[string]string) bool { return fmt.Sprint(a) == fmt.Sprint(b) }
	args := func(base, out string) []string {
		write(t, config, small+"tables: [unhcr/asylum_decisions]\nbase: https://"+base+"/\n")
		return []string{"run", "-c", config, "--lake", filepath.Join(top, "lake"), "--out", out, "--quiet"}
	}
	reference := filepath.Join(top, "reference")
	asylum(t, exitDone, args("a", reference)...)
	old := files(reference)
	calls, ended, status := disktest.Strike(t, process(args("b", reference)...), -1)
	if !ended || status != 0 || len(calls) < 100 {
		t.Fatalf("the run ends %v with %d after %d calls", ended, status, len(calls))
	}
	next := files(reference)
	out := filepath.Join(top, "out")
	asylum(t, exitDone, args("a", out)...)
	bases := [2]string{"a", "b"}
	for i := range 6 {
		n := len(calls) * (i + 1) / 5
		if i >= 3 { // where the site is put in its place
			n = len(calls) - 7 + i
		}
		disktest.Strike(t, process(args(bases[1], out)...), n)
		switch got := files(out); {
		case same(got, old), same(got, next):
		default:
			t.Fatalf("killed before call %d, %v: neither the old site stands nor the new", n, calls[min(n, len(calls)-1)])
		}
		asylum(t, exitDone, "verify", out)
		asylum(t, exitDone, args(bases[1], out)...)
		if !same(files(out), next) {
			t.Fatalf("killed before call %d, the next run gives another site", n)
		}
		bases[0], bases[1] = bases[1], bases[0] // and back
		old, next = next, old
	}
}

// A signal stops a run within a second; the site stands as it was.
func TestStoppedRun(t *testing.T) {
	dir := t.TempDir()
	config, out := write(t, filepath.Join(dir, "asylum.yaml"), small), filepath.Join(dir, "out")
	args := []string{"run", "-c", config, "--lake", filepath.Join(dir, "lake"), "--out", out}
	asylum(t, exitDone, args...)
	before := state(t, out)
	write(t, config, "base: https://example.org/\n") // and all languages, all places: it takes its time
	cmd := process(args...)
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	stop := time.Now()
	err := cmd.Wait()
	took := time.Since(stop)
	if code := cmd.ProcessState.ExitCode(); err == nil || code != exitIO {
		t.Errorf("it exits %d, want %d\n%s", code, exitIO, &log)
	}
	if took > 5*time.Second { // a second on a machine with nothing else to do
		t.Errorf("it goes on for %v", took)
	}
	if !strings.Contains(log.String(), "stopped by a signal") {
		t.Errorf("it says\n%s", &log)
	}
	after := state(t, out)
	if fmt.Sprint(after) != fmt.Sprint(before) {
		t.Error("the site was touched")
	}
	asylum(t, exitDone, "run", "-c", write(t, config, small+"base: https://example.org/\n"), "--lake", filepath.Join(dir, "lake"), "--out", out)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "out" && e.Name() != "asylum.yaml" {
			t.Errorf("%s is left over", e.Name())
		}
	}
}

// The same lake, binary and options give the same bytes, whatever the machine says
// of its time zone, language, processors, folders and masks.
func TestSameBytesEverywhere(t *testing.T) {
	top := t.TempDir()
	config := write(t, filepath.Join(top, "asylum.yaml"), "languages: [en, ru]\nslices: {citizens: [RU, AF], geos: [HR]}\n")
	lake := filepath.Join(top, "lake")
	asylum(t, exitDone, "add", "--lake", lake, "--vintage", "2024-05-01", write(t, filepath.Join(top, "migr_asydcfsta.tsv"), decisions("RU", "AF", "SY", "TOTAL")))
	var first map[string]string
	for i, env := range [][]string{
		{"TZ=UTC", "LC_ALL=C", "GOMAXPROCS=1", "HOME=/", "TERM=dumb"},
		{"TZ=Pacific/Kiritimati", "LC_ALL=ru_RU.UTF-8", "LANG=ru", "GOMAXPROCS=7", "GOGC=10", "HOME=" + top, "TERM=xterm", "COLUMNS=40"},
	} {
		dir := filepath.Join(top, fmt.Sprint("machine", i))
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		cmd := process("run", "-c", config, "--lake", lake, "--out", "site", "--quiet")
		cmd.Dir, cmd.Env = dir, append(env, "TMPDIR="+dir, "PATH="+os.Getenv("PATH"))
		if msg, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, msg)
		}
		got := state(t, filepath.Join(dir, "site"))
		for _, m := range []string{filepath.Join(dir, "site"), lake} { // every manifest says who wrote what
			if text := readFile(t, filepath.Join(m, "manifest.json")); !strings.Contains(text, `"program": "`+program()+`"`) {
				t.Errorf("%s says nothing of the program", m)
			}
		}
		for name, s := range got {
			got[name] = s[strings.LastIndex(s, " ")+1:]
		}
		if first == nil {
			first = got
			continue
		}
		if len(got) != len(first) {
			t.Errorf("%d files, and %d", len(first), len(got))
		}
		for name, sum := range first {
			if got[name] != sum {
				t.Errorf("%s differs", name)
			}
		}
	}
}

// decisions is a small table of first instance decisions as Eurostat's bulk has it.
func decisions(citizens ...string) string {
	var b strings.Builder
	b.WriteString("freq,unit,citizen,sex,age,decision,geo\\TIME_PERIOD\t2022 \t2023 \n")
	for _, c := range citizens {
		for i, g := range []string{"DE", "HR", "FR", "AT", "IT", "EU27_2020"} {
			for _, d := range []struct {
				code string
				n    int
			}{{"TOTAL", 1000}, {"TOTAL_POS", 400}, {"GENCONV", 300}, {"SUB_PROT", 100}, {"HUMSTAT", 0}, {"REJECTED", 600}} {
				fmt.Fprintf(&b, "A,PER,%s,T,TOTAL,%s,%s\t%d \t%d b\n", c, d.code, g, d.n, (i+1)*d.n)
			}
		}
	}
	return b.String()
}

// hostile are codes as an attacker would write them.
var hostile = []string{"<script>alert(1)</script>", "../../../tmp/x", "=cmd|calc!A0", `"><img src=x onerror=alert(1)>`, "RU\u202egnp", "A\x00B", "%2e%2e%2f", "&xxe;"}

// No code of an attacker's gets into a lake, whether an export has it or a list of
// codes that a user was given; and the terminal is not shown it as it came.
func TestHostileCodes(t *testing.T) {
	dir := t.TempDir()
	lake := filepath.Join(dir, "lake")
	for _, c := range hostile {
		export := write(t, filepath.Join(dir, "migr_asydcfsta.tsv"), decisions("RU", c))
		_, log := asylum(t, exitParse, "add", "--lake", lake, "--vintage", "2024-05-01", export)
		if strings.ContainsAny(log, "\x00\u202e") {
			t.Errorf("of %q the terminal is shown %q", c, log)
		}
		list := write(t, filepath.Join(dir, "codes.csv"), "citizen,\""+strings.ReplaceAll(c, `"`, `""`)+"\",member\n")
		_, log = asylum(t, exitUsage, "add", "--codes", list, "--lake", lake, "--vintage", "2024-05-01", export)
		if !strings.Contains(log, "want letters, digits, _ and - alone") {
			t.Errorf("of a list with %q it says %s", c, log)
		}
	}
	if _, err := os.Stat(filepath.Join(lake, "manifest.json")); err == nil {
		data, err := os.ReadFile(filepath.Join(lake, "manifest.json"))
		if err != nil || strings.Contains(string(data), "migr_asydcfsta") {
			t.Errorf("the lake has a table: %s, %v", data, err)
		}
	}
}

// What a user's own files say is data on the pages: their names and titles, of
// codes, of charts and of definitions.
func TestHostileNames(t *testing.T) {
	dir := t.TempDir()
	evil := `<script>alert(1)</script><img src=x onerror=alert(1)>`
	codes := write(t, filepath.Join(dir, "codes.csv"), "citizen,XEV,member,"+evil+"\n")
	charts := write(t, filepath.Join(dir, "charts.yaml"), "id: evil\nkind: bars\ndefinition: eurostat_first_instance\nperiod: 2023\nby: citizen\ngeo: DE\npages: [start]\nfeatured: true\nnote: {en: \""+evil+"\"}\n")
	lake, out := filepath.Join(dir, "lake"), filepath.Join(dir, "out")
	asylum(t, exitDone, "add", "--codes", codes, "--lake", lake, "--vintage", "2024-05-01", write(t, filepath.Join(dir, "migr_asydcfsta.tsv"), decisions("RU", "AF", "SY", "XEV", "TOTAL")))
	config := write(t, filepath.Join(dir, "asylum.yaml"), "languages: [en]\noutputs: [xlsx]\ncharts: ["+charts+"]\ncodes: "+codes+"\n")
	asylum(t, exitDone, "run", "-c", config, "--lake", lake, "--out", out)
	shown := 0
	for name := range state(t, out) {
		if ext := filepath.Ext(name); ext != ".html" && ext != ".svg" && ext != ".js" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("<script>alert")) || bytes.Contains(data, []byte("<img src=x")) {
			t.Errorf("%s holds the attack", name)
		}
		if bytes.Contains(data, []byte("&lt;script&gt;alert(1)")) {
			shown++
		}
	}
	if shown == 0 {
		t.Error("no page shows the name: the test looks at nothing")
	}
}

// A number that was changed together with the sums of its file is found all the
// same: it is computed anew.
func TestVerifyComputesAnew(t *testing.T) {
	dir := t.TempDir()
	config, out := write(t, filepath.Join(dir, "asylum.yaml"), small), filepath.Join(dir, "out")
	asylum(t, exitDone, "run", "-c", config, "--lake", filepath.Join(dir, "none"), "--out", out)
	if said, _ := asylum(t, exitDone, "verify", out); !strings.Contains(said, "are the same, computed anew\n") {
		t.Errorf("it says %s", said)
	}
	name := filepath.Join(out, "HR-RU-2023.csv")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	forged := bytes.Replace(data, []byte(",23,8507,"), []byte(",23,8057,"), 1)
	if bytes.Equal(forged, data) {
		t.Fatalf("there is no 23 of 8,507 in\n%s", data)
	}
	manifest, err := os.ReadFile(filepath.Join(out, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if _, err := disk.Unseal(manifest, &m); err != nil {
		t.Fatal(err)
	}
	m["files"].(map[string]any)["HR-RU-2023.csv"] = fmt.Sprintf("%x", sha256.Sum256(forged))
	sealed, err := disk.Seal(m)
	if err != nil {
		t.Fatal(err)
	}
	write(t, name, string(forged))
	write(t, filepath.Join(out, "manifest.json"), string(sealed))
	said, _ := asylum(t, exitFound, "verify", out)
	if !strings.Contains(said, "HR-RU-2023.csv says in line ") || !strings.Contains(said, "8057") || !strings.Contains(said, "computed anew it is") {
		t.Errorf("it says %s", said)
	}
}
