package normalize

import (
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// pennsylvania reads the statute texts of Pennsylvania:
// 35 § 780-113 §§ A16, 35 P.S. § 780-113(a)(16), 18 Pa.C.S. § 3929,
// 18 § 903 §§ A1 / 35 § 780-113 §§ A30.
//
// A title is of the consolidated statutes (18 Pa.C.S., code 18) or of Purdon's
// (35 P.S., code 35PS). Dockets leave out which; most titles have only one that
// anybody is charged under, and the tokens say which that is.
type pennsylvania struct{ tables *tables }

func newPennsylvania(t *tables) grammar { return &pennsylvania{t} }

// subsection stands for the doubled section sign, which dockets put between a
// section and its subdivisions.
const subsection = "SUBSEC"

func (g *pennsylvania) clean(text string) string {
	text = strings.ReplaceAll(text, "§ §", "§§")
	text = strings.ReplaceAll(text, "§§", " "+subsection+" ")
	return strings.Trim(strings.ToUpper(plain(text)), "/-#*., ")
}

func (g *pennsylvania) repair(text string) string { return repairDigits(text, "OIL") }

func (g *pennsylvania) read(text string) []reading {
	c, ok := g.citation(text)
	if !ok {
		return nil
	}
	if form, outer := c.form(); outer {
		if object, found := cutObject(c.rest); found && isDigit(object[0]) {
			o, ok := g.citation(object)
			if !ok {
				return nil
			}
			return inForm(form, g.place(o))
		}
	}
	return g.place(c)
}

// pennsylvaniaCitation is one citation of a text.
type pennsylvaniaCitation struct {
	codes    []string // the codes that its title may mean
	section  string
	path     []string
	doubtful bool
	rest     string
}

// form says which inchoate form a section of the Crimes Code is.
func (c pennsylvaniaCitation) form() (schemas.Inchoate, bool) {
	if c.codes[0] != "18" {
		return schemas.Completed, false
	}
	switch c.section {
	case "901":
		return schemas.Attempt, true
	case "902":
		return schemas.Solicitation, true
	case "903":
		return schemas.Conspiracy, true
	default:
		return schemas.Completed, false
	}
}

// citation cuts a citation from the start of text.
func (g *pennsylvania) citation(text string) (pennsylvaniaCitation, bool) {
	var c pennsylvaniaCitation
	n := leading(text, isDigit)
	title, rest := text[:n], text[n:]
	if n == 0 || n > 2 || title[0] == '0' {
		return c, false
	}
	c.codes, rest = g.cutTitle(title, rest)
	c.section, rest = cutPennsylvaniaSection(skipSectionWord(rest))
	if len(c.codes) == 0 || c.section == "" {
		return c, false
	}
	attached := rest != "" && isLetter(rest[0]) // of another section, perhaps
	c.path, c.rest, c.doubtful = cutPennsylvaniaPath(rest)
	c.doubtful = c.doubtful || attached && len(g.tables.codesOf(c.section)) == 0
	return c, true
}

// statuteKinds are the two bodies of statutes, with what their titles add to a
// code and how they are named, longer names first.
var statuteKinds = []struct {
	suffix string
	names  []string
}{
	{"", []string{
		"PA.C.S.A.", "PA.C.S.", "PA. C.S.A.", "PA. C.S.", "PA C.S.A.", "PA C.S.", "PA CSA", "PA CS", "PACSA", "PACS",
		"PA. CONS. STAT.", "C.S.A.", "C.S.",
	}},
	{"PS", []string{"P.S.", "PS"}},
}

// cutTitle cuts what names the statutes that a title is of, and returns the
// codes that are meant.
func (g *pennsylvania) cutTitle(title, text string) (codes []string, rest string) {
	trimmed := strings.TrimLeft(text, " ")
	for _, kind := range statuteKinds {
		if after, found := cutMark(trimmed, kind.names...); found && g.tables.isCode(title+kind.suffix) {
			return []string{title + kind.suffix}, strings.TrimLeft(after, " ")
		}
	}
	if len(trimmed) == len(text) {
		return nil, text // 1878 is no title 18
	}
	for _, code := range []string{title, title + "PS"} {
		if g.tables.isCode(code) {
			codes = append(codes, code)
		}
	}
	return codes, trimmed
}

// cutPennsylvaniaSection cuts a section: 3929, 2709.1, 780-113, 10231.1309.
func cutPennsylvaniaSection(text string) (section, rest string) {
	n := leading(text, isDigit)
	if n == 0 || n > 5 || text[0] == '0' {
		return "", text
	}
	if dashed, ok := strings.CutPrefix(text[n:], "-"); ok {
		digits := leading(dashed, isDigit)
		if digits == 0 || digits > 4 {
			return text[:n], text[n:] // the words of the offence
		}
		n += 1 + digits
	}
	if decimals, ok := strings.CutPrefix(text[n:], "."); ok {
		digits := leading(decimals, isDigit)
		if digits == 0 || digits > 4 {
			return "", text
		}
		n += 1 + digits
	}
	return text[:n], text[n:]
}

// place returns what a citation may charge. Only Purdon's sections have a dash.
func (g *pennsylvania) place(c pennsylvaniaCitation) []reading {
	if !isLiteral(c.rest, 2) {
		return nil
	}
	var out []reading
	for _, code := range c.codes {
		if strings.Contains(c.section, "-") && !strings.HasSuffix(code, "PS") {
			continue
		}
		out = append(out, reading{
			code: code, section: c.section, subdivisions: c.path, rule: "title and section", doubtful: c.doubtful,
		})
	}
	return out
}

func (g *pennsylvania) written(s Statute) string {
	outer := map[schemas.Inchoate]string{
		schemas.Attempt: "18 Pa.C.S. § 901/", schemas.Solicitation: "18 Pa.C.S. § 902/", schemas.Conspiracy: "18 Pa.C.S. § 903/",
	}
	var b strings.Builder
	b.WriteString(outer[s.Inchoate])
	if title, purdon := strings.CutSuffix(s.Code, "PS"); purdon {
		b.WriteString(title + " P.S. § ")
	} else {
		b.WriteString(title + " Pa.C.S. § ")
	}
	s.writeSection(&b)
	return b.String()
}
