package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestBar(t *testing.T) {
	b := &bar{stage: "draw en", n: 80}
	if got, want := b.line(0), "draw en    [........................] 0/80"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	b.done = 20
	if got, want := b.line(2*time.Second), "draw en    [######..................] 20/80 10/s 6s left"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// Where there is no terminal the log says what begins, and no bar is drawn.
func TestNoBarInLogs(t *testing.T) {
	var out bytes.Buffer
	b := newBar(&out, slog.New(slog.NewTextHandler(&out, nil)), false)
	b.step("draw en", 3)()
	b.end()
	if got := out.String(); !strings.HasSuffix(got, "level=INFO msg=\"draw en\" pieces=3\n") || strings.ContainsAny(got, "\r#") {
		t.Errorf("got %q", got)
	}
	out.Reset()
	newBar(&out, slog.New(slog.NewTextHandler(&out, nil)), true).step("draw en", 3)()
	if out.Len() > 0 {
		t.Errorf("quiet, it says %q", out.String())
	}
}
