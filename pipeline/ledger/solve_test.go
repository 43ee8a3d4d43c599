package ledger

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

func solver(t testing.TB) func(Question) *Solution {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	cached := rate.Cached(data)
	return func(q Question) *Solution {
		t.Helper()
		s, err := Solve(set, cached, q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		return s
	}
}

func TestSolve(t *testing.T) {
	solve := solver(t)
	for _, tt := range []struct {
		value, count, cell, name, how, counts string
	}{
		{"33.9%", "", "RU HR 2023", "unhcr_total_protection", Rounded, "20/59"},
		{"33,9 %", "20", "RU HR 2023", "unhcr_total_protection", Rounded, "20/59"},
		{"33.9 %", "59", "RU HR 2023", "unhcr_total_protection", Rounded, "20/59"},
		{"37 %", "59", "RU HR 2023", "unhcr_total_protection", Allowed, "20/59"}, // 59 may be 63
		{"0.27%", "", "RU HR 2023", "grants_per_intention", Rounded, "23/8,507"},
		{"less than 1 %", "8507", "RU HR 2023", "grants_per_intention", Bounded, "23/8,507"},
		{"9.1 %", "480", "RU DE 2023", "de_gesamtschutzquote", Rounded, "480/5,246"},
		{"28.4 %", "", "RU DE 2023", "G+S / G+S+H+Rm", Cut, "472/1,658"},
		{"16.0%", "", "RU HR 2022", "share_of_applicants", Rounded, "2,065/12,870"}, // of an older vintage
		{"9.9%", "", "RU HR 2022", "share_of_applicants", Rounded, "270/2,730"},
		{"61%", "", "TOTAL EU28 2016", "eurostat_first_instance", Rounded, "672,665/1,106,540"},
	} {
		c := strings.Fields(tt.cell)
		s := solve(Question{Value: tt.value, Count: tt.count, Citizen: c[0], Geo: c[1], Period: obs.Period(c[2])})
		if len(s.Matches) == 0 {
			t.Errorf("%s %s: nothing fits", tt.value, tt.cell)
			continue
		}
		m := &s.Matches[0]
		if m.Name != tt.name && !slices.Contains(m.Also, tt.name) || m.How != tt.how || m.Result.Counts() != tt.counts {
			t.Errorf("%s %s: %s, %s, %s (also %v); want %s, %s, %s", tt.value, tt.cell, m.Name, m.How, m.Result.Counts(), m.Also, tt.name, tt.how, tt.counts)
		}
		if m.Named && len(m.Result.Inputs) == 0 {
			t.Errorf("%s %s: %s rests on no cells", tt.value, tt.cell, m.Name)
		}
	}
}

// What Spain's figure of 2023 divides, 12.68 % printed as 12 %: with a name for
// it, and without one.
func TestSolveSpain(t *testing.T) {
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	const named = `
- name: aida_gs_all_decisions
  title: Refugee status or subsidiary protection over all decisions
  formula: (G+S)/(G+S+H+total rejection)
  kind: rate
  class: {numerator: G+S, denominator: decisions, stage: first, unit: national, population: all}
  publisher: CEAR
  citation: CEAR
  from:
    - {source: aida, national: true, tables: [statistics], axis: measure, level: instance, where: {table: [first_instance]}, rounding: exact,
       num: {terms: [refugee_status, subsidiary_protection]}, rest: {terms: [humanitarian_protection, total_rejection]}}
`
	for _, file := range []string{"", write(t, named)} {
		set, err := rate.Definitions(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Solve(set, data, Question{Value: "12%", Citizen: "TOTAL", Geo: "ES", Period: "2023"})
		if err != nil || len(s.Matches) == 0 {
			t.Fatalf("nothing fits: %v", err)
		}
		m := &s.Matches[0]
		if m.Result.Counts() != "11,163/88,042" || m.How != Cut || len(m.Result.Inputs) < 4 {
			t.Errorf("the first is %s %s, %s, of %d cells", m.Name, m.Result.Counts(), m.How, len(m.Result.Inputs))
		}
		if _, err := set.Named("aida_gs_all_decisions"); err == nil && (m.Name != "aida_gs_all_decisions" || !m.Named || !slices.Contains(m.Also, "G+S / G+S+H+R")) {
			t.Errorf("the first is %s, also %v", m.Name, m.Also)
		}
		t.Logf("%s: by chance %.2f", m.Name, m.Chance)
	}
}

func TestSolveCounts(t *testing.T) {
	solve := solver(t)
	s := solve(Question{Value: "2,065", Citizen: "RU", Geo: "HR", Period: "2022"})
	if len(s.Matches) != 1 || s.Matches[0].Title != "applicants" || s.Matches[0].AsOf != "2023-04-30" {
		t.Errorf("2,065 is %+v", s.Matches)
	}
	if s := solve(Question{Value: "2,065", Citizen: "RU", Geo: "HR", Period: "2022", AsOf: "2020-01-01"}); s.Tried != 0 || len(s.Matches) != 0 {
		t.Errorf("before any vintage %d were tried, %d fit", s.Tried, len(s.Matches))
	}
	if s := solve(Question{Value: "1234", Citizen: "RU", Geo: "HR", Period: "2022"}); len(s.Matches) != 0 || s.Tried == 0 {
		t.Errorf("1234 fits %d of %d", len(s.Matches), s.Tried)
	}
}

// A count that fits nothing still says what the other one would be.
func TestImplied(t *testing.T) {
	s := solver(t)(Question{Value: "16.3%", Count: "3075", Citizen: "RU", Geo: "EU27_2020", Period: "2023"})
	imp := s.Implied
	if len(s.Matches) != 0 || imp == nil || imp.DenFrom != 18808 || imp.DenTo != 18923 || imp.NumFrom != 500 || imp.NumTo != 502 || len(imp.CountHeld) == 0 || imp.CountHeld[0].N != 3061 { // 3,061 of many rounded cells may be 3,075
		t.Errorf("%d fit, %+v", len(s.Matches), imp)
	}
	s = solver(t)(Question{Value: "33.9%", Count: "20", Citizen: "RU", Geo: "HR", Period: "2023"})
	if imp := s.Implied; len(imp.Below) == 0 || imp.Below[0].N != 59 || len(imp.CountHeld) == 0 {
		t.Errorf("%+v", imp)
	}
}

func TestSolveRefuses(t *testing.T) {
	for _, tt := range [][3]string{
		{"many", "", `value "many", want a count`},
		{"0.163", "", `value "0.163": a count has no decimals`},
		{"3075", "12", `count "12": a count stands beside a percentage`},
		{"99999999999999999999", "", `value "99999999999999999999", want at most 10^12 people`},
		{"-5%", "", `value "-5%", want a count`},
		{"16.3%", "-5", `count "-5": want a count`},
		{"16.3%", "1.5", `count "1.5": want a count`},
		{"16.3%", "5%", `count "5%": want a count`},
	} {
		_, err := Solve(&rate.Set{}, nil, Question{Value: tt[0], Count: tt[1], Citizen: "RU", Geo: "HR", Period: "2023"})
		if err == nil || !strings.HasPrefix(err.Error(), tt[2]) {
			t.Errorf("%s beside %q: %v, want %s", tt[0], tt[1], err, tt[2])
		}
	}
}

// The spans of a value against what they are for: every number of a precision is
// held against every value, by the words of METHODS 7.
func TestHits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		v := r.Float64() * 100
		lo, hi := v-r.Float64()*3, v+r.Float64()*3
		q := quantity{relation: '=', percent: true, decimals: r.IntN(3)}
		q.unit = math.Pow10(-q.decimals)
		k := int64(math.Round(v/q.unit)) + int64(r.IntN(9)-4)
		x := float64(k) * q.unit
		want := map[string]bool{
			Rounded: math.Abs(x-v) <= q.unit/2,
			Cut:     math.Floor(v/q.unit) == float64(k),
			Allowed: x >= lo-q.unit/2 && x <= hi+q.unit/2,
		}
		if edge := math.Abs(math.Abs(x-v) - q.unit/2); edge < 1e-6 {
			continue
		}
		for _, s := range q.spans(v, lo, hi) {
			if got := s.lo <= k && k <= s.hi; got != want[s.how] {
				t.Fatalf("%v of [%v, %v, %v]: %s is %t", x, lo, v, hi, s.how, got)
			}
		}
	}
}

