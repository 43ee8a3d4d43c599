package eurostat

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"

	"asylum/datasets/needs"
)

// cellsOf writes every held cell of a table as "key period=value flags @line:col".
func cellsOf(t *table.Table) []string {
	var out []string
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			for p := range t.Periods {
				if !t.Chunks[c].Held(r, p) {
					continue
				}
				o := t.Observation(c, r, p)
				v := ":"
				if o.Known {
					v = obs.Number(o.Count, o.Decimals)
				}
				out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s=%s %s", strings.Join(o.Key, ","), o.Period, v, o.Flags))+fmt.Sprintf(" @%d:%d", o.Pos.Line, o.Pos.Col))
			}
		}
	}
	return out
}

func TestJSONStatOfToday(t *testing.T) {
	raw := needs.File(t, "data/eurostat/json-stat/migr_asyappctza.ie-2026-09.subset.json")
	if !IsJSON(raw[:100]) {
		t.Error("IsJSON is false")
	}
	tab, err := ReadJSONStat(strings.NewReader(string(raw)), table.Meta{File: "a.json"}, table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	if tab.Table != "migr_asyappctza" || tab.Vintage != "2026-09-03" || tab.Note == "" || tab.Count() != 569 {
		t.Errorf("%s of %s (%s): %d cells", tab.Table, tab.Vintage, tab.Note, tab.Count())
	}
	if got := tab.Dim("asyl_app"); got < 0 {
		t.Error("no asyl_app")
	}
	at := map[string]int32{}
	for c := range tab.Chunks {
		for r := range tab.Chunks[c].Rows {
			for p := range tab.Periods {
				if !tab.Chunks[c].Held(r, p) {
					continue
				}
				o := tab.Observation(c, r, p)
				at[strings.Join(o.Key, ",")+" "+string(o.Period)] = o.Count
				// The place is that of the value in the file.
				if got := string(raw[o.Pos.Col-1:][:len(fmt.Sprint(o.Count))]); o.Pos.Line != 1 || got != fmt.Sprint(o.Count) || raw[o.Pos.Col-2] != ':' {
					t.Fatalf("%v holds %q, want %d", o.Pos, got, o.Count)
				}
			}
		}
	}
	get := func(sex, age, year string) int32 {
		v, ok := at["A,ZW,ASY_APP,"+sex+",PER,"+age+",IE "+year]
		if !ok {
			v = 0
		}
		return v
	}
	ages := []string{"Y_LT14", "Y14-17", "Y18-34", "Y35-64", "Y_GE65", "UNK"}
	for y := 2008; y <= 2025; y++ {
		year, sum := fmt.Sprint(y), int32(0)
		for _, a := range ages {
			sum += get("T", a, year)
		}
		total := get("T", "TOTAL", year)
		if d := sum - total; d < -15 || d > 15 || y == 2022 && total == 0 {
			t.Errorf("%s: ages add up to %d, total %d", year, sum, total)
		}
		if d := get("M", "TOTAL", year) + get("F", "TOTAL", year) - total; d < -5 || d > 5 {
			t.Errorf("%s: M+F differs from T by %d", year, d)
		}
	}
	if got := get("T", "TOTAL", "2022"); got == 0 {
		t.Error("nobody in 2022")
	}

	_, err = ReadJSONStat(strings.NewReader(string(raw)), table.Meta{File: "a.json", Table: "migr_asydcfsta"}, table.Want{})
	if err == nil || !strings.Contains(err.Error(), `: got the dataset "migr_asyappctza", want an answer for migr_asydcfsta`) {
		t.Error(err)
	}
	part, err := ReadJSONStat(strings.NewReader(string(raw)), table.Meta{File: "a.json"}, table.Want{Periods: []obs.Period{"2022"}, Codes: map[string][]string{"sex": {"T"}, "age": {"TOTAL"}}})
	if err != nil || part.Count() != 1 {
		t.Errorf("%v, %v", part, err)
	}
}

func TestJSONStatOfTheRetiredService(t *testing.T) {
	_, err := ReadJSONStat(strings.NewReader(string(needs.File(t, "data/eurostat/json-stat/nama_gdp_c.jsonstat1-2015.json"))), table.Meta{File: "n.json"}, table.Want{})
	want := "n.json:1:2: got JSON-stat 1, of a service that is no more, want a dataset in JSON-stat 2.0\n\thint: download https://ec.europa.eu/eurostat/api/dissemination/statistics/1.0/data/CODE?format=JSON instead"
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

// answer is a small answer of the service; old and new are replaced in it.
func answer(change ...string) string {
	return strings.NewReplacer(change...).Replace(`{"version":"2.0","class":"dataset","label":"Decisions","source":"ESTAT","updated":"2026-09-03T00:30:00+0200",
"value":{"5":40,"0":10,"3":0},
"status":{"1":"c","3":"n","5":"bp","2":":"},
"id":["freq","decision","geo","time"],"size":[1,3,1,2],
"dimension":{
"time":{"label":"Time","category":{"index":{"2024":0,"2025":1},"label":{"2024":"2024","2025":"2025"}}},
"freq":{"label":"Time frequency","category":{"label":{"A":"Annual"}}},
"geo":{"label":"Geo","category":{"index":{"DE":0},"label":{"DE":"Germany"}}},
"decision":{"label":"Decision","category":{"index":["TOTAL","POS","NEG"],"label":{"TOTAL":"Total"}}}},
"extension":{"lang":"EN","id":"MIGR_ASYDCFSTA","positions-with-no-data":{"geo":[]}}}
`)
}

func TestJSONStat(t *testing.T) {
	whole := []string{
		"A,TOTAL,DE 2024=10 @2:21", "A,TOTAL,DE 2025=: c @3:15",
		"A,TOTAL_POS,DE 2024=: @3:40", "A,TOTAL_POS,DE 2025=0 n @2:28",
		"A,REJECTED,DE 2025=40 bp @2:14",
	}
	for _, tt := range []struct {
		name, in string
		want     []string
	}{
		{"value first", answer(), whole},
		{"BOM", "\ufeff" + answer(), whole},
		{"status first", answer(`"value":{"5":40,"0":10,"3":0}`, `"status":{"1":"c","3":"n","5":"bp","2":":"}`, `"status":{"1":"c","3":"n","5":"bp","2":":"}`, `"value":{"5":40,"0":10,"3":0}`),
			[]string{"A,TOTAL,DE 2024=10 @3:21", "A,TOTAL,DE 2025=: c @2:15", "A,TOTAL_POS,DE 2024=: @2:40", "A,TOTAL_POS,DE 2025=0 n @3:28", "A,REJECTED,DE 2025=40 bp @3:14"}},
		{"no status", answer(`"status":{"1":"c","3":"n","5":"bp","2":":"},`, ``),
			[]string{"A,TOTAL,DE 2024=10 @2:21", "A,TOTAL_POS,DE 2025=0 @2:28", "A,REJECTED,DE 2025=40 @2:14"}},
		{"lists", answer(`{"5":40,"0":10,"3":0}`, `[10,null,null,0,null,40]`, `{"1":"c","3":"n","5":"bp","2":":"}`, `[null,"c",":","n",null,"bp"]`),
			[]string{"A,TOTAL,DE 2024=10 @2:10", "A,TOTAL,DE 2025=: c @3:16", "A,TOTAL_POS,DE 2024=: @3:20", "A,TOTAL_POS,DE 2025=0 n @2:23", "A,REJECTED,DE 2025=40 bp @2:30"}},
		{"decimals and losses elsewhere", answer("MIGR_ASYDCFSTA", "DEMO_GIND", `"5":40`, `"5":-12.30`, `"0":10`, `"0":1.5e1`),
			[]string{"A,TOTAL,DE 2024=15 @2:25", "A,TOTAL,DE 2025=: c @3:15", "A,TOTAL_POS,DE 2024=: @3:40", "A,TOTAL_POS,DE 2025=0 n @2:35", "A,REJECTED,DE 2025=-12.30 bp @2:14"}},
	} {
		tab, err := ReadJSONStat(strings.NewReader(tt.in), table.Meta{File: "d.json"}, table.Want{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := cellsOf(tab); !slices.Equal(got, tt.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", tt.name, got, tt.want)
		}
		if tab.Vintage != "2026-09-02" { // half past midnight in Luxembourg
			t.Errorf("%s: vintage %s", tt.name, tab.Vintage)
		}
	}
	tab, err := ReadJSONStat(strings.NewReader(answer()), table.Meta{File: "d.json", Vintage: "2026-10-01", Table: "migr_asydcfsta"}, table.Want{})
	if err != nil || tab.Vintage != "2026-10-01" || tab.Note != "" {
		t.Errorf("the vintage given is not kept: %v", err)
	}
}

func TestJSONStatRefusals(t *testing.T) {
	const again = "\n\thint: download it again"
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", "d.json:1:1: got the end of the file, want the rest of it\n\thint: the download was cut off; download it again"},
		{"cut", answer()[:200], "d.json:4:15: got the end of the file, want the rest of it\n\thint: the download was cut off; download it again"},
		{"cut in a text", answer()[:20], "d.json:1:21: got the end of the file, want the rest of it\n\thint: the download was cut off; download it again"},
		{"more behind", answer() + "{}", `d.json:11:1: got "{" behind the end, want one dataset a file` + again},
		{"no JSON", "<html>", `d.json:1:1: got "<", want JSON` + again},
		{"a word", `{"a":nil}`, `d.json:1:6: got "nil", want JSON` + again},
		{"error", `{"error":[{"status":400,"id":150,"label":"Invalid dimension: asyl_app"}]}`,
			`d.json:1:10: got the error 400 of the service, "Invalid dimension: asyl_app", want a dataset in JSON-stat 2.0` + "\n\thint: ask again for less, or for what the dataset has; the bulk download has all of it"},
		{"warning", `{"warning":{"status":413,"label":"ASYNCHRONOUS_RESPONSE. Your request will be treated asynchronously."}}`,
			`d.json:1:12: got the warning 413 of the service, "ASYNCHRONOUS_RESPONSE. Your request will be treated asynchronously.", want a dataset in JSON-stat 2.0` + "\n\thint: the service makes such an answer ready later; ask again, ask for less, or take the bulk download"},
		{"UNHCR's", `{"page":1,"items":[]}`, `d.json:1:1: got JSON without a "version", want a dataset in JSON-stat 2.0` + "\n\thint: " + mendJSONStat},
		{"another version", answer(`"2.0"`, `"1.3"`), `d.json:1:12: got the version "1.3", want a dataset in JSON-stat 2.0` + "\n\thint: " + mendJSONStat},
		{"a collection", answer(`"dataset"`, `"collection"`), `d.json:1:26: got the class "collection", want a dataset in JSON-stat 2.0` + "\n\thint: " + mendJSONStat},
		{"no size", answer(`"size":[1,3,1,2],`, ``), `d.json:1:1: got a dataset without "size", want a dataset in JSON-stat 2.0` + again},
		{"zero length", answer(`[1,3,1,2]`, `[1,3,0,2]`), "d.json:4:51: got no codes of geo, want at least one\n\thint: the question asked for a code that the dataset has not; correct it and ask again"},
		{"a huge box", answer(`[1,3,1,2]`, `[1,3,100000000,2]`), "d.json:4:51: got a box of more than 200000000 cells, want a dataset\n\thint: take the bulk download"},
		{"sizes missing", answer(`[1,3,1,2]`, `[1,3,1]`), "d.json:4:6: got 4 dimensions and 3 sizes, want as many of one as of the other" + again},
		{"size too large", answer(`[1,3,1,2]`, `[1,4,1,2]`), `d.json:9:1: got 3 codes of decision, want 4, as "size" says` + again},
		{"a position twice", answer(`"2025":1}`, `"2025":0}`), `d.json:6:54: got the position 0 of time "2025", want each of 0 to 1 once` + again},
		{"no cell", answer(`{"5":40,"0":10,"3":0}`, `{}`, `"status":{"1":"c","3":"n","5":"bp","2":":"},`, ``), "d.json:1:1: got an answer without a cell, want at least one\n\thint: the question asked for what the dataset has not; correct it and ask again"},
		{"outside", answer(`"5":40`, `"6":40`), "d.json:2:14: got the cell 6, want one of 0 to 5, as the sizes say" + again},
		{"an index", answer(`"5":40`, `"05":40`), `d.json:2:10: got the index "05", want the number of a cell, from 0` + again},
		{"twice", answer(`"0":10`, `"5":10`), "d.json:2:21: got the cell 5 again, want each cell once (it stands at d.json:2:14)" + again},
		{"a text", answer(`"5":40`, `"5":"40"`), `d.json:2:14: got the text "40", want a number or null` + again},
		{"too large", answer(`"5":40`, `"5":2147483648`), `d.json:2:14: got "2147483648", want ` + wantHeldNumber + "\n\thint: this program holds no such number; leave the series out"},
		{"half a person", answer(`"5":40`, `"5":40.5`), `d.json:2:14: got "40.5", want a count of persons` + again},
		{"less than nobody", answer(`"5":40`, `"5":-40`), `d.json:2:14: got "-40", want a count of persons` + again},
		{"a status", answer(`"bp"`, `"B P"`), `d.json:3:31: got the status "B P", want flags such as "bp"` + again},
		{"missing, yet there", answer(`"bp"`, `":"`), `d.json:3:31: got the status ":" of a cell that has a value, want flags` + again},
		{"unknown code", answer(`"DE":0`, `"XX":0`), strings.Replace(unknown("8:43", "geo", "XX"), "t.tsv", "d.json", 1)},
		{"a period", answer(`"2025":1`, `"soon":1`), `d.json:6:54: got period "soon", want a period such as "2023", "2023-Q1" or "2023-01"` + "\n\thint: download the table again"},
		{"two frequencies", answer(`"2025":1`, `"2025-Q1":1`, `"freq"`, `"colour"`), `d.json:6:54: got period "2025-Q1", want periods of one frequency, or the dimension freq` + "\n\thint: download the frequencies apart"},
		{"no time", answer(`"time"`, `"when"`), "d.json:4:6: got freq,decision,geo,when, want the dimension time among them\n\thint: download it again, with a period a column"},
		{"no dataset", answer(`"id":"MIGR_ASYDCFSTA"`, `"x":1`), "d.json:1:1: got a dataset that does not say its code, want the code, such as migr_asyappctza\n\thint: pass --table CODE"},
		{"a time", answer(`2026-09-03T`, `yesterday `), `d.json:1:83: got the time "yesterday 00:30:00+0200", want one such as "2026-09-03T11:00:00+0200"` + again},
		{"both generations", answer(`"NEG"`, `"TOTAL_POS"`), "d.json:9:67: got the code \"TOTAL_POS\" of decision again, want each code once (its other spelling stands at d.json:9:61)\n\thint: download it again"},
		{"twice value", answer(`"label":"Decisions"`, `"value":{}`), `d.json:2:1: got "value" again, want each name once` + again},
		{"deep", `{"link":` + strings.Repeat(`[`, 100_000), "d.json:1:110: got values nested more than 100 deep, want a JSON-stat dataset\n\thint: this is no answer of Eurostat's; download it again"},
	} {
		_, err := ReadJSONStat(strings.NewReader(tt.in), table.Meta{File: "d.json"}, table.Want{})
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s:\ngot  %v\nwant %s", tt.name, err, tt.want)
		}
		if errors.Is(err, obs.ErrNoTable) != (tt.name == "no dataset") {
			t.Errorf("%s: that the user is to name the table is not told apart", tt.name)
		}
	}
}

// A text without an end, or a size that promises much, costs no memory.
func TestJSONStatIsBounded(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := ReadJSONStat(&endless{head: `{"label":"`, row: "abcdefgh"}, table.Meta{File: "d.json"}, table.Want{})
	var pe *obs.ParseError
	if !errors.As(err, &pe) || pe.Got != "a text of more than 1048576 bytes" {
		t.Error(err)
	}
	if _, err := ReadJSONStat(strings.NewReader(answer(`[1,3,1,2]`, `[1,3,1,60000000]`)), table.Meta{File: "d.json"}, table.Want{}); err == nil {
		t.Error("a size of 60 million for two periods passed")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
		t.Errorf("%d bytes allocated", n)
	}
}

func FuzzJSONStat(f *testing.F) {
	f.Add(answer())
	f.Add(answer(`{"5":40,"0":10,"3":0}`, `[10,null,null,0,null,40]`, `{"1":"c","3":"n","5":"bp","2":":"}`, `[null,"c",":","n",null,"bp"]`))
	f.Add(answer("MIGR_ASYDCFSTA", "DEMO_GIND", `"5":40`, `"5":-12.30`, `"0":10`, `"0":1.5e1`))
	// The opening and the end of a real answer, with little between.
	f.Add(`{"version":"2.0","class":"dataset","label":"Asylum applicants by type, citizenship, age and sex - annual aggregated data","source":"ESTAT","updated":"2026-09-03T11:00:00+0200","value":{"1":70,"0":50},"id":["freq","citizen","applicant","sex","unit","age","geo","time"],"size":[1,1,1,1,1,1,1,2],"dimension":{"freq":{"label":"Time frequency","category":{"index":{"A":0},"label":{"A":"Annual"}}},"citizen":{"category":{"index":{"ZW":0}}},"applicant":{"category":{"index":{"TOTAL":0}}},"sex":{"category":{"index":{"T":0}}},"unit":{"category":{"index":{"PER":0}}},"age":{"category":{"index":{"TOTAL":0}}},"geo":{"category":{"index":{"IE":0}}},"time":{"category":{"index":{"2008":0,"2009":1}}}},"extension":{"lang":"EN","id":"MIGR_ASYAPPCTZA","agencyId":"ESTAT","annotation":[{"type":"DISSEMINATION_DOI_XML","title":"<adms:identifier xmlns:adms=\"http://www.w3.org/ns/adms#\"/>"}],"positions-with-no-data":{"freq":[]}}}`)
	f.Add(`{"error":[{"status":400,"id":150,"label":"Invalid"}]}`)
	f.Add(`{"a":{"dimension":{"id":["x"]},"value":[1,2]}}`)
	f.Fuzz(func(t *testing.T, in string) {
		tab, err := ReadJSONStat(strings.NewReader(in), table.Meta{File: "f"}, table.Want{})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Errorf("no place in %q", err)
			}
			return
		}
		// Whatever loads points at its own number or flags in the file.
		lines := strings.Split(in, "\n")
		for c := range tab.Chunks {
			for r := range tab.Chunks[c].Rows {
				for p := range tab.Periods {
					if !tab.Chunks[c].Held(r, p) {
						continue
					}
					o := tab.Observation(c, r, p)
					rest := lines[o.Pos.Line-1][o.Pos.Col-1:]
					if !o.Known {
						if rest[0] != '"' {
							t.Errorf("%v: %q is no status", o.Pos, rest)
						}
						continue
					}
					end := 0
					for end < len(rest) && strings.IndexByte("+-.eE0123456789", rest[end]) >= 0 {
						end++
					}
					if n, d, ok := decimal(rest[:end], false); !ok || n != o.Count || d != o.Decimals {
						t.Errorf("%v: %q became %s", o.Pos, rest[:end], obs.Number(o.Count, o.Decimals))
					}
				}
			}
		}
	})
}
