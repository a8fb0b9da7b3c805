package readers_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/schemas"
)

// ladder is a layout with substances in several columns, on several rungs.
const ladder = `
layout: t/ladder
delimited: {header: none, delimiter: "|"}
columns: [p, s, d, count 1, count 2, plea, lab, words]
fields:
  person_id: p
  statute: s
  disposition: {from: d, map: {exact: {convicted: G}}}
  description: words
  substances:
    from:
      - {from: lab, evidence: laboratory}
      - {from: count 1, evidence: conviction_count}
      - {from: count 2, evidence: conviction_count, nulls: ["0"]}
      - {from: plea, evidence: judgment}
    split: [",", "/", and]
    map:
      exact:
        unknown: [UNKNOWN, "?"]
        marijuana: [POT, POT/LEAF, MIX]
        concentrated_cannabis: [HASH]
        cocaine: [COKE, MIX]
        heroin: H
`

// TestSubstances reads several substances in one field and in several columns.
// What nobody has mapped, and what the source itself does not know, leaves all
// unknown, whatever lower rungs say.
func TestSubstances(t *testing.T) {
	l := parse(t, ladder)
	for name, c := range map[string]struct {
		row      string // count 1, count 2, plea, lab
		set, by  string
		unmapped string
	}{
		"nothing":                        {"|||", "", "", ""},
		"one":                            {"pot|||", "marijuana", "conviction_count", ""},
		"several in one field":           {"Coke, hash|||", "concentrated_cannabis,cocaine", "conviction_count", ""},
		"split by a word":                {"pot and coke|||", "marijuana,cocaine", "conviction_count", ""},
		"a whole text before its parts":  {"pot / leaf|||", "marijuana", "conviction_count", ""},
		"a word that names two":          {"mix|||", "marijuana,cocaine", "conviction_count", ""},
		"several columns of one rung":    {"pot|coke||", "marijuana,cocaine", "conviction_count", ""},
		"null of an item":                {"pot|0||", "marijuana", "conviction_count", ""},
		"the next rung":                  {"||hash|", "concentrated_cannabis", "judgment", ""},
		"the best rung":                  {"pot||coke|", "marijuana", "conviction_count", ""},
		"the laboratory alone":           {"|||coke", "cocaine", "laboratory", ""},
		"the laboratory contradicts":     {"pot|||coke", "marijuana,cocaine", "", ""},
		"the laboratory names its kin":   {"pot|||hash", "marijuana", "conviction_count", ""},
		"the source does not know":       {"unknown||hash|", "concentrated_cannabis", "judgment", ""},
		"the source knows half":          {"pot, ?||hash|", "", "conviction_count", ""},
		"nobody has mapped it":           {"glue||hash|", "", "conviction_count", "count 1=glue"},
		"nobody has mapped half of it":   {"pot/glue|||", "", "conviction_count", "count 1=GLUE"},
		"nobody, in another column":      {"pot|glue||", "", "conviction_count", "count 2=glue"},
		"nobody, below what decides":     {"pot|||glue", "marijuana", "conviction_count", "lab=glue"},
		"part of a word is not the word": {"potpourri|||", "", "conviction_count", "count 1=potpourri"},
		"words between are not words":    {"sand|||", "", "conviction_count", "count 1=sand"},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				got := readAll(t, l, []byte("1|S|G|"+c.row+"|POT\n"), 1000, 5)
				r := got.records[0]
				var unmapped []string
				for _, reject := range got.rejects {
					if reject.Reason != schemas.FieldUnmapped {
						t.Errorf("reject %s", reject.Reason)
					}
					unmapped = append(unmapped, reject.Column)
				}
				column, _, _ := strings.Cut(c.unmapped, "=")
				if r["substances"] != c.set || r["substance_evidence"] != c.by || strings.Join(unmapped, ",") != column {
					t.Errorf("got %q by %q, unmapped in %q, want %q by %q, %q", r["substances"], r["substance_evidence"], unmapped, c.set, c.by, column)
				}
			}
		})
	}
}

