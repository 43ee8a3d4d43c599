package export

import (
	"io"

	"asylum/pipeline/audit"
)

// A Found is a finding of the audit in a few words, with the cell in doubt: what
// a site publishes of all of them. Audit writes the whole of each.
type Found struct {
	Source   string            `json:"source"`
	Table    string            `json:"table"`
	Vintage  string            `json:"vintage"`
	Identity string            `json:"identity"` // outcomes, applicants, sexes …: audit.Identities
	Verdict  string            `json:"verdict"`  // broken, truncated, odd, explained or unexplained
	Says     string            `json:"says"`     // the identity with its counts
	Size     float64           `json:"size"`     // parts less whole, now less before; of printed rates in points
	Cause    string            `json:"cause,omitempty"`
	Touches  int               `json:"touches"` // rates that rest on the cells
	Key      map[string]string `json:"key"`     // of the cell in doubt, by dimension
	Period   string            `json:"period"`  // of the same
}

// FoundOf takes the short form of a finding.
func FoundOf(f *audit.Finding) Found {
	out := Found{Source: f.Source, Table: f.Table, Vintage: f.Vintage, Identity: f.Identity, Verdict: f.Verdict, Says: f.Says, Size: f.Size,
		Cause: f.Cause, Touches: f.Touches, Key: map[string]string{}}
	if len(f.Cells) > 0 {
		c := &f.Cells[0]
		out.Period = string(c.Period)
		for d, name := range c.Dims {
			if c.Key[d] != "" {
				out.Key[name] = c.Key[d]
			}
		}
	}
	return out
}

// Founds writes findings as a list of Found, worst first.
func Founds(w io.Writer, fs []audit.Finding) error {
	out := make([]Found, len(fs))
	for i := range fs {
		out[i] = FoundOf(&fs[i])
	}
	return encode(w, out)
}
