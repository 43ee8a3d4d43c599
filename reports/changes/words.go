package changes

import (
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"asylum/pipeline/ledger"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/figure"
	"asylum/reports/words"
)

// A Document is a report in a language.
type Document struct {
	Lang     words.Lang
	Title    string
	Lead     []string
	Sections []Section
}

// A Section is about one kind of change.
type Section struct {
	ID, Title string
	Lead      []string
	Items     []Item
	Head      []string // of the rows that the items have, if they do: they can stand in a table
	Foot      []string
}

// An Item is one change.
type Item struct {
	Text    string
	English bool     // it stays English, in a document that is not
	Row     []string // the same as cells of a table: whose it is, what, before, now
	Note    string   // beside the row
	Chart   string   // the id of the chart that it is about
	Figure  string   // of the published figure
}

// A writer puts words to a report.
type writer struct {
	words.Lang
	*Report
}

// In writes the report in a language.
func (r *Report) In(l words.Lang) *Document {
	w := &writer{l, r}
	d := &Document{Lang: l, Title: l.Say("changes.title", "day", words.Day(r.Day))}
	if r.First {
		d.Lead = []string{l.Say("changes.first")}
		d.add(w.fetched())
		return d
	}
	d.Lead = append(d.Lead, l.Say("changes.lead", "day", words.Day(r.Before)), w.summary())
	if len(r.Unread) > 0 {
		d.Lead = append(d.Lead, l.Say("changes.unread", "list", strings.Join(r.Unread, ", ")))
	}
	for _, s := range []Section{w.charts(), w.verdicts(), w.rates(), w.years(), w.fetched(), w.vintages(), w.cells(), w.codes(), w.findings()} {
		d.add(s)
	}
	return d
}

// add takes a section that says anything.
func (d *Document) add(s Section) {
	if len(s.Items)+len(s.Lead)+len(s.Foot) > 0 {
		d.Sections = append(d.Sections, s)
	}
}

// summary is what changed in a sentence.
func (w *writer) summary() string {
	if w.First {
		return w.Say("changes.first")
	}
	if w.Nothing() && len(w.Vintages) == 0 {
		return w.Say("changes.none")
	}
	s := w.Say("changes.summary", "vintages", len(w.Vintages), "cells", w.Revised(), "rates", w.Rates.Moved, "verdicts", len(w.Verdicts), "charts", len(w.Charts))
	if w.Nothing() {
		s = w.Say("changes.none") + " " + s
	}
	return s
}

// Subject is the report as the subject of an e-mail.
func (r *Report) Subject(l words.Lang) string {
	return l.Say("changes.subject", "day", words.Day(r.Day), "summary", (&writer{l, r}).summary())
}

// shortest is how many changes of a kind a Summary names.
const shortest = 3

// Summary is the report in a few lines, for a terminal or an e-mail.
func (r *Report) Summary(l words.Lang) []string {
	out := []string{(&writer{l, r}).summary()}
	if r.First || r.Same() {
		return out
	}
	for _, s := range r.In(l).Sections {
		if s.ID == "fetched" {
			continue // whoever runs it was told as it was done
		}
		out = append(out, "", s.Title)
		for i, it := range s.Items {
			if i == shortest {
				out = append(out, "  "+l.Say("changes.more", "n", len(s.Items)-i, "file", "changes.md"))
				break
			}
			out = append(out, "- "+it.Text)
		}
		if len(s.Items) == 0 {
			out = append(out, append(slices.Clone(s.Lead), s.Foot...)...)
		}
	}
	return out
}

// Markdown writes the document as a text.
func (d *Document) Markdown() []byte {
	var b strings.Builder
	line := func(before string, texts ...string) {
		for _, t := range texts {
			b.WriteString(before + plain.Replace(t) + "\n")
		}
	}
	paragraphs := func(texts []string) {
		for _, t := range texts {
			b.WriteByte('\n')
			line("", t)
		}
	}
	line("# ", d.Title)
	paragraphs(d.Lead)
	for _, s := range d.Sections {
		b.WriteByte('\n')
		line("## ", s.Title)
		paragraphs(s.Lead)
		if len(s.Items) > 0 {
			b.WriteByte('\n')
		}
		for _, it := range s.Items {
			line("- ", it.Text)
		}
		paragraphs(s.Foot)
	}
	return []byte(b.String())
}

