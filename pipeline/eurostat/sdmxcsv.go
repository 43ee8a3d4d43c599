package eurostat

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// Columns of SDMX-CSV that are no dimensions.
const (
	dataflow      = "DATAFLOW"     // 1.0
	structure     = "STRUCTURE"    // 2.0
	structureID   = "STRUCTURE_ID" // 2.0
	structureName = "STRUCTURE_NAME"
	lastUpdate    = "LAST UPDATE"
	timePeriod    = "TIME_PERIOD"
	obsValue      = "OBS_VALUE"
	obsFlag       = "OBS_FLAG"
	confStatus    = "CONF_STATUS"
)

// IsSDMXCSV reports whether the first line of a CSV is one of SDMX-CSV.
func IsSDMXCSV(head []string) bool {
	if len(head) == 0 {
		return false
	}
	first, _ := standard(strings.TrimPrefix(head[0], bom))
	holds := func(want string) bool {
		return slices.ContainsFunc(head, func(h string) bool { name, _ := standard(h); return name == want })
	}
	return (first == dataflow || first == structure) && holds(timePeriod) && holds(obsValue)
}

const bom = "\xef\xbb\xbf"

// standard gives the name of a column that is written as a code, a label or
// both ("freq: Time frequency"), and whether it is both.
func standard(head string) (name string, both bool) {
	head = strings.TrimSpace(head)
	if code, _, ok := strings.Cut(head, ":"); ok {
		head, both = strings.TrimSpace(code), true
	}
	if name, ok := headLabels[strings.ToLower(head)]; ok {
		return name, both
	}
	if strings.EqualFold(head, "LAST_UPDATE") {
		return lastUpdate, both
	}
	if up := strings.ToUpper(head); slices.Contains([]string{dataflow, structure, structureID, structureName, lastUpdate, timePeriod, obsValue, obsFlag, confStatus}, up) {
		return up, both
	}
	return head, both
}

// ReadSDMXCSV reads SDMX-CSV 1.0 (DATAFLOW, LAST UPDATE, …) or 2.0 (STRUCTURE,
// STRUCTURE_ID, …), in codes, in English labels or in both side by side. The
// table and the day of extraction come from the file; it is an error if m.Table
// says another. Quotes may hold commas but no ends of lines. The error is an
// *obs.Refusal that lists every bad line, or one of reading r.
func ReadSDMXCSV(r io.Reader, m table.Meta, want table.Want) (*table.Table, error) {
	p := &sdmx{flat: newFlat(r, m, want), id: -1, update: -1, structure: -1, flag: -1, conf: -1}
	if err := p.read(p.header, p.row); err != nil {
		return nil, err
	}
	return p.finish()
}

// sdmx reads SDMX-CSV. A column that is not there has the index -1.
type sdmx struct {
	flat
	structure, id, update, time, value, flag, conf int

	timeBoth, flagBoth, confBoth bool

	said    [3]string // STRUCTURE, STRUCTURE_ID and LAST UPDATE of an earlier line
	checked bool      // there is one, and they were in order
	updated string    // LAST UPDATE, as the first line writes it
	prefix  []byte    // what stands before the period in an earlier line
	skip    bool      // nobody wants the cells behind prefix
}

func (p *sdmx) header() error {
	var names []string
	var both []bool
	for _, c := range p.cells {
		name, b := standard(string(p.text(c)))
		names, both = append(names, name), append(both, b)
	}
	p.width = len(names)
	p.time, p.value = slices.Index(names, timePeriod), slices.Index(names, obsValue)
	if p.time < 0 || p.value < 0 || names[0] != dataflow && names[0] != structure {
		p.bad(1, p.cells[0].col, obs.Quote(strings.Join(names, ",")), `a header such as "DATAFLOW,LAST UPDATE,freq,…,TIME_PERIOD,OBS_VALUE,OBS_FLAG"`, "is this an SDMX-CSV download of a Eurostat table?")
		return p.refusal
	}
	// Where labels stand beside codes, one follows the period as well.
	step := 1
	if p.time+1 < len(names) && !slices.Contains([]string{obsValue, obsFlag, confStatus}, names[p.time+1]) {
		step = 2
	}
	seen := map[string]bool{}
	for i := 0; i < len(names); {
		name, c := names[i], p.cells[i]
		n := step
		switch name {
		case dataflow:
			p.id, n = i, 1
		case structure:
			p.structure, n = i, 1
		case structureID:
			p.id, n = i, 1
		case structureName:
			n = 1
		case lastUpdate:
			p.update, n = i, 1
		case timePeriod:
			p.time, p.timeBoth = i, both[i]
		case obsValue:
			p.value = i
		case obsFlag:
			p.flag, p.flagBoth = i, both[i]
		case confStatus:
			p.conf, p.confBoth = i, both[i]
		default:
			if i > p.time {
				p.bad(1, c.col, "column "+obs.Quote(p.text(c)), "OBS_VALUE, OBS_FLAG or CONF_STATUS behind TIME_PERIOD", "take the column out of the export; what it says cannot be kept")
			}
			p.dimension(i, c, name, both[i])
			name = ""
		}
		if seen[name] {
			p.bad(1, c.col, "the column "+name+" twice", "each column once", "download the table again")
		}
		seen[name] = name != ""
		if i += n; i > len(names) {
			p.bad(1, c.col, "column "+obs.Quote(p.text(c))+" without its label", "codes and labels side by side, as in the other columns", "download the table again")
		}
	}
	switch {
	case p.id < 0:
		p.bad(1, 1, "no column "+structureID, "the name of the dataset", "download the table again")
	case max(p.id, p.structure, p.update) > p.time || p.value < p.time || p.flag >= 0 && p.flag < p.time || p.conf >= 0 && p.conf < p.time:
		p.bad(1, p.cells[p.time].col, "columns in another order", "dimensions, then TIME_PERIOD, OBS_VALUE, OBS_FLAG", "download the table again")
	case len(p.cols) == 0:
		p.bad(1, p.cells[p.time].col, "no dimensions", "at least one before TIME_PERIOD", "download the table again")
	}
	return nil
}

