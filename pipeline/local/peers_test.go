package local_test

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/pipeline"
)

// Every case is a fault that another program has made on records like these,
// swept from the file to the decision. Law that needs no file stands in the
// cases of the policies; docs/GOLDEN.md says where each fault is tested.

// peerHeader are the columns of the rows below. Persons of equal keys are one.
const peerHeader = "person_id,case_id,charge_id,county,statute,degree,severity,disposition,disposition_date,offense_date,birth_date," +
	"restitution,sentence_date,incarcerated,release_date,sentence,arrest_date"

const (
	pennsylvania = "us-pa/clean-slate" // waits from the judgment, by grade; counts and bars by other charges
	california   = "us-ca/prop64"
	michigan     = "us-mi/set-aside" // caps
	newYork      = "us-ny/clean-slate"
	mrta         = "us-ny/mrta"
)

// m3 is a conviction of disorderly conduct in Pennsylvania, sealed after seven
// years in which there was no other.
func m3(person, docket, charge, disposed string) string {
	return fmt.Sprintf("%s,%s,%s,YORK,18 § 5503,M3,M,CONVICTED,%s,,,NONE,,,,,", person, docket, charge, disposed)
}

func paRow(person, docket, charge, statute, degree, disposition, disposed string) string {
	return fmt.Sprintf("%s,%s,%s,YORK,%s,%s,,%s,%s,,,NONE,,,,,", person, docket, charge, statute, degree, disposition, disposed)
}

func caRow(person, docket, charge, statute, disposition, disposed, offense, birth string) string {
	return fmt.Sprintf("%s,%s,%s,ALPINE,%s,,F,%s,%s,%s,%s,,,,,COMPLETED,", person, docket, charge, statute, disposition, disposed, offense, birth)
}

// miRow is a felony conviction in Michigan; the first two of a life are set
// aside, ten years after the sentence.
func miRow(person, county, docket, charge, sentenced string) string {
	return fmt.Sprintf("%s,%s,%s,%s,750.413,,F,CONVICTED,%s,,,,%s,NO,,COMPLETED,", person, docket, charge, county, sentenced, sentenced)
}

