package descriptions

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/clearsweep/clearsweep/readers/inspect"
)

// Draft is a layout to start from, of one record or of several. EBCDIC is what files with
// numbers that are no text come in, mostly; the encoding is for a person to check, and so
// is everything marked TODO.
func Draft(name string, records []Record) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# A draft by clearsweep layout import. Where columns stand is as described; the rest are guesses")
	say("# by names: look at every line. docs/formats/layout.md says what the keys mean.")
	say("layout: %s", name)
	say("about: TODO")
	coded := false
	var columns []inspect.Column
	for _, r := range records {
		for _, c := range r.Columns {
			coded = coded || c.As != ""
			columns = append(columns, inspect.Column{Name: c.Name, Dates: datesOf(c)})
		}
	}
	if coded {
		say("encoding: ibm037 # TODO: or ibm500, ibm1047; none for ASCII")
	}
	say("\nfixed:")
	if len(records) == 1 {
		say("  framing: %s", map[bool]string{true: "length # TODO: or descriptor", false: "lines"}[coded])
		say("  record_length: %d\n", records[0].Length)
		say("columns:")
		sayColumns(say, "  ", records[0].Columns)
	} else {
		sayRecords(say, records)
	}
	say("\nfields:")
	inspect.Fields(say, columns)
	return b.String()
}

// sayRecords writes records of several types, each below the one before: who is below
// whom no description says.
func sayRecords(say func(string, ...any), records []Record) {
	length, typed := 0, ""
	for _, r := range records {
		length = max(length, r.Length)
		if typed == "" {
			typed = r.Type
		}
	}
	say("  framing: descriptor # TODO: or length, with record_length: %d", length)
	say("  record_type: {start: 1, length: %d} # TODO: header, trailer, passed", max(len(typed), 1))
	say("  records: # TODO: say which is below which, and which is the charge")
	for i, r := range records {
		kind := r.Type
		if kind == "" {
			kind = "TODO" + strconv.Itoa(i+1)
		}
		say("    - type: %q # %s", kind, r.Name)
		if i > 0 {
			above := records[i-1].Type
			if above == "" {
				above = "TODO" + strconv.Itoa(i)
			}
			say("      parent: %q", above)
		}
		if i == len(records)-1 {
			say("      row: true")
		}
		say("      length: %d", r.Length)
		say("      columns:")
		columns := r.Columns
		if len(columns) > 0 && columns[0].Start == 1 { // the record type itself
			columns = columns[1:]
		}
		sayColumns(say, "        ", columns)
	}
}

// sayColumns writes columns. One over the bytes of another is left to a person to choose.
func sayColumns(say func(string, ...any), indent string, columns []Column) {
	end := 0
	for _, c := range columns {
		as := ""
		if c.As != "" {
			as = ", as: " + c.As
		}
		if c.As != "" && c.Digits > 0 {
			as += ", digits: " + strconv.Itoa(c.Digits)
		}
		if c.Decimals > 0 {
			as += ", decimals: " + strconv.Itoa(c.Decimals)
		}
		over, note := "", ""
		if c.Start <= end {
			over, note = "# ", "; TODO: it lies over columns before it: keep one of them"
		}
		end = max(end, c.Start+c.Length-1)
		say("%s%s- {name: %q, start: %d, length: %d%s} # %s%s", indent, over, c.Name, c.Start, c.Length, as, c.About, note)
	}
}

// datesOf guesses the format of a column that its name calls a date, by its width.
func datesOf(c Column) []inspect.Dates {
	name := strings.ToLower(c.Name)
	if !strings.Contains(name, "date") && !strings.Contains(name, "dob") && !strings.Contains(name, "birth") && !strings.HasSuffix(name, "-dt") {
		return nil
	}
	width := c.Length
	if c.Digits > 0 {
		width = c.Digits
	}
	format := map[int]string{8: "YYYYMMDD", 7: "CYYMMDD", 10: "YYYY-MM-DD", 6: "YYMMDD"}[width]
	if format == "" {
		return nil
	}
	return []inspect.Dates{{Format: format}}
}
