package chart

import (
	"errors"
	"fmt"
	"math"
)

// Intervals shows values as dots, each with what is not known about it: a band
// for what rounding leaves open, a line for a 95 % range. Dots need no scale
// that begins at zero, so that values close to each other can be told apart.
type Intervals struct {
	Head
	Groups []Group // as in [Bars], but for values from Min to Max

	// Min and Max are the ends of the scale; both 0 means 0 to 1. Their labels
	// stand at its ends: a scale cut short has to be seen to be.
	Min, Max           float64
	MinLabel, MaxLabel string

	Key IntervalsKey
}

// IntervalsKey names the parts of a row. An entry is listed if it has words and
// at least one row needs it.
type IntervalsKey struct{ Value, Weak, Rounding, Range string }

var errNoRow = errors.New("got no row, want one at least")

func (v *Intervals) ends() (lo, hi float64) {
	if v.Min == 0 && v.Max == 0 {
		return 0, 1
	}
	return v.Min, v.Max
}

func (v *Intervals) check() error {
	lo, hi := v.ends()
	if !(lo < hi) || math.IsInf(lo, 0) || math.IsInf(hi, 0) {
		return fmt.Errorf("got a scale from %v to %v, want a lower and a higher end", lo, hi)
	}
	on := func(x float64) bool { return lo <= x && x <= hi }
	rows := 0
	for _, g := range v.Groups {
		if r := g.Reference; r != nil && !on(r.Value) {
			return fmt.Errorf("reference %q: got %v, want a value on the scale from %v to %v", clean(r.Label), r.Value, lo, hi)
		}
		for i := range g.Bars {
			b := &g.Bars[i]
			rows++
			switch {
			case b.Missing:
			case !on(b.Value):
				return fmt.Errorf("row %q: got value %v, want one on the scale from %v to %v, or Missing set", clean(b.Name), b.Value, lo, hi)
			case b.bounded() && !(on(b.Lo) && on(b.Hi) && b.Lo <= b.Value && b.Value <= b.Hi):
				return fmt.Errorf("row %q: got bounds %v to %v about %v, want them about the value, on the scale from %v to %v", clean(b.Name), b.Lo, b.Hi, b.Value, lo, hi)
			case b.ranged() && !(on(b.Low95) && on(b.High95) && b.Low95 <= b.High95):
				return fmt.Errorf("row %q: got a range %v to %v, want it on the scale from %v to %v", clean(b.Name), b.Low95, b.High95, lo, hi)
			}
		}
	}
	if rows == 0 {
		return errNoRow
	}
	return nil
}

// plot is the figure as bars of shares: every value by its place on the scale.
func (v *Intervals) plot() *Bars {
	lo, hi := v.ends()
	at := func(x float64) float64 { return (x - lo) / (hi - lo) }
	p := Panel{}
	for _, g := range v.Groups {
		if g.Reference != nil {
			g.Reference = &Reference{at(g.Reference.Value), g.Reference.Label}
		}
		bars := make([]Bar, len(g.Bars))
		for i, b := range g.Bars {
			// A bound at the lower end is a bound all the same: off by less than is drawn.
			if b.bounded() {
				b.Lo, b.Hi = max(at(b.Lo), 1e-9), max(at(b.Hi), 1e-9)
			}
			if b.ranged() {
				b.Low95, b.High95 = max(at(b.Low95), 1e-9), max(at(b.High95), 1e-9)
			}
			b.Value = at(b.Value)
			bars[i] = b
		}
		g.Bars = bars
		p.Groups = append(p.Groups, g)
	}
	return &Bars{Panels: []Panel{p}}
}

func (v *Intervals) layout(s *sheet, top, bottom float64) float64 {
	b := v.plot()
	if s.bare() {
		return v.thumb(s, b, top, bottom)
	}
	y := top + s.px(16)
	if l := v.legend(s); len(l.entries) > 0 {
		y = l.row(s.left(), y, s.right()-s.left()) + s.px(18)
	}
	g := b.grid(s, 1)
	rows := v.rows
	if s.narrow() {
		rows = v.phone
	} else if end := rows(s.scratch(), b, g, y); end < bottom {
		most := s.px(42)
		if s.fmt.h >= s.w || b.rows() <= 8 {
			most = s.px(62)
		}
		g.pitch = half(min(most, g.pitch+(bottom-end)/float64(b.rows())) - 0.25)
	}
	return max(rows(s, b, g, y), bottom)
}

