package pipeline

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/clearsweep/clearsweep/storage"
)

// expected is what a list of inputs says of one of them. What it does not say is
// nil or empty, and not compared.
type expected struct {
	Path   string `json:"path"`
	Bytes  *int64 `json:"bytes"`
	Rows   *int64 `json:"rows"`
	SHA256 string `json:"sha256"`
	list   string // the list that says it
}

// listLimit bounds a list of inputs, which is read whole.
const listLimit = 64 << 20

// readList reads a list of inputs, CSV or JSON by its name. Relative paths in it
// are relative to its folder.
func readList(ctx context.Context, places *storage.Places, name string) ([]expected, error) {
	objects, err := places.Find(ctx, name)
	if err != nil {
		return nil, err
	}
	text, err := storage.ReadAll(ctx, objects[0].Store, objects[0].Info.Key, listLimit)
	if err != nil {
		return nil, err
	}
	var list []expected
	switch path.Ext(name) {
	case ".json":
		list, err = parseJSONList(text)
	case ".csv":
		list, err = parseCSVList(text)
	default:
		err = errors.New("is neither .csv nor .json")
	}
	if err == nil && len(list) == 0 {
		err = errors.New("lists nothing")
	}
	for i := range list {
		e := &list[i]
		if err == nil {
			err = e.check()
		}
		e.list, e.Path = name, beside(name, e.Path)
	}
	if err != nil {
		return nil, fmt.Errorf("list of inputs %s: %w", name, err)
	}
	return list, nil
}

// beside is a path of a list as seen from where the list's own name is.
func beside(list, name string) string {
	if storage.IsURL(name) || filepath.IsAbs(name) {
		return name
	}
	if storage.IsURL(list) {
		return list[:strings.LastIndexByte(list, '/')+1] + name
	}
	return filepath.Join(filepath.Dir(list), name)
}

func (e *expected) check() error {
	if e.Path == "" {
		return errors.New("an input without a path")
	}
	if sum, err := hex.DecodeString(e.SHA256); err != nil || len(sum) != 0 && len(sum) != 32 {
		return fmt.Errorf("%s: sha256 is no SHA-256 in hexadecimal digits", e.Path)
	}
	e.SHA256 = strings.ToLower(e.SHA256)
	return nil
}

func parseJSONList(text []byte) ([]expected, error) {
	var list struct {
		Inputs []expected `json:"inputs"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the list")
	}
	return list.Inputs, nil
}

// listColumns are the columns of a CSV list, in any order, all but path
// optional.
var listColumns = []string{"path", "bytes", "rows", "sha256"}

func parseCSVList(text []byte) ([]expected, error) {
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	header := rows[0]
	for i, name := range header {
		if !slices.Contains(listColumns, name) || slices.Contains(header[:i], name) {
			return nil, fmt.Errorf("line 1: column %q: want %s, each once", name, strings.Join(listColumns, ", "))
		}
	}
	var list []expected
	for n, row := range rows[1:] {
		var e expected
		for i, value := range row {
			if err := e.set(header[i], value); err != nil {
				return nil, fmt.Errorf("row %d: %w", n+1, err)
			}
		}
		list = append(list, e)
	}
	return list, nil
}

func (e *expected) set(column, value string) error {
	switch column {
	case "path":
		e.Path = value
		return nil
	case "sha256":
		e.SHA256 = value
		return nil
	}
	if value == "" {
		return nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%s: %q is no count", column, value)
	}
	if column == "bytes" {
		e.Bytes = &n
	} else {
		e.Rows = &n
	}
	return nil
}

// compare is an error unless the file is what its list says.
func (e *expected) compare(name string, s *Survey) error {
	if e == nil {
		return nil
	}
	var faults []error
	differ := func(what string, listed, found any) {
		faults = append(faults, fmt.Errorf("%s: %s lists %s %v, the file has %v", name, e.list, what, listed, found))
	}
	if e.Bytes != nil && *e.Bytes != s.Bytes {
		differ("bytes", *e.Bytes, s.Bytes)
	}
	if rows := s.rows(); e.Rows != nil && *e.Rows != rows {
		differ("rows", *e.Rows, rows)
	}
	if e.SHA256 != "" && e.SHA256 != s.SHA256 {
		differ("sha256", e.SHA256, s.SHA256)
	}
	return errors.Join(faults...)
}
