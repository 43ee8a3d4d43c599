package eurostat

import (
	"bytes"
	"fmt"
	"slices"

	"asylum/pipeline/obs"
)

// A pick says which rows and cells of a file are wanted; in a table of several
// frequencies, which may be all of them. Most rows of a bulk
// table are not: they differ from the row before in their last code alone, so
// one comparison of the rest settles them.
type pick struct {
	codes   [][]string   // by dimension; nil: any code
	periods []obs.Period // that are wanted, in file order
	column  []int        // of the file's cells, into periods, or -1
	prefix  []byte       // the key up to its last code, of an earlier row
	wanted  bool         // what the codes of prefix say
}

func newPick(p *tsv) *pick {
	k := &pick{codes: make([][]string, len(p.dims)), column: make([]int, len(p.periods))}
	for d, name := range p.dims {
		if want, ok := p.want.Codes[name]; ok {
			k.codes[d] = want
		}
	}
	for i, period := range p.periods {
		k.column[i] = -1
		if p.want.HasPeriod(period) {
			k.column[i] = len(k.periods)
			k.periods = append(k.periods, period)
		}
	}
	return k
}

// passes reports whether a row begins as the one before, which was not wanted,
// has one code more and as many cells as there are periods: most rows do.
func (k *pick) passes(line []byte) bool {
	n := len(k.prefix)
	return n > 0 && !k.wanted && len(line) > n && bytes.Equal(line[:n], k.prefix) &&
		bytes.Count(line[n:], tabs) == len(k.column) && bytes.IndexByte(line[n:], ',') < 0
}

var tabs = []byte("\t")

// picks reports whether a row is wanted. Of one that is not it checks the
// number of codes and of cells.
func (p *tsv) picks(line []byte, tab int) bool {
	key, k := line[:tab], p.pick
	cut := bytes.LastIndexByte(key, ',') + 1
	if len(k.prefix) == 0 || cut != len(k.prefix) || !bytes.Equal(key[:cut], k.prefix) {
		if n := bytes.Count(key, []byte(",")) + 1; n != len(p.dims)-p.derived {
			return true // the key is wrong: reading it says how
		}
		k.prefix = append(k.prefix[:0], key[:cut]...)
		k.wanted = true
		d := p.derived
		for rest := key[:cut]; len(rest) > 0 && k.wanted; d++ {
			end := bytes.IndexByte(rest, ',')
			k.wanted = p.passes(d, rest[:end])
			rest = rest[end+1:]
		}
	}
	if k.wanted && p.passes(len(p.dims)-1, key[cut:]) {
		return true
	}
	if n := bytes.Count(line[tab:], []byte("\t")); n != len(p.periods) {
		p.bad(p.n, len(line)+1, fmt.Sprintf("%d cells", n), fmt.Sprintf("%d, one a period", len(p.periods)), "a tab or the end of the line is missing; download the table again")
	}
	return false
}

func (p *tsv) passes(d int, c []byte) bool {
	want := p.pick.codes[d]
	if want == nil {
		return true
	}
	for _, w := range want {
		if w == string(c) {
			return true
		}
	}
	return p.renamed[d] && p.lists[d] != nil && slices.Contains(want, p.lists[d].Older(string(c)))
}

// picked reads the wanted cells of a row.
func (p *tsv) picked(line []byte, tab int) {
	i, freq := tab+1, ""
	if p.freq >= 0 {
		freq = string(bytes.Split(line[:tab], []byte(","))[p.freq])
	}
	for n, c := range p.pick.column {
		if i > len(line) {
			p.bad(p.n, len(line)+1, fmt.Sprintf("%d cells", n), fmt.Sprintf("%d, one a period", len(p.periods)), "a tab or the end of the line is missing; download the table again")
			return
		}
		if c >= 0 && p.freq >= 0 {
			i = p.fitted(line, i, c, freq, p.periods[n]) + 1
		} else if c >= 0 {
			i = p.cell(line, i, c) + 1
		} else if end := bytes.IndexByte(line[i:], '\t'); end >= 0 {
			i += end + 1
		} else {
			i = len(line) + 1
		}
	}
	if i <= len(line) {
		p.bad(p.n, i, fmt.Sprintf("more than %d cells", len(p.periods)), "one a period", "download the table again")
	}
}

// fitted reads the cell that begins at line[i], of a table of several
// frequencies, and gives the index of its end.
func (p *tsv) fitted(line []byte, i, c int, freq string, period obs.Period) int {
	if !fits(freq, period) {
		text, _, _ := bytes.Cut(line[i:], []byte("\t"))
		if got := bytes.TrimSpace(text); string(got) != ":" {
			p.refusal.Add(misfit(obs.Pos{File: p.m.File, Line: p.n, Col: i + 1}, obs.Quote(got), freq, period))
		}
		p.b.Missing(c)
		return i + len(text)
	}
	cols, r := p.b.Cursor()
	cols[c].Pos[r] = int64(p.n)<<32 | int64(i+1)
	return p.cell(line, i, c)
}