// row reads a line. Where all that stands before the period is what stood
// there in an earlier line, it says the same: only the rest is cut up.
func (p *sdmx) row(line []byte) {
	from, first := 0, 0
	if n := len(p.prefix); n > 0 && len(line) >= n && bytes.Equal(line[:n], p.prefix) {
		if p.skip {
			return
		}
		from, first = n, p.time
	}
	if !p.split(line, from) {
		return
	}
	if got := first + len(p.cells); got != p.width {
		p.bad(p.n, len(line)+1, fmt.Sprintf("%d fields", got), fmt.Sprintf("%d, one a column", p.width), "a comma is missing or the line is cut; download the table again")
		return
	}
	if first == 0 {
		p.prefix = p.prefix[:0]
		if !p.dataset() {
			return
		}
		if !p.settled {
			p.settle()
		}
		want, ok := p.codes()
		if !ok {
			return
		}
		p.prefix = append(p.prefix, line[:p.cells[p.time].col-1]...)
		if p.skip = !want; p.skip {
			return
		}
	}
	s := p.when(p.cells[p.time-first], p.timeBoth)
	if !s.ok || !s.want {
		return
	}
	flags, ok := "", true
	if p.flag >= 0 {
		flags, ok = p.flagsOf(p.cells[p.flag-first])
	}
	if p.conf >= 0 && ok {
		flags, ok = p.secret(p.cells[p.conf-first], flags)
	}
	if ok {
		p.observe(p.cells[p.value-first], flags)
	}
}

// dataset reads which table the line is of, and of what day: as a rule what the
// line before has said.
func (p *sdmx) dataset() bool {
	same := p.checked
	for i, at := range []int{p.structure, p.id, p.update} {
		same = same && (at < 0 || p.said[i] == string(p.text(p.cells[at])))
	}
	if same {
		return true
	}
	bad := len(p.refusal.Errs) + p.refusal.More
	if p.structure >= 0 {
		if c := p.cells[p.structure]; !bytes.EqualFold(p.text(c), []byte("dataflow")) {
			p.bad(p.n, c.col, "STRUCTURE "+obs.Quote(p.text(c)), `"dataflow"`, "download the table again")
		}
	}
	c := p.cells[p.id]
	switch name := datasetOf(string(p.text(c))); {
	case name == "":
		p.bad(p.n, c.col, "dataset "+obs.Quote(p.text(c)), `one of Eurostat's, such as "ESTAT:MIGR_ASYDCFSTA(1.0)"`, "is this a table of Eurostat's?")
	case p.m.Table == "":
		p.m.Table = name
	case p.m.Table != name:
		p.bad(p.n, c.col, "the dataset "+name, p.m.Table, "pass --table "+name+", or leave it out; a file holds one table")
	}
	if p.update >= 0 {
		p.day(p.cells[p.update])
	}
	if len(p.refusal.Errs)+p.refusal.More > bad {
		return false
	}
	for i, at := range []int{p.structure, p.id, p.update} {
		if at >= 0 {
			p.said[i] = string(p.text(p.cells[at]))
		}
	}
	p.checked = true
	return true
}

// datasetOf takes the code of a table out of "ESTAT:MIGR_ASYDCFSTA(1.0)".
// What a person has put together is named "…$DEFAULTVIEW" or "…__CUSTOM_123".
func datasetOf(id string) string {
	name, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(id)), "estat:")
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(name, "(")
	name, _, _ = strings.Cut(name, ":")
	name, _, _ = strings.Cut(name, "$")
	name, _, _ = strings.Cut(name, "__custom_")
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return ""
	}
	return name
}

// day makes LAST UPDATE, which puts the day first, the vintage of the table,
// unless somebody has said which it is.
func (p *sdmx) day(c csvField) {
	s := string(p.text(c))
	if s == "" || s == p.updated {
		return
	}
	if p.updated != "" {
		p.bad(p.n, c.col, "LAST UPDATE "+obs.Quote(s), obs.Quote(p.updated)+", as above", "the file joins two downloads; add them apart")
		return
	}
	for _, layout := range []string{"02/01/06 15:04:05", "02/01/2006 15:04:05", time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			p.updated = s
			if p.m.Vintage == "" {
				p.m.Vintage, p.m.Note = t.Format("2006-01-02"), "LAST UPDATE in the file: "+s
			}
			return
		}
	}
	p.bad(p.n, c.col, "LAST UPDATE "+obs.Quote(s), `a day and a time, such as "03/06/21 11:00:00"`, "download the table again")
}
