package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"testing"

	"asylum/pipeline/audit"
	"asylum/pipeline/ingest"
)

// The schema of audit --format json: every field is there, no repair is null.
func TestAudit(t *testing.T) {
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	opt := audit.Options{Tables: []string{"statistics"}, Geo: []string{"DE"}}
	fs, err := audit.Run(data, opt)
	if err != nil {
		t.Fatal(err)
	}
	c, err := audit.ReadCorrections("")
	if err != nil {
		t.Fatal(err)
	}
	uses, err := c.Uses(data)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Audit(&b, fs, uses); err != nil {
		t.Fatal(err)
	}
	var got map[string][]map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	has := func(what string, x any, fields ...string) {
		t.Helper()
		for _, f := range fields {
			if _, ok := x.(map[string]any)[f]; !ok {
				t.Errorf("%s has no %q", what, f)
			}
		}
	}
	repaired := 0
	for _, f := range got["findings"] {
		has("a finding", f, "source", "table", "vintage", "identity", "verdict", "says", "size", "tolerance", "cause", "repair", "touches", "definitions", "cells", "more_of_these")
		has("a cell", f["cells"].([]any)[0], "role", "source", "table", "vintage", "file", "sha256", "line", "column", "key", "period", "count", "flags")
		if r := f["repair"]; r != nil {
			repaired++
			has("a repair", r, "cell", "printed", "value", "why")
		}
	}
	if len(got["findings"]) != len(fs) || repaired != 2 {
		t.Errorf("%d findings of %d, %d repairs", len(got["findings"]), len(fs), repaired)
	}
	for _, u := range got["corrections"] {
		has("a correction", u, "id", "made", "printed", "corrected", "why", "evidence", "cell")
		has("evidence", u["evidence"].([]any)[0], "says", "address", "date")
		has("a corrected cell", u["cell"], "corrected", "count", "printed")
	}

	b.Reset()
	if err := AuditCSV(&b, fs); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != len(fs)+1 || !slices.Equal(rows[0], AuditColumns) {
		t.Errorf("%d rows, %v", len(rows), err)
	}

	b.Reset()
	if err := Audit(&b, nil, nil); err != nil || b.String() != "{\n  \"findings\": [],\n  \"corrections\": []\n}\n" {
		t.Errorf("nothing is %s, %v", b.String(), err)
	}
}

// The schema of audit --against --format json.
func TestReconciliations(t *testing.T) {
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	rs, err := audit.Reconcile(data, "aida", "unhcr", audit.Options{Citizen: []string{"RU"}, Geo: []string{"DE"}})
	if err != nil || len(rs) == 0 {
		t.Fatal(len(rs), err)
	}
	var b bytes.Buffer
	if err := Reconciliations(&b, rs); err != nil {
		t.Fatal(err)
	}
	var got []Reconciliation
	d := json.NewDecoder(&b)
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil {
		t.Fatal(err)
	}
	p := got[0].Pairs[0]
	if got[0].Geo != "DE" || got[0].Levels != "FI+RA" || len(got[0].Sources) != 2 || len(p.Counts) != 2 || len(p.Counts[0].Cells) == 0 || p.Verdict == "" {
		t.Errorf("%+v", got[0])
	}
}
