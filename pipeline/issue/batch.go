package issue

import (
	"errors"
	"fmt"
	"time"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/journal"
	"github.com/clearsweep/clearsweep/writers/profile"
)

// Issued is the kind of the journal's entry of a batch.
const Issued = "issued"

// Batch is what agencies were told at once. It is the body of the journal's entry, and holds
// no personal data.
type Batch struct {
	ID             string       `json:"batch"`
	Number         uint32       `json:"number"` // from 1
	On             schemas.Date `json:"-"`
	OnText         string       `json:"on"`  // the day of the list, 2006-01-02
	Run            string       `json:"run"` // the sweep that decided
	ManifestSHA256 string       `json:"manifest_sha256"`
	AsOf           string       `json:"as_of"`
	Policy         string       `json:"policy"`
	PolicySHA256   string       `json:"policy_sha256"`
	Directory      string       `json:"directory"` // state of the directory of agencies
	DirectoryHash  string       `json:"directory_sha256"`
	Recipients     string       `json:"recipients_sha256,omitempty"`
	Reversals      string       `json:"reversals_sha256,omitempty"`
	Full           bool         `json:"full,omitempty"` // what was told before was told again
	List           string       `json:"list"`           // whether it has all that it should: complete, partial or unchecked
	Missing        []string     `json:"missing,omitempty"`
	Folder         string       `json:"folder"`
	Archive        string       `json:"archive,omitempty"` // of what the records said before; empty where none was made
	Agencies       []Told       `json:"agencies"`          // in order of name
}

// Whether a list has all that it should have.
const (
	Complete  = "complete"
	Partial   = "partial"
	Unchecked = "unchecked" // nobody said what it should have
)

// Told is what one agency was told.
type Told struct {
	Agency  string         `json:"agency"`
	Kind    string         `json:"kind"`
	Profile string         `json:"profile"`
	File    writers.Output `json:"file"` // rows are changes: of two images each, where the agency loads both
	profile.Control
	Changes map[string]int64 `json:"changes"` // by what changed: new, due, corrected, reversed, repeated
	// Held are charges that were taken back before, and are not given again by themselves.
	Held int64 `json:"held,omitempty"`
	// Refused are rows that cannot stand in the file; refused.csv beside it lists them.
	Refused int64           `json:"refused,omitempty"`
	Reasons *writers.Output `json:"refused_list,omitempty"`
	first   string          // of what is refused
	// Known is the list of all that the agency was told, until and with this batch.
	Known writers.Output `json:"known"`
}

// History is the batches of an output.
type History struct {
	Journal *journal.Journal
	Batches []*Batch // in order
}

// ReadHistory finds the batches in a journal.
func ReadHistory(j *journal.Journal) (*History, error) {
	h := &History{Journal: j}
	for _, e := range j.Entries {
		if e.Kind != Issued {
			continue
		}
		b := &Batch{}
		if err := e.Decode(b); err != nil {
			return nil, err
		}
		on, err := schemas.ParseDate(b.OnText)
		if err != nil {
			return nil, fmt.Errorf("entry %d of the journal: %w", e.Number, err)
		}
		b.On = on
		h.Batches = append(h.Batches, b)
	}
	return h, nil
}

// Last is the newest batch, or nil.
func (h *History) Last() *Batch {
	if len(h.Batches) == 0 {
		return nil
	}
	return h.Batches[len(h.Batches)-1]
}

// Find is the batch of a name.
func (h *History) Find(id string) (*Batch, error) {
	for _, b := range h.Batches {
		if b.ID == id {
			return b, nil
		}
	}
	return nil, fmt.Errorf("no batch %q was issued", id)
}

// Told is what an agency was told in the batch; the error is of one that it has nothing for.
func (b *Batch) Told(agency string) (*Told, error) {
	for i := range b.Agencies {
		if b.Agencies[i].Agency == agency {
			return &b.Agencies[i], nil
		}
	}
	return nil, fmt.Errorf("%s has no file for agency %q", b.ID, agency)
}

// Known is the newest list of what each agency was told.
func (h *History) Known() map[string]writers.Output {
	known := map[string]writers.Output{}
	for _, b := range h.Batches {
		for i := range b.Agencies {
			known[b.Agencies[i].Agency] = b.Agencies[i].Known
		}
	}
	return known
}

// Number is the batch of a number.
func (h *History) Number(n uint32) *Batch { return h.Batches[n-1] }

// batchID is the name of the n-th batch.
func batchID(n uint32) string { return fmt.Sprintf("batch-%06d", n) }

// Moment is when a batch is issued, and by whom.
type Moment struct {
	On  schemas.Date // the day of the list, from which deadlines count
	At  time.Time    // by the clock of the machine
	Who string
}

// ErrNothing tells that agencies have been told all that there is: there is no batch.
var ErrNothing = errors.New("there is nothing that an agency was not told")
