package sql

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/rate"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
)

// A file is a vintage that some cell may come from.
type file struct {
	meta   table.Meta
	layout store.Layout
	dims   []string // in the order of the file
	newer  []table.Meta
}

// never is until when a cell holds that no newer vintage speaks of, and latest
// the day of results that are of no day: both sort after every date.
const (
	latest = "latest"
	never  = "never"
)

// A source is a binding in the making.
type source struct {
	*script
	b     *rate.Binding
	sides []rate.Side
	files [2][]file
	days  []string // as of which shares are computed too, for those of mixed vintages
	mixes []string // the tables that cells of several vintages come from
}

// files gives the vintages of a side that cells may come from, newest first.
func (w *script) files(source string, side *rate.Side, asOf string) (out []file, err error) {
	for _, name := range side.Tables {
		metas := rate.Newest(w.lake.Vintages(), source, name, asOf)
		for i, m := range metas {
			layout, err := w.lake.Layout(m)
			if err != nil {
				return nil, err
			}
			f := file{meta: m, layout: layout, newer: metas[:i]}
			for _, d := range layout.Dims {
				f.dims = append(f.dims, d.Name)
			}
			if f.has(side.Axis) && !w.lacks(&f) {
				out = append(out, f)
			}
			if len(m.Extent) == 0 {
				break // it speaks of everything
			}
		}
		if side.First && len(out) > 0 {
			break
		}
	}
	return out, nil
}

func (f *file) has(dim string) bool { return dim != "" && slices.Contains(f.dims, dim) }

// lacks reports whether a query picks by sex or age and the file does not tell.
func (w *script) lacks(f *file) bool {
	return !f.has("sex") && slices.ContainsFunc(w.q.Sex, func(c string) bool { return c != "T" }) ||
		!f.has("age") && slices.ContainsFunc(w.q.Age, func(c string) bool { return c != "TOTAL" })
}

func (f *file) name() string { return f.meta.Table + " " + f.meta.Vintage }

// binding writes one source and gives the name of its answer, "" if it has no
// cells.
func (w *script) binding(b *rate.Binding) (string, error) {
	s := &source{script: w, b: b, sides: b.Sides()}
	if err := s.check(); err != nil {
		return "", err
	}
	w.prefix = ""
	if len(w.d.From) > 1 {
		w.prefix = b.Source + "_"
	}
	if err := s.find(); err != nil {
		return "", err
	}
	if len(s.files[0]) == 0 {
		w.notes = append(w.notes, fmt.Sprintf("none of %s (%s)", strings.Join(s.sides[0].Tables, ", "), b.Source))
		return "", nil
	}
	var cells [2]string
	for i := range s.sides {
		side := &s.sides[i]
		if i == 1 && s.alike() {
			cells[1] = cells[0]
			continue
		}
		cells[i] = s.cells(i, side)
	}
	for i := range s.sides {
		s.side(i, cells[i])
	}
	s.results()
	w.sources = append(w.sources, b.Source)
	return s.shares(), nil
}

// check refuses what the SQL would compute otherwise than package rate does.
func (s *source) check() error {
	if len(s.sides[0].Set) > 0 || !s.whole() && len(s.sides[1].Set) > 0 {
		return fmt.Errorf("only the denominator of a share may be set to a total: %w", ErrInexpressible)
	}
	return nil
}

// whole reports whether the denominator is one that many results share.
func (s *source) whole() bool { return s.d.Kind == rate.Share || s.d.Kind == rate.PerMillion }

