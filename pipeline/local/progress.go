package local

import "sync/atomic"

// Phase is what a run is doing.
type Phase int32

// The phases, in order.
const (
	Surveying  Phase = iota // reading every source once: hashes, boundaries; measured in bytes
	Passing                 // reading and deciding in one pass; measured in bytes
	Preparing               // reading and coding every row; measured in bytes
	Settling                // deciding every person; measured in parts
	Committing              // checking and publishing; not measured
)

func (p Phase) String() string {
	return [...]string{"surveying", "sweeping", "reading", "deciding", "committing"}[p]
}

// Progress is what a run has done so far. A run adds to it; others may read it
// at any time. Its zero value is ready.
type Progress struct {
	phase         atomic.Int32
	done, total   atomic.Int64
	rows, rejects atomic.Int64
}

// Snapshot is a reading of Progress.
type Snapshot struct {
	Phase         Phase
	Done, Total   int64 // in the phase's measure
	Rows, Rejects int64
}

// Snapshot reads p. The numbers are each true, but not of one instant.
func (p *Progress) Snapshot() Snapshot {
	return Snapshot{
		Phase: Phase(p.phase.Load()),
		Done:  p.done.Load(), Total: p.total.Load(),
		Rows: p.rows.Load(), Rejects: p.rejects.Load(),
	}
}

func (p *Progress) start(phase Phase, total int64) {
	p.done.Store(0)
	p.total.Store(total)
	p.phase.Store(int32(phase))
}

// restart forgets the rows of a pass that counts for nothing.
func (p *Progress) restart() {
	p.rows.Store(0)
	p.rejects.Store(0)
}

func (p *Progress) addDone(n int64)          { p.done.Add(n) }
func (p *Progress) addRows(n int64)          { p.rows.Add(n) }
func (p *Progress) addRejects(n int64) int64 { return p.rejects.Add(n) }
