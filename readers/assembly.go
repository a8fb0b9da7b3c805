package readers

import (
	"bytes"

	"github.com/clearsweep/clearsweep/schemas"
)

// assembly makes the rows of a source whose rows are spread over records. A row is a
// record of the type of the rows, with the last record of each type above it and beside
// those, and with the records below it. Where a type below comes again, the row is given
// with what came before, and once more with what comes now.
//
// A record that cannot be read is never left out of a row: the row is rejected with it,
// and so is everything below a record that is lost. Of a record whose type cannot be
// told nobody knows what it was, so nothing counts until the next root.
type assembly struct {
	*reader
	fixed   *fixedWidth
	tree    *recordTree
	current []bool     // by type: there is a record to which those below it belong
	texts   [][]byte   // by type: its bytes, which the columns keep using
	arenas  [][]byte   // by type: its columns as they were decoded
	open    bool       // there is a row that is not given yet
	broken  bool       // a record of it could not be read
	at      recordSpot // of the record by which the open row is known
}

// recordSpot is where a record stands.
type recordSpot struct{ line, offset int64 }

func newAssembly(in *reader, f *fixedWidth) *assembly {
	n := len(f.tree.types)
	return &assembly{
		reader: in, fixed: f, tree: f.tree,
		current: make([]bool, n), texts: make([][]byte, n), arenas: make([][]byte, n),
	}
}

// take takes the next record.
func (a *assembly) take() error {
	kind, err := a.asides.tell(&a.raw)
	if err != nil {
		return err
	}
	switch {
	case kind == isHeader || kind == isTrailer: // of files that were put end to end
		a.give()
		a.forget(0)
		a.pass()
	case kind != isData:
		a.pass()
	default:
		a.record(a.tree.of(a.fixed, a.raw.text))
	}
	return nil
}

// end gives what is open at the end of the range.
func (a *assembly) end() { a.give() }

// pass counts a record that is no row itself.
func (a *assembly) pass() {
	a.out.Rows.Read++
	a.out.Rows.NonData++
}

// record takes a record of a type, -1 for one that the layout does not name.
func (a *assembly) record(kind int) {
	if a.raw.tooLong || kind < 0 {
		bad := &fatal{reason: schemas.RowUnknownType}
		if a.raw.tooLong {
			bad = &fatal{reason: schemas.RowTooLong, want: int64(a.layout.maxRow), got: a.raw.size}
		}
		a.lose(0, bad)
		return
	}
	k := &a.tree.types[kind]
	if k.place != below {
		a.give()
	}
	if k.parent >= 0 && !a.current[k.parent] {
		a.stray(kind)
		return
	}
	again := k.place == below && a.current[kind]
	if again {
		a.give()
	}
	a.endPath(kind)
	a.forget(kind)
	if bad := a.split(kind); bad != nil {
		a.lose(kind, bad)
		return
	}
	if !a.matches(k) {
		a.stray(kind)
		return
	}
	a.current[kind] = true
	switch {
	case k.place == atRow || again:
		a.open, a.broken, a.at = true, false, recordSpot{a.raw.line, a.raw.offset}
	default:
		a.pass()
	}
}

// endPath forgets the arrests and charges that a record beside them ends.
func (a *assembly) endPath(kind int) {
	k := &a.tree.types[kind]
	if k.place != beside {
		return
	}
	for i := range a.tree.types {
		if other := &a.tree.types[i]; other.parent == k.parent && (other.place == above || other.place == atRow) {
			a.forget(i)
		}
	}
}

// forget forgets the record of a type and all below it.
func (a *assembly) forget(kind int) {
	for i := kind; i < len(a.tree.types); i++ {
		if !a.tree.within(i, kind) {
			continue
		}
		a.current[i] = false
		for _, c := range a.tree.types[i].used {
			a.row.values[c] = nil
		}
	}
}

// split finds the columns of the record at hand, of which it keeps a copy.
func (a *assembly) split(kind int) *fatal {
	k := &a.tree.types[kind]
	a.texts[kind] = append(a.texts[kind][:0], a.raw.text...)
	a.row.arena = a.arenas[kind][:0]
	bad := a.row.splitColumns(a.texts[kind], k.length, k.used)
	a.arenas[kind] = a.row.arena
	switch {
	case bad != nil && bad.reason == schemas.RowLength && !a.raw.terminated:
		bad.reason = schemas.RowTruncated
	case bad == nil:
		bad = a.row.checkColumns(k.used)
	}
	return bad
}

// matches tells whether the record at hand has the keys of those above it.
func (a *assembly) matches(k *recordKind) bool {
	for _, m := range k.matches {
		if !bytes.Equal(a.row.values[m.own], a.row.values[m.above]) {
			return false
		}
	}
	return true
}

// give gives the open row, if there is one.
func (a *assembly) give() {
	if !a.open {
		return
	}
	a.open = false
	a.out.Rows.Read++
	a.standing(a.at, func() {
		if a.broken {
			a.reject(&fatal{reason: schemas.RowBroken, split: true}, "")
		} else {
			a.settle()
		}
	})
}

// standing does something as of another record than the one at hand.
func (a *assembly) standing(at recordSpot, do func()) {
	here := recordSpot{a.raw.line, a.raw.offset}
	a.raw.line, a.raw.offset = at.line, at.offset
	do()
	a.raw.line, a.raw.offset = here.line, here.offset
}

// lose rejects the record at hand, which is of a type, or may be of any from the root
// on: what it belongs to, and what is below it, counts for nothing.
func (a *assembly) lose(kind int, bad *fatal) {
	a.rejectRecord(kind, bad)
	a.breakRow(kind)
	a.forget(kind)
}

// stray rejects the record at hand because it belongs to none: what is below it does
// not either.
func (a *assembly) stray(kind int) {
	a.rejectRecord(kind, &fatal{reason: schemas.RowOrphan})
	a.breakRow(kind)
	a.forget(kind)
}

// breakRow rejects the open row, of which a record of a type may be lost, and what
// follows of it.
func (a *assembly) breakRow(kind int) {
	if a.open {
		a.broken = true
		a.give()
	}
	if a.tree.types[kind].place == below {
		a.forget(a.tree.row)
	}
}

// rejectRecord rejects the record at hand. It marks the person among whose records it
// stands, and the one whom it names itself.
func (a *assembly) rejectRecord(kind int, bad *fatal) {
	a.out.Rows.Read++
	a.reject(bad, "")
	above := a.row.alsoPerson(nil)
	k := &a.tree.types[kind]
	a.row.arena = nil // what it held is still in use
	saved := make([][]byte, len(a.row.values))
	for _, shift := range []int{0, a.fixed.excess(len(a.raw.text), k.length)} {
		copy(saved, a.row.values)
		clear(a.row.values)
		a.row.placeColumns(a.raw.text, shift, k.used)
		for _, person := range a.row.alsoPerson(above)[len(above):] {
			a.builder.incomplete(a.raw.line, person)
			above = append(above, person)
		}
		copy(a.row.values, saved)
	}
}
