package export

import (
	"io"

	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/vintage"
)

// A Moved is a rate as of two days.
type Moved struct{ Old, New rate.Result }

// A DiffJSON is a vintage.Diff as JSON.
type DiffJSON struct {
	Table    string       `json:"table"`
	Old      string       `json:"old"`      // vintage
	New      string       `json:"new"`      // vintage
	Compared int          `json:"compared"` // cells that both vintages speak of
	Outside  int          `json:"outside"`  // cells that only one speaks of
	Changes  []ChangeJSON `json:"changes"`  // biggest first
	Rates    []MovedJSON  `json:"rates"`
}

// A ChangeJSON is one cell that changed.
type ChangeJSON struct {
	Kind     string            `json:"kind"` // changed, added, vanished, flags
	Key      map[string]string `json:"key"`
	Period   string            `json:"period"`
	Old      *int32            `json:"old"` // null if there was no value
	New      *int32            `json:"new"`
	OldFlags string            `json:"old_flags"`
	NewFlags string            `json:"new_flags"`
}

// A MovedJSON is a rate that moved.
type MovedJSON struct {
	Definition string   `json:"definition"`
	Citizen    string   `json:"citizen"`
	Geo        string   `json:"geo"`
	Period     string   `json:"period"`
	Old        *float64 `json:"old"`
	New        *float64 `json:"new"`
	OldText    string   `json:"old_text"`
	NewText    string   `json:"new_text"`
}

// Diff writes what a release changed.
func Diff(w io.Writer, d *vintage.Diff, moved []Moved) error {
	out := DiffJSON{Table: d.New.Table, Old: d.Old.Vintage, New: d.New.Vintage, Compared: d.Compared, Outside: d.Outside, Changes: []ChangeJSON{}, Rates: []MovedJSON{}}
	for i := range d.Changes {
		ch := &d.Changes[i]
		x := ChangeJSON{Kind: string(ch.Kind), Key: map[string]string{}, Period: string(ch.Period), Old: value32(&ch.Old), New: value32(&ch.New), OldFlags: ch.Old.Flags, NewFlags: ch.New.Flags}
		for k, dim := range d.Dims {
			x.Key[dim] = ch.Key[k]
		}
		out.Changes = append(out.Changes, x)
	}
	for i := range moved {
		o, n := Of(&moved[i].Old), Of(&moved[i].New)
		out.Rates = append(out.Rates, MovedJSON{n.Definition, n.Citizen, n.Geo, n.Period, o.Value, n.Value, o.Text, n.Text})
	}
	return encode(w, out)
}

func value32(o *obs.Observation) *int32 {
	if !o.Known {
		return nil
	}
	return &o.Count
}
