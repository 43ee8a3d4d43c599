package audit

import (
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
)

// A rule is an identity along one axis of a table: the whole is its parts,
// those from minus on taken off.
type rule struct {
	identity string
	words    string // "T = F + M + UNK"
	dim      int
	whole    uint16
	parts    []uint16
	minus    int // how many parts are added; the rest is taken off
	// bound is set where the table may not hold every part, or some of what the
	// whole counts is in none: then the parts are no more than the whole.
	bound bool
}

// axes are the dimensions whose aggregates are sums, with the identity.
var axes = map[string]string{"sex": Sexes, "age": Ages, "asyl_app": Applicants, "applicant": Applicants, "decision": Outcomes, "citizen": Citizens, "geo": Members}

// balances are the identities of the population tables, whose indicators are no
// parts of one another by their code list (Eurostat, demo_gind, metadata).
var balances = []struct {
	whole       string
	added, less []string
}{
	{"NATGROW", []string{"LBIRTH"}, []string{"DEATH"}},
	{"GROW", []string{"NATGROW", "CNMIGRAT"}, nil},
	{"JAN", []string{"MJAN", "FJAN"}, nil},
	{"LBIRTH", []string{"MLBIRTH", "FLBIRTH"}, nil},
	{"DEATH", []string{"MDEATH", "FDEATH"}, nil},
}

// rules are the identities of a table, as the code lists tell them: an
// aggregate is the sum of its members.
func rules(t *table.Table) []rule {
	var out []rule
	for d := range t.Dims {
		dim := &t.Dims[d]
		if dim.Name == "indic_de" {
			out = append(out, balance(dim, d)...)
			continue
		}
		list, err := code.For(dim.Name)
		if err != nil || list == nil || axes[dim.Name] == "" {
			continue
		}
		if dim.Name == "geo" && t.Source == "eurostat" && t.Dim("indic_de") >= 0 {
			continue // rates and shares of a union are not those of its members added up
		}
		for _, v := range dim.Values {
			if r, ok := axisRule(t, list, d, v); ok {
				out = append(out, r)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b rule) int { return strings.Compare(a.words, b.words) })
	return out
}

func balance(dim *table.Dim, d int) (out []rule) {
next:
	for _, b := range balances {
		r := rule{identity: Balance, dim: d, minus: len(b.added), words: b.whole + " = " + strings.Join(b.added, " + ")}
		if len(b.less) > 0 {
			r.words += " - " + strings.Join(b.less, " - ")
		}
		for i, v := range append([]string{b.whole}, append(slices.Clone(b.added), b.less...)...) {
			at := dim.Code(v)
			if at < 0 {
				continue next
			}
			if i == 0 {
				r.whole = uint16(at)
			} else {
				r.parts = append(r.parts, uint16(at))
			}
		}
		out = append(out, r)
	}
	return out
}

// axisRule says what an aggregate of an axis is the sum of.
func axisRule(t *table.Table, list *code.List, d int, whole string) (rule, bool) {
	dim := &t.Dims[d]
	c, ok := list.Lookup(whole)
	if !ok || c.Kind != code.Aggregate {
		return rule{}, false
	}
	r := rule{identity: axes[dim.Name], dim: d, whole: uint16(dim.Code(whole))}
	members := c.Members
	if dim.Name == "citizen" && whole == "TOTAL" {
		members = citizens(dim, list)
		r.words = "TOTAL = all citizenships"
		r.bound = len(t.Extent) > 0 || !slices.Contains(members, "UNK") || len(members) < 100 // an extract
	}
	if len(members) == 0 {
		return rule{}, false
	}
	var said []string
	for _, m := range members {
		at := dim.Code(m)
		if at < 0 {
			if x, ok := list.Lookup(m); !ok || x.Kind != code.Residual && m != "TEMP_PROT" { // which later releases leave out
				r.bound = true
			}
			continue
		}
		r.parts = append(r.parts, uint16(at))
		said = append(said, m)
	}
	if len(r.parts) < 2 {
		return rule{}, false // one part bounds the whole, as Largest says
	}
	r.minus = len(r.parts)
	switch {
	case r.words != "":
	case len(said) > 6:
		r.words = whole + " = its " + map[string]string{"geo": "member countries", "citizen": "citizenships"}[dim.Name]
	default:
		r.words = whole + " = " + strings.Join(said, " + ")
	}
	return r, true
}

// citizens lists the codes of a citizenship axis that are disjoint, in order.
// Those that lie within another are left out.
func citizens(dim *table.Dim, list *code.List) []string {
	var out, within []string
	for _, v := range dim.Values {
		if c, ok := list.Lookup(v); ok && c.Kind != code.Aggregate {
			out = append(out, v)
			within = append(within, c.Members...)
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(out, func(c string) bool { return slices.Contains(within, c) })
}

// A rounding gives the true counts that a printed one allows.
type rounding func(n int64) (lo, hi int64)

// allows is a rounding by its name in definitions.
func allows(name string) rounding {
	of, ok := rate.Allows(name)
	if !ok {
		panic("no rounding " + name) // the names stand below, and a test calls each
	}
	return of
}

// roundingOf is how the cells of a whole table are rounded, as far as that can
// be said of all of them: Eurostat rounds what it counts of asylum, UNHCR
// coarsens small cells (METHODS 3).
func roundingOf(t *table.Table) rounding {
	switch {
	case t.Source == "eurostat" && strings.HasPrefix(t.Meta.Table, "migr_"):
		return allows("nearest5")
	case t.Meta.Table == "asylum_decisions":
		return allows("unhcr_decisions")
	case t.Meta.Table == "asylum_applications":
		return allows("unhcr_applications")
	}
	return allows("exact")
}
