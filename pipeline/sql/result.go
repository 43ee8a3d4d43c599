package sql

import (
	"fmt"
	"slices"
	"strings"

	"asylum/pipeline/code"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
)

// open stands for a bound that nothing printed gives.
const open = "1000000000000"

// results writes the rows that were asked for, before they are divided: num and
// den, and the counts behind the least and the most share.
func (s *source) results() {
	var nums string
	switch s.d.Kind {
	case rate.Rate:
		nums = s.cases()
	default:
		nums = s.prefix + "num"
	}
	s.maps()
	switch {
	case s.d.Kind == rate.Rate:
		s.added(nums)
	case s.whole():
		s.parts()
	default:
		s.flows()
	}
}

// cases puts both parts of a rate beside one another, with the split of the
// true counts that has the lowest and the highest share.
func (s *source) cases() string {
	whole := s.sides[0].Whole != ""
	var cols []string
	col := func(expr, name string) { cols = append(cols, expr+" AS "+name) }
	den := "p.n + r.n"
	if whole {
		den = "coalesce(p.whole, p.n + r.n)"
	}
	col("p.stage", "stage")
	col("p.n", "num")
	col("CASE WHEN p.n IS NOT NULL THEN "+den+" END", "den")
	for i := range s.mixes {
		col(fmt.Sprintf("least(p.oldest_%d, r.oldest_%[1]d)", i+1), fmt.Sprintf("oldest_%d", i+1))
		col(fmt.Sprintf("greatest(p.newest_%d, r.newest_%[1]d)", i+1), fmt.Sprintf("newest_%d", i+1))
	}
	join := "\nFROM " + s.prefix + "num AS p LEFT JOIN " + s.prefix + "rest AS r ON " + s.same("p", "r", s.key())
	keys := "p." + strings.Join(s.key(), ", p.")
	if s.b.Joint != nil {
		return s.jointly(cols, keys, join)
	}
	if !whole {
		col("p.lo", "lo_pos")
		col("r.hi", "lo_rest")
		col("p.hi", "hi_pos")
		col("r.lo", "hi_rest")
		return s.with("Both parts side by side. The lowest share has the fewest positives and the most\nothers, the highest share the reverse.", "cases",
			"SELECT "+keys+",\n"+indent(strings.Join(cols, ",\n"))+join)
	}
	col("p.lo", "pos_lo")
	col("p.hi", "pos_hi")
	col("CASE WHEN r.n IS NULL THEN 0 ELSE r.lo END", "rest_lo")
	col("CASE WHEN r.n IS NULL THEN "+open+" ELSE r.hi END", "rest_hi")
	col("coalesce(p.whole_lo, 0)", "whole_lo")
	col("coalesce(p.whole_hi, "+open+")", "whole_hi")
	pairs := s.with("Both parts and the printed whole side by side.", "pairs", "SELECT "+keys+",\n"+indent(strings.Join(cols, ",\n"))+join)
	carried := strings.Join(append([]string{s.keys(), "stage", "num", "den", "pos_lo", "pos_hi", "whole_lo", "whole_hi"}, s.tracks()...), ", ")
	agree := "pos_lo + rest_lo <= whole_hi AND pos_hi + rest_hi >= whole_lo"
	readings := s.with("Where the three contradict one another beyond rounding, only the part and the\nwhole are used.", "readings",
		"SELECT "+carried+",\n  CASE WHEN "+agree+" THEN rest_lo ELSE 0 END AS rest_lo,\n  CASE WHEN "+agree+" THEN rest_hi ELSE "+open+" END AS rest_hi\nFROM "+pairs)
	corners := s.with("The lowest share has the most others, the highest the most positives, as far as\nthe whole lets it.", "corners",
		"SELECT *,\n  least(rest_hi, whole_hi - pos_lo) AS most_rest,\n  least(pos_hi, whole_hi - rest_lo) AS most_pos\nFROM "+readings)
	carried = strings.Join(append([]string{s.keys(), "stage", "num", "den"}, s.tracks()...), ", ")
	zero := func(x, name string) string {
		return "CASE WHEN pos_lo <= whole_hi THEN " + x + " ELSE 0 END AS " + name
	}
	return s.with("With them go as few of the other as make up the whole.", "cases",
		"SELECT "+carried+",\n"+indent(strings.Join([]string{
			zero("greatest(pos_lo, whole_lo - most_rest)", "lo_pos"),
			zero("most_rest", "lo_rest"),
			zero("most_pos", "hi_pos"),
			zero("greatest(rest_lo, whole_lo - most_pos)", "hi_rest"),
		}, ",\n"))+"\nFROM "+corners)
}

