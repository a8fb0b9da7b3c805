package inspect

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Print writes the report for people.
func (r *Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\n", r.Name)
	line := func(key, format string, args ...any) { fmt.Fprintf(t, "  %s\t%s\n", key, fmt.Sprintf(format, args...)) }
	if len(r.Containers) > 0 {
		line("container", "%s", strings.Join(r.Containers, " in "))
	}
	line("form", "%s", r.shape())
	if r.Encoding != "" {
		line("encoding", "%s: %s", r.Encoding, r.Evidence)
	}
	if r.Sampled > 0 {
		line("rows", "%d looked at, %d of another %s than most", r.Sampled, r.Odd, map[bool]string{true: "number of fields", false: "length"}[r.Fields > 0])
	}
	printed := 0
	for _, m := range r.Layouts {
		switch key := map[bool]string{true: "layouts", false: ""}[printed == 0]; {
		case m.Fault == "" && m.Rows == 0:
			line(key, "%s: reads it, and it has no rows", m.Layout)
		case m.Score > 0:
			line(key, "%s: score %.2f: accepts %d of the first %d rows, and rejects %d values; %d rows in all",
				m.Layout, m.Score, m.Accepted, m.Read, m.Values, m.Rows)
		default:
			continue
		}
		printed++
	}
	if printed == 0 && len(r.Layouts) > 0 {
		line("layouts", "none of %d reads it; --json says why", len(r.Layouts))
	}
	for i := range r.Columns {
		c := &r.Columns[i]
		key := map[bool]string{true: "columns", false: ""}[i == 0]
		doubt := ""
		if len(c.Dates) > 0 {
			doubt = strings.Replace(c.Dates[0].doubt(), " #", ";", 1)
		}
		line(key, "%d %s: %s%s", i+1, strconv.Quote(c.Name), c.summary(), doubt)
	}
	return t.Flush()
}

// shape is the form of the content in words.
func (r *Report) shape() string {
	s := r.Form
	switch r.Form {
	case "delimited":
		if len(r.Columns) == 1 {
			s = "one column"
		} else {
			s = "delimited by " + strconv.Quote(r.Delimiter)
		}
		if r.Quoted {
			s += ", quoted"
			if r.Quote != "" {
				s += " with " + r.Quote
			}
		}
		if r.Escape != "" {
			s += ", " + r.Escape + " escapes"
		}
		if r.Comment != "" {
			s += ", comments with " + r.Comment
		}
		if r.Multiline {
			s += ", line breaks in quotes"
		}
		s += map[bool]string{true: ", with a header", false: ", no header"}[r.Header]
		s += ", " + r.Terminator
	case "fixed", "records":
		s = "fixed columns, told apart by " + r.Framing
		if len(r.Lengths) > 0 {
			s += fmt.Sprintf(", of %v bytes", r.Lengths)
		}
	}
	return s
}
