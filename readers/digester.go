package readers

import (
	"crypto/sha256"
	"hash"
)

// digester hashes a stream beside the one who reads it: to hash costs as much as to
// find the rows. It copies what it is given.
type digester struct {
	work chan []byte   // to be hashed, in order
	free chan []byte   // buffers that are not in use
	done chan struct{} // closed when all work is hashed
	hash hash.Hash     // of the goroutine, until done
	open []byte        // being filled
	over bool
}

// digestBuffers are as many as keep both at work.
const digestBuffers = 3

func newDigester() *digester {
	d := &digester{
		work: make(chan []byte, digestBuffers), free: make(chan []byte, digestBuffers), done: make(chan struct{}), hash: sha256.New(),
	}
	for range digestBuffers {
		d.free <- nil // made when it is needed
	}
	go func() {
		defer close(d.done)
		for b := range d.work {
			d.hash.Write(b)
			d.free <- b
		}
	}()
	return d
}

func (d *digester) write(p []byte) {
	for len(p) > 0 {
		if d.open == nil {
			if d.open = <-d.free; d.open == nil {
				d.open = make([]byte, 0, surveyBuffer)
			}
			d.open = d.open[:0]
		}
		n := min(len(p), cap(d.open)-len(d.open))
		d.open = append(d.open, p[:n]...)
		p = p[n:]
		if len(d.open) == cap(d.open) {
			d.work <- d.open
			d.open = nil
		}
	}
}

// sum is the SHA-256 of all that was written. Nothing is written after it.
func (d *digester) sum() []byte {
	if len(d.open) > 0 {
		d.work <- d.open
		d.open = nil
	}
	d.stop()
	return d.hash.Sum(nil)
}

// stop ends the goroutine. It may be called again.
func (d *digester) stop() {
	if !d.over {
		d.over = true
		close(d.work)
	}
	<-d.done
}
