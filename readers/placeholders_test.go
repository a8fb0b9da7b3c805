package readers_test

import (
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

func TestPlaceholders(t *testing.T) {
	cases := map[string]bool{
		"0": true, "00": true, "0000000000000": true, "-": true, "---": true, "?": true, "??": true, ".": true,
		"....": true, "*": true, "**": true, "99999": true, "9999999999": true, "XXXXX": true, "xxXxx": true,
		"ééééé": true, "#####": true,
		"NA": true, "n/a": true, "Null": true, "NONE": true, "unknown": true, "Unk": true, "TEST": true,
		"nobody":   true, // of the layout
		"1.23E+09": true, "1E+10": true, "1.5e+12": true,
		"1.23E09": false, "1.23E+": false, "E+09": false, "1.2.3E+09": false, "A1E+09": false, "1.23E+0X": false, ".5E+09": false, "1.E+09": false,
		"9999": false, "1": false, "X": false, "éééé": false, "000001": false, "00-00": false, "-1": false, "N": false,
		"TEST1": false, "UNKNOW": false, "99998": false, "989898": false, "ééééè": false, "0000é": false,
	}
	l := parse(t, "layout: t\ndelimited: {header: none}\ncolumns: [p, s, d]\nfields:\n"+
		"  person_id: {from: p, placeholders: NOBODY}\n  statute: s\n  disposition: {from: d, map: {exact: {convicted: G}}}\n")
	for key, nobody := range cases {
		t.Run(strings.ReplaceAll(key, "/", "slash"), func(t *testing.T) {
			got := readAll(t, l, []byte(key+",s,G\n"+key+",s\n"), 1, 10)
			if (got.unkeyed == 1) != nobody || (got.count()[schemas.FieldPersonKey] == 1) != nobody {
				t.Errorf("%d rows without a key, rejects %v; a placeholder: %v", got.unkeyed, got.count(), nobody)
			}
			if (got.records[0]["person_id"] == "") != nobody {
				t.Errorf("person %q", got.records[0]["person_id"])
			}
			if (len(got.people()) == 0) != nobody {
				t.Errorf("a broken row marks %q", got.people())
			}
		})
	}
}

// The layouts that ship need not name them.
func TestPlaceholdersInLayoutsThatShip(t *testing.T) {
	for _, key := range []string{"0", "000000000", "999999999", "N/A", "UNK"} {
		got := readAll(t, load(t, "generic/charges"), []byte(head+key+",a,GUILTY,\n"), 1, 10)
		if got.unkeyed != 1 {
			t.Errorf("%q is somebody", key)
		}
	}
}
