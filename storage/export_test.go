package storage

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Tune makes ranges small and patience short, for tests.
func (s *S3) Tune(rangeBytes int64, inFlight, buffers int, stall time.Duration) {
	s.transfer = transfer{
		rangeBytes: rangeBytes, inFlight: inFlight, buffers: buffers, partBytes: 5 << 20,
		stall: stall, pause: time.Millisecond, backoff: 10 * time.Millisecond,
	}
	s.buffers = newBuffers(rangeBytes, buffers)
	s.client = s3.New(s.client.Options(), s.configure)
	s.uploads = transfermanager.New(s.client, s.configureUploads)
}

// BuffersTaken is the number of buffers that nobody gave back.
func (s *S3) BuffersTaken() int {
	return cap(s.buffers.free) - len(s.buffers.free) - len(s.buffers.fresh)
}

// ErrChecksum is errChecksum.
var ErrChecksum = errChecksum

// BufferBytes is the memory of all buffers that were ever made.
func (s *S3) BufferBytes() int64 {
	return int64(cap(s.buffers.fresh)-len(s.buffers.fresh)) * s.buffers.size
}
