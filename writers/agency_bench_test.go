package writers

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// BenchmarkDeliver spools deliveries and writes them out for three agencies.
func BenchmarkDeliver(b *testing.B) {
	const n = 60_000
	deliveries := make([]*Delivery, 3000)
	for i := range deliveries {
		deliveries[i] = inventedDelivery(i)
	}
	s := newDiskAt(b, quickDir(b))
	b.ReportAllocs()
	for b.Loop() {
		a, err := Begin(s, s, "run", InClear)
		if err != nil {
			b.Fatal(err)
		}
		p, err := a.Part(b.Context(), 1, memory.NewGoAllocator())
		if err != nil {
			b.Fatal(err)
		}
		for i := range n {
			if err := p.Delivery(deliveries[i%len(deliveries)]); err != nil {
				b.Fatal(err)
			}
		}
		r, err := p.Close()
		if err != nil {
			b.Fatal(err)
		}
		outputs, err := a.Deliver(b.Context(), Delivering{Policy: "us-ca/prop64", AsOf: "2026-01-02", Workers: 2}, []Receipt{r})
		if err != nil {
			b.Fatal(err)
		}
		size := int64(0)
		for _, out := range outputs {
			size += out.Bytes
		}
		b.SetBytes(size)
		if err := a.Abort(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
