package profile

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// qualified is the name of an element with its prefix.
var qualified = regexp.MustCompile(`^([A-Za-z_][\w.-]*):([A-Za-z_][\w.-]*)$`)

// checkElements looks whether a column is named after elements, where the form asks for that.
func (p *Profile) checkElements(name string) error {
	if p.Form != XML || p.Document == nil {
		return nil
	}
	for element := range strings.SplitSeq(name, "/") {
		parts := qualified.FindStringSubmatch(element)
		if parts == nil {
			return fmt.Errorf("%q is no name of an element with a prefix, such as nc:PersonName", element)
		}
		if p.Document.Namespaces[parts[1]] == "" {
			return fmt.Errorf("document: namespaces: what is the prefix %q?", parts[1])
		}
	}
	return nil
}

func (d *Elements) check(elements func(string) error) error {
	var faults []error
	for _, name := range []string{d.Root, d.Row} {
		if strings.Contains(name, "/") {
			faults = append(faults, fmt.Errorf("document: %q is more than one element", name))
			continue
		}
		faults = append(faults, elements(name))
	}
	return errors.Join(faults...)
}

// begin begins a document: its root says what a header record says.
func (e *Encoder) begin(h Head) error {
	d := e.p.Document
	e.line = append(e.line[:0], xml.Header...)
	e.line = append(append(e.line, '<'), d.Root...)
	attribute := func(name, value string) error {
		e.line = append(append(append(e.line, ' '), name...), `="`...)
		err := e.escaped(value)
		e.line = append(e.line, '"')
		return err
	}
	var faults []error
	for _, prefix := range slices.Sorted(maps.Keys(d.Namespaces)) {
		faults = append(faults, attribute("xmlns:"+prefix, d.Namespaces[prefix]))
	}
	faults = append(faults, attribute("agency", h.Agency), attribute("batch", h.Batch), attribute("policy", h.Policy),
		attribute("asOf", h.AsOf), attribute("run", h.Run), attribute("list", h.List))
	e.line = append(e.line, '>')
	return errors.Join(append(faults, e.write())...)
}

// elements adds a value in the elements of its path. Those that the column before stands in too
// stay open.
func (e *Encoder) elements(path []string, value string) error {
	outer := path[:len(path)-1]
	shared := 0
	for shared < min(len(outer), len(e.open)) && outer[shared] == e.open[shared] {
		shared++
	}
	e.closeTo(shared)
	for _, name := range outer[shared:] {
		e.element(name)
		e.open = append(e.open, name)
	}
	name := path[len(path)-1]
	if value == "" {
		e.line = append(append(append(e.line, '<'), name...), "/>"...)
		return nil
	}
	e.element(name)
	err := e.escaped(value)
	e.end(name)
	return err
}

// closeTo ends the elements that are open but for the first n.
func (e *Encoder) closeTo(n int) {
	for len(e.open) > n {
		last := len(e.open) - 1
		e.end(e.open[last])
		e.open = e.open[:last]
	}
}

func (e *Encoder) element(name string) {
	e.line = append(append(append(e.line, '<'), name...), '>')
}

func (e *Encoder) end(name string) {
	e.line = append(append(append(e.line, "</"...), name...), '>')
}

func (e *Encoder) escaped(value string) error {
	b := bytes.NewBuffer(e.line)
	err := xml.EscapeText(b, []byte(value))
	e.line = b.Bytes()
	return err
}

// read is the name of a column as a reader of documents has it: without prefixes, with dots.
func read(name string) string {
	elements := strings.Split(name, "/")
	for i, element := range elements {
		_, elements[i], _ = strings.Cut(element, ":")
	}
	return strings.Join(elements, ".")
}
