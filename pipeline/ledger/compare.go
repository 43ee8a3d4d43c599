package ledger

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// A Basis is what a published figure divides by what, as far as it can be told.
type Basis struct {
	Definition rate.Definition // the definition that divides so; of a class alone if its name is ""
	Known      bool
	How        string // how it is known, as a clause: "its counts are …"; or why it is not
	Source     string // that it is of: of the data that settles it, else the one that it cites
	Vintage    string // the day of the data that settles it, if some does
}

// A Difference is a part of the comparability class in which two figures are
// not alike.
type Difference struct {
	In   string // numerator, denominator, stage, unit, population
	A, B string
}

// A Comparison says whether two published figures may stand side by side.
type Comparison struct {
	Figures     [2]Judgement
	Bases       [2]Basis
	Differences []Difference
	Warnings    []string      // beside the class: other sources, other releases
	Pair        []rate.Result // like for like, the first figure's cell first; empty if none is at hand
}

// Alike reports whether the figures may stand side by side: what both divide is
// known, and of one class.
func (c *Comparison) Alike() bool {
	return c.Bases[0].Known && c.Bases[1].Known && len(c.Differences) == 0
}

// Compare finds out what two figures divide, and computes the pair that may
// stand in their place. Known is every published figure at hand: counts that
// one prints may tell what another divides by.
func Compare(a, b Figure, known []Figure, s *rate.Set, data rate.Data) (*Comparison, error) {
	data = rate.Cached(data)
	judged, err := Judge([]Figure{a, b}, s, data)
	if err != nil {
		return nil, err
	}
	c := &Comparison{Figures: [2]Judgement{judged[0], judged[1]}}
	for i := range judged {
		c.Bases[i] = judged[i].Basis(known, s)
	}
	if c.Bases[0].Known && c.Bases[1].Known {
		c.Differences = Differences(c.Bases[0].Definition.Class, c.Bases[1].Definition.Class)
	}
	c.Warnings = apart(&c.Bases[0], &c.Bases[1])
	c.Pair, err = pair(c, s, data)
	return c, err
}

// apart warns of what is no part of the class and may be all of a difference.
func apart(a, b *Basis) (warnings []string) {
	if a.Source != "" && b.Source != "" && a.Source != b.Source {
		warnings = append(warnings, fmt.Sprintf("one is of %s, the other of %s: sources count the same cell differently", sources[a.Source], sources[b.Source]))
	} else if a.Vintage != "" && b.Vintage != "" && a.Vintage != b.Vintage {
		warnings = append(warnings, fmt.Sprintf("one is of the release of %s, the other of that of %s: what was restated between them may be all of the difference", a.Vintage, b.Vintage))
	}
	return warnings
}

// Differences lists what two classes do not share.
func Differences(a, b rate.Class) []Difference {
	var out []Difference
	for _, d := range []Difference{
		{"denominator", a.Denominator, b.Denominator}, {"numerator", a.Numerator, b.Numerator},
		{"stage", a.Stage, b.Stage}, {"unit", a.Unit, b.Unit}, {"population", a.Population, b.Population},
	} {
		if d.A != d.B {
			out = append(out, d)
		}
	}
	return out
}

// Basis tells what a figure divides: from the data that gives it, else from the
// counts printed with it and elsewhere, else from what it claims.
func (j *Judgement) Basis(known []Figure, s *rate.Set) Basis {
	if !j.value.percent {
		return Basis{How: "it is a count, not a share of anything"}
	}
	if j.Match != nil && j.Verdict != Contradicted {
		if d, err := s.Named(j.Match.Definition); err == nil {
			d.Class = j.Match.Class // of its source, at its stage
			b := Basis{Definition: d, Known: true, Source: j.Match.Source, Vintage: newest(j.Match)}
			of := fmt.Sprintf("%s of %s", j.Match.Counts(), strings.Join(j.Match.Vintages, ", "))
			switch bare := j.Num == nil && j.Den == nil && d.Name != j.Claimed; {
			case bare && len(j.rivals) > 0:
				return Basis{How: fmt.Sprintf("its size is that of %s, %s, and of %s, %s", d.Name, of, j.rivals[0].Definition, j.rivals[0].Counts())}
			case bare:
				b.How = "its size is that of " + of
			default:
				b.How = "it is " + of
			}
			return b
		}
	}
	if b, ok := j.implied(known, s); ok {
		return b
	}
	claimed, err := s.Named(j.Claimed)
	if err == nil && !j.doubtful(&claimed) {
		return j.asClaimed(claimed)
	}
	if r := j.Fit(); r != nil {
		if d, err := s.Named(r.Definition); err == nil {
			d.Class = r.Class
			return Basis{Definition: d, Known: true, Source: r.Source, How: fmt.Sprintf("its size is that of %s, as %s counts at level %s", r.Counts(), sources[r.Source], r.Stage)}
		}
	}
	if err == nil {
		return Basis{How: fmt.Sprintf("it claims %s, and its size is not that of any share of decisions at hand", j.Claimed)}
	}
	return Basis{How: "neither its source nor any data at hand says what it divides"}
}

