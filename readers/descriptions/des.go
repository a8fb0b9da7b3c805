package descriptions

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// desLine is a line of a .des file, as North Carolina's Department of Adult Correction
// puts it beside its files: name, description, type, first byte, length.
var desLine = regexp.MustCompile(`^\s*(\S+)\s+(.*?)\s+([A-Z][A-Z0-9]*)\s+(\d+)\s+(\d+)\s*$`)

// DES reads the record of a .des file. Lines that are none of columns stand before the
// first only.
func DES(text string) ([]Record, error) {
	r := Record{Name: "RECORD"}
	seen := map[string]int{}
	for n, line := range strings.Split(strings.ReplaceAll(text, "\r", ""), "\n") {
		m := desLine.FindStringSubmatch(line)
		switch {
		case m != nil:
		case len(r.Columns) == 0 || strings.TrimSpace(line) == "" || strings.Trim(line, " -=_") == "":
			continue
		default:
			return nil, fmt.Errorf("line %d: it is no column: name, description, type, first byte, length", n+1)
		}
		start, errStart := strconv.Atoi(m[4])
		length, errLength := strconv.Atoi(m[5])
		if errStart != nil || errLength != nil || start < 1 || length < 1 {
			return nil, fmt.Errorf("line %d: a column begins at byte 1 or behind it, and has a length", n+1)
		}
		c := Column{Name: m[1], Start: start, Length: length, About: strings.ToLower(m[2])}
		if m[3] != "CHAR" {
			c.About += ", " + m[3]
		}
		if seen[c.Name]++; seen[c.Name] > 1 {
			c.Name += fmt.Sprintf(" (%d)", seen[c.Name])
		}
		r.Columns = append(r.Columns, c)
		r.Length = max(r.Length, start+length-1)
	}
	if len(r.Columns) == 0 {
		return nil, errors.New("no line is a column: name, description, type, first byte, length")
	}
	return []Record{r}, nil
}
