package normalize

import "strings"

// citation is what one citation of a text says, as far as it says it.
type citation struct {
	chapter, act, section string
	path                  []string
	object                string // the text of the object of an inchoate section
	flag                  string // something odd that a person should know of
	rest                  string // what follows
}

// citation cuts a citation from the start of text.
func (g *illinois) citation(text string) (citation, bool) {
	var c citation
	if chapter, act, rest, ok := g.cutChapterAct(text); ok {
		c.chapter, c.act, text = chapter, act, rest
	} else if act, rest, ok := cutAct(text, "/"); ok {
		c.act, text = act, rest
	}
	c.section, text = cutIllinoisSection(text)
	if c.section == "" {
		return citation{}, false
	}
	return c.cutPath(text)
}

// formerParagraphs are the paragraphs of chapter 56 1/2 and the sections of
// 720 ILCS 550 that they became.
var formerParagraphs = map[string]string{"704": "4", "705": "5"}

// formerCitation cuts a paragraph of chapter 56 1/2 from the start of text:
// 56.5-704(a), 56 1/2-704(a), ch. 56 1/2, par. 704(a).
func formerCitation(text string) (citation, bool) {
	text = cutWord(text, "CHAPTER", "CH.", "CH")
	rest, ok := strings.CutPrefix(text, "56.5")
	if !ok {
		rest, ok = strings.CutPrefix(text, "56 1/2")
	}
	if !ok {
		return citation{}, false
	}
	rest = cutWord(strings.TrimLeft(rest, " ,-/"), "PARAGRAPH", "PARA.", "PAR.", "PAR", "P.", "¶")
	n := leading(rest, isDigit)
	section, ok := formerParagraphs[rest[:n]]
	if !ok {
		return citation{}, false
	}
	return citation{chapter: criminalChapter, act: "550", section: section}.cutPath(rest[n:])
}

// cutWord drops the first of words that text begins with, in any case, and the
// blanks behind it.
func cutWord(text string, words ...string) string {
	for _, word := range words {
		if len(text) >= len(word) && strings.EqualFold(text[:len(word)], word) {
			return strings.TrimLeft(text[len(word):], " ")
		}
	}
	return text
}

// cutChapterAct cuts 720 ILCS 570/, 720-570/, 720/570/ or 720 570 from text.
func (g *illinois) cutChapterAct(text string) (chapter, act, rest string, ok bool) {
	n := leading(text, isDigit)
	chapter, rest = text[:n], text[n:]
	if !g.isChapter(chapter) {
		return "", "", "", false
	}
	trimmed := strings.TrimLeft(rest, " ")
	if after, found := strings.CutPrefix(trimmed, "ILCS"); found {
		rest = strings.TrimLeft(after, " -")
	} else if rest != "" && strings.ContainsRune(" -/", rune(rest[0])) {
		rest = rest[1:]
	} else {
		return "", "", "", false
	}
	act, rest, ok = cutAct(rest, "/ ")
	return chapter, act, rest, ok
}

func (g *illinois) isChapter(chapter string) bool {
	for _, tok := range g.tables.tokens {
		if tok.text == chapter {
			return true
		}
	}
	return false
}

// cutAct cuts the number of an act and one of the separators after it. Some
// systems write the act with a decimal that means nothing, 550.0.
func cutAct(text, separators string) (act, rest string, ok bool) {
	n := leading(text, isDigit)
	act, rest = text[:n], strings.TrimPrefix(text[n:], ".0")
	if n == 0 || n > 5 || act[0] == '0' {
		return "", "", false
	}
	trimmed := strings.TrimLeft(rest, " ")
	switch {
	case strings.HasPrefix(trimmed, "/"):
		rest = strings.TrimLeft(trimmed[1:], " ")
	case strings.Contains(separators, " ") && len(trimmed) < len(rest):
		rest = trimmed
	default:
		return "", "", false
	}
	return act, rest, rest != ""
}

// cutIllinoisSection cuts the number of a section: numbers joined by dashes,
// each perhaps with a letter and decimals: 402, 14A, 11-1.60, 5-8A-4.1, 31-1a.
func cutIllinoisSection(text string) (section, rest string) {
	end := 0
	for {
		part := sectionPart(text[end:])
		if part == 0 {
			return "", text
		}
		end += part
		if end+1 >= len(text) || text[end] != '-' || !isDigit(text[end+1]) {
			return text[:end], text[end:]
		}
		end++
	}
}

// sectionPart is the length of one number of a section at the start of s; 0 if
// there is none.
func sectionPart(s string) int {
	n := leading(s, isDigit)
	if n == 0 || n > 4 || s[0] == '0' {
		return 0
	}
	if n < len(s) && isLetter(s[n]) && (n+1 == len(s) || !isLetter(s[n+1])) {
		n++
	}
	if n < len(s) && s[n] == '.' {
		if decimals := leading(s[n+1:], isDigit); decimals == 1 || decimals == 2 {
			n += 1 + decimals
		}
	}
	return n
}

// cutPath cuts the subdivisions below a section, and the object where the
// section is an inchoate one: (a)(2), -A, (a)(720-5/9-1(a)(1)).
func (c citation) cutPath(text string) (citation, bool) {
	if len(text) > 1 && text[0] == '-' && isLetter(text[1]) && (len(text) == 2 || !isLetter(text[2])) {
		c.path, text = append(c.path, strings.ToLower(text[1:2])), text[2:]
	}
	for {
		open, found := strings.CutPrefix(strings.TrimPrefix(text, " "), "(")
		if !found {
			c.rest = text
			return c, true
		}
		inner, after, closed := cutParentheses(open)
		inner = strings.Trim(inner, " ")
		if isIllinoisSubdivision(inner) && closed {
			c.path, text = append(c.path, inner), after
			continue
		}
		_, inchoate := inchoateSection(c.section)
		if !inchoate || inner == "" {
			return citation{}, false
		}
		if !closed {
			c.flag = ", a parenthesis not closed"
		}
		c.object, c.rest = inner, after
		return c, true
	}
}

// cutParentheses cuts what stands before the parenthesis that closes s, which
// begins inside it. A text may end before: agencies' columns are narrow.
func cutParentheses(s string) (inner, after string, closed bool) {
	depth := 1
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// isIllinoisSubdivision tells whether s, from inside parentheses, is one
// subdivision: a, A, ii, 1, 1.5, 10.6, a-5, b-10.
func isIllinoisSubdivision(s string) bool {
	if letters := leading(s, isLetter); letters > 0 {
		added, dash := strings.CutPrefix(s[letters:], "-")
		return isLettered(s[:letters]) && (letters == len(s) || dash && isDecimalCounter(added))
	}
	return isDecimalCounter(s)
}

func isDecimalCounter(s string) bool {
	whole, decimals, dot := strings.Cut(s, ".")
	return isCounter(whole) && (!dot || isCounter(decimals))
}
