package audit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/rate"
)

// explain says what a breach likely comes from, and what the cell behind it
// would be where arithmetic leaves one answer.
func explain(b book, f *Finding, bs []breach, of []int, who []suspect) {
	lead := &bs[of[0]]
	var fits []fit
	for _, s := range who {
		fits = append(fits, options(b, s)...)
	}
	strong := slices.DeleteFunc(slices.Clone(fits), func(x fit) bool { return x.slip == "" })
	switch {
	case len(fits) == 1:
		f.propose(b, fits[0], "every identity that it stands in leaves this alone")
		f.Cause = fits[0].slip
	case len(strong) == 1 && len(who) <= fewSuspects: // of many, one fits a slip by chance
		f.propose(b, strong[0], "of the numbers that its identities leave, it is the one by which "+strong[0].slip)
		f.Cause = strong[0].slip
	}
	if f.Cause != "" {
		return
	}
	if marks := flagged(f.Cells); marks != "" {
		f.Cause = "cells are marked " + marks
		return
	}
	zero := !slices.ContainsFunc(of, func(i int) bool { n, _ := b.count(bs[i].whole); return n != 0 })
	switch {
	case zero && len(of) > 1:
		f.Cause = "the whole is left at 0"
	case len(who) == 1:
		f.Cause = fmt.Sprintf("this cell alone, were it %s, would mend it", who[0].allowed.words())
	case len(of) > 2 && lead.size > 0:
		f.Cause = "whole and parts are of different counts: the parts were revised, or count more"
	case len(of) > 2:
		f.Cause = "the whole counts some that no part does"
	}
}

// fewSuspects is among how many cells a slip of the pen tells one apart.
const fewSuspects = 4

// words write what is left of a cell.
func (s span) words() string {
	switch {
	case s.hi >= far:
		return "at least " + rate.Group(s.lo)
	case s.lo <= 0 && s.hi > 0:
		return "at most " + rate.Group(s.hi)
	case s.lo == s.hi:
		return rate.Group(s.lo)
	}
	return rate.Group(s.lo) + " to " + rate.Group(s.hi)
}

// flagged names the flags of the first cells that say they are no plain counts.
func flagged(cells []Cell) string {
	var out []string
	for i := range cells {
		for _, l := range cells[i].Flags {
			if name := flagNames[l]; name != "" && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return strings.Join(out, ", ")
}

var flagNames = map[rune]string{'b': "a break in the series (b)", 'd': "another definition (d)", 'e': "an estimate (e)", 'p': "provisional (p)", 's': "Eurostat's estimate (s)", 'u': "of low reliability (u)"}

// A fit is a number that a cell could be.
type fit struct {
	at   ref
	from int64
	to   int64
	slip string // how the printed number came of it, "" if no usual slip does
}

// mostOptions is how many numbers a cell may be before they say nothing.
const mostOptions = 1000

// options lists the printed numbers that would put a cell right.
func options(b book, s suspect) []fit {
	n, _ := b.count(s.at)
	if s.allowed.lo <= -far || s.allowed.hi >= far || s.allowed.hi-s.allowed.lo > mostOptions {
		return nil
	}
	var out []fit
	step := int64(1)
	if lo, hi := b.allows(s.at, 1000); hi-lo == 4 {
		step = 5 // it is printed in fives
	}
	floor := s.allowed.lo - 2*step
	for v := floor - (floor%step+step)%step; v <= s.allowed.hi+2*step; v += step {
		if lo, hi := b.allows(s.at, v); v != n && hi >= s.allowed.lo && lo <= s.allowed.hi && (v >= 0 || n < 0 || s.allowed.hi < 0) {
			out = append(out, fit{s.at, n, v, slip(n, v)})
		}
	}
	for i := range out {
		if from, ok := copied(b, s.at, n); ok && out[i].slip == "" {
			out[i].slip = "it repeats " + from
		}
	}
	return out
}

// neighbour is a book that can say which cells stand beside another.
type neighbour interface {
	beside(ref) []ref
}

// copied finds a cell beside one that says the same, where that is no chance:
// three digits and more.
func copied(b book, at ref, n int64) (string, bool) {
	nb, ok := b.(neighbour)
	if !ok || abs(n) < 100 {
		return "", false
	}
	for _, o := range nb.beside(at) {
		if v, ok := b.count(o); ok && v == n && o != at {
			c := b.cell(o, "")
			if m := c.Code("measure"); m != "" && m != cellCode(b, at, "measure") {
				return m + " of the row", true
			}
			return "the cell of " + c.Code("citizen"), true
		}
	}
	return "", false
}

func cellCode(b book, at ref, dim string) string {
	c := b.cell(at, "")
	return c.Code(dim)
}

// slip names the usual slip of the pen that makes printed out of right, "" if
// none does.
func slip(printed, right int64) string {
	p, r := strconv.FormatInt(printed, 10), strconv.FormatInt(right, 10)
	switch {
	case printed == -right:
		return "a minus is lost or added"
	case printed != 0 && printed*10 == right:
		return "a zero is lost"
	case right != 0 && right*10 == printed:
		return "a zero is added"
	case swapped(p, r):
		return "two digits changed places"
	}
	return ""
}

// swapped reports whether two neighbouring digits changed places.
func swapped(a, b string) bool {
	if len(a) != len(b) || len(a) < 2 || a == b {
		return false
	}
	i := 0
	for a[i] == b[i] {
		i++
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// propose is the repair that a fit stands for.
func (f *Finding) propose(b book, x fit, why string) {
	c := b.cell(x.at, "part")
	for i := range f.Cells {
		if f.Cells[i].same(&c) {
			c = f.Cells[i]
			f.Cells = append([]Cell{c}, slices.Delete(f.Cells, i, i+1)...)
			break
		}
	}
	printed := c.Printed
	if printed == "" {
		printed = strconv.FormatInt(x.from, 10)
	}
	f.Repair = &Repair{Cell: c, Printed: printed, Value: strconv.FormatInt(x.to, 10), Why: why}
}

// same reports whether two cells are one.
func (c *Cell) same(o *Cell) bool {
	return c.Meta == o.Meta && c.Period == o.Period && slices.Equal(c.Key, o.Key)
}
