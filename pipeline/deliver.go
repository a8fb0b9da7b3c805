package pipeline

import (
	"errors"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/pipeline/route"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// deliver tells every agency that must hear of a decision: once for a charge,
// however many rows it has.
func (s *settler) deliver(rows *rows, row int32, i int, d *evaluate.Decision, said *worded) error {
	if d.Outcome != schemas.Eligible || s.delivered(s.person.Charges[i].Key) {
		return nil
	}
	county := rows.county.text(row)
	agencies := s.router.Agencies(d.Outcome, route.Place{County: county, TransferredTo: rows.transferredTo.text(row), Arresting: rows.agency.text(row)})
	s.delivery = writers.Delivery{
		Agencies: agencies, Source: s.source(rows, row), Line: rows.line.Value(int(row)),
		Person: rows.person.text(row), Surname: rows.surname.text(row), GivenName: rows.givenName.text(row),
		BirthDate: rows.birthDate.date(row), Case: rows.docket.text(row), Charge: rows.charge.text(row),
		County: county, Court: rows.court.text(row), Code: rows.code.text(row),
		DispositionDate: rows.dispositionDate.date(row), Words: &said.Words, EligibleOn: d.EligibleOn, DueOn: d.DueOn,
		JurisdictionRetained: true, // policies refuses relief that does not retain it
	}
	return s.undelivered(s.out.Delivery(&s.delivery))
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
	if err == nil {
		return nil
	}
	var refused *writers.Undeliverable
	if !errors.As(err, &refused) {
		return err
	}
	for _, agency := range s.delivery.Agencies {
		s.receipt.UndeliverableRows++
		refused.Agency = agency
		s.receipt.Undeliverable = first(append(s.receipt.Undeliverable, *refused), 2*worklistLength, compareUndeliverable)
	}
	return nil
}
