package readers

import (
	"bytes"
	"cmp"
	"slices"
)

// classes maps a source's texts to the values of a closed vocabulary. Texts are
// compared as appendFolded makes them. A whole text beats a prefix, a longer prefix a
// shorter one, and what is neither is unmapped: it is never guessed.
type classes struct {
	exact    map[string]uint8 // keys folded
	prefixes []classPrefix    // longest first, folded
	blank    []blankClass     // the first whose condition holds
}

type classPrefix struct {
	text  []byte
	value uint8
}

// blankClass is the value of a blank text on rows where the condition holds.
type blankClass struct {
	when  *condition
	value uint8
}

// sortPrefixes puts the longest first; texts are distinct.
func (c *classes) sortPrefixes() {
	slices.SortFunc(c.prefixes, func(a, b classPrefix) int {
		return cmp.Or(cmp.Compare(len(b.text), len(a.text)), bytes.Compare(a.text, b.text))
	})
}

// appendFolded adds a text to b in the form in which maps compare it: ASCII
// letters in upper case, white space as one blank, and none of it beside a
// hyphen or a slash.
func appendFolded(b, v []byte) []byte {
	last := byte('-') // nothing but a joint may begin with white space
	for _, c := range v {
		switch c = upper(c); {
		case whiteSpace[c]:
			if last == ' ' || isJoint(last) {
				continue
			}
			c = ' '
		case isJoint(c) && last == ' ':
			b = b[:len(b)-1]
		}
		b = append(b, c)
		last = c
	}
	return b
}

func isJoint(c byte) bool { return c == '-' || c == '/' }

// find is the value of a folded text.
func (c *classes) find(text []byte) (uint8, bool) {
	if v, ok := c.exact[string(text)]; ok {
		return v, true
	}
	for i := range c.prefixes {
		if bytes.HasPrefix(text, c.prefixes[i].text) {
			return c.prefixes[i].value, true
		}
	}
	return 0, false
}

// ofBlank is the value of a blank text; unknown unless the layout says more.
func (c *classes) ofBlank(r *row) uint8 {
	for i := range c.blank {
		if c.blank[i].when.holds(r) {
			return c.blank[i].value
		}
	}
	return 0
}

// memo remembers what find said of a text as written, by the number of the text. It
// belongs to one reader.
type memo struct {
	texts *lexicon // that numbers the texts, where no column of words does
	known []memoized
	other memoized // of a text beyond the limit
}

type memoized struct {
	value     uint8
	ok, asked bool
}

// memoLimit keeps a source with a different text on every row from filling the
// memory; past it, texts are looked up each time.
const memoLimit = 4096

// of is what is known of the text of a number, or of one that has none, which is -1.
func (m *memo) of(number int32) *memoized {
	if number < 0 || number >= memoLimit {
		m.other = memoized{}
		return &m.other
	}
	for int(number) >= len(m.known) {
		m.known = append(m.known, memoized{})
	}
	return &m.known[number]
}
