package evaluate

import (
	"slices"

	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
)

// Doubts counts facts of a person that were made unknown because the record
// contradicts itself.
type Doubts struct {
	Births       int // birth dates that no life fits
	Dates        int // dates of events that cannot have been
	Dispositions int // charges whose rows say different things of their end
	// Circumstances are rows that contradict another row of the charge, or
	// themselves, on the substance or the victim.
	Circumstances int
}

// Add adds o to d.
func (d *Doubts) Add(o Doubts) {
	d.Births += o.Births
	d.Dates += o.Dates
	d.Dispositions += o.Dispositions
	d.Circumstances += o.Circumstances
}

// longestLife bounds the years between a birth and any event of the person.
const longestLife = 120

// seen is what one look at all rows of a person tells.
type seen struct {
	doubts Doubts
	kinds  schemas.RowKind // of any row
	// distinct tells that no two rows share a charge key: every row is a charge of
	// its own. False may be true of persons of very many charges.
	distinct bool
}

// sound makes unknown what cannot be so: an event after the as-of date or
// before the person was born, a birth after the person's first event or too
// long before the as-of date, an offence or an arrest after the end of its own
// charge, and that end, and the end of a charge whose rows contradict one another. A wrong fact is as bad as a missing one, and decides as little.
func (p *Person) sound(asOf schemas.Date) seen {
	s := seen{}
	earliest := asOf.AddYears(-longestLife)
	born, first := p.Birth, asOf
	if born.Known() && (born > asOf || p.births().to < earliest) {
		born = schemas.NoDate
	}
	from := max(born, earliest)
	keys, met, twice := int32(-1), uint64(0), uint64(0)
	for i := range p.Charges {
		c := &p.Charges[i]
		s.kinds |= c.Kind
		if c.Partial != nil {
			doubts, before := c.soundPartial(from, earliest, asOf)
			s.doubts.Dates += doubts
			first = min(first, before)
		}
		if c.Key >= 0 {
			bit := uint64(1) << (c.Key & 63)
			keys, twice, met = max(keys, c.Key), twice|met&bit, met|bit
		}
		if between(c.Offense, from, asOf) && between(c.Arrest, from, asOf) && between(c.Disposed, from, asOf) && between(c.Sentenced, from, asOf) &&
			(max(c.Offense, c.Arrest) <= c.Disposed || c.Disposed == schemas.NoDate) {
			continue
		}
		for _, date := range [...]*schemas.Date{&c.Offense, &c.Arrest, &c.Disposed, &c.Sentenced} {
			if between(*date, from, asOf) {
				continue
			}
			if *date >= earliest && *date <= asOf { // before the birth
				first = min(first, *date)
			}
			*date = schemas.NoDate
			s.doubts.Dates++
		}
		s.doubts.Dates += c.inOrder()
	}
	if born > first {
		born = schemas.NoDate
	}
	if born != p.Birth {
		p.Birth = born
		s.doubts.Births++
	}
	s.distinct = twice == 0 && keys < 64
	if !s.distinct {
		s.doubts.Dispositions = p.reconcile(keys)
	}
	return s
}

// inOrder makes unknown the end of a charge that lies before its offence or its
// arrest, and what it lies before: one of them is wrong, and which is not known.
func (c *Charge) inOrder() (doubts int) {
	if c.Disposed == schemas.NoDate || max(c.Offense, c.Arrest) <= c.Disposed {
		return 0
	}
	for _, date := range [...]*schemas.Date{&c.Offense, &c.Arrest} {
		if *date > c.Disposed {
			*date = schemas.NoDate
			doubts++
		}
	}
	c.Disposed = schemas.NoDate
	return doubts + 1
}

// between tells whether a date lies in [from, to], or is not known.
func between(d, from, to schemas.Date) bool {
	return uint32(d-from) <= uint32(to-from) || d == schemas.NoDate //nolint:gosec // below from wraps to above to
}

// reconcile settles the rows that share a charge key. A conviction that was
// vacated later is vacated. One that another row says did not happen has an
// unknown end, and rows that disagree on the level of a conviction leave it
// unknown. Keys is the highest charge key.
func (p *Person) reconcile(keys int32) (doubts int) {
	p.ends = slices.Grow(p.ends[:0], int(keys)+1)[:keys+1]
	ends := p.ends
	clear(ends)
	for i := range p.Charges {
		if c := &p.Charges[i]; c.Key >= 0 && c.Kind&schemas.RowCharge != 0 {
			ends[c.Key].note(c)
		}
	}
	for i := range p.Charges {
		if c := &p.Charges[i]; c.Key >= 0 && c.Kind&schemas.RowCharge != 0 && ends[c.Key].settle(c) {
			doubts++
		}
	}
	return doubts
}

// ending is what the rows of one charge say of its end.
type ending struct {
	convicted, vacated, otherwise bool
	vacatedOn, convictedOn        schemas.Date // the latest known; of one known in part, its first and its last day
	severity                      schemas.Severity
	levels                        bool // rows name different ones
}

func (e *ending) note(c *Charge) {
	switch c.Disposition {
	case schemas.Convicted:
		if !e.convicted {
			e.convictedOn, e.severity = schemas.NoDate, c.Severity
		}
		e.levels = e.levels || c.Severity != e.severity
		e.convicted, e.convictedOn = true, max(e.convictedOn, c.disposedAtLatest())
	case schemas.Vacated:
		if !e.vacated {
			e.vacatedOn = schemas.NoDate
		}
		on, _ := c.days(policies.DispositionDate)
		e.vacated, e.vacatedOn = true, max(e.vacatedOn, on)
	case schemas.Acquitted, schemas.Dismissed, schemas.NotFiled, schemas.Diverted:
		e.otherwise = true
	case schemas.DispositionUnknown, schemas.SetAside, schemas.Superseded, schemas.Transferred, schemas.Pending, schemas.ArrestOnly:
	}
}

// disposedAtLatest is the last day on which the charge can have ended; NoDate where nothing
// is known of it.
func (c *Charge) disposedAtLatest() schemas.Date {
	if _, latest := c.days(policies.DispositionDate); latest != forever {
		return latest
	}
	return schemas.NoDate
}

// settle makes a row of the charge say what all rows together do, and tells
// whether that is less than it said.
func (e *ending) settle(c *Charge) bool {
	if !e.convicted {
		return false
	}
	switch {
	case e.otherwise && ended(c.Disposition), e.vacated && !e.laterVacated() && ended(c.Disposition):
		c.Disposition = schemas.DispositionUnknown
		return true
	case e.vacated && c.Disposition == schemas.Convicted:
		c.Disposition = schemas.Vacated
		return false
	case e.levels && c.Disposition == schemas.Convicted:
		c.Severity = schemas.SeverityUnknown
		return true
	default:
		return false
	}
}

// laterVacated tells whether the vacatur is known to follow the conviction.
func (e *ending) laterVacated() bool {
	return e.vacatedOn.Known() && e.convictedOn.Known() && e.vacatedOn >= e.convictedOn
}

func ended(d schemas.Disposition) bool {
	switch d {
	case schemas.Convicted, schemas.Vacated, schemas.Acquitted, schemas.Dismissed, schemas.NotFiled, schemas.Diverted:
		return true
	case schemas.DispositionUnknown, schemas.SetAside, schemas.Superseded, schemas.Transferred, schemas.Pending, schemas.ArrestOnly:
		return false
	default:
		return false
	}
}