// plain keeps a source's words from being read as Markdown or HTML.
var plain = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "*", `\*`, "`", "\\`", "[", `\[`, "]", `\]`, "\n", " ", "\r", " ")

func (w *writer) section(id string) Section {
	return Section{ID: id, Title: w.Say("changes." + id)}
}

func (s *Section) item(text string) { s.Items = append(s.Items, Item{Text: text}) }

// more says how many a list leaves out.
func (w *writer) more(s *Section, n int) {
	if n > 0 {
		s.Foot = append(s.Foot, w.Say("changes.left", "n", n))
	}
}

// fetched says what became of the tables that were asked for.
func (w *writer) fetched() Section {
	s := w.section("fetched")
	isNew := false
	for i := range w.Fetched {
		f := &w.Fetched[i]
		isNew = isNew || f.State != "unchanged"
		key, args := "changes.fetched."+f.State, []any{"source", words.Src(f.Source), "table", f.Table}
		if f.State == "failed" {
			why := []any{}
			if f.Why == Answer {
				why = []any{"status", f.Status}
			}
			args = append(args, "why", w.Say("changes.why."+f.Why, why...))
			switch {
			case f.Vintage == "":
				key = "changes.fetched.lacking"
			case f.Why == Refused:
				key = "changes.vintage.kept"
			}
		}
		if f.Vintage != "" && f.State != "kept" {
			args = append(args, "day", words.Day(f.Vintage))
		}
		s.item(w.Say(key, args...))
	}
	if len(w.Fetched) > 0 && !isNew {
		s.Lead = append(s.Lead, w.Say("changes.fetched.none"))
	}
	return s
}

func (w *writer) vintages() Section {
	s := w.section("vintages")
	for i := range w.Vintages {
		v := &w.Vintages[i]
		args := []any{"source", words.Src(v.Source), "table", v.Table}
		var t string
		switch {
		case v.Vintage == "":
			t = w.Say("changes.vintage.gone", append(args, "before", words.Day(v.Before))...)
		case v.Before == "":
			t = w.Say("changes.vintage.first", append(args, "day", words.Day(v.Vintage))...)
		default:
			t = w.Say("changes.vintage", append(args, "day", words.Day(v.Vintage), "before", words.Day(v.Before), "n", v.Common)...)
		}
		switch {
		case v.With:
			t += ". " + w.Say("changes.vintage.with")
		case v.Lost:
			t += ". " + w.Say("changes.vintage.lost")
		}
		s.item(t)
	}
	return s
}

func (w *writer) cells() Section {
	s := w.section("cells")
	s.Head = w.head()
	for i := range w.Cells {
		c := &w.Cells[i]
		if n := c.Changed + c.Added + c.Gone; n > 0 {
			s.Lead = append(s.Lead, w.Say("changes.cells.count", "source", words.Src(c.Source), "table", c.Table, "n", c.Changed, "added", c.Added, "gone", c.Gone, "within", c.Within, "flags", c.Flags))
			for j := range c.Largest {
				s.Items = append(s.Items, w.cell(&c.Largest[j]))
			}
			w.more(&s, n-len(c.Largest))
		} else {
			s.Lead = append(s.Lead, w.Say("changes.cells.within", "source", words.Src(c.Source), "table", c.Table, "within", c.Within, "flags", c.Flags))
		}
	}
	return s
}

// head names the columns of rows.
func (w *writer) head() []string {
	return []string{w.Say("changes.col.whose"), w.Say("changes.col.what"), w.Say("changes.col.before"), w.Say("changes.col.now")}
}

