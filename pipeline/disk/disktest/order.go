package disktest

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Unsafe looks through what a process did, and tells what a loss of power could
// have undone or mixed up: a file given its name before its bytes were synced,
// and a name that was relied upon before its directory was. A name is relied
// upon once last, a file that makes others count, is put in its place; last
// itself at the process's end. Only names below root are looked at, and names
// that begin with . are nobody's.
func Unsafe(calls []Call, root string, last func(name string) bool) (faults []string) {
	dirty := map[string]bool{}    // files with bytes that are not synced
	unsynced := map[string]bool{} // directories with names that are not synced
	below := func(name string) bool { return name == root || strings.HasPrefix(name, root+"/") }
	for _, c := range calls {
		if !below(c.Path) && !below(c.To) {
			continue
		}
		switch c.Name {
		case "open":
			if !hidden(c.Path) {
				unsynced[filepath.Dir(c.Path)] = true
			}
		case "write", "truncate":
			dirty[c.Path] = true
		case "fsync":
			delete(dirty, c.Path)
			delete(unsynced, c.Path)
		case "syncfs":
			clear(dirty)
			clear(unsynced)
		case "mkdir":
			unsynced[filepath.Dir(c.Path)] = true
		case "rename", "exchange":
			if dirty[c.Path] {
				faults = append(faults, fmt.Sprintf("%s became %s before it was synced", c.Path, c.To))
			}
			if last(c.To) {
				for dir := range unsynced {
					if below(dir) {
						faults = append(faults, fmt.Sprintf("%s stands in its place, and names in %s are not synced", c.To, dir))
					}
				}
			}
			delete(dirty, c.Path)
			unsynced[filepath.Dir(c.To)] = true
		}
	}
	for dir := range unsynced {
		if below(dir) {
			faults = append(faults, fmt.Sprintf("names in %s are never synced", dir))
		}
	}
	return faults
}

func hidden(name string) bool { return strings.HasPrefix(filepath.Base(name), ".") }
