// Package run says what of a batch is done again, and ends it when a signal says
// so.
//
// A [Stage] is done again only if one of its inputs is another than the last time:
// the tables in force, a file of the user's, a setting, or the program itself.
// What the inputs were is kept as their sums ([Inputs]) in the manifest of what was
// published, so that a batch with nothing new to say touches nothing.
package run

import (
	"slices"
	"strings"
)

// Inputs are the sums of what a batch is made from, by name. An input that is not
// there has no sum.
type Inputs map[string]string

// A Stage is a part of the batch and the names of its inputs.
type Stage struct {
	Name string
	From []string
}

// Stages are the parts of a batch, in their order.
var Stages = stages(
	Stage{"audit", []string{"program", "tables", "definitions", "corrections", "codes", "as of"}},
	Stage{"judge", nil},
	Stage{"compute", []string{"charts", "rules", "slices"}},
	Stage{"draw", []string{"languages", "outputs"}},
	Stage{"write", []string{"base"}},
)

// stages has each stage depend on what those before it do.
func stages(list ...Stage) []Stage {
	for i := range list[1:] {
		list[i+1].From = slices.Concat(list[i].From, list[i+1].From)
	}
	return list
}

// A Step is a stage with the reasons why it is due; none if it is not.
type Step struct {
	Stage
	Why []string
}

// Due reports whether the stage has to be done.
func (s *Step) Due() bool { return len(s.Why) > 0 }

// Plan compares the inputs of the last time, nil if there was none, with those of
// now. A stage that is not stale itself is due if a later one needs what it gives.
func Plan(was, now Inputs) []Step {
	steps := make([]Step, len(Stages))
	for i, s := range Stages {
		steps[i] = Step{s, changed(s, was, now)}
	}
	for i := len(steps) - 2; i >= 0; i-- {
		if next := &steps[i+1]; next.Due() && !steps[i].Due() {
			steps[i].Why = []string{next.Name + " needs what it gives"}
		}
	}
	return steps
}

// Nothing reports whether no step of a plan is due.
func Nothing(steps []Step) bool {
	return !slices.ContainsFunc(steps, func(s Step) bool { return s.Due() })
}

func changed(s Stage, was, now Inputs) (why []string) {
	if was == nil {
		return []string{"nothing was published here before"}
	}
	for _, name := range s.From {
		switch a, b := was[name], now[name]; {
		case a == b:
		case a == "":
			why = append(why, name+": new")
		case b == "":
			why = append(why, name+": gone")
		default:
			why = append(why, name+": changed")
		}
	}
	return why
}

// String says what a step does, and why.
func (s *Step) String() string {
	if !s.Due() {
		return s.Name + ": nothing to do"
	}
	return s.Name + ": due, " + strings.Join(s.Why, ", ")
}
