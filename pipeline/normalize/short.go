package normalize

import (
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// shortWords are the words with which clerks say, behind a section, that the
// offence was not completed or was another's. No two states mean the same by
// them, so they are never read: they keep a section from being taken for the
// completed offence.
var shortWords = map[schemas.Inchoate][]string{
	schemas.Attempt:      {"ATT", "ATTEMPT", "ATTEMPTED", "ATTEMPTS", "ATMPT", "ATTMPT"},
	schemas.Conspiracy:   {"CONSP", "CONSPIR", "CONSPIRACY", "CONSPIRE", "CONSPIRED"},
	schemas.Solicitation: {"SOL", "SOLIC", "SOLICIT", "SOLICITATION", "SOLICITED"},
	schemas.Accessory:    {"ACCESSORY", "ACCOMPLICE", "AID", "AIDED", "AIDING", "ABET", "ABETTED", "ABETTING"},
}

// shortStems are what the titles of the sections hold that punish such conduct
// themselves: fleeing or attempting to elude, aiding escape.
var shortStems = map[schemas.Inchoate][]string{
	schemas.Attempt:      {"ATTEMPT"},
	schemas.Conspiracy:   {"CONSPIR"},
	schemas.Solicitation: {"SOLICIT"},
	schemas.Accessory:    {"ACCESSORY", "AID", "ABET"},
}

// saysShort finds the form that the words behind the last number of a text name:
// 18 5506 ATT. Words behind a dash describe the offence, and count only where it
// is one alone: 18 5506 - CONSPIRACY.
func saysShort(text string) (schemas.Inchoate, bool) {
	text = strings.ToUpper(text)
	words := text[strings.LastIndexAny(text, "0123456789")+1:]
	dash := len(words)
	for i := range len(words) {
		if words[i] == '-' && leading(strings.TrimPrefix(words[i+1:], " "), isLetter) > 1 { // 1192-A is a section
			dash = i
			break
		}
	}
	named := wordsIn(words[:dash])
	if all := wordsIn(words[dash:]); len(all) == 1 {
		named = append(named, all[0])
	}
	for _, form := range []schemas.Inchoate{schemas.Attempt, schemas.Conspiracy, schemas.Solicitation, schemas.Accessory} {
		if slices.ContainsFunc(named, func(word string) bool { return slices.Contains(shortWords[form], word) }) {
			return form, true
		}
	}
	return schemas.Completed, false
}

func wordsIn(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r < 'A' || r > 'Z' })
}

// fallsShort tells whether the words of a text keep a section from being taken
// for the completed offence, as which it was read, and which form they name. A
// section that makes others an attempt, or whose title speaks of one, is rightly
// called so.
func (t *tables) fallsShort(text, code, section string, read schemas.Inchoate) (form schemas.Inchoate, short bool) {
	form, says := saysShort(text)
	if !says || read != schemas.Completed {
		return read, false
	}
	listed := t.sections[sectionKey{code, section}]
	speaks := func(stem string) bool { return strings.Contains(strings.ToUpper(listed.Title), stem) }
	if listed.Kind == "inchoate" || slices.ContainsFunc(shortStems[form], speaks) {
		return read, false
	}
	return form, true
}
