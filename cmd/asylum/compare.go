package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/ledger"
	"asylum/pipeline/rate"
	"asylum/reports/export"

	"github.com/spf13/cobra"
)

func (a *app) compareCmd() *cobra.Command {
	var figures, format string
	var mix bool
	c := &cobra.Command{
		Use:   "compare FIGURE FIGURE",
		Short: "May these two figures stand side by side? Why not, and which may",
		Long: `Says of two published percentages what each divides, and whether they may stand
side by side: only if numerator, denominator, stage, unit and population are the
same. If they may not, it prints the pair that may, where data at hand gives one.

A FIGURE is an id of the ledger (asylum reproduce lists them), or a literal:
VALUE CITIZEN GEO PERIOD and, if it is claimed, the DEFINITION, such as
'52.78% TOTAL EU27_2020 2023 eurostat_first_instance' or '23/8507 RU HR 2023'.

The exit status is 4 if they may not stand together. With --mix it is 0, and what
is printed says that they are mixed.`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := formats(format, "text", "json"); err != nil {
				return err
			}
			compared, err := a.compare(args, figures)
			if err != nil {
				return err
			}
			if format == "json" {
				err = export.ComparisonJSON(a.stdout, compared, mix)
			} else {
				a.compared(compared, mix)
			}
			if err != nil || compared.Alike() || mix {
				return err
			}
			return found{errors.New("the two figures may not stand side by side; --mix sets them there all the same")}
		},
	}
	c.Flags().StringVar(&figures, "figures", "", "take ids from the figures of this `FILE` as well")
	c.Flags().BoolVar(&mix, "mix", false, "set them side by side all the same, marked as mixed")
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

func (a *app) compare(args []string, figures string) (*ledger.Comparison, error) {
	known, err := ledger.Builtin()
	if err != nil {
		return nil, err
	}
	if figures != "" {
		own, err := ledger.ReadFile(figures)
		if err != nil {
			return nil, err
		}
		known = append(own, known...)
	}
	set, err := a.set()
	if err != nil {
		return nil, err
	}
	var pair [2]ledger.Figure
	for i, arg := range args {
		if pair[i], err = named(arg, known, set); err != nil {
			return nil, err
		}
		if pair[i].ID == "" {
			pair[i].ID = []string{"first", "second"}[i]
		}
	}
	data, err := a.answers()
	if err != nil {
		return nil, err
	}
	return ledger.Compare(pair[0], pair[1], known, set, data)
}

// named finds a figure by its id, or reads it as a literal.
func named(arg string, known []ledger.Figure, set *rate.Set) (ledger.Figure, error) {
	for _, f := range known {
		if f.ID == arg {
			return f, nil
		}
	}
	if !strings.ContainsAny(strings.TrimSpace(arg), " \t") {
		return ledger.Figure{}, usagef("there is no figure %q; asylum reproduce lists them", arg)
	}
	f, err := ledger.Literal(arg, set)
	if err != nil {
		err = usageError{err}
	}
	return f, err
}

func (a *app) compared(c *ledger.Comparison, mix bool) {
	g := newGrid(4)
	for i, f := range c.Figures {
		basis := "unknown"
		if b := c.Bases[i]; b.Known {
			basis = b.Definition.Name
		}
		g.cell(f.ID)
		g.cell(f.Value)
		g.cell(f.Citizen, " ", f.Geo, " ", f.Period)
		g.cell(basis)
	}
	a.stdout.Write(g.appendLines(nil, g.widths))
	if mix && !c.Alike() {
		a.printf("MIXED: these two divide different things\n")
	}
	a.printf("\n")
	for _, s := range c.Sentences() {
		a.printf("%s\n", s)
	}
	if len(c.Pair) == 0 {
		if !c.Alike() {
			a.printf("\nNo data at hand gives both cells under one definition.\n")
		}
		return
	}
	r, pair := &c.Pair[0], c.Pair
	if q := &pair[1]; r.Citizen == q.Citizen && r.Geo == q.Geo && r.Period == q.Period {
		pair = pair[:1] // both figures are about one cell
	}
	a.printf("\nLike for like: %s, from %s\n", r.Definition, origin(r))
	a.stdout.Write(textGrid(pair))
	a.told(r, &c.Pair[1])
	switch {
	case len(pair) == 1:
	case rate.Apart(r, &pair[1], rate.Usual):
		a.printf("The two differ, beyond rounding and beyond chance.\n")
	default:
		a.printf("They may not be called different: rounding, few cases or chance may be all of it.\n")
	}
	a.printf("cells: asylum trace %s%s\n", r.Definition, trace(pair))
}

// textGrid sets results in columns.
func textGrid(results []rate.Result) []byte {
	b := textBlock(rate.Each(results))
	return b.appendLines(nil, b.widths)
}

// trace writes the flags that pick the cells of results.
func trace(results []rate.Result) string {
	var citizens, geos, periods []string
	stage := ""
	add := func(list *[]string, code string) {
		if !slices.Contains(*list, code) {
			*list = append(*list, code)
		}
	}
	for i := range results {
		r := &results[i]
		add(&citizens, r.Citizen)
		add(&geos, r.Geo)
		add(&periods, string(r.Period))
		if r.Stage == "FI" {
			stage = " --stage FI"
		}
	}
	return fmt.Sprintf(" --source %s%s --citizen %s --geo %s --period %s", results[0].Source, stage,
		strings.Join(citizens, ","), strings.Join(geos, ","), strings.Join(periods, ","))
}
