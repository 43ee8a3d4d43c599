package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"asylum/pipeline/disk"
	"asylum/pipeline/ingest"
	"asylum/pipeline/own"
	"asylum/pipeline/rate"
	stage "asylum/pipeline/run"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
	"asylum/reports/changes"
	"asylum/reports/figure"
	"asylum/reports/frozen"
	"asylum/reports/page"
	"asylum/reports/words"
)

// A batch is one run of asylum run.
type batch struct {
	*app
	f    *runFlags
	bar  *bar
	said []string // what happened, for the end of the run and for --notify
	told []string // what was told before, and --notify is to hear too

	fetched []changes.Fetched // what became of the tables that the sources were asked for
}

// say notes what happened.
func (b *batch) say(format string, args ...any) {
	b.said = append(b.said, fmt.Sprintf(format, args...))
}

func (b *batch) run(ctx context.Context) error {
	var failed error
	if !b.f.explain {
		failed = b.bring(ctx)
	}
	if err := ctx.Err(); err != nil {
		return errors.Join(failed, err)
	}
	err := errors.Join(failed, b.publish(ctx)) // a table that cannot be had keeps its old vintage
	if !b.f.quiet || b.f.explain {
		for _, line := range b.said {
			b.printf("%s\n", line)
		}
	}
	return err
}

// publish makes the site, as far as there is anything new to say.
func (b *batch) publish(ctx context.Context) error {
	set, err := b.set()
	if err != nil {
		return err
	}
	data, err := b.app.data()
	if err != nil {
		return err
	}
	out := b.f.cfg.Out
	_, embedded := data.(*ingest.Embedded)
	lake, ok := data.(*store.Lake)
	if ok {
		if err := apart(b.lake, out); err != nil {
			return err
		}
	}
	whole := data
	if data, err = chosen(whole, b.f.cfg.Tables); err != nil {
		return b.inConfig(err)
	}
	o, err := b.options(ctx, data)
	if err != nil {
		return err
	}
	before, err := page.Published(out)
	if err != nil {
		return err
	}
	steps := stage.Plan(before.MadeFrom(), o.Made)
	if b.f.explain {
		b.explain(steps, data, embedded)
		return nil
	}
	if err := page.Free(out); err != nil {
		return err
	}
	if stage.Nothing(steps) {
		b.say("nothing is new: the site stands as it was published\nthe site is at %s", index(out))
		return nil
	}
	claim, err := disk.TakeClaim(out)
	if err != nil {
		return err
	}
	defer claim.Release()
	b.tookOver(out, claim.Stale())
	var shelf *frozen.Shelf
	if lake != nil {
		release, err := b.hold(lake)
		if err != nil {
			return err
		}
		defer release()
		if o.Made, err = b.inputs(data); err != nil { // somebody may have added to it meanwhile
			return err
		}
		shelf = frozen.Open(lake)
		for _, err := range shelf.Damaged {
			b.quietLog().Warn("frozen embeds that the lake keeps cannot be read; asylum verify tells more", "why", err)
		}
	}
	if e, ok := whole.(*ingest.Embedded); ok {
		next, err := claim.Next()
		if err != nil {
			return err
		}
		l, err := ownLake(e, filepath.Join(next, "lake"))
		if err != nil {
			return err
		}
		for _, m := range l.Vintages() {
			o.Lake = append(o.Lake, m.SHA256)
		}
		if data, err = chosen(l, b.f.cfg.Tables); err != nil {
			return err
		}
	}
	if data, err = b.corrected(data); err != nil {
		return err
	}
	site, err := page.Build(set, data, o)
	if err != nil {
		return chartError(err)
	}
	err = site.PublishTo(claim, shelf, func(string) error { return ctx.Err() }) // the last moment to stop
	b.bar.end()
	if _, lost := errors.AsType[*frozen.LostError](err); err == nil || lost { // of those that are lost the rest is published
		b.summary(site)
	}
	return err
}

