package synth

import "github.com/clearsweep/clearsweep/schemas"

// The question that truth.csv answers: this policy, these parameters, this day.
const (
	// Policy is the policy whose decisions truth.csv holds.
	Policy = "us-ca/prop64-county-options"
	// AsOf is the as-of date of the truth.
	AsOf = "2019-11-11"

	county       = "LOS ANGELES"
	ageThreshold = 57
	yearsSince   = 10
)

// Params are the parameters of the policy, as key=value.
func Params() []string {
	return []string{
		"county=" + county,
		"dismiss=11357,11358",
		"reduce=11359,11360",
		"under_21_at_conviction=true",
		"age_threshold=57",
		"years_since_conviction=10",
		"only_prop64=true",
		"deceased=true",
	}
}

// truth is a truth value that may be missing.
type truth uint8

const (
	unknown truth = iota
	no
	yes
)

func is(b bool) truth {
	if b {
		return yes
	}
	return no
}

// decision is a row of truth.csv. The reason is given where there is relief.
type decision struct{ outcome, remedy, reason string }

// rung is a rule of the ladder: the first that holds gives its remedy.
type rung struct {
	holds          truth
	remedy, reason string
}

// decide works out what the policy must decide for a charge of p.
func decide(p *person, c *charge) decision {
	switch scope(c) {
	case no:
		return decision{outcome: schemas.OutOfScope.String()}
	case unknown:
		return decision{outcome: schemas.Review.String()}
	case yes:
	}
	doubts := map[string]bool{}
	for _, r := range ladder(p, c) {
		if r.holds == unknown {
			doubts[r.remedy] = true
		}
		if r.holds != yes {
			continue
		}
		delete(doubts, r.remedy) // whatever is missing, the remedy is the same
		if len(doubts) > 0 {
			return decision{outcome: schemas.Review.String()}
		}
		return decision{schemas.Eligible.String(), r.remedy, r.reason}
	}
	if len(doubts) > 0 {
		return decision{outcome: schemas.Review.String()}
	}
	return decision{outcome: schemas.NotEligible.String()}
}

// scope tells whether the policy speaks about a charge: a conviction, in the
// county, under 11357 to 11360. One known no is enough.
func scope(c *charge) truth {
	inCounty := unknown
	if c.county != nil {
		inCounty = is(c.county.name == county)
	}
	all := yes
	for _, t := range []truth{inCounty, c.convicted, c.prop64()} {
		if t == no {
			return no
		}
		all = min(all, t)
	}
	return all
}

func ladder(p *person, c *charge) []rung {
	const dismiss, reduce = "dismiss", "reduce"
	level := unknown
	if c.severity != schemas.SeverityUnknown {
		level = is(c.severity != schemas.Felony)
	}
	return []rung{
		{level, dismiss, "Misdemeanor or Infraction"},
		{is(c.section == 11357), dismiss, "Dismiss all HS 11357 convictions"},
		{is(c.section == 11358), dismiss, "Dismiss all HS 11358 convictions"},
		{not(elapsed(p.birth, c.disposed, 21)), dismiss, "21 years or younger"},
		{elapsed(p.birth, asOf(), ageThreshold), dismiss, "57 years or older"},
		{elapsed(c.disposed, asOf(), yearsSince), dismiss, "Conviction occurred 10 or more years ago"},
		{p.onlyProp64, dismiss, "Only has 11357-60 charges"},
		{p.dead, dismiss, "Individual is deceased"},
		{is(c.section == 11359), reduce, "Reduce all HS 11359 convictions"},
		{is(c.section == 11360), reduce, "Reduce all HS 11360 convictions"},
	}
}

// onlyProp64 tells whether every conviction among charges is under 11357 to
// 11360.
func onlyProp64(charges []charge) truth {
	all := yes
	for i := range charges {
		c := &charges[i]
		switch {
		case c.convicted == no || c.prop64() == yes:
		case c.convicted == yes && c.prop64() == no:
			return no
		default:
			all = unknown
		}
	}
	return all
}

// elapsed tells whether n years have passed between two days: whether the n-th
// anniversary of from has come. That of 29 February comes on 1 March where a
// year has none.
func elapsed(from, to schemas.Date, n int) truth {
	if !from.Known() || !to.Known() {
		return unknown
	}
	y1, m1, d1 := from.Civil()
	y2, m2, d2 := to.Civil()
	years := y2 - y1
	if m2 < m1 || m2 == m1 && d2 < d1 {
		years--
	}
	return is(years >= n)
}

func not(t truth) truth {
	switch t {
	case yes:
		return no
	case no:
		return yes
	case unknown:
	}
	return unknown
}

func asOf() schemas.Date {
	d, err := schemas.ParseDate(AsOf)
	if err != nil {
		panic("synth: the as-of date is wrong: " + err.Error())
	}
	return d
}
