package containers_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/readers/containers"
)

// secret stands in the content; it must never come back in an error.
const secret = "Zzyzx"

// lines are n lines of content from number first on.
func lines(first, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d of %s\n", first+i, secret)
	}
	return b.String()
}

func TestContainersThatAreRead(t *testing.T) {
	a, b := lines(1, 100), lines(101, 100)
	for name, c := range map[string]struct {
		data []byte
		want string
		in   []containers.Kind
	}{
		"plain":                   {[]byte(a), a, nil},
		"empty":                   {nil, "", nil},
		"shorter than a mark":     {[]byte("\x1f\x8b"), "\x1f\x8b", nil},
		"text as bzip2 begins":    {[]byte("BZh9,a,b,c,d\n"), "BZh9,a,b,c,d\n", nil},
		"gzip":                    {gz(a), a, []containers.Kind{"gzip"}},
		"gzip of nothing":         {gz(""), "", []containers.Kind{"gzip"}},
		"gzip members":            {gz(a, b), a + b, []containers.Kind{"gzip"}},
		"gzip members, empty":     {gz("", a, "", "", b, ""), a + b, []containers.Kind{"gzip"}},
		"gzip cut within a line":  {gz(a[:50], a[50:]), a, []containers.Kind{"gzip"}},
		"zstd":                    {zst(a), a, []containers.Kind{"zstd"}},
		"zstd frames":             {zst(a, "", b), a + b, []containers.Kind{"zstd"}},
		"zstd, single segment":    {zstWith([]zstd.EOption{zstd.WithSingleSegment(true)}, a, lines(1, 40_000)), a + lines(1, 40_000), []containers.Kind{"zstd"}},
		"zstd, without checksum":  {zstWith([]zstd.EOption{zstd.WithEncoderCRC(false)}, a, b), a + b, []containers.Kind{"zstd"}},
		"zstd, skippable frames":  {slices.Concat(skippable, zst(a), skippable, skippable, zst(b), skippable), a + b, []containers.Kind{"zstd"}},
		"bzip2":                   {bz(), bzText(), []containers.Kind{"bzip2"}},
		"bzip2 streams":           {slices.Concat(bz(), bz()), bzText() + bzText(), []containers.Kind{"bzip2"}},
		"gzip twice":              {gz(string(gz(a))), a, []containers.Kind{"gzip", "gzip"}},
		"zstd in members of gzip": {gz(string(zst(a)[:40]), string(zst(a)[40:])), a, []containers.Kind{"gzip", "zstd"}},
		"zip":                     {zipped(file{name: "a.csv", text: a}), a, nil},
		"zip of two":              {zipped(file{name: "b.csv", text: b}, file{name: "a.csv", text: a}), a + b, nil},
		"zip, gzip in it":         {zipped(file{name: "a.csv.gz", text: string(gz(a, b))}), a + b, nil},
		"zip, stored":             {zipped(file{"a.csv", a, func(h *zip.FileHeader) { h.Method = zip.Store }}), a, nil},
		"zip, zstd":               {zipped(file{"a.csv", a, func(h *zip.FileHeader) { h.Method = zstd.ZipMethodWinZip }}), a, nil},
		"zip, bzip2":              {raw(zip.FileHeader{Name: "a", Method: 12, CRC32: crc(bzText()), CompressedSize64: uint64(len(bz())), UncompressedSize64: uint64(len(bzText()))}, bz()), bzText(), nil},
		"zip, empty file":         {zipped(file{name: "a.csv"}), "", nil},
		"zip, folders and hidden": {zipped(file{name: "in/"}, file{name: "in/a.csv", text: a}, file{name: "__MACOSX/._a.csv", text: "x"}, file{name: ".DS_Store", text: "x"}), a, nil},
		"zip, from Windows":       {zipped(file{name: `in\a.csv`, text: a}), a, nil},
		"zip, with a comment":     {commented("sent on Monday"), "a", nil},
		"zip, many":               {many(500), strings.Repeat("row\n", 500), nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := unpack(c.data, containers.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("%d bytes, want %d, or they differ", len(got), len(c.want))
			}
			if c.in == nil {
				return
			}
			if diff := cmp.Diff(c.in, kinds(t, c.data)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

var skippable = []byte("\x51\x2a\x4d\x18\x03\x00\x00\x00abc")

func bzText() string {
	var b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&b, "line %d of the extract\n", i+1)
	}
	return b.String()
}

func commented(comment string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	must(must(w.Create("a.csv")).Write([]byte("a")))
	check(w.SetComment(comment))
	check(w.Close())
	return b.Bytes()
}

func many(n int) []byte {
	files := make([]file, n)
	for i := range files {
		files[i] = file{fmt.Sprintf("%05d.csv", i), "row\n", func(h *zip.FileHeader) { h.Method = zip.Store }}
	}
	return zipped(files...)
}

// Damage is seen, named, and never mistaken for an end; how many lines came
// before, and how many of these a checksum vouches for, is told.
func TestDamage(t *testing.T) {
	a, b := lines(1, 1000), lines(1001, 1000)
	one, two := gz(a), gz(a, b)
	half := len(one) + (len(two)-len(one))/2
	zone, ztwo := zst(a), zst(a, b)
	archive := zipped(file{name: "a.csv", text: a})
	for name, c := range map[string]struct {
		data  []byte
		want  string
		sound int64 // lines under a checksum
		all   int64 // lines that came, if it is certain; else -1
	}{
		"gzip, one and a half members": {two[:half], "gzip data is damaged in member 2: it ends too early", 1000, -1},
		"gzip, cut in the header":      {two[:len(one)+5], "gzip data is damaged in member 2: it ends too early", 1000, 1000},
		"gzip, cut in the checksum":    {one[:len(one)-3], "gzip data is damaged in member 1: it ends too early", 0, 1000},
		"gzip, wrong checksum":         {with(two, -6), "gzip data is damaged in member 2: its checksum", 1000, 2000},
		"gzip, wrong length":           {with(one, -1), "gzip data is damaged in member 1: its checksum", 0, 1000},
		"gzip, zeros after the end":    {append(gz(a), 0, 0, 0), "gzip data is damaged after member 1: something else follows", 1000, 1000},
		"gzip, text after the end":     {append(gz(a), secret...), "gzip data is damaged after member 1: something else follows", 1000, 1000},
		"gzip, a byte after the end":   {append(gz(a), 0x1f), "gzip data is damaged after member 1: something else follows", 1000, 1000},
		"gzip in gzip, the inner":      {gz(string(two[:half])), "gzip data is damaged in member 2: it ends too early", 1000, -1},
		"gzip in gzip, the outer":      {gz(string(two))[:40], "gzip data is damaged in member 1: it ends too early", 0, -1},
		"zstd, one and a half frames":  {ztwo[:len(zone)+(len(ztwo)-len(zone))/2], "zstd data is damaged in member 2: it ends too early", 1000, 1000},
		"zstd, cut in the header":      {ztwo[:len(zone)+4], "zstd data is damaged in member 2: it ends too early", 1000, 1000},
		"zstd, wrong checksum":         {with(ztwo, -2), "zstd data is damaged in member 2: its checksum", 1000, -1},
		"zstd, text after the end":     {append(zst(a), secret...), "zstd data is damaged after member 1: something else follows", 1000, 1000},
		"zstd, cut after a skippable":  {append(zst(a), skippable[:9]...), "zstd data is damaged in member 2: it ends too early", 1000, 1000},
		"bzip2, cut":                   {bz()[:300], "bzip2 data is damaged: it ends too early", 0, 0},
		"bzip2, wrong checksum":        {with(bz(), 12), "bzip2 data is damaged: ", 0, -1},
		"bzip2, text after the end":    {append(bz(), secret...), "bzip2 data is damaged: ", 0, 200},
		"zip, wrong checksum":          {raw(zip.FileHeader{Name: "a", Method: zip.Deflate, CRC32: 1, CompressedSize64: uint64(len(deflated(a))), UncompressedSize64: uint64(len(a))}, deflated(a)), "zip data is damaged: its checksum", 0, 1000},
		"zip, no checksum":             {raw(zip.FileHeader{Name: "a", Method: zip.Deflate, CompressedSize64: uint64(len(deflated(a))), UncompressedSize64: uint64(len(a))}, deflated(a)), "zip data is damaged: its checksum", 0, 1000},
		"zip, longer than it says":     {raw(zip.FileHeader{Name: "a", Method: zip.Deflate, CRC32: crc(a), CompressedSize64: uint64(len(deflated(a))), UncompressedSize64: 9}, deflated(a)), "zip data is damaged: it is not as long", 0, -1},
		"zip, shorter than it says":    {raw(zip.FileHeader{Name: "a", Method: zip.Deflate, CRC32: crc(a), CompressedSize64: uint64(len(deflated(a))), UncompressedSize64: uint64(len(a) + 1)}, deflated(a)), "zip data is damaged: it is not as long", 0, 1000},
		"zip, cut":                     {archive[:len(archive)-1], "zip data is damaged: it does not end as an archive does", 0, 0},
		"zip, only its beginning":      {archive[:200], "zip data is damaged: it does not end as an archive does", 0, 0},
		"zip, text after the end":      {append(slices.Clone(archive), secret...), "zip data is damaged: it does not end as an archive does", 0, 0},
		"zip, two end to end":          {slices.Concat(archive, archive), "zip data is damaged: its directory does not lie where it says", 0, 0},
		"zip, another before it":       {slices.Concat(zipped(file{name: "b", text: "b"}), archive), "zip data is damaged: its directory does not lie where it says", 0, 0},
		"zip, a file left out":         {leftOut(), "zip data is damaged: its directory leaves out the file at its beginning", 0, 0},
		"zip, broken data":             {with(archive, 60), "zip data is damaged: ", 0, -1},
		"zip, broken directory":        {with(archive, len(archive)-70), "zip data is damaged: ", 0, 0},
		"zip, entries overlap":         {overlapping(t), "zip data is damaged: its entries overlap", 0, 0},
		"zip, gzip in it broken":       {zipped(file{name: "a.gz", text: string(two[:half])}), "gzip data is damaged in member 2: it ends too early", 1000, -1},
		"zip, gzip in it, zip broken":  {raw(zip.FileHeader{Name: "a", CRC32: 1, CompressedSize64: uint64(len(one)), UncompressedSize64: uint64(len(one))}, one), "zip data is damaged: its checksum", 1000, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := unpack(c.data, containers.Limits{})
			damage, ok := errors.AsType[*containers.DamageError](err)
			if !ok || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want %q", err, c.want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error quotes the file: %v", err)
			}
			if damage.Sound != c.sound || c.all >= 0 && damage.Lines != c.all || damage.Lines < damage.Sound {
				t.Errorf("%d lines, %d of them sound, want %d and %d", damage.Lines, damage.Sound, c.all, c.sound)
			}
		})
	}
}

