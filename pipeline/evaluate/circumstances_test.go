package evaluate

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

// TestSubstanceAndVictim decides a charge by one leaf on its circumstances.
func TestSubstanceAndVictim(t *testing.T) {
	const (
		only  = `{id: only, substance: {only: [marijuana, concentrated_cannabis]}, cite: "Act 4"}`
		anyOf = `{id: any, substance: {any: [cocaine, heroin]}, cite: "Act 4"}`
		none  = `{id: none, substance: {none: [cocaine, heroin]}, cite: "Act 4"}`
		young = `{id: young, victim_age: {under: 17}, cite: "Act 4"}`
		grown = `{id: grown, victim_age: {at_least: 17}, cite: "Act 4"}`
		own   = `{id: own, victim_relation: {in: [own_child]}, cite: "Act 4"}`
		other = `{id: other, person: {any: {substance: {any: [cocaine]}}}, cite: "Act 4"}`
	)
	drug := func(set schemas.Substances, by schemas.Evidence) func(*Charge) {
		return func(c *Charge) { c.Substances, c.Evidence = set, by }
	}
	code := func(set schemas.Substances) func(*Charge) { return func(c *Charge) { c.NCIC = set } }
	aged := func(years int32) func(*Charge) { return func(c *Charge) { c.VictimAge = years } }
	kin := func(r schemas.VictimRelation) func(*Charge) {
		return func(c *Charge) { c.VictimRelation = r }
	}
	key := func(c *Charge) { c.Key = 0 }
	both := func(a, b func(*Charge)) func(*Charge) { return func(c *Charge) { a(c); b(c) } }
	const pot, hash, coke = schemas.Marijuana, schemas.ConcentratedCannabis, schemas.Cocaine
	const count = schemas.ConvictionCount
	nothing := func(*Charge) {}
	tests := map[string]struct {
		leaf string
		rows []func(*Charge)
		want truth
	}{
		"only, one of the list":             {only, []func(*Charge){drug(pot, count)}, yes},
		"only, all of the list":             {only, []func(*Charge){drug(pot|hash, schemas.Judgment)}, yes},
		"only, one more":                    {only, []func(*Charge){drug(pot|coke, schemas.Charging)}, no},
		"only, another":                     {only, []func(*Charge){drug(coke, count)}, no},
		"only, named as another":            {only, []func(*Charge){drug(schemas.OtherSubstance, count)}, no},
		"only, none named":                  {only, []func(*Charge){nothing}, unknown},
		"any, one of the list":              {anyOf, []func(*Charge){drug(pot|coke, count)}, yes},
		"any, another":                      {anyOf, []func(*Charge){drug(pot, count)}, no},
		"any, none named":                   {anyOf, []func(*Charge){nothing}, unknown},
		"none, one of the list":             {none, []func(*Charge){drug(pot|coke, count)}, no},
		"none, another":                     {none, []func(*Charge){drug(pot, count)}, yes},
		"none, none named":                  {none, []func(*Charge){nothing}, unknown},
		"by a code of the state":            {only, []func(*Charge){drug(pot, schemas.OffenseCode)}, unknown},
		"by the laboratory":                 {only, []func(*Charge){drug(pot, schemas.Laboratory)}, unknown},
		"another by the laboratory":         {only, []func(*Charge){drug(coke, schemas.Laboratory)}, unknown},
		"by the arrest":                     {anyOf, []func(*Charge){drug(coke, schemas.ArrestReport)}, unknown},
		"by nobody knows what":              {only, []func(*Charge){drug(pot, schemas.NoEvidence)}, unknown},
		"by an NCIC code":                   {only, []func(*Charge){code(pot)}, unknown},
		"count and code agree":              {only, []func(*Charge){both(drug(pot, count), code(pot))}, yes},
		"a concentrate coded as marijuana":  {only, []func(*Charge){both(drug(hash, count), code(pot))}, yes},
		"count and code contradict":         {only, []func(*Charge){both(drug(pot, count), code(coke))}, unknown},
		"rows of one charge agree":          {only, []func(*Charge){both(drug(pot, count), key), both(drug(pot, schemas.Charging), key)}, yes},
		"rows of one charge contradict":     {only, []func(*Charge){both(drug(pot, count), key), both(drug(coke, count), key)}, unknown},
		"a code on another row contradicts": {only, []func(*Charge){both(drug(pot, count), key), both(code(coke), key)}, unknown},
		"rows of two charges differ":        {only, []func(*Charge){drug(pot, count), drug(coke, count)}, yes},
		"another charge names it":           {other, []func(*Charge){nothing, drug(coke, count)}, yes},
		"another charge may":                {other, []func(*Charge){drug(pot, count), nothing}, unknown},
		"another, by the laboratory":        {other, []func(*Charge){drug(pot, count), drug(coke, schemas.Laboratory)}, unknown},
		"no charge names it":                {other, []func(*Charge){drug(pot, count), drug(pot, count)}, no},

		"under 17, 16":                    {young, []func(*Charge){aged(16)}, yes},
		"under 17, a newborn":             {young, []func(*Charge){aged(0)}, yes},
		"under 17, 17":                    {young, []func(*Charge){aged(17)}, no},
		"under 17, not known":             {young, []func(*Charge){nothing}, unknown},
		"at least 17, 16":                 {grown, []func(*Charge){aged(16)}, no},
		"at least 17, 17":                 {grown, []func(*Charge){aged(17)}, yes},
		"at least 17, 120":                {grown, []func(*Charge){aged(120)}, yes},
		"rows give two ages":              {young, []func(*Charge){both(aged(16), key), both(aged(15), key)}, unknown},
		"rows give one age":               {young, []func(*Charge){both(aged(16), key), both(aged(16), key), key}, yes},
		"own child":                       {own, []func(*Charge){kin(schemas.OwnChild)}, yes},
		"of the family":                   {own, []func(*Charge){kin(schemas.Family)}, no},
		"a stranger":                      {own, []func(*Charge){kin(schemas.OtherVictim)}, no},
		"relation not known":              {own, []func(*Charge){nothing}, unknown},
		"rows give two relations":         {own, []func(*Charge){both(kin(schemas.OwnChild), key), both(kin(schemas.Family), key)}, unknown},
		"an age that contradicts another": {own, []func(*Charge){both(both(aged(3), kin(schemas.OwnChild)), key), both(aged(4), key)}, unknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := &Person{Birth: schemas.NoDate, Keyed: true}
			for _, change := range test.rows {
				p.Charges = append(p.Charges, with(convicted("2015-03-01"), change))
			}
			d := lawOf(t, ruleOf("only", test.leaf, seal)).NewEvaluator().Person(p)[0]
			if got := (term{leaf: 0}).literal(&mask{t: d.True, f: d.False}, 0); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if d.Presumed != 0 {
				t.Error("something is presumed")
			}
		})
	}
}

