package store

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"asylum/datasets/needs"
	"asylum/pipeline/disk"
	"asylum/pipeline/table"
)

// fill leaves so many bytes free on a small disk, and gives the way to free
// the rest.
func fill(t *testing.T, dir string, free int) (empty func()) {
	t.Helper()
	name := filepath.Join(dir, "ballast")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, err := io.Copy(f, io.LimitReader(zeros{}, 1<<30))
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk took %d bytes: %v", n, err)
	}
	if err := f.Truncate(max(0, n-int64(free))); err != nil {
		t.Fatal(err)
	}
	return func() { os.Remove(name) }
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// On a full disk a vintage is in the lake whole or not at all, wherever the
// last byte went, and nothing of it stays in the way.
func TestFullDisk(t *testing.T) {
	top := needs.SmallDisk(t, 512<<10)
	dir := filepath.Join(top, "lake")
	l, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	put(t, l, random(1, 30, true, "raw"), "raw")
	failed, done := 0, 0
	for free := 0; free < 120<<10; free += 4 << 10 {
		raw := strings.Repeat(fmt.Sprint("raw ", free), 2000)
		before := tree(t, dir)
		tab := random(uint64(free), 30, true, raw)
		empty := fill(t, top, free)
		added, err := l.Put(tab, strings.NewReader(raw), ".tsv")
		switch {
		case err == nil && added:
			done++
		case errors.Is(err, syscall.ENOSPC) && !added:
			failed++
			if after := tree(t, dir); after != before {
				t.Errorf("%d bytes free: the lake is\n%s\nwas\n%s", free, after, before)
			}
		default:
			t.Errorf("%d bytes free: %v, %v", free, added, err)
		}
		if c, err := Verify(dir, nil); err != nil || len(c.Faults)+len(c.Begun) > 0 {
			t.Errorf("%d bytes free: %v, %+v", free, err, c)
		}
		empty()
		again, err := Open(dir)
		if err != nil {
			t.Fatalf("%d bytes free: %v", free, err)
		}
		if _, ok := again.Find("migr_t", tab.SHA256); ok != added {
			t.Errorf("%d bytes free: Put says %v, the lake %v", free, added, ok)
		}
		if added { // make room for the next
			os.RemoveAll(dir)
			l, _ = Create(dir)
			put(t, l, random(1, 30, true, "raw"), "raw")
		}
	}
	if failed < 4 || done < 2 {
		t.Errorf("%d puts failed and %d did not: the disk is not of the right size", failed, done)
	}
}

// A lake that cannot be written to is read, and says so when it is written to.
func TestReadOnlyDisk(t *testing.T) {
	top := needs.SmallDisk(t, 1<<20)
	dir := filepath.Join(top, "lake")
	l, _ := Create(dir)
	put(t, l, random(1, 30, true, "raw"), "raw")
	needs.ReadOnly(t, top, true)
	defer needs.ReadOnly(t, top, false)
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Load(l.Vintages()[0], table.Want{}); err != nil {
		t.Error(err)
	}
	if c, err := Verify(dir, nil); err != nil || len(c.Faults) > 0 {
		t.Errorf("%v, %v", err, c)
	}
	if _, err := l.Put(random(2, 30, true, "raw2"), strings.NewReader("raw2"), ".tsv"); !errors.Is(err, syscall.EROFS) || !strings.HasPrefix(err.Error(), "the lake "+dir+" cannot be written to: ") {
		t.Errorf("got %v", err)
	}
	if err := l.Writable(); !errors.Is(err, syscall.EROFS) {
		t.Errorf("got %v", err)
	}
}

// shifting is a file that somebody else writes to while it is read.
type shifting struct {
	r    strings.Reader
	at   int
	then func()
}

func (s *shifting) Read(p []byte) (int, error) {
	if s.at--; s.at == 0 {
		s.then()
	}
	return s.r.Read(p[:min(len(p), 1000)])
}

