package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"sync"

	"asylum/pipeline/audit"
	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
	"asylum/reports/figure"
	"asylum/reports/words"
)

// A view is what the frame of every page needs, and the page's own content.
type view struct {
	*press
	Lang        words.Lang
	Path        string // from the language's folder, such as citizen/RU.html
	Here        string // the entry of the navigation that it belongs to
	Title       string
	Description string
	Picture     string // of the page, for those who link to it: a file of the language's folder
	Base        string // from the page to the root of the site
	Tabled      string // the chart whose numbers stand in the page's own table, "" if none
	Body        any
}

// Langs are the languages of the site, each with the address of this page in it.
func (v *view) Langs() (out []link) {
	for _, l := range v.o.langs() {
		out = append(out, link{l.Endonym(), v.Base + string(l) + "/" + v.Path, string(l), l == v.Lang})
	}
	return out
}

type link struct {
	Name, Href, Lang string
	Current          bool
}

// navigation is the pages that every page links to.
var navigation = []string{"index", "compare", "speech", "ledger", "pact", "methods", "quality", "changes", "downloads"}

func (v *view) Nav() (out []link) {
	for _, n := range navigation {
		if n == "pact" && v.pactChart() == "" {
			continue
		}
		out = append(out, link{v.Lang.Say("nav." + n), v.Dir() + n + ".html", "", n == v.Here})
	}
	return out
}

// Address is where the page will stand, "" if the site's own is not known.
func (v *view) Address(file string) string {
	if v.o.Base == "" {
		return ""
	}
	return strings.TrimSuffix(v.o.Base, "/") + "/" + file
}

// Dataset describes the page's data to search engines (schema.org/Dataset).
func (v *view) Dataset() (template.JS, error) {
	var licences, sources []string
	for _, m := range v.Vintages {
		if m.Licence != "" && !slices.Contains(licences, m.Licence) {
			licences = append(licences, m.Licence)
		}
		if s := v.Lang.Source(m.Source); !slices.Contains(sources, s) {
			sources = append(sources, s)
		}
	}
	d := map[string]any{"@context": "https://schema.org", "@type": "Dataset", "name": v.Title, "description": v.Description, "inLanguage": string(v.Lang),
		"license": licences, "creator": map[string]any{"@type": "Organization", "name": strings.Join(sources, ", ")}, "isAccessibleForFree": true}
	if a := v.Address(string(v.Lang) + "/" + v.Path); a != "" {
		d["url"] = a
	}
	data, err := json.Marshal(d)
	return template.JS(data), err
}

// site is the templates of all pages in a language, read when its first page is made.
func site(l words.Lang) *template.Template {
	t, ok := sites.Load(l)
	if !ok {
		t, _ = sites.LoadOrStore(l, sync.OnceValue(func() *template.Template {
			return template.Must(template.New("").Funcs(funcs(l)).ParseFS(pageFiles, "*.html"))
		}))
	}
	return t.(func() *template.Template)()
}

var sites sync.Map // language → func() *template.Template

// funcs are what templates say things with.
func funcs(l words.Lang) template.FuncMap {
	return template.FuncMap{
		"say":          func(key string, args ...any) string { return l.Say(key, args...) },
		"int":          func(n any) string { return l.Int(toInt(n)) },
		"geo":          func(c string) words.Geo { return words.Geo(c) },
		"citizen":      func(c string) words.Citizen { return words.Citizen(c) },
		"day":          func(d string) words.Day { return words.Day(d) },
		"name":         l.Name,
		"source":       func(s string) string { return l.Source(s) },
		"sentence":     l.Sentence,
		"numbers":      numbers,
		"has":          func(list []int, i int) bool { return slices.Contains(list, i) },
		"list":         l.List,
		"join":         strings.Join,
		"text":         func(s string) saidText { return textOf(l, s) },
		"stated":       func(j any) saidText { return stated(l, judgement(j)) },
		"verdict":      func(j any) string { return figure.Verdict(l, judgement(j)) },
		"verdictClass": func(j any) string { return class(judgement(j)) },
		"command":      command,
		"quoted":       quoted,
		"slice12":      func(s string) string { return s[:min(12, len(s))] },
	}
}

// A saidText is what the pipeline says, in the page's language where the
// catalogue has it.
type saidText struct {
	Text    string
	English bool // it stays English, on a page that is not
}

func textOf(l words.Lang, s string) saidText {
	t, ok := l.Text(s)
	return saidText{t, !ok && l != "en"}
}