// find finds the files of both sides, and the days that matter.
func (s *source) find() (err error) {
	days := map[string]bool{}
	for i := range s.sides {
		if s.files[i], err = s.script.files(s.b.Of(&s.sides[i]), &s.sides[i], s.q.AsOf); err != nil {
			return err
		}
	}
	if s.d.Kind != rate.Ratio {
		for _, name := range s.tables() {
			vintages := map[string]bool{}
			for i := range s.files {
				for _, f := range s.files[i] {
					if f.meta.Table == name {
						vintages[f.meta.Vintage] = true
					}
				}
			}
			if len(vintages) < 2 {
				continue
			}
			s.mixes = append(s.mixes, name)
			newest := ""
			for v := range vintages {
				newest = max(newest, v)
			}
			for v := range vintages {
				if v != newest {
					days[v] = true
				}
			}
		}
		for d := range days {
			s.days = append(s.days, d)
		}
		slices.Sort(s.days)
		// As of an earlier day other vintages may have been the newest.
		for _, d := range s.days {
			for i := range s.sides {
				then, err := s.script.files(s.b.Of(&s.sides[i]), &s.sides[i], d)
				if err != nil {
					return err
				}
				for _, f := range then {
					if at := slices.IndexFunc(s.files[i], func(o file) bool { return o.layout.Parquet == f.layout.Parquet }); at < 0 {
						s.files[i] = append(s.files[i], f)
					}
				}
			}
		}
		for i := range s.files { // what is newer, on any day
			for j := range s.files[i] {
				f := &s.files[i][j]
				metas := rate.Newest(s.lake.Vintages(), f.meta.Source, f.meta.Table, s.q.AsOf)
				f.newer = metas[:slices.IndexFunc(metas, func(m table.Meta) bool {
					return m.SHA256 == f.meta.SHA256 && m.Vintage == f.meta.Vintage
				})]
			}
		}
	}
	return nil
}

