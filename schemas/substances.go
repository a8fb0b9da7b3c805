package schemas

import (
	"fmt"
	"strings"
)

// Substances is a set of controlled substances, as bits: all that the record
// names of one charge. The empty set is not known.
type Substances uint16

// The substances.
const (
	Marijuana Substances = 1 << iota
	// ConcentratedCannabis is hashish, oil, wax and the like.
	ConcentratedCannabis
	Cocaine
	Heroin
	// Opioid is any opiate or synthetic narcotic but heroin.
	Opioid
	Amphetamine
	Hallucinogen
	// Sedative covers barbiturates and tranquillizers.
	Sedative
	// OtherSubstance is a substance that is named and is none of these.
	OtherSubstance
	endOfSubstances
)

var substanceNames = []string{
	"marijuana", "concentrated_cannabis", "cocaine", "heroin", "opioid", "amphetamine", "hallucinogen", "sedative", "other",
}

// SubstanceNames are the names of the substances, in the order of their bits.
func SubstanceNames() []string { return append([]string(nil), substanceNames...) }

// ParseSubstance reads the name of one substance.
func ParseSubstance(s string) (Substances, error) {
	for i, name := range substanceNames {
		if name == s {
			return 1 << i, nil
		}
	}
	return 0, fmt.Errorf("%q is no substance (one of %q)", s, substanceNames)
}

// ParseSubstances reads names joined by commas, as String writes them; the
// empty text is the empty set.
func ParseSubstances(s string) (Substances, error) {
	var set Substances
	for name := range strings.SplitSeq(s, ",") {
		if name == "" && s == "" {
			break
		}
		one, err := ParseSubstance(strings.TrimSpace(name))
		if err != nil {
			return 0, err
		}
		set |= one
	}
	return set, nil
}

// String is the names joined by commas, empty when nothing is known.
func (s Substances) String() string { return substanceTexts[s&(endOfSubstances-1)] }

// Words are the names as people say them: cocaine and concentrated cannabis.
func (s Substances) Words() string {
	return strings.NewReplacer("_", " ", ",", " and ").Replace(s.String())
}

// substanceTexts are the texts of all sets.
var substanceTexts = func() (texts [endOfSubstances]string) {
	for set := range texts {
		var names []string
		for i, name := range substanceNames {
			if set&(1<<i) != 0 {
				names = append(names, name)
			}
		}
		texts[set] = strings.Join(names, ",")
	}
	return texts
}()

// Kin is the set with the substances that records do not tell apart from those
// in it: concentrated cannabis is often coded as marijuana, heroin as an opiate.
func (s Substances) Kin() Substances {
	for _, family := range [...]Substances{Marijuana | ConcentratedCannabis, Heroin | Opioid} {
		if s&family != 0 {
			s |= family
		}
	}
	return s
}

// NCIC is the substance that an offence code of the National Crime Information
// Center names, as its table of uniform offence classifications has them; the
// empty set for any other text, for equipment (3550), and for 3599, which is
// any dangerous drug.
func NCIC(code string) Substances {
	if len(code) != 4 || code[:2] != "35" || code[3] < '0' || code[3] > '9' {
		return 0
	}
	last := code[3] - '0'
	within := func(from, to byte, s Substances) Substances {
		if last < from || last > to {
			return 0
		}
		return s
	}
	switch code[2] {
	case '0':
		return within(1, 5, Hallucinogen)
	case '1':
		return within(0, 3, Heroin)
	case '2', '4':
		return within(0, 3, Opioid)
	case '3':
		return within(0, 3, Cocaine)
	case '6':
		return within(0, 4, Marijuana)
	case '7':
		return within(0, 3, Amphetamine)
	case '8':
		return within(0, 3, Sedative)
	default:
		return 0
	}
}

// Evidence is the rung of the ladder on which the substances of a charge were
// named: the least is the best.
type Evidence uint8

// The rungs.
const (
	// NoEvidence is nothing that names a substance, or nothing that is believed.
	NoEvidence Evidence = iota
	// ConvictionCount is the text of the count of which the person was convicted.
	ConvictionCount
	// Judgment is the judgment, or the paper of the plea.
	Judgment
	// Charging is the text of the charge.
	Charging
	// OffenseCode is a code of the state or of the NCIC.
	OffenseCode
	// Laboratory is a field that the laboratory filled.
	Laboratory
	// ArrestReport is the report of the arrest, or its drug type.
	ArrestReport
)

var evidenceNames = names[Evidence]{
	"none", "conviction_count", "judgment", "charging", "offense_code", "laboratory", "arrest_report",
}

func (e Evidence) String() string { return evidenceNames.name(e) }

// ParseEvidence reads the name of a rung.
func ParseEvidence(s string) (Evidence, error) { return evidenceNames.parse("evidence", s) }

// Decides tells whether what the rung says can decide a charge. What the others
// say can only make it likelier.
func (e Evidence) Decides() bool { return e != NoEvidence && e <= Charging }

// VictimRelation is what the victim of the offence was to the person charged.
type VictimRelation uint8

// The relations.
const (
	RelationUnknown VictimRelation = iota
	// OwnChild is a child of the person.
	OwnChild
	// Family is any other member of the family.
	Family
	// OtherVictim is anybody else, strangers included.
	OtherVictim
)

var relationNames = names[VictimRelation]{"unknown", "own_child", "family", "other"}

func (r VictimRelation) String() string { return relationNames.name(r) }

// ParseVictimRelation reads the name of a relation.
func ParseVictimRelation(s string) (VictimRelation, error) {
	return relationNames.parse("relation of the victim", s)
}

// OldestVictim is the greatest age of a victim that is believed.
const OldestVictim = 120
