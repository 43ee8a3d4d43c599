package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// damage changes a file in one of the ways that disks and people do.
func damage(r *rand.Rand, data []byte) []byte {
	out := bytes.Clone(data)
	at := r.IntN(len(out))
	switch r.IntN(6) {
	case 0:
		out[at] ^= 1 << r.IntN(8)
	case 1:
		out[at] = byte(r.Uint32())
	case 2:
		return out[:at]
	case 3: // a hole
		clear(out[at:min(len(out), at+1+r.IntN(64))])
	case 4: // a piece lost
		return append(out[:at], out[min(len(out), at+1+r.IntN(16)):]...)
	case 5: // the footer, where all the lengths are
		at = len(out) - 1 - r.IntN(min(len(out), 2000))
		out[at] = []byte{0, 0x7f, 0x80, 0xff, out[at] + 1}[r.IntN(5)]
	}
	return out
}

// walk looks at every cell of a table that a damaged file gave.
func walk(t *table.Table) {
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			for p := range t.Periods {
				t.Observation(c, r, p)
				t.Chunks[c].Held(r, p)
			}
		}
	}
	t.Count()
}

// together does all jobs at once.
func together(n int, job func(i int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = job(i) })
	}
	wg.Wait()
	return cmp.Or(errs...)
}

// A damaged table is never taken for another one.
func TestDamagedTableIsNoticed(t *testing.T) {
	dir := t.TempDir()
	l, _ := Create(dir)
	want := random(5, 300, true, "raw")
	put(t, l, want, "raw")
	m := l.Vintages()[0]
	name := filepath.Join(dir, filepath.FromSlash(l.entries[0].Parquet))
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for range 50 { // nobody takes the file away from somebody else
		l.Each = together
		if got, err := l.Load(m, table.Want{}); err != nil || differ(got, want) != "" {
			t.Fatalf("read on every processor: %v", err)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 400 {
		if l.Each = nil; i%2 == 1 {
			l.Each = together
		}
		bad := damage(r, whole)
		if err := os.WriteFile(name, bad, 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := l.Load(m, table.Want{})
		if bytes.Equal(bad, whole) != (err == nil) {
			t.Fatalf("%d of %d bytes: %v", len(bad), len(whole), err)
		}
		if err != nil && (!strings.HasPrefix(err.Error(), name+" is damaged: its crc32c is ") || !strings.HasSuffix(err.Error(), "\n\thint: bring it back from a copy, or add "+l.entries[0].Raw+" to a new lake")) {
			t.Fatalf("got %v", err)
		}
	}

	// Lakes of before the sum was kept are read without it.
	if err := os.WriteFile(name, whole, 0o666); err != nil {
		t.Fatal(err)
	}
	l.entries[0].CRC32C = ""
	if got, err := l.Load(m, table.Want{}); err != nil || differ(want, got) != "" {
		t.Errorf("got %v, %v", got, err)
	}
}

// Without the sum, damage is an error or a table: never a panic, and never
// memory without bounds.
func TestDamageWithoutASum(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	var before, after runtime.MemStats
	for seed := range uint64(4) {
		var buf bytes.Buffer
		if err := writeParquet(&buf, random(seed, 400, seed%2 == 0, "raw")); err != nil {
			t.Fatal(err)
		}
		for range 600 {
			bad := damage(r, buf.Bytes())
			runtime.ReadMemStats(&before)
			got, err := readParquet(bytes.NewReader(bad), table.Want{}, inTurn)
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 1<<30 {
				t.Errorf("%d bytes were asked for (%v)", n, err)
			}
			if err == nil {
				walk(got)
			}
		}
	}
}

func FuzzParquet(f *testing.F) {
	for seed := range uint64(6) {
		var buf bytes.Buffer
		if err := writeParquet(&buf, random(seed, 1+int(seed)*7, seed%2 == 0, "raw")); err != nil {
			f.Fatal(err)
		}
		f.Add(buf.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := readParquet(bytes.NewReader(data), table.Want{}, inTurn)
		if err == nil {
			walk(got)
		}
	})
}

// slowRuns decodes a hybrid value by value, as the Parquet format describes it.
func slowRuns(data []byte, width uint, n int) (out []uint32, ok bool) {
	for len(out) < n {
		head, k := binary.Uvarint(data)
		if k <= 0 || head>>1 == 0 || head>>1 > 1<<31 {
			return nil, false
		}
		data = data[k:]
		if head&1 == 1 {
			bits, left := uint(len(data))*8, uint64(head>>1)*8
			at := uint(0)
			for ; left > 0 && at+width <= bits && len(out) < n; left-- {
				v := uint32(0)
				for b := range width {
					v |= uint32(data[(at+b)>>3]>>((at+b)&7)&1) << b
				}
				out = append(out, v)
				at += width
			}
			if len(out) == n {
				break
			}
			if left > 0 && at == 0 {
				return nil, false // cut short before its first value
			}
			data = data[min(uint64(len(data)), (head>>1)*uint64(width)):]
			continue
		}
		size := int(width+7) / 8
		if size > len(data) {
			return nil, false
		}
		v := uint32(0)
		for i := range size {
			v |= uint32(data[i]) << (8 * i)
		}
		data = data[size:]
		for range min(head>>1, uint64(n-len(out))) {
			out = append(out, v)
		}
	}
	return out, true
}

// FuzzPages sets the decoding by runs against one by single values.
func FuzzPages(f *testing.F) {
	f.Add([]byte{3, 0x88, 0xc6, 0xfa}, byte(3), 8)
	f.Add([]byte{3, 0x88, 0xc6, 0xfa}, byte(3), 0)
	f.Add([]byte{3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, byte(16), 3)
	f.Add([]byte{4, 0xff, 0xff}, byte(16), 2)
	f.Add([]byte{0x10, 1, 0x03, 0xff}, byte(1), 16)
	f.Add([]byte{0x05, 0xff, 0x0f, 0x21}, byte(1), 13)
	f.Add([]byte{0x09, 1, 2, 3, 4, 5, 6, 7, 8}, byte(16), 4)
	f.Add([]byte{0x03, 0x04, 0x00}, byte(0), 20)
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x1f, 1}, byte(8), 100)
	f.Fuzz(func(t *testing.T, data []byte, w byte, n int) {
		width := uint(w % 17)
		if n < 0 || n > 5000 {
			return
		}
		lookup := make([]uint16, 1000)
		for i := range lookup {
			lookup[i] = uint16(i * 3)
		}
		want, ok := slowRuns(data, width, n)
		legal := ok
		for _, v := range want {
			legal = legal && int(v) < len(lookup)
		}
		got := make([]uint16, n)
		if err := lookupAll(&hybrid{data: data, width: width}, got, lookup); (err == nil) != legal {
			t.Fatalf("%x, width %d, %d values: %v, legal %v", data, width, n, err, legal)
		}
		for i := range want {
			if legal && got[i] != lookup[want[i]] {
				t.Fatalf("%x, width %d: value %d is %d, want %d", data, width, i, got[i], lookup[want[i]])
			}
		}

		want, ok = slowRuns(data, 1, n)
		at := int(w % 9)
		bits := make([]byte, (at+n+7)/8)
		set, err := (&hybrid{data: data, width: 1}).bitmap(bits, at, n)
		if (err == nil) != ok {
			t.Fatalf("%x, %d levels: %v, legal %v", data, n, err, ok)
		}
		count := 0
		for i, v := range want {
			if v == 1 {
				count++
			}
			if on := bits[(at+i)>>3]&(1<<((at+i)&7)) != 0; ok && on != (v == 1) {
				t.Fatalf("%x: level %d is %v, want %d", data, i, on, v)
			}
		}
		if ok && count != set {
			t.Fatalf("%x: %d set, want %d", data, set, count)
		}

		// These have no second opinion; they must not panic.
		if _, rest, err := levels(data); err == nil && len(rest) > len(data) {
			t.Fatal("levels grew")
		}
		out, err := dictionaryCodes(data, n-1, []string{"", "a", "bc"}, uint8(w%2))
		if err == nil && len(out) != n-1 {
			t.Fatalf("%d codes of %d", len(out), n-1)
		}
	})
}

// spread agrees with a list of what each row should hold.
func TestSpread(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for n := range 200 {
		at := r.IntN(20)
		valid := make([]byte, (at+n+7)/8)
		var want, dense []int32
		for i := range n {
			if r.IntN(2) == 0 {
				valid[(at+i)>>3] |= 1 << ((at + i) & 7)
				dense = append(dense, int32(i+1))
				want = append(want, int32(i+1))
			} else {
				want = append(want, 0)
			}
		}
		dst := make([]int32, n)
		for i := range dst {
			dst[i] = -1 // what an earlier use left
		}
		copy(dst, dense)
		spread(dst, valid, at, len(dense))
		if fmt.Sprint(dst) != fmt.Sprint(want) {
			t.Fatalf("%d rows from %d: got %v, want %v", n, at, dst, want)
		}
	}
}

// No int32 has more than nine digits behind its point: a file that says so lies.
func TestTooManyDecimals(t *testing.T) {
	b := table.NewBuilder(table.Meta{}, []string{"geo"}, []obs.Period{"2022", "2023"})
	b.Start(2)
	b.Intern(0, []byte("DE"))
	b.Count(0, 5)
	b.Count(1, 5)
	b.Decimals(1, obs.MaxDecimals+1)
	tab, _ := b.Freeze()
	var buf bytes.Buffer
	if err := writeParquet(&buf, tab); err != nil {
		t.Fatal(err)
	}
	if got, err := readParquet(bytes.NewReader(buf.Bytes()), table.Want{Periods: []obs.Period{"2022"}}, inTurn); err != nil || !got.Decimals || got.Chunks[0].Cols[0].Dec != nil {
		t.Errorf("the sound half: %v, %v", got, err)
	}
	_, err := readParquet(bytes.NewReader(buf.Bytes()), table.Want{}, inTurn)
	if want := `column "2023_decimals": a page does not decode: the file is damaged`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
