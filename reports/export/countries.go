package export

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"

	"asylum/pipeline/compare"
	"asylum/pipeline/rate"
)

// A CountriesJSON is a compare.Study as JSON. Shares are of one, differences of
// shares too, except where the name says points.
type CountriesJSON struct {
	Definition string     `json:"definition"`
	Class      rate.Class `json:"class"`
	Source     string     `json:"source"`
	Citizen    string     `json:"citizen"`
	Period     string     `json:"period"`
	Since      string     `json:"since"` // "" if no change was asked for
	Union      string     `json:"union"` // whose rate is the line
	RankFrom   int64      `json:"rank_from"`
	Usable     string     `json:"usable"`   // the newest period that is complete, "" if not known
	Partial    bool       `json:"partial"`  // the period is newer: nothing is ranked
	National   bool       `json:"national"` // each country counts in its own way: nothing is ranked
	Why        string     `json:"why,omitempty"`

	Line       *Line           `json:"line"`      // null where there is none
	Countries  []CountryJSON   `json:"countries"` // ranked, then the others by code
	Aside      []AsideJSON     `json:"aside"`     // that may not stand beside them
	Funnel     *FunnelJSON     `json:"funnel"`    // of one citizenship, else null
	Dispersion *DispersionJSON `json:"dispersion"`
	Inequality *InequalityJSON `json:"inequality,omitempty"` // if it was asked for
	Mix        *MixJSON        `json:"mix"`                  // of all citizenships, else null
	Split      *SplitJSON      `json:"split"`                // of the change since, null without
	Sigma      *SigmaJSON      `json:"sigma"`                // null without
	Beta       *BetaJSON       `json:"beta"`                 // null without
	Notes      []string        `json:"notes"`
}

// A Line is the union's rate.
type Line struct {
	OwnRow  bool    `json:"own_row"` // as the source prints it for the union; else the sum of members
	Members int     `json:"members"` // of the sum
	Of      int     `json:"of"`      // that the union has
	Sum     *Result `json:"sum"`     // the members that are compared, added up; null where there are none
	Before  *Result `json:"before"`  // of since, null without
	Result  Result  `json:"result"`
}

// A CountryJSON is a country that is compared.
type CountryJSON struct {
	Geo      string         `json:"geo"`
	Rank     *int           `json:"rank"` // null under the decisions that a rank wants
	RankLo   *int           `json:"rank_lo"`
	RankHi   *int           `json:"rank_hi"`  // what rounding allows
	Point    *PointJSON     `json:"point"`    // in the funnel, null without one
	Adjusted *AdjustedJSON  `json:"adjusted"` // of all citizenships, else null
	Change   *CountryChange `json:"change"`   // null without
	Split    *SplitJSON     `json:"split"`    // null without
	Result   Result         `json:"result"`
}

// An AsideJSON is a country that is not compared.
type AsideJSON struct {
	Geo    string `json:"geo"`
	Reason string `json:"reason"`
	Result Result `json:"result"`
}

// A RangeJSON is what rounding allows, and how that was found: exact, interval
// arithmetic, all true counts tried, or true counts drawn (then it is not
// certain). Lo and hi are null where there is no bound.
type RangeJSON struct {
	Lo    *float64 `json:"lo"`
	Hi    *float64 `json:"hi"`
	How   string   `json:"how"`
	Tried int      `json:"tried,omitempty"`
}

// A FunnelJSON is a funnel around the line.
type FunnelJSON struct {
	Rate   float64     `json:"rate"`
	Lo     float64     `json:"lo"`
	Hi     float64     `json:"hi"`
	Phi    float64     `json:"phi"` // over-dispersion: winsorised mean of z²
	PhiMay RangeJSON   `json:"phi_may"`
	Points []PointJSON `json:"points"`
	Limits []LimitJSON `json:"limits"`
}

// A PointJSON is a country in a funnel.
type PointJSON struct {
	Geo      string  `json:"geo"`
	Pos      int64   `json:"pos"`
	All      int64   `json:"all"`
	Z        float64 `json:"z"`
	Place    string  `json:"place"`    // inside, or above or below 95 % or 99.8 %
	Sure     bool    `json:"sure"`     // whatever rounding allows
	Adjusted string  `json:"adjusted"` // by limits widened for over-dispersion
}

