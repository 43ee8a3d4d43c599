package unhcr

import (
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/table"
)

const countryHead = "iso_code,unhcr_code,name,unhcr_region\n"

func readCountries(in string) (*table.Table, error) {
	return ReadCountries(strings.NewReader(in), table.Meta{File: "c.csv"}, table.Want{})
}

func TestCountries(t *testing.T) {
	got, err := readCountries("name,unhcr_code,unhcr_region,iso_code\n\"Bonaire, Sint Eustatius and Saba\",BES,Americas,BES\nUnknown,UKN,,XXX\nTibetan,TIB,,\n")
	if err != nil {
		t.Fatal(err)
	}
	if key := got.Key(0, 0); got.Rows != 3 || !slices.Equal(key, []string{"BES", "BES", "Bonaire, Sint Eustatius and Saba", "Americas"}) {
		t.Errorf("%d rows, the first %q", got.Rows, key)
	}
	if d := got.Doubts; len(d) != 1 || d[0].Error() != `c.csv:3:14: got iso_code "XXX", want a country of datasets/codes`+"\n\thint: a table with figures of it would be refused; please report it" {
		t.Errorf("doubts: %v", d)
	}
}

func TestCountriesRefused(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"iso_code,name\nFRA,France\n", `c.csv:1:1: got "iso_code,name", want the columns of UNHCR's list`},
		{countryHead, "c.csv:2:1: got no rows"},
		{countryHead + "FRA,FRA,France,Europe\nDEU,GFR,Germany,Europe\nFRA,FRA,France,Europe\n", `c.csv:4:1: got the row "FRA,FRA,France,Europe" again, want each row once (it stands on line 2)`},
		{countryHead + "FRA,FRA,\xff,Europe\n", `c.csv:2:9: got name "\xff", want UTF-8 text`},
		{countryHead + "FRA,FRA,France\n", "c.csv:2:"},
	} {
		if got, err := readCountries(tt.in); got != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %s", tt.in, err, tt.want)
		}
	}
}

func FuzzCountries(f *testing.F) {
	f.Add(countryHead + "FRA,FRA,France,Europe\n,TIB,Tibetan,\n")
	f.Add(countryHead + "FRA,FRA,\"Fra\n\"\"nce\",Europe\r\nFRA,FRA,\xff,Europe\n")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := readCountries(in)
		if (got == nil) == (err == nil) {
			t.Errorf("a table %v and an error %v", got, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "c.csv:") {
			t.Errorf("a message without place: %v", err)
		}
	})
}
