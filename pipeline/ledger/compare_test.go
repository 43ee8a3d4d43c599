package ledger

import (
	"strings"
	"testing"

	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
)

// compared compares two figures of the ledger, by id, or literals.
func compared(t *testing.T, a, b string) *Comparison {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	known, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	find := func(s string) Figure {
		for _, f := range known {
			if f.ID == s {
				return f
			}
		}
		f, err := Literal(s, set)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	c, err := Compare(find(a), find(b), known, set, data)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCompare(t *testing.T) {
	const merits = " unhcr_total_protection"
	for _, tt := range []struct {
		a, b       string
		of         [2]string // what they divide, "" if it cannot be told
		in         string    // where they differ
		says, pair string
	}{
		{"speech-overall", "speech-russians", [2]string{"eurostat_first_instance", "positives_per_first_time_applicant"},
			"denominator population", "one divides by decisions, the other by first-time applicants", "308,524/572,870 = 53.9 % (53.5-54.7) 3,027/9,457 = 32.0 % (31.6-32.8)"},
		{"23/8507 RU HR 2023", "33.9 % RU HR 2023" + merits, [2]string{"grants_per_intention", "unhcr_total_protection"},
			"denominator numerator unit", "one divides by intentions, the other by decisions on the merits", "20/59 = 33.9 % (33.9-38.1) 20/59 = 33.9 % (33.9-38.1)"},
		{"33.9 % RU HR 2023" + merits, "53.9 % TOTAL EU27_2020 2023" + merits, [2]string{"unhcr_total_protection", "unhcr_total_protection"},
			"", "Both are of one class", "20/59 = 33.9 % (33.9-38.1) 308,524/572,870 = 53.9 % (53.5-54.7)"},
		{"6.0 % RU HR 2023" + merits, "33.9 % RU HR 2023" + merits, [2]string{"unhcr_all_outcomes", "unhcr_total_protection"},
			"denominator", "one divides by outcomes, the other by decisions on the merits", "20/59 = 33.9 % (33.9-38.1) 20/59 = 33.9 % (33.9-38.1)"},
		// A claim that no share of decisions comes near is not believed.
		{"52.78% TOTAL EU27_2020 2023 eurostat_first_instance", "16.3% RU EU27_2020 2023 eurostat_first_instance", [2]string{"eurostat_first_instance", ""},
			"", "what 16.3% divides cannot be told", "308,524/572,870 = 53.9 % (53.5-54.7) 3,027/9,457 = 32.0 % (31.6-32.8)"},
		{"52.78% TOTAL EU27_2020 2023 eurostat_first_instance", "26.8% TOTAL EU27_2020 2023 eurostat_final", [2]string{"eurostat_first_instance", "eurostat_final"},
			"stage", "one is of stage first, the other of stage final", "308,524/572,870 = 53.9 % (53.5-54.7) 308,524/572,870 = 53.9 % (53.5-54.7)"},
		{"quoted-eu-decisions", "speech-overall", [2]string{"", "eurostat_first_instance"},
			"", "it is a count", "308,524/572,870 = 53.9 % (53.5-54.7) 308,524/572,870 = 53.9 % (53.5-54.7)"},
		// Another release of the same table is another number.
		{"16.0 % RU HR 2022 share_of_applicants", "9.9 % RU HR 2022 share_of_applicants", [2]string{"share_of_applicants", "share_of_applicants"},
			"", "but one is of the release of 2023-04-30, the other of that of 2024-01-18", "270/2,730 = 9.9 % (9.8-10.0) 270/2,730 = 9.9 % (9.8-10.0)"},
		{"16.0 % RU HR 2022 share_of_applicants", "4.9 % SY HR 2022 share_of_applicants", [2]string{"share_of_applicants", "share_of_applicants"},
			"", "so they may stand side by side.", "2,065/12,870 = 16.0 % (16.0-16.1) 630/12,870 = 4.9 % (4.8-5.0)"},
		{"1.9 % RU EU27_2020 2023 share_of_applicants", "4.9 % SY HR 2022 share_of_applicants", [2]string{"share_of_applicants", "share_of_applicants"},
			"", "but one is of UNHCR, the other of Eurostat", ""},
		// A claim that the data at hand has another number for is not passed on as undisputed.
		{"11 % SY HR 2022 share_of_applicants", "4.9 % SY HR 2022 share_of_applicants", [2]string{"", "share_of_applicants"},
			"", "it claims share_of_applicants, and that is 630/12,870 = 4.9 %", "630/12,870 = 4.9 % (4.8-5.0) 630/12,870 = 4.9 % (4.8-5.0)"},
		{"5.1 % SY HR 2022 share_of_applicants", "4.9 % SY HR 2022 share_of_applicants", [2]string{"share_of_applicants", "share_of_applicants"},
			"", "as it claims; the data at hand has 630/12,870 = 4.9 %", "630/12,870 = 4.9 % (4.8-5.0) 630/12,870 = 4.9 % (4.8-5.0)"},
		// A bare size says what it is the size of, no more; of two sizes alike, nothing.
		{"27 % RU FR 2023", "26.9 % RU FR 2023 unhcr_total_protection", [2]string{"", "unhcr_total_protection"},
			"", "its size is that of unhcr_total_protection, 955/3,545 of asylum_decisions 2025-12-01, and of unhcr_all_outcomes, 955/3,592", "955/3,545 = 26.9 % 955/3,545 = 26.9 %"},
		{"33.9 % RU HR 2023", "33.9 % RU HR 2023" + merits, [2]string{"unhcr_total_protection", "unhcr_total_protection"},
			"", "its size is that of 20/59", "20/59 = 33.9 % (33.9-38.1) 20/59 = 33.9 % (33.9-38.1)"},
		{"12 % RU HR 1990", "13 % RU HR 1990", [2]string{"", ""}, "", "neither its source nor any data", ""},
	} {
		c := compared(t, tt.a, tt.b)
		var of [2]string
		for i, b := range c.Bases {
			if of[i] = b.Definition.Name; b.Known != (of[i] != "") {
				t.Errorf("%s: known %v, but %q", tt.a, b.Known, of[i])
			}
		}
		var in, pair []string
		for _, d := range c.Differences {
			in = append(in, d.In)
		}
		for i := range c.Pair {
			pair = append(pair, string(c.Pair[i].Append(nil)))
		}
		says := c.Sentences()
		if of != tt.of || strings.Join(in, " ") != tt.in || !strings.Contains(says[0]+says[1], tt.says) || strings.Join(pair, " ") != tt.pair {
			t.Errorf("%s against %s:\n%q differ in %v; %s %s\n%q\nwant %q %s\n%s\n%s", tt.a, tt.b, of, in, says[0], says[1], pair, tt.of, tt.in, tt.says, tt.pair)
		}
		if alike := tt.of[0] != "" && tt.of[1] != "" && tt.in == ""; c.Alike() != alike {
			t.Errorf("%s against %s: alike is %v", tt.a, tt.b, c.Alike())
		}
	}
}

func TestLiteralRefusals(t *testing.T) {
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	for bad, want := range map[string]string{
		"":                       "0 words",
		"16% RU 2023":            "3 words",
		"16% RUS DE 2023":        `there is no citizen "RUS"`,
		"16% RU GR 2023":         `there is no geo "GR"`,
		"16% RU DE soon":         `period "soon"`,
		"16% RU DE 2023 no_such": `period "no_such"`,
		"many RU DE 2023":        `value "many"`,
		"3/0 RU DE 2023":         `value "3/0"`,
		"1.234/8.507 RU DE 2023": `value "1.234/8.507"`,
		"3/5 % RU DE 2023":       `value "3/5 %"`,
		"-3/5 RU DE 2023":        `value "-3/5"`,
		"16.3 RU DE 2023":        "a percentage with a %",
		"1,234 % RU DE 2023":     "write 1.234 % or 1234 %",
	} {
		if f, err := Literal(bad, set); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "hint: ") {
			t.Errorf("Literal(%q) = %+v, %v; want %s", bad, f, err, want)
		}
	}
}
