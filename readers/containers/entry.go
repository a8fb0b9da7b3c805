package containers

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

// Entry is one file of a zip archive. It is plain data.
type Entry struct {
	Name   string `json:"name"`
	Offset int64  `json:"offset"` // of its data in the archive
	Packed int64  `json:"packed"` // bytes of the data
	Size   int64  `json:"size"`   // bytes of its content
	CRC32  uint32 `json:"crc32"`  // of its content
	Method uint16 `json:"method"`
}

// methods are the ways in which the entries of an archive are packed that are
// read here.
var methods = map[uint16]func(r io.Reader) (io.Reader, error){
	0:  func(r io.Reader) (io.Reader, error) { return r, nil },
	8:  func(r io.Reader) (io.Reader, error) { return flate.NewReader(r), nil },
	12: func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil },
	zstd.ZipMethodWinZip: func(r io.Reader) (io.Reader, error) {
		z, err := newDecoder(r)
		return zstdMember{z}, err
	},
}

// Open unpacks the entry, whose data r delivers. It fails only as Read does.
func (e *Entry) Open(r io.Reader, limits Limits) (*Reader, error) {
	limits = limits.OrDefaults()
	file := &delivery{r: io.LimitReader(r, e.Packed)}
	opened := false
	next := func() (member, error) {
		if opened {
			return member{}, io.EOF
		}
		opened = true
		in, err := methods[e.Method](bufio.NewReaderSize(file, buffer))
		return member{Reader: &entryReader{entry: e, in: in}}, err
	}
	l := &layer{kind: Zip, limits: limits, file: file, next: next}
	return open(&Reader{file: file, layers: []*layer{l}}, limits)
}

// entryReader compares an entry with what the directory says of it.
type entryReader struct {
	entry *Entry
	in    io.Reader
	sum   uint32
	bytes int64
}

var errSize = errors.New("it is not as long as the directory of the archive says")

func (r *entryReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.sum = crc32.Update(r.sum, crc32.IEEETable, p[:n])
	r.bytes += int64(n)
	switch {
	case r.bytes > r.entry.Size, errors.Is(err, io.EOF) && r.bytes < r.entry.Size:
		err = errSize
	case errors.Is(err, io.EOF) && r.sum != r.entry.CRC32:
		err = errChecksum
	}
	return n, err
}
