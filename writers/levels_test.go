package writers

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"
)

// unpack reads the run-length and bit-packed hybrid as its specification has it, and
// knows nothing of how it was written.
func unpack(t *rapid.T, b []byte, width, n int) []uint32 {
	var numbers []uint32
	for len(numbers) < n {
		head, size := binary.Uvarint(b)
		if size <= 0 {
			t.Fatalf("%d numbers of %d", len(numbers), n)
		}
		b = b[size:]
		if head&1 == 0 {
			number, bytes := uint32(0), (width+7)/8
			for i := range bytes {
				number |= uint32(b[i]) << (8 * i)
			}
			b = b[bytes:]
			numbers = append(numbers, slices.Repeat([]uint32{number}, int(head>>1))...)
			continue
		}
		bits := int(head>>1) * 8 * width
		for at := 0; at+width <= bits; at += width {
			number := uint32(0)
			for i := range width {
				number |= uint32(b[(at+i)/8]>>((at+i)%8)&1) << i
			}
			numbers = append(numbers, number)
		}
		b = b[bits/8:]
	}
	if len(b) != 0 {
		t.Fatalf("%d bytes too many", len(b))
	}
	return numbers[:n]
}

func TestNumbersArePackedAsParquetHasThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.SampledFrom([]int{1, 2, 3, 5, 60, 255, 256, 257, 65_535, 65_536}).Draw(t, "words")
		numbers := rapid.SliceOfN(rapid.Uint32Range(0, uint32(most-1)), 1, 200).Draw(t, "numbers")
		width := widthOf(most)
		if got := unpack(t, appendPacked(nil, numbers, width), width, len(numbers)); !slices.Equal(got, numbers) {
			t.Fatalf("got %d, want %d", got, numbers)
		}
	})
}

// Rows of a column that is cut out of another are valid where they were.
func TestLevelsOfASlice(t *testing.T) {
	b := array.NewInt32Builder(memory.NewGoAllocator())
	defer b.Release()
	for i := range 100 {
		if b.Append(int32(i)); i%3 == 0 {
			b.AppendNull()
		}
	}
	whole := b.NewArray()
	defer whole.Release()
	slice := array.NewSlice(whole, 5, 90)
	defer slice.Release()
	var l levels
	var want []uint32
	p := &piece{verdicts: make([]Verdict, slice.Len())}
	for row := range slice.Len() {
		p.rows = append(p.rows, int32(row))
		want = append(want, 0)
		if slice.IsValid(row) {
			want[row] = 1
		}
	}
	l.addRows(slice, p)
	bits := make([]uint32, len(want))
	for i := range bits {
		bits[i] = uint32(l.bitmap[i/8] >> (i % 8) & 1)
	}
	if !slices.Equal(bits, want) || l.rows != len(want) {
		t.Fatalf("got %d, want %d", bits, want)
	}
}

func TestLevelsArePackedAsParquetHasThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l levels
		var want []uint32
		for range 2 { // the second row group uses the bitmap of the first
			l.reset()
			want = want[:0]
			for range rapid.IntRange(1, 12).Draw(t, "runs") {
				if rapid.Bool().Draw(t, "one by one") {
					each := validRows{to: &l}
					for _, valid := range rapid.SliceOfN(rapid.Uint32Range(0, 1), 1, 150).Draw(t, "each") {
						each.note(uint64(valid))
						want = append(want, valid)
					}
					each.end()
					continue
				}
				rows, valid := rapid.IntRange(1, 20).Draw(t, "rows"), rapid.Bool().Draw(t, "valid")
				level := uint32(0)
				if valid {
					level = 1
				}
				l.add(rows, valid)
				want = append(want, slices.Repeat([]uint32{level}, rows)...)
			}
		}
		values := 0
		for _, level := range want {
			values += int(level)
		}
		if l.rows != len(want) || l.values != values {
			t.Fatalf("%d rows, %d values; want %d, %d", l.rows, l.values, len(want), values)
		}
		b := l.encode(nil)
		if size := int(binary.LittleEndian.Uint32(b)); size != len(b)-4 {
			t.Fatalf("the length says %d of %d bytes", size, len(b)-4)
		}
		if got := unpack(t, b[4:], 1, len(want)); !slices.Equal(got, want) {
			t.Fatalf("got %d, want %d", got, want)
		}
	})
}
