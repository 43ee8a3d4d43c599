package ledger

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"asylum/datasets"
	"asylum/pipeline/obs"
	"asylum/pipeline/own"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// file is the shape of a file of figures: those of one source, or groups of
// them. What every figure of a group shares stands once, under each.
type file struct {
	Topic   string   `yaml:"topic"`
	Source  Source   `yaml:"source"`
	Figures []Figure `yaml:"figures"`
	Groups  []group  `yaml:"groups"`
}

type group struct {
	Source  Source   `yaml:"source"`
	Each    Figure   `yaml:"each"`
	Figures []Figure `yaml:"figures"`
}

// Builtin gives the figures that come with the program, the speech's first.
func Builtin() ([]Figure, error) {
	names, err := fs.Glob(datasets.FS, "figures/*.yaml")
	if err != nil {
		return nil, err
	}
	var speech, other []Figure
	ids := map[string]string{}
	for _, name := range names {
		data, err := fs.ReadFile(datasets.FS, name)
		if err != nil {
			return nil, err
		}
		figures, err := readYAML(data, path.Join("datasets", name))
		if err != nil {
			return nil, err
		}
		for i := range figures {
			figures[i].loose = true
			if was, ok := ids[figures[i].ID]; ok {
				return nil, fmt.Errorf("datasets/%s: figure %q stands in %s too", name, figures[i].ID, was)
			}
			ids[figures[i].ID] = name
		}
		if strings.Contains(name, "speech") {
			speech = append(speech, figures...)
		} else {
			other = append(other, figures...)
		}
	}
	return append(speech, other...), nil
}

// ReadFile reads a user's own figures, as YAML or, by the name's ending or the
// first line, as CSV.
func ReadFile(name string) ([]Figure, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if strings.EqualFold(path.Ext(name), ".csv") || bytes.HasPrefix(data, []byte("id,")) {
		if err := own.Text(data, name); err != nil {
			return nil, err
		}
		return readCSV(data, name)
	}
	return readOwn(data, name)
}

// readOwn reads YAML that a user wrote: beside what readYAML refuses, what the
// decoder would cut or take for another number.
func readOwn(data []byte, name string) ([]Figure, error) {
	data, tree, err := own.YAML(data, name)
	if err != nil {
		return nil, err
	}
	w := &wholes{refusal: obs.Refusal{File: name}}
	for _, d := range tree.Docs {
		ast.Walk(w, d)
	}
	if err := w.refusal.Err(); err != nil {
		return nil, err
	}
	var f file // once more, for errors in our words: the built-in files take the short way
	if err := own.Decode(data, tree, name, &f, "figures in YAML, with the fields of datasets/figures", "asylum reproduce --help names the fields"); err != nil {
		return nil, err
	}
	return readYAML(data, name)
}

// counted are the fields that hold whole numbers.
var counted = []string{"num", "den", "rounding", "parts", "total", "other_den"}

// wholes finds counts that are none. The decoder takes 59.5 for 59, 010 for 8.
type wholes struct{ refusal obs.Refusal }

func (w *wholes) Visit(n ast.Node) ast.Visitor {
	if pair, ok := n.(*ast.MappingValueNode); ok && contains(counted, pair.Key.GetToken().Value) {
		w.check(pair.Key.GetToken().Value, pair.Value)
	}
	return w
}

func (w *wholes) check(field string, n ast.Node) {
	switch n := n.(type) {
	case *ast.SequenceNode:
		for _, v := range n.Values {
			w.check(field, v)
		}
		return
	case *ast.IntegerNode, *ast.FloatNode, *ast.StringNode:
		t := n.GetToken()
		if v, err := strconv.ParseInt(t.Value, 10, 64); err == nil && strconv.FormatInt(v, 10) == t.Value {
			return
		}
		w.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: w.refusal.File, Line: t.Position.Line, Col: t.Position.Column}, Got: field + " " + obs.Quote(t.Value),
			Want: "a whole number in plain digits", Hint: "write 8507, without commas, decimals and leading zeros; leave it out where none is printed"})
	}
}

// places are those that figures speak of and no code list has, by code.
func places() (map[string]string, error) {
	data, err := fs.ReadFile(datasets.FS, "figures/places.csv")
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("datasets/figures/places.csv: %w", err)
	}
	out := map[string]string{}
	for _, row := range rows[1:] {
		out[row[0]] = row[1]
	}
	return out, nil
}

