package route_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/pipeline/agencies"
	"github.com/clearsweep/clearsweep/pipeline/route"
	"github.com/clearsweep/clearsweep/schemas"
)

func TestAgencies(t *testing.T) {
	for name, tc := range map[string]struct {
		outcome schemas.Outcome
		county  string
		want    []string
	}{
		"relief goes to the repository and the court": {schemas.Eligible, "LOS ANGELES", []string{"repository-us-ca", "court-us-ca-los-angeles"}},
		"no county goes to the unassigned court":      {schemas.Eligible, "", []string{"repository-us-ca", "court-us-ca-unassigned"}},
		"punctuation alone is no county":              {schemas.Eligible, " .. ", []string{"repository-us-ca", "court-us-ca-unassigned"}},
		"a number is no county":                       {schemas.Eligible, "J Q PUBLIC 123-45-6789", []string{"repository-us-ca", "court-us-ca-unassigned"}},
		"a sentence is no county":                     {schemas.Eligible, "the defendant lived in a town that nobody here could name", []string{"repository-us-ca", "court-us-ca-unassigned"}},
		"a formula is no county":                      {schemas.Eligible, "=cmd|x", []string{"repository-us-ca", "court-us-ca-unassigned"}},
		"a review is delivered to nobody":             {schemas.Review, "LOS ANGELES", nil},
		"a future date is delivered to nobody":        {schemas.NotYet, "LOS ANGELES", nil},
	} {
		t.Run(name, func(t *testing.T) {
			directory, err := agencies.Load(schemas.Agencies, "US-CA")
			if err != nil {
				t.Fatal(err)
			}
			router := route.New("US-CA", directory)
			for range 2 { // the second answer is the remembered one
				if diff := cmp.Diff(tc.want, router.Agencies(tc.outcome, route.Place{County: tc.county, Arresting: "CA0190000"})); diff != "" {
					t.Errorf("Agencies(%v, %q): -want +got\n%s", tc.outcome, tc.county, diff)
				}
			}
		})
	}
}

// A directory of one's own may have the arresting agency and the prosecutor hear of a charge.
func TestAgenciesOfADirectory(t *testing.T) {
	router := route.New("US-XX", &agencies.Directory{Kinds: map[string]*agencies.Kind{
		"police": {By: agencies.ByArresting}, "prosecutor": {By: agencies.ByCounty}, "repository": {By: agencies.ByState},
	}})
	for arresting, want := range map[string]string{
		"XX0190000":            "police-us-xx-xx0190000",
		"Kern County Sheriff":  "police-us-xx-kern-county-sheriff",
		"":                     "police-us-xx-unassigned",
		"XX019000":             "police-us-xx-unassigned",
		"0190000XX":            "police-us-xx-unassigned",
		"DOE, JANE 1971-03-14": "police-us-xx-unassigned",
	} {
		got := router.Agencies(schemas.Eligible, route.Place{County: "KERN", Arresting: arresting})
		if diff := cmp.Diff([]string{"repository-us-xx", "prosecutor-us-xx-kern", want}, got); diff != "" {
			t.Errorf("%q: -want +got\n%s", arresting, diff)
		}
	}
}

// Both courts hear of a case that went from one to the other, and one once.
func TestATransferredCaseTellsBothCourts(t *testing.T) {
	directory, err := agencies.Load(schemas.Agencies, "US-CA")
	if err != nil {
		t.Fatal(err)
	}
	router := route.New("US-CA", directory)
	for to, want := range map[string][]string{
		"KERN":         {"repository-us-ca", "court-us-ca-los-angeles", "court-us-ca-kern"},
		"Los  Angeles": {"repository-us-ca", "court-us-ca-los-angeles"},
		"":             {"repository-us-ca", "court-us-ca-los-angeles"},
		"123-45-6789":  {"repository-us-ca", "court-us-ca-los-angeles"},
	} {
		got := router.Agencies(schemas.Eligible, route.Place{County: "LOS ANGELES", TransferredTo: to})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: -want +got\n%s", to, diff)
		}
	}
}

func TestSlugOfTwoSpellingsIsOneAgency(t *testing.T) {
	if got, want := route.Slug("San  Luis-Obispo."), route.Slug("SAN LUIS OBISPO"); got != want {
		t.Errorf("Slug: got %q and %q, want one", got, want)
	}
}
