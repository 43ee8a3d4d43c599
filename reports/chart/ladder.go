package chart

import (
	"fmt"
	"math"
)

// Enlarged is how many times as wide as the true drawing the copies of a
// ladder's smallest squares are. A caller's [Ladder.Enlarge] names this number.
const Enlarged = 3

// A Ladder shows one small count against every count it may be divided by.
// Each step is a square of cells, one cell to a person, all at one scale on
// one common baseline, so that the areas are the counts.
type Ladder struct {
	Head
	Steps    []Step
	Brackets []Bracket

	// Aside is one sentence that stands alone where the small squares leave
	// room. AsideAt is the step it speaks of; it stands over that step's
	// column, or under its row on a phone.
	Aside   string
	AsideAt int

	Key LadderKey

	// Enlarge are the words beside copies of squares too small to read, such
	// as "enlarged 3×" (see [Enlarged]). If empty, no copies are drawn.
	Enlarge string

	// Cell is how many persons one cell stands for; 0 means [CellFor] the
	// largest count. Anything but 1 has to be said in the subtitle.
	Cell int64
}

// A Step is one count. Its texts are drawn as given; empty ones take no room.
type Step struct {
	Count  int64 // persons or cases, at least 0
	Inner  int64 // of them, those in the next step; drawn as a block inside. 0: not drawn
	Grants int64 // of them, those granted; drawn in the highlight. 0: not drawn

	CountText string // "8,507"
	Name      string // "said they intend to apply for asylum"
	Percent   string // "0.27%"; empty for the grants themselves
	Of        string // "23 of 8,507"
	Other     []string
	Tip       string // for whoever points at the square on a page
	Weak      bool   // Percent rests on fewer than 100: regular weight
}

// A Bracket tells what kind of percentages stand over it.
type Bracket struct {
	From, To int // step indices, both included
	Text     string
}

// A LadderKey names the three shades. Entries left empty are not listed.
type LadderKey struct{ Whole, Inner, Grants string }

// CellFor is the number of persons a cell must stand for so that a square of
// n persons can be drawn: 1 up to 12,000, then 10, 100 and so on.
func CellFor(n int64) int64 {
	cell := int64(1)
	for n/cell > 12000 {
		cell *= 10
	}
	return cell
}

const maxSteps = 7 // more columns would have no room for words

func (l *Ladder) check() error {
	if n := len(l.Steps); n < 1 || n > maxSteps {
		return fmt.Errorf("got a ladder of %d steps, want 1 to %d", n, maxSteps)
	}
	for i, st := range l.Steps {
		if st.Count < 0 || st.Inner < 0 || st.Grants < 0 || st.Inner > st.Count || st.Grants > st.Count {
			return fmt.Errorf("step %d: got count %d, inner %d, grants %d, want 0 ≤ inner, grants ≤ count", i, st.Count, st.Inner, st.Grants)
		}
	}
	for i, b := range l.Brackets {
		if b.From < 0 || b.To < b.From || b.To >= len(l.Steps) {
			return fmt.Errorf("bracket %d: got steps %d to %d, want them within 0 to %d", i, b.From, b.To, len(l.Steps)-1)
		}
	}
	if l.Cell < 0 {
		return fmt.Errorf("got %d persons to a cell, want 1 or more", l.Cell)
	}
	return nil
}

// cellOf is how many persons a cell stands for.
func (l *Ladder) cellOf() int64 {
	cell := l.Cell
	if cell == 0 {
		for _, st := range l.Steps {
			cell = max(cell, CellFor(st.Count))
		}
	}
	return cell
}

// cells is how many cells n persons take: a begun cell counts.
func (l *Ladder) cells(n int64) int {
	cell := l.cellOf()
	return int((n + cell - 1) / cell)
}

