package disk

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asylum/datasets/needs"
	"asylum/pipeline/disk/disktest"
)

// What this program does when a test calls it to be killed: "replace" puts a
// new site in the place of an old one, "slowly" does so where names cannot be
// exchanged, "hold" takes a lock and waits.
const task, target = "ASYLUM_TEST_TASK", "ASYLUM_TEST_TARGET"

func TestMain(m *testing.M) {
	dir := os.Getenv(target)
	var err error
	switch os.Getenv(task) {
	case "":
		os.Exit(m.Run())
	case "replace":
		err = Replace(dir, anything, fillWith("new"))
	case "slowly":
		exchangeNames = func(string, string) error { return errors.ErrUnsupported }
		err = Replace(dir, anything, fillWith("new"))
	case "hold":
		var l *Lock
		if l, err = Take(dir, "the lake"); err == nil {
			err = l.Pending("raw/a", "tables/b")
			fmt.Println("held")
			io.Copy(io.Discard, os.Stdin)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func anything(string) error { return nil }

// fillWith makes a site of ten files that all say the same, and a list of them.
func fillWith(text string) func(string) error {
	return func(dir string) error {
		for i := range 10 {
			if err := WriteScratch(filepath.Join(dir, fmt.Sprint(i%3), fmt.Sprint(i)), func(w io.Writer) error {
				_, err := fmt.Fprintln(w, text, i)
				return err
			}); err != nil {
				return err
			}
		}
		return os.WriteFile(filepath.Join(dir, "index"), []byte(text), 0o644)
	}
}

func called(what, where string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), task+"="+what, target+"="+where, "GOGC=off")
	return cmd
}

// tree is every file of a directory with its bytes.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		fmt.Fprintf(&b, "%s %x\n", rel, sha256.Sum256(data))
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return b.String()
}

// Whoever replaces a site is killed before each call in turn that alters a
// file. The old or the new site stands entire, and the next one puts up the
// new one and leaves nothing beside it.
func TestReplaceKilledAtEveryCall(t *testing.T) {
	top := needs.Memory(t)
	trees := map[string]string{}
	for _, text := range []string{"old", "new"} {
		dir := filepath.Join(top, text)
		if err := fillWith(text)(dir); err != nil {
			t.Fatal(err)
		}
		trees[text] = tree(t, dir)
	}
	for _, how := range []string{"replace", "slowly"} {
		calls := 0
		for n, ended := 0, false; !ended; n++ {
			work := filepath.Join(top, how, fmt.Sprint(n))
			site := filepath.Join(work, "site")
			if err := fillWith("old")(site); err != nil {
				t.Fatal(err)
			}
			var before []disktest.Call
			before, ended, _ = disktest.Strike(t, called(how, site), n)
			calls = len(before)
			got := tree(t, site)
			between := how == "slowly" && got == "" && tree(t, filepath.Join(work, ".site.old")) == trees["old"]
			if got != trees["old"] && got != trees["new"] && !between {
				t.Errorf("%s: killed at call %d (after %v), the site is\n%s", how, n, before[len(before)-1], got)
			}
			if got == trees["new"] && !ended && n < 10 {
				t.Errorf("%s: the new site stands at call %d", how, n)
			}
			if out, err := called(how, site).CombinedOutput(); err != nil {
				t.Fatalf("%s: once more after call %d: %v\n%s", how, n, err, out)
			}
			if got := tree(t, site); got != trees["new"] {
				t.Errorf("%s: once more after call %d, the site is\n%s", how, n, got)
			}
			if left, _ := os.ReadDir(work); len(left) != 1 {
				t.Errorf("%s: once more after call %d, beside the site stands %v", how, n, left)
			}
			if ended { // every call was seen: was everything brought to the disk before it counted?
				for _, f := range disktest.Unsafe(before, work, func(name string) bool { return name == site }) {
					t.Errorf("%s: a loss of power: %s", how, f)
				}
			}
		}
		if calls < 40 {
			t.Errorf("%s: %d calls", how, calls)
		}
		t.Logf("%s: killed at %d calls", how, calls)
	}
}