// Expected and Covered are what comes out when every number of the range is
// asked for in turn.
func TestChance(t *testing.T) {
	solve := solver(t)
	for _, cell := range []string{"RU HR 2023", "RU DE 2023", "TOTAL ES 2023"} {
		c := strings.Fields(cell)
		ask := func(value string) *Solution {
			return solve(Question{Value: value, Citizen: c[0], Geo: c[1], Period: obs.Period(c[2])})
		}
		s := ask("20%")
		n, fit, any := 0, 0, 0
		for x := s.From; x <= s.To; x++ {
			m := len(ask(fmt.Sprintf("%.0f%%", x)).Matches)
			n, fit = n+1, fit+m
			if m > 0 {
				any++
			}
		}
		if got, want := s.Expected, float64(fit)/float64(n); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %v expected, %v of %d numbers fit", cell, got, want, n)
		}
		if got, want := s.Covered, float64(any)/float64(n); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %v covered, %d of %d numbers fit something", cell, got, any, n)
		}
	}
}

// A tallying counts how well numbers were solved.
type tallying struct{ asked, first, three, found, sure, right, random, boast int }

func (y *tallying) String() string {
	p := func(a, b int) string { return fmt.Sprintf("%d/%d (%.0f %%)", a, b, 100*share(a, b)) }
	return fmt.Sprintf("recall: first %s, among three %s, at all %s; precision of answers that mean something %s; boasts over random numbers %s",
		p(y.first, y.asked), p(y.three, y.asked), p(y.found, y.asked), p(y.right, y.sure), p(y.boast, y.random))
}

