package tables

import (
	"errors"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// A damaged length does not make the library take all memory: the buffer is refused, and that
// is the error.
func TestBuffersAreBounded(t *testing.T) {
	m := boundedMemory{memory.DefaultAllocator}
	for name, take := range map[string]func(){
		"made":  func() { m.Allocate(mostBuffer + 1) },
		"grown": func() { m.Reallocate(mostBuffer+1, m.Allocate(8)) },
	} {
		err := guard(func() error { take(); return nil })
		if !errors.Is(err, errBuffer) {
			t.Errorf("a buffer %s: error %v", name, err)
		}
	}
	if err := guard(func() error { m.Reallocate(16, m.Allocate(8)); return nil }); err != nil {
		t.Error(err)
	}
}