// asClaimed is what a figure divides by its own words, unless the data at hand
// has quite another size for that.
func (j *Judgement) asClaimed(d rate.Definition) Basis {
	b := Basis{Definition: d, Known: true, Source: j.Cites, How: "as it claims; no data at hand settles it"}
	if j.Verdict != Contradicted || j.Match == nil || j.Match.Definition != d.Name {
		return b
	}
	at := fmt.Sprintf("%s = %s of %s", j.Match.Counts(), j.Match.Percent(), strings.Join(j.Match.Vintages, ", "))
	if !near4(j.value.number/100, j.Match) {
		return Basis{How: fmt.Sprintf("it claims %s, and that is %s", d.Name, at)}
	}
	b.How = "as it claims; the data at hand has " + at + " for that"
	return b
}

// near4 reports whether a value lies within a quarter of what rounding allows.
func near4(v float64, r *rate.Result) bool { return v > r.Lo*0.75 && v < r.Hi*1.25 }

// basisOf names the definition that divides positive decisions by a count that
// was published by itself.
var basisOf = map[string]string{
	"first-time applicants": "positives_per_first_time_applicant",
	"applicants":            "positives_per_applicant",
	"decisions":             "eurostat_first_instance",
}

// implied finds the whole that a percentage and its printed numerator make, and
// a count of the same cell that is as large.
func (j *Judgement) implied(known []Figure, s *rate.Set) (Basis, bool) {
	if j.Num == nil || j.Den != nil || j.value.relation != '=' || j.value.number <= j.value.unit {
		return Basis{}, false
	}
	n, half := float64(*j.Num)*100, j.value.unit/2
	lo, hi := n/(j.value.number+half), n/(j.value.number-half)
	for _, f := range known {
		count, ok := f.Count()
		name := basisOf[f.Counts]
		if !ok || name == "" || f.Citizen != j.Citizen || f.Geo != j.Geo || f.Period != j.Period || float64(count) < lo || float64(count) > hi {
			continue
		}
		d, err := s.Named(name)
		if err != nil {
			continue
		}
		return Basis{Definition: d, Known: true, Source: j.Cites, How: fmt.Sprintf("%s is %s of %s to %s, as many as the %s %s (%s)",
			rate.Group(*j.Num), j.Value, rate.Group(int64(math.Ceil(lo))), rate.Group(int64(math.Floor(hi))), rate.Group(count), f.Counts, f.ID)}, true
	}
	return Basis{}, false
}

// doubtful reports whether every share of positive decisions at hand for the
// cell and stage is of quite another size than the figure: a quarter more or
// less. Only a claim to be such a share is doubted.
func (j *Judgement) doubtful(claimed *rate.Definition) bool {
	if claimed.Kind != rate.Rate {
		return false
	}
	rates := 0
	for i := range j.Evidence {
		r := &j.Evidence[i]
		if r.Kind != rate.Rate || r.Class.Stage != claimed.Class.Stage || r.Class.Numerator == "G" || partial(r) || r.Class.Denominator == "outcomes" {
			continue
		}
		rates++
		if near4(j.value.number/100, r) {
			return false
		}
	}
	return rates > 0
}

// partial reports whether r counts one outcome that nobody quotes as protection.
func partial(r *rate.Result) bool {
	return slices.Contains([]string{"S", "H", "Rm"}, r.Class.Numerator)
}

