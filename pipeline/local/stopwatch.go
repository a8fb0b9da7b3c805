package local

import (
	"time"

	"github.com/clearsweep/clearsweep/writers"
)

// stopwatch measures the phases of a run with a clock that it is given.
type stopwatch struct {
	clock   func() time.Time
	last    time.Time
	seconds map[string]float64
}

func newStopwatch(clock func() time.Time) *stopwatch {
	if clock == nil {
		clock = func() time.Time { return time.Time{} }
	}
	return &stopwatch{clock: clock, last: clock(), seconds: map[string]float64{}}
}

// lap ends a phase.
func (s *stopwatch) lap(phase Phase) {
	now := s.clock()
	s.seconds[phase.String()] = now.Sub(s.last).Seconds()
	s.last = now
}

func (s *stopwatch) moment() writers.Moment {
	return writers.Moment{CommittedAt: s.clock().UTC(), Seconds: s.seconds}
}
