package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math/big"
	"slices"
	"testing"

	"asylum/pipeline/compare"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
)

func countries(t *testing.T, q compare.Question) *compare.Study {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named("unhcr_total_protection")
	if err != nil {
		t.Fatal(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	s, err := compare.Countries(d, data, q)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func asJSON(t *testing.T, s *compare.Study, inequality bool) map[string]any {
	t.Helper()
	var b bytes.Buffer
	if err := Countries(&b, s, []string{"a note"}, inequality); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(&b)
	dec.UseNumber()
	var got map[string]any
	if err := dec.Decode(&got); err != nil {
		t.Fatal(err)
	}
	return got
}

// The schema of countries --format json: every field is there, what is not known
// is null, and what is not asked for too.
func TestCountries(t *testing.T) {
	has := func(what string, x any, fields ...string) {
		t.Helper()
		m, ok := x.(map[string]any)
		if !ok {
			t.Errorf("%s is %v", what, x)
			return
		}
		for _, f := range fields {
			if _, ok := m[f]; !ok {
				t.Errorf("%s has no %q", what, f)
			}
		}
	}
	fields := []string{"definition", "class", "source", "citizen", "period", "since", "union", "rank_from", "usable", "partial", "national",
		"line", "countries", "aside", "funnel", "dispersion", "mix", "split", "sigma", "beta", "notes"}
	one := asJSON(t, countries(t, compare.Question{Citizen: "AF", Period: "2023", Since: "2016"}), true)
	has("the study", one, fields...)
	has("the line", one["line"], "own_row", "members", "of", "sum", "before", "result")
	first := one["countries"].([]any)[0].(map[string]any)
	has("a country", first, "geo", "rank", "rank_lo", "rank_hi", "point", "adjusted", "change", "split", "result")
	has("a point", first["point"], "geo", "pos", "all", "z", "place", "sure", "adjusted")
	has("a change", first["change"], "before", "value", "lo", "hi", "apart", "prior")
	if first["adjusted"] != nil || one["mix"] != nil {
		t.Errorf("one citizenship is adjusted: %v, %v", first["adjusted"], one["mix"])
	}
	if in := first["result"].(map[string]any)["inputs"].([]any); len(in) == 0 {
		t.Error("the result of a country has no cells")
	}
	last := one["countries"].([]any)[len(one["countries"].([]any))-1].(map[string]any)
	if last["rank"] != nil || last["rank_lo"] != nil {
		t.Errorf("the last country has rank %v", last["rank"])
	}
	has("a country aside", one["aside"].([]any)[0], "geo", "reason", "result")
	has("the funnel", one["funnel"], "rate", "lo", "hi", "phi", "phi_may", "points", "limits")
	has("what rounding allows", one["funnel"].(map[string]any)["phi_may"], "lo", "hi", "how", "tried")
	has("a limit", one["funnel"].(map[string]any)["limits"].([]any)[0], "n", "lo95", "hi95", "lo998", "hi998")
	has("the dispersion", one["dispersion"], "countries", "sd", "sd_may", "tau2", "tau_may", "q", "df", "i2", "span")
	has("the span", one["dispersion"].(map[string]any)["span"], "countries", "from", "highest", "lowest", "value", "may")
	has("the inequality", one["inequality"], "cv", "gini", "cv_refused", "gini_refused", "warning")
	has("sigma", one["sigma"], "countries", "from", "years", "sd_trend", "tau_trend")
	has("a year", one["sigma"].(map[string]any)["years"].([]any)[0], "period", "all", "rate", "sd", "sd_may", "tau", "tau_may")
	has("a trend", one["sigma"].(map[string]any)["sd_trend"], "slope", "se", "p")
	has("beta", one["beta"], "countries", "from", "slope", "se", "p", "corrected", "warning")
	split := one["split"].(map[string]any)
	has("the split", split, "difference_points", "composition_points", "effect_points", "composition_may", "effect_may", "entered", "left", "groups")
	has("a group", split["groups"].([]any)[0], "group", "pos_before", "all_before", "pos_after", "all_after", "composition", "effect")
	number := func(name string) *big.Rat {
		x, _ := new(big.Rat).SetString(split[name].(json.Number).String())
		return x
	}
	if sum := new(big.Rat).Add(number("composition_points"), number("effect_points")); sum.Cmp(number("difference_points")) != 0 {
		t.Errorf("%v and %v do not make %v", split["composition_points"], split["effect_points"], split["difference_points"])
	}

	all := asJSON(t, countries(t, compare.Question{Citizen: "TOTAL", Period: "2023"}), false)
	has("the study of all", all, fields...)
	has("the mix", all["mix"], "pos", "all", "rate", "may", "citizens", "sd_raw", "sd_adjusted", "sd_countries")
	if _, ok := all["inequality"]; ok || all["funnel"] != nil || all["sigma"] != nil || all["split"] != nil {
		t.Error("what was not asked for is there")
	}
	for _, c := range all["countries"].([]any) {
		m := c.(map[string]any)
		has("adjusted", m["adjusted"], "observed", "expected", "ratio", "ratio_may", "ratio_95", "rate", "rate_may", "coverage", "direct")
		if m["geo"] == "ES" && (m["adjusted"].(map[string]any)["rate"] != nil || m["adjusted"].(map[string]any)["ratio"] == nil) {
			t.Errorf("Spain: %v", m["adjusted"])
		}
		has("direct", m["adjusted"].(map[string]any)["direct"], "rate", "may", "coverage", "thin", "citizens")
	}

	none := asJSON(t, countries(t, compare.Question{Citizen: "AF", Period: "1999"}), false)
	if none["why"] == nil || none["line"] != nil || len(none["countries"].([]any)) != 0 || len(none["aside"].([]any)) != 0 {
		t.Errorf("of 1999: %v", none)
	}
}

func TestCountriesCSV(t *testing.T) {
	s := countries(t, compare.Question{Citizen: "TOTAL", Period: "2023"})
	var b bytes.Buffer
	if err := CountriesCSV(&b, s); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := append(slices.Clone(rate.Columns), CountryColumns...); !slices.Equal(rows[0], want) {
		t.Errorf("head %v", rows[0])
	}
	if len(rows) != 1+len(s.Countries)+len(s.Aside) {
		t.Errorf("%d rows of %d countries and %d aside", len(rows), len(s.Countries), len(s.Aside))
	}
	at := func(row []string, col string) string { return row[slices.Index(rows[0], col)] }
	for _, row := range rows[1:] {
		switch at(row, "geo") {
		case "ES":
			if at(row, "ratio") == "" || at(row, "ratio_lo") == "" || at(row, "adjusted") != "" || at(row, "direct") == "" {
				t.Errorf("Spain: %v", row)
			}
		case "AT":
			if at(row, "aside") == "" || at(row, "rank") != "" || at(row, "num") != "25511" {
				t.Errorf("Austria: %v", row)
			}
		}
	}
}
