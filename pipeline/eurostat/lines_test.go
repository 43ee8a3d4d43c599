package eurostat

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

// Lines are those of a bufio.Reader with room for MaxLine bytes, wherever blocks
// end.
func TestLines(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	broken := errors.New("broken")
	long := strings.Repeat("x", MaxLine)
	for _, in := range []string{"", "\n", "a", "a\n", "a\nb", "\n\n", "a\r\n\nb\n", long[1:] + "\na\n", long + "\na\n", "a\n" + long + "x", long[1:], "a\n" + long[1:]} {
		for _, end := range []error{nil, broken} {
			for range 3 {
				over := func() io.Reader {
					var r io.Reader = strings.NewReader(in)
					if end != nil {
						r = io.MultiReader(r, iotest.ErrReader(end))
					}
					return r
				}
				theirs := bufio.NewReaderSize(over(), MaxLine)
				ours := newLines(&pieces{over(), r})
				for n := 0; ; n++ {
					want, wantErr := theirs.ReadSlice('\n')
					got, err := ours.next()
					if !bytes.Equal(got, want) || err != wantErr {
						t.Fatalf("%.20q line %d: %d bytes %v, want %d bytes %v", in, n, len(got), err, len(want), wantErr)
					}
					if err != nil {
						break
					}
				}
			}
		}
	}
}

// pieces reads a few bytes at a time.
type pieces struct {
	io.Reader
	r *rand.Rand
}

func (p *pieces) Read(b []byte) (int, error) {
	return p.Reader.Read(b[:min(len(b), 1+p.r.IntN(1<<p.r.IntN(17)))])
}
