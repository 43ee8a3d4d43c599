package chart

import "image/color"

// A palette holds the colours of one theme by what they are for.
type palette struct {
	paper, ink, text, muted color.NRGBA
	axis, grid, track       color.NRGBA
	data, soft, hatch       color.NRGBA
	high, highSoft          color.NRGBA
	context, middle, tile   color.NRGBA
	series                  [5]color.NRGBA // lines, in this order
	seq                     [5]tone        // shares, low to high
	div                     [7]tone        // far below, in the middle within, far above a reference
	outcomes                [5]tone        // Geneva, subsidiary, humanitarian, rejected, closed without decision
}

// A tone is a fill with what may stand on it. The text is the ink of the theme
// or its paper, whichever has more contrast: 4.5 or more on fill and hatch, save
// for the second of the light outcomes, where words go outside. The hatch leads
// away from the text, so that lines never make it harder to read.
type tone struct{ fill, text, hatch color.NRGBA }

// tones reads fills, each with its hatch, and finds the text for each.
func tones(ink, paper color.NRGBA, fillAndHatch ...uint32) []tone {
	out := make([]tone, len(fillAndHatch)/2)
	for i := range out {
		t := tone{fill: rgb(fillAndHatch[2*i]), hatch: rgb(fillAndHatch[2*i+1]), text: ink}
		if contrast(paper, t.fill) > contrast(ink, t.fill) {
			t.text = paper
		}
		out[i] = t
	}
	return out
}

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

var palettes = [...]palette{
	Light: {
		paper: rgb(0xFFFFFF), ink: rgb(0x1B2733), text: rgb(0x3A4753), muted: rgb(0x5B6872),
		axis: rgb(0x9AA5AE), grid: rgb(0xE3E8EC), track: rgb(0xEFF3F6),
		data: rgb(0x1F5F8B), soft: rgb(0xC3D9E9), hatch: rgb(0x4F86AE),
		high: rgb(0xC8451B), highSoft: rgb(0xF3CDBD),
		context: rgb(0xB8C2CA), middle: rgb(0x708494), tile: rgb(0xE9EDF0),
		series: [5]color.NRGBA{rgb(0x1F5F8B), rgb(0xC8451B), rgb(0x2F9A93), rgb(0x9B6AE8), rgb(0x6B1030)},
		seq: [5]tone(tones(rgb(0x1B2733), rgb(0xFFFFFF),
			0xDCEAF5, 0xC3DCEE, 0xA9CCE6, 0x8FBBDC, 0x639FCB, 0x82B3D7, 0x2B71A8, 0x1F5F94, 0x0E4270, 0x2A5781)),
		div: [7]tone(tones(rgb(0x1B2733), rgb(0xFFFFFF),
			0x8C3A0B, 0xA14C1C, 0xD07B3C, 0xDC9359, 0xF0CBA8, 0xE7B98E, 0xF0F0EC, 0xDEDED8,
			0xB5D5DE, 0x9CC5D1, 0x4A98AE, 0x66AABD, 0x0F586E, 0x2A6B80)),
		outcomes: [5]tone(tones(rgb(0x1B2733), rgb(0xFFFFFF),
			0x0E4270, 0x2A5781, 0x3D86BE, 0x5D9ACA, 0x9CC6E6, 0x84B5DA, 0xE08A2E, 0xE9A155, 0xD5D9DD, 0xC3C9CE)),
	},
	Dark: {
		paper: rgb(0x12181E), ink: rgb(0xF2F5F7), text: rgb(0xCBD3DA), muted: rgb(0x97A4AF),
		axis: rgb(0x5B6872), grid: rgb(0x2A343D), track: rgb(0x1C252D),
		data: rgb(0x6DB3E3), soft: rgb(0x2B5F86), hatch: rgb(0x6DB3E3),
		high: rgb(0xFF8A5C), highSoft: rgb(0x6B3A26),
		context: rgb(0x4A5965), middle: rgb(0x8599A8), tile: rgb(0x232C34),
		series: [5]color.NRGBA{rgb(0x6DB3E3), rgb(0xFF8A5C), rgb(0x8FF0D6), rgb(0xB768FF), rgb(0x1F8F88)},
		seq: [5]tone(tones(rgb(0xF2F5F7), rgb(0x12181E),
			0x1E3A50, 0x2D4D66, 0x2B5F86, 0x215072, 0x4589B8, 0x5F9DC8, 0x7DB5DA, 0x66A5CF, 0xC4E0F2, 0xA9CFE8)),
		div: [7]tone(tones(rgb(0xF2F5F7), rgb(0x12181E),
			0xFFB27A, 0xF0A066, 0xC97A3A, 0xD68E54, 0x6B4A30, 0x7C5A3F, 0x2F3840, 0x3D4851,
			0x2C5A68, 0x3A6A79, 0x4FA3B8, 0x69B3C5, 0xA5DCE8, 0x8CCEDD)),
		outcomes: [5]tone(tones(rgb(0xF2F5F7), rgb(0x12181E),
			0xC4E0F2, 0xA9CFE8, 0x6DB3E3, 0x88C2E9, 0x2F6A94, 0x255A80, 0xE08A2E, 0xE9A155, 0x3D4A55, 0x4D5A66)),
	},
}

// all lists the colours that a quantised picture must keep exactly.
func (p *palette) all() []color.NRGBA {
	out := append([]color.NRGBA{
		p.paper, p.ink, p.text, p.muted, p.axis, p.grid, p.track, p.data, p.soft, p.hatch,
		p.high, p.highSoft, p.context, p.middle, p.tile,
	}, p.series[:]...)
	for _, ts := range [][]tone{p.seq[:], p.div[:], p.outcomes[:]} {
		for _, t := range ts {
			out = append(out, t.fill, t.hatch)
		}
	}
	return out
}

// fade returns c at a fraction of its strength.
func fade(c color.NRGBA, alpha float64) color.NRGBA {
	c.A = uint8(alpha*255 + 0.5)
	return c
}
