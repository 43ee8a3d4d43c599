package page

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"asylum/reports/figure"
)

// A Frictionless data package (https://specs.frictionlessdata.io/data-package/,
// profile tabular-data-package) of the numbers behind the charts.
type dataPackage struct {
	Profile     string       `json:"profile"`
	Name        string       `json:"name"`
	Title       string       `json:"title"`
	Description string       `json:"description"`
	Homepage    string       `json:"homepage,omitempty"`
	Licenses    []licence    `json:"licenses"`
	Sources     []dataSource `json:"sources"`
	Resources   []resource   `json:"resources"`
}

type licence struct {
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
}

type dataSource struct {
	Title string `json:"title"`
	Path  string `json:"path,omitempty"`
}

type resource struct {
	Profile   string `json:"profile"`
	Name      string `json:"name"`
	Title     string `json:"title"`
	Path      string `json:"path"`
	Format    string `json:"format"`
	Mediatype string `json:"mediatype"`
	Encoding  string `json:"encoding"`
	Bytes     int    `json:"bytes"`
	Hash      string `json:"hash"`
	Schema    string `json:"schema,omitempty"`
}

type tableSchema struct {
	Fields        []field  `json:"fields"`
	MissingValues []string `json:"missingValues"`
}

type field struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description,omitempty"`
}

// fieldTypes are the columns of a chart's CSV that are not texts.
var fieldTypes = map[string]field{
	"num":   {"num", "integer", "count above the line, in persons or in the unit of the definition"},
	"den":   {"den", "integer", "count below the line"},
	"value": {"value", "number", "num over den, of one; empty where there are too few cases"},
	"lo":    {"lo", "number", "the least that rounding allows"},
	"hi":    {"hi", "number", "the most that rounding allows"},
}

func (p *press) datapackage() ([]byte, error) {
	schema := tableSchema{MissingValues: []string{""}}
	for _, c := range figure.Columns {
		f, ok := fieldTypes[c]
		if !ok {
			f = field{Name: c, Type: "string"}
		}
		schema.Fields = append(schema.Fields, f)
	}
	s, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := p.add("chart.schema.json", append(s, '\n')); err != nil {
		return nil, err
	}
	d := dataPackage{Profile: "tabular-data-package", Name: "asylum", Title: "asylum: protection rates by nationality and country of asylum",
		Description: "The numbers behind each chart, a row for each mark. The schema of every table is the same.", Homepage: p.o.Base, Licenses: []licence{}, Sources: []dataSource{}, Resources: []resource{}}
	seen := map[string]bool{}
	for _, m := range p.Vintages {
		if m.Licence != "" && !seen[m.Licence] {
			seen[m.Licence] = true
			d.Licenses = append(d.Licenses, licence{Name: licenceName(m.Licence), Title: m.Licence})
		}
		d.Sources = append(d.Sources, dataSource{m.Source + " " + m.Table + " " + m.Vintage, m.URL})
	}
	for _, id := range slices.Sorted(maps.Keys(p.titles)) {
		name := id + ".csv"
		data := p.files[name]
		d.Resources = append(d.Resources, resource{Profile: "tabular-data-resource", Name: strings.ToLower(id), Title: p.titles[id], Path: name, Format: "csv",
			Mediatype: "text/csv", Encoding: "utf-8", Bytes: data.size, Hash: "sha256:" + data.sum, Schema: "chart.schema.json"})
	}
	out, err := json.MarshalIndent(d, "", "  ")
	return append(out, '\n'), err
}

// licenceName is a licence's id as Open Definition writes it, or its words joined
// with dashes.
func licenceName(s string) string {
	if strings.HasPrefix(s, "CC BY 4.0") {
		return "CC-BY-4.0"
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.')
	}), "-")
}
