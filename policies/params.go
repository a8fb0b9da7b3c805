package policies

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/clearsweep/clearsweep/schemas"
)

// ParamType is the type of a parameter's value.
type ParamType string

// The types of parameters.
const (
	TextParam    ParamType = "text"
	BoolParam    ParamType = "bool"
	IntegerParam ParamType = "integer"
	DateParam    ParamType = "date"
	ListParam    ParamType = "list"
)

// Param is a choice that the law, or an official it names, leaves open.
type Param struct {
	Name     string
	Type     ParamType
	Cite     string
	Required bool
	Default  Value
	Dated    []DatedInt // integer: the value from each day on, in order
	Ranges   []Range    // integer: the value lies in one of them
	Of       []string   // list: each element is one of them
	Help     string
	Fixed    bool // by a variant: Default is its only value
	At       Position
}

// maxNumber bounds the numbers of the law: a hundred years in days. What is
// larger is a slip, and time is not reckoned so far.
const maxNumber = 36_525

// Range is a range of integers, both ends included.
type Range struct{ From, To int }

// DatedInt is a number that is the law from a day on.
type DatedInt struct {
	From  schemas.Date
	Value int
}

// Value is the value of a parameter; the field of its type is set.
type Value struct {
	Text string
	Bool bool
	Int  int
	Date schemas.Date
	List []string
}

// Bound is a pack with the values of its parameters and the day for which it
// decides. It is not changed after Bind.
type Bound struct {
	Pack   *Pack
	AsOf   schemas.Date
	values map[string]Value
}

