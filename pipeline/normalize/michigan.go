package normalize

import (
	"strconv"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// michigan reads the statute texts of Michigan: MCL 333.7403(2)(d), and the
// same without separators as the prosecutors' charge codes have it, 333.74032D.
//
// All sections are of one compilation, MCL; the number before the point is the
// chapter. Where a run of digits ends the section is for the table to say:
// 750.812 is 750.81(2), because there is a section 750.81 and no chapter 750
// has a section 812.
type michigan struct{ tables *tables }

func newMichigan(t *tables) grammar { return &michigan{t} }

const compiledLaws = "MCL"

func (g *michigan) clean(text string) string {
	return strings.Trim(strings.ToUpper(plain(text)), "/-#*., ")
}

func (g *michigan) repair(text string) string { return repairDigits(text, "OIL,") }

func (g *michigan) read(text string) []reading {
	for _, name := range []string{"MCLA", "M.C.L.A.", "MCL", "M.C.L."} {
		if rest, ok := strings.CutPrefix(text, name); ok {
			text = strings.TrimLeft(rest, " ")
			break
		}
	}
	text = skipSectionWord(text)
	text, attempt := cutAttemptMark(text)
	readings := g.charge(text)
	if !attempt {
		return readings
	}
	var out []reading
	for _, r := range readings {
		if r.inchoate == schemas.Completed {
			r.inchoate, r.rule = schemas.Attempt, r.rule+", attempt"
			out = append(out, r)
		}
	}
	return out
}

// cutAttemptMark cuts the mark of an attempt behind a charge code, 750.812[A],
// from the code. What follows the mark stays.
func cutAttemptMark(text string) (string, bool) {
	before, after, ok := strings.Cut(text, "[A]")
	if !ok {
		return text, false
	}
	return strings.TrimRight(before, " ") + after, true
}

// charge reads one section, or an inchoate section and its object:
// 750.157A/333.74012D3.
func (g *michigan) charge(text string) []reading {
	for _, outer := range []struct {
		section string
		form    schemas.Inchoate
	}{
		{"750.92", schemas.Attempt}, {"750.157A", schemas.Conspiracy}, {"750.157B", schemas.Solicitation},
	} {
		rest, ok := strings.CutPrefix(text, outer.section)
		if !ok {
			continue
		}
		_, rest = cutParenthesised(rest)
		if object, found := cutObject(rest); found && isDigit(object[0]) {
			return inForm(outer.form, g.section(object))
		}
		if object := strings.TrimLeft(rest, " "); object != rest && isDigit(object[0]) {
			return inForm(outer.form, g.section(object))
		}
	}
	return g.section(text)
}

// section returns every way to read one section and all that follows it.
func (g *michigan) section(text string) []reading {
	chapter, rest, ok := strings.Cut(text, ".")
	highest := g.highest(chapter)
	digits := leading(rest, isDigit)
	if !ok || highest == 0 || digits == 0 || rest[0] == '0' {
		return nil
	}
	number, rest := rest[:digits], rest[digits:]
	whole := g.whole(chapter, number, rest, highest)
	var out []reading
	for cut := 1; cut <= 2 && cut < digits; cut++ {
		name := chapter + "." + number[:digits-cut]
		if g.tables.listed(compiledLaws, name) {
			// Where the whole number can be a section too, only a person can tell.
			run := below(name, number[digits-cut:]+rest, "section and subdivisions run together")
			out = append(out, doubt(run, inRange(number, highest))...)
		}
	}
	return append(out, doubt(whole, len(out) > 0 && g.mayBeSplit(whole, rest))...)
}

// mayBeSplit tells whether a number that was read as a whole may as well be a
// shorter section, where there is one: 750.492A1 may be 492a(1), and may be
// 49(2)(a)(i). It is the listed section of all its digits if nothing is run
// together with it: 750.505.
func (g *michigan) mayBeSplit(whole []reading, rest string) bool {
	for _, r := range whole {
		run := len(r.subdivisions) > 0 && !strings.Contains(rest, "(")
		if run || !g.tables.listed(compiledLaws, r.section) {
			return true
		}
	}
	return false
}

// highest is the highest section of a chapter; 0 if there is no such chapter.
func (g *michigan) highest(chapter string) int {
	for _, tok := range g.tables.tokens {
		if tok.text == chapter {
			return tok.max
		}
	}
	return 0
}

// whole reads a number of which no digit is a subdivision, with the letters
// that belong to it: 750.520B2C is section 520b, since that is listed.
func (g *michigan) whole(chapter, number, rest string, highest int) []reading {
	if !inRange(number, highest) {
		return nil
	}
	const rule = "chapter and section"
	name := chapter + "." + number
	attached := leading(rest, isLetter)
	for n := min(2, attached); n > 0; n-- {
		lettered := name + strings.ToLower(rest[:n])
		if g.tables.listed(compiledLaws, lettered) {
			return below(lettered, rest[n:], rule)
		}
	}
	if attached == 0 {
		return g.dashed(name, below(name, rest, rule))
	}
	// A letter right behind a section that is not listed with it: it may be
	// part of the section, and may be a subdivision.
	return doubt(below(name+strings.ToLower(rest[:1]), rest[1:], rule), true)
}

// dashed doubts an attempt 750.529-A where there is a section 750.529a.
func (g *michigan) dashed(name string, readings []reading) []reading {
	for i, r := range readings {
		if r.inchoate == schemas.Attempt && len(r.subdivisions) == 0 && g.tables.listed(compiledLaws, name+"a") {
			readings[i].doubtful = true
		}
	}
	return readings
}

func doubt(readings []reading, doubtful bool) []reading {
	for i := range readings {
		readings[i].doubtful = readings[i].doubtful || doubtful
	}
	return readings
}

// below reads what follows the section called name: subdivisions, the mark -A
// of an attempt, and the words of the offence.
func below(name, text, rule string) []reading {
	path, rest, ok := cutMichiganPath(text)
	if !ok {
		return nil
	}
	r := reading{code: compiledLaws, section: name, subdivisions: path, rule: rule}
	if after, found := strings.CutPrefix(rest, "-A"); found && (after == "" || after[0] == ' ') {
		r.inchoate, r.rule = schemas.Attempt, rule+", attempt"
		// Below a number the next level is a letter: 257.6251-A may be (1)(a).
		r.doubtful = len(path) == 1
		rest = after
	}
	if !isLiteral(rest, 2) {
		return nil
	}
	return []reading{r}
}

// cutMichiganPath cuts the subdivisions below a section, in parentheses or not.
// The compiled laws number them (1)(a)(i)(A), and that order parts a run like
// 2D3 or 2AV. The charge codes write the third level with digits: 2D3 is
// (2)(d)(iii).
func cutMichiganPath(s string) (path []string, rest string, ok bool) {
	for s != "" && s[0] != ' ' && s[0] != '-' {
		if s[0] == '(' {
			inner, after := cutParenthesised(s)
			if len(inner) == 0 {
				return nil, s, false
			}
			path, s = append(path, inner...), after
			continue
		}
		sub, after := cutMichiganLevel(s, len(path))
		if sub == "" {
			return nil, s, false
		}
		path, s = append(path, sub), after
	}
	if _, spaced := strings.CutPrefix(s, " ("); spaced && len(path) == 0 {
		path, s = cutParenthesised(s)
	}
	return romanThird(path), s, true
}

// cutMichiganLevel cuts one subdivision of a level from a run. Sub is empty if
// the run does not begin with one.
func cutMichiganLevel(s string, level int) (sub, rest string) {
	n := leading(s, isDigit)
	switch level {
	case 0:
		if !isCounter(s[:n]) {
			return "", s
		}
	case 1:
		n = min(1, leading(s, isLetter))
	case 2:
		if n == 0 {
			n = leading(s, func(c byte) bool { return strings.IndexByte("IVX", c) >= 0 })
		}
		if !isCounter(s[:n]) && !isRoman(strings.ToLower(s[:n])) {
			return "", s
		}
	case 3:
		n = min(1, leading(s, isLetter))
		if n > 0 && strings.IndexByte("IVX", s[0]) >= 0 {
			return "", s
		}
	default:
		n = 0
	}
	return strings.ToLower(s[:n]), s[n:]
}

// romanThird writes the third level as the law does.
func romanThird(path []string) []string {
	if len(path) < 3 || !isCounter(path[0]) || !isLettered(path[1]) {
		return path
	}
	if n, err := strconv.Atoi(path[2]); err == nil && 1 <= n && n <= len(romans) {
		path[2] = romans[n-1]
	}
	return path
}

func (g *michigan) written(s Statute) string {
	outer := map[schemas.Inchoate]string{
		schemas.Attempt: "750.92/", schemas.Conspiracy: "750.157a/", schemas.Solicitation: "750.157b/",
	}
	var b strings.Builder
	b.WriteString("MCL " + outer[s.Inchoate])
	s.writeSection(&b)
	return b.String()
}
