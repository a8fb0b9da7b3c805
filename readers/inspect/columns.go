package inspect

import (
	"strings"

	"github.com/clearsweep/clearsweep/readers"
)

// Column is what stands in one column of the rows that were looked at.
type Column struct {
	Name string `json:"name,omitempty"` // empty where there is no header
	// Kind is empty, number, date, code (few different texts) or text.
	Kind  string         `json:"kind"`
	Blank int            `json:"blank"`           // rows without a value
	Nulls map[string]int `json:"nulls,omitempty"` // words that stand for nothing, and how often
	Dates []Dates        `json:"dates,omitempty"` // formats that read its values, best first
	// Distinct is the number of different texts, of at most as many as are kept apart.
	Distinct int `json:"distinct"`
	Longest  int `json:"longest"` // bytes
}

// Dates is how a format of dates does with a column.
type Dates struct {
	Format string `json:"format"`
	Read   int    `json:"read"` // of Of values
	Of     int    `json:"of"`
	// Alike is a format that reads all of them too, as other days: nothing that was
	// looked at can tell which is right.
	Alike string `json:"alike,omitempty"`
}

// nullWords stand for nothing in many an extract. Compared in capitals.
var nullWords = []string{
	"NULL", "NA", "N/A", "NONE", "UNKNOWN", "UNK", "-", ".", "?", `\N`, "NAN", "(NULL)",
	"00000000", "0000-00-00", "00/00/0000", "99999999", "9999-99-99", "1900-01-01", "01/01/1900", "19000101", "0",
}

// dateFormats are those that extracts have, as layouts write them.
var dateFormats = []string{
	"YYYY-MM-DD", "YYYYMMDD", "M/D/YYYY", "D/M/YYYY", "MMDDYYYY", "DDMMYYYY", "M-D-YYYY", "YYYY/MM/DD", "DD-MON-YYYY", "DD-MON-YY", "M/D/YY",
	"YYYY-MM-DDThh:mm:ss", "YYYY-MM-DD hh:mm:ss", "M/D/YYYY h:mm:ss AM", "YYYY-MM-DDThh:mm:ss.f", "YYYY-MM-DD hh:mm:ss.f",
	"YYYYDDD", "CYYMMDD",
}

// swapped are formats that read the same texts as other days.
var swapped = map[string]string{"M/D/YYYY": "D/M/YYYY", "D/M/YYYY": "M/D/YYYY", "MMDDYYYY": "DDMMYYYY", "DDMMYYYY": "MMDDYYYY"}

const mostDistinct = 1000

// describe says what stands in the columns.
func (r *Report) describe() {
	for len(r.Columns) < r.Fields {
		r.Columns = append(r.Columns, Column{})
	}
	for i := range r.Columns {
		r.Columns[i].describe(func(yield func(string) bool) {
			for _, row := range r.rows {
				if i < len(row) && !yield(strings.TrimSpace(row[i])) {
					return
				}
			}
		})
	}
	r.rows = nil
}

func (c *Column) describe(values func(func(string) bool)) {
	distinct := map[string]int{}
	numbers, known := 0, 0
	for v := range values {
		switch {
		case v == "":
			c.Blank++
			continue
		case isNull(v):
			if c.Nulls == nil {
				c.Nulls = map[string]int{}
			}
			c.Nulls[v]++
			continue
		}
		known++
		c.Longest = max(c.Longest, len(v))
		if len(distinct) < mostDistinct {
			distinct[v]++
		}
		if strings.Trim(v, "0123456789") == "" {
			numbers++
		}
	}
	c.Distinct = len(distinct)
	c.dates(distinct)
	switch {
	case known == 0:
		c.Kind = "empty"
	case len(c.Dates) > 0:
		c.Kind = "date"
	case numbers == known:
		c.Kind = "number"
	case known > 20 && c.Distinct*20 < known, c.Distinct <= 3 && known > c.Distinct:
		c.Kind = "code"
	default:
		c.Kind = "text"
	}
}

func isNull(v string) bool {
	for _, word := range nullWords {
		if strings.EqualFold(v, word) {
			return true
		}
	}
	return false
}

// dates tries all formats on the different values: one that reads nine of ten is kept.
func (c *Column) dates(values map[string]int) {
	if len(values) == 0 {
		return
	}
	days := map[string]map[string]int32{}
	for _, name := range dateFormats {
		read, err := readers.DateReader(name)
		if err != nil {
			panic(err) // the list is part of the program
		}
		found := Dates{Format: name}
		days[name] = map[string]int32{}
		for v, n := range values {
			found.Of += n
			day, partial := read([]byte(v))
			if year, _, _ := day.Civil(); day.Known() && year >= 1880 && year <= 2099 || partial {
				found.Read += n
				days[name][v] = int32(day)
			}
		}
		if 10*found.Read < 9*found.Of {
			continue
		}
		c.Dates = append(c.Dates, found)
	}
	c.weigh(days)
}

// weigh puts the format that reads most first, and drops those that read less. Of two
// that read all alike the first in the list stands, and the other beside it.
func (c *Column) weigh(days map[string]map[string]int32) {
	if len(c.Dates) == 0 {
		return
	}
	best := c.Dates[0]
	for _, d := range c.Dates[1:] {
		if d.Read > best.Read {
			best = d
		}
	}
	if other := swapped[best.Format]; other != "" && len(days[other]) == len(days[best.Format]) {
		best.Alike = other
	}
	c.Dates = []Dates{best}
}