// Twenty readers read a site again and again while it is replaced thirty times.
// Each file is whole and says what the site says that it was looked up in.
func TestReadersDuringReplace(t *testing.T) {
	dir := filepath.Join(needs.Memory(t), "site")
	if err := Replace(dir, anything, fillWith("0")); err != nil {
		t.Fatal(err)
	}
	var stop atomic.Bool
	var reads, moved atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for !stop.Load() {
				index, err := os.ReadFile(filepath.Join(dir, "index"))
				if err != nil {
					t.Errorf("the index: %v", err)
					return
				}
				for i := range 10 {
					got, err := os.ReadFile(filepath.Join(dir, fmt.Sprint(i%3), fmt.Sprint(i)))
					if err != nil {
						t.Errorf("file %d: %v", i, err)
						return
					}
					if string(got) == fmt.Sprintln(string(index), i) {
						reads.Add(1)
						continue
					}
					now, err := os.ReadFile(filepath.Join(dir, "index"))
					if text, n, ok := strings.Cut(strings.TrimSpace(string(got)), " "); err != nil || !ok || n != fmt.Sprint(i) || bytes.Equal(now, index) || text == "" {
						t.Errorf("file %d says %q, the index %q and then %q (%v)", i, got, index, now, err)
						return
					}
					moved.Add(1)
					break
				}
			}
		})
	}
	for i := range 30 {
		if err := Replace(dir, anything, fillWith(fmt.Sprint(i+1))); err != nil {
			t.Error(err)
		}
	}
	stop.Store(true)
	wg.Wait()
	if reads.Load() < 1000 {
		t.Errorf("%d reads", reads.Load())
	}
	t.Logf("%d files read, %d times another site stood meanwhile", reads.Load(), moved.Load())
}

// Two at once: the second is told who the first is, since when.
func TestTwoAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	err := Replace(dir, anything, func(string) error {
		err := Replace(dir, anything, fillWith("second"))
		var held *Held
		if !errors.As(err, &held) || held.By.PID != os.Getpid() || held.By.Since.IsZero() || held.By.Command == "" {
			t.Errorf("got %v", err)
		}
		return os.WriteFile(filepath.Join(filepath.Dir(dir), ".site.next", "a"), nil, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) != 1 {
		t.Errorf("beside the site stands %v", left)
	}
}

// May is asked under the lock, and once more before the exchange.
func TestMayIsAskedTwice(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	boom := errors.New("somebody put a thesis there")
	asked := 0
	err := Replace(dir, func(string) error {
		if asked++; asked == 2 {
			return boom
		}
		return nil
	}, fillWith("new"))
	if err != boom || asked != 2 || tree(t, dir) != "" {
		t.Errorf("got %v, asked %d times", err, asked)
	}
}

func TestLockOutlivesNobody(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".lock")
	cmd := called("hold", file)
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("held"))); err != nil {
		t.Fatal(err)
	}
	_, err := Take(file, "the lake")
	var held *Held
	if !errors.As(err, &held) || held.By.PID != cmd.Process.Pid || !slices.Equal(held.By.Pending, []string{"raw/a", "tables/b"}) {
		t.Errorf("got %v", err)
	}
	if busy := Busy(file, "the lake"); busy == nil || busy.Error() != err.Error() {
		t.Errorf("got %v", busy)
	}
	cmd.Process.Kill()
	in.Close()
	cmd.Wait()
	if err := Busy(file, "the lake"); err != nil {
		t.Errorf("its holder is dead: %v", err)
	}
	l, err := Take(file, "the lake")
	if err != nil {
		t.Fatal(err)
	}
	if s := l.Stale(); s == nil || s.PID != cmd.Process.Pid || !slices.Equal(s.Pending, []string{"raw/a", "tables/b"}) || time.Since(s.Since) > time.Minute {
		t.Errorf("stale is %v", s)
	}
	if got := Pending(file); !slices.Equal(got, []string{"raw/a", "tables/b"}) {
		t.Errorf("what the dead one had begun is forgotten before it is seen to: %v", got)
	}
	l.Release()
	if l, err = Take(file, "the lake"); err != nil || l.Stale() != nil {
		t.Errorf("got %v, %v: the last holder did not die", l, err)
	}
	l.Remove()
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock's file: %v", err)
	}
}