// tables names those of both sides, each once.
func (s *source) tables() []string {
	var out []string
	for i := range s.sides {
		for _, t := range s.sides[i].Tables {
			if !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// alike reports whether both sides look at the same cells but for their terms.
func (s *source) alike() bool {
	bare := func(side rate.Side) rate.Side {
		side.Terms, side.Total, side.Whole, side.Witness, side.Need = nil, "", "", "", nil
		side.Joint, side.Joined = "", nil
		return side
	}
	return reflect.DeepEqual(bare(s.sides[0]), bare(s.sides[1]))
}

// key names the columns that a cell of the axes is known by.
func (s *source) key() []string {
	if len(s.days) > 0 {
		return []string{"as_of", "citizen", "geo", "sex", "age", "period"}
	}
	return []string{"citizen", "geo", "sex", "age", "period"}
}

func (s *source) keys() string { return strings.Join(s.key(), ", ") }

var names = [2]string{"num", "den"}

func (s *source) name(side int) string {
	if side == 1 && s.d.Kind == rate.Rate {
		return "rest"
	}
	return names[side]
}

// codes lists the codes that a cells CTE is for.
func (s *source) codes(i int) []string {
	codes := slices.Clone(s.sides[i].Codes())
	if s.alike() {
		for _, c := range s.sides[1].Codes() {
			if !slices.Contains(codes, c) {
				codes = append(codes, c)
			}
		}
	}
	return codes
}

// roundings say what the numbers of a source may stand for.
var roundings = map[string]struct{ words, lo, hi string }{
	"exact":    {"Counts are as printed.", "n", "n"},
	"nearest5": {"Counts are rounded to the nearest 5: the true one is within 2.", "greatest(n - 2, 0)", "n + 2"},
	"unhcr_decisions": {"UNHCR prints few decisions as 0, 5 or 10: 0 is 0 to 4, 5 is 1 to 9, 10 is 6 to 10.",
		"CASE n WHEN 5 THEN 1 WHEN 10 THEN 6 ELSE n END", "CASE n WHEN 0 THEN 4 WHEN 5 THEN 9 ELSE n END"},
	"unhcr_applications": {"UNHCR prints 1 to 5 applications as 5.", "CASE n WHEN 5 THEN 1 ELSE n END", "n"},
}

// cells writes the cells of a side, one a row.
func (s *source) cells(i int, side *rate.Side) string {
	name := "cells"
	if !s.alike() {
		name = s.name(i) + "_cells"
	}
	codes := s.codes(i)
	var parts []string
	for _, f := range s.files[i] {
		parts = append(parts, s.vintage(&f, side, codes))
		words := "reads " + f.layout.Parquet
		if !slices.Contains(s.seen, words) {
			s.seen = append(s.seen, words)
		}
	}
	if len(parts) == 0 {
		s.notes = append(s.notes, fmt.Sprintf("none of %s (%s)", strings.Join(side.Tables, ", "), s.b.Source))
		parts = []string{s.nothing(side)}
	}
	r := roundings[side.Rounding]
	comment := "The cells of " + strings.Join(side.Tables, ", ") + ", one a row. " + r.words
	body := "SELECT *, " + r.lo + " AS lo, " + r.hi + " AS hi\nFROM (\n" + indent(strings.Join(parts, "\nUNION ALL\n")) + "\n) AS vintages"
	switch {
	case len(s.days) > 0:
		comment += "\nA cell holds from its vintage until a newer one speaks of it. as_of is a day that\nshares are computed for; they are needed where later vintages hold only some of\nthe cells of one."
		days := []string{}
		for _, d := range append(slices.Clone(s.days), latest) {
			days = append(days, "("+s.text(d)+")")
		}
		body += "\nJOIN (VALUES " + strings.Join(days, ", ") + ") AS days(as_of) ON vintage <= as_of AND as_of < valid_until"
	case s.dated(i):
		comment += "\nA cell holds from its vintage until a newer one speaks of it."
		body += "\nWHERE valid_until = '" + never + "'"
	}
	return s.with(comment, name, body)
}

// dated reports whether the vintages of a side must say until when they hold.
func (s *source) dated(i int) bool {
	return len(s.days) > 0 || slices.ContainsFunc(s.files[i], func(f file) bool { return len(f.newer) > 0 })
}

// index is the number of a side.
func (s *source) index(side *rate.Side) int {
	if side == &s.sides[1] {
		return 1
	}
	return 0
}

// columns are those of a cell beside its key, with what stands in them for a
// file: nil for one without any.
func (s *source) columns(side *rate.Side, f *file) (out []string) {
	add := func(expr, name string) {
		if expr == name {
			out = append(out, name)
		} else {
			out = append(out, expr+" AS "+name)
		}
	}
	of := func(dim string) string {
		if f.has(dim) {
			return s.column(dim)
		}
		return "''"
	}
	if s.dated(s.index(side)) {
		if len(s.mixes) > 0 {
			add(s.text(f.meta.Table), "tab")
		}
		add(s.text(f.meta.Vintage), "vintage")
		add(s.until(f), "valid_until")
	}
	for _, dim := range []string{"citizen", "geo", "sex", "age"} {
		add(of(dim), dim)
	}
	add("period", "period")
	add(of(side.Axis), "code")
	if side.Level != "" {
		add(of(side.Level), "dec_at")
	}
	if side.Unit != "" {
		add(of(side.Unit), "counted_in")
	}
	if s.printed(side) {
		add(s.printing(side, f), "printing")
	}
	n := s.corrected(f)
	if f.layout.Decimals {
		n = "CASE WHEN decimals = 0 THEN " + n + " END" // a count has none
	}
	add(n, "n")
	if s.b.Source == "aida" {
		add("flags", "flags")
	}
	return out
}

// corrected is the count of a cell of a file, other than printed in those that
// are repaired.
func (s *source) corrected(f *file) string {
	var whens []string
	for i := range s.repairs {
		r := &s.repairs[i]
		if r.Meta.SHA256 != f.meta.SHA256 || r.Meta.Vintage != f.meta.Vintage || r.Meta.Source != f.meta.Source || r.Meta.Table != f.meta.Table ||
			!slices.Contains(s.periods(&f.layout), r.Period) {
			continue
		}
		and := []string{"period = " + s.text(string(r.Period))}
		for _, dim := range f.dims {
			and = append(and, s.column(dim)+" = "+s.text(r.Cell[dim]))
		}
		whens = append(whens, "WHEN "+strings.Join(and, " AND ")+" THEN "+strconv.Itoa(int(r.Count)))
		if note := oneLine(r.Note); !slices.Contains(s.mended, note) {
			s.mended = append(s.mended, note)
		}
	}
	if whens == nil {
		return "n"
	}
	return "CASE " + strings.Join(whens, "\n     ") + "\n     ELSE n END"
}

// nothing is cells of a side that has none.
func (s *source) nothing(side *rate.Side) string {
	return "SELECT " + strings.Join(s.columns(side, &file{}), ", ") + "\nFROM (SELECT '' AS period, CAST(NULL AS INT) AS n, '' AS flags) AS none WHERE FALSE"
}

// vintage writes the cells of one file: the rows that are looked at, then their
// periods below one another.
func (s *source) vintage(f *file, side *rate.Side, codes []string) string {
	var where []string
	for d := range f.layout.Dims {
		dim := &f.layout.Dims[d]
		want := codes
		if dim.Name != side.Axis {
			var all bool
			if want, all = side.Picks(dim, s.q, s.b.Added(side)); all {
				continue
			}
			want = slices.Compact(slices.Sorted(slices.Values(want)))
		}
		where = append(where, s.in(s.column(dim.Name), want))
	}
	value, suffixes := "n", []string{""}
	var values []string
	if f.layout.Gathered {
		suffixes, values = append(suffixes, table.PosSuffix), append(values, "pos")
	}
	if s.b.Source == "aida" {
		suffixes, values = append(suffixes, table.FlagsSuffix), append(values, "flags")
	}
	if f.layout.Decimals {
		suffixes, values = append(suffixes, table.DecimalsSuffix), append(values, "decimals")
	}
	var in []string
	for _, p := range s.periods(&f.layout) {
		var cols []string
		for _, suffix := range suffixes {
			cols = append(cols, s.column(string(p)+suffix))
		}
		if len(cols) == 1 {
			in = append(in, cols[0])
		} else {
			in = append(in, "("+strings.Join(cols, ", ")+") AS "+s.column(string(p)))
		}
	}
	if len(in) == 0 {
		return s.nothing(side)
	}
	if len(values) > 0 {
		value = "(n, " + strings.Join(values, ", ") + ")"
	}
	rows := "SELECT *\nFROM " + s.file(s.root+"/"+f.layout.Parquet)
	if len(where) > 0 {
		rows += "\nWHERE " + strings.Join(where, "\n  AND ")
	}
	out := "-- " + f.name() + "\nSELECT " + strings.Join(s.columns(side, f), ", ") +
		"\nFROM (\n" + indent(rows) + "\n) UNPIVOT INCLUDE NULLS (" + value + " FOR period IN (\n" + indent(wrap(in, 100)) + "\n))"
	if f.layout.Gathered {
		out += "\nWHERE pos <> 0 -- the source wrote something there"
	}
	return out
}

// wrap joins a list with commas, over lines of some length.
func wrap(list []string, width int) string {
	var b strings.Builder
	n := 0
	for i, s := range list {
		if i > 0 {
			b.WriteString(",")
			if n+len(s) > width {
				b.WriteString("\n")
				n = 0
			} else {
				b.WriteString(" ")
			}
		}
		b.WriteString(s)
		n += len(s) + 2
	}
	return b.String()
}

// until says from which vintage on another one speaks of a cell.
func (s *source) until(f *file) string {
	var whens []string
	for i := len(f.newer) - 1; i >= 0; i-- {
		m := &f.newer[i]
		if len(m.Extent) == 0 {
			if whens == nil {
				return s.text(m.Vintage)
			}
			return "CASE " + strings.Join(whens, "\n     ") + "\n     ELSE " + s.text(m.Vintage) + " END"
		}
		var boxes []string
		for j := range m.Extent {
			if box, ok := s.box(&m.Extent[j], f); ok {
				boxes = append(boxes, box)
			}
		}
		if len(boxes) > 0 {
			whens = append(whens, "WHEN "+strings.Join(boxes, "\n       OR ")+" THEN "+s.text(m.Vintage))
		}
	}
	if whens == nil {
		return "'" + never + "'"
	}
	return "CASE " + strings.Join(whens, "\n     ") + "\n     ELSE '" + never + "' END"
}

// box says that a cell is within an extent; not ok if none of the file is.
func (s *source) box(e *table.Extent, f *file) (string, bool) {
	var and []string
	for _, dim := range dimsOf(e) {
		if !f.has(dim) {
			if !slices.Contains(e.Dims[dim], "") {
				return "", false
			}
			continue
		}
		and = append(and, s.in(s.column(dim), e.Dims[dim]))
	}
	if e.From != "" {
		and = append(and, fmt.Sprintf("period >= %s AND period <= %s", s.text(string(e.From)), s.text(string(e.To)+"~")))
	}
	if and == nil {
		return "TRUE", true
	}
	return "(" + strings.Join(and, " AND ") + ")", true
}

func dimsOf(e *table.Extent) []string {
	var dims []string
	for d := range e.Dims {
		dims = append(dims, d)
	}
	slices.Sort(dims)
	return dims
}
