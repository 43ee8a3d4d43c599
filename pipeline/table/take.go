package table

// A Run is some rows of a chunk that stand together, From up to before To.
type Run struct{ Chunk, From, To int }

// Runs cuts the rows into those that pass and the others, each in chunks of at
// most ChunkRows rows. Pass is asked of each row with its codes by dimension.
func (t *Table) Runs(pass func(ch *Chunk, r int) bool) (passed, others [][]Run) {
	parts := [2][][]Run{}
	room := [2]int{}
	for c := range t.Chunks {
		ch := &t.Chunks[c]
		for r := 0; r < ch.Rows; {
			part := 1
			if pass(ch, r) {
				part = 0
			}
			if room[part] == 0 {
				parts[part] = append(parts[part], nil)
				room[part] = ChunkRows
			}
			from := r
			for r++; r < ch.Rows && r-from < room[part] && pass(ch, r) == (part == 0); r++ {
			}
			last := &parts[part][len(parts[part])-1]
			*last = append(*last, Run{c, from, r})
			room[part] -= r - from
		}
	}
	return parts[0], parts[1]
}

// Take copies runs of rows into one chunk.
func (t *Table) Take(runs []Run) Chunk {
	out := Chunk{Codes: make([][]uint16, len(t.Dims)), Cols: make([]Column, len(t.Periods))}
	for _, run := range runs {
		out.Rows += run.To - run.From
	}
	of := func(run Run) *Chunk { return &t.Chunks[run.Chunk] }
	for d := range t.Dims {
		out.Codes[d] = take(out.Rows, runs, func(run Run) []uint16 { return of(run).Codes[d] })
	}
	out.Line = take(out.Rows, runs, func(run Run) []int32 { return of(run).Line })
	for p := range t.Periods {
		col := func(run Run) *Column { return &of(run).Cols[p] }
		out.Cols[p] = Column{
			Val:     take(out.Rows, runs, func(run Run) []int32 { return col(run).Val }),
			Dec:     take(out.Rows, runs, func(run Run) []uint8 { return col(run).Dec }),
			Valid:   takeValid(out.Rows, runs, col),
			Flag:    take(out.Rows, runs, func(run Run) []uint8 { return col(run).Flag }),
			Pos:     take(out.Rows, runs, func(run Run) []int64 { return col(run).Pos }),
			Printed: take(out.Rows, runs, func(run Run) []uint16 { return col(run).Printed }),
		}
	}
	return out
}

// take copies runs of a slice that every chunk may have or lack: where one
// lacks it, zeroes stand. It is nil where all do.
func take[T any](rows int, runs []Run, of func(Run) []T) []T {
	var out []T
	at := 0
	for _, run := range runs {
		if s := of(run); s != nil {
			if out == nil {
				out = make([]T, rows)
			}
			copy(out[at:], s[run.From:run.To])
		}
		at += run.To - run.From
	}
	return out
}

func takeValid(rows int, runs []Run, of func(Run) *Column) []byte {
	var out []byte
	at := 0
	for _, run := range runs {
		col := of(run)
		if col.Valid == nil {
			at += run.To - run.From
			continue
		}
		for r := run.From; r < run.To; r++ {
			if !col.Known(r) {
				if out == nil {
					out = make([]byte, (rows+7)/8)
					fill(out)
					if n := rows & 7; n != 0 {
						out[len(out)-1] &= 1<<n - 1
					}
				}
				out[at>>3] &^= 1 << (at & 7)
			}
			at++
		}
	}
	return out
}
