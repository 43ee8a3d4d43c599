package changes

import (
	"bytes"
	"encoding/json"
	"math"

	"asylum/reports/export"
)

// Format is that of changes.json. A report of another format is not read.
const Format = 1

// A Report is what changed between two publications, as changes.json. Lists are
// sorted, greatest first where they have a size, and the long ones are cut: the
// counts beside them are of all. Codes are those of the sources.
type Report struct {
	Format   int       `json:"format"`           // 1
	First    bool      `json:"first"`            // there was no earlier publication: nothing is compared
	Day      string    `json:"day"`              // of the newest vintage, or the day that --as-of gave
	Before   string    `json:"before,omitempty"` // the same of the earlier publication
	Fetched  []Fetched `json:"fetched"`          // what was asked of the sources before, in that order
	Vintages []Vintage `json:"vintages"`
	Cells    []Cells   `json:"cells"` // one for each table with another vintage in force
	Rates    Rates     `json:"rates"`
	Verdicts []Verdict `json:"verdicts"` // those that are contradicted now first
	Charts   []Chart   `json:"charts"`   // those that the new data contradicts
	Codes    []Codes   `json:"codes"`    // by table and dimension
	Findings Findings  `json:"findings"` // of the audit
	// Unread are files of the earlier publication that an older version did not
	// write, or that are damaged: what they would tell is not compared.
	Unread []string `json:"unread"`
}

// A Fetched is what became of a table that was asked for, or of a page by its
// address. It holds no time but what the source says of its own: the same answers
// give the same bytes.
type Fetched struct {
	Source  string `json:"source"`
	Table   string `json:"table"`
	State   string `json:"state"`             // added, unchanged, kept (a page without figures) or failed
	Vintage string `json:"vintage,omitempty"` // that is in force now: the day of the source's own update, of UNHCR's tables that of the download; "" if none is held
	Why     string `json:"why,omitempty"`     // of one that failed: unreachable, answer or refused
	Status  int    `json:"status,omitempty"`  // of HTTP, where the answer was no file
}

// Why something was not fetched.
const (
	Unreachable = "unreachable" // no answer
	Answer      = "answer"      // no file: Status says what
	Refused     = "refused"     // a file that does not parse, or is not what it is called
)

// A Vintage came into force or went out of it.
type Vintage struct {
	Source  string `json:"source"`
	Table   string `json:"table"`
	Vintage string `json:"vintage"`          // "" where the table is gone
	Before  string `json:"before,omitempty"` // the newest that was in force, "" if there was none
	Common  int    `json:"common"`           // cells that both speak of
	Lost    bool   `json:"lost,omitempty"`   // the earlier one is no longer held: its cells cannot be compared
	With    bool   `json:"with,omitempty"`   // it is lost since it came with the program, and a newer program has other data in its place
}

// Cells are those of a table that two vintages write differently.
type Cells struct {
	Source  string `json:"source"`
	Table   string `json:"table"`
	Changed int    `json:"changed"` // beyond what rounding allows
	Added   int    `json:"added"`   // had no value before
	Gone    int    `json:"gone"`    // have none now
	Within  int    `json:"within"`  // changed, and may stand for the same true count
	Flags   int    `json:"flags"`   // differ in flags alone
	Largest []Cell `json:"largest"` // at most MostCells
}

// A Cell that changed.
type Cell struct {
	Key    map[string]string `json:"key"` // codes by dimension
	Period string            `json:"period"`
	Before *Count            `json:"before"` // null where there was no value
	After  *Count            `json:"after"`  // null where there is none now
}

// A Count is a cell's value, in the unit of its table: N of 10^Decimals.
type Count struct {
	N        int64 `json:"n"`
	Decimals uint8 `json:"decimals,omitempty"`
}

// Rates are those whose bounds before and after have nothing in common.
type Rates struct {
	Moved   int    `json:"moved"`    // bounds before and after have nothing in common
	Within  int    `json:"within"`   // moved, and may be the same
	NewYear int    `json:"new_year"` // of a period that the earlier publication did not have
	Largest []Rate `json:"largest"`  // of those that moved, at most MostRates
	Years   []Rate `json:"years"`    // of those of a new period, all people of a country: the latest before, and the new one
}

// A Rate is a definition's result for a cell, before and after.
type Rate struct {
	Definition string `json:"definition"`
	Kind       string `json:"kind"`
	Source     string `json:"source"`
	Citizen    string `json:"citizen"`
	Geo        string `json:"geo"`
	Period     string `json:"period"`
	Earlier    string `json:"earlier,omitempty"` // the period of Before, where it is another
	Before     Amount `json:"before"`            // of the earlier publication
	After      Amount `json:"after"`             // of this one
	Split      *Split `json:"split,omitempty"`   // of a rate of all citizenships
}

