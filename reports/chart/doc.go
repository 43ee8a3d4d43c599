// Package chart draws finished results: a ladder of nested squares, bars of
// shares or counts, stacked outcomes, dumbbells, slopes, a waterfall, lines over
// years, small multiples, a tile map of Europe, a heat table of citizenships by
// countries, a funnel plot, and dots with intervals, in the sizes of [Sizes], on
// light and dark paper: as SVG that needs no other file, as PNG and PDF, and as
// SVG for a page that has the style sheet of [CSS] and the fonts of [Fonts].
//
// It only draws. Every word, every formatted number and every language choice
// comes ready from the caller; values come beside them as plain numbers, so
// that lengths and areas are true to the data and not to the text. Labels are
// treated as data of unknown origin: they are escaped, control characters are
// taken out, and a rune without a glyph is an error instead of a blank.
//
// A picture is made in two passes. A figure first lays itself out on a sheet,
// an ordered list of fills, strokes and text runs in px from the top left;
// text is measured with the very font that draws it, and the sheet grows with
// its content. The list is then played onto a [vg.Canvas]: our own for SVG, for
// PDF (package pdf) and for PNG. All files are the same bytes on every run, and
// everything may be called from several goroutines at once.
//
// One px of the sheet is one point of the canvas (72 to the inch).
package chart
