package chart

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"asylum/reports/letter"
)

// faces is the style sheet that embeds what the canvas has set.
func (c *svgCanvas) faces(id string) (string, error) {
	var b strings.Builder
	for _, w := range letter.Weights() {
		if len(c.used[w]) == 0 {
			continue
		}
		data, err := packed(w, c.used[w])
		if err != nil {
			return "", err
		}
		b.WriteString("@font-face{font-family:'" + familyOf(id) + "';font-weight:" + strconv.Itoa(w.CSS()) +
			";src:url(data:font/woff;base64," + data + ") format('woff')}\n")
	}
	return b.String(), nil
}

// cuts remembers the last fonts that were cut: the drawings of one chart, in
// two themes and several sizes, mostly use the same letters.
var cuts struct {
	sync.Mutex
	fonts map[string]string
}

// packed is a font with the runes only, in base64.
func packed(w letter.Weight, runes map[rune]bool) (string, error) {
	key := strconv.Itoa(int(w)) + string(slices.Sorted(maps.Keys(runes)))
	cuts.Lock()
	data, ok := cuts.fonts[key]
	cuts.Unlock()
	if ok {
		return data, nil
	}
	cut, err := w.Cut(runes)
	if err != nil {
		return "", err
	}
	woff, err := cut.WOFF()
	if err != nil {
		return "", err
	}
	data = base64.StdEncoding.EncodeToString(woff)
	cuts.Lock()
	defer cuts.Unlock()
	if len(cuts.fonts) > 60 {
		clear(cuts.fonts)
	}
	if cuts.fonts == nil {
		cuts.fonts = map[string]string{}
	}
	cuts.fonts[key] = data
	return data, nil
}
