package audit

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"asylum/datasets/needs"
)

// What a look at the printed page says of a finding.
const (
	isTrue   = "true"         // the cells on the page contradict one another
	isDesign = "not an error" // the page is right in its own way, and the identity is not meant to hold
)

// Every finding in AIDA's figures was checked by hand: each table was printed
// out with its rows and columns as on the page, the cells that a finding names
// were read off there and added up or divided with a calculator, and the notes
// under the table were read for a reason. What the page explains, or does on
// purpose, counts as a false alarm.
var checkedByHand = []struct{ where, says, verdict, how string }{
	{"AT TOTAL 2020", "rows of rejection", isTrue, "305+2,914+541+1,422+265+338+307+304+63+134+2,602 is 9,195, above it 9,186; applicants and pending add up"},
	{"AT TN 2022", "part of all rejections", isTrue, "6,371 on the merits, 6,151 of all incl. Dublin; Türkiye 254 and 243; the other rows are the right way round"},
	{"AT AF 2022", "rejection_rate is printed 1.9%", isTrue, "71/3,561 is 1.994 %; the page cuts in four more rows and rounds in none of them"},
	{"AT MA 2024", "no outcome is more", isTrue, "1,433 rejections in 767 decisions; stateless: 546 statuses in 519"},
	{"BE AF 2021", "no one denominator", isDesign, "1,175/2,372 is 49.5 %, printed 46.3 %: the rates of all rows are of decisions, the counts of persons"},
	{"BE ER 2024", "2,265", isTrue, "2,157+30+67 is 2,254; Palestine's row is 11 over, this one 11 short"},
	{"BE PS 2024", "3,753", isTrue, "3,688+0+76 is 3,764"},
	{"BG TOTAL 2022", "rows of pending", isTrue, "Syria alone has 5,695 pending of a Total of 1,009"},
	{"BG TOTAL 2022", "445", isTrue, "445 in the main table, 444 in the comparison, where 4,373 and 444 are the total of 4,817"},
	{"BG TOTAL 2022", "negative decisions is printed 2%", isTrue, "444 of 4,817 are 9.2 %; all four percentages are of about 19,000 decisions that the table calls 4,817"},
	{"BG TOTAL 2022", "children is printed 8.7%", isTrue, "1,793/20,407 is 8.786 %, 1,509/20,407 is 7.395 % and printed 7.3 %"},
	{"DE TOTAL 2019", "every rate divides", isTrue, "45,053 at 36.2 % are of 124,300 to 124,600 cases, the three columns add up to 118,506; nine rows likewise"},
	{"DE TR 2019", "rejection_rate is printed 36.9%", isTrue, "4,871 at 51.2 % are of about 9,514 cases, of which 4,435 are 46.6 %; 36.9 % stands in the row below"},
	{"DE SY 2019", "no one denominator", isTrue, "22,705 at 59 % and 15,173 at 39.5 % leave 38,316 to 38,461 cases, of which 57 are 0.15 %, printed 0.2 %"},
	{"DE TOTAL 2023", "197,055", isTrue, "42,525+71,290+61,778+61,778 is 237,371; 61,778 stands in two columns"},
	{"DE TR 2024", "33,946", isTrue, "3,939+264+57+29,704 is 33,964"},
	{"EL AF 2020", "no more than all decisions", isTrue, "4,606+6,164+5,494 is 16,264 in a column that says 2,330 decisions; four rows likewise, the Total is not"},
	{"EL TOTAL 2021", "sub_prot_rate is printed 12.9%", isTrue, "3,537/27,579 is 12.825 %; 47.3 and 39.9 are right, and with 12.9 they are 100.1"},
	{"EL TOTAL 2023", "overall_rejection_rate", isTrue, "16,494/41,430 is 39.812 %, printed 39.80 %"},
	{"IE TOTAL 2020", "1,566", isTrue, "1,566 applicants in one table, 1,926 in the other: 992+574 is 1,566, and 360 children are left out"},
	{"IE TOTAL 2020", "1,083", isTrue, "289+783 is 1,072 of 1,083; 26.68 and 72.29 are 98.97"},
	{"IE TOTAL 2020", "hum_prot_rate is printed 8.78%", isTrue, "200/2,276 is 8.787 %"},
	{"IE TOTAL 2020", "unaccompanied children is printed 1.5%", isTrue, "30/1,926 is 1.558 %"},
	{"IE TOTAL 2020", "decisions granting international protection is printed 31.76%", isTrue, "723/2,276 is 31.766 %"},
	{"IE TOTAL 2020", "decisions granting international protection is printed 26.68%", isTrue, "289/1,083 is 26.685 %"},
	{"IE TOTAL 2022", "hum_prot_rate is printed 46%", isTrue, "2,081/4,402 is 47.27 %"},
	{"IE TOTAL 2022", "permission to remain is printed 46%", isTrue, "the same in the comparison of instances"},
	{"IE TOTAL 2022", "rejection_rate is printed 19%", isTrue, "19 % and 20 % on one page; 869/4,402 is 19.74 %"},
	{"IE TOTAL 2022", "gender not specified is printed 0.0007%", isTrue, "10/13,651 is 0.0733 %"},
	{"IE TOTAL 2022", "unaccompanied children is printed 0.314%", isTrue, "43/13,651 is 0.31499 %"},
	{"RO TOTAL 2022", "rows of pending", isTrue, "ten rows add up to 1,359 of 1,288"},
	{"RO TOTAL 2022", "children is printed 20.90%", isTrue, "2,586/12,368 is 20.909 %"},
	{"RO TOTAL 2022", "positive decisions is printed 25.66%", isTrue, "1,013/3,947 is 25.665 %"},
	{"SE TOTAL 2023", "12,430", isDesign, "12,004 of 12,430: in-merit decisions hold permits of other kinds, in all rows that are whole"},
	{"SE TOTAL 2024", "8,713", isDesign, "7,495 of 8,713, likewise; temporary protection of Ukrainians most of it"},
}

