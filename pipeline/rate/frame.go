package rate

import (
	"math"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// Columns are the columns of a table of results, in order. Counts are in the
// unit of the result's class; value, lo and hi are in value_unit: shares of one,
// months, or per million. interval names the method of a sampling interval, if one was asked
// for, from interval_lo to interval_hi.
var Columns = []string{"definition", "source", "citizen", "geo", "period", "sex", "age", "stage",
	"num", "den", "value", "lo", "hi", "known", "why", "class", "vintages", "warnings",
	"value_unit", "interval", "interval_lo", "interval_hi"}

// Frame gives results as a data frame for notebooks and small summaries, with
// the columns of Columns. A missing number is NaN, as gota has no other way to
// say it; Namibia stays "NA".
func Frame(results []Result) dataframe.DataFrame {
	n := len(results)
	text := map[string][]string{}
	number := map[string][]float64{}
	known := make([]bool, n)
	for i := range results {
		r := &results[i]
		for name, v := range map[string]string{
			"definition": r.Definition, "source": r.Source, "citizen": r.Citizen, "geo": r.Geo, "period": string(r.Period),
			"sex": r.Sex, "age": r.Age, "stage": r.Stage, "why": r.Why, "class": r.Class.String(),
			"value_unit": r.Unit(), "interval": r.sampling().Method,
			"vintages": strings.Join(r.Vintages, "; "), "warnings": strings.Join(r.Warnings, "; "),
		} {
			text[name] = append(text[name], v)
		}
		number["num"] = append(number["num"], orNaN(float64(r.Num), r.NumKnown))
		number["den"] = append(number["den"], orNaN(float64(r.Den), r.DenKnown))
		number["value"] = append(number["value"], orNaN(r.Value, r.Known))
		number["lo"] = append(number["lo"], orNaN(r.Lo, r.Known))
		number["hi"] = append(number["hi"], orNaN(r.Hi, r.Known))
		number["interval_lo"] = append(number["interval_lo"], orNaN(r.sampling().Lo, r.Sampling != nil))
		number["interval_hi"] = append(number["interval_hi"], orNaN(r.sampling().Hi, r.Sampling != nil))
		known[i] = r.Known
	}
	var cols []series.Series
	for _, name := range Columns {
		switch {
		case name == "known":
			cols = append(cols, series.New(known, series.Bool, name))
		case number[name] != nil:
			cols = append(cols, series.New(number[name], series.Float, name))
		default:
			cols = append(cols, texts(text[name], name))
		}
	}
	return dataframe.New(cols...)
}

func (r *Result) sampling() Sampling {
	if r.Sampling == nil {
		return Sampling{}
	}
	return *r.Sampling
}

// texts keeps every text as it is: gota takes "NaN" for missing otherwise.
func texts(values []string, name string) series.Series {
	s := series.New(make([]string, len(values)), series.String, name)
	for i, v := range values {
		s.Elem(i).Set(v)
	}
	return s
}

func orNaN(v float64, known bool) float64 {
	if !known {
		return math.NaN()
	}
	return v
}
