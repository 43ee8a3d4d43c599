package page

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// english are words that stand in nearly every English sentence and in none of the
// other languages of the site.
var english = regexp.MustCompile(`(?i)\b(?:the|of|with|which|were|from|have|been|their|and|are|this|that)\b`)

// What is said on a page that is not English is in its language; what is English
// there, such as a quotation or the terms of a source, is marked as such.
func TestNoEnglishOnOtherPages(t *testing.T) {
	n := 0
	for name, page := range pagesOf(t) {
		tree, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range textsOf(tree, "") {
			n++
			if found := english.FindString(text); found != "" {
				t.Errorf("%s: %q, in “%.120s”", name, found, text)
			}
		}
	}
	if n < 10_000 {
		t.Errorf("read %d texts", n)
	}
}

// textsOf are the texts of a page in a language other than English: lang is that of
// what n stands in.
func textsOf(n *html.Node, lang string) (out []string) {
	if n.Type == html.ElementNode {
		for _, a := range n.Attr {
			if a.Key == "lang" {
				lang = a.Val
			}
		}
		switch n.Data {
		case "script", "style", "code", "textarea":
			return nil
		}
	}
	if n.Type == html.TextNode && lang != "en" && lang != "" {
		out = append(out, strings.TrimSpace(n.Data))
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		out = append(out, textsOf(c, lang)...)
	}
	return out
}

// A range does not part at its dash, and what is drawn or copied stays as it is.
func TestRangesAreBound(t *testing.T) {
	for in, want := range map[string]string{
		`<p title="1–2">53.5–54.7 and a – b</p>`: "<p title=\"1–2\">53.5–\u206054.7 and a – b</p>",
		`<svg><text>1–2</text></svg>3–4`:         "<svg><text>1–2</text></svg>3–\u20604",
		`<textarea>1–2</textarea>`:               `<textarea>1–2</textarea>`,
		`2014–2024`:                              "2014–\u20602024",
		`5–`:                                     `5–`,
	} {
		if got := string(bind([]byte(in))); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