// A file that is not what it was when it was read never comes into the lake,
// whatever becomes of it on the way.
func TestFileChangesWhileItIsRead(t *testing.T) {
	dir := t.TempDir()
	l, _ := Create(dir)
	r := rand.New(rand.NewPCG(5, 1))
	raw := strings.Repeat("raw bytes ", 1000)
	tab := random(1, 30, true, raw)
	for range 50 {
		bad := []byte(raw)
		switch at := r.IntN(len(bad)); r.IntN(3) {
		case 0:
			bad[at] ^= 1 << r.IntN(8)
		case 1:
			bad = bad[:at]
		case 2:
			bad = append(bad, bad[:1+at]...)
		}
		in := &shifting{at: 1 + r.IntN(3)}
		in.r.Reset(raw)
		in.then = func() { in.r.Reset(string(bad)) }
		if added, err := l.Put(tab, in, ".tsv"); added || err == nil || !strings.HasSuffix(err.Error(), "it was changed in between") {
			t.Fatalf("got %v, %v", added, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 || left[0].Name() != lockName {
		t.Errorf("left behind: %v", left)
	}
}

// A clock that jumps back orders nothing: the lake counts vintages by the days
// that they say, and the lock by who holds it.
func TestClockJumpsBack(t *testing.T) {
	dir := t.TempDir()
	lock := filepath.Join(dir, lockName)
	future := `{"pid":4711,"host":"elsewhere","since":"2099-01-01T00:00:00Z","command":"asylum run","pending":["raw/eurostat/migr_t/2099-01-01/x.tsv","../../x","manifest.json"]}` + "\n"
	if err := os.WriteFile(lock, []byte(future), 0o666); err != nil {
		t.Fatal(err)
	}
	orphan := filepath.Join(dir, "raw/eurostat/migr_t/2099-01-01/x.tsv")
	for _, f := range []string{orphan, filepath.Join(filepath.Dir(orphan), ".tmp-1"), filepath.Join(dir, ".tmp-2")} {
		if err := os.MkdirAll(filepath.Dir(f), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f, []byte("half"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	l, _ := Create(dir)
	release, err := l.Hold() // of a process that died in a future that never came
	if err != nil {
		t.Fatal(err)
	}
	if s := l.Stale(); s == nil || s.PID != 4711 || s.String() != `process 4711 on elsewhere, "asylum run", since 2099-01-01 00:00:00 UTC` {
		t.Errorf("stale is %v", s)
	}
	put(t, l, random(1, 10, true, "raw"), "raw")
	release()
	old := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	for name := range (&manifest{Vintages: l.entries}).names() {
		if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	put(t, l, random(2, 10, true, "raw2"), "raw2")
	if there(orphan) {
		t.Error("what the dead process had begun is still there")
	}
	if c, err := Verify(dir, nil); err != nil || len(c.Faults)+len(c.Begun) > 0 || len(l.Vintages()) != 2 {
		t.Errorf("%v, %+v", err, c)
	}
}

// What a dead process had begun is taken back, and no file besides: not one
// that the manifest names, not one that nobody was at.
func TestTakenBack(t *testing.T) {
	dir := t.TempDir()
	l, _ := Create(dir)
	tab := random(1, 10, true, "raw")
	put(t, l, tab, "raw")
	named := l.entries[0].Raw
	nobodys := filepath.Join(dir, "raw/eurostat/migr_t/2020-01-01/kept.tsv")
	os.MkdirAll(filepath.Dir(nobodys), 0o777)
	os.WriteFile(nobodys, []byte("a manifest was lost once"), 0o666)
	os.WriteFile(filepath.Join(dir, lockName), fmt.Appendf(nil, `{"pid":1,"pending":[%q]}`, named), 0o666)
	c, err := Verify(dir, nil)
	if err != nil || len(c.Faults) != 1 || c.Faults[0] != (disk.Fault{File: "raw/eurostat/migr_t/2020-01-01/kept.tsv", What: "is extra: the manifest does not name it"}) {
		t.Errorf("got %v, %+v", err, c)
	}
	put(t, l, random(2, 10, true, "raw2"), "raw2")
	if !there(nobodys) || !there(filepath.Join(dir, named)) {
		t.Error("a file is gone that is nobody's to take")
	}
}

// Only the process that holds a lake writes to it, and the other learns of it
// before it downloads anything.
func TestHeldIsAType(t *testing.T) {
	dir := t.TempDir()
	a, _ := Create(dir)
	release, err := a.Hold()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	b, _ := Create(dir)
	for what, err := range map[string]error{"Hold": second(b.Hold()), "Note": b.Note("x.json", map[string]int{"a": 1}), "Writable": b.Writable()} {
		var held *disk.Held
		if !errors.As(err, &held) || held.By.PID != os.Getpid() || time.Since(held.By.Since) > time.Hour {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

func second(_ func(), err error) error { return err }
