package rate

import "slices"

// What a definition is made of, for package sql, which writes the same
// computation in another language.

// Sides gives num and rest, or num and den, with all that they take from the
// binding.
func (b *Binding) Sides() []Side {
	sides := b.sides()
	sides[0].Whole, sides[0].Witness = b.Whole, b.Witness
	if b.Joint != nil {
		sides[0].Joint, sides[1].Joined = b.Joint.Total, b.Joint.Terms
	}
	return sides
}

// Tells reports whether d over b knows a stage: its own, a level of first
// instance, or another level that the source tells apart.
func (d *Definition) Tells(b *Binding, stage string) bool {
	switch stage {
	case "":
		return true
	case "first":
		return d.Class.Stage != "final"
	case "final":
		return d.Class.Stage == "final"
	}
	return b.tells(stage)
}

// At gives d as it is asked at a stage: a level other than those of first
// instance is a class of its own, and so are levels added up.
func (d Definition) At(stage string) Definition {
	switch stage {
	case "", "first", "final", "FI", "NA", "FA":
		return d
	}
	d.Class.Stage = stage
	d.From = slices.Clone(d.From)
	for i := range d.From {
		if c := d.From[i].Class; c != nil {
			own := *c
			own.Stage = stage
			d.From[i].Class = &own
		}
	}
	return d
}

// Levels gives the levels that may stand for a stage: the first that a cell has
// does. "FI+RA" is two that are added up.
func Levels(stage string) []string {
	switch stage {
	case "", "first":
		return firstLevels
	case "FI":
		return firstLevels[:2]
	}
	return []string{stage}
}

// Joinable reports whether cells of some levels may be added up to what a stage
// of several levels asks for. UNHCR leaves out what is 0, so a level may be absent;
// but where first instance stands at another level than FI, the sum would be
// without it.
func Joinable(levels []string, have func(level string) bool) bool {
	return len(levels) == 1 || !slices.Contains(levels, "FI") || have("FI") || !have("NA") && !have("FA")
}

// Of is the source that a side of b is read from.
func (b *Binding) Of(s *Side) string { return b.of(s) }

// Added gives the axes whose aggregates a side leaves to be added up: none of
// another source's.
func (b *Binding) Added(s *Side) []string {
	if s.Counts != "" {
		return nil
	}
	return b.Computes
}

// Codes lists every code of its axis that a side looks at.
func (s *Side) Codes() []string { return s.terms() }

// Prints reports whether cells that differ in a dimension alone are printings
// of one count.
func (s *Side) Prints(dim string) bool { return isWitness(dim, s) }

// Members gives the codes that an aggregate is made of, or that it is made of
// all there are.
func Members(dim, agg string) (members []string, all bool) { return membersOf(dim, agg) }
