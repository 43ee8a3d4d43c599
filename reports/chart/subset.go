package chart

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	tdfont "github.com/tdewolff/font"
)

// subsetter holds the fonts to cut from. Subset writes into the font it is
// asked of, hence the lock.
var subsetter struct {
	sync.Mutex
	from [len(weights)]*tdfont.SFNT
}

// subset returns a TrueType font with the glyphs of the runes only.
func subset(w weight, runes map[rune]bool) ([]byte, error) {
	subsetter.Lock()
	defer subsetter.Unlock()
	f := subsetter.from[w]
	if f == nil {
		var err error
		if f, err = tdfont.ParseSFNT(weights[w].ttf, 0); err != nil {
			return nil, fmt.Errorf("chart: font %s %d: %w", family, weights[w].css, err)
		}
		subsetter.from[w] = f
	}
	// Space and no-break space share a glyph; a glyph named twice breaks the file.
	ids := []uint16{0}
	for _, r := range slices.Sorted(maps.Keys(runes)) {
		if id := f.GlyphIndex(r); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	sub, err := f.Subset(ids, tdfont.SubsetOptions{Tables: tdfont.KeepMinTables})
	if err != nil {
		return nil, fmt.Errorf("chart: subset of %s %d: %w", family, weights[w].css, err)
	}
	return undated(sub.Write(), f.Tables["head"])
}

// undated puts the original's time of change into a font that was stamped with
// the time of writing, and mends the checksums that cover it.
func undated(ttf, original []byte) ([]byte, error) {
	const modified, adjustment = 28, 8 // offsets in the head table
	be := binary.BigEndian
	for i := range int(be.Uint16(ttf[4:])) {
		record := ttf[12+16*i:]
		if string(record[:4]) != "head" {
			continue
		}
		start, size := be.Uint32(record[8:]), be.Uint32(record[12:])
		head := ttf[start : start+(size+3)&^3]
		copy(head[modified:modified+8], original[modified:])
		be.PutUint32(head[adjustment:], 0)
		be.PutUint32(record[4:], checksum(head))
		be.PutUint32(head[adjustment:], 0xB1B0AFBA-checksum(ttf))
		return ttf, nil
	}
	return nil, errors.New("chart: the subset of a font has no head table")
}

// checksum is that of OpenType: the sum of the 32-bit words.
func checksum(b []byte) uint32 {
	sum := uint32(0)
	for ; len(b) >= 4; b = b[4:] {
		sum += binary.BigEndian.Uint32(b)
	}
	return sum
}

// faces is the style sheet that embeds what the canvas has set.
func (c *svgCanvas) faces(id string) (string, error) {
	var b strings.Builder
	for i := range weights {
		if len(c.used[i]) == 0 {
			continue
		}
		ttf, err := subset(weight(i), c.used[i])
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "@font-face{font-family:'%s';font-weight:%d;src:url(data:font/ttf;base64,%s) format('truetype')}\n",
			familyOf(id), weights[i].css, base64.StdEncoding.EncodeToString(ttf))
	}
	return b.String(), nil
}
