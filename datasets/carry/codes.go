package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// codes looks codes up in the code lists, by label or by ISO 3166.
type codes struct {
	label map[[2]string]string   // list and folded label
	iso   map[[2]string]string   // list and alpha-2 or alpha-3
	name  map[[2]string]string   // list and code, to the English name
	parts map[[2]string][]string // list and code of an aggregate, to its members
}

func readCodes(dir string) (*codes, error) {
	c := &codes{make(map[[2]string]string), make(map[[2]string]string), make(map[[2]string]string), make(map[[2]string][]string)}
	for _, list := range strings.Fields("citizen geo") {
		rows, err := readList(filepath.Join(dir, list+".csv"))
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			c.name[[2]string{list, r["code"]}] = r["en"]
			c.parts[[2]string{list, r["code"]}] = strings.Fields(r["members"])
			c.label[[2]string{list, fold(r["en"])}] = r["code"]
			for _, iso := range []string{r["iso2"], r["iso3"]} {
				if iso != "" {
					c.iso[[2]string{list, iso}] = r["code"]
				}
			}
		}
	}
	rows, err := readList(filepath.Join(dir, "alias.csv"))
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		c.label[[2]string{r["list"], fold(r["label"])}] = r["code"]
	}
	return c, nil
}

func readList(file string) ([]map[string]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := make(map[string]string)
		for i, column := range records[0] {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// footnote is a mark glued to the end of a printed label: [3], (1) or *.
var footnote = regexp.MustCompile(`\s*(\[\d+\]|\(\d+\)|\*)+$`)

// fold makes printed variants of one label equal: case, outer blanks of any
// kind, footnote marks.
func fold(label string) string {
	return strings.ToLower(strings.TrimSpace(footnote.ReplaceAllString(strings.TrimSpace(label), "")))
}

// byLabel returns the code of a label as a source prints it.
func (c *codes) byLabel(list, label string) (string, error) {
	if code, ok := c.label[[2]string{list, fold(label)}]; ok {
		return code, nil
	}
	return "", fmt.Errorf("got %s label %q, want one from codes/%s.csv or codes/alias.csv: %w", list, label, list, errSource)
}

// byISO returns the code of an ISO 3166 country, or of UNHCR's XXA, UNK, TIB.
func (c *codes) byISO(list, iso string) (string, error) {
	if code, ok := c.iso[[2]string{list, iso}]; ok {
		return code, nil
	}
	return "", fmt.Errorf("got %s %q, want an ISO 3166 code from codes/%s.csv: %w", list, iso, list, errSource)
}