// An Amount is a rate with its counts. Value, Lo and Hi are shares of one, of a
// backlog months, of applicants per million those.
type Amount struct {
	Num   int64   `json:"num"`   // persons or cases, by the definition
	Den   int64   `json:"den"`   // the same
	Value float64 `json:"value"` // num over den
	Lo    float64 `json:"lo"`    // the least that rounding allows
	Hi    float64 `json:"hi"`    // the most
}

// A Split is the change of a rate in percentage points (Kitagawa 1955): what the
// mix of citizenships did, what the rates of each did, and what neither explains,
// since the rows of the citizenships do not add up to their total: they are
// rounded one by one, and some are not published. The three add up to All, to
// the last digit that is written.
type Split struct {
	All         string `json:"all"`         // of the whole change
	Composition string `json:"composition"` // what the mix of citizenships did
	Rates       string `json:"rates"`       // what the rates of each did
	Rest        string `json:"rest"`        // what neither explains
}

// A Verdict of the ledger that changed.
type Verdict struct {
	ID     string `json:"id"`
	Value  string `json:"value"`  // as printed
	Before string `json:"before"` // of the earlier publication
	After  string `json:"after"`  // of this one
}

// A Chart that was published and that the new data contradicts.
type Chart struct {
	ID     string            `json:"id"`
	Title  map[string]string `json:"title"`           // as it was published, by language
	Claim  string            `json:"claim,omitempty"` // the key of its title, if that no longer holds; "own" of a user's
	Now    string            `json:"now,omitempty"`   // the key of the title that it has now
	Said   *Said             `json:"said,omitempty"`  // a count in the title that is another now
	Values int               `json:"values"`          // marks whose printed value lies outside the bounds of the new one
	Worst  *Mark             `json:"worst,omitempty"` // of those
	Gone   int               `json:"gone"`            // marks whose cells are no longer there
}

// Said is a count in a title.
type Said struct {
	Name   string `json:"name"`   // of what is counted
	Before int64  `json:"before"` // as the title said
	After  int64  `json:"after"`  // as it would say now
}

// A Mark of a chart, by what it printed. Before and After are shares of one, or
// counts.
type Mark struct {
	Series     string  `json:"series"` // what kind of count or rate it is
	Definition string  `json:"definition"`
	Citizen    string  `json:"citizen"`
	Geo        string  `json:"geo"`
	Period     string  `json:"period"`
	Count      bool    `json:"count"`  // Before and After are counts
	Before     float64 `json:"before"` // as printed
	After      float64 `json:"after"`  // as it would be printed now
}

// Codes of a dimension that are new in a table or no longer there.
type Codes struct {
	Source string   `json:"source"`
	Table  string   `json:"table"`
	Dim    string   `json:"dim"`  // the dimension
	New    []string `json:"new"`  // not there before
	Gone   []string `json:"gone"` // no longer there
}

// Findings of the audit that were not there before.
type Findings struct {
	New  int            `json:"new"`  // that were not there before
	Gone int            `json:"gone"` // that were there before
	List []export.Found `json:"list"` // of the new ones, worst first, at most MostFindings
}

// How much a report lists, or a page of it.
const (
	MostCells    = 25
	MostRates    = 30
	MostYears    = 20
	MostFindings = 30
	MostCodes    = 40
	MostVerdicts = 30 // that the page lists: changes.json has all
)

// Revised is how many cells changed beyond what rounding allows, of all tables.
func (r *Report) Revised() (n int) {
	for i := range r.Cells {
		n += r.Cells[i].Changed + r.Cells[i].Added + r.Cells[i].Gone
	}
	return n
}

// Nothing reports whether nothing changed beyond what rounding allows. There may
// be new releases that say the same.
func (r *Report) Nothing() bool {
	return r.Revised() == 0 && r.Rates.Moved == 0 && r.Rates.NewYear == 0 && len(r.Verdicts) == 0 && len(r.Charts) == 0 && len(r.Codes) == 0 && r.Findings.New+r.Findings.Gone == 0
}

// Same reports whether the publication is the earlier one over again.
func (r *Report) Same() bool {
	for i := range r.Cells {
		if r.Cells[i].Within+r.Cells[i].Flags > 0 {
			return false
		}
	}
	return !r.First && r.Nothing() && len(r.Vintages) == 0 && r.Rates.Within == 0
}

// JSON is the report as changes.json.
func (r *Report) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(r)
	return b.Bytes(), err
}

// parse reads a changes.json; nil if it is of another format.
func parse(data []byte) *Report {
	r := &Report{}
	if json.Unmarshal(data, r) != nil || r.Format != Format {
		return nil
	}
	if r.Fetched == nil { // of a version that did not say
		r.Fetched = []Fetched{}
	}
	return r
}

// float is the count as a number.
func (c *Count) float() float64 { return float64(c.N) / math.Pow10(int(c.Decimals)) }
