// Package export writes results for other programs: CSV, JSON, Parquet, XLSX.
//
// A count that is missing is empty (null in JSON and Parquet), never zero. Text
// cells that a spreadsheet would take for a formula are defused.
package export

import (
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
)

// A value is one field of a result.
type value struct {
	s     string
	n     int64
	f     float64
	b     bool
	kind  byte // s text, n count, f share, b truth
	known bool
}

// row gives a result's fields, parallel to rate.Columns.
func row(r *rate.Result) []value { return fields(r, r.Class.String(), nil) }

// fields adds the fields of a result, whose class is this text.
func fields(r *rate.Result, class string, to []value) []value {
	text := func(s string) value { return value{s: s, kind: 's', known: true} }
	count := func(n int64, known bool) value { return value{n: n, kind: 'n', known: known} }
	var s rate.Sampling
	sampled := r.Sampling != nil
	if sampled {
		s = *r.Sampling
	}
	share := func(f float64) value { return value{f: f, kind: 'f', known: r.Known && !r.CountsOnly()} }
	return append(to,
		text(r.Definition), text(r.Source), text(r.Citizen), text(r.Geo), text(string(r.Period)), text(r.Sex), text(r.Age), text(r.Stage),
		count(r.Num, r.NumKnown), count(r.Den, r.DenKnown), share(r.Value), share(r.Lo), share(r.Hi),
		value{b: r.Known && !r.CountsOnly(), kind: 'b', known: true}, text(r.Why), text(class),
		text(strings.Join(r.Vintages, "; ")), text(strings.Join(r.Warnings, "; ")),
		text(r.Unit()), text(s.Method), value{f: s.Lo, kind: 'f', known: sampled}, value{f: s.Hi, kind: 'f', known: sampled},
	)
}

// Defuse keeps a spreadsheet from running a text as a formula. A number, even
// a negative one, stays as it is.
func Defuse(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}

// A Result is a rate.Result as JSON.
type Result struct {
	Definition  string     `json:"definition"`
	Kind        string     `json:"kind"` // rate, share, ratio, backlog or per_million
	Class       rate.Class `json:"class"`
	Source      string     `json:"source"`
	Citizen     string     `json:"citizen"`
	Geo         string     `json:"geo"`
	Period      string     `json:"period"`
	Sex         string     `json:"sex,omitempty"`
	Age         string     `json:"age,omitempty"`
	Stage       string     `json:"stage"`
	Num         *int64     `json:"num"`                    // printed count, null if missing
	Den         *int64     `json:"den"`                    // printed count, null if missing
	Value       *float64   `json:"value"`                  // num/den, null if there is none
	Lo          *float64   `json:"lo"`                     // the least that rounding allows
	Hi          *float64   `json:"hi"`                     // the most that rounding allows
	ValueUnit   string     `json:"value_unit"`             // of value, lo and hi: share (of one), months or per million
	Interval    *Interval  `json:"interval,omitempty"`     // if one was asked for
	Text        string     `json:"text"`                   // "20/59 = 33.9 % (33.9-38.1)"
	CountsOnly  bool       `json:"counts_only"`            // too few cases for a percentage
	StandsIn    bool       `json:"stands_in,omitempty"`    // for the source that the definition means
	Why         string     `json:"why,omitempty"`          // there is no value because …
	PrintedRate string     `json:"printed_rate,omitempty"` // the source's own, as printed
	Vintages    []string   `json:"vintages"`
	Countries   []string   `json:"countries,omitempty"`
	WithAppeals []string   `json:"with_appeals,omitempty"`
	Warnings    []string   `json:"warnings"`
	Inputs      []Input    `json:"inputs"` // every cell that it rests on; empty where asylum trace lists them
}

// An Interval is a 95 % sampling interval. It is not certain, as Lo and Hi of a
// Result are.
type Interval struct {
	Method string  `json:"method"` // wilson or clopper-pearson
	Level  float64 `json:"level"`
	Lo     float64 `json:"lo"`
	Hi     float64 `json:"hi"`
}

