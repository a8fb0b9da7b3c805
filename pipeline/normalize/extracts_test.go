package normalize

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clearsweep/clearsweep/schemas"
)

// TestCookCounty reads the statutes that a county really wrote, when
// CLEARSWEEP_DATA names a folder that has them.
func TestCookCounty(t *testing.T) {
	data := os.Getenv("CLEARSWEEP_DATA")
	if data == "" {
		t.Skip("CLEARSWEEP_DATA is not set: the statutes of a real extract are NOT tested")
	}
	n := mustNew(t, "US-IL")
	var rows, possession, cannabis int
	texts := map[string]bool{}
	for _, text := range cookStatutes(t, filepath.Join(data, "cook-county-il", "dispositions.csv")) {
		s := n.Statute(text)
		if !texts[text] && s.Match < schemas.Grammar {
			t.Errorf("%q has no code (%s, %s)", text, s.Match, s.Rule)
		}
		texts[text] = true
		rows++
		if s.Inchoate == schemas.Completed && s.Code == "720" && s.Section == "570/402" {
			possession++
		}
		if s.Inchoate == schemas.Completed && s.Code == "720" && strings.HasPrefix(s.Section, "550/") {
			cannabis++
		}
	}
	if rows != 20234 || len(texts) != 460 || possession != 6100 || cannabis != 764 {
		t.Errorf("got %d rows, %d texts, %d of 720 570/402, %d of 720 550; want 20234, 460, 6100, 764",
			rows, len(texts), possession, cannabis)
	}
}

// TestCaliforniaExtract reads the charges of invented people in the bulk form
// of the California DOJ, when CLEARSWEEP_DATA names a folder that has them.
func TestCaliforniaExtract(t *testing.T) {
	data := os.Getenv("CLEARSWEEP_DATA")
	if data == "" {
		t.Skip("CLEARSWEEP_DATA is not set: the charges of the DOJ's bulk form are NOT tested")
	}
	n := mustNew(t, "US-CA")
	rows, column := readExtract(t, filepath.Join(data, "ca-doj", "input.csv"))
	cannabis := 0
	for _, row := range rows {
		text := strings.TrimSpace(row[column["OFFENSE_DESCR"]])
		s := n.Statute(text)
		if charge := text != "" && text != "SEE COMMENT FOR CHARGE"; charge != (s.Match == schemas.Section) {
			t.Errorf("%q: got %q by %s", text, s, s.Match)
		}
		if s.Code == "HSC" {
			cannabis++
		}
	}
	if len(rows) != 38 || cannabis != 21 {
		t.Errorf("got %d rows, %d under the Health and Safety Code; want 38, 21", len(rows), cannabis)
	}
}

// TestHarrisCounty compares the charge codes of a county that stand in the
// exact table with the wording that the county gives them, when CLEARSWEEP_DATA
// names a folder that has its bookings.
func TestHarrisCounty(t *testing.T) {
	data := os.Getenv("CLEARSWEEP_DATA")
	if data == "" {
		t.Skip("CLEARSWEEP_DATA is not set: the charge codes of a real county are NOT tested")
	}
	files, err := filepath.Glob(filepath.Join(data, "harris-county-tx", "*", "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	n := mustNew(t, "US-TX")
	wordings := map[string]string{"481.121": "POSS MARIJ", "481.115": "POSS CS PG 1 "}
	smallest, seen := 0, map[string]bool{}
	for _, file := range files {
		rows, column := readExtract(t, file)
		at, ok := column["CHARGE CODE"]
		if !ok {
			continue // a later form of the file, which never has rows
		}
		for _, row := range rows {
			s := n.Statute(row[at])
			if row[at] == "356226" {
				smallest++
			}
			if s.Match != schemas.Exact {
				continue
			}
			seen[row[at]] = true
			if wording := row[column["CHARGE WORDING"]]; !strings.HasPrefix(wording, wordings[s.Section]) {
				t.Errorf("%s is %s, but the county words it %q", row[at], s, wording)
			}
		}
	}
	if smallest != 6250 || len(seen) != len(n.tables.exact) {
		t.Errorf("got %d rows of 356226, %d codes of the table; want 6250, %d", smallest, len(seen), len(n.tables.exact))
	}
}

// cookStatutes joins the three columns that the county splits a statute into.
func cookStatutes(t *testing.T, path string) []string {
	t.Helper()
	rows, column := readExtract(t, path)
	var texts []string
	for _, row := range rows {
		texts = append(texts, row[column["disposition_charged_chapter"]]+" ILCS "+
			row[column["disposition_charged_act"]]+"/"+row[column["disposition_charged_section"]])
	}
	return texts
}

// readExtract returns the rows of a CSV file and the positions of its columns.
func readExtract(t *testing.T, path string) (rows [][]string, column map[string]int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // read only
	rows, err = csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column = map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	return rows[1:], column
}