// holds asserts floors of recall and precision, and a ceiling of boasts.
func (y *tallying) holds(t *testing.T, what string, first, found, precision, boasts float64) {
	t.Helper()
	if share(y.first, y.asked) < first || share(y.found, y.asked) < found || share(y.right, y.sure) < precision || share(y.boast, y.random) > boasts {
		t.Errorf("%s: %v; want at least %.2f first, %.2f at all, precision %.2f, boasts under %.2f", what, y, first, found, precision, boasts)
	}
}

func (y *tallying) plus(z *tallying) {
	y.asked, y.first, y.three, y.found = y.asked+z.asked, y.first+z.first, y.three+z.three, y.found+z.found
	y.sure, y.right, y.random, y.boast = y.sure+z.sure, y.right+z.right, y.random+z.random, y.boast+z.boast
}

func share(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// note counts one answer, right where a match has the counts or the name wanted.
func (y *tallying) note(s *Solution, right func(*Match) bool) {
	y.asked++
	at := slices.IndexFunc(s.Matches, func(m Match) bool { return right(&m) })
	if at == 0 {
		y.first++
	}
	if at >= 0 && at < 3 {
		y.three++
	}
	if at >= 0 {
		y.found++
	}
	if len(s.Matches) > 0 && !s.Little() {
		y.sure++
		if at == 0 {
			y.right++
		}
	}
}

// Figures of our own making, outside the ledger: random cells under random
// definitions and under quotients that have no name, printed with 0, 1 or 2
// decimals, rounded or cut; and random numbers, which nobody divided.
func TestSolverHeldOut(t *testing.T) {
	solve := solver(t)
	set, _ := rate.Definitions("")
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	cached := rate.Cached(data)
	r := rand.New(rand.NewPCG(2023, 8507))
	named, unnamed := [3]tallying{}, [3]tallying{}
	print := func(v float64, decimals int) string {
		x := v * 100 * math.Pow10(decimals)
		if r.IntN(4) == 0 {
			x = math.Floor(x + 1e-9)
		} else {
			x = math.Floor(x + 0.5 + 1e-9)
		}
		return fmt.Sprintf("%.*f%%", decimals, x/math.Pow10(decimals))
	}
	usable := func(d rate.Definition, q rate.Query) []rate.Result {
		results, err := rate.Evaluate(d, cached, q)
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(results, func(x rate.Result) bool {
			return !x.Known || x.Den < 20 || x.Num == 0 || x.Num == x.Den || x.Period.Freq() != 'A'
		})
	}
	for _, d := range set.All() {
		if d.Kind == rate.Backlog || d.Kind == rate.PerMillion {
			continue // months, or people per million, which nobody prints as a percentage
		}
		results := usable(d, rate.Query{})
		for i := range min(60, len(results)) {
			x := &results[r.IntN(len(results))]
			y := &named[i%3]
			q := Question{Value: print(x.Value, i%3), Citizen: x.Citizen, Geo: x.Geo, Period: x.Period}
			y.note(solve(q), func(m *Match) bool {
				return m.Result.Num == x.Num && m.Result.Den == x.Den && (m.Name == d.Name || slices.Contains(m.Also, d.Name))
			})
			q.Value = fmt.Sprintf("%.*f%%", i%3, 100*r.Float64())
			y.random++
			if s := solve(q); len(s.Matches) > 0 && !s.Little() {
				y.boast++
			}
		}
	}
	odd, err := rate.Definitions(write(t, oddDefinitions()))
	if err != nil {
		t.Fatal(err)
	}
	var beyond tallying // what the solver does not try
	for _, d := range odd.All()[len(set.All()):] {
		results := usable(d, rate.Query{})
		for i := range min(20, len(results)) {
			x := &results[r.IntN(len(results))]
			s := solve(Question{Value: print(x.Value, i%3), Citizen: x.Citizen, Geo: x.Geo, Period: x.Period})
			if d.Publisher == "beyond" {
				beyond.random++
				if len(s.Matches) > 0 && !s.Little() && !slices.ContainsFunc(s.Matches, func(m Match) bool { return m.Result.Num == x.Num && m.Result.Den == x.Den }) {
					beyond.boast++
				}
				continue
			}
			unnamed[i%3].note(s, func(m *Match) bool { return m.Result.Num == x.Num && m.Result.Den == x.Den })
		}
	}
	var mixed tallying // grants that one source counts over applicants that another counts
	above, _ := set.Named("unhcr_total_protection")
	below, _ := set.Named("share_of_applicants")
	grants := usable(above, rate.Query{})
	for i, x := range usable(below, rate.Query{Source: "eurostat"}) {
		at := slices.IndexFunc(grants, func(g rate.Result) bool {
			return g.Citizen == x.Citizen && g.Geo == x.Geo && g.Period == x.Period && !isAggregate(g.Geo)
		})
		if at < 0 || mixed.asked == 30 {
			continue
		}
		num := grants[at].Num
		s := solve(Question{Value: print(float64(num)/float64(x.Num), i%3), Citizen: x.Citizen, Geo: x.Geo, Period: x.Period})
		mixed.note(s, func(m *Match) bool { return nearby(m.Result.Num, num) && nearby(m.Result.Den, x.Num) })
	}
	t.Logf("counts of two sources: %v", &mixed)
	mixed.holds(t, "counts of two sources", 0.65, 0.95, 0.7, 0)
	t.Logf("quotients that are not tried: %v", &beyond)
	if share(beyond.boast, beyond.random) > 0.2 {
		t.Errorf("%v over quotients that are not tried", &beyond)
	}
	var all, every tallying
	for d := range named {
		t.Logf("definitions, %d decimals: %v", d, &named[d])
		t.Logf("quotients without a name, %d decimals: %v", d, &unnamed[d])
		every.plus(&unnamed[d])
		named[d].holds(t, fmt.Sprintf("definitions, %d decimals", d), []float64{0.8, 0.9, 0.94}[d], 0.98, 0.8, 0.15)
		all.plus(&named[d])
	}
	t.Logf("definitions: %v", &all)
	all.holds(t, "definitions", 0.9, 0.98, 0.9, 0.1)
	t.Logf("quotients without a name: %v", &every)
	every.holds(t, "quotients without a name", 0.7, 0.95, 0.8, 0)
}

// oddDefinitions gives what nobody calls by a name, and one that the solver cannot
// know (closed cases and rejections together).
func oddDefinitions() string {
	const (
		unhcr    = "source: unhcr, tables: [asylum_decisions], axis: decision, level: dec_level, unit: dec_pc, add: {procedure_type: [G, J]}, computes: [citizen, geo], rounding: unhcr_decisions, "
		eurostat = "source: eurostat, tables: [migr_asydcfsta], axis: decision, rounding: nearest5, "
		aida     = "source: aida, national: true, tables: [statistics], axis: measure, level: instance, where: {table: [first_instance]}, rounding: exact, "
	)
	var b strings.Builder
	for i, from := range []string{
		unhcr + "num: {terms: [dec_other]}, den: {terms: [dec_recognized, dec_other, dec_rejected, dec_closed]}",
		unhcr + "num: {terms: [dec_recognized]}, den: {terms: [dec_recognized, dec_rejected]}",
		unhcr + "num: {terms: [dec_rejected]}, den: {tables: [asylum_applications], axis: app_type, unit: app_pc, rounding: unhcr_applications, terms: [N]}",
		eurostat + "num: {terms: [REJECTED]}, den: {terms: [TOTAL]}",
		aida + "num: {terms: [subsidiary_protection, humanitarian_protection]}, den: {terms: [refugee_status, subsidiary_protection, humanitarian_protection, total_rejection]}",
		aida + "num: {terms: [refugee_status, subsidiary_protection]}, den: {terms: [applicants], where: {unit: [persons]}}",
		unhcr + "num: {terms: [dec_rejected, dec_closed]}, den: {terms: [dec_recognized, dec_other, dec_rejected, dec_closed]}",
	} {
		publisher := "odd"
		if i == 6 {
			publisher = "beyond"
		}
		fmt.Fprintf(&b, "- {name: odd_%d, title: odd, formula: odd, kind: ratio, publisher: %s, citation: none, class: {numerator: odd, denominator: odd, stage: first, unit: persons, population: all}, from: [{%s}]}\n", i, publisher, from)
	}
	return b.String()
}

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "odd.yaml")
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// near allows for printed counts that are rounded, and for later releases.
func nearby(a, b int64) bool { return float64(max(a-b, b-a)) <= 0.005*float64(b) }

