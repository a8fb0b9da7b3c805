package issue

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers/profile"
)

// The reasons for which relief may be taken back. There is no other.
const (
	CourtOrder    = "court_order"
	CorrectedData = "corrected_data"
)

// Reversal takes relief back that was given.
type Reversal struct {
	Line     int         // row of the file, the header being the first
	Row      profile.Row // who, which charge, why and by which document
	Reversed int         // agencies that are told
}

var reversalColumns = []profile.Fact{
	profile.PersonID, profile.County, profile.CaseID, profile.ChargeID, profile.Code, profile.Reason, profile.Document,
}

// Reinstate is the action of a reversal: what the record said before the relief holds again.
const Reinstate = "reinstate"

// ParseReversals reads CSV with the columns person_id, county, case_id, charge_id, code, reason
// and document: the charge as it was told, court_order or corrected_data, and what orders or
// shows it. The error lists every fault with its line, and none quotes a value.
func ParseReversals(name string, source []byte) ([]*Reversal, error) {
	head, _, _ := bytes.Cut(source, []byte("\n"))
	if bytes.Contains(head, []byte("outcome")) || bytes.Contains(head, []byte("action")) {
		return nil, fmt.Errorf("%s: a list of persons and outcomes is not taken: who is given relief, the law says, and a court may take it back by an order", name)
	}
	var columns []string
	for _, fact := range reversalColumns {
		columns = append(columns, fact.String())
	}
	var list []*Reversal
	err := schemas.ReadList(name, source, columns, false, func(fields []string) error {
		r := &Reversal{Line: len(list) + 2}
		for i, fact := range reversalColumns {
			r.Row[fact] = fields[i]
		}
		err := r.check(list)
		list = append(list, r)
		return err
	})
	return list, err
}

func (r *Reversal) check(before []*Reversal) error {
	switch reason := r.Row[profile.Reason]; {
	case reason != CourtOrder && reason != CorrectedData:
		return fmt.Errorf("reason must be %s or %s: relief that the law gave ends by nothing else", CourtOrder, CorrectedData)
	case r.Row[profile.Document] == "":
		return errors.New("document must name the order, or what shows the correction")
	case r.Row[profile.PersonID] == "" && r.Row[profile.CaseID] == "":
		return errors.New("person_id or case_id must say whose charge it is")
	case r.Row[profile.ChargeID] == "" && r.Row[profile.Code] == "":
		return errors.New("charge_id must say which charge it is, or code where the source has no key of charges")
	case slices.ContainsFunc(before, func(o *Reversal) bool { return identity(&o.Row) == identity(&r.Row) }):
		return errors.New("the charge stands twice")
	}
	return nil
}

// over makes the row that an agency is told: as the run has it, where it does, or as the
// reversal names it.
func (r *Reversal) over(row profile.Row) profile.Row {
	if row[profile.PersonID] == "" && row[profile.CaseID] == "" {
		row = r.Row
	}
	row[profile.Action], row[profile.Change] = Reinstate, "reversed"
	row[profile.Reason], row[profile.Document] = r.Row[profile.Reason], r.Row[profile.Document]
	row[profile.LegalBasis], row[profile.Clause] = "", ""
	row[profile.EligibleOn], row[profile.DueOn] = schemas.NoDate.String(), schemas.NoDate.String()
	row[profile.JurisdictionRetained], row[profile.OtherReliefUnaffected] = "Y", "Y"
	return row
}
