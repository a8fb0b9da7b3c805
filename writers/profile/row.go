package profile

import "fmt"

// Fact is something that an agency may be told of a charge.
type Fact int

// The facts, as the columns of a profile name them.
const (
	Sequence        Fact = iota // of the row in the file, from 1
	Batch                       // the batch that the file is of
	Agency                      // for whom it is
	Policy                      // that decided
	AsOf                        // the date on which the law was asked
	Run                         // the sweep that decided
	List                        // whether it has all that it should: complete, partial or unchecked
	Change                      // new, due, corrected, reversed or repeated
	Reason                      // of a reversal
	Document                    // of a reversal: the order, or the correction
	PersonID                    // the source's key of the person
	Surname                     //
	GivenName                   //
	BirthDate                   //
	CaseID                      //
	ChargeID                    //
	County                      //
	Court                       //
	Code                        // canonical code of the charge
	DispositionDate             //
	Action                      // the relief to add, or reinstate
	LegalBasis                  //
	Clause                      //
	EligibleOn                  //
	DueOn                       //
	JurisdictionRetained
	OtherReliefUnaffected
	factCount
)

var factNames = [factCount]string{
	"sequence", "batch", "agency", "policy", "as_of", "run", "list", "change", "reason", "document",
	"person_id", "surname", "given_name", "birth_date", "case_id", "charge_id", "county", "court", "code", "disposition_date",
	"action", "legal_basis", "clause", "eligible_on", "due_on", "jurisdiction_retained", "other_relief_unaffected",
}

func (f Fact) String() string { return factNames[f] }

// ParseFact is the fact of a name.
func ParseFact(name string) (Fact, error) {
	for f, n := range factNames {
		if n == name {
			return Fact(f), nil
		}
	}
	return 0, fmt.Errorf("there is no %q to tell an agency; the facts are %q", name, factNames)
}

// dates are the facts that are dates, 2006-01-02.
var dates = map[Fact]bool{AsOf: true, BirthDate: true, DispositionDate: true, EligibleOn: true, DueOn: true}

// Row is what an agency is told of one charge; empty is not known.
type Row [factCount]string
