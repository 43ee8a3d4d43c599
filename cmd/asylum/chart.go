package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/figure"
	"asylum/reports/page"
	"asylum/reports/words"

	"github.com/spf13/cobra"
)

// chartFlags are those of asylum chart.
type chartFlags struct {
	lang, size, theme, format, out, asOf string
	mix                                  bool
	scale                                float64
}

func (a *app) chartCmd() *cobra.Command {
	var f chartFlags
	c := &cobra.Command{
		Use:   "chart SPEC|ID",
		Short: "One chart, as SVG, PNG, PDF, CSV, XLSX or JSON, in a language and size of your choice",
		Long: `Draws one chart: ID names one of the site's (the downloads page lists them), SPEC
is a YAML file of your own with the keys that datasets/charts/site.yaml explains.
A file may hold several charts; SPEC#ID takes one of them.

A title of your own is checked: a number that the chart does not show, or a word
such as rose or highest that rounding and chance do not bear, makes it fall back
to what the data says, and the log tells why. What divides different things is
drawn together only with --mix, or mix: true in the file, and the picture says so.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.chart(args[0], &f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.lang, "lang", "en", "the `LANGUAGE`: en, fr, de or ru")
	fl.StringVar(&f.size, "size", "1200x675", "the `SIZE`: "+strings.Join(sizeNames(), ", "))
	fl.StringVar(&f.theme, "theme", "light", "the `PAPER`: light or dark")
	fl.StringVar(&f.format, "format", "", "svg, png, pdf, csv, xlsx or json (default: by the name of -o, else svg)")
	fl.StringVarP(&f.out, "output", "o", "", "the `FILE` to write; without it, standard output")
	fl.BoolVar(&f.mix, "mix", false, "draw together what divides different things, and say so in the picture")
	fl.Float64Var(&f.scale, "scale", 2, "how many pixels of a PNG are one px of the size: 1 or 2")
	fl.StringVar(&f.asOf, "as-of", "", "as of a `DATE`, from the vintages of that day")
	return c
}

// chart draws one chart.
func (a *app) chart(arg string, f *chartFlags) error {
	lang, err := words.Parse(f.lang)
	if err != nil {
		return usagef("--lang: %v", err)
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	if err := f.setFormat(); err != nil {
		return err
	}
	if err := day("--as-of", f.asOf); err != nil {
		return err
	}
	set, err := a.set()
	if err != nil {
		return err
	}
	data, err := a.data()
	if err != nil {
		return err
	}
	d, err := a.draft(arg, set, rate.AsOf(data, f.asOf), f.mix)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := a.drawn(&b, d, lang, o, f.format, set); err != nil {
		return err
	}
	if f.out == "" {
		_, err = a.stdout.Write(b.Bytes())
		return err
	}
	return replaceFile(f.out, b.Bytes())
}

func (f *chartFlags) options() (o chart.Options, err error) {
	if o.Size, err = chart.ParseSize(f.size); err != nil {
		return o, usagef("--size: %v", err)
	}
	switch f.theme {
	case "light":
	case "dark":
		o.Theme = chart.Dark
	default:
		return o, usagef("--theme is %q, want light or dark", f.theme)
	}
	if !(f.scale >= 1 && f.scale <= 4) {
		return o, usagef("--scale is %v, want 1 to 4", f.scale)
	}
	o.Scale = f.scale
	return o, nil
}

// setFormat takes the format from the name of the file where none is given.
func (f *chartFlags) setFormat() error {
	known := []string{"svg", "png", "pdf", "csv", "xlsx", "json"}
	if f.format == "" {
		f.format = strings.ToLower(strings.TrimPrefix(filepath.Ext(f.out), "."))
		if f.out == "" {
			f.format = "svg"
		}
	}
	return formats(f.format, known...)
}

// draft evaluates the chart that an argument names: an id, a file, or FILE#ID.
func (a *app) draft(arg string, set *rate.Set, data rate.Data, mix bool) (*figure.Draft, error) {
	name, id, _ := strings.Cut(arg, "#")
	if ext := strings.ToLower(filepath.Ext(name)); ext == ".yaml" || ext == ".yml" {
		return a.draftOf(name, id, set, data, mix)
	}
	d, ids, err := page.Draft(set, data, arg)
	if err == nil && d == nil {
		return nil, usagef("there is no chart %q\n\thint: some are %s; a file of your own ends in .yaml", arg, strings.Join(ids, ", "))
	}
	return d, chartError(err)
}

func (a *app) draftOf(name, id string, set *rate.Set, data rate.Data, mix bool) (*figure.Draft, error) {
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	specs, err := figure.Read(in, name)
	if err != nil {
		return nil, usageError{err}
	}
	var ids []string
	for _, s := range specs {
		ids = append(ids, s.ID)
		if s.ID == id || id == "" && len(specs) == 1 {
			s.Mix = s.Mix || mix
			d, err := figure.NewSource(set, rate.Cached(data), rate.Usual).Gather(s)
			return d, chartError(err)
		}
	}
	return nil, usagef("%s holds %s\n\thint: name one, %s#%s", name, strings.Join(ids, ", "), name, ids[0])
}

// chartError marks what a specification asks wrongly as wrong usage.
func chartError(err error) error {
	var spec *figure.SpecError
	if errors.As(err, &spec) || errors.Is(err, figure.ErrNothing) || errors.Is(err, rate.ErrMixed) {
		return usageError{err}
	}
	return err
}

func (a *app) drawn(w io.Writer, d *figure.Draft, l words.Lang, o chart.Options, format string, set *rate.Set) error {
	switch format {
	case "csv":
		return d.CSV(w)
	case "json":
		return d.JSON(w)
	case "xlsx":
		return d.XLSX(w, set)
	}
	c, err := d.In(l)
	if err != nil {
		return err
	}
	if c.Fallback != "" {
		a.log.Warn("the title claims nothing: the data does not bear the claim", "chart", c.ID, "claim", c.Fallback)
	}
	switch format {
	case "png":
		return chart.PNG(w, c.Figure, o)
	case "pdf":
		return chart.PDF(w, c.Figure, o)
	}
	return chart.SVG(w, c.Figure, o)
}

// day checks a date that a flag gives.
func day(flag, s string) error {
	if s != "" {
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return usagef("%s is %q, want a date such as 2023-05-31", flag, s)
		}
	}
	return nil
}

// replaceFile writes a file whole or not at all.
func replaceFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".asylum-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone after the rename
	if err := f.Chmod(0o644); err != nil {
		return errors.Join(err, f.Close())
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

func sizeNames() []string {
	var out []string
	for _, z := range chart.Sizes() {
		out = append(out, z.String())
	}
	return out
}
