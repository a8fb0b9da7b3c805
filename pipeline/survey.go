package pipeline

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/readers/tables"
	"github.com/clearsweep/clearsweep/writers"
)

// Survey is what one reading of a file tells. It is plain data.
type Survey struct {
	Bytes   int64  // of the file as it was delivered
	SHA256  string // of these
	Sources []Source
}

// rows are those of all sources.
func (s *Survey) rows() (n int64) {
	for _, source := range s.Sources {
		n += source.Survey.Rows
	}
	return n
}

// Source is what rows are read from: a file, or one that was packed in it. Its
// lines, offsets and ranges are those of the content, unpacked. It is plain data.
type Source struct {
	// Name is that of the file; of an entry of an archive, archive.zip!entry.
	Name       string
	Survey     *readers.Survey
	Containers []containers.Kind // outermost first; none where the file is the content
	Entry      *containers.Entry // nil where the file is no archive
}

// stands tells whether the ranges are of the file as it stands.
func (s Source) stands() bool {
	return len(s.Containers) == 0 || len(s.Containers) == 1 && slices.Contains([]containers.Kind{tables.JSON, tables.XML}, s.Containers[0])
}

// unpacked says what the manifest tells of content that was packed.
func (s Source) unpacked() *writers.Content {
	if len(s.Containers) == 0 {
		return nil
	}
	c := &writers.Content{Bytes: s.Survey.Bytes, SHA256: s.Survey.SHA256}
	for _, kind := range s.Containers {
		c.Containers = append(c.Containers, string(kind))
	}
	return c
}

// Survey reads a file once, from end to end: its hash, what is in it, and where
// the rows of that are. Progress is called with the bytes of the file read since
// it was last called. The error is ErrUnfit if it is not what the layout reads,
// is damaged, or expands beyond the limits.
func (p *Plan) Survey(ctx context.Context, file int, progress func(bytes int64)) (_ Survey, err error) {
	f := p.Files[file]
	in, err := f.open(ctx, 0, -1)
	if err != nil {
		return Survey{}, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	read := &followed{ctx: ctx, file: f, r: in, progress: progress}
	survey, err := p.survey(ctx, f, read)
	if err != nil && read.err == nil && ctx.Err() == nil {
		err = unfit{err}
	}
	return survey, f.changed(err)
}

// sniffed is what is read ahead to see what a file is.
const sniffed = 64 << 10

func (p *Plan) survey(ctx context.Context, f File, in *followed) (Survey, error) {
	file := bufio.NewReaderSize(in, sniffed)
	head, err := file.Peek(containers.HeadBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return Survey{}, fmt.Errorf("read %s: %w", f.Name, err)
	}
	kind := containers.Of(head)
	switch {
	case tables.IsParquet(head):
		return p.surveyTable(ctx, f, in, file)
	case kind == containers.None:
		s, err := p.surveyRows(ctx, f.Name, file)
		if err != nil {
			return Survey{}, err
		}
		source := Source{Name: f.Name, Survey: s}
		if s.Table != "" {
			source.Containers = []containers.Kind{containers.Kind(s.Table)}
		}
		f.warn(s, kind, false)
		return Survey{Bytes: s.Bytes, SHA256: s.SHA256, Sources: []Source{source}}, nil
	}
	digest := sha256.New()
	delivered := io.TeeReader(file, digest)
	var s Survey
	if kind == containers.Zip {
		s.Sources, err = p.surveyArchive(ctx, f, in, delivered)
	} else {
		s.Sources, err = p.surveyPacked(ctx, f, delivered)
	}
	if err != nil {
		return Survey{}, err
	}
	if _, err := io.Copy(io.Discard, delivered); err != nil {
		return Survey{}, fmt.Errorf("read %s: %w", f.Name, err)
	}
	s.Bytes, s.SHA256 = f.Bytes, hex.EncodeToString(digest.Sum(nil))
	return s, nil
}

// textTable tells whether content is of JSON objects or XML elements. A layout that finds its
// columns by position reads none, and may read a text that begins as they do.
func (p *Plan) textTable(head []byte) containers.Kind {
	if p.layout.Columns() == nil {
		return containers.None
	}
	return tables.TextKind(head)
}

// surveyRows surveys a content that may be of JSON objects or XML elements.
func (p *Plan) surveyRows(ctx context.Context, name string, in io.Reader) (*readers.Survey, error) {
	content := bufio.NewReaderSize(in, sniffed)
	head, err := content.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	kind := p.textTable(head)
	if kind == containers.None {
		return p.layout.Survey(ctx, name, content, p.Config.rangeBytes())
	}
	return p.layout.SurveyTable(ctx, name, kind, content, p.Config.rangeBytes())
}

// surveyTable surveys a file that is a table: its rows are read with at, its bytes from
// in.
func (p *Plan) surveyTable(ctx context.Context, f File, at io.ReaderAt, in io.Reader) (Survey, error) {
	digest := sha256.New()
	if _, err := io.Copy(digest, in); err != nil {
		return Survey{}, fmt.Errorf("read %s: %w", f.Name, err)
	}
	table, err := tables.OpenFile(ctx, at, f.Bytes, p.layout.Columns(), p.Config.Unpack)
	if err != nil {
		return Survey{}, fmt.Errorf("read %s: %w", f.Name, err)
	}
	sample, err := table.Sample(ctx, at)
	if err != nil {
		return Survey{}, fmt.Errorf("read %s: %w", f.Name, err)
	}
	s, err := p.layout.SurveyGroups(f.Name, table, sample, p.Config.rangeBytes())
	if err != nil {
		return Survey{}, err
	}
	s.Bytes, s.SHA256 = f.Bytes, hex.EncodeToString(digest.Sum(nil))
	f.warn(s, tables.Parquet, true)
	source := Source{Name: f.Name, Survey: s, Containers: []containers.Kind{tables.Parquet}}
	return Survey{Bytes: s.Bytes, SHA256: s.SHA256, Sources: []Source{source}}, nil
}

// surveyPacked surveys a file that is compressed.
func (p *Plan) surveyPacked(ctx context.Context, f File, in io.Reader) ([]Source, error) {
	content, err := containers.Open(in, p.Config.Unpack)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Name, err)
	}
	s, err := p.surveyContent(ctx, f, f.Name, content)
	return []Source{s}, err
}

