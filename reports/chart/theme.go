package chart

import (
	"image/color"
	"strconv"
)

// A colour is a shade with its part in the picture, such as "ink". Two themes
// give a part two colours; a drawing for a web page names the part alone and
// leaves the colour to the page's style sheet. No drawing code may therefore
// choose a colour by what it looks like: where a choice hangs on contrast, the
// theme makes it once and gives the outcome a part of its own.
type colour struct {
	color.NRGBA
	part string // [a-z0-9-]+, a class name when prefixed
}

// A palette holds the colours of one theme by what they are for.
type palette struct {
	paper, ink, text, muted colour
	axis, grid, track       colour
	data, soft, hatch       colour
	high, highSoft          colour
	context, middle, tile   colour
	middleText              colour    // words in the middle grey, as far as they can be read in it
	series                  [5]colour // lines, in this order
	seriesText              [5]colour // words in the colour of a line, as far as they can be read in it
	seq                     [5]tone   // shares, low to high
	div                     [7]tone   // far below, in the middle within, far above a reference
	outcomes                [5]tone   // Geneva, subsidiary, humanitarian, rejected, closed without decision
}

// A tone is a fill with what may stand on it. The text is the ink of the theme
// or its paper, whichever has more contrast: 4.5 or more on fill and hatch, save
// for the second of the light outcomes, where words go outside. The hatch leads
// away from the text, so that lines never make it harder to read.
type tone struct{ fill, text, hatch colour }

// tints are the parts with their colours on light and on dark paper.
var tints = []struct {
	part        string
	light, dark uint32
}{
	{"paper", 0xFFFFFF, 0x12181E},
	{"ink", 0x1B2733, 0xF2F5F7},
	{"text", 0x3A4753, 0xCBD3DA},
	{"muted", 0x5B6872, 0x97A4AF},
	{"axis", 0x9AA5AE, 0x5B6872},
	{"grid", 0xE3E8EC, 0x2A343D},
	{"track", 0xEFF3F6, 0x1C252D},
	{"data", 0x1F5F8B, 0x6DB3E3},
	{"soft", 0xC3D9E9, 0x2B5F86},
	{"hatch", 0x4F86AE, 0x6DB3E3},
	{"high", 0xC8451B, 0xFF8A5C},
	{"high-soft", 0xF3CDBD, 0x6B3A26},
	{"context", 0xB8C2CA, 0x4A5965},
	{"middle", 0x708494, 0x8599A8},
	{"middle-text", 0x3A4753, 0x8599A8},
	{"tile", 0xE9EDF0, 0x232C34},
	{"series-1", 0x1F5F8B, 0x6DB3E3},
	{"series-2", 0xC8451B, 0xFF8A5C},
	{"series-3", 0x2F9A93, 0x8FF0D6},
	{"series-4", 0x9B6AE8, 0xB768FF},
	{"series-5", 0x6B1030, 0x1F8F88},
	{"series-text-1", 0x1F5F8B, 0x6DB3E3},
	{"series-text-2", 0xC8451B, 0xFF8A5C},
	{"series-text-3", 0x3A4753, 0x8FF0D6},
	{"series-text-4", 0x3A4753, 0xB768FF},
	{"series-text-5", 0x6B1030, 0x1F8F88},
}

