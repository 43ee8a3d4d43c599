package chart

import (
	"encoding/base64"
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
	return sub.Write(), nil
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
