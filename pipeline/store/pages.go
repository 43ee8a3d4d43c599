package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unsafe"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/klauspost/compress/snappy"
)

// The column readers of the Parquet library decode a string for every cell and
// a level for every row, and make a reader and its buffers for every column.
// Here the pages, which the footer that the library reads says the place of, are
// read into room that is used again and decoded straight into codes and bitmaps:
// a run of equal codes is one fill. The layout is that of the Parquet format,
// sections Data Pages (V1), Plain, and RLE/Bit-Packing Hybrid.

var errPage = errors.New("a page does not decode: the file is damaged")

// A group reads the columns of one row group.
type group struct {
	in     io.ReaderAt
	size   int64 // of the file
	meta   *metadata.RowGroupMetaData
	rows   int
	column map[string]int

	packed, plain []byte // room
}

// pages calls f for each data page of a column, with its number of rows and its
// values. The dictionary, where there is one, is given to dict first. A page is
// gone when the next one comes.
func (g *group) pages(name string, dict func(page []byte, n int) error, f func(page []byte, rows int, coded bool) error) error {
	data, packed, err := g.chunk(name)
	if err != nil {
		return err
	}
	rows := 0
	for len(data) > 0 && rows < g.rows {
		h, n, err := readHeader(data)
		if err != nil || h.packed < 0 || h.plain < 0 || h.plain > maxBuffer || h.packed > len(data)-n {
			return fmt.Errorf("column %q: %w", name, errPage)
		}
		page := data[n : n+h.packed]
		data = data[n+h.packed:]
		if packed {
			if page, err = g.unpack(page, h.plain); err != nil {
				return fmt.Errorf("column %q: %w", name, errPage)
			}
		}
		switch h.kind {
		case dictionaryPage:
			err = dict(page, h.values)
		case dataPage:
			if rows += h.values; h.values < 0 || rows > g.rows {
				return fmt.Errorf("column %q: %w", name, errPage)
			}
			const plain = 0 // of parquet's Encoding
			err = f(page, h.values, h.encoding != plain)
		default:
			err = fmt.Errorf("pages of type %d are not ours", h.kind)
		}
		if err != nil {
			return fmt.Errorf("column %q: %w", name, err)
		}
	}
	if rows != g.rows {
		return fmt.Errorf("column %q ends after %d of %d rows", name, rows, g.rows)
	}
	return nil
}

// chunk reads the pages of a column as they stand in the file, and reports
// whether they are packed.
func (g *group) chunk(name string) (data []byte, packed bool, err error) {
	i, ok := g.column[name]
	if !ok {
		return nil, false, fmt.Errorf("no column %q", name)
	}
	c, err := g.meta.ColumnChunk(i)
	if err != nil {
		return nil, false, err
	}
	from, size := c.DataPageOffset(), c.TotalCompressedSize()
	if d := c.DictionaryPageOffset(); c.HasDictionaryPage() && d > 0 && d < from {
		from = d
	}
	if from < 0 || size < 0 || from > g.size || size > g.size-from {
		return nil, false, fmt.Errorf("column %q: %w", name, errPage)
	}
	switch c.Compression() {
	case compress.Codecs.Snappy:
		packed = true
	case compress.Codecs.Uncompressed:
	default:
		return nil, false, fmt.Errorf("column %q is packed by %v, which is not ours", name, c.Compression())
	}
	g.packed = room(g.packed, int(size))
	if _, err := g.in.ReadAt(g.packed, from); err != nil && err != io.EOF {
		return nil, false, err
	}
	return g.packed, packed, nil
}

func (g *group) unpack(page []byte, size int) ([]byte, error) {
	if n, err := snappy.DecodedLen(page); err != nil || n != size {
		return nil, errPage
	}
	g.plain = room(g.plain, size)
	return snappy.Decode(g.plain, page)
}

