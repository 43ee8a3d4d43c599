package aida

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

func open(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

const statistics = "../../datasets/exports/aida/statistics/2026-03-18/statistics.csv"

// cells gives each cell of a table by its key without the page: count or
// reason, and the printed value.
func cells(t *table.Table, only func(o obs.Observation) bool) map[string]string {
	out := map[string]string{}
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			for p := range t.Periods {
				if o := t.Observation(c, r, p); t.Chunks[c].Held(r, p) && only(o) {
					out[strings.Join(o.Key[:8], "|")+"|"+string(o.Period)] = fmt.Sprintf("%d %s %q", o.Count, o.Flags, strings.TrimSpace(o.Printed))
				}
			}
		}
	}
	return out
}

// A page gives what the copied table gives, cell by cell.
func TestPageEqualsCopiedTable(t *testing.T) {
	for _, tt := range []struct {
		file, geo, year, vintage string
	}{{"hr2022", "HR", "2022", "2023-06-26"}, {"de2023", "DE", "2023", "2024-07-10"}} {
		p, err := ReadPage(open(t, "testdata/"+tt.file+".html"), table.Meta{File: tt.file + ".html"}, table.Want{})
		if err != nil {
			t.Fatal(err)
		}
		want, err := ReadCSV(open(t, statistics), table.Meta{}, table.Want{Periods: []obs.Period{obs.Period(tt.year)}, Codes: map[string][]string{"geo": {tt.geo}}})
		if err != nil {
			t.Fatal(err)
		}
		w := cells(want, func(o obs.Observation) bool { return o.Key[7] == "table" })
		g := cells(p.Table, func(obs.Observation) bool { return true })
		for k, v := range w {
			if g[k] != v {
				t.Errorf("%s: %s is %s, want %s", tt.file, k, g[k], v)
			}
		}
		if len(g) != len(w) || len(w) < 90 || p.Table.Vintage != tt.vintage || len(p.Warnings) > 0 {
			t.Errorf("%s: %d cells of %s, %v; want %d of %s", tt.file, len(g), p.Table.Vintage, p.Warnings, len(w), tt.vintage)
		}
	}
}

func TestHTMLPositions(t *testing.T) {
	b, _ := io.ReadAll(open(t, "testdata/odd.html"))
	src := strings.Split(string(b), "\n")
	tb, err := ReadHTML(strings.NewReader(string(b)), table.Meta{File: "odd.html"}, table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for c := range tb.Chunks {
		for r := range tb.Chunks[c].Rows {
			o := tb.Observation(c, r, 0)
			n++
			first, _, _ := strings.Cut(strings.ReplaceAll(o.Printed, "\u00a0", "&nbsp;"), "[")
			first, _, _ = strings.Cut(first, "\n")
			if at := src[o.Pos.Line-1][o.Pos.Col-1:]; o.Printed != "" && !strings.HasPrefix(at, first[:min(len(first), 2)]) || o.Printed == "" && !strings.HasPrefix(at, "<td") {
				t.Errorf("%q is said to stand at %v: %q", o.Printed, o.Pos, at)
			}
		}
	}
	if n != 75 {
		t.Errorf("%d cells", n)
	}
}

// saved is a page around a table, of a country and with a heading.
func saved(heading, tables string) string {
	return "<html><head><title>Statistics - AIDA</title></head><body><h1>Statistics</h1><p>Austria</p><p>Country Report: Statistics Last updated: 02/07/24</p>" + "<h3>" + heading + "</h3>" + tables + "</body></html>"
}

// tab is a table of cells: rows at newlines, cells at |.
func tab(s string) string {
	var b strings.Builder
	b.WriteString("<table>")
	for row := range strings.SplitSeq(s, "\n") {
		b.WriteString("<tr>")
		for c := range strings.SplitSeq(row, "|") {
			b.WriteString("<td>" + c + "</td>")
		}
		b.WriteString("</tr>")
	}
	return b.String() + "</table>"
}

// brief writes the cells of a page: citizen or category, measure, value.
func brief(t *table.Table) string {
	var out []string
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			for p := range t.Periods {
				o := t.Observation(c, r, p)
				if !t.Chunks[c].Held(r, p) {
					continue
				}
				v := o.Flags
				if o.Known {
					v = fmt.Sprint(o.Count)
				}
				k := o.Key[0]
				if o.Key[3] != "" {
					k = o.Key[3]
				}
				s := k + " " + o.Key[5] + " " + v
				if o.Key[4] != "" {
					s = k + " " + o.Key[4] + "/" + o.Key[5] + " " + v
				}
				if o.Key[6] != "persons" && o.Key[6] != "percent" {
					s += " " + o.Key[6]
				}
				out = append(out, s+" "+string(o.Period))
			}
		}
	}
	return strings.Join(out, "; ")
}

