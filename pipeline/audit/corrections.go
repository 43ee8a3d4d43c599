package audit

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"asylum/datasets"
	"asylum/pipeline/obs"
	"asylum/pipeline/own"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"

	"github.com/goccy/go-yaml/ast"
)

// A Correction is a repair that somebody accepted: one cell, what it says and
// what it should say.
type Correction struct {
	ID        string            `yaml:"id"`
	Source    string            `yaml:"source"`
	Table     string            `yaml:"table"`
	Cell      map[string]string `yaml:"cell"` // codes by dimension; one that is left out may be any
	Period    obs.Period        `yaml:"period"`
	Printed   string            `yaml:"printed"`    // a cell that says anything else is left alone
	Corrected *int32            `yaml:"corrected"`  // in the unit of the cell
	AsPrinted bool              `yaml:"as_printed"` // in place of Corrected: the printed count stands
	Why       string            `yaml:"why"`
	Evidence  []Evidence        `yaml:"evidence"`

	file string
}

// Evidence is what shows that a correction is right.
type Evidence struct {
	Says    string `yaml:"says"`
	Address string `yaml:"address"`
	Date    string `yaml:"date"` // YYYY-MM-DD: when it was so
}

// Note is what is to be said beside a number that rests on the cell.
func (c *Correction) Note() string {
	return fmt.Sprintf("%s %s: %s in place of %s, as %s (%s)", strings.Join(c.codes(), " "), c.Period, rate.Group(int64(*c.Corrected)), c.Printed, c.Why, c.ID)
}

// codes names the cell, country and citizenship first.
func (c *Correction) codes() []string {
	var out, rest []string
	for _, d := range keys(c.Cell) {
		if d != "geo" && d != "citizen" && d != "origin" && d != "table" && d != "page" {
			rest = append(rest, c.Cell[d])
		}
	}
	for _, d := range []string{"geo", "citizen"} {
		if v := c.Cell[d]; v != "" {
			out = append(out, v)
		}
	}
	return append(out, rest...)
}

// Corrections are those in force.
type Corrections struct{ list []Correction }

// All lists them, the built-in ones first.
func (c *Corrections) All() []Correction { return c.list }

// ReadCorrections reads the built-in corrections and then those of a user's own
// file ("" is none), which may replace a built-in one of the same id or take it
// back.
func ReadCorrections(file string) (*Corrections, error) {
	c := &Corrections{}
	data, err := datasets.FS.ReadFile("corrections.yaml")
	if err != nil {
		return nil, err
	}
	if err := c.add(data, "corrections.yaml"); err != nil {
		return nil, err
	}
	if file != "" {
		if data, err = os.ReadFile(file); err != nil {
			return nil, err
		}
		if err := c.add(data, file); err != nil {
			return nil, err
		}
	}
	c.list = slices.DeleteFunc(c.list, func(x Correction) bool { return x.AsPrinted })
	return c, nil
}

func (c *Corrections) add(data []byte, name string) error {
	data, tree, err := own.YAML(data, name)
	if err != nil {
		return err
	}
	var list []Correction
	if err := own.Decode(data, tree, name, &list, "a list of corrections", "datasets/corrections.schema.json says what one holds"); err != nil {
		return err
	}
	var faults []error
	for i := range list {
		list[i].file = name
		for _, f := range list[i].faults() {
			pos := place(tree, i, f.key)
			pos.File = name
			faults = append(faults, &obs.ParseError{Pos: pos, Got: f.got, Want: f.want, Hint: "datasets/corrections.schema.json says what a correction holds"})
		}
		if at := slices.IndexFunc(c.list, func(o Correction) bool { return o.ID == list[i].ID }); at >= 0 {
			c.list[at] = list[i]
		} else {
			c.list = append(c.list, list[i])
		}
	}
	return errors.Join(faults...)
}

// A fault is what a correction lacks or has wrong, at one of its keys.
type fault struct{ key, got, want string }

