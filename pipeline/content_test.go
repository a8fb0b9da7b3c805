package pipeline

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/readers/containers"
	"github.com/clearsweep/clearsweep/storage"
)

// gzipped is the content of one gzip file in ranges of about a megabyte, and what
// it holds.
func gzipped(t *testing.T, text []byte, workers int) *content {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(text)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "charges.csv.gz")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &Plan{
		Config: Config{Inputs: []string{name}, Layout: "generic/charges", RangeBytes: 1 << 20, Workers: workers},
		places: new(storage.Places),
	}
	if err := errors.Join(p.openLayout(), p.openFiles(t.Context())); err != nil {
		t.Fatal(err)
	}
	p.Config.Unpack = containers.Limits{Ratio: 1 << 20}
	survey, err := p.Survey(t.Context(), 0, func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	if survey.Bytes != int64(b.Len()) || len(survey.Sources) != 1 || survey.Sources[0].Survey.Bytes != int64(len(text)) {
		t.Fatalf("survey of %d bytes", survey.Bytes)
	}
	return newContent(p, p.Files[0], survey.Sources[0])
}

func extract(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("person_id,statute,disposition\n")
	for i := range rows {
		fmt.Fprintf(&b, "p%d,11357 HS,GUILTY\n", i)
	}
	return b.Bytes()
}

// Each range is what stands there, in whatever order, how often and by how many
// at once it is asked for.
func TestRangesOfPackedContent(t *testing.T) {
	text := extract(300_000)
	endless := append(extract(100_000), strings.Repeat("x", 3<<20)...)
	endless = append(append(endless, '\n'), extract(50_000)...)
	for name, text := range map[string][]byte{"rows": text, "a row without end": endless} {
		for _, workers := range []int{1, 3} {
			t.Run(fmt.Sprint(name, ", workers ", workers), func(t *testing.T) {
				c := gzipped(t, text, workers)
				ranges := c.source.Survey.Ranges
				if len(ranges) < 3 {
					t.Fatalf("only %d ranges", len(ranges))
				}
				random := rand.New(rand.NewPCG(1, uint64(workers)))
				orders := [][]int{{}, random.Perm(len(ranges)), {0, 0, 1, 0}}
				for i := range ranges {
					orders[0] = append(orders[0], i)
				}
				for _, order := range orders {
					work := make(chan int)
					var all sync.WaitGroup
					for range workers {
						all.Go(func() {
							for i := range work {
								want := text[ranges[i].Offset : ranges[i].Offset+ranges[i].Length]
								wantRange(t, c, i, want)
							}
						})
					}
					for _, i := range order {
						work <- i
					}
					close(work)
					all.Wait()
					if held := len(c.passed); held > workers {
						t.Errorf("%d ranges are held for %d workers", held, workers)
					}
				}
			})
		}
	}
}

func wantRange(t *testing.T, c *content, i int, want []byte) {
	t.Helper()
	r, err := c.open(t.Context(), c.source.Survey.Ranges[i])
	if err != nil {
		t.Error(err)
		return
	}
	got, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil || !bytes.Equal(got, want) {
		t.Errorf("range %d: %d bytes, want %d, or they differ (%v)", i, len(got), len(want), err)
	}
}

// Asked for in order, the ranges cost one unpacking, and the file is let go at
// the end.
func TestPackedContentIsUnpackedOnce(t *testing.T) {
	text := extract(300_000)
	c := gzipped(t, text, 2)
	for i, rng := range c.source.Survey.Ranges {
		if i > 0 && c.at != rng.Offset {
			t.Errorf("before range %d the content stands at %d", i, c.at)
		}
		wantRange(t, c, i, text[rng.Offset:rng.Offset+rng.Length])
	}
	if c.closer != nil || len(c.passed) != 0 {
		t.Errorf("the file is open still, or %d ranges are held", len(c.passed))
	}
}

// Ranges may be in work at once, and asked for not quite in order, and are still
// unpacked once.
func TestPackedRangesInWorkAtOnce(t *testing.T) {
	text := extract(300_000)
	c := gzipped(t, text, 3)
	ranges := c.source.Survey.Ranges
	open := map[int]io.ReadCloser{}
	for n, i := range []int{1, 0, 3, 2} {
		var err error
		if open[i], err = c.open(t.Context(), ranges[i]); err != nil {
			t.Fatal(err)
		}
		if want := ranges[n|1].Offset + ranges[n|1].Length; c.at != want {
			t.Errorf("with range %d the content stands at %d, not at %d", i, c.at, want)
		}
	}
	for i, r := range open {
		got, err := io.ReadAll(r)
		if want := text[ranges[i].Offset:][:ranges[i].Length]; err != nil || !bytes.Equal(got, want) {
			t.Errorf("range %d: %d bytes, want %d, or they differ (%v)", i, len(got), len(want), err)
		}
	}
}

// A range that was given up, as by a run that ends, leaves the others to be had.
func TestARangeGivenUp(t *testing.T) {
	text := append(extract(10), strings.Repeat("x", 3<<20)...)
	text = append(append(text, '\n'), extract(100_000)...)
	c := gzipped(t, text, 1)
	for i, rng := range c.source.Survey.Ranges {
		r, err := c.open(t.Context(), rng)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(r.Close(), r.Close()); err != nil {
			t.Fatal(err)
		}
		wantRange(t, c, i, text[rng.Offset:rng.Offset+rng.Length])
	}
}

// A file that was replaced since the survey is not read.
func TestPackedContentThatChanged(t *testing.T) {
	c := gzipped(t, extract(300_000), 1)
	info := &c.file.object.Info
	info.Version = "another"
	_, err := c.open(t.Context(), c.source.Survey.Ranges[0])
	if !errors.Is(err, storage.ErrChanged) || !strings.Contains(err.Error(), "start again when it is complete") {
		t.Errorf("error %v", err)
	}
}

// A run is divided by how long its text is, also where the file is shorter.
func TestAContentIsAsLongAsItsText(t *testing.T) {
	r := &Run{Sources: []Source{{Survey: &readers.Survey{Bytes: 10, Text: 100}}, {Survey: &readers.Survey{Bytes: 7}}}}
	if got := r.content(); got != 107 {
		t.Errorf("%d bytes", got)
	}
}