func (l *Ladder) layout(s *sheet, top, bottom float64) float64 {
	switch {
	case s.bare():
		return l.thumb(s, top, bottom)
	case s.narrow():
		return l.rows(s, top)
	}
	p := l.fit(s, top, bottom)
	if s.w < formats[Wide].w && len(l.Steps) > 2 && (p.squeezed || p.lossy() || s.fmt.h > s.w) {
		if end, ok := l.tiers(s, top, bottom); ok {
			return end
		}
	}
	return l.columns(s, p, top, bottom)
}

// square gives the columns and rows that n cells fill.
func square(n int) (cols, rows int) {
	if n == 0 {
		return 0, 0
	}
	cols = int(math.Ceil(math.Sqrt(float64(n))))
	return cols, (n + cols - 1) / cols
}

// gapOf is the paper between two cells.
func gapOf(pitch float64) float64 { return pitch * 2 / 7 }

// side is the width of a square of n cells.
func side(n int, pitch float64) float64 {
	cols, _ := square(n)
	return max(0, float64(cols)*pitch-gapOf(pitch))
}

// tall is its height.
func tall(n int, pitch float64) float64 {
	_, rows := square(n)
	return max(0, float64(rows)*pitch-gapOf(pitch))
}

// outline is the edge of n cells that fill a square from the bottom row up,
// the last row from the left.
func outline(x, base float64, n int, pitch float64) []pt {
	cols, rows := square(n)
	gap := gapOf(pitch)
	right := x + float64(cols)*pitch - gap
	top := base - float64(rows)*pitch + gap
	rest := n % cols
	if rest == 0 {
		return rect{x, top, right, base}.corners()
	}
	step := x + float64(rest)*pitch - gap
	return []pt{{x, top}, {step, top}, {step, top + pitch}, {right, top + pitch}, {right, base}, {x, base}}
}

// nest draws the square of a step, with its blocks inside, as areas that
// paper-coloured lines cut into cells: two paths where cells would be thousands.
func (l *Ladder) nest(s *sheet, st Step, x, base, pitch float64) {
	n := l.cells(st.Count)
	if n == 0 {
		return
	}
	whole := s.pal.context
	if st.Grants == st.Count {
		whole = s.pal.high
	}
	s.block(whole, x, base, n, pitch)
	if k := l.cells(st.Inner); k > 0 {
		s.block(s.pal.middle, x, base, k, pitch)
	}
	if k := l.cells(st.Grants); k > 0 && st.Grants < st.Count {
		s.block(s.pal.high, x, base, k, pitch)
	}
	s.cut(x, base, n, pitch)
	s.hit(st.Tip, rect{x, base - tall(n, pitch), x + side(n, pitch), base})
}

func (s *sheet) block(c colour, x, base float64, n int, pitch float64) {
	s.fill(c, outline(x, base, n, pitch))
	s.mark("cells", rect{x, base - tall(n, pitch), x + side(n, pitch), base}, float64(n), pitch)
}

func (s *sheet) cut(x, base float64, n int, pitch float64) {
	cols, rows := square(n)
	gap := gapOf(pitch)
	right, top := x+side(n, pitch), base-tall(n, pitch)
	var lines [][]pt
	for k := 1; k < cols; k++ {
		at := x + float64(k)*pitch - gap/2
		lines = append(lines, []pt{{at, top}, {at, base}})
	}
	for k := 1; k < rows; k++ {
		at := base - float64(k)*pitch + gap/2
		lines = append(lines, []pt{{x, at}, {right, at}})
	}
	if len(lines) > 0 {
		s.stroke(s.pal.paper, gap, lines...)
	}
}

const (
	lensUnder = 44.0 // squares narrower than this get an enlarged copy
	lensPad   = 6.0  // between the copy and its frame
)

// lens is the size of the framed enlarged copy of a step; 0, 0 if it has none.
func (l *Ladder) lens(st Step, pitch float64) (w, h float64) {
	n := l.cells(st.Count)
	if l.Enlarge == "" || n == 0 || side(n, pitch) >= lensUnder {
		return 0, 0
	}
	return side(n, pitch*Enlarged) + 2*lensPad, tall(n, pitch*Enlarged) + 2*lensPad
}

