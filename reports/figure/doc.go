// Package figure turns a specification into a chart in any of four languages.
//
//  1. A [Spec] is data: kind, definition, whose rates, where, when. Those of the
//     site stand in datasets/charts; a user's own file has the same form.
//  2. [Source.Gather] evaluates it once, in no language, into a [Draft]: the
//     results that are drawn, in their order, and what is left out and why. A spec
//     whose results are of different comparability classes is refused unless it
//     says mix, and then the picture says so too.
//  3. [Draft.In] puts words to it: a [Chart] with a figure to draw, a title that
//     the results bear out, a text alternative, a table.
//
// A title claims something (rose, higher, lowest) only if the results bear the
// claim (METHODS 3); if none of the claims of its kind holds, it falls back to a
// neutral one, and the chart says that it did.
package figure
