// Package audit looks for what is wrong in the tables: identities that an
// honest table obeys (METHODS 6), rates that a page prints against those that
// its counts give, series that jump, freeze or vanish, and counts that two
// sources give of the same people.
//
// Nothing is mended here. A finding names the cells and says what would be
// right where arithmetic leaves one answer; a person who has checked it puts it
// into a file of corrections, which Correct lays over the data, marked.
package audit

import (
	"cmp"
	"slices"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
)

// The identities that are looked at, by the name that a Finding bears.
const (
	Outcomes   = "outcomes"   // statuses and rejections are the decisions, those on the merits or all
	Applicants = "applicants" // first-time and subsequent are all applicants
	Sexes      = "sexes"      // women, men and unknown are everybody
	Ages       = "ages"       // so are the ages, and those under 14 and 14 to 17 all under 18
	Citizens   = "citizens"   // citizenships are the total
	Members    = "members"    // countries are the union that they make up
	Largest    = "largest"    // no part is larger than its whole
	Years      = "years"      // quarters or months are their year
	Balance    = "balance"    // births less deaths are the natural growth of a population, and so on
	Rates      = "rates"      // a printed rate is what its counts give
	Printings  = "printings"  // one count that a page prints twice
	Jump       = "jump"       // a count is ten times what it was
	Collapse   = "collapse"   // a count lost 99 % and more
	Frozen     = "frozen"     // a large count stays the same to the last digit
	Repeats    = "repeats"    // a row says what another does, to the last digit
	Zero       = "zero"       // a large count is 0 for once
	Sources    = "sources"    // two sources, one count
)

// Identities lists them in order.
var Identities = []string{Outcomes, Applicants, Sexes, Ages, Citizens, Members, Largest, Years, Balance, Rates, Printings, Jump, Collapse, Frozen, Zero, Repeats, Sources}

// Verdicts on what was found.
const (
	Broken      = "broken"      // the cells cannot all be right
	Truncated   = "truncated"   // digits of a rate were cut off, not rounded
	Odd         = "odd"         // it may be right, and seldom is
	Explained   = "explained"   // a known difference between two sources
	Unexplained = "unexplained" // two sources differ, and no known difference is it
)

// A Finding is something in the tables that does not hold. Size and Tolerance
// are in the unit of the cells (persons, most often), of Rates in points.
type Finding struct {
	Source, Table, Vintage string

	Identity  string  // one of Identities
	Verdict   string  // Broken, Truncated, Odd, Explained or Unexplained
	Says      string  // the identity with its counts
	Cells     []Cell  // the cells in doubt first; of a finding about many, those of the largest
	More      int     // further sets of cells of which the same is true, not listed
	Size      float64 // by how much the first of them misses: parts less whole, now less before
	Tolerance float64 // what rounding allows at most
	Cause     string  // what it likely comes from, "" where nothing suggests itself
	Repair    *Repair // nil unless arithmetic leaves one answer
	Touches   int     // how many rates rest on its cells: definitions times results
	Touched   []string
}

// A Repair is what a cell would have to say.
type Repair struct {
	Cell    Cell
	Printed string // as it stands
	Value   string // as it would stand, in the way the cell is written
	Why     string
}

// A Cell is a cell of a table, with its part in an identity: "whole", "part",
// "now", "before", "rate", "count", or the name of a source.
type Cell struct {
	Role string
	Meta *table.Meta
	Dims []string // of Key
	*obs.Observation
	Corrected string // why its count is not what is printed, "" of most
}

// Code is the cell's code of a dimension, "" if its table has no such one.
func (c *Cell) Code(dim string) string {
	if i := slices.Index(c.Dims, dim); i >= 0 {
		return c.Key[i]
	}
	return ""
}

// Found reports whether the finding is one that a check fails for: all but
// known differences.
func (f *Finding) Found() bool { return f.Verdict != Explained }

// Where names the country, citizenship and period of the first cell.
func (f *Finding) Where() string {
	if len(f.Cells) == 0 {
		return ""
	}
	c := &f.Cells[0]
	var parts []string
	for _, p := range []string{c.Code("geo"), c.Code("citizen"), string(c.Period)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " ")
}

