package policies

import "github.com/clearsweep/clearsweep/schemas"

func casesShape() shape {
	value := textShape("the value of a parameter")
	given := byName(either(value, shape{"type": "array", "items": value}))
	return keyed(shape{
		"as_of":  dayShape("the day for which the cases are decided"),
		"params": given,
		"cases": someOf(keyed(shape{
			"id":         textShape("a name that no other case has"),
			"note":       textShape("the sentence of the law that the case shows"),
			"as_of":      dayShape("the day for which this case is decided"),
			"params":     given,
			"confidence": oneWord("H must hold; M and L are reported until counsel has signed", "H", "M", "L"),
			"person":     casePersonShape(),
			"charges":    someOf(caseChargeShape()),
		}, "id", "confidence", "charges")),
	}, "as_of")
}

func casePersonShape() shape {
	return keyed(shape{
		"birth_date":    dayShape("the day of birth"),
		"deceased":      flagShape("the person's death is recorded"),
		"registered":    someOf(textShape("a section under which the person is registered")),
		"no_person_key": flagShape("the rows carry no person key"),
		"incomplete":    flagShape("a row of the person could not be read"),
	})
}

func caseChargeShape() shape {
	properties := shape{
		"statute":     textShape("the statute as written in records"),
		"code":        matching("the canonical code, as CA:HSC:11357(b) or attempt:CA:HSC:11357(b); instead of statute", `^([a-z]+:)?[A-Z]{2}:[^: ]+:[^: ]+$`),
		"county":      textShape("the county"),
		"case":        textShape("the case; charges with the same are of one case"),
		"charge":      textShape("the charge; rows with the same are one charge"),
		"severity":    oneWord("unknown unless given", vocabulary(schemas.ParseSeverity)...),
		"disposition": oneWord("convicted unless given otherwise", vocabulary(schemas.ParseDisposition)...),
		"sentence":    oneWord("unknown unless given", vocabulary(schemas.ParseSentence)...),
		"expect":      expectShape(),

		"degree":           textShape("the class of the offence, as records write it"),
		"max_penalty_days": shape{"type": "integer"},
		"term_min_months":  shape{"type": "integer"},
		"term_max_months":  shape{"type": "integer"},
		"incarcerated":     flagShape("the sentence took the person's liberty"),
		"restitution":      oneWord("unknown unless given", vocabulary(schemas.ParseRestitution)...),

		"substances":         someOf(oneWord("a substance that the record names", schemas.SubstanceNames()...)),
		"substance_evidence": oneWord("the evidence that names it; needed with substances", vocabulary(schemas.ParseEvidence)...),
		"ncic":               matching("the NCIC code of the offence", `^[0-9]{4}$`),
		"victim_age":         shape{"type": "integer"},
		"victim_relation":    oneWord("unknown unless given", vocabulary(schemas.ParseVictimRelation)...),
	}
	for _, day := range []string{"disposition_date", "offense_date", "arrest_date", "challenge_date", "sentence_date", "release_date", "supervision_end_date"} {
		properties[day] = either(dayShape("a day"), shape{"type": "null"})
	}
	return keyed(properties)
}

func expectShape() shape {
	properties := shape{}
	for _, key := range expectKeys {
		properties[key] = either(textShape("what is expected; none when there must be none"), shape{"type": "null"})
	}
	var outcomes []string
	for o := range schemas.Outcome(schemas.Outcomes) {
		outcomes = append(outcomes, o.String())
	}
	properties["outcome"] = oneWord("what the law gives", outcomes...)
	return keyed(properties, "outcome")
}
