package storage

// buffers is a bounded free list of buffers of one size. Nobody waits for one:
// who gets none does without, so open readers cannot block one another.
type buffers struct {
	size  int64
	free  chan []byte
	fresh chan struct{} // a token for each buffer that may still be made
}

func newBuffers(size int64, n int) *buffers {
	b := &buffers{size: size, free: make(chan []byte, n), fresh: make(chan struct{}, n)}
	for range n {
		b.fresh <- struct{}{}
	}
	return b
}

// get returns a buffer, or nil if all are taken.
func (b *buffers) get() []byte {
	select {
	case buf := <-b.free:
		return buf
	default:
	}
	select {
	case <-b.fresh:
		return make([]byte, b.size)
	default:
		return nil
	}
}

// put gives a buffer back; it may be nil.
func (b *buffers) put(buf []byte) {
	if buf != nil {
		b.free <- buf
	}
}
