package page

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"

	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
	"asylum/pipeline/run"
	"asylum/reports/chart"
	"asylum/reports/figure"
	"asylum/reports/words"
)

// A press renders a site, one language after the other, so that no more than the
// charts of one are held.
type press struct {
	*Site
	once
	to     sink
	before *Publication // whose pictures may stand for what would be drawn again; nil if there is none
	mu     sync.Mutex
	files  map[string]printed
	unhad  error                            // why a number of a page could not be had
	drawn  map[words.Lang]map[string]*drawn // by chart id
	titles map[string]string                // of charts in the first language, by id
}

// A sink takes the files of a site as they are made, by their names relative to
// its root. Several goroutines call it.
type sink func(name string, data []byte) error

// printed is what is remembered of a file that was handed to the sink.
type printed struct {
	sum  string // SHA-256, in hex
	size int
	key  string // the sum of what it was drawn from, "" of what is not drawn
}

// drawn is a chart in one language, as pages show it.
type drawn struct {
	*figure.Chart
	Wide, Phone   template.HTML
	Workbook      string // the name of its XLSX, "" if it has none
	Formats       []format
	Frozen        string // address of the frozen page
	FrozenPicture string // of its picture, "" if it is not featured
}

// A format is a file of a chart, by its address from the language's folder.
type format struct{ Name, File string }

func newPress(s *Site, to sink) *press {
	return &press{Site: s, to: to, files: map[string]printed{}, drawn: map[words.Lang]map[string]*drawn{}, titles: map[string]string{}}
}

func (p *press) add(name string, data []byte) error { return p.put(name, "", data) }

func (p *press) put(name, key string, data []byte) error {
	m := printed{checksum(data), len(data), key}
	p.mu.Lock()
	p.files[name] = m
	p.mu.Unlock()
	if err := p.to(name, data); err != nil {
		return &unwritten{err}
	}
	return nil
}

