package normalize

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

// TestMassachusettsCharges reads the charges of two counties, whose chapters
// and sections a person has cut out before, when CLEARSWEEP_DATA names a folder
// that has them. What we read is what that person read, or nothing, and then
// for a reason of differenceReason.
func TestMassachusettsCharges(t *testing.T) {
	data := os.Getenv("CLEARSWEEP_DATA")
	if data == "" {
		t.Skip("CLEARSWEEP_DATA is not set: the charges of two real counties are NOT tested")
	}
	n := mustNew(t, "US-MA")
	rows, column := readExtract(t, filepath.Join(data, "massachusetts-cfb", "prosecution_charges_detailed.csv"))
	answered, equal, possession := 0, 0, 0
	left := map[string]int{}
	for i, row := range rows {
		s := n.Statute(row[column["Charge"]])
		if s.String() == "MA:94C:34" {
			possession++
		}
		chapter, section := row[column["Chapter"]], row[column["Section"]]
		if isBlank(chapter) || isBlank(section) {
			continue
		}
		answered++
		if slices.Equal(ourAnswer(s), theirAnswer(chapter, section)) {
			equal++
			continue
		}
		reason := differenceReason(chapter, section)
		left[reason]++
		t.Logf("row %d: got %q, the columns say %q %q: %s", i+2, s, chapter, section, reason)
		if reason == "" || s.String() != "" {
			t.Errorf("row %d: read otherwise than by the person, reason %q", i+2, reason)
		}
	}
	t.Logf("%d of %d are equal", equal, answered)
	if len(rows) != 1650 || answered != 1552 || equal != 1537 || possession != 22 {
		t.Errorf("got %d rows, %d answered, %d equal, %d of 94C 34; want 1650, 1552, 1537, 22",
			len(rows), answered, equal, possession)
	}
	if diff := cmp.Diff(leftToPeople, left); diff != "" {
		t.Errorf("texts left to people, by reason (-want +got)\n%s", diff)
	}
}

// leftToPeople counts the texts of the two counties that belong on the worklist,
// by what no program can know of them; docs/formats/codes.md lists them.
var leftToPeople = map[string]int{
	"one of two subdivisions or sections, and not which": 4,
	"from one to another, or of an appendix":             4,
	"two citations with words between them":              1,
	"a zero before the section":                          1,
	"a decimal, as in ordinances":                        1,
	"an offence letter before subdivisions":              1,
	"a subdivision that could be of the section":         1,
	"a chapter of a session law":                         1,
	"no mark between chapter and section":                1,
}

func isBlank(s string) bool { return s == "" || s == "NA" }

// differenceReason says why a text is left to a person, by what that person
// made of it.
func differenceReason(chapter, section string) string {
	number, _ := strconv.Atoi(strings.TrimRight(chapter, ",ABCDEFGHIJKL"))
	for _, r := range []struct {
		reason string
		holds  bool
	}{
		{"two citations with words between them", strings.Contains(section, "c. ")},
		{"one of two subdivisions or sections, and not which", strings.Contains(section, " or ")},
		{"from one to another, or of an appendix", strings.Contains(section, "-")},
		{"a chapter of a session law", number > highestChapter},
		{"a zero before the section", strings.HasPrefix(section, "0")},
		{"a decimal, as in ordinances", number < 100 && strings.Contains(section, ".")},
		{"an offence letter before subdivisions", strings.Contains(section, "/A(")},
		{"a subdivision that could be of the section", strings.HasSuffix(section, "1/2")},
		{"no mark between chapter and section", strings.Contains(chapter, ",") && strings.Contains(chapter, "(")},
	} {
		if r.holds {
			return r.reason
		}
	}
	return ""
}

// ourAnswer is a statute as chapter and sections, in the form of theirAnswer.
func ourAnswer(s Statute) []string {
	if s.Section == "" {
		return nil
	}
	answer := []string{strings.TrimSuffix(s.Code, regulations), withoutCode(s)}
	for _, code := range s.Also {
		also, _ := parseCode(code)
		answer = append(answer, withoutCode(also))
	}
	if s.Inchoate == schemas.Attempt {
		answer = append(answer, "c2746")
	}
	for i := range answer {
		answer[i] = strings.ToLower(answer[i])
	}
	return answer
}

func withoutCode(s Statute) string {
	return strings.ToLower(strings.TrimPrefix(Statute{Section: s.Section, Subdivisions: s.Subdivisions}.String(), "::"))
}

var (
	wordsBefore   = regexp.MustCompile(`(?i)^(\d+ )?(c\d+[a-z]?|\d+ CMR) *§`)
	wordsBehind   = regexp.MustCompile(`(?i)( - |-[a-z]{3}| habitual).*$`)
	offenceLetter = regexp.MustCompile(`/[A-Za-z]{1,2}$`)
)

// theirAnswer brings the two columns into chapter and sections. What it takes
// away is no part of them: a comma behind the chapter, words that were taken
// along in front and behind, the courts' offence letter, blanks, section signs,
// and the case of letters. A subdivision that stands alone is of the section
// before it.
func theirAnswer(chapter, section string) []string {
	section = wordsBehind.ReplaceAllString(wordsBefore.ReplaceAllString(section, ""), "")
	section = offenceLetter.ReplaceAllString(section, "")
	section = strings.NewReplacer("§", "", " ", "", "1/2", ".5", "½", ".5").Replace(strings.ToLower(section))
	sections := strings.Split(section, "&")
	for i := 1; i < len(sections); i++ {
		if path := sections[i]; strings.HasPrefix(path, "(") {
			before := sections[i-1]
			sections[i] = before[:strings.LastIndex(before, "(")] + path
		}
	}
	words := strings.Fields(strings.ToLower(chapter))
	return append([]string{strings.TrimSuffix(words[len(words)-1], ",")}, sections...)
}
