package ingest

import "io"

// An ahead reads before it is asked to, so that unpacking and parsing go on at
// the same time. It must be stopped before what it reads from is used again.
type ahead struct {
	full, free chan []byte
	done       chan struct{} // closed to stop
	over       chan struct{} // closed once it has stopped
	err        error         // to be read after full is closed
	block      []byte        // what is handed out
	rest       []byte        // of block
}

const (
	aheadBlock  = 256 << 10
	aheadBlocks = 4
)

func readAhead(r io.Reader) *ahead {
	a := &ahead{full: make(chan []byte, aheadBlocks), free: make(chan []byte, aheadBlocks), done: make(chan struct{}), over: make(chan struct{})}
	for range aheadBlocks {
		a.free <- make([]byte, aheadBlock)
	}
	go a.run(r)
	return a
}

func (a *ahead) run(r io.Reader) {
	defer close(a.over)
	defer close(a.full)
	for {
		select {
		case <-a.done:
			return
		case b := <-a.free:
			n, err := r.Read(b)
			for err == nil && n < len(b) {
				var m int
				m, err = r.Read(b[n:])
				n += m
			}
			a.full <- b[:n] // there is room for every block
			if err != nil {
				a.err = err
				return
			}
		}
	}
}

// Block gives what was read next, until the following call, then the error that
// ended it.
func (a *ahead) Block() ([]byte, error) {
	for len(a.rest) == 0 {
		if a.block != nil {
			a.free <- a.block[:aheadBlock]
			a.block = nil
		}
		b, ok := <-a.full
		if !ok {
			return nil, a.err
		}
		a.block, a.rest = b, b
	}
	b := a.rest
	a.rest = nil
	return b, nil
}

// Read gives what was read, then the error that ended it.
func (a *ahead) Read(p []byte) (int, error) {
	b, err := a.Block()
	n := copy(p, b)
	a.rest = b[n:]
	return n, err
}

// stop ends the reading and waits for it.
func (a *ahead) stop() {
	close(a.done)
	<-a.over
}
