package policies

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/schemas"
)

func day(t testing.TB, s string) schemas.Date {
	t.Helper()
	d, err := schemas.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestBindRefuses(t *testing.T) {
	tests := map[string]struct {
		params map[string]string
		want   []string
	}{
		"missing required": {map[string]string{}, []string{"param county: required, allowed: any text"}},
		"misspelt": {
			map[string]string{"county": "KERN", "age_treshold": "57"},
			[]string{"param age_treshold: ", "do you mean age_threshold?"},
		},
		"unknown":         {map[string]string{"county": "KERN", "zzz": "1"}, []string{"param zzz: ", "it has county, dismiss"}},
		"out of range":    {map[string]string{"county": "KERN", "age_threshold": "39"}, []string{`param age_threshold: "39" is not allowed, allowed: 0 or 40..65`}},
		"no number":       {map[string]string{"county": "KERN", "years_crime_free": "ten"}, []string{"allowed: 0 or 1..15"}},
		"no bool":         {map[string]string{"county": "KERN", "deceased": "yes"}, []string{"allowed: true or false"}},
		"unknown section": {map[string]string{"county": "KERN", "dismiss": "11357,11361"}, []string{`"11361" is not allowed`, "11357, 11358, 11359, 11360"}},
		"all at once": {
			map[string]string{"age_threshold": "1", "deceased": "no"},
			[]string{"param county", "param age_threshold", "param deceased"},
		},
	}
	pack, err := Load("us-ca/prop64-county-options")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := pack.Bind(test.params, day(t, "2019-11-11"))
			if err == nil {
				t.Fatal("got no error")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want it to say %q", err, want)
				}
			}
		})
	}
}

func TestBindRefusesDays(t *testing.T) {
	pack, err := Load("us-ca/prop64")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pack.Bind(nil, schemas.NoDate); err == nil {
		t.Error("no as-of date: got no error")
	}
	if _, err := pack.Bind(nil, day(t, "2016-11-08")); err == nil {
		t.Error("the day before the law: got no error")
	}
	if _, err := pack.Bind(nil, day(t, "2016-11-09")); err != nil {
		t.Errorf("the first day of the law: got %v", err)
	}
}

func TestBoundParams(t *testing.T) {
	pack, err := Load("us-ca/prop64-county-options")
	if err != nil {
		t.Fatal(err)
	}
	bound, err := pack.Bind(map[string]string{"county": " Kern ", "dismiss": "11358, 11357,11358"}, day(t, "2019-11-11"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"county": "Kern", "dismiss": "11357,11358", "reduce": "", "under_21_at_conviction": "false", "age_threshold": "0",
		"years_since_conviction": "0", "years_crime_free": "0", "only_prop64": "false", "deceased": "false",
	}
	if diff := cmp.Diff(bound.Params(), want); diff != "" {
		t.Errorf("params (-got +want):\n%s", diff)
	}
	enabled := map[string]bool{}
	for i := range pack.Rules {
		enabled[pack.Rules[i].ID] = bound.Enabled(&pack.Rules[i])
	}
	wantOn := map[string]bool{
		"not-felony": true, "dismiss-section": true, "under-21": false, "age": false, "since-conviction": false,
		"crime-free": false, "only-prop64": false, "deceased": false, "reduce-section": false,
	}
	if diff := cmp.Diff(enabled, wantOn); diff != "" {
		t.Errorf("enabled rules (-got +want):\n%s", diff)
	}
}