// jointly puts both parts of a rate beside one another where a sum of the one and
// some of the other is printed. Cols, keys and join are those of cases.
func (s *source) jointly(cols []string, keys, join string) string {
	total := s.b.Joint.Total
	col := func(expr, name string) { cols = append(cols, expr+" AS "+name) }
	col("p.lo", "pos_lo")
	col("p.hi", "pos_hi")
	for _, part := range []string{"some", "other"} {
		col("coalesce(r."+part+"_lo, 0)", part+"_lo")
		col("coalesce(r."+part+"_hi, "+open+")", part+"_hi")
	}
	col("coalesce(p.joint_lo, 0)", "sum_lo")
	col("coalesce(p.joint_hi, "+open+")", "sum_hi")
	if s.sides[0].Whole != "" {
		col("coalesce(p.whole_lo, 0)", "whole_lo")
		col("coalesce(p.whole_hi, "+open+")", "whole_hi")
	} else {
		col("0", "whole_lo")
		col(open, "whole_hi")
	}
	pairs := s.with("Both parts and what is printed of their sums side by side. Some of the rest stands\nin "+total+", the other does not.", "pairs",
		"SELECT "+keys+",\n"+indent(strings.Join(cols, ",\n"))+join)
	carried := strings.Join(append([]string{s.keys(), "stage", "num", "den"}, s.tracks()...), ", ")
	either := func(when string, names map[string]string, order ...string) string {
		var out []string
		for _, name := range order {
			out = append(out, "CASE WHEN "+when+" THEN "+name+" ELSE "+names[name]+" END AS "+name)
		}
		return strings.Join(out, ",\n  ")
	}
	with := func(comment, name, from, keep, more string) string {
		return s.with(comment, name, "SELECT "+carried+", "+keep+",\n  "+more+"\nFROM "+from)
	}
	sums := with("Where "+total+" is not the sum of its parts, rounding aside, it says nothing.", "joints", pairs,
		"pos_lo, pos_hi, some_lo, some_hi, other_lo, other_hi, whole_lo, whole_hi",
		either("greatest(pos_lo + some_lo, sum_lo) <= least(pos_hi + some_hi, sum_hi)", map[string]string{"sum_lo": "0", "sum_hi": open}, "sum_lo", "sum_hi"))
	readings := with("Where the rest contradicts the whole beyond rounding, only the part and the whole\nare used.", "readings", sums,
		"pos_lo, pos_hi, whole_lo, whole_hi",
		either("greatest(pos_lo + some_lo, sum_lo) + other_lo <= whole_hi AND least(pos_hi + some_hi, sum_hi) + other_hi >= whole_lo",
			map[string]string{"some_lo": "0", "some_hi": "0", "other_lo": "0", "other_hi": open, "sum_lo": "0", "sum_hi": open},
			"some_lo", "some_hi", "other_lo", "other_hi", "sum_lo", "sum_hi"))
	corners := s.with("The highest share has as many positives as the sums let it, the lowest as few.", "corners",
		"SELECT *,\n  least(pos_hi, sum_hi - some_lo, whole_hi - some_lo - other_lo) AS most_pos,\n"+
			"  greatest(pos_lo, sum_lo - some_hi, whole_lo - some_hi - other_hi) AS least_pos\nFROM "+readings)
	zero := func(x, name string) string {
		return "CASE WHEN pos_lo <= whole_hi THEN " + x + " ELSE 0 END AS " + name
	}
	return s.with("With them go as few of the rest, or as many, as the sums let.", "cases",
		"SELECT "+carried+",\n"+indent(strings.Join([]string{
			zero("least_pos", "lo_pos"),
			zero("least(least(some_hi, sum_hi - least_pos) + other_hi, whole_hi - least_pos)", "lo_rest"),
			zero("most_pos", "hi_pos"),
			zero("greatest(greatest(some_lo, sum_lo - most_pos) + other_lo, whole_lo - most_pos)", "hi_rest"),
		}, ",\n"))+"\nFROM "+corners)
}

