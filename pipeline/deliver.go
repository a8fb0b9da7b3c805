package pipeline

import (
	"errors"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// deliver tells every agency that must hear of a decision: once for a charge,
// however many rows it has.
func (s *settler) deliver(rows *rows, row int32, i int, det *writers.Determination) error {
	if det.Outcome != schemas.Eligible || s.delivered(s.person.Charges[i].Key) {
		return nil
	}
	for _, agency := range s.router.Agencies(det.Outcome, det.County) {
		err := s.out.Delivery(&writers.Delivery{
			Agency: agency, Source: det.Source, Line: det.Line,
			Person: det.Person, Case: det.Case, Charge: det.Charge, County: det.County, Court: rows.court.text(row),
			Code: det.Code, DispositionDate: det.DispositionDate, Verb: det.RemedyFloor,
			LegalBasis: det.LegalBasis, Clause: det.Clause,
			EligibleOn: det.EligibleOn, DueOn: det.DueOn,
			JurisdictionRetained: true, // policies refuses relief that does not retain it
		})
		if err := s.undelivered(err); err != nil {
			return err
		}
	}
	return nil
}

// delivered notes that the charge of a key of the person at hand is delivered,
// and tells whether it was before. Rows without a key are each a charge.
func (s *settler) delivered(key int32) bool {
	if key < 0 {
		return false
	}
	if int(key) >= len(s.sent) {
		s.sent = append(s.sent, make([]bool, int(key)+1-len(s.sent))...)
	}
	before := s.sent[key]
	s.sent[key] = true
	return before
}

// undelivered lists a delivery that was refused for what is in it, and returns
// any other error: one awkward value does not stop a sweep, and is not lost.
func (s *settler) undelivered(err error) error {
	var refused *writers.Undeliverable
	if !errors.As(err, &refused) {
		return err
	}
	s.receipt.UndeliverableRows++
	if len(s.receipt.Undeliverable) < worklistLength {
		s.receipt.Undeliverable = append(s.receipt.Undeliverable, *refused)
	}
	return nil
}
