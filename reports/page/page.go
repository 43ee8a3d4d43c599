// Package page makes the site: pages in four languages that need no server and
// no other host, every chart as a picture and as data, and pages to embed.
//
//	index.html                      the start page in English
//	LANG/index.html                 start, speech, ledger, pact, compare, methods, quality, changes, downloads
//	LANG/citizen/RU.html            a page for each nationality, and for each country of asylum (geo/HR.html)
//	LANG/countries/AF.html          countries of asylum compared fairly, of the nationalities with enough data
//	CHART.svg, LANG/CHART.svg       every chart, in English and in the other languages; featured
//	                                ones as png, pdf and for phones and dark paper too
//	frozen/SHA.html                 a chart alone as it was published, for ever: for a frame on another site
//	embed/CHART.html, LANG/embed/…  leads to the newest of them
//	CHART.csv, .json, .xlsx         its numbers, the same in every language
//	assets/                         stylesheet, script, letters
//	changes.json, LANG/changes.md   what is different since the publication before
//	figures.json, findings.json, definitions.json, datapackage.json, manifest.json
//
// The same data, definitions and previous publication give the same bytes, on
// every machine.
package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"

	"asylum/pipeline/audit"
	"asylum/pipeline/compare"
	"asylum/pipeline/disk"
	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
	"asylum/pipeline/run"
	"asylum/pipeline/table"
	"asylum/reports/changes"
	"asylum/reports/export"
	"asylum/reports/figure"
	"asylum/reports/frozen"
	"asylum/reports/words"
)

// A Site is everything that is published, computed and not yet written.
type Site struct {
	Charts   []*figure.Draft // in the order of their specs
	Scope    *figure.Scope
	Speech   []Spoken           // figures of the speech
	Quoted   []ledger.Judgement // figures of the discussion around
	Ledger   []ledger.Judgement // what others published
	Studies  []*compare.Study   // of countries, by citizenship: all first, then those with the most decisions
	Findings []audit.Finding    // what the audit of the tables found, worst first
	Vintages []table.Meta
	Defs     []rate.Definition
	AsOf     string
	Changes  *changes.Report // since the publication before
	Faults   []string        // charts that could not be drawn, by id
	Drawn    int             // pictures drawn anew, once it is published
	Kept     int             // those that stayed as they were

	source  *figure.Source
	bare    *figure.Source // for tables
	o       Options
	pair    pair
	light   bool            // it is being published once, or was: what is written is let go
	mu      *sync.Mutex     // of Faults, Drawn and Kept
	changes *changes.Report // that is published: of the last run that changed anything
}

// Options say what to build. The zero value builds the whole site.
type Options struct {
	AsOf  string        // YYYY-MM-DD; "" means now
	Specs []figure.Spec // nil: those under datasets/charts
	Langs []words.Lang  // nil: all
	Was   string        // the directory of the publication before, to compare with; "" or one without a site compares nothing
	Base  string        // the address where the site will stand, for snippets and metadata; "" leaves a blank for it
	Log   *slog.Logger

	Once bool // the site is rendered one time, and holds less and less meanwhile

	Limits   *rate.Thresholds // nil: rate.Usual
	Citizens []string         // the nationalities that have pages and charts of their own; nil: all
	Geos     []string         // the countries of asylum, likewise
	Formats  []string         // of png, pdf and xlsx, those that featured charts have; nil: all

	Lake    []string          // the sha256 of the raw files in the site's own lake, if prepare puts one there
	Fetched []changes.Fetched // what was asked of the sources before
	Program string            // the version of the program, for the manifest
	Made    run.Inputs        // what the site is made from; with a "program" among it, what Was drew from the same is not drawn again

	// Step, if not nil, hears that n pieces of a stage begin, and by the function
	// that it gives of each that is done. It is called by one goroutine, the
	// function by several.
	Step func(stage string, n int) (done func())
	// Each runs n jobs, on several processors if it likes, and gives the first
	// error by their order. Nil runs them one after the other.
	Each func(n int, job func(i int) error) error
}

// step runs the n pieces of a stage.
func (o *Options) step(stage string, n int, job func(i int) error) error {
	if o.Step == nil {
		return o.each(n, job)
	}
	done := o.Step(stage, n)
	return o.each(n, func(i int) error {
		defer done()
		return job(i)
	})
}

// format reports whether featured charts have a format.
func (o *Options) format(f string) bool { return o.Formats == nil || slices.Contains(o.Formats, f) }

func (o *Options) each(n int, job func(i int) error) error {
	if o.Each != nil {
		return o.Each(n, job)
	}
	for i := range n {
		if err := job(i); err != nil {
			return err
		}
	}
	return nil
}

func (o *Options) limits() rate.Thresholds {
	if o.Limits != nil {
		return *o.Limits
	}
	return rate.Usual
}

func (o *Options) langs() []words.Lang {
	if len(o.Langs) > 0 {
		return o.Langs
	}
	return words.Langs
}

