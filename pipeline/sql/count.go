package sql

import (
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/rate"
)

// A term is a code, or several of which the first that is there counts.
type term struct {
	codes    []string
	optional bool
}

// place is what the codes of a term are called in the SQL: all by the first.
func (t *term) place() string { return t.codes[0] }

func terms(side *rate.Side) (out []term) {
	for _, name := range side.Terms {
		name, optional := strings.CutSuffix(name, "?")
		out = append(out, term{strings.Split(name, "|"), optional})
	}
	return out
}

// printed reports whether the files of a side may print a count more than once.
func (s *source) printed(side *rate.Side) bool {
	return slices.ContainsFunc(s.files[s.index(side)], func(f file) bool { return slices.ContainsFunc(f.dims, side.Prints) })
}

// printing joins what tells printings of a count apart: the first in this order
// counts, and a table goes before a sentence.
func (s *source) printing(side *rate.Side, f *file) string {
	var parts []string
	for _, d := range f.dims {
		if !side.Prints(d) {
			continue
		}
		name := s.column(d)
		if d == "origin" {
			name = "CASE origin WHEN 'table' THEN ' table' ELSE origin END"
		}
		if parts != nil {
			parts = append(parts, "chr(1)")
		}
		parts = append(parts, name)
	}
	switch len(parts) {
	case 0:
		return "''"
	case 1:
		return parts[0]
	}
	return "concat(" + strings.Join(parts, ", ") + ")"
}

// A count is one side in the making.
type count struct {
	*source
	side   *rate.Side
	name   string
	terms  []term
	from   string   // the cells, then those with more columns
	counts []string // what makes a cell count
}

// side writes what a side amounts to, a row for each cell of the axes that has
// anything of it. n is NULL where there is no count.
func (s *source) side(i int, cells string) {
	c := &count{source: s, side: &s.sides[i], name: s.name(i), from: cells}
	c.terms = terms(c.side)
	c.pick()
	c.add()
}

// pick finds the cells that count: of the stage, of persons, of the printing
// that goes first.
func (c *count) pick() {
	side := c.side
	where := "WHERE " + c.in("code", side.Codes())
	if side.Level != "" {
		step := "CASE"
		if len(side.Repeat.Terms) > 0 {
			step += " WHEN " + c.in("code", side.Repeat.Terms) + " THEN NULL"
		}
		best := fmt.Sprintf("min(step) OVER (PARTITION BY %s)", c.keys())
		for i, l := range rate.Levels(c.q.Stage) {
			together := strings.Split(l, "+")
			step += fmt.Sprintf(" WHEN %s THEN %d", c.in("dec_at", together), i+1)
			if !rate.Joinable(together, func(level string) bool { return level != "FI" }) {
				best = fmt.Sprintf("CASE WHEN %s > 0 OR %s = 0 THEN %s END", c.levels("FI"), c.levels("NA", "FA"), best)
			}
		}
		step += " END"
		comment := "Which level stands for the stage: the first that a cell has."
		used := "step = best"
		if len(side.Repeat.Terms) > 0 {
			comment += " Terms that repeat are added up\nover their levels."
			used = fmt.Sprintf("(%s OR best IS NOT NULL AND %s AND %s)", used, c.in("code", side.Repeat.Terms), c.in("dec_at", side.Repeat.Levels))
		}
		c.counts = append(c.counts, used)
		c.from = c.with(comment, c.name+"_levels", fmt.Sprintf(
			"SELECT *, %s AS best\nFROM (\n  SELECT *, %s AS step\n  FROM %s\n  %s\n) AS steps", best, step, c.from, where))
		where = ""
	}
	if side.Unit != "" {
		c.counts = append(c.counts, "counted_in = 'P'")
	}
	several := slices.ContainsFunc(c.terms, func(t term) bool { return len(t.codes) > 1 })
	if printed := c.printed(side); printed || several {
		place, order, comment := "code", []string{}, ""
		if several {
			var name, rank string
			for _, t := range c.terms {
				for i, code := range t.codes[1:] {
					name += fmt.Sprintf(" WHEN %s THEN %s", c.text(code), c.text(t.place()))
					rank += fmt.Sprintf(" WHEN %s THEN '%d'", c.text(code), i+1)
				}
			}
			place = "CASE code" + name + " ELSE code END"
			order = append(order, "CASE code"+rank+" ELSE '0' END")
			comment = "Of codes that stand for one term the first that has a number counts."
		}
		if printed {
			order = append(order, "printing")
			comment = strings.TrimSpace(comment + "\nOf several printings of a count the first does, a table before a sentence.")
		}
		pick := order[0]
		if len(order) > 1 {
			pick = "concat(" + strings.Join(order, ", ") + ")"
		}
		inner := "SELECT *, " + place + " AS place, " + pick + " AS pick"
		if len(c.counts) > 0 {
			inner += ",\n  coalesce(" + strings.Join(c.counts, " AND ") + ", FALSE) AS used"
		} else {
			inner += ", TRUE AS used"
		}
		c.from = c.with(comment, c.name+"_picks", fmt.Sprintf(
			"SELECT *, used AND pick = min(CASE WHEN used AND n IS NOT NULL THEN pick END) OVER (PARTITION BY %s, place) AS counts\nFROM (\n%s\n) AS picks",
			c.keys(), indent(inner+"\nFROM "+c.from+"\n"+where)))
		c.counts, where = []string{"counts"}, ""
	}
	if where != "" {
		c.from += "\n" + where
	}
}