// An Input is one cell that a result rests on.
type Input struct {
	Side    string            `json:"side"` // num, rest, den, part
	Source  string            `json:"source"`
	Table   string            `json:"table"`
	Vintage string            `json:"vintage"`
	File    string            `json:"file"`
	SHA256  string            `json:"sha256"`
	Line    int               `json:"line"`
	Column  int               `json:"column"`          // in bytes, from 1
	Sheet   string            `json:"sheet,omitempty"` // of a workbook: then line and column are its row and column
	Key     map[string]string `json:"key"`
	Period  string            `json:"period"`
	Count   *int32            `json:"count"` // null if there is none
	Lo      int64             `json:"lo"`
	Hi      int64             `json:"hi"`
	Flags   string            `json:"flags"`
	Printed string            `json:"printed,omitempty"`

	Corrected string `json:"corrected,omitempty"` // why Count is not what is printed
}

// Of gives a result as it is written to JSON.
func Of(r *rate.Result) Result {
	out := Result{Definition: r.Definition, Kind: r.Kind, Class: r.Class, Source: r.Source, Citizen: r.Citizen, Geo: r.Geo,
		Period: string(r.Period), Sex: r.Sex, Age: r.Age, Stage: r.Stage, ValueUnit: r.Unit(), StandsIn: r.StandsIn, Text: r.Counts(), Why: r.Why, PrintedRate: r.Witness,
		CountsOnly: r.CountsOnly(), Vintages: some(r.Vintages), Countries: r.Countries, WithAppeals: r.WithAppeals,
		Warnings: some(r.Warnings), Inputs: []Input{}}
	if r.NumKnown {
		out.Num = &r.Num
	}
	if r.DenKnown {
		out.Den = &r.Den
	}
	if r.Known && !out.CountsOnly {
		out.Value, out.Lo, out.Hi = &r.Value, &r.Lo, &r.Hi
		out.Text += " = " + r.Percent()
	}
	if s := r.Sampling; s != nil {
		out.Interval = &Interval{s.Method, 0.95, s.Lo, s.Hi}
	}
	out.Inputs = slices.Grow(out.Inputs, len(r.Inputs))
	for _, in := range r.Inputs {
		out.Inputs = append(out.Inputs, input(in))
	}
	return out
}

// Outline is a result without its inputs, which asylum trace lists.
func Outline(r *rate.Result) Result {
	bare := *r
	bare.Inputs = nil
	return Of(&bare)
}

func input(in rate.Input) Input {
	o := in.Cell()
	lo, hi := in.Range()
	x := Input{Side: in.Side, Source: in.Meta.Source, Table: in.Meta.Table, Vintage: in.Meta.Vintage, File: in.Meta.File, SHA256: in.Meta.SHA256,
		Line: o.Pos.Line, Column: o.Pos.Col, Sheet: o.Pos.Sheet, Key: map[string]string{}, Period: string(o.Period), Lo: lo, Hi: hi, Flags: o.Flags, Printed: o.Printed}
	for d, n := range in.Dims() {
		x.Key[n] = o.Key[d]
	}
	if o.Known {
		x.Count = &o.Count
	}
	if fix := in.Corrected(); fix != nil {
		x.Corrected = fix.Note
	}
	return x
}

