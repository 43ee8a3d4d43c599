package rate

import (
	"errors"
	"fmt"
)

// ErrMixed reports results of different comparability classes that were to be
// drawn, ranked, subtracted or tabled together.
var ErrMixed = errors.New("they divide different things")

// Together is nil if all results are of one comparability class (METHODS 2).
// Else it is an ErrMixed that names the first two that are not.
func Together(results []Result) error {
	for i := range results {
		if a, b := &results[0], &results[i]; a.Class != b.Class {
			return fmt.Errorf("%s (%s) and %s (%s) may not stand together: %w\n\thint: compute both under one definition, or pass --mix, which marks what comes out",
				a.Definition, a.Class, b.Definition, b.Class, ErrMixed)
		}
	}
	return nil
}