const heading = "Applications and granting of protection status at first instance: 2023"

var oddities = []struct {
	name, page, want string
	warnings         int
}{
	{"columns swapped", saved(heading, tab("|Rejection|Refugee status\nTotal|1|2")), "TOTAL rejection 1 2023; TOTAL refugee_status 2 2023", 0},
	{"blank head cell at the end", saved(heading, tab("Refugee status|Rejection|&nbsp;\nTotal|1|2")), "TOTAL refugee_status 1 2023; TOTAL rejection 2 2023", 0},
	{"no blank head cell", saved(heading, tab("Refugee status|Rejection\nTotal|1|2")), "TOTAL refugee_status 1 2023; TOTAL rejection 2 2023", 0},
	{"labels in the last column", saved(heading, tab("Refugee status|Rejection|&nbsp;\n1|2|Total\n3|4|Syria")), "TOTAL refugee_status 1 2023; TOTAL rejection 2 2023; SY refugee_status 3 2023; SY rejection 4 2023", 0},
	{"head of labels", saved(heading, tab("Country of origin|Refugee status|Rejection\nTotal|1|2")), "TOTAL refugee_status 1 2023; TOTAL rejection 2 2023", 0},
	{"breakdown as a paragraph", saved(heading, tab("|Refugee status|Rejection\nTotal|1|2")+"<p>Breakdown by countries of origin of the total numbers</p>"+tab("Syria|3|4")), "TOTAL refugee_status 1 2023; TOTAL rejection 2 2023; SY refugee_status 3 2023; SY rejection 4 2023", 0},
	{"breakdown as a whole row", saved(heading, tab("|Refugee status|Rejection\nTotal|1|2\nBreakdown by countries of origin of the total numbers|&nbsp;|&nbsp;\nSyria|3|4")), "TOTAL refugee_status 1 2023; TOTAL rejection 2 2023; SY refugee_status 3 2023; SY rejection 4 2023", 0},
	{"breakdown as a short row", saved(heading, tab("|Refugee status|Rejection\nTotal|1|2\nBreakdown by countries of origin of the total numbers\nSyria|3|4")), "TOTAL refugee_status 1 2023; TOTAL rejection 2 2023; SY refugee_status 3 2023; SY rejection 4 2023", 0},
	{"head over two columns, one cell", saved(heading, `<table><tr><td><td colspan=2>Refugee status and Subsidiary protection<td>Rejection<tr><td>Total<td colspan=2>5<td>6</table>`), "TOTAL refugee_or_subsidiary 5 2023; TOTAL rejection 6 2023", 0},
	{"head over two columns, two cells", saved(heading, `<table><tr><td><td colspan=2>Refugee status and Subsidiary protection<td>Rejection<tr><td>Total<td>5<td>6<td>7</table>`), "TOTAL unknown:Refugee status and Subsidiary protection, column 2 5 2023; TOTAL unknown:Refugee status and Subsidiary protection, column 3 6 2023; TOTAL rejection 7 2023", 2},
	{"one figure over two rows", saved(heading, `<table><tr><td><td>Refugee status<td>Rejection<tr><td>Total<td rowspan=2>5<td>6<tr><td>Syria<td>7</table>`), "TOTAL refugee_status merged 2023; TOTAL rejection 6 2023; SY refugee_status merged 2023; SY rejection 7 2023", 1},
	{"heading inside the table", saved("Figures", `<table><tr><td colspan=3>`+heading+`<tr><td><td>Refugee status<td>Rejection<tr><td>Total<td>5<td>6</table>`), "TOTAL refugee_status 5 2023; TOTAL rejection 6 2023", 0},
	{"year in the heads only", saved("Figures", tab("|Applicants in 2019|Pending at end 2019|Rejection\nTotal|1|2|3")), "TOTAL applicants 1 2019; TOTAL FA/pending 2 2019; TOTAL FA/rejection 3 2019", 0},
	{"year in the heading, another day in a head", saved("Applications and granting of protection status at first instance: figures for 2024[4]", tab("|New applicants in 2024|Pending as of 31 January 2025 (1)\nTotal|1|2")), "TOTAL applicants 1 2024; TOTAL pending 2 2024", 0},
	{"no head row", saved("International protection applicants: December 2022", tab("Total|33,246\nUkrain|7.131\nOthers|1")), "TOTAL applicants 33246 2022; UA applicants 7131 2022; Others applicants 1 2022", 0},
	{"gender without heads", saved("Gender/age breakdown of the total number of applicants: 2022*", tab("Men|5|50%\nWomen|5|50 %")), "Men number 5 2022; Men percentage percent 2022; Women number 5 2022; Women percentage percent 2022", 0},
	{"two tables of counts", saved("Applications in 2023", tab("|First time applicants in 2023|Repeated applicants in 2023|Total applicants in 2023\nTotal|1|2|3")+"<h3>Granting of protection status at first instance: figures for 2023</h3>"+tab("|Refugee status\nTotal|4")), "TOTAL first_time_applicants 1 2023; TOTAL repeated_applicants 2 2023; TOTAL applicants 3 2023; TOTAL refugee_status 4 2023", 0},
	{"rates without a year", saved(heading, tab("|Refugee status\nTotal|4")+"<h3>Granting of protection: rates for year</h3>"+tab("|Refugee rate|Sub. Prot. rate\nTotal|0,900|1.234")), "TOTAL refugee_status 4 2023; TOTAL refugee_rate percent 2023; TOTAL sub_prot_rate percent 2023", 0},
	{"a note says intentions", saved(heading, tab("|Applicants in 2023 (1)|Pending at end of 2023\nTotal|4|5")+"<p>(1) Persons who expressed the intention to apply.</p>"), "TOTAL applicants 4 intentions 2023; TOTAL pending 5 2023", 0},
	{"prose that says intentions", saved(heading, tab("|Applicants in 2023 (1)\nTotal|4")+"<p>In all 58,757 persons expressed an intention to apply.</p>"), "TOTAL applicants 4 2023", 0},
	{"a head says intentions", saved(heading, tab("|Applicants (intentions) in 2023\nTotal|4")), "TOTAL applicants 4 intentions 2023", 0},
	{"unknown head", saved(heading, tab("|Refugee status|Dublin transfers[3]\nTotal|4|5")), "TOTAL refugee_status 4 2023; TOTAL unknown:Dublin transfers 5 2023", 1},
	{"a table of something else", saved(heading, tab("|Refugee status\nTotal|4")+tab("Prison|Beds\nVienna|5")), "TOTAL refugee_status 4 2023", 1},
	{"long row, blank", saved(heading, tab("|Refugee status\nTotal|4|&nbsp;")), "TOTAL refugee_status 4 2023", 0},
	{"long row", saved(heading, tab("|Refugee status\nTotal|4|5")), "TOTAL unknown:cell 2 short 2023; TOTAL unknown:cell 3 short 2023", 1},
	{"row without a label", saved(heading, tab("|Refugee status\n&nbsp;|4\nSyria|5")), "TOTAL refugee_status 4 2023; SY refugee_status 5 2023", 0},
	{"bullets in labels", saved("First instance and appeal decision rates: 2023", `<table><tr><td><td colspan=2>First instance<td colspan=2>Appeal<tr><td><td>Number<td>Percentage<td>Number<td>Percentage<tr><td><ul><li>Refugee status</ul><td>1<td>2%<td>3<td>0<tr><td>&#8226;&nbsp;Permission to remain<td>0<td>0<td>:<td>-</table>`),
		"Refugee status first_instance/number 1 2023; Refugee status first_instance/percentage percent 2023; Refugee status appeal/number 3 2023; Refugee status appeal/percentage percent 2023; Permission to remain first_instance/number 0 2023; Permission to remain first_instance/percentage percent 2023; Permission to remain appeal/number na 2023; Permission to remain appeal/percentage na 2023", 0},
	{"layout table around", saved("x", "<table><tr><td><h3>"+heading+"</h3>"+tab("|Refugee status in 2023\nTotal|4")+"</td></tr></table>"), "TOTAL FA/refugee_status 4 2023", 0},
	{"first and second instance", saved(strings.Replace(heading, "first", "first and second", 1), tab("|Applicants in 2023|Pending at end of 2023|Refugee status\nTotal|1|2|3")+"<h3>Rates for 2023</h3>"+tab("|Refugee rate\nTotal|4%")),
		"TOTAL applicants 1 2023; TOTAL FA/pending 2 2023; TOTAL FA/refugee_status 3 2023; TOTAL FA/refugee_rate percent 2023", 0},
	{"the same, of another country", strings.ReplaceAll(saved(strings.Replace(heading, "first", "1st and 2nd", 1), tab("|Rejection\nTotal|1")), "Austria", "Malta"), "TOTAL FA/rejection 1 2023", 0},
	{"another country, no word", strings.ReplaceAll(saved("Figures for 2023", tab("|Rejection\nTotal|1")), "Austria", "Malta"), "TOTAL rejection 1 2023", 0},
	{"th and thead", saved(heading, "<table><thead><tr><th><th>Refugee status<tbody><tr><th>Total<td>4</table>"), "TOTAL refugee_status 4 2023", 0},
}

