package schemas

import (
	"fmt"
	"maps"
)

// Rows are the control totals of the rows of one source. Every row read is in
// exactly one of the other four.
type Rows struct {
	Read      int64 `json:"rows_read"`
	Accepted  int64 `json:"rows_accepted"`
	Rejected  int64 `json:"rows_rejected"`
	Duplicate int64 `json:"rows_duplicate"`
	NonData   int64 `json:"rows_non_data"`
}

// Add adds o to r.
func (r *Rows) Add(o Rows) {
	r.Read += o.Read
	r.Accepted += o.Accepted
	r.Rejected += o.Rejected
	r.Duplicate += o.Duplicate
	r.NonData += o.NonData
}

// Balance is an error unless every row read is accounted for.
func (r Rows) Balance() error {
	if r.Read != r.Accepted+r.Rejected+r.Duplicate+r.NonData {
		return fmt.Errorf("%d rows read, but %d accepted + %d rejected + %d duplicate + %d non-data",
			r.Read, r.Accepted, r.Rejected, r.Duplicate, r.NonData)
	}
	return nil
}

// Totals are the control totals of a run, or of a part of it.
type Totals struct {
	Rows
	// Charges are the accepted rows that are charges; Facts the accepted rows
	// that only say something of a person. Together they are Accepted.
	Charges int64 `json:"charges"`
	Facts   int64 `json:"facts"`
	// Persons counts distinct person keys, and each row without one as one.
	Persons int64 `json:"persons"`
	// Unkeyed counts accepted rows without a usable person key.
	Unkeyed int64 `json:"rows_without_person"`
	// Repeated counts accepted rows that are equal to an earlier one of the run, where
	// the layout has them looked for.
	Repeated int64 `json:"rows_repeated,omitempty"`
	// Repaired counts rows that were read as people have mended them.
	Repaired int64 `json:"rows_repaired,omitempty"`
	// Undone counts rows that take back a charge which is not there.
	Undone         int64            `json:"deletions_of_nothing,omitempty"`
	Determinations int64            `json:"determinations"`
	Outcomes       map[string]int64 `json:"outcomes"`
	Rules          map[string]int64 `json:"outcomes_by_rule"`
}

// Add adds o to t.
func (t *Totals) Add(o Totals) {
	t.Rows.Add(o.Rows)
	t.Charges += o.Charges
	t.Facts += o.Facts
	t.Persons += o.Persons
	t.Unkeyed += o.Unkeyed
	t.Repeated += o.Repeated
	t.Undone += o.Undone
	t.Repaired += o.Repaired
	t.Determinations += o.Determinations
	t.Outcomes = addCounts(t.Outcomes, o.Outcomes)
	t.Rules = addCounts(t.Rules, o.Rules)
}

// Balance is an error unless every row and every charge is accounted for.
func (t Totals) Balance() error {
	if err := t.Rows.Balance(); err != nil {
		return err
	}
	if t.Accepted != t.Charges+t.Facts {
		return fmt.Errorf("%d rows accepted, but %d charges + %d facts", t.Accepted, t.Charges, t.Facts)
	}
	if t.Charges != t.Determinations {
		return fmt.Errorf("%d charges in, %d determinations out", t.Charges, t.Determinations)
	}
	var outcomes int64
	for _, n := range t.Outcomes {
		outcomes += n
	}
	if outcomes != t.Determinations {
		return fmt.Errorf("%d determinations, but %d outcomes", t.Determinations, outcomes)
	}
	return nil
}

func addCounts(to, from map[string]int64) map[string]int64 {
	if len(from) == 0 {
		return to
	}
	if to == nil {
		return maps.Clone(from)
	}
	for k, n := range from {
		to[k] += n
	}
	return to
}
