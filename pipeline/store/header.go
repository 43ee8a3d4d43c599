package store

import "encoding/binary"

// A header is what stands before a page: Parquet's PageHeader, in the compact
// protocol of Thrift, as far as pages of ours go.
type header struct {
	kind          int // dataPage, dictionaryPage or another
	plain, packed int // bytes
	values        int
	encoding      int
}

// Kinds of pages.
const (
	dataPage       = 0
	dictionaryPage = 2
)

// readHeader reads the header at the beginning of data, and says how long it is.
func readHeader(data []byte) (h header, n int, err error) {
	t := thrift{data: data}
	t.fields(func(id, kind int) {
		switch {
		case id == 1 && kind == thriftI32:
			h.kind = t.int()
		case id == 2 && kind == thriftI32:
			h.plain = t.int()
		case id == 3 && kind == thriftI32:
			h.packed = t.int()
		case (id == 5 || id == 7) && kind == thriftStruct: // of a data page, of a dictionary
			t.fields(func(id, kind int) {
				switch {
				case id == 1 && kind == thriftI32:
					h.values = t.int()
				case id == 2 && kind == thriftI32:
					h.encoding = t.int()
				default:
					t.skip(kind)
				}
			})
		default:
			t.skip(kind)
		}
	})
	if t.bad {
		return h, 0, errPage
	}
	return h, len(data) - len(t.data), nil
}

// A thrift reads the compact protocol of Thrift: a struct is fields, each led by
// a byte with its type and how far its number is from the last one, up to a 0.
type thrift struct {
	data  []byte
	depth int
	bad   bool // what follows cannot be read
}

// Types of the compact protocol.
const (
	thriftTrue = iota + 1
	thriftFalse
	thriftByte
	thriftI16
	thriftI32
	thriftI64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
)

func (t *thrift) byte() int {
	if t.bad = t.bad || len(t.data) == 0; t.bad {
		return 0
	}
	b := t.data[0]
	t.data = t.data[1:]
	return int(b)
}

func (t *thrift) uvarint() uint64 {
	v, n := binary.Uvarint(t.data)
	if t.bad = t.bad || n <= 0; t.bad {
		return 0
	}
	t.data = t.data[n:]
	return v
}

// int reads a number of 32 bits or fewer.
func (t *thrift) int() int {
	v := t.uvarint()
	n := int64(v>>1) ^ -int64(v&1)
	t.bad = t.bad || n != int64(int32(n))
	return int(n)
}

func (t *thrift) bytes(n uint64) {
	if t.bad = t.bad || n > uint64(len(t.data)); !t.bad {
		t.data = t.data[n:]
	}
}

// fields calls f for each field of a struct; f reads or skips its value.
func (t *thrift) fields(f func(id, kind int)) {
	if t.depth++; t.depth > 16 {
		t.bad = true
	}
	for id := 0; !t.bad; {
		b := t.byte()
		if b == 0 {
			break
		}
		if delta := b >> 4; delta > 0 {
			id += delta
		} else {
			id = t.int()
		}
		f(id, b&15)
	}
	t.depth--
}

// skip passes over a value.
func (t *thrift) skip(kind int) {
	switch kind {
	case thriftTrue, thriftFalse: // the type says it
	case thriftByte:
		t.byte()
	case thriftI16, thriftI32, thriftI64:
		t.uvarint()
	case thriftDouble:
		t.bytes(8)
	case thriftBinary:
		t.bytes(t.uvarint())
	case thriftStruct:
		t.fields(func(_, kind int) { t.skip(kind) })
	default: // lists and maps stand in no header of ours
		t.bad = true
	}
}