func readYAML(data []byte, name string) ([]Figure, error) {
	var f file
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&f); err != nil {
		return nil, own.Error(err, name, "figures in YAML, with the fields of datasets/figures", "asylum reproduce --help names the fields")
	}
	beyond, err := places()
	if err != nil {
		return nil, err
	}
	bad := &obs.Refusal{File: name}
	at := &finder{name: name, data: data}
	var out []Figure
	ids := map[string]bool{}
	take := func(g *group, prefix string) {
		for i := range g.Figures {
			x := &g.Figures[i]
			x.inherit(&g.Each)
			x.From, x.Topic = g.Source, cmp.Or(f.Topic, f.Source.Title, g.Source.Title)
			x.Address = cmp.Or(x.Address, g.Source.Address)
			node := fmt.Sprintf("%s.figures[%d]", prefix, i)
			x.at = func() obs.Pos { return at.of(node, prefix+".each", "claimed") }
			flaw := x.complete(beyond)
			if flaw == nil && ids[x.ID] {
				flaw = &fault{"id", fmt.Sprintf("figure %q a second time", x.ID), "an id of its own for each", "give one of them another id"}
			}
			ids[x.ID] = true
			if flaw != nil {
				bad.Add(&obs.ParseError{Pos: at.of(node, prefix+".each", flaw.field), Got: flaw.got, Want: flaw.want, Hint: flaw.hint})
			}
		}
		out = append(out, g.Figures...)
	}
	take(&group{Source: f.Source, Figures: f.Figures}, "$")
	for i := range f.Groups {
		take(&f.Groups[i], fmt.Sprintf("$.groups[%d]", i))
	}
	if len(out) == 0 && len(bad.Errs) == 0 {
		return nil, &obs.ParseError{Pos: obs.Pos{File: name, Line: 1, Col: 1}, Got: "no figures", Want: "a list under figures", Hint: "datasets/figures holds examples"}
	}
	return out, bad.Err()
}

// inherit takes from each what the figure does not say itself.
func (f *Figure) inherit(each *Figure) {
	for _, s := range []struct{ to, from *string }{
		{&f.Statement, &each.Statement}, {&f.Citizen, &each.Citizen}, {&f.Geo, &each.Geo}, {&f.Period, &each.Period},
		{&f.Subset, &each.Subset}, {&f.Cites, &each.Cites}, {&f.Claimed, &each.Claimed}, {&f.Counts, &each.Counts},
		{&f.Expected, &each.Expected}, {&f.Address, &each.Address}, {&f.Tag, &each.Tag}, {&f.Note, &each.Note}, {&f.Unit, &each.Unit},
	} {
		*s.to = cmp.Or(*s.to, *s.from)
	}
	f.Rounding = cmp.Or(f.Rounding, each.Rounding)
}

// finder finds where a field of a figure stands in a file, when it is asked.
type finder struct {
	name string
	data []byte
	tree *ast.File
}

// of gives the place of a field of the figure at a path, else of what all share,
// else of the figure.
func (p *finder) of(figure, each, field string) obs.Pos {
	if p.tree == nil {
		p.tree, _ = parser.ParseBytes(p.data, 0)
	}
	at := own.Place(p.tree, figure+"."+field, each+"."+field, figure)
	at.File = p.name
	return at
}

// columns are those of a CSV of figures; the order is free, and what else a
// file has is refused.
var columns = []string{"id", "statement_short", "value", "unit", "numerator", "denominator", "citizen", "geo", "year", "definition", "source_url", "source_title", "confidence_note"}

// more are further columns that a CSV may have, as the fields of YAML.
var more = []string{"cites", "counts", "rounding", "expected"}

