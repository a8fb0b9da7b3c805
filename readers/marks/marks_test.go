package marks

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// slow is what the blocks of a text must say, a byte at a time.
func slow(of Bytes, text []byte) []Block {
	blocks := make([]Block, Blocks(len(text)))
	for i, c := range text {
		b, bit := &blocks[i/Size], uint64(1)<<(i%Size)
		if c == of.Comma {
			b.Commas |= bit
		}
		if c == of.Quote {
			b.Quotes |= bit
		}
		if c == of.End {
			b.Ends |= bit
		}
		if c == 0 || c >= 0x80 {
			b.Odd |= bit
		}
	}
	return blocks
}

func TestMark(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := Bytes{rapid.Byte().Draw(t, "comma"), rapid.Byte().Draw(t, "quote"), rapid.Byte().Draw(t, "end")}
		letters := rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte{of.Comma, of.Quote, of.End, 0, 0x7f, 0x80, 0xff}))
		text := rapid.SliceOfN(letters, 0, 300).Draw(t, "text")
		want := slow(of, text)
		got := make([]Block, len(want))
		of.Mark(got, text)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%v in %q: -want +got\n%s", of, text, diff)
		}
		whole := len(text) / Size
		of.markAny(got[:whole], text)
		if diff := cmp.Diff(want[:whole], got[:whole]); diff != "" {
			t.Fatalf("%v in %q on any machine: -want +got\n%s", of, text, diff)
		}
	})
}

func TestPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sets := rapid.SliceOfN(rapid.OneOf(rapid.Uint64(), rapid.SampledFrom([]uint64{0, 1, 1 << 63, ^uint64(0), 0xff, 0x1ff})), 0, 6).Draw(t, "sets")
		base := rapid.Int32Range(-Size, Size).Draw(t, "base")
		var want []int32
		for i := range Size * len(sets) {
			if sets[i/Size]>>(i%Size)&1 == 1 {
				want = append(want, base+int32(i))
			}
		}
		for name, places := range map[string]func([]int32, []uint64, int32) int{"this machine": Places, "any machine": placesAny} {
			const guard = 12345
			to := append(make([]int32, Size*len(sets)), guard)
			n := places(to, sets, base)
			if diff := cmp.Diff(want, to[:n], cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%x on %s: -want +got\n%s", sets, name, diff)
			}
			if to[len(to)-1] != guard {
				t.Fatalf("%x on %s: wrote beyond the room", sets, name)
			}
		}
	})
}

func TestRows(t *testing.T) {
	of := Bytes{',', '"', '\n'}
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"\n", `"`, "a", strings.Repeat("b", 60)})).Draw(t, "text"), ""))
		from := rapid.IntRange(0, len(text)).Draw(t, "from")
		to := rapid.IntRange(from, len(text)).Draw(t, "to")
		wantEnd, wantRows, wantLines, within, open := from, int64(0), int64(0), int64(0), false
		for i, c := range text[from:to] {
			switch {
			case c == '"':
				open = !open
			case c == '\n' && open:
				within++
			case c == '\n':
				wantEnd, wantRows, wantLines, within = from+i+1, wantRows+1, wantLines+within+1, 0
			}
		}
		blocks := make([]Block, Blocks(len(text)))
		of.Mark(blocks, text)
		end, rows, lines := Rows(blocks, from, to)
		if end != wantEnd || rows != wantRows || lines != wantLines {
			t.Fatalf("%q[%d:%d]: to %d, %d rows, %d lines; want %d, %d, %d", text, from, to, end, rows, lines, wantEnd, wantRows, wantLines)
		}
	})
}

// text is delimited text without sense: a comma in ten bytes, a line in three hundred.
func text() []byte {
	random := rand.New(rand.NewPCG(1, 2))
	b := bytes.Repeat([]byte{'a'}, 256<<10)
	for i := range b {
		switch n := random.IntN(300); {
		case n == 0:
			b[i] = '\n'
		case n < 30:
			b[i] = ','
		case n < 32:
			b[i] = '"'
		}
	}
	return b
}

func BenchmarkMark(b *testing.B) {
	source := text()
	blocks := make([]Block, Blocks(len(source)))
	for name, mark := range map[string]func(Bytes, []Block, []byte){"machine": Bytes.markWhole, "any": Bytes.markAny} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(source)))
			b.ReportAllocs()
			for b.Loop() {
				mark(Bytes{',', '"', '\n'}, blocks, source)
			}
		})
	}
}

func BenchmarkRows(b *testing.B) {
	source := text()
	blocks := make([]Block, Blocks(len(source)))
	Bytes{',', '"', '\n'}.Mark(blocks, source)
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		Rows(blocks, 0, len(source))
	}
}

func BenchmarkPlaces(b *testing.B) {
	source := text()
	blocks := make([]Block, Blocks(len(source)))
	Bytes{',', '"', '\n'}.Mark(blocks, source)
	sets := make([]uint64, 0, len(blocks))
	for _, block := range blocks {
		sets = append(sets, block.Commas)
	}
	to := make([]int32, Size*len(sets))
	for name, places := range map[string]func([]int32, []uint64, int32) int{"machine": places, "any": placesAny} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(source)))
			b.ReportAllocs()
			for b.Loop() {
				places(to, sets, 0)
			}
		})
	}
}
