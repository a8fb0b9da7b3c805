package archive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/archive"
)

const people = 70_000 // more than a row group

// TestWhatIsSealedIsFoundWithAKey archives two rows of each person and finds those of one.
func TestWhatIsSealedIsFoundWithAKey(t *testing.T) {
	folder, store := place(t)
	key := newKey(t)
	a := seal(t, store, "archive/one", key, 2*people)
	var out bytes.Buffer
	n, err := a.Find(context.Background(), store, a.Key, []age.Identity{key}, "MARKER-69999", &out)
	if err != nil || n != 2 || strings.Count(out.String(), `"person_id":"MARKER-69999"`) != 2 || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("%d rows, %v: %s", n, err, out.String())
	}
	if n, err := a.Find(context.Background(), store, a.Key, []age.Identity{key}, "MARKER", &out); n != 0 || err != nil {
		t.Errorf("a person who is not there: %d rows, %v", n, err)
	}
	if err := a.CheckWith(context.Background(), store, a.Key, []age.Identity{newKey(t)}); !errors.Is(err, archive.ErrKey) {
		t.Errorf("another key: %v, want ErrKey", err)
	}
	rows := filepath.Join(folder, "archive", "one", "rows.parquet")
	sound := contents(t, rows)
	for _, of := range []int{1, 3, 5} { // sixths: in each of three row groups
		changed := bytes.Clone(sound)
		changed[of*len(changed)/6] ^= 1
		put(t, rows, changed)
		if err := a.CheckWith(context.Background(), store, a.Key, []age.Identity{key}); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("a flip in %d sixths: %v, want ErrDamaged", of, err)
		}
	}
	put(t, rows, sound)
	for _, name := range files(t, filepath.Join(folder, "archive")) {
		if bytes.Contains(contents(t, name), []byte("MARKER")) {
			t.Errorf("%s holds a person in clear", filepath.Base(name))
		}
	}
}

// TestEveryChangeIsRefused flips single bits all over an archive, cuts it and puts the files of
// another in its place. None is read, with the hashes or without.
func TestEveryChangeIsRefused(t *testing.T) {
	folder, store := place(t)
	key := newKey(t)
	a, b := seal(t, store, "archive/one", key, 500), seal(t, store, "archive/two", key, 500)
	keys := []age.Identity{key}
	refused := func(what string) {
		t.Helper()
		if err := a.Check(context.Background(), store); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%s: the hashes say %v, want ErrDamaged", what, err)
		}
		err := a.CheckWith(context.Background(), store, a.Key, keys)
		if !errors.Is(err, archive.ErrDamaged) && !errors.Is(err, archive.ErrKey) {
			t.Errorf("%s: the key says %v, want ErrDamaged or ErrKey", what, err)
		}
	}
	rows := filepath.Join(folder, "archive", "one", "rows.parquet")
	sound := contents(t, rows)
	for i := range 60 {
		changed := bytes.Clone(sound)
		changed[i*(len(changed)-1)/59] ^= 1 << (i % 8)
		put(t, rows, changed)
		refused(fmt.Sprintf("flip %d of 60", i))
	}
	for _, cut := range []int{0, 1, len(sound) / 2, len(sound) - 1} {
		put(t, rows, sound[:cut])
		refused(fmt.Sprintf("cut to %d bytes", cut))
	}
	put(t, rows, contents(t, filepath.Join(folder, "archive", "two", "rows.parquet")))
	refused("the rows of another archive under one key of its own")
	put(t, rows, sound)
	wrapped := filepath.Join(folder, "archive", "one", "key-0001.age")
	own := contents(t, wrapped)
	put(t, wrapped, contents(t, filepath.Join(folder, "archive", "two", "key-0001.age")))
	refused("the key of another archive")
	both := *a
	both.Key = b.Key // and its hash too
	if err := both.CheckWith(context.Background(), store, both.Key, keys); !errors.Is(err, archive.ErrKey) {
		t.Errorf("the key of another archive, as if it were its own: %v, want ErrKey", err)
	}
	put(t, wrapped, own)
	index := filepath.Join(folder, "archive", "one", "index")
	put(t, index, contents(t, filepath.Join(folder, "archive", "two", "index")))
	if _, err := a.Find(context.Background(), store, a.Key, keys, "MARKER-1", &bytes.Buffer{}); !errors.Is(err, archive.ErrDamaged) {
		t.Errorf("the index of another archive: %v, want ErrDamaged", err)
	}
}

