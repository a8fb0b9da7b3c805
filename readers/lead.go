package readers

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// lead is what stands before the rows of a delimited source: lines that are
// none, and the header.
type lead struct {
	before int64   // lines before the header, or before the rows where there is none
	header *header // nil where there is none
	row    rawRow  // the header's
}

// separatorLine begins the line by which spreadsheets are told the delimiter.
const separatorLine = "sep="

// findLead looks for the header in the beginning of a source, which stands at
// byte offset. Whole tells that there is no more of it. An error tells that the
// source is not this layout's.
func (l *Layout) findLead(s *Survey, head []byte, offset int64, whole bool) (lead, error) {
	d := l.delimited
	if d == nil {
		return lead{}, nil
	}
	scan := l.scanner(s, nil)
	scan.buf, scan.end, scan.eof, scan.offset = head, len(head), true, offset
	scan.marks = nil // few rows are looked at
	found := lead{}
	var fault error
	for skipped := 0; scan.start < scan.end; {
		at := *scan
		row := rawRow{}
		if err := scan.next(&row); err != nil {
			return lead{}, err
		}
		if open := !whole && scan.start == scan.end && !row.terminated; open || row.tooLong {
			if d.header == headerRequired {
				return lead{}, fmt.Errorf("line %d: the header is longer than %d bytes: is this the right layout?", row.line, min(l.maxRow, len(head)))
			}
			break
		}
		l.decode(&row, new([]byte))
		separator, err := l.separates(&row)
		if err != nil {
			return lead{}, err
		}
		passed := separator || d.header != headerNone && (d.isComment(row.text) || d.preamble > 0 && len(whiteSpace.trim(row.text)) == 0)
		if !passed {
			h, err := l.readHeader(row.text)
			if err == nil && h != nil {
				found.header, found.row, found.before = h, row, row.line-1
				found.row.text, found.row.offset = bytes.Clone(row.text), at.offset
				return found, nil
			}
			if err != nil {
				fault = fmt.Errorf("line %d: %w", row.line, err)
			}
			if skipped == d.preamble {
				break
			}
			skipped++
		}
		if separator || d.header == headerNone {
			found.before = row.line
		}
		// What is no header is one line, whatever quotes it has.
		*scan = at
		scan.plain = scan.line
		if err := scan.next(&row); err != nil {
			return lead{}, err
		}
	}
	if d.header == headerRequired && len(head) > 0 && fault == nil {
		fault = errors.New("there is no header in the file")
	}
	return found, fault
}

// separates tells whether a row is the first and names the delimiter. The error
// says that it names another.
func (l *Layout) separates(row *rawRow) (bool, error) {
	rest, ok := bytes.CutPrefix(bytes.ToLower(bytes.Trim(row.text, `"`)), []byte(separatorLine))
	if !ok || row.line != 1 || len(bytes.Runes(rest)) != 1 {
		return false, nil
	}
	if string(rest) != string(bytes.ToLower([]byte(l.delimited.delimiter))) {
		return false, fmt.Errorf("line 1: the file says that its delimiter is %q, the layout %q: set delimiter in the layout", rest, l.delimited.delimiter)
	}
	return true, nil
}

// takeHeader takes the header's row out of the ranges. What stands before it is
// of one line each.
func (f *lead) takeHeader(ranges []Range) []Range {
	for i, r := range ranges {
		before := f.row.offset - r.Offset
		if before >= r.Length {
			continue
		}
		front := Range{Offset: r.Offset, Length: before, FirstLine: r.FirstLine, Rows: f.row.line - r.FirstLine}
		back := Range{
			Offset: f.row.offset + f.row.size, Length: r.Length - before - f.row.size,
			FirstLine: f.row.line + f.row.lines, Rows: r.Rows - front.Rows - 1,
		}
		parts := slices.DeleteFunc([]Range{front, back}, func(r Range) bool { return r.Length == 0 })
		return slices.Replace(ranges, i, i+1, parts...)
	}
	return ranges
}
