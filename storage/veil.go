package storage

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"io"
	"sync/atomic"
)

// veil encrypts what a process writes down for itself alone, with a key that is nowhere
// but in its memory: AES-256 in counter mode, so that a piece can be read from anywhere.
// What a process that was killed leaves is noise. It does not tell whether somebody
// changed the bytes: whoever reads them compares a sum.
type veil struct {
	block cipher.Block
	files atomic.Uint64 // that were begun
}

func newVeil() (*veil, error) {
	var key [32]byte
	rand.Read(key[:]) // never fails: crypto/rand ends the program instead
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return &veil{block: block}, nil
}

// next is the number of a new file. No two files of a key have the same, for that would
// show where they differ.
func (v *veil) next() uint64 { return v.files.Add(1) }

// stream is the key stream of a file from an offset on.
func (v *veil) stream(file uint64, offset int64) cipher.Stream {
	var counter [aes.BlockSize]byte
	binary.BigEndian.PutUint64(counter[:8], file)
	binary.BigEndian.PutUint64(counter[8:], uint64(offset)/aes.BlockSize) //nolint:gosec // not negative
	s := cipher.NewCTR(v.block, counter[:])
	var skipped [aes.BlockSize]byte
	skip := skipped[:offset%aes.BlockSize]
	s.XORKeyStream(skip, skip)
	return s
}

// veiledWriter encrypts one file from its beginning.
type veiledWriter struct {
	Writer
	stream cipher.StreamWriter
	commit func()
}

func (w *veiledWriter) Write(p []byte) (int, error) { return w.stream.Write(p) }

// Commit makes the file readable.
func (w *veiledWriter) Commit() error {
	err := w.Writer.Commit()
	if err == nil {
		w.commit()
	}
	return err
}

// veiledReader decrypts what it reads.
type veiledReader struct {
	cipher.StreamReader
	io.Closer
}
