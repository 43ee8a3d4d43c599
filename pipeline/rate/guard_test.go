package rate_test

import (
	"errors"
	"strings"
	"testing"

	"asylum/pipeline/rate"
)

func TestTogether(t *testing.T) {
	decisions := rate.Result{Definition: "a", Class: rate.Class{Numerator: "G", Denominator: "decisions", Stage: "first", Unit: "persons", Population: "all"}}
	same := decisions
	same.Definition, same.Citizen, same.Geo, same.Period = "b", "RU", "HR", "2023" // what is compared may differ
	for _, ok := range [][]rate.Result{nil, {decisions}, {decisions, same}} {
		if err := rate.Together(ok); err != nil {
			t.Errorf("%v: %v", ok, err)
		}
	}
	for _, change := range []func(*rate.Class){
		func(c *rate.Class) { c.Numerator = "G+S" },
		func(c *rate.Class) { c.Denominator = "applicants" },
		func(c *rate.Class) { c.Stage = "final" },
		func(c *rate.Class) { c.Unit = "files" },
		func(c *rate.Class) { c.Population = "minors" },
	} {
		other := same
		change(&other.Class)
		err := rate.Together([]rate.Result{decisions, same, other})
		if !errors.Is(err, rate.ErrMixed) || !strings.Contains(err.Error(), other.Class.String()) || !strings.Contains(err.Error(), "--mix") {
			t.Errorf("%v beside %v: %v", other.Class, decisions.Class, err)
		}
	}
}