// scales are the fills of their steps, each with its hatch, on light and dark paper.
var scales = map[string][][2][2]uint32{
	"seq": {
		{{0xDCEAF5, 0xC3DCEE}, {0x1E3A50, 0x2D4D66}},
		{{0xA9CCE6, 0x8FBBDC}, {0x2B5F86, 0x215072}},
		{{0x639FCB, 0x82B3D7}, {0x4589B8, 0x5F9DC8}},
		{{0x2B71A8, 0x1F5F94}, {0x7DB5DA, 0x66A5CF}},
		{{0x0E4270, 0x2A5781}, {0xC4E0F2, 0xA9CFE8}},
	},
	"div": {
		{{0x8C3A0B, 0xA14C1C}, {0xFFB27A, 0xF0A066}},
		{{0xD07B3C, 0xDC9359}, {0xC97A3A, 0xD68E54}},
		{{0xF0CBA8, 0xE7B98E}, {0x6B4A30, 0x7C5A3F}},
		{{0xF0F0EC, 0xDEDED8}, {0x2F3840, 0x3D4851}},
		{{0xB5D5DE, 0x9CC5D1}, {0x2C5A68, 0x3A6A79}},
		{{0x4A98AE, 0x66AABD}, {0x4FA3B8, 0x69B3C5}},
		{{0x0F586E, 0x2A6B80}, {0xA5DCE8, 0x8CCEDD}},
	},
	"outcome": {
		{{0x0E4270, 0x2A5781}, {0xC4E0F2, 0xA9CFE8}},
		{{0x3D86BE, 0x5D9ACA}, {0x6DB3E3, 0x88C2E9}},
		{{0x9CC6E6, 0x84B5DA}, {0x2F6A94, 0x255A80}},
		{{0xE08A2E, 0xE9A155}, {0xE08A2E, 0xE9A155}},
		{{0xD5D9DD, 0xC3C9CE}, {0x3D4A55, 0x4D5A66}},
	},
}

// tones gives each step of a scale the text that can be read on it.
func (p *palette) tones(scale string, th Theme) []tone {
	out := make([]tone, len(scales[scale]))
	for i, st := range scales[scale] {
		part := scale + "-" + strconv.Itoa(i+1)
		t := tone{fill: colour{rgb(st[th][0]), part}, hatch: colour{rgb(st[th][1]), part + "-hatch"}, text: p.ink}
		if contrast(p.paper, t.fill) > contrast(p.ink, t.fill) {
			t.text = p.paper
		}
		t.text.part = part + "-text"
		out[i] = t
	}
	return out
}

var palettes = [...]palette{Light: newPalette(Light), Dark: newPalette(Dark)}

func newPalette(th Theme) palette {
	of := func(part string) colour {
		for _, t := range tints {
			if t.part == part {
				return colour{rgb([...]uint32{Light: t.light, Dark: t.dark}[th]), part}
			}
		}
		panic("chart: no tint " + part)
	}
	five := func(part string) (out [5]colour) {
		for i := range out {
			out[i] = of(part + "-" + strconv.Itoa(i+1))
		}
		return out
	}
	p := palette{
		paper: of("paper"), ink: of("ink"), text: of("text"), muted: of("muted"),
		axis: of("axis"), grid: of("grid"), track: of("track"),
		data: of("data"), soft: of("soft"), hatch: of("hatch"),
		high: of("high"), highSoft: of("high-soft"),
		context: of("context"), middle: of("middle"), tile: of("tile"), middleText: of("middle-text"),
		series: five("series"), seriesText: five("series-text"),
	}
	p.seq, p.div, p.outcomes = [5]tone(p.tones("seq", th)), [7]tone(p.tones("div", th)), [5]tone(p.tones("outcome", th))
	return p
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

// all lists the colours of the theme, in a fixed order.
func (p *palette) all() []colour {
	out := []colour{
		p.paper, p.ink, p.text, p.muted, p.axis, p.grid, p.track, p.data, p.soft, p.hatch,
		p.high, p.highSoft, p.context, p.middle, p.middleText, p.tile,
	}
	out = append(append(out, p.series[:]...), p.seriesText[:]...)
	for _, ts := range [][]tone{p.seq[:], p.div[:], p.outcomes[:]} {
		for _, t := range ts {
			out = append(out, t.fill, t.text, t.hatch)
		}
	}
	return out
}

// fade returns c at a fraction of its strength.
func fade(c colour, alpha float64) colour {
	c.A = uint8(alpha*255 + 0.5)
	return c
}