// At most one false alarm stands against five true findings, and no finding is
// unchecked.
func TestFindingsCheckedByHand(t *testing.T) {
	var yes, no int
	left := slices.Clone(checkedByHand)
	for _, f := range Table(figures(t)) {
		i := slices.IndexFunc(left, func(c struct{ where, says, verdict, how string }) bool {
			return strings.HasPrefix(f.Where(), c.where) && strings.Contains(f.Says, c.says)
		})
		if i < 0 {
			t.Errorf("nobody has checked %s: %s", f.Where(), f.Says)
			continue
		}
		if left[i].verdict == isTrue {
			yes++
		} else {
			no++
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, c := range left {
		t.Errorf("not found any more: %s: %s", c.where, c.says)
	}
	t.Logf("%d true findings, %d false alarms", yes, no)
	if no*5 > yes {
		t.Errorf("%d false alarms against %d true findings", no, yes)
	}
}

// The bulk table of applicants was checked another way: each broken sum is added
// up again from the text of the file, without the parser, the index or the
// rules; and sums of a kind are counted in the text, so that none is passed over.
func TestFindingsInTheTextOfTheFile(t *testing.T) {
	const name = "data/eurostat/tsv-new/migr_asyappctza.bulk-2023.subset.tsv"
	path := needs.Shared(t, name)
	cells := textOf(t, path)
	tb := readFile(t, path, "migr_asyappctza")
	sums := map[string]int{}
	for _, f := range Table(tb) {
		if f.Identity != Sexes && f.Identity != Applicants {
			continue
		}
		sums[f.Identity] += wholes(t, &f, cells)
	}
	again := map[string]int{Sexes: recount(cells, 2, "T", []string{"F", "M", "UNK"}), Applicants: recount(cells, 5, "ASY_APP", []string{"NASY_APP", "SSEQ"})}
	for _, kind := range []string{Sexes, Applicants} {
		if sums[kind] != again[kind] || kind == Applicants && again[kind] < 100 {
			t.Errorf("%s: %d broken sums are told, %d stand in the file", kind, sums[kind], again[kind])
		}
	}
}

// textOf reads a bulk table by splitting its lines: "key period" to count.
func textOf(t *testing.T, path string) map[string]int {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out := map[string]int{}
	var periods []string
	for s := bufio.NewScanner(in); s.Scan(); {
		fields := strings.Split(strings.TrimRight(s.Text(), "\r\n"), "\t")
		for i, f := range fields[1:] {
			f = strings.TrimSpace(f)
			if periods == nil || len(periods) < len(fields)-1 {
				periods = append(periods, f)
				continue
			}
			number, _, _ := strings.Cut(f, " ")
			if n, err := strconv.Atoi(number); err == nil {
				out[fields[0]+" "+periods[i]] = n
			}
		}
	}
	return out
}

// recount counts the sums of a field of the key that rounding cannot explain: 2
// for each cell, none of them below 0.
func recount(cells map[string]int, field int, whole string, parts []string) (broken int) {
	for k, w := range cells {
		codes := strings.Split(k, ",")
		if codes[field] != whole {
			continue
		}
		lo, hi, lacks := 0, 0, false
		for _, p := range parts {
			c := slices.Clone(codes)
			c[field] = p
			n, ok := cells[strings.Join(c, ",")]
			if !ok {
				lacks = true
				continue
			}
			lo, hi = lo+max(0, n-2), hi+n+2
		}
		if lo > w+2 || !lacks && hi < max(0, w-2) {
			broken++
		}
	}
	return broken
}

// wholes checks the sums of a finding against the text, and counts them.
func wholes(t *testing.T, f *Finding, cells map[string]int) (n int) {
	t.Helper()
	for j := range f.Cells {
		c := &f.Cells[j]
		if got, ok := cells[fmt.Sprintf("%s %s", strings.Join(c.Key, ","), c.Period)]; !ok || got != int(c.Count) {
			t.Errorf("%v %s: the file says %d, the finding %d", c.Key, c.Period, got, c.Count)
		}
		if c.Role == "whole" {
			n++
		}
	}
	return n + f.More
}
