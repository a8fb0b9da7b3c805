package evaluate

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/clearsweep/clearsweep/schemas"
)

// TestRangesAndFilesOfCodes decides by a set that is a range, and a file whose
// members are the law for some offences only.
func TestRangesAndFilesOfCodes(t *testing.T) {
	policy := strings.Replace(head, `members: ["PC 187/*"]`, `members: ["PC 273.1..273.9/*", "PC 273a/*", "PC 273ab/*", "PC 273d/*"], except: ["PC 273d/*"], file: codes/more.csv`, 1) +
		ruleOf("only", `{id: in, code: {in: [thing]}, cite: "Act 4"}`, seal) + tail
	law := lawOfFiles(t, fstest.MapFS{
		"policy.yaml":    {Data: []byte(policy)},
		"codes/more.csv": {Data: []byte("code,valid_from,valid_to,cite\nHSC 11358/*,,2016-11-08,Act 2(b)\nHSC 11358/*,2018-01-01,,Act 2(c)\n")},
	})
	for name, test := range map[string]struct {
		code, offense string
		want          truth
	}{
		"in the range, listed":        {"CA:PC:273.5(a)", "", yes},
		"in the range, unlisted":      {"CA:PC:273.55", "", yes},
		"out of the range":            {"CA:PC:274", "", no},
		"named beside the range":      {"CA:PC:273a", "", yes},
		"taken out":                   {"CA:PC:273d", "", no},
		"its place is not known":      {"CA:PC:273c", "", unknown},
		"not known, whatever the day": {"CA:PC:273c", "2001-01-01", unknown},
		"the last day of the law":     {"CA:HSC:11358", "2016-11-08", yes},
		"the day after":               {"CA:HSC:11358", "2016-11-09", no},
		"the law again":               {"CA:HSC:11358(c)", "2018-01-01", yes},
		"no day of the offence":       {"CA:HSC:11358", "", unknown},
	} {
		t.Run(name, func(t *testing.T) {
			e := law.NewEvaluator()
			c := Blank(schemas.RowCharge)
			c.Code, c.Offense = e.Code(test.code, true), date(test.offense)
			d := e.Person(&Person{Birth: schemas.NoDate, Keyed: true, Charges: []Charge{c}})[0]
			if got := (term{leaf: 0}).literal(&mask{t: d.True, f: d.False}, 0); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
