package code

import (
	"strings"
	"testing"
)

func TestLists(t *testing.T) {
	for _, tt := range []struct {
		dim, code string
		kind      Kind
	}{
		{"citizen", "SY", Member}, {"citizen", "TOTAL", Aggregate}, {"citizen", "STLS", Residual}, {"citizen", "UNK", Residual},
		{"geo", "EU27_2020", Aggregate}, {"geo", "EL", Member}, {"decision", "TOTAL_POS", Aggregate}, {"decision", "POS", Aggregate},
		{"asyl_app", "ASY_APP", Aggregate}, {"applicant", "FRST", Member}, {"age", "Y_LT18", Aggregate}, {"sex", "T", Aggregate},
	} {
		if c, ok := Must(tt.dim).Lookup(tt.code); !ok || c.Kind != tt.kind || c.Name("en") == "" {
			t.Errorf("%s %s: got %+v, %v; want %s with a name", tt.dim, tt.code, c, ok, tt.kind)
		}
	}
	for dim, older := range map[string][2]string{"decision": {"NEG", "REJECTED"}, "asyl_app": {"FRST", "NASY_APP"}, "applicant": {"TOTAL", "ASY_APP"}} {
		if got := Must(dim).Older(older[0]); got != older[1] {
			t.Errorf("%s %s was %q, want %q", dim, older[0], got, older[1])
		}
	}
	for _, tt := range [][3]string{{"citizen", "SYR", "SY"}, {"citizen", "XXA", "STLS"}, {"geo", "GRC", "EL"}, {"geo", "GBR", "UK"}, {"citizen", "XKX", "XK"}} {
		if got, _ := Must(tt[0]).ISO3(tt[1]); got != tt[2] {
			t.Errorf("%s %s is %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
	for label, want := range map[string]string{"Syria": "SY", " syrian  arab REPUBLIC ": "SY", "Aghanistan": "AF", "Türkiye": "TR", "Turkey": "TR", "stateless persons": "STLS",
		"Moldavia": "MD", "The Gambia": "GM", "Guinea Bissau": "GW", "Ukrain": "UA", "DRC": "CD", "undetermined": "UNK", "Others": "OTHER"} {
		if got, _ := Must("citizen").Label(label); got != want {
			t.Errorf("label %q is %q, want %q", label, got, want)
		}
	}
	if c, ok := Must("citizen").Label("Total asylum"); ok {
		t.Errorf("a label that no list has gives %q", c)
	}
	if l, err := For("nuts"); l != nil || err != nil {
		t.Errorf("a dimension without a list gives %v, %v", l, err)
	}
}

func TestEveryISO3LeadsToOneCode(t *testing.T) {
	for _, dim := range []string{"citizen", "geo"} {
		l := Must(dim)
		for _, c := range l.codes {
			if got := l.iso3()[c.ISO3]; c.ISO3 != "" && got != c.Code {
				t.Errorf("%s: %s stands for %s and %s", dim, c.ISO3, got, c.Code)
			}
			for _, m := range c.Members {
				if !l.Has(m) {
					t.Errorf("%s: %s holds %s, which is not in the list", dim, c.Code, m)
				}
			}
		}
		for label, c := range l.labels() {
			if !l.Has(c) {
				t.Errorf("%s: %q is said to be %s, which is not in the list", dim, label, c)
			}
		}
	}
}

func TestExtend(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"two fields", "citizen,ZZ1\n", "my.csv:1:1: got fields: 2, want dimension,code,kind and, if wanted, an English name\n\thint: such as citizen,XX,member,Utopia"},
		{"five fields", "# ours\ncitizen,ZZ1,member,a,b\n", "my.csv:2:1: got fields: 5, want dimension,code,kind and, if wanted, an English name\n\thint: such as citizen,XX,member,Utopia"},
		{"no such dimension", "nuts,ZZ1,member\n", "my.csv:1:1: got dimension \"nuts\", want one with a code list, such as citizen or geo\n\thint: the lists are under datasets/codes"},
		{"no such kind", "citizen,ZZ1,Member\n", "my.csv:1:13: got kind \"Member\", want member, aggregate or residual\n\thint: an aggregate is the sum of members; a residual is what no member names"},
		{"no code", "citizen,,member\n", "my.csv:1:9: got the code \"\", want letters, digits, _ and - alone, 40 at most\n\thint: write it as the source does"},
		{"a way up", "citizen,../x,member\n", "my.csv:1:9: got the code \"../x\", want letters, digits, _ and - alone, 40 at most\n\thint: write it as the source does"},
		{"another kind for a code of ours", "citizen,TOTAL,member\n", "my.csv:1:15: got kind \"member\", want TOTAL to stay aggregate, as in datasets/codes/citizen.csv\n\thint: take the line out"},
		{"a quote left open", "citizen,\"ZZ1,member\n", "my.csv:1:21: got extraneous or missing \" in quoted-field, want dimension,code,kind and, if wanted, an English name\n\thint: such as citizen,XX,member,Utopia"},
	} {
		if err := Extend(strings.NewReader(tt.in), "my.csv"); err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v\nwant %s", tt.name, err, tt.want)
		}
	}
	if _, ok := Must("citizen").Lookup("ZZ1"); ok {
		t.Error("a refused code was added")
	}

	// As Notepad writes it, with a code that we have already.
	in := "\ufeffcitizen,ZZ2,residual,A name\r\napplicant,ZZ3,member\r\ncitizen,SY,member\r\n"
	if err := Extend(strings.NewReader(in), "my.csv"); err != nil {
		t.Fatal(err)
	}
	if c, ok := Must("citizen").Lookup("ZZ2"); !ok || c.Kind != Residual || c.Name("de") != "ZZ2" || c.Name("en") != "A name" {
		t.Errorf("ZZ2 is %+v, %v", c, ok)
	}
	if _, ok := Must("asyl_app").Lookup("ZZ3"); !ok {
		t.Error("applicant and asyl_app share a list, but not ZZ3")
	}
	if c, _ := Must("citizen").Lookup("SY"); c.Name("de") != "Syrien" || c.ISO3 != "SYR" {
		t.Errorf("SY lost what we know of it: %+v", c)
	}
}

func TestTable(t *testing.T) {
	if got, ok := Table("migr_asyappctza"); !ok || got.Source != "eurostat" || got.Title == "" {
		t.Errorf("got %+v, %v", got, ok)
	}
	if got, ok := Table("migr_none"); ok {
		t.Errorf("got %+v", got)
	}
}
