package policies

import (
	"cmp"
	"slices"
	"strings"
)

// Sections stand in the order of the code book. A section is read as numbers,
// letters, points and hyphens, one after the other, and compared piece by piece:
//
//   - numbers by what they are worth: 113 is before 1130, and 23 before 113;
//   - what follows a point as a decimal: .02, .021, .03, and .65 is before .7. In
//     Michigan, where the point divides chapter and section, as a number: .81 is
//     before .110;
//   - letters as in a dictionary, capitals and small ones alike: 273a, 273ab, 273b;
//   - the section that ends is before the one that goes on: 23, 23A; 2701, 2701.1.
//
// Where one goes on with a point and the other with a letter, or a hyphen, code
// books differ: 273.5 and 273a. Their order is not known.

// compareSections orders two sections of a state; false when it is not known.
func compareSections(a, b, state string) (order int, known bool) {
	decimal := false
	for a != "" && b != "" {
		x, y := piece(a), piece(b)
		if kindOfPiece(x[0]) != kindOfPiece(y[0]) {
			return 0, false
		}
		switch {
		case !digit(x[0]):
			order = strings.Compare(strings.ToLower(x), strings.ToLower(y))
		case decimal && state != "MI":
			order = strings.Compare(x, y)
		default:
			order = compareNumbers(x, y)
		}
		if order != 0 {
			return order, true
		}
		decimal = x == "."
		a, b = a[len(x):], b[len(y):]
	}
	return cmp.Compare(len(a), len(b)), true
}

func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// piece is the number, the letters, or the mark with which a section begins.
func piece(s string) string {
	end := 1
	for end < len(s) && s[0] != '.' && s[0] != '-' && kindOfPiece(s[end]) == kindOfPiece(s[0]) {
		end++
	}
	return s[:end]
}

// kindOfPiece is 0 for all digits, a for all letters, and a mark for itself.
func kindOfPiece(c byte) byte {
	switch {
	case digit(c):
		return '0'
	case c == '.', c == '-':
		return c
	default:
		return 'a'
	}
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// place is where a code stands to a range of sections.
type place uint8

const (
	outside place = iota
	perhaps       // the code book's order is not known
	inside
)

// of finds where a code stands to the member, which may be a range.
func (m Member) of(c Code) place {
	n := len(m.Path)
	if m.Code != c.Name || len(c.Path) < n || !m.Subtree && len(c.Path) > n {
		return outside
	}
	if m.To == "" {
		if slices.Equal(m.Path, c.Path[:n]) {
			return inside
		}
		return outside
	}
	if !slices.Equal(m.Path[:n-1], c.Path[:n-1]) || c.Path[n-1][0] == '(' {
		return outside
	}
	first, knownFirst := compareSections(c.Path[n-1], m.Path[n-1], c.Jurisdiction)
	last, knownLast := compareSections(c.Path[n-1], m.To, c.Jurisdiction)
	switch {
	case knownFirst && first < 0, knownLast && last > 0:
		return outside
	case knownFirst && knownLast:
		return inside
	default:
		return perhaps
	}
}
