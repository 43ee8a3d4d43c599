package ledger

import (
	"strings"
	"testing"

	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want quantity
	}{
		{"52.78 %", quantity{'=', 52.78, 2, true, 0.01}},
		{"16.3%", quantity{'=', 16.3, 1, true, 0.1}},
		{"6 %", quantity{'=', 6, 0, true, 1}},
		{"less than 2 %", quantity{'<', 2, 0, true, 1}},
		{"about 19,000", quantity{'~', 19000, 0, false, 1000}},
		{"18,820", quantity{'=', 18820, 0, false, 1}},
	} {
		got, err := parse(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("parse(%q) = %+v, %v; want %+v", tt.in, got, err, tt.want)
		}
	}
	for _, bad := range []string{"", "many", "1e400", "%", "NaN %"} {
		if q, err := parse(bad); err == nil {
			t.Errorf("parse(%q) = %+v, want an error", bad, q)
		}
	}
}

func judge1(t *testing.T, yaml string) Judgement {
	t.Helper()
	figures, err := readYAML([]byte("source: {title: a test}\nfigures:\n  - {"+yaml+"}\n"), "f.yaml")
	if err != nil {
		t.Fatal(err)
	}
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	js, err := Judge(figures, set, data)
	if err != nil {
		t.Fatal(err)
	}
	return js[0]
}

func TestVerdicts(t *testing.T) {
	const merits = `id: x, citizen: RU, geo: HR, period: "2023", cites: unhcr, claimed: unhcr_total_protection, `
	for _, tt := range []struct{ figure, want string }{
		{merits + `value: 33.9 %`, Reproduced},
		{merits + `value: 34 %`, Reproduced},
		{merits + `value: 33.8 %`, Truncated},
		{merits + `value: 37 %`, WithinRounding},
		{merits + `value: 80 %`, Contradicted},
		{merits + `value: 6.0 %`, OtherDefinition + "unhcr_all_outcomes"},
		{merits + `value: 33.9 %, num: 20, den: 59`, Reproduced},
		{merits + `value: 33.9 %, num: 20, den: 58`, Contradicted},
		{merits + `value: less than 40 %`, Reproduced},
		{merits + `value: less than 30 %`, OtherDefinition + "unhcr_all_outcomes"},
		{`id: x, citizen: RU, geo: HR, period: "2023", cites: aida, claimed: acceptance, value: less than 1 %, num: 23, den: 8507`, OtherDefinition + "grants_per_intention"},
		{`id: x, citizen: RU, geo: FR, period: "2023", cites: eurostat, claimed: eurostat_first_instance, value: 19 %`, NoData},
		{`id: x, citizen: RU, geo: FR, period: "2023", cites: eurostat, claimed: eurostat_first_instance, value: 19 %, num: 19, den: 100`, ArithmeticOnly},
		{`id: x, citizen: RU, geo: FR, period: "2023", cites: eurostat, claimed: eurostat_first_instance, value: 19 %, num: 30, den: 100`, Contradicted},
		{`id: x, citizen: RU, geo: HR, period: "2022", cites: eurostat, counts: applicants, value: "270"`, Reproduced},
		{`id: x, citizen: RU, geo: HR, period: "2022", cites: eurostat, counts: applicants, value: "271"`, WithinRounding},
		{`id: x, citizen: RU, geo: HR, period: "2022", cites: eurostat, counts: applicants, value: "2,065"`, OtherVintage + "2023-04-30"},
		{`id: x, citizen: RU, geo: HR, period: "2022", cites: eurostat, counts: applicants, value: "9,999"`, Contradicted},
		{`id: x, citizen: RU, geo: HR, period: "2022", cites: eurostat, claimed: share_of_applicants, value: 16.0 %`, OtherVintage + "2023-04-30"},
		{`id: x, citizen: TOTAL, geo: DE, period: "2016", cites: eurostat, claimed: eurostat_first_instance, value: 68.7 %`, Reproduced},
	} {
		if j := judge1(t, tt.figure); j.Verdict != tt.want {
			t.Errorf("{%s}: %s (%s), want %s", tt.figure, j.Verdict, j.Why, tt.want)
		}
	}
}

// Every number of METHODS 1 that no file holds stands in the ledger, with an
// address and the verdict that there is no data.
func TestBuiltinFigures(t *testing.T) {
	figures, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"speech-croatia": OtherDefinition + "grants_per_intention"}
	for _, id := range []string{"speech-applicants", "speech-share", "speech-overall", "speech-russians", "speech-fr", "speech-de", "speech-es",
		"quoted-hr-applicants", "quoted-eu-decisions", "quoted-eu-positive", "quoted-eu-final", "quoted-eu-ru-first-time", "quoted-es-applicants", "quoted-fr-applicants"} {
		want[id] = NoData
	}
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	js, err := Judge(figures, set, data)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range js {
		if j.Verdict != want[j.ID] {
			t.Errorf("%s: %s, want %s", j.ID, j.Verdict, want[j.ID])
		}
		if !strings.HasPrefix(j.Address, "https://") {
			t.Errorf("%s has no address", j.ID)
		}
		delete(want, j.ID)
	}
	for id := range want {
		t.Errorf("the ledger lacks %s", id)
	}
}
