package readers

import (
	"bytes"
	"fmt"
)

var utf8Mark = []byte("\xef\xbb\xbf")

// signatures are the first bytes of files that are no text of ours, and what
// to do about each.
var signatures = []struct{ bytes, is, remedy string }{
	{"\x1f\x8b", "gzip data", "decompress it first"},
	{"\x28\xb5\x2f\xfd", "zstd data", "decompress it first"},
	{"BZh", "bzip2 data", "decompress it first"},
	{"\xfd7zXZ\x00", "xz data", "decompress it first"},
	{"PK\x03\x04", "a zip archive or a spreadsheet", "extract it, or export it as text"},
	{"PAR1", "a Parquet file", "export it as text"},
	{"ARROW1", "an Arrow file", "export it as text"},
	{"%PDF-", "a PDF document", "ask the sender for the extract as text"},
	{"<?xml", "an XML document, such as the error answer of a web service", "fetch the extract again"},
	{"\xff\xfe", "UTF-16 text", "convert it to UTF-8"},
	{"\xfe\xff", "UTF-16 text", "convert it to UTF-8"},
	{"\x00\x00\xfe\xff", "UTF-32 text", "convert it to UTF-8"},
}

// sniff refuses a source that begins as something other than text does.
func sniff(head []byte) error {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.bytes)) {
			return fmt.Errorf("it is %s: %s", s.is, s.remedy)
		}
	}
	return nil
}
