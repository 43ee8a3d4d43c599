//go:build !linux && !darwin

package disk

import "errors"

// exchange cannot exchange two names here.
func exchange(a, b string) error { return errors.ErrUnsupported }

func syncTree(dir string) error { return syncFiles(dir) }
