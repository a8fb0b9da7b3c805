package containers

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	zstdMagic      = "\x28\xb5\x2f\xfd"
	skippableMagic = "\x2a\x4d\x18" // after a byte from 0x50 to 0x5f
)

// zstdWindow is the largest window that a frame may ask for, in bytes: that of
// level 20. A decoder holds it, and a little more.
const zstdWindow = 32 << 20

// zstdFrames opens the frames of a zstd file.
type zstdFrames struct {
	in *bufio.Reader
	z  *zstd.Decoder
}

func (f *zstdFrames) next() (_ member, err error) {
	frame, err := f.frame()
	if err != nil {
		return member{}, err
	}
	if f.z == nil {
		f.z, err = newDecoder(frame)
	} else {
		err = f.z.Reset(frame)
	}
	return member{Reader: zstdMember{f.z}, unchecked: !frame.checked}, err
}

// newDecoder makes a decoder that starts no goroutine and needs no closing.
func newDecoder(r io.Reader) (*zstd.Decoder, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
}

// frame finds the next frame that has content.
func (f *zstdFrames) frame() (*zstdFrame, error) {
	for {
		head, err := f.in.Peek(4)
		switch {
		case len(head) == 0:
			return nil, err
		case string(head) == zstdMagic:
			return newFrame(f.in)
		case len(head) < 4 || head[0]&0xf0 != 0x50 || string(head[1:]) != skippableMagic:
			return nil, errJunk
		}
		if head, err = f.in.Peek(8); err != nil {
			return nil, noEOF(err)
		}
		if _, err := io.CopyN(io.Discard, f.in, 8+int64(binary.LittleEndian.Uint32(head[4:]))); err != nil {
			return nil, noEOF(err)
		}
	}
}

// zstdMember says in our words what is wrong.
type zstdMember struct{ z *zstd.Decoder }

func (z zstdMember) Read(p []byte) (int, error) {
	n, err := z.z.Read(p)
	switch {
	case errors.Is(err, zstd.ErrCRCMismatch):
		err = errChecksum
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		err = refuse("its zstd window is larger than %d MiB: have it compressed at level 20 or below, and without --long", zstdWindow>>20)
	case errors.Is(err, zstd.ErrUnknownDictionary):
		err = refuse("it was compressed with a zstd dictionary: have it compressed without one")
	}
	return n, err
}

// zstdFrame passes on the bytes of one frame and none of the next: the decoder
// would go on by itself, and tell neither where a frame ends nor whether it has
// a checksum.
type zstdFrame struct {
	in      *bufio.Reader
	left    int64 // bytes up to the next block
	last    bool  // no block follows
	checked bool  // a checksum ends the frame
}

// newFrame looks at the header of a frame.
func newFrame(in *bufio.Reader) (*zstdFrame, error) {
	head, err := in.Peek(len(zstdMagic) + 1)
	if err != nil {
		return nil, noEOF(err)
	}
	descriptor := head[len(zstdMagic)]
	single := descriptor&0x20 != 0
	size := int64(len(head)) + [...]int64{0, 1, 2, 4}[descriptor&3] + [...]int64{0, 2, 4, 8}[descriptor>>6]
	if !single || descriptor>>6 == 0 { // the window, or the content size of one byte
		size++
	}
	return &zstdFrame{in: in, left: size, checked: descriptor&4 != 0}, nil
}

func (f *zstdFrame) Read(p []byte) (int, error) {
	for f.left == 0 {
		if f.last {
			return 0, io.EOF
		}
		if err := f.block(); err != nil {
			return 0, err
		}
	}
	n, err := f.in.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	return n, noEOF(err)
}

// block looks at the header of a block.
func (f *zstdFrame) block() error {
	head, err := f.in.Peek(3)
	if err != nil {
		return noEOF(err)
	}
	header := int64(head[0]) | int64(head[1])<<8 | int64(head[2])<<16
	f.left = 3 + header>>3
	if header>>1&3 == 1 { // one byte, repeated
		f.left = 4
	}
	f.last = header&1 != 0
	if f.last && f.checked {
		f.left += 4
	}
	return nil
}