// tracks are the columns of the vintages that a row rests on.
func (s *source) tracks() (out []string) {
	for i := range s.mixes {
		out = append(out, fmt.Sprintf("oldest_%d", i+1), fmt.Sprintf("newest_%d", i+1))
	}
	return out
}

// same says that the rows of two tables have the same key.
func (s *source) same(a, b string, key []string) string {
	var out []string
	for _, k := range key {
		out = append(out, a+"."+k+" = "+b+"."+k)
	}
	return strings.Join(out, " AND ")
}

// computed reports whether the codes asked of an axis hold some that the source
// leaves to be added up.
func (s *source) computed(axis string) bool {
	return slices.Contains(s.b.Computes, axis) && slices.ContainsFunc(s.asked(axis), func(c string) bool {
		members, all := rate.Members(axis, c)
		return all || members != nil
	})
}

func (s *source) asked(axis string) []string {
	if axis == "citizen" {
		return s.q.Citizen
	}
	return s.q.Geo
}

// maps writes which codes count towards which that was asked for.
func (s *source) maps() {
	for _, axis := range []string{"citizen", "geo"} {
		if !s.computed(axis) {
			continue
		}
		var rows []string
		var totals []string
		for _, a := range s.asked(axis) {
			rows = append(rows, "("+s.texts([]string{a, a})+")")
			members, all := rate.Members(axis, a)
			for _, m := range members {
				if m != a {
					rows = append(rows, "("+s.texts([]string{a, m})+")")
				}
			}
			if all {
				totals = append(totals, a)
			}
		}
		body := "SELECT asked, code FROM (VALUES\n" + indent(wrap(rows, 90)) + "\n) AS members(asked, code)"
		for _, t := range totals {
			for i := range s.sides {
				body += "\nUNION SELECT " + s.text(t) + ", " + axis + " FROM " + s.prefix + s.name(i)
			}
		}
		s.with("Which "+map[string]string{"citizen": "citizenships", "geo": "countries"}[axis]+" count towards those asked for.", axis+"s", body)
	}
}

// A target is how a CTE's rows are added up to what was asked for.
type target struct {
	from   string            // FROM, with joins
	column map[string]string // by axis: what stands in the key of a result, "" if it is not told apart
	groups []string          // GROUP BY, in the order of key
}

// target maps the rows of a CTE, whose own key it keeps under x.
func (s *source) target(cte string, without []string) target {
	t := target{from: cte + " AS x", column: map[string]string{"as_of": "x.as_of"}}
	for _, axis := range []string{"citizen", "geo"} {
		switch {
		case slices.Contains(without, axis):
		case !s.by(axis):
			if s.computed(axis) {
				t.from += " JOIN (SELECT DISTINCT code FROM " + s.prefix + axis + "s) AS of_" + axis + " ON of_" + axis + ".code = x." + axis
			}
		case s.computed(axis):
			t.from += " JOIN " + s.prefix + axis + "s AS of_" + axis + " ON of_" + axis + ".code = x." + axis
			t.column[axis] = "of_" + axis + ".asked"
		default:
			t.column[axis] = "x." + axis
		}
	}
	for axis, asked := range map[string][]string{"sex": s.q.Sex, "age": s.q.Age} {
		if s.by(axis) || len(asked) < 2 {
			t.column[axis] = "x." + axis
		}
	}
	if s.by("period") {
		t.column["period"] = "x.period"
	}
	for _, k := range s.key() {
		if t.column[k] != "" {
			t.groups = append(t.groups, t.column[k])
		}
	}
	return t
}

