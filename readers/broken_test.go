package readers_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

// people are the persons whose records were marked as incomplete, in order.
func (r *read) people() []string {
	var people []string
	for _, rec := range r.records {
		if rec["kind"] == "8" {
			people = append(people, rec["person_id"])
		}
	}
	return people
}

// keyInTheMiddle has columns before the key, where a fault moves it.
const keyInTheMiddle = `
layout: t/middle
max_row_bytes: 100
delimited: {header: none}
nulls: [x]
columns: [name, p, s, d]
fields:
  person_id: {from: p, placeholders: [nobody]}
  statute: s
  disposition: {from: d, map: {exact: {convicted: GUILTY}}}
`

// Whatever costs a row, its person is marked wherever the key can be found.
func TestBrokenRowsMarkTheirPerson(t *testing.T) {
	atLeast := strings.Replace(keyInTheMiddle, "header: none", "header: none, field_count: at_least", 1)
	unquoted := strings.Replace(keyInTheMiddle, "header: none", "header: none, quote: none", 1)
	long := strings.Repeat("a", 100)
	cases := map[string]struct {
		layout, row string
		reason      schemas.RejectReason
		people      []string
	}{
		"field too many behind the key":   {keyInTheMiddle, "Ann,p1,s,d,e", schemas.RowFieldCount, []string{"p1", "s"}},
		"field too many before the key":   {keyInTheMiddle, "Doe, Ann,p1,s,d", schemas.RowFieldCount, []string{"Ann", "p1"}},
		"field too few behind the key":    {keyInTheMiddle, "Ann,p1,s", schemas.RowFieldCount, []string{"p1", "Ann"}},
		"field too few before the key":    {keyInTheMiddle, "p1,s,d", schemas.RowFieldCount, []string{"s", "p1"}},
		"too few, the key not among them": {keyInTheMiddle, "Ann", schemas.RowFieldCount, nil},
		"too few, at least":               {atLeast, "x,p1,s", schemas.RowFieldCount, []string{"p1"}},
		"quotes that mean nothing":        {unquoted, `x,"p1",s`, schemas.RowFieldCount, []string{`"p1"`}},
		"stray quote before the key":      {keyInTheMiddle, `An"n,p1,s,d`, schemas.RowStrayQuote, []string{"p1"}},
		"stray quote behind the key":      {keyInTheMiddle, `Ann,p1,s"s,d`, schemas.RowStrayQuote, []string{"p1"}},
		"stray quote in the key":          {keyInTheMiddle, `Ann, "p1",s,d`, schemas.RowStrayQuote, []string{"p1"}},
		"text after a quote":              {keyInTheMiddle, `"Doe, Ann"x,p1,s,d`, schemas.RowStrayQuote, []string{`Ann"x`, "p1"}},
		"quoted comma before the fault":   {keyInTheMiddle, `"Doe, Ann",p1,s"s,d`, schemas.RowStrayQuote, []string{"p1", "Ann"}},
		"quoted comma behind the fault":   {keyInTheMiddle, `x"x,p1,"s, s",d`, schemas.RowStrayQuote, []string{"p1", "s"}},
		"key swallowed by two quotes":     {keyInTheMiddle, `",p1,,", "`, schemas.RowStrayQuote, []string{"p1"}},
		"stray quote, at least":           {atLeast, `x"x,p1,s,d,e`, schemas.RowStrayQuote, []string{"p1"}},
		"open quote before the key":       {keyInTheMiddle, `"Ann,p1,s,d`, schemas.RowOpenQuote, []string{"p1"}},
		"open quote at the key":           {keyInTheMiddle, `Ann,"p1,s,d`, schemas.RowOpenQuote, []string{"p1"}},
		"open quote behind the key":       {keyInTheMiddle, `Ann,p1,"s,d`, schemas.RowOpenQuote, []string{"p1"}},
		"too long":                        {keyInTheMiddle, "Ann,p1," + long + ",d", schemas.RowTooLong, []string{"p1"}},
		"too long in quotes":              {keyInTheMiddle, `"Doe, Ann",p1,"` + long + `",d`, schemas.RowTooLong, []string{"p1", "Ann"}},
		"too long before the key":         {keyInTheMiddle, long + ",p1,s,d", schemas.RowTooLong, nil},
		"too long, cut in the key":        {keyInTheMiddle, long[:95] + ",p123456,s,d", schemas.RowTooLong, nil},
		"placeholder":                     {keyInTheMiddle, "x,00000,s,d,x", schemas.RowFieldCount, []string{"s"}},
		"placeholder of the layout":       {keyInTheMiddle, "x,NOBODY,s", schemas.RowFieldCount, nil},
		"null":                            {keyInTheMiddle, "x,x,s", schemas.RowFieldCount, nil},
		"key that is no text":             {keyInTheMiddle, "x,p\xff,s", schemas.RowFieldCount, nil},
		"key with a NUL":                  {keyInTheMiddle, "x,p\x00,s", schemas.RowFieldCount, nil},
		"fixed, too short":                {fixedLayout, "Dp1  1135", schemas.RowLength, []string{"p1"}},
		"fixed, cut in the key":           {fixedLayout, "Dp1", schemas.RowLength, []string{"p1"}},
		"fixed, too long behind the key":  {fixedLayout, "Dp1  11357 GUILTY  ", schemas.RowLength, []string{"p1", "11"}},
		"fixed, too long before the key":  {fixedLayout, "Dx p1  11357 GUILTY", schemas.RowLength, []string{"x p1", "p1"}},
		"fixed, too long for any row":     {strings.Replace(fixedLayout, "fixed:", "max_row_bytes: 64\nfixed:", 1), "Dp1  " + long, schemas.RowTooLong, []string{"p1"}},
		"fixed, other type":               {fixedLayout, "Xp1  11357 GUILTY", schemas.RowUnknownType, []string{"p1"}},
		"fixed, placeholder":              {fixedLayout, "D??? 1135", schemas.RowLength, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := readAll(t, parse(t, c.layout), []byte(c.row+"\n"), 1, 10)
			if got.rows != rejected || len(got.rejects) != 1 || got.rejects[0].Reason != c.reason {
				t.Fatalf("rows %+v, rejects %v; want one, of %s", got.rows, got.rejects, c.reason)
			}
			if diff := cmp.Diff(c.people, got.people()); diff != "" {
				t.Errorf("people marked (-want +got):\n%s", diff)
			}
		})
	}
}

