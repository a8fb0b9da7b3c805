package policies

import (
	"maps"
	"slices"

	"github.com/clearsweep/clearsweep/schemas"
)

// testShapes are the tests of a leaf, by the key of each.
func testShapes() shape {
	tests := chargeTestShapes()
	tests["code_section"] = keyed(shape{"in": paramShape()}, "in")
	tests["age"] = exactlyOne(keyed(shape{
		"at":    oneWord("the day", fieldsNamed(ageFields...)...),
		"under": numberShape(), "at_least": numberShape(), "implied_by": impliedShape(),
	}, "at"), "under", "at_least")
	tests["elapsed"] = exactlyOne(keyed(shape{
		"since": defined("event"),
		"years": numberShape(), "months": numberShape(), "days": numberShape(),
		"pause_on": pauseShape(),
		"restart_on": keyed(shape{
			"where": defined("where"),
			"after": oneWord("by which date it is later", fieldsNamed(DispositionDate, SentenceDate, ArrestDate, OffenseDate)...),
		}, "where"),
		"boundary": oneWord("on the anniversary, or from the day after", "on_or_after", "after"),
	}, "since"), units...)
	tests["person"] = personShape(personKeys...)
	tests["case"] = personShape(personKeys[2:]...)
	tests["date"] = dateTestShape(false)
	tests["fact"] = shape{"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": boundShape(nil)}
	return tests
}

// chargeTestShapes are the tests that look at one charge only.
func chargeTestShapes() shape {
	in := func(names []string) shape {
		return keyed(shape{"in": someOf(oneWord("what is meant", names...))}, "in")
	}
	level := oneWord("a level of offence", vocabulary(schemas.ParseSeverity)...)
	return shape{
		"code":         codeTestShape(),
		"disposition":  in(vocabulary(schemas.ParseDisposition)),
		"severity":     exactlyOne(keyed(shape{"in": someOf(level), "at_most": level, "at_least": level}), "in", "at_most", "at_least"),
		"inchoate":     in(vocabulary(schemas.ParseInchoate)),
		"county":       keyed(shape{"equals": either(paramShape(), textShape("a county"))}, "equals"),
		"sentence":     in(vocabulary(schemas.ParseSentence)),
		"degree":       degreeTestShape(),
		"max_penalty":  spanTestShape(),
		"term":         exactlyOne(keyed(shape{"min": spanTestShape(), "max": spanTestShape()}), "min", "max"),
		"incarcerated": flagShape("did the sentence take the person's liberty"),
		"restitution":  in(vocabulary(schemas.ParseRestitution)),
		"date":         dateTestShape(true),

		"substance":       substanceTestShape(),
		"victim_age":      victimAgeShape(),
		"victim_relation": in(vocabulary(schemas.ParseVictimRelation)),
	}
}

func codeTestShape() shape { return keyed(shape{"in": someOf(textShape("a code set"))}, "in") }

func degreeTestShape() shape {
	degree := textShape("a class of degrees")
	return exactlyOne(keyed(shape{"in": someOf(degree), "at_least": degree, "at_most": degree}), "in", "at_least", "at_most")
}

// spanShape is a length of time.
func spanShape() shape { return matching("a length of time", `^[0-9]+ (day|month|year)s?$`) }

func spanTestShape() shape {
	s := keyed(shape{"at_most": spanShape(), "at_least": spanShape(), "below": spanShape(), "above": spanShape()})
	s["minProperties"] = 1
	return s
}

// eventShape is the event from which a statute counts.
func eventShape() shape {
	event := defined("event")
	several := shape{"type": "array", "items": event, "minItems": 2}
	return either(
		oneWord("a date of the charge", fieldsNamed(eventFields...)...),
		matching("a fact that is a date", `^person\.`),
		keyed(shape{"first_known_of": several}, "first_known_of"),
		keyed(shape{"later_of": several}, "later_of"),
		keyed(shape{"if_incarcerated": event, "else": event}, "if_incarcerated", "else"),
	)
}

// dateTestShape compares a date with a day, and, of another charge, with a date
// of the charge at hand.
func dateTestShape(ofAnother bool) shape {
	properties := shape{
		"field": oneWord("a date", fieldsNamed(OffenseDate, ArrestDate, DispositionDate, BirthDate, ChallengeDate,
			SentenceDate, ReleaseDate, SupervisionEnd, AsOf)...),
		"implied_by": impliedShape(),
	}
	bound := either(dayShape("a day"), paramShape())
	if ofAnother {
		bound = either(dayShape("a day"), paramShape(), matching("a date of the charge at hand", `^this\.`))
		properties["within_years"] = numberShape()
	}
	names := compareNames
	if ofAnother {
		names = slices.Concat(compareNames, []string{"on"})
	}
	for _, name := range names {
		properties[name] = bound
	}
	if ofAnother {
		properties["on"] = matching("a date of the charge at hand", `^this\.`)
	}
	return exactlyOne(keyed(properties, "field"), names...)
}

func impliedShape() shape {
	return someOf(oneWord("a date that is never earlier, and bounds the one that is missing", fieldsNamed(ArrestDate, DispositionDate)...))
}

// ifTestShapes are the tests of a charge that a presumption may rest on.
func ifTestShapes() shape {
	tests := chargeTestShapes()
	tests["no_activity"] = either(spanShape(), paramShape())
	tests["elapsed"] = exactlyOne(keyed(shape{
		"since": oneWord("a date of the charge", fieldsNamed(eventFields...)...),
		"years": numberShape(), "months": numberShape(), "days": numberShape(),
		"boundary": oneWord("on the anniversary, or from the day after", "on_or_after", "after"),
	}, "since"), units...)
	return tests
}

// pauseShape is the time in which a clock stands still.
func pauseShape() shape {
	return keyed(shape{
		"of":    oneWord("every charge of the person, or this charge only", "person", "this"),
		"where": defined("where"),
		"from":  defined("event"), "to": defined("event"),
	}, "of", "from", "to")
}

func orSameDayShape() shape {
	return oneWord("by which date a charge without a docket is of the case", fieldsNamed(ArrestDate, OffenseDate, DispositionDate, SentenceDate)...)
}

// boundShape compares a count.
func boundShape(with shape, required ...string) shape {
	properties := shape{"at_least": numberShape(), "at_most": numberShape()}
	maps.Copy(properties, with)
	return exactlyOne(keyed(properties, required...), "at_least", "at_most")
}

// personShape is a test on the person, or with fewer keys on the case.
func personShape(keys ...string) shape {
	where := defined("where")
	properties := shape{
		"deceased":   shape{"const": true},
		"registered": either(shape{"const": "any"}, keyed(shape{"in": someOf(textShape("a code set"))}, "in")),
		"any":        where,
		"none":       where,
		"every":      keyed(shape{"where": where, "are": where}, "where", "are"),
		"count":      boundShape(shape{"where": where, "of": oneWord("what is counted", unitNames...)}, "where"),
	}
	maps.DeleteFunc(properties, func(key string, _ any) bool { return !slices.Contains(keys, key) })
	properties["others"] = flagShape("without the charge at hand")
	if !slices.Contains(keys, "deceased") {
		properties["or_same_day"] = orSameDayShape()
	}
	return exactlyOne(keyed(properties), keys...)
}

// whereShape is a condition on one charge: inside a fact or a test on the
// person, or that of a presumption.
func whereShape(name string, properties shape) shape {
	for _, op := range []string{"all", "any", "none"} {
		properties[op] = someOf(defined(name))
	}
	s := keyed(properties)
	s["minProperties"] = 1
	return s
}
