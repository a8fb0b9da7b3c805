package local_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/clearsweep/clearsweep/benchmarks/synth"
	"github.com/clearsweep/clearsweep/pipeline"
	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/writers"
)

// written is what is written through a packer.
func written(t *testing.T, pack func(io.Writer) io.WriteCloser, parts ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, part := range parts {
		w := pack(&b)
		_, err := w.Write(part)
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func gz(t *testing.T, parts ...[]byte) []byte {
	t.Helper()
	return written(t, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, parts...)
}

func zst(t *testing.T, parts ...[]byte) []byte {
	t.Helper()
	return written(t, func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w, zstd.WithZeroFrames(true))
		if err != nil {
			t.Fatal(err)
		}
		return z
	}, parts...)
}

// zipped is an archive with the files entry-0.csv and so on.
func zipped(t *testing.T, parts ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, part := range parts {
		f, err := w.Create(fmt.Sprintf("entry-%d.csv", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// oneExtract is a sweep of one invented file, and the file's text.
func oneExtract(t *testing.T, rows int64) (pipeline.Config, []byte) {
	t.Helper()
	folder := t.TempDir()
	made := synth.Defaults()
	made.Rows, made.Files, made.Scatter, made.Ragged = rows, 1, 0.3, 0.002
	if _, err := synth.Generate(t.Context(), folder, made); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(folder, "charges-*"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	cfg := config(t, "LOS ANGELES", names[0])
	cfg.Layout = "generic/charges"
	return cfg, text
}

// of is cfg with other bytes, under the same name.
func of(t *testing.T, cfg pipeline.Config, data []byte) pipeline.Config {
	t.Helper()
	return named(t, cfg, filepath.Base(cfg.Inputs[0]), data)
}

func named(t *testing.T, cfg pipeline.Config, name string, data []byte) pipeline.Config {
	t.Helper()
	cfg.Out, cfg.Inputs = t.TempDir(), []string{filepath.Join(t.TempDir(), name)}
	if err := os.WriteFile(cfg.Inputs[0], data, 0o600); err != nil {
		t.Fatal(err)
	}
	return cfg
}

// pieces cuts a CSV file into files of whole rows, each with the header.
func pieces(text []byte, n int) [][]byte {
	header, rows, _ := bytes.Cut(text, []byte("\n"))
	lines := bytes.SplitAfter(rows, []byte("\n"))
	var files [][]byte
	for i := range n {
		part := bytes.Join(lines[i*len(lines)/n:(i+1)*len(lines)/n], nil)
		files = append(files, slices.Concat(header, []byte("\n"), part))
	}
	return files
}

// Packed in any way, an extract of one name is the same run but for what was
// delivered: the same bytes in every file, whatever the workers and memory.
func TestAPackedExtractIsTheSameRun(t *testing.T) {
	if testing.Short() {
		t.Skip("long: make test runs it")
	}
	plain, text := oneExtract(t, 20_000)
	blank := append(bytes.Repeat([]byte(" "), 1_000_000), '\n')
	text = append(text, bytes.Repeat(blank, 40)...) // enough for two parts
	plain = of(t, plain, text)
	half := len(text) / 2
	want := sweep(t, plain)
	if !slices.ContainsFunc(want.Manifest.Outputs, func(o writers.Output) bool { return o.Path == "determinations/part-00001.parquet" }) {
		t.Error("there is only one part")
	}
	wantFiles := files(t, plain, want)
	for name, data := range map[string][]byte{
		"gzip": gz(t, text), "gzip members": gz(t, text[:half], nil, text[half:]), "zstd frames": zst(t, text[:half], text[half:]),
		"gzip twice": gz(t, gz(t, text)),
	} {
		for _, tuning := range []struct {
			workers int
			memory  int64
		}{{1, pipeline.LeastMemory}, {4, pipeline.LeastMemory}, {2, pipeline.DefaultMemory}} {
			cfg := of(t, plain, data)
			cfg.Workers, cfg.Memory = tuning.workers, tuning.memory
			got := sweep(t, cfg)
			if diff := cmp.Diff(wantFiles, files(t, cfg, got)); diff != "" {
				t.Errorf("%s, %d workers: the files differ (-plain +packed):\n%s", name, tuning.workers, diff)
			}
			wantDelivered(t, got.Manifest, data, text)
			if diff := cmp.Diff(undelivered(want.Manifest), undelivered(got.Manifest)); diff != "" {
				t.Errorf("%s: the manifest differs (-plain +packed):\n%s", name, diff)
			}
		}
	}
}

// files are the hashes of what a run wrote beside its manifest. The run's name,
// which stands in the first line of fixed-width update files, is left out.
func files(t *testing.T, cfg pipeline.Config, result pipeline.Result) map[string][32]byte {
	t.Helper()
	sums := map[string][32]byte{}
	for _, out := range result.Manifest.Outputs {
		text, err := os.ReadFile(filepath.Join(cfg.Out, result.Path, out.Path))
		if err != nil {
			t.Fatal(err)
		}
		sums[out.Path] = sha256.Sum256(bytes.ReplaceAll(text, []byte(result.Manifest.RunID), nil))
	}
	return sums
}

// wantDelivered wants the manifest to tell of the file as it was delivered, and
// of what was in it.
func wantDelivered(t *testing.T, m writers.Manifest, data, text []byte) {
	t.Helper()
	in := m.Inputs[0]
	if in.Bytes != int64(len(data)) || in.SHA256 != fmt.Sprintf("%x", sha256.Sum256(data)) {
		t.Errorf("the manifest has %d bytes, the file %d, or the hashes differ", in.Bytes, len(data))
	}
	if c := in.Content; c == nil || c.Bytes != int64(len(text)) || c.SHA256 != fmt.Sprintf("%x", sha256.Sum256(text)) {
		t.Errorf("content %+v", c)
	}
}

// undelivered is a manifest without what says how the input was delivered, and
// what follows from it: the run's name, and the hashes of files that have it.
func undelivered(m writers.Manifest) writers.Manifest {
	m.RunID, m.Inputs, m.Outputs = "", slices.Clone(m.Inputs), slices.Clone(m.Outputs)
	slices.SortFunc(m.Outputs, func(a, b writers.Output) int { return strings.Compare(a.Path, b.Path) })
	for i := range m.Outputs {
		if strings.HasSuffix(m.Outputs[i].Path, "/update.txt") {
			m.Outputs[i].SHA256 = ""
		}
	}
	for i := range m.Inputs {
		m.Inputs[i].Bytes, m.Inputs[i].SHA256, m.Inputs[i].Content = 0, "", nil
	}
	return m
}

// However an extract is split into members, frames, or files of an archive, and
// these packed again, the decisions are the same.
func TestAnySplitIntoContainersIsTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("long: make test runs it")
	}
	plain, text := oneExtract(t, 3_000)
	want := decisions(t, plain)
	random := rand.New(rand.NewPCG(5, 7))
	for round := range 12 {
		var cuts []int
		for range random.IntN(20) {
			cuts = append(cuts, random.IntN(len(text)))
		}
		slices.Sort(cuts)
		var parts [][]byte
		at := 0
		for _, cut := range append(cuts, len(text)) {
			parts, at = append(parts, text[at:cut]), cut
		}
		files := pieces(text, 1+random.IntN(9))
		var data []byte
		switch round % 4 {
		case 0:
			data = gz(t, parts...)
		case 1:
			data = zst(t, parts...)
		case 2:
			data = zipped(t, files...)
		case 3:
			for i, file := range files {
				files[i] = gz(t, file)
			}
			data = zipped(t, files...)
		}
		cfg := of(t, plain, data)
		cfg.Workers, cfg.Memory = 1+random.IntN(4), pipeline.LeastMemory
		if got := decisions(t, cfg); !slices.Equal(got, want) {
			t.Errorf("round %d: %d of %d decisions differ", round, differences(got, want), len(want))
		}
	}
}

// An archive has a source for each of its files, in order of name.
func TestTheSourcesOfAnArchive(t *testing.T) {
	plain, text := oneExtract(t, 2_000)
	data := zipped(t, pieces(text, 3)...)
	cfg := named(t, plain, "day.zip", data)
	m := sweep(t, cfg).Manifest
	var names []string
	var rows int64
	for _, in := range m.Inputs {
		names = append(names, in.Name)
		rows += in.Totals.Read
		if in.Bytes != int64(len(data)) || in.SHA256 != fmt.Sprintf("%x", sha256.Sum256(data)) {
			t.Errorf("%s: %d bytes, the archive has %d, or the hash is not the archive's", in.Name, in.Bytes, len(data))
		}
	}
	if diff := cmp.Diff([]string{"day.zip!entry-0.csv", "day.zip!entry-1.csv", "day.zip!entry-2.csv"}, names); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if rows != m.Totals.Read || rows == 0 {
		t.Errorf("%d rows, the archive has %d", m.Totals.Read, rows)
	}
	sources := map[string]bool{}
	for _, row := range table(t, cfg, "determinations") {
		sources[row["source"]] = true
	}
	if len(sources) != 3 {
		t.Errorf("sources %v", sources)
	}
}

// An extract that comes again is read once, whatever each copy is packed in.
func TestAPackedDuplicate(t *testing.T) {
	cfg, text := oneExtract(t, 2_000)
	want := decisions(t, cfg)
	folder := filepath.Dir(named(t, cfg, "b.csv", text).Inputs[0])
	for name, data := range map[string][]byte{"c.csv.gz": gz(t, text), "d.csv.zst": zst(t, text), "e.zip": zipped(t, text)} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg.Out, cfg.Inputs = t.TempDir(), []string{folder}
	if got := decisions(t, cfg); !slices.Equal(got, want) {
		t.Errorf("%d of %d decisions differ", differences(got, want), len(want))
	}
	m := sweep(t, cfg).Manifest
	if m.Totals.Duplicate != 3*m.Inputs[0].Totals.Read || m.Totals.Duplicate == 0 {
		t.Errorf("%d duplicate rows of %d", m.Totals.Duplicate, m.Totals.Read)
	}
	for _, name := range []string{"c.csv.gz", "d.csv.zst", "e.zip!entry-0.csv"} {
		if !strings.Contains(strings.Join(m.Warnings, "\n"), name+" holds the same bytes as b.csv") {
			t.Errorf("no warning of %s in %q", name, m.Warnings)
		}
	}
}

// A container that is damaged, or expands too far, stops the run; nothing is
// published, nothing is left, and the error says how far it was sound.
func TestADamagedContainerPublishesNothing(t *testing.T) {
	plain, text := oneExtract(t, 5_000)
	line := bytes.IndexByte(text[len(text)/2:], '\n') + len(text)/2 + 1
	lines := bytes.Count(text[:line], []byte("\n"))
	two := gz(t, text[:line], text[line:])
	first := len(gz(t, text[:line]))
	flipped := slices.Clone(two)
	flipped[len(flipped)-8] ^= 1
	archive := zipped(t, text, text[:line])
	sound := fmt.Sprintf("the first %d of them under a checksum that is right", lines)
	for name, c := range map[string]struct {
		data   []byte
		limits containers.Limits
		want   []string
	}{
		"one and a half members": {two[:first+(len(two)-first)/2], containers.Limits{}, []string{"a.csv.gz: its gzip data is damaged in member 2: it ends too early", sound}},
		"junk after the end":     {append(slices.Clone(two), "junk"...), containers.Limits{}, []string{"after member 2: something else follows"}},
		"a wrong checksum":       {flipped, containers.Limits{}, []string{"in member 2: its checksum does not match", sound}},
		"half a frame":           {zst(t, text)[:9_000], containers.Limits{}, []string{"its zstd data is damaged in member 1"}},
		"half an archive":        {archive[:len(archive)/2], containers.Limits{}, []string{"a.csv.gz: its zip data is damaged"}},
		"an entry damaged":       {zipped(t, text[:line], two[:first+9]), containers.Limits{}, []string{"a.csv.gz!entry-1.csv: its gzip data is damaged in member 2", sound}},
		"too many bytes":         {gz(t, text), containers.Limits{Bytes: 10_000}, []string{"a.csv.gz: it expands to more than 10000 bytes", "--unpack-bytes"}},
		"too many files":         {archive, containers.Limits{Members: 1}, []string{"it has more than 1 members", "--unpack-members"}},
		"too deep":               {gz(t, two), containers.Limits{Depth: 1}, []string{"more than 1 deep", "--unpack-depth"}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := named(t, plain, "a.csv.gz", c.data)
			cfg.Unpack = c.limits
			_, err := trySweep(t.Context(), cfg)
			if !errors.Is(err, pipeline.ErrUnfit) {
				t.Errorf("error %v is not ErrUnfit: a daemon would try again", err)
			}
			for _, want := range c.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want %q", err, want)
				}
			}
			if seen := published(t, cfg.Out); len(seen) > 0 {
				t.Errorf("published: %v", seen)
			}
			if files := leftovers(t, cfg.Out); len(files) > 0 {
				t.Errorf("left: %v", files)
			}
		})
	}
}

