package normalize

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

// TestNominate names the code that comes first of a text, or none.
func TestNominate(t *testing.T) {
	for text, want := range map[[2]string]string{
		{"US-CA", "1135O HS-POSS NARC"}:            "CA:HSC:11350",
		{"US-CA", "PC 11357"}:                      "CA:HSC:11357",
		{"US-CA", "H/S 11358"}:                     "CA:HSC:11358",
		{"US-CA", "CULTIVATION OF CANNABIS"}:       "CA:HSC:11358",
		{"US-CA", "11358 HS"}:                      "", // has a code
		{"US-CA", "XQZV"}:                          "", // is like nothing
		{"US-CA", ""}:                              "",
		{"US-CA", strings.Repeat("11358 HS ", 99)}: "",
		{"US-IL", "720 ILCS 570/402c"}:             "IL:720:570/402",
		{"US-MI", "750.504"}:                       "MI:MCL:750.50(4)",  // a reading that the grammar does not trust
		{"US-NY", "VTL051101A"}:                    "NY:VTL:511(01)(a)", // one of two
		{"US-NY", "PL 221.1"}:                      "NY:PL:221.10",
		{"US-PA", "18 3921 M1"}:                    "PA:18:3921(m)(1)",
		{"US-TX", "POSSESSION OF MARIHUANA"}:       "TX:HSC:481.121",
	} {
		got := ""
		if found := mustNew(t, text[0]).Nominate(text[1], "", 1, 0.5); len(found) > 0 {
			got = found[0].Code
		}
		if got != want {
			t.Errorf("%s %q: got %q, want %q", text[0], text[1], got, want)
		}
	}
}

// TestNominationsDecideNothing nominates for any text: there are no more than
// were asked for, the likeliest first, each of a listed section, and only for a
// text without a code, which has none after as before.
func TestNominationsDecideNothing(t *testing.T) {
	n := mustNew(t, "US-CA")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`(HS|PC|H/S)? ?1?1[0-9OIl]{3}(\([A-C]\))? ?(HS|PC)?(-POSS .*)?`)).Draw(t, "text")
		most := rapid.IntRange(1, 5).Draw(t, "most")
		least := rapid.Float64Range(0, 1).Draw(t, "least")
		before := n.Statute(text)
		found := n.Nominate(text, "POSSESS MARIJUANA", most, least)
		if after := n.Statute(text); after.String() != before.String() || after.Match != before.Match {
			t.Fatalf("read %q before and %q after", before, after)
		}
		if len(found) > most || len(found) > 0 && before.Match >= schemas.Grammar {
			t.Fatalf("%d nominations of a text matched by %s", len(found), before.Match)
		}
		if !slices.IsSortedFunc(found, func(a, b Nomination) int { return int(2 * (b.Similarity - a.Similarity)) }) {
			t.Fatal("not the likeliest first")
		}
		for _, nomination := range found {
			if _, err := n.tables.listedCode(nomination.Code); err != nil {
				t.Fatal(err)
			}
			if nomination.Similarity < least || nomination.Similarity > 1 {
				t.Fatalf("similarity %v, asked for at least %v", nomination.Similarity, least)
			}
		}
	})
}

// TestApprovedRowsDecide approves nominations and has them read by a normalizer
// that knows the table.
func TestApprovedRowsDecide(t *testing.T) {
	n := mustNew(t, "US-CA")
	list := strings.Join(NominationColumns(), ",") + "\n" +
		"h & s / 11358,CA:HSC:11358,t,0.8,e,,3,2,A. Clerk,2026-11-20\n" +
		"H & S / 11358,CA:HSC:11358,t,0.8,e,,3,2,A. Clerk,2026-11-20\n" + // the same when it is cleaned
		"GROW,attempt:CA:HSC:11358(a),t,0.8,e,,3,2,A. Clerk,2026-11-20\n" + // the approver's own
		"HS 11357 A,CA:HSC:11357(a),t,0.8,e,,3,2,A. Clerk,2026-11-20\n" + // is built in
		"X,CA:HSC:11357,t,0.8,e,,3,2,,\n"
	rows, err := n.Approve(Table{"list.csv", []byte(list)})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].Origin != originNominated || rows[1].Origin != originRead {
		t.Fatalf("got %+v, want one row nominated and one read", rows)
	}
	var table bytes.Buffer
	if err := csv.NewWriter(&table).WriteAll([][]string{ExactColumns(), rows[0].Fields(), rows[1].Fields()}); err != nil {
		t.Fatal(err)
	}
	with, err := New("US-CA", Table{"approved.csv", table.Bytes()})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"H&S / 11358": "CA:HSC:11358 exact", "grow": "attempt:CA:HSC:11358(a) exact", "X": " unmatched", "11357 HS": "CA:HSC:11357",
	} {
		checkStatute(t, with, text, want)
	}
	checkStatute(t, n, "GROW", " unmatched")
	if with.Digest() == n.Digest() {
		t.Error("the tables differ, their digests do not")
	}
}

// TestLife asks whether an offence can lie in the life of a section.
func TestLife(t *testing.T) {
	day := func(s string) schemas.Date {
		if s == "" {
			return schemas.NoDate
		}
		d, err := schemas.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	life := Life{day("2001-01-01"), day("2010-12-31")}
	for name, c := range map[string]struct {
		life                      Life
		offense, arrest, disposed string
		want                      bool
	}{
		"the day before":                 {life, "2000-12-31", "", "", true},
		"the first day":                  {life, "2001-01-01", "", "", false},
		"the last day":                   {life, "2010-12-31", "", "", false},
		"the day after":                  {life, "2011-01-01", "", "", true},
		"arrested and convicted after":   {life, "", "2011-01-01", "2012-01-01", false},
		"arrested before":                {life, "", "2000-12-31", "2012-01-01", true},
		"convicted before":               {life, "", "", "2000-12-31", true},
		"the offence goes before others": {life, "2005-01-01", "2000-12-31", "2000-12-31", false},
		"no day":                         {life, "", "", "", false},
		"open at the start":              {Life{schemas.NoDate, life.To}, "1900-01-01", "", "", false},
		"open at the end":                {Life{life.From, schemas.NoDate}, "2100-01-01", "", "", false},
		"nothing known of it":            {Life{schemas.NoDate, schemas.NoDate}, "1900-01-01", "1900-01-01", "", false},
		"open at the start, old arrest":  {Life{schemas.NoDate, life.To}, "", "1900-01-01", "", false},
	} {
		if got := c.life.Excludes(day(c.offense), day(c.arrest), day(c.disposed)); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

// TestSuccessors finds where former sections stand today, and moves no text
// there.
func TestSuccessors(t *testing.T) {
	n := mustNew(t, "US-CA")
	for text, want := range map[string]string{
		"11530 HS": "CA:HSC:11357", "11530.1 HS": "CA:HSC:11358", "11530.5 HS": "CA:HSC:11359", "11531 HS": "CA:HSC:11360",
		"288A(B)(1) PC": "CA:PC:287", "12021(A)(1) PC": "CA:PC:29800", "664/12025 PC": "CA:PC:25400", "12031 PC": "CA:PC:25850",
	} {
		s := n.Statute(text)
		section, ok := n.Section(s)
		if !ok || len(section.Successors) != 1 || section.Successors[0].Code != want || !section.Life.To.Known() {
			t.Errorf("%q: got %+v, want the successor %s and an end", text, section, want)
		}
		if s.String() == want {
			t.Errorf("%q was moved to %s", text, want)
		}
	}
}
