package storage_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/storage/storagetest"
)

func newDisk(t *testing.T) *storage.DiskStore {
	t.Helper()
	s, err := storage.Disk(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestDisk(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storage.Store { return newDisk(t) })
}

func TestInjectorWithoutFaultIsTheStore(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storage.Store { return &storagetest.Injector{Store: newDisk(t)} })
}

// Not parallel: the umask is that of the process.
func TestDiskModesWhateverTheUmask(t *testing.T) {
	for _, mask := range []int{0, 0o077, 0o777} {
		dir := t.TempDir()
		before := syscall.Umask(mask)
		s, err := storage.Disk(filepath.Join(dir, "out"))
		if err == nil {
			err = storage.Write(t.Context(), s, "a/b/k", []byte("x"))
		}
		if err == nil {
			_, err = s.PutIfAbsent(t.Context(), "c/k", nil)
		}
		syscall.Umask(before)
		if err != nil {
			t.Fatalf("umask %o: %v", mask, err)
		}
		for name, want := range map[string]os.FileMode{
			"": 0o700, "a": 0o700, "a/b": 0o700, "c": 0o700, "a/b/k": 0o600, "c/k": 0o600,
		} {
			fi, err := os.Stat(filepath.Join(s.String(), name))
			if err != nil || fi.Mode().Perm() != want {
				t.Errorf("umask %o: %q has mode %v, want %v (%v)", mask, name, fi.Mode().Perm(), want, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestDiskDoesNotLeaveItsRoot(t *testing.T) {
	s := newDisk(t)
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "k"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(s.String(), "link")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), "link/k", 0, -1, ""); err == nil {
		t.Error("open followed a link out of the root")
	}
	if err := storage.Write(t.Context(), s, "link/new", nil); err == nil {
		t.Error("create followed a link out of the root")
	}
}

func TestDiskDoesNotBlockOnAPipe(t *testing.T) {
	s := newDisk(t)
	if err := syscall.Mkfifo(filepath.Join(s.String(), "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), "pipe", 0, -1, ""); err == nil {
		t.Error("a named pipe opens as an object")
	}
}

func TestPointReplacesAtOnceAndOnlyPointers(t *testing.T) {
	s := newDisk(t)
	for _, run := range []string{"runs/a", "runs/b"} {
		if err := storage.Write(t.Context(), s, run+"/k", []byte(run)); err != nil {
			t.Fatal(err)
		}
		if err := s.Point(t.Context(), "current", run); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(s.String(), "current", "k"))
		if err != nil || string(data) != run {
			t.Errorf("current is %q, want %q (%v)", data, run, err)
		}
	}
	if err := s.Point(t.Context(), "runs", "runs/a"); err == nil {
		t.Error("a folder was replaced by a pointer")
	}
}