// A LimitJSON is where the limits lie at n decisions.
type LimitJSON struct {
	N     int64   `json:"n"`
	Lo95  float64 `json:"lo95"`
	Hi95  float64 `json:"hi95"`
	Lo998 float64 `json:"lo998"`
	Hi998 float64 `json:"hi998"`
}

// A DispersionJSON says how far the rates lie apart.
type DispersionJSON struct {
	Countries int       `json:"countries"`
	SD        float64   `json:"sd"` // weighted by decisions
	SDMay     RangeJSON `json:"sd_may"`
	Tau2      float64   `json:"tau2"` // on the logit scale, DerSimonian and Laird
	TauMay    RangeJSON `json:"tau_may"`
	Q         float64   `json:"q"`
	DF        int       `json:"df"`
	I2        float64   `json:"i2"`
	Span      *SpanJSON `json:"span"` // null with fewer than two countries of enough decisions
}

// A SpanJSON is the distance from the lowest to the highest rate.
type SpanJSON struct {
	Countries int       `json:"countries"`
	From      int64     `json:"from"` // decisions
	Highest   string    `json:"highest"`
	Lowest    string    `json:"lowest"`
	Value     float64   `json:"value"`
	May       RangeJSON `json:"may"`
}

// An InequalityJSON is measures that divide by the mean.
type InequalityJSON struct {
	CV          float64 `json:"cv"`
	Gini        float64 `json:"gini"`
	CVRefused   float64 `json:"cv_refused"`
	GiniRefused float64 `json:"gini_refused"`
	Warning     string  `json:"warning"`
}

// A MixJSON is what rates are adjusted to.
type MixJSON struct {
	Pos         int64     `json:"pos"`
	All         int64     `json:"all"`
	Rate        float64   `json:"rate"`
	May         RangeJSON `json:"may"`
	Citizens    int       `json:"citizens"`
	SDRaw       *float64  `json:"sd_raw"` // over the countries with an adjusted rate, null with fewer than two
	SDAdjusted  *float64  `json:"sd_adjusted"`
	SDCountries int       `json:"sd_countries"`
}

// An AdjustedJSON is a country's rate freed of the mix of citizenships.
type AdjustedJSON struct {
	Observed int64       `json:"observed"`
	Expected float64     `json:"expected"` // if it granted as the others do
	Ratio    *float64    `json:"ratio"`    // observed over expected, null where nothing is expected
	RatioMay RangeJSON   `json:"ratio_may"`
	Ratio95  *[2]float64 `json:"ratio_95"` // a 95 % interval for chance, null where none is known
	Rate     *float64    `json:"rate"`     // null where it would not stay under 1
	RateMay  *RangeJSON  `json:"rate_may"`
	Coverage float64     `json:"coverage"` // the share of decisions on citizenships that others decide on
	Direct   *DirectJSON `json:"direct"`   // null without decisions
}

// A DirectJSON is a directly standardised rate.
type DirectJSON struct {
	Rate     float64   `json:"rate"`
	May      RangeJSON `json:"may"`
	Coverage float64   `json:"coverage"` // sum of the weights that have a rate
	Thin     float64   `json:"thin"`     // of them, what rests on under 20 decisions
	Citizens int       `json:"citizens"`
}

// A CountryChange is a change since an earlier period.
type CountryChange struct {
	Before string   `json:"before"`
	Value  *float64 `json:"value"` // null where it is not known
	Lo     *float64 `json:"lo"`
	Hi     *float64 `json:"hi"`
	Apart  bool     `json:"apart"` // beyond rounding, few cases and chance
	Why    string   `json:"why,omitempty"`
	Prior  *Result  `json:"prior"`
}

// A SplitJSON is Kitagawa's split of a change. The three numbers in points are
// rounded so that they add up to the last digit.
type SplitJSON struct {
	Difference     json.Number   `json:"difference_points"`
	Composition    json.Number   `json:"composition_points"`
	Effect         json.Number   `json:"effect_points"`
	CompositionMay RangeJSON     `json:"composition_may"`
	EffectMay      RangeJSON     `json:"effect_may"`
	Entered        int           `json:"entered"` // groups without decisions before
	Left           int           `json:"left"`    // and after
	Groups         []SplitShares `json:"groups"`  // the greatest first
}