// The ledger with the definitions hidden: a figure that the data bears out under
// a definition is to lead back to it, one that it does not to nothing sure.
func TestSolverOnLedger(t *testing.T) {
	solve := solver(t)
	set, _ := rate.Definitions("")
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	figures, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	judged, err := Judge(figures, set, data)
	if err != nil {
		t.Fatal(err)
	}
	var with, without tallying
	for _, j := range judged {
		if !j.value.percent || j.Match == nil || j.value.relation != '=' && j.Num == nil && j.Den == nil {
			continue
		}
		q := Question{Value: j.Value, Citizen: j.Citizen, Geo: j.Geo, Period: obs.Period(j.Period)}
		num, den := j.Match.Num, j.Match.Den
		if j.Num != nil && j.Den != nil {
			num, den = *j.Num, *j.Den
		}
		right := func(m *Match) bool { return nearby(m.Result.Num, num) && nearby(m.Result.Den, den) }
		if j.Num != nil {
			q.Count = fmt.Sprint(*j.Num)
			with.note(solve(q), right)
			q.Count = ""
		}
		if j.value.relation == '=' {
			s := solve(q)
			without.note(s, right)
			if len(s.Matches) == 0 || !right(&s.Matches[0]) {
				t.Logf("%s: %s %s %s %s is %s, solved as %v", j.ID, j.Value, j.Citizen, j.Geo, j.Period, j.Match, s.Matches)
			}
		}
	}
	t.Logf("the ledger, value alone: %v", &without)
	t.Logf("the ledger, with the count printed beside it: %v", &with)
	for what, y := range map[string]*tallying{"value alone": &without, "with the count printed beside it": &with} {
		if y.asked >= 10 { // figures that the data at hand bears out; of fewer a share says nothing
			y.holds(t, "the ledger, "+what, 0.65, 0.75, 0.85, 0)
		} else if y.found < y.asked {
			t.Errorf("the ledger, %s: %v", what, y)
		}
	}
}

// Of two quotients that fit, the one goes first that has the count printed beside
// the number, before one that has it as far as its rounding goes.
func TestSolverTakesTheCountAtItsWord(t *testing.T) {
	s := solver(t)(Question{Value: "23.2%", Count: "5788", Citizen: "TOTAL", Geo: "BG", Period: "2023"})
	if len(s.Matches) < 2 || s.Matches[0].Name != "aida_protection_total_decisions" || s.Matches[0].Result.Num != 5788 || s.Matches[1].Result.Num != 5787 {
		t.Errorf("%+v", s.Matches)
	}
}
