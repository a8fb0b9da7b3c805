package schemas

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ReadList reads a list that people write: CSV whose header begins with columns, and has no
// further ones unless more is true. It calls row with each row below, whose slice is good until
// it returns. The error lists every fault with the name of the list and the line, and quotes
// nothing of the list beyond what row says.
func ReadList(name string, source []byte, columns []string, more bool, row func([]string) error) error {
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(source, []byte("\xef\xbb\xbf"))))
	head, err := in.Read()
	if err != nil || len(head) < len(columns) || !slices.Equal(head[:len(columns)], columns) || len(head) > len(columns) && !more {
		return fmt.Errorf("%s: line 1: the columns must be %s", name, strings.Join(columns, ","))
	}
	var faults []error
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return errors.Join(faults...)
		}
		if bad, ok := errors.AsType[*csv.ParseError](err); ok {
			return errors.Join(append(faults, fmt.Errorf("%s: line %d: %w", name, bad.Line, bad.Err))...)
		}
		if err != nil {
			return errors.Join(append(faults, fmt.Errorf("%s: %w", name, err))...)
		}
		line, _ := in.FieldPos(0)
		if err := row(fields); err != nil {
			faults = append(faults, fmt.Errorf("%s: line %d: %w", name, line, err))
		}
	}
}
