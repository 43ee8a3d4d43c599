//go:build unix

package page

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the site's directory for one run. The lock dies with its process.
func lock(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s is being written by another run: wait for it, or stop it", dir)
	}
	return func() { f.Close() }, nil
}
