package normalize

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
)

// Batch adds the code of each row to a batch of schemas.Charges and returns a
// batch of schemas.Coded: the same rows in the same order, sharing the memory
// of the columns that were there. The caller releases both. Where a person has
// approved that a description names substances, the row names them too.
//
// A row without a statute text, or with one that cannot be read, has a null
// code.
//
// The normalizer keeps the list of statute texts of the batch until the next, or Forget:
// of a list that goes on from it, only what is new is read.
func (n *Normalizer) Batch(mem memory.Allocator, charges arrow.Record) (arrow.Record, error) {
	if !charges.Schema().Equal(schemas.Charges) {
		return nil, fmt.Errorf("normalize: the batch has the columns %s, want those of schemas.Charges", names(charges.Schema()))
	}
	added := n.code(mem, charges.Column(schemas.ColStatute).(*array.Dictionary))
	columns := make([]arrow.Array, 0, schemas.Coded.NumFields())
	columns = append(columns, charges.Columns()...)
	columns = append(columns, added[:]...)
	named := n.tables.literals.name(mem, charges)
	columns[schemas.ColSubstances], columns[schemas.ColEvidence] = named[0], named[1]
	out := array.NewRecord(schemas.Coded, columns, charges.NumRows())
	for _, column := range append(added[:], named[:]...) {
		column.Release() // the record holds its own reference
	}
	return out, nil
}

// code returns the columns code, code_match and inchoate. Each word among the
// texts is read once.
func (n *Normalizer) code(mem memory.Allocator, texts *array.Dictionary) [3]arrow.Array {
	list := n.codeList(texts.Dictionary().(*array.String))
	numbers := texts.Indices().(*array.Int32)
	codes := array.NewInt32Builder(mem)
	defer codes.Release()
	matches := array.NewUint8Builder(mem)
	defer matches.Release()
	forms := array.NewUint8Builder(mem)
	defer forms.Release()
	rows := numbers.Len()
	codes.Reserve(rows)
	matches.Reserve(rows)
	forms.Reserve(rows)
	for i := range rows {
		c := numbered{code: none, match: schemas.Unmatched, inchoate: schemas.Completed}
		if numbers.IsValid(i) {
			c = list.of(numbers.Value(i))
		}
		if c.code == none {
			codes.UnsafeAppendBoolToBitmap(false)
		} else {
			codes.UnsafeAppend(c.code)
		}
		matches.UnsafeAppend(uint8(c.match))
		forms.UnsafeAppend(uint8(c.inchoate))
	}
	return [3]arrow.Array{list.column(mem, codes), matches.NewArray(), forms.NewArray()}
}

// codeList numbers the codes of the texts of a list of words, as they come.
type codeList struct {
	normalizer *Normalizer
	texts      *array.String
	byText     []numbered       // by number of the text
	known      []int32          // by number of a code that the normalizer remembers: one more than its number here, 0 unknown
	byCode     map[string]int32 // numbers of the codes here
	codes      []string
}

// numbered is a coded statute, its code as the number of a word.
type numbered struct {
	code     int32
	match    schemas.CodeMatch
	inchoate schemas.Inchoate
	read     bool
}

// none is the number of no code.
const none = -1

// codeList is that of a list of words. Where the list of the batch before goes on in it, its codes do too.
func (n *Normalizer) codeList(texts *array.String) *codeList {
	before := n.list
	if before == nil || !goesOn(before.texts, texts) {
		n.list = &codeList{normalizer: n, byCode: map[string]int32{}}
	}
	texts.Retain() // so that nothing else can come to stand where it does
	if before != nil {
		before.texts.Release()
	}
	n.list.texts = texts
	n.list.byText = append(n.list.byText, make([]numbered, texts.Len()-len(n.list.byText))...)
	return n.list
}

// Forget lets go of what is kept of the last batch.
func (n *Normalizer) Forget() {
	if n.list != nil {
		n.list.texts.Release()
		n.list = nil
	}
}

// goesOn tells whether a list begins with all of another, as it stands in the memory.
func goesOn(before, list *array.String) bool {
	if before.Len() == 0 || before.Len() > list.Len() || len(before.ValueBytes()) == 0 {
		return false
	}
	return &before.ValueOffsets()[0] == &list.ValueOffsets()[0] && &before.ValueBytes()[0] == &list.ValueBytes()[0]
}

// of is what the text of a number says.
func (l *codeList) of(text int32) numbered {
	c := &l.byText[text]
	if !c.read {
		look := l.normalizer.look(l.texts.Value(int(text)))
		*c = numbered{code: l.number(look), match: look.statute.Match, inchoate: look.statute.Inchoate, read: true}
	}
	return *c
}

// number is the number of a code among those of the batch.
func (l *codeList) number(look *coded) int32 {
	if look.code == "" {
		return none
	}
	if look.number == none {
		return l.named(look.code)
	}
	if short := int(look.number) + 1 - len(l.known); short > 0 {
		l.known = append(l.known, make([]int32, short)...)
	}
	at := &l.known[look.number]
	if *at == 0 {
		*at = 1 + l.named(look.code)
	}
	return *at - 1
}

// named is the number of a code by its text.
func (l *codeList) named(code string) int32 {
	number, known := l.byCode[code]
	if !known {
		number = int32(len(l.codes)) //nolint:gosec // a batch has fewer rows
		l.byCode[code] = number
		l.codes = append(l.codes, code)
	}
	return number
}

// column is the column code, of the numbers in the builder.
func (l *codeList) column(mem memory.Allocator, numbers *array.Int32Builder) arrow.Array {
	list := array.NewStringBuilder(mem)
	defer list.Release()
	list.AppendValues(l.codes, nil)
	words, indices := list.NewArray(), numbers.NewArray()
	defer words.Release()
	defer indices.Release()
	return array.NewDictionaryArray(schemas.Words, indices, words)
}

func names(s *arrow.Schema) []string {
	var out []string
	for _, f := range s.Fields() {
		out = append(out, f.Name)
	}
	return out
}
