package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"asylum/datasets"
)

// citizens are the citizenships of the showcase and those it is compared with.
var citizens = strings.Fields("RU TOTAL EXT_EU27_2020 SY AF UA TR BY GE IQ")

// A grid is a table in the shape of Eurostat's bulk TSV: one line per key, one
// cell per period, a cell being a value with its flags, such as "120 b" or ":".
type grid struct {
	dims    string // comma-separated, geo last
	periods []string
	cells   map[string]map[string]string // key, period
}

func (g *grid) set(key, period, cell string) {
	if g.cells[key] == nil {
		g.cells[key] = make(map[string]string)
	}
	g.cells[key][period] = cell
}

// tsv writes the grid as Eurostat does: a blank after each period and after
// each value, then the flags; lines end in CRLF and stand in key order. A
// period without a cell is missing. It also counts the cells with a value.
func (g *grid) tsv() (body []byte, figures int) {
	var b bytes.Buffer
	b.WriteString(g.dims + `\TIME_PERIOD`)
	for _, p := range g.periods {
		b.WriteString("\t" + p + " ")
	}
	b.WriteString("\r\n")
	keys := make([]string, 0, len(g.cells))
	for key := range g.cells {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		b.WriteString(key)
		for _, p := range g.periods {
			value, flags, _ := strings.Cut(g.cells[key][p], " ")
			if value == "" {
				value = ":"
			}
			if value != ":" {
				figures++
			}
			b.WriteString("\t" + value + " " + flags)
		}
		b.WriteString("\r\n")
	}
	return b.Bytes(), figures
}

func (g *grid) export(o datasets.Origin) export {
	o.Producer, o.Source, o.Format = "Eurostat", "eurostat", "tsv"
	o.Licence = "reuse authorised with acknowledgement of the source (Commission Decision 2011/833/EU)"
	o.LicenceURL = "https://ec.europa.eu/eurostat/web/main/help/copyright-notice"
	o.URL = "https://ec.europa.eu/eurostat/api/dissemination/sdmx/2.1/data/" + o.Table + "?format=TSV&compressed=true"
	o.Periods = g.periods[0] + "/" + g.periods[len(g.periods)-1]
	for i := range o.Extent {
		o.Extent[i].From, o.Extent[i].To = g.periods[0], g.periods[len(g.periods)-1]
	}
	body, figures := g.tsv()
	return export{placed(o), body, figures}
}

// years returns the years from first to last as period names.
func years(first, last int) []string {
	var ps []string
	for y := first; y <= last; y++ {
		ps = append(ps, fmt.Sprint(y))
	}
	return ps
}

// box is an extent that holds the dimensions given, over all periods of a grid.
func box(dims map[string][]string) []datasets.Extent { return []datasets.Extent{{Dims: dims}} }

const applicantDims = "freq,citizen,sex,unit,age,asyl_app,geo"

const applicantTitle = "Asylum applicants by type, citizenship, age and sex - annual aggregated data"

// applicants2023 cuts the bulk download of spring 2023 to our citizenships, all
// sexes and ages together, every reporting country and kind of applicant.
func applicants2023(data string, _ *codes) (export, error) {
	const name = "migr_asyappctza.bulk-2023.tsv.gz"
	text, err := readFile(data, "eurostat", "tsv-new", name)
	if err != nil {
		return export{}, err
	}
	g := grid{dims: applicantDims, periods: years(2008, 2022), cells: make(map[string]map[string]string)}
	lines := strings.Split(strings.TrimSuffix(string(text), "\r\n"), "\r\n")
	head := strings.Split(lines[0], "\t")
	if head[0] != g.dims+`\TIME_PERIOD` || len(head) != 1+len(g.periods) {
		return export{}, fmt.Errorf("%s:1: got %q with %d periods, want %s and %d: %w", name, head[0], len(head)-1, g.dims, len(g.periods), errSource)
	}
	for n, line := range lines[1:] {
		fields := strings.Split(line, "\t")
		if len(fields) != len(head) {
			return export{}, fmt.Errorf("%s:%d: got %d fields, want %d: %w", name, n+2, len(fields), len(head), errSource)
		}
		key := strings.Split(fields[0], ",")
		if !slices.Contains(citizens, key[1]) || key[2] != "T" || key[4] != "TOTAL" {
			continue
		}
		for i, cell := range fields[1:] {
			g.set(fields[0], strings.TrimSpace(head[i+1]), strings.TrimSpace(cell))
		}
	}
	return g.export(datasets.Origin{
		Table: "migr_asyappctza", Title: applicantTitle,
		Vintage:     "2023-04-30",
		VintageNote: "downloaded in spring 2023; the day is not recorded and this one is our upper bound",
		Via:         "https://github.com/mvbloois/30daychartchallenge 2023/data/migr_asyappctza_tabular.tsv.gz at e6b07fce009c",
		Flags:       "as published",
		Extent:      box(map[string][]string{"citizen": citizens, "sex": {"T"}, "age": {"TOTAL"}}),
	}), nil
}

