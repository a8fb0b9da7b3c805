package link_test

import (
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/clearsweep/clearsweep/pipeline/link"
)

const benchRows = 1 << 16

func benchKeys() []string {
	keys := make([]string, benchRows)
	for i := range keys {
		keys[i] = fmt.Sprintf("P%08d", i/4)
	}
	return keys
}

// size is the bytes of a batch.
func size(batch arrow.Record) (n int64) {
	for _, column := range batch.Columns() {
		n += int64(column.Data().SizeInBytes())
	}
	return n
}

func BenchmarkScatter(b *testing.B) {
	batch := coded(memory.DefaultAllocator, benchKeys())
	defer batch.Release()
	b.SetBytes(size(batch))
	b.ReportAllocs()
	for b.Loop() {
		scattered, _ := link.Scatter(memory.DefaultAllocator, batch, 7)
		scattered.Release()
	}
	b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkPersons(b *testing.B) {
	batch := coded(memory.DefaultAllocator, benchKeys())
	defer batch.Release()
	b.SetBytes(size(batch))
	b.ReportAllocs()
	for b.Loop() {
		persons := 0
		together, each := link.Persons(memory.DefaultAllocator, batch)
		for range each {
			persons++
		}
		together.Release()
		if persons != benchRows/4 {
			b.Fatalf("%d persons", persons)
		}
	}
	b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