func TestFaultsOfPeers(t *testing.T) {
	const long = "2010-01-01"
	for name, c := range map[string]struct {
		policy string
		rows   []string
		want   map[string]string // outcome by charge
		asOf   string            // 2026-11-23 unless given
	}{
		"29 February and seven years, the day before 1 March": {
			pennsylvania, []string{m3("P1", "1", "a", "2020-02-29")}, map[string]string{"a": "NOT_YET"}, "2027-02-28",
		},
		"29 February and seven years, on 1 March": {
			pennsylvania, []string{m3("P1", "1", "a", "2020-02-29")}, map[string]string{"a": "ELIGIBLE"}, "2027-03-01",
		},
		"exactly seven years: the day before, the day, the day after": {
			pennsylvania,
			[]string{m3("P1", "1", "before", "2019-11-24"), m3("P2", "2", "on", "2019-11-23"), m3("P3", "3", "after", "2019-11-22")},
			map[string]string{"before": "NOT_YET", "on": "ELIGIBLE", "after": "ELIGIBLE"},
			"",
		},
		"a disposition in the future, on the target": {
			pennsylvania, []string{m3("P1", "1", "a", "2031-01-01")}, map[string]string{"a": "REVIEW"}, "",
		},
		"a disposition in the future, on another charge of the case": {
			pennsylvania, []string{m3("P1", "1", "a", long), m3("P1", "1", "b", "2031-01-01")}, map[string]string{"a": "REVIEW", "b": "REVIEW"}, "",
		},
		"a disposition in the future, in another case": {
			pennsylvania, []string{m3("P1", "1", "a", long), m3("P1", "2", "b", "2031-01-01")}, map[string]string{"a": "REVIEW", "b": "REVIEW"}, "",
		},
		"a disposition that is missing, on the target": {
			pennsylvania, []string{paRow("P1", "1", "a", "18 § 5503", "M3", "", long)}, map[string]string{"a": "REVIEW"}, "",
		},
		"a disposition that is missing, on another charge of the case": {
			pennsylvania,
			[]string{m3("P1", "1", "a", long), paRow("P1", "1", "b", "18 § 3701", "F3", "", "")},
			map[string]string{"a": "REVIEW", "b": "REVIEW"},
			"",
		},
		"a disposition that is missing, in another case": {
			pennsylvania,
			[]string{m3("P1", "1", "a", long), paRow("P1", "2", "b", "18 § 3701", "F3", "", "2011-01-01")},
			map[string]string{"a": "REVIEW", "b": "REVIEW"},
			"",
		},
		"an unrecognized ruling is not dropped from the time of the others": {
			pennsylvania,
			[]string{m3("P1", "1", "a", long), paRow("P1", "2", "b", "18 § 5503", "M3", "WHATEVER", "2025-01-01")},
			map[string]string{"a": "REVIEW", "b": "REVIEW"},
			"",
		},
		"a date that is missing does not vanish in a maximum": {
			pennsylvania, []string{m3("P1", "1", "a", long), m3("P1", "2", "b", "")}, map[string]string{"a": "REVIEW", "b": "REVIEW"}, "",
		},
		"nolo contendere, Alford: convictions, which bar and wait": {
			pennsylvania,
			[]string{
				paRow("P1", "1", "nolo", "18 § 5503", "M3", "NOLO CONTENDERE", "2025-01-01"),
				paRow("P2", "2", "alford", "18 § 5503", "M3", "ALFORD PLEA", "2025-01-01"),
				m3("P3", "3", "a", long), paRow("P3", "4", "felony", "18 § 3701", "F3", "NO CONTEST", long),
			},
			map[string]string{"nolo": "NOT_YET", "alford": "NOT_YET", "a": "NOT_ELIGIBLE", "felony": "NOT_ELIGIBLE"},
			"",
		},
		"not guilty is no conviction, in whatever letters": {
			pennsylvania,
			[]string{paRow("P1", "1", "a", "18 § 3701", "F1", "Not Guilty", "2025-01-01"), paRow("P2", "1", "b", "18 § 3701", "F1", "acquittal", "2025-01-01")},
			map[string]string{"a": "ELIGIBLE", "b": "ELIGIBLE"},
			"",
		},
		"deferred, read in, STET, before judgment, an acquittal misspelt: asked": {
			pennsylvania,
			[]string{
				paRow("P1", "1", "a", "18 § 5503", "M3", "DEFERRED", long), paRow("P2", "1", "b", "18 § 5503", "M3", "READ-IN", long),
				paRow("P3", "1", "c", "18 § 5503", "M3", "STET", long), paRow("P4", "1", "d", "18 § 5503", "M3", "PBJ", long),
				paRow("P5", "1", "e", "18 § 5503", "M3", "ACQUITAL", long),
			},
			map[string]string{"a": "REVIEW", "b": "REVIEW", "c": "REVIEW", "d": "REVIEW", "e": "REVIEW"},
			"",
		},
		"one charge, charged in a row and convicted in another, is one": {
			michigan,
			[]string{
				miRow("P1", "WAYNE", "1", "a", "1984-04-04"), miRow("P1", "WAYNE", "1", "a", "1984-04-04"), miRow("P1", "WAYNE", "2", "b", "1996-04-04"),
			},
			map[string]string{"a": "ELIGIBLE", "b": "ELIGIBLE"},
			"",
		},
		"convicted and acquitted of one charge": {
			pennsylvania,
			[]string{m3("P1", "1", "a", long), paRow("P1", "1", "a", "18 § 5503", "M3", "NOT GUILTY", long)},
			map[string]string{"a": "REVIEW"},
			"",
		},
		"superseded by an indictment that convicted": {
			pennsylvania,
			[]string{paRow("P1", "1", "a", "18 § 3701", "F1", "SUPERSEDED", long), m3("P1", "2", "b", long)},
			map[string]string{"a": "OUT_OF_SCOPE", "b": "ELIGIBLE"},
			"",
		},
		"a felony without its class is one": {
			pennsylvania,
			[]string{m3("P1", "1", "a", long), paRow("P1", "2", "b", "18 § 3921", "F", "CONVICTED", long)},
			map[string]string{"a": "NOT_ELIGIBLE", "b": "NOT_ELIGIBLE"},
			"",
		},
		"a grade that nobody knows is not the least": {
			pennsylvania,
			[]string{paRow("P1", "1", "a", "18 § 5503", "Q", "CONVICTED", long), paRow("P2", "1", "b", "18 § 5503", "", "CONVICTED", long), paRow("P3", "1", "c", "18 § 5503", "M", "CONVICTED", long)},
			map[string]string{"a": "REVIEW", "b": "REVIEW", "c": "REVIEW"},
			"",
		},
		"a statute that cannot be read is not harmless": {
			pennsylvania,
			[]string{paRow("P1", "1", "a", "DISORDERLY", "M3", "CONVICTED", long), paRow("P2", "1", "b", "", "M3", "CONVICTED", long)},
			map[string]string{"a": "REVIEW", "b": "REVIEW"},
			"",
		},
		"the number of a reduction in place of the offence": {
			california,
			[]string{
				caRow("P1", "1", "a", "17(B) PC", "CONVICTED", long, "2009-01-01", "1970-01-01"),
				caRow("P2", "1", "b", "11359 HS/17 PC", "CONVICTED", long, "2009-01-01", "1970-01-01"),
			},
			map[string]string{"a": "OUT_OF_SCOPE", "b": "REVIEW"},
			"",
		},
		"attempts before and behind the section, and as nobody reads them": {
			california,
			[]string{
				caRow("P1", "1", "a", "664/11359 HS", "CONVICTED", long, "2009-01-01", "1970-01-01"),
				caRow("P2", "1", "b", "11359/664 HS", "CONVICTED", long, "2009-01-01", "1970-01-01"),
				caRow("P3", "1", "c", "(664)11359 HS", "CONVICTED", long, "2009-01-01", "1970-01-01"),
				caRow("P4", "1", "d", "32.03/961.41(3g)(e)", "CONVICTED", long, "2009-01-01", "1970-01-01"),
			},
			map[string]string{"a": "ELIGIBLE", "b": "ELIGIBLE", "c": "ELIGIBLE", "d": "REVIEW"},
			"",
		},
		"keys that stand for none join nobody": {
			pennsylvania,
			[]string{m3("000000", "1", "a", long), paRow("000000", "2", "b", "18 § 3701", "F3", "CONVICTED", long), m3("UNKNOWN", "1", "c", long)},
			map[string]string{"a": "REVIEW", "b": "NOT_ELIGIBLE", "c": "REVIEW"},
			"",
		},
		"an open charge without a word for years": {
			newYork,
			[]string{
				"P1,1,a,KINGS,PL 155.25,,M,CONVICTED,2012-01-01,2011-06-01,,,2012-01-01,NO,,COMPLETED,2011-06-01",
				"P1,2,b,KINGS,PL 155.25,,M,PENDING,,2013-01-01,,,,,,,2013-01-01",
			},
			map[string]string{"a": "BLOCKED", "b": "OUT_OF_SCOPE"},
			"",
		},
		"a release that is missing after prison": {
			newYork,
			[]string{"P1,1,a,KINGS,PL 155.30,,F,CONVICTED,2012-01-01,2011-06-01,,,2012-01-01,YES,,COMPLETED,"},
			map[string]string{"a": "REVIEW"},
			"",
		},
		"clearing one charge makes no room for another": {
			michigan, // which asks in place of a no that nobody has signed
			[]string{
				miRow("P1", "WAYNE", "1", "a", "1972-04-04"), miRow("P1", "WAYNE", "2", "b", "1984-04-04"),
				miRow("P1", "WAYNE", "3", "c", "1996-04-04"), miRow("P1", "WAYNE", "4", "d", "2008-04-04"),
			},
			map[string]string{"a": "ELIGIBLE", "b": "ELIGIBLE", "c": "REVIEW", "d": "REVIEW"},
			"",
		},
		"a docket number is one only with its county": {
			michigan,
			[]string{
				miRow("P1", "WAYNE", "1", "a", "1984-04-04"), miRow("P1", "KENT", "1", "a", "1996-04-04"), miRow("P1", "KENT", "2", "b", "2008-04-04"),
			},
			map[string]string{"a": "ELIGIBLE", "b": "REVIEW"},
			"",
		},
		"a disposition before its own offence": {
			pennsylvania,
			[]string{"P1,1,a,YORK,18 § 5503,M3,,CONVICTED,2010-01-01,2024-01-01,,,,,NONE,COMPLETED,"},
			map[string]string{"a": "REVIEW"},
			"",
		},
		"a row of a charge that leaves out the statute is a row of that charge": {
			california,
			[]string{
				caRow("P1", "1", "a", "11359 HS", "CONVICTED", long, "2009-01-01", "1970-01-01"), caRow("P1", "1", "a", "", "VACATED", "2012-01-01", "2009-01-01", "1970-01-01"),
				caRow("P2", "2", "b", "", "NOT GUILTY", long, "2009-01-01", "1970-01-01"), caRow("P2", "2", "b", "11359 HS", "CONVICTED", long, "2009-01-01", "1970-01-01"),
			},
			map[string]string{"a": "OUT_OF_SCOPE", "b": "REVIEW"},
			"",
		},
		"a lifetime limit does not depend on the order of the rows": {
			michigan,
			[]string{
				miRow("P1", "KENT", "2", "c", "2008-04-04"), miRow("P1", "WAYNE", "2", "b", "1996-04-04"), miRow("P1", "WAYNE", "1", "a", "1984-04-04"),
			},
			map[string]string{"a": "ELIGIBLE", "b": "ELIGIBLE", "c": "REVIEW"},
			"",
		},
		"a hundred charges whose end is missing do not drown the one that is certain": {
			california,
			append(slices.Repeat([]string{caRow("P1", "2", "", "484 PC", "", "", "2005-01-01", "1970-01-01")}, 300),
				caRow("P1", "1", "a", "11359 HS", "CONVICTED", long, "2009-01-01", "1970-01-01")),
			map[string]string{"a": "ELIGIBLE"},
			"",
		},
		"every charge is decided, not the first alone": {
			california,
			[]string{
				caRow("P1", "1", "a", "484 PC", "CONVICTED", long, "2009-01-01", "1970-01-01"),
				caRow("P1", "1", "b", "11359 HS", "CONVICTED", long, "2009-01-01", "1970-01-01"),
			},
			map[string]string{"a": "OUT_OF_SCOPE", "b": "ELIGIBLE"},
			"",
		},
		"a section sign in the bytes of another encoding": {
			pennsylvania,
			[]string{
				paRow("P1", "1", "a", "18 \u00c2\u00a7 5503", "M3", "CONVICTED", long),
				paRow("P2", "1", "b", "18 \xa7 5503", "M3", "CONVICTED", long), paRow("P2", "2", "c", "18 § 5503", "M3", "CONVICTED", long),
			},
			map[string]string{"a": "ELIGIBLE", "b": "", "c": "REVIEW"},
			"", // b is a reject, and its person has a hole
		},
		"born in the year 1, and judged in it": {
			california,
			[]string{
				caRow("P1", "1", "a", "11359 HS", "CONVICTED", long, "2009-01-01", "0001-01-01"),
				caRow("P2", "1", "b", "11359 HS", "CONVICTED", "0001-01-01", "", "1970-01-01"),
			},
			map[string]string{"a": "REVIEW", "b": "REVIEW"},
			"",
		},
		"a section that only begins, or ends, like another": {
			mrta,
			[]string{
				"P1,1,a,KINGS,PL 221.1,,M,CONVICTED,2010-01-01,2009-01-01,,,,,,,", "P2,1,b,KINGS,PL 2211001,,M,CONVICTED,2010-01-01,2009-01-01,,,,,,,",
				"P3,1,c,KINGS,PL 121.10,,M,CONVICTED,2010-01-01,2009-01-01,,,,,,,",
			},
			map[string]string{"a": "REVIEW", "b": "ELIGIBLE", "c": "OUT_OF_SCOPE"},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := peerSweep(t, c.policy, c.rows...)
			if c.asOf != "" {
				cfg.AsOf = date(t, c.asOf)
			}
			sweep(t, cfg)
			got := map[string]string{}
			for _, row := range table(t, cfg, "determinations") {
				charge := row["charge_id"]
				if before, ok := got[charge]; ok && before != row["outcome"] {
					t.Errorf("rows of charge %s: %s and %s", charge, before, row["outcome"])
				}
				got[charge] = row["outcome"]
			}
			for charge, want := range c.want {
				if got[charge] != want {
					t.Errorf("charge %s: got %s, want %s", charge, got[charge], want)
				}
			}
		})
	}
}