// applicants2024 rebuilds the January 2024 state of the same table from an
// extract that someone published without its flags.
func applicants2024(data string, _ *codes) (export, error) {
	rows, err := readCSV("freq,citizen,sex,unit,age,asyl_app,geo,TIME_PERIOD,values",
		data, "eurostat", "derived", "migr_asyappctza.vintage-2024-01.extract.csv")
	if err != nil {
		return export{}, err
	}
	g := grid{dims: applicantDims, periods: years(2013, 2022), cells: make(map[string]map[string]string)}
	for _, r := range rows {
		g.set(g.key(r), r["TIME_PERIOD"], r["values"])
	}
	return g.export(datasets.Origin{
		Table: "migr_asyappctza", Title: applicantTitle,
		Vintage: "2024-01-18", Accessed: "2024-01-18",
		Via:     "https://github.com/bgautijonsson/asylum data-raw/b77d2baf3e7aa437b527a72f0dc39ea7.rds at af19f35f5a3e",
		Derived: true, Flags: "unknown",
		Extent: box(map[string][]string{"citizen": {"RU", "TOTAL", "EXT_EU27_2020"}, "sex": {"T"}, "age": {"TOTAL"}}),
	}), nil
}

// key joins the dimensions of a row whose columns are named as they are.
func (g *grid) key(row map[string]string) string {
	dims := strings.Split(g.dims, ",")
	for i, d := range dims {
		dims[i] = row[d]
	}
	return strings.Join(dims, ",")
}

const decisionDims = "freq,citizen,sex,age,decision,unit,geo"

// decisions2017 turns a Data Explorer download, which has labels for codes and
// its flags in a column of their own, into the bulk shape.
func decisions2017(data string, c *codes) (export, error) {
	const name = "migr_asydcfsta.2017-04.csv"
	rows, err := readCSV("TIME,GEO,CITIZEN,SEX,AGE,DECISION,UNIT,Value,Flag and Footnotes",
		data, "eurostat", "explorer-csv", name)
	if err != nil {
		return export{}, err
	}
	g := grid{dims: decisionDims, periods: years(2008, 2016), cells: make(map[string]map[string]string)}
	for i, r := range rows {
		key := map[string]string{"freq": "A"}
		for _, d := range strings.Fields("citizen sex age decision unit geo") {
			if key[d], err = c.byLabel(d, r[strings.ToUpper(d)]); err != nil {
				return export{}, fmt.Errorf("%s:%d: %w", name, i+2, err)
			}
		}
		value := strings.ReplaceAll(r["Value"], ",", "")
		g.set(g.key(key), r["TIME"], strings.TrimSpace(value+" "+r["Flag and Footnotes"]))
	}
	return g.export(datasets.Origin{
		Table: "migr_asydcfsta", Title: "First instance decisions on asylum applications by type of decision, citizenship, age and sex - annual aggregated data",
		Vintage: "2017-04-26", Accessed: "2017-04-26",
		Via:   "https://github.com/dw-data/quantify-europe_asylum-seekers asylum-data/migr_asydcfsta_2017-04-26.csv at 57bbef82a1d2",
		Flags: "as published",
		Extent: box(map[string][]string{"citizen": {"TOTAL", "EXT_EU28"}, "sex": {"T"}, "age": {"TOTAL"},
			"decision": {"TOTAL", "TOTAL_POS", "REJECTED"}}),
	}), nil
}

