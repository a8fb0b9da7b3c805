package containers

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/storage"
)

// directoryBytes bounds what is read to list an archive, and with it the memory
// that the list takes: the directory of some 80,000 files.
const directoryBytes = 8 << 20

// List lists the files of a zip archive of size bytes, in order of name. Folders,
// and what macOS adds of its own, are none.
//
// It refuses an archive with a file that cannot be read, that has no plain name
// or another's, or that shares its data with another; one whose directory does
// not lie at its end or does not list the file at its beginning, so that none in
// it is left out unseen; and a spreadsheet.
func List(at io.ReaderAt, size int64, limits Limits) ([]Entry, error) {
	limits = limits.OrDefaults()
	pages := &pages{at: at, size: size, bytes: 64 << 10, left: directoryBytes}
	entries, err := list(pages, size, limits)
	if pages.err != nil {
		return nil, pages.err
	}
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = &DamageError{Kind: Zip, Err: errors.New("its directory cannot be read")}
	}
	return entries, err
}

func list(at *pages, size int64, limits Limits) ([]Entry, error) {
	records, err := readEnd(at, size)
	if err != nil {
		return nil, err
	}
	if records > uint64(limits.Members) { //nolint:gosec // it is positive
		return nil, &LimitError{Limit: "members", Most: limits.Members}
	}
	archive, err := zip.NewReader(at, size)
	if err != nil {
		return nil, err
	}
	if int64(len(archive.File)) > limits.Members { // more than it says
		return nil, &LimitError{Limit: "members", Most: limits.Members}
	}
	at.scattered()
	all, err := locate(archive.File, size)
	if err != nil {
		return nil, err
	}
	if err := checkPlaces(at, all); err != nil {
		return nil, err
	}
	var entries []Entry
	for i, f := range archive.File {
		if err := checkFile(f); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		if !isFolder(f) && !isMacs(f) {
			entries = append(entries, all[i])
		}
	}
	return sorted(entries)
}

// sorted is entries in order of name, each name once.
func sorted(entries []Entry) ([]Entry, error) {
	if len(entries) == 0 {
		return nil, refuse("the archive holds no files: ask the sender for it again")
	}
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Compare(a.Name, b.Name) })
	for i := range entries[1:] {
		if entries[i].Name == entries[i+1].Name {
			return nil, refuse("two entries of the archive have the name %q: ask the sender which counts", entries[i].Name)
		}
	}
	return entries, nil
}

// locate finds the data of files, in their order.
func locate(files []*zip.File, size int64) ([]Entry, error) {
	entries := make([]Entry, len(files))
	for i, f := range files {
		offset, err := f.DataOffset()
		if err != nil {
			return nil, err
		}
		if f.CompressedSize64 > uint64(size) || f.UncompressedSize64 > 1<<62 || offset > size-int64(f.CompressedSize64) { //nolint:gosec // sizes are positive
			return nil, io.ErrUnexpectedEOF
		}
		entries[i] = Entry{
			Name: f.Name, Offset: offset, Packed: int64(f.CompressedSize64), Size: int64(f.UncompressedSize64), //nolint:gosec // bounded above
			CRC32: f.CRC32, Method: f.Method,
		}
	}
	return entries, nil
}

// fileHeader is the size of the header before the data of a file, without its
// name and what else may follow.
const fileHeader = 30

var (
	errOverlap = errors.New("its entries overlap: it was made to do harm")
	errFirst   = errors.New("its directory leaves out the file at its beginning")
)

// checkPlaces is an error unless the entries have their data behind one another,
// from the beginning of the archive.
func checkPlaces(at io.ReaderAt, entries []Entry) error {
	byPlace := slices.SortedFunc(slices.Values(entries), func(a, b Entry) int { return cmp.Compare(a.Offset, b.Offset) })
	for i := range byPlace {
		if i > 0 && byPlace[i].Offset-fileHeader < byPlace[i-1].Offset+byPlace[i-1].Packed {
			return &DamageError{Kind: Zip, Err: errOverlap}
		}
	}
	if len(byPlace) == 0 {
		return nil
	}
	var header [fileHeader]byte
	if _, err := at.ReadAt(header[:], 0); err != nil {
		return err
	}
	name, extra := binary.LittleEndian.Uint16(header[26:]), binary.LittleEndian.Uint16(header[28:])
	if byPlace[0].Offset != fileHeader+int64(name)+int64(extra) {
		return &DamageError{Kind: Zip, Err: errFirst}
	}
	return nil
}

func isFolder(f *zip.File) bool { return strings.HasSuffix(f.Name, "/") }

// isMacs tells whether a file is what macOS puts beside those that it packs.
func isMacs(f *zip.File) bool {
	return strings.HasPrefix(f.Name, "__MACOSX/") || path.Base(f.Name) == ".DS_Store"
}

