package normalize

import (
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// california reads the statute texts of California: 11357(C) HS-POSS,
// HS 11357(A), 664/11358 HS, 246/186.22(B)(4) PC.
type california struct {
	tables     *tables
	ampersands *strings.Replacer
}

func newCalifornia(t *tables) grammar {
	return &california{t, strings.NewReplacer(" & ", "&", " &", "&", "& ", "&")}
}

// count is what a text charges, in the order of the text.
type count []item

// mostSections is the most sections that the text of one charge may name; the
// longest seen are an offence, an attempt and two enhancements. It also bounds
// the work on texts made to be slow.
const mostSections = 4

// item is one section of a count, not yet read, with the code that the text
// puts it under.
type item struct {
	token token
	text  string
	// joined says that the item was cut out of a run of digits, 66411357: then
	// it counts only if it is listed.
	joined bool
}

func (g *california) clean(text string) string {
	text = strings.Join(strings.Fields(strings.ToUpper(plain(text))), " ")
	text = g.ampersands.Replace(text)
	for {
		// Comments carry the charge as CHRG-11357 HS.
		cut := strings.TrimPrefix(strings.Trim(text, "/-#*., "), "CHRG-")
		if cut == text {
			return text
		}
		text = cut
	}
}

func (g *california) read(text string) []reading {
	text, attempted := cutAttempted(skipSectionWord(text))
	if object, ok := strings.CutPrefix(text, "(664)"); ok {
		text = "664/" + strings.TrimLeft(object, " /-")
	}
	if text == "" {
		return nil
	}
	counts, form := g.suffixed(text, mostSections), "section then code"
	if isLetter(text[0]) {
		counts, form = g.prefixed(text, mostSections), "code then section"
	}
	var out []reading
	for _, c := range counts {
		for _, r := range g.interpret(c, attempted) {
			r.rule = form + r.rule
			out = append(out, r)
		}
	}
	return out
}

// cutAttempted takes the mark of an attempt from the end of a literal.
func cutAttempted(text string) (string, bool) {
	for _, mark := range []string{"-ATTEMPTED", "- ATTEMPTED"} {
		if rest, ok := strings.CutSuffix(text, mark); ok {
			return strings.TrimRight(rest, " -"), true
		}
	}
	return text, false
}

// suffixed reads sections followed by the code they are of, 11357(C) HS, and
// then, after a separator, perhaps more of the same: 11359 HS/664 PC. There may
// be at most as many sections as there is room for.
func (g *california) suffixed(text string, room int) []count {
	var out []count
	for _, tok := range g.tables.tokens {
		for from := 0; ; {
			i := strings.Index(text[from:], tok.text)
			if i < 0 {
				break
			}
			i += from
			from = i + 1
			items, ok := splitItems(strings.TrimRight(text[:i], " "), tok)
			if !ok || len(items) > room {
				continue
			}
			rest := text[i+len(tok.text):]
			if isLiteral(rest, 1) {
				out = append(out, items)
			} else if more, ok := cutSeparator(rest); ok && isDigit(more[0]) {
				out = append(out, extend(items, g.suffixed(more, room-len(items)))...)
			}
		}
	}
	return out
}

// prefixed reads a code followed by sections of it, HS 11357(A), and then,
// after a separator, perhaps more of the same: PC 664/HS 11358. There may
// be at most as many sections as there is room for.
func (g *california) prefixed(text string, room int) []count {
	var out []count
	for _, tok := range g.tables.tokens {
		rest, ok := strings.CutPrefix(text, tok.text)
		if !ok || rest == "" || isLetter(rest[0]) {
			continue
		}
		rest = skipSectionWord(strings.TrimLeft(rest, " "))
		for i := 1; i <= len(rest); i++ {
			if i < len(rest) && !strings.ContainsRune(" -/+&,", rune(rest[i])) {
				continue
			}
			items, ok := splitItems(strings.TrimRight(rest[:i], " "), tok)
			if !ok || len(items) > room {
				continue
			}
			if isLiteral(rest[i:], 2) {
				out = append(out, items)
			} else if more, ok := cutSeparator(rest[i:]); ok && isLetter(more[0]) {
				out = append(out, extend(items, g.prefixed(more, room-len(items)))...)
			}
		}
	}
	return out
}

// cutSeparator drops a separator between two sections that each have a code.
func cutSeparator(s string) (string, bool) {
	s = strings.TrimLeft(s, " ")
	if s == "" || !strings.ContainsRune("/+&,", rune(s[0])) {
		return "", false
	}
	s = strings.TrimLeft(s[1:], " ")
	return s, s != ""
}

func extend(head count, tails []count) []count {
	var out []count
	for _, tail := range tails {
		out = append(out, slices.Concat(head, tail))
	}
	return out
}

// The sections of the Penal Code that, before another section, make it an
// inchoate form of that one: PC 664 attempt, 182 conspiracy, 653f
// solicitation, 32 accessory.
func inchoateMark(text string) (schemas.Inchoate, bool) {
	base := text[:leading(text, func(c byte) bool { return c != '(' })]
	switch base {
	case "664":
		return schemas.Attempt, true
	case "182", "182A", "182A1":
		return schemas.Conspiracy, true
	case "653F":
		return schemas.Solicitation, true
	case "32":
		return schemas.Accessory, true
	default:
		return schemas.Completed, false
	}
}

const penal = "PC"

// interpret says what a count charges. The first section that is not a mark of
// an inchoate form is the offence; those after it must be listed, and go along.
func (g *california) interpret(c count, attempted bool) []reading {
	c, attempt := cutAttempt(c)
	if len(c) == 0 {
		return nil
	}
	r := reading{}
	if attempt || attempted && !isAttempt(c[0]) {
		r.inchoate, r.rule = schemas.Attempt, ", attempt"
	}
	if form, ok := inchoateMark(c[0].text); ok && len(c) > 1 && !g.isEnhancement(c[1]) {
		if r.inchoate != schemas.Completed {
			return nil // an attempt at a conspiracy, or the reverse: for a person to read
		}
		r.inchoate, r.rule = form, ", "+form.String()
		c = c[1:]
	}
	for _, further := range c[1:] {
		code, ok := g.listedCode(further)
		if !ok {
			return nil
		}
		r.also = append(r.also, code)
	}
	var out []reading
	for _, o := range g.sections(c[0]) {
		o.inchoate, o.also, o.rule = r.inchoate, r.also, r.rule
		o.doubtful = o.doubtful || isAttempt(c[0]) && o.code != penal
		out = append(out, o)
	}
	return out
}

// cutAttempt takes the marks of an attempt out of a count that has more than
// them. PC 664 alone is PC 664.
func cutAttempt(c count) (count, bool) {
	if len(c) == 1 {
		return c, false
	}
	rest := slices.DeleteFunc(slices.Clone(c), isAttempt)
	return rest, len(rest) == len(c)-1
}

func isAttempt(i item) bool {
	form, _ := inchoateMark(i.text)
	return form == schemas.Attempt
}

func (g *california) isEnhancement(i item) bool {
	return slices.ContainsFunc(g.sections(i), func(r reading) bool {
		return g.tables.sections[sectionKey{r.code, r.section}].Kind == "enhancement"
	})
}

// listedCode reads a section that goes along with an offence.
func (g *california) listedCode(i item) (string, bool) {
	s := g.tables.settle("CA", g.sections(i))
	return s.String(), s.Match == schemas.Section
}

func (g *california) repair(text string) string { return repairDigits(text, "OIL,") }

func (g *california) written(s Statute) string {
	var b strings.Builder
	switch s.Inchoate {
	case schemas.Completed:
	case schemas.Attempt:
		b.WriteString("664/")
	case schemas.Conspiracy:
		b.WriteString("182/")
	case schemas.Solicitation:
		b.WriteString("653f/")
	case schemas.Accessory:
		b.WriteString("32/")
	}
	s.writeSection(&b)
	b.WriteByte(' ')
	b.WriteString(s.Code)
	return b.String()
}