// bare maps the rows of a CTE of which nothing is added up to an aggregate.
func (s *source) bare(cte string, without []string) target {
	own := *s.b
	own.Computes = nil
	plain := *s
	plain.b = &own
	return plain.target(cte, without)
}

// sums reports whether a result may be of more than one cell.
func (s *source) sums() bool {
	for _, axis := range []string{"citizen", "geo", "period"} {
		if !s.by(axis) || axis != "period" && s.computed(axis) {
			return true
		}
	}
	return !s.by("sex") && len(s.q.Sex) > 1 || !s.by("age") && len(s.q.Age) > 1
}

// label is what stands in a result for an axis: the code, or of an axis that is
// added up those that were.
func (s *source) label(t *target, axis string) string {
	if c := t.column[axis]; c != "" {
		return c
	}
	if axis == "sex" || axis == "age" {
		return "''"
	}
	x := "x." + axis
	return "CASE WHEN count(DISTINCT " + x + ") > 3 THEN concat(min(" + x + "), '+…+', max(" + x + "), ' (', count(DISTINCT " + x + "), ')') ELSE " + s.joined(x, "+") + " END"
}

func (s *source) labels(t *target) []string {
	var out []string
	for _, k := range s.key() {
		out = append(out, s.label(t, k)+" AS "+k)
	}
	return out
}

// stage lists the levels of the rows that count.
func (s *source) stage(filter string) string {
	return "coalesce(" + s.joined("CASE WHEN "+filter+" THEN x.stage END", ", ") + ", '')"
}

// added writes the results of a rate.
func (s *source) added(cases string) {
	if !s.sums() {
		cols := []string{s.keys(), "CASE WHEN den IS NOT NULL THEN stage ELSE '' END AS stage", "num, den", "geo AS first_geo",
			"lo_pos AS lo_num, lo_pos + lo_rest AS lo_den", "hi_pos AS hi_num, hi_pos + hi_rest AS hi_den"}
		s.with("One cell a result.", "results", "SELECT "+strings.Join(append(cols, s.tracks()...), ",\n  ")+"\nFROM "+cases)
		return
	}
	t := s.target(cases, nil)
	const ok = "FILTER (WHERE den IS NOT NULL)"
	cols := append(s.labels(&t), s.stage("den IS NOT NULL")+" AS stage",
		"CASE WHEN count(*) = 1 THEN max(num) ELSE sum(num) "+ok+" END AS num",
		"sum(den) "+ok+" AS den",
		"min_by(x.geo, concat(x.citizen, chr(1), x.geo)) "+ok+" AS first_geo",
		"sum(lo_pos) "+ok+" AS lo_num", "sum(lo_pos + lo_rest) "+ok+" AS lo_den",
		"sum(hi_pos) "+ok+" AS hi_num", "sum(hi_pos + hi_rest) "+ok+" AS hi_den")
	for i := range s.mixes {
		cols = append(cols, fmt.Sprintf("min(oldest_%d) %s AS oldest_%[1]d", i+1, ok), fmt.Sprintf("max(newest_%d) %s AS newest_%[1]d", i+1, ok))
	}
	s.with("Added up to what was asked for, without what has no share.", "results",
		"SELECT "+strings.Join(cols, ",\n  ")+"\nFROM "+t.from+s.group(&t))
}

func (s *source) group(t *target) string {
	if len(t.groups) == 0 {
		return "\nHAVING count(*) > 0"
	}
	return "\nGROUP BY " + strings.Join(t.groups, ", ")
}

