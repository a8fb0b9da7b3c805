package readers

import (
	"fmt"
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
		"compact, year only":      {"YYYYMMDD", "19990000", "1999"},
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

		"two digits, before the pivot":   {"MM/DD/YY", "12/31/29", "2029-12-31"},
		"two digits, at the pivot":       {"MM/DD/YY", "01/01/30", "1930-01-01"},
		"two digits, compact":            {"MMDDYY", "022900", "2000-02-29"},
		"two digits, no such day":        {"MMDDYY", "022901", ""},
		"two digits where four stand":    {"M/D/YY", "4/8/2019", ""},
		"seven digits, last century":     {"CYYMMDD", "1930331", "1993-03-31"},
		"seven digits, this one":         {"CYYMMDD", "2000229", "2000-02-29"},
		"seven digits, no such century":  {"CYYMMDD", "3000229", ""},
		"century and day of the year":    {"CYYDDD", "200366", "2000-12-31"},
		"Julian":                         {"YYYYDDD", "2019032", "2019-02-01"},
		"Julian, last of a leap year":    {"YYYYDDD", "2020366", "2020-12-31"},
		"Julian, no leap year":           {"YYYYDDD", "2019366", ""},
		"Julian, no such day":            {"YYYYDDD", "2019367", ""},
		"Julian, two digits":             {"YYDDD", "93090", "1993-03-31"},
		"Julian, day only":               {"YYYYDDD", "2019000", "2019"},
		"Julian, year zero":              {"YYYYDDD", "0000000", ""},
		"month named":                    {"DD-MON-YYYY", "04-MAY-1999", "1999-05-04"},
		"month named, two digits":        {"D-MON-YY", "4-may-99", "1999-05-04"},
		"no such month":                  {"DD-MON-YYYY", "04-MAI-1999", ""},
		"month cut short":                {"DD-MON-YYYY", "04-MA", ""},
		"ISO with a fraction":            {"YYYY-MM-DD hh:mm:ss.f", "1999-05-04 00:00:00.0000000", "1999-05-04"},
		"ISO with a fraction and Z":      {"YYYY-MM-DDThh:mm:ss.fZ", "1999-05-04T23:59:59.997Z", "1999-05-04"},
		"a fraction too long":            {"YYYY-MM-DD hh:mm:ss.f", "1999-05-04 00:00:00.0000000000", ""},
		"spreadsheet":                    {"EXCEL", "42815", "2017-03-21"},
		"spreadsheet, with time":         {"EXCEL", "42815.75", "2017-03-21"},
		"spreadsheet, day 1":             {"EXCEL", "1", "1900-01-01"},
		"spreadsheet, before it":         {"EXCEL", "59", "1900-02-28"},
		"spreadsheet, a day that is not": {"EXCEL", "60", ""},
		"spreadsheet, after it":          {"EXCEL", "61", "1900-03-01"},
		"spreadsheet, last day":          {"EXCEL", "2958465", "9999-12-31"},
		"spreadsheet, after the last":    {"EXCEL", "2958466", ""},
		"spreadsheet, day 0":             {"EXCEL", "0", ""},
		"spreadsheet, no fraction":       {"EXCEL", "42815.", ""},
		"spreadsheet, comma":             {"EXCEL", "42815,5", ""},
		"spreadsheet, eight digits":      {"EXCEL", "20190408", ""},
		"spreadsheet of 1904":            {"EXCEL1904", "41353", "2017-03-21"},
		"spreadsheet or compact":         {"EXCEL|YYYYMMDD", "20190408", "2019-04-08"},
		"year only":                      {"YYYYMMDD", "19990000", "1999"},
		"year and month":                 {"YYYYMMDD", "19990500", "1999-05"},
		"day without its month":          {"YYYYMMDD", "19990012", ""},
		"no year either":                 {"YYYYMMDD", "00000000", ""},
		"no such month, no day":          {"YYYYMMDD", "19991300", ""},
		"year only, American":            {"M/D/YYYY", "0/0/1999", "1999"},
		"year only, two digits":          {"YYMMDD", "990000", "1999"},
		"year only, second format":       {"M/D/YYYY|YYYY-MM-DD", "1999-00-00", "1999"},
		"declared, in any format":        {"M/D/YYYY|YYYYMMDD", "1/1/1900", "none"},
		"declared, compact":              {"M/D/YYYY|YYYYMMDD", "99991231", "none"},
		"declared, as text":              {"YYYY-MM-DD", "0000-00-00", "none"},
		"declared, no date at all":       {"YYYYMMDD", "9999", "none"},
		"declared, compact, one form":    {"YYYYMMDD", "99991231", "none"},
		"declared, a text that is a day": {"YYYYMMDD", "20000102", "none"},
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
			first, _ := schemas.ParseDate("1900-01-01")
			last, _ := schemas.ParseDate("9999-12-31")
			fields := dates{formats: formats, centuries: centuries{pivot: 1930, byDigit: [10]int{0, 1900, 2000}}}
			if c.want == "none" {
				fields.days, fields.sentinels.list = []schemas.Date{first, last}, []string{"0000-00-00", "9999", "20000102"}
			}
			if quick, ok := fields.quick([]byte(c.text)); ok && quick.String() != c.want {
				t.Errorf("%q is %q at once, want %q", c.text, quick, c.want)
			}
			d, reads := fields.read([]byte(c.text))
			got := map[dateReading]string{wholeDate: d.String(), partialYear: d.String()[:min(4, len(d.String()))], partialMonth: d.String()[:min(7, len(d.String()))], sentinelDate: "none", noDate: ""}[reads]
			if got != c.want || d.Known() != (reads == wholeDate || reads == partialYear || reads == partialMonth) {
				t.Errorf("%q read as %q, %q; want %q", c.text, d, got, c.want)
			}
		})
	}
}

