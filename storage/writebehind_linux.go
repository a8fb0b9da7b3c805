package storage

import (
	"os"

	"golang.org/x/sys/unix"
)

// startWriting has the system begin to write some bytes of a file to its disk, and does not wait. It
// promises nothing, so it does not matter whether the file's system knows of it: the sync at the end says
// what is durable.
func startWriting(f *os.File, offset, length int64) {
	_ = unix.SyncFileRange(int(f.Fd()), offset, length, unix.SYNC_FILE_RANGE_WRITE)
}
