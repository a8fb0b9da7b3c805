package readers_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

// every way in which a layout can make a value, in one.
const everything = `
layout: t/everything
jurisdiction: US-IL
delimited: {delimiter: "|", quote: none, header: none, field_count: at_least}
trim: "'"
nulls: ["-", "NULL"]
nulls_ignore_case: true
columns: [type, person, {name: order, nulls: ["000"]}, chapter, act, section, text, comment, class, toc, disposition, day, other day]
rows:
  charge: {any: [{not: {column: type, in: [dead, reg]}}, {all: [{column: disposition, blank: false}, {column: text, blank: false}]}]}
  deceased: {column: type, equals: dead}
  registered: {column: type, equals: reg}
fields:
  person_id: {from: person, placeholders: ["0", NOBODY]}
  case_id: order[0:3]
  charge_id: {from: "{person}-{order[3:6]}", required: true}
  county: {value: COOK}
  court: {from: text after "@", when: {column: type, equals: court}}
  agency: [{from: text, when: {column: type, equals: arrest}}]
  statute: ["{chapter} ILCS {act}/{section}", section]
  description:
    - {from: text before "@", nulls: [SEE COMMENT]}
    - comment
  severity: {from: [class, toc], map: {exact: {felony: [FELONY, F], misdemeanor: M}}}
  disposition:
    from: disposition
    map:
      exact: {pending: CONVICTED?, dismissed: dismissed}
      prefix: {convicted: CONVICTED, vacated: [CONVICTED-VAC, CONVICTED-VACATED], diverted: [dismissed - div]}
    blank: [{when: {column: type, equals: arrest}, value: arrest_only}, pending]
  disposition_date: {from: day, dates: [YYYYMMDD, M/D/YYYY]}
  arrest_date: {from: [{from: other day, when: {column: type, equals: arrest}}, day], dates: YYYYMMDD}
`