var (
	idForm  = obs.Pattern(`^[a-z0-9-]+$`)
	dayForm = obs.Pattern(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`)
	webForm = obs.Pattern(`^https?://[^ ]+$`)
)

// faults checks what corrections.schema.json says; a test holds the two against
// each other.
func (c *Correction) faults() (out []fault) {
	wrong := func(key, got, want string) { out = append(out, fault{key, got, want}) }
	if !idForm().MatchString(c.ID) {
		wrong("id", "id "+obs.Quote(c.ID), "lower-case letters, digits and -")
	}
	if !slices.Contains(ReconcilableSources, c.Source) {
		wrong("source", "source "+obs.Quote(c.Source), "eurostat, unhcr or aida")
	}
	if c.Table == "" {
		wrong("table", "no table", "a dataset code")
	}
	if len(c.Cell) == 0 {
		wrong("cell", "a cell without codes", "its codes by dimension, such as {citizen: TOTAL, geo: DE}")
	}
	if p, ok := obs.ParsePeriod(string(c.Period)); !ok || p != c.Period {
		wrong("period", "period "+obs.Quote(c.Period), `a period such as "2023", in quotes`)
	}
	if c.Printed == "" {
		wrong("printed", "nothing printed", "what the cell says")
	}
	if c.AsPrinted == (c.Corrected != nil) {
		wrong("corrected", "corrected and as_printed, or neither", "one of them")
	}
	if c.Why == "" {
		wrong("why", "no why", "what is wrong with the cell")
	}
	if len(c.Evidence) == 0 {
		wrong("evidence", "no evidence", "what shows it, with address and date")
	}
	for i, e := range c.Evidence {
		at := fmt.Sprintf("evidence[%d].", i)
		if e.Says == "" {
			wrong(at+"says", "evidence that says nothing", "what it shows")
		}
		if !webForm().MatchString(e.Address) {
			wrong(at+"address", "address "+obs.Quote(e.Address), "one that begins with http:// or https://")
		}
		if !dayForm().MatchString(e.Date) {
			wrong(at+"date", "date "+obs.Quote(e.Date), `a date such as "2024-07-10"`)
		}
	}
	return out
}

// place is where a key of the i-th correction stands, or the correction where
// the key is missing.
func place(tree *ast.File, i int, key string) obs.Pos {
	at := fmt.Sprintf("$[%d]", i)
	return own.Place(tree, at+"."+key, at+".id", at)
}

// Correct lays corrections over data: what Load gives has the corrected counts
// in place of the printed ones, each with its table.Fix. The data itself does
// not change.
func Correct(d rate.Data, c *Corrections) rate.Data {
	if len(c.list) == 0 {
		return d
	}
	return &corrected{d, c}
}

type corrected struct {
	rate.Data
	by *Corrections
}

func (d *corrected) Load(m table.Meta, want table.Want) (*table.Table, error) {
	t, err := d.Data.Load(m, want)
	if err != nil {
		return nil, err
	}
	fixes, err := d.by.fixes(t)
	if err != nil || len(fixes) == 0 {
		return t, err
	}
	return t.With(fixes), nil
}

// fixes finds the cells of a table that corrections are about and that say what
// the correction says is printed.
func (c *Corrections) fixes(t *table.Table) (out []table.Fix, err error) {
	for i := range c.list {
		x := &c.list[i]
		if x.Source != t.Source || x.Table != t.Meta.Table {
			continue
		}
		cells, err := x.find(t)
		if err != nil {
			return nil, err
		}
		n := 0
		for _, at := range cells {
			if o := t.Observation(at.Chunk, at.Row, at.Period); asPrinted(&o) == x.Printed {
				at.Count, at.Note = *x.Corrected, x.Note()
				out = append(out, at)
				n++
			}
		}
		if n > 1 {
			return nil, fmt.Errorf("%s: correction %q is about %d cells of %s %s that say %s, want one\n\thint: name more of their codes under cell", x.file, x.ID, n, t.Meta.Table, t.Vintage, x.Printed)
		}
	}
	return out, nil
}

// Repairs gives the corrections that are made in data, vintage by vintage, for
// those who read its tables in other forms. Data may be as printed.
func (c *Corrections) Repairs(data rate.Data) ([]table.Repair, error) {
	var out []table.Repair
	for _, m := range data.Vintages() {
		if !slices.ContainsFunc(c.list, func(x Correction) bool { return x.Source == m.Source && x.Table == m.Table }) {
			continue
		}
		t, err := Correct(data, c).Load(m, table.Want{})
		if err != nil {
			return nil, err
		}
		out = append(out, t.Repairs()...)
	}
	return out, nil
}

// find gives the cells that a correction is about.
func (c *Correction) find(t *table.Table) (out []table.Fix, err error) {
	p := t.Period(c.Period)
	if p < 0 {
		return nil, nil
	}
	want := make([]int, len(t.Dims)) // the code of each dimension, -1 for any
	for d := range t.Dims {
		want[d] = -1
	}
	for dim, v := range c.Cell {
		d := t.Dim(dim)
		if d < 0 {
			return nil, fmt.Errorf("%s: correction %q: got dimension %q, want one of %s", c.file, c.ID, dim, dims(t))
		}
		if want[d] = t.Dims[d].Code(v); want[d] < 0 {
			return nil, nil // the vintage does not hold it
		}
	}
	for ch := range t.Chunks {
	next:
		for r := range t.Chunks[ch].Rows {
			for d, w := range want {
				if w >= 0 && int(t.Chunks[ch].Codes[d][r]) != w {
					continue next
				}
			}
			if t.Chunks[ch].Held(r, p) {
				out = append(out, table.Fix{Chunk: ch, Row: r, Period: p})
			}
		}
	}
	return out, nil
}

func dims(t *table.Table) string {
	var out []string
	for d := range t.Dims {
		out = append(out, t.Dims[d].Name)
	}
	return strings.Join(out, ", ")
}

// asPrinted is what a cell says, as its source prints it.
func asPrinted(o *obs.Observation) string {
	switch {
	case o.Printed != "":
		return tidy(o.Printed)
	case !o.Known:
		return strings.TrimSpace(": " + o.Flags)
	}
	return strings.TrimSpace(obs.Number(o.Count, o.Decimals) + " " + o.Flags)
}

// A Use says what a correction does to the data at hand.
type Use struct {
	Correction
	At      Cell   // as corrected, of the newest vintage that it is made in
	Made    bool   // some vintage says what the correction says is printed
	Instead string // otherwise what the newest vintage says there, "" where it has no such cell
}

// Uses looks corrections up in the tables at hand, as printed; those about
// tables that are not held are left out.
func (c *Corrections) Uses(data rate.Data) ([]Use, error) {
	if d, ok := data.(*corrected); ok {
		data = d.Data
	}
	var out []Use
	for i := range c.list {
		u := Use{Correction: c.list[i]}
		metas := rate.Newest(data.Vintages(), u.Source, u.Table, "")
		for j := range metas {
			t, err := data.Load(metas[j], table.Want{})
			if err == nil {
				err = u.look(t)
			}
			if err != nil {
				return nil, err
			}
			if u.Made {
				break
			}
		}
		if len(metas) > 0 {
			out = append(out, u)
		}
	}
	return out, nil
}

// look finds the cell in one vintage.
func (u *Use) look(t *table.Table) error {
	cells, err := u.find(t)
	if err != nil {
		return err
	}
	for _, at := range cells {
		o := t.Observation(at.Chunk, at.Row, at.Period)
		if asPrinted(&o) != u.Printed {
			if u.Instead == "" {
				u.Instead = asPrinted(&o)
			}
			continue
		}
		at.Count, at.Note = *u.Corrected, u.Note()
		fixed := t.With([]table.Fix{at})
		o = fixed.Observation(at.Chunk, at.Row, at.Period)
		meta := t.Meta
		u.Made, u.At = true, Cell{Role: "corrected", Meta: &meta, Observation: &o, Corrected: at.Note}
		for d := range t.Dims {
			u.At.Dims = append(u.At.Dims, t.Dims[d].Name)
		}
	}
	return nil
}
