package compare_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"asylum/pipeline/compare"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"

	"pgregory.net/rapid"
)

// one is data of one table.
type one struct{ *table.Table }

func (d one) Vintages() []table.Meta                            { return []table.Meta{d.Meta} }
func (d one) Load(table.Meta, table.Want) (*table.Table, error) { return d.Table, nil }

// evaluate applies a definition to an export of one table.
func evaluate(t testing.TB, name, tab, export string) []rate.Result {
	t.Helper()
	x, err := ingest.Read(strings.NewReader(export), tab+".tsv", ingest.Options{Table: tab, Vintage: "2024-05-01"})
	if err != nil {
		t.Fatal(err)
	}
	_, d := named(t, name)
	rs, err := rate.Evaluate(d, one{x}, rate.Query{})
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// A cell allows what the rate of it allows, and hardly more where TOTAL_POS narrows
// the rate further.
func TestCellOfBounds(t *testing.T) {
	narrower := 0
	rapid.Check(t, func(rt *rapid.T) {
		n := func(name string) int { return rapid.IntRange(0, 40).Draw(rt, name) }
		g, s, h, r := n("G"), n("S"), n("H"), n("R")
		var b strings.Builder
		b.WriteString("freq,citizen,sex,age,decision,unit,geo\\TIME_PERIOD\t2023\n")
		for _, c := range []struct {
			code string
			n    int
		}{{"GENCONV", g}, {"SUB_PROT", s}, {"HUMSTAT", h}, {"REJECTED", r}, {"TOTAL_POS", g + s + h}, {"TOTAL", g + s + h + r}} {
			fmt.Fprintf(&b, "A,SY,T,TOTAL,%s,PER,DE\t%d\n", c.code, (c.n+2)/5*5)
		}
		for _, name := range []string{"eurostat_first_instance", "euaa_recognition", "refugee_status_share"} {
			res := evaluate(t, name, "migr_asydcfsta", b.String())
			if !res[0].Known {
				continue
			}
			c, ok := compare.CellOf(&res[0])
			if !ok {
				rt.Fatalf("%v is no cell", &res[0])
			}
			lo, hi := c.Bounds()
			joint := name != "eurostat_first_instance"
			if lo > res[0].Lo+1e-9 || hi < res[0].Hi-1e-9 || !joint && (math.Abs(lo-res[0].Lo) > 1e-9 || math.Abs(hi-res[0].Hi) > 1e-9) {
				rt.Fatalf("%v allows %v to %v, its cell %v to %v", &res[0], res[0].Lo, res[0].Hi, lo, hi)
			}
			loose := c
			loose.Reading.RestLo, loose.Reading.RestHi = 0, 1<<40
			if l, h := loose.Bounds(); joint && (lo > l+1e-9 || hi < h-1e-9) {
				narrower++ // than without the rest that is printed
			}
		}
	})
	if narrower == 0 {
		t.Error("the printed rest narrows no cell")
	}
}

// A share is a part of its whole too; two flows are not.
func TestCellOfKinds(t *testing.T) {
	const head = "freq,citizen,sex,unit,age,asyl_app,geo\\TIME_PERIOD\t2023\n"
	res := evaluate(t, "share_of_applicants", "migr_asyappctza", head+"A,SY,T,PER,TOTAL,ASY_APP,DE\t20\nA,TOTAL,T,PER,TOTAL,ASY_APP,DE\t60\n")
	if len(res) != 1 {
		t.Fatal(res)
	}
	c, ok := compare.CellOf(&res[0])
	lo, hi := c.Bounds()
	if !ok || c.Pos != 20 || c.All != 60 || math.Abs(lo-18./62) > 1e-9 || math.Abs(hi-22./58) > 1e-9 || lo != res[0].Lo || hi != res[0].Hi {
		t.Errorf("%+v %v: %v to %v, the share allows %v to %v", c, ok, lo, hi, res[0].Lo, res[0].Hi)
	}
	flows := res[0]
	flows.Kind = rate.Ratio
	if c, ok := compare.CellOf(&flows); ok {
		t.Errorf("a ratio of flows is a cell: %+v", c)
	}
}
