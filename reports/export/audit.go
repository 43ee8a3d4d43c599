package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"asylum/pipeline/audit"
)

// An AuditJSON is what an audit found, as JSON.
type AuditJSON struct {
	Findings    []Finding    `json:"findings"`    // what is broken first, of that what most rates rest on
	Corrections []Correction `json:"corrections"` // in force
}

// A Correction is an audit.Use as JSON.
type Correction struct {
	ID        string     `json:"id"`
	Made      bool       `json:"made"`              // some vintage says what is to be corrected
	Instead   string     `json:"instead,omitempty"` // what the newest says otherwise
	Printed   string     `json:"printed"`
	Corrected int32      `json:"corrected"`
	Why       string     `json:"why"`
	Evidence  []Evidence `json:"evidence"`
	Cell      *Cell      `json:"cell"` // null if it is not made
}

// Evidence is what shows that a correction is right.
type Evidence struct {
	Says    string `json:"says"`
	Address string `json:"address"`
	Date    string `json:"date"`
}

// A Finding is an audit.Finding as JSON.
type Finding struct {
	Source    string   `json:"source"`
	Table     string   `json:"table"`
	Vintage   string   `json:"vintage"`
	Identity  string   `json:"identity"` // outcomes, applicants, sexes …: audit.Identities
	Verdict   string   `json:"verdict"`  // broken, truncated, odd, explained or unexplained
	Says      string   `json:"says"`     // the identity with its counts
	Size      float64  `json:"size"`     // parts less whole, now less before; of printed rates in points
	Tolerance float64  `json:"tolerance"`
	Cause     string   `json:"cause"`         // what it likely comes from, "" where nothing suggests itself
	Repair    *Repair  `json:"repair"`        // null unless arithmetic leaves one answer
	Touches   int      `json:"touches"`       // rates that rest on the cells: definitions times results
	Touched   []string `json:"definitions"`   // of those rates
	Cells     []Cell   `json:"cells"`         // the one in doubt first
	More      int      `json:"more_of_these"` // sets of cells of which the same is true, not listed
}

// A Repair is what a cell would have to say.
type Repair struct {
	Cell    Cell   `json:"cell"`
	Printed string `json:"printed"`
	Value   string `json:"value"`
	Why     string `json:"why"`
}

// A Cell is a cell that a finding is about.
type Cell struct {
	Role    string            `json:"role"` // whole, part, now, before, rate, count
	Source  string            `json:"source"`
	Table   string            `json:"table"`
	Vintage string            `json:"vintage"`
	File    string            `json:"file"`
	SHA256  string            `json:"sha256"`
	Line    int               `json:"line"`
	Column  int               `json:"column"`          // in bytes, from 1; 0 where it is not known
	Sheet   string            `json:"sheet,omitempty"` // of a workbook: then line and column are its row and column
	Key     map[string]string `json:"key"`
	Period  string            `json:"period"`
	Count   *int32            `json:"count"` // null if there is none
	Flags   string            `json:"flags"`
	Printed string            `json:"printed,omitempty"`

	Corrected string `json:"corrected,omitempty"` // why Count is not what is printed
}

func findingOf(f *audit.Finding) Finding {
	out := Finding{Source: f.Source, Table: f.Table, Vintage: f.Vintage, Identity: f.Identity, Verdict: f.Verdict, Says: f.Says, Size: f.Size,
		Tolerance: f.Tolerance, Cause: f.Cause, Touches: f.Touches, Touched: some(f.Touched), Cells: []Cell{}, More: f.More}
	for i := range f.Cells {
		out.Cells = append(out.Cells, cellOf(&f.Cells[i]))
	}
	if r := f.Repair; r != nil {
		out.Repair = &Repair{cellOf(&r.Cell), r.Printed, r.Value, r.Why}
	}
	return out
}

func cellOf(c *audit.Cell) Cell {
	x := Cell{Role: c.Role, Source: c.Meta.Source, Table: c.Meta.Table, Vintage: c.Meta.Vintage, File: c.Meta.File, SHA256: c.Meta.SHA256,
		Line: c.Pos.Line, Column: c.Pos.Col, Sheet: c.Pos.Sheet, Key: map[string]string{}, Period: string(c.Period), Flags: c.Flags, Printed: c.Observation.Printed, Corrected: c.Corrected}
	for d, n := range c.Dims {
		x.Key[n] = c.Key[d]
	}
	if c.Known {
		x.Count = &c.Count
	}
	return x
}