// What is declared to be no date is none at once either.
func TestQuickDates(t *testing.T) {
	format, err := parseDateFormat("YYYYMMDD")
	if err != nil {
		t.Fatal(err)
	}
	formats := []dateFormat{format}
	const text = "20000102"
	day, _ := schemas.ParseDate("2000-01-02")
	for name, c := range map[string]struct {
		dates dates
		quick bool
	}{
		"plain":            {dates{formats: formats}, true},
		"declared, a day":  {dates{formats: formats, days: []schemas.Date{day}}, false},
		"declared, a text": {dates{formats: formats, sentinels: words{list: []string{text}}}, false},
	} {
		if got, ok := c.dates.quick([]byte(text)); ok != c.quick || ok && got != day {
			t.Errorf("%s: %s, %v", name, got, ok)
		}
	}
}

func TestDateFormatFaults(t *testing.T) {
	cases := map[string]string{
		"no day":             "YYYYMM",
		"two years":          "YYYY MM/DD/YY",
		"century, four":      "CYYYYMMDD",
		"century, no year":   "CMMDD",
		"day of year, month": "YYYYMMDDD",
		"day of year, day":   "YYYY DDD DD",
		"two months":         "DD-MON-MM-YYYY",
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
		"two digits both ways":  {"MM/DD/YY", "YY/MM/DD", true},
		"two digits and four":   {"MM/DD/YY", "MM/DD/YYYY", false},
		"Julian and seven":      {"YYYYDDD", "CYYMMDD", true},
		"Julian and serial":     {"YYYYDDD", "EXCEL", true},
		"serial and six digits": {"EXCEL", "YYMMDD", true},
		"serial and eight":      {"EXCEL", "YYYYMMDD", false},
		"serial and American":   {"EXCEL", "M/D/YYYY", false},
		"both serials":          {"EXCEL", "EXCEL1904", true},
		"month named":           {"DD-MON-YYYY", "DD-MM-YYYY", false},
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
			got, partly := format.parse([]byte(write(iso[:4], iso[5:7], iso[8:])), &centuries{})
			if partly != wholeDate || got != want {
				t.Fatalf("%s: %s read back as %s, %v", name, want, got, partly)
			}
		})
	}
}

func FuzzDates(f *testing.F) {
	for _, seed := range []string{"YYYYMMDD", "M/D/YYYY h:mm:ss AM", "YYYY-MM-DDThh:mm:ss", "MMDDYYYY", "CYYMMDD", "YYDDD", "DD-MON-YY", "YYYY-MM-DD hh:mm:ss.f", "EXCEL", "é"} {
		f.Add(seed, []byte("4/8/2019 12:00:00 AM"))
		f.Add(seed, []byte("20190408"))
	}
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		format, err := parseDateFormat(name)
		if err != nil {
			return
		}
		d, partly := format.parse(text, &centuries{pivot: 1930, byDigit: [10]int{1: 1900, 2: 2000}})
		if first := d.String(); partly == partialYear && first[4:] != "-01-01" || partly == partialMonth && first[7:] != "-01" {
			t.Errorf("a part of a date is %v, which begins no year or month", d)
		}
		if year, _, _ := d.Civil(); d.Known() && (year < 1 || year > 9999) {
			t.Errorf("the year %d", year)
		}
	})
}

// A date whose digits have their places holds digits there, and nothing else.
func TestPlacedDates(t *testing.T) {
	for _, name := range []string{"YYYY-MM-DD", "YYYYMMDD", "MM/DD/YYYY", "DDMMYYYY"} {
		f, err := parseDateFormat(name)
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			year, month, day := rapid.IntRange(0, 9999).Draw(t, "year"), rapid.IntRange(0, 99).Draw(t, "month"), rapid.IntRange(0, 99).Draw(t, "day")
			if rapid.Bool().Draw(t, "likely") {
				year, month, day = 1900+year%200, 1+month%12, 1+day%31
			}
			text := []byte(strings.NewReplacer("YYYY", fmt.Sprintf("%04d", year), "MM", fmt.Sprintf("%02d", month), "DD", fmt.Sprintf("%02d", day)).Replace(name))
			want, ok := schemas.NewDate(year, month, day)
			if got, is := f.placed(text); is != ok || got != want {
				t.Fatalf("%s: %v, %v, want %v, %v", text, got, is, want, ok)
			}
			at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
			text[at] = rapid.Byte().Filter(func(c byte) bool { return c < '0' || c > '9' }).Draw(t, "other")
			if c := name[at]; c == text[at] {
				return // a literal, as it must be
			}
			if got, is := f.placed(text); is {
				t.Fatalf("%q is %v", text, got)
			}
		})
	}
}
