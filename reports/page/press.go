package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"

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
	mu     sync.Mutex
	files  map[string]printed
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
}

// drawn is a chart in one language, as pages show it.
type drawn struct {
	*figure.Chart
	Wide, Phone   template.HTML
	Formats       []format
	Frozen        string // address of the frozen page
	FrozenPicture string // of its picture, "" if it is not featured
}

// A format is a file of a chart, by its address from the language's folder.
type format struct{ Name, File string }

func newPress(s *Site, to sink) *press {
	return &press{Site: s, to: to, files: map[string]printed{}, drawn: map[words.Lang]map[string]*drawn{}, titles: map[string]string{}}
}

func (p *press) add(name string, data []byte) error {
	m := printed{checksum(data), len(data)}
	p.mu.Lock()
	p.files[name] = m
	p.mu.Unlock()
	return p.to(name, data)
}

// print renders the site.
func (p *press) print() error {
	if err := p.o.each(len(p.Charts), func(i int) error { return p.numbers(p.Charts[i]) }); err != nil {
		return err
	}
	for _, l := range p.o.langs() {
		p.drawn[l] = map[string]*drawn{}
		if err := p.o.each(len(p.Charts), func(i int) error { return p.draw(p.Charts[i], l) }); err != nil {
			return err
		}
		if err := p.pages(l); err != nil {
			return err
		}
		delete(p.drawn, l)
	}
	return p.shared()
}

// A file is something that writes itself.
type file struct {
	name string
	w    func(io.Writer) error
}

func (p *press) write(files ...file) error {
	for _, f := range files {
		var b bytes.Buffer
		if err := f.w(&b); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if err := p.add(f.name, b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// numbers adds what is the same in every language.
func (p *press) numbers(d *figure.Draft) error {
	id := d.Spec.ID
	files := []file{{id + ".csv", d.CSV}, {id + ".json", d.JSON}}
	if d.Spec.Featured {
		files = append(files, file{id + ".xlsx", func(w io.Writer) error { return d.XLSX(w, p.source.Set) }})
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
	x := &drawn{Chart: c}
	svg := func(o chart.Options) func(io.Writer) error {
		return func(w io.Writer) error { return chart.SVG(w, c.Figure, o) }
	}
	dir := chartDir(l)
	files := []file{{c.ID + ".svg", svg(chart.Options{})}}
	if d.Spec.Featured {
		files = append(files,
			file{c.ID + "-phone.svg", svg(chart.Options{Size: chart.Phone})},
			file{c.ID + "-dark.svg", svg(chart.Options{Theme: chart.Dark})},
			file{c.ID + ".png", func(w io.Writer) error { return chart.PNG(w, c.Figure, chart.Options{Scale: 1}) }},
			file{c.ID + "@2x.png", func(w io.Writer) error { return chart.PNG(w, c.Figure, chart.Options{}) }},
			file{c.ID + ".pdf", func(w io.Writer) error { return chart.PDF(w, c.Figure, chart.Options{}) }})
	}
	var picture []byte // the first of them
	for i, f := range files {
		x.Formats = append(x.Formats, format{formatName(l, strings.TrimPrefix(f.name, c.ID)), f.name})
		var b bytes.Buffer
		if err := f.w(&b); err != nil {
			return chartError(c.ID, err)
		}
		if err := p.add(dir+f.name, b.Bytes()); err != nil {
			return err
		}
		if i == 0 {
			picture = b.Bytes()
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
