package eurostat

import (
	"bufio"
	"bytes"
	"io"
)

// A blockReader hands out what it reads in blocks, each until the next call.
type blockReader interface{ Block() ([]byte, error) }

// Lines cuts what is read into lines where it stands: only those that lie in two
// blocks are put together.
type lines struct {
	in   blockReader
	rest []byte // of the block
	part []byte // of a line that began in an earlier block
}

func newLines(r io.Reader) *lines {
	if b, ok := r.(blockReader); ok {
		return &lines{in: b}
	}
	return &lines{in: &ownBlocks{r: r}}
}

// next gives the next line with its end, until the following call, as
// bufio.Reader.ReadSlice does: what stands before the end of the file or an
// error comes with it, and a line of more than MaxLine bytes is
// bufio.ErrBufferFull.
func (l *lines) next() ([]byte, error) {
	if i := bytes.IndexByte(l.rest, '\n'); i >= 0 && i < MaxLine {
		line := l.rest[:i+1]
		l.rest = l.rest[i+1:]
		return line, nil
	}
	l.part = append(l.part[:0], l.rest...)
	l.rest = nil
	for {
		if len(l.part) >= MaxLine {
			return l.part[:MaxLine], bufio.ErrBufferFull
		}
		block, err := l.in.Block()
		if i := bytes.IndexByte(block, '\n'); i >= 0 && len(l.part)+i < MaxLine {
			l.part, l.rest = append(l.part, block[:i+1]...), block[i+1:]
			return l.part, nil
		}
		l.part = append(l.part, block...)
		if err != nil {
			return l.part, err
		}
	}
}

// ownBlocks reads blocks from any reader.
type ownBlocks struct {
	r   io.Reader
	buf []byte
	err error
}

// Block gives what is there, and the error that ends it once nothing is.
func (b *ownBlocks) Block() ([]byte, error) {
	if b.buf == nil {
		b.buf = make([]byte, 1<<16)
	}
	for empty := 0; b.err == nil; empty++ {
		n, err := b.r.Read(b.buf)
		if b.err = err; n > 0 {
			return b.buf[:n], nil
		}
		if empty == 100 {
			b.err = io.ErrNoProgress
		}
	}
	return nil, b.err
}