// Whatever stands in a lock's file, the lock can be taken.
func TestLockFilesOfOldAndDamaged(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".lock")
	for in, want := range map[string]string{
		"4711\n":                "process 4711",
		"":                      "",
		"{\"pid\":":             "",
		"\x00\xff":              "",
		`{"pid":"x"}`:           "",
		`{"pid":5,"host":"a"}x`: "process 5 on a",
		`{"pid":5,"host":"b"}` + strings.Repeat("\x00", 1<<17): "process 5 on b",
	} {
		if err := os.WriteFile(file, []byte(in), 0o666); err != nil {
			t.Fatal(err)
		}
		l, err := Take(file, "the lake")
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if l.Stale() != nil {
			got = l.Stale().String()
		}
		if got != want {
			t.Errorf("%.30q: got %q, want %q", in, got, want)
		}
		l.Release()
	}
}

// No bit of a sealed file changes unnoticed.
func TestSeal(t *testing.T) {
	type inner struct {
		A, B string
		N    []int
	}
	want := map[string]inner{"x": {"é\"<\n", "", []int{1, 2}}, "y": {}}
	data, err := Seal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]inner
	if sealed, err := Unseal(data, &got); !sealed || err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%v, %v: got %v from\n%s", sealed, err, got, data)
	}
	for at := range data {
		for bit := range 8 {
			bad := bytes.Clone(data)
			bad[at] ^= 1 << bit
			if _, err := Unseal(bad, new(map[string]inner)); err == nil {
				t.Errorf("byte %d, bit %d: not noticed:\n%s", at, bit, bad)
			}
		}
	}
	for at := range data {
		if _, err := Unseal(data[:at], new(map[string]inner)); err == nil {
			t.Errorf("cut after %d bytes: not noticed", at)
		}
	}
	plain, _ := json.Marshal(want)
	if sealed, err := Unseal(plain, &got); sealed || err != nil {
		t.Errorf("from before there were seals: %v, %v", sealed, err)
	}
	if _, err := Unseal(append(plain, plain...), &got); !errors.Is(err, ErrDamaged) {
		t.Errorf("twice: %v", err)
	}
	for _, bad := range []any{nil, []int{1}, map[string]int{}, "x"} {
		if _, err := Seal(bad); err == nil {
			t.Errorf("%v was sealed", bad)
		}
	}
}

func TestWriteLeavesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a", "b", "c")
	if err := WriteBytes(name, []byte("first")); err != nil {
		t.Fatal(err)
	}
	boom := errors.New("boom")
	err := Write(name, func(w io.Writer) error {
		w.Write(bytes.Repeat([]byte("second"), 1<<17))
		return boom
	})
	got, _ := os.ReadFile(name)
	left, _ := os.ReadDir(filepath.Dir(name))
	if err != boom || string(got) != "first" || len(left) != 1 {
		t.Errorf("got %v, %q, left %v", err, got, left)
	}
	if err := WriteBytes(filepath.Join(name, "d"), nil); err == nil {
		t.Error("written below a file")
	}
	RemoveUp(dir, filepath.Join("a", "b", "c"))
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

// Many write one file at once: one of them wins, whole.
func TestWritersAtOnce(t *testing.T) {
	name := filepath.Join(needs.Memory(t), "f")
	r := rand.New(rand.NewPCG(1, 1))
	var wg sync.WaitGroup
	for i := range 8 {
		text := strings.Repeat(fmt.Sprint(i), 1000+r.IntN(300000))
		wg.Go(func() {
			for range 20 {
				if err := WriteBytes(name, []byte(text)); err != nil {
					t.Error(err)
				}
				got, err := os.ReadFile(name)
				if err != nil || len(got) < 1000 || strings.Trim(string(got), string(got[:1])) != "" {
					t.Errorf("got %d bytes, %v", len(got), err)
				}
			}
		})
	}
	wg.Wait()
}
