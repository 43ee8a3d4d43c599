package page

import (
	"fmt"
	"strconv"
	"strings"

	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
)

// ledgerHTML is the ledger as the page shows it: a table for each topic.
type ledgerHTML struct {
	Count  int
	Sum    string // how many of each verdict
	Topics []topicHTML
}

type topicHTML struct {
	Name    string
	Sum     string
	Figures []entryHTML
}

// entryHTML is a published figure in a table.
type entryHTML struct {
	judgementHTML
	Source     *ledger.Source // where it was published, for the first of those that stand together
	Rests      string         // the counts that the verdict rests on
	Difference string         // the printed value less those
}

// ledgerOf groups figures by topic, in the order in which topics first come.
func ledgerOf(figures []ledger.Judgement) ledgerHTML {
	out := ledgerHTML{Count: len(figures), Sum: sum(figures)}
	at := map[string]int{}
	by := [][]ledger.Judgement{}
	for i := range figures {
		j := &figures[i]
		n, ok := at[j.Topic]
		if !ok {
			n = len(out.Topics)
			at[j.Topic] = n
			out.Topics = append(out.Topics, topicHTML{Name: j.Topic})
			by = append(by, nil)
		}
		by[n] = append(by[n], *j)
		e := entryHTML{judgementHTML: judgementHTML{Judgement: *j, Kind: strings.ReplaceAll(j.Kind(), " ", "-")}}
		if list := out.Topics[n].Figures; len(list) == 0 || list[len(list)-1].From != j.From {
			e.Source = &ledger.Source{Title: j.From.Title, Address: j.Address}
		}
		e.Rests, e.Difference = rests(j), difference(j)
		out.Topics[n].Figures = append(out.Topics[n].Figures, e)
	}
	for n := range out.Topics {
		out.Topics[n].Sum = sum(by[n])
	}
	return out
}

// sum counts the verdicts.
func sum(figures []ledger.Judgement) string {
	n := map[string]int{}
	for i := range figures {
		n[figures[i].Kind()]++
	}
	var parts []string
	for _, kind := range ledger.Kinds {
		if n[kind] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[kind], kind))
		}
	}
	return strings.Join(parts, ", ")
}

func rests(j *ledger.Judgement) string {
	if j.Match != nil {
		return j.Match.Counts() + " = " + j.Match.Percent()
	}
	if p := j.Printed(); p != nil {
		return p.Counts() + " = " + rate.Percent(p.Value, j.Decimals()+1) + " %, as printed"
	}
	return ""
}

func difference(j *ledger.Judgement) string {
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
		return "+" + s
	}
	return strings.Replace(s, "-", "−", 1)
}