func TestOddities(t *testing.T) {
	for _, tt := range oddities {
		p, err := ReadPage(strings.NewReader(tt.page), table.Meta{File: "a.html"}, table.Want{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := brief(p.Table); got != tt.want || len(p.Warnings) != tt.warnings || p.Table.Vintage != "2024-07-02" {
			t.Errorf("%s: got\n%s (%s), %v\nwant\n%s and %d warnings", tt.name, got, p.Table.Vintage, p.Warnings, tt.want, tt.warnings)
		}
	}
}

func TestCountry(t *testing.T) {
	body := "<h3>" + heading + "</h3>" + tab("|Refugee status\nTotal|4")
	for _, tt := range []struct{ name, page, geo string }{
		{"title", "<title>Statistics - Republic of Ireland - AIDA</title>" + body, "IE"},
		{"og:title", `<meta property="og:title" content="Türkiye | Statistics">` + body, "TR"},
		{"heading", "<h2>Greece</h2>" + body, "EL"},
		{"country report", "<h2>Country Report: United Kingdom</h2>" + body, "UK"},
		{"under the title", "<h1>Statistics</h1><div>Slovenia</div><div>Country Report: Statistics</div>" + body, "SI"},
		{"breadcrumb", `<div class="c-Breadcrumbs"><a>Home</a> / <a>Reports</a> / <a>Cyprus</a></div>` + body, "CY"},
		{"address lies", `<link rel=canonical href="https://x/reports/country/croatia/statistics/"><h2>Bulgaria</h2>` + body, "BG"},
		{"menu", "<ul><li>Croatia<li>Bulgaria</ul><h2>Bulgaria</h2>" + body, "BG"},
		{"none", body, ""}, {"menu only", "<ul><li>Croatia<li>Bulgaria</ul>" + body, ""}, {"two", "<title>Croatia</title><h2>Bulgaria</h2>" + body, ""},
	} {
		got, err := ReadHTML(strings.NewReader(tt.page), table.Meta{File: "a.html"}, table.Want{})
		switch {
		case tt.geo == "" && (err == nil || !strings.Contains(err.Error(), "want one country")):
			t.Errorf("%s: %v", tt.name, err)
		case tt.geo != "" && (err != nil || got.Key(0, 0)[1] != tt.geo):
			t.Errorf("%s: %v, %v", tt.name, got, err)
		}
	}
}

func TestHTMLRefusals(t *testing.T) {
	for _, tt := range []struct{ name, page, want string }{
		{"no table", saved(heading, ""), "a page without a table"},
		{"no row", saved(heading, tab("|Refugee status\n&nbsp;|&nbsp;")), "a page whose tables have no rows"},
		{"no year", saved("Figures", tab("|Refugee status\nTotal|4")), "a table without a year"},
		{"two years", saved(heading, tab("|Applicants in 2022\nTotal|4")), "a table of 2022 under a heading of 2023"},
		{"label", saved(heading, tab("|Refugee status\nSyriaa|4")), `a.html:1:` + "282: got label \"Syriaa\", want a citizenship"},
		{"cut", "<h2>Austria</h2><table><tr><td>", "the end of the file inside a table"},
		{"twice", saved(heading, tab("|Refugee status\nSyria|4\nSyria|5")), "a second time"},
		{"latin-1", "<h2>Austria</h2><p>caf\xe9</p>", "not UTF-8"},
		{"deep", strings.Repeat("<div>", 100_000), "nested more than 4,096 deep"},
		{"deep tables", strings.Repeat("<table><tr><td>", 100_000), "nested more than 64 deep"},
		{"label of 1 MB", saved(heading, tab("|Refugee status\n"+strings.Repeat("Syria ", 200_000)+"|4")), "a cell of more than 16 KB"},
		{"many cells", "<table>" + strings.Repeat("<tr><td>", 200_000), "more than 100,000 cells"},
		{"wide", saved(heading, "<table>"+strings.Repeat("<tr><td>1<td colspan=64>x", 5_000)+"</table>"), "more than 200,000 cells"},
	} {
		_, err := ReadHTML(strings.NewReader(tt.page), table.Meta{File: "a.html"}, table.Want{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	if _, err := ReadHTML(strings.NewReader(saved(heading, tab("|Refugee status\nSyriaa|4"))), table.Meta{}, table.Want{}); !errors.Is(err, obs.ErrUnknownCode) {
		t.Error("the cause is lost")
	}
}

// endless repeats a run of bytes.
type endless struct {
	of   string
	at   int
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.of[e.at]
		e.at = (e.at + 1) % len(e.of)
	}
	e.read += len(p)
	return len(p), nil
}

func TestHugePageStops(t *testing.T) {
	for _, of := range []string{"x", "<p>x", "<!-- ", "<a b='", "&nbsp;"} {
		e := &endless{of: of}
		if _, err := ReadHTML(e, table.Meta{File: "a.html"}, table.Want{}); err == nil || e.read > 2*maxPage {
			t.Errorf("%q: %v after %d bytes", of, err, e.read)
		}
	}
}

func TestIsHTML(t *testing.T) {
	for in, want := range map[string]bool{
		"<!DOCTYPE html>": true, "\ufeff\n <!doctype HTML PUBLIC": true, "<html lang=en>": true, "<!-- saved from --><html>": true, "<table>": true, "<h3>x": true, `<?xml version="1.0"?><html >`: true,
		"country,year": false, "<Header>": false, `<?xml version="1.0"?><message:GenericData>`: false, "": false, "{": false, "<": false, "PK\x03\x04": false,
	} {
		if IsHTML([]byte(in)) != want {
			t.Errorf("IsHTML(%q) is not %v", in, want)
		}
	}
}

func FuzzHTML(f *testing.F) {
	for _, name := range []string{"odd", "hr2022", "de2023"} {
		b, _ := io.ReadAll(open(f, "testdata/"+name+".html"))
		f.Add(string(b))
	}
	for _, tt := range oddities {
		f.Add(tt.page)
	}
	f.Fuzz(func(t *testing.T, in string) {
		p, err := ReadPage(strings.NewReader(in), table.Meta{File: "a.html"}, table.Want{})
		if err != nil {
			if m := err.Error(); !strings.HasPrefix(m, "a.html:") || !strings.Contains(m, ", want ") {
				t.Errorf("a message without place or want: %s", m)
			}
			return
		}
		lines := strings.Split(in, "\n")
		for c := range p.Table.Chunks {
			for r := range p.Table.Chunks[c].Rows {
				for i := range p.Table.Periods {
					o := p.Table.Observation(c, r, i)
					if !p.Table.Chunks[c].Held(r, i) {
						continue
					}
					if o.Pos.Line < 1 || o.Pos.Line > len(lines) || o.Pos.Col < 1 || o.Pos.Col > len(lines[o.Pos.Line-1])+1 {
						t.Errorf("%+v stands outside of the file", o)
					}
					if o.Known != (o.Flags == "") || !o.Known && o.Count != 0 {
						t.Errorf("%+v", o)
					}
					if n, why := Number(o.Printed, o.Key[6] == "percent"); o.Flags != Short && o.Flags != Merged && (n != o.Count || why != o.Flags) {
						t.Errorf("%+v, but its printed form gives %d, %q", o, n, why)
					}
					if o.Known && isRate(o.Key[5]) {
						t.Errorf("a rate read as a count: %+v", o)
					}
				}
			}
		}
	})
}
