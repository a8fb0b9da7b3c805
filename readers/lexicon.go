package readers

import (
	"bytes"
	"hash/maphash"
	"math/bits"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Words are the different texts of the columns of words that ranges of a layout have had so far, and how
// long other texts are. They may be given to one range after another, so that texts that come again keep
// their numbers; their zero value is ready. They serve one reader at a time.
type Words struct {
	columns [fieldCount]*lexicon
	raw     *lexicon             // dispositions as written
	texts   [fieldCount]textSize // of the columns of texts, in the batch before
}

// A column that has more different texts than these begins anew with the next range: it is none of words,
// or has been read for long.
const (
	mostWords     = 1 << 14
	mostWordBytes = 1 << 20
)

// next is the lexicon of a column for the next range, unless it has more texts than most.
func next(l **lexicon, most int) *lexicon {
	if *l == nil || (*l).len() > most || len((*l).text) > mostWordBytes {
		*l = newLexicon()
	}
	return *l
}

// lexicon numbers the different texts of a column in the order in which they come. It holds each text once.
type lexicon struct {
	seed  maphash.Seed // places texts in slots, and shows nowhere
	slots []lexeme     // open addressing; a power of two of them
	text  []byte       // of all texts; what stands there is never written again
	ends  []int32      // of each text, after a 0
	last  int32        // number that was returned last: neighbours are often alike
	one   [256]int32   // of texts of one byte, one more than their number; 0 where it is not known
}

// lexeme is a slot: a text's hash, and one more than its number, or 0.
type lexeme struct {
	hash   uint32
	number int32
}

const firstLexemes = 256

func newLexicon() *lexicon {
	return &lexicon{seed: maphash.MakeSeed(), slots: make([]lexeme, firstLexemes), ends: []int32{0}}
}

// number is the number of a text.
func (l *lexicon) number(v []byte) int32 {
	if len(v) == 1 {
		return l.ofByte(v)
	}
	if l.len() == 0 || !bytes.Equal(l.at(l.last), v) {
		l.last = l.look(v)
	}
	return l.last
}

// ofByte is the number of a text of one byte.
func (l *lexicon) ofByte(v []byte) int32 {
	if l.one[v[0]] == 0 {
		l.one[v[0]] = l.look(v) + 1
	}
	return l.one[v[0]] - 1
}

func (l *lexicon) look(v []byte) int32 {
	hash := uint32(maphash.Bytes(l.seed, v)) //nolint:gosec // its low half
	mask := uint32(len(l.slots) - 1)         //nolint:gosec // slots are fewer
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := &l.slots[i]
		if slot.number == 0 {
			*slot = lexeme{hash, l.add(v)}
			number := slot.number - 1
			if 2*l.len() > len(l.slots) {
				l.grow()
			}
			return number
		}
		if slot.hash == hash && bytes.Equal(l.at(slot.number-1), v) {
			return slot.number - 1
		}
	}
}

func (l *lexicon) len() int { return len(l.ends) - 1 }

func (l *lexicon) at(number int32) []byte { return l.text[l.ends[number]:l.ends[number+1]] }

// add adds a text, and returns one more than its number.
func (l *lexicon) add(v []byte) int32 {
	l.text = append(l.text, v...)
	l.ends = append(l.ends, int32(len(l.text))) //nolint:gosec // a range is shorter, and what was before it
	return int32(l.len())                       //nolint:gosec // the same
}

func (l *lexicon) grow() {
	old := l.slots
	l.slots = make([]lexeme, 2*len(old))
	mask := uint32(len(l.slots) - 1) //nolint:gosec // slots are fewer
	for _, lexeme := range old {
		if lexeme.number == 0 {
			continue
		}
		i := lexeme.hash & mask
		for l.slots[i].number != 0 {
			i = (i + 1) & mask
		}
		l.slots[i] = lexeme
	}
}

// words are the texts so far as an array, which stays what it is when more come.
func (l *lexicon) words() arrow.Array {
	return newArray(arrow.BinaryTypes.String, l.len(), 0, nil,
		arrow.Int32Traits.CastToBytes(slices.Clip(l.ends)), slices.Clip(l.text))
}

// newArray is an array of buffers that nobody writes any more: of the values that are
// valid, first; nil for all.
func newArray(of arrow.DataType, rows, nulls int, buffers ...[]byte) arrow.Array {
	list := make([]*memory.Buffer, len(buffers))
	for i, b := range buffers {
		if b != nil || i > 0 {
			list[i] = memory.NewBufferBytes(b)
		}
	}
	data := array.NewData(of, rows, list, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// validity says of each row of a column whether it has a value.
type validity struct {
	bits        []byte // a bit a row, lowest first; nil while all rows have one
	rows, nulls int
}

func (v *validity) add(valid bool) {
	if !valid {
		v.null()
		return
	}
	if v.bits != nil {
		v.room()
		v.bits[v.rows/8] |= 1 << (v.rows % 8)
	}
	v.rows++
}

func (v *validity) null() {
	if v.bits == nil {
		v.bits = make([]byte, v.rows/8+1, max(v.rows/8+1, 256))
		for i := range v.rows / 8 {
			v.bits[i] = 0xff
		}
		v.bits[v.rows/8] = byte(1<<(v.rows%8) - 1)
	}
	v.room()
	v.rows++
	v.nulls++
}

// room makes room for the next bit.
func (v *validity) room() {
	if v.rows/8 == len(v.bits) {
		v.bits = append(v.bits, 0)
	}
}

// take is the bitmap, and begins again.
func (v *validity) take() (bitmap []byte, nulls int) {
	bitmap, nulls = v.bits, v.nulls
	*v = validity{}
	return bitmap, nulls
}

// sizeFor is a capacity for a batch that grows as the one before did.
func sizeFor(before int) int { return 1 << bits.Len(uint(max(before, 1)-1)) }
