package normalize

import (
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// massachusetts reads the statute texts of Massachusetts: c. 94C s. 34,
// c94C §34, ch 265 sec 13A(b), 94C/34, 322 CMR §6.07.
//
// Here the words of the offence come first, LARCENY FROM BUILDING c266 §20. They
// are not looked at, except that there may be no citation among them: a text
// that cites twice is read only if one citation follows the other.
//
// The courts' own offence codes have letters behind the section, 265/13A/B.
// They count offences and are no subdivisions, so they are left out.
type massachusetts struct{ tables *tables }

func newMassachusetts(t *tables) grammar { return &massachusetts{t} }

func (g *massachusetts) clean(text string) string {
	text = strings.NewReplacer("§§", " SS ", "§ §", " SS ", "§", " S ").Replace(text)
	text = strings.NewReplacer("1⁄2", "½", "3⁄4", "¾").Replace(plain(text)) // NFKC took them apart
	text = strings.NewReplacer(" ½", "½", " ¾", "¾").Replace(joinFractions(strings.ToUpper(text)))
	return strings.Trim(text, "/-#*., ")
}

// fractions number the sections that were added between two others. In codes
// they are decimals, which no section has otherwise: 13B½ is 13B.5.
var fractions = []struct{ typed, sign, decimal string }{{"1/2", "½", ".5"}, {"3/4", "¾", ".75"}}

// joinFractions writes ½ for 1/2 behind a letter or a blank: 13B1/2, 13 1/2.
// Behind a digit it may be chapter and section, 131/2.
func joinFractions(text string) string {
	const width = len("1/2")
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		end := i + width
		if i > 0 && end <= len(text) && (isLetter(text[i-1]) || text[i-1] == ' ') &&
			(end == len(text) || !isAlphanumeric(text[end]) && text[end] != '/') {
			if sign := fractionSign(text[i:end]); sign != "" {
				b.WriteString(sign)
				i = end - 1
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

func fractionSign(typed string) string {
	for _, f := range fractions {
		if f.typed == typed {
			return f.sign
		}
	}
	return ""
}

// cutFraction cuts a fraction from the start of s.
func cutFraction(s string) (rest string, ok bool) {
	for _, f := range fractions {
		if rest, ok := strings.CutPrefix(s, f.sign); ok {
			return rest, true
		}
	}
	return s, false
}

// decimals writes the fractions of a section or subdivision as codes do.
func decimals(s string) string {
	for _, f := range fractions {
		s = strings.ReplaceAll(s, f.sign, f.decimal)
	}
	return s
}

// signs is the reverse of decimals.
func signs(s string) string {
	for _, f := range fractions {
		if whole, ok := strings.CutSuffix(s, f.decimal); ok {
			return whole + f.sign
		}
	}
	return s
}

func (g *massachusetts) repair(text string) string { return repairDigits(text, "OIL") }

// mostCitations bounds the work on texts made to be slow.
const mostCitations = 3

func (g *massachusetts) read(text string) []reading {
	found := g.citations(text)
	if len(found) == 0 || len(found) > mostCitations {
		return nil
	}
	for i, c := range found[:len(found)-1] {
		if object, ok := cutAnd(c.rest); !ok || len(object) != found[i+1].remaining {
			return nil // words between two citations
		}
	}
	if !isMassachusettsTail(found[len(found)-1].rest) {
		return nil
	}
	return g.charge(found)
}

// citations finds the citations of a text, in its order. Those that only end in
// a chapter and section, 94C/34, are a citation if no other is.
func (g *massachusetts) citations(text string) []massachusettsCitation {
	var found []massachusettsCitation
	for i := 0; i < len(text) && len(found) <= mostCitations; {
		c, ok := g.citation(text[i:])
		if !ok || i > 0 && isAlphanumeric(text[i-1]) {
			i++
			continue
		}
		c.remaining = len(text) - i
		found = append(found, c)
		i = len(text) - len(c.rest)
	}
	if len(found) > 0 {
		return found
	}
	for i := range text {
		if i > 0 && text[i-1] != ' ' && text[i-1] != ',' || !isDigit(text[i]) {
			continue
		}
		if c, ok := g.unmarked(text[i:]); ok && isMassachusettsTail(c.rest) {
			return []massachusettsCitation{c}
		}
	}
	return nil
}

// charge says what citations that follow each other charge: the first is the
// offence and the others go along, unless one makes it an inchoate form.
func (g *massachusetts) charge(found []massachusettsCitation) []reading {
	if len(found) == 1 {
		return []reading{found[0].reading()}
	}
	isMark := func(c massachusettsCitation) bool {
		_, outer := c.form()
		return outer
	}
	offences := slices.DeleteFunc(slices.Clone(found), isMark)
	if len(offences) == 0 || len(offences) < len(found)-1 {
		return nil
	}
	r := offences[0].reading()
	for _, further := range offences[1:] {
		r.also = append(r.also, further.canonical())
		r.also = append(r.also, further.also...)
	}
	if i := slices.IndexFunc(found, isMark); i >= 0 {
		form, _ := found[i].form()
		return inForm(form, []reading{r})
	}
	return []reading{r}
}

func (g *massachusetts) written(s Statute) string {
	outer := map[schemas.Inchoate]string{
		schemas.Attempt: "c. 274 s. 6/", schemas.Conspiracy: "c. 274 s. 7/", schemas.Solicitation: "c. 274 s. 8/",
	}
	var b strings.Builder
	b.WriteString(outer[s.Inchoate])
	if title, regulation := strings.CutSuffix(s.Code, regulations); regulation {
		b.WriteString(title + " " + regulations + " s. ")
	} else {
		b.WriteString("c. " + s.Code + " s. ")
		s.Section = signs(s.Section)
	}
	s.Subdivisions = slices.Clone(s.Subdivisions)
	for i, sub := range s.Subdivisions {
		s.Subdivisions[i] = signs(sub)
	}
	s.writeSection(&b)
	return b.String()
}