// checkFile is an error if a file is not read here.
func checkFile(f *zip.File) error {
	name := strings.TrimSuffix(strings.ReplaceAll(f.Name, `\`, "/"), "/")
	switch {
	case storage.CheckKey(name) != nil:
		return refuse("its name %q is no plain relative path: ask the sender to name it otherwise", f.Name)
	case f.Name == "[Content_Types].xml":
		return refuse("the archive is a spreadsheet or another document: export it as text")
	case f.Flags&1 != 0:
		return refuse("%q is encrypted: decrypt the archive first", f.Name)
	case isFolder(f) && f.UncompressedSize64 == 0:
		return nil
	case isFolder(f) || !f.Mode().IsRegular():
		return refuse("%q is no regular file: ask the sender for the file", f.Name)
	case methods[f.Method] == nil:
		return refuse("%q is packed by method %d, which is not read here: have it packed by Deflate, method 8", f.Name, f.Method)
	}
	return nil
}

// The records at the end of an archive. In that of 64 bits and in that of 32
// stand, one behind the other, the number of files, the size of the directory
// and where it begins.
const (
	endMark      = "PK\x05\x06"
	endBytes     = 22 // without the comment
	endCounts    = 10
	endComment   = 20 // its length
	locatorMark  = "PK\x06\x07"
	locatorBytes = 20
	locatorPlace = 8
	end64Mark    = "PK\x06\x06"
	end64Bytes   = 56
	end64Counts  = 32
	mostTail     = locatorBytes + endBytes + 1<<16
)

var (
	errEnd       = errors.New("it does not end as an archive does: it was cut, or something follows")
	errDirectory = errors.New("its directory does not lie where it says, as when two archives are put end to end")
)

// readEnd is the number of files that an archive says it has: the library makes
// room for as many. It is an error if the archive, or its directory, does not
// end where it should.
func readEnd(at io.ReaderAt, size int64) (records uint64, err error) {
	tail := make([]byte, min(size, mostTail))
	if _, err := at.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	i := bytes.LastIndex(tail, []byte(endMark))
	if i < 0 || len(tail)-i < endBytes || i+endBytes+int(binary.LittleEndian.Uint16(tail[i+endComment:])) != len(tail) {
		return 0, &DamageError{Kind: Zip, Err: errEnd}
	}
	end := tail[i+endCounts:]
	records = uint64(binary.LittleEndian.Uint16(end))
	length, begin := uint64(binary.LittleEndian.Uint32(end[2:])), uint64(binary.LittleEndian.Uint32(end[6:]))
	place := uint64(size) - uint64(len(tail)-i) //nolint:gosec // it is positive
	if i >= locatorBytes && string(tail[i-locatorBytes:][:len(locatorMark)]) == locatorMark {
		place = binary.LittleEndian.Uint64(tail[i-locatorBytes+locatorPlace:])
		var end [end64Bytes]byte
		if place > uint64(size) { //nolint:gosec // it is positive
			return 0, &DamageError{Kind: Zip, Err: errDirectory}
		}
		if _, err := at.ReadAt(end[:], int64(place)); err != nil || string(end[:len(end64Mark)]) != end64Mark { //nolint:gosec // it has just been bounded
			return 0, errors.Join(err, &DamageError{Kind: Zip, Err: errDirectory})
		}
		records = binary.LittleEndian.Uint64(end[end64Counts:])
		length, begin = binary.LittleEndian.Uint64(end[end64Counts+8:]), binary.LittleEndian.Uint64(end[end64Counts+16:])
	}
	if begin > place || place-begin != length {
		return 0, &DamageError{Kind: Zip, Err: errDirectory}
	}
	return records, nil
}

// pages reads a file that may be far away in pages of its own, keeps the last,
// and stops when it has read too much.
type pages struct {
	at    io.ReaderAt
	size  int64
	bytes int64 // of a page
	left  int64 // that may still be read
	err   error // of the file, or that there is too much

	page  []byte
	place int64
}

// scattered makes the pages small, for reads here and there, and many.
func (p *pages) scattered() { p.bytes, p.left = 4<<10, math.MaxInt64 }

func (p *pages) ReadAt(b []byte, offset int64) (n int, _ error) {
	if offset < 0 {
		return 0, io.ErrUnexpectedEOF
	}
	for n < len(b) {
		at := offset + int64(n)
		if at >= p.size {
			return n, io.EOF
		}
		if at < p.place || at >= p.place+int64(len(p.page)) {
			if err := p.turn(at - at%p.bytes); err != nil {
				return n, err
			}
		}
		n += copy(b[n:], p.page[at-p.place:])
	}
	return n, nil
}

// turn reads the page at a place.
func (p *pages) turn(place int64) error {
	if p.err != nil {
		return p.err
	}
	page := make([]byte, min(p.bytes, p.size-place))
	if p.left -= int64(len(page)); p.left < 0 {
		p.err = refuse("the directory of the archive takes more than %d MiB: have the files packed in several archives", directoryBytes>>20)
		return p.err
	}
	if _, err := p.at.ReadAt(page, place); err != nil {
		p.err = err
		return err
	}
	p.page, p.place = page, place
	return nil
}
