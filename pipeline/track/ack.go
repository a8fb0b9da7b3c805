package track

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/pipeline/issue"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// Kinds of the journal's entries.
const (
	DeliveredEntry    = "delivered"
	AcknowledgedEntry = "acknowledged"
	VerifiedEntry     = "verified"
)

// dataReasons are the reasons of data for which an agency may leave a row out. Any other is its
// own choice, which the law does not leave to it.
var dataReasons = []string{
	"already_applied", "duplicate_row", "no_such_case", "no_such_charge", "no_such_person", "not_our_record", "record_differs", "unreadable_value",
}

// alreadyApplied is a reason that leaves nothing to do.
const alreadyApplied = "already_applied"

// Ack is what an agency says of its file of a batch. It is the body of the journal's entry.
type Ack struct {
	Batch     string             `json:"batch"`
	Agency    string             `json:"agency"`
	Milestone agencies.Milestone `json:"milestone"` // received or applied
	On        string             `json:"on"`
	Rows      int64              `json:"rows"`
	HashTotal uint64             `json:"hash_total"`
	Nacks     map[int64]string   `json:"nacks,omitempty"`    // reasons of data, by sequence
	Refusals  map[int64]string   `json:"refusals,omitempty"` // other reasons, as the agency has them
	File      string             `json:"file_sha256"`        // of the acknowledgement, kept below acks
}

// Applied is how many changes the agency has applied.
func (a *Ack) Applied() int64 {
	open := int64(len(a.Refusals))
	for _, reason := range a.Nacks {
		if reason != alreadyApplied {
			open++
		}
	}
	return a.Rows - open
}

// Reaches is the milestone that the acknowledgement shows: one that leaves changes out by its
// own choice shows no more than that the agency has the file.
func (a *Ack) Reaches() agencies.Milestone {
	if len(a.Refusals) > 0 {
		return agencies.Received
	}
	return a.Milestone
}

var ackColumns = []string{"batch", "agency", "milestone", "on", "rows", "hash_total", "sequence", "reason"}

// ParseAcks reads an acknowledgement: CSV with the columns batch, agency, milestone, on, rows,
// hash_total, sequence and reason. A line without a sequence says of the whole file that it was
// received, or applied, with the counts that the agency made of it; one with a sequence names a
// change that was not applied, and why. The error lists every fault with its line; then none of
// the file is taken.
func ParseAcks(name string, source []byte, history *issue.History) ([]*Ack, error) {
	p := &ackParser{history: history, digest: digest(source), byFile: map[[2]string]*Ack{}}
	err := schemas.ReadList(name, source, ackColumns, false, p.row)
	if err == nil && len(p.acks) == 0 {
		err = fmt.Errorf("%s: it acknowledges nothing", name)
	}
	if err != nil {
		return nil, err
	}
	return p.acks, nil
}

type ackParser struct {
	history *issue.History
	digest  string
	acks    []*Ack
	byFile  map[[2]string]*Ack // by batch and agency
}

func (p *ackParser) row(row []string) error {
	if writers.CheckAgency(row[0]) != nil || writers.CheckAgency(row[1]) != nil { // not quoted: it may be anything
		return errors.New("batch and agency must be as control.json has them")
	}
	batch, err := p.history.Find(row[0])
	if err != nil {
		return err
	}
	told, err := batch.Told(row[1])
	if err != nil {
		return err
	}
	if row[6] != "" {
		return p.nack(row, told)
	}
	a := &Ack{Batch: row[0], Agency: row[1], Milestone: agencies.Milestone(row[2]), On: row[3], File: p.digest, Nacks: map[int64]string{}, Refusals: map[int64]string{}}
	if p.byFile[[2]string{a.Batch, a.Agency}] != nil {
		return errors.New("the file of this batch and agency is acknowledged twice here")
	}
	if a.Milestone != agencies.Received && a.Milestone != agencies.Applied {
		return fmt.Errorf("milestone must be %s or %s", agencies.Received, agencies.Applied)
	}
	on, err := schemas.ParseDate(a.On)
	if err != nil {
		return errors.New("on must be a day, as 2006-01-02")
	}
	if on < batch.On {
		return fmt.Errorf("on: %s is before the list itself, of %s", a.On, batch.OnText)
	}
	if row[7] != "" {
		return errors.New("reason: a line without a sequence is of the whole file, and has none")
	}
	var bad [2]error
	a.Rows, bad[0] = strconv.ParseInt(row[4], 10, 64)
	a.HashTotal, bad[1] = strconv.ParseUint(row[5], 10, 64)
	if bad != [2]error{} {
		return errors.New("rows and hash_total must be numbers, as the agency counted them")
	}
	if a.Rows != told.Rows || a.HashTotal != told.HashTotal {
		return fmt.Errorf("the agency counts %d rows and the hash total %d, and the file that was sent has %d and %d: it has another file, or a changed one; send it again", a.Rows, a.HashTotal, told.Rows, told.HashTotal)
	}
	a.Rows = told.File.Rows // changes, of which some files have two rows each
	p.byFile[[2]string{a.Batch, a.Agency}] = a
	p.acks = append(p.acks, a)
	return nil
}

// nack reads a line of a change that was not applied.
func (p *ackParser) nack(row []string, told *issue.Told) error {
	a := p.byFile[[2]string{row[0], row[1]}]
	sequence, err := strconv.ParseInt(row[6], 10, 64)
	switch {
	case a == nil:
		return errors.New("the line of the whole file must come first")
	case a.Milestone != agencies.Applied:
		return errors.New("a change is left out when the file is applied, not when it is received")
	case err != nil || sequence < 1 || sequence > told.File.Rows:
		return fmt.Errorf("sequence: the file has changes 1 to %d", told.File.Rows)
	case a.Nacks[sequence] != "" || a.Refusals[sequence] != "":
		return errors.New("sequence: the change is left out twice")
	case row[7] == "":
		return errors.New("reason: say why the change was not applied")
	case slices.Contains(dataReasons, row[7]):
		a.Nacks[sequence] = row[7]
	default:
		a.Refusals[sequence] = refusal(row[7])
	}
	return nil
}

// refusal is the agency's own word for why, if it can stand in a journal: a free text may
// hold a name.
func refusal(reason string) string {
	const most = 40
	for _, c := range reason {
		if c != '_' && (c < 'a' || c > 'z') {
			return "in its own words"
		}
	}
	if len(reason) > most {
		return "in its own words"
	}
	return reason
}