// including is a law that includes convictions up to 2015-03-01 whose substance
// is not known.
func including(t testing.TB, leaves ...string) *Law {
	t.Helper()
	var rules strings.Builder
	for i, leaf := range leaves {
		gives := seal
		if i < len(leaves)-1 {
			gives = "    not_eligible: {}\n"
		}
		rules.WriteString(ruleOf(fmt.Sprintf("r%d", i), leaf, gives))
	}
	policy := strings.Replace(head, "signed_off: false\n",
		"signed_off: false\nsubstance_unknown: {include: true, until: 2015-03-01, cite: \"Act 7\"}\n", 1)
	policy = strings.Replace(policy, "effective: 2000-01-01", "effective: 2016-01-01", 1) + rules.String() + tail
	return lawOfFiles(t, fstest.MapFS{"policy.yaml": {Data: []byte(policy)}})
}

// TestIncludedSubstances presumes a substance that nothing names, up to the day
// that the clause gives, and shows that it did.
func TestIncludedSubstances(t *testing.T) {
	const (
		only = `{id: only, substance: {only: [marijuana]}, cite: "Act 4", who: w}`
		none = `{id: none, substance: {none: [heroin]}, cite: "Act 4", who: w}`
		bar  = `{none: [{id: soft, substance: {only: [marijuana]}, cite: "Act 5", who: w}]}`
	)
	drug := func(set schemas.Substances, by schemas.Evidence) func(*Charge) {
		return func(c *Charge) { c.Substances, c.Evidence = set, by }
	}
	nothing := func(*Charge) {}
	for name, test := range map[string]struct {
		leaves  []string
		day     string
		change  func(*Charge)
		outcome schemas.Outcome
		use     Use
	}{
		"not known":                         {[]string{only}, "2015-03-01", nothing, schemas.Eligible, Included},
		"not known, none of":                {[]string{none}, "2015-03-01", nothing, schemas.Eligible, Included},
		"not known, a bar":                  {[]string{bar, only}, "2015-03-01", nothing, schemas.Eligible, Included},
		"not known, the day after":          {[]string{only}, "2015-03-02", nothing, schemas.Review, Asked},
		"not known, nor the day":            {[]string{only}, "", nothing, schemas.Review, Asked},
		"named":                             {[]string{only}, "2015-03-01", drug(schemas.Marijuana, schemas.Charging), schemas.Eligible, Answered},
		"another is named":                  {[]string{only}, "2015-03-01", drug(schemas.Heroin, schemas.Charging), schemas.NotEligible, Answered},
		"the laboratory names it":           {[]string{only}, "2015-03-01", drug(schemas.Marijuana, schemas.Laboratory), schemas.Eligible, Included},
		"the laboratory names its kin":      {[]string{only}, "2015-03-01", drug(schemas.ConcentratedCannabis, schemas.Laboratory), schemas.Eligible, Included},
		"the laboratory names another":      {[]string{only}, "2015-03-01", drug(schemas.Heroin, schemas.Laboratory), schemas.Review, Asked},
		"the laboratory names what bars":    {[]string{none}, "2015-03-01", drug(schemas.Heroin, schemas.Laboratory), schemas.Review, Asked},
		"the code names another":            {[]string{only}, "2015-03-01", func(c *Charge) { c.NCIC = schemas.Cocaine }, schemas.Review, Asked},
		"contradicted":                      {[]string{only}, "2015-03-01", func(c *Charge) { drug(schemas.Marijuana, schemas.Charging)(c); c.NCIC = schemas.Cocaine }, schemas.Review, Asked},
		"named, and not read":               {[]string{only}, "2015-03-01", drug(0, schemas.ConvictionCount), schemas.Review, Asked},
		"decided without it":                {[]string{`{id: f, severity: {in: [felony]}, cite: "Act 6"}`, only}, "2015-03-01", nothing, schemas.NotEligible, Unused},
		"presumed, and decided without it":  {[]string{`{any: [{id: f, severity: {in: [felony]}, cite: "Act 6"}, {id: only, substance: {only: [marijuana]}, cite: "Act 4", who: w}]}`}, "2015-03-01", nothing, schemas.Eligible, Unused},
		"presumed, and the rule fails else": {[]string{`{id: f, severity: {in: [infraction]}, cite: "Act 6"}, ` + only}, "2015-03-01", nothing, schemas.NotEligible, Unused},
	} {
		t.Run(name, func(t *testing.T) {
			law := including(t, test.leaves...)
			e := law.NewEvaluator()
			c := with(convicted(test.day), test.change)
			p := &Person{Birth: schemas.NoDate, Keyed: true, Charges: []Charge{c}}
			d := e.Person(p)[0]
			if use := law.Substance(&d); d.Outcome != test.outcome || use != test.use {
				t.Errorf("got %s, use %d, want %s, use %d", d.Outcome, use, test.outcome, test.use)
			}
			if shown := d.Presumed&law.substance != 0; test.use == Included && !shown {
				t.Error("the trace does not show the presumption")
			}
			for _, r := range law.Explain(d.True, d.False, d.Presumed, "") {
				for _, leaf := range r.Leaves {
					if leaf.Presumed && leaf.PresumedBy != "Act 7" {
						t.Errorf("%s is presumed by %q, want Act 7", leaf.ID, leaf.PresumedBy)
					}
				}
			}
		})
	}
}

