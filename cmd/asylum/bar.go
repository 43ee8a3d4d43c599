package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// A bar shows on a terminal how far a stage is, how fast, and how long it will
// take. Where there is no terminal it says in the log that the stage begins.
type bar struct {
	w     io.Writer // nil: no terminal
	log   *slog.Logger
	quiet bool

	mu      sync.Mutex
	stage   string
	done, n int
	begun   time.Time
	drawn   time.Time // when it was last drawn
	width   int       // of what stands on the line
}

// newBar draws on stderr where that is a terminal.
func newBar(stderr io.Writer, log *slog.Logger, quiet bool) *bar {
	b := &bar{log: log, quiet: quiet}
	if f, ok := stderr.(*os.File); ok && !quiet && os.Getenv("TERM") != "dumb" {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			b.w = f
		}
	}
	return b
}

// step begins a stage of n pieces; the function that it gives tells of each that
// is done.
func (b *bar) step(stage string, n int) func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.w == nil {
		if !b.quiet {
			b.log.Info(stage, "pieces", n)
		}
		return func() {}
	}
	b.stage, b.done, b.n, b.begun, b.drawn = stage, 0, n, time.Now(), time.Time{}
	b.draw(b.begun)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.done++
		if now := time.Now(); b.done == b.n || now.Sub(b.drawn) > 100*time.Millisecond {
			b.draw(now)
		}
	}
}

// end takes the bar away.
func (b *bar) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.w != nil && b.width > 0 {
		fmt.Fprintf(b.w, "\r%*s\r", b.width, "")
		b.width = 0
	}
}

func (b *bar) draw(now time.Time) {
	line := b.line(now.Sub(b.begun))
	fmt.Fprintf(b.w, "\r%-*s", b.width, line)
	b.width, b.drawn = len(line), now
}

// line is the bar after some time: its stage, how much of it is done, how many
// pieces a second, and how long is left at that rate.
func (b *bar) line(took time.Duration) string {
	const cells = 24
	full := cells
	if b.n > 0 {
		full = cells * b.done / b.n
	}
	line := fmt.Sprintf("%-10s [%s%s] %d/%d", b.stage, strings.Repeat("#", full), strings.Repeat(".", cells-full), b.done, b.n)
	if b.done == 0 || took <= 0 {
		return line
	}
	perSecond := float64(b.done) / took.Seconds()
	left := time.Duration(float64(b.n-b.done) / perSecond * float64(time.Second))
	return line + fmt.Sprintf(" %.0f/s %s left", perSecond, left.Round(time.Second))
}
