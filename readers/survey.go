package readers

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/transform"
)

// Survey is what one reading of a source in order tells: its digest, its
// shape, and where it can be cut. It is plain data, sent to workers.
type Survey struct {
	Name   string  `json:"name"`
	SHA256 string  `json:"sha256"`
	Bytes  int64   `json:"bytes"`
	Rows   int64   `json:"rows"` // of all ranges: without the header
	Ranges []Range `json:"ranges"`
	// Terminator is what ends a line: LF (after CR or not), CR in a source that
	// has no LF at all, or the character that the layout names.
	Terminator string `json:"terminator"`
	// Form is which of the layout's forms the source has, the first being 0.
	Form int `json:"form,omitempty"`
	// Table is what the source came as where that is a table, read by the layout's names:
	// parquet, xml or ndjson. Its ranges are of groups of rows, elements and lines as they stand.
	Table string `json:"table,omitempty"`
	// Text is about how many bytes the text has that is made of a table that is none; 0 where it
	// is Bytes.
	Text int64 `json:"text,omitempty"`
	// Charset is that which a document of XML declares, where it is not UTF-8.
	Charset string `json:"charset,omitempty"`
	// Encoding is that of a source in UTF-16, with its byte order.
	Encoding string `json:"encoding,omitempty"`
	// Mark tells that the source begins with the byte order mark of UTF-8.
	Mark bool `json:"byte_order_mark,omitempty"`
	// Header is the header row as written, empty where there is none.
	Header string `json:"header,omitempty"`
	// Before is the number of lines before the header, or before the first row
	// where there is none, that are no data whatever they hold.
	Before   int64    `json:"lines_before,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

// The terminators of a Survey.
const (
	lineFeed       = "LF"
	carriageReturn = "CR"
)

func (s *Survey) terminator(l *Layout) []byte {
	switch {
	case l.delimited != nil && l.delimited.terminator != "":
		return l.encoding.encode(l.delimited.terminator)
	case s.Terminator == carriageReturn:
		return []byte{'\r'}
	default:
		return []byte{'\n'}
	}
}

const surveyBuffer = 1 << 20

// Survey reads a source once, in order, and cuts it into ranges of whole rows
// of about target bytes. Name stands in errors. Memory is bounded by the longest
// row that the layout allows.
//
// It refuses what cannot be this layout's: an empty source, one that is not
// text, a header without the columns that the layout needs, a trailer whose
// count is wrong. Rows are not looked at; Read rejects the bad ones.
func (l *Layout) Survey(ctx context.Context, name string, r io.Reader, target int64) (*Survey, error) {
	s, err := l.survey(ctx, r, target)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	s.Name = name
	return s, nil
}

func (l *Layout) survey(ctx context.Context, r io.Reader, target int64) (*Survey, error) {
	in := &surveyed{ctx: ctx, r: r, digest: newDigester()}
	defer in.digest.stop()
	head := make([]byte, surveyBuffer)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	whole := err != nil
	head = head[:n]
	form, err := l.formOf(head, whole)
	if err != nil {
		return nil, err
	}
	s, err := l.forms[form].surveyForm(in, head, whole, target)
	if err != nil {
		return nil, err
	}
	s.Form = form
	s.SHA256, s.Bytes = hex.EncodeToString(in.digest.sum()), in.bytes
	if e := &l.forms[form].encoding; e.chars == nil && !e.wide && s.Encoding == "" {
		s.Warnings = append(s.Warnings, in.odd.warnings()...)
	}
	return s, nil
}

// surveyForm surveys a source of this form, of which head has been read.
func (l *Layout) surveyForm(in *surveyed, head []byte, whole bool, target int64) (*Survey, error) {
	s := &Survey{}
	body, err := l.open(s, head)
	if err != nil {
		return nil, err
	}
	var found lead
	if f := l.fixed; f != nil && (f.framing != byLine || f.tree != nil) {
		err = l.surveyRecords(s, in, body, target)
	} else if l.delimited != nil && l.delimited.inOrder() || s.Encoding != "" {
		found, err = l.surveyRows(s, in, body, whole, target)
	} else if err = l.surveyLines(s, in, body, target); err == nil {
		found, err = l.findLead(s, body, int64(len(head)-len(body)), whole)
	}
	if err != nil {
		return nil, err
	}
	return s, l.settle(s, found)
}

// settle takes the header out of the ranges and tells of a source without rows.
func (l *Layout) settle(s *Survey, found lead) error {
	if len(s.Ranges) == 0 {
		if !l.emptyAllowed {
			return errors.New("the file is empty: ask the sender for it again, or say empty: allowed in the layout")
		}
		s.Warnings = append(s.Warnings, "the file is empty")
		return nil
	}
	s.head(&found)
	if found.header != nil {
		s.Ranges = found.takeHeader(s.Ranges)
	}
	for _, r := range s.Ranges {
		s.Rows += r.Rows
	}
	if s.Rows <= s.Before {
		s.Warnings = append(s.Warnings, noRows)
	}
	return nil
}

const noRows = "the file has a header and no rows"

// head takes note of what the beginning of a source holds.
func (s *Survey) head(found *lead) {
	s.Before = found.before
	if found.header == nil {
		return
	}
	s.Header = string(found.row.text)
	for _, w := range found.header.warnings {
		s.Warnings = append(s.Warnings, fmt.Sprintf("line %d: %s", found.row.line, w))
	}
}

// lineSurvey follows the lines of a source for one kind of terminator.
type lineSurvey struct {
	cutter  cutter
	trailer *trailerLines
}

func (l *Layout) newLineSurvey(terminator byte, target, offset int64) *lineSurvey {
	return &lineSurvey{newCutter(terminator, target, offset), newTrailerLines(l, terminator)}
}

func (s *lineSurvey) write(p []byte) {
	s.cutter.write(p)
	s.trailer.write(p)
}

// surveyLines cuts a source in which every line is a row. Whether CR alone
// ends its lines is known only at the end (there is no LF then), so both are
// followed until the first LF.
func (l *Layout) surveyLines(s *Survey, in *surveyed, head []byte, target int64) error {
	begin := in.bytes - int64(len(head))
	feeds := l.newLineSurvey('\n', target, begin)
	returns := l.newLineSurvey('\r', target, begin)
	buf := make([]byte, surveyBuffer)
	for p := head; ; {
		if returns != nil && bytes.IndexByte(p, '\n') >= 0 {
			returns = nil
		}
		feeds.write(p)
		if returns != nil {
			returns.write(p)
		}
		n, err := in.Read(buf)
		if p = buf[:n]; n == 0 && errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	return endLines(s, feeds, returns)
}

// endLines keeps the survey of the terminator that the source turned out to
// have.
func endLines(s *Survey, feeds, returns *lineSurvey) error {
	lines := feeds
	s.Terminator = lineFeed
	if returns != nil && returns.cutter.terminated() {
		lines, s.Terminator = returns, carriageReturn
	}
	s.Ranges = lines.cutter.finish()
	if len(s.Ranges) == 0 {
		return nil
	}
	return lines.trailer.finish()
}

// surveyRows cuts a source whose rows must be read in order to be told from one
// another. Its lines end with CR when the first megabyte has one and no LF.
func (l *Layout) surveyRows(s *Survey, in *surveyed, head []byte, whole bool, target int64) (lead, error) {
	text := s.decoded(head)
	s.guessTerminator(text)
	begin := in.bytes - int64(len(head))
	found, err := l.findLead(s, text, begin, whole)
	if err != nil {
		return lead{}, err
	}
	s.Before = found.before
	check := l.newRowCheck(s, &found)
	scan := l.scanner(s, io.MultiReader(bytes.NewReader(head), in))
	scan.offset = begin
	open := Range{Offset: begin, FirstLine: 1}
	for {
		if check == nil {
			rows, size, err := scan.pass(target - open.Length - 1)
			if err != nil {
				return lead{}, err
			}
			open.Length += size
			open.Rows += rows
		}
		var row rawRow
		if err := scan.next(&row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return lead{}, err
		}
		open.Length += row.size
		open.Rows++
		if open.Length >= target {
			s.Ranges = append(s.Ranges, open)
			open = Range{Offset: scan.offset, FirstLine: scan.line}
		}
		if err := check.take(&row); err != nil {
			return lead{}, err
		}
	}
	if open.Length > 0 {
		s.Ranges = append(s.Ranges, open)
	}
	return found, check.finish()
}

// surveyRecords cuts a source of records: where any begins, or the first of those that
// belong together.
func (l *Layout) surveyRecords(s *Survey, in *surveyed, head []byte, target int64) error {
	s.guessTerminator(head)
	begin := in.bytes - int64(len(head))
	scan := l.scanner(s, io.MultiReader(bytes.NewReader(head), in))
	scan.offset = begin
	check := newTrailerCheck(l)
	open := Range{Offset: begin, FirstLine: 1}
	var row rawRow
	for {
		err := scan.next(&row)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if open.Length >= target && !row.within && l.fixed.begins(row.text) {
			s.Ranges = append(s.Ranges, open)
			open = Range{Offset: row.offset, FirstLine: row.line}
		}
		open.Length += row.size
		open.Rows++
		if check != nil && check.err == nil && !l.isBlank(row.text) {
			check.line = row.line
			check.record(row.text)
		}
	}
	if open.Length > 0 {
		s.Ranges = append(s.Ranges, open)
	}
	return check.finish()
}

// guessTerminator tells the end of lines by the beginning of a source.
func (s *Survey) guessTerminator(head []byte) {
	s.Terminator = lineFeed
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		s.Terminator = carriageReturn
	}
}

// scanner reads rows as the survey found them to be, from a place where one
// begins.
func (l *Layout) scanner(s *Survey, r io.Reader) *rowScanner {
	scan := &rowScanner{r: r, terminator: s.terminator(l), maxRow: l.maxRow, line: 1, plain: s.Before}
	if d := l.delimited; d != nil {
		scan.own, scan.multiline, scan.backslash, scan.comment = d.terminator != "", d.multiline, d.backslash, d.comment
		scan.quote = l.encoding.encode(d.quote)
	}
	if f := l.fixed; f != nil {
		scan.framing, scan.recordLength = f.framing, f.length
	}
	if s.Encoding != "" {
		scan.utf16, scan.r = true, transform.NewReader(r, s.decoder())
	}
	scan.marks = l.newMarked(scan)
	return scan
}

// decoded is the beginning of a source as its scanner sees it.
func (s *Survey) decoded(head []byte) []byte {
	if s.Encoding == "" {
		return head
	}
	text, _, err := transform.Bytes(s.decoder(), head)
	if err != nil {
		panic(err) // it decodes anything
	}
	return text
}

// decoder decodes a source in UTF-16.
func (s *Survey) decoder() utf16Text {
	if s.Encoding == utf16Big {
		return utf16Text{order: binary.BigEndian}
	}
	return utf16Text{order: binary.LittleEndian}
}

// surveyed is a source being read in order: digested, counted, cancellable.
type surveyed struct {
	ctx    context.Context // of the one call of Survey that it serves
	r      io.Reader
	digest *digester
	odd    oddText
	bytes  int64
}

func (s *surveyed) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	s.digest.write(p[:n])
	s.odd.count(p[:n])
	s.bytes += int64(n)
	return n, err
}
