package policies

import (
	"bytes"
	"encoding/csv"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// codeColumns are the columns of a file of a code set.
var codeColumns = []string{"code", "valid_from", "valid_to", "cite"}

// maxCodes bounds the members that a file lists: a code book has fewer sections.
const maxCodes = 20_000

// codeFile reads the members that a file of the pack lists, one a line.
func (r *reader) codeFile(t *table, name string) []Member {
	r.use("file", name)
	source, ok := r.pack.files[name]
	if !ok || path.Ext(name) != ".csv" {
		r.fault(t.place("file"), schema, "%s: the policy has no file %q; put it in the folder %s and write %s/name.csv", t.what, name, codesFolder, codesFolder)
		return nil
	}
	file := &reader{file: strings.TrimSuffix(r.file, policyFile) + name}
	members := file.codeRows(source)
	r.faults = append(r.faults, file.faults...)
	return members
}

func (r *reader) codeRows(source []byte) []Member {
	if !r.sound(source) {
		return nil
	}
	rows := csv.NewReader(bytes.NewReader(source))
	rows.FieldsPerRecord = -1
	head, err := rows.Read()
	if err != nil || !slices.Equal(head, codeColumns) {
		r.fault(Position{Line: 1, Column: 1}, schema, "the first line must be %s", strings.Join(codeColumns, ","))
		return nil
	}
	var members []Member
	for {
		row, err := rows.Read()
		if err != nil {
			r.endOfCodes(err)
			return members
		}
		line, _ := rows.FieldPos(0)
		if len(members) == maxCodes {
			r.fault(Position{Line: line, Column: 1}, schema, "the file has more than %d members; use ranges", maxCodes)
			return members
		}
		if len(row) != len(codeColumns) {
			r.fault(Position{Line: line, Column: 1}, schema, "the line has %d columns, want %s", len(row), strings.Join(codeColumns, ","))
			continue
		}
		members = append(members, r.codeRow(row, rows.FieldPos))
	}
}

// endOfCodes reports a file that ends before its end.
func (r *reader) endOfCodes(err error) {
	if broken, ok := errors.AsType[*csv.ParseError](err); ok {
		r.fault(Position{Line: broken.Line, Column: broken.Column}, schema, "not CSV: %v", broken.Err)
	}
}

func (r *reader) codeRow(row []string, place func(int) (line, column int)) Member {
	at := func(i int) Position {
		line, column := place(i)
		return Position{Line: line, Column: column}
	}
	m, err := ParseMember(strings.TrimSpace(row[0]))
	if err != nil {
		r.fault(at(0), schema, "%v", err)
	}
	valid := Days{schemas.NoDate, schemas.NoDate}
	for i, day := range []*schemas.Date{&valid.From, &valid.To} {
		text := strings.TrimSpace(row[i+1])
		if text == "" {
			continue
		}
		if *day, err = schemas.ParseDate(text); err != nil {
			r.fault(at(i+1), schema, "%s: %v", codeColumns[i+1], err)
		}
	}
	if valid.From.Known() && valid.To.Known() && valid.From > valid.To {
		r.fault(at(1), schema, "valid_from is after valid_to; exchange them")
	}
	if valid.From.Known() || valid.To.Known() {
		m.Valid = &valid
	}
	if m.Cite = strings.TrimSpace(row[3]); m.Cite == "" {
		r.fault(at(0), "R7", "%s has no cite; name the statute and subsection it comes from", row[0])
	}
	return m
}

// unusedFiles warns of lists of codes that no set names.
func (r *reader) unusedFiles(p *Pack) {
	for name := range p.files {
		if strings.HasPrefix(name, codesFolder+"/") && !r.usage["file "+name] {
			r.warn(Position{}, schema, "%s is not used by any code set; name it with file, or remove it", name)
		}
	}
}
