package obs

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// read gives all that a reader says of a file: records, places, the error that
// ended it.
func read(next func() ([]string, func(int) (int, int), error)) string {
	var b strings.Builder
	for {
		rec, pos, err := next()
		if err != nil {
			fmt.Fprintf(&b, "%v", err)
			return b.String()
		}
		for i, f := range rec {
			line, col := pos(i)
			fmt.Fprintf(&b, "%d:%d %q ", line, col, f)
		}
		b.WriteByte('\n')
	}
}

func ours(c *CSV) string {
	return read(func() ([]string, func(int) (int, int), error) {
		err := c.Read()
		if err != nil {
			return nil, nil, err
		}
		return c.Strings(), c.Pos, nil
	})
}

func theirs(r io.Reader) string {
	c := csv.NewReader(r)
	return read(func() ([]string, func(int) (int, int), error) {
		rec, err := c.Read()
		return rec, c.FieldPos, err
	})
}

var csvTests = []string{
	"", "\n", "a", "a\n", "a,b\nc,d\n", "a,b\nc,d", "a,b\r\nc,d\r\n", "a,b\n\nc,d\n", "a,b\n\r\nc,d\n", "a,b\nc\n", "a,b\nc,d,e\n",
	"a,b\n\"c\",d\n", "a,b\nc,d\n\"c,\n\",d\ne,f\n", "a,b\nc,d\ne,\"f\n", "a,b\nc,d\ne,f\"g\n", "a\rb,c\n", "a\r\r\nb", "\r", "a,b\n\r", "\"a\"\nb,c\n",
	",\n,", "é,ж\n\xff,\n", "a,b\n1,2\n\"x\"\"y\",3\n4\n", "a\n\n\n\"b", "x,y\n\"1\",2\n\n3,4\r\n5\n",
}

// What is read is what encoding/csv reads, with its places and its errors.
func TestCSV(t *testing.T) {
	for _, in := range csvTests {
		if got, want := ours(NewCSV(strings.NewReader(in))), theirs(strings.NewReader(in)); got != want {
			t.Errorf("%q:\n got %s\nwant %s", in, got, want)
		}
	}
}

// Long lines and errors of the reader below come through.
func TestCSVOverOtherReaders(t *testing.T) {
	long := "a,b\n" + strings.Repeat("x", 100) + ",1\nc,d\n" + strings.Repeat("y", 200) + ",\"2\"\n"
	if got, want := ours(NewCSV(bufio.NewReaderSize(strings.NewReader(long), 16))), theirs(strings.NewReader(long)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	broken := errors.New("broken")
	for _, in := range []string{"a,b\nc,d\ne", "a,b\nc,d\n", "", "a,b\n\"c"} {
		with := func() io.Reader { return io.MultiReader(strings.NewReader(in), iotest.ErrReader(broken)) }
		if got, want := ours(NewCSV(with())), theirs(with()); got != want {
			t.Errorf("%q:\n got %s\nwant %s", in, got, want)
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, in := range csvTests {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if got, want := ours(NewCSV(bufio.NewReaderSize(strings.NewReader(in), 16))), theirs(strings.NewReader(in)); got != want {
			t.Errorf("%q:\n got %s\nwant %s", in, got, want)
		}
	})
}