func (w *writer) cell(c *Cell) Item {
	what, whose, suffix := w.what(c.Key), "", ""
	args := []any{"when", obs.Period(c.Period)}
	if c.Key["citizen"] == "" || c.Key["geo"] == "" {
		suffix = ".plain"
		places := trimmed(w.placeName("geo", c.Key["geo"]), w.placeName("citizen", c.Key["citizen"]))
		whose = strings.Join(append(slices.Clone(places), w.Period(obs.Period(c.Period))), ", ")
		args = append(args, "what", strings.Join(append(places, what), ", "))
	} else {
		args = append(args, "who", words.Citizen(c.Key["citizen"]), "where", words.Geo(c.Key["geo"]))
		whose = w.Say("changes.whose", args...)
		args = append(args, "what", what)
	}
	out := Item{Row: []string{whose, what, "–", "–"}}
	if c.Before != nil {
		out.Row[2] = w.count(c.Before)
	}
	if c.After != nil {
		out.Row[3] = w.count(c.After)
	}
	switch {
	case c.Before == nil:
		out.Text = w.Say("changes.cell.new"+suffix, append(args, "b", out.Row[3])...)
	case c.After == nil:
		out.Text = w.Say("changes.cell.gone"+suffix, append(args, "a", out.Row[2])...)
	default:
		out.Text = w.Say("changes.cell"+suffix, append(args, "a", out.Row[2], "b", out.Row[3])...)
	}
	return out
}

// placeName is the name of a code, "" of none.
func (w *writer) placeName(dim, c string) string {
	if c == "" {
		return ""
	}
	return w.Name(dim, c)
}

