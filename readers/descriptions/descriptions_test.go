package descriptions_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clearsweep/clearsweep/readers"
	"github.com/clearsweep/clearsweep/readers/descriptions"
)

const copybook = `
      * THE CHARGES OF THE REPOSITORY
000100 01  CHARGE-RECORD.
000200     05  SID                PIC X(08).
000300     05  BIRTH-DATE         PIC 9(8)      COMP-3.
           05  FILLER             PIC X(2).
           05  STATUTE            PIC X(12).
           05  AMOUNT             PIC S9(5)V99  USAGE IS COMP-3.
           05  COUNT-NO           PIC S9(3).
           05  TERM               PIC 9(4)      COMP.
           05  PLEAS OCCURS 2 TIMES.
               10  PLEA           PIC X.
               10  PLEA-DATE      PIC 9(7)
                   COMP-3.
           05  DISPOSITION        PIC X(10)     VALUE SPACES.
               88  GUILTY                       VALUE 'G' 'GUILTY'.
           05  DISP-CODE REDEFINES DISPOSITION PIC 99.
           05  WEIGHT             PIC 9(2)V9.
`

func TestCopybook(t *testing.T) {
	records, err := descriptions.Copybook(copybook)
	if err != nil {
		t.Fatal(err)
	}
	want := []descriptions.Record{{Name: "CHARGE-RECORD", Length: 58, Columns: []descriptions.Column{
		{Name: "SID", Start: 1, Length: 8, About: "PIC X(08)"},
		{Name: "BIRTH-DATE", Start: 9, Length: 5, As: "packed", Digits: 8, About: "PIC 9(8) COMP-3"},
		{Name: "STATUTE", Start: 16, Length: 12, About: "PIC X(12)"},
		{Name: "AMOUNT", Start: 28, Length: 4, As: "packed", Digits: 7, Decimals: 2, About: "PIC S9(5)V99 COMP-3"},
		{Name: "COUNT-NO", Start: 32, Length: 3, As: "zoned", Digits: 3, About: "PIC S9(3)"},
		{Name: "TERM", Start: 35, Length: 2, As: "binary", About: "PIC 9(4) COMP"},
		{Name: "PLEA 1", Start: 37, Length: 1, About: "PIC X"},
		{Name: "PLEA-DATE 1", Start: 38, Length: 4, As: "packed", Digits: 7, About: "PIC 9(7) COMP-3"},
		{Name: "PLEA 2", Start: 42, Length: 1, About: "PIC X"},
		{Name: "PLEA-DATE 2", Start: 43, Length: 4, As: "packed", Digits: 7, About: "PIC 9(7) COMP-3"},
		{Name: "DISPOSITION", Start: 47, Length: 10, About: "PIC X(10)"},
		{Name: "DISP-CODE", Start: 47, Length: 2, About: "PIC 99"},
		{Name: "WEIGHT", Start: 57, Length: 3, As: "zoned", Digits: 3, Decimals: 1, About: "PIC 9(2)V9"},
	}}}
	want[0].Length = 59
	if diff := cmp.Diff(want, records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	layout, err := readers.ParseLayout("draft.yaml", []byte(descriptions.Draft("t/charges", records)))
	if err != nil {
		t.Fatalf("%v in\n%s", err, descriptions.Draft("t/charges", records))
	}
	if layout.Name() != "t/charges" {
		t.Errorf("the draft is %s", layout.Name())
	}
}

func TestCopybookOfSeveralRecords(t *testing.T) {
	records, err := descriptions.Copybook(`
       01  PERSON.
           05  REC-TYPE  PIC XX VALUE 'ID'.
           05  SID       PIC X(8).
       01  CHARGE.
           05  REC-TYPE  PIC XX VALUE "CH".
           05  STATUTE   PIC X(12).
           05  DISPO     PIC X(4).
`)
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != 2 || records[0].Type != "ID" || records[1].Type != "CH" || records[1].Columns[1].Start != 3 {
		t.Errorf("records %+v", records)
	}
	draft := descriptions.Draft("t/records", records)
	if _, err := readers.ParseLayout("draft.yaml", []byte(draft)); err != nil {
		t.Errorf("%v in\n%s", err, draft)
	}
}

func TestCopybooksThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"COPY OTHER.":           "line 1: an entry begins with its level",
		"05 A PIC X(3)":         "line 1: the entry does not end with a point",
		"\n05 A PIC Z(3).":      "line 2: the picture Z(3) is not read",
		"05 A PIC 9(3) COMP-1.": "COMP-1 is not read",
		"05 A PIC X(3) COMP-3.": "COMP-3 is for numbers",
		"05 A.":                 "neither a picture nor entries below it",
		"05 A OCCURS 1 TO 9 TIMES DEPENDING ON N PIC X.": "DEPENDING ON is not read",
		"05 A OCCURS N TIMES PIC X.":                     "OCCURS needs a fixed number",
		"05 A PIC X REDEFINES B.":                        "REDEFINES names no entry before it",
		"05 A PIC S9 SIGN LEADING SEPARATE.":             "SIGN is not read",
		"05 A PIC S9 COMP SYNC.":                         "SYNCHRONIZED is not read",
		"05 A PIC 9(19) COMP.":                           "at most 18 digits",
		"05 A PIC X(0).":                                 "repeats a character 0 times",
		"05 A PIC X(99999).":                             "repeats a character 99999 times",
		"05 A PIC X.\n10 B PIC X.":                       "line 2: it stands below an entry with a picture",
		"05 A PIC X.\n03 B PIC X.":                       "line 2: level 03 stands below nothing",
		"":                                               "the copybook has no entries",
		".":                                              "the copybook has no entries",
		"01 A. 05 B OCCURS 9999 TIMES. 10 C OCCURS 9999 TIMES PIC X.": "more than 10000 entries",
		"01 A OCCURS 2 TIMES PIC X.":                                  "a record does not occur in itself",
		"01 A PIC " + strings.Repeat("X(9999)", 99) + ".":             "is longer than 20000 characters",
		"* nothing":          "the copybook has no entries",
		"05 A PIC X GLOBAL.": "GLOBAL is not read",
	} {
		if _, err := descriptions.Copybook(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func TestDES(t *testing.T) {
	records, err := descriptions.DES("FILE OF SENTENCES\n\nNAME   DESCRIPTION                TYPE  START  LENGTH\r\n" +
		"CMDORNUM      OFFENDER NC DOC ID NUMBER          CHAR        1      7\r\n" +
		"CMCONVDT      CONVICTION DATE (CURRENT)          DATE      761     10\r\n" +
		"CMCONVDT      CONVICTION DATE                    DATE      771     10\r\n\r\n")
	want := []descriptions.Record{{Name: "RECORD", Length: 780, Columns: []descriptions.Column{
		{Name: "CMDORNUM", Start: 1, Length: 7, About: "offender nc doc id number"},
		{Name: "CMCONVDT", Start: 761, Length: 10, About: "conviction date (current), DATE"},
		{Name: "CMCONVDT (2)", Start: 771, Length: 10, About: "conviction date, DATE"},
	}}}
	if diff := cmp.Diff(want, records); err != nil || diff != "" {
		t.Errorf("error %v, records (-want +got):\n%s", err, diff)
	}
	draft := descriptions.Draft("t/des", records)
	if _, err := readers.ParseLayout("draft.yaml", []byte(draft)); err != nil {
		t.Errorf("%v in\n%s", err, draft)
	}
	for text, want := range map[string]string{
		"nothing here":                 "no line is a column",
		"A  X  CHAR 1 7\nB  Y  CHAR 8": "line 2: it is no column",
		"A  X  CHAR 0 7":               "a column begins at byte 1",
	} {
		if _, err := descriptions.DES(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

// Whatever is described, it is read or refused, and every column lies in its record.
func FuzzCopybook(f *testing.F) {
	f.Add(copybook)
	f.Add("01 A. 05 B OCCURS 3 TIMES. 10 C PIC X. 05 D REDEFINES B PIC 9(3).")
	f.Fuzz(func(t *testing.T, text string) {
		records, err := descriptions.Copybook(text)
		if err != nil {
			return
		}
		for _, r := range records {
			for _, c := range r.Columns {
				if c.Start < 1 || c.Length < 1 || c.Start+c.Length-1 > r.Length {
					t.Errorf("column %+v of a record of %d bytes", c, r.Length)
				}
			}
		}
	})
}