// SplitShares is what a group adds to both parts.
type SplitShares struct {
	Group       string  `json:"group"`
	Pos0        int64   `json:"pos_before"`
	All0        int64   `json:"all_before"`
	Pos1        int64   `json:"pos_after"`
	All1        int64   `json:"all_after"`
	Composition float64 `json:"composition"`
	Effect      float64 `json:"effect"`
}

// A SigmaJSON is the dispersion of the same countries over years.
type SigmaJSON struct {
	Countries []string    `json:"countries"`
	From      int64       `json:"from"` // decisions in every year
	Years     []SigmaYear `json:"years"`
	SD        TrendJSON   `json:"sd_trend"`
	Tau       TrendJSON   `json:"tau_trend"`
}

// A SigmaYear is one of them.
type SigmaYear struct {
	Period string    `json:"period"`
	All    int64     `json:"all"`
	Rate   float64   `json:"rate"`
	SD     float64   `json:"sd"`
	SDMay  RangeJSON `json:"sd_may"`
	Tau    float64   `json:"tau"`
	TauMay RangeJSON `json:"tau_may"`
}

// A TrendJSON is a slope a year.
type TrendJSON struct {
	Slope float64  `json:"slope"`
	SE    *float64 `json:"se"` // null with fewer than three years
	P     *float64 `json:"p"`
}

// A BetaJSON is a slope of changes on where they began.
type BetaJSON struct {
	Countries int      `json:"countries"`
	From      int64    `json:"from"` // decisions in both periods
	Slope     float64  `json:"slope"`
	SE        *float64 `json:"se"`
	P         *float64 `json:"p"`
	Corrected *float64 `json:"corrected"` // what few decisions make taken out; null where that cannot be told
	Warning   string   `json:"warning"`
}

// Countries writes a study with the notes that explain it; the coefficients that
// divide by the mean only if they are wanted.
func Countries(w io.Writer, s *compare.Study, notes []string, inequality bool) error {
	out := CountriesJSON{Definition: s.Definition.Name, Class: s.Definition.Class, Source: s.Source, Citizen: s.Citizen, Period: string(s.Period), Since: string(s.Since),
		Union: s.Union, RankFrom: s.Limits.Rank, Usable: string(s.Usable), Partial: s.Partial, National: s.National, Why: s.Why,
		Countries: []CountryJSON{}, Aside: []AsideJSON{}, Notes: some(notes)}
	if s.Line != nil {
		out.Line = &Line{s.OwnRow, s.Members, s.Of, bare(s.Sum), bare(s.LineBefore), *bare(s.Line)}
	}
	for i := range s.Countries {
		out.Countries = append(out.Countries, country(&s.Countries[i]))
	}
	if len(s.Countries) > 0 {
		out.Class = s.Countries[0].Class // a source that stands in has its own
	}
	for i := range s.Aside {
		out.Aside = append(out.Aside, AsideJSON{s.Aside[i].Geo, s.Aside[i].Reason, Of(&s.Aside[i].Result)})
	}
	out.Funnel, out.Dispersion, out.Mix = funnel(s.Funnel), dispersion(s.Dispersion), mixOf(s)
	out.Split, out.Sigma, out.Beta = splitOf(s.Split), sigma(s.Sigma), beta(s.Beta)
	if q := s.Inequality; q != nil && inequality {
		out.Inequality = &InequalityJSON{q.CV, q.Gini, q.CVRefused, q.GiniRefused, compare.InequalityWarning}
	}
	return encode(w, out)
}

// bare is a result without its cells, which asylum trace lists.
func bare(r *rate.Result) *Result {
	if r == nil {
		return nil
	}
	out := Of(r)
	out.Inputs = []Input{}
	return &out
}

