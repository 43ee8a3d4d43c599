package letter

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// checksum is that of OpenType: the sum of the 32-bit words, the last one
// filled up with zeros.
func checksum(b []byte) uint32 {
	sum := uint32(0)
	for ; len(b) >= 4; b = b[4:] {
		sum += be.Uint32(b)
	}
	var last [4]byte
	copy(last[:], b)
	return sum + be.Uint32(last[:])
}

func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// TTF writes the subset as a TrueType file.
func (s *Subset) TTF() []byte { return ttf(s.tables()) }

// ttf joins tables, which stand in the order of their tags, and sets the sum
// over the file in head.
func ttf(tables []table) []byte {
	n := len(tables)
	pow, log := 1, 0
	for pow*2 <= n {
		pow, log = pow*2, log+1
	}
	out := be.AppendUint32(nil, 0x00010000)
	for _, v := range []int{n, 16 * pow, log, 16 * (n - pow)} {
		out = be.AppendUint16(out, uint16(v))
	}
	at, head := 12+16*n, 0
	for _, t := range tables {
		if t.tag == "head" {
			head = at
		}
		out = append(out, t.tag...)
		for _, v := range []uint32{checksum(t.data), uint32(at), uint32(len(t.data))} {
			out = be.AppendUint32(out, v)
		}
		at += (len(t.data) + 3) &^ 3
	}
	for _, t := range tables {
		out = pad(append(out, t.data...))
	}
	be.PutUint32(out[head+8:], 0xB1B0AFBA-checksum(out))
	return out
}

// WOFF writes the subset as a WOFF 1 file (W3C, 2012): the tables of the
// TrueType file, each deflated where that makes it smaller.
func (s *Subset) WOFF() ([]byte, error) {
	tables := s.tables()
	whole := ttf(tables)
	out := append([]byte("wOFF"), 0, 1, 0, 0)
	out = append(out, make([]byte, 44-len(out)+20*len(tables))...)
	for i, t := range tables {
		data := t.data
		if t.tag == "head" {
			data = bytes.Clone(data)
			at := be.Uint32(whole[12+16*i+8:])
			copy(data[8:12], whole[at+8:])
		}
		packed := data
		if len(data) > 60 {
			p, err := Deflate(data)
			if err != nil {
				return nil, fmt.Errorf("letter: table %s: %w", t.tag, err)
			}
			if len(p) < len(data) {
				packed = p
			}
		}
		dir := out[44+20*i:]
		copy(dir, t.tag)
		be.PutUint32(dir[4:], uint32(len(out)))
		be.PutUint32(dir[8:], uint32(len(packed)))
		be.PutUint32(dir[12:], uint32(len(data)))
		be.PutUint32(dir[16:], checksum(t.data))
		out = pad(append(out, packed...))
	}
	be.PutUint32(out[8:], uint32(len(out)))
	be.PutUint16(out[12:], uint16(len(tables)))
	be.PutUint32(out[16:], uint32(len(whole)))
	be.PutUint16(out[20:], 1)
	return out, nil
}

// deflaters are kept: each holds a megabyte of tables.
var deflaters = sync.Pool{New: func() any {
	w, err := zlib.NewWriterLevel(io.Discard, zlib.BestCompression)
	if err != nil {
		panic(err) // the level is one of the library's own
	}
	return w
}}

// Deflate packs data as zlib does, the same bytes each time.
func Deflate(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w := deflaters.Get().(*zlib.Writer)
	defer deflaters.Put(w)
	w.Reset(&b)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
