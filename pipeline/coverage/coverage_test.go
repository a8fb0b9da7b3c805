package coverage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/pipeline/coverage"
)

func month(t *testing.T, s string) coverage.Month {
	t.Helper()
	m, err := coverage.ParseMonth(s)
	if err != nil || m.String() != s {
		t.Fatalf("%s is read as %s: %v", s, m, err)
	}
	return m
}

func TestGaps(t *testing.T) {
	counties := map[string]*coverage.County{"kern": {Months: map[coverage.Month]int64{month(t, "2019-12"): 3, month(t, "2020-03"): 1}}}
	expected, err := coverage.ParseExpected("test", []byte("county,from,to\nKern,2019-11,2020-05\nSan Luis Obispo,2020-01,2020-02\nKERN,2020-01,2020-01\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := "[kern 2019-11 kern 2020-01 to 2020-02 kern 2020-04 to 2020-05 san-luis-obispo 2020-01 to 2020-02]"
	if diff := cmp.Diff(want, fmt.Sprint(coverage.Gaps(counties, expected))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestExpectationsThatAreRefused(t *testing.T) {
	for source, want := range map[string]string{
		"county,month\n":                         "the columns must be",
		"county,from,to\n":                       "it expects nothing",
		"county,from,to\n17,2020-01,2020-02\n":   "line 2: county",
		"county,from,to\nK,2020-1,2020-02\n":     "line 2:",
		"county,from,to\nKern,2020-1,2020-02\n":  "no month",
		"county,from,to\nKern,2020-03,2020-02\n": "2020-03 is after to 2020-02",
		"county,from,to\nKern,2020-13,2020-02\n": "no month",
	} {
		if _, err := coverage.ParseExpected("test", []byte(source)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", source, err, want)
		}
	}
}
