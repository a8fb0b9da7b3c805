package storage_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/storage/storagetest"
)

// countIn names the folder in which a process started by a test counts.
const countIn = "CLEARSWEEP_TEST_COUNT_IN"

const countEach = 50

// Not a test of its own: what the processes of TestProcessesLoseNothing do.
func TestCountInAnotherProcess(t *testing.T) {
	folder := os.Getenv(countIn)
	if folder == "" {
		t.Skip("only for the processes that TestProcessesLoseNothing starts")
	}
	s, err := storage.OpenDisk(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	storagetest.Count(t, s, "dir/n", countEach)
}

func TestProcessesLoseNothing(t *testing.T) {
	s := newDisk(t)
	if _, err := s.PutIfAbsent(t.Context(), "dir/n", []byte("0")); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var processes []*exec.Cmd
	for range 4 {
		p := exec.CommandContext(t.Context(), self, "-test.run", "^TestCountInAnotherProcess$")
		p.Env = append(os.Environ(), countIn+"="+s.String())
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		processes = append(processes, p)
	}
	for _, p := range processes {
		if err := p.Wait(); err != nil {
			t.Error(err)
		}
	}
	data, err := storage.ReadAll(t.Context(), s, "dir/n", 100)
	if want := strconv.Itoa(len(processes) * countEach); err != nil || string(data) != want {
		t.Errorf("counted to %q, want %s (%v)", data, want, err)
	}
}

// A process that holds the lock of a folder and stops must not hold up one that
// is told to stop.
func TestWaitingForALockCanBeCancelled(t *testing.T) {
	s := newDisk(t)
	info, err := s.PutIfAbsent(t.Context(), "dir/k", []byte("1"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(s.String(), "dir"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.PutIfMatch(ctx, "dir/k", []byte("2"), info.Version); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with the folder locked by another: got %v", err)
	}
}
