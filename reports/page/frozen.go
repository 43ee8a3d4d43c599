package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"sync"

	"asylum/pipeline/table"
	"asylum/reports/chart"
	"asylum/reports/frozen"
	"asylum/reports/words"
)

// frozenParts are the colours that a frozen page takes beside those of its chart.
var frozenParts = []string{"paper", "ink", "text", "muted", "data", "grid", "axis"}

// A frozenView is a chart as a page that never changes: all that it needs stands
// in it, but for letters, which have an address of their own content.
type frozenView struct {
	*drawn
	Lang            words.Lang
	Style           template.CSS
	Script          template.JS
	StyleSum        string // as a Content-Security-Policy writes it
	ScriptSum       string
	OriginID        string
	Origin          template.JS
	DefinitionNames []string
	Vintages        []table.Meta
}

// freeze adds the frozen page of a chart in a language and, of a featured chart,
// its picture, and notes their addresses.
func (p *press) freeze(x *drawn, picture []byte) error {
	shared, err := p.frozenFiles()
	if err != nil {
		return err
	}
	v := frozenView{drawn: x, Lang: x.Chart.Lang, OriginID: frozen.OriginID, DefinitionNames: x.Figure.Header().Definitions, Vintages: rests(x)}
	v.Style = template.CSS(shared.faces + chart.CSSOf(frozenParts, string(x.Wide), string(x.Phone)) + shared.style + rightOf(numbers(x.Rows)))
	v.Script = template.JS(shared.script)
	v.StyleSum, v.ScriptSum = policySum(string(v.Style)), policySum(shared.script)
	o := frozen.Origin{Chart: x.ID, Language: string(v.Lang), Definitions: v.DefinitionNames}
	for i := range v.Vintages {
		o.Vintages = append(o.Vintages, frozen.VintageOf(&v.Vintages[i]))
	}
	data, err := json.Marshal(o)
	if err != nil {
		return err
	}
	v.Origin = template.JS(data)
	var b bytes.Buffer
	if err := site(v.Lang).ExecuteTemplate(&b, "frozen", &v); err != nil {
		return err
	}
	if x.Frozen, err = p.keep(bind(b.Bytes()), ".html"); err == nil && x.Spec.Featured {
		x.FrozenPicture, err = p.keep(picture, ".svg")
	}
	return err
}

// rightOf are the rules that set columns of numbers right.
func rightOf(columns []int) string {
	var cells []string
	for _, i := range columns {
		cells = append(cells, fmt.Sprintf("td:nth-child(%d)", i+1))
	}
	if len(cells) == 0 {
		return ""
	}
	return strings.Join(cells, ",") + "{text-align:right;white-space:nowrap}\n"
}

// keep adds a file under the address of its content.
func (p *press) keep(data []byte, ext string) (string, error) {
	name := frozen.Name(data, ext)
	return name, p.add(name, data)
}

// policySum is a style or a script as a policy allows it.
func policySum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// rests are the vintages that a chart rests on, by source, table and day.
func rests(x *drawn) (out []table.Meta) {
	for i := range x.Results {
		for _, in := range x.Results[i].Inputs {
			if !slices.ContainsFunc(out, func(m table.Meta) bool {
				return m.Source == in.Meta.Source && m.Table == in.Meta.Table && m.SHA256 == in.Meta.SHA256
			}) {
				out = append(out, *in.Meta)
			}
		}
	}
	slices.SortFunc(out, func(a, b table.Meta) int {
		return strings.Compare(a.Source+"\x00"+a.Table+"\x00"+a.Vintage+"\x00"+a.SHA256, b.Source+"\x00"+b.Table+"\x00"+b.Vintage+"\x00"+b.SHA256)
	})
	return out
}

// frozenShared is what the frozen pages of a publication have in common.
type frozenShared struct {
	faces, style, script string
	resize               string // address of the script for pages that show them
	err                  error
}

// frozenFiles adds, once, the files that frozen pages load.
func (p *press) frozenFiles() (*frozenShared, error) {
	p.frozenOnce.Do(func() { p.frozenShared = p.makeFrozen() })
	return &p.frozenShared, p.frozenShared.err
}

func (p *press) makeFrozen() (s frozenShared) {
	fonts, err := chart.Fonts()
	if err != nil {
		return frozenShared{err: err}
	}
	for _, f := range fonts {
		name, err := p.keep(f.Data, ".woff")
		if err != nil {
			return frozenShared{err: err}
		}
		s.faces += f.Face(strings.TrimPrefix(name, frozen.Dir+"/"))
	}
	var texts []string
	for _, name := range []string{"frozen.css", "tell.js", "tips.js", "resize.js"} {
		data, err := pageFiles.ReadFile("assets/" + name)
		if err != nil {
			return frozenShared{err: err}
		}
		texts = append(texts, string(data))
	}
	s.style, s.script = texts[0], texts[1]+texts[2]
	s.resize, s.err = p.keep([]byte(texts[3]), ".js")
	return s
}

// A once holds what is made once for all charts.
type once struct {
	frozenOnce   sync.Once
	frozenShared frozenShared
}
