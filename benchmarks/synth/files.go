package synth

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// extract is the files of an extract while they are written.
type extract struct {
	dice
	format Format
	files  []*file
	afar   [][]byte // rows kept back, to be written far from where they belong
	sent   int64
}

// keptBack is the number of scattered rows that wait at any time.
const keptBack = 4096

// newExtract creates the files in dir.
func newExtract(dir string, cfg Config) (*extract, error) {
	e := &extract{dice: newDice(cfg.Seed + 1), format: cfg.Format, afar: make([][]byte, keptBack)}
	extension := map[Format]string{CSV: "csv", Fixed: "txt", Segments: "dat"}[cfg.Format]
	for i := range cfg.Files {
		f, err := create(filepath.Join(dir, fmt.Sprintf("charges-%03d.%s", i+1, extension)))
		if err != nil {
			return e, err
		}
		e.files = append(e.files, f)
		f.write(head(cfg.Format))
	}
	return e, nil
}

// near writes a row to the file of the moment: the files fill up one after the
// other as done goes from 0 to all.
func (e *extract) near(row []byte, done, all int64) {
	i := done * int64(len(e.files)) / all
	e.files[min(i, int64(len(e.files)-1))].row(row)
}

// far keeps a row back and writes one that was kept back to any file.
func (e *extract) far(row []byte) {
	e.sent++
	i := e.IntN(len(e.afar))
	e.release(i)
	e.afar[i] = append(e.afar[i], row...)
}

func (e *extract) release(i int) {
	if len(e.afar[i]) > 0 {
		pick(e.dice, e.files).row(e.afar[i])
		e.afar[i] = e.afar[i][:0]
	}
}

// close writes what is kept back and the ends of the files. It reports the
// first error of any write.
func (e *extract) close() (size int64, err error) {
	if len(e.files) > 0 {
		for i := range e.afar {
			e.release(i)
		}
	}
	for _, f := range e.files {
		f.write(tail(e.format, f.rows, f.records))
		err = errors.Join(err, f.close())
		size += f.size
	}
	return size, err
}

// file is a file that remembers its first error until it is closed.
type file struct {
	f       *os.File
	w       *bufio.Writer
	rows    int64
	records int64 // of Segments
	size    int64
}

// create makes a new file, which only its owner can read. It is an error if
// there is one: mixed extracts have no truth.
func create(path string) (*file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("synth: %w", err)
	}
	return &file{f: f, w: bufio.NewWriterSize(f, 1<<16)}, nil
}

func (f *file) row(row []byte) {
	f.rows++
	f.records += countRecords(row)
	f.write(row)
}

func (f *file) write(b []byte) {
	n, _ := f.w.Write(b) // close reports it
	f.size += int64(n)
}

func (f *file) close() error {
	err := errors.Join(f.w.Flush(), f.f.Close())
	if err != nil {
		return fmt.Errorf("synth: write %s: %w", f.f.Name(), err)
	}
	return nil
}
