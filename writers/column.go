package writers

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// errUTF8 refuses text that other readers would refuse the whole file for.
var errUTF8 = errors.New("not valid UTF-8")

// column gathers the values of one column of a row group. Exactly one builder
// is set. The buffers of an array are never used again for the next one: the
// Parquet library keeps pointers into the last column it wrote.
type column struct {
	field    arrow.Field
	words    *words
	texts    *array.StringBuilder
	dates    *array.Date32Builder
	integers *array.Int64Builder
	masks    *array.Uint64Builder
	flags    *array.BooleanBuilder
}

// wordy are the text columns of few different values. They are dictionary
// encoded; all others are not, because the footer of a file whose dictionary
// overflows can differ between equal runs.
var wordy = map[string]bool{
	"source": true, "county": true, "code": true, "code_match": true, "inchoate": true, "severity": true,
	"disposition": true, "disposition_raw": true, "policy": true, "rule": true, "outcome": true,
	"remedy_floor": true, "remedy_ceiling": true, "legal_basis": true, "clause": true, "reason": true,
	"question": true, "sentence": true, "degree": true, "incarcerated": true, "restitution": true, "substances": true,
	"substance_evidence": true, "victim_relation": true, "priority": true,
	"leaf": true, "who": true, "column": true, "explanation": true,
}

func newColumn(field arrow.Field, mem memory.Allocator) *column {
	c := &column{field: field}
	switch field.Type.ID() { //nolint:exhaustive // our schemas have these types only
	case arrow.STRING:
		if wordy[field.Name] {
			c.words = newWords(mem)
			c.field.Type = wordType
		} else {
			c.texts = array.NewStringBuilder(mem)
		}
	case arrow.DATE32:
		c.dates = array.NewDate32Builder(mem)
	case arrow.INT64:
		c.integers = array.NewInt64Builder(mem)
	case arrow.UINT64:
		c.masks = array.NewUint64Builder(mem)
	case arrow.BOOL:
		c.flags = array.NewBooleanBuilder(mem)
	default:
		panic("writers: no column of type " + field.Type.Name())
	}
	return c
}

func (c *column) builder() array.Builder {
	switch {
	case c.words != nil:
		return c.words.indices
	case c.texts != nil:
		return c.texts
	case c.dates != nil:
		return c.dates
	case c.integers != nil:
		return c.integers
	case c.masks != nil:
		return c.masks
	default:
		return c.flags
	}
}

// text appends s; an empty s is null where the column may be.
func (c *column) text(s string) error {
	switch {
	case s == "" && c.field.Nullable:
		c.builder().AppendNull()
	case c.words != nil:
		return c.words.append(s)
	case !utf8.ValidString(s):
		return errUTF8
	default:
		c.texts.Append(s)
	}
	return nil
}

// date appends d; a date that is not known is null.
func (c *column) date(d schemas.Date) {
	if d.Known() {
		c.dates.Append(arrow.Date32(d))
	} else {
		c.dates.AppendNull()
	}
}

// array hands over the values gathered since the last call. The caller
// releases it.
func (c *column) array() arrow.Array {
	if c.words != nil {
		return c.words.array()
	}
	return c.builder().NewArray()
}

func (c *column) release() {
	c.builder().Release()
}

var wordType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}

// words gathers a dictionary-encoded column: words are numbered in the order
// in which they come, so the dictionary depends on the rows alone.
type words struct {
	mem     memory.Allocator
	numbers map[string]int32
	list    []string // the words by number, each a copy of our own
	indices *array.Int32Builder
	last    int32 // number of the row before; -1 if there is none
}

func newWords(mem memory.Allocator) *words {
	return &words{mem: mem, numbers: map[string]int32{}, indices: array.NewInt32Builder(mem), last: -1}
}

func (w *words) append(s string) error {
	if w.last < 0 || s != w.list[w.last] {
		number, known := w.numbers[s]
		if !known {
			if !utf8.ValidString(s) {
				return errUTF8
			}
			number = w.add(strings.Clone(s))
		}
		w.last = number
	}
	w.indices.Append(w.last)
	return nil
}

func (w *words) add(s string) int32 {
	number := int32(len(w.list)) //nolint:gosec // at most a row group of words
	w.numbers[s] = number
	w.list = append(w.list, s)
	return number
}

func (w *words) array() arrow.Array {
	builder := array.NewStringBuilder(w.mem)
	defer builder.Release()
	builder.AppendValues(w.list, nil)
	values, indices := builder.NewArray(), w.indices.NewArray()
	defer values.Release()
	defer indices.Release()
	clear(w.numbers)
	clear(w.list)
	w.list, w.last = w.list[:0], -1
	return array.NewDictionaryArray(wordType, indices, values)
}
