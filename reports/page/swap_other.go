//go:build !linux

package page

// swap puts next in the place of dir.
func swap(next, dir string) error { return replace(next, dir) }