// A last row that the end of the file cuts off is a broken row too.
func TestTruncatedRowsMarkTheirPerson(t *testing.T) {
	for name, c := range map[string]struct{ layout, source string }{
		"delimited": {keyInTheMiddle, `Ann,p1,"s,d`},
		"fixed":     {fixedLayout, "Dp1  113"},
	} {
		t.Run(name, func(t *testing.T) {
			got := readAll(t, parse(t, c.layout), []byte(c.source), 1, 10)
			if diff := cmp.Diff([]string{"p1"}, got.people()); diff != "" || got.rejects[0].Reason != schemas.RowTruncated {
				t.Errorf("rejects %v, people marked (-want +got):\n%s", got.rejects, diff)
			}
		})
	}
}

// A stray quote that is closed further down joins rows: none of their people
// is forgotten.
func TestJoinedRowsMarkEveryPerson(t *testing.T) {
	got := readAll(t, parse(t, multiline), []byte("p1,\"a,GUILTY\np2,b,GUILTY\r\np3,c\",GUILTY,\n"), 1, 10)
	if got.rows != rejected {
		t.Fatalf("rows %+v", got.rows)
	}
	for _, p := range []string{"p1", "p2", "p3"} {
		if !slices.Contains(got.people(), p) {
			t.Errorf("%s is not marked, only %q", p, got.people())
		}
	}
}

// One fault anywhere in a row never hides whose row it is.
func TestOneFaultNeverHidesThePerson(t *testing.T) {
	l := parse(t, strings.Replace(keyInTheMiddle, "max_row_bytes: 100", "", 1))
	field := rapid.StringMatching(`[a-z]{0,6}|"[a-z]{0,3}, (""x"")?[a-z]{0,3}"`)
	rapid.Check(t, func(rt *rapid.T) {
		fields := []string{field.Draw(rt, "name"), "key-1", field.Draw(rt, "statute"), field.Draw(rt, "disposition")}
		fault := rapid.SampledFrom([]string{`"`, ",", "\x00", "\xff", " \"x\" "}).Draw(rt, "fault")
		// The fault stands in another field than the key, or around it.
		at := rapid.SampledFrom([]int{0, 2, 3}).Draw(rt, "field")
		cut := rapid.IntRange(0, len(fields[at])).Draw(rt, "byte")
		if strings.HasPrefix(fields[at], `"`) && fault != "\x00" && fault != "\xff" {
			cut = 0 // within quotes, a fault makes two
		}
		fields[at] = fields[at][:cut] + fault + fields[at][cut:]
		got := readAll(t, l, []byte(strings.Join(fields, ",")+"\n"), 1, 10)
		if got.rows.Rejected == 1 && !slices.Contains(got.people(), "key-1") {
			rt.Errorf("%q marks %q", fields, got.people())
		}
	})
}
