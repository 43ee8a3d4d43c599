package pdf

import (
	"fmt"
	"strconv"
	"strings"

	"asylum/reports/letter"
)

var postscript = [...]string{letter.Regular: "Regular", letter.Bold: "Bold", letter.Black: "Black"}

// writeFonts writes every weight that was used and returns the entries of the
// pages' font dictionary.
func (d *Document) writeFonts(f *file) (string, error) {
	entries := ""
	for _, w := range letter.Weights() {
		s := d.fonts[w]
		if s == nil {
			continue
		}
		n, err := writeFont(f, s)
		if err != nil {
			return "", err
		}
		entries += fmt.Sprintf("/F%d %s", w, ref(n))
	}
	return entries, nil
}

// writeFont embeds a subset as a composite font whose codes are its glyphs.
func writeFont(f *file, s *letter.Subset) (int, error) {
	w := s.Weight()
	name := "/" + strings.Repeat(string(rune('A'+int(w))), 6) + "+" + letter.Family + "-" + postscript[w]
	ttf := s.TTF()
	program, err := f.stream(f.reserve(), fmt.Sprintf("/Length1 %d", len(ttf)), ttf)
	if err != nil {
		return 0, err
	}
	unicodes, err := f.stream(f.reserve(), "", []byte(toUnicode(s)))
	if err != nil {
		return 0, err
	}
	ascent, descent, capital, box := s.Metrics()
	descriptor := f.add(fmt.Sprintf("<</Type/FontDescriptor/FontName%s/Flags 4/FontBBox[%s %s %s %s]/ItalicAngle 0/Ascent %s/Descent %s/CapHeight %s/StemV %d/FontFile2 %s>>",
		name, number(box[0]), number(box[1]), number(box[2]), number(box[3]), number(ascent), number(descent), number(capital), 10+w.CSS()/5, ref(program)))
	var widths strings.Builder
	for _, a := range s.Advances() {
		widths.WriteString(" " + number(a))
	}
	descendant := f.add(fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %s/CIDToGIDMap/Identity/W[0[%s]]>>",
		name, ref(descriptor), widths.String()[1:]))
	return f.add(fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont%s/Encoding/Identity-H/DescendantFonts[%s]/ToUnicode %s>>", name, ref(descendant), ref(unicodes))), nil
}

// toUnicode tells which letter a glyph shows: of several the one with the
// lowest code, so that a no-break space is copied as a space.
func toUnicode(s *letter.Subset) string {
	var lines []string
	seen := map[uint16]bool{}
	for _, r := range s.Runes() {
		if g := s.Glyph(r); g != 0 && !seen[g] {
			seen[g] = true
			lines = append(lines, fmt.Sprintf("<%04X> %s\n", g, strings.Replace(unicode(string(r)), "FEFF", "", 1)))
		}
	}
	var b strings.Builder
	b.WriteString("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n" +
		"/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for len(lines) > 0 {
		n := min(len(lines), 100) // more are not allowed in one block
		b.WriteString(strconv.Itoa(n) + " beginbfchar\n" + strings.Join(lines[:n], "") + "endbfchar\n")
		lines = lines[n:]
	}
	b.WriteString("endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n")
	return b.String()
}
