package normalize

import (
	"slices"
	"strconv"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// massachusettsCitation is one citation of a text.
type massachusettsCitation struct {
	code, section string
	path          []string
	also          []string // further sections of the same chapter, as canonical codes
	note          string   // what was left out, for the rule
	rest          string   // what follows
	remaining     int      // length of the text from the start of the citation
}

// regulations ends the code of a title of the Code of Massachusetts
// Regulations: 322CMR.
const regulations = "CMR"

// highestChapter is the highest chapter of the General Laws.
const highestChapter = 282

// form says which inchoate form a section of chapter 274 is.
func (c massachusettsCitation) form() (schemas.Inchoate, bool) {
	forms := map[string]schemas.Inchoate{"6": schemas.Attempt, "7": schemas.Conspiracy, "8": schemas.Solicitation}
	form, ok := forms[c.section]
	return form, ok && c.code == "274"
}

func (c massachusettsCitation) reading() reading {
	return reading{
		code: c.code, section: c.section, subdivisions: c.path, also: c.also, rule: "chapter and section" + c.note,
	}
}

func (c massachusettsCitation) canonical() string {
	return Statute{Jurisdiction: "MA", Code: c.code, Section: c.section, Subdivisions: c.path}.String()
}

// citation cuts a citation that says it is one, C. 94C S. 34 or 322 CMR 6.07,
// from the start of text.
func (g *massachusetts) citation(text string) (massachusettsCitation, bool) {
	n := leading(text, isDigit)
	if rest, ok := strings.CutPrefix(strings.TrimPrefix(text[n:], " "), regulations); ok && n == 3 {
		_, rest = cutSectionMark(strings.TrimLeft(rest, " "))
		return g.sections(text[:n]+regulations, rest, false)
	}
	rest, ok := cutMark(text, "CHAPTER", "CHAP.", "CHAP", "CH.", "CH", "C.", "C")
	if !ok {
		return massachusettsCitation{}, false
	}
	return g.chapter(strings.TrimLeft(rest, " "), func(s string) (mark, rest string) {
		s = strings.TrimLeft(strings.TrimPrefix(s, ","), " ")
		if section, slash := strings.CutPrefix(s, "/"); slash {
			return "/", strings.TrimLeft(section, " ")
		}
		return cutSectionMark(s)
	})
}

// unmarked cuts a citation without any word for chapter, 94C/34, from the start
// of text. It counts only if the section is listed.
func (g *massachusetts) unmarked(text string) (massachusettsCitation, bool) {
	c, ok := g.chapter(text, func(s string) (mark, rest string) {
		if section, slash := strings.CutPrefix(s, "/"); slash {
			return "/", section
		}
		return cutSectionMark(strings.TrimLeft(s, " "))
	})
	return c, ok && g.tables.listed(c.code, c.section)
}

// chapter cuts a chapter, and what mark finds to part it from the sections.
// In C90S23 the S is the mark: there is no chapter 90S.
func (g *massachusetts) chapter(text string, mark func(string) (mark, rest string)) (massachusettsCitation, bool) {
	n := leading(text, isDigit)
	number, err := strconv.Atoi(text[:n])
	if err != nil || text[0] == '0' || number > highestChapter {
		return massachusettsCitation{}, false
	}
	if n < len(text) && isLetter(text[n]) && text[n] != 'S' {
		n++
	}
	found, rest := mark(text[n:])
	if found == "" {
		return massachusettsCitation{}, false
	}
	return g.sections(text[:n], rest, found == "SS")
}

// sections cuts the sections of a chapter, of which plural says that there are
// several.
func (g *massachusetts) sections(code, text string, plural bool) (massachusettsCitation, bool) {
	c := massachusettsCitation{code: code}
	ok := false
	if c.section, c.path, text, ok = cutMassachusettsSection(text, strings.HasSuffix(code, regulations)); !ok {
		return c, false
	}
	if letter, rest := cutOffenceLetter(text); letter != "" {
		text, c.note = rest, ", without offence letter "+letter
	}
	c.rest = text
	for {
		further, rest, ok := g.further(c, plural)
		if !ok || len(c.also) == mostSections {
			return c, true
		}
		c.also, c.rest = append(c.also, further), rest
	}
}

// further cuts one more section of the same chapter, & S 30(1), or one more
// subdivision of the same section, & (D).
func (g *massachusetts) further(c massachusettsCitation, plural bool) (code, rest string, ok bool) {
	text, ok := cutAnd(c.rest)
	if !ok {
		return "", "", false
	}
	next := massachusettsCitation{code: c.code, section: c.section}
	if path, after := cutMassachusettsPath(text); len(path) > 0 && len(path) <= len(c.path) {
		next.path = slices.Concat(c.path[:len(c.path)-len(path)], path)
		return next.canonical(), after, true
	}
	mark, text := cutSectionMark(text)
	next.section, next.path, rest, ok = cutMassachusettsSection(text, strings.HasSuffix(c.code, regulations))
	known := mark != "" || plural || g.tables.listed(next.code, next.section)
	return next.canonical(), rest, ok && known
}

// cutMassachusettsSection cuts a section and its subdivisions: 34, 32E(C)(1),
// 7AA, 13D½, and 6.07 in regulations. Fractions become decimals.
func cutMassachusettsSection(text string, regulation bool) (section string, path []string, rest string, ok bool) {
	n := leading(text, isDigit)
	if n == 0 || n > 4 || text[0] == '0' {
		return "", nil, text, false
	}
	letters := 0
	if regulation {
		decimals := leading(strings.TrimPrefix(text[n:], "."), isDigit)
		if !strings.HasPrefix(text[n:], ".") || decimals != 2 {
			return "", nil, text, false
		}
		n += 1 + decimals
	} else {
		letters = leading(text[n:], isLetter)
		n += letters
	}
	if after, ok := cutFraction(text[n:]); ok && letters < 2 {
		n = len(text) - len(after)
	}
	path, rest = cutMassachusettsPath(text[n:])
	_, fraction := cutFraction(rest)
	ends := rest == "" || !isAlphanumeric(rest[0]) && !fraction && rest[0] != '.'
	return decimals(text[:n]), path, rest, ends && letters <= 2
}

// cutMassachusettsPath cuts subdivisions, whose fractions become decimals.
func cutMassachusettsPath(text string) (path []string, rest string) {
	path, rest = cutParenthesised(text)
	for i, sub := range path {
		path[i] = decimals(sub)
	}
	return path, rest
}

// cutOffenceLetter cuts the letter that the courts' code of an offence has
// behind its section: 265/13A/B, 269/10/TT.
func cutOffenceLetter(text string) (letter, rest string) {
	after, ok := strings.CutPrefix(text, "/")
	n := leading(after, isLetter)
	if !ok || n == 0 || n > 2 || n < len(after) && after[n] != ' ' {
		return "", text
	}
	return after[:n], after[n:]
}

// cutSectionMark cuts a word for section. Mark is SS for several sections, and
// empty if there is none.
func cutSectionMark(text string) (mark, rest string) {
	if rest, ok := cutMark(text, "SECTIONS", "SECS.", "SECS", "SS.", "SS"); ok {
		return "SS", strings.TrimLeft(rest, " ")
	}
	if rest, ok := cutMark(text, "SECTION", "SEC.", "SEC", "S.", "S"); ok {
		return "S", strings.TrimLeft(rest, " ")
	}
	return "", text
}

// cutAnd drops what stands between two citations that belong together.
func cutAnd(s string) (rest string, ok bool) {
	s = strings.TrimLeft(s, " ")
	for _, word := range []string{"&", "/", "+", ",", "AND "} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			rest = strings.TrimLeft(rest, " ")
			return rest, rest != ""
		}
	}
	return "", false
}

// isMassachusettsTail tells whether rest, which follows the last citation, is
// nothing, or words: - HABITUAL, - 5 YEAR FELONY OR GREATER.
func isMassachusettsTail(rest string) bool {
	if isLiteral(rest, 2) {
		return true
	}
	words, ok := strings.CutPrefix(rest, " - ")
	return ok && slices.ContainsFunc(strings.Fields(words), func(word string) bool {
		return len(word) >= 3 && leading(word, isLetter) == len(word)
	})
}
