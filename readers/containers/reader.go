package containers

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
)

// Reader is the content of a file, unpacked. Its end is io.EOF only when every
// checksum has been compared and nothing follows; what was read before must not
// count. Other errors are a *DamageError, a *LimitError, one that says what the
// sender must do, or that of the reader below. The first stays.
type Reader struct {
	file   *delivery
	layers []*layer // outermost first
	in     *bufio.Reader
	err    error

	bytes, lines int64 // that have been read
	sound        int64 // bytes of them under a checksum
	soundLines   int64
}

// buffer is what is read ahead between two layers.
const buffer = 64 << 10

// Open unpacks what r delivers. It fails only as Read does.
func Open(r io.Reader, limits Limits) (*Reader, error) {
	return open(&Reader{file: &delivery{r: r}}, limits.OrDefaults())
}

// open adds layers until the content is no container.
func open(r *Reader, limits Limits) (*Reader, error) {
	var below io.Reader = r.file
	if n := len(r.layers); n > 0 {
		below = r.layers[n-1]
	}
	for {
		r.in = bufio.NewReaderSize(below, buffer)
		head, err := r.in.Peek(HeadBytes)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, r.cause(err)
		}
		kind := Of(head)
		if kind != None && len(r.layers) >= limits.Depth {
			return nil, &LimitError{Limit: "depth", Most: int64(limits.Depth)}
		}
		l := &layer{kind: kind, limits: limits, file: r.file}
		switch kind {
		case None:
			return r, nil
		case Gzip:
			l.next = (&gzipMembers{in: r.in}).next
		case Zstd:
			l.next = (&zstdFrames{in: r.in}).next
		case Bzip2:
			l.next = (&bzip2Streams{in: r.in}).next
		case Zip:
			return nil, refuse("it is a zip archive inside another container: take it out")
		}
		r.layers = append(r.layers, l)
		below = l
	}
}

// Kinds are the containers that the content was found in, outermost first.
func (r *Reader) Kinds() []Kind {
	var kinds []Kind
	for _, l := range r.layers {
		kinds = append(kinds, l.kind)
	}
	return kinds
}

// Unchecked tells whether some of what was read is under no checksum at all.
func (r *Reader) Unchecked() bool {
	return len(r.layers) > 0 && !slices.ContainsFunc(r.layers, func(l *layer) bool { return !l.unchecked })
}

// Read reads content.
func (r *Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.in.Read(p)
	r.count(p[:n])
	if err != nil {
		r.err = r.cause(err)
	}
	return n, r.err
}

// count counts content as it goes by, and how much of it is sound.
func (r *Reader) count(p []byte) {
	if len(r.layers) == 0 {
		return
	}
	sound := min(r.layers[len(r.layers)-1].sound, r.bytes+int64(len(p)))
	if sound > r.sound {
		r.sound, r.soundLines = sound, r.lines+int64(bytes.Count(p[:sound-r.bytes], newline))
	}
	r.bytes += int64(len(p))
	r.lines += int64(bytes.Count(p, newline))
}

var newline = []byte{'\n'}

// cause is the error that led to err: the outermost, for a layer that gets
// nothing more from below takes its own data for damaged.
func (r *Reader) cause(err error) error {
	if r.file.err != nil {
		return r.file.err
	}
	for _, l := range r.layers {
		if l.err != nil && !errors.Is(l.err, io.EOF) {
			err = l.err
			break
		}
	}
	if damage, ok := errors.AsType[*DamageError](err); ok {
		damage.Lines, damage.Sound = r.lines, r.soundLines
	}
	return err
}

// delivery counts the bytes of a file as they are taken, and keeps its error.
type delivery struct {
	r     io.Reader
	bytes int64
	err   error // but for io.EOF
}

func (d *delivery) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	d.bytes += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		d.err = err
	}
	return n, err
}