// TestWeakEvidenceRaisesThePriority reads the question and the priority of a
// review that asks for the substance.
func TestWeakEvidenceRaisesThePriority(t *testing.T) {
	const leaf = `{id: only, substance: {only: [concentrated_cannabis]}, cite: "Act 4", ask: "Which drug?", who: w}`
	weak := " which does not decide."
	for name, test := range map[string]struct {
		set, ncic schemas.Substances
		by        schemas.Evidence
		question  string
		priority  string
		rung      schemas.Evidence
	}{
		"nothing":           {0, 0, 0, "Which drug?", NormalPriority, schemas.NoEvidence},
		"laboratory":        {schemas.ConcentratedCannabis, 0, schemas.Laboratory, "Which drug? The laboratory names concentrated cannabis," + weak, HighPriority, schemas.Laboratory},
		"code, as its kin":  {0, schemas.Marijuana, 0, "Which drug? The NCIC code names marijuana," + weak, HighPriority, schemas.OffenseCode},
		"another":           {schemas.Cocaine, 0, schemas.ArrestReport, "Which drug? The report of the arrest names cocaine," + weak, NormalPriority, schemas.ArrestReport},
		"one more":          {schemas.ConcentratedCannabis | schemas.Cocaine, 0, schemas.OffenseCode, "Which drug? The code of the offence names concentrated cannabis and cocaine," + weak, NormalPriority, schemas.OffenseCode},
		"two, one another":  {schemas.ConcentratedCannabis, schemas.Cocaine, schemas.Laboratory, "Which drug? The laboratory names concentrated cannabis," + weak + " The NCIC code names cocaine," + weak, NormalPriority, schemas.OffenseCode},
		"a contradiction":   {schemas.ConcentratedCannabis, schemas.Cocaine, schemas.ConvictionCount, "Which drug? The record names concentrated cannabis, but contradicts itself or does not say where. The NCIC code names cocaine," + weak, NormalPriority, schemas.OffenseCode},
		"where is not said": {schemas.ConcentratedCannabis, 0, schemas.NoEvidence, "Which drug? The record names concentrated cannabis, but contradicts itself or does not say where.", HighPriority, schemas.NoEvidence},
	} {
		t.Run(name, func(t *testing.T) {
			e := lawOf(t, ruleOf("a", leaf, seal)).NewEvaluator()
			c := convicted("2015-03-01")
			c.Substances, c.NCIC, c.Evidence = test.set, test.ncic, test.by
			p := &Person{Birth: schemas.NoDate, Keyed: true, Charges: []Charge{c}}
			d := e.Person(p)[0]
			for range 2 { // from the memory the second time
				text := e.Text(p, 0, d)
				if d.Outcome != schemas.Review || text.Question != test.question || text.Priority != test.priority {
					t.Errorf("got %s, %s\n  %s\nwant %s\n  %s", d.Outcome, text.Priority, text.Question, test.priority, test.question)
				}
			}
			if rung := p.Charges[0].Rung(); rung != test.rung {
				t.Errorf("rung %s, want %s", rung, test.rung)
			}
		})
	}
}

