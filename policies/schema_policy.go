package policies

import (
	"maps"

	"github.com/clearsweep/clearsweep/schemas"
)

func policyShape() shape {
	return keyed(shape{
		"schema":       shape{"const": "relief/v1", "description": "the version of this language"},
		"id":           matching("a name that no other policy has, as us-ca.prop64", packID.String()),
		"title":        textShape("the policy in one line"),
		"jurisdiction": matching("US- and the state; it chooses how statutes are read", jurisdictionID.String()),
		"profile":      profileShape(),
		"signed_off":   flagShape("true when a named lawyer has signed SOURCES.md"),
		"law":          keyed(shape{"effective": dayShape("the day the law took effect"), "cite": cited()}, "effective", "cite"),
		"calendar":     keyed(shape{"years_from_feb29": shape{"const": "mar1"}, "boundary": shape{"const": "on_or_after"}}),
		"modifiers":    defined("modifiers"),
		"degrees":      degreesShape(),
		"penalties":    someOf(penaltyShape()),
		"caps":         someOf(capShape()),
		"params":       byName(defined("param")),
		"codes":        byName(defined("codes")),
		"facts":        byName(defined("fact")),
		"conditions":   someOf(defined("leaf")),
		"scope":        defined("condition"),
		"rules":        someOf(defined("rule")),
		"otherwise":    defined("otherwise"),
		"variants":     byName(variantShape()),

		"substance_unknown":  substanceUnknownShape(),
		"substance_evidence": substanceEvidenceShape(),
	}, "schema", "id", "title", "jurisdiction", "profile", "signed_off", "law", "rules", "otherwise")
}

func profileShape() shape {
	return oneWord("green-standard: relief without waits, counts and bars; statutory: an enacted law; local-option: a choice left to an official",
		string(GreenStandard), string(Statutory), string(LocalOption))
}

func cited() shape { return textShape("the statute and subsection this comes from") }

// definitions are the parts that stand in several places.
func definitions() shape {
	return shape{
		"modifiers": keyed(shape{
			"include": someOf(oneWord("a form that counts as the offence itself", vocabulary(schemas.ParseInchoate)...)),
			"cite":    cited(),
		}, "cite"),
		"param":     paramDefinition(),
		"codes":     codesShape(),
		"fact":      factShape(),
		"condition": either(groupShape("condition"), keyed(shape{"ref": textShape("a condition defined before this line")}, "ref"), defined("leaf")),
		"leaf":      leafShape(),
		"where":     whereShape("where", chargeTestShapes()),
		"if":        whereShape("if", ifTestShapes()),
		"rule":      ruleShape(),
		"otherwise": otherwiseShape(),
		"verb":      oneWord("what agencies are asked to do, from the weakest to the strongest", verbNames...),
		"relief":    reliefShape(),
		"event":     eventShape(),
	}
}

func paramDefinition() shape {
	return keyed(shape{
		"type": oneWord("what its value is",
			string(TextParam), string(BoolParam), string(IntegerParam), string(DateParam), string(ListParam)),
		"cite":     cited(),
		"required": flagShape("no default: a sweep must give it"),
		"dated": shape{
			"type": "object", "additionalProperties": shape{"type": "integer"},
			"description": "its value from each day on, as the law changed it",
		},
		"default": someOf(textShape("its value when a sweep does not give it")),
		"allowed": someOf(either(shape{"type": "integer"}, matching("a range, both ends included", `^-?[0-9]+(\.\.-?[0-9]+)?$`))),
		"of":      someOf(textShape("a value that the list may hold")),
		"help":    textShape("what is chosen, in one line"),
	}, "type", "cite")
}

func codesShape() shape {
	member := matching(`a section, as "HSC 11357"; with /* also everything below it; a range, as "18 2301..3299/*"`, `^[A-Za-z0-9.-]+ [A-Za-z0-9./()-]+(/\*)?$`)
	s := keyed(shape{
		"file": textShape("a file of the policy that lists members: code,valid_from,valid_to,cite"),
		"cite": cited(), "members": someOf(member), "except": someOf(member), "modifiers": defined("modifiers"),
		"valid":              validShape(),
		"unlisted_may_be_in": shape{"type": "boolean", "description": "a section that the state's table does not list may be one of the set, so it is reviewed"},
	}, "cite")
	s["anyOf"] = []shape{{"required": []string{"members"}}, {"required": []string{"file"}}}
	return s
}

func factShape() shape {
	return exactlyOne(keyed(shape{
		"cite":  cited(),
		"count": oneWord("how many", unitNames...),
		"max":   defined("event"),
		"where": defined("where"), "same_case": flagShape("of the case of the charge at hand"),
		"or_same_day": orSameDayShape(),
		"others":      flagShape("without the charge at hand"),
	}, "cite", "where"), "count", "max")
}

