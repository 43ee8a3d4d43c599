package disk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Fault is a file that is not as it was written.
type Fault struct {
	File string `json:"file"` // relative to what was checked
	What string `json:"what"` // to be read after its name
}

// Site compares every file of a site with the manifest.json beside them, and
// tells how many are as they were written. Other is true for files that are
// somebody else's to check.
func Site(dir string, other func(name string) bool) (good int, faults []Fault, err error) {
	data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return 0, nil, err
	}
	files, err := siteSums(data)
	if err != nil {
		return 0, []Fault{{"manifest.json", fmt.Sprintf("is damaged: %v", err)}}, nil
	}
	good = 1
	seen := map[string]bool{}
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == "manifest.json" || other(name) {
			return err
		}
		seen[name] = true
		want, ok := files[name]
		if !ok {
			faults = append(faults, Fault{name, "is extra: the manifest does not name it"})
			return nil
		}
		got, err := fileSum(filepath.Join(dir, filepath.FromSlash(name)))
		switch {
		case err != nil:
			faults = append(faults, Fault{name, fmt.Sprintf("cannot be read: %v", err)})
		case got != want:
			faults = append(faults, Fault{name, fmt.Sprintf("differs: its sha256 is %s, the manifest says %s", got, want)})
		default:
			good++
		}
		return nil
	})
	for name := range files {
		if !seen[name] {
			faults = append(faults, Fault{name, "is missing"})
		}
	}
	slices.SortFunc(faults, func(a, b Fault) int { return strings.Compare(a.File, b.File) })
	return good, faults, err
}

// siteSums are the files that a site's manifest names, with their SHA-256.
func siteSums(data []byte) (map[string]string, error) {
	var m struct {
		Files map[string]string `json:"files"`
	}
	var all map[string]any
	if _, err := Unseal(data, &all); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, err
	}
	if len(m.Files) == 0 {
		return nil, errors.New("it names no files: no site of asylum's")
	}
	return m.Files, nil
}

func fileSum(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
