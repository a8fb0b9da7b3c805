package track

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/pipeline/issue"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers/journal"
)

// Delivery says that a file was handed over: the body of the journal's entry.
type Delivery struct {
	Batch   string `json:"batch"`
	Agency  string `json:"agency"`
	On      string `json:"on"`
	Receipt string `json:"receipt_sha256"` // of what shows it, which whoever delivered it keeps
}

// Check says what a newer extract shows of a batch: the body of the journal's entry.
type Check struct {
	Batch  string `json:"batch"`
	Agency string `json:"agency"`
	On     string `json:"on"`
	Run    string `json:"run"` // the sweep of the newer extract
	// Extracts are the SHA-256 of the files that were swept for this check alone.
	Extracts []string `json:"extracts_sha256,omitempty"`
	Shown    int64    `json:"shown"`   // charges on which it shows the relief
	Gone     int64    `json:"gone"`    // charges that it has no more, as one that seals or expunges does
	Missing  int64    `json:"missing"` // charges that stand as before
	Unclear  int64    `json:"unclear"` // charges on which no extract would show it, as of a sentence recalled
	// The batch may have none of these: of all its charges a later one is the last word.
}

// Holds tells whether no charge stands as before of which the batch is the last word.
func (c *Check) Holds() bool { return c.Missing == 0 }

// Standing is where an agency stands with a batch.
type Standing struct {
	Batch   *issue.Batch
	Told    *issue.Told
	Reached map[agencies.Milestone]schemas.Date
	Ack     *Ack   // of the applying, or nil
	Check   *Check // the newest, or nil
}

// Ledger is where every agency stands with every batch that has a file for it.
type Ledger struct {
	History   *issue.History
	Standings []*Standing // in order of batch and agency
}

// ReadLedger finds what became of the batches in the journal.
func ReadLedger(history *issue.History) (*Ledger, error) {
	l := &Ledger{History: history}
	for _, b := range history.Batches {
		for i := range b.Agencies {
			l.Standings = append(l.Standings, &Standing{
				Batch: b, Told: &b.Agencies[i], Reached: map[agencies.Milestone]schemas.Date{agencies.Listed: b.On},
			})
		}
	}
	for _, e := range history.Journal.Entries {
		if err := l.take(&e); err != nil {
			return nil, fmt.Errorf("entry %d of the journal: %w", e.Number, err)
		}
	}
	return l, nil
}

func (l *Ledger) take(e *journal.Entry) error {
	switch e.Kind {
	case DeliveredEntry:
		var d Delivery
		if err := e.Decode(&d); err != nil {
			return err
		}
		return l.reach(d.Batch, d.Agency, agencies.Delivered, d.On)
	case AcknowledgedEntry:
		a := &Ack{}
		if err := e.Decode(a); err != nil {
			return err
		}
		s, err := l.Find(a.Batch, a.Agency)
		if err != nil {
			return err
		}
		if a.Milestone == agencies.Applied {
			s.Ack = a
		}
		return s.reach(a.Reaches(), a.On)
	case VerifiedEntry:
		c := &Check{}
		if err := e.Decode(c); err != nil {
			return err
		}
		s, err := l.Find(c.Batch, c.Agency)
		if err != nil {
			return err
		}
		s.Check = c
		switch {
		case !c.Holds():
		case c.Shown+c.Gone > 0:
			return s.reach(agencies.Verified, c.On)
		default: // nothing is left to show, which shows nothing of what the agency did
			return s.note(agencies.Verified, c.On)
		}
	}
	return nil
}

// Find is where an agency stands with a batch.
func (l *Ledger) Find(batch, agency string) (*Standing, error) {
	for _, s := range l.Standings {
		if s.Batch.ID == batch && s.Told.Agency == agency {
			return s, nil
		}
	}
	return nil, fmt.Errorf("no batch %q has a file for agency %q", batch, agency)
}

func (l *Ledger) reach(batch, agency string, m agencies.Milestone, on string) error {
	s, err := l.Find(batch, agency)
	if err != nil {
		return err
	}
	return s.reach(m, on)
}

// reach notes a milestone, and those before it that nothing shows: who has applied a file has
// received it. Of two dates the first holds.
func (s *Standing) reach(m agencies.Milestone, on string) error {
	for _, before := range agencies.Milestones {
		if err := s.note(before, on); err != nil {
			return err
		}
		if before == m {
			break
		}
	}
	return nil
}

// note notes a milestone alone.
func (s *Standing) note(m agencies.Milestone, on string) error {
	day, err := schemas.ParseDate(on)
	if _, known := s.Reached[m]; !known && err == nil {
		s.Reached[m] = day
	}
	return err
}

// CheckDelivery is an error where a delivery cannot be noted.
func (l *Ledger) CheckDelivery(d Delivery) error {
	s, err := l.Find(d.Batch, d.Agency)
	if err != nil {
		return err
	}
	if on, known := s.Reached[agencies.Delivered]; known {
		return fmt.Errorf("%s was delivered to %s before, on %s", d.Batch, d.Agency, on)
	}
	if day, err := schemas.ParseDate(d.On); err != nil || day < s.Batch.On {
		return fmt.Errorf("%s is before the list itself, of %s", d.On, s.Batch.OnText)
	}
	return nil
}

// CheckAcks is an error where one of the acknowledgements was noted before: an agency says once
// that it received a file, and once that it applied it.
func (l *Ledger) CheckAcks(acks []*Ack) error {
	for _, a := range acks {
		s, err := l.Find(a.Batch, a.Agency)
		if err != nil {
			return err
		}
		if on, known := s.Reached[a.Milestone]; known {
			return fmt.Errorf("%s %s %s before, on %s: nothing was noted again", a.Agency, a.Milestone, a.Batch, on)
		}
	}
	return nil
}

func digest(source []byte) string {
	sum := sha256.Sum256(source)
	return hex.EncodeToString(sum[:])
}