// decisionsQuarterly2023 rebuilds the quarterly totals of June 2023, which
// someone published by label and without flags.
func decisionsQuarterly2023(data string, c *codes) (export, error) {
	const name = "migr_asydcfstq.totals.vintage-2023-06.csv"
	rows, err := readCSV("geo,time,Total,Total positive decisions", data, "eurostat", "derived", name)
	if err != nil {
		return export{}, err
	}
	g := grid{dims: decisionDims, cells: make(map[string]map[string]string)}
	for y := 2008; y <= 2023; y++ {
		for q := 1; q <= 4 && (y < 2023 || q == 1); q++ {
			g.periods = append(g.periods, fmt.Sprintf("%d-Q%d", y, q))
		}
	}
	for i, r := range rows {
		geo, err := c.byLabel("geo", r["geo"])
		if err != nil {
			return export{}, fmt.Errorf("%s:%d: %w", name, i+2, err)
		}
		period, err := quarter(r["time"])
		if err != nil {
			return export{}, fmt.Errorf("%s:%d: %w", name, i+2, err)
		}
		g.set("Q,TOTAL,T,TOTAL,TOTAL,PER,"+geo, period, r["Total"])
		g.set("Q,TOTAL,T,TOTAL,TOTAL_POS,PER,"+geo, period, r["Total positive decisions"])
	}
	return g.export(datasets.Origin{
		Table: "migr_asydcfstq", Title: "First instance decisions on asylum applications by type of decision, citizenship, age and sex - quarterly data",
		Vintage: "2023-06-26", Accessed: "2023-06-26",
		Via:     "https://github.com/bgautijonsson/flottafolk_data data/decisions.parquet at c80cff44227e",
		Derived: true, Flags: "unknown",
		Extent: box(map[string][]string{"citizen": {"TOTAL"}, "sex": {"T"}, "age": {"TOTAL"},
			"decision": {"TOTAL", "TOTAL_POS"}}),
	}), nil
}

// population2025 takes the populations on 1 January of the countries that report
// asylum, and of the Union, since the first year of asylum figures, from an export
// with labels for codes.
func population2025(data string, c *codes) (export, error) {
	const name = "demo_gind.labels-2025-03.csv"
	rows, err := readCSV("DATAFLOW,LAST UPDATE,freq,indic_de,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS",
		data, "eurostat", "sdmx-csv-1", name)
	if err != nil {
		return export{}, err
	}
	places := append([]string{"EU27_2020"}, c.parts[[2]string{"geo", "TOTAL"}]...)
	g := grid{dims: "freq,indic_de,geo", periods: years(2008, 2024), cells: make(map[string]map[string]string)}
	for i, r := range rows {
		if r["freq"] != "Annual" || r["indic_de"] != "Population on 1 January - total" || r["CONF_STATUS"] != "" {
			return export{}, fmt.Errorf("%s:%d: got %s, %s, want annual populations on 1 January: %w", name, i+2, r["freq"], r["indic_de"], errSource)
		}
		geo, err := c.byLabel("geo", r["geo"])
		if err != nil {
			return export{}, fmt.Errorf("%s:%d: %w", name, i+2, err)
		}
		if slices.Contains(places, geo) {
			g.set("A,JAN,"+geo, r["TIME_PERIOD"], strings.TrimSpace(r["OBS_VALUE"]+" "+r["OBS_FLAG"]))
		}
	}
	return g.export(datasets.Origin{
		Table: "demo_gind", Title: "Population change - Demographic balance and crude rates at national level",
		Vintage: "2025-03-27", VintageNote: "the day that the export gives as its last update",
		Via:    "https://github.com/natix-x/Data-mining-in-Migration-Analysis data/country_population.csv at 6934b51c2f8b",
		Flags:  "as published",
		Extent: box(map[string][]string{"indic_de": {"JAN"}, "geo": places}),
	}), nil
}

// quarter names the quarter that begins on day, a YYYY-MM-DD.
func quarter(day string) (string, error) {
	q := map[string]string{"01-01": "Q1", "04-01": "Q2", "07-01": "Q3", "10-01": "Q4"}
	year, rest, _ := strings.Cut(day, "-")
	if q[rest] == "" {
		return "", fmt.Errorf("got day %q, want the first of a quarter: %w", day, errSource)
	}
	return year + "-" + q[rest], nil
}

// csvLine joins fields as encoding/csv does, with \n.
func csvLine(fields ...string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(fields)
	w.Flush()
	return b.String()
}