// print renders the site.
func (p *press) print() error {
	var err error
	if p.before, err = Published(p.o.Was); err != nil {
		return err
	}
	if err := p.o.each(len(p.Charts), func(i int) error { return p.numbers(p.Charts[i]) }); err != nil {
		return err
	}
	if err := p.lists(); err != nil {
		return err
	}
	if p.light {
		p.lighten()
	}
	for _, l := range p.o.langs() {
		p.drawn[l] = map[string]*drawn{}
		err := p.o.step("draw "+string(l), len(p.Charts), func(i int) error {
			if err := p.draw(p.Charts[i], l); err != nil {
				if _, ok := errors.AsType[*unwritten](err); ok {
					return err
				}
				p.fault(p.Charts[i].Spec.ID, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := p.pages(l); err != nil {
			return err
		}
		delete(p.drawn, l)
	}
	return p.shared()
}

// lighten lets go of the cells behind each number, which are written by now: words
// and pictures ask only which tables they are of.
func (p *press) lighten() {
	for _, d := range p.Charts {
		for i := range d.Results {
			lighten(&d.Results[i])
		}
		for i := range d.Data {
			lighten(d.Data[i].Result)
		}
	}
	for _, js := range [][]ledger.Judgement{p.Quoted, p.Ledger} {
		for i := range js {
			lighten(js[i].Match)
		}
	}
}

func lighten(r *rate.Result) {
	if r == nil {
		return
	}
	var one []rate.Input // of each table
	for _, in := range r.Inputs {
		if !slices.ContainsFunc(one, func(o rate.Input) bool { return o.Meta == in.Meta }) {
			one = append(one, rate.Input{Meta: in.Meta, Side: in.Side})
		}
	}
	r.Inputs = one
}

// failed notes that a number of a page could not be had: no page is written without
// it. That there is none is no failure.
func (p *press) failed(err error) {
	if err == nil || errors.Is(err, figure.ErrNothing) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unhad = err
}

func (p *press) failure() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.unhad
}

// A file is something that writes itself.
type file struct {
	name string
	w    func(io.Writer) error
	key  string // the sum of what it is drawn from; "" of what is always written
}

// unwritten reports a file that was made and could not be put where it belongs.
type unwritten struct{ error }

func (u *unwritten) Unwrap() error { return u.error }

func (p *press) write(files ...file) error {
	for _, f := range files {
		if _, err := p.make(f); err != nil {
			return err
		}
	}
	return nil
}

// make writes a file, or takes it as it was drawn before, and gives its bytes.
func (p *press) make(f file) ([]byte, error) {
	data := p.before.drawn(f.name, f.key)
	kept := data != nil
	if !kept {
		var b bytes.Buffer
		if err := f.w(&b); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		data = b.Bytes()
	}
	if f.key != "" {
		p.count(kept)
	}
	return data, p.put(f.name, f.key, data)
}

func (s *Site) count(kept bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept {
		s.Kept++
	} else {
		s.Drawn++
	}
}

// workbook names the XLSX of a chart, "" if it has none.
func (p *press) workbook(d *figure.Draft) string {
	if d.Spec.Featured && p.o.format("xlsx") {
		return d.Spec.ID + ".xlsx"
	}
	return ""
}

// numbers adds what is the same in every language.
func (p *press) numbers(d *figure.Draft) error {
	id := d.Spec.ID
	files := []file{{name: id + ".csv", w: d.CSV}, {name: id + ".json", w: d.JSON}}
	if name := p.workbook(d); name != "" {
		files = append(files, file{name: name, w: func(w io.Writer) error { return d.XLSX(w, p.source.Set) }})
	}
	if err := p.write(files...); err != nil {
		return chartError(id, err)
	}
	return nil
}

func (p *press) draw(d *figure.Draft, l words.Lang) error {
	c, err := d.In(l)
	if err != nil {
		return err
	}
	if c.Fallback != "" && p.o.Log != nil && l == p.o.langs()[0] {
		p.o.Log.Info("a title claims nothing: the data does not bear the claim", "chart", c.ID, "claim", c.Fallback)
	}
	x := &drawn{Chart: c, Workbook: p.workbook(d)}
	svg := func(o chart.Options) func(io.Writer) error {
		return func(w io.Writer) error { return chart.SVG(w, c.Figure, o) }
	}
	dir := chartDir(l)
	files := []file{{name: c.ID + ".svg", w: svg(chart.Options{})}}
	if d.Spec.Featured {
		files = append(files,
			file{name: c.ID + "-phone.svg", w: svg(chart.Options{Size: chart.Phone})},
			file{name: c.ID + "-dark.svg", w: svg(chart.Options{Theme: chart.Dark})})
		if p.o.format("png") {
			files = append(files,
				file{name: c.ID + ".png", w: func(w io.Writer) error { return chart.PNG(w, c.Figure, chart.Options{Scale: 1}) }},
				file{name: c.ID + "@2x.png", w: func(w io.Writer) error { return chart.PNG(w, c.Figure, chart.Options{}) }})
		}
		if p.o.format("pdf") {
			files = append(files, file{name: c.ID + ".pdf", w: func(w io.Writer) error { return chart.PDF(w, c.Figure, chart.Options{}) }})
		}
	}
	key := ""
	if program := p.o.Made["program"]; program != "" { // which draws it: of a file, its name says the rest
		key = run.Sum(program, c.Figure)
	}
	var picture []byte // the first of them
	for i, f := range files {
		x.Formats = append(x.Formats, format{formatName(l, strings.TrimPrefix(f.name, c.ID)), f.name})
		f.name, f.key = dir+f.name, key
		data, err := p.make(f)
		if err != nil {
			return chartError(c.ID, err)
		}
		if i == 0 {
			picture = data
		}
	}
	for _, v := range []struct {
		to   *template.HTML
		size chart.Size
	}{{&x.Wide, chart.Wide}, {&x.Phone, chart.Phone}} {
		var b bytes.Buffer
		if err := chart.InlineBeside(&b, c.Figure, chart.Options{Size: v.size}, chart.Wide); err != nil {
			return chartError(c.ID, err)
		}
		*v.to = template.HTML(b.String()) // we drew it: its texts are escaped
	}
	if err := p.freeze(x, picture); err != nil {
		return chartError(c.ID, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drawn[l][c.ID] = x
	if l == p.o.langs()[0] {
		p.titles[c.ID] = c.Title()
	}
	return nil
}

// formatName says what a file is from the end of its name: "@2x.png" is "PNG 2×".
func formatName(l words.Lang, end string) string {
	variant, ext, _ := strings.Cut(end, ".")
	name := strings.ToUpper(ext)
	switch variant = strings.TrimLeft(variant, "-@"); variant {
	case "":
		return name
	case "2x":
		return name + " 2×"
	}
	return name + " " + l.Say("figure."+variant)
}

// all lists the charts that could be drawn in a language, in the order of their
// specs.
func (p *press) all(l words.Lang) (out []*drawn) {
	for _, d := range p.Charts {
		if x := p.drawn[l][d.Spec.ID]; x != nil {
			out = append(out, x)
		}
	}
	return out
}

// at lists the charts of a page in a language. Of a page of one place, those of
// that place.
func (p *press) at(l words.Lang, page string, is func(*figure.Spec) bool) []*drawn {
	return slices.DeleteFunc(p.all(l), func(x *drawn) bool {
		return !slices.Contains(x.Spec.Pages, page) || is != nil && !is(&x.Spec)
	})
}

//go:embed *.html assets
var pageFiles embed.FS

// assets adds the stylesheet, the scripts and the letters that all pages share.
func (p *press) assets() error {
	for name, parts := range map[string][]string{"site.js": {"site.js", "tips.js"}, "resize.js": {"resize.js"}} {
		var all []byte
		for _, part := range parts {
			data, err := pageFiles.ReadFile("assets/" + part)
			if err != nil {
				return err
			}
			all = append(all, data...)
		}
		if err := p.add("assets/"+name, all); err != nil {
			return err
		}
	}
	style, err := pageFiles.ReadFile("assets/style.css")
	if err != nil {
		return err
	}
	fonts, err := chart.Fonts()
	if err != nil {
		return err
	}
	var faces strings.Builder
	for _, f := range fonts {
		faces.WriteString(f.Face(f.Name))
		if err := p.add("assets/"+f.Name, f.Data); err != nil {
			return err
		}
	}
	return p.add("assets/style.css", slices.Concat([]byte(faces.String()), style, []byte(chart.CSS())))
}
