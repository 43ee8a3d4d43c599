package aida

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"
)

var headTests = []struct{ in, want string }{
	{"Applicants in 2022 (1)", "applicants"}, {"Applicants in year", "applicants"}, {"New applicants in 2024", "applicants"}, {"Total applicants in 2023", "applicants"}, {"Applications lodged in 2023 (1)", "applicants"},
	{"First time applicants in 2023", "first_time_applicants"}, {"Repeated applicants in 2023", "repeated_applicants"},
	{"Pending at end 2020[3]", "pending"}, {"Pending at\u00a0\u00a0end of 2022", "pending"}, {"Pending at end of year", "pending"}, {"Pending at the end of 2024", "pending"}, {"Pending applications at the end of 2021", "pending"},
	{"Pending as of 31 January 2025 (1)", "pending"}, {"Pending for decision at end of 2023", "pending"}, {"Pending for admission at 1st instance at end of 2023", "pending_admission"},
	{"Rejection** (2)", "rejection"}, {"Rejection", "rejection"}, {"Rejection on asylum[4]", "rejection"}, {"In merit Rejection on asylum", "rejection"}, {"Rejection (on the merits)[2]", "rejection"},
	{"In-merit rejections[3]", "in_merit_rejection"}, {"Total rejection (7)", "total_rejection"}, {"All rejections on asylum (incl. Dublin)", "total_rejection"}, {"Total decisions rejecting asylum applications (4)", "total_rejection"},
	{"Inadmiss.", "inadmissible"}, {"Total inadmissible", "inadmissible"}, {"Total in-merit decisions", "in_merit_decisions"}, {"Total substantive decisions (3)", "substantive_decisions"},
	{"Refugee status and Subsidiary protection", "refugee_or_subsidiary"}, {"Humanitarian protection (removal ban)", "humanitarian_protection"}, {"Temporary Humanitarian Protection (THP)", "humanitarian_protection"}, {"Special protection* (4)", "humanitarian_protection"}, {"Hum. protection", "humanitarian_protection"},
	{"Humanitarian protection rate (1) (2)", "hum_prot_rate"}, {"Hum. rate", "hum_prot_rate"}, {"Subs. Prot. (rate)", "sub_prot_rate"}, {"Rejection Rate", "rejection_rate"}, {"Protection rate (excl. inadmissibility decisions)", "protection_rate_excl_inadmissibility"},
	{"Share of in merit rejections in total decisions", "in_merit_rejection_share"},
	{"Humanitarian parole rate", "unknown:Humanitarian parole rate"}, {"Dublin\u00a0transfers[2] in 2023", "unknown:Dublin transfers in 2023"}, {"", "unknown:"}, {"(1)", "unknown:"},
}

func TestMeasure(t *testing.T) {
	for _, tt := range headTests {
		if got, ok := measure(tt.in); got != tt.want || ok == strings.HasPrefix(got, unknown) {
			t.Errorf("measure(%q) = %q, %v; want %q", tt.in, got, ok, tt.want)
		}
	}
}

// Every head that was read from a page gives the measure and the unit that the
// table of figures holds for it.
func TestMeasureOfEveryHeadInHand(t *testing.T) {
	f, err := os.Open("../../datasets/exports/aida/statistics/2026-03-18/statistics.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	recs, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, h := range recs[0] {
		at[h] = i
	}
	n := 0
	for _, r := range recs[1:] {
		get := func(c string) string { return r[at[c]] }
		head := get("head")
		if head == "" || strings.Contains(head, "no column heads") || strings.Contains(head, "paragraph above") {
			continue
		}
		n++
		if got, _ := measure(head); got != get("measure") {
			t.Errorf("measure(%q) = %q, want %q", head, got, get("measure"))
		}
		citizen := ""
		if Clean(get("label")) == "Total" {
			citizen = "TOTAL"
		}
		if got := unitOf(get("country"), get("year"), get("table"), citizen, get("measure"), false); got != get("unit") {
			t.Errorf("%s %s %s %s: unit %q, want %q", get("country"), get("year"), get("label"), get("measure"), got, get("unit"))
		}
	}
	if n < 2000 {
		t.Errorf("only %d heads", n)
	}
}

func TestYears(t *testing.T) {
	for in, want := range map[string]string{
		"figures for 2024[4]": "2024", "Abolished by Article 20 L. 4825/2021": "", "December 2022": "2022", "12345": "", "in 2021:": "2021", "10/07/2024": "", "2019 and 2020": "2019 2020", "": "", "1234": "",
	} {
		if got := strings.Join(years(in), " "); got != want {
			t.Errorf("years(%q) = %q, want %q", in, got, want)
		}
	}
}
