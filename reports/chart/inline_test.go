package chart

import (
	"bytes"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func inlineOf(t testing.TB, f Figure, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Inline(&b, f, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestInline: well formed, small, the same whatever the theme it was composed
// in, nothing in it that a strict policy forbids, and every class in the CSS.
func TestInline(t *testing.T) {
	class := regexp.MustCompile(`class="([^"]*)"`)
	rules := CSS()
	for name, f := range samples() {
		for _, z := range Sizes() {
			doc := inlineOf(t, f, Options{Size: z})
			wellFormed(t, name, doc)
			if len(doc) > 13_000 {
				t.Errorf("%s %v: %d bytes, want 13,000 at most", name, z, len(doc))
			}
			if strings.Contains(doc, "style") || regexp.MustCompile("[^(]#").MatchString(doc) || strings.Contains(doc, "base64") {
				t.Errorf("%s %v: holds style, colour or font of its own", name, z)
			}
			for _, m := range class.FindAllStringSubmatch(doc, -1) {
				if m[1] != "chart" && !strings.Contains(rules, "."+m[1]+"{") {
					t.Errorf("%s %v: no rule for class %s", name, z, m[1])
				}
			}
			// Composed in the dark, the same parts must be named.
			s := mustCompose(t, f, Options{Theme: Dark, Size: z})
			c := newSVGCanvas(s.h, unique(f.Header(), Options{Size: z}))
			c.classes = true
			c.paint(s)
			if !strings.Contains(doc, c.buf.String()) {
				t.Errorf("%s %v: the drawing hangs on the theme by more than its colours", name, z)
			}
		}
	}
}

// TestInlineBeside: of two sizes on a page one is named, and names the other.
func TestInlineBeside(t *testing.T) {
	for name, f := range samples() {
		var b bytes.Buffer
		if err := InlineBeside(&b, f, Options{Size: Phone}, Wide); err != nil {
			t.Fatal(err)
		}
		wide, phone := inlineOf(t, f, Options{}), b.String()
		wellFormed(t, name, phone)
		if strings.Contains(phone, "<title") || strings.Contains(phone, "<desc") {
			t.Errorf("%s: named twice", name)
		}
		for _, m := range regexp.MustCompile(`aria-(?:labelledby|describedby)="([^"]*)"`).FindAllStringSubmatch(phone, -1) {
			for _, id := range strings.Fields(m[1]) {
				if !strings.Contains(wide, ` id="`+id+`">`) {
					t.Errorf("%s: nothing on the page is called %s", name, id)
				}
			}
		}
	}
}

// TestInlineHoldsWhatIsKerned: a run is held to its length where its letters, set
// one by one as the page's fonts have them, would be wider or narrower.
func TestInlineHoldsWhatIsKerned(t *testing.T) {
	group := regexp.MustCompile(`(?s)<g class="f-[^"]*" font-size="([^"]*)"( font-weight="[^"]*")?>(.*?)</g>`)
	run := regexp.MustCompile(`<text [^>]*>([^<]*)</text>`)
	weights := map[string]weight{"": regular, ` font-weight="700"`: bold, ` font-weight="900"`: black}
	free, held := 0, 0
	for name, f := range samples() {
		for _, g := range group.FindAllStringSubmatch(inlineOf(t, f, Options{}), -1) {
			size, err := strconv.ParseFloat(g[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range run.FindAllStringSubmatch(g[3], -1) {
				if strings.Contains(m[0], "textLength") {
					held++
					continue
				}
				free++
				text := html.UnescapeString(m[1])
				apart := 0.0
				for _, r := range text {
					apart += weights[g[2]].Width(string(r)) * size
				}
				if d := weights[g[2]].Width(text)*size - apart; d > 0.1 || d < -0.1 {
					t.Errorf("%s: %q is %.2f px wider than its letters, and not held", name, text, d)
				}
			}
		}
	}
	if free < 100 || held < 100 {
		t.Errorf("%d runs are free, %d held", free, held)
	}
}

// TestCSSOf: the style sheet of one page has a rule and a colour in both themes for
// each class of its drawings, and for no other.
func TestCSSOf(t *testing.T) {
	doc := inlineOf(t, sampleBars(), Options{})
	rules := CSSOf([]string{"axis"}, doc)
	for _, m := range regexp.MustCompile(`class="([fs])-([^"]*)"`).FindAllStringSubmatch(doc, -1) {
		if !strings.Contains(rules, "."+m[1]+"-"+m[2]+"{") || strings.Count(rules, "--c-"+m[2]+":") != 2 {
			t.Errorf("no rule or no two colours for %s", m[0])
		}
	}
	if strings.Count(rules, "--c-axis:") != 2 || strings.Contains(rules, "outcome") || len(rules) > 2000 || strings.Count(rules, "{") != strings.Count(rules, "}") {
		t.Errorf("%d bytes: %s", len(rules), rules)
	}
}

func TestCSSHasBothThemes(t *testing.T) {
	rules := CSS()
	for _, th := range []Theme{Light, Dark} {
		for _, c := range palettes[th].all() {
			if c.part == "" || !strings.Contains(rules, "--c-"+c.part+":"+hex(c.NRGBA)) {
				t.Errorf("%v: no %s as %s", th, c.part, hex(c.NRGBA))
			}
			if !strings.Contains(rules, ".f-"+c.part+"{fill:var(--c-"+c.part+")}") || !strings.Contains(rules, ".s-"+c.part+"{stroke:var(--c-"+c.part+")}") {
				t.Errorf("no classes for %s", c.part)
			}
		}
	}
	for _, want := range []string{"@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light])", "\n[data-theme=dark]{"} {
		if !strings.Contains(rules, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Count(rules, "{") != strings.Count(rules, "}") {
		t.Error("braces do not match")
	}
}

// TestTips: what a caller says of a mark can be reached by pointer and
// keyboard on a page, and is nowhere else.
func TestTips(t *testing.T) {
	b, l, n := sampleBars(), sampleLadder(), sampleLines()
	b.Panels[1].Groups[0].Bars[6].Tip = "Croatia: 20 of 59 & 34–38%"
	l.Steps[3].Tip = "20 of 59"
	n.Series[0].Points[2].Tip = "2015: 5"
	for _, tt := range []struct {
		f    Figure
		want string
	}{
		{b, `<path class="hit" tabindex="0" role="img" aria-label="Croatia: 20 of 59 &amp; 34–38%" d="M`},
		{l, `<path class="hit" tabindex="0" role="img" aria-label="20 of 59" d="M`},
		{n, `aria-label="2015: 5" d="M`},
	} {
		doc := inlineOf(t, tt.f, Options{})
		if strings.Count(doc, `class="hit"`) != 1 || !strings.Contains(doc, tt.want) {
			t.Errorf("%T: %d tips, want one: %s", tt.f, strings.Count(doc, `class="hit"`), tt.want)
		}
		if !strings.Contains(doc, `role="group" aria-labelledby="c-`) || !strings.Contains(doc, `" aria-describedby="c-`) {
			t.Errorf("%T: an image with parts is no image: %.300s", tt.f, doc)
		}
		wellFormed(t, "tips", doc)
		if whole := svgOf(t, tt.f, Options{}); strings.Contains(whole, "hit") {
			t.Errorf("%T: the file has tips too", tt.f)
		}
	}
}
