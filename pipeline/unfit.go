package pipeline

import (
	"errors"
	"io"

	"github.com/clearsweep/clearsweep/storage"
)

// ErrUnfit tells that a source came whole from its store and is not what the
// layout reads. To read it again would not help; a caller that tries again stops.
var ErrUnfit = errors.New("the source is not what its layout reads")

// ErrInputChanged tells that a source is no longer the object that was found when
// the plan was opened. Another sweep finds what took its place.
var ErrInputChanged = errors.New("the input changed while it was read; start again when it is complete")

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