func (v *Intervals) legend(s *sheet) legend {
	var has Bar
	strong := false
	v.plot().each(func(b *Bar) {
		strong = strong || !b.Missing && !b.Weak
		has.Weak = has.Weak || b.Weak && !b.Missing
		if !b.Missing && b.bounded() {
			has.Lo, has.Hi = 0.2, 0.8
		}
		if !b.Missing && b.ranged() {
			has.Low95, has.High95 = 0.1, 0.9
		}
	})
	entry := func(used bool, text string, w float64, paint func(s *sheet, r rect)) legendEntry {
		if !used {
			text = ""
		}
		return legendEntry{text, paint, w}
	}
	return s.legend(34, 14,
		entry(strong, v.Key.Value, 13, func(s *sheet, r rect) { s.spot(&Bar{}, pt{(r.x0 + r.x1) / 2, (r.y0 + r.y1) / 2}) }),
		entry(has.Weak, v.Key.Weak, 13, func(s *sheet, r rect) { s.spot(&Bar{Weak: true}, pt{(r.x0 + r.x1) / 2, (r.y0 + r.y1) / 2}) }),
		entry(has.bounded(), v.Key.Rounding, 0, func(s *sheet, r rect) {
			mid := (r.y0 + r.y1) / 2
			s.fillRect(s.pal.soft, rect{r.x0, mid - spotBand/2, r.x1, mid + spotBand/2})
		}),
		entry(has.ranged(), v.Key.Range, 0, func(s *sheet, r rect) {
			mid := (r.y0 + r.y1) / 2
			s.stroke(s.pal.ink, 2, []pt{{r.x0, mid}, {r.x1, mid}})
		}))
}

// rows draws the groups with names, values and counts in columns.
func (v *Intervals) rows(s *sheet, b *Bars, grid barGrid, y float64) float64 {
	groups := b.Panels[0].Groups
	x := s.left()
	track := rect{x0: x + grid.trackX, x1: x + grid.trackX + grid.track}
	for j := range groups {
		g := &groups[j]
		if j > 0 {
			y += s.px(22)
		}
		first, refTop := g.head(s, x, y, grid, track)
		y = first
		line := newDots(s, g.Reference, track, refTop)
		for i := range g.Bars {
			row := &g.Bars[i]
			name := s.fit(s.nameStyle(), row.Name, grid.name, 3)
			h := max(grid.pitch, float64(len(name))*s.nameStyle().lead+8)
			mid := half(y + h/2)
			line.add(row, mid)
			s.lines(x, mid+s.nameStyle().middle()-float64(len(name)-1)*s.nameStyle().lead/2, row.nameStyle(s), name)
			s.textRight(x+grid.valueX, mid+s.valueStyle().middle(), row.valueStyle(s), one(s.fit(s.valueStyle(), row.Label, grid.v+1, 1)))
			s.text(x+grid.cntX, mid+s.countStyle().middle(), s.countStyle(), one(s.fit(s.countStyle(), row.Counts, grid.c+1, 1)))
			y += h
		}
		line.finish(y)
	}
	return v.scale(s, track, y)
}

// scale names the ends of the scale under the last row.
func (v *Intervals) scale(s *sheet, track rect, y float64) float64 {
	if clean(v.MinLabel) == "" && clean(v.MaxLabel) == "" {
		return y
	}
	st := s.noteStyle()
	base := y + s.px(16)
	s.stroke(s.pal.axis, 1, []pt{{track.x0, y - 2}, {track.x0, y + 3}}, []pt{{track.x1, y - 2}, {track.x1, y + 3}})
	s.text(track.x0, base, st, one(s.fit(st, v.MinLabel, track.w()/2-4, 1)))
	s.textRight(track.x1, base, st, one(s.fit(st, v.MaxLabel, track.w()/2-4, 1)))
	return base + st.descent()
}

// phone draws every row under its words, as wide as the sheet.
func (v *Intervals) phone(s *sheet, b *Bars, grid barGrid, y float64) float64 {
	x := s.left()
	track := rect{x0: x + 8, x1: s.right() - 8}
	groups := b.Panels[0].Groups
	for j := range groups {
		g := &groups[j]
		if j > 0 {
			y += 26
		}
		y = g.phoneHead(s, x, y)
		for i := range g.Bars {
			row := &g.Bars[i]
			name := s.fit(s.nameStyle(), row.Name, grid.name, 3)
			base := y + 20
			last := s.lines(x, base, row.nameStyle(s), name)
			s.textRight(x+grid.valueX, base, row.valueStyle(s), one(s.fit(s.valueStyle(), row.Label, grid.v+1, 1)))
			s.text(x+grid.cntX, base, s.countStyle(), one(s.fit(s.countStyle(), row.Counts, grid.c+1, 1)))
			mid := half(last + 18)
			line := newDots(s, g.Reference, track, mid-11)
			line.add(row, mid)
			line.finish(mid + 11)
			y = mid + 22
		}
	}
	return v.scale(s, track, y)
}