// command is a command line that breaks between its words, never within one.
func command(s string) template.HTML {
	words := strings.Fields(s)
	for i, w := range words {
		words[i] = template.HTMLEscapeString(w)
		if strings.Contains(w, "-") {
			words[i] = "<span>" + words[i] + "</span>"
		}
	}
	return template.HTML(strings.Join(words, " "))
}

// quoted is a sentence in which what stands between backquotes is a command.
func quoted(s string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(s, "`") {
		if i%2 == 1 {
			b.WriteString("<code>" + string(command(part)) + "</code>")
		} else {
			b.WriteString(template.HTMLEscapeString(part))
		}
	}
	return template.HTML(b.String())
}

// judgement takes one as templates hold it.
func judgement(j any) *ledger.Judgement {
	switch j := j.(type) {
	case ledger.Judgement:
		return &j
	case *ledger.Judgement:
		return j
	}
	panic(fmt.Sprintf("page: %T is no judgement", j))
}

func toInt(n any) int64 {
	switch n := n.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	case *int64:
		return *n
	}
	return 0
}

// numeric reports whether a cell of a table holds a number, and stands right.
func numeric(s string) bool {
	return s == "–" || s != "" && strings.TrimLeft(s, "≈†0123456789.,%+−– \u00a0\u202f") == ""
}

// numbers are the columns of a table, from 0, that hold numbers alone, and stand
// right. The first names the rows.
func numbers(rows [][]string) (out []int) {
	if len(rows) == 0 {
		return nil
	}
	for i := 1; i < len(rows[0]); i++ {
		found := false
		if !slices.ContainsFunc(rows, func(r []string) bool { found = found || numeric(r[i]); return r[i] != "" && !numeric(r[i]) }) && found {
			out = append(out, i)
		}
	}
	return out
}

// pages renders every page of a language, and the site's first page in the first.
func (p *press) pages(l words.Lang) error {
	if err := p.add(string(l)+"/search.js", p.index(l)); err != nil {
		return err
	}
	if err := p.add(string(l)+"/changes.md", p.changes.In(l).Markdown()); err != nil {
		return err
	}
	jobs := []func(words.Lang) (view, string){p.start, p.compare, p.speech, p.ledgerPage, p.pact, p.methods, p.quality, p.changed, p.downloads}
	for i := range p.Scope.Citizens {
		jobs = append(jobs, func(l words.Lang) (view, string) { return p.place(l, "citizen", &p.Scope.Citizens[i]) })
	}
	for i := range p.Scope.Geos {
		jobs = append(jobs, func(l words.Lang) (view, string) { return p.place(l, "geo", &p.Scope.Geos[i]) })
	}
	for _, s := range p.Studies {
		jobs = append(jobs, func(l words.Lang) (view, string) { return p.countries(l, s) })
	}
	for _, c := range p.all(l) {
		jobs = append(jobs, func(l words.Lang) (view, string) { return p.embed(l, c) })
	}
	if err := p.o.step("write "+string(l), len(jobs), func(i int) error {
		v, tmpl := jobs[i](l)
		if tmpl == "" {
			return nil
		}
		if err := p.failure(); err != nil {
			return fmt.Errorf("%s/%s: %w", l, v.Path, err)
		}
		return p.render(v, tmpl)
	}); err != nil || l != p.o.langs()[0] {
		return err
	}
	v, tmpl := p.start(l)
	v.Base = ""
	return p.renderAt(v, tmpl, "index.html")
}

// render writes a page where its path says.
func (p *press) render(v view, tmpl string) error {
	name := string(v.Lang) + "/" + v.Path
	if tmpl == "embed" {
		name = chartDir(v.Lang) + v.Path
	}
	v.Base = strings.Repeat("../", strings.Count(name, "/"))
	return p.renderAt(v, tmpl, name)
}