// flows writes the results of a ratio: where several cells are added up, only
// the countries count that both sides have a number of.
func (s *source) flows() {
	num, den := s.prefix+"num", s.prefix+"den"
	if !s.sums() {
		cols := []string{"x." + strings.Join(s.key(), ", x."), "CASE WHEN x.n IS NOT NULL THEN x.stage ELSE '' END AS stage", "x.n AS num, d.n AS den", "x.geo AS first_geo",
			"x.lo AS lo_num, d.hi AS lo_den", "x.hi AS hi_num, d.lo AS hi_den"}
		s.with("Both counts of a cell side by side. The least quotient has the least numerator\nand the greatest denominator.", "results",
			"SELECT "+strings.Join(cols, ",\n  ")+"\nFROM "+num+" AS x LEFT JOIN "+den+" AS d ON "+s.same("x", "d", s.key()))
		return
	}
	sides := s.with("Both counts below one another.", "sides", fmt.Sprintf(
		"SELECT 'num' AS side, %s, stage, n, lo, hi FROM %s\nUNION ALL\nSELECT 'den' AS side, %[1]s, stage, n, lo, hi FROM %[3]s", s.keys(), num, den))
	t := s.target(sides, nil)
	var own, groups []string
	for _, k := range s.key() {
		own = append(own, "x."+k)
		if c := t.column[k]; c != "" {
			own = append(own, c+" AS to_"+k)
			groups = append(groups, c)
		}
	}
	over := func(more ...string) string {
		list := append(slices.Clone(groups), more...)
		if len(list) == 0 {
			return "OVER ()"
		}
		return "OVER (PARTITION BY " + strings.Join(list, ", ") + ")"
	}
	place := over("x.geo", "x.period")
	marked := s.with("Of several countries only those count that have both numbers.", "beside",
		"SELECT side, "+strings.Join(own, ", ")+", x.stage, x.n, x.lo, x.hi,\n"+
			"  count(*) "+over()+" AS rows_of_result, count(*) "+place+" AS rows_of_place,\n"+
			"  count(CASE WHEN side = 'num' THEN 1 END) "+over()+" AS nums_of_result,\n"+
			"  max(CASE WHEN side = 'num' AND n IS NOT NULL THEN 1 ELSE 0 END) "+place+" AS num_known,\n"+
			"  max(CASE WHEN side = 'den' AND n IS NOT NULL THEN 1 ELSE 0 END) "+place+" AS den_known\nFROM "+t.from)
	for k, c := range t.column {
		if c != "" {
			t.column[k] = "x.to_" + k
		}
	}
	t.groups = nil
	for _, k := range s.key() {
		if t.column[k] != "" {
			t.groups = append(t.groups, t.column[k])
		}
	}
	alone := "rows_of_result < 2 OR rows_of_result = 2 AND (rows_of_place = 2 OR nums_of_result <> 1)"
	numOK := "side = 'num' AND (" + alone + " OR den_known = 1)"
	denOK := "side = 'den' AND (" + alone + " OR num_known = 1)"
	sum := func(col, ok, name string) string {
		return "sum(" + col + ") FILTER (WHERE n IS NOT NULL AND " + ok + ") AS " + name
	}
	labels := s.labels(&t)
	for i, k := range s.key() {
		if t.column[k] == "" && k != "sex" && k != "age" { // of the numerator alone
			x := "CASE WHEN side = 'num' THEN x." + k + " END"
			labels[i] = strings.ReplaceAll(labels[i], "x."+k, x)
		}
	}
	cols := append(labels, s.stage("n IS NOT NULL AND "+numOK)+" AS stage",
		sum("n", numOK, "num"), sum("n", denOK, "den"),
		"min_by(x.geo, concat(x.citizen, chr(1), x.geo)) FILTER (WHERE n IS NOT NULL AND "+numOK+") AS first_geo",
		sum("lo", numOK, "lo_num"), sum("hi", denOK, "lo_den"), sum("hi", numOK, "hi_num"), sum("lo", denOK, "hi_den"))
	group := ""
	if len(t.groups) > 0 {
		group = "\nGROUP BY " + strings.Join(t.groups, ", ")
	}
	s.with("Added up. The least quotient has the least numerator and the greatest denominator.", "results",
		"SELECT "+strings.Join(cols, ",\n  ")+"\nFROM "+marked+" AS x"+group+"\nHAVING max(CASE WHEN side = 'num' THEN 1 ELSE 0 END) = 1")
}

