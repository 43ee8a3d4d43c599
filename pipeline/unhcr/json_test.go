package unhcr

import (
	"strings"
	"testing"

	"asylum/pipeline/table"
)

const page1 = `{"page":1,"short-url":"x","maxPages":2,"total":[],"items":[
{"year":2023,"coo_id":1,"coo_name":"Russian Federation","coo":"RUS","coo_iso":"RUS","coa_id":2,"coa_name":"Croatia","coa":"HRV","coa_iso":"HRV","procedure_type":"G","dec_level":"FI","dec_pc":"P","dec_recognized":20,"dec_other":"0","dec_rejected":39,"dec_closed":"274","dec_total":"-"}
]}
`
const page2 = `{"page":2,"maxPages":2,"items":[{"dec_total":12,"dec_closed":0,"dec_rejected":12,"dec_other":0,"dec_recognized":0,"dec_pc":"P","dec_level":"JR","procedure_type":"G","coa_iso":"HRV","coo_iso":"RUS","year":"2023"}]}`

func TestReadJSON(t *testing.T) {
	if !IsJSON([]byte(page1)) || IsJSON([]byte(`{"version":"2.0","class":"dataset"}`)) {
		t.Error("an answer of UNHCR's is not told from others")
	}
	got, err := ReadJSON(strings.NewReader(page1+page2), table.Meta{File: "d.json"}, table.Want{})
	if err != nil {
		t.Fatal(err)
	}
	cells := map[string]string{}
	for c := range got.Chunks {
		for r := range got.Chunks[c].Rows {
			o := got.Observation(c, r, 0)
			v := "missing"
			if o.Known {
				v = string(rune('0' + o.Count%10))
			}
			cells[strings.Join(o.Key, ",")] = v + " " + o.Pos.String()
		}
	}
	for key, want := range map[string]string{
		"RU,HR,G,FI,P,dec_recognized": "0 d.json:2:213",
		"RU,HR,G,FI,P,dec_closed":     "4 d.json:2:263",
		"RU,HR,G,FI,P,dec_total":      "missing d.json:2:281",
		"RU,HR,G,JR,P,dec_rejected":   "2 d.json:4:79",
	} {
		if cells[key] != want {
			t.Errorf("%s: %q, want %q", key, cells[key], want)
		}
	}
	if got.Meta.Table != "asylum_decisions" || got.Rows != 10 {
		t.Errorf("%d rows of %q", got.Rows, got.Meta.Table)
	}
}

func TestReadJSONRefuses(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{``, "d.json:1:1: got an answer that is cut off, want a whole page\n\thint: download the answer again"},
		{page1[:200], "d.json:2:139: got an answer that is cut off, want a whole page\n\thint: download the answer again"},
		{`{"items":[]}`, "d.json:1:13: got no items, want at least one\n\thint: download the answer again"},
		{`[]`, "d.json:1:2: got [, want a page of UNHCR's API, an object\n\thint: download the answer again"},
		{strings.Replace(page1, `"dec_recognized":20`, `"dec_recognized":"2O"`, 1), "d.json:2:213: got dec_recognized \"2O\", want a count up to 2147483647\n\thint: correct the export, or leave the cell empty if there is no value"},
		{strings.Replace(page1, `"coo_iso":"RUS"`, `"coo_iso":"QQQ"`, 1), "d.json:2:79: got coo_iso \"QQQ\", want an ISO 3166 alpha-3 code of the list datasets/codes/citizen.csv\n\thint: if the code is right, the list lacks it: please report it"},
		{strings.Replace(page1, `"dec_pc":"P",`, ``, 1), "d.json:2:"},
	} {
		_, err := ReadJSON(strings.NewReader(tt.in), table.Meta{File: "d.json"}, table.Want{})
		if err == nil || err.Error() != tt.want && !(strings.HasSuffix(tt.want, ":") && strings.HasPrefix(err.Error(), tt.want)) {
			t.Errorf("%.60q: got\n%v\nwant\n%s", tt.in, err, tt.want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	f.Add(page1 + page2)
	f.Add(page1[:300])
	f.Fuzz(func(t *testing.T, in string) {
		tab, err := ReadJSON(strings.NewReader(in), table.Meta{File: "d.json"}, table.Want{})
		if (tab == nil) == (err == nil) {
			t.Errorf("a table %v and an error %v", tab, err)
		}
	})
}
