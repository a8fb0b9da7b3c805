package readers

import (
	"bytes"
	"fmt"
)

// oddText counts what in a source in UTF-8 shows that its text was spoilt before it was
// sent. Nothing can be done about it here, and it decides nothing by itself: a statute or a
// name that it stands in is not the one that the court wrote.
type oddText struct {
	found [len(oddMarks)]int64
	last  [2]byte // of the source so far
}

// oddMarks are three bytes each, so that one that lies in several pieces is found by looking at
// two bytes on either side of a cut.
var oddMarks = [...]struct{ bytes, about string }{
	{"\xef\xbf\xbd", "replacement characters (U+FFFD)"},
	{"\xc3\x83\xc2", "characters that look encoded twice, as \"\u00c3\u00a9\" for \"\u00e9\""},
	{"\xc3\x82\xc2", "characters that look encoded twice, as \"\u00c2\u00a7\" for \"\u00a7\""},
	{"\xc3\xa2\xe2", "quotes or dashes that look encoded twice"},
}

// count counts in the next piece of the source.
func (o *oddText) count(piece []byte) {
	cut := append(o.last[:], piece[:min(2, len(piece))]...)
	for i := range oddMarks {
		mark := []byte(oddMarks[i].bytes)
		o.found[i] += int64(bytes.Count(piece, mark) + bytes.Count(cut, mark))
	}
	if len(piece) >= 2 {
		cut = piece
	}
	o.last = [2]byte(cut[len(cut)-2:])
}

// warnings say what was found.
func (o *oddText) warnings() (w []string) {
	for i, n := range o.found {
		if n > 0 {
			w = append(w, fmt.Sprintf("%d %s: the text was spoilt before it was sent; ask the sender for it as it is kept", n, oddMarks[i].about))
		}
	}
	return w
}