// surveyArchive surveys the entries of an archive as they come by, so that it is
// read once, but for its directory, which is read with at. The sources are in
// order of name.
func (p *Plan) surveyArchive(ctx context.Context, f File, at io.ReaderAt, in io.Reader) ([]Source, error) {
	entries, err := containers.List(at, f.Bytes, p.Config.Unpack)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Name, err)
	}
	byPlace := slices.SortedFunc(slices.Values(entries), func(a, b containers.Entry) int { return cmp.Compare(a.Offset, b.Offset) })
	var sources []Source
	place := int64(0)
	for _, e := range byPlace {
		if _, err := io.CopyN(io.Discard, in, e.Offset-place); err != nil {
			return nil, fmt.Errorf("read %s: %w", f.Name, err)
		}
		packed := &io.LimitedReader{R: in, N: e.Packed}
		s, err := p.surveyEntry(ctx, f, e, packed)
		if err != nil {
			return nil, err
		}
		place = e.Offset + e.Packed - packed.N
		sources = append(sources, s)
	}
	slices.SortFunc(sources, func(a, b Source) int { return cmp.Compare(a.Entry.Name, b.Entry.Name) })
	return sources, nil
}

func (p *Plan) surveyEntry(ctx context.Context, f File, e containers.Entry, in io.Reader) (Source, error) {
	name := f.Name + "!" + e.Name
	content, err := e.Open(in, p.Config.Unpack)
	if err != nil {
		return Source{}, fmt.Errorf("read %s: %w", name, err)
	}
	s, err := p.surveyContent(ctx, f, name, content)
	s.Entry = &e
	return s, err
}

// surveyContent surveys what a container held, to its end: the content counts
// only when every checksum has been seen.
func (p *Plan) surveyContent(ctx context.Context, f File, name string, content *containers.Reader) (Source, error) {
	s, err := p.surveyRows(ctx, name, content)
	if err != nil {
		return Source{}, err
	}
	kinds := content.Kinds()
	f.warn(s, kinds[0], content.Unchecked())
	if s.Table != "" {
		kinds = append(kinds, containers.Kind(s.Table))
	}
	return Source{Name: name, Survey: s, Containers: kinds}, nil
}

// warn adds to a survey what is odd about the file as a container.
func (f File) warn(s *readers.Survey, kind containers.Kind, unchecked bool) {
	switch named := containers.Named(f.Name); {
	case named == kind || named == containers.None:
	case kind == containers.None:
		s.Warnings = append(s.Warnings, fmt.Sprintf("the file is named as %s data and is not packed; it was read as it is", named))
	default:
		s.Warnings = append(s.Warnings, fmt.Sprintf("the file is named as %s data and is %s data; it was read as that", named, kind))
	}
	if unchecked && (f.expected == nil || f.expected.SHA256 == "") {
		s.Warnings = append(s.Warnings, "the compressed data has no checksum, so damage on the way may go unseen; have it sent with one, or with a list that has its sha256")
	}
}

// followed is a file being read: cancellable, its progress told, and the error of
// its store kept, to tell it from one of what is in the file.
type followed struct {
	ctx      context.Context // of the one call of Survey that it serves
	file     File
	r        io.Reader // the file from its beginning
	progress func(int64)
	err      error
}

func (f *followed) Read(p []byte) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := f.r.Read(p)
	if n > 0 {
		f.progress(int64(n))
	}
	return n, f.keep(err)
}

// ReadAt reads a piece of the file, which is no progress.
func (f *followed) ReadAt(p []byte, offset int64) (int, error) {
	n, err := anywhere{f.ctx, f.file}.ReadAt(p, offset)
	return n, f.keep(err)
}

func (f *followed) keep(err error) error {
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return err
}

// anywhere reads pieces of a file.
type anywhere struct {
	ctx  context.Context //nolint:containedctx // of the one who reads
	file File
}

func (a anywhere) ReadAt(p []byte, offset int64) (n int, err error) {
	length := min(int64(len(p)), a.file.Bytes-offset)
	if length <= 0 {
		return 0, io.EOF
	}
	in, err := a.file.open(a.ctx, offset, length)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	n, err = io.ReadFull(in, p[:length])
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}
