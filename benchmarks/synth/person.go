package synth

import (
	"slices"

	"github.com/clearsweep/clearsweep/schemas"
)

// person is one invented person with all that the extract says of them.
type person struct {
	number     int64
	born       schemas.Date
	birth      schemas.Date // as the extract has it: born, or unknown
	dead       truth
	registered bool
	onlyProp64 truth
	charges    []charge
}

// charge is one charge: what is written, and beside it what is true.
type charge struct {
	number      int64
	episode     int64 // the number of the case
	county      *place
	agency      int
	statute     string
	description string
	section     int // see offence
	severity    schemas.Severity
	disposition string
	convicted   truth
	disposed    schemas.Date
	offense     schemas.Date
	arrest      schemas.Date
	challenge   schemas.Date
	sentence    string
	record      string
	placeholder string // in place of the person's key
	standsAlone bool   // has a placeholder, which may be blank
}

// prop64 tells whether a charge is under 11357 to 11360.
func (c *charge) prop64() truth {
	switch c.section {
	case illegible:
		return unknown
	case other:
		return no
	default:
		return yes
	}
}

// people draws persons, one after the other.
type people struct {
	dice
	cfg        Config
	offences   urn[offence]
	counties   urn[place]
	unreadable offence
	first      schemas.Date // no offence is older
	last       schemas.Date // the as-of date
	persons    int64
	cases      int64
	numbers    int64 // of charges
	p          person
}

func newPeople(cfg Config) *people {
	first, _ := schemas.NewDate(1972, 1, 1)
	return &people{
		dice:       newDice(cfg.Seed),
		cfg:        cfg,
		offences:   newUrn(offences(), func(o offence) int { return o.weight }),
		counties:   newUrn(counties(), func(p place) int { return p.weight }),
		unreadable: unreadable(),
		first:      first,
		last:       asOf(),
	}
}

// What persons are like. Those with thousands of charges are drawn only in
// extracts that have room for some of them.
const (
	fewCharges   = 30           // the most of an ordinary person
	manyCharges  = 5000         // the most of a person with thousands
	roomForMany  = 100_000      // the fewest rows of an extract with such persons
	shareOfMany  = 1.0 / 60_000 // persons who have thousands
	sharePlaces  = 0.2          // cases outside the person's county
	shareEdges   = 0.02         // dates on or beside the day that decides
	shareLeap    = 0.002        // persons born on 29 February
	childhood    = 15           // years without charges
	yearLength   = 366          // days, at most
	daysToDecide = 400          // from offence to disposition, at most
)

// next draws a person with at most so many charges. The person is valid until
// the next call.
func (g *people) next(most int64) *person {
	g.persons++
	p := &g.p
	*p = person{number: g.persons, born: g.birthday(), dead: is(g.chance(g.cfg.Deceased)), charges: p.charges[:0]}
	p.registered = g.chance(g.cfg.Registered)
	p.birth = p.born
	if g.chance(g.cfg.MissingBirthDate) {
		p.birth = schemas.NoDate
	}
	home := g.counties.draw(g.dice)
	for n := min(most, g.howMany()); n > 0; {
		inCase := min(n, int64(g.between(1, 3)))
		g.episode(p, home, inCase)
		n -= inCase
	}
	p.onlyProp64 = onlyProp64(p.keyed())
	return p
}

// keyed are the charges that have the key of p. They are nearly always all.
func (p *person) keyed() []charge {
	alone := func(c charge) bool { return c.standsAlone }
	if !slices.ContainsFunc(p.charges, alone) {
		return p.charges
	}
	return slices.DeleteFunc(slices.Clone(p.charges), alone)
}

func (g *people) howMany() int64 {
	if g.cfg.Rows >= roomForMany && g.chance(shareOfMany) {
		return int64(g.between(manyCharges/5, manyCharges))
	}
	return int64(min(fewCharges, 1+int(g.ExpFloat64()*3)))
}

