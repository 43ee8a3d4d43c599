package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// ErrStopped reports that a signal ended the batch before its time.
var ErrStopped = errors.New("stopped by a signal")

// patience is how long a batch may take to end after a signal.
const patience = 700 * time.Millisecond

// Until does a batch, and ends it within a second of an interrupt or of a request
// to terminate: first by the context, which work looks at between one piece and
// the next; if a piece takes longer, with an ErrStopped while it still goes on, so
// that the caller can end the program. What a batch makes is put in its place by a
// rename at its very end, so there is nothing to take back.
func Until(work func(context.Context) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- work(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop() // a second signal ends the program at once
	select {
	case err := <-done:
		if err == nil {
			return nil // it was past stopping
		}
		return fmt.Errorf("%w: %w", ErrStopped, err)
	case <-time.After(patience):
		return ErrStopped
	}
}
