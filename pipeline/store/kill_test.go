package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"asylum/datasets/needs"
	"asylum/pipeline/disk/disktest"
	"asylum/pipeline/table"
)

// killed names, in the environment, the lake that this program, called by a
// test, writes to until somebody kills it.
const killed = "ASYLUM_TEST_LAKE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killed); dir != "" {
		if err := work(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// work is what a month's batch writes to a lake: vintages, one of them of a day
// that has one, a page, notes.
func work(dir string) error {
	l, err := Create(dir)
	if err != nil {
		return err
	}
	add := func(seed uint64, wide bool) error {
		raw := fmt.Sprint("raw ", seed)
		_, err := l.Put(random(seed, 30, wide, raw), strings.NewReader(raw), ".tsv")
		return err
	}
	if err := add(1, true); err != nil {
		return err
	}
	release, err := l.Hold()
	if err != nil {
		return err
	}
	defer release()
	if err := add(2, false); err != nil {
		return err
	}
	if _, _, err := l.Keep("croatia/2026-11-21.html", "https://asylumineurope.org/croatia", []byte("<html></html>")); err != nil {
		return err
	}
	if err := l.Note("fetched.json", map[string]int{"migr_t": 3}); err != nil {
		return err
	}
	return add(3, true)
}

func worker(dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), killed+"="+dir, "GOGC=off")
	return cmd
}

// sound checks a lake in which somebody was killed: what it has is whole, and
// what is left over is known to be.
func sound(t *testing.T, dir, when string, want map[string]bool) {
	t.Helper()
	l, err := Open(dir)
	if err != nil && !strings.HasSuffix(err.Error(), ErrNoLake.Error()) {
		t.Fatalf("%s: %v", when, err)
	}
	if err != nil {
		return
	}
	for _, m := range l.Vintages() {
		if !want[m.SHA256] {
			t.Errorf("%s: a vintage of %s, which nobody put", when, m.SHA256)
		}
		if _, err := l.Load(m, table.Want{}); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	c, err := Verify(dir, nil)
	if err != nil || len(c.Faults) > 0 {
		t.Errorf("%s: %v, %v", when, err, c)
	}
}

// A process is killed before each call in turn that alters a file, and at
// random moments; a second one then does the work. The lake is as if nobody had
// been killed, to the byte.
func TestKilledAtEveryCall(t *testing.T) {
	top := needs.Memory(t)
	reference := filepath.Join(top, "whole")
	calls, ended, status := disktest.Strike(t, worker(reference), -1)
	if !ended || status != 0 || len(calls) < 60 {
		t.Fatalf("the work ends %v with %d after %d calls", ended, status, len(calls))
	}
	for _, f := range disktest.Unsafe(calls, reference, func(name string) bool { return name == filepath.Join(reference, manifestName) }) {
		t.Errorf("a loss of power: %s", f)
	}
	whole := tree(t, reference)
	want := map[string]bool{}
	l, err := Open(reference)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range l.Vintages() {
		want[m.SHA256] = true
	}
	if len(want) != 3 {
		t.Fatalf("%d vintages", len(want))
	}
	restart := func(dir, when string) {
		sound(t, dir, when, want)
		if out, err := worker(dir).CombinedOutput(); err != nil {
			t.Fatalf("%s: started again: %v\n%s", when, err, out)
		}
		sound(t, dir, when+", then done again", want)
		if got := tree(t, dir); got != whole {
			t.Errorf("%s: the lake is\n%s\nwant\n%s", when, got, whole)
		}
	}
	states := map[string]bool{}
	for n := range calls {
		dir := filepath.Join(top, fmt.Sprint("call", n))
		before, ended, _ := disktest.Strike(t, worker(dir), n)
		if ended || len(before) != n {
			t.Fatalf("to be killed at call %d, it ended %v after %d", n, ended, len(before))
		}
		states[treeOr(t, dir)] = true
		restart(dir, fmt.Sprintf("killed before call %d, %s", n, calls[n].Name))
	}
	t.Logf("killed at %d calls, %d different states", len(calls), len(states))
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range 60 {
		dir := filepath.Join(top, fmt.Sprint("random", i))
		cmd := worker(dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		after := time.Duration(r.IntN(40000)) * time.Microsecond
		time.Sleep(after)
		cmd.Process.Kill()
		cmd.Wait()
		restart(dir, fmt.Sprintf("killed after %v (seed %d)", after, seed))
	}
}

func treeOr(t *testing.T, dir string) string {
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return tree(t, dir)
}

// Killed again and again, and left to end only by chance.
func TestKilledOverAndOver(t *testing.T) {
	top := needs.Memory(t)
	r := rand.New(rand.NewPCG(4, 1))
	for i, kills := 0, 0; kills < 50; i++ {
		dir := filepath.Join(top, fmt.Sprint(i))
		ended := false
		for n := 0; !ended; n++ {
			if _, ended, _ = disktest.Strike(t, worker(dir), r.IntN(60)); !ended {
				kills++
			}
			if n > 500 {
				t.Fatal("it never ends: what was killed is not gone on with")
			}
		}
		c, err := Verify(dir, nil)
		if err != nil || len(c.Faults) > 0 || len(c.Begun) > 0 {
			t.Errorf("after %d kills: %v, %+v", kills, err, c)
		}
		l, err := Open(dir)
		if err != nil || len(l.Vintages()) != 3 {
			t.Errorf("got %v, %v", l, err)
		}
	}
}

// The check of what a loss of power undoes is itself to be believed.
func TestUnsafeIsNoticed(t *testing.T) {
	last := func(name string) bool { return name == "/l/manifest.json" }
	good := []disktest.Call{{Name: "mkdir", Path: "/l/a"}, {Name: "fsync", Path: "/l"}, {Name: "open", Path: "/l/a/.tmp-1"}, {Name: "write", Path: "/l/a/.tmp-1"}, {Name: "fsync", Path: "/l/a/.tmp-1"},
		{Name: "rename", Path: "/l/a/.tmp-1", To: "/l/a/x"}, {Name: "fsync", Path: "/l/a"}, {Name: "rename", Path: "/l/.tmp-2", To: "/l/manifest.json"}, {Name: "fsync", Path: "/l"}}
	if got := disktest.Unsafe(good, "/l", last); len(got) > 0 {
		t.Errorf("got %v", got)
	}
	for i, want := range map[int]string{1: "names in /l are not synced", 4: "before it was synced", 6: "names in /l/a are not synced", 8: "names in /l are never synced"} {
		got := disktest.Unsafe(slices.Delete(slices.Clone(good), i, i+1), "/l", last)
		if len(got) == 0 || !strings.Contains(got[0], want) {
			t.Errorf("without %v: got %v, want %s", good[i], got, want)
		}
	}
}
