// Package page makes the site: one page that needs no other file and no other
// host, and beside it every chart as a picture and as data.
//
// The same data and definitions give the same bytes, on every machine.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"asylum/pipeline/ledger"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
	"asylum/reports/chart"
	"asylum/reports/export"
	"asylum/reports/words"
)

// A Site is everything that is published, computed and not yet written.
type Site struct {
	Charts   []Chart
	Pact     *Pact // on a page of its own; nil where no data at hand gives it
	Figures  []ledger.Judgement
	Steps    []Step             // parallel to Figures
	Quoted   []ledger.Judgement // figures of the discussion around
	Ledger   []ledger.Judgement // what others published
	Pair     []rate.Result      // the like-for-like pair of the speech's two rates
	Appeals  []rate.Result      // the same with the members that report appeals together
	Vintages []table.Meta
	Defs     []rate.Definition
	AsOf     string
}

// Options say what to build. The zero value builds the site of the speech.
type Options struct {
	AsOf string // YYYY-MM-DD; "" means now
	Log  *slog.Logger
}

// Build computes the site. A chart that the data at hand cannot give is left
// out and logged.
func Build(set *rate.Set, data rate.Data, o Options) (*Site, error) {
	data = rate.Cached(rate.AsOf(data, o.AsOf))
	c := &composer{set: set, data: data, thick: rate.Usual}
	var err error
	s := &Site{Vintages: data.Vintages(), Defs: set.All(), AsOf: o.AsOf}
	for _, make := range []struct {
		name string
		f    func() (*Chart, error)
	}{
		{"ladder", func() (*Chart, error) { return c.ladder("RU", "HR", "2023") }},
		{"rates", func() (*Chart, error) { return c.rates("RU", "EU27_2020", "HR", "2023") }},
		{"applications", func() (*Chart, error) { return c.applications("RU", "EU27_2020", "HR", 2014, 2024) }},
	} {
		ch, err := make.f()
		if err == nil && !ch.Mixed {
			err = rate.Together(ch.Results)
		}
		if err != nil {
			if o.Log != nil {
				o.Log.Warn("a chart cannot be drawn", "chart", make.name, "why", err)
			}
			continue
		}
		s.Charts = append(s.Charts, *ch)
	}
	if s.Pact, err = c.pact(); err != nil && o.Log != nil {
		o.Log.Warn("a page cannot be made", "page", "pact", "why", err)
	}
	figures, err := ledger.Builtin()
	if err != nil {
		return nil, err
	}
	judged, err := ledger.Judge(figures, set, data)
	if err != nil {
		return nil, err
	}
	for _, j := range judged {
		if strings.HasPrefix(j.ID, "speech-") {
			s.Figures = append(s.Figures, j)
		} else if !strings.HasPrefix(j.ID, "quoted-") {
			s.Ledger = append(s.Ledger, j)
		} else {
			s.Quoted = append(s.Quoted, j)
		}
	}
	if err := s.walk(figures, set, data); err != nil {
		return nil, err
	}
	for _, citizen := range []string{"TOTAL", "RU"} {
		q := rate.Query{Citizen: []string{citizen}, Geo: []string{"EU27_2020"}, Periods: []obs.Period{"2023"}}
		for stage, to := range map[string]*[]rate.Result{"FI": &s.Pair, "": &s.Appeals} {
			q.Stage = stage
			r, err := c.evaluate("unhcr_total_protection", q)
			if err != nil {
				return nil, err
			}
			*to = append(*to, slices.DeleteFunc(r, func(r rate.Result) bool { return !r.Known })...)
		}
	}
	return s, nil
}

// Chart finds a chart by its id.
func (s *Site) Chart(id string) (*Chart, bool) {
	for i := range s.Charts {
		if strings.EqualFold(s.Charts[i].ID, id) {
			return &s.Charts[i], true
		}
	}
	if s.Pact != nil && strings.EqualFold(s.Pact.ID, id) {
		return &s.Pact.Chart, true
	}
	return nil, false
}

// Files renders the site: names relative to its root, with their bytes.
func (s *Site) Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	var figures []figureHTML
	for i := range s.Charts {
		c := &s.Charts[i]
		f, err := c.files(files)
		if err != nil {
			return nil, fmt.Errorf("chart %s: %w", c.ID, err)
		}
		figures = append(figures, f)
	}
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "page", s.view(figures)); err != nil {
		return nil, err
	}
	files["index.html"] = b.Bytes()
	if s.Pact != nil {
		html, err := s.Pact.html(s.AsOf, files)
		if err != nil {
			return nil, err
		}
		files["pact.html"] = html
	}
	b = bytes.Buffer{}
	if err := export.Judgements(&b, slices.Concat(s.Figures, s.Quoted, s.Ledger)); err != nil {
		return nil, err
	}
	files["figures.json"] = b.Bytes()
	b = bytes.Buffer{}
	if err := export.Definitions(&b, s.Defs); err != nil {
		return nil, err
	}
	files["definitions.json"] = b.Bytes()
	m, err := s.manifest(files)
	if err != nil {
		return nil, err
	}
	files["manifest.json"] = m
	return files, nil
}

