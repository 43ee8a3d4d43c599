package rate

import (
	"strings"

	"asylum/pipeline/table"
)

// correctedMark begins the warning of a result that rests on a corrected cell.
const correctedMark = "corrected: "

// Corrected is the correction that the cell's count comes from, nil of most.
func (in *Input) Corrected() *table.Fix {
	return in.line.t.Fixed(int(in.line.chunk), int(in.line.row), int(in.col))
}

// Corrections says of each corrected cell that r rests on what it says, and what
// is printed there.
func (r *Result) Corrections() (out []string) {
	for _, w := range r.Warnings {
		if note, ok := strings.CutPrefix(w, correctedMark); ok {
			out = append(out, note)
		}
	}
	return out
}

// corrected warns of corrected cells.
func (w *adder) corrected(r *Result) {
	for _, note := range w.fixes {
		r.warn(correctedMark + note)
	}
}