// Audit writes findings, and the corrections in force, as an AuditJSON.
func Audit(w io.Writer, fs []audit.Finding, uses []audit.Use) error {
	out := AuditJSON{Findings: []Finding{}, Corrections: []Correction{}}
	for i := range fs {
		out.Findings = append(out.Findings, findingOf(&fs[i]))
	}
	for i := range uses {
		u := &uses[i]
		x := Correction{ID: u.ID, Made: u.Made, Printed: u.Printed, Corrected: *u.Corrected, Why: u.Why}
		for _, e := range u.Evidence {
			x.Evidence = append(x.Evidence, Evidence(e))
		}
		if u.Made {
			c := cellOf(&u.At)
			x.Cell = &c
		} else {
			x.Instead = u.Instead
		}
		out.Corrections = append(out.Corrections, x)
	}
	return encode(w, out)
}

// AuditColumns are those of AuditCSV: a line for each finding, its place that of
// the cell in doubt.
var AuditColumns = []string{"source", "table", "vintage", "geo", "citizen", "period", "identity", "verdict", "touches", "size", "tolerance",
	"says", "cause", "printed", "repair", "why", "file", "line", "column"}

// AuditCSV writes findings as CSV.
func AuditCSV(w io.Writer, fs []audit.Finding) error {
	out := csv.NewWriter(w)
	if err := out.Write(AuditColumns); err != nil {
		return err
	}
	for i := range fs {
		f := &fs[i]
		c := &f.Cells[0]
		row := []string{f.Source, f.Table, f.Vintage, c.Code("geo"), c.Code("citizen"), string(c.Period), f.Identity, f.Verdict, strconv.Itoa(f.Touches),
			number(f.Size), number(f.Tolerance), f.Says, f.Cause, "", "", "", c.Pos.File, strconv.Itoa(c.Pos.Line), strconv.Itoa(c.Pos.Col)}
		if r := f.Repair; r != nil {
			row[13], row[14], row[15] = r.Printed, r.Value, r.Why
		}
		for j := range row {
			row[j] = Defuse(row[j])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// number writes at most four decimals.
func number(v float64) string {
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v, 'f', 4, 64), "0"), ".")
}

// A Reconciliation is an audit.Reconciliation as JSON.
type Reconciliation struct {
	Citizen string   `json:"citizen"`
	Geo     string   `json:"geo"`
	Period  string   `json:"period"`
	Sources []string `json:"sources"`
	Levels  string   `json:"levels"` // of UNHCR, such as FI+RA; "" where neither source has any
	Pairs   []Pair   `json:"pairs"`
}

// A Pair is one count as both sources have it, in their order.
type Pair struct {
	Quantity string   `json:"quantity"`
	Verdict  string   `json:"verdict"` // agrees, explained or unexplained
	Size     int64    `json:"size"`    // the first less the second
	Cause    string   `json:"cause"`
	Counts   []Amount `json:"counts"`
}

// An Amount is a count: some cells added up, or taken off.
type Amount struct {
	Count int64  `json:"count"`
	Lo    int64  `json:"lo"` // what rounding allows
	Hi    int64  `json:"hi"`
	Words string `json:"words,omitempty"` // what it is made of, where that needs saying
	Cells []Cell `json:"cells"`
}

// Reconciliations writes a list of Reconciliation.
func Reconciliations(w io.Writer, rs []audit.Reconciliation) error {
	out := []Reconciliation{}
	for i := range rs {
		r := &rs[i]
		x := Reconciliation{Citizen: r.Citizen, Geo: r.Geo, Period: string(r.Period), Sources: r.Sources[:], Levels: r.Levels, Pairs: []Pair{}}
		for j := range r.Pairs {
			p := &r.Pairs[j]
			y := Pair{Quantity: p.Quantity, Verdict: p.Verdict, Size: p.Size, Cause: p.Cause}
			for _, a := range p.Counts {
				z := Amount{Count: a.N, Lo: a.Lo, Hi: a.Hi, Words: a.Words, Cells: []Cell{}}
				for k := range a.Cells {
					z.Cells = append(z.Cells, cellOf(&a.Cells[k]))
				}
				y.Counts = append(y.Counts, z)
			}
			x.Pairs = append(x.Pairs, y)
		}
		out = append(out, x)
	}
	return encode(w, out)
}
