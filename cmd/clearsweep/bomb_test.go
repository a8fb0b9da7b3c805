package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// statusFile names, for the command in a process of its own, the file that shall
// have the status of the process at its end. What the parent is told of the
// child's memory may be the parent's own.
const statusFile = "CLEARSWEEP_TEST_STATUS"

func runAndTell(name string) int {
	code := run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)
	status, err := os.ReadFile("/proc/self/status")
	if err = errors.Join(err, os.WriteFile(name, status, 0o600)); err != nil {
		panic(err)
	}
	return code
}

// peakOf is the most memory, in bytes, that a process had.
func peakOf(t *testing.T, name string) int64 {
	t.Helper()
	status, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(status), "VmHWM:")
	var kib int64
	if _, err := fmt.Sscanf(rest, "%d kB", &kib); err != nil || !ok {
		t.Fatalf("the system tells no memory (%v)", err)
	}
	return kib << 10
}

// zstdBomb is a frame of n blocks that each say that one byte comes 128 KiB
// times: four bytes of file for 131,072 of content.
func zstdBomb(n int) []byte {
	b := []byte("\x28\xb5\x2f\xfd\x00\x38") // a window of 128 KiB, no checksum
	for i := range n {
		header := uint32(128<<10)<<3 | 1<<1
		if i == n-1 {
			header |= 1
		}
		b = binary.LittleEndian.AppendUint32(b, header|uint32('0')<<24)
	}
	return b
}

// gzipBomb is n bytes of one kind, packed.
func gzipBomb(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	zeros := bytes.Repeat([]byte("0"), 1<<20)
	for range n >> 20 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What expands without end is refused with its cap and its remedy, and takes no
// more memory than a plain extract would; so do files that are damaged.
func TestBombsUnder256MiB(t *testing.T) {
	if testing.Short() || runtime.GOOS != "linux" {
		t.Skip("SKIPPED with -short, and where Linux does not tell the memory of a process: unpacks gigabytes")
	}
	bomb := zstdBomb(1 << 15) // 131 KB for 4 GiB
	if len(bomb) > 132_000 {
		t.Fatalf("the bomb takes %d bytes", len(bomb))
	}
	one, two := gzipBomb(t, 1<<20), gzipBomb(t, 64<<20)
	for name, c := range map[string]struct {
		data []byte
		args []string
		want string
	}{
		"zstd":                   {bomb, nil, "it expands to more than 250 times its size: if it is what its sender meant to send, raise --unpack-ratio"},
		"zstd, ratio raised":     {bomb, []string{"--unpack-ratio", "1000000", "--unpack-bytes", "1GiB"}, "it expands to more than 1073741824 bytes: if it is what its sender meant to send, raise --unpack-bytes"},
		"zstd, all of it":        {zstdBomb(1 << 13), []string{"--unpack-ratio", "1000000"}, "the header is longer than"},
		"gzip":                   {gzipBomb(t, 256<<20), nil, "--unpack-ratio"},
		"one and a half members": {append(bytes.Clone(one), two[:len(two)/2]...), []string{"--unpack-ratio", "2000"}, "its gzip data is damaged in member 2: it ends too early"},
		"junk after the end":     {append(bytes.Clone(two), "junk"...), []string{"--unpack-ratio", "2000"}, "its gzip data is damaged after member 1: something else follows"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "charges.csv"), c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(dir, "out")
			args := append([]string{
				"sweep", "--input", filepath.Join(dir, "charges.csv"), "--layout", "generic/charges", "--as-of", "2026-11-23",
				"--policy", "us-ca/prop64", "--out", out, "--memory", "128MiB",
			}, c.args...)
			cmd := exec.CommandContext(t.Context(), self, args...)
			status := filepath.Join(dir, "status")
			cmd.Env = append(os.Environ(), asCommand+"=1", statusFile+"="+status)
			said, err := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != exitError || !strings.Contains(string(said), "read charges.csv: ") || !strings.Contains(string(said), c.want) {
				t.Errorf("code %d (%v): %s", code, err, said)
			}
			if peak := peakOf(t, status); peak > 256<<20 {
				t.Errorf("%d MiB of memory", peak>>20)
			} else {
				t.Logf("%d bytes, %d MiB of memory", len(c.data), peak>>20)
			}
			for _, folder := range []string{"commits", "runs"} {
				if _, err := os.Stat(filepath.Join(out, folder)); err == nil {
					t.Errorf("%s is there", folder)
				}
			}
		})
	}
}
