package eurostat

import (
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/obs"
)

// Some datasets hold several frequencies. Their files have the periods of all
// of them, and write ":" in a row of years below every quarter: there is no
// such cell, and none that could be missing.

// fits reports whether a row of a frequency has a cell for a period. A code
// that says nothing of periods, such as "irregular", has one for each.
func fits(freq string, p obs.Period) bool {
	if freq == "B" { // days of the business week
		freq = "D"
	}
	return len(freq) != 1 || !strings.Contains("ASQMWD", freq) || freq[0] == p.Freq()
}

// misfit is what is wrong with a cell that says something in a row of another
// frequency: it would be counted beside the one of the right row.
func misfit(at obs.Pos, got, freq string, p obs.Period) *obs.ParseError {
	return &obs.ParseError{Pos: at, Got: fmt.Sprintf("%s for %s in a row of frequency %q", got, p, freq), Want: `":", as the period is of another`,
		Hint: "download the table again, or its frequencies apart"}
}

// apart is what is wrong with periods of several frequencies where no
// dimension tells the rows of one from those of the others.
func apart(at obs.Pos, period string) *obs.ParseError {
	return &obs.ParseError{Pos: at, Got: "period " + obs.Quote(period), Want: "periods of one frequency, or the dimension freq", Hint: "download the frequencies apart"}
}

// fitting leaves out the cells that are none, in a file of several frequencies.
func fitting(dims []string, out []obs.Observation, refusal *obs.Refusal) []obs.Observation {
	freq := slices.Index(dims, "freq")
	return slices.DeleteFunc(out, func(o obs.Observation) bool {
		if fits(o.Key[freq], o.Period) {
			return false
		}
		if o.Known || o.Flags != "" {
			refusal.Add(misfit(o.Pos, obs.Quote(asTSV(&o)), o.Key[freq], o.Period))
		}
		return true
	})
}

// asTSV is a cell as a bulk TSV writes it, but for a blank at its end.
func asTSV(o *obs.Observation) string {
	s := ":"
	if o.Known {
		s = obs.Number(o.Count, o.Decimals)
	}
	return strings.TrimSpace(s + " " + o.Flags)
}
