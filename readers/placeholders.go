package readers

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// placeholders are the words that stand for nobody in every source. A layout
// may add its own.
var placeholders = words{list: []string{"NA", "N/A", "NULL", "NONE", "UNKNOWN", "UNK", "TEST"}, fold: true}

// leastRun is how often a character must be repeated to be no key. Those of
// fillers are none however few they are.
const (
	leastRun = 5
	fillers  = "0-?.*"
)

// isPlaceholder tells whether a person key stands for nobody: one character
// over and over, a word that says so, or a number that a spreadsheet has rounded, which
// many persons share.
func isPlaceholder(key []byte) bool {
	return isRun(key) || placeholders.has(key) || isRounded(key)
}

// isRounded tells whether a key is a number in powers of ten, 1.23E+09.
func isRounded(key []byte) bool {
	i := bytes.IndexByte(key, '+') - 1
	if i <= 0 || upper(key[i]) != 'E' || !allDigits(key[i+2:]) {
		return false
	}
	whole, decimals, pointed := bytes.Cut(key[:i], []byte{'.'})
	return allDigits(whole) && (!pointed || allDigits(decimals))
}

// isRun tells whether the key is nothing but one character (ASCII letters
// without case), as often as leastRun or one of fillers.
func isRun(key []byte) bool {
	first, size := utf8.DecodeRune(key)
	if size == 0 || len(key)%size != 0 {
		return false
	}
	for i := size; i < len(key); i++ {
		if upper(key[i]) != upper(key[i%size]) {
			return false
		}
	}
	return len(key)/size >= leastRun || size == 1 && strings.ContainsRune(fillers, first)
}
