package chart

import (
	"bytes"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"asylum/reports/letter"
)

// Inline writes f as an SVG element for a page that holds the style sheet of
// [CSS] and the fonts of [Fonts]: without letters and colours of its own, so
// that it is small and follows the theme of the page. It uses neither style
// elements nor style attributes, and so needs no exception from a policy that
// forbids them. Over marks with a tip lie areas of class "hit" with tabindex="0" that carry it
// as their aria-label. Theme and Scale of o mean nothing here.
func Inline(w io.Writer, f Figure, o Options) error { return inline(w, f, o, o.Size) }

// InlineBeside is Inline of a chart that stands on the same page in another size:
// that drawing's title and text alternative name both.
func InlineBeside(w io.Writer, f Figure, o Options, other Size) error { return inline(w, f, o, other) }

func inline(w io.Writer, f Figure, o Options, named Size) error {
	o.Theme = Light
	s, err := compose(f, o)
	if err != nil {
		return err
	}
	h := f.Header()
	id := unique(h, o)
	c := newSVGCanvas(s.h, id)
	c.classes = true
	c.paint(s)
	for _, h := range s.hits {
		c.hit(h)
	}
	name := unique(h, Options{Size: named})
	opening := s.opening(h, name)
	if len(s.hits) > 0 { // an image has no parts that can be reached; a group has
		opening = strings.Replace(opening, `role="img"`, `role="group"`, 1)
		opening = strings.Replace(opening, " "+name+"-d", `" aria-describedby="`+name+"-d", 1)
	}
	var b bytes.Buffer
	b.WriteString(`<svg class="chart" width="` + coord(s.w) + `" height="` + coord(s.h) + `" ` + opening + tabled(s.rows) + ">\n")
	if named == o.Size {
		b.WriteString(naming(h, id))
	}
	b.WriteString(c.defs())
	b.Write(c.buf.Bytes())
	b.WriteString("</svg>\n")
	_, err = w.Write(b.Bytes())
	return err
}

// tabled is the attribute data-rows of a drawing: for each place that stands for a
// cell of the table beside it, row, column, last column, and the box as x, y, width and height in
// whole px. A page's script lays something to point at over each, with the words of
// the table; without it the drawing is one image and the table says all.
func tabled(rows []row) string {
	if len(rows) == 0 {
		return ""
	}
	b := []byte(` data-rows="`)
	for i, r := range rows {
		if i > 0 {
			b = append(b, ' ')
		}
		x0, y0 := math.Round(r.box.x0), math.Round(r.box.y0)
		for j, v := range []float64{float64(r.at.Row), float64(r.at.Col), float64(r.at.To), x0, y0, math.Round(r.box.x1) - x0, math.Round(r.box.y1) - y0} {
			if j > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendInt(b, int64(v), 10)
		}
	}
	return string(append(b, '"'))
}

// CSS is the style sheet for drawings of [Inline]: a colour for every part they
// name, by the reader's preference for light or dark, which an attribute
// data-theme="light" or "dark" on the page, or on anything around a drawing,
// overrides. The colours are custom properties, for the page to use too:
// --c-ink, --c-paper and so on.
func CSS() string { return css() }

var css = sync.OnceValue(func() string {
	every := func(string) bool { return true }
	var b strings.Builder
	b.WriteString(":root,[data-theme=light]{color-scheme:light;" + vars(Light, every) + "}\n")
	b.WriteString("@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;" + vars(Dark, every) + "}}\n")
	b.WriteString("[data-theme=dark]{color-scheme:dark;" + vars(Dark, every) + "}\n")
	return b.String() + rules(every)
})

// partClass is the class by which a drawing of [Inline] names a part: f-NAME fills
// with its colour, s-NAME strokes.
var partClass = regexp.MustCompile(`class="([fs]-([a-z0-9-]+))"`)

// CSSOf is the style sheet for a page that shows these drawings of [Inline] and no
// other: those rules of [CSS] that they use, and the colours of also, by the
// reader's preference alone.
func CSSOf(also []string, drawings ...string) string {
	parts, classes := map[string]bool{}, map[string]bool{}
	for _, name := range also {
		parts[name] = true
	}
	for _, d := range drawings {
		for _, m := range partClass.FindAllStringSubmatch(d, -1) {
			classes[m[1]], parts[m[2]] = true, true
		}
	}
	used := func(part string) bool { return parts[part] }
	return ":root{color-scheme:light dark;" + vars(Light, used) + "}\n" +
		"@media screen and (prefers-color-scheme:dark){:root{" + vars(Dark, used) + "}}\n" +
		rules(func(class string) bool { return classes[class] })
}

// vars are the colours of the parts of a theme as custom properties.
func vars(th Theme, used func(part string) bool) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, c := range palettes[th].all() {
		if !seen[c.part] && used(c.part) {
			seen[c.part] = true
			b.WriteString("--c-" + c.part + ":" + hex(c.NRGBA) + ";")
		}
	}
	return strings.TrimSuffix(b.String(), ";")
}

// rules give the classes of parts their colours.
func rules(used func(class string) bool) string {
	var b strings.Builder
	b.WriteString(".chart{display:block;max-width:100%;height:auto;fill:none;stroke-linejoin:round;text-rendering:geometricPrecision;font-family:" + letter.Family + ",'Liberation Sans',Arial,sans-serif}\n")
	b.WriteString(".chart .hit{fill:none;pointer-events:all;outline:none}\n.chart .hit:focus-visible{stroke:var(--c-ink);stroke-width:2}\n")
	seen := map[string]bool{}
	for _, c := range palettes[Light].all() {
		if seen[c.part] {
			continue
		}
		seen[c.part] = true
		line := ""
		for _, kind := range [][2]string{{"f-", "fill"}, {"s-", "stroke"}} {
			if used(kind[0] + c.part) {
				line += "." + kind[0] + c.part + "{" + kind[1] + ":var(--c-" + c.part + ")}"
			}
		}
		if line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// A Font is a file for a whole site: one weight with the letters of the
// languages of Europe that are written in Latin and Cyrillic.
type Font struct {
	Name   string // of the file, such as "roboto-700.woff"
	Weight int    // as style sheets write it
	Data   []byte // WOFF
}

// Face is the rule that names the file at url in a style sheet.
func (f Font) Face(url string) string {
	return "@font-face{font-family:" + letter.Family + ";font-weight:" + strconv.Itoa(f.Weight) +
		";font-display:swap;src:url('" + strings.NewReplacer("'", "%27", "\\", "%5C", "\n", "").Replace(url) + "') format('woff')}\n"
}

// Fonts are the files that pages with drawings of [Inline] share.
func Fonts() ([]Font, error) { return siteFonts() }

var siteFonts = sync.OnceValues(func() ([]Font, error) {
	var out []Font
	for _, w := range letter.Weights() {
		cut, err := w.Cut(letter.Europe(w))
		if err != nil {
			return nil, err
		}
		data, err := cut.WOFF()
		if err != nil {
			return nil, err
		}
		out = append(out, Font{strings.ToLower(letter.Family) + "-" + strconv.Itoa(w.CSS()) + ".woff", w.CSS(), data})
	}
	return out, nil
})
