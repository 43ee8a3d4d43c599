package page

import (
	"strconv"
	"strings"

	"asylum/pipeline/ledger"
	"asylum/reports/figure"
	"asylum/reports/words"
)

// ledgerView is the ledger as the page shows it: a table for each topic.
type ledgerView struct {
	Count  int
	Sum    string // how many of each verdict
	Topics []topicView
}

type topicView struct {
	Name    string
	Said    saidText // its name, in the page's language where the catalogue has it
	Count   int
	Sum     string
	Figures []entryView
}

// entryView is a published figure in a table.
type entryView struct {
	*ledger.Judgement
	Source     *ledger.Source // where it was published, for the first of those that stand together
	Kind       string
	Verdict    string
	Rests      string // the counts that the verdict rests on
	Difference string // the printed value less those
}

func (p *press) ledgerPage(l words.Lang) (view, string) {
	return view{Lang: l, Path: "ledger.html", Here: "ledger", Title: l.Say("ledger.title", "n", len(p.Ledger)), Description: l.Say("ledger.lead"), Body: ledgerOf(l, p.Ledger)}, "ledger"
}

// ledgerOf groups figures by topic, in the order in which topics first come.
func ledgerOf(l words.Lang, figures []ledger.Judgement) *ledgerView {
	out := &ledgerView{Count: len(figures), Sum: sum(l, figures)}
	at := map[string]int{}
	by := [][]ledger.Judgement{}
	for i := range figures {
		j := &figures[i]
		n, ok := at[j.Topic]
		if !ok {
			n = len(out.Topics)
			at[j.Topic] = n
			out.Topics = append(out.Topics, topicView{Name: j.Topic, Said: topic(l, j.Topic)})
			by = append(by, nil)
		}
		by[n] = append(by[n], *j)
		e := entryView{Judgement: j, Kind: class(j), Verdict: figure.Verdict(l, j), Rests: figure.Rests(l, j), Difference: difference(l, j)}
		if list := out.Topics[n].Figures; len(list) == 0 || list[len(list)-1].From != j.From {
			e.Source = &ledger.Source{Title: j.From.Title, Address: j.Address}
		}
		out.Topics[n].Figures = append(out.Topics[n].Figures, e)
	}
	for n := range out.Topics {
		out.Topics[n].Count, out.Topics[n].Sum = len(by[n]), sum(l, by[n])
	}
	return out
}

// topic is the name of a topic, as a heading.
func topic(l words.Lang, english string) saidText {
	text, ok := figure.Stated(l, english)
	return saidText{l.Sentence(text), !ok}
}

// stated is what a figure states.
func stated(l words.Lang, j *ledger.Judgement) saidText {
	text, ok := figure.Statement(l, j)
	return saidText{text, !ok}
}

// class is a verdict as a class of the stylesheet.
func class(j *ledger.Judgement) string { return strings.ReplaceAll(j.Kind(), " ", "-") }

// sum counts the verdicts.
func sum(l words.Lang, figures []ledger.Judgement) string {
	n := map[string]int{}
	for i := range figures {
		n[figures[i].Kind()]++
	}
	var parts []string
	for _, kind := range ledger.Kinds {
		if n[kind] > 0 {
			parts = append(parts, l.Say("verdict.count", "verdict", l.Say("verdict."+strings.ReplaceAll(kind, " ", "-")), "n", n[kind]))
		}
	}
	return strings.Join(parts, ", ")
}

func difference(l words.Lang, j *ledger.Judgement) string {
	d, ok := j.Difference()
	if !ok {
		return ""
	}
	p := j.Decimals() + 1
	if j.Unit == "persons" {
		p = 0
	}
	s := strconv.FormatFloat(d, 'f', p, 64)
	if strings.Trim(s, "-0.") == "" {
		return "0"
	}
	if d > 0 {
		return "+" + l.Decimal(d, p)
	}
	return "−" + l.Decimal(-d, p)
}
