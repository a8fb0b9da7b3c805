package pipeline

import (
	"context"
	"errors"
	"io"
)

// ErrUnfit tells that a source came whole from its store and is not what the
// layout reads, damaged, or larger than the limits once it is unpacked. To read it
// again would not help; a caller that tries again stops.
var ErrUnfit = errors.New("the source is not what its layout reads")

// ErrInputChanged tells that a source is no longer the object that was found when
// the plan was opened. Another sweep finds what took its place.
var ErrInputChanged = errors.New("the input changed while it was read; start again when it is complete")

// unfit is an error that is ErrUnfit and says what its cause says.
type unfit struct{ error }

func (u unfit) Unwrap() []error { return []error{u.error, ErrUnfit} }

// fallible is a source that is read, whose own errors are told from those of what is in it.
type fallible struct {
	io.Reader
	err error
}

func (f *fallible) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// unfit is ErrUnfit where an error is of what was read.
func (f *fallible) unfit(ctx context.Context, err error) error {
	if f.err == nil && ctx.Err() == nil {
		return unfit{err}
	}
	return err
}
