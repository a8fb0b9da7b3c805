package normalize

import (
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// newYork reads the statute texts of New York: PL 221.10(1), PL 221.10 01,
// PL 221.10 Sub 01 Class B Misdemeanor, PL 2211001, 110-221.20, VTL 1192.3.
//
// Subdivisions that are numbers have two digits on the first level, as the
// state's own code file writes them: NY:PL:221.10(01).
type newYork struct{ tables *tables }

func newNewYork(t *tables) grammar { return &newYork{t} }

// The law that a section without a name is looked for in.
const penalLaw = "PL"

func (g *newYork) clean(text string) string {
	return strings.Trim(strings.ToUpper(plain(text)), "/-#*., ")
}

func (g *newYork) repair(text string) string { return repairDigits(text, "OIL,") }

func (g *newYork) read(text string) []reading {
	text = skipSectionWord(text)
	if code, rest, ok := g.tables.cutToken(text); ok {
		return g.charge(code, rest)
	}
	return g.bare(text)
}

// bare reads a section without the name of a law, perhaps with the name behind
// it: 221.10 PL. Without any it must be listed, in the Penal Law, and in no
// other law.
func (g *newYork) bare(text string) []reading {
	if end := leading(text, func(c byte) bool { return c != ' ' }); end < len(text) {
		if code, rest, ok := g.tables.cutTokenBehind(text[end:]); ok {
			return g.charge(code, text[:end]+rest)
		}
	}
	var out []reading
	for _, r := range g.charge(penalLaw, text) {
		if codes := g.tables.codesOf(r.section); len(codes) == 1 && codes[0] == r.code && strings.Contains(text, ".") {
			out = append(out, r)
		}
	}
	return out
}

// charge reads what follows the name of a law: a section, or an article of
// inchoate offences and the section that is their object.
func (g *newYork) charge(code, text string) []reading {
	if code != penalLaw {
		return g.section(code, text)
	}
	form, object, ok := cutInchoateArticle(text)
	if named, rest, found := g.tables.cutToken(object); found {
		code, object = named, rest
	}
	if !ok || !isDigit(object[0]) {
		return append(g.section(penalLaw, text), g.joinedAttempt(text)...)
	}
	return inForm(form, g.section(code, object))
}

// cutInchoateArticle cuts an attempt, conspiracy or solicitation from its
// object: 110-221.20, 110.00/221.15, 105.15/220.39.
func cutInchoateArticle(text string) (form schemas.Inchoate, object string, ok bool) {
	for article, form := range map[string]schemas.Inchoate{
		"110": schemas.Attempt, "105": schemas.Conspiracy, "100": schemas.Solicitation,
	} {
		rest, found := strings.CutPrefix(text, article)
		if !found {
			continue
		}
		if len(rest) > 3 && rest[0] == '.' && isDigit(rest[1]) && isDigit(rest[2]) {
			rest = rest[3:]
		}
		object, ok := cutObject(rest)
		return form, object, ok
	}
	return schemas.Completed, "", false
}

// joinedAttempt reads an attempt that is written as one number, 1102212000.
func (g *newYork) joinedAttempt(text string) []reading {
	rest, ok := strings.CutPrefix(text, "110")
	if !ok || leading(rest, isAlphanumeric) < 5 {
		return nil
	}
	return inForm(schemas.Attempt, g.joined(penalLaw, rest))
}

// inForm charges readings in an inchoate form.
func inForm(form schemas.Inchoate, readings []reading) []reading {
	for i := range readings {
		readings[i].inchoate = form
		readings[i].rule += ", " + form.String()
	}
	return readings
}

// section reads one section of a law and all that follows it.
func (g *newYork) section(code, text string) []reading {
	s, ok := g.cutSection(code, text)
	if !ok {
		return g.joined(code, text)
	}
	paths, rest := cutNewYorkPath(s.rest, s.dotted)
	if !isNewYorkTail(rest) {
		return nil
	}
	var out []reading
	for _, path := range paths {
		out = append(out, reading{
			code: code, section: s.name, subdivisions: path, rule: "law and section", doubtful: s.doubtful,
		})
	}
	return out
}

func (g *newYork) written(s Statute) string {
	outer := map[schemas.Inchoate]string{
		schemas.Attempt: "PL 110.00/", schemas.Conspiracy: "PL 105/", schemas.Solicitation: "PL 100/",
	}
	var b strings.Builder
	b.WriteString(outer[s.Inchoate])
	if s.Inchoate == schemas.Completed || s.Code != penalLaw {
		b.WriteString(s.Code + " ")
	}
	s.writeSection(&b)
	return b.String()
}
