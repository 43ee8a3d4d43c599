package export

import (
	"bytes"
	"encoding/json"
	"testing"

	"asylum/pipeline/ingest"
	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
)

// The schema of solve --format json: every field is there, nothing found is an
// empty list.
func TestSolution(t *testing.T) {
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(value, count string) map[string]any {
		t.Helper()
		s, err := ledger.Solve(set, data, ledger.Question{Value: value, Count: count, Citizen: "RU", Geo: "HR", Period: "2023"})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := Solution(&b, s); err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	has := func(what string, x any, fields ...string) {
		t.Helper()
		for _, f := range fields {
			if _, ok := x.(map[string]any)[f]; !ok {
				t.Errorf("%s has no %q", what, f)
			}
		}
	}
	got := ask("33.9%", "20")
	has("the solution", got, "value", "count", "citizen", "geo", "period", "percent", "tried", "distinct", "expected", "covered", "from", "to", "means_little", "matches", "implied")
	match := got["matches"].([]any)[0].(map[string]any)
	has("a match", match, "name", "is_definition", "title", "place", "how", "by_chance", "doubts", "also", "result")
	if r := match["result"].(map[string]any); r["num"] != 20.0 || r["den"] != 59.0 || len(r["inputs"].([]any)) == 0 {
		t.Errorf("the first match is %v/%v with %v", r["num"], r["den"], r["inputs"])
	}
	imp := got["implied"].(map[string]any)
	has("what a count implies", imp, "count", "den_from", "den_to", "num_from", "num_to", "dens", "nums", "held")
	has("a count at hand", imp["dens"].([]any)[0], "words", "source", "stage", "place", "n")

	got = ask("47.31%", "")
	if m, ok := got["matches"].([]any); !ok || len(m) != 0 || got["implied"] != nil || got["tried"] == 0.0 {
		t.Errorf("nothing fits, but matches are %v, implied %v, tried %v", got["matches"], got["implied"], got["tried"])
	}
	got = ask("8,507", "") // a count has no denominator
	r := got["matches"].([]any)[0].(map[string]any)["result"].(map[string]any)
	if r["num"] != 8507.0 || r["den"] != nil || r["value"] != nil {
		t.Errorf("8,507 is %v/%v = %v", r["num"], r["den"], r["value"])
	}
}
