package schemas

import (
	"fmt"
	"log/slog"
)

// Reject is a row, or one value of a row, that could not be read. It says where
// and why, never what: the content of a row is personal data.
type Reject struct {
	Source uint32 // ordinal of the source in the run
	Line   int64  // line in the source, from 1
	Offset int64  // byte offset of the row in the source, from 0
	Column string // the layout's column, empty when the whole row is meant
	Reason RejectReason
	// Want and Got are numbers that explain the reason where it has some:
	// fields or bytes expected and found. Otherwise 0.
	Want, Got int32
	// Row is the row as it was read, in UTF-8 where the layout's encoding can tell. It is
	// there where the run keeps rejected rows for those who repair them, once for each row.
	Row Content
}

// Content is what an agency wrote: personal data. It shows as nothing of it.
type Content []byte

func (Content) String() string { return "[redacted]" }

// GoString hides it from %#v too.
func (Content) GoString() string { return "[redacted]" }

// LogValue keeps it out of logs.
func (Content) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// RejectReason is the typed reason of a reject.
type RejectReason uint8

// The reasons. Those from FieldDate on concern one value: the row is kept and
// the value is unknown. All others reject the row.
const (
	RowFieldCount    RejectReason = iota // more or fewer fields than the layout has
	RowStrayQuote                        // a quote inside an unquoted field, or text after a closing quote
	RowOpenQuote                         // a quoted field that does not end
	RowLength                            // a fixed-width row of the wrong length
	RowUnknownType                       // a record type that the layout does not name
	RowEncoding                          // bytes that are not text in the layout's encoding
	RowNUL                               // a NUL byte
	RowTooLong                           // longer than the layout allows
	RowMissingKey                        // a value that the layout requires is missing
	RowTruncated                         // the source ends inside the row
	RowNumber                            // the bytes of a packed, zoned or binary number that are none
	RowOrphan                            // a record below no record that it could belong to
	RowBroken                            // a record of the row could not be read
	RowJSON                              // a line that is no JSON object, or has a key twice
	FieldDate                            // no date in any of the column's formats, or an impossible one
	FieldUnmapped                        // a value that the column's map does not list
	FieldPersonKey                       // a person key that is missing or a placeholder
	FieldNumber                          // not a whole number, or one that cannot be
	FieldPartialDate                     // a date without its day, or its month and day
)

var rejectReasonNames = names[RejectReason]{
	"field_count", "stray_quote", "open_quote", "row_length", "unknown_record_type", "encoding", "nul_byte",
	"row_too_long", "missing_value", "truncated", "bad_packed", "orphan_record",
	"broken_record", "bad_json", "bad_date", "unmapped_value", "no_person_key", "bad_number",
	"partial_date",
}

func (r RejectReason) String() string { return rejectReasonNames.name(r) }

// RejectsRow tells whether the reason costs the row, or only one value of it.
func (r RejectReason) RejectsRow() bool { return r < FieldDate }

// Explain is the reason in a sentence, with the numbers of the reject.
func (r Reject) Explain() string {
	switch r.Reason {
	case RowFieldCount:
		return fmt.Sprintf("the row has %d fields, the layout %d", r.Got, r.Want)
	case RowStrayQuote:
		return "a quote stands inside an unquoted field, or text follows a closing quote"
	case RowOpenQuote:
		return "a quoted field does not end on its line"
	case RowLength:
		return fmt.Sprintf("the row is %d bytes long, the layout's %d", r.Got, r.Want)
	case RowUnknownType:
		return "the layout names no such record type"
	case RowEncoding:
		return "bytes are not text in the layout's encoding"
	case RowNUL:
		return "the row holds a NUL byte"
	case RowTooLong:
		return fmt.Sprintf("the row is longer than %d bytes", r.Want)
	case RowMissingKey:
		return "a value that the layout requires is missing"
	case RowTruncated:
		return "the source ends inside the row"
	case RowNumber:
		return "the bytes of a packed, zoned or binary number are none"
	case RowOrphan:
		return "the record stands below no record that it could belong to"
	case RowBroken:
		return "a record of the same row could not be read"
	case RowJSON:
		return "the line is no JSON object, has a key twice, or is too long"
	case FieldDate:
		return "no date in any of the column's formats"
	case FieldUnmapped:
		return "the column's map does not list the value"
	case FieldPersonKey:
		return "the person key is missing or a placeholder; the row stands alone"
	case FieldNumber:
		return "not a whole number of days or months"
	case FieldPartialDate:
		return "the date lacks its day, or its month and day"
	default:
		return r.Reason.String()
	}
}
