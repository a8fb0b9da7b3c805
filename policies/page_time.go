package policies

import (
	"cmp"
	"slices"
	"strings"
)

// waits prints what a condition on time counts, in words; nothing for any other.
func (w *page) waits(leaf *tree, indent string) {
	if body := leaf.get("elapsed"); body != nil {
		w.line("%s  - counted: %s", indent, plainText(waitWords(body)))
	}
}

// waitWords is how long, from which event, and what moves the clock.
func waitWords(body *tree) string {
	words := ""
	for _, unit := range units {
		if n := body.word(unit); n != "" {
			if name, ok := strings.CutPrefix(n, "$"); ok {
				n = "{" + name + "}"
			}
			words = n + " " + unit + " from "
			switch n {
			case "0":
				words = "at once from "
			case "1":
				words = "1 " + strings.TrimSuffix(unit, "s") + " from "
			}
		}
	}
	words += eventWords(body.get("since"))
	if body.word("boundary") == "after" {
		words += "; the day on which they have passed does not count yet"
	}
	if again := body.get("restart_on"); again != nil {
		words += "; the clock starts again with each later charge that is described, later by " + eventNames[cmp.Or(again.word("after"), "disposition_date")]
	}
	if pause := body.get("pause_on"); pause != nil {
		whose := "every charge that is described"
		if pause.word("of") == "this" {
			whose = "this charge"
		}
		words += "; the clock stands still from " + eventWords(pause.get("from")) + " to " + eventWords(pause.get("to")) + " of " + whose
	}
	return words
}

var eventNames = map[string]string{
	"offense_date": "the offence", "arrest_date": "the arrest", "disposition_date": "the disposition", "sentence_date": "the sentence",
	"release_date": "the release", "supervision_end_date": "the end of supervision",
}

// eventWords is an event in words: the later of the disposition and, if
// incarcerated, the release.
func eventWords(t *tree) string {
	if name, ok := cutPerson(t.word()); ok {
		return "the day that is the fact " + name
	}
	if freed := t.get("if_incarcerated"); freed != nil {
		return grouped(freed) + " if incarcerated, else " + grouped(t.get("else"))
	}
	if known := t.get("first_known_of"); known != nil {
		return "the first on record of " + joinedEvents(known, false)
	}
	later := t.get("later_of")
	switch {
	case later == nil:
		return cmp.Or(eventNames[t.word()], t.String())
	case len(later.elements()) > 2:
		return "the latest of " + joinedEvents(later, true)
	default:
		return "the later of " + joinedEvents(later, true)
	}
}

// joinedEvents are events one after the other. A choice among events is set
// apart, unless it may be short: then an event that counts only if the sentence
// took the person's liberty, and otherwise is one of the others, is said so.
func joinedEvents(t *tree, short bool) string {
	var b strings.Builder
	events, last := t.elements(), len(t.elements())-1
	for i, e := range events {
		otherwise := e.get("else")
		freed := short && otherwise != nil && slices.Contains(t.texts(), otherwise.String())
		switch {
		case i == 0:
		case i == last && freed:
			b.WriteString(" and, ")
		case i == last:
			b.WriteString(" and ")
		default:
			b.WriteString(", ")
		}
		switch {
		case freed:
			b.WriteString("if incarcerated, " + eventWords(e.get("if_incarcerated")))
		default:
			b.WriteString(grouped(e))
		}
	}
	return b.String()
}

// grouped is an event in words, set apart if it is a choice.
func grouped(t *tree) string {
	if t.of != nil {
		return "(" + eventWords(t) + ")"
	}
	return eventWords(t)
}