// leftOut is an archive whose directory lists the second of its two files.
func leftOut() []byte {
	data := zipped(file{name: "a", text: "x"}, file{name: "b", text: "x"})
	first, second := bytes.Index(data, []byte("PK\x01\x02")), bytes.LastIndex(data, []byte("PK\x01\x02"))
	end := bytes.Index(data, []byte("PK\x05\x06"))
	data = slices.Delete(data, first, second)
	end -= second - first
	binary.LittleEndian.PutUint16(data[end+8:], 1)
	binary.LittleEndian.PutUint16(data[end+10:], 1)
	binary.LittleEndian.PutUint32(data[end+12:], uint32(end-first))
	return data
}

// overlapping is an archive whose directory lists one file twice, under two
// names.
func overlapping(t *testing.T) []byte {
	t.Helper()
	data := zipped(file{name: "a", text: "x"}, file{name: "b", text: "x"})
	first, second := bytes.Index(data, []byte("PK\x01\x02")), bytes.LastIndex(data, []byte("PK\x01\x02"))
	copy(data[second+42:second+46], data[first+42:first+46]) // where the file begins
	return data
}

func TestContainersThatAreRefused(t *testing.T) {
	a := lines(1, 10)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"zip in gzip":       {gz(string(zipped(file{name: "a", text: a}))), "a zip archive inside another container"},
		"zip in zip":        {zipped(file{name: "a.zip", text: string(zipped(file{name: "a", text: a}))}), "a zip archive inside another container"},
		"zip of nothing":    {zipped(), "the archive holds no files"},
		"zip of folders":    {zipped(file{name: "a/"}, file{name: "a/.DS_Store", text: "x"}), "the archive holds no files"},
		"encrypted":         {zipped(file{"a", a, func(h *zip.FileHeader) { h.Flags |= 1 }}), `entry 1: "a" is encrypted`},
		"above the folder":  {zipped(file{name: "ok"}, file{name: "../a", text: a}), `entry 2: its name "../a" is no plain relative path`},
		"above, backwards":  {zipped(file{name: `in\..\..\a`, text: a}), "is no plain relative path"},
		"absolute":          {zipped(file{name: "/etc/a", text: a}), "is no plain relative path"},
		"no name":           {zipped(file{name: "", text: a}), "is no plain relative path"},
		"a line break":      {zipped(file{name: "a\nb", text: a}), `its name "a\nb" is no plain`},
		"one name twice":    {zipped(file{name: "a", text: a}, file{name: "b"}, file{name: "a"}), `two entries of the archive have the name "a"`},
		"a link":            {zipped(file{"a", "/etc/passwd", func(h *zip.FileHeader) { h.SetMode(fs.ModeSymlink | 0o777) }}), "is no regular file"},
		"a folder by flag":  {zipped(file{"a", a, func(h *zip.FileHeader) { h.SetMode(fs.ModeDir | 0o777) }}), "is no regular file"},
		"Deflate64":         {raw(zip.FileHeader{Name: "a", Method: 9}, nil), "packed by method 9"},
		"a spreadsheet":     {zipped(file{name: "[Content_Types].xml", text: "<?xml"}, file{name: "xl/a.xml"}), "the archive is a spreadsheet"},
		"zstd, wide window": {[]byte("\x28\xb5\x2f\xfd\x04\x88\x01\x00\x00\x00\x00\x00\x00"), "its zstd window is larger than 32 MiB"},
		"zstd, dictionary":  {[]byte("\x28\xb5\x2f\xfd\x01\x00\x07\x01\x00\x00"), "a zstd dictionary"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := unpack(c.data, containers.Limits{})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), secret) {
				t.Fatalf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	blank := strings.Repeat(" ", 8<<20)
	for name, c := range map[string]struct {
		data   []byte
		limits containers.Limits
		want   *containers.LimitError
	}{
		"bytes, held":          {gz(lines(1, 100)), containers.Limits{Bytes: int64(len(lines(1, 100)))}, nil},
		"bytes":                {gz(lines(1, 100)), containers.Limits{Bytes: int64(len(lines(1, 100))) - 1}, &containers.LimitError{Limit: "bytes", Most: int64(len(lines(1, 100))) - 1}},
		"bytes of an entry":    {zipped(file{name: "a", text: blank}), containers.Limits{Bytes: 1000}, &containers.LimitError{Limit: "bytes", Most: 1000}},
		"bytes in between":     {gz(string(gz(make([]string, 1000)...))), containers.Limits{Bytes: 1000}, &containers.LimitError{Limit: "bytes", Most: 1000}},
		"ratio":                {gz(blank), containers.Limits{}, &containers.LimitError{Limit: "ratio", Most: 250}},
		"ratio, raised":        {gz(blank), containers.Limits{Ratio: 1100}, nil},
		"ratio, zstd":          {zst(blank), containers.Limits{Ratio: 1000}, &containers.LimitError{Limit: "ratio", Most: 1000}},
		"ratio of an entry":    {zipped(file{name: "a", text: lines(1, 100)}, file{name: "b", text: blank}), containers.Limits{}, &containers.LimitError{Limit: "ratio", Most: 250}},
		"ratio of a few lines": {gz(blank[:1<<20]), containers.Limits{}, nil},
		"ratio of two":         {gz(string(gz(blank))), containers.Limits{Ratio: 1100}, &containers.LimitError{Limit: "ratio", Most: 1100}},
		"members, held":        {gz("a", "b", "c"), containers.Limits{Members: 3}, nil},
		"members":              {gz("a", "b", "c"), containers.Limits{Members: 2}, &containers.LimitError{Limit: "members", Most: 2}},
		"frames":               {zst("a", "b", "c"), containers.Limits{Members: 2}, &containers.LimitError{Limit: "members", Most: 2}},
		"files, held":          {many(10), containers.Limits{Members: 10}, nil},
		"files":                {many(10), containers.Limits{Members: 9}, &containers.LimitError{Limit: "members", Most: 9}},
		"files not told":       {understated(), containers.Limits{Members: 100}, &containers.LimitError{Limit: "members", Most: 100}},
		"depth, held":          {gz(string(gz("a"))), containers.Limits{Depth: 2}, nil},
		"depth":                {gz(string(gz("a"))), containers.Limits{Depth: 1}, &containers.LimitError{Limit: "depth", Most: 1}},
		"depth, by default":    {gz(string(gz(string(gz("a"))))), containers.Limits{}, &containers.LimitError{Limit: "depth", Most: 2}},
		"depth in an archive":  {zipped(file{name: "a", text: string(gz("a"))}), containers.Limits{Depth: 1}, &containers.LimitError{Limit: "depth", Most: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := unpack(c.data, c.limits)
			got, _ := errors.AsType[*containers.LimitError](err)
			if diff := cmp.Diff(c.want, got); diff != "" || c.want == nil && err != nil {
				t.Fatalf("error %v\n%s", err, diff)
			}
			if c.want != nil && !strings.Contains(err.Error(), "raise --unpack-"+c.want.Limit) {
				t.Errorf("the error names no remedy: %v", err)
			}
		})
	}
}

