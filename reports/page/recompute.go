package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"asylum/pipeline/disk"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
	"asylum/reports/figure"
)

// Recompute computes every number of a site anew, from the vintages that it was
// made from: those of each chart, of the published figures with their verdicts,
// and of the audit. Good is how many files say the same, to the byte. Lacks names a
// vintage that data does not hold, "" if it holds all; without it nothing can be
// computed.
func (p *Publication) Recompute(set *rate.Set, data rate.Data, each func(int, func(int) error) error) (good int, faults []disk.Fault, lacks string, err error) {
	made := &only{Data: data, inputs: p.Inputs}
	if lacks = made.lacks(); lacks != "" {
		return 0, nil, lacks, nil
	}
	var specs []figure.Spec
	for _, name := range slices.Sorted(maps.Keys(p.Files)) {
		id, ok := strings.CutSuffix(name, ".json")
		if !ok || p.Files[id+".csv"] == "" {
			continue
		}
		var x struct {
			Spec figure.Spec `json:"spec"`
		}
		text, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			return 0, nil, "", err
		}
		if err := json.Unmarshal(text, &x); err != nil {
			faults = append(faults, disk.Fault{File: name, What: fmt.Sprintf("cannot be computed anew: %v", err)})
			continue
		}
		specs = append(specs, x.Spec)
	}
	if len(specs) == 0 {
		return 0, faults, "", nil
	}
	s, err := Build(set, made, Options{AsOf: p.AsOf, Specs: specs, Limits: p.Limits, Each: each})
	if err != nil {
		return 0, nil, "", err
	}
	anew := map[string][]byte{}
	var mu sync.Mutex
	press := newPress(s, func(name string, data []byte) error {
		mu.Lock()
		defer mu.Unlock()
		anew[name] = data
		return nil
	})
	for _, d := range s.Charts {
		d.Spec.Featured = false // whose numbers are those of its CSV and JSON
		if err := press.numbers(d); err != nil {
			return 0, nil, "", err
		}
	}
	if err := press.lists(); err != nil {
		return 0, nil, "", err
	}
	for _, spec := range specs {
		for _, name := range []string{spec.ID + ".csv", spec.ID + ".json"} {
			if anew[name] == nil {
				faults = append(faults, disk.Fault{File: name, What: "cannot be computed anew: the data at hand does not give it"})
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(anew)) {
		was, err := os.ReadFile(filepath.Join(p.dir, name))
		if err != nil {
			return 0, nil, "", err
		}
		moved := func(data []byte) []byte { return placed.ReplaceAll(data, []byte("$1$2")) }
		if diff := differ(moved(was), moved(anew[name])); diff != "" {
			faults = append(faults, disk.Fault{File: name, What: diff})
			continue
		}
		good++
	}
	return good, faults, "", nil
}

// placed is where a raw file of a lake stands: the lake may have been moved since.
var placed = regexp.MustCompile(`("file": ?")[^"]*?(raw/)`)

// differ says in which line two texts first differ, "" if they are the same.
func differ(was, is []byte) string {
	if bytes.Equal(was, is) {
		return ""
	}
	a, b := strings.Split(string(was), "\n"), strings.Split(string(is), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			n := 0 // where they part
			for n < min(len(a[i]), len(b[i])) && a[i][n] == b[i][n] {
				n++
			}
			from := max(0, n-40)
			return fmt.Sprintf("says in line %d %.80q; computed anew it is %.80q", i+1, a[i][from:], b[i][from:])
		}
	}
	return fmt.Sprintf("has %d lines; computed anew it has %d", len(a), len(b))
}

// only is data as far as a site was made from it.
type only struct {
	rate.Data
	inputs []input
}

func (o *only) Vintages() (out []table.Meta) {
	for _, m := range o.Data.Vintages() {
		if slices.ContainsFunc(o.inputs, func(in input) bool { return in.is(&m) }) {
			out = append(out, m)
		}
	}
	return out
}

// lacks names an input that is not held.
func (o *only) lacks() string {
	held := o.Data.Vintages()
	for _, in := range o.inputs {
		if !slices.ContainsFunc(held, func(m table.Meta) bool { return in.is(&m) }) {
			return in.Source + " " + in.Table + " " + in.Vintage
		}
	}
	return ""
}

func (in *input) is(m *table.Meta) bool {
	return in.Source == m.Source && in.Table == m.Table && in.Vintage == m.Vintage && in.SHA256 == m.SHA256
}