// pair computes one rate for the cells of both figures, of one source, stage
// and class: under the definitions that they claim or have, else under the first
// that the data at hand allows.
func pair(c *Comparison, s *rate.Set, data rate.Data) ([]rate.Result, error) {
	names := []string{c.Figures[0].Claimed, c.Figures[1].Claimed, c.Bases[0].Definition.Name, c.Bases[1].Definition.Name}
	kinds := []string{rate.Rate, rate.Share, rate.Ratio}
	if c.Bases[0].Definition.Kind == rate.Share && c.Bases[1].Definition.Kind == rate.Share {
		kinds = []string{rate.Share} // who applied: a rate of decisions says nothing of it
	}
	for _, kind := range kinds {
		for _, d := range s.All() {
			if d.Kind == kind {
				names = append(names, d.Name)
			}
		}
	}
	for i, name := range names {
		d, err := s.Named(name)
		if err != nil || slices.Contains(names[:i], name) || i < 4 && d.Kind == rate.Ratio {
			continue
		}
		for _, b := range d.From {
			both, err := beside(c, d, b, data, "")
			if err != nil {
				return nil, err
			}
			if day := earliest(both); day != "" { // no release ever set these two side by side
				if both, err = beside(c, d, b, data, day); err != nil {
					return nil, err
				}
			}
			if both != nil && earliest(both) == "" {
				return both, nil
			}
		}
	}
	return nil, nil
}

// beside computes a definition for the cells of both figures, as of a day if one
// is given. It is nil where one of them has no percentage, or at another stage.
func beside(c *Comparison, d rate.Definition, b rate.Binding, data rate.Data, day string) ([]rate.Result, error) {
	var both []rate.Result
	for _, f := range c.Figures {
		r, err := alone(d, b, f.Figure, data, day)
		if err != nil || r == nil {
			return nil, err
		}
		both = append(both, *r)
	}
	if both[0].Stage != both[1].Stage {
		return nil, nil
	}
	return both, nil
}

// earliest is the older day of two results of different vintages of one table, ""
// if they are of the same.
func earliest(both []rate.Result) string {
	day := ""
	for i := range both {
		for _, v := range both[i].Vintages { // "migr_asyappctza 2023-04-30"
			name, date, _ := strings.Cut(v, " ")
			for _, o := range both[0].Vintages {
				if first, other, _ := strings.Cut(o, " "); first == name && other != date && (day == "" || min(date, other) < day) {
					day = min(date, other)
				}
			}
		}
	}
	return day
}

// Instead is what can safely be said of a figure's cell: a share of applicants
// where the figure is about them, else the first rate that the data at hand
// gives. It is nil where that gives none.
func Instead(f Figure, s *rate.Set, data rate.Data) (*rate.Result, error) {
	applicants := f.Claimed == "share_of_applicants" || strings.Contains(f.Counts, "applicants")
	for _, d := range s.All() {
		if applicants != (d.Name == "share_of_applicants") || !applicants && d.Kind != rate.Rate {
			continue
		}
		for _, b := range d.From {
			if r, err := alone(d, b, f, data, ""); err != nil || r != nil {
				return r, err
			}
		}
	}
	return nil, nil
}

// alone computes a figure's cell from one source, as of a day if one is given; a
// rate of an aggregate at first instance alone. It is nil where that gives no
// percentage.
func alone(d rate.Definition, b rate.Binding, f Figure, data rate.Data, day string) (*rate.Result, error) {
	q := rate.Query{Citizen: []string{f.Citizen}, Geo: []string{f.Geo}, Periods: []obs.Period{obs.Period(f.Period)}, Source: b.Source, AsOf: day}
	if x, ok := code.Must("geo").Lookup(f.Geo); ok && x.Kind == code.Aggregate && b.Level != "" && d.Kind == rate.Rate {
		q.Stage = "FI"
	}
	rs, err := rate.Evaluate(d, data, q)
	if err != nil {
		return nil, err
	}
	if len(rs) != 1 || !rs[0].Known || rate.Usual.CountsOnly(&rs[0]) {
		return nil, nil
	}
	return &rs[0], nil
}

// Sentences explains the comparison in two sentences: what each divides, and
// what follows.
func (c *Comparison) Sentences() [2]string {
	var of [2]string
	for i, b := range c.Bases {
		if b.Known {
			of[i] = fmt.Sprintf("%s is %s (%s)", c.Figures[i].Value, Lower(b.Definition.Title), b.How)
		} else {
			of[i] = fmt.Sprintf("what %s divides cannot be told (%s)", c.Figures[i].Value, b.How)
		}
	}
	first := of[0] + "; " + of[1] + "."
	r, size := utf8.DecodeRuneInString(first)
	first = string(unicode.ToUpper(r)) + first[size:]
	switch {
	case c.Alike() && len(c.Warnings) > 0:
		return [2]string{first, "Both are of one class, so they may stand side by side, but " + strings.Join(c.Warnings, "; ") + "."}
	case c.Alike():
		return [2]string{first, "Both are of one class, so they may stand side by side."}
	case len(c.Differences) == 0:
		return [2]string{first, "Until it is known, nothing follows from one beside the other."}
	}
	var parts []string
	for _, d := range c.Differences {
		parts = append(parts, fmt.Sprintf(map[string]string{
			"denominator": "one divides by %s, the other by %s",
			"numerator":   "one counts %s, the other %s",
			"stage":       "one is of stage %s, the other of stage %s",
			"unit":        "one counts %s, the other %s",
			"population":  "one is about %s, the other about %s",
		}[d.In], inWords(d.In, d.A), inWords(d.In, d.B)))
	}
	parts = append(parts, c.Warnings...)
	return [2]string{first, "The two may not stand side by side: " + strings.Join(parts, "; ") + "."}
}

