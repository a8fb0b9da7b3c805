package issue

import (
	"context"
	"errors"
	"fmt"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/storage"
	"github.com/clearsweep/clearsweep/writers"
	"github.com/clearsweep/clearsweep/writers/profile"
)

// Shown is what a newer extract shows of what an agency was told in a batch.
type Shown struct {
	Shown, Gone, Missing, Unclear int64

	There int64 // of them, charges that the extract has
}

// What an extract shows of a charge.
const (
	asBefore uint8 = iota
	reduced        // to a misdemeanor
	slight         // to an infraction
	relieved       // by its disposition

	mostShown = relieved
)

// ShownIn compares what an agency has been told, by batch, with a sweep of a newer extract: that
// of the agency, or one that its records are published in. Rows are gone over by key in parts
// that fit the memory. The run is in the store of, which may be another than the output.
func (h *History) ShownIn(ctx context.Context, out, scratch, of storage.Store, run *writers.Run, agency string) (_ map[uint32]*Shown, err error) {
	known, told := h.Known()[agency]
	if !told {
		return nil, fmt.Errorf("agency %q was never told of anything", agency)
	}
	standing, err := newOffers(ctx, scratch, "shown-"+agency, run.Manifest.Totals.Charges)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, standing.remove(context.WithoutCancel(ctx))) }()
	err = writers.EachCharge(ctx, of, run, func(c *writers.ChargeState) error {
		if c.Outcome == schemas.History {
			return nil
		}
		row := profile.Row{}
		row[profile.PersonID], row[profile.County], row[profile.CaseID] = c.Person, c.County, c.Case
		row[profile.ChargeID], row[profile.Code] = c.Charge, c.Code
		return standing.put(offer{key: identity(&row), content: [8]byte{mostShown - shows(c)}})
	})
	if err != nil {
		return nil, errors.Join(err, standing.abort())
	}
	if err := standing.done(); err != nil {
		return nil, err
	}
	byBatch := map[uint32]*Shown{}
	best := newest{}
	err = merge(ctx, standing, out, known, func(m meeting) error {
		if m.offer != nil {
			best.see(m.offer)
		}
		if m.known == nil {
			return nil
		}
		s := byBatch[m.known.Batch]
		if s == nil {
			s = &Shown{}
			byBatch[m.known.Batch] = s
		}
		shown, there := best.of(m)
		s.count(m.known.Action, shown, there)
		return nil
	})
	return byBatch, err
}

// newest is the row of the charges alike that was met last; the first of them shows the most,
// as a source may add a row for the relief and leave the one before as it was.
type newest struct {
	alike Key
	shown uint8
	met   bool
}

func (n *newest) see(o *offer) {
	if !n.met || n.alike != o.key.alike() {
		*n = newest{o.key.alike(), mostShown - o.content[0], true}
	}
}

// of is what is shown of the charge of a meeting; false where the extract has it no more.
func (n *newest) of(m meeting) (shown uint8, there bool) {
	if m.offer != nil {
		return mostShown - m.offer.content[0], true
	}
	return n.shown, n.met && n.alike == m.known.Key.alike()
}

// shows is what a row shows.
func shows(c *writers.ChargeState) uint8 {
	switch c.Disposition {
	case schemas.SetAside, schemas.Vacated, schemas.Dismissed, schemas.Acquitted:
		return relieved
	case schemas.DispositionUnknown, schemas.Convicted, schemas.NotFiled, schemas.Diverted, schemas.Superseded,
		schemas.Transferred, schemas.Pending, schemas.ArrestOnly:
	}
	switch c.Severity {
	case schemas.Misdemeanor:
		return reduced
	case schemas.Infraction:
		return slight
	case schemas.SeverityUnknown, schemas.Felony:
	}
	return asBefore
}

// count counts a charge that an agency was told of.
func (s *Shown) count(a Action, shown uint8, there bool) {
	if there {
		s.There++
	}
	enough := relieved
	switch a.Verb() {
	case policies.RedesignateMisdemeanor, policies.Reduce:
		enough = reduced
	case policies.RedesignateInfraction:
		enough = slight
	case policies.NoVerb: // the record shall say again what it said
		if there && shown < relieved {
			s.Shown++
		} else {
			s.Missing++
		}
		return
	case policies.RecallResentence, policies.ReliefGrantedNote:
		s.Unclear++
		return
	case policies.LimitedAccess, policies.Seal, policies.Dismiss, policies.DismissLegalInvalidity, policies.DismissAndSeal,
		policies.SetAside, policies.Vacate, policies.Expunge:
	}
	switch {
	case !there:
		s.Gone++
	case shown >= enough:
		s.Shown++
	default:
		s.Missing++
	}
}
