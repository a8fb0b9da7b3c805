package readers

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/clearsweep/clearsweep/readers/containers"
)

var utf8Mark = []byte("\xef\xbb\xbf")

// signatures are the first bytes of files that are no text of ours, and what
// to do about each.
var signatures = []struct{ bytes, is, remedy string }{
	{"\xfd7zXZ\x00", "xz data", "have it compressed with gzip or zstd"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "have it packed as zip"},
	{"Rar!\x1a\x07", "a RAR archive", "have it packed as zip"},
	{"PAR1", "a Parquet file in a container", "have it sent as it is"},
	{"ARROW1", "an Arrow file", "export it as text"},
	{"%PDF-", "a PDF document", "ask the sender for the extract as text"},
	{"<?xml", "an XML document, such as the error answer of a web service", "fetch the extract again"},
	{"\x00\x00\xfe\xff", "UTF-32 text", "convert it to UTF-8"},
	{"\xff\xfe\x00\x00", "UTF-32 text", "convert it to UTF-8"},
}

// sniffed is how much of a source tells EBCDIC from ASCII.
const sniffed = 4 << 10

// tarMark stands at tarMarkAt in a tar archive, which begins with a file's name.
const (
	tarMark   = "ustar"
	tarMarkAt = 257
)

// sniff refuses a source that begins as something other than text does.
func sniff(head []byte) error {
	if kind := containers.Of(head); kind != containers.None {
		return fmt.Errorf("it is %s data: unpack it first", kind)
	}
	if len(head) > tarMarkAt && bytes.HasPrefix(head[tarMarkAt:], []byte(tarMark)) {
		return errors.New("it is a tar archive: have the files compressed one by one, or packed as zip")
	}
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.bytes)) {
			return fmt.Errorf("it is %s: %s", s.is, s.remedy)
		}
	}
	return nil
}

// open refuses a source that is not text in the layout's encoding, as far as
// its beginning tells, and returns what follows its byte order mark.
func (l *Layout) open(s *Survey, head []byte) ([]byte, error) {
	if err := sniff(head); err != nil {
		return nil, err
	}
	switch e, first := &l.encoding, head[:min(len(head), sniffed)]; {
	case e.ebcdic && len(first) > 0 && isASCII(first):
		return nil, fmt.Errorf("it is ASCII text, the layout says encoding: %s: was it converted on its way? Say encoding: utf-8, or ask for it in binary", e.name)
	case !e.ebcdic && likelyEBCDIC(first):
		return nil, errors.New("it is EBCDIC: say encoding: ibm037, ibm500 or ibm1047 in a fixed layout")
	}
	body := bytes.TrimPrefix(head, utf8Mark)
	s.Mark = len(body) < len(head)
	order := utf16Mark(head)
	switch e := &l.encoding; {
	case e.wide && s.Mark, e.chars != nil && !e.mixed && s.Mark:
		return nil, fmt.Errorf("it begins with the byte order mark of UTF-8, the layout says encoding: %s: say encoding: utf-8", e.name)
	case !e.wide && order != nil:
		return nil, errors.New("it is UTF-16 text: say encoding: utf-16 in the layout, or convert it to UTF-8")
	case !e.wide:
		return body, nil
	case order != nil && e.order != nil && order != e.order:
		return nil, fmt.Errorf("its byte order mark is not that of %s: say encoding: utf-16 in the layout", e.name)
	case order != nil:
		body = body[2:]
	case e.order != nil:
		order = e.order
	case len(head) > 0:
		return nil, fmt.Errorf("it has no byte order mark: say encoding: %s or %s in the layout", utf16Little, utf16Big)
	}
	s.Encoding = utf16Little
	if order == binary.BigEndian {
		s.Encoding = utf16Big
	}
	return body, nil
}
