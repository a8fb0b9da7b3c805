package readers_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/readers"
)

// A version is a number, a day, or a constant of the form; what is none of them is no
// version, and is told of.
func TestVersionsAreRead(t *testing.T) {
	const layout = `
layout: t/versions
delimited: {header: none}
columns: [p, s, d, when, seq, kind]
rows: {past: {column: kind, equals: B}, deleted: {column: kind, equals: D}, person: {column: kind, equals: I}}
fields:
  person_id: p
  statute: s
  disposition: {from: d, map: {exact: {convicted: GUILTY}}}
  version: `
	for name, c := range map[string]struct{ version, rows, want, rejects string }{
		"number":             {"seq", "p,s,GUILTY,,007,\np,s,GUILTY,,x,\np,s,GUILTY,,,\np,s,GUILTY,,1234567890123456789,\n", "7 . . .", "bad_number bad_number"},
		"of two columns":     {`"{when}{seq}"`, "p,s,GUILTY,20190102,03,\np,s,GUILTY,20190102,,\n", "2019010203 .", ""},
		"day":                {"{from: when, dates: YYYYMMDD}", "p,s,GUILTY,19700102,,\np,s,GUILTY,19691231,,\np,s,GUILTY,19700200,,\np,s,GUILTY,19700230,,\n", "1 -1 . .", "bad_date bad_date"},
		"constant by a kind": {"[{value: 3, when: {column: kind, equals: B}}, {value: 2}]", "p,s,GUILTY,,,B\np,s,GUILTY,,,\np,,,,,D\np,,,,,I\n", "3 2 2 2", ""},
	} {
		l, err := readers.ParseLayout("t.yaml", []byte(layout+c.version+"\n"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := readAll(t, l, []byte(c.rows), 1<<20, 100)
		var versions, rejects []string
		for _, r := range got.records {
			v, ok := r["version"]
			if !ok {
				v = "."
			}
			versions = append(versions, v)
		}
		for _, r := range got.rejects {
			rejects = append(rejects, r.Reason.String())
		}
		if diff := cmp.Diff(c.want+"|"+c.rejects, strings.Join(versions, " ")+"|"+strings.Join(rejects, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