// TestUnmappedSubstances counts the words, not the texts that hold them.
func TestUnmappedSubstances(t *testing.T) {
	got := readAll(t, parse(t, ladder), []byte("1|S|G|pot, glue|||glue|\n2|S|G|GLUE/spice||||\n3|S|G|pot, glue||||\n"), 1000, 5)
	want := map[readers.Value]int64{{Column: "count 1", Text: "GLUE"}: 3, {Column: "count 1", Text: "SPICE"}: 1, {Column: "lab", Text: "GLUE"}: 1}
	if diff := cmp.Diff(want, got.unmapped); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestGenericCircumstances reads the columns of the generic layout.
func TestGenericCircumstances(t *testing.T) {
	const source = "person_id,statute,disposition,substances,substance_evidence,ncic,victim_age,victim_relation\n" +
		"1,S,CONVICTED,Cocaine; hashish,Conviction count,3532,16,STRANGER\n" +
		"2,S,CONVICTED,,LABORATORY,,,\n" +
		"3,S,CONVICTED,marihuana,hearsay,3599,121,nephew\n" +
		"4,S,CONVICTED,spice,JUDGMENT,,0,OWN CHILD\n"
	got := readAll(t, load(t, "generic/charges"), []byte(source), 1000, 5)
	columns := []string{"substances", "substance_evidence", "ncic", "victim_age", "victim_relation"}
	want := [][]string{
		{"concentrated_cannabis,cocaine", "conviction_count", "3532", "16", "other"},
		{"", "", "", "", ""}, // evidence of nothing is none
		{"marijuana", "", "3599", "", ""},
		{"", "judgment", "", "0", "own_child"},
	}
	for i, row := range want {
		for j, column := range columns {
			if v := got.records[i][column]; v != row[j] {
				t.Errorf("row %d, %s: got %q, want %q", i+1, column, v, row[j])
			}
		}
	}
	if n := got.count(); n[schemas.FieldUnmapped] != 3 || n[schemas.FieldNumber] != 1 || got.rows.Accepted != 4 {
		t.Errorf("got %v of %d rows, want three unmapped values and one bad number", n, got.rows.Accepted)
	}
}

func TestSubstanceFaults(t *testing.T) {
	for name, c := range map[string]struct{ replace, with, want string }{
		"no evidence":                {", evidence: laboratory", "", "say which evidence names the substances"},
		"evidence twice":             {"  substances:", "  substance_evidence: {from: lab, map: {exact: {laboratory: L}}}\n  substances:", "say which evidence names the substances"},
		"no such evidence":           {"evidence: judgment", "evidence: rumour", `"rumour" is no evidence`},
		"no such substance":          {"heroin: H", "tobacco: H", `exact has no key "tobacco"`},
		"a prefix":                   {"      exact:\n", "      prefix: {heroin: H}\n      exact:\n", `map has no key "prefix"`},
		"no map":                     {"    map:\n      exact:", "    exact:", `substances has no key "exact"`},
		"known and unknown":          {"heroin: H", "heroin: UNKNOWN", `"UNKNOWN" is mapped twice`},
		"an empty word":              {"heroin: H", `heroin: ""`, "an empty text names nothing"},
		"a short form":               {"  substances:\n", "  substances: lab\n  unused:\n", "substances must say from and map"},
		"the words of the offence":   {"from: plea", "from: words", "its words name a substance only in a table that a person has approved"},
		"part of the words":          {"from: plea", `from: "{plea}-{words}"`, "its words name a substance only in a table"},
		"the words of the statute":   {"from: plea", "from: s", "its words name a substance only in a table"},
		"no such column":             {"from: plea", "from: please", `there is no column "please"`},
		"evidence of another field":  {"statute: s", "statute: {from: s, evidence: judgment}", `statute has no key "evidence"`},
		"evidence of an item of one": {"statute: s", "statute: [{from: s, evidence: judgment}]", `has no key "evidence"`},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(ladder, c.replace) {
				t.Fatalf("the layout has no %q", c.replace)
			}
			_, err := readers.ParseLayout("bad.yaml", []byte(strings.Replace(ladder, c.replace, c.with, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want ...%s...", err, c.want)
			}
		})
	}
}