// Options say what to look at. The zero value looks at every table.
type Options struct {
	Tables  []string  // dataset codes; nil: all
	Geo     []string  // and of such a country
	Citizen []string  // only findings with such a cell; nil: all
	AsOf    string    // YYYY-MM-DD: what was known on that day
	Set     *rate.Set // the definitions whose results a finding may touch; nil: none are counted
}

// about reports whether a citizenship and country are asked for.
func (o *Options) about(citizen, geo string) bool {
	return (len(o.Citizen) == 0 || slices.Contains(o.Citizen, citizen)) && (len(o.Geo) == 0 || slices.Contains(o.Geo, geo))
}

// Run looks at every vintage of every table that is asked for. What a newer
// vintage covers is looked at there alone, as rates are computed from it. The
// findings come in the order of Rank.
func Run(data rate.Data, opt Options) ([]Finding, error) {
	data = rate.AsOf(data, opt.AsOf)
	var touch *toucher
	if opt.Set != nil {
		touch = newToucher(opt.Set)
	}
	var all []Finding
	for _, name := range tables(data, opt.Tables) {
		metas := rate.Newest(data.Vintages(), name.source, name.table, "")
		for i := range metas {
			t, err := data.Load(metas[i], table.Want{})
			if err != nil {
				return nil, err
			}
			if touch != nil {
				touch.saw(t)
			}
			all = append(all, superseded(Table(t), metas[:i])...)
		}
	}
	years, err := acrossYears(data, opt)
	if err != nil {
		return nil, err
	}
	all = append(all, years...)
	all = slices.DeleteFunc(all, func(f Finding) bool {
		return !slices.ContainsFunc(f.Cells, func(c Cell) bool { return opt.about(c.Code("citizen"), c.Code("geo")) })
	})
	if touch != nil {
		touch.count(all)
	}
	Rank(all)
	return all, nil
}

// Table looks at one table by itself. Its findings touch no rates as yet.
func Table(t *table.Table) []Finding {
	var out []Finding
	x := newIndex(t)
	if t.Source == "aida" {
		out = pages(x)
	} else {
		out = identities(x)
	}
	out = append(append(out, series(x)...), repeats(x)...)
	for i := range out {
		out[i].Source, out[i].Table, out[i].Vintage = t.Source, t.Meta.Table, t.Vintage
	}
	Rank(out)
	return out
}

type tableName struct{ source, table string }

// tables names those that are asked for, in the order of their sources.
func tables(data rate.Data, asked []string) []tableName {
	var out []tableName
	for _, m := range data.Vintages() {
		n := tableName{m.Source, m.Table}
		if !slices.Contains(out, n) && (len(asked) == 0 || slices.Contains(asked, m.Table)) {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b tableName) int {
		return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.table, b.table))
	})
	return out
}

// superseded leaves out findings whose first cell newer vintages speak of.
func superseded(fs []Finding, newer []table.Meta) []Finding {
	return slices.DeleteFunc(fs, func(f Finding) bool {
		if len(f.Cells) == 0 {
			return false
		}
		c := &f.Cells[0]
		return slices.ContainsFunc(newer, func(m table.Meta) bool { return m.Covers(c.Code, c.Period) })
	})
}

// verdicts orders what cannot be right before what may be, and that before what
// is explained.
var verdicts = map[string]int{Broken: 0, Unexplained: 0, Truncated: 1, Odd: 1, Explained: 2}

// Rank sorts findings: what cannot be right first, of that what most rates rest
// on, then what misses most.
func Rank(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(verdicts[a.Verdict], verdicts[b.Verdict]), cmp.Compare(b.Touches, a.Touches), cmp.Compare(a.Verdict, b.Verdict),
			cmp.Compare(excess(&b), excess(&a)), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Table, b.Table), cmp.Compare(a.Vintage, b.Vintage),
			cmp.Compare(a.Where(), b.Where()), cmp.Compare(a.Says, b.Says), cmp.Compare(a.key(), b.key()))
	})
}

// key is that of the first cell.
func (f *Finding) key() string {
	if len(f.Cells) == 0 {
		return ""
	}
	return strings.Join(f.Cells[0].Key, "\x00")
}

// excess is by how much a finding misses what rounding allows.
func excess(f *Finding) float64 {
	return max(f.Size, -f.Size) - f.Tolerance
}