// groupShape joins conditions of a kind.
func groupShape(of string) shape {
	return exactlyOne(keyed(shape{
		"all": someOf(defined(of)), "any": someOf(defined(of)), "none": someOf(defined(of)),
	}), "all", "any", "none")
}

func leafShape() shape {
	properties := shape{
		"id":        matching("a name of the condition within its rule", identifier.String()),
		"cite":      cited(),
		"temporary": flagShape("a bar that can end on no day that can be computed"),
		"ask":       textShape("the question to whoever can answer"),
		"who":       textShape("who can answer"),
		"unknown":   unknownShape(),
		"say": keyed(shape{
			"yes": textShape("when it holds"), "no": textShape("when it does not"), "unknown": textShape("when it is not known"),
		}),
	}
	maps.Copy(properties, testShapes())
	return exactlyOne(keyed(properties, "id", "cite"), testKeys...)
}

// unknownShape is what happens when the facts do not answer a condition.
func unknownShape() shape {
	return either(shape{"const": "review"}, keyed(shape{
		"presume": either(flagShape("the answer that the law presumes"), shape{"const": "closed", "description": "pending charges are closed"}),
		"if":      defined("if"),
		"else":    shape{"const": "review"},
		"cite":    cited(),
	}, "presume", "cite"))
}

func ruleShape() shape {
	nothing := func(key, description string) shape { return keyed(shape{key: textShape(description)}) }
	return exactlyOne(keyed(shape{
		"id":           matching("a name that no other rule has", identifier.String()),
		"cite":         cited(),
		"scope":        oneWord("what the rule decides", "charge"),
		"enabled_if":   paramShape(),
		"valid":        validShape(),
		"lapses":       keyed(shape{"cite": cited()}, "cite"),
		"when":         defined("condition"),
		"reason":       textShape("why, for the person concerned; {section}, {eligible_on} and parameters are filled in"),
		"relief":       defined("relief"),
		"not_eligible": nothing("try_next", "the law to look at next"),
		"blocked":      keyed(shape{"lifts": textShape("what would end the bar")}, "lifts"),
		"review":       keyed(shape{"question": textShape("what must be answered"), "who": textShape("who can answer")}, "question", "who"),
		"out_of_scope": nothing("other_law", "the law that speaks of the charge"),
	}, "id", "cite", "when"), outcomeKeys...)
}

func validShape() shape {
	s := keyed(shape{"from": dayShape("the first day of offences"), "to": dayShape("the last day of offences")})
	s["minProperties"] = 1
	return s
}

func degreesShape() shape {
	degrees := someOf(textShape("a class of offence"))
	return keyed(shape{
		"cite": cited(), "order": degrees,
		"means": shape{"type": "object", "additionalProperties": degrees, "description": "what a degree may be that is written without its class"},
	}, "order", "cite")
}

func penaltyShape() shape {
	return exactlyOne(keyed(shape{
		"cite": cited(), "code": codeTestShape(), "degree": degreeTestShape(), "max": spanShape(),
	}, "cite", "max"), "code", "degree")
}

func capShape() shape {
	return keyed(shape{
		"id":       matching("a name that no other cap has", identifier.String()),
		"cite":     cited(),
		"of":       someOf(textShape("a rule that the cap bounds")),
		"at_most":  numberShape(),
		"order":    someOf(oneWord("which charges come first", capOrderNames...)),
		"used":     textShape("a fact that counts relief already given"),
		"outcome":  oneWord("what the cap leaves out gets", "not_eligible", "review"),
		"reason":   textShape("why, for the person concerned"),
		"try_next": textShape("the law to look at next"),
		"question": textShape("what must be answered"),
		"who":      textShape("who can answer"),
	}, "id", "cite", "of", "at_most", "order", "reason", "question", "who")
}

func reliefShape() shape {
	return keyed(shape{
		"verb": defined("verb"), "floor": defined("verb"), "ceiling": defined("verb"), "while_serving": defined("verb"),
		"legal_basis":           textShape("the law on which the order rests"),
		"jurisdiction_retained": shape{"const": true, "description": "relief never closes the case to later motions"},
		"due":                   dayShape("the day by which the law says that relief shall be given"),
	}, "legal_basis", "jurisdiction_retained")
}

func otherwiseShape() shape {
	return keyed(shape{
		"cite": cited(), "reason": textShape("why, for the person concerned"), "try_next": textShape("the law to look at next"),
		"outcome":  oneWord("what a charge gets when no rule applies", "not_eligible", "review"),
		"question": textShape("what must be answered"), "who": textShape("who can answer"),
	}, "cite", "reason")
}