func peerSweep(t *testing.T, policy string, rows ...string) pipeline.Config {
	t.Helper()
	extract := filepath.Join(t.TempDir(), "extract.csv")
	write(t, extract, peerHeader+"\n"+strings.Join(rows, "\n")+"\n")
	cfg := config(t, "", extract)
	cfg.Layout, cfg.Policy, cfg.Params, cfg.AsOf = "generic/charges", policy, nil, date(t, "2026-11-23")
	return cfg
}

// The page names tests and cases that are there.
func TestGoldenFaultsHaveTests(t *testing.T) {
	root := filepath.Join("..", "..")
	tests, cases := "", map[string]string{}
	err := filepath.WalkDir(root, func(name string, _ fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasSuffix(name, "_test.go"):
			tests += read(t, name)
		case filepath.Base(name) == "cases.yaml":
			folder, pack := filepath.Split(filepath.Dir(name))
			cases[filepath.Base(folder)+"/"+pack] = read(t, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(read(t, filepath.Join(root, "docs", "GOLDEN.md")), "\n") {
		fault, names, ok := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		if !ok || !strings.Contains(names, "`") {
			continue
		}
		for i, name := range strings.Split(names, "`") {
			policy, id, _ := strings.Cut(name, " ")
			switch known, ok := cases[policy]; {
			case i%2 == 0: // between two names
			case ok && !strings.Contains(known, "- id: "+id+"\n"):
				t.Errorf("%s: the policy %s has no case %s", fault, policy, id)
			case ok:
			case strings.HasPrefix(name, "testdata/"):
				read(t, filepath.Join(root, filepath.FromSlash(name)))
			case strings.HasPrefix(name, "Test") && !strings.Contains(tests, "func "+name+"("):
				t.Errorf("%s: there is no %s", fault, name)
			case strings.HasPrefix(name, "Test"):
			case !strings.Contains(tests, `"`+name+`": {`):
				t.Errorf("%s: there is no test %q", fault, name)
			}
		}
	}
}
