package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"asylum/pipeline/audit"
	"asylum/pipeline/ingest"
	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
)

// saidOverTheEmbedded gathers what the pipeline says of the embedded data: of
// every definition, and of every figure of the ledger.
func saidOverTheEmbedded(t *testing.T) []string {
	t.Helper()
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	cached := rate.Cached(data)
	said := map[string]bool{}
	for _, d := range set.All() {
		for _, c := range d.Caveats {
			said[c] = true
		}
		said[d.Lacks] = true
		if d.Line != nil {
			said[d.Line.Below] = true
		}
		for _, q := range []rate.Query{{}, {By: []string{"citizen", "geo"}}, {Citizen: []string{"TOTAL"}, Geo: []string{"EU27_2020", "EU28", "DE"}}, {AsOf: "2023-06-01", Citizen: []string{"RU"}}} {
			results, err := rate.Evaluate(d, cached, q)
			if err != nil {
				continue // a question that the definition refuses
			}
			for i := range results {
				said[results[i].Why] = true
				for _, w := range results[i].Warnings {
					said[w] = true
				}
			}
		}
	}
	figures, err := ledger.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	judged, err := ledger.Judge(figures, set, cached)
	if err != nil {
		t.Fatal(err)
	}
	for i := range judged {
		j := &judged[i]
		said[j.Why] = true
		for _, e := range j.Explained {
			said[e] = true
		}
		b := j.Basis(figures, set)
		said[b.How] = true
	}
	corrections, err := audit.ReadCorrections("")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range corrections.All() {
		said["rests on a corrected cell: "+c.Note()] = true
		said["corrected: "+c.Note()] = true
	}
	found, err := audit.Run(cached, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range found {
		f := &found[i]
		said[f.Says], said[f.Cause] = true, true
		if f.Repair != nil {
			said[f.Repair.Why] = true
		}
	}
	delete(said, "")
	var out []string
	for s := range said {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

func TestWhatThePipelineSaysIsTranslated(t *testing.T) {
	said := saidOverTheEmbedded(t)
	if len(said) < 200 {
		t.Fatalf("the pipeline says %d things", len(said))
	}
	for _, s := range said {
		if got, ok := Lang("en").Text(s); !ok || got != s {
			t.Errorf("%q is %q in English", s, got)
		}
		for _, l := range Langs[1:] {
			if got, ok := l.Text(s); !ok {
				t.Errorf("no text in %s for %q", l, s)
			} else if numbers := values(l.Numbers(got)); !asPrinted.MatchString(s) && !within2(numbers, values(Lang("en").Numbers(s))) {
				t.Errorf("%q became %q in %s, with the numbers %v", s, got, l, numbers)
			}
		}
	}
}

// asPrinted finds what a page of AIDA has in its own way: words in quotes, and
// decimal commas.
var asPrinted = regexp.MustCompile(`"|\d,\d{1,2}\b`)

// within2 reports whether every number of a is among those of b, signs aside:
// the pipeline writes a hyphen for a minus.
func within2(a, b []float64) bool {
	for _, x := range a {
		if !slices.ContainsFunc(b, func(y float64) bool { return math.Abs(x) == math.Abs(y) }) {
			return false
		}
	}
	return true
}

func TestText(t *testing.T) {
	for _, tt := range []struct {
		english string
		want    [3]string
	}{
		{"left out: HR 2022, NL 2023 (refugee_status is printed as \"N/A\")", [3]string{
			"non comptés_: Croatie_2022, Pays-Bas_2023 (statut de réfugié_: publié sous la forme «_N/A_»)",
			"nicht mitgezählt: Kroatien_2022, Niederlande_2023 (Flüchtlingsschutz: angegeben als „N/A“)",
			"не_учтены: Хорватия_2022, Нидерланды_2023 (статус беженца: указано «N/A»)"}},
		{"it cites Eurostat, and no export of Eurostat at hand covers citizens of Russia in the EU in 2023", [3]string{
			"il cite Eurostat, dont aucun export disponible ne couvre les ressortissants de Russie dans l’UE en_2023",
			"zitiert wird Eurostat, und kein vorliegender Export dieser Quelle deckt Staatsangehörige Russlands in der EU im Jahr 2023 ab",
			"источник_— Евростат, но ни_одна из_имеющихся выгрузок этого источника не_охватывает граждан России в_ЕС в_2023_году"}},
		{"the source prints 17,940 as well: over it the rate would be 16.3 %; the two differ by two digits that change places", [3]string{
			"la source publie aussi 17~940_: rapporté à_ce nombre, le taux serait de 16,3~%~; les deux nombres diffèrent par deux chiffres intervertis",
			"die Quelle nennt auch 17.940: darauf bezogen wäre die Quote 16,3_%; die beiden unterscheiden sich durch zwei vertauschte Ziffern",
			"источник приводит и_число 17_940: по_нему доля составила бы 16,3_%; эти два числа отличаются двумя переставленными цифрами"}},
		{"it is 23/8,507 = 0.27 %: refugee statuses granted per intention to apply expressed in the same period, not a rate of acceptance", [3]string{
			"c’est 23/8~507 = 0,27~%_: statuts de réfugié accordés par intention de demander l’asile exprimée dans la même période, et non «_a rate of acceptance_»",
			"es ist 23/8.507 = 0,27_%: Zuerkannter Flüchtlingsschutz je geäußerter Absicht, Asyl zu beantragen, im selben Zeitraum, nicht „a rate of acceptance“",
			"это 23/8_507 = 0,27_%: предоставленные статусы беженца на_одно заявленное в_том же периоде намерение просить убежища, а_не_«a rate of acceptance»"}},
		{"no country reports it; there are no cases to divide by", [3]string{
			"aucun pays ne le déclare~; il n’y_a aucun cas par lequel diviser",
			"kein Land meldet es; es gibt keine Fälle, durch die geteilt werden könnte",
			"ни_одна страна этого не_сообщает; нет дел, на_которые можно было бы делить"}},
	} {
		for i, l := range Langs[1:] {
			got, ok := l.Text(tt.english)
			if got = visible.Replace(got); !ok || got != tt.want[i] {
				t.Errorf("%q in %s: %v %q, want %q", tt.english, l, ok, got, tt.want[i])
			}
		}
	}
	for _, own := range []string{"what a user wrote", "left out: XX (counted in cases, not persons)", "left out: HR (what a user wrote)", "no unheard_of_term is reported"} {
		if got, ok := Lang("fr").Text(own); ok || got != own {
			t.Errorf("%q became %q, %v", own, got, ok)
		}
	}
}

// verbs are those of a format.
var verbs = regexp.MustCompile(`%[-+# 0-9.*]*[a-zA-Z%]`)

// Every text that the code of the pipeline holds for a warning, a reason or an
// explanation has its words in the catalogue.
func TestEveryTextOfThePipelineIsInTheCatalogue(t *testing.T) {
	var english []string
	for key, e := range loaded().entries {
		if strings.HasPrefix(key, "text.") || strings.HasPrefix(key, "counted.") {
			english = append(english, regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(e.raw["en"], "\x00"))
		}
	}
	found := 0
	for _, dir := range []string{"rate", "ledger", "audit"} {
		for at, text := range textsOf(t, filepath.Join("..", "..", "pipeline", dir)) {
			for _, part := range verbs.Split(text, -1) {
				part = strings.Trim(part, " ,;:()")
				if len(strings.Fields(part)) < 2 {
					continue
				}
				found++
				if !slices.ContainsFunc(english, func(s string) bool { return strings.Contains(s, part) }) {
					t.Errorf("%s: no text.… of the catalogue says %q", at, part)
				}
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d texts were found", found)
	}
}

// textsOf collects the literals that the code of a package warns with: arguments
// of warn, note and settle, and what is set as a Why, How, Says, Cause or words. Errors are no
// such texts: they stay English, for whoever runs the command.
func textsOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	fset := token.NewFileSet()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	for _, name := range files {
		if base := filepath.Base(name); strings.HasSuffix(base, "_test.go") || strings.HasPrefix(base, "solve") || base == "definition_schema.go" {
			continue // these speak on the command line alone
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		literals := func(n ast.Node) {
			ast.Inspect(n, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if s, err := strconv.Unquote(lit.Value); err == nil {
						out[fset.Position(lit.Pos()).String()] = s
					}
				}
				return true
			})
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"warn", "note", "settle"}, s.Sel.Name) {
					for _, a := range n.Args {
						literals(a)
					}
				}
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if isWhy(left) && i < len(n.Rhs) {
						literals(n.Rhs[i])
					}
				}
			case *ast.KeyValueExpr:
				if isWhy(n.Key) {
					literals(n.Value)
				}
			}
			return true
		})
	}
	return out
}

func isWhy(e ast.Expr) bool {
	name := ""
	switch e := e.(type) {
	case *ast.SelectorExpr:
		name = e.Sel.Name
	case *ast.Ident:
		name = e.Name
	}
	return slices.Contains([]string{"Why", "How", "why", "Says", "Cause", "words", "how", "slip"}, name)
}
