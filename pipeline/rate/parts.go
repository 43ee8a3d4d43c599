package rate

// What a definition is made of, for package sql, which writes the same
// computation in another language.

// Sides gives num and rest, or num and den, with all that they take from the
// binding.
func (b *Binding) Sides() []Side {
	sides := b.sides()
	sides[0].Whole, sides[0].Witness = b.Whole, b.Witness
	return sides
}

// Tells reports whether the source of b knows a stage.
func (b *Binding) Tells(stage string) bool {
	return stage == "" || stage == "first" || b.tells(stage)
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

// Codes lists every code of its axis that a side looks at.
func (s *Side) Codes() []string { return s.terms() }

// Prints reports whether cells that differ in a dimension alone are printings
// of one count.
func (s *Side) Prints(dim string) bool { return isWitness(dim, s) }

// Members gives the codes that an aggregate is made of, or that it is made of
// all there are.
func Members(dim, agg string) (members []string, all bool) { return membersOf(dim, agg) }
