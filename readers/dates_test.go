package readers

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearsweep/clearsweep/schemas"
)

func TestParseDate(t *testing.T) {
	cases := map[string]struct{ formats, text, want string }{
		"compact":                 {"YYYYMMDD", "19990504", "1999-05-04"},
		"compact, no such day":    {"YYYYMMDD", "19990230", ""},
		"compact, no leap year":   {"YYYYMMDD", "20180229", ""},
		"compact, leap year":      {"YYYYMMDD", "20200229", "2020-02-29"},
		"compact, year only":      {"YYYYMMDD", "19990000", ""},
		"compact, year zero":      {"YYYYMMDD", "00000101", ""},
		"compact, too short":      {"YYYYMMDD", "1999050", ""},
		"compact, too long":       {"YYYYMMDD", "199905040", ""},
		"compact, letters":        {"YYYYMMDD", "1999O504", ""},
		"American, no separators": {"MMDDYYYY", "02292016", "2016-02-29"},
		"ISO":                     {"YYYY-MM-DD", "1999-05-04", "1999-05-04"},
		"ISO, one digit":          {"YYYY-MM-DD", "1999-5-4", ""},
		"ISO with time":           {"YYYY-MM-DDThh:mm:ss", "2017-03-05T06:07:08", "2017-03-05"},
		"no such hour":            {"YYYY-MM-DDThh:mm:ss", "2018-12-31T24:00:00", ""},
		"no such minute":          {"YYYY-MM-DDThh:mm:ss", "2018-12-31T22:60:00", ""},
		"no such second":          {"YYYY-MM-DDThh:mm:ss", "2017-03-05T06:07:61", ""},
		"American":                {"M/D/YYYY", "4/8/2019", "2019-04-08"},
		"American, two digits":    {"M/D/YYYY", "04/08/2019", "2019-04-08"},
		"American, padded only":   {"MM/DD/YYYY", "4/8/2019", ""},
		"American, no such month": {"M/D/YYYY", "13/8/2019", ""},
		"American with time":      {"M/D/YYYY h:mm:ss AM", "4/8/2019 12:00:00 AM", "2019-04-08"},
		"afternoon":               {"M/D/YYYY h:mm:ss AM", "4/8/2019 1:05:00 pm", "2019-04-08"},
		"thirteen o'clock PM":     {"M/D/YYYY h:mm:ss AM", "4/8/2019 13:00:00 PM", ""},
		"second format":           {"YYYYMMDD|M/D/YYYY", "4/8/2019", "2019-04-08"},
		"no format":               {"YYYYMMDD|M/D/YYYY", "8 April 2019", ""},
		"other digits":            {"YYYYMMDD", "１９９９０５０４", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var formats []dateFormat
			for f := range strings.SplitSeq(c.formats, "|") {
				format, err := parseDateFormat(f)
				if err != nil {
					t.Fatal(err)
				}
				formats = append(formats, format)
			}
			d, ok := parseDate(formats, []byte(c.text))
			if d.String() != c.want || ok != (c.want != "") {
				t.Errorf("%q read as %q, %v; want %q", c.text, d, ok, c.want)
			}
		})
	}
}

func TestDateFormatFaults(t *testing.T) {
	cases := map[string]string{
		"no day":             "YYYYMM",
		"two-digit year":     "MM/DD/YY",
		"no separator":       "MDYYYY",
		"misspelt":           "YYYY-MM-JJ",
		"twice":              "YYYY-MM-DD DD",
		"lower-case letters": "yyyy-mm-dd",
	}
	for name, format := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := parseDateFormat(format); err == nil {
				t.Errorf("%q is taken for a date format", format)
			}
		})
	}
}

func TestDateFormatsThatClash(t *testing.T) {
	cases := map[string]struct {
		a, b  string
		clash bool
	}{
		"American and European": {"M/D/YYYY", "DD/MM/YYYY", true},
		"compact both ways":     {"YYYYMMDD", "MMDDYYYY", true},
		"padded or not":         {"M/D/YYYY", "MM/DD/YYYY", false},
		"with and without time": {"M/D/YYYY", "M/D/YYYY h:mm:ss AM", false},
		"ISO and compact":       {"YYYY-MM-DD", "YYYYMMDD", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			a, errA := parseDateFormat(c.a)
			b, errB := parseDateFormat(c.b)
			if errA != nil || errB != nil {
				t.Fatal(errA, errB)
			}
			if err := checkFormats([]dateFormat{a, b}); (err != nil) != c.clash {
				t.Errorf("%s and %s: %v", c.a, c.b, err)
			}
		})
	}
}

// A date written in any form is read back as itself.
func TestDatesReadBack(t *testing.T) {
	forms := map[string]func(y, m, d string) string{
		"YYYYMMDD": func(y, m, d string) string { return y + m + d },
		"MMDDYYYY": func(y, m, d string) string { return m + d + y },
		"M/D/YYYY": func(y, m, d string) string {
			return strings.TrimLeft(m, "0") + "/" + strings.TrimLeft(d, "0") + "/" + y
		},
		"YYYY-MM-DDThh:mm:ss": func(y, m, d string) string { return y + "-" + m + "-" + d + "T00:00:00" },
	}
	for name, write := range forms {
		format, err := parseDateFormat(name)
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			want := schemas.Date(rapid.Int32Range(-719162, 2932896).Draw(t, "date"))
			iso := want.String()
			got, ok := format.parse([]byte(write(iso[:4], iso[5:7], iso[8:])))
			if !ok || got != want {
				t.Fatalf("%s: %s read back as %s, %v", name, want, got, ok)
			}
		})
	}
}

func FuzzDates(f *testing.F) {
	for _, seed := range []string{"YYYYMMDD", "M/D/YYYY h:mm:ss AM", "YYYY-MM-DDThh:mm:ss", "MMDDYYYY", "é"} {
		f.Add(seed, []byte("4/8/2019 12:00:00 AM"))
		f.Add(seed, []byte("20190408"))
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		format, err := parseDateFormat(name)
		if err != nil {
			return
		}
		if d, ok := format.parse(text); ok != d.Known() {
			t.Errorf("date %v, ok %v", d, ok)
		}
	})
}