func country(c *compare.Country) CountryJSON {
	out := CountryJSON{Geo: c.Geo, Result: Of(&c.Result), Adjusted: adjusted(c.Adjusted), Split: splitOf(c.Split)}
	if c.Rank > 0 {
		out.Rank, out.RankLo, out.RankHi = &c.Rank, &c.RankLo, &c.RankHi
	}
	if c.Point != nil {
		p := pointJSON(c.Point)
		out.Point = &p
	}
	if ch := c.Change; ch != nil {
		out.Change = &CountryChange{Before: string(ch.Before), Apart: ch.Apart, Why: ch.Why, Prior: bare(ch.Then)}
		if ch.Known {
			out.Change.Value, out.Change.Lo, out.Change.Hi = &ch.Value, &ch.Lo, &ch.Hi
		}
	}
	return out
}

func rangeJSON(r compare.Range) RangeJSON {
	out := RangeJSON{How: r.How, Tried: r.Tried}
	if r.Known {
		out.Lo, out.Hi = &r.Lo, &r.Hi
	}
	return out
}

func pointJSON(p *compare.FunnelPoint) PointJSON {
	return PointJSON{p.Geo, p.Pos, p.All, p.Z, string(p.Place), p.Sure, string(p.Adjusted)}
}

func funnel(f *compare.Funnel) *FunnelJSON {
	if f == nil {
		return nil
	}
	out := &FunnelJSON{Rate: f.Rate, Lo: f.RateLo, Hi: f.RateHi, Phi: f.Phi, PhiMay: rangeJSON(f.PhiMay), Points: []PointJSON{}, Limits: []LimitJSON{}}
	for i := range f.Points {
		out.Points = append(out.Points, pointJSON(&f.Points[i]))
	}
	for _, l := range f.Limits {
		out.Limits = append(out.Limits, LimitJSON(l))
	}
	return out
}

func dispersion(d *compare.Dispersion) *DispersionJSON {
	if d == nil {
		return nil
	}
	b := &d.Between
	out := &DispersionJSON{Countries: d.Countries, SD: d.SD, SDMay: rangeJSON(d.SDMay), Tau2: b.Tau2, TauMay: rangeJSON(d.TauMay), Q: b.Q, DF: b.DF, I2: b.I2}
	if s := d.Span; s != nil {
		out.Span = &SpanJSON{s.Countries, s.From, s.Highest, s.Lowest, s.Value, rangeJSON(s.May)}
	}
	return out
}

func mixOf(s *compare.Study) *MixJSON {
	if s.Standard == nil {
		return nil
	}
	out := &MixJSON{Pos: s.Standard.Pos, All: s.Standard.All, Rate: s.Standard.Rate, May: rangeJSON(s.Standard.May), Citizens: s.Standard.Citizens}
	if m := s.Mixed; m != nil {
		out.SDRaw, out.SDAdjusted, out.SDCountries = &m.Raw, &m.Adjusted, m.Countries
	}
	return out
}

func adjusted(a *compare.Adjusted) *AdjustedJSON {
	if a == nil {
		return nil
	}
	x := &a.Indirect
	out := &AdjustedJSON{Observed: x.Observed, Expected: x.Expected, RatioMay: rangeJSON(x.RatioMay), Coverage: x.Coverage}
	if x.Known {
		out.Ratio = &x.Ratio
	}
	if x.Has95 {
		out.Ratio95 = &x.Ratio95
	}
	if x.RateKnown {
		may := rangeJSON(x.RateMay)
		out.Rate, out.RateMay = &x.Rate, &may
	}
	if d := &a.Direct; d.Known {
		out.Direct = &DirectJSON{d.Rate, rangeJSON(d.May), d.Coverage, d.Thin, d.Citizens}
	}
	return out
}

// pointDecimals are those of a split in JSON: as many as a float holds.
const pointDecimals = 12

func splitOf(d *compare.Decomposition) *SplitJSON {
	if d == nil {
		return nil
	}
	difference, composition, effect := d.Points(pointDecimals)
	out := &SplitJSON{Difference: json.Number(difference), Composition: json.Number(composition), Effect: json.Number(effect),
		CompositionMay: rangeJSON(d.CompositionMay), EffectMay: rangeJSON(d.EffectMay), Entered: d.Entered, Left: d.Left, Groups: []SplitShares{}}
	for _, g := range d.Groups {
		out.Groups = append(out.Groups, SplitShares(g))
	}
	return out
}