// parts writes the results of a share: a part over its whole, both printed.
func (s *source) parts() {
	var set []string
	for dim := range s.sides[1].Set {
		set = append(set, dim)
	}
	slices.Sort(set)
	num, den := s.prefix+"num", s.prefix+"den"
	nums, dens := s.target(num, nil), s.target(den, set)
	other := s.sides[1].Counts != ""
	if other { // what another source counts is taken as it prints it
		dens = s.bare(den, set)
	}
	sum := func(t *target, cte, name, comment string, labels []string) string {
		cols := append(labels, s.stage("n IS NOT NULL")+" AS stage", "sum(n) AS n", "sum(lo) FILTER (WHERE n IS NOT NULL) AS lo", "sum(hi) FILTER (WHERE n IS NOT NULL) AS hi",
			"min_by(x.geo, concat(x.citizen, chr(1), x.geo)) FILTER (WHERE n IS NOT NULL) AS first_geo")
		for i := range s.mixes {
			cols = append(cols, fmt.Sprintf("min(oldest_%d) FILTER (WHERE n IS NOT NULL) AS oldest_%[1]d", i+1), fmt.Sprintf("max(newest_%d) FILTER (WHERE n IS NOT NULL) AS newest_%[1]d", i+1))
		}
		return s.with(comment, name, "SELECT "+strings.Join(cols, ",\n  ")+"\nFROM "+t.from+s.group(t))
	}
	targets := func(t *target) (out []string) { // the keys to join on
		for _, k := range s.key() {
			if c := t.column[k]; c != "" {
				if total := map[string]string{"sex": "T", "age": "TOTAL"}[k]; other && total != "" {
					c = "coalesce(nullif(" + c + ", " + s.text(total) + "), '')" // which not every table has
				}
				out = append(out, c+" AS to_"+k)
			}
		}
		return out
	}
	part := sum(&nums, num, "part", "The part, added up to what was asked for.", append(s.labels(&nums), targets(&nums)...))
	whole := sum(&dens, den, "whole", "The whole"+map[bool]string{true: ", the same for every " + strings.Join(set, " and ")}[len(set) > 0]+".", targets(&dens))
	var on []string
	for _, k := range s.key() {
		if dens.column[k] != "" && nums.column[k] != "" {
			on = append(on, "p.to_"+k+" = w.to_"+k)
		}
	}
	if on == nil {
		on = []string{"TRUE"}
	}
	where := ""
	if total, ok := s.sides[1].Set["citizen"]; ok && s.d.Kind == rate.Share && nums.column["citizen"] != "" {
		where = "\nWHERE p.to_citizen <> " + s.text(total) + " -- a whole of itself is no question about a part"
	}
	var tracks []string
	for i := range s.mixes {
		tracks = append(tracks, fmt.Sprintf("least(p.oldest_%d, w.oldest_%[1]d) AS oldest_%[1]d", i+1), fmt.Sprintf("greatest(p.newest_%d, w.newest_%[1]d) AS newest_%[1]d", i+1))
	}
	cols := append([]string{"p." + strings.Join(s.key(), ", p."), "p.stage, p.n AS num, w.n AS den, p.first_geo", "p.lo > w.hi AS impossible",
		"p.lo AS lo_num", "w.hi AS lo_den",
		"least(p.hi, w.hi) AS hi_num", "greatest(least(p.hi, w.hi), w.lo) AS hi_den"}, tracks...)
	s.with("Part and whole side by side. The part is counted in its whole, so that the least\nshare has the least part and the greatest rest.", "results",
		"SELECT "+strings.Join(cols, ",\n  ")+"\nFROM "+part+" AS p LEFT JOIN "+whole+" AS w ON "+strings.Join(on, " AND ")+where)
}

