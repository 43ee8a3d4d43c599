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
	},
	Dark: {
		paper: rgb(0x12181E), ink: rgb(0xF2F5F7), text: rgb(0xCBD3DA), muted: rgb(0x97A4AF),
		axis: rgb(0x5B6872), grid: rgb(0x2A343D), track: rgb(0x1C252D),
		data: rgb(0x6DB3E3), soft: rgb(0x2B5F86), hatch: rgb(0x6DB3E3),
		high: rgb(0xFF8A5C), highSoft: rgb(0x6B3A26),
		context: rgb(0x4A5965), middle: rgb(0x8599A8), tile: rgb(0x232C34),
		series: [5]color.NRGBA{rgb(0x6DB3E3), rgb(0xFF8A5C), rgb(0x8FF0D6), rgb(0xB768FF), rgb(0x1F8F88)},
	},
}

// all lists the colours that a quantised picture must keep exactly.
func (p *palette) all() []color.NRGBA {
	return append([]color.NRGBA{
		p.paper, p.ink, p.text, p.muted, p.axis, p.grid, p.track, p.data, p.soft, p.hatch,
		p.high, p.highSoft, p.context, p.middle, p.tile,
	}, p.series[:]...)
}

// fade returns c at a fraction of its strength.
func fade(c color.NRGBA, alpha float64) color.NRGBA {
	c.A = uint8(alpha*255 + 0.5)
	return c
}
