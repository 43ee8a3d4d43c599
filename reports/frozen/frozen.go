// Package frozen names files by their content, so that whoever was given the
// address of one gets the same bytes for ever, or none.
//
//	frozen/SHA.html   a chart as it was published, in one language
//	frozen/SHA.svg    the same as a picture
//	frozen/SHA.woff, frozen/SHA.js   what such pages load
//
// SHA is the SHA-256 of the file. Each publication of a site carries the frozen
// files of the one that it replaces forward ([Carry]); where the site is made from
// a lake, the lake keeps them too ([Shelf]), so that they outlive a site that is
// moved or lost, and so that no vintage that one rests on is forgotten ([Needs]).
package frozen

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"asylum/pipeline/disk"
	"asylum/pipeline/table"
)

// Dir is the folder of a site that holds what is frozen.
const Dir = "frozen"

// ErrOther reports a file that is not the one that its address names.
var ErrOther = errors.New("it is not what its address says")

// Name is the address of a file, from the root of the site: ext is such as
// ".html".
func Name(data []byte, ext string) string {
	sum := sha256.Sum256(data)
	return Dir + "/" + hex.EncodeToString(sum[:]) + ext
}

var address = regexp.MustCompile(`^` + Dir + `/([0-9a-f]{64})\.[a-z0-9]{1,8}$`)

// Sum is the SHA-256 that a name promises, "" if it is no address.
func Sum(name string) string {
	m := address.FindStringSubmatch(name)
	if m == nil {
		return ""
	}
	return m[1]
}

// Check tells whether r is what a name promises.
func Check(name string, r io.Reader) error {
	want := Sum(name)
	if want == "" {
		return fmt.Errorf("%s is no address of a frozen file, want %s/SHA-256.html", name, Dir)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, r); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return fmt.Errorf("%w: its sha256 is %s", ErrOther, got)
	}
	return nil
}

// CheckFile is Check of a file of the site in dir.
func CheckFile(dir, name string) error {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	defer f.Close()
	return Check(name, f)
}

// Scan lists the frozen files of the site in dir that are what their addresses
// say, and those that are not. A site without any has none.
func Scan(dir string) (good []string, bad []disk.Fault, err error) {
	entries, err := os.ReadDir(filepath.Join(dir, Dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		name := path.Join(Dir, e.Name())
		if err := CheckFile(dir, name); err != nil {
			bad = append(bad, disk.Fault{File: name, What: err.Error()})
			continue
		}
		good = append(good, name)
	}
	return good, bad, nil
}

// An Origin is what a frozen page says of itself to programs: which chart it is
// and which vintages it rests on.
type Origin struct {
	Chart       string    `json:"chart"`
	Language    string    `json:"language"`
	Definitions []string  `json:"definitions"`
	Vintages    []Vintage `json:"vintages"`
}

// A Vintage is one that a chart rests on.
type Vintage struct {
	Source  string `json:"source"`
	Table   string `json:"table"`
	Vintage string `json:"vintage"` // YYYY-MM-DD
	SHA256  string `json:"sha256"`  // of the raw file
}

// VintageOf names a vintage.
func VintageOf(m *table.Meta) Vintage { return Vintage{m.Source, m.Table, m.Vintage, m.SHA256} }

// OriginID is the id of the element of a page that holds its Origin as JSON.
const OriginID = "asylum-origin"

var origin = regexp.MustCompile(`(?s)<script type="application/json" id="` + OriginID + `">(.*?)</script>`)

// Read reads what a page says of itself.
func Read(page []byte) (*Origin, error) {
	m := origin.FindSubmatch(page)
	if m == nil {
		return nil, fmt.Errorf("it holds no element %s", OriginID)
	}
	var o Origin
	dec := json.NewDecoder(bytes.NewReader(m[1]))
	if err := dec.Decode(&o); err != nil {
		return nil, fmt.Errorf("its element %s: %w", OriginID, err)
	}
	if o.Chart == "" || len(o.Vintages) == 0 {
		return nil, fmt.Errorf("its element %s names no chart or no vintage", OriginID)
	}
	return &o, nil
}
