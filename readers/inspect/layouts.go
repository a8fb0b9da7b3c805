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

// survey surveys the whole content. The ranges that are looked at can be opened; of the others there is nothing.
func (s *source) survey(layout *readers.Layout) (_ *readers.Survey, open func(readers.Range) (io.Reader, error), err error) {
	const target = sampleBytes / 2
	if s.file != nil {
		f, err := s.file(layout.Columns())
		if err != nil {
			return nil, nil, err
		}
		sample, err := f.Sample(s.ctx, s.at)
		if err != nil {
			return nil, nil, err
		}
		found, err := layout.SurveyGroups(s.name, f, sample, target)
		return found, func(rng readers.Range) (io.Reader, error) {
			if rng.FirstLine > 1 {
				return nil, nil
			}
			return f.Rows(s.ctx, s.at, rng.FirstLine, rng.Rows)
		}, err
	}
	content := s.content
	if content == nil {
		content = s.open
	}
	in, err := content(nil)
	if err != nil {
		return nil, nil, err
	}
	sample, err := io.ReadAll(io.LimitReader(in, sampleBytes))
	if err != nil {
		return nil, nil, err
	}
	whole := io.MultiReader(bytes.NewReader(sample), in)
	var found *readers.Survey
	if s.table != containers.None {
		found, err = layout.SurveyTable(s.ctx, s.name, s.table, whole, target)
	} else {
		found, err = layout.Survey(s.ctx, s.name, whole, target)
	}
	return found, func(rng readers.Range) (io.Reader, error) {
		if rng.Offset+rng.Length > int64(len(sample)) {
			return nil, nil
		}
		return bytes.NewReader(sample[rng.Offset:]), nil
	}, err
}

// match surveys the whole content and reads what it has at its front.
func (s *source) match(m *Match) error {
	layout, err := readers.LoadLayout(m.Layout)
	if err != nil {
		return err
	}
	m.Layout = layout.Name()
	found, open, err := s.survey(layout)
	if err != nil {
		return err
	}
	m.Rows = found.Rows
	for _, rng := range found.Ranges {
		in, err := open(rng)
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if in == nil {
			break
		}
		for b, err := range layout.Read(s.ctx, 0, found, rng, in, readers.Reading{MaxRows: mostRows}) {
			if err != nil {
				return fmt.Errorf("read: %w", err)
			}
			m.add(&b)
			b.Charges.Release()
			if s.file != nil && m.Read >= mostRows { // a group may have any number of rows
				break
			}
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
