package inspect

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/readers/containers"
)

// Match is what a layout makes of the content.
type Match struct {
	Layout string `json:"layout"`
	// Score is the share of the rows that were read which it accepts, less a tenth of
	// the share of values that it cannot read.
	Score    float64 `json:"score"`
	Rows     int64   `json:"rows"` // of all, as surveyed
	Read     int64   `json:"rows_read"`
	Accepted int64   `json:"rows_accepted"`
	Values   int64   `json:"values_rejected"`
	Fault    string  `json:"fault,omitempty"` // why it reads nothing
}

// try reads the content with layouts, and puts the best first.
func (s *source) try(names []string) []Match {
	matches := make([]Match, 0, len(names))
	for _, name := range names {
		m := Match{Layout: name}
		if err := s.match(&m); err != nil {
			m.Fault = err.Error()
		}
		matches = append(matches, m)
	}
	slices.SortStableFunc(matches, func(a, b Match) int { return cmp.Compare(b.Score, a.Score) })
	return matches
}

// match surveys the whole content and reads its first range.
func (s *source) match(m *Match) error {
	layout, err := readers.LoadLayout(m.Layout)
	if err != nil {
		return err
	}
	m.Layout = layout.Name()
	in, err := s.surveyedBy(layout)
	if err != nil {
		return err
	}
	sample, err := io.ReadAll(io.LimitReader(in, sampleBytes))
	if err != nil {
		return err
	}
	const target = sampleBytes / 2
	whole := io.MultiReader(bytes.NewReader(sample), in)
	var found *readers.Survey
	if s.table != containers.None {
		found, err = layout.SurveyTable(s.ctx, s.name, s.table, whole, target)
	} else {
		found, err = layout.Survey(s.ctx, s.name, whole, target)
	}
	if err != nil {
		return err
	}
	m.Rows = found.Rows
	for _, rng := range found.Ranges {
		if rng.Offset+rng.Length > int64(len(sample)) {
			break
		}
		for b, err := range layout.Read(s.ctx, 0, found, rng, bytes.NewReader(sample[rng.Offset:]), readers.Reading{MaxRows: mostRows}) {
			if err != nil {
				return fmt.Errorf("read: %w", err)
			}
			m.add(&b)
			b.Charges.Release()
		}
	}
	if data := m.Read; data > 0 {
		m.Score = float64(m.Accepted)/float64(data) - 0.1*min(1, float64(m.Values)/float64(data))
		m.Score = max(m.Score, 0)
	}
	return nil
}

func (m *Match) add(b *readers.Batch) {
	m.Read += b.Rows.Read - b.Rows.NonData
	m.Accepted += b.Rows.Accepted
	for _, r := range b.Rejects {
		if !r.Reason.RejectsRow() {
			m.Values++
		}
	}
}