func trimmed(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

func (w *writer) count(c *Count) string {
	if c.Decimals > 0 {
		return w.Decimal(c.float(), int(c.Decimals))
	}
	return w.Int(c.N)
}

// usual are codes that go without saying; "" are those of a dimension that says
// nothing of what is counted.
var usual = map[string]string{"sex": "T", "age": "TOTAL", "unit": "PER", "freq": "", "procedure_type": "G", "dec_pc": "P", "app_pc": "P", "origin": "", "page": ""}

// what says what a cell counts, by the codes of its other dimensions.
func (w *writer) what(key map[string]string) string {
	var first, rest []string
	for _, dim := range slices.Sorted(maps.Keys(key)) {
		v := key[dim]
		if u, ok := usual[dim]; dim == "citizen" || dim == "geo" || v == "" || ok && (v == u || u == "") {
			continue
		}
		switch dim {
		case "decision", "asyl_app", "applicant", "app_type", "measure":
			first = append(first, w.Term(v))
		default:
			rest = append(rest, w.within(w.Name(dim, v)))
		}
	}
	if len(first)+len(rest) == 0 {
		return w.Say("changes.cell.total")
	}
	return strings.Join(append(first, rest...), ", ")
}

// within is a name inside a sentence. German keeps its capitals, and so does what
// looks like a code.
func (w *writer) within(name string) string {
	first, n := utf8.DecodeRuneInString(name)
	if next, _ := utf8.DecodeRuneInString(name[n:]); w.Lang == "de" || !unicode.IsLower(next) {
		return name
	}
	return string(unicode.ToLower(first)) + name[n:]
}

func (w *writer) rates() Section {
	s := w.section("rates")
	s.Head = w.head()
	for i := range w.Rates.Largest {
		s.Items = append(s.Items, w.rate(&w.Rates.Largest[i]))
	}
	w.more(&s, w.Rates.Moved-len(w.Rates.Largest))
	if w.Rates.Within > 0 {
		s.Foot = append(s.Foot, w.Say("changes.rates.within", "n", w.Rates.Within))
	}
	return s
}

func (w *writer) years() Section {
	s := w.section("years")
	s.Head = w.head()
	for i := range w.Rates.Years {
		s.Items = append(s.Items, w.rate(&w.Rates.Years[i]))
	}
	w.more(&s, w.Rates.NewYear-len(w.Rates.Years))
	return s
}

func (w *writer) rate(r *Rate) Item {
	a, b := w.amounts(r)
	whose := []any{"who", words.Citizen(r.Citizen), "where", words.Geo(r.Geo), "when", obs.Period(r.Period)}
	args := append(slices.Clone(whose), "measure", w.definition(r.Definition), "a", a, "ac", w.of(&r.Before), "b", b, "bc", w.of(&r.After))
	key := "changes.rate"
	out := Item{Row: []string{w.Say("changes.whose", whose...), w.definition(r.Definition), w.Say("ladder.over", "counts", w.of(&r.Before), "rate", a), w.Say("ladder.over", "counts", w.of(&r.After), "rate", b)}}
	if r.Earlier != "" {
		key, args = "changes.rate.newyear", append(args, "before", obs.Period(r.Earlier))
		out.Row[2] = w.Say("changes.then", "when", obs.Period(r.Earlier), "value", out.Row[2])
	}
	out.Text = w.Say(key, args...)
	if r.Split != nil {
		all, mix, rates, rest := r.Split.Rounded(1)
		parts := []any{"all", w.Points(all / 100), "mix", w.Points(mix / 100), "rates", w.Points(rates / 100)}
		if out.Note = w.Say("changes.rate.split", parts...); rest != 0 {
			out.Note = w.Say("changes.rate.split.rest", append(parts, "rest", w.Points(rest/100))...)
		}
		out.Text += ". " + out.Note
	}
	return out
}

// definition is what a definition is called: one of a user's own by its name.
func (w *writer) definition(name string) string {
	if key := name + ".short"; words.Has("def." + key) {
		return w.Say("def." + key)
	}
	return name
}

func (w *writer) of(a *Amount) string { return w.Of(a.Num, a.Den) }

// amounts are both values of a rate, with as many decimals as tell them apart.
func (w *writer) amounts(r *Rate) (a, b string) {
	switch r.Kind {
	case rate.Backlog:
		return w.apart(r.Before.Value, r.After.Value, 1, w.Decimal)
	case rate.PerMillion:
		return w.Int(int64(math.Round(r.Before.Value))), w.Int(int64(math.Round(r.After.Value)))
	}
	fewest := 1
	if r.Kind == rate.Ratio {
		fewest = words.FlowDecimals(min(r.Before.Value, r.After.Value))
	}
	a, b = w.apart(r.Before.Value, r.After.Value, fewest, w.Percent)
	return w.about(r, &r.Before) + a, w.about(r, &r.After) + b
}

// about stands before a value that a coarsened count takes part in.
func (w *writer) about(r *Rate, a *Amount) string {
	if r.Source == "unhcr" && a.Lo < a.Hi {
		return "≈"
	}
	return ""
}

// apart writes two numbers with as many decimals as tell them apart, at most three.
func (w *writer) apart(x, y float64, fewest int, write func(float64, int) string) (a, b string) {
	for p := fewest; ; p++ {
		if a, b = write(x, p), write(y, p); a != b || p >= 3 {
			return a, b
		}
	}
}

func (w *writer) verdicts() Section {
	s := w.section("verdicts")
	for i, v := range w.Verdicts {
		if i == MostVerdicts {
			w.more(&s, len(w.Verdicts)-i)
			break
		}
		say := func(verdict string) string {
			return figure.Verdict(w.Lang, &ledger.Judgement{Verdict: verdict})
		}
		s.Items = append(s.Items, Item{Text: w.Say("changes.verdict", "value", v.Value, "id", v.ID, "a", say(v.Before), "b", say(v.After)), Figure: v.ID})
	}
	return s
}

func (w *writer) charts() Section {
	s := w.section("charts")
	for i := range w.Charts {
		s.Items = append(s.Items, Item{Text: w.chart(&w.Charts[i]), Chart: w.Charts[i].ID})
	}
	if len(s.Items) > 0 {
		s.Foot = append(s.Foot, w.Say("changes.chart.embedded"))
	}
	return s
}

func (w *writer) chart(c *Chart) string {
	title := c.Title[string(w.Lang)]
	for _, l := range words.Langs { // as it was published, in the first language that it was
		if title == "" {
			title = c.Title[string(l)]
		}
	}
	var why []string
	key := "changes.chart.shows"
	switch {
	case c.Said != nil:
		key = "changes.chart"
		why = append(why, w.Say("changes.chart.said", "a", c.Said.Before, "b", c.Said.After))
	case c.Claim != "" && c.Claim != c.Now && (strings.HasPrefix(c.Now, "topic.") || strings.HasSuffix(c.Now, ".values") || c.Now == ""):
		key = "changes.chart"
		why = append(why, w.Say("changes.chart.neutral"))
	case c.Claim != "":
		if key = "changes.chart"; c.Claim != c.Now {
			why = append(why, w.Say("changes.chart.claim"))
		}
	}
	if m := c.Worst; m != nil {
		a, b := w.printed(m)
		why = append(why, w.Say("changes.chart.value", "mark", w.mark(m), "a", a, "b", b))
		if c.Values > 1 {
			why = append(why, w.Say("changes.chart.more", "n", c.Values-1))
		}
	}
	if c.Gone > 0 {
		why = append(why, w.Say("changes.chart.gone", "n", c.Gone))
	}
	return w.Say(key, "id", c.ID, "title", words.Quoted(title), "why", w.and(why))
}

// and joins what is said of one thing.
func (w *writer) and(parts []string) string {
	out := parts[0]
	for _, p := range parts[1:] {
		out = w.Say("changes.and", "a", out, "b", p)
	}
	return out
}

// printed are both values of a mark.
func (w *writer) printed(m *Mark) (a, b string) {
	if m.Count {
		return w.Int(int64(m.Before)), w.Int(int64(m.After))
	}
	return w.apart(m.Before, m.After, 1, w.Percent)
}

// mark names what a mark of a chart is about.
func (w *writer) mark(m *Mark) string {
	return strings.Join(trimmed(w.Name("citizen", m.Citizen), w.Short(m.Geo), w.Period(obs.Period(m.Period))), ", ")
}

func (w *writer) codes() Section {
	s := w.section("codes")
	for i := range w.Codes {
		c := &w.Codes[i]
		for _, x := range []struct {
			key  string
			list []string
		}{{"changes.codes.new", c.New}, {"changes.codes.gone", c.Gone}} {
			if len(x.list) == 0 {
				continue
			}
			var names []string
			for _, v := range x.list[:min(len(x.list), MostCodes)] {
				if n := w.Name(c.Dim, v); n != v {
					v = n + " (" + v + ")"
				}
				names = append(names, v)
			}
			t := w.Say(x.key, "table", c.Table, "dim", c.Dim, "list", strings.Join(names, ", "))
			if n := len(x.list) - len(names); n > 0 {
				t = w.and([]string{t, w.Say("changes.left", "n", n)})
			}
			s.item(t)
		}
	}
	return s
}

func (w *writer) findings() Section {
	s := w.section("audit")
	for i := range w.Findings.List {
		f := &w.Findings.List[i]
		said, ok := w.Text(f.Says)
		where := strings.Join(trimmed(w.Lang.Source(f.Source)+" "+f.Table, w.Name("geo", f.Key["geo"]), w.Name("citizen", f.Key["citizen"]), w.Period(obs.Period(f.Period))), ", ")
		s.Items = append(s.Items, Item{Text: w.Say("changes.finding", "where", where, "says", said, "verdict", w.Say("audit.verdict."+f.Verdict)), English: !ok && w.Lang != "en"})
	}
	w.more(&s, w.Findings.New-len(w.Findings.List))
	if w.Findings.Gone > 0 {
		s.Foot = append(s.Foot, w.Say("changes.audit.gone", "n", w.Findings.Gone))
	}
	return s
}
