package run

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"reflect"
	"slices"
)

// File is the SHA-256 of a file's bytes, in hex; "" if no file is named.
func File(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	in, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer in.Close()
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Sum is a SHA-256, in hex, over values and all that they hold, at any depth and
// whether it can be seen from elsewhere or not: two of one type have the same sum
// if they have the same content. Functions have none, and are passed over.
func Sum(values ...any) string {
	s := summer{h: sha256.New()}
	s.value(reflect.ValueOf(values)) // an interface each: with their types
	return hex.EncodeToString(s.h.Sum(nil))
}

type summer struct {
	h    hash.Hash
	room [8]byte
}

func (s *summer) number(n uint64) {
	binary.LittleEndian.PutUint64(s.room[:], n)
	s.h.Write(s.room[:])
}

func (s *summer) text(t string) {
	s.number(uint64(len(t)))
	io.WriteString(s.h, t)
}

// value adds a value, each with its kind or its length first, so that none can be
// taken for another.
func (s *summer) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		n := uint64(0)
		if v.Bool() {
			n = 1
		}
		s.number(n)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		s.number(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		s.number(v.Uint())
	case reflect.Float32, reflect.Float64:
		f := v.Float()
		if f != f {
			f = math.NaN() // there are many, which mean the same
		}
		s.number(math.Float64bits(f))
	case reflect.String:
		s.text(v.String())
	case reflect.Slice, reflect.Array:
		s.number(uint64(v.Len()))
		for i := range v.Len() {
			s.value(v.Index(i))
		}
	case reflect.Map:
		s.entries(v)
	case reflect.Struct:
		s.text(v.Type().String())
		for i := range v.NumField() {
			s.value(v.Field(i))
		}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			s.text("nil")
			return
		}
		s.text(v.Elem().Type().String())
		s.value(v.Elem())
	case reflect.Func:
	default:
		panic(fmt.Sprintf("run: a %s has no sum", v.Type()))
	}
}

// entries adds a map in the order of its entries' own sums.
func (s *summer) entries(v reflect.Value) {
	var sums []string
	for it := v.MapRange(); it.Next(); {
		one := summer{h: sha256.New()}
		one.value(it.Key())
		one.value(it.Value())
		sums = append(sums, string(one.h.Sum(nil)))
	}
	slices.Sort(sums)
	s.number(uint64(len(sums)))
	for _, x := range sums {
		io.WriteString(s.h, x)
	}
}