// magnify draws the copy in a frame whose lower left corner is x, base.
func (l *Ladder) magnify(s *sheet, st Step, x, base, pitch float64) {
	w, h := l.lens(st, pitch)
	s.frame(s.pal.axis, 1, rect{x, base - h, x + w, base})
	st.Tip = "" // its square has it
	l.nest(s, st, x+lensPad, base-lensPad, pitch*Enlarged)
}

// rays lead from a square to its copy: from a to b and from c to d.
func (s *sheet) rays(a, b, c, d pt) {
	s.stroke(s.pal.axis, 1, []pt{a, b}, []pt{c, d})
	s.mark("line", rect{a.x, a.y, b.x, b.y}, 0, 0)
	s.mark("line", rect{c.x, c.y, d.x, d.y}, 0, 0)
}

// swatch is a small piece of a square, for the key.
func (s *sheet) swatch(c colour, x, base, size float64) {
	s.fillRect(c, rect{x, base - size, x + size, base})
	s.cutLines(x, base, size)
}

func (s *sheet) cutLines(x, base, size float64) {
	third := size / 3
	var lines [][]pt
	for k := 1.0; k < 3; k++ {
		lines = append(lines, []pt{{x + k*third, base - size}, {x + k*third, base}}, []pt{{x, base - k*third}, {x + size, base - k*third}})
	}
	s.stroke(s.pal.paper, 1, lines...)
}

// A keyEntry is one measured line of the key.
type keyEntry struct {
	col   colour
	lines []string
}

const keyIndent = 22.0

func (l *Ladder) keyEntries(s *sheet, width float64) []keyEntry {
	var out []keyEntry
	add := func(c colour, text string) {
		if clean(text) != "" {
			out = append(out, keyEntry{c, s.fit(s.countStyle(), text, width-s.px(keyIndent), 2)})
		}
	}
	add(s.pal.context, l.Key.Whole)
	add(s.pal.middle, l.Key.Inner)
	add(s.pal.high, l.Key.Grants)
	return out
}

func keyHeight(s *sheet, es []keyEntry) float64 {
	h := 0.0
	for _, e := range es {
		h += float64(len(e.lines))*s.countStyle().lead + 2
	}
	return h
}

// key sets the entries from top y down.
func (s *sheet) key(x, y float64, es []keyEntry) {
	st := s.countStyle()
	for _, e := range es {
		base := y + s.px(15)
		s.swatch(e.col, x, half(base+1), s.px(12.5))
		y = s.lines(x+s.px(keyIndent), base, st, e.lines) + st.lead - s.px(15) + 2
	}
}

// rowPlaces puts the entries side by side, what does not fit below, and tells
// how high they stand together.
func (s *sheet) rowPlaces(es []keyEntry) (places []pt, height float64) {
	at, line := pt{s.left(), 0}, 0.0
	for _, e := range es {
		w := keyWidth(s, []keyEntry{e})
		if at.x > s.left() && at.x+w > s.right() {
			at, line = pt{s.left(), at.y + line}, 0
		}
		places = append(places, at)
		line = max(line, keyHeight(s, []keyEntry{e}))
		at.x = half(at.x + w + 30)
	}
	return places, at.y + line
}

// keyRow sets the entries so, from y down.
func (s *sheet) keyRow(y float64, es []keyEntry) {
	places, _ := s.rowPlaces(es)
	for i, e := range es {
		s.key(places[i].x, y+places[i].y, []keyEntry{e})
	}
}

func keyWidth(s *sheet, es []keyEntry) float64 {
	w := 0.0
	for _, e := range es {
		w = max(w, s.px(keyIndent)+widest(s.width(s.countStyle()), e.lines))
	}
	return w
}