// Bind gives the pack its parameters, as text, and the day for which it is to
// decide. It reports every parameter that is unknown, missing or out of range,
// with the key and the values allowed.
func (p *Pack) Bind(params map[string]string, asOf schemas.Date) (*Bound, error) {
	var faults []error
	if !asOf.Known() {
		faults = append(faults, errors.New("as-of: a date is needed"))
	} else if asOf < p.Law.Effective {
		faults = append(faults, fmt.Errorf("as-of: %s is before %s, when the law of %s took effect", asOf, p.Law.Effective, p.ID))
	}
	for _, key := range slices.Sorted(maps.Keys(params)) {
		if p.Param(key) == nil {
			faults = append(faults, fmt.Errorf("param %s: %s has no such parameter%s", key, p.ID, p.known(key)))
		}
	}
	b := &Bound{Pack: p, AsOf: asOf, values: map[string]Value{}}
	for i := range p.Params {
		value, err := p.Params[i].bind(params, asOf)
		if err != nil {
			faults = append(faults, err)
		}
		b.values[p.Params[i].Name] = value
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return b, nil
}

func (p *Pack) known(key string) string {
	names := make([]string, len(p.Params))
	for i := range p.Params {
		names[i] = p.Params[i].Name
	}
	if len(names) == 0 {
		return " (it has none)"
	}
	if near := nearest(key, names); near != "" {
		return fmt.Sprintf("; do you mean %s? (it has %s)", near, strings.Join(names, ", "))
	}
	return fmt.Sprintf(" (it has %s)", strings.Join(names, ", "))
}

func (p *Param) bind(params map[string]string, asOf schemas.Date) (Value, error) {
	text, given := params[p.Name]
	if !given || p.Fixed {
		if len(p.Dated) > 0 {
			return p.inForce(asOf)
		}
		if p.Required {
			return Value{}, fmt.Errorf("param %s: required, %s", p.Name, p.Allowed())
		}
		return p.Default, nil
	}
	value, err := p.parse(text)
	if err != nil {
		return Value{}, fmt.Errorf("param %s: %w", p.Name, err)
	}
	return value, nil
}

// inForce is the value of a dated parameter on a day.
func (p *Param) inForce(asOf schemas.Date) (Value, error) {
	value, found := Value{}, false
	for _, d := range p.Dated {
		if d.From <= asOf {
			value, found = Value{Int: d.Value}, true
		}
	}
	if !found {
		return value, fmt.Errorf("param %s: it has no value for %s; its first is from %s", p.Name, asOf, p.Dated[0].From)
	}
	return value, nil
}

// parse reads a value from text.
func (p *Param) parse(text string) (Value, error) {
	text = strings.TrimSpace(text)
	switch p.Type {
	case BoolParam:
		if text != "true" && text != "false" {
			return Value{}, fmt.Errorf("%q is not allowed, %s", text, p.Allowed())
		}
		return Value{Bool: text == "true"}, nil
	case IntegerParam:
		n, err := strconv.Atoi(text)
		if err != nil || n < -maxNumber || n > maxNumber || !p.inRange(n) {
			return Value{}, fmt.Errorf("%q is not allowed, %s", text, p.Allowed())
		}
		return Value{Int: n}, nil
	case DateParam:
		d, err := schemas.ParseDate(text)
		if err != nil {
			return Value{}, fmt.Errorf("%q is not allowed, %s", text, p.Allowed())
		}
		return Value{Date: d}, nil
	case ListParam:
		return p.parseList(text)
	case TextParam:
		if text == "" {
			return Value{}, fmt.Errorf("empty, %s", p.Allowed())
		}
		return Value{Text: text}, nil
	default:
		return Value{}, fmt.Errorf("unknown type %q", p.Type)
	}
}

func (p *Param) parseList(text string) (Value, error) {
	var list []string
	for element := range strings.SplitSeq(text, ",") {
		element = strings.TrimSpace(element)
		if element == "" {
			continue
		}
		if !slices.Contains(p.Of, element) {
			return Value{}, fmt.Errorf("%q is not allowed, %s", element, p.Allowed())
		}
		if !slices.Contains(list, element) {
			list = append(list, element)
		}
	}
	slices.Sort(list)
	return Value{List: list}, nil
}

func (p *Param) inRange(n int) bool {
	return len(p.Ranges) == 0 || slices.ContainsFunc(p.Ranges, func(r Range) bool { return r.From <= n && n <= r.To })
}

// Allowed says in words which values the parameter takes.
func (p *Param) Allowed() string {
	switch p.Type {
	case BoolParam:
		return "allowed: true or false"
	case IntegerParam:
		parts := make([]string, len(p.Ranges))
		for i, r := range p.Ranges {
			parts[i] = r.String()
		}
		if len(parts) == 0 {
			return fmt.Sprintf("allowed: a whole number up to %d", maxNumber)
		}
		return "allowed: " + strings.Join(parts, " or ")
	case DateParam:
		return "allowed: a date of the form 2006-01-02"
	case ListParam:
		return "allowed: a list, separated by commas, of " + strings.Join(p.Of, ", ")
	case TextParam:
		return "allowed: any text"
	default:
		return ""
	}
}

func (r Range) String() string {
	if r.From == r.To {
		return strconv.Itoa(r.From)
	}
	return fmt.Sprintf("%d..%d", r.From, r.To)
}

// Value returns the bound value of a parameter that the pack has.
func (b *Bound) Value(name string) Value { return b.values[name] }

// Int resolves a number.
func (b *Bound) Int(a IntArg) int {
	if a.Param != "" {
		return b.values[a.Param].Int
	}
	return a.Value
}

// Date resolves a date.
func (b *Bound) Date(a DateArg) schemas.Date {
	if a.Param != "" {
		return b.values[a.Param].Date
	}
	return a.Value
}

// Text resolves a text.
func (b *Bound) Text(a TextArg) string {
	if a.Param != "" {
		return b.values[a.Param].Text
	}
	return a.Value
}

// Enabled tells whether the rule is switched on: its parameter is true, not
// zero, or not empty.
func (b *Bound) Enabled(r *Rule) bool {
	if r.EnabledIf == "" {
		return true
	}
	v := b.values[r.EnabledIf]
	return v.Bool || v.Int != 0 || v.Text != "" || len(v.List) > 0 ||
		(b.Pack.Param(r.EnabledIf).Type == DateParam && v.Date.Known())
}

// Params returns every parameter as text, defaults included, as the manifest
// records them.
func (b *Bound) Params() map[string]string {
	out := make(map[string]string, len(b.values))
	for i := range b.Pack.Params {
		p := &b.Pack.Params[i]
		out[p.Name] = p.Format(b.values[p.Name])
	}
	return out
}

// Format writes a value as Bind reads it.
func (p *Param) Format(v Value) string {
	switch p.Type {
	case BoolParam:
		return strconv.FormatBool(v.Bool)
	case IntegerParam:
		return strconv.Itoa(v.Int)
	case DateParam:
		return v.Date.String()
	case ListParam:
		return strings.Join(v.List, ",")
	case TextParam:
		return v.Text
	default:
		return ""
	}
}

// nearest returns the name that a misspelt one most likely means, or "".
func nearest(name string, names []string) string {
	best, bestCost := "", 1+len(name)/3
	for _, candidate := range names {
		if cost := distance(name, candidate); cost <= bestCost && (best == "" || cost < bestCost) {
			best, bestCost = candidate, cost
		}
	}
	return best
}

// distance is the number of letters to insert, delete or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