// figureHTML is a chart as the page shows it.
type figureHTML struct {
	*Chart
	Wide, Phone template.HTML
}

// files draws a chart in every form and adds the files.
func (c *Chart) files(files map[string][]byte) (figureHTML, error) {
	out := figureHTML{Chart: c}
	for _, v := range []struct {
		name string
		draw func(io.Writer) error
	}{
		{c.ID + ".svg", func(w io.Writer) error { return chart.SVG(w, c.Figure, chart.Options{}) }},
		{c.ID + "-phone.svg", func(w io.Writer) error { return chart.SVG(w, c.Figure, chart.Options{Size: chart.Phone}) }},
		{c.ID + ".png", func(w io.Writer) error { return chart.PNG(w, c.Figure, chart.Options{}) }},
		{c.ID + ".csv", c.csv},
		{c.ID + ".json", func(w io.Writer) error { return export.JSON(w, c.Results) }},
	} {
		var b bytes.Buffer
		if err := v.draw(&b); err != nil {
			return out, fmt.Errorf("%s: %w", v.name, err)
		}
		files[v.name] = b.Bytes()
	}
	out.Wide, out.Phone = inline(files[c.ID+".svg"]), inline(files[c.ID+"-phone.svg"])
	return out, nil
}

// inline takes the XML declaration off an SVG that we drew ourselves; its
// texts were escaped when it was drawn.
func inline(svg []byte) template.HTML {
	if i := bytes.Index(svg, []byte("<svg")); i > 0 {
		svg = svg[i:]
	}
	return template.HTML(svg)
}

// csv writes the chart's table, every text defused.
func (c *Chart) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	for _, row := range append([][]string{c.Head}, c.Rows...) {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = export.Defuse(v)
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// A manifest names what the site was made from and what it consists of.
type manifest struct {
	Inputs      []input           `json:"inputs"`
	Definitions []string          `json:"definitions"`
	AsOf        string            `json:"as_of,omitempty"`
	Files       map[string]string `json:"files"` // name → sha256
}

type input struct {
	Source  string `json:"source"`
	Table   string `json:"table"`
	Vintage string `json:"vintage"`
	SHA256  string `json:"sha256"`
	URL     string `json:"url,omitempty"`
	Licence string `json:"licence,omitempty"`
}

func (s *Site) manifest(files map[string][]byte) ([]byte, error) {
	m := manifest{AsOf: s.AsOf, Files: map[string]string{}}
	for _, v := range s.Vintages {
		m.Inputs = append(m.Inputs, input{v.Source, v.Table, v.Vintage, v.SHA256, v.URL, v.Licence})
	}
	for _, d := range s.Defs {
		m.Definitions = append(m.Definitions, d.Name)
	}
	for name, data := range files {
		sum := sha256.Sum256(data)
		m.Files[name] = hex.EncodeToString(sum[:])
	}
	data, err := json.MarshalIndent(m, "", "  ")
	return append(data, '\n'), err
}

//go:embed page.html pact.html parts.html ledger.html style.css
var pageFiles embed.FS

// pages are the pages of the site, "page" and "pact", and what they share.
var pages = templates(template.New("").Funcs(template.FuncMap{
	"source": words.Source, "name": words.Name, "group": rate.Group, "numeric": numeric,
	"sentence": sentenceCase,
}))

func templates(t *template.Template) *template.Template {
	for name, file := range map[string]string{"page": "page.html", "pact": "pact.html", "parts": "parts.html", "ledgers": "ledger.html", "style": "style.css"} {
		text, err := pageFiles.ReadFile(file)
		if err != nil {
			panic(err)
		}
		template.Must(t.New(name).Parse(string(text)))
	}
	return t
}

type view struct {
	Figures  []figureHTML
	Pact     *Pact
	Speech   []judgementHTML
	Quoted   []judgementHTML
	Ledger   ledgerHTML
	Pair     []rate.Result
	Appeals  []rate.Result
	Sizes    string
	Vintages []table.Meta
	Defs     []rate.Definition
	AsOf     string
}

// sentenceCase makes a sentence of a clause.
func sentenceCase(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:] + "."
}