func some(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// JSON writes results as a list of Result.
func JSON(w io.Writer, results []rate.Result) error {
	out := make([]Result, len(results))
	for i := range results {
		out[i] = Of(&results[i])
	}
	return encode(w, out)
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// A Definition is a rate.Definition as JSON.
type Definition struct {
	Name      string     `json:"name"`
	Kind      string     `json:"kind"`
	Title     string     `json:"title"`
	Formula   string     `json:"formula"`
	Class     rate.Class `json:"class"`
	Publisher string     `json:"publisher"`
	Citation  string     `json:"citation"`
	Sources   []string   `json:"sources"`
	Lacks     string     `json:"lacks,omitempty"` // why there are no sources
	Caveats   []string   `json:"caveats"`
}

// Definitions writes definitions as a list of Definition.
func Definitions(w io.Writer, defs []rate.Definition) error {
	out := []Definition{}
	for _, d := range defs {
		out = append(out, Definition{d.Name, d.Kind, d.Title, d.Formula, d.Class, d.Publisher, d.Citation, some(d.Sources()), d.Lacks, some(d.Caveats)})
	}
	return encode(w, out)
}

// A LadderJSON is a rate.Ladder as JSON.
type LadderJSON struct {
	Citizen        string   `json:"citizen"`
	Geo            string   `json:"geo"`
	Period         string   `json:"period"`
	Steps          []Step   `json:"steps"`
	Grants         []Grant  `json:"grants"`
	Closed         *int64   `json:"closed"` // cases ended without a decision on the merits
	PerApplication *float64 `json:"intentions_per_application"`
	Mixed          bool     `json:"intentions_per_application_mixed"` // its counts are of two sources
	Notes          []string `json:"notes"`
}

// A Step is one count of a ladder with its source's own grants over it.
type Step struct {
	Step   string `json:"step"`
	Source string `json:"source"`
	Count  int64  `json:"count"`
	Rate   bool   `json:"is_rate"` // false: a ratio of two flows, or nothing to divide
	Result Result `json:"result"`
}

// A Grant is a source's count of persons protected.
type Grant struct {
	Source  string `json:"source"`
	Refugee int64  `json:"refugee_status"`
	Other   *int64 `json:"other_protection"` // null if the source does not say
}

// Ladder writes a ladder with the notes that explain it.
func Ladder(w io.Writer, l *rate.Ladder, notes []string) error {
	out := LadderJSON{Citizen: l.Citizen, Geo: l.Geo, Period: string(l.Period), Steps: []Step{}, Grants: []Grant{}, Notes: some(notes)}
	for i := range l.Steps {
		s := &l.Steps[i]
		out.Steps = append(out.Steps, Step{s.Name, s.Source, s.Count, s.Result.Known && s.Result.Kind == rate.Rate, Of(&s.Result)})
	}
	for _, g := range l.Grants {
		x := Grant{Source: g.Source, Refugee: g.Refugee}
		if g.HasOther {
			x.Other = &g.Other
		}
		out.Grants = append(out.Grants, x)
	}
	if l.HasClosed {
		out.Closed = &l.Closed
	}
	if x, over, ok := l.PerApplication(); ok {
		out.PerApplication, out.Mixed = &x, over.Source != l.Step("intentions").Source
	}
	return encode(w, out)
}

// A Judgement is a ledger.Judgement as JSON.
type Judgement struct {
	ID         string   `json:"id"`
	Verdict    string   `json:"verdict"`
	Why        string   `json:"why,omitempty"`
	Explained  []string `json:"explained"` // what else the counts say
	Statement  string   `json:"statement"`
	Value      string   `json:"value"` // as printed
	Unit       string   `json:"unit"`
	Decimals   int      `json:"decimals"`
	Num        *int64   `json:"num"` // printed with it, null if not
	Den        *int64   `json:"den"`
	Citizen    string   `json:"citizen"`
	Geo        string   `json:"geo"`
	Period     string   `json:"period"`
	Cites      string   `json:"cites"`
	Claimed    string   `json:"claimed"`
	Address    string   `json:"address"`
	Published  string   `json:"published"`
	Tag        string   `json:"tag,omitempty"`
	Note       string   `json:"note,omitempty"`
	Expected   string   `json:"expected,omitempty"`
	Tried      int      `json:"tried"`           // candidates of the cited source
	Difference *float64 `json:"difference"`      // the value less what the verdict rests on, in points or persons
	Trace      string   `json:"trace,omitempty"` // the command that lists the cells
	Match      *Result  `json:"match"`           // what the verdict rests on, null if nothing
	Evidence   []Result `json:"evidence"`        // what any source at hand says of the cell
}

// Judgements writes verdicts as a list of Judgement.
func Judgements(w io.Writer, judged []ledger.Judgement) error {
	out := []Judgement{}
	for i := range judged {
		j := &judged[i]
		x := Judgement{ID: j.ID, Verdict: j.Verdict, Why: j.Why, Explained: append([]string{}, j.Explained...), Statement: j.Statement,
			Value: j.Value, Unit: j.Unit, Decimals: j.Decimals(), Num: j.Num, Den: j.Den,
			Citizen: j.Citizen, Geo: j.Geo, Period: j.Period, Cites: j.Cites, Claimed: j.Claimed, Address: j.Address, Tried: j.Tried,
			Published: strings.TrimSpace(j.From.Title + " " + j.From.Date), Tag: j.Tag, Note: j.Note, Expected: j.Expected,
			Trace: j.Trace(), Evidence: []Result{}}
		if d, ok := j.Difference(); ok {
			d = math.Round(d*1e6) / 1e6
			x.Difference = &d
		}
		if j.Match != nil {
			m := Of(j.Match)
			x.Match = &m
		}
		for k := range j.Evidence {
			x.Evidence = append(x.Evidence, Outline(&j.Evidence[k]))
		}
		out = append(out, x)
	}
	return encode(w, out)
}
