// Package corpus makes extracts that something is wrong with, or odd about: one for each
// kind of trouble that real extracts have, with what must come of it.
//
//	Kinds ─► Kind: files, the layout they are read by, what must come of them
//	Write ─► a folder of all of them, and expected.csv
//
// All but a few have three charges: those of NEAR1 and NEAR2, with whom nothing is wrong,
// and between them that of ODD. Whatever becomes of ODD, the neighbours must come out as
// if it were not there, or the whole file must be refused with a reason. The persons are
// invented; nothing in a file is real.
package corpus

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Kind is one kind of trouble.
type Kind struct {
	Number int
	Name   string
	// Layout is the name of a layout that ships, or the text of one.
	Layout string
	Files  []File
	// FIFO names a named pipe to be made beside the files.
	FIFO string
	Want Want
}

// File is one file of an extract.
type File struct {
	Name string
	Data []byte
}

// Want is what must come of an extract.
type Want struct {
	// Refused is a part of the error with which nothing is published. Else it is swept.
	Refused string
	// Accepted and NonData count rows over all files; Rejects are the reasons of the rows
	// and values that are rejected, in order of file and line, parted by blanks.
	Accepted, NonData, Duplicate int64
	Rejects                      string
	// Warns is a part of a warning of the manifest.
	Warns string
	// Odd is what is decided of the charges of ODD, each outcome once, parted by blanks;
	// empty where ODD has none.
	Odd string
}

// Write makes the files of every kind in folders below dir, and expected.csv. It does
// not write over files.
func Write(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("corpus: %w", err)
	}
	list, err := os.OpenFile(filepath.Join(dir, "expected.csv"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("corpus: %w", err)
	}
	w := csv.NewWriter(list)
	_ = w.Write([]string{"number", "kind", "folder", "layout", "refused", "accepted", "non_data", "duplicate", "rejects", "warns", "odd"}) // Error reports it
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	for _, k := range Kinds() {
		folder, layout, err := k.Write(dir)
		if err != nil {
			return errors.Join(err, list.Close())
		}
		n := k.Want
		_ = w.Write([]string{
			strconv.Itoa(k.Number), k.Name, filepath.Base(folder), layout, n.Refused,
			count(n.Accepted), count(n.NonData), count(n.Duplicate), n.Rejects, n.Warns, n.Odd,
		}) // Error reports it
	}
	w.Flush()
	if err := errors.Join(w.Error(), list.Close()); err != nil {
		return fmt.Errorf("corpus: %w", err)
	}
	return nil
}

// Write makes the files of the kind in a folder below dir. Layout is the name of its
// layout, or the path of one that it writes beside the folder.
func (k Kind) Write(dir string) (folder, layout string, err error) {
	folder = filepath.Join(dir, fmt.Sprintf("%03d", k.Number))
	err = os.MkdirAll(folder, 0o700)
	for _, f := range k.Files {
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, f.Name), f.Data, 0o600)
		}
	}
	if k.FIFO != "" && err == nil {
		err = makeFIFO(filepath.Join(folder, k.FIFO))
	}
	layout = k.Layout
	if strings.Contains(layout, "\n") && err == nil {
		layout = folder + ".yaml"
		err = os.WriteFile(layout, []byte(k.Layout), 0o600)
	}
	if err != nil {
		return "", "", fmt.Errorf("corpus: kind %d: %w", k.Number, err)
	}
	return folder, layout, nil
}

// Kinds are all kinds, by number.
func Kinds() []Kind {
	all := join(encodings(), records(), columns(), fixedColumns(), dates(), identities(), containerKinds(), hostile())
	for i := range all {
		all[i].Number = i + 1
	}
	return all
}

func join(lists ...[]Kind) (all []Kind) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// String says in words what must come.
func (w Want) String() string {
	if w.Refused != "" {
		return fmt.Sprintf("the file is refused: *%s*", w.Refused)
	}
	parts := []string{fmt.Sprintf("%d rows accepted", w.Accepted)}
	if w.NonData > 0 {
		parts = append(parts, fmt.Sprintf("%d no data", w.NonData))
	}
	if w.Duplicate > 0 {
		parts = append(parts, fmt.Sprintf("%d duplicate", w.Duplicate))
	}
	if w.Rejects != "" {
		parts = append(parts, "rejects: `"+w.Rejects+"`")
	}
	if w.Odd != "" {
		parts = append(parts, "decided "+w.Odd)
	}
	if w.Warns != "" {
		parts = append(parts, fmt.Sprintf("warning: *%s*", w.Warns))
	}
	return strings.Join(parts, "; ")
}
