package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// reconciled gives what two sources say of a citizenship, country and year.
func reconciled(t *testing.T, a, b, citizen, geo, year string) Reconciliation {
	t.Helper()
	rs, err := Reconcile(Correct(embedded(t), builtin(t)), a, b, Options{Citizen: []string{citizen}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rs {
		if r.Geo == geo && string(r.Period) == year && r.Citizen == citizen {
			return r
		}
	}
	t.Fatalf("nothing of %s %s %s", citizen, geo, year)
	return Reconciliation{}
}

func lines(r *Reconciliation) (out []string) {
	for _, p := range r.Pairs {
		s := fmt.Sprintf("%s %s %d/%d", p.Verdict, p.Quantity, p.Counts[0].N, p.Counts[1].N)
		if p.Cause != "" {
			s += " (" + p.Cause + ")"
		}
		out = append(out, s)
	}
	return out
}

// METHODS 6: Germany 2023, Russians: 368/112/1,178/3,588 are UNHCR's FI and RA
// to the person; Poland 2023 has 310 rejected on the merits against 1,545.
func TestAgainst(t *testing.T) {
	for _, tt := range []struct {
		citizen, geo, year, levels string
		want                       []string
	}{
		{"RU", "DE", "2023", "FI+RA", []string{
			"agrees applicants 9028/9028",
			"agrees granted refugee status 368/368",
			"agrees granted other protection 112/112",
			"agrees rejected on the merits 1178/1178",
			"agrees closed without a decision on the merits 3588/3588",
			"agrees all decisions and closures 5246/5246"}},
		{"RU", "PL", "2023", "FI", []string{
			"agrees applicants 1766/1766",
			"agrees granted refugee status 113/113",
			"unexplained granted other protection 79/89 (UNHCR has no level AR (administrative review) of PL for 2023, and 844 decisions at it the year before: they may be among first instance since)",
			"unexplained rejected on the merits 310/1545 (all rejections of AIDA, those not on the merits included, are 877; UNHCR has no level AR (administrative review) of PL for 2023, and 844 decisions at it the year before: they may be among first instance since)",
			"unexplained closed without a decision on the merits 567/907 (UNHCR has no level AR (administrative review) of PL for 2023, and 844 decisions at it the year before: they may be among first instance since)",
			"unexplained all decisions and closures 1069/2654 (UNHCR has no level AR (administrative review) of PL for 2023, and 844 decisions at it the year before: they may be among first instance since)"}},
		{"RU", "HR", "2023", "FI", []string{
			"explained applicants 8507/636 (AIDA counts intentions expressed, UNHCR applications lodged)",
			"unexplained granted refugee status 23/20",
			"agrees granted other protection 1/0"}},
		{"RU", "AT", "2024", "FA", []string{
			"agrees applicants 577/577",
			"agrees granted refugee status 206/206",
			"explained granted other protection 239/11 (UNHCR leaves humanitarian protection out)",
			"unexplained rejected on the merits 500/621",
			"unexplained all decisions and closures 1499/905"}},
		{"RU", "DE", "2024", "FI+RA", []string{
			"explained applicants 4698/5625 (AIDA counts first-time applicants alone)",
			"agrees granted refugee status 317/317",
			"agrees granted other protection 98/98",
			"agrees rejected on the merits 3652/3652",
			"agrees closed without a decision on the merits 3936/3936",
			"agrees all decisions and closures 8003/8003"}},
	} {
		r := reconciled(t, "aida", "unhcr", tt.citizen, tt.geo, tt.year)
		if got := lines(&r); r.Levels != tt.levels || !slices.Equal(got, tt.want) {
			t.Errorf("%s %s %s at %s:\n%s\nwant at %s\n%s", tt.geo, tt.citizen, tt.year, r.Levels, strings.Join(got, "\n"), tt.levels, strings.Join(tt.want, "\n"))
		}
		n := 0
		for _, f := range r.Findings() {
			if f.Identity != Sources || len(f.Cells) < 2 || f.Cells[0].Pos.Line == 0 {
				t.Errorf("%+v", f)
			}
			n++
		}
		if agree := strings.Count(strings.Join(tt.want, "\n"), "agrees "); n != len(tt.want)-agree {
			t.Errorf("%s %s: %d findings", tt.geo, tt.year, n)
		}
	}
}

// The order of the sources does not matter, and the correction of Germany's
// humanitarian total is borne out by UNHCR.
func TestAgainstEitherWay(t *testing.T) {
	r := reconciled(t, "unhcr", "aida", "TOTAL", "DE", "2023")
	if r.Sources != [2]string{"aida", "unhcr"} {
		t.Errorf("%v", r.Sources)
	}
	if got := lines(&r); !slices.Contains(got, "agrees granted other protection 92752/92740") {
		t.Errorf("%q", got)
	}
	rs, err := Reconcile(embedded(t), "aida", "unhcr", Options{Citizen: []string{"TOTAL"}}) // as printed
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rs, func(r Reconciliation) bool { return r.Geo == "DE" && r.Period == "2023" })
	if got := lines(&rs[i]); !slices.Contains(got, "unexplained granted other protection 133068/92740") {
		t.Errorf("as printed: %q", got)
	}
}

// Eurostat rounds to 5; where UNHCR counts repeat applications it is told.
func TestAgainstEurostat(t *testing.T) {
	r := reconciled(t, "unhcr", "eurostat", "RU", "UK", "2019")
	want := []string{"explained applicants 455/450 (UNHCR leaves out repeat applications)", "agrees first-time applicants 445/445"}
	if got := lines(&r); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
