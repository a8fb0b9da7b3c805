package pipeline

import (
	"errors"
	"io"

	"github.com/clearsweep/clearsweep/storage"
)

// ErrUnfit tells that a source came whole from its store and is not what the
// layout reads. To read it again would not help; a caller that tries again stops.
var ErrUnfit = errors.New("the source is not what its layout reads")

// unfit is an error that is ErrUnfit and says what its cause says.
type unfit struct{ error }

func (u unfit) Unwrap() []error { return []error{u.error, ErrUnfit} }

// watchedReader keeps the error of a store, to tell it from one of the layout.
type watchedReader struct {
	io.Reader
	err error
}

func (w *watchedReader) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

// Object is what was found of the source when the plan was opened, and what is
// read of it: not one byte of another version.
func (s Source) Object() storage.Object { return s.object }
