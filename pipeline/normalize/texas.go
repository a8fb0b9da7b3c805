package normalize

import (
	"strconv"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// texas reads the statute texts of Texas: Penal Code 30.02(c)(2),
// HSC 481.121(b)(1), 30.02 PC, PC 15.01/30.02.
//
// The charge codes of counties, six digits without a system, stand in the exact
// table as far as a person has read them.
type texas struct {
	tables     *tables
	ampersands *strings.Replacer
}

func newTexas(t *tables) grammar {
	return &texas{t, strings.NewReplacer(" & ", "&", " &", "&", "& ", "&")}
}

func (g *texas) clean(text string) string {
	return strings.Trim(g.ampersands.Replace(strings.ToUpper(plain(text))), "/-#*., ")
}

func (g *texas) repair(text string) string { return repairDigits(text, "OIL,") }

func (g *texas) read(text string) []reading {
	for _, name := range []string{"TEXAS ", "TEX. ", "TEX ", "TX. ", "TX "} {
		if rest, ok := strings.CutPrefix(text, name); ok {
			text = rest
			break
		}
	}
	first, ok := g.citation(skipSectionWord(text), "")
	if !ok {
		return nil
	}
	object, found := cutObject(first.rest)
	if !found || !isDigit(object[0]) && !g.beginsWithCode(object) {
		return g.place(first)
	}
	// Two sections: one must make the other an inchoate form.
	second, ok := g.citation(object, first.code)
	if !ok {
		return nil
	}
	if form, outer := first.form(); outer {
		return inForm(form, g.place(second))
	}
	if form, outer := second.form(); outer && isLiteral(second.rest, 2) {
		if first.code == "" {
			first.code = second.code
		}
		first.rest = ""
		return inForm(form, g.place(first))
	}
	return nil
}

func (g *texas) beginsWithCode(text string) bool {
	_, _, ok := g.tables.cutToken(text)
	return ok
}

// texasCitation is one citation of a text, as far as it says what it cites.
type texasCitation struct {
	code, section string
	path          []string
	attached      bool // a subdivision stands right behind the section, without parentheses
	rest          string
}

// form says which inchoate form a section of the Penal Code is.
func (c texasCitation) form() (schemas.Inchoate, bool) {
	if c.code != penal && c.code != "" {
		return schemas.Completed, false
	}
	switch c.section {
	case "15.01":
		return schemas.Attempt, true
	case "15.02":
		return schemas.Conspiracy, true
	case "15.03":
		return schemas.Solicitation, true
	default:
		return schemas.Completed, false
	}
}

// citation cuts a citation from the start of text. around is the code of the
// citation before it, which it may leave out.
func (g *texas) citation(text, around string) (texasCitation, bool) {
	var c texasCitation
	named := false
	c.code, text, named = g.tables.cutToken(text)
	c.section, text = cutTexasSection(strings.TrimPrefix(text, "ART. "))
	if c.section == "" {
		return c, false
	}
	c.path, text = cutParenthesised(text)
	if c.path == nil && text != "" && isLetter(text[0]) {
		c.path, text, c.attached = cutTexasRun(text)
	}
	c.rest = text
	if !named {
		c.code, c.rest, named = g.tables.cutTokenBehind(text)
	}
	if !named && around != "" && g.inCode(around, c.section) && (around != penal || g.tables.listed(penal, c.section)) {
		c.code = around
	}
	return c, true
}

// cutTexasSection cuts chapter and section, 481.121 or 20A.02.
func cutTexasSection(text string) (section, rest string) {
	n := leading(text, isDigit)
	if n == 0 || n > 4 || text[0] == '0' {
		return "", text
	}
	if n < len(text) && isLetter(text[n]) {
		n++
	}
	decimals := leading(strings.TrimPrefix(text[n:], "."), isDigit)
	if !strings.HasPrefix(text[n:], ".") || decimals == 0 || decimals > 4 {
		return "", text
	}
	n += 1 + decimals
	return text[:n], text[n:]
}

// cutTexasRun cuts subdivisions without parentheses, B1, from the start of s.
func cutTexasRun(s string) (path []string, rest string, ok bool) {
	run := s[:leading(s, isAlphanumeric)]
	path, ok = subdivisions(run)
	if !ok {
		return nil, s, false
	}
	deeper, rest := cutParenthesised(s[len(run):])
	return append(path, deeper...), rest, true
}

// inCode tells whether a code goes as far as the chapter of a section.
func (g *texas) inCode(code, section string) bool {
	chapter, err := strconv.Atoi(section[:leading(section, isDigit)])
	for _, tok := range g.tables.tokens {
		if tok.code == code {
			return err == nil && chapter <= tok.max
		}
	}
	return false
}

// place says what a citation charges. One without a code must be listed, in one
// code alone.
func (g *texas) place(c texasCitation) []reading {
	if !isLiteral(c.rest, 2) {
		return nil
	}
	rule := "code and section"
	if c.code == "" {
		codes := g.tables.codesOf(c.section)
		if len(codes) != 1 {
			return nil
		}
		c.code, rule = codes[0], "section alone"
	}
	if !g.inCode(c.code, c.section) {
		return nil
	}
	_, decimals, _ := strings.Cut(c.section, ".")
	listed := g.tables.listed(c.code, c.section)
	return []reading{{
		code: c.code, section: c.section, subdivisions: c.path, rule: rule,
		// Sections have two decimals: 30.2 may once have been 30.20. A letter
		// behind a section that is not listed may belong to it.
		doubtful: len(decimals) < 2 || c.attached && !listed,
	}}
}

func (g *texas) written(s Statute) string {
	outer := map[schemas.Inchoate]string{
		schemas.Attempt: "PC 15.01/", schemas.Conspiracy: "PC 15.02/", schemas.Solicitation: "PC 15.03/",
	}
	var b strings.Builder
	b.WriteString(outer[s.Inchoate])
	b.WriteString(s.Code + " ")
	s.writeSection(&b)
	return b.String()
}
