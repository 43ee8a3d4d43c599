package figure

import (
	"slices"
	"strings"

	"asylum/pipeline/rate"
)

func join(parts []string, sep string) string { return strings.Join(parts, sep) }

func (w *writer) titleText() string {
	var b strings.Builder
	for _, s := range w.head.Title {
		b.WriteString(s.Text)
	}
	return strings.TrimSuffix(b.String(), ".")
}

// rounding says what the marks ≈ and † and the pale bands mean, where there are any.
func (w *writer) rounding() []string {
	coarse, five := false, false
	for i := range w.Results {
		r := &w.Results[i]
		if r.Rounded() {
			coarse = coarse || r.Source == "unhcr"
			five = five || r.Source == "eurostat"
		}
	}
	var out []string
	if coarse {
		out = append(out, w.Say("note.coarse"))
	}
	if five {
		out = append(out, w.Say("note.five"))
	}
	return append(out, w.repairs()...)
}

// repairs say of corrected cells what they print, each once.
func (w *writer) repairs() (out []string) {
	for i := range w.Results {
		for _, c := range w.Results[i].Corrections() {
			text, _ := w.Text("rests on a corrected cell: " + c)
			if text = w.Say("note.corrected", "text", text); !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}

// left says what a rate leaves out.
func (w *writer) left() string {
	for i := range w.Results {
		if strings.HasPrefix(w.Results[i].Definition, "unhcr_") && w.Results[i].Definition != "unhcr_all_outcomes" {
			return w.Say("source.closed")
		}
	}
	return ""
}

// rateHead names the columns of rateRow.
func (w *writer) rateHead(by string) {
	w.out.Head = []string{w.Say("col." + by), w.Say("col.rate"), w.Say("col.bounds"), w.Say("col.positive"), w.Say("col.decisions"), w.Say("col.level"), w.Say("col.note")}
}

// rateRow is a result as a row of a table: name, rate, bounds, both counts, level, note.
func (w *writer) rateRow(by string, r *rate.Result) []string {
	row := []string{w.name(by, r), w.fine(r), w.bounds(r), w.Int(r.Num), w.Int(r.Den), r.Stage, ""}
	switch {
	case w.limits.CountsOnly(r):
		row[1], row[2], row[6] = "–", "–", w.Say("row.tiny", "n", w.limits.Counts)
	case len(r.Countries) > 1:
		row[6] = w.Say("row.countries", "n", len(r.Countries))
	case len(r.WithAppeals) > 0:
		row[6] = w.Say("row.appeals")
	case w.limits.Weak(r):
		row[6] = w.Say("row.weak")
	}
	return row
}

// shared says where a rate is found as it is printed: in one country, or in the two
// or three that share it; and the rate itself, with ≈ if it is so of any of them.
func (w *writer) shared(r *rate.Result, among []*rate.Result) (where, percent string) {
	plain := strings.TrimPrefix(w.percent(r), "≈")
	percent = w.percent(r)
	var in []string
	for _, o := range among {
		if p := w.percent(o); strings.TrimPrefix(p, "≈") == plain {
			in = append(in, w.Lang.In(o.Geo))
			percent = max(percent, p) // ≈ sorts behind digits
		}
	}
	if len(in) > 3 {
		return w.Lang.In(r.Geo), w.percent(r)
	}
	return w.List(in), percent
}

// sorted gives results by the name of their code.
func (w *writer) sorted(by string, rs []*rate.Result) []*rate.Result {
	names := map[string]*rate.Result{}
	var keys []string
	for _, r := range rs {
		n := w.name(by, r)
		names[n] = r
		keys = append(keys, n)
	}
	w.Sort(keys)
	out := make([]*rate.Result, 0, len(rs))
	for _, k := range slices.Compact(keys) {
		out = append(out, names[k])
	}
	return out
}