// TestRewrapTouchesNoRow gives an archive to another key.
func TestRewrapTouchesNoRow(t *testing.T) {
	folder, store := place(t)
	first, second := newKey(t), newKey(t)
	a := seal(t, store, "archive/one", first, 10)
	rows := filepath.Join(folder, "archive", "one", "rows.parquet")
	before, info := contents(t, rows), stat(t, rows)
	again, err := a.Rewrap(context.Background(), store, a.Key, []age.Identity{first}, 2, recipients(t, second))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(contents(t, rows), before) || !stat(t, rows).ModTime().Equal(info.ModTime()) {
		t.Error("the rows were written again")
	}
	if err := a.CheckWith(context.Background(), store, again.Key, []age.Identity{second}); err != nil {
		t.Error(err)
	}
	if err := a.CheckWith(context.Background(), store, again.Key, []age.Identity{first}); !errors.Is(err, archive.ErrKey) {
		t.Errorf("the first key: %v, want ErrKey", err)
	}
	if _, err := a.Rewrap(context.Background(), store, again.Key, []age.Identity{first}, 3, recipients(t, first)); !errors.Is(err, archive.ErrKey) {
		t.Errorf("a key that does not open it gives it to another: %v", err)
	}
}

// BenchmarkArchive seals determinations.
func BenchmarkArchive(b *testing.B) {
	const rows = 100_000
	batch := determinations(rows)
	defer batch.Release()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		b.Fatal(err)
	}
	to, err := writers.ParseRecipients([]string{key.Recipient().String()})
	if err != nil {
		b.Fatal(err)
	}
	store, err := storage.OpenDisk(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		w, err := archive.Create(b.Context(), writers.Folder{Store: store, Prefix: "archive/one"}, "batch", "run", "", to)
		if err != nil {
			b.Fatal(err)
		}
		for at := 0; at < rows; at += 8192 {
			if err := w.Add(batch, places(at, min(at+8192, rows))); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := w.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// determinations are rows of persons, two each where there are more rows than people.
func determinations(rows int) arrow.Record {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schemas.Determinations)
	defer b.Release()
	for row := range rows {
		for i, field := range schemas.Determinations.Fields() {
			switch to := b.Field(i).(type) {
			case *array.StringBuilder:
				switch {
				case field.Name == "person_id":
					to.Append(fmt.Sprintf("MARKER-%d", row%people))
				case field.Nullable && row%3 == 0:
					to.AppendNull()
				default:
					to.Append("MARKER " + field.Name)
				}
			case *array.Date32Builder:
				to.Append(arrow.Date32(row))
			case *array.Int64Builder:
				to.Append(int64(row))
			case *array.Uint64Builder:
				to.Append(uint64(row))
			}
		}
	}
	return b.NewRecord()
}

func seal(t *testing.T, store storage.Store, name string, key *age.X25519Identity, rows int) *archive.Archive {
	t.Helper()
	w, err := archive.Create(context.Background(), writers.Folder{Store: store, Prefix: name}, "batch-000001", "run", "", recipients(t, key))
	if err != nil {
		t.Fatal(err)
	}
	batch := determinations(rows)
	defer batch.Release()
	for at := 0; at < rows; at += 1000 {
		if err := w.Add(batch, places(at, min(at+1000, rows))); err != nil {
			t.Fatal(err)
		}
	}
	a, err := w.Commit()
	if err != nil || a.Rows.Rows != int64(rows) {
		t.Fatal(a, err)
	}
	if err := a.Check(context.Background(), store); err != nil {
		t.Fatal(err)
	}
	return a
}

func places(from, to int) (rows []int) {
	for row := from; row < to; row++ {
		rows = append(rows, row)
	}
	return rows
}

func place(t *testing.T) (string, storage.Store) {
	t.Helper()
	folder := t.TempDir()
	store, err := storage.OpenDisk(folder)
	if err != nil {
		t.Fatal(err)
	}
	return folder, store
}

func newKey(t *testing.T) *age.X25519Identity {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func recipients(t *testing.T, key *age.X25519Identity) writers.Recipients {
	t.Helper()
	to, err := writers.ParseRecipients([]string{key.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func files(t *testing.T, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	return names
}

func contents(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func put(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func stat(t *testing.T, name string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info
}