// Build computes the site. A chart that the data at hand cannot give is left out;
// one that should not be drawn is left out and logged.
func Build(set *rate.Set, data rate.Data, o Options) (*Site, error) {
	all, of := data, rate.AsOf(data, o.AsOf)
	data = rate.Cached(of)
	s := &Site{Vintages: data.Vintages(), Defs: set.All(), AsOf: o.AsOf, source: figure.NewSource(set, data, o.limits()), o: o, mu: new(sync.Mutex)}
	s.bare = s.source.Bare()
	scope, err := s.source.Scope()
	if err != nil {
		return nil, err
	}
	s.Scope = scope.Only(o.Citizens, o.Geos)
	specs := o.Specs
	if specs == nil {
		if specs, err = figure.Builtin(); err != nil {
			return nil, err
		}
	}
	specs = s.Scope.Expand(specs)
	err = o.step("audit", 1, func(int) (err error) { // like what follows before the charts take their room
		s.Findings, err = audit.Run(of, audit.Options{Set: set})
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := o.step("judge", 1, func(int) error { return s.judge(set, data) }); err != nil {
		return nil, err
	}
	drafts := make([]*figure.Draft, len(specs))
	err = o.step("compute", len(specs), func(i int) error {
		d, err := s.source.Gather(specs[i])
		switch {
		case errors.Is(err, figure.ErrNothing):
			return nil
		case errors.Is(err, rate.ErrMixed):
			s.fault(specs[i].ID, err)
			return nil
		}
		drafts[i] = d
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		if d != nil {
			s.Charts = append(s.Charts, d)
		}
	}
	if err := s.study(set, data); err != nil {
		return nil, err
	}
	s.source.Forget() // before the comparison takes its room, and after
	err = s.compare(all)
	s.source.Forget()
	return s, err
}

// fault notes a chart that cannot be drawn: the others are none the worse.
func (s *Site) fault(id string, why error) {
	if s.o.Log != nil {
		s.o.Log.Warn("a chart cannot be drawn", "chart", id, "why", why)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.Faults, id) {
		s.Faults = append(s.Faults, id)
		slices.Sort(s.Faults)
	}
}

// compare says what changed since the publication before.
func (s *Site) compare(all rate.Data) error {
	was, err := changes.Read(s.o.Was)
	if err != nil {
		return err
	}
	s.Changes, err = changes.Compare(was, &changes.State{Set: s.source.Set, Data: all, Source: s.source, AsOf: s.AsOf, Fetched: s.o.Fetched, Embedded: len(s.o.Lake) > 0, Charts: s.Charts, Judged: s.everyJudged(), Findings: s.Findings})
	s.changes = changes.Published(was, s.Changes)
	return err
}

// everyJudged are the published figures, those of the speech first.
func (s *Site) everyJudged() (out []ledger.Judgement) {
	for i := range s.Speech {
		out = append(out, s.Speech[i].Judgement)
	}
	return slices.Concat(out, s.Quoted, s.Ledger)
}

// Specs are the charts of a site over some data: templates drawn up for each
// nationality and country that it speaks of.
func Specs(src *figure.Source, specs []figure.Spec) ([]figure.Spec, *figure.Scope, error) {
	if specs == nil {
		var err error
		if specs, err = figure.Builtin(); err != nil {
			return nil, nil, err
		}
	}
	scope, err := src.Scope()
	if err != nil {
		return nil, nil, err
	}
	return scope.Expand(specs), scope, nil
}

// Draft finds a chart of the site by its id and evaluates it alone.
func Draft(set *rate.Set, data rate.Data, id string) (*figure.Draft, []string, error) {
	src := figure.NewSource(set, rate.Cached(data), rate.Usual)
	specs, _, err := Specs(src, nil)
	if err != nil {
		return nil, nil, err
	}
	var ids []string
	for _, s := range specs {
		if strings.EqualFold(s.ID, id) {
			d, err := src.Gather(s)
			return d, nil, err
		}
		if s.Featured {
			ids = append(ids, s.ID)
		}
	}
	return nil, ids, nil
}

// judge compares the published figures with the data.
func (s *Site) judge(set *rate.Set, data rate.Data) error {
	figures, err := ledger.Builtin()
	if err != nil {
		return err
	}
	judged, err := ledger.Judge(figures, set, data)
	if err != nil {
		return err
	}
	for _, j := range judged {
		for i := range j.Evidence { // pages tell its counts, not its thousands of cells
			j.Evidence[i].Inputs = nil
		}
		switch {
		case strings.HasPrefix(j.ID, "speech-"):
			s.Speech = append(s.Speech, Spoken{Judgement: j})
		case strings.HasPrefix(j.ID, "quoted-"):
			s.Quoted = append(s.Quoted, j)
		default:
			s.Ledger = append(s.Ledger, j)
		}
	}
	if err := s.walk(figures, set, data); err != nil {
		return err
	}
	return s.likeForLike(set, data)
}

// Chart finds a chart by its id.
func (s *Site) Chart(id string) (*figure.Draft, bool) {
	for _, d := range s.Charts {
		if strings.EqualFold(d.Spec.ID, id) {
			return d, true
		}
	}
	return nil, false
}

// Files renders the site: names relative to its root, with their bytes.
func (s *Site) Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	var mu sync.Mutex
	err := s.print(func(name string, data []byte) error {
		mu.Lock()
		defer mu.Unlock()
		files[name] = data
		return nil
	}, nil)
	return files, err
}

// print renders the site, file by file. Carry, if not nil, is asked at the end which
// frozen files of earlier sites stand beside these.
func (s *Site) print(to sink, carry func(files map[string]printed) (*frozen.Carried, error)) error {
	if s.light {
		return errors.New("the site was published before: its numbers are without their cells")
	}
	s.light = s.o.Once
	p := newPress(s, to)
	if err := p.print(); err != nil {
		return err
	}
	carried := &frozen.Carried{}
	if carry != nil {
		var err error
		if carried, err = carry(p.files); err != nil {
			return err
		}
	}
	m, err := s.manifest(p.files, carried)
	if err != nil {
		return err
	}
	return to(manifestName, m)
}

// lists adds what is said of all figures, findings and definitions, the same in
// every language.
func (p *press) lists() error {
	for _, f := range []struct {
		name  string
		write func(*bytes.Buffer) error
	}{
		{"figures.json", func(b *bytes.Buffer) error {
			var list bytes.Buffer
			if err := export.Judgements(&list, p.everyJudged()); err != nil {
				return err
			}
			return onLines(b, list.Bytes())
		}},
		{"findings.json", func(b *bytes.Buffer) error { return export.Founds(b, p.Findings) }},
		{"definitions.json", func(b *bytes.Buffer) error { return export.Definitions(b, p.Defs) }},
	} {
		var b bytes.Buffer
		if err := f.write(&b); err != nil {
			return err
		}
		if err := p.add(f.name, b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// shared adds what else is the same in every language.
func (p *press) shared() error {
	if err := p.assets(); err != nil {
		return err
	}
	d, err := p.datapackage()
	if err != nil {
		return err
	}
	if err := p.add("datapackage.json", d); err != nil {
		return err
	}
	c, err := p.changes.JSON()
	if err != nil {
		return err
	}
	return p.add("changes.json", c)
}

// onLines writes a list of JSON with a line for each of its elements: small, and
// still to be read by a person.
func onLines(b *bytes.Buffer, list []byte) error {
	var all []json.RawMessage
	if err := json.Unmarshal(list, &all); err != nil {
		return err
	}
	b.WriteString("[")
	for i, x := range all {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n")
		if err := json.Compact(b, x); err != nil {
			return err
		}
	}
	b.WriteString("\n]\n")
	return nil
}

// A manifest names what the site was made from and what it consists of.
type manifest struct {
	Inputs      []input           `json:"inputs"`
	Definitions []string          `json:"definitions"`
	AsOf        string            `json:"as_of,omitempty"`
	Program     string            `json:"program,omitempty"`
	Made        run.Inputs        `json:"made_from,omitempty"` // sums of the inputs of the run, by name
	Drawn       map[string]string `json:"drawn,omitempty"`     // picture → the sum of what it was drawn from
	Files       map[string]string `json:"files"`               // name → sha256
	Limits      *rate.Thresholds  `json:"limits,omitempty"`    // where they are not the usual ones
	Lake        []string          `json:"lake,omitempty"`      // the sha256 of the raw files in the site's own lake, where it has one
	Lost        []string          `json:"lost,omitempty"`      // of Files: frozen ones that are gone or were damaged, and promised still
}

type input struct {
	Source  string `json:"source"`
	Table   string `json:"table"`
	Vintage string `json:"vintage"`
	SHA256  string `json:"sha256"`
	URL     string `json:"url,omitempty"`
	Licence string `json:"licence,omitempty"`
}

// manifest is that of a site with these files, and the frozen ones that it carries.
func (s *Site) manifest(files map[string]printed, carried *frozen.Carried) ([]byte, error) {
	m := manifest{AsOf: s.AsOf, Program: s.o.Program, Made: s.o.Made, Lake: s.o.Lake, Limits: s.o.Limits, Files: map[string]string{}}
	for _, v := range s.Vintages {
		m.Inputs = append(m.Inputs, input{v.Source, v.Table, v.Vintage, v.SHA256, v.URL, v.Licence})
	}
	for _, d := range s.Defs {
		m.Definitions = append(m.Definitions, d.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		m.Files[name] = files[name].sum
		if key := files[name].key; key != "" {
			if m.Drawn == nil {
				m.Drawn = map[string]string{}
			}
			m.Drawn[name] = key
		}
	}
	for _, name := range carried.Names {
		m.Files[name] = frozen.Sum(name)
	}
	for _, f := range carried.Lost {
		if sum := frozen.Sum(f.File); sum != "" {
			m.Files[f.File] = sum
			m.Lost = append(m.Lost, f.File)
		}
	}
	return disk.Seal(m) // no bit of it changes unnoticed
}

// checksum is the SHA-256 of a file, in hex.
func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func chartError(id string, err error) error { return fmt.Errorf("chart %s: %w", id, err) }