func (p *press) renderAt(v view, tmpl, name string) error {
	v.press = p
	var b bytes.Buffer
	if err := site(v.Lang).ExecuteTemplate(&b, tmpl, &v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return p.add(name, bind(b.Bytes()))
}

// joiner keeps a line from breaking where it stands.
const joiner = "\u2060"

// unbroken are parts of a page in which nothing is put: drawings, whose fonts have no
// joiner, and what is copied as it stands.
var unbroken = [][]byte{[]byte("svg"), []byte("textarea"), []byte("script"), []byte("style"), []byte("title")}

// bind keeps ranges such as 53.5–54.7 on one line: in the texts of a page, a dash
// between two digits is followed by a joiner.
func bind(page []byte) []byte {
	out := make([]byte, 0, len(page)+len(page)/64)
	for len(page) > 0 {
		if page[0] == '<' {
			end := tagged(page)
			out, page = append(out, page[:end]...), page[end:]
			continue
		}
		end := bytes.IndexByte(page, '<')
		if end < 0 {
			end = len(page)
		}
		text := page[:end]
		page = page[end:]
		for {
			at := bytes.Index(text, []byte("–"))
			if at < 0 {
				break
			}
			next := at + len("–")
			out = append(out, text[:next]...)
			if at > 0 && digit(text[at-1]) && next < len(text) && digit(text[next]) {
				out = append(out, joiner...)
			}
			text = text[next:]
		}
		out = append(out, text...)
	}
	return out
}

func digit(b byte) bool { return '0' <= b && b <= '9' }

// tagged is how long the tag is that a page begins with; of an element in which
// nothing is put, the element.
func tagged(page []byte) int {
	for _, name := range unbroken {
		if rest, ok := bytes.CutPrefix(page[1:], name); ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '>') {
			closing := append([]byte("</"), name...)
			if end := bytes.Index(page, closing); end >= 0 {
				return end
			}
			return len(page)
		}
	}
	if end := bytes.IndexByte(page, '>'); end >= 0 {
		return end + 1
	}
	return len(page)
}

// Dir is the way from the page to its language's folder.
func (v *view) Dir() string { return v.Base + string(v.Lang) + "/" }

// Charts is the way from the page to the charts in its language.
func (v *view) Charts() string { return v.Base + chartDir(v.Lang) }

// PictureDir is the folder of the page's picture.
func (v *view) PictureDir() string { return chartDir(v.Lang) }

// chartDir is the folder of a language's charts: those in English stand at the root.
func chartDir(l words.Lang) string {
	if l == words.Langs[0] {
		return ""
	}
	return string(l) + "/"
}

// Shown is a chart as this page shows it.
func (v *view) Shown(c *drawn) chartView { return chartView{c, v} }

// A chartView is a chart on a page.
type chartView struct {
	*drawn
	View *view
}

// Embed is the snippet that shows the latest state of the chart.
func (c chartView) Embed() string {
	at := c.root() + chartDir(c.Lang)
	return c.snippet(at+"embed/"+url.PathEscape(c.ID)+".html", at+url.PathEscape(c.ID)+".svg", c.root()+"assets/resize.js")
}

// FrozenEmbed is the snippet that shows the chart as it is now, for ever: what it
// names is addressed by its content.
func (c chartView) FrozenEmbed() string {
	picture := ""
	if c.FrozenPicture != "" {
		picture = c.root() + c.FrozenPicture
	}
	return c.snippet(c.root()+c.Frozen, picture, c.root()+c.View.frozenShared.resize)
}

// snippet is a frame that shows a page, with a picture, or the title alone, for
// where frames are not shown, and the script that makes it as high as the page.
func (c chartView) snippet(page, picture, script string) string {
	e := template.HTMLEscapeString
	title := e(c.Chart.Title())
	within := title
	if picture != "" {
		within = fmt.Sprintf(`<img src="%s" alt="%s" width="1200">`, e(picture), title)
	}
	return fmt.Sprintf(`<iframe src="%s" title="%s" loading="lazy" width="100%%" height="560" data-asylum><a href="%s">%s</a></iframe>`+"\n"+`<script src="%s" async></script>`,
		e(page), title, e(page), within, e(script))
}

// blank stands for the address of the site where it is not known; the page puts
// the one in that it was loaded from.
const blank = "https://SITE/"

func (c chartView) root() string {
	if b := c.View.o.Base; b != "" {
		return strings.TrimSuffix(b, "/") + "/"
	}
	return blank
}

// Citation is how to cite the chart.
func (c chartView) Citation() string {
	h := c.Figure.Header()
	return c.Chart.Lang.Say("cite.text", "title", c.Chart.Title(), "id", c.ID, "source", h.Source, "address", c.root()+chartDir(c.Lang)+"embed/"+c.ID+".html")
}

// BibTeX is the same for bibliographies.
func (c chartView) BibTeX() string {
	year := c.Figure.Header().Vintage
	return fmt.Sprintf("@misc{asylum:%s,\n  title = {%s},\n  howpublished = {asylum, chart %s},\n  note = {%s},\n  year = {%s},\n  url = {%s}\n}",
		c.ID, c.Chart.Title(), c.ID, c.Figure.Header().Source, year[max(0, strings.LastIndex(year, " ")+1):][:min(4, len(year))], c.root()+chartDir(c.Lang)+"embed/"+c.ID+".html")
}

