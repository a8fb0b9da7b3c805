package readers

import (
	"bytes"
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
	{"PAR1", "a Parquet file", "export it as text"},
	{"ARROW1", "an Arrow file", "export it as text"},
	{"%PDF-", "a PDF document", "ask the sender for the extract as text"},
	{"<?xml", "an XML document, such as the error answer of a web service", "fetch the extract again"},
	{"\xff\xfe", "UTF-16 text", "convert it to UTF-8"},
	{"\xfe\xff", "UTF-16 text", "convert it to UTF-8"},
	{"\x00\x00\xfe\xff", "UTF-32 text", "convert it to UTF-8"},
}

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
