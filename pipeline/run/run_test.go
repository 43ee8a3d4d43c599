package run

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

func said(steps []Step) string {
	var out []string
	for i := range steps {
		out = append(out, steps[i].String())
	}
	return strings.Join(out, "\n")
}

func TestPlan(t *testing.T) {
	now := Inputs{"program": "p", "tables": "t", "languages": "l"}
	for _, tt := range []struct {
		name string
		was  Inputs
		want string
	}{
		{"the same", Inputs{"program": "p", "tables": "t", "languages": "l"}, "audit: nothing to do\njudge: nothing to do\ncompute: nothing to do\ndraw: nothing to do\nwrite: nothing to do"},
		{"a table", Inputs{"program": "p", "tables": "s", "languages": "l"}, "audit: due, tables: changed\njudge: due, tables: changed\ncompute: due, tables: changed\ndraw: due, tables: changed\nwrite: due, tables: changed"},
		{"a chart", Inputs{"program": "p", "tables": "t", "languages": "l", "charts": "c"}, "audit: due, judge needs what it gives\njudge: due, compute needs what it gives\ncompute: due, charts: gone\ndraw: due, charts: gone\nwrite: due, charts: gone"},
		{"a language", Inputs{"program": "p", "tables": "t", "languages": "m"}, "audit: due, judge needs what it gives\njudge: due, compute needs what it gives\ncompute: due, draw needs what it gives\ndraw: due, languages: changed\nwrite: due, languages: changed"},
		{"an address", Inputs{"program": "p", "tables": "t", "languages": "l", "base": "b"}, "audit: due, judge needs what it gives\njudge: due, compute needs what it gives\ncompute: due, draw needs what it gives\ndraw: due, write needs what it gives\nwrite: due, base: gone"},
		{"nothing", nil, "audit: due, nothing was published here before\njudge: due, nothing was published here before\ncompute: due, nothing was published here before\ndraw: due, nothing was published here before\nwrite: due, nothing was published here before"},
	} {
		if got := said(Plan(tt.was, now)); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.want)
		}
		if got, want := Nothing(Plan(tt.was, now)), tt.name == "the same"; got != want {
			t.Errorf("%s: Nothing is %v", tt.name, got)
		}
	}
}

type inner struct {
	value  float64
	hidden *string
}

type outer struct {
	Names []string
	By    map[string]any
	Inner any
	F     func()
}

func TestSumIsOfContent(t *testing.T) {
	text := func(s string) *string { return &s }
	one := func() any {
		return &outer{[]string{"a", "bc"}, map[string]any{"x": 1, "y": inner{math.NaN(), text("z")}}, &inner{1.5, nil}, func() {}}
	}
	if a, b := Sum(one(), 7), Sum(one(), 7); a != b {
		t.Errorf("equal content has the sums %s and %s", a, b)
	}
	seen := map[string]any{}
	for _, v := range []any{
		one(), nil, 0, 1, -1, true, "", "0", []string{}, []string{"ab", "c"}, []string{"a", "bc"}, []string{"abc"}, map[string]int{}, map[string]int{"a": 1},
		math.NaN(), math.Inf(1), inner{}, &inner{}, &inner{hidden: text("")}, &inner{hidden: text("y")}, outer{}, outer{Inner: 1}, outer{Inner: "1"}, [2]int{1, 2}, [2]int{2, 1},
	} {
		s := Sum(v)
		if was, ok := seen[s]; ok {
			t.Errorf("%#v and %#v have one sum", was, v)
		}
		seen[s] = v
	}
	if a, b := Sum("ab", "c"), Sum("a", "bc"); a == b {
		t.Error("values run into one another")
	}
	defer func() {
		if recover() == nil {
			t.Error("a channel has a sum")
		}
	}()
	Sum(reflect.ValueOf(make(chan int)).Interface())
}

func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	// The SHA-256 of abc: FIPS 180-2, appendix B.1.
	if got, err := File(name); err != nil || got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("got %s, %v", got, err)
	}
	if got, err := File(""); got != "" || err != nil {
		t.Errorf("no file: got %q, %v", got, err)
	}
	if _, err := File(name + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestUntil(t *testing.T) {
	boom := errors.New("boom")
	if err := Until(func(context.Context) error { return boom }); err != boom {
		t.Errorf("got %v, want what work says", err)
	}
	kill := func() {
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	}
	err := Until(func(ctx context.Context) error {
		kill()
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, ErrStopped) || !errors.Is(err, context.Canceled) {
		t.Errorf("work that looks at its context: %v", err)
	}
	release := make(chan struct{})
	defer close(release)
	start := time.Now()
	err = Until(func(context.Context) error {
		kill()
		<-release
		return nil
	})
	if took := time.Since(start); !errors.Is(err, ErrStopped) || took < patience {
		t.Errorf("work that looks at nothing: %v after %v", err, took)
	}
}