// room gives n bytes, of b if they fit.
func room(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

func noDictionary([]byte, int) error { return errPage }

// numbers reads a column of plain numbers. Where c is not nil the column may
// hold nulls, which go into its bitmap.
func numbers[T int32 | int64](g *group, name string, c *table.Column) ([]T, error) {
	out, at := make([]T, g.rows), 0
	size := int(unsafe.Sizeof(out[0]))
	err := g.pages(name, noDictionary, func(page []byte, rows int, coded bool) error {
		if coded {
			return errPage
		}
		dst := out[at : at+rows]
		known := rows
		if c != nil {
			levels, rest, err := levels(page)
			if err != nil {
				return err
			}
			if c.Valid == nil {
				c.Valid = make([]byte, (g.rows+7)/8)
			}
			if known, err = levels.bitmap(c.Valid, at, rows); err != nil {
				return err
			}
			page = rest
		}
		if len(page) < known*size {
			return errPage
		}
		copyPlain(dst[:known], page)
		if known < rows {
			spread(dst, c.Valid, at, known)
		}
		at += rows
		return nil
	})
	if err != nil {
		return nil, err
	}
	if c != nil && full(c.Valid, g.rows) {
		c.Valid = nil
	}
	return out, nil
}

// held reads a column of places as a bitmap of those that are any; nil where all
// are.
func held(g *group, name string) ([]byte, error) {
	out, at := make([]byte, (g.rows+7)/8), 0
	err := g.pages(name, noDictionary, func(page []byte, rows int, coded bool) error {
		if coded || len(page) < 8*rows {
			return errPage
		}
		for r := range rows {
			if binary.LittleEndian.Uint64(page[8*r:]) != 0 {
				out[(at+r)>>3] |= 1 << ((at + r) & 7)
			}
		}
		at += rows
		return nil
	})
	if err != nil || full(out, g.rows) {
		return nil, err
	}
	return out, nil
}

// decimals reads how many decimals each value has; nil where none has any.
func decimals(g *group, name string) ([]uint8, error) {
	wide, err := numbers[int32](g, name, nil)
	if err != nil {
		return nil, err
	}
	var out []uint8
	for i, v := range wide {
		if v < 0 || v > obs.MaxDecimals {
			return nil, fmt.Errorf("column %q: %w", name, errPage)
		}
		if v == 0 {
			continue
		}
		if out == nil {
			out = make([]uint8, len(wide))
		}
		out[i] = uint8(v)
	}
	return out, nil
}

// copyPlain takes numbers from a page. Plain numbers are little-endian, as
// Arrow's own columns are: the bytes are the numbers.
func copyPlain[T int32 | int64](dst []T, page []byte) {
	switch d := any(dst).(type) {
	case []int32:
		copy(arrow.Int32Traits.CastToBytes(d), page)
	case []int64:
		copy(arrow.Int64Traits.CastToBytes(d), page)
	}
}

// spread moves the known values, which stand without gaps at the head of dst,
// to the rows whose bits are set from bit `at` on.
func spread[T any](dst []T, valid []byte, at, known int) {
	var zero T
	for i := len(dst) - 1; i >= 0; i-- {
		if b := at + i; valid[b>>3]&(1<<(b&7)) != 0 {
			known--
			dst[i] = dst[known]
		} else {
			dst[i] = zero
		}
	}
}

func full(valid []byte, rows int) bool {
	for i := range rows / 8 {
		if valid[i] != 0xff {
			return false
		}
	}
	return rows%8 == 0 || valid[rows/8] == 1<<(rows%8)-1
}

// codes reads a string column as codes into values. With none = 1 the column
// may hold nulls, which are code 0; a column of nulls alone gives nil.
func codes[T uint8 | uint16](g *group, name string, values []string, none T) ([]T, error) {
	var out []T
	var lookup []T
	var valid []byte
	at := 0
	dict := func(page []byte, n int) (err error) {
		lookup, err = dictionaryCodes(page, n, values, none)
		return err
	}
	err := g.pages(name, dict, func(page []byte, rows int, coded bool) error {
		known := rows
		if none > 0 {
			levels, rest, err := levels(page)
			if err != nil {
				return err
			}
			if valid == nil {
				valid = make([]byte, (g.rows+7)/8)
			}
			if known, err = levels.bitmap(valid, at, rows); err != nil {
				return err
			}
			page = rest
		}
		if known > 0 {
			if out == nil {
				out = make([]T, g.rows)
			}
			if !coded || len(page) == 0 || page[0] > 16 {
				return errPage
			}
			dst := out[at : at+rows]
			h := hybrid{data: page[1:], width: uint(page[0])}
			if err := lookupAll(&h, dst[:known], lookup); err != nil {
				return err
			}
			if known < rows {
				spread(dst, valid, at, known)
			}
		}
		at += rows
		return nil
	})
	return out, err
}

// dictionaryCodes gives the table's code (plus none) for each string of a
// dictionary page.
func dictionaryCodes[T uint8 | uint16](page []byte, n int, values []string, none T) ([]T, error) {
	index := make(map[string]T, len(values))
	for i, v := range values {
		index[v] = T(i) + none
	}
	if n < 0 || n > len(page) || len(values)+int(none) > 1<<(8*unsafe.Sizeof(none)) {
		return nil, errPage
	}
	out := make([]T, n)
	for i := range out {
		if len(page) < 4 {
			return nil, errPage
		}
		size := int(binary.LittleEndian.Uint32(page))
		if size < 0 || size > len(page)-4 {
			return nil, errPage
		}
		s := page[4 : 4+size]
		page = page[4+size:]
		code, ok := index[string(s)]
		if !ok {
			return nil, fmt.Errorf("%s is not in the table's dictionary", obs.Quote(s))
		}
		out[i] = code
	}
	return out, nil
}

// levels cuts the definition levels off a page.
func levels(page []byte) (hybrid, []byte, error) {
	if len(page) < 4 {
		return hybrid{}, nil, errPage
	}
	n := int(binary.LittleEndian.Uint32(page))
	if n < 0 || n > len(page)-4 {
		return hybrid{}, nil, errPage
	}
	return hybrid{data: page[4 : 4+n], width: 1}, page[4+n:], nil
}

// A hybrid walks runs of equal values and stretches of bit-packed ones.
type hybrid struct {
	data  []byte
	width uint // bits a value, at most 16
}

// next gives the next run: n values, all equal to v, or packed where that is
// not nil.
func (h *hybrid) next() (n int, v uint32, packed []byte, err error) {
	head, k := binary.Uvarint(h.data)
	if k <= 0 || head>>1 > 1<<31 {
		return 0, 0, nil, errPage
	}
	h.data = h.data[k:]
	n = int(head >> 1)
	if head&1 == 1 {
		size := n * int(h.width)
		n *= 8
		if size > len(h.data) {
			size = len(h.data) // the last group may be cut short
			if h.width > 0 {
				n = size * 8 / int(h.width)
			}
		}
		packed, h.data = h.data[:size:size], h.data[size:]
		return n, 0, packed, nil
	}
	size := int(h.width+7) / 8
	if size > len(h.data) {
		return 0, 0, nil, errPage
	}
	for i := range size {
		v |= uint32(h.data[i]) << (8 * i)
	}
	h.data = h.data[size:]
	return n, v, nil, nil
}

// bitmap sets bits at.. of valid for rows levels, and counts those set.
func (h *hybrid) bitmap(valid []byte, at, rows int) (set int, err error) {
	for done := 0; done < rows; {
		n, v, packed, err := h.next()
		if err != nil || n == 0 {
			return 0, errPage
		}
		n = min(n, rows-done)
		switch {
		case packed != nil:
			for i := range n {
				if packed[i>>3]&(1<<(i&7)) != 0 {
					b := at + done + i
					valid[b>>3] |= 1 << (b & 7)
					set++
				}
			}
		case v == 1:
			setBits(valid, at+done, n)
			set += n
		}
		done += n
	}
	return set, nil
}

func setBits(valid []byte, from, n int) {
	for ; n > 0 && from&7 != 0; from, n = from+1, n-1 {
		valid[from>>3] |= 1 << (from & 7)
	}
	for ; n >= 8; from, n = from+8, n-8 {
		valid[from>>3] = 0xff
	}
	for ; n > 0; from, n = from+1, n-1 {
		valid[from>>3] |= 1 << (from & 7)
	}
}

// lookupAll fills dst with the codes of the indices that h holds.
func lookupAll[T uint8 | uint16](h *hybrid, dst, lookup []T) error {
	mask := uint32(1)<<h.width - 1
	for len(dst) > 0 {
		n, v, packed, err := h.next()
		if err != nil || n == 0 {
			return errPage
		}
		n = min(n, len(dst))
		if packed == nil {
			if int(v) >= len(lookup) {
				return errPage
			}
			c := lookup[v]
			for i := range dst[:n] {
				dst[i] = c
			}
		} else {
			var acc uint32
			var bits uint
			k := 0
			for i := range dst[:n] {
				for bits < h.width {
					acc |= uint32(packed[k]) << bits
					bits += 8
					k++
				}
				x := acc & mask
				acc >>= h.width
				bits -= h.width
				if int(x) >= len(lookup) {
					return errPage
				}
				dst[i] = lookup[x]
			}
		}
		dst = dst[n:]
	}
	return nil
}
