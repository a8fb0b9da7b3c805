package tables

import (
	"bytes"
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// noText is never part of UTF-8.
const noText = 0xff

// appendText adds a text. One that holds an end of fields or rows is made no text.
func appendText[T string | []byte](b []byte, s T) []byte {
	start := len(b)
	b = append(b, s...)
	if bytes.IndexByte(b[start:], FieldEnd) >= 0 || bytes.IndexByte(b[start:], RowEnd) >= 0 {
		return append(b[:start], noText)
	}
	return b
}

// textOf writes the values of a type, nil where that is not read here.
func textOf(of arrow.DataType) func(b []byte, a arrow.Array, row int) []byte {
	switch of := of.(type) {
	case *arrow.StringType, *arrow.LargeStringType, *arrow.BinaryType, *arrow.LargeBinaryType:
		return func(b []byte, a arrow.Array, row int) []byte { return appendText(b, bytesOf(a, row)) }
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type,
		*arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type,
		*arrow.BooleanType:
		return func(b []byte, a arrow.Array, row int) []byte { return append(b, a.ValueStr(row)...) }
	case *arrow.Decimal128Type:
		return func(b []byte, a arrow.Array, row int) []byte {
			return append(b, a.(*array.Decimal128).Value(row).ToString(of.Scale)...)
		}
	case *arrow.DictionaryType:
		value := textOf(of.ValueType)
		if value == nil {
			return nil
		}
		return func(b []byte, a arrow.Array, row int) []byte {
			words := a.(*array.Dictionary)
			return value(b, words.Dictionary(), words.GetValueIndex(row))
		}
	case *arrow.Float32Type:
		return func(b []byte, a arrow.Array, row int) []byte {
			return strconv.AppendFloat(b, float64(a.(*array.Float32).Value(row)), 'f', -1, 32)
		}
	case *arrow.Float64Type:
		return func(b []byte, a arrow.Array, row int) []byte {
			return strconv.AppendFloat(b, a.(*array.Float64).Value(row), 'f', -1, 64)
		}
	case *arrow.Date32Type:
		return func(b []byte, a arrow.Array, row int) []byte {
			return a.(*array.Date32).Value(row).ToTime().AppendFormat(b, time.DateOnly)
		}
	case *arrow.Date64Type:
		return func(b []byte, a arrow.Array, row int) []byte {
			return a.(*array.Date64).Value(row).ToTime().AppendFormat(b, time.DateOnly)
		}
	case *arrow.TimestampType:
		return func(b []byte, a arrow.Array, row int) []byte {
			return a.(*array.Timestamp).Value(row).ToTime(of.Unit).AppendFormat(b, "2006-01-02T15:04:05.999999999")
		}
	default:
		return nil
	}
}

// bytesOf is a text, or the bytes of what should be one.
func bytesOf(a arrow.Array, row int) string {
	switch a := a.(type) {
	case *array.String:
		return a.Value(row)
	case *array.LargeString:
		return a.Value(row)
	case *array.Binary:
		return a.ValueString(row)
	case *array.LargeBinary:
		return a.ValueString(row)
	default:
		return string(rune(noText))
	}
}