// startView is the first page.
type startView struct {
	Charts          []*drawn
	Findings        []*drawn
	Citizens, Geos  []placeLink
	Vintages        []table.Meta
	Figures, Graphs int
}

type placeLink struct {
	Code, Name, Href string
	Cases            int64
}

func (p *press) start(l words.Lang) (view, string) {
	b := &startView{Charts: p.at(l, "start", nil), Citizens: p.links(l, "citizen"), Geos: p.links(l, "geo"), Vintages: newest(p.Vintages), Figures: len(p.Speech) + len(p.Quoted) + len(p.Ledger), Graphs: len(p.Charts)}
	for _, x := range p.all(l) {
		if x.Spec.Featured && x.Fallback == "" && !slices.Contains(b.Charts, x) {
			b.Findings = append(b.Findings, x)
		}
	}
	return view{Lang: l, Path: "index.html", Here: "index", Title: l.Say("start.title"), Description: l.Say("start.description"), Picture: picture(b.Charts), Body: b}, "start"
}

// picture is the file that stands for a page.
func picture(charts []*drawn) string {
	for _, c := range charts {
		name := c.ID + "@2x.png"
		if slices.ContainsFunc(c.Formats, func(f format) bool { return f.File == name }) {
			return name
		}
	}
	return ""
}

// newest keeps the last vintage of each table.
func newest(all []table.Meta) (out []table.Meta) {
	for _, m := range all {
		if n := len(out); n > 0 && out[n-1].Source == m.Source && out[n-1].Table == m.Table {
			out[n-1] = m
		} else {
			out = append(out, m)
		}
	}
	return out
}

// links are the pages of an axis, sorted by name.
func (p *press) links(l words.Lang, axis string) []placeLink {
	var out []placeLink
	places := p.Scope.Citizens
	if axis == "geo" {
		places = p.Scope.Geos
	}
	for _, x := range places {
		out = append(out, placeLink{x.Code, l.Name(axis, x.Code), axis + "/" + x.Code + ".html", x.Cases})
	}
	cmp := l.Sorter()
	slices.SortStableFunc(out, func(a, b placeLink) int { return cmp(a.Name, b.Name) })
	return out
}

// index is what the search looks through: name, address, kind, other names.
func (p *press) index(l words.Lang) []byte {
	var rows [][4]string
	for _, axis := range []string{"citizen", "geo"} {
		for _, x := range p.links(l, axis) {
			also := x.Code
			for _, other := range p.o.langs() {
				if n := other.Name(axis, x.Code); n != x.Name {
					also += " " + n
				}
			}
			rows = append(rows, [4]string{x.Name, x.Href, l.Say("search.kind." + axis), also})
		}
	}
	data, err := json.Marshal(rows)
	if err != nil {
		panic(err) // strings always marshal
	}
	return []byte("window.asylumIndex = " + string(data) + ";\n")
}

// placeView is a nationality or a country of asylum.
type placeView struct {
	figure.Place
	Axis    string
	Charts  []*drawn
	Table   *tableView
	Spec    figure.Spec // of Table
	Study   string      // the page that compares countries, "" if there is none
	Keys    []keyNumber
	Figures []ledger.Judgement
}

// A tableView is a table in words.
type tableView struct {
	ID, Title string
	Head      []string
	Rows      [][]string
}

// A keyNumber is a number with what it counts and divides.
type keyNumber struct {
	Value, Name, Counts string
	Hot                 bool
}

// mostCharts are as many as a page of a place shows, to stay light.
const mostCharts = 6