// What a file is its content tells; a name that says otherwise is told of.
func TestNamesThatPromiseOtherwise(t *testing.T) {
	plain, text := oneExtract(t, 500)
	unchecked := written(t, func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w, zstd.WithEncoderCRC(false))
		if err != nil {
			t.Fatal(err)
		}
		return z
	}, text)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"a.csv.gz":  {text, "a.csv.gz: the file is named as gzip data and is not packed"},
		"b.zip":     {gz(t, text), "b.zip: the file is named as zip data and is gzip data"},
		"c.csv":     {gz(t, text), ""},
		"d.csv.zst": {zst(t, text), ""},
		"e.zst":     {unchecked, "e.zst: the compressed data has no checksum"},
	} {
		m := sweep(t, named(t, plain, name, c.data)).Manifest
		warned := slices.ContainsFunc(m.Warnings, func(w string) bool { return strings.HasPrefix(w, name) })
		if c.want == "" && warned || !strings.Contains(strings.Join(m.Warnings, "\n"), c.want) {
			t.Errorf("%s: warnings %q, want %q", name, m.Warnings, c.want)
		}
	}
}

// A list says what a file must be as it is delivered, and how many rows are in
// it.
func TestAListOfPackedExtracts(t *testing.T) {
	plain, text := oneExtract(t, 500)
	data := zipped(t, pieces(text, 2)...)
	cfg := named(t, plain, "day.zip", data)
	rows := sweep(t, cfg).Manifest.Totals.Read
	list := filepath.Join(filepath.Dir(cfg.Inputs[0]), "list.csv")
	for _, c := range []struct {
		rows int64
		want string
	}{{rows, ""}, {rows + 1, fmt.Sprintf("lists rows %d, the file has %d", rows+1, rows)}} {
		text := fmt.Sprintf("path,bytes,rows,sha256\nday.zip,%d,%d,%x\n", len(data), c.rows, sha256.Sum256(data))
		if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		listed := cfg
		listed.Inputs, listed.Lists, listed.Out = nil, []string{list}, t.TempDir()
		_, err := trySweep(t.Context(), listed)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

// Two sources of one name could not be told apart.
func TestASourceNamedAsAnEntry(t *testing.T) {
	plain, text := oneExtract(t, 500)
	cfg := named(t, plain, "day.zip", zipped(t, text))
	if err := os.WriteFile(cfg.Inputs[0]+"!entry-0.csv", text[:len(text)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.Inputs = []string{filepath.Dir(cfg.Inputs[0])}
	if _, err := trySweep(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "two sources are named day.zip!entry-0.csv") {
		t.Errorf("error %v", err)
	}
}
