package obs

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestParsePeriod(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Period
		freq byte
	}{
		{"2023", "2023", 'A'}, {"2023-Q1", "2023-Q1", 'Q'}, {"2023Q4", "2023-Q4", 'Q'},
		{"2023-01", "2023-01", 'M'}, {"2023M12", "2023-12", 'M'}, {"2023-M12", "2023-12", 'M'},
		{"2023-S1", "2023-S1", 'S'}, {"2023S2", "2023-S2", 'S'},
		{"2023-W05", "2023-W05", 'W'}, {"2023W53", "2023-W53", 'W'}, {"2023W01", "2023-W01", 'W'},
		{"2023-01-15", "2023-01-15", 'D'}, {"2024-02-29", "2024-02-29", 'D'}, {"2023M12D31", "2023-12-31", 'D'},
	} {
		if again, ok := ParsePeriod(string(tt.want)); !ok || again != tt.want {
			t.Errorf("%q read again is %q", tt.want, again)
		}
		got, ok := ParsePeriod(tt.in)
		if !ok || got != tt.want || got.Freq() != tt.freq {
			t.Errorf("ParsePeriod(%q) = %q (%c), %v; want %q (%c)", tt.in, got, got.Freq(), ok, tt.want, tt.freq)
		}
	}
	for _, bad := range []string{"", "23", "2023-", "2023-Q5", "2023-13", "2023-00", "202301", "2023M1", "x023", "2023-Q", "20233",
		"2023-S0", "2023-S3", "2023S", "2023-W00", "2023-W54", "2023-W5", "2023W5 ", "2023-02-29", "2023-13-01", "2023-01-32", "2023-01-1", "2023/01/15", "2023M01-15", "2023-01D15", "2023-+1-15", "2023 01 15"} {
		if p, ok := ParsePeriod(bad); ok {
			t.Errorf("ParsePeriod(%q) = %q, want refusal", bad, p)
		}
	}
}

func TestRefusalShowsTwentyAndCountsTheRest(t *testing.T) {
	r := &Refusal{File: "f.tsv"}
	if r.Err() != nil {
		t.Fatal("an empty refusal is an error")
	}
	for i := range 23 {
		r.Add(&ParseError{Pos: Pos{File: "f.tsv", Line: i + 2, Col: 7}, Got: `citizen "SYR"`, Want: "a code", Hint: "mend it", Err: ErrUnknownCode})
	}
	msg := r.Err().Error()
	if n := strings.Count(msg, "want a code"); n != Shown {
		t.Errorf("%d shown, want %d", n, Shown)
	}
	if !strings.HasSuffix(msg, "f.tsv: and 3 more") || !strings.HasPrefix(msg, "f.tsv:2:7: got citizen \"SYR\", want a code\n\thint: mend it") {
		t.Errorf("message is\n%s", msg)
	}
	if !errors.Is(r, ErrUnknownCode) {
		t.Error("the cause is lost")
	}
}

func TestPos(t *testing.T) {
	for _, tt := range []struct {
		p    Pos
		want string
	}{
		{Pos{File: "f"}, "f"}, {Pos{File: "f", Line: 2}, "f:2"}, {Pos{File: "f", Line: 2, Col: 3}, "f:2:3"},
		{Pos{File: "f", Sheet: "Sheet 3"}, `f, sheet "Sheet 3"`}, {Pos{File: "f", Sheet: "S", Line: 4}, `f, sheet "S", row 4`},
		{Pos{File: "f", Sheet: "Sheet 3", Line: 12, Col: 3}, `f, sheet "Sheet 3", cell C12`},
		{Pos{File: "f", Sheet: "S", Line: 1, Col: 26}, `f, sheet "S", cell Z1`}, {Pos{File: "f", Sheet: "S", Line: 1, Col: 27}, `f, sheet "S", cell AA1`},
		{Pos{File: "f", Sheet: "S", Line: 1, Col: 703}, `f, sheet "S", cell AAA1`}, {Pos{File: "f", Sheet: "S", Line: 1 << 20, Col: 16384}, `f, sheet "S", cell XFD1048576`},
	} {
		if got := tt.p.String(); got != tt.want {
			t.Errorf("%+v is %s, want %s", tt.p, got, tt.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, tt := range []struct {
		count    int32
		decimals uint8
		want     string
	}{
		{0, 0, "0"}, {-5, 0, "-5"}, {123, 1, "12.3"}, {-4, 1, "-0.4"}, {1230, 2, "12.30"}, {5, 3, "0.005"}, {0, 1, "0.0"},
		{math.MaxInt32, 9, "2.147483647"}, {math.MinInt32, 9, "-2.147483648"}, {math.MinInt32, 0, "-2147483648"},
	} {
		if got := Number(tt.count, tt.decimals); got != tt.want {
			t.Errorf("Number(%d, %d) = %q, want %q", tt.count, tt.decimals, got, tt.want)
		}
		o := Observation{Count: tt.count, Decimals: tt.decimals}
		if want, _ := strconv.ParseFloat(tt.want, 64); o.Float() != want {
			t.Errorf("%+v is %v, want %v", o, o.Float(), want)
		}
	}
}