func (p *press) place(l words.Lang, axis string, x *figure.Place) (view, string) {
	b := &placeView{Place: *x, Axis: axis}
	own := func(s *figure.Spec) bool {
		if axis == "citizen" {
			return len(s.Citizen) == 1 && s.Citizen[0] == x.Code
		}
		return len(s.Geo) == 1 && s.Geo[0] == x.Code
	}
	b.Charts = p.at(l, axis, own)
	for _, c := range p.all(l) { // charts of other pages that are about it
		about := own(&c.Spec) || axis == "geo" && c.Spec.Kind == "ladder" && c.Spec.Geo[0] == x.Code
		if about && !slices.Contains(b.Charts, c) && c.Spec.Featured && len(b.Charts) < mostCharts {
			b.Charts = append(b.Charts, c)
		}
	}
	if axis == "citizen" {
		b.Study = p.studied(x.Code)
	}
	b.Keys = p.keysOf(l, axis, x)
	b.Spec = p.tableSpec(axis, x)
	head, rows, err := p.bare.Table(l, b.Spec)
	p.failed(err)
	if len(rows) > 0 {
		b.Table = &tableView{"all", l.Say("place.table."+axis, "period", x.Latest), head, rows}
	}
	for _, list := range [][]ledger.Judgement{p.judged(), p.Quoted, p.Ledger} {
		for _, j := range list {
			if axis == "citizen" && j.Citizen == x.Code || axis == "geo" && j.Geo == x.Code {
				b.Figures = append(b.Figures, j)
			}
		}
	}
	title := l.Say("place.citizen.title", "citizens", words.Citizen(x.Code))
	if axis == "geo" {
		title = l.Say("place.geo.title", "geo", words.Geo(x.Code))
	}
	description := title
	if len(b.Charts) > 0 {
		description = b.Charts[0].Title()
	}
	return view{Lang: l, Path: axis + "/" + x.Code + ".html", Here: "index", Title: title, Description: description, Picture: picture(b.Charts), Body: b, Tabled: b.tabled()}, "place"
}

// tabled is the chart all of whose marks are rows of the page's table.
func (b *placeView) tabled() string {
	other := map[string]string{"citizen": "geo", "geo": "citizen"}[b.Axis]
	for _, c := range b.Charts {
		s := &c.Spec
		if b.Table != nil && s.Kind == "bars" && s.By == other && slices.Equal(s.Definition, b.Spec.Definition) && slices.Equal(s.Period, b.Spec.Period) {
			return c.ID
		}
	}
	return ""
}

func (p *press) judged() (out []ledger.Judgement) {
	for i := range p.Speech {
		out = append(out, p.Speech[i].Judgement)
	}
	return out
}

// about is whose decisions a page of a place is about, and where.
func about(axis string, x *figure.Place) (citizen, geo string) {
	if axis == "geo" {
		return "TOTAL", x.Code
	}
	return x.Code, "EU27_2020"
}

// keysOf gives the rates of the newest year of a place under the site's
// definitions.
func (p *press) keysOf(l words.Lang, axis string, x *figure.Place) (keys []keyNumber) {
	citizen, geo := about(axis, x)
	for i, kind := range []string{"rate", "refugee", "outcomes"} {
		name := p.Scope.Main[kind]
		r, err := p.bare.Stated(name, citizen, geo, x.Latest)
		p.failed(err)
		if r == nil || !r.Known || p.source.Limits.CountsOnly(r) || slices.ContainsFunc(keys, func(k keyNumber) bool { return k.Name == l.Say("def."+name+".short") }) {
			continue
		}
		keys = append(keys, keyNumber{figure.Fine(l, r), l.Say("def." + name + ".short"), l.Say("place.counts", "counts", l.Of(r.Num, r.Den), "period", r.Period), i == 0})
	}
	return keys
}

// tableSpec asks for the rates of a place along the other axis.
func (p *press) tableSpec(axis string, x *figure.Place) figure.Spec {
	citizen, geo := about(axis, x)
	spec := figure.Spec{ID: "t", Kind: "bars", Definition: figure.List{p.Scope.Main["rate"]}, Period: figure.List{string(x.Latest)}, By: "geo", Citizen: figure.List{citizen}, Geo: figure.List{geo}}
	if axis == "geo" {
		spec.By, spec.Citizen = "citizen", nil
	}
	return spec
}

// compareView shows what may stand side by side.
type compareView struct {
	Charts  []*drawn
	Studies []placeLink
}

func (p *press) compare(l words.Lang) (view, string) {
	b := &compareView{Charts: p.at(l, "compare", nil)}
	for _, s := range p.Studies {
		name := l.Name("citizen", s.Citizen)
		if s.Citizen == "TOTAL" {
			name = l.Say("study.index.all")
		}
		b.Studies = append(b.Studies, placeLink{s.Citizen, name, p.studied(s.Citizen), s.Line.Den})
	}
	cmp := l.Sorter()
	slices.SortStableFunc(b.Studies, func(x, y placeLink) int {
		if all := "TOTAL"; x.Code == all || y.Code == all {
			return strings.Compare(map[bool]string{true: "a", false: "b"}[x.Code == all], map[bool]string{true: "a", false: "b"}[y.Code == all])
		}
		return cmp(x.Name, y.Name)
	})
	return view{Lang: l, Path: "compare.html", Here: "compare", Title: l.Say("compare.title"), Description: l.Say("compare.lead"), Picture: picture(b.Charts), Body: b}, "compare"
}

