package words

import "testing"

func TestMonth(t *testing.T) {
	for in, want := range map[string]string{"2023-04-30": "April 2023", "2025-12-01": "December 2025", "2023-13-01": "2023-13-01", "file-1": "file-1", "": ""} {
		if got := Month(in); got != want {
			t.Errorf("Month(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{Name("geo", "HR"), "Croatia"}, {Name("citizen", "RU"), "Russia"}, {Name("geo", "??"), "??"},
		{The("NL"), "the Netherlands"}, {The("EU27_2020"), "the EU"}, {The("HR"), "Croatia"}, {In("UK"), "in the United Kingdom"},
		{People("RU"), "citizens of Russia"}, {People("TOTAL"), "people"}, {Of(23, 8507), "23 of 8,507"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}