func TestNoOtherReviewNamesTheSubstance(t *testing.T) {
	e := lawOf(t, ruleOf("a", `{id: f, severity: {in: [felony]}, cite: "Act 6", ask: "Which level?", who: w}`, seal)).NewEvaluator()
	c := with(convicted("2015-03-01"), func(c *Charge) { c.Severity, c.NCIC = schemas.SeverityUnknown, schemas.Marijuana })
	p := &Person{Birth: schemas.NoDate, Keyed: true, Charges: []Charge{c}}
	if text := e.Text(p, 0, e.Person(p)[0]); text.Question != "Which level?" || text.Priority != NormalPriority {
		t.Errorf("got %s, %q", text.Priority, text.Question)
	}
}

// TestForgettingASubstanceAsks makes the circumstances of charges unknown: what
// was decided stands, or is asked.
func TestForgettingASubstanceAsks(t *testing.T) {
	codes := []string{
		"NY:PL:220.03", "NY:PL:220.06(01)", "NY:PL:220.06(04)", "NY:PL:220.09", "NY:PL:221.10", "NY:PL:240.36",
		"NY:PL:135.05", "NY:PL:135.25", "NY:PL:155.25", "attempt:NY:PL:220.03", "",
	}
	for _, pack := range []string{"us-ny/mrta", "us-ny/clean-slate"} {
		law := mustLaw(t, pack, nil, promisedDay)
		t.Run(pack, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				rows := drawRows(t)
				for i := range rows {
					r := &rows[i]
					r.code, r.degree = rapid.SampledFrom(codes).Draw(t, "code"), ""
					c := &r.row
					if rapid.Bool().Draw(t, "long ago") {
						c.Offense, c.Disposed = date("1976-01-01"), date("1976-09-01")
					}
					c.Substances = schemas.Substances(rapid.Uint16Range(0, 511).Draw(t, "substances"))
					c.Evidence = schemas.Evidence(rapid.IntRange(0, int(schemas.ArrestReport)).Draw(t, "evidence"))
					c.NCIC = rapid.SampledFrom([]schemas.Substances{0, 0, schemas.Marijuana, schemas.Cocaine}).Draw(t, "ncic")
					c.VictimAge = rapid.Int32Range(NoNumber, 20).Draw(t, "age")
					c.VictimRelation = schemas.VictimRelation(rapid.IntRange(0, 3).Draw(t, "relation"))
				}
				before := decideRows(law, rows)
				for i := range rows {
					c := &rows[i].row
					if rapid.Bool().Draw(t, "forget the substance") {
						c.Substances, c.Evidence, c.NCIC = 0, 0, 0
					}
					if rapid.Bool().Draw(t, "forget the victim") {
						c.VictimAge, c.VictimRelation = NoNumber, schemas.RelationUnknown
					}
				}
				for i, d := range decideRows(law, rows) {
					if d.Outcome != before[i].Outcome && d.Outcome != schemas.Review {
						t.Fatalf("charge %d: %s with its circumstances, %s without", i, before[i].Outcome, d.Outcome)
					}
				}
			})
		})
	}
}