type pactView struct {
	Chart       *drawn
	Says        []string
	Ranked, Few *tableView
	RankFrom    int64
}

func (p *press) pact(l words.Lang) (view, string) {
	charts := p.at(l, "pact", nil)
	if len(charts) == 0 {
		return p.undrawn(l)
	}
	c := charts[0]
	g := c.Draft.Pact()
	b := &pactView{Chart: c, Says: c.Says, RankFrom: g.Limits.Rank, Ranked: &tableView{"ranked", c.Title(), c.Head, c.Rows[:g.Ranked]}}
	if g.Ranked < len(c.Rows) {
		b.Few = &tableView{"few", c.Title(), c.Head, c.Rows[g.Ranked:]}
	}
	return view{Lang: l, Path: "pact.html", Here: "pact", Title: l.Sentence(c.Topic), Description: c.Lead, Picture: picture(charts), Body: b}, "pact"
}

// undrawn is the page of the Pact where its chart could not be drawn in a language
// alone: the other languages link to it.
func (p *press) undrawn(l words.Lang) (view, string) {
	id := p.pactChart()
	if id == "" {
		return view{}, ""
	}
	return view{Lang: l, Path: "pact.html", Here: "pact", Title: l.Say("nav.pact"), Description: l.Say("undrawn"), Body: id}, "undrawn"
}

// pactChart is the id of the chart of the Pact's page, "" if the data gives none.
func (p *press) pactChart() string {
	for _, d := range p.Charts {
		if slices.Contains(d.Spec.Pages, "pact") {
			return d.Spec.ID
		}
	}
	return ""
}

// methodsView is the definitions, from themselves.
type methodsView struct{ Defs []rate.Definition }

func (p *press) methods(l words.Lang) (view, string) {
	return view{Lang: l, Path: "methods.html", Here: "methods", Title: l.Say("methods.title"), Description: l.Say("methods.lead"), Body: &methodsView{p.Defs}}, "methods"
}

type qualityView struct {
	Vintages []table.Meta
	Count    string
	Findings []findingView
	More     int // findings that are not listed
}

// A findingView is a finding of the audit in words.
type findingView struct {
	*audit.Finding
	Where, Kind, Repaired string
}

// mostFindings are as many as the page lists.
const mostFindings = 60

func (p *press) quality(l words.Lang) (view, string) {
	b := &qualityView{Vintages: p.Vintages}
	repairs := 0
	for i := range p.Findings {
		f := &p.Findings[i]
		if f.Repair != nil {
			repairs++
		}
		if len(b.Findings) == mostFindings {
			b.More++
			continue
		}
		x := findingView{Finding: f, Where: f.Where(), Kind: f.Verdict}
		if r := f.Repair; r != nil {
			why, _ := l.Text(r.Why)
			x.Repaired = l.Say("audit.repair", "printed", r.Printed, "value", r.Value, "why", why)
		}
		b.Findings = append(b.Findings, x)
	}
	b.Count = l.Say("audit.count", "n", len(p.Findings), "repairs", repairs)
	return view{Lang: l, Path: "quality.html", Here: "quality", Title: l.Say("quality.title"), Description: l.Say("quality.lead"), Body: b}, "quality"
}

// changed is what is different since the publication before.
func (p *press) changed(l words.Lang) (view, string) {
	d := p.changes.In(l)
	return view{Lang: l, Path: "changes.html", Here: "changes", Title: d.Title, Description: d.Lead[0], Body: d}, "changes"
}

// Drawn reports whether the site has a chart.
func (v *view) Drawn(id string) bool {
	_, ok := v.Chart(id)
	return ok
}

type downloadsView struct {
	Charts   []*drawn
	Vintages []table.Meta
}

func (p *press) downloads(l words.Lang) (view, string) {
	b := &downloadsView{Charts: p.all(l), Vintages: p.Vintages}
	return view{Lang: l, Path: "downloads.html", Here: "downloads", Title: l.Say("downloads.title"), Description: l.Say("downloads.lead"), Body: b}, "downloads"
}

func (p *press) embed(l words.Lang, c *drawn) (view, string) {
	return view{Lang: l, Path: "embed/" + c.ID + ".html", Title: c.Title(), Description: c.Alt(), Body: c}, "embed"
}