// hold keeps others from writing to the lake that a site is made from: what forget
// would take away is being read. Of a lake that cannot be written to, a site is made
// all the same.
func (b *batch) hold(lake *store.Lake) (release func(), err error) {
	release, err = lake.Hold()
	if held := (*disk.Held)(nil); errors.As(err, &held) {
		return nil, err
	}
	if err != nil {
		b.quietLog().Warn("the lake is read without being held: nobody may forget anything of it meanwhile", "why", err)
		return func() {}, nil
	}
	b.tookOver(lake.Dir(), lake.Stale())
	return release, nil
}

// tookOver says who died over what is held now.
func (b *batch) tookOver(what string, from *disk.Holder) {
	if from != nil {
		b.quietLog().Info("taken over from a process that is no more", "what", what, "who", from.String())
	}
}

// ownLake takes the embedded data through a lake that will stand within the site.
func ownLake(e *ingest.Embedded, dir string) (*store.Moved, error) {
	l := store.Scratch(dir)
	l.Program = program()
	if err := e.Copy(l); err != nil {
		return nil, err
	}
	if err := os.Remove(filepath.Join(dir, ".lock")); err != nil { // nobody writes to it any more
		return nil, err
	}
	return l.At("lake"), nil
}

// inConfig says that it is the configuration which asks for something.
func (b *batch) inConfig(err error) error { return fmt.Errorf("%s: %w", b.f.config, err) }

// options say what is to be made, and what from.
func (b *batch) options(ctx context.Context, data ingest.Data) (o page.Options, err error) {
	cfg := &b.f.cfg
	o = page.Options{AsOf: cfg.AsOf, Was: cfg.Out, Base: cfg.Base, Log: b.quietLog(), Formats: cfg.Outputs, Citizens: cfg.Slices.Citizens, Geos: cfg.Slices.Geos,
		Limits: cfg.Rules.thresholds(), Once: true, Fetched: b.fetched, Program: program(), Step: b.bar.step}
	for _, l := range cfg.Languages {
		o.Langs = append(o.Langs, words.Lang(l))
	}
	if o.Specs, err = specs(cfg.Charts); err != nil {
		if path := (*fs.PathError)(nil); errors.As(err, &path) {
			err = b.inConfig(fmt.Errorf("charts: %w", err))
		}
		return o, err
	}
	o.Each = func(n int, job func(int) error) error {
		return rate.Parallel(n, func(i int) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return job(i)
		})
	}
	o.Made, err = b.inputs(data)
	return o, err
}

// inputs are the sums of all that the site depends on.
func (b *batch) inputs(data ingest.Data) (stage.Inputs, error) {
	cfg := &b.f.cfg
	in := stage.Inputs{"tables": stage.Sum(rate.AsOf(data, cfg.AsOf).Vintages()), "as of": cfg.AsOf, "base": cfg.Base, "languages": strings.Join(cfg.Languages, " ")}
	program, err := os.Executable()
	if err != nil && filepath.IsAbs(os.Args[0]) { // no /proc
		program, err = os.Args[0], nil
	}
	if err != nil {
		return nil, err
	}
	for name, file := range map[string]string{"program": program, "definitions": b.definitions, "codes": b.codes, "corrections": b.corrections} {
		if in[name], err = stage.File(file); err != nil {
			return nil, err
		}
	}
	if b.raw {
		in["corrections"] = "none"
	}
	var charts []string
	for _, file := range cfg.Charts {
		sum, err := stage.File(file)
		if err != nil {
			return nil, err
		}
		charts = append(charts, sum)
	}
	in["charts"] = strings.Join(charts, " ")
	if cfg.Rules != nil {
		in["rules"] = stage.Sum(*cfg.Rules)
	}
	if s := &cfg.Slices; s.Citizens != nil || s.Geos != nil {
		in["slices"] = stage.Sum(*s)
	}
	if cfg.Outputs != nil {
		in["outputs"] = strings.Join(append([]string{"svg"}, cfg.Outputs...), " ")
	}
	for name, sum := range in {
		if sum == "" {
			delete(in, name)
		}
	}
	return in, nil
}