// place is the column that terms are told apart by.
func (c *count) place() string {
	if slices.Equal(c.counts, []string{"counts"}) {
		return "place"
	}
	return "code"
}

// levels counts the rows of a cell that are of some levels. Where first instance
// stands at another level than FI, FI is not added to others (rate.Joinable).
func (c *count) levels(levels ...string) string {
	return fmt.Sprintf("sum(CASE WHEN %s THEN 1 ELSE 0 END) OVER (PARTITION BY %s)", c.in("dec_at", levels), c.keys())
}

// sum adds a column up over the cells that count for some codes.
func (c *count) sum(column string, codes ...string) string {
	return "sum(" + column + ") FILTER (WHERE " + c.all(codes...) + ")"
}

// all is what makes a cell count for some codes.
func (c *count) all(codes ...string) string {
	return strings.Join(append([]string{c.in(c.place(), codes)}, c.counts...), " AND ")
}

// add adds the terms up. One that is missing makes the sum missing unless it is
// optional; a printed sum goes before that of the terms.
func (c *count) add() {
	side := c.side
	var cols, places []string
	for _, t := range c.terms {
		places = append(places, t.place())
	}
	col := func(expr, name string) { cols = append(cols, expr+" AS "+name) }
	level := "'first'"
	if side.Level != "" {
		level = "CASE min(best)"
		for i, l := range rate.Levels(c.q.Stage) {
			if l == "" {
				l = "first"
			}
			level += fmt.Sprintf(" WHEN %d THEN %s", i+1, c.text(l))
		}
		level += " END"
	}
	col(level, "stage")
	for _, x := range [][2]string{{"n", "n"}, {"lo", "lo"}, {"hi", "hi"}} {
		col(c.sum(x[0], places...), x[1])
	}
	col(c.complete(), "complete")
	for _, printed := range [][2]string{{side.Total, "total"}, {side.Whole, "whole"}, {side.Joint, "joint"}} {
		if printed[0] != "" {
			col(c.sum("n", printed[0]), printed[1])
			col(c.sum("lo", printed[0]), printed[1]+"_lo")
			col(c.sum("hi", printed[0]), printed[1]+"_hi")
		}
	}
	inputs := slices.Clone(places)
	for _, printed := range []string{side.Total, side.Whole, side.Joint} {
		if printed != "" {
			inputs = append(inputs, printed)
		}
	}
	for _, part := range []struct {
		name   string
		joined bool
	}{{"some", true}, {"other", false}} {
		if len(side.Joined) > 0 { // what of the rest stands in the joint, and what does not
			terms := c.standing(part.joined)
			var places []string
			for _, t := range terms {
				places = append(places, t.place())
			}
			col("coalesce("+c.sum("lo", places...)+", 0)", part.name+"_lo")
			col("CASE WHEN "+all(c.present(terms))+" THEN coalesce("+c.sum("hi", places...)+", 0) ELSE "+open+" END", part.name+"_hi")
		}
	}
	for i, t := range c.mixes {
		of := "FILTER (WHERE tab = " + c.text(t) + " AND n IS NOT NULL AND " + c.all(inputs...) + ")"
		col("min(vintage) "+of, fmt.Sprintf("oldest_%d", i+1))
		col("max(vintage) "+of, fmt.Sprintf("newest_%d", i+1))
	}
	having := ""
	if side.Joint != "" {
		having = "\nHAVING bool_or(code <> " + c.text(side.Joint) + ") -- which alone is no count"
	}
	sums := c.with(c.words(), c.name+"_sums", "SELECT "+c.keys()+",\n"+indent(strings.Join(cols, ",\n"))+"\nFROM "+c.from+"\nGROUP BY "+c.keys()+having)
	comment := "Without one of its terms it has no count."
	n, lo, hi := "CASE WHEN complete THEN n END", "CASE WHEN complete THEN lo END", "CASE WHEN complete THEN hi END"
	if side.Total != "" {
		comment = "A printed " + side.Total + " goes before the sum of its parts, which narrow its bounds\nwhere the two agree."
		n = "CASE WHEN total IS NOT NULL THEN total WHEN complete THEN n END"
		agree := "WHEN complete AND lo <= total_hi AND total_lo <= hi THEN "
		lo = "CASE WHEN total IS NULL THEN CASE WHEN complete THEN lo END\n       " + agree + "greatest(lo, total_lo) ELSE total_lo END"
		hi = "CASE WHEN total IS NULL THEN CASE WHEN complete THEN hi END\n       " + agree + "least(hi, total_hi) ELSE total_hi END"
	}
	cols = []string{"stage", n + " AS n", lo + " AS lo", hi + " AS hi"}
	if side.Whole != "" {
		cols = append(cols, "whole, whole_lo, whole_hi")
	}
	if side.Joint != "" {
		cols = append(cols, "joint_lo, joint_hi")
	}
	if len(side.Joined) > 0 {
		cols = append(cols, "some_lo, some_hi, other_lo, other_hi")
	}
	cols = append(cols, c.tracks()...)
	c.with(comment, c.name, "SELECT "+c.keys()+",\n"+indent(strings.Join(cols, ",\n"))+"\nFROM "+sums)
}

