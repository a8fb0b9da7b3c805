package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/pipeline/evaluate"
	"github.com/clearsweep/clearsweep/policies"
	"github.com/clearsweep/clearsweep/schemas"
	"github.com/clearsweep/clearsweep/writers"
)

// record is a person's charges as a run wrote them, ready to be counted again.
type record struct {
	evaluator *evaluate.Evaluator
	person    evaluate.Person
	charges   []writers.Determination
}

// recordOf reads determinations back into the form in which they were decided.
// Rows that are no charge are not among them; where one of them made a clock
// unknown, the trace says so, and no sum is shown.
func recordOf(law *evaluate.Law, charges []writers.Determination) *record {
	r := &record{evaluator: law.NewEvaluator(), charges: charges, person: evaluate.Person{Birth: schemas.NoDate, Keyed: true}}
	cases, keys := map[[2]string]int32{}, map[[4]string]int32{}
	for i := range charges {
		c := &charges[i]
		kind := schemas.RowCharge
		if c.Outcome == schemas.History {
			kind = 0
		}
		r.person.Charges = append(r.person.Charges, evaluate.Charge{
			Kind: kind, Code: r.evaluator.Code(c.Code, c.Code != ""),
			County: r.evaluator.County(c.County, c.County != ""), Degree: r.evaluator.Degree(c.Degree, c.Degree != ""),
			Case:     ordinal(cases, c.Case != "", [2]string{c.County, c.Case}),
			Key:      ordinal(keys, c.Charge != "", [4]string{c.County, c.Case, c.Charge, c.Code}),
			Severity: c.Severity, Disposition: c.Disposition, Sentence: c.Sentence,
			Incarcerated: c.Incarcerated, Restitution: c.Restitution,
			Offense: c.OffenseDate, Arrest: c.ArrestDate, Disposed: c.DispositionDate, Challenge: c.ChallengeDate,
			Sentenced: c.SentenceDate, Released: c.ReleaseDate, SupervisionEnd: c.SupervisionEnd,
			Partial: evaluate.ParsePartial(c.PartialDates), MaxPenalty: c.MaxPenalty, TermMin: c.TermMin, TermMax: c.TermMax,
			Substances: c.Substances, NCIC: schemas.NCIC(c.NCIC), Evidence: c.SubstanceEvidence,
			VictimAge: c.VictimAge, VictimRelation: c.VictimRelation,
		})
		born, further := c.BirthDate, int32(0)
		if !born.Known() {
			born, further = r.person.Charges[i].Partial.Born()
		}
		if p := &r.person; born.Known() && (!p.Birth.Known() || further <= p.BirthDays) {
			p.Birth, p.BirthDays = born, further
		}
	}
	r.evaluator.Person(&r.person)
	return r
}

// ordinal numbers keys as they come, -1 where there is none.
func ordinal[K comparable](of map[K]int32, has bool, key K) int32 {
	if !has {
		return -1
	}
	n, ok := of[key]
	if !ok {
		n = int32(len(of)) //nolint:gosec // charges of one person are few
		of[key] = n
	}
	return n
}

// sums are the sums of charge i in words, by condition.
func (r *record) sums(i int, asOf schemas.Date) map[string]sum {
	sums := map[string]sum{}
	for _, clock := range r.evaluator.Clocks(&r.person, i) {
		if clock.Years+clock.Months+clock.Days == 0 && len(clock.Dates) > 0 && r.charges[i].SupervisionEnd != clock.Since {
			continue // the day stands for supervision that has no end on record
		}
		sums[clock.Leaf] = sum{day: clock.Day, passed: clock.Day <= asOf, law: len(clock.Dates) == 0, words: r.words(i, clock)}
	}
	return sums
}

// sum is years added to a day: sentenced 2015-03-01 + 8 years = 2023-03-01.
type sum struct {
	day    schemas.Date
	passed bool
	law    bool // a day of the law, to which nothing is added
	words  string
}

func (r *record) words(i int, clock evaluate.Clock) string {
	if len(clock.Dates) == 0 {
		return "not before " + clock.Day.String()
	}
	since := strings.TrimSpace(r.event(i, clock) + " " + clock.Since.String())
	switch {
	case clock.Months > 0:
		since += " + " + number(int32(clock.Months), "month") //nolint:gosec // of a life
	case clock.Days > 0:
		since += " + " + number(int32(clock.Days), "day") //nolint:gosec // of a life
	case clock.Years == 0 && !clock.After:
		return since
	default:
		since += " + " + number(int32(clock.Years), "year") //nolint:gosec // of a life
	}
	if clock.After {
		since += " and a day"
	}
	if clock.Stood > 0 {
		since += fmt.Sprintf(" + %s on which the clock stood still", number(int32(clock.Stood), "day")) //nolint:gosec // of a life
	}
	day := clock.Day.String()
	if strings.HasSuffix(clock.Since.String(), "-02-29") && strings.HasSuffix(day, "-03-01") {
		day += " (29 February is followed by 1 March)"
	}
	return since + " = " + day
}

// event says what happened on the day that is counted from: on this charge, or
// else on another of the person.
func (r *record) event(i int, clock evaluate.Clock) string {
	if slices.Contains(clock.Dates, policies.BirthDate) {
		return "born"
	}
	if name := happened(&r.charges[i], clock); name != "" {
		return name
	}
	for j := range r.charges {
		if name := happened(&r.charges[j], clock); name != "" {
			return fmt.Sprintf("charge %d: %s", j+1, name)
		}
	}
	return ""
}

// happened names the date of a charge that the clock counts from, empty when it
// counts from none.
func happened(c *writers.Determination, clock evaluate.Clock) string {
	for _, field := range clock.Dates {
		switch {
		case field == policies.OffenseDate && c.OffenseDate == clock.Since:
			return "offence"
		case field == policies.ArrestDate && c.ArrestDate == clock.Since:
			return "arrested"
		case field == policies.ReleaseDate && c.ReleaseDate == clock.Since:
			return "released"
		case field == policies.SentenceDate && c.SentenceDate == clock.Since:
			return "sentenced"
		case field == policies.SupervisionEnd && c.SupervisionEnd == clock.Since:
			return "supervision to"
		case field == policies.DispositionDate && c.DispositionDate == clock.Since:
			if c.Disposition == schemas.Convicted {
				return "convicted"
			}
			return "decided"
		}
	}
	return ""
}
