package storage_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/storage"
)

func TestLocate(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.csv", "a.csv", "[x].csv", "sub/c.csv", "sub/.hidden", "sub/deep/d.csv"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	elsewhere := filepath.Join(t.TempDir(), "real.csv")
	if err := os.WriteFile(elsewhere, []byte("real"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, filepath.Join(dir, "link.csv")); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ patterns, want []string }{
		"file":            {[]string{"b.csv"}, []string{"b.csv"}},
		"glob":            {[]string{"?.csv"}, []string{"a.csv", "b.csv"}},
		"order and once":  {[]string{"b.csv", "?.csv", "./a.csv"}, []string{"a.csv", "b.csv"}},
		"folder":          {[]string{"sub"}, []string{"sub/c.csv"}},
		"literal bracket": {[]string{"[x].csv"}, []string{"[x].csv"}},
		"symbolic link":   {[]string{"link.csv"}, []string{"link.csv"}},
		"glob of folders": {[]string{"s*"}, []string{"sub/c.csv"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(dir)
			objects, err := new(storage.Places).Locate(t.Context(), test.patterns...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range objects {
				got = append(got, o.URI)
				if data := read(t, o); int64(len(data)) != o.Info.Size {
					t.Errorf("%s: %d bytes, info says %d", o.URI, len(data), o.Info.Size)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func read(t *testing.T, o storage.Object) []byte {
	t.Helper()
	data, err := storage.ReadAll(t.Context(), o.Store, o.Info.Key, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestLocateNamesThePatternThatMatchesNothing(t *testing.T) {
	dir := t.TempDir()
	for _, pattern := range []string{"missing.csv", "*.csv", "["} {
		_, err := new(storage.Places).Locate(t.Context(), filepath.Join(dir, pattern))
		if err == nil || !strings.Contains(err.Error(), pattern) {
			t.Errorf("%s: got %v", pattern, err)
		}
	}
	if _, err := new(storage.Places).Locate(t.Context(), dir); !errors.Is(err, storage.ErrNotExist) {
		t.Errorf("empty folder: got %v", err)
	}
}