// words says what a side adds up.
func (c *count) words() string {
	var out []string
	for _, t := range c.terms {
		name := strings.Join(t.codes, " or ")
		if t.optional {
			name += " if there"
		}
		out = append(out, name)
	}
	title := map[string]string{"num": "The numerator: ", "rest": "The rest: ", "den": "The denominator: "}[c.name]
	return title + strings.Join(out, " + ") + "."
}

// standing gives the terms of a rest that stand in the joint, or those that do not.
func (c *count) standing(in bool) (out []term) {
	for i, name := range c.side.Terms {
		if slices.Contains(c.side.Joined, name) == in {
			out = append(out, c.terms[i])
		}
	}
	return out
}

// has says that some cell of these codes has a number.
func (c *count) has(codes ...string) string {
	return "bool_or(n IS NOT NULL AND " + c.all(codes...) + ")"
}

// present says of these terms that they are not missing.
func (c *count) present(terms []term) (and []string) {
	for _, t := range terms {
		if !t.optional {
			and = append(and, c.has(t.place()))
		} else if c.b.Source == "aida" { // there, and nothing that can be read: missing, not absent
			used := strings.Join(append([]string{"code = " + c.text(t.codes[0])}, c.used()...), " AND ")
			and = append(and, fmt.Sprintf("(%s OR NOT coalesce(bool_and(n IS NULL AND flags IN ('blank', 'words')) FILTER (WHERE %s), FALSE))", c.has(t.place()), used))
		}
	}
	return and
}

// all says that all of these hold.
func all(and []string) string {
	if len(and) == 0 {
		return "TRUE"
	}
	return "coalesce(" + strings.Join(and, "\n    AND ") + ", FALSE)"
}

// complete says that no term is missing, and that not all are absent.
func (c *count) complete() string {
	var places []string
	for _, t := range c.terms {
		places = append(places, t.place())
	}
	and := c.present(c.terms)
	if slices.IndexFunc(c.terms, func(t term) bool { return !t.optional }) < 0 {
		and = append(and, c.has(places...))
	}
	if len(c.side.Need) > 0 {
		and = append(and, "bool_or("+strings.Join(append([]string{c.in("code", c.side.Need)}, c.used()...), " AND ")+")")
	}
	return all(and)
}

// used is what makes a cell one of the stage and of persons, known or not.
func (c *count) used() []string {
	if c.place() == "place" {
		return []string{"used"}
	}
	return c.counts
}
