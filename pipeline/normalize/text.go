package normalize

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// longestText is the longest text, in bytes, that a grammar looks at. Columns
// of statutes are a few dozen bytes wide; a text beyond this is something else.
const longestText = 256

// plain brings a text to composed Unicode without compatibility forms (a
// full-width 1 is a 1), turns section signs into blanks, and leaves one blank
// between words and none at the ends.
//
// A raised or lowered digit is no digit of a number: 11359² must not become
// 113592, so it becomes a sign that no grammar reads.
func plain(text string) string {
	if !isASCII(text) {
		text = plainForms(text)
	}
	return strings.Join(strings.Fields(text), " ")
}

// plainForms is a text with plain forms of what is beyond ASCII.
func plainForms(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == '²' || r == '³' || r == '¹' || r >= '⁰' && r <= '₉' {
			return '\uFFFD'
		}
		return r
	}, text)
	return strings.ReplaceAll(norm.NFKC.String(text), "§", " ")
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' }

// leading is the length of the run at the start of s of bytes that is accepts.
func leading(s string, is func(byte) bool) int {
	for i := range len(s) {
		if !is(s[i]) {
			return i
		}
	}
	return len(s)
}

// isLiteral tells whether rest, which follows all that a grammar has read, is
// nothing or the words of the offence: after a dash with at least atLeast
// letters first, or after a blank, and then of words alone, so that no number
// is taken for a word.
func isLiteral(rest string, atLeast int) bool {
	if rest == "" {
		return true
	}
	if words, dash := strings.CutPrefix(strings.TrimPrefix(rest, " "), "-"); dash {
		return leading(strings.TrimPrefix(words, " "), isLetter) >= atLeast
	}
	words, blank := strings.CutPrefix(rest, " ")
	return blank && leading(words, isLetter) >= 3 && !strings.ContainsAny(words, "0123456789")
}

// skipSectionWord drops a word for section before the number it announces.
func skipSectionWord(s string) string {
	for _, word := range []string{"SECTIONS ", "SECTION ", "SECS. ", "SEC. ", "SECS ", "SEC ", "SEC."} {
		if len(s) > len(word) && strings.EqualFold(s[:len(word)], word) {
			return s[len(word):]
		}
	}
	return s
}

// isCounter tells whether s is a number from 1 to 99 without leading zeros: a
// numbered subdivision.
func isCounter(s string) bool {
	return (len(s) == 1 || len(s) == 2) && leading(s, isDigit) == len(s) && s[0] != '0'
}

// isLettered tells whether s is a lettered subdivision: a letter, one letter
// twice, or a small roman numeral.
func isLettered(s string) bool {
	switch {
	case s == "" || leading(s, isLetter) != len(s):
		return false
	case len(s) == 1:
		return true
	case len(s) == 2 && s[0] == s[1]:
		return true
	default:
		return len(s) <= 5 && strings.Trim(strings.ToLower(s), "ivx") == ""
	}
}

// repairDigits takes the letters O, I and L between two digits for 0 and 1, and
// a comma between them for a point, as far as they are among wrong.
func repairDigits(text, wrong string) string {
	b := []byte(text)
	for i := 1; i < len(b); i++ {
		run := leading(text[i:], func(c byte) bool { return strings.IndexByte(wrong, c) >= 0 })
		end := i + run
		if run == 0 || !isDigit(b[i-1]) || end == len(b) || !isDigit(b[end]) {
			continue
		}
		for ; i < end; i++ {
			switch b[i] {
			case 'O', 'o':
				b[i] = '0'
			case ',':
				b[i] = '.'
			default:
				b[i] = '1'
			}
		}
	}
	return string(b)
}
