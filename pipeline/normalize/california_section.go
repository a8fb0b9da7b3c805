package normalize

import (
	"strconv"
	"strings"
)

// splitItems cuts sections of one code apart: 664/11358, 484(A)/490.5,
// 215 + 186.22(B)(4). A dash parts two sections only beside 664, because
// 11357-11360 may be a range.
func splitItems(text string, tok token) (count, bool) {
	var out count
	dash := false
	for text != "" {
		i := strings.IndexAny(text, "/+&-")
		if i < 0 {
			i = len(text)
		}
		items, ok := cutJoined(item{token: tok, text: strings.Trim(text[:i], " ")})
		if !ok {
			return nil, false
		}
		if dash && !isAttempt(out[len(out)-1]) && !isAttempt(items[0]) {
			return nil, false
		}
		out = append(out, items...)
		if i == len(text) {
			return out, true
		}
		dash = text[i] == '-'
		text = text[i+1:]
	}
	return nil, false // nothing at all, or nothing after a separator
}

// cutJoined parts an attempt that is written as one number: 66411357(C), where
// five digits must be left, or 664.11357(C). Every item must begin with a
// number.
func cutJoined(i item) (count, bool) {
	digits := leading(i.text, isDigit)
	if digits == 0 {
		return nil, false
	}
	rest, ok := strings.CutPrefix(i.text, "664")
	if !ok {
		return count{i}, true
	}
	if object, dot := strings.CutPrefix(rest, "."); dot {
		rest = object
	} else if digits != len("664")+5 {
		return count{i}, true
	}
	return count{
		{token: i.token, text: "664"},
		{token: i.token, text: rest, joined: true},
	}, true
}

// sections returns every way to read an item. Of those that the table lists
// only the one with the longest section is left: 288A is section 288a, while
// 11357A, where no section 11357a is listed, is subdivision (a) of 11357. Where
// neither is listed the letter may be either.
func (g *california) sections(i item) []reading {
	number, rest := cutNumber(i.text)
	if !inRange(number, i.token.max) {
		return nil
	}
	attached := leading(rest, isLetter)
	var listed, unlisted []reading
	for letters := min(2, attached); letters >= 0; letters-- {
		path, ok := subdivisions(rest[letters:])
		if !ok {
			continue
		}
		r := reading{
			code:         i.token.code,
			section:      number + strings.ToLower(rest[:letters]),
			subdivisions: path,
		}
		if g.tables.listed(r.code, r.section) {
			listed = append(listed, r)
		} else {
			r.doubtful = attached > 0 || g.belongsElsewhere(r.code, number)
			unlisted = append(unlisted, r)
		}
	}
	switch {
	case len(listed) > 0:
		return listed[:1]
	case i.joined:
		return nil
	default:
		return unlisted
	}
}

// cutNumber cuts the number of a section, 11357 or 11357.5, from what follows.
func cutNumber(s string) (number, rest string) {
	n := leading(s, isDigit)
	if n < len(s) && s[n] == '.' {
		if decimals := leading(s[n+1:], isDigit); decimals > 0 {
			n += 1 + decimals
		}
	}
	return s[:n], s[n:]
}

// inRange tells whether a number can be a section of a code that ends at
// highest. Sections have up to three decimals and no leading zero.
func inRange(number string, highest int) bool {
	whole, decimals, _ := strings.Cut(number, ".")
	n, err := strconv.Atoi(whole)
	return err == nil && whole[0] != '0' && n <= highest && len(decimals) <= 3
}

// belongsElsewhere tells whether the number, under another code than it is
// written with, is a listed section of the Uniform Controlled Substances Act
// (HSC 11000-11651), while the written code lists no such section: PC 11357.
// One of the two is a slip, and which is not for a program to say.
func (g *california) belongsElsewhere(code, number string) bool {
	whole, _, _ := strings.Cut(number, ".")
	return len(whole) == 5 && strings.HasPrefix(whole, "11") && code != "HSC" &&
		g.tables.listed("HSC", number) && !g.tables.listed(code, number)
}

// subdivisions reads the path below a section, in parentheses or not: (A)(2),
// A2, (A)2. Letters become small, as the codes print them.
func subdivisions(s string) ([]string, bool) {
	var path []string
	var before byte // the byte before s, if it was not in parentheses
	for s != "" {
		var sub string
		if open := strings.TrimPrefix(s, " "); open != "" && open[0] == '(' {
			end := strings.IndexByte(open, ')')
			if end < 0 {
				return nil, false
			}
			sub, s, before = strings.Trim(open[1:end], " "), open[end+1:], 0
		} else {
			n := max(1, min(2, leading(s, isDigit)))
			if isDigit(s[0]) && isDigit(before) || isLetter(s[0]) && isLetter(before) {
				return nil, false
			}
			sub, s, before = s[:n], s[n:], s[0]
		}
		if !isCounter(sub) && !isLettered(sub) {
			return nil, false
		}
		path = append(path, strings.ToLower(sub))
	}
	return path, true
}
