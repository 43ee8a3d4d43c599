package eurostat

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// IsExplorerCSV reports whether the first line of a CSV is one of the old Data
// Explorer: TIME, dimensions in capitals, Value and perhaps the flags.
func IsExplorerCSV(head []string) bool {
	head = slices.Clone(head)
	if len(head) > 0 {
		head[0] = strings.Trim(strings.TrimPrefix(head[0], bom), `"`)
	}
	v := slices.Index(head, "Value")
	return v > 0 && slices.Contains(head[:v], "TIME") && (v == len(head)-1 || v == len(head)-2 && head[v+1] == footnotes)
}

const footnotes = "Flag and Footnotes"

// ReadExplorerCSV reads what the old Data Explorer exported: labels in English,
// commas between thousands, Latin-1 or UTF-8. The frequency is a dimension that
// the periods tell. Where the flags were left out m.NoFlags says so.
// The dataset, which the file does not name, is m.Table. The error is an
// *obs.Refusal that lists every bad line, or one of reading r.
func ReadExplorerCSV(r io.Reader, m table.Meta, want table.Want) (*table.Table, error) {
	p := &explorer{flat: newFlat(r, m, want)}
	p.commas = true
	if err := p.read(p.header, p.row); err != nil {
		return nil, err
	}
	return p.finish()
}

type explorer struct {
	flat
	time, value, flag int // flag is -1 where there is none
}

func (p *explorer) header() error {
	names := make([]string, len(p.cells))
	for i, c := range p.cells {
		names[i] = string(p.text(c))
	}
	if !IsExplorerCSV(names) {
		p.bad(1, p.cells[0].col, obs.Quote(strings.Join(names, ",")), `a header such as "TIME","GEO",…,"UNIT","Value","Flag and Footnotes"`, "is this a CSV of Eurostat's Data Explorer?")
		return p.refusal
	}
	p.width, p.time, p.value, p.flag = len(names), slices.Index(names, "TIME"), slices.Index(names, "Value"), -1
	if p.value+1 < len(names) {
		p.flag = p.value + 1
	}
	p.m.NoFlags = p.m.NoFlags || p.flag < 0
	for i, name := range names[:p.value] {
		code, isLabel := strings.CutSuffix(name, "_LABEL") // beside the codes, where both were asked for
		if i == p.time || isLabel && slices.Contains(names, code) {
			continue
		}
		p.dimension(i, p.cells[i], name, false)
	}
	p.derived = !slices.ContainsFunc(p.cols, func(c axis) bool { return c.name == "freq" })
	if len(p.cols) == 0 {
		p.bad(1, p.cells[p.value].col, "no dimensions", "at least one before Value", "download the table again")
	}
	p.settle()
	return nil
}

func (p *explorer) row(line []byte) {
	if !p.split(line, 0) {
		return
	}
	if len(p.cells) != p.width {
		p.bad(p.n, len(line)+1, fmt.Sprintf("%d fields", len(p.cells)), fmt.Sprintf("%d, one a column", p.width), "a comma is missing or the line is cut; download the table again")
		return
	}
	s := p.when(p.cells[p.time], false)
	if !s.ok || !s.want {
		return
	}
	for i := range p.cells[:p.value] {
		if c := &p.cells[i]; !utf8.Valid(p.text(*c)) {
			p.keep(c, latin1(p.text(*c)))
		}
	}
	want, ok := p.codes()
	if !want || !ok {
		return
	}
	flags := ""
	if p.flag >= 0 {
		if flags, ok = p.flagsOf(p.cells[p.flag]); !ok {
			return
		}
	}
	p.observe(p.cells[p.value], flags)
}

// latin1 turns ISO 8859-1 into UTF-8.
func latin1(b []byte) []byte {
	var out []byte
	for _, c := range b {
		out = utf8.AppendRune(out, rune(c))
	}
	return out
}