// specs are the built-in charts and those of the user's files; nil if there are no
// such files.
func specs(files []string) ([]figure.Spec, error) {
	if len(files) == 0 {
		return nil, nil
	}
	all, err := figure.Builtin()
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		in, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		own, err := figure.Read(in, name)
		in.Close()
		if err != nil {
			return nil, usageOr(err)
		}
		for _, s := range own {
			if i := slices.IndexFunc(all, func(t figure.Spec) bool { return strings.EqualFold(t.ID, s.ID) }); i >= 0 {
				all[i] = s // the user's goes before
				continue
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// chosen leaves the tables of a configuration, all if it names none.
func chosen(data ingest.Data, tables []string) (ingest.Data, error) {
	if len(tables) == 0 {
		return data, nil
	}
	held := map[string]bool{}
	for _, m := range data.Vintages() {
		held[m.Table], held[m.Source+"/"+m.Table] = true, true
	}
	for _, t := range tables {
		if !held[t] {
			var names []string
			for n := range held {
				names = append(names, n)
			}
			slices.Sort(names)
			hint := "asylum tables lists what there is"
			if near := own.Near(t, names); near != "" {
				hint = "did you mean " + near + "?"
			}
			return nil, usagef("tables: got %q, want a table that is held\n\thint: %s", t, hint)
		}
	}
	return &some{data, tables}, nil
}

// some is data of which only some tables are looked at.
type some struct {
	ingest.Data
	tables []string
}

func (s *some) Vintages() []table.Meta {
	return slices.DeleteFunc(slices.Clone(s.Data.Vintages()), func(m table.Meta) bool {
		return !slices.Contains(s.tables, m.Table) && !slices.Contains(s.tables, m.Source+"/"+m.Table)
	})
}

// quietLog is the log, or nothing.
func (b *batch) quietLog() *slog.Logger {
	if b.f.quiet {
		return slog.New(slog.DiscardHandler)
	}
	return b.log
}

// explain says what would be done, and why.
func (b *batch) explain(steps []stage.Step, data ingest.Data, embedded bool) {
	from := "the lake " + b.lake
	if embedded {
		from = "the embedded data, through a lake of its own in " + filepath.Join(b.f.cfg.Out, "lake")
	}
	for _, t := range b.f.cfg.Fetch {
		if b.f.offline {
			b.say("fetch: nothing to do, it is left out by --offline")
			break
		}
		b.say("fetch: due, the source says whether %s is new", t)
	}
	if n := len(b.f.cfg.Sources); n > 0 {
		b.say("add: due, a file is taken that the lake does not hold yet")
	}
	if stage.Nothing(steps) {
		b.say("the site in %s is as %s has it", b.f.cfg.Out, from)
	} else {
		b.say("would build the site in %s from %s, %d vintages", b.f.cfg.Out, from, len(data.Vintages()))
	}
	for i := range steps {
		b.say("%s", steps[i].String())
	}
}

// summary says what was made, what changed, and where to look.
func (b *batch) summary(s *page.Site) {
	b.say("%d charts and %d published figures from %d exports", len(s.Charts), len(s.Speech)+len(s.Quoted)+len(s.Ledger), len(s.Vintages))
	if s.Kept > 0 {
		b.say("%d pictures drawn, %d kept as they were", s.Drawn, s.Kept)
	}
	if len(s.Faults) > 0 {
		b.say("not drawn, for the reasons above: %s", strings.Join(s.Faults, ", "))
	}
	if s.Changes != nil && !s.Changes.First {
		b.said = append(b.said, s.Changes.Summary("en")...)
	}
	if b.f.cfg.Base == "" {
		b.say("%s", baseless)
	}
	b.say("the site is at %s", index(b.f.cfg.Out))
}

// baseless is what a site without the address where it will stand goes without.
const baseless = "no base is configured: pages carry no address of their own, and previews of links (og:url, og:image) no picture"

// index is the first page of a site.
func index(out string) string {
	path := filepath.Join(out, "index.html")
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
