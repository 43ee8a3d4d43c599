package page

import (
	"slices"

	"asylum/pipeline/ledger"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/reports/figure"
	"asylum/reports/words"
)

// A Spoken is a figure of the speech with what it divides and what may be said
// in its place.
type Spoken struct {
	ledger.Judgement
	Basis   ledger.Basis
	Instead *rate.Result // nil if no data at hand says anything
}

// walk says of each figure of the speech what it divides, and what may be said
// in its place.
func (s *Site) walk(known []ledger.Figure, set *rate.Set, data rate.Data) error {
	for i := range s.Speech {
		j := &s.Speech[i]
		j.Basis = j.Judgement.Basis(known, set)
		r, err := ledger.Instead(j.Figure, set, data)
		if err != nil {
			return err
		}
		j.Instead = r
	}
	return nil
}

// A pair is the like-for-like pair of the speech's two rates, and the same with
// the members that report appeals together.
type pair struct{ apart, appeals []rate.Result }

func (s *Site) likeForLike(set *rate.Set, data rate.Data) error {
	d, err := set.Named("unhcr_total_protection")
	if err != nil {
		return err
	}
	for _, citizen := range []string{"TOTAL", "RU"} {
		q := rate.Query{Citizen: []string{citizen}, Geo: []string{"EU27_2020"}, Periods: []obs.Period{"2023"}, Limits: &s.source.Limits}
		for _, one := range []struct {
			stage string
			to    *[]rate.Result
		}{{"FI", &s.pair.apart}, {"", &s.pair.appeals}} {
			q.Stage = one.stage
			r, err := rate.Evaluate(d, data, q)
			if err != nil {
				return err
			}
			*one.to = append(*one.to, slices.DeleteFunc(r, func(r rate.Result) bool { return !r.Known })...)
		}
	}
	return nil
}

// speechView is the walk through the eight figures.
type speechView struct {
	Charts  []*drawn
	Figures []spokenView
	Quoted  []ledger.Judgement
	Pair    []keyNumber
	Appeals string // the pair with appeals, in a sentence; "" if there is none
	Sizes   string
}

type spokenView struct {
	*Spoken
	Kind    string // a class for the verdict's colour
	Divides string
	Safely  string
	Trace   string
}

func (p *press) speech(l words.Lang) (view, string) {
	b := &speechView{Charts: p.at(l, "speech", nil), Quoted: p.Quoted, Sizes: p.sizes(l)}
	for i := range p.Speech {
		j := &p.Speech[i]
		x := spokenView{Spoken: j, Kind: class(&j.Judgement), Divides: divides(l, j)}
		if j.Instead != nil {
			x.Safely, x.Trace = safely(l, j.Instead), figure.Trace(j.Instead)
		}
		b.Figures = append(b.Figures, x)
	}
	for i := range p.pair.apart {
		r := &p.pair.apart[i]
		b.Pair = append(b.Pair, keyNumber{figure.Fine(l, r), l.Sentence(l.TheCitizens(r.Citizen)), l.Say("speech.pair.counts", "counts", l.Of(r.Num, r.Den), "n", len(r.Countries), "bounds", figure.Bounds(l, r)), i == 1})
	}
	if a := p.pair.appeals; len(a) == 2 {
		b.Appeals = l.Say("speech.pair.appeals", "countries", l.List(names(l, a[0].WithAppeals)), "all", figure.Fine(l, &a[0]), "allc", l.Of(a[0].Num, a[0].Den), "ru", figure.Fine(l, &a[1]), "ruc", l.Of(a[1].Num, a[1].Den))
	}
	return view{Lang: l, Path: "speech.html", Here: "speech", Title: l.Say("speech.title"), Description: l.Say("speech.lead"), Picture: picture(b.Charts), Body: b}, "speech"
}

func names(l words.Lang, geos []string) (out []string) {
	for _, g := range geos {
		out = append(out, l.Name("geo", g))
	}
	return out
}

// divides says what a figure of the speech divides, as far as it can be told, in a
// sentence. It is "" for a count, which divides nothing.
func divides(l words.Lang, j *Spoken) string {
	switch {
	case j.Match != nil:
		return l.Say("speech.divides.match", "measure", l.Say("def."+j.Match.Definition+".short"), "name", j.Match.Definition, "counts", l.Of(j.Match.Num, j.Match.Den))
	case j.Basis.Known:
		return l.Say("speech.divides.size", "measure", l.Say("def."+j.Basis.Definition.Name+".short"), "name", j.Basis.Definition.Name)
	case j.Counts != "":
		return ""
	}
	return l.Say("speech.divides.unknown")
}

// safely is the sentence that may be said in place of a figure: what was counted,
// by whom, of how many, and what rounding allows.
func safely(l words.Lang, r *rate.Result) string {
	source := l.Source(r.Source)
	if r.Rounded() {
		source = l.Say("speech.safe.rounding", "bounds", figure.Bounds(l, r), "source", source)
	}
	args := []any{"period", r.Period, "num", r.Num, "den", r.Den, "geo", words.Geo(r.Geo), "citizens", words.Citizen(r.Citizen), "rate", l.Percent(r.Value, 1), "source", source}
	if r.Definition == "share_of_applicants" {
		return l.Say("speech.safe.share", args...)
	}
	s := l.Say("speech.safe.rate", append(args, "n", max(1, len(r.Countries)))...)
	if rate.Usual.Weak(r) {
		s += " " + l.Say("speech.safe.few", "counts", l.Of(r.Num, r.Den))
	}
	return s
}

// sizes says what the two published rates of the speech fit by their size, with
// counts that others printed and no export at hand holds.
func (p *press) sizes(l words.Lang) string {
	quoted := map[string]int64{}
	for i := range p.Quoted {
		if n, ok := p.Quoted[i].Count(); ok {
			quoted[p.Quoted[i].ID] = n
		}
	}
	pos, all, first := quoted["quoted-eu-positive"], quoted["quoted-eu-decisions"], quoted["quoted-eu-ru-first-time"]
	var num int64
	for i := range p.Speech {
		if p.Speech[i].ID == "speech-russians" && p.Speech[i].Num != nil {
			num = *p.Speech[i].Num
		}
	}
	if pos == 0 || all == 0 || first == 0 || num == 0 {
		return ""
	}
	return l.Say("speech.sizes", "a", l.Of(pos, all), "ar", l.Percent(float64(pos)/float64(all), 2), "b", l.Of(num, first), "br", l.Percent(float64(num)/float64(first), 1))
}
