package readers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
)

// Survey is what one reading of a source in order tells: its digest, its
// shape, and where it can be cut. It is plain data, sent to workers.
type Survey struct {
	Name   string  `json:"name"`
	SHA256 string  `json:"sha256"`
	Bytes  int64   `json:"bytes"`
	Rows   int64   `json:"rows"` // of all ranges: without the header
	Ranges []Range `json:"ranges"`
	// Terminator is what ends a line: LF (after CR or not), or CR in a source
	// that has no LF at all.
	Terminator string `json:"terminator"`
	// Mark tells that the source begins with the byte order mark of UTF-8.
	Mark bool `json:"byte_order_mark,omitempty"`
	// Header is the header row as written, empty where there is none.
	Header   string   `json:"header,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

// The terminators of a Survey.
const (
	lineFeed       = "LF"
	carriageReturn = "CR"
)

func (s *Survey) terminator() byte {
	if s.Terminator == carriageReturn {
		return '\r'
	}
	return '\n'
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
	in := &surveyed{ctx: ctx, r: r, digest: sha256.New()}
	head := make([]byte, surveyBuffer)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	head = head[:n]
	if err := sniff(head); err != nil {
		return nil, err
	}
	s := &Survey{}
	body := bytes.TrimPrefix(head, utf8Mark)
	s.Mark = len(body) < len(head)
	var first rawRow
	if l.delimited != nil && l.delimited.multiline {
		first, err = l.surveyQuoted(s, io.MultiReader(bytes.NewReader(body), in), body, target)
	} else {
		first, err = l.surveyLines(s, in, body, target)
	}
	if err != nil {
		return nil, err
	}
	s.SHA256, s.Bytes = hex.EncodeToString(in.digest.Sum(nil)), in.bytes
	return s, l.settle(s, first)
}

// settle takes the header off the first range and tells of a source without
// rows.
func (l *Layout) settle(s *Survey, first rawRow) error {
	if len(s.Ranges) == 0 {
		if !l.emptyAllowed {
			return errors.New("the file is empty: ask the sender for it again, or say empty: allowed in the layout")
		}
		s.Warnings = append(s.Warnings, "the file is empty")
		return nil
	}
	if err := l.settleHeader(s, first); err != nil {
		return err
	}
	for _, r := range s.Ranges {
		s.Rows += r.Rows
	}
	if s.Rows == 0 {
		s.Warnings = append(s.Warnings, "the file has a header and no rows")
	}
	return nil
}

func (l *Layout) settleHeader(s *Survey, first rawRow) error {
	if first.tooLong {
		if l.delimited != nil && l.delimited.header == headerRequired {
			return fmt.Errorf("line 1: the header is longer than %d bytes: is this the right layout?", l.maxRow)
		}
		return nil
	}
	h, err := l.readHeader(first.text)
	if err != nil {
		return fmt.Errorf("line 1: %w", err)
	}
	if h == nil {
		return nil
	}
	s.Header = string(first.text)
	s.Warnings = append(s.Warnings, h.warnings...)
	r := &s.Ranges[0]
	r.Offset += first.size
	r.Length -= first.size
	r.FirstLine += first.lines
	r.Rows--
	if r.Rows == 0 {
		s.Ranges = s.Ranges[1:]
	}
	return nil
}

// lineSurvey follows the lines of a source for one kind of terminator.
type lineSurvey struct {
	cutter  cutter
	trailer *trailerCheck
}

func (l *Layout) newLineSurvey(terminator byte, target, offset int64) *lineSurvey {
	return &lineSurvey{newCutter(terminator, target, offset), newTrailerCheck(l, terminator)}
}

func (s *lineSurvey) write(p []byte) {
	s.cutter.write(p)
	s.trailer.write(p)
}

// surveyLines cuts a source in which every line is a row. Whether CR alone
// ends its lines is known only at the end (there is no LF then), so both are
// followed until the first LF.
func (l *Layout) surveyLines(s *Survey, in *surveyed, head []byte, target int64) (rawRow, error) {
	begin := in.bytes - int64(len(head))
	feeds := l.newLineSurvey('\n', target, begin)
	returns := l.newLineSurvey('\r', target, begin)
	first := make([]byte, 0, min(len(head), l.maxRow+1))
	buf := make([]byte, surveyBuffer)
	for p := head; ; {
		if returns != nil && bytes.IndexByte(p, '\n') >= 0 {
			returns = nil
		}
		feeds.write(p)
		if returns != nil {
			returns.write(p)
		}
		if room := l.maxRow + 1 - len(first); room > 0 {
			first = append(first, p[:min(room, len(p))]...)
		}
		n, err := in.Read(buf)
		if p = buf[:n]; n == 0 && errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return rawRow{}, err
		}
	}
	return l.endLines(s, feeds, returns, first)
}

// endLines keeps the survey of the terminator that the source turned out to
// have, and returns its first row.
func (l *Layout) endLines(s *Survey, feeds, returns *lineSurvey, first []byte) (rawRow, error) {
	lines := feeds
	s.Terminator = lineFeed
	if returns != nil && returns.cutter.terminated() {
		lines, s.Terminator = returns, carriageReturn
	}
	s.Ranges = lines.cutter.finish()
	if len(s.Ranges) > 0 {
		if err := lines.trailer.finish(); err != nil {
			return rawRow{}, err
		}
	}
	scan := rowScanner{r: bytes.NewReader(first), terminator: s.terminator(), maxRow: l.maxRow, line: 1}
	var row rawRow
	if err := scan.next(&row); err != nil && !errors.Is(err, io.EOF) {
		return row, err
	}
	return row, nil
}

// surveyQuoted cuts a source whose rows may span lines. Its terminator is CR
// when the first megabyte has one and no LF.
func (l *Layout) surveyQuoted(s *Survey, r io.Reader, head []byte, target int64) (first rawRow, err error) {
	s.Terminator = lineFeed
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		s.Terminator = carriageReturn
	}
	scan := l.scanner(s, r)
	if s.Mark {
		scan.offset = int64(len(utf8Mark))
	}
	open := Range{Offset: scan.offset, FirstLine: 1}
	for n := 0; ; n++ {
		var row rawRow
		if err := scan.next(&row); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return first, err
		}
		if n == 0 {
			first, first.text = row, bytes.Clone(row.text)
		}
		open.Length += row.size
		open.Rows++
		if open.Length >= target {
			s.Ranges = append(s.Ranges, open)
			open = Range{Offset: scan.offset, FirstLine: scan.line}
		}
	}
	if open.Length > 0 {
		s.Ranges = append(s.Ranges, open)
	}
	return first, nil
}

// scanner reads rows as the survey found them to be.
func (l *Layout) scanner(s *Survey, r io.Reader) *rowScanner {
	scan := &rowScanner{r: r, terminator: s.terminator(), maxRow: l.maxRow, line: 1}
	if l.delimited != nil {
		scan.multiline, scan.quote = l.delimited.multiline, l.delimited.quote
	}
	return scan
}

// surveyed is a source being read in order: digested, counted, cancellable.
type surveyed struct {
	ctx    context.Context // of the one call of Survey that it serves
	r      io.Reader
	digest hash.Hash
	bytes  int64
}

func (s *surveyed) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	s.digest.Write(p[:n])
	s.bytes += int64(n)
	return n, err
}
