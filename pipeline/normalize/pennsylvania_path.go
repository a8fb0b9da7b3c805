package normalize

import (
	"slices"
	"strings"
)

// cutPennsylvaniaPath cuts the subdivisions below a section: (a)(16), A16,
// A31I, A 30, SUBSEC A1*. The path is doubtful if it can be read in another way:
// B.11I may be (b.1)(1)(i), and F1 after a blank alone may be a grade.
func cutPennsylvaniaPath(s string) (path []string, rest string, doubtful bool) {
	marked := false
	if after, ok := strings.CutPrefix(strings.TrimPrefix(s, " "), subsection); ok {
		marked, s = true, strings.TrimPrefix(after, " ")
	}
	for first := true; ; first = false {
		word, blank := strings.TrimPrefix(s, " "), strings.HasPrefix(s, " ")
		n := leading(word, func(c byte) bool { return strings.IndexByte(" /,&+", c) < 0 })
		if dash := strings.IndexByte(word[:n], '-'); dash >= 0 && strings.IndexByte(word[:dash], '(') < 0 {
			n = dash
		}
		items, unsure, ok := pennsylvaniaRun(strings.TrimRight(word[:n], "*"), path)
		switch {
		case !ok && first && marked:
			return nil, subsection, false // which nobody can take for words
		case !ok, !first && isLetter(word[0]):
			return path, s, doubtful
		}
		grade := first && blank && !marked && strings.IndexByte("FMS", word[0]) >= 0
		path, s, doubtful = append(path, items...), word[n:], doubtful || unsure || grade
	}
}

// pennsylvaniaRun parts a run of subdivisions that stands below those before.
// They are (a)(1)(i)(A), and some sections begin with the number.
func pennsylvaniaRun(s string, before []string) (path []string, doubtful, ok bool) {
	if s == "" {
		return nil, false, false
	}
	for s != "" {
		if s[0] == '(' {
			inner, rest := cutParenthesised(s)
			if len(inner) == 0 {
				return nil, false, false
			}
			path, s = append(path, inner...), rest
			continue
		}
		sub, unsure := pennsylvaniaSub(s, slices.Concat(before, path))
		if sub == "" {
			return nil, false, false
		}
		path, s, doubtful = append(path, strings.ToLower(sub)), s[len(sub):], doubtful || unsure
	}
	return path, doubtful, true
}

// pennsylvaniaSub cuts one subdivision from a run, below the path above it. It
// is empty if none can stand there.
func pennsylvaniaSub(s string, above []string) (sub string, doubtful bool) {
	last := ""
	if len(above) > 0 {
		last = above[len(above)-1]
	}
	number := last != "" && isDigit(last[len(last)-1])
	if digits := leading(s, isDigit); digits > 0 {
		if number || isRoman(last) && len(above) > 1 || !isCounter(s[:digits]) {
			return "", false
		}
		return cutInserted(s, digits)
	}
	letters := leading(s, isLetter)
	switch {
	case number && isRoman(strings.ToLower(s[:letters])):
		return s[:letters], false
	case letters != 1, len(above) > 1, len(above) == 1 && !isCounter(last):
		return "", false
	}
	return cutInserted(s, 1)
}

// cutInserted cuts a subdivision of n bytes with the point and number of one
// that was added behind it: A.1, 1.1. A second digit may be another level.
func cutInserted(s string, n int) (sub string, doubtful bool) {
	after, point := strings.CutPrefix(s[n:], ".")
	added := leading(after, isDigit)
	switch {
	case !point || added == 0:
		return s[:n], false
	case !isCounter(after[:added]):
		return "", false
	default:
		return s[:n+1+added], added > 1
	}
}