func readCSV(data []byte, name string) ([]Figure, error) {
	beyond, err := places()
	if err != nil {
		return nil, err
	}
	const hint = "the first line names the columns: id,value,unit,citizen,geo,year and those that there are"
	in := csv.NewReader(bytes.NewReader(data))
	head, err := in.Read()
	if err != nil {
		return nil, obs.CSVError(name, err, hint)
	}
	col := map[string]int{}
	for i, h := range head {
		line, at := in.FieldPos(i)
		h = strings.TrimSpace(h)
		_, twice := col[h]
		if !contains(columns, h) && !contains(more, h) || twice {
			hint := "rename it, or take it out"
			if strings.Contains(h, ";") || strings.Contains(h, "\t") {
				hint = "put commas between the columns, and quotes around a value that holds one"
			}
			return nil, &obs.ParseError{Pos: obs.Pos{File: name, Line: line, Col: at}, Got: "column " + obs.Quote(h), Want: "each once of " + strings.Join(append(append([]string{}, columns...), more...), ", "), Hint: hint}
		}
		col[h] = i
	}
	for _, must := range []string{"id", "value", "citizen", "geo", "year"} {
		if _, ok := col[must]; !ok {
			return nil, &obs.ParseError{Pos: obs.Pos{File: name, Line: 1, Col: 1}, Got: "no column " + must, Want: "id, value, citizen, geo and year", Hint: hint}
		}
	}
	var out []Figure
	bad := &obs.Refusal{File: name}
	ids := map[string]bool{}
	for {
		row, err := in.Read()
		if err == io.EOF {
			break
		} else if err != nil {
			return nil, obs.CSVError(name, err, "quote a field that holds a comma or a quote")
		}
		f, flaw := fromCSV(func(c string) string {
			if i, ok := col[c]; ok {
				return strings.TrimSpace(row[i])
			}
			return ""
		})
		if flaw == nil {
			flaw = f.complete(beyond)
		}
		if flaw == nil && ids[f.ID] {
			flaw = &fault{"id", fmt.Sprintf("figure %q a second time", f.ID), "an id of its own for each", "give one of them another id"}
		}
		ids[f.ID] = true
		line, at := in.FieldPos(col["definition"])
		f.at = func() obs.Pos { return obs.Pos{File: name, Line: line, Col: at} }
		if flaw != nil {
			c := flaw.field
			for csvName, field := range map[string]string{"year": "period", "numerator": "num", "denominator": "den", "definition": "counts"} {
				if _, ok := col[flaw.field]; field == flaw.field && !ok {
					c = csvName
				}
			}
			line, at := in.FieldPos(col[c])
			bad.Add(&obs.ParseError{Pos: obs.Pos{File: name, Line: line, Col: at}, Got: flaw.got, Want: flaw.want, Hint: flaw.hint})
		}
		out = append(out, f)
	}
	if len(out) == 0 {
		return nil, &obs.ParseError{Pos: obs.Pos{File: name, Line: 1, Col: 1}, Got: "a head and no figures", Want: "a figure in each further line", Hint: hint}
	}
	return out, bad.Err()
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// fromCSV makes a figure of a row. The definition may be a name of ours or
// words; from words it is told where they are those of a known one.
func fromCSV(get func(string) string) (Figure, *fault) {
	f := Figure{ID: get("id"), Statement: get("statement_short"), Value: get("value"), Unit: get("unit"), Citizen: get("citizen"), Geo: get("geo"),
		Period: get("year"), Address: get("source_url"), Cites: get("cites"), Counts: get("counts"), Expected: get("expected"),
		From: Source{Title: get("source_title"), Address: get("source_url")}, Topic: get("source_title")}
	for _, n := range []struct {
		col, field string
		to         **int64
	}{{"numerator", "num", &f.Num}, {"denominator", "den", &f.Den}} {
		if s := get(n.col); s != "" {
			v, err := wholeCount(s)
			if err != nil {
				return f, &fault{n.field, n.col + " " + obs.Quote(s), "a whole number, or nothing", "leave it empty where none is printed"}
			}
			*n.to = &v
		}
	}
	if s := get("rounding"); s != "" {
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return f, &fault{"rounding", "rounding " + obs.Quote(s), "the step that counts are rounded to, such as 5", "leave it empty where they are exact"}
		}
		f.Rounding = v
	}
	if f.Unit == "percent" && !strings.Contains(f.Value, "%") {
		f.Value += " %"
	}
	f.Note = get("confidence_note")
	if tag, rest, ok := strings.Cut(strings.TrimPrefix(f.Note, "["), "]"); ok && len(tag) == 1 && strings.HasPrefix(f.Note, "[") {
		f.Tag, f.Note = tag, strings.TrimSpace(rest)
	}
	words := get("definition")
	f.Claimed = words
	if name := recognise(words, f.Geo); name != "" {
		f.Claimed, f.loose = name, name != words
	}
	if f.Unit == "persons" {
		f.Counts = cmp.Or(f.Counts, countsIn(words))
	}
	f.Cites = cmp.Or(f.Cites, citesIn(words, f.From.Title, f.Address))
	return f, nil
}