// understated is an archive of 65,546 files that says it has 10.
func understated() []byte {
	data := many(1<<16 + 10)
	end := bytes.LastIndex(data, []byte("PK\x06\x06"))
	binary.LittleEndian.PutUint64(data[end+32:], 10)
	return data
}

// A directory larger than what is read of one is refused before it takes memory.
func TestADirectoryTooLarge(t *testing.T) {
	files := make([]file, 200)
	for i := range files {
		files[i] = file{strconv.Itoa(i), "", func(h *zip.FileHeader) { h.Comment = strings.Repeat("c", 60_000) }}
	}
	_, err := unpack(zipped(files...), containers.Limits{})
	if err == nil || !strings.Contains(err.Error(), "takes more than 8 MiB") {
		t.Errorf("error %v", err)
	}
}

// Archives with sizes of 64 bits are read as the others are.
func TestZip64(t *testing.T) {
	data := many(1 << 16) // more than 16 bits count
	entries, err := containers.List(bytes.NewReader(data), int64(len(data)), containers.Limits{})
	if err != nil || len(entries) != 1<<16 {
		t.Fatalf("%d files, error %v", len(entries), err)
	}
	r, err := entries[1<<15].Open(bytes.NewReader(data[entries[1<<15].Offset:]), containers.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(r); err != nil || string(text) != "row\n" {
		t.Errorf("%d bytes, error %v", len(text), err)
	}
	if _, err := containers.List(bytes.NewReader(data), int64(len(data)), containers.Limits{Members: 1<<16 - 1}); err == nil {
		t.Error("the files of a large archive are not counted")
	}
}

// A container that is cut anywhere, or has any bit changed, never ends well with
// other content than it had.
func TestEveryByteMatters(t *testing.T) {
	a, b := lines(1, 4), lines(5, 4)
	for name, data := range map[string][]byte{
		"gzip": gz(a, b), "zstd": zst(a, b), "bzip2": bz(), "zip": zipped(file{name: "a", text: a}, file{name: "b", text: b}),
		"gzip in zip": zipped(file{name: "a.gz", text: string(gz(a, b))}),
	} {
		want, err := unpack(data, containers.Limits{})
		if err != nil || name == "zip" && want != sortLines(want) {
			t.Fatal(err)
		}
		ends := map[int]bool{0: true}
		for _, whole := range [][]byte{gz(a), zst(a), zst(a, b)[:len(zst(a))]} {
			ends[len(whole)] = true // whole in itself: nothing tells that more should follow
		}
		for n := range data {
			if got, err := unpack(data[:n], containers.Limits{}); err == nil && !ends[n] && containers.Of(data[:min(n, 10)]) != containers.None {
				t.Errorf("%s: cut after %d of %d bytes: %d bytes and no error", name, n, len(data), len(got))
			}
			for bit := range 8 {
				flipped := slices.Clone(data)
				flipped[n] ^= 1 << bit
				got, err := unpack(flipped, containers.Limits{})
				if name == "zip" { // nothing vouches for the names, and so for their order
					got = sortLines(got)
				}
				if err == nil && got != want && containers.Of(flipped[:10]) == containers.Of(data[:10]) {
					t.Errorf("%s: bit %d of byte %d changed: other content and no error", name, bit, n)
				}
			}
		}
	}
}

func sortLines(text string) string {
	lines := strings.SplitAfter(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// However a text is cut into members or frames, and however the reader below
// delivers, it is the same.
func TestAnyCutIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := lines(1, rapid.IntRange(0, 300).Draw(t, "lines"))
		var parts []string
		for rest := text; ; {
			n := rapid.IntRange(0, len(rest)).Draw(t, "cut")
			parts, rest = append(parts, rest[:n]), rest[n:]
			if len(rest) == 0 || len(parts) > 10 {
				parts = append(parts, rest)
				break
			}
		}
		pack := rapid.SampledFrom([]func(...string) []byte{gz, zst}).Draw(t, "pack")
		var below io.Reader = bytes.NewReader(pack(parts...))
		switch rapid.IntRange(0, 3).Draw(t, "reader") {
		case 1:
			below = iotest.OneByteReader(below)
		case 2:
			below = iotest.HalfReader(below)
		case 3:
			below = iotest.DataErrReader(below)
		}
		r, err := containers.Open(below, containers.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != text {
			t.Fatalf("%d bytes, want %d (%v)", len(got), len(text), err)
		}
	})
}

// An error of the reader below is its own, and no damage.
func TestErrorsFromBelow(t *testing.T) {
	a := lines(1, 100_000)
	for name, data := range map[string][]byte{"gzip": gz(a), "zstd": zst(a), "bzip2": bz(), "gzip in gzip": gz(string(gz(a)))} {
		for _, n := range []int{0, 5, 20, len(data) / 2, len(data) - 1, len(data)} {
			below := io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(io.ErrClosedPipe))
			r, err := containers.Open(below, containers.Limits{})
			if err == nil {
				_, err = io.Copy(io.Discard, r)
			}
			if damage, ok := errors.AsType[*containers.DamageError](err); !errors.Is(err, io.ErrClosedPipe) || ok {
				t.Errorf("%s, %d of %d bytes: error %v (%v)", name, n, len(data), err, damage)
			}
		}
	}
	broken := readerAt(func([]byte, int64) (int, error) { return 0, io.ErrClosedPipe })
	if _, err := containers.List(broken, 1000, containers.Limits{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v", err)
	}
}

type readerAt func(p []byte, offset int64) (int, error)

func (r readerAt) ReadAt(p []byte, offset int64) (int, error) { return r(p, offset) }

func TestWhatHasNoChecksum(t *testing.T) {
	without := []zstd.EOption{zstd.WithEncoderCRC(false)}
	for name, c := range map[string]struct {
		data []byte
		want bool
	}{
		"plain": {[]byte("a"), false}, "gzip": {gz("a"), false}, "zstd": {zst("a"), false},
		"zstd without": {zstWith(without, "a"), true}, "a frame without": {slices.Concat(zst("a"), zstWith(without, "b"), zst("c")), true},
		"in gzip": {gz(string(zstWith(without, "a"))), false},
	} {
		r, err := containers.Open(bytes.NewReader(c.data), containers.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			t.Fatal(err)
		}
		if r.Unchecked() != c.want {
			t.Errorf("%s: unchecked: got %t", name, r.Unchecked())
		}
	}
}

func TestNamed(t *testing.T) {
	for name, want := range map[string]containers.Kind{
		"a.csv": "", "a.csv.gz": "gzip", "A.GZ": "gzip", "a.zst": "zstd", "a.bz2": "bzip2", "in/a.zip": "zip", "gz": "", "": "",
	} {
		if got := containers.Named(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