// shares divides, says why there is no share, and gives the name of the answer.
func (s *source) shares() string {
	impossible, times := "", ""
	switch s.d.Kind {
	case rate.Backlog: // in months: a year's flow took twelve
		times = "(CASE WHEN length(period) = 4 THEN 12 WHEN period LIKE '____-Q_' THEN 3 ELSE 1 END) * "
	case rate.PerMillion:
		times = "1000000 * "
	}
	if s.whole() {
		impossible = "\n  WHEN impossible THEN 'the part is greater than its whole'"
	}
	why := "CASE WHEN num IS NULL THEN 'no numerator'\n  WHEN den IS NULL THEN 'no denominator'" + impossible + "\n  WHEN den = 0 THEN 'there are no cases to divide by' END"
	cols := append([]string{s.keys(), "stage", "num, den, lo_num, lo_den, hi_num, hi_den"}, s.tracks()...)
	noTotal, noPart := s.noTotal()
	if noTotal != "" {
		cols = append(cols, noTotal+" AS no_total", noPart+" AS no_part")
	}
	from := s.with("Why there is no share, if there is none.", "checks", "SELECT "+strings.Join(append(cols, why+" AS why"), ",\n  ")+"\nFROM "+s.prefix+"results")
	cols = append([]string{s.keys(), "stage", "num", "den", "why IS NULL AS has_share", "why",
		times + "CAST(num AS DOUBLE) / nullif(den, 0) AS value",
		"CASE WHEN lo_den > 0 THEN " + times + "CAST(lo_num AS DOUBLE) / lo_den ELSE " + times + "CAST(num AS DOUBLE) / nullif(den, 0) END AS lo",
		"CASE WHEN hi_den > 0 THEN " + times + "CAST(hi_num AS DOUBLE) / hi_den ELSE " + times + "CAST(num AS DOUBLE) / nullif(den, 0) END AS hi"}, s.tracks()...)
	if noTotal != "" {
		cols[2] = "CASE WHEN why IS NOT NULL OR NOT no_part THEN num END AS num"
		cols[3] = "CASE WHEN why IS NOT NULL OR no_total IS NULL THEN den END AS den"
		cols[4], cols[5] = "why IS NULL AND no_total IS NULL AS has_share", "coalesce(why, no_total) AS why"
	}
	shares := s.with("Divided.", "shares", "SELECT "+strings.Join(cols, ",\n  ")+"\nFROM "+from)
	if len(s.days) > 0 {
		shares = s.oneVintage(shares)
	}
	return s.with("The answer of "+s.b.Source+".", "answer", "SELECT "+s.text(s.b.Source)+" AS source, citizen, geo, period, sex, age, stage, num, den, value, lo, hi, has_share, why\nFROM "+shares)
}

// noTotal says why what was added up is no total, and whether the numerator is
// no count either; "" where it always is one.
func (s *source) noTotal() (why, noPart string) {
	var whens, parts []string
	for _, e := range s.ends() {
		whens = append(whens, "WHEN "+e[0]+" THEN "+s.text(e[1]+" ended"))
		parts = append(parts, e[0])
	}
	for i := range s.sides {
		if c := s.uncovered(i); c != "" {
			whens = append(whens, "WHEN "+c+" THEN 'not every citizenship is held, so there is no total'")
			if i == 0 || s.d.Kind == rate.Rate {
				parts = append(parts, c)
			}
		}
	}
	if whens == nil {
		return "", ""
	}
	if parts == nil {
		parts = []string{"FALSE"}
	}
	return "CASE " + strings.Join(whens, "\n  ") + " END", strings.Join(parts, " OR ")
}