func TestMapping(t *testing.T) {
	base := "court|p1|101002003|720|570|402(c)|POSSESSION@COURT 5||FELONY|M|CONVICTED-JAIL|20010203|20000102"
	with := func(changes ...string) string {
		fields := strings.Split(base, "|")
		names := []string{"type", "person", "order", "chapter", "act", "section", "text", "comment", "class", "toc", "disposition", "day", "other day"}
		for i := 0; i < len(changes); i += 2 {
			for j, n := range names {
				if n == changes[i] {
					fields[j] = changes[i+1]
				}
			}
		}
		return strings.Join(fields, "|")
	}
	cases := map[string]struct {
		row    string
		want   map[string]string // empty text: null
		reject string            // reason and column
	}{
		"as it is": {base, map[string]string{
			"kind": "1", "person_id": "p1", "case_id": "101", "charge_id": "p1-002", "county": "COOK", "court": "COURT 5", "agency": "",
			"statute_raw": "720 ILCS 570/402(c)", "description_raw": "POSSESSION", "severity": "felony", "disposition": "convicted",
			"disposition_raw": "CONVICTED-JAIL", "disposition_date": "2001-02-03", "arrest_date": "2001-02-03", "degree": "",
		}, ""},
		"more fields than needed":    {base + "|more", map[string]string{"person_id": "p1"}, ""},
		"trimmed":                    {with("person", " 'p1' "), map[string]string{"person_id": "p1"}, ""},
		"null of the layout":         {with("section", " null "), map[string]string{"statute_raw": ""}, ""},
		"null of the column":         {with("order", "000"), nil, "missing_value charge_id"},
		"quotes mean nothing":        {with("text", `"a@b`), map[string]string{"description_raw": `"a`, "court": "b"}, ""},
		"part of a join is missing":  {with("act", ""), map[string]string{"statute_raw": "402(c)"}, ""},
		"no separator to stand at":   {with("text", "POSSESSION"), map[string]string{"description_raw": "POSSESSION", "court": ""}, ""},
		"nothing before it":          {with("text", "@C", "comment", "words"), map[string]string{"description_raw": "words", "court": "C"}, ""},
		"see comment":                {with("text", "See comment", "comment", "words"), map[string]string{"description_raw": "words"}, ""},
		"characters, not bytes":      {with("order", "éàü123"), map[string]string{"case_id": "éàü", "charge_id": "p1-123"}, ""},
		"cut to the end":             {with("order", "123456"), map[string]string{"charge_id": "p1-456"}, ""},
		"too short to cut":           {with("order", "12345"), nil, "missing_value charge_id"},
		"arrest":                     {with("type", "Arrest"), map[string]string{"agency": "POSSESSION@COURT 5", "court": "", "arrest_date": "2000-01-02"}, ""},
		"blank on an arrest":         {with("type", "arrest", "disposition", ""), map[string]string{"disposition": "arrest_only", "disposition_raw": ""}, ""},
		"blank elsewhere":            {with("disposition", ""), map[string]string{"disposition": "pending"}, ""},
		"exact beats prefix":         {with("disposition", "convicted?"), map[string]string{"disposition": "pending", "disposition_raw": "convicted?"}, ""},
		"longest prefix wins":        {with("disposition", "CONVICTED-VACATED/1473"), map[string]string{"disposition": "vacated"}, ""},
		"exact is the whole text":    {with("disposition", "dismissed later"), map[string]string{"disposition": "unknown"}, "unmapped_value disposition"},
		"prefix without case":        {with("disposition", "Dismissed - Div. done"), map[string]string{"disposition": "diverted"}, ""},
		"fallback column":            {with("class", ""), map[string]string{"severity": "misdemeanor"}, ""},
		"unmapped, no fallback":      {with("class", "GRAVE"), map[string]string{"severity": "unknown"}, "unmapped_value class"},
		"unmapped in the fallback":   {with("class", "", "toc", "?"), map[string]string{"severity": "unknown"}, "unmapped_value toc"},
		"second date format":         {with("day", "2/3/2001"), map[string]string{"disposition_date": "2001-02-03", "arrest_date": ""}, "bad_date day"},
		"dead":                       {with("type", "dead", "disposition", ""), map[string]string{"kind": "2"}, ""},
		"dead, and a charge":         {with("type", "dead"), map[string]string{"kind": "3"}, ""},
		"registered":                 {with("type", "reg", "text", ""), map[string]string{"kind": "4", "statute_raw": "720 ILCS 570/402(c)"}, ""},
		"placeholder of another way": {with("person", "nobody"), map[string]string{"person_id": ""}, "no_person_key person"},
	}
	l := parse(t, everything)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := readAll(t, l, []byte(c.row+"\n"), 1, 1)
			checkRejects(t, got.rejects, c.reject)
			if c.want == nil {
				return
			}
			if len(got.records) != 1 {
				t.Fatalf("%d records", len(got.records))
			}
			has := map[string]string{}
			for k := range c.want {
				has[k] = got.records[0][k]
			}
			if diff := cmp.Diff(c.want, has); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
		})
	}
	if l.Jurisdiction() != "US-IL" {
		t.Errorf("jurisdiction %q", l.Jurisdiction())
	}
}

func checkRejects(t *testing.T, rejects []schemas.Reject, want string) {
	t.Helper()
	var got []string
	for _, r := range rejects {
		got = append(got, r.Reason.String()+" "+r.Column)
	}
	if strings.Join(got, ", ") != want {
		t.Errorf("rejects %q, want %q", got, want)
	}
}

// A text met a thousand times, and thousands of texts met once, are mapped alike.
func TestManyTexts(t *testing.T) {
	var b strings.Builder
	b.WriteString(head)
	for i := range 10_000 {
		b.WriteString("p1,a,Guilty,\np1,a,")
		b.WriteString(strings.Repeat("x", i%5000+1))
		b.WriteString(",\n")
	}
	got := readAll(t, load(t, "generic/charges"), []byte(b.String()), 1<<30, 100_000)
	if n := got.count()[schemas.FieldUnmapped]; n != 10_000 || got.rows.Accepted != 20_000 {
		t.Errorf("%d unmapped of %d rows", n, got.rows.Accepted)
	}
}