// thumb draws all rows at one scale, and names the highlighted one.
func (v *Intervals) thumb(s *sheet, b *Bars, top, bottom float64) float64 {
	var all []*Bar
	b.each(func(row *Bar) { all = append(all, row) })
	st := s.countStyle().in(s.pal.ink)
	top += s.px(12)
	named := bottom-top >= 3*st.lead // else the title leaves no room
	bottom = max(bottom, top+2*float64(len(all)))
	track := rect{x0: s.left() + 8, x1: s.right() - 8}
	side := 0.0
	for _, row := range all {
		if row.Highlight {
			side = max(side, s.width(st.as(black))(clean(row.Label)), s.width(st.as(bold))(plain(clean(row.Name))))
		}
	}
	if side > 0 {
		track.x1 -= min(math.Ceil(side), 150) + 12
	}
	pitch := min((bottom-top)/float64(len(all)), s.px(26))
	line := newDots(s, b.Panels[0].Groups[0].Reference, track, top-2)
	line.small = pitch < 16
	for i, row := range all {
		line.add(row, half(top+(float64(i)+0.5)*pitch))
	}
	line.finish(top + pitch*float64(len(all)) + 2)
	if named {
		b.thumbLabel(s, all, track.x1+20, top, pitch, st)
	}
	return bottom
}

// dots keeps the order of painting in a group: tracks and bands, the reference,
// ranges on their halos, then the dots.
type dots struct {
	s     *sheet
	ref   *Reference
	track rect
	top   float64
	small bool // a thumbnail's
	over  []func()
}

func newDots(s *sheet, ref *Reference, track rect, top float64) *dots {
	return &dots{s: s, ref: ref, track: track, top: top}
}

// spotBand is how thick, in px, the band of a row is.
const spotBand = 11.0

// add draws the ground of a row whose middle is at mid, and keeps the rest.
func (d *dots) add(b *Bar, mid float64) {
	s, t := d.s, d.track
	x := func(v float64) float64 { return t.x0 + t.w()*v }
	s.row(b.At, rect{t.x0, mid - 10, t.x1, mid + 10})
	base := s.stroke(s.pal.grid, 1.5, []pt{{t.x0, mid}, {t.x1, mid}})
	if b.Missing {
		base.dash = []float64{3, 3}
		return
	}
	_, soft, _ := s.barColours(b)
	if b.bounded() && t.w()*(b.Hi-b.Lo) > bandLeast {
		r := rect{half(x(b.Lo)), mid - spotBand/2, half(x(b.Hi)), mid + spotBand/2}
		s.fillRect(soft, r)
		s.mark("band", r, b.Hi-b.Lo, t.w())
	}
	d.over = append(d.over, func() {
		if b.ranged() {
			x0, x1 := x(b.Low95), x(b.High95)
			if !b.bounded() {
				s.stroke(s.pal.paper, 5, []pt{{x0 - 1.5, mid}, {x1 + 1.5, mid}})
			}
			s.stroke(s.pal.ink, 2, []pt{{x0, mid}, {x1, mid}})
			s.mark("whisker", rect{x0, mid - 1, x1, mid + 1}, b.High95-b.Low95, t.w())
		}
		s.tipped(b.Tip, func() { d.dot(b, pt{x(b.Value), mid}) })
	})
}

func (d *dots) dot(b *Bar, at pt) {
	if d.small {
		solid, _, _ := d.s.barColours(b)
		d.s.disc(solid, at, 3.5)
	} else {
		d.s.spot(b, at)
	}
	kind := "dot"
	if b.Weak {
		kind = "weak dot"
	}
	d.s.mark(kind, rect{at.x, at.y, at.x, at.y}, b.Value, d.track.w())
}

// spot is the dot of a row: hollow if its value rests on few decisions.
func (s *sheet) spot(b *Bar, at pt) {
	solid, _, _ := s.barColours(b)
	if b.Context {
		solid = s.pal.middle
	}
	const r = 6.5
	s.disc(s.pal.paper, at, r+1.5)
	s.disc(solid, at, r)
	if b.Weak {
		s.disc(s.pal.paper, at, r-2.2)
	}
}

func (d *dots) finish(bottom float64) {
	if d.ref != nil {
		x := d.track.x0 + half(d.track.w()*d.ref.Value)
		line := []pt{{x, d.top}, {x, bottom}}
		d.s.stroke(d.s.pal.paper, 5, line)
		d.s.stroke(d.s.pal.ink, 1.6, line)
		d.s.mark("reference", rect{x - 0.8, d.top, x + 0.8, bottom}, d.ref.Value, 0)
	}
	for _, f := range d.over {
		f()
	}
}