// oneVintage replaces the shares whose part and whole come from different
// vintages of a table by what they were as of the older day.
func (s *source) oneVintage(shares string) string {
	var days []string
	for i := range s.mixes {
		days = append(days, fmt.Sprintf("CASE WHEN oldest_%d <> newest_%[1]d THEN oldest_%[1]d END", i+1))
	}
	day := days[0]
	if len(days) > 1 {
		day = "least(" + strings.Join(days, ", ") + ")"
	}
	mixed := s.with("The oldest vintage of a share whose cells are of several: no release ever said it.", "mixed",
		"SELECT *, CASE WHEN has_share THEN "+day+" END AS day\nFROM "+shares+"\nWHERE as_of = '"+latest+"'")
	var on []string
	for _, k := range []string{"citizen", "geo", "period"} {
		on = append(on, "m."+k+" = t."+k)
	}
	on = append(on, "coalesce(nullif(m.sex, 'T'), '') = coalesce(nullif(t.sex, 'T'), '')", "coalesce(nullif(m.age, 'TOTAL'), '') = coalesce(nullif(t.age, 'TOTAL'), '')")
	var cols []string
	for _, c := range []string{"stage", "num", "den", "value", "lo", "hi"} {
		now := "m." + c
		if c == "value" || c == "lo" || c == "hi" {
			now = "CASE WHEN m.day IS NULL THEN m." + c + " END"
		}
		cols = append(cols, "CASE WHEN t.as_of IS NOT NULL THEN t."+c+" ELSE "+now+" END AS "+c)
	}
	cols = append(cols, "CASE WHEN t.as_of IS NOT NULL THEN t.has_share ELSE m.has_share AND m.day IS NULL END AS has_share",
		"CASE WHEN t.as_of IS NOT NULL THEN t.why WHEN m.day IS NOT NULL THEN 'its part and its whole are of different vintages' ELSE m.why END AS why")
	return s.with("Such a share is computed as of that day.", "dated",
		"SELECT m.citizen, m.geo, m.period, m.sex, m.age,\n  "+strings.Join(cols, ",\n  ")+"\nFROM "+mixed+" AS m LEFT JOIN "+shares+" AS t\n  ON t.as_of = m.day AND "+strings.Join(on, "\n  AND "))
}

// ends lists the aggregates asked for that were no more after some year, with
// what says so.
func (s *source) ends() (out [][2]string) {
	if !slices.Contains(s.b.Computes, "geo") {
		return nil
	}
	for _, g := range s.q.Geo {
		if x, ok := code.Must("geo").Lookup(g); ok && x.Kind == code.Aggregate && x.To != "" {
			out = append(out, [2]string{"geo = " + s.text(g) + " AND substr(period, 1, 4) > " + s.text(x.To[:4]), g})
		}
	}
	return out
}

// uncovered says where a computed total of citizenships is not one, as the
// vintages at hand are extracts that hold only some of them.
func (s *source) uncovered(i int) string {
	side := &s.sides[i]
	if !slices.Contains(s.b.Added(side), "citizen") {
		return ""
	}
	set, fixed := side.Set["citizen"]
	if fixed && set != "TOTAL" || !fixed && !slices.Contains(s.q.Citizen, "TOTAL") {
		return ""
	}
	for _, f := range s.files[i] { // then it is printed
		for d := range f.layout.Dims {
			if f.dims[d] == "citizen" && f.layout.Dims[d].Code("TOTAL") >= 0 {
				return ""
			}
		}
	}
	var held []string
	for _, name := range side.Tables {
		for _, m := range rate.Newest(s.lake.Vintages(), s.b.Source, name, s.q.AsOf) {
			since := ""
			if len(s.days) > 0 {
				since = "as_of >= " + s.text(m.Vintage) + " AND "
			}
			if len(m.Extent) == 0 {
				if since == "" {
					return ""
				}
				held = append(held, strings.TrimSuffix(since, " AND "))
				continue
			}
			for j := range m.Extent {
				if box, ok := s.totalBox(&m.Extent[j]); ok {
					held = append(held, since+box)
				}
			}
		}
	}
	total := "citizen = 'TOTAL' AND "
	if fixed {
		total = ""
	}
	if held == nil {
		return strings.TrimSuffix(total+"TRUE", " AND TRUE")
	}
	return total + "NOT (" + strings.Join(held, "\n    OR ") + ")"
}

// totalBox says that every citizenship of a country is within an extent.
func (s *source) totalBox(e *table.Extent) (string, bool) {
	var and []string
	for _, dim := range dimsOf(e) {
		switch {
		case dim == "geo":
			and = append(and, s.in("coalesce(first_geo, geo)", e.Dims[dim]))
		case !slices.Contains(e.Dims[dim], ""):
			return "", false
		}
	}
	if e.From != "" {
		and = append(and, fmt.Sprintf("period >= %s AND period <= %s", s.text(string(e.From)), s.text(string(e.To)+"~")))
	}
	if and == nil {
		return "TRUE", true
	}
	return "(" + strings.Join(and, " AND ") + ")", true
}
