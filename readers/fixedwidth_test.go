package readers_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

const fixedLayout = `
layout: t/fixed
fixed: {record_type: {start: 1, length: 1, data: [D, E], header: H}}
nulls: [NULL]
columns: [{name: p, start: 2, length: 4}, {name: s, start: 6, length: 6}, {name: d, start: 12, length: 6}]
fields:
  person_id: p
  statute: s
  disposition: {from: d, map: {exact: {convicted: GUILTY}}}
`

func TestFixedRows(t *testing.T) {
	trimmed := strings.Replace(fixedLayout, "fixed: {", "fixed: {row_length: trimmed, ", 1)
	cases := map[string]struct {
		layout, source string
		statutes       string // of the accepted rows, joined
		rejects        string
	}{
		"LF":                   {fixedLayout, "H\nDp1  11357 GUILTY\nEp2  11358 GUILTY\n", "11357 11358", ""},
		"CRLF":                 {fixedLayout, "Dp1  11357 GUILTY\r\nDp2  11358 GUILTY\r\n", "11357 11358", ""},
		"CR":                   {fixedLayout, "Dp1  11357 GUILTY\rDp2  11358 GUILTY\r", "11357 11358", ""},
		"too short":            {fixedLayout, "Dp1  11357 GUILT\nDp2  11358 GUILTY\n", "11358", "row_length"},
		"too long":             {fixedLayout, "Dp1  11357 GUILTY \nDp2  11358 GUILTY\n", "11358", "row_length"},
		"end of file":          {fixedLayout, "Dp1  11357 GUILTY\nDp2  113", "11357", "truncated"},
		"other type":           {fixedLayout, "Xp1  11357 GUILTY\nDp2  11358 GUILTY\n", "11358", "unknown_record_type"},
		"blank line":           {fixedLayout, "\nDp2  11358 GUILTY\n   \n", "11358", ""},
		"blanks cut off":       {trimmed, "Dp1  11357\nDp2  11358 GUILTY\nD\n", "11357 11358 -", "no_person_key"},
		"cut off, too long":    {trimmed, "Dp1  11357 GUILTY,\n", "", "row_length"},
		"half a character":     {fixedLayout, "Dp1  1135 \xc3\xa9UILTY\n", "", "encoding"},
		"null, not in capital": {fixedLayout, "Dp1  NULL  GUILTY\nDp2  null  GUILTY\n", "- null", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := readAll(t, parse(t, c.layout), []byte(c.source), 1, 10)
			var statutes, reasons []string
			for _, r := range got.records {
				if r["kind"] == "8" {
					continue
				}
				if r["statute_raw"] == "" {
					r["statute_raw"] = "-"
				}
				statutes = append(statutes, r["statute_raw"])
			}
			for _, r := range got.rejects {
				reasons = append(reasons, r.Reason.String())
			}
			if s := strings.Join(statutes, " "); s != c.statutes {
				t.Errorf("statutes %q, want %q", s, c.statutes)
			}
			if s := strings.Join(reasons, " "); s != c.rejects {
				t.Errorf("rejects %q, want %q", s, c.rejects)
			}
		})
	}
}

// A key that is cut within a character is no key, whatever the row is.
func TestNoHoleForAKeyThatIsNoText(t *testing.T) {
	got := readAll(t, parse(t, fixedLayout), []byte("Dp1\xff 11357 GUILTY\nDp2  1135\xff GUILTY\n"), 1, 10)
	want := []map[string]string{hole("2", "p2")}
	if diff := cmp.Diff(want, got.records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if got.rows != (schemas.Rows{Read: 2, Rejected: 2}) {
		t.Errorf("rows %+v", got.rows)
	}
}