// numeric reports whether a cell of a table holds a number, and stands right.
func numeric(s string) bool {
	return s == "–" || s != "" && strings.TrimLeft(s, "≈0123456789.,%+−– ") == ""
}

// judgementHTML is a published figure with what can be said of it today.
type judgementHTML struct {
	ledger.Judgement
	Step
	Kind string   // a class for the verdict's colour
	Says []string // what the data at hand says
}

func (s *Site) view(figures []figureHTML) view {
	v := view{Figures: figures, Pact: s.Pact, Pair: s.Pair, Appeals: s.Appeals, Sizes: s.sizes(), Vintages: s.Vintages, Defs: s.Defs, AsOf: s.AsOf}
	for i := range s.Figures {
		x := judged(&s.Figures[i])
		x.Step = s.Steps[i]
		v.Speech = append(v.Speech, x)
	}
	v.Ledger = ledgerOf(s.Ledger)
	for i := range s.Quoted {
		v.Quoted = append(v.Quoted, judged(&s.Quoted[i]))
	}
	return v
}

// sizes says what the two published rates of the speech fit by their size, with
// counts that others printed and no export at hand holds.
func (s *Site) sizes() string {
	quoted := map[string]int64{}
	for i := range s.Quoted {
		if n, ok := s.Quoted[i].Count(); ok {
			quoted[s.Quoted[i].ID] = n
		}
	}
	pos, all, first := quoted["quoted-eu-positive"], quoted["quoted-eu-decisions"], quoted["quoted-eu-ru-first-time"]
	var num int64
	for i := range s.Figures {
		if s.Figures[i].ID == "speech-russians" && s.Figures[i].Num != nil {
			num = *s.Figures[i].Num
		}
	}
	if pos == 0 || all == 0 || first == 0 || num == 0 {
		return ""
	}
	return fmt.Sprintf("By their size the first is a share of decisions (near %s of %s, %s %%) and the second a ratio to first-time applicants (%s of %s, %s %%): counts that others printed and no export at hand holds.",
		rate.Group(pos), rate.Group(all), rate.Percent(float64(pos)/float64(all), 2), rate.Group(num), rate.Group(first), rate.Percent(float64(num)/float64(first), 1))
}

// said are the definitions that say something beside each kind of figure, in
// the order of what a reader should hear first.
var said = []string{"grants_per_intention", "share_of_applicants", "unhcr_total_protection", "unhcr_all_outcomes", "positives_per_first_time_applicant"}

func judged(j *ledger.Judgement) judgementHTML {
	out := judgementHTML{Judgement: *j}
	out.Kind, _, _ = strings.Cut(j.Verdict, ":")
	out.Kind = strings.ReplaceAll(out.Kind, " ", "-")
	for _, name := range said {
		if about(j, name) {
			for i := range j.Evidence {
				if r := &j.Evidence[i]; r.Definition == name {
					out.Says = append(out.Says, sentence(j, r))
					break
				}
			}
		}
	}
	return out
}

// about reports whether a definition belongs beside a figure: shares beside
// figures on applicants, rates and ratios beside figures on protection.
func about(j *ledger.Judgement, name string) bool {
	applicants := j.Claimed == "share_of_applicants" || j.Counts != ""
	return applicants == (name == "share_of_applicants")
}

func sentence(j *ledger.Judgement, r *rate.Result) string {
	src := words.Source(r.Source)
	switch {
	case r.Definition == "share_of_applicants" && j.Counts != "":
		return fmt.Sprintf("%s counts %s applications, first and repeat.", src, rate.Group(r.Num))
	case r.Definition == "share_of_applicants":
		return fmt.Sprintf("On %s’s applications, first and repeat: %s, %s.", src, r.Percent(), of(r))
	case r.Definition == "unhcr_total_protection":
		return fmt.Sprintf("Of decisions on the merits (%s, first instance): %s, %s.", src, r.Percent(), of(r))
	case r.Definition == "unhcr_all_outcomes":
		return fmt.Sprintf("Of all cases ended, those closed without a decision included: %s, %s.", r.Percent(), of(r))
	case r.Definition == "grants_per_intention":
		return fmt.Sprintf("Grants per intention expressed (%s): %s, %s. A ratio of two flows, not a rate.", src, r.Percent(), of(r))
	}
	return fmt.Sprintf("Positive decisions per first-time applicant (%s): %s, %s. A ratio of two flows, not a rate.", src, r.Percent(), of(r))
}