func (g *people) birthday() schemas.Date {
	switch {
	case g.chance(shareEdges):
		return g.beside(g.last.AddYears(-ageThreshold))
	case g.chance(shareLeap):
		d, _ := schemas.NewDate(1940+4*g.IntN(15), 2, 29)
		return d
	}
	from, _ := schemas.NewDate(1930, 1, 1)
	to, _ := schemas.NewDate(2001, 12, 31)
	return g.day(from, to)
}

// beside returns a day, the one before, or the one after.
func (g *people) beside(d schemas.Date) schemas.Date {
	return d + schemas.Date(g.between(-1, 1)) //nolint:gosec // three values
}

func (g *people) day(from, to schemas.Date) schemas.Date {
	return schemas.Date(g.between(int(from), int(to))) //nolint:gosec // between two dates
}

// episode draws a case of p with n charges.
func (g *people) episode(p *person, home *place, n int64) {
	g.cases++
	where := home
	if g.chance(sharePlaces) {
		where = g.counties.draw(g.dice)
	}
	offense := g.day(max(g.first, p.born+childhood*yearLength), g.last-daysToDecide/2)
	disposed := min(g.last-1, offense+schemas.Date(g.between(0, daysToDecide))) //nolint:gosec // small
	switch {
	case g.chance(shareEdges):
		disposed = g.beside(g.last.AddYears(-yearsSince))
		offense = min(offense, disposed-30)
	case p.born.AddYears(21) > g.first+yearLength && g.chance(shareEdges):
		disposed = min(g.last-1, g.beside(p.born.AddYears(21)))
		offense = min(offense, disposed-30)
	}
	arrest := min(disposed, offense+schemas.Date(g.between(0, 3))) //nolint:gosec // small
	agency := g.between(1, 9)
	for range n {
		c := charge{episode: g.cases, county: where, agency: agency, offense: offense, arrest: arrest}
		g.numbers++
		c.number = g.numbers
		g.accuse(&c)
		g.dispose(&c, disposed)
		g.spoil(&c)
		p.charges = append(p.charges, c)
	}
}

// accuse draws what a charge is for.
func (g *people) accuse(c *charge) {
	o := g.offences.draw(g.dice)
	if g.chance(g.cfg.Unreadable) {
		o = &g.unreadable
	}
	c.section = o.section
	c.statute, c.description = pick(g.dice, o.statutes), pick(g.dice, o.descriptions)
	if !g.chance(g.cfg.MissingSeverity) {
		c.severity = pick(g.dice, o.severities)
	}
}

// dispose draws how a charge ended, on the day given.
func (g *people) dispose(c *charge, on schemas.Date) {
	c.challenge, c.disposed = schemas.NoDate, schemas.NoDate
	if g.chance(g.cfg.MissingDisposition) {
		c.disposition, c.convicted = pick(g.dice, []string{"", "", "", "UNKNOWN"}), unknown
		return
	}
	if !g.chance(g.cfg.MissingDispositionDate) {
		c.disposed = on
	}
	c.convicted = no
	switch n := g.IntN(100); {
	case n < 62:
		c.convicted = yes
		c.disposition = pick(g.dice, []string{"CONVICTED", "CONVICTED", "GUILTY PLEA", "NO CONTEST"})
		c.sentence = pick(g.dice, []string{"COMPLETED", "COMPLETED", "COMPLETED", "SERVING", ""})
		if g.chance(0.005) {
			c.challenge = g.day(g.last-300, g.last-1)
		}
	case n < 85:
		c.disposition = "DISMISSED"
	case n < 89:
		c.disposition = "ACQUITTED"
	case n < 94:
		c.disposition = "DIVERTED"
	case n < 97:
		c.disposition = "SET ASIDE"
	default:
		c.disposition, c.disposed = "PENDING", schemas.NoDate
	}
}

// spoil takes from a charge what real ones lack.
func (g *people) spoil(c *charge) {
	if g.chance(g.cfg.MissingCounty) {
		c.county = nil
	}
	if g.chance(g.cfg.Placeholder) {
		c.standsAlone, c.placeholder = true, pick(g.dice, []string{"", "UNKNOWN", "00000000"})
	}
	if g.chance(0.1) {
		c.record = "charge"
	}
}