// inWords says a part of a class as people do.
func inWords(in, s string) string {
	switch in {
	case "numerator":
		return strings.NewReplacer("+", " + ", "G", "refugee status", "S", "subsidiary protection", "H", "humanitarian status", "O", "other protection").Replace(s)
	case "denominator":
		if s == "merits" {
			return "decisions on the merits"
		}
	case "unit":
		if s == "national" {
			return "in units of its country's own"
		}
	case "population":
		switch s {
		case "all":
			return "everybody"
		case "first-time":
			return "first-time applicants"
		}
	}
	return s
}

// Lower begins a title as in the middle of a sentence.
func Lower(title string) string {
	first, size := utf8.DecodeRuneInString(title)
	if second, _ := utf8.DecodeRuneInString(title[size:]); unicode.IsUpper(second) {
		return title // an abbreviation
	}
	return string(unicode.ToLower(first)) + title[size:]
}

// Literal reads a figure as it is written on a command line: value, citizen,
// geo, period and, if it is claimed, the definition. The value may be a quotient
// of two printed counts.
//
//	52.78% TOTAL EU27_2020 2023 eurostat_first_instance
//	23/8507 RU HR 2023
func Literal(s string, set *rate.Set) (Figure, error) {
	var f Figure
	words := strings.Fields(s)
	if n := len(words); n > 0 {
		if _, err := set.Named(words[n-1]); err == nil {
			f.Claimed, words = words[n-1], words[:n-1]
		}
	}
	bad := func(got, want string) (Figure, error) {
		return f, fmt.Errorf("%q: %s, want %s\n\thint: a figure is VALUE CITIZEN GEO PERIOD [DEFINITION], such as \"52.78%% TOTAL EU27_2020 2023 eurostat_first_instance\"", s, got, want)
	}
	if len(words) < 4 {
		return bad(fmt.Sprintf("%d words", len(words)), "an id of the ledger, or a value, a citizenship, a country and a period")
	}
	n := len(words)
	f.Citizen, f.Geo, f.Period = words[n-3], words[n-2], words[n-1]
	f.Value = strings.Join(words[:n-3], " ")
	if f.periods = spans(f.Period); f.periods == nil {
		return bad(fmt.Sprintf("period %q", f.Period), "a period such as 2023, or the name of a definition behind it")
	}
	for _, part := range [][2]string{{"citizen", f.Citizen}, {"geo", f.Geo}} {
		if _, ok := code.Must(part[0]).Lookup(part[1]); !ok {
			return bad(fmt.Sprintf("there is no %s %q in datasets/codes", part[0], part[1]), "codes of a citizenship and of a country ("+near(part[0], part[1])+")")
		}
	}
	f.known = true
	if num, den, ok := strings.Cut(f.Value, "/"); ok {
		x, err1 := wholeCount(num)
		y, err2 := wholeCount(den)
		if err := cmp.Or(err1, err2); err != nil || y == 0 {
			return bad(fmt.Sprintf("value %q", f.Value), "two counts such as 23/8507")
		}
		f.Num, f.Den = &x, &y
		f.value = quantity{relation: '=', percent: true, number: float64(x) / float64(y) * 100, decimals: 2, unit: 0.01}
		f.Unit = f.value.kind()
		return f, nil
	}
	var err error
	if f.value, err = parse(f.Value); err != nil {
		flaw := valueFault("value", f.Value, err)
		return bad(flaw.got, flaw.want+" ("+flaw.hint+")")
	}
	f.Unit = f.value.kind()
	if f.value.decimals > 0 && !f.value.percent {
		return bad(fmt.Sprintf("value %q", f.Value), "a count without decimals, or a percentage with a %")
	}
	return f, nil
}
