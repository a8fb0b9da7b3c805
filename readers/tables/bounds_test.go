package tables

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// TestPagesAreCounted walks pages as their headers describe them: one that is missing, or that
// reaches beyond its column, is seen.
func TestPagesAreCounted(t *testing.T) {
	header := func(kind, values, body byte) []byte { // in Thrift's compact form; numbers are doubled
		of := byte(0x2c) // field 5, of data
		if kind == dataPageV2 {
			of = 0x5c // field 8
		}
		return append([]byte{0x15, 2 * kind, 0x15, 2 * body, 0x15, 2 * body, of, 0x15, 2 * values, 0, 0}, make([]byte, body)...)
	}
	dictionary := []byte{0x15, 4, 0x15, 6, 0x15, 6, 0, 1, 2, 3}
	file := slices.Concat(dictionary, header(dataPage, 5, 20), header(dataPageV2, 3, 10))
	for name, c := range map[string]struct {
		cut, values int
		whole       bool
	}{
		"all of them": {0, 8, true}, "the first is enough": {21, 5, true}, "fewer values": {0, 9, false}, "more values": {0, 7, false}, "more in the first": {0, 4, false}, "the second is cut": {1, 8, false},
		"the second is missing": {21, 8, false}, "the first is cut": {22, 5, false},
	} {
		content := file[:len(file)-c.cut]
		size := int64(len(content))
		err := walkPages(t.Context(), bytes.NewReader(content), size, 0, size, int64(c.values))
		if c.whole != (err == nil) || err != nil && !errors.Is(err, errPages) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

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