func sigma(s *compare.Sigma) *SigmaJSON {
	if s == nil {
		return nil
	}
	out := &SigmaJSON{Countries: s.Countries, From: s.From, SD: trendJSON(s.SD), Tau: trendJSON(s.Tau)}
	for _, y := range s.Years {
		out.Years = append(out.Years, SigmaYear{string(y.Period), y.All, y.Rate, y.SD, rangeJSON(y.SDMay), y.Tau, rangeJSON(y.TauMay)})
	}
	return out
}

func trendJSON(t compare.Trend) TrendJSON {
	out := TrendJSON{Slope: t.Slope}
	if t.Known {
		out.SE, out.P = &t.SE, &t.P
	}
	return out
}

func beta(b *compare.Beta) *BetaJSON {
	if b == nil {
		return nil
	}
	out := &BetaJSON{Countries: b.Countries, From: b.From, Slope: b.Slope, Warning: compare.BetaWarning}
	if b.Known {
		out.SE, out.P = &b.SE, &b.P
	}
	if b.Corrected {
		out.Corrected = &b.Correct
	}
	return out
}

// CountryColumns are the columns that countries have beside those of their
// results. Shares are of one; change is Result's value less that of before.
var CountryColumns = []string{"rank", "rank_lo", "rank_hi", "z", "place", "place_sure", "place_adjusted",
	"observed", "expected", "ratio", "ratio_lo", "ratio_hi", "adjusted", "adjusted_lo", "adjusted_hi", "coverage",
	"direct", "direct_lo", "direct_hi", "direct_coverage", "before", "change", "change_lo", "change_hi", "change_apart", "aside"}

// CountriesCSV writes the countries of a study: first those that are compared, in
// their order, then those that are not, with the reason in aside.
func CountriesCSV(w io.Writer, s *compare.Study) error {
	out := csv.NewWriter(w)
	out.Write(append(append([]string{}, rate.Columns...), CountryColumns...)) // errors stay in out
	line := func(r *rate.Result, more map[string]string) {
		rec := make([]string, 0, len(rate.Columns)+len(CountryColumns))
		for _, v := range row(r) {
			rec = append(rec, Defuse(v.text()))
		}
		for _, name := range CountryColumns {
			rec = append(rec, Defuse(more[name]))
		}
		out.Write(rec)
	}
	for i := range s.Countries {
		line(&s.Countries[i].Result, countryFields(&s.Countries[i]))
	}
	for i := range s.Aside {
		line(&s.Aside[i].Result, map[string]string{"aside": s.Aside[i].Reason})
	}
	out.Flush()
	return out.Error()
}

// countryFields gives the columns that a country has a value of.
func countryFields(c *compare.Country) map[string]string {
	m := map[string]string{}
	number := func(name string, x float64) { m[name] = strconv.FormatFloat(x, 'g', 10, 64) }
	bounds := func(name string, r compare.Range) {
		if r.Known {
			number(name+"_lo", r.Lo)
			number(name+"_hi", r.Hi)
		}
	}
	if c.Rank > 0 {
		m["rank"], m["rank_lo"], m["rank_hi"] = strconv.Itoa(c.Rank), strconv.Itoa(c.RankLo), strconv.Itoa(c.RankHi)
	}
	if p := c.Point; p != nil {
		number("z", p.Z)
		m["place"], m["place_sure"], m["place_adjusted"] = string(p.Place), strconv.FormatBool(p.Sure), string(p.Adjusted)
	}
	if a := c.Adjusted; a != nil {
		x := &a.Indirect
		m["observed"] = strconv.FormatInt(x.Observed, 10)
		number("expected", x.Expected)
		number("coverage", x.Coverage)
		if x.Known {
			number("ratio", x.Ratio)
			bounds("ratio", x.RatioMay)
		}
		if x.RateKnown {
			number("adjusted", x.Rate)
			bounds("adjusted", x.RateMay)
		}
		if a.Direct.Known {
			number("direct", a.Direct.Rate)
			bounds("direct", a.Direct.May)
			number("direct_coverage", a.Direct.Coverage)
		}
	}
	if ch := c.Change; ch != nil {
		m["before"], m["change_apart"] = string(ch.Before), strconv.FormatBool(ch.Apart)
		if ch.Known {
			number("change", ch.Value)
			bounds("change", compare.Range{Lo: ch.Lo, Hi: ch.Hi, Known: true})
		}
	}
	return m
}
