package normalize

import (
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// illinois reads the statute texts of Illinois: 720 ILCS 570/402(c),
// 720-550/4-A, 720 ILCS 5/8-4(570/402(c)).
//
// The case of letters is kept, because subdivision (A) of a section is another
// than (a).
type illinois struct {
	tables *tables
	acts   map[string][]string     // the chapters that have a listed section of the act
	bare   map[string][]sectionKey // the listed sections by number alone, 406.2
}

func newIllinois(t *tables) grammar {
	g := &illinois{tables: t, acts: map[string][]string{}, bare: map[string][]sectionKey{}}
	for key := range t.sections {
		act, number, _ := strings.Cut(key.section, "/")
		g.bare[number] = append(g.bare[number], key)
		if !slices.Contains(g.acts[act], key.code) {
			g.acts[act] = append(g.acts[act], key.code)
		}
	}
	return g
}

func (g *illinois) clean(text string) string {
	text = strings.Trim(plain(strings.ReplaceAll(text, "½", " 1/2")), "/-#*., ")
	for _, name := range []string{"I.L.C.S.", "ilcs", "Ilcs"} {
		text = strings.ReplaceAll(text, name, "ILCS")
	}
	return text
}

func (g *illinois) repair(text string) string { return repairDigits(text, "OoIl") }

// The act that an inchoate section without an act stands in: the Criminal Code
// of 2012, 720 ILCS 5.
const (
	criminalChapter = "720"
	criminalAct     = "5"
)

func (g *illinois) read(text string) []reading {
	if c, ok := formerCitation(text); ok {
		return g.former(c)
	}
	c, ok := g.citation(skipSectionWord(text))
	if !ok || !isLiteral(c.rest, 2) {
		return nil
	}
	if c.object == "" {
		if c.act == "" {
			return nil // a number without an act may be anything
		}
		return g.place(c, criminalChapter, criminalAct)
	}
	return g.inchoate(c)
}

// former reads a paragraph of chapter 56 1/2, under which the Cannabis Control Act
// stood before 1993. Its subdivisions have small letters, however they are
// written.
func (g *illinois) former(c citation) []reading {
	if !isLiteral(c.rest, 2) {
		return nil
	}
	for i, sub := range c.path {
		c.path[i] = strings.ToLower(sub)
	}
	readings := g.place(c, c.chapter, c.act)
	for i := range readings {
		readings[i].rule = "paragraph of chapter 56 1/2, now " + c.chapter + " ILCS " + c.act + "/" + c.section
	}
	return readings
}

// inchoate reads the object of an inchoate section. An object without an act is
// first looked for in the act of the inchoate section: a charge under
// 625 ILCS 5/8-4(4-103) is an attempt of 625 ILCS 5/4-103.
func (g *illinois) inchoate(outer citation) []reading {
	object, ok := g.citation(outer.object)
	if !ok || object.rest != "" || object.object != "" {
		return nil
	}
	chapter, act := criminalChapter, criminalAct
	if outer.chapter != "" {
		chapter, act = outer.chapter, outer.act
	} else if outer.act != "" && outer.act != act {
		return nil
	}
	form, _ := inchoateSection(outer.section)
	readings := g.place(object, chapter, act)
	for i := range readings {
		readings[i].inchoate = form
		readings[i].rule = form.String() + " of " + readings[i].rule + outer.flag
	}
	return readings
}

// inchoateSection says which inchoate form a section of the Criminal Code is:
// 8-1 solicitation, 8-2 conspiracy, 8-4 attempt.
func inchoateSection(section string) (schemas.Inchoate, bool) {
	switch section {
	case "8-1":
		return schemas.Solicitation, true
	case "8-2":
		return schemas.Conspiracy, true
	case "8-4":
		return schemas.Attempt, true
	default:
		return schemas.Completed, false
	}
}

// place finds the chapter and act of a citation that leaves them out. chapter
// and act are those of the text around it.
func (g *illinois) place(c citation, chapter, act string) []reading {
	r := reading{subdivisions: c.path}
	switch {
	case c.chapter != "":
		r.code, r.section, r.rule = c.chapter, c.act+"/"+c.section, "chapter, act and section"
	case c.act != "":
		r.rule = "act and section"
		r.section = c.act + "/" + c.section
		r.code, r.doubtful = g.chapterOf(c.act, c.section)
	default:
		r.rule = "section alone"
		var key sectionKey
		key, r.doubtful = g.actOf(c.section, sectionKey{chapter, act + "/" + c.section})
		r.code, r.section = key.code, key.section
	}
	r.doubtful = r.doubtful || g.mayBeSubdivision(r)
	return []reading{r}
}

// chapterOf finds the chapter of an act: the one that lists the section, else
// the only one that lists any section of the act.
func (g *illinois) chapterOf(act, section string) (chapter string, doubtful bool) {
	var listed []string
	for _, chapter := range g.acts[act] {
		if g.tables.listed(chapter, act+"/"+section) {
			listed = append(listed, chapter)
		}
	}
	switch {
	case len(listed) == 1:
		return listed[0], false
	case len(listed) == 0 && len(g.acts[act]) == 1:
		return g.acts[act][0], false
	default:
		return "", true
	}
}

// actOf finds the act of a section: the act around it if that lists the
// section, else the only one that does. A number with a dash, that no act
// lists, is of the act around it; the acts that number without a dash are many.
func (g *illinois) actOf(section string, around sectionKey) (key sectionKey, doubtful bool) {
	all := g.bare[section]
	switch {
	case slices.Contains(all, around):
		return around, false
	case len(all) == 1:
		return all[0], false
	default:
		return around, len(all) > 1 || !strings.Contains(section, "-")
	}
}

// mayBeSubdivision tells whether an unlisted section that ends in a letter,
// 402C, would be listed without it: then it may be 402(c).
func (g *illinois) mayBeSubdivision(r reading) bool {
	last := len(r.section) - 1
	return isLetter(r.section[last]) && !g.tables.listed(r.code, r.section) &&
		g.tables.listed(r.code, r.section[:last])
}

func (g *illinois) written(s Statute) string {
	var b strings.Builder
	cite := func() {
		act, number, _ := strings.Cut(s.Section, "/")
		b.WriteString(s.Code + " ILCS " + act + "/")
		Statute{Section: number, Subdivisions: s.Subdivisions}.writeSection(&b)
	}
	outer := map[schemas.Inchoate]string{schemas.Solicitation: "8-1", schemas.Conspiracy: "8-2", schemas.Attempt: "8-4"}
	section, inchoate := outer[s.Inchoate]
	if !inchoate {
		cite()
		return b.String()
	}
	b.WriteString(criminalChapter + " ILCS " + criminalAct + "/" + section + "(")
	cite()
	b.WriteByte(')')
	return b.String()
}
