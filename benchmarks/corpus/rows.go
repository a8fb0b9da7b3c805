package corpus

import (
	"fmt"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

func identities() []Kind {
	text := lines(odd)
	more := func(rows ...string) []File { return file(lines(odd + "\n" + strings.Join(rows, "\n"))) }
	five := Want{Accepted: 4, Odd: granted}
	var crowd strings.Builder
	const rows = 20_000
	for i := range rows {
		crowd.WriteString(strings.Replace(odd, "C2", fmt.Sprintf("X%d", i), 1) + "\n")
	}
	return []Kind{
		{Name: "one key, two persons", Layout: shipped, Files: more(with("1971-03-14", "1950-01-01")), Want: Want{Accepted: 4, Odd: granted, Warns: "different birth dates"}},
		{Name: "one person, two keys", Layout: shipped, Files: named(odd+"JO", with("ODD", "ODD2")+"JO"), Want: Want{Accepted: 4, Odd: granted, Warns: "date of birth of one with another key"}},
		{Name: "a key that a spreadsheet has rounded", Layout: shipped, Files: file(lines(with("ODD", "1.23E+09"))), Want: Want{Accepted: 3, Rejects: "no_person_key", Warns: "no usable person key"}},
		{Name: "a key with blanks around it", Layout: shipped, Files: file(lines(with("ODD", "  ODD "))), Want: all},
		{Name: "no key", Layout: shipped, Files: file(lines(with("ODD", ""))), Want: Want{Accepted: 3, Rejects: "no_person_key", Warns: "no usable person key"}},
		{Name: "a charge in several versions", Layout: shipped, Files: more(with("CONVICTED,2001-02-03", "DISMISSED,2002-02-03")), Want: Want{Accepted: 4, Odd: "REVIEW", Warns: "contradict another row of the same charge"}},
		{Name: "a row twice", Layout: repeatsAreHistory(), Files: more(odd), Want: Want{Accepted: 4, Odd: "ELIGIBLE HISTORY"}},
		{Name: "a file twice", Layout: shipped, Files: []File{{"1.csv", []byte(text)}, {"2.csv", []byte(text)}}, Want: Want{Accepted: 3, Duplicate: 3, Odd: granted, Warns: "holds the same bytes as"}},
		{Name: "a row amended later", Layout: shipped, Files: versions(odd+",1", with("CONVICTED", "")+",2"), Want: Want{Accepted: 4, Odd: "HISTORY REVIEW"}},
		{Name: "a row that deletes", Layout: shipped, Files: versions(odd+",1", odd+",2", odd+"deleted,2"), Want: Want{Accepted: 5, Odd: "HISTORY"}},
		{Name: "rows of a person apart", Layout: shipped, Files: file(text + with("C2", "C9") + "\n"), Want: five},
		{Name: "a person in two files", Layout: shipped, Files: []File{{"1.csv", []byte(text)}, {"2.csv", []byte(head + "\n" + with("C2", "C9") + "\n")}}, Want: five},
		{Name: "a charge without a disposition", Layout: shipped, Files: file(lines(with("CONVICTED,2001-02-03", ","))), Want: Want{Accepted: 3, Odd: "REVIEW"}},
		{Name: "two dispositions of a charge", Layout: shipped, Files: more(with("CONVICTED", "DISMISSED")), Want: Want{Accepted: 4, Odd: "REVIEW", Warns: "contradict another row of the same charge"}},
		{Name: "an unknown disposition", Layout: shipped, Files: file(lines(with("CONVICTED", "ADJ 17"))), Want: Want{Accepted: 3, Rejects: "unmapped_value", Odd: "REVIEW"}},
		{Name: "an unknown statute", Layout: shipped, Files: file(lines(with("11357(a) HS", "113S7(a) HS"))), Want: Want{Accepted: 3, Odd: "REVIEW", Warns: "statute texts have no code"}},
		{Name: "a class that is not the statute's", Layout: shipped, Files: file(strings.NewReplacer("record\n", "record,severity\n", "-02,\n", "-02,,INFRACTION\n").Replace(text)), Want: Want{Accepted: 3, Odd: granted, Warns: "a severity that the offence had not on its day"}},
		{Name: "SEE COMMENT for a statute", Layout: shipped, Files: file(lines(with("11357(a) HS", "SEE COMMENT FOR CHARGE"))), Want: Want{Accepted: 3, Odd: "REVIEW", Warns: "statute texts have no code"}},
		{Name: "a juvenile", Layout: shipped, Files: file(lines(with("1971-03-14", "1986-03-14"))), Want: all},
		{Name: "a person who died", Layout: shipped, Files: more("ODD,DOE,1971-03-14,,,,,,,,,deceased"), Want: five},
		{Name: "sealed already", Layout: shipped, Files: file(lines(with("CONVICTED", "SET ASIDE"))), Want: Want{Accepted: 3, Odd: "OUT_OF_SCOPE"}},
		{Name: "another state's statute", Layout: shipped, Files: file(lines(with("11357(a) HS", "94C 34 MGL"))), Want: Want{Accepted: 3, Odd: "REVIEW", Warns: "statute texts have no code"}},
		{Name: "a pardon", Layout: shipped, Files: file(lines(with("CONVICTED", "PARDONED"))), Want: Want{Accepted: 3, Rejects: "unmapped_value", Odd: "REVIEW"}},
		{Name: "a person with very many charges", Layout: shipped, Files: file(lines(strings.TrimSuffix(crowd.String(), "\n"))), Want: Want{Accepted: rows + 2, Odd: granted}},
	}
}

func hostile() []Kind {
	link := file(lines(odd))
	return []Kind{
		{Name: "names of odd characters", Layout: shipped, Files: []File{{"%2e%2e é '1'.csv", []byte(lines(odd))}}, Want: all},
		{Name: "a named pipe among the files", Layout: shipped, Files: link, FIFO: "pipe.csv", Want: refused("pipe.csv")},
		{Name: "a name with a line break, or a leading dash", Layout: shipped, Files: []File{{"-rf\n.csv", []byte(lines(odd))}}, Want: refused("not a plain relative path")},
		{Name: "a spreadsheet's formula", Layout: shipped, Files: file(lines(with("DOE", "=1+1"))), Want: all},
		{Name: "a formula with a command", Layout: shipped, Files: file(lines(with("DOE", `"=cmd|' /C calc'!A0"`))), Want: all},
		{Name: "text for terminals", Layout: shipped, Files: file(lines(with("DOE", "\x1b[2JD"))), Want: Want{Accepted: 3, Odd: granted, Warns: "deliveries cannot stand"}},
		{Name: "a spreadsheet", Layout: shipped, Files: []File{{"charges.xlsx", spreadsheet()}}, Want: refused("a spreadsheet or another document")},
		{Name: "a statute of many repetitions", Layout: shipped, Files: file(lines(with("11357(a) HS", strings.Repeat("(a", 5000)+" HS"))), Want: Want{Accepted: 3, Odd: "REVIEW", Warns: "statute texts have no code"}},
		{Name: "keys that differ in little", Layout: shipped, Files: file(lines(manyKeys(2000))), Want: Want{Accepted: 2002}},
		{Name: "a layout of deep conditions", Layout: layoutOf(deep(500), "", ""), Files: file(lines(odd)), Want: refused("has no key")},
		{Name: "Parquet that is none", Layout: shipped, Files: []File{{"charges.parquet", []byte("PAR1" + strings.Repeat("x", 100) + "\x40\x00\x00\x00PAR1")}}, Want: refused("its Parquet data cannot be read")},
	}
}

// manyKeys are rows of as many persons.
func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Replace(odd, "ODD", fmt.Sprintf("K%064b", i), 1) + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// deep is a condition of conditions.
func deep(n int) string {
	return "conditions: " + strings.Repeat("{not: ", n) + "{column: record, blank: true}" + strings.Repeat("}", n) + "\n"
}

// named are the neighbours with rows between them that give a name.
func named(rows ...string) []File {
	for i, row := range rows {
		at := strings.LastIndexByte(row, ',')
		rows[i] = row[:at+1] + "," + row[at+1:]
	}
	all := append([]string{head + ",given_name", near1 + ","}, append(rows, near2+",")...)
	return file(strings.Join(all, "\n") + "\n")
}

// versions are the neighbours with rows between them that say which version they are.
func versions(rows ...string) []File {
	all := append([]string{head + ",version", near1 + ","}, append(rows, near2+",")...)
	return file(strings.Join(all, "\n") + "\n")
}

// repeatsAreHistory is the layout that ships, of a source that writes no charge twice.
func repeatsAreHistory() string {
	text, err := schemas.Layouts.ReadFile("layouts/" + shipped + ".yaml")
	if err != nil {
		panic(err) // it is part of the program
	}
	return strings.Replace(string(text), "\nrows:\n", "\nrows:\n  repeated: history\n", 1)
}
