package words

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"sync"

	"asylum/datasets"
)

// A place is what a sentence needs of a country or an aggregate.
type place struct {
	name  map[Lang]string // where it is not that of the code list
	forms map[Lang]map[string]string
}

// Forms of a place: "the" as a subject (les Pays-Bas), "in" where something
// happens (aux Pays-Bas), "of" as a genitive (des Pays-Bas), and "from" as the
// origin of people (de Russie, where "of" is de la Russie).
var placeForms = []string{"the", "in", "of", "from"}

// Forms of people: "one" and "few" after a number (1 гражданин, 3 гражданина),
// "many" after others, "nom" bare, "def" as the subject of a sentence (les
// ressortissants), "gen" what something is of, "dat" to whom something is given,
// and "head" as a heading (all citizenships, where "nom" is people).
var peopleForms = []string{"one", "few", "many", "nom", "def", "gen", "dat", "head"}

// A grammarTable holds both lists of datasets/words that say how names bend.
type grammarTable struct {
	places map[string]place
	people map[string]map[Lang]map[string]string // code, or "*" for citizens of any country
}

var grammar = sync.OnceValue(func() *grammarTable {
	g, err := loadGrammar()
	if err != nil {
		panic(err) // embedded: a test reads it
	}
	return g
})

func loadGrammar() (*grammarTable, error) {
	g := &grammarTable{places: map[string]place{}, people: map[string]map[Lang]map[string]string{}}
	err := rows("words/places.csv", func(row map[string]string) error {
		p := place{name: map[Lang]string{}, forms: map[Lang]map[string]string{}}
		for _, l := range Langs {
			p.name[l] = row[string(l)]
			p.forms[l] = map[string]string{}
			for _, f := range placeForms {
				if p.forms[l][f] = l.Typeset(row[string(l)+"_"+f]); p.forms[l][f] == "" {
					return fmt.Errorf("%s has no %s_%s", row["code"], l, f)
				}
			}
		}
		if _, ok := g.places[row["code"]]; ok {
			return fmt.Errorf("%s stands twice", row["code"])
		}
		g.places[row["code"]] = p
		return nil
	})
	if err != nil {
		return nil, err
	}
	return g, rows("words/people.csv", func(row map[string]string) error {
		l, err := Parse(row["lang"])
		if err != nil {
			return err
		}
		if g.people[row["code"]] == nil {
			g.people[row["code"]] = map[Lang]map[string]string{}
		}
		forms := map[string]string{}
		for _, f := range peopleForms {
			if forms[f] = l.Typeset(row[f]); forms[f] == "" {
				return fmt.Errorf("%s, %s: no form %s", row["code"], l, f)
			}
		}
		g.people[row["code"]][l] = forms
		return nil
	})
}

// rows calls f for each row of an embedded CSV, by column name, and says of an
// error where it stands.
func rows(name string, f func(map[string]string) error) error {
	in, err := datasets.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	r := csv.NewReader(in)
	head, err := r.Read()
	if err != nil {
		return fmt.Errorf("datasets/%s: %w", name, err)
	}
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("datasets/%s: %w", name, err)
		}
		row := make(map[string]string, len(head))
		for i, h := range head {
			row[h] = rec[i]
		}
		if err := f(row); err != nil {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("datasets/%s:%d: %w", name, line, err)
		}
	}
}

// In says where: "in the Netherlands", "aux Pays-Bas", "in den Niederlanden",
// "в Нидерландах".
func (l Lang) In(geo string) string { return l.placeForm(geo, "in") }

// The is a place as the subject of a sentence: "les Pays-Bas", "die Slowakei".
func (l Lang) The(geo string) string { return l.placeForm(geo, "the") }

// OfCountry is a place in the genitive, with "of" where the language has none:
// "of the Netherlands", "des Pays-Bas", "der Niederlande", "Нидерландов".
func (l Lang) OfCountry(geo string) string { return l.placeForm(geo, "of") }

// Short is a place on a label: its name, and "EU" where that is meant.
func (l Lang) Short(geo string) string {
	if strings.HasPrefix(geo, "EU2") && !strings.Contains(geo, "_X_") {
		return pick(l, "EU", "UE", "EU", "ЕС")
	}
	return l.Name("geo", geo)
}

// placeForm gives a form of a place. A code without one, of a user's own list,
// stands in its name after a neutral word.
func (l Lang) placeForm(geo, form string) string {
	if p, ok := grammar().places[geo]; ok {
		return p.forms[l][form]
	}
	name := l.Name("geo", geo)
	switch form {
	case "in":
		return l.Typeset(pick(l, "in "+name, "dans le pays « "+name+" »", "in "+name, "в стране «"+name+"»"))
	case "of", "from":
		return l.Typeset(pick(l, "of "+name, "du pays « "+name+" »", "von "+name, "страны «"+name+"»"))
	}
	return name
}

// Citizens are the citizens of a country in the nominative, without an article:
// "citizens of Russia", "граждане России"; all people for TOTAL.
func (l Lang) Citizens(citizen string) string { return l.peopleForm(citizen, "nom") }

// TheCitizens is the subject of a sentence: "les ressortissants de Russie".
func (l Lang) TheCitizens(citizen string) string { return l.peopleForm(citizen, "def") }

// OfCitizens is the genitive: "граждан России", "des ressortissants de Russie".
// English has "citizens of Russia", and puts "of" before it where it needs one.
func (l Lang) OfCitizens(citizen string) string { return l.peopleForm(citizen, "gen") }

// ToCitizens is the dative: "Staatsangehörigen Russlands", "гражданам России",
// "aux ressortissants de Russie". English puts "to" before it.
func (l Lang) ToCitizens(citizen string) string { return l.peopleForm(citizen, "dat") }

// CountCitizens writes a number of people: "8 507 граждан России".
func (l Lang) CountCitizens(n int64, citizen string) string {
	form := "many"
	switch l.plural(n) {
	case "one":
		form = "one"
	case "few":
		form = "few"
	}
	return l.Int(n) + nbsp + l.peopleForm(citizen, form)
}

func (l Lang) peopleForm(citizen, form string) string {
	g := grammar()
	if p, ok := g.people[citizen]; ok {
		return p[l][form]
	}
	s := g.people["*"][l][form]
	for _, f := range placeForms {
		if strings.Contains(s, "{"+f+"}") {
			s = strings.ReplaceAll(s, "{"+f+"}", l.placeForm(citizen, f))
		}
	}
	return l.Typeset(s)
}
